"""Min konto: who one is here, what one may see and do, language, password, and tokens for one's own programs."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, html, no_update
from flask import request
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from dashboards.components.form import Form
from dashboards.components.markup import Html
from dashboards.context import current_now, current_settings, current_store, current_today, current_viewer, parts
from dashboards.figures.icons import ui_icon
from dashboards.pages import PageRecord
from dashboards.preferences import ACCOUNT_DIGEST, ACCOUNT_LANGUAGE
from dashboards.presenters import account as presenter
from dashboards.presenters.account import AccountView, Answer, TokenRow
from dashboards.security.own_password import ACCOUNT, PASSWORD
from dashboards.selection import Selection
from dashboards.text import N_, _
from data.tokens import LONGEST_DAYS, LONGEST_NAME

NOTHING = Markup("")


class Ids:
    PAGE = "account"
    TOKENS = "account-tokens"
    MADE = "account-made"


def layout(selection: Selection) -> Any:
    view = _read(selection)
    main = [Html(html=_person(view) + _language(view) + _digest(view) + _password(view))]
    if view.may_have_tokens:
        main.append(html.Section(_tokens(view), className="card acc__t", **{"aria-labelledby": "h-tokens"}))
    return html.Div([Html(html=_head(view)), html.Div(main, className="acc")], id=Ids.PAGE)


def _read(selection: Selection) -> AccountView:
    return presenter.account_view(
        current_store(),
        current_viewer(),
        selection,
        today=current_today(),
        now=current_now(),
        timezone=current_settings().timezone,
        is_demo=parts().is_demo,
    )


def _head(view: AccountView) -> Markup:
    return Markup('<div class="khead"><h1 tabindex="-1">{}</h1></div>{}').format(_("Min konto"), view.message)


def _card(key: str, title: str, inside: Markup) -> Markup:
    return Markup('<section class="card" aria-labelledby="h-{0}"><h2 id="h-{0}">{1}</h2>{2}</section>').format(
        key, title, inside
    )


def _person(view: AccountView) -> Markup:
    facts = [(_("Navn"), view.name), (_("Stilling"), view.title), (_("E-mail"), view.email)]
    facts.append((_("Oprettet"), view.since))
    listed = Markup("").join(Markup("<dt>{}</dt><dd>{}</dd>").format(*fact) for fact in facts if fact[1])
    told = [*view.rights, *([view.approving] if view.approving else [])]
    rights = Markup("").join(Markup("<li>{}</li>").format(text) for text in told)
    if not view.rights:
        rights = Markup("<li>{}</li>").format(_("Din konto har ingen roller endnu."))
    return _card("person", _("Dig"), Markup('<dl class="dl mt-2">{}</dl>').format(listed)) + _card(
        "rights",
        _("Det må du"),
        Markup('<ul class="rlist mt-2">{}</ul><p class="hint mt-2">{}</p>').format(
            rights, _("Rettigheder og navn ændres af den, der administrerer Tavle hos jer.")
        ),
    )


def _language(view: AccountView) -> Markup:
    options = Markup("").join(
        Markup('<option value="{0}" lang="{0}"{1}>{2}</option>').format(
            code, Markup(" selected") if code == view.language else NOTHING, name
        )
        for code, name in (("da", "Dansk"), ("en", "English"))
    )
    return _card(
        "language",
        _("Sprog"),
        _form(
            ACCOUNT_LANGUAGE,
            Markup(
                '<div class="field"><label for="acc-language">{}</label>'
                '<select class="select" id="acc-language" name="language">{}</select><p class="hint">{}</p></div>'
            ).format(_("Sprog på sider og mails"), options, _("Det gælder på alle computere, du logger ind på.")),
            _("Gem sprog"),
        ),
    )


def _digest(view: AccountView) -> Markup:
    if not view.may_get_digest:
        return NOTHING
    return _card(
        "digest",
        _("Månedens mail"),
        _form(
            ACCOUNT_DIGEST,
            Markup(
                '<label class="check"><input type="checkbox" name="digest" value="on"{}>{}</label>'
                '<p class="hint">{}</p>'
            ).format(
                Markup(" checked") if view.wants_digest else NOTHING,
                _("Send mig en mail, når der er nyt på mine målinger"),
                _(
                    "Højst én gang om måneden og kun, når en måling har fået eller mistet et signal, eller noget "
                    "mangler. Der står ord og ingen tal."
                ),
            ),
            _("Gem"),
        ),
    )


def _password(view: AccountView) -> Markup:
    if view.is_demo:
        said = _("Det her er en demo: adgangskoderne står i vejledningen og kan ikke skiftes, så alle kan komme ind.")
        return _card("password", _("Adgangskode"), Markup('<p class="muted f-13 mt-1">{}</p>').format(said))
    rules = _(
        "Mindst {least} tegn, gerne mere: tre-fire tilfældige ord er bedre end særlige tegn. Den må ikke indeholde din "
        "e-mailadresse eller være den gamle."
    ).format(least=view.least)
    fields = (
        _secret("old", _("Nuværende adgangskode"), "current-password", view)
        + _secret("new", _("Ny adgangskode"), "new-password", view, rules)
        + _secret("again", _("Ny adgangskode igen"), "new-password", view)
    )
    # A password manager wants to know whose password it is.
    whose = Markup('<input type="email" name="username" autocomplete="username" value="{}" hidden readonly>').format(
        view.email
    )
    return _card("password", _("Adgangskode"), _form(PASSWORD, whose + fields, _("Skift adgangskode")))


def _secret(name: str, label: str, purpose: str, view: AccountView, hint: str = "") -> Markup:
    told = Markup('<p class="hint" id="acc-{}-hint">{}</p>').format(name, hint) if hint else NOTHING
    return Markup(
        '<div class="field"><label for="acc-{0}">{1}</label><input class="input" id="acc-{0}" name="{0}" '
        'type="password" autocomplete="{2}" maxlength="{3}" required{4}{5}>{6}</div>'
    ).format(
        name,
        label,
        purpose,
        view.most,
        Markup(' minlength="{}"').format(view.least) if purpose == "new-password" else NOTHING,
        Markup(' aria-describedby="acc-{}-hint"').format(name) if hint else NOTHING,
        told,
    )


def _form(action: str, fields: Markup, button: str) -> Markup:
    return Markup(
        '<form class="acc__f mt-2" method="post" action="{}"><input type="hidden" name="csrf_token" value="{}">{}'
        '<button class="btn" type="submit">{}</button></form>'
    ).format(action, generate_csrf(), fields, button)


# ---------------------------------------------------------------------------------------------------------- the tokens


def _tokens(view: AccountView) -> list[Any]:
    about = _(
        "Nøglen er lige så hemmelig som en adgangskode: den vises én gang, og Tavle gemmer kun et aftryk af den. Giv "
        "hvert program sin egen nøgle."
    )
    head = Markup('<h2 id="h-tokens">{}</h2><p class="muted f-13 mt-1">{} {}</p>').format(
        _("Nøgler til programmer"), view.token_words, about
    )
    return [
        Html(html=head),
        Html(id=Ids.MADE, html=NOTHING, **{"aria-live": "polite"}),
        Form(id=Ids.TOKENS, html=_token_form(view.tokens), notes={}),
    ]


def _token_form(rows: tuple[TokenRow, ...]) -> Markup:
    fields = Markup(
        '<div class="acc__n mt-2"><div class="field"><label for="acc-name">{}</label>'
        '<input class="input" id="acc-name" name="name" maxlength="{}" autocomplete="off" placeholder="{}"></div>'
        '<div class="field"><label for="acc-days">{}</label>'
        '<input class="input" id="acc-days" name="days" type="number" inputmode="numeric" min="1" max="{}" value="{}">'
        '</div><button class="btn" type="submit" data-press="{}">{}{}</button></div>'
        '<div class="mt-2" data-notes="press" aria-live="polite"></div>'
    ).format(
        _("Hvad skal nøglen bruges til?"),
        LONGEST_NAME,
        _("fx Natlig kørsel i BI"),
        _("Gælder i (dage)"),
        LONGEST_DAYS,
        presenter.DAYS,
        presenter.MAKE,
        ui_icon("plus", size=16),
        _("Lav nøgle"),
    )
    return fields + _token_list(rows)


def _token_list(rows: tuple[TokenRow, ...]) -> Markup:
    if not rows:
        return Markup('<p class="muted f-13 mt-3">{}</p>').format(_("Du har ingen nøgler."))
    heads = (_("Navn"), _("Begynder med"), _("Lavet"), _("Udløber"), _("Sidst brugt"), _("Tilstand"))
    return Markup(
        '<div class="tbl-wrap mt-3" tabindex="0" role="region" aria-label="{0}"><table class="tbl rtab">'
        '<caption class="visually-hidden">{0}</caption><thead><tr>{1}<td></td></tr></thead><tbody>{2}</tbody></table>'
        "</div>"
    ).format(
        _("Dine nøgler"),
        Markup("").join(Markup('<th scope="col">{}</th>').format(head) for head in heads),
        Markup("").join(_token(row, heads) for row in rows),
    )


def _token(row: TokenRow, heads: tuple[str, ...]) -> Markup:
    told = (Markup("<code>{}</code>").format(row.prefix), row.made, row.expires, row.used)
    cells = zip(heads[1:-1], told, strict=True)
    end = NOTHING
    if row.can_end:
        end = Markup(
            '<details class="acc__e"><summary class="btn btn--sm">{0}<span class="visually-hidden"> {1}</span>'
            '</summary><div><p>{2}</p><button class="btn btn--sm btn--danger" type="button" data-press="{3}{4}">{5}'
            "</button></div></details>"
        ).format(
            _("Tilbagekald"),
            row.name,
            _("Programmer, der bruger nøglen, kan ikke komme ind mere. Det kan ikke fortrydes."),
            presenter.REVOKE,
            row.prefix.removesuffix("…"),
            _("Ja, tilbagekald nøglen"),
        )
    return Markup(
        '<tr{}><th scope="row">{}</th>{}<td data-label="{}"><span class="badge {}">{}</span></td><td>{}</td></tr>'
    ).format(
        NOTHING if row.can_end else Markup(' class="is-out"'),
        row.name,
        Markup("").join(Markup('<td data-label="{}">{}</td>').format(*cell) for cell in cells),
        heads[-1],
        "badge--ok" if row.can_end else "",
        row.state,
        end,
    )


def _made(answer: Answer) -> Markup:
    if not answer.text:
        return answer.message
    base = current_settings().public_url or request.url_root.rstrip("/")
    command = presenter.example(current_viewer(), base, answer.text)
    return Markup('{}<div class="acc__k"><p class="label">{}</p>{}<p class="label">{}</p>{}</div>').format(
        answer.message,
        _("Nøglen"),
        _copied(answer.text),
        _("Prøv den, uden at noget gemmes") if current_viewer().delivers else _("Prøv den"),
        _copied(command),
    )


def _copied(text: str) -> Markup:
    return Markup(
        '<div class="acc__c"><pre tabindex="0"><code>{0}</code></pre>'
        '<button class="btn btn--sm" type="button" data-copy="{0}" data-copied="{1}">{2}</button></div>'
    ).format(text, _("Kopieret"), _("Kopiér"))


def register_callbacks(app: Dash) -> None:
    @app.callback(
        Output(Ids.MADE, "html"),
        Output(Ids.TOKENS, "html"),
        Output(Ids.TOKENS, "notes"),
        Input(Ids.TOKENS, "pressed"),
        prevent_initial_call=True,
    )
    def press(pressed: dict[str, Any] | None) -> Any:
        if not pressed:
            return no_update, no_update, no_update
        store, viewer, now = current_store(), current_viewer(), current_now()
        answer = presenter.press(store, viewer, pressed, now=now)
        if not answer.is_done:  # what was typed stays, and a token that is shown above
            return no_update, no_update, {"press": {"html": str(answer.message), "bad": False}}
        rows = presenter.token_rows(store, viewer, now=now, timezone=current_settings().timezone)
        return str(_made(answer)), str(_token_form(rows)), {}


PAGE = PageRecord(path=ACCOUNT, name=N_("Min konto"), layout=layout, fields=())

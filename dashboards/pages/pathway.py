"""Forløb: a strip of steps across sectors, and the same months of all of them under it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update
from markupsafe import Markup

from dashboards.components.form import Form
from dashboards.components.term import FirstMention, with_terms
from dashboards.context import current_now, current_store, current_today, current_viewer
from dashboards.figures.icons import css_state, ui_icon
from dashboards.pages import PageRecord
from dashboards.presenters import pathway as presenter
from dashboards.presenters.pathway import PATH, SECTORS, Choice, Done, ListView, PathwayLine, PathwayView, StepView
from dashboards.selection import Selection
from dashboards.text import N_, _
from data.access import Viewer
from data.pathways import LONGEST_NAME, LONGEST_OWNER
from data.queries.pathways import Sight
from data.store import Store

NOTHING = Markup("")


class Ids:
    PAGE = "pathway"
    DO = "pathway-do"
    GO = "pathway-go"
    OF = "pathway-of"


def exists(store: Store, viewer: Viewer, path_args: Mapping[str, str], selection: Selection) -> bool:
    return presenter.exists(store, viewer, path_args["code"]) if "code" in path_args else True


def title(selection: Selection, code: str = "") -> str:
    return presenter.name_of(current_store(), current_viewer(), code) if code else _("Forløb")


def layout(selection: Selection, code: str = "") -> Any:
    return html.Div(
        [
            Form(Ids.DO, _page(selection, code)),
            dcc.Store(id=Ids.OF, data={"query": selection.to_query(), "code": code}),
            dcc.Location(id=Ids.GO, refresh="callback-nav"),
        ],
        id=Ids.PAGE,
    )


def _page(selection: Selection, code: str, done: Done | None = None) -> Markup:
    store, viewer, today = current_store(), current_viewer(), current_today()
    if not code:
        return _list(presenter.list_view(store, viewer, selection, today=today), done)
    view = presenter.pathway_view(store, viewer, code, selection, today=today)
    needs_units = any(step.is_open for step in view.steps)
    offered = presenter.units_to_invite(store, viewer, today) if needs_units else {}
    return _pathway(view, offered, done)


def _said(done: Done | None) -> Markup:
    if done is None or not done.words:
        return Markup('<p role="status"></p>')
    return Markup('<div class="alert alert--{} mt-2" role="{}">{}<div>{}</div></div>').format(
        "error" if done.is_refused else "ok",
        "alert" if done.is_refused else "status",
        ui_icon("warn" if done.is_refused else "check"),
        done.words,
    )


# ---------------------------------------------------------------------------------------------------------- the list


def _list(view: ListView, done: Done | None) -> Markup:
    lines = Markup("").join(_line(one) for one in view.pathways)
    if not view.pathways:
        lines = Markup('<p class="empty">{}</p>').format(
            _("I er ikke med i et forløb endnu. Lav et ud fra et sæt, eller bed om at blive inviteret.")
        )
    sets = Markup("").join(_line(one) for one in view.sets)
    return Markup(
        '<h1 tabindex="-1">{}</h1><p class="muted mt-1 prose">{}</p>{}'
        '<section class="card mt-3" aria-labelledby="h-mine"><h2 id="h-mine">{}</h2>{}</section>{}'
        '<section class="card mt-3" aria-labelledby="h-sets"><h2 id="h-sets">{}</h2>{}</section>'
    ).format(
        _("Forløb"),
        _("Trin på tværs af sektorer med en måling på hvert. Alle, der har et trin, ser hele forløbet; et trin kan "
          "kun ændres af dem, det hører til."),
        _said(done),
        _("Forløb, I kan se"),
        lines,
        _make(view),
        _("Færdige sæt"),
        sets,
    )  # fmt: skip


def _line(one: PathwayLine) -> Markup:
    steps = Markup("").join(Markup("<li>{}<span>{}</span></li>").format(icon, name) for name, icon in one.icons)
    own = Markup(' <span class="badge">{}</span>').format(_("jeres")) if one.is_own else NOTHING
    return Markup(
        '<div class="pw__line"><h3><a href="{}">{}</a>{}</h3><p class="muted f-13">{}</p><ol class="pw__mini">{}'
        "</ol></div>"
    ).format(one.href, one.name, own, one.text, steps)


def _make(view: ListView) -> Markup:
    if not view.may_make:
        return NOTHING
    return Markup(
        '<section class="card mt-3 no-print" aria-labelledby="h-make"><h2 id="h-make">{}</h2>'
        '<p class="muted f-13 mt-1">{}'
        '</p><div class="pw__form mt-2"><div class="field"><label for="pw-set">{}</label>'
        '<select class="select" id="pw-set" '
        'name="set">{}</select></div><div class="field"><label for="pw-name">{}</label>'
        '<input class="input" id="pw-name" '
        'name="name" maxlength="{}"></div><button type="button" class="btn btn--primary" data-press="make">{}'
        "</button></div>"
        "</section>"
    ).format(
        _("Lav et forløb"),
        _("{unit} får trinnene i sin egen sektor. Til de øvrige inviterer I andre enheder bagefter.").format(
            unit=view.unit_name
        ),
        _("Ud fra"),
        _options(view.choices),
        _("Navn"),
        LONGEST_NAME,
        _("Lav forløbet"),
    )


def _options(choices: tuple[Choice, ...]) -> Markup:
    return Markup("").join(
        Markup('<option value="{}"{}>{}</option>').format(
            one.value, Markup(" selected") if one.is_chosen else NOTHING, one.label
        )
        for one in choices
    )


# ------------------------------------------------------------------------------------------------------- one pathway


def _pathway(view: PathwayView, offered: dict[str, tuple[Choice, ...]], done: Done | None) -> Markup:
    first = FirstMention("tilfaeldig-variation", "median", "kontrolgraenser", "maaltal", "falsk-alarm", "for-faa-data")
    strip = Markup("").join(_card(step, first) for step in view.steps)
    demo = Markup(' <span class="badge badge--demo">DEMO</span>') if view.is_demo else NOTHING
    source = (
        Markup('<p class="note">{}</p>').format(_("Kilde: {source}").format(source=view.source))
        if view.source
        else NOTHING
    )
    body = NOTHING
    if not view.is_set:
        body = _charts(view) + _edit(view, offered)
    return Markup(
        '<p class="kback no-print"><a href="{}">{}{}</a></p><h1 tabindex="-1">{}{}</h1>'
        '<p class="muted mt-1 prose">{}</p>{}'
        '<ol class="pw" aria-label="{}">{}</ol>{}{}'
    ).format(
        view.back_href,
        ui_icon("arr-l", size=16),
        _("Alle forløb"),
        view.title,
        demo,
        view.lead,
        _said(done),
        _("Forløbets trin"),
        strip,
        body,
        source,
    )


def _card(step: StepView, explained: FirstMention) -> Markup:
    state = css_state(step.variation) if step.variation else ""
    head = Markup(
        '<p class="pw__sec"><span class="pw__mark pw__mark--{}" aria-hidden="true">{}</span>{}</p><h2>{}. {}</h2>'
    ).format(step.sector, step.sector_mark, step.sector_name, step.number, step.name)
    if step.sight is Sight.NO_ACCESS:
        body = Markup('<p class="pw__none">{}{}</p>').format(
            ui_icon("lock", size=16), _("Ingen adgang til trinnets måling")
        )
    elif step.sight is Sight.NO_SERIES:
        words = step.note or _("Ingen måling endnu")
        what = Markup('<p class="f-13">{}</p>').format(step.series) if step.series else NOTHING
        body = what + Markup('<p class="pw__none">{}</p>').format(words if not step.series else NOTHING)
        if step.unit:
            body += Markup('<p class="muted f-12">{}</p>').format(step.unit)
    else:
        name = Markup('<a href="{}">{}</a>').format(step.href, step.series) if step.href else step.series
        body = Markup(
            '<p class="pw__s">{}</p><p class="muted f-12">{}</p><p class="pw__v"><span class="pw__icons">{}</span>'
            '<b class="t-{}">{}</b></p><p class="f-12 pw__say">{}</p>'
        ).format(name, step.unit, step.icons, state, step.value, explained(step.sentence))
    owner = (
        Markup('<p class="muted f-12 pw__own">{}{}</p>').format(ui_icon("user", size=16), step.owner)
        if step.owner
        else NOTHING
    )
    return Markup('<li class="pw__step{}">{}{}{}</li>').format(" is-own" if step.is_own else "", head, body, owner)


def _charts(view: PathwayView) -> Markup:
    rows = Markup("").join(_row(step) for step in view.steps)
    if view.letters:
        drawn = Markup("").join(
            Markup('<div class="pw__chart pw__chart--{}">{}</div>').format(size, letters)
            for size, letters in view.letters
        )
        rows = Markup('<div class="pw__row pw__row--l"><div></div><div>{}</div></div>').format(drawn) + rows
    notes = Markup("").join(
        Markup('<li><span class="flag">{}</span><span>{} · {}: {}</span></li>').format(
            one.letter, one.when, one.step, one.text
        )
        for one in view.notes
    )
    listed = (
        Markup('<section class="card mt-3" aria-labelledby="h-notes"><h2 id="h-notes">{}</h2>'
        '<p class="muted f-13 mt-1">{}'
               '</p><ul class="pw__notes">{}</ul></section>').format(
            _("Noter i forløbet"),
            _("Bogstaverne står øverst på tidsaksen, og stregen går ned gennem alle trin."),
            notes,
        )
        if view.notes
        else NOTHING
    )  # fmt: skip
    return Markup(
        '<section class="card mt-3" aria-labelledby="h-time"><div class="row row--between row--wrap">'
        '<h2 id="h-time">{}</h2>'
        '<span class="muted f-13">{}</span></div><p class="muted f-12 mt-1">{}</p><div class="pw__rows">{}</div>'
        "{}</section>{}"
    ).format(
        _("Trinnene over tid"),
        view.span,
        _("Månederne står lige under hinanden. Højden kan ikke sammenlignes mellem trin: hver har sin egen skala."),
        rows,
        _table(view) if view.rows else NOTHING,
        listed,
    )


def _table(view: PathwayView) -> Markup:
    heads = Markup("").join(Markup('<th scope="col">{}</th>').format(name) for name in view.heads)
    rows = Markup("").join(
        Markup('<tr><th scope="row" class="nowrap">{}</th>{}</tr>').format(
            when, Markup("").join(Markup("<td>{}</td>").format(one) for one in shown)
        )
        for when, *shown in view.rows
    )
    return Markup(
        '<details class="disc mt-2"><summary>{0}</summary><div class="tbl-wrap" tabindex="0" role="region" '
        'aria-label="{0}"><table class="tbl tbl--compact"><caption class="visually-hidden">{0}</caption>'
        '<thead><tr><th scope="col">{1}</th>{2}</tr></thead><tbody>{3}</tbody></table></div></details>'
    ).format(_("Trinnene som tabel"), _("Måned"), heads, rows)


def _row(step: StepView) -> Markup:
    if step.sight is Sight.NO_ACCESS:
        chart = Markup('<p class="pw__none">{}</p>').format(_("Ingen adgang til trinnets måling"))
    elif not step.charts:
        chart = Markup('<p class="pw__none">{}</p>').format(
            _("Ingen måling endnu") if step.sight is Sight.NO_SERIES else _("Ingen månedstal at vise")
        )
    else:
        chart = Markup("").join(
            Markup('<div class="pw__chart pw__chart--{}">{}</div>').format(size, drawn) for size, drawn in step.charts
        )
    return Markup(
        '<div class="pw__row"><div class="pw__l"><h3>{}. {}</h3><p class="f-12">{}</p><p class="muted f-12">{}</p>'
        "</div>"
        "<div>{}</div></div>"
    ).format(step.number, step.name, step.series, step.value or step.unit, chart)


def _edit(view: PathwayView, offered: dict[str, tuple[Choice, ...]]) -> Markup:
    if not view.may_shape:
        return NOTHING
    fields = Markup("").join(
        _own(step) if step.is_own else _invite(step, offered) if step.is_open else _others(step) for step in view.steps
    )
    return Markup(
        '<section class="card mt-3 no-print" aria-labelledby="h-edit"><h2 id="h-edit">{}</h2>'
        '<p class="muted f-13 mt-1">{}</p>'
        "{}{}{}</section>"
    ).format(
        _("Ret forløbet"),
        with_terms(
            _(
                "Målingen på et trin vises for alle, der har et trin i forløbet, uden små tal. Rækkefølge og navn kan "
                "alle, der har et trin, ændre; andres trin ændrer de selv."
            ),
            "smaa-tal",
        ),
        _name(view),
        fields,
        _add(view),
    )


def _name(view: PathwayView) -> Markup:
    return Markup(
        '<div class="pw__form"><div class="field"><label for="pw-name">{}</label><input class="input" id="pw-name" '
        'name="pathway-name" maxlength="{}" value="{}"></div>'
        '<button type="button" class="btn" name="do-name" data-press="name">{}</button></div>'
    ).format(_("Forløbets navn"), LONGEST_NAME, view.title, _("Gem navnet"))


def _add(view: PathwayView) -> Markup:
    return Markup(
        '<div class="pw__form" role="group" aria-label="{head}"><p class="pw__which"><b>{head}</b></p>'
        '<div class="field"><label for="pw-an">{name}</label><input class="input" id="pw-an" name="add-name" '
        'maxlength="{most}"></div>'
        '<div class="field"><label for="pw-as">{sector}</label><select class="select" id="pw-as" name="add-sector">'
        "{sectors}</select></div>"
        '<div class="field"><label for="pw-au">{unit}</label><select class="select" id="pw-au" name="add-unit">'
        '<option value="">{none}</option>{units}</select></div>'
        '<button type="button" class="btn" data-press="add">{do}</button></div>'
    ).format(
        head=_("Nyt trin"),
        name=_("Trinnets navn"),
        most=LONGEST_NAME,
        sector=_("Sektor"),
        sectors=_options(tuple(Choice(one.value, _(words)) for one, words in SECTORS.items())),
        unit=_("Hvis trin er det?"),
        none=_("Ingens endnu"),
        units=_options(view.own_units),
        do=_("Tilføj trin"),
    )


def _step_name(step: StepView) -> Markup:
    return Markup(
        '<div class="field"><label for="pw-n-{id}">{label}</label>'
        '<input class="input" id="pw-n-{id}" name="name-{id}" maxlength="{most}" value="{name}"></div>'
    ).format(id=step.id, label=_("Trinnets navn"), most=LONGEST_NAME, name=step.name)


def _order(step: StepView) -> Markup:
    """The buttons that move a step, and the one that takes it out; they keep their names when the page is drawn anew,
    so that the keyboard stays on them."""
    head = f"{step.number}. {step.name}"
    parts = Markup("").join(
        Markup(
            '<button type="button" class="btn btn--quiet btn--icon" name="{do}-{id}" data-press="{do} {id}" '
            'aria-label="{label}">{icon}</button>'
        ).format(do=do, id=step.id, label=label.format(step=head), icon=ui_icon(icon))
        for do, label, icon in (
            ("up", _("Flyt {step} frem"), "arr-up"),
            ("down", _("Flyt {step} tilbage"), "arr-dn"),
        )
    )
    if step.may_rename:
        parts += Markup(
            '<button type="button" class="btn btn--quiet" data-press="remove {}" aria-label="{}">{}</button>'
        ).format(step.id, _("Fjern {step}").format(step=head), _("Fjern"))
    return parts


def _others(step: StepView) -> Markup:
    head = f"{step.number}. {step.name}"
    return Markup(
        '<div class="pw__form" role="group" aria-label="{0}"><p class="pw__which"><b>{0}</b> '
        '<span class="muted f-13">{1}</span></p>{2}</div>'
    ).format(head, step.unit, _order(step))


def _own(step: StepView) -> Markup:
    return Markup(
        '<div class="pw__form" role="group" aria-label="{head}"><p class="pw__which"><b>{head}</b></p>{name}'
        '<div class="field"><label for="pw-s-{id}">{series}</label>'
        '<select class="select" id="pw-s-{id}" name="series-{id}">'
        '<option value="">{none}</option>{options}</select></div><div class="field">'
        '<label for="pw-o-{id}">{owner_l}</label>'
        '<input class="input" id="pw-o-{id}" name="owner-{id}" maxlength="{most}" value="{owner}"></div>'
        '<button type="button" class="btn" name="do-{id}" data-press="series {id}">{save}</button>'
        '<button type="button" class="btn btn--quiet" data-press="leave {id}">{leave}</button>{order}</div>'
    ).format(
        head=f"{step.number}. {step.name}",
        name=_step_name(step),
        order=_order(step),
        id=step.id,
        series=_("Måling"),
        none=_("Ingen"),
        options=_options(step.choices),
        owner_l=_("Ansvarlig"),
        owner=step.owner,
        most=LONGEST_OWNER,
        save=_("Gem trinnet"),
        leave=_("Giv trinnet fra jer"),
    )


def _invite(step: StepView, offered: dict[str, tuple[Choice, ...]]) -> Markup:
    choices = offered.get(step.sector, ())
    head = f"{step.number}. {step.name}"
    invite = Markup('<p class="muted f-13">{}</p>').format(
        _("Der er endnu ingen enheder i {sector} at invitere.").format(sector=step.sector_name.lower())
    )
    if choices:
        invite = Markup(
            '<div class="field"><label for="pw-u-{id}">{unit}</label>'
            '<select class="select" id="pw-u-{id}" name="unit-{id}"><option value="">{none}</option>{options}</select>'
            '</div><button type="button" class="btn" data-press="invite {id}">{save}</button>'
        ).format(id=step.id, unit=_("Enhed"), none=_("Vælg"), options=_options(choices), save=_("Invitér"))
    return Markup(
        '<div class="pw__form" role="group" aria-label="{head}"><p class="pw__which"><b>{head}</b></p>{name}'
        '<button type="button" class="btn" name="do-{id}" data-press="rename {id}">{save}</button>{invite}{order}</div>'
    ).format(
        head=head,
        id=step.id,
        name=_step_name(step),
        save=_("Gem navnet"),
        invite=invite,
        order=_order(step),
    )


# ----------------------------------------------------------------------------------------------------------- callbacks


def register_callbacks(app: Dash) -> None:
    @app.callback(
        Output(Ids.DO, "html"),
        Output(Ids.DO, "focus"),
        Output(Ids.GO, "href"),
        Input(Ids.DO, "pressed"),
        State(Ids.OF, "data"),
        prevent_initial_call=True,
    )
    def press(pressed: dict[str, Any], of: dict[str, str]) -> Any:
        selection = Selection.from_query(of["query"])
        done = presenter.press(current_store(), current_viewer(), pressed, selection, of["code"], now=current_now())
        if done.go:
            return no_update, no_update, done.go
        focus = {"name": done.focus, "at": pressed.get("at")} if done.focus else no_update
        return str(_page(selection, of["code"], done)), focus, no_update


PAGE = PageRecord(
    path=PATH,
    also=(f"{PATH}/<code>",),
    name=N_("Forløb"),
    layout=layout,
    exists=exists,
    title=title,
    icon="path",
    order=22,
    fields=("enhed",),
)

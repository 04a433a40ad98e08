"""One indicator of the library: what is in force, what waits to be checked, its versions, and the check itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update
from flask import Response, abort, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from dashboards.components.definition_form import message, reading, remark
from dashboards.components.form import Form
from dashboards.components.markup import Html
from dashboards.context import current_now, current_settings, current_store, current_today, current_viewer
from dashboards.figures.icons import ui_icon
from dashboards.pages import PageRecord
from dashboards.presenters import indicator_library as presenter
from dashboards.presenters.indicator_library import LIST, AboutView
from dashboards.selection import Selection
from dashboards.text import N_, _, language, moment_text
from data.access import Viewer
from data.definition_file import write_definition
from data.errors import NotFound
from data.store import Store

NOTHING = Markup("")


class Ids:
    PAGE = "definition-about"
    CHECK = "definition-check"
    SEEN = "definition-seen"
    TOLD = "definition-told"
    GO = "definition-about-go"


def exists(store: Store, viewer: Viewer, path_args: Mapping[str, str], selection: Selection) -> bool:
    presenter.entry_of(store, viewer, path_args["code"], today=current_today())
    return True


def title(selection: Selection, code: str) -> str:
    return _("Om {code}").format(code=code)


def layout(selection: Selection, code: str) -> Any:
    view = presenter.about_view(
        current_store(), current_viewer(), selection, code, today=current_today(), timezone=current_settings().timezone
    )
    proposal = view.proposal
    seen = {"code": code, "proposal": proposal.id, "at": proposal.changed_at.isoformat()} if proposal else {}
    return html.Div(
        id=Ids.PAGE,
        className="defa",
        children=[
            Html(html=_head(view)),
            Html(id=Ids.TOLD, html=message(*view.message) if view.message[0] else None, className="deff__m"),
            Html(html=_proposal(view)),
            Form(id=Ids.CHECK, html=_check(view), className="defa__c"),
            Html(html=_below(view)),
            dcc.Store(id=Ids.SEEN, data=seen),
            dcc.Location(id=Ids.GO, refresh="callback-nav"),
        ],
    )


def register_callbacks(app: Dash) -> None:
    app.server.add_url_rule(f"{LIST}/<code>.yaml", "definition_file", definition_file)

    @app.callback(
        Output(Ids.TOLD, "html"),
        Output(Ids.GO, "href"),
        Input(Ids.CHECK, "pressed"),
        State(Ids.SEEN, "data"),
        prevent_initial_call=True,
    )
    def pressed(told: dict[str, Any] | None, seen: dict[str, Any]) -> tuple[Any, Any]:
        if not told or not seen:
            return no_update, no_update
        done = presenter.press(
            current_store(),
            current_viewer(),
            told["name"],
            seen["code"],
            seen["proposal"],
            seen["at"],
            str(told["values"].get("comment", "")),
            today=current_today(),
            now=current_now(),
        )
        return (str(message(done.kind, done.text)) if done.kind else no_update), done.href or no_update


def definition_file(code: str) -> ResponseReturnValue:
    """The definition as YAML, to keep, to send to another house, or to change and read in again."""
    asked = request.args.get("version", "")
    try:
        name, content, version = presenter.file_of(
            current_store(),
            current_viewer(),
            code,
            int(asked) if asked.isdigit() else None,
            today=current_today(),
        )
    except NotFound:
        abort(404)
    answer = Response(write_definition(content, version=version), mimetype="application/yaml")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


PAGE = PageRecord(
    path=f"{LIST}/<code>/om",
    name=N_("Om indikatoren"),
    layout=layout,
    exists=exists,
    title=title,
    section=LIST,
    fields=(),
)


# ------------------------------------------------------------------------------------------------------- the parts


def page_parts(view: AboutView) -> Markup:
    """Everything the page says, in its order."""
    return _head(view) + _proposal(view) + _check(view) + _below(view)


def _head(view: AboutView) -> Markup:
    chevron = ui_icon("chev-r", size=16)
    crumb = Markup(
        '<nav class="crumb" aria-label="{}"><ol><li><a href="{}">{}</a>{}</li>'
        '<li aria-current="page">{}</li></ol></nav>'
    ).format(_("Brødkrumme"), view.list_href, _("Indikatorer"), chevron, view.code)
    links = NOTHING
    if view.chart_href:
        links += Markup('<a class="btn" href="{}">{}{}</a>').format(
            view.chart_href, ui_icon("chart", size=16), _("Diagram")
        )
    links += Markup('<a class="btn" href="{}" download>{}{}</a>').format(
        view.file_href, ui_icon("download", size=16), _("Hent YAML")
    )
    if view.may_edit:
        text = _("Ret kladden") if view.proposal else _("Ny version")
        links += Markup('<a class="btn btn--primary" href="{}">{}{}</a>').format(
            view.edit_href, ui_icon("edit", size=16), text
        )
    return Markup(
        '{}<div class="lead lib__lead"><div><h1 tabindex="-1">{}</h1><p><span class="{}">{}</span> {}</p></div>'
        '<div class="row row--wrap">{}</div></div>'
    ).format(crumb, view.name, view.badge, view.state, view.code, links)


def _proposal(view: AboutView) -> Markup:
    """What is being written or waits: by whom, what it would change, and what the linter says."""
    proposal = view.proposal
    if proposal is None:
        return NOTHING
    what = _("Version {version}: {state}").format(version=proposal.version, state=view.state.lower())
    by = _("Skrevet af {author}, senest ændret {when}.").format(
        author=proposal.author, when=moment_text(proposal.changed_at, view.timezone)
    )
    comment = NOTHING
    if proposal.comment:
        said = _("{checker}: {comment}").format(checker=proposal.checker, comment=proposal.comment)
        comment = Markup('<div class="alert alert--warn">{}<div>{}</div></div>').format(ui_icon("undo"), said)
    waiting = Markup('<p class="muted">{}</p>').format(view.waiting) if view.waiting else NOTHING
    remarks = Markup("").join(
        Markup("<li>{}</li>").format(remark(one.weight, one.sentence(language()))) for one in view.remarks
    )
    listed = NOTHING
    if remarks:
        listed = Markup('<h3>{}</h3><ul class="plain defa__r">{}</ul>').format(
            _("Bemærkninger fra eftersynet"), remarks
        )
    body = (
        _differences(view)
        if view.is_in_force
        else Markup("<h3>{}</h3>{}").format(
            _("Sådan læser lederen den"), reading(proposal.content, view.unit_names, view.goal_names)
        )
    )
    return Markup(
        '<section class="card defa__p" aria-labelledby="defa-p"><h2 id="defa-p">{}</h2><p>{}</p>{}{}{}{}</section>'
    ).format(what, by, waiting, comment, body, listed)


def _differences(view: AboutView) -> Markup:
    if not view.differences:
        return Markup("<p>{}</p>").format(_("Intet er ændret endnu."))
    rows = Markup("").join(
        Markup(
            '<tr><th scope="row">{}{}</th><td data-label="{}"><del>{}</del></td>'
            '<td data-label="{}"><ins>{}</ins></td></tr>'
        ).format(
            one.label,
            Markup(' <span class="badge badge--warn">{}</span>').format(_("databrud")) if one.is_breaking else NOTHING,
            _("Nu"),
            one.before,
            _("Forslag"),
            one.after,
        )
        for one in view.differences
    )
    broken = NOTHING
    if view.draws_break:
        broken = Markup('<div class="alert alert--info mt-2">{}<div>{}</div></div>').format(
            ui_icon("info"),
            _("Godkendes den, tegnes et databrud på alle målinger, der har tal fra før. Tallene selv bliver stående."),
        )
    return Markup(
        '<h3>{}</h3><div class="tbl-wrap" tabindex="0" role="region" aria-label="{}"><table class="tbl tbl--diff">'
        '<thead><tr><th scope="col">{}</th><th scope="col">{}</th><th scope="col">{}</th></tr></thead>'
        "<tbody>{}</tbody></table></div>{}"
    ).format(_("Det bliver ændret"), _("Det bliver ændret"), _("Felt"), _("Nu"), _("Forslag"), rows, broken)


def _check(view: AboutView) -> Markup:
    """The check, for somebody else than the author; taking back and withdrawing, for those who may."""
    if view.proposal is None:
        return NOTHING
    buttons = NOTHING
    comment = NOTHING
    if view.may_check:
        comment = Markup(
            '<div class="field"><label for="f-comment">{}</label><textarea class="textarea" id="f-comment" '
            'name="comment" rows="3" aria-describedby="f-comment-hint"></textarea>'
            '<span class="hint" id="f-comment-hint">{}</span></div>'
        ).format(
            _("Bemærkning"),
            _("Skal skrives, når forslaget sendes tilbage. Skriv aldrig om enkelte patienter."),
        )
        buttons += Markup(
            '<button type="button" class="btn btn--primary btn--lg" data-press="approve">{}{}</button>'
            '<button type="button" class="btn btn--lg" data-press="return">{}{}</button>'
        ).format(ui_icon("check", size=16), _("Godkend"), ui_icon("undo", size=16), _("Send tilbage"))
    if view.may_reopen:
        buttons += Markup('<button type="button" class="btn" data-press="reopen">{}</button>').format(
            _("Tag tilbage og ret")
        )
    if view.may_withdraw:
        buttons += Markup('<button type="button" class="btn btn--quiet" data-press="withdraw">{}</button>').format(
            _("Træk forslaget tilbage")
        )
    heading = _("Din kontrol") if view.may_check else _("Forslaget")
    return Markup(
        '<section class="card" aria-labelledby="defa-c"><h2 id="defa-c">{}</h2>{}'
        '<div class="deff__b">{}</div></section>'
    ).format(heading, comment, buttons)


def _below(view: AboutView) -> Markup:
    force = NOTHING
    if view.is_in_force:
        force = Markup('<section class="card" aria-labelledby="defa-f"><h2 id="defa-f">{}</h2>{}</section>').format(
            _("I kraft"), reading(view.content, view.unit_names, view.goal_names)
        )
    return Markup('<div class="deff__2 deff__2--even">{}{}</div>').format(force, _history(view))


def _history(view: AboutView) -> Markup:
    if not view.steps:
        return NOTHING
    items = Markup("").join(
        Markup("<li><b>{}</b><span>{}</span>{}{}</li>").format(
            step.what,
            " · ".join(part for part in (step.when, step.who) if part),
            Markup("<q>{}</q>").format(step.comment) if step.comment else NOTHING,
            Markup('<a href="{}" download>{}</a>').format(step.file_href, _("Hent YAML"))
            if step.file_href
            else NOTHING,
        )
        for step in view.steps
    )
    return Markup(
        '<section class="card" aria-labelledby="defa-h"><h2 id="defa-h">{}</h2><ol class="defa__h">{}</ol></section>'
    ).format(_("Versioner"), items)

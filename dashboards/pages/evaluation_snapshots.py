"""Frosne datasæt: freeze what is asked now, cite it, see what is different since, and take a report home."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from markupsafe import Markup

from dashboards.components import report_blocks
from dashboards.components.download_menu import attachment, current_origin
from dashboards.components.evaluation_nav import COHORTS, SNAPSHOTS, evaluation_nav
from dashboards.components.form import Form
from dashboards.components.markup import Html
from dashboards.context import current_now, current_store, current_today, current_viewer
from dashboards.errors import refuse
from dashboards.exports.evaluation.forms import REPORT_FORMS, write_report
from dashboards.figures.icons import ui_icon
from dashboards.pages import PageRecord
from dashboards.presenters import evaluation_report
from dashboards.presenters import evaluation_snapshots as presenter
from dashboards.presenters.evaluation_report import Asked
from dashboards.presenters.evaluation_snapshots import Frozen
from dashboards.selection import Selection
from dashboards.text import N_, _, language
from data.access import NotAllowed, NotFound, Role, Viewer
from data.errors import DataError, Refused
from data.queries import evaluation
from data.snapshots import LONGEST_TITLE
from data.store import Store

NOTHING = Markup("")


class Ids:
    PAGE = "snapshots"
    FORM = "snapshots-form"
    VIEW = "snapshots-view"
    SAID = "snapshots-said"
    LIST = "snapshots-list"


def exists(store: Store, viewer: Viewer, path_args: Mapping[str, str], selection: Selection) -> bool:
    evaluation.require_evaluator(viewer)
    return True


def layout(selection: Selection) -> Any:
    store, viewer = current_store(), current_viewer()
    asked: Asked | None = None
    reason = ""
    try:
        asked = evaluation_report.asked(store, viewer, selection)
    except Refused as refusal:
        reason = refusal.reason(language())
    choice = asked.choice if asked else None
    nav = evaluation_nav(
        SNAPSHOTS,
        selection,
        programmes=choice.programmes if choice else (),
        indicators=choice.indicator_choices() if choice else (),
    )
    lead = _("Et frosset datasæt har data, indstillinger, versioner og resultater under ét nummer, der kan citeres.")
    head = Markup('<h1 tabindex="-1">{}</h1><p class="muted">{}</p>').format(_("Frosne datasæt"), lead)
    return html.Div(
        [
            Html(html=nav + head),
            Form(Ids.FORM, _freeze_form(asked) if asked else Markup('<p class="muted">{}</p>').format(reason)),
            Html(id=Ids.SAID, html=NOTHING, **{"aria-live": "polite"}),
            Html(id=Ids.LIST, html=_list()),
            dcc.Store(id=Ids.VIEW, data=selection.to_query()),
        ],
        id=Ids.PAGE,
    )


def _freeze_form(asked: Asked) -> Markup:
    about = _("Fryses: {name}, {programme}; {settings}.").format(
        name=asked.definition.name.say(language()),
        programme=asked.programme.say(language()),
        settings=evaluation_report.settings_words(asked.call),
    )
    return Markup(
        '<section class="card rp__f mt-3 no-print" aria-labelledby="h-freeze"><h2 id="h-freeze">{}</h2><p>{}</p>'
        '<p><label for="sn-title">{}</label><input class="input" id="sn-title" name="title" maxlength="{}" '
        'autocomplete="off"></p><button type="button" class="btn btn--primary" data-press="freeze">{}{}</button>'
        "</section>"
    ).format(
        _("Frys datasættet, som det er nu"),
        about,
        _("Titel (valgfri)"),
        LONGEST_TITLE,
        ui_icon("lock", size=16),
        _("Frys"),
    )


def _list() -> Markup:
    found = presenter.frozen_sets(current_store(), current_viewer(), origin=current_origin())
    if not found:
        return Markup('<p class="muted mt-4">{}</p>').format(_("Der er ikke frosset noget endnu."))
    cards = Markup("").join(_card(one) for one in found)
    return Markup('<div class="snap mt-4">{}</div>').format(cards)


def _card(one: Frozen) -> Markup:
    hrefs = [(code, f"{SNAPSHOTS}/{one.id}.{code}") for code in REPORT_FORMS]
    details = Markup("").join(Markup("<li>{}</li>").format(words) for words in one.since.details)
    changed = Markup("").join(Markup("<li>{}</li>").format(words.say(language())) for words in one.since.conclusions)
    reason = one.since.reason.say(language()) if one.since.reason else ""
    other = _("Andre versioner end dengang regner nu: de sidste cifre kan afvige.") if one.is_other_version else ""
    return Markup(
        '<section class="card" aria-labelledby="sn-{0}"><div class="snap__h"><div><h2 id="sn-{0}">{1}</h2>'
        '<p class="muted f-13">{2}</p></div><p class="snap__id">{0}</p></div><p class="rp__lead mt-2">{3}</p>'
        '<p class="mt-2"><b>{4}</b></p>{5}{6}<p class="muted f-13">{7} {8}</p>'
        '<p class="muted f-13 mt-2">{9}</p><p class="rp__code">{10}</p><div class="snap__do no-print">{11}{12}</div>'
        "</section>"
    ).format(
        one.id,
        one.title,
        one.about,
        one.finding,
        one.since.sentence,
        Markup('<ul class="rp__list">{}</ul>').format(changed) if changed else NOTHING,
        Markup('<ul class="rp__list muted f-13">{}</ul>').format(details) if details else NOTHING,
        reason,
        other,
        _("Citér sådan"),
        one.citation,
        report_blocks.downloads(hrefs, _("Hent rapport")),
        report_blocks.copy_button(one.citation, _("Kopiér henvisning")),
    )


def register_callbacks(app: Dash) -> None:
    app.server.add_url_rule(f"{SNAPSHOTS}/<snapshot>.<form>", "evaluation_frozen_report", report_file)

    @app.callback(
        [Output(Ids.SAID, "html"), Output(Ids.LIST, "html")],
        Input(Ids.FORM, "pressed"),
        State(Ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def freeze(pressed: dict[str, Any], view: str) -> tuple[str, str]:
        selection = Selection.from_query(view.removeprefix("?")).on(current_today())
        said = _frozen_now(selection, str(pressed["values"].get("title", "")))
        return str(said), str(_list())


def _frozen_now(selection: Selection, title: str) -> Markup:
    """Freeze, and say which number it got, or why it could not be done."""
    store, viewer = current_store(), current_viewer()
    try:
        made = presenter.freeze(
            store,
            viewer,
            evaluation_report.asked(store, viewer, selection),
            title=title,
            today=current_today(),
            now=current_now(),
            usable=(selection.before, selection.after),
        )
    except DataError as refusal:
        return _said("error", "warn", refusal.reason(language()))
    return _said("ok", "lock", _("Frosset med nummeret {id}.").format(id=made.id))


def _said(kind: str, icon: str, words: str) -> Markup:
    return Markup('<div class="alert alert--{} mt-2">{}<div>{}</div></div>').format(kind, ui_icon(icon), words)


def report_file(snapshot: str, form: str) -> Any:
    """The report of a frozen set as a file."""
    if form not in REPORT_FORMS:
        return refuse(404, _("Rapporten findes ikke i den form."))
    try:
        analysis = presenter.analysis_of(
            current_store(),
            current_viewer(),
            snapshot,
            origin=current_origin(),
            now=current_now(),
            takes_frame=form == "zip",
        )
    except NotAllowed as refusal:
        return refuse(403, refusal.reason(language()))
    except (NotFound, Refused) as refusal:
        return refuse(404, refusal.reason(language()))
    name = evaluation_report.file_name(analysis, form)
    return attachment(write_report(form, analysis), REPORT_FORMS[form].media_type, name)


PAGE = PageRecord(
    path=SNAPSHOTS,
    name=N_("Frosne datasæt"),
    layout=layout,
    exists=exists,
    icon="lock",
    fields=(),
    roles=frozenset({Role.EVALUATOR, Role.ADMINISTRATOR}),
    section=COHORTS,
)

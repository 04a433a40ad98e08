"""Frosne datasæt: freeze what is asked now, cite it, see what is different since, and take a report home."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from markupsafe import Markup

from dashboards.components import report_blocks
from dashboards.components.computing import Shown, broken, computing, progress, register, stopped_line
from dashboards.components.download_menu import current_origin
from dashboards.components.evaluation_nav import COHORTS, SNAPSHOTS, evaluation_nav
from dashboards.components.evaluation_page import (
    asked_or_why_not,
    bench,
    bench_here,
    exists,
    report_answer,
    send_report,
)
from dashboards.components.form import Form
from dashboards.components.markup import Html
from dashboards.context import current_now, current_store, current_today, current_viewer
from dashboards.exports.evaluation.analysis import Analysis
from dashboards.exports.evaluation.forms import REPORT_FORMS
from dashboards.figures.icons import ui_icon
from dashboards.pages import PageRecord
from dashboards.presenters import evaluation_report
from dashboards.presenters import evaluation_snapshots as presenter
from dashboards.presenters.background_jobs import Busy, Job
from dashboards.presenters.evaluation_choice import owner_of
from dashboards.presenters.evaluation_report import Asked
from dashboards.presenters.evaluation_snapshots import Found, Frozen, Round, ToFreeze
from dashboards.presenters.evaluation_work import subject
from dashboards.selection import Selection
from dashboards.text import N_, _, language
from data.access import Role
from data.snapshots import LONGEST_TITLE

NOTHING = Markup("")
NAME = "snapshots"  # of the components that wait


class Ids:
    PAGE = "snapshots"
    FORM = "snapshots-form"
    VIEW = "snapshots-view"
    SETS = "snapshots-sets"


def layout(selection: Selection) -> Any:
    asked, why = asked_or_why_not(selection)
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
            Form(Ids.FORM, _freeze_form(asked) if asked else Markup('<p class="muted">{}</p>').format(why)),
            html.Div(_first(asked, selection), id=Ids.SETS),
            dcc.Store(id=Ids.VIEW, data=selection.to_query()),
        ],
        id=Ids.PAGE,
    )


def _first(asked: Asked | None, selection: Selection) -> html.Div:
    """The frozen sets with what is there of each; what is not is worked out while the page stands."""
    found = _sets()
    if all(one.found is not None for one in found):
        return _waiting("", Shown((_list(found),)), selection)
    return _begin(asked, selection, None)


def _begin(asked: Asked | None, selection: Selection, new: ToFreeze | None) -> html.Div:
    viewer = current_viewer()
    about = subject(viewer, asked) if asked is not None else viewer.account_id
    try:
        job = presenter.start(bench_here(), current_store(), viewer, origin=current_origin(), about=about, new=new)
    except Busy as refusal:
        return _waiting("", Shown((_list(_sets()),), _said("error", "clock", refusal.reason(language()))), selection)
    return _waiting(job.id, Shown((_list(_sets()),), _progress(job), is_over=False), selection)


def _waiting(job_id: str, shown: Shown, selection: Selection) -> html.Div:
    return computing(NAME, job_id, shown, view=selection.to_query(), css="mt-3")


def _progress(job: Job[Round]) -> Markup:
    said = job.progress.say(language())
    if job.about is not None and job.answer is None:
        said = _("Fryser: {step}. Bliv her, til nummeret står der.").format(step=said)
    return _outcome(job.answer) + progress(job.progress.share, said, _("Frosne datasæt beregnes"))


def _outcome(told: Round | None) -> Markup:
    """What became of the button: the number the new set got, or why there is none."""
    if told is None or not (told.made or told.refusal):
        return NOTHING
    if told.refusal is not None:
        return _said("error", "warn", told.refusal.reason(language()))
    return _said("ok", "lock", _("Frosset med nummeret {id}.").format(id=told.made))


def _look(job_id: str, view: str, stage: int) -> Shown:
    """The list again whenever one more set is worked out."""
    job = bench_here().get(job_id, owner_of(current_viewer()))
    if job is None:
        return _stopped(view)
    if job.fault is not None:
        bench_here().forget(job.id, job.owner)
        return Shown((broken(job.fault, Selection.from_query(view).href(SNAPSHOTS)),))
    told = job.answer or Round()
    n_drawn = told.n_ready + bool(told.made)
    is_new = n_drawn != stage or job.is_done
    status = _outcome(told) if job.is_done else _progress(job)
    return Shown((_list(_sets(told.reasons)) if is_new else None,), status, is_over=job.is_done, stage=n_drawn)


def _stop(job_id: str, view: str, _stage: int) -> Shown:
    bench_here().forget(job_id, owner_of(current_viewer()))
    return _stopped(view)


def _stopped(view: str) -> Shown:
    return Shown((_list(_sets()),), stopped_line(Selection.from_query(view).href(SNAPSHOTS)))


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


def _sets(reasons: Mapping[str, str] | None = None) -> tuple[Frozen, ...]:
    return presenter.frozen_sets(current_store(), current_viewer(), origin=current_origin(), reasons=reasons)


def _list(found: tuple[Frozen, ...]) -> Markup:
    """A card for each; who saw what came of it is noted."""
    seen = [one for one in found if one.found is not None]
    presenter.saw_results(current_store(), current_viewer(), seen, "frozen", now=current_now())
    if not found:
        return Markup('<p class="muted mt-4">{}</p>').format(_("Der er ikke frosset noget endnu."))
    cards = Markup("").join(_card(one) for one in found)
    return Markup('<div class="snap mt-4">{}</div>').format(cards)


def _card(one: Frozen) -> Markup:
    head = Markup(
        '<div class="snap__h"><div><h2 id="sn-{0}">{1}</h2><p class="muted f-13">{2}</p></div><p class="snap__id">{0}'
        "</p></div>"
    ).format(one.id, one.title, one.about)
    body = _found(one, one.found) if one.found is not None else _not_found(one)
    return Markup('<section class="card" aria-labelledby="sn-{}">{}{}</section>').format(one.id, head, body)


def _not_found(one: Frozen) -> Markup:
    """What stands until the set is worked out, or why it cannot be."""
    if one.reason:
        return Markup('<p class="rp__warn mt-2">{}</p>').format(one.reason)
    return Markup('<p class="muted mt-2">{}</p>').format(_("Regnes igen ud fra de frosne data."))


def _found(one: Frozen, found: Found) -> Markup:
    hrefs = [(code, f"{SNAPSHOTS}/{one.id}.{code}") for code in REPORT_FORMS]
    details = Markup("").join(Markup("<li>{}</li>").format(words) for words in found.since.details)
    changed = Markup("").join(Markup("<li>{}</li>").format(words.say(language())) for words in found.since.conclusions)
    reason = found.since.reason.say(language()) if found.since.reason else ""
    other = _("Andre versioner end dengang regner nu: de sidste cifre kan afvige.") if one.is_other_version else ""
    return Markup(
        '<p class="rp__lead mt-2">{}</p><p class="mt-2"><b>{}</b></p>{}{}<p class="muted f-13">{} {}</p>'
        '<p class="muted f-13 mt-2">{}</p><p class="rp__code">{}</p><div class="snap__do no-print">{}{}</div>'
    ).format(
        found.finding,
        found.since.sentence,
        Markup('<ul class="rp__list">{}</ul>').format(changed) if changed else NOTHING,
        Markup('<ul class="rp__list muted f-13">{}</ul>').format(details) if details else NOTHING,
        reason,
        other,
        _("Citér sådan"),
        found.citation,
        report_blocks.downloads(hrefs, _("Hent rapport")),
        report_blocks.copy_button(found.citation, _("Kopiér henvisning")),
    )


def register_callbacks(app: Dash) -> None:
    bench(app)
    app.server.add_url_rule(f"{SNAPSHOTS}/<snapshot>.<form>", "evaluation_frozen_report", report_file)
    register(app, NAME, _look, _stop)

    @app.callback(
        Output(Ids.SETS, "children"), Input(Ids.FORM, "pressed"), State(Ids.VIEW, "data"), prevent_initial_call=True
    )
    def freeze(pressed: dict[str, Any], view: str) -> html.Div:
        return _freeze(view, str(pressed["values"].get("title", "")))


def _freeze(view: str, title: str) -> html.Div:
    """Freeze what the address asks for now, beside the request."""
    selection = Selection.from_query(view.removeprefix("?")).on(current_today())
    asked, why = asked_or_why_not(selection)
    if asked is None:
        return _waiting("", Shown((_list(_sets()),), _said("error", "warn", why)), selection)
    usable = (selection.before, selection.after)
    return _begin(asked, selection, ToFreeze(asked, title, current_today(), usable))


def _said(kind: str, icon: str, words: str) -> Markup:
    return Markup('<div class="alert alert--{} mt-2">{}<div>{}</div></div>').format(kind, ui_icon(icon), words)


def report_file(snapshot: str, form: str) -> Any:
    """The report of a frozen set as a file."""
    store, viewer = current_store(), current_viewer()

    def read() -> Analysis | None:
        if not presenter.is_worked_out(store, viewer, snapshot):
            return None
        seen = [one for one in _sets() if one.hash.startswith(snapshot.lower())]
        presenter.saw_results(store, viewer, seen, "package" if form == "zip" else "report", now=current_now())
        return presenter.analysis_of(
            store, viewer, snapshot, origin=current_origin(), now=current_now(), takes_frame=form == "zip"
        )

    return report_answer(form, read, lambda analysis: send_report(analysis, form), SNAPSHOTS)


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

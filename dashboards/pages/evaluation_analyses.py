"""Analyser: the analysis card: what is asked, how it is answered, what the answer does not cover, how to redo it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update
from flask import Response, request
from markupsafe import Markup

from dashboards.components import report_blocks
from dashboards.components.computing import Shown, broken, busy, computing, done, progress, register, stopped
from dashboards.components.effect_settings import effect_settings
from dashboards.components.evaluation_nav import ANALYSES, COHORTS, EFFECT, SNAPSHOTS, evaluation_nav
from dashboards.components.evaluation_page import (
    analysis_work,
    around,
    asked_or_why_not,
    bench,
    exists,
    nothing_to_show,
    report_answer,
    send_report,
)
from dashboards.components.family_choice import declared_list, family_choice
from dashboards.components.form import Form
from dashboards.components.markup import Html
from dashboards.context import current_now, current_settings, current_store, current_today, current_viewer
from dashboards.exports.evaluation.analysis import Analysis
from dashboards.exports.evaluation.analysis import Plan as ReportPlan
from dashboards.exports.evaluation.content import design_section, report_of
from dashboards.exports.evaluation.forms import REPORT_FORMS
from dashboards.exports.evaluation.rerun import python_call
from dashboards.figures.icons import ui_icon
from dashboards.pages import PageRecord
from dashboards.presenters import evaluation_plans as plans
from dashboards.presenters import evaluation_report as presenter
from dashboards.presenters.background_jobs import Busy, Job
from dashboards.presenters.evaluation_choice import owner_of
from dashboards.presenters.evaluation_plans import PlanView
from dashboards.presenters.evaluation_report import Asked
from dashboards.presenters.evaluation_work import as_read_now
from dashboards.selection import Selection
from dashboards.text import N_, _, language
from data import analysis_plans
from data.access import Role
from data.analysis_plans import LONGEST
from data.errors import DataError

NOTHING = Markup("")
SHOWN = (
    "result", "question", "design", "checks", "sensitivity", "verdict", "family", "funnel", "limitations", "methods",
)  # fmt: skip
NAME = "analyses"  # of the components that wait


class Ids:
    PAGE = "analyses"
    FORM = "analyses-plan"
    SAID = "analyses-said"
    VIEW = "analyses-view"


def layout(selection: Selection) -> Any:
    asked, why = asked_or_why_not(selection)
    if asked is None:
        return nothing_to_show(ANALYSES, selection, _("Der er ingen analyse at vise"), why)
    viewer = current_viewer()
    has_results = plans.shows_results(plans.plan_for(current_store(), viewer, asked), selection.show, viewer)
    job_id, shown = _first(asked, selection) if has_results else ("", _without_results(asked, selection))
    about = {"query": selection.to_query(), "seen": has_results}
    plan = [
        Form(Ids.FORM, plan_form(asked, selection, has_results=has_results)),
        Html(id=Ids.SAID, html=NOTHING, **{"aria-live": "polite"}),
        dcc.Store(id=Ids.VIEW, data=about),
    ]
    card = computing(NAME, job_id, shown, view=selection.to_query(), line_at=1, between=plan)
    return html.Div([Html(html=_bar(asked, selection)), card], id=Ids.PAGE)


def _first(asked: Asked, selection: Selection) -> tuple[str, Shown]:
    """The results, where they are there; else the work that is begun, or why it is not."""
    analysis = found(asked, selection)
    if analysis is not None:
        return "", _results(analysis, asked, selection)
    try:
        job = analysis_work().start(current_store(), current_viewer(), asked, around(selection))
    except Busy as refusal:
        return "", Shown((busy(refusal, selection.href(ANALYSES)), NOTHING))
    return job.id, Shown((_waiting(asked), NOTHING), _progress(job), is_over=False)


def found(asked: Asked, selection: Selection) -> Analysis | None:
    """What the address asks, for the viewer of this request, with the plan that belongs to it, if it is there."""
    return analysis_work().found(current_store(), current_viewer(), asked, around(selection), _plan_told(asked))


def _plan_told(asked: Asked) -> ReportPlan | None:
    plan = plans.plan_for(current_store(), current_viewer(), asked)
    return plans.report_plan(plan, plans.settings_of(asked), timezone=current_settings().timezone)


def _results(analysis: Analysis, asked: Asked, selection: Selection) -> Shown:
    """Head and cards; who saw them is noted."""
    plans.saw_results(current_store(), current_viewer(), asked, "card", now=current_now())
    return Shown((_head(analysis, selection), _cards(analysis)), done())


def _look(job_id: str, view: str, _stage: int) -> Shown:
    selection, again = Selection.from_query(view), Selection.from_query(view).href(ANALYSES)
    job = analysis_work().jobs.get(job_id, owner_of(current_viewer()))
    if job is not None and job.fault is not None:
        analysis_work().jobs.forget(job.id, job.owner)
        return Shown((broken(job.fault, again), None))
    if job is not None and not job.is_done:
        return Shown((None, None), _progress(job), is_over=False)
    asked, _why = asked_or_why_not(selection)
    if asked is None:
        return Shown((stopped(again), None))
    # A job that is done may have been let go of since; its answer is kept for longer.
    kept = job.answer if job is not None else None
    analysis = as_read_now(kept, asked, around(selection), _plan_told(asked)) if kept else found(asked, selection)
    if analysis is None:
        return Shown((stopped(again), None))
    return _results(analysis, asked, selection)


def _stop(job_id: str, view: str, _stage: int) -> Shown:
    analysis_work().jobs.forget(job_id, owner_of(current_viewer()))
    return Shown((stopped(Selection.from_query(view).href(ANALYSES)), None))


def _progress(job: Job[Any]) -> Markup:
    return progress(job.progress.share, job.progress.say(language()), _("Analysen beregnes"))


def _waiting(asked: Asked) -> Markup:
    name = asked.definition.name.say(language())
    return Markup(
        '<div class="rp__head"><div><p class="muted f-13">{}</p><h1 tabindex="-1">{}</h1><p class="muted">{}</p></div>'
        "</div>"
    ).format(
        _("Analysekort"),
        _("»{name}« analyseres").format(name=name),
        _("Du kan blive her eller komme tilbage; resultatet huskes."),
    )


def _plan_head(asked: Asked, selection: Selection) -> Markup:
    """The head of a card that shows no results yet."""
    name = asked.definition.name.say(language())
    return Markup(
        '<div class="rp__head"><div><p class="muted f-13">{}</p><h1 tabindex="-1">{}</h1><p class="muted">{}</p></div>'
        '<div class="rp__do no-print">{}<a class="btn btn--sm" href="{}">{}</a></div></div>'
    ).format(
        _("Analysekort"),
        _("Plan for »{name}«").format(name=name),
        _("Resultaterne er ikke vist, så planen kan låses, før I ser dem."),
        report_blocks.copy_button(python_call(asked.call), _("Kopiér som Python")),
        selection.href(ANALYSES, show=plans.RESULTS),
        _("Vis resultatet; det noteres på planen"),
    )


def _without_results(asked: Asked, selection: Selection) -> Shown:
    card = Markup('<div class="rp mt-4">{}</div>').format(report_blocks.card(design_section(asked.call)))
    return Shown((_plan_head(asked, selection), card))


def plan_form(asked: Asked, selection: Selection, *, has_results: bool) -> Markup:
    """The plan: to be written, to be locked, or locked with its departures."""
    store, viewer, zone = current_store(), current_viewer(), current_settings().timezone
    view = plans.plan_view(plans.plan_for(store, viewer, asked), asked, viewer, timezone=zone)
    body = _locked(view) if view.is_locked or not view.may_change else _draft(view, has_plan=bool(view.question))
    away = NOTHING
    if has_results and not view.is_locked and not view.question:
        away = Markup('<a class="btn btn--sm" href="{}">{}</a>').format(
            selection.href(ANALYSES, show=plans.PLAN), _("Skriv planen uden at se tallene")
        )
    if has_results and not view.is_locked and not view.question:
        body = Markup("<details><summary>{}</summary>{}</details>").format(_("Skriv planen"), body)
    departures = Markup("").join(Markup("<li>{}</li>").format(words) for words in view.departures)
    told = NOTHING
    if departures:
        told = Markup('<h3>{}</h3><ul class="rp__list">{}</ul>').format(_("Afvigelser fra planen"), departures)
    return Markup(
        '<section class="card rp__f mb-3" aria-labelledby="h-plan"><div class="snap__h"><h2 id="h-plan">{}</h2>{}</div>'
        '<p class="muted f-13">{}</p>{}{}{}{}</section>'
    ).format(_("Analyseplan"), away, view.status, declared_list(view.declared), body, told, _depart(view))


def _draft(view: PlanView, *, has_plan: bool) -> Markup:
    fields = Markup("").join(
        Markup(
            '<p><label for="ap-{0}">{1}</label><textarea class="input" id="ap-{0}" name="{0}" rows="2" '
            'maxlength="{2}">{3}</textarea></p>'
        ).format(name, plans.NAMES[name].say(language()), LONGEST, getattr(view, name))
        for name in plans.FIELDS
    )
    lock = NOTHING
    if has_plan:
        lock = Markup('<button type="button" class="btn" data-press="lock">{}{}</button>').format(
            ui_icon("lock", size=16), _("Lås planen")
        )
    return Markup(
        '{}<div class="rp__do no-print"><button type="button" class="btn btn--primary" data-press="write">{}</button>{}'
        "</div>"
    ).format(fields, _("Gem planen"), lock)


def _locked(view: PlanView) -> Markup:
    rows = [(plans.NAMES[name].say(language()), getattr(view, name)) for name in plans.FIELDS]
    said = Markup("").join(Markup("<p><b>{}</b><br>{}</p>").format(name, text) for name, text in rows if text)
    return said or Markup("<p>{}</p>").format(_("Planen har ingen tekst."))


def _depart(view: PlanView) -> Markup:
    """Where settings in use differ from a locked plan: why."""
    if not (view.has_unexplained and view.may_change):
        return NOTHING
    return Markup(
        '<p><label for="ap-reason">{}</label><textarea class="input" id="ap-reason" name="reason" rows="2" '
        'maxlength="{}"></textarea></p><button type="button" class="btn no-print" data-press="depart">{}</button>'
    ).format(_("Hvorfor afviger I fra planen?"), LONGEST, _("Gem afvigelsen"))


def take(pressed: Mapping[str, Any], view: Mapping[str, Any]) -> tuple[Markup, Markup | None]:
    """What a button of the plan does: words, and the form drawn anew where something was written."""
    store, viewer, now = current_store(), current_viewer(), current_now()
    selection = Selection.from_query(str(view["query"]).removeprefix("?")).on(current_today())
    values = {name: str(text) for name, text in dict(pressed["values"]).items()}
    try:
        asked = presenter.asked(store, viewer, selection)
        if pressed["name"] == "write":
            plans.write(store, viewer, asked, values, now=now)
            words = _("Planen er gemt.")
        elif pressed["name"] == "lock":
            made = plans.write(store, viewer, asked, values, now=now)
            words = _("Planen er låst med koden {code}.").format(
                code=analysis_plans.lock(store, viewer, made.id, now=now).hash[: plans.CODE]
            )
        else:
            plans.depart(store, viewer, asked, values.get("reason", ""), now=now)
            words = _("Afvigelsen er gemt.")
    except DataError as refusal:
        return _said("error", "warn", refusal.reason(language())), None
    return _said("ok", "lock", words), plan_form(asked, selection, has_results=bool(view["seen"]))


def _said(kind: str, icon: str, words: str) -> Markup:
    return Markup('<div class="alert alert--{} mb-3">{}<div>{}</div></div>').format(kind, ui_icon(icon), words)


def _bar(asked: Asked, selection: Selection) -> Markup:
    """The four pages, what is asked about, and how it is computed."""
    choice = asked.choice
    bar = evaluation_nav(ANALYSES, selection, programmes=choice.programmes, indicators=choice.indicator_choices())
    form = effect_settings(ANALYSES, selection, has_denominator=asked.call.has_denominator, css="rp__set no-print")
    return bar + form + family_choice(asked, selection)


def _head(analysis: Analysis, selection: Selection) -> Markup:
    report = report_of(analysis)
    hrefs = [(code, presenter.href(selection, code)) for code in REPORT_FORMS]
    return Markup(
        '<div class="rp__head"><div><p class="muted f-13">{}</p><h1 tabindex="-1">{}</h1><p class="muted">{}</p></div>'
        '<div class="rp__do no-print">{}{}<a class="btn btn--sm" href="{}">{}{}</a>'
        '<a class="btn btn--sm" href="{}">{}{}</a></div></div>'
    ).format(
        _("Analysekort"),
        report.headline,
        report.subtitle,
        report_blocks.downloads(hrefs, _("Hent rapport")),
        report_blocks.copy_button(python_call(analysis.call), _("Kopiér som Python")),
        selection.href(EFFECT, show=None),
        ui_icon("arr-r", size=16),
        _("Se figurerne"),
        selection.href(SNAPSHOTS, show=None),
        ui_icon("lock", size=16),
        _("Frys dette"),
    )


def _cards(analysis: Analysis) -> Markup:
    report = report_of(analysis)
    return Markup('<div class="rp">{}</div>').format(
        Markup("").join(report_blocks.card(section) for section in report.sections if section.key in SHOWN)
    )


def register_callbacks(app: Dash) -> None:
    bench(app)
    app.server.add_url_rule(f"{presenter.REPORT}.<form>", "evaluation_report", report_file)
    register(app, NAME, _look, _stop)

    @app.callback(
        [Output(Ids.SAID, "html"), Output(Ids.FORM, "html")],
        Input(Ids.FORM, "pressed"),
        State(Ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def press(pressed: dict[str, Any], view: dict[str, Any]) -> tuple[str, Any]:
        said, form = take(pressed, view)
        return str(said), no_update if form is None else str(form)


def report_file(form: str) -> Any:
    """The report of what the address asks as a file."""
    selection = Selection.from_query(request.query_string.decode("utf-8", "replace")).on(current_today())

    store, viewer = current_store(), current_viewer()

    def read() -> Analysis | None:
        asked = presenter.asked(store, viewer, selection)
        analysis = found(asked, selection)
        if analysis is not None:
            plans.saw_results(store, viewer, asked, "package" if form == "zip" else "report", now=current_now())
        return analysis

    page = selection.href(ANALYSES, show=plans.RESULTS)
    return report_answer(form, read, lambda analysis: _send(analysis, form), page)


def _send(analysis: Analysis, form: str) -> Response:
    """The report; exact counts that leave are noted."""
    made = send_report(analysis, form)
    if form == "zip" and analysis.has_counts:
        presenter.note_exact(current_store(), current_viewer(), analysis, now=current_now())
    return made


PAGE = PageRecord(
    path=ANALYSES,
    name=N_("Analyser"),
    layout=layout,
    exists=exists,
    icon="file",
    fields=(),
    roles=frozenset({Role.EVALUATOR, Role.ADMINISTRATOR}),
    section=COHORTS,
)

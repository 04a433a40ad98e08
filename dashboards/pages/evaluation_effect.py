"""Effekt: did it work, how sure is that, for whom, and what would change it.

The fit runs beside the request: the page stands at once with grey boxes and how far the work is, and is filled in when
the answer is there. What was worked out before, from the same data and settings, is shown without waiting.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dash import Dash, html
from flask import Response, current_app, redirect, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from dashboards.components import effect_parts, states
from dashboards.components.computing import Shown, broken, busy, computing, done, progress, register, stopped
from dashboards.components.download_menu import attachment
from dashboards.components.evaluation_nav import COHORTS, EFFECT
from dashboards.components.evaluation_page import bench, exists
from dashboards.components.markup import Html
from dashboards.context import current_now, current_store, current_viewer
from dashboards.errors import refuse
from dashboards.pages import PageRecord
from dashboards.presenters import evaluation_effect as presenter
from dashboards.presenters import evaluation_effect_words as words
from dashboards.presenters import evaluation_plans as plans
from dashboards.presenters.background_jobs import Busy, Job
from dashboards.presenters.evaluation_choice import owner_of
from dashboards.presenters.evaluation_effect import Answer, EffectWork, Question
from dashboards.selection import Selection
from dashboards.text import N_, _, language
from data.queries.evaluation import EVALUATORS_ONLY, may_evaluate

WORK = "tavle_effect_work"
NAME = "effect"  # of its components
CSV_PATH = f"{EFFECT}/analyser.csv"


class Ids:
    PAGE = "effect"


def title(selection: Selection) -> str:
    return _("Effekt")


def layout(selection: Selection) -> Any:
    question = presenter.question_of(current_store(), current_viewer(), selection)
    head = Html(html=effect_parts.choices(question, selection))
    if question.definition is None:
        return html.Div([head, states.box_state(effect_parts.nothing_to_ask(question), heading="h1")], id=Ids.PAGE)
    answer = _work().found(current_store(), current_viewer(), question)
    if answer is not None:
        job_id, shown = "", _results(answer, question, selection)
    else:
        job_id, shown = _begin(question, selection)
    return html.Div([head, computing(NAME, job_id, shown, view=selection.to_query(), css="eff-page")], id=Ids.PAGE)


def _begin(question: Question, selection: Selection) -> tuple[str, Shown]:
    """Start the work: its job and the grey page; or, where there is no room for it, the words."""
    try:
        job = _work().start(current_store(), current_viewer(), question)
    except Busy as refusal:
        return "", Shown((busy(refusal, selection.href(EFFECT)),))
    return job.id, Shown((effect_parts.skeleton(),), _progress(job), is_over=False)


def _progress(job: Job[Answer]) -> Markup:
    return progress(job.progress.share, job.progress.say(language()), _("Effekten beregnes"))


def _work() -> EffectWork:
    work: EffectWork = current_app.extensions[WORK]
    return work


def register_callbacks(app: Dash) -> None:
    app.server.extensions[WORK] = EffectWork(bench(app))
    app.server.add_url_rule(CSV_PATH, "effect_csv", csv_file)
    register(app, NAME, _look, _stop)


def _look(job_id: str, view: str, _stage: int) -> Shown:
    selection, again = Selection.from_query(view), Selection.from_query(view).href(EFFECT)
    job = _work().jobs.get(job_id, owner_of(current_viewer()))
    if job is not None and job.fault is not None:
        _work().jobs.forget(job.id, job.owner)
        return Shown((broken(job.fault, again),))
    if job is not None and not job.is_done:
        return Shown((None,), _progress(job), is_over=False)
    question = presenter.question_of(current_store(), current_viewer(), selection)
    # A job that is done may have been let go of since; its answer is kept for longer.
    answer = job.answer if job is not None else _work().found(current_store(), current_viewer(), question)
    if answer is None:
        return Shown((stopped(again),))
    return _results(answer, question, selection)


def _results(answer: Answer, question: Question, selection: Selection) -> Shown:
    """Everything below the choices; who saw it is noted."""
    _saw(answer, question)
    return Shown((effect_parts.body(answer, question, selection),), done())


def _saw(answer: Answer, question: Question) -> None:
    if question.asked is not None:
        others = [code for code, _name, _row in answer.multiplicity]
        asked = replace(question.asked, others=())  # the family stands on the analysis card
        plans.saw_results(current_store(), current_viewer(), asked, "effect", now=current_now(), others=others)


def _stop(job_id: str, view: str, _stage: int) -> Shown:
    _work().jobs.forget(job_id, owner_of(current_viewer()))
    return Shown((stopped(Selection.from_query(view).href(EFFECT)),))


def csv_file() -> ResponseReturnValue:
    """The sensitivity table as a file; an answer that is not there yet is worked out on the page first."""
    selection = Selection.from_query(request.query_string.decode("utf-8", "replace"))
    if not may_evaluate(current_viewer()):
        return refuse(403, EVALUATORS_ONLY.say(language()))
    question = presenter.question_of(current_store(), current_viewer(), selection)
    answer = _work().found(current_store(), current_viewer(), question) if question.definition is not None else None
    if answer is None:
        return redirect(selection.href(EFFECT), 303)
    _saw(answer, question)
    response: Response = attachment(words.sensitivity_csv(answer, question), "text/csv", _("effekt-analyser.csv"))
    return response


PAGE = PageRecord(
    path=EFFECT,
    name=N_("Effekt"),
    title=title,
    layout=layout,
    exists=exists,
    icon="compare",
    section=COHORTS,
    fields=(),
)

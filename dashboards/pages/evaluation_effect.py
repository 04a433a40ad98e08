"""Effekt: did it work, how sure is that, for whom, and what would change it.

The fit runs beside the request: the page stands at once with grey boxes and how far the work is, and is filled in when
the answer is there. What was worked out before, from the same data and settings, is shown without waiting.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash, html
from flask import Response, current_app, redirect, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from dashboards.components import effect_parts, states
from dashboards.components.computing import Shown, computing, progress, register
from dashboards.components.download_menu import attachment
from dashboards.components.evaluation_nav import COHORTS, EFFECT
from dashboards.components.markup import Html
from dashboards.context import current_store, current_viewer
from dashboards.errors import reporter
from dashboards.pages import PageRecord
from dashboards.presenters import evaluation_effect as presenter
from dashboards.presenters import evaluation_effect_words as words
from dashboards.presenters.background_jobs import Busy, Job, Jobs
from dashboards.presenters.evaluation_effect import Answer, EffectWork, Question
from dashboards.selection import Selection
from dashboards.text import N_, _, language
from data.access import Viewer
from data.queries.evaluation import require_evaluator
from data.store import Store

WORK = "tavle_effect_work"
NAME = "effect"  # of its components
CSV_PATH = f"{EFFECT}/analyser.csv"


class Ids:
    PAGE = "effect"


def exists(store: Store, viewer: Viewer, path_args: Mapping[str, str], selection: Selection) -> bool:
    require_evaluator(viewer)
    return True


def title(selection: Selection) -> str:
    return _("Effekt")


def layout(selection: Selection) -> Any:
    question = presenter.question_of(current_store(), current_viewer(), selection)
    head = Html(html=effect_parts.choices(question, selection))
    if question.definition is None:
        return html.Div([head, states.box_state(effect_parts.nothing_to_ask(question), heading="h1")], id=Ids.PAGE)
    answer = _work().found(current_store(), current_viewer(), question)
    if answer is not None:
        job_id, shown = "", Shown((effect_parts.body(answer, question, selection),))
    else:
        job_id, shown = _begin(question, selection)
    return html.Div([head, computing(NAME, job_id, shown, view=selection.to_query(), css="eff-page")], id=Ids.PAGE)


def _begin(question: Question, selection: Selection) -> tuple[str, Shown]:
    """Start the work: its job and the grey page; or, where there is no room for it, the words."""
    try:
        job = _work().start(current_store(), current_viewer(), question)
    except Busy as refusal:
        again = states.Action(_("Prøv igen"), selection.href(EFFECT), is_primary=True, reload=True)
        busy = states.State("clock", _("Beregningen er ikke begyndt"), refusal.reason(language()), (again,))
        return "", Shown((busy.markup("h1"),))
    return job.id, Shown((effect_parts.skeleton(),), _progress(job), is_over=False)


def _progress(job: Job[Answer]) -> Markup:
    return progress(job.progress.share, job.progress.say(language()), _("Effekten beregnes"))


def _work() -> EffectWork:
    work: EffectWork = current_app.extensions[WORK]
    return work


def register_callbacks(app: Dash) -> None:
    jobs: Jobs[Answer] = Jobs("effect", report=reporter(app.server, "effect"))
    app.server.extensions[WORK] = EffectWork(jobs)
    app.server.extensions["tavle_effect_jobs"] = jobs
    app.server.add_url_rule(CSV_PATH, "effect_csv", csv_file)
    register(app, NAME, _look, _stop)


def _look(job_id: str, view: str, _stage: int) -> Shown:
    selection = Selection.from_query(view)
    job = _work().jobs.get(job_id, current_viewer().account_id)
    if job is None:
        return Shown((effect_parts.stopped(selection),))
    if job.fault is not None:
        _work().jobs.forget(job.id, job.owner)
        return Shown((effect_parts.broken(job.fault, selection),))
    if not job.is_done or job.answer is None:
        return Shown((None,), _progress(job), is_over=False)
    question = presenter.question_of(current_store(), current_viewer(), selection)
    return Shown((effect_parts.body(job.answer, question, selection),), effect_parts.done())


def _stop(job_id: str, view: str, _stage: int) -> Shown:
    _work().jobs.forget(job_id, current_viewer().account_id)
    return Shown((effect_parts.stopped(Selection.from_query(view)),))


def csv_file() -> ResponseReturnValue:
    """The sensitivity table as a file; an answer that is not there yet is worked out on the page first."""
    selection = Selection.from_query(request.query_string.decode("utf-8", "replace"))
    question = presenter.question_of(current_store(), current_viewer(), selection)
    answer = _work().found(current_store(), current_viewer(), question) if question.definition is not None else None
    if answer is None:
        return redirect(selection.href(EFFECT), 303)
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

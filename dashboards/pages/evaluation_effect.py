"""Effekt: did it work, how sure is that, for whom, and what would change it.

The fit runs beside the request: the page stands at once with grey boxes and how far the work is, and is filled in when
the answer is there. What was worked out before, from the same data and settings, is shown without waiting.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update
from flask import Response, current_app, redirect, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from dashboards.components import effect_parts, states
from dashboards.components.download_menu import attachment
from dashboards.components.evaluation_nav import COHORTS, EFFECT
from dashboards.components.markup import Html
from dashboards.context import current_store, current_viewer
from dashboards.errors import reporter
from dashboards.pages import PageRecord
from dashboards.presenters import evaluation_effect as presenter
from dashboards.presenters import evaluation_effect_words as words
from dashboards.presenters.background_jobs import Busy, Failed, Job, Jobs
from dashboards.presenters.evaluation_effect import Answer, EffectWork, Question
from dashboards.selection import Selection
from dashboards.text import N_, _, language
from data.access import Viewer
from data.errors import DataError
from data.queries.evaluation import require_evaluator
from data.store import Store

WORK = "tavle_effect_work"
LOOK_IN = 400  # milliseconds
CSV_PATH = f"{EFFECT}/analyser.csv"


class Ids:
    PAGE = "effect"
    VIEW = "effect-view"
    JOB = "effect-job"
    LOOK = "effect-look"
    BODY = "effect-body"
    STATUS = "effect-status"
    CANCEL = "effect-cancel"


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
    job: Job[Answer] | None = None
    if answer is not None:
        body, status = effect_parts.body(answer, question, selection), Markup("")
    else:
        body, status, job = _begin(question, selection)
    return html.Div(
        id=Ids.PAGE,
        className="eff-page",
        children=[
            head,
            html.Div(
                className="eff-run no-print",
                children=[
                    html.Div(Html(id=Ids.STATUS, html=status), role="status"),
                    html.Button(
                        _("Stop beregningen"), id=Ids.CANCEL, type="button", className="btn btn--sm", hidden=job is None
                    ),
                ],
            ),
            Html(id=Ids.BODY, html=body),
            dcc.Store(id=Ids.VIEW, data=selection.to_query()),
            dcc.Store(id=Ids.JOB, data=job.id if job is not None else None),
            dcc.Interval(id=Ids.LOOK, interval=LOOK_IN, disabled=job is None),
        ],
    )


def _begin(question: Question, selection: Selection) -> tuple[Markup, Markup, Job[Answer] | None]:
    """Start the work: the grey page, how far it is, and the job; or, where there is no room for it, the words."""
    try:
        job = _work().start(current_store(), current_viewer(), question)
    except Busy as refusal:
        again = states.Action(_("Prøv igen"), selection.href(EFFECT), is_primary=True, reload=True)
        busy = states.State("clock", _("Beregningen er ikke begyndt"), refusal.reason(language()), (again,))
        return busy.markup("h1"), Markup(""), None
    return effect_parts.skeleton(), _progress(job), job


def _progress(job: Job[Answer]) -> Markup:
    return effect_parts.progress(job.progress.share, job.progress.say(language()))


def _work() -> EffectWork:
    work: EffectWork = current_app.extensions[WORK]
    return work


def register_callbacks(app: Dash) -> None:
    jobs: Jobs[Answer] = Jobs("effect", report=reporter(app.server, "effect"))
    app.server.extensions[WORK] = EffectWork(jobs)
    app.server.extensions["tavle_effect_jobs"] = jobs
    app.server.add_url_rule(CSV_PATH, "effect_csv", csv_file)
    outputs = [
        Output(Ids.BODY, "html", allow_duplicate=True),
        Output(Ids.STATUS, "html", allow_duplicate=True),
        Output(Ids.LOOK, "disabled", allow_duplicate=True),
        Output(Ids.CANCEL, "hidden", allow_duplicate=True),
    ]

    @app.callback(
        outputs, Input(Ids.LOOK, "n_intervals"), State(Ids.JOB, "data"), State(Ids.VIEW, "data"),
        prevent_initial_call=True,
    )  # fmt: skip
    def look(_n_intervals: int | None, job_id: str | None, query: str) -> Any:
        selection = Selection.from_query(query)
        job = _work().jobs.get(job_id or "", current_viewer().account_id)
        if job is None:
            return str(effect_parts.stopped(selection)), "", True, True
        if job.fault is not None:
            _work().jobs.forget(job.id, job.owner)
            if isinstance(job.fault, DataError) and not isinstance(job.fault, Failed):
                return str(effect_parts.refused(job.fault.reason(language()))), "", True, True
            raise job.fault
        if not job.is_done or job.answer is None:
            return no_update, str(_progress(job)), False, False
        question = presenter.question_of(current_store(), current_viewer(), selection)
        return str(effect_parts.body(job.answer, question, selection)), str(effect_parts.done()), True, True

    @app.callback(
        outputs, Input(Ids.CANCEL, "n_clicks"), State(Ids.JOB, "data"), State(Ids.VIEW, "data"),
        prevent_initial_call=True,
    )  # fmt: skip
    def cancel(n_clicks: int | None, job_id: str | None, query: str) -> Any:
        if not n_clicks:
            return no_update
        _work().jobs.forget(job_id or "", current_viewer().account_id)
        return str(effect_parts.stopped(Selection.from_query(query))), "", True, True


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

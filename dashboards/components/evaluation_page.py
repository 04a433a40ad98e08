"""What the evaluators' pages have in common: who may see them, the bench they work at, and how they refuse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dash import Dash, html
from flask import Response, current_app, redirect

from dashboards.components import states
from dashboards.components.download_menu import attachment, current_origin
from dashboards.components.evaluation_nav import evaluation_nav
from dashboards.components.markup import Html
from dashboards.context import current_store, current_today, current_viewer
from dashboards.errors import refuse, reporter
from dashboards.exports.evaluation.analysis import Analysis
from dashboards.exports.evaluation.forms import REPORT_FORMS, write_report
from dashboards.presenters import evaluation_report
from dashboards.presenters.background_jobs import Jobs
from dashboards.presenters.evaluation_report import Asked
from dashboards.presenters.evaluation_work import AnalysisWork, Around, Bench
from dashboards.selection import Selection
from dashboards.text import _, language
from data.access import Viewer
from data.errors import NotAllowed, NotFound, Refused
from data.queries.evaluation import require_evaluator
from data.store import Store

BENCH, ANALYSIS_WORK = "tavle_evaluation_jobs", "tavle_analysis_work"


def exists(store: Store, viewer: Viewer, path_args: Mapping[str, str], selection: Selection) -> bool:
    """There for those who evaluate; raises NotAllowed for everybody else."""
    require_evaluator(viewer)
    return True


def bench(app: Dash) -> Bench:
    """The one bench of an app, made by the page that registers first."""
    parts = app.server.extensions
    if BENCH not in parts:
        parts[BENCH] = Jobs("evaluation", report=reporter(app.server, "evaluation"))
        parts[ANALYSIS_WORK] = AnalysisWork(parts[BENCH])
    made: Bench = parts[BENCH]
    return made


def bench_here() -> Bench:
    """The bench of the app that serves this request."""
    made: Bench = current_app.extensions[BENCH]
    return made


def analysis_work() -> AnalysisWork:
    """The analyses of the app that serves this request."""
    work: AnalysisWork = current_app.extensions[ANALYSIS_WORK]
    return work


def asked_or_why_not(selection: Selection) -> tuple[Asked | None, str]:
    """What the address asks of this viewer; or, where there is nothing to ask about, why."""
    try:
        return evaluation_report.asked(current_store(), current_viewer(), selection), ""
    except Refused as refusal:
        return None, refusal.reason(language())


def around(selection: Selection) -> Around:
    """What is around an analysis that is read now."""
    return Around(current_today(), (selection.before, selection.after), current_origin())


def nothing_to_show(path: str, selection: Selection, title: str, why: str) -> html.Div:
    """The page with its bar and a reason."""
    said = states.State("info", title, why)
    return html.Div([Html(html=evaluation_nav(path, selection)), states.box_state(said, heading="h1")])


def report_answer(form: str, read: Callable[[], Analysis | None], write: Callable[[Analysis], Any], page: str) -> Any:
    """A report as a file. Where its analysis is not there yet, the page that works it out comes first."""
    if form not in REPORT_FORMS:
        return refuse(404, _("Rapporten findes ikke i den form."))
    try:
        analysis = read()
    except NotAllowed as refusal:
        return refuse(403, refusal.reason(language()))
    except (NotFound, Refused) as refusal:
        return refuse(404, refusal.reason(language()))
    return redirect(page, 303) if analysis is None else write(analysis)


def send_report(analysis: Analysis, form: str) -> Response:
    """A report as an attachment."""
    content = write_report(form, analysis)
    return attachment(content, REPORT_FORMS[form].media_type, evaluation_report.file_name(analysis, form))

"""Tavlepakke: chosen series as one file for a meeting. It is made beside the request; the page looks in until it is
there. The files of single series (»Hent« on the series page) have their routes here too.
"""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from flask import Response, abort, current_app
from markupsafe import Markup

from dashboards.components import states
from dashboards.components.computing import Shown, computing, progress, register
from dashboards.components.download_menu import PACK, attachment, current_origin, install_downloads
from dashboards.components.markup import Html
from dashboards.components.term import with_terms
from dashboards.components.ticks import Ticks
from dashboards.context import current_store, current_today, current_viewer, last_visit
from dashboards.errors import reporter
from dashboards.exports.forms import FORMS
from dashboards.figures.icons import ui_icon
from dashboards.pages import PageRecord
from dashboards.presenters import board_pack as presenter
from dashboards.presenters.background_jobs import Busy, Job, Jobs
from dashboards.selection import Selection
from dashboards.text import N_, _, language

JOBS = "tavle_pack_jobs"
NAME = "pack"  # of its components
OFFERED = ("pdf", "pptx", "xlsx", "html", "png")


class Ids:
    PAGE = "pack"
    VIEW = "pack-view"
    FILE = "pack-file"
    TICKS = "pack-ticks"  # of {"type": …, "group": n}
    MAKE = "pack-make"  # of {"type": …, "form": code}


def layout(selection: Selection) -> Any:
    if selection.unit is None:
        return states.page_state(states.no_units())
    choice = presenter.pack_choice(
        current_store(), current_viewer(), selection, today=current_today(), since=last_visit()
    )
    head = Html(
        html=Markup('<h1 tabindex="-1">{}</h1><p class="muted mt-1 measure">{}</p>').format(
            _("Tavlepakke"),
            with_terms(
                _("Vælg målinger, og få dem som én fil: en forside med alle signaler og en side til hver måling."),
                "maaling",
                "signal",
            ),
        )
    )
    if not choice.groups:
        nothing = states.State(
            "chart", _("Her er ingen målinger endnu"), _("{unit} følger ingen målinger.").format(unit=choice.unit_name)
        )
        return html.Div([head, states.box_state(nothing)], id=Ids.PAGE)
    return html.Div(
        id=Ids.PAGE,
        children=[
            head,
            html.Div(className="pack mt-4", children=[_choices(choice), _make(choice)]),
            dcc.Store(id=Ids.VIEW, data=selection.to_query()),
        ],
    )


def _choices(choice: presenter.PackChoice) -> html.Section:
    """A list of tick boxes under each national goal."""
    ticked = set(choice.ticked)
    lists: list[Any] = []
    for at, group in enumerate(choice.groups):
        options = [
            {
                "value": presenter.key_text(one.key),
                "label": one.name,
                "detail": " · ".join(part for part in (one.unit, one.signal, _("ny") if one.is_new else "") if part),
            }
            for one in group.options
        ]
        value = [presenter.key_text(one.key) for one in group.options if one.key in ticked]
        lists.append(html.H3(group.name, className="pack__g", **{"aria-hidden": "true"}))
        ticks: Any = {"type": Ids.TICKS, "group": at}
        lists.append(Ticks(id=ticks, label=group.name, options=options, value=value))
    return html.Section(
        className="card pack__l",
        children=[
            html.H2(_("Målinger")),
            html.P(choice.why, className="muted f-13") if choice.why else None,
            *lists,
        ],
    )


def _make(choice: presenter.PackChoice) -> html.Section:
    """A button per form, and where the file comes."""
    buttons = [
        html.Button(
            [html.B(_("Billeder (ZIP)") if code == "png" else _(FORMS[code].name)), html.Small(_(_USES[code]))],
            id={"type": Ids.MAKE, "form": code},
            type="button",
            className="btn pack__b" + (" btn--primary" if code == "pdf" else ""),
        )
        for code in OFFERED
    ]
    return html.Section(
        className="card pack__m",
        children=[
            html.H2(_("Lav tavlepakken som")),
            html.Div(buttons, className="pack__f mt-2"),
            html.Div(
                className="mt-3",
                id=Ids.FILE,
                children=_run("", Shown((), _idle())),
            ),
        ],
    )


_USES = {
    "pdf": N_("til udskrift og bilag"),
    "pptx": N_("diagrammer, der kan redigeres"),
    "xlsx": N_("tal, definitioner, noter"),
    "html": N_("én fil, virker uden net"),
    "png": N_("ét billede pr. måling"),
}


def _run(job_id: str, shown: Shown) -> html.Div:
    return computing(NAME, job_id, shown, cancel=_("Annullér"))


def _idle() -> Markup:
    return Markup('<p class="muted f-13">{}</p>').format(_("Filen laves i baggrunden. Det tager nogle sekunder."))


def _status(job: Job[presenter.PackFile]) -> Markup:
    """How far the pack is; the link once it is there."""
    if job.is_done and job.answer is not None:
        return Markup('<p class="alert alert--info">{}<span>{} <a href="{}" download><b>{}</b></a></span></p>').format(
            ui_icon("check"),
            _("Tavlepakken er klar."),
            f"{PACK}/hent/{job.id}",
            _("Hent {file}").format(file=job.answer.name),
        )
    return progress(job.progress.share, job.progress.say(language()), _("Tavlepakken laves"))


def _jobs() -> Jobs[presenter.PackFile]:
    jobs: Jobs[presenter.PackFile] = current_app.extensions[JOBS]
    return jobs


def register_callbacks(app: Dash) -> None:
    app.server.extensions[JOBS] = Jobs("board pack", report=reporter(app.server, "board pack"))
    install_downloads(app.server)
    app.server.add_url_rule(f"{PACK}/hent/<job_id>", "board_pack", pack_file)
    register(app, NAME, _look, _stop)

    @app.callback(
        Output(Ids.FILE, "children"),
        Input({"type": Ids.MAKE, "form": ALL}, "n_clicks"),
        State({"type": Ids.TICKS, "group": ALL}, "value"),
        State(Ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def make(n_clicks: list[int | None], ticked: list[list[str]], query: str) -> Any:
        if not any(n_clicks) or not isinstance(ctx.triggered_id, dict) or ctx.triggered_id["form"] not in OFFERED:
            return no_update
        keys = presenter.keys_of(one for some in ticked for one in some or ())
        try:
            job = presenter.start_pack(
                _jobs(), current_store(), current_viewer(), keys,
                ctx.triggered_id["form"], Selection.from_query(query), today=current_today(), origin=current_origin(),
            )  # fmt: skip
        except (presenter.PackError, Busy) as refusal:
            warning = Markup('<p class="alert alert--warn">{}</p>').format(refusal.reason(language()))
            return _run("", Shown((), warning))
        return _run(job.id, Shown((), _status(job), is_over=False))


def _look(job_id: str, _view: str, _stage: int) -> Shown:
    """How far it is; where the server has forgotten it, one can begin again."""
    job = _jobs().get(job_id, current_viewer().account_id)
    if job is None:
        return Shown((), _idle())
    if job.fault is not None:
        _jobs().forget(job.id, job.owner)
        raise job.fault
    return Shown((), _status(job), job.is_done)


def _stop(job_id: str, _view: str, _stage: int) -> Shown:
    _jobs().forget(job_id, current_viewer().account_id)
    return Shown((), _idle())


def pack_file(job_id: str) -> Response:
    """A pack that is ready, for the person who had it made."""
    job = _jobs().get(job_id, current_viewer().account_id)
    if job is None or not job.is_done or job.answer is None:
        abort(404)
    return attachment(job.answer.content, job.answer.media_type, job.answer.name)


PAGE = PageRecord(
    path=PACK,
    name=N_("Tavlepakke"),
    layout=layout,
    icon="download",
    section="/",
    fields=("enhed", "periode"),
    looks_back=True,
)

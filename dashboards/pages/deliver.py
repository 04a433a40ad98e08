"""Indberet: a file, typed figures or a copied block is checked, mended, and committed whole or not at all.

What is to be handed in stays in the browser (`FileDrop`, `PasteBox`, `TypingGrid`, and the mends in `CheckedFile`) and
comes along with every check. A check or commit runs beside the request (`background_jobs`) and the page looks in until
it is done. Nothing is stored before the last button.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash, Input, Output, State, ctx, dcc, html, no_update
from flask import Response, abort, current_app, request

from dashboards.components.controls import FileDrop
from dashboards.components.deliver_nav import DELIVER, deliver_nav
from dashboards.components.delivery import CheckedFile, PasteBox, TypingGrid, Ways
from dashboards.components.markup import Html
from dashboards.context import current_now, current_settings, current_store, current_today, current_viewer
from dashboards.errors import reporter
from dashboards.pages import PageRecord
from dashboards.presenters import deliver as presenter
from dashboards.presenters import deliver_complete, deliver_start, deliver_typing
from dashboards.presenters.background_jobs import Jobs
from dashboards.presenters.deliver import FILE, GRID, PASTE, CheckView
from dashboards.presenters.deliver_start import StartView
from dashboards.selection import Selection
from dashboards.text import N_, _, language, number
from data.access import NotAllowed, Role, Viewer
from data.store import Store
from etl import templates
from etl.limits import Limits
from indicators.words import Words

NOT_DELIVERING = Words(
    "Du kan ikke indberette. Kvalitetsteamet indberetter; bed en administrator om adgang, hvis du er med i det.",
    "You cannot hand in figures. The quality team does; ask an administrator for access if you are part of it.",
)
JOBS = "tavle_delivery_jobs"
TEMPLATES = {"xlsx": presenter.XLSX, "csv": "text/csv; charset=utf-8"}
LOOK_IN = 400  # milliseconds between two looks at a long check


class Ids:
    PAGE = "deliver-page"
    WAYS = "deliver-ways"
    HEADING = "deliver-heading"
    LEAD = "deliver-lead"
    INTRO = "deliver-intro"
    DROP = "deliver-drop"
    PASTE = "deliver-paste"
    TYPING = "deliver-typing"
    RESULT = "deliver-result"
    EFFECT = "deliver-effect"
    STEPS = "deliver-steps"
    COMMIT_BAR = "deliver-commit"
    COMMIT = "deliver-commit-button"
    WHY = "deliver-why"
    WHY_MORE = "deliver-why-more"
    NOTE = "deliver-note"
    JOB = "deliver-job"
    SHOWN = "deliver-shown"  # the job whose answer stands there
    LOOK = "deliver-look"
    AGAIN = "deliver-again"
    UNIT = "deliver-unit"
    SAVE = "deliver-download"
    MISSING = "deliver-missing"


def exists(store: Store, viewer: Viewer, path_args: Mapping[str, str], selection: Selection) -> bool:
    if not viewer.delivers:
        raise NotAllowed(NOT_DELIVERING)
    return True


def _limits() -> Limits:
    settings = current_settings()
    return Limits.of_settings(settings.upload_limit_mb, settings.upload_row_limit)


def _jobs() -> Jobs[presenter.Checked]:
    jobs: Jobs[presenter.Checked] = current_app.extensions[JOBS]
    return jobs


# ------------------------------------------------------------------------------------------------- what stands there


def steps(
    at: str, lines: Mapping[str, str] | None = None, *, is_stopped: bool = False, has_errors: bool = False
) -> list[html.Li]:
    """The five steps, each with a line; `at` is the one one is at, or "done"."""
    names = {
        "template": (_("Skabelon"), _("hent den, hvis I vil")),
        "file": (_("Fil"), _("vælg, tast eller indsæt")),
        "check": (_("Kontrol"), _("række for række")),
        "effect": (_("Effekt"), _("signaler før og efter")),
        "commit": (_("Indsend"), _("intet er gemt endnu")),
    }
    order = [*names, "done"]
    said = lines or {}
    items = []
    for position, (key, (name, idle)) in enumerate(names.items()):
        here = key == at
        is_done = position < order.index(at)
        tone = " t-err" if here and (is_stopped or has_errors) else ""
        items.append(
            html.Li(
                html.Span([name, html.Span(said.get(key, idle), className="steps__s" + tone)]),
                className="is-stop" if here and is_stopped else "is-done" if is_done else "",
                **({"aria-current": "step"} if here else {}),
            )
        )
    return items


def _file_card(view: StartView) -> html.Section:
    limits = _limits()
    hint = _("CSV eller Excel, højst {limit} MB. Filen kontrolleres først; intet gemmes, før I indsender.")
    advice = _(
        "Én række pr. måling, enhed og måned, eller måneder som kolonner. Kolonnerne må stå i vilkårlig rækkefølge, på "
        "dansk eller engelsk. En måling uden nævner har »værdi« i stedet for tæller og nævner. Skriv aldrig "
        "oplysninger om enkelte patienter."
    )
    return html.Section(
        className="card way way--fil",
        **{"aria-label": _("Upload fil")},
        children=[
            Html(view.templates),
            FileDrop(
                id=Ids.DROP,
                button=_("Vælg fil"),
                label=_("eller træk den herhen"),
                hint=hint.format(limit=number(limits.max_bytes / 1e6)),
                limit=limits.max_bytes,
                accept=".csv,.txt,.tsv,.xlsx,.xlsm,.xls,.ods,text/csv",
            ),
            html.Details(
                className="disc mt-2 deliver__help",
                children=[
                    html.Summary(_("Sådan ser en levering ud")),
                    html.Pre(view.example, className="deliver__example mt-2", tabIndex=0),
                    html.P(advice, className="note"),
                ],
            ),
        ],
    )


def _paste_card(view: StartView) -> html.Section:
    return html.Section(
        className="card way way--indsaet",
        **{"aria-label": _("Indsæt fra Excel")},
        children=PasteBox(
            id=Ids.PASTE,
            label=_("Kopiér cellerne i Excel med overskrifterne, og sæt dem ind her"),
            hint=_("Det indsatte kontrolleres med det samme; intet gemmes, før I indsender."),
            button=_("Kontrollér"),
            clear=_("Ryd"),
            example=view.example.replace(";", "\t"),
        ),
    )


def _typing_card(view: StartView) -> html.Section:
    grid = deliver_typing.typing_view(current_store(), current_viewer(), view.unit, today=current_today())
    nothing = html.P(_("Enheden har ingen målinger at taste ind. Vælg en anden enhed øverst."), className="muted")
    return html.Section(
        className="card card--flush way way--tast",
        **{"aria-label": _("Tast ind")},
        children=[
            TypingGrid(
                id=Ids.TYPING,
                groups=grid.groups,
                cells=grid.cells,
                drafts=grid.drafts,
                words=deliver_typing.words(),
                language=language(),
                of=grid.of,
                told=grid.told,
                findings={},
            ),
            *([] if grid.groups else [nothing]),
        ],
    )


def _beside(view: StartView) -> html.Section:
    return html.Section(
        className="deliver__recent", **{"aria-label": _("Mangler og leveringer")},
        children=[CheckedFile(Ids.MISSING, html=view.missing), Html(view.recent)],
    )  # fmt: skip


def _commit_bar() -> html.Div:
    note = dcc.Input(
        id=Ids.NOTE, className="input input--sm", placeholder=_("Note til leveringen (valgfri)"), maxLength=500
    )
    return html.Div(
        id=Ids.COMMIT_BAR,
        className="commit",
        hidden=True,
        role="group",
        **{"aria-label": _("Indsend")},
        children=[
            html.P(
                [html.B(id=Ids.WHY), html.Span(id=Ids.WHY_MORE, className="muted f-12")],
                className="commit__s",
                role="status",
            ),
            html.Label([html.Span(_("Note til leveringen"), className="visually-hidden"), note], className="commit__n"),
            Html(presenter.undo_hint(), className="hint commit__u"),
            html.Button(_("Indsend"), id=Ids.COMMIT, className="btn btn--primary btn--lg", disabled=True),
        ],
    )


def _start(selection: Selection) -> StartView:
    settings = current_settings()
    return deliver_start.start_view(
        current_store(),
        current_viewer(),
        selection,
        today=current_today(),
        deadline_day=settings.delivery_deadline_day,
        timezone=settings.timezone,
    )


def layout(selection: Selection) -> html.Div:
    view = _start(selection)
    ways = Ways(
        id=Ids.WAYS,
        label=_("Måde at indberette på"),
        options=[
            {"value": FILE, "label": _("Upload fil"), "icon": "upload"},
            {"value": GRID, "label": _("Tast ind"), "icon": "table"},
            {"value": PASTE, "label": _("Indsæt fra Excel"), "icon": "flag"},
        ],
        value=view.way,
        page=Ids.PAGE,
        path=DELIVER,
    )
    title = html.Div(
        [html.H1(view.heading, id=Ids.HEADING, tabIndex=-1), html.P(view.lead, id=Ids.LEAD, className="muted")]
    )
    return html.Div(
        className="deliverpage",
        id=Ids.PAGE,
        **{"data-way": view.way},
        children=[
            Html(deliver_nav(current_viewer(), DELIVER, selection)),
            html.Div([title, ways], className="pagehead row row--between row--wrap"),
            html.Ol(steps("file"), id=Ids.STEPS, className="steps steps--b mt-3", **{"aria-label": _("Fem trin")}),
            html.Div(
                [_file_card(view), _paste_card(view), _typing_card(view), _beside(view)],
                id=Ids.INTRO,
                className="deliver__in mt-4",
            ),
            html.Div([CheckedFile(Ids.RESULT, "deliver__result"), Html(id=Ids.EFFECT)], className="deliver"),
            _commit_bar(),
            dcc.Store(id=Ids.JOB),
            dcc.Store(id=Ids.SHOWN),
            dcc.Store(id=Ids.AGAIN),
            dcc.Store(id=Ids.UNIT, data=view.unit),
            dcc.Interval(id=Ids.LOOK, interval=LOOK_IN, disabled=True),
            dcc.Download(id=Ids.SAVE),
        ],
    )


# ------------------------------------------------------------------------------------------------- callbacks


def _options() -> dict[str, list[dict[str, str]]]:
    return presenter.choices(current_store(), current_viewer(), today=current_today())


def _said(job: Any, source: presenter.Source | None, view: Mapping[str, Any] | None = None) -> CheckView:
    """A job in words; without one, a file that never came, or nothing at all."""
    if job is None:
        return presenter.unread_view(source, _limits()) if source else presenter.START
    chosen = view if view and view.get("of") == job.about.of else {}
    return presenter.view_of(
        job,
        current_store(),
        current_viewer(),
        timezone=current_settings().timezone,
        today=current_today(),
        status=str(chosen.get("status", "")),
        limit=int(chosen.get("limit", 0)),
        options=_options(),
    )


def _shown(view: CheckView) -> tuple[Any, ...]:
    """A view as the outputs of the callbacks, in their order."""
    is_stopped = view.state in {"refused", "stopped"}
    return (
        str(view.markup),
        view.of,
        str(view.effect),
        steps(view.at, view.lines, is_stopped=is_stopped, has_errors=view.has_errors),
        view.state != "checked",
        view.why,
        view.why_more,
        view.button or _("Indsend"),
        not view.can_commit,
        # The answer is what counts now: the help and the lists step back.
        "deliver__in mt-4" + ("" if view.state == "start" else " is-compact") + f" is-{view.state}",
        view.findings,
        view.job,
        not view.is_waiting,
    )  # fmt: skip


def register_callbacks(app: Dash) -> None:
    app.server.extensions[JOBS] = Jobs("delivery", report=reporter(app.server, "delivery"), at_once=4, kept=16)
    app.server.add_url_rule("/indberet/skabelon.<form>", "delivery_template", template_file)
    outputs = [
        Output(Ids.RESULT, "html", allow_duplicate=True),
        Output(Ids.RESULT, "of", allow_duplicate=True),
        Output(Ids.EFFECT, "html", allow_duplicate=True),
        Output(Ids.STEPS, "children", allow_duplicate=True),
        Output(Ids.COMMIT_BAR, "hidden", allow_duplicate=True),
        Output(Ids.WHY, "children", allow_duplicate=True),
        Output(Ids.WHY_MORE, "children", allow_duplicate=True),
        Output(Ids.COMMIT, "children", allow_duplicate=True),
        Output(Ids.COMMIT, "disabled", allow_duplicate=True),
        Output(Ids.INTRO, "className", allow_duplicate=True),
        Output(Ids.TYPING, "findings", allow_duplicate=True),
        Output(Ids.JOB, "data", allow_duplicate=True),
        Output(Ids.LOOK, "disabled", allow_duplicate=True),
    ]
    held: dict[str, Any] = {
        "way": Input(Ids.WAYS, "value"),
        "file": Input(Ids.DROP, "file"),
        "pasted": Input(Ids.PASTE, "pasted"),
        "typed": Input(Ids.TYPING, "typed"),
        "state": Input(Ids.RESULT, "state"),
    }
    kept = {name: State(one.component_id, one.component_property) for name, one in held.items()}
    held["of"] = kept["of"] = State(Ids.TYPING, "of")

    @app.callback(
        output=outputs,
        inputs={"held": held, "_again": Input(Ids.AGAIN, "data"), "view": State(Ids.RESULT, "view")},
        prevent_initial_call=True,
    )
    def check(held: dict[str, Any], _again: str | None, view: dict[str, Any] | None) -> Any:
        if ctx.triggered_id == Ids.TYPING and held["way"] != GRID:
            return no_update  # a draft that came back while a file is looked at
        source = presenter.source_of(**held)
        if source is None:
            return _shown(presenter.START)
        job = presenter.start_check(
            _jobs(), current_store(), current_viewer(), source, today=current_today(), limits=_limits()
        )
        return _shown(_said(job, source, view))

    looked = [*outputs[:-2], Output(Ids.SHOWN, "data"), outputs[-1], Output(Ids.AGAIN, "data")]

    @app.callback(
        looked,
        Input(Ids.LOOK, "n_intervals"),
        Input(Ids.RESULT, "view"),
        State(Ids.JOB, "data"),
        prevent_initial_call=True,
    )
    def look(n_intervals: int | None, view: dict[str, Any] | None, job_id: str | None) -> Any:
        """How far it is, or more of its rows; where the server has forgotten it, it is checked again."""
        job = _jobs().get(job_id or "", current_viewer().account_id)
        if job is None:
            return [no_update] * (len(outputs) - 1) + [True, f"{job_id} {n_intervals}"]
        said = _said(job, None, view)
        if said.state == "running":
            return [str(said.markup), *[no_update] * (len(outputs) - 3), job.id, no_update, no_update]
        return [*_shown(said)[:-2], job.id, not said.is_waiting, no_update]

    @app.callback(outputs, Input(Ids.SHOWN, "data"), State(Ids.JOB, "data"), prevent_initial_call=True)
    def settle(shown: str | None, job_id: str | None) -> Any:
        """A look that was on its way when the page, or what it holds, became another told of a job that is not its own:
        look again."""
        if shown == job_id:
            return no_update
        if not job_id:
            return _shown(presenter.START)
        return [*[no_update] * (len(outputs) - 1), False]

    @app.callback(
        output=outputs,
        inputs={"n_clicks": Input(Ids.COMMIT, "n_clicks"), "kept": kept, "note": State(Ids.NOTE, "value")},
        prevent_initial_call=True,
    )
    def commit(n_clicks: int | None, kept: dict[str, Any], note: str | None) -> Any:
        source = presenter.source_of(**kept) if n_clicks else None
        if source is None:
            return no_update
        job = presenter.start_commit(
            _jobs(), current_store(), current_viewer(), source,
            today=current_today(), now=current_now(), limits=_limits(), note=note or "",
        )  # fmt: skip
        return _shown(_said(job, source))

    @app.callback(outputs, Input(Ids.RESULT, "action"), State(Ids.JOB, "data"), prevent_initial_call=True)
    def act(action: dict[str, Any] | None, job_id: str | None) -> Any:
        """Undo a delivery, or stop a check."""
        name = (action or {}).get("name")
        if name == "cancel":
            _jobs().forget(job_id or "", current_viewer().account_id)
            return _shown(presenter.START)
        if name == "complete":
            return _shown(presenter.complete(*_declared(action), today=current_today(), now=current_now()))
        if name != "undo":
            return no_update
        return _shown(
            presenter.undo(
                current_store(), current_viewer(), str((action or {}).get("value", "")),
                today=current_today(), now=current_now(),
            )
        )  # fmt: skip

    @app.callback(
        output=Output(Ids.SAVE, "data"),
        inputs={"action": Input(Ids.RESULT, "action"), "kept": kept, "job_id": State(Ids.JOB, "data")},
        prevent_initial_call=True,
    )
    def take(action: dict[str, Any] | None, kept: dict[str, Any], job_id: str | None) -> Any:
        """The file with the remarks beside its rows."""
        if (action or {}).get("name") != "remarks":
            return no_update
        job, source = _jobs().get(job_id or "", current_viewer().account_id), presenter.source_of(**kept)
        if job is None or job.answer is None or source is None or source.content is None:
            return no_update
        name, content = presenter.remarks(source, job.answer.report, _limits())
        return dcc.send_bytes(content, name)

    @app.callback(
        Output(Ids.TYPING, "told"),
        Input(Ids.TYPING, "saved"),
        State(Ids.TYPING, "typed"),
        State(Ids.UNIT, "data"),
        prevent_initial_call=True,
    )
    def keep(saved: int | None, typed: dict[str, Any] | None, unit: str | None) -> Any:
        if not saved:
            return no_update
        return deliver_typing.keep_draft(current_store(), current_viewer(), typed, unit, now=current_now())

    @app.callback(
        Output(Ids.TYPING, "cells"),
        Output(Ids.TYPING, "drafts"),
        Output(Ids.TYPING, "groups"),
        Output(Ids.TYPING, "of"),
        Output(Ids.HEADING, "children"),
        Output(Ids.LEAD, "children"),
        Input(Ids.INTRO, "className"),
        State(Ids.UNIT, "data"),
        prevent_initial_call=True,
    )
    def renew(css: str, unit: str | None) -> Any:
        """After a commit the grid, the heading and what is missing are those of the store."""
        if "is-delivered" not in css and "is-undone" not in css:
            return no_update
        grid = deliver_typing.typing_view(current_store(), current_viewer(), unit, today=current_today())
        view = _start(Selection(unit=unit))
        return grid.cells, grid.drafts, grid.groups, grid.of, view.heading, view.lead

    @app.callback(
        Output(Ids.MISSING, "html"),
        Output(Ids.HEADING, "children", allow_duplicate=True),
        Output(Ids.LEAD, "children", allow_duplicate=True),
        Output(Ids.TYPING, "cells", allow_duplicate=True),
        Output(Ids.TYPING, "groups", allow_duplicate=True),
        Input(Ids.MISSING, "action"),
        State(Ids.UNIT, "data"),
        prevent_initial_call=True,
    )
    def without(action: dict[str, Any] | None, unit: str | None) -> Any:
        """Before anything is handed in: the oldest month that lacks figures is declared complete."""
        if (action or {}).get("name") != "complete":
            return no_update
        told = deliver_complete.declare(*_declared(action), today=current_today(), now=current_now())
        view = _start(Selection(unit=unit))
        if not told.is_done:
            return str(told.markup + deliver_complete.opened(view.missing)), *[no_update] * 4
        grid = deliver_typing.typing_view(current_store(), current_viewer(), unit, today=current_today())
        return str(told.markup + view.missing), view.heading, view.lead, grid.cells, grid.groups


def _declared(action: Mapping[str, Any] | None) -> tuple[Store, Viewer, Any, Any]:
    """Who declares, for which month, and why."""
    return current_store(), current_viewer(), (action or {}).get("value"), (action or {}).get("text")


def template_file(form: str) -> Any:
    """The template of a unit, `?enhed=…`, as Excel or CSV; `vis=bred` has the months as columns."""
    selection = Selection.from_query(request.query_string.decode("utf-8", "replace"))
    media_type = TEMPLATES.get(form)
    if media_type is None or not selection.unit:
        abort(404)
    viewer = current_viewer()
    if not viewer.may_deliver(selection.unit):
        abort(403)
    content = templates.template(
        current_store(),
        viewer,
        today=current_today(),
        deadline_day=current_settings().delivery_deadline_day,
        form="csv" if form == "csv" else "xlsx",
        shape="wide" if selection.show == deliver_start.WIDE else "long",
        units={selection.unit},
        language=language(),
    )
    answer = Response(content, mimetype=media_type)
    name = "-".join(("tavle", _("skabelon"), selection.unit))
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.{form}")
    answer.headers["Cache-Control"] = "no-store"
    return answer


PAGE = PageRecord(
    path=DELIVER,
    name=N_("Indberet"),
    icon="upload",
    order=30,
    roles=frozenset({Role.QUALITY_TEAM, Role.ADMINISTRATOR}),
    layout=layout,
    exists=exists,
    unit=lambda store, viewer, selection, today: deliver_start.unit_of_page(store, viewer, selection.unit, today=today),
    fields=("enhed",),
)

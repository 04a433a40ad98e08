"""Indberet: a file is dropped, checked, and committed whole or not at all. Nothing is stored before the last button.

The file stays in the browser (component `FileDrop`) between check and commit, so the server keeps nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboards.components.controls import Choice, FileDrop
from dashboards.components.markup import Html
from dashboards.context import current_now, current_settings, current_store, current_today, current_viewer
from dashboards.pages import PageRecord
from dashboards.presenters import deliver as presenter
from dashboards.selection import Selection
from dashboards.text import N_, _, number
from data.access import NotAllowed, Role, Viewer
from data.store import Store
from etl.limits import Limits
from indicators.words import Words

NOT_DELIVERING = Words(
    "Du kan ikke indberette. Kvalitetsteamet indberetter; bed en administrator om adgang, hvis du er med i det.",
    "You cannot hand in figures. The quality team does; ask an administrator for access if you are part of it.",
)


class Ids:
    INTRO = "deliver-intro"
    DROP = "deliver-drop"
    INDICATOR = "deliver-indicator"
    UNIT = "deliver-unit"
    DECIMAL = "deliver-decimal"
    RESULT = "deliver-result"
    STEPS = "deliver-steps"
    COMMIT_BAR = "deliver-commit"
    COMMIT = "deliver-commit-button"
    WHY = "deliver-why"
    WHY_MORE = "deliver-why-more"
    NOTE = "deliver-note"


def exists(store: Store, viewer: Viewer, path_args: Mapping[str, str], selection: Selection) -> bool:
    if not viewer.delivers:
        raise NotAllowed(NOT_DELIVERING)
    return True


def _limits() -> Limits:
    settings = current_settings()
    return Limits.of_settings(settings.upload_limit_mb, settings.upload_row_limit)


def steps(stage: str, note: str = "") -> list[html.Li]:
    """Three steps; `stage` is start, checked, refused, stopped or delivered."""
    at = {"start": 0, "checked": 1, "refused": 0, "stopped": 0, "delivered": 3}[stage]
    is_stopped = stage in {"refused", "stopped"}
    names = [_("Fil"), _("Kontrol"), _("Indsend")]
    items = []
    for i, name in enumerate(names):
        here = i == at
        line = note if here or (at == 3 and i == 2) else (_("intet er gemt endnu") if i == 2 else "")
        items.append(
            html.Li(
                html.Span([name, html.Span(line, className="steps__s" + (" t-err" if here and is_stopped else ""))]),
                className="is-done" if i < at else "is-stop" if here and is_stopped else "",
                **({"aria-current": "step"} if here else {}),
            )
        )
    return items


def _file_card(view: presenter.StartView) -> html.Section:
    limits = _limits()
    hint = _("CSV fra Excel, højst {limit} MB. Filen kontrolleres først; intet gemmes, før I indsender.")
    advice = _(
        "Én række pr. indikator, enhed og måned. Kolonnerne må stå i vilkårlig rækkefølge, på dansk eller engelsk. "
        "En indikator uden nævner har »værdi« i stedet for tæller og nævner, og »kommentar« må følge med. "
        "Skriv aldrig oplysninger om enkelte patienter."
    )
    return html.Section(
        className="card c-7",
        **{"aria-label": _("Vælg fil")},
        children=[
            FileDrop(
                id=Ids.DROP,
                button=_("Vælg fil"),
                label=_("eller træk den herhen"),
                hint=hint.format(limit=number(limits.max_bytes / 1e6)),
                limit=limits.max_bytes,
                accept=".csv,.txt,.tsv,text/csv",
            ),
            html.Details(
                className="disc mt-2",
                children=[
                    html.Summary(_("Filen har ikke kolonner for indikator og enhed")),
                    html.Div(_defaults(view), className="deliver__defaults"),
                ],
            ),
            html.Div(
                [
                    html.H2(_("Sådan ser en levering ud"), className="mt-4"),
                    html.Pre(view.example, className="deliver__example mt-2", tabIndex=0),
                    html.P(advice, className="note"),
                ],
                className="deliver__help",
            ),
        ],
    )


def _defaults(view: presenter.StartView) -> list[Choice]:
    nothing = {"value": "", "label": _("Står i filen")}
    decimals = [
        {"value": "", "label": _("Tavle finder selv ud af det")},
        {"value": "comma", "label": _("decimalkomma: 1.050,5")},
        {"value": "dot", "label": _("decimalpunktum: 1,050.5")},
    ]
    return [
        Choice(id=Ids.INDICATOR, label=_("Indikator"), options=[nothing, *view.indicator_options]),
        Choice(id=Ids.UNIT, label=_("Enhed"), options=[nothing, *view.unit_options]),
        Choice(id=Ids.DECIMAL, label=_("Tal er skrevet med"), options=decimals),
    ]


def _recent(view: presenter.StartView) -> html.Section:
    return html.Section(
        className="c-5 deliver__recent",
        **{"aria-labelledby": "deliver-recent"},
        children=[
            Html(view.missing),
            html.H2(_("Seneste leveringer"), id="deliver-recent"),
            Html(view.recent, className="card card--flush mt-2 tbl-wrap"),
        ],
    )


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
            html.Button(_("Indsend"), id=Ids.COMMIT, className="btn btn--primary btn--lg", disabled=True),
        ],
    )


def layout(selection: Selection) -> html.Div:
    settings = current_settings()
    view = presenter.start_view(
        current_store(),
        current_viewer(),
        today=current_today(),
        deadline_day=settings.delivery_deadline_day,
        timezone=settings.timezone,
    )
    head = html.Div(
        [html.H1(_("Indberet"), tabIndex=-1), html.P(view.lead, className="f-16 muted")], className="pagehead"
    )
    return html.Div(
        className="deliverpage",
        children=[
            head,
            html.Ol(steps("start"), id=Ids.STEPS, className="steps steps--b mt-3", **{"aria-label": _("Tre trin")}),
            html.Div([_file_card(view), _recent(view)], id=Ids.INTRO, className="grid12 mt-4"),
            dcc.Loading(Html(id=Ids.RESULT, className="deliver__result mt-4"), delay_show=300),
            _commit_bar(),
        ],
    )


def _shown(view: presenter.CheckView) -> tuple[Any, ...]:
    return (
        str(view.markup),
        steps(view.state, view.step_note),
        view.state != "checked",
        view.why,
        view.why_more,
        view.button or _("Indsend"),
        not view.can_commit,
        # The answer is what counts now: the help and the lists step back.
        "grid12 mt-4 is-compact",
    )


def register_callbacks(app: Dash) -> None:
    outputs = [
        Output(Ids.RESULT, "html", allow_duplicate=True),
        Output(Ids.STEPS, "children", allow_duplicate=True),
        Output(Ids.COMMIT_BAR, "hidden", allow_duplicate=True),
        Output(Ids.WHY, "children", allow_duplicate=True),
        Output(Ids.WHY_MORE, "children", allow_duplicate=True),
        Output(Ids.COMMIT, "children", allow_duplicate=True),
        Output(Ids.COMMIT, "disabled", allow_duplicate=True),
        Output(Ids.INTRO, "className", allow_duplicate=True),
    ]

    @app.callback(
        outputs,
        Input(Ids.DROP, "file"),
        Input(Ids.INDICATOR, "value"),
        Input(Ids.UNIT, "value"),
        Input(Ids.DECIMAL, "value"),
        prevent_initial_call=True,
    )
    def check(file: dict[str, Any] | None, indicator: str, unit: str, decimal: str) -> Any:
        if not file:
            return no_update
        view = presenter.check_file(
            current_store(),
            current_viewer(),
            file,
            today=current_today(),
            limits=_limits(),
            defaults=presenter.defaults_of(indicator, unit),
            decimal=decimal or None,
        )
        return _shown(view)

    @app.callback(
        outputs,
        Input(Ids.COMMIT, "n_clicks"),
        State(Ids.DROP, "file"),
        State(Ids.NOTE, "value"),
        State(Ids.INDICATOR, "value"),
        State(Ids.UNIT, "value"),
        State(Ids.DECIMAL, "value"),
        prevent_initial_call=True,
    )
    def commit(
        n_clicks: int | None, file: dict[str, Any] | None, note: str | None, indicator: str, unit: str, decimal: str
    ) -> Any:
        if not n_clicks or not file:
            return no_update
        view = presenter.deliver_file(
            current_store(),
            current_viewer(),
            file,
            today=current_today(),
            now=current_now(),
            limits=_limits(),
            note=note or "",
            defaults=presenter.defaults_of(indicator, unit),
            decimal=decimal or None,
            timezone=current_settings().timezone,
        )
        return _shown(view)


PAGE = PageRecord(
    path="/indberet",
    name=N_("Indberet"),
    icon="upload",
    order=30,
    roles=frozenset({Role.QUALITY_TEAM, Role.ADMINISTRATOR}),
    layout=layout,
    exists=exists,
    fields=(),
)

"""One value of a series: who delivered it when, what it was before, and where its month stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update
from markupsafe import Markup

from dashboards.components.controls import Choice
from dashboards.components.deliver_nav import RECEIPTS, deliver_nav
from dashboards.components.markup import Html
from dashboards.components.states import no_units, page_state
from dashboards.context import current_now, current_settings, current_store, current_viewer
from dashboards.figures.icons import ui_icon
from dashboards.pages import PageRecord
from dashboards.presenters import value as presenter
from dashboards.presenters.completeness import VALUE_PATH
from dashboards.presenters.value import HistoryRow, LatestRow, ValueView
from dashboards.selection import Selection
from dashboards.text import N_, _, language
from data.access import Viewer
from data.queries import catalogue
from data.store import Store

NOTHING = Markup("")


class Ids:
    PAGE = "value"
    BODY = "value-body"
    OF = "value-of"
    STEP = "value-step"
    REASON = "value-reason"
    TAKE = "value-take"
    DONE = "value-done"


def exists(store: Store, viewer: Viewer, path_args: Mapping[str, str], selection: Selection) -> bool:
    definition = catalogue.indicator(store, viewer, path_args["code"])
    return presenter.period_of(definition, path_args["period"]) is not None


def title(selection: Selection, code: str, period: str) -> str:
    return catalogue.indicator(current_store(), current_viewer(), code).name.say(language())


def layout(selection: Selection, code: str, period: str) -> Any:
    if selection.unit is None:
        return page_state(no_units())
    return html.Div(
        [
            Html(html=deliver_nav(current_viewer(), RECEIPTS, selection)),
            html.Div(_body(_read(code, date.fromisoformat(period), selection)), id=Ids.BODY),
            dcc.Store(id=Ids.OF, data={"code": code, "period": period, "query": selection.to_query()}),
        ],
        id=Ids.PAGE,
    )


def _read(code: str, period: date, selection: Selection) -> ValueView:
    return presenter.value_view(
        current_store(),
        current_viewer(),
        code,
        period,
        selection,
        now=current_now(),
        timezone=current_settings().timezone,
    )


def _body(view: ValueView, answer: Markup = NOTHING) -> list[Any]:
    note = Markup('<span class="muted f-13">{}</span>').format(view.state_note) if view.state_note else NOTHING
    earlier = NOTHING
    if view.as_of:
        earlier = Markup('<div class="alert alert--info mt-2">{}<div>{} <a href="{}">{}</a></div></div>').format(
            ui_icon("history"),
            _("Vist, som det så ud {day}.").format(day=view.as_of),
            view.today_href,
            _("Vis, som det ser ud nu"),
        )
    deliver = NOTHING
    if view.deliver_href:
        deliver = Markup(' · <a href="{}">{}</a>').format(view.deliver_href, _("Ret ved at indberette igen"))
    head = Markup(
        '<div class="khead"><h1 tabindex="-1">{}</h1><p class="muted mt-1">{} · <a href="{}">{}</a>{}</p>'
        '<p class="mt-2"><span class="badge badge--{}">{}</span> {}</p></div>{}'
    ).format(
        view.title, view.lead, view.chart_href, _("Se målingens diagram"), deliver,
        {"locked": "info", "approved": "ok", "returned": "warn"}.get(view.state_code, "plain"), view.state, note,
        earlier,
    )  # fmt: skip
    return [
        Html(html=head),
        html.Div(Html(html=answer), id=Ids.DONE, **{"aria-live": "polite"}),
        html.Div(
            [
                Html(html=_history(view), className="kgrid__m"),
                html.Aside(
                    [*_steps(view), Html(html=_latest(view.latest) + _taken(view.taken))],
                    className="rside",
                    **{"aria-label": _("Måneden og de seneste værdier")},
                ),
            ],
            className="kgrid",
        ),
    ]


def _history(view: ValueView) -> Markup:
    if not view.history:
        return Markup('<section class="card"><p>{}</p></section>').format(_("Der er ikke leveret en værdi endnu."))
    heads = (_("Indsendt"), _("Af"), _("Værdi"), _("Status"), _("Kvittering"))
    return Markup(
        '<section class="card card--flush"><h2 class="pad">{0}</h2>'
        '<div class="tbl-wrap" tabindex="0" role="region" aria-label="{0}"><table class="tbl rtab">'
        '<caption class="visually-hidden">{0}</caption><thead><tr>{1}</tr></thead><tbody>{2}</tbody></table></div>'
        "</section>"
    ).format(
        _("Værdiens historie"),
        Markup("").join(
            Markup('<th scope="col"{}>{}</th>').format(Markup(' class="num"') if i == 2 else NOTHING, head)
            for i, head in enumerate(heads)
        ),
        Markup("").join(_history_row(row, heads) for row in view.history),
    )


def _history_row(row: HistoryRow, heads: tuple[str, ...]) -> Markup:
    more = [text for text in (row.note, *row.events) if text]
    below = Markup("").join(Markup("<small>{}</small>").format(text) for text in more)
    return Markup(
        '<tr{}><th scope="row">{}<small><a href="{}">{}</a></small></th><td data-label="{}">{}</td>'
        '<td class="num" data-label="{}"><b>{}</b></td><td data-label="{}">{}{}</td>'
        '<td data-label="{}"><a href="{}">{}</a></td></tr>'
    ).format(
        NOTHING if row.is_current else Markup(' class="is-out"'), row.when, row.board_href,
        _("Se diagrammet fra den dag"), heads[1], row.who, heads[2], row.value, heads[3], row.standing, below, heads[4],
        row.receipt_href, row.receipt,
    )  # fmt: skip


def _latest(rows: tuple[LatestRow, ...]) -> Markup:
    if not rows:
        return NOTHING
    body = Markup("").join(
        Markup('<tr{}><th scope="row"><a href="{}"{}>{}</a></th><td class="num">{}</td><td>{}</td></tr>').format(
            Markup(' class="is-selected"') if row.is_chosen else NOTHING,
            row.href,
            Markup(' aria-current="true"') if row.is_chosen else NOTHING,
            row.period,
            row.value,
            row.state,
        )
        for row in rows
    )
    heads = Markup('<th scope="col">{}</th><th scope="col" class="num">{}</th><th scope="col">{}</th>').format(
        _("Periode"), _("Værdi"), _("Tilstand")
    )
    return Markup(
        '<section class="card card--flush" aria-labelledby="h-latest"><h2 id="h-latest" class="pad">{0}</h2>'
        '<table class="tbl tbl--compact"><caption class="visually-hidden">{0}</caption><thead><tr>{1}</tr></thead>'
        "<tbody>{2}</tbody></table></section>"
    ).format(_("Målingens værdier omkring den"), heads, body)


def _taken(taken: tuple[tuple[str, str], ...]) -> Markup:
    if not taken:
        return NOTHING
    items = Markup("").join(
        Markup('<li><span class="muted">{}</span><br>{}</li>').format(when, text) for when, text in taken
    )
    return Markup('<section class="card"><h2>{}</h2><ol class="rlist rlist--t">{}</ol></section>').format(
        _("Månedens trin"), items
    )


def _steps(view: ValueView) -> list[Any]:
    """Where the month may go from here; without a right, only the ids the callback reads."""
    steps = view.steps
    if not steps:
        nothing = Choice(id=Ids.STEP, label="", options=[])
        hidden = [nothing, dcc.Input(id=Ids.REASON, type="hidden"), html.Button(id=Ids.TAKE)]
        return [html.Div(hidden, hidden=True)]
    needs = [step.label for step in steps if step.needs_reason]
    hint = _("Begrundelse kræves for: {steps}.").format(steps=", ".join(needs)) if needs else ""
    return [
        html.Section(
            [
                html.H2(_("Månedens tilstand")),
                *([html.P(view.not_yours, className="f-13 muted mt-1")] if view.not_yours else []),
                Choice(
                    id=Ids.STEP,
                    label=_("Næste trin"),
                    options=[{"label": step.label, "value": step.code} for step in steps],
                    value=steps[0].code,
                    className="mt-2",
                ),
                html.Div(
                    [
                        html.Label(_("Begrundelse"), htmlFor=Ids.REASON),
                        dcc.Textarea(id=Ids.REASON, className="textarea", maxLength=2000, rows=2, value=""),
                        html.P(hint, className="hint"),
                    ],
                    className="field mt-2",
                    hidden=not needs,
                ),
                html.Button(_("Udfør"), id=Ids.TAKE, className="btn btn--primary mt-3"),
            ],
            className="card no-print",
        )
    ]


def register_callbacks(app: Dash) -> None:
    @app.callback(
        Output(Ids.BODY, "children"),
        Output(Ids.DONE, "children"),
        Input(Ids.TAKE, "n_clicks"),
        State(Ids.STEP, "value"),
        State(Ids.REASON, "value"),
        State(Ids.OF, "data"),
        prevent_initial_call=True,
    )
    def take(n_clicks: int | None, after: str | None, reason: str | None, of: dict[str, str]) -> Any:
        if not n_clicks or not after:
            return no_update, no_update
        selection, period = Selection.from_query(of["query"]), date.fromisoformat(of["period"])
        is_done, answer = presenter.take_step(
            current_store(),
            current_viewer(),
            of["code"],
            selection.unit or "",
            period,
            after,
            reason or "",
            now=current_now(),
        )
        if not is_done:
            return no_update, Html(html=answer)
        return _body(_read(of["code"], period, selection), answer), no_update


PAGE = PageRecord(
    path=f"{VALUE_PATH}/<code>/<period>",
    name=N_("Værdi"),
    layout=layout,
    exists=exists,
    title=title,
    icon="history",
    fields=(),
    looks_back=True,
    section="/indberet",
)

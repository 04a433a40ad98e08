"""Kvitteringer: the deliveries one may see as a list, and each at an address of its own, where it can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update
from markupsafe import Markup

from dashboards.components.deliver_nav import RECEIPTS, deliver_nav
from dashboards.components.filter_fields import filter_field, options_of
from dashboards.components.markup import Html
from dashboards.context import current_now, current_settings, current_store, current_today, current_viewer
from dashboards.figures.icons import ui_icon
from dashboards.pages import PageRecord
from dashboards.presenters import receipts as presenter
from dashboards.presenters.receipts import Action, ChangeRow, DetailView, ListRow, ListView, TouchedSeries
from dashboards.selection import VERSION, Selection
from dashboards.text import N_, _
from data.access import Viewer
from data.queries import deliveries
from data.store import Store

NOTHING = Markup("")


class Ids:
    PAGE = "receipts"
    BODY = "receipt-body"
    OF = "receipt-of"
    REASON = "receipt-reason"
    ACT = "receipt-act"
    DONE = "receipt-done"


def exists(store: Store, viewer: Viewer, path_args: Mapping[str, str], selection: Selection) -> bool:
    if "receipt" in path_args:
        deliveries.get(store, viewer, path_args["receipt"])  # raises where it is not there, or not for this viewer
    return True


def title(selection: Selection, receipt: str = "") -> str:
    return _("Kvittering {receipt}").format(receipt=receipt) if receipt else _("Kvitteringer")


def layout(selection: Selection, receipt: str = "") -> Any:
    viewer = current_viewer()
    nav = Html(html=deliver_nav(viewer, RECEIPTS, selection))
    if receipt:
        body = html.Div(_detail(_read(receipt, selection)), id=Ids.BODY)
        told = dcc.Store(id=Ids.OF, data={"receipt": receipt, "query": selection.to_query()})
        return html.Div([nav, body, told], id=Ids.PAGE)
    view = presenter.list_view(
        current_store(), viewer, selection, today=current_today(), timezone=current_settings().timezone
    )
    return html.Div([nav, Html(html=_list(view))], id=Ids.PAGE)


def _read(receipt: str, selection: Selection) -> DetailView:
    return presenter.detail_view(
        current_store(),
        current_viewer(),
        receipt,
        selection,
        now=current_now(),
        timezone=current_settings().timezone,
    )


# ------------------------------------------------------------------------------------------------------------- the list


def _list(view: ListView) -> Markup:
    fields = NOTHING
    if view.areas:
        fields += filter_field("enhed", _("Område"), options_of(view.areas[0][1]))
    fields += filter_field("vis", _("Vis"), options_of(view.shows)) + filter_field(
        "maaned", _("Indsendt i"), options_of(view.months)
    )
    head = Markup(
        '<div class="khead"><h1 tabindex="-1">{}</h1><p class="muted mt-1">{}</p></div>'
        '<div class="kfilter"><form data-context data-version="{}" aria-label="{}">{}</form></div>'
    ).format(view.title, view.lead, VERSION, _("Vælg kvitteringer"), fields)
    if not view.rows:
        return head
    heads = (
        _("Kvittering"), _("Indsendt"), _("Af"), _("Vej ind"), _("Vedrører"), _("Rækker"), _("Note"), _("Tilstand"),
    )  # fmt: skip
    table = Markup(
        '<div class="card card--flush mt-3"><div class="tbl-wrap" tabindex="0" role="region" aria-label="{0}">'
        '<table class="tbl rtab rtab--l"><caption class="visually-hidden">{0}</caption><thead><tr>{1}</tr></thead>'
        "<tbody>{2}</tbody></table></div></div>"
    ).format(
        view.title,
        Markup("").join(Markup('<th scope="col">{}</th>').format(one) for one in heads),
        Markup("").join(_row(row, heads) for row in view.rows),
    )
    more = Markup('<p class="note">{}</p>').format(view.more) if view.more else NOTHING
    return head + table + more


def _row(row: ListRow, heads: tuple[str, ...]) -> Markup:
    cells = zip(heads[1:-1], (row.when, row.who, row.how, row.about, row.counts, row.note), strict=True)
    return Markup('<tr{}><th scope="row"><a href="{}">{}</a></th>{}<td data-label="{}">{}</td></tr>').format(
        Markup(' class="is-out"') if row.is_withdrawn else NOTHING,
        row.href,
        row.receipt,
        Markup("").join(Markup('<td data-label="{}">{}</td>').format(head, text) for head, text in cells),
        heads[-1],
        _state(row.state, is_withdrawn=row.is_withdrawn),
    )


def _state(words: str, *, is_withdrawn: bool) -> Markup:
    return Markup('<span class="badge {}">{}{}</span>').format(
        "badge--warn" if is_withdrawn else "badge--ok", ui_icon("undo" if is_withdrawn else "check", size=16), words
    )


# ---------------------------------------------------------------------------------------------------------- one receipt


def _detail(view: DetailView, answer: Markup = NOTHING) -> list[Any]:
    back = Markup('<p class="kback"><a href="{}">{}{}</a></p>').format(
        view.back_href, ui_icon("arr-l", size=16), _("Alle kvitteringer")
    )
    facts = Markup("").join(Markup("<dt>{}</dt><dd>{}</dd>").format(*fact) for fact in view.facts)
    head = Markup(
        '{}<div class="khead"><h1 tabindex="-1">{} {}</h1><p class="muted mt-1">{}</p></div><dl class="dl mt-2">{}</dl>'
    ).format(back, view.title, _state(view.state, is_withdrawn=view.is_withdrawn), view.lead, facts)
    main = _changes(view) + _findings(view)
    side = _series(view.series, view.series_more)
    return [
        Html(html=head),
        html.Div(Html(html=answer), id=Ids.DONE, **{"aria-live": "polite"}),
        html.Div(
            [
                Html(html=main, className="kgrid__m"),
                html.Aside(
                    [*_action(view.action), Html(html=side + _history(view.events))],
                    className="rside",
                    **{"aria-label": _("Om leveringen")},
                ),
            ],
            className="kgrid",
        ),
    ]


def _changes(view: DetailView) -> Markup:
    if not view.rows:
        return Markup('<section class="card"><p>{}</p></section>').format(
            view.rows_more or _("Leveringen har ingen rækker, du kan se.")
        )
    heads = (_("Måling"), _("Periode"), _("Før"), _("Efter"), _("Kommentar"))
    rows = Markup("").join(_change(row, heads) for row in view.rows)
    notes = [view.rows_more]
    if view.has_hidden:
        notes.append(_("Tal fra enheder, der ikke er dine egne, vises ikke her."))
    text = " ".join(note for note in notes if note)
    return Markup(
        '<section class="card card--flush"><h2 class="pad">{0}</h2>'
        '<div class="tbl-wrap" tabindex="0" role="region" aria-label="{0}"><table class="tbl tbl--compact rtab">'
        '<caption class="visually-hidden">{0}</caption><thead><tr>{1}</tr></thead><tbody>{2}</tbody></table></div>{3}'
        "</section>"
    ).format(
        _("Hvad leveringen ændrede"),
        Markup("").join(
            Markup('<th scope="col"{}>{}</th>').format(Markup(' class="num"') if i in (2, 3) else NOTHING, head)
            for i, head in enumerate(heads)
        ),
        rows,
        Markup('<p class="note pad">{}</p>').format(text) if text else NOTHING,
    )


def _change(row: ChangeRow, heads: tuple[str, ...]) -> Markup:
    before = Markup('<span class="st st--new">{}{}</span>').format(ui_icon("plus", size=16), _("ny"))
    return Markup(
        '<tr><th scope="row"><a href="{}">{}</a><small>{}</small></th><td data-label="{}">{}</td>'
        '<td class="num" data-label="{}">{}</td><td class="num" data-label="{}"><b>{}</b></td>'
        '<td data-label="{}">{}</td></tr>'
    ).format(
        row.href, row.indicator, row.unit, heads[1], row.period, heads[2], before if row.is_new else row.before,
        heads[3], row.after, heads[4], row.note,
    )  # fmt: skip


def _findings(view: DetailView) -> Markup:
    if not view.findings:
        return NOTHING
    return Markup(
        '<section class="card mt-3" aria-labelledby="h-warn"><h2 id="h-warn">{}</h2><ul class="rlist">{}</ul></section>'
    ).format(
        _("Advarsler, leveringen blev indsendt med"),
        Markup("").join(Markup("<li>{}</li>").format(text) for text in view.findings),
    )


def _action(action: Action | None) -> list[Any]:
    """What the viewer may do. The ids are there in any case, for the callback that reads them."""
    if action is None:
        hidden = [dcc.Input(id=Ids.REASON, type="hidden"), html.Button(id=Ids.ACT, hidden=True)]
        return [html.Div(hidden, hidden=True)]
    field = html.Div(
        [
            html.Label(_("Begrundelse"), htmlFor=Ids.REASON),
            dcc.Textarea(id=Ids.REASON, className="textarea", maxLength=2000, rows=3, value=""),
        ],
        className="field mt-2",
        hidden=not action.needs_reason,
    )
    css = "btn mt-3" if action.kind == "restore" else "btn btn--danger mt-3"
    return [
        html.Section(
            [
                html.H2(action.label),
                html.P(action.hint, className="f-13 muted mt-1"),
                field,
                html.Button(action.label, id=Ids.ACT, className=css, value=action.kind),
            ],
            className="card no-print",
        )
    ]


def _series(series: tuple[TouchedSeries, ...], more: str) -> Markup:
    if not series:
        return NOTHING
    items = Markup("").join(
        Markup('<li>{}<span><a href="{}">{}</a><small>{} · {}</small></span></li>').format(
            one.icon, one.href, one.name, one.unit, one.signal
        )
        for one in series
    )
    rest = Markup('<p class="muted f-13">{}</p>').format(more) if more else NOTHING
    return Markup(
        '<section class="card" aria-labelledby="h-series"><h2 id="h-series">{}</h2><ul class="rseries">{}</ul>{}'
        "</section>"
    ).format(_("Målinger, den rørte, som de er nu"), items, rest)


def _history(events: tuple[tuple[str, str], ...]) -> Markup:
    items = Markup("").join(
        Markup('<li><span class="muted">{}</span><br>{}</li>').format(when, text) for when, text in events
    )
    return Markup(
        '<section class="card" aria-labelledby="h-events"><h2 id="h-events">{}</h2><ol class="rlist rlist--t">{}</ol>'
        "</section>"
    ).format(_("Leveringens historie"), items)


# ------------------------------------------------------------------------------------------------------------ callbacks


def register_callbacks(app: Dash) -> None:
    @app.callback(
        Output(Ids.BODY, "children"),
        Output(Ids.DONE, "children"),
        Input(Ids.ACT, "n_clicks"),
        State(Ids.ACT, "value"),
        State(Ids.REASON, "value"),
        State(Ids.OF, "data"),
        prevent_initial_call=True,
    )
    def act(n_clicks: int | None, kind: str, reason: str | None, of: dict[str, str]) -> Any:
        if not n_clicks:
            return no_update, no_update
        is_done, answer = presenter.act(
            current_store(),
            current_viewer(),
            of["receipt"],
            kind,
            reason or "",
            today=current_today(),
            now=current_now(),
        )
        if not is_done:
            return no_update, Html(html=answer)
        return _detail(_read(of["receipt"], Selection.from_query(of["query"])), answer), no_update


PAGE = PageRecord(
    path=RECEIPTS,
    also=(f"{RECEIPTS}/<receipt>",),
    name=N_("Kvitteringer"),
    layout=layout,
    exists=exists,
    title=title,
    icon="file",
    fields=(),
    section="/indberet",
)

"""Indikatorer: the library, with what is in force, what is being written, and what waits for one's own check."""

from __future__ import annotations

from typing import Any

from dash import Dash, html
from markupsafe import Markup

from dashboards.components.definition_form import message
from dashboards.components.markup import Html
from dashboards.context import current_store, current_today, current_viewer
from dashboards.figures.icons import ui_icon
from dashboards.pages import PageRecord
from dashboards.presenters.indicator_library import LIST, LibraryView, Row, library_view
from dashboards.selection import VERSION, Selection
from dashboards.text import N_, _, number
from data.access import Role

NOTHING = Markup("")


class Ids:
    PAGE = "library"


def layout(selection: Selection) -> Any:
    view = library_view(current_store(), current_viewer(), selection, today=current_today())
    return html.Div(Html(html=page_markup(view)), id=Ids.PAGE)


def register_callbacks(app: Dash) -> None:
    """The page needs no callback: every choice is a link, and the goal's select writes to the address."""


PAGE = PageRecord(
    path=LIST,
    name=N_("Indikatorer"),
    layout=layout,
    icon="table",
    order=50,
    roles=frozenset({Role.QUALITY_TEAM, Role.ADMINISTRATOR}),
    fields=(),
)


def page_markup(view: LibraryView) -> Markup:
    """Head, filters and the list."""
    make = NOTHING
    if view.may_make:
        make = Markup('<a class="btn btn--primary" href="{}/ny">{}{}</a>').format(
            LIST, ui_icon("plus", size=16), _("Ny indikator")
        )
    told = message(*view.message) if view.message[0] else NOTHING
    return Markup('<div class="lead lib__lead"><div><h1 tabindex="-1">{}</h1><p>{}</p></div>{}</div>{}{}{}').format(
        _("Indikatorer"), view.lead, make, told, _filters(view), _table(view)
    )


def _filters(view: LibraryView) -> Markup:
    chips = Markup("").join(
        Markup('<a class="chip" href="{}"{}>{} <span class="muted">{}</span></a>').format(
            one.href, Markup(' aria-current="true"') if one.is_chosen else NOTHING, one.label, number(one.count)
        )
        for one in view.filters
    )
    chosen = next((one.code for one in view.filters if one.is_chosen), "")
    options = Markup("").join(
        Markup('<option value="{}"{}>{}</option>').format(code, Markup(" selected") if is_chosen else NOTHING, name)
        for code, name, is_chosen in view.goals
    )
    goal = Markup(
        '<form data-context data-version="{}"><span class="ctx"><label for="lib-goal">{}</label>'
        '<select id="lib-goal" name="maal"><option value="">{}</option>{}</select></span>'
        '<input type="hidden" name="vis" value="{}"></form>'
    ).format(VERSION, _("Nationalt mål"), _("Alle"), options, chosen)
    return Markup('<div class="lib__f no-print"><nav class="lib__c" aria-label="{}">{}</nav>{}</div>').format(
        _("Vis"), chips, goal
    )


def _table(view: LibraryView) -> Markup:
    if not view.rows:
        return Markup('<div class="empty">{}</div>').format(_("Ingen indikatorer passer til det valgte."))
    heads = [_("Indikator"), _("Tilstand"), _("Version"), _("Hører til"), _("Gennemsyn"), _("Kontrolleret af"), ""]
    head = Markup("").join(
        Markup('<th scope="col">{}</th>').format(text) if text else Markup('<td aria-hidden="true"></td>')
        for text in heads
    )
    rows = Markup("").join(_row(row, heads) for row in view.rows)
    return Markup(
        '<section class="card card--flush"><table class="tbl tbl--lib"><caption class="visually-hidden">{}</caption>'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></section>"
    ).format(_("Indikatorer"), head, rows)


def _row(row: Row, heads: list[str]) -> Markup:
    review = row.review
    if row.review and row.review_is_due:
        review = Markup('<span class="badge badge--warn">{}</span>').format(
            _("{day}, overskredet").format(day=row.review)
        )
    links = NOTHING
    if row.edit_href:
        links += Markup('<a class="btn btn--sm" href="{}">{}<span class="visually-hidden"> {}</span></a>').format(
            row.edit_href, row.action, row.name
        )
    if row.chart_href:
        links += Markup(
            '<a class="btn btn--sm btn--quiet" href="{}">{}{}<span class="visually-hidden"> {}</span></a>'
        ).format(row.chart_href, ui_icon("chart", size=16), _("Diagram"), row.name)
    return Markup(
        '<tr><th scope="row"><a href="{}">{}</a><small>{}</small></th>'
        '<td data-label="{}"><span class="{}">{}</span></td>'
        '<td data-label="{}">{}</td><td data-label="{}">{}</td><td data-label="{}">{}</td><td data-label="{}">{}</td>'
        '<td class="lib__l">{}</td></tr>'
    ).format(
        row.href,
        row.name,
        " · ".join(part for part in (row.code, row.about) if part),
        heads[1],
        row.badge,
        row.state,
        heads[2],
        row.version,
        heads[3],
        row.unit,
        heads[4],
        review or "–",
        heads[5],
        row.checker or "–",
        links,
    )

"""Nationale mål: the eight goals as a yearly thermometer, and one goal at an address of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash, html
from flask import Response
from markupsafe import Markup

from dashboards.components.markup import Html
from dashboards.components.term import with_terms
from dashboards.context import current_store, current_today, current_viewer
from dashboards.figures.icons import assurance_icon, ui_icon, variation_icon
from dashboards.figures.matrix import css_state
from dashboards.figures.thermometer import thermometer
from dashboards.pages import PageRecord
from dashboards.presenters.goal_figures import FigureSet, FigureTable
from dashboards.presenters.goals import (
    Contribution,
    GoalDetail,
    GoalItem,
    GoalsView,
    IndicatorLine,
    OtherFigures,
    Sign,
    goals_view,
    published_csv,
)
from dashboards.selection import Selection
from dashboards.text import N_, _, language, number
from data.access import Viewer
from data.queries import catalogue
from data.store import Store

NOTHING = Markup("")


CSV_PATH = "/maal.csv"


class Ids:
    PAGE = "goals"


def _number(goal: str) -> int | None:
    return int(goal) if goal in {str(n) for n in range(1, 9)} else None


def exists(store: Store, viewer: Viewer, path_args: Mapping[str, str], selection: Selection) -> bool:
    return "goal" not in path_args or _number(path_args["goal"]) is not None


def title(selection: Selection, goal: str = "") -> str:
    """The goal's name where the address has one."""
    chosen = _number(goal)
    found = [one for one in catalogue.goals(current_store(), current_viewer()) if one.number == chosen]
    if not found:
        return _("Nationale mål")
    return _("Mål {number}: {name}").format(number=found[0].number, name=found[0].name.say(language()))


def layout(selection: Selection, goal: str = "") -> Any:
    chosen = _number(goal) or selection.goal
    view = goals_view(current_store(), current_viewer(), selection, chosen, today=current_today())
    return html.Div(Html(html=page_markup(view)), id=Ids.PAGE)


def register_callbacks(app: Dash) -> None:
    """The page needs no callback: every goal is a link. The published figures can be taken along as a file."""
    app.server.add_url_rule(CSV_PATH, "goals_csv", csv_file)


def csv_file() -> Response:
    """Every published figure with its goal, years, region, note and source."""
    content = published_csv(current_store(), current_viewer())
    return Response(
        content,
        mimetype="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="nationale-maal-tal.csv"', "Cache-Control": "no-store"},
    )


PAGE = PageRecord(
    path="/maal",
    also=("/maal/<goal>",),
    name=N_("Nationale mål"),
    layout=layout,
    exists=exists,
    title=title,
    icon="goal",
    order=20,
    fields=("enhed",),
    is_kept=True,
)


# ------------------------------------------------------------------------------------------------------ the pieces


def page_markup(view: GoalsView) -> Markup:
    """The whole page as HTML. On a narrow screen `/maal` shows the list and `/maal/<n>` the goal."""
    lead = Markup(
        '<div class="lead"><div><h1>{}</h1><p>{}</p></div><div class="row no-print"><button type="button" '
        'class="btn not-phone" data-print>{}{}</button><a class="btn" href="{}" download>{}{}</a></div></div>'
    ).format(
        _("De otte nationale mål: årligt termometer"),
        view.lead,
        ui_icon("print"),
        _("Udskriv"),
        CSV_PATH,
        ui_icon("download"),
        _("Hent tal"),
    )
    css = "goals goals--one" if view.is_chosen else "goals"
    back = Markup('<p class="goals__back"><a href="{}">{}{}</a></p>').format(
        view.list_href, ui_icon("arr-l", size=16), _("Alle otte mål")
    )
    return Markup('{}<div class="{}">{}<div class="goals__d">{}{}</div></div>{}').format(
        lead, css, _list(view), back, _detail(view.detail, is_demo=view.is_demo), _below(view)
    )


def _list(view: GoalsView) -> Markup:
    items = Markup("").join(_item(item) for item in view.items)
    local = _("Lokalt (DEMO)") if view.is_demo else _("Lokalt")
    rule = Markup("<br>{}").format(view.rule) if view.rule else Markup("")
    return Markup(
        '<section class="card card--flush goals__a" aria-label="{}"><div class="goals__h" aria-hidden="true">'
        '<span>{}</span><span></span><span>{}</span><span>{}</span></div><ul class="goals__l">{}</ul>'
        '<p class="chance">{}<span>{}{}</span></p></section>'
    ).format(
        _("Nationale mål"),
        _("Mål"),
        _("Landstal: ○ tidligere → ● seneste"),
        local,
        items,
        ui_icon("info", size=16),
        with_terms(view.info, "landstal"),
        rule,
    )


def _item(item: GoalItem) -> Markup:
    if item.reading is not None:
        figure = thermometer(item.reading)
    else:
        figure = Markup('<span class="goal__no-fig"><span>{}</span><span>{}</span></span>').format(
            _("Intet landstal i Tavle"), item.direction
        )
    former = Markup("<small>{}</small>").format(_("tidligere: {name}").format(name=item.former)) if item.former else ""
    key = Markup("<small>{}</small>").format(item.key_name) if item.key_name else Markup("")
    if item.key_note:
        key += Markup("<small>{}</small>").format(item.key_note)
    current = Markup(' aria-current="true"') if item.is_selected else Markup("")
    return Markup(
        '<li><div class="goal{}"><span class="goal__no" aria-hidden="true">{}</span><div><h2><a href="{}"{}>'
        '<span class="visually-hidden">{}</span>{}</a></h2>{}{}</div><div class="goal__f">{}</div>'
        '<div class="goal__l">{}<small>{}</small></div></div></li>'
    ).format(
        " is-sel" if item.is_selected else "",
        item.number,
        item.href,
        current,
        _("Mål {number}:").format(number=item.number) + " ",
        item.name,
        former,
        key,
        figure,
        Markup("").join(_sign(sign) for sign in item.signs),
        item.local,
    )


def _sign(sign: Sign) -> Markup:
    icon = variation_icon(sign.cell.variation, sign.cell.rising if sign.count == 1 else None)
    if sign.count == 1:
        return icon
    return Markup('<span class="sign">{}{}</span>').format(icon, number(sign.count))


def _detail(detail: GoalDetail, *, is_demo: bool) -> Markup:
    names = ""
    if detail.former:
        names = Markup('<p class="det__names">{} {}</p>').format(
            _("Tidligere navn: {name}.").format(name=detail.former), detail.former_note
        )
    figures = Markup("").join(_figure_set(one) for one in detail.figures)
    if not detail.figures:
        figures = Markup('<p class="small muted">{}</p>').format(_("Tavle har ingen tal pr. region for dette mål."))
    return Markup(
        '<section class="card det" aria-labelledby="h-goal"><h2 id="h-goal">'
        '<span class="goal__no" aria-hidden="true">{}</span>'
        '<span><span class="visually-hidden">{}</span>{}</span></h2>{}{}{}{}{}</section>'
    ).format(
        detail.number,
        _("Mål {number}:").format(number=detail.number) + " ",
        detail.name,
        names,
        figures,
        _contributions(detail, is_demo=is_demo),
        _indicators(detail.indicators),
        _other(detail.other, _("Andre publicerede tal under målet")),
    )


def _figure_set(one: FigureSet) -> Markup:
    tables = Markup("").join(_folded(table, is_open=one.is_open and i == 0) for i, table in enumerate(one.tables))
    if one.is_open and not one.picture:  # two definitions of the same thing are seen together or not at all
        tables = Markup("").join(_folded(table, is_open=True) for table in one.tables)
    return Markup('<h3>{}</h3><p class="small muted">{}</p>{}{}{}').format(
        one.title, one.lead, one.picture, tables, _source(one.source, one.notes)
    )


def _source(source: str, notes: tuple[str, ...]) -> Markup:
    text = " ".join([*notes, _("Kilde: {source}").format(source=source) if source else ""]).strip()
    return Markup('<p class="src">{}</p>').format(text) if text else Markup("")


def _folded(table: FigureTable, *, is_open: bool = False, below: Markup = NOTHING) -> Markup:
    return Markup('<details class="disc"{}><summary>{}</summary>{}{}</details>').format(
        Markup(" open") if is_open else NOTHING, table.caption, _table(table), below
    )


def _is_figure(text: str) -> bool:
    return bool(text) and text[0] in "0123456789−–≥≤<>"


def _table(table: FigureTable) -> Markup:
    numeric = [
        all(_is_figure(row[i]) or not row[i] for row in table.rows) and any(row[i] for row in table.rows)
        for i in range(len(table.heads))
    ]

    def css(i: int) -> Markup:
        classes = [name for name, holds in (("num", numeric[i] and i > 0), ("own", i == table.own)) if holds]
        return Markup(' class="{}"').format(" ".join(classes)) if classes else Markup("")

    heads = Markup("").join(
        Markup('<th scope="col"{}>{}{}</th>').format(
            css(i),
            head,
            Markup('<span class="visually-hidden"> ({})</span>').format(_("din")) if i == table.own else "",
        )
        for i, head in enumerate(table.heads)
    )
    rows = Markup("").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            row[0], Markup("").join(Markup("<td{}>{}</td>").format(css(i), text) for i, text in enumerate(row) if i)
        )
        for row in table.rows
    )
    return Markup(
        '<div class="tbl-wrap" tabindex="0" role="region" aria-label="{}"><table class="tbl tbl--compact tbl--reg">'
        '<caption class="visually-hidden">{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(table.caption, table.caption, heads, rows)


def _contributions(detail: GoalDetail, *, is_demo: bool) -> Markup:
    badge = Markup(' <span class="badge badge--demo">DEMO</span>') if is_demo else Markup("")
    items = Markup("").join(_contribution(one) for one in detail.contributions)
    body = Markup('<ul class="contrib">{}</ul>').format(items) if detail.contributions else Markup("")
    return Markup('<h3>{}{}</h3><p class="small muted">{}</p>{}').format(
        _("Lokale målinger, der bidrager"), badge, detail.contributions_lead, body
    )


def _contribution(one: Contribution) -> Markup:
    cell = one.cell
    towards = Markup("<br><small>{}</small>").format(one.towards) if one.towards else Markup("")
    unit = f" {cell.unit_of_measure}" if cell.unit_of_measure and not cell.value.endswith("%") and cell.value else ""
    return Markup(
        '<li>{}{}<span class="grow"><a href="{}">{}</a> <small>{}</small>{}</span>'
        '<b class="t-{}">{}{}</b><small>{}</small></li>'
    ).format(
        variation_icon(cell.variation, cell.rising),
        assurance_icon(cell.assurance, cell.direction),
        cell.href,
        one.name,
        one.unit,
        towards,
        css_state(cell.variation),
        cell.value or _("ingen data"),
        unit,
        cell.late or cell.period,
    )


def _indicators(lines: tuple[IndicatorLine, ...]) -> Markup:
    if not lines:
        return Markup("")
    items = Markup("").join(_indicator(line) for line in lines)
    # The words on how far a definition was checked go wherever its name goes.
    sources = Markup("").join(
        Markup("<li>{}: {}</li>").format(f"{line.name} ({line.state})" if line.state else line.name, line.source)
        for line in lines
        if line.source
    )
    folded = Markup('<details class="disc"><summary>{}</summary><ul class="src">{}</ul></details>').format(
        _("Kilder til indikatorerne"), sources
    )
    return Markup('<h3>{}</h3><ul class="inds">{}</ul>{}').format(_("Indikatorer under målet"), items, folded)


def _indicator(line: IndicatorLine) -> Markup:
    state = Markup('<span class="badge">{}</span>').format(line.state) if line.state else Markup("")
    direction = Markup('<span class="muted">{}</span>').format(line.direction) if line.direction else Markup("")
    texts = [line.definition, *line.targets, line.note]
    body = Markup("").join(Markup("<p>{}</p>").format(text) for text in texts if text)
    return Markup("<li><b>{}</b> {} {}{}</li>").format(line.name, direction, state, body)


def _other(figures: tuple[OtherFigures, ...], heading: str) -> Markup:
    if not figures:
        return Markup("")
    parts = Markup("").join(_folded(one.table, below=_source(one.source, one.notes)) for one in figures)
    return Markup("<h3>{}</h3>{}").format(heading, parts)


def _below(view: GoalsView) -> Markup:
    """The status reports, and what is published but belongs to no goal."""
    loose = _other(view.unlinked, _("Publicerede tal, der ikke hører til et mål"))
    return Markup(
        '<section class="card det reports" aria-labelledby="h-rep"><h2 id="h-rep">{}</h2>{}{}</section>'
    ).format(_("Statusrapporterne"), _folded(view.reports, below=_source(view.reports_source, ())), loose)

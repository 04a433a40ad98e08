"""Units (or one unit's series) × months: came in time, late, in part, not at all; and what was never expected.

Shape and word carry the state, colour repeats it. The cells are links; `assets/matrix_keys.js` adds the arrow keys and
opens the `<template>` of a cell in which something is lacking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dashboards.text import _
from data.queries.coverage import Received

NOTHING = Markup("")
_CSS = {
    Received.ON_TIME: "ok",
    Received.LATE: "late",
    Received.PARTIAL: "part",
    Received.MISSING: "mis",
    Received.NOT_DUE: "due",
    Received.NOT_EXPECTED: "closed",
}


@dataclass(frozen=True, slots=True)
class GridCell:
    """One month. `label` says all of it; `lacking` are the names of what did not come; `mark` is "4/6" or "+3".

    Without `href` the cell is no link: there is nothing to open. `span` columns share one cell where nothing was
    expected, and `why` says why.
    """

    state: Received
    label: str
    mark: str = ""
    href: str = ""
    lacking: tuple[str, ...] = ()
    deliver_href: str = ""
    span: int = 1
    why: str = ""


@dataclass(frozen=True, slots=True)
class GridRow:
    """One unit, or one series of a unit. `note` stands beside the name in grey."""

    name: str
    href: str
    note: str
    cells: tuple[GridCell, ...]
    total: str
    total_label: str


@dataclass(frozen=True, slots=True)
class GridGroup:
    """Rows that belong together; with an empty name they stand without a heading."""

    name: str
    rows: tuple[GridRow, ...]


@dataclass(frozen=True, slots=True)
class GridMonth:
    """A column. `year` is written under the first month of a year; `label` is the whole name."""

    name: str
    year: str
    label: str
    href: str
    is_chosen: bool
    total: str
    total_label: str


@dataclass(frozen=True, slots=True)
class Grid:
    caption: str
    row_head: str
    total_head: str
    foot_head: str
    months: tuple[GridMonth, ...]
    groups: tuple[GridGroup, ...]


@dataclass(frozen=True, slots=True)
class TwinTable:
    """The grid in words."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def completeness_grid(grid: Grid) -> Markup:
    """The table with its legend."""
    heads = Markup("").join(_head(month) for month in grid.months)
    body = Markup("").join(_group(group, len(grid.months)) for group in grid.groups)
    foot = NOTHING
    if any(month.total for month in grid.months):
        totals = Markup("").join(
            Markup('<td><span aria-hidden="true">{}</span><span class="visually-hidden">{}</span></td>').format(
                month.total, month.total_label
            )
            for month in grid.months
        )
        foot = Markup('<tfoot><tr><th scope="row">{}</th>{}<td></td></tr></tfoot>').format(grid.foot_head, totals)
    return Markup(
        '<div class="tbl-wrap" tabindex="0" role="region" aria-label="{caption}">'
        '<table class="ktab" data-matrix><caption class="visually-hidden">{caption}</caption>'
        '<thead><tr><th scope="col">{row}</th>{heads}<th scope="col" class="num">{total}</th></tr></thead>'
        "{body}{foot}</table></div>{legend}"
    ).format(
        caption=grid.caption,
        row=grid.row_head,
        heads=heads,
        total=grid.total_head,
        body=body,
        foot=foot,
        legend=legend(),
    )


def _head(month: GridMonth) -> Markup:
    year = Markup("<small>{}</small>").format(month.year) if month.year else NOTHING
    name = Markup("<span>{}</span>{}").format(month.name, year)
    if month.href:
        current = Markup(' aria-current="true"') if month.is_chosen else NOTHING
        name = Markup('<a href="{}" aria-label="{}"{}>{}</a>').format(month.href, month.label, current, name)
    return Markup('<th scope="col"{}>{}</th>').format(Markup(' class="is-now"') if month.is_chosen else NOTHING, name)


def _group(group: GridGroup, n_months: int) -> Markup:
    head = NOTHING
    if group.name:
        head = Markup('<tr class="grp"><th scope="rowgroup" colspan="{}"><span>{}</span></th></tr>').format(
            n_months + 2, group.name
        )
    return Markup("<tbody>{}{}</tbody>").format(head, Markup("").join(_row(row) for row in group.rows))


def _row(row: GridRow) -> Markup:
    name = Markup('<a href="{}">{}</a>').format(row.href, row.name) if row.href else Markup("{}").format(row.name)
    note = Markup(' <span class="muted f-12">{}</span>').format(row.note) if row.note else NOTHING
    return Markup(
        '<tr><th scope="row">{}{}</th>{}<td class="num kt"><span aria-hidden="true">{}</span>'
        '<span class="visually-hidden">{}</span></td></tr>'
    ).format(name, note, Markup("").join(_cell(cell) for cell in row.cells), row.total, row.total_label)


def _cell(cell: GridCell) -> Markup:
    css = f"k k--{_CSS[cell.state]}"
    span = Markup(' colspan="{}"').format(cell.span) if cell.span > 1 else NOTHING
    if cell.state is Received.NOT_EXPECTED and cell.href:
        return Markup('<td class="{}"><a href="{}" aria-label="{}" title="{}"><span>{}</span></a></td>').format(
            css, cell.href, cell.label, cell.label, cell.why
        )
    if cell.state is Received.NOT_EXPECTED:
        shown = Markup('<span aria-hidden="true">{}</span>').format(cell.why) if cell.why else NOTHING
        return Markup('<td class="{}"{} title="{}">{}<span class="visually-hidden">{}</span></td>').format(
            css, span, cell.label, shown, cell.label
        )
    sign = _sign(cell)
    if not cell.href:
        return Markup('<td class="{}" title="{}">{}<span class="visually-hidden">{}</span></td>').format(
            css, cell.label, sign, cell.label
        )
    return Markup('<td class="{}"><a href="{}" aria-label="{}" data-cell>{}</a>{}</td>').format(
        css, cell.href, cell.label, sign, _peek(cell)
    )


def _sign(cell: GridCell) -> Markup:
    if cell.state is Received.MISSING:
        return Markup('<span class="k__p">{}</span>').format(_("mangler"))
    if cell.state is Received.PARTIAL:
        return Markup('<span class="k__p">{}</span>').format(cell.mark)
    if cell.state is Received.LATE:
        return Markup("<i></i><span>{}</span>").format(cell.mark)
    return Markup("<i></i>")


def _peek(cell: GridCell) -> Markup:
    if not cell.lacking:
        return NOTHING
    names = Markup("").join(Markup("<li>{}</li>").format(name) for name in cell.lacking)
    button = NOTHING
    if cell.deliver_href:
        button = Markup('<a class="btn btn--primary btn--sm" href="{}">{}</a>').format(cell.deliver_href, _("Indberet"))
    return Markup(
        '<template><div class="peek__in"><div><p><b>{}</b></p><ul class="k__l">{}</ul></div>{}</div></template>'
    ).format(cell.label.split(":")[0], names, button)


def legend() -> Markup:
    """What the signs mean, drawn with the same classes as the cells."""
    entries = (
        (Received.ON_TIME, Markup("<i></i>"), _("Til tiden")),
        (Received.LATE, Markup("<i></i><span>+4</span>"), _("For sent, antal dage")),
        (Received.PARTIAL, Markup('<span class="k__p">4/6</span>'), _("Delvist, antal målinger")),
        (Received.MISSING, Markup('<span class="k__p">{}</span>').format(_("mangler")), _("Ikke modtaget")),
        (Received.NOT_DUE, Markup("<i></i>"), _("Ikke forfalden")),
        (Received.NOT_EXPECTED, NOTHING, _("Ikke forventet")),
    )
    return Markup('<ul class="klegend" aria-label="{}">{}</ul>').format(
        _("Forklaring"),
        Markup("").join(
            Markup('<li><span class="k k--{}" aria-hidden="true">{}</span>{}</li>').format(_CSS[state], sign, words)
            for state, sign, words in entries
        ),
    )


def words_table(twin: TwinTable, numeric: Sequence[int] = ()) -> Markup:
    """A plain table; the columns of `numeric` are set to the right."""

    def css(i: int) -> Markup:
        return Markup(' class="num"') if i in numeric else NOTHING

    heads = Markup("").join(
        Markup('<th scope="col"{}>{}</th>').format(css(i), head) for i, head in enumerate(twin.heads)
    )
    rows = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(
                Markup('<th scope="row">{}</th>').format(text)
                if i == 0
                else Markup("<td{}>{}</td>").format(css(i), text)
                for i, text in enumerate(row)
            )
        )
        for row in twin.rows
    )
    return Markup(
        '<div class="tbl-wrap" tabindex="0" role="region" aria-label="{0}"><table class="tbl tbl--compact">'
        '<caption class="visually-hidden">{0}</caption><thead><tr>{1}</tr></thead><tbody>{2}</tbody></table></div>'
    ).format(twin.caption, heads, rows)

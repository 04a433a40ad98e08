"""The matrix of Overblik as HTML: indicators under their national goal, one column per unit, one signal per cell.

Three forms of the same data: the table, the list for phones, and the plain table of words. All text is escaped here;
`assets/matrix_keys.js` adds arrow keys and opens the peek row from the `<template>` in each cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dashboards.figures.icons import assurance_icon, css_state, ui_icon, variation_icon, variation_words
from dashboards.figures.sparkline import Spark, sparkline
from dashboards.text import _, pgettext
from indicators.assessment import Assurance, Variation
from indicators.definition import Direction

WINDOW = 36  # months in a sparkline
SCREEN_COLUMNS = 8  # a laptop holds so many
ALONE = (260, 30)  # where the own unit is the only one
SMALL = (112, 30)  # beside the words of the own unit
TINY = (44, 18)  # in every cell where units are compared and none is wider than the others
LARGE = (384, 66)
LEGEND_VARIATIONS = (
    (Variation.CONCERN, True),
    (Variation.IMPROVEMENT, True),
    (Variation.CHANGE, None),
    (Variation.COMMON, None),
    (Variation.FEW, None),
    (Variation.MISSING, None),
)
LEGEND_ASSURANCES = (Assurance.PASS, Assurance.MIXED, Assurance.FAIL)


@dataclass(frozen=True, slots=True)
class Column:
    """A unit. `is_own` is the one that the matrix is about: first, wider, with words and a line."""

    code: str
    name: str
    caption: str
    is_own: bool = False
    full_name: str = ""  # where there is room for it: the table of words and the file


@dataclass(frozen=True, slots=True)
class Cell:
    """One series as it is shown: finished words, and the stored signal they come from.

    `state` is the short word beside the icon, `sentence` what the signal says, `label` the whole cell for a screen
    reader. `value` is empty where the series never had data; `late` is the sentence about a month that is due.
    """

    href: str
    variation: Variation
    rising: bool | None
    assurance: Assurance
    direction: Direction
    state: str
    value: str
    period: str
    sentence: str
    label: str
    assurance_text: str = ""
    late: str = ""
    is_new: bool = False
    attention: int = 4
    spark: Spark | None = None
    centre_label: str = ""
    target_label: str = ""
    unit_of_measure: str = ""
    amount: str = ""  # the value without per cent sign, for a column of numbers
    full_period: str = ""

    @property
    def is_signal(self) -> bool:
        return self.variation in (Variation.CONCERN, Variation.IMPROVEMENT, Variation.CHANGE)


@dataclass(frozen=True, slots=True)
class Row:
    """An indicator; `cells` has one entry per column, None where it is not measured there."""

    code: str
    name: str
    detail: str
    href: str
    cells: tuple[Cell | None, ...]

    @property
    def present(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if cell is not None)


@dataclass(frozen=True, slots=True)
class Group:
    """A national goal with its local indicators; `number` 0 gathers indicators without a goal."""

    number: int
    name: str
    href: str
    rows: tuple[Row, ...]
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows under goals, columns for units. `caption` says what the table is and how keys work in it."""

    columns: tuple[Column, ...]
    groups: tuple[Group, ...]
    caption: str

    def series(self) -> Iterator[tuple[Group, Row, Column, Cell]]:
        """Every series that is shown, row by row."""
        for group in self.groups:
            for row in group.rows:
                for column, cell in zip(self.columns, row.cells, strict=True):
                    if cell is not None:
                        yield group, row, column, cell

    @property
    def has_own(self) -> bool:
        """Whether one column is about the chosen unit; without one all columns are alike and have words and a line."""
        return any(column.is_own for column in self.columns)

    @property
    def own(self) -> int:
        """The position of the column the matrix is about; the first where there is none."""
        return next((i for i, column in enumerate(self.columns) if column.is_own), 0)


def short_state(variation: Variation) -> str:
    """The word that stands beside the icon."""
    return {
        Variation.CONCERN: _("Bekymrende"),
        Variation.IMPROVEMENT: _("Forbedring"),
        Variation.CHANGE: _("Ændring"),
        Variation.COMMON: _("Tilfældig"),
        Variation.FEW: _("For få data"),
        Variation.MISSING: _("Ingen data"),
    }[variation]


def legend(*, with_new: bool) -> Markup:
    """What the icons mean, in the one fixed order; always on the page."""
    words = {**{v: short_state(v) for v, _rising in LEGEND_VARIATIONS}, Variation.CHANGE: _("Ændring uden retning")}
    parts = [
        Markup("<span>{}{}</span>").format(variation_icon(variation, rising, size=16, title=False), words[variation])
        for variation, rising in LEGEND_VARIATIONS
    ]
    parts.append(Markup('<i aria-hidden="true"></i>'))
    names = {
        Assurance.PASS: _("Når måltallet"),
        Assurance.MIXED: _("Rammer og misser"),
        Assurance.FAIL: _("Når ikke"),
    }
    parts += [
        Markup("<span>{}{}</span>").format(
            assurance_icon(assurance, Direction.UP, size=16, title=False), names[assurance]
        )
        for assurance in LEGEND_ASSURANCES
    ]
    if with_new:
        parts.append(Markup('<i aria-hidden="true"></i><span>{}{}</span>').format(_new_dot(), _("ny")))
    return Markup('<div class="legend" role="group" aria-label="{}">{}</div>').format(
        _("Tegnforklaring"), Markup("").join(parts)
    )


# ------------------------------------------------------------------------------------------------------- the table


def matrix_table(matrix: Matrix) -> Markup:
    """The table itself; one `<tbody>` per goal, so that a screen reader can tell where a goal begins."""
    span = len(matrix.columns) + 1
    others = sum(not column.is_own for column in matrix.columns)
    columns = Markup('<col class="c0">')
    columns += Markup('<col class="c1">') if matrix.has_own else Markup("")
    columns += Markup('<col span="{}">').format(others) if others else Markup("")
    heads = Markup("").join(_head(column) for column in matrix.columns)
    bodies = Markup("\n").join(_group(matrix, group, span) for group in matrix.groups)
    return Markup(
        '<div class="mx-scroll"><table class="mx{}" data-matrix><caption class="visually-hidden">{}</caption>'
        '<colgroup>{}</colgroup><thead><tr><th scope="col" class="c0">{}<small>{}</small></th>{}</tr></thead>\n{}\n'
        "</table></div>"
    ).format(
        _form(matrix),
        matrix.caption,
        columns,
        pgettext("a series", "Måling"),
        _("det vigtigste øverst under hvert mål"),
        heads,
        bodies,
    )


def _form(matrix: Matrix) -> str:
    """One unit takes the width; more than a screen holds scroll in a frame of their own."""
    if len(matrix.columns) == 1:
        return " mx--one"
    return " mx--many" if matrix.has_own and len(matrix.columns) > SCREEN_COLUMNS else ""


def _head(column: Column) -> Markup:
    css = Markup(' class="own"') if column.is_own else Markup("")
    return Markup('<th scope="col"{}>{}<small>{}</small></th>').format(css, column.name, column.caption)


def _goal_name(group: Group) -> Markup:
    number = Markup('<span class="gno">{}</span>').format(group.number) if group.number else Markup("")
    return Markup("{}<b>{}</b>").format(number, group.name)


def _group(matrix: Matrix, group: Group, span: int) -> Markup:
    note = group.summary if group.rows else _("Ingen lokal måling")
    link = (
        Markup('<a href="{}" aria-label="{}">{}</a>').format(
            group.href, _("Landstal for mål {number}").format(number=group.number), _("landstal")
        )
        if group.href
        else Markup("")
    )
    dot = Markup(" · ") if note and group.href else Markup("")
    head = Markup(
        '<tr class="g"><th colspan="{}" scope="rowgroup"><div class="row">{}<span class="push">{}{}{}</span></div></th>'
        "</tr>"
    ).format(span, _goal_name(group), note, dot, link)
    rows = Markup("\n").join(_row(matrix, row) for row in group.rows)
    return Markup("<tbody>{}{}</tbody>").format(head, rows)


def _row(matrix: Matrix, row: Row) -> Markup:
    head = Markup('<th class="m" scope="row"><a href="{}" title="{}" data-cell>{}</a><small title="{}">{}</small></th>')
    cells = Markup("").join(
        _cell(matrix, column, row, cell) for column, cell in zip(matrix.columns, row.cells, strict=True)
    )
    return Markup("<tr>{}{}</tr>").format(head.format(row.href, row.name, row.name, row.detail, row.detail), cells)


def _cell(matrix: Matrix, column: Column, row: Row, cell: Cell | None) -> Markup:
    own = " own" if column.is_own else ""
    if cell is None:
        return Markup(
            '<td class="none{}"><span aria-hidden="true" title="{}">–</span>'
            '<span class="visually-hidden">{}</span></td>'
        ).format(own, _("Måles ikke her"), _("Måles ikke her"))
    state = css_state(cell.variation)
    tint = f" is-{state}" if cell.is_signal else ""
    icons = variation_icon(cell.variation, cell.rising, title=False)
    icons += assurance_icon(cell.assurance, cell.direction, title=False)
    if column.is_own:
        form, inside = " cell--own", _own_inside(cell, SMALL if len(matrix.columns) > 1 else ALONE)
    elif not matrix.has_own and len(matrix.columns) <= SCREEN_COLUMNS:
        form, inside = " cell--even", _even_inside(cell)
    else:
        form, inside = " cell--late" if cell.late else "", _inside(cell)
    return Markup(
        '<td class="{}{}"><a class="cell cell--{}{}" href="{}" aria-label="{}" data-cell>{}{}</a>{}</td>'
    ).format(own.strip(), tint, state, form, cell.href, cell.label, icons, inside, _peek(column, row, cell))


def _new_dot() -> Markup:
    return Markup('<span class="newdot" aria-hidden="true"></span>')


def _value(cell: Cell) -> Markup:
    dot = _new_dot() if cell.is_new else Markup("")
    return Markup('<span class="v">{}{}</span>').format(dot, cell.value or _("ingen data"))


def _period(cell: Cell) -> str:
    return cell.late or cell.period


def _inside(cell: Cell) -> Markup:
    return Markup('<span class="cell__w">{}<span class="p{}">{}</span></span>').format(
        _value(cell), " p--late" if cell.late else "", _period(cell)
    )


def _even_inside(cell: Cell) -> Markup:
    line = (
        sparkline(cell.spark, width=TINY[0], height=TINY[1], window=WINDOW, padding=2, scale=0.4)
        if cell.spark
        else Markup("<span></span>")
    )
    return Markup('{}{}<span class="p{}">{}</span>').format(
        line, _value(cell), " p--late" if cell.late else "", _words(cell)
    )


def _words(cell: Cell) -> str:
    """The state and its period; without a value »ingen data« stands there already."""
    return " · ".join(text for text in (cell.state if cell.value else "", _period(cell)) if text)


def _own_inside(cell: Cell, size: tuple[int, int]) -> Markup:
    line = sparkline(cell.spark, width=size[0], height=size[1], window=WINDOW) if cell.spark else Markup("")
    return Markup('<span class="cell__w">{}<span class="p{}">{}</span></span>{}').format(
        _value(cell), " p--late" if cell.late else "", _words(cell), line
    )


def _peek(column: Column, row: Row, cell: Cell) -> Markup:
    """What opens under the row (focus) or beside the cell (pointer): sentence, line, one button."""
    line = (
        sparkline(
            cell.spark,
            width=LARGE[0],
            height=LARGE[1],
            window=WINDOW,
            centre_label=cell.centre_label,
            target_label=cell.target_label,
        )
        if cell.spark
        else Markup("")
    )
    late = Markup(' <span class="muted">{}</span>').format(cell.late) if cell.late else Markup("")
    sign = Markup(" {}.").format(cell.assurance_text) if cell.assurance_text else Markup("")
    return Markup(
        '<template><div class="peek__in"><p><b>{}, {}:</b> {}{}{}</p>{}'
        '<a class="btn btn--primary" href="{}">{}</a></div></template>'
    ).format(row.name, column.name, cell.sentence, sign, late, line, cell.href, _("Åbn måling"))


# ------------------------------------------------------------------------------------------------------- the phone


def matrix_list(matrix: Matrix) -> Markup:
    """The column the matrix is about as a list per goal, for narrow screens."""
    own = matrix.own
    parts = []
    for group in matrix.groups:
        parts.append(Markup("<h3>{}</h3>").format(_goal_name(group)))
        rows = [(row, cell) for row in group.rows if (cell := row.cells[own]) is not None]
        if not rows:
            elsewhere = _("Ingen måling i denne enhed") if group.rows else _("Ingen lokal måling")
            parts.append(Markup('<p class="small muted mi__none">{}</p>').format(elsewhere))
            continue
        parts += [_list_item(row, cell) for row, cell in rows]
    return Markup('<div class="ml">{}</div>').format(Markup("").join(parts))


def _list_item(row: Row, cell: Cell) -> Markup:
    state = css_state(cell.variation)
    item = Markup(
        '<a class="mi" href="{}" aria-label="{}">{}{}<span>{}<small>{}</small></span>'
        '<b class="t-{}">{}{}<small>{}</small></b></a>'
    ).format(
        cell.href,
        cell.label,
        variation_icon(cell.variation, cell.rising, size=22, title=False),
        assurance_icon(cell.assurance, cell.direction, size=22, title=False),
        row.name,
        " · ".join(text for text in (cell.state, row.detail) if text),
        state,
        _new_dot() if cell.is_new else "",
        cell.value or _("ingen data"),
        _period(cell),
    )
    if not (cell.is_signal and cell.spark):
        return item
    line = sparkline(cell.spark, width=330, height=56, window=WINDOW)
    return item + Markup('<div class="pk">{}<p>{}</p></div>').format(line, cell.sentence)


# ---------------------------------------------------------------------------------------------- the twin in words


def twin_heads() -> tuple[str, ...]:
    """The column heads of the plain table and of the CSV file."""
    return (
        _("Mål"),
        pgettext("a series", "Måling"),
        _("Enhed"),
        _("Variation"),
        _("Måltal"),
        _("Seneste værdi"),
        _("Måleenhed"),
        _("Periode"),
        _("Hvad ser vi?"),
        _("Mangler"),
    )


def twin_rows(matrix: Matrix) -> list[tuple[str, ...]]:
    """One row per series, in words only."""
    return [
        (
            f"{group.number} {group.name}" if group.number else group.name,
            row.name,
            column.full_name or column.name,
            variation_words(cell.variation, cell.rising),
            cell.assurance_text,
            cell.amount or cell.value,
            cell.unit_of_measure,
            cell.full_period or cell.period,
            cell.sentence,
            cell.late,
        )
        for group, row, column, cell in matrix.series()
    ]


def plain_table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, caption: str) -> Markup:
    """A plain table: the first cell of a row heads it."""
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(text) for text in heads)
    body = Markup("").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            row[0], Markup("").join(Markup("<td>{}</td>").format(text) for text in row[1:])
        )
        for row in rows
    )
    return Markup(
        '<div class="tbl-wrap" tabindex="0" role="region" aria-label="{}"><table class="tbl tbl--compact">'
        '<caption class="visually-hidden">{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(caption, caption, head, body)


def matrix_twin(matrix: Matrix) -> Markup:
    """The same series as a table of words, folded away until somebody wants it."""
    table = plain_table(twin_heads(), twin_rows(matrix), caption=_("Alle målinger som tabel"))
    return Markup('<details class="disc mx-twin"><summary>{}{}</summary>{}</details>').format(
        ui_icon("table", size=16), _("Vis som tabel"), table
    )

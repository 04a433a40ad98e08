"""The matrix of Overblik: series under the national goals, units side by side. No Dash here."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.figures.matrix import Column, Group, Matrix, Row
from dashboards.figures.thermometer import direction_words
from dashboards.presenters.board import MOST_COLUMNS, Board, Side
from dashboards.presenters.overview_filters import Show
from dashboards.presenters.signal_words import SIGNALS, aim_text, kind_count
from dashboards.presenters.unit_names import kind_words, short_name
from dashboards.selection import Selection
from dashboards.text import _, language, number
from data.access import Viewer
from data.queries import catalogue
from data.queries.units import Unit
from data.store import Store
from indicators.definition import IndicatorDefinition


def draw_matrix(
    store: Store,
    viewer: Viewer,
    board: Board,
    chosen: Unit,
    columns: Sequence[Unit],
    matching: Sequence[tuple[str, str]],
    selection: Selection,
    show: Show,
) -> Matrix:
    """The series that match the filters, for the units that have a column."""
    return Matrix(
        tuple(_column(unit, board, chosen) for unit in columns),
        _groups(store, viewer, board, columns, matching, selection, show),
        _("Målinger efter nationalt mål og enhed. Brug piletaster mellem felter; Enter åbner målingen."),
    )


def columns_of(side: Side, matching: Sequence[tuple[str, str]], show: Show) -> tuple[Unit, ...]:
    """The columns: the own unit and at most seven others; under a filter, those with something to show."""
    others = list(side.others)
    if show is not Show.ALL:
        hits = {unit_code for _indicator, unit_code in matching}
        others = [unit for unit in others if unit.code in hits] or others
    room = MOST_COLUMNS - 1
    return ((side.own,) if side.own else ()) + tuple(others[:room])


def _column(unit: Unit, board: Board, chosen: Unit) -> Column:
    side = board.side
    is_own = side.own is not None and unit.code == side.own.code
    caption = board.parents.get(unit.code) or (_("valgt enhed") if unit.code == chosen.code else kind_words(unit.kind))
    name = unit.name.say(language()) if is_own else short_name(unit)
    return Column(unit.code, name, caption, is_own=is_own, full_name=board.unit_name(unit))


def _groups(
    store: Store,
    viewer: Viewer,
    board: Board,
    columns: Sequence[Unit],
    matching: Sequence[tuple[str, str]],
    selection: Selection,
    show: Show,
) -> tuple[Group, ...]:
    shown = {unit.code for unit in columns}
    indicators = dict.fromkeys(indicator for indicator, unit_code in matching if unit_code in shown)
    goals = [
        (goal.number, goal.name.say(language()))
        for goal in catalogue.goals(store, viewer)
        if selection.goal in (None, goal.number)
    ]
    if any(board.definitions[code].goal is None for code in indicators):
        goals.append((0, _("Uden nationalt mål")))
    is_narrowed = any((selection.role, selection.sector, selection.owner))
    groups = []
    for goal, name in goals:
        rows = [
            _row(board, board.definitions[code], columns, selection)
            for code in indicators
            if (board.definitions[code].goal or 0) == goal
        ]
        if not rows and (show is not Show.ALL or is_narrowed):  # elsewhere an empty goal says that nobody follows it
            continue
        rows.sort(
            key=lambda row: (min(c.attention for c in row.present), -sum(c.is_signal for c in row.present), row.name)
        )
        href = selection.href(f"/maal/{goal}", goal=None, show=None) if goal else ""
        groups.append(Group(goal, name, href, tuple(rows), _group_summary(rows)))
    return tuple(groups)


def _row(board: Board, definition: IndicatorDefinition, columns: Sequence[Unit], selection: Selection) -> Row:
    cells = tuple(board.cell(definition.code, unit, selection) for unit in columns)
    first = next(cell for cell in cells if cell is not None)
    return Row(
        code=definition.code,
        name=definition.name.say(language()),
        detail=row_detail(
            definition,
            [
                board.states[definition.code, unit.code].sparkline.target
                for unit, cell in zip(columns, cells, strict=True)
                if cell is not None
            ],
        ),
        href=first.href,
        cells=cells,
    )


def row_detail(definition: IndicatorDefinition, targets: Sequence[float | None]) -> str:
    """Unit of measure, direction and target of a row: "dage, lavere er bedre, måltal ≤ 7".

    `targets` are those the states of the row were held against; where they differ, no single number is given.
    """
    unit = "" if definition.is_percent else definition.unit_of_measure.say(language())
    different = set(targets)
    aim = ""
    if len(different) > 1:
        aim = _("måltal efter enhed")
    elif different and (value := different.pop()) is not None:
        aim = _("måltal {value}").format(value=aim_text(definition, value))
    return ", ".join(text for text in (unit, direction_words(definition.direction), aim) if text)


def _group_summary(rows: Sequence[Row]) -> str:
    cells = [cell for row in rows for cell in row.present]
    counts = [(kind, sum(cell.variation is kind for cell in cells)) for kind in SIGNALS]
    return ", ".join(kind_count(kind, count) for kind, count in counts if count)


def more_text(side: Side, columns: Sequence[Unit], show: Show, *, is_cohort: bool) -> str:
    """What is not shown because there is no room for it; nothing is left out without a word."""
    left = len(side.all) - len(columns)
    if left <= 0 or is_cohort:
        return ""
    if show is not Show.ALL:
        return _("Filteret viser de enheder, der har noget at vise, {shown} af {total}.").format(
            shown=number(len(columns)), total=number(len(side.all))
        )
    return _(
        "Viser {shown} af {total} enheder. Vælg en anden enhed øverst for at se dens målinger, eller brug filtrene: "
        "de søger i alle {total}."
    ).format(shown=number(len(columns)), total=number(len(side.all)))

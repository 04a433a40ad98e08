"""The data Overblik waits for: which series lack periods that are due, and since when. No Dash here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dashboards.components.deliver_nav import COMPLETENESS
from dashboards.presenters.board import Board
from dashboards.presenters.overview_lead import short_day
from dashboards.selection import Selection
from dashboards.text import _, language, number, period_text
from data import deadlines
from indicators.definition import PeriodKind

PERIODS_LISTED = 4  # missing months written out one by one; more become a count


@dataclass(frozen=True, slots=True)
class MissingRow:
    """A series that lacks periods that are due."""

    unit: str
    unit_href: str  # what the unit has handed in, month by month
    indicator: str
    href: str
    periods: str
    owner: str


def missing_rows(board: Board, selection: Selection) -> tuple[MissingRow, ...]:
    """The series that wait for data, those the filters leave."""
    units_by_code = {unit.code: unit for unit in board.side.all}
    rows = []
    for one in board.missing:
        definition, unit = board.definitions.get(one.indicator_code), units_by_code.get(one.unit_code)
        if definition is None or unit is None or not one.periods:
            continue
        if not board.is_chosen((one.indicator_code, one.unit_code), selection):
            continue
        rows.append(
            MissingRow(
                unit=board.unit_name(unit),
                unit_href=Selection(unit=unit.code).href(COMPLETENESS),
                indicator=definition.name.say(language()),
                href=selection.href(f"/indikator/{definition.code}", unit=unit.code, show=None, goal=None, cohort=None),
                periods=_periods(one.periods, definition.period),
                owner=one.owner,
            )
        )
    return tuple(rows)


def _periods(periods: Sequence[date], kind: PeriodKind) -> str:
    """The missing periods: written out while they are few, else first, last and how many."""
    ordered = sorted(periods)
    if len(ordered) <= PERIODS_LISTED:
        return ", ".join(period_text(day, kind) for day in ordered)
    return _("{count} perioder fra {first} til {last}").format(
        count=number(len(ordered)), first=period_text(ordered[0], kind), last=period_text(ordered[-1], kind)
    )


def missing_lead(board: Board, today: date, deadline_day: int) -> str:
    """Which month should have been there, and since when."""
    due = deadlines.last_due(today, PeriodKind.MONTH, deadline_day)
    last_day = deadlines.deadline(due, PeriodKind.MONTH, deadline_day)
    return _("Tal for {month} skulle være leveret senest {day}.").format(
        month=period_text(due, PeriodKind.MONTH, "long"), day=short_day(last_day, today)
    )

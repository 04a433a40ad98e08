"""Which periods a series should have by now: whole periods whose day of delivery has passed."""

from __future__ import annotations

from datetime import date, timedelta

from indicators.definition import PeriodKind
from indicators.periods import next_start, start_of


def deadline(start: date, kind: PeriodKind, deadline_day: int) -> date:
    """The last day on which the period that begins on `start` is in time: `deadline_day` of the month after its end.

    Weeks are delivered with their month: the one in which the week ends.

    Examples
    --------
    >>> deadline(date(2026, 10, 1), PeriodKind.MONTH, 10)
    datetime.date(2026, 11, 10)
    """
    last_day = next_start(start, kind) - timedelta(days=1)
    month_after = next_start(last_day.replace(day=1), PeriodKind.MONTH)
    return month_after + timedelta(days=deadline_day - 1)


def last_due(today: date, kind: PeriodKind, deadline_day: int) -> date:
    """First day of the latest period whose deadline has passed.

    Examples
    --------
    >>> last_due(date(2026, 11, 10), PeriodKind.MONTH, 10), last_due(date(2026, 11, 11), PeriodKind.MONTH, 10)
    (datetime.date(2026, 9, 1), datetime.date(2026, 10, 1))
    """
    start = start_of(today, kind)
    while deadline(start, kind, deadline_day) >= today:
        start = start_of(start - timedelta(days=1), kind)
    return start


def expected(
    starts_on: date, ends_on: date | None, kind: PeriodKind, *, today: date, deadline_day: int
) -> tuple[date, date] | None:
    """First and last period a series should have by `today`, or None while nothing is due. Cases are never due.

    Examples
    --------
    >>> expected(date(2026, 3, 1), None, PeriodKind.MONTH, today=date(2026, 11, 23), deadline_day=10)
    (datetime.date(2026, 3, 1), datetime.date(2026, 10, 1))
    """
    if kind is PeriodKind.DAY:
        return None
    first = start_of(starts_on, kind)
    last = last_due(today, kind, deadline_day)
    if ends_on is not None:
        last = min(last, start_of(ends_on, kind))
    return (first, last) if first <= last else None

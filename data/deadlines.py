"""Which periods a series should have by now: whole periods whose day of delivery has passed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from indicators.definition import PeriodKind

MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}


def period_of(day: date, kind: PeriodKind) -> date:
    """First day of the period a day lies in; weeks begin on Monday.

    Examples
    --------
    >>> period_of(date(2026, 11, 23), PeriodKind.QUARTER)
    datetime.date(2026, 10, 1)
    """
    if kind is PeriodKind.WEEK:
        return day - timedelta(days=day.weekday())
    length = MONTHS[kind]
    return date(day.year, (day.month - 1) // length * length + 1, 1)


def next_period(start: date, kind: PeriodKind, steps: int = 1) -> date:
    """First day of the period `steps` after the one that begins on `start`; negative steps go back.

    Examples
    --------
    >>> next_period(date(2026, 11, 1), PeriodKind.MONTH, 2), next_period(date(2026, 1, 1), PeriodKind.QUARTER, -1)
    (datetime.date(2027, 1, 1), datetime.date(2025, 10, 1))
    """
    if kind is PeriodKind.WEEK:
        return start + timedelta(weeks=steps)
    months = start.year * 12 + start.month - 1 + MONTHS[kind] * steps
    return date(months // 12, months % 12 + 1, 1)


def deadline(start: date, kind: PeriodKind, deadline_day: int) -> date:
    """The last day on which the period that begins on `start` is in time: `deadline_day` of the month after its end.

    Weeks are delivered with their month: the one in which the week ends.

    Examples
    --------
    >>> deadline(date(2026, 10, 1), PeriodKind.MONTH, 10)
    datetime.date(2026, 11, 10)
    """
    last_day = next_period(start, kind) - timedelta(days=1)
    month_after = next_period(last_day.replace(day=1), PeriodKind.MONTH)
    return month_after + timedelta(days=deadline_day - 1)


def last_due(today: date, kind: PeriodKind, deadline_day: int) -> date:
    """First day of the latest period whose deadline has passed.

    Examples
    --------
    >>> last_due(date(2026, 11, 10), PeriodKind.MONTH, 10), last_due(date(2026, 11, 11), PeriodKind.MONTH, 10)
    (datetime.date(2026, 9, 1), datetime.date(2026, 10, 1))
    """
    start = period_of(today, kind)
    while deadline(start, kind, deadline_day) >= today:
        start = next_period(start, kind, -1)
    return start


def periods(first: date, last: date, kind: PeriodKind) -> Iterator[date]:
    """The periods from the one `first` lies in to the one `last` lies in, both with."""
    start = period_of(first, kind)
    while start <= last:
        yield start
        start = next_period(start, kind)


def expected(
    starts_on: date, ends_on: date | None, kind: PeriodKind, *, today: date, deadline_day: int
) -> tuple[date, date] | None:
    """First and last period a series should have by `today`, or None while nothing is due.

    Examples
    --------
    >>> expected(date(2026, 3, 1), None, PeriodKind.MONTH, today=date(2026, 11, 23), deadline_day=10)
    (datetime.date(2026, 3, 1), datetime.date(2026, 10, 1))
    """
    first = period_of(starts_on, kind)
    last = last_due(today, kind, deadline_day)
    if ends_on is not None:
        last = min(last, period_of(ends_on, kind))
    return (first, last) if first <= last else None

"""What is missing: periods that should have been delivered by now and have no figure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from data import reading
from data.access import Viewer
from data.deadlines import deadline, expected
from data.queries import series
from data.sql import statement
from data.store import Store
from indicators.definition import PeriodKind
from indicators.periods import between


@dataclass(frozen=True, slots=True)
class Missing:
    """One series with periods that are due and not there. `periods` are first days, oldest first, never empty."""

    unit_code: str
    indicator_code: str
    periods: tuple[date, ...]
    owner: str
    kind: PeriodKind
    late_since: date  # the day after the oldest one's deadline

    @property
    def oldest(self) -> date:
        return self.periods[0]

    @property
    def newest(self) -> date:
        return self.periods[-1]


def missing(
    store: Store,
    viewer: Viewer,
    unit_codes: Collection[str] | None = None,
    *,
    today: date,
    deadline_day: int | None = None,
) -> list[Missing]:
    """Series with missing periods in the given units (None: all the viewer may see), the longest overdue first.

    A period is due when the day of delivery in the month after it has passed (`deadline_day`; None: the store's). A
    period whose figure was delivered empty counts as missing; periods outside the series' dates do not.

    Raises
    ------
    NotFound, NotAllowed
        One of the units does not exist, or the viewer may not see it.
    """
    day = store.deadline_day if deadline_day is None else deadline_day
    followed = series.listed(store, viewer, unit_codes)
    with store.read() as connection:
        definitions = reading.definitions(connection, {one.indicator_code for one in followed})
        units = sorted({one.unit_code for one in followed})
        delivered: dict[reading.Pair, set[date]] = {}
        for row in connection.execute(statement("delivered_periods"), {"units": units}):
            delivered.setdefault((row.indicator_code, row.unit_code), set()).add(row.period_start)
    found = []
    for one in followed:
        if one.indicator_code not in definitions:
            continue
        kind = definitions[one.indicator_code].period
        due = expected(one.starts_on, one.ends_on, kind, today=today, deadline_day=day)
        have = delivered.get((one.indicator_code, one.unit_code), set())
        gaps = tuple(period for period in between(*due, kind) if period not in have) if due else ()
        if gaps:
            late_since = date.fromordinal(deadline(gaps[0], kind, day).toordinal() + 1)
            found.append(Missing(one.unit_code, one.indicator_code, gaps, one.owner, kind, late_since))
    return sorted(found, key=lambda one: (one.oldest, one.unit_code, one.indicator_code))

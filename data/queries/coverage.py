"""What is missing, and how complete deliveries are: what was expected month by month, what came, and when."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cached_property, partial
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from data import reading
from data.access import Viewer, require_sight, subtree
from data.deadlines import deadline, expected
from data.queries import series
from data.schema import unit
from data.sql import statement
from data.store import Store, bulk_read
from indicators.definition import PeriodKind
from indicators.periods import between, next_start, start_of


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
    period whose figure was delivered empty counts as missing; periods outside the series' dates do not, nor those that
    were declared to have no figures (`data.month_states`).

    Raises
    ------
    NotFound, NotAllowed
        One of the units does not exist, or the viewer may not see it.
    """
    day = store.deadline_day if deadline_day is None else deadline_day
    units = None if unit_codes is None else frozenset(unit_codes)
    key = ("missing", units, today, day, viewer.rights)
    return list(store.remember(key, partial(_missing, store, viewer, units, today, day)))


def _missing(store: Store, viewer: Viewer, unit_codes: frozenset[str] | None, today: date, day: int) -> list[Missing]:
    followed = series.listed(store, viewer, unit_codes)
    with store.read() as connection:
        definitions = reading.definitions(connection, {one.indicator_code for one in followed})
        units = sorted({one.unit_code for one in followed})
        delivered: dict[reading.Pair, set[date]] = {}
        for row in connection.execute(statement("delivered_periods"), {"units": units}):
            delivered.setdefault((row.indicator_code, row.unit_code), set()).add(row.period_start)
        for pair, periods in _declared(connection, units).items():
            delivered.setdefault(pair, set()).update(periods)
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


def _declared(connection: Connection, units: Collection[str]) -> dict[reading.Pair, set[date]]:
    """The periods nobody waits for, because somebody has declared that they have no figures."""
    found: dict[reading.Pair, set[date]] = {}
    for row in connection.execute(statement("declared_months"), {"units": sorted(units)}):
        found.setdefault((row.indicator_code, row.unit_code), set()).add(row.period_start)
    return found


# ----------------------------------------------------------------------------------------------------- month by month


class Received(StrEnum):
    """How it stands with a month. `PARTIAL`: some of what was expected came; `NOT_DUE`: its deadline lies ahead."""

    ON_TIME = "on_time"
    LATE = "late"
    PARTIAL = "partial"
    MISSING = "missing"
    NOT_DUE = "not_due"
    NOT_EXPECTED = "not_expected"

    @property
    def is_full(self) -> bool:
        return self in (Received.ON_TIME, Received.LATE)


@dataclass(frozen=True, slots=True)
class SeriesMonth:
    """One series in one month. `received_on` is the day of the first delivery that counts, on the local calendar.

    `n_expected` and `n_received` count periods: one, several in a month of weeks, none in most months of a quarter. A
    quarter stands in its last month, a week in the month it ends in: there their deadline follows. `n_without` are the
    periods that were declared to have no figures; they are not expected.
    """

    state: Received
    n_expected: int
    n_received: int
    received_on: date | None
    days_late: int
    n_without: int = 0


@dataclass(frozen=True, slots=True)
class SeriesCompleteness:
    """A series over the months of a window. `owner` is empty for a viewer who may know the figures, not the names."""

    indicator_code: str
    kind: PeriodKind
    starts_on: date
    ends_on: date | None
    owner: str
    months: tuple[SeriesMonth, ...]


@dataclass(frozen=True, slots=True)
class UnitMonth:
    """A unit in one month: how many of the series expected there came in full, and which did not."""

    state: Received
    n_expected: int
    n_received: int
    days_late: int
    missing: tuple[str, ...]  # indicator codes


@dataclass(frozen=True, slots=True)
class UnitCompleteness:
    """A unit over the months of a window. `n_months` are those due in which something was expected."""

    code: str
    valid_from: date
    valid_to: date | None
    successor_code: str | None
    series: tuple[SeriesCompleteness, ...]
    months: tuple[UnitMonth, ...]
    n_months: int
    n_full: int
    n_on_time: int

    @property
    def n_lacking(self) -> int:
        """Months due that are missing or only partly there."""
        return self.n_months - self.n_full


@dataclass(frozen=True)
class Completeness:
    """Units × months. Totals count months of units whose deadline has passed and in which something was expected.

    `months` are first days, oldest first; `deadlines[i]` is the last day in time for `months[i]`, and `is_due[i]` says
    that it has passed.
    """

    months: tuple[date, ...]
    deadlines: tuple[date, ...]
    is_due: tuple[bool, ...]
    units: tuple[UnitCompleteness, ...]

    @property
    def latest_due(self) -> int | None:
        """Place of the newest month whose deadline has passed; None where all of the window lies ahead."""
        due = [i for i, is_due in enumerate(self.is_due) if is_due]
        return due[-1] if due else None

    @cached_property
    def n_months(self) -> int:
        return sum(one.n_months for one in self.units)

    @cached_property
    def n_full(self) -> int:
        return sum(one.n_full for one in self.units)

    @cached_property
    def n_on_time(self) -> int:
        return sum(one.n_on_time for one in self.units)

    def units_of_month(self, i: int) -> tuple[int, int]:
        """How many units something was expected of in `months[i]`, and how many of them handed in all of it."""
        there = [one.months[i].state for one in self.units if one.months[i].n_expected]
        return len(there), sum(state.is_full for state in there)

    def unit(self, code: str) -> UnitCompleteness | None:
        return next((one for one in self.units if one.code == code), None)


def units_below(store: Store, viewer: Viewer, code: str) -> list[str]:
    """The unit and those under it that the viewer may see, predecessors included.

    Raises
    ------
    NotFound, NotAllowed
        There is no such unit, or the viewer may not see it.
    """
    with store.read() as connection:
        require_sight(connection, viewer, [code])
        return sorted(one for one in subtree(connection, code) if viewer.may_see(one))


def completeness(
    store: Store,
    viewer: Viewer,
    unit_codes: Collection[str] | None = None,
    *,
    first: date,
    last: date,
    today: date,
    timezone: str = "Europe/Copenhagen",
) -> Completeness:
    """What was expected, what came and when, for the given units (None: all in sight) and months `first` to `last`.

    A period is expected while its series runs and its unit is open (a unit that closed during it still owes it). It is
    received if it holds a figure now; on which day says the first delivery that counts: one that was withdrawn does
    not, and a later correction makes nothing late. Cases are never due and take no part; units without a series that
    is expected by calendar are left out. One statement is read, whatever the number of units.

    Raises
    ------
    NotFound, NotAllowed
        One of the units does not exist, or the viewer may not see it.
    """
    months = tuple(between(first, last, PeriodKind.MONTH))
    deadlines = tuple(deadline(month, PeriodKind.MONTH, store.deadline_day) for month in months)
    # A year that ends in the window began long before it.
    earliest = date(months[0].year - 1, 1, 1)
    with store.read() as connection:
        if unit_codes is None:
            codes = [code for code in connection.scalars(select(unit.c.code)) if viewer.may_see(code)]
        else:
            require_sight(connection, viewer, unit_codes)
            codes = list(unit_codes)
        rows = bulk_read(
            connection,
            statement("completeness"),
            {"units": codes, "first": earliest, "first_month": months[0], "last": _end(months[-1])},
        )
        declared = _declared(connection, codes)
    read = _Window(months, deadlines, today, ZoneInfo(timezone))
    found: dict[str, list[SeriesCompleteness]] = {}
    about: dict[str, tuple[date, date | None, str | None]] = {}
    received: dict[date, datetime] = {}
    columns = [rows[name].tolist() for name in rows.columns]
    told = list(zip(*columns, strict=True))
    for at, (code, unit_code, starts_on, ends_on, owner, kind, opened, closed, successor, period, moment) in enumerate(
        told
    ):
        if period is not None:
            received[period] = moment
        if at + 1 < len(told) and told[at + 1][:2] == (code, unit_code):
            continue
        if kind != PeriodKind.DAY:
            about[unit_code] = (opened, closed, successor)
            span = max(starts_on, opened), min(filter(None, (ends_on, closed)), default=None)
            knows_names = viewer.is_own(unit_code) or viewer.may_deliver(unit_code)
            found.setdefault(unit_code, []).append(
                SeriesCompleteness(
                    indicator_code=code,
                    kind=PeriodKind(kind),
                    starts_on=starts_on,
                    ends_on=ends_on,
                    owner=owner if knows_names else "",
                    months=read.series(PeriodKind(kind), span, received, declared.get((code, unit_code), frozenset())),
                )
            )
        received = {}
    is_due = tuple(day < today for day in deadlines)
    units = tuple(_unit(code, *about[code], tuple(many), is_due) for code, many in found.items())
    return Completeness(months, deadlines, is_due, units)


def _end(month: date) -> date:
    return next_start(month, PeriodKind.MONTH) - timedelta(days=1)


class _Window:
    """The months that are looked at, and which periods of each kind fall due in them."""

    def __init__(self, months: Sequence[date], deadlines: Sequence[date], today: date, zone: ZoneInfo) -> None:
        self._months, self._deadlines, self._today, self._zone = months, deadlines, today, zone
        self._periods: dict[PeriodKind, list[list[date]]] = {}
        self._days: dict[datetime, date] = {}
        self._cells: dict[tuple[int, int, int, date | None, int], SeriesMonth] = {}

    def series(
        self,
        kind: PeriodKind,
        span: tuple[date, date | None],
        received: dict[date, datetime],
        declared: Collection[date] = (),
    ) -> tuple[SeriesMonth, ...]:
        starts_on, ends_on = start_of(span[0], kind), span[1] or date.max
        cells = []
        for at, periods in enumerate(self._of(kind)):
            wanted = [one for one in periods if starts_on <= one <= ends_on]
            n_without = 0
            if declared:
                due, wanted = wanted, [one for one in wanted if one in received or one not in declared]
                n_without = len(due) - len(wanted)
            days = [self._day(received[one]) for one in wanted if one in received]
            newest = max(days) if days else None
            # Many series have their month in the same state since the same day: one object serves them all.
            key = (at, len(wanted), len(days), newest, n_without)
            cell = self._cells.get(key)
            if cell is None:
                cell = self._cells[key] = _series_month(*key[1:], due=self._deadlines[at], today=self._today)
            cells.append(cell)
        return tuple(cells)

    def _of(self, kind: PeriodKind) -> list[list[date]]:
        """For each month the periods that end in it."""
        if kind not in self._periods:
            by_month: dict[date, list[date]] = {month: [] for month in self._months}
            for start in between(self._months[0], _end(self._months[-1]), kind):
                last_month = (next_start(start, kind) - timedelta(days=1)).replace(day=1)
                if last_month in by_month:
                    by_month[last_month].append(start)
            self._periods[kind] = list(by_month.values())
        return self._periods[kind]

    def _day(self, moment: datetime) -> date:
        """The local day of a stored moment: what came just after midnight came on the new day."""
        if moment not in self._days:
            self._days[moment] = moment.replace(tzinfo=UTC).astimezone(self._zone).date()
        return self._days[moment]


NOTHING_EXPECTED = SeriesMonth(Received.NOT_EXPECTED, 0, 0, None, 0)


def _series_month(
    n_expected: int, n_received: int, newest: date | None, n_without: int, *, due: date, today: date
) -> SeriesMonth:
    if not n_expected:
        return replace(NOTHING_EXPECTED, n_without=n_without)
    late = max(0, (newest - due).days) if newest else 0
    if n_received == n_expected:
        state = Received.LATE if late else Received.ON_TIME
    elif due >= today:
        state = Received.NOT_DUE
    else:
        state = Received.PARTIAL if n_received else Received.MISSING
    return SeriesMonth(state, n_expected, n_received, newest, late, n_without)


def _unit(
    code: str,
    valid_from: date,
    valid_to: date | None,
    successor_code: str | None,
    many: tuple[SeriesCompleteness, ...],
    is_due: Sequence[bool],
) -> UnitCompleteness:
    months = tuple(
        _unit_month([(one.indicator_code, one.months[i]) for one in many], is_due=due) for i, due in enumerate(is_due)
    )
    counted = [month.state for month, due in zip(months, is_due, strict=True) if due and month.n_expected]
    return UnitCompleteness(
        code=code,
        valid_from=valid_from,
        valid_to=valid_to,
        successor_code=successor_code,
        series=many,
        months=months,
        n_months=len(counted),
        n_full=sum(state.is_full for state in counted),
        n_on_time=sum(state is Received.ON_TIME for state in counted),
    )


def _unit_month(many: list[tuple[str, SeriesMonth]], *, is_due: bool) -> UnitMonth:
    expected_here = [(code, one) for code, one in many if one.n_expected]
    missing = tuple(code for code, one in expected_here if not one.state.is_full)
    n_expected, n_received = len(expected_here), len(expected_here) - len(missing)
    late = max((one.days_late for _code, one in expected_here if one.state.is_full), default=0)
    if not expected_here:
        state = Received.NOT_EXPECTED
    elif not missing:
        state = Received.LATE if late else Received.ON_TIME
    elif not is_due:
        state = Received.NOT_DUE
    else:
        nothing = all(one.n_received == 0 for _code, one in expected_here)
        state = Received.MISSING if nothing else Received.PARTIAL
    return UnitMonth(state, n_expected, n_received, late, missing)

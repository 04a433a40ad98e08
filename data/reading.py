"""Plain reading without a viewer, for use inside `data` alone: queries put the viewer's rules on top.

Everything takes a connection, so that it works inside the transaction of a delivery as well, and reads any number of
series with one statement.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Row, RowMapping, select

from data.access import SYSTEM, moves
from data.queries import catalogue
from data.schema import definition_proposal, exclusion, indicator, phase, series, unit
from data.sql import statement
from data.store import bulk_read, end_of_day
from indicators.assessment import SeriesPhase
from indicators.definition import IndicatorDefinition, Target
from indicators.words import Words

Pair = tuple[str, str]  # indicator code, unit code

FOREVER = datetime(9999, 12, 31)  # noqa: DTZ001  stored moments are UTC without a zone
NUMBERS = ["numerator", "denominator", "value", "sd"]


def observations(connection: Connection, pairs: Iterable[Pair], as_of: date | datetime | None = None) -> pd.DataFrame:
    """The current rows of the given series, as they stood at `as_of`: see `data/sql/current_observations.sql`.

    Columns: indicator_code, unit_code, period_start (date), numerator, denominator, value, sd (float, NaN where empty),
    note, delivery_id, recorded_at (datetime, UTC), indicator_version. Ordered by series and period.
    """
    wanted = list(dict.fromkeys(pairs))
    moment = end_of_day(as_of) or FOREVER
    if len(wanted) == 1:
        frame = _of_one(connection, wanted[0], moment)
    else:
        frame = bulk_read(
            connection,
            statement("current_observations"),
            {
                "indicators": [indicator_code for indicator_code, _ in wanted],
                "units": [unit_code for _, unit_code in wanted],
                "as_of": moment,
            },
        )
    # A column that is a number already is left as it is: asking takes less than copying.
    others = [name for name in NUMBERS if frame[name].dtype != np.float64]
    frame = frame[[name for name in frame.columns if name != "id"]]
    return frame.astype(dict.fromkeys(others, "float64")) if others else frame


def _of_one(connection: Connection, pair: Pair, moment: datetime) -> pd.DataFrame:
    asked = {"indicator": pair[0], "unit": pair[1], "as_of": moment}
    rows = bulk_read(connection, statement("rows_of_series"), asked)
    period = rows["period_start"].to_numpy(object)
    is_newest = np.ones(len(rows), dtype=bool)
    is_newest[:-1] = period[1:] != period[:-1]
    return rows if is_newest.all() else rows[is_newest].reset_index(drop=True)


def observations_where_small(
    connection: Connection,
    codes: Collection[str],
    *,
    threshold: float,
    always: Collection[str] = (),
    as_of: date | datetime | None = None,
) -> pd.DataFrame:
    """Of all units, the current rows in the periods in which some figure of the indicator may be small.

    A superset, asked of the figures alone: `data.disclosure` says what is small. Indicators in `always` come whole.
    Columns: indicator_code, unit_code, period_start, numerator, denominator, value, as those of `observations`.
    """
    asked = {"indicators": list(codes), "always": list(always), "threshold": threshold}
    frame = bulk_read(connection, statement("current_where_small"), asked | {"as_of": end_of_day(as_of) or FOREVER})
    return frame.astype(dict.fromkeys(("numerator", "denominator", "value"), "float64"))


def definitions(connection: Connection, codes: Collection[str] | None = None) -> dict[str, IndicatorDefinition]:
    """The newest version of each indicator, by code; of all indicators when no codes are given."""
    query = select(indicator).order_by(indicator.c.code, indicator.c.version)
    if codes is not None:
        query = query.where(indicator.c.code.in_(list(codes)))
    return {row["code"]: catalogue.definition_of(row) for row in connection.execute(query).mappings()}


def targets(
    connection: Connection, pairs: Iterable[Pair], known: Mapping[str, IndicatorDefinition]
) -> dict[Pair, list[Target]]:
    """For each series the targets it can be held against: `catalogue.targets`, for all series at once."""
    return TargetRows.read(connection).nearest(pairs, known)


@dataclass(frozen=True, slots=True)
class TargetRows:
    """Every target there is, by indicator, and the tree of units that says which of them a series is held against."""

    by_indicator: Mapping[str, Sequence[RowMapping]]
    tree: catalogue.UnitTree

    @classmethod
    def read(cls, connection: Connection) -> TargetRows:
        by_indicator: dict[str, list[RowMapping]] = {}
        for row in catalogue.visible_targets(connection, SYSTEM, None, sees_unit=None):
            by_indicator.setdefault(row["indicator_code"], []).append(row)
        return cls(by_indicator, catalogue.UnitTree.read(connection))

    def nearest(self, pairs: Iterable[Pair], known: Mapping[str, IndicatorDefinition]) -> dict[Pair, list[Target]]:
        """As `data.reading.targets`."""
        return {
            (code, unit_code): catalogue.nearest_targets(
                known[code], self.by_indicator[code], self.tree.above(unit_code)
            )
            for code, unit_code in pairs
            if code in known and code in self.by_indicator
        }


def upwards(parents: Mapping[str, str | None], code: str) -> list[str]:
    """The unit itself, its parent, and so on to the top."""
    chain: list[str] = []
    above: str | None = code
    while above is not None and above not in chain:
        chain.append(above)
        above = parents.get(above)
    return chain


Moves = Mapping[str, Sequence[tuple[date, str]]]
"""What `data.access.moves` gives: by unit the days on which it came under another parent, with that parent."""


class Hierarchy:
    """Each unit's parent on any day: the one it had then or, where that has closed, what became of it.

    `unit.parent_code` is the first parent; a move on a day gives another one from then on. A hospital in Region
    Hovedstaden belongs to Region Østdanmark from 1 January 2027. Parents change only on the days on which some unit
    opens, closes or moves, so they are worked out once for each stretch between two such days.
    """

    def __init__(self, rows: Mapping[str, Any], moves: Moves | None = None) -> None:
        """`rows` are rows of the `unit` table by code, `moves` what `data.access.moves` gives."""
        self._rows = rows
        self._moves = moves or {}
        opens = {row.valid_from for row in rows.values()}
        closes = {row.valid_to + timedelta(days=1) for row in rows.values() if row.valid_to is not None}
        moved = {day for of_unit in self._moves.values() for day, _ in of_unit}
        self._changes = sorted(opens | closes | moved)
        self._known: dict[int, Mapping[str, str | None]] = {}

    @classmethod
    def read(cls, connection: Connection) -> Hierarchy:
        return cls({row.code: row for row in connection.execute(select(unit))}, moves(connection))

    def on(self, day: date) -> Mapping[str, str | None]:
        """The parent of each unit on that day."""
        stretch = bisect_right(self._changes, day)
        if stretch not in self._known:
            self._known[stretch] = {code: self._parent(row, day) for code, row in self._rows.items()}
        return self._known[stretch]

    def above(self, code: str, day: date) -> list[str]:
        """The unit itself, its parent of that day, and so on to the top."""
        return upwards(self.on(day), code)

    def is_open(self, code: str, day: date) -> bool:
        row = self._rows[code]
        return bool(row.valid_from <= day and (row.valid_to is None or day <= row.valid_to))

    def _parent(self, row: Any, day: date) -> str | None:
        above = row.parent_code
        for moved_on, parent in self._moves.get(row.code, ()):
            if moved_on <= day:
                above = parent
        passed: set[str] = set()
        while above in self._rows and above not in passed and not self.is_open(above, day):
            if self._rows[above].successor_code is None:
                break
            passed.add(above)
            above = self._rows[above].successor_code
        return cast("str | None", above)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a series is expected to hold, as written in the `series` table."""

    starts_on: date
    ends_on: date | None
    owner: str


def expectations(connection: Connection, pairs: Collection[Pair] | None = None) -> dict[Pair, Expectation]:
    """The expected series, all of them or those asked for."""
    if pairs is None:
        return expectations_in(connection)
    wanted = set(pairs)
    found = expectations_in(connection, {unit_code for _, unit_code in pairs})
    return {pair: one for pair, one in found.items() if pair in wanted}


def expectations_in(connection: Connection, unit_codes: Collection[str] | None = None) -> dict[Pair, Expectation]:
    """The expected series of these units, or of all of them."""
    query = select(series).order_by(series.c.unit_code, series.c.indicator_code)
    if unit_codes is not None:
        query = query.where(series.c.unit_code.in_(unit_codes))
    return {
        (row.indicator_code, row.unit_code): Expectation(row.starts_on, row.ends_on, row.owner)
        for row in connection.execute(query)
    }


def phases(
    connection: Connection, pairs: Collection[Pair], as_of: date | datetime | None = None, *, language: str = "da"
) -> dict[Pair, list[SeriesPhase]]:
    """Phases of each series that stood at `as_of`, by their start."""
    return Decisions.read(connection, {unit_code for _, unit_code in pairs}).phases(pairs, as_of, language=language)


def exclusions(
    connection: Connection, pairs: Collection[Pair], as_of: date | datetime | None = None
) -> dict[Pair, list[Row[Any]]]:
    """Rows of the `exclusion` table that stood at `as_of`, by series, in order of their period."""
    return Decisions.read(connection, {unit_code for _, unit_code in pairs}).exclusions(pairs, as_of)


@dataclass(frozen=True, slots=True)
class Decisions:
    """What people have decided about the series of some units, withdrawn or not: to be asked as of any moment."""

    phase_rows: Sequence[Row[Any]]
    exclusion_rows: Sequence[Row[Any]]

    @classmethod
    def read(cls, connection: Connection, unit_codes: Collection[str]) -> Decisions:
        def rows(table: Any, order: Any) -> Sequence[Row[Any]]:
            return connection.execute(
                select(table).where(table.c.unit_code.in_(unit_codes)).order_by(order, table.c.id)
            ).all()

        return cls(rows(phase, phase.c.starts_on), rows(exclusion, exclusion.c.period_start))

    def phases(
        self, pairs: Collection[Pair], as_of: date | datetime | None = None, *, language: str = "da"
    ) -> dict[Pair, list[SeriesPhase]]:
        """As `data.reading.phases`."""
        found: dict[Pair, list[SeriesPhase]] = {}
        for row in _standing(self.phase_rows, pairs, as_of):
            found.setdefault((row.indicator_code, row.unit_code), []).append(
                SeriesPhase(
                    starts_on=row.starts_on,
                    name=Words(row.name_da, row.name_en).say(language),
                    freeze_until=row.freeze_until,
                    is_break=row.is_break,
                    reason=Words(row.reason_da, row.reason_en).say(language),
                    author=row.author,
                    created_on=row.created_at.date(),
                )
            )
        return found

    def exclusions(self, pairs: Collection[Pair], as_of: date | datetime | None = None) -> dict[Pair, list[Row[Any]]]:
        """As `data.reading.exclusions`."""
        found: dict[Pair, list[Row[Any]]] = {}
        for row in _standing(self.exclusion_rows, pairs, as_of):
            found.setdefault((row.indicator_code, row.unit_code), []).append(row)
        return found


def _standing(rows: Iterable[Row[Any]], pairs: Collection[Pair], as_of: date | datetime | None) -> Iterable[Row[Any]]:
    """The decisions about these series that were made by then and not withdrawn by then."""
    moment = end_of_day(as_of) or FOREVER
    wanted = set(pairs)
    return (
        row
        for row in rows
        if (row.indicator_code, row.unit_code) in wanted
        and row.created_at <= moment
        and (row.withdrawn_at is None or row.withdrawn_at > moment)
    )


def owner_units(connection: Connection) -> dict[str, str]:
    """The unit each indicator made on screen belongs to, by code: that of its newest approved proposal."""
    rows = connection.execute(
        select(definition_proposal.c.indicator_code, definition_proposal.c.unit_code)
        .where(definition_proposal.c.state == "approved")
        .order_by(definition_proposal.c.version)
    )
    return {row.indicator_code: row.unit_code for row in rows}


def kinds_of_units(connection: Connection, codes: Iterable[str]) -> list[str]:
    """The kinds of the given units, each once, in order of the alphabet."""
    return sorted(set(connection.scalars(select(unit.c.kind).where(unit.c.code.in_(list(codes))).distinct())))

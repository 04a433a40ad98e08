"""The rows of a file with what Tavle makes of each cell, faults kept as data: the checks turn them into findings.

A file says the same few things over and over, so every different text is read once, and the rows are arrays of numbers
into what was read. A million rows are a dozen arrays; a `Row` is built when somebody looks at one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any, overload

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.queries.units import Unit
from etl import numbers, periods
from etl.extract.columns import FIELDS, NUMBER_FIELDS
from etl.extract.tables import RawTable, TextColumn
from etl.lookups import Lookups
from etl.report import Figures
from indicators.definition import IndicatorDefinition, PeriodKind
from indicators.drawn import is_of_several

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Days = npt.NDArray[np.datetime64]

# A key is the number of the series and the day in one integer, so that keys sort by series and then by day.
_DAY_BITS = 20
_DAY_ZERO = 1 << (_DAY_BITS - 1)
NO_KEY = -1
_MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}


class Row:
    """One row, as a view into `Rows`. What could not be read is None.

    `position` counts from 0 within the file, `number` as a spreadsheet does. `written` has each recognised cell as it
    stood, stripped. `starts_on` is the first day of the period in the indicator's kind of period. `figures` are what
    would be stored. `unread` are the number columns whose text is no number in the column's form; `percent` those with
    a percent sign.
    """

    __slots__ = ("_rows", "position")

    def __init__(self, rows: Rows, position: int) -> None:
        self._rows = rows
        self.position = position

    @property
    def number(self) -> int:
        return int(self._rows.numbers[self.position])

    @property
    def n_cells(self) -> int:
        return int(self._rows.n_cells[self.position])

    @property
    def written(self) -> Mapping[str, str]:
        return _Written(self._rows, self.position)

    @property
    def indicator(self) -> IndicatorDefinition | None:
        at = self._rows.indicator[self.position]
        return None if at < 0 else self._rows.indicators[at]

    @property
    def unit(self) -> Unit | None:
        at = self._rows.unit[self.position]
        return None if at < 0 else self._rows.units[at]

    @property
    def period(self) -> periods.Outcome | None:
        return self._rows.outcomes[self._rows.columns["period"].codes[self.position]]

    @property
    def starts_on(self) -> date | None:
        return self._rows.starts[self.position].item()

    @property
    def numerator(self) -> float | None:
        return self._read("numerator")

    @property
    def denominator(self) -> float | None:
        return self._read("denominator")

    @property
    def value(self) -> float | None:
        return self._read("value")

    @property
    def sd(self) -> float | None:
        return self._read("sd")

    def _read(self, field: str) -> float | None:
        return optional(self._rows.read[field][self.position])

    @property
    def unread(self) -> frozenset[str]:
        return frozenset(field for field in NUMBER_FIELDS if self._rows.unread[field][self.position])

    @property
    def percent(self) -> frozenset[str]:
        return frozenset(field for field in NUMBER_FIELDS if self._rows.percent[field][self.position])

    @property
    def is_empty(self) -> bool:
        """Whether no figure is written, or one is not available (".."): such a row says nothing and is left out."""
        return bool(self._rows.is_empty[self.position])

    @property
    def is_of_several(self) -> bool:
        """Whether the indicator's chart needs the number and the standard deviation of the period's measurements."""
        return bool(self._rows.is_of_several[self.position])

    @property
    def key(self) -> tuple[str, str, date] | None:
        indicator, unit, starts_on = self.indicator, self.unit, self.starts_on
        if indicator is None or unit is None or starts_on is None:
            return None
        return indicator.code, unit.code, starts_on

    @property
    def note(self) -> str:
        return self.written["note"]

    @property
    def figures(self) -> Figures:
        """What the store keeps: numerator and denominator travel together; a plain value or count is the value.

        Means of several measurements keep how many there were and how far they lay from one another.
        """
        stored = self._rows.stored
        return Figures(*(optional(stored[field][self.position]) for field in NUMBER_FIELDS))

    def says(self, field: str) -> bool:
        """Whether a figure is written there; ".." and other signs for "no number here" are none."""
        return bool(self._rows.figures_written[field][self.position])

    @property
    def field_of_figure(self) -> str:
        """The field in which the figure that is shown was written."""
        return "value" if self.says("value") else "numerator"


class _Written(Mapping[str, str]):
    """The recognised cells of one row as they stood, looked up when asked for."""

    __slots__ = ("_position", "_rows")

    def __init__(self, rows: Rows, position: int) -> None:
        self._rows = rows
        self._position = position

    def __getitem__(self, field: str) -> str:
        return self._rows.columns[field][self._position]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows.columns)

    def __len__(self) -> int:
        return len(self._rows.columns)


class Rows(Sequence[Row]):
    """All rows of a file as arrays of length n_rows, and a sequence of `Row` for whoever looks at single ones.

    Attributes
    ----------
    numbers, n_cells : integer arrays
        The row as a spreadsheet counts, and how many cells it has.
    columns : mapping
        For every field the texts as they were written (`TextColumn`).
    indicators, units : tuples
        What the file names; `indicator` and `unit` say for each row which of them, -1 for none that is known.
    outcomes : tuple
        What each text of the period column says (None for the empty text).
    starts, ends : datetime64[D] arrays
        First and last day of the period in the indicator's kind of period; NaT where there is none.
    read : mapping
        For each number field the numbers (NaN where there is none); `unread` where text is no number, `percent` where
        a percent sign stands.
    """

    def __init__(
        self,
        *,
        numbers: Ints,
        n_cells: npt.NDArray[Any],
        columns: Mapping[str, TextColumn],
        indicators: tuple[IndicatorDefinition, ...],
        indicator: npt.NDArray[Any],
        units: tuple[Unit, ...],
        unit: npt.NDArray[Any],
        outcomes: tuple[periods.Outcome | None, ...],
        starts: Days,
        read: Mapping[str, Floats],
        unread: Mapping[str, Bools],
        percent: Mapping[str, Bools],
    ) -> None:
        self.numbers = numbers
        self.n_cells = n_cells
        self.columns = columns
        self.indicators = indicators
        self.indicator = indicator
        self.units = units
        self.unit = unit
        self.outcomes = outcomes
        self.starts = starts
        self.read = read
        self.unread = unread
        self.percent = percent

    # ------------------------------------------------------------------------------------------------ as a sequence

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return [Row(self, position) for position in range(*index.indices(len(self)))]
        return Row(self, range(len(self))[index])

    def __iter__(self) -> Iterator[Row]:
        return (Row(self, position) for position in range(len(self)))

    def where(self, mask: Bools) -> Iterator[Row]:
        """The rows of a mask, one after another."""
        return (Row(self, position) for position in np.flatnonzero(mask).tolist())

    # ------------------------------------------------------------------------------------------------------ as arrays

    def of_indicator(self, ask: Callable[[IndicatorDefinition], Any], otherwise: Any) -> npt.NDArray[Any]:
        """For each row what `ask` says of its indicator, asked once per indicator; `otherwise` where it is unknown."""
        return np.array([*map(ask, self.indicators), otherwise])[self.indicator]

    def of_unit(self, ask: Callable[[Unit], Any], otherwise: Any) -> npt.NDArray[Any]:
        """For each row what `ask` says of its unit; `otherwise` where it is unknown."""
        return np.array([*map(ask, self.units), otherwise])[self.unit]

    def of_period(self, ask: Callable[[periods.Outcome | None], bool]) -> Bools:
        """For each row whether `ask` holds of what its period's text says."""
        return np.array([*map(ask, self.outcomes), False], dtype=bool)[self.columns["period"].codes]

    def written(self, field: str) -> Bools:
        """For each row whether anything stands in the cell of `field`."""
        return self.columns[field].written

    @cached_property
    def figures_written(self) -> Mapping[str, Bools]:
        """For each number field the rows in which something stands that is not a sign for "no number here"."""
        found = {}
        for field in NUMBER_FIELDS:
            column = self.columns[field]
            found[field] = np.array([_is_to_be_read(text) for text in column.texts], dtype=bool)[column.codes]
        return found

    @cached_property
    def has_sign(self) -> Bools:
        """Rows in which a figure is not available by a sign such as ".." or "<5": half a row says nothing either.

        A value beside numerator and denominator is not needed, and neither is a standard deviation.
        """
        signs = {field: self.written(field) & ~self.figures_written[field] for field in NUMBER_FIELDS}
        both = self.figures_written["numerator"] & self.figures_written["denominator"]
        return signs["numerator"] | signs["denominator"] | (signs["value"] & ~both)

    @cached_property
    def is_empty(self) -> Bools:
        empty = np.ones(len(self), dtype=bool)
        for says in self.figures_written.values():
            empty &= ~says
        return empty | self.has_sign

    @cached_property
    def is_of_several(self) -> Bools:
        return self.of_indicator(is_of_several, False)

    @cached_property
    def has_denominator(self) -> Bools:
        """Whether the indicator is one number out of another; False where it is unknown."""
        return self.of_indicator(lambda one: one.has_denominator, False)

    @cached_property
    def has_indicator(self) -> Bools:
        return self.indicator >= 0

    @cached_property
    def has_unit(self) -> Bools:
        return self.unit >= 0

    @cached_property
    def has_period(self) -> Bools:
        """Whether the period is one of the indicator's kind."""
        return ~np.isnat(self.starts)

    @cached_property
    def has_key(self) -> Bools:
        """Whether indicator, unit and period are all known."""
        return self.has_indicator & self.has_unit & self.has_period

    @cached_property
    def is_kept(self) -> Bools:
        """Whether the row says something that could be stored."""
        return self.has_key & ~self.is_empty

    @cached_property
    def days(self) -> Ints:
        """First days as days since 1970; 0 where there is none."""
        return np.where(self.has_period, self.starts, np.datetime64(0, "D")).astype(np.int64)

    @cached_property
    def series(self) -> Ints:
        """The number of the row's series; NO_KEY where indicator or unit is unknown."""
        known = self.has_indicator & self.has_unit
        return np.where(known, self.indicator.astype(np.int64) * max(len(self.units), 1) + self.unit, NO_KEY)

    @cached_property
    def keys(self) -> Ints:
        """Indicator, unit and period as one number (`key_of`); NO_KEY where one of them is unknown."""
        return np.where(self.has_key, key_of(self.series, self.days), NO_KEY)

    def keys_of(self, stored: pd.DataFrame) -> Ints:
        """The keys of stored figures (columns indicator_code, unit_code, period_start); NO_KEY for other series."""
        if stored.empty:
            return np.empty(0, np.int64)
        indicators = {one.code: at for at, one in enumerate(self.indicators)}
        units = {one.code: at for at, one in enumerate(self.units)}
        indicator, unit = (
            np.array([known.get(code, -1) for code in different], dtype=np.int64)[codes]
            for known, (codes, different) in (
                (indicators, pd.factorize(stored["indicator_code"])),
                (units, pd.factorize(stored["unit_code"])),
            )
        )
        codes, different = pd.factorize(stored["period_start"].to_numpy(object))
        days = np.array(different, dtype="datetime64[D]").astype(np.int64)[codes]
        keys = key_of(indicator * max(len(self.units), 1) + unit, days)
        return np.where((indicator >= 0) & (unit >= 0), keys, NO_KEY)

    @cached_property
    def ends(self) -> Days:
        """The last day of each period."""
        ends = self.starts.copy()
        kinds = self.of_indicator(lambda one: str(one.period), "")
        for kind, months in _MONTHS.items():
            mask = kinds == str(kind)
            after = self.starts[mask].astype("datetime64[M]") + np.timedelta64(months, "M")
            ends[mask] = after.astype("datetime64[D]") - np.timedelta64(1, "D")
        ends[kinds == str(PeriodKind.WEEK)] += np.timedelta64(6, "D")
        return ends

    @cached_property
    def stored(self) -> Mapping[str, Floats]:
        """What the store keeps of each number field: see `Row.figures`."""
        numerator, value = self.read["numerator"], self.read["value"]
        several = self.is_of_several
        plain = self.has_indicator & ~self.has_denominator & ~several
        ratio = ~plain & ~several
        nothing = np.full(len(self), np.nan)
        return {
            "numerator": np.where(plain, nothing, numerator),
            "denominator": np.where(plain, nothing, self.read["denominator"]),
            "value": np.where(
                plain,
                np.where(np.isnan(value), numerator, value),
                np.where(ratio | ~np.isnan(numerator), nothing, value),
            ),
            "sd": np.where(several, self.read["sd"], nothing),
        }

    @cached_property
    def shown(self) -> Floats:
        """The figure a reader sees, in the indicator's unit of measure; NaN where there is none."""
        return shown(
            self.stored["numerator"],
            self.stored["denominator"],
            self.stored["value"],
            self.of_indicator(lambda one: float(one.per), 1.0),
        )


def key_of(series: Ints, days: Ints) -> Ints:
    """Series and day (since 1970) as one number that sorts by series and then by day."""
    return (series << _DAY_BITS) | (days + _DAY_ZERO)


def distinct(ordered: Ints) -> Ints:
    """Numbers in order, each once."""
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(ordered) else ordered


def series_of_key(keys: Ints) -> Ints:
    return keys >> _DAY_BITS


def day_of_key(keys: Ints) -> Ints:
    return (keys & ((1 << _DAY_BITS) - 1)) - _DAY_ZERO


def shown(numerator: Floats, denominator: Floats, value: Floats, per: Floats) -> Floats:
    """As `Figures.shown`, for arrays in which NaN stands for none.

    Examples
    --------
    >>> nan = float("nan")
    >>> arrays = ([41, nan, 3], [50, nan, nan], [nan, 7, nan], [100, 1, 1])
    >>> shown(*(np.array(one, dtype=float) for one in arrays)).tolist()
    [82.0, 7.0, 3.0]
    """
    has_ratio = ~np.isnan(numerator) & ~np.isnan(denominator) & (denominator != 0)
    ratio = np.divide(numerator, denominator, out=numerator.astype(np.float64, copy=True), where=has_ratio)
    ratio[has_ratio] *= per[has_ratio]
    return np.where(np.isnan(value), ratio, value)


def optional(number: float) -> float | None:
    """A number of an array, None for NaN."""
    return None if number != number else float(number)


def decimals(table: RawTable, given: str | None = None) -> dict[str, str | None]:
    """The decimal mark of each number column: "comma", "dot", "" (whole numbers only) or None (must be asked).

    A column that cannot tell takes the mark of the file's other columns, if they agree.
    """
    columns = [field for field in NUMBER_FIELDS if field in table.columns]
    if given:
        return dict.fromkeys(columns, given)
    decided = {}
    for field in columns:
        column = table.column(field)
        counts = np.bincount(column.codes, minlength=len(column.texts)).tolist()
        decided[field] = numbers.decide(column.texts, counts).decimal
    marks = {mark for mark in decided.values() if mark}
    shared = marks.pop() if len(marks) == 1 else None
    return {field: shared if mark is None else mark for field, mark in decided.items()}


def interpret(
    table: RawTable,
    lookups: Lookups,
    marks: Mapping[str, str | None],
    defaults: Mapping[str, str],
) -> Rows:
    """Every row of the table with its cells looked up and read. Never raises on content.

    `defaults` gives the indicator and unit where the file has no such column; a column that is there is used.
    """
    columns = {
        field: table.column(field)
        if field in table.columns
        else TextColumn.constant(defaults.get(field, ""), table.n_rows)
        for field in FIELDS
    }
    indicators, indicator = _looked_up(columns["indicator"], lookups.indicator)
    units, unit = _looked_up(columns["unit"], lookups.unit)
    outcomes = tuple(periods.parse(text) if text else None for text in columns["period"].texts)
    read, unread, percent = {}, {}, {}
    for field in NUMBER_FIELDS:
        texts, codes = columns[field].texts, columns[field].codes
        found = [_number(text, marks.get(field)) for text in texts]
        read[field] = np.array([np.nan if one is None else one.value for one in found], dtype=float)[codes]
        unread[field] = np.array(
            [one is None and _is_to_be_read(text) for text, one in zip(texts, found, strict=True)]
        )[codes]
        percent[field] = np.array([one is not None and one.has_percent for one in found], dtype=bool)[codes]
    return Rows(
        numbers=table.numbers,
        n_cells=table.n_cells,
        columns=columns,
        indicators=indicators,
        indicator=indicator,
        units=units,
        unit=unit,
        outcomes=outcomes,
        starts=_starts(indicators, indicator, outcomes, columns["period"]),
        read=read,
        unread=unread,
        percent=percent,
    )


def _looked_up(column: TextColumn, find: Callable[[str], Any]) -> tuple[tuple[Any, ...], npt.NDArray[Any]]:
    """The different things a column names, and for each row which of them; -1 for none."""
    found: dict[str, Any] = {}
    numbers_of: dict[str, int] = {}
    of_text = []
    for text in column.texts:
        one = find(text)
        if one is None:
            of_text.append(-1)
            continue
        found[one.code] = one
        of_text.append(numbers_of.setdefault(one.code, len(numbers_of)))
    return tuple(found.values()), np.array(of_text, dtype=np.int32)[column.codes]


def _starts(
    indicators: Sequence[IndicatorDefinition],
    indicator: npt.NDArray[Any],
    outcomes: Sequence[periods.Outcome | None],
    column: TextColumn,
) -> Days:
    """The first day of each row's period, worked out once for every kind of period and text."""
    kinds = list(dict.fromkeys(one.period for one in indicators))
    days = np.full((len(kinds) + 1, len(outcomes)), np.datetime64("NaT"), dtype="datetime64[D]")
    for line, kind in enumerate(kinds):
        for at, outcome in enumerate(outcomes):
            if isinstance(outcome, periods.Period):
                start = periods.fit(outcome, kind)
                days[line, at] = np.datetime64("NaT") if start is None else start
    line_of = np.array([*(kinds.index(one.period) for one in indicators), len(kinds)])
    return days[line_of[indicator], column.codes]


def _is_to_be_read(text: str) -> bool:
    return bool(text) and numbers.not_available(text) is None


def _number(text: str, mark: str | None) -> numbers.Number | None:
    if not text:
        return None
    # In a column that cannot tell its mark, whole numbers are still plain.
    return numbers.parse(text, mark or numbers.COMMA) if mark or numbers.form(text) is numbers.Form.WHOLE else None

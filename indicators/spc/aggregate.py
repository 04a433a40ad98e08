"""From a frame to points: rows with the same x become one subgroup, in the order of x, series by series."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from indicators.spc import ragged
from indicators.spc.charts import ChartRecord, ValueKind
from indicators.spc.errors import InputError
from indicators.spc.ragged import Bools, Floats, Ints
from indicators.words import Words

Taken = Callable[[Floats, Ints, int], Floats]
Frame: TypeAlias = pd.DataFrame | Mapping[str, np.ndarray]
"""A DataFrame, or its columns as arrays of one length: building a frame can cost more than computing the chart."""

LARGEST = 1e100
SMALLEST = 1 / LARGEST
"""Nothing that is counted or measured is larger, and no denominator smaller. Squares and ratios of figures inside these
bounds are still numbers, so no limit is lost to overflow."""


def _sum(values: Floats, group: Ints, n_groups: int) -> Floats:
    n = ragged.count(group[~np.isnan(values)], n_groups)
    return np.where(n > 0, ragged.total(values, group, n_groups), np.nan)


AGGREGATES: dict[str, Taken] = {
    "mean": ragged.mean,
    "median": ragged.median,
    "sum": _sum,
    "sd": ragged.standard_deviation,
}
"""How rows with the same x are taken together where there is no denominator; missing values are left out."""


class Axis(StrEnum):
    """What x is. A category has no order in time: no runs, no moving ranges."""

    DATE = "date"
    NUMBER = "number"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Points:
    """The subgroups of all series, flat, in the order of series and x. Arrays have shape (n_points,).

    `series` numbers the series of each point, `first` is the first point of each; every series has a point.
    `is_one_series`: the caller asked for one chart.
    """

    x: np.ndarray
    axis: Axis
    y: Floats
    numerator: Floats
    denominator: Floats
    size: Floats
    sd: Floats
    series: Ints
    first: Ints
    has_denominator: bool
    is_one_series: bool

    @property
    def n_series(self) -> int:
        return len(self.first)

    def block(self, start: int, stop: int) -> Points:
        """The series from number `start` up to but not with `stop`, numbered from 0."""
        rows = slice(self.first[start], self.first[stop] if stop < self.n_series else len(self.y))
        return replace(
            self,
            x=self.x[rows],
            y=self.y[rows],
            numerator=self.numerator[rows],
            denominator=self.denominator[rows],
            size=self.size[rows],
            sd=self.sd[rows],
            series=self.series[rows] - start,
            first=self.first[start:stop] - self.first[start],
        )


def column_of(frame: Frame, name: str) -> pd.Series:
    """A column by name; InputError lists the ones there are."""
    try:
        is_there = name in frame
    except TypeError:  # a list cannot be a name
        is_there = False
    if not is_there:
        columns = ", ".join(map(str, frame))
        raise InputError(
            "unknown_column",
            Words(
                f"Kolonnen »{name}« findes ikke. Der er: {columns}.",
                f"There is no column {name!r}. There are: {columns}.",
            ),
        )
    found = frame[name]
    if np.ndim(found) != 1:
        raise InputError(
            "not_one_column",
            Words(
                f"»{name}« er ikke én kolonne. Giv hver kolonne sit eget navn og hver række én værdi.",
                f"{name!r} is not one column. Give every column a name of its own and every row one value.",
            ),
        )
    return found if isinstance(frame, pd.DataFrame) else pd.Series(found, copy=False)


def _numbers(frame: Frame, name: str, x: np.ndarray) -> Floats:
    return numbers_of(column_of(frame, name), name, x)


def numbers_of(column: pd.Series, name: str, x: np.ndarray) -> Floats:
    """The figures of a column, NaN where there is none; InputError names the first row that holds something else.

    True and False count as 1 and 0: one row per case, and whether it had the event. A moment in time is no figure.
    """
    if column.dtype.kind not in "mMc":
        try:
            return column.to_numpy(dtype=np.float64, na_value=np.nan)
        except (TypeError, ValueError, OverflowError):
            pass
    row = next(row for row, figure in enumerate(column) if not _is_figure(figure))
    raise InputError(
        "not_a_number",
        Words(
            f"kolonnen »{name}« indeholder ikke et tal, der kan regnes med",
            f"column {name!r} does not hold a number that can be computed with",
        ),
        row=row + 1,
        x=_shown(x[row]) if row < len(x) else None,
    )


def _is_figure(value: Any) -> bool:
    if isinstance(value, pd.Timestamp | pd.Timedelta | np.datetime64 | np.timedelta64 | complex):
        return False
    try:
        float(value)
    except (TypeError, ValueError, OverflowError):
        return value is None or value is pd.NA
    return True


def _shown(x: object) -> object:
    return str(x)[:10] if isinstance(x, np.datetime64 | pd.Timestamp) else x


def _refuse(is_wrong: Bools, x: np.ndarray, code: str, da: str, en: str) -> None:
    rows = np.flatnonzero(is_wrong)
    if len(rows):
        raise InputError(code, Words(da, en), row=int(rows[0]) + 1, x=_shown(x[rows[0]]))


def read_axis(column: pd.Series) -> tuple[np.ndarray, Axis, Bools]:
    """The values of x to sort by, what they are, and which rows lack one.

    Text that is written as ISO dates counts as dates; other text is a category, in the order of first appearance (a
    pandas categorical: in the order of its categories). Moments with a time zone count by the clock on the wall.

    Raises
    ------
    InputError
        x holds spans of time, complex numbers, infinity or whole lists.

    Examples
    --------
    >>> read_axis(pd.Series(["2024-02-01", "2024-01-01"]))[1]
    <Axis.DATE: 'date'>
    >>> read_axis(pd.Series(["Aarhus", "Odense"]))[1]
    <Axis.CATEGORY: 'category'>
    """
    is_missing = column.isna().to_numpy()
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.to_numpy(dtype=object), Axis.CATEGORY, is_missing
    if isinstance(column.dtype, pd.PeriodDtype):
        column = column.dt.to_timestamp()
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_localize(None)
    if column.dtype.kind == "M":
        return column.to_numpy(dtype="datetime64[ns]" if column.dtype.itemsize != 8 else None), Axis.DATE, is_missing
    if column.dtype.kind in "mc" or isinstance(column.dtype, pd.IntervalDtype):
        raise _no_axis()
    if not pd.api.types.is_numeric_dtype(column.dtype):
        # The same few days stand in every series: each is read once.
        try:
            codes, uniques = pd.factorize(column)
        except TypeError:
            raise _no_axis() from None
        kind = pd.api.types.infer_dtype(uniques, skipna=True)
        if kind not in ("integer", "floating", "mixed-integer-float", "decimal"):
            days = _days(pd.Series(uniques), kind)
            if days is None:
                return column.to_numpy(dtype=object), Axis.CATEGORY, is_missing
            values = np.append(days, np.datetime64("NaT"))[codes]
            return values, Axis.DATE, np.isnat(values)
    if is_missing.any() or column.dtype.kind == "O":
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        values = column.to_numpy()
    if values.dtype.kind == "f":
        _refuse(np.isinf(values), values, "infinite_x", "x er uendelig", "x is infinite")
    return values, Axis.NUMBER, is_missing


_CLOCK_TIME_WITH_ZONE = re.compile(r"(?<=:\d\d)(\.\d+)?( ?Z|[+-]\d\d:?\d\d)$")


def _days(uniques: pd.Series, kind: str) -> np.ndarray | None:
    """The moments that values of x name; None where they are categories."""
    if kind.startswith("mixed") or (kind == "string" and any(text and not text[0].isdigit() for text in uniques)):
        return None  # "today" is read as a date too, but as another one tomorrow
    days = _parsed(uniques)
    if days is None and kind == "string":  # summer and winter time in one column
        days = _parsed(uniques.astype(str).str.replace(_CLOCK_TIME_WITH_ZONE, "", regex=True))
    if days is None or days.dtype.kind != "M" or (len(days) and days.isna().all()):
        return None
    return (days.dt.tz_localize(None) if isinstance(days.dtype, pd.DatetimeTZDtype) else days).to_numpy()


def _parsed(values: pd.Series) -> pd.Series | None:
    try:
        return pd.to_datetime(values, format="ISO8601")
    except (ValueError, TypeError):
        return None


def _no_axis() -> InputError:
    return InputError(
        "not_an_axis",
        Words(
            "x kan ikke sættes i rækkefølge. Brug datoer, tal eller tekst.",
            "x cannot be put in order. Use dates, numbers or text.",
        ),
    )


@dataclass(frozen=True, slots=True)
class Read:
    """What a frame held: its points, the `by` columns of each series, and how many rows lacked an x."""

    points: Points
    keys: pd.DataFrame
    n_rows_without_x: int


def points_of(
    frame: Frame,
    record: ChartRecord,
    *,
    x: str,
    y: str,
    n: str | None,
    by: Sequence[str],
    aggregate: str,
    sd: str | None = None,
) -> Read:
    """Read, check and take together the rows of `frame`.

    With a denominator a row lacking either figure loses both, and numerators and denominators are summed apart;
    without one, values of the same x are taken together by `aggregate` (or as the chart demands). Rows without an x
    are left out and counted. Where the chart needs several measurements of each x, `sd` names the column of rows that
    are subgroups already: y is their mean, n the number of measurements, sd their standard deviation.

    Raises
    ------
    InputError
        Names the first row at fault: text or infinity for a number, denominator 0 or below, numerator above its
        denominator where the value is a proportion, a negative count; with `sd` a negative one, or an n that is no
        number of measurements.
    """
    if not isinstance(aggregate, str) or aggregate not in AGGREGATES:
        known = ", ".join(AGGREGATES)
        raise InputError(
            "unknown_aggregate",
            Words(
                f"aggregate »{aggregate}« findes ikke. Vælg en af: {known}.",
                f"Unknown aggregate {aggregate!r}: {known}.",
            ),
        )
    if record.needs_denominator and n is None:
        raise InputError("no_denominator", record.words_of_missing_denominator)
    sd = sd if record.needs_several else None
    n = n if record.takes_denominator or sd is not None else None
    axis_column = column_of(frame, x)
    axis_values, axis, is_missing = read_axis(axis_column)
    value = _numbers(frame, y, axis_values)
    exposure = None if n is None else _numbers(frame, n, axis_values)
    spread = None if sd is None else _numbers(frame, sd, axis_values)
    lengths = {len(column) for column in (axis_values, value, exposure, spread) if column is not None}
    if len(lengths) > 1:  # of arrays: the columns of a frame are equally long
        numbers = ", ".join(str(length) for length in sorted(lengths))
        raise InputError(
            "lengths_differ",
            Words(
                f"Kolonnerne er ikke lige lange: {numbers} værdier. De skal have én værdi pr. række.",
                f"The columns differ in length: {numbers} values. They need one value per row.",
            ),
        )
    if spread is None:
        value, exposure = checked(value, exposure, record, axis_values, y=y, n=n or "")
    else:
        value, exposure, spread = _checked_subgroups(value, exposure, spread, axis_values, y=y, n=n or "", sd=sd or "")
    n_rows = len(value)
    series, keys = _series(frame, by, n_rows) if by else (np.zeros(n_rows, dtype=np.int64), _NO_KEYS)
    rank = _rank(axis_column, axis_values, axis)
    n_missing = int(is_missing.sum())
    if n_missing == n_rows:
        raise InputError("no_rows", Words(f"Ingen rækker har et {x}.", f"No row has a {x}."))
    more = [column for column in (exposure, spread) if column is not None]
    columns: tuple[np.ndarray, ...] = (axis_values, series, rank, value, *more)
    if n_missing:
        columns = tuple(column[~is_missing] for column in columns)
    if not _is_in_order(columns[1], columns[2]):
        order = np.lexsort((columns[2], columns[1]))
        columns = tuple(column[order] for column in columns)
    axis_values, series, rank, value, *more = columns

    starts = np.ones(len(series), dtype=bool)
    starts[1:] = (series[1:] != series[:-1]) | (rank[1:] != rank[:-1])
    has_exposure = len(more) == 1
    if spread is not None:
        taken = _subgroups_together(value, more[0], more[1], starts, record.aggregate == "sd")
    else:
        taken = _taken_together(value, more[0] if has_exposure else None, starts, record.aggregate or aggregate)
    if not starts.all():
        axis_values, series = axis_values[starts], series[starts]
    begins = np.ones(len(series), dtype=bool)
    begins[1:] = series[1:] != series[:-1]
    first = np.flatnonzero(begins)
    if n_missing and len(first) < len(keys):  # a series none of whose rows has an x has no chart
        keys = keys.iloc[series[first]].reset_index(drop=True)
        series = ragged.cumulative_start(begins)
    points = Points(
        x=axis_values,
        axis=axis,
        y=taken.numerator / taken.denominator if has_exposure else taken.y,
        numerator=taken.numerator,
        denominator=taken.denominator,
        size=taken.size,
        sd=taken.sd,
        series=series,
        first=first,
        has_denominator=has_exposure,
        is_one_series=not by,
    )
    return Read(points, keys, n_missing)


_NO_KEYS = pd.DataFrame(index=range(1))
"""The keys of the one series of a frame that is not divided."""


def flat_arrays(y: Floats, n: Floats | None, offsets: Ints, record: ChartRecord) -> tuple[Floats, Floats | None, Ints]:
    """The arrays as the kernel wants them, float64 and int64; InputError where they do not fit together."""
    y = _flat(y, "y")
    n = None if n is None or not record.takes_denominator else _flat(n, "n")
    offsets = np.asarray(offsets)
    is_whole = offsets.ndim == 1 and offsets.dtype.kind in "iu"
    offsets = np.ascontiguousarray(offsets, dtype=np.int64) if is_whole else np.zeros(0, dtype=np.int64)
    if record.needs_denominator and n is None:
        raise InputError("no_denominator", record.words_of_missing_denominator)
    if n is not None and len(n) != len(y):
        raise InputError(
            "lengths_differ",
            Words(
                f"Der er {len(y)} tællere og {len(n)} nævnere. De skal være lige mange.",
                f"There are {len(y)} numerators and {len(n)} denominators. There must be as many of each.",
            ),
        )
    if len(offsets) < 2 or offsets[0] != 0 or offsets[-1] != len(y) or (np.diff(offsets) < 1).any():
        raise InputError(
            "bad_offsets",
            Words(
                f"offsets skal begynde med 0, stige for hver serie og ende med {len(y)}, antallet af rækker.",
                f"offsets must begin with 0, grow with every series and end with {len(y)}, the number of rows.",
            ),
        )
    return y, n, offsets


def _flat(values: Any, name: str) -> Floats:
    """Figures as a flat array of float64."""
    try:
        found = np.ascontiguousarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        found = np.zeros((0, 0))
    if found.ndim != 1:
        raise InputError(
            "not_an_array",
            Words(f"{name} skal være en flad række af tal.", f"{name} must be a flat array of numbers."),
        )
    return found


def points_of_arrays(y: Floats, n: Floats | None, offsets: Ints, record: ChartRecord, *, n_before: int = 0) -> Points:
    """Points from `flat_arrays`, one subgroup a row, series by series in the order of time.

    `offsets`, shape (n_series + 1,), says where each series begins and the last ends, as Arrow lists do. `n_before`
    rows stand before these in the caller's arrays: a row at fault is named by its place there.
    """
    row = np.arange(1, len(y) + 1)
    try:
        value, exposure = checked(y, n, record, row, y="y", n="n")
    except InputError as problem:
        assert problem.row is not None
        raise InputError(problem.code, problem.words, row=problem.row + n_before) from None
    nothing = np.broadcast_to(np.nan, len(y))
    return Points(
        x=row,
        axis=Axis.NUMBER,
        y=value if exposure is None else value / exposure,
        numerator=value,
        denominator=nothing if exposure is None else exposure,
        size=_sizes(value),
        sd=nothing,
        series=np.repeat(np.arange(len(offsets) - 1), np.diff(offsets)),
        first=offsets[:-1],
        has_denominator=exposure is not None,
        is_one_series=False,
    )


def checked(
    value: Floats, exposure: Floats | None, record: ChartRecord, x: np.ndarray, *, y: str, n: str
) -> tuple[Floats, Floats | None]:
    """The figures as they came; where either of a pair is missing, both are. InputError names the first bad row."""
    for name, column in ((y, value), (n, exposure)):
        if column is not None:
            _refuse_endless(column, x, name)
    if record.is_not_negative:
        _refuse(value < 0, x, "negative_count", f"{y} er negativ: et antal er mindst 0", f"{y} is negative")
    if record.is_positive:
        _refuse(
            value <= 0,
            x,
            "not_positive",
            f"{y} er ikke over 0. En tid mellem hændelser er altid over 0: angiv den i en finere enhed.",
            f"{y} is not above 0. A time between events is always above 0: give it in a finer unit.",
        )
    if exposure is None:
        return value, None
    if (exposure < SMALLEST).any():
        _refuse(
            exposure <= 0,
            x,
            "zero_denominator",
            f"nævneren {n} er ikke over 0. Udelad rækken, hvis der ingen var.",
            f"the denominator {n} is not above 0. Leave the row out if nothing was at risk.",
        )
        _refuse(
            exposure < SMALLEST,
            x,
            "too_small",
            f"nævneren {n} er for lille til at regne med",
            f"the denominator {n} is too small to compute with",
        )
    if record.kind is ValueKind.PROPORTION:
        _refuse(
            value > exposure,
            x,
            "numerator_above_denominator",
            f"tælleren {y} er større end nævneren {n}",
            f"the numerator {y} is greater than the denominator {n}",
        )
    lacking = np.isnan(value) | np.isnan(exposure)
    if lacking.any():
        value, exposure = np.where(lacking, np.nan, value), np.where(lacking, np.nan, exposure)
    return value, exposure


def _refuse_endless(column: Floats, x: np.ndarray, name: str) -> None:
    is_endless = np.abs(column) > LARGEST
    if not is_endless.any():
        return
    if np.isinf(column[np.argmax(is_endless)]):
        _refuse(is_endless, x, "infinite", f"{name} er uendelig", f"{name} is infinite")
    _refuse(is_endless, x, "too_large", f"{name} er for stor til at regne med", f"{name} is too large to compute with")


def _checked_subgroups(
    mean: Floats, size: Floats | None, spread: Floats, x: np.ndarray, *, y: str, n: str, sd: str
) -> tuple[Floats, Floats, Floats]:
    """Means, sizes and standard deviations of subgroups; a row that lacks one of them is missing.

    A single measurement has no standard deviation, whatever was written: 0 would claim that nothing varies.
    """
    if size is None:
        raise InputError(
            "no_subgroup_size",
            Words(
                f"sd={sd} kræver antallet af målinger bag hvert gennemsnit: navngiv kolonnen med n=.",
                f"sd={sd} needs the number of measurements behind each mean: name its column with n=.",
            ),
        )
    for name, column in ((y, mean), (n, size), (sd, spread)):
        _refuse_endless(column, x, name)
    _refuse(
        spread < 0,
        x,
        "negative_sd",
        f"standardafvigelsen {sd} er negativ: en standardafvigelse er mindst 0",
        f"the standard deviation {sd} is negative: a standard deviation is at least 0",
    )
    _refuse(
        size < 1,
        x,
        "size_below_one",
        f"antallet {n} er under 1. Udelad rækken, hvis der ingen målinger var.",
        f"the number of measurements {n} is below 1. Leave the row out if nothing was measured.",
    )
    _refuse(
        ~np.isnan(size) & (size != np.floor(size)),
        x,
        "size_not_whole",
        f"antallet {n} er ikke et helt tal",
        f"the number of measurements {n} is not a whole number",
    )
    spread = np.where(size == 1, np.nan, spread)
    lacking = np.isnan(mean) | np.isnan(size) | (np.isnan(spread) & (size > 1))
    return np.where(lacking, np.nan, mean), np.where(lacking, 0.0, size), np.where(lacking, np.nan, spread)


def _is_in_order(series: Ints, rank: np.ndarray) -> bool:
    """Whether the rows already stand series by series, each in the order of x."""
    same = series[1:] == series[:-1]
    return bool(((series[1:] > series[:-1]) | (same & (rank[1:] >= rank[:-1]))).all())


@dataclass(frozen=True, slots=True)
class _Taken:
    """Rows taken together: one number per subgroup, shape (n_points,)."""

    y: Floats
    numerator: Floats
    denominator: Floats
    size: Floats
    sd: Floats


def _sizes(value: Floats) -> Floats:
    missing = np.isnan(value)
    return (~missing).astype(np.float64) if missing.any() else np.broadcast_to(1.0, len(value))


def _taken_together(value: Floats, exposure: Floats | None, starts: Bools, aggregate: str) -> _Taken:
    n_groups = int(starts.sum())
    nothing = np.broadcast_to(np.nan, n_groups)
    if n_groups == len(value):  # one row per subgroup, the usual case
        y = nothing if aggregate == "sd" else value
        return _Taken(y, value, nothing if exposure is None else exposure, _sizes(value), nothing)
    group = ragged.cumulative_start(starts)
    return _Taken(
        y=AGGREGATES[aggregate](value, group, n_groups),
        numerator=_sum(value, group, n_groups),
        denominator=nothing if exposure is None else _sum(exposure, group, n_groups),
        size=ragged.count(group[~np.isnan(value)], n_groups).astype(np.float64),
        sd=ragged.standard_deviation(value, group, n_groups),
    )


def _subgroups_together(mean: Floats, size: Floats, spread: Floats, starts: Bools, is_of_sd: bool) -> _Taken:
    """Subgroups of the same x as one: the mean and the standard deviation of all their measurements."""
    n_groups = int(starts.sum())
    numerator = mean * size
    if n_groups < len(mean):
        group = ragged.cumulative_start(starts)
        parts, n_parts, within = mean, size, np.where(size > 1, (size - 1) * spread**2, 0.0)
        numerator, size = _sum(numerator, group, n_groups), ragged.total(size, group, n_groups)
        mean = np.divide(numerator, size, out=np.full(n_groups, np.nan), where=size > 0)
        squares = ragged.total(within + n_parts * (parts - mean[group]) ** 2, group, n_groups)
        spread = np.sqrt(np.divide(squares, size - 1, out=np.full(n_groups, np.nan), where=size > 1))
    nothing = np.broadcast_to(np.nan, n_groups)
    return _Taken(spread if is_of_sd else mean, numerator, nothing, size, spread)


def _rank(column: pd.Series, values: np.ndarray, axis: Axis) -> np.ndarray:
    if axis is Axis.DATE:
        return values.view(np.int64)
    if axis is Axis.NUMBER:
        return values
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy()
    return pd.factorize(values)[0]


def _series(frame: Frame, by: Sequence[str], n_rows: int) -> tuple[Ints, pd.DataFrame]:
    """The number of each row's series and one row of keys per series, in the order of the keys."""
    codes, sizes, uniques = [], [], []
    for name in by:
        try:
            code, unique = _codes(column_of(frame, name))
        except TypeError:
            raise InputError(
                "not_a_key",
                Words(
                    f"Kolonnen »{name}« blander tal og tekst eller holder lister. Giv den værdier af én slags.",
                    f"Column {name!r} mixes numbers and text or holds lists. Give it values of one kind.",
                ),
            ) from None
        codes.append(code)
        sizes.append(len(unique))
        uniques.append(unique)
    n_possible = math.prod(sizes)
    if n_possible > np.iinfo(np.int64).max:  # more combinations than a number can tell apart
        found, series = np.unique(np.stack(codes), axis=1, return_inverse=True)
        keys = {name: unique.take(code) for name, unique, code in zip(by, uniques, found, strict=True)}
        return series.reshape(-1), pd.DataFrame({name: keys[name].array for name in by}, copy=False)
    combined = np.zeros(n_rows, dtype=np.int64)
    for code, size in zip(codes, sizes, strict=True):
        combined = combined * size + code
    if n_possible <= 8 * n_rows + 1024:
        is_there = np.zeros(n_possible, dtype=bool)
        is_there[combined] = True
        found = np.flatnonzero(is_there)
        number = np.cumsum(is_there) - 1
        series = number[combined]
    else:
        found, series = np.unique(combined, return_inverse=True)
    keys = {}
    rest = found
    for name, size, unique in reversed(list(zip(by, sizes, uniques, strict=True))):
        rest, place = np.divmod(rest, size)
        keys[name] = unique if len(place) == size and size == n_possible else unique.take(place)
    return series, pd.DataFrame({name: keys[name].array for name in by}, copy=False)


def _codes(column: pd.Series) -> tuple[Ints, pd.Index]:
    """Numbers that sort as the values do, missing last, and the values they stand for."""
    codes, found = pd.factorize(column, use_na_sentinel=False)
    unique = pd.Index(found)
    if not unique.is_monotonic_increasing:
        order = unique.argsort() if not unique.hasnans else _missing_last(unique)
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        codes, unique = place[codes], unique[order]
    return codes.astype(np.int64, copy=False), unique


def _missing_last(values: pd.Index) -> Ints:
    missing = values.isna()
    known = np.flatnonzero(~missing)
    return np.append(known[values[known].argsort()], np.flatnonzero(missing))

"""From a frame to points: rows with the same x become one subgroup, in the order of x, series by series."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from indicators.spc import ragged
from indicators.spc.charts import ChartRecord, ValueKind
from indicators.spc.errors import InputError
from indicators.spc.ragged import Bools, Floats, Ints
from indicators.words import Words

Taken = Callable[[Floats, Ints, int], Floats]


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

    `series` numbers the series of each point; `keys` holds one row per series with the values of the `by` columns.
    """

    x: np.ndarray
    axis: Axis
    y: Floats
    numerator: Floats
    denominator: Floats
    size: Floats
    sd: Floats
    series: Ints
    n_series: int
    keys: pd.DataFrame
    has_denominator: bool
    n_rows_without_x: int


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    if name not in frame.columns:
        columns = ", ".join(map(str, frame.columns))
        raise InputError(
            "unknown_column",
            Words(
                f"Kolonnen »{name}« findes ikke. Der er: {columns}.",
                f"There is no column {name!r}. There are: {columns}.",
            ),
        )
    return frame[name]


def _numbers(frame: pd.DataFrame, name: str, x: np.ndarray) -> Floats:
    column = _column(frame, name)
    try:
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        numeric = pd.to_numeric(column, errors="coerce")
        row = int(np.flatnonzero(numeric.isna().to_numpy() & column.notna().to_numpy())[0])
        raise InputError(
            "not_a_number",
            Words(f"kolonnen »{name}« indeholder ikke et tal", f"column {name!r} does not hold a number"),
            row=row + 1,
            x=_shown(x[row]),
        ) from None
    _refuse(np.isinf(values), x, "infinite", f"{name} er uendelig", f"{name} is infinite")
    return values


def _shown(x: object) -> object:
    return str(x)[:10] if isinstance(x, np.datetime64 | pd.Timestamp) else x


def _refuse(is_wrong: Bools, x: np.ndarray, code: str, da: str, en: str) -> None:
    rows = np.flatnonzero(is_wrong)
    if len(rows):
        raise InputError(code, Words(da, en), row=int(rows[0]) + 1, x=_shown(x[rows[0]]))


def read_axis(column: pd.Series) -> tuple[np.ndarray, Axis, Bools]:
    """The values of x to sort by, what they are, and which rows lack one.

    Text that is written as ISO dates counts as dates; other text is a category, in the order of first appearance (a
    pandas categorical: in the order of its categories).

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
        return column.to_numpy(), Axis.DATE, is_missing
    if pd.api.types.is_numeric_dtype(column.dtype):
        if is_missing.any():
            return column.to_numpy(dtype=np.float64, na_value=np.nan), Axis.NUMBER, is_missing
        return column.to_numpy(), Axis.NUMBER, is_missing
    try:
        return pd.to_datetime(column, format="ISO8601").to_numpy(), Axis.DATE, is_missing
    except (ValueError, TypeError):
        return column.to_numpy(dtype=object), Axis.CATEGORY, is_missing


def points_of(
    frame: pd.DataFrame, record: ChartRecord, *, x: str, y: str, n: str | None, by: Sequence[str], aggregate: str
) -> Points:
    """Read, check and take together the rows of `frame`.

    With a denominator a row lacking either figure loses both, and numerators and denominators are summed apart;
    without one, values of the same x are taken together by `aggregate` (or as the chart demands). Rows without an x
    are left out and counted.

    Raises
    ------
    InputError
        Names the first row at fault: text or infinity for a number, denominator 0 or below, numerator above its
        denominator where the value is a proportion, a negative count.
    """
    if aggregate not in AGGREGATES:
        known = ", ".join(AGGREGATES)
        raise InputError(
            "unknown_aggregate",
            Words(
                f"aggregate »{aggregate}« findes ikke. Vælg en af: {known}.",
                f"Unknown aggregate {aggregate!r}: {known}.",
            ),
        )
    has_denominator = record.takes_denominator and n is not None
    if record.needs_denominator and n is None:
        raise InputError("no_denominator", record.words_of_missing_denominator)
    axis_values, axis, is_missing = read_axis(_column(frame, x))
    value = _numbers(frame, y, axis_values)
    if record.is_not_negative:
        _refuse(value < 0, axis_values, "negative_count", f"{y} er negativ: et antal er mindst 0", f"{y} is negative")
    if has_denominator:
        assert n is not None
        exposure = _numbers(frame, n, axis_values)
        _refuse(
            exposure <= 0,
            axis_values,
            "zero_denominator",
            f"nævneren {n} er ikke over 0. Udelad rækken, hvis der ingen var.",
            f"the denominator {n} is not above 0. Leave the row out if nothing was at risk.",
        )
        if record.kind is ValueKind.PROPORTION:
            _refuse(
                value > exposure,
                axis_values,
                "numerator_above_denominator",
                f"tælleren {y} er større end nævneren {n}",
                f"the numerator {y} is greater than the denominator {n}",
            )
        lacking = np.isnan(value) | np.isnan(exposure)
        value, exposure = np.where(lacking, np.nan, value), np.where(lacking, np.nan, exposure)
    else:
        exposure = np.full(len(value), np.nan)

    series, keys = _series(frame, by) if by else (np.zeros(len(frame), dtype=np.int64), pd.DataFrame(index=range(1)))
    rank = _rank(frame[x], axis_values, axis)
    order = np.flatnonzero(~is_missing)
    if not len(order):
        raise InputError("no_rows", Words(f"Ingen rækker har et {x}.", f"No row has a {x}."))
    order = order[np.lexsort((rank[order], series[order]))]
    starts = np.ones(len(order), dtype=bool)
    starts[1:] = np.diff(series[order]) > 0
    starts[1:] |= rank[order][1:] != rank[order][:-1]
    taken = _taken_together(value[order], exposure[order], starts, record.aggregate or aggregate)
    return Points(
        x=axis_values[order][starts],
        axis=axis,
        y=taken.numerator / taken.denominator if has_denominator else taken.y,
        numerator=taken.numerator,
        denominator=taken.denominator,
        size=taken.size,
        sd=taken.sd,
        series=series[order][starts],
        n_series=len(keys),
        keys=keys,
        has_denominator=has_denominator,
        n_rows_without_x=int(is_missing.sum()),
    )


@dataclass(frozen=True, slots=True)
class _Taken:
    """Rows taken together: one number per subgroup, shape (n_points,)."""

    y: Floats
    numerator: Floats
    denominator: Floats
    size: Floats
    sd: Floats


def _taken_together(value: Floats, exposure: Floats, starts: Bools, aggregate: str) -> _Taken:
    n_groups = int(starts.sum())
    if n_groups == len(value):  # one row per subgroup, the usual case
        sd = np.full(n_groups, np.nan)
        return _Taken(sd if aggregate == "sd" else value, value, exposure, (~np.isnan(value)).astype(np.float64), sd)
    group = ragged.cumulative_start(starts)
    return _Taken(
        y=AGGREGATES[aggregate](value, group, n_groups),
        numerator=_sum(value, group, n_groups),
        denominator=_sum(exposure, group, n_groups),
        size=ragged.count(group[~np.isnan(value)], n_groups).astype(np.float64),
        sd=ragged.standard_deviation(value, group, n_groups),
    )


def _rank(column: pd.Series, values: np.ndarray, axis: Axis) -> np.ndarray:
    if axis is not Axis.CATEGORY:
        return values
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy()
    return pd.factorize(values)[0]


def _series(frame: pd.DataFrame, by: Sequence[str]) -> tuple[Ints, pd.DataFrame]:
    for name in by:
        _column(frame, name)
    grouped = frame.groupby(list(by), sort=True, observed=True, dropna=False)
    series = grouped.ngroup().to_numpy().astype(np.int64)
    _, first = np.unique(series, return_index=True)
    return series, frame[list(by)].iloc[first].reset_index(drop=True)

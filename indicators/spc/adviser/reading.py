"""What is handed in, read and checked: a chart, points, values, a long frame or a matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from indicators.spc.adviser.examine import Points
from indicators.spc.adviser.record import NoProposal
from indicators.spc.aggregate import Axis, read_axis
from indicators.spc.charts import ChartRecord, ValueKind, chart_of
from indicators.spc.errors import InputError
from indicators.spc.ragged import Bools, Floats, Ints
from indicators.spc.result import SpcResult
from indicators.words import Words


@dataclass(frozen=True, slots=True)
class Reading:
    """Series to judge. `x`, shape (n_series, n_columns) like the points, names them; None: positions from 1.

    `first_row`: points of the series that stand before the first column (earlier phases). `multiply`: factor on levels.
    `is_median`: the chart's centre line is a median. `reason`: why none of them can be judged.
    """

    points: Points
    x: np.ndarray | None
    keys: pd.DataFrame
    first_row: Ints
    multiply: float
    is_median: bool
    reason: NoProposal


def read_one(
    values: SpcResult | pd.DataFrame | Sequence[float] | np.ndarray,
    denominators: Sequence[float] | np.ndarray | None,
    x: Sequence[Any] | np.ndarray | None,
    chart: str | None,
    multiply: float,
) -> Reading:
    """A chart, a frame of points or plain values, as a matrix of one row."""
    if isinstance(values, SpcResult):
        record = values.chart if chart is None else chart_of(chart)
        return _read_points(values.points, record, values.multiply)
    if isinstance(values, pd.DataFrame):
        has_n = "n" in values.columns and bool(values["n"].notna().any())
        record = chart_of(chart or ("p" if has_n else "i"))
        if "y" not in values.columns:
            raise InputError(
                "unknown_column",
                Words("Punkterne mangler kolonnen »y«.", "The points lack the column 'y'."),
            )
        return _read_points(values, record, multiply)
    y = _numbers(values, "values")
    n = None if denominators is None else _numbers(denominators, "denominators")
    for name, other in (("denominators", n), ("x", None if x is None else np.asarray(x, dtype=object))):
        if other is not None and len(other) != len(y):
            raise InputError(
                "lengths_differ",
                Words(
                    f"{name} har {len(other)} værdier, men der er {len(y)} punkter.",
                    f"{name} holds {len(other)} values, but there are {len(y)} points.",
                ),
            )
    record = chart_of(chart or ("i" if n is None else "p"))
    axis, names, is_missing = Axis.NUMBER, None, np.zeros(len(y), dtype=bool)
    if x is not None:
        names, axis, is_missing = read_axis(pd.Series(x))
    _refuse_missing_x(is_missing)
    points = _counted(y[None, :], None if n is None else n[None, :], record, np.arange(len(y)))
    return Reading(
        points,
        None if names is None else names[None, :],
        pd.DataFrame(index=range(1)),
        np.zeros(1, dtype=np.int64),
        multiply,
        not record.has_limits,
        _unsuitable(record, axis),
    )


def _read_points(frame: pd.DataFrame, record: ChartRecord, multiply: float) -> Reading:
    """Points as they are drawn: y is the ratio already, so the denominators are weights."""
    rows = np.arange(len(frame))
    if "phase" in frame.columns and len(frame):
        phase = frame["phase"].to_numpy()
        rows = np.flatnonzero(phase == phase[-1])
    here = frame.iloc[rows]
    y = _numbers(here["y"], "y") / multiply
    if "included" in here.columns:
        y = np.where(here["included"].to_numpy(dtype=bool), y, np.nan)
    is_weighted = record.kind in (ValueKind.PROPORTION, ValueKind.RATE) and "n" in here.columns
    n = _numbers(here["n"], "n") if is_weighted else None
    if n is not None:
        if np.isnan(n[~np.isnan(y)]).all():
            n = None
        else:
            _refuse(~np.isnan(n) & (n <= 0), rows, "zero_denominator", *_ZERO_DENOMINATOR)
    axis, names = Axis.NUMBER, None
    if "x" in here.columns:
        names, axis, is_missing = read_axis(here["x"])
        _refuse_missing_x(is_missing)
    return Reading(
        Points(y[None, :], None if n is None else n[None, :], record.kind is ValueKind.PROPORTION),
        None if names is None else names[None, :],
        pd.DataFrame(index=range(1)),
        rows[:1].astype(np.int64) if len(rows) else np.zeros(1, dtype=np.int64),
        multiply,
        not record.has_limits,
        _unsuitable(record, axis),
    )


def read_matrix(values: np.ndarray, denominators: np.ndarray | None, chart: str | None) -> Reading:
    """One series per row of a matrix."""
    if values.ndim != 2:
        raise InputError(
            "not_a_matrix",
            Words(
                "Værdierne skal stå i en matrix med en serie i hver række.",
                "The values must stand in a matrix with one series per row.",
            ),
        )
    record = chart_of(chart or ("i" if denominators is None else "p"))
    n = None
    if denominators is not None:
        n = np.asarray(denominators, dtype=np.float64)
        if n.shape != values.shape:
            raise InputError(
                "lengths_differ",
                Words(
                    f"denominators har formen {n.shape}, men værdierne {values.shape}.",
                    f"denominators has shape {n.shape}, but the values {values.shape}.",
                ),
            )
    row = np.broadcast_to(np.arange(len(values))[:, None], values.shape)
    return Reading(
        _counted(values, n, record, row),
        None,
        pd.DataFrame({"series": range(len(values))}),
        np.zeros(len(values), dtype=np.int64),
        1.0,
        not record.has_limits,
        _unsuitable(record, Axis.NUMBER),
    )


def read_frame(
    frame: pd.DataFrame, by: Sequence[str], x: str, y: str, n: str | None, phase: str | None, chart: str | None
) -> Reading:
    """A long frame as a matrix, series by series in the order of x."""
    if n is not None and n == "denominator" and n not in frame.columns:
        n = None
    for name in (*by, x, y, *(name for name in (n, phase) if name is not None)):
        if name not in frame.columns:
            columns = ", ".join(map(str, frame.columns))
            raise InputError(
                "unknown_column",
                Words(
                    f"Kolonnen »{name}« findes ikke. Der er: {columns}.",
                    f"There is no column {name!r}. There are: {columns}.",
                ),
            )
    record = chart_of(chart or ("i" if n is None else "p"))
    names, axis, is_missing = read_axis(frame[x])
    _refuse_missing_x(is_missing)
    if by:
        grouped = frame.groupby(list(by), sort=True, observed=True, dropna=False)
        series = grouped.ngroup().to_numpy().astype(np.int64)
    else:
        series = np.zeros(len(frame), dtype=np.int64)
    rank = np.unique(names, return_inverse=True)[1] if axis is not Axis.CATEGORY else np.arange(len(frame))
    order = np.lexsort((rank, series))
    series, rank = series[order], rank[order]
    twice = np.flatnonzero((series[1:] == series[:-1]) & (rank[1:] == rank[:-1]))
    if len(twice):
        row = int(order[twice[0] + 1])
        raise InputError(
            "x_twice",
            Words("to rækker i samme serie har samme x", "two rows of one series have the same x"),
            row=row + 1,
            x=_shown(names[row]),
        )
    n_series = int(series[-1]) + 1 if len(series) else 0
    first = np.searchsorted(series, np.arange(n_series))
    keys = frame[list(by)].iloc[order[first]].reset_index(drop=True) if by else pd.DataFrame(index=range(n_series))
    value = _numbers(frame[y], y)[order]
    exposure = None if n is None else _numbers(frame[n], n)[order]
    _counted(value[None, :], None if exposure is None else exposure[None, :], record, order)  # refuse before reshaping
    skipped = np.zeros(n_series, dtype=np.int64)
    if phase is not None:
        phases = frame[phase].to_numpy()[order]
        last = np.append(first[1:], len(series)) - 1
        kept = phases == phases[last[series]]
        skipped = np.bincount(series[~kept], minlength=n_series).astype(np.int64)
        series, value, order = series[kept], value[kept], order[kept]
        exposure = None if exposure is None else exposure[kept]
        first = np.searchsorted(series, np.arange(n_series))
    column = np.arange(len(series)) - first[series]
    shape = (n_series, int(column.max(initial=-1)) + 1)
    matrix = np.full(shape, np.nan)
    matrix[series, column] = value
    denominators = None
    if exposure is not None:
        denominators = np.full(shape, np.nan)
        denominators[series, column] = exposure
    shown = np.zeros(shape, dtype=names.dtype) if names.dtype.kind != "O" else np.full(shape, None, dtype=object)
    if len(order):
        shown[series, column] = names[order]
    where = np.zeros(shape, dtype=np.int64)
    where[series, column] = order
    return Reading(
        _counted(matrix, denominators, record, where),
        shown,
        keys,
        skipped,
        1.0,
        not record.has_limits,
        _unsuitable(record, axis),
    )


def _unsuitable(record: ChartRecord, axis: Axis) -> NoProposal:
    if axis is Axis.CATEGORY:
        return NoProposal.NO_ORDER
    return NoProposal.NONE if record.has_runs else NoProposal.DEPENDENT_POINTS


_ZERO_DENOMINATOR = (
    "nævneren er ikke over 0. Udelad punktet, hvis ingen var i risiko",
    "the denominator is not above 0. Leave the point out if nobody was at risk",
)


def _counted(value: Floats, denominator: Floats | None, record: ChartRecord, row: Ints) -> Points:
    """Points from values or counts, checked as `analyse` checks them. `row` is where each stands, from 0."""
    if denominator is None:
        if record.needs_denominator:
            raise InputError("no_denominator", record.words_of_missing_denominator)
        _refuse(_negative(value, record), row, "negative_count", "tallet er negativt", "the figure is negative")
        return Points(value, None)
    _refuse(denominator <= 0, row, "zero_denominator", *_ZERO_DENOMINATOR)
    _refuse(_negative(value, record), row, "negative_count", "tælleren er negativ", "the numerator is negative")
    is_proportion = record.kind is ValueKind.PROPORTION
    if is_proportion:
        _refuse(
            value > denominator,
            row,
            "numerator_above_denominator",
            "tælleren er større end nævneren",
            "the numerator is greater than the denominator",
        )
    is_weighted = record.kind in (ValueKind.PROPORTION, ValueKind.RATE)
    ratio = value / np.where(denominator > 0, denominator, np.nan)
    return Points(ratio, denominator if is_weighted else None, is_proportion)


def _negative(value: Floats, record: ChartRecord) -> Bools:
    return (value < 0) & record.is_not_negative


def _numbers(values: Any, name: str) -> Floats:
    try:
        numbers = pd.Series(values).to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        column = pd.Series(values)
        wrong = np.flatnonzero(pd.to_numeric(column, errors="coerce").isna().to_numpy() & column.notna().to_numpy())
        raise InputError(
            "not_a_number",
            Words(f"{name} indeholder ikke et tal", f"{name} does not hold a number"),
            row=int(wrong[0]) + 1 if len(wrong) else None,
        ) from None
    _refuse(np.isinf(numbers), np.arange(len(numbers)), "infinite", f"{name} er uendelig", f"{name} is infinite")
    return numbers


def _shown(x: object) -> object:
    return str(x)[:10] if isinstance(x, np.datetime64 | pd.Timestamp) else x


def _refuse(is_wrong: Bools, row: np.ndarray, code: str, da: str, en: str) -> None:
    if is_wrong.any():
        raise InputError(code, Words(da, en), row=int(np.broadcast_to(row, is_wrong.shape)[is_wrong].min()) + 1)


def _refuse_missing_x(is_missing: Bools) -> None:
    _refuse(is_missing, np.arange(len(is_missing)), "no_x", "punktet har intet x", "the point has no x")

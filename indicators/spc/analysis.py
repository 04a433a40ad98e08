"""From a frame, an Arrow table or arrays to charts: one chart with its points, or many with their summaries."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from indicators.spc import kernel
from indicators.spc.aggregate import (
    LARGEST,
    Axis,
    Frame,
    Points,
    column_of,
    flat_arrays,
    numbers_of,
    points_of,
    points_of_arrays,
    read_axis,
)
from indicators.spc.charts import chart_of
from indicators.spc.errors import InputError
from indicators.spc.kernel import Options
from indicators.spc.phases import Marks, layout_of, no_marks
from indicators.spc.profiles import Profile, profile_of
from indicators.spc.ragged import Floats, Ints
from indicators.spc.result import (
    Signal,
    SpcResult,
    Summary,
    joined,
    phase_columns,
    phases_frame,
    point_columns,
    signals_of,
    summary_of,
)
from indicators.spc.runs import method_of
from indicators.words import Words

_DEFAULT_DENOMINATOR = "denominator"


def analyse(
    frame: Frame,
    chart: str = "p",
    x: str = "period",
    y: str = "numerator",
    n: str | None = _DEFAULT_DENOMINATOR,
    *,
    sd: str | None = None,
    profile: str | Profile = "anhoej",
    method: str = "anhoej",
    phases: Marks = (),
    freeze: Marks = None,
    exclude: Marks = (),
    open_periods: int = 0,
    target: float | str | None = None,
    centre: float | None = None,
    multiply: float = 1,
    screen_moving_ranges: bool = True,
    aggregate: str = "mean",
    non_negative: bool = False,
    minimum: float | None = None,
    maximum: float | None = None,
) -> SpcResult:
    """Compute one chart.

    Parameters
    ----------
    frame : DataFrame, or mapping of its columns as arrays
        One or more rows per point, in any order. An expected period without data is a row whose value is missing: it
        is drawn as a gap, breaks the moving range on both sides and never becomes zero. A period without a row is not
        known to be expected: `on_calendar` adds the rows.
    chart : str
        A code in `CHARTS`.
    x, y, n : str
        Columns: the order, the value or numerator, the denominator. x may hold dates, numbers or text (text that is
        no ISO date is a category: it has no order, so runs are not judged). n=None: no denominator; the default
        column may be absent where the chart can do without.
    sd : str
        For xbar and s charts whose rows are subgroups already: the column of their standard deviations. y is then the
        mean and n the number of measurements behind it. Other charts do not read it.
    profile : str
        A code in `PROFILES`: the set of conventions.
    method : str
        How runs are bounded: anhoej, bestbox, cutbox (the boxes hold for 10-100 useful observations, else anhoej).
    phases : position, date or sequence of them
        The first 1-based position or first date of every phase after the first.
    freeze : position, date or sequence of them
        The last position or date of the baseline. It holds inside the phase it stands in.
    exclude : position, date or sequence of them
        Points that are drawn but left out of centre, spread and runs; taken out before moving ranges are formed.
    open_periods : int
        How many of the latest points are still being filled in: drawn, but outside lines, runs and signals.
    target : float or str
        Laid along the points as it is: never multiplied. A text names a column that holds a target per row, for
        targets that change over time.
    centre : float
        A centre line that is given instead of computed, before multiplication.
    multiply : float
        Factor on values, centre and limits, applied last: 100 for percent.
    screen_moving_ranges : bool
        Drop moving ranges not below 3.267 times their mean, once.
    aggregate : str
        How rows with the same x are taken together without a denominator: mean, median, sum, sd. Count charts always
        sum. With a denominator, numerators and denominators are summed.
    non_negative : bool
        Cut lower limits at 0 where no value is negative.
    minimum, maximum : float
        What the value can be, before multiplication: limits are cut there, unless a value of the series lies beyond.

    Returns
    -------
    SpcResult

    Raises
    ------
    InputError
        A ValueError that names the row: text or infinity for a number, a denominator not above 0, a numerator above its
        denominator in a proportion, a negative count; or the argument: an unknown column, chart, profile or method.

    Examples
    --------
    >>> frame = pd.DataFrame({"period": range(1, 5), "numerator": [1, 2, 14, 3], "denominator": [10, 10, 10, 10]})
    >>> analyse(frame, chart="p")
    Traceback (most recent call last):
    ...
    indicators.spc.errors.InputError: Row 3 (x = 3): the numerator numerator is greater than the denominator denominator
    """
    options = _options(
        chart, profile, method, centre, minimum, maximum, screen=screen_moving_ranges, non_negative=non_negative
    )
    multiply = _factor(multiply)
    frame = _as_frame(frame, (x, y, n, sd, target))
    read = points_of(frame, options.record, x=x, y=y, n=_denominator(frame, n), by=(), aggregate=aggregate, sd=sd)
    layout = layout_of(read.points, phases=phases, freeze=freeze, exclude=exclude, open_periods=open_periods)
    computed = kernel.compute(read.points, layout, options)
    phases_held = phase_columns(summary_of(read.points, layout, computed, options), options, multiply)
    return SpcResult(
        chart=options.record,
        profile=options.profile,
        method=options.method.code,
        multiply=multiply,
        screen_moving_ranges=screen_moving_ranges,
        has_denominator=read.points.has_denominator,
        point_columns=point_columns(
            read.points,
            layout,
            computed,
            phases_held["reason"],
            options,
            _targets(frame, read.points, x, target),
            multiply,
        ),
        phase_columns=phases_held,
        signals=signals_of(layout, computed, options),
        n_rows_without_x=read.n_rows_without_x,
    )


def analyse_each(
    frame: Frame,
    by: str,
    chart: str = "p",
    x: str = "period",
    y: str = "numerator",
    n: str | None = _DEFAULT_DENOMINATOR,
    *,
    sd: str | None = None,
    profile: str | Profile = "anhoej",
    exclude: Marks = (),
    multiply: float = 1,
    minimum: float | None = None,
    maximum: float | None = None,
) -> list[SpcResult]:
    """The charts of several series, computed together: what `analyse` gives for each, in the order of `by`.

    The arguments mean what they mean in `analyse` and hold for every series; positions count within each series. Many
    series cost little more than one, because the arithmetic runs over all of them at once.

    Raises
    ------
    InputError
        As `analyse`, with the row's place in the whole frame.

    Examples
    --------
    >>> frame = {"unit": [0, 0, 0, 1, 1], "period": [1, 2, 3, 1, 2], "days": [4.0, 6.0, 3.5, 7.0, 7.5]}
    >>> [result.points["y"].tolist() for result in analyse_each(frame, by="unit", chart="run", y="days", n=None)]
    [[4.0, 6.0, 3.5], [7.0, 7.5]]
    """
    options = _options(chart, profile, "anhoej", None, minimum, maximum, screen=True, non_negative=False)
    multiply = _factor(multiply)
    read = points_of(frame, options.record, x=x, y=y, n=_denominator(frame, n), by=(by,), aggregate="mean", sd=sd)
    layout = layout_of(read.points, exclude=exclude)
    computed = kernel.compute(read.points, layout, options)
    held = phase_columns(summary_of(read.points, layout, computed, options), options, multiply)
    nothing = np.full(len(read.points.y), np.nan)
    flat = point_columns(read.points, layout, computed, held["reason"], options, nothing, multiply)
    signals: list[list[Signal]] = [[] for _ in range(read.points.n_series)]
    first = read.points.first.tolist()
    for signal in signals_of(layout, computed, options):
        series = int(read.points.series[signal.rows[0]])
        rows = tuple(row - first[series] for row in signal.rows)
        signals[series].append(replace(signal, rows=rows))
    return [
        SpcResult(
            chart=options.record,
            profile=options.profile,
            method=options.method.code,
            multiply=multiply,
            screen_moving_ranges=True,
            has_denominator=read.points.has_denominator,
            point_columns={name: column[start:stop] for name, column in flat.items()},
            phase_columns={name: column[series : series + 1] for name, column in held.items()},
            signals=tuple(signals[series]),
            n_rows_without_x=0,
        )
        for series, (start, stop) in enumerate(itertools.pairwise([*first, len(read.points.y)]))
    ]


def analyse_many(
    frame: Any,
    by: Sequence[str],
    chart: str = "p",
    x: str = "period",
    y: str = "numerator",
    n: str | None = _DEFAULT_DENOMINATOR,
    *,
    sd: str | None = None,
    profile: str | Profile = "anhoej",
    method: str = "anhoej",
    phases: Marks = (),
    freeze: Marks = None,
    exclude: Marks = (),
    open_periods: int = 0,
    centre: float | None = None,
    multiply: float = 1,
    screen_moving_ranges: bool = True,
    aggregate: str = "mean",
    non_negative: bool = False,
    minimum: float | None = None,
    maximum: float | None = None,
    engine: str = "numpy",
) -> pd.DataFrame:
    """Compute the charts of many series at once: one row per series and phase.

    The arguments mean what they mean in `analyse` and hold for every series; positions count within each series. The
    figures are those of `analyse`, because `analyse` is this with one series. `frame` may be an Arrow table. `engine`
    is a code in `ENGINES`: numba, where `tavle[fast]` is installed, gives the same digits faster.

    Returns
    -------
    DataFrame
        The `by` columns, then the columns of `SpcResult.phases`; `first_row` and `last_row` count within the series.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "unit": ["A"] * 4 + ["B"] * 3, "period": [1, 2, 3, 4, 1, 2, 3],
    ...     "numerator": [1, 2, 1, 4, 5, 6, 7], "denominator": [10] * 7,
    ... })
    >>> analyse_many(frame, by=["unit"], chart="p")[["unit", "n_points", "centre"]].to_dict("list")
    {'unit': ['A', 'B'], 'n_points': [4, 3], 'centre': [0.2, 0.6]}
    """
    columns = _columns(by)
    multiply = _factor(multiply)
    options = _options(
        chart, profile, method, centre, minimum, maximum, screen=screen_moving_ranges, non_negative=non_negative
    )
    frame = _as_frame(frame, (*columns, x, y, n, sd))
    read = points_of(frame, options.record, x=x, y=y, n=_denominator(frame, n), by=columns, aggregate=aggregate, sd=sd)
    summary = summarise(
        read.points,
        options,
        phases=phases,
        freeze=freeze,
        exclude=exclude,
        open_periods=open_periods,
        engine=engine,
    )
    place = summary.owner if len(summary.owner) > len(read.keys) else None
    keys = {name: column.array if place is None else column.array.take(place) for name, column in read.keys.items()}
    return phases_frame(summary, options, multiply, keys)


def analyse_arrays(
    y: Floats,
    n: Floats | None,
    offsets: Ints,
    chart: str = "p",
    *,
    profile: str | Profile = "anhoej",
    method: str = "anhoej",
    centre: float | None = None,
    multiply: float = 1,
    screen_moving_ranges: bool = True,
    non_negative: bool = False,
    minimum: float | None = None,
    maximum: float | None = None,
    engine: str = "numpy",
) -> pd.DataFrame:
    """`analyse_many` for series that already lie flat in arrays, one subgroup a row: a nation at once.

    Parameters
    ----------
    y, n : ndarray of float, shape (n_points,)
        Values or numerators, and denominators where the chart takes them; NaN for a period without data.
    offsets : ndarray of int, shape (n_series + 1,)
        Where each series begins and the last ends.
    engine : str
        A code in `ENGINES`: numpy, or numba where `tavle[fast]` is installed. The figures are the same to the last
        digit.

    Examples
    --------
    >>> summary = analyse_arrays(np.array([1, 2, 1, 4, 5, 6, 7.0]), np.full(7, 10.0), np.array([0, 4, 7]))
    >>> summary[["series", "n_points", "centre"]].to_dict("list")
    {'series': [0, 1], 'n_points': [4, 3], 'centre': [0.2, 0.6]}
    """
    options = _options(
        chart, profile, method, centre, minimum, maximum, screen=screen_moving_ranges, non_negative=non_negative
    )
    multiply = _factor(multiply)
    summary = summarise_arrays(y, n, offsets, options, engine=engine)
    return phases_frame(summary, options, multiply, {"series": summary.owner})


def _options(
    chart: str,
    profile: str | Profile,
    method: str,
    centre: float | None,
    minimum: float | None,
    maximum: float | None,
    *,
    screen: bool,
    non_negative: bool,
) -> Options:
    return Options(
        record=chart_of(chart),
        profile=profile_of(profile),
        method=method_of(method),
        centre=_number("centre", centre),
        screen_moving_ranges=screen,
        non_negative=non_negative,
        minimum=_number("minimum", minimum),
        maximum=_number("maximum", maximum),
    )


ENGINES = ("numpy", "numba")
"""What computes a batch. numba (`tavle[fast]`) compiles the same arithmetic; it is never used unless asked for."""

CHUNK_POINTS = 1 << 20
"""Points of arrays that are looked at together, so that a nation needs no more memory than a region."""


def summarise_arrays(y: Floats, n: Floats | None, offsets: Ints, options: Options, *, engine: str = "numpy") -> Summary:
    """`analyse_arrays` without the frame: flat arrays in, one number per series out."""
    y, n, offsets = flat_arrays(y, n, offsets, options.record)
    compiled = _compiled(engine, options)
    edges = np.unique(np.searchsorted(offsets[:-1], np.arange(0, len(y), CHUNK_POINTS)))
    parts = []
    for start, stop in zip(edges.tolist(), [*edges[1:].tolist(), len(offsets) - 1], strict=True):
        if start == stop:  # the last series is longer than a chunk
            continue
        first, last = offsets[start], offsets[stop]
        part_y, part_n, part = y[first:last], None if n is None else n[first:last], offsets[start : stop + 1] - first
        found = None if compiled is None else compiled.summarise(part_y, part_n, part, options)
        if found is None:  # or something is refused, and the checks say what and where
            found = summarise(points_of_arrays(part_y, part_n, part, options.record, n_before=int(first)), options)
        parts.append(replace(found, owner=found.owner + start))
    return joined(parts)


def _compiled(engine: str, options: Options) -> Any:
    """The compiled kernel where it was asked for and covers the chart; InputError for an engine there is not."""
    if engine not in ENGINES:
        known = ", ".join(ENGINES)
        raise InputError(
            "unknown_engine",
            Words(
                f"Motoren »{engine}« findes ikke. Vælg en af: {known}.",
                f"There is no engine {engine!r}. Choose one of: {known}.",
            ),
        )
    if engine == "numpy":
        return None
    try:
        from indicators.spc import compiled
    except ImportError:
        raise InputError(
            "engine_not_installed",
            Words(
                "Motoren numba er ikke installeret. Installer tavle[fast], eller vælg numpy.",
                "The engine numba is not installed. Install tavle[fast], or choose numpy.",
            ),
        ) from None
    return compiled if compiled.can(options) else None


def summarise(
    points: Points,
    options: Options,
    *,
    phases: Marks = (),
    freeze: Marks = None,
    exclude: Marks = (),
    open_periods: int = 0,
    engine: str = "numpy",
) -> Summary:
    """Block by block, so that the work for a million series needs no more memory than for a thousand."""
    compiled = _compiled(engine, options)
    if compiled is not None and no_marks(phases, freeze, exclude) and not open_periods:
        exposure = points.denominator if points.has_denominator else None
        offsets = np.append(points.first, len(points.y))
        found = compiled.summarise(
            points.y if exposure is None else points.numerator,
            exposure,
            offsets,
            options,
            points.axis is not Axis.CATEGORY,
        )
        assert found is not None  # every row was checked when it was read
        return found
    parts = []
    for start, stop in kernel.blocks(points):
        block = points.block(start, stop)
        layout = layout_of(block, phases=phases, freeze=freeze, exclude=exclude, open_periods=open_periods)
        part = summary_of(block, layout, kernel.compute(block, layout, options), options)
        parts.append(replace(part, owner=part.owner + start))
    return joined(parts)


def _number(argument: str, value: Any) -> float | None:
    """A figure that an argument holds; None stays None. InputError where it is no number of use."""
    if value is None:
        return None
    try:
        number = np.nan if isinstance(value, str | bool | np.bool_) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = np.nan
    if not abs(number) <= LARGEST:
        raise InputError(
            f"{argument}_out_of_range",
            Words(f"{argument} = {value} er ikke en mulig værdi.", f"{argument} = {value} is not a possible value."),
        )
    return number


def _factor(multiply: Any) -> float:
    factor = _number("multiply", multiply)
    if factor is None or not factor > 0:
        raise InputError(
            "multiply_out_of_range",
            Words(
                f"multiply = {multiply} skal være et tal over 0: 100 for procent.",
                f"multiply = {multiply} must be a number above 0: 100 for percent.",
            ),
        )
    return multiply if isinstance(multiply, int) else factor


def _columns(by: Sequence[str] | str) -> list[str]:
    """The columns that keep series apart, each once."""
    try:
        return [by] if isinstance(by, str) else list(dict.fromkeys(by))
    except TypeError:
        raise InputError(
            "no_columns",
            Words(f"by = {by!r} er ikke navne på kolonner.", f"by = {by!r} does not name columns."),
        ) from None


def _targets(frame: Frame, points: Points, x: str, target: float | str | None) -> Floats:
    """The target of every point: one for all, or the first that a column holds on the point's x."""
    if not isinstance(target, str):
        number = None if isinstance(target, float) and np.isnan(target) else _number("target", target)
        return np.full(len(points.y), np.nan if number is None else number)
    axis_values, _, _ = read_axis(column_of(frame, x))
    held = numbers_of(column_of(frame, target), target, axis_values)
    found: dict[object, float] = {}
    for place, value in zip(axis_values.tolist(), held.tolist(), strict=True):
        if not np.isnan(value):
            found.setdefault(place, value)
    return np.array([found.get(place, np.nan) for place in points.x.tolist()], dtype=np.float64)


def _denominator(frame: Frame, n: str | None) -> str | None:
    """The default column may be absent; one that was named may not."""
    return None if n == _DEFAULT_DENOMINATOR and n not in frame else n


def _as_frame(frame: Any, columns: Sequence[Any]) -> Frame:
    """A DataFrame or a mapping of arrays as it is; of an Arrow table the columns that are needed."""
    if isinstance(frame, pd.DataFrame | Mapping):
        return frame
    if not (hasattr(frame, "column_names") and hasattr(frame, "select")):
        raise InputError(
            "not_a_frame",
            Words(
                f"Data er ikke en tabel, men {type(frame).__name__}. Giv en DataFrame, en Arrow-tabel eller kolonner "
                "som arrays.",
                f"The data are not a table but {type(frame).__name__}. Give a DataFrame, an Arrow table or columns as "
                "arrays.",
            ),
        )
    held = dict.fromkeys(frame.column_names, ())
    for name in columns:
        if isinstance(name, str) and name != _DEFAULT_DENOMINATOR:
            column_of(held, name)  # which names the columns of the whole table where there is none
    return frame.select([name for name in held if name in columns]).to_pandas()

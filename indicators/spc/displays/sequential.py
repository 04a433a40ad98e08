"""What the sequential monitors share: reading, standardising, the recursions over many series, what a signal says.

A monitor adds up small deviations, so it sees a small lasting shift sooner than a control chart with 3 sigma limits. It
is no replacement for one: a single wild point is a control chart's business.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

from indicators import spc
from indicators.spc.constants import MINIMUM_USEFUL
from indicators.spc.errors import InputError
from indicators.spc.phases import Marks
from indicators.spc.ragged import Bools, Floats, Ints
from indicators.spc.reasons import WORDS, Reason
from indicators.words import Words

ROUNDING = 1e-10
"""A statistic this near to zero or to its limit (in standard deviations) counts as on it, as 0.1 + 0.2 is 0.3."""

SIDES = ("both", "up", "down")

CARRIED = {
    "": Words("", ""),
    "missing": Words("ingen data: summen står stille", "no data: the sum stands still"),
    "excluded": Words("udeladt: summen står stille", "left out: the sum stands still"),
}
"""Why a point did not move the statistic; the codes of the column `carried`."""


@dataclass(frozen=True, slots=True)
class ShiftSignal:
    """A monitor crossed its limit.

    Attributes
    ----------
    row, x
        Where it crossed: row of `points` counted from 0, and its x.
    is_above : bool
        Whether the level seems to have risen.
    start_row, start_x
        The estimated first point of the shift: the first one after the statistic last stood at zero (CUSUM) or on the
        other side of the centre (EWMA). A guide to where to look, not a date with a known error.
    n_observations : int
        Observations from the start to the signal, both counted; missing and excluded points are not.
    size, level : float
        The estimated shift and the estimated new level, in the unit the monitor says. Both are taken from the points
        that made it signal and so come out too large on average.
    phase : int
        From 1.
    """

    row: int
    x: object
    is_above: bool
    start_row: int
    start_x: object
    n_observations: int
    size: float
    level: float
    phase: int


def refuse_argument(is_wrong: bool, code: str, da: str, en: str) -> None:
    """InputError about an argument where `is_wrong`."""
    if is_wrong:
        raise InputError(code, Words(da, en))


def check_side(side: str) -> None:
    refuse_argument(
        side not in SIDES,
        "unknown_side",
        f"side »{side}« findes ikke. Vælg en af: {', '.join(SIDES)}.",
        f"There is no side {side!r}. Choose one of: {', '.join(SIDES)}.",
    )


def check_positive(name: str, value: float) -> None:
    refuse_argument(
        not (np.isfinite(value) and value > 0),
        "not_above_zero",
        f"{name} er {value}: et tal over 0 er nødvendigt.",
        f"{name} is {value}: a number above 0 is needed.",
    )


def check_probability(name: str, value: float) -> None:
    refuse_argument(
        not 0 < value < 1,
        "not_a_probability",
        f"{name} er {value}: et tal mellem 0 og 1 er nødvendigt.",
        f"{name} is {value}: a number between 0 and 1 is needed.",
    )


# --- series of periods: standardised by the centre and spread of a control chart -------------------------------------


def _spread_of_i(points: pd.DataFrame) -> Floats:
    return (points["upper"] - points["centre"]).to_numpy() / 3


def _spread_of_p(points: pd.DataFrame) -> Floats:
    return np.sqrt(points["centre"] * (1 - points["centre"]) / points["n"]).to_numpy()


def _spread_of_u(points: pd.DataFrame) -> Floats:
    return np.sqrt(points["centre"] / points["n"]).to_numpy()


def _spread_of_c(points: pd.DataFrame) -> Floats:
    return np.sqrt(points["centre"]).to_numpy()


SPREADS: dict[str, Callable[[pd.DataFrame], Floats]] = {
    "i": _spread_of_i,
    "p": _spread_of_p,
    "u": _spread_of_u,
    "c": _spread_of_c,
}
"""The charts whose centre and spread a monitor can take over, and the standard deviation of a point in each."""


@dataclass(frozen=True)
class Standardised:
    """A series ready for a monitor.

    `points` has x, y, n, phase, in_baseline, included, centre, sd, z, carried, reason; `reasons` one Reason per phase;
    `n_baseline` the values that fed centre and spread, per phase. `is_claimed`, per point: a signal may be claimed.
    """

    points: pd.DataFrame
    reasons: tuple[Reason, ...]
    n_baseline: tuple[int, ...]
    is_claimed: Bools


def standardise(
    frame: pd.DataFrame,
    chart: str,
    x: str,
    y: str,
    n: str | None,
    *,
    centre: float | None,
    sd: float | None,
    phases: Marks,
    freeze: Marks,
    exclude: Marks,
    screen_moving_ranges: bool,
    aggregate: str,
) -> Standardised:
    """Read a frame and express each point in standard deviations from its centre: z = (y - centre) / sd.

    Centre and spread are those of the chart (`i`: mean and moving ranges of the baseline; `p`, `u`, `c`: the mean
    proportion, rate or count and the binomial or Poisson spread at each point's denominator), unless they are given.

    Raises
    ------
    InputError
        What `spc.analyse` refuses; a chart that is not in `SPREADS`; text without order for x; sd not above 0.
    """
    if chart not in SPREADS:
        raise _unknown_chart(chart)
    if sd is not None:
        check_positive("sd", sd)
    result = spc.analyse(
        frame,
        chart,
        x,
        y,
        n,
        phases=phases,
        freeze=freeze,
        exclude=exclude,
        centre=centre,
        screen_moving_ranges=screen_moving_ranges,
        aggregate=aggregate,
    )
    points = result.points
    if points["x"].dtype.kind not in "iufM":
        raise InputError(
            "no_order",
            Words(
                f"Kolonnen »{x}« er tekst uden rækkefølge. En løbende sum kræver datoer eller tal.",
                f"Column {x!r} is text without an order. A running sum needs dates or numbers.",
            ),
        )
    spread = SPREADS[chart](points) if sd is None else np.full(len(points), float(sd))
    spread = np.where(spread > 0, spread, np.nan)
    value = points["y"].to_numpy()
    included = points["included"].to_numpy()
    phase = points["phase"].to_numpy()
    carried = np.where(np.isnan(value), "missing", np.where(included, "", "excluded"))
    feeds = points["in_baseline"].to_numpy() & (carried == "")
    n_baseline = np.bincount(phase[feeds], minlength=int(phase.max()) + 1)[1:]
    reasons = tuple(
        _reason(
            Reason(code), given=(centre is not None and sd is not None), has_spread=has_spread, n_values=int(n_values)
        )
        for code, has_spread, n_values in zip(
            result.phases["reason_code"],
            [bool(np.isfinite(spread[phase == number]).any()) for number in result.phases["phase"]],
            n_baseline,
            strict=True,
        )
    )
    of_phase = np.array(
        [say_reason(reason, int(m)) for reason, m in zip(reasons, n_baseline, strict=True)], dtype=object
    )
    return Standardised(
        points=pd.DataFrame(
            {
                "x": points["x"],
                "y": value,
                "n": points["n"],
                "phase": phase,
                "in_baseline": points["in_baseline"],
                "included": included,
                "centre": points["centre"],
                "sd": spread,
                "z": np.where(carried == "", (value - points["centre"].to_numpy()) / spread, np.nan),
                "carried": carried,
                "reason": np.where(
                    carried == "",
                    of_phase[phase - 1],
                    np.where(carried == "missing", WORDS[Reason.NO_DATA].en, WORDS[Reason.EXCLUDED].en),
                ),
            }
        ),
        reasons=reasons,
        n_baseline=tuple(int(m) for m in n_baseline),
        is_claimed=np.array([reason is Reason.NONE for reason in reasons])[phase - 1],
    )


def _unknown_chart(chart: str) -> InputError:
    known = ", ".join(SPREADS)
    return InputError(
        "unknown_chart",
        Words(
            f"En sekventiel overvågning kan ikke bygge på diagramtypen »{chart}«. Vælg en af: {known}.",
            f"A sequential monitor cannot stand on chart {chart!r}. Choose one of: {known}.",
        ),
    )


def _reason(found: Reason, *, given: bool, has_spread: bool, n_values: int) -> Reason:
    if not has_spread:
        return found if found in (Reason.NO_DATA, Reason.NO_VARIATION, Reason.NO_NEIGHBOURS) else Reason.NO_VARIATION
    if found is Reason.NO_DATA:
        return found
    return Reason.NONE if given or n_values >= MINIMUM_USEFUL else Reason.TOO_FEW


def say_reason(reason: Reason, n_values: int, language: str = "en") -> str:
    """Why a phase claims nothing, in words; "" where nothing hinders."""
    return WORDS[reason].say(language, n=n_values, needed=MINIMUM_USEFUL)


# --- the recursions, over many series at once ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OneSide:
    """One side of a CUSUM. Arrays have shape (n_series, n_points).

    `value` is the sum, at least 0. `count` is the number of observations since it last stood at zero, `since` the
    column of the first of them, `base` what the sum started from there (0, or the head start). `is_signal`: moved, and
    above the limit.
    """

    value: Floats
    count: Ints
    since: Ints
    base: Floats
    is_signal: Bools


def cusum_sides(
    increments: Floats,
    limits: tuple[float, ...],
    *,
    starts: Bools | None = None,
    head_start: float = 0.0,
    restart: bool = False,
) -> tuple[OneSide, ...]:
    """Upper sums max(0, sum + increment) of several sides, over many series at once.

    Parameters
    ----------
    increments : ndarray, shape (n_sides, n_series, n_points)
        What each observation adds; NaN moves nothing (missing, excluded, or beyond the end of a shorter series).
    limits : tuple of float
        One limit per side. A sum above it is a signal.
    starts : ndarray of bool, shape (n_series, n_points)
        Points at which the sums begin anew (the first of a phase). The first column always begins anew.
    head_start : float
        The share of the limit at which a sum begins, in [0, 1).
    restart : bool
        After a signal on any side all sides of that series begin anew at the next point.

    Returns
    -------
    tuple of OneSide
        In the order of `limits`.

    Examples
    --------
    >>> up, = cusum_sides(np.array([[[1.0, -3.0, 2.0, np.nan, 2.5]]]), (4.0,))
    >>> up.value.tolist(), up.count.tolist(), up.is_signal.tolist()
    ([[1.0, 0.0, 2.0, 2.0, 4.5]], [[1, 0, 1, 1, 2]], [[False, False, False, False, True]])
    """
    n_sides, n_series, n_points = increments.shape
    limit = np.asarray(limits, dtype=np.float64)[:, None]
    head = np.broadcast_to(head_start * limit, (n_sides, n_series))
    shape = (n_points, n_sides, n_series)  # time first: each step then reads and writes one block of memory
    value, base = np.empty(shape), np.empty(shape)
    count, since = np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.int64)
    steps = np.ascontiguousarray(np.moveaxis(increments, 2, 0))
    known = ~np.isnan(steps)
    steps = np.where(known, steps, 0.0)
    begins = np.zeros((n_points, n_series), dtype=bool) if starts is None else starts.T.copy()
    begins[:1] = True
    now, from_ = head.copy(), head.copy()
    runs, first = np.zeros((n_sides, n_series), dtype=np.int64), np.zeros((n_sides, n_series), dtype=np.int64)
    signalled = np.zeros(n_series, dtype=bool)
    for t in range(n_points):
        anew = begins[t] | signalled
        if anew.any():
            now, from_ = np.where(anew, head, now), np.where(anew, head, from_)
            runs = np.where(anew, 0, runs)
        moved = now + steps[t]
        moved[moved < ROUNDING] = 0.0
        first = np.where(known[t] & (runs == 0), t, first)
        now = np.where(known[t], moved, now)
        is_zero = known[t] & (now == 0)
        runs = np.where(is_zero, 0, runs + known[t])
        from_ = np.where(is_zero, 0.0, from_)
        value[t], count[t], since[t], base[t] = now, runs, first, from_
        if restart:
            signalled = ((now > limit + ROUNDING) & known[t]).any(axis=0)
    is_signal = (value > limit + ROUNDING) & known
    return tuple(
        OneSide(
            value=_series_first(value[:, side]),
            count=_series_first(count[:, side]),
            since=_series_first(since[:, side]),
            base=_series_first(base[:, side]),
            is_signal=_series_first(is_signal[:, side]),
        )
        for side in range(n_sides)
    )


_Array = TypeVar("_Array", bound=np.ndarray)


def _series_first(values: _Array) -> _Array:
    return np.ascontiguousarray(values.T)  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Weighted:
    """An EWMA, shape (n_series, n_points): the average, its variance, and the column of the first observation since it
    last stood on the other side of the centre (or on it), with the number of observations from there."""

    value: Floats
    variance: Floats
    since: Ints
    count: Ints
    is_above: Bools
    is_below: Bools


def ewma_paths(
    deviation: Floats,
    sd: Floats,
    weight: float,
    width: float,
    *,
    starts: Bools | None = None,
    restart: bool = False,
    asymptotic: bool = False,
) -> Weighted:
    """Exponentially weighted moving averages of deviations from the centre, over many series at once.

    Parameters
    ----------
    deviation : ndarray, shape (n_series, n_points)
        y - centre; NaN moves nothing.
    sd : ndarray, shape (n_series, n_points)
        Standard deviation of each observation.
    weight, width : float
        The weight of the newest observation, and the width of the limits in standard deviations of the average.
    starts, restart
        As in `cusum_sides`.
    asymptotic : bool
        Use the variance the average has in the long run instead of the one it has by now.

    Notes
    -----
    e_t = w d_t + (1 - w) e_(t-1); Var e_t = w^2 sd_t^2 + (1 - w)^2 Var e_(t-1), from 0. With one sd this is
    sd^2 w / (2 - w) (1 - (1 - w)^(2t)).

    Examples
    --------
    >>> path = ewma_paths(np.array([[1.0, np.nan, 1.0]]), np.ones((1, 3)), 0.5, 3)
    >>> path.value.tolist(), path.variance.tolist()
    ([[0.5, 0.5, 0.75]], [[0.25, 0.25, 0.3125]])
    """
    n_series, n_points = deviation.shape
    shape = (n_points, n_series)
    value, variance = np.empty(shape), np.empty(shape)
    since, count = np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.int64)
    is_above, is_below = np.empty(shape, dtype=bool), np.empty(shape, dtype=bool)
    steps, spread = np.ascontiguousarray(deviation.T), np.ascontiguousarray(sd.T)
    known = ~np.isnan(steps)
    begins = np.zeros(shape, dtype=bool) if starts is None else starts.T.copy()
    begins[:1] = True
    now, square = np.zeros(n_series), np.zeros(n_series)
    runs, first = np.zeros(n_series, dtype=np.int64), np.zeros(n_series, dtype=np.int64)
    signalled = np.zeros(n_series, dtype=bool)
    for t in range(n_points):
        anew = begins[t] | signalled
        if anew.any():
            now, square, runs = np.where(anew, 0.0, now), np.where(anew, 0.0, square), np.where(anew, 0, runs)
        own = np.where(known[t], spread[t], 0.0) ** 2
        moved = weight * np.where(known[t], steps[t], 0.0) + (1 - weight) * now
        is_other_side = (runs == 0) | (moved * now <= 0)
        first = np.where(known[t] & is_other_side, t, first)
        runs = np.where(known[t], np.where(is_other_side, 1, runs + 1), runs)
        now = np.where(known[t], moved, now)
        grown = own * weight / (2 - weight) if asymptotic else weight**2 * own + (1 - weight) ** 2 * square
        square = np.where(known[t], grown, square)
        value[t], variance[t], since[t], count[t] = now, square, first, runs
        far = width * np.sqrt(square) + ROUNDING * np.where(np.isnan(spread[t]), 0.0, spread[t])
        is_above[t], is_below[t] = (now > far) & known[t], (now < -far) & known[t]
        if restart:
            signalled = is_above[t] | is_below[t]
    return Weighted(
        value=_series_first(value),
        variance=_series_first(variance),
        since=_series_first(since),
        count=_series_first(count),
        is_above=_series_first(is_above),
        is_below=_series_first(is_below),
    )


def first_columns(is_signal: Bools, known: Bools, since: Ints) -> Ints:
    """Columns of the signals of one series: the first above the limit in each excursion, that is in each `since`.

    A sum that dips below its limit and comes back without having been at zero is one signal. A point that moved nothing
    makes none.

    Examples
    --------
    >>> on = np.array([False, True, False, True, False, True])
    >>> first_columns(on, np.ones(6, bool), np.array([0, 0, 0, 0, 4, 4])).tolist()
    [1, 5]
    """
    columns = np.flatnonzero(is_signal & known)
    _, first = np.unique(since[columns], return_index=True)
    return np.asarray(columns[first], dtype=np.int64)


# --- many series in one frame ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ManyStandardised:
    """Many series ready for a monitor, one row per series in the order of `keys`.

    `z`, `deviation` (y - centre) and `sd` have shape (n_series, longest): NaN where a point moves nothing and beyond
    the end of a shorter series; `x` holds what stands at each place. The others have shape (n_series,).
    """

    keys: pd.DataFrame
    x: np.ndarray
    z: Floats
    deviation: Floats
    sd: Floats
    centre: Floats
    n_values: Ints
    n_baseline: Ints
    has_spread: Bools
    is_claimed: Bools
    reasons: list[str]

    def x_at(self, column: Ints, where: Bools) -> pd.Series:
        """The x at one column per series, missing where not `where`."""
        found = pd.Series(self.x[np.arange(len(column)), np.where(where, column, 0)])
        if found.dtype.kind in "iu":
            found = found.astype("Int64")
        return found.where(pd.Series(where))


def or_missing(values: Bools, where: Bools) -> pd.arrays.BooleanArray:
    """Booleans that are missing where not `where`."""
    return pd.arrays.BooleanArray(np.asarray(values, dtype=bool), mask=~np.asarray(where, dtype=bool))


def standardise_many(
    frame: pd.DataFrame,
    by: list[str],
    chart: str,
    x: str,
    y: str,
    n: str | None,
    *,
    centre: float | None,
    sd: float | None,
    freeze: Marks,
    screen_moving_ranges: bool,
) -> ManyStandardised:
    """`standardise` for many series, one phase each and one row per x.

    Raises
    ------
    InputError
        As `standardise`; also two rows of one series with the same x, and more than one freeze.
    """
    if chart not in SPREADS:
        raise _unknown_chart(chart)
    if sd is not None:
        check_positive("sd", sd)
    refuse_argument(
        not (freeze is None or isinstance(freeze, int | str | date | np.integer | np.datetime64)),
        "several_freezes",
        "freeze: for mange serier på én gang kan der kun gives én position eller dato.",
        "freeze: for many series at once give one position or date.",
    )
    summary = spc.analyse_many(
        frame, by, chart, x, y, n, freeze=freeze, centre=centre, screen_moving_ranges=screen_moving_ranges
    )
    if n not in frame.columns or not spc.CHARTS[chart].takes_denominator:
        n = None
    kept = np.flatnonzero(frame[x].notna().to_numpy())
    rows = frame.iloc[kept].assign(**{"row ": kept}).sort_values([*by, x], kind="stable")
    doubled = np.flatnonzero(rows.duplicated([*by, x]).to_numpy())
    if len(doubled):
        raise InputError(
            "duplicate_x",
            Words(
                f"to rækker af samme serie har samme {x}. Læg dem sammen først.",
                f"two rows of one series have the same {x}. Take them together first.",
            ),
            row=int(rows["row "].iloc[doubled].min()) + 1,
        )
    series = rows.groupby(by, sort=True, dropna=False, observed=True).ngroup().to_numpy().astype(np.int64)
    first = np.flatnonzero(np.diff(series, prepend=-1))
    position = np.arange(len(series)) - first[series]
    value = rows[y].to_numpy(dtype=np.float64, na_value=np.nan)
    exposure = np.full(len(value), np.nan)
    if n is not None:
        exposure = rows[n].to_numpy(dtype=np.float64, na_value=np.nan)
        value = value / exposure
    own = summary.iloc[series]
    points = pd.DataFrame({"centre": own["centre"], "upper": own["upper"]}).assign(n=exposure)
    spread = SPREADS[chart](points) if sd is None else np.full(len(value), float(sd))
    spread = np.where(spread > 0, spread, np.nan)
    deviation = value - own["centre"].to_numpy()
    n_series = len(summary)
    shape = (n_series, int(position.max()) + 1)
    at = np.zeros(shape, dtype=rows[x].to_numpy().dtype)
    at[series, position] = rows[x].to_numpy()

    def matrix(values: Floats) -> Floats:
        filled = np.full(shape, np.nan)
        filled[series, position] = values
        return filled

    is_known = ~np.isnan(value)
    feeds = is_known & _before(freeze, rows[x], position)
    n_baseline = np.bincount(series[feeds], minlength=n_series)
    has_spread = np.bincount(series[np.isfinite(spread)], minlength=n_series) > 0
    reasons = [
        _reason(Reason(code), given=centre is not None and sd is not None, has_spread=bool(has), n_values=int(m))
        for code, has, m in zip(summary["reason_code"], has_spread, n_baseline, strict=True)
    ]
    return ManyStandardised(
        keys=summary[by].reset_index(drop=True),
        x=at,
        z=matrix(deviation / spread),
        deviation=matrix(np.where(np.isnan(spread), np.nan, deviation)),
        sd=matrix(spread),
        centre=summary["centre"].to_numpy(dtype=np.float64),
        n_values=np.bincount(series[is_known], minlength=n_series),
        n_baseline=n_baseline,
        has_spread=has_spread,
        is_claimed=np.array([reason is Reason.NONE for reason in reasons]),
        reasons=[say_reason(reason, int(m)) for reason, m in zip(reasons, n_baseline, strict=True)],
    )


def _before(freeze: Marks, x: pd.Series, position: Ints) -> Bools:
    if freeze is None:
        return np.ones(len(x), dtype=bool)
    if isinstance(freeze, int | np.integer):
        return np.asarray(position < freeze)
    return np.asarray(pd.to_datetime(x) <= pd.Timestamp(freeze))


# --- single cases ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cases:
    """Rows in the order of x (rows with the same x keep the frame's order). `row` is the frame's row from 0."""

    x: np.ndarray
    row: Ints
    columns: dict[str, Floats]
    n_rows_without_x: int


def read_cases(frame: pd.DataFrame, x: str, names: tuple[str, ...]) -> Cases:
    """Read columns of numbers, one row per case, in the order of x.

    Raises
    ------
    InputError
        An unknown column, text or infinity for a number (with the row), or no row with an x.
    """
    for name in (x, *names):
        if name not in frame.columns:
            known = ", ".join(map(str, frame.columns))
            raise InputError(
                "unknown_column",
                Words(
                    f"Kolonnen »{name}« findes ikke. Der er: {known}.",
                    f"There is no column {name!r}. There are: {known}.",
                ),
            )
    order = _order(frame[x])
    if not len(order):
        raise InputError("no_rows", Words(f"Ingen rækker har et {x}.", f"No row has a {x}."))
    return Cases(
        x=frame[x].to_numpy()[order],
        row=order,
        columns={name: _numbers(frame[name], name)[order] for name in names},
        n_rows_without_x=len(frame) - len(order),
    )


def _order(column: pd.Series) -> Ints:
    present = np.flatnonzero(column.notna().to_numpy())
    known = column.iloc[present]
    if known.dtype.kind not in "iufMb":
        try:
            known = pd.to_datetime(known.astype(str), format="ISO8601")
        except (ValueError, TypeError):
            raise InputError(
                "no_order",
                Words(
                    f"Kolonnen »{column.name}« er tekst uden rækkefølge. En løbende sum kræver datoer eller tal.",
                    f"Column {str(column.name)!r} is text without an order. A running sum needs dates or numbers.",
                ),
            ) from None
    return np.asarray(present[np.argsort(known.to_numpy(), kind="stable")], dtype=np.int64)


def _numbers(column: pd.Series, name: str) -> Floats:
    numeric = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = np.flatnonzero(np.isnan(numeric) & column.notna().to_numpy())
    if len(wrong):
        raise InputError(
            "not_a_number",
            Words(f"kolonnen »{name}« indeholder ikke et tal", f"column {name!r} does not hold a number"),
            row=int(wrong[0]) + 1,
        )
    refuse_rows(np.isinf(numeric), None, "infinite", f"{name} er uendelig", f"{name} is infinite")
    return numeric


def refuse_rows(is_wrong: Bools, cases: Cases | None, code: str, da: str, en: str) -> None:
    """InputError about the first row where `is_wrong`, which is in the order of `cases` (None: of the frame)."""
    wrong = np.flatnonzero(is_wrong)
    if len(wrong):
        rows = wrong if cases is None else cases.row[wrong]
        raise InputError(code, Words(da, en), row=int(rows.min()) + 1)


def plain(value: object) -> object:
    """An x for a signal: a Timestamp or a plain number."""
    if isinstance(value, np.datetime64):
        return pd.Timestamp(value)
    return value.item() if isinstance(value, np.generic) else value


# --- false alarms of the default designs -----------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _false_alarms() -> dict[tuple[str, str, int], tuple[list[int], list[float]]]:
    found: dict[tuple[str, str, int], tuple[list[int], list[float]]] = {}
    path = Path(__file__).parents[1] / "tables" / "monitor_false_alarms.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            baseline = int(row["n_baseline"]) if row["baseline"] == "frozen" else 0
            sizes, shares = found.setdefault((row["monitor"], row["baseline"], baseline), ([], []))
            sizes.append(int(row["n_points"]))
            shares.append(float(row["probability"]))
    return found


def false_alarm_probability(
    monitor: str, n_points: int, *, n_baseline: int | None = None, is_known: bool = False
) -> float:
    """Chance that a stable series makes a CUSUM or an EWMA of the default design claim a signal.

    Parameters
    ----------
    monitor : str
        cusum or ewma.
    n_points : int
        Points with a value that are judged, the baseline among them.
    n_baseline : int
        Points of a frozen baseline; not given: all points feed centre and spread.
    is_known : bool
        Centre and spread are given, not estimated.

    Returns
    -------
    float
        Read between the simulated numbers of points, up to 120. A baseline between two simulated ones (12, 20, 30, 50,
        100) counts as the shorter, so the figure is rather too high than too low; below 12 points it is too low.

    Raises
    ------
    InputError
        Another monitor, or fewer than one point.

    Notes
    -----
    Simulated by `tables/make_monitor_false_alarms.py` with independent normal values. Autocorrelation raises
    the chance.

    Examples
    --------
    >>> false_alarm_probability("cusum", 36, is_known=True), false_alarm_probability("cusum", 36, n_baseline=20)
    (0.0657, 0.162)
    """
    refuse_argument(
        monitor not in ("cusum", "ewma"),
        "unknown_monitor",
        f"Der er ingen tabel for »{monitor}«. Vælg cusum eller ewma.",
        f"There is no table for {monitor!r}. Choose cusum or ewma.",
    )
    refuse_argument(
        n_points < 1, "too_few_points", "Der skal være mindst ét punkt.", "There must be at least one point."
    )
    table = _false_alarms()
    if is_known:
        sizes, shares = table[monitor, "known", 0]
        return float(np.interp(n_points, [0, *sizes], [0.0, *shares]))
    all_sizes, all_shares = table[monitor, "all", 0]
    if n_baseline is None or n_baseline >= n_points:
        return float(np.interp(n_points, [0, *all_sizes], [0.0, *all_shares]))
    baselines = sorted(size for name, kind, size in table if (name, kind) == (monitor, "frozen"))
    used = max((size for size in baselines if size <= n_baseline), default=baselines[0])
    sizes, shares = table[monitor, "frozen", used]
    at_the_end = float(np.interp(used, [0, *all_sizes], [0.0, *all_shares]))
    return float(np.interp(n_points, [used, *sizes], [at_the_end, *shares]))

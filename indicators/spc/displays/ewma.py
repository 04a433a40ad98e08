"""EWMA: an exponentially weighted moving average with limits, for small lasting shifts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
import scipy

from indicators import spc
from indicators.spc.displays import sequential
from indicators.spc.displays.record import Display
from indicators.spc.displays.sequential import ShiftSignal
from indicators.spc.phases import Marks
from indicators.spc.ragged import Floats
from indicators.spc.reasons import Reason
from indicators.words import Words

LIMITS = ("exact", "asymptotic")


@dataclass(frozen=True)
class EwmaResult:
    """An EWMA, computed.

    Attributes
    ----------
    points : DataFrame
        One row per point in the order of x: x, y, n, phase, in_baseline, included, centre, sd, ewma, ewma_sd (its
        standard deviation), lower, upper, signal_up, signal_down, is_signal, carried ("", "missing" or "excluded": the
        average stood still), reason. Everything in the unit of y.
    signals : tuple of ShiftSignal
        One per stay on one side of the centre, oldest first. The start is the first observation since the average last
        crossed its centre; `level` is the mean of y from there to the signal, `size` its distance to the centre.
    weight, width, limits, restart
        The design: weight of the newest observation, width of the limits, exact or asymptotic.
    arl0 : float
        The average number of observations to a false signal where centre and sd are known for certain, the values are
        normal and independent. With an estimated baseline some charts alarm much sooner and others hardly ever; what a
        baseline of n points does within a series says `sequential.false_alarm_probability`.
    reasons : tuple of Reason
        Per phase, why nothing is claimed (Reason.NONE where something may be).
    """

    points: pd.DataFrame
    signals: tuple[ShiftSignal, ...]
    chart: str
    weight: float
    width: float
    limits: str
    restart: bool
    arl0: float
    reasons: tuple[Reason, ...]
    n_baseline: tuple[int, ...]

    def reason(self, language: str = "en", phase: int | None = None) -> str:
        """Why the phase (default: the current one) claims nothing; "" where it may."""
        place = len(self.reasons) - 1 if phase is None else phase - 1
        return sequential.say_reason(self.reasons[place], self.n_baseline[place], language)


def ewma(
    frame: pd.DataFrame,
    chart: str = "i",
    x: str = "period",
    y: str = "numerator",
    n: str | None = "denominator",
    *,
    weight: float = 0.2,
    width: float = 2.86,
    centre: float | None = None,
    sd: float | None = None,
    limits: str = "exact",
    restart: bool = False,
    phases: Marks = (),
    freeze: Marks = None,
    exclude: Marks = (),
    screen_moving_ranges: bool = True,
    aggregate: str = "mean",
) -> EwmaResult:
    """Exponentially weighted moving average of a series: where is the level now, and has it left the centre?

    For: small lasting shifts, and a smoothed level that can be read off in the unit of y; little troubled by values
    that are not normal when the weight is small. Not for: single wild points (use a control chart), autocorrelated or
    seasonal series, a short or unstable baseline. After a long stay on one side it reacts late to a shift to the other.

    False alarms: with weight 0.2 and width 2.86, one per 366 observations on average (`arl0` of the result) where
    centre and sd are known. Frozen after 20 points, 18 % of stable series of 36 points signal, against 10 % with known
    figures (`sequential.false_alarm_probability`).

    Parameters
    ----------
    frame, x, y, n, phases, freeze, exclude, screen_moving_ranges, aggregate
        As in `spc.analyse`. freeze is the end of the baseline; without it the whole phase feeds centre and spread, and
        a shift inside it partly hides itself. The average begins anew, at the centre, with each phase.
    chart : str
        What y is, and so its centre and spread: `i` any value, `p` a proportion, `u` a rate, `c` a count.
    weight : float
        The weight of the newest observation, above 0 and at most 1 (1 is a control chart of single values).
    width : float
        Width of the limits in standard deviations of the average. `ewma_design` finds weight and width.
    centre, sd : float
        The level to stay at and the standard deviation of a point, where known; else from the baseline.
    limits : str
        exact: as narrow as the average is certain by now (narrow at the start); asymptotic: as wide as in the long run.
    restart : bool
        Begin anew at the centre at the point after a signal.

    Returns
    -------
    EwmaResult

    Raises
    ------
    InputError
        What `spc.analyse` refuses; a weight outside (0, 1]; width or sd not above 0; unknown limits; text without order
        for x.

    Notes
    -----
    e_t = w y_t + (1 - w) e_(t-1), e_0 = centre. Limits: centre +/- width sd sqrt(w / (2 - w) (1 - (1 - w)^(2t))); where
    denominators differ, the variance w^2 sd_t^2 + (1 - w)^2 Var e_(t-1) is carried along. Limits stay in the range of a
    proportion, rate or count. A missing or excluded point leaves average and limits as they are and says so in
    `carried`. A phase with fewer than 10 baseline values claims nothing, unless centre and sd are given. The start of
    the shift is Nishina's estimate.

    References
    ----------
    Roberts, Technometrics 1959; Lucas & Saccucci, Technometrics 1990; Montgomery, Introduction to Statistical Quality
    Control, chapter 9; Nishina, A comparison of control charts from the viewpoint of change-point estimation, Quality
    and Reliability Engineering International 1992.

    Examples
    --------
    >>> frame = pd.DataFrame({"week": range(1, 7), "value": [10, 9.2, 10.4, 12.1, 12.3, 11.9]})
    >>> result = ewma(frame, x="week", y="value", centre=10, sd=1)
    >>> result.points.ewma.round(2).tolist(), result.points.upper.round(2).tolist()
    ([10.0, 9.84, 9.95, 10.38, 10.77, 10.99], [10.57, 10.73, 10.82, 10.87, 10.9, 10.92])
    >>> [(signal.x, signal.start_x, round(signal.level, 2)) for signal in result.signals]
    [(6, 4, 12.1)]
    """
    check_design(weight, width, limits)
    series = sequential.standardise(
        frame,
        chart,
        x,
        y,
        n,
        centre=centre,
        sd=sd,
        phases=phases,
        freeze=freeze,
        exclude=exclude,
        screen_moving_ranges=screen_moving_ranges,
        aggregate=aggregate,
    )
    points = series.points
    spread = points["sd"].to_numpy()
    middle = points["centre"].to_numpy()
    starts = np.diff(points["phase"].to_numpy(), prepend=0) > 0
    moves = ~np.isnan(points["z"].to_numpy())
    deviation = np.where(moves, points["y"].to_numpy() - middle, np.nan)
    path = sequential.ewma_paths(
        deviation[None, :],
        spread[None, :],
        weight,
        width,
        starts=starts[None, :],
        restart=restart,
        asymptotic=limits == "asymptotic",
    )
    begun = _has_begun(moves, points["phase"].to_numpy())
    error = np.where(begun, np.sqrt(path.variance[0]), np.nan)
    lowest, highest = _range(chart)
    signal_up, signal_down = path.is_above[0] & begun, path.is_below[0] & begun
    table = points.drop(columns=["z", "carried", "reason"]).assign(
        ewma=np.where(begun, middle + path.value[0], np.nan),
        ewma_sd=error,
        lower=np.clip(middle - width * error, lowest, highest),
        upper=np.clip(middle + width * error, lowest, highest),
        signal_up=signal_up,
        signal_down=signal_down,
        is_signal=signal_up | signal_down,
        carried=points["carried"],
        reason=points["reason"],
    )
    found = [
        _signal(table, path, deviation, int(row), is_above)
        for is_on, is_above in ((signal_up, True), (signal_down, False))
        for row in sequential.first_columns(is_on, moves & series.is_claimed, path.since[0])
    ]
    return EwmaResult(
        points=table,
        signals=tuple(sorted(found, key=lambda signal: signal.row)),
        chart=chart,
        weight=weight,
        width=width,
        limits=limits,
        restart=restart,
        arl0=ewma_arl(weight, width, limits=limits),
        reasons=series.reasons,
        n_baseline=series.n_baseline,
    )


def _has_begun(moves: np.ndarray, phase: np.ndarray) -> np.ndarray:
    """From the first observation of each phase on: before it there is no average to draw."""
    return np.asarray(pd.Series(moves).groupby(phase).cummax().to_numpy(), dtype=bool)


def _range(chart: str) -> tuple[float, float]:
    kind = spc.CHARTS[chart].kind
    if kind is spc.ValueKind.PROPORTION:
        return 0.0, 1.0
    return (0.0 if kind in (spc.ValueKind.RATE, spc.ValueKind.COUNT) else -np.inf), np.inf


def _signal(
    points: pd.DataFrame, path: sequential.Weighted, deviation: Floats, row: int, is_above: bool
) -> ShiftSignal:
    start = int(path.since[0, row])
    size = float(np.nanmean(deviation[start : row + 1]))
    return ShiftSignal(
        row=row,
        x=sequential.plain(points["x"].iloc[row]),
        is_above=is_above,
        start_row=start,
        start_x=sequential.plain(points["x"].iloc[start]),
        n_observations=int(path.count[0, row]),
        size=size,
        level=float(points["centre"].iloc[row]) + size,
        phase=int(points["phase"].iloc[row]),
    )


def check_design(weight: float, width: float, limits: str) -> None:
    """InputError where the design makes no sense."""
    sequential.refuse_argument(
        not 0 < weight <= 1,
        "weight_out_of_range",
        f"weight er {weight}: et tal over 0 og højst 1 er nødvendigt.",
        f"weight is {weight}: a number above 0 and at most 1 is needed.",
    )
    sequential.check_positive("width", width)
    sequential.refuse_argument(
        limits not in LIMITS,
        "unknown_limits",
        f"limits »{limits}« findes ikke. Vælg en af: {', '.join(LIMITS)}.",
        f"There are no limits {limits!r}. Choose one of: {', '.join(LIMITS)}.",
    )


def ewma_many(
    frame: pd.DataFrame,
    by: Sequence[str],
    chart: str = "i",
    x: str = "period",
    y: str = "numerator",
    n: str | None = "denominator",
    *,
    weight: float = 0.2,
    width: float = 2.86,
    centre: float | None = None,
    sd: float | None = None,
    limits: str = "exact",
    freeze: Marks = None,
    screen_moving_ranges: bool = True,
) -> pd.DataFrame:
    """The EWMA of many series at once: one row per series, with its first signal.

    The arguments mean what they mean in `ewma`; one phase per series and one row per x. The figures are those of
    `ewma`.

    Returns
    -------
    DataFrame
        The `by` columns, then n_values, n_baseline, centre, ewma (where it stands now), is_signal, signal_x, is_above,
        start_x (of the first signal; missing without one), reason.

    Examples
    --------
    >>> frame = pd.DataFrame({"unit": ["A"] * 4 + ["B"] * 3, "week": [1, 2, 3, 4, 1, 2, 3],
    ...     "value": [10, 13, 13, 13, 10, 9, 11]})
    >>> found = ewma_many(frame, by=["unit"], x="week", y="value", centre=10, sd=1)
    >>> found.loc[found.is_signal, ["unit", "signal_x", "start_x"]].values.tolist()
    [['A', 3, 2]]
    """
    check_design(weight, width, limits)
    columns = [by] if isinstance(by, str) else list(by)
    many = sequential.standardise_many(
        frame, columns, chart, x, y, n, centre=centre, sd=sd, freeze=freeze, screen_moving_ranges=screen_moving_ranges
    )
    path = sequential.ewma_paths(many.deviation, many.sd, weight, width, asymptotic=limits == "asymptotic")
    known = ~np.isnan(many.deviation)
    on = (path.is_above | path.is_below) & known & many.is_claimed[:, None]
    has = np.asarray(on.any(axis=1))
    row = np.where(has, on.argmax(axis=1), 0)
    each = np.arange(len(row))
    return many.keys.assign(
        n_values=many.n_values,
        n_baseline=many.n_baseline,
        centre=many.centre,
        ewma=np.where(known.any(axis=1), many.centre + path.value[:, -1], np.nan),
        is_signal=has,
        signal_x=many.x_at(row, has),
        is_above=sequential.or_missing(path.is_above[each, row], has),
        start_x=many.x_at(path.since[each, row], has),
        reason=many.reasons,
    )


# --- average run lengths ----------------------------------------------------------------------------------------------


def _nodes(weight: float, half_width: float) -> int:
    # The new value spreads the average by `weight` standard deviations: three nodes for each of them.
    return min(max(40, int(np.ceil(6 * half_width / weight))), 600)


@lru_cache(maxsize=512)
def _asymptotic(weight: float, width: float, shift: float) -> tuple[float, Floats, Floats]:
    """Run length from the centre with asymptotic limits, and from each node of (-limit, limit)."""
    limit = width * np.sqrt(weight / (2 - weight))
    roots, weights = np.polynomial.legendre.leggauss(_nodes(weight, limit))
    grid, mass = roots * limit, weights * limit

    def kernel(at: Floats) -> Floats:
        return np.asarray(
            scipy.stats.norm.pdf((grid[None, :] - (1 - weight) * at[:, None]) / weight - shift) / weight * mass
        )

    length = np.linalg.solve(np.eye(len(grid)) - kernel(grid), np.ones(len(grid)))
    return float(1 + (kernel(np.zeros(1)) @ length)[0]), grid, np.asarray(length, dtype=np.float64)


@lru_cache(maxsize=512)
def _exact(weight: float, width: float, shift: float) -> float:
    """Run length with limits that widen from the start: the average's density is carried along until they stand."""
    full = width * np.sqrt(weight / (2 - weight))
    roots, weights = np.polynomial.legendre.leggauss(_nodes(weight, full))
    total, alive_at, density = 0.0, np.zeros(1), np.ones(1)
    t = 0
    while True:
        t += 1
        total += float(density.sum())  # the run is at least t long
        share = 1 - (1 - weight) ** (2 * t)
        limit = full * np.sqrt(share)
        if 1 - share < 1e-12 or density.sum() < 1e-14:
            break
        grid = roots * limit
        step = scipy.stats.norm.pdf((grid[None, :] - (1 - weight) * alive_at[:, None]) / weight - shift) / weight
        density = (density @ step) * (weights * limit)
        alive_at = grid
    _, grid, length = _asymptotic(weight, width, shift)
    mass = np.polynomial.legendre.leggauss(len(grid))[1] * full
    step = scipy.stats.norm.pdf((grid[None, :] - (1 - weight) * alive_at[:, None]) / weight - shift) / weight * mass
    return total + float(density @ (step @ length))


def ewma_arl(weight: float, width: float, shift: float = 0.0, *, limits: str = "exact") -> float:
    """Average run length of a two-sided EWMA of independent normal values with known centre and sd.

    Parameters
    ----------
    weight, width, limits
        As in `ewma`.
    shift : float
        The true shift from the centre in standard deviations, present from the first observation; 0: in control.

    Returns
    -------
    float
        Expected number of observations to the first signal.

    Notes
    -----
    Asymptotic limits +/- c: L(s) = 1 + (1 / w) integral over (-c, c) of L(u) f((u - (1 - w) s) / w - shift) du, by
    Gauss-Legendre quadrature (Crowder 1987). Exact limits: the density of the average inside the limits is carried from
    step to step on Gauss-Legendre nodes until the limits stand (to 1e-12), then the equation above takes over.

    References
    ----------
    Crowder, Technometrics 1987; Lucas & Saccucci, Technometrics 1990; Steiner, Journal of Quality Technology 1999;
    Knoth, Sequential Analysis 2003.

    Examples
    --------
    >>> round(ewma_arl(0.1, 2.814, limits="asymptotic")), round(ewma_arl(0.1, 2.814, 1, limits="asymptotic"), 1)
    (500, 10.3)
    """
    check_design(weight, width, limits)
    if weight == 1:
        return float(1 / (scipy.stats.norm.sf(width - shift) + scipy.stats.norm.cdf(-width - shift)))
    if limits == "asymptotic":
        return _asymptotic(float(weight), float(width), abs(float(shift)))[0]
    return _exact(float(weight), float(width), abs(float(shift)))


@dataclass(frozen=True, slots=True)
class EwmaDesign:
    """Weight and width, and the average run lengths in control and at the shift."""

    weight: float
    width: float
    arl0: float
    arl1: float


def ewma_width(arl0: float, weight: float, *, limits: str = "exact") -> float:
    """The width of the limits that gives `arl0` at this weight.

    Examples
    --------
    >>> round(ewma_width(500, 0.1, limits="asymptotic"), 3)
    2.814
    """
    sequential.refuse_argument(
        not (np.isfinite(arl0) and arl0 > 2),
        "arl0_too_short",
        f"arl0 er {arl0}: et tal over 2 er nødvendigt.",
        f"arl0 is {arl0}: a number above 2 is needed.",
    )

    def missed(width: float) -> float:
        return float(np.log(ewma_arl(weight, width, limits=limits) / arl0))

    widest = 1.0
    while missed(widest) < 0:
        widest *= 1.5
    return float(scipy.optimize.brentq(missed, 0.05, widest, xtol=1e-8))


def ewma_design(arl0: float, shift: float, *, weight: float | None = None, limits: str = "asymptotic") -> EwmaDesign:
    """The EWMA that finds a given shift soonest at a given average distance between false alarms.

    Parameters
    ----------
    arl0 : float
        Average number of observations to a false alarm; above 2.
    shift : float
        The shift to find, in standard deviations.
    weight : float
        Keep this weight and find the width only.
    limits : str
        The limits the run lengths are computed for. Asymptotic is the default here: with limits that begin narrow a
        shift that is present from the very first point favours weights that are poor later on.

    Returns
    -------
    EwmaDesign

    References
    ----------
    Crowder, Design of exponentially weighted moving average schemes, Journal of Quality Technology 1989; Lucas &
    Saccucci, Technometrics 1990.

    Examples
    --------
    >>> design = ewma_design(500, 1)
    >>> round(design.weight, 2), round(design.width, 2), round(design.arl1, 1)
    (0.13, 2.88, 10.2)
    """
    sequential.check_positive("shift", shift)

    def at(share: float) -> EwmaDesign:
        width = ewma_width(arl0, share, limits=limits)
        return EwmaDesign(
            share, width, ewma_arl(share, width, limits=limits), ewma_arl(share, width, shift, limits=limits)
        )

    if weight is not None:
        check_design(weight, 1.0, limits)
        return at(weight)
    best = scipy.optimize.minimize_scalar(
        lambda share: at(float(share)).arl1, bounds=(0.02, 1.0), method="bounded", options={"xatol": 1e-3}
    )
    return at(float(best.x))


__all__ = ["DISPLAY", "EwmaDesign", "EwmaResult", "ewma", "ewma_arl", "ewma_design", "ewma_many", "ewma_width"]

DISPLAY = Display(
    code="ewma",
    name=Words("EWMA", "EWMA"),
    use=Words(
        "Små, vedvarende skift, vist som et udglattet niveau i indikatorens egen enhed.",
        "Small lasting shifts, shown as a smoothed level in the indicator's own unit.",
    ),
    needs=Words(
        "En serie i rækkefølge, helst med 20 stabile punkter som basis, eller et kendt niveau og en kendt spredning.",
        "A series in order, best with 20 stable points as baseline, or a known level and standard deviation.",
    ),
    reference="Lucas & Saccucci, Technometrics 1990; Montgomery, Statistical Quality Control, chapter 9",
    compute=ewma,
    order=220,
)

"""Tabular CUSUM: two running sums that see a small lasting shift of the level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
import scipy

from indicators.spc.displays import sequential
from indicators.spc.displays.record import Display
from indicators.spc.displays.sequential import ShiftSignal
from indicators.spc.phases import Marks
from indicators.spc.ragged import Bools, Floats
from indicators.spc.reasons import Reason
from indicators.words import Words


@dataclass(frozen=True)
class CusumResult:
    """A tabular CUSUM, computed.

    Attributes
    ----------
    points : DataFrame
        One row per point in the order of x: x, y, n, phase, in_baseline, included, centre, sd, z, cusum_up (at least
        0), cusum_down (at most 0, drawn downwards; the textbook's C- with its sign turned), n_up, n_down (observations
        since the sum last stood at zero), lower, upper (the limits, -h and h), signal_up, signal_down, is_signal,
        carried ("", "missing" or "excluded": the sums stood still), reason. Sums and limits are in standard deviations.
    signals : tuple of ShiftSignal
        One per excursion from zero, oldest first. `size` and `level` are in the unit of y.
    k, h, head_start, side, restart
        The design: reference value and limit in standard deviations, head start as a share of h.
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
    k: float
    h: float
    head_start: float
    side: str
    restart: bool
    arl0: float
    reasons: tuple[Reason, ...]
    n_baseline: tuple[int, ...]

    def reason(self, language: str = "en", phase: int | None = None) -> str:
        """Why the phase (default: the current one) claims nothing; "" where it may."""
        place = len(self.reasons) - 1 if phase is None else phase - 1
        return sequential.say_reason(self.reasons[place], self.n_baseline[place], language)


def cusum(
    frame: pd.DataFrame,
    chart: str = "i",
    x: str = "period",
    y: str = "numerator",
    n: str | None = "denominator",
    *,
    k: float = 0.5,
    h: float = 5.0,
    centre: float | None = None,
    sd: float | None = None,
    side: str = "both",
    head_start: float = 0.0,
    restart: bool = False,
    phases: Marks = (),
    freeze: Marks = None,
    exclude: Marks = (),
    screen_moving_ranges: bool = True,
    aggregate: str = "mean",
) -> CusumResult:
    """Tabular CUSUM of a series: has the level moved a little, and stayed there?

    For: small lasting shifts (0.5-2 standard deviations) from a known or well-measured level, and when they began. Not
    for: single wild points (use a control chart), improvement stories told to people who have never seen one (use a run
    chart), autocorrelated or seasonal series, or a baseline that is short or itself unstable.

    False alarms: with k = 0.5 and h = 5, both sides, one per 465 observations on average (`arl0` of the result) where
    centre and sd are known. Frozen after 20 points, 16 % of stable series of 36 points signal, against 7 % with known
    figures (`sequential.false_alarm_probability`).

    Parameters
    ----------
    frame, x, y, n, phases, freeze, exclude, screen_moving_ranges, aggregate
        As in `spc.analyse`. freeze is the end of the baseline; without it the whole phase feeds centre and spread, and
        a shift inside it partly hides itself. The sums begin anew with each phase.
    chart : str
        What y is, and so its centre and spread: `i` any value, `p` a proportion, `u` a rate, `c` a count.
    k : float
        Reference value in standard deviations: half the shift that should be found.
    h : float
        Limit in standard deviations. `cusum_design` finds k and h.
    centre, sd : float
        The level to stay at and the standard deviation of a point, where known; else from the baseline.
    side : str
        both, up, or down: which shifts to look for.
    head_start : float
        Share of h the sums begin with (fast initial response; 0.5 is usual). In [0, 1).
    restart : bool
        Begin anew at the point after a signal. Otherwise the sums run on.

    Returns
    -------
    CusumResult

    Raises
    ------
    InputError
        What `spc.analyse` refuses; k below 0; h or sd not above 0; an unknown side; a head start outside [0, 1); text
        without order for x.

    Notes
    -----
    z_t = (y_t - centre) / sd_t; up_t = max(0, up_(t-1) + z_t - k); down_t = max(0, down_(t-1) - z_t - k). A signal is a
    sum above h. Its start is the first observation after the sum last stood at zero; with N observations since then the
    shift is estimated as sd (k + sum / N). A missing or excluded point leaves the sums as they are and says so in
    `carried`. A phase with fewer than 10 baseline values claims nothing, unless centre and sd are given.

    References
    ----------
    Page, Continuous inspection schemes, Biometrika 1954; Montgomery, Introduction to Statistical Quality Control,
    chapter 9; Lucas & Crosier, Technometrics 1982 (head start).

    Examples
    --------
    >>> frame = pd.DataFrame({"week": range(1, 9), "value": [10, 9.2, 10.4, 11.5, 12.1, 11.2, 12.3, 11.9]})
    >>> result = cusum(frame, x="week", y="value", centre=10, sd=1)
    >>> result.points.cusum_up.round(1).tolist()
    [0.0, 0.0, 0.0, 1.0, 2.6, 3.3, 5.1, 6.5]
    >>> [(signal.x, signal.start_x, round(signal.level, 2)) for signal in result.signals]
    [(7, 4, 11.78)]
    """
    check_design(k, h, side, head_start)
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
    starts = np.diff(points["phase"].to_numpy(), prepend=0) > 0
    z = points["z"].to_numpy()
    up, down = _sides(z[None, :], k, h, side, head_start, restart, starts[None, :])
    has_sums = np.isfinite(points["sd"].to_numpy()) | (points["carried"] != "").to_numpy()
    has_sums &= ~np.isin(points["phase"], [i + 1 for i, reason in enumerate(series.reasons) if _is_empty(reason)])

    def shown(side_: sequential.OneSide, sign: int, wanted: bool) -> Floats:
        return np.where(has_sums & wanted, sign * side_.value[0] + 0.0, np.nan)

    wants_up, wants_down = side != "down", side != "up"
    signal_up = up.is_signal[0] & has_sums & wants_up
    signal_down = down.is_signal[0] & has_sums & wants_down
    table = points.drop(columns=["carried", "reason"]).assign(
        cusum_up=shown(up, 1, wants_up),
        cusum_down=shown(down, -1, wants_down),
        n_up=up.count[0],
        n_down=down.count[0],
        lower=np.where(has_sums & wants_down, -h, np.nan),
        upper=np.where(has_sums & wants_up, h, np.nan),
        signal_up=signal_up,
        signal_down=signal_down,
        is_signal=signal_up | signal_down,
        carried=points["carried"],
        reason=points["reason"],
    )
    known = ~np.isnan(z) & series.is_claimed
    found = [
        _signal(table, one, int(row), k, is_above)
        for one, is_on, is_above in ((up, signal_up, True), (down, signal_down, False))
        for row in sequential.first_columns(is_on, known, one.since[0])
    ]
    return CusumResult(
        points=table,
        signals=tuple(sorted(found, key=lambda signal: signal.row)),
        chart=chart,
        k=k,
        h=h,
        head_start=head_start,
        side=side,
        restart=restart,
        arl0=cusum_arl(k, h, side=side, head_start=head_start),
        reasons=series.reasons,
        n_baseline=series.n_baseline,
    )


def _is_empty(reason: Reason) -> bool:
    return reason not in (Reason.NONE, Reason.TOO_FEW)


def check_design(k: float, h: float, side: str, head_start: float) -> None:
    """InputError where the design makes no sense."""
    sequential.check_side(side)
    sequential.check_positive("h", h)
    sequential.refuse_argument(
        not (np.isfinite(k) and k >= 0),
        "k_below_zero",
        f"k er {k}: et tal fra 0 og op er nødvendigt.",
        f"k is {k}: a number from 0 upwards is needed.",
    )
    sequential.refuse_argument(
        not 0 <= head_start < 1,
        "head_start_out_of_range",
        f"head_start er {head_start}: det er en andel af h fra 0 til under 1.",
        f"head_start is {head_start}: it is a share of h, from 0 to below 1.",
    )


def _sides(
    z: Floats, k: float, h: float, side: str, head_start: float, restart: bool, starts: Bools
) -> tuple[sequential.OneSide, sequential.OneSide]:
    # A side that is not looked for gets a limit it never reaches, so that it cannot make the other one begin anew.
    if not restart:
        return sequential.cusum_sides(np.stack([z - k, -z - k]), (h, h), starts=starts, head_start=head_start)  # type: ignore[return-value]
    idle = np.full_like(z, np.nan)
    increments = np.stack([idle if side == "down" else z - k, idle if side == "up" else -z - k])
    return sequential.cusum_sides(increments, (h, h), starts=starts, head_start=head_start, restart=True)  # type: ignore[return-value]


def _signal(points: pd.DataFrame, one: sequential.OneSide, row: int, k: float, is_above: bool) -> ShiftSignal:
    count, start = int(one.count[0, row]), int(one.since[0, row])
    size_sd = k + (one.value[0, row] - one.base[0, row]) / count
    # Where denominators differ, sd does too: the shift is given at the spread of the signalling point.
    size = float(size_sd * points["sd"].iloc[row]) * (1 if is_above else -1)
    return ShiftSignal(
        row=row,
        x=sequential.plain(points["x"].iloc[row]),
        is_above=is_above,
        start_row=start,
        start_x=sequential.plain(points["x"].iloc[start]),
        n_observations=count,
        size=size,
        level=float(points["centre"].iloc[row]) + size,
        phase=int(points["phase"].iloc[row]),
    )


def cusum_many(
    frame: pd.DataFrame,
    by: Sequence[str],
    chart: str = "i",
    x: str = "period",
    y: str = "numerator",
    n: str | None = "denominator",
    *,
    k: float = 0.5,
    h: float = 5.0,
    centre: float | None = None,
    sd: float | None = None,
    side: str = "both",
    head_start: float = 0.0,
    freeze: Marks = None,
    screen_moving_ranges: bool = True,
) -> pd.DataFrame:
    """The CUSUM of many series at once: one row per series, with its first signal.

    The arguments mean what they mean in `cusum`; one phase per series and one row per x. The figures are those of
    `cusum`.

    Returns
    -------
    DataFrame
        The `by` columns, then n_values, n_baseline, centre, cusum_up, cusum_down (where the sums stand now, in standard
        deviations), is_signal, signal_x, is_above, start_x, size, level (of the first signal; missing without one),
        reason.

    Examples
    --------
    >>> frame = pd.DataFrame({"unit": ["A"] * 5 + ["B"] * 4, "week": [1, 2, 3, 4, 5, 1, 2, 3, 4],
    ...     "value": [10, 13, 13, 13, 12, 10, 9, 11, 10]})
    >>> found = cusum_many(frame, by=["unit"], x="week", y="value", centre=10, sd=1)
    >>> found.loc[found.is_signal, ["unit", "signal_x", "start_x"]].values.tolist()
    [['A', 4, 2]]
    """
    check_design(k, h, side, head_start)
    columns = [by] if isinstance(by, str) else list(by)
    many = sequential.standardise_many(
        frame, columns, chart, x, y, n, centre=centre, sd=sd, freeze=freeze, screen_moving_ranges=screen_moving_ranges
    )
    up, down = _sides(many.z, k, h, side, head_start, False, np.zeros(many.z.shape, dtype=bool))
    known = ~np.isnan(many.z) & many.is_claimed[:, None]
    on_up, on_down = up.is_signal & known & (side != "down"), down.is_signal & known & (side != "up")
    on = on_up | on_down
    row = np.where(on.any(axis=1), on.argmax(axis=1), -1)
    each = np.arange(len(row))
    has = row >= 0
    is_above = on_up[each, row]
    start = np.where(is_above, up.since[each, row], down.since[each, row])
    count = np.where(is_above, up.count[each, row], down.count[each, row])
    gained = np.where(is_above, (up.value - up.base)[each, row], (down.value - down.base)[each, row])
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.where(is_above, 1, -1) * (k + gained / count) * many.sd[each, row]
    size = np.where(has, size, np.nan)
    return many.keys.assign(
        n_values=many.n_values,
        n_baseline=many.n_baseline,
        centre=many.centre,
        cusum_up=np.where(many.has_spread & (side != "down"), up.value[:, -1], np.nan),
        cusum_down=np.where(many.has_spread & (side != "up"), -down.value[:, -1] + 0.0, np.nan),
        is_signal=has,
        signal_x=many.x_at(row, has),
        is_above=sequential.or_missing(is_above, has),
        start_x=many.x_at(start, has),
        size=size,
        level=many.centre + size,
        reason=many.reasons,
    )


# --- average run lengths ----------------------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def _one_sided_arl(k: float, h: float, shift: float, start: float) -> float:
    nodes = max(32, int(np.ceil(6 * h)))
    roots, weights = np.polynomial.legendre.leggauss(nodes)
    grid, weight = (roots + 1) * h / 2, weights * h / 2
    # Unknowns: the run length from 0 (an atom: the sum is cut there) and from each node.
    at = np.concatenate([[0.0], grid])
    kernel = np.empty((nodes + 1, nodes + 1))
    kernel[:, 0] = scipy.stats.norm.cdf(k - at - shift)
    kernel[:, 1:] = scipy.stats.norm.pdf(grid[None, :] + k - at[:, None] - shift) * weight
    length = np.linalg.solve(np.eye(nodes + 1) - kernel, np.ones(nodes + 1))
    if start == 0:
        return float(length[0])
    here = np.concatenate(
        [[scipy.stats.norm.cdf(k - start - shift)], scipy.stats.norm.pdf(grid + k - start - shift) * weight]
    )
    return float(1 + here @ length)


def cusum_arl(k: float, h: float, shift: float = 0.0, *, side: str = "both", head_start: float = 0.0) -> float:
    """Average run length of a CUSUM of independent normal values with known centre and sd.

    Parameters
    ----------
    k, h : float
        Reference value and limit, in standard deviations.
    shift : float
        The true shift from the centre in standard deviations, present from the first observation; 0: in control.
    side, head_start
        As in `cusum`.

    Returns
    -------
    float
        Expected number of observations to the first signal.

    Notes
    -----
    One side solves L(s) = 1 + F(k - s - shift) L(0) + integral over (0, h) of L(u) f(u + k - s - shift) du by
    Gauss-Legendre quadrature (Goel & Wu 1971; Vance 1986). Both sides, begun at u and v:
    (up(u) down(0) + down(v) up(0) - up(0) down(0)) / (up(0) + down(0)) (Lucas & Crosier 1982), exact as long as one
    sum stands at zero whenever the other one signals.

    References
    ----------
    Montgomery, Introduction to Statistical Quality Control, table 9.3; Lucas & Crosier, Technometrics 1982, table 1.

    Examples
    --------
    >>> round(cusum_arl(0.5, 5)), round(cusum_arl(0.5, 5, shift=1), 1)
    (465, 10.4)
    """
    check_design(k, h, side, head_start)
    up = [_one_sided_arl(float(k), float(h), float(shift), float(start)) for start in (0.0, head_start * h)]
    if side == "up":
        return up[1]
    down = [_one_sided_arl(float(k), float(h), -float(shift), float(start)) for start in (0.0, head_start * h)]
    if side == "down":
        return down[1]
    # Divided through by up(0) down(0), which may overflow for wide limits.
    return (up[1] / up[0] + down[1] / down[0] - 1) / (1 / up[0] + 1 / down[0])


def siegmund_arl(k: float, h: float, shift: float = 0.0, *, side: str = "both") -> float:
    """Siegmund's approximation to `cusum_arl`, for a back-of-the-envelope check.

    Notes
    -----
    One side: (exp(-2 d b) + 2 d b - 1) / (2 d^2), d = shift - k (down: -shift - k), b = h + 1.166; b^2 where d = 0.
    Both sides: 1 / (1 / up + 1 / down).

    References
    ----------
    Siegmund, Sequential Analysis, 1985; Montgomery, Introduction to Statistical Quality Control, equation 9.6.

    Examples
    --------
    >>> round(siegmund_arl(0.5, 5, side="up"), 1), round(siegmund_arl(0.5, 5), 1)
    (938.2, 469.1)
    """
    check_design(k, h, side, 0.0)

    def one(d: float) -> float:
        b = h + 1.166
        return b**2 if d == 0 else float((np.exp(-2 * d * b) + 2 * d * b - 1) / (2 * d**2))

    up, down = one(shift - k), one(-shift - k)
    return {"up": up, "down": down, "both": 1 / (1 / up + 1 / down)}[side]


@dataclass(frozen=True, slots=True)
class CusumDesign:
    """Reference value and limit (standard deviations), and the average run lengths in control and at the shift."""

    k: float
    h: float
    arl0: float
    arl1: float


def cusum_design(arl0: float, shift: float, *, side: str = "both", head_start: float = 0.0) -> CusumDesign:
    """The CUSUM that finds a given shift soonest at a given average distance between false alarms.

    Parameters
    ----------
    arl0 : float
        Average number of observations to a false alarm; above 1.
    shift : float
        The shift to find, in standard deviations; its size, whatever the side.

    Returns
    -------
    CusumDesign
        k is half the shift (the optimum for a step); h solves cusum_arl(k, h) = arl0.

    Raises
    ------
    InputError
        A shift not above 0, or an arl0 that no limit above 0 can give.

    References
    ----------
    Moustakides, Annals of Statistics 1986 (optimality); Hawkins, Quality Engineering 1993 (tables of h), after
    Montgomery, Introduction to Statistical Quality Control, table 9.4.

    Examples
    --------
    >>> design = cusum_design(370, 1)
    >>> design.k, round(design.h, 2), round(design.arl1, 1)
    (0.5, 4.77, 9.9)
    """
    sequential.check_positive("shift", shift)
    k = shift / 2
    smallest = 1e-6
    sequential.refuse_argument(
        not (np.isfinite(arl0) and arl0 > cusum_arl(k, smallest, side=side, head_start=head_start)),
        "arl0_too_short",
        f"arl0 er {arl0}: med et skift på {shift} findes der ingen grænse, der giver så hyppige falske alarmer.",
        f"arl0 is {arl0}: with a shift of {shift} no limit gives false alarms as frequent as that.",
    )

    def missed(h: float) -> float:
        return float(np.log(cusum_arl(k, h, side=side, head_start=head_start) / arl0))

    widest = 1.0
    while missed(widest) < 0:
        widest *= 2
    h = float(scipy.optimize.brentq(missed, smallest, widest, xtol=1e-10))
    arl1 = cusum_arl(k, h, -shift if side == "down" else shift, side=side, head_start=head_start)
    return CusumDesign(k, h, cusum_arl(k, h, side=side, head_start=head_start), arl1)


__all__ = [
    "DISPLAY",
    "CusumDesign",
    "CusumResult",
    "cusum",
    "cusum_arl",
    "cusum_design",
    "cusum_many",
    "siegmund_arl",
]

DISPLAY = Display(
    code="cusum",
    name=Words("CUSUM", "CUSUM"),
    use=Words(
        "Små, vedvarende skift fra et kendt niveau, og hvornår de begyndte.",
        "Small lasting shifts from a known level, and when they began.",
    ),
    needs=Words(
        "En serie i rækkefølge, helst med 20 stabile punkter som basis, eller et kendt niveau og en kendt spredning.",
        "A series in order, best with 20 stable points as baseline, or a known level and standard deviation.",
    ),
    reference="Montgomery, Introduction to Statistical Quality Control, chapter 9; Page, Biometrika 1954",
    compute=cusum,
    order=210,
)

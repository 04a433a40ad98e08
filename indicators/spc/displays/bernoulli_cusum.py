"""Bernoulli CUSUM: case by case, has the share of cases with the event changed?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
import pandas as pd
import scipy

from indicators.spc.constants import MINIMUM_USEFUL
from indicators.spc.displays import sequential
from indicators.spc.displays.record import Display
from indicators.spc.displays.sequential import ShiftSignal
from indicators.spc.errors import InputError
from indicators.spc.ragged import Floats
from indicators.words import Words

REFERENCE_TOLERANCE = 0.1
"""How far the alternative may move so that the sum lives on a lattice, as a share of the log odds ratio."""


@dataclass(frozen=True, slots=True)
class BernoulliDesign:
    """A Bernoulli CUSUM on a lattice.

    Attributes
    ----------
    p0 : float
        The share with the event in control.
    p1 : float
        The share it is tuned to find: the one asked for, moved a little so that the reference value is a fraction.
    reference : Fraction
        What is taken off per case: the sum moves in steps of 1 / reference.denominator.
    h : float
        A sum at h or above is a signal.
    anos0, anos1 : float
        Average number of observations (cases) to a signal at p0 and at p1, from a sum of 0.
    """

    p0: float
    p1: float
    reference: Fraction
    h: float
    anos0: float
    anos1: float

    @property
    def is_upward(self) -> bool:
        return self.p1 > self.p0

    @property
    def steps(self) -> int:
        """The limit in steps of the lattice."""
        return round(self.h * self.reference.denominator)


@dataclass(frozen=True)
class BernoulliCusumResult:
    """A Bernoulli CUSUM, computed.

    Attributes
    ----------
    points : DataFrame
        One row per case in the order of x: x, y, in_baseline, cusum (at least 0; at most 0 and drawn downwards where a
        fall is looked for), n_since (cases since the sum last stood at zero), lower or upper (the limit on the side
        looked at), is_signal, carried ("" or "missing": the sum stood still).
    signals : tuple of ShiftSignal
        One per excursion from zero. `level` is the share with the event from the estimated start to the signal, `size`
        its distance to p0.
    design : BernoulliDesign
        Reference value, limit, and the average number of cases to a false and a true signal.
    restart : bool
    is_estimated : bool
        p0 came from the baseline, not from the caller: then `design.anos0` holds only if the estimate is right.
    n_baseline : int
        Cases behind an estimated p0.
    n_rows_without_x : int
    """

    points: pd.DataFrame
    signals: tuple[ShiftSignal, ...]
    design: BernoulliDesign
    restart: bool
    is_estimated: bool
    n_baseline: int
    n_rows_without_x: int


def bernoulli_cusum(
    frame: pd.DataFrame,
    x: str = "period",
    y: str = "numerator",
    *,
    p0: float | None = None,
    odds_ratio: float = 2.0,
    p1: float | None = None,
    anos0: float | None = None,
    h: float | None = None,
    head_start: float = 0.0,
    restart: bool = False,
    freeze: int | None = None,
) -> BernoulliCusumResult:
    """Bernoulli CUSUM of single cases, each with or without the event.

    For: a share followed case by case, also rare events, without waiting for a month to end. Not for: cases of very
    different risk (use `risk_adjusted_cusum`), counts per month (use `cusum` with chart="p"), cases whose outcomes hang
    together (outbreaks).

    False alarms: none is free. `anos0` says how many cases lie between two false alarms on average, exactly, as long as
    p0 is known; there is no default, because it depends on how many cases there are a year and how often one wants to
    look for nothing.

    Parameters
    ----------
    frame : DataFrame
        One row per case. Rows with the same x keep their order.
    x, y : str
        Columns: the order (dates or numbers), and the outcome: 1 with the event, 0 without. A missing outcome leaves
        the sum as it is.
    p0 : float
        The share in control. Not given: that of the baseline.
    odds_ratio, p1 : float
        What to look for: odds this many times those of p0 (below 1: a fall), or a share p1, which goes before.
    anos0 : float
        Average number of cases between false alarms; the limit is found from it. Either this or h.
    h : float
        The limit itself.
    head_start : float
        Share of h the sum begins with, in [0, 1).
    restart : bool
        Begin anew at the case after a signal. Otherwise the sum runs on.
    freeze : int
        The last case of the baseline, counted from 1; default: all cases.

    Returns
    -------
    BernoulliCusumResult

    Raises
    ------
    InputError
        An outcome other than 0, 1 or missing (with its row); neither or both of anos0 and h; p0 or p1 outside (0, 1) or
        equal; a baseline without events or with nothing else, or of fewer than 10 cases.

    Notes
    -----
    B_t = max(0, B_(t-1) + y_t - r1 / r2), signal at B_t >= h, with r1 = -log((1 - p1) / (1 - p0)) and r2 =
    log(p1 (1 - p0) / (p0 (1 - p1))); for a fall the same with the sign of the step turned. r1 / r2 is moved to a near
    fraction (1 / m where that is near enough), and p1 with it, so that the sum lives on a lattice and its run length is
    that of a finite Markov chain, solved exactly.

    References
    ----------
    Reynolds & Stoumbos, A CUSUM chart for monitoring a proportion when inspecting continuously, Journal of Quality
    Technology 1999; 31: 87-108.

    Examples
    --------
    >>> outcomes = [0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 1, 0, 1]
    >>> frame = pd.DataFrame({"case": range(1, 14), "died": outcomes})
    >>> result = bernoulli_cusum(frame, x="case", y="died", p0=0.1, odds_ratio=3, anos0=200)
    >>> result.design.reference, round(result.design.h, 2), round(result.design.anos0)
    (Fraction(1, 6), 2.5, 246)
    >>> [(signal.x, signal.start_x) for signal in result.signals]
    [(11, 3)]
    """
    cases = sequential.read_cases(frame, x, (y,))
    outcome = cases.columns[y]
    known = ~np.isnan(outcome)
    sequential.refuse_rows(
        known & (outcome != 0) & (outcome != 1),
        cases,
        "not_an_outcome",
        f"{y} er hverken 0 eller 1: en række er ét forløb, med (1) eller uden (0) hændelsen.",
        f"{y} is neither 0 nor 1: a row is one case, with (1) or without (0) the event.",
    )
    sequential.refuse_argument(
        not 0 <= head_start < 1,
        "head_start_out_of_range",
        f"head_start er {head_start}: det er en andel af h fra 0 til under 1.",
        f"head_start is {head_start}: it is a share of h, from 0 to below 1.",
    )
    sequential.refuse_argument(
        freeze is not None and freeze < 1,
        "position_below_one",
        f"freeze: positionen {freeze} findes ikke. Positioner tælles fra 1.",
        f"freeze: there is no position {freeze}. Positions count from 1.",
    )
    in_baseline = np.arange(len(outcome)) < (len(outcome) if freeze is None else freeze)
    is_estimated = p0 is None
    n_baseline = int((known & in_baseline).sum())
    share = _share(outcome[known & in_baseline], y) if p0 is None else p0
    if p1 is None:
        sequential.check_positive("odds_ratio", odds_ratio)
        sequential.check_probability("p0", share)
        p1 = odds_ratio * share / (1 - share + odds_ratio * share)
    design = bernoulli_design(share, p1, anos0=anos0, h=h)
    sign = 1 if design.is_upward else -1
    # In whole steps of the lattice, so that no rounding decides whether the limit is reached.
    gained = np.where(
        outcome == 1,
        design.reference.denominator - design.reference.numerator,
        -design.reference.numerator,
    )
    steps = np.where(known, sign * gained, np.nan).astype(np.float64)
    begins_at = int(head_start * design.steps)
    # The shared recursion signals above its limit; on whole steps "at h" is "above h - 1/2".
    limit = design.steps - 0.5
    (one,) = sequential.cusum_sides(steps[None, None, :], (limit,), head_start=begins_at / limit, restart=restart)
    in_units = design.reference.denominator
    is_signal = one.is_signal[0]
    points = pd.DataFrame(
        {
            "x": cases.x,
            "y": outcome,
            "in_baseline": in_baseline & is_estimated,
            "cusum": sign * one.value[0] / in_units + 0.0,
            "n_since": one.count[0],
            "lower": np.full(len(steps), np.nan if sign > 0 else -design.h),
            "upper": np.full(len(steps), design.h if sign > 0 else np.nan),
            "is_signal": is_signal,
            "carried": np.where(known, "", "missing"),
        }
    )
    signals = []
    for row in sequential.first_columns(is_signal, known, one.since[0]).tolist():
        start, count = int(one.since[0, row]), int(one.count[0, row])
        level = float(np.nanmean(outcome[start : row + 1]))
        signals.append(
            ShiftSignal(
                row=row,
                x=sequential.plain(cases.x[row]),
                is_above=design.is_upward,
                start_row=start,
                start_x=sequential.plain(cases.x[start]),
                n_observations=count,
                size=level - share,
                level=level,
                phase=1,
            )
        )
    return BernoulliCusumResult(
        points=points,
        signals=tuple(signals),
        design=design,
        restart=restart,
        is_estimated=is_estimated,
        n_baseline=n_baseline if is_estimated else 0,
        n_rows_without_x=cases.n_rows_without_x,
    )


def _share(outcomes: Floats, y: str) -> float:
    if len(outcomes) < MINIMUM_USEFUL:
        raise InputError(
            "too_few",
            Words(
                f"Basis har {len(outcomes)} forløb, og {MINIMUM_USEFUL} er det mindste. Angiv p0, eller vent.",
                f"The baseline has {len(outcomes)} cases and {MINIMUM_USEFUL} are the least. Give p0, or wait.",
            ),
        )
    share = float(outcomes.mean())
    if share in (0.0, 1.0):
        raise InputError(
            "no_variation",
            Words(
                f"Alle forløb i basis har {y} = {share:.0f}, så p0 kan ikke regnes ud. Angiv p0.",
                f"All cases of the baseline have {y} = {share:.0f}, so p0 cannot be estimated. Give p0.",
            ),
        )
    return share


# --- design: an exact Markov chain ------------------------------------------------------------------------------------


def _log_odds(p: float) -> float:
    return float(np.log(p) - np.log1p(-p))


def reference_value(p0: float, p1: float) -> float:
    """r1 / r2: what is taken off per case; between p0 and p1.

    Examples
    --------
    >>> round(reference_value(0.01, 0.02), 5)
    0.01444
    """
    return float((np.log1p(-p0) - np.log1p(-p1)) / (_log_odds(p1) - _log_odds(p0)))


def _on_lattice(p0: float, p1: float) -> tuple[Fraction, float]:
    """The fraction with the smallest numerator that is near enough, and the p1 that belongs to it."""
    wanted = reference_value(p0, p1)
    target = _log_odds(p1) - _log_odds(p0)

    def moved(fraction: Fraction) -> float | None:
        # reference_value grows with p1 from p0 (at p1 = p0): solve it for p1 on the same side of p0.
        goal = float(fraction)
        if (goal - p0) * np.sign(target) <= 0:
            return None

        def missed(log_odds_ratio: float) -> float:
            odds = np.exp(_log_odds(p0) + log_odds_ratio)
            return reference_value(p0, float(odds / (1 + odds))) - goal

        near, far = target * 1e-3, target * 4
        if missed(near) * missed(far) > 0:
            return None
        odds = np.exp(_log_odds(p0) + scipy.optimize.brentq(missed, near, far, xtol=1e-13))
        return float(odds / (1 + odds))

    for numerator in range(1, 1001):
        fraction = Fraction(numerator, max(round(numerator / wanted), numerator + 1))
        found = moved(fraction)
        if found is not None and abs(_log_odds(found) - _log_odds(p0) - target) <= REFERENCE_TOLERANCE * abs(target):
            return fraction, found
    raise InputError(
        "no_lattice",
        Words(
            f"p0 = {p0} og p1 = {p1} ligger for tæt. Vælg et p1 længere fra p0.",
            f"p0 = {p0} and p1 = {p1} are too near to one another. Choose a p1 further from p0.",
        ),
    )


@lru_cache(maxsize=4096)
def _chain(p: float, reference: Fraction, is_upward: bool, steps: int) -> float:
    """Expected cases until a sum from 0 reaches `steps` lattice steps."""
    a, b = reference.numerator, reference.denominator
    up, down, chance_up = (b - a, a, p) if is_upward else (a, b - a, 1 - p)
    ab = np.zeros((up + down + 1, steps))  # the diagonals of I - P, as solve_banded wants them
    state = np.arange(steps)
    ab[up] = 1.0
    can_rise = state + up < steps
    ab[0, (state + up)[can_rise]] -= chance_up
    falls_to = np.maximum(state - down, 0)
    np.subtract.at(ab, (up + state - falls_to, falls_to), 1 - chance_up)
    return float(scipy.linalg.solve_banded((down, up), ab, np.ones(steps), check_finite=False)[0])


def bernoulli_anos(p: float, design: BernoulliDesign) -> float:
    """Average number of cases to a signal when the true share is p, exactly.

    Examples
    --------
    >>> design = bernoulli_design(0.05, 0.1, anos0=1000)
    >>> round(bernoulli_anos(0.05, design)), round(bernoulli_anos(0.10, design))
    (1060, 104)
    """
    sequential.check_probability("p", p)
    return _chain(float(p), design.reference, design.is_upward, design.steps)


def bernoulli_signal_probability(p: float, design: BernoulliDesign, n_cases: int) -> float:
    """The chance of at least one signal within n cases when the true share is p, exactly.

    Examples
    --------
    >>> design = bernoulli_design(0.05, 0.1, anos0=1000)
    >>> round(bernoulli_signal_probability(0.05, design, 200), 3)
    0.146
    """
    return float(1 - bernoulli_survival(p, design, n_cases)[-1])


def bernoulli_survival(p: float, design: BernoulliDesign, n_cases: int) -> Floats:
    """The chance of no signal yet after 0, 1 … n cases when the true share is p, exactly; shape (n_cases + 1,).

    Examples
    --------
    >>> design = bernoulli_design(0.1, 0.25, h=10 / 6)
    >>> bernoulli_survival(0.5, design, 3).tolist()
    [1.0, 1.0, 0.75, 0.625]
    """
    sequential.check_probability("p", p)
    a, b, steps = design.reference.numerator, design.reference.denominator, design.steps
    up, down, chance_up = (b - a, a, p) if design.is_upward else (a, b - a, 1 - p)
    survival = np.ones(n_cases + 1)
    at = np.zeros(steps)
    at[0] = 1.0
    for case in range(1, n_cases + 1):
        moved = np.zeros(steps)
        moved[up:] += chance_up * at[: max(steps - up, 0)]
        moved[: max(steps - down, 0)] += (1 - chance_up) * at[down:]
        moved[0] += (1 - chance_up) * at[:down].sum()
        at = moved
        survival[case] = at.sum()
    return survival


def bernoulli_design(p0: float, p1: float, *, anos0: float | None = None, h: float | None = None) -> BernoulliDesign:
    """The Bernoulli CUSUM for a change from p0 to p1, with a given limit or a given distance between false alarms.

    Parameters
    ----------
    p0, p1 : float
        Shares in control and to be found; p1 may lie above or below p0.
    anos0 : float
        The least average number of cases to a false signal: the smallest limit on the lattice that keeps it.
    h : float
        The limit instead; it is taken up to the next step of the lattice.

    Raises
    ------
    InputError
        Shares outside (0, 1), equal or too near; neither or both of anos0 and h.

    Examples
    --------
    >>> design = bernoulli_design(0.01, 0.02, anos0=10000)
    >>> design.reference, round(design.p1, 4), round(design.h, 3), round(design.anos0), round(design.anos1)
    (Fraction(1, 69), 0.0201, 4.739, 10047, 658)
    """
    sequential.check_probability("p0", p0)
    sequential.check_probability("p1", p1)
    sequential.refuse_argument(
        p0 == p1, "no_shift", "p1 er lig med p0: der er intet at lede efter.", "p1 equals p0: there is nothing to find."
    )
    sequential.refuse_argument(
        (anos0 is None) == (h is None),
        "no_limit",
        "Angiv enten anos0 (hvor mange forløb der i snit skal være mellem falske alarmer) eller grænsen h.",
        "Give either anos0 (how many cases there are to be between false alarms on average) or the limit h.",
    )
    reference, moved = _on_lattice(p0, p1)
    is_upward = p1 > p0
    if h is not None:
        sequential.check_positive("h", h)
        steps = int(np.ceil(h * reference.denominator - 1e-9))
    else:
        assert anos0 is not None
        sequential.check_positive("anos0", anos0)
        steps = _smallest(lambda tried: _chain(float(p0), reference, is_upward, tried) >= anos0)
    return BernoulliDesign(
        p0=p0,
        p1=moved,
        reference=reference,
        h=steps / reference.denominator,
        anos0=_chain(float(p0), reference, is_upward, steps),
        anos1=_chain(float(moved), reference, is_upward, steps),
    )


def _smallest(is_enough: Callable[[int], bool]) -> int:
    high = 1
    while not is_enough(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def bernoulli_anos_approximation(p: float, p0: float, p1: float, h: float) -> float:
    """Reynolds and Stoumbos' corrected diffusion approximation to the average number of cases to a signal, p1 > p0.

    For a check by hand; `bernoulli_anos` is exact.

    Notes
    -----
    With d = r2 p - r1 and h' = h + e(p) sqrt(p (1 - p)): at p0 (exp(h' r2) - h' r2 - 1) / |d|, at p1
    (exp(-h' r2) + h' r2 - 1) / |d|, where e(p) = 0.410 - 0.0842 log p - 0.0391 (log p)^3 - 0.00376 (log p)^4 -
    0.000008 (log p)^7 for 0.01 <= p <= 0.5 and (sqrt((1 - p) / p) - sqrt(p / (1 - p))) / 3 below.

    References
    ----------
    Reynolds & Stoumbos, Journal of Quality Technology 1999; 31: 87-108.

    Examples
    --------
    >>> design = bernoulli_design(0.01, 0.02, anos0=10000)
    >>> round(bernoulli_anos_approximation(0.01, 0.01, design.p1, design.h)), round(design.anos0)
    (10012, 10047)
    """
    sequential.check_probability("p", p)
    sequential.check_probability("p0", p0)
    sequential.check_probability("p1", p1)
    sequential.refuse_argument(
        p1 <= p0 or p0 > 0.5,
        "outside_approximation",
        "tilnærmelsen gælder for p0 op til 0,5 og p1 over p0; brug bernoulli_anos.",
        "the approximation holds for p0 up to 0.5 and p1 above p0; use bernoulli_anos.",
    )
    r1 = float(np.log1p(-p0) - np.log1p(-p1))
    r2 = _log_odds(p1) - _log_odds(p0)
    log = float(np.log(p0))
    if p0 >= 0.01:
        excess = 0.410 - 0.0842 * log - 0.0391 * log**3 - 0.00376 * log**4 - 0.000008 * log**7
    else:
        excess = (np.sqrt((1 - p0) / p0) - np.sqrt(p0 / (1 - p0))) / 3
    corrected = (h + excess * np.sqrt(p0 * (1 - p0))) * r2
    drift = r2 * p - r1
    if drift < 0:
        return float((np.exp(corrected) - corrected - 1) / -drift)
    return float((np.exp(-corrected) + corrected - 1) / drift)


__all__ = [
    "DISPLAY",
    "BernoulliCusumResult",
    "BernoulliDesign",
    "bernoulli_anos",
    "bernoulli_anos_approximation",
    "bernoulli_cusum",
    "bernoulli_design",
    "bernoulli_signal_probability",
    "bernoulli_survival",
    "reference_value",
]

DISPLAY = Display(
    code="bernoulli_cusum",
    name=Words("Bernoulli-CUSUM", "Bernoulli CUSUM"),
    use=Words(
        "En andel fulgt forløb for forløb, også når hændelsen er sjælden.",
        "A share followed case by case, also where the event is rare.",
    ),
    needs=Words(
        "Ét forløb pr. række i rækkefølge, med (1) eller uden (0) hændelsen, og en kendt andel eller en basisperiode.",
        "One case per row in order, with (1) or without (0) the event, and a known share or a baseline.",
    ),
    reference="Reynolds & Stoumbos, Journal of Quality Technology 1999; 31: 87-108",
    compute=bernoulli_cusum,
    order=230,
)

"""VLAD: expected minus observed events, added up case by case, so that everyone can read lives gained and lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from indicators.spc.displays import sequential
from indicators.spc.displays.record import Display
from indicators.spc.displays.risk_adjusted_cusum import check_probabilities
from indicators.spc.ragged import Floats, Ints
from indicators.words import Words

SEED = 19970401
SETTLED = 0.1
"""The envelope is widened, early on, to what it is when this share of all variance has been seen: in front of that the
running sum moves in steps that are large beside its spread."""


@dataclass(frozen=True)
class VladResult:
    """A VLAD, computed.

    Attributes
    ----------
    points : DataFrame
        One row per case (or group of cases) in the order of x: x, y, n, expected, vlad (expected minus observed events
        up to here: rising is better than expected), sd (of the sum, by the risk model), lower, upper (point-wise
        prediction limits), envelope_lower, envelope_upper, carried ("" or "missing": the sum stood still). All in
        events.
    observed, expected : float
        Totals.
    level : float
        What the limits promise where the risk model is right. Point-wise: at any one place chosen beforehand the sum
        lies inside with at least this chance (exact). Envelope: the whole curve does, with this chance (simulated).
    leaves_pointwise, leaves_pointwise_se : float
        The chance that a curve of pure chance leaves the point-wise limits somewhere, with its Monte Carlo standard
        error: why they are no alarm.
    envelope_width, envelope_width_lower, envelope_width_upper : float
        The envelope's half width in standard deviations of the sum, with its 95 % Monte Carlo interval.
    first_outside : int or None
        The first row outside the envelope.
    runs, seed : int
    n_rows_without_x : int
    """

    points: pd.DataFrame
    observed: float
    expected: float
    level: float
    leaves_pointwise: float
    leaves_pointwise_se: float
    envelope_width: float
    envelope_width_lower: float
    envelope_width_upper: float
    first_outside: int | None
    runs: int
    seed: int
    n_rows_without_x: int


def vlad(
    frame: pd.DataFrame,
    x: str = "period",
    y: str = "numerator",
    p: str = "probability",
    n: str | None = None,
    *,
    level: float = 0.95,
    runs: int = 2000,
    seed: int = SEED,
) -> VladResult:
    """Variable life-adjusted display: expected minus observed events, added up.

    For: showing a team its results beside what its patients' risks led one to expect, in lives. Not for: deciding
    whether something has changed. The curve has a long memory: early gains hide a later loss; for a decision use
    `risk_adjusted_cusum`. Nor for comparing units of different size: the sum grows with the number of cases.

    False alarms: the point-wise limits hold for one place chosen beforehand; somewhere along a long series a curve of
    pure chance leaves them much more often than 1 - level (`leaves_pointwise` of the result says how often). The
    envelope holds for the curve as a whole, for the cases that are in it, and is wider.

    Parameters
    ----------
    frame : DataFrame
        One row per case, or per group of n cases with one risk. Rows with the same x keep their order.
    x, y, p, n : str
        Columns: the order (dates or numbers), the events (0 or 1; with n: how many of n), the probability of an event
        from a risk model, and the number of cases in a group.
    level : float
        Of both kinds of limits.
    runs, seed : int
        Simulated curves for the envelope, and their seed.

    Returns
    -------
    VladResult

    Raises
    ------
    InputError
        Events that are no whole number from 0 to n, a probability outside (0, 1) or missing, n that is no whole number
        above 0 (with the row); a level outside (0, 1); fewer than 100 runs.

    Notes
    -----
    V_t = sum of (n_i p_i - y_i) up to t, with standard deviation sqrt(sum n_i p_i (1 - p_i)). Point-wise limits: the
    quantiles of the number of events (the exact Poisson-binomial distribution). Envelope: +/- c times the standard
    deviation (at its beginning: the one reached at a tenth of the variance), where c is the quantile of the largest
    standardised distance in simulated curves. A row with a missing outcome is not counted.

    References
    ----------
    Lovegrove, Valencia, Treasure, Sherlaw-Johnson & Gallivan, Monitoring the results of cardiac surgery by variable
    life-adjusted display, Lancet 1997; 350: 1128-1130. Poloniecki, Valencia & Littlejohns, BMJ 1998; 316: 1697-1700
    (the same sum as CRAM).

    Examples
    --------
    >>> frame = pd.DataFrame({"case": range(1, 7), "died": [0, 0, 1, 0, 0, 1], "risk": [0.1, 0.3, 0.2, 0.1, 0.4, 0.2]})
    >>> result = vlad(frame, x="case", y="died", p="risk", runs=200)
    >>> result.points.vlad.round(1).tolist()
    [0.1, 0.4, -0.4, -0.3, 0.1, -0.7]
    >>> result.points.lower.round(1).tolist()
    [-0.9, -1.6, -1.4, -1.3, -1.9, -1.7]
    """
    sequential.check_probability("level", level)
    sequential.refuse_argument(
        runs < 100,
        "too_few_runs",
        f"runs er {runs}: mindst 100 er nødvendige.",
        f"runs is {runs}: at least 100 are needed.",
    )
    cases = sequential.read_cases(frame, x, (y, p) if n is None else (y, p, n))
    events, probability = cases.columns[y], cases.columns[p]
    known = ~np.isnan(events)
    check_probabilities(probability, known, cases, p)
    size = np.ones(len(events)) if n is None else cases.columns[n]
    sequential.refuse_rows(
        known & ~((size >= 1) & (size == np.floor(size))),
        cases,
        "not_a_size",
        f"{n} er ikke et helt tal over 0.",
        f"{n} is not a whole number above 0.",
    )
    sequential.refuse_rows(
        known & ((events < 0) | (events > size) | (events != np.floor(events))),
        cases,
        "not_an_outcome",
        f"{y} er ikke et helt tal fra 0 til {'1' if n is None else n}.",
        f"{y} is not a whole number from 0 to {'1' if n is None else n}.",
    )
    expected = np.where(known, size * probability, 0.0)
    variance = np.where(known, size * probability * (1 - probability), 0.0)
    sum_expected, sum_variance = np.cumsum(expected), np.cumsum(variance)
    curve = sum_expected - np.cumsum(np.where(known, events, 0.0))
    sd = np.sqrt(sum_variance)
    fewest, most = pointwise_counts(np.where(known, size, 0).astype(np.int64), probability, level)
    lower, upper = sum_expected - most, sum_expected - fewest
    scale = np.sqrt(np.maximum(sum_variance, SETTLED * sum_variance[-1]))
    distance, left = _simulated(
        np.where(known, size, 0).astype(np.int64),
        np.where(known, probability, 0.0),
        scale,
        (lower, upper),
        runs,
        np.random.default_rng(seed),
    )
    in_order = np.sort(distance)
    spread = 1.96 * np.sqrt(runs * level * (1 - level))
    width, width_lower, width_upper = (
        float(in_order[int(np.clip(np.ceil(place), 1, runs)) - 1])
        for place in (runs * level, runs * level - spread, runs * level + spread)
    )
    has_begun = np.cumsum(known) > 0
    outside = np.flatnonzero(has_begun & (np.abs(curve) > width * scale * (1 + sequential.ROUNDING)))
    share = (left.sum() + 1) / (runs + 2)
    shown = np.where(has_begun, 1.0, np.nan)
    return VladResult(
        points=pd.DataFrame(
            {
                "x": cases.x,
                "y": events,
                "n": size,
                "expected": np.where(known, expected, np.nan),
                "vlad": curve * shown + 0.0,
                "sd": sd * shown,
                "lower": lower * shown,
                "upper": upper * shown,
                "envelope_lower": -width * scale * shown,
                "envelope_upper": width * scale * shown,
                "carried": np.where(known, "", "missing"),
            }
        ),
        observed=float(np.nansum(events)),
        expected=float(sum_expected[-1]),
        level=level,
        leaves_pointwise=float(left.mean()),
        leaves_pointwise_se=float(np.sqrt(share * (1 - share) / runs)),
        envelope_width=width,
        envelope_width_lower=width_lower,
        envelope_width_upper=width_upper,
        first_outside=int(outside[0]) if len(outside) else None,
        runs=runs,
        seed=seed,
        n_rows_without_x=cases.n_rows_without_x,
    )


def pointwise_counts(size: Ints, probability: Floats, level: float) -> tuple[Floats, Floats]:
    """Prediction limits for the number of events so far, exact, after each row.

    Parameters
    ----------
    size : ndarray of int, shape (n_rows,)
        Cases in each row; 0 leaves the distribution as it is.
    probability : ndarray of float, shape (n_rows,)
    level : float

    Returns
    -------
    fewest, most : ndarray of float, shape (n_rows,)
        At most (1 - level) / 2 of the probability lies below `fewest`, and as much above `most`.

    Notes
    -----
    The number of events is Poisson-binomial; its distribution is carried from case to case, with what lies under 1e-14
    cut off at either end.

    Examples
    --------
    >>> fewest, most = pointwise_counts(np.array([1, 1, 98]), np.array([0.5, 0.5, 0.5]), 0.95)
    >>> fewest.tolist(), most.tolist()
    ([0.0, 0.0, 40.0], [1.0, 2.0, 60.0])
    """
    tail = (1 - level) / 2
    fewest, most = np.empty(len(size)), np.empty(len(size))
    offset, mass = 0, np.ones(1)
    for row, (count, chance) in enumerate(zip(size.tolist(), probability.tolist(), strict=True)):
        for _ in range(count):
            grown = np.empty(len(mass) + 1)
            grown[:-1] = mass * (1 - chance)
            grown[-1] = 0.0
            grown[1:] += mass * chance
            mass = grown
            if mass[0] < 1e-14:
                mass, offset = mass[1:], offset + 1
            if mass[-1] < 1e-14:
                mass = mass[:-1]
        below = np.cumsum(mass)
        # The rounding of a long sum must not decide about a tail that is met exactly.
        fewest[row] = offset + int(np.searchsorted(below, tail * (1 + 1e-9), side="right"))
        most[row] = offset + int(np.searchsorted(below, (1 - tail) * (1 - 1e-12), side="left"))
    return fewest, most


def _simulated(
    size: Ints,
    probability: Floats,
    scale: Floats,
    pointwise: tuple[Floats, Floats],
    runs: int,
    generator: np.random.Generator,
) -> tuple[Floats, np.ndarray]:
    """Per simulated curve: its largest distance from 0 in units of `scale`, and whether it leaves the limits."""
    curve, farthest = np.zeros(runs), np.zeros(runs)
    left = np.zeros(runs, dtype=bool)
    slack = 1e-9
    for row in np.flatnonzero(size).tolist():
        count, chance = int(size[row]), float(probability[row])
        events = generator.random(runs) < chance if count == 1 else generator.binomial(count, chance, size=runs)
        curve += count * chance - events
        np.maximum(farthest, np.abs(curve) / scale[row], out=farthest)
        left |= (curve < pointwise[0][row] - slack) | (curve > pointwise[1][row] + slack)
    return farthest, left


__all__ = ["DISPLAY", "VladResult", "pointwise_counts", "vlad"]

DISPLAY = Display(
    code="vlad",
    name=Words("VLAD", "VLAD"),
    use=Words(
        "Forventede minus faktiske hændelser lagt sammen: til at se med, ikke til at afgøre med.",
        "Expected minus observed events, added up: for seeing, not for deciding.",
    ),
    needs=Words(
        "Ét forløb pr. række i rækkefølge, med udfald (0 eller 1) og risiko fra en kalibreret model.",
        "One case per row in order, with its outcome (0 or 1) and its risk from a calibrated model.",
    ),
    reference="Lovegrove, Valencia, Treasure, Sherlaw-Johnson & Gallivan, Lancet 1997; 350: 1128-1130",
    compute=vlad,
    order=240,
)

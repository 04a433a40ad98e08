"""Are single values so skewed or so extreme that 3 sigma means nothing?"""

from __future__ import annotations

from math import asinh, erfc, log, sqrt

import numpy as np

from indicators.spc.diagnostics.record import Caution, Check, Code, decimal
from indicators.spc.diagnostics.series import Series
from indicators.spc.diagnostics.steps import best_step
from indicators.spc.ragged import Floats
from indicators.words import Words

MINIMUM = 12

EXTREME = 6.0
"""Sigmas from the median at which a point is more than a signal: it pulls at the lines it is judged by."""

MATERIAL_SKEWNESS = 1.0
"""An exponential distribution has 2, a normal 0."""

MOST_OUTLIERS = 0.1
"""A larger share of the points is no outlier but the shape of the data."""


def skewness_p_value(values: Floats) -> tuple[float, float]:
    """Skewness, and D'Agostino's two-sided p-value; (0, 1) where it cannot be judged.

    Examples
    --------
    >>> skewness, p = skewness_p_value(np.array([1.0, 1, 2, 2, 2, 3, 3, 4, 5, 8, 12, 20]))
    >>> round(skewness, 3), round(p, 4)
    (1.721, 0.0041)
    """
    n = len(values)
    left = values - values.mean()
    variance = float(left @ left) / n
    if n < MINIMUM or variance == 0:
        return 0.0, 1.0
    skewness = float(np.sum(left**3)) / n / variance**1.5
    # Written out because the library's own spends a thousand times longer on checking its arguments.
    scaled = skewness * sqrt((n + 1) * (n + 3) / (6 * (n - 2)))
    kurtosis = 3 * (n * n + 27 * n - 70) * (n + 1) * (n + 3) / ((n - 2) * (n + 5) * (n + 7) * (n + 9))
    w = sqrt(2 * (kurtosis - 1)) - 1
    z = asinh(scaled / sqrt(2 / (w - 1))) / sqrt(0.5 * log(w))
    return skewness, erfc(abs(z) / sqrt(2))


def find(series: Series, alpha: float) -> Caution | None:
    """Outliers by distance from the phase median, skewness by D'Agostino's test without outliers and without a step."""
    rows = np.flatnonzero(series.takes_part)
    if len(rows) < MINIMUM or series.is_constant:
        return None
    values, phase = series.y[rows], series.phase[rows]
    sigma = float(series.moving_range_sd(series.y))
    if not sigma > 0:
        return None
    median = np.empty(len(values))
    for each in np.unique(phase):
        median[phase == each] = np.median(values[phase == each])
    distance = np.abs(values - median) / sigma
    is_extreme = distance > EXTREME
    left = series.residual[rows]
    skewness, p = skewness_p_value(left)
    rest = values[~is_extreme]
    rest_phase = phase[~is_extreme]
    has_outliers = 0 < is_extreme.sum() <= max(1, MOST_OUTLIERS * len(values))
    if has_outliers:
        rest = _centred(rest, rest_phase)
        skewness_of_rest, p_of_rest = skewness_p_value(rest)
        if p_of_rest > alpha or abs(skewness_of_rest) < MATERIAL_SKEWNESS:
            return _outliers(series, distance, int(is_extreme.sum()))
    if p > alpha or abs(skewness) < MATERIAL_SKEWNESS:
        return None
    step = best_step(left, phase)
    if step is not None:
        levels = phase * 2 + (step > 0)
        skewness_of_rest, p_of_rest = skewness_p_value(_centred(values, levels.astype(np.int64)))
        if p_of_rest > alpha or abs(skewness_of_rest) < MATERIAL_SKEWNESS:
            return None  # a step makes two humps, not a skewed process
    is_positive = bool((series.y[rows] > 0).all())
    way = Words("opad", "upwards") if skewness > 0 else Words("nedad", "downwards")
    instead = (
        Words(
            "Er det tid mellem hændelser, så brug T-diagram; ellers seriediagram eller logaritmen af tallet.",
            "If it is time between events, use a T chart; else a run chart or the logarithm of the figure.",
        )
        if is_positive and skewness > 0
        else Words("Brug seriediagram.", "Use a run chart.")
    )
    return Caution(
        code=Code.SKEWED,
        statistic=skewness,
        threshold=MATERIAL_SKEWNESS,
        p_value=p,
        better_chart="run",
        words=Words(
            f"Tallene er skæve: de store udsving går {way.da}. Grænserne passer ikke til skæve tal og giver falske "
            f"alarmer. {instead.da}",
            f"The figures are skewed: the large swings go {way.en}. The limits do not fit skewed figures and give "
            f"false alarms. {instead.en}",
        ),
        reference=CHECK.reference,
        figures={"n": len(rows), "n_outliers": int(is_extreme.sum())},
    )


def _centred(values: Floats, phase: np.ndarray) -> Floats:
    found = np.array(values)
    for each in np.unique(phase):
        found[phase == each] -= values[phase == each].mean()
    return found


def _outliers(series: Series, distance: Floats, n_outliers: int) -> Caution:
    farthest = float(distance.max())
    one = n_outliers == 1
    return Caution(
        code=Code.OUTLIERS,
        statistic=farthest,
        threshold=EXTREME,
        p_value=None,
        better_chart="run",
        words=Words(
            (
                f"Ét punkt ligger {decimal(farthest, 'da', 0)} sigma fra de andre og trækker i grænserne. "
                if one
                else f"{n_outliers} punkter ligger op til {decimal(farthest, 'da', 0)} sigma fra de andre og trækker "
                "i grænserne. "
            )
            + "Find årsagen. Er den kendt og særlig, kan punktet udelades med begrundelse; ellers brug seriediagram.",
            (
                f"One point lies {decimal(farthest, 'en', 0)} sigma from the others and pulls at the limits. "
                if one
                else f"{n_outliers} points lie up to {decimal(farthest, 'en', 0)} sigma from the others and pull at "
                "the limits. "
            )
            + "Find the cause. If it is known and special, exclude the point with a reason; else use a run chart.",
        ),
        reference=CHECK.reference,
        figures={"n_outliers": n_outliers, "n": series.n},
    )


CHECK = Check(
    code="shape",
    name=Words("Skæve tal og yderpunkter", "Skewed figures and outliers"),
    reference="D'Agostino, Transformation to normality of the null distribution of g1, Biometrika 1970, 57: 679-681",
    find=find,
    charts=frozenset({"i"}),
    order=60,
)

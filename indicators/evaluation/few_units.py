"""Inference with few units: the wild bootstrap of the units' contributions."""

from __future__ import annotations

import numpy as np
from scipy import stats

from indicators.evaluation.panel import Floats

FEW_UNITS = 10
"""Fewer units than this switch the automatic inference to the wild bootstrap."""
ENUMERATED = 12
"""Up to this many units every pattern of signs is taken; beyond, patterns are drawn."""


def score_bootstrap(
    estimate: float, deviations: Floats, df: float, *, level: float = 0.95, draws: int = 9_999, seed: int = 20_170_515
) -> tuple[float, float]:
    """Factor of the interval (in standard errors) and two-sided p-value.

    Parameters
    ----------
    estimate : float
    deviations : ndarray (n_units,)
        Contributions of the units; their squares add up to the variance.
    df : float
        Degrees of freedom of the variance. The factor is never below their t quantile: with a handful of units the
        bootstrap's own statistic has few values.

    Notes
    -----
    Kline and Santos (2012, Journal of Econometric Methods): contributions change sign at random and the t statistic is
    worked out anew, its standard error included. Rademacher signs; all 2^n patterns for up to 12 units, so that the
    answer is the same on every machine.

    Examples
    --------
    >>> factor, p = score_bootstrap(3.0, np.array([0.5, -0.4, 0.6, -0.5, 0.3, -0.5]), df=4)
    >>> round(factor, 2), round(p, 3)
    (2.78, 0.077)
    """
    used = deviations[deviations != 0]
    count = len(used)
    if count <= ENUMERATED:
        signs = 1.0 - 2.0 * ((np.arange(2**count)[:, None] >> np.arange(count)) & 1)
    else:
        signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(draws, count))
    drawn = signs * used
    total = drawn.sum(axis=1)
    centred = drawn - drawn.mean(axis=1, keepdims=True)
    spread = np.sqrt((centred**2).sum(axis=1) * count / max(count - 1, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn_t = np.abs(np.where(spread > 1e-12 * np.abs(used).max(), total / spread, np.inf))
    observed = abs(estimate) / np.sqrt((used**2).sum())
    factor = float(np.quantile(drawn_t, level, method="higher"))
    from_df = float(stats.t.ppf(0.5 + level / 2, df))
    p_value = (1 + int((drawn_t >= observed - 1e-12).sum())) / (1 + len(drawn_t))
    return max(factor, from_df) if np.isfinite(factor) else from_df, float(p_value)

"""Constants of control charts, each with its source."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

D2_OF_TWO = 1.128
"""Mean range of two normal observations in standard deviations, as tabled to three decimals (exact: 2 / sqrt(pi)).
Montgomery, Introduction to Statistical Quality Control, appendix "Factors for constructing variables control charts".
The tabled figure is the convention of qicharts2 and ours; `mdc` uses 2.66 = 3 / 1.128 rounded."""

D4_OF_TWO = 3.267
"""Upper limit of a moving range of two, in mean moving ranges (same table). Ranges at or above it are screened out
once: Provost & Murray, The Health Care Data Guide, on I charts."""

SIGMAS = 3.0
"""Control limits: Shewhart's three sigma."""

WARNING_SIGMAS = 2.0
"""Warning limits: two sigma. qicharts2 names them "95", which they are only for normal data."""

MINIMUM_USEFUL = 10
"""Fewer useful observations than this claim no signal (convention 13 of the project)."""

E2_ROUNDED = 2.66
"""3 / 1.128 rounded: limits of an XmR chart in mean moving ranges, as Making Data Count and NHSRplotthedots use it
(profile `mdc`). Never mixed with 1.128."""

D4_OF_TWO_EXACT = 3.2665
"""The same with exact c4 instead of tabled constants, 1 + 3 c5(2) / c4(2) to four decimals: screens the weighted moving
ranges of an I prime chart (Taylor, Normalized Individuals control charts; the figure is that of qicharts2)."""

T_POWER = 3.6
"""Exponentially distributed times are nearly normal after y^(1 / 3.6): Nelson, A control chart for parts-per-million
nonconforming items, Journal of Quality Technology 1994."""

MEDIAN_IN_MEANS = 0.693
"""Median of a geometric or exponential distribution in means, ln 2 rounded: Provost & Murray, The Health Care Data
Guide, on g charts."""

_EXACT_BELOW = 50
_C4 = np.array(
    [math.nan, math.nan]
    + [math.sqrt(2 / (n - 1)) * math.gamma(n / 2) / math.gamma((n - 1) / 2) for n in range(2, _EXACT_BELOW)]
)
# Γ(k + 1/2) / (Γ(k) √k) − 1 for large k, coefficients of k⁻¹, k⁻² …: Abramowitz & Stegun, 6.1.47.
_SERIES = (-1 / 8, 1 / 128, 5 / 1024, -21 / 32768, -399 / 262144, 869 / 4194304)


def c4(size: NDArray[np.float64]) -> NDArray[np.float64]:
    """Expected standard deviation of a sample of `size` normal observations, in standard deviations; NaN below two.

    Notes
    -----
    c4(n) = sqrt(2 / (n - 1)) Γ(n / 2) / Γ((n - 1) / 2), exact to rounding: from the gamma function for small n, from
    its asymptotic series from n = 50 (error below 1e-13).

    References
    ----------
    Montgomery, Introduction to Statistical Quality Control, appendix on the construction of control charts.

    Examples
    --------
    >>> c4(np.array([1.0, 2.0, 5.0, 100.0])).round(6)
    array([     nan, 0.797885, 0.939986, 0.997478])
    """
    return 1.0 + _c4_less_one(size)


def c5(size: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard deviation of that standard deviation, sqrt(1 - c4²); NaN below two.

    Examples
    --------
    >>> c5(np.array([2.0, 5.0])).round(6)
    array([0.60281 , 0.341214])
    """
    less = -_c4_less_one(size)
    return np.sqrt(less * (2.0 - less))


def _c4_less_one(size: NDArray[np.float64]) -> NDArray[np.float64]:
    """c4 - 1: near 0 for large subgroups, where c4 itself has lost the digits that 1 - c4² needs."""
    size = np.asarray(size, dtype=np.float64)
    small = _C4[np.clip(size, 0, _EXACT_BELOW - 1).astype(np.int64)] - 1.0
    inverse = 2.0 / (np.maximum(size, _EXACT_BELOW) - 1.0)
    large = np.zeros_like(inverse)
    for coefficient in reversed(_SERIES):
        large = (large + coefficient) * inverse
    return np.where(size < _EXACT_BELOW, small, large)

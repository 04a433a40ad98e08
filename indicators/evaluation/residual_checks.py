"""Whether the months' deviations from the line still follow each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

Array = npt.NDArray[np.floating[Any]]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LjungBox:
    """Statistic, its chi-square p-value and the number of lags."""

    statistic: float
    p_value: float
    lags: int


def ljung_box(residual: Array, places: Places, lags: int, *, fitted: int = 0) -> LjungBox:
    """Ljung and Box's test that no correlation is left in the first `lags` lags.

    `residual` (n,) at `places` (n,), ascending; pairs count by their distance in time, so a missing month has none.
    `fitted` : parameters of the error model, taken from the degrees of freedom.

    References
    ----------
    Ljung and Box, Biometrika 1978;65:297-303: n (n + 2) sum r_k^2 / (n - k).

    Examples
    --------
    >>> result = ljung_box(np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0]), np.arange(6), 1)
    >>> round(result.statistic, 3), round(result.p_value, 3)
    (6.667, 0.01)
    """
    n = len(residual)
    if n <= lags or lags <= fitted:
        return LjungBox(np.nan, np.nan, lags)
    dense = np.zeros(int(places[-1] - places[0]) + 1)
    dense[places - places[0]] = residual - residual.mean()
    spread = float(dense @ dense)
    if spread <= 0:
        return LjungBox(np.nan, np.nan, lags)
    reach = min(lags, len(dense) - 1)
    distance = np.arange(1, reach + 1)
    correlation = np.array([dense[k:] @ dense[:-k] for k in distance]) / spread
    statistic = float(n * (n + 2) * (correlation**2 / (n - distance)).sum())
    return LjungBox(statistic, float(stats.chi2.sf(statistic, lags - fitted)), lags)


def durbin_watson(residual: Array) -> float:
    """Durbin and Watson's statistic: near 2 without first-order correlation, near 0 with a strong positive one.

    Says little in short series (Turner et al. 2021), so nothing is decided by it.

    Examples
    --------
    >>> durbin_watson(np.array([1.0, 1.0, -1.0, -1.0]))
    1.0
    """
    spread = float(residual @ residual)
    return float((np.diff(residual) ** 2).sum() / spread) if spread > 0 else np.nan

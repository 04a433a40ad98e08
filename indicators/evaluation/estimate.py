"""One estimate with its uncertainty, in the same fields for every method."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

FIELDS = ("estimate", "se", "ci_low", "ci_high", "p_value", "df")
"""What every estimate carries. `df` is infinite where the interval is normal."""
ROUNDING, LEAST = 1e-12, 1e-15
"""A standard error below this share of the estimate, or below this, is what rounding left over: nothing varied."""


def estimated(estimate: float, se: float, df: float = np.inf, *, level: float = 0.95, **more: object) -> pd.Series:
    """An estimate with its t interval and two-sided p-value; `more` is appended after the fields.

    Returns
    -------
    Series
        Index: estimate, se, ci_low, ci_high, p_value, df and the names of `more`. Units are those of `estimate`. All
        but the estimate are missing where `se` is not a positive number, or no more than rounding leaves.

    Examples
    --------
    >>> estimated(2.0, 1.0).round(3).to_dict()
    {'estimate': 2.0, 'se': 1.0, 'ci_low': 0.04, 'ci_high': 3.96, 'p_value': 0.046, 'df': inf}
    >>> float(estimated(2.0, 1.0, df=5)["ci_high"].round(3))
    4.571
    """
    known = bool(np.isfinite(se)) and se > max(ROUNDING * abs(estimate), LEAST) and df > 0
    half = float(stats.t.ppf(0.5 + level / 2, df)) * se if known else np.nan
    values = {
        "estimate": float(estimate),
        "se": float(se) if known else np.nan,
        "ci_low": estimate - half,
        "ci_high": estimate + half,
        "p_value": float(2 * stats.t.sf(abs(estimate) / se, df)) if known else np.nan,
        "df": float(df) if known else np.nan,
    }
    return pd.Series({**values, **more})


def estimated_rows(
    estimate: npt.ArrayLike,
    se: npt.ArrayLike,
    df: float = np.inf,
    *,
    level: float = 0.95,
    index: pd.Index | None = None,
) -> pd.DataFrame:
    """Many estimates at once, one row each, by the same rules as `estimated`.

    Examples
    --------
    >>> estimated_rows([2.0, 0.0], [1.0, 0.0]).round(3)[["estimate", "ci_low", "p_value"]].to_dict("list")
    {'estimate': [2.0, 0.0], 'ci_low': [0.04, nan], 'p_value': [0.046, nan]}
    """
    point = np.asarray(estimate, dtype=np.float64)
    spread = np.asarray(se, dtype=np.float64)
    is_there = np.isfinite(spread) & np.isfinite(point) & (df > 0)
    spread = np.where(is_there & (spread > np.maximum(ROUNDING * np.abs(point), LEAST)), spread, np.nan)
    half = stats.t.ppf(0.5 + level / 2, df) * spread if df > 0 else spread
    columns = {
        "estimate": point,
        "se": spread,
        "ci_low": point - half,
        "ci_high": point + half,
        "p_value": 2 * stats.t.sf(np.abs(point) / spread, df) if df > 0 else spread,
        "df": np.where(np.isnan(spread), np.nan, df),
    }
    return pd.DataFrame(columns, index=index)

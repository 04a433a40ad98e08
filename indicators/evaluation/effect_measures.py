"""Effect of each unit or trial from its 2 × 2 table: log risk ratio, log odds ratio, risk difference."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from indicators.evaluation.errors import EvaluationError
from indicators.words import Words

MEASURES = ("log_risk_ratio", "log_odds_ratio", "risk_difference")


def effect_measures(
    treated_events: npt.ArrayLike,
    treated_total: npt.ArrayLike,
    control_events: npt.ArrayLike,
    control_total: npt.ArrayLike,
    *,
    measure: str = "log_risk_ratio",
    correction: float = 0.0,
) -> pd.DataFrame:
    """Effect and standard error of every 2 × 2 table, ready for `meta_analysis`.

    Parameters
    ----------
    treated_events, treated_total, control_events, control_total : array of float, shape (n_tables,)
        Counts of people: with the event, and in all.
    measure : "log_risk_ratio", "log_odds_ratio" (natural logarithms) or "risk_difference" (a proportion).
    correction : added to all four cells of the tables that have an empty one. 0: such a table gets no ratio.

    Returns
    -------
    DataFrame
        One row per table, columns estimate and se. Missing where a cell is empty, a total is 0 or a count is missing.

    Raises
    ------
    EvaluationError
        Lengths that differ, events above their total, negative counts, an unknown measure.

    References
    ----------
    Large-sample variances: Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions, 3rd ed., chapter 6.

    Examples
    --------
    >>> effect_measures([4], [123], [11], [139]).round(4)
       estimate      se
    0   -0.8893  0.5706
    """
    if measure not in MEASURES:
        raise EvaluationError(
            "unknown_measure",
            Words(
                f"Effektmålet »{measure}« findes ikke; vælg et af {', '.join(MEASURES)}.",
                f"There is no effect measure '{measure}'; choose one of {', '.join(MEASURES)}.",
            ),
        )
    given = (treated_events, treated_total, control_events, control_total)
    columns = [np.atleast_1d(np.asarray(each, dtype=float)) for each in given]
    if len({column.shape for column in columns}) != 1 or columns[0].ndim != 1:
        raise EvaluationError(
            "lengths_differ",
            Words("De fire kolonner med tal skal være lige lange.", "The four columns of counts must be equally long."),
        )
    a, n1, c, n2 = columns
    if ((a > n1) | (c > n2) | (np.minimum(a, c) < 0)).any():
        raise EvaluationError(
            "impossible_counts",
            Words(
                "En tabel har flere hændelser end personer, eller et negativt tal.",
                "A table has more events than people, or a negative count.",
            ),
        )
    b, d = n1 - a, n2 - c
    if correction:
        empty = np.minimum.reduce([a, b, c, d]) == 0
        a, b, c, d = (cell + correction * empty for cell in (a, b, c, d))
    with np.errstate(divide="ignore", invalid="ignore"):
        risk, other = a / (a + b), c / (c + d)
        if measure == "log_risk_ratio":
            estimate = np.log(risk / other)
            variance = 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)
        elif measure == "log_odds_ratio":
            estimate = np.log(a * d / (b * c))
            variance = 1 / a + 1 / b + 1 / c + 1 / d
        else:
            estimate = risk - other
            variance = risk * (1 - risk) / (a + b) + other * (1 - other) / (c + d)
        known = np.isfinite(estimate) & np.isfinite(variance) & (variance > 0)
        return pd.DataFrame(
            {"estimate": np.where(known, estimate, np.nan), "se": np.sqrt(np.where(known, variance, np.nan))}
        )

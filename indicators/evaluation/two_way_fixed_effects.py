"""One "after the start" indicator with unit and month effects: the usual regression, not valid for staggered starts.

It is computed to be shown beside the valid estimate with the reason why the two differ: units that already started
serve as comparison for those that start later, and where their effect still grows, the growth is subtracted.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from indicators.evaluation.absorption import cluster_factor, without_unit_and_period
from indicators.evaluation.cautions import cautions
from indicators.evaluation.errors import Note
from indicators.evaluation.estimate import estimated
from indicators.evaluation.panel import Bools, Floats, Panel
from indicators.words import Words

NOT_VALID = Note(
    "not_valid_here",
    Words(
        "Gælder ikke her: enheder, der allerede er i gang, bruges som sammenligning for dem, der starter senere. Når"
        " effekten vokser, bliver væksten trukket fra.",
        "Not valid here: units that have already started serve as comparison for those that start later. Where the"
        " effect grows, the growth is subtracted.",
    ),
)
ONE_START = Note(
    "one_start",
    Words(
        "Alle starter samtidig, så ingen, der er i gang, bruges som sammenligning. Tallet er en almindelig forskel af"
        " forskelle.",
        "All start at the same time, so nobody who has started serves as comparison. The figure is an ordinary"
        " difference of differences.",
    ),
)
NOT_IDENTIFIED = Note(
    "no_variation",
    Words(
        "Der er intet at måle: ingen enhed skifter, mens en anden ikke gør.",
        "There is nothing to measure: no unit changes while another does not.",
    ),
)


@dataclass(frozen=True)
class TwoWayFixedEffects:
    """The naive regression.

    Attributes
    ----------
    overall : Series
        The coefficient, in units of the outcome, with a t interval of n_units - 1 degrees of freedom.
    negative_weights : Series
        The coefficient is a weighted sum of the effects in the cells with the programme: cells, negative (how many
        have a weight below 0), sum_negative (their weights; all weights sum to 1).
    notes : tuple of Note
        The first says why the figure is not valid (with one start for all: `one_start`, where it is).
    used : Series
        units, periods, unit_months.
    """

    overall: pd.Series
    negative_weights: pd.Series
    notes: tuple[Note, ...]
    used: pd.Series
    residual: Floats = field(repr=False)


def two_way_fixed_effects(
    frame: pd.DataFrame,
    *,
    unit: str = "unit",
    period: str = "period",
    numerator: str = "numerator",
    denominator: str | None = None,
    start: str = "start",
    treatment: str | None = None,
    weights: str = "unit",
    count_absorbed: bool = False,
    level: float = 0.95,
) -> TwoWayFixedEffects:
    """Regress the outcome on "has started", unit effects and month effects; errors clustered by unit.

    Parameters
    ----------
    frame : DataFrame
        Long, one row per unit and period; an empty start means never.
    treatment : str, optional
        Column to use in place of "has started", such as the share of the month with the programme.
    weights : str
        "unit": every unit and month counts the same; "patient": by the denominator; else the name of a column.
    count_absorbed : bool
        The squared errors are multiplied by G / (G - 1) times (n - 1) / (n - K), with G units, n rows and K
        coefficients. Unit effects lie within the clusters and are not counted in K (fixest); True counts them
        (statsmodels, Stata's reg).

    Raises
    ------
    EvaluationError
        Malformed input, see `Panel.of`.

    Notes
    -----
    Weights of the cells: de Chaisemartin and D'Haultfœuille (2020), American Economic Review 110:2964-2996.

    Examples
    --------
    >>> rows = [(u, t, u + t + 2 * (u < 2 and t > 2), 3 if u < 2 else 0) for u in range(4) for t in range(1, 5)]
    >>> frame = pd.DataFrame(rows, columns=["unit", "period", "numerator", "start"])
    >>> float(two_way_fixed_effects(frame).overall["estimate"].round(6))
    2.0
    """
    columns = {"unit": unit, "period": period, "start": start}
    panel = Panel.of(frame, numerator=numerator, denominator=denominator, **columns)
    weight = panel.observed.astype(np.float64)
    if weights == "patient":
        weight = weight * panel.size
    elif weights != "unit":
        given = Panel.of(frame, numerator=weights, denominator=None, **columns)
        weight = weight * given.value * given.observed
    treated = (panel.since >= 0).astype(np.float64)
    if treatment is not None:
        given = Panel.of(frame, numerator=treatment, denominator=None, **columns)
        treated, weight = given.value, weight * given.observed
    estimate, se, regressor, residual = regress_on_one(panel.value, treated, weight, count_absorbed=count_absorbed)
    n_units = int((weight.sum(axis=1) > 0).sum())
    reached = panel.cohorts[panel.cohorts < len(panel.periods)]
    is_staggered = treatment is not None or len(reached) > 1
    notes = [NOT_VALID if is_staggered else ONE_START, *panel.notes, *cautions(panel)]
    if np.isnan(estimate):
        notes.append(NOT_IDENTIFIED)
    used = {
        "units": n_units,
        "periods": int((weight.sum(axis=0) > 0).sum()),
        "unit_months": int((weight > 0).sum()),
    }
    return TwoWayFixedEffects(
        overall=estimated(estimate, se, n_units - 1, level=level),
        negative_weights=_negative_weights(regressor, treated, weight),
        notes=tuple(notes),
        used=pd.Series(used),
        residual=residual,
    )


def regress_on_one(
    outcome: Floats, regressor: Floats, weight: Floats, *, count_absorbed: bool = False
) -> tuple[float, float, Floats, Floats]:
    """Coefficient of one regressor beside unit and period effects, its CR1 error by unit, and both residuals.

    Parameters
    ----------
    outcome, regressor, weight : ndarray (n_units, n_periods)

    Returns
    -------
    (float, float, ndarray, ndarray)
        Estimate and standard error (NaN where the regressor is a sum of unit and period effects); the regressor and
        the outcome with everything else taken out, both (n_units, n_periods).

    Examples
    --------
    >>> regressor = np.array([[0.0, 1.0], [0.0, 0.0], [0.0, 0.0]])
    >>> outcome = np.array([[1.0, 5.0], [2.0, 3.0], [4.0, 5.0]])
    >>> round(regress_on_one(outcome, regressor, np.ones((3, 2)))[0], 6)
    3.0
    """
    left = without_unit_and_period(np.stack([regressor, outcome], axis=2), weight)
    alone, rest = left[:, :, 0], left[:, :, 1]
    spread = float((weight * alone**2).sum())
    if spread <= 1e-12 * max(float((weight * regressor**2).sum()), 1e-300):
        return np.nan, np.nan, np.zeros_like(alone), rest
    estimate = float((weight * alone * rest).sum() / spread)
    residual = rest - estimate * alone
    scores = (weight * alone * residual).sum(axis=1)
    has_rows, n_periods = weight.sum(axis=1) > 0, int((weight.sum(axis=0) > 0).sum())
    n_units = int(has_rows.sum())
    n_parameters = 1 + n_periods + (n_units - 1 if count_absorbed else 0)
    factor = cluster_factor(int((weight > 0).sum()), n_units, n_parameters)
    return estimate, float(np.sqrt(factor * (scores**2).sum()) / spread), alone, residual


def _negative_weights(regressor: Floats, treated: Floats, weight: Floats) -> pd.Series:
    cells: Bools = (treated > 0) & (weight > 0)
    parts = (weight * regressor * treated)[cells]
    total = parts.sum()
    parts = parts / total if total > 0 else np.full(len(parts), np.nan)
    return pd.Series(
        {"cells": len(parts), "negative": int((parts < 0).sum()), "sum_negative": float(parts[parts < 0].sum())}
    )

"""How sure an average of effects is: every unit is left out once, within its cohort.

Leaving unit i out changes the average in two ways: its own cells are gone, and the months are fitted without it. Both
are worked out without a new fit: one Newton step of the profiled likelihood gives the months without the unit, exactly
for the linear family. The variance is the stratified jackknife (Shao and Tu 1995, chapter 6; Rust and Rao 1996), with
the cohorts as strata, because who belongs to which cohort is given and not drawn. The degrees of freedom are
Satterthwaite's over the strata.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indicators.evaluation.counterfactual import Counterfactual, _profiled
from indicators.evaluation.panel import Bools, Floats, Ints

BLOCK = 256
"""Units whose months are fitted at once: bounds the memory."""


@dataclass(frozen=True)
class Average:
    """A weighted mean of effects with what leaving out each unit makes of it.

    Attributes
    ----------
    estimate, expected : float
        Mean effect, and mean of the outcome without the programme over the same cells.
    replicates, expected_replicates : ndarray (n_units,)
        The two without that unit; missing where nothing is left without it.
    has_weight : ndarray of bool (n_units,)
    """

    estimate: float
    expected: float
    replicates: Floats
    expected_replicates: Floats
    has_weight: Bools


@dataclass(frozen=True)
class Spread:
    """Standard error, degrees of freedom and the deviations whose squares add up to the variance, (n_units,)."""

    se: float
    df: float
    deviations: Floats


class LeaveOneOut:
    """The months of a fit without each unit; averages are asked for one after another.

    Parameters
    ----------
    fit : Counterfactual
    value : ndarray (n_units, n_periods)
        Observed outcome in natural units.
    removed : ndarray of bool, optional
        Fitted cells to treat as if they had not been fitted: their effect is then a prediction like that of a treated
        cell. One Newton step; the change of the months per unit is then first order only.
    """

    def __init__(self, fit: Counterfactual, value: Floats, removed: Bools | None = None) -> None:
        weight, residual, information = fit.weight, fit.residual, fit.information
        expected = fit.expected
        columns, group = fit.columns, fit.group
        if removed is not None:
            weight = np.where(removed, 0.0, weight)
            information, score, shift = _profiled(weight, np.where(removed, 0.0, residual), columns, group)
            step = _solve(information, score)
            total = weight.sum(axis=1, keepdims=True)
            moved = (columns @ step)[group]
            mean = (weight * moved).sum(axis=1, keepdims=True) / np.where(total > 0, total, 1.0)
            change = moved - mean + shift[:, None]
            expected = expected + fit.slope * change
            residual = np.where(removed, 0.0, residual) - weight * change
        self.effect = value - expected
        self._expected = expected
        self._slope = fit.slope
        self._group = group
        total = weight.sum(axis=1)
        self._share = weight / np.where(total > 0, total, 1.0)[:, None]
        change = (
            _without_each(weight, residual, columns, group, information)
            if removed is None
            else _first_order(residual, columns, group, information)
        )
        self.change = change
        """Change of the coefficients without each unit, shape (n_units, n_columns)."""
        self._moved = np.stack([change @ own.T for own in columns])
        """Change of the linear predictor's months without unit i, for the units of a group: (n_groups, U, T)."""

    def average(self, weights: Floats) -> Average:
        """Mean effect over cells with `weights` (n_units, n_periods), 0 where a cell takes no part."""
        total = weights.sum(axis=1)
        whole = total.sum()
        pull = weights * self._slope
        # By how much the sum of effects of a unit changes with the predictor of each month.
        lever = pull.sum(axis=1, keepdims=True) * self._share - pull
        change = np.zeros(len(total))
        for number, moved in enumerate(self._moved):
            rows = self._group == number
            change += moved @ lever[rows].sum(axis=0)
            change[rows] -= (moved[rows] * lever[rows]).sum(axis=1)
        effects = (weights * self.effect).sum(axis=1)
        expected = (weights * self._expected).sum(axis=1)
        left = whole - total
        with np.errstate(divide="ignore", invalid="ignore"):
            without = np.where(left > 0, (effects.sum() - effects + change) / left, np.nan)
            expected_without = np.where(left > 0, (expected.sum() - expected - change) / left, np.nan)
            return Average(
                float(effects.sum() / whole) if whole > 0 else np.nan,
                float(expected.sum() / whole) if whole > 0 else np.nan,
                without,
                expected_without,
                total > 0,
            )


def spread(estimate: float, replicates: Floats, stratum: Ints, has_weight: Bools, in_play: Bools) -> Spread:
    """The stratified jackknife.

    Parameters
    ----------
    replicates : ndarray (n_units,)
    stratum : ndarray of int (n_units,)
    has_weight : ndarray of bool (n_units,)
        Units with treated cells in the average: they, not their whole stratum, give the degrees of freedom.
    in_play : ndarray of bool (n_units,)
        Units with any cell in the analysis.
    """
    deviations = np.zeros(len(replicates))
    variance = squares = 0.0
    for label in np.unique(stratum[in_play]):
        rows = np.flatnonzero((stratum == label) & in_play)
        count = len(rows)
        if count == 1:
            own = replicates[rows] - estimate
        else:
            own = np.sqrt((count - 1) / count) * (replicates[rows] - replicates[rows].mean())
        deviations[rows] = own
        part = float((own**2).sum())
        counted = int(has_weight[rows].sum()) or count
        variance += part
        squares += part**2 / max(counted - 1, 1)
    if not np.isfinite(variance) or variance <= 0:
        return Spread(np.nan, np.nan, deviations)
    return Spread(float(np.sqrt(variance)), variance**2 / squares, deviations)


def _solve(matrix: Floats, right: Floats) -> Floats:
    if not matrix.size:
        return np.zeros_like(right)
    try:
        return np.asarray(np.linalg.solve(matrix, right), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.pinv(matrix, hermitian=True) @ right, dtype=np.float64)


def _score(residual: Floats, columns: Floats, group: Ints) -> Floats:
    """Score of each unit, shape (n_units, n_columns). At the optimum the residuals of a unit add up to 0."""
    score = np.empty((len(group), columns.shape[2]))
    for number, own in enumerate(columns):
        rows = group == number
        score[rows] = residual[rows] @ own
    return score


def _first_order(residual: Floats, columns: Floats, group: Ints, information: Floats) -> Floats:
    return -_solve(information, _score(residual, columns, group).T).T


def _without_each(weight: Floats, residual: Floats, columns: Floats, group: Ints, information: Floats) -> Floats:
    """Change of the coefficients when each unit is left out, shape (n_units, n_columns): a full Newton step each."""
    score = _score(residual, columns, group)
    change = np.zeros_like(score)
    if not score.size:
        return change
    total = weight.sum(axis=1)
    has = total > 0
    for number, own in enumerate(columns):
        rows = np.flatnonzero((group == number) & has)
        for block in np.split(rows, range(BLOCK, len(rows), BLOCK)):
            of_unit = weight[block]
            mean = (of_unit @ own) / total[block, None]
            within = (own.T[None] * of_unit[:, None, :]) @ own
            within -= total[block, None, None] * mean[:, :, None] * mean[:, None, :]
            try:
                change[block] = -np.linalg.solve(information - within, score[block][:, :, None])[:, :, 0]
            except np.linalg.LinAlgError:
                for place, unit in enumerate(block):
                    change[unit] = -np.linalg.pinv(information - within[place], hermitian=True) @ score[unit]
    return change


def simultaneous_factor(
    deviations: Floats, *, level: float = 0.95, draws: int = 10_000, seed: int = 20_170_515
) -> float:
    """How many standard errors wide a band must be to cover all estimates at once (sup-t).

    Parameters
    ----------
    deviations : ndarray (n_units, n_estimates)
        As in `Spread`; columns without any are left out.
    draws, seed : int
        Normal draws with the estimates' correlation. The seed is fixed, so that a report gives the same digits again.

    Notes
    -----
    Montiel Olea and Plagborg-Møller (2019, Journal of Applied Econometrics), the sup-t band. It is never below the
    factor of a single interval.

    Examples
    --------
    >>> one = np.array([[1.0], [-1.0]])
    >>> round(simultaneous_factor(one), 1), round(simultaneous_factor(np.eye(40)), 1)
    (2.0, 3.2)
    """
    scale = np.sqrt((deviations**2).sum(axis=0))
    used = np.isfinite(scale) & (scale > 0)
    if not used.any():
        return np.nan
    scaled = deviations[:, used] / scale[used]
    rng = np.random.default_rng(seed)
    if len(scaled) > scaled.shape[1]:
        # The same law from fewer normals: a square root of the correlation instead of all the units.
        values, vectors = np.linalg.eigh(scaled.T @ scaled)
        scaled = (vectors * np.sqrt(np.clip(values, 0.0, None))).T
    largest = np.abs(rng.normal(size=(draws, len(scaled))) @ scaled).max(axis=1)
    return float(max(np.quantile(largest, level), 1.959964))

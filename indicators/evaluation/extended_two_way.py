"""Regression with one effect for every cohort and month (extended two-way fixed effects, Wooldridge).

On a panel without gaps it gives the points of the imputation; its errors come from one regression. With a binomial
likelihood the effects lie on the log odds and are reported as differences of proportions.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from indicators.evaluation.absorption import cluster_factor
from indicators.evaluation.cautions import cautions
from indicators.evaluation.errors import EvaluationError, Note
from indicators.evaluation.estimate import estimated, estimated_rows
from indicators.evaluation.panel import NEVER, Bools, Floats, Ints, Panel
from indicators.words import Words

FAMILIES = ("linear", "binomial")
MAX_STEPS = 60
NO_CELL = Note(
    "no_cell",
    Words("Ingen celle med programmet kan sammenlignes.", "No cell under the programme can be compared."),
)
NOT_SETTLED = Note(
    "not_settled",
    Words(
        "Modellen finder ikke en løsning: en kohorte har kun hændelser eller slet ingen.",
        "The model finds no solution: a cohort has nothing but events, or none at all.",
    ),
)


@dataclass(frozen=True)
class ExtendedTwoWay:
    """`overall` (cells weighted by their unit-months, or by patients; normal interval), `cells` and notes.

    `cells` has one row per cohort and month: group, period, since, the fields of an estimate (binomial: differences of
    proportions), and n, the unit-months behind it.
    """

    overall: pd.Series
    cells: pd.DataFrame
    notes: tuple[Note, ...]
    influence: Floats = field(repr=False)


def extended_two_way(
    frame: pd.DataFrame,
    *,
    unit: str = "unit",
    period: str = "period",
    numerator: str = "numerator",
    denominator: str | None = None,
    start: str = "start",
    family: str = "linear",
    weights: str = "unit",
    level: float = 0.95,
) -> ExtendedTwoWay:
    """Effects by cohort and month from one regression with unit and month effects, errors clustered by unit.

    Parameters
    ----------
    family : {"linear", "binomial"}
        Binomial: cohort effects in place of unit effects, and everything on the log odds (a logit with unit effects is
        biased in short panels; units that come and go shift the mean of their cohort).
    weights : {"unit", "patient"}
        Unit-months count the same, in the fit and in the overall effect, or by their denominator.

    Raises
    ------
    EvaluationError
        Malformed input (see `Panel.of`), or a family that does not exist.

    Notes
    -----
    Squared errors times G / (G - 1) times (n - 1) / (n - K), unit effects not counted in K, as fixest does. The
    weights of the overall effect are taken as given.

    References
    ----------
    Wooldridge (2021), Two-way fixed effects, the two-way Mundlak regression, and difference-in-differences estimators;
    Wooldridge (2023), The Econometrics Journal 26:C31-C66 (the binomial form).

    Examples
    --------
    >>> rows = [(u, t, u + t + (t - s + 1) * (s > 0 and t >= s), s)
    ...         for u, s in enumerate([3, 4, 0, 0]) for t in range(1, 6)]
    >>> result = extended_two_way(pd.DataFrame(rows, columns=["unit", "period", "numerator", "start"]))
    >>> result.cells["estimate"].round(6).tolist(), float(result.overall["estimate"].round(6))
    ([1.0, 2.0, 3.0, 1.0, 2.0], 1.8)
    """
    if family not in FAMILIES:
        said = ", ".join(FAMILIES)
        raise EvaluationError(
            "unknown_family",
            Words(f"Familien »{family}« findes ikke. Vælg en af: {said}.", f"No family '{family}'; choose {said}."),
        )
    panel = Panel.of(
        frame, unit=unit, period=period, numerator=numerator, denominator=denominator, start=start, family=family
    )
    if family == "binomial":
        return _binomial(panel, weights, level)
    weight = np.where(panel.observed, panel.size if weights == "patient" else 1.0, 0.0)
    cells, estimate, influence, known = cell_regression(panel.value, weight, panel.start)
    counts = np.array([weight[panel.start == g, t].sum() for g, t in cells])
    notes = [*panel.notes, *cautions(panel)]
    if not known.all():
        notes.append(_cells_left_out(int((~known).sum())))
    overall = estimated(np.nan, np.nan)
    if known.any():
        share = np.where(known, counts, 0.0) / counts[known].sum()
        overall = estimated(
            float(share @ np.where(known, estimate, 0.0)), float(_length(influence @ share)), level=level
        )
    else:
        notes.append(NO_CELL)
    rows = estimated_rows(np.where(known, estimate, np.nan), _length(influence), level=level)
    rows.insert(0, "group", [panel.cohort_label(int(g)) for g, _ in cells])
    rows.insert(1, "period", [panel.periods[int(t)] for _, t in cells])
    rows.insert(2, "since", [int(t - g) for g, t in cells])
    rows["n"] = [int(((panel.start == g) & panel.observed[:, t]).sum()) for g, t in cells]
    return ExtendedTwoWay(overall, rows, tuple(notes), influence)


def _length(influence: Floats) -> Floats:
    return np.sqrt((influence**2).sum(axis=0))


def cell_regression(value: Floats, weight: Floats, start: Ints) -> tuple[list[tuple[int, int]], Floats, Floats, Bools]:
    """Least squares on unit, period, and one indicator per cohort and period under the programme.

    Parameters
    ----------
    value, weight : ndarray (n_units, n_periods)
    start : ndarray (n_units,)
        Column of the start; `NEVER` for none.

    Returns
    -------
    cells : list of (start, column)
    estimate : ndarray (n_cells,)
    influence : ndarray (n_units, n_cells)
        Part of each unit in the error of each estimate: the root of its sum of squares is the standard error.
    known : ndarray of bool (n_cells,)
        Whether the cell can be told from the unit and period effects.

    Notes
    -----
    The regressors are the same for all units of a cohort, so the normal equations need one matrix of periods by
    periods per cohort and never a column per unit.

    Examples
    --------
    >>> value = np.array([[0.0, 3.0], [1.0, 2.0], [2.0, 3.0]])
    >>> cells, estimate, _, known = cell_regression(value, np.ones((3, 2)), np.array([1, NEVER, NEVER]))
    >>> cells, estimate.round(6).tolist(), known.tolist()
    ([(1, 1)], [2.0], [True])
    """
    n_units, n_periods = value.shape
    total = weight.sum(axis=1)
    share = weight / np.where(total > 0, total, 1.0)[:, None]
    groups, member = np.unique(np.where(total > 0, start, NEVER), return_inverse=True)
    seen = np.stack([weight[member == k].sum(axis=0) > 0 for k in range(len(groups))])
    places = [
        (k, t) for k, g in enumerate(groups) if g != NEVER for t in range(max(int(g), 0), n_periods) if seen[k, t]
    ]
    n_cells = len(places)
    of_group = np.array([k for k, _ in places], dtype=np.int64)
    of_period = np.array([t for _, t in places], dtype=np.int64)
    gram = np.zeros((n_cells + n_periods, n_cells + n_periods))
    score = np.zeros(n_cells + n_periods)
    centred = value - (share * value).sum(axis=1)[:, None]
    for k in range(len(groups)):
        rows = member == k
        block = np.diag(weight[rows].sum(axis=0)) - weight[rows].T @ share[rows]
        moments = (weight[rows] * centred[rows]).sum(axis=0)
        mine = np.flatnonzero(of_group == k)
        gram[np.ix_(mine, mine)] = block[np.ix_(of_period[mine], of_period[mine])]
        gram[mine, n_cells:] = block[of_period[mine]]
        gram[n_cells:, mine] = block[:, of_period[mine]]
        gram[n_cells:, n_cells:] += block
        score[mine] = moments[of_period[mine]]
        score[n_cells:] += moments
    inverse = np.linalg.pinv(gram, rcond=1e-11, hermitian=True)
    fitted = inverse @ score
    spread = (inverse @ gram)[:n_cells]
    known = np.abs(spread - np.eye(n_cells, n_cells + n_periods)).max(axis=1, initial=0.0) < 1e-7
    effect = np.zeros((len(groups), n_periods))
    effect[of_group, of_period] = fitted[:n_cells]
    left = value - effect[member] - fitted[n_cells:]
    left = weight * (left - (share * left).sum(axis=1)[:, None])
    response = np.broadcast_to(inverse[n_cells:, :n_cells], (len(groups), n_periods, n_cells)).copy()
    response[of_group, of_period] += inverse[:n_cells, :n_cells]
    influence = np.zeros((n_units, n_cells))
    for k in range(len(groups)):
        influence[member == k] = left[member == k] @ response[k]
    n_parameters = n_cells + int((weight.sum(axis=0) > 0).sum())
    factor = cluster_factor(int((weight > 0).sum()), int((total > 0).sum()), n_parameters)
    cells = [(int(groups[k]), t) for k, t in places]
    return cells, fitted[:n_cells], np.where(known, influence, np.nan_to_num(influence)) * np.sqrt(factor), known


def _binomial(panel: Panel, weights: str, level: float) -> ExtendedTwoWay:
    """Cohort and month effects on the log odds from cohort-months without the programme, the rest against them."""
    weight = np.where(panel.observed, panel.size if weights == "patient" else 1.0, 0.0)
    groups, member = np.unique(panel.start, return_inverse=True)
    belongs = np.equal.outer(np.arange(len(groups)), member).astype(np.float64)
    size, events = belongs @ weight, belongs @ (weight * panel.value)
    proportion = events / np.where(size > 0, size, 1.0)
    begun = (np.arange(size.shape[1])[None, :] >= groups[:, None]) & (size > 0)
    fit = fit_log_odds(proportion, np.where(begun, 0.0, size))
    known = begun & fit.reachable
    cells = np.argwhere(known)
    notes = [*panel.notes, *cautions(panel)]
    lost = int((begun & ~known).sum())
    if not fit.has_settled:
        notes.append(NOT_SETTLED)
    elif lost:
        notes.append(_cells_left_out(lost))
    if not len(cells):
        notes.append(NO_CELL)
    response = fit.of_expected(cells)
    n_rows, n_units = int((weight > 0).sum()), int((weight.sum(axis=1) > 0).sum())
    n_parameters = int(begun.sum()) + int((size.sum(axis=1) > 0).sum()) + int((size.sum(axis=0) > 0).sum()) - 1
    factor = np.sqrt(cluster_factor(n_rows, n_units, n_parameters))
    left = weight * (panel.value - np.where(begun, proportion, fit.expected)[member])
    influence = np.zeros((len(panel.units), len(cells)))
    for place, (k, t) in enumerate(cells):
        rows = member == k
        influence[rows, place] = left[rows, t] / size[k, t]
    untreated = np.where(begun[member], 0.0, left)
    influence = factor * (influence - np.einsum("it,itk->ik", untreated, response[member]))
    effect = (proportion - fit.expected)[known]
    overall = estimated(np.nan, np.nan)
    if len(cells):
        share = size[known] / size[known].sum()
        overall = estimated(float(share @ effect), float(_length(influence @ share)), level=level)
    rows = estimated_rows(effect, _length(influence), level=level)
    rows.insert(0, "group", [panel.cohort_label(int(groups[k])) for k, _ in cells])
    rows.insert(1, "period", [panel.periods[int(t)] for _, t in cells])
    rows.insert(2, "since", [int(t - groups[k]) for k, t in cells])
    rows["n"] = [int((weight[member == k, t] > 0).sum()) for k, t in cells]
    return ExtendedTwoWay(overall, rows, tuple(notes), influence)


@dataclass(frozen=True)
class LogOdds:
    """Fitted proportions of groups by periods (expected), and which cells the fit can reach (reachable)."""

    expected: Floats
    reachable: Bools
    has_settled: bool
    design: Floats
    inverse: Floats

    def of_expected(self, cells: Ints) -> Floats:
        """What a unit of score in each cell adds to the expected proportion of `cells`: (n_groups, n_periods, n)."""
        slope = (self.expected * (1 - self.expected))[cells[:, 0], cells[:, 1]]
        target = self.design[cells[:, 0], cells[:, 1]] * slope[:, None]
        found: Floats = self.design @ (self.inverse @ target.T)
        return found


def fit_log_odds(proportion: Floats, size: Floats) -> LogOdds:
    """Binomial likelihood with one effect per group and one per period.

    Parameters
    ----------
    proportion, size : ndarray (n_groups, n_periods)
        Size 0: the cell is not fitted, only predicted where its group and its period are tied to fitted cells.

    Examples
    --------
    >>> fit = fit_log_odds(np.array([[0.5, 0.5], [0.2, 0.0]]), np.array([[10.0, 10.0], [10.0, 0.0]]))
    >>> fit.expected.round(6).tolist(), fit.reachable.all()
    ([[0.5, 0.5], [0.2, 0.2]], np.True_)
    """
    n_groups, n_periods = proportion.shape
    design = np.zeros((n_groups, n_periods, n_groups + n_periods))
    design[np.arange(n_groups), :, np.arange(n_groups)] = 1.0
    design[:, np.arange(n_periods), n_groups + np.arange(n_periods)] = 1.0
    events = proportion * size
    # A group or a period with no events, or nothing but events, has no finite effect.
    for axis in (1, 0, 1, 0):
        total, hits = size.sum(axis=axis, keepdims=True), (proportion * size).sum(axis=axis, keepdims=True)
        size = size * ((hits > 0) & (hits < total * (1 - 1e-12)))
    used = size > 0
    events = events[used]
    rows = design[used]
    begin = np.log((events + 0.5) / (size[used] - events + 0.5))
    slopes = np.linalg.lstsq(rows, begin, rcond=1e-11)[0] if len(rows) else np.zeros(n_groups + n_periods)
    inverse: Floats = np.zeros((len(slopes), len(slopes)))
    has_settled = False
    for _ in range(MAX_STEPS):
        chance = _chance(rows @ slopes)
        information = (rows * (size[used] * chance * (1 - chance))[:, None]).T @ rows
        inverse = np.asarray(np.linalg.pinv(information, rcond=1e-11, hermitian=True), dtype=np.float64)
        step = inverse @ (rows.T @ (events - size[used] * chance))
        slopes = slopes + step
        if np.abs(step).max(initial=0.0) < 1e-11:
            has_settled = bool(len(rows))
            break
    within = np.linalg.pinv(rows) @ rows if len(rows) else inverse
    reachable = np.abs(design @ within - design).max(axis=2) < 1e-7
    expected = _chance(design @ slopes)
    return LogOdds(expected, reachable & has_settled, has_settled, design, inverse)


def _chance(log_odds: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(log_odds, -700, 700)))


def _cells_left_out(count: int) -> Note:
    cells_da = "1 celle" if count == 1 else f"{count} celler"
    cells_en, have, are = ("1 cell", "has", "is") if count == 1 else (f"{count} cells", "have", "are")
    return Note(
        "cells_not_identified",
        Words(
            f"{cells_da} (kohorte og måned) har ingen at blive sammenlignet med (på log-odds: heller ikke en"
            " kohorte uden hændelser før starten) og er ikke med.",
            f"{cells_en} (cohort and month) {have} nothing to be compared with (on log odds: nor has a cohort without"
            f" events before its start) and {are} left out.",
        ),
        count,
    )

"""What would have happened without the programme: unit and month effects fitted on untreated cells only.

The fit is by maximum likelihood (linear: least squares) with the unit effects profiled out, so that what is solved has
one row per month, not one per unit. Borusyak, Jaravel and Spiess (2024, Review of Economic Studies) call the linear
form imputation; Wooldridge (2023, The Econometrics Journal) gives the binomial and the Poisson form.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from indicators.evaluation.errors import Note
from indicators.evaluation.panel import Bools, Floats, Ints, Panel
from indicators.words import Words

MAX_STEPS = 60
SMALLEST_COMPARISON = 2
"""Untreated units a month needs: with one alone the month cannot be told from that unit."""


@dataclass(frozen=True)
class Counterfactual:
    """The untreated outcome of every unit and month, with what the inference needs.

    Attributes
    ----------
    expected : ndarray (n_units, n_periods)
        Outcome without the programme in natural units; meaningful where `reachable`.
    slope : ndarray, same shape
        Derivative of `expected` by the linear predictor.
    reachable : ndarray of bool, same shape
        Cells whose unit and month are both tied to the same untreated cells.
    fitted : ndarray of bool, same shape
        The untreated cells that were used.
    weight, residual : ndarray, same shape
        Information and score of each fitted cell; 0 elsewhere.
    columns : ndarray (n_groups, n_periods, n_columns)
        Regressors of each group of units (month indicators, then trends).
    group : ndarray (n_units,)
        Row of `columns` of each unit.
    information : ndarray (n_columns, n_columns)
        Of the columns with the unit effects profiled out.
    coefficients : ndarray (n_columns,)
    notes : tuple of Note
    """

    expected: Floats
    slope: Floats
    reachable: Bools
    fitted: Bools
    weight: Floats
    residual: Floats
    columns: Floats
    group: Ints
    information: Floats
    coefficients: Floats
    notes: tuple[Note, ...]

    @property
    def unit_weight(self) -> Floats:
        """Sum of the weights of a unit; 1 where it has none, so that it can be divided by. Shape (n_units,)."""
        total = self.weight.sum(axis=1)
        return np.where(total > 0, total, 1.0)


def fit_untreated(
    panel: Panel, untreated: Bools, family: str, *, trends: Floats | None = None, group: Ints | None = None
) -> Counterfactual:
    """Fit the untreated cells and predict every cell that can be reached from them.

    Parameters
    ----------
    untreated : ndarray of bool (n_units, n_periods)
        Cells to fit; unobserved ones are left out.
    trends : ndarray (n_groups, n_periods, n_trends), optional
        Further regressors, the same for all units of a group. Those that the untreated cells cannot tell apart from
        the rest are set to 0 and named in the notes.
    group : ndarray (n_units,)
        Which rows of `trends` belong to a unit.
    """
    group = np.zeros(len(panel.units), dtype=np.int64) if group is None else group
    n_periods = len(panel.periods)
    extra = np.zeros((int(group.max(initial=0)) + 1, n_periods, 0)) if trends is None else trends

    cells, notes = _informative(panel, untreated & panel.observed, family)
    parts_unit, parts_period, n_parts = _parts(cells)
    reachable = (parts_unit[:, None] == parts_period[None, :]) & (parts_unit >= 0)[:, None]

    months = np.eye(n_periods)[:, _free_months(parts_period, n_parts)]
    columns = np.concatenate([np.broadcast_to(months, (len(extra), *months.shape)), extra], axis=2)
    columns, unknown = _identified(columns, cells, group, months.shape[1])
    if unknown:
        words = Words(
            f"{unknown} tendenser kan ikke skelnes fra månederne og er ikke med.",
            f"{unknown} trends cannot be told from the months and are left out.",
        )
        notes.append(Note("trend_not_identified", words, unknown))

    value, size = panel.value, panel.size
    unit_effect = _starting_effects(value, size, cells, family)
    coefficients = np.zeros(columns.shape[2])
    for _ in range(MAX_STEPS):
        predictor = unit_effect[:, None] + (columns @ coefficients)[group]
        _, weight, residual = _moments(predictor, value, size, cells, family)
        information, score, shift = _profiled(weight, residual, columns, group)
        step = np.linalg.solve(information, score) if len(score) else score
        unit_step = shift - _of_unit(weight, (columns @ step)[group])
        largest = max(np.abs(step).max(initial=0.0), np.abs(unit_step).max(initial=0.0))
        shrink = min(1.0, 4.0 / largest) if largest > 0 else 1.0
        coefficients = coefficients + shrink * step
        unit_effect = unit_effect + shrink * unit_step
        if largest < 1e-10:
            break
    predictor = unit_effect[:, None] + (columns @ coefficients)[group]
    expected, weight, residual = _moments(predictor, value, size, cells, family)
    information, _, _ = _profiled(weight, residual, columns, group)
    return Counterfactual(
        expected=expected,
        slope=_slope(expected, family),
        reachable=reachable,
        fitted=cells,
        weight=weight,
        residual=residual,
        columns=columns,
        group=group,
        information=information,
        coefficients=coefficients,
        notes=tuple(notes),
    )


def _informative(panel: Panel, cells: Bools, family: str) -> tuple[Bools, list[Note]]:
    """The cells that say something: no month with one unit, no unit or month that is all 0 or all 1."""
    events = panel.value * panel.size
    lost = 0
    cells = cells.copy()
    while True:
        before = int(cells.sum())
        cells[:, cells.sum(axis=0) < SMALLEST_COMPARISON] = False
        if family != "linear":
            for axis in (1, 0):
                some = np.where(cells, events, 0.0).sum(axis=axis)
                rest = np.where(cells, panel.size - events, 0.0).sum(axis=axis)
                is_perfect = (some <= 0) | (rest <= 0) if family == "binomial" else some <= 0
                is_perfect &= cells.any(axis=axis)
                lost += int(is_perfect.sum()) if axis == 1 else 0
                if axis == 1:
                    cells[is_perfect] = False
                else:
                    cells[:, is_perfect] = False
        if int(cells.sum()) == before:
            break
    if not lost:
        return cells, []
    words = Words(
        f"{lost} enheder har kun 0 eller kun 100 % før start. Deres effekt kan ikke regnes på denne skala (perfekt "
        "forudsigelse); den lineære model kan bruges.",
        f"{lost} units have nothing but 0 or nothing but 100% before the start. Their effect cannot be computed on "
        "this scale (perfect prediction); the linear model can be used.",
    )
    return cells, [Note("perfect_prediction", words, lost)]


def _parts(cells: Bools) -> tuple[Ints, Ints, int]:
    """Which part of the graph of units and months each belongs to; -1 without any cell."""
    n_units, n_periods = cells.shape
    unit, period = np.nonzero(cells)
    size = n_units + n_periods
    graph = coo_array((np.ones(len(unit)), (unit, period + n_units)), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    has = np.concatenate([cells.any(axis=1), cells.any(axis=0)])
    used, number = np.unique(label[has], return_inverse=True)
    parts = np.full(size, -1, dtype=np.int64)
    parts[has] = number
    return parts[:n_units], parts[n_units:], len(used)


def _free_months(parts: Ints, n_parts: int) -> Ints:
    """Months with an effect of their own: all that are fitted but the first of each part, which the units carry."""
    free = [np.flatnonzero(parts == part)[1:] for part in range(n_parts)]
    return np.sort(np.concatenate(free)) if free else np.zeros(0, dtype=np.int64)


def _identified(columns: Floats, cells: Bools, group: Ints, n_months: int) -> tuple[Floats, int]:
    """The columns without those trends that add nothing to the months and the trends before them."""
    count = columns.shape[2]
    if count == n_months:
        return columns, 0
    information, _, _ = _profiled(cells.astype(np.float64), np.zeros(cells.shape), columns, group)
    kept = list(range(n_months))
    for column in range(n_months, count):
        tried = [*kept, column]
        own = information[column, column]
        if own <= 0:
            continue
        across = information[np.ix_(kept, [column])][:, 0]
        explained = across @ np.linalg.solve(information[np.ix_(kept, kept)], across) if kept else 0.0
        if own - explained > 1e-8 * own:
            kept = tried
    return columns[:, :, kept], count - len(kept)


def _starting_effects(value: Floats, size: Floats, cells: Bools, family: str) -> Floats:
    weight = np.where(cells, size if family != "linear" else 1.0, 0.0)
    total = weight.sum(axis=1)
    mean = (weight * value).sum(axis=1) / np.where(total > 0, total, 1.0)
    has = total > 0
    if family == "binomial":
        return np.where(has, np.log(np.where(has, mean, 0.5) / (1 - np.where(has, mean, 0.5))), 0.0)
    if family == "poisson":
        return np.where(has, np.log(np.where(has, mean, 1.0)), 0.0)
    return np.where(has, mean, 0.0)


def _moments(
    predictor: Floats, value: Floats, size: Floats, cells: Bools, family: str
) -> tuple[Floats, Floats, Floats]:
    """Expected outcome in natural units, information and score of each cell."""
    if family == "linear":
        return predictor, cells.astype(np.float64), np.where(cells, value - predictor, 0.0)
    if family == "binomial":
        expected = 1.0 / (1.0 + np.exp(-np.clip(predictor, -40, 40)))
    else:
        expected = np.exp(np.clip(predictor, -40, 40))
    weight = np.where(cells, size * _slope(expected, family), 0.0)
    return expected, weight, np.where(cells, size * (value - expected), 0.0)


def _slope(expected: Floats, family: str) -> Floats:
    if family == "binomial":
        return expected * (1.0 - expected)
    return expected if family == "poisson" else np.ones_like(expected)


def _of_unit(weight: Floats, values: Floats) -> Floats:
    """Weighted mean of `values` of each unit, shape (n_units,); 0 without weight."""
    total = weight.sum(axis=1)
    return np.where(total > 0, (weight * values).sum(axis=1) / np.where(total > 0, total, 1.0), 0.0)


def _profiled(weight: Floats, residual: Floats, columns: Floats, group: Ints) -> tuple[Floats, Floats, Floats]:
    """Information and score of the columns with the unit effects profiled out, and the mean residual of each unit."""
    total = weight.sum(axis=1)
    safe = np.where(total > 0, total, 1.0)
    shift = np.where(total > 0, residual.sum(axis=1) / safe, 0.0)
    left = residual - weight * shift[:, None]
    n_columns = columns.shape[2]
    information, score = np.zeros((n_columns, n_columns)), np.zeros(n_columns)
    for number, own in enumerate(columns):
        rows = group == number
        of_group = weight[rows]
        within = np.diag(of_group.sum(axis=0)) - (of_group / safe[rows, None]).T @ of_group
        information += own.T @ within @ own
        score += own.T @ left[rows].sum(axis=0)
    return information, score, shift

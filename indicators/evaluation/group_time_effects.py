"""Effect of every cohort in every month, each from a comparison of two months and two groups (Callaway-Sant'Anna).

A cell (g, t) compares the change of the cohort that started in month g, from the last month before its start to month
t, with the change over the same two months in units that had not started. No unit that already started is ever a
comparison, so growing effects do no harm. The price is precision: the whole cell hangs on one month before the start,
also if that month lies in a dip. It stands beside the imputation as a check of robustness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from indicators.evaluation.cautions import cautions
from indicators.evaluation.errors import EvaluationError, Note
from indicators.evaluation.estimate import FIELDS, estimated, estimated_rows
from indicators.evaluation.panel import NEVER, Bools, Floats, Ints, Panel
from indicators.words import Words

CONTROLS = ("not-yet", "never")
BASES = ("varying", "universal")
METHODS = ("dr", "reg", "ipw")
UNBALANCED = ("sections", "pairs", "complete")
WEIGHTS = ("unit", "patient")
GROUP_SHARES = ("estimated", "did-2.1")
LARGEST_PROPENSITY = 0.999
"""Above it a treated unit has no comparison like itself, and the weights explode (as R did refuses it)."""

REASONS = {
    "cohort_not_observed": Words(
        "Kohorten har ingen tal i en af de to måneder.", "The cohort has no figures in one of the two months."
    ),
    "no_comparison": Words(
        "Ingen enheder uden programmet har tal i de to måneder.",
        "No unit without the programme has figures in the two months.",
    ),
    "overlap": Words(
        "Baggrundsoplysningerne skiller kohorten helt fra de andre, så den har ingen at blive sammenlignet med.",
        "The covariates separate the cohort from the others, so nobody is like it.",
    ),
    "collinear": Words(
        "Der er for få sammenligningsenheder til baggrundsoplysningerne.",
        "There are too few comparison units for the covariates.",
    ),
}
"""Why a cell has no estimate, by its code in `.not_identified`."""


@dataclass(frozen=True)
class GroupTimeEffects:
    """What `group_time_effects` found. Estimates are in units of the outcome (proportion, rate or value).

    Attributes
    ----------
    cells : DataFrame
        One row per cohort and month: group, period, since (months since start, 0 the month of the start), base (the
        month compared with), the fields of an estimate, n_treated and n_control (units behind it). A cell without an
        answer has missing figures and the code of its reason.
    overall : Series
        All cells after the start, weighted by the size of the cohort ("simple").
    overalls : DataFrame
        The four ways to sum up, rows simple, group, time and calendar: they weight the same cells differently and
        answer different questions.
    by_group, by_time, by_calendar : DataFrame
        By cohort; by months since start, those before it included, with a simultaneous band (band_low, band_high);
        by month. Column n_units: treated units behind the row.
    pretrend : Series
        Wald test that all cells before the start are 0: statistic, df, p_value. Passing it proves nothing.
    not_identified : DataFrame
        group, period, since, reason of the cells without an answer; the words are in `REASONS`.
    used : Series
        Counts: units, treated, never, left_out, unit_months, cells, cells_not_identified; and how missing months were
        handled.
    notes : tuple of Note
    influence : ndarray (n_units, n_cells), kept for tests and for other sums of cells.
    """

    cells: pd.DataFrame
    overall: pd.Series
    overalls: pd.DataFrame
    by_group: pd.DataFrame
    by_time: pd.DataFrame
    by_calendar: pd.DataFrame
    pretrend: pd.Series
    not_identified: pd.DataFrame
    used: pd.Series
    notes: tuple[Note, ...]
    influence: Floats = field(repr=False)


def group_time_effects(
    frame: pd.DataFrame,
    *,
    unit: str = "unit",
    period: str = "period",
    numerator: str = "numerator",
    denominator: str | None = None,
    start: str = "start",
    control: str = "not-yet",
    base: str = "varying",
    covariates: Sequence[str] = (),
    method: str = "dr",
    unbalanced: str = "sections",
    weights: str = "unit",
    anticipation: int = 0,
    group_shares: str = "estimated",
    level: float = 0.95,
    seed: int = 1,
) -> GroupTimeEffects:
    """Effects by cohort and month after Callaway and Sant'Anna, with their sums.

    Parameters
    ----------
    frame : DataFrame
        Long, one row per unit and period; an empty start means never.
    control : {"not-yet", "never"}
        Compare with units that have not started by then, or only with those that never do. Without any that never do,
        "not-yet" keeps the last cohort as comparison and has no answer from its start on.
    base : {"varying", "universal"}
        Before the start: compare with the month before (a jump at a time), or always with the last month before the
        start. After the start both are the latter.
    covariates : names of columns
        Units are compared with units alike in these; the value in the base month counts.
    method : {"dr", "reg", "ipw"}
        How covariates come in: doubly robust, by regression, by weighting. Without covariates all give the same.
    unbalanced : {"sections", "pairs", "complete"}
        Missing months: take each month's units as a section of its own (R did with allow_unbalanced_panel=TRUE);
        only units seen in both months of a comparison; or only units seen in all months (R did otherwise). Sections
        cannot carry covariates: then pairs are used, and a note says so. A panel without gaps gives the same in all.
    weights : {"unit", "patient"}
        Each unit counts the same, or by its mean denominator.
    anticipation : int
        Months before the start that may already be affected, so that the comparison month lies earlier.
    group_shares : {"estimated", "did-2.1"}
        The error of the sum over cohorts counts that the shares of the cohorts are estimated. R did 2.1.2 does so with
        the first cohort's membership in every cohort's place, a slip (0.3 to 3 % of the standard error where cohorts
        differ in size); "did-2.1" repeats it, so that figures from there can be checked.
    seed : int
        Of the draws behind the simultaneous band. Everything else is without chance.

    Returns
    -------
    GroupTimeEffects
        Standard errors from the influence functions, clustered by unit; intervals are normal. A panel with gaps taken
        as sections has them times root n / (n - 1), n units, and t intervals with n - 1 degrees of freedom, as other
        cluster-robust errors.

    Raises
    ------
    EvaluationError
        Malformed input (see `Panel.of`), or a setting that does not exist.

    References
    ----------
    Callaway, Sant'Anna (2021), Journal of Econometrics 225:200-230; Sant'Anna, Zhao (2020), same journal 219:101-122.

    Examples
    --------
    >>> rows = [(u, t, 10 + t + (2 if start and t >= start else 0), start)
    ...         for u, start in enumerate([3, 3, 4, 4, 0, 0]) for t in range(1, 6)]
    >>> result = group_time_effects(pd.DataFrame(rows, columns=["unit", "period", "numerator", "start"]))
    >>> float(result.overall["estimate"]), len(result.cells)
    (2.0, 8)
    """
    _check_settings(control, base, method, unbalanced, weights, group_shares)
    panel = Panel.of(frame, unit=unit, period=period, numerator=numerator, denominator=denominator, start=start)
    extra = _covariates(frame, panel, covariates, unit=unit, period=period, start=start)
    notes = [*panel.notes, *cautions(panel)]
    if unbalanced == "complete":
        whole: Bools = np.all(panel.observed[:, panel.observed.any(axis=0)], axis=1)
        extra, panel = extra[whole], panel.keep(whole)
    has_gaps = not panel.observed[:, panel.observed.any(axis=0)].all()
    if unbalanced == "sections" and covariates and has_gaps:
        unbalanced = "pairs"
        notes.append(_PAIRS_FOR_COVARIATES)

    as_sections = unbalanced == "sections" and has_gaps
    design, more = _prepare(panel, control, anticipation, weights, as_sections=as_sections)
    notes += more
    if has_gaps:
        notes.append(_gaps(unbalanced, int((~design.observed).sum())))
    elif len(panel.units) < frame[unit].nunique():
        notes.append(_incomplete(frame[unit].nunique() - len(panel.units)))
    computed = _compute(design, extra[design.units], control, base, method, unbalanced, anticipation)
    notes += _notes_on_cells(design, computed)
    cells = _cells_frame(panel, computed, design, level)
    by_group, by_time, by_calendar, overalls = _aggregations(panel, design, computed, group_shares, level, seed)
    pretrend, pretrend_notes = _pretrend(computed, design)
    missing = cells.loc[cells["reason"] != "", ["group", "period", "since", "reason"]].reset_index(drop=True)
    used = pd.Series(
        {
            "units": len(design.start),
            "treated": int((design.start != NEVER).sum()),
            "never": int((design.start == NEVER).sum()),
            "left_out": int(frame[unit].nunique() - len(design.start)),
            "unit_months": int(design.observed.sum()),
            "cells": len(cells),
            "cells_not_identified": len(missing),
            "missing_months": "none" if not has_gaps else unbalanced,
        }
    )
    return GroupTimeEffects(
        cells=cells,
        overall=overalls.loc["simple", list(FIELDS)].astype(np.float64),
        overalls=overalls,
        by_group=by_group,
        by_time=by_time,
        by_calendar=by_calendar,
        pretrend=pretrend,
        not_identified=missing,
        used=used,
        notes=(*notes, *pretrend_notes),
        influence=computed.influence,
    )


# What is analysed -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Design:
    """Units that can be used and the columns in which anything is observed; `when` counts months, gaps included."""

    units: Ints
    value: Floats
    observed: Bools
    start: Ints
    when: Ints
    weight: Floats
    correction: float
    df: float

    @property
    def cohorts(self) -> Ints:
        return np.unique(self.start[self.start != NEVER])

    def share(self, groups: Ints) -> Floats:
        """Share of each of `groups` among the units, by weight, shape (n_groups,)."""
        return np.array([np.mean(self.weight * (self.start == g)) for g in groups])

    def errors(self, influence: Floats) -> Floats:
        """Standard errors of the columns of an influence function: root of its mean square over n."""
        return self.correction * np.sqrt((influence**2).sum(axis=0)) / max(len(influence), 1)


@dataclass(frozen=True)
class _Cells:
    """One entry per cohort and month; `influence` has shape (n_units, n_cells) and mean 0 by column."""

    group: Ints
    when: Ints
    base: Ints
    estimate: Floats
    influence: Floats
    n_treated: Ints
    n_control: Ints
    reason: list[str]

    @property
    def known(self) -> Bools:
        return np.isfinite(self.estimate)

    @property
    def is_reference(self) -> Bools:
        """The base month of a universal base: 0 by construction."""
        return self.when == self.base


def _check_settings(control: str, base: str, method: str, unbalanced: str, weights: str, group_shares: str) -> None:
    for name, value, known in (
        ("control", control, CONTROLS),
        ("base", base, BASES),
        ("method", method, METHODS),
        ("unbalanced", unbalanced, UNBALANCED),
        ("weights", weights, WEIGHTS),
        ("group_shares", group_shares, GROUP_SHARES),
    ):
        if value not in known:
            said = ", ".join(known)
            raise EvaluationError(
                "unknown_setting",
                Words(
                    f"{name}=»{value}« findes ikke. Vælg en af: {said}.", f"No {name}='{value}'; choose one of: {said}."
                ),
            )


def _covariates(
    frame: pd.DataFrame, panel: Panel, names: Sequence[str], *, unit: str, period: str, start: str
) -> Floats:
    """Constant and covariates by unit and period, missing where not given: shape (n_units, n_periods, 1 + n)."""
    design = np.ones((*panel.value.shape, 1 + len(names)))
    for place, name in enumerate(names, start=1):
        read = Panel.of(frame, unit=unit, period=period, numerator=name, denominator=None, start=start)
        design[:, :, place] = np.where(read.observed, read.value, np.nan)
    return design


def _prepare(
    panel: Panel, control: str, anticipation: int, weights: str, *, as_sections: bool
) -> tuple[_Design, list[Note]]:
    notes: list[Note] = []
    columns = np.flatnonzero(panel.observed.any(axis=0))
    if not len(columns):
        words = Words("Ingen enheder har tal i alle måneder.", "No unit has figures in all months.")
        raise EvaluationError("no_rows", words)
    start = panel.start.copy()
    late = (start > columns[-1]) & (start != NEVER)
    start[late] = NEVER
    if late.any():
        notes.append(_after_the_data(int(late.sum())))
    already = start <= columns[0]
    if already.any():
        notes.append(_already_started(int(already.sum())))
    keep = ~already & panel.observed.any(axis=1)
    units, start = np.flatnonzero(keep), start[keep]
    if control == "not-yet" and len(start) and not (start == NEVER).any():
        last = int(start.max())
        start[start == last] = NEVER
        lost = columns[columns >= last - anticipation]
        columns = columns[columns < last - anticipation]
        start[(start > columns.max(initial=-1)) & (start != NEVER)] = NEVER
        notes.append(_no_never(str(panel.cohort_label(last)), len(lost)))
    if control == "never" and not (start == NEVER).any():
        notes.append(_NOBODY_NEVER)
    weight = np.ones(len(units))
    if weights == "patient":
        size, seen = panel.size[units], panel.observed[units]
        weight = size.sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
        weight = weight / weight.mean()
    value, observed = panel.value[np.ix_(units, columns)], panel.observed[np.ix_(units, columns)]
    correction = np.sqrt(len(units) / (len(units) - 1)) if as_sections and len(units) > 1 else 1.0
    df = float(max(len(units) - 1, 1)) if as_sections else np.inf
    return _Design(units, value, observed, start, columns, weight, float(correction), df), notes


# The cells ------------------------------------------------------------------------------------------------------------


def _compute(
    design: _Design, extra: Floats, control: str, base: str, method: str, unbalanced: str, anticipation: int
) -> _Cells:
    n_units, n_columns = design.value.shape
    pieces: list[_Cells] = []
    for group in design.cohorts:
        before = np.flatnonzero(design.when + anticipation < group)
        if not len(before):
            continue
        columns = np.arange(n_columns) if base == "universal" else np.arange(1, n_columns)
        is_jump = (base == "varying") & (design.when[columns] < group)
        bases = np.where(is_jump, columns - 1, before[-1])
        is_treated = design.start == group
        latest = np.maximum(design.when[columns], design.when[bases]) + anticipation
        others = design.start[:, None] > latest[None, :] if control == "not-yet" else design.start[:, None] == NEVER
        is_control = np.broadcast_to(others & ~is_treated[:, None], (n_units, len(columns)))
        if extra.shape[2] > 1:
            piece = _with_covariates(design, extra[:, design.when], columns, bases, is_treated, is_control, method)
        else:
            piece = _without_covariates(design, columns, bases, is_treated, is_control, unbalanced)
        estimate, influence, n_treated, n_control, reason = piece
        at_base = columns == bases
        estimate, influence = np.where(at_base, 0.0, estimate), np.where(at_base, 0.0, influence)
        reason = ["" if here else said for here, said in zip(at_base, reason, strict=True)]
        when = design.when[columns], design.when[bases]
        pieces.append(
            _Cells(np.full(len(columns), group), *when, estimate, influence, n_treated, n_control, list(reason))
        )
    if not pieces:
        empty, none = np.zeros(0), np.zeros(0, dtype=np.int64)
        return _Cells(none, none, none, empty, np.zeros((n_units, 0)), none, none, [])
    joined = {
        name: np.concatenate([getattr(piece, name) for piece in pieces], axis=-1)
        for name in ("group", "when", "base", "estimate", "influence", "n_treated", "n_control")
    }
    return _Cells(**joined, reason=[said for piece in pieces for said in piece.reason])


_Piece = tuple[Floats, Floats, Ints, Ints, list[str]]


def _without_covariates(
    design: _Design, columns: Ints, bases: Ints, is_treated: Bools, is_control: Bools, unbalanced: str
) -> _Piece:
    """Differences of means. The influence of a unit is its part of each mean, so that sum / n is its share."""
    now, then = design.value[:, columns], design.value[:, bases]
    seen_now, seen_then = design.observed[:, columns], design.observed[:, bases]
    parts = []
    for members in (np.broadcast_to(is_treated[:, None], is_control.shape), is_control):
        if unbalanced == "pairs":
            mean, influence, count = _mean(now - then, members & seen_now & seen_then, design.weight)
        else:
            mean_now, influence_now, count_now = _mean(now, members & seen_now, design.weight)
            mean_then, influence_then, count_then = _mean(then, members & seen_then, design.weight)
            mean, influence = mean_now - mean_then, influence_now - influence_then
            count = np.minimum(count_now, count_then)
        parts.append((mean, influence, count))
    (treated, of_treated, n_treated), (compared, of_compared, n_control) = parts
    reason = [_reason(int(a), int(b)) for a, b in zip(n_treated, n_control, strict=True)]
    return treated - compared, of_treated - of_compared, n_treated, n_control, reason


def _reason(n_treated: int, n_control: int) -> str:
    if n_treated == 0:
        return "cohort_not_observed"
    return "no_comparison" if n_control == 0 else ""


def _mean(values: Floats, members: Bools, weight: Floats) -> tuple[Floats, Floats, Ints]:
    """Weighted mean of each column over its members, each unit's influence on it (times n), and the members."""
    weights = members * weight[:, None]
    total = weights.sum(axis=0)
    safe = np.where(total > 0, total, np.nan)
    mean = (weights * values).sum(axis=0) / safe
    influence = len(values) * weights * (values - np.where(total > 0, mean, 0.0)) / np.where(total > 0, total, 1.0)
    return mean, influence, members.sum(axis=0)


def _with_covariates(
    design: _Design,
    extra: Floats,
    columns: Ints,
    bases: Ints,
    is_treated: Bools,
    is_control: Bools,
    method: str,
) -> _Piece:
    n_units, n_cells = is_control.shape
    estimate, influence = np.full(n_cells, np.nan), np.zeros((n_units, n_cells))
    counts = np.zeros((2, n_cells), dtype=np.int64)
    reason = [""] * n_cells
    for cell, (column, base) in enumerate(zip(columns, bases, strict=True)):
        rows = design.observed[:, column] & design.observed[:, base] & np.isfinite(extra[:, base]).all(axis=1)
        rows &= is_treated | is_control[:, cell]
        treated = is_treated[rows]
        counts[:, cell] = treated.sum(), (~treated).sum()
        reason[cell] = _reason(*counts[:, cell].tolist())
        if reason[cell] or column == base:
            continue
        change = design.value[rows, column] - design.value[rows, base]
        found = conditional_effect(change, treated, extra[rows, base], design.weight[rows], method)
        if isinstance(found, str):
            reason[cell] = found
            continue
        estimate[cell] = found[0]
        influence[rows, cell] = n_units / len(change) * found[1]
    return estimate, influence, counts[0], counts[1], reason


def conditional_effect(
    change: Floats, treated: Bools, design: Floats, weight: Floats, method: str = "dr"
) -> tuple[float, Floats] | str:
    """Effect on the treated given covariates, from the change of each unit between two months.

    Parameters
    ----------
    change : ndarray (n,)
    treated : ndarray of bool (n,)
    design : ndarray (n, k)
        Covariates with a constant.
    weight : ndarray (n,)
    method : {"dr", "reg", "ipw"}

    Returns
    -------
    (float, ndarray (n,)) or str
        Effect and influence function (its mean square over n is the squared standard error); or the code of the
        reason why there is none: "collinear" or "overlap".

    Notes
    -----
    Sant'Anna and Zhao (2020): the doubly robust estimator with a logit by maximum likelihood and least squares among
    the controls (their eq. 3.2), outcome regression, and weighting with normalised weights (Hajek).

    Examples
    --------
    >>> x = np.array([0.0, 1.0, 2.0, 0.0, 1.0, 2.0])
    >>> treated = np.array([True, True, True, False, False, False])
    >>> effect, _ = conditional_effect(3 * x + treated, treated, np.c_[np.ones(6), x], np.ones(6), "reg")
    >>> round(effect, 6)
    1.0
    """
    n = len(change)
    w = weight / weight.mean()
    d = treated.astype(np.float64)
    fitted, of_regression = np.zeros(n), np.zeros((n, design.shape[1]))
    if method in ("dr", "reg"):
        controls = design[~treated] * np.sqrt(w[~treated])[:, None]
        if np.linalg.matrix_rank(controls) < design.shape[1]:
            return "collinear"
        inverse = np.linalg.inv(controls.T @ controls / n)
        slopes = inverse @ (design.T @ (w * (1 - d) * change)) / n
        fitted = design @ slopes
        of_regression = (w * (1 - d) * (change - fitted))[:, None] * design @ inverse
    odds, of_propensity = np.ones(n), np.zeros((n, design.shape[1]))
    if method in ("dr", "ipw"):
        found = _logit(d, design, w)
        if found is None or found[0].max() >= LARGEST_PROPENSITY:
            return "overlap"
        chance, covariance = found
        odds = chance / (1 - chance)
        of_propensity = (w * (d - chance))[:, None] * design @ covariance * n
    left = change - fitted
    on_treated = w * d
    on_compared = w * d if method == "reg" else w * (1 - d) * odds
    if method == "reg":
        gain, expected = np.mean(on_treated * change), np.mean(on_compared * fitted)
        share = np.mean(on_treated)
        effect, reached = gain / share, expected / share
        of_treated = on_treated * (change - effect) / share
        of_compared = (
            on_compared * (fitted - reached) + of_regression @ np.mean(on_compared[:, None] * design, 0)
        ) / share
        return float(effect - reached), of_treated - of_compared
    mean_treated = np.mean(on_treated * left) / np.mean(on_treated)
    mean_compared = np.mean(on_compared * left) / np.mean(on_compared)
    of_treated = on_treated * (left - mean_treated) - of_regression @ np.mean(on_treated[:, None] * design, axis=0)
    of_compared = (
        on_compared * (left - mean_compared)
        + of_propensity @ np.mean((on_compared * (left - mean_compared))[:, None] * design, axis=0)
        - of_regression @ np.mean(on_compared[:, None] * design, axis=0)
    )
    influence = of_treated / np.mean(on_treated) - of_compared / np.mean(on_compared)
    return float(mean_treated - mean_compared), influence


def _logit(d: Floats, design: Floats, weight: Floats) -> tuple[Floats, Floats] | None:
    """Fitted chances and covariance of a logit by Newton's method; None where it does not settle."""
    scale = np.maximum(np.abs(design).max(axis=0), 1e-300)
    scaled = design / scale
    slopes = np.zeros(design.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(scaled @ slopes, -40, 40)))
        information = (scaled * (weight * chance * (1 - chance))[:, None]).T @ scaled
        if np.linalg.cond(information) > 1e14:
            return None
        step = np.linalg.solve(information, scaled.T @ (weight * (d - chance)))
        slopes = slopes + step
        if np.abs(step).max() < 1e-11 * max(1.0, np.abs(slopes).max()):
            return chance, np.linalg.inv(information) / np.outer(scale, scale)
    return None


# The sums -------------------------------------------------------------------------------------------------------------


def _cells_frame(panel: Panel, cells: _Cells, design: _Design, level: float) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "group": [panel.cohort_label(int(g)) for g in cells.group],
            "period": [panel.periods[int(t)] for t in cells.when],
            "since": cells.when - cells.group,
            "base": [panel.periods[int(t)] for t in cells.base],
        }
    )
    figures = estimated_rows(cells.estimate, design.errors(cells.influence), design.df, level=level)
    counts = {"n_treated": cells.n_treated, "n_control": cells.n_control, "reason": cells.reason}
    return pd.concat([frame, figures, pd.DataFrame(counts)], axis=1)


def _by_size(cells: _Cells, chosen: Ints, design: _Design) -> tuple[float, Floats]:
    """Mean of cells weighted by the size of their cohort, with the influence of that size being estimated as well."""
    if not len(chosen):
        return np.nan, np.full(len(design.start), np.nan)
    groups = cells.group[chosen]
    return _weighted(cells.estimate[chosen], cells.influence[:, chosen], design.share(groups), groups, design)


def _weighted(
    estimates: Floats, influence: Floats, sizes: Floats, members_of: Ints, design: _Design
) -> tuple[float, Floats]:
    total = sizes.sum()
    members = design.weight[:, None] * (design.start[:, None] == members_of[None, :]) - sizes
    of_weights = members / total - members.sum(axis=1)[:, None] * (sizes / total**2)[None, :]
    return float(estimates @ sizes / total), influence @ (sizes / total) + of_weights @ estimates


def _equally(estimates: Floats, influence: Floats) -> tuple[float, Floats]:
    if not len(estimates):
        return np.nan, np.full(len(influence), np.nan)
    return float(estimates.mean()), influence.mean(axis=1)


def _aggregations(
    panel: Panel, design: _Design, cells: _Cells, group_shares: str, level: float, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    n_units = len(design.start)
    since = cells.when - cells.group
    is_after = cells.known & (since >= 0)
    in_cohort = {int(g): int((design.start == g).sum()) for g in design.cohorts}

    def summed(chosen: list[Ints]) -> tuple[Floats, Floats, list[int]]:
        found = [_by_size(cells, places, design) for places in chosen]
        influence = np.stack([part for _, part in found], axis=1) if found else np.zeros((n_units, 0))
        units = [sum(in_cohort[int(g)] for g in np.unique(cells.group[places])) for places in chosen]
        return np.array([mean for mean, _ in found]), influence, units

    simple = _by_size(cells, np.flatnonzero(is_after), design)

    groups = np.unique(cells.group[is_after])
    of_group = [np.flatnonzero(is_after & (cells.group == g)) for g in groups]
    means = [_equally(cells.estimate[places], cells.influence[:, places]) for places in of_group]
    group_estimates = np.array([mean for mean, _ in means])
    group_influence = np.stack([part for _, part in means], axis=1) if means else np.zeros((n_units, 0))
    by_group = estimated_rows(group_estimates, design.errors(group_influence), design.df, level=level)
    by_group.insert(0, "group", [panel.cohort_label(int(g)) for g in groups])
    by_group["n_units"] = [in_cohort[int(g)] for g in groups]
    by_group["n_months"] = [len(places) for places in of_group]

    steps = np.unique(since[cells.known])
    estimates, influence, units = summed([np.flatnonzero(cells.known & (since == step)) for step in steps])
    by_time = estimated_rows(estimates, design.errors(influence), design.df, level=level)
    by_time.insert(0, "since", steps)
    reach = _simultaneous(design, influence, level, seed)
    by_time["band_low"] = by_time["estimate"] - reach * by_time["se"]
    by_time["band_high"] = by_time["estimate"] + reach * by_time["se"]
    by_time["n_units"] = units
    dynamic = _equally(estimates[steps >= 0], influence[:, steps >= 0])

    months = np.unique(cells.when[is_after])
    estimates, influence, units = summed([np.flatnonzero(is_after & (cells.when == month)) for month in months])
    by_calendar = estimated_rows(estimates, design.errors(influence), design.df, level=level)
    by_calendar.insert(0, "period", [panel.periods[int(month)] for month in months])
    by_calendar["n_units"] = units
    calendar = _equally(estimates, influence)

    members_of = groups if group_shares == "estimated" else np.repeat(groups[:1], len(groups))
    sizes = design.share(groups)
    selective = _weighted(group_estimates, group_influence, sizes, members_of, design) if len(groups) else dynamic

    rows = (simple, selective, dynamic, calendar)
    overalls = pd.DataFrame(
        [estimated(mean, float(design.errors(part[:, None])[0]), design.df, level=level) for mean, part in rows],
        index=pd.Index(["simple", "group", "time", "calendar"], name="sum"),
    )
    return by_group, by_time, by_calendar, overalls


def _simultaneous(design: _Design, influence: Floats, level: float, seed: int, draws: int = 2000) -> float:
    """Multiple of the standard errors that covers all columns at once: multiplier bootstrap over the units."""
    errors = design.errors(influence)
    known = np.isfinite(errors) & (errors > 0)
    if not known.any():
        return np.nan
    signs = 2.0 * np.random.default_rng(seed).integers(0, 2, size=(draws, len(influence))) - 1.0
    sums = design.correction * (signs @ influence[:, known]) / len(influence)
    largest = np.abs(sums / errors[known]).max(axis=1)
    return max(float(np.quantile(largest, level)), float(stats.t.ppf(0.5 + level / 2, design.df)))


def _pretrend(cells: _Cells, design: _Design) -> tuple[pd.Series, list[Note]]:
    """Wald test of the cells before the start (the base month itself left out)."""
    before = np.flatnonzero(cells.known & (cells.when < cells.group) & ~cells.is_reference)
    nothing = pd.Series({"statistic": np.nan, "df": np.nan, "p_value": np.nan})
    if not len(before):
        return nothing, [_NO_PRETREND]
    n_units = len(design.start)
    influence = design.correction * cells.influence[:, before]
    covariance = influence.T @ influence / n_units
    if len(before) >= n_units or 1 / np.linalg.cond(covariance, 1) <= np.finfo(float).eps:
        return nothing, [_singular_pretrend(len(before))]
    estimate = cells.estimate[before]
    statistic = float(n_units * estimate @ np.linalg.solve(covariance, estimate))
    found = {"statistic": statistic, "df": float(len(before)), "p_value": float(stats.chi2.sf(statistic, len(before)))}
    many = [_many_pretrend(len(before))] if 5 * len(before) > n_units else []
    return pd.Series(found), many


# What a reader must know ----------------------------------------------------------------------------------------------


def _notes_on_cells(design: _Design, cells: _Cells) -> list[Note]:
    notes = []
    for code, words in REASONS.items():
        lost = sum(said == code for said in cells.reason)
        if lost:
            count = Words(f"{lost} celler har intet svar: {words.da}", f"{lost} cells have no answer: {words.en}")
            notes.append(Note(code, count, lost))
    sizes = [int((design.start == g).sum()) for g in design.cohorts]
    alone = sum(size == 1 for size in sizes)
    if alone:
        notes.append(_cohort_of_one(alone))
    if not sizes:
        notes.append(_NO_COHORT)
    return notes


_PAIRS_FOR_COVARIATES = Note(
    "pairs_for_covariates",
    Words(
        "Med baggrundsoplysninger bruges kun enheder med tal i begge måneder af en sammenligning.",
        "With covariates only units with figures in both months of a comparison are used.",
    ),
)
_NOBODY_NEVER = Note(
    "no_never",
    Words(
        "Alle enheder starter på et tidspunkt, så der er ingen at sammenligne med. Vælg »not-yet«.",
        "Every unit starts at some time, so nobody is left to compare with. Choose 'not-yet'.",
    ),
)
_NO_COHORT = Note(
    "no_cohort",
    Words(
        "Ingen enheder starter inden for tallene, så der er ingen effekt at måle.",
        "No unit starts within the figures, so there is no effect to measure.",
    ),
)
_NO_PRETREND = Note(
    "no_pretrend",
    Words(
        "Der er for få måneder før starten til at prøve forløbet før.",
        "There are too few months before the start to test the course before it.",
    ),
)


def _gaps(handling: str, count: int) -> Note:
    """How missing unit-months were handled."""
    missing_da = "1 enhedsmåned mangler" if count == 1 else f"{count} enhedsmåneder mangler"
    missing_en = "1 unit-month is missing" if count == 1 else f"{count} unit-months are missing"
    if handling == "sections":
        words = Words(
            f"{missing_da}. Hver måned regnes af de enheder, der har tal den måned.",
            f"{missing_en}. Each month is taken from the units with figures in that month.",
        )
    else:
        words = Words(
            f"{missing_da}. Kun enheder med tal i begge måneder af en sammenligning er med i den.",
            f"{missing_en}. A comparison uses only units with figures in both of its months.",
        )
    return Note("missing_months", words, count)


def _incomplete(count: int) -> Note:
    return Note(
        "incomplete_units",
        Words.by_count(
            count,
            Words(
                "1 enhed mangler mindst én måned og er ikke med.", "1 unit lacks at least one month and is left out."
            ),
            Words(
                f"{count} enheder mangler mindst én måned og er ikke med.",
                f"{count} units lack at least one month and are left out.",
            ),
        ),
        count,
    )


def _after_the_data(count: int) -> Note:
    return Note(
        "start_after_data",
        Words.by_count(
            count,
            Words(
                "1 enhed starter efter den sidste måned og tæller som sammenligning.",
                "1 unit starts after the last month and counts as comparison.",
            ),
            Words(
                f"{count} enheder starter efter den sidste måned og tæller som sammenligning.",
                f"{count} units start after the last month and count as comparison.",
            ),
        ),
        count,
    )


def _already_started(count: int) -> Note:
    return Note(
        "no_months_before",
        Words.by_count(
            count,
            Words(
                "1 enhed var i gang fra den første måned. Den har intet før at måle fra og er ikke med.",
                "1 unit had started by the first month. It has no months before, and is left out.",
            ),
            Words(
                f"{count} enheder var i gang fra den første måned. De har intet før at måle fra og er ikke med.",
                f"{count} units had started by the first month. They have no months before, and are left out.",
            ),
        ),
        count,
    )


def _no_never(label: str, months: int) -> Note:
    return Note(
        "no_never",
        Words(
            f"Alle enheder starter. Den sidste kohorte ({label}) er sammenligning, og fra dens start er der intet svar:"
            f" {months} {'måned' if months == 1 else 'måneder'} er ikke med.",
            f"Every unit starts. The last cohort ({label}) is the comparison, and from its start on there is no answer:"
            f" {months} {'month is' if months == 1 else 'months are'} left out.",
        ),
        months,
    )


def _cohort_of_one(count: int) -> Note:
    return Note(
        "cohort_of_one",
        Words.by_count(
            count,
            Words(
                "1 kohorte har kun én enhed. Dens usikkerhed kan ikke måles: intervallet er for smalt.",
                "1 cohort has a single unit. Its uncertainty cannot be measured: the interval is too narrow.",
            ),
            Words(
                f"{count} kohorter har kun én enhed. Deres usikkerhed kan ikke måles: intervallet er for smalt.",
                f"{count} cohorts have a single unit. Their uncertainty cannot be measured: "
                "the interval is too narrow.",
            ),
        ),
        count,
    )


def _singular_pretrend(count: int) -> Note:
    return Note(
        "pretrend_singular",
        Words(
            f"Forløbet før starten kan ikke prøves samlet: {count} celler er for mange til enhederne.",
            f"The course before the start cannot be tested at once: {count} cells are too many for the units.",
        ),
        count,
    )


def _many_pretrend(count: int) -> Note:
    return Note(
        "pretrend_many",
        Words(
            f"Prøven af forløbet før starten bygger på {count} celler. Med så mange slår den for let ud.",
            f"The test of the course before the start rests on {count} cells. With so many it rejects too easily.",
        ),
        count,
    )

"""Exact test by chance alone: what if other units had started at those times?

All ways to give the same starts to the units are gone through (or many of them drawn), each is analysed as the real
one was, and the p-value is the share that gives as much. It needs no model of the errors and is exact with few units,
as long as it was as good as chance which unit started when.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd

from indicators.evaluation.clusters import UNBOUNDED, edge_of_interval
from indicators.evaluation.errors import Note
from indicators.evaluation.panel import NEVER, Floats, Ints, Panel
from indicators.words import Words

Statistic = Callable[[Floats, Floats, Ints], Floats]
"""(value, weight) of shape (n_units, n_periods) and starts (n_allocations, n_units) to one figure per allocation."""

ASSUMES = Note(
    "assumes_chance",
    Words(
        "Prøven forudsætter, at det var så godt som tilfældigt, hvilken enhed der startede hvornår.",
        "The test assumes that it was as good as chance which unit started when.",
    ),
)
ONE_ALLOCATION = Note(
    "one_allocation",
    Words(
        "Alle enheder har samme start, så der er ingen andre fordelinger at sammenligne med.",
        "All units have the same start, so there are no other allocations to compare with.",
    ),
)
NO_STATISTIC = Note(
    "no_variation",
    Words(
        "Forskellen kan ikke regnes ud: ingen enhed skifter, mens en anden ikke gør.",
        "The difference cannot be computed: no unit changes while another does not.",
    ),
)


@dataclass(frozen=True)
class RandomisationTest:
    """The observed figure among those of the other allocations.

    Attributes
    ----------
    result : Series
        estimate (the statistic), se (missing: none is needed), ci_low, ci_high (constant effects that would not be
        rejected), p_value (two-sided: share of allocations with as large a size), df (missing).
    n_allocations : int
    is_exact : bool
        Whether every allocation was gone through. Else `n_allocations` were drawn, and the observed one is added.
    distribution : ndarray (n_allocations,)
        The statistic of every allocation.
    notes : tuple of Note
    """

    result: pd.Series
    n_allocations: int
    is_exact: bool
    distribution: Floats = field(repr=False)
    notes: tuple[Note, ...]


def randomisation_test(
    frame: pd.DataFrame,
    *,
    unit: str = "unit",
    period: str = "period",
    numerator: str = "numerator",
    denominator: str | None = None,
    start: str = "start",
    weights: str = "unit",
    statistic: Statistic | None = None,
    most: int = 10_000,
    seed: int = 1,
    level: float = 0.95,
) -> RandomisationTest:
    """Randomisation inference over which units start when; the number of units with each start is kept.

    Parameters
    ----------
    weights : {"unit", "patient"}
        Unit-months count the same, or by their denominator.
    statistic : callable, optional
        Default: the two-way coefficient of "has started" (`two_way_coefficients`), a good measure of a constant
        effect; under the hypothesis of no effect for anyone its known bias does not matter.
    most : int
        Up to so many allocations are gone through; beyond that so many are drawn.
    seed : int
        Of the draws.

    Raises
    ------
    EvaluationError
        Malformed input, see `Panel.of`.

    Notes
    -----
    The interval takes away an effect of constant size from the observed cells under the programme and asks whether
    what is left looks like chance. With few allocations no effect may be rejected at the level: the end is infinite.

    References
    ----------
    Rosenbaum (2002), Observational Studies, chapter 2; Roth and Sant'Anna (2023), Journal of Political Economy
    Microeconomics 1:669-709 (staggered starts at random).

    Examples
    --------
    >>> rows = [(u, t, u + 5 * (u < 2 and t > 2), 3 if u < 2 else 0) for u in range(6) for t in range(1, 5)]
    >>> found = randomisation_test(pd.DataFrame(rows, columns=["unit", "period", "numerator", "start"]))
    >>> found.n_allocations, *found.result[["estimate", "p_value"]].round(6).tolist()
    (15, 5.0, 0.066667)
    """
    panel = Panel.of(frame, unit=unit, period=period, numerator=numerator, denominator=denominator, start=start)
    weight = np.where(panel.observed, panel.size if weights == "patient" else 1.0, 0.0)
    has_any = weight.any(axis=1)
    value, weight, begins = panel.value[has_any], weight[has_any], panel.start[has_any]
    measure = two_way_coefficients if statistic is None else statistic
    allocations, is_exact = allocate(begins, most=most, seed=seed)
    notes: list[Note] = [*panel.notes, ASSUMES]
    observed = float(measure(value, weight, begins[None, :])[0])
    distribution = measure(value, weight, allocations)
    result = {"estimate": observed, "se": np.nan, "ci_low": np.nan, "ci_high": np.nan, "p_value": np.nan, "df": np.nan}
    if not np.isfinite(observed):
        notes.append(NO_STATISTIC)
    elif len(allocations) == 1:
        notes.append(ONE_ALLOCATION)
    else:
        under = np.arange(value.shape[1])[None, :] >= begins[:, None]
        shares = _shares(measure, value, weight, under, begins, allocations, is_exact, linear=statistic is None)
        result["p_value"] = shares(0.0)
        step = float(np.nanstd(distribution)) or abs(observed) or 1.0
        result["ci_low"], result["ci_high"] = (
            edge_of_interval(shares, observed, side * step, 1 - level) for side in (-1, 1)
        )
        if np.isinf([result["ci_low"], result["ci_high"]]).any():
            notes.append(UNBOUNDED)
    return RandomisationTest(pd.Series(result), len(allocations), is_exact, distribution, tuple(notes))


def _shares(
    measure: Statistic,
    value: Floats,
    weight: Floats,
    under: np.ndarray,
    begins: Ints,
    allocations: Ints,
    is_exact: bool,
    *,
    linear: bool,
) -> Callable[[float], float]:
    """p-value of the hypothesis that the effect is the same constant everywhere, by that constant."""
    if linear:
        of_value = measure(value, weight, allocations), measure(value, weight, begins[None, :])[0]
        of_effect = measure(under * 1.0, weight, allocations), measure(under * 1.0, weight, begins[None, :])[0]

    def share(effect: float) -> float:
        if linear:
            drawn, mine = of_value[0] - effect * of_effect[0], of_value[1] - effect * of_effect[1]
        else:
            shifted = value - effect * under
            drawn, mine = measure(shifted, weight, allocations), measure(shifted, weight, begins[None, :])[0]
        scale = max(float(np.nanmax(np.abs(drawn), initial=0.0)), 1e-300)
        as_large = int((np.abs(drawn) >= abs(mine) - 1e-9 * scale).sum())
        return as_large / len(drawn) if is_exact else (as_large + 1) / (len(drawn) + 1)

    return share


def allocate(begins: Ints, *, most: int = 10_000, seed: int = 1) -> tuple[Ints, bool]:
    """Ways to give the same starts to the units: all of them (True), or `most` drawn ones.

    Examples
    --------
    >>> allocate(np.array([3, 5, 5]))[0].tolist()
    [[3, 5, 5], [5, 3, 5], [5, 5, 3]]
    """
    counts = sorted(Counter(begins.tolist()).items())
    total, left = 1, len(begins)
    for _, count in counts:
        total *= comb(left, count)
        left -= count
    if total <= most:
        found = np.array(list(_all(counts, len(begins))), dtype=np.int64)
        return found, True
    return np.random.default_rng(seed).permuted(np.tile(begins, (most, 1)), axis=1), False


def _all(counts: list[tuple[int, int]], n_units: int) -> Iterator[list[int]]:
    (start, count), rest = counts[0], counts[1:]
    if not rest:
        yield [start] * n_units
        return
    for chosen in combinations(range(n_units), count):
        others = [place for place in range(n_units) if place not in chosen]
        for filled in _all(rest, len(others)):
            row = [start] * n_units
            for place, value in zip(others, filled, strict=True):
                row[place] = value
            yield row


def two_way_coefficients(value: Floats, weight: Floats, starts: Ints) -> Floats:
    """Coefficient of "has started" beside unit and period effects, for many allocations at once.

    Parameters
    ----------
    value, weight : ndarray (n_units, n_periods)
    starts : ndarray (n_allocations, n_units)
        Column of the start of each unit.

    Returns
    -------
    ndarray (n_allocations,)
        NaN where the starts are a sum of unit and period effects.

    Notes
    -----
    The regressor of a unit depends on its start alone, so everything but one small quadratic form per allocation is
    looked up from a table of units by starts.

    Examples
    --------
    >>> value = np.array([[0.0, 3.0], [1.0, 2.0], [2.0, 3.0]])
    >>> two_way_coefficients(value, np.ones((3, 2)), np.array([[1, 9, 9], [9, 1, 9]])).round(6).tolist()
    [2.0, -1.0]
    """
    n_periods = value.shape[1]
    total = np.where(weight.sum(axis=1) > 0, weight.sum(axis=1), 1.0)
    share = weight / total[:, None]
    between = np.diag(weight.sum(axis=0)) - weight.T @ share
    inverse = np.linalg.pinv(between, rcond=1e-11, hermitian=True)
    centred = value - (share * value).sum(axis=1)[:, None]
    effects = inverse @ (weight * centred).sum(axis=0)
    left = weight * (centred - effects + (share @ effects)[:, None])
    top, square = np.zeros(len(starts)), np.zeros(len(starts))
    by_period = np.zeros((len(starts), n_periods))
    for start in np.unique(starts[starts < min(n_periods, NEVER)]):
        chosen = (starts == start).astype(np.float64)
        has_started = (np.arange(n_periods) >= start).astype(np.float64)
        under = weight * has_started
        amount = under.sum(axis=1)
        top += chosen @ (left @ has_started)
        square += chosen @ (amount - amount**2 / total)
        by_period += chosen @ (under - share * amount[:, None])
    bottom = square - np.einsum("rt,ts,rs->r", by_period, inverse, by_period, optimize=True)
    known = bottom > 1e-10 * max(float(square.max(initial=0.0)), 1e-300)
    return np.where(known, top / np.where(known, bottom, 1.0), np.nan)

"""What if the participants had started in another order? The imputed effect under every other order of their starts.

The starts are dealt out again among the units that take part; units that never take part keep out of it, because
nobody drew lots for the programme. Each order is analysed by imputation on the value itself, and the p-value is the
share of orders with as large an effect. No model of the errors is needed, as long as it was as good as chance who
started when.
"""

from __future__ import annotations

from collections import Counter
from math import comb

import numpy as np
import pandas as pd

from indicators.evaluation.clusters import UNBOUNDED, edge_of_interval
from indicators.evaluation.errors import Note
from indicators.evaluation.panel import NEVER, Bools, Floats, Ints, Panel, any_of
from indicators.evaluation.randomisation import ASSUMES, ONE_ALLOCATION, RandomisationTest, allocate

DRAWS = 499
SEED = 20_170_515
LEAST = 20
"""Fewer orders than this cannot give a p-value of 0.05."""


def n_orders(starts: Ints) -> int:
    """In how many orders the same starts can be dealt out; `starts` are those of the participants.

    Examples
    --------
    >>> n_orders(np.array([3, 5, 5]))
    3
    """
    total, left = 1, len(starts)
    for count in Counter(starts.tolist()).values():
        total *= comb(left, count)
        left -= count
    return total


def randomised_starts(
    panel: Panel, *, leave_out: int = 6, weights: str = "unit", draws: int = DRAWS, seed: int = SEED
) -> RandomisationTest:
    """Randomisation inference over who of the participants started when.

    Parameters
    ----------
    panel : Panel
        Values in natural units.
    leave_out : int
        Periods before each start that take no part, as in `programme_effect`.
    weights : {"unit", "patient"}
        How effects are averaged.
    draws : int
        Up to so many orders are gone through; beyond that so many are drawn with `seed`.

    Returns
    -------
    RandomisationTest
        `result` has the linear imputation's estimate, no standard error, the interval of the constant effects that are
        not rejected, and the p-value; all missing where nothing can be told or there is one order only.

    Examples
    --------
    >>> rows = [(u, t, u + 5 * (t >= 3 + u % 3), 3 + u % 3) for u in range(6) for t in range(1, 8)]
    >>> frame = pd.DataFrame(rows, columns=["unit", "period", "numerator", "start"])
    >>> panel = Panel.of(frame, unit="unit", period="period", numerator="numerator", denominator=None, start="start")
    >>> found = randomised_starts(panel, leave_out=0)
    >>> found.n_allocations, *found.result[["estimate", "p_value"]].round(3).tolist()
    (90, 5.0, 0.011)
    """
    there = any_of(panel.observed, 1)
    panel = panel.keep(there)
    takes_part = ~panel.is_never
    begins = panel.start
    nothing = {"estimate": np.nan, "se": np.nan, "ci_low": np.nan, "ci_high": np.nan, "p_value": np.nan, "df": np.nan}
    notes: list[Note] = [*panel.notes, ASSUMES]
    if not takes_part.any():
        return RandomisationTest(pd.Series(nothing), 0, True, np.zeros(0), (*notes, ONE_ALLOCATION))
    dealt, is_exact = allocate(begins[takes_part], most=draws, seed=seed)
    if len(dealt) == 1:
        return RandomisationTest(pd.Series(nothing), 1, True, np.zeros(0), (*notes, ONE_ALLOCATION))
    orders = np.tile(begins, (len(dealt), 1))
    orders[:, takes_part] = dealt
    under = panel.observed & (panel.since >= 0)
    weight = panel.size if weights == "patient" else np.ones_like(panel.size)
    two = np.stack([np.where(panel.observed, panel.value, 0.0), under * 1.0])
    mine = _imputed(two, panel.observed, weight, begins, leave_out)
    drawn = np.array([_imputed(two, panel.observed, weight, order, leave_out) for order in orders])
    drawn = drawn[np.isfinite(drawn).all(axis=1)]
    result = {**nothing, "estimate": float(mine[0])}
    if np.isfinite(mine).all() and len(drawn):

        def share(effect: float) -> float:
            others, own = np.abs(drawn[:, 0] - effect * drawn[:, 1]), abs(mine[0] - effect * mine[1])
            as_large = int((others >= own - 1e-9 * max(float(others.max()), 1e-300)).sum())
            return as_large / len(others) if is_exact else (as_large + 1) / (len(others) + 1)

        step = float(drawn[:, 0].std()) or abs(float(mine[0])) or 1.0
        result["p_value"] = share(0.0)
        result["ci_low"], result["ci_high"] = (
            edge_of_interval(share, float(mine[0]), side * step, 0.05) for side in (-1, 1)
        )
        if np.isinf([result["ci_low"], result["ci_high"]]).any():
            notes.append(UNBOUNDED)
    return RandomisationTest(pd.Series(result), len(drawn), is_exact, drawn[:, 0], tuple(notes))


def _imputed(values: Floats, observed: Bools, weight: Floats, begins: Ints, leave_out: int) -> Floats:
    """The linear imputed effect for these starts, of each of `values` (n_values, n_units, n_periods)."""
    since = np.arange(observed.shape[1])[None, :] - begins[:, None]
    last = begins.max()
    # Where nobody stays outside, the last to start are the comparison right up to their start.
    before = np.where(begins == last, 0, leave_out) if last < NEVER else np.full(len(begins), leave_out)
    fitted = observed & (since < -before[:, None])
    own, months = fitted.sum(axis=1), fitted.sum(axis=0)
    told = observed & (since >= 0) & (own > 0)[:, None] & (months > 0)[None, :]
    total = float(weight[told].sum())
    if not total:
        return np.full(len(values), np.nan)
    flags = fitted.astype(np.float64)
    share = flags / np.maximum(own, 1)[:, None]
    mean = (values * share).sum(axis=2)
    right = ((values - mean[:, :, None]) * flags).sum(axis=1)
    known = np.flatnonzero(months > 0)
    between = (np.diag(months.astype(np.float64)) - flags.T @ share)[np.ix_(known, known)]
    effects = np.zeros((observed.shape[1], len(values)))
    # The level of the months is free: the first is held at nothing, the units take up the rest.
    inner, found = between[1:, 1:], right[:, known].T[1:]
    try:
        effects[known[1:]] = np.linalg.solve(inner, found)
    except np.linalg.LinAlgError:
        effects[known[1:]] = np.linalg.pinv(inner, hermitian=True) @ found
    expected = (mean - (share @ effects).T)[:, :, None] + effects.T[:, None, :]
    return np.asarray(((values - expected) * weight * told).sum(axis=(1, 2)) / total, dtype=np.float64)

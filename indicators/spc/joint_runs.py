"""The exact joint distribution of longest run and crossings, counted and not simulated.

Of n useful observations k lie above the line. Where the line is a symmetric function of the same observations (their
median, mean or pooled proportion) and the observations are exchangeable (nothing happens), every order of the k above
and n - k below is equally likely, whatever the distribution of the values is. So the distribution *given k* is that of
the orders, and it is counted from compositions: c crossings are c + 1 runs, alternately above and below. Where the line
comes from outside (a target, a centre fixed elsewhere) each observation is a coin flip and k is not given.

The two are not the same: around a median k is n / 2 by construction, which takes away the lop-sided orders in which
long runs live. Coin flips would expect twice as many false alarms of a run chart as there are (24 observations: 6.6 %,
and there are 3.1 %), so a p-value from coin flips would be valid but blunt: see `tests/simulation/false_alarms.py`.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from indicators.spc.ragged import Floats, Ints

EXACT_TO = 300
"""Up to this many useful observations the joint distribution is counted; beyond, `runs_p_values` gives a bound."""

_CELLS = 2_000_000
"""Numbers held at once while counting."""

_SAME = 1e-9
"""Two probabilities that differ by less than this share of themselves are the same one, differing by rounding."""


def _ways(n: int, longest: Ints) -> Floats:
    """Ways to write i as an ordered sum of a parts of 1 to `longest`, shape (len(longest), a = 0 … n, i = 0 … n)."""
    ways = np.zeros((len(longest), n + 1, n + 1))
    ways[:, 0, 0] = 1
    i = np.arange(n + 1)
    before = np.maximum(0, i[None, :] - longest[:, None])
    up_to = np.zeros((len(longest), n + 2))
    for parts in range(1, n + 1):
        np.cumsum(ways[:, parts - 1], axis=1, out=up_to[:, 1:])
        ways[:, parts] = up_to[:, :-1] - np.take_along_axis(up_to, before, axis=1)
    return ways


@lru_cache(maxsize=4096)
def arrangements(n: int, n_above: int) -> Floats:
    """P(C = c and L = l) over all orders of `n_above` above and the rest below.

    Parameters
    ----------
    n : int
        Useful observations, 1 to 300.
    n_above : int
        How many of them lie above the line.

    Returns
    -------
    ndarray of float, shape (n, n)
        Row c = 0 … n - 1 crossings, column l - 1 for a longest run of l = 1 … n. Sums to 1. Not to be written to.

    Notes
    -----
    With W(a, i) the ways to write i as an ordered sum of a parts of at most l, the orders with c crossings and no run
    above l number W(ceil, k) W(floor, n - k) + W(floor, k) W(ceil, n - k), where ceil and floor round (c + 1) / 2.

    References
    ----------
    Anhøj & Wentzel-Larsen, Sense and sensibility, PLoS ONE 2018, 13(10): e0199279 (the joint distribution, R package
    crossrun); Wald & Wolfowitz, Annals of Mathematical Statistics 1940 (orders given the number above).

    Examples
    --------
    >>> arrangements(4, 2)  # AABB and BBAA; ABBA and BAAB; ABAB and BABA
    array([[0.        , 0.        , 0.        , 0.        ],
           [0.        , 0.33333333, 0.        , 0.        ],
           [0.        , 0.33333333, 0.        , 0.        ],
           [0.33333333, 0.        , 0.        , 0.        ]])
    """
    if not 1 <= n <= EXACT_TO or not 0 <= n_above <= n:
        raise ValueError(f"n = {n} and n_above = {n_above}: 1 to {EXACT_TO} observations, 0 to n of them above")
    return _arrangements(n, (n_above,))[0]


def _arrangements(n: int, n_above: tuple[int, ...]) -> Floats:
    """`arrangements` for several numbers above at once, shape (len(n_above), n, n)."""
    above = np.array(n_above)
    crossings = np.arange(n)
    more, fewer = (crossings + 2) // 2, (crossings + 1) // 2
    at_most = np.zeros((len(above), n, n + 1))
    step = max(1, _CELLS // (n + 1) ** 2)
    for start in range(1, n + 1, step):
        longest = np.arange(start, min(n + 1, start + step))
        ways = _ways(n, longest)
        for row, k in enumerate(above.tolist()):
            orders = ways[:, more, k] * ways[:, fewer, n - k] + ways[:, fewer, k] * ways[:, more, n - k]
            at_most[row, :, longest] = orders
    joint = np.diff(at_most, axis=2)
    joint[joint < 0] = 0  # rounding
    joint /= joint.sum(axis=(1, 2), keepdims=True)
    joint.flags.writeable = False
    return joint


@lru_cache(maxsize=512)
def coin_flips(n: int) -> Floats:
    """P(C = c and L = l) of `n` fair coin flips: the line comes from outside. Shape and meaning as `arrangements`.

    Examples
    --------
    >>> coin_flips(3)  # AAA; AAB, ABB and their mirrors; ABA
    array([[0.  , 0.  , 0.25],
           [0.  , 0.5 , 0.  ],
           [0.25, 0.  , 0.  ]])
    """
    if not 1 <= n <= EXACT_TO:
        raise ValueError(f"n = {n}: 1 to {EXACT_TO} observations")
    k = np.arange(n + 1)
    weight = np.exp(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1) - n * np.log(2))
    joint = np.einsum("k,kcl->cl", weight, _arrangements(n, tuple(k.tolist())))
    joint.flags.writeable = False
    return joint


@lru_cache(maxsize=8192)
def _p_table(n: int, n_above: int | None) -> Floats:
    """The p-value of every cell (c, l)."""
    joint = coin_flips(n) if n_above is None else arrangements(n, n_above)
    few = np.cumsum(joint.sum(axis=1))  # P(C <= c)
    long = np.cumsum(joint.sum(axis=0)[::-1])[::-1]  # P(L >= l)
    least = np.minimum(few[:, None], long[None, :])
    order = np.argsort(least, axis=None)
    in_order, up_to = least.ravel()[order], np.cumsum(joint.ravel()[order])
    # Cells whose least tail is the same count together.
    last = np.searchsorted(in_order, in_order * (1 + _SAME), side="right") - 1
    table = np.empty(least.size)
    table[order] = np.minimum(up_to[last], 1.0)
    return table.reshape(least.shape)


def _log_choose(n: int, k: ArrayLike) -> Floats:
    k = np.asarray(k, dtype=np.float64)
    return np.asarray(gammaln(n + 1.0) - gammaln(k + 1) - gammaln(n - k + 1))


def _bound(n: int, n_above: int | None, longest_run: int, n_crossings: int) -> float:
    """An upper bound of the p-value where counting all orders would take too long: twice the smaller of both tails."""
    length = float(longest_run)
    if n_above is None:
        c = np.arange(n_crossings + 1)
        few = float(np.exp(_log_choose(n - 1, c) - (n - 1) * np.log(2)).sum())
        long = (n - longest_run + 1) * 2.0 ** (1 - length)
    else:
        k, rest = n_above, n - n_above
        c = np.arange(n_crossings + 1)
        more, fewer = (c + 2) // 2, (c + 1) // 2

        def orders(above: Ints, below: Ints) -> Floats:
            possible = (above >= 1) & (below >= 1) & (above <= k) & (below <= rest)
            a, b = np.where(possible, above, 1), np.where(possible, below, 1)
            with np.errstate(invalid="ignore"):
                ways = np.exp(_log_choose(k - 1, a - 1) + _log_choose(rest - 1, b - 1) - _log_choose(n, k))
            return np.where(possible, ways, 0.0)

        few = 1.0 if 0 in (k, rest) else float((orders(more, fewer) + orders(fewer, more)).sum())
        # Boole: a run of this length starts somewhere.
        long = sum(
            (n - longest_run + 1) * float(np.exp(_log_choose(side, longest_run) - _log_choose(n, longest_run)))
            for side in (k, rest)
            if side >= longest_run
        )
    return min(1.0, 2 * min(few, long))


def runs_p_values(n_useful: Ints, n_above: Ints | None, longest_run: Ints, n_crossings: Ints) -> Floats:
    """How unusual the runs of each series are where nothing happens: long runs and few crossings taken together.

    Parameters
    ----------
    n_useful, longest_run, n_crossings : ndarray of int, shape (n_series,)
        The runs analysis of each series.
    n_above : ndarray of int, shape (n_series,), or None
        Useful observations above the line. None: the line comes from outside the data, so each observation is a coin
        flip.

    Returns
    -------
    ndarray of float, shape (n_series,)
        In (0, 1]; NaN where a series has no useful observation.

    Notes
    -----
    t = min(P(C <= c), P(L >= l)) and p = P(T <= t), all from the exact joint distribution, so that P(p <= a) <= a for
    every a (the distribution is discrete, hence mostly below). Above 300 useful observations p is bounded by twice
    the smaller tail, the one of the longest run by Boole's inequality: still valid, less sharp.

    Where the line is frozen on a baseline and the points that follow are judged with it, neither null holds exactly:
    the orders of the baseline are given its k, the later points are flips of a coin that is only nearly fair.

    Examples
    --------
    >>> runs_p_values(np.array([24, 24]), np.array([12, 12]), np.array([5, 11]), np.array([12, 3])).round(5)
    array([4.4375e-01, 1.0000e-04])
    """
    sizes = np.asarray(n_useful, dtype=np.int64)
    columns = [sizes, np.asarray(longest_run, dtype=np.int64), np.asarray(n_crossings, dtype=np.int64)]
    columns.append(np.full(len(sizes), -1) if n_above is None else np.asarray(n_above, dtype=np.int64))
    result = np.full(len(sizes), np.nan)
    rows = np.flatnonzero(sizes > 0)
    if not len(rows):
        return result
    wanted = np.stack(columns, axis=1)[rows]
    group = np.stack([wanted[:, 0], wanted[:, 3]], axis=1)
    kinds, which = np.unique(group, axis=0, return_inverse=True)
    order = np.argsort(which.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(which.ravel(), minlength=len(kinds)))
    for (n, k), end, start in zip(kinds.tolist(), ends.tolist(), [0, *ends.tolist()], strict=False):
        here = order[start:end]
        above = None if n_above is None else k
        if n <= EXACT_TO:
            result[rows[here]] = _p_table(n, above)[wanted[here, 2], wanted[here, 1] - 1]
        else:
            result[rows[here]] = [_bound(n, above, int(run), int(c)) for _, run, c, _ in wanted[here].tolist()]
    return result


@lru_cache(maxsize=1024)
def share_outside(n: int, longest_run_max: int, n_crossings_min: int, *, is_own_line: bool = True) -> float:
    """P(longest run > `longest_run_max` or crossings < `n_crossings_min`): the false alarms of a run chart, exactly.

    `is_own_line`: the line is the median of these observations, so that half of them lie on each side; else coin flips.

    Examples
    --------
    >>> round(share_outside(24, 8, 8), 4), round(share_outside(24, 8, 8, is_own_line=False), 4)
    (0.0306, 0.0662)
    """
    joint = arrangements(n, n // 2) if is_own_line else coin_flips(n)
    return float(1 - joint[n_crossings_min:, :longest_run_max].sum())

"""Where a series changes level, and how much better that explains it than no change: arrays in, arrays out.

All series of a block at once; one series is a block of one and gives the same digits.

Notes
-----
Each series is looked at twice: as it is (but for wild values, see `examine.tamed`), and as normal scores, where the
number ranked r of n becomes the normal quantile of r / (n + 1). As it is, a large step shows clearly and exactly; as
scores, a skewed series is no worse than a normal one and a single wild value weighs no more than the largest of n
normal ones. The likelihood ratios of both are averaged.

For a change before value k the values follow u_i = c_i (mu + delta [i >= k]) + e_i, where c_i is 1 for values and
sqrt(denominator) for proportions and rates, and e is autoregressive of order 1 with standard deviation sigma and
autocorrelation phi (phi ** gap over missing periods). mu and log sigma have flat priors, delta is normal (0, 1.5
sigma), phi has the Jeffreys prior 1 / sqrt(1 - phi ** 2) within 0.9. Everything but k and phi is integrated out. With
ss, S and q the sum of squares, the information on the step and its product with the values, all after whitening by
phi and taking out mu:

    L(k, phi) = (1 + 1.5 ** 2 S) ** -1/2 * (1 - (1.5 ** 2 / (1 + 1.5 ** 2 S)) q ** 2 / ss) ** (-(n - 1) / 2)

times the likelihood of no change at that phi. Both are averaged over phi before they are divided. So a series that
drifts by autocorrelation is explained by that as well as by a step, and does not count as evidence.

The statistic is the log of the largest sum of these ratios over five neighbouring places, weighted 0.8, 0.95, 1, 0.95,
0.8 and by a prior proportional to k (n - k): a phase needs points. With weights of 1 this is what the Neyman-Pearson
lemma gives for finding most changes within two places at a given share of false proposals, for normal values and
averaged over these priors; the weights below 1 buy more exact placing for a little of that.

References
----------
Andrews and Ploberger, Optimal tests when a nuisance parameter is present only under the
alternative, Econometrica 62 (1994), 1383-1414. Hawkins, Testing a sequence of observations for a shift in location,
JASA 72 (1977), 180-186 (the maximally selected likelihood ratio). Jeffreys prior of an autoregression: Berger and
Yang, Econometric Theory 10 (1994), 461-482. Normal scores: van der Waerden (1952); ranks in change-point tests:
Pettitt, Applied Statistics 28 (1979), 126-135.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from indicators.spc.ragged import Bools, Floats, Ints

STEP_SD = 1.5
"""Prior standard deviation of a step, in standard deviations of the series: the size worth finding."""

TREND_SD = STEP_SD * np.sqrt(3.0)
"""The same for the whole rise of a straight line, so that it moves the series as much as a step in its middle does."""

PLACE_WEIGHTS = (0.8, 0.95, 1.0, 0.95, 0.8)
"""What a change two, one, no, one, two places from the proposal is worth."""

N_NODES = 16
PHI_LIMIT = 0.9
PHI_ESTIMATED = np.sin((2 * np.arange(N_NODES) + 1 - N_NODES) / N_NODES * np.arcsin(PHI_LIMIT))
"""Autocorrelations averaged over: midpoints of equal steps in arcsin(phi), which is the Jeffreys prior."""

PHI_NONE = np.zeros(1)
"""The only autocorrelation considered when the caller says that there is none."""

BLOCK = 98_304
"""Numbers in an array of the search: few enough for the cache, so many that Python costs little."""

_SIGNIFICANT = 10
"""Digits, relative to the spread, beyond which two values are the same (0.1 + 0.2 is 0.3)."""


@dataclass(frozen=True, slots=True)
class Series:
    """Series to search, left-aligned and padded to one width. Arrays have shape (n_series, width).

    `score`: normal scores, `standard`: the values, the wildest brought in, less their mean, over their standard
    deviation; 0 beyond the length. `scale`: 1 for values, sqrt(denominator) over its root mean square for proportions
    and rates, 0 beyond the length. `gap`: periods since the value before, 0 for the first and beyond the length.
    `length`: values per series, shape (n_series,).
    """

    score: Floats
    standard: Floats
    scale: Floats
    gap: Ints
    length: Ints

    def part(self, rows: slice | Ints) -> Series:
        return Series(self.score[rows], self.standard[rows], self.scale[rows], self.gap[rows], self.length[rows])


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, shape (n_series,) unless said.

    `log_ratio`, shape (n_series, width): log likelihood ratio of a change right before each value, against no change.
    `log_trend`: the same of a straight line. `phi`: posterior mean of the autocorrelation from the scores, averaged
    over change and no change. `phi_above_zero`: posterior probability that it is positive.
    """

    log_ratio: Floats
    log_trend: Floats
    phi: Floats
    phi_above_zero: Floats


def normal_scores(values: Floats) -> Floats:
    """Normal quantiles of the ranks of each row; equal values share the middle rank; NaN gets 0 and takes no rank.

    Examples
    --------
    >>> normal_scores(np.array([[10.0, 30.0, 20.0, np.nan], [1.0, 2.0, 2.0, 900.0]])).round(3)
    array([[-0.674,  0.674,  0.   ,  0.   ],
           [-0.842,  0.   ,  0.   ,  0.842]])
    """
    n_series, width = values.shape
    with np.errstate(invalid="ignore"):
        spread = np.nanmax(values, axis=1, keepdims=True, initial=-np.inf) - np.nanmin(
            values, axis=1, keepdims=True, initial=np.inf
        )
    spread = np.where(np.isfinite(spread) & (spread > 0), spread, 1.0)
    level = np.nanmin(values, axis=1, keepdims=True, initial=np.inf)
    rounded = np.round((values - np.where(np.isfinite(level), level, 0.0)) / spread, _SIGNIFICANT)
    order = np.argsort(rounded, axis=1, kind="stable")  # NaN last
    in_order = np.take_along_axis(rounded, order, axis=1)
    column = np.arange(width)
    starts = np.ones((n_series, width), dtype=bool)
    starts[:, 1:] = in_order[:, 1:] != in_order[:, :-1]
    first = np.maximum.accumulate(np.where(starts, column, 0), axis=1)
    ends = np.ones((n_series, width), dtype=bool)
    ends[:, :-1] = starts[:, 1:]
    last = np.minimum.accumulate(np.where(ends, column, width)[:, ::-1], axis=1)[:, ::-1]
    known = ~np.isnan(in_order)
    n = known.sum(axis=1, keepdims=True)
    ranked = ndtri(np.where(known, (first + last + 2) / 2 / (n + 1), 0.5))
    scores = np.empty_like(ranked)
    np.put_along_axis(scores, order, ranked, axis=1)
    return scores


def standardised(values: Floats) -> Floats:
    """Each row less its mean, over its standard deviation; NaN becomes 0, a row without spread is 0.

    Examples
    --------
    >>> standardised(np.array([[1.0, 3.0, np.nan], [2.0, 2.0, 2.0]]))
    array([[-1.,  1.,  0.],
           [ 0.,  0.,  0.]])
    """
    known = ~np.isnan(values)
    n = np.maximum(known.sum(axis=1, keepdims=True), 1)
    centred = np.where(known, values - total(np.where(known, values, 0.0)) / n, 0.0)
    sd = np.sqrt(total(centred * centred) / n)
    return np.divide(centred, sd, out=np.zeros_like(centred), where=sd > 0)


def search(series: Series, *, phis: Floats = PHI_ESTIMATED) -> Found:
    """Likelihood ratios of a step before every value of every series.

    Parameters
    ----------
    series : Series
    phis : ndarray, shape (n_phis,)
        Equally likely autocorrelations to average over: `PHI_ESTIMATED`, or `PHI_NONE`.

    Returns
    -------
    Found

    Notes
    -----
    See the head of the module. Cost is linear in series, values and autocorrelations: the products with the steps are
    sums from k on, so no matrix is formed.

    Examples
    --------
    >>> values = np.array([[1.0, 3, 2, 4, 3, 2, 1, 9, 8, 7, 9, 8, 10, 7]])
    >>> gap = np.array([[0] + [1] * 13])
    >>> series = Series(normal_scores(values), standardised(values), np.ones((1, 14)), gap, np.array([14]))
    >>> int(search(series).log_ratio[0].argmax())
    7
    """
    n_series, width = series.score.shape
    log_ratio = np.empty((n_series, width))
    others = np.empty((3, n_series))
    size = max(BLOCK // (width * len(phis)), 8)
    for start in range(0, n_series, size):
        rows = slice(start, start + size)
        log_ratio[rows], *rest = _block(series.part(rows), phis)
        others[:, rows] = rest
    return Found(log_ratio, *others)


def _shared(values: np.ndarray) -> np.ndarray:
    """One row where all rows are the same: what depends on it alone is then computed once."""
    return values[:1] if len(values) > 1 and (values == values[:1]).all() else values


def _upright(values: np.ndarray) -> np.ndarray:
    """Rows become the last axis, with room for the autocorrelations: shape (width, 1, n_series)."""
    return np.ascontiguousarray(values.T)[:, None, :]


def _whiten(values: Floats, rho: Floats, inverse: Floats) -> Floats:
    """Independent innovations of equal spread from an autoregressive series."""
    white = values * inverse
    white[1:] -= (rho * inverse)[1:] * values[:-1]
    return white


def _running(values: Floats) -> Floats:
    """Sums from the first value on. Row by row, which here is much faster than cumsum."""
    sums = np.empty_like(values)
    sums[0] = values[0]
    for row in range(1, len(values)):
        np.add(sums[row - 1], values[row], out=sums[row])
    return sums


def _sum(values: Floats) -> Floats:
    """Sum over the first axis, added in its order whatever the other axes are: a block of one gives the same."""
    return np.asarray(values.sum(axis=0) if values[0].size > 1 else np.cumsum(values, axis=0)[-1])


def total(values: Floats) -> Floats:
    """Sum of each row, shape (n_series, 1), added from left to right: zeros that pad a row change no digit of it."""
    return np.cumsum(values, axis=1)[:, -1:]


def _block(series: Series, phis: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Arrays have shape (width, n_phis, n_series), where they depend on all three."""
    scale, gap = _shared(series.scale), _shared(series.gap)
    if len(scale) != len(gap):
        scale, gap = series.scale, series.gap
    power = (series.length - 1) / 2
    # Position along the calendar from 0 to 1, for the straight line.
    position = np.cumsum(gap, axis=1) / np.maximum(gap.sum(axis=1, keepdims=True), 1)
    correlation = phis[:, None] ** np.arange(max(int(gap.max(initial=0)), 1) + 1)
    correlation[:, 0] = 0.0  # the first value, and padding: nothing comes before
    rho = np.ascontiguousarray(correlation[:, gap.T].transpose(1, 0, 2))
    inverse = 1 / np.sqrt(1 - rho * rho)
    upright = _upright(scale)
    c, w = _whiten(upright, rho, inverse), _whiten(_upright(scale * position), rho, inverse)
    own = upright * inverse  # a step's first value has nothing of the step before it to subtract
    before = _running(c * c)
    cc = before[-1]
    after = cc - before
    zc = after + own * c
    of_step = np.maximum(after + own * own - zc * zc / cc, 0.0)
    wc = _sum(w * c)
    of_line = _sum(w * w) - wc * wc / cc
    level = _sum(np.log(inverse)) - 0.5 * np.log(cc)
    ratios, trends = [], []
    phi = above_zero = np.empty(0)
    for view in (series.score, series.standard):
        u = _whiten(_upright(view), rho, inverse)
        running = _running(c * u)
        cu = running[-1]
        ss = _sum(u * u) - cu * cu / cc
        q = cu - running + own * u - zc * (cu / cc)
        none = level - power * np.log(ss)
        step = _log_likelihood(level, of_step, q, ss, power, STEP_SD)
        trend = _log_likelihood(level, of_line, _sum(w * u) - wc * cu / cc, ss, power, TREND_SD)
        log_none = _log_mean(none)
        ratios.append(_log_mean(step) - log_none)
        trends.append(_log_mean(trend) - log_none)
        if view is series.score:
            phi, above_zero = _autocorrelation(phis, none, step, series.length)
    return _log_mean(np.stack(ratios, axis=1)).T, _log_mean(np.stack(trends)), phi, above_zero


def _log_likelihood(level: Floats, information: Floats, q: Floats, ss: Floats, power: Floats, sd: float) -> Floats:
    shrunk = 1 + sd * sd * information
    return level - 0.5 * np.log(shrunk) - power * np.log(ss - (sd * sd / shrunk) * q * q)


def _log_mean(values: Floats) -> Floats:
    """Log of the mean of exp(values) over the last axis but one, added in its order."""
    largest = values.max(axis=-2)
    n = values.shape[-2]
    sums = np.zeros_like(largest)
    for number in range(n):
        sums += np.exp(values[..., number, :] - largest)
    return largest + np.log(sums / n)


def _autocorrelation(phis: Floats, none: Floats, step: Floats, length: Ints) -> tuple[Floats, Floats]:
    """Posterior mean of the autocorrelation and probability that it is positive; change or not: equally likely."""
    place = np.arange(len(step))[:, None, None]
    possible = np.where((place > 0) & (place < length), step, -np.inf)
    largest = np.maximum(possible.max(axis=(0, 1)), none.max(axis=0))
    weight = np.exp(none - largest) + _sum(np.exp(possible - largest)) / np.maximum(length - 1, 1)
    weight /= _sum(weight)
    return _sum(phis[:, None] * weight), _sum((phis > 0)[:, None] * weight)


def places(length: Ints, width: int, minimum_segment: int) -> Bools:
    """Places a change may have: so many values before it and after it. Shape (n_series, width)."""
    column = np.arange(width)
    return (column >= minimum_segment) & (column <= (length - minimum_segment)[:, None])


def posterior(log_ratio: Floats, length: Ints, minimum_segment: int) -> tuple[Floats, Floats]:
    """Probability of a change before each value, given that there is one; and the log of what they were divided by.

    Shapes (n_series, width) and (n_series,). The prior is proportional to k (n - k). Rows without a place are 0.
    """
    width = log_ratio.shape[1]
    column = np.arange(width)
    is_place = places(length, width, minimum_segment)
    prior = np.where(is_place, column * (length[:, None] - column), 0).astype(np.float64)
    prior /= np.maximum(total(prior), 1.0)
    largest = np.where(is_place, log_ratio, -np.inf).max(axis=1, keepdims=True, initial=-np.inf)
    largest = np.where(np.isfinite(largest), largest, 0.0)
    weight = prior * np.exp(np.minimum(log_ratio - largest, 0.0))
    mass = total(weight)
    share = np.divide(weight, mass, out=np.zeros_like(weight), where=mass > 0)
    with np.errstate(divide="ignore"):
        log_total = np.log(mass[:, 0]) + largest[:, 0]
    return share, log_total


def strongest(log_ratio: Floats, length: Ints, minimum_segment: int) -> tuple[Floats, Ints]:
    """The statistic of each series and the place it speaks for, both of shape (n_series,).

    Examples
    --------
    >>> statistic, place = strongest(np.array([[0.0, 0, 1, 4, 4.1, 3, 0, 0]]), np.array([8]), 2)
    >>> statistic.round(3), place
    (array([3.385]), array([4]))
    """
    share, log_total = posterior(log_ratio, length, minimum_segment)
    half = len(PLACE_WEIGHTS) // 2
    width = share.shape[1]
    padded = np.pad(share, ((0, 0), (half, half)))
    worth = sum(
        (weight * padded[:, offset : offset + width] for offset, weight in enumerate(PLACE_WEIGHTS)),
        start=np.zeros_like(share),
    )
    worth = np.where(places(length, width, minimum_segment), worth, 0.0)
    place = worth.argmax(axis=1)
    best = worth[np.arange(len(worth)), place]
    with np.errstate(divide="ignore"):
        return np.log(best) + log_total, place


def shortest_interval(share: Floats, place: int, mass: float) -> tuple[int, int]:
    """First and last place of the shortest stretch that holds `mass` of the probability, widened to hold `place`.

    Examples
    --------
    >>> shortest_interval(np.array([0.0, 0.1, 0.6, 0.2, 0.1]), 2, 0.75)
    (2, 3)
    """
    below = np.concatenate([[0.0], np.cumsum(share)])
    last = np.searchsorted(below, below[:-1] + min(mass, below[-1]) - 1e-12, side="left") - 1
    is_possible = last < len(share)
    first = int(np.where(is_possible, last - np.arange(len(share)), len(share)).argmin())
    return min(first, place), max(int(last[first]), place)

"""Where chance alone would put a unit: exact limits of counts, by denominator.

All functions take and give arrays of one shape: `n` the denominators, the same `target` for all, `tail` the share of
units that may fall outside at each end by chance. Limits come back on the scale of numerator / denominator.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy
from scipy import special

from indicators.spc.ragged import Floats


def binomial(n: Floats, target: float, tail: float) -> tuple[Floats, Floats]:
    """Exact binomial limits of a proportion, continuous in the numerator.

    A numerator x lies below the lower limit exactly when P(X <= x) < tail and above the upper exactly when
    P(X >= x) < tail, X ~ Binomial(n, target). So chance puts at most `tail` of units outside at either end, whatever n.

    Notes
    -----
    Between whole numbers the tails are read off the incomplete beta function, P(X <= x) = I(1 - target; n - x, x + 1)
    and P(X >= x) = I(target; x, n - x + 1), so the limits are smooth curves in n without the steps of a discrete
    distribution, yet decide as the discrete distribution does. Where even x = 0 (x = n) is not rare enough the limit
    is 0 (1): no count can lie outside.

    Examples
    --------
    >>> lower, upper = binomial(np.array([10.0, 100.0]), 0.2, 0.025)
    >>> lower.round(4), upper.round(4)
    (array([0.    , 0.1198]), array([0.5181, 0.2859]))
    """

    def below(x: Floats, n: Floats) -> Floats:
        return special.betainc(np.maximum(n - x, 0.0), x + 1, 1 - target)

    def above(x: Floats, n: Floats) -> Floats:
        return special.betainc(x, np.maximum(n - x, 0.0) + 1, target)

    is_lower = (1 - target) ** n < tail
    is_upper = target**n < tail
    lower = _where(is_lower, n, 0.0, lambda part: _root(below, np.zeros_like(part), part * target, part, tail) / part)
    upper = _where(is_upper, n, 1.0, lambda part: _root(above, part * target, part, part, tail) / part)
    return lower, upper


def poisson(n: Floats, target: float, tail: float) -> tuple[Floats, Floats]:
    """Exact Poisson limits of a rate or ratio, continuous in the numerator: `binomial` with X ~ Poisson(target n).

    Notes
    -----
    P(X <= x) = Q(x + 1, m) and P(X >= x) = P(x, m), the regularised incomplete gamma functions, m = target n.

    Examples
    --------
    >>> lower, upper = poisson(np.array([1.0, 100.0]), 1.0, 0.025)
    >>> lower.round(4), upper.round(4)
    (array([0.    , 0.8039]), array([3.8205, 1.2056]))
    """
    mean = target * n
    # P(X >= x) <= exp(-d^2 / (2 (m + d / 3))) with x = m + d (Bernstein): beyond this d it is below the tail.
    log = -np.log(tail)
    far = mean + log / 3 + np.sqrt((log / 3) ** 2 + 2 * log * mean) + 2
    is_lower = np.exp(-mean) < tail
    lower = _where(is_lower, mean, 0.0, lambda part: _root(_poisson_below, np.zeros_like(part), part, part, tail))
    upper = _root(_poisson_above, mean, far, mean, tail)
    return lower / n, upper / n


def _poisson_below(x: Floats, mean: Floats) -> Floats:
    return special.gammaincc(x + 1, mean)


def _poisson_above(x: Floats, mean: Floats) -> Floats:
    return special.gammainc(x, mean)


def _where(condition: np.ndarray, values: Floats, otherwise: float, compute: Callable[[Floats], Floats]) -> Floats:
    result = np.full(len(values), otherwise)
    if condition.any():
        result[condition] = compute(values[condition])
    return result


def _root(share: Callable[[Floats, Floats], Floats], low: Floats, high: Floats, n: Floats, tail: float) -> Floats:
    """The numerator at which `share` of chance equals `tail`, between two that bracket it."""
    # On the logarithm, a tail is close to a parabola: few steps. It is -inf far out, which must stay a number.
    tiny = np.finfo(np.float64).tiny

    def distance(x: Floats, n: Floats) -> Floats:
        return np.log(np.maximum(share(x, n), tiny)) - np.log(tail)

    # Imported where it is used: half a second that no start of the server should pay.
    from scipy.optimize import elementwise

    found = elementwise.find_root(distance, (low, high), args=(n,), tolerances={"xrtol": 1e-14, "xatol": 0.0})
    if not found.success.all():  # the brackets above always hold a root
        raise ArithmeticError(f"no limit found for denominators {n[~found.success].tolist()}")
    return np.asarray(found.x)


def binomial_steps(n: Floats, target: float, tail: float) -> tuple[Floats, Floats]:
    """Quantiles of the binomial: the smallest and largest numerators that are not outside, over n."""
    return scipy.stats.binom.ppf(tail, n, target) / n, scipy.stats.binom.ppf(1 - tail, n, target) / n


def poisson_steps(n: Floats, target: float, tail: float) -> tuple[Floats, Floats]:
    """Quantiles of the Poisson: the smallest and largest numerators that are not outside, over n."""
    return scipy.stats.poisson.ppf(tail, target * n) / n, scipy.stats.poisson.ppf(1 - tail, target * n) / n


def binomial_interpolated(n: Floats, target: float, tail: float) -> tuple[Floats, Floats]:
    """Spiegelhalter's interpolated binomial quantiles.

    Notes
    -----
    With r the smallest number whose F(r) >= share: limit (r - (F(r) - share) / (F(r) - F(r - 1))) / n, for share =
    tail and 1 - tail. Below 0 it is cut at 0. It smooths the steps but is not monotone in n, and it cuts off a little
    more than `tail`.

    References
    ----------
    Spiegelhalter, Funnel plots for comparing institutional performance, Statistics in Medicine 2005;24:1185-1202, A.1.
    """

    def at(share: float) -> Floats:
        return (
            _interpolated(scipy.stats.binom.ppf(share, n, target), share, lambda r: scipy.stats.binom.cdf(r, n, target))
            / n
        )

    return np.clip(at(tail), 0.0, 1.0), np.clip(at(1 - tail), 0.0, 1.0)


def poisson_interpolated(n: Floats, target: float, tail: float) -> tuple[Floats, Floats]:
    """`binomial_interpolated` with the Poisson distribution."""
    mean = target * n

    def at(share: float) -> Floats:
        return (
            _interpolated(scipy.stats.poisson.ppf(share, mean), share, lambda r: scipy.stats.poisson.cdf(r, mean)) / n
        )

    return np.maximum(at(tail), 0.0), at(1 - tail)


def _interpolated(r: Floats, share: float, cumulative: Callable[[Floats], Floats]) -> Floats:
    reached = cumulative(r)
    return r - (reached - share) / (reached - cumulative(r - 1))


def poisson_chi_square(n: Floats, target: float, tail: float) -> tuple[Floats, Floats]:
    """The exact confidence interval of a Poisson mean, laid around the target as if the expected had been observed.

    Notes
    -----
    lower = chi2(tail; 2 m) / 2 / n, upper = chi2(1 - tail; 2 m + 2) / 2 / n, m = target n. This is what FunnelPlotR
    calls unadjusted limits of a standardised ratio. It is not where chance puts counts: the lower limit is above 0 for
    every m, so that a unit without events is always outside, also where one in three has none.
    """
    mean = target * n
    return special.gammaincinv(mean, tail) / n, special.gammainccinv(mean + 1, tail) / n

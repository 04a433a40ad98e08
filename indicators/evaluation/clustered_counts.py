"""Counts of several units in one model: generalised estimating equations and a random intercept.

Both take the rows of all units at once: a marginal model with a robust covariance (GEE), or a unit's own level drawn
from a normal distribution (GLMM by Laplace's approximation).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from indicators.evaluation.generalised_linear import fit_counts

Array = npt.NDArray[np.floating[Any]]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class MarginalFit:
    """beta (p,), covariance (p, p) (sandwich, no small-sample factor), scale phi, correlation alpha."""

    beta: Array
    covariance: Array
    scale: float
    correlation: float


@dataclass(frozen=True, slots=True)
class RandomInterceptFit:
    """beta (p,), covariance (p, p) given sigma, sigma (standard deviation of the units' levels), log likelihood."""

    beta: Array
    covariance: Array
    sigma: float
    log_likelihood: float


def gee(
    y: Array, size: Array, x: Array, groups: Places, *, binomial: bool, correlation: str = "independence"
) -> MarginalFit:
    """Marginal model of counts with a working correlation inside units.

    Parameters
    ----------
    y, size : shape (n,). Binomial: y of `size` people, each of whom is an observation. Poisson: y events, log(size) as
        offset, each row an observation.
    x : shape (n, p). groups : shape (n,), unit of each row; rows of a unit in order of time.
    correlation : "independence", "exchangeable" or "ar1" (Poisson only; rows a step apart).

    Notes
    -----
    phi = mean of r^2, alpha = mean of r_j r_k / phi over all pairs of a unit (ar1: over neighbours), r = Pearson's
    residuals. Programs differ in this mean, and for AR(1) by much: geepack fits alpha^distance to all pairs.

    References
    ----------
    Liang and Zeger, Biometrika 1986;73:13-22.

    Examples
    --------
    >>> y, of, unit = np.array([3.0, 4.0, 6.0, 5.0]), np.full(4, 10.0), np.array([0, 0, 1, 1])
    >>> fit = gee(y, of, np.ones((4, 1)), unit, binomial=True)
    >>> fit.beta.round(3).tolist(), np.sqrt(fit.covariance[0]).round(3).tolist()
    ([-0.201], [0.286])
    """
    beta = fit_counts(y, size, x, binomial=binomial).beta
    people = size if binomial else np.ones(len(y))
    alpha = phi = 0.0
    p = x.shape[1]
    units = [np.flatnonzero(groups == unit) for unit in np.unique(groups)]
    for _ in range(200):
        mu = size * (special.expit(x @ beta) if binomial else np.exp(x @ beta))
        root = np.sqrt(mu / size * (1 - mu / size)) if binomial else np.sqrt(mu)
        # Sums of Pearson's residuals of the people (or the row), and of their squares.
        r = (y - mu) / root
        square = (y * (1 - mu / size) ** 2 + (size - y) * (mu / size) ** 2) / root**2 if binomial else r**2
        phi = float(square.sum() / people.sum())
        if correlation == "ar1":
            pairs = [r[u][1:] @ r[u][:-1] for u in units]
            alpha = float(sum(pairs) / sum(len(u) - 1 for u in units) / phi)
        elif correlation == "exchangeable":
            m = np.array([people[u].sum() for u in units])
            pairs = [(r[u].sum() ** 2 - square[u].sum()) / 2 for u in units]
            alpha = float(sum(pairs) / (m * (m - 1) / 2).sum() / phi)
        bread, scores = np.zeros((p, p)), np.zeros((len(units), p))
        for place, u in enumerate(units):
            d = x[u] * root[u][:, None]
            if correlation == "ar1":
                distance = np.abs(np.subtract.outer(np.arange(len(u)), np.arange(len(u))))
                inverse = np.linalg.inv(alpha**distance)
                bread += d.T @ inverse @ d
                scores[place] = d.T @ inverse @ r[u]
                continue
            total = d.T @ people[u]
            shared = alpha / (1 + (people[u].sum() - 1) * alpha)
            bread += ((d.T * people[u]) @ d - shared * np.outer(total, total)) / (1 - alpha)
            scores[place] = (d.T @ r[u] - shared * total * r[u].sum()) / (1 - alpha)
        step = np.linalg.solve(bread, scores.sum(axis=0))
        beta = beta + step
        if np.abs(step).max() < 1e-11:
            break
    inverse = np.linalg.inv(bread)
    return MarginalFit(beta, inverse @ (scores.T @ scores) @ inverse, phi, alpha)


def random_intercept(y: Array, size: Array, x: Array, groups: Places, *, binomial: bool) -> RandomInterceptFit:
    """Counts with a level of its own for each unit, normal on the scale of the link, by Laplace's approximation.

    Shapes as in `gee`. A sigma of 0 says that the units differ by no more than chance.

    References
    ----------
    Breslow and Clayton, J Am Stat Assoc 1993;88:9-25; Bates et al., J Stat Softw 2015;67(1).

    Examples
    --------
    >>> y, of, unit = np.array([3.0, 4.0, 16.0, 15.0]), np.full(4, 20.0), np.array([0, 0, 1, 1])
    >>> fit = random_intercept(y, of, np.ones((4, 1)), unit, binomial=True)
    >>> round(fit.sigma, 1), fit.beta.round(1).tolist()
    (1.4, [-0.2])
    """
    start = fit_counts(y, size, x, binomial=binomial).beta
    count = int(groups.max()) + 1
    if binomial:
        constant = float((special.gammaln(size + 1) - special.gammaln(y + 1) - special.gammaln(size - y + 1)).sum())
    else:
        constant = float(-special.gammaln(y + 1).sum())

    def means(eta: Array) -> tuple[Array, Array]:
        if binomial:
            share = special.expit(eta)
            return size * share, size * share * (1 - share)
        return size * np.exp(eta), size * np.exp(eta)

    def modes(beta: Array, sigma: float) -> tuple[Array, Array, Array]:
        """Each unit's most likely level in standard deviations (Newton), the linear predictor and the weights."""
        u = np.zeros(count)
        for _ in range(60):
            eta = x @ beta + sigma * u[groups]
            mu, weight = means(eta)
            gradient = sigma * np.bincount(groups, y - mu, count) - u
            move = gradient / (1 + sigma**2 * np.bincount(groups, weight, count))
            # A long first step overshoots where events are rare.
            u = u + np.clip(move, -3, 3)
            if np.abs(move).max() < 1e-12:
                break
        eta = x @ beta + sigma * u[groups]
        return u, eta, means(eta)[1]

    def likelihood(parameters: Array) -> float:
        beta, sigma = parameters[:-1], float(parameters[-1])
        u, eta, weight = modes(beta, sigma)
        if binomial:
            value = float((y * eta - size * np.logaddexp(0, eta)).sum())
        else:
            value = float((y * (eta + np.log(size)) - size * np.exp(eta)).sum())
        spread = np.bincount(groups, weight, count)
        return value - 0.5 * float(u @ u) - 0.5 * float(np.log1p(sigma**2 * spread).sum()) + constant

    bounds = [(None, None)] * x.shape[1] + [(0.0, None)]
    search = optimize.minimize(
        lambda q: -likelihood(q),
        np.append(start, 0.3),
        method="L-BFGS-B",
        bounds=bounds,
        options={"ftol": 1e-12, "gtol": 1e-6, "maxiter": 500},
    )
    # Without spread the model is the plain one; a search that ends near there ends there.
    found = search.x if -search.fun > likelihood(np.append(start, 0.0)) + 1e-9 else np.append(start, 0.0)
    beta, sigma = found[:-1], float(found[-1])
    _, _, weight = modes(beta, sigma)
    wx = x * weight[:, None]
    sums = np.stack([np.bincount(groups, column, count) for column in wx.T], axis=1)
    shrink = sigma**2 / (1 + sigma**2 * np.bincount(groups, weight, count))
    covariance = np.linalg.inv(x.T @ wx - (sums.T * shrink) @ sums)
    return RandomInterceptFit(beta, covariance, sigma, likelihood(found))

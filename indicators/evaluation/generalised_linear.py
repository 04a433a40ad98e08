"""Poisson and binomial regression by iteratively reweighted least squares, with an offset or denominators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

Array = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class CountFit:
    """beta (p,), information (p, p) = X'WX, fitted counts mu (n,), Pearson's chi2, deviance, log likelihood's part that
    does not depend on the data alone is left out. `converged` is False where a coefficient runs off to infinity.
    """

    beta: Array
    information: Array
    mu: Array
    pearson: float
    deviance: float
    deviance_residual: Array
    converged: bool


def fit_counts(y: Array, size: Array, x: Array, *, binomial: bool) -> CountFit:
    """Counts `y` (n,) on the design `x` (n, p).

    Poisson: log(mu) = x beta + log(size), so `size` is the denominator of a rate (1 without one). Binomial: y of
    `size`, logit link. `x` has full rank.

    References
    ----------
    McCullagh and Nelder, Generalized Linear Models, 2nd ed., section 2.5.

    Examples
    --------
    >>> fit = fit_counts(np.array([4.0, 6.0]), np.array([10.0, 10.0]), np.ones((2, 1)), binomial=False)
    >>> float(np.exp(fit.beta[0]).round(6)), fit.converged
    (0.5, True)
    """
    eta: Array = special.logit((y + 0.5) / (size + 1)) if binomial else np.log((y + 0.1) / size)
    beta: Array = np.zeros(x.shape[1])
    deviance, converged = np.inf, False
    for _ in range(60):
        mu, weight = _mean(eta, size, binomial)
        working = eta + (y - mu) / weight
        root = np.sqrt(weight)
        beta = np.linalg.lstsq(x * root[:, None], working * root, rcond=None)[0]
        # A linear predictor beyond e^±30 is a coefficient on its way to infinity.
        eta = np.clip(x @ beta, -30, 30)
        new = float(_deviance(y, size, _mean(eta, size, binomial)[0], binomial).sum())
        if abs(new - deviance) <= 1e-12 * (abs(new) + 1e-3):
            converged = True
            break
        deviance = new
    mu, weight = _mean(eta, size, binomial)
    parts = _deviance(y, size, mu, binomial)
    return CountFit(
        beta=beta,
        information=(x.T * weight) @ x,
        mu=mu,
        pearson=float(((y - mu) ** 2 / weight).sum()),
        deviance=float(parts.sum()),
        deviance_residual=np.sign(y - mu) * np.sqrt(np.maximum(parts, 0)),
        converged=converged and not _runs_off(mu, size, binomial),
    )


def _mean(eta: Array, size: Array, binomial: bool) -> tuple[Array, Array]:
    """Fitted counts and their variance (the weights of both canonical links)."""
    if binomial:
        share = special.expit(eta)
        return size * share, np.maximum(size * share * (1 - share), 1e-12)
    mu = size * np.exp(eta)
    return mu, np.maximum(mu, 1e-12)


def _deviance(y: Array, size: Array, mu: Array, binomial: bool) -> Array:
    parts = special.xlogy(y, y) - special.xlogy(y, np.maximum(mu, 1e-300))
    if binomial:
        rest, left = size - y, np.maximum(size - mu, 1e-300)
        return np.asarray(2 * (parts + special.xlogy(rest, rest) - special.xlogy(rest, left)))
    return np.asarray(2 * (parts - (y - mu)))


def _runs_off(mu: Array, size: Array, binomial: bool) -> bool:
    """Some month is fitted with next to no events (or nothing but): its coefficient has no finite estimate."""
    share = mu / size
    if binomial:
        return bool(((share < 1e-8) | (share > 1 - 1e-8)).any())
    # Fitted counts shrink towards 0 by e at each step; 1e-6 of an event is out of reach of data that has any.
    return bool((mu < 1e-6).any())

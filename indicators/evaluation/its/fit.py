"""The regression itself: coefficients with their covariance under the error model asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from indicators.evaluation.errors import Note
from indicators.evaluation.first_order_errors import FirstOrderFit, ar1, prais_winsten
from indicators.evaluation.generalised_linear import fit_counts
from indicators.evaluation.its import words as say
from indicators.evaluation.its.question import Data, Options
from indicators.evaluation.newey_west import newey_west, usual_lag

Array = npt.NDArray[np.floating[Any]]

ENOUGH_FOR_CORRELATION = 12
"""Below it least squares does best (Turner et al. 2021)."""


@dataclass(frozen=True, slots=True)
class Fit:
    beta: Array
    covariance: Array
    df: float
    errors: str
    residual: Array
    checked: Array
    fitted_error_parameters: int = 0
    phi: float = np.nan
    sigma: float = np.nan
    log_likelihood: float = np.nan
    dispersion: float = np.nan
    pearson: float = np.nan
    deviance: float = np.nan
    lag: float = np.nan
    random_walk: bool = False


def fit(data: Data, options: Options) -> tuple[Fit | None, Note | None]:
    return _fit_line(data, options) if options.is_linear else _fit_counts(data, options)


def _fit_line(data: Data, options: Options) -> tuple[Fit | None, Note | None]:
    n, p = data.x.shape
    beta = np.linalg.lstsq(data.x, data.y, rcond=None)[0]
    residual = data.y - data.x @ beta
    rss = float(residual @ residual)
    if rss <= 1e-20 * float(data.y @ data.y):
        return None, say.perfect()
    errors = options.errors
    if errors == "auto":
        errors = "reml-ar1" if data.own.sum() >= ENOUGH_FOR_CORRELATION else "none"
    if errors in ("reml-ar1", "ml-ar1", "prais-winsten"):
        found: FirstOrderFit
        if errors == "prais-winsten":
            found = prais_winsten(data.y, data.x, data.places, data.groups)
        else:
            found = ar1(data.y, data.x, data.places, data.groups, restricted=errors == "reml-ar1")
        return Fit(
            found.beta, found.covariance, float(found.df), errors, found.residual, found.whitened,
            fitted_error_parameters=1, phi=found.phi, sigma=found.sigma, log_likelihood=found.log_likelihood,
            random_walk=found.is_random_walk,
        ), None  # fmt: skip
    bread = np.linalg.inv(data.x.T @ data.x)
    sigma, lag = float(np.sqrt(rss / (n - p))), np.nan
    if errors == "newey-west":
        lag = usual_lag(int(data.own.sum())) if options.lag is None else options.lag
        if _fits_a_month_by_itself(data.x, bread, np.ones(n)):
            return None, say.newey_west_needs_more()
        factor = n / (n - p) if options.small_sample is not False else 1.0
        scores = data.x * residual[:, None]
        covariance = newey_west(scores, bread, data.places, data.groups, int(lag), factor=factor)
    else:
        covariance = bread * sigma**2
    return Fit(beta, covariance, float(n - p), errors, residual, residual, sigma=sigma, lag=lag), None


def _fit_counts(data: Data, options: Options) -> tuple[Fit | None, Note | None]:
    n, p = data.x.shape
    found = fit_counts(data.y, data.size, data.x, binomial=options.is_binomial)
    if not found.converged:
        return None, say.perfect()
    bread = np.linalg.inv(found.information)
    dispersion, lag = found.pearson / (n - p), np.nan
    errors = "none" if options.errors == "auto" else options.errors
    if errors == "newey-west":
        lag = usual_lag(int(data.own.sum())) if options.lag is None else options.lag
        weight = found.mu * (1 - found.mu / data.size) if options.is_binomial else found.mu
        if _fits_a_month_by_itself(data.x, bread, weight):
            return None, say.newey_west_needs_more()
        factor = n / (n - p) if options.small_sample else 1.0
        scores = data.x * (data.y - found.mu)[:, None]
        covariance = newey_west(scores, bread, data.places, data.groups, int(lag), factor=factor)
    else:
        quasi = options.family.startswith("quasi")
        covariance = bread * (max(dispersion, options.minimum_dispersion) if quasi else 1.0)
    return Fit(
        found.beta, covariance, np.inf, errors, found.deviance_residual, found.deviance_residual,
        dispersion=dispersion, pearson=found.pearson, deviance=found.deviance, lag=lag,
    ), None  # fmt: skip


def _fits_a_month_by_itself(x: Array, bread: Array, weight: Array) -> bool:
    """Whether some month has a leverage of 1: its residual is 0 whatever it was, and Newey-West takes it as certain."""
    return bool((weight * np.einsum("np,pq,nq->n", x, bread, x) > 1 - 1e-8).any())

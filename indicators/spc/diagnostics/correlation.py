"""Lag-1 autocorrelation with its exact moments for noise, whatever was fitted and removed first."""

from __future__ import annotations

import numpy as np
import scipy

from indicators.spc.diagnostics.series import Series
from indicators.spc.ragged import Floats, Ints


def lag_one(values: Floats, pairs: Ints, nuisance: Floats) -> tuple[float, float, float]:
    """Lag-1 autocorrelation of residuals, with its exact mean and standard deviation for independent normal noise.

    Parameters
    ----------
    values : array, shape (n,)
        The points that take part.
    pairs : array of int, shape (n_pairs,)
        Positions i such that i and i + 1 are neighbours in time.
    nuisance : array, shape (n, k)
        Orthonormal columns that are fitted and removed first: phases, trend, season, a step.

    Returns
    -------
    r, mean, sd : float

    Notes
    -----
    r = e'Ae / e'e with e = Mx, M = I - QQ' and A half on the two places beside the diagonal of every pair. Noise being
    spherical, r is independent of e'e (Pitman 1937), so its moments are ratios of moments: with v = n - k,
    mean = tr(MA) / v and E[r^2] = (2 tr(MAMA) + tr(MA)^2) / (v (v + 2)). With one phase and no gap these are Moran's
    -1/n and (n - 2)^2 / (n^2 (n - 1)).

    References
    ----------
    Moran, Some theorems on time series II, Biometrika 1948, 35: 255-260; Dufour & Roy, Some robust exact results on
    sample autocorrelations and tests of randomness, Journal of Econometrics 1985, 29: 257-273.

    Examples
    --------
    >>> n = 20
    >>> r, mean, sd = lag_one(np.arange(n) % 2.0, np.arange(n - 1), np.full((n, 1), n**-0.5))
    >>> round(r, 4), round(mean * n, 4), round(sd**2 * n**2 * (n - 1) / (n - 2) ** 2, 4)
    (-0.95, -1.0, 1.0)
    """
    left = values - nuisance @ (nuisance.T @ values)
    n, k = nuisance.shape
    v = n - k

    def times_a(columns: Floats) -> Floats:
        found = np.zeros_like(columns)
        found[pairs] += columns[pairs + 1] / 2
        found[pairs + 1] += columns[pairs] / 2
        return found

    a_nuisance = times_a(nuisance)
    inner = nuisance.T @ a_nuisance
    trace = -float(np.trace(inner))
    trace_of_square = len(pairs) / 2 - 2 * float(np.sum(a_nuisance**2)) + float(np.sum(inner * inner.T))
    mean = trace / v
    variance = (2 * trace_of_square + trace**2) / (v * (v + 2)) - mean**2
    r = float(left[pairs] @ left[pairs + 1] / (left @ left))
    return r, mean, float(np.sqrt(variance))


def pairs_of(series: Series) -> tuple[Floats, Ints, Ints]:
    """Residuals of the points that take part, positions of neighbours among them, and their phases."""
    rows = np.flatnonzero(~np.isnan(series.residual))
    position = np.full(len(series.y), -1)
    position[rows] = np.arange(len(rows))
    first = series.neighbours()
    pairs = position[first[(position[first] >= 0) & (position[first + 1] >= 0)]]
    return series.residual[rows], pairs, series.phase[rows]


def phase_columns(phase: Ints) -> Floats:
    """Orthonormal columns: one per phase."""
    columns = (phase[:, None] == np.unique(phase)).astype(np.float64)
    return np.asarray(columns / np.sqrt(columns.sum(axis=0)))


def p_value(values: Floats, pairs: Ints, nuisance: Floats) -> tuple[float, float]:
    """r, and the chance of one at least as large (one-sided, normal with the exact two moments)."""
    r, mean, sd = lag_one(values, pairs, nuisance)
    return r, float(scipy.stats.norm.sf((r - mean) / sd))

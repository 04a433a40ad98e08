"""Straight-line regression whose errors follow each other: AR(1) by REML or ML, and Prais-Winsten.

The correlation of two months is phi to the power of their distance, so a missing month is a longer step and nothing is
filled in. Several series share phi and sigma; months of different series are independent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize

Array = npt.NDArray[np.floating[Any]]
Places = npt.NDArray[np.int64]

HIGHEST_PHI = 1 - 1e-5
"""Above it the errors are a random walk for all that months can tell; the likelihood is flat there."""


@dataclass(frozen=True, slots=True)
class FirstOrderFit:
    """beta (p,), covariance (p, p), phi, sigma (marginal standard deviation), log likelihood (missing for
    Prais-Winsten), residual (n,) of the line and whitened (n,), df = n - p.

    `is_random_walk`: phi stands at its upper end. The differences from month to month are then estimated, the height
    of the line is not.
    """

    beta: Array
    covariance: Array
    phi: float
    sigma: float
    log_likelihood: float
    residual: Array
    whitened: Array
    df: int
    is_random_walk: bool = False


def whiten(table: Array, places: Places, groups: Places, phi: float) -> tuple[Array, float]:
    """Rows made independent with variance 1, and the logarithm of the determinant of their correlation matrix.

    `table` (n, q) is sorted by series and month. The first month of a series stays; each later one becomes
    (row - phi^d row before) / sqrt(1 - phi^(2d)), d months after the one before.

    Examples
    --------
    >>> rows, logdet = whiten(np.array([[1.0], [1.0]]), np.array([0, 1]), np.zeros(2, dtype=int), 0.6)
    >>> rows.round(3).tolist(), round(logdet, 3)
    ([[1.0], [0.5]], -0.446)
    """
    step = np.diff(places)
    follows = groups[1:] == groups[:-1]
    carried = np.where(follows, np.power(float(phi), np.where(follows, step, 1)), 0.0)
    left = 1 - carried**2
    out = table.astype(float, copy=True)
    out[1:] = (table[1:] - carried[:, None] * table[:-1]) / np.sqrt(left)[:, None]
    return out, float(np.log(left).sum())


def ar1(y: Array, x: Array, places: Places, groups: Places, *, restricted: bool = True) -> FirstOrderFit:
    """Generalised least squares with AR(1) errors, phi by REML (or ML).

    Parameters
    ----------
    y : shape (n,). x : shape (n, p), full rank, n > p. places, groups : shape (n,), sorted by series and month.

    Returns
    -------
    FirstOrderFit
        The covariance has sigma^2 = RSS / (n - p) for REML and for ML alike (nlme adjusts ML's in the same way);
        `sigma` is sqrt(RSS / n) for ML.

    Notes
    -----
    REML: -2 l = (n - p)(log(2 pi sigma^2) + 1) + log |R| + log |X'R^-1 X|. The likelihood is searched on
    log((1 + phi) / (1 - phi)) over a grid, then around its highest point.

    References
    ----------
    Pinheiro and Bates 2000, section 5.1; Turner et al., BMC Med Res Methodol 2021;21:181.

    Examples
    --------
    >>> generator = np.random.default_rng(1)
    >>> error = np.zeros(200)
    >>> for t in range(1, 200):
    ...     error[t] = 0.5 * error[t - 1] + generator.normal()
    >>> fit = ar1(error + 3, np.ones((200, 1)), np.arange(200), np.zeros(200, dtype=int))
    >>> round(fit.phi, 2), round(float(fit.beta[0]), 1)
    (0.34, 2.9)
    """
    n, p = x.shape
    table = np.column_stack([x, y])

    def fitted(phi: float) -> tuple[float, Array, Array, float]:
        rows, logdet = whiten(table, places, groups, phi)
        q, r = np.linalg.qr(rows[:, :p])
        beta = np.linalg.solve(r, q.T @ rows[:, p])
        rss = float(((rows[:, p] - rows[:, :p] @ beta) ** 2).sum())
        free = n - p if restricted else n
        value = free * (np.log(2 * np.pi * rss / free) + 1) + logdet
        if restricted:
            value += 2 * float(np.log(np.abs(np.diag(r))).sum())
        return -0.5 * value, beta, r, rss

    def likelihood(z: float) -> float:
        return fitted(float(np.tanh(z / 2)))[0]

    highest = 2 * float(np.arctanh(HIGHEST_PHI))
    grid = np.concatenate([np.linspace(-6, 5, 34), np.linspace(5.5, highest, 10)])
    values = np.array([likelihood(z) for z in grid])
    best = int(np.nanargmax(values))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    found = optimize.minimize_scalar(
        lambda z: -likelihood(z), bounds=(low, high), method="bounded", options={"xatol": 1e-9}
    )
    z = float(found.x)
    if values[-1] >= -found.fun - 1e-4 and best >= len(grid) - 3:
        # The top is flat up to the end: a random walk fits as well as anything.
        z = highest
    phi = float(np.tanh(z / 2))
    value, beta, r, rss = fitted(phi)
    inverse = np.linalg.inv(r)
    rows, _ = whiten(table, places, groups, phi)
    return FirstOrderFit(
        beta=beta,
        covariance=inverse @ inverse.T * rss / (n - p),
        phi=phi,
        sigma=float(np.sqrt(rss / (n - p if restricted else n))),
        log_likelihood=value,
        residual=y - x @ beta,
        whitened=rows[:, p] - rows[:, :p] @ beta,
        df=n - p,
        is_random_walk=z >= highest,
    )


def prais_winsten(y: Array, x: Array, places: Places, groups: Places) -> FirstOrderFit:
    """Prais-Winsten, first month of each series kept, iterated until rho stands still.

    rho = sum e_t e_(t-1) / sum e_(t-1)^2 over months that follow each other directly; shapes as in `ar1`.

    References
    ----------
    Prais and Winsten 1954 (Cowles Commission paper 383).

    Examples
    --------
    >>> y, t = np.array([1.0, 2.0, 2.6, 4.2, 5.6, 6.4, 6.6, 7.4]), np.arange(8)
    >>> fit = prais_winsten(y, np.column_stack([np.ones(8), t]), t, np.zeros(8, dtype=int))
    >>> fit.beta.round(2).tolist(), round(fit.phi, 2)
    ([1.14, 0.94], 0.42)
    """
    n, p = x.shape
    table = np.column_stack([x, y])
    direct = (groups[1:] == groups[:-1]) & (np.diff(places) == 1)
    beta = np.linalg.lstsq(x, y, rcond=None)[0]
    rho = 0.0
    for _ in range(1000):
        e = y - x @ beta
        before = e[:-1][direct]
        around = float(before @ before)
        new = float(e[1:][direct] @ before / around) if around > 0 else 0.0
        # A rho of 1 or more cannot be taken out of the months; it is held just inside.
        new = float(np.clip(new, -HIGHEST_PHI, HIGHEST_PHI))
        rows, _ = whiten(table, places, groups, new)
        beta = np.linalg.lstsq(rows[:, :p], rows[:, p], rcond=None)[0]
        if abs(new - rho) < 1e-12:
            rho = new
            break
        rho = new
    rows, _ = whiten(table, places, groups, rho)
    left = rows[:, p] - rows[:, :p] @ beta
    rss = float(left @ left)
    return FirstOrderFit(
        beta=beta,
        covariance=np.linalg.inv(rows[:, :p].T @ rows[:, :p]) * rss / (n - p),
        phi=rho,
        sigma=float(np.sqrt(rss / (n - p))),
        log_likelihood=np.nan,
        residual=y - x @ beta,
        whitened=left,
        df=n - p,
        is_random_walk=rho >= HIGHEST_PHI,
    )

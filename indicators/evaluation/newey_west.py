"""Newey-West covariance: standard errors that allow for months that follow each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating[Any]]
Places = npt.NDArray[np.int64]


def newey_west(scores: Array, bread: Array, places: Places, groups: Places, lag: int, *, factor: float = 1.0) -> Array:
    """Covariance of coefficients with Bartlett weights 1 - d / (lag + 1), no prewhitening.

    Parameters
    ----------
    scores : shape (n, p). Each month's contribution to the score: x times the residual (for a GLM with its canonical
        link x (y - mu)).
    bread : shape (p, p). Inverse of X'X, or of X'WX in a GLM.
    places, groups : shape (n,). Month number and series of each row. Months count by their distance in time, so a
        missing month is a gap and not a neighbour; rows of different series never meet.
    factor : n / (n - k) is the small-sample factor of Stata's newey; 1 leaves it out, as sandwich::NeweyWest does with
        adjust = FALSE.

    Returns
    -------
    ndarray, shape (p, p)

    References
    ----------
    Newey and West, Econometrica 1987;55:703-708.

    Examples
    --------
    >>> x, residual = np.ones((3, 1)), np.array([1.0, 1.0, -2.0])
    >>> newey_west(x * residual[:, None], np.array([[1 / 3]]), np.arange(3), np.zeros(3, dtype=int), 1).round(4)
    array([[0.5556]])
    """
    p = scores.shape[1]
    first = places.min()
    rows, series = int(places.max() - first) + 1, int(groups.max()) + 1
    dense = np.zeros((series, rows, p))
    dense[groups, places - first] = scores
    meat = np.einsum("gtp,gtq->pq", dense, dense)
    for distance in range(1, min(lag, rows - 1) + 1):
        cross = np.einsum("gtp,gtq->pq", dense[:, distance:], dense[:, :-distance])
        meat += (1 - distance / (lag + 1)) * (cross + cross.T)
    return np.asarray(factor * bread @ meat @ bread)


def usual_lag(n: int) -> int:
    """The lag of Newey and West 1994 for `n` months: the whole part of 4 (n / 100)^(2/9).

    Examples
    --------
    >>> usual_lag(60)
    3
    """
    return int(4 * (n / 100) ** (2 / 9))

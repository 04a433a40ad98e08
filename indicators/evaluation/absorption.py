"""Unit and month effects taken out of any array, with weights and missing months, without a column per unit."""

from __future__ import annotations

import numpy as np

from indicators.evaluation.panel import Floats


def without_unit_and_period(values: Floats, weights: Floats) -> Floats:
    """What is left of `values` after least squares on one effect per unit and one per period.

    Parameters
    ----------
    values : ndarray (n_units, n_periods) or (n_units, n_periods, n_columns)
    weights : ndarray (n_units, n_periods)
        0 where nothing is observed; those cells come back as 0.

    Returns
    -------
    ndarray, the shape of `values`

    Notes
    -----
    Units are profiled out, so that one equation per period is solved: exact, also for unbalanced panels, where
    subtracting both means in turn would have to be repeated many times.

    Examples
    --------
    >>> import numpy as np
    >>> values = np.add.outer([1.0, 5.0, 9.0], [0.0, 2.0, 3.0])
    >>> values[0, 2] += 1
    >>> without_unit_and_period(values, np.ones((3, 3))).round(2).tolist()
    [[-0.22, -0.22, 0.44], [0.11, 0.11, -0.22], [0.11, 0.11, -0.22]]
    """
    columns = values[:, :, None] if values.ndim == 2 else values
    total = weights.sum(axis=1)
    share = weights / np.where(total > 0, total, 1.0)[:, None]
    centred = columns - np.einsum("it,itk->ik", share, columns)[:, None, :]
    between = np.diag(weights.sum(axis=0)) - weights.T @ share
    effects = np.linalg.lstsq(between, np.einsum("it,itk->tk", weights, centred), rcond=1e-11)[0]
    left = centred - effects[None, :, :] + (share @ effects)[:, None, :]
    left = np.where((weights > 0)[:, :, None], left, 0.0)
    return left[:, :, 0] if values.ndim == 2 else left


def cluster_factor(n_rows: int, n_clusters: int, n_parameters: int) -> float:
    """What the squared cluster-robust error is multiplied by (CR1): G / (G - 1) times (n - 1) / (n - K).

    Examples
    --------
    >>> round(cluster_factor(2500, 500, 6), 6)
    1.004013
    """
    if n_clusters < 2 or n_rows <= n_parameters:
        return np.nan
    return n_clusters / (n_clusters - 1) * (n_rows - 1) / (n_rows - n_parameters)

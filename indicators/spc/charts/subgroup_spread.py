"""What the xbar and the s chart share: the standard deviation within subgroups."""

from __future__ import annotations

import numpy as np

from indicators.spc import ragged
from indicators.spc.charts.record import Subgroups
from indicators.spc.ragged import Floats


def mean_or_pooled_sd(subgroups: Subgroups) -> Floats:
    """Standard deviation within the subgroups of the baseline, before c4 is divided out; one number per segment.

    Returns
    -------
    ndarray of float, shape (n_segments,)
        The mean of the standard deviations s where all subgroups of the baseline have one size, else the pooled one.
        NaN where no subgroup has two observations.

    Notes
    -----
    pooled = sqrt(sum((n_i - 1) s_i²) / sum(n_i - 1)). A subgroup without data stands in these sums, and among the
    sizes, with n_i = 0, as it does in qicharts2: it takes one degree of freedom from the rest and widens the limits a
    little. Only the baseline is asked about sizes, so a later subgroup of another size does not move frozen lines.

    References
    ----------
    Montgomery, Introduction to Statistical Quality Control, control charts for xbar and s, equations 6.27-6.31.
    """
    size, sd, segment = subgroups.baseline(subgroups.size, subgroups.sd)
    n_segments = subgroups.n_segments
    n_subgroups = ragged.count(segment, n_segments)
    freedom = ragged.total(size - 1, segment, n_segments)
    squares = ragged.total((size - 1) * sd**2, segment, n_segments)
    pooled = np.sqrt(np.divide(squares, freedom, out=np.full(n_segments, np.nan), where=freedom > 0))
    # Sizes are whole numbers, so their sums are exact: the squares' mean is the mean's square when all are equal.
    sizes, squared = ragged.total(size, segment, n_segments), ragged.total(size**2, segment, n_segments)
    are_equal = squared * n_subgroups == sizes**2
    found = np.where(are_equal, ragged.mean(sd, segment, n_segments), pooled)
    return np.where(ragged.count(segment[~np.isnan(sd)], n_segments) > 0, found, np.nan)

"""Many stretches of unequal length in one flat array: each row carries the number of its segment (0, 1 …, ascending).

A segment is one phase of one series. Everything the charts need of a segment is computed for all segments at once, so
one series is simply a batch of one and gives the same digits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def count(segment: Ints, n_segments: int) -> Ints:
    """Rows per segment."""
    return np.asarray(np.bincount(segment, minlength=n_segments), dtype=np.int64)


def total(values: Floats, segment: Ints, n_segments: int) -> Floats:
    """Sum per segment of the values that are not NaN; 0 for a segment without any."""
    known = np.where(np.isnan(values), 0.0, values)
    return np.asarray(np.bincount(segment, weights=known, minlength=n_segments), dtype=np.float64)


def mean(values: Floats, segment: Ints, n_segments: int) -> Floats:
    """Mean per segment of the values that are not NaN; NaN for a segment without any.

    Examples
    --------
    >>> mean(np.array([1.0, 3.0, np.nan, 5.0]), np.array([0, 0, 1, 2]), 3)
    array([ 2., nan,  5.])
    """
    n = count(segment[~np.isnan(values)], n_segments)
    return np.divide(total(values, segment, n_segments), n, out=np.full(n_segments, np.nan), where=n > 0)


def median(values: Floats, segment: Ints, n_segments: int) -> Floats:
    """Median per segment of the values that are not NaN; NaN for a segment without any.

    Examples
    --------
    >>> median(np.array([9.0, 1.0, 3.0, np.nan, 4.0, 2.0]), np.array([0, 0, 0, 1, 2, 2]), 3)
    array([ 3., nan,  3.])
    """
    known = ~np.isnan(values)
    values, segment = values[known], segment[known]
    n = count(segment, n_segments)
    in_order = values[np.lexsort((values, segment))]
    first = np.cumsum(n) - n
    found = n > 0
    low = in_order[(first + (n - 1) // 2)[found]]
    high = in_order[(first + n // 2)[found]]
    result = np.full(n_segments, np.nan)
    result[found] = np.where(low == high, low, (low + high) / 2)
    return result


def standard_deviation(values: Floats, segment: Ints, n_segments: int) -> Floats:
    """Standard deviation (n - 1) per segment of the values that are not NaN; NaN below two of them."""
    n = count(segment[~np.isnan(values)], n_segments)
    deviation = values - mean(values, segment, n_segments)[segment]
    squares = total(deviation**2, segment, n_segments)
    return np.sqrt(np.divide(squares, n - 1, out=np.full(n_segments, np.nan), where=n > 1))


def largest(values: Floats, segment: Ints, n_segments: int) -> Floats:
    """Largest value per segment, NaN left out; -inf for a segment without any."""
    result = np.full(n_segments, -np.inf)
    np.fmax.at(result, segment, values)
    return result


def smallest(values: Floats, segment: Ints, n_segments: int) -> Floats:
    """Smallest value per segment, NaN left out; inf for a segment without any."""
    return -largest(-values, segment, n_segments)


def cumulative_start(change: Bools) -> Ints:
    """Number stretches 0, 1, 2 … where `change` marks the first row of each; the first row always starts one."""
    starts = change.copy()
    if len(starts):
        starts[0] = True
    return np.cumsum(starts) - 1

"""Many stretches of unequal length in one flat array: each row carries the number of its segment (0, 1 …, ascending).

A segment is one phase of one series. Everything the charts need of a segment is computed for all segments at once, so
one series is simply a batch of one and gives the same digits: every figure of a segment is summed row by row in the
order of the rows, wherever the segment lies in the batch.
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
    sums = np.bincount(segment, weights=values, minlength=n_segments)
    if np.isnan(sums).any():
        missing = np.isnan(values)
        sums = np.bincount(segment, weights=np.where(missing, 0.0, values), minlength=n_segments)
    return np.asarray(sums, dtype=np.float64)


def mean(values: Floats, segment: Ints, n_segments: int) -> Floats:
    """Mean per segment of the values that are not NaN; NaN for a segment without any.

    Examples
    --------
    >>> mean(np.array([1.0, 3.0, np.nan, 5.0]), np.array([0, 0, 1, 2]), 3)
    array([ 2., nan,  5.])
    """
    missing = np.isnan(values)
    n = count(segment[~missing] if missing.any() else segment, n_segments)
    return np.divide(total(values, segment, n_segments), n, out=np.full(n_segments, np.nan), where=n > 0)


def median(values: Floats, segment: Ints, n_segments: int) -> Floats:
    """Median per segment of the values that are not NaN; NaN for a segment without any.

    Examples
    --------
    >>> median(np.array([9.0, 1.0, 3.0, np.nan, 4.0, 2.0]), np.array([0, 0, 0, 1, 2, 2]), 3)
    array([ 3., nan,  3.])
    """
    missing = np.isnan(values)
    if missing.any():
        values, segment = values[~missing], segment[~missing]
    n = count(segment, n_segments)
    first = np.cumsum(n) - n
    result = np.full(n_segments, np.nan)
    # Segments of one length are sorted together as the rows of a matrix: a board has few lengths.
    for length in np.unique(n[n > 0]).tolist():
        of_length = np.flatnonzero(n == length)
        if len(of_length) * length == len(values):
            rows = values.reshape(len(of_length), length)
        else:
            rows = values[first[of_length][:, None] + np.arange(length)]
        in_order = np.sort(rows, axis=1)
        low, high = in_order[:, (length - 1) // 2], in_order[:, length // 2]
        result[of_length] = np.where(low == high, low, (low + high) / 2)
    return result


def standard_deviation(values: Floats, segment: Ints, n_segments: int) -> Floats:
    """Standard deviation (n - 1) per segment of the values that are not NaN; NaN below two of them."""
    n = count(segment[~np.isnan(values)], n_segments)
    deviation = values - mean(values, segment, n_segments)[segment]
    squares = total(deviation**2, segment, n_segments)
    return np.sqrt(np.divide(squares, n - 1, out=np.full(n_segments, np.nan), where=n > 1))


def largest(values: Floats, first: Ints) -> Floats:
    """Largest value per segment, NaN left out; NaN for a segment without any. `first` is the first row of each."""
    return np.fmax.reduceat(values, first) if len(first) else np.zeros(0)


def smallest(values: Floats, first: Ints) -> Floats:
    """Smallest value per segment, NaN left out; NaN for a segment without any. `first` is the first row of each."""
    return np.fmin.reduceat(values, first) if len(first) else np.zeros(0)


def any_of(flags: Bools, first: Ints) -> Bools:
    """Whether any row of a segment is flagged."""
    return np.logical_or.reduceat(flags, first) if len(first) else np.zeros(0, dtype=bool)


def cumulative_start(change: Bools) -> Ints:
    """Number stretches 0, 1, 2 … where `change` marks the first row of each; the first row always starts one."""
    starts = change.copy()
    if len(starts):
        starts[0] = True
    return np.cumsum(starts) - 1

"""I prime chart: individual values that rest on different amounts of data (also called normalised I chart)."""

from __future__ import annotations

import math

import numpy as np

from indicators.spc import constants, ragged
from indicators.spc.charts.record import ChartRecord, Limits, Subgroups, ValueKind, around
from indicators.spc.ragged import Floats
from indicators.words import Words


def limits(subgroups: Subgroups) -> Limits:
    """Weighted mean of the baseline, and limits that are wider where a point rests on less.

    Parameters
    ----------
    subgroups : Subgroups
        Values `y`, weighted by `denominator`, or by the number of rows taken together where there is none. NaN where
        nothing was reported: the moving range breaks there.

    Returns
    -------
    Limits
        In the unit of `y`, shape (n_points,); NaN where nothing was reported and where no moving range is left (fewer
        than two neighbouring values, or no variation).

    Notes
    -----
    centre = sum(w y) / sum(w) over the baseline; s_i = sqrt(pi / 2) |y_i - y_(i-1)| / sqrt(1 / w_i + 1 / w_(i-1));
    sigma_i = mean(s) / sqrt(w_i). Ranges s not below 3.2665 mean(s) are dropped once when `screen_moving_ranges`. With
    equal weights this is an I chart with the exact d2 = 2 / sqrt(pi). Baseline and exclusions hold for the
    spread too: excluded points are taken out before differencing. (qicharts2 takes the spread from every point
    whatever freeze and exclude say.) Limits can be negative; pass `non_negative=True` where the value cannot.
    Assumes independent values whose variance falls as 1 / w.

    References
    ----------
    Taylor, Normalized Individuals (I_N) control chart, variation.com (I prime in later work).
    Nelson, Control charts for individual measurements, Journal of Quality Technology 1982 (screening).

    Examples
    --------
    >>> import pandas as pd
    >>> from indicators import spc
    >>> frame = pd.DataFrame({
    ...     "month": [1, 2, 3, 4], "complaints": [42, 54, 12, 60], "sales": [1000, 1200, 250, 1500],
    ... })
    >>> points = spc.analyse(frame, chart="ip", x="month", y="complaints", n="sales", multiply=1000).points
    >>> points.centre.round(2).tolist(), points.upper.round(2).tolist()
    ([42.53, 42.53, 42.53, 42.53], [51.66, 50.86, 60.79, 49.99])
    """
    weight = _weight(subgroups)
    reported, segment = subgroups.baseline(np.where(np.isnan(subgroups.y), np.nan, weight))
    weighted, _ = subgroups.baseline(weight * subgroups.y)
    everything = ragged.total(reported, segment, subgroups.n_segments)
    mean = np.divide(
        ragged.total(weighted, segment, subgroups.n_segments),
        everything,
        out=np.full(subgroups.n_segments, np.nan),
        where=everything > 0,
    )
    sigma = _sigma_of_one(subgroups, weight)[subgroups.segment] / np.sqrt(weight)
    return around(subgroups.along(mean), sigma, subgroups.profile)


def _weight(subgroups: Subgroups) -> Floats:
    """What each point rests on; NaN where nothing was reported."""
    # A denominator is asked for the call as a whole: where there is one, no point lacks it and has a value.
    has_denominator = bool((~np.isnan(subgroups.denominator)).any())
    weight = subgroups.denominator if has_denominator else subgroups.size
    return np.where(weight > 0, weight, np.nan)


def _sigma_of_one(subgroups: Subgroups, weight: Floats) -> Floats:
    """Standard deviation of a point of weight 1, per segment, from the moving ranges of the baseline."""
    y, weight, segment = subgroups.baseline(subgroups.y, weight)
    neighbours = segment[1:] == segment[:-1]
    ranges = (np.abs(np.diff(y)) / np.sqrt(1 / weight[1:] + 1 / weight[:-1]))[neighbours] * math.sqrt(math.pi / 2)
    owner = segment[1:][neighbours]
    average = ragged.mean(ranges, owner, subgroups.n_segments)
    if subgroups.screen_moving_ranges:
        kept = ranges < (constants.D4_OF_TWO_EXACT * average)[owner]
        average = ragged.mean(ranges[kept], owner[kept], subgroups.n_segments)
    return average


CHART = ChartRecord(
    code="ip",
    name=Words("I′-diagram", "I′ chart"),
    use=Words(
        "Et gennemsnit eller forhold pr. periode, når nævneren svinger meget.",
        "A mean or ratio per period where the denominator varies much.",
    ),
    kind=ValueKind.VALUE,
    needs_denominator=False,
    needs_order=True,
    reference="Taylor, Normalized Individuals (I_N) control chart, variation.com",
    limits=limits,
    order=24,
)

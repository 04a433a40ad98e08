"""I chart: individual values, spread from the moving range (also called X or XmR chart)."""

from __future__ import annotations

from indicators.spc.charts.record import ChartRecord, Limits, Recipe, Subgroups, ValueKind, around
from indicators.words import Words


def limits(subgroups: Subgroups) -> Limits:
    """Mean of the baseline and 3 sigma of its moving ranges.

    Parameters
    ----------
    subgroups : Subgroups
        Values `y` (a ratio where there is a denominator), NaN where nothing was reported: the moving range breaks
        there.

    Returns
    -------
    Limits
        centre, lower, upper: one level per phase along the points, in the unit of `y`; NaN limits where no moving
        range is left (fewer than two neighbouring values, or no variation).

    Notes
    -----
    centre = mean(y); sigma = mean moving range / 1.128, ranges not below 3.267 mean ranges dropped once when
    `screen_moving_ranges`. Not 2.66: that is 3 / 1.128 rounded and belongs to profile `mdc`. Limits can be negative;
    pass `non_negative=True` where the value cannot. Assumes independent values; autocorrelation makes limits too
    narrow.

    References
    ----------
    Montgomery, Introduction to Statistical Quality Control, control charts for individual measurements.
    Provost & Murray, The Health Care Data Guide (screening of moving ranges).

    Examples
    --------
    >>> import pandas as pd
    >>> from indicators import spc
    >>> frame = pd.DataFrame({"week": [1, 2, 3, 4], "days": [4.0, 6.0, 3.0, 7.0]})
    >>> spc.analyse(frame, chart="i", x="week", y="days").points.upper.round(3).tolist()
    [12.979, 12.979, 12.979, 12.979]
    """
    centre = subgroups.along(subgroups.mean(subgroups.y))
    sigma = subgroups.moving_range_sd(subgroups.y)[subgroups.segment]
    return around(centre, sigma, subgroups.profile)


CHART = ChartRecord(
    code="i",
    name=Words("I-diagram", "I chart"),
    use=Words(
        "Ét tal pr. periode: et gennemsnit, en ventetid, et beløb.",
        "One figure per period: a mean, a waiting time, an amount.",
    ),
    kind=ValueKind.VALUE,
    needs_denominator=False,
    needs_order=True,
    reference="Montgomery, Introduction to Statistical Quality Control, control charts for individual measurements",
    limits=limits,
    recipe=Recipe("mean", "moving_range"),
    order=20,
)

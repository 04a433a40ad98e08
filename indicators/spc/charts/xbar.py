"""X bar chart: the means of subgroups of measurements, spread from within the subgroups."""

from __future__ import annotations

import numpy as np

from indicators.spc import constants, ragged
from indicators.spc.charts.record import ChartRecord, Limits, Subgroups, ValueKind, around
from indicators.spc.charts.subgroup_spread import mean_or_pooled_sd
from indicators.words import Words


def limits(subgroups: Subgroups) -> Limits:
    """Mean of all measurements of the baseline, and limits from the standard deviation within subgroups.

    Parameters
    ----------
    subgroups : Subgroups
        Rows with the same x are one subgroup: `numerator` is their sum, `size` their number, `sd` their standard
        deviation. A subgroup without data has size 0.

    Returns
    -------
    Limits
        In the unit of the measurements, shape (n_points,); NaN limits at a subgroup of one, whose spread is unknown.

    Notes
    -----
    centre = sum of measurements / their number; sigma_i = s / (c4(n_i) sqrt(n_i)), exact c4, with s the mean of the
    standard deviations where all subgroups have one size, else the pooled one. Assumes that measurements within a
    subgroup vary as they do between them: where patients of one month resemble one another, the limits
    are too narrow and an I chart of the means is the honest choice.

    References
    ----------
    Montgomery, Introduction to Statistical Quality Control, control charts for xbar and s.

    Examples
    --------
    >>> import pandas as pd
    >>> from indicators import spc
    >>> frame = pd.DataFrame({"week": [1, 1, 1, 2, 2, 2], "minutes": [12.0, 15.0, 18.0, 11.0, 13.0, 15.0]})
    >>> points = spc.analyse(frame, chart="xbar", x="week", y="minutes").points
    >>> points.y.tolist(), points.upper.round(3).tolist()
    ([15.0, 13.0], [18.886, 18.886])
    """
    measured, size, segment = subgroups.baseline(subgroups.numerator, subgroups.size)
    n_measured = ragged.total(size, segment, subgroups.n_segments)
    mean = np.divide(
        ragged.total(measured, segment, subgroups.n_segments),
        n_measured,
        out=np.full(subgroups.n_segments, np.nan),
        where=n_measured > 0,
    )
    sd = mean_or_pooled_sd(subgroups)[subgroups.segment]
    sigma = sd / (constants.c4(subgroups.size) * np.sqrt(subgroups.size))
    return around(subgroups.along(mean), sigma, subgroups.profile)


CHART = ChartRecord(
    code="xbar",
    name=Words("Xbar-diagram", "Xbar chart"),
    use=Words(
        "Gennemsnittet af flere målinger pr. periode, én række pr. måling.",
        "The mean of several measurements per period, one row per measurement.",
    ),
    kind=ValueKind.VALUE,
    needs_denominator=False,
    takes_denominator=False,
    needs_several=True,
    reference="Montgomery, Introduction to Statistical Quality Control, control charts for xbar and s",
    limits=limits,
    order=26,
)

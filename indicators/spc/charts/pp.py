"""P prime chart: a proportion with very large denominators, where more than chance varies between subgroups."""

from __future__ import annotations

import numpy as np

from indicators.spc.charts.prime import sigma_z
from indicators.spc.charts.record import ChartRecord, Limits, Subgroups, ValueKind, around
from indicators.words import Words


def limits(subgroups: Subgroups) -> Limits:
    """Centre line of a p chart, its limits widened or narrowed by the variation between subgroups.

    Of `denominator` cases in each subgroup, `numerator` had the event.

    Parameters
    ----------
    subgroups : Subgroups
        Counts; a subgroup that was not reported is NaN in both, never zero.

    Returns
    -------
    Limits
        Proportions in [0, 1], shape (n_points,). NaN limits where nothing was reported and where the variation
        between subgroups cannot be measured: fewer than two neighbouring values, or a baseline at 0 or 100 %.

    Notes
    -----
    centre = sum(numerator) / sum(denominator) over the baseline;
    sigma_i = sqrt(centre (1 - centre) / denominator_i) sigma_z, with z_i = (y_i - centre) / sqrt(centre (1 - centre) /
    denominator_i) and sigma_z = mean moving range of z / 1.128 (standard deviation of z where x is a category). sigma_z
    is not floored at 1: a p chart where it is near 1. Assumes that subgroups are independent of one another; cases
    within them need not be.

    References
    ----------
    Laney, Improved control charts for attributes, Quality Engineering 2002, 14(4): 531-537.

    Examples
    --------
    >>> import pandas as pd
    >>> from indicators import spc
    >>> frame = pd.DataFrame({
    ...     "period": [1, 2, 3, 4], "numerator": [5200, 4700, 5300, 4800], "denominator": [10000, 10000, 10000, 10000],
    ... })
    >>> spc.analyse(frame, chart="pp").points.upper.round(4).tolist()
    [0.6418, 0.6418, 0.6418, 0.6418]
    >>> spc.analyse(frame, chart="p").points.upper.round(4).tolist()
    [0.515, 0.515, 0.515, 0.515]
    """
    centre = subgroups.along(subgroups.ratio())
    within = np.sqrt(centre * (1 - centre) / subgroups.denominator)
    sigma = within * sigma_z(subgroups, centre, within)[subgroups.segment]
    return around(centre, sigma, subgroups.profile, minimum=0.0, maximum=1.0)


CHART = ChartRecord(
    code="pp",
    name=Words("P′-diagram", "P′ chart"),
    use=Words(
        "En andel med meget store nævnere, hvor P-diagrammets grænser bliver for snævre.",
        "A proportion with very large denominators, where the limits of a P chart become too narrow.",
    ),
    kind=ValueKind.PROPORTION,
    needs_denominator=True,
    is_not_negative=True,
    reference="Laney, Improved control charts for attributes, Quality Engineering 2002",
    limits=limits,
    order=32,
)

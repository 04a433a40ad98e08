"""U prime chart: a rate with very large exposure, where more than chance varies between subgroups."""

from __future__ import annotations

import numpy as np

from indicators.spc.charts.prime import sigma_z
from indicators.spc.charts.record import ChartRecord, Limits, Subgroups, ValueKind, around
from indicators.words import Words


def limits(subgroups: Subgroups) -> Limits:
    """Centre line of a u chart, its limits widened or narrowed by the variation between subgroups.

    `numerator` events happened over `denominator` units of exposure in each subgroup.

    Parameters
    ----------
    subgroups : Subgroups
        Counts and exposure; a subgroup that was not reported is NaN in both, never zero.

    Returns
    -------
    Limits
        Rates per unit of exposure, never below 0, shape (n_points,). NaN limits where nothing was reported and where
        the variation between subgroups cannot be measured: fewer than two neighbouring values, or a baseline of 0.

    Notes
    -----
    centre = sum(numerator) / sum(denominator) over the baseline; sigma_i = sqrt(centre / denominator_i) sigma_z, with
    z_i = (y_i - centre) / sqrt(centre / denominator_i) and sigma_z = mean moving range of z / 1.128 (standard deviation
    of z where x is a category). sigma_z is not floored at 1: a u chart where it is near 1. Assumes that subgroups are
    independent of one another; events within them need not be (outbreaks).

    References
    ----------
    Laney, Improved control charts for attributes, Quality Engineering 2002, 14(4): 531-537.

    Examples
    --------
    >>> import pandas as pd
    >>> from indicators import spc
    >>> frame = pd.DataFrame({"period": [1, 2, 3], "numerator": [400, 600, 500], "denominator": [1e4, 1e4, 5e3]})
    >>> spc.analyse(frame, chart="up", multiply=1000).points.upper.round(2).tolist()
    [124.21, 124.21, 150.8]
    """
    centre = subgroups.along(subgroups.ratio())
    within = np.sqrt(centre / subgroups.denominator)
    sigma = within * sigma_z(subgroups, centre, within)[subgroups.segment]
    return around(centre, sigma, subgroups.profile, minimum=0.0)


CHART = ChartRecord(
    code="up",
    name=Words("U′-diagram", "U′ chart"),
    use=Words(
        "En rate med meget stor eksponering, hvor U-diagrammets grænser bliver for snævre.",
        "A rate with very large exposure, where the limits of a U chart become too narrow.",
    ),
    kind=ValueKind.RATE,
    needs_denominator=True,
    is_not_negative=True,
    reference="Laney, Improved control charts for attributes, Quality Engineering 2002",
    limits=limits,
    order=42,
)

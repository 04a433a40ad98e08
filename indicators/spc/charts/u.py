"""U chart: events per amount of exposure (per bed day, per 1,000 citizens)."""

from __future__ import annotations

from typing import Any

import numpy as np

from indicators.spc.charts.record import ChartRecord, Limits, Recipe, Subgroups, ValueKind, around
from indicators.words import Words


def limits(subgroups: Subgroups) -> Limits:
    """Centre line and control limits of a u chart.

    `numerator` events happened over `denominator` units of exposure in each subgroup.

    Parameters
    ----------
    subgroups : Subgroups
        Counts and exposure; a subgroup that was not reported is NaN in both, never zero.

    Returns
    -------
    Limits
        Rates per unit of exposure, never below 0, shape (n_points,); NaN limits where nothing was reported.

    Notes
    -----
    centre = sum(numerator) / sum(denominator) over the baseline; sigma_i = sqrt(centre / denominator_i).
    Assumes independent events (Poisson); outbreaks and very large exposures make the limits too narrow.

    References
    ----------
    Montgomery, Introduction to Statistical Quality Control, control chart for nonconformities per unit.

    Examples
    --------
    >>> import pandas as pd
    >>> from indicators import spc
    >>> frame = pd.DataFrame({"period": [1, 2, 3], "numerator": [4, 6, 5], "denominator": [100.0, 100.0, 50.0]})
    >>> spc.analyse(frame, chart="u", multiply=1000).points.upper.round(2).tolist()
    [133.48, 133.48, 163.92]
    """
    centre = subgroups.along(subgroups.ratio())
    return around(centre, sigma(centre, subgroups.denominator), subgroups.profile, minimum=0.0)


def sigma(centre: Any, denominator: Any) -> Any:
    """Poisson standard deviation of a rate: numbers or arrays."""
    return np.sqrt(centre / denominator)


CHART = ChartRecord(
    code="u",
    name=Words("U-diagram", "U chart"),
    use=Words(
        "En rate: hændelser pr. sengedag, borger eller anden eksponering.",
        "A rate: events per bed day, citizen or other exposure.",
    ),
    kind=ValueKind.RATE,
    needs_denominator=True,
    is_not_negative=True,
    reference="Montgomery, Introduction to Statistical Quality Control, control chart for nonconformities per unit",
    limits=limits,
    recipe=Recipe("ratio", sigma, minimum=0.0),
    order=40,
)

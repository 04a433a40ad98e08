"""P chart: the share of cases that had the event."""

from __future__ import annotations

from typing import Any

import numpy as np

from indicators.spc.charts.record import ChartRecord, Limits, Recipe, Subgroups, ValueKind, around
from indicators.words import Words


def limits(subgroups: Subgroups) -> Limits:
    """Centre line and control limits of a p chart.

    Of `denominator` cases in each subgroup, `numerator` had the event.

    Parameters
    ----------
    subgroups : Subgroups
        Counts; a subgroup that was not reported is NaN in both, never zero.

    Returns
    -------
    Limits
        Proportions in [0, 1], shape (n_points,); multiplication comes after. NaN limits where nothing was reported.

    Notes
    -----
    centre = sum(numerator) / sum(denominator) over the baseline; sigma_i = sqrt(centre (1 - centre) / denominator_i).
    Assumes independent cases with one probability; with very large denominators the limits become too narrow.

    References
    ----------
    Montgomery, Introduction to Statistical Quality Control, control chart for fraction nonconforming.

    Examples
    --------
    >>> import pandas as pd
    >>> from indicators import spc
    >>> frame = pd.DataFrame({"period": [1, 2, 3], "numerator": [5, 4, 11], "denominator": [100, 100, 200]})
    >>> spc.analyse(frame, chart="p").points.upper.round(4).tolist()
    [0.1154, 0.1154, 0.0962]
    """
    centre = subgroups.along(subgroups.ratio())
    return around(centre, sigma(centre, subgroups.denominator), subgroups.profile, minimum=0.0, maximum=1.0)


def sigma(centre: Any, denominator: Any) -> Any:
    """Binomial standard deviation of a proportion: numbers or arrays."""
    return np.sqrt(centre * (1 - centre) / denominator)


CHART = ChartRecord(
    code="p",
    name=Words("P-diagram", "P chart"),
    use=Words(
        "En andel: hvor mange af så mange.",
        "A proportion: how many of how many.",
    ),
    kind=ValueKind.PROPORTION,
    needs_denominator=True,
    is_not_negative=True,
    reference="Montgomery, Introduction to Statistical Quality Control, control chart for fraction nonconforming",
    limits=limits,
    recipe=Recipe("ratio", sigma, minimum=0.0, maximum=1.0),
    order=30,
)

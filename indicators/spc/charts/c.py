"""C chart: the number of events where the exposure is about the same each time."""

from __future__ import annotations

from typing import Any

import numpy as np

from indicators.spc.charts.record import ChartRecord, Limits, Recipe, Subgroups, ValueKind, around
from indicators.words import Words


def limits(subgroups: Subgroups) -> Limits:
    """Mean count of the baseline and 3 times its square root.

    Parameters
    ----------
    subgroups : Subgroups
        Counts `y`; rows with the same x are summed. Not reported is NaN, never zero.

    Returns
    -------
    Limits
        Counts, never below 0, shape (n_points,).

    Notes
    -----
    centre = mean(y); sigma = sqrt(centre). Assumes independent events (Poisson) over equal exposure; where the exposure
    differs, a u chart with its denominator is the honest choice.

    References
    ----------
    Montgomery, Introduction to Statistical Quality Control, control chart for nonconformities.

    Examples
    --------
    >>> import pandas as pd
    >>> from indicators import spc
    >>> frame = pd.DataFrame({"period": [1, 2, 3, 4], "numerator": [4, 2, 5, 5]})
    >>> spc.analyse(frame, chart="c").points.upper.tolist()
    [10.0, 10.0, 10.0, 10.0]
    """
    centre = subgroups.along(subgroups.mean(subgroups.y))
    return around(centre, sigma(centre, None), subgroups.profile, minimum=0.0)


def sigma(centre: Any, denominator: Any) -> Any:
    """Poisson standard deviation of a count, whatever the denominator: numbers or arrays."""
    return np.sqrt(centre)


CHART = ChartRecord(
    code="c",
    name=Words("C-diagram", "C chart"),
    use=Words(
        "Et antal hændelser, når eksponeringen er nogenlunde ens hver gang.",
        "A count of events where exposure is about the same each time.",
    ),
    kind=ValueKind.COUNT,
    needs_denominator=False,
    takes_denominator=False,
    aggregate="sum",
    is_not_negative=True,
    reference="Montgomery, Introduction to Statistical Quality Control, control chart for nonconformities",
    limits=limits,
    recipe=Recipe("mean", sigma, minimum=0.0),
    order=50,
)

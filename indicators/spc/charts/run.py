"""Run chart: the values around their median, judged by the runs analysis alone."""

from __future__ import annotations

import numpy as np

from indicators.spc.charts.record import ChartRecord, Limits, Recipe, Subgroups, ValueKind
from indicators.words import Words


def limits(subgroups: Subgroups) -> Limits:
    """The median of the baseline; a run chart has no control limits.

    Parameters
    ----------
    subgroups : Subgroups
        Values `y`, NaN where nothing was reported.

    Returns
    -------
    Limits
        centre: median per phase, shape (n_points,); all limits NaN.

    Notes
    -----
    Assumes only that values are independent and come in the order of x; any distribution will do.

    References
    ----------
    Anhøj & Olesen, Run charts revisited, PLoS ONE 2014, 9(11): e113825.

    Examples
    --------
    >>> import pandas as pd
    >>> from indicators import spc
    >>> frame = pd.DataFrame({"week": [1, 2, 3, 4, 5], "days": [4.0, 9.0, 3.0, 5.0, 6.0]})
    >>> spc.analyse(frame, chart="run", x="week", y="days").points.centre.tolist()
    [5.0, 5.0, 5.0, 5.0, 5.0]
    """
    none = np.full(len(subgroups.y), np.nan)
    return Limits(subgroups.along(subgroups.median(subgroups.y)), none, none, none, none)


CHART = ChartRecord(
    code="run",
    name=Words("Seriediagram", "Run chart"),
    use=Words(
        "Alle slags tal, fra 10 punkter. Spørger kun, om niveauet har flyttet sig.",
        "Any kind of figure, from 10 points. Asks only whether the level has moved.",
    ),
    kind=ValueKind.VALUE,
    needs_denominator=False,
    has_limits=False,
    reference="Anhøj & Olesen, Run charts revisited, PLoS ONE 2014, 9(11): e113825",
    limits=limits,
    recipe=Recipe("median", None),
    order=10,
)

"""G chart: the number of cases between rare events."""

from __future__ import annotations

import numpy as np

from indicators.spc import constants
from indicators.spc.charts.record import ChartRecord, Limits, Subgroups, ValueKind, around
from indicators.words import Words


def limits(subgroups: Subgroups) -> Limits:
    """Limits from the mean number of cases between events, drawn around its median.

    Parameters
    ----------
    subgroups : Subgroups
        Counts `y` of cases between events, one per event, 0 where two events followed one another. `centre`, where
        the caller gives one, is the mean; the line drawn is 0.693 times it.

    Returns
    -------
    Limits
        Counts, never below 0, shape (n_points,).

    Notes
    -----
    sigma = sqrt(mean (mean + 1)); limits = mean ± 3 sigma. The centre line is the median of the baseline, because half
    of the points are expected on each side of it, which the runs analysis needs. Assumes independent cases with one
    probability (geometric distribution). A point above the upper limit is a long stretch without an event:
    improvement where the event is harm. The cases since the last event are not yet a count between events and must
    not be given as one.

    References
    ----------
    Benneyan, Number-between g-type statistical quality control charts, Health Care Management Science 2001.
    Provost & Murray, The Health Care Data Guide (median as centre line; 0.693 means).

    Examples
    --------
    >>> import pandas as pd
    >>> from indicators import spc
    >>> frame = pd.DataFrame({"death": [1, 2, 3, 4, 5], "operations": [23, 39, 15, 0, 63]})
    >>> points = spc.analyse(frame, chart="g", x="death", y="operations").points
    >>> points.centre.tolist()[0], points.lower.tolist()[0], points.upper.round(2).tolist()[0]
    (23.0, 0.0, 113.49)
    """
    mean = subgroups.along(subgroups.mean(subgroups.y))
    around_mean = around(mean, np.sqrt(mean * (mean + 1)), subgroups.profile, minimum=0.0)
    if subgroups.centre is None:
        centre = subgroups.along(subgroups.median(subgroups.y))
    else:
        centre = constants.MEDIAN_IN_MEANS * mean
    return Limits(
        centre,
        around_mean.lower,
        around_mean.upper,
        around_mean.warning_lower,
        around_mean.warning_upper,
        at=around_mean.at,
    )


CHART = ChartRecord(
    code="g",
    name=Words("G-diagram", "G chart"),
    use=Words(
        "Antal patienter eller forløb mellem sjældne hændelser, ét punkt pr. hændelse.",
        "The number of patients or cases between rare events, one point per event.",
    ),
    kind=ValueKind.COUNT,
    needs_denominator=False,
    takes_denominator=False,
    is_of_cases=True,
    is_not_negative=True,
    reference="Benneyan, Number-between g-type statistical quality control charts, Health Care Management Science 2001",
    limits=limits,
    order=72,
)

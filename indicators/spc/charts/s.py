"""S chart: the standard deviation within subgroups of measurements. Drawn beside an X bar chart."""

from __future__ import annotations

from indicators.spc import constants
from indicators.spc.charts.record import ChartRecord, Limits, Subgroups, ValueKind, around
from indicators.spc.charts.subgroup_spread import mean_or_pooled_sd
from indicators.words import Words


def limits(subgroups: Subgroups) -> Limits:
    """The usual standard deviation of the baseline, and limits from how much standard deviations vary by chance.

    Parameters
    ----------
    subgroups : Subgroups
        Rows with the same x are one subgroup: `sd` is their standard deviation, `size` their number.

    Returns
    -------
    Limits
        In the unit of the measurements, never below 0, shape (n_points,); NaN limits at a subgroup of one.

    Notes
    -----
    centre = mean of the standard deviations where all subgroups have one size, else the pooled one;
    sigma_i = centre c5(n_i) / c4(n_i) with c5 = sqrt(1 - c4²), exact c4: limits B3 and B4 times the centre. Assumes
    roughly normal measurements.

    References
    ----------
    Montgomery, Introduction to Statistical Quality Control, control charts for xbar and s.

    Examples
    --------
    >>> import pandas as pd
    >>> from indicators import spc
    >>> frame = pd.DataFrame({"week": [1, 1, 1, 2, 2, 2], "minutes": [12.0, 15.0, 18.0, 11.0, 13.0, 15.0]})
    >>> points = spc.analyse(frame, chart="s", x="week", y="minutes").points
    >>> points.y.tolist(), points.upper.round(3).tolist()
    ([3.0, 2.0], [6.42, 6.42])
    """
    centre = subgroups.along(mean_or_pooled_sd(subgroups))
    sigma = centre * constants.c5(subgroups.size) / constants.c4(subgroups.size)
    return around(centre, sigma, subgroups.profile, minimum=0.0)


CHART = ChartRecord(
    code="s",
    name=Words("S-diagram", "S chart"),
    use=Words(
        "Spredningen mellem målingerne i hver periode. Vises sammen med et Xbar-diagram.",
        "The spread among the measurements of each period. Shown together with an Xbar chart.",
    ),
    kind=ValueKind.VALUE,
    needs_denominator=False,
    takes_denominator=False,
    needs_several=True,
    is_of_spread=True,
    aggregate="sd",
    reference="Montgomery, Introduction to Statistical Quality Control, control charts for xbar and s",
    limits=limits,
    order=28,
)

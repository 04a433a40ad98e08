"""MR chart: the moving range, how much neighbouring values differ. Drawn beside an I chart."""

from __future__ import annotations

import numpy as np

from indicators.spc import constants
from indicators.spc.charts.record import ChartRecord, Limits, Subgroups, ValueKind
from indicators.spc.ragged import Floats
from indicators.words import Words


def moving_ranges(subgroups: Subgroups) -> Floats:
    """How far each value lies from the one before it in its phase; the first of a phase has none.

    A missing value breaks the range on both sides. An excluded value does not: its two ranges are drawn, and the one
    that stands at the excluded point is left out of the calculation.
    """
    ranges = np.full(len(subgroups.y), np.nan)
    follows = subgroups.segment[1:] == subgroups.segment[:-1]
    ranges[1:][follows] = np.abs(np.diff(subgroups.y))[follows]
    return ranges


def limits(subgroups: Subgroups) -> Limits:
    """Mean moving range of the baseline, and the upper limit that normal values give it.

    Parameters
    ----------
    subgroups : Subgroups
        `y` holds moving ranges of two, NaN where there is none.

    Returns
    -------
    Limits
        Levels in the unit of the values, shape (n_points,); the lower limit is always 0. The others are
        NaN where no range is left.

    Notes
    -----
    centre = mean(range); upper = 3.267 centre; the warning limit is two thirds of that. Ranges are not screened here:
    the chart is there to show the large ones. Neighbouring ranges share a value, so runs say nothing and are not
    judged. Assumes independent, roughly normal values.

    References
    ----------
    Montgomery, Introduction to Statistical Quality Control, control charts for individual measurements.

    Examples
    --------
    >>> import pandas as pd
    >>> from indicators import spc
    >>> frame = pd.DataFrame({"week": [1, 2, 3, 4], "days": [4.0, 6.0, 3.0, 7.0]})
    >>> points = spc.analyse(frame, chart="mr", x="week", y="days").points
    >>> points.y.tolist(), points.upper.round(3).tolist()
    ([nan, 2.0, 3.0, 4.0], [9.801, 9.801, 9.801, 9.801])
    """
    centre = subgroups.along(subgroups.mean(subgroups.y))
    lower = np.zeros(len(centre))

    def at(sigmas: float) -> tuple[Floats, Floats]:
        return lower, constants.D4_OF_TWO * centre * (sigmas / constants.SIGMAS)

    return Limits(centre, *at(subgroups.profile.sigmas), *at(subgroups.profile.warning_sigmas), at=at)


CHART = ChartRecord(
    code="mr",
    name=Words("MR-diagram", "MR chart"),
    use=Words(
        "Hvor meget nabopunkter svinger. Vises sammen med et I-diagram.",
        "How much neighbouring points differ. Shown together with an I chart.",
    ),
    kind=ValueKind.VALUE,
    needs_denominator=False,
    needs_order=True,
    reference="Montgomery, Introduction to Statistical Quality Control, control charts for individual measurements",
    limits=limits,
    value=moving_ranges,
    has_runs=False,
    is_of_spread=True,
    order=22,
)

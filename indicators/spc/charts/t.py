"""T chart: the time between rare events."""

from __future__ import annotations

import numpy as np

from indicators.spc import constants
from indicators.spc.charts.record import ChartRecord, Limits, Subgroups, ValueKind, around
from indicators.spc.errors import InputError
from indicators.spc.ragged import Floats
from indicators.words import Words


def limits(subgroups: Subgroups) -> Limits:
    """An I chart of y^(1 / 3.6), transformed back.

    Parameters
    ----------
    subgroups : Subgroups
        Times `y` above 0, one per event, NaN where unknown: the moving range breaks there. `centre`, where the caller
        gives one, is on the transformed scale: the 3.6th root of a time, as in qicharts2.

    Returns
    -------
    Limits
        Times, shape (n_points,), never below 0; NaN upper limits where no moving range is left.

    Notes
    -----
    z = y^(1 / 3.6); centre = mean(z)^3.6; limits = (mean(z) ± 3 mean moving range of z / 1.128)^3.6, the lower one 0
    where that is negative or unknown. Assumes independent events, so that times are roughly exponential. A point
    above the upper limit is a long time without an event: improvement where the event is harm. The time that has
    passed since the last event is not yet a time between events and must not be given as one.

    References
    ----------
    Nelson, A control chart for parts-per-million nonconforming items, Journal of Quality Technology 1994.
    Montgomery, Introduction to Statistical Quality Control, time between occurrence control charts.

    Examples
    --------
    >>> import pandas as pd
    >>> from indicators import spc
    >>> frame = pd.DataFrame({"fall": [1, 2, 3, 4, 5], "days": [10, 42, 5, 30, 18]})
    >>> points = spc.analyse(frame, chart="t", x="fall", y="days").points
    >>> points.centre.round(2).tolist()[0], points.lower.tolist()[0], points.upper.round(1).tolist()[0]
    (17.59, 0.0, 237.5)
    """
    if subgroups.centre is not None and subgroups.centre < 0:
        raise InputError(
            "centre_out_of_range",
            Words(
                f"centre = {subgroups.centre} er ikke en mulig værdi.",
                f"centre = {subgroups.centre} is not a possible value.",
            ),
        )
    root = subgroups.y ** (1 / constants.T_POWER)
    centre = subgroups.along(subgroups.mean(root))
    on_roots = around(centre, subgroups.moving_range_sd(root)[subgroups.segment], subgroups.profile, minimum=0.0)

    def back(values: Floats) -> Floats:
        return values**constants.T_POWER

    def at(sigmas: float) -> tuple[Floats, Floats]:
        assert on_roots.at is not None
        lower, upper = on_roots.at(sigmas)
        return back(lower), back(upper)

    return Limits(
        centre=back(centre),
        lower=np.where(np.isnan(on_roots.lower), 0.0, back(on_roots.lower)),
        upper=back(on_roots.upper),
        warning_lower=back(on_roots.warning_lower),
        warning_upper=back(on_roots.warning_upper),
        at=at,
    )


CHART = ChartRecord(
    code="t",
    name=Words("T-diagram", "T chart"),
    use=Words(
        "Tiden mellem sjældne hændelser, ét punkt pr. hændelse.",
        "The time between rare events, one point per event.",
    ),
    kind=ValueKind.TIME,
    needs_denominator=False,
    takes_denominator=False,
    is_of_cases=True,
    is_positive=True,
    needs_order=True,
    reference="Nelson, A control chart for parts-per-million nonconforming items, Journal of Quality Technology 1994",
    limits=limits,
    order=70,
)

"""Units side by side in two years, each against what chance allows one of its size: before anybody started, and last.

Who lies at the edge in the first year drifts towards the middle by itself, because part of a bad year is bad luck. The
two funnels are therefore a description of the units, not a proof of the programme.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from indicators.spc.displays.funnel import limits
from indicators.spc.displays.funnel.result import FunnelResult
from indicators.spc.errors import InputError

MONTHS = 12
FEWEST_UNITS = 3


@dataclass(frozen=True)
class FunnelYear:
    """Twelve months of all units. `first` and `last` are their months, written "2024-03"."""

    first: str
    last: str
    funnel: FunnelResult


def funnel_years(frame: pd.DataFrame, *, kind: str = "proportion", multiply: float = 1) -> tuple[FunnelYear, ...]:
    """The last twelve months before anybody started, and the last twelve of the data.

    Parameters
    ----------
    frame : DataFrame
        Months as text: unit, period ("2024-03"), numerator, denominator, start ("2025-01" or ""). What must not be told
        of a unit is not in it.
    kind : {"proportion", "ratio"}
        Shares, or events per denominator. A mean has no limits that follow from its denominator, and no funnel.
    multiply : float
        Factor on values and limits.

    Returns
    -------
    tuple of FunnelYear
        The baseline first. A year with fewer than three units, or that cannot be charted, is left out; nothing at all
        where nobody starts. Limits are exact, widened by the additive over-dispersion of Spiegelhalter (2005).

    Examples
    --------
    >>> months = [f"{year}-{month:02}" for year in (2023, 2024, 2025) for month in range(1, 13)]
    >>> frame = pd.DataFrame([(f"u{u}", month, 10 + u, 40, "2024-01" if u < 2 else "") for u in range(6)
    ...                       for month in months], columns=["unit", "period", "numerator", "denominator", "start"])
    >>> [(one.first, one.last, len(one.funnel.units)) for one in funnel_years(frame)]
    [('2023-01', '2023-12', 6), ('2025-01', '2025-12', 6)]
    """
    if frame.empty or (frame["start"] == "").all():
        return ()
    months = pd.PeriodIndex(frame["period"], freq="M")
    first_start = pd.Period(frame.loc[frame["start"] != "", "start"].min(), freq="M")
    found = []
    for end in (first_start - 1, months.max()):
        inside = (months > end - MONTHS) & (months <= end)
        rows = frame[inside & (frame["denominator"] > 0).to_numpy()]
        if rows["unit"].nunique() < FEWEST_UNITS:
            continue
        try:
            result = limits(rows, kind=kind, overdispersion="cqc", multiply=multiply)
        except InputError:
            continue
        found.append(FunnelYear(f"{end - (MONTHS - 1)}", f"{end}", result))
    return tuple(found)

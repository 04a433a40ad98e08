"""Are the counts so small that limits and runs mislead?"""

from __future__ import annotations

import numpy as np

from indicators.spc.charts import ValueKind
from indicators.spc.diagnostics.record import Caution, Check, Code, decimal
from indicators.spc.diagnostics.series import Series
from indicators.words import Words

FEWEST_EXPECTED = 1.4
"""Fewer expected events per point: every fourth point is a zero (exp(-1.4) = 0.25), and a stable c chart of 36 points
signals two to three times as often as one of large counts (`tests/simulation/caution_rates.py`)."""

MINIMUM = 10

BETTER = {"p": "g", "u": "t", "c": "t"}
"""Cases between events where cases are counted, else time between events."""


def find(series: Series, alpha: float) -> Caution | None:
    """Mean number of events, or of non-events on a p chart, against 1.4."""
    if series.n < MINIMUM:
        return None
    rows = series.takes_part
    events = float(series.numerator[rows].mean())
    is_of_non_events = False
    if series.record.kind is ValueKind.PROPORTION:
        non_events = float((series.denominator[rows] - series.numerator[rows]).mean())
        is_of_non_events = non_events < events
        events = min(events, non_events)
    if events >= FEWEST_EXPECTED or series.is_constant:
        return None
    counted = series.denominator - series.numerator if is_of_non_events else series.numerator
    share_zero = float(np.mean(counted[rows] == 0))
    what = (
        Words("gange uden hændelsen", "times without the event") if is_of_non_events else Words("hændelser", "events")
    )
    better = BETTER[series.record.code]
    instead = (
        Words("antal tilfælde mellem dem i et G-diagram", "the number of cases between them on a G chart")
        if better == "g"
        else Words("tiden mellem dem i et T-diagram", "the time between them on a T chart")
    )
    return Caution(
        code=Code.RARE_EVENTS,
        statistic=events,
        threshold=FEWEST_EXPECTED,
        p_value=None,
        better_chart=better,
        words=Words(
            f"Der er kun {decimal(events, 'da', 1)} {what.da} pr. punkt. Så små tal giver grænser, der vildleder. "
            f"Følg {instead.da}, eller brug længere perioder.",
            f"There are only {decimal(events, 'en', 1)} {what.en} per point. Counts this small give limits that "
            f"mislead. Follow {instead.en}, or use longer periods.",
        ),
        reference=CHECK.reference,
        figures={"share_zero": share_zero, "is_of_non_events": float(is_of_non_events), "n": series.n},
    )


CHECK = Check(
    code="rare_events",
    name=Words("Sjældne hændelser", "Rare events"),
    reference=(
        "Benneyan, Number-between g-type statistical quality control charts, Health Care Management Science 2001; "
        "Provost & Murray, The Health Care Data Guide; the bound is our own simulation"
    ),
    find=find,
    charts=frozenset(BETTER),
    order=20,
)

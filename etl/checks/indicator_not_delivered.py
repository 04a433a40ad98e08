"""The indicator is followed with a chart Tavle can compute; without one the figures could be stored but not shown."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from etl.checking import Check, Context, Hit
from etl.report import Severity
from etl.rows import Rows
from indicators.spc.charts import CHARTS
from indicators.words import Words


def find(rows: Rows, context: Context) -> Iterator[Hit]:
    # One finding for each indicator: every row of it is wrong for the same reason.
    for code, indicator in enumerate(rows.indicators):
        if indicator.chart in CHARTS:
            continue
        for position in np.flatnonzero(rows.indicator == code)[:1].tolist():
            row = rows[position]
            place = row if "indicator" in context.columns else None
            yield Hit(place, "indicator", {"indicator": indicator.name}, value=row.written["indicator"])


CHECK = Check(
    code="indicator_not_delivered",
    severity=Severity.ERROR,
    words=Words(
        "{indicator} kan ikke indberettes endnu: Tavle kan ikke tegne den slags måling.",
        "{indicator} cannot be handed in yet: Tavle cannot draw that kind of measure.",
    ),
    mend=Words(
        "Slet indikatorens rækker, og indsend resten.",
        "Delete the indicator's rows and hand in the rest.",
    ),
    find=find,
)

"""A time between two events is above 0: a chart of times has no place for none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from etl.checking import Check, Context, Hit
from etl.report import Severity
from etl.rows import Row
from indicators.spc.charts import CHARTS
from indicators.words import Words


def find(rows: Sequence[Row], context: Context) -> Iterator[Hit]:
    for row in rows:
        chart = CHARTS.get(row.indicator.chart) if row.indicator else None
        if chart is not None and chart.is_positive and row.figures.value == 0:
            field = "value" if row.written["value"] else "numerator"
            yield Hit(row, field, {"text": row.written[field]})


CHECK = Check(
    code="not_above_zero",
    severity=Severity.ERROR,
    words=Words(
        "{text}: tiden mellem to hændelser er altid over 0.",
        "{text}: the time between two events is always above 0.",
    ),
    mend=Words(
        "Skriv tiden som en del af enheden, fx 0,5 dag.",
        "Write the time as a part of the unit, such as 0.5 days.",
    ),
    find=find,
)

"""A time between two events is above 0: a chart of times has no place for none."""

from __future__ import annotations

from collections.abc import Iterator

from etl.checking import Check, Context, Hit, Hits
from etl.report import Severity
from etl.rows import Row, Rows
from indicators.definition import IndicatorDefinition
from indicators.spc.charts import CHARTS
from indicators.words import Words


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    def say(row: Row) -> Hit:
        return Hit(row, row.field_of_figure, {"text": row.written[row.field_of_figure]})

    yield Hits(rows, rows.of_indicator(_is_time, False) & (rows.stored["value"] == 0), say)


def _is_time(indicator: IndicatorDefinition) -> bool:
    chart = CHARTS.get(indicator.chart)
    return chart is not None and chart.is_positive


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

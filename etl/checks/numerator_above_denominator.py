"""The numerator of a share is part of its denominator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from etl.checking import Check, Context, Hit
from etl.report import Severity
from etl.rows import Row
from indicators.definition import IndicatorDefinition
from indicators.spc.charts import CHARTS, ValueKind
from indicators.words import Words


def _is_share(indicator: IndicatorDefinition) -> bool:
    chart = CHARTS.get(indicator.chart)
    if chart is not None and chart.kind is ValueKind.PROPORTION:
        return True
    # A percentage without a maximum, on a chart with limits for any value, is a ratio: bed occupancy passes 100 %.
    is_ratio = indicator.maximum is None and chart is not None and chart.kind is ValueKind.VALUE and chart.has_limits
    return indicator.is_percent and not is_ratio and (indicator.maximum or 100) <= 100


def find(rows: Sequence[Row], context: Context) -> Iterator[Hit]:
    for row in rows:
        if (
            row.indicator is not None
            and _is_share(row.indicator)
            and row.numerator is not None
            and row.denominator is not None
            and row.numerator > row.denominator > 0
        ):
            yield Hit(
                row, "numerator", {"numerator": row.written["numerator"], "denominator": row.written["denominator"]}
            )


CHECK = Check(
    code="numerator_above_denominator",
    severity=Severity.ERROR,
    words=Words(
        "{numerator} er større end nævner {denominator}.",
        "{numerator} is larger than denominator {denominator}.",
    ),
    mend=Words(
        "Tælleren er en del af nævneren, så den kan højst være {denominator}. Er de byttet om?",
        "The numerator is part of the denominator, so it can be {denominator} at most. Have they been swapped?",
    ),
    find=find,
)

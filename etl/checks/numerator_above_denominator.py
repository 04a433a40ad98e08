"""The numerator of a share is part of its denominator."""

from __future__ import annotations

from collections.abc import Iterator

from etl import slips
from etl.checking import Check, Context, Hit, Hits
from etl.numbers import said
from etl.report import Severity
from etl.rows import Row, Rows
from indicators.definition import IndicatorDefinition
from indicators.spc.charts import CHARTS, ValueKind
from indicators.words import Words

SWAPPED = Words(
    "Måske byttet om? {denominator} af {numerator} er {swapped}, og I plejer at ligge mellem {low} og {high}.",
    "Swapped, perhaps? {denominator} of {numerator} is {swapped}, and you usually lie between {low} and {high}.",
)
SLIP = Words(
    "Måske 10 eller 100 gange for stort? Med {suggested} ligger I, hvor I plejer.",
    "Too large by 10 or 100, perhaps? With {suggested} you lie where you usually do.",
)


def _is_share(indicator: IndicatorDefinition) -> bool:
    chart = CHARTS.get(indicator.chart)
    if chart is not None and chart.kind is ValueKind.PROPORTION:
        return True
    # A percentage without a maximum, on a chart with limits for any value, is a ratio: bed occupancy passes 100 %.
    is_ratio = indicator.maximum is None and chart is not None and chart.kind is ValueKind.VALUE and chart.has_limits
    return indicator.is_percent and not is_ratio and (indicator.maximum or 100) <= 100


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    numerator, denominator = rows.read["numerator"], rows.read["denominator"]

    def say(row: Row) -> Hit:
        assert row.indicator is not None
        above, below = row.written["numerator"], row.written["denominator"]
        values: dict[str, object] = {"numerator": above, "denominator": below}
        swap = {"numerator": below, "denominator": above}
        usual = context.history.shown
        if not usual.n[row.position] or usual.middle[row.position] != usual.middle[row.position]:
            # Nothing is known that speaks against it.
            return Hit(row, "numerator", values, suggestion=swap)
        low, high = slips.usual_range(rows, context.history, row.position)
        swapped = float(denominator[row.position] / numerator[row.position] * row.indicator.per)
        if low <= swapped <= high:
            decimals = max(row.indicator.decimals, 1)
            for name, figure, digits in (("swapped", swapped, decimals), ("low", low, None), ("high", high, None)):
                digits = row.indicator.decimals if digits is None else digits
                values[name] = _with_unit(said(figure, digits), row.indicator)
            return Hit(row, "numerator", values, mend=SWAPPED, suggestion=swap)
        if suggestion := slips.factor(rows, context.history).suggestion(row, context):
            values["suggested"] = next(iter(suggestion.values()))
            return Hit(row, "numerator", values, mend=SLIP, suggestion=suggestion)
        return Hit(row, "numerator", values)

    mask = rows.of_indicator(_is_share, False) & (numerator > denominator) & (denominator > 0)
    yield Hits(rows, mask, say)


def _with_unit(figure: Words, indicator: IndicatorDefinition) -> Words:
    unit = indicator.unit_of_measure
    if indicator.is_percent:  # as the pages write it
        return Words(f"{figure.da}\u202f%", f"{figure.en}%")
    return Words(f"{figure.da} {unit.da}".strip(), f"{figure.en} {unit.en}".strip())


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

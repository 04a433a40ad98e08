"""A value lies inside the range its indicator can take."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from etl import slips
from etl.checking import Check, Context, Hit, Hits
from etl.numbers import said
from etl.report import Severity
from etl.rows import Row, Rows
from indicators.definition import IndicatorDefinition
from indicators.words import Words

SLIP = Words(
    "Mente I {suggested}? Enheden plejer at ligge der.", "Did you mean {suggested}? The unit is usually there."
)


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    low = rows.of_indicator(lambda one: np.nan if one.minimum is None else one.minimum, np.nan)
    high = rows.of_indicator(lambda one: np.nan if one.maximum is None else one.maximum, np.nan)
    # Shares have a check of their own, in words about numerator and denominator, and so have negative numbers.
    is_negative = (rows.shown < 0) & ((low >= 0) | np.isnan(low))
    outside = ((rows.shown < low) | (rows.shown > high)) & ~is_negative

    def say(row: Row) -> Hit:
        assert row.indicator is not None
        text = row.written[row.field_of_figure]
        values = {"text": text, "limit": _limit(row.indicator)}
        if suggestion := slips.factor(rows, context.history).suggestion(row, context):
            mended = suggestion.get(row.field_of_figure, "")
            return Hit(row, row.field_of_figure, values | {"suggested": mended}, mend=SLIP, suggestion=suggestion)
        return Hit(row, row.field_of_figure, values)

    yield Hits(rows, rows.has_period & ~rows.has_denominator & outside, say)


def _limit(indicator: IndicatorDefinition) -> Words:
    low, high = indicator.minimum, indicator.maximum
    limit = Words("fra {low}", "from {low}") if high is None else Words("højst {high}", "at most {high}")
    if low is not None and high is not None:
        limit = Words("fra {low} til {high}", "from {low} to {high}")
    values = {key: said(bound) for key, bound in (("low", low), ("high", high)) if bound is not None}
    return Words(
        limit.da.format(**{key: words.da for key, words in values.items()}),
        limit.en.format(**{key: words.en for key, words in values.items()}),
    )


CHECK = Check(
    code="outside_range",
    severity=Severity.ERROR,
    words=Words(
        "{text} er ikke muligt: indikatoren går {limit}.",
        "{text} is not possible: the indicator goes {limit}.",
    ),
    mend=Words(
        "Se efter, om tallet er skrevet i indikatorens måleenhed.",
        "See whether the number is in the unit of measure of the indicator.",
    ),
    find=find,
)

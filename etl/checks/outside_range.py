"""A value lies inside the range its indicator can take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from etl.checking import Check, Context, Hit
from etl.numbers import said
from etl.report import Severity
from etl.rows import Row
from indicators.words import Words


def find(rows: Sequence[Row], context: Context) -> Iterator[Hit]:
    for row in rows:
        if row.indicator is None or row.starts_on is None:
            continue
        shown = row.figures.shown(row.indicator.per)
        low, high = row.indicator.minimum, row.indicator.maximum
        # Shares have a check of their own, in words about numerator and denominator.
        if shown is None or row.indicator.has_denominator:
            continue
        if (low is not None and low >= 0 > shown) or (low is None and shown < 0):
            continue  # negative_number says it
        if (low is not None and shown < low) or (high is not None and shown > high):
            field = "value" if row.written["value"] else "numerator"
            limit = Words("fra {low}", "from {low}") if high is None else Words("højst {high}", "at most {high}")
            if low is not None and high is not None:
                limit = Words("fra {low} til {high}", "from {low} to {high}")
            values = {key: said(bound) for key, bound in (("low", low), ("high", high)) if bound is not None}
            said_limit = Words(
                limit.da.format(**{key: words.da for key, words in values.items()}),
                limit.en.format(**{key: words.en for key, words in values.items()}),
            )
            yield Hit(row, field, {"text": row.written[field], "limit": said_limit})


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

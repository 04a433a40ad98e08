"""Counts are never negative, nor are values unless the indicator says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from etl.checking import Check, Context, Hit
from etl.extract.columns import NUMBER_FIELDS
from etl.report import Severity
from etl.rows import Row
from indicators.words import Words


def find(rows: Sequence[Row], context: Context) -> Iterator[Hit]:
    for row in rows:
        for field in NUMBER_FIELDS:
            number = getattr(row, field)
            may_be_negative = (
                field == "value" and row.indicator and row.indicator.minimum is not None and row.indicator.minimum < 0
            )
            if number is not None and number < 0 and not may_be_negative:
                yield Hit(row, field, {"text": row.written[field]})


CHECK = Check(
    code="negative_number",
    severity=Severity.ERROR,
    words=Words(
        "{text} er negativt.",
        "{text} is negative.",
    ),
    mend=Words(
        "Skriv det antal, der er talt. Rettelser indberettes som det rigtige tal, ikke som en forskel.",
        "Write the count itself. A correction is reported as the right number, not as a difference.",
    ),
    find=find,
)

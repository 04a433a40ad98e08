"""Counts are never negative, nor are values unless the indicator says so."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from etl.checking import Check, Context, Hit, Hits
from etl.extract.columns import NUMBER_FIELDS
from etl.report import Severity
from etl.rows import Row, Rows
from indicators.words import Words


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    may_be = rows.of_indicator(lambda one: one.minimum is not None and one.minimum < 0, False)
    for field in NUMBER_FIELDS:
        is_negative = rows.read[field] < 0
        yield Hits(rows, is_negative & ~may_be if field == "value" else is_negative, partial(_say, field=field))


def _say(row: Row, field: str) -> Hit:
    return Hit(row, field, {"text": row.written[field]})


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

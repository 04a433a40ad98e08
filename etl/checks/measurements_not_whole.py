"""Behind a mean stands a whole number of measurements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from etl.checking import Check, Context, Hit
from etl.report import Severity
from etl.rows import Row
from indicators.words import Words


def find(rows: Sequence[Row], context: Context) -> Iterator[Hit]:
    for row in rows:
        if row.is_of_several and row.denominator is not None and not float(row.denominator).is_integer():
            yield Hit(row, "denominator", {"text": row.written["denominator"]})


CHECK = Check(
    code="measurements_not_whole",
    severity=Severity.ERROR,
    words=Words(
        "{text} er ikke et antal målinger.",
        "{text} is not a number of measurements.",
    ),
    mend=Words(
        "Skriv, hvor mange målinger gennemsnittet bygger på, som et helt tal.",
        "Write how many measurements the mean is made of, as a whole number.",
    ),
    find=find,
)

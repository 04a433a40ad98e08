"""A denominator is at least something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from etl.checking import Check, Context, Hit
from etl.report import Severity
from etl.rows import Row
from indicators.words import Words


def find(rows: Sequence[Row], context: Context) -> Iterator[Hit]:
    for row in rows:
        if row.denominator == 0:
            yield Hit(row, "denominator", {"text": row.written["denominator"]})


CHECK = Check(
    code="denominator_zero",
    severity=Severity.ERROR,
    words=Words(
        "Nævneren er {text}. En andel eller rate kræver mindst én i nævneren.",
        "The denominator is {text}. A share or rate needs at least one case at risk.",
    ),
    mend=Words(
        "Udelad rækken, hvis der ingen var i perioden.",
        "Leave the row out if nothing was at risk in the period.",
    ),
    find=find,
)

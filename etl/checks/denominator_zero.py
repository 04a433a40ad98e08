"""A denominator is at least something."""

from __future__ import annotations

from collections.abc import Iterator

from etl.checking import Check, Context, Hit, Hits
from etl.report import Severity
from etl.rows import Row, Rows
from indicators.words import Words


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    def say(row: Row) -> Hit:
        return Hit(row, "denominator", {"text": row.written["denominator"]})

    yield Hits(rows, rows.read["denominator"] == 0, say)


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

"""The period is of the kind the indicator is followed by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from etl.checking import Check, Context, Hit
from etl.periods import Period, kind_name, with_article, written
from etl.report import Severity
from etl.rows import Row
from indicators.words import Words


def find(rows: Sequence[Row], context: Context) -> Iterator[Hit]:
    for row in rows:
        if row.indicator and isinstance(row.period, Period) and row.period.kind and row.starts_on is None:
            values = {
                "text": row.written["period"],
                "given": with_article(row.period.kind),
                "needed": kind_name(row.indicator.period),
                "example": written(date(2026, 1, 5), row.indicator.period),
            }
            yield Hit(row, "period", values)


CHECK = Check(
    code="period_kind_mismatch",
    severity=Severity.ERROR,
    words=Words(
        "»{text}« er {given}, men indikatoren følges pr. {needed}.",
        "“{text}” is {given}, but the indicator is followed by {needed}.",
    ),
    mend=Words(
        "Indberet tallene pr. {needed}, fx {example}.",
        "Report the figures by {needed}, such as {example}.",
    ),
    find=find,
)

"""The period is of the kind the indicator is followed by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from etl.checking import Check, Context, Hit, Hits
from etl.periods import Period, kind_name, with_article, written
from etl.report import Severity
from etl.rows import Row, Rows
from indicators.words import Words


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    names_a_kind = rows.of_period(lambda one: isinstance(one, Period) and one.kind is not None)
    yield Hits(rows, rows.has_indicator & names_a_kind & ~rows.has_period, _say)


def _say(row: Row) -> Hit:
    assert isinstance(row.period, Period) and row.period.kind is not None and row.indicator is not None
    values = {
        "text": row.written["period"],
        "given": with_article(row.period.kind),
        "needed": kind_name(row.indicator.period),
        "example": written(date(2026, 1, 5), row.indicator.period),
    }
    return Hit(row, "period", values)


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

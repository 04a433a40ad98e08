"""No figures for a period that has not begun."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from etl.checking import Check, Context, Hit
from etl.report import Severity
from etl.rows import Row
from indicators.words import Words


def find(rows: Sequence[Row], context: Context) -> Iterator[Hit]:
    for row in rows:
        if row.starts_on is not None and row.starts_on > context.today:
            yield Hit(row, "period", {"text": row.written["period"], "today": context.today.strftime("%d-%m-%Y")})


CHECK = Check(
    code="future_month",
    severity=Severity.ERROR,
    words=Words(
        "{text} er ikke begyndt endnu (i dag er {today}).",
        "{text} has not begun yet (today is {today}).",
    ),
    mend=Words(
        "Ret perioden. Dage skrives før måneder: 01-10-2026 er oktober.",
        "Correct the period. Days are written before months: 01-10-2026 is October.",
    ),
    find=find,
)

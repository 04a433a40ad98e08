"""No figures for a period that has not begun."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from etl.checking import Check, Context, Hit, Hits
from etl.report import Severity
from etl.rows import Row, Rows
from indicators.words import Words


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    def say(row: Row) -> Hit:
        return Hit(row, "period", {"text": row.written["period"], "today": context.today.strftime("%d-%m-%Y")})

    yield Hits(rows, rows.starts > np.datetime64(context.today), say)


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

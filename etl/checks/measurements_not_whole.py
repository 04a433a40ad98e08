"""Behind a mean stands a whole number of measurements."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from etl.checking import Check, Context, Hit, Hits
from etl.report import Severity
from etl.rows import Row, Rows
from indicators.words import Words


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    def say(row: Row) -> Hit:
        return Hit(row, "denominator", {"text": row.written["denominator"]})

    n = rows.read["denominator"]
    yield Hits(rows, rows.is_of_several & ~np.isnan(n) & (n != np.floor(n)), say)


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

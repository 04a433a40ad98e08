"""The period is one that can be read, and one period only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from etl.checking import Check, Context, Hit
from etl.periods import WRITE_A_PERIOD, PeriodProblem
from etl.report import Severity
from etl.rows import Row
from indicators.words import Words

MISSING = Words("Perioden mangler.", "The period is missing.")


def find(rows: Sequence[Row], context: Context) -> Iterator[Hit]:
    for row in rows:
        if row.period is None:
            yield Hit(row, "period", words=MISSING, mend=WRITE_A_PERIOD)
        elif isinstance(row.period, PeriodProblem):
            values = {"text": row.written["period"], "why": row.period.words, "how": row.period.mend}
            yield Hit(row, "period", values)


CHECK = Check(
    code="not_a_period",
    severity=Severity.ERROR,
    words=Words(
        "»{text}« kan ikke læses som periode. {why}",
        "“{text}” cannot be read as a period. {why}",
    ),
    mend=Words(
        "{how}",
        "{how}",
    ),
    find=find,
)

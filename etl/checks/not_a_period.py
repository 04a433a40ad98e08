"""The period is one that can be read, and one period only."""

from __future__ import annotations

from collections.abc import Iterator

from etl.checking import Check, Context, Hit, Hits
from etl.periods import WRITE_A_PERIOD, PeriodProblem
from etl.report import Severity
from etl.rows import Row, Rows
from indicators.words import Words

MISSING = Words("Perioden mangler.", "The period is missing.")


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    yield Hits(rows, ~rows.written("period"), _missing)
    yield Hits(rows, rows.of_period(lambda one: isinstance(one, PeriodProblem)), _problem)


def _missing(row: Row) -> Hit:
    return Hit(row, "period", words=MISSING, mend=WRITE_A_PERIOD)


def _problem(row: Row) -> Hit:
    problem = row.period
    assert isinstance(problem, PeriodProblem)
    return Hit(row, "period", {"text": row.written["period"], "why": problem.words, "how": problem.mend})


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

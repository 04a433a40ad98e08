"""The period is over, so that all of it has been counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from etl.checking import Check, Context, Hit
from etl.periods import last_day
from etl.report import Severity
from etl.rows import Row
from indicators.definition import PeriodKind
from indicators.words import Words


def find(rows: Sequence[Row], context: Context) -> Iterator[Hit]:
    for row in rows:
        if row.starts_on is not None and row.indicator is not None and not row.is_empty:
            if row.indicator.period is PeriodKind.DAY:
                continue  # the day of a case: it has happened
            ends_on = last_day(row.starts_on, row.indicator.period)
            if row.starts_on <= context.today <= ends_on:
                yield Hit(row, "period", {"text": row.written["period"], "end": ends_on.strftime("%d-%m-%Y")})


CHECK = Check(
    code="unfinished_period",
    severity=Severity.WARNING,
    words=Words(
        "{text} slutter først {end}, så tallet er måske ikke endeligt.",
        "{text} ends on {end}, so the figure may not be final.",
    ),
    mend=Words(
        "Indberet igen, når perioden er slut; det nye tal afløser det gamle.",
        "Report again when the period is over; the new figure replaces the old.",
    ),
    find=find,
)

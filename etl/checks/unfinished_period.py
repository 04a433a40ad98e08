"""The period is over, so that all of it has been counted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from etl.checking import Check, Context, Hit, Hits
from etl.report import Severity
from etl.rows import Row, Rows
from indicators.definition import PeriodKind
from indicators.words import Words


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    today = np.datetime64(context.today)
    # The day of a case has happened.
    is_case = rows.of_indicator(lambda one: one.period is PeriodKind.DAY, False)
    running = (rows.starts <= today) & (today <= rows.ends)

    def say(row: Row) -> Hit:
        end = rows.ends[row.position].item().strftime("%d-%m-%Y")
        return Hit(row, "period", {"text": row.written["period"], "end": end})

    yield Hits(rows, running & ~is_case & ~rows.is_empty, say)


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

"""A row without any figures says nothing."""

from __future__ import annotations

from collections.abc import Iterator

from etl.checking import Check, Context, Hit, Hits
from etl.extract.columns import NUMBER_FIELDS
from etl.report import Severity
from etl.rows import Row, Rows
from indicators.words import Words

NOT_AVAILABLE = Words(
    "Der står »{text}«, så rækken har ingen tal og udelades. Manglende er ikke det samme som 0.",
    "It says “{text}”, so the row has no figures and is left out. Missing is not the same as 0.",
)


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    yield Hits(rows, rows.is_empty, _say)


def _say(row: Row) -> Hit:
    for field in NUMBER_FIELDS:
        if text := row.written[field]:
            return Hit(row, field, {"text": text}, words=NOT_AVAILABLE)
    return Hit(row, "")


CHECK = Check(
    code="empty_row",
    severity=Severity.WARNING,
    words=Words(
        "Rækken har ingen tal og udelades. Manglende er ikke det samme som 0.",
        "The row has no figures and is left out. Missing is not the same as 0.",
    ),
    mend=Words(
        "Skriv tallene, når de er der, og indlæs filen igen.",
        "Write the figures when they are there, and load the file again.",
    ),
    find=find,
)

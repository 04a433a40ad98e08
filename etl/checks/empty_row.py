"""A row without any figures says nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from etl.checking import Check, Context, Hit
from etl.report import Severity
from etl.rows import Row
from indicators.words import Words


def find(rows: Sequence[Row], context: Context) -> Iterator[Hit]:
    for row in rows:
        if row.is_empty:
            yield Hit(row, "")


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

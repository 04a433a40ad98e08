"""A row without any figures says nothing."""

from __future__ import annotations

from collections.abc import Iterator

from etl.checking import Check, Context, Hit, Hits
from etl.report import Severity
from etl.rows import Rows
from indicators.words import Words


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    # Where a sign such as ".." says why there is no figure, not_available repeats it.
    yield Hits(rows, rows.is_empty & ~rows.has_sign, lambda row: Hit(row, ""))


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

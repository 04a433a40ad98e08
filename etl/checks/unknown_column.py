"""Columns that Tavle does not use are named, so that a misspelt one is noticed."""

from __future__ import annotations

from collections.abc import Iterator

from etl.checking import Check, Context, Hit
from etl.report import Severity
from etl.rows import Rows
from indicators.words import Words


def find(rows: Rows, context: Context) -> Iterator[Hit]:
    for name in context.left_out:
        yield Hit(None, name)


CHECK = Check(
    code="unknown_column",
    severity=Severity.WARNING,
    words=Words(
        "Kolonnen bruges ikke og udelades.",
        "The column is not used and is left out.",
    ),
    mend=Words(
        "Er den stavet forkert, så ret navnet: indikator, enhed, periode, tæller, nævner, værdi, "
        "standardafvigelse eller kommentar.",
        "If it is misspelt, correct the name: indicator, unit, period, numerator, denominator, value, sd or note.",
    ),
    find=find,
)

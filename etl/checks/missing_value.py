"""A row with figures has all the figures its indicator needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from etl.checking import Check, Context, Hit
from etl.report import Severity
from etl.rows import Row
from indicators.words import Words

BOTH = Words(
    "Indikatoren kræver både tæller og nævner. Skriv begge, eller udelad rækken; Tavle gemmer ikke færdige procenter.",
    "The indicator needs both numerator and denominator. Write both, or leave the row out; Tavle keeps no percentages.",
)
NO_DENOMINATOR = Words("Indikatoren har ingen nævner.", "The indicator has no denominator.")
USE_VALUE = Words("Skriv tallet i kolonnen »værdi«.", "Write the number in the column “value”.")


SEVERAL = Words(
    "Indikatoren er et gennemsnit af flere målinger: skriv gennemsnittet i kolonnen »værdi«, antallet af målinger i "
    "»nævner« og deres standardafvigelse i »standardafvigelse«, eller udelad rækken.",
    "The indicator is a mean of several measurements: write the mean in the column “value”, the number of measurements "
    "in “denominator” and their standard deviation in “sd”, or leave the row out.",
)


def _lacking(row: Row) -> list[str]:
    """The fields a mean of several measurements lacks; a single measurement has no standard deviation."""
    needed = ["value" if not row.written["numerator"] else "numerator", "denominator"]
    needed += [] if row.denominator == 1 else ["sd"]
    return [field for field in needed if not row.written[field]]


def find(rows: Sequence[Row], context: Context) -> Iterator[Hit]:
    for row in rows:
        if row.indicator is None or row.is_empty:
            continue
        if row.is_of_several:
            for field in _lacking(row):
                yield Hit(row, field, mend=SEVERAL)
            continue
        if not row.indicator.has_denominator:
            if row.written["denominator"] and not row.written["value"]:
                yield Hit(row, "value", words=NO_DENOMINATOR, mend=USE_VALUE)
            elif not row.written["value"] and not row.written["numerator"]:
                yield Hit(row, "value")
            continue
        for field in ("numerator", "denominator"):
            if not row.written[field]:
                yield Hit(row, field, mend=BOTH)


CHECK = Check(
    code="missing_value",
    severity=Severity.ERROR,
    words=Words(
        "Tallet mangler.",
        "The number is missing.",
    ),
    mend=Words(
        "Skriv tallet, eller udelad rækken. Skriv kun 0, hvis der er talt 0.",
        "Write the number, or leave the row out. Write 0 only if 0 was counted.",
    ),
    find=find,
)

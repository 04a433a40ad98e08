"""A row with figures has all the figures its indicator needs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from etl.checking import Check, Context, Hit, Hits
from etl.report import Severity
from etl.rows import Row, Rows
from indicators.words import Words

BOTH = Words(
    "Indikatoren kræver både tæller og nævner. Skriv begge, eller udelad rækken; Tavle gemmer ikke færdige procenter.",
    "The indicator needs both numerator and denominator. Write both, or leave the row out; Tavle keeps no percentages.",
)
ONE_NUMBER = Words(
    "Her står ét tal, men indikatoren har både tæller og nævner.",
    "There is one number here, but the indicator has a numerator and a denominator.",
)
NO_DENOMINATOR = Words("Indikatoren har ingen nævner.", "The indicator has no denominator.")
USE_VALUE = Words("Skriv tallet i kolonnen »værdi«.", "Write the number in the column “value”.")
SEVERAL = Words(
    "Indikatoren er et gennemsnit af flere målinger: skriv gennemsnittet i kolonnen »værdi«, antallet af målinger i "
    "»nævner« og deres standardafvigelse i »standardafvigelse«, eller udelad rækken.",
    "The indicator is a mean of several measurements: write the mean in the column “value”, the number of measurements "
    "in “denominator” and their standard deviation in “sd”, or leave the row out.",
)


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    says = rows.figures_written
    asked = rows.has_indicator & ~rows.is_empty
    several, ratio = asked & rows.is_of_several, asked & rows.has_denominator & ~rows.is_of_several
    plain = asked & ~rows.has_denominator & ~rows.is_of_several

    # A single measurement has no standard deviation.
    for field, lacks in (
        ("value", ~says["value"] & ~says["numerator"]),
        ("denominator", ~says["denominator"]),
        ("sd", ~says["sd"] & (rows.read["denominator"] != 1)),
    ):
        yield Hits(rows, several & lacks, partial(_missing, field=field, mend=SEVERAL))
    is_finished = ratio & ~says["numerator"] & ~says["denominator"] & says["value"]
    if {"numerator", "denominator"} & set(context.columns):
        is_finished[:] = False
    # A file without columns for the two has no cell but the one of the finished number to point at.
    yield Hits(rows, is_finished, _one_number)
    for field in ("numerator", "denominator"):
        yield Hits(rows, ratio & ~says[field] & ~is_finished, partial(_missing, field=field, mend=BOTH))
    has_none = plain & ~says["value"]
    yield Hits(rows, has_none & says["denominator"], _no_denominator)
    yield Hits(rows, has_none & ~says["denominator"] & ~says["numerator"], partial(_missing, field="value", mend=None))


def _no_denominator(row: Row) -> Hit:
    return Hit(row, "value", words=NO_DENOMINATOR, mend=USE_VALUE)


def _one_number(row: Row) -> Hit:
    return Hit(row, "value", words=ONE_NUMBER, mend=BOTH)


def _missing(row: Row, field: str, mend: Words | None) -> Hit:
    return Hit(row, field, mend=mend)


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

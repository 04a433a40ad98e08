"""What stands in a column of numbers is a number, in the form of its column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from etl import numbers
from etl.checking import Check, Context, Hit
from etl.extract.columns import NUMBER_FIELDS
from etl.report import Severity
from etl.rows import Row
from indicators.words import Words

PERCENT = 100
MARKS = {
    numbers.COMMA: Words("decimalkomma", "a decimal comma"),
    numbers.DOT: Words("decimalpunktum", "a decimal point"),
    "": Words("hele tal", "whole numbers"),
}
OTHER_MARK = Words(
    "»{text}« passer ikke med resten af kolonnen, som er læst med {mark}.",
    "“{text}” does not fit the rest of the column, which was read with {mark}.",
)
ONE_MARK = Words(
    "Brug samme decimaltegn i hele kolonnen, eller vælg decimaltegn (--decimal comma eller --decimal dot).",
    "Use one decimal mark in the whole column, or choose it (--decimal comma or --decimal dot).",
)
PERCENT_SIGN = Words(
    "»{text}« er en procent, men her skal stå et antal.", "“{text}” is a percentage; a count is needed."
)
TOO_LARGE = Words("»{text}« har for mange cifre til at være et antal.", "“{text}” has too many digits to be a count.")
LOOK_FOR_TWO = Words(
    "Se, om to tal er løbet sammen, eller om der står en kode i kolonnen.",
    "See whether two numbers have run together, or a code stands in the column.",
)
NO_PERCENT_SIGN = Words(
    "Skriv tæller og nævner hver for sig; Tavle regner procenten ud.",
    "Write numerator and denominator separately; Tavle works out the percentage.",
)


def find(rows: Sequence[Row], context: Context) -> Iterator[Hit]:
    for row in rows:
        for field in NUMBER_FIELDS:
            text = row.written[field]
            if field in row.unread:
                form = numbers.form(text)
                if form is numbers.Form.NONE:
                    yield Hit(row, field, {"text": text})
                elif numbers.is_too_large(text):
                    yield Hit(row, field, {"text": text}, words=TOO_LARGE, mend=LOOK_FOR_TWO)
                elif (mark := context.marks.get(field)) is not None:
                    yield Hit(row, field, {"text": text, "mark": MARKS[mark]}, words=OTHER_MARK, mend=ONE_MARK)
                # Otherwise the column itself is unclear: decimal_unclear asks.
            elif field in row.percent and (field != "value" or (row.indicator and row.indicator.per != PERCENT)):
                yield Hit(row, field, {"text": text}, words=PERCENT_SIGN, mend=NO_PERCENT_SIGN)


CHECK = Check(
    code="not_a_number",
    severity=Severity.ERROR,
    words=Words(
        "»{text}« er ikke et tal.",
        "“{text}” is not a number.",
    ),
    mend=Words(
        "Skriv kun tallet. Er der intet tal for perioden, så udelad rækken.",
        "Write the number only. If there is none for the period, leave the row out.",
    ),
    find=find,
)

"""What stands in a column of numbers is a number, in the form of its column."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from etl import numbers
from etl.checking import Check, Context, Hit, Hits
from etl.extract.columns import NUMBER_FIELDS
from etl.report import Severity
from etl.rows import Row, Rows
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

NO_PERCENT = Words(
    "»{text}« er en procent, men indikatoren måles ikke i procent.",
    "“{text}” is a percentage, but the indicator is not measured in per cent.",
)
ONLY_THE_NUMBER = Words(
    "Skriv tallet uden procenttegn, i indikatorens egen måleenhed.",
    "Write the number without a percent sign, in the indicator's own unit of measure.",
)


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    is_percent = rows.of_indicator(lambda one: one.per == PERCENT, True)
    for field in NUMBER_FIELDS:
        column, unread = rows.columns[field], rows.unread[field]
        if unread.any():
            # Where the mark of the column itself is unclear, decimal_unclear asks.
            is_asked = context.marks.get(field) is None
            none = [numbers.form(text) is numbers.Form.NONE or numbers.is_too_large(text) for text in column.texts]
            mask = unread & np.array(none, dtype=bool)[column.codes] if is_asked else unread
            yield Hits(rows, mask, partial(_unread, field=field, mark=context.marks.get(field)))
        has_sign = rows.percent[field]
        if field == "value":
            has_sign = has_sign & rows.has_indicator & ~is_percent
        yield Hits(rows, has_sign, partial(_percent, field=field))


def _unread(row: Row, field: str, mark: str | None) -> Hit:
    text = row.written[field]
    if numbers.form(text) is numbers.Form.NONE:
        return Hit(row, field, {"text": text})
    if numbers.is_too_large(text) or mark is None:
        return Hit(row, field, {"text": text}, words=TOO_LARGE, mend=LOOK_FOR_TWO)
    return Hit(row, field, {"text": text, "mark": MARKS[mark]}, words=OTHER_MARK, mend=ONE_MARK)


def _percent(row: Row, field: str) -> Hit:
    is_value = field in ("value", "sd")
    words, mend = (NO_PERCENT, ONLY_THE_NUMBER) if is_value else (PERCENT_SIGN, NO_PERCENT_SIGN)
    return Hit(row, field, {"text": row.written[field]}, words=words, mend=mend)


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

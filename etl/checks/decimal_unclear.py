"""The decimal mark of every column can be told; where it cannot, Tavle asks rather than guesses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from etl import numbers
from etl.checking import Check, Context, Hit
from etl.numbers import said
from etl.report import Severity
from etl.rows import Row
from indicators.words import Words


def find(rows: Sequence[Row], context: Context) -> Iterator[Hit]:
    for field, mark in context.marks.items():
        if mark is None:
            unclear = (row for row in rows if numbers.form(row.written[field]) is numbers.Form.ASK)
            # One question for the column, at the first number that raises it.
            for row in islice(unclear, 1):
                text = row.written[field]
                danish, english = numbers.parse(text, numbers.COMMA), numbers.parse(text, numbers.DOT)
                if danish and english:
                    yield Hit(row, field, {"text": text, "comma": said(danish.value), "dot": said(english.value)})


CHECK = Check(
    code="decimal_unclear",
    severity=Severity.ERROR,
    words=Words(
        "Det kan ikke ses af kolonnen, om »{text}« er {comma} eller {dot}.",
        "The column does not show whether “{text}” is {comma} or {dot}.",
    ),
    mend=Words(
        "Vælg decimaltegn: komma (--decimal comma) giver {comma}, punktum (--decimal dot) giver {dot}.",
        "Choose the decimal mark: comma (--decimal comma) makes it {comma}, point (--decimal dot) makes it {dot}.",
    ),
    find=find,
)

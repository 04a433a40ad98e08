"""The decimal mark of every column can be told; where it cannot, Tavle asks rather than guesses."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from etl import numbers
from etl.checking import Check, Context, Hit
from etl.numbers import said
from etl.report import Severity
from etl.rows import Rows
from indicators.words import Words


def find(rows: Rows, context: Context) -> Iterator[Hit]:
    for field, mark in context.marks.items():
        if mark is None:
            column = rows.columns[field]
            unclear = np.array([numbers.form(text) is numbers.Form.ASK for text in column.texts], dtype=bool)
            # One question for the column, at the first number that raises it.
            for position in np.flatnonzero(unclear[column.codes])[:1].tolist():
                text = column[position]
                danish, english = numbers.parse(text, numbers.COMMA), numbers.parse(text, numbers.DOT)
                if danish and english:
                    yield Hit(
                        rows[position], field, {"text": text, "comma": said(danish.value), "dot": said(english.value)}
                    )


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

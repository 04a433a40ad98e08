"""Where commas part the columns, a note that is a short number may be the decimals of the figure before it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from etl.checking import Check, Context, Hit, Hits
from etl.report import Severity
from etl.rows import Row, Rows
from indicators.words import Words

_DECIMALS = re.compile(r"\d{1,4}")


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    if context.table is None or context.table.delimiter != "," or "note" not in rows.columns:
        return
    column = rows.columns["note"]
    is_number = np.array([bool(_DECIMALS.fullmatch(text.strip())) for text in column.texts], dtype=bool)
    yield Hits(rows, is_number[column.codes], _split)


def _split(row: Row) -> Hit:
    return Hit(row, "note", {"text": row.written["note"]})


CHECK = Check(
    code="number_in_note",
    severity=Severity.WARNING,
    words=Words(
        "Kommentaren er kun et tal, {text}. Er det decimalerne til tallet før, delt af et komma?",
        "The note is only a number, {text}. Is it the decimals of the figure before, cut off by a comma?",
    ),
    mend=Words(
        'Sæt anførselstegn om tal med decimalkomma ("12,5"), eller gem filen med semikolon mellem kolonnerne.',
        'Put quotation marks round numbers with a decimal comma ("12,5"), or save the file with semicolons between '
        "the columns.",
    ),
    find=find,
)

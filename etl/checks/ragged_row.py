"""A row has as many cells as the header."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from etl.checking import Check, Context, Hit
from etl.report import Severity
from etl.rows import Row
from indicators.words import Words


def find(rows: Sequence[Row], context: Context) -> Iterator[Hit]:
    for row in rows:
        if row.n_cells != context.n_columns:
            yield Hit(row, "", {"cells": row.n_cells, "columns": context.n_columns})


CHECK = Check(
    code="ragged_row",
    severity=Severity.ERROR,
    words=Words(
        "Rækken har {cells} celler, men overskriften har {columns}.",
        "The row has {cells} cells, but the header has {columns}.",
    ),
    mend=Words(
        "Se efter et tegn for meget eller for lidt, fx et decimalkomma i en kommasepareret fil.",
        "Look for one separator too many or too few, such as a decimal comma in a comma-separated file.",
    ),
    find=find,
)

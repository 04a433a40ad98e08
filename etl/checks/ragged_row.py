"""A row has as many cells as the header."""

from __future__ import annotations

from collections.abc import Iterator

from etl.checking import Check, Context, Hit, Hits
from etl.report import Severity
from etl.rows import Row, Rows
from indicators.words import Words


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    def say(row: Row) -> Hit:
        return Hit(row, "", {"cells": row.n_cells, "columns": context.n_columns})

    yield Hits(rows, rows.n_cells != context.n_columns, say)


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

"""Where a file may hold CPR numbers: looked for in every cell, header, remark and name, and never repeated.

A text is looked at once, however many rows have it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from etl import cpr
from etl.extract import refusals
from etl.extract.columns import field_of
from etl.extract.tables import Sheet, TextColumn
from etl.report import Finding, RefusedError

_MOST_FINDINGS = 200


def refuse_name(file_name: str) -> None:
    """Refuse a file whose name holds a CPR number, before anything of it is read."""
    if cpr.count(file_name):
        raise RefusedError(refusals.CPR_IN_FILE_NAME.finding())


def refuse_text(text: str) -> None:
    """Refuse text without readable structure that holds CPR numbers, by line."""
    findings = [
        refusals.CPR_IN_TEXT.finding(row=number, count=found)
        for _, (number, found) in zip(range(_MOST_FINDINGS), cpr.lines_with_numbers(text), strict=False)
    ]
    if findings:
        raise RefusedError(*findings)


def refuse(sheet: Sheet) -> None:
    """Refuse a sheet with CPR numbers in it, by row and column.

    Raises
    ------
    RefusedError
        The findings hold rows, columns and counts, never a number.
    """
    if findings := findings_in(sheet):
        raise RefusedError(*shortened(findings))


def shortened(findings: Sequence[Finding]) -> Sequence[Finding]:
    """The first of many findings, and how many more there are."""
    if len(findings) <= _MOST_FINDINGS:
        return findings
    return [*findings[:_MOST_FINDINGS], refusals.CPR_MORE.finding(count=len(findings) - _MOST_FINDINGS)]


def findings_in(sheet: Sheet) -> list[Finding]:
    """A finding for each cell of the sheet that looks like CPR numbers, by row."""
    names = column_names(sheet.header)
    found: list[tuple[int, int, Finding]] = []

    def add(row: int, position: int, count: int) -> None:
        name = names[position] if position < len(names) else f"nr. {position + 1}"
        found.append((row, position, refusals.CPR.finding(row=row, column=name, count=count)))

    for row, text in sheet.above:
        if count := cpr.count(_line(text)):
            found.append((row, 0, refusals.CPR_IN_TEXT.finding(row=row, count=count)))
    for row, cells in ((sheet.header_row, sheet.header), (sheet.header_row + 1, sheet.sub_header)):
        for position, text in enumerate(cells):
            if count := cpr.count(_line(text)):
                add(row, position, count)
    for position, (name, column) in enumerate(zip(sheet.header, sheet.columns, strict=True)):
        for row, count in zip(*_rows_with_numbers(name, column), strict=True):
            add(int(sheet.numbers[row]), position, count)
    for row, cells in sheet.extra:
        for position, text in enumerate(cells, len(sheet.header)):
            if count := cpr.count(_line(text)):
                add(row, position, count)
    return [finding for _, _, finding in sorted(found, key=lambda one: one[:2])]


def column_names(header: Sequence[str]) -> list[str]:
    """The names of a sheet's columns as they may be said: a column without one, or with a CPR number, has a number."""
    return [
        name.strip() if name.strip() and not cpr.count(_line(name)) else f"nr. {position}"
        for position, name in enumerate(header, 1)
    ]


def _rows_with_numbers(name: str, column: TextColumn) -> tuple[list[int], list[int]]:
    """Positions of the rows with CPR numbers in a column, and how many each has."""
    if cpr.is_cpr_column(name):
        count = cpr.count_in_cpr_column
    elif field_of(name) == "note":
        count = cpr.count
    else:
        count = cpr.count_in_number
    # Fewer than nine digits are nobody; most texts of a column have fewer.
    counts = [count(_line(text)) if len(text) >= 9 else 0 for text in column.texts]
    if not any(counts):
        return [], []
    of_rows = np.asarray(counts, dtype=np.int64)[column.codes]
    rows = np.flatnonzero(of_rows)
    return rows.tolist(), of_rows[rows].tolist()


def _line(text: str) -> str:
    return " ".join(text.split())  # a line break or tab inside a cell is a space like any other

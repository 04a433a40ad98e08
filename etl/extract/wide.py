"""Wide sheets turned into long tables: months as columns, or indicators as columns.

Every figure remembers the row and the column of the sheet it came from, so that a finding points at the right cell. An
empty cell is no row: nothing was said there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from etl.extract import personal, refusals
from etl.extract.columns import NUMBER_FIELDS, field_of, lesser_field_of
from etl.extract.headers import Columns
from etl.extract.tables import Ints, Sheet, TextColumn
from etl.report import RefusedError

_Cell = tuple[int, int]  # row of the sheet (position), column (position)


def melt(sheet: Sheet, columns: Columns, periods: Mapping[int, str], max_rows: int) -> dict[str, Any]:
    """What a wide sheet says, as the parts of a `RawTable` that depend on its form.

    Parameters
    ----------
    periods : mapping
        For months as columns: what each of those columns is called, as a period.
    max_rows : int
        Most figures; a sheet with more is refused.
    """
    entities = _entities(sheet, columns, periods) if columns.shape == "wide" else _measures(sheet, columns)
    if len(entities) > max_rows:
        raise RefusedError(refusals.TOO_MANY_ROWS.finding(limit=max_rows))
    return _table(sheet, columns, entities)


class _Figures:
    """One indicator, unit and period: where its label stands, and the cells of its figures."""

    __slots__ = ("cells", "indicator", "period", "row")

    def __init__(self, row: int, indicator: str, period: str) -> None:
        self.row, self.indicator, self.period = row, indicator, period
        self.cells: dict[str, _Cell] = {}


def _entities(sheet: Sheet, columns: Columns, periods: Mapping[int, str]) -> list[_Figures]:
    indicator, unit = (_labels(sheet, columns, field) for field in ("indicator", "unit"))
    kinds = _kinds(sheet, columns)
    of_column = {at: _field_of_column(sheet, at) for at in columns.periods}
    rows: list[tuple[int, str, int]] = []
    seen: dict[tuple[str, str, str, int], int] = defaultdict(int)
    # The second "tæller" of one indicator and unit is another pair, so that the check for duplicates sees both.
    for row in range(sheet.n_rows):
        key = (indicator[row], unit[row])
        nth = seen[(*key, kinds[row], 0)]
        seen[(*key, kinds[row], 0)] += 1
        rows.append((row, kinds[row], nth))
    found: dict[tuple[str, str, int, str], _Figures] = {}
    texts = {at: list(sheet.columns[at]) for at in columns.periods}
    for row, kind, nth in rows:
        for at in columns.periods:
            if not texts[at][row]:
                continue
            key_of = (indicator[row], unit[row], nth, periods[at])
            if key_of not in found:
                found[key_of] = _Figures(row, indicator[row], periods[at])
            found[key_of].cells[of_column[at] or kind] = row, at
    return list(found.values())


def _measures(sheet: Sheet, columns: Columns) -> list[_Figures]:
    found: list[_Figures] = []
    measures = columns.measures or {}
    texts = {at: list(sheet.columns[at]) for at in measures}
    for row in range(sheet.n_rows):
        of_row: dict[str, _Figures] = {}
        for at, (indicator, field) in measures.items():
            if texts[at][row]:
                figures = of_row.setdefault(indicator, _Figures(row, indicator, ""))
                figures.cells[field] = row, at
        found += of_row.values()
    return found


def _labels(sheet: Sheet, columns: Columns, field: str) -> list[str]:
    """The label of each row; where rows tell numerator and denominator apart, a row without any is of the one above."""
    at = columns.fields.get(field)
    if at is None:
        return [""] * sheet.n_rows
    labels = list(sheet.columns[at])
    if columns.kind is not None:
        named = np.zeros(sheet.n_rows, dtype=bool)
        for name in ("indicator", "unit"):
            if name in columns.fields:
                named |= sheet.columns[columns.fields[name]].written
        for row in np.flatnonzero(~named[1:]) + 1:
            labels[row] = labels[row - 1]
    return labels


def _kinds(sheet: Sheet, columns: Columns) -> list[str]:
    if columns.kind is None:
        return ["value"] * sheet.n_rows
    column = sheet.columns[columns.kind]
    kinds = {}
    for text in column.texts:
        field = field_of(text) or lesser_field_of(text) or ("value" if not text else None)
        if field not in NUMBER_FIELDS:
            row = int(sheet.numbers[int(np.flatnonzero(column.codes == column.texts.index(text))[0])])
            raise RefusedError(
                refusals.UNKNOWN_KIND.finding(
                    row=row, column=personal.column_names(sheet.header)[columns.kind], value=text[:80], text=text[:80]
                )
            )
        kinds[text] = field
    return [kinds[text] for text in column]


def _field_of_column(sheet: Sheet, at: int) -> str:
    """The field that the second row of the header gives a column; empty where there is no second row."""
    if not sheet.sub_header or not sheet.sub_header[at].strip():
        return ""
    name = sheet.sub_header[at]
    return field_of(name) or lesser_field_of(name) or ""


def _table(sheet: Sheet, columns: Columns, figures: Sequence[_Figures]) -> dict[str, Any]:
    n_rows = len(figures)
    rows = np.fromiter((one.row for one in figures), dtype=np.int64, count=n_rows)
    fields: dict[str, int] = dict(columns.fields)
    parts: dict[str, TextColumn] = {field: sheet.columns[at].take(rows) for field, at in columns.fields.items()}
    if columns.shape == "wide":
        for field in ("indicator", "unit"):
            if field in columns.fields:
                labels = _labels(sheet, columns, field)
                parts[field] = TextColumn.of(labels[one.row] for one in figures)
        parts["period"] = TextColumn.of(one.period for one in figures)
        first = columns.periods[0]
    else:
        parts["indicator"] = TextColumn.of(one.indicator for one in figures)
        first = min(columns.measures or {0: ("", "")})
    names = [name.strip() for name in sheet.header]
    columns_of: dict[str, TextColumn] = {}
    rows_of: dict[str, Ints] = {}
    for field in NUMBER_FIELDS:
        if not any(field in one.cells for one in figures):
            continue
        fields[field] = first
        cells = [one.cells.get(field) for one in figures]
        parts[field] = TextColumn.of("" if cell is None else sheet.columns[cell[1]][cell[0]] for cell in cells)
        # A figure that is missing is missing in the column of the one that is there.
        places = [cell or next(iter(one.cells.values())) for cell, one in zip(cells, figures, strict=True)]
        columns_of[field] = TextColumn.of(names[at] for _, at in places)
        rows_of[field] = sheet.numbers[np.fromiter((row for row, _ in places), dtype=np.int64, count=n_rows)]
    label = TextColumn.of(names[next(iter(one.cells.values()))[1]] for one in figures)
    if columns.shape == "wide":
        columns_of["period"] = label
        fields["period"] = first
    else:
        columns_of["indicator"] = label
        fields["indicator"] = first
    width = len(sheet.header)
    # Months to come are often cells that are not there; only a row that is too long is wrong, and said once.
    n_cells = np.full(n_rows, width, dtype=np.int32)
    if n_rows:
        is_first = np.r_[True, rows[1:] != rows[:-1]]
        n_cells[is_first] = np.maximum(sheet.n_cells[rows[is_first]], width)
    if not any(field in parts for field in NUMBER_FIELDS):
        fields["value"] = first
        parts["value"] = TextColumn.constant("", n_rows)
    return {
        "header": sheet.header,
        "numbers": sheet.numbers[rows],
        "n_cells": n_cells,
        "fields": fields,
        "columns": parts,
        "columns_of": columns_of,
        "rows_of": rows_of,
        "shape": columns.shape,
    }

"""Reading a delivery file, whatever form it came in: text or workbook, long or wide, with the mends laid over it."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from etl import numbers
from etl.extract import delimited, headers, personal, records, refusals, wide, workbook
from etl.extract.columns import FIELDS, NAMES, NUMBER_FIELDS, field_of, is_silent
from etl.extract.headers import Columns
from etl.extract.options import Edits, ReadAs
from etl.extract.tables import RawTable, Sheet, TextColumn
from etl.limits import Limits
from etl.report import Finding, RefusedError
from indicators.words import Words

_MOST_FAULTS = 100


def read(
    content: bytes,
    file_name: str,
    *,
    limits: Limits,
    given: Sequence[str] = (),
    read_as: ReadAs | None = None,
    edits: Edits | None = None,
) -> RawTable:
    """The rows of a delivery file as text.

    Parameters
    ----------
    content : bytes
        The file. Its size is looked at before anything is decoded.
    file_name : str
        Checked for CPR numbers like any cell.
    limits : Limits
    given : sequence of str
        Fields that are given otherwise ("indicator", "unit"), so that the file may lack them.
    read_as : ReadAs, optional
        What a person says instead of the guess.
    edits : Edits, optional
        Mends made on the screen, laid over the file.

    Raises
    ------
    RefusedError
        With the findings to show. CPR numbers are looked for before anything of the content could be repeated.

    Examples
    --------
    >>> table = read("enhed;indikator;okt-26;nov-26\\nNOH;A;4;5".encode(), "a.csv", limits=Limits())
    >>> table.shape, list(table.column("period")), list(table.column("value")), table.column_name("value", 1)
    ('wide', ['okt-26', 'nov-26'], ['4', '5'], 'nov-26')
    """
    sheet, columns = open_sheet(content, file_name, limits=limits, given=given, read_as=read_as, edits=edits)
    try:
        if not sheet.n_rows:
            raise RefusedError(refusals.HEADER_ONLY.finding())
        return _table(sheet, columns, read_as or ReadAs(), limits)
    except RefusedError as refused:
        refused.sheets = sheet.sheets
        raise


def open_sheet(
    content: bytes,
    file_name: str,
    *,
    limits: Limits,
    given: Sequence[str] = (),
    read_as: ReadAs | None = None,
    edits: Edits | None = None,
) -> tuple[Sheet, Columns]:
    """A delivery file as it stands, with the mends laid over it, and what each of its columns is; see `read`."""
    read_as, edits = read_as or ReadAs(), edits or Edits()
    sheet = read_sheet(content, file_name, limits=limits, read_as=read_as, given=given).trimmed()
    try:
        return _opened(sheet, read_as, given, edits)
    except RefusedError as refused:
        refused.sheets = sheet.sheets  # another one may be the one that was meant
        raise


def _opened(sheet: Sheet, read_as: ReadAs, given: Sequence[str], edits: Edits) -> tuple[Sheet, Columns]:
    if sheet.sub_header:
        sheet = replace(sheet, header=headers.two_rows_as_one(sheet.header, sheet.sub_header))
    columns = headers.columns(
        sheet.header,
        sheet.header_row,
        lambda at: not sheet.columns[at].is_blank,
        given=given,
        shape=read_as.shape,
        named=read_as.columns,
        has_second_row=bool(sheet.sub_header),
    )
    _refuse_faults(sheet, columns)
    if edits.cells or edits.left_out:
        sheet, columns = _edited(sheet, columns, edits)
    return sheet, columns


def read_sheet(
    content: bytes,
    file_name: str,
    *,
    limits: Limits,
    read_as: ReadAs | None = None,
    given: Sequence[str] = (),
) -> Sheet:
    """The columns of any file, whatever they are called; the first half of `read`."""
    personal.refuse_name(file_name)
    if len(content) > limits.max_bytes:
        raise RefusedError(too_large(len(content), limits))
    if content.startswith(workbook.STARTS):
        make = workbook.sheet
    else:
        make = records.sheet if records.is_json(content) else delimited.sheet
    return make(content, limits=limits, read_as=read_as, given=given)


def too_large(size: int, limits: Limits) -> Finding:
    """The finding for a file of `size` bytes; also used before a file is even read from disk."""
    # Rounded up, so that a file just over the limit is not said to be as large as the limit.
    size_mb = math.ceil(size / 1e5) / 10
    return refusals.TOO_LARGE.finding(size=numbers.said(size_mb), limit=numbers.said(limits.max_bytes / 1e6))


def _refuse_faults(sheet: Sheet, columns: Columns) -> None:
    """Refuse a sheet with cells that cannot be read, where their columns are used."""
    used = {*columns.fields.values(), *columns.periods, *(columns.measures or {}), columns.kind}
    names = personal.column_names(sheet.header)
    findings = [
        one.refusal.finding(row=one.row, column=names[one.position], value=one.value[:80], text=one.value[:80])
        for one in sheet.faults
        if one.position in used
    ]
    if findings:
        raise RefusedError(*findings[:_MOST_FAULTS])


def _table(sheet: Sheet, columns: Columns, read_as: ReadAs, limits: Limits) -> RawTable:
    names = personal.column_names(sheet.header)
    remarks: list[Words] = []
    if sheet.other_sheets:
        others = ", ".join(f"»{name}«" for name in sheet.other_sheets)
        remarks.append(Words(f"Ikke læst: {others}.", f"Not read: {others}."))
    if sheet.n_hidden:
        remarks.append(
            Words(
                f"Rækker, der er skjult i regnearket, er læst med (antal: {sheet.n_hidden}).",
                f"Rows that the workbook hides were read as well (number: {sheet.n_hidden}).",
            )
        )
    for field, at in columns.fields.items():
        if field_of(sheet.header[at]) != field:
            name = NAMES[field]
            remarks.append(
                Words(
                    f"Kolonnen »{names[at]}« er læst som {name.da}.", f"The column “{names[at]}” was read as {name.en}."
                )
            )
    figures = {at for field, at in columns.fields.items() if field in NUMBER_FIELDS}
    figures |= {*columns.periods, *(columns.measures or {})}
    more: dict[str, Any] = {
        "left_out": tuple(names[at] for at in columns.left_out if not is_silent(sheet.header[at])),
        "delimiter": sheet.delimiter,
        "encoding": sheet.encoding,
        "sheet": sheet.name,
        "sheets": sheet.sheets,
        "header_row": sheet.header_row,
        "is_typed": bool(sheet.typed) and figures <= sheet.typed,
    }
    if columns.shape == "long":
        parts: dict[str, Any] = {
            "header": sheet.header,
            "numbers": sheet.numbers,
            "n_cells": sheet.n_cells,
            "fields": columns.fields,
            "columns": {field: sheet.columns[at] for field, at in columns.fields.items()},
        }
    else:
        called = {at: sheet.header[at].strip().rsplit(" / ", 1)[0] for at in columns.periods}
        dates, remark = _dates_of_serials(tuple(called.values()), read_as.epoch)
        if remark:
            remarks.append(remark)
        parts = wide.melt(sheet, columns, {at: dates.get(text, text) for at, text in called.items()}, limits.max_rows)
        if not len(parts["numbers"]):
            raise RefusedError(refusals.HEADER_ONLY.finding())
    if columns.shape != "wide" and "period" in parts["columns"]:
        period = parts["columns"]["period"]
        dates, remark = _dates_of_serials(tuple(text for text in period.texts if text), read_as.epoch)
        if remark:
            remarks.append(remark)
            parts["columns"]["period"] = period.mapped(dates)
    return RawTable(**parts, **more, remarks=tuple(remarks))


# -------------------------------------------------------------------------------- day numbers of spreadsheets

_SERIAL = re.compile(r"([3-5]\d{4})(?:[.,]0+)?")
_DAY_0 = {1900: date(1899, 12, 30), 1904: date(1904, 1, 1)}
_SERIALS_READ = {
    epoch: Words(
        f"Perioderne er dagsnumre fra et regneark og er regnet fra {epoch}.",
        f"The periods are a spreadsheet's day numbers and were counted from {epoch}.",
    )
    for epoch in _DAY_0
}


def _dates_of_serials(texts: Sequence[str], epoch: int | None) -> tuple[dict[str, str], Words | None]:
    """The dates of a whole column of day numbers; nothing if one of the texts is something else.

    Which year they count from shows where months are meant: their first days are first days in one count only.

    Examples
    --------
    >>> _dates_of_serials(["46296", "46327"], None)[0]
    {'46296': '2026-10-01', '46327': '2026-11-01'}
    >>> _dates_of_serials(["44834", "44865"], None)[0]
    {'44834': '2026-10-01', '44865': '2026-11-01'}
    >>> _dates_of_serials(["46296", "2026-11"], None)
    ({}, None)
    """
    matches = {text: match for text in texts if (match := _SERIAL.fullmatch(text))}
    if not texts or len(matches) < len(set(texts)):
        return {}, None
    read = {
        year: {text: day_0 + timedelta(days=int(match[1])) for text, match in matches.items()}
        for year, day_0 in _DAY_0.items()
    }
    if epoch is None:
        are_firsts = {year: all(day.day == 1 for day in days.values()) for year, days in read.items()}
        epoch = 1904 if are_firsts[1904] and not are_firsts[1900] else 1900
    return {text: day.isoformat() for text, day in read[epoch].items()}, _SERIALS_READ[epoch]


# ------------------------------------------------------------------------------------------ mends on the screen


def _edited(sheet: Sheet, columns: Columns, edits: Edits) -> tuple[Sheet, Columns]:
    """The sheet with the mends laid over it, and CPR numbers looked for again."""
    plain = {name.strip().casefold(): at for at, name in reversed(list(enumerate(sheet.header)))}
    by_column: dict[int, dict[int, str]] = defaultdict(dict)
    fields = dict(columns.fields)
    for (row, field), text in edits.cells.items():
        at = fields.get(field)
        if at is None:
            at = plain.get(field.strip().casefold())
        if at is None and field in FIELDS and columns.shape == "long":
            # A field the file has no column for, such as a note.
            at = fields[field] = len(sheet.header)
            width = len(sheet.header)
            sheet = replace(
                sheet,
                header=(*sheet.header, NAMES[field].da),
                columns=(*sheet.columns, TextColumn.constant("", sheet.n_rows)),
                n_cells=np.where(sheet.n_cells == width, width + 1, sheet.n_cells).astype(np.int32),
                sub_header=(*sheet.sub_header, "") if sheet.sub_header else (),
            )
        if at is not None:
            by_column[at][row] = text
    sheet = _with_rows(sheet, {row for cells in by_column.values() for row in cells})
    position = {int(number): at for at, number in enumerate(sheet.numbers)} if by_column else {}
    made = list(sheet.columns)
    for at, cells in by_column.items():
        made[at] = made[at].with_cells({position[row]: text for row, text in cells.items()})
    sheet = replace(sheet, columns=tuple(made))
    personal.refuse(sheet)
    if edits.left_out:
        kept = ~np.isin(sheet.numbers, np.fromiter(edits.left_out, dtype=np.int64, count=len(edits.left_out)))
        sheet = replace(
            sheet,
            numbers=sheet.numbers[kept],
            n_cells=sheet.n_cells[kept],
            columns=tuple(column.take(kept) for column in sheet.columns),
        )
    # What was mended away must not be asked about any more.
    sheet = replace(sheet, columns=tuple(column.compact() for column in sheet.columns))
    return sheet, replace(columns, fields=fields)


def _with_rows(sheet: Sheet, rows: set[int]) -> Sheet:
    """The sheet with these rows, in order; those it does not have yet are empty."""
    new = np.asarray(sorted(rows - set(sheet.numbers.tolist())), dtype=np.int64)
    if not len(new):
        return sheet
    order = np.argsort(np.r_[sheet.numbers, new], kind="stable")
    columns = []
    for column in sheet.columns:
        blank = column.texts.index("") if "" in column.texts else len(column.texts)
        texts = column.texts if blank < len(column.texts) else (*column.texts, "")
        codes = np.r_[column.codes, np.full(len(new), blank, dtype=np.int32)]
        columns.append(TextColumn(texts, codes[order].astype(np.int32)))
    return replace(
        sheet,
        numbers=np.r_[sheet.numbers, new][order],
        n_cells=np.r_[sheet.n_cells, np.full(len(new), len(sheet.header), dtype=np.int32)][order],
        columns=tuple(columns),
    )

"""CSV as Danish and English spreadsheets write it: bytes in, raw rows of text out, or a refusal in words.

Nothing is turned into a number or a date here: a sniffer that reads 1.050 as 1.05, or drops a ragged line, does so
silently.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from etl import cpr, numbers, periods
from etl.extract import refusals
from etl.extract.columns import NAMES, field_of, listed
from etl.limits import Limits
from etl.report import ENCODING_NAMES, Finding, RefusedError
from indicators.words import Words

DELIMITERS = (";", "\t", ",")
ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-8-sig": "utf-8-sig",
    "utf-16": "utf-16",
    "cp1252": "cp1252",
    "windows-1252": "cp1252",
    # Every printable character of ISO-8859-1 has the same byte in Windows-1252.
    "latin-1": "cp1252",
    "iso-8859-1": "cp1252",
}

_EXCEL_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_OTHER_STARTS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"\x1f\x8b", b"GIF8", b"PAR1", b"{\\rtf")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# Control characters that no spreadsheet writes; with one of them the file is something else.
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x19\x1b-\x1f\x7f\x80-\x84\x86-\x9f]")
_ROWS_TO_GUESS_FROM = 50
_MOST_CPR_FINDINGS = 200


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row below the header: `number` as a spreadsheet counts, cells as they were written."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RawSheet:
    """A file as text, before anything is known of its columns. `header_row` counts as a spreadsheet does."""

    header_row: int
    header: tuple[str, ...]
    rows: tuple[RawRow, ...]
    delimiter: str
    encoding: str


@dataclass(frozen=True, slots=True)
class RawTable:
    """A file as text. `fields` maps a field to the position of its column; other columns are in `left_out`."""

    header: tuple[str, ...]
    rows: tuple[RawRow, ...]
    fields: Mapping[str, int]
    left_out: tuple[str, ...]
    delimiter: str
    encoding: str

    def column_name(self, field: str) -> str:
        """The file's own name of the column of a field, else Tavle's English name."""
        position = self.fields.get(field)
        return self.header[position].strip() if position is not None else NAMES[field].en


def read(
    content: bytes,
    file_name: str,
    *,
    limits: Limits,
    given: Sequence[str] = (),
    delimiter: str | None = None,
    encoding: str | None = None,
) -> RawTable:
    """The raw rows of a delivery file.

    Parameters
    ----------
    content : bytes
        The file. Its size is looked at before anything is decoded.
    file_name : str
        Checked for CPR numbers like any cell.
    limits : Limits
    given : sequence of str
        Fields that are given otherwise ("indicator", "unit"), so that the file may lack them.
    delimiter, encoding : str, optional
        What to use instead of a guess; `encoding` is a key of `ENCODINGS`.

    Raises
    ------
    RefusedError
        With the findings to show. CPR numbers are looked for before anything of the content could be repeated.
    """
    sheet = read_sheet(content, file_name, limits=limits, delimiter=delimiter, encoding=encoding)
    fields, left_out = _columns(sheet.header, sheet.header_row, sheet.rows, given)
    if not sheet.rows:
        raise RefusedError(refusals.HEADER_ONLY.finding())
    return RawTable(sheet.header, sheet.rows, fields, left_out, sheet.delimiter, sheet.encoding)


def read_sheet(
    content: bytes, file_name: str, *, limits: Limits, delimiter: str | None = None, encoding: str | None = None
) -> RawSheet:
    """The raw rows of any CSV file, whatever its columns are called; the first half of `read`."""
    if cpr.count(file_name):
        raise RefusedError(refusals.CPR_IN_FILE_NAME.finding())
    if len(content) > limits.max_bytes:
        raise RefusedError(too_large(len(content), limits))
    text, used_encoding = _decode(content, encoding)
    return _sheet(text, used_encoding, limits, delimiter)


def too_large(size: int, limits: Limits) -> Finding:
    """The finding for a file of `size` bytes; also used before a file is even read from disk."""
    # Rounded up, so that a file just over the limit is not said to be as large as the limit.
    size_mb = math.ceil(size / 1e5) / 10
    return refusals.TOO_LARGE.finding(size=numbers.said(size_mb), limit=numbers.said(limits.max_bytes / 1e6))


def _decode(content: bytes, encoding: str | None) -> tuple[str, str]:
    if content.startswith(_EXCEL_STARTS):
        raise RefusedError(refusals.OTHER_WORKBOOK.finding())
    if content.startswith(_OTHER_STARTS):
        raise RefusedError(refusals.BINARY_FILE.finding())
    if encoding:
        candidates = [ENCODINGS[encoding.casefold()]]
        if candidates == ["utf-8"] and content.startswith(b"\xef\xbb\xbf"):
            candidates = ["utf-8-sig"]
    elif content.startswith(_UTF_16):
        candidates = ["utf-16"]
    elif content.startswith(b"\xef\xbb\xbf"):
        candidates = ["utf-8-sig"]
    else:
        candidates = ["utf-8", "cp1252"]
    for candidate in candidates:
        try:
            text = content.decode(candidate)
        except UnicodeError:
            continue
        # A file whose last byte is the DOS end-of-file mark is still text.
        text = text.rstrip("\x1a")
        if _CONTROL.search(text):
            raise RefusedError(refusals.BINARY_FILE.finding())
        if not text.strip('\ufeff \t\r\n\x0c"' + "".join(DELIMITERS)):
            raise RefusedError(refusals.EMPTY_FILE.finding())
        return text, candidate
    if re.search(b"[\x00-\x08\x0e-\x1f]", content):
        raise RefusedError(refusals.BINARY_FILE.finding())
    raise RefusedError(
        refusals.UNREADABLE_TEXT.finding(encodings=", ".join(ENCODING_NAMES[name] for name in candidates))
    )


def _sheet(text: str, encoding: str, limits: Limits, delimiter: str | None) -> RawSheet:
    # Excel writes "sep=;" as a line of its own before the header and does not show it as a row.
    if directive := re.match(r"\ufeff?\"?sep=(.)\"?\r?\n", text, re.IGNORECASE):
        delimiter = delimiter or directive[1]
        text = text[directive.end() :]
    delimiter = delimiter or _guess_delimiter(text)
    try:
        records = _records(text, delimiter, limits.max_rows)
    except RefusedError:
        # A file without readable structure has no cells to look in; CPR numbers in its text still come first.
        if findings := _cpr_in_text(text):
            raise RefusedError(*findings) from None
        raise
    _refuse_cpr(records, text, delimiter)
    header_row, header = records[0]
    rows = tuple(RawRow(number, cells) for number, cells in records[1:])
    return RawSheet(header_row, header, rows, delimiter, encoding)


def _is_blank(cells: Sequence[str]) -> bool:
    return not any(cell.strip() for cell in cells)


def _records(text: str, delimiter: str, max_rows: int) -> list[tuple[int, tuple[str, ...]]]:
    """(row number, cells) of the header and every row that holds something. Empty rows count but are left out."""
    records: list[tuple[int, tuple[str, ...]]] = []
    number = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            number += 1
            # Published files begin with remarks: "# source: …".
            if _is_blank(cells) or (not records and cells[0].lstrip().startswith("#")):
                continue
            records.append((number, tuple(cells)))
            if len(records) > max_rows + 1:
                raise RefusedError(refusals.TOO_MANY_ROWS.finding(limit=max_rows))
    except csv.Error as error:
        refusal = refusals.CELL_TOO_LONG if "field larger" in str(error) else refusals.BROKEN_QUOTES
        raise RefusedError(refusal.finding(row=number + 1)) from None
    if not records:
        raise RefusedError(refusals.EMPTY_FILE.finding())
    return records


def _guess_delimiter(text: str) -> str:
    """The delimiter under which most header cells are names we know; failing that, the steadiest columns."""
    lines = text[:200_000]

    def score(delimiter: str) -> tuple[int, int, int]:
        records: list[list[str]] = []
        try:
            for cells in csv.reader(io.StringIO(lines, newline=""), delimiter=delimiter):
                if not _is_blank(cells) and not (not records and cells[0].lstrip().startswith("#")):
                    records.append(cells)
                if len(records) >= _ROWS_TO_GUESS_FROM:
                    break
        except csv.Error:
            pass
        if not records:
            return 0, 0, 0
        width = len(records[0])
        steady = sum(len(cells) == width for cells in records) if width > 1 else 0
        return sum(field_of(cell) is not None for cell in records[0]), steady, width

    return max(DELIMITERS, key=score)


def _refuse_cpr(records: Sequence[tuple[int, tuple[str, ...]]], text: str, delimiter: str) -> None:
    header_row, header = records[0]
    is_cpr_column = [cpr.is_cpr_column(name) for name in header]
    # One pass over the whole text is fast and finds nothing in most files. Inside a cell, quotes and tabs may stand
    # between digits that belong together.
    may_split = '"' in text or (delimiter != "\t" and "\t" in text)
    if not may_split and not any(is_cpr_column) and not cpr.count(text):
        return
    is_note = [field_of(name) == "note" for name in header]
    names = [name.strip() if name.strip() and not cpr.count(name) else f"nr. {i}" for i, name in enumerate(header, 1)]
    findings: list[Finding] = []
    for number, cells in records:
        for position, written in enumerate(cells):
            cell = " ".join(written.split())  # a line break inside a cell is a space like any other
            inside = position < len(header)
            if number != header_row and inside and is_cpr_column[position]:
                found = cpr.count_in_cpr_column(cell)
            elif number == header_row or not inside or is_note[position]:
                found = cpr.count(cell)
            else:
                found = cpr.count_in_number(cell)
            if found:
                column = names[position] if inside else f"nr. {position + 1}"
                findings.append(refusals.CPR.finding(row=number, column=column, count=found))
    if len(findings) > _MOST_CPR_FINDINGS:
        rest = len(findings) - _MOST_CPR_FINDINGS
        findings = [*findings[:_MOST_CPR_FINDINGS], refusals.CPR_MORE.finding(count=rest)]
    if findings:
        raise RefusedError(*findings)


def _cpr_in_text(text: str) -> list[Finding]:
    return [
        refusals.CPR_IN_TEXT.finding(row=number, count=found)
        for _, (number, found) in zip(range(_MOST_CPR_FINDINGS), cpr.lines_with_numbers(text), strict=False)
    ]


def _columns(
    header: Sequence[str], header_row: int, rows: Sequence[RawRow], given: Sequence[str]
) -> tuple[dict[str, int], tuple[str, ...]]:
    fields: dict[str, int] = {}
    left_out: list[str] = []
    for position, name in enumerate(header):
        field = field_of(name)
        if field is None:
            # A delimiter at the end of the header makes a column without name; it matters only if it holds something.
            if name.strip() or any(len(row.cells) > position and row.cells[position].strip() for row in rows):
                left_out.append(name.strip() or f"nr. {position + 1}")
        elif field in fields:
            raise RefusedError(
                refusals.DUPLICATE_COLUMN.finding(
                    row=header_row,
                    column=name.strip(),
                    first=fields[field] + 1,
                    second=position + 1,
                    field=NAMES[field],
                )
            )
        else:
            fields[field] = position
    needed = [field for field in ("indicator", "unit", "period") if field not in given]
    missing = [NAMES[field] for field in needed if field not in fields]
    if "numerator" not in fields and "value" not in fields:
        missing.append(Words("tæller eller værdi", "numerator or value"))
    if missing:
        needed_words = listed([*needed, "numerator", "denominator", "value", "note"])
        if not fields and _looks_like_data(header):
            raise RefusedError(refusals.NO_HEADER.finding(row=header_row, needed=needed_words))
        found = ", ".join(name.strip() or "–" for name in header)
        raise RefusedError(
            refusals.WRONG_COLUMNS.finding(
                row=header_row,
                value=found[:200],
                found=found[:200],
                needed=needed_words,
                missing=Words(", ".join(w.da for w in missing), ", ".join(w.en for w in missing)),
            )
        )
    return fields, tuple(left_out)


def _looks_like_data(cells: Sequence[str]) -> bool:
    """Whether a row holds a number or a period, which no column is named after."""
    return any(
        re.fullmatch(r"[-\u2212+]?\d[\d.,\s]*%?", cell.strip()) or isinstance(periods.parse(cell), periods.Period)
        for cell in cells
    )

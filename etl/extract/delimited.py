"""CSV and TSV as Danish and English spreadsheets write them: bytes in, columns of text out, or a refusal in words.

Nothing is turned into a number or a date here: a sniffer that reads 1.050 as 1.05, or drops a ragged line, does so
silently.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from etl.extract import headers, personal, plain, refusals
from etl.extract.options import ReadAs
from etl.extract.tables import Sheet, SheetBuilder
from etl.limits import Limits
from etl.report import ENCODING_NAMES, RefusedError

DELIMITERS = (";", "\t", ",")
ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-8-sig": "utf-8-sig",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "cp1252": "cp1252",
    "windows-1252": "cp1252",
    # Every printable character of ISO-8859-1 has the same byte in Windows-1252.
    "latin-1": "cp1252",
    "iso-8859-1": "cp1252",
}

_OTHER_STARTS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"\x1f\x8b", b"GIF8", b"PAR1", b"{\\rtf")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# Control characters that no spreadsheet writes; with one of them the file is something else.
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x19\x1b-\x1f\x7f\x80-\x84\x86-\x9f]")
_SAYS_SOMETHING = re.compile(f'[^\ufeff \t\r\n\x0c"{re.escape("".join(DELIMITERS))}]')
_CHARACTERS_TO_GUESS_FROM = 200_000
_ROWS_AT_A_TIME = 20_000
OWN_REMARK = "# Tavle:"
# No delivery is wider; a line of a million semicolons would be a million columns.
MOST_COLUMNS = 2_000


_UNSEEN = "\ufeff\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069"


def sheet(content: bytes, *, limits: Limits, read_as: ReadAs | None = None, given: Sequence[str] = ()) -> Sheet:
    """The columns of any delimited text file, whatever they are called.

    Raises
    ------
    RefusedError
        The file is no table of text, or too large a one. CPR numbers have been looked for first.
    """
    read_as = read_as or ReadAs()
    text, encoding = _decode(content, read_as.encoding)
    # A delimiter is one character that is no part of a cell's own marks; anything else is not understood, and guessed.
    delimiter = read_as.delimiter if re.fullmatch(r"[^\r\n\"\x00]", read_as.delimiter or "") else None
    # Excel writes "sep=;" as a line of its own before the header and does not show it as a row.
    start = 0
    if directive := re.match(r"\ufeff?\"?sep=(.)\"?\r?\n", text, re.IGNORECASE):
        delimiter = delimiter or directive[1]
        start = directive.end()
    delimiter = delimiter or _guess_delimiter(text[start : start + _CHARACTERS_TO_GUESS_FROM])
    try:
        found = _columns(text, start, delimiter, encoding, limits, given)
    except RefusedError:
        # A file without readable structure has no cells to look in; CPR numbers in its text still come first.
        personal.refuse_text(text)
        raise
    personal.refuse(found)
    return found


def _decode(content: bytes, encoding: str | None) -> tuple[str, str]:
    if content.startswith(_OTHER_STARTS):
        raise RefusedError(refusals.BINARY_FILE.finding())
    if encoding and encoding.casefold() in ENCODINGS:
        candidates = [ENCODINGS[encoding.casefold()]]
        if candidates == ["utf-8"] and content.startswith(b"\xef\xbb\xbf"):
            candidates = ["utf-8-sig"]
    elif content.startswith(_UTF_16):
        candidates = ["utf-16"]
    elif content.startswith(b"\xef\xbb\xbf"):
        candidates = ["utf-8-sig"]
    elif guess := _utf_16_without_mark(content):
        candidates = [guess]
    else:
        candidates = ["utf-8", "cp1252"]
    for candidate in candidates:
        try:
            text = content.decode(candidate)
        except UnicodeError:
            continue
        # A file whose last byte is the DOS end-of-file mark is still text.
        text = text.rstrip("\x1a")
        # Marks that nobody sees come along from web pages, and where files are put together: "5" would be no number.
        for mark in _UNSEEN:
            text = text.replace(mark, "")
        if any(_CONTROL.search(text, begins, begins + plain.STEP) for begins in range(0, len(text), plain.STEP)):
            raise RefusedError(refusals.BINARY_FILE.finding())
        if not _SAYS_SOMETHING.search(text):
            raise RefusedError(refusals.EMPTY_FILE.finding())
        return text, candidate
    if re.search(b"[\x00-\x08\x0e-\x1f]", content):
        raise RefusedError(refusals.BINARY_FILE.finding())
    raise RefusedError(
        refusals.UNREADABLE_TEXT.finding(encodings=", ".join(ENCODING_NAMES[name] for name in candidates))
    )


def _utf_16_without_mark(content: bytes) -> str:
    """Which UTF-16 a file is written in, by where its zero bytes stand; empty where it is none.

    Danish and English text has a zero byte in almost every pair, always on the same side.
    """
    head = content[:4096]
    pairs = len(head) // 2
    if pairs < 4 or len(content) % 2:
        return ""
    first, second = head[0 : 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if first == 0 and second >= 0.7 * pairs:
        return "utf-16-le"
    return "utf-16-be" if second == 0 and first >= 0.7 * pairs else ""


def _lines(text: str, start: int) -> Iterable[str]:
    if re.compile(r"\r(?!\n)").search(text, start):
        return io.StringIO(text[start:], newline="")
    # One line at a time: a buffer would copy the whole text at four bytes a character.
    return _lines_ended_by_newline(text, start)


def _lines_ended_by_newline(text: str, start: int) -> Iterator[str]:
    length = len(text)
    while start < length:
        end = text.find("\n", start) + 1 or length
        yield text[start:end]
        start = end


def _records(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(row number, cells) of every row that holds something. Empty rows count but are left out."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 0
    try:
        for cells in reader:
            number += 1
            if cells and (cells[0] or any(cells)) and not "".join(cells).isspace():
                yield number, cells
    except csv.Error as error:
        refusal = refusals.CELL_TOO_LONG if "field larger" in str(error) else refusals.BROKEN_QUOTES
        raise RefusedError(refusal.finding(row=number + 1)) from None


def _columns(text: str, start: int, delimiter: str, encoding: str, limits: Limits, given: Sequence[str]) -> Sheet:
    records = _records(_lines(text, start), delimiter)
    first: list[tuple[int, list[str]]] = []
    above: list[tuple[int, str]] = []
    for number, cells in records:
        # Published files begin with remarks: "# source: …".
        if not first and cells[0].lstrip("\ufeff \t").startswith("#"):
            above.append((number, " ".join(cells)))
            continue
        first.append((number, cells))
        if len(first) >= headers.ROWS_TO_SEARCH:
            break
    if not first:
        raise RefusedError(refusals.EMPTY_FILE.finding())
    at = headers.find([cells for _, cells in first], given)
    above += [(number, " ".join(cells)) for number, cells in first[: at.position]]
    header_row, header = first[at.position]
    while len(header) > 1 and not header[-1].strip() and len(header) > MOST_COLUMNS:
        header = header[:-1]
    if len(header) > MOST_COLUMNS:
        raise RefusedError(refusals.TOO_MANY_COLUMNS.finding(row=header_row, limit=MOST_COLUMNS))
    second = first[at.position + 1][1] if at.has_second_row else ()
    more: dict[str, Any] = {
        "above": tuple(above),
        "delimiter": delimiter,
        "encoding": encoding,
        "sub_header": tuple((*second, *[""] * len(header))[: len(header)] if second else ()),
    }
    if len(text) >= plain.FEWEST_CHARACTERS:
        n_above = first[at.position + at.has_second_row][0]
        width, most = len(header), limits.max_rows
        if read := plain.columns(text, start, n_above=n_above, width=width, delimiter=delimiter, most_rows=most):
            n_cells = np.full(len(read.numbers), width, dtype=np.int32)
            return Sheet(header_row, tuple(header), read.numbers, n_cells, read.columns, **more)
    builder = SheetBuilder(len(header))
    rest = itertools.chain(first[at.position + 1 + at.has_second_row :], records)
    while chunk := list(itertools.islice(rest, _ROWS_AT_A_TIME)):
        # What Tavle wrote below the rows of an annotated file; it is looked through for CPR numbers like any remark.
        if own := [(number, " ".join(cells)) for number, cells in chunk if cells[0].startswith(OWN_REMARK)]:
            above += own
            chunk = [(number, cells) for number, cells in chunk if not cells[0].startswith(OWN_REMARK)]
        builder.add([number for number, _ in chunk], [cells for _, cells in chunk])
        if len(builder) > limits.max_rows:
            raise RefusedError(refusals.TOO_MANY_ROWS.finding(limit=limits.max_rows))
    return builder.sheet(header_row, header, **more)


def _guess_delimiter(text: str) -> str:
    """The delimiter under which most header cells are names we know; failing that, the steadiest columns."""

    def score(delimiter: str) -> tuple[int, int, int]:
        records: list[list[str]] = []
        try:
            for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
                if any(cell.strip() for cell in cells) and not (not records and cells[0].lstrip().startswith("#")):
                    records.append(cells)
                if len(records) >= 2 * headers.ROWS_TO_SEARCH:
                    break
        except csv.Error:
            pass
        if not records:
            return 0, 0, 0
        known = max(headers.n_known(cells) for cells in records[: headers.ROWS_TO_SEARCH])
        width = len(records[0])
        steady = sum(len(cells) == width for cells in records) if width > 1 else 0
        return known, steady, width

    return max(DELIMITERS, key=score)

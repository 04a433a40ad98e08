"""The process that opens a stranger's workbook: started for one file, with little time and memory, and nothing else.

A native parser can abort its whole process, which no `except` catches, so it runs in one that may be lost. This file is
run by its path and imports nothing of Tavle; its arguments are the most rows and the folder of the parser. Standard
input is the workbook, standard output lines of JSON:

- first `{"sheets": [{"name", "is_hidden", "rows"}], "texts": [...]}`, the texts being comments, text boxes and headers,
  each without its mark-up;
- then for each sheet one line `{"sheet": n, "hidden": rows}` and one line per row `[number, cell, …]`. A cell is text,
  or begins with one character that says what it is: `\\x01` a number, `\\x02` a formula that was never calculated;
- last `{"done": true}`. Instead of all this there may be one line `{"refused": code}`.
"""

from __future__ import annotations

import datetime
import io
import json
import posixpath
import re
import sys
import zipfile
from decimal import Decimal
from typing import IO, Any

NUMBER, UNCALCULATED = "\x01", "\x02"
# An honest sheet of a million rows unpacks to some 300 MB; a file that grows more than this is a bomb.
MOST_UNPACKED = 500_000_000
MOST_GROWTH = 150
MOST_TEXT = 5_000_000
MOST_COLUMNS = 2_000
SECONDS, MEMORY = 30, 1_300_000_000

_CELL = re.compile(rb"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_VALUE = re.compile(rb"<v[^>]*>([^<]*)</v>")
_PARTS_WITH_TEXT = re.compile(
    r"(?:xl/(?:comments|threadedComments|drawings|persons|charts|externalLinks|pivotCache|pivotTables|tables)"
    r"|xl/worksheets/_rels|docProps|customXml)/?.*\.(?:xml|vml|rels)"
)
# What stands in attributes: values kept behind a pivot table, names, links, and what is said beside a cell.
_ATTRIBUTES = re.compile(
    r'\b(?:v|name|caption|displayName|title|descr|prompt|promptTitle|error|errorTitle|tooltip|display|Target)="([^"]*)"'
)
_ENDS = re.compile(r"</(?:comment|threadedComment|a:p|[A-Za-z]+:[A-Za-z]+|vt:lpstr|si|oddHeader|oddFooter|v:textbox)>")
_HIDDEN_ROW = re.compile(rb'<row\b[^>]*\bhidden="(?:1|true)"[^>]*(?<!/)>\s*<c\b')
# A format of ten noughts shows a number with the zero in front that the file itself does not hold.
_TEN_NOUGHTS = re.compile(r"0{6}[^0-9#?]{0,3}0{4}")
_FORMAT_MARKS = re.compile(r'\[[^\]]*\]|[\\"]')
_STYLE = re.compile(rb'\bs="(\d+)"')
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)


class RefusedWorkbookError(Exception):
    """The workbook is not read; the text is a code that `etl.extract.workbook` has words for."""


def limit(seconds: int = SECONDS, memory: int = MEMORY) -> None:
    """Let the system end this process before it takes more time or memory than a workbook is worth."""
    try:
        import resource
    except ImportError:  # Windows has no such limits: there the parent's clock alone ends it
        return
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def convert(content: bytes, max_rows: int, out: IO[str]) -> None:
    """Write the workbook's sheets as lines of JSON.

    Raises
    ------
    RefusedWorkbookError
        It is no workbook of the kind that is read, or too large.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        _look_at_size(archive, len(content))
        names = set(archive.namelist())
        if "xl/workbook.xml" not in names:
            is_other = bool(names & {"xl/workbook.bin", "content.xml"})
            raise RefusedWorkbookError("other_workbook" if is_other else "no_workbook")
        book = _part(archive, "xl/workbook.xml")
        parts = _sheet_parts(archive, book)
        recalculates = bool(re.search(r'fullCalcOnLoad="(?:1|true)"', book))
        from python_calamine import CalamineWorkbook

        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        known = [one for one in workbook.sheets_metadata if str(one.typ).endswith("WorkSheet")]
        sheets = [{"name": _clean(one.name), "is_hidden": not str(one.visible).endswith(".Visible")} for one in known]
        texts = [*_plain(book), *_texts(archive, parts)]
        texts += _said_in(" ".join(re.findall(r"<definedName\b[^>]*>", book)))
        _say(out, {"sheets": sheets, "texts": texts})
        padded = _padded_styles(archive) if "xl/styles.xml" in names else frozenset()
        written = 0
        for at, one in enumerate(known):
            part = parts.get(one.name, "")
            marks, n_hidden = _marks(archive, part, recalculates, padded) if part in names else ({}, 0)
            _say(out, {"sheet": at, "hidden": n_hidden})
            written += _write_sheet(workbook.get_sheet_by_name(one.name), marks, max_rows, out)
            if written > 2 * max_rows + 100:
                raise RefusedWorkbookError("too_many_rows")
        _say(out, {"done": True})


def _say(out: IO[str], line: Any) -> None:
    # dumps, unlike dump, is one call into C; a large sheet is mostly this.
    out.write(json.dumps(line, separators=(",", ":")) + "\n")


def _look_at_size(archive: zipfile.ZipFile, size: int) -> None:
    unpacked = sum(one.file_size for one in archive.infolist())
    if len(archive.infolist()) > 5_000 or unpacked > MOST_UNPACKED or unpacked > max(size * MOST_GROWTH, 50_000_000):
        raise RefusedWorkbookError("too_heavy")


def _part(archive: zipfile.ZipFile, name: str, most: int = MOST_TEXT) -> str:
    with archive.open(name) as file:
        # What the archive says of its sizes need not be true.
        return file.read(most).decode("utf-8", "replace")


def _sheet_parts(archive: zipfile.ZipFile, book: str) -> dict[str, str]:
    """The part of the archive that holds each sheet, by the sheet's name."""
    try:
        rels = _part(archive, "xl/_rels/workbook.xml.rels")
    except KeyError:
        return {}
    targets = {}
    for tag in re.findall(r"<Relationship\b[^>]*>", rels):
        found = dict(re.findall(r'\b(Id|Target)="([^"]*)"', tag))
        if len(found) == 2:
            target = found["Target"]
            targets[found["Id"]] = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
    parts = {}
    for tag in re.findall(r"<sheet\b[^>]*>", book):
        name, relation = re.search(r'\bname="([^"]*)"', tag), re.search(r'\br?:?id="(rId[^"]*|[^"]*)"', tag)
        if name and relation:
            parts[_unescaped(name[1])] = targets.get(relation[1], "")
    return parts


def _texts(archive: zipfile.ZipFile, parts: dict[str, str]) -> list[str]:
    """Everything beside the cells that somebody wrote or that was kept of a source, mark-up taken off.

    Comments, text boxes, chart titles, headers and footers, properties, what stands behind pivot tables and links, and
    the rules and hints of cells.
    """
    found: list[str] = []
    for name in archive.namelist():
        if _PARTS_WITH_TEXT.fullmatch(name):
            part = _part(archive, name)
            found += [*_plain(part), *_said_in(part)]
    for name in parts.values():
        if name in archive.namelist():
            with archive.open(name) as file:
                tail = b""
                while chunk := file.read(1 << 20):
                    tail = (tail + chunk)[-200_000:]
            # After the last row come the rules of cells, links, and the header and footer of the printed page.
            below = tail[tail.rfind(b"</sheetData>") + 1 :].decode("utf-8", "replace")
            found += [*_plain(below[below.find(">") + 1 :]), *_said_in(below)]
    return found


def _said_in(markup: str) -> list[str]:
    # No number of less than nine digits is anybody's; most attributes are such.
    return [_clean(_unescaped(text)) for text in _ATTRIBUTES.findall(markup) if sum(map(str.isdigit, text)) >= 9]


def _padded_styles(archive: zipfile.ZipFile) -> frozenset[bytes]:
    """The styles, as cells name them, that show a number with ten digits whatever it is."""
    styles = _part(archive, "xl/styles.xml")
    padded = set()
    for tag in re.findall(r"<numFmt\b[^>]*>", styles):
        number, code = re.search(r'\bnumFmtId="(\d+)"', tag), re.search(r'\bformatCode="([^"]*)"', tag)
        shown = _FORMAT_MARKS.sub("", _unescaped(code[1]).split(";")[0]) if code else ""
        if number and _TEN_NOUGHTS.fullmatch(shown):
            padded.add(number[1])
    used = re.search(r"<cellXfs\b.*?</cellXfs>", styles, re.DOTALL)
    formats = re.findall(r'<xf\b[^>]*?\bnumFmtId="(\d+)"', used[0]) if used else []
    return frozenset(str(at).encode() for at, number in enumerate(formats) if number in padded)


def _plain(markup: str) -> list[str]:
    # A text is cut into runs where its letters change form; without mark-up the runs stand together again.
    pieces = (re.sub(r"<[^>]*>", "", piece) for piece in _ENDS.sub("\n", markup).split("\n"))
    return [text for piece in pieces if (text := _clean(_unescaped(piece)).strip())]


_ENTITY = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(lt|gt|quot|apos|amp));")
_NAMED = {"lt": "<", "gt": ">", "quot": '"', "apos": "'", "amp": "&"}


def _unescaped(text: str) -> str:
    """Text of XML with its five names and its numbers read; importing `html` for it takes longer than most files."""

    def character(match: re.Match[str]) -> str:
        if match[3]:
            return _NAMED[match[3]]
        code = int(match[1], 16) if match[1] else int(match[2])
        return chr(code) if code < 0x110000 else ""

    return _ENTITY.sub(character, text)


def _marks(
    archive: zipfile.ZipFile, part: str, recalculates: bool, padded: frozenset[bytes]
) -> tuple[dict[tuple[int, int], str], int]:
    """Cells that the parser would leave empty or cut short, and how many rows are hidden.

    They are formulas that were never calculated, errors such as #DIV/0!, and numbers shown with zeros in front.
    """
    marks: dict[tuple[int, int], str] = {}
    n_hidden = 0
    rest = b""
    with archive.open(part) as file:
        while chunk := file.read(1 << 20):
            block = rest + chunk
            cut = block.rfind(b"</c>") + 4 if b"</c>" in block else 0
            rest, block = block[cut:], block[:cut]
            if len(rest) > MOST_TEXT:
                raise RefusedWorkbookError("too_heavy")
            if b'hidden="' in block:
                n_hidden += len(_HIDDEN_ROW.findall(block))
            if b"<f" not in block and b't="e"' not in block and not padded:
                continue
            for match in _CELL.finditer(block):
                attributes, inside = match[1], match[2] or b""
                if padded and (style := _STYLE.search(attributes)) and style[1] in padded and b't="s' not in attributes:
                    shown, reference = _VALUE.search(inside), _REFERENCE.search(attributes)
                    if shown and reference and shown[1].isdigit() and len(shown[1]) < 10:
                        marks[int(reference[2]), _column(reference[1])] = shown[1].decode().zfill(10)
                        continue
                is_error, is_formula = b't="e"' in attributes, b"<f" in inside
                if not (is_error or is_formula) or not (reference := _REFERENCE.search(attributes)):
                    continue
                value = _VALUE.search(inside)
                place = int(reference[2]), _column(reference[1])
                if is_error:
                    marks[place] = value[1].decode("utf-8", "replace") if value else "#"
                # A file that asks to be calculated when it is opened has noughts where its results should be.
                elif b't="str"' not in attributes and (
                    value is None or not value[1].strip() or (recalculates and value[1].strip() == b"0")
                ):
                    marks[place] = UNCALCULATED
    return marks, n_hidden


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _write_sheet(sheet: Any, marks: dict[tuple[int, int], str], max_rows: int, out: IO[str]) -> int:
    """One line for each row that holds something; returns how many."""
    start, end = sheet.start, sheet.end
    if start is None and not marks:
        return 0
    left = start[1] if start else 0
    if end is not None and end[1] - left > 16_384:
        raise RefusedWorkbookError("too_heavy")
    below = _merged(sheet)
    marked_rows: dict[int, list[tuple[int, str]]] = {}
    for (row, column), text in marks.items():
        marked_rows.setdefault(row, []).append((column, text))
    written = 0
    last: dict[int, str] = {}
    rows = sheet.iter_rows() if start is not None else iter(())
    number = 0
    for number, cells in enumerate(rows, 1):
        texts = [""] * left + [_text(cell) for cell in cells]
        written += _write_row(number, texts, marked_rows.pop(number, []), below.get(number, {}), last, out)
        if written > max_rows + 100:
            raise RefusedWorkbookError("too_many_rows")
    for row in sorted(marked_rows):
        written += _write_row(row, [], marked_rows[row], {}, last, out)
    return written


def _write_row(
    number: int,
    texts: list[str],
    marks: list[tuple[int, str]],
    below: dict[int, int],
    last: dict[int, str],
    out: IO[str],
) -> int:
    for column, text in marks:
        texts += [""] * (column + 1 - len(texts))
        texts[column] = text
    for column, first in below.items():
        if column < len(texts):
            if number == first:
                last[column] = texts[column]
            elif not texts[column] and not last.get(column, "").startswith((NUMBER, UNCALCULATED)):
                # A label that stands beside several rows says the same of each; a number counts once.
                texts[column] = last.get(column, "")
    while texts and not texts[-1]:
        texts.pop()
    if not any(text.strip() for text in texts):
        return 0
    if len(texts) > MOST_COLUMNS:
        raise RefusedWorkbookError("too_many_columns")
    _say(out, [number, *texts])
    return 1


def _merged(sheet: Any) -> dict[int, dict[int, int]]:
    """For each row the columns that are merged with the row above, and the row that the merged cell begins in."""
    rows: dict[int, dict[int, int]] = {}
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        if top < bottom <= top + 10_000:
            for row in range(top, bottom + 1):
                rows.setdefault(row + 1, {})[left] = top + 1
    return rows


def _text(cell: Any) -> str:
    if isinstance(cell, str):
        return _clean(cell)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return NUMBER + _digits(float(cell))
    if isinstance(cell, datetime.datetime):
        is_day = cell.time() == datetime.time()
        return cell.date().isoformat() if is_day else cell.isoformat(" ", "seconds")
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)


def _digits(number: float) -> str:
    """A number with the fifteen digits a spreadsheet works with, never with an exponent."""
    if number != number or number in (float("inf"), float("-inf")):
        return "#"
    return format(Decimal(f"{number:.15g}"), "f")


def _clean(text: str) -> str:
    # Characters that are not seen must not stand between the digits of a number.
    return _CONTROL.sub("", text)


def main() -> None:
    sys.path.append(sys.argv[2])
    limit()
    out = io.TextIOWrapper(sys.stdout.buffer, "ascii", newline="\n")
    try:
        convert(sys.stdin.buffer.read(), int(sys.argv[1]), out)
    except RefusedWorkbookError as refused:
        _say(out, {"refused": str(refused)})
    except MemoryError:
        _say(out, {"refused": "too_heavy"})
    except BaseException:  # a parser's panic is no Exception, and its text may repeat a cell
        _say(out, {"refused": "broken_workbook"})
    out.flush()


if __name__ == "__main__":
    main()

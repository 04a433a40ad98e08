"""Workbooks (.xlsx): parsed in a process of their own, checked for CPR numbers in every corner, one sheet read.

Cells that hold numbers and dates come as such and cannot be misread. Cells of text go the same way as those of a text
file: the decimal mark is decided for the whole column, and asked for where it cannot be told.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from etl import cpr, numbers
from etl.extract import headers, personal, refusals
from etl.extract.options import ReadAs
from etl.extract.tables import Fault, Sheet, SheetBuilder, TextColumn
from etl.extract.workbook_child import NUMBER, UNCALCULATED
from etl.limits import Limits
from etl.report import Finding, RefusedError
from indicators.words import Words

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
STARTS = (*_ZIP, _COMPOUND)

_CHILD = Path(__file__).with_name("workbook_child.py")
# The child ends itself after 30 seconds of work; this is for one that waits.
_SECONDS = 45
_ROWS_AT_A_TIME = 20_000

_REFUSALS = {
    "other_workbook": refusals.OTHER_WORKBOOK,
    "no_workbook": refusals.BINARY_FILE,
    "too_heavy": refusals.WORKBOOK_TOO_HEAVY,
    "broken_workbook": refusals.BROKEN_WORKBOOK,
}


@dataclass(frozen=True, slots=True)
class _Part:
    """A sheet of the workbook: its name as it may be said, and its content; None where it is empty."""

    name: str
    is_hidden: bool
    sheet: Sheet | None
    n_known: int


def sheet(content: bytes, *, limits: Limits, read_as: ReadAs | None = None, given: Sequence[str] = ()) -> Sheet:
    """The columns of the workbook's sheet that is meant: the one that is named, else the first with a known header.

    Raises
    ------
    RefusedError
        It is no .xlsx file, cannot be opened within the limits, or holds CPR numbers in any sheet, comment or name.
    """
    read_as = read_as or ReadAs()
    if content.startswith(_COMPOUND):
        is_locked = "EncryptedPackage".encode("utf-16-le") in content
        raise RefusedError((refusals.LOCKED_WORKBOOK if is_locked else refusals.OLD_WORKBOOK).finding())
    parts = _parts(_lines(content, limits), limits, given, read_as.decimal)
    return _chosen(parts, read_as)


def _lines(content: bytes, limits: Limits) -> Iterator[str]:
    """What the child process says about the workbook, line by line; nothing of it has been judged yet."""
    try:
        # -I: neither the folder we stand in nor the environment says what is imported; -S: nor do site packages, which
        # take longer to look through than most workbooks.
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(_CHILD), str(limits.max_rows), _parser_folder()],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
            close_fds=True,
        )
    except subprocess.TimeoutExpired:
        raise RefusedError(refusals.WORKBOOK_TOO_HEAVY.finding()) from None
    said = done.stdout
    last = said[said.rstrip(b"\n").rfind(b"\n") + 1 :]
    ending = json.loads(last) if last.startswith(b"{") and last.endswith(b"}\n") else {}
    if ending.get("done") is not True:
        # An end without a word is the limits' doing: the system stops the process where it stands.
        refused = ending.get("refused", "too_heavy")
        if refused == "too_many_rows":
            raise RefusedError(refusals.TOO_MANY_ROWS.finding(limit=limits.max_rows))
        if refused == "too_many_columns":
            raise RefusedError(refusals.TOO_MANY_COLUMNS.finding(limit=2_000))
        raise RefusedError(_REFUSALS[refused].finding())
    return _texts(said)


@cache
def _parser_folder() -> str:
    """Where the parser is installed; it is never imported in this process."""
    found = importlib.util.find_spec("python_calamine")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("python_calamine is not installed: run make setup")
    return str(Path(found.origin).parent.parent)


def _texts(said: bytes) -> Iterator[str]:
    start = 0
    while start < len(said):
        end = said.index(b"\n", start)
        yield said[start:end].decode("ascii")
        start = end + 1


def _parts(lines: Iterator[str], limits: Limits, given: Sequence[str], decimal: str | None) -> list[_Part]:
    """Every sheet as columns of text. CPR numbers anywhere in the workbook refuse it here."""
    start = json.loads(next(lines))
    names = [str(one["name"]) for one in start["sheets"]]
    said_names = [name if not cpr.count(name) else f"nr. {at}" for at, name in enumerate(names, 1)]
    findings = [refusals.CPR_IN_SHEET_NAME.finding(number=at) for at, name in enumerate(names, 1) if cpr.count(name)]
    beside = sum(cpr.count_in_number(text) for text in start["texts"])
    if beside:
        findings.append(refusals.CPR_BESIDE_CELLS.finding(count=beside))
    parts: list[_Part] = []
    rows: list[tuple[int, list[str]]] = []

    def close(at: int) -> None:
        made = _with_numbers_written(_sheet(rows, said_names[at], limits, given), decimal) if rows else None
        if made is not None:
            findings.extend(_of_sheet(one, said_names[at], len(names)) for one in personal.findings_in(made))
        known = headers.n_known(made.header) if made is not None else 0
        if made is not None:
            made = replace(made, n_hidden=n_hidden)
        parts.append(_Part(names[at], bool(start["sheets"][at]["is_hidden"]), made, known))
        rows.clear()

    at, n_hidden = -1, 0
    for line in lines:
        if line.startswith("["):
            number, *cells = json.loads(line)
            rows.append((int(number), [str(cell) for cell in cells]))
            continue
        if at >= 0:
            close(at)
        at, n_hidden = at + 1, int(json.loads(line).get("hidden", 0))
    if findings:
        raise RefusedError(*personal.shortened(findings))
    return parts


def _of_sheet(finding: Finding, name: str, n_sheets: int) -> Finding:
    """A finding of a sheet that says which sheet, where there are several."""
    if n_sheets == 1:
        return finding
    words = Words(f"Arket »{{sheet}}«: {finding.words.da}", f"Sheet “{{sheet}}”: {finding.words.en}")
    return replace(finding, words=words, values={**finding.values, "sheet": name})


def _sheet(rows: list[tuple[int, list[str]]], name: str, limits: Limits, given: Sequence[str]) -> Sheet:
    first = [[_shown(cell) for cell in cells] for _, cells in rows[: headers.ROWS_TO_SEARCH]]
    at = headers.find(first, given)
    header_row = rows[at.position][0]
    below = rows[at.position + 1 + at.has_second_row :]
    second = first[at.position + 1] if at.has_second_row else []
    width = max(len(first[at.position]), len(second), max((len(cells) for _, cells in below), default=0))
    header = [*first[at.position], *[""] * (width - len(first[at.position]))]
    builder = SheetBuilder(width)
    for start in range(0, len(below), _ROWS_AT_A_TIME):
        chunk = below[start : start + _ROWS_AT_A_TIME]
        builder.add(
            [number for number, _ in chunk],
            [[*cells, *[""] * (width - len(cells))] if len(cells) < width else cells for _, cells in chunk],
        )
    if len(builder) > limits.max_rows:
        raise RefusedError(refusals.TOO_MANY_ROWS.finding(limit=limits.max_rows))
    made = builder.sheet(
        header_row,
        header,
        above=tuple((number, " ".join(first[nth])) for nth, (number, _) in enumerate(rows[: at.position])),
        name=name,
        sub_header=tuple([*second, *[""] * width][:width]) if second else (),
    )
    faults = [
        Fault(header_row, position, refusals.UNCALCULATED)
        for position, cell in enumerate(rows[at.position][1])
        if cell == UNCALCULATED
    ]
    return replace(made, faults=tuple(faults))


def _shown(cell: str) -> str:
    """A cell of a header as text: typed numbers have no mark to decide there."""
    return cell.lstrip(NUMBER + UNCALCULATED)


def _chosen(parts: Sequence[_Part], read_as: ReadAs) -> Sheet:
    filled = [part for part in parts if part.sheet is not None]
    if not filled:
        raise RefusedError(refusals.EMPTY_FILE.finding())
    sheets = tuple(part.name for part in filled)
    if read_as.sheet is not None:
        wanted = read_as.sheet.strip().casefold()
        chosen = next((part for part in parts if part.name.strip().casefold() == wanted), None)
        if chosen is None or chosen.sheet is None:
            found = ", ".join(f"»{part.name}«" for part in filled)[:200]
            raise RefusedError(
                refusals.NO_SUCH_SHEET.finding(value=read_as.sheet[:80], text=read_as.sheet[:80], found=found),
                sheets=sheets,
            )
    else:
        visible = [part for part in filled if not part.is_hidden]
        if not visible:
            raise RefusedError(
                refusals.HIDDEN_SHEETS.finding(found=", ".join(f"»{part.name}«" for part in filled)[:200]),
                sheets=sheets,
            )
        chosen = next((part for part in visible if part.n_known >= 2), visible[0])
    assert chosen.sheet is not None
    others = tuple(part.name for part in filled if part is not chosen and not part.is_hidden and part.n_known >= 2)
    return replace(chosen.sheet, sheets=sheets, other_sheets=others)


def _with_numbers_written(sheet: Sheet, decimal: str | None) -> Sheet:
    """The sheet with its typed numbers written as text in the decimal mark of their column."""
    columns, faults = [], list(sheet.faults)
    typed = {
        position
        for position, column in enumerate(sheet.columns)
        if all(not text or text.startswith((NUMBER, UNCALCULATED)) for text in column.texts)
    }
    for position, column in enumerate(sheet.columns):
        made, unclear = _written(column, decimal)
        columns.append(made)
        for refusal, texts in ((refusals.UNCALCULATED, {UNCALCULATED}), (refusals.TEXT_NUMBER_UNCLEAR, unclear)):
            codes = [code for code, text in enumerate(column.texts) if text in texts]
            for row in np.flatnonzero(np.isin(column.codes, codes)).tolist() if codes else ():
                value = "" if refusal is refusals.UNCALCULATED else column[row]
                faults.append(Fault(int(sheet.numbers[row]), position, refusal, value))
    return replace(
        sheet,
        columns=tuple(columns),
        faults=tuple(sorted(faults, key=lambda one: one.row)),
        typed=frozenset(typed),
    )


def _written(column: TextColumn, decimal: str | None) -> tuple[TextColumn, set[str]]:
    """A column with its numbers as text, and its texts of which it cannot be told what number they are."""
    typed = [text for text in column.texts if text.startswith(NUMBER)]
    if not typed and UNCALCULATED not in column.texts:
        return column, set()
    texts = [text for text in column.texts if not text.startswith((NUMBER, UNCALCULATED))]
    decided = numbers.decide(texts).decimal
    mark = decimal or decided or numbers.COMMA
    has_fractions = any("." in text for text in typed)
    unclear = {text for text in texts if numbers.form(text) is numbers.Form.ASK} if decided is None else set()
    new = {text: _in_mark(text[1:], mark) for text in typed} | {UNCALCULATED: ""}
    return column.mapped(new), unclear if has_fractions and decimal is None else set()


def _in_mark(digits: str, mark: str) -> str:
    """Digits with a decimal point, written with `mark` so that nobody takes the mark for one between thousands.

    Examples
    --------
    >>> _in_mark("12.5", "comma"), _in_mark("1.125", "comma"), _in_mark("0.125", "dot"), _in_mark("46296", "comma")
    ('12,5', '1,1250', '0.125', '46296')
    """
    whole, _, part = digits.partition(".")
    if not part:
        return whole
    if len(part) == 3 and whole.lstrip("-") != "0":
        part += "0"
    return f"{whole}{',' if mark == numbers.COMMA else '.'}{part}"

"""The file back with what was found: the status of every row, what is wrong with it and how to mend it.

Rows keep their numbers, so that "row 14" is row 14, and the added columns are passed over when the mended file comes
back. A file with CPR numbers never comes back: nothing of it is kept.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from etl import numbers
from etl.extract import reader
from etl.extract.columns import is_own
from etl.extract.delimited import OWN_REMARK
from etl.extract.options import Edits, ReadAs
from etl.extract.tables import Sheet
from etl.limits import Limits
from etl.report import ROW_STATUS_NAMES, SEVERITY_NAMES, Finding, RefusedError, Report, RowStatus
from etl.safe_cells import safe
from indicators.words import Words

Form = Literal["xlsx", "csv"]

STATUS = Words("Tavle: status", "Tavle: status")
FOUND = Words("Tavle: fundet", "Tavle: found")
MEND = Words("Tavle: sådan rettes det", "Tavle: how to mend it")
SHEET = Words("Levering", "Delivery")
REMARKS = Words("Om hele filen", "About the whole file")
WHOLE_FILE = Words("Hele filen", "The whole file")
_ROW = Words("Række", "Row")
_COLUMN = Words("Kolonne", "Column")
# The worst that a row of the sheet holds is what stands beside it: in a wide file a row has many figures.
_WORST = (RowStatus.ERROR, RowStatus.WARNING, RowStatus.CHANGED, RowStatus.NEW, RowStatus.UNCHANGED)
_COLOURS = {
    RowStatus.ERROR: "#F7D9D5",
    RowStatus.WARNING: "#FBEBC8",
    RowStatus.CHANGED: "#DCE9F5",
    RowStatus.NEW: "#DFF0E3",
    RowStatus.UNCHANGED: "#FFFFFF",
}


def annotated(
    report: Report,
    content: bytes,
    *,
    limits: Limits,
    language: str,
    form: Form = "xlsx",
    read_as: ReadAs | None = None,
    edits: Edits | None = None,
    given: Sequence[str] = (),
) -> bytes:
    """A delivery file with what its check said beside each row.

    Parameters
    ----------
    report : Report
        What `etl.pipeline.check` said of the file.
    content : bytes
        The same file, read again as `limits`, `read_as`, `edits` and `given` say.
    form : str
        "xlsx", or "csv" in Danish form (semicolon, byte order mark).

    Raises
    ------
    ValueError
        The file was refused for CPR numbers.
    """
    if report.has_cpr:
        raise ValueError("a file with CPR numbers is never given back")
    try:
        sheet, _ = reader.open_sheet(
            content, report.file_name, limits=limits, read_as=read_as, edits=edits, given=given
        )
    except RefusedError as refused:
        if any(finding.code == "cpr" for finding in refused.findings):
            raise ValueError("a file with CPR numbers is never given back") from None
        rows = _list_of_findings(report, language)
    else:
        rows = _rows(report, sheet, language)
    return _csv(rows) if form == "csv" else _workbook(rows, language)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the result: its number as a spreadsheet counts, its cells, and what the row is."""

    number: int
    cells: tuple[str, ...]
    status: RowStatus | None = None
    is_header: bool = False


def _rows(report: Report, sheet: Sheet, language: str) -> list[_Row]:
    of_row: dict[int | None, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        of_row[finding.row].append(finding)
    statuses = _statuses(report)
    # Notes of an earlier check give way to those of this one.
    kept = [at for at, name in enumerate(sheet.header) if not is_own(name)]
    # A cell of a row that is too long has no column of its own; the notes stand to the right of the longest row.
    extra = dict(sheet.extra)
    width = len(kept) + max((len(cells) for cells in extra.values()), default=0)
    columns = [list(sheet.columns[at]) for at in kept]

    def padded(cells: Sequence[str]) -> list[str]:
        return [*cells, *[""] * (width - len(cells))]

    rows = [_Row(number, (text,)) for number, text in sheet.above if number < sheet.header_row]
    titles = tuple(words.say(language) for words in (STATUS, FOUND, MEND))
    rows.append(_Row(sheet.header_row, (*padded([sheet.header[at] for at in kept]), *titles), is_header=True))
    for at, number in enumerate(sheet.numbers.tolist()):
        cells = padded([*(column[at] for column in columns), *extra.get(number, ())])
        status = statuses.get(number)
        said = ROW_STATUS_NAMES[status].say(language) if status is not None else ""
        rows.append(_Row(number, (*cells, said, *_notes(of_row.pop(number, []), language)), status))
    last = max(row.number for row in rows)
    for offset, finding in enumerate((one for found in of_row.values() for one in found), 2):
        place = finding.place(language) or WHOLE_FILE.say(language)
        said = f"{SEVERITY_NAMES[finding.severity].say(language)}. {place}: {finding.reason(language)}"
        rows.append(_Row(last + offset, (f"{OWN_REMARK} {said} {finding.mend_text(language)}",)))
    return rows


def _statuses(report: Report) -> dict[int, RowStatus]:
    """The worst status of each row of the sheet."""
    worst: dict[int, RowStatus] = {}
    for row in report.rows:
        for number in {row.row, *(place[0] for place in row.edit_keys.values())}:
            known = worst.get(number)
            if known is None or _WORST.index(row.status) < _WORST.index(known):
                worst[number] = row.status
    return worst


def _notes(findings: Sequence[Finding], language: str) -> tuple[str, str]:
    is_one = len(findings) == 1
    found = [(f"{finding.column}: " if finding.column else "") + finding.reason(language) for finding in findings]
    mends = list(dict.fromkeys(finding.mend_text(language) for finding in findings))
    return (found[0], mends[0]) if is_one else (" · ".join(found), " · ".join(mends))


def _list_of_findings(report: Report, language: str) -> list[_Row]:
    """A file that could not be read has no rows to stand beside: the findings alone."""
    header = (_ROW.say(language), _COLUMN.say(language), *(words.say(language) for words in (STATUS, FOUND, MEND)))
    rows = [_Row(1, header, is_header=True)]
    for number, finding in enumerate(report.findings, 2):
        place = "" if finding.row is None else str(finding.row)
        said = SEVERITY_NAMES[finding.severity].say(language)
        texts = (place, finding.column, said, finding.reason(language), finding.mend_text(language))
        rows.append(_Row(number, texts, RowStatus.ERROR if finding.is_error else RowStatus.WARNING))
    return rows


def _csv(rows: Sequence[_Row]) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    written = 0
    for row in sorted(rows, key=lambda one: one.number):
        for _ in range(row.number - written - 1):
            file.write("\r\n")
        writer.writerow([safe(cell) for cell in row.cells])
        written = row.number
    return file.getvalue().encode("utf-8-sig")


def _workbook(rows: Sequence[_Row], language: str) -> bytes:
    import xlsxwriter

    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    sheet = book.add_worksheet(SHEET.say(language))
    header = book.add_format({"bold": True, "bg_color": "#E8EDF2", "border": 1, "border_color": "#B8C4CF"})
    coloured = {status: book.add_format({"bg_color": colour, "valign": "top"}) for status, colour in _COLOURS.items()}
    remarks = [row for row in rows if row.cells[0].startswith(OWN_REMARK)]
    rows = [row for row in rows if not row.cells[0].startswith(OWN_REMARK)]
    if remarks:
        other = book.add_worksheet(REMARKS.say(language))
        other.set_column(0, 0, 120)
        for at, row in enumerate(remarks):
            other.write_string(at, 0, row.cells[0].removeprefix(OWN_REMARK).strip()[:32_767])
    for row in rows:
        form = header if row.is_header else coloured.get(row.status) if row.status else None
        for at, cell in enumerate(row.cells):
            _write(sheet, row.number - 1, at, cell, form, is_text=row.is_header)
    top = next((row.number for row in rows if row.is_header), 1)
    sheet.freeze_panes(top, 0)
    for at in range(max(len(row.cells) for row in rows)):
        longest = max(len(row.cells[at]) if at < len(row.cells) and len(row.cells) > 1 else 0 for row in rows[:300])
        sheet.set_column(at, at, min(max(longest + 2, 9), 60))
    book.close()
    return file.getvalue()


def _write(sheet: Any, row: int, column: int, text: str, form: Any, *, is_text: bool) -> None:
    """A text as a text, whatever it begins with; a whole number that nobody could read otherwise as a number."""
    if not is_text and text.isascii() and text.isdigit() and len(text) <= 9 and (text == "0" or text[0] != "0"):
        number = numbers.parse(text, numbers.COMMA)
        if number is not None:
            sheet.write_number(row, column, number.value, form)
            return
    if text or form is not None:
        # The longest text that a cell of a workbook holds.
        sheet.write_string(row, column, text[:32_767], form)

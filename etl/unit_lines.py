"""Lists of units with the month each starts, as people paste them or keep them in a sheet: one unit a line.

What stands on a line is read here; which unit is meant is for `data.made_groups` to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from data import cpr, typed
from data.catalogue.names import fold
from etl import periods
from etl.extract.reader import read_sheet
from etl.extract.tables import Sheet
from etl.limits import Limits
from indicators.definition import PeriodKind
from indicators.words import Words

NEVER = frozenset({"aldrig", "never", "ingen", "none", "nej", "no", "-", "–"})
UNIT_HEADS = frozenset({"enhed", "unit", "kode", "code", "navn", "name", "enhedskode", "enhedsnavn", "pseudonym"})
START_HEADS = frozenset({"start", "startmåned", "start month", "måned", "month", "begynder", "starter", "fra", "from"})

NO_UNIT = Words("Enheden mangler. Skriv enhed; startmåned.", "The unit is missing. Write unit; start month.")
NO_START = Words(
    "Startmåneden mangler. Skriv den efter et semikolon, fx 2025-03, eller »aldrig«.",
    "The start month is missing. Write it after a semicolon, such as 2025-03, or “never”.",
)
NOT_A_MONTH = Words(
    "»{text}« er ikke en måned. Skriv den som 2025-03 eller marts 2025, eller »aldrig«.",
    "“{text}” is not a month. Write it as 2025-03 or March 2025, or “never”.",
)
NO_LINES = Words("Der er ingen linjer at læse.", "There are no lines to read.")


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One line: `number` counts as in what was pasted, from 1. `start` None without a `problem`: it never starts."""

    number: int
    unit: str
    start: date | None
    problem: str | Words = ""
    value: str = ""

    def reason(self, language: str) -> str:
        """What is wrong with the line; empty for one that can be read."""
        return self.problem.say(language, text=self.value) if isinstance(self.problem, Words) else self.problem


def read_text(text: str) -> list[UnitLine]:
    """The lines of a pasted list: unit and start apart by a tab, a semicolon, the last comma or a space.

    Raises
    ------
    Refused
        The text holds a number that looks like a CPR number.

    Examples
    --------
    >>> [(one.unit, str(one.start)) for one in read_text("Enhed;Start\\nNOH-KIR;marts 2025\\nHGH, aldrig")]
    [('NOH-KIR', '2025-03-01'), ('HGH', 'None')]
    >>> read_text("NOH-KIR;snart")[0].reason("en")
    '“snart” is not a month. Write it as 2025-03 or March 2025, or “never”.'
    """
    cpr.refuse(text)
    kept = [(number, line) for number, line in enumerate(_lines(text), start=1) if line.strip(" \t;,")]
    if kept and _is_head(_parts(kept[0][1])):
        kept = kept[1:]
    return [_read(number, *_parts(line)) for number, line in kept]


def read_file(content: bytes, file_name: str, *, limits: Limits) -> str:
    """The lines of a CSV or Excel file as they would be pasted, for a person to see before anything is done.

    With a header that names them the unit and its start are taken from those columns, else from the first two that hold
    something.

    Raises
    ------
    RefusedError
        The file cannot be read, is too large, or holds CPR numbers.
    """
    sheet = read_sheet(content, file_name, limits=limits)
    rows = [[sheet.header[at] for at in range(len(sheet.header))], *_rows(sheet)]
    above = [text for _, text in sheet.above]
    head = [fold(cell) for cell in rows[0]]
    units = [at for at, cell in enumerate(head) if cell in map(fold, UNIT_HEADS)]
    starts = [at for at, cell in enumerate(head) if cell in map(fold, START_HEADS)]
    if units and starts:
        pairs = [(row[units[0]], row[starts[0]]) for row in rows[1:]]
    else:
        pairs = [_first_two(row) for row in ([[text] for text in above] + rows)]
    return "\n".join("; ".join(part.strip() for part in pair if part.strip()) for pair in pairs if any(pair))


def _rows(sheet: Sheet) -> Iterator[list[str]]:
    return ([column[row] for column in sheet.columns] for row in range(sheet.n_rows))


def _first_two(row: Sequence[str]) -> tuple[str, str]:
    filled = [cell for cell in row if cell.strip()]
    return (filled[0], filled[1] if len(filled) > 1 else "") if filled else ("", "")


def _lines(text: str) -> list[str]:
    return re.split(r"\r\n|\r|\n", text)


def _parts(line: str) -> tuple[str, str]:
    for mark in ("\t", ";"):
        if mark in line:
            parts = [part for part in line.split(mark) if part.strip()]
            if len(parts) < 2:
                return ("", parts[0]) if _is_start(parts[0]) else (parts[0], "")
            return parts[0], parts[1]
    before, comma, after = line.rpartition(",")  # names of units have commas too
    if comma and (_is_start(after) or _is_head((before, after))):
        return before, after
    words = line.split()
    for n_words in (2, 1):  # only spaces between them: "NOH-KIR marts 2025"
        if len(words) > n_words and _is_start(" ".join(words[-n_words:])):
            return " ".join(words[:-n_words]), " ".join(words[-n_words:])
    return line, ""


def _is_head(parts: tuple[str, str]) -> bool:
    return fold(parts[0]) in map(fold, UNIT_HEADS) and (
        not parts[1].strip() or fold(parts[1]) in map(fold, START_HEADS)
    )


def _is_start(text: str) -> bool:
    return _is_never(text) or _month_of(text) is not None


def _month_of(text: str) -> date | None:
    """The first day of the month a text names, or in which its day lies."""
    found = periods.parse(text.strip())
    if not isinstance(found, periods.Period) or found.kind not in (None, PeriodKind.MONTH):
        return None
    return found.start.replace(day=1)


def _is_never(text: str) -> bool:
    return text.strip().casefold() in NEVER


def _read(number: int, unit: str, start: str) -> UnitLine:
    name, said = typed.on_one_line(unit), typed.on_one_line(start)
    if not name:
        return UnitLine(number, name, None, NO_UNIT)
    if not said:
        return UnitLine(number, name, None, NO_START)
    if _is_never(said):
        return UnitLine(number, name, None)
    begins = _month_of(said)
    if begins is None:
        return UnitLine(number, name, None, NOT_A_MONTH, said)
    return UnitLine(number, name, begins)

"""What the way in says about a file: findings, how it was read, its rows, and the receipt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import overload

import numpy as np
import numpy.typing as npt
import pandas as pd

from indicators.words import Words


class Severity(StrEnum):
    """An error stops the whole file; a warning is shown and the file may be committed."""

    ERROR = "error"
    WARNING = "warning"


SEVERITY_NAMES = {Severity.ERROR: Words("Fejl", "Error"), Severity.WARNING: Words("Advarsel", "Warning")}


class RowStatus(StrEnum):
    """What a row would do to the store."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    ERROR = "error"
    WARNING = "warning"


ROW_STATUS_NAMES = {
    RowStatus.NEW: Words("Ny", "New"),
    RowStatus.CHANGED: Words("Ændret", "Changed"),
    RowStatus.UNCHANGED: Words("Uændret", "Unchanged"),
    RowStatus.ERROR: Words("Fejl", "Error"),
    RowStatus.WARNING: Words("Advarsel", "Warning"),
}

_NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a file: where, what, and how to mend it.

    `row` counts as a spreadsheet does (the header is row 1; None: the whole file). `column` is named as in the file.
    `value` is the cell as it was written; it is empty where showing it could show personal data.
    `words` and `mend` have places that `values` fills. `suggestion` maps fields ("numerator") to the texts that would
    mend the row, where Tavle has a guess good enough for a button; the keys are those that `etl.extract.Edits` takes.
    `is_confirmed`: a person has seen this warning and stands by the figure. `stands_for`: how many findings this one
    counts; more than 1 where findings of one kind are too many to be shown one by one.
    """

    code: str
    severity: Severity
    row: int | None
    column: str
    value: str
    words: Words
    mend: Words
    values: Mapping[str, object] = field(default_factory=lambda: _NOTHING)
    suggestion: Mapping[str, str] | None = None
    is_confirmed: bool = False
    stands_for: int = 1

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    def _say(self, words: Words, language: str) -> str:
        # A value may itself be bilingual, such as the name of an indicator.
        said = {key: v.say(language) if isinstance(v, Words) else v for key, v in self.values.items()}
        return words.say(language, **said) if said else words.say(language)

    def reason(self, language: str) -> str:
        """What is wrong, without the place: "48 er større end nævner 41."."""
        return self._say(self.words, language)

    def mend_text(self, language: str) -> str:
        """How to put it right."""
        return self._say(self.mend, language)

    def place(self, language: str) -> str:
        """Where it is: 'Række 14, kolonne »tæller«', or empty for the whole file."""
        parts = []
        if self.row is not None:
            parts.append(Words("række {row}", "row {row}").say(language, row=self.row))
        if self.column:
            parts.append(Words("kolonne »{column}«", "column “{column}”").say(language, column=self.column))
        place = ", ".join(parts)
        return place[:1].upper() + place[1:]

    def sentence(self, language: str) -> str:
        """Place and reason in one: 'Række 14, kolonne »tæller«: 48 er større end nævner 41.'."""
        place = self.place(language)
        return f"{place}: {self.reason(language)}" if place else self.reason(language)


class RefusedError(Exception):
    """A file that cannot be read any further; it carries the findings to show. Its text holds codes only.

    `sheets` are the names of a workbook's sheets that hold something, where it got so far that they may be said.
    """

    def __init__(self, *findings: Finding, sheets: tuple[str, ...] = ()) -> None:
        super().__init__(", ".join(sorted({finding.code for finding in findings})))
        self.findings = findings
        self.sheets = sheets


DELIMITER_NAMES = {
    ";": Words("semikolon", "semicolon"),
    ",": Words("komma", "comma"),
    "\t": Words("tabulator", "tab"),
}
ENCODING_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 med BOM",
    "cp1252": "Windows-1252",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "json": "JSON",
}
SHAPE_NAMES = {
    "wide": Words("perioder som kolonner", "periods as columns"),
    "indicators": Words("indikatorer som kolonner", "indicators as columns"),
}
DECIMAL_NAMES = {
    "comma": Words("decimalkomma", "decimal comma"),
    "dot": Words("decimalpunktum", "decimal point"),
    "mixed": Words("decimaltegn hver sit i kolonnerne", "decimal marks that differ by column"),
}


MOST_LEFT_OUT_SAID = 8


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file was read, so that the guess can be said and changed.

    `decimal` is "comma", "dot", "mixed" or "" (whole numbers only: there was nothing to guess). `period_forms` are the
    ways the periods are written. `header_map` gives the file's own name of each field that was recognised. `sheet` is
    the name of a workbook's sheet, `shape` "long", "wide" (periods as columns) or "indicators" (indicators as columns);
    `remarks` are further guesses as sentences.
    """

    delimiter: str
    encoding: str
    decimal: str = ""
    period_forms: tuple[Words, ...] = ()
    header_map: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    n_rows: int = 0
    has_days_read_as_periods: bool = False
    sheet: str = ""
    shape: str = "long"
    remarks: tuple[Words, ...] = ()

    def sentence(self, language: str) -> str:
        """The guess in words: "Læst som semikolon, decimalkomma, Windows-1252; periode som dd-mm-åååå."."""
        encoding = ENCODING_NAMES.get(self.encoding, self.encoding)
        if language == "en":
            encoding = encoding.replace(" med BOM", " with BOM")
        delimiter = DELIMITER_NAMES.get(self.delimiter)
        parts = [
            Words("ark »{name}«", "sheet “{name}”").say(language, name=self.sheet) if self.sheet else "",
            delimiter.say(language) if delimiter else self.delimiter,
            SHAPE_NAMES[self.shape].say(language) if self.shape in SHAPE_NAMES else "",
            DECIMAL_NAMES[self.decimal].say(language) if self.decimal else "",
            encoding,
        ]
        text = Words("Læst som ", "Read as ").say(language) + ", ".join(part for part in parts if part)
        if self.period_forms:
            forms = Words(" eller ", " or ").say(language).join(form.say(language) for form in self.period_forms)
            text += Words("; periode skrevet som ", "; period written as ").say(language) + forms
        text += "."
        if self.has_days_read_as_periods:
            text += Words(
                " Datoer inde i en periode er regnet til perioden.", " Dates inside a period were taken as that period."
            ).say(language)
        if self.left_out:
            text += Words(" Kolonner, der ikke bruges: ", " Columns not used: ").say(language)
            text += ", ".join(f"»{name}«" for name in self.left_out[:MOST_LEFT_OUT_SAID])
            text += " …" if len(self.left_out) > MOST_LEFT_OUT_SAID else "."
        return " ".join([text, *(remark.say(language) for remark in self.remarks)])


@dataclass(frozen=True, slots=True)
class Figures:
    """Numerator, denominator, value and standard deviation of one observation; None where there is none.

    Counts, not percent.
    """

    numerator: float | None = None
    denominator: float | None = None
    value: float | None = None
    sd: float | None = None

    def shown(self, per: float = 1.0) -> float | None:
        """The figure a reader sees, in the indicator's unit of measure: value, else numerator / denominator x per.

        Examples
        --------
        >>> Figures(41, 50).shown(per=100)
        82.0
        """
        if self.value is not None:
            return self.value
        if self.numerator is not None and self.denominator:
            return self.numerator / self.denominator * per
        return self.numerator


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """One row of the file after the checks. `indicator` and `unit` are codes, or the text as written where unknown.

    `before` holds what the store has for the key today (None: nothing). `written` is each recognised cell as it stood
    in the file. `change` is new, changed or unchanged also where `status` is a warning; None where nothing would be
    written. `per` and `indicator_name` come from the definition, so that a grid needs no look-up. `edit_keys` maps each
    field to the (row, name) under which `etl.extract.Edits` takes a mend of that cell.
    """

    row: int
    status: RowStatus
    indicator: str
    unit: str
    period: date | None
    numerator: float | None
    denominator: float | None
    value: float | None
    before: Figures | None
    note: str
    indicator_name: Words | None = None
    unit_name: Words | None = None
    change: RowStatus | None = None
    sd: float | None = None
    per: float = 1.0
    decimals: int = 0
    period_kind: str = "month"
    written: Mapping[str, str] = field(default_factory=dict)
    edit_keys: Mapping[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def figures(self) -> Figures:
        return Figures(self.numerator, self.denominator, self.value, self.sd)


_ROW_STATUSES = tuple(RowStatus)


class CheckedRows(Sequence[CheckedRow]):
    """The rows of a file after the checks, each built when it is asked for: a file may have a million.

    `statuses` and `changes` number the members of `RowStatus` in their order, one per row; a change of -1 is none.
    `make(position)` builds a row.
    """

    def __init__(
        self,
        statuses: npt.NDArray[np.int8],
        changes: npt.NDArray[np.int8],
        make: Callable[[int, RowStatus, RowStatus | None], CheckedRow],
    ) -> None:
        self._statuses = statuses
        self._changes = changes
        self._make = make

    @classmethod
    def none(cls) -> CheckedRows:
        """Those of a file that was refused."""
        return cls(np.empty(0, np.int8), np.empty(0, np.int8), _no_row)

    def __len__(self) -> int:
        return len(self._statuses)

    def __iter__(self) -> Iterator[CheckedRow]:
        return map(self._row, range(len(self)))

    def _row(self, position: int) -> CheckedRow:
        change = self._changes[position]
        return self._make(
            position, _ROW_STATUSES[self._statuses[position]], None if change < 0 else _ROW_STATUSES[change]
        )

    @overload
    def __getitem__(self, index: int) -> CheckedRow: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[CheckedRow, ...]: ...
    def __getitem__(self, index: int | slice) -> CheckedRow | tuple[CheckedRow, ...]:
        if isinstance(index, slice):
            return tuple(map(self._row, range(*index.indices(len(self)))))
        return self._row(range(len(self))[index])

    def count(self, status: RowStatus) -> int:
        """How many rows have this status."""
        return int((self._statuses == _ROW_STATUSES.index(status)).sum())

    def count_changes(self, change: RowStatus) -> int:
        """How many rows would be new, changed or unchanged, warnings included and errors not."""
        return int((self._changes == _ROW_STATUSES.index(change)).sum())

    def with_status(self, *statuses: RowStatus) -> Iterator[CheckedRow]:
        """The rows with one of these statuses, in the order of the file."""
        wanted = np.isin(self._statuses, [_ROW_STATUSES.index(status) for status in statuses])
        return map(self._row, np.flatnonzero(wanted).tolist())


def _no_row(position: int, status: RowStatus, change: RowStatus | None) -> CheckedRow:
    raise IndexError(position)


@dataclass(frozen=True, slots=True)
class Report:
    """All that a check says. `reading` is None and `rows` empty where the file was refused before it was read.

    `tidy` holds the rows that would be stored as `etl.transform.tidy` makes them. `notes` are remarks on the check
    itself, such as "rights were not checked". `sheets` are a workbook's sheets to choose among.
    """

    reading: Reading | None
    findings: tuple[Finding, ...]
    rows: CheckedRows
    tidy: pd.DataFrame
    file_name: str
    sha256: str
    notes: tuple[Words, ...] = ()
    sheets: tuple[str, ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.is_error)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if not finding.is_error)

    @property
    def n_errors(self) -> int:
        """How many errors there are, also those that are only counted in `findings`."""
        return sum(finding.stands_for for finding in self.errors)

    @property
    def n_warnings(self) -> int:
        """How many warnings there are, counted like `n_errors`."""
        return sum(finding.stands_for for finding in self.warnings)

    @property
    def is_accepted(self) -> bool:
        """Whether the file may be committed."""
        return not self.n_errors

    @property
    def has_cpr(self) -> bool:
        return any(finding.code == "cpr" for finding in self.findings)

    @property
    def is_only_about_rights(self) -> bool:
        """Whether every error is that the person may not deliver there: nothing in the file needs mending."""
        return bool(self.errors) and all(finding.code == "no_right_to_unit" for finding in self.errors)

    def count(self, status: RowStatus) -> int:
        return self.rows.count(status)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to a committed delivery. `number` is empty where nothing changed: then nothing was written.

    `recorded_at` is UTC. `touched` lists the (indicator, unit) pairs whose series were recalculated. `earlier` is the
    number of the newest delivery with the same content, if there is one.
    """

    number: str
    n_new: int
    n_changed: int
    n_unchanged: int
    recorded_at: datetime
    file_name: str
    sha256: str
    touched: tuple[tuple[str, str], ...]
    earlier: str = ""

    @property
    def n_changes(self) -> int:
        return self.n_new + self.n_changed

    def sentence(self, language: str) -> str:
        """The receipt in one sentence."""
        if not self.n_changes:
            text = Words(
                "0 ændringer: alt i filen står allerede i Tavle (rækker: {n}), og intet er skrevet.",
                "0 changes: all of the file is in Tavle already (rows: {n}), and nothing was written.",
            ).say(language, n=self.n_unchanged)
            if self.earlier:
                text += Words(" Samme fil har kvittering {earlier}.", " The same file has receipt {earlier}.").say(
                    language, earlier=self.earlier
                )
            return text
        return Words(
            "Kvittering {number}. Rækker: nye {new}, ændrede {changed}, uændrede {same}.",
            "Receipt {number}. Rows: new {new}, changed {changed}, unchanged {same}.",
        ).say(language, number=self.number, new=self.n_new, changed=self.n_changed, same=self.n_unchanged)

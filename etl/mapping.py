"""Foreign CSV files turned into delivery files by a written mapping (YAML): documented, and the same every time.

The result is an ordinary delivery file: it can be looked at, checked and handed in like any other. Figures are carried
over to the last digit; the only arithmetic is the sum, or the count, of rows that a mapping asks for. A mapping may
turn columns into rows (a column per municipality), put a period together from two columns (year and week), take days
together to weeks, months, quarters or years, and leave rows and columns out by name. Nothing is left out silently: what
is not named is carried over, and what cannot be placed refuses the file.
"""

from __future__ import annotations

import csv as standard
import io
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from etl import numbers, periods
from etl.extract import delimited, reader
from etl.extract.columns import FIELDS, NAMES, NUMBER_FIELDS
from etl.extract.options import ReadAs
from etl.extract.refusals import Refusal
from etl.limits import Limits
from etl.report import Finding, RefusedError
from indicators.definition import PeriodKind
from indicators.periods import start_of
from indicators.words import Words

NO_SUCH_COLUMN = Refusal(
    "mapping_column",
    Words(
        "Filen har ingen kolonne »{name}«, som mappingen bruger. Fundne kolonner: {found}.",
        "The file has no column “{name}”, which the mapping uses. Columns found: {found}.",
    ),
    Words("Ret kolonnens navn i filen eller i mappingen.", "Correct the column's name in the file or in the mapping."),
)
NO_SUCH_VALUE = Refusal(
    "mapping_value",
    Words("Mappingen siger ikke, hvad »{text}« skal blive til.", "The mapping does not say what “{text}” becomes."),
    Words("Tilføj værdien under »values« i mappingen.", "Add the value under “values” in the mapping."),
)
NOT_A_NUMBER = Refusal(
    "mapping_number",
    Words("»{text}« er ikke et tal med {mark}.", "“{text}” is not a number with {mark}."),
    Words("Ret tallet eller »decimal« i mappingen.", "Correct the number, or “decimal” in the mapping."),
)
NOT_A_PERIOD = Refusal(
    "mapping_period",
    Words("»{text}« kan ikke læses som periode.", "“{text}” cannot be read as a period."),
    Words(
        "Ret perioden, eller nævn rækken under »leave_out« i mappingen.",
        "Correct the period, or name the row under “leave_out” in the mapping.",
    ),
)
RAGGED = Refusal(
    "mapping_row",
    Words(
        "Rækken har {cells} celler, men overskriften har {columns}.",
        "The row has {cells} cells, but the header has {columns}.",
    ),
    Words("Ret rækken i filen.", "Correct the row in the file."),
)

_MARKS = {
    numbers.COMMA: Words("decimalkomma", "a decimal comma"),
    numbers.DOT: Words("decimalpunktum", "a decimal point"),
}


class MappingError(ValueError):
    """A mapping that is not written as docs/deliveries.md says; the text names the file and the key."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a field of the delivery comes from: columns of the foreign file, always the same text, or a count of rows.

    `values` says what each text becomes; without it the text is carried over. Of several columns the texts are joined
    by `join`. `to` takes the period to the coarser one it lies in.
    """

    columns: tuple[str, ...] = ()
    constant: str | None = None
    values: Dictionary[str, str] = field(default_factory=dict)
    join: str = ""
    to: PeriodKind | None = None

    @property
    def name(self) -> str:
        return self.join.join(self.columns)


@dataclass(frozen=True, slots=True)
class Wide:
    """Columns that each hold the figures of one thing: their names become the field `becomes`, their cells `figures`.

    They are all the columns that the mapping does not name, but for those to be left out. `values` says what each name
    becomes; a name that is not there is carried over.
    """

    becomes: str
    figures: str
    leave_out: tuple[str, ...] = ()
    values: Dictionary[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mapping:
    """How a foreign file becomes a delivery file. `decimal` is the mark in that file, `result_decimal` the one written.

    With `sums`, rows that come out with the same indicator, unit and period are added up. Only rows with one of the
    texts of `keep` in its column are taken, and of those none with one of the texts of `leave_out`.
    """

    title: Words
    columns: Dictionary[str, Source]
    decimal: str
    delimiter: str | None = None
    encoding: str | None = None
    sums: bool = False
    keep: Dictionary[str, frozenset[str]] = field(default_factory=dict)
    leave_out: Dictionary[str, frozenset[str]] = field(default_factory=dict)
    wide: Wide | None = None
    result_delimiter: str = ";"
    result_decimal: str = numbers.COMMA
    result_encoding: str = "utf-8-sig"
    result_language: str = "da"


_KEYS = {"title", "why", "source", "sum", "columns", "result", "keep", "leave_out", "wide"}
_SOURCE_KEYS = {"delimiter", "encoding", "decimal"}
_RESULT_KEYS = {"delimiter", "encoding", "decimal", "language"}
_COLUMN_KEYS = {"from", "constant", "count", "values", "join", "to"}
_WIDE_KEYS = {"becomes", "figures", "leave_out", "values"}
_PERIODS = ("week", "month", "quarter", "year")
_ROW_COUNT = "1"  # each row counts one; the sum counts them
_DELIMITERS = {"semicolon": ";", "comma": ",", "tab": "\t"}


def read_mapping(path: Path) -> Mapping:
    """The mapping in a YAML file, written as docs/deliveries.md describes.

    Raises
    ------
    MappingError
        A key is missing, unknown or has a value that cannot be; nothing is left to be found out on the first row.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise MappingError(f"{path.name}: cannot be read as YAML ({type(error).__name__})") from error
    return parse_mapping(content, path.name)


def parse_mapping(content: Any, name: str) -> Mapping:
    """As `read_mapping`, from the parsed YAML; `name` stands in the errors."""

    def part(of: Any, key: str, allowed: set[str]) -> dict[str, Any]:
        if not isinstance(of, dict):
            raise MappingError(f"{name}: {key} must be a list of keys and values")
        if unknown := set(of) - allowed:
            raise MappingError(f"{name}: {key} has no key {', '.join(sorted(map(str, unknown)))}")
        return of

    def one_of(of: Dictionary[str, Any], key: str, allowed: Sequence[str], default: str | None) -> str | None:
        value = of.get(key, default)
        if value is not default and value not in allowed:
            raise MappingError(f"{name}: {key} must be one of {', '.join(allowed)}")
        return value

    whole = part(content, "the file", _KEYS)
    source = part(whole.get("source", {}), "source", _SOURCE_KEYS)
    result = part(whole.get("result", {}), "result", _RESULT_KEYS)
    title = part(whole.get("title"), "title", {"da", "en"})
    columns = {}
    for key, value in part(whole.get("columns"), "columns", set(FIELDS)).items():
        column = part(value, key, _COLUMN_KEYS)
        if sum(one in column for one in ("from", "constant", "count")) != 1:
            raise MappingError(f"{name}: {key} needs either from or constant or count")
        if column.get("count", "rows") != "rows":
            raise MappingError(f"{name}: {key} can only count rows")
        names = _texts(column.get("from", []))
        if len(names) > 1 and "join" not in column:
            raise MappingError(f"{name}: {key} is made of several columns and must say join")
        if "to" in column and key != "period":
            raise MappingError(f"{name}: only period can say to")
        to = one_of(column, "to", _PERIODS, None)
        constant = _ROW_COUNT if "count" in column else str(column["constant"]) if "constant" in column else None
        columns[key] = Source(
            columns=names,
            constant=constant,
            values={str(old): str(new) for old, new in column.get("values", {}).items()},
            join=str(column.get("join", "")),
            to=PeriodKind(to) if to else None,
        )
    wide = _wide(part(whole["wide"], "wide", _WIDE_KEYS), name, columns) if "wide" in whole else None
    given = set(columns) | ({wide.becomes, wide.figures} if wide else set())
    if "period" not in given or not {"numerator", "value"} & given:
        raise MappingError(f"{name}: columns must give period, and numerator or value")
    chosen = {
        key: {
            str(column): frozenset(_texts(texts))
            for column, texts in part(whole.get(key, {}), key, set(whole.get(key) or {})).items()
        }
        for key in ("keep", "leave_out")
    }
    marks = (numbers.COMMA, numbers.DOT)
    decimal = one_of(source, "decimal", marks, None)
    if decimal is None:
        raise MappingError(f"{name}: source must say decimal: comma or dot")
    delimiter = one_of(source, "delimiter", tuple(_DELIMITERS), None)
    return Mapping(
        title=Words(str(title.get("da", "")), str(title.get("en", ""))),
        columns=columns,
        decimal=decimal,
        delimiter=_DELIMITERS[delimiter] if delimiter else None,
        encoding=one_of(source, "encoding", tuple(delimited.ENCODINGS), None),
        sums=bool(whole.get("sum", False)) or any("count" in one for one in whole["columns"].values()),
        keep=chosen["keep"],
        leave_out=chosen["leave_out"],
        wide=wide,
        result_delimiter=_DELIMITERS[one_of(result, "delimiter", tuple(_DELIMITERS), None) or "semicolon"],
        result_decimal=one_of(result, "decimal", marks, None) or numbers.COMMA,
        result_encoding=one_of(result, "encoding", tuple(delimited.ENCODINGS), None) or "utf-8-sig",
        result_language=one_of(result, "language", ("da", "en"), None) or "da",
    )


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else (str(value),)


def _wide(part: Dictionary[str, Any], name: str, columns: Dictionary[str, Source]) -> Wide:
    becomes, figures = str(part.get("becomes", "")), str(part.get("figures", ""))
    if becomes not in ("indicator", "unit", "period") or figures not in NUMBER_FIELDS:
        raise MappingError(
            f"{name}: wide must say becomes (indicator, unit or period) and figures (a field of numbers)"
        )
    if {becomes, figures} & set(columns):
        raise MappingError(f"{name}: {becomes} and {figures} come from wide and cannot stand under columns as well")
    return Wide(
        becomes=becomes,
        figures=figures,
        leave_out=tuple(str(text) for text in part.get("leave_out", [])),
        values={_folded(old): str(new) for old, new in part.get("values", {}).items()},
    )


def _folded(text: object) -> str:
    """Names of columns are compared without case and the spaces around them."""
    return str(text).strip().casefold()


def convert(source: bytes, mapping: Mapping, *, file_name: str = "", limits: Limits | None = None) -> bytes:
    """The delivery file that `mapping` makes of a foreign file.

    Raises
    ------
    RefusedError
        The file cannot be read, holds CPR numbers, lacks a column, or has a value or number the mapping cannot place.
    """
    sheet = reader.read_sheet(
        source,
        file_name,
        limits=limits or Limits(),
        read_as=ReadAs(delimiter=mapping.delimiter, encoding=mapping.encoding, decimal=mapping.decimal),
    ).trimmed()
    rows = _Rows(sheet, mapping)
    made = [row for at in range(len(sheet.numbers)) for row in rows.of(at)]
    if rows.findings:
        raise RefusedError(*rows.findings[:_MOST_FINDINGS])
    return _written(_summed(made) if mapping.sums else made, mapping)


_MOST_FINDINGS = 100  # what is wrong in the same way on every row need not be said on all of them


class _Rows:
    """The rows of a foreign file made into rows of a delivery; what is wrong gathers in `findings`."""

    def __init__(self, sheet: Any, mapping: Mapping) -> None:
        self._sheet, self._mapping = sheet, mapping
        self.findings: list[Finding] = []
        self._names: dict[str, int] = {}
        for position, name in enumerate(sheet.header):
            # Of two columns with one name the first is meant; a mapping cannot name the other.
            self._names.setdefault(_folded(name), position)
        self._sources = {
            key: tuple(self._at(name) for name in wanted.columns) for key, wanted in mapping.columns.items()
        }
        self._keep = {self._at(name): texts for name, texts in mapping.keep.items()}
        self._leave_out = {self._at(name): texts for name, texts in mapping.leave_out.items()}
        self._wide = self._wide_columns(mapping.wide) if mapping.wide else {}
        self._made: dict[tuple[str, str], str | float | Finding] = {}

    def _at(self, name: str) -> int:
        at = self._names.get(_folded(name))
        if at is None:
            found = ", ".join(one.strip() for one in self._sheet.header)[:200]
            raise RefusedError(NO_SUCH_COLUMN.finding(row=self._sheet.header_row, name=name, found=found))
        return at

    def _wide_columns(self, wide: Wide) -> dict[int, str]:
        """The columns that are turned into rows, with what their name becomes. A name to leave out must be there."""
        left_out = {self._at(name) for name in wide.leave_out}
        named = {at for places in self._sources.values() for at in places} | set(self._keep) | set(self._leave_out)
        return {
            at: wide.values.get(_folded(name), name.strip())
            for at, name in enumerate(self._sheet.header)
            if at not in named and at not in left_out
        }

    def of(self, at: int) -> Iterator[dict[str, str | float]]:
        """The delivery rows that one row of the file becomes: none, one, or one for each of the wide columns."""
        sheet, mapping = self._sheet, self._mapping
        number, n_cells = int(sheet.numbers[at]), int(sheet.n_cells[at])
        if n_cells != len(sheet.header):
            self.findings.append(RAGGED.finding(row=number, cells=n_cells, columns=len(sheet.header)))
            return
        if any(sheet.columns[column][at] in texts for column, texts in self._leave_out.items()):
            return
        if any(sheet.columns[column][at] not in texts for column, texts in self._keep.items()):
            return
        row: dict[str, str | float] = {}
        for key, wanted in mapping.columns.items():
            text = wanted.constant
            if text is None:
                text = wanted.join.join(sheet.columns[place][at] for place in self._sources[key])
            if not self._put(row, key, text, wanted, number, wanted.name):
                return
        if mapping.wide is None:
            yield row
            return
        figures = Source()
        for place, becomes in self._wide.items():
            one = {**row, mapping.wide.becomes: becomes}
            name = sheet.header[place].strip()
            if self._put(one, mapping.wide.figures, sheet.columns[place][at], figures, number, name):
                yield one

    def _put(self, row: dict[str, str | float], key: str, text: str, wanted: Source, number: int, column: str) -> bool:
        if (key, text) not in self._made:  # a file says the same few things on every row
            self._made[key, text] = _made(key, text, wanted, self._mapping)
        made = self._made[key, text]
        if isinstance(made, Finding):
            self.findings.append(replace(made, row=number, column=column, value=text))
            return False
        row[key] = made
        return True


def _made(key: str, text: str, wanted: Source, mapping: Mapping) -> str | float | Finding:
    if wanted.values:
        if text not in wanted.values:
            return NO_SUCH_VALUE.finding(text=text)
        text = wanted.values[text]
    if wanted.to is not None:
        return _period(text, wanted.to)
    if key not in NUMBER_FIELDS or not text:
        return text
    if numbers.not_available(text) is not None:
        return ""  # "..", "-" and their like: no figure, which the check says; never zero
    number = numbers.parse(text, mapping.decimal)
    return NOT_A_NUMBER.finding(text=text, mark=_MARKS[mapping.decimal]) if number is None else number.value


def _period(text: str, kind: PeriodKind) -> str | Finding:
    """The period that a day, or a shorter period, lies in.

    Examples
    --------
    >>> _period("2020-12-31", PeriodKind.WEEK), _period("31-12-2020", PeriodKind.MONTH)
    ('2020-U53', '2020-12')
    """
    read = periods.parse(text)
    if isinstance(read, periods.PeriodProblem):
        return NOT_A_PERIOD.finding(text=text)
    start = start_of(read.start, kind)
    if read.kind is not None and periods.last_day(read.start, read.kind) > periods.last_day(start, kind):
        return NOT_A_PERIOD.finding(text=text)  # a month is not in one week, nor every week in one month
    return periods.written(start, kind)


def _summed(rows: Sequence[Dictionary[str, str | float]]) -> list[dict[str, str | float]]:
    """Rows of one indicator, unit and period added up. Where a part lacks a figure, so does the sum.

    Standard deviations have no sum: they are left empty, and the check asks for them.
    """
    sums: dict[tuple[object, ...], dict[str, str | float]] = {}
    for row in rows:
        key = tuple(row.get(name) for name in ("indicator", "unit", "period"))
        if key not in sums:
            sums[key] = dict(row)
            continue
        total = sums[key]
        for name in NUMBER_FIELDS:
            if name in total:
                one, other = total[name], row[name]
                is_sum = name != "sd" and isinstance(one, float) and isinstance(other, float)
                total[name] = one + other if is_sum else ""  # type: ignore[operator]
    return list(sums.values())


def _written(rows: Sequence[Dictionary[str, str | float]], mapping: Mapping) -> bytes:
    made = set(mapping.columns) | ({mapping.wide.becomes, mapping.wide.figures} if mapping.wide else set())
    fields = [name for name in FIELDS if name in made]
    file = io.StringIO()
    writer = standard.writer(file, delimiter=mapping.result_delimiter, lineterminator="\r\n")
    writer.writerow([NAMES[name].say(mapping.result_language) for name in fields])
    for row in rows:
        writer.writerow([_text(row[name], mapping.result_decimal) for name in fields])
    return file.getvalue().encode(mapping.result_encoding)


def _text(value: str | float, decimal: str) -> str:
    if isinstance(value, str):
        return value
    # repr is the shortest text that reads back as the same number, but it changes to 1e+16 for the largest.
    text = f"{value:.0f}" if value == int(value) else format(Decimal(repr(value)), "f")
    return text.replace(".", ",") if decimal == numbers.COMMA else text

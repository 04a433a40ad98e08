"""Foreign CSV files turned into delivery files by a written mapping (YAML): documented, and the same every time.

The result is an ordinary delivery file: it can be looked at, checked and handed in like any other. Figures are carried
over to the last digit; the only arithmetic is the sum over rows that a mapping asks for.
"""

from __future__ import annotations

import csv as standard
import io
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from etl import numbers
from etl.extract import delimited, reader
from etl.extract.columns import FIELDS, NAMES, NUMBER_FIELDS
from etl.extract.options import ReadAs
from etl.extract.refusals import Refusal
from etl.limits import Limits
from etl.report import Finding, RefusedError
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
    """Where a field of the delivery comes from: a column of the foreign file, or always the same text.

    `values` says what each text of the column becomes; without it the text is carried over.
    """

    column: str = ""
    constant: str | None = None
    values: Dictionary[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mapping:
    """How a foreign file becomes a delivery file. `decimal` is the mark in that file, `result_decimal` the one written.

    With `sums`, rows that come out with the same indicator, unit and period are added up.
    """

    title: Words
    columns: Dictionary[str, Source]
    decimal: str
    delimiter: str | None = None
    encoding: str | None = None
    sums: bool = False
    result_delimiter: str = ";"
    result_decimal: str = numbers.COMMA
    result_encoding: str = "utf-8-sig"
    result_language: str = "da"


_KEYS = {"title", "why", "source", "sum", "columns", "result"}
_SOURCE_KEYS = {"delimiter", "encoding", "decimal"}
_RESULT_KEYS = {"delimiter", "encoding", "decimal", "language"}
_COLUMN_KEYS = {"from", "constant", "values"}
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
        if ("from" in column) == ("constant" in column):
            raise MappingError(f"{name}: {key} needs either from or constant")
        columns[key] = Source(
            column=str(column.get("from", "")),
            constant=str(column["constant"]) if "constant" in column else None,
            values={str(old): str(new) for old, new in column.get("values", {}).items()},
        )
    if "period" not in columns or not {"numerator", "value"} & set(columns):
        raise MappingError(f"{name}: columns must give period, and numerator or value")
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
        sums=bool(whole.get("sum", False)),
        result_delimiter=_DELIMITERS[one_of(result, "delimiter", tuple(_DELIMITERS), None) or "semicolon"],
        result_decimal=one_of(result, "decimal", marks, None) or numbers.COMMA,
        result_encoding=one_of(result, "encoding", tuple(delimited.ENCODINGS), None) or "utf-8-sig",
        result_language=one_of(result, "language", ("da", "en"), None) or "da",
    )


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
    names: dict[str, int] = {}
    for position, name in enumerate(sheet.header):
        # Of two columns with one name the first is meant; a mapping cannot name the other.
        names.setdefault(name.strip().casefold(), position)
    positions: dict[str, int] = {}
    for key, wanted in mapping.columns.items():
        if wanted.constant is None:
            at = names.get(wanted.column.casefold())
            if at is None:
                found = ", ".join(name.strip() for name in sheet.header)[:200]
                raise RefusedError(NO_SUCH_COLUMN.finding(row=sheet.header_row, name=wanted.column, found=found))
            positions[key] = at
    findings: list[Finding] = []
    rows: list[dict[str, str | float]] = []
    for at, (number, n_cells) in enumerate(zip(sheet.numbers.tolist(), sheet.n_cells.tolist(), strict=True)):
        if n_cells != len(sheet.header):
            findings.append(RAGGED.finding(row=number, cells=n_cells, columns=len(sheet.header)))
            continue
        row: dict[str, str | float] = {}
        for key, wanted in mapping.columns.items():
            text = sheet.columns[positions[key]][at] if wanted.constant is None else wanted.constant
            made = _made(key, text, wanted, mapping)
            if isinstance(made, Finding):
                findings.append(replace(made, row=number, column=wanted.column, value=text))
            else:
                row[key] = made
        rows.append(row)
    if findings:
        raise RefusedError(*findings)
    return _written(_summed(rows) if mapping.sums else rows, mapping)


def _made(key: str, text: str, wanted: Source, mapping: Mapping) -> str | float | Finding:
    if wanted.values:
        if text not in wanted.values:
            return NO_SUCH_VALUE.finding(text=text)
        text = wanted.values[text]
    if key not in NUMBER_FIELDS or not text:
        return text
    number = numbers.parse(text, mapping.decimal)
    return NOT_A_NUMBER.finding(text=text, mark=_MARKS[mapping.decimal]) if number is None else number.value


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
    fields = [name for name in FIELDS if name in mapping.columns]
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

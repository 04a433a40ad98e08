"""Reads a file of facts by a declaration of what it holds, and says by line and column what is wrong with it.

A `FactFile` declares the columns of one file: type, whether they must be filled in, allowed values, what they refer to.
CSV and YAML files become the same kind of rows, so that one set of rules serves both: in a YAML file `name: {da: …}`
is the column `name_da`, and a list is several values. Everything is read as text and parsed strictly: a number that
is not a number is refused, never guessed.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from data.errors import DataError
from indicators.words import Words

SEVERAL = ";"
"""Between the values of a column that holds several."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


# --------------------------------------------------------------------------------------------------- what can be wrong


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where it stands, why it is refused, how to mend it."""

    file: str
    line: int | None
    column: str | None
    reason: Words
    mend: Words
    values: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        """The whole message in "da" or "en", beginning with the place."""
        place = [self.file]
        if self.line is not None:
            place.append(PLACE_LINE.say(language, line=self.line))
        if self.column is not None:
            place.append(PLACE_COLUMN.say(language, column=self.column))
        values = {
            name: value.say(language) if isinstance(value, Words) else value for name, value in self.values.items()
        }
        return f"{', '.join(place)}: {self.reason.say(language, **values)}. {self.mend.say(language, **values)}"


PLACE_LINE = Words("linje {line}", "line {line}")
PLACE_COLUMN = Words("kolonne {column}", "column {column}")


class CatalogueError(DataError):
    """The catalogue's files were refused, and nothing was loaded. `problems` has every fault that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(Words(self._lines("da"), self._lines("en")))

    def _lines(self, language: str) -> str:
        return "\n".join(problem.sentence(language) for problem in self.problems)


MISSING_FILE = Words("filen mangler", "the file is missing")
MISSING_FILE_MEND = Words("Læg den tilbage i {folder}", "Put it back in {folder}")
NOT_UTF8 = Words("filen er ikke tekst i UTF-8", "the file is not text in UTF-8")
NOT_UTF8_MEND = Words("Gem den som UTF-8.", "Save it as UTF-8.")
MISSING_COLUMN = Words("kolonnen mangler", "the column is missing")
MISSING_COLUMN_MEND = Words("Tilføj den i overskriften og i hver linje.", "Add it to the header and to every line.")
UNKNOWN_COLUMN = Words("kolonnen kendes ikke", "the column is not known")
UNKNOWN_COLUMN_MEND = Words(
    "Fjern den, eller ret navnet. Kendte kolonner: {known}.", "Remove it, or correct its name. Known columns: {known}."
)
TWICE = Words("kolonnen står to gange", "the column stands twice")
TWICE_MEND = Words("Behold den ene.", "Keep one of them.")
RAGGED = Words(
    "{found} værdier, men overskriften har {wanted} kolonner", "{found} values, but the header has {wanted} columns"
)
RAGGED_MEND = Words(
    "Ret antallet; tekst med komma skal stå i anførselstegn.", "Correct the count; text with a comma belongs in quotes."
)
EMPTY = Words("værdien mangler", "the value is missing")
EMPTY_MEND = Words("Udfyld den.", "Fill it in.")
NOT_A = Words("'{value}' er ikke {kind}", "'{value}' is not {kind}")
NOT_CHOICE = Words("'{value}' er ikke en af {choices}", "'{value}' is not one of {choices}")
NOT_CHOICE_MEND = Words("Skriv en af dem.", "Write one of them.")
NOT_THERE = Words("'{value}' er ikke {thing} i {files}", "'{value}' is not {thing} in {files}")
NOT_THERE_MEND = Words("Ret værdien, eller tilføj den dér først.", "Correct the value, or add it there first.")
DUPLICATE = Words("'{value}' står allerede i {place}", "'{value}' stands in {place} already")
DUPLICATE_MEND = Words("Fjern eller ret den ene.", "Remove or correct one of them.")
ORDER = Words("{value} ligger før {other} {earlier}", "{value} is before {other} {earlier}")
ORDER_MEND = Words("Byt om på de to, eller ret den forkerte.", "Swap the two, or correct the wrong one.")
NOT_YAML = Words("filen er ikke gyldig YAML", "the file is not valid YAML")
NOT_YAML_MEND = Words(
    "Ret indrykning, kolon eller anførselstegn her.", "Correct the indentation, colon or quotes here."
)
FILE_NAME = Words("'{value}' passer ikke med filens navn", "'{value}' does not match the name of the file")
FILE_NAME_MEND = Words("Filen skal hedde {value}.yaml.", "The file must be called {value}.yaml.")


# ------------------------------------------------------------------------------------------------------- kinds of value


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of value: what it is called in a refusal, how it is parsed (or ValueError raised), how to mend it."""

    name: Words
    parse: Callable[[str], Any]
    mend: Words


def _number(text: str) -> float:
    if not re.fullmatch(r"-?\d+(\.\d+)?", text):
        raise ValueError(text)
    return float(text)


def _integer(text: str) -> int:
    if not re.fullmatch(r"-?\d+", text):
        raise ValueError(text)
    return int(text)


def _date(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError(text)
    return date.fromisoformat(text)


def _flag(text: str) -> bool:
    try:
        return {"yes": True, "true": True, "no": False, "false": False}[text]
    except KeyError as error:
        raise ValueError(text) from error


TEXT = Kind(Words("en tekst", "a text"), str, EMPTY_MEND)
NUMBER = Kind(
    Words("et tal", "a number"),
    _number,
    Words(
        "Skriv tallet med punktum som decimaltegn og uden tusindskilletegn.",
        "Write the number with a decimal point and no thousands separator.",
    ),
)
INTEGER = Kind(
    Words("et helt tal", "a whole number"),
    _integer,
    Words("Skriv et helt tal uden tusindskilletegn.", "Write a whole number without a thousands separator."),
)
DATE = Kind(Words("en dato", "a date"), _date, Words("Skriv datoen som åååå-mm-dd.", "Write the date as yyyy-mm-dd."))
FLAG = Kind(Words("yes eller no", "yes or no"), _flag, Words("Skriv yes eller no.", "Write yes or no."))


@dataclass(frozen=True, slots=True)
class Field:
    """What one column holds. `refers_to` names columns of other files ("regions.code"); the value must stand in one."""

    kind: Kind = TEXT
    required: bool = False
    choices: tuple[str, ...] = ()
    refers_to: tuple[str, ...] = ()
    several: bool = False


# -------------------------------------------------------------------------------------------------------- files, rows


@dataclass(frozen=True, slots=True)
class Row:
    """One fact with the place it was read from. Empty text is "", other empty values are None, several are a tuple."""

    file: str
    line: int
    values: Mapping[str, Any]
    lines: Mapping[str, int] = field(default_factory=dict)

    def __getitem__(self, column: str) -> Any:
        return self.values[column]

    def problem(self, column: str, reason: Words, mend: Words, **values: object) -> Problem:
        """A problem with this row's `column`; `value` is filled in with what stands there unless it is given."""
        return Problem(
            self.file, self.lines.get(column, self.line), column, reason, mend, {"value": self[column], **values}
        )


@dataclass(frozen=True, slots=True)
class FactFile:
    """Declares one CSV file ("regions.csv"), or a folder of YAML files with one row each ("indicators/*.yaml").

    `thing` is what a row is, for messages: "a region". `key` must be unique over the file. `spans` are pairs of date
    columns in order. `checks` are rules that need a whole row or other files: they yield problems.
    """

    name: str
    thing: Words
    fields: Mapping[str, Field]
    key: tuple[str, ...]
    spans: tuple[tuple[str, str], ...] = ()
    checks: tuple[Callable[[Row, Facts], Iterator[Problem]], ...] = ()

    @property
    def stem(self) -> str:
        return self.name.split("/")[0].removesuffix(".csv")


@dataclass
class Facts:
    """All rows of all files, by the stem of the file's name: `facts["regions"]`."""

    rows: dict[str, list[Row]]

    def __getitem__(self, stem: str) -> list[Row]:
        return self.rows[stem]

    @cached_property
    def _indexes(self) -> dict[str, dict[str, Row]]:
        return {}

    def index(self, column: str) -> dict[str, Row]:
        """The rows of a file by one of its columns, which is given as "regions.code"."""
        if column not in self._indexes:
            stem, name = column.split(".")
            self._indexes[column] = {row[name]: row for row in self.rows[stem] if row[name] not in ("", None)}
        return self._indexes[column]


def read_facts(
    folder: Path, files: Iterable[FactFile], across: Iterable[Callable[[Facts], Iterator[Problem]]] = ()
) -> Facts:
    """Read and check all `files` in `folder`; `across` are rules over several files.

    Raises
    ------
    CatalogueError
        With every problem found. References are looked at once all files could be read, and rules once all references
        lead somewhere, so that one fault does not show as several.
    """
    files = list(files)
    problems: list[Problem] = []
    facts = Facts({file.stem: _read_file(folder, file, problems) for file in files})
    if not problems:
        named = {file.stem: file for file in files}
        problems += [problem for file in files for problem in _wrong_references(facts, file, named)]
    if not problems:
        problems += [
            problem for file in files for row in facts[file.stem] for problem in _broken_rules(row, file, facts)
        ]
        problems += [problem for check in across for problem in check(facts)]
    if problems:
        raise CatalogueError(problems)
    return facts


def _read_file(folder: Path, file: FactFile, problems: list[Problem]) -> list[Row]:
    paths = sorted(folder.glob(file.name))
    if not paths:
        problems.append(Problem(file.name, None, None, MISSING_FILE, MISSING_FILE_MEND, {"folder": folder}))
    rows: list[Row] = []
    for path in paths:
        name = path.relative_to(folder).as_posix()
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            problems.append(Problem(name, None, None, NOT_UTF8, NOT_UTF8_MEND))
            continue
        read = _yaml_records if path.suffix == ".yaml" else _csv_records
        for line, texts, lines in read(name, text, file, problems):
            row = _parse(name, line, texts, lines, file, problems)
            if row is not None:
                rows.append(row)
    problems += _duplicates(rows, file.key)
    return rows


Record = tuple[int, dict[str, str], dict[str, int]]


def _csv_records(name: str, text: str, file: FactFile, problems: list[Problem]) -> Iterator[Record]:
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader, [])
    if _is_wrong_header(name, header, dict.fromkeys(header, 1), file, problems, needed=tuple(file.fields)):
        return
    line = reader.line_num + 1
    for values in reader:
        begins, line = line, reader.line_num + 1
        if not values:
            continue
        if len(values) != len(header):
            problems.append(
                Problem(name, begins, None, RAGGED, RAGGED_MEND, {"found": len(values), "wanted": len(header)})
            )
            continue
        yield begins, dict(zip(header, values, strict=True)), {}


def _yaml_records(name: str, text: str, file: FactFile, problems: list[Problem]) -> Iterator[Record]:
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        problems.append(Problem(name, line, None, NOT_YAML, NOT_YAML_MEND))
        return
    if not isinstance(node, yaml.MappingNode):
        problems.append(Problem(name, 1, None, NOT_YAML, NOT_YAML_MEND))
        return
    leaves = list(_leaves(node, ""))
    lines = {column: line for column, _, line in leaves}
    texts = {column: value for column, value, _ in leaves}
    if _is_wrong_header(name, [column for column, _, _ in leaves], lines, file, problems, needed=()):
        return
    code = texts.get("code", "")
    if code != Path(name).stem:
        problems.append(Problem(name, lines.get("code", 1), "code", FILE_NAME, FILE_NAME_MEND, {"value": code}))
        return
    yield 1, {column: texts.get(column, "") for column in file.fields}, lines


def _leaves(node: yaml.Node, path: str) -> Iterator[tuple[str, str, int]]:
    """Every value in a YAML document as (column, text, line)."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _leaves(value, f"{path}_{key.value}" if path else str(key.value))
    elif isinstance(node, yaml.SequenceNode):
        parts = [str(part.value) if isinstance(part, yaml.ScalarNode) else "?" for part in node.value]
        yield path, SEVERAL.join(parts), node.start_mark.line + 1
    else:
        is_null = node.tag == "tag:yaml.org,2002:null"
        yield path, "" if is_null else str(node.value), node.start_mark.line + 1


def _is_wrong_header(
    name: str,
    header: list[str],
    lines: Mapping[str, int],
    file: FactFile,
    problems: list[Problem],
    *,
    needed: Iterable[str],
) -> bool:
    before = len(problems)
    for column in sorted({column for column in header if header.count(column) > 1}):
        problems.append(Problem(name, lines.get(column, 1), column, TWICE, TWICE_MEND))
    for column in header:
        if column not in file.fields:
            problems.append(
                Problem(
                    name,
                    lines.get(column, 1),
                    column,
                    UNKNOWN_COLUMN,
                    UNKNOWN_COLUMN_MEND,
                    {"known": ", ".join(file.fields)},
                )
            )
    for column in needed:
        if column not in header:
            problems.append(Problem(name, 1, column, MISSING_COLUMN, MISSING_COLUMN_MEND))
    return len(problems) > before


def _parse(
    name: str, line: int, texts: Mapping[str, str], lines: Mapping[str, int], file: FactFile, problems: list[Problem]
) -> Row | None:
    before = len(problems)
    values: dict[str, Any] = {}
    for column, wanted in file.fields.items():
        text = texts[column].strip()
        at = lines.get(column, line)
        if wanted.required and not text:
            problems.append(Problem(name, at, column, EMPTY, EMPTY_MEND))
            continue
        parts = [part.strip() for part in text.split(SEVERAL)] if wanted.several and text else [text] if text else []
        parsed = []
        for part in parts:
            if wanted.choices and part not in wanted.choices:
                choices = ", ".join(wanted.choices)
                problems.append(
                    Problem(name, at, column, NOT_CHOICE, NOT_CHOICE_MEND, {"value": part, "choices": choices})
                )
                continue
            try:
                parsed.append(wanted.kind.parse(part))
            except ValueError:
                problems.append(
                    Problem(name, at, column, NOT_A, wanted.kind.mend, {"value": part, "kind": wanted.kind.name})
                )
        if wanted.several:
            values[column] = tuple(parsed)
        else:
            values[column] = parsed[0] if parsed else ("" if wanted.kind is TEXT else None)
    return Row(name, line, values, lines) if len(problems) == before else None


def _duplicates(rows: list[Row], key: tuple[str, ...]) -> Iterator[Problem]:
    seen: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        value = tuple(row[column] for column in key)
        first = seen.setdefault(value, row)
        if first is not row:
            shown = ", ".join(str(part) for part in value if part not in ("", None))
            yield row.problem(key[0], DUPLICATE, DUPLICATE_MEND, value=shown, place=place_of(first))


def place_of(row: Row) -> Words:
    """Where a row stands, for messages about another row."""
    return Words(f"{row.file}, linje {row.line}", f"{row.file}, line {row.line}")


def _wrong_references(facts: Facts, file: FactFile, files: Mapping[str, FactFile]) -> Iterator[Problem]:
    references = [(column, wanted) for column, wanted in file.fields.items() if wanted.refers_to]
    for row in facts[file.stem]:
        for column, wanted in references:
            given = row[column] if wanted.several else (row[column],) if row[column] not in ("", None) else ()
            for value in given:
                if not any(value in facts.index(target) for target in wanted.refers_to):
                    yield row.problem(column, NOT_THERE, NOT_THERE_MEND, value=value, **_named(wanted, files))


def _broken_rules(row: Row, file: FactFile, facts: Facts) -> Iterator[Problem]:
    for begins, ends in file.spans:
        if row[begins] is not None and row[ends] is not None and row[ends] < row[begins]:
            yield row.problem(ends, ORDER, ORDER_MEND, other=begins, earlier=row[begins])
    for check in file.checks:
        yield from check(row, facts)


def _named(wanted: Field, files: Mapping[str, FactFile]) -> dict[str, object]:
    targets = [files[target.split(".")[0]] for target in wanted.refers_to]
    return {
        "thing": Words(
            " eller ".join(file.thing.da for file in targets), " or ".join(file.thing.en for file in targets)
        ),
        "files": ", ".join(file.name for file in targets),
    }

"""Templates to fill in: a person's units and indicators with the periods that are missing, as a workbook or as CSV.

A template is an ordinary delivery file without figures. Its second sheet says what each figure is, which values are
possible and when it is due; columns in words ("enhedsnavn") repeat a code and are passed over when the file comes back.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from data.access import Viewer
from data.queries import catalogue, coverage, units
from data.queries import series as followed
from data.store import Store
from etl import numbers, periods
from etl.extract.columns import NAMES, REPEATED
from etl.safe_cells import safe
from indicators.definition import Direction, IndicatorDefinition, PeriodKind
from indicators.drawn import is_of_several
from indicators.periods import start_of
from indicators.words import Words

Form = Literal["xlsx", "csv"]
Shape = Literal["long", "wide"]

FIELD = Words("felt", "field")
DATA_SHEET = Words("Levering", "Delivery")
WORDS_SHEET = Words("Definitioner", "Definitions")
_DIRECTIONS = {
    Direction.UP: Words("højere er bedre", "higher is better"),
    Direction.DOWN: Words("lavere er bedre", "lower is better"),
    Direction.NEITHER: Words("hverken op eller ned er bedre", "neither up nor down is better"),
}
_HEADINGS = (
    Words("Kode", "Code"),
    Words("Navn", "Name"),
    Words("Tæller i ord", "Numerator in words"),
    Words("Nævner i ord", "Denominator in words"),
    Words("Måleenhed", "Unit of measure"),
    Words("Retning", "Direction"),
    Words("Decimaler på tavlen", "Decimals on the board"),
    Words("Mulige tal", "Possible figures"),
    Words("Opgøres pr.", "Counted by"),
    Words("Frist", "Due"),
)
_DUE = Words("den {day}. i måneden efter", "day {day} of the month after")
_COUNTS = Words("antal fra 0", "counts from 0")
_BETWEEN = Words("fra {low} til {high}", "from {low} to {high}")
_FROM = Words("fra {low}", "from {low}")
_TO = Words("højst {high}", "at most {high}")
_ANY = Words("alle tal", "any number")
_NUMERATOR_AT_MOST = Words(
    "antal fra 0; tælleren højst så stor som nævneren", "counts from 0; the numerator at most the denominator"
)
_CASES = Words("én række pr. hændelse, perioden er dagen", "one row per case; the period is its day")
_HOW = (
    Words(
        "Skriv kun i de hvide felter. Et tomt felt betyder, at tallet ikke er opgjort; skriv 0, når der er talt 0.",
        "Write in the white cells only. An empty cell means that nothing was counted; write 0 where 0 was counted.",
    ),
    Words(
        "Skriv aldrig om enkeltpersoner: filen afvises, hvis den ligner CPR-numre noget sted.",
        "Never write about single persons: a file with anything like a CPR number is refused.",
    ),
)
_FIGURES = ("numerator", "denominator", "value", "sd")
_NOT_A_FIGURE = Words("Skriv et tal: {allowed}.", "Write a number: {allowed}.")
_FIGURE = Words("{name}: {allowed}", "{name}: {allowed}")


@dataclass(frozen=True, slots=True)
class _Series:
    definition: IndicatorDefinition
    unit_code: str
    unit_name: Words
    periods: tuple[date, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """The figures that the indicator is handed in as."""
        return fields_of(self.definition)


def fields_of(definition: IndicatorDefinition) -> tuple[str, ...]:
    """The fields that the figures of an indicator are handed in as: numerator and denominator, or value."""
    if is_of_several(definition):
        return ("value", "denominator", "sd")
    return ("numerator", "denominator") if definition.has_denominator else ("value",)


def template(
    store: Store,
    viewer: Viewer,
    *,
    today: date,
    deadline_day: int,
    form: Form = "xlsx",
    shape: Shape = "long",
    units: Collection[str] | None = None,
    indicators: Collection[str] | None = None,
    language: str = "da",
) -> bytes:
    """A file to fill in, with every period that is over and has no figure yet.

    Parameters
    ----------
    today : date
        Periods that end before it are asked for; where none is missing, the latest one.
    deadline_day : int
        The day of the month after on which figures are due; it stands in the definitions.
    shape : str
        "long": one row per indicator, unit and period. "wide": periods as columns, one row per figure.
    units, indicators : collections of codes, optional
        Only these; None: every unit the person may deliver for, and every indicator followed there.

    Raises
    ------
    NotFound, NotAllowed
        One of the units does not exist, or the viewer may not see it.
    """
    wanted = _wanted(store, viewer, units, indicators, today)
    rows = _long(wanted, language) if shape == "long" else _wide(wanted, language)
    if form == "csv":
        return _csv(rows)
    return _workbook(rows, wanted, shape, deadline_day, language)


def _wanted(
    store: Store,
    viewer: Viewer,
    unit_codes: Collection[str] | None,
    indicator_codes: Collection[str] | None,
    today: date,
) -> list[_Series]:
    definitions = {one.code: one for one in catalogue.indicators(store, viewer)}
    names = {one.code: one.name for one in units.visible(store, viewer)}

    def is_wanted(indicator: str, unit: str) -> bool:
        return (
            indicator in definitions
            and viewer.may_deliver(unit)
            and (indicator_codes is None or indicator in indicator_codes)
        )

    # A day of delivery before the month's first day: everything that is over is asked for, due or not.
    gaps = {
        (one.indicator_code, one.unit_code): one.periods
        for one in coverage.missing(store, viewer, unit_codes, today=today, deadline_day=0)
        if is_wanted(one.indicator_code, one.unit_code)
    }
    all_series = [
        one
        for one in followed.listed(store, viewer, unit_codes)
        if is_wanted(one.indicator_code, one.unit_code) and (one.ends_on is None or one.ends_on >= today)
    ]
    if not gaps:
        for one in all_series:
            kind = definitions[one.indicator_code].period
            if kind is not PeriodKind.DAY:
                gaps[one.indicator_code, one.unit_code] = (_latest(today, kind),)
    return sorted(
        (
            _Series(definitions[indicator], unit, names.get(unit, Words(unit, unit)), found)
            for (indicator, unit), found in gaps.items()
        ),
        key=lambda one: (one.unit_code, one.definition.code),
    )


def _latest(today: date, kind: PeriodKind) -> date:
    """The first day of the latest period that is over."""
    return start_of(date.fromordinal(start_of(today, kind).toordinal() - 1), kind)


# ------------------------------------------------------------------------------------------------------ rows and cells


@dataclass(frozen=True, slots=True)
class _Cell:
    """What stands in a cell, and which figure goes into it: `field` is empty for labels, "-" where nothing does."""

    text: str = ""
    field: str = ""
    definition: IndicatorDefinition | None = None


_CLOSED = _Cell(field="-")
_Rows = list[list[_Cell]]


def _long(wanted: Sequence[_Series], language: str) -> _Rows:
    figures = [field for field in _FIGURES if any(field in one.fields for one in wanted)] or [
        "numerator",
        "denominator",
    ]
    header = [
        *(NAMES["indicator"], REPEATED["indicator"], NAMES["unit"], REPEATED["unit"], NAMES["period"]),
        *(NAMES[field] for field in figures),
        NAMES["note"],
    ]
    rows: _Rows = [[_Cell(words.say(language)) for words in header]]
    for one in wanted:
        for start in one.periods:
            cells = [*_labels(one, language), _Cell(periods.written(start, one.definition.period))]
            cells += [_Cell("", field, one.definition) if field in one.fields else _CLOSED for field in figures]
            rows.append([*cells, _Cell("", "note")])
    return rows


def _wide(wanted: Sequence[_Series], language: str) -> _Rows:
    columns = sorted({(start, one.definition.period) for one in wanted for start in one.periods})
    header = [NAMES["indicator"], REPEATED["indicator"], NAMES["unit"], REPEATED["unit"], FIELD]
    rows: _Rows = [
        [
            *(_Cell(words.say(language)) for words in header),
            *(_Cell(periods.written(start, kind)) for start, kind in columns),
        ]
    ]
    for one in wanted:
        mine = {(start, one.definition.period) for start in one.periods}
        for field in one.fields:
            rows.append(
                [
                    *_labels(one, language),
                    _Cell(NAMES[field].say(language)),
                    *(_Cell("", field, one.definition) if column in mine else _CLOSED for column in columns),
                ]
            )
    return rows


def _labels(one: _Series, language: str) -> list[_Cell]:
    name, unit_name = one.definition.name.say(language), one.unit_name.say(language)
    return [_Cell(one.definition.code), _Cell(name), _Cell(one.unit_code), _Cell(unit_name)]


def _csv(rows: _Rows) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerows([safe(cell.text) for cell in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")


# --------------------------------------------------------------------------------------------------------- the workbook


def _workbook(rows: _Rows, wanted: Sequence[_Series], shape: str, deadline_day: int, language: str) -> bytes:
    import xlsxwriter

    file = io.BytesIO()
    # A text that begins with "=" stays a text, and so does one that looks like an address.
    book = xlsxwriter.Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    formats = {
        "header": book.add_format({"bold": True, "bg_color": "#E8EDF2", "border": 1, "border_color": "#B8C4CF"}),
        "label": book.add_format({"font_color": "#44515C"}),
        "figure": book.add_format({"border": 1, "border_color": "#B8C4CF", "align": "right"}),
        "text": book.add_format({"border": 1, "border_color": "#B8C4CF"}),
        "closed": book.add_format({"bg_color": "#E3E6E9"}),
        "wrapped": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    sheet = book.add_worksheet(DATA_SHEET.say(language))
    for at, cell in enumerate(rows[0]):
        sheet.write_string(0, at, cell.text, formats["header"])
    n_labels = 5
    for number, row in enumerate(rows[1:], 1):
        for at, cell in enumerate(row):
            if not cell.field:
                sheet.write_string(number, at, cell.text, formats["label"])
            elif cell.field == "-":
                sheet.write_blank(number, at, None, formats["closed"])
            else:
                sheet.write_blank(number, at, None, formats["text" if cell.field == "note" else "figure"])
    _validate(sheet, rows, language)
    sheet.freeze_panes(1, n_labels)
    for at, cell in enumerate(rows[0]):
        longest = max([len(cell.text), *(len(row[at].text) for row in rows[1:500])])
        sheet.set_column(at, at, min(max(longest + 2, 11), 42))
    _definitions(book.add_worksheet(WORDS_SHEET.say(language)), wanted, deadline_day, language, formats)
    sheet.activate()
    book.close()
    return file.getvalue()


def _validate(sheet: Any, rows: _Rows, language: str) -> None:
    """A rule for each block of like cells: what may be written, said when the cell is chosen."""
    for at in range(len(rows[0])):
        first = 1
        while first < len(rows):
            cell, last = rows[first][at], first
            while last + 1 < len(rows) and _rule_key(rows[last + 1][at]) == _rule_key(cell):
                last += 1
            if cell.definition is not None:
                sheet.data_validation(first, at, last, at, _rule(cell, cell.definition, language))
            first = last + 1


def _rule_key(cell: _Cell) -> tuple[str, str]:
    return cell.field, cell.definition.code if cell.definition else ""


def _rule(cell: _Cell, definition: IndicatorDefinition, language: str) -> dict[str, Any]:
    allowed = _allowed(definition, cell.field, language)
    low, high = _limits(definition, cell.field)
    rule: dict[str, Any] = {
        "validate": "decimal",
        "ignore_blank": True,
        # Excel cuts nothing short by itself: titles of 32 and messages of 255 characters are its limits.
        "input_title": NAMES[cell.field].say(language)[:32],
        "input_message": _FIGURE.say(language, name=_in_words(definition, cell.field, language), allowed=allowed)[:255],
        "error_message": _NOT_A_FIGURE.say(language, allowed=allowed)[:255],
        # A sign such as ".." for "not available" may be written after all: Tavle reads it.
        "error_type": "warning",
    }
    if low is not None and high is not None:
        return rule | {"criteria": "between", "minimum": low, "maximum": high}
    if high is not None:
        return rule | {"criteria": "<=", "value": high}
    return rule | {"criteria": ">=", "value": -1e15 if low is None else low}


def _limits(definition: IndicatorDefinition, field: str) -> tuple[float | None, float | None]:
    return (definition.minimum, definition.maximum) if field == "value" else (0, None)


def _in_words(definition: IndicatorDefinition, field: str, language: str) -> str:
    said = {"numerator": definition.numerator, "denominator": definition.denominator}.get(field, definition.name)
    return said.say(language) or definition.name.say(language)


def _allowed(definition: IndicatorDefinition, field: str, language: str) -> str:
    low, high = _limits(definition, field)
    values = {
        "low": numbers.said(low).say(language) if low is not None else "",
        "high": numbers.said(high).say(language) if high is not None else "",
    }
    if field != "value":
        return _COUNTS.say(language)
    words = _BETWEEN if low is not None and high is not None else _FROM if low is not None else _TO
    return (_ANY if low is None and high is None else words).say(language, **values)


def _definitions(
    sheet: Any, wanted: Sequence[_Series], deadline_day: int, language: str, formats: dict[str, Any]
) -> None:
    for at, words in enumerate(_HEADINGS):
        sheet.write_string(0, at, words.say(language), formats["header"])
    definitions = {one.definition.code: one.definition for one in wanted}
    row = 0
    for row, definition in enumerate(sorted(definitions.values(), key=lambda one: one.code), 1):
        for at, text in enumerate(_definition(definition, deadline_day, language)):
            sheet.write_string(row, at, text, formats["wrapped"])
    for offset, words in enumerate(_HOW, 2):
        sheet.write_string(row + offset, 0, words.say(language))
    for at, width in enumerate((14, 34, 40, 40, 18, 24, 12, 30, 12, 26)):
        sheet.set_column(at, at, width)
    sheet.freeze_panes(1, 1)


def _definition(definition: IndicatorDefinition, deadline_day: int, language: str) -> list[str]:
    if definition.period is PeriodKind.DAY:
        allowed = _CASES.say(language)
    elif fields_of(definition)[0] == "value":
        allowed = _allowed(definition, "value", language)
    else:
        is_part = definition.maximum is not None and definition.maximum == definition.per
        allowed = (_NUMERATOR_AT_MOST if is_part else _COUNTS).say(language)
    return [
        definition.code,
        definition.name.say(language),
        definition.numerator.say(language),
        definition.denominator.say(language) if definition.has_denominator else "",
        definition.unit_of_measure.say(language),
        _DIRECTIONS[definition.direction].say(language),
        str(definition.decimals),
        allowed,
        periods.kind_name(definition.period).say(language),
        _DUE.say(language, day=deadline_day),
    ]

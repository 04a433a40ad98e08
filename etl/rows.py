"""The rows of a file with what Tavle makes of each cell, faults kept as data: the checks turn them into findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from data.queries.units import Unit
from etl import numbers, periods
from etl.extract.columns import FIELDS, NUMBER_FIELDS
from etl.extract.csv import RawTable
from etl.lookups import Lookups
from etl.report import Figures
from indicators.definition import IndicatorDefinition
from indicators.spc.charts import CHARTS


@dataclass(frozen=True, slots=True)
class Row:
    """One row. What could not be read is None; `written` has each recognised cell as it stood, stripped.

    `starts_on` is the first day of the period in the indicator's kind of period. `figures` are what would be stored.
    `unread` are the number columns whose text is no number in the column's form; `percent` those with a percent sign.
    """

    number: int
    n_cells: int
    written: Mapping[str, str]
    indicator: IndicatorDefinition | None
    unit: Unit | None
    period: periods.Outcome | None
    starts_on: date | None
    numerator: float | None
    denominator: float | None
    value: float | None
    sd: float | None
    unread: frozenset[str]
    percent: frozenset[str]

    @property
    def is_empty(self) -> bool:
        """Whether no figure is written at all: such a row says nothing and is left out."""
        return not any(self.written[field] for field in NUMBER_FIELDS)

    @property
    def is_of_several(self) -> bool:
        """Whether the indicator's chart needs the number and the standard deviation of the period's measurements."""
        chart = CHARTS.get(self.indicator.chart) if self.indicator else None
        return chart is not None and chart.needs_several

    @property
    def key(self) -> tuple[str, str, date] | None:
        if self.indicator is None or self.unit is None or self.starts_on is None:
            return None
        return self.indicator.code, self.unit.code, self.starts_on

    @property
    def note(self) -> str:
        return self.written["note"]

    @property
    def figures(self) -> Figures:
        """What the store keeps: numerator and denominator travel together; a plain value or count is the value.

        Means of several measurements keep how many there were and how far they lay from one another.
        """
        if self.is_of_several:
            given = {"numerator": self.numerator} if self.numerator is not None else {"value": self.value}
            return Figures(**given, denominator=self.denominator, sd=self.sd)
        if self.indicator is None or self.indicator.has_denominator:
            return Figures(self.numerator, self.denominator)
        return Figures(value=self.numerator if self.value is None else self.value)


def decimals(table: RawTable, given: str | None = None) -> dict[str, str | None]:
    """The decimal mark of each number column: "comma", "dot", "" (whole numbers only) or None (must be asked).

    A column that cannot tell takes the mark of the file's other columns, if they agree.
    """
    columns = [field for field in NUMBER_FIELDS if field in table.fields]
    if given:
        return dict.fromkeys(columns, given)
    decided = {}
    for field in columns:
        position = table.fields[field]
        decided[field] = numbers.decide(row.cells[position] for row in table.rows if position < len(row.cells)).decimal
    marks = {mark for mark in decided.values() if mark}
    shared = marks.pop() if len(marks) == 1 else None
    return {field: shared if mark is None else mark for field, mark in decided.items()}


def interpret(
    table: RawTable,
    lookups: Lookups,
    marks: Mapping[str, str | None],
    defaults: Mapping[str, str],
) -> tuple[Row, ...]:
    """Every row of the table with its cells looked up and read. Never raises on content.

    `defaults` gives the indicator and unit where the file has no such column; a column that is there is used.
    """
    # A file says the same few things over and over: each text is read once.
    read_period, read_number = cache(periods.parse), cache(_number)
    positions = [(field, table.fields[field]) for field in FIELDS if field in table.fields]
    absent = {field: defaults.get(field, "") for field in FIELDS if field not in table.fields}
    rows = []
    for raw in table.rows:
        n_cells = len(raw.cells)
        written = {field: raw.cells[at].strip() if at < n_cells else "" for field, at in positions} | absent
        indicator = lookups.indicator(written["indicator"])
        period = read_period(written["period"]) if written["period"] else None
        starts_on = None
        if indicator is not None and isinstance(period, periods.Period):
            starts_on = periods.fit(period, indicator.period)
        figures = {field: read_number(written[field], marks.get(field)) for field in NUMBER_FIELDS}
        rows.append(
            Row(
                number=raw.number,
                n_cells=_count_cells(raw.cells, len(table.header)),
                written=written,
                indicator=indicator,
                unit=lookups.unit(written["unit"]),
                period=period,
                starts_on=starts_on,
                **{field: None if number is None else number.value for field, number in figures.items()},
                unread=frozenset(field for field in NUMBER_FIELDS if written[field] and figures[field] is None),
                percent=frozenset(field for field, number in figures.items() if number and number.has_percent),
            )
        )
    return tuple(rows)


def _number(text: str, mark: str | None) -> numbers.Number | None:
    if not text:
        return None
    # In a column that cannot tell its mark, whole numbers are still plain.
    return numbers.parse(text, mark or numbers.COMMA) if mark or numbers.form(text) is numbers.Form.WHOLE else None


def _count_cells(cells: Iterable[str], width: int) -> int:
    """How many cells a row has, empty ones past the header's last column aside."""
    kept = list(cells)
    while len(kept) > width and not kept[-1].strip():
        kept.pop()
    return len(kept)

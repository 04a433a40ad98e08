"""Finding the header of a sheet and saying what each of its columns is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from etl import periods
from etl.extract import refusals
from etl.extract.columns import NAMES, NUMBER_FIELDS, field_of, is_kind, lesser_field_of, listed
from etl.report import RefusedError
from indicators.words import Words

# Titles, dates of extraction and empty lines stand above the header of a report; more of them than this is a letter.
ROWS_TO_SEARCH = 25
_MOST_UNCLEAR = 20
_SERIAL = re.compile(r"[3-5]\d{4}(?:[.,]0+)?")


@dataclass(frozen=True, slots=True)
class At:
    """Where the header stands among the first rows, and whether it has a second row (merged months above)."""

    position: int
    has_second_row: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of a sheet are: `fields` by position, `periods` those named after a period, the rest unused.

    `kind` is the column of a wide file that tells numerators from denominators. `measures` are the columns of a file
    with indicators as columns: position to (indicator, field).
    """

    shape: str
    fields: Mapping[str, int]
    periods: tuple[int, ...] = ()
    kind: int | None = None
    measures: Mapping[int, tuple[str, str]] | None = None
    left_out: tuple[int, ...] = ()


def is_period(header: str) -> bool:
    """Whether a column is named after a period: okt-26, 2026-10, 1K20, or the day number a spreadsheet makes of it.

    Examples
    --------
    >>> is_period("okt-26"), is_period("46296"), is_period("enhed"), is_period("2026-13")
    (True, True, False, False)
    """
    text = header.strip()
    return bool(text) and (isinstance(periods.parse(text), periods.Period) or bool(_SERIAL.fullmatch(text)))


def _field(name: str) -> str | None:
    return field_of(name) or lesser_field_of(name)


def n_known(cells: Sequence[str]) -> int:
    """How many cells of a row are names of columns. Periods count only beside a name: in data they stand too.

    Examples
    --------
    >>> n_known(["Indikator", "Afdeling", "okt-26", "nov-26"]), n_known(["A", "NOH", "2026-10", "4"])
    (4, 0)
    """
    named = len({field for cell in cells if (field := _field(cell))}) + sum(is_kind(cell) for cell in cells)
    return named + sum(is_period(cell) for cell in cells) if named else 0


def find(rows: Sequence[Sequence[str]], given: Sequence[str] = ()) -> At:
    """Where the header stands: the first row if it has known names, else the row with most of them."""
    best, best_score = 0, 0
    for position, cells in enumerate(rows[:ROWS_TO_SEARCH]):
        score = n_known(cells)
        # One known word alone can stand in any sentence above a table.
        if score > best_score and (score >= 2 or position == 0):
            best, best_score = position, score
            if position == 0 and score >= 2:
                break
    if second := _second_row(rows, best):
        return second
    return At(best)


def _second_row(rows: Sequence[Sequence[str]], best: int) -> At | None:
    """A header of two rows: months, each over the columns "tæller" and "nævner"."""
    for top in (best, best - 1):
        if not 0 <= top < len(rows) - 1:
            continue
        above, below = rows[top], rows[top + 1]
        months = [position for position, cell in enumerate(above) if is_period(cell)]
        if not months:
            continue
        figures = [cell for cell in below[months[0] :] if _field(cell) in NUMBER_FIELDS]
        rest = [cell for cell in below[: months[0]] if cell.strip()]
        inside = [cell for cell in below[months[0] :] if cell.strip()]
        # A percentage worked out beside the counts is a column like those that are left out of any other table.
        if len(figures) > max(len(months), len(inside)) / 2 and all(_field(cell) for cell in rest):
            return At(top, has_second_row=True)
    return None


def two_rows_as_one(above: Sequence[str], below: Sequence[str]) -> tuple[str, ...]:
    """The header that a header of two rows stands for: the label of either row, or "month / figure"."""
    months: list[str] = []
    current = ""
    for cell in above:
        # A merged cell has its text in the first of its columns only.
        current = cell if cell.strip() else current if is_period(current) else ""
        months.append(current)
    joined = []
    for month, cell in zip(months, [*below, *[""] * (len(months) - len(below))], strict=False):
        joined.append(f"{month.strip()} / {cell.strip()}" if is_period(month) and cell.strip() else cell or month)
    return tuple(joined)


def _is_figure_of_month(cell: str) -> bool:
    month, _, figure = cell.rpartition(" / ")
    return is_period(month) and _field(figure) in NUMBER_FIELDS if month else is_period(cell)


def columns(
    header: Sequence[str],
    header_row: int,
    is_filled: Callable[[int], bool],
    *,
    given: Sequence[str] = (),
    shape: str | None = None,
    named: Mapping[str, str] | None = None,
    has_second_row: bool = False,
) -> Columns:
    """What each column of a sheet is.

    Parameters
    ----------
    is_filled : callable
        Whether the column at a position holds anything; a column without name and content is nothing.
    given : sequence of str
        Fields that are given beside the file.
    named : mapping, optional
        The person's own choice of column for some fields.

    Raises
    ------
    RefusedError
        No header, two columns for one field, or a field that is missing.
    """
    fields = _fields(header, header_row, named or {})
    taken = set(fields.values())
    months = tuple(
        position
        for position, cell in enumerate(header)
        if position not in taken and (_is_figure_of_month(cell) if has_second_row else is_period(cell))
    )
    figures = [field for field in NUMBER_FIELDS if field in fields]
    shape = shape or _shape(fields, months, figures, given)
    if shape == "wide" and months:
        return _wide(header, header_row, is_filled, fields, months, given)
    if shape == "indicators":
        found = _indicators(header, fields, given)
        if found is not None:
            return found
    rest = [position for position in range(len(header)) if position not in taken]
    _require(header, header_row, fields, given)
    return Columns("long", fields, left_out=tuple(at for at in rest if header[at].strip() or is_filled(at)))


def _fields(header: Sequence[str], header_row: int, named: Mapping[str, str]) -> dict[str, int]:
    plain = [name.strip().casefold() for name in header]
    fields: dict[str, int] = {}
    for given, name in named.items():
        if name.strip().casefold() in plain:
            fields[given] = plain.index(name.strip().casefold())
    closed = set(named)
    for certain, field_named in ((True, field_of), (False, lesser_field_of)):
        mine: dict[str, int] = {}
        for position, name in enumerate(header):
            field = field_named(name)
            if field is None or field in closed or position in fields.values():
                continue
            if field in mine:
                raise RefusedError(
                    refusals.DUPLICATE_COLUMN.finding(
                        row=header_row,
                        column=name.strip(),
                        first=mine[field] + 1,
                        second=position + 1,
                        field=NAMES[field],
                    )
                )
            mine[field] = position
        if not certain and "value" in mine and {"numerator", "denominator"} <= set(fields):
            del mine["value"]  # a column »andel« beside both counts is worked out from them
        fields |= mine
        closed |= set(mine)
    return fields


def _shape(fields: Mapping[str, int], months: Sequence[int], figures: Sequence[str], given: Sequence[str]) -> str:
    has_names = all(field in fields or field in given for field in ("indicator", "unit"))
    if months and "period" not in fields and (has_names or len(months) > 1) and not {"numerator"} & set(figures):
        return "wide"
    if "period" in fields and not figures and "indicator" not in fields and "indicator" not in given:
        return "indicators"
    return "long"


def _wide(
    header: Sequence[str],
    header_row: int,
    is_filled: Callable[[int], bool],
    fields: dict[str, int],
    months: tuple[int, ...],
    given: Sequence[str],
) -> Columns:
    kind = next((position for position, name in enumerate(header) if is_kind(name) and position not in months), None)
    labels = {field: at for field, at in fields.items() if field in ("indicator", "unit", "note") and at != kind}
    missing = [field for field in ("indicator", "unit") if field not in labels and field not in given]
    if missing:
        _refuse_columns(header, header_row, [NAMES[field] for field in missing], missing)
    used = {*labels.values(), *months, *([] if kind is None else [kind])}
    rest = [position for position in range(len(header)) if position not in used]
    _refuse_unclear_periods(header, header_row, [at for at in rest if is_filled(at)])
    return Columns(
        "wide", labels, months, kind, left_out=tuple(at for at in rest if header[at].strip() or is_filled(at))
    )


_OF = re.compile(r"(?P<name>.*?)[\s,/(:_-]+(?P<field>[^\s,/()]+)\)?\s*", re.DOTALL)


def _indicators(header: Sequence[str], fields: dict[str, int], given: Sequence[str]) -> Columns | None:
    labels = {field: at for field, at in fields.items() if field in ("unit", "period", "note")}
    if "period" not in labels or ("unit" not in labels and "unit" not in given):
        return None
    measures: dict[int, tuple[str, str]] = {}
    for position, name in enumerate(header):
        if position in labels.values() or not name.strip():
            continue
        match = _OF.fullmatch(name.strip())
        field = _field(match["field"]) if match else None
        if match and field in NUMBER_FIELDS:
            measures[position] = (match["name"].strip(), field)
        else:
            measures[position] = (name.strip(), "value")
    return Columns("indicators", labels, measures=measures) if measures else None


def _require(header: Sequence[str], header_row: int, fields: Mapping[str, int], given: Sequence[str]) -> None:
    needed = [field for field in ("indicator", "unit", "period") if field not in given]
    missing = [NAMES[field] for field in needed if field not in fields]
    if "numerator" not in fields and "value" not in fields:
        missing.append(Words("tæller eller værdi", "numerator or value"))
    if not missing:
        return
    if "period" in needed and "period" not in fields:
        _refuse_unclear_periods(header, header_row, range(len(header)))
    if not fields and _looks_like_data(header):
        needed_words = listed([*needed, "numerator", "denominator", "value", "note"])
        raise RefusedError(refusals.NO_HEADER.finding(row=header_row, needed=needed_words))
    _refuse_columns(header, header_row, missing, [*needed, "numerator", "denominator", "value", "note"])


def _refuse_unclear_periods(header: Sequence[str], header_row: int, positions: Iterable[int]) -> None:
    """Refuse columns named after something that is nearly a period ("uge 33", "2014/2015"): say what it lacks."""
    unclear = [(header[at].strip(), periods.parse(header[at])) for at in positions if header[at].strip()]
    findings = [
        refusals.NOT_A_PERIOD.finding(row=header_row, column=name, value=name[:80], why=found.words, how=found.mend)
        for name, found in unclear
        if isinstance(found, periods.PeriodProblem) and found is not periods.UNKNOWN
    ]
    if findings:
        raise RefusedError(*findings[:_MOST_UNCLEAR])


def _refuse_columns(header: Sequence[str], header_row: int, missing: Sequence[Words], needed: Sequence[str]) -> None:
    found = ", ".join(name.strip() or "–" for name in header)
    raise RefusedError(
        refusals.WRONG_COLUMNS.finding(
            row=header_row,
            value=found[:200],
            found=found[:200],
            needed=listed(needed),
            missing=Words(", ".join(w.da for w in missing), ", ".join(w.en for w in missing)),
        )
    )


def _looks_like_data(cells: Sequence[str]) -> bool:
    """Whether a row holds a number or a period, which no column is named after."""
    return any(
        re.fullmatch(r"[-\u2212+]?\d[\d.,\s]*%?", cell.strip()) or isinstance(periods.parse(cell), periods.Period)
        for cell in cells
    )

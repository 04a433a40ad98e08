"""The way in, on one screen: extract, check, transform, load. The page, the API and `tavle load` all come through here.

`check` says what a file would do and changes nothing. `deliver` checks again and commits the whole file or nothing.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from data import reading
from data.access import Viewer
from data.store import Store
from etl import checking, cpr, lookups, reporting
from etl.checks import all_checks
from etl.extract import csv, refusals
from etl.extract.csv import RawTable
from etl.extract.options import Edits, ReadAs
from etl.limits import Limits
from etl.load import load
from etl.lookups import Lookups
from etl.report import Receipt, RefusedError, Report
from etl.rows import Row, decimals, interpret
from etl.transform import compare, tidy
from indicators.words import Words

Progress = Callable[[Words, float], None]

AS_GUESSED, NO_EDITS = ReadAs(), Edits()

RIGHTS_NOT_CHECKED = Words(
    "Rettigheder til enhederne er ikke kontrolleret, fordi der ikke er angivet en bruger.",
    "Rights to the units were not checked, because no user was named.",
)


def check(
    store: Store,
    viewer: Viewer | None,
    content: bytes,
    file_name: str,
    *,
    today: date,
    limits: Limits,
    defaults: Mapping[str, str] | None = None,
    read_as: ReadAs = AS_GUESSED,
    edits: Edits = NO_EDITS,
    progress: Progress | None = None,
) -> Report:
    """What a file says, what is wrong with it, and what it would change. Nothing is written.

    Parameters
    ----------
    store : Store
        Holds the catalogue and what was delivered before.
    viewer : Viewer or None
        Who would deliver; None checks everything but the rights, and the report says so.
    content, file_name : bytes, str
        The file as it came.
    today : date
        Periods that begin later are refused.
    limits : Limits
    defaults : mapping, optional
        "indicator" and "unit" (codes or names) for a file of one indicator in one unit that lacks those columns.
    read_as : ReadAs
        What to use instead of a guess.
    edits : Edits
        Mends made in the grid, laid over the file before anything is looked at, and warnings that were confirmed.
    progress : callable, optional
        Called as `progress(stage, share)` when a stage begins: its name in words and how much is done, from 0 to 1.

    Returns
    -------
    Report
        With findings for whatever is wrong with the content: this function does not raise because of it.
    """
    return _examine(
        store, viewer, content, file_name, today, limits, defaults or {}, read_as, edits, progress or _silent
    ).report


def deliver(
    store: Store,
    viewer: Viewer,
    content: bytes,
    file_name: str,
    *,
    today: date,
    now: datetime,
    limits: Limits,
    origin: str = "file",
    note: str = "",
    defaults: Mapping[str, str] | None = None,
    read_as: ReadAs = AS_GUESSED,
    edits: Edits = NO_EDITS,
    progress: Progress | None = None,
) -> tuple[Report, Receipt | None]:
    """Check a file and commit it whole; with an error in it, commit nothing and return no receipt.

    Parameters are those of `check`, and `now` (with time zone, or UTC), `origin` ("file", "grid", "api") and `note`.

    Raises
    ------
    NotAllowed
        The right to deliver went away between check and commit.
    """
    examined = _examine(
        store, viewer, content, file_name, today, limits, defaults or {}, read_as, edits, progress or _silent, note
    )
    if not examined.report.is_accepted:
        return examined.report, None
    receipt = load(
        store,
        viewer,
        examined.tidy,
        file_name=file_name,
        sha256=examined.report.sha256,
        origin=origin,
        note=note,
        warnings=examined.report.warnings,
        today=today,
        now=now,
    )
    return examined.report, receipt


def _silent(stage: Words, share: float) -> None:
    pass


@dataclass(frozen=True, slots=True)
class _Examined:
    report: Report
    tidy: pd.DataFrame


def _examine(
    store: Store,
    viewer: Viewer | None,
    content: bytes,
    file_name: str,
    today: date,
    limits: Limits,
    defaults: Mapping[str, str],
    read_as: ReadAs,
    edits: Edits,
    progress: Progress,
    note: str = "",
) -> _Examined:
    # 1. Extract: bytes to text in cells, or a refusal.
    defaults = {field: text.strip() for field, text in defaults.items() if text and text.strip()}
    try:
        if any(cpr.count(text) for text in (note, *defaults.values())):
            raise RefusedError(refusals.CPR_BESIDE_FILE.finding())
        table = csv.read(
            content,
            file_name,
            limits=limits,
            given=tuple(defaults),
            delimiter=read_as.delimiter,
            encoding=read_as.encoding,
        )
    except RefusedError as refused:
        return _Examined(reporting.refusal(refused, content, file_name), tidy(()))

    # 2. What each cell means, as far as it can be read.
    marks = decimals(table, read_as.decimal)
    found = lookups.from_store(store, viewer, _unit_texts(table, defaults))
    rows = interpret(table, found, marks, defaults)

    # 3. Check.
    tidy_rows = tidy(rows)
    current = _current(store, viewer, tidy_rows)
    context = _context(viewer, table, rows, marks, found, today, current)
    findings = checking.run(all_checks(), rows, context)

    # 4. Transform: what the rows would change.
    compared = compare(tidy_rows, current)
    report = Report(
        reading=reporting.reading(table, rows, marks),
        findings=findings,
        rows=reporting.checked_rows(rows, findings, compared, lambda code: _may_show(viewer, code)),
        tidy=tidy_rows,
        file_name=file_name,
        sha256=hashlib.sha256(content).hexdigest(),
        notes=() if viewer else (RIGHTS_NOT_CHECKED,),
    )
    return _Examined(report, tidy_rows)


def _unit_texts(table: RawTable, defaults: Mapping[str, str]) -> set[str]:
    position = table.fields.get("unit")
    if position is None:
        return {defaults.get("unit", "")}
    return {row.cells[position].strip() for row in table.rows if position < len(row.cells)}


def _current(store: Store, viewer: Viewer | None, rows: pd.DataFrame) -> pd.DataFrame:
    # Of units one may not deliver for, a file must not bring out what the store holds.
    pairs = {
        (indicator, unit)
        for indicator, unit in zip(rows["indicator_code"], rows["unit_code"], strict=True)
        if viewer is None or viewer.may_deliver(unit)
    }
    with store.read() as connection:
        return reading.observations(connection, pairs)


def _may_show(viewer: Viewer | None, unit_code: str) -> bool:
    # An administrator delivers for everybody, but stored small numbers are for those whose unit it is.
    return viewer is None or viewer.is_own(unit_code)


def _context(
    viewer: Viewer | None,
    table: RawTable,
    rows: Sequence[Row],
    marks: Mapping[str, str | None],
    found: Lookups,
    today: date,
    current: pd.DataFrame,
) -> checking.Context:
    per = {row.indicator.code: row.indicator.per for row in rows if row.indicator}
    history: dict[tuple[str, str], list[tuple[date, float]]] = defaultdict(list)
    for line in current.itertuples(index=False):
        shown = reporting.figures(line.numerator, line.denominator, line.value).shown(per[line.indicator_code])
        if shown is not None and _may_show(viewer, line.unit_code):
            history[line.indicator_code, line.unit_code].append((line.period_start, shown))
    return checking.Context(
        viewer=viewer,
        today=today,
        lookups=found,
        columns={field: table.column_name(field) for field in table.fields},
        n_columns=len(table.header),
        left_out=table.left_out,
        marks=marks,
        history=history,
    )

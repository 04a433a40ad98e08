"""The way in, on one screen: extract, check, transform, load. The page, the API and `tavle load` all come through here.

`check` says what a file would do and changes nothing. `deliver` checks again and commits the whole file or nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd

from data import month_states, reading
from data.access import SYSTEM, Viewer
from data.queries import definitions
from data.store import Store, read_info
from etl import checking, cpr, lookups, reporting
from etl.checks import all_checks
from etl.extract import Edits, RawTable, ReadAs, read, refusals
from etl.history import History
from etl.limits import Limits
from etl.load import Known, load
from etl.report import Receipt, RefusedError, Report, RowStatus
from etl.rows import Rows, decimals, interpret
from etl.transform import compare, of_their_versions, tidy
from indicators.words import Words

Progress = Callable[[Words, float], None]

LARGE = 20_000  # rows; a check of fewer is over before anybody would notice

AS_GUESSED, NO_EDITS = ReadAs(), Edits()

# The stages, and how much of the whole is done when each begins; a commit takes about as long as a check.
READING = Words("Læser filen", "Reading the file")
INTERPRETING = Words("Læser perioder og tal", "Reading periods and figures")
COMPARING = Words("Sammenligner med det, der er gemt", "Comparing with what is stored")
CHECKING = Words("Kontrollerer rækkerne", "Checking the rows")
DONE = Words("Færdig", "Done")

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
    tell = progress or _silent
    report = _examine(store, viewer, content, file_name, today, limits, defaults or {}, read_as, edits, tell).report
    tell(DONE, 1.0)
    return report


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

    Parameters are those of `check`, and `now` (with time zone, or UTC), `origin` ("file", "grid", "paste",
    "api") and `note`.

    Raises
    ------
    NotAllowed
        The right to deliver went away between check and commit.
    """
    tell = progress or _silent

    def halved(stage: Words, share: float) -> None:
        tell(stage, share / 2)

    examined = _examine(store, viewer, content, file_name, today, limits, defaults or {}, read_as, edits, halved, note)
    report = examined.report
    if not report.is_accepted:
        tell(DONE, 1.0)
        return report, None
    receipt = load(
        store,
        viewer,
        report.tidy,
        file_name=file_name,
        sha256=report.sha256,
        origin=origin,
        note=note,
        warnings=report.warnings,
        today=today,
        now=now,
        known=examined.known,
        progress=lambda stage, share: tell(stage, 0.5 + share / 2),
    )
    tell(DONE, 1.0)
    return report, receipt


def _silent(stage: Words, share: float) -> None:
    pass


@dataclass(frozen=True, slots=True)
class _Examined:
    report: Report
    known: Known | None = None


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
    # 1. Extract: bytes to columns of text, or a refusal.
    progress(READING, 0.0)
    defaults = {field: text.strip() for field, text in defaults.items() if text and text.strip()}
    try:
        if any(cpr.count(text) for text in (note, *defaults.values())):
            raise RefusedError(refusals.CPR_BESIDE_FILE.finding())
        table = read(content, file_name, limits=limits, given=tuple(defaults), read_as=read_as, edits=edits)
    except RefusedError as refused:
        return _Examined(reporting.refusal(refused, content, file_name))

    def tell(stage: Words, share: float) -> None:
        if table.n_rows > LARGE:
            store.give_way()
        progress(stage, share)

    # 2. What each cell means, as far as it can be read.
    tell(INTERPRETING, 0.4)
    marks = decimals(table, read_as.decimal)
    found = lookups.from_store(store, viewer, _unit_texts(table, defaults))
    rows = interpret(table, found, marks, defaults)

    # 3. Transform: what the rows would change.
    tell(COMPARING, 0.6)
    tidy_rows = of_their_versions(tidy(rows), definitions.timelines(store, SYSTEM))
    known = _known(store, viewer, rows, tidy_rows)
    is_unchanged = np.zeros(len(rows), dtype=bool)
    is_unchanged[rows.is_kept] = known.compared["change"] == RowStatus.UNCHANGED

    # 4. Check.
    tell(CHECKING, 0.7)
    context = checking.Context(
        viewer=viewer,
        today=today,
        lookups=found,
        columns={field: table.column_name(field) for field in table.columns},
        n_columns=len(table.header),
        history=History.of(rows, known.current, known.keys, lambda code: _may_show(viewer, code), is_unchanged),
        left_out=table.left_out,
        marks=marks,
        month_states=_month_states(store, known),
        confirmed=edits.confirmed,
        table=table,
    )
    checked = checking.run(all_checks(), rows, context, lambda share: tell(CHECKING, 0.7 + 0.25 * share))
    report = Report(
        reading=reporting.reading(table, rows, marks),
        findings=checked.findings,
        rows=reporting.checked_rows(table, rows, checked, known.compared, lambda code: _may_show(viewer, code)),
        tidy=tidy_rows,
        file_name=file_name,
        sha256=hashlib.sha256(content).hexdigest(),
        notes=() if viewer else (RIGHTS_NOT_CHECKED,),
        sheets=table.sheets,
    )
    return _Examined(report, known)


def _unit_texts(table: RawTable, defaults: Mapping[str, str]) -> set[str]:
    return set(table.column("unit").texts if "unit" in table.columns else [defaults.get("unit", "")])


def _known(store: Store, viewer: Viewer | None, rows: Rows, tidy_rows: pd.DataFrame) -> Known:
    """What the store holds of the file's series. Of units one may not deliver for, a file must bring nothing out."""
    series = np.flatnonzero(np.bincount(rows.series[rows.is_kept])).tolist()
    width = max(len(rows.units), 1)
    pairs = [(rows.indicators[one // width].code, rows.units[one % width].code) for one in series]
    with store.read() as connection:
        version = int(read_info(connection, "data_version") or 0)
        current = reading.observations(
            connection, [pair for pair in pairs if viewer is None or viewer.may_deliver(pair[1])]
        )
    keys = rows.keys_of(current)
    return Known(version, pairs, current, keys, compare(tidy_rows, current, (rows.keys[rows.is_kept], keys)))


def _month_states(store: Store, known: Known) -> dict[month_states.Key, month_states.State]:
    # The figures that may be asked for say which series these are: nothing of other people's comes out here either.
    series = known.current[["indicator_code", "unit_code"]].drop_duplicates()
    with store.read() as connection:
        return month_states.settled(connection, series.itertuples(index=False, name=None))


def _may_show(viewer: Viewer | None, unit_code: str) -> bool:
    # An administrator delivers for everybody, but stored small numbers are for those whose unit it is.
    return viewer is None or viewer.is_own(unit_code)

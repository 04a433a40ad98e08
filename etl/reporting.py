"""Putting a report together from what was read, found and compared."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from etl import cpr, periods
from etl.checking import Checked
from etl.extract.tables import RawTable
from etl.report import CheckedRow, CheckedRows, Figures, Reading, RefusedError, Report, RowStatus
from etl.rows import Rows, optional
from etl.transform import CHANGES, FIGURES, nothing

_CODES = {status: code for code, status in enumerate(RowStatus)}


def refusal(refused: RefusedError, content: bytes, file_name: str) -> Report:
    """The report on a file that was refused before its rows were read."""
    has_cpr = any(finding.code == "cpr" for finding in refused.findings)
    # Neither the name nor a fingerprint of a file with CPR numbers goes any further: a number in it could be guessed.
    return Report(
        reading=None,
        findings=refused.findings,
        rows=CheckedRows.none(),
        tidy=nothing(),
        file_name="" if cpr.count(file_name) else file_name,
        sha256="" if has_cpr else hashlib.sha256(content).hexdigest(),
        sheets=() if has_cpr else refused.sheets,
    )


def reading(table: RawTable, rows: Rows, marks: Mapping[str, str | None]) -> Reading:
    """How the file was read, for the sentence that says the guess."""
    used = {mark for mark in marks.values() if mark}
    outcomes = [rows.outcomes[code] for code in np.flatnonzero(np.bincount(rows.columns["period"].codes))]
    read = [one for one in outcomes if isinstance(one, periods.Period)]
    said = np.array(
        [one.start if isinstance(one, periods.Period) else None for one in rows.outcomes], dtype="datetime64[D]"
    )[rows.columns["period"].codes]
    return Reading(
        delimiter=table.delimiter,
        encoding=table.encoding,
        decimal="" if table.is_typed else used.pop() if len(used) == 1 else "mixed" if used else "",
        period_forms=tuple(dict.fromkeys(period.form for period in read)),
        header_map={field: table.column_name(field) for field in table.fields},
        left_out=table.left_out,
        n_rows=len(rows),
        has_days_read_as_periods=bool((rows.has_period & (rows.starts != said)).any()),
        sheet=table.sheet,
        shape=table.shape,
        remarks=table.remarks,
    )


def checked_rows(
    table: RawTable, rows: Rows, checked: Checked, compared: pd.DataFrame, may_show: Callable[[str], bool]
) -> CheckedRows:
    """Every row with its status: what would happen to it, or why it stops the file.

    `compared` is from `transform`; `may_show(unit_code)` says whether the stored figures of a unit may be shown.
    """
    n = len(rows)
    place = np.full(n, -1, dtype=np.int64)
    place[rows.is_kept] = np.arange(len(compared))
    change = np.full(n, -1, dtype=np.int8)
    change[rows.is_kept] = np.array([_CODES[one] for one in CHANGES], dtype=np.int8)[compared["change"].cat.codes]
    is_error = checked.has_error | ((change < 0) & ~rows.is_empty)
    status = np.where(
        is_error,
        _CODES[RowStatus.ERROR],
        np.where(checked.has_warning | (change < 0), _CODES[RowStatus.WARNING], change),
    ).astype(np.int8)
    held = {name: compared[f"{name}_before"].to_numpy(float) for name in FIGURES}

    def make(position: int, status: RowStatus, change: RowStatus | None) -> CheckedRow:
        row = rows[position]
        now, definition, unit = row.figures, row.indicator, row.unit
        before = None
        at = place[position]
        is_stored = at >= 0 and compared["change"].iat[at] is not RowStatus.NEW
        if is_stored and unit is not None and may_show(unit.code):
            before = Figures(*(optional(held[name][at]) for name in FIGURES))
        return CheckedRow(
            row=row.number,
            status=status,
            indicator=definition.code if definition else row.written["indicator"],
            unit=unit.code if unit else row.written["unit"],
            period=row.starts_on,
            numerator=now.numerator,
            denominator=now.denominator,
            value=now.value,
            sd=now.sd,
            before=before,
            note=row.note,
            indicator_name=definition.name if definition else None,
            unit_name=unit.name if unit else None,
            change=change,
            per=definition.per if definition else 1.0,
            decimals=definition.decimals if definition else 0,
            period_kind=str(definition.period) if definition else "month",
            written=dict(row.written),
            edit_keys={
                field: (
                    table.row_number(field, position),
                    table.column_name(field, position) if field in table.columns_of else field,
                )
                for field in table.columns
            },
        )

    return CheckedRows(status, np.where(is_error, -1, change).astype(np.int8), make)

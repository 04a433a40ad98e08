"""Putting a report together from what was read, found and compared."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from etl import cpr, periods
from etl.extract.csv import RawTable
from etl.report import CheckedRow, CheckedRows, Figures, Finding, Reading, RefusedError, Report, RowStatus
from etl.rows import Row
from etl.transform import tidy


def refusal(refused: RefusedError, content: bytes, file_name: str) -> Report:
    """The report on a file that was refused before its rows were read."""
    has_cpr = any(finding.code == "cpr" for finding in refused.findings)
    # Neither the name nor a fingerprint of a file with CPR numbers goes any further: a number in it could be guessed.
    return Report(
        reading=None,
        findings=refused.findings,
        rows=CheckedRows(),
        tidy=tidy(()),
        file_name="" if cpr.count(file_name) else file_name,
        sha256="" if has_cpr else hashlib.sha256(content).hexdigest(),
    )


def figures(numerator: float, denominator: float, value: float, sd: float = math.nan) -> Figures:
    """The figures of a line of a frame, where NaN stands for none."""
    return Figures(*(None if pd.isna(number) else float(number) for number in (numerator, denominator, value, sd)))


def reading(table: RawTable, rows: Sequence[Row], marks: Mapping[str, str | None]) -> Reading:
    """How the file was read, for the sentence that says the guess."""
    used = {mark for mark in marks.values() if mark}
    read = [row.period for row in rows if isinstance(row.period, periods.Period)]
    return Reading(
        delimiter=table.delimiter,
        encoding=table.encoding,
        decimal=used.pop() if len(used) == 1 else "mixed" if used else "",
        period_forms=tuple(dict.fromkeys(period.form for period in read)),
        header_map={field: table.column_name(field) for field in table.fields},
        left_out=table.left_out,
        n_rows=len(rows),
        has_days_read_as_periods=any(
            isinstance(row.period, periods.Period) and row.starts_on is not None and row.starts_on != row.period.start
            for row in rows
        ),
    )


def checked_rows(
    rows: Sequence[Row], findings: Sequence[Finding], compared: pd.DataFrame, may_show: Callable[[str], bool]
) -> CheckedRows:
    """Every row with its status: what would happen to it, or why it stops the file.

    `compared` is from `transform`; `may_show(unit_code)` says whether the stored figures of a unit may be shown.
    """
    with_error = {finding.row for finding in findings if finding.is_error}
    with_warning = {finding.row for finding in findings if not finding.is_error}
    changes = {line.row: line for line in compared.itertuples(index=False)}
    checked = []
    for row in rows:
        line = changes.get(row.number)
        now = row.figures
        if row.number in with_error or (line is None and not row.is_empty):
            status = RowStatus.ERROR
        elif row.number in with_warning or line is None:
            status = RowStatus.WARNING
        else:
            status = line.change
        before = None
        if line is not None and line.change is not RowStatus.NEW and may_show(line.unit_code):
            before = figures(line.numerator_before, line.denominator_before, line.value_before, line.sd_before)
        definition, unit = row.indicator, row.unit
        checked.append(
            CheckedRow(
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
                change=None if line is None or status is RowStatus.ERROR else line.change,
                per=definition.per if definition else 1.0,
                decimals=definition.decimals if definition else 0,
                period_kind=str(definition.period) if definition else "month",
                written=row.written,
            )
        )
    return CheckedRows(checked)

"""The work that the indicator follows was still the unit's own in the period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np

from etl.checking import Check, Context, Hit, Hits
from etl.report import Severity
from etl.rows import Bools, Row, Rows
from indicators.words import Words


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    moved = context.lookups.moved_tasks
    if not moved:
        return
    mask = np.zeros(len(rows), dtype=bool)
    for code in {indicator_code for indicator_code, _ in moved}:
        since = {unit: day for (indicator_code, unit), (day, _) in moved.items() if indicator_code == code}
        mask |= _is_after(rows, code, since)

    def hit(row: Row) -> Hit:
        assert row.unit is not None and row.indicator is not None
        day, to_code = moved[row.indicator.code, row.unit.code]
        to = context.lookups.unit_by_code(to_code)
        values = {
            "unit": row.unit.name,
            "indicator": row.indicator.name,
            "day": day.strftime("%d-%m-%Y"),
            "to": to.name if to else to_code,
            "code": to_code,
        }
        return Hit(row, "unit", values, suggestion={"unit": to_code})

    if mask.any():
        yield Hits(rows, mask, hit)


def _is_after(rows: Rows, code: str, since: Mapping[str, date]) -> Bools:
    """Rows of one indicator for units that had handed it on when the period began."""
    is_this: Bools = rows.of_indicator(lambda one: one.code == code, False)
    begins = rows.of_unit(lambda unit: np.datetime64(since.get(unit.code) or "NaT"), np.datetime64("NaT"))
    return is_this & (rows.starts >= begins)


CHECK = Check(
    code="task_moved",
    severity=Severity.ERROR,
    words=Words(
        "{indicator} gik fra {unit} til {to} {day}.",
        "{indicator} went from {unit} to {to} on {day}.",
    ),
    mend=Words(
        "Indberet for {to} ({code}), eller ret perioden.",
        "Report for {to} ({code}), or correct the period.",
    ),
    find=find,
)

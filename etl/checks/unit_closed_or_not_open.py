"""The unit existed in the period."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from etl.checking import Check, Context, Hit, Hits
from etl.report import Severity
from etl.rows import Row, Rows
from indicators.words import Words

NOT_OPEN = Words("{unit} findes først fra {day}.", "{unit} exists only from {day}.")
EARLIER = Words("Ret perioden, eller brug den enhed, der var der før.", "Correct the period, or use the earlier unit.")
SUCCESSOR = Words(
    "Indberet for {successor} ({code}), som har afløst enheden.",
    "Report for {successor} ({code}), which has taken over.",
)


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    begins = rows.of_unit(lambda unit: np.datetime64(unit.valid_from), np.datetime64("NaT"))
    ends = rows.of_unit(lambda unit: np.datetime64(unit.valid_to or "NaT"), np.datetime64("NaT"))

    def closed(row: Row) -> Hit:
        assert row.unit is not None and row.unit.valid_to is not None
        values: dict[str, object] = {"unit": row.unit.name, "day": row.unit.valid_to.strftime("%d-%m-%Y")}
        successor = context.lookups.unit_by_code(row.unit.successor_code)
        if successor is None:
            return Hit(row, "unit", values)
        values |= {"successor": successor.name, "code": successor.code}
        return Hit(row, "unit", values, mend=SUCCESSOR, suggestion={"unit": successor.code})

    is_early = rows.ends < begins
    yield Hits(rows, is_early, _not_open)
    yield Hits(rows, (rows.starts > ends) & ~is_early, closed)


def _not_open(row: Row) -> Hit:
    assert row.unit is not None
    values = {"unit": row.unit.name, "day": row.unit.valid_from.strftime("%d-%m-%Y")}
    return Hit(row, "unit", values, words=NOT_OPEN, mend=EARLIER)


CHECK = Check(
    code="unit_closed_or_not_open",
    severity=Severity.ERROR,
    words=Words(
        "{unit} lukkede {day}.",
        "{unit} closed on {day}.",
    ),
    mend=Words(
        "Ret perioden, eller brug den enhed, der har overtaget opgaven.",
        "Correct the period, or use the unit that has taken over.",
    ),
    find=find,
)

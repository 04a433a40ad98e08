"""The unit existed in the period."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from etl.checking import Check, Context, Hit
from etl.periods import last_day
from etl.report import Severity
from etl.rows import Row
from indicators.words import Words

NOT_OPEN = Words("{unit} findes først fra {day}.", "{unit} exists only from {day}.")
EARLIER = Words("Ret perioden, eller brug den enhed, der var der før.", "Correct the period, or use the earlier unit.")
SUCCESSOR = Words(
    "Indberet for {successor} ({code}), som har afløst enheden.",
    "Report for {successor} ({code}), which has taken over.",
)


def find(rows: Sequence[Row], context: Context) -> Iterator[Hit]:
    for row in rows:
        if row.unit is None or row.starts_on is None or row.indicator is None:
            continue
        values: dict[str, object] = {"unit": row.unit.name}
        if last_day(row.starts_on, row.indicator.period) < row.unit.valid_from:
            values["day"] = row.unit.valid_from.strftime("%d-%m-%Y")
            yield Hit(row, "unit", values, words=NOT_OPEN, mend=EARLIER)
        elif row.unit.valid_to is not None and row.starts_on > row.unit.valid_to:
            values["day"] = row.unit.valid_to.strftime("%d-%m-%Y")
            if successor := context.lookups.unit_by_code(row.unit.successor_code):
                values |= {"successor": successor.name, "code": successor.code}
                yield Hit(row, "unit", values, mend=SUCCESSOR)
            else:
                yield Hit(row, "unit", values)


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

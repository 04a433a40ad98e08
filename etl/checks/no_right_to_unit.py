"""The person may deliver for the unit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from etl.checking import Check, Context, Hit
from etl.report import Severity
from etl.rows import Row
from indicators.words import Words


def find(rows: Sequence[Row], context: Context) -> Iterator[Hit]:
    is_in_file = "unit" in context.columns
    for row in rows:
        if row.unit is not None and not context.may_deliver(row.unit.code):
            yield Hit(row if is_in_file else None, "unit", {"unit": row.unit.name}, value=row.written["unit"])
            if not is_in_file:
                return


CHECK = Check(
    code="no_right_to_unit",
    severity=Severity.ERROR,
    words=Words(
        "Du har ikke ret til at indberette for {unit}.",
        "You may not deliver for {unit}.",
    ),
    mend=Words(
        "Slet rækken, eller bed en administrator om ret til enheden.",
        "Delete the row, or ask an administrator for the right to this unit.",
    ),
    find=find,
)

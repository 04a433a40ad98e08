"""The person may deliver for the unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from etl.checking import Check, Context, Hit, Hits
from etl.report import Severity
from etl.rows import Row, Rows
from indicators.words import Words


def find(rows: Rows, context: Context) -> Iterator[Hit | Hits]:
    mask = rows.has_unit & ~rows.of_unit(lambda unit: context.may_deliver(unit.code), True)
    if "unit" in context.columns:
        yield Hits(rows, mask, _say)
        return
    # One that was given beside the file is wrong once, not on every row.
    for position in np.flatnonzero(mask)[:1].tolist():
        yield replace(_say(rows[position]), row=None)


def _say(row: Row) -> Hit:
    return Hit(row, "unit", {"unit": row.unit.name if row.unit else ""}, value=row.written["unit"])


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

"""An indicator, unit and period stand once in a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from etl.checking import Check, Context, Hit
from etl.report import Severity
from etl.rows import Row
from indicators.words import Words


def find(rows: Sequence[Row], context: Context) -> Iterator[Hit]:
    first: dict[tuple[str, str, date], Row] = {}
    for row in rows:
        if row.key is not None and not row.is_empty:
            other = first.setdefault(row.key, row)
            if other is not row:
                yield Hit(row, "period", {"other": other.number})


CHECK = Check(
    code="duplicate_key",
    severity=Severity.ERROR,
    words=Words(
        "Række {other} har samme indikator, enhed og periode.",
        "Row {other} has the same indicator, unit and period.",
    ),
    mend=Words(
        "Behold den rigtige af de to rækker, og slet den anden.",
        "Keep the right one of the two rows and delete the other.",
    ),
    find=find,
)

"""An indicator, unit and period stand once in a file."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from etl.checking import Check, Context, Hit, Hits
from etl.report import Severity
from etl.rows import Row, Rows
from indicators.words import Words


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    kept = np.flatnonzero(rows.is_kept)
    _, first, which = np.unique(rows.keys[kept], return_index=True, return_inverse=True)
    other = np.arange(len(rows))
    other[kept] = kept[first[which]]

    def say(row: Row) -> Hit:
        return Hit(row, "period", {"other": rows[int(other[row.position])].number})

    yield Hits(rows, other != np.arange(len(rows)), say)


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

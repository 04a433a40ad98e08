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
    order = kept[np.argsort(rows.keys[kept], kind="stable")]
    keys = rows.keys[order]
    begins = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])) if len(keys) else np.empty(0, np.int64)
    # The first row of a key is the one that the others repeat.
    other = np.arange(len(rows))
    other[order] = np.repeat(order[begins], np.diff(np.append(begins, len(keys))))

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

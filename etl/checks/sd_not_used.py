"""A standard deviation is kept where the indicator's chart uses it, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from etl.checking import Check, Context, Hit
from etl.report import Severity
from etl.rows import Row
from indicators.words import Words


def find(rows: Sequence[Row], context: Context) -> Iterator[Hit]:
    # One finding for each indicator: every row of it is left out for the same reason.
    seen: set[str] = set()
    for row in rows:
        if row.indicator is None or row.is_of_several or not row.written["sd"] or row.indicator.code in seen:
            continue
        seen.add(row.indicator.code)
        yield Hit(row, "sd", {"indicator": row.indicator.name})


CHECK = Check(
    code="sd_not_used",
    severity=Severity.WARNING,
    words=Words(
        "{indicator} bruger ikke standardafvigelser, så de gemmes ikke.",
        "{indicator} does not use standard deviations, so they are not kept.",
    ),
    mend=Words(
        "Lad kolonnen stå tom for den indikator.",
        "Leave the column empty for that indicator.",
    ),
    find=find,
)

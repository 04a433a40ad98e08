"""A standard deviation is kept where the indicator's chart uses it, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from etl.checking import Check, Context, Hit
from etl.report import Severity
from etl.rows import Rows
from indicators.words import Words


def find(rows: Rows, context: Context) -> Iterator[Hit]:
    mask = rows.figures_written["sd"] & ~rows.is_of_several
    # One finding for each indicator: every row of it is left out for the same reason.
    for code, indicator in enumerate(rows.indicators):
        for position in np.flatnonzero(mask & (rows.indicator == code))[:1].tolist():
            yield Hit(rows[position], "sd", {"indicator": indicator.name})


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

"""The same figures three periods in a row are more often a copy than a coincidence.

Zeros are let through: three months without an infection are good news.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from etl.checking import Check, Context, Hit, Hits
from etl.periods import written
from etl.report import Severity
from etl.rows import Row, Rows
from indicators.definition import PeriodKind
from indicators.words import Words

_EPOCH = date(1970, 1, 1)


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    # Cases have no period that could have been copied.
    mask = context.history.is_asked & rows.of_indicator(lambda one: one.period is not PeriodKind.DAY, False)
    mask = mask & ((rows.stored["numerator"] > 0) | (np.nan_to_num(rows.stored["value"]) != 0))
    days = {}
    for back in (1, 2):
        has_any, days[back], figures = context.history.before(back)
        mask = mask & has_any
        for name, before in figures.items():
            now = rows.stored[name]
            mask = mask & ((now == before) | ((now != now) & (before != before)))

    def say(row: Row) -> Hit:
        assert row.indicator is not None
        before = {
            name: written(_EPOCH + timedelta(days=int(days[back][row.position])), row.indicator.period)
            for name, back in (("first", 2), ("second", 1))
        }
        return Hit(row, row.field_of_figure, before)

    yield Hits(rows, mask, say)


CHECK = Check(
    code="identical_three_times",
    severity=Severity.WARNING,
    words=Words(
        "Tallene er nøjagtig de samme som i {first} og {second}.",
        "The figures are exactly the same as in {first} and {second}.",
    ),
    mend=Words(
        "Se efter, om en tidligere periode er kopieret. Passer tallene, så indsend dem.",
        "See whether an earlier period was copied. If the figures are right, submit them.",
    ),
    find=find,
)

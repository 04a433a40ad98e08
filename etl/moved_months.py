"""Which rows of a file would change a month that somebody has moved on: approved it, or locked it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import numpy as np

from data.month_states import State
from etl.checking import Context
from etl.rows import Bools, Rows, key_of

_EPOCH = date(1970, 1, 1).toordinal()


def changing(rows: Rows, context: Context, wanted: Collection[State]) -> Bools:
    """The rows that say something new about a month that stands in one of the states `wanted`; length n_rows."""
    months = [key for key, state in context.month_states.items() if state in wanted]
    if not months:
        return np.zeros(len(rows), dtype=bool)
    series = rows.series_of([code for code, _, _ in months], [unit_code for _, unit_code, _ in months])
    days = np.array([day.toordinal() - _EPOCH for _, _, day in months], dtype=np.int64)
    return rows.is_kept & ~context.history.is_unchanged & np.isin(rows.keys, key_of(series, days)[series >= 0])

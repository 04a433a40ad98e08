"""Which rows of a file would change a month that somebody has moved on: approved it, or locked it."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from data.month_states import KEY, State
from etl.checking import Context
from etl.rows import Bools, Rows


def changing(rows: Rows, context: Context, wanted: Collection[State]) -> Bools:
    """The rows that say something new about a month that stands in one of the states `wanted`; length n_rows."""
    months = [key for key, state in context.month_states.items() if state in wanted]
    if not months:
        return np.zeros(len(rows), dtype=bool)
    keys = rows.keys_of(pd.DataFrame(months, columns=KEY))
    return rows.is_kept & ~context.history.is_unchanged & np.isin(rows.keys, keys)

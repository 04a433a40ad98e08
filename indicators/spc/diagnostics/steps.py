"""The one step in level that explains most of a series: what else a misfit may be."""

from __future__ import annotations

import numpy as np

from indicators.spc.ragged import Floats, Ints

ROOM = 3
"""A step has at least this many points on either side."""


def best_step(values: Floats, phase: Ints) -> Floats | None:
    """The one step inside a phase that explains most, as a column; None where no phase has room for one."""
    best, column = 0.0, None
    for each in np.unique(phase):
        rows = np.flatnonzero(phase == each)
        n = len(rows)
        if n < 2 * ROOM:
            continue
        left = values[rows] - values[rows].mean()
        size = np.arange(1, n)
        gain = np.cumsum(left)[:-1] ** 2 * n / (size * (n - size))
        gain = gain[ROOM - 1 : n - ROOM]
        if len(gain) and gain.max() > best:
            best = float(gain.max())
            column = np.zeros(len(values))
            column[rows[int(gain.argmax()) + ROOM :]] = 1.0
    return column

"""Simulate `false_alarms.csv`: how often a chart of stable, independent noise claims a signal.

Run `python -m indicators.spc.tables.make_false_alarms > indicators/spc/tables/false_alarms.csv`; it takes some minutes.

For each chart type and number of points 40,000 series are drawn from a process in which nothing happens, analysed as
the product analyses them (profile and method `anhoej`, no phases, nothing frozen), and counted when they claim any
signal:

| chart | noise |
| --- | --- |
| run, i | normal |
| p | binomial, 30 % of 100 |
| u | Poisson, 0.02 per unit of exposure, 1,000 units |
| c | Poisson, 20 |

So the standard error is at most 0.2 percentage points. Coarser counts than these, and autocorrelation, raise the
figures.
"""

from __future__ import annotations

import csv
import sys

import numpy as np
import pandas as pd

from indicators import spc
from indicators.spc.ragged import Floats

SEED = 20140901
N_SERIES = 40_000
BLOCK = 4_000
SIZES = [*range(10, 62, 2), 72, 84, 96, 120, 180, 240]
"""Even numbers: a run chart with an odd number of points has its median on one of them, and one useful point less."""


def noise(chart: str, shape: tuple[int, int], random: np.random.Generator) -> tuple[Floats, float | None]:
    """Values or numerators, and the denominator where there is one."""
    if chart == "p":
        return random.binomial(100, 0.3, shape).astype(float), 100.0
    if chart == "u":
        return random.poisson(20.0, shape).astype(float), 1000.0
    if chart == "c":
        return random.poisson(20.0, shape).astype(float), None
    return random.normal(size=shape), None


def share_with_signal(chart: str, n_points: int, n_series: int, random: np.random.Generator) -> float:
    """Share of `n_series` series of noise that claim at least one signal."""
    found = 0
    for start in range(0, n_series, BLOCK):
        n_block = min(BLOCK, n_series - start)
        y, denominator = noise(chart, (n_block, n_points), random)
        frame = pd.DataFrame(
            {
                "series": np.repeat(np.arange(n_block), n_points),
                "period": np.tile(np.arange(n_points), n_block),
                "y": y.ravel(),
            }
        )
        if denominator is not None:
            frame["n"] = denominator
        said = spc.analyse_many(frame, by=["series"], chart=chart, y="y", n=None if denominator is None else "n")
        found += int((said.is_claimed & (said.runs_signal | (said.n_outside_limits > 0))).sum())
    return found / n_series


if __name__ == "__main__":
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["chart", "n_useful", "probability"])
    for number, chart in enumerate(spc.CHARTS):
        for n_points in SIZES:
            random = np.random.default_rng([SEED, number, n_points])
            writer.writerow([chart, n_points, round(share_with_signal(chart, n_points, N_SERIES, random), 4)])

"""Simulate `monitor_false_alarms.csv`: how often a stable process makes a CUSUM or an EWMA claim a signal.

Run `python -m indicators.spc.tables.make_monitor_false_alarms > indicators/spc/tables/monitor_false_alarms.csv`; it
takes a few minutes. Independent normal values, charts of `cusum_many` and `ewma_many` with their default designs (k 0.5
and h 5; weight 0.2 and width 2.86), any claimed signal among the first n_points.

| baseline | centre and spread |
| --- | --- |
| known | given: the process as it is |
| frozen | estimated from the first n_baseline points, which are judged too |
| all | estimated from all n_points points |

10,000 series each: a standard error of at most 0.5 percentage points.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from indicators.spc.displays.cusum import cusum_many
from indicators.spc.displays.ewma import ewma_many

SEED = 20261105
N_SERIES = 10_000
SIZES = (12, 24, 36, 60, 120)
BASELINES = (12, 20, 30, 50, 100)
MONITORS: dict[str, Callable[..., pd.DataFrame]] = {"cusum": cusum_many, "ewma": ewma_many}


def noise(n_points: int) -> pd.DataFrame:
    values = np.random.default_rng([SEED, n_points]).normal(size=N_SERIES * n_points)
    return pd.DataFrame(
        {
            "series": np.repeat(np.arange(N_SERIES), n_points),
            "period": np.tile(np.arange(1, n_points + 1), N_SERIES),
            "numerator": values,
        }
    )


def rows() -> Iterator[tuple[str, str, int | str, int, int, str]]:
    for n_points in SIZES:
        frame = noise(n_points)
        for name, monitor in MONITORS.items():

            def share(
                monitor: Callable[..., pd.DataFrame] = monitor, frame: pd.DataFrame = frame, **options: float
            ) -> str:
                return f"{monitor(frame, ['series'], **options).is_signal.mean():.4f}"

            yield name, "known", "", n_points, N_SERIES, share(centre=0.0, sd=1.0)
            yield name, "all", n_points, n_points, N_SERIES, share()
            for n_baseline in BASELINES:
                if n_baseline < n_points:
                    yield name, "frozen", n_baseline, n_points, N_SERIES, share(freeze=n_baseline)


if __name__ == "__main__":
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["monitor", "baseline", "n_baseline", "n_points", "n_series", "probability"])
    for row in sorted(rows(), key=lambda each: (each[0], each[1])):
        writer.writerow(row)

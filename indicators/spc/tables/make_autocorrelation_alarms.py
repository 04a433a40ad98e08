"""Simulate `autocorrelation_alarms.csv`: false alarms of stable series whose neighbours resemble one another.

Run `nice -n 10 python -m indicators.spc.tables.make_autocorrelation_alarms \
> indicators/spc/tables/autocorrelation_alarms.csv`; it takes a minute.

First-order autoregressive normal noise, begun in its stationary state, looked at once when it has `n_points` points:
the share of series that show an Anhøj signal or, where there are limits, a point beyond 3 sigma. `spread` is that of
`make_detectability.py`: none (run), moving_range (i and charts of measured spread), counted (p, u, c: sigma is known
and equals the standard deviation of the points). With `N_SERIES` series the standard error is at most 0.4 percentage
points.
"""

from __future__ import annotations

import csv
import sys

import numpy as np
from scipy.signal import lfilter

from indicators.spc import constants
from indicators.spc.ragged import Floats
from indicators.spc.tables.make_detectability import SPREADS, Spread, bounds, has_runs_signal, sigma_of

SEED = 20150402
N_SERIES = 20_000
SIZES = (12, 16, 24, 36, 48, 60, 96)
LAGS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 0.95)


def noise(shape: tuple[int, int], autocorrelation: float, random: np.random.Generator) -> Floats:
    """Rows of AR(1) noise with standard deviation 1."""
    shocks = random.normal(size=shape)
    shocks[:, 1:] *= np.sqrt(1 - autocorrelation**2)
    return np.asarray(lfilter([1.0], [1.0, -autocorrelation], shocks, axis=1))


def share_with_signal(spread: Spread, n_points: int, autocorrelation: float, n_series: int, seed: list[int]) -> float:
    """Share of `n_series` stable series that signal."""
    values = noise((n_series, n_points), autocorrelation, np.random.default_rng(seed))
    centre = np.median(values, axis=1) if spread.uses_median else values.mean(axis=1)
    distance = values - centre[:, None]
    signal = has_runs_signal(distance, *bounds(n_points))
    if spread.is_estimated is not None:
        sigma = sigma_of(values) if spread.is_estimated else np.ones(n_series)
        signal |= (np.abs(distance) > constants.SIGMAS * sigma[:, None]).any(axis=1)
    return float(signal.mean())


def main() -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["spread", "n_points", "autocorrelation", "probability"])
    for spread in SPREADS:
        for n_points in SIZES:
            for lag in LAGS:
                share = share_with_signal(spread, n_points, lag, N_SERIES, [SEED, n_points])
                writer.writerow([spread.code, n_points, lag, round(share, 4)])


if __name__ == "__main__":
    main()

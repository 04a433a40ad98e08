"""Simulate the tables of the phase adviser: how large its statistic gets by chance, and how often it proposes then.

    python -m indicators.spc.tables.make_adviser evidence > indicators/spc/tables/adviser_evidence.csv
    python -m indicators.spc.tables.make_adviser false_alarms > indicators/spc/tables/adviser_false_alarms.csv

The first takes some ten minutes on two processors, the second, which reads the first, some ten.

`evidence`: values of the statistic that a share of series without change exceeds, by number of values, shortest phase
and whether autocorrelation is estimated. 200,000 series of independent normal noise each (100,000 above 120 values,
50,000 above 240), so the standard error at the 5 % value is 0.05 (0.07, 0.10) percentage points.

`false_alarms`: share of series without change, but with autocorrelation phi (stationary autoregression of order 1,
normal), in which the adviser proposes a change at alpha 0.05 and 0.01. 40,000 series each, shortest phase 6; standard
error at most 0.25 percentage points.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from scipy.signal import lfilter

from indicators.spc.adviser.search import (
    PHI_ESTIMATED,
    PHI_NONE,
    Series,
    normal_scores,
    search,
    standardised,
    strongest,
)
from indicators.spc.ragged import Floats, Ints

SEED = 20180924
SHORTEST_PHASES = range(4, 13)
SIZES = [*range(8, 21), 22, 24, 26, 28, 30, 33, 36, 40, 44, 48, 54, 60, 72, 84, 96, 120, 156, 200, 240, 360, 480]
SHARES = [
    0.9,
    0.75,
    0.5,
    0.3,
    0.2,
    0.15,
    0.1,
    0.07,
    0.05,
    0.03,
    0.02,
    0.01,
    0.005,
    0.002,
    0.001,
    0.0005,
    0.0002,
    0.0001,
]
MODES = {"estimated": PHI_ESTIMATED, "none": PHI_NONE}
PHIS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
SIZES_OF_FALSE_ALARMS = (12, 18, 24, 36, 48, 60, 96, 144, 240)
ALPHAS = (0.05, 0.01)
_BLOCK = 5_000


def regular(values: Floats) -> Series:
    """Series of values without gaps or denominators, one per row."""
    gap: Ints = np.ones(values.shape, dtype=np.int64)
    gap[:, 0] = 0
    length = np.full(len(values), values.shape[1], dtype=np.int64)
    return Series(normal_scores(values), standardised(values), np.ones(values.shape), gap, length)


def autoregressive(shape: tuple[int, int], phi: float, random: np.random.Generator) -> Floats:
    """Stationary normal autoregression of order 1 with standard deviation 1; one series per row."""
    shocks = random.normal(size=shape)
    shocks[:, 1:] *= np.sqrt(1 - phi * phi)
    return np.asarray(lfilter([1.0], [1.0, -phi], shocks, axis=1))


def _blocks(n_series: int) -> Iterator[int]:
    for start in range(0, n_series, _BLOCK):
        yield min(_BLOCK, n_series - start)


def statistics(n_values: int, n_series: int, phis: Floats, random: np.random.Generator) -> dict[int, Floats]:
    """The statistic of `n_series` series of independent noise, by shortest phase."""
    shortest = [length for length in SHORTEST_PHASES if 2 * length <= n_values]
    drawn: dict[int, list[Floats]] = {length: [] for length in shortest}
    for n_block in _blocks(n_series):
        series = regular(random.normal(size=(n_block, n_values)))
        log_ratio = search(series, phis=phis).log_ratio
        for length in shortest:
            drawn[length].append(strongest(log_ratio, series.length, length)[0])
    return {length: np.concatenate(parts) for length, parts in drawn.items()}


def _evidence_of(mode: str, n_values: int) -> list[list[object]]:
    random = np.random.default_rng([SEED, list(MODES).index(mode), n_values])
    n_series = 200_000 if n_values <= 120 else 100_000 if n_values <= 240 else 50_000
    drawn = statistics(n_values, n_series, MODES[mode], random)
    exceeded = {length: np.quantile(values, 1 - np.array(SHARES)) for length, values in drawn.items()}
    return [[mode, length, n_values, *(f"{value:.4f}" for value in row)] for length, row in exceeded.items()]


def write_evidence(writer: csv.Writer) -> None:  # type: ignore[name-defined]
    writer.writerow(["autocorrelation", "minimum_segment", "n_values", *SHARES])
    tasks = [(mode, n_values) for mode in MODES for n_values in SIZES]
    with ProcessPoolExecutor(2) as pool:
        for rows in pool.map(_evidence_of, *zip(*tasks, strict=True)):
            writer.writerows(rows)
            sys.stdout.flush()


def write_false_alarms(writer: csv.Writer) -> None:  # type: ignore[name-defined]
    from indicators.spc.adviser.calibration import p_values

    writer.writerow(["autocorrelation", "n_values", "phi", *ALPHAS])
    for number, (mode, phis) in enumerate(MODES.items()):
        for n_values in SIZES_OF_FALSE_ALARMS:
            for phi in PHIS:
                random = np.random.default_rng([SEED, number, n_values, int(100 * phi)])
                proposed = np.zeros(len(ALPHAS))
                n_series = 40_000
                for n_block in _blocks(n_series):
                    series = regular(autoregressive((n_block, n_values), phi, random))
                    statistic, _ = strongest(search(series, phis=phis).log_ratio, series.length, 6)
                    p = p_values(statistic, series.length, 6, mode)
                    proposed += [(p <= alpha).sum() for alpha in ALPHAS]
                writer.writerow([mode, n_values, phi, *(f"{share:.4f}" for share in proposed / n_series)])
            sys.stdout.flush()


if __name__ == "__main__":
    {"evidence": write_evidence, "false_alarms": write_false_alarms}[sys.argv[1]](
        csv.writer(sys.stdout, lineterminator="\n")
    )

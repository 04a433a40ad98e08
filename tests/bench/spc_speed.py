"""Speed of the SPC library: `python tests/bench/spc_speed.py [--quick]` prints three tables.

1. P charts with all four limits, 3 sigma, shift, trend, two of three and the Anhøj rules: flat arrays to figures, and
   a long DataFrame to a DataFrame, beside two Python peers on the same series (development extra), as ratios.
2. How the cost grows from 200 to 2,000,000 series, with the memory taken beside the input.
3. The compiled kernel (`tavle[fast]`) at 1,000,000 series of 60 months, on one core.

Machines are noisy: contenders run by turns in one process and the median is printed; ratios are what counts. The peers
are called through their public functions, one series a call, with the rules they have.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import time
import tracemalloc
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from indicators import spc  # noqa: E402 - the project is not installed where this runs
from indicators.spc.kernel import Options  # noqa: E402

MONTHS = 36

EVERYTHING = replace(
    spc.PROFILES["mdc"].with_lengths(shift=8, trend=6, two_of_three="classic"), code="everything", has_runs=True
)
"""Every rule the comparison asks for in one profile: Anhøj, 3 sigma, shift, trend, two of three."""

OPTIONS = Options(record=spc.CHARTS["p"], profile=EVERYTHING, method=spc.METHODS["anhoej"])


@dataclass(frozen=True)
class Contender:
    """What is timed: `run` treats `n_series` series in one go."""

    name: str
    n_series: int
    run: Callable[[], object]


def counts(n_series: int, months: int = MONTHS) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Stable proportions of 30 %, 50-200 cases a month: numerators, denominators, offsets."""
    rng = np.random.default_rng(20170515)
    n = rng.integers(50, 200, n_series * months).astype(np.float64)
    # The normal stand-in draws millions in seconds; what is timed does not depend on it.
    y = np.clip(np.rint(0.3 * n + np.sqrt(0.21 * n) * rng.standard_normal(len(n))), 0, n)
    return y, n, np.arange(0, n_series * months + 1, months)


def frame_of(n_series: int) -> pd.DataFrame:
    """The same as a long frame with text keys and dates, sorted."""
    y, n, _ = counts(n_series)
    return pd.DataFrame(
        {
            "unit": np.repeat([f"U{number:06d}" for number in range(n_series)], MONTHS),
            "period": np.tile(pd.date_range("2022-01-01", periods=MONTHS, freq="MS"), n_series),
            "numerator": y,
            "denominator": n,
        }
    )


def medians(contenders: list[Contender], rounds: int) -> dict[str, float]:
    """Series per second of each, the median over rounds in which all run by turns."""
    for contender in contenders:  # once for caches and compilation
        contender.run()
    seconds: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for _ in range(rounds):
        for contender in contenders:
            start = time.perf_counter()
            contender.run()
            seconds[contender.name].append(time.perf_counter() - start)
    return {each.name: each.n_series / statistics.median(seconds[each.name]) for each in contenders}


def _arrays(n_series: int, engine: str, months: int = MONTHS) -> Callable[[], object]:
    y, n, offsets = counts(n_series, months)
    return lambda: spc.summarise_arrays(y, n, offsets, OPTIONS, engine=engine)


def _frame(n_series: int) -> Callable[[], object]:
    frame = frame_of(n_series)
    return lambda: spc.analyse_many(frame, by=["unit"], profile=EVERYTHING)


def _pycontrolcharts(n_series: int) -> Callable[[], object]:
    import pycontrolcharts

    y, n, offsets = counts(n_series)
    rules = pycontrolcharts.RunTestConfig(test6=False, test2_n=8, test3_n=6)
    series = [
        pd.DataFrame({"numerator": y[first:last], "denominator": n[first:last]})
        for first, last in itertools.pairwise(offsets)
    ]
    return lambda: [
        pycontrolcharts.calc_p(each, value_column="numerator", sample_size_column="denominator", run_tests=rules)
        for each in series
    ]


def _qikit(n_series: int) -> Callable[[], object]:
    import qikit

    y, n, offsets = counts(n_series)
    series = [(y[first:last], n[first:last]) for first, last in itertools.pairwise(offsets)]
    months = np.arange(MONTHS)
    return lambda: [qikit.qic(x=months, y=numerator, n=denominator, chart="p") for numerator, denominator in series]


def compare(rounds: int) -> None:
    contenders = [
        Contender("arrays, numpy, 200 series", 200, _arrays(200, "numpy")),
        Contender("arrays, numpy, 2,000 series", 2_000, _arrays(2_000, "numpy")),
        Contender("arrays, numpy, 20,000 series", 20_000, _arrays(20_000, "numpy")),
        Contender("DataFrame to DataFrame, 200 series", 200, _frame(200)),
        Contender("DataFrame to DataFrame, 20,000 series", 20_000, _frame(20_000)),
        Contender("arrays, numba, 20,000 series", 20_000, _arrays(20_000, "numba")),
        Contender("pycontrolcharts calc_p, 200 series", 20, _pycontrolcharts(20)),
        Contender("clinical-qikit qic p (Anhøj), 200 series", 20, _qikit(20)),
    ]
    found = medians(contenders, rounds)
    peers = {name: rate for name, rate in found.items() if name.startswith(("pycontrolcharts", "clinical-qikit"))}
    print(f"\nP charts of {MONTHS} months, median of {rounds} rounds by turns")
    print(f"{'':44}{'series/s':>12}" + "".join(f"{'× ' + name.split()[0]:>20}" for name in peers))
    for name, rate in found.items():
        ratios = "".join(f"{rate / peer:>20,.0f}" for peer in peers.values())
        print(f"{name:44}{rate:>12,.0f}{ratios}")


def growth(sizes: list[int], rounds: int) -> None:
    print(f"\nGrowth, numpy, P charts of {MONTHS} months, median of {rounds} rounds")
    print(f"{'series':>12}{'seconds':>12}{'series/s':>12}{'input MB':>12}{'beside MB':>12}")
    for size in sizes:
        y, n, offsets = counts(size)
        seconds = []
        for _ in range(rounds):
            start = time.perf_counter()
            spc.summarise_arrays(y, n, offsets, OPTIONS)
            seconds.append(time.perf_counter() - start)
        tracemalloc.start()
        spc.summarise_arrays(y, n, offsets, OPTIONS)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        middle = statistics.median(seconds)
        taken = (y.nbytes + n.nbytes + offsets.nbytes) / 1e6
        print(f"{size:>12,}{middle:>12.3f}{size / middle:>12,.0f}{taken:>12,.0f}{peak / 1e6:>12,.0f}")


def nation(n_series: int, months: int, rounds: int) -> None:
    y, n, offsets = counts(n_series, months)
    spc.summarise_arrays(y[: months * 10], n[: months * 10], offsets[:11], OPTIONS, engine="numba")
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        spc.summarise_arrays(y, n, offsets, OPTIONS, engine="numba")
        seconds.append(time.perf_counter() - start)
    tracemalloc.start()
    spc.summarise_arrays(y, n, offsets, OPTIONS, engine="numba")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    middle = statistics.median(seconds)
    print(
        f"\nnumba, one core, {n_series:,} series of {months} months: {middle:.2f} s, {n_series / middle:,.0f} series/s,"
    )
    print(f"{peak / 1e6:,.0f} MB beside the input of {(y.nbytes + n.nbytes) / 1e6:,.0f} MB; median of {rounds} rounds")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, and no more than 200,000 series")
    quick = parser.parse_args().quick
    warnings.simplefilter("ignore")  # the peers warn about their own dependencies
    compare(rounds=5 if quick else 15)
    growth([200, 2_000, 20_000, 200_000] + ([] if quick else [2_000_000]), rounds=3)
    nation(100_000 if quick else 1_000_000, 60, rounds=3)


if __name__ == "__main__":
    main()

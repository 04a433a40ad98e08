"""How often the phase adviser proposes, how near it places, how often it is wrong: beside two plain rules.

    python tests/simulation/adviser.py            the whole table, 10,000 series a cell, some ten minutes
    python tests/simulation/adviser.py --quick    1,000 series a cell

A step begins after `step after` of `n` months; its size is in standard deviations of the noise. A cell reads:
proposed / placed within two months of the truth / within one month, in percent of all series, and for the adviser /
interval covers the truth, in percent of the proposals / median months in the interval. "false" is the percentage of
series without a step that get a proposal, at 5 %. Standard error at most 0.5 percentage points (false: 0.2).

    adviser          autocorrelation estimated, the default
    adviser, indep.  autocorrelation="none": the points are known to be independent
    CUSUM            largest cumulated deviation from the mean, where it is; it favours the middle of a series
    max LR           largest two-sample t that leaves 6 points on both sides: the plain maximally selected rule

The two plain rules take their 5 % values from 40,000 series of normal noise of the same length, seeded.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.signal import lfilter

from indicators.spc.adviser import advise_many

SEED = 20240424
STEPS = (1.0, 1.5, 2.0)
Draw = Callable[[tuple[int, int], int, float, np.random.Generator], tuple[np.ndarray, np.ndarray | None]]
Plain = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


def cusum(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Largest cumulated deviation from the mean in standard deviations, and the values before it."""
    cumulated = np.abs(np.cumsum(y - y.mean(axis=1, keepdims=True), axis=1)[:, :-1])
    sd = y.std(axis=1, ddof=1)
    return cumulated.max(axis=1) / np.where(sd > 0, sd, 1.0), cumulated.argmax(axis=1) + 1


def maximal_ratio(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Largest share of the variance that two levels explain, with at least 6 values each, and the values before it."""
    n = y.shape[1]
    k = np.arange(6, n - 5)
    centred = y - y.mean(axis=1, keepdims=True)
    total = (centred**2).sum(axis=1, keepdims=True)
    explained = np.cumsum(centred, axis=1)[:, k - 1] ** 2 * n / (k * (n - k)) / np.where(total > 0, total, 1.0)
    return explained.max(axis=1), k[explained.argmax(axis=1)]


PLAIN: dict[str, Plain] = {"CUSUM": cusum, "max LR": maximal_ratio}


def stepped(noise: np.ndarray, before: int, step: float) -> np.ndarray:
    noise[:, before:] += step
    return noise


def normal(shape: tuple[int, int], before: int, step: float, random: np.random.Generator):
    return stepped(random.normal(size=shape), before, step), None


def exponential(shape: tuple[int, int], before: int, step: float, random: np.random.Generator):
    return stepped(random.exponential(size=shape), before, step), None


def lognormal(shape: tuple[int, int], before: int, step: float, random: np.random.Generator):
    """Log sd 1.5: one value in twenty is twelve times the median. Steps in units of the median."""
    return stepped(np.exp(1.5 * random.normal(size=shape)), before, step), None


def heavy_tailed(shape: tuple[int, int], before: int, step: float, random: np.random.Generator):
    return stepped(random.standard_t(3, size=shape) / np.sqrt(3.0), before, step), None


def one_outlier(shape: tuple[int, int], before: int, step: float, random: np.random.Generator):
    noise = random.normal(size=shape)
    noise[np.arange(shape[0]), random.integers(0, shape[1], shape[0])] += 6.0
    return stepped(noise, before, step), None


def missing(shape: tuple[int, int], before: int, step: float, random: np.random.Generator):
    noise = stepped(random.normal(size=shape), before, step)
    noise[random.random(shape) < 0.1] = np.nan
    return noise, None


def autoregressive(phi: float) -> Draw:
    def draw(shape: tuple[int, int], before: int, step: float, random: np.random.Generator):
        shocks = random.normal(size=shape)
        shocks[:, 1:] *= np.sqrt(1 - phi * phi)
        return stepped(lfilter([1.0], [1.0, -phi], shocks, axis=1), before, step), None

    return draw


def binomial(level: float, fewest: int = 20, most: int = 100) -> Draw:
    """Proportions of `fewest` to `most` cases; sd is that of a point with the mean number of cases."""

    def draw(shape: tuple[int, int], before: int, step: float, random: np.random.Generator):
        n = random.integers(fewest, most + 1, shape)
        p = np.full(shape[1], level)
        p[before:] += step * np.sqrt(level * (1 - level) / ((fewest + most) / 2))
        return random.binomial(n, p).astype(float), n.astype(float)

    return draw


def poisson(mean: float) -> Draw:
    """Rates with exposures between half and one and a half; `mean` events at the middle one."""

    def draw(shape: tuple[int, int], before: int, step: float, random: np.random.Generator):
        exposure = random.uniform(500, 1500, shape)
        rate = np.full(shape[1], mean / 1000)
        rate[before:] += step * np.sqrt(mean) / 1000
        return random.poisson(rate * exposure).astype(float), exposure

    return draw


@dataclass(frozen=True)
class Scenario:
    name: str
    n: int
    before: int
    draw: Draw
    chart: str = "i"
    has_plain: bool = True


SCENARIOS = [
    *(Scenario("normal", n, before, normal) for n in (24, 36, 48, 60) for before in (n // 2, 3 * n // 4)),
    Scenario("autocorrelation 0.2", 48, 24, autoregressive(0.2)),
    Scenario("autocorrelation 0.4", 48, 24, autoregressive(0.4)),
    Scenario("autocorrelation 0.4", 24, 12, autoregressive(0.4)),
    Scenario("autocorrelation 0.6", 48, 24, autoregressive(0.6)),
    Scenario("exponential", 48, 24, exponential),
    Scenario("exponential", 24, 12, exponential),
    Scenario("t with 3 df", 48, 24, heavy_tailed),
    Scenario("lognormal, log sd 1.5", 48, 24, lognormal),
    Scenario("lognormal, log sd 1.5", 96, 48, lognormal),
    Scenario("one outlier of 6 sd", 48, 24, one_outlier),
    Scenario("a tenth missing", 48, 24, missing, has_plain=False),
    Scenario("binomial 30 %, 20-100 cases", 48, 24, binomial(0.3), "p"),
    Scenario("binomial 30 %, 20-100 cases", 24, 12, binomial(0.3), "p"),
    Scenario("binomial 5 %, 20-100 cases", 48, 24, binomial(0.05), "p"),
    Scenario("Poisson, 8 events", 48, 24, poisson(8.0), "u"),
    Scenario("Poisson, 2 events", 48, 24, poisson(2.0), "u"),
]


def blocks(n_series: int) -> Iterator[int]:
    for start in range(0, n_series, 5_000):
        yield min(5_000, n_series - start)


def advised(scenario: Scenario, step: float, n_series: int, mode: str, random: np.random.Generator) -> pd.DataFrame:
    parts = []
    for n_block in blocks(n_series):
        y, n = scenario.draw((n_block, scenario.n), scenario.before, step, random)
        parts.append(advise_many(y, denominators=n, chart=scenario.chart, autocorrelation=mode))
    return pd.concat(parts, ignore_index=True)


def cell_of_adviser(table: pd.DataFrame, before: int) -> str:
    made = table[table.is_proposed]
    error = (made.position - 1 - before).abs()
    covers = (made.first_position <= before + 1) & (before + 1 <= made.last_position)
    months = (made.last_position - made.first_position + 1).median()
    share = 100 / len(table)
    return (
        f"{len(made) * share:.1f} / {(error <= 2).sum() * share:.1f} / {(error <= 1).sum() * share:.1f} / "
        f"{100 * covers.mean():.1f} / {months:.0f}"
    )


def plain_limit(rule: Plain, n: int) -> float:
    random = np.random.default_rng([SEED, n])
    return float(np.quantile(np.concatenate([rule(random.normal(size=(5_000, n)))[0] for _ in range(8)]), 0.95))


def plain_row(scenario: Scenario, name: str, n_series: int, limit: float, seed: list[int]) -> list[str]:
    cells = []
    for number, step in enumerate((0.0, *STEPS)):
        random = np.random.default_rng([*seed, number])
        found, placed = [], []
        for n_block in blocks(n_series * 4 if step == 0 else n_series):
            y, n = scenario.draw((n_block, scenario.n), scenario.before, step, random)
            statistic, place = PLAIN[name](y if n is None else y / n)
            found.append(statistic > limit)
            placed.append(np.abs(place - scenario.before))
        is_found, error = np.concatenate(found), np.concatenate(placed)
        shares = [is_found, is_found & (error <= 2), is_found & (error <= 1)]
        cells.append(" / ".join(f"{100 * each.mean():.1f}" for each in (shares[:1] if step == 0 else shares)))
    return cells


def rows_of(number: int, n_series: int) -> list[str]:
    """The lines of one scenario: the adviser in both modes and the plain rules."""
    scenario = SCENARIOS[number]
    rows = {}
    for name, mode in (("adviser", "estimated"), ("adviser, indep.", "none")):
        cells = []
        for column, step in enumerate((0.0, *STEPS)):
            random = np.random.default_rng([SEED, number, column])
            table = advised(scenario, step, n_series * 4 if step == 0 else n_series, mode, random)
            cells.append(
                f"{100 * table.is_proposed.mean():.1f}" if step == 0 else cell_of_adviser(table, scenario.before)
            )
        rows[name] = cells
    for name in PLAIN if scenario.has_plain else ():
        rows[name] = plain_row(scenario, name, n_series, plain_limit(PLAIN[name], scenario.n), [SEED, number])
    return [
        f"| {scenario.name} | {scenario.n} | {scenario.before} | {name} | {' | '.join(cells)} |"
        for name, cells in rows.items()
    ]


def main() -> None:
    n_series = 1_000 if "--quick" in sys.argv else 10_000
    start = time.perf_counter()
    print("| noise | n | step after | rule | false | 1.0 sd | 1.5 sd | 2.0 sd |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    with ProcessPoolExecutor(2) as pool:
        for rows in pool.map(rows_of, range(len(SCENARIOS)), [n_series] * len(SCENARIOS)):
            print("\n".join(rows), flush=True)
    print(f"\n{time.perf_counter() - start:.0f} s, {n_series:,} series a cell")
    speed()


def speed() -> None:
    """Series per second, long frame to table and matrix to table, of a board of 500 series of 36 months."""
    random = np.random.default_rng(SEED)
    n_series, n_points = 500, 36
    frame = pd.DataFrame(
        {
            "unit": np.repeat(np.arange(n_series), n_points),
            "period": np.tile(pd.date_range("2023-01-01", periods=n_points, freq="MS"), n_series),
            "numerator": random.binomial(80, 0.3, n_series * n_points),
            "denominator": random.integers(80, 120, n_series * n_points),
        }
    )
    matrix = random.normal(size=(n_series, n_points))
    for name, run in (
        ("proportions, long frame", lambda: advise_many(frame, "unit")),
        ("values, matrix", lambda: advise_many(matrix)),
    ):
        run()
        times = []
        for _ in range(5):
            start = time.perf_counter()
            run()
            times.append(time.perf_counter() - start)
        print(f"{name}: {n_series} series in {1000 * np.median(times):.0f} ms, {n_series / np.median(times):,.0f}/s")


if __name__ == "__main__":
    main()

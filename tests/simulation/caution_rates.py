"""How often each caution speaks: on noise that fits its chart (at most 5 %), and where it should.

Run `python tests/simulation/caution_rates.py`; it takes about two minutes.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.signal import lfilter

from indicators import spc
from indicators.spc.diagnostics import Code, diagnose_many
from indicators.spc.ragged import Floats

SEED = 20150403
N_SERIES = 2_000
MAXIMUM = 0.05

Made = Callable[[np.random.Generator, tuple[int, int]], tuple[Floats, Floats | None]]


def binomial(share: float, size: float, spread: float = 0.0) -> Made:
    """Denominators vary by a fifth; `spread` is the standard deviation of the true share from month to month."""

    def make(random: np.random.Generator, shape: tuple[int, int]) -> tuple[Floats, Floats | None]:
        n = np.maximum(random.poisson(size, shape), 1)
        true = np.clip(share + spread * random.normal(size=shape), 0, 1)
        return random.binomial(n, true).astype(float), n.astype(float)

    return make


def poisson(mean: float, spread: float = 0.0, has_denominator: bool = False, low: float = 0.85) -> Made:
    def make(random: np.random.Generator, shape: tuple[int, int]) -> tuple[Floats, Floats | None]:
        size = random.uniform(low, 2 - low, shape)
        true = mean * np.maximum(1 + spread * random.normal(size=shape), 0)
        if has_denominator:
            return random.poisson(true * size).astype(float), 1000 * size
        return random.poisson(true).astype(float), None

    return make


def normal(
    *, autocorrelation: float = 0.0, swing: float = 0.0, step: float = 0.0, trend: float = 0.0, step_at: float = 0.5
) -> Made:
    """`swing`: amplitude of a yearly wave; `step` and `trend` (over the whole series): in standard deviations."""

    def make(random: np.random.Generator, shape: tuple[int, int]) -> tuple[Floats, Floats | None]:
        shocks = random.normal(size=shape)
        shocks[:, 1:] *= np.sqrt(1 - autocorrelation**2)
        y = lfilter([1.0], [1.0, -autocorrelation], shocks, axis=1)
        month = np.arange(shape[1])
        y += swing * np.sin(2 * np.pi * month / 12) + step * (month >= step_at * shape[1])
        return y + trend * month / shape[1], None

    return make


def lognormal(sigma: float) -> Made:
    return lambda random, shape: (np.exp(sigma * random.normal(size=shape)), None)


def spiked(size: float) -> Made:
    def make(random: np.random.Generator, shape: tuple[int, int]) -> tuple[Floats, Floats | None]:
        y = random.normal(size=shape)
        y[np.arange(shape[0]), random.integers(0, shape[1], shape[0])] += size
        return y, None

    return make


def rounded(unit: float) -> Made:
    return lambda random, shape: (np.round(random.normal(size=shape) / unit) * unit, None)


def smoothed(share: float, size: float) -> Made:
    """Numerators and denominators over the last three months: what happens to a moving average."""

    def make(random: np.random.Generator, shape: tuple[int, int]) -> tuple[Floats, Floats | None]:
        months = random.binomial(int(size), share, (shape[0], shape[1] + 2)).astype(float)
        summed = months[:, :-2] + months[:, 1:-1] + months[:, 2:]
        return np.round(summed / 3), np.full(shape, size)

    return make


CLEAN: tuple[tuple[str, str, Made], ...] = (
    ("run, normal", "run", normal()),
    ("i, normal", "i", normal()),
    ("p, 30 % of about 100", "p", binomial(0.3, 100)),
    ("p, 5 % of about 60", "p", binomial(0.05, 60)),
    ("p, 96 % of about 80", "p", binomial(0.96, 80)),
    ("u, 20 events", "u", poisson(20, has_denominator=True)),
    ("u, 3 events", "u", poisson(3, has_denominator=True)),
    ("c, 20 events", "c", poisson(20)),
    ("c, 4 events", "c", poisson(4)),
    ("c, exposure within 5 %", "c", poisson(20, has_denominator=True, low=0.95)),
)

SPOILT: tuple[tuple[str, str, Made, Code], ...] = (
    ("i, autocorrelation 0.3", "i", normal(autocorrelation=0.3), Code.AUTOCORRELATION),
    ("i, autocorrelation 0.5", "i", normal(autocorrelation=0.5), Code.AUTOCORRELATION),
    ("run, autocorrelation 0.7", "run", normal(autocorrelation=0.7), Code.AUTOCORRELATION),
    ("i, yearly wave of 1 sd", "i", normal(swing=1.0), Code.SEASONALITY),
    ("i, yearly wave of 1.5 sd", "i", normal(swing=1.5), Code.SEASONALITY),
    ("i, wave 1.5 and step 1.5 sd", "i", normal(swing=1.5, step=1.5), Code.SEASONALITY),
    ("p, sigma twice the binomial", "p", binomial(0.3, 500, spread=0.035), Code.OVERDISPERSION),
    ("u, sigma 1.5 times Poisson", "u", poisson(50, spread=0.16, has_denominator=True), Code.OVERDISPERSION),
    ("p, mean of three months", "p", smoothed(0.3, 100), Code.UNDERDISPERSION),
    ("c, exposure varies threefold", "c", poisson(20, has_denominator=True, low=0.5), Code.UNEVEN_DENOMINATORS),
    ("c, 0.7 events", "c", poisson(0.7), Code.RARE_EVENTS),
    ("p, 1 % of about 60", "p", binomial(0.01, 60), Code.RARE_EVENTS),
    ("i, lognormal, sigma 0.8", "i", lognormal(0.8), Code.SKEWED),
    ("i, exponential-like, sigma 1.2", "i", lognormal(1.2), Code.SKEWED),
    ("i, one point 10 sd away", "i", spiked(10), Code.OUTLIERS),
    ("run, rounded to 3 sd", "run", rounded(3), Code.MANY_ON_CENTRE),
    ("i, rounded to 1.5 sd", "i", rounded(1.5), Code.FEW_VALUES),
)

MISTAKEN: tuple[tuple[str, str, Made, Code], ...] = (
    ("i, autocorrelation 0.3", "i", normal(autocorrelation=0.3), Code.SEASONALITY),
    ("i, autocorrelation 0.5", "i", normal(autocorrelation=0.5), Code.SEASONALITY),
    ("i, step of 2 sd midway", "i", normal(step=2), Code.SEASONALITY),
    ("i, step of 2 sd at 40 %", "i", normal(step=2, step_at=0.4), Code.SEASONALITY),
    ("i, trend of 3 sd", "i", normal(trend=3), Code.SEASONALITY),
    ("i, step of 3 sd at 80 %", "i", normal(step=3, step_at=0.8), Code.SKEWED),
    ("i, yearly wave of 1.5 sd", "i", normal(swing=1.5), Code.AUTOCORRELATION),
    ("i, step of 2 sd midway", "i", normal(step=2), Code.AUTOCORRELATION),
)


def rates(
    chart: str, make: Made, n_points: int, n_series: int, seed: int, *, n_phases: int = 1, share_missing: float = 0.0
) -> dict[str, float]:
    """Share of series with each caution, and with any."""
    random = np.random.default_rng([SEED, seed, n_points])
    y, denominator = make(random, (n_series, n_points))
    if share_missing:
        y[random.random(y.shape) < share_missing] = np.nan
    frame = pd.DataFrame(
        {
            "series": np.repeat(np.arange(n_series), n_points),
            "period": np.tile(pd.date_range("2019-01-01", periods=n_points, freq="MS"), n_series),
            "y": y.ravel(),
        }
    )
    if denominator is not None:
        frame["n"] = denominator.ravel()
    starts = [1 + n_points * number // n_phases for number in range(1, n_phases)]
    found = diagnose_many(
        frame, by=["series"], chart=chart, y="y", n=None if denominator is None else "n", phases=starts
    )
    share = {code.value: 0.0 for code in Code}
    share.update((found["code"].value_counts() / n_series).to_dict())
    return {**share, "any": found["series"].nunique() / n_series}


def print_small_counts(n_series: int) -> None:
    """Why `rare_events` speaks below 1.4 expected events: false alarms of stable c charts."""
    print("\nStable c charts of 36 points that signal, percent, by expected events per point:\n")
    for mean in (0.3, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0, 5.0, 20.0, 50.0):
        y = np.random.default_rng([SEED, int(10 * mean)]).poisson(mean, (n_series, 36))
        frame = pd.DataFrame(
            {"series": np.repeat(np.arange(n_series), 36), "period": np.tile(np.arange(36), n_series), "y": y.ravel()}
        )
        found = spc.analyse_many(frame, by=["series"], chart="c", y="y", n=None)
        is_signal = found["is_claimed"] & (found["runs_signal"] | (found["n_outside_limits"] > 0))
        print(f"{mean:8.1f}{100 * is_signal.mean():8.0f}")


def main(n_series: int = N_SERIES) -> None:
    print(f"Share of {n_series:,} series with each caution, percent. Noise that fits its chart:\n")
    codes = [code.value for code in Code]
    print(f"{'':34}" + "".join(f"{code[:9]:>10}" for code in [*codes, "any"]))
    worst = 0.0
    for number, (name, chart, make) in enumerate(CLEAN):
        for n_points, n_phases, missing in ((12, 1, 0), (24, 1, 0), (36, 1, 0), (36, 2, 0.1), (60, 1, 0)):
            found = rates(chart, make, n_points, n_series, number, n_phases=n_phases, share_missing=missing)
            worst = max(worst, *(found[code] for code in codes))
            how = f"{name}, n {n_points}" + (", 2 ph, gaps" if n_phases > 1 else "")
            print(f"{how:34}" + "".join(f"{100 * found[code]:10.1f}" for code in [*codes, "any"]))
    print(f"\nHighest of any one caution: {100 * worst:.1f} % (bound {100 * MAXIMUM:.0f} %).")
    for title, cases in (("Found where it should be", SPOILT), ("Said where something else is the matter", MISTAKEN)):
        print(f"\n{title}, percent of series of 24, 36, 60 points:\n")
        for number, (name, chart, make, code) in enumerate(cases):
            shares = [rates(chart, make, n, n_series // 4, 100 + number)[code.value] for n in (24, 36, 60)]
            print(f"{name:34}{code.value:20}" + "".join(f"{100 * share:8.0f}" for share in shares))
    print_small_counts(n_series)


if __name__ == "__main__":
    main()

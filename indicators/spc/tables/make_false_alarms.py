"""Simulate `false_alarms.csv`: how often a stable process claims a signal.

Run `python -m indicators.spc.tables.make_false_alarms > indicators/spc/tables/false_alarms.csv`: twenty minutes.

Series in which nothing happens are drawn and analysed as the product analyses them: every profile in `PROFILES`, method
`anhoej`, no phases, nothing frozen. Two readings are counted: `phase`, any claimed signal; `last_point`, a claimed
signal that the last point is part of (too few crossings belong to no point and do not count).

| chart | noise | mean_count |
| --- | --- | --- |
| run, i, mr | normal | |
| p, pp | binomial of 100 | 1, 2, 5, 10, 50 expected events |
| c, up | Poisson, equal exposure (then u is c) | 1, 2, 5, 10, 50 expected events |
| t | exponential | |
| g | geometric, mean 20 | |

Autocorrelation 0.1 … 0.6 (run, i, p, c): a first-order autoregressive normal process; for counts each value is replaced
by the count at the same quantile, and the normal process is given the autocorrelation at which that of the *counts* is
the one in the table.

Independent series: 80,000 of the i chart and 20,000 of p and c, so a standard error of at most 0.2 and 0.35 percentage
points; of the others, and of all correlated ones, 10,000 (0.5). Column n_series has the number.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, lgamma

import numpy as np
from scipy import optimize, stats

from indicators import spc
from indicators.spc.ragged import Floats

SEED = 20140901
BLOCK = 5_000
SIZES = (10, 11, 12, 14, 16, 18, 20, 22, 23, 24, 26, 28, 30, 33, 36, 40, 45, 46, 50, 55, 60, 72, 90, 91, 120, 180, 240)
"""Both sides of each step of the longest run that is allowed: 11 and 12, 22 and 23, 45 and 46, 90 and 91."""

CORRELATED_SIZES = (10, 12, 16, 20, 24, 30, 36, 48, 60, 120)
AUTOCORRELATIONS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
MEAN_COUNTS = (1.0, 2.0, 5.0, 10.0, 50.0)
CASES = 100
MEAN_BETWEEN = 20.0
_TERMS = 120


@dataclass(frozen=True, slots=True)
class Noise:
    """A stable process and the charts that are drawn of it. `charts` maps code to number of series; `correlated` names
    those that are simulated with autocorrelation too."""

    name: str
    charts: dict[str, int]
    correlated: tuple[str, ...] = ()
    mean_count: float | None = None


NOISES = (
    Noise("normal", {"run": 10_000, "i": 80_000, "mr": 10_000}, ("run", "i")),
    *(Noise("binomial", {"p": 20_000, "pp": 10_000}, ("p",), mean) for mean in MEAN_COUNTS),
    *(Noise("poisson", {"c": 20_000, "up": 10_000}, ("c",), mean) for mean in MEAN_COUNTS),
    Noise("exponential", {"t": 10_000}),
    Noise("geometric", {"g": 10_000}),
)


def thresholds(noise: Noise) -> Floats:
    """Where a standard normal value becomes the next count: the count is the number of thresholds below it."""
    mean = noise.mean_count or 0.0
    process = stats.binom(CASES, mean / CASES) if noise.name == "binomial" else stats.poisson(mean)
    below = process.cdf(np.arange(int(process.isf(1e-12)) + 1))
    # Quantiles beyond 8 standard deviations are never drawn; kept finite, so that the counts keep their numbers.
    return np.asarray(stats.norm.ppf(below).clip(-8.0, 8.0))


def latent_autocorrelation(edges: Floats, wanted: float) -> float:
    """The autocorrelation of the normal process at which the counts have `wanted`.

    With Hermite coefficients a_k of the count as a function of the normal value, cov(r) = sum of a_k^2 r^k (Mehler).

    Examples
    --------
    >>> round(latent_autocorrelation(np.zeros(1), 1 / 3), 6)  # two values: sin(pi / 2 * 1 / 3)
    0.5
    """
    density = stats.norm.pdf(edges)
    before, hermite = np.zeros_like(edges), np.ones_like(edges)
    squares = []
    for k in range(1, _TERMS):
        squares.append((density @ hermite) ** 2 / exp(lgamma(k + 1)))
        before, hermite = hermite, edges * hermite - (k - 1) * before
    below = stats.norm.sf(edges)
    variance = float(2 * (below * np.arange(len(edges))).sum() + below.sum() - below.sum() ** 2)

    def excess(r: float) -> float:
        return float(sum(a * r**k for k, a in enumerate(squares, start=1))) / variance - wanted

    return float(optimize.brentq(excess, 0.0, 0.999))


def drawn(noise: Noise, shape: tuple[int, int], autocorrelation: float, random: np.random.Generator) -> Floats:
    """Values or numerators, shape (series, points)."""
    if autocorrelation > 0:
        edges = None if noise.name == "normal" else thresholds(noise)
        r = autocorrelation if edges is None else latent_autocorrelation(edges, autocorrelation)
        z = random.normal(size=shape)
        for column in range(1, shape[1]):
            z[:, column] = r * z[:, column - 1] + np.sqrt(1 - r**2) * z[:, column]
        return z if edges is None else np.searchsorted(edges, z).astype(np.float64)
    if noise.name == "binomial":
        return random.binomial(CASES, (noise.mean_count or 0.0) / CASES, shape).astype(np.float64)
    if noise.name == "poisson":
        return random.poisson(noise.mean_count or 0.0, shape).astype(np.float64)
    if noise.name == "geometric":
        return random.geometric(1 / (MEAN_BETWEEN + 1), shape).astype(np.float64) - 1
    return random.exponential(size=shape) if noise.name == "exponential" else random.normal(size=shape)


def shares(
    noise: Noise,
    n_points: int,
    n_series: int,
    charts: tuple[str, ...],
    autocorrelation: float,
    seed: tuple[int, ...],
    profiles: tuple[spc.Profile, ...] | None = None,
) -> dict[tuple[str, str], tuple[float, float]]:
    """By profile and chart: the share of series with a signal in the phase, and at the last point.

    All charts and profiles (None: every one there is) are asked about the same series.
    """
    random = np.random.default_rng(seed)
    asked = {profile.code: profile for profile in profiles or spc.PROFILES.values()}
    found = {(profile, chart): np.zeros(2) for profile in asked for chart in charts}
    for start in range(0, n_series, BLOCK):
        n_block = min(BLOCK, n_series - start)
        y = drawn(noise, (n_block, n_points), autocorrelation, random).ravel()
        offsets = np.arange(n_block + 1) * n_points
        for profile, chart in found:
            size = (
                {"binomial": float(CASES), "poisson": 1.0}.get(noise.name)
                if spc.CHARTS[chart].takes_denominator
                else None
            )
            n = None if size is None else np.full(len(y), size)
            said = spc.analyse_arrays(y, n, offsets, chart, profile=asked[profile])
            claimed = said["is_claimed"].to_numpy()
            found[profile, chart] += (
                (claimed & (said["rules"] != "").to_numpy()).sum(),
                (claimed & (said["last_rule"] != "").to_numpy()).sum(),
            )
    return {key: (float(phase / n_series), float(last / n_series)) for key, (phase, last) in found.items()}


def rows() -> Iterator[tuple[object, ...]]:
    """Every row of the table: independent series first."""
    for number, noise in enumerate(NOISES):
        for n_points in SIZES:
            for n_series in sorted(set(noise.charts.values())):
                charts = tuple(code for code, n in noise.charts.items() if n == n_series and code in spc.CHARTS)
                seed = (SEED, number, n_points, n_series)
                for (profile, chart), found in shares(noise, n_points, n_series, charts, 0.0, seed).items():
                    yield profile, chart, noise.mean_count, 0.0, n_points, n_series, *found
    for number, noise in enumerate(NOISES):
        for place, autocorrelation in enumerate(AUTOCORRELATIONS if noise.correlated else (), start=1):
            for n_points in CORRELATED_SIZES:
                seed = (SEED, number, n_points, place)
                found_by = shares(noise, n_points, 10_000, noise.correlated, autocorrelation, seed)
                for (profile, chart), found in found_by.items():
                    yield profile, chart, noise.mean_count, autocorrelation, n_points, 10_000, *found


if __name__ == "__main__":
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(
        ["profile", "chart", "mean_count", "autocorrelation", "n_useful", "n_series", "phase", "last_point"]
    )
    for *key, phase, last_point in rows():
        writer.writerow([*("" if each is None else each for each in key), f"{phase:.4f}", f"{last_point:.4f}"])

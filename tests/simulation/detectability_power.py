"""The published power, the set-up that gives it, and the table held against the product's own charts.

Run `python tests/simulation/detectability_power.py`; it takes about ten seconds.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from indicators import spc
from indicators.spc.detectability import detectability_of, probability_seen
from indicators.spc.ragged import Bools, Floats

SEED = 20150404
N_SERIES = 10_000


def frame_of(y: Floats, n: Floats | None = None) -> pd.DataFrame:
    """One long frame of the rows of y, shape (n_series, n_points)."""
    n_series, n_points = y.shape
    frame = pd.DataFrame(
        {
            "series": np.repeat(np.arange(n_series), n_points),
            "period": np.tile(np.arange(n_points), n_series),
            "numerator": y.ravel(),
        }
    )
    return frame if n is None else frame.assign(denominator=n.ravel())


def has_signal(chart: str, y: Floats, n: Floats | None = None, freeze: int | None = None) -> Bools:
    """Does the product claim a signal in each series?"""
    found = spc.analyse_many(frame_of(y, n), by=["series"], chart=chart, freeze=freeze)
    return np.asarray(found["is_claimed"] & (found["runs_signal"] | (found["n_outside_limits"] > 0)))


def power_at_end(chart: str, n_points: int, step_at: int, shift: float, freeze: int | None, n_series: int) -> float:
    """Share of charts with a signal when looked at once, at the end."""
    y = np.random.default_rng([SEED, n_points, step_at]).normal(size=(n_series, n_points))
    y[:, step_at:] += shift
    return float(has_signal(chart, y, freeze=freeze).mean())


def seen_within(share: float, to: float, size: int, n_baseline: int, months: int, n_series: int) -> tuple[float, float]:
    """A p chart of binomial counts, looked at every month: share that has signalled, and share that would by chance."""
    shares = []
    for after in (to, share):
        random = np.random.default_rng([SEED, n_baseline, months])
        y = random.binomial(size, share, (n_series, n_baseline + months)).astype(float)
        y[:, n_baseline:] = random.binomial(size, after, (n_series, months))
        n = np.full(y.shape, float(size))
        y = y[~has_signal("p", y[:, :n_baseline], n[:, :n_baseline])]
        n = n[: len(y)]
        seen = np.zeros(len(y), dtype=bool)
        for month in range(1, months + 1):
            seen |= has_signal("p", y[:, : n_baseline + month], n[:, : n_baseline + month])
        shares.append(float(seen.mean()))
    return shares[0], shares[1]


def main(n_series: int = N_SERIES) -> None:
    print("Power of a step of 1.5 sd in a series of 36 months, looked at once, percent (published: 54):\n")
    print(f"{'step after month':>18}{'run':>8}{'run, frozen before':>22}{'i':>8}{'i, frozen before':>20}")
    for step_at in (12, 18, 24, 30):
        row = [
            power_at_end(chart, 36, step_at, 1.5, freeze, n_series)
            for chart in ("run", "i")
            for freeze in (None, step_at)
        ]
        print(f"{step_at:18d}{100 * row[0]:8.1f}{100 * row[1]:22.1f}{100 * row[2]:8.1f}{100 * row[3]:20.1f}")
    print("\nSeen within 12 months after 24, percent, by the table and by binomial counts on the product's p chart:\n")
    print(f"{'share':>8}{'to':>8}{'cases':>8}{'shift, sd':>12}{'table':>8}{'simulated':>12}{'by chance':>12}")
    for share, to, size in ((0.3, 0.37, 100), (0.3, 0.23, 100), (0.5, 0.58, 150), (0.2, 0.26, 60), (0.1, 0.05, 200)):
        found = detectability_of("p", 24, centre=share, to=to, denominator=size)
        simulated, by_chance = seen_within(share, to, size, 24, 12, n_series // 5)
        print(
            f"{share:8.2f}{to:8.2f}{size:8d}{found.shift_sd:12.2f}{100 * found.probability_within:8.0f}"
            f"{100 * simulated:12.0f}{100 * by_chance:12.0f}"
        )
    print("\nSeen within 12 months, percent, by chart, baseline and size of the shift in sd (0: by chance):\n")
    sizes = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)
    print(f"{'':24}" + "".join(f"{size:8.1f}" for size in sizes))
    for chart in ("run", "i", "p"):
        for is_frozen in (False, True):
            for n_baseline in (12, 24, 36, 60):
                row = [probability_seen(chart, n_baseline, size, is_frozen=is_frozen)[11] for size in sizes]
                name = f"{chart}, {n_baseline}{', frozen' if is_frozen else ''}"
                print(f"{name:24}" + "".join(f"{100 * each:8.0f}" for each in row))


if __name__ == "__main__":
    main()

"""How often stable, independent noise is called a signal: simulated by a second implementation, beside publications.

Run `python tests/simulation/false_alarms.py` (half a minute; `--series 400000` for less Monte-Carlo error).

The rules are written here once more, on a plain block of series × points and in another way than in the library. The
columns: what is published, what this second implementation finds (with two standard errors), what the library finds on
the same noise, and what it says without simulating anew: counted exactly for run charts, else read in its table. Last,
the p-values and q-values of `indicators.spc.discovery` at noise, and what they find.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from math import log2, sqrt

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from indicators import spc
from indicators.spc.discovery import q_values, series_p_values
from indicators.spc.false_alarms import expected_false_signals, false_alarm
from indicators.spc.joint_runs import share_outside
from indicators.spc.profiles import MDC, Profile
from indicators.spc.runs import longest_run_max, n_crossings_min

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SEED = 20150310
BLOCK = 20_000


def moving_range_sigma(y: Floats, divisor: float, *, is_screened: bool = True) -> Floats:
    """Standard deviation of each row from its moving ranges of two, large ranges screened out once."""
    ranges = np.abs(np.diff(y, axis=1))
    average = ranges.mean(axis=1, keepdims=True)
    if is_screened:
        kept = ranges < 3.267 * average
        average = (ranges * kept).sum(axis=1, keepdims=True) / kept.sum(axis=1, keepdims=True)
    return average / divisor


def streaks(goes_on: Bools) -> Ints:
    """At each point the number of steps in a row, up to here, on which `goes_on` holds."""
    length = np.zeros(goes_on.shape, dtype=np.int64)
    current = np.zeros(len(goes_on), dtype=np.int64)
    for column in range(goes_on.shape[1]):
        current = np.where(goes_on[:, column], current + 1, 0)
        length[:, column] = current
    return length


def runs_signal(y: Floats, centre: Floats) -> Bools:
    """Anhøj: longest run above round(log2 n) + 3, or crossings below the 5th percentile of Binomial(n - 1, 1/2).

    Points on the line are skipped, one column at a time.
    """
    side = np.sign(y - centre).astype(np.int64)
    n_series = len(y)
    last, run, longest, crossings, useful = (np.zeros(n_series, dtype=np.int64) for _ in range(5))
    for column in side.T:
        on_side = column != 0
        crosses = on_side & (last != 0) & (column != last)
        run = np.where(on_side, np.where(crosses, 1, run + 1), run)
        last = np.where(on_side, column, last)
        crossings += crosses
        useful += on_side
        longest = np.maximum(longest, run)
    signal = np.zeros(n_series, dtype=bool)
    for n in np.unique(useful).tolist():
        here = useful == n
        if n >= 10:
            few = stats.binom.ppf(0.05, n - 1, 0.5)
            signal[here] = (longest[here] > round(log2(n)) + 3) | (crossings[here] < few)
    return signal


def one_side(y: Floats, centre: Floats, length: int) -> Bools:
    """Each point: the last of at least `length` in a row strictly on one side."""
    return (streaks(y > centre) >= length) | (streaks(y < centre) >= length)


def trend(y: Floats, length: int) -> Bools:
    """Each point: the last of at least `length` points that strictly rise, or fall."""
    steps = np.diff(y, axis=1)
    found = np.zeros(y.shape, dtype=bool)
    found[:, 1:] = (streaks(steps > 0) >= length - 1) | (streaks(steps < 0) >= length - 1)
    return found


def near_and_same_side(y: Floats, centre: Floats, sigma: Floats) -> Bools:
    """MDC, two of three: three on one side, at least two of them between 2 and 3 sigma; these are flagged."""
    z = (y - centre) / sigma
    found = np.zeros(y.shape, dtype=bool)
    for sign in (1, -1):
        near = (sign * z > 2) & (sign * z <= 3)
        on_side = sign * z > 0
        window = on_side[:, :-2] & on_side[:, 1:-1] & on_side[:, 2:]
        window &= near[:, :-2].astype(int) + near[:, 1:-1] + near[:, 2:] >= 2
        for offset in range(3):
            part = found[:, offset : offset + window.shape[1]]
            part |= window & near[:, offset : offset + window.shape[1]]
    return found


def two_of_three_beyond(y: Floats, centre: Floats, sigma: Floats) -> Bools:
    """The broad reading: two of three neighbours beyond 2 sigma on one side, wherever the third lies."""
    z = (y - centre) / sigma
    found = np.zeros(y.shape, dtype=bool)
    for sign in (1, -1):
        beyond = (sign * z > 2).astype(int)
        window = beyond[:, :-2] + beyond[:, 1:-1] + beyond[:, 2:] >= 2
        for offset in range(3):
            part = found[:, offset : offset + window.shape[1]]
            part |= window & (beyond[:, offset : offset + window.shape[1]] > 0)
    return found


def k_of_beyond(z: Floats, k: int, of: int, sigmas: float) -> Bools:
    """At least `k` of `of` neighbours beyond `sigmas` on one side; the last point of the window, itself beyond."""
    found = np.zeros(z.shape, dtype=bool)
    for sign in (1, -1):
        beyond = sign * z > sigmas
        total = np.cumsum(np.pad(beyond.astype(int), ((0, 0), (of, 0))), axis=1)
        found |= (total[:, of:] - total[:, :-of] >= k) & beyond
    return found


@dataclass(frozen=True)
class Reading:
    """Any point and last point, one truth each per series."""

    anywhere: Bools
    last: Bools


def run_anhoej(y: Floats) -> Reading:
    signal = runs_signal(y, np.median(y, axis=1, keepdims=True))
    return Reading(signal, signal)


def i_anhoej(y: Floats) -> Reading:
    centre, sigma = y.mean(axis=1, keepdims=True), moving_range_sigma(y, 1.128)
    outside = np.abs(y - centre) > 3 * sigma
    return Reading(runs_signal(y, centre) | outside.any(axis=1), outside[:, -1])


def mdc(shift: int, rising: int, *, is_broad: bool = False, is_screened: bool = True) -> Callable[[Floats], Reading]:
    """The four rules with these lengths. `is_broad`: the broad reading of two in three."""

    def judged(y: Floats) -> Reading:
        centre = y.mean(axis=1, keepdims=True)
        sigma = moving_range_sigma(y, 3 / 2.66, is_screened=is_screened)
        two = two_of_three_beyond if is_broad else near_and_same_side
        flagged = (np.abs(y - centre) > 3 * sigma) | one_side(y, centre, shift) | trend(y, rising)
        flagged |= two(y, centre, sigma)
        return Reading(flagged.any(axis=1), flagged[:, -1])

    return judged


def western_electric(y: Floats) -> Reading:
    """1: beyond 3 sigma; 2: two of three beyond 2; 3: four of five beyond 1; 4: eight on one side."""
    centre, sigma = y.mean(axis=1, keepdims=True), moving_range_sigma(y, 1.128)
    z = (y - centre) / sigma
    flagged = (np.abs(z) > 3) | k_of_beyond(z, 2, 3, 2) | k_of_beyond(z, 4, 5, 1) | one_side(z, np.zeros((1, 1)), 8)
    return Reading(flagged.any(axis=1), flagged[:, -1])


def nelson(y: Floats) -> Reading:
    """1: beyond 3 sigma; 2: nine on one side; 3: six rising; 4: fourteen alternating; 5 and 6: as Western Electric 2
    and 3; 7: fifteen within 1 sigma; 8: eight beyond 1 sigma, not all on one side."""
    centre, sigma = y.mean(axis=1, keepdims=True), moving_range_sigma(y, 1.128)
    z = (y - centre) / sigma
    steps = np.diff(y, axis=1)
    alternates = np.zeros(y.shape, dtype=bool)
    # Fourteen points have thirteen steps and twelve turns.
    alternates[:, 2:] = streaks(steps[:, 1:] * steps[:, :-1] < 0) >= 12
    flagged = (np.abs(z) > 3) | one_side(z, np.zeros((1, 1)), 9) | trend(y, 6) | alternates
    flagged |= k_of_beyond(z, 2, 3, 2) | k_of_beyond(z, 4, 5, 1)
    # Rule 8 is a mixture: eight beyond 1 sigma that are not all on one side.
    wide = (streaks(np.abs(z) > 1) >= 8) & ~((streaks(z > 1) >= 8) | (streaks(z < -1) >= 8))
    flagged |= (streaks(np.abs(z) < 1) >= 15) | wide
    return Reading(flagged.any(axis=1), flagged[:, -1])


@dataclass(frozen=True)
class Case:
    """One published figure: its rules here (`judge`) and in the library (`chart`, `profile`).

    `published` is in percent, None where nothing is. `has_table`: whether the library's table holds the case."""

    name: str
    n: int
    judge: Callable[[Floats], Reading]
    chart: str
    profile: str | Profile
    published: float | None
    is_last: bool = False
    has_table: bool = True
    is_screened: bool = True


BROAD = MDC.with_lengths(two_of_three="classic")
CASES = (
    *(
        Case(f"run chart, Anhøj, {n}", n, run_anhoej, "run", "anhoej", percent)
        for n, percent in ((12, 1.4), (24, 3.1), (36, 4.2), (60, 4.6))
    ),
    Case("I chart, Anhøj and 3 sigma, 36", 36, i_anhoej, "i", "anhoej", 17.0),
    Case("seven/seven, any point, 36", 36, mdc(7, 7), "i", "mdc", 30.0),
    Case("  the same, two of three read broadly", 36, mdc(7, 7, is_broad=True), "i", BROAD, 30.0, has_table=False),
    Case(
        "seven/five, two of three broadly, any point, 36",
        36,
        mdc(7, 5, is_broad=True),
        "i",
        MDC.with_lengths(shift=7, trend=5, two_of_three="classic"),
        54.0,
        has_table=False,
    ),
    Case("seven/seven, last point, 36", 36, mdc(7, 7), "i", "mdc", 1.5, is_last=True),
    Case(
        "  the same, moving ranges not screened",
        36,
        mdc(7, 7, is_screened=False),
        "i",
        "mdc",
        1.5,
        is_last=True,
        has_table=False,
        is_screened=False,
    ),
    Case("Western Electric, any point, 36", 36, western_electric, "i", "western_electric", None),
    Case("Nelson, any point, 36", 36, nelson, "i", "nelson", None),
    Case("Nelson, last point, 36", 36, nelson, "i", "nelson", None, is_last=True),
)


def shares(case: Case, n_series: int) -> tuple[float, float]:
    """Share of series of independent normal values that are called a signal: here, and by the library."""
    random = np.random.default_rng([SEED, case.n])
    ours = library = 0
    for start in range(0, n_series, BLOCK):
        y = random.normal(size=(min(BLOCK, n_series - start), case.n))
        reading = case.judge(y)
        ours += int((reading.last if case.is_last else reading.anywhere).sum())
        offsets = np.arange(len(y) + 1) * case.n
        said = spc.analyse_arrays(
            y.ravel(), None, offsets, case.chart, profile=case.profile, screen_moving_ranges=case.is_screened
        )
        library += int((said["is_claimed"] & (said["last_rule" if case.is_last else "rules"] != "")).sum())
    return ours / n_series, library / n_series


def report(n_series: int) -> Iterator[str]:
    """The lines of all tables."""
    yield f"Share of series of stable, independent normal noise with a signal, percent ({n_series:,} series a case)"
    yield f"{'':50} {'published':>9} {'simulated here':>15} {'the library':>11} {'it says':>8}"
    for case in CASES:
        here, library = shares(case, n_series)
        published = "" if case.published is None else f"{case.published:.1f}"
        said = ""
        if case.has_table:
            reading = "last_point" if case.is_last else "phase"
            said = f"{100 * false_alarm(case.n, case.chart, profile=case.profile, reading=reading).probability:.2f}"
        error = 200 * sqrt(here * (1 - here) / n_series)
        yield f"{case.name:50} {published:>9} {100 * here:>8.2f} ± {error:.2f} {100 * library:>11.2f} {said:>8}"

    yield "\nRun chart with the Anhøj rules, counted exactly, percent"
    yield f"{'useful observations':22} {'around their own median':>24} {'coin flips':>12}"
    for n in (12, 24, 36, 60, 120):
        bounds = longest_run_max(n), n_crossings_min(n)
        own, flips = share_outside(n, *bounds), share_outside(n, *bounds, is_own_line=False)
        yield f"{n:<22} {100 * own:>24.2f} {100 * flips:>12.2f}"

    yield "\n36 months, profile anhoej, any signal, percent, by autocorrelation and by expected events per month"
    yield f"{'':22} " + " ".join(f"{r:>6.1f}" for r in np.arange(7) / 10)
    lines: list[tuple[str, str, float | None]] = [("run chart", "run", None), ("I chart", "i", None)]
    lines += [
        (f"{name}, {mean:.0f} expected", chart, mean)
        for chart, name in (("p", "P chart"), ("c", "C chart"))
        for mean in (1.0, 2.0, 5.0, 10.0, 50.0)
    ]
    for name, chart, mean in lines:
        found = [100 * false_alarm(36, chart, autocorrelation=r / 10, mean_count=mean).probability for r in range(7)]
        yield f"{name:22} " + " ".join(f"{percent:>6.1f}" for percent in found)

    board = expected_false_signals([36] * 488, "i")
    yield f"\n{board.say('en')}\n{board.say('da')}"


def drawn(chart: str, n_series: int, n: int, random: np.random.Generator) -> pd.DataFrame:
    """Stable noise that suits the chart, long."""
    shape = (n_series, n)
    cases = random.integers(20, 200, shape)
    y = {
        "run": lambda: random.standard_t(3, shape),
        "i": lambda: random.normal(size=shape),
        "p": lambda: random.binomial(cases, 0.1),
        "pp": lambda: random.binomial(cases, 0.1),
        "u": lambda: random.poisson(0.05 * cases),
        "up": lambda: random.poisson(0.05 * cases),
        "c": lambda: random.poisson(5.0, shape),
        "t": lambda: random.exponential(size=shape),
        "g": lambda: random.geometric(0.05, shape) - 1,
    }[chart]()
    frame = pd.DataFrame(
        {
            "series": np.repeat(np.arange(n_series), n),
            "period": np.tile(np.arange(n), n_series),
            "numerator": y.ravel().astype(float),
        }
    )
    return frame.assign(denominator=cases.ravel()) if chart in ("p", "pp", "u", "up") else frame


def discovery_report(n_series: int) -> Iterator[str]:
    """P-values and q-values at noise, and how much of a board that moves they find."""
    random = np.random.default_rng([SEED, 2])
    yield f"\nP-values of 36 months of noise (20-200 cases a month): percent at or below ({n_series:,} series)"
    yield f"{'':8} {'20 %':>8} {'5 %':>8} {'1 %':>8} {'0.1 %':>8}   boards of 50 with any q <= 5 %"
    for chart in ("run", "i", "p", "pp", "u", "up", "c", "t", "g"):
        found = series_p_values(drawn(chart, n_series, 36, random), by="series", chart=chart)
        p = found["p_value"].dropna().to_numpy()
        boards = np.array([(q_values(board) <= 0.05).any() for board in p[: len(p) // 50 * 50].reshape(-1, 50)])
        shown = " ".join(f"{100 * (p <= level).mean():>8.2f}" for level in (0.2, 0.05, 0.01, 0.001))
        yield f"{chart:8} {shown} {100 * boards.mean():>10.1f} ± {200 * sqrt(0.05 * 0.95 / len(boards)):.1f}"

    yield "\n500 I charts of 36 months, of which 50 step up at month 19; asked for 5 % (mean of 20 boards)"
    yield f"{'step in sd':>10} {'found of 50':>12} {'share that is noise, percent':>30} {'found by Storey':>16}"
    for step in (1.0, 1.5, 2.0, 3.0):
        hits, false, storey = [], [], []
        for _ in range(20):
            frame = drawn("i", 500, 36, random)
            frame.loc[(frame["series"] < 50) & (frame["period"] >= 18), "numerator"] += step
            p = series_p_values(frame, by="series", chart="i")["p_value"].to_numpy()
            chosen = q_values(p) <= 0.05
            hits.append(chosen[:50].sum())
            false.append(chosen[50:].sum() / max(1, chosen.sum()))
            storey.append((q_values(p, method="storey") <= 0.05)[:50].sum())
        yield f"{step:>10.1f} {np.mean(hits):>12.1f} {100 * np.mean(false):>30.1f} {np.mean(storey):>16.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=100_000, help="simulated series per case")
    n_series = parser.parse_args().series
    for line in chain(report(n_series), discovery_report(n_series // 5)):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

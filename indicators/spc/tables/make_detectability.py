"""Simulate `detectability.csv`: how soon a step in the level shows on a chart of profile `anhoej`.

Run `nice -n 10 python -m indicators.spc.tables.make_detectability > indicators/spc/tables/detectability.csv`; it takes
about ten minutes on one core.

Normal noise of standard deviation 1 runs for `n_baseline` points. Series whose chart signals already then are left out:
the question is asked of stable baselines. The level then moves up by `shift_sd` and stays. After every new point the
chart is drawn anew and looked at, as the board does it; the step counts as seen at the first look that shows

- a run that is too long or crossings that are too few (Anhøj), or
- on charts with limits, a point after the step beyond 3 sigma on the side the level moved to.

A point beyond the other limit is no sight of this step and does not count. What chance alone would show in the same
time stands in the rows with shift 0.

| spread | stands for | centre | sigma |
| --- | --- | --- | --- |
| none | run | median | no limits |
| moving_range | i | mean | mean moving range / 1.128, screened once |
| counted | p, u, c | mean | known: it follows from the centre and the denominators |

`is_frozen` 0: centre and limits are taken from all points each time; 1: from the baseline. The columns `m1`, `m2` …
hold the probability that the step is seen within so many points after it. With `N_SERIES` series the standard error is
at most 0.4 percentage points.
"""

from __future__ import annotations

import csv
import sys
from dataclasses import dataclass

import numpy as np

from indicators.spc import constants, runs
from indicators.spc.ragged import Bools, Floats, Ints

SEED = 20150401
PROFILE = "anhoej"
N_SERIES = 20_000
BASELINES = (10, 12, 18, 24, 36, 48, 60)
SHIFTS = (0.0, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0)
HORIZON = 60
MONTHS = (*range(1, 25), 27, 30, 33, 36, 42, 48, 54, 60)


@dataclass(frozen=True, slots=True)
class Spread:
    """How a kind of chart finds its centre and its sigma. `is_estimated` None: the chart has no limits."""

    code: str
    uses_median: bool
    is_estimated: bool | None


SPREADS = (
    Spread("none", uses_median=True, is_estimated=None),
    Spread("moving_range", uses_median=False, is_estimated=True),
    Spread("counted", uses_median=False, is_estimated=False),
)


def bounds(n_max: int) -> tuple[Ints, Ints]:
    """Longest run allowed and fewest crossings allowed by number of useful points, 0 to `n_max`."""
    sizes = range(1, n_max + 1)
    return (
        np.array([0, *(runs.longest_run_max(n) for n in sizes)], dtype=np.int64),
        np.array([0, *(runs.n_crossings_min(n) for n in sizes)], dtype=np.int64),
    )


def has_runs_signal(distance: Floats, longest_max: Ints, crossings_min: Ints) -> Bools:
    """Do the rows, shape (n_series, n_points), hold too long a run or too few crossings? Zero is on the line.

    Examples
    --------
    >>> limits = bounds(12)
    >>> has_runs_signal(np.array([[1.0, -1.0] * 6, [1.0] * 6 + [-1.0] * 6, [1.0, -1.0, -1.0] * 4]), *limits)
    array([False,  True, False])
    """
    is_useful = distance != 0
    # On the line only the median of an odd number of points: it takes the side of the point before it, so that it
    # neither ends a run nor crosses, and it is not counted in lengths.
    side = np.sign(distance)
    for _ in range(2):
        side[:, 1:] = np.where(side[:, 1:] == 0, side[:, :-1], side[:, 1:])
    side[:, 0] = np.where(side[:, 0] == 0, side[:, 1], side[:, 0])
    change = side[:, 1:] != side[:, :-1]
    n_useful = is_useful.sum(axis=1)
    counted = np.cumsum(is_useful, axis=1)
    # Useful points up to the last one before the present run began.
    before = np.zeros_like(counted)
    before[:, 1:] = np.where(change, counted[:, :-1], 0)
    longest = (counted - np.maximum.accumulate(before, axis=1)).max(axis=1)
    crossings = change.sum(axis=1)
    return np.asarray((longest > longest_max[n_useful]) | (crossings < crossings_min[n_useful]))


def sigma_of(values: Floats) -> Floats:
    """Standard deviation of each row from its mean moving range, ranges not below 3.267 means dropped once."""
    ranges = np.abs(np.diff(values, axis=1))
    average = ranges.mean(axis=1, keepdims=True)
    kept = ranges < constants.D4_OF_TWO * average
    return np.asarray((ranges * kept).sum(axis=1) / kept.sum(axis=1) / constants.D2_OF_TWO)


def seen_by(
    spread: Spread,
    *,
    n_baseline: int,
    shift: float,
    is_frozen: bool,
    n_series: int,
    random: np.random.Generator,
    horizon: int = HORIZON,
) -> Floats:
    """Probability that the step is seen within 1, 2 … `horizon` points, shape (horizon,)."""
    values = random.normal(size=(n_series, n_baseline + horizon))
    values[:, n_baseline:] += shift
    longest_max, crossings_min = bounds(n_baseline + horizon)

    def looked_at(shown: Floats, first_new: int) -> tuple[Bools, Bools]:
        """Runs signal, and a point from `first_new` on beyond the upper limit (0: beyond either)."""
        base = shown[:, :n_baseline] if is_frozen else shown
        centre = np.median(base, axis=1) if spread.uses_median else base.mean(axis=1)
        distance = shown - centre[:, None]
        signal = has_runs_signal(distance, longest_max, crossings_min)
        if spread.is_estimated is None:
            return signal, np.zeros(len(shown), dtype=bool)
        sigma = sigma_of(base) if spread.is_estimated else np.ones(len(shown))
        beyond = distance > constants.SIGMAS * sigma[:, None]
        if first_new == 0:
            beyond |= distance < -constants.SIGMAS * sigma[:, None]
        return signal, np.asarray(beyond[:, first_new:].any(axis=1))

    by_runs, by_limits = looked_at(values[:, :n_baseline], 0)
    values = values[~(by_runs | by_limits)]
    first_seen = np.full(len(values), horizon + 1)
    waiting = np.arange(len(values))
    for month in range(1, horizon + 1):
        by_runs, by_limits = looked_at(values[waiting, : n_baseline + month], n_baseline)
        found = by_runs | by_limits
        first_seen[waiting[found]] = month
        waiting = waiting[~found]
        if not len(waiting):
            break
    counts = np.bincount(first_seen, minlength=horizon + 2)[1 : horizon + 1]
    return np.asarray(np.cumsum(counts) / len(values))


def main() -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["profile", "spread", "is_frozen", "n_baseline", "shift_sd", *(f"m{month}" for month in MONTHS)])
    for number, spread in enumerate(SPREADS):
        for is_frozen in (False, True):
            for n_baseline in BASELINES:
                for shift in SHIFTS:
                    # The same noise for every shift: the curves are then as smooth in the shift as they can be.
                    random = np.random.default_rng([SEED, number, int(is_frozen), n_baseline])
                    seen = seen_by(
                        spread,
                        n_baseline=n_baseline,
                        shift=shift,
                        is_frozen=is_frozen,
                        n_series=N_SERIES,
                        random=random,
                    )
                    shown = [f"{seen[month - 1]:.4f}" for month in MONTHS]
                    writer.writerow([PROFILE, spread.code, int(is_frozen), n_baseline, shift, *shown])


if __name__ == "__main__":
    main()

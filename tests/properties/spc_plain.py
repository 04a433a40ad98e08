"""Runs and rules once more, in plain loops over one phase at a time: slow, and easy to read against the books.

`runs_of` and `flags_of` look at the points of one phase; `held_against` says where a result differs from them.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import pandas as pd
from scipy import stats

from indicators import spc

UP, DOWN = 1, -1


@dataclass
class Point:
    """A point that takes part, or a gap (y is NaN): where it stands, its value, and the lines at it."""

    row: int
    y: float
    centre: float
    sigma: float
    minimum: float
    maximum: float
    tolerance: float

    def side(self) -> int:
        """1 above the centre line, -1 below, 0 on it or a gap."""
        return self.beyond(0.0)

    def beyond(self, sigmas: float) -> int:
        """1 above the line so many sigma out, -1 below, 0 between or unknown."""
        reach = sigmas * self.sigma if sigmas else 0.0
        if self.y - min(self.centre + reach, self.maximum if sigmas else math.inf) > self.tolerance:
            return UP
        if max(self.centre - reach, self.minimum if sigmas else -math.inf) - self.y > self.tolerance:
            return DOWN
        return 0


def step(before: Point, after: Point) -> int:
    """1 where the later point lies higher, -1 lower, 0 level or beside a gap."""
    difference = after.y - before.y
    return UP if difference > after.tolerance else DOWN if difference < -after.tolerance else 0


def _windows(points: list[Point], length: int) -> list[list[Point]]:
    return [points[start : start + length] for start in range(len(points) - length + 1)]


Flags = list[tuple[int, int]]
"""Row and side of every flagged point; a point may be flagged on both sides."""


def outside(points: list[Point]) -> Flags:
    return [(point.row, point.beyond(3)) for point in points if point.beyond(3)]


def one_side(points: list[Point], length: int) -> Flags:
    return [
        (point.row, side)
        for side in (UP, DOWN)
        for window in _windows(points, length)
        if all(point.side() == side for point in window)
        for point in window
    ]


def monotone(points: list[Point], length: int) -> Flags:
    return [
        (point.row, side)
        for side in (UP, DOWN)
        for window in _windows(points, length)
        if all(step(before, after) == side for before, after in itertools.pairwise(window))
        for point in window
    ]


def alternating(points: list[Point], length: int) -> Flags:
    found: Flags = []
    for window in _windows(points, length):
        steps = [step(before, after) for before, after in itertools.pairwise(window)]
        if all(steps) and all(before == -after for before, after in itertools.pairwise(steps)):
            found += [(point.row, 0) for point in window]
    return found


def some_of(points: list[Point], count: int, of: int, sigmas: float, *, is_strict: bool = False) -> Flags:
    found: Flags = []
    for side in (UP, DOWN):
        for window in _windows(points, of):
            if is_strict and any(point.side() != side for point in window):
                continue
            near = [
                point
                for point in window
                if point.beyond(sigmas) == side and not (is_strict and point.beyond(3) == side)
            ]
            if len(near) >= count:
                found += [(point.row, side) for point in near]
    return found


def within(points: list[Point], length: int, sigmas: float) -> Flags:
    return [
        (point.row, 0)
        for window in _windows(points, length)
        if all(not math.isnan(point.y + point.sigma) and point.beyond(sigmas) == 0 for point in window)
        for point in window
    ]


def without(points: list[Point], length: int, sigmas: float) -> Flags:
    return [
        (point.row, 0)
        for window in _windows(points, length)
        if {point.beyond(sigmas) for point in window} == {UP, DOWN}
        for point in window
    ]


RULES = {
    "anhoej": {"outside_limits": outside},
    "mdc": {
        "outside_limits": outside,
        "trend": lambda points: monotone(points, 7),
        "two_of_three": lambda points: some_of(points, 2, 3, 2, is_strict=True),
        "shift": lambda points: one_side(points, 7),
    },
    "nelson": {
        "outside_limits": outside,
        "shift": lambda points: one_side(points, 9),
        "trend": lambda points: monotone(points, 6),
        "alternating": lambda points: alternating(points, 14),
        "two_of_three": lambda points: some_of(points, 2, 3, 2),
        "four_of_five": lambda points: some_of(points, 4, 5, 1),
        "stratification": lambda points: within(points, 15, 1),
        "mixture": lambda points: without(points, 8, 1),
    },
    "western_electric": {
        "outside_limits": outside,
        "two_of_three": lambda points: some_of(points, 2, 3, 2),
        "four_of_five": lambda points: some_of(points, 4, 5, 1),
        "shift": lambda points: one_side(points, 8),
    },
}
"""The rules of each profile as published, the leading one first."""


@dataclass
class Runs:
    n_useful: int
    longest: int
    longest_max: int
    crossings: int
    crossings_min: int
    runs: list[list[Point]]

    @property
    def is_signal(self) -> bool:
        return self.n_useful > 0 and (self.longest > self.longest_max or self.crossings < self.crossings_min)


def runs_of(points: list[Point]) -> Runs:
    """Runs of the useful points: those on the line are passed over, they neither end nor lengthen a run."""
    runs: list[list[Point]] = []
    for point in points:
        if not point.side():
            continue
        if runs and runs[-1][-1].side() == point.side():
            runs[-1].append(point)
        else:
            runs.append([point])
    n_useful = sum(map(len, runs))
    if not n_useful:
        return Runs(0, -1, -1, -1, -1, [])
    return Runs(
        n_useful,
        max(map(len, runs)),
        round(math.log2(n_useful)) + 3,
        len(runs) - 1,
        int(stats.binom.ppf(0.05, n_useful - 1, 0.5)) if n_useful > 1 else 0,
        runs,
    )


def _sigma(result: spc.SpcResult, point: object) -> float:
    """One sigma at a point, from the centre line and what the chart assumes."""
    centre, n = point.centre, point.n  # type: ignore[attr-defined]
    match result.chart.code:
        case "p":
            return math.sqrt(max(centre * (1 - centre), 0) / n)
        case "u":
            return math.sqrt(centre / n)
        case "c":
            return math.sqrt(centre)
        case _:
            return (point.upper - centre) / 3  # type: ignore[attr-defined]


def phases_of(result: spc.SpcResult) -> list[list[Point]]:
    """The points of every phase that are not excluded, gaps among them. Charts run, i, p, u and c, not multiplied."""
    code = result.chart.code
    minimum, maximum = 0.0 if code in ("p", "u", "c") else -math.inf, 1.0 if code == "p" else math.inf
    found: list[list[Point]] = [[] for _ in range(len(result.phases))]
    for row, point in enumerate(result.points.itertuples()):
        if point.included:
            sigma = _sigma(result, point) if not math.isnan(point.upper) else math.nan
            found[point.phase - 1].append(Point(row, point.y, point.centre, sigma, minimum, maximum, 0.0))
    for phase in found:
        values = [point.y for point in phase if not math.isnan(point.y)]
        for point in phase:
            # Where nothing is left of the baseline there is no centre line; what rises still rises.
            spread = 0.0 if math.isnan(point.centre) else max((abs(y - point.centre) for y in values), default=0.0)
            point.tolerance = 1e-10 * spread + 1e-14
    return found


def differences(result: spc.SpcResult, *, has_order: bool = True) -> list[str]:
    """Where runs, `rule`, `side`, signals and the phases' columns of a result are not those of the plain loops."""
    found: list[str] = []
    profile = result.profile
    for number, points in enumerate(phases_of(result), start=1):
        phase = result.phases.iloc[number - 1]
        rows = {point.row for point in points}
        valued = [point for point in points if not math.isnan(point.y)]
        runs = runs_of(points)
        expected = {
            "n_useful": runs.n_useful,
            "longest_run": runs.longest,
            "longest_run_max": runs.longest_max,
            "n_crossings": runs.crossings,
            "n_crossings_min": runs.crossings_min,
        }
        for name, value in expected.items():
            ours = phase[name]
            if (-1 if pd.isna(ours) else int(ours)) != value:
                found.append(f"phase {number}: {name} is {ours}, not {value}")
        is_signal = runs.is_signal and has_order and profile.has_runs
        if bool(phase.runs_signal) != is_signal:
            found.append(f"phase {number}: runs_signal is {phase.runs_signal}")

        flagged: dict[str, dict[int, set[int]]] = {}
        if profile.has_runs:
            long_runs = [run for run in runs.runs if len(run) > runs.longest_max] if is_signal else []
            flagged["long_run"] = {point.row: {point.side()} for run in long_runs for point in run}
        for code, rule in RULES[profile.code].items():
            flags = rule(points) if has_order or code == "outside_limits" else []  # type: ignore[operator]
            flagged[code] = {}
            for row, side in flags:
                flagged[code].setdefault(row, set()).add(side)

        def leading(row: int, flagged: dict[str, dict[int, set[int]]] = flagged) -> tuple[str, int | None]:
            for code, sides in flagged.items():
                if row in sides:
                    # A turning point of two trends belongs to the earlier: it ends that one.
                    both = sides[row] == {UP, DOWN}
                    return code, _turning(row) if both else next(iter(sides[row]))
            return "", 0

        def _turning(row: int, points: list[Point] = points) -> int:
            place = [point.row for point in points].index(row)
            return step(points[place - 1], points[place])

        for point in valued:
            ours_at = result.points.iloc[point.row]
            code, side = leading(point.row)
            if (ours_at.rule, ours_at.side) != (code, side):
                found.append(f"row {point.row}: {ours_at.rule} {ours_at.side}, not {code} {side}")
        for row in result.points.index[result.points.phase == number]:
            is_gap = row not in rows or math.isnan(result.points.y[row])
            if is_gap and (result.points.rule[row] != "" or result.points.side[row] != 0):
                found.append(f"row {row}: a point that takes no part is flagged")

        last = leading(valued[-1].row) if valued else ("", 0)
        if (phase.last_rule, phase.last_side) != last:
            found.append(f"phase {number}: last is {phase.last_rule} {phase.last_side}, not {last}")
        is_constant = len(valued) > 1 and len({point.y for point in valued}) == 1
        is_claimed = runs.n_useful >= 10 and not is_constant
        claimed = [code for code, sides in flagged.items() if sides] if is_claimed else []
        if profile.has_runs and is_claimed and is_signal and runs.crossings < runs.crossings_min:
            claimed.insert(claimed.index("long_run") + 1 if "long_run" in claimed else 0, "few_crossings")
        if phase.rules != ";".join(claimed):
            found.append(f"phase {number}: claims {phase.rules!r}, not {';'.join(claimed)!r}")
        signals = [signal for signal in result.signals if signal.phase == number]
        if list(dict.fromkeys(signal.rule.value for signal in signals)) != claimed:
            found.append(f"phase {number}: signals {[signal.rule.value for signal in signals]}, not {claimed}")
        for code in set(claimed) - {"few_crossings"}:
            for side in (UP, DOWN, 0):
                is_above = {UP: True, DOWN: False, 0: None}[side]
                ours_rows = sorted(
                    row
                    for signal in signals
                    if signal.rule.value == code and signal.is_above is is_above
                    for row in signal.rows
                )
                if ours_rows != sorted(row for row, sides in flagged[code].items() if side in sides):
                    found.append(f"phase {number}: rows of {code} {side} are {ours_rows}")
    return found

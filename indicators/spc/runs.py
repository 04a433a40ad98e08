"""Runs analysis: useful observations, longest run, crossings, and what is unusual among them.

A useful observation is one that is not on the centre line. A run is a stretch of useful observations on one side;
points on the line neither end nor lengthen it. A crossing is a change of side between neighbouring useful
observations.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from math import log2
from pathlib import Path

import numpy as np

from indicators.spc import ragged
from indicators.spc.errors import InputError
from indicators.spc.ragged import Bools, Floats, Ints
from indicators.words import Words

BOXES_FROM, BOXES_TO = 10, 100
"""The best box and cut box are known for this many useful observations; outside, the Anhøj limits hold."""

CROSSINGS_SHARE = 0.05
"""Crossings below this lower tail of Binomial(n - 1, 1/2) are unusually few."""


def longest_run_max(n_useful: int) -> int:
    """The longest run that `n_useful` observations may have: round(log2 n) + 3. A longer one is a signal.

    References
    ----------
    Schilling, The surprising predictability of long runs, Mathematics Magazine 2012, 85: 141-149;
    Anhøj & Olesen, Run charts revisited, PLoS ONE 2014.

    Examples
    --------
    >>> [longest_run_max(n) for n in (10, 12, 24, 36)]
    [6, 7, 8, 8]
    """
    return round(log2(n_useful)) + 3


@cache
def n_crossings_min(n_useful: int) -> int:
    """The fewest crossings `n_useful` observations may have: the 5th percentile of Binomial(n - 1, 1/2).

    Fewer is a signal.

    References
    ----------
    Chen, A note on modified run tests, Communications in Statistics 2010; Anhøj & Olesen, PLoS ONE 2014.

    Examples
    --------
    >>> [n_crossings_min(n) for n in (10, 12, 24, 36)]
    [2, 3, 8, 13]
    """
    trials = n_useful - 1
    # Whole numbers throughout: at large n the tail of a float sum is not to be trusted at its edge.
    threshold = 2**trials
    tail, term, crossings = 1, 1, 0
    while tail * 20 < threshold:  # 20 = 1 / CROSSINGS_SHARE
        term = term * (trials - crossings) // (crossings + 1)
        crossings += 1
        tail += term
    return crossings


@dataclass(frozen=True, slots=True)
class RunsMethod:
    """A way to bound runs. `allowed(n_useful, n_crossings)` is the longest run that is no signal; 0: no run is."""

    code: str
    name: Words
    reference: str
    allowed: Callable[[int, int], int]


def _anhoej(n_useful: int, n_crossings: int) -> int:
    return longest_run_max(n_useful) if n_crossings >= n_crossings_min(n_useful) else 0


@dataclass(frozen=True, slots=True)
class Box:
    """Bounds at one number of useful observations: crossings >= `crossings` and longest run <= `run`, but at exactly
    `crossings` the run may be at most `corner_run`, and a run of exactly `run` needs at least `corner_crossings`."""

    crossings: int
    run: int
    corner_run: int
    corner_crossings: int

    def allowed(self, n_crossings: int) -> int:
        if n_crossings < self.crossings:
            return 0
        if n_crossings == self.crossings:
            return self.corner_run
        return self.run - 1 if n_crossings < self.corner_crossings else self.run


@lru_cache(maxsize=1)
def _boxes() -> dict[tuple[str, int], Box]:
    with (Path(__file__).parent / "tables" / "runs_boxes.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["method"], int(row["n_useful"])): Box(
                int(row["crossings"]), int(row["run"]), int(row["corner_run"]), int(row["corner_crossings"])
            )
            for row in csv.DictReader(file)
        }


def _box(method: str) -> Callable[[int, int], int]:
    def allowed(n_useful: int, n_crossings: int) -> int:
        if not BOXES_FROM <= n_useful <= BOXES_TO:
            return _anhoej(n_useful, n_crossings)
        return _boxes()[method, n_useful].allowed(n_crossings)

    return allowed


_SMOOTH = "Anhøj & Wentzel-Larsen, Smooth operator: modifying the Anhøj rules, PLoS ONE 2020, 15(6): e0233920"

METHODS: dict[str, RunsMethod] = {
    method.code: method
    for method in (
        RunsMethod("anhoej", Words("Anhøj", "Anhøj"), "Anhøj & Olesen, Run charts revisited, PLoS ONE 2014", _anhoej),
        RunsMethod("bestbox", Words("bedste boks", "best box"), _SMOOTH, _box("bestbox")),
        RunsMethod("cutbox", Words("beskåret boks", "cut box"), _SMOOTH, _box("cutbox")),
    )
}


def method_of(code: str) -> RunsMethod:
    """The runs method called `code`; InputError lists the ones there are."""
    try:
        return METHODS[code]
    except KeyError:
        known = ", ".join(METHODS)
        raise InputError(
            "unknown_method",
            Words(
                f"Seriemetoden »{code}« findes ikke. Vælg en af: {known}.",
                f"There is no runs method {code!r}. Choose one of: {known}.",
            ),
        ) from None


def method_used(code: str, n_useful: int) -> str:
    """The method that really decided: the boxes are known for 10 to 100 useful observations only."""
    return code if BOXES_FROM <= n_useful <= BOXES_TO else METHODS["anhoej"].code


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs per segment, shape (n_segments,), and per point, shape (n_points,).

    Where a segment has no useful observation the four figures are -1 (there are none). `run` numbers the run each
    useful point belongs to (-1 for the others), `run_length` is that run's length (0 for the others), `is_above` its
    side.
    """

    n_useful: Ints
    longest_run: Ints
    longest_run_max: Ints
    n_crossings: Ints
    n_crossings_min: Ints
    allowed_run: Ints
    is_signal: Bools
    run: Ints
    run_length: Ints
    is_above: Bools


def analyse_runs(distance: Floats, segment: Ints, n_segments: int, tolerance: Floats, method: RunsMethod) -> Runs:
    """Count runs and crossings in every segment at once and hold them against the bounds of `method`.

    Parameters
    ----------
    distance : ndarray of float, shape (n_points,)
        Value minus centre line; NaN for points that take no part (missing or excluded).
    segment : ndarray of int, shape (n_points,)
        Ascending number of the phase each point stands in.
    tolerance : ndarray of float, shape (n_points,)
        Distances not above it are on the line.

    Returns
    -------
    Runs

    Examples
    --------
    >>> side = np.array([1.0, 1.0, 0.0, 1.0, -1.0, -1.0])
    >>> runs = analyse_runs(side, np.zeros(6, int), 1, np.zeros(6), METHODS["anhoej"])
    >>> runs.n_useful, runs.longest_run, runs.n_crossings
    (array([5]), array([3]), array([1]))
    """
    with np.errstate(invalid="ignore"):
        is_useful = np.abs(distance) > tolerance
    rows = np.flatnonzero(is_useful)
    above, owner = distance[rows] > 0, segment[rows]
    change = np.ones(len(rows), dtype=bool)
    change[1:] = (above[1:] != above[:-1]) | (owner[1:] != owner[:-1])
    number = ragged.cumulative_start(change)
    lengths = np.bincount(number) if len(rows) else np.zeros(0, dtype=np.int64)
    run_owner = owner[change]

    n_useful = ragged.count(owner, n_segments)
    has_any = n_useful > 0
    longest = np.full(n_segments, -1)
    np.maximum.at(longest, run_owner, lengths)
    crossings = np.where(has_any, ragged.count(run_owner, n_segments) - 1, -1)

    longest_max, crossings_min, allowed = (np.full(n_segments, -1) for _ in range(3))
    for n in np.unique(n_useful[has_any]).tolist():
        same = n_useful == n
        longest_max[same], crossings_min[same] = longest_run_max(n), n_crossings_min(n)
        for c in np.unique(crossings[same]).tolist():
            allowed[same & (crossings == c)] = method.allowed(n, c)

    run = np.full(len(distance), -1)
    run[rows] = number
    run_length = np.zeros(len(distance), dtype=np.int64)
    run_length[rows] = lengths[number]
    is_above = np.zeros(len(distance), dtype=bool)
    is_above[rows] = above
    return Runs(
        n_useful=n_useful,
        longest_run=longest,
        longest_run_max=longest_max,
        n_crossings=crossings,
        n_crossings_min=crossings_min,
        allowed_run=allowed,
        is_signal=has_any & (longest > allowed),
        run=run,
        run_length=run_length,
        is_above=is_above,
    )

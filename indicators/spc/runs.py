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
from indicators.spc.phases import Layout
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
    except (KeyError, TypeError):
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
    """Runs per segment, shape (n_segments,), and where they lie.

    Where a segment has no useful observation the figures are -1 (there are none). `latest_run` is the length of the
    run that the last useful observation stands in. `rows` are the useful points (None:
    all of them), `starts` numbers among these the first of every run. `is_above`, shape (n_points,), is the side.
    """

    n_useful: Ints
    longest_run: Ints
    longest_run_max: Ints
    n_crossings: Ints
    n_crossings_min: Ints
    allowed_run: Ints
    is_signal: Bools
    latest_run: Ints
    rows: Ints | None
    starts: Ints
    is_above: Bools

    def of_rows(self, start: int, stop: int) -> list[Ints]:
        """The runs that lie in the points from `start` up to `stop`, each as its rows."""
        useful = np.arange(len(self.is_above)) if self.rows is None else self.rows
        first, last = np.searchsorted(useful, (start, stop))
        here = self.starts[(self.starts >= first) & (self.starts < last)]
        return np.split(useful[first:last], here[1:] - first) if last > first else []


def analyse_runs(distance: Floats, layout: Layout, tolerance: Floats, method: RunsMethod) -> Runs:
    """Count runs and crossings in every segment at once and hold them against the bounds of `method`.

    Parameters
    ----------
    distance : ndarray of float, shape (n_points,)
        Value minus centre line; NaN for points that take no part (missing or excluded).
    layout : Layout
        Which phase each point stands in.
    tolerance : ndarray of float, shape (n_points,)
        Distances not above it are on the line.

    Returns
    -------
    Runs

    Examples
    --------
    >>> from indicators.spc.phases import one_phase
    >>> side = np.array([1.0, 1.0, 0.0, 1.0, -1.0, -1.0])
    >>> runs = analyse_runs(side, one_phase(6), np.zeros(6), METHODS["anhoej"])
    >>> runs.n_useful, runs.longest_run, runs.n_crossings
    (array([5]), array([3]), array([1]))
    """
    segment, n_segments, first = layout.segment, layout.n_segments, layout.first
    with np.errstate(invalid="ignore"):
        is_above = distance > tolerance
        is_useful = is_above | (distance < -tolerance)
    if is_useful.all():
        rows, above = None, is_above
        n_useful = np.diff(first, append=len(distance))
        change = np.ones(len(above), dtype=bool)
        np.not_equal(above[1:], above[:-1], out=change[1:])
        change[first] = True
        begins = first
    else:
        rows = np.flatnonzero(is_useful)
        above, owner = is_above[rows], segment[rows]
        n_useful = ragged.count(owner, n_segments)
        change = np.ones(len(rows), dtype=bool)
        change[1:] = (above[1:] != above[:-1]) | (owner[1:] != owner[:-1])
        begins = np.cumsum(n_useful) - n_useful
    starts = np.flatnonzero(change)
    lengths = np.diff(starts, append=len(change))
    has_any = n_useful > 0
    # The first run of every segment that has one; runs are in the order of segments.
    first_run = np.searchsorted(starts, begins[has_any])
    n_runs = np.diff(first_run, append=len(starts))
    longest, crossings, latest = (np.full(n_segments, -1) for _ in range(3))
    if len(first_run):
        latest[has_any] = lengths[first_run + n_runs - 1]
        longest[has_any] = np.maximum.reduceat(lengths, first_run)
        crossings[has_any] = n_runs - 1

    longest_max, crossings_min = bounds(n_useful)
    return Runs(
        n_useful=n_useful,
        longest_run=longest,
        longest_run_max=longest_max,
        n_crossings=crossings,
        n_crossings_min=crossings_min,
        allowed_run=(allowed := _allowed(n_useful, crossings, longest_max, crossings_min, method)),
        is_signal=has_any & (longest > allowed),
        latest_run=latest,
        rows=rows,
        starts=starts,
        is_above=is_above,
    )


def bounds(n_useful: Ints) -> tuple[Ints, Ints]:
    """`longest_run_max` and `n_crossings_min` of many numbers of useful observations at once; -1 where there are none.

    Examples
    --------
    >>> bounds(np.array([0, 12, 24]))
    (array([-1,  7,  8]), array([-1,  3,  8]))
    """
    top = int(n_useful.max(initial=0))
    if top <= _TABLED:
        longest, crossings = _bounds_table()
        return longest[n_useful], crossings[n_useful]
    longest, crossings = np.full((2, len(n_useful)), -1)
    for n in np.unique(n_useful[n_useful > 0]).tolist():
        longest[n_useful == n], crossings[n_useful == n] = longest_run_max(n), n_crossings_min(n)
    return longest, crossings


_TABLED = 400


@cache
def _bounds_table() -> tuple[Ints, Ints]:
    n = range(1, _TABLED + 1)
    return np.array([-1, *map(longest_run_max, n)]), np.array([-1, *map(n_crossings_min, n)])


def _allowed(n_useful: Ints, crossings: Ints, longest_max: Ints, crossings_min: Ints, method: RunsMethod) -> Ints:
    """The longest run that is no signal; 0 where no run is, -1 without useful observations."""
    allowed = np.where(crossings >= crossings_min, longest_max, 0)
    allowed[n_useful == 0] = -1
    if method.code != "anhoej":
        pairs, place = np.unique(np.stack((n_useful, crossings)), axis=1, return_inverse=True)
        of_pair = np.array([method.allowed(n, c) if n > 0 else -1 for n, c in pairs.T.tolist()], dtype=np.int64)
        allowed = of_pair[place.reshape(-1)]
    return allowed

"""Derive `runs_boxes.csv`: the best box and cut box bounds of runs analysis, from the distribution that defines them.

Run `python -m indicators.spc.tables.make_runs_boxes > indicators/spc/tables/runs_boxes.csv`; it takes a few seconds.

In n independent observations, each above the line with probability p, let C be the crossings and L the longest run. A
box is {C >= c, L <= l}. The best box has at least 0.925 probability when nothing has shifted (p = 1/2) and, among
those, the least when the process has shifted by 0.8 standard deviations (p = Phi(0.8)). The cut box takes cells off
its two borders, from the corner (c, l) outward, each time the cell that lowers the shifted probability most, as long
as 0.925 remains.

Source of the definitions: Anhøj & Wentzel-Larsen, Smooth operator: modifying the Anhøj rules to improve runs analysis
in statistical process control, PLoS ONE 2020, 15(6): e0233920. The joint distribution is counted here from
compositions: c crossings are c + 1 runs, alternately above and below. Tests hold the outcome against the published
boundaries.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from math import erf, sqrt
from typing import NamedTuple

import numpy as np

from indicators.spc.ragged import Floats

TARGET = 0.925
SHIFT_SD = 0.8
SIZES = range(10, 101)


class Bounds(NamedTuple):
    """See `indicators.spc.runs.Box`."""

    crossings: int
    run: int
    corner_run: int
    corner_crossings: int


def compositions(longest: int, n: int) -> Floats:
    """Ways to write i as an ordered sum of a parts of 1 to `longest`, shape (a, i), both 0 … n."""
    ways = np.zeros((n + 1, n + 1))
    ways[0, 0] = 1
    for parts in range(1, n + 1):
        up_to = np.concatenate([[0.0], np.cumsum(ways[parts - 1])])
        for i in range(parts, n + 1):
            ways[parts, i] = up_to[i] - up_to[max(0, i - longest)]
    return ways


def joint(n: int, p: float, tables: list[Floats]) -> Floats:
    """P(C = c, L = l), shape (c = 0 … n - 1, l = 1 … n)."""
    above = np.arange(n + 1)
    weight = p**above * (1 - p) ** (n - above)
    at_most = np.zeros((n, n + 1))
    for longest in range(1, n + 1):
        ways = tables[longest][:, : n + 1]
        for c in range(n):
            more, fewer = (c + 2) // 2, (c + 1) // 2
            at_most[c, longest] = (ways[more] * ways[fewer][::-1] * weight).sum()
            at_most[c, longest] += (ways[fewer] * ways[more][::-1] * weight).sum()
    return np.diff(at_most, axis=1)


def box_probability(cells: Floats) -> Floats:
    """P(C >= c, L <= l) for every box."""
    return np.cumsum(np.cumsum(cells[::-1], axis=0)[::-1], axis=1)


def best_box(steady: Floats, shifted: Floats) -> tuple[int, int]:
    enough = (steady > 0) & (box_probability(steady) >= TARGET)
    c, column = np.unravel_index(np.where(enough, box_probability(shifted), np.inf).argmin(), steady.shape)
    return int(c), int(column) + 1


def cut(steady: Floats, shifted: Floats, crossings: int, run: int) -> Bounds:
    left = box_probability(steady)[crossings, run - 1] - steady[crossings, run - 1]
    if left < TARGET:
        return Bounds(crossings, run, run, crossings)
    corner_crossings, corner_run = crossings + 1, run - 1
    while True:
        # The next cell along either border: more crossings at the longest run, or shorter runs at the fewest crossings.
        cells = {"crossings": (corner_crossings, run - 1), "run": (crossings, corner_run - 1)}
        possible = {border: cell for border, cell in cells.items() if left - steady[cell] >= TARGET}
        if not possible:
            return Bounds(crossings, run, corner_run, corner_crossings)
        border = max(possible, key=lambda each: shifted[possible[each]])
        left -= steady[possible[border]]
        if border == "crossings":
            corner_crossings += 1
        else:
            corner_run -= 1


def rows() -> Iterator[tuple[str, int, Bounds]]:
    """Every row of the table: method, n_useful, bounds."""
    tables = [compositions(longest, SIZES.stop - 1) for longest in range(SIZES.stop)]
    shifted_p = (1 + erf(SHIFT_SD / sqrt(2))) / 2
    for n in SIZES:
        steady, shifted = joint(n, 0.5, tables), joint(n, shifted_p, tables)
        crossings, run = best_box(steady, shifted)
        yield "bestbox", n, Bounds(crossings, run, run, crossings)
        yield "cutbox", n, cut(steady, shifted, crossings, run)


if __name__ == "__main__":
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["method", "n_useful", *Bounds._fields])
    for method, n, bounds in rows():
        writer.writerow([method, n, *bounds])

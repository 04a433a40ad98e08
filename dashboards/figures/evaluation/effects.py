"""What the figures of an effect share: signed numbers, an axis that holds nothing, marks and colours of cohorts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboards.figures.geometry import Axis, value_axis
from dashboards.figures.marks import place
from dashboards.text import number

N_COLOURS = 4  # identity colours there are; a fifth group takes the first one's, hollow


@dataclass(frozen=True, slots=True)
class Scale:
    """From values to pixels: `low` stands at `at_low`, `high` at `at_high` (upwards or sideways alike).

    Examples
    --------
    >>> Scale(0, 10, 100, 0).at(5)
    50.0
    """

    low: float
    high: float
    at_low: float
    at_high: float

    def at(self, value: float) -> float:
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return self.at_low + share * (self.at_high - self.at_low)

    def clipped(self, value: float) -> float:
        return self.at(min(max(value, self.low), self.high))


def signed(value: float, decimals: int = 1) -> str:
    """A difference with its sign; none on nothing.

    >>> signed(7.52), signed(-0.04), signed(-1.25)
    ('+7,5', '0,0', '−1,2')
    """
    rounded = round(value, decimals) + 0.0
    return f"+{number(rounded, decimals)}" if rounded > 0 else number(rounded, decimals)


def effect_axis(values: Iterable[float], *, most_ticks: int = 6) -> Axis:
    """An axis for differences: nothing is always on it, and it may go below.

    >>> effect_axis([4.0, 12.0]).ticks
    (0, 5, 10)
    """
    known = [value for value in values if math.isfinite(value)]
    return value_axis([0.0, *known], is_percent=False, minimum=-math.inf, maximum=math.inf, most_ticks=most_ticks)


def colour_of(group: int) -> int:
    """The identity colour of the group with this number, counted from 1."""
    return (group - 1) % N_COLOURS + 1


def line_css(group: int) -> str:
    """The class of a group's line: its colour, dashed from the fifth group on."""
    return f"ev-own ev-own--{colour_of(group)}{' ev-own--again' if group > N_COLOURS else ''}"


def group_mark(group: int, x: float, y: float, size: float = 5.0) -> str:
    """The shape of a group: square, circle, triangle, diamond; counted from 1, and hollow from the fifth on."""
    css = f"mk id-{colour_of(group)}{' mk--again' if group > N_COLOURS else ''}"
    shape = colour_of(group)
    if shape == 2:
        return f'<circle class="{css}" cx="{place(x)}" cy="{place(y)}" r="{place(size)}"/>'
    corners = {
        1: ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
        3: ((0, -1.15), (1.1, 0.85), (-1.1, 0.85)),
        4: ((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
    }[shape]
    return f'<path class="{css}" d="{path([(x + size * dx, y + size * dy) for dx, dy in corners])}Z"/>'


def path(points: Sequence[tuple[float, float]]) -> str:
    """A line through points, in pixels."""
    return "M" + "L".join(f"{place(x)} {place(y)}" for x, y in points)


def stretches(known: Sequence[bool]) -> list[tuple[int, int]]:
    """Where what is known lies unbroken: (first, last) of each stretch.

    >>> stretches([True, True, False, True])
    [(0, 1), (3, 3)]
    """
    found: list[tuple[int, int]] = []
    for at, is_there in enumerate(known):
        if not is_there:
            continue
        if found and found[-1][1] == at - 1:
            found[-1] = (found[-1][0], at)
        else:
            found.append((at, at))
    return found


def text(x: float, y: float, words: str, *, css: str = "ch-tick", anchor: str = "start") -> str:
    """One piece of text; `words` are escaped by the caller."""
    return f'<text class="{css}" x="{place(x)}" y="{place(y)}" text-anchor="{anchor}">{words}</text>'

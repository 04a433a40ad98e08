"""Where things go on a chart: ranges, ticks and labels that do not touch. Pure arithmetic."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

CHARACTER = 6.3  # pixels a character of 12 px text takes, a little on the wide side


@dataclass(frozen=True, slots=True)
class Axis:
    """A value axis: where it begins and ends, where its ticks stand and how many decimals they need."""

    low: float
    high: float
    ticks: tuple[float, ...]
    decimals: int

    @property
    def span(self) -> float:
        return self.high - self.low


def text_width(text: str) -> float:
    """Pixels a 12 px text takes, near enough to keep labels apart."""
    return CHARACTER * len(text)


def push_apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places nearest to `wanted` (ascending, any unit) that stand at least `gap` apart inside [low, high].

    Least squares under the order: with `gap` taken off step by step this is isotonic regression, solved by pooling
    neighbours that collide. Where there is no room for all, the last ones stand below `high`.

    Examples
    --------
    >>> push_apart([10.0, 12.0, 60.0], 16, 0.0, 100.0)
    [3.0, 19.0, 60.0]
    >>> push_apart([2.0, 3.0], 16, 0.0, 100.0)
    [0.0, 16.0]
    """
    pools: list[tuple[float, int]] = []
    for index, place in enumerate(wanted):
        pools.append((place - index * gap, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (mean, count), (other_mean, other_count) = pools[-2], pools[-1]
            total = count + other_count
            pools[-2:] = [((mean * count + other_mean * other_count) / total, total)]
    room = high - (len(wanted) - 1) * gap
    places: list[float] = []
    for mean, count in pools:
        kept = max(low, min(mean, room))
        places += [kept + (len(places) + k) * gap for k in range(count)]
    return places


def value_axis(
    values: Sequence[float],
    *,
    is_percent: bool,
    minimum: float | None = None,
    maximum: float | None = None,
    is_whole: bool = False,
    most_ticks: int = 6,
) -> Axis:
    """The axis of a chart that shows `values` (data, centre, limits and target together).

    The range is padded by 10 %; a percentage spans at least 10 percentage points and stays in 0-100 unless the
    indicator says otherwise; what is never negative begins at 0 when 0 is near. `is_whole` keeps ticks at
    whole numbers.

    Examples
    --------
    >>> value_axis([53, 91], is_percent=True).ticks
    (50, 60, 70, 80, 90)
    >>> value_axis([97, 99], is_percent=True).ticks
    (90, 92, 94, 96, 98, 100)
    """
    floor = minimum if minimum is not None else (0.0 if min(values) >= 0 else -math.inf)
    ceiling = maximum if maximum is not None else (100.0 if is_percent and max(values) <= 100 else math.inf)
    padding = 0.1 * (max(values) - min(values))
    low, high = min(values) - padding, max(values) + padding
    least = 10.0 if is_percent else max(abs(high), 1.0) * 0.1
    if high - low < least:
        middle = (high + low) / 2
        low, high = middle - least / 2, middle + least / 2
        if high > ceiling:
            low, high = ceiling - least, ceiling
        elif low < floor:
            low, high = floor, floor + least
    low, high = max(low, floor), min(high, ceiling)
    if floor == 0 and low <= high / 3:
        low = 0.0
    step = _step(high - low, most_ticks, is_whole)
    if low > floor:
        low = max(math.floor(low / step * 2) * step / 2, floor)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if step < 1 else 0
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    ticks = tuple(round(k * step, decimals) if decimals else round(k * step) for k in range(first, last + 1))
    return Axis(low, high, ticks, decimals)


def _step(span: float, most_ticks: int, is_whole: bool) -> float:
    """The smallest of 1, 2, 5 times a power of ten that gives no more than `most_ticks` steps."""
    power = 10.0 ** math.floor(math.log10(span / most_ticks))
    step = next(factor * power for factor in (1, 2, 5, 10) if span / (factor * power) <= most_ticks)
    return max(step, 1.0) if is_whole else step


def free_place(
    line: Sequence[tuple[float, float]], *, left: float, right: float, y: float, width: float, height: float = 14
) -> tuple[float, float] | None:
    """(right edge, middle) of a label near the height `y` that a line crosses least, in pixels, y downwards.

    Searched from the right, above the height before below; None when the stretch is narrower than the label.
    """
    best: tuple[int, float, float] | None = None
    edge = right - 5
    while edge - width >= left:
        for middle in (y - height / 2 - 3, y + height / 2 + 3):
            hits = sum(
                edge - width - 2 < px < edge + 2 and middle - height / 2 < py < middle + height / 2
                for px, py in _walk(line)
            )
            if best is None or hits < best[0]:
                best = (hits, edge, middle)
        if best is not None and best[0] == 0:
            break
        edge -= 4
    return None if best is None else best[1:]


def _walk(line: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Points along a line, no more than three pixels apart."""
    walked = list(line[:1])
    for (x0, y0), (x1, y1) in pairwise(line):
        steps = max(1, math.ceil(math.hypot(x1 - x0, y1 - y0) / 3))
        walked += [(x0 + (x1 - x0) * k / steps, y0 + (y1 - y0) * k / steps) for k in range(1, steps + 1)]
    return walked

"""Units side by side at one time, each against what chance allows a unit of its size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dashboards.figures.evaluation.effects import Scale, group_mark, path, text
from dashboards.figures.geometry import value_axis
from dashboards.figures.marks import place
from dashboards.text import _, number

WIDTH, HEIGHT = 400, 232


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: its size (denominator), its value in the unit that is shown, its group (0: outside the programme)."""

    size: float
    value: float
    group: int
    is_outside_limits: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits over sizes, ascending: 95 % and 99.8 %, in the unit that is shown."""

    sizes: tuple[float, ...]
    low_95: tuple[float, ...]
    high_95: tuple[float, ...]
    low_998: tuple[float, ...]
    high_998: tuple[float, ...]
    centre: float


def funnel_figure(
    units: Sequence[Unit], limits: Limits, *, largest: float, low: float, high: float, is_percent: bool
) -> Markup:
    """The funnel as SVG, hidden from screen readers; both funnels of a page are drawn on the same axes."""
    axis = value_axis([low, high], is_percent=is_percent)
    x = Scale(
        0, math.sqrt(max(largest, 1.0)), 40, WIDTH - 12
    )  # the square root of the size opens the crowd of small units
    y = Scale(axis.low, axis.high, HEIGHT - 38, 10)
    parts = []
    for tick in axis.ticks:
        at = place(y.at(tick))
        parts.append(f'<path class="ch-grid" d="M40 {at}H{WIDTH - 12}"/>')
        parts.append(text(34, y.at(tick) + 4, number(tick, axis.decimals), anchor="end"))
    for size in _sizes(largest):
        parts.append(text(x.at(math.sqrt(size)), HEIGHT - 22, number(size), anchor="middle"))
    parts.append(text(WIDTH - 12, HEIGHT - 5, _("nævner pr. enhed"), anchor="end"))
    for css, lows, highs in (
        ("fu-lim", limits.low_998, limits.high_998),
        ("fu-lim fu-lim--95", limits.low_95, limits.high_95),
    ):
        for ends in (lows, highs):
            line = [
                (x.at(math.sqrt(size)), y.clipped(end))
                for size, end in zip(limits.sizes, ends, strict=True)
                if math.isfinite(end)
            ]
            if len(line) > 1:
                parts.append(f'<path class="{css}" d="{path(line)}"/>')
    parts.append(f'<path class="fu-mid" d="M40 {place(y.at(limits.centre))}H{WIDTH - 12}"/>')
    for one in sorted(units, key=lambda one: one.group):
        across, up = x.at(math.sqrt(one.size)), y.clipped(one.value)
        if one.group:
            parts.append(group_mark(one.group, across, up, 3.4))
        else:
            parts.append(f'<circle class="fo-u" cx="{place(across)}" cy="{place(up)}" r="2.6"/>')
        if one.is_outside_limits:
            parts.append(f'<circle class="ch-ring" fill="none" cx="{place(across)}" cy="{place(up)}" r="7"/>')
    return Markup(f'<svg class="chart fu" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">{"".join(parts)}</svg>')


def _sizes(largest: float) -> list[float]:
    """Round sizes for the axis: no more than five.

    >>> _sizes(900)
    [200, 400, 600, 800]
    """
    step = value_axis([0.0, largest], is_percent=False, minimum=0.0, maximum=largest, most_ticks=5).ticks[1]
    return [step * k for k in range(1, int(largest / step) + 1)]

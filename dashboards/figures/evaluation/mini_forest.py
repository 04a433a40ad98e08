"""One estimate with its interval as a small figure in a row of a table, on an axis that all rows share."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from dashboards.figures.evaluation.effects import effect_axis
from dashboards.figures.marks import place
from dashboards.text import number


@dataclass(frozen=True, slots=True)
class ForestAxis:
    """What all rows share: from `low` to `high` in the unit of the estimates, ticks, and pixels."""

    low: float
    high: float
    ticks: tuple[float, ...]
    decimals: int
    width: int = 150

    def x(self, value: float) -> float:
        """The place of a value, held inside the axis."""
        inside = min(max(value, self.low), self.high)
        return 6 + (inside - self.low) / (self.high - self.low) * (self.width - 12)


def forest_axis(values: list[float], *, width: int = 150) -> ForestAxis:
    """An axis with round ends and 0 on it that holds all the values; a few far ones may stand outside (arrows).

    The ends hold 19 of 20 values, so that one wide interval does not press all others together.

    Examples
    --------
    >>> forest_axis([-4.0, 12.0]).ticks
    (-5, 0, 5, 10)
    """
    ordered = sorted([*values, 0.0])
    cut = len(ordered) // 40
    low, high = min(ordered[cut], 0.0), max(ordered[-1 - cut], 0.0)
    if low == high:
        low, high = -1.0, 1.0
    axis = effect_axis([low, high], most_ticks=4)
    return ForestAxis(axis.low, axis.high, axis.ticks, axis.decimals, width)


def axis_ticks(axis: ForestAxis) -> Markup:
    """The numbers over the column: at most five, 0 among them."""
    step = max(1, -(-len(axis.ticks) // 4))
    zero = axis.ticks.index(0.0) if 0.0 in axis.ticks else 0
    shown = [tick for i, tick in enumerate(axis.ticks) if (i - zero) % step == 0]
    return Markup('<svg class="mf-t" width="{0}" height="14" viewBox="0 0 {0} 14" aria-hidden="true">{1}</svg>').format(
        axis.width,
        Markup("").join(
            Markup('<text class="ch-tick" x="{}" y="11" text-anchor="{}">{}</text>').format(
                place(min(max(axis.x(tick), 1), axis.width - 1)),
                "start" if axis.x(tick) < 12 else "end" if axis.x(tick) > axis.width - 12 else "middle",
                number(tick, axis.decimals),
            )
            for tick in shown
        ),
    )


def mini_forest(axis: ForestAxis, estimate: float, low: float | None, high: float | None) -> Markup:
    """A square at the estimate and a line from `low` to `high`; an end outside the axis is an arrow."""
    parts = [f'<path class="ch-axis0" d="M{place(axis.x(0.0))} 0V22"/>']
    if low is not None and high is not None:
        left, right = axis.x(low), axis.x(high)
        parts.append(f'<path class="fo-ci" d="M{place(left)} 11H{place(right)}"/>')
        if low < axis.low:
            parts.append(f'<path class="fo-ci" d="M{place(left + 4)} 7L{place(left)} 11L{place(left + 4)} 15"/>')
        if high > axis.high:
            parts.append(f'<path class="fo-ci" d="M{place(right - 4)} 7L{place(right)} 11L{place(right - 4)} 15"/>')
    parts.append(f'<rect class="fo-pt" x="{place(axis.x(estimate) - 3.5)}" y="7.5" width="7" height="7"/>')
    return Markup(
        f'<svg class="mf" width="{axis.width}" height="22" viewBox="0 0 {axis.width} 22" aria-hidden="true">'
        + "".join(parts)
        + "</svg>"
    )

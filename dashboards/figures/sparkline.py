"""A series as a small line: no axis, no hover, the same marks as the big chart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Protocol

from markupsafe import Markup, escape

from dashboards.figures.marks import mark, place

LABEL_HEIGHT = 15  # pixels between the middles of two label lines


class Spark(Protocol):
    """What a sparkline is drawn from (`data.states.Sparkline` is one). Values in the indicator's unit of measure."""

    @property
    def values(self) -> Sequence[float | None]:
        """One per consecutive period; None is a missing period and drawn as a gap."""

    @property
    def centres(self) -> Sequence[tuple[int, int, float]]:
        """(first position, position after the last, centre) per phase; never joined."""

    @property
    def target(self) -> float | None: ...

    @property
    def marks(self) -> Mapping[int, str]:
        """Position to `Variation` value, for the points that carry a signal."""

    @property
    def n_open(self) -> int:
        """Latest periods that are still being filled in: hollow, outside every signal."""

    @property
    def first(self) -> date | None:
        """First day of the first period."""


def sparkline(
    spark: Spark,
    *,
    width: int = 220,
    height: int = 36,
    window: int | None = None,
    padding: float = 6,
    scale: float = 0.62,
    centre_label: str = "",
    target_label: str = "",
    gutter: int = 92,
) -> Markup:
    """The series as SVG, `width` by `height` pixels; the same spark is always the same string.

    `window` keeps the latest so many periods. With `centre_label` or `target_label` the right `gutter` pixels hold the
    words, and the years stand under the line in 14 further pixels.
    """
    skipped = max(0, len(spark.values) - window) if window else 0
    values = list(spark.values[skipped:])
    count = len(values)
    has_labels = bool(centre_label or target_label)
    foot = 14 if has_labels else 0
    plot = width - (gutter if has_labels else 0)
    parts = [
        f'<svg class="spark" viewBox="0 0 {width} {height + foot}" width="{width}" height="{height + foot}"'
        f' aria-hidden="true">'
    ]
    centres = [
        (max(start - skipped, 0), min(stop - skipped, count), level)
        for start, stop, level in spark.centres
        if stop > skipped
    ]
    shown = [value for value in values if value is not None]
    if not shown:
        return Markup("".join([*parts, "</svg>"]))
    extent = shown + [level for _start, _stop, level in centres] + ([spark.target] if spark.target is not None else [])
    low, high = min(extent), max(extent)
    span = high - low
    step = (plot - 2 * padding) / count

    def x(position: float) -> float:
        return padding + (position + 0.5) * step

    def y(value: float) -> float:
        return height / 2 if span <= 0 else padding + (high - value) / span * (height - 2 * padding)

    if spark.target is not None:
        parts.append(f'<path class="ch-goal" d="M{place(padding)} {place(y(spark.target))}H{place(plot - padding)}"/>')
    for start, stop, level in centres:
        left, right = x(start) - step / 2, x(stop - 1) + step / 2
        parts.append(f'<path class="ch-centre" d="M{place(left)} {place(y(level))}H{place(right)}"/>')
    n_closed = max(0, count - spark.n_open)
    closed, pen_is_down = "", False
    for position, value in enumerate(values[:n_closed]):
        if value is None:
            pen_is_down = False
            continue
        closed += f"{'L' if pen_is_down else 'M'}{place(x(position))} {place(y(value))}"
        pen_is_down = True
    if closed:
        parts.append(f'<path class="ch-line" d="{closed}"/>')
    marks = {position - skipped: state for position, state in spark.marks.items() if position >= skipped}
    last = max((i for i in range(n_closed) if values[i] is not None), default=None)
    for position in range(n_closed):
        value = values[position]
        if value is None:
            continue
        is_alone = (position == 0 or values[position - 1] is None) and (
            position + 1 >= n_closed or values[position + 1] is None
        )
        if position in marks:
            parts.append(mark(x(position), y(value), marks[position], scale))
        elif position == last or is_alone:
            parts.append(mark(x(position), y(value), "", scale))
    if last is not None:
        latest = values[last]
        assert latest is not None
        parts.append(f'<circle class="ch-ring" cx="{place(x(last))}" cy="{place(y(latest))}" r="{place(8 * scale)}"/>')
    for position in range(n_closed, count):
        value = values[position]
        if value is not None:
            parts.append(mark(x(position), y(value), "", scale, is_open=True))
    if has_labels:
        parts += _labels(
            [(y(centres[-1][2]), centre_label, "ch-lab")] if centre_label and centres else [],
            [(y(spark.target), target_label, "ch-lab ch-lab--b")] if target_label and spark.target is not None else [],
            plot,
        )
        parts += _years(spark.first, skipped, count, x, height)
    return Markup("".join([*parts, "</svg>"]))


def _labels(centre: list[tuple[float, str, str]], target: list[tuple[float, str, str]], plot: float) -> list[str]:
    labels = sorted(centre + target)
    heights = [height for height, _text, _css in labels]
    if len(heights) == 2 and heights[1] - heights[0] < LABEL_HEIGHT:
        middle = sum(heights) / 2
        heights = [middle - LABEL_HEIGHT / 2, middle + LABEL_HEIGHT / 2]
    return [
        f'<text class="{css}" x="{place(plot + 2)}" y="{place(height + 4)}">{escape(text)}</text>'
        for height, (_y, text, css) in zip(heights, labels, strict=True)
    ]


def _years(first: date | None, skipped: int, count: int, x: Callable[[float], float], height: int) -> list[str]:
    """A tick and the year under every January; only for monthly series, whose first period is given."""
    if first is None:
        return []
    start = first.year * 12 + first.month - 1 + skipped
    return [
        f'<path class="ch-axis" d="M{place(x(i))} {height - 2}v4"/>'
        f'<text class="ch-tick" x="{place(x(i))}" y="{height + 13}" text-anchor="middle">{(start + i) // 12}</text>'
        for i in range(count)
        if (start + i) % 12 == 0
    ]

"""A series as a small line with its start: the upright line is the start, the level one the median before it."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from markupsafe import Markup

from dashboards.figures.marks import place

PADDING = 4.0


def start_line(values: Sequence[float | None], start: int | None, *, width: int = 132, height: int = 30) -> Markup:
    """The series as SVG; the same values are always the same string.

    Parameters
    ----------
    values : one per month; None is a gap, never a zero and never bridged.
    start : the position of the start month, None where it is not known. It may lie outside the series.

    Examples
    --------
    >>> "sp-start" in start_line([1.0, 2.0, None, 4.0], 2), "sp-start" in start_line([1.0, 2.0], None)
    (True, False)
    """
    shown = [value for value in values if value is not None]
    head = f'<svg class="spark" width="{width}" height="{height}" viewBox="0 0 {width} {height}" aria-hidden="true">'
    if not shown:
        return Markup(head + "</svg>")
    low, high = min(shown), max(shown)
    step = (width - 2 * PADDING) / max(len(values) - 1, 1)

    def x(position: float) -> float:
        return PADDING + position * step

    def y(value: float) -> float:
        return height / 2 if high == low else PADDING + (high - value) / (high - low) * (height - 2 * PADDING)

    parts = []
    if start is not None:
        before = [value for value in values[: max(start, 0)] if value is not None]
        if before:
            parts.append(
                f'<path class="ch-centre" d="M{place(PADDING)} {place(y(median(before)))}H{width - PADDING}"/>'
            )
        at = min(max(x(start - 0.5), 1.0), width - 1.0)
        parts.append(f'<path class="sp-start" d="M{place(at)} 0V{height}"/>')
    line, dots, pen_is_down = "", "", False
    for position, value in enumerate(values):
        if value is None:
            pen_is_down = False
            continue
        is_alone = not pen_is_down and (position + 1 == len(values) or values[position + 1] is None)
        if is_alone:
            dots += f'<circle class="ch-pt" cx="{place(x(position))}" cy="{place(y(value))}" r="1.5"/>'
        else:
            line += f"{'L' if pen_is_down else 'M'}{place(x(position))} {place(y(value))}"
        pen_is_down = not is_alone
    if line:
        parts.append(f'<path class="ch-line" d="{line}"/>')
    return Markup(head + "".join(parts) + dots + "</svg>")

"""Published figures by region: small multiples over time on one shared axis, and a strip of dots for one period.

The viewer's own region is marked with ink and weight, never with a signal colour; the country is the grey line. The
regions keep their official order and are never ranked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

from markupsafe import Markup, escape

from dashboards.figures.marks import place
from dashboards.text import _, number

PANEL_WIDTH, PANEL_HEIGHT = 176, 92
LEFT, RIGHT, TOP, BOTTOM = 22, 34, 8, 22
STRIP_WIDTH = 520
CHARACTER = 6.3  # mean width of a character at 12 pixels, for keeping labels apart
LABEL_ROW = 15


@dataclass(frozen=True, slots=True)
class RegionLine:
    """One region's figures, one per period (None: not published), shape (n_periods,)."""

    code: str
    name: str
    values: tuple[float | None, ...]
    is_own: bool = False
    note: str = ""  # a mark after the name, such as the asterisk of a weighted merger
    target: float | None = None
    target_label: str = ""


@dataclass(frozen=True, slots=True)
class Panels:
    """Small multiples: every region on the same axes, the country's line behind each.

    `ticks` are the period labels to write, by position; the rest of the periods are unlabelled. `breaks` are positions
    whose figures cannot be compared with those before: the lines are cut there, and a double line says so.
    """

    lines: tuple[RegionLine, ...]
    country: tuple[float | None, ...]
    periods: tuple[str, ...]
    ticks: tuple[tuple[int, str], ...]
    unit: str
    decimals: int = 0
    from_zero: bool = False
    breaks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Dot:
    """One region's figure in the period of the strip."""

    name: str
    value: float
    is_own: bool = False


def shared_axis(values: Sequence[float | None], *, from_zero: bool = False) -> tuple[float, float, tuple[float, ...]]:
    """Lower end, upper end and grid values that all panels share.

    Steps of 1, 2 or 5 times a power of ten, two to four grid lines.

    >>> shared_axis([41.0, 78.0, 55.0])
    (40.0, 80.0, (40.0, 60.0, 80.0))
    """
    present = [v for v in values if v is not None]
    if not present:
        return 0.0, 1.0, (0.0, 1.0)
    low, high = (0.0 if from_zero else min(present)), max(present)
    level = max(abs(low), abs(high), 1.0)
    span = max(high - low, level * 1e-6) if high > low else level * 0.1
    power = 10.0 ** math.floor(math.log10(span / 2))
    step = next(m * power for m in (1, 2, 5, 10) if span / (m * power) <= 3)
    first, last = math.floor(low / step) * step, math.ceil(high / step) * step
    if last <= first:  # one value on a grid line
        last = first + step
    count = round((last - first) / step)
    return first, last, tuple(round(first + i * step, 10) for i in range(count + 1))


def small_multiples(panels: Panels) -> Markup:
    """One `<figure>` per region, in the order given."""
    everything = [*panels.country, *(v for line in panels.lines for v in line.values)]
    everything += [line.target for line in panels.lines if line.target is not None]
    low, high, grid = shared_axis(everything, from_zero=panels.from_zero)
    figures = [_panel(panels, line, low, high, grid) for line in panels.lines]
    return Markup('<div class="rq">{}</div>').format(Markup("").join(figures))


def _panel(panels: Panels, line: RegionLine, low: float, high: float, grid: Sequence[float]) -> Markup:
    count = len(panels.periods)
    step = (PANEL_WIDTH - LEFT - RIGHT) / max(count, 1)
    height = PANEL_HEIGHT - TOP - BOTTOM

    def x(i: int) -> float:
        return LEFT + (i + 0.5) * step

    def y(value: float) -> float:
        return TOP + (high - value) / (high - low) * height

    parts = []
    decimals = 0 if all(float(g).is_integer() for g in grid) else 1
    for g in grid:
        parts.append(f'<path class="ch-grid" d="M{LEFT} {place(y(g))}H{PANEL_WIDTH - RIGHT}"/>')
        parts.append(
            f'<text class="ch-tick" x="{LEFT - 4}" y="{place(y(g) + 4)}" text-anchor="end">{number(g, decimals)}</text>'
        )
    for first in panels.breaks:
        cut = x(first) - step / 2
        lines = "".join(f"M{place(cut + side)} {TOP}V{TOP + height}" for side in (-1.5, 1.5))
        parts.append(f'<path class="ch-break" d="{lines}"/>')
    parts.append(f'<path class="rg-country" d="{_path(panels.country, x, y, panels.breaks)}"/>')
    if line.target is not None:
        parts.append(f'<path class="ch-goal" d="M{LEFT} {place(y(line.target))}H{PANEL_WIDTH - RIGHT}"/>')
    line_css = "rg-line rg-line--own" if line.is_own else "rg-line"
    parts.append(f'<path class="{line_css}" d="{_path(line.values, x, y, panels.breaks)}"/>')
    for i in _alone(line.values, panels.breaks):
        value = line.values[i]
        assert value is not None
        parts.append(f'<circle class="rg-dot" cx="{place(x(i))}" cy="{place(y(value))}" r="2.2"/>')
    latest = next((i for i in range(count - 1, -1, -1) if line.values[i] is not None), None)
    if latest is not None:
        value = line.values[latest]
        assert value is not None
        parts.append(f'<circle class="rg-dot rg-dot--own" cx="{place(x(latest))}" cy="{place(y(value))}" r="3.2"/>')
        labels = [(y(value), number(value, panels.decimals), "ch-lab ch-lab--b")]
        if line.target is not None:
            labels.append((y(line.target), line.target_label, "ch-tick"))
        for at, text, css in _apart(labels):
            left = place(x(latest) + 6 if css != "ch-tick" else PANEL_WIDTH - RIGHT + 2)
            parts.append(f'<text class="{css}" x="{left}" y="{place(at + 4)}">{escape(text)}</text>')
    for position, text in panels.ticks:
        left = place(x(position))
        parts.append(
            f'<text class="ch-tick" x="{left}" y="{PANEL_HEIGHT - 3}" text-anchor="middle">{escape(text)}</text>'
        )
    name = escape(line.name + line.note)
    if line.is_own:
        name = Markup("{} <span>({})</span>").format(name, _("din"))
    caption = Markup("<figcaption{}><span>{}</span></figcaption>").format(
        Markup(' class="own"') if line.is_own else Markup(""), name
    )
    drawing = Markup(
        f'<svg class="chart" viewBox="0 0 {PANEL_WIDTH} {PANEL_HEIGHT}" aria-hidden="true">{"".join(parts)}</svg>'
    )
    return Markup("<figure>{}{}</figure>").format(caption, drawing)


def _path(
    values: Sequence[float | None], x: Callable[[int], float], y: Callable[[float], float], breaks: Sequence[int] = ()
) -> str:
    """Line segments between neighbours that both have a figure; a gap stays a gap, and so does a break."""
    pieces, is_down = [], False
    for i, value in enumerate(values):
        is_down = is_down and i not in breaks
        if value is None:
            is_down = False
            continue
        pieces.append(f"{'L' if is_down else 'M'}{place(x(i))} {place(y(value))}")
        is_down = True
    return "".join(pieces)


def _alone(values: Sequence[float | None], breaks: Sequence[int]) -> list[int]:
    """Positions of figures that no line reaches.

    >>> _alone((6.8, 6.5, None, 6.0), breaks=(1,))
    [0, 1, 3]
    """

    def is_joined(i: int) -> bool:
        return 0 < i < len(values) and None not in (values[i - 1], values[i]) and i not in breaks

    return [i for i, one in enumerate(values) if one is not None and not is_joined(i) and not is_joined(i + 1)]


def _apart(labels: list[tuple[float, str, str]], room: float = 12.0) -> list[tuple[float, str, str]]:
    """Labels pushed apart so that none covers another, in order from the top."""
    ordered = sorted(labels)
    for i in range(1, len(ordered)):
        above, here = ordered[i - 1], ordered[i]
        if here[0] - above[0] < room:
            ordered[i] = (above[0] + room, *here[1:])
    return ordered


def dot_strip(
    dots: Sequence[Dot],
    *,
    country: float | None,
    country_label: str,
    decimals: int = 0,
    width: int = STRIP_WIDTH,
) -> Markup:
    """Regions on one axis with direct labels; ties share a label, and labels never cover each other.

    `width` is the room in pixels: text is 12 pixels high at that width.
    """
    values = [dot.value for dot in dots] + ([country] if country is not None else [])
    if not values:
        return Markup("")
    low, high, grid = shared_axis(values)
    if high - low < 10:  # a percentage strip never spans less than ten points (product.md, chart rule 7)
        middle = (low + high) / 2
        low, high, grid = shared_axis([middle - 5, middle + 5])

    def x(value: float) -> float:
        return 30 + (value - low) / (high - low) * (width - 60)

    groups: dict[float, list[Dot]] = {}
    for dot in dots:
        groups.setdefault(dot.value, []).append(dot)
    placed = _label_rows(
        [(x(value), _tie_text(group, decimals), group) for value, group in sorted(groups.items())], width
    )
    rows = max((row for *_rest, row in placed), default=0) + 1
    tallest = max((len(g) for g in groups.values()), default=1)
    line = 8 + rows * LABEL_ROW + tallest * 11
    height = line + 44
    parts = [f'<path class="ch-axis" d="M6 {line}H{width - 6}"/>']
    for g in grid:
        at = place(x(g))
        parts.append(f'<path class="ch-axis" d="M{at} {line}v5"/>')
        parts.append(f'<text class="ch-tick" x="{at}" y="{line + 19}" text-anchor="middle">{number(g)}</text>')
    if country is not None:
        at = place(x(country))
        parts.append(f'<path class="rg-mark" d="M{at} {line - 6}V{line + 24}"/>')
        label = escape(f"{country_label} {number(country, decimals)}")
        parts.append(f'<text class="ch-lab ch-lab--b" x="{at}" y="{line + 37}" text-anchor="middle">{label}</text>')
    for at_x, _left_end, _text, group, row in placed:
        label_y = line - tallest * 11 - 4 - row * LABEL_ROW
        parts.append(f'<path class="ch-flag-l" d="M{place(at_x)} {line - len(group) * 11}V{label_y + 3}"/>')
        for j, dot in enumerate(sorted(group, key=lambda dot: not dot.is_own)):
            dot_css = "rg-dot rg-dot--own" if dot.is_own else "rg-dot"
            parts.append(f'<circle class="{dot_css}" cx="{place(at_x)}" cy="{line - j * 11}" r="5"/>')
    for _at_x, left_end, text, group, row in placed:
        label_css = "ch-lab ch-lab--b" if any(dot.is_own for dot in group) else "ch-tick"
        centre = place(left_end + _width(text) / 2)
        label_y = line - tallest * 11 - 4 - row * LABEL_ROW
        parts.append(
            f'<text class="{label_css} ch-halo" x="{centre}" y="{label_y}" text-anchor="middle">{escape(text)}</text>'
        )
    return Markup(
        f'<svg class="chart rg-strip" viewBox="0 0 {width} {height}" aria-hidden="true">{"".join(parts)}</svg>'
    )


def _tie_text(group: Sequence[Dot], decimals: int) -> str:
    names = [dot.name for dot in group]
    joined = names[0] if len(names) == 1 else _("{first} og {last}").format(first=", ".join(names[:-1]), last=names[-1])
    return f"{joined} {number(group[0].value, decimals)}"


def _width(text: str) -> float:
    return len(text) * CHARACTER


def _label_rows(
    labels: Sequence[tuple[float, str, list[Dot]]], width: float = STRIP_WIDTH
) -> list[tuple[float, float, str, list[Dot], int]]:
    """A left end and a row for every label, so that none touches another.

    Labels stand over their dot or turn to one side; of all ways (3 to the power of at most six regions) the one with
    the fewest rows, then the fewest leaders through other labels, then the fewest turned labels is taken. Labels come
    sorted by place and leave as (place, left end, text, dots, row).
    """
    best: tuple[tuple[int, int, int], list[float], list[int]] | None = None
    for turns in product((0, -1, 1), repeat=len(labels)):
        lefts = [
            min(max(_left(x, text, turn), 2.0), width - _width(text) - 2)
            for (x, text, _dots), turn in zip(labels, turns, strict=True)
        ]
        rows = _rows(lefts, [_width(text) + 6 for _x, text, _dots in labels])
        crossed = sum(
            rows[j] < rows[i] and lefts[j] < labels[i][0] < lefts[j] + _width(labels[j][1])
            for i in range(len(labels))
            for j in range(len(labels))
        )
        cost = (max(rows, default=0), crossed, sum(turn != 0 for turn in turns))
        if best is None or cost < best[0]:
            best = (cost, lefts, rows)
    assert best is not None
    _cost, lefts, rows = best
    return [(x, left, text, dots, row) for (x, text, dots), left, row in zip(labels, lefts, rows, strict=True)]


def _left(x: float, text: str, turn: int) -> float:
    if turn == 0:
        return x - _width(text) / 2
    return x - 5 if turn > 0 else x + 5 - _width(text)


def _rows(lefts: Sequence[float], widths: Sequence[float]) -> list[int]:
    """The lowest row in which each label, from the left, starts after the last one ended."""
    ends: list[float] = []
    rows = []
    for left, width in zip(lefts, widths, strict=True):
        row = next((i for i, end in enumerate(ends) if end <= left), len(ends))
        if row == len(ends):
            ends.append(0.0)
        ends[row] = left + width
        rows.append(row)
    return rows

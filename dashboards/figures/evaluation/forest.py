"""Effects side by side with their intervals: each group with its units as small dots, the average, and a new group."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from dashboards.figures.evaluation.effects import Scale, effect_axis, group_mark, signed, text
from dashboards.figures.marks import place
from dashboards.text import _, number

WIDE, NARROW = 520, 358
ROW = 46


@dataclass(frozen=True, slots=True)
class Row:
    """One group: its number, its name and a line under it, its effect with interval, and its units' own (shrunken)."""

    group: int
    name: str
    about: str
    estimate: float
    low: float
    high: float
    units: tuple[float, ...] = ()
    said: str = ""  # why there is no effect, where there is none


@dataclass(frozen=True, slots=True)
class Average:
    """The average of the groups with its interval, and where a new group is expected (NaN where it cannot be told)."""

    estimate: float
    low: float
    high: float
    new_low: float
    new_high: float


def forest(rows: Sequence[Row], average: Average | None, *, unit: str, decimals: int, width: int = WIDE) -> Markup:
    """The forest as SVG, hidden from screen readers: the page has the same as a table."""
    told = [row for row in rows if math.isfinite(row.estimate)]
    if not told:
        return Markup("")
    ends = [end for row in told for end in (row.low, row.high)] + [dot for row in told for dot in row.units]
    if average is not None:
        ends += [average.low, average.high]
        # A new group may be expected nearly anywhere; the axis follows what was seen and the bracket is cut off.
    axis = effect_axis(ends, most_ticks=5 if width > NARROW else 4)
    left, right = (104.0, width - 124.0) if width > NARROW else (84.0, width - 14.0)
    x = Scale(axis.low, axis.high, left, right)
    top = 26.0
    n_rows = len(rows) + (0 if average is None else 1 + math.isfinite(average.new_low))
    bottom = top + ROW * n_rows
    parts = [
        text(
            right if width <= NARROW else width - 2,
            12,
            str(escape(_("{unit} (95 % CI)").format(unit=unit))),
            anchor="end",
        )
    ]
    for tick in axis.ticks:
        at = place(x.at(tick))
        css = "ch-axis0" if tick == 0 else "ch-grid"
        parts.append(f'<path class="{css}" d="M{at} {place(top)}V{place(bottom)}"/>')
        parts.append(text(x.at(tick), bottom + 16, signed(tick, axis.decimals), anchor="middle"))
    y = top + 16
    for row in rows:
        parts.append(text(0, y - 2, str(escape(row.name)), css="ch-lab ch-lab--b"))
        parts.append(text(0, y + 13, str(escape(row.about))))
        if math.isfinite(row.estimate):
            parts += [_dot(x.clipped(dot), y + 13 + (k * 7 % 9 - 4) * 0.9) for k, dot in enumerate(row.units)]
            if math.isfinite(row.low):
                parts.append(_bar(x.clipped(row.low), x.clipped(row.high), y - 4))
            parts.append(group_mark(row.group, x.at(row.estimate), y - 4, 5.5))
            parts.append(_figures(row.estimate, row.low, row.high, width, y, decimals))
        else:
            parts.append(text(x.at(axis.low) + 6, y, str(escape(row.said or _("kan ikke bestemmes")))))
        y += ROW
    if average is not None:
        parts.append(f'<path class="ch-grid" d="M0 {place(y - 20)}H{width}"/>')
        parts.append(text(0, y, str(escape(_("Gennemsnit"))), css="ch-lab ch-lab--b"))
        a, m, b = x.clipped(average.low), x.clipped(average.estimate), x.clipped(average.high)
        if math.isfinite(average.low):
            parts.append(_diamond(a, m, b, y - 4))
        parts.append(_figures(average.estimate, average.low, average.high, width, y, decimals))
        y += ROW
        if math.isfinite(average.new_low):
            parts.append(text(0, y, str(escape(_("En ny gruppe"))), css="ch-lab ch-lab--b"))
            a, b = x.clipped(average.new_low), x.clipped(average.new_high)
            parts.append(f'<path class="fo-pi" d="M{place(a)} {place(y - 4)}H{place(b)}"/>')
            for end, value in ((a, average.new_low), (b, average.new_high)):
                if axis.low <= value <= axis.high:
                    parts.append(f'<path class="fo-ci" d="M{place(end)} {place(y - 9)}v10"/>')
                else:  # it runs on beyond the axis
                    step = 5 if value < axis.low else -5
                    parts.append(f'<path class="fo-ci" d="M{place(end + step)} {place(y - 9)}l{-step} 5l{step} 5"/>')
            said = _("{low} til {high}").format(
                low=number(average.new_low, decimals), high=number(average.new_high, decimals)
            )
            parts.append(
                text(width - 2, y + (18 if width <= NARROW else 0), str(escape(said)), css="ch-lab", anchor="end")
            )
    svg = "".join(parts)
    return Markup(f'<svg class="chart fo" viewBox="0 0 {width} {place(bottom + 22)}" aria-hidden="true">{svg}</svg>')


def _dot(x: float, y: float) -> str:
    return f'<circle class="fo-u" cx="{place(x)}" cy="{place(y)}" r="2.1"/>'


def _bar(low: float, high: float, y: float) -> str:
    return f'<path class="fo-ci fo-ci--b" d="M{place(low)} {place(y)}H{place(high)}"/>'


def _diamond(low: float, middle: float, high: float, y: float) -> str:
    corners = f"M{place(low)} {place(y)}L{place(middle)} {place(y - 7)}L{place(high)} {place(y)}L{place(middle)} "
    return f'<path class="fo-dia" d="{corners}{place(y + 7)}Z"/>'


def _figures(estimate: float, low: float, high: float, width: int, y: float, decimals: int) -> str:
    """The figures of a row: at its end, or under it where the screen is narrow."""
    said = f'<tspan class="ch-lab--b">{signed(estimate, decimals)}</tspan>'
    if math.isfinite(low):
        within = _("{low} til {high}").format(low=number(low, decimals), high=number(high, decimals))
        said += f" ({escape(within)})"
    return text(width - 2, y if width > NARROW else y + 26, said, css="ch-lab ch-halo", anchor="end")


def row_bar(
    estimate: float, low: float, high: float, *, axis: tuple[float, float], main: tuple[float, float], width: int = 168
) -> Markup:
    """One row of the sensitivity table: its interval over the grey band of the main one. Decoration: figures beside."""
    x = Scale(axis[0], axis[1], 4, width - 4)
    parts = [f'<path class="ch-axis0" d="M{place(x.at(0))} 2v22"/>']
    if all(map(math.isfinite, main)):  # else nothing is told, and there is no band
        a, b = x.clipped(main[0]), x.clipped(main[1])
        parts.insert(0, f'<rect class="fo-band" x="{place(a)}" y="2" width="{place(max(b - a, 0))}" height="22"/>')
    if math.isfinite(low):
        parts.append(f'<path class="fo-ci" d="M{place(x.clipped(low))} 13H{place(x.clipped(high))}"/>')
    if math.isfinite(estimate):
        parts.append(f'<rect class="fo-pt" x="{place(x.clipped(estimate) - 4)}" y="9" width="8" height="8"/>')
    return Markup(
        f'<svg class="mf" viewBox="0 0 {width} 26" width="{width}" height="26" aria-hidden="true">'
        f"{''.join(parts)}</svg>"
    )

"""The effect month by month from the start: a band that holds all months at once, and how many units stand behind.

Every point carries its sentence (`data-said`); assets/tavle_effect.js steps through them with the arrow keys.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from dashboards.figures.evaluation.effects import (
    Scale,
    effect_axis,
    group_mark,
    line_css,
    path,
    signed,
    stretches,
    text,
)
from dashboards.figures.geometry import push_apart
from dashboards.figures.marks import place
from dashboards.text import _, ngettext, number

WIDE, NARROW = 860, 358
PHASES = ("before", "left_out", "after")


@dataclass(frozen=True, slots=True)
class Month:
    """The effect in one month since the start, in the unit that is shown; `phase` is one of PHASES.

    `low` and `high` are the simultaneous band; missing (NaN) where it cannot be told.
    """

    since: int
    phase: str
    estimate: float
    low: float
    high: float
    n_units: int

    @property
    def is_told(self) -> bool:
        return math.isfinite(self.estimate)

    @property
    def has_band(self) -> bool:
        return math.isfinite(self.low) and math.isfinite(self.high)


@dataclass(frozen=True, slots=True)
class Line:
    """The effect of one group, without a band: its number (colour and shape), its name, and its months."""

    group: int
    name: str
    months: tuple[Month, ...]


def month_words(month: Month, unit: str, decimals: int) -> str:
    """One month in a sentence."""
    when = (
        _("Startmåneden")
        if month.since == 0
        else ngettext("{count} måned efter start", "{count} måneder efter start", month.since).format(count=month.since)
        if month.since > 0
        else ngettext("{count} måned før start", "{count} måneder før start", -month.since).format(count=-month.since)
    )
    if not month.is_told:
        return _("{when}: kan ikke bestemmes.").format(when=when)
    said = f"{signed(month.estimate, decimals)} {unit}".strip()
    if month.has_band:
        said = _("{value} (bånd {low} til {high})").format(
            value=said, low=number(month.low, decimals), high=number(month.high, decimals)
        )
    words = _("{when}: {value}, {count} enheder.").format(when=when, value=said, count=month.n_units)
    return f"{words} {_('Udeladt af analysen.')}" if month.phase == "left_out" else words


def event_study(
    months: Sequence[Month], *, unit: str, decimals: int, width: int = WIDE, marked: tuple[int, ...] = (12, 24)
) -> Markup:
    """All units together: points with the simultaneous band, and the number of units as steps under them."""
    told = [one for one in months if one.is_told]
    if not told:
        return Markup("")
    frame = _Frame.of(told, width, [one.estimate for one in told] + _ends(told))
    parts = [frame.ground(unit)]
    for phase in PHASES:
        some = [one for one in months if one.phase == phase]
        for first, last in stretches([one.is_told and one.has_band for one in some]):
            here = some[first : last + 1]
            top = [(frame.x(one.since), frame.y.clipped(one.high)) for one in here]
            bottom = [(frame.x(one.since), frame.y.clipped(one.low)) for one in reversed(here)]
            css = "ev-band" if phase == "after" else "ev-band ev-band--pre"
            parts.append(f'<path class="{css}" d="{path(top + bottom)}Z"/>')
    after = [one for one in months if one.phase == "after"]
    for first, last in stretches([one.is_told for one in after]):
        parts.append(
            _line("ev-line", [(frame.x(one.since), frame.y.at(one.estimate)) for one in after[first : last + 1]])
        )
    radius = 3.4 if width > NARROW else 2.4
    for at, one in enumerate(told):
        css = "ev-pt" if one.phase == "after" else f"ev-pt ev-pt--{'pre' if one.phase == 'before' else 'out'}"
        parts.append(
            f'<circle class="{css}" data-at="{at}" data-said="{escape(month_words(one, unit, decimals))}" '
            f'cx="{place(frame.x(one.since))}" cy="{place(frame.y.at(one.estimate))}" r="{radius}"/>'
        )
    parts += [_note(frame, one, decimals) for one in told if one.since in marked and one.phase == "after"]
    parts.append(frame.counts(told))
    return frame.drawn(parts)


def event_lines(lines: Sequence[Line], *, unit: str, decimals: int, width: int = WIDE) -> Markup:
    """A line for each group, named where it ends; without bands, which would cover each other."""
    told = [one for line in lines for one in line.months if one.is_told]
    if not told:
        return Markup("")
    frame = _Frame.of(told, width, [one.estimate for one in told], right=86 if width > NARROW else 54)
    parts = [frame.ground(unit)]
    ends: list[tuple[float, float, Line]] = []
    at = 0
    for line in lines:
        known = [one for one in line.months if one.is_told]
        if not known:
            continue
        for first, last in stretches([one.is_told for one in line.months]):
            run = [(frame.x(one.since), frame.y.at(one.estimate)) for one in line.months[first : last + 1]]
            parts.append(_line(line_css(line.group), run))
        for one in known:
            if one.since % 6 == 0 or one is known[-1]:
                parts.append(group_mark(line.group, frame.x(one.since), frame.y.at(one.estimate), 3.6))
        for one in known:
            said = escape(f"{line.name}. {month_words(one, unit, decimals)}")
            parts.append(
                f'<circle class="ev-hit" data-at="{at}" data-said="{said}" cx="{place(frame.x(one.since))}" '
                f'cy="{place(frame.y.at(one.estimate))}" r="3"/>'
            )
            at += 1
        ends.append((frame.x(known[-1].since), frame.y.at(known[-1].estimate), line))
    ends.sort(key=lambda end: end[1])
    heights = push_apart([y for _x, y, _line_ in ends], 15, frame.top + 6, frame.bottom - 4)
    for (x, _y, line), y in zip(ends, heights, strict=True):
        parts.append(text(x + 8, y + 4, str(escape(line.name)), css="ch-lab ch-halo"))
    return frame.drawn(parts)


def _ends(told: Sequence[Month]) -> list[float]:
    """Ends of the band that the axis must hold: the widest tenth may run off it, or one thin month sets the scale."""
    ends = sorted(abs(end) for one in told if one.has_band for end in (one.low, one.high))
    if not ends:
        return []
    most = max(ends[int(0.9 * (len(ends) - 1))], max(abs(one.estimate) for one in told))
    return [max(-most, min(most, end)) for one in told if one.has_band for end in (one.low, one.high)]


@dataclass(frozen=True, slots=True)
class _Frame:
    width: int
    months: Scale
    y: Scale
    ticks: tuple[float, ...]
    decimals: int
    top: float
    bottom: float
    left_out: tuple[int, int] | None
    first: int
    last: int

    @classmethod
    def of(cls, told: Sequence[Month], width: int, values: Sequence[float], right: float = 14) -> _Frame:
        axis = effect_axis(values)
        is_narrow = width <= NARROW
        top, bottom = 48.0, 48.0 + (210 if is_narrow else 226)
        first, last = min(one.since for one in told), max(max(one.since for one in told), 0)
        out = [one.since for one in told if one.phase == "left_out"]
        return cls(
            width,
            Scale(first, max(last, first + 1), 40.0, width - right),
            Scale(axis.low, axis.high, bottom, top),
            axis.ticks,
            axis.decimals,
            top,
            bottom,
            (min(out), max(out)) if out else None,
            first,
            last,
        )

    def x(self, since: float) -> float:
        return self.months.at(since)

    def ground(self, unit: str) -> str:
        """Grid, axes, the months left out, the line of nothing and the start."""
        left, right = self.months.at_low, self.months.at_high
        parts = [text(0, 12, str(escape(_("Forskel fra ventet niveau, {unit}").format(unit=unit))))]
        if self.left_out is not None:
            a, b = self.x(self.left_out[0] - 0.5), self.x(self.left_out[1] + 0.5)
            parts.append(
                f'<rect class="ev-out" x="{place(a)}" y="{place(self.top)}" width="{place(b - a)}" '
                f'height="{place(self.bottom - self.top)}"/>'
            )
            parts.append(
                text((a + b) / 2, self.bottom - 6, str(escape(_("udeladt"))), css="ch-tick ch-halo", anchor="middle")
            )
        for tick in self.ticks:
            y = place(self.y.at(tick))
            css = "ch-axis0" if tick == 0 else "ch-grid"
            parts.append(f'<path class="{css}" d="M{place(left)} {y}H{place(right)}"/>')
            parts.append(text(left - 6, self.y.at(tick) + 4, signed(tick, self.decimals), anchor="end"))
        step = 6 if self.width > NARROW or self.last - self.first <= 30 else 12
        for since in range(math.ceil(self.first / step) * step, self.last + 1, step):
            parts.append(text(self.x(since), self.bottom + 16, signed(since, 0), anchor="middle"))
            parts.append(f'<path class="ch-axis" d="M{place(self.x(since))} {place(self.bottom)}v4"/>')
        x0 = place(self.x(-0.5))
        parts.append(f'<path class="ch-axis" d="M{place(left)} {place(self.bottom)}H{place(right)}"/>')
        parts.append(f'<path class="ev-start" d="M{x0} {place(self.top - 16)}V{place(self.bottom)}"/>')
        parts.append(text(self.x(-0.5) + 5, self.top - 7, str(escape(_("Start"))), css="ch-lab ch-lab--b"))
        if self.first < -8:
            parts.append(text(self.x(-0.5) - 6, self.top - 7, str(escape(_("før start"))), anchor="end"))
        return "".join(parts)

    def counts(self, told: Sequence[Month]) -> str:
        """The number of units behind each point, as steps with their figures."""
        floor, tall = self.bottom + 62.0, 22.0
        most = max(one.n_units for one in told) or 1
        half = (self.x(1) - self.x(0)) / 2
        steps: list[tuple[float, float]] = []
        for one in told:
            y = floor - tall * one.n_units / most
            steps += [(self.x(one.since) - half, y), (self.x(one.since) + half, y)]
        outline = [(steps[0][0], floor), *steps, (steps[-1][0], floor)]
        parts = [
            text(0, self.bottom + 34, str(escape(_("Enheder bag hvert punkt")))),
            text(self.width - 2, self.bottom + 34, str(escape(_("måneder fra start"))), anchor="end"),
            f'<path class="ev-n" d="{path(outline)}Z"/>',
        ]
        step = 12 if self.width > NARROW else 24
        of = {one.since: one.n_units for one in told}
        wanted = [since for since in of if since % step == 0]
        if self.last not in wanted and (not wanted or self.last - wanted[-1] >= step / 2):
            wanted.append(self.last)
        for since in wanted:
            if since in of:
                y = floor - tall * of[since] / most - 3
                x = min(max(self.x(since), 46), self.width - 16)
                parts.append(
                    text(x, max(y, self.bottom + 46), number(of[since]), css="ch-tick ch-halo", anchor="middle")
                )
        return "".join(parts)

    def drawn(self, parts: Sequence[str]) -> Markup:
        box = f"0 0 {self.width} {place(self.bottom + 66)}"
        return Markup(f'<svg class="chart ev" viewBox="{box}" aria-hidden="true">{"".join(parts)}</svg>')


def _line(css: str, points: Sequence[tuple[float, float]]) -> str:
    return f'<path class="{css}" d="{path(points)}"/>' if len(points) > 1 else ""


def _note(frame: _Frame, one: Month, decimals: int) -> str:
    """The figure of a month written over its point, with a line to it."""
    high = frame.y.clipped(one.high) if one.has_band else frame.y.at(one.estimate)
    y = max(high - 12, frame.top + 2)
    x = frame.x(one.since)
    said = f'<tspan class="ch-lab--b">{signed(one.estimate, decimals)}</tspan>'
    if one.has_band:
        within = _("{low} til {high}").format(low=number(one.low, decimals), high=number(one.high, decimals))
        said += f" ({escape(within)})"
    lead = f'<path class="ev-lead" d="M{place(x)} {place(y + 4)}V{place(frame.y.at(one.estimate) - 5)}"/>'
    if frame.width <= NARROW:
        said = f'<tspan class="ch-lab--b">{signed(one.estimate, decimals)}</tspan>'
    return lead + text(x + 3, y, said, css="ch-lab ch-halo", anchor="end")

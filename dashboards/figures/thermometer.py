"""A goal's national figure as a strip: earlier published figure (hollow) to the latest (filled), on a stated scale.

A thermometer is not a process chart: two published figures, no limits, no signal, no signal colour.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup, escape

from dashboards.figures.marks import place
from dashboards.text import _, number, percent
from indicators.definition import Direction

WIDTH, HEIGHT, LINE, EDGE = 250, 46, 17, 20
EARLIER_RADIUS, LATEST_RADIUS = 4.5, 6.0
ARROW_ROOM = 26.0  # pixels between the two figures below which an arrow head would cover them
PERCENT_SPAN = 10.0  # least span of a percentage, in percentage points (product.md, chart rule 7)
OTHER_SPAN = 0.1  # least span of anything else, as a share of its level


@dataclass(frozen=True, slots=True)
class Reading:
    """Two published figures of the same thing: `earlier` is None where only one was published.

    Values are in the figure's unit of measure; `unit` is written after the value ("dage", "%", "år").
    """

    latest: float
    latest_period: str
    unit: str
    direction: Direction
    earlier: float | None = None
    earlier_period: str = ""
    decimals: int = 0
    periods: str = ""  # both periods written short, where the two labels would not fit the strip

    @property
    def is_percent(self) -> bool:
        return self.unit == "%"


def scale(reading: Reading) -> tuple[float, float]:
    """Lower and upper end of the strip: three times the change, but never so short that a small change looks large.

    At least ten percentage points for percentages (or the level itself, if that is lower), a tenth of the level for the
    rest; never below zero unless a figure is.

    >>> scale(Reading(44, "2. kvt. 2025", "dage", Direction.DOWN, earlier=57))
    (31.0, 70.0)
    """
    figures = [reading.latest] if reading.earlier is None else [reading.earlier, reading.latest]
    low, high = min(figures), max(figures)
    level = max(abs(low), abs(high))
    least = min(PERCENT_SPAN, level) if reading.is_percent else OTHER_SPAN * level
    span = max(3 * (high - low), least) or 1.0
    start = (low + high - span) / 2
    if low >= 0:
        start = max(start, 0.0)
    if reading.is_percent and high <= 100:
        start = min(start, 100.0 - span)
    return start, start + span


def figure_text(value: float, unit: str, decimals: int) -> str:
    """A published figure with its unit: 44 dage, 5,9 %."""
    return percent(value, decimals) if unit == "%" else f"{number(value, decimals)} {unit}".strip()


def direction_words(direction: Direction) -> str:
    """Which way is better, in words."""
    if direction is Direction.UP:
        return _("højere er bedre")
    if direction is Direction.DOWN:
        return _("lavere er bedre")
    return _("ingen retning")


def direction_with_arrow(direction: Direction) -> str:
    """Which way is better, with an arrow that points the same way as the strip."""
    if direction is Direction.UP:
        return _("højere er bedre →")
    if direction is Direction.DOWN:
        return _("← lavere er bedre")
    return _("ingen retning")


def sentence(reading: Reading) -> str:
    """The strip in words, for those who do not see it."""
    latest = figure_text(reading.latest, reading.unit, reading.decimals)
    better = direction_words(reading.direction)
    if reading.earlier is None:
        return _("Landstal {period}: {value}; {better}.").format(
            period=reading.latest_period, value=latest, better=better
        )
    return _("Landstal: {earlier} i {earlier_period}, {latest} i {latest_period}; {better}.").format(
        earlier=figure_text(reading.earlier, reading.unit, reading.decimals),
        earlier_period=reading.earlier_period,
        latest=latest,
        latest_period=reading.latest_period,
        better=better,
    )


def thermometer(reading: Reading) -> Markup:
    """The strip as SVG, hidden from screen readers, and its sentence beside it for them."""
    low, high = scale(reading)
    width = WIDTH - 2 * EDGE

    def x(value: float) -> float:
        return EDGE + (value - low) / (high - low) * width

    now = x(reading.latest)
    track = f'<path class="th-track" d="M8 {LINE}H{WIDTH - 8}"/>'
    parts = [track]
    latest_text = figure_text(reading.latest, reading.unit, reading.decimals)
    if reading.earlier is None or reading.earlier == reading.latest:
        # One place on the strip: the value stands on the side with room.
        anchor, at = ("end", now - 11) if now > WIDTH / 2 else ("start", now + 11)
        label = latest_text if reading.earlier is None else _("{value} (uændret)").format(value=latest_text)
        parts.append(_label(at, label, anchor, is_latest=True))
    else:
        then = x(reading.earlier)
        step = 1 if now > then else -1
        parts.append(_arrow(then, now, step))
        parts.append(f'<circle class="th-then" cx="{place(then)}" cy="{LINE}" r="{EARLIER_RADIUS}"/>')
        outside = "start" if step > 0 else "end"
        inside = "end" if step > 0 else "start"
        parts.append(_label(now + step * 11, latest_text, outside, is_latest=True))
        parts.append(_label(then - step * 9, number(reading.earlier, reading.decimals), inside, is_latest=False))
    parts.append(f'<circle class="th-now" cx="{place(now)}" cy="{LINE}" r="{LATEST_RADIUS}"/>')
    both = f"{reading.earlier_period} → {reading.latest_period}" if reading.earlier_period else reading.latest_period
    periods = reading.periods or both
    parts.append(f'<text class="ch-tick" x="8" y="{HEIGHT - 4}">{escape(periods)}</text>')
    better = escape(direction_with_arrow(reading.direction))
    parts.append(f'<text class="ch-tick" x="{WIDTH - 8}" y="{HEIGHT - 4}" text-anchor="end">{better}</text>')
    drawing = f'<svg class="chart thermo" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">{"".join(parts)}</svg>'
    return Markup(f'{drawing}<span class="visually-hidden">{escape(sentence(reading))}</span>')


def _arrow(then: float, now: float, step: int) -> str:
    line = f'<path class="th-move" d="M{place(then)} {LINE}H{place(now - step * 7)}"/>'
    if abs(now - then) < ARROW_ROOM:
        return line
    tip, barb = place(now - step * 7), place(now - step * 13)
    return f'{line}<path class="th-move" d="M{barb} {LINE - 4}L{tip} {LINE}L{barb} {LINE + 4}"/>'


def _label(x: float, text: str, anchor: str, *, is_latest: bool) -> str:
    css = "ch-lab ch-lab--b" if is_latest else "ch-tick"
    return f'<text class="{css} th-lab" x="{place(x)}" y="{LINE + 4}" text-anchor="{anchor}">{escape(text)}</text>'

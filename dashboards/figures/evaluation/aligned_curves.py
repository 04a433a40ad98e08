"""What a group did beside what was expected without the programme, with its start at 0."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from dashboards.figures.evaluation.effects import Scale, group_mark, line_css, path, stretches, text
from dashboards.figures.geometry import value_axis
from dashboards.figures.marks import place
from dashboards.text import _, ngettext, number

WIDTH, HEIGHT = 300, 168


@dataclass(frozen=True, slots=True)
class Moment:
    """One month of a group, in the unit that is shown; NaN where it cannot be told.

    `half` is half the width of the band around what was expected.
    """

    since: int
    observed: float
    expected: float
    n_units: int
    half: float = math.nan


@dataclass(frozen=True, slots=True)
class Curve:
    group: int
    name: str
    moments: tuple[Moment, ...]


def aligned_curve(curve: Curve, *, span: tuple[int, int], low: float, high: float, is_percent: bool) -> Markup:
    """One group on the axes of all; the space between the two lines after the start is the effect.

    The band stands around what was expected, for all months at once.
    """
    axis = value_axis([low, high], is_percent=is_percent)
    x = Scale(span[0], span[1], 34, WIDTH - 12)
    y = Scale(axis.low, axis.high, HEIGHT - 22, 10)
    parts = []
    for tick in axis.ticks:
        at = place(y.at(tick))
        parts.append(f'<path class="ch-grid" d="M34 {at}H{WIDTH - 12}"/>')
        parts.append(text(29, y.at(tick) + 4, number(tick, axis.decimals), anchor="end"))
    for since in range(math.ceil(span[0] / 12) * 12, span[1] + 1, 12):
        parts.append(text(x.at(since), HEIGHT - 6, f"{number(since)}", anchor="middle"))
    parts.append(f'<path class="ev-start" d="M{place(x.at(-0.5))} 6V{HEIGHT - 22}"/>')
    shown = [one for one in curve.moments if span[0] <= one.since <= span[1]]
    for first, last in stretches(
        [math.isfinite(one.expected) and one.since >= 0 and math.isfinite(one.observed) for one in shown]
    ):
        here = shown[first : last + 1]
        top = [(x.at(one.since), y.at(one.observed)) for one in here]
        under = [(x.at(one.since), y.at(one.expected)) for one in reversed(here)]
        parts.append(f'<path class="al-gap" d="{path(top + under)}Z"/>')
    for first, last in stretches([math.isfinite(one.expected + one.half) for one in shown]):
        here = shown[first : last + 1]
        top = [(x.at(one.since), y.at(one.expected + one.half)) for one in here]
        under = [(x.at(one.since), y.at(one.expected - one.half)) for one in reversed(here)]
        parts.append(f'<path class="al-band" d="{path(top + under)}Z"/>')
    for css, value in (("al-exp", "expected"), (line_css(curve.group), "observed")):
        for first, last in stretches([math.isfinite(getattr(one, value)) for one in shown]):
            line = [(x.at(one.since), y.at(getattr(one, value))) for one in shown[first : last + 1]]
            if len(line) > 1:
                parts.append(f'<path class="{css}" d="{path(line)}"/>')
    told = [one for one in shown if math.isfinite(one.observed)]
    if told:
        parts.append(group_mark(curve.group, x.at(told[-1].since), y.at(told[-1].observed), 4))
    return Markup(f'<svg class="chart al" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">{"".join(parts)}</svg>')


def bounds(curves: Sequence[Curve], span: tuple[int, int]) -> tuple[float, float]:
    """The lowest and highest value that any of them shows."""
    values = [
        value
        for curve in curves
        for one in curve.moments
        if span[0] <= one.since <= span[1]
        for value in (one.observed, one.expected, one.expected - one.half, one.expected + one.half)
        if math.isfinite(value)
    ]
    return (min(values), max(values)) if values else (0.0, 1.0)


def curve_words(curve: Curve, unit: str, decimals: int) -> str:
    """The last month that can be told, in a sentence."""
    told = [
        one for one in curve.moments if one.since >= 0 and math.isfinite(one.expected) and math.isfinite(one.observed)
    ]
    if not told:
        return _("{name}: udviklingen uden programmet kan ikke bestemmes.").format(name=curve.name)
    last = told[-1]
    return str(
        escape(
            ngettext(
                "{name}, {count} måned efter start: {observed} mod ventet {expected} {unit}.",
                "{name}, {count} måneder efter start: {observed} mod ventet {expected} {unit}.",
                last.since,
            ).format(
                name=curve.name,
                count=last.since,
                observed=number(last.observed, decimals),
                expected=number(last.expected, decimals),
                unit=unit,
            )
        )
    )

"""The report's drawings as SVG in ink on white: a sheet of paper knows no theme, no pointer and no keyboard."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from markupsafe import Markup, escape

from dashboards.exports.evaluation.amounts import Amounts
from dashboards.text import number
from dashboards.theme import LIGHT

WIDTH = 704
LETTERS = "'Source Sans Pro', 'Segoe UI', 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"
INK, SOFT, HAIR, BAND = LIGHT.text, LIGHT.muted, LIGHT.grid, "#D9DDE2"
SHAPES = ("square", "circle", "triangle", "diamond")
COHORTS = ("#222266", "#AA8844", "#8888CC", "#442200")


@dataclass(frozen=True, slots=True)
class _Scale:
    """From a value to a place."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def ticks(low: float, high: float, most: int = 7) -> list[float]:
    """Round values from at or below `low` to at or above `high`.

    Examples
    --------
    >>> ticks(-3.2, 17.9)
    [-5.0, 0.0, 5.0, 10.0, 15.0, 20.0]
    """
    span = max(high - low, 1e-9)
    step = 10 ** math.floor(math.log10(span / most))
    for factor in (1, 2, 5, 10, 20, 50):
        first, last = math.floor(low / (step * factor)), math.ceil(high / (step * factor))
        if last - first <= most:
            return [float(round(at * step * factor, 10)) for at in range(first, last + 1)]
    return [low, high]  # not reached: ten times the span has two ticks


def _text(
    x: float, y: float, words: str, *, anchor: str = "start", size: int = 12, tone: str = "", bold: bool = False
) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{tone or SOFT}" text-anchor="{anchor}"{weight}>'
        f"{escape(words)}</text>"
    )


def _line(x1: float, y1: float, x2: float, y2: float, colour: str = INK, width: float = 1, more: str = "") -> str:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width}"{more}/>'


def _svg(height: float, parts: Iterable[str], alt: str) -> Markup:
    inside = "".join(parts)
    return Markup(  # every word inside went through escape
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" '
        f'viewBox="0 0 {WIDTH} {height:.0f}" '
        f'role="img" aria-label="{escape(alt)}" font-family="{LETTERS}">{inside}</svg>'
    )


def _decimals(at: Sequence[float]) -> int:
    return 0 if all(float(value).is_integer() for value in at) else 2 if len(at) > 1 and at[1] - at[0] < 0.1 else 1


def _tick_text(value: float, decimals: int) -> str:
    text = number(value, decimals)
    return f"+{text}" if value > 0 else text


def event_study(by_time: pd.DataFrame, amounts: Amounts, *, words: tuple[str, str, str, str], alt: str) -> Markup:
    """Months since start with the band that holds for all of them at once, and how many units stand behind each.

    `words`: name of the axis of effects, of the start, of the counts, of the months.
    """
    table = by_time.assign(**{name: by_time[name] * amounts.per for name in ("estimate", "band_low", "band_high")})
    about, start, behind, months = words
    left, right, top, bottom = 48.0, WIDTH - 14.0, 34.0, 268.0
    ends = table[["estimate", "band_low", "band_high"]].to_numpy(dtype=float)
    at = ticks(float(np.nanmin([0, np.nanmin(ends)])), float(np.nanmax([0, np.nanmax(ends)])))
    x = _Scale(float(table["since"].min()) - 0.5, float(table["since"].max()) + 0.5, left, right)
    y = _Scale(at[0], at[-1], bottom, top)
    decimals = _decimals(at)
    parts = [_text(0, 14, about)]
    for value in at:
        parts += [_line(left, y(value), right, y(value), INK if value == 0 else HAIR)]
        parts += [_text(left - 8, y(value) + 4, _tick_text(value, decimals), anchor="end")]
    for is_after in (False, True):
        rows = table[(table["since"] >= 0) == is_after]
        parts += [_band(part, x, y) for part in _runs(rows)]
    parts += [_line(x(-0.5), top - 12, x(-0.5), bottom), _text(x(-0.5) + 5, top - 4, start, tone=INK, bold=True)]
    for row in table.to_dict("records"):
        if not math.isfinite(row["estimate"]):
            continue
        fill, edge = (INK, INK) if row["phase"] == "after" else ("#FFFFFF", INK if row["phase"] == "before" else SOFT)
        dash = ' stroke-dasharray="1.5 1.5"' if row["phase"] == "left_out" else ""
        parts.append(
            f'<circle cx="{x(row["since"]):.1f}" cy="{y(row["estimate"]):.1f}" r="3" '
            f'fill="{fill}" stroke="{edge}"{dash}/>'
        )
    first, last = int(table["since"].min()), int(table["since"].max())
    for month in range(math.ceil(first / 6) * 6, last + 1, 6):
        parts.append(_text(x(month), bottom + 18, _tick_text(month, 0), anchor="middle"))
    parts.append(_text(right, bottom + 36, months, anchor="end"))
    base, most = bottom + 84, max(1.0, float(table["n_units"].max()))
    parts.append(_text(0, bottom + 36, behind))
    for row in table.to_dict("records"):
        tall = 30 * row["n_units"] / most
        wide = x(1) - x(0)
        parts.append(
            f'<rect x="{x(row["since"]) - wide / 2:.1f}" y="{base - tall:.1f}" '
            f'width="{wide:.2f}" height="{tall:.1f}" fill="{BAND}"/>'
        )
        if row["since"] % 12 == 0:
            parts.append(_text(x(row["since"]), base - tall - 3, number(row["n_units"]), anchor="middle", size=11))
    return _svg(base + 4, parts, alt)


def _runs(rows: pd.DataFrame) -> list[pd.DataFrame]:
    """Stretches of months that follow each other and have a band."""
    known = rows[rows["band_low"].notna()]
    return [part for _, part in known.groupby((known["since"].diff() != 1).cumsum())]


def _band(part: pd.DataFrame, x: _Scale, y: _Scale) -> str:
    # A point alone still gets half a month to each side, so that its band can be seen.
    since = part["since"].to_numpy(dtype=float)
    places = np.concatenate([[since[0] - 0.5], since, [since[-1] + 0.5]])
    upper = np.concatenate([part["band_high"].iloc[[0]], part["band_high"], part["band_high"].iloc[[-1]]])
    lower = np.concatenate([part["band_low"].iloc[[0]], part["band_low"], part["band_low"].iloc[[-1]]])
    way = [f"{x(a):.1f},{y(b):.1f}" for a, b in zip(places, upper, strict=True)]
    way += [f"{x(a):.1f},{y(b):.1f}" for a, b in zip(places[::-1], lower[::-1], strict=True)]
    return f'<polygon points="{" ".join(way)}" fill="{BAND}"/>'


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One line of a forest plot, in natural units; `kind` is "group", "total" or "invalid"."""

    name: str
    about: str
    estimate: float
    low: float
    high: float
    kind: str = "group"


def forest(rows: Sequence[ForestRow], amounts: Amounts, *, about: str, alt: str) -> Markup:
    """Effects with their intervals under each other; the total is a diamond, what is not valid hollow."""
    per = amounts.per
    values = [value * per for row in rows for value in (row.estimate, row.low, row.high) if math.isfinite(value)]
    at = ticks(min([0.0, *values]), max([0.0, *values]))
    left, right, top, step = 230.0, WIDTH - 150.0, 44.0, 34.0
    x = _Scale(at[0], at[-1], left, right)
    height = top + step * len(rows)
    decimals = _decimals(at)
    parts = [_text(WIDTH, 16, about, anchor="end")]
    for value in at:
        parts.append(_line(x(value), top - 10, x(value), height, INK if value == 0 else HAIR))
        parts.append(_text(x(value), top - 16, _tick_text(value, decimals), anchor="middle"))
    for place, row in enumerate(rows):
        y = top + step * place + step / 2
        if row.kind == "total":
            parts.append(_line(0, y - step / 2, WIDTH, y - step / 2, HAIR))
        parts += [_text(0, y - 1, row.name, tone=INK, bold=True, size=13), _text(0, y + 13, row.about, size=11)]
        if math.isfinite(row.estimate):
            parts += _mark(row, place, x, y, per)
        said = amounts.signed(row.estimate)
        within = amounts.interval(row.low, row.high)
        parts.append(_text(WIDTH, y + 4, f"{said} ({within})", anchor="end", tone=INK, size=12))
    return _svg(height + 8, parts, alt)


def _mark(row: ForestRow, place: int, x: _Scale, y: float, per: float) -> list[str]:
    middle = x(row.estimate * per)
    has_interval = math.isfinite(row.low) and math.isfinite(row.high)
    if row.kind == "total" and has_interval:
        left, right = x(row.low * per), x(row.high * per)
        way = f"{left:.1f},{y:.1f} {middle:.1f},{y - 7:.1f} {right:.1f},{y:.1f} {middle:.1f},{y + 7:.1f}"
        return [f'<polygon points="{way}" fill="{INK}"/>']
    found = [_line(x(row.low * per), y, x(row.high * per), y, INK, 1.5)] if has_interval else []
    colour, shape = COHORTS[place % len(COHORTS)], SHAPES[place % len(SHAPES)]
    return [*found, _shape(shape, middle, y, colour)]


def _shape(shape: str, x: float, y: float, colour: str) -> str:
    look = f'fill="{colour}"'
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5.5" {look}/>'
    corners = {
        "square": ((-5, -5), (5, -5), (5, 5), (-5, 5)),
        "triangle": ((0, -6), (6, 5), (-6, 5)),
        "diamond": ((0, -7), (7, 0), (0, 7), (-7, 0)),
    }[shape]
    return f'<polygon points="{" ".join(f"{x + a:.1f},{y + b:.1f}" for a, b in corners)}" {look}/>'


@dataclass(frozen=True, slots=True)
class Panel:
    """One group over the months: what was observed and what was expected without the programme; `start` is a place.

    `low` and `high` are the ends of the band around the expected line, missing where there is none.
    """

    name: str
    observed: Sequence[float]
    expected: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    start: int
    first: str
    last: str


def _stretches(values: Sequence[float]) -> list[tuple[int, int]]:
    """First and last place of every run of values that are there.

    Examples
    --------
    >>> _stretches([math.nan, 1.0, 2.0, math.nan, 3.0])
    [(1, 2), (4, 4)]
    """
    found: list[tuple[int, int]] = []
    for place, value in enumerate(values):
        if math.isfinite(value):
            is_next = bool(found) and found[-1][1] == place - 1
            found[-1:] = [(found[-1][0], place)] if is_next else [*found[-1:], (place, place)]
    return found


def counterfactual(panels: Sequence[Panel], amounts: Amounts, *, words: tuple[str, str, str, str], alt: str) -> Markup:
    """Groups side by side on one axis: dots are observed, the line is what was expected without the programme.

    `words`: name of the dots, of the line, of its band, of the start.
    """
    observed, expected, band, start = words
    per = amounts.per
    rows = [np.r_[panel.observed, panel.expected, panel.low, panel.high] for panel in panels]
    all_values = np.concatenate(rows) * per
    at = ticks(float(np.nanmin(all_values)), float(np.nanmax(all_values)), most=5)
    across = 2 if len(panels) > 1 else 1
    wide, tall, top = WIDTH / across, 168.0, 26.0
    decimals = _decimals(at)
    parts = [
        f'<circle cx="6" cy="10" r="2.5" fill="{INK}"/>', _text(14, 14, observed),
        _line(110, 10, 136, 10, SOFT, 2), _text(142, 14, expected),
        f'<rect x="320" y="4" width="26" height="12" fill="{BAND}"/>', _text(352, 14, band),
    ]  # fmt: skip
    for place, panel in enumerate(panels):
        x0, y0 = wide * (place % across), top + tall * (place // across)
        left, right = x0 + 40, x0 + wide - 12
        x = _Scale(-0.5, len(panel.observed) - 0.5, left, right)
        y = _Scale(at[0], at[-1], y0 + tall - 28, y0 + 28)
        parts.append(_text(x0, y0 + 14, panel.name, tone=INK, bold=True))
        for value in at:
            parts.append(_line(left, y(value), right, y(value), HAIR))
            parts.append(_text(left - 6, y(value) + 4, number(value, decimals), anchor="end", size=11))
        parts.append(_line(x(panel.start - 0.5), y0 + 24, x(panel.start - 0.5), y0 + tall - 28))
        parts.append(_text(x(panel.start - 0.5) + 4, y0 + 34, start, size=11, tone=INK))
        for first, last in _stretches(panel.low):
            over = [(x(at_), y(panel.high[at_] * per)) for at_ in range(first, last + 1)]
            under = [(x(at_), y(panel.low[at_] * per)) for at_ in range(last, first - 1, -1)]
            edge = " ".join(f"{a:.1f},{b:.1f}" for a, b in over + under)
            parts.append(f'<polygon points="{edge}" fill="{BAND}"/>')
        way = [(x(at_), y(value * per)) for at_, value in enumerate(panel.expected) if math.isfinite(value)]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in way)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{SOFT}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{x(at_):.1f}" cy="{y(value * per):.1f}" r="2" fill="{INK}"/>'
            for at_, value in enumerate(panel.observed)
            if math.isfinite(value)
        ]
        parts.append(_text(left, y0 + tall - 12, panel.first, size=11))
        parts.append(_text(right, y0 + tall - 12, panel.last, size=11, anchor="end"))
    return _svg(top + tall * math.ceil(len(panels) / across), parts, alt)


@dataclass(frozen=True, slots=True)
class Dot:
    """One unit in a funnel: its size, its value in the unit that is shown, the number of its group (0: none told)."""

    size: float
    value: float
    group: int
    is_outside: bool


@dataclass(frozen=True, slots=True)
class Funnel:
    """A year of units; `lines` are (sizes, lower, upper) of the outer and the inner limits."""

    name: str
    dots: tuple[Dot, ...]
    centre: float
    outer: tuple[tuple[float, float, float], ...]
    inner: tuple[tuple[float, float, float], ...]


def funnels(
    years: Sequence[Funnel], groups: Sequence[tuple[int, str]], *, words: tuple[str, str, str, str], alt: str
) -> Markup:
    """Two funnels on the same axes; a ring is a unit outside the outer limits.

    `words`: name of the axis of sizes, of a unit without a group, of the limits, of a ring.
    """
    about, other, limits, outside = words
    values = [dot.value for year in years for dot in year.dots]
    largest = max((dot.size for year in years for dot in year.dots), default=1.0)
    at = ticks(min(values), max(values), most=6)
    wide, top, tall = WIDTH / len(years), 44.0, 236.0
    decimals = _decimals(at)
    parts: list[str] = []
    x0 = 0.0
    for number_of, name in (*groups, (0, other)):
        parts += [_group(number_of, x0 + 6, 10), _text(x0 + 16, 14, name, size=11)]
        x0 += 30 + 6.2 * len(name)
    dash = ' stroke-dasharray="4 3"'
    for place, (name, more) in enumerate(((limits, ""), (outside, ""))):
        x0 = place * 300.0
        parts.append(_line(x0, 30, x0 + 24, 30, SOFT, 1.2, more) if place == 0 else _ring(x0 + 8, 30))
        parts.append(_text(x0 + 30, 34, name, size=11))
    for place, year in enumerate(years):
        left, right = wide * place + 40, wide * (place + 1) - 12
        x = _Scale(0.0, math.sqrt(max(largest, 1.0)), left, right)
        y = _Scale(at[0], at[-1], top + tall - 34, top + 28)
        parts.append(_text(wide * place, top + 16, year.name, tone=INK, bold=True))
        for value in at:
            parts.append(_line(left, y(value), right, y(value), HAIR))
            parts.append(_text(left - 6, y(value) + 4, number(value, decimals), anchor="end", size=11))
        for size in ticks(0.0, largest, most=5)[1:]:
            if size <= largest:
                parts.append(_text(x(math.sqrt(size)), top + tall - 18, number(size), anchor="middle", size=11))
        parts.append(_text(right, top + tall - 3, about, anchor="end", size=11))
        parts.append(_line(left, y(year.centre), right, y(year.centre), INK))
        for line, look in ((year.outer, ""), (year.inner, dash)):
            for end in (1, 2):
                way = " ".join(
                    f"{x(math.sqrt(point[0])):.1f},{min(max(y(point[end]), y.end), y.start):.1f}"
                    for point in line
                    if math.isfinite(point[end])
                )
                parts.append(f'<polyline points="{way}" fill="none" stroke="{SOFT}" stroke-width="1.2"{look}/>')
        for dot in sorted(year.dots, key=lambda one: one.group):
            across, up = x(math.sqrt(dot.size)), y(dot.value)
            parts.append(_group(dot.group, across, up))
            if dot.is_outside:
                parts.append(_ring(across, up))
    return _svg(top + tall, parts, alt)


def _ring(x: float, y: float) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="7" fill="none" stroke="{INK}" stroke-width="1.2"/>'


def _group(group: int, x: float, y: float) -> str:
    """The mark of a group, the same as in the forest plot; a small hollow dot where no group is told."""
    if not group:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.4" fill="#FFFFFF" stroke="{SOFT}"/>'
    place = (group - 1) % len(SHAPES)
    small = f'<g transform="translate({x:.1f} {y:.1f}) scale(0.66)">'
    return f"{small}{_shape(SHAPES[place], 0, 0, COHORTS[(group - 1) % len(COHORTS)])}</g>"


@dataclass(frozen=True, slots=True)
class UnitMark:
    """One unit's effect in natural units: by itself, and drawn towards the average with its interval."""

    own: float
    shrunken: float
    low: float
    high: float


def caterpillar(
    units: Sequence[UnitMark],
    mean: float,
    new: tuple[float, float],
    amounts: Amounts,
    *,
    words: tuple[str, str, str, str],
    alt: str,
) -> Markup:
    """Units side by side by their shrunken effect; nobody is named. The band is where a new unit is expected.

    `words`: name of the axis, of a unit's own effect, of the shrunken one, of the band.
    """
    per = amounts.per
    about, own, shrunken, band = words
    values = [value * per for unit in units for value in (unit.own, unit.low, unit.high) if math.isfinite(value)]
    at = ticks(min([0.0, *values]), max([0.0, *values]))
    left, right, top, bottom = 48.0, WIDTH - 14.0, 58.0, 254.0
    x, y = _Scale(-0.5, len(units) - 0.5, left, right), _Scale(at[0], at[-1], bottom, top)
    decimals = _decimals(at)
    parts = [
        _text(0, 36, about), f'<circle cx="6" cy="10" r="2.2" fill="#FFFFFF" stroke="{SOFT}"/>', _text(14, 14, own),
        f'<circle cx="186" cy="10" r="2.6" fill="{INK}"/>', _text(194, 14, shrunken),
        f'<rect x="420" y="4" width="26" height="12" fill="{BAND}"/>', _text(452, 14, band),
    ]  # fmt: skip
    if all(map(math.isfinite, new)):
        high, low = (min(max(y(value * per), top), bottom) for value in (new[1], new[0]))
        size = f'width="{right - left:.1f}" height="{low - high:.1f}"'
        parts.append(f'<rect x="{left}" y="{high:.1f}" {size} fill="{BAND}"/>')
    for value in at:
        parts.append(_line(left, y(value), right, y(value), INK if value == 0 else HAIR))
        parts.append(_text(left - 8, y(value) + 4, _tick_text(value, decimals), anchor="end"))
    parts.append(_line(left, y(mean * per), right, y(mean * per), SOFT, 1.2, ' stroke-dasharray="4 3"'))
    for place, unit in enumerate(units):
        parts.append(_line(x(place), y(unit.low * per), x(place), y(unit.high * per), SOFT, 0.8))
        parts.append(f'<circle cx="{x(place):.1f}" cy="{y(unit.own * per):.1f}" r="2" fill="#FFFFFF" stroke="{SOFT}"/>')
        parts.append(f'<circle cx="{x(place):.1f}" cy="{y(unit.shrunken * per):.1f}" r="2.2" fill="{INK}"/>')
    return _svg(bottom + 10, parts, alt)

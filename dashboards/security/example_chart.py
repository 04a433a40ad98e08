"""The picture on the sign-in page: what noise and an improvement look like, drawn from simulated numbers.

The numbers are made up for this page (a share in per cent, 20 months before a change and 16 after it). What the picture
says is computed from them, so it cannot say something else than it shows.
"""

from __future__ import annotations

from statistics import median

from markupsafe import Markup

from dashboards.text import _, percent

BEFORE = (
    57.1,
    58.4,
    63.2,
    54.6,
    60.8,
    55.3,
    64.9,
    60.2,
    62.6,
    58.8,
    61.5,
    57.9,
    59.2,
    62.1,
    56.4,
    59.7,
    63.8,
    60.4,
    58.1,
    61.2,
)
AFTER = (70.6, 69.1, 74.3, 71.8, 73.0, 68.2, 78.4, 72.2, 75.1, 70.9, 77.5, 73.6, 71.2, 79.3, 68.8, 72.7)

WIDTH, HEIGHT = 520, 190
LEFT, RIGHT, TOP, BOTTOM = 6, 6, 14, 176
LOWEST, HIGHEST = 53.0, 80.0


def _x(position: int) -> float:
    return LEFT + position * (WIDTH - LEFT - RIGHT) / (len(BEFORE) + len(AFTER) - 1)


def _y(value: float) -> float:
    return BOTTOM - (value - LOWEST) / (HIGHEST - LOWEST) * (BOTTOM - TOP)


def example_chart() -> Markup:
    """The chart as SVG, with its words in the language of the request."""
    values = BEFORE + AFTER
    change = len(BEFORE)
    before, after = median(BEFORE), median(AFTER)
    line = "L".join(f"{_x(i):.1f} {_y(value):.1f}" for i, value in enumerate(values))
    points = [
        Markup('<circle class="ch-pt" cx="{:.1f}" cy="{:.1f}" r="4"/>').format(_x(i), _y(value))
        for i, value in enumerate(BEFORE)
    ]
    for i, value in enumerate(AFTER, start=change):
        x, y = _x(i), _y(value)
        points.append(
            Markup(
                '<path class="ch-pt ch-pt--imp" d="M{0:.1f} {1:.1f}L{2:.1f} {3:.1f}L{0:.1f} {4:.1f}L{5:.1f} {3:.1f}Z"/>'
            ).format(x, y - 5, x + 5, y, y + 5, x - 5)
        )
    middle = (_x(change - 1) + _x(change)) / 2
    first = _("Median {value}").format(value=percent(before, 0))
    second = _("Forbedring: medianen steg til {value}").format(value=percent(after, 0))
    return Markup(
        '<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">'
        '<path class="ch-centre" d="M{x0:.1f} {yb:.1f}H{x1:.1f}M{x2:.1f} {ya:.1f}H{x3:.1f}"/>'
        '<path class="ch-line" d="M{line}"/>{points}'
        '<path class="ch-flag-l" d="M{middle:.1f} 6V186"/>'
        '<text class="ch-tick" x="{x0:.1f}" y="{text_y:.1f}">{first}</text>'
        '<text class="ch-lab ch-lab--b ch-t-imp" x="{after_x:.1f}" y="182">{second}</text></svg>'
    ).format(
        width=WIDTH, height=HEIGHT, label=f"{first}. {second}.", x0=_x(0), x1=_x(change - 1), x2=_x(change),
        x3=_x(len(values) - 1), yb=_y(before), ya=_y(after), line=Markup(line), points=Markup("").join(points),
        middle=middle, text_y=_y(max(BEFORE)) - 14, after_x=middle + 8, first=first, second=second,
    )  # fmt: skip

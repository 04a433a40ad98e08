"""How complete the figures of each group are by months since the start: one row of bars a group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dashboards.figures.evaluation.groups import GroupMark, group_badge
from dashboards.figures.marks import place
from dashboards.text import _, number, percent

BAR, HEIGHT = 10.0, 34.0


@dataclass(frozen=True, slots=True)
class StripRow:
    """One group: of how many units (`expected`) there are figures (`reported`) in each month from `first` on.

    `first` is negative before the start; nothing expected is neither full nor empty and stays blank.
    """

    group: GroupMark
    first: int
    reported: tuple[int, ...]
    expected: tuple[int, ...]

    def share(self, low: int, high: int) -> tuple[int, int]:
        """Reported and expected over the months from `low` to `high`, both counted."""
        inside = [i for i in range(len(self.expected)) if low <= self.first + i <= high]
        return sum(self.reported[i] for i in inside), sum(self.expected[i] for i in inside)


def strips(rows: Sequence[StripRow]) -> Markup:
    """The rows on one axis of months; the upright line is the start."""
    first = min(row.first for row in rows)
    last = max(row.first + len(row.expected) for row in rows)
    width = (last - first) * BAR
    items = Markup("").join(
        Markup('<div class="cst__r">{}<span class="cst__n">{}</span>{}<b class="cst__v">{}</b></div>').format(
            group_badge(row.group, title=False), row.group.name, _bars(row, first, width), _share_text(row)
        )
        for row in rows
    )
    ticks = Markup("").join(
        Markup('<text class="ch-tick" x="{}" y="12" text-anchor="middle">{}</text>').format(
            place((since - first) * BAR), number(since)
        )
        for since in range(-(-first // 12) * 12, last + 1, 12)
    )
    axis = Markup('<svg class="cst__a" viewBox="0 0 {} 16" aria-hidden="true">{}</svg>').format(place(width), ticks)
    foot = Markup(
        '<div class="cst__r cst__r--a"><span></span><span class="cst__n">{}</span>{}<span></span></div>'
    ).format(_("Måneder siden start"), axis)
    return Markup('<div class="cst" aria-hidden="true">{}{}</div>').format(items, foot)


def _bars(row: StripRow, first: int, width: float) -> Markup:
    parts = []
    for i, (reported, expected) in enumerate(zip(row.reported, row.expected, strict=True)):
        if not expected:
            continue
        x = (row.first + i - first) * BAR
        height = HEIGHT * reported / expected
        parts.append(
            f'<rect class="cst-t" x="{place(x + 1)}" y="0" width="{place(BAR - 2)}" height="{place(HEIGHT)}"/>'
        )
        if height > 0:
            parts.append(
                f'<rect class="cst-b" x="{place(x + 1)}" y="{place(HEIGHT - height)}" width="{place(BAR - 2)}"'
                f' height="{place(height)}"/>'
            )
    start = place(-first * BAR)
    return Markup(
        f'<svg class="cst__b" viewBox="0 0 {place(width)} {place(HEIGHT)}" preserveAspectRatio="none">'
        + "".join(parts)
        + f'<path class="sp-start" d="M{start} 0V{place(HEIGHT)}"/></svg>'
    )


def _share_text(row: StripRow) -> str:
    reported, expected = row.share(-(10**6), 10**6)
    return percent(100 * reported / expected, 0) if expected else "–"

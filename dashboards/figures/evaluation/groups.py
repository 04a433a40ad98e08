"""The mark of a group (a cohort, a region): colour, number and shape, so that any one of them is enough."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from dashboards.figures.evaluation.effects import colour_of, group_mark
from dashboards.figures.marks import place

HALF = {1: 0.46, 2: 0.46, 3: 0.44, 4: 0.4}  # half a badge, by shape: the number has to fit inside
DROP = {3: 0.12}  # a triangle is wide below its middle


@dataclass(frozen=True, slots=True)
class GroupMark:
    """A group on a figure. `number` counts the groups from 1 and gives colour and shape; `text` stands on the badge."""

    number: int
    text: str
    name: str

    @property
    def css(self) -> str:
        """The class of its colour."""
        return f"id-{colour_of(self.number)}"


def group_badge(mark: GroupMark, *, size: int = 24, title: bool = True) -> Markup:
    """The group as a badge: its shape in its colour with its number. `title=False` where its name stands beside it."""
    middle, shape = size / 2, colour_of(mark.number)
    y = middle + size * DROP.get(shape, 0.0)
    named = Markup(' role="img"><title>{}</title>').format(mark.name) if title else Markup(' aria-hidden="true">')
    return Markup('<svg class="grp-b" width="{0}" height="{0}" viewBox="0 0 {0} {0}"{1}{2}{3}</svg>').format(
        size,
        named,
        Markup(group_mark(mark.number, middle, y, size * HALF[shape])),
        Markup('<text class="grp-t grp-t--{}" x="{}" y="{}" text-anchor="middle">{}</text>').format(
            shape, place(middle), place(y + 4.3), mark.text
        ),
    )

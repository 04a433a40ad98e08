"""Project by month against the project's own level before the start.

Better is filled with ink, the further the darker; worse is framed, the further the thicker; missing and hidden months
are hatched. So the strip reads without colour, and none of the colours of signals is spent on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from dashboards.figures.evaluation.effects import text
from dashboards.figures.marks import place
from dashboards.text import _, number

CELL, TALL, LEFT = 20.0, 14.0, 196.0
MOST_LETTERS = 32  # of a label; the table has it whole
STEPS = 4


@dataclass(frozen=True, slots=True)
class Strip:
    """One project: label, group number, and by month since the start the step from -STEPS to STEPS (None: no figure).

    A step is half a standard deviation of the months before the start; positive is better.
    """

    label: str
    group: int
    steps: dict[int, int | None]


def heat_strip(strips: Sequence[Strip], *, first: int, last: int) -> Markup:
    """The whole strip; decoration beside its table."""
    n_months = last - first + 1
    width = LEFT + CELL * n_months + 4
    height = 20 + TALL * len(strips) + 4
    parts = [
        '<defs><pattern id="hs-none" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<path class="hs-hatch" d="M0 0V5"/></pattern></defs>'
    ]
    for since in range(-(-first // 12) * 12, last + 1, 12):
        x = LEFT + CELL * (since - first + 0.5)
        parts.append(text(x, 12, number(since) if since <= 0 else f"+{since}", anchor="middle"))
    cells: dict[str, list[str]] = {}
    for row, strip in enumerate(strips):
        y = 18 + TALL * row
        parts.append(text(0, y + 11, str(escape(_shortened(strip.label))), css="hs-lab"))
        for since, step in strip.steps.items():
            if first <= since <= last:
                x = LEFT + CELL * (since - first)
                cells.setdefault(_css(step), []).append(f"M{x + 1:g} {y + 1:g}h{CELL - 2:g}v{TALL - 2:g}h{2 - CELL:g}Z")
    # One path for all cells of a kind: thousands of elements would cost the browser more than the rest of the page.
    parts += [f'<path class="{css}" d="{"".join(squares)}"/>' for css, squares in sorted(cells.items())]
    x0 = LEFT + CELL * -first
    parts.append(f'<path class="ev-start" d="M{place(x0)} 16V{place(height - 2)}"/>')
    return Markup(
        f'<svg class="hs-all" viewBox="0 0 {place(width)} {place(height)}" width="{place(width)}" '
        f'height="{place(height)}" aria-hidden="true">{"".join(parts)}</svg>'
    )


def _shortened(label: str) -> str:
    return label if len(label) <= MOST_LETTERS else f"{label[: MOST_LETTERS - 1].rstrip()}…"


def _css(step: int | None) -> str:
    if step is None:
        return "hs hs--none"
    return f"hs hs--{'up' if step > 0 else 'dn'}{abs(step)}" if step else "hs"


def legend() -> Markup:
    """What the cells mean."""
    words = (
        ("hs hs--up4", _("langt bedre end før start")),
        ("hs hs--up2", _("bedre")),
        ("hs", _("som før start")),
        ("hs hs--dn2", _("dårligere")),
        ("hs hs--dn4", _("langt dårligere")),
        ("hs hs--none", _("mangler eller skjult")),
    )
    keys = Markup("").join(
        Markup(
            '<span><svg width="14" height="14" aria-hidden="true"><rect class="{}" x="1" y="1" width="12" height="12"/>'
            "</svg>{}</span>"
        ).format(css, said)
        for css, said in words
    )
    return Markup('<p class="legend legend--bare">{}</p>').format(keys)

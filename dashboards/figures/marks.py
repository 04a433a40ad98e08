"""Points as SVG: a diamond improves, a square concerns, a hexagon has no direction, a circle is common cause."""

from __future__ import annotations

CIRCLE, DIAMOND, SQUARE, HEXAGON = 3.5, 6.0, 4.7, 5.4  # half sizes in pixels at scale 1; areas look alike


def place(value: float) -> str:
    """A coordinate with one decimal, so that the same figure is the same string."""
    return f"{value + 0.0:.1f}"


def mark(x: float, y: float, state: str = "", scale: float = 1.0, *, is_open: bool = False) -> str:
    """One point at (x, y): `state` is a `Variation` value; open periods are hollow and carry no signal."""
    if is_open:
        return f'<circle class="ch-pt ch-pt--open" cx="{place(x)}" cy="{place(y)}" r="{place(3.4 * scale)}"/>'
    if state == "improvement":
        k = DIAMOND * scale
        corners = (
            f"M{place(x)} {place(y - k)}L{place(x + k)} {place(y)}L{place(x)} {place(y + k)}L{place(x - k)} {place(y)}Z"
        )
        return f'<path class="ch-pt ch-pt--imp" d="{corners}"/>'
    if state == "concern":
        k = SQUARE * scale
        box = f'x="{place(x - k)}" y="{place(y - k)}" width="{place(2 * k)}" height="{place(2 * k)}"'
        return f'<rect class="ch-pt ch-pt--con" {box}/>'
    if state == "change":
        k, h = HEXAGON * scale, SQUARE * scale
        corners = (
            f"M{place(x - k)} {place(y)}L{place(x - k / 2)} {place(y - h)}H{place(x + k / 2)}"
            f"L{place(x + k)} {place(y)}L{place(x + k / 2)} {place(y + h)}H{place(x - k / 2)}Z"
        )
        return f'<path class="ch-pt ch-pt--chg" d="{corners}"/>'
    return f'<circle class="ch-pt" cx="{place(x)}" cy="{place(y)}" r="{place(CIRCLE * scale)}"/>'

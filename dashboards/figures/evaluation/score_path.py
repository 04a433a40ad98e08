"""Where a team's own score began and where it stands, on the scale from 0.5 to 5."""

from __future__ import annotations

from markupsafe import Markup

from dashboards.figures.marks import place

LOWEST, HIGHEST = 0.5, 5.0


def score_path(first: float, last: float) -> Markup:
    """A hollow dot where it began, a filled one where it stands."""

    def x(score: float) -> float:
        return 4 + (min(max(score, LOWEST), HIGHEST) - LOWEST) / (HIGHEST - LOWEST) * 56

    parts = [
        '<path class="sc-tr" d="M4 9H60"/>',
        f'<path class="sc-l" d="M{place(x(first))} 9H{place(x(last))}"/>',
        f'<circle class="sc-a" cx="{place(x(first))}" cy="9" r="3"/>',
        f'<circle class="sc-b" cx="{place(x(last))}" cy="9" r="4"/>',
    ]
    svg = "".join(parts)
    return Markup(f'<svg class="score" width="64" height="18" viewBox="0 0 64 18" aria-hidden="true">{svg}</svg>')

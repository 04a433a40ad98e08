"""The signal icons as drawings that stand alone: no sprite beside them, no style sheet, colours written out."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from markupsafe import Markup, escape

from dashboards.figures.icons import assurance_symbol, assurance_words, variation_symbol, variation_words
from dashboards.theme import LIGHT
from indicators.assessment import Assurance, Variation
from indicators.definition import Direction

SPRITE = Path(__file__).resolve().parents[2] / "assets" / "icons.svg"
# Colour and tint by the short names of the style sheets; assurance is drawn in ink and grey only.
_COLOURS = {
    "imp": (LIGHT.improvement, "#E3EFFA"),
    "con": (LIGHT.concern, "#FDEADF"),
    "chg": (LIGHT.change, "#EEE7FB"),
    "com": (LIGHT.common, "none"),
    "few": (LIGHT.muted, "none"),
    "mis": (LIGHT.muted, "none"),
    "asr": (LIGHT.text, "none"),
    "mix": (LIGHT.muted, "none"),
}
SIZE = 24  # of an icon's own grid


@cache
def _symbols() -> dict[str, str]:
    """The inside of every symbol of the sprite, by its id."""
    return dict(re.findall(r'<symbol id="([^"]+)"[^>]*>(.*?)</symbol>', SPRITE.read_text("utf-8"), re.DOTALL))


def _drawing(state: str, symbol: str) -> Markup:
    colour, tint = _COLOURS[state]
    inside = _symbols()[symbol].replace("var(--t,none)", tint).replace("var(--cut,#fff)", LIGHT.surface)
    return Markup(inside.replace("currentColor", colour))


def variation_drawing(variation: Variation, rising: bool | None) -> Markup:
    """The variation icon on a grid of 24 by 24, to be put into another drawing."""
    return _drawing(*variation_symbol(variation, rising))


def assurance_drawing(assurance: Assurance, direction: Direction) -> Markup:
    """The assurance icon in the same way; nothing where there is no target."""
    if assurance is Assurance.NONE:
        return Markup("")
    return _drawing(*assurance_symbol(assurance, direction))


def variation_picture(variation: Variation, rising: bool | None, *, size: int = SIZE) -> Markup:
    """The variation icon as an SVG document with its words."""
    return _document(variation_drawing(variation, rising), variation_words(variation, rising), size)


def assurance_picture(assurance: Assurance, direction: Direction, *, size: int = SIZE) -> Markup:
    """The assurance icon as an SVG document with its words; nothing where there is no target."""
    inside = assurance_drawing(assurance, direction)
    return _document(inside, assurance_words(assurance), size) if inside else inside


def _document(inside: Markup, words: str, size: int) -> Markup:
    return Markup(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 {SIZE} {SIZE}"'
        f' role="img" aria-label="{escape(words)}">{inside}</svg>'
    )

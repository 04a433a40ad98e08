"""WCAG contrast of the tokens, computed: 4.5:1 for words, 3:1 for pictures and for the edges of controls."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

ASSETS = Path(__file__).resolve().parents[3] / "assets"
SHEETS = {
    sheet.name: re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL) for sheet in ASSETS.glob("*.css")
}
THEMES = ("light", "dark", "contrast")

GROUNDS = ("page", "surface", "surface-2", "surface-3")
INKS = (
    "text", "muted", "accent", "accent-hover", "error", "warn", "ok", "info",
    "sig-common-text", "sig-imp-text", "sig-con-text", "sig-chg-text",
)  # fmt: skip
WORDS = {
    *product(INKS, GROUNDS),
    # A badge, an alert or a chosen button: its own words, and those of anybody, on its tint.
    *(
        (ink, f"{name}-tint")
        for name in ("warn", "error", "ok", "info", "accent", "sig-imp", "sig-con", "sig-chg", "sig-common")
        for ink in ("text", "muted", "accent")
    ),
    *((name, f"{name}-tint") for name in ("warn", "error", "ok", "info", "accent")),
    *((f"sig-{name}-text", f"sig-{name}-tint") for name in ("imp", "con", "chg", "common")),
    ("sig-imp-text", "accent-tint"),
    ("on-accent", "accent"), ("on-accent", "accent-hover"),
    ("surface", "text"), ("page", "text"),
}  # fmt: skip
MARKS = ("sig-common", "sig-imp", "sig-con", "sig-chg", "centre", "limit", "goal", "border-input", "accent", "focus")
PICTURES = {
    *product(MARKS, ("page", "surface", "surface-2", "phase")),
    *((f"sig-{name}", f"sig-{name}-tint") for name in ("imp", "con", "chg", "common")),
    ("focus", "surface-3"), ("focus", "accent-tint"), ("accent", "accent-tint"),
}  # fmt: skip


def tokens(theme: str) -> dict[str, str]:
    block = re.search(rf'\[data-theme="{theme}"\]\s*{{(.*?)\n}}', SHEETS["10-base.css"], re.DOTALL)
    assert block
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9A-Fa-f]{6})", block[1]))


def light(colour: str) -> float:
    """Relative luminance of #RRGGBB, WCAG 2.1.

    >>> light("#FFFFFF"), light("#000000")
    (1.0, 0.0)
    """
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    """
    >>> round(ratio("#FFFFFF", "#000000"), 2), round(ratio("#777777", "#FFFFFF"), 2)
    (21.0, 4.48)
    """
    brighter, darker = sorted((light(one), light(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def too_faint(theme: str, pairs: set[tuple[str, str]], least: float) -> dict[str, float]:
    found = tokens(theme)
    ratios = {f"{ink} on {ground}": ratio(found[ink], found[ground]) for ink, ground in pairs}
    return {pair: round(value, 2) for pair, value in sorted(ratios.items()) if value < least}


def together() -> set[tuple[str, str]]:
    """(ink, ground) of every rule in the style sheets that sets both."""
    pairs = set()
    for sheet in SHEETS.values():
        for _selector, rule in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet):
            ink = re.search(r"(?<![\w-])color:\s*var\(--([\w-]+)\)", rule)
            ground = re.search(r"background(?:-color)?:\s*var\(--([\w-]+)\)", rule)
            if ink and ground:
                pairs.add((ink[1], ground[1]))
    return pairs


@pytest.mark.parametrize("theme", THEMES)
def test_words_can_be_read_on_every_ground_they_stand_on(theme: str) -> None:
    assert too_faint(theme, WORDS, 4.5) == {}


@pytest.mark.parametrize("theme", THEMES)
def test_marks_lines_and_edges_of_controls_can_be_told_from_their_ground(theme: str) -> None:
    assert too_faint(theme, PICTURES, 3.0) == {}


@pytest.mark.parametrize("theme", THEMES)
def test_every_rule_that_sets_ink_and_ground_sets_them_apart(theme: str) -> None:
    pairs = together()
    assert ("on-accent", "accent") in pairs  # the rules were read
    assert too_faint(theme, pairs, 4.5) == {}


def test_controls_have_an_edge_that_can_be_seen() -> None:
    """`--border` and `--border-soft` divide what lies beside each other; they are too faint to be a control's edge."""
    of_controls = re.compile(r"\.(btn|chip|input|select|textarea)(?![\w-])")
    faint = {
        (name, selector.strip())
        for name, sheet in SHEETS.items()
        for selector, rule in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet)
        if re.search(r"border(?:-color)?:[^;]*var\(--border(?:-soft)?\)", rule)
        and any(of_controls.search(part.split()[-1]) for part in selector.split(",") if part.strip())
        and "disabled" not in selector
        and ":hover" not in selector
    }
    assert faint == set()

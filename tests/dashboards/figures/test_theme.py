"""The colours Plotly is given are the tokens of the style sheet: two lists of one truth."""

import re
from pathlib import Path

import pytest

from dashboards.theme import THEMES

ASSETS = Path(__file__).resolve().parents[3] / "assets"
CSS = (ASSETS / "10-base.css").read_text("utf-8")
TOKENS = {
    "surface": "surface", "text": "text", "muted": "muted", "grid": "grid", "common": "sig-common",
    "improvement": "sig-imp", "improvement_text": "sig-imp-text", "concern": "sig-con", "concern_text": "sig-con-text",
    "change": "sig-chg", "change_text": "sig-chg-text", "centre": "centre", "limit": "limit", "target": "goal",
    "phase": "phase",
}  # fmt: skip


def tokens(theme):
    block = re.search(rf'\[data-theme="{theme}"\]\s*{{(.*?)\n}}', CSS, re.DOTALL).group(1)
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9A-Fa-f]{6})", block))


@pytest.mark.parametrize("name", THEMES)
def test_every_colour_of_a_theme_equals_its_token(name):
    theme, found = THEMES[name], tokens(name)
    assert {field: getattr(theme, field) for field in theme.__slots__} == {
        field: found[token] for field, token in TOKENS.items()
    }


def test_no_page_restyles_a_class_of_another_page():
    """All stylesheets are loaded on every page: a class that two of them set up would break one of the two."""
    shared = CSS + (ASSETS / "20-shell.css").read_text("utf-8")
    of_base = set(re.findall(r"^\.([\w-]+) \{", shared, flags=re.MULTILINE))
    owners: dict[str, set[str]] = {}
    for sheet in sorted(ASSETS.glob("4*.css")):
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
        for selectors in re.findall(r"([^{}]+)\{", text):
            for selector in selectors.split(","):
                alone = re.fullmatch(r"\.([\w-]+)(?::[\w-]+|\[[^\]]*\])*", selector.strip())
                if alone:
                    owners.setdefault(alone[1], set()).add(sheet.name)
    assert {name: files for name, files in owners.items() if len(files) > 1} == {}
    assert sorted(of_base & owners.keys()) == []

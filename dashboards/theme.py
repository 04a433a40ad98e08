"""Colours by meaning for Plotly: the names and values of the tokens in assets/10-base.css (a test compares them)."""

from __future__ import annotations

from dataclasses import dataclass

FONT = '"Segoe UI", "Helvetica Neue", Arial, "Liberation Sans", system-ui, sans-serif'


@dataclass(frozen=True, slots=True)
class Theme:
    """What a figure needs to know of a theme; SVG made by us uses the CSS tokens themselves."""

    surface: str
    text: str
    muted: str
    grid: str
    common: str
    improvement: str
    improvement_text: str
    concern: str
    concern_text: str
    change: str
    change_text: str
    centre: str
    limit: str
    target: str
    phase: str


LIGHT = Theme(
    surface="#FFFFFF", text="#1B1F24", muted="#545D68", grid="#E3E6EA", common="#737373",
    improvement="#0058A8", improvement_text="#00447F", concern="#C2410C", concern_text="#8A2C05",
    change="#4C1D95", change_text="#4C1D95", centre="#545D68", limit="#868E97", target="#1B1F24", phase="#F5F6F8",
)  # fmt: skip
DARK = Theme(
    surface="#1D232A", text="#F0F3F6", muted="#A9B3BD", grid="#2B323A", common="#9AA0A6",
    improvement="#6CB6FF", improvement_text="#A9D4FF", concern="#FF9A52", concern_text="#FFC296",
    change="#E3D0FF", change_text="#E3D0FF", centre="#A9B3BD", limit="#7B858F", target="#F0F3F6", phase="#232A32",
)  # fmt: skip
CONTRAST = Theme(
    surface="#FFFFFF", text="#000000", muted="#2B3036", grid="#A9B0B8", common="#4A4A4A",
    improvement="#003A75", improvement_text="#003A75", concern="#8A2C05", concern_text="#7A2600",
    change="#3B0F80", change_text="#3B0F80", centre="#000000", limit="#4A4F56", target="#000000", phase="#F0F1F3",
)  # fmt: skip

THEMES = {"light": LIGHT, "dark": DARK, "contrast": CONTRAST}

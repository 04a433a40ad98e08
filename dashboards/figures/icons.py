"""Icons from the sprite in assets/icons.svg: the shape carries the meaning, the arrow the direction, colour repeats it.

The sprite stands once on every page (the shell puts it there); an icon is a `<use>` of one of its symbols, with a
`<title>`, so that no icon is without words.
"""

from __future__ import annotations

from markupsafe import Markup, escape

from dashboards.text import N_, _
from indicators.assessment import Assurance, Variation
from indicators.definition import Direction

# The same order as every legend.
_VARIATION = {
    Variation.CONCERN: ("con", "sig-con", N_("Bekymrende")),
    Variation.IMPROVEMENT: ("imp", "sig-imp", N_("Forbedring")),
    Variation.CHANGE: ("chg", "sig-change", N_("Ændring uden retning")),
    Variation.COMMON: ("com", "sig-common", N_("Tilfældig variation")),
    Variation.FEW: ("few", "sig-few", N_("For få data")),
    Variation.MISSING: ("mis", "sig-missing", N_("Mangler data")),
}
_ASSURANCE = {
    Assurance.PASS: ("asr", "asr-pass", N_("Når måltallet")),
    Assurance.MIXED: ("mix", "asr-mixed", N_("Rammer og misser måltallet")),
    Assurance.FAIL: ("asr", "asr-fail", N_("Når ikke måltallet")),
}
SIZES = (
    16,
    18,
    20,
    22,
    24,
    32,
    48,
)  # each has its class in the style sheets; inline styles are not allowed on our pages
_POINTING = frozenset({Variation.CONCERN, Variation.IMPROVEMENT})


def css_state(variation: Variation) -> str:
    """The short name the style sheets use for a variation: imp con chg com few mis.

    >>> css_state(Variation.CONCERN)
    'con'
    """
    return _VARIATION[variation][0]


def variation_words(variation: Variation, rising: bool | None = None) -> str:
    """The variation in words: "Forbedring, opad", "Tilfældig variation"."""
    words = _(_VARIATION[variation][2])
    if rising is None or variation not in {*_POINTING, Variation.CHANGE}:
        return words
    return _("{signal}, opad").format(signal=words) if rising else _("{signal}, nedad").format(signal=words)


def assurance_words(assurance: Assurance) -> str:
    """Whether the target is met, in words; empty where there is no target."""
    return _(_ASSURANCE[assurance][2]) if assurance in _ASSURANCE else ""


def variation_icon(variation: Variation, rising: bool | None = None, *, size: int = 18, title: bool = True) -> Markup:
    """The variation icon, `size` pixels wide.

    `title=False` is for places where the words stand beside the icon: it is then hidden from screen readers.
    """
    state, symbol = variation_symbol(variation, rising)
    return _signal(state, symbol, variation_words(variation, rising) if title else "", size)


def variation_symbol(variation: Variation, rising: bool | None = None) -> tuple[str, str]:
    """The style's short name and the symbol of the sprite: ("imp", "sig-imp-up")."""
    state, symbol, _words = _VARIATION[variation]
    if variation in _POINTING:
        symbol += "-down" if rising is False else "-up"
    return state, symbol


def assurance_icon(assurance: Assurance, direction: Direction, *, size: int = 18, title: bool = True) -> Markup:
    """The assurance icon: tick clear of the target line, box on it, cross on its wrong side. A blank of the same size
    where there is no target, so that columns of icons stay in line."""
    if assurance not in _ASSURANCE:
        return Markup('<span class="{} sig--none" aria-hidden="true"></span>').format(_size_class(size))
    state, symbol = assurance_symbol(assurance, direction)
    return _signal(state, symbol, assurance_words(assurance) if title else "", size)


def assurance_symbol(assurance: Assurance, direction: Direction) -> tuple[str, str]:
    """The style's short name and the symbol of the sprite; for a series with a target."""
    state, symbol, _words = _ASSURANCE[assurance]
    if assurance is not Assurance.MIXED:
        symbol += "-lo" if direction is Direction.DOWN else "-hi"
    return state, symbol


def ui_icon(name: str, *, size: int = 18, title: str = "") -> Markup:
    """A line icon of the interface (`home`, `table`, `download` …); with `title` it is named, else it is decoration."""
    css = "ico ico--16" if size == 16 else "ico"
    return _svg(css, f"i-{name}", title)


def _size_class(size: int) -> str:
    if size not in SIZES:
        raise ValueError(f"icons come in the sizes {SIZES}, not {size}")
    return "sig" if size == 20 else f"sig sig--{size}"


def _signal(state: str, symbol: str, title: str, size: int) -> Markup:
    return _svg(f"{_size_class(size)} sig--{state}", symbol, title)


def _svg(css: str, symbol: str, title: str) -> Markup:
    if title:
        return Markup(
            f'<svg class="{css}" role="img"><title>{escape(title)}</title><use href="#{escape(symbol)}"/></svg>'
        )
    return Markup(f'<svg class="{css}" aria-hidden="true"><use href="#{escape(symbol)}"/></svg>')

import re
from pathlib import Path

import pytest

from dashboards.figures.icons import (
    SIZES,
    assurance_icon,
    assurance_words,
    ui_icon,
    variation_icon,
    variation_words,
)
from dashboards.text import use_language
from indicators.assessment import Assurance, Variation
from indicators.definition import Direction

ASSETS = Path(__file__).resolve().parents[3] / "assets"
SYMBOLS = set(re.findall(r'<symbol id="([^"]+)"', (ASSETS / "icons.svg").read_text("utf-8")))


def every_icon():
    for variation in Variation:
        for rising in (True, False, None):
            yield variation_icon(variation, rising)
    for assurance in Assurance:
        for direction in Direction:
            yield assurance_icon(assurance, direction)


def test_every_icon_names_a_symbol_of_the_sprite():
    used = set(re.findall(r'href="#([^"]+)"', "".join(every_icon())))
    assert used <= SYMBOLS
    assert {s for s in SYMBOLS if s.startswith(("sig-", "asr-"))} == used


def test_every_signal_icon_has_a_title():
    for icon in every_icon():
        assert "<title>" in icon or "sig--none" in icon


def test_an_icon_beside_its_words_is_hidden_from_screen_readers():
    assert 'aria-hidden="true"' in variation_icon(Variation.COMMON, title=False)
    assert "<title>" not in variation_icon(Variation.COMMON, title=False)


def test_the_arrow_follows_the_direction_of_the_signal():
    assert "#sig-con-up" in variation_icon(Variation.CONCERN, True)
    assert "#sig-imp-down" in variation_icon(Variation.IMPROVEMENT, False)


def test_a_met_target_stands_above_the_line_where_higher_is_better_and_below_where_lower_is():
    assert "#asr-pass-hi" in assurance_icon(Assurance.PASS, Direction.UP)
    assert "#asr-pass-lo" in assurance_icon(Assurance.PASS, Direction.DOWN)


def test_the_words_follow_the_language():
    assert variation_words(Variation.IMPROVEMENT, True) == "Forbedring, opad"
    assert variation_words(Variation.COMMON) == "Tilfældig variation"
    assert assurance_words(Assurance.NONE) == ""
    with use_language("en"):
        assert variation_words(Variation.CONCERN, False) == "Concerning, downwards"
        assert assurance_words(Assurance.FAIL) == "Does not meet the target"


def test_every_size_has_its_class_in_the_style_sheets():
    css = "".join(path.read_text("utf-8") for path in sorted(ASSETS.glob("*.css")))
    for size in SIZES:
        assert size == 20 or re.search(rf"\.sig--{size}\s*\{{", css)
    with pytest.raises(ValueError, match="17"):
        variation_icon(Variation.COMMON, size=17)


def test_titles_of_interface_icons_are_escaped():
    assert "&lt;b&gt;" in ui_icon("table", title="<b>")

"""What became of the months before the start, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboards.exports.evaluation.amounts import Amounts
from dashboards.exports.evaluation.months_before import what_became_of_them
from dashboards.selection import Selection
from dashboards.text import use_language
from indicators import evaluation
from indicators.evaluation.estimate import estimated
from indicators.words import Words
from tests.simulation.programme_effects import draw

AMOUNTS = Amounts(100, 1, Words("%-point", "percentage points"), True)


@pytest.fixture(scope="module")
def effect() -> evaluation.ProgrammeEffect:
    return evaluation.programme_effect(draw("S7", 1).frame, denominator="denominator")


def test_the_sentence_says_whether_they_are_kept_and_by_how_much_they_change_the_effect(
    effect: evaluation.ProgrammeEffect,
) -> None:
    kept = replace(effect, left_out=0, keeping=estimated(0.004, 0.01))
    assert what_became_of_them(kept, AMOUNTS) == (
        "De sidste 6 måneder før hver start er med: de ændrer effekten med +0,4 %-point (−1,6 til 2,4), og det kan "
        "være tilfældigt."
    )
    changed = replace(effect, left_out=6, keeping=estimated(0.04, 0.01))
    with use_language("en"):
        assert what_became_of_them(changed, AMOUNTS) == (
            "The last 6 months before each start are left out: with them the effect would change by +4.0 percentage "
            "points (2.0 to 6.0), which is more than chance."
        )
    asked = replace(effect, settings=replace(effect.settings, leave_out=0))
    assert what_became_of_them(asked, AMOUNTS) == "Alle måneder før hver start er med."


def test_an_address_asks_for_a_number_or_leaves_it_to_the_data() -> None:
    assert Selection.from_query("?v=1&udelad=0").left_out == 0
    assert Selection.from_query("?v=1&udelad=6").to_query() == "?v=1&udelad=6"
    for query in ("", "?v=1&udelad=afvig", "?v=1&udelad=7"):
        assert Selection.from_query(query).left_out is None
        assert "udelad" not in Selection.from_query(query).to_query()

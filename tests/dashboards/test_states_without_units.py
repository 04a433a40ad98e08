"""Who may see no unit is told why: no access yet, or a role that evaluates without names and has a page of its own."""

from __future__ import annotations

from dashboards.components.states import no_units
from dashboards.text import use_language


def test_an_evaluator_without_names_is_led_to_the_workbench_and_nobody_else_is() -> None:
    with use_language("da"):
        assert [action.href for action in no_units(is_evaluating=True).actions] == ["/evaluering"]
        assert "ikke adgang" in no_units().title and not no_units().actions
    with use_language("en"):
        assert no_units(is_evaluating=True).title == "You evaluate without the names of units"

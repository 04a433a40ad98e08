"""What a note counts is said in the singular where it is one, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from types import ModuleType

import pytest

from indicators.evaluation.errors import Note
from indicators.evaluation.its import words
from indicators.words import Words


def method(name: str) -> ModuleType:
    """The module of a method: its name in the face is the function."""
    return import_module(f"indicators.evaluation.{name}")


panel, programme_effect, group_time_effects = map(method, ("panel", "programme_effect", "group_time_effects"))
extended_two_way, meta_analysis, goodman_bacon = map(method, ("extended_two_way", "meta_analysis", "goodman_bacon"))
signal_share, multiplicity = map(method, ("signal_share", "multiplicity"))

MANY = re.compile(
    r"\b1 (?:\w+ )?(?:enheder|måneder|kohorter|celler|indikatorer|enhedsmåneder|units|months|cohorts|cells|indicators"
    r"|unit-months)\b"
)
NOTES: dict[str, Callable[[int], Note | Words]] = {
    "without_denominator": panel._without_denominator,
    "few_units": programme_effect._few_units,
    "shared_shocks": programme_effect._shared_shocks,
    "incomplete": group_time_effects._incomplete,
    "after_the_data": group_time_effects._after_the_data,
    "already_started": group_time_effects._already_started,
    "no_never": lambda count: group_time_effects._no_never("2025-01", count),
    "gaps": lambda count: group_time_effects._gaps("sections", count),
    "cohort_of_one": group_time_effects._cohort_of_one,
    "cells_left_out": extended_two_way._cells_left_out,
    "meta_left_out": meta_analysis._left_out,
    "months_left_out": goodman_bacon._months_left_out,
    "too_short": lambda count: signal_share._too_short(count, 12, 12),
    "too_few_months": lambda count: words.too_few_months(count, 4, ""),
    "too_short_for_ar1": words.too_short_for_ar1,
    "months_without_control": words.months_without_control,
    "missing": words.missing,
    "season": lambda count: words.season(count, 24),
    "months": lambda count: words.months("months_after", count, 12),
    "enough_months": lambda count: words.months("months_before", count, 1),
    "beyond_data": words.beyond_data,
}


@pytest.mark.parametrize("name", NOTES)
def test_one_is_one(name: str) -> None:
    def said(count: int) -> Words:
        made = NOTES[name](count)
        return made.words if isinstance(made, Note) else made

    for one, many in zip((said(1).da, said(1).en), (said(3).da, said(3).en), strict=True):
        assert not MANY.search(one), one
        assert "3" in many
    assert said(1).en != said(3).en.replace("3", "1"), "English tells one from many"


def test_an_indicator_without_a_p_value_is_one() -> None:
    (note,) = [
        one for one in multiplicity.adjust_p_values({"a": 0.01, "b": float("nan")}).notes if "1 " in one.words.en
    ]
    assert note.words == Words(
        "1 indikator har ingen p-værdi og tæller ikke med.", "1 indicator has no p-value and does not count."
    )

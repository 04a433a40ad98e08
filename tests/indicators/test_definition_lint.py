"""The linter: a good definition is let alone, each rule finds what it is there for, what is shipped has no error."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from data.catalogue import read
from data.definition_file import read_definition
from data.demo.measures import measures
from indicators.chart_choice import KindOfData
from indicators.definition import Direction, PeriodKind, Role, Scope
from indicators.definition_content import DefinitionContent, Follower, LocalTarget
from indicators.definition_lint import RULES, Surroundings, Weight, fold, has_errors, lint
from indicators.definition_lint.reach import reach
from indicators.words import Words

CATALOGUE = Path(__file__).resolve().parents[2] / "data" / "catalogue"
TODAY = date(2026, 11, 22)
AROUND = Surroundings(
    today=TODAY,
    names={fold("Fald med skade"): "FALD"},
    codes=frozenset(("fald",)),
    national={"NM3-02": 3, "NM1-01": 1},
    balancing=frozenset((3,)),
    n_checkers=2,
)
GOOD = DefinitionContent(
    code="SMERTE",
    name=Words("Smertevurdering inden for 1 time", "Pain assessed within 1 hour"),
    definition=Words("Andel af indlagte med smerter, der er vurderet inden for 1 time.", "Share …"),
    kind=KindOfData.SHARE,
    numerator=Words("Indlagte med smerter, vurderet inden for 1 time", "Assessed …"),
    denominator=Words("Indlagte med smerter i måneden", "Inpatients …"),
    per=100,
    unit_of_measure=Words("%", "%"),
    decimals=0,
    minimum=0,
    maximum=100,
    direction=Direction.UP,
    role=Role.PROCESS,
    goal=3,
    contributes_to="NM3-02",
    targets=(LocalTarget(90, ">=", date(2026, 12, 1), None, Words("Mindst 90 %", "At least 90%")),),
    expected_n=60,
    expected_level=70,
    hoped_level=85,
    chart="run",
    unit_code="NOH",
    followers=(Follower("NOH"),),
    owner="Kvalitetsafdelingen",
    review_on=date(2027, 11, 1),
    valid_from=date(2026, 12, 1),
)
AIM = GOOD.targets[0]
LONG = "Smertevurdering af alle indlagte patienter inden for den første time efter ankomst"
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "name_missing": ({"name": Words(" ", "")}, "name_da"),
    "name_too_long": ({"name": Words(LONG, "Pain")}, "name_da"),
    "name_taken": ({"name": Words("Pain", "FALD, MED SKADE")}, "name_en"),
    "code_missing": ({"code": ""}, "code"),
    "code_wrong": ({"code": "smerte 1"}, "code"),
    "code_taken": ({"code": "FALD"}, "code"),
    "definition_missing": ({"definition": Words("", "Share")}, "definition_da"),
    "numerator_missing": ({"numerator": Words("", "")}, "numerator_da"),
    "denominator_missing": ({"denominator": Words("", "")}, "denominator_da"),
    "denominator_not_used": ({"has_denominator": False}, "denominator_da"),
    "denominator_unclear": ({"denominator": Words("Alle patienter", "All patients")}, "denominator_da"),
    "denominator_is_numerator": ({"denominator": Words(GOOD.numerator.da + ".", "x")}, "denominator_da"),
    "numerator_outside_denominator": ({"numerator": Words("Fik morfin til tiden", "Given morphine")}, "numerator_da"),
    "english_missing": ({"definition": Words(GOOD.definition.da, "")}, "definition_en"),
    "text_too_long": ({"owner": "x" * 1501}, "owner"),
    "kind_missing": ({"kind": None}, "kind"),
    "per_missing": ({"per": None}, "per"),
    "percent_scale": ({"per": 1}, "per"),
    "unit_of_measure_missing": ({"unit_of_measure": Words("", "")}, "unit_of_measure_da"),
    "range_backwards": ({"minimum": 100, "maximum": 0}, "maximum"),
    "share_range": ({"maximum": None}, "maximum"),
    "decimals_too_many": ({"decimals": 1, "expected_n": 20}, "decimals"),
    "chart_missing": ({"chart": ""}, "chart"),
    "chart_does_not_fit": ({"chart": "c"}, "chart"),
    "chart_other": ({"chart": "i"}, "chart"),
    "profile_unknown": ({"profile": "eget"}, "profile"),
    "open_periods_wrong": ({"open_periods": 13}, "open_periods"),
    "valid_from_wrong": ({"valid_from": date(2026, 12, 15)}, "valid_from"),
    "target_unfinished": ({"targets": (LocalTarget(valid_from=date(2026, 12, 1)),)}, "targets_1_value"),
    "target_without_dates": ({"targets": (LocalTarget(90, ">="),)}, "targets_1_valid_from"),
    "target_outside_range": ({"targets": (LocalTarget(190, ">=", date(2026, 12, 1)),)}, "targets_1_value"),
    "target_wrong_side": ({"targets": (LocalTarget(90, "<=", date(2026, 12, 1)),)}, "targets_1_comparison"),
    "target_without_direction": ({"direction": Direction.NEITHER}, "direction"),
    "targets_overlap": ({"targets": (AIM, LocalTarget(95, ">=", date(2027, 6, 1)))}, "targets_2_valid_from"),
    "target_of_others": ({"targets": (LocalTarget(90, ">=", AIM.valid_from, unit_code="HGH"),)}, "targets_1_unit"),
    "direction_missing": ({"direction": None}, "direction"),
    "role_missing": ({"role": None}, "role"),
    "goal_missing": ({"goal": None}, "goal"),
    "contribution_unknown": ({"contributes_to": "NM9-99"}, "contributes_to"),
    "contribution_elsewhere": ({"contributes_to": "NM1-01"}, "contributes_to"),
    "no_balancing": ({"goal": 1, "contributes_to": None}, "role"),
    "unit_missing": ({"unit_code": "", "targets": ()}, "unit"),
    "nobody_follows": ({"followers": ()}, "followers"),
    "owner_missing": ({"owner": ""}, "owner"),
    "review_missing": ({"review_on": None}, "review_on"),
    "review_wrong": ({"review_on": date(2029, 1, 1)}, "review_on"),
    "size_missing": ({"expected_n": None}, "expected_n"),
    "size_wrong": ({"hoped_level": 185}, "hoped_level"),
}
OF_VERSIONS = {"form_changed", "nothing_new", "break_without_reason", "target_back_in_time"}


def codes(content: DefinitionContent, around: Surroundings = AROUND) -> set[str]:
    return {remark.code for remark in lint(content, around)}


def test_a_good_definition_is_let_alone_but_told_what_it_can_show() -> None:
    (only,) = lint(GOOD, AROUND)
    assert (only.code, only.weight) == ("reach", Weight.NOTE)
    assert not has_errors([only])


@pytest.mark.parametrize("code", WRONG)
def test_each_rule_finds_what_it_is_there_for_in_its_field(code: str) -> None:
    changes, field = WRONG[code]
    found = [remark for remark in lint(GOOD.but(**changes), AROUND) if remark.code == code]
    assert field in {remark.field for remark in found}
    for remark in found:
        for language in ("da", "en"):
            sentence = remark.sentence(language)
            assert sentence and "{" not in sentence
        assert remark.sentence("da") != remark.sentence("en")


def test_the_other_ways_a_rule_can_be_broken_have_words_and_mends_of_their_own() -> None:
    for changes, code, said in (
        ({"valid_from": None}, "valid_from_wrong", "Skriv den første dag i en periode."),
        ({"valid_from": date(2026, 12, 15)}, "valid_from_wrong", "den næste er 01-01-2027"),
        ({"decimals": None}, "decimals_too_many", "Skriv et helt tal fra 0 til 6."),
        ({"decimals": 5}, "decimals_too_many", "5 decimaler er flere"),
        ({"unit_of_measure": Words("dage", "days")}, "percent_scale", "skriv %"),
        ({"review_on": date(2026, 1, 1)}, "review_wrong", "er passeret"),
        ({"chart": "findes ikke"}, "chart_missing", "findes ikke"),
        ({"chart": "t"}, "chart_does_not_fit", "uden nævner"),
        ({"period": PeriodKind.DAY}, "chart_does_not_fit", "ét punkt pr. periode"),
        (
            {"targets": (LocalTarget(90, ">=", date(2026, 12, 1), date(2026, 11, 1)),)},
            "target_without_dates",
            "slutter, før det begynder. Ret en af datoerne.",
        ),
    ):
        (found,) = [one for one in lint(GOOD.but(**changes), AROUND) if one.code == code]
        assert said in found.sentence("da") and "{" not in found.sentence("en")


def test_a_blank_sheet_is_asked_for_the_kind_of_figures_before_what_follows_from_it() -> None:
    assert not {"per_missing", "decimals_too_many", "unit_of_measure_missing"} & codes(DefinitionContent())


def test_every_rule_has_a_case_here_and_a_row_in_the_docs() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    rows = [f"| `{rule.code}` | {rule.weight.value} | {rule.words.en} |" for rule in RULES]
    text = (CATALOGUE.parents[1] / "docs" / "indicators.md").read_text("utf-8")
    assert [row for row in rows if row not in text] == []
    assert {rule.code for rule in RULES} == set(WRONG) | OF_VERSIONS | {"reach", "no_checker"}


def test_a_later_version_is_held_against_the_one_in_force() -> None:
    former = GOOD.but(valid_from=date(2026, 1, 1))
    around = AROUND.but(former=former)
    assert "nothing_new" in codes(GOOD, around)
    changed = GOOD.but(denominator=Words("Indlagte med smerter eller kvalme", "x"))
    assert not codes(changed, around) & (OF_VERSIONS | {"valid_from_wrong"})
    assert "valid_from_wrong" in codes(changed.but(valid_from=date(2026, 1, 1)), around)
    assert "form_changed" in codes(changed.but(period=PeriodKind.QUARTER, valid_from=date(2027, 1, 1)), around)
    assert "break_without_reason" in codes(changed.but(is_break=False), around)
    assert "break_without_reason" not in codes(changed.but(is_break=False, break_reason="Kun sprog"), around)
    early = (*GOOD.targets, LocalTarget(95, ">=", date(2026, 3, 1), date(2026, 3, 31)))
    assert "target_back_in_time" in codes(changed.but(targets=early), around)


def test_nobody_to_check_it_is_told() -> None:
    assert "no_checker" in codes(GOOD, AROUND.but(n_checkers=0))


def test_how_soon_a_change_shows_is_told_in_both_languages_and_too_late_is_a_warning() -> None:
    told = reach(GOOD.but(expected_n=20))
    assert told is not None and (told.likely, told.sure) == (8, 16)
    assert told.words.da.startswith("Med ca. 20 forløb om måneden ses et skift fra 70 % til 85 % efter ca. 8 måneder")
    few = lint(GOOD.but(expected_n=8, hoped_level=75), AROUND)
    (late,) = [remark for remark in few if remark.code == "reach"]
    assert late.weight is Weight.WARNING and "oftere" in late.sentence("da")
    open_question = reach(GOOD.but(hoped_level=None))
    assert open_question is not None and "mindste skift" in open_question.words.da
    rare = DefinitionContent(kind=KindOfData.COUNT, per=1, chart="c", expected_level=4, hoped_level=1)
    assert reach(rare) is not None
    assert reach(GOOD.but(expected_level=None)) is None
    assert reach(GOOD.but(chart="t", period=PeriodKind.DAY)) is None
    for kind in KindOfData:
        assert reach(GOOD.but(kind=kind, expected_n=-5.0)) is None or kind is KindOfData.COUNT


@pytest.mark.parametrize("day", [date(9999, 12, 31), date(1, 1, 1)])
def test_a_date_that_nobody_can_mean_is_an_error_and_no_crash(day: date) -> None:
    found = [one.sentence("da") for one in lint(GOOD.but(valid_from=day), AROUND) if one.code == "valid_from_wrong"]
    assert len(found) == 1 and "er ikke mulig" in found[0]


def shipped() -> dict[str, DefinitionContent]:
    """Every indicator of the catalogue, read as a file of ours, and those of the demo."""
    found = {}
    for path in sorted((CATALOGUE / "indicators").glob("*.yaml")):
        found[path.stem] = read_definition(path.read_bytes()).content
    for measure in measures().values():
        aims = [measure.target] if measure.target else []
        found[measure.code] = DefinitionContent.of(measure.definition, targets=aims)
    return found


def test_nothing_that_is_shipped_has_an_error() -> None:
    every = shipped()
    rows = read()["indicators"]
    national = {row["code"]: row["goal"] for row in rows if row["scope"] == Scope.NATIONAL}
    names = {fold(content.name.da): code for code, content in every.items()}
    balancing = frozenset(one.goal for one in every.values() if one.role is Role.BALANCING and one.goal)
    around = Surroundings(TODAY, names=names, national=national, balancing=balancing, is_shipped=True)
    remarks = {code: lint(content, around) for code, content in every.items()}
    assert {code: found for code, found in remarks.items() if has_errors(found)} == {}
    warned = Counter(one.code for found in remarks.values() for one in found if one.weight is Weight.WARNING)
    # What the sources leave open; a number that changes is a fact that changed.
    assert warned == {
        "name_too_long": 5, "definition_missing": 5, "numerator_missing": 14, "denominator_missing": 8,
        "denominator_not_used": 2, "denominator_unclear": 3, "share_range": 1, "unit_of_measure_missing": 1,
    }  # fmt: skip

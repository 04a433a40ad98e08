"""Profile `mdc` against NHSRplotthedots, case by case. Every difference that is meant is named in the table below."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from indicators.spc.conformance import Verdict, plotthedots

EXCEPTIONS = {
    # Convention 13: below 10 useful observations no signal is claimed; they show an icon from the first point on.
    "ptd_rrk_breaches_rebase_short": "13",
    "ptd_tiny_1": "13",
    "ptd_tiny_2": "13",
    "ptd_tiny_3": "13",
    "ptd_tiny_6": "13",
    "ptd_tiny_7": "13",
    # ... and a baseline may be shorter than 12, which they refuse.
    "ptd_fix_below_12": "13",
    # Convention 3: a month without data is a gap; they fail.
    "ptd_missing": "3",
    # Convention 14: without a target there is no assurance; they print an icon when other facets have one.
    "ptd_8orgs_performance_targets": "14",
    # The fixed interface takes rows of one x together; they refuse them.
    "ptd_duplicate_dates": "fixed interface",
}
"""Case: the convention of the project (spc-conventions, by number) that asks for another answer."""


def test_every_case_agrees_or_differs_by_a_named_convention(shared_reference: Path) -> None:
    outcomes = {each.case_id: each for each in plotthedots.outcomes(shared_reference)}
    assert len(outcomes) == 71
    assert {case for case, each in outcomes.items() if each.verdict is Verdict.BY_CONVENTION} == set(EXCEPTIONS)
    assert [each for each in outcomes.values() if each.verdict is Verdict.DISAGREES] == []
    assert all(outcomes[case].convention.startswith(convention) for case, convention in EXCEPTIONS.items())


def test_a_wrong_label_is_noticed(shared_reference: Path) -> None:
    index = plotthedots.index_of(shared_reference)
    case = plotthedots.read_case(shared_reference, index[index.case_id == "ptd_rrk_performance"].iloc[0])
    assert case.expected is not None
    labels = case.expected.special_cause_type.tolist()
    wrong = case.expected.assign(special_cause_type=["Common Cause", *labels[1:]])
    assert plotthedots.check(case).verdict is Verdict.AGREES
    assert plotthedots.check(replace(case, expected=wrong)).differences == ("special_cause_type",)


@pytest.mark.parametrize("column", ["mean", "lpl", "upl"])
def test_a_wrong_figure_is_noticed(shared_reference: Path, column: str) -> None:
    index = plotthedots.index_of(shared_reference)
    case = plotthedots.read_case(shared_reference, index[index.case_id == "ptd_rrk_performance"].iloc[0])
    assert case.expected is not None
    wrong = case.expected.assign(**{column: case.expected[column] * (1 + 1e-8)})
    assert plotthedots.check(replace(case, expected=wrong)).differences == (column,)

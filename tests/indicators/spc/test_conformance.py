"""The library against qicharts2, case by case. Every difference that is meant is named in the table below."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from indicators import spc
from indicators.spc import conformance
from indicators.spc.conformance import Verdict, qicharts2

OWN = Path(__file__).resolve().parents[2] / "reference" / "spc"

CHARTS = {"run", "i", "p", "u", "c"}

EXCEPTIONS = {
    # Convention 11: a constant series has no limits and says "no variation"; qicharts2 gives it limits.
    "edge_constant_c": "11",
    "edge_constant_u": "11",
    "edge_constant_p": "11",
    "edge_zero_c": "11",
    "edge_zero_u": "11",
    "edge_zero_p": "11",
    "edge_all_p": "11",
    # Convention 12: a zero denominator and a numerator above its denominator are refused; qicharts2 accepts both.
    "edge_zero_denominator_run": "12",
    "edge_zero_denominator_i": "12",
    "edge_zero_denominator_p": "12",
    "edge_zero_denominator_u": "12",
    "edge_y_above_n_p": "12",
    # Convention 5: freeze holds inside the phase it stands in; qicharts2 ignores it when there are phases.
    "edge_part_freeze": "5",
    # "Oddities to know, not to copy" in the reference README: a p chart without denominators has centre line Inf ...
    "p_cabg_readmission_records": "reference README",
    # ... and a facet that has no points in some part is refused.
    "edge_unequal_facets_i_part": "reference README",
}
"""Case: the convention of the project (spc-conventions, by number) that asks for another answer."""


def test_a_reference_case_agrees_or_differs_by_a_named_convention(
    reference_case: pd.Series | None, shared_reference: Path
) -> None:
    assert reference_case is not None
    outcome = qicharts2.check(qicharts2.read_case(shared_reference, reference_case))
    if reference_case.case_id in EXCEPTIONS:
        assert outcome.verdict is Verdict.BY_CONVENTION, outcome.differences
        assert outcome.convention.startswith(EXCEPTIONS[reference_case.case_id])
    else:
        assert outcome.verdict is Verdict.AGREES, outcome.differences


def test_every_case_of_the_five_chart_types_is_held_against_the_library(shared_reference: Path) -> None:
    index = qicharts2.index_of(shared_reference)
    of_five = index[index.chart.isin(CHARTS)]
    assert of_five.groupby("chart").size().to_dict() == {"c": 11, "i": 49, "p": 25, "run": 45, "u": 27}
    assert set(EXCEPTIONS) == set(qicharts2.KNOWN_DIFFERENCES)
    assert set(EXCEPTIONS) <= set(of_five.case_id)


@pytest.mark.parametrize("case", qicharts2.read_own_cases(OWN), ids=lambda case: case.id)
def test_a_case_that_stands_in_the_project_agrees_or_differs_by_a_named_convention(case: qicharts2.Case) -> None:
    outcome = qicharts2.check(case)
    expected = Verdict.BY_CONVENTION if case.id in EXCEPTIONS else Verdict.AGREES
    assert outcome.verdict is expected, outcome.differences


def test_a_wrong_figure_is_noticed(own_reference: Path) -> None:
    case = next(case for case in qicharts2.read_own_cases(own_reference) if case.id == "edge_spike_i")
    assert case.expected is not None
    off = case.expected.assign(ucl=case.expected.ucl * (1 + 1e-8))
    outcome = qicharts2.check(qicharts2.Case(**(vars(case) | {"expected": off})))
    assert (outcome.verdict, outcome.differences) == (Verdict.DISAGREES, ("ucl",))


def test_a_named_difference_that_is_gone_is_a_disagreement(own_reference: Path) -> None:
    case = next(case for case in qicharts2.read_own_cases(own_reference) if case.id == "edge_zero_u")
    assert case.expected is not None
    as_ours = case.expected.assign(lcl=None, ucl=None, lcl_95=None, ucl_95=None)
    outcome = qicharts2.check(qicharts2.Case(**(vars(case) | {"expected": as_ours})))
    assert outcome.verdict is Verdict.DISAGREES


def test_the_command_prints_one_line_per_chart_type(own_reference: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert conformance.main([str(own_reference)]) == 0
    printed = capsys.readouterr().out
    assert printed.splitlines()[0].split() == ["verdict", "cases", "agrees", "differs", "by", "convention", "disagrees"]
    assert {line.split()[-5] for line in printed.splitlines()[2:7]} == CHARTS


def test_the_command_tells_wrong_use_from_disagreement() -> None:
    assert conformance.main([]) == 2


def test_every_chart_type_has_a_record_under_the_name_of_its_file() -> None:
    assert set(spc.CHARTS) >= CHARTS
    for code, record in spc.CHARTS.items():
        assert record.code == code
        assert record.name.da and record.name.en and record.reference
        assert record.limits.__module__ == f"indicators.spc.charts.{code}"
        assert record.limits.__doc__

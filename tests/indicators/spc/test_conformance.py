"""The library against qicharts2 and PowerBI-SPC, case by case. Every difference that is meant is named below."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from indicators import spc
from indicators.spc import conformance
from indicators.spc.conformance import Verdict, powerbi, qicharts2

OWN = Path(__file__).resolve().parents[2] / "reference" / "spc"

CASES = {"c": 11, "g": 9, "i": 49, "ip": 10, "mr": 8, "p": 25, "pp": 18, "run": 45, "s": 8, "t": 10, "u": 27} | {
    "up": 18,
    "xbar": 11,
}
"""Chart types of qicharts2 and their cases in the shared reference."""

EXCEPTIONS = {
    # Convention 11: a constant series has no limits and says "no variation"; qicharts2 gives it limits.
    "edge_constant_c": "11",
    "edge_constant_g": "11",
    "edge_constant_mr": "11",
    "edge_constant_t": "11",
    "edge_constant_u": "11",
    "edge_constant_p": "11",
    "edge_zero_c": "11",
    "edge_zero_g": "11",
    "edge_zero_u": "11",
    "edge_zero_p": "11",
    "edge_all_p": "11",
    # Convention 12: a zero denominator and a numerator above its denominator are refused; qicharts2 accepts both.
    "edge_zero_denominator_run": "12",
    "edge_zero_denominator_i": "12",
    "edge_zero_denominator_ip": "12",
    "edge_zero_denominator_p": "12",
    "edge_zero_denominator_u": "12",
    "edge_zero_denominator_up": "12",
    "edge_zero_denominator_pp": "12",
    "edge_y_above_n_p": "12",
    # Convention 5: freeze holds inside the phase it stands in; qicharts2 ignores it when there are phases.
    "edge_part_freeze": "5",
    # Convention 6: freeze holds for the spread of an I prime chart; qicharts2 takes it from every point.
    "ip_emergency_freeze": "6",
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


def test_every_case_is_held_against_the_library(shared_reference: Path) -> None:
    index = qicharts2.index_of(shared_reference)
    assert index.groupby("chart").size().to_dict() == CASES
    assert set(EXCEPTIONS) <= set(index.case_id)


def test_the_limits_of_powerbi_spc_agree_to_its_decimals(shared_reference: Path) -> None:
    found = powerbi.outcomes(shared_reference)
    assert {each.chart for each in found} == {"c", "g", "i", "mr", "p", "pp", "s", "t", "u", "up", "xbar"}
    assert [each for each in found if each.verdict is not Verdict.AGREES] == []


def test_a_limit_of_powerbi_spc_that_is_off_in_its_last_decimal_is_noticed() -> None:
    frame = pd.DataFrame({"x": [1, 2, 3, 4], "y": [4, 2, 5, 5], "ucl": [10.0] * 4})
    note = "test's own tolerance: 2 decimals; limits only"
    assert powerbi.check("c", "c", note, frame).verdict is Verdict.AGREES
    assert powerbi.check("c", "c", note, frame.assign(ucl=10.01)).differences == ("ucl",)


def test_the_cases_of_the_second_version_agree_without_exception() -> None:
    cases = qicharts2.read_own_cases(OWN / qicharts2.SECOND_VERSION)
    assert {case.chart for case in cases} == set(CASES)
    found = [qicharts2.check(case) for case in cases]
    assert [each for each in found if each.verdict is not Verdict.AGREES] == []


@pytest.mark.parametrize("case", qicharts2.read_own_cases(OWN), ids=lambda case: case.id)
def test_a_case_that_stands_in_the_project_agrees_or_differs_by_a_named_convention(case: qicharts2.Case) -> None:
    outcome = qicharts2.check(case)
    expected = Verdict.BY_CONVENTION if case.id in EXCEPTIONS else Verdict.AGREES
    assert outcome.verdict is expected, outcome.differences


def _own(case_id: str) -> qicharts2.Case:
    return next(case for case in qicharts2.read_own_cases(OWN) if case.id == case_id)


@pytest.mark.parametrize(
    ("case_id", "column"),
    [("edge_spike_i", "ucl"), ("edge_zero_u", "y"), ("edge_zero_u", "cl"), ("edge_constant_g", "cl")],
)
def test_a_wrong_figure_is_noticed_also_beside_a_meant_difference(case_id: str, column: str) -> None:
    case = _own(case_id)
    assert case.expected is not None
    off = case.expected.assign(**{column: case.expected[column] * (1 + 1e-8) + 1e-12})
    outcome = qicharts2.check(replace(case, expected=off))
    assert outcome.verdict is Verdict.DISAGREES
    assert column in outcome.differences


def test_what_is_refused_without_cause_is_a_disagreement() -> None:
    case = _own("edge_y_above_n_p")
    assert qicharts2.check(case).verdict is Verdict.BY_CONVENTION
    sound = replace(case, frame=case.frame.assign(n=case.frame.n.max() + case.frame.y.max()))
    assert qicharts2.check(sound).verdict is Verdict.DISAGREES


def _with_spread_of(points: pd.DataFrame, case: qicharts2.Case) -> qicharts2.Case:
    """The case as qicharts2 answers it, limits included, made from what we answer to another call."""
    names = {ours: theirs for theirs, ours in (qicharts2.FIGURES | qicharts2.FLAGS).items()}
    result = qicharts2.analyse(case)[0]
    limits = points[["lower", "upper", "warning_lower", "warning_upper", "sigma_signal"]]
    runs = result.phases.iloc[[0] * len(points)][list(qicharts2.RUNS)].reset_index(drop=True)
    answered = result.points.assign(**limits).drop(columns="runs_signal").rename(columns=names)
    expected = pd.concat([answered, runs], axis=1)
    return replace(case, expected=expected)


def test_the_spread_of_an_i_prime_chart_is_explained_only_by_a_spread_of_every_point() -> None:
    frame = pd.DataFrame({"x": range(12), "y": [4, 6, 5, 7, 3, 6, 30, 2, 28, 1, 25, 3], "n": [10, 12, 9, 11] * 3})
    options = {"screen_moving_ranges": True, "non_negative": False, "freeze": 6}
    case = qicharts2.Case("made", "ip", frame, "x", "y", "n", (), options, None)
    centre = spc.analyse(frame, chart="ip", x="x", y="y", n="n", freeze=6).points.centre.iloc[0]
    of_all = spc.analyse(frame, chart="ip", x="x", y="y", n="n", centre=centre).points
    as_theirs = _with_spread_of(of_all, case)
    outcome = qicharts2.check(as_theirs)
    assert (outcome.verdict, outcome.convention[0]) == (Verdict.BY_CONVENTION, "6")
    assert as_theirs.expected is not None
    off = as_theirs.expected.assign(ucl=as_theirs.expected.ucl * 1.001)
    assert qicharts2.check(replace(case, expected=off)).verdict is Verdict.DISAGREES


def test_the_command_prints_one_line_per_chart_type(
    own_reference: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("cases.csv", "inputs.csv", "expected.csv"):
        (tmp_path / name).write_bytes((own_reference / name).read_bytes())
    assert conformance.main([str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert printed.splitlines()[0].split() == ["verdict", "cases", "agrees", "differs", "by", "convention", "disagrees"]
    charts = {line.split()[-5] for line in printed.partition("differs by convention:")[0].splitlines()[2:] if line}
    assert set(CASES) - {"s"} <= charts


def test_the_command_tells_wrong_use_from_disagreement() -> None:
    assert conformance.main([]) == 2


def test_every_chart_type_has_a_record_under_the_name_of_its_file() -> None:
    assert set(spc.CHARTS) == set(CASES)
    for code, record in spc.CHARTS.items():
        assert record.code == code
        assert record.name.da and record.name.en and record.reference
        assert record.limits.__module__ == f"indicators.spc.charts.{code}"
        assert record.limits.__doc__

"""Callaway-Sant'Anna: against R did and diff-diff, against differences by hand, and where there is no answer."""

from __future__ import annotations

from time import process_time

import numpy as np
import pandas as pd
import pytest

from indicators.evaluation.errors import EvaluationError
from indicators.evaluation.group_time_effects import (
    REASONS,
    GroupTimeEffects,
    conditional_effect,
    group_time_effects,
)
from tests.indicators.evaluation.reference import FOLDER, data, disagreements, expected, need_reference

MPDTA = {"unit": "countyreal", "period": "year", "numerator": "lemp", "start": "first_treat"}
CASTLE = {"unit": "state", "period": "year", "numerator": "l_homicide", "start": "effyear"}
NHS = {"period": "month", "numerator": "numerator", "denominator": "denominator"}
SIM = ("sim-programme-S1_base", "sim-programme-S3_level_selection")
R_DID = {"group_shares": "did-2.1"}


def _terms(result: GroupTimeEffects) -> dict[str, pd.Series]:
    """Every row of a result under the name the reference gives it."""
    sums = {"simple": "simple", "group": "group", "dynamic": "time", "calendar": "calendar"}
    terms = {f"overall:{name}": result.overalls.loc[ours] for name, ours in sums.items()}
    terms |= {f"ATT(g={row.group},t={row.period})": row for _, row in result.cells.iterrows()}
    terms |= {f"group:{int(row.group)}": row for _, row in result.by_group.iterrows()}
    terms |= {f"dynamic:{int(row.since)}": row for _, row in result.by_time.iterrows()}
    terms |= {f"calendar:{int(row.period)}": row for _, row in result.by_calendar.iterrows()}
    wald = {"estimate": result.pretrend["statistic"], "p_value": result.pretrend["p_value"]}
    return terms | {"pretrend_wald": pd.Series(wald)}


@pytest.mark.parametrize(
    ("folder", "spec", "columns", "settings"),
    [
        ("did-mpdta", "A_CS_never_nocov_varying", MPDTA, {"control": "never"}),
        ("did-mpdta", "B_CS_notyet_nocov_varying", MPDTA, {}),
        ("did-mpdta", "C_CS_never_lpop_dr", MPDTA, {"control": "never", "covariates": ["lpop"]}),
        ("did-mpdta", "D_CS_never_lpop_reg", MPDTA, {"control": "never", "covariates": ["lpop"], "method": "reg"}),
        ("did-mpdta", "E_CS_never_nocov_universal", MPDTA, {"control": "never", "base": "universal"}),
        ("did-castle", "E_CS_notyet", CASTLE, {}),
        ("did-castle", "F_CS_never", CASTLE, {"control": "never"}),
        ("semi-synthetic-nhs", "B_CS_notyet", NHS, {}),
        *[(folder, "CS_notyet(diff-diff)", NHS, {}) for folder in SIM],
        *[(folder, "CS_never(diff-diff)", NHS, {"control": "never"}) for folder in SIM],
    ],
)
def test_every_figure_of_the_reference_is_met(
    folder: str, spec: str, columns: dict[str, str], settings: dict[str, object]
) -> None:
    wanted = expected(folder, spec)
    result = group_time_effects(data(folder), **columns, **settings, **R_DID)
    ours = _terms(result)
    if "overall" in wanted.index:
        ours["overall"] = result.overall
    assert disagreements(wanted, ours) == []


@pytest.mark.parametrize("folder", SIM)
def test_quarters_of_monthly_proportions_meet_the_reference(folder: str) -> None:
    months = data(folder)
    months = months.assign(
        y=months.numerator / months.denominator, quarter=(months.month + 2) // 3, start=(months.start + 2) // 3
    )
    frame = months.groupby(["unit", "quarter", "start"], dropna=False, as_index=False)["y"].mean()
    result = group_time_effects(frame, period="quarter", numerator="y")
    assert disagreements(expected(folder, "CS_quarters(diff-diff)"), {"overall": result.overall}) == []


def test_the_overall_figures_of_the_python_peers_are_met() -> None:
    need_reference()
    peers = pd.read_csv(FOLDER / "peers_python.csv").query("spec == 'CS_notyet'").set_index("case")
    for folder, columns in {"did-mpdta": MPDTA, "did-castle": CASTLE, "semi-synthetic-nhs": NHS}.items():
        assert disagreements(peers.loc[[folder]], {folder: group_time_effects(data(folder), **columns).overall}) == []


def _frame(starts: list[float], months: int = 12, *, effect: float = 0.0, seed: int = 3) -> pd.DataFrame:
    """Units with level, month effect and noise, and `effect` from the start on."""
    rng = np.random.default_rng(seed)
    rows = [
        {
            "unit": f"u{u:02}",
            "period": t,
            "start": start,
            "numerator": 10 + u + 0.3 * t + effect * (start > 0) * (t >= start),
        }
        for u, start in enumerate(starts)
        for t in range(1, months + 1)
    ]
    frame = pd.DataFrame(rows)
    frame["numerator"] += rng.normal(0, 0.5, len(frame))
    return frame


def test_a_cell_is_the_difference_of_two_differences() -> None:
    frame = _frame([5, 5, 5, 8, 8, 0, 0, 0])
    wide = frame.pivot(index="unit", columns="period", values="numerator").to_numpy()
    cells = group_time_effects(frame).cells.set_index(["group", "period"])
    treated, later_or_never = wide[:3], wide[3:]
    by_hand = (treated[:, 5] - treated[:, 3]).mean() - (later_or_never[:, 5] - later_or_never[:, 3]).mean()
    assert cells.loc[(5, 6), "estimate"] == pytest.approx(by_hand)
    assert tuple(cells.loc[(5, 6), ["base", "n_treated", "n_control"]]) == (4, 3, 5)
    assert tuple(cells.loc[(5, 9), ["base", "n_treated", "n_control"]]) == (4, 3, 3)


@pytest.mark.parametrize("unbalanced", ["sections", "pairs", "complete"])
def test_a_panel_without_gaps_gives_the_same_however_gaps_would_be_handled(unbalanced: str) -> None:
    frame = _frame([5] * 6 + [8] * 6 + [0] * 8)
    one, other = group_time_effects(frame), group_time_effects(frame, unbalanced=unbalanced)
    pd.testing.assert_frame_equal(one.overalls, other.overalls)
    assert other.used["missing_months"] == "none"


def test_gaps_are_handled_as_asked_and_counted() -> None:
    frame = _frame([5] * 6 + [8] * 6 + [0] * 8, effect=2).drop(index=[7, 30, 150])
    results = {how: group_time_effects(frame, unbalanced=how) for how in ("sections", "pairs", "complete")}
    assert [int(result.used["units"]) for result in results.values()] == [20, 20, 17]
    assert [int(result.used["left_out"]) for result in results.values()] == [0, 0, 3]
    assert len({round(float(result.overall["estimate"]), 9) for result in results.values()}) == 3
    for result in results.values():
        assert result.overall["estimate"] == pytest.approx(2, abs=0.6)
    said = {how: [(note.code, note.count) for note in result.notes] for how, result in results.items()}
    assert ("missing_months", 3) in said["sections"] and ("missing_months", 3) in said["pairs"]
    assert ("incomplete_units", 3) in said["complete"]


def test_covariates_with_gaps_are_compared_in_pairs_and_the_reader_is_told() -> None:
    frame = _frame([5] * 6 + [0] * 14).drop(index=[7])
    frame["size"] = frame["unit"].str[1:].astype(int) % 4
    result = group_time_effects(frame, covariates=["size"], method="reg")
    assert result.used["missing_months"] == "pairs"
    assert "pairs_for_covariates" in [note.code for note in result.notes]


@pytest.mark.parametrize("method", ["dr", "reg", "ipw"])
def test_a_constant_covariate_free_comparison_agrees_over_the_methods(method: str) -> None:
    frame = _frame([5] * 6 + [0] * 14, effect=1)
    frame["coin"] = frame["unit"].str[1:].astype(int) % 2
    plain = group_time_effects(frame)
    conditioned = group_time_effects(frame, covariates=["coin"], method=method)
    assert conditioned.overall["estimate"] == pytest.approx(plain.overall["estimate"], abs=0.05)
    assert conditioned.overall["se"] == pytest.approx(plain.overall["se"], rel=0.2)


def test_covariates_that_separate_the_cohort_have_no_answer() -> None:
    frame = _frame([5] * 6 + [0] * 14)
    frame["is_hospital"] = frame["unit"].str[1:].astype(int) < 6
    frame["is_hospital"] = frame["is_hospital"].astype(int)
    result = group_time_effects(frame, covariates=["is_hospital"])
    assert np.isnan(result.overall["estimate"])
    assert set(result.not_identified["reason"]) <= set(REASONS) and len(result.not_identified) == len(result.cells)


def test_a_start_before_the_data_is_left_out_and_a_start_after_them_is_comparison() -> None:
    result = group_time_effects(_frame([1, 5, 5, 5, 20, 0, 0]))
    assert (result.used["units"], result.used["treated"], result.used["never"]) == (6, 3, 3)
    assert {"no_months_before", "start_after_data"} <= {note.code for note in result.notes}


def test_where_every_unit_starts_the_last_cohort_is_comparison_until_its_start() -> None:
    result = group_time_effects(_frame([5] * 5 + [9] * 5, effect=3))
    assert set(result.cells["group"]) == {5} and result.cells["period"].max() == 8
    assert result.overall["estimate"] == pytest.approx(3, abs=0.7)
    assert "no_never" in [note.code for note in result.notes]


@pytest.mark.parametrize(
    ("starts", "settings", "code"),
    [
        ([5] * 8, {}, "no_never"),
        ([0] * 8, {}, "no_cohort"),
        ([5, 5, 7, 7], {"control": "never"}, "no_never"),
        ([1] * 4 + [0] * 4, {}, "no_months_before"),
    ],
)
def test_without_a_comparison_there_is_no_figure_but_a_reason(
    starts: list[float], settings: dict[str, str], code: str
) -> None:
    result = group_time_effects(_frame(starts), **settings)
    assert np.isnan(result.overall.to_numpy(dtype=float)).all()
    assert code in [note.code for note in result.notes]


def test_a_cohort_of_one_and_few_units_are_said() -> None:
    notes = {note.code: note for note in group_time_effects(_frame([5, 7, 7, 0, 0, 0])).notes}
    assert notes["cohort_of_one"].count == 1 and "few_units" in notes
    assert all(note.words.da and note.words.en for note in notes.values())


def test_months_written_as_dates_and_labels_as_text_give_the_same() -> None:
    frame = _frame([5, 5, 8, 8, 0, 0])
    month = lambda t: f"2024-{int(t):02}-01" if t > 0 else ""  # noqa: E731
    dated = frame.assign(period=frame["period"].map(month), start=frame["start"].map(month))
    one, other = group_time_effects(frame), group_time_effects(dated)
    assert other.overall.to_dict() == pytest.approx(one.overall.to_dict())
    assert other.by_group["group"].tolist() == [pd.Period("2024-05"), pd.Period("2024-08")]


def test_a_month_nobody_reported_moves_the_comparison_a_month_back() -> None:
    frame = _frame([5, 5, 0, 0]).query("period != 4")
    cells = group_time_effects(frame).cells
    assert 4 not in cells["period"].tolist()
    assert cells.loc[cells["period"] == 6, "base"].item() == 3


def test_the_band_covers_more_than_the_intervals_and_repeats_itself() -> None:
    frame = _frame([5] * 6 + [8] * 6 + [0] * 8)
    by_time = group_time_effects(frame).by_time
    assert (by_time["band_low"] < by_time["ci_low"]).all() and (by_time["band_high"] > by_time["ci_high"]).all()
    pd.testing.assert_frame_equal(by_time, group_time_effects(frame).by_time)


def test_weighting_by_patients_follows_the_larger_units() -> None:
    frame = _frame([5] * 6 + [0] * 8)
    is_large = frame["unit"].isin(["u00", "u01"])
    frame["denominator"] = np.where(is_large, 900, 100)
    gain = np.where(is_large & (frame["period"] >= 5), 0.4, 0.0)
    frame["numerator"] = (0.2 + gain) * frame["denominator"]
    by_unit = group_time_effects(frame, denominator="denominator")
    by_patient = group_time_effects(frame, denominator="denominator", weights="patient")
    assert by_unit.overall["estimate"] == pytest.approx(0.4 / 3)
    assert by_patient.overall["estimate"] == pytest.approx(0.4 * 1800 / 2200)


@pytest.mark.parametrize("setting", ["control", "base", "method", "unbalanced", "weights", "group_shares"])
def test_a_setting_that_does_not_exist_is_refused(setting: str) -> None:
    with pytest.raises(EvaluationError, match=setting):
        group_time_effects(_frame([5, 5, 0, 0]), **{setting: "sideways"})


def test_220_units_by_60_months_take_less_than_a_second() -> None:
    frame = _frame([17.0] * 40 + [28.0] * 40 + [35.0] * 40 + [45.0] * 40 + [0.0] * 60, months=60)
    began = process_time()
    group_time_effects(frame)
    assert process_time() - began < 1


def test_the_influence_function_is_the_derivative_of_the_estimate() -> None:
    """A little more weight on one unit moves the estimate by that unit's influence."""
    rng = np.random.default_rng(4)
    x = rng.normal(size=40)
    treated = rng.random(40) < 1 / (1 + np.exp(-x))
    change = 0.4 * x + 0.2 * x**2 + treated + rng.normal(size=40)
    design = np.c_[np.ones(40), x]
    for method in ("dr", "reg", "ipw"):
        influence = conditional_effect(change, treated, design, np.ones(40), method)[1]
        for unit in range(0, 40, 7):
            nudge = np.where(np.arange(40) == unit, 1e-5, 0.0)
            up, down = (conditional_effect(change, treated, design, 1 + s * nudge, method)[0] for s in (1, -1))
            assert (up - down) / 2e-5 * 40 == pytest.approx(influence[unit], rel=1e-6, abs=1e-8)

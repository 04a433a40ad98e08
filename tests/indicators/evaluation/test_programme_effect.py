"""The programme's effect against other programs' figures, against a known truth, and against data without an answer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from indicators import evaluation
from indicators.evaluation.counterfactual import fit_untreated
from indicators.evaluation.errors import EvaluationError
from indicators.evaluation.leave_one_out import LeaveOneOut
from indicators.evaluation.panel import Panel
from indicators.evaluation.sensitivity import canonical
from tests.indicators.evaluation.reference import FOLDER, data, disagreements, expected, need_reference

MPDTA = {"unit": "countyreal", "period": "year", "numerator": "lemp", "start": "first_treat", "family": "linear"}
CASTLE = {"unit": "sid", "period": "year", "numerator": "l_homicide", "start": "effyear", "family": "linear"}
NHS = {"period": "month", "denominator": "denominator"}
SIM = {"period": "month", "denominator": "denominator"}


def simulated(
    seed: int = 4, n_units: int = 30, effect: float = 0.0, starts: tuple[int, ...] = (13, 19, 0)
) -> pd.DataFrame:
    """Proportions of 50 over 30 months; units take the starts in turn (0: never)."""
    rng = np.random.default_rng(seed)
    unit, period = np.divmod(np.arange(n_units * 30), 30)
    start = np.array(starts)[unit % len(starts)]
    share = 0.5 + 0.1 * np.sin(unit) + 0.002 * period + effect * ((start > 0) & (period + 1 >= start))
    return pd.DataFrame(
        {
            "unit": unit,
            "period": period + 1,
            "numerator": rng.binomial(50, share),
            "denominator": 50,
            "start": start,
        }
    )


def codes(result: evaluation.ProgrammeEffect) -> set[str]:
    return {note.code for note in (*result.not_identified, *result.notes)}


def programme(folder: str, columns: dict[str, str], **settings: object) -> evaluation.ProgrammeEffect:
    return evaluation.programme_effect(data(folder), **columns, **{"leave_out": 0, **settings})


@pytest.mark.parametrize(
    ("folder", "columns"),
    [("did-mpdta", MPDTA), ("did-castle", CASTLE), ("semi-synthetic-nhs", NHS | {"family": "linear"})],
)
def test_the_imputation_of_other_programs_is_met_and_their_analytic_error_too(
    folder: str, columns: dict[str, str]
) -> None:
    need_reference()
    peers = pd.read_csv(FOLDER / "peers_python.csv").query(f"case == '{folder}' and spec == 'BJS_imputation'")
    result = programme(folder, columns, inference="analytic")
    overall = peers[(peers["term"] == "overall") & peers["ci_low"].notna()].iloc[0]
    assert abs(result.overall["estimate"] / overall["estimate"] - 1) < 1e-6
    assert abs(result.overall["se"] / overall["se"] - 1) < 1e-5
    by_time = result.by_time.set_index("since")["estimate"]
    months = peers[peers["term"].str.startswith("tau")]
    assert len(months) > 3
    # The peer of the months solves by iteration and stops at about 1e-5 of the effect.
    for row in months.itertuples():
        assert abs(by_time[int(row.term.removeprefix("tau"))] - row.estimate) < 2e-4 * abs(row.estimate) + 1e-6


def test_cohorts_and_months_of_the_imputation_are_those_of_fixest() -> None:
    wanted = expected("semi-synthetic-nhs", "C_BJS_imputation_points")
    result = programme("semi-synthetic-nhs", NHS | {"family": "linear"})
    ours = {f"dynamic:{row.since}": {"estimate": row.estimate} for row in result.by_time.itertuples()}
    ours |= {f"cohort:{row.cohort}": {"estimate": row.estimate} for row in result.by_cohort.itertuples()}
    ours["overall"] = {"estimate": result.overall["estimate"]}
    assert len(wanted) == 29
    assert disagreements(wanted, ours, fields=("estimate",)) == []


@pytest.mark.parametrize("folder", ["sim-programme-S1_base", "sim-programme-S3_level_selection"])
def test_the_binomial_imputation_is_met_with_its_leave_one_out_error(folder: str) -> None:
    wanted = expected(folder, "logit_imputation(reference)").iloc[0]
    result = programme(folder, SIM)
    assert abs(result.overall["estimate"] / wanted["estimate"] - 1) < 1e-5
    assert abs(result.overall["se"] / wanted["se"] - 1) < 0.03
    linear = expected(folder, "BJS_imputation(diff-diff)").iloc[0]
    result = programme(folder, SIM, family="linear", inference="analytic")
    assert abs(result.overall["estimate"] / linear["estimate"] - 1) < 1e-6
    assert abs(result.overall["se"] / linear["se"] - 1) < 1e-5


def test_the_patient_weighted_logit_is_that_of_fixest() -> None:
    wanted = expected("semi-synthetic-nhs", "E_ETWFE_logit_cohort_effects_denominator_weights").iloc[0]
    result = programme("semi-synthetic-nhs", NHS, weights="patient")
    # fixest gives each cohort one effect on the log odds; each cell its own effect is what we average.
    assert abs(result.overall["estimate"] - wanted["estimate"]) < 0.1 * abs(wanted["estimate"])


@pytest.mark.parametrize("family", ["linear", "binomial", "poisson"])
def test_leaving_a_unit_out_in_one_step_is_fitting_without_it(family: str) -> None:
    panel = Panel.of(
        simulated(effect=0.1), unit="unit", period="period", numerator="numerator", denominator="denominator",
        start="start", family=family,
    )  # fmt: skip
    told = panel.observed & (panel.since >= 0)
    fit = fit_untreated(panel, panel.since < 0, family)
    average = LeaveOneOut(fit, panel.value).average(told.astype(float))
    for unit in (0, 1, 2):
        kept = np.arange(len(panel.units)) != unit
        without = panel.keep(kept)
        again = fit_untreated(without, without.since < 0, family)
        exact = (without.value - again.expected)[told[kept]].mean()
        # Exact for the linear family; a Newton step falls short by the square of the change elsewhere.
        close = 1e-9 if family == "linear" else 0.05 * abs(exact - average.estimate) + 1e-6
        assert abs(average.replicates[unit] - exact) < close


def test_an_effect_is_found_in_natural_units_relative_and_in_patients() -> None:
    result = evaluation.programme_effect(simulated(effect=0.10), denominator="denominator")
    overall = result.overall
    assert overall["ci_low"] < 0.10 < overall["ci_high"]
    assert overall["relative"] == pytest.approx(overall["estimate"] / overall["expected"])
    assert overall["patients"] == pytest.approx(50 * overall["n_cells"] * overall["estimate"])
    assert overall["relative_ci_low"] < overall["relative"] < overall["relative_ci_high"]
    assert overall["observed"] - overall["expected"] == pytest.approx(overall["estimate"])


def test_patients_and_units_are_two_questions() -> None:
    frame = simulated(effect=0.0)
    large = frame["unit"] == 0
    frame.loc[large, ["numerator", "denominator"]] *= 20
    lifted = large & (frame["period"] >= 13)
    frame.loc[lifted, "numerator"] += 200
    by_unit = evaluation.programme_effect(frame, denominator="denominator").overall["estimate"]
    by_patient = evaluation.programme_effect(frame, denominator="denominator", weights="patient").overall["estimate"]
    assert by_patient > 3 * by_unit > 0


def test_months_before_the_start_are_predictions_and_the_window_is_said() -> None:
    result = evaluation.programme_effect(simulated(effect=0.1), denominator="denominator", leave_out=3)
    phases = result.by_time.set_index("since")["phase"]
    assert phases[[-4, -3, -1, 0]].to_list() == ["before", "left_out", "left_out", "after"]
    assert result.used["n_left_out"].to_list() == [30, 30, 0]
    assert (result.by_time["band_high"] - result.by_time["ci_high"]).min() >= 0


def test_rows_in_any_order_and_months_written_as_dates_give_the_same() -> None:
    frame = simulated(effect=0.1)
    months = pd.period_range("2024-01", periods=30, freq="M")
    dated = frame.assign(
        period=[str(months[period - 1]) for period in frame["period"]],
        start=["" if start == 0 else str(months[start - 1]) for start in frame["start"]],
    ).sample(frac=1, random_state=1)
    plain = evaluation.programme_effect(frame, denominator="denominator")
    as_dates = evaluation.programme_effect(dated, denominator="denominator")
    assert as_dates.overall["estimate"] == pytest.approx(plain.overall["estimate"], abs=1e-12)
    assert as_dates.overall["se"] == pytest.approx(plain.overall["se"], rel=1e-9)
    assert [str(cohort) for cohort in as_dates.by_cohort["cohort"]] == ["2025-01", "2025-07"]


def test_months_after_the_last_start_without_comparison_are_left_out_and_counted() -> None:
    frame = simulated(starts=(13, 19))
    result = evaluation.programme_effect(frame, denominator="denominator")
    # The last cohort has no effect of its own: it compares right up to its start, its last months included.
    assert {"months_without_comparison", "last_cohort_compares"} <= codes(result)
    assert result.by_time["since"].max() == 5
    assert result.by_cohort["n_units"].to_list() == [15, 0]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (lambda frame: frame.assign(start=0), "no_starts"),
        (lambda frame: frame.assign(start=13), "one_cohort"),
        (lambda frame: frame[frame["start"] == 13], "one_cohort"),
        (lambda frame: frame.assign(start=np.where(frame["start"] > 0, 99, 0)), "start_outside"),
        (lambda frame: frame.assign(numerator=25), "constant"),
        (lambda frame: frame[(frame["start"] == 0) | (frame["period"] >= frame["start"])], "no_months_before"),
        (lambda frame: frame[(frame["start"] > 0) | (frame["period"] < 5)], "months_without_comparison"),
    ],
)
def test_a_question_without_an_answer_gets_words_and_no_figure(changed: object, code: str) -> None:
    result = evaluation.programme_effect(changed(simulated()), denominator="denominator")  # type: ignore[operator]
    assert code in codes(result)
    if code != "months_without_comparison":
        assert np.isnan(result.overall["estimate"])
        assert result.verdict.code == "not_identified"
    assert all(note.words.da and note.words.en for note in result.not_identified)


def test_units_with_nothing_but_100_percent_before_are_named_and_left_out() -> None:
    frame = simulated(effect=0.1)
    frame.loc[(frame["unit"] == 0) & (frame["period"] < 13), "numerator"] = 50
    result = evaluation.programme_effect(frame, denominator="denominator")
    assert "perfect_prediction" in codes(result)
    assert result.overall["n_units"] == 19


def test_few_units_switch_the_inference_and_say_so() -> None:
    frame = simulated(n_units=9, effect=0.2)
    few = evaluation.programme_effect(frame, denominator="denominator")
    assert "few_units" in codes(few)
    normal = evaluation.programme_effect(frame, denominator="denominator", inference="leave-one-out")
    assert few.overall["se"] == normal.overall["se"]
    assert few.overall["ci_low"] <= normal.overall["ci_low"] < 0.2
    # Nine units have 512 patterns of signs: no p-value can be smaller.
    assert few.overall["p_value"] >= 1 / 513


def test_a_cohort_of_one_unit_has_no_interval() -> None:
    frame = simulated(effect=0.1)
    frame.loc[frame["unit"] == 0, "start"] = 16
    result = evaluation.programme_effect(frame, denominator="denominator")
    assert "single_unit_cohort" in codes(result)
    alone = result.by_cohort.set_index("cohort").loc[16]
    assert np.isnan(alone["se"]) and np.isfinite(alone["estimate"])


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (lambda frame: frame.drop(columns="start"), "no_column"),
        (lambda frame: frame.assign(denominator=np.nan), "no_denominator"),
        (lambda frame: frame.assign(numerator="many"), "no_number"),
        (lambda frame: frame.assign(numerator=51), "above_denominator"),
        (lambda frame: frame.assign(numerator=-1), "negative"),
        (lambda frame: pd.concat([frame, frame]), "two_rows"),
        (lambda frame: frame.assign(start=np.where(frame["period"] < 3, 12, 0)), "two_starts"),
        (lambda frame: frame.assign(start="2024-01"), "bad_start"),
        (lambda frame: frame.assign(period="later"), "bad_period"),
        (lambda frame: frame.assign(period=np.nan), "no_period"),
        (lambda frame: frame.iloc[:0], "no_rows"),
    ],
)
def test_a_frame_that_cannot_be_read_is_refused_with_a_reason(changed: object, code: str) -> None:
    with pytest.raises(EvaluationError) as refused:
        evaluation.programme_effect(changed(simulated()), denominator="denominator")  # type: ignore[operator]
    assert refused.value.code == code
    assert refused.value.words.da


@pytest.mark.parametrize(
    "settings", [{"family": "probit"}, {"weights": "bed"}, {"leave_out": -1}, {"inference": "prayer"}]
)
def test_an_unknown_setting_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(EvaluationError):
        evaluation.programme_effect(simulated(), denominator="denominator", **settings)


def test_a_denominator_is_needed_for_counts() -> None:
    with pytest.raises(EvaluationError, match="denominator"):
        evaluation.programme_effect(simulated())


def test_a_dip_before_the_start_is_flagged_and_makes_the_verdict_fragile() -> None:
    frame = simulated(effect=0.1, n_units=60)
    dip = (frame["start"] > 0) & (frame["period"] < frame["start"]) & (frame["period"] >= frame["start"] - 6)
    frame.loc[dip, "numerator"] = (frame.loc[dip, "numerator"] * 0.8).astype(int)
    result = evaluation.programme_effect(frame, denominator="denominator")
    assert not result.checks.set_index("check").loc["dip", "is_passed"]
    assert result.verdict.code == "fragile"


def test_a_drift_of_the_participants_is_flagged() -> None:
    frame = simulated(effect=0.1, n_units=60)
    drift = np.where(frame["start"] > 0, 0.2 * frame["period"], 0.0)
    frame["numerator"] = (frame["numerator"] + drift).clip(upper=50).astype(int)
    result = evaluation.programme_effect(frame, denominator="denominator")
    assert not result.checks.set_index("check").loc["trend", "is_passed"]
    assert result.verdict.code != "consistent"


def test_the_sensitivity_table_has_the_main_row_first_and_the_naive_ones_last() -> None:
    frame = simulated(effect=0.1)
    seen: list[tuple[int, int]] = []
    found = evaluation.sensitivity(
        frame, denominator="denominator", months_left_out=(5, 6), on_row=lambda row, of: seen.append((row, of))
    )
    rows = found.rows
    assert rows["key"].iloc[0] == "main"
    assert rows["key"].iloc[-2:].to_list() == ["naive_twfe", "before_after"]
    assert not rows["is_valid"].iloc[-2:].any() and rows["reason_da"].iloc[-2:].str.startswith("Gælder ikke her").all()
    assert len(seen) == len(rows) and seen[0] == (0, len(rows))
    assert rows["estimate"].notna().all()
    again = evaluation.programme_effect(canonical(Panel.of(
        frame, unit="unit", period="period", numerator="numerator", denominator="denominator", start="start"
    )), denominator="denominator")  # fmt: skip
    assert rows["estimate"].iloc[0] == pytest.approx(again.overall["estimate"], abs=1e-12)


def test_the_months_before_the_start_are_kept_only_where_they_do_not_change_the_effect() -> None:
    calm = simulated(effect=0.1)
    kept = evaluation.programme_effect(calm, denominator="denominator")
    assert kept.left_out == 0 and kept.checks.set_index("check").loc["dip", "is_passed"]
    assert kept.keeping["ci_low"] < 0 < kept.keeping["ci_high"]
    all_months = evaluation.programme_effect(calm, denominator="denominator", leave_out=0)
    assert kept.overall["estimate"] == all_months.overall["estimate"]
    apart = evaluation.programme_effect(calm, denominator="denominator", leave_out=6)
    assert kept.keeping["estimate"] == all_months.overall["estimate"] - apart.overall["estimate"]

    since = calm["period"] - calm["start"]
    in_dip = (calm["start"] > 0) & (since < 0) & (since >= -6)
    dipped = calm.assign(numerator=np.maximum(calm["numerator"] - 5 * in_dip, 0))
    found = evaluation.programme_effect(dipped, denominator="denominator")
    assert found.left_out == 6 and not found.checks.set_index("check").loc["dip", "is_passed"]
    # Kept, they would make the effect larger than it is.
    assert found.keeping["ci_low"] > 0
    assert found.overall["estimate"] == pytest.approx(apart.overall["estimate"], abs=1e-9)
    assert found.used["n_left_out"].sum() == 120


def test_a_number_of_months_is_left_out_whatever_the_data_say() -> None:
    frame = simulated(effect=0.1)
    for months in (0, 3, 6):
        found = evaluation.programme_effect(frame, denominator="denominator", leave_out=months)
        assert found.left_out == months
        # What they would do to the effect is told all the same, for six months where none are left out.
        assert np.isfinite(found.keeping["se"])


def test_each_row_of_the_table_takes_the_months_of_the_main_one() -> None:
    frame = simulated(effect=0.1)
    rows = evaluation.sensitivity(frame, denominator="denominator").rows.set_index("key")
    asked = evaluation.sensitivity(frame, denominator="denominator", leave_out=0).rows.set_index("key")
    figures = ["estimate", "se", "ci_low", "ci_high"]
    assert {"leave_out_3", "leave_out_6"} <= set(rows.index) and "leave_out_0" not in rows.index
    pd.testing.assert_frame_equal(rows[figures], asked[figures])


def test_the_band_around_what_was_expected_of_a_lone_cohort_is_that_of_its_effect() -> None:
    frame = simulated(effect=0.1)
    first = frame.loc[frame["start"] > 0, "start"].min()
    alone = frame[frame["start"].isin([0, first])]
    found = evaluation.programme_effect(alone, denominator="denominator")
    curve = found.curve[found.curve["since"] >= 0].set_index("since")
    after = found.by_time[found.by_time["phase"] == "after"].set_index("since")
    assert len(curve) == len(after) > 5
    np.testing.assert_allclose(curve["expected_high"] - curve["expected"], after["band_high"] - after["estimate"])
    np.testing.assert_allclose(curve["expected"] - curve["expected_low"], after["band_high"] - after["estimate"])
    before = found.curve[~(found.curve["since"] >= 0)]
    assert before["expected_low"].isna().all()


def test_the_regression_and_the_bootstrap_stand_beside_the_imputation() -> None:
    frame = simulated(effect=0.1)
    rows = evaluation.sensitivity(frame, denominator="denominator", family="linear").rows.set_index("key")
    # On a panel without gaps the regression gives the points of the imputation, by another way.
    assert rows.loc["extended_two_way", "estimate"] == pytest.approx(rows.loc["main", "estimate"], abs=1e-9)
    assert rows.loc["wild_bootstrap", "estimate"] == rows.loc["main", "estimate"]
    assert rows.loc["wild_bootstrap", "ci_low"] <= rows.loc["main", "ci_low"]
    assert rows.loc["wild_bootstrap", "p_value"] != rows.loc["main", "p_value"]
    few = evaluation.sensitivity(simulated(n_units=9, effect=0.2), denominator="denominator").rows
    assert "wild_bootstrap" not in few["key"].to_list()

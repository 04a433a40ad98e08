"""The regressions shown with a warning: against fixest, bacondecomp, diff-diff, and their own algebra."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from indicators.evaluation.absorption import without_unit_and_period
from indicators.evaluation.before_after import before_after
from indicators.evaluation.errors import EvaluationError
from indicators.evaluation.extended_two_way import extended_two_way
from indicators.evaluation.goodman_bacon import TYPES, goodman_bacon
from indicators.evaluation.group_time_effects import group_time_effects
from indicators.evaluation.two_way_fixed_effects import two_way_fixed_effects
from tests.indicators.evaluation.reference import FOLDER, data, disagreements, expected, need_reference

MPDTA = {"unit": "countyreal", "period": "year", "numerator": "lemp", "start": "first_treat"}
CASTLE = {"unit": "state", "period": "year", "numerator": "l_homicide", "start": "effyear"}
NHS = {"period": "month", "numerator": "numerator", "denominator": "denominator"}
SIM = ("sim-programme-S1_base", "sim-programme-S3_level_selection")
R_TYPES = {
    "Earlier vs Later Treated": "earlier_vs_later",
    "Later vs Earlier Treated": "later_vs_earlier",
    "Treated vs Untreated": "treated_vs_never",
}


@pytest.mark.parametrize(
    ("folder", "spec", "term", "columns", "settings"),
    [
        ("did-mpdta", "F_TWFE_static_cluster_county", "post", MPDTA, {}),
        ("did-castle", "A_TWFE_unweighted_po", "po", CASTLE, {}),
        ("did-castle", "B_TWFE_popweighted_po", "po", CASTLE, {"weights": "popwt"}),
        ("did-castle", "C_TWFE_popweighted_cdl_share", "cdl", CASTLE, {"weights": "popwt", "treatment": "cdl"}),
        ("semi-synthetic-nhs", "A_TWFE_naive", "post", NHS, {}),
        *[(folder, "twfe_naive(pyfixest)", "overall", NHS, {}) for folder in SIM],
    ],
)
def test_the_naive_regression_gives_the_figures_of_fixest(
    folder: str, spec: str, term: str, columns: dict[str, str], settings: dict[str, str]
) -> None:
    result = two_way_fixed_effects(data(folder), **columns, **settings)
    assert disagreements(expected(folder, spec), {term: result.overall}) == []


def test_counting_the_unit_effects_gives_the_larger_error_of_other_programs() -> None:
    counted = two_way_fixed_effects(data("did-mpdta"), **MPDTA, count_absorbed=True)
    assert counted.overall["se"] == pytest.approx(0.01483, abs=5e-6)


@pytest.mark.parametrize(("folder", "columns"), [("did-mpdta", MPDTA), ("did-castle", CASTLE)])
def test_the_decomposition_gives_the_figures_of_bacondecomp_and_adds_up(folder: str, columns: dict[str, str]) -> None:
    result = goodman_bacon(data(folder), **columns)
    summary = expected(folder, "J_Bacon" if folder == "did-mpdta" else "D_Bacon")
    types = summary[summary.index.str.match("weight:|estimate:")]
    ours = {
        term: {"estimate": result.by_type.loc[R_TYPES[term.split(":")[1]], term.split(":")[0]]} for term in types.index
    }
    assert disagreements(types, ours) == []
    assert result.total == pytest.approx(two_way_fixed_effects(data(folder), **columns).overall["estimate"], rel=1e-9)
    pairs = result.comparisons.set_index(["treated", "control"])
    for term, row in summary[summary.index.str.startswith("2x2")].iterrows():
        treated, control = (int(part.split("=")[1]) for part in str(term).split()[1:])
        pair = pairs.loc[(treated, "never" if control == 99999 else control)]
        assert pair["estimate"] == pytest.approx(row["estimate"], rel=1e-6)
        assert pair["weight"] == pytest.approx(float(row["program"].split("weight=")[1]), abs=5.1e-9)


@pytest.mark.parametrize("folder", SIM)
def test_before_and_after_gives_the_figures_of_the_reference(folder: str) -> None:
    result = before_after(data(folder), **NHS)
    assert disagreements(expected(folder, "before_after"), {"overall": result.overall}) == []


@pytest.mark.parametrize(
    ("folder", "spec", "columns"),
    [("did-mpdta", "H_ETWFE_linear", MPDTA), ("semi-synthetic-nhs", "D_ETWFE_linear", NHS)],
)
def test_cells_and_their_sum_give_the_figures_of_fixest(folder: str, spec: str, columns: dict[str, str]) -> None:
    result = extended_two_way(data(folder), **columns)
    ours = {f"cell::g{int(row.group)}t{int(row.period)}": row for _, row in result.cells.iterrows()}
    ours["overall(cell-size weights)"] = result.overall
    assert disagreements(expected(folder, spec), ours) == []


def test_the_logit_with_cohort_effects_gives_the_figure_of_fixest() -> None:
    result = extended_two_way(data("semi-synthetic-nhs"), **NHS, family="binomial", weights="patient")
    wanted = expected("semi-synthetic-nhs", "E_ETWFE_logit_cohort_effects_denominator_weights")
    assert disagreements(wanted, {wanted.index[0]: result.overall}) == []


@pytest.mark.parametrize("folder", SIM)
@pytest.mark.parametrize(("spec", "family"), [("Wooldridge_ols", "linear"), ("Wooldridge_logit", "binomial")])
def test_simulated_programmes_give_the_figures_of_diff_diff(folder: str, spec: str, family: str) -> None:
    """Its limits use t with n - K degrees of freedom, ours the normal: only point and error are compared."""
    result = extended_two_way(data(folder), **NHS, family=family)
    wanted = expected(folder, f"{spec}(diff-diff)")
    assert disagreements(wanted, {"overall": result.overall}, fields=("estimate", "se")) == []


def test_the_python_peers_agree_on_the_panels() -> None:
    need_reference()
    peers = pd.read_csv(FOLDER / "peers_python.csv").query("spec == 'Wooldridge_ols'").set_index("case")
    for folder, columns in {"did-mpdta": MPDTA, "did-castle": CASTLE, "semi-synthetic-nhs": NHS}.items():
        ours = {folder: extended_two_way(data(folder), **columns).overall}
        assert disagreements(peers.loc[[folder]], ours, fields=("estimate", "se")) == []


def _frame(starts: list[float], months: int = 12, *, grows: bool = False, seed: int = 3) -> pd.DataFrame:
    """Units with level and month effect, effect 2 from the start on (or 1 a month and growing)."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        [
            {"unit": f"u{u:02}", "period": t, "start": start, "numerator": 10.0 + u + 0.3 * t}
            for u, start in enumerate(starts)
            for t in range(1, months + 1)
        ]
    )
    since = np.where(frame["start"] > 0, frame["period"] - frame["start"], -1)
    frame["numerator"] += np.where(since >= 0, since + 1.0 if grows else 2.0, 0.0) + rng.normal(0, 0.01, len(frame))
    return frame


def test_absorbing_is_least_squares_on_indicators_also_with_weights_and_gaps() -> None:
    rng = np.random.default_rng(1)
    values, weights = rng.normal(size=(6, 5)), rng.uniform(0, 2, (6, 5)) * (rng.random((6, 5)) > 0.3)
    units, periods = np.divmod(np.arange(30), 5)
    design = np.c_[np.eye(6)[units], np.eye(5)[periods]]
    root = np.sqrt(weights.ravel())
    fitted = design @ np.linalg.lstsq(design * root[:, None], values.ravel() * root, rcond=None)[0]
    direct = np.where(weights > 0, values - fitted.reshape(6, 5), 0)
    assert np.allclose(without_unit_and_period(values, weights), direct)


def test_a_growing_effect_pulls_the_naive_figure_down_and_the_words_say_why() -> None:
    frame = _frame([3] * 6 + [6] * 6 + [9] * 6, grows=True)
    naive, bacon = two_way_fixed_effects(frame), goodman_bacon(frame)
    within = extended_two_way(frame)
    assert naive.overall["estimate"] < 0.5 * within.overall["estimate"]
    assert naive.negative_weights["negative"] > 0 > naive.negative_weights["sum_negative"]
    assert bacon.by_type.loc["later_vs_earlier", "estimate"] < 0 and bacon.forbidden_share > 0.3
    assert f"{round(100 * bacon.forbidden_share)} %" in bacon.words.da and "may grow" in bacon.words.en
    assert naive.notes[0].code == "not_valid_here" and set(bacon.by_type.index) <= set(TYPES)


def test_units_started_before_the_data_are_a_comparison_of_their_own() -> None:
    frame = _frame([1, 1, 5, 5, 0, 0])
    bacon = goodman_bacon(frame)
    assert "always" in bacon.comparisons["control"].tolist()
    assert bacon.total == pytest.approx(two_way_fixed_effects(frame).overall["estimate"], rel=1e-9)


def test_gaps_are_decomposed_on_means_and_months_without_a_cohort_are_left_out() -> None:
    frame = _frame([5, 5, 5, 8, 8, 0, 0])
    gaps = goodman_bacon(frame.drop(index=[3, 40]))
    assert [note.code for note in gaps.notes] == ["on_cohort_means"]
    assert gaps.total == pytest.approx(2, abs=0.3)
    hole = goodman_bacon(frame[(frame["start"] != 8) | (frame["period"] != 4)])
    assert hole.notes[0].code == "months_left_out" and hole.notes[0].count == 1


def test_months_without_comparison_are_left_out_of_the_cells_and_counted() -> None:
    frame = _frame([5] * 4 + [9] * 4)
    result = extended_two_way(frame)
    lost = result.cells["estimate"].isna()
    assert (result.cells.loc[lost, "period"] >= 9).all() and lost.sum() == 8
    assert result.overall["estimate"] == pytest.approx(2, abs=0.05)
    assert result.notes[-1].count == 8


@pytest.mark.parametrize("starts", [[0] * 6, [5] * 6, [1] * 6])
def test_without_a_contrast_there_is_no_figure_but_a_reason(starts: list[float]) -> None:
    frame = _frame(starts)
    naive, cells, bacon = two_way_fixed_effects(frame), extended_two_way(frame), goodman_bacon(frame)
    assert np.isnan([naive.overall["estimate"], cells.overall["estimate"], bacon.total]).all()
    assert [result.notes[-1].code for result in (naive, cells, bacon)] == ["no_variation", "no_cell", "no_comparison"]


def test_a_binomial_cohort_without_events_is_not_settled_and_not_guessed() -> None:
    frame = _frame([5] * 4 + [0] * 4).assign(numerator=0, denominator=20)
    result = extended_two_way(frame, denominator="denominator", family="binomial")
    assert np.isnan(result.overall["estimate"]) and "no_cell" in [note.code for note in result.notes]


def test_before_and_after_takes_a_trend_for_an_effect_and_says_so() -> None:
    frame = _frame([5] * 4 + [0] * 4)
    result = before_after(frame)
    assert result.overall["estimate"] == pytest.approx(2 + 0.3 * 6, abs=0.02)
    assert result.notes[0].code == "not_valid_here" and result.used["units"] == 4
    assert np.isnan(before_after(_frame([0] * 4)).overall["estimate"])
    assert before_after(_frame([0] * 4)).notes[-1].code == "no_participant"


def test_a_family_that_does_not_exist_is_refused() -> None:
    with pytest.raises(EvaluationError, match="gamma"):
        extended_two_way(_frame([5, 0]), family="gamma")


def test_with_one_start_for_all_the_naive_figure_is_a_plain_difference_and_not_called_invalid() -> None:
    found = two_way_fixed_effects(_frame([5] * 4 + [0] * 4))
    assert found.notes[0].code == "one_start" and found.negative_weights["negative"] == 0
    assert found.overall["estimate"] == pytest.approx(2, abs=0.02)


@pytest.mark.parametrize("method", [two_way_fixed_effects, extended_two_way, group_time_effects, before_after])
def test_few_units_and_a_constant_outcome_are_said_by_every_method(method: Callable[[pd.DataFrame], Any]) -> None:
    codes = [note.code for note in method(_frame([5] * 4 + [8] * 4 + [0] * 20).assign(numerator=3.0)).notes]
    assert {"few_units", "constant"} <= set(codes)
    many = method(_frame([5] * 10 + [8] * 10 + [0] * 20)).notes
    assert not {"few_units", "constant"} & {note.code for note in many}

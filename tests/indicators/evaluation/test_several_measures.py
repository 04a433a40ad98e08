"""A placebo measure, a family of measures, the starts dealt out again, and the two funnels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from indicators.evaluation import (
    funnel_years,
    measure_effect,
    programme_effect,
    randomised_starts,
    sensitivity,
    several_measures,
    with_placebo_outcome,
)
from indicators.evaluation.panel import Panel
from indicators.words import Words

NAME = Words("Fald", "Falls")
SETTINGS = {"family": "linear", "leave_out": 2}


def drawn(effect: float = 1.0, *, seed: int = 3, months: int = 24, never: int = 8) -> pd.DataFrame:
    """Three cohorts of six units and some outside, on a line with noise."""
    rng = np.random.default_rng(seed)
    rows = []
    for unit in range(18 + never):
        start = 12 + 3 * (unit // 6) if unit < 18 else 0
        for month in range(1, months + 1):
            value = unit % 5 + 0.1 * month + rng.normal(0, 0.5) + effect * (0 < start <= month)
            rows.append((unit, month, value, start))
    return pd.DataFrame(rows, columns=["unit", "period", "numerator", "start"])


def panel_of(frame: pd.DataFrame) -> Panel:
    return Panel.of(frame, unit="unit", period="period", numerator="numerator", denominator=None, start="start")


def test_the_row_of_a_measure_has_the_digits_of_the_whole_analysis() -> None:
    frame = drawn()
    row, whole = measure_effect(frame, **SETTINGS), programme_effect(frame, **SETTINGS).overall
    for name in ("estimate", "se", "ci_low", "ci_high", "p_value", "df"):
        assert float(row[name]) == float(whole[name])
    assert row["reason_en"] == ""


def test_a_measure_that_cannot_be_read_or_told_says_why_and_has_no_p_value() -> None:
    twice = pd.concat([drawn(), drawn()])
    row = measure_effect(twice, **SETTINGS)
    assert np.isnan(row["p_value"])
    assert row["reason_da"] and row["reason_en"]
    alone = measure_effect(drawn(never=0).query("unit < 6"), **SETTINGS)
    assert int(alone["n_units"]) == 0
    assert "compare" in alone["reason_en"]
    table = several_measures({"a": measure_effect(drawn(), **SETTINGS), "b": row, "c": alone}, primary="a")
    assert table["measure"].to_list() == ["a", "b", "c"]
    assert table["holm"].isna().to_list() == [False, True, True]


def test_a_placebo_measure_that_moves_makes_the_verdict_fragile_and_counts_as_no_valid_row() -> None:
    frame = drawn(2.0)
    effect = programme_effect(frame, **SETTINGS)
    rows = sensitivity(frame, effect, **SETTINGS)
    still = measure_effect(drawn(0.0, seed=9), **SETTINGS)
    moved = measure_effect(frame, **SETTINGS)
    quiet_effect, quiet = with_placebo_outcome(effect, rows, still, NAME)
    assert quiet.verdict == rows.verdict
    assert bool(quiet_effect.checks.set_index("check").loc["placebo_outcome", "is_passed"])
    assert quiet.rows["key"].to_list()[-3:] == ["placebo_outcome", "naive_twfe", "before_after"]
    found_effect, found = with_placebo_outcome(quiet_effect, quiet, moved, NAME)
    assert found.verdict.code == "fragile"
    assert any("Falls" in reason.en for reason in found.verdict.reasons)
    assert not any("valid analyses" in reason.en for reason in found.verdict.reasons) or any(
        "valid analyses" in reason.en for reason in rows.verdict.reasons
    )
    assert (found.rows["key"] == "placebo_outcome").sum() == 1  # asked again, it takes the first one's place
    assert (found_effect.checks["check"] == "placebo_outcome").sum() == 1
    none = measure_effect(frame.query("start == 0"), **SETTINGS)
    bare_effect, bare = with_placebo_outcome(effect, rows, none, NAME)
    assert bare.rows.set_index("key").loc["placebo_outcome", "reason_en"] == "No unit has a start."
    assert "placebo_outcome" not in bare_effect.checks["check"].to_list()
    assert bare.verdict == rows.verdict


def test_dealing_out_the_starts_again_has_the_estimate_of_the_linear_imputation() -> None:
    for frame in (drawn(), drawn(never=0)):
        found = randomised_starts(panel_of(frame), leave_out=2, draws=99)
        whole = programme_effect(frame, **SETTINGS).overall
        assert found.result["estimate"] == pytest.approx(whole["estimate"], abs=1e-9)
        assert found.result["p_value"] == pytest.approx(0.01)
        assert found.result["ci_low"] < 1.0 < found.result["ci_high"]


def test_without_an_effect_the_starts_dealt_out_again_reject_as_often_as_they_should() -> None:
    p = [
        float(randomised_starts(panel_of(drawn(0.0, seed=seed, months=20, never=2)), draws=39).result["p_value"])
        for seed in range(60)
    ]
    assert np.mean(np.array(p) <= 0.05) <= 0.12
    assert 0.3 < np.mean(p) < 0.7


def test_the_randomisation_row_stands_among_the_others_and_leaves_the_verdict_alone() -> None:
    frame = drawn()
    effect = programme_effect(frame, **SETTINGS)
    without, rows = sensitivity(frame, effect, **SETTINGS), sensitivity(frame, effect, draws=49, **SETTINGS)
    assert rows.verdict == without.verdict
    row = rows.rows.set_index("key").loc["randomised_starts"]
    assert "as good as chance" in row["about_en"]
    assert np.isnan(row["se"])
    one_start = frame[frame["start"].isin([0, 12])]
    alone = sensitivity(one_start, draws=49, **SETTINGS)
    assert "randomised_starts" not in alone.rows["key"].to_list()


def test_the_funnels_stand_at_the_last_year_before_any_start_and_at_the_end() -> None:
    months = [str(month) for month in pd.period_range("2022-01", periods=40, freq="M")]
    rows = [
        (f"u{unit}", month, 10 + (unit == 0) * 20, 40, "2023-07" if unit < 3 else "")
        for unit in range(8)
        for month in months
    ]
    frame = pd.DataFrame(rows, columns=["unit", "period", "numerator", "denominator", "start"])
    before, last = funnel_years(frame, multiply=100)
    assert (before.first, before.last) == ("2022-07", "2023-06")
    assert (last.first, last.last) == ("2024-05", "2025-04")
    assert before.funnel.units.set_index("unit").loc["u0", "value"] == pytest.approx(75.0)
    assert funnel_years(frame[frame["start"] == ""]) == ()
    assert funnel_years(frame[frame["unit"].isin(["u0", "u5"])]) == ()

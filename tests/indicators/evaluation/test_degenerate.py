"""Frames without an answer get a reason in words, and what must not matter for an effect does not matter."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators import evaluation
from indicators.evaluation.errors import EvaluationError
from indicators.evaluation.estimate import estimated, estimated_rows
from indicators.evaluation.panel import Panel
from indicators.evaluation.programme_effect import Settings, overall_of
from indicators.evaluation.randomised_starts import randomised_starts

MONTHS = [str(month) for month in pd.period_range("2022-01", periods=30, freq="M")]
INTERVAL = ["estimate", "se", "ci_low", "ci_high"]


def drawn(seed: int = 3, *, n_units: int = 14, never: int = 4, starts: tuple[int, ...] = (12, 18)) -> pd.DataFrame:
    """Proportions of 40 over 30 months; the first `never` units stay outside, the others take the starts in turn."""
    rng = np.random.default_rng(seed)
    rows = []
    for unit in range(n_units):
        start = None if unit < never else starts[(unit - never) % len(starts)]
        for month in range(30):
            chance = 0.5 + 0.004 * unit + (0.12 if start is not None and month >= start else 0.0)
            size = int(rng.integers(30, 50))
            rows.append(
                (f"u{unit:02}", MONTHS[month], float(rng.binomial(size, chance)), float(size),
                 "" if start is None else MONTHS[start])
            )  # fmt: skip
    return pd.DataFrame(rows, columns=["unit", "period", "numerator", "denominator", "start"])


def effect(frame: pd.DataFrame, family: str = "binomial") -> evaluation.ProgrammeEffect:
    return evaluation.programme_effect(frame, denominator="denominator", family=family, leave_out=0)


def after(frame: pd.DataFrame) -> pd.Series:
    return frame["start"].ne("") & (frame["period"] >= frame["start"])


# ------------------------------------------------------------------------------------------------------ no answer


@pytest.mark.parametrize("family", ["binomial", "linear", "poisson"])
@pytest.mark.parametrize(
    "break_it",
    [
        lambda frame: frame.assign(numerator=np.where(after(frame), frame["denominator"], 0.0)),
        lambda frame: frame.assign(numerator=np.where(after(frame), 0.0, frame["denominator"])),
        lambda frame: frame.assign(numerator=0.25 * frame["denominator"] + 0.125 * after(frame) * frame["denominator"]),
        lambda frame: frame[~after(frame)],
        lambda frame: frame[after(frame) | frame["start"].eq("")],
        lambda frame: frame.assign(numerator=0.0),
        lambda frame: frame[frame["unit"].isin(["u00", "u04"])],
    ],
    ids=["all-at-once", "none-at-once", "no-noise", "no-months-after", "no-months-before", "all-nought", "two-units"],
)
def test_without_an_answer_there_is_a_reason_and_no_interval(
    break_it: Callable[[pd.DataFrame], pd.DataFrame], family: str
) -> None:
    result = effect(break_it(drawn()), family)
    assert not np.isfinite(result.overall[["ci_low", "ci_high", "p_value"]].astype(float)).any()
    assert result.verdict.code == "not_identified"
    assert result.not_identified and result.verdict.reasons
    assert all(note.words.da and note.words.en for note in result.not_identified)
    if family == "linear":
        table = evaluation.sensitivity(break_it(drawn()), result, denominator="denominator", family=family, leave_out=0)
        assert table.verdict.code == "not_identified"


def test_what_rounding_leaves_over_is_no_standard_error() -> None:
    assert np.isnan(estimated(1.0, 3e-16)["ci_low"]) and np.isnan(estimated(0.0, 1e-17)["p_value"])
    assert estimated_rows([1.0, 1.0], [3e-16, 0.1])["se"].isna().tolist() == [True, False]
    assert estimated(1e-4, 1e-6)["ci_low"] == pytest.approx(9.804e-5, rel=1e-3)
    for method in (evaluation.two_way_fixed_effects, evaluation.group_time_effects):
        frame = drawn().assign(numerator=lambda one: np.where(after(one), one["denominator"], 0.0))
        overall = method(frame, denominator="denominator").overall
        assert overall["estimate"] == pytest.approx(1.0)
        assert np.isnan(float(overall["ci_low"]))


def test_one_misspelt_period_is_refused_at_once() -> None:
    frame = pd.concat([drawn(), drawn().iloc[:1].assign(period="0202-01")])
    begun = time.perf_counter()
    with pytest.raises(EvaluationError) as refused:
        effect(frame)
    assert refused.value.code == "far_apart" and "misspelt" in refused.value.words.en
    assert time.perf_counter() - begun < 1


def test_figures_no_count_reaches_are_refused() -> None:
    with pytest.raises(EvaluationError) as refused:
        effect(drawn().assign(numerator=1e299, denominator=1e300))
    assert refused.value.code == "no_number"
    huge = drawn().assign(
        numerator=lambda one: one["numerator"] * 1e8, denominator=lambda one: one["denominator"] * 1e8
    )
    assert effect(huge).overall["estimate"] == pytest.approx(effect(drawn()).overall["estimate"], abs=1e-9)


def test_cohorts_without_a_month_in_common_have_no_decomposition() -> None:
    frame = drawn()
    apart = frame[frame["start"].eq("") == (frame["period"] < "2022-09")]
    found = evaluation.goodman_bacon(apart, denominator="denominator")
    assert found.comparisons.empty and "months_left_out" in {note.code for note in found.notes}


def test_nobody_to_deal_starts_out_to_is_said() -> None:
    frame = drawn(never=14)
    panel = Panel.of(
        frame, unit="unit", period="period", numerator="numerator", denominator="denominator", start="start"
    )
    found = randomised_starts(panel)
    assert found.n_allocations == 0 and np.isnan(found.result["p_value"]) and found.notes


# ---------------------------------------------------------------------------------------- what must not matter


def told(frame: pd.DataFrame, family: str = "binomial") -> np.ndarray:
    """Estimate, error and both ends of the interval."""
    columns = {"unit": "unit", "period": "period", "numerator": "numerator", "denominator": "denominator"}
    panel = Panel.of(frame, **columns, start="start", family=family)
    return overall_of(panel, Settings(family, "unit", 0, False, "auto"))[0][INTERVAL].astype(float).to_numpy()


BASE = drawn()
TOLD = told(BASE)
few = settings(max_examples=5, deadline=None)


@few
@given(years=st.integers(-40, 60), months=st.integers(-11, 11))
def test_shifting_the_calendar_leaves_the_effect_alone(years: int, months: int) -> None:
    def moved(texts: pd.Series) -> list[str]:
        return [str(pd.Period(text, freq="M") + 12 * years + months) if text else "" for text in texts]

    shifted = BASE.assign(period=moved(BASE["period"]), start=moved(BASE["start"]))
    assert told(shifted) == pytest.approx(TOLD, rel=1e-9)


@few
@given(st.randoms(use_true_random=False))
def test_names_and_order_of_units_and_rows_leave_the_effect_alone(random) -> None:
    names = list(BASE["unit"].unique())
    other = [f"E-{number:03}" for number in random.sample(range(1000), len(names))]
    renamed = BASE.assign(unit=BASE["unit"].map(dict(zip(names, other, strict=True))))
    rows = list(range(len(BASE)))
    random.shuffle(rows)
    assert told(renamed.iloc[rows]) == pytest.approx(TOLD, rel=1e-7)


@few
@given(st.sampled_from([2.0, 3.0, 10.0, 1000.0, 0.5]))
def test_multiplying_numerators_and_denominators_leaves_the_effect_alone(factor: float) -> None:
    scaled = BASE.assign(numerator=BASE["numerator"] * factor, denominator=BASE["denominator"] * factor)
    assert told(scaled) == pytest.approx(TOLD, rel=1e-7)


@few
@given(st.integers(0, 10_000))
def test_counting_those_without_the_event_turns_the_sign(seed: int) -> None:
    frame = drawn(seed)
    other = frame.assign(numerator=frame["denominator"] - frame["numerator"])
    one, turned = told(frame), told(other)
    assert turned == pytest.approx([-one[0], one[1], -one[3], -one[2]], rel=1e-6)
    assert told(other, "linear")[0] == pytest.approx(-told(frame, "linear")[0], rel=1e-9)


@few
@given(st.integers(1, 5))
def test_units_without_any_figure_change_nothing(count: int) -> None:
    empty = pd.DataFrame(
        [(f"x{unit}", month, np.nan, np.nan, start) for unit in range(count) for month in MONTHS[::7]
         for start in [MONTHS[12] if unit % 2 else ""]],
        columns=BASE.columns,
    )  # fmt: skip
    assert told(pd.concat([BASE, empty])) == pytest.approx(TOLD, rel=1e-9)

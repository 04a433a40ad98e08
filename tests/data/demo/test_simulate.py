"""The simulation without a store: what a plan says is what comes out, and nothing else decides it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from data.demo.measures import measures
from data.demo.months import Calendar, between, plus
from data.demo.simulate import SeriesPlan, Step, generator, levels, simulate

FIRST, LAST = date(2021, 11, 1), date(2026, 10, 1)


def a_plan(indicator: str, level: float, *steps: Step, size: float = 4000, **more: object) -> SeriesPlan:
    return SeriesPlan(indicator, "NOH-KIR", FIRST, LAST, size, level, steps, **more)  # type: ignore[arg-type]


def draw(plan: SeriesPlan, *, attempt: int = 0) -> pd.DataFrame:
    return simulate(plan, measures()[plan.indicator], generator(1, plan.indicator, attempt=attempt))


def test_the_level_of_the_plan_is_the_level_of_the_figures() -> None:
    for code, level in {"MEDAFST": 84.0, "TRYKSAAR": 2.0, "GENOPT": 7.0, "SEPSIS": 88.0}.items():
        frame = draw(a_plan(code, level, size=80_000))
        found = frame["numerator"].sum() / frame["denominator"].sum() * measures()[code].definition.per
        assert found == pytest.approx(level, rel=0.03), code


def test_a_count_has_a_value_and_neither_numerator_nor_denominator() -> None:
    frame = draw(a_plan("FALD", 7.0))
    assert frame["value"].mean() == pytest.approx(7.0, rel=0.2)
    assert frame[["numerator", "denominator"]].isna().all(axis=None)


def test_a_step_moves_the_level_in_its_month_and_a_ramp_takes_its_time() -> None:
    months = between(date(2025, 7, 1), date(2025, 12, 1))
    at_once = levels(a_plan("MEDAFST", 80, Step(date(2025, 9, 1), 90)), months)
    ramped = levels(a_plan("MEDAFST", 80, Step(date(2025, 9, 1), 90, ramp=1)), months)
    assert at_once.tolist() == [80, 80, 90, 90, 90, 90]
    assert ramped.tolist() == [80, 80, 85, 90, 90, 90]


def test_july_has_a_smaller_denominator_and_a_lower_level_where_the_plan_says_so() -> None:
    frame = draw(a_plan("MOBIL", 84, july_size=0.5, july_level=-10))
    july = pd.Series([month.month == 7 for month in frame["period_start"]])
    share = frame["numerator"] / frame["denominator"]
    assert frame["denominator"][july].mean() / frame["denominator"][~july].mean() == pytest.approx(0.5, abs=0.03)
    assert share[~july].mean() - share[july].mean() == pytest.approx(0.10, abs=0.02)


def test_a_gap_is_a_month_that_is_not_there() -> None:
    gap = date(2025, 3, 1)
    whole, with_gap = draw(a_plan("MOBIL", 84)), draw(a_plan("MOBIL", 84, gaps=(gap,)))
    assert set(whole["period_start"]) - set(with_gap["period_start"]) == {gap}
    pd.testing.assert_frame_equal(whole[whole["period_start"] != gap].reset_index(drop=True), with_gap)


def test_the_same_name_draws_the_same_and_another_attempt_draws_anew() -> None:
    plan = a_plan("MEDAFST", 84)
    pd.testing.assert_frame_equal(draw(plan), draw(plan))
    assert not draw(plan)["numerator"].equals(draw(plan, attempt=1)["numerator"])


def test_extra_spread_makes_a_series_vary_more_than_counting_alone() -> None:
    def spread(extra: float) -> float:
        frame = draw(a_plan("FAERDIG", 18, size=6000, extra=extra))
        expected = frame["denominator"] * 18 / 1000
        return float(np.var((frame["numerator"] - expected) / np.sqrt(expected)))

    assert 0.5 < spread(0.0) < 1.6
    assert spread(0.3) > 4


def test_the_story_moves_with_today() -> None:
    assert Calendar(date(2026, 11, 23)).at("2025-03") == date(2025, 3, 1)
    moved = Calendar(date(2027, 2, 2))
    assert (moved.at("2025-03"), moved.last) == (date(2025, 6, 1), date(2027, 1, 1))
    assert moved.day("2025-03", 31) == date(2025, 6, 30)


def test_deliveries_come_on_the_eighth_or_the_monday_after() -> None:
    calendar = Calendar(date(2026, 11, 23))
    days = [calendar.delivery_day(plus(date(2026, 1, 1), step)) for step in range(12)]
    assert all(day.weekday() < 5 and 8 <= day.day <= 10 for day in days)
    assert calendar.delivery_day(date(2026, 10, 1)) == date(2026, 11, 9)

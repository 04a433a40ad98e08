"""What `assess` says about a series: its calendar, its state, its target."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from indicators.assessment import Asked, Assessment, Assurance, SeriesPhase, Variation, assess, assess_many
from indicators.definition import Direction, IndicatorDefinition, PeriodKind, Role, Scope, Target, Verification
from indicators.words import Words

NONE = Words("", "")

SHARE = IndicatorDefinition(
    code="share",
    version=1,
    scope=Scope.LOCAL,
    name=Words("Til tiden", "On time"),
    goal=None,
    direction=Direction.UP,
    role=Role.PROCESS,
    chart="run",
    per=100,
    unit_of_measure=Words("%", "%"),
    decimals=1,
    has_denominator=True,
    definition=NONE,
    numerator=NONE,
    denominator=NONE,
    verification=Verification.OWN,
)
DAYS = replace(SHARE, code="days", per=1, has_denominator=False, direction=Direction.DOWN)

COMMON = [30, 34, 28, 33, 27, 35, 31, 26, 34, 29, 32, 27, 35, 28, 33, 30, 26, 34, 31, 28, 33, 27, 32, 29]
STEP = [*COMMON[:12], *(value + 12 for value in COMMON[12:])]


def months(values: list[float], first: str = "2024-01-01", n: float = 50) -> pd.DataFrame:
    """Observations with numerators out of n; NaN is a row without data."""
    return pd.DataFrame(
        {
            "period_start": pd.date_range(first, periods=len(values), freq="MS").date,
            "numerator": np.asarray(values, dtype=float),
            "denominator": float(n),
            "value": np.nan,
        }
    )


def days(values: list[float], first: str = "2024-01-01") -> pd.DataFrame:
    return months(values, first).assign(value=values, numerator=np.nan, denominator=np.nan)


def target(value: float, comparison: str = ">=", **more: Any) -> Target:
    return Target(
        **(
            {
                "value": value,
                "comparison": comparison,
                "valid_from": None,
                "valid_to": None,
                "legal_kind": "",
                "text": NONE,
            }
            | more
        )
    )


def marked(said: Assessment) -> list[int]:
    return np.flatnonzero(said.points.mark != "").tolist()


# ------------------------------------------------------------------------------------------------------- the calendar


def test_an_expected_month_without_data_is_a_row_without_value() -> None:
    observations = months(COMMON).drop(index=[4, 5])
    said = assess(SHARE, observations, expected_from=date(2023, 11, 1), expected_to=date(2026, 1, 1))
    points = said.points
    assert (points.period.iloc[0], points.period.iloc[-1], len(points)) == (date(2023, 11, 1), date(2026, 1, 1), 27)
    assert points.period[points.is_missing].tolist() == [
        *(date(2023, 11, 1), date(2023, 12, 1), date(2024, 5, 1), date(2024, 6, 1), date(2026, 1, 1))
    ]
    assert points.y[points.is_missing].isna().all()
    assert said.n_points == 22


def test_a_calendar_gap_breaks_the_moving_range() -> None:
    chart = replace(DAYS, chart="i")
    values = [4.0, 6.0, 5.0, 7.0, 4.0, 6.0, 5.0, 7.0, 4.0, 6.0, 5.0, 60.0]
    whole = assess(chart, days(values[:11])).upper
    gap = assess(chart, days(values).drop(index=[10])).upper
    assert whole is not None and gap is not None
    ranges = np.abs(np.diff(values[:10]))
    assert gap == pytest.approx(np.mean([*values[:10], 60.0]) + 3 * ranges.mean() / 1.128)


def test_the_latest_periods_are_open_and_raise_no_signal_nor_move_the_lines() -> None:
    chart = replace(SHARE, chart="p", open_periods=2)
    closed = assess(replace(chart, open_periods=0), months(COMMON))
    said = assess(chart, months([*COMMON, 2, 1]))
    assert said.points.is_open.tolist() == [False] * 24 + [True] * 2
    assert (said.variation, said.centre, said.n_points) == (Variation.COMMON, closed.centre, 24)
    assert marked(said) == []
    assert said.latest is not None and said.latest.period == date(2025, 12, 1)


def test_open_periods_are_those_of_the_calendar_also_where_data_are_late() -> None:
    said = assess(replace(SHARE, open_periods=2), months(COMMON), expected_to=date(2026, 1, 1))
    assert said.points.period[said.points.is_open].tolist() == [date(2025, 12, 1), date(2026, 1, 1)]
    assert said.latest is not None and said.latest.period == date(2025, 11, 1)


@pytest.mark.parametrize(
    ("kind", "starts"),
    [
        (PeriodKind.WEEK, [date(2024, 12, 23), date(2024, 12, 30), date(2025, 1, 6)]),
        (PeriodKind.QUARTER, [date(2024, 7, 1), date(2024, 10, 1), date(2025, 1, 1)]),
        (PeriodKind.YEAR, [date(2023, 1, 1), date(2024, 1, 1), date(2025, 1, 1)]),
    ],
)
def test_the_calendar_is_that_of_the_definition(kind: PeriodKind, starts: list[date]) -> None:
    observations = months([30, 31]).assign(period_start=[starts[0], starts[2]])
    assert assess(replace(SHARE, period=kind), observations).points.period.tolist() == starts


def test_two_observations_of_one_period_are_refused() -> None:
    twice = months([30, 31]).assign(period_start=[date(2024, 1, 1), date(2024, 1, 15)])
    with pytest.raises(ValueError, match="two observations of share lie in the month that starts on 2024-01-01"):
        assess(SHARE, twice)


# ------------------------------------------------------------------------------------------------------------- values


def test_values_are_in_the_unit_of_measure_and_counts_travel_along() -> None:
    said = assess(SHARE, months(COMMON))
    row = said.points.iloc[1]
    assert (row.y, row.numerator, row.denominator) == (68.0, 34.0, 50.0)
    assert said.latest is not None
    assert (said.latest.numerator, said.latest.denominator) == (29.0, 50.0)
    assert said.latest.value == pytest.approx(58.0)


def test_without_a_denominator_the_value_is_read_or_else_the_numerator() -> None:
    observations = days([4.0, np.nan, 6.0]).assign(numerator=[np.nan, 5.0, 7.0])
    assert assess(DAYS, observations).points.y.tolist() == [4.0, 5.0, 6.0]


def test_a_finished_value_is_taken_where_counts_were_not_delivered() -> None:
    observations = months([30, np.nan, 40])
    observations.loc[1, "value"] = 72.0
    said = assess(SHARE, observations)
    assert said.points.y.tolist() == [60.0, 72.0, 80.0]
    assert not said.points.is_missing.any()
    # A p chart needs the counts.
    assert assess(replace(SHARE, chart="p"), observations).points.is_missing.tolist() == [False, True, False]


# ---------------------------------------------------------------------------------------------------------- variation


@pytest.mark.parametrize(
    ("direction", "values", "variation", "rising"),
    [
        (Direction.UP, STEP, Variation.IMPROVEMENT, True),
        (Direction.DOWN, STEP, Variation.CONCERN, True),
        (Direction.NEITHER, STEP, Variation.CHANGE, True),
        (Direction.UP, [50 - value for value in STEP], Variation.CONCERN, False),
        (Direction.DOWN, [50 - value for value in STEP], Variation.IMPROVEMENT, False),
    ],
)
def test_a_shift_is_good_or_bad_by_the_direction(
    direction: Direction, values: list[float], variation: Variation, rising: bool
) -> None:
    said = assess(replace(SHARE, direction=direction), months(values))
    assert (said.variation, said.rising, said.rule) == (variation, rising, "long_run")
    assert (said.longest_run, said.longest_run_max) == (12, 8)


def test_both_directions_in_one_phase_are_marked_and_the_most_recent_leads() -> None:
    said = assess(SHARE, months(STEP))
    assert said.points.mark.tolist() == ["concern"] * 12 + ["improvement"] * 12
    assert said.signal_points == tuple(range(12, 24))
    assert said.reason is None


def test_noise_is_common_variation() -> None:
    said = assess(SHARE, months(COMMON))
    assert (said.variation, said.rising, said.rule, said.signal_points) == (Variation.COMMON, None, None, ())
    assert (said.n_useful, said.centre) == (24, 60.0 + 1.0)


def test_a_point_outside_the_limits_is_a_signal_of_its_side_on_a_control_chart() -> None:
    values = [*COMMON[:-3], 4, *COMMON[-2:]]
    said = assess(replace(SHARE, chart="p"), months(values))
    assert (said.variation, said.rising, said.rule) == (Variation.CONCERN, False, "outside_limits")
    assert (said.signal_points, said.n_outside_limits) == ((21,), 1)
    assert assess(SHARE, months(values)).variation is Variation.COMMON


def test_few_crossings_point_to_the_side_of_the_later_half() -> None:
    low, high = [30, 29, 31, 30, 29, 31], [41, 40, 42, 41, 40]
    said = assess(SHARE, months([*low, *high[:2], *low[:4], *high, *low[:2], *high]))
    assert (said.rule, said.variation, said.rising) == ("few_crossings", Variation.IMPROVEMENT, True)
    assert said.n_crossings is not None and said.n_crossings_min is not None
    assert said.n_crossings < said.n_crossings_min
    assert all(said.points.y.iloc[row] > said.points.centre.iloc[row] for row in said.signal_points)


def test_the_state_is_that_of_the_current_phase_and_earlier_outliers_stay_marked() -> None:
    first = [*COMMON[:10], 3, *COMMON[11:]]
    observations = months([*first, *(value + 12 for value in COMMON)])
    phase = SeriesPhase(date(2026, 1, 1), name="Efter")
    said = assess(replace(SHARE, chart="p"), observations, phases=[phase])
    assert (said.variation, said.signal_points, said.phases) == (Variation.COMMON, (), (phase,))
    assert marked(said) == [10]
    assert said.points.mark.iloc[10] == "concern"
    assert said.centre == said.points.centre.iloc[-1] != said.points.centre.iloc[0]


def test_a_data_break_keeps_the_points_before_it() -> None:
    broken = SeriesPhase(date(2025, 1, 1), name="LPR3", is_break=True)
    said = assess(SHARE, months(STEP), phases=[broken])
    assert (said.variation, len(said.points), said.points.phase.iloc[-1]) == (Variation.COMMON, 24, 2)
    assert assess(SHARE, months(STEP)).variation is Variation.IMPROVEMENT


def test_a_frozen_baseline_lets_later_points_depart_from_it() -> None:
    frozen = SeriesPhase(date(2024, 1, 1), freeze_until=date(2024, 12, 1))
    said = assess(replace(SHARE, chart="p"), months(STEP), phases=[frozen])
    assert said.points.in_baseline.tolist() == [True] * 12 + [False] * 12
    assert said.centre == pytest.approx(2 * np.mean(STEP[:12]))
    assert said.variation is Variation.IMPROVEMENT


def test_an_excluded_period_is_drawn_and_carries_no_signal() -> None:
    values = [*COMMON[:-3], 4, *COMMON[-2:]]
    said = assess(replace(SHARE, chart="p"), months(values), exclusions=[date(2025, 10, 1)])
    assert said.points.period[said.points.is_excluded].tolist() == [date(2025, 10, 1)]
    assert (said.variation, marked(said), said.points.y.iloc[21]) == (Variation.COMMON, [], 8.0)


# --------------------------------------------------------------------------------------------------- nothing to be said


def test_few_points_say_so_and_claim_nothing() -> None:
    said = assess(replace(SHARE, chart="p"), months([30, 31, 29, 33, 27, 32, 2]), targets=[target(50)])
    assert (said.variation, said.reason, said.n_points) == (Variation.FEW, "too_few", 7)
    assert (said.assurance, marked(said)) == (Assurance.NONE, [])
    assert said.centre is not None


def test_a_young_phase_has_few_points() -> None:
    said = assess(SHARE, months(STEP), phases=[SeriesPhase(date(2025, 8, 1))])
    assert (said.variation, said.reason, said.n_points) == (Variation.FEW, "too_few", 5)


@pytest.mark.parametrize("expected_to", [None, date(2025, 6, 1)])
def test_no_data_is_missing(expected_to: date | None) -> None:
    said = assess(SHARE, months([]), expected_from=expected_to and date(2025, 1, 1), expected_to=expected_to)
    assert (said.variation, said.reason, said.result, said.latest) == (Variation.MISSING, "no_data", None, None)
    assert len(said.points) == (6 if expected_to else 0)
    assert list(said.points.columns) == list(assess(SHARE, months(COMMON)).points.columns)
    assert said.points.is_missing.all()


def test_data_in_open_periods_only_are_too_few() -> None:
    said = assess(replace(SHARE, open_periods=3), months([30, 31]))
    assert (said.variation, said.reason, said.n_points, said.latest) == (Variation.FEW, "too_few", 0, None)


@pytest.mark.parametrize("chart", ["run", "i", "p"])
@pytest.mark.parametrize(("goal", "assurance"), [(100, Assurance.PASS), (99, Assurance.PASS), (100.5, Assurance.FAIL)])
def test_a_constant_100_percent_meets_a_target_of_100_percent(chart: str, goal: float, assurance: Assurance) -> None:
    said = assess(replace(SHARE, chart=chart), months([50] * 24), targets=[target(goal)])
    assert (said.variation, said.reason, said.is_constant) == (Variation.COMMON, "no_variation", True)
    assert said.assurance is assurance
    assert marked(said) == []


# ---------------------------------------------------------------------------------------------------------- assurance


@pytest.mark.parametrize(
    ("goal", "comparison", "expected"),
    [
        (20, ">=", Assurance.PASS),
        (60, ">=", Assurance.MIXED),
        (95, ">=", Assurance.FAIL),
        (95, "<=", Assurance.PASS),
        (60, "<=", Assurance.MIXED),
        (20, "<=", Assurance.FAIL),
    ],
)
def test_a_control_chart_holds_the_target_against_its_limits(goal: float, comparison: str, expected: Assurance) -> None:
    direction = Direction.UP if comparison == ">=" else Direction.DOWN
    chart = replace(SHARE, chart="p", direction=direction)
    said = assess(chart, months(COMMON), targets=[target(goal, comparison)])
    assert (said.assurance, said.assurance_is_counted) == (expected, False)


def test_one_month_with_many_cases_does_not_promise_what_the_usual_month_cannot_hold() -> None:
    observations = months(COMMON)
    observations.loc[23, ["numerator", "denominator"]] = [6000, 10000]
    chart = replace(SHARE, chart="p")
    widest = assess(chart, months(COMMON), targets=[target(45)])
    said = assess(chart, observations, targets=[target(45)])
    assert said.lower is not None and said.lower > 45
    assert (said.assurance, widest.assurance) == (Assurance.MIXED, Assurance.MIXED)


def test_a_run_chart_counts_the_last_twelve_closed_periods() -> None:
    said = assess(replace(SHARE, open_periods=1), months([*COMMON, 0]), targets=[target(60)])
    last_twelve = [2 * value >= 60 for value in COMMON[12:]]
    assert (said.met, said.counted) == (sum(last_twelve), 12)
    assert (said.assurance, said.assurance_is_counted) == (Assurance.MIXED, True)
    assert assess(SHARE, months(COMMON), targets=[target(50)]).assurance is Assurance.PASS
    assert assess(SHARE, months(COMMON), targets=[target(80)]).assurance is Assurance.FAIL


def test_a_missing_month_is_not_counted_and_an_excluded_one_is() -> None:
    said = assess(SHARE, months(COMMON).drop(index=[20]), targets=[target(50)], exclusions=[date(2025, 11, 1)])
    assert (said.met, said.counted) == (11, 11)


def test_each_period_is_held_against_the_target_of_its_time() -> None:
    low = target(50, valid_from=date(2024, 1, 1), valid_to=date(2025, 6, 30))
    high = target(90, valid_from=date(2025, 7, 1))
    said = assess(SHARE, months(COMMON), targets=[low, high])
    assert said.points.target.tolist() == [50.0] * 18 + [90.0] * 6
    assert (said.met, said.counted, said.target) == (6, 12, high)


def test_the_most_specific_unit_decides_and_of_its_targets_the_newest() -> None:
    unit_old = target(40, unit_code="NOH", valid_from=date(2024, 1, 1))
    unit_new = target(45, unit_code="NOH", valid_from=date(2025, 1, 1))
    nation = target(70, valid_from=date(2025, 6, 1))
    said = assess(SHARE, months(COMMON), targets=[unit_old, unit_new, nation])
    assert said.target is unit_new
    assert said.points.target.tolist() == [40.0] * 12 + [45.0] * 12


def test_without_target_or_direction_there_is_no_assurance() -> None:
    assert assess(SHARE, months(COMMON)).assurance is Assurance.NONE
    assert (assess(SHARE, months(COMMON)).met, assess(SHARE, months(COMMON)).counted) == (None, None)
    neither = assess(replace(SHARE, direction=Direction.NEITHER), months(COMMON), targets=[target(50)])
    assert (neither.assurance, neither.met, neither.counted) == (Assurance.NONE, 12, 12)


def test_a_target_that_differs_by_rounding_only_is_met() -> None:
    # 7 of 100, times 100, is 7.000000000000001.
    observations = months([7] * 24, n=100)
    said = assess(replace(SHARE, direction=Direction.DOWN), observations, targets=[target(7, "<=")])
    assert said.assurance is Assurance.PASS


def test_a_target_never_makes_or_hides_a_signal() -> None:
    without, withs = assess(SHARE, months(STEP)), assess(SHARE, months(STEP), targets=[target(99)])
    assert without.variation is withs.variation is Variation.IMPROVEMENT
    assert withs.assurance is Assurance.FAIL


# ------------------------------------------------------------------------------------------------------ many at once


def test_many_series_together_are_what_each_is_alone() -> None:
    """Shares and values of all lengths, with open months, exclusions, phases, targets, gaps, and without figures."""
    open_share = replace(SHARE, code="open", chart="p", open_periods=2)
    gap = [*COMMON[:5], float("nan"), *COMMON[6:]]
    asked = [
        Asked(SHARE, months(COMMON)),
        Asked(SHARE, months(STEP), targets=[target(60)]),
        Asked(SHARE, months(gap[:15]), expected_to=date(2026, 1, 1)),
        Asked(SHARE, months(STEP), phases=[SeriesPhase(date(2025, 1, 1))]),
        Asked(SHARE, months(COMMON), exclusions=[date(2024, 3, 1)]),
        Asked(open_share, months(STEP)),
        Asked(open_share, months([*STEP, 49.0, 50.0])),
        Asked(replace(open_share, chart="u"), months(STEP)),
        Asked(DAYS, days(STEP)),
        Asked(DAYS, days(COMMON)),
        Asked(DAYS, days([])),
    ]
    together = assess_many(asked)
    for one, found in zip(asked, together, strict=True):
        alone = assess_many([one])[0]
        assert list(found.columns) == list(alone.columns)
        pd.testing.assert_frame_equal(found.points, alone.points, check_exact=True)
        for name in (
            "variation",
            "rule",
            "rising",
            "signal_points",
            "assurance",
            "met",
            "n_useful",
            "reason",
            "centre",
        ):
            assert getattr(found, name) == getattr(alone, name), (one.definition.code, name)
        if found.result is not None and alone.result is not None:
            assert found.result.signals == alone.result.signals
            pd.testing.assert_frame_equal(found.result.phases, alone.result.phases, check_exact=True)


def test_one_refused_series_among_many_is_refused_as_it_is_alone() -> None:
    share = replace(SHARE, chart="p")
    with pytest.raises(ValueError, match="greater than the denominator"):
        assess_many([Asked(share, months(COMMON)), Asked(share, months([60.0, *COMMON[1:]]))])

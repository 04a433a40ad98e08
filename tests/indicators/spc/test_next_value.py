"""What the next value would have to be to become a signal: held against the charts that would then be drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from indicators import spc
from indicators.spc.next_value import NextValue, NoNextValue, next_value
from indicators.spc.rules import Rule

MONTHS = pd.date_range("2023-04-01", periods=40, freq="MS")


def counted(numerators: list[int], denominator: int = 50) -> pd.DataFrame:
    return pd.DataFrame({"period": MONTHS[: len(numerators)], "numerator": numerators, "denominator": denominator})


def measured(values: list[float] | np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"period": MONTHS[: len(values)], "numerator": np.asarray(values, dtype=float)})


def becomes_signal(frame: pd.DataFrame, value: float, *, denominator: float | None = None, **options: object) -> bool:
    """The chart as it will be drawn: does a signal that includes the last point stand on it?"""
    row = {"period": MONTHS[len(frame)], "numerator": value}
    if denominator is not None:
        row["denominator"] = denominator
    before = {signal.rule for signal in spc.analyse(frame, **options).signals}  # type: ignore[arg-type]
    after = spc.analyse(pd.concat([frame, pd.DataFrame([row])], ignore_index=True), **options)  # type: ignore[arg-type]
    return any(
        not (signal.rule is Rule.FEW_CROSSINGS and Rule.FEW_CROSSINGS in before)
        for signal in after.signals_at(len(after.points) - 1)
    )


def says_signal(answer: NextValue, value: float) -> bool:
    return any(
        (region.low is None or value >= region.low - 1e-12) and (region.high is None or value <= region.high + 1e-12)
        for region in answer.regions
    )


@pytest.mark.parametrize("profile", list(spc.PROFILES))
def test_every_possible_count_is_answered_as_its_chart_answers_it(profile: str) -> None:
    frame = counted(np.random.default_rng(1).binomial(16, 0.6, 24).tolist(), 16)
    answer = next_value(spc.analyse(frame, chart="p", profile=profile))
    for numerator in range(17):
        expected = becomes_signal(frame, numerator, denominator=16, chart="p", profile=profile)
        assert says_signal(answer, numerator / 16) == expected, numerator
    assert answer.is_count


@pytest.mark.parametrize("profile", list(spc.PROFILES))
@pytest.mark.parametrize("chart", ["i", "t"])
def test_a_measured_value_beyond_the_answer_is_a_signal_and_one_before_it_is_not(profile: str, chart: str) -> None:
    frame = measured(np.random.default_rng(7).gamma(9.0, 2.0, 24))
    answer = next_value(spc.analyse(frame, chart=chart, profile=profile))
    assert answer.above is not None and answer.above.low is not None
    step = 1e-3 * answer.above.low
    assert becomes_signal(frame, answer.above.low, chart=chart, profile=profile)
    assert becomes_signal(frame, 1.5 * answer.above.low, chart=chart, profile=profile)
    assert not becomes_signal(frame, answer.above.low - step, chart=chart, profile=profile)
    assert answer.below is not None and answer.below.high is not None
    assert becomes_signal(frame, answer.below.high, chart=chart, profile=profile)
    assert not becomes_signal(frame, answer.below.high + step, chart=chart, profile=profile)


def test_with_frozen_lines_the_answer_is_the_limit_itself() -> None:
    frame = measured(np.random.default_rng(3).normal(100, 5, 30))
    result = spc.analyse(frame, chart="i", freeze=24)
    answer = next_value(result)
    assert answer.above is not None and answer.below is not None
    assert answer.above.low == pytest.approx(result.points["upper"].iloc[-1], abs=1e-3)
    assert answer.below.high == pytest.approx(result.points["lower"].iloc[-1], abs=1e-3)


def test_without_freeze_the_new_point_moves_its_own_limit_outward() -> None:
    frame = measured(np.random.default_rng(3).normal(100, 5, 30))
    result = spc.analyse(frame, chart="i")
    answer = next_value(result)
    assert answer.above is not None and answer.above.low is not None
    assert answer.above.low > result.points["upper"].iloc[-1]


def test_large_counts_are_answered_to_the_single_event() -> None:
    frame = counted(np.random.default_rng(5).binomial(4000, 0.6, 24).tolist(), 4000)
    answer = next_value(spc.analyse(frame, chart="p", multiply=100))
    assert answer.above is not None and answer.above.low_numerator is not None
    lowest = answer.above.low_numerator
    assert becomes_signal(frame, lowest, denominator=4000, chart="p")
    assert not becomes_signal(frame, lowest - 1, denominator=4000, chart="p")
    assert answer.above.low == pytest.approx(100 * lowest / 4000)


def test_a_run_that_needs_one_more_point_names_the_long_run() -> None:
    values = [99, 101, 98, 102, 97, 103, 96, 104, 98, 101, 97, 102, 98, *[103, 104, 103, 105, 104, 103, 104]]
    result = spc.analyse(measured(values), chart="run", freeze=12)
    assert result.signals == ()
    answer = next_value(result)
    assert answer.above is not None and answer.above.rule is Rule.LONG_RUN
    assert (answer.run, answer.run_needed) == (7, 8)
    assert answer.above.low == pytest.approx(result.points["centre"].iloc[-1], abs=1e-3)
    assert answer.below is None


def test_where_no_run_can_be_completed_the_reason_says_how_long_it_is() -> None:
    values = [99, 101, 98, 103, 97, 102, 96, 104, 98, 101, 99, 103]
    answer = next_value(spc.analyse(measured(values), chart="run"))
    assert (answer.above, answer.below, answer.reason) == (None, None, NoNextValue.NOT_POSSIBLE)
    assert "Den sidste serie er 1 lang; med det næste punkt bliver den højst 2, og 8 er et signal." in answer.say("da")
    assert "The latest run is 1 long" in answer.say("en")


def test_a_proportion_near_one_cannot_pass_its_upper_limit() -> None:
    answer = next_value(spc.analyse(counted([48, 50, 49, 47, 50, 48, 49, 50, 46, 49, 50, 48]), chart="p"))
    assert answer.above is None
    assert answer.below is not None and answer.below.high_numerator is not None


def test_the_sentence_names_month_value_count_and_rule() -> None:
    numerators = [31, 28, 35, 30, 33, 29, 36, 30, 32, 34, 27, 33]
    answer = next_value(spc.analyse(counted(numerators), chart="p", multiply=100))
    assert answer.say("da", unit_of_measure="%") == (
        "Ligger april på 86,0 % (43 af 50) eller derover, er det et signal (uden for grænserne). "
        "Ligger april på 40,0 % (20 af 50) eller derunder, er det et signal (uden for grænserne)."
    )
    assert answer.say("en", unit_of_measure="%").startswith(
        "If April is 86.0% (43 of 50) or above, it is a signal (outside the limits)."
    )


def test_a_measured_end_is_rounded_outward_so_that_what_is_said_stays_true() -> None:
    frame = measured(np.random.default_rng(4).normal(100, 5, 24))
    answer = next_value(spc.analyse(frame, chart="i"))
    said = answer.say("en", digits=0)
    low, high = (float(part.split(" ")[0].rstrip(",")) for part in (said.split("above ")[1], said.split("below ")[1]))
    assert becomes_signal(frame, low, chart="i")
    assert becomes_signal(frame, high, chart="i")


def test_the_expected_denominator_is_the_median_of_the_last_twelve_unless_given() -> None:
    frame = counted(np.random.default_rng(2).binomial(60, 0.5, 24).tolist(), 60)
    frame["denominator"] = [60] * 12 + [100] * 5 + [80] * 7
    result = spc.analyse(frame, chart="p")
    assert next_value(result).denominator == 80
    given = next_value(result, denominator=200)
    assert given.denominator == 200
    assert given.above is not None and given.above.low is not None
    narrow = next_value(result, denominator=20)
    assert narrow.above is not None and narrow.above.low is not None
    assert narrow.above.low > given.above.low


@pytest.mark.parametrize("denominator", [0, -1, np.inf])
def test_a_denominator_that_is_not_above_zero_is_refused(denominator: float) -> None:
    result = spc.analyse(counted([20, 30] * 8), chart="p")
    with pytest.raises(spc.InputError, match="must be above 0"):
        next_value(result, denominator=denominator)


def test_only_the_current_phase_is_continued() -> None:
    random = np.random.default_rng(9)
    values = np.concatenate([random.normal(100, 5, 16), random.normal(150, 5, 16)])
    whole = next_value(spc.analyse(measured(values), chart="i", phases=17))
    alone = next_value(spc.analyse(measured(values[16:]), chart="i"))
    assert whole.regions == alone.regions


def test_excluded_points_stay_out() -> None:
    values = np.random.default_rng(9).normal(100, 5, 20)
    values[7] = 900
    frame = measured(values)
    answer = next_value(spc.analyse(frame, chart="i", exclude=8))
    assert answer.above is not None and answer.above.low is not None
    assert answer.above.low < 130
    assert becomes_signal(frame, answer.above.low, chart="i", exclude=8)


def test_too_few_points_are_said_with_their_number() -> None:
    answer = next_value(spc.analyse(counted([30, 28, 35, 30, 33, 29]), chart="p"))
    assert answer.reason is NoNextValue.TOO_FEW
    assert answer.say("da").startswith("Med det næste punkt er der kun 7 brugbare punkter; 10 skal der til")


def test_categories_have_no_next_point() -> None:
    frame = pd.DataFrame({"period": list("ABCDEFGHIJKL"), "numerator": [3, 5] * 6, "denominator": 10})
    answer = next_value(spc.analyse(frame, chart="p"))
    assert answer.reason is NoNextValue.NO_ORDER
    assert answer.say("en") == "The points have no order in time, so there is no next point."


def test_a_chart_that_its_points_do_not_hold_is_not_guessed_at() -> None:
    frame = measured([3, 5, 4, 6, 5, 3, 4, 6, 5, 4, 3, 6])
    assert next_value(spc.analyse(frame, chart="i", centre=4.0)).reason is NoNextValue.NOT_REBUILT
    assert next_value(spc.analyse(frame, chart="i", centre=4.0), centre=4.0).reason is NoNextValue.NONE


def test_rows_that_are_not_months_give_the_next_point_its_plain_name() -> None:
    frame = pd.DataFrame({"period": range(24), "numerator": np.random.default_rng(1).poisson(9, 24)})
    answer = next_value(spc.analyse(frame, chart="c"))
    assert answer.say("da").startswith("Ligger det næste punkt på ")
    assert answer.is_count and answer.denominator is None

"""What `spc.analyse` does with phases, gaps, ties, few points and bad input."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from indicators import spc
from indicators.spc import Rule

NAN = float("nan")


def _weekly(values: list[float], **more: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"period": range(1, len(values) + 1), "numerator": values, **more})


def _monthly(values: list[float], first: str = "2024-01-01") -> pd.DataFrame:
    return pd.DataFrame({"period": pd.date_range(first, periods=len(values), freq="MS"), "numerator": values})


LEVEL = [4.0, 6.0, 5.0, 7.0, 3.0, 6.0, 4.0, 5.0, 7.0, 4.0, 6.0, 3.0]


# ------------------------------------------------------------------------------------------------- the fixed interface


def test_points_and_phases_have_the_promised_columns() -> None:
    result = spc.analyse(_weekly(LEVEL), chart="i")
    assert list(result.points.columns) == [
        *("x", "y", "n", "centre", "lower", "upper", "warning_lower", "warning_upper", "target", "phase"),
        *("in_baseline", "included", "sigma_signal", "runs_signal", "reason", "rule", "side"),
    ]
    assert {
        *("n_useful", "longest_run", "longest_run_max", "n_crossings", "n_crossings_min", "runs_signal", "centre")
    } <= set(result.phases.columns)


def test_centre_is_given_before_multiplication_and_target_is_never_multiplied() -> None:
    frame = _weekly([30.0, 40.0, 35.0], denominator=[100.0, 100.0, 100.0])
    points = spc.analyse(frame, chart="p", centre=0.3, target=50, multiply=100).points
    assert points.centre.tolist() == [30.0] * 3
    assert points.target.tolist() == [50.0] * 3
    assert points.y.tolist() == pytest.approx([30.0, 40.0, 35.0])
    assert points.upper.iloc[0] == pytest.approx(100 * (0.3 + 3 * (0.3 * 0.7 / 100) ** 0.5))


def test_rows_of_one_x_are_summed_where_there_is_a_denominator() -> None:
    frame = pd.DataFrame({"period": [2, 1, 1], "numerator": [5, 1, 2], "denominator": [10, 10, 20]})
    points = spc.analyse(frame, chart="p").points
    assert (points.x.tolist(), points.y.tolist(), points.n.tolist()) == ([1, 2], [0.1, 0.5], [30.0, 10.0])


@pytest.mark.parametrize(("how", "expected"), [("mean", 3.0), ("sum", 6.0), ("median", 3.0), ("sd", 2**0.5)])
def test_rows_of_one_x_are_taken_together_as_asked(how: str, expected: float) -> None:
    frame = pd.DataFrame({"period": [1, 1, 2], "numerator": [2.0, 4.0, 9.0]})
    assert spc.analyse(frame, chart="run", aggregate=how).points.y.iloc[0] == pytest.approx(expected)


def test_a_count_chart_always_sums() -> None:
    frame = pd.DataFrame({"period": [1, 1, 2], "numerator": [2, 4, 9]})
    assert spc.analyse(frame, chart="c", aggregate="mean").points.y.tolist() == [6.0, 9.0]


# ------------------------------------------------------------------------------------------- phases, freeze, exclude


def test_phases_are_given_by_position_or_by_date_alike() -> None:
    frame = _monthly([*LEVEL, *(value + 10 for value in LEVEL)])
    by_position = spc.analyse(frame, chart="i", phases=13, freeze=[8, 20], exclude=[2, 14])
    by_date = spc.analyse(
        frame,
        chart="i",
        phases=[date(2025, 1, 1)],
        freeze=["2024-08-01", date(2025, 8, 15)],
        exclude=[pd.Timestamp("2024-02-01"), "2025-02-01"],
    )
    pd.testing.assert_frame_equal(by_position.points, by_date.points)
    pd.testing.assert_frame_equal(by_position.phases, by_date.phases)


def test_freeze_holds_inside_the_phase_it_stands_in() -> None:
    frame = _weekly([1.0, 3.0, 9.0, 9.0, 20.0, 22.0, 40.0, 40.0])
    phases = spc.analyse(frame, chart="i", phases=5, freeze=[2, 6]).phases
    assert phases.centre.tolist() == [2.0, 21.0]
    assert spc.analyse(frame, chart="i", phases=5, freeze=6).phases.centre.tolist() == [5.5, 21.0]


def test_an_excluded_point_is_drawn_but_feeds_nothing() -> None:
    with_wild = _weekly([*LEVEL[:5], 90.0, *LEVEL[5:]])
    result = spc.analyse(with_wild, chart="i", exclude=6)
    assert result.points.y.iloc[5] == 90.0
    assert not result.points.included.iloc[5]
    assert result.points.reason.iloc[5] == "left out of the calculation"
    # The moving range bridges the excluded point, so the lines are those of the series without it.
    assert result.points.upper.iloc[0] == spc.analyse(_weekly(LEVEL), chart="i").points.upper.iloc[0]
    assert result.signals == ()


def test_marks_beyond_the_last_point_change_nothing() -> None:
    plain = spc.analyse(_monthly(LEVEL), chart="i").points
    marked = spc.analyse(_monthly(LEVEL), chart="i", phases=["2030-01-01"], freeze=99, exclude=50).points
    pd.testing.assert_frame_equal(plain, marked)


def test_positions_below_one_and_dates_on_a_number_axis_are_refused() -> None:
    with pytest.raises(spc.InputError, match="Positions count from 1"):
        spc.analyse(_weekly(LEVEL), chart="run", phases=0)
    with pytest.raises(spc.InputError, match="x does not hold dates"):
        spc.analyse(_weekly(LEVEL), chart="run", freeze=date(2024, 1, 1))
    with pytest.raises(spc.InputError, match="before the first point"):
        spc.analyse(_monthly(LEVEL), chart="run", freeze=date(2020, 1, 1))


# --------------------------------------------------------------------------------------------------------------- gaps


def test_a_gap_breaks_the_moving_range_on_both_sides() -> None:
    values = [4.0, 6.0, 50.0, 5.0, 7.0]
    with_gap = spc.analyse(_weekly([4.0, 6.0, NAN, 5.0, 7.0]), chart="i", screen_moving_ranges=False).points
    # Ranges left: 4→6 and 5→7.
    assert with_gap.upper.iloc[0] == pytest.approx(5.5 + 3 * 2.0 / 1.128)
    assert np.isnan(with_gap.y.iloc[2])
    assert with_gap.reason.iloc[2] == "no data"
    bridged = spc.analyse(_weekly(values), chart="i", exclude=3, screen_moving_ranges=False).points
    assert bridged.upper.iloc[0] == pytest.approx(5.5 + 3 * (5 / 3) / 1.128)


def test_a_row_lacking_numerator_or_denominator_loses_both() -> None:
    frame = _weekly([5.0, NAN, 7.0], denominator=[10.0, 10.0, NAN])
    points = spc.analyse(frame, chart="p").points
    assert points.y.isna().tolist() == [False, True, True]
    assert points.upper.isna().tolist() == [False, True, True]
    assert points.centre.tolist() == [0.5] * 3


def test_a_series_of_gaps_says_that_there_is_no_data() -> None:
    result = spc.analyse(_weekly([NAN, NAN]), chart="i")
    assert result.phases.reason_code.tolist() == ["no_data"]
    assert result.reason("da") == "ingen data"
    assert result.phases.longest_run.isna().all()


# ------------------------------------------------------------------------------------------- what is claimed, and when


def test_below_ten_useful_observations_figures_are_computed_but_nothing_is_claimed() -> None:
    trend = spc.analyse(_weekly([float(value) for value in range(9)]), chart="run", centre=4.5)
    assert bool(trend.phases.runs_signal.iloc[0])
    assert trend.signals == ()
    assert trend.points.reason.unique().tolist() == ["9 of 10 needed"]
    assert trend.reason("da") == "9 af 10 nødvendige"


def test_every_long_run_is_a_signal_with_its_points_and_its_side() -> None:
    result = spc.analyse(_weekly([1.0] * 6 + [2.0] * 6 + [8.0] * 6 + [9.0] * 6), chart="run")
    long_runs = [signal for signal in result.signals if signal.rule is Rule.LONG_RUN]
    assert [(signal.rows[0], signal.rows[-1], signal.is_above) for signal in long_runs] == [
        (0, 11, False),
        (12, 23, True),
    ]
    (crossings,) = (signal for signal in result.signals if signal.rule is Rule.FEW_CROSSINGS)
    assert (len(crossings.rows), crossings.is_above) == (24, None)


def test_points_outside_the_limits_are_signals_of_their_side() -> None:
    noise = LEVEL * 2
    noise[5], noise[17] = 40.0, -40.0
    result = spc.analyse(_weekly(noise), chart="i")
    outside = {signal.is_above: signal.rows for signal in result.signals if signal.rule is Rule.OUTSIDE_LIMITS}
    assert outside == {True: (5,), False: (17,)}


@pytest.mark.parametrize("chart", ["run", "i", "c", "p", "u"])
@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_a_series_without_variation_has_no_limits_and_no_signal_and_says_so(chart: str, share: float) -> None:
    denominators = [30.0, 25.0, 40.0, 35.0] * 4
    frame = pd.DataFrame(
        {"period": range(16), "numerator": [share * n for n in denominators], "denominator": denominators}
    )
    if chart == "c":
        frame["numerator"] = share * 10
    result = spc.analyse(frame, chart=chart)
    assert result.points[["lower", "upper", "warning_lower", "warning_upper"]].isna().all(axis=None)
    assert result.points.reason.unique().tolist() == ["no variation"]
    assert result.signals == ()


def test_a_frozen_baseline_without_variation_gives_no_limits_to_break() -> None:
    frame = _weekly([0.0] * 10 + [0.0, 1.0, 0.0, 2.0], denominator=[50.0] * 14)
    result = spc.analyse(frame, chart="p", freeze=10)
    assert result.points.upper.isna().all()
    assert not result.points.sigma_signal.any()


def test_what_differs_by_rounding_is_on_the_line() -> None:
    values = [0.1 + 0.2, 0.3, 0.2, 0.4, 0.3, 0.1, 0.5]
    result = spc.analyse(_weekly(values), chart="run")
    assert result.points.centre.iloc[0] == 0.3
    assert result.phases.n_useful.iloc[0] == 4


def test_text_that_is_no_date_is_a_category_and_its_runs_are_not_judged() -> None:
    frame = pd.DataFrame({"period": [f"Afdeling {number}" for number in range(12)], "numerator": range(12)})
    result = spc.analyse(frame, chart="run")
    assert result.points.x.tolist() == frame.period.tolist()
    assert not result.points.runs_signal.any()
    assert result.signals == ()
    assert result.phases.reason_code.tolist() == ["no_order"]


def test_iso_dates_as_text_are_put_in_order() -> None:
    frame = pd.DataFrame({"period": ["2024-10-01", "2024-09-01", "2024-11-01"], "numerator": [2.0, 1.0, 3.0]})
    assert spc.analyse(frame, chart="run").points.y.tolist() == [1.0, 2.0, 3.0]


def test_the_method_that_decided_is_said() -> None:
    assert spc.analyse(_weekly(LEVEL), chart="run", method="cutbox").phases.method.tolist() == ["cutbox"]
    assert spc.analyse(_weekly(LEVEL[:9]), chart="run", method="cutbox").phases.method.tolist() == ["anhoej"]


def test_limits_stay_in_the_range_of_the_value() -> None:
    frame = _weekly([1.0, 0.0, 3.0, 3.0, 1.0], denominator=[3.0] * 5)
    p = spc.analyse(frame, chart="p").points
    assert (p.lower.min(), p.upper.max()) == (0.0, 1.0)
    assert spc.analyse(frame, chart="u").points.lower.min() == 0.0
    i = _weekly([1.0, 9.0, 2.0, 8.0])
    assert spc.analyse(i, chart="i").points.lower.iloc[0] < 0
    assert spc.analyse(i, chart="i", non_negative=True).points.lower.iloc[0] == 0


# ---------------------------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("chart", "numerator", "denominator", "code", "row"),
    [
        ("p", [1.0, 11.0, 3.0], [10.0, 10.0, 10.0], "numerator_above_denominator", 2),
        ("p", [1.0, 0.0, 3.0], [10.0, 10.0, 0.0], "zero_denominator", 3),
        ("u", [1.0, 0.0, 3.0], [10.0, -1.0, 10.0], "zero_denominator", 2),
        ("run", [1.0, 0.0, 3.0], [0.0, 1.0, 10.0], "zero_denominator", 1),
        ("c", [1.0, 2.0, -3.0], [1.0, 1.0, 1.0], "negative_count", 3),
        ("u", [-1.0, 2.0, 3.0], [1.0, 1.0, 1.0], "negative_count", 1),
        ("i", [1.0, float("inf"), 3.0], [1.0, 1.0, 1.0], "infinite", 2),
    ],
)
def test_bad_figures_are_refused_with_their_row(
    chart: str, numerator: list[float], denominator: list[float], code: str, row: int
) -> None:
    frame = _monthly(numerator).assign(denominator=denominator)
    with pytest.raises(ValueError) as refusal:
        spc.analyse(frame, chart=chart)
    assert isinstance(refusal.value, spc.InputError)
    assert (refusal.value.code, refusal.value.row) == (code, row)
    month = f"2024-0{row}-01"
    assert str(refusal.value).startswith(f"Row {row} (x = {month}): ")
    assert refusal.value.say("da").startswith(f"Række {row} (x = {month}): ")


def test_text_in_a_number_is_refused_with_its_row() -> None:
    with pytest.raises(spc.InputError, match=r"Row 2 \(x = 2\): column 'numerator' does not hold a number"):
        spc.analyse(pd.DataFrame({"period": [1, 2], "numerator": ["4", "fire"]}), chart="run")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"chart": "q"}, "no chart type 'q'. Choose one of: run, i, mr, ip"),
        ({"profile": "mine"}, "no profile 'mine'"),
        ({"method": "box"}, "no runs method 'box'"),
        ({"aggregate": "mode"}, "Unknown aggregate 'mode'"),
        ({"y": "count"}, "no column 'count'. There are: period, numerator"),
        ({"n": "beds"}, "no column 'beds'"),
        ({"chart": "p", "n": None}, "P chart needs a denominator"),
        ({"chart": "p"}, "P chart needs a denominator"),
        ({"chart": "c", "centre": -1}, "centre = -1 is not a possible value"),
    ],
)
def test_a_wrong_call_says_what_there_is(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(spc.InputError, match=message):
        spc.analyse(_weekly(LEVEL), **({"chart": "run"} | arguments))  # type: ignore[arg-type]


def test_an_empty_frame_is_refused() -> None:
    with pytest.raises(spc.InputError, match="No row has a period"):
        spc.analyse(pd.DataFrame({"period": [], "numerator": []}), chart="run")


def test_the_frame_that_is_given_is_left_as_it_was() -> None:
    frame = _weekly(LEVEL[::-1])
    before = frame.copy()
    spc.analyse(frame, chart="i", phases=4, exclude=2)
    pd.testing.assert_frame_equal(frame, before)


# ------------------------------------------------------------------------------------------------------- many at once


def test_many_series_have_one_row_per_series_and_phase() -> None:
    long = pd.concat([_monthly(LEVEL).assign(unit=unit) for unit in ("B", "A")])
    table = spc.analyse_many(long, by=["unit"], chart="i", phases="2024-07-01")
    assert table[["unit", "phase", "first_row", "last_row"]].values.tolist() == [
        ["A", 1, 0, 5],
        ["A", 2, 6, 11],
        ["B", 1, 0, 5],
        ["B", 2, 6, 11],
    ]

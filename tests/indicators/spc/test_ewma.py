"""EWMA: the textbook example, published run lengths, limits that widen, and many series at once."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from indicators import spc
from indicators.spc.displays import sequential
from indicators.spc.displays.ewma import ewma, ewma_arl, ewma_design, ewma_many, ewma_width
from indicators.spc.reasons import Reason

PUBLISHED = Path(__file__).resolve().parents[2] / "reference" / "monitors"


def read(name: str) -> list[dict[str, str]]:
    with (PUBLISHED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def last_digit(printed: str) -> float:
    return 10.0 ** -len(printed.partition(".")[2])


def series(*values: float | None) -> pd.DataFrame:
    return pd.DataFrame({"period": range(1, len(values) + 1), "numerator": values})


def test_montgomery_example_has_the_published_averages_and_limits(shared_reference: Path) -> None:
    frame = pd.read_csv(shared_reference.parent / "data" / "montgomery_09_01.csv")
    result = ewma(frame, x="sample", y="x", centre=10, sd=1, weight=0.1, width=2.7)
    for value, row in zip(result.points.ewma, read("montgomery_chapter_9.csv"), strict=True):
        # Printed with six digits; the exact average may lie halfway between two printings.
        assert abs(value - float(row["ewma"])) <= 0.51 * last_digit(row["ewma"])
    assert result.points.upper.round(2).tolist()[:2] == [10.27, 10.36]
    assert result.points.lower.round(2).tolist()[:2] == [9.73, 9.64]
    assert round(result.points.upper.iloc[-1], 2) == 10.62
    # 10.5731 at 28 lies inside 10.62, 10.6468 at 29 outside.
    assert [(signal.x, signal.start_x) for signal in result.signals] == [(29, 20)]
    assert result.points.is_signal.to_numpy().nonzero()[0].tolist() == [28, 29]


@pytest.mark.parametrize(
    "row",
    [row for row in read("arls.csv") if row["monitor"] == "ewma"],
    ids=lambda row: f"{row['source'][:12]} {row['k_or_weight']} {row['shift']}",
)
def test_published_average_run_lengths_are_reached(row: dict[str, str]) -> None:
    arl = ewma_arl(float(row["k_or_weight"]), float(row["h_or_width"]), float(row["shift"]), limits=row["limits"])
    assert abs(arl - float(row["arl"])) <= last_digit(row["arl"])


def test_run_length_with_exact_limits_agrees_with_simulation() -> None:
    """5,000 runs, first signal of the library's own recursion, within four standard errors."""
    rng = np.random.default_rng(19)
    for weight, width, shift in ((0.1, 2.4, 0.5), (0.05, 3.0, 1.0), (0.3, 2.0, 0.0)):
        z = rng.normal(shift, 1, (5_000, 400))
        path = sequential.ewma_paths(z, np.ones_like(z), weight, width)
        on = path.is_above | path.is_below
        assert on.any(axis=1).all()
        lengths = on.argmax(axis=1) + 1
        assert ewma_arl(weight, width, shift) == pytest.approx(lengths.mean(), abs=4 * lengths.std() / np.sqrt(5_000))


def test_a_weight_of_one_is_a_control_chart_of_single_values() -> None:
    assert ewma_arl(1, 3) == pytest.approx(370.4, abs=0.05)
    assert ewma_arl(0.999999, 3, 1, limits="asymptotic") == pytest.approx(ewma_arl(1, 3, 1), rel=1e-4)


def test_designs_keep_the_run_length_and_beat_their_neighbours() -> None:
    design = ewma_design(370, 1)
    assert design.arl0 == pytest.approx(370)
    for share in (0.8, 1.25):
        assert ewma_design(370, 1, weight=design.weight * share).arl1 > design.arl1
    assert ewma_arl(0.2, ewma_width(500, 0.2)) == pytest.approx(500)


def test_the_recursion_equals_the_plain_one_with_gaps() -> None:
    rng = np.random.default_rng(5)
    deviation = rng.normal(0, 1, (10, 40))
    deviation[rng.random(deviation.shape) < 0.15] = np.nan
    path = sequential.ewma_paths(deviation, np.full_like(deviation, 2.0), 0.3, 3)
    for row in range(10):
        now, seen = 0.0, 0
        for t in range(40):
            if deviation[row, t] == deviation[row, t]:
                now, seen = 0.3 * deviation[row, t] + 0.7 * now, seen + 1
            assert path.value[row, t] == pytest.approx(now, abs=1e-12)
            assert path.variance[row, t] == pytest.approx(4 * 0.3 / 1.7 * (1 - 0.7 ** (2 * seen)), abs=1e-12)


def test_a_gap_leaves_average_and_limits_where_they_are_and_before_the_first_value_there_is_none() -> None:
    points = ewma(series(None, 11, None, 12), centre=10, sd=1).points
    assert np.isnan(points.ewma[0]) and np.isnan(points.upper[0])
    assert (points.ewma[2], points.upper[2]) == (points.ewma[1], points.upper[1])
    assert points.carried.tolist() == ["missing", "", "missing", ""]


def test_asymptotic_limits_are_the_same_all_along() -> None:
    points = ewma(series(10, 11, 9, 10), centre=10, sd=2, weight=0.2, width=3, limits="asymptotic").points
    np.testing.assert_allclose(points.upper, 10 + 3 * 2 * np.sqrt(0.2 / 1.8))


def test_limits_of_a_proportion_stay_between_0_and_1_and_follow_the_denominators() -> None:
    frame = pd.DataFrame({"period": range(1, 13), "numerator": [0, 1] * 6, "denominator": [20, 40] * 6})
    points = ewma(frame, "p", weight=0.5, width=3).points
    assert (points.lower >= 0).all()
    variance, share = 0.0, 6 / 360
    for row, n in enumerate(frame.denominator):
        variance = 0.25 * share * (1 - share) / n + 0.25 * variance
        assert points.upper[row] == pytest.approx(share + 3 * np.sqrt(variance))


def test_restart_begins_anew_at_the_centre_after_a_signal() -> None:
    points = ewma(series(14, 14, 10, 14), centre=10, sd=1, restart=True).points
    assert points.is_signal.tolist() == [True, True, False, True]
    np.testing.assert_allclose(points.ewma, [10.8, 10.8, 10.0, 10.8])


def test_the_start_of_the_shift_is_where_the_average_left_the_other_side() -> None:
    result = ewma(series(10.1, 9.5, 9.9, 12, 12, 12, 12), centre=10, sd=1)
    (signal,) = result.signals
    assert signal.start_x == 4
    assert (signal.level, signal.size) == (pytest.approx(12), pytest.approx(2))


def test_sums_of_phases_are_apart_and_frozen_figures_stay_when_points_arrive() -> None:
    values = [10, 11, 9, 10, 12, 9, 11, 10, 9, 11, 10, 12, 13, 12, 14, 13]
    before, after = ewma(series(*values[:14]), freeze=12), ewma(series(*values), freeze=12)
    pd.testing.assert_frame_equal(before.points, after.points.iloc[:14])
    two = ewma(series(*values, *values), phases=17).points
    np.testing.assert_allclose(two.ewma[:16], two.ewma[16:])


def test_a_constant_series_has_no_limits_and_says_why() -> None:
    result = ewma(series(*[5.0] * 15))
    assert result.reasons == (Reason.NO_VARIATION,)
    assert result.points.upper.isna().all()
    assert result.signals == ()


def test_many_series_give_the_figures_of_one_by_one() -> None:
    rng = np.random.default_rng(23)
    frames = [
        pd.DataFrame(
            {
                "unit": unit,
                "period": range(size),
                "numerator": rng.poisson(12, size) + 8 * (np.arange(size) > 20),
                "denominator": rng.integers(80, 120, size),
            }
        )
        for unit, size in (("A", 30), ("B", 24), ("C", 16))
    ]
    frame = pd.concat(frames)
    many = ewma_many(frame, by=["unit"], chart="u", freeze=15).set_index("unit")
    for unit, own in frame.groupby("unit"):
        one, row = ewma(own, "u", freeze=15), many.loc[unit]
        assert row.ewma == one.points.ewma.iloc[-1]
        assert row.is_signal == bool(one.signals)
        if one.signals:
            assert (row.signal_x, row.start_x) == (one.signals[0].x, one.signals[0].start_x)
    assert many.is_signal.tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("change", "code"),
    [({"weight": 0}, "weight_out_of_range"), ({"width": -1}, "not_above_zero"), ({"limits": "wide"}, "unknown_limits")],
)
def test_what_makes_no_sense_is_refused(change: dict[str, object], code: str) -> None:
    with pytest.raises(spc.InputError) as caught:
        ewma(series(1, 2, 3), **change)  # type: ignore[arg-type]
    assert caught.value.code == code

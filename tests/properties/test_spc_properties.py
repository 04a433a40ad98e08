"""What must hold for every series, not just for those somebody thought of."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators import spc

QUICK = settings(max_examples=30, deadline=None)

# Whole numbers and eighths: shifting and scaling them by such numbers is exact, so ties stay ties.
eighths = st.integers(-400, 400).map(lambda number: number / 8)
series = st.lists(eighths, min_size=2, max_size=40)
RUNS = ["n_useful", "longest_run", "longest_run_max", "n_crossings", "n_crossings_min", "runs_signal"]
LINES = ["centre", "lower", "upper", "warning_lower", "warning_upper"]


@st.composite
def counts(draw: st.DrawFn, *, at_most_n: bool = True, min_size: int = 2) -> pd.DataFrame:
    """Numerators and denominators with gaps among them."""
    size = draw(st.integers(min_size, 30))
    denominator = draw(st.lists(st.integers(1, 200), min_size=size, max_size=size))
    numerator = [draw(st.integers(0, n if at_most_n else 2 * n)) for n in denominator]
    frame = pd.DataFrame(
        {"period": range(1, size + 1), "numerator": numerator, "denominator": denominator}, dtype=float
    )
    gaps = draw(st.lists(st.integers(0, size - 1), max_size=3))
    frame.loc[gaps, "numerator"] = np.nan
    return frame


def _frame(values: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"period": range(1, len(values) + 1), "numerator": values})


@QUICK
@given(series, eighths, st.sampled_from([0.25, 0.5, 2.0, 8.0]))
def test_an_i_chart_follows_shift_and_scale_and_its_signals_stay(
    values: list[float], shift: float, scale: float
) -> None:
    plain = spc.analyse(_frame(values), chart="i")
    moved = spc.analyse(_frame([value * scale + shift for value in values]), chart="i")
    expected = plain.points[LINES] * scale + shift
    pd.testing.assert_frame_equal(moved.points[LINES], expected, rtol=1e-9, atol=1e-9)
    assert moved.phases[RUNS].equals(plain.phases[RUNS])
    assert moved.points.sigma_signal.equals(plain.points.sigma_signal)
    assert moved.signals == plain.signals


@QUICK
@given(series)
def test_a_mirrored_i_chart_has_its_signals_on_the_other_side(values: list[float]) -> None:
    plain = spc.analyse(_frame(values), chart="i")
    mirrored = spc.analyse(_frame([-value for value in values]), chart="i")
    assert mirrored.phases[RUNS].equals(plain.phases[RUNS])
    turned = {
        (signal.rule, signal.rows, None if signal.is_above is None else not signal.is_above) for signal in plain.signals
    }
    assert {(signal.rule, signal.rows, signal.is_above) for signal in mirrored.signals} == turned


@QUICK
@given(series, st.sampled_from(["run", "i"]), st.sampled_from(list(spc.METHODS)))
def test_a_reversed_series_keeps_its_longest_run_and_crossings(values: list[float], chart: str, method: str) -> None:
    forwards = spc.analyse(_frame(values), chart=chart, method=method)
    backwards = spc.analyse(_frame(values[::-1]), chart=chart, method=method)
    assert backwards.phases[RUNS].equals(forwards.phases[RUNS])


@QUICK
@given(counts(min_size=6), st.sampled_from(["run", "i", "p", "u", "c"]), st.data())
def test_frozen_lines_do_not_move_when_points_arrive(frame: pd.DataFrame, chart: str, data: st.DataObject) -> None:
    freeze = data.draw(st.integers(2, len(frame) - 1))
    seen = data.draw(st.integers(freeze, len(frame)))
    # Whether a series varies at all is asked of every point, so a constant start has no lines to keep.
    start = frame.iloc[:seen]
    before = spc.analyse(start, chart=chart, freeze=freeze)
    after = spc.analyse(frame, chart=chart, freeze=freeze)
    kept = after.points.iloc[:seen]
    assert np.array_equal(before.points.centre, kept.centre, equal_nan=True)
    if not before.phases.is_constant.iloc[0]:
        assert before.points[LINES].equals(kept[LINES])


@QUICK
@given(counts())
def test_a_p_chart_stays_between_0_and_1(frame: pd.DataFrame) -> None:
    points = spc.analyse(frame, chart="p").points
    drawn = points[["y", *LINES]].to_numpy()
    assert ((drawn >= 0) & (drawn <= 1))[~np.isnan(drawn)].all()


@QUICK
@given(counts(at_most_n=False))
def test_a_u_chart_does_not_go_below_0_and_its_limits_enclose_the_centre(frame: pd.DataFrame) -> None:
    points = spc.analyse(frame, chart="u").points.dropna(subset="upper")
    assert (points.lower >= 0).all()
    assert (points.lower <= points.centre).all() and (points.centre <= points.upper).all()
    assert (points.warning_upper <= points.upper).all() and (points.warning_lower >= points.lower).all()


@QUICK
@given(counts(), st.sampled_from(["run", "i", "p", "u", "c"]), st.randoms(use_true_random=False))
def test_the_order_of_rows_is_irrelevant(frame: pd.DataFrame, chart: str, random: object) -> None:
    shuffled = frame.sample(frac=1, random_state=random.randrange(2**32))  # type: ignore[attr-defined]
    plain, again = spc.analyse(frame, chart=chart), spc.analyse(shuffled, chart=chart)
    assert again.points.equals(plain.points)
    assert again.signals == plain.signals


@QUICK
@given(st.lists(counts(), min_size=1, max_size=5), st.sampled_from(["run", "i", "p", "u", "c"]), st.data())
def test_many_at_once_equal_one_by_one_to_the_last_digit(
    frames: list[pd.DataFrame], chart: str, data: st.DataObject
) -> None:
    options = {
        "phases": data.draw(st.lists(st.integers(2, 12), max_size=2)),
        "freeze": data.draw(st.none() | st.integers(1, 12)),
        "exclude": data.draw(st.lists(st.integers(1, 12), max_size=2)),
        "method": data.draw(st.sampled_from(list(spc.METHODS))),
        "multiply": 100,
    }
    together = pd.concat([frame.assign(unit=f"U{number}") for number, frame in enumerate(frames)])
    many = spc.analyse_many(together.sample(frac=1, random_state=1), by=["unit"], chart=chart, **options)
    for number, frame in enumerate(frames):
        alone = spc.analyse(frame, chart=chart, **options).phases
        batch = many[many.unit == f"U{number}"].drop(columns="unit").reset_index(drop=True)
        pd.testing.assert_frame_equal(batch, alone, check_exact=True)


@QUICK
@given(counts(min_size=4), st.sampled_from(["run", "i", "p", "u", "c"]), st.data())
def test_phases_know_nothing_of_one_another(frame: pd.DataFrame, chart: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(2, len(frame)))
    whole = spc.analyse(frame, chart=chart, phases=start)
    for phase, part in ((1, frame.iloc[: start - 1]), (2, frame.iloc[start - 1 :])):
        alone = spc.analyse(part, chart=chart)
        in_whole = whole.points[whole.points.phase == phase].reset_index(drop=True)
        pd.testing.assert_frame_equal(
            in_whole.drop(columns="phase"), alone.points.drop(columns="phase"), check_exact=True
        )


@QUICK
@given(counts(), st.sampled_from(["run", "i", "p", "u", "c"]))
def test_limits_are_never_missing_without_a_stated_reason(frame: pd.DataFrame, chart: str) -> None:
    points = spc.analyse(frame, chart=chart).points
    if spc.CHARTS[chart].has_limits:
        assert (points.reason[points.upper.isna()] != "").all()


@QUICK
@given(series, st.integers(1, 3))
def test_excluded_points_leave_the_lines_of_the_series_without_them(values: list[float], position: int) -> None:
    if position > len(values) or len(values) < 3:
        return
    excluded = spc.analyse(_frame(values), chart="i", exclude=position).phases
    without = spc.analyse(_frame([*values[: position - 1], *values[position:]]), chart="i").phases
    assert excluded[[*RUNS, "centre", "lower", "upper"]].equals(without[[*RUNS, "centre", "lower", "upper"]])


def test_the_kernel_gives_the_same_digits_whatever_the_size_of_the_block() -> None:
    random = np.random.default_rng(7)
    sizes = random.integers(1, 60, 200)
    frame = pd.DataFrame(
        {
            "unit": np.repeat(np.arange(200), sizes),
            "period": np.concatenate([np.arange(size) for size in sizes]),
            "numerator": random.poisson(7, sizes.sum()),
            "denominator": random.integers(20, 90, sizes.sum()),
        }
    )
    whole = spc.analyse_many(frame, by=["unit"], chart="p")
    halves = [
        spc.analyse_many(frame[frame.unit.between(*bounds)], by=["unit"], chart="p") for bounds in ((0, 80), (81, 199))
    ]
    pd.testing.assert_frame_equal(whole, pd.concat(halves, ignore_index=True), check_exact=True)


@pytest.mark.parametrize("chart", ["run", "i", "p", "u", "c"])
def test_computing_twice_gives_the_same(chart: str) -> None:
    frame = pd.DataFrame({"period": range(20), "numerator": range(20), "denominator": [40.0] * 20})
    assert spc.analyse(frame, chart=chart).points.equals(spc.analyse(frame, chart=chart).points)

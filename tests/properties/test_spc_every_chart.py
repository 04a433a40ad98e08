"""What must hold for every chart type and every profile, on any series.

`TAVLE_PROPERTIES=long pytest tests/properties` tries a hundred times as many examples.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators import spc
from indicators.spc import analysis, kernel
from tests.properties.spc_series import (
    AXES,
    CHARTS,
    LINES,
    MOVING,
    PROFILES,
    RUNS,
    charts,
    examples,
    frame_of,
    options,
    positions,
    profiles,
    seeds,
    sizes,
)

SIDES = {True: False, False: True, None: None}
Series = list[pd.DataFrame]


def same(ours: pd.DataFrame, theirs: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(ours.reset_index(drop=True), theirs.reset_index(drop=True), check_exact=True)


def near(ours: pd.DataFrame, theirs: pd.DataFrame) -> None:
    scale = float(np.nanmax(np.abs(theirs.to_numpy(dtype=float)), initial=0.0))
    pd.testing.assert_frame_equal(ours, theirs, rtol=1e-9, atol=1e-11 * scale, check_dtype=False)


def stacked(frames: Series) -> pd.DataFrame:
    return pd.concat([frame.assign(unit=number) for number, frame in enumerate(frames)], ignore_index=True)


@st.composite
def several(draw: st.DrawFn, chart: str, *, axis: str | None = None) -> Series:
    """Series of unequal length, gaps and several rows per x among them."""
    kind = axis or draw(st.sampled_from(AXES))
    frames = [
        frame_of(draw(seeds), chart, draw(sizes), axis=kind, rows_per_x=draw(st.sampled_from([0, 0, 3])))
        for _ in range(draw(st.integers(1, 5)))
    ]
    if kind == "category":  # one set of categories, as in one column
        names = max((frame.period.cat.categories for frame in frames), key=len)
        frames = [frame.assign(period=frame.period.cat.set_categories(names)) for frame in frames]
    return frames


# --------------------------------------------------------------------------------------------- a batch is its series


@examples(25)
@given(st.data(), charts)
def test_many_at_once_are_one_by_one_to_the_last_digit(data: st.DataObject, chart: str) -> None:
    frames, call = data.draw(several(chart)), data.draw(options(chart))
    table = stacked(frames)
    many = spc.analyse_many(table, by=["unit"], **call)
    for number, frame in enumerate(frames):
        same(many[many.unit == number].drop(columns="unit"), spc.analyse(frame, **call).phases)
    if table.period.dtype != "category":
        same(spc.analyse_many(pa.Table.from_pandas(table), by="unit", **call), many)
    cut = data.draw(st.integers(0, len(frames)))
    parts = [part for part in (table[table.unit < cut], table[table.unit >= cut]) if len(part)]
    same(pd.concat([spc.analyse_many(part, by="unit", **call) for part in parts]), many)


@examples(20)
@given(st.data(), charts, st.integers(1, 40))
def test_the_size_of_a_block_changes_no_digit(data: st.DataObject, chart: str, block: int) -> None:
    frames, call = data.draw(several(chart)), data.draw(options(chart))
    table = stacked(frames)
    whole = spc.analyse_many(table, by="unit", **call)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "BLOCK_POINTS", block)
        patch.setattr(analysis, "CHUNK_POINTS", 3 * block)
        same(spc.analyse_many(table, by="unit", **call), whole)
        one_row = [frame.drop_duplicates("period").dropna() for frame in frames]
        one_row = [frame for frame in one_row if len(frame)]
        if not one_row:
            return
        arrays = {name: np.concatenate([frame[name].to_numpy(float) for frame in one_row]) for name in LEVELS}
        offsets = np.cumsum([0, *(len(frame) for frame in one_row)])
        kept = {name: value for name, value in call.items() if name not in ("phases", "freeze", "exclude", "n")}
        kept.pop("aggregate")
        exposure = None if call.get("n", "") is None else arrays["denominator"]
        flat = spc.analyse_arrays(arrays["numerator"], exposure, offsets, **kept)
    numbered = [frame.assign(period=range(len(frame))) for frame in one_row]
    kept["n"] = call.get("n", "denominator")
    if chart != "s":  # of one row there is no deviation to take, and arrays hold one row a subgroup
        same(flat.drop(columns="series"), spc.analyse_many(stacked(numbered), by="unit", **kept).drop(columns="unit"))


LEVELS = ("numerator", "denominator")


@examples(25)
@given(st.data(), charts, seeds, sizes)
def test_the_order_of_rows_is_irrelevant(data: st.DataObject, chart: str, seed: int, size: int) -> None:
    frame = frame_of(seed, chart, size, axis=data.draw(st.sampled_from(["number", "date", "category"])), rows_per_x=1)
    call = data.draw(options(chart))
    plain = spc.analyse(frame, **call)
    shuffled = spc.analyse(frame.sample(frac=1, random_state=seed), **call)
    same(shuffled.points, plain.points)
    same(shuffled.phases, plain.phases)
    assert shuffled.signals == plain.signals


@examples(20)
@given(st.data(), st.sampled_from(["run", "i", "mr", "ip", "c", "p", "pp", "u", "up"]), seeds, sizes)
def test_rows_of_one_x_are_their_sums(data: st.DataObject, chart: str, seed: int, size: int) -> None:
    frame = frame_of(seed, chart, size, rows_per_x=4).dropna()
    call = data.draw(options(chart)) | {"n": "denominator", "aggregate": "sum"}
    if chart == "c":
        call["n"] = None
    if frame.empty:
        return
    summed = frame.groupby("period", as_index=False).sum()
    same(spc.analyse(frame, **call).points, spc.analyse(summed, **call).points)


@examples(20)
@given(st.data(), charts, seeds, sizes)
def test_a_result_comes_back_from_json_to_the_last_digit(data: st.DataObject, chart: str, seed: int, size: int) -> None:
    frame = frame_of(seed, chart, size, axis=data.draw(st.sampled_from(AXES)))
    result = spc.analyse(frame, target=data.draw(st.none() | st.just(0.3)), **data.draw(options(chart)))
    again = spc.SpcResult.from_json(result.to_json())
    same(again.points, result.points)
    same(again.phases, result.phases)
    assert again.signals == result.signals
    assert again.to_json() == result.to_json()


# -------------------------------------------------------------------------------------------- what the figures may be


@examples(25)
@given(st.data(), charts)
def test_lines_stay_in_the_range_of_the_value_around_their_centre_and_none_is_missing_without_a_reason(
    data: st.DataObject, chart: str
) -> None:
    record = spc.CHARTS[chart]
    call = data.draw(options(chart)) | {"multiply": 1}
    result = spc.analyse(data.draw(several(chart))[0], **call)
    points = result.points
    lines = points[LINES].to_numpy()
    known = lines[~np.isnan(lines)]
    assert np.isfinite(known).all()
    if record.kind is spc.ValueKind.PROPORTION:
        assert ((known >= 0) & (known <= 1)).all()
    elif record.is_not_negative or record.is_positive or chart in ("mr", "s"):
        assert (known >= 0).all()
    drawn = points[points.upper.notna() & points.lower.notna()]
    slack = 1e-12 * (1 + drawn.upper.abs())
    assert (drawn.lower <= drawn.upper).all()
    assert (drawn.warning_upper <= drawn.upper + slack).all()
    assert (drawn.warning_lower >= drawn.lower - slack).all()
    if chart != "g" and call["minimum"] is None and call["maximum"] is None and not call["non_negative"]:
        assert ((drawn.lower <= drawn.centre + slack) & (drawn.centre <= drawn.upper + slack)).all()
    if record.has_limits:
        assert (points.reason[points.upper.isna()] != "").all()
        assert (result.phases.reason[result.phases.upper.isna()] != "").all()
    else:
        assert points.upper.isna().all()
    assert not points.sigma_signal[points.upper.isna() & points.lower.isna()].any()
    assert (points.rule[points.y.isna() | ~points.included] == "").all()
    claimed = result.phases.set_index("phase").is_claimed
    assert all(claimed[signal.phase] and signal.rows for signal in result.signals)


@examples(25)
@given(st.data(), charts, seeds, sizes)
def test_phases_know_nothing_of_one_another(data: st.DataObject, chart: str, seed: int, size: int) -> None:
    frame = frame_of(seed, chart, size)
    # Whether a value can be negative or beyond its bounds is asked of the whole series.
    call = data.draw(options(chart)) | {"non_negative": False, "minimum": None, "maximum": None}
    starts = sorted({mark for mark in call["phases"] if 1 < mark <= size})
    whole = spc.analyse(frame, **call)
    edges = [1, *starts, size + 1]
    for number, (first, stop) in enumerate(itertools.pairwise(edges), start=1):
        part = frame[(frame.period >= first) & (frame.period < stop)]
        inside = {
            name: [mark - first + 1 for mark in call[name] if first <= mark < stop] for name in ("freeze", "exclude")
        }
        alone = spc.analyse(part, **(call | inside | {"phases": ()}))
        same(whole.points[whole.points.phase == number].drop(columns="phase"), alone.points.drop(columns="phase"))


@examples(25)
@given(st.data(), charts, seeds, st.integers(6, 30))
def test_frozen_lines_do_not_move_when_points_arrive(data: st.DataObject, chart: str, seed: int, size: int) -> None:
    frame = frame_of(seed, chart, size)
    freeze = data.draw(st.integers(2, size - 1))
    seen = data.draw(st.integers(freeze, size))
    call = {"chart": chart, "profile": data.draw(profiles), "freeze": freeze, "exclude": data.draw(st.lists(positions))}
    before = spc.analyse(frame[frame.period <= seen], **call)
    after = spc.analyse(frame, **call)
    kept = after.points.iloc[: len(before.points)]
    assert np.array_equal(before.points.centre, kept.centre, equal_nan=True)
    # Whether a series varies at all is asked of every point, so that where all are the same there are no lines to keep.
    if not (before.phases.is_constant.iloc[0] or after.phases.is_constant.iloc[0]):
        same(before.points[LINES], kept[LINES])


# ----------------------------------------------------------------------------------------- shift, scale, mirror, turn


def _call(data: st.DataObject, chart: str) -> dict[str, Any]:
    """A call whose every line follows the data: no given centre, nothing cut, nothing that is no mean."""
    call = data.draw(options(chart)) | {"non_negative": False, "minimum": None, "maximum": None, "multiply": 1}
    call.pop("centre", None)
    return call | {"n": None, "aggregate": data.draw(st.sampled_from(["mean", "median"]))}


def _same_signals(ours: spc.SpcResult, theirs: spc.SpcResult, *, is_mirrored: bool = False) -> None:
    assert ours.phases[RUNS].equals(theirs.phases[RUNS])
    assert ours.points.sigma_signal.equals(theirs.points.sigma_signal)
    assert ours.phases.rules.tolist() == theirs.phases.rules.tolist()
    turned = [(s.rule, s.phase, s.rows, SIDES[s.is_above] if is_mirrored else s.is_above) for s in theirs.signals]
    assert {(s.rule, s.phase, s.rows, s.is_above) for s in ours.signals} == set(turned)
    sides = -theirs.points.side if is_mirrored else theirs.points.side
    assert ours.points.side.tolist() == sides.tolist()
    assert ours.points.rule.tolist() == theirs.points.rule.tolist()


@examples(25)
@given(
    st.data(),
    st.sampled_from(sorted(MOVING)),
    seeds,
    sizes,
    st.integers(-80, 80).map(lambda eighths: eighths / 8),
    st.sampled_from([0.25, 0.5, 2.0, 8.0]),
)
def test_shifted_and_scaled_data_have_shifted_and_scaled_lines_and_the_same_signals(
    data: st.DataObject, chart: str, seed: int, size: int, shift: float, scale: float
) -> None:
    frame, call = frame_of(seed, chart, size), _call(data, chart)
    plain = spc.analyse(frame, **call)
    moved = spc.analyse(frame.assign(numerator=frame.numerator * scale + shift), **call)
    # A range and a standard deviation do not know where the values lie.
    near(moved.points[LINES], plain.points[LINES] * scale + (0.0 if chart in ("mr", "s") else shift))
    _same_signals(moved, plain)


@examples(25)
@given(st.data(), st.sampled_from(["t", "p", "pp", "u", "up", "ip"]), seeds, sizes, st.sampled_from([2, 8, 64]))
def test_another_unit_of_measure_changes_the_figures_and_no_signal(
    data: st.DataObject, chart: str, seed: int, size: int, factor: int
) -> None:
    frame, call = frame_of(seed, chart, size), _call(data, chart) | {"n": "denominator"}
    plain = spc.analyse(frame, **call)
    _same_signals(spc.analyse(frame, **(call | {"multiply": factor})), plain)
    if chart in ("p", "pp"):
        return
    if chart == "t":  # days or hours
        other = spc.analyse(frame.assign(numerator=frame.numerator * factor), **call)
        near(other.points[LINES], plain.points[LINES] * factor)
    else:  # bed days or bed hours
        other = spc.analyse(frame.assign(denominator=frame.denominator * factor), **call)
        near(other.points[LINES], plain.points[LINES] / factor)
    _same_signals(other, plain)


@examples(25)
@given(st.data(), st.sampled_from(["run", "i", "ip", "xbar", "p", "pp"]), seeds, sizes)
def test_mirrored_data_have_mirrored_lines_and_their_signals_on_the_other_side(
    data: st.DataObject, chart: str, seed: int, size: int
) -> None:
    frame, call = frame_of(seed, chart, size), _call(data, chart)
    top: Any = 0.0
    mirrored = frame.assign(numerator=-frame.numerator)
    if chart in ("p", "pp"):
        call, top = call | {"n": "denominator"}, 1.0
        mirrored = frame.assign(numerator=frame.denominator - frame.numerator)
    plain, turned = spc.analyse(frame, **call), spc.analyse(mirrored, **call)
    swapped = plain.points[["centre", "upper", "lower", "warning_upper", "warning_lower"]].set_axis(LINES, axis=1)
    near(turned.points[LINES], top - swapped)
    _same_signals(turned, plain, is_mirrored=True)


@examples(25)
@given(st.data(), charts, seeds, sizes)
def test_a_reversed_series_keeps_its_runs(data: st.DataObject, chart: str, seed: int, size: int) -> None:
    if chart == "mr":  # its first point has no range
        return
    frame = frame_of(seed, chart, size)
    call = {"chart": chart, "method": data.draw(st.sampled_from(list(spc.METHODS)))}
    forwards = spc.analyse(frame, **call)
    backwards = spc.analyse(frame.assign(period=-frame.period), **call)
    assert backwards.phases[RUNS].equals(forwards.phases[RUNS])


@examples(25)
@given(st.data(), st.sampled_from(["run", "i", "c"]), seeds, sizes)
def test_a_point_on_the_centre_line_changes_no_figure_of_the_runs(
    data: st.DataObject, chart: str, seed: int, size: int
) -> None:
    frame = frame_of(seed, chart, size)
    centre = None if chart == "run" else data.draw(st.sampled_from([4.0, 10.0]))
    call = {"chart": chart, "centre": centre, "n": None}
    plain = spc.analyse(frame, **call)
    line = float(plain.points.centre.iloc[0])
    extra = pd.DataFrame({"period": [data.draw(st.integers(0, size)) + 0.5], "numerator": line, "denominator": 1.0})
    more = spc.analyse(pd.concat([frame.astype(float), extra], ignore_index=True), **call)
    assert more.phases[RUNS].equals(plain.phases[RUNS])


def test_the_charts_and_profiles_tried_here_are_all_there_are() -> None:
    assert list(spc.CHARTS) == CHARTS
    assert list(spc.PROFILES) == PROFILES

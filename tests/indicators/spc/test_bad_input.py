"""What cannot be charted is refused with the row and the mend; what can, however oddly it is stored, is charted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from indicators import spc

NAN, INF = float("nan"), float("inf")
LEVEL = [4.0, 6.0, 5.0, 7.0, 3.0, 6.0, 4.0, 5.0, 7.0, 4.0, 6.0, 3.0]
UPPER = 11.044487427466152
"""Upper limit of an I chart of LEVEL."""


def frame(values: Any = LEVEL, **more: Any) -> pd.DataFrame:
    return pd.DataFrame({"period": range(1, len(values) + 1), "numerator": values} | more)


def refusal(call: Callable[[], object]) -> spc.InputError:
    """What is raised: a ValueError with words in both languages."""
    with pytest.raises(ValueError) as raised:
        call()
    problem = raised.value
    assert isinstance(problem, spc.InputError)
    assert problem.say("da") and problem.say("en") and problem.say("da") != problem.say("en")
    return problem


# ------------------------------------------------------------------------------------------------------------ figures

BAD_FIGURES: list[tuple[str, str, Any, int]] = [
    ("infinity", "infinite", [1.0, INF, 2.0], 2),
    ("minus infinity", "infinite", [1.0, 2.0, -INF], 3),
    ("infinity as text", "infinite", ["1", "2", "inf"], 3),
    ("infinity as a decimal", "infinite", [Decimal(1), Decimal("Infinity"), Decimal(2)], 2),
    ("too large", "too_large", [1.0, 1e300, 2.0], 2),
    ("the largest float", "too_large", [1.0, 2.0, 1.7e308], 3),
    ("a whole number beyond float", "not_a_number", [1, 10**400, 2], 2),
    ("text", "not_a_number", ["1", "fire", "2"], 2),
    ("a Danish decimal", "not_a_number", ["1,5", "2", "3"], 1),
    ("an empty text", "not_a_number", ["1", "", "3"], 2),
    ("a list", "not_a_number", [1.0, [2.0], 3.0], 2),
    ("a complex number", "not_a_number", [1.0, 2.0, 3.0 + 1j], 1),
    ("dates", "not_a_number", pd.date_range("2024-01-01", periods=3), 1),
    ("a date among numbers", "not_a_number", [1.0, pd.Timestamp("2024-01-01"), 2.0], 2),
    ("spans of time", "not_a_number", pd.to_timedelta([1, 2, 3], unit="D"), 1),
    ("names", "not_a_number", pd.Categorical(["a", "b", "a"]), 1),
]


@pytest.mark.parametrize(("code", "values", "row"), [case[1:] for case in BAD_FIGURES], ids=[c[0] for c in BAD_FIGURES])
def test_what_is_no_figure_is_refused_with_its_row(code: str, values: Any, row: int) -> None:
    problem = refusal(lambda: spc.analyse(frame(values), chart="i"))
    assert (problem.code, problem.row, problem.x) == (code, row, row)
    assert refusal(lambda: spc.analyse_many(frame(values, unit="A"), by="unit", chart="run")).row == row


@pytest.mark.parametrize(
    ("chart", "numerator", "denominator", "code", "row"),
    [
        ("pp", [1.0, 11.0, 3.0], [10.0] * 3, "numerator_above_denominator", 2),
        ("up", [1.0, 2.0, 3.0], [10.0, 10.0, 0.0], "zero_denominator", 3),
        ("ip", [1.0, 2.0, 3.0], [-1.0, 10.0, 10.0], "zero_denominator", 1),
        ("p", [0.0, 0.0, 0.0], [1.0, 5e-324, 1.0], "too_small", 2),
        ("u", [1.0, 2.0, 3.0], [1.0, 1.0, 1e200], "too_large", 3),
        ("g", [1.0, -2.0, 3.0], None, "negative_count", 2),
        ("t", [1.0, 2.0, 0.0], None, "not_positive", 3),
        ("t", [-1.0, 2.0, 3.0], None, "not_positive", 1),
    ],
)
def test_figures_that_the_chart_cannot_hold_are_refused_with_their_row(
    chart: str, numerator: list[float], denominator: list[float] | None, code: str, row: int
) -> None:
    given = frame(numerator) if denominator is None else frame(numerator, denominator=denominator)
    problem = refusal(lambda: spc.analyse(given, chart=chart))
    assert (problem.code, problem.row) == (code, row)
    exposure = None if denominator is None else np.array(denominator)
    alone = refusal(lambda: spc.analyse_arrays(np.array(numerator), exposure, np.array([0, 3]), chart))
    assert (alone.code, alone.row) == (code, row)


FIGURES_ALL_THE_SAME = {
    "whole": [int(value) for value in LEVEL],
    "small whole": np.array(LEVEL, dtype=np.int8),
    "unsigned": np.array(LEVEL, dtype=np.uint64),
    "half precision": np.array(LEVEL, dtype=np.float16),
    "objects": pd.Series(LEVEL, dtype=object),
    "decimals": [Decimal(str(value)) for value in LEVEL],
    "text": [str(value) for value in LEVEL],
    "nullable whole": pd.array([int(value) for value in LEVEL], dtype="Int64"),
    "nullable": pd.array(LEVEL, dtype="Float64"),
    "Arrow": pd.array(LEVEL, dtype="double[pyarrow]"),
    "Arrow decimals": pd.array([Decimal(str(value)) for value in LEVEL], dtype=pd.ArrowDtype(pa.decimal128(10, 2))),
    "a category of numbers": pd.Categorical(LEVEL),
}


@pytest.mark.parametrize("kind", FIGURES_ALL_THE_SAME)
def test_figures_are_the_same_however_they_are_stored(kind: str) -> None:
    points = spc.analyse(frame(FIGURES_ALL_THE_SAME[kind]), chart="i").points
    assert points.y.tolist() == LEVEL
    assert points.upper.iloc[0] == UPPER


@pytest.mark.parametrize(
    "values",
    [
        pd.array([4, None, 6], dtype="Int64"),
        pd.array([4.0, None, 6.0], dtype="Float64"),
        pd.array([4.0, None, 6.0], dtype="double[pyarrow]"),
        [4, None, 6],
        [Decimal(4), Decimal("NaN"), Decimal(6)],
        ["4", None, "6"],
    ],
    ids=["Int64", "Float64", "Arrow", "objects", "decimals", "text"],
)
def test_a_missing_figure_is_missing_however_it_is_stored(values: Any) -> None:
    points = spc.analyse(frame(values), chart="run").points
    assert points.y.isna().tolist() == [False, True, False]
    assert points.reason.iloc[1] == "no data"


def test_true_and_false_count_cases_with_and_without_the_event() -> None:
    cases = pd.DataFrame({"period": [1, 1, 1, 1, 2, 2], "died": [True, False, False, False, True, False], "case": 1})
    assert spc.analyse(cases, chart="p", y="died", n="case").points.y.tolist() == [0.25, 0.5]


def test_whole_numbers_beyond_64_bits_are_summed_as_floats() -> None:
    values = [2**62, 2**62, 2**62, 2**61]
    given = pd.DataFrame({"period": [1, 1, 1, 2], "numerator": values})
    assert spc.analyse(given, chart="c").points.y.tolist() == [3.0 * 2**62, 2.0**61]


@pytest.mark.parametrize("chart", list(spc.CHARTS))
@pytest.mark.parametrize("factor", [1e-300, 1e-99, 1e-20, 1e20, 1e99])
def test_very_small_and_very_large_figures_lose_no_limit_without_a_reason(chart: str, factor: float) -> None:
    values = [value * factor for value in LEVEL for _ in range(2)]
    given = pd.DataFrame({"period": np.repeat(range(12), 2), "numerator": values})
    given["numerator"] *= np.where(np.arange(24) % 2, 1.0, 0.5)
    if factor >= 1e-99:
        given["denominator"] = 10 * factor
    if spc.CHARTS[chart].needs_denominator and "denominator" not in given:
        given["denominator"] = 1.0
    points = spc.analyse(given, chart=chart, n="denominator" if "denominator" in given else None).points
    lines = points[["centre", "lower", "upper"]].to_numpy()
    assert not np.isinf(lines).any()
    if spc.CHARTS[chart].has_limits:
        assert (points.reason[points.upper.isna()] != "").all()


# ------------------------------------------------------------------------------------------------------------ the axis

MONTHS = pd.date_range("2024-01-01", periods=12, freq="MS")
SAME_MONTHS: dict[str, Any] = {
    "seconds": MONTHS.astype("datetime64[s]"),
    "nanoseconds": MONTHS.astype("datetime64[ns]"),
    "dates": [month.date() for month in MONTHS],
    "dates and moments": [month.date() if month.month % 2 else month for month in MONTHS],
    "text": MONTHS.strftime("%Y-%m-%d"),
    "text of months": MONTHS.strftime("%Y-%m"),
    "with a zone": MONTHS.tz_localize("Europe/Copenhagen"),
    "text in universal time": [f"{month:%Y-%m-%d}T00:00:00Z" for month in MONTHS],
    "text in summer and winter time": [
        f"{month:%Y-%m-%d}T00:00:00{'+02:00' if 4 <= month.month <= 10 else '+01:00'}" for month in MONTHS
    ],
    "periods": pd.period_range("2024-01", periods=12, freq="M"),
}


@pytest.mark.parametrize("kind", SAME_MONTHS)
def test_months_are_months_however_they_are_stored(kind: str) -> None:
    given = frame().assign(period=SAME_MONTHS[kind]).iloc[::-1]
    result = spc.analyse(given, chart="i", phases="2024-07-01", freeze=date(2024, 4, 1), exclude="2024-12-01")
    assert [moment.strftime("%Y-%m-%d") for moment in result.points.x] == MONTHS.strftime("%Y-%m-%d").tolist()
    assert result.points.y.tolist() == LEVEL
    assert result.points.phase.tolist() == [1] * 6 + [2] * 6
    assert result.points.in_baseline.tolist() == [True] * 4 + [False] * 2 + [True] * 6
    assert result.points.included.tolist() == [True] * 11 + [False]
    again = spc.SpcResult.from_json(result.to_json())
    pd.testing.assert_frame_equal(again.points, result.points, check_exact=True)


@pytest.mark.parametrize(
    "values", [range(1, 13), np.arange(12.0), [Decimal(n) for n in range(12)], pd.array(range(12), dtype="Int64")]
)
def test_numbers_on_the_axis_are_put_in_order_however_they_are_stored(values: Any) -> None:
    points = spc.analyse(frame().assign(period=values).iloc[::-1], chart="i").points
    assert points.y.tolist() == LEVEL
    assert points.upper.iloc[0] == UPPER


def test_a_row_without_an_x_is_left_out_and_counted() -> None:
    for missing, values in (
        (2, [None, 1, 2, NAN, *range(3, 11)]),
        (2, [None, "2024-01-01", "2024-01-02", NAN, *(f"2024-02-{day:02d}" for day in range(1, 9))]),
        (1, ["", "2024-01-01", "2024-01-02", *(f"2024-02-{day:02d}" for day in range(1, 10))]),
        (1, pd.Categorical([None, *"abcdefghijk"])),
    ):
        result = spc.analyse(frame().assign(period=values), chart="run")
        assert (result.n_rows_without_x, len(result.points)) == (missing, 12 - missing)
        assert result.points.x.notna().all()


def test_text_that_names_no_fixed_day_is_a_category() -> None:
    for text in ("now", "Today", "uge 4", "1"):
        result = spc.analyse(frame([1.0, 2.0]).assign(period=["2024-01-01", text]), chart="run")
        assert result.points.x.tolist() == ["2024-01-01", text]


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("not_an_axis", pd.to_timedelta(range(12), unit="D")),
        ("not_an_axis", pd.interval_range(0, 12)),
        ("not_an_axis", [1j] * 12),
        ("not_an_axis", [[1]] * 12),
        ("infinite_x", [INF, *range(11)]),
        ("no_rows", [None] * 12),
        ("no_rows", [pd.NaT] * 12),
        ("no_rows", pd.array([None] * 12, dtype="Int64")),
    ],
    ids=["spans", "intervals", "complex", "lists", "infinite", "missing", "no moments", "nullable"],
)
def test_an_axis_without_an_order_is_refused(code: str, values: Any) -> None:
    assert refusal(lambda: spc.analyse(frame().assign(period=values), chart="i")).code == code


# ------------------------------------------------------------------------------------------- phases, freeze, exclude


@pytest.mark.parametrize("argument", ["phases", "freeze", "exclude"])
@pytest.mark.parametrize(
    ("mark", "code"),
    [
        (0, "position_below_one"),
        (-1, "position_below_one"),
        (1.0, "not_a_mark"),
        (np.float64(3), "not_a_mark"),
        (NAN, "not_a_mark"),
        (True, "not_a_mark"),
        ("7", "not_a_mark"),
        ("today", "not_a_mark"),
        ("", "not_a_mark"),
        ("2024-02-30", "not_a_mark"),
        (pd.NaT, "not_a_mark"),
        ([None], "not_a_mark"),
        ([[3]], "not_a_mark"),
        (Decimal(3), "not_a_mark"),
        ([3, "fire"], "not_a_mark"),
    ],
)
def test_a_mark_that_is_neither_position_nor_date_is_refused(argument: str, mark: Any, code: str) -> None:
    for given in (frame(), frame().assign(period=MONTHS)):
        problem = refusal(lambda given=given: spc.analyse(given, chart="i", **{argument: mark}))  # type: ignore[misc]
        assert problem.code == code
        assert argument in str(problem)
        assert (
            refusal(
                lambda given=given: spc.analyse_many(given.assign(unit=1), by="unit", chart="i", **{argument: mark})  # type: ignore[misc]
            ).code
            == code
        )


@pytest.mark.parametrize("argument", ["phases", "freeze", "exclude"])
def test_a_date_where_x_holds_no_dates_is_refused(argument: str) -> None:
    for given in (frame(), frame().assign(period=list("abcdefghijkl"))):
        for mark in ("2024-07-01", date(2024, 7, 1), pd.Period("2024-07", "M")):
            call = {argument: mark}
            assert refusal(lambda g=given, c=call: spc.analyse(g, chart="i", **c)).code == "date_without_dates"  # type: ignore[misc]


@pytest.mark.parametrize(
    "mark",
    [
        7,
        np.int64(7),
        "2024-07-01",
        "2024-07",
        date(2024, 7, 1),
        datetime(2024, 7, 1),
        pd.Timestamp("2024-07-01"),
        pd.Timestamp("2024-07-01", tz="Europe/Copenhagen"),
        np.datetime64("2024-07-01"),
        pd.Period("2024-07", "M"),
    ],
    ids=repr,
)
def test_one_place_may_be_marked_in_many_ways(mark: Any) -> None:
    given = frame().assign(period=MONTHS)
    assert spc.analyse(given, chart="i", phases=mark).phases.first_row.tolist() == [0, 6]
    assert int(spc.analyse(given, chart="i", freeze=[mark]).points.in_baseline.sum()) == 7
    assert np.flatnonzero(~spc.analyse(given, chart="i", exclude=(mark,)).points.included).tolist() == [6]


def test_what_lies_outside_the_series_is_refused_before_it_and_waits_after_it() -> None:
    given = frame().assign(period=MONTHS)
    plain = spc.analyse(given, chart="i").points
    for call in ({"phases": 13}, {"phases": "2030-01-01"}, {"freeze": 13}, {"freeze": "2030-01-01"}, {"exclude": 99}):
        pd.testing.assert_frame_equal(spc.analyse(given, chart="i", **call).points, plain)  # type: ignore[arg-type]
    # A phase that began before what is shown is the first phase.
    for began in (1, "2020-01-01"):
        pd.testing.assert_frame_equal(spc.analyse(given, chart="i", phases=began).points, plain)
    assert refusal(lambda: spc.analyse(given, chart="i", freeze="2020-01-01")).code == "freeze_before_data"
    assert refusal(lambda: spc.analyse(given, chart="i", phases=0)).code == "position_below_one"


def test_of_many_series_a_mark_holds_for_those_it_stands_in() -> None:
    early = frame().assign(period=MONTHS, unit="A")
    late = frame().assign(period=MONTHS + pd.DateOffset(years=1), unit="B")
    many = spc.analyse_many(pd.concat([early, late]), by="unit", chart="i", freeze="2024-04-01", phases="2024-11-01")
    assert many[["unit", "first_row", "last_row"]].values.tolist() == [["A", 0, 9], ["A", 10, 11], ["B", 0, 11]]
    alone = spc.analyse(late, chart="i").phases
    pd.testing.assert_frame_equal(many[many.unit == "B"].drop(columns="unit").reset_index(drop=True), alone)


def test_a_baseline_of_which_nothing_is_left_gives_no_limits_and_says_so() -> None:
    for chart, more in (("i", {}), ("p", {"denominator": 10.0}), ("run", {})):
        result = spc.analyse(frame(**more), chart=chart, freeze=2, exclude=[1, 2])
        assert result.points.centre.isna().all() and result.points.upper.isna().all()
        assert (result.points.reason != "").all()
        assert result.signals == ()


# ----------------------------------------------------------------------------------------------------- the call itself


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ({"chart": "q"}, "unknown_chart"),
        ({"chart": None}, "unknown_chart"),
        ({"chart": ["i"]}, "unknown_chart"),
        ({"profile": "mine"}, "unknown_profile"),
        ({"profile": None}, "unknown_profile"),
        ({"profile": ["mdc"]}, "unknown_profile"),
        ({"profile": "mdc:shift"}, "unknown_profile"),
        ({"profile": "mdc:shift=eight"}, "unknown_profile"),
        ({"profile": "mdc:speed=8"}, "unknown_profile"),
        ({"profile": "mdc:shift=1"}, "length_too_small"),
        ({"profile": "mdc:two_of_three=loose"}, "unknown_reading"),
        ({"profile": "anhoej:shift=8"}, "rule_not_in_profile"),
        ({"profile": "anhoej:two_of_three=strict"}, "rule_not_in_profile"),
        ({"method": "box"}, "unknown_method"),
        ({"method": ["anhoej"]}, "unknown_method"),
        ({"aggregate": "mode"}, "unknown_aggregate"),
        ({"aggregate": ["mean"]}, "unknown_aggregate"),
        ({"y": "antal"}, "unknown_column"),
        ({"x": None}, "unknown_column"),
        ({"n": ["denominator"]}, "unknown_column"),
        ({"target": "mål"}, "unknown_column"),
        ({"target": INF}, "target_out_of_range"),
        ({"target": [1, 2]}, "target_out_of_range"),
        ({"centre": "5"}, "centre_out_of_range"),
        ({"centre": NAN}, "centre_out_of_range"),
        ({"centre": 1e308}, "centre_out_of_range"),
        ({"centre": True}, "centre_out_of_range"),
        ({"chart": "p", "n": "numerator", "centre": 1.5}, "centre_out_of_range"),
        ({"chart": "g", "centre": -1}, "centre_out_of_range"),
        ({"chart": "t", "centre": -1}, "centre_out_of_range"),
        ({"multiply": 0}, "multiply_out_of_range"),
        ({"multiply": -100}, "multiply_out_of_range"),
        ({"multiply": NAN}, "multiply_out_of_range"),
        ({"multiply": INF}, "multiply_out_of_range"),
        ({"multiply": "100"}, "multiply_out_of_range"),
        ({"multiply": None}, "multiply_out_of_range"),
        ({"minimum": INF}, "minimum_out_of_range"),
        ({"maximum": "1"}, "maximum_out_of_range"),
    ],
    ids=repr,
)
def test_a_wrong_argument_is_refused(call: dict[str, Any], code: str) -> None:
    assert refusal(lambda: spc.analyse(frame(), **({"chart": "i"} | call))).code == code


def test_an_engine_there_is_not_is_refused() -> None:
    for engine in ("gpu", None, []):
        call: dict[str, Any] = {"by": "unit", "chart": "i", "engine": engine}
        assert refusal(lambda call=call: spc.analyse_many(frame(unit=1), **call)).code == "unknown_engine"  # type: ignore[misc]


def test_a_target_that_is_no_number_is_refused_with_its_row() -> None:
    problem = refusal(lambda: spc.analyse(frame(goal=["5"] * 4 + ["fem"] * 8), chart="i", target="goal"))
    assert (problem.code, problem.row) == ("not_a_number", 5)


@pytest.mark.parametrize(
    "data", [None, [1, 2], 7, pd.Series([1.0, 2.0]), np.ones((2, 2))], ids=lambda each: type(each).__name__
)
def test_what_is_no_table_is_refused(data: Any) -> None:
    assert refusal(lambda: spc.analyse(data, chart="i")).code == "not_a_frame"
    assert refusal(lambda: spc.analyse_many(data, by="unit", chart="i")).code == "not_a_frame"


def test_columns_as_arrays_must_fit_one_another() -> None:
    arrays = {"period": np.arange(3), "numerator": np.array([1.0, 2.0])}
    assert refusal(lambda: spc.analyse(arrays, chart="i")).code == "lengths_differ"
    assert refusal(lambda: spc.analyse(arrays | {"numerator": np.ones((3, 2))}, chart="i")).code == "not_one_column"
    assert spc.analyse(arrays | {"numerator": np.array([1.0, 2.0, 4.0])}, chart="i").points.y.tolist() == [
        1.0,
        2.0,
        4.0,
    ]


@pytest.mark.parametrize("name", ["period", "numerator", "denominator", "unit"])
def test_a_column_there_are_two_of_is_refused(name: str) -> None:
    given = frame(denominator=10.0, unit="A")
    given = pd.concat([given, given[[name]]], axis=1)
    problem = refusal(lambda: spc.analyse_many(given, by="unit", chart="p"))
    assert problem.code == "not_one_column"
    assert name in str(problem)


def test_an_empty_table_is_refused() -> None:
    empty = frame()[:0].assign(unit="A", denominator=1.0)
    assert refusal(lambda: spc.analyse(empty, chart="p")).code == "no_rows"
    assert refusal(lambda: spc.analyse_many(empty, by="unit", chart="p")).code == "no_rows"
    assert refusal(lambda: spc.analyse_many(pa.Table.from_pandas(empty), by="unit", chart="p")).code == "no_rows"


# -------------------------------------------------------------------------------------------------------- many at once


def test_series_are_kept_apart_by_any_keys() -> None:
    def counted(keys: Any, **more: Any) -> list[list[Any]]:
        table = spc.analyse_many(frame(unit=keys, **more), by=["unit", *more], chart="i")
        return table[["unit", *more, "n_points"]].astype(object).where(table.notna(), None).values.tolist()

    assert counted(["b", "a"] * 6) == [["a", 6], ["b", 6]]
    assert counted(pd.Categorical(["b", "a"] * 6, categories=["b", "a", "c"])) == [["b", 6], ["a", 6]]
    assert counted(["a"] * 6 + [None] * 6) == [["a", 6], [None, 6]]
    assert counted([2.0] * 6 + [NAN] * 3 + [1.0] * 3) == [[1.0, 3], [2.0, 6], [None, 3]]
    assert counted(pd.array([2, None] * 6, dtype="Int64")) == [[2, 6], [None, 6]]
    assert counted([date(2024, 1, 1), date(2023, 1, 1)] * 6) == [[date(2023, 1, 1), 6], [date(2024, 1, 1), 6]]
    assert counted(["a", "b"] * 6, ward=[1, 1, 2, 2] * 3) == [["a", 1, 3], ["a", 2, 3], ["b", 1, 3], ["b", 2, 3]]


def test_more_combinations_of_keys_than_a_number_can_count_stay_apart() -> None:
    random = np.random.default_rng(3)
    keys = {f"key_{place}": random.permutation(2000) for place in range(7)}
    given = pd.DataFrame({"period": 1, "numerator": np.arange(2000.0), **keys})
    many = spc.analyse_many(given, by=list(keys), chart="run")
    assert len(many) == 2000
    found = given.merge(many, on=list(keys))
    assert found.numerator.tolist() == found.centre.tolist()


def test_keys_are_named_once_and_not_like_the_answer() -> None:
    given = frame(unit=["a", "b"] * 6, centre=["a", "b"] * 6)
    assert list(spc.analyse_many(given, by=["unit", "unit"], chart="i").columns[:2]) == ["unit", "phase"]
    assert refusal(lambda: spc.analyse_many(given, by=["centre"], chart="i")).code == "reserved_column"
    assert refusal(lambda: spc.analyse_many(given, by=None, chart="i")).code == "no_columns"  # type: ignore[arg-type]
    assert refusal(lambda: spc.analyse_many(given, by=["ward"], chart="i")).code == "unknown_column"
    assert refusal(lambda: spc.analyse_many(frame(unit=[1, "a"] * 6), by="unit", chart="i")).code == "not_a_key"
    assert refusal(lambda: spc.analyse_many(frame(unit=[[1]] * 12), by="unit", chart="i")).code == "not_a_key"


def test_a_key_may_be_the_axis_itself_and_an_index_may_repeat() -> None:
    given = frame(denominator=10.0)
    assert spc.analyse_many(given, by="period", chart="i", n=None).centre.tolist() == LEVEL
    repeated = frame(goal=7.0).set_axis([0] * 12)
    pd.testing.assert_frame_equal(
        spc.analyse(repeated, chart="i", target="goal").points, spc.analyse(frame(), chart="i", target=7).points
    )


@pytest.mark.parametrize(
    ("y", "n", "offsets", "chart", "code"),
    [
        ([1.0, 2.0], [1.0], [0, 2], "p", "lengths_differ"),
        ([1.0, 2.0], None, [0, 1, 1, 2], "i", "bad_offsets"),
        ([1.0, 2.0], None, [0, 1], "i", "bad_offsets"),
        ([1.0, 2.0], None, [1, 2], "i", "bad_offsets"),
        ([1.0, 2.0], None, [0, 3], "i", "bad_offsets"),
        ([1.0, 2.0], None, [0, 2, 1, 2], "i", "bad_offsets"),
        ([1.0, 2.0], None, [0.0, 1.5, 2.0], "i", "bad_offsets"),
        ([1.0, 2.0], None, None, "i", "bad_offsets"),
        ([], None, [0], "i", "bad_offsets"),
        (["a"], None, [0, 1], "i", "not_an_array"),
        ([[1.0, 2.0]], None, [0, 1], "i", "not_an_array"),
        ([1.0], [[1.0]], [0, 1], "p", "not_an_array"),
        ([1.0], None, [0, 1], "p", "no_denominator"),
    ],
)
def test_arrays_that_do_not_fit_together_are_refused(y: Any, n: Any, offsets: Any, chart: str, code: str) -> None:
    assert refusal(lambda: spc.analyse_arrays(y, n, offsets, chart)).code == code


def test_the_row_at_fault_is_counted_through_all_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    from indicators.spc import analysis

    monkeypatch.setattr(analysis, "CHUNK_POINTS", 4)
    values = np.ones(20)
    values[17] = -1
    assert refusal(lambda: spc.analyse_arrays(values, None, np.arange(0, 21, 5), "c")).row == 18


def test_a_turning_point_behind_an_excluded_one_belongs_to_the_trend_it_ends() -> None:
    values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 99.0, 8.0, 7.5, 6.5, 5.5, 4.5, 3.5, 2.5, 1.5]
    points = spc.analyse(frame(values), chart="run", profile="mdc", exclude=8).points
    assert points.side.tolist() == [1] * 7 + [0, 1] + [-1] * 7


def test_neighbours_that_do_not_differ_are_not_called_missing() -> None:
    pairs = [value for level in range(6) for value in (float(level), float(level), NAN)]
    apart = [value for level in range(12) for value in (float(level % 5), NAN)]
    for values, code in ((pairs, "no_spread"), (apart, "no_neighbours")):
        table = spc.analyse_many(frame(values, unit="A"), by="unit", chart="i")
        assert table.reason_code.tolist() == [code]
        assert table.upper.isna().all()

"""Xbar and S charts of subgroups that come as mean, number of measurements and standard deviation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from indicators import spc

MEASURED = pd.DataFrame(
    {
        "week": [1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 5, 5, 5],
        "minutes": [12.0, 15.0, 18.0, 11.0, 13.0, 15.0, 13.5, 9.0, 17.0, 14.0, 16.0, 12.0, 13.0],
    }
)
"""Unequal sizes, and a single measurement in week 4."""


def summarised(measured: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    grouped = measured.groupby(by)["minutes"]
    return pd.DataFrame({"mean": grouped.mean(), "n": grouped.size(), "sd": grouped.std()}).reset_index()


def figures(result: spc.SpcResult) -> pd.DataFrame:
    return result.points[["y", "centre", "lower", "upper", "sigma_signal", "reason"]]


@pytest.mark.parametrize("chart", ["xbar", "s"])
def test_means_sizes_and_deviations_give_the_chart_of_the_measurements_themselves(chart: str) -> None:
    measured = spc.analyse(MEASURED, chart=chart, x="week", y="minutes", n=None)
    told = spc.analyse(summarised(MEASURED, ["week"]), chart=chart, x="week", y="mean", n="n", sd="sd")

    pd.testing.assert_frame_equal(figures(told), figures(measured), rtol=1e-12)


@pytest.mark.parametrize("chart", ["xbar", "s"])
def test_subgroups_of_the_same_x_become_one_of_all_their_measurements(chart: str) -> None:
    shifts = MEASURED.assign(shift=np.arange(len(MEASURED)) % 2)
    measured = spc.analyse(MEASURED, chart=chart, x="week", y="minutes", n=None)
    told = spc.analyse(summarised(shifts, ["week", "shift"]), chart=chart, x="week", y="mean", n="n", sd="sd")

    pd.testing.assert_frame_equal(figures(told), figures(measured), rtol=1e-12)


def test_many_series_of_subgroups_equal_one_by_one() -> None:
    told = summarised(MEASURED, ["week"])
    many = pd.concat([told.assign(ward="A"), told.assign(ward="B", mean=told["mean"] + 1)])
    batch = spc.analyse_many(many, by=["ward"], chart="xbar", x="week", y="mean", n="n", sd="sd")

    for ward, row in batch.set_index("ward").iterrows():
        alone = spc.analyse(many[many.ward == ward], chart="xbar", x="week", y="mean", n="n", sd="sd").phases.iloc[0]
        assert (row.centre, row.lower, row.upper) == (alone.centre, alone.lower, alone.upper)


def test_a_single_measurement_has_no_deviation_whatever_was_written() -> None:
    told = summarised(MEASURED, ["week"]).fillna({"sd": 0.0})
    points = spc.analyse(told, chart="xbar", x="week", y="mean", n="n", sd="sd").points

    assert points.reason[3] == "a single measurement: its spread is unknown"
    assert np.isnan(points.upper[3])
    assert points.y[3] == 14.0


def test_a_subgroup_that_lacks_its_deviation_is_missing() -> None:
    told = summarised(MEASURED, ["week"])
    told.loc[1, "sd"] = np.nan
    points = spc.analyse(told, chart="xbar", x="week", y="mean", n="n", sd="sd").points

    assert points.y.isna().tolist() == [False, True, False, False, False]
    assert points.reason[1] == "no data"


@pytest.mark.parametrize(
    ("change", "code", "english"),
    [
        ({"sd": -0.1}, "negative_sd", "Row 2 (x = 2): the standard deviation sd is negative"),
        ({"n": 0.0}, "size_below_one", "Row 2 (x = 2): the number of measurements n is below 1"),
        ({"n": 2.5}, "size_not_whole", "Row 2 (x = 2): the number of measurements n is not a whole number"),
        ({"sd": np.inf}, "infinite", "Row 2 (x = 2): sd is infinite"),
    ],
)
def test_what_cannot_be_a_subgroup_is_refused_with_its_row(change: dict[str, float], code: str, english: str) -> None:
    told = summarised(MEASURED, ["week"]).astype({"n": float})
    for name, value in change.items():
        told.loc[1, name] = value

    with pytest.raises(spc.InputError) as refused:
        spc.analyse(told, chart="s", x="week", y="mean", n="n", sd="sd")
    assert refused.value.code == code
    assert refused.value.say("en").startswith(english)
    assert refused.value.say("da").startswith("Række 2 (x = 2): ")


def test_deviations_without_the_number_of_measurements_are_refused() -> None:
    with pytest.raises(spc.InputError, match="name its column with n="):
        spc.analyse(summarised(MEASURED, ["week"]), chart="xbar", x="week", y="mean", sd="sd")


def test_columns_as_arrays_give_the_chart_of_their_frame() -> None:
    told = summarised(MEASURED, ["week"])
    columns = {name: column.to_numpy() for name, column in told.items()}
    of_arrays = spc.analyse(columns, chart="xbar", x="week", y="mean", n="n", sd="sd")

    pd.testing.assert_frame_equal(
        of_arrays.points, spc.analyse(told, chart="xbar", x="week", y="mean", n="n", sd="sd").points
    )


def test_arrays_of_different_lengths_are_refused() -> None:
    with pytest.raises(spc.InputError) as refused:
        spc.analyse({"period": np.arange(3), "y": np.arange(2.0)}, chart="run", y="y")
    assert refused.value.code == "lengths_differ"

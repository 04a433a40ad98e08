"""The multi-indicator sigma chart: each point in sigmas of its own chart, better is up, missing stays missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from indicators import spc
from indicators.spc.displays import DISPLAYS
from indicators.spc.displays.sigma_chart import sigma_chart
from indicators.spc.errors import InputError

MONTHS = pd.date_range("2024-01-01", periods=12, freq="MS")
CALM = [31, 28, 35, 30, 33, 29, 36, 30, 32, 34, 27, 31]


def frame(values: list[float | None], denominator: object = None) -> pd.DataFrame:
    found = pd.DataFrame({"period": MONTHS[: len(values)], "numerator": values})
    return found if denominator is None else found.assign(denominator=denominator)


def test_a_point_is_measured_in_sigmas_of_its_own_month() -> None:
    sizes = [100, 400] * 6
    result = spc.analyse(frame(CALM, sizes), chart="p", multiply=100)
    points = sigma_chart({"a": result}, {"a": "up"}).points
    centre = sum(CALM) / sum(sizes)
    by_hand = [(y / n - centre) / np.sqrt(centre * (1 - centre) / n) for y, n in zip(CALM, sizes, strict=True)]
    np.testing.assert_allclose(points["z"], by_hand)
    np.testing.assert_allclose(points["sigma"].iloc[0], 100 * np.sqrt(centre * (1 - centre) / 100))


def test_better_is_up_whichever_way_the_indicator_goes() -> None:
    result = spc.analyse(frame(CALM), chart="i")
    points = sigma_chart({"u": result, "d": result, "n": result}, {"u": "up", "d": "down"}).points
    up, down, neither = (points[points["indicator"] == name].reset_index() for name in "udn")
    np.testing.assert_array_equal(up["score"], -down["score"])
    np.testing.assert_array_equal(up["z"], down["z"])
    np.testing.assert_array_equal(neither["score"], neither["z"])
    assert (up["is_better"] == ~down["is_better"]).all() and neither["is_better"].isna().all()


@pytest.mark.parametrize(
    ("numerators", "size"),
    [
        ([1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 9], 20),  # lower limit cut at 0
        ([19, 18, 19, 18, 19, 18, 19, 18, 19, 18, 19, 11], 20),  # upper limit cut at 100 %
    ],
)
def test_a_cut_limit_does_not_shrink_sigma(numerators: list[float | None], size: int) -> None:
    result = spc.analyse(frame(numerators, size), chart="p", multiply=100)
    centre = sum(filter(None, numerators)) / (12 * size)
    points = sigma_chart({"a": result}).points
    np.testing.assert_allclose(points["sigma"], 100 * np.sqrt(centre * (1 - centre) / size))
    assert points["is_signal"].tolist() == (points["z"].abs() > 3).tolist() == [False] * 11 + [True]


def test_limits_cut_on_both_sides_fall_back_on_two_sigma_and_then_say_why_there_is_none() -> None:
    two = spc.analyse(frame([2, 3] * 6, 5), chart="p")
    centre, sigma = 0.5, np.sqrt(0.25 / 5)
    assert centre + 3 * sigma > 1 > centre + 2 * sigma
    np.testing.assert_allclose(sigma_chart({"a": two}).points["sigma"], sigma)
    none = sigma_chart({"a": spc.analyse(frame([1, 2] * 6, 3), chart="p")}).points
    assert none["z"].isna().all() and (none["reason_code"] == "limits_fill_range").all()


def test_an_i_chart_cut_at_zero_keeps_its_sigma() -> None:
    values: list[float | None] = [0, 4, 1, 5, 0, 3, 1, 4, 2, 5, 0, 4]
    cut, whole = (spc.analyse(frame(values), chart="i", non_negative=cut) for cut in (True, False))
    np.testing.assert_allclose(sigma_chart({"a": cut}).points["z"], sigma_chart({"a": whole}).points["z"])


def test_missing_stays_missing_and_every_missing_z_has_its_reason() -> None:
    charts = {
        "gap": spc.analyse(frame([31, None, *CALM[2:]], 100), chart="p"),
        "run": spc.analyse(frame(CALM), chart="run"),
        "flat": spc.analyse(frame([5] * 12), chart="i"),
    }
    points = sigma_chart(charts).points
    assert (points["z"].isna() == (points["reason_code"] != "")).all()
    codes = points.groupby("indicator")["reason_code"].unique().map(list).to_dict()
    assert codes == {"gap": ["", "no_data"], "run": ["no_sigma"], "flat": ["no_limits"]}
    assert "no variation" in points.loc[points["indicator"] == "flat", "reason"].iloc[0]


def test_phases_and_freeze_of_the_own_chart_are_kept() -> None:
    values = [*CALM[:6], *(10 + value for value in CALM[6:])]
    phased = sigma_chart({"a": spc.analyse(frame(values, 100), chart="p", phases=7)}).points
    frozen = sigma_chart({"a": spc.analyse(frame(values, 100), chart="p", freeze=6)}).points
    assert phased["z"].iloc[6:].mean() == pytest.approx(0, abs=1e-9)
    assert frozen["z"].iloc[6:].mean() > 2
    assert phased["phase"].tolist() == [1] * 6 + [2] * 6


def test_wide_has_one_column_per_indicator_and_gaps_where_an_indicator_has_no_month() -> None:
    short, long = spc.analyse(frame(CALM[:11]), chart="c"), spc.analyse(frame(CALM), chart="c")
    wide = sigma_chart({"short": short, "long": long}).wide()
    assert list(wide.columns) == ["short", "long"] and wide.shape == (12, 2)
    assert np.isnan(wide["short"].iloc[-1]) and not np.isnan(wide["long"].iloc[-1])


def test_what_is_out_of_control_at_one_time_stands_first_and_the_absent_are_named() -> None:
    high = spc.analyse(frame([*CALM[:11], 90]), chart="c", freeze=11)
    calm, short = spc.analyse(frame(CALM), chart="c"), spc.analyse(frame(CALM[:11]), chart="c")
    chart = sigma_chart({"calm": calm, "short": short, "high": high}, {"high": "down"})
    assert chart.out_of_control()["indicator"].tolist() == ["high"]
    assert chart.at("2024-12-01")["indicator"].tolist() == ["high", "calm", "short"]
    assert chart.at()["reason_code"].tolist()[-1] == "no_data"
    assert chart.out_of_control("2024-02-01").empty
    december = chart.by_x().iloc[-1]
    assert (december["n_values"], december["n_beyond"], december["n_worse"], december["n_better"]) == (2, 1, 1, 0)
    assert december["expected_by_chance"] == pytest.approx(2 * 0.0027)


def test_a_claimed_run_is_out_of_control_though_each_point_is_inside() -> None:
    step = [30, 32, 31, 29, 30, 31, 32, 30, 29, 31, 33, 30]
    step = [*step, *(value + 4 for value in step)]
    months = pd.date_range("2023-01-01", periods=24, freq="MS")
    result = spc.analyse(pd.DataFrame({"period": months, "numerator": step}), chart="c")
    out = sigma_chart({"a": result}).out_of_control()
    assert "long_run" in out["rules"].iloc[0] and not out["is_signal"].iloc[0]


def test_bad_input_is_refused_in_words() -> None:
    result = spc.analyse(frame(CALM), chart="c")
    numbered = spc.analyse(pd.DataFrame({"period": range(12), "numerator": CALM}), chart="c")
    for arguments, code in (
        (({}, None), "no_indicators"),
        (({"a": result}, {"b": "up"}), "unknown_indicator"),
        (({"a": result}, {"a": "sideways"}), "unknown_direction"),
        (({"a": result, "b": numbered}, None), "mixed_axes"),
    ):
        with pytest.raises(InputError) as refused:
            sigma_chart(*arguments)  # type: ignore[arg-type]
        assert refused.value.code == code and refused.value.words.da


def test_the_display_is_found_by_walking_the_folder() -> None:
    found = DISPLAYS["sigma_chart"].compute({"a": spc.analyse(frame(CALM), chart="c")})
    assert found.indicators == ["a"]

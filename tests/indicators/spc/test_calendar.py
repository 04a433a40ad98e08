"""Calendar-true series and open periods: a gap is a gap, and a month that is still being filled in says nothing."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from indicators import spc


def test_every_expected_month_gets_a_row_series_by_series() -> None:
    frame = pd.DataFrame(
        {
            "unit": ["B", "A", "A", "B"],
            "period": ["2026-02-17", "2025-12-01", "2026-02-01", "2026-03-01"],
            "numerator": [5, 1, 3, 6],
        }
    )
    laid = spc.on_calendar(frame, "month", by=["unit"], last=date(2026, 4, 1))
    assert laid.unit.tolist() == ["A"] * 5 + ["B"] * 3
    assert laid.period.dt.strftime("%Y-%m-%d").tolist()[-3:] == ["2026-02-01", "2026-03-01", "2026-04-01"]
    np.testing.assert_array_equal(laid.numerator, [1, np.nan, 3, np.nan, np.nan, 5, 6, np.nan])
    assert list(laid.columns) == list(frame.columns)


@pytest.mark.parametrize(
    ("kind", "days", "n"),
    [
        ("week", ["2020-12-28", "2021-01-12"], 3),  # week 53 of 2020 to week 2 of 2021
        ("quarter", ["2025-02-01", "2025-11-01"], 4),
        ("year", ["2020-01-01", "2023-12-31"], 4),
    ],
)
def test_other_calendars_count_their_own_periods(kind: str, days: list[str], n: int) -> None:
    laid = spc.on_calendar(pd.DataFrame({"period": days, "value": [1.0, 2.0]}), kind)
    assert len(laid) == n
    assert laid.value.notna().tolist() == [True] + [False] * (n - 2) + [True]


def test_a_gap_breaks_the_moving_range_where_its_absence_would_bridge_it() -> None:
    frame = pd.DataFrame(
        {"period": ["2026-01-01", "2026-02-01", "2026-04-01", "2026-05-01"], "value": [1.0, 2.0, 9.0, 8.0]}
    )
    bridged = spc.analyse(frame, "i", y="value").points
    gap = spc.analyse(spc.on_calendar(frame), "i", y="value").points
    assert gap.upper.iloc[0] == pytest.approx(5 + 3 * 1 / 1.128)
    assert bridged.upper.iloc[0] == pytest.approx(5 + 3 * 3 / 1.128)
    assert gap.reason.tolist()[2] == "no data"


def test_what_has_no_calendar_is_refused() -> None:
    with pytest.raises(spc.InputError, match="no period kind 'fortnight'"):
        spc.on_calendar(pd.DataFrame({"period": ["2026-01-01"]}), "fortnight")
    with pytest.raises(spc.InputError, match="does not hold dates"):
        spc.on_calendar(pd.DataFrame({"period": [1, 2]}))


def test_open_periods_are_drawn_and_move_nothing() -> None:
    closed = pd.DataFrame({"period": range(1, 21), "value": [4.0, 6.0] * 10})
    frame = pd.concat([closed, pd.DataFrame({"period": [21, 22], "value": [90.0, 95.0]})], ignore_index=True)
    result, without = spc.analyse(frame, "i", y="value", open_periods=2), spc.analyse(closed, "i", y="value")
    assert result.points.y.tolist()[-2:] == [90.0, 95.0]
    assert result.points.centre.iloc[0] == without.points.centre.iloc[0]
    assert result.points.upper.iloc[0] == without.points.upper.iloc[0]
    assert result.points.reason.tolist()[-2:] == ["the period is still open"] * 2
    assert result.signals == ()
    assert result.phases.n_useful.tolist() == without.phases.n_useful.tolist()


def test_open_periods_are_those_of_each_series_in_a_batch() -> None:
    frame = pd.DataFrame(
        {"unit": ["A"] * 12 + ["B"] * 15, "period": [*range(12), *range(15)], "value": [1.0, 2.0, 3.0] * 9}
    )
    many = spc.analyse_many(frame, by=["unit"], chart="i", y="value", open_periods=3)
    assert many.n_values.tolist() == [9, 12]
    for unit, part in frame.groupby("unit"):
        one = spc.analyse(part, "i", y="value", open_periods=3).phases.iloc[0]
        assert many.loc[many.unit == unit, "upper"].item() == one.upper


def test_a_negative_number_of_open_periods_is_refused() -> None:
    with pytest.raises(spc.InputError, match="open_periods = -1"):
        spc.analyse(pd.DataFrame({"period": [1, 2], "value": [1.0, 2.0]}), "i", y="value", open_periods=-1)

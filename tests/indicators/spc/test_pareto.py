"""The Pareto chart: sorted, cumulated, nothing dropped, nothing left to the order of the rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from indicators.spc.displays import DISPLAYS
from indicators.spc.displays.pareto import Kind, pareto
from indicators.spc.errors import InputError


def counted(**counts: int) -> pd.DataFrame:
    return pd.DataFrame({"category": list(counts), "count": list(counts.values())})


def test_categories_stand_largest_first_with_shares_that_add_up_to_one() -> None:
    chart = pareto(counted(b=20, a=50, c=25, d=5), count="count")
    assert chart.table["category"].tolist() == ["a", "c", "b", "d"]
    assert chart.table["share"].tolist() == [0.5, 0.25, 0.2, 0.05]
    assert chart.table["cumulative_share"].tolist() == [0.5, 0.75, 0.95, 1.0]
    assert chart.table["rank"].tolist() == [1, 2, 3, 4]
    assert chart.total == 100


def test_rows_without_a_count_column_count_one_each() -> None:
    events = pd.DataFrame({"category": ["x", "y", "x"]})
    assert pareto(events).table["count"].tolist() == [2, 1]


def test_the_vital_few_are_the_fewest_that_reach_the_share_given() -> None:
    frame = counted(a=50, b=30, c=15, d=5)
    assert pareto(frame, count="count").vital == ["a", "b"]
    assert pareto(frame, count="count", vital_share=0.81).vital == ["a", "b", "c"]
    assert pareto(frame, count="count", vital_share=0.5).vital == ["a"]
    assert pareto(frame, count="count", vital_share=1).n_vital == 4


def test_a_share_that_is_reached_up_to_rounding_is_reached() -> None:
    frame = pd.DataFrame({"category": ["a", "b", "c"], "count": [0.7, 0.1, 0.2]})
    assert pareto(frame, count="count", vital_share=0.9).vital == ["a", "c"]


def test_ties_stand_in_the_order_of_their_names_whatever_the_order_of_the_rows() -> None:
    rows = [("b", 3), ("a", 3), (None, 3), ("c", 9)]
    charts = [pareto(pd.DataFrame(order, columns=["category", "count"]), count="count") for order in (rows, rows[::-1])]
    for chart in charts:
        assert chart.table["category"].tolist() == ["c", "a", "b", None]
    pd.testing.assert_frame_equal(charts[0].table, charts[1].table)


def test_ties_of_a_categorical_stand_in_its_own_order_and_of_numbers_by_size() -> None:
    weekdays = pd.Categorical(["tue", "mon"], categories=["mon", "tue"], ordered=True)
    assert pareto(pd.DataFrame({"category": weekdays})).table["category"].tolist() == ["mon", "tue"]
    assert pareto(pd.DataFrame({"category": [10, 9, 100]})).table["category"].tolist() == [9, 10, 100]


def test_a_tie_at_the_edge_of_the_vital_few_is_said() -> None:
    chart = pareto(counted(a=60, b=20, c=20), count="count")
    assert (chart.vital, chart.is_tied) == (["a", "b"], True)
    assert not pareto(counted(a=60, b=25, c=15), count="count").is_tied


@pytest.mark.parametrize("blank", [None, np.nan, pd.NA, "", "  "])
def test_a_missing_category_is_named_and_counted_not_dropped(blank: object) -> None:
    chart = pareto(pd.DataFrame({"category": ["a", blank, blank]}))
    assert chart.table["kind"].tolist() == [Kind.MISSING, Kind.CATEGORY]
    assert (chart.labels("da"), chart.labels("en")) == (["Ikke angivet", "a"], ["Not stated", "a"])
    assert chart.table["count"].sum() == 3


def test_the_small_ones_can_be_grouped_and_the_rest_stands_last_even_when_it_is_large() -> None:
    chart = pareto(counted(a=70, b=12, c=4, d=4, e=4, f=3, g=3), count="count", other_below=0.05)
    assert chart.labels("en") == ["a", "b", "Other"]
    assert chart.table["count"].tolist() == [70, 12, 18]
    assert chart.table["n_categories"].tolist() == [1, 1, 5]
    assert chart.table["cumulative_share"].iloc[-1] == 1
    assert "2 of 7" in chart.words.en and "2 af 7" in chart.words.da


def test_grouping_never_takes_one_of_the_vital_few_nor_a_single_category() -> None:
    frame = counted(a=30, b=30, c=25, d=10, e=5)
    assert pareto(frame, count="count", keep=1).labels("en") == ["a", "b", "c", "Other"]
    assert pareto(frame, count="count", keep=4).labels("en") == ["a", "b", "c", "d", "e"]


def test_before_and_after_are_matched_by_category_and_nobody_is_lost() -> None:
    chart = pareto(counted(a=10, c=30), count="count", before=counted(a=40, b=10), exposure=10, exposure_before=20)
    table = chart.table.set_index("category")
    assert table["count"].to_dict() == {"c": 30, "a": 10, "b": 0}
    assert table["count_before"].to_dict() == {"c": 0, "a": 40, "b": 10}
    assert table.loc["a", "share_change"] == pytest.approx(0.25 - 0.8)
    assert table.loc["a", "ratio"] == pytest.approx((10 / 10) / (40 / 20))
    assert table.loc["b", "ratio"] == 0
    assert np.isnan(table.loc["c", "ratio"]) and np.isinf(table.loc["c", "ratio_upper"])
    assert table["rank_before"].to_dict() == {"a": 1, "b": 2, "c": 3}
    assert chart.total_before == 50


def test_the_interval_of_a_ratio_is_the_exact_conditional_one() -> None:
    chart = pareto(counted(a=10, b=90), count="count", before=counted(a=20, b=80), exposure=1, exposure_before=2)
    row = chart.table.set_index("category").loc["a"]
    share = stats.binomtest(10, 30).proportion_ci(0.95, method="exact")
    assert row["ratio_lower"] == pytest.approx(2 * share.low / (1 - share.low))
    assert row["ratio_upper"] == pytest.approx(2 * share.high / (1 - share.high))


def test_equally_common_categories_have_no_vital_few_in_words() -> None:
    even = pareto(counted(a=10, b=11, c=9, d=10), count="count")
    assert even.evenness_p_value == pytest.approx(stats.chisquare([11, 10, 10, 9]).pvalue)
    assert even.words.en == "No category stands out: the 4 categories are about equally common."
    assert "2 of 4" in pareto(counted(a=70, b=20, c=5, d=5), count="count").words.en


def test_a_total_of_zero_has_no_shares_and_a_reason() -> None:
    chart = pareto(counted(a=0, b=0), count="count")
    assert chart.table["share"].isna().all() and chart.n_vital == 0
    assert chart.words.en == "No events to divide."


@pytest.mark.parametrize(
    ("values", "code", "row"),
    [
        ([1, -2], "negative_count", 2),
        ([1, None], "missing_count", 2),
        (["x", 1], "not_a_number", 1),
        ([np.inf, 1], "infinite", 1),
    ],
)
def test_a_count_that_is_none_is_refused_with_its_row(values: list[object], code: str, row: int) -> None:
    with pytest.raises(InputError) as refused:
        pareto(pd.DataFrame({"category": ["a", "b"], "n": values}), count="n")
    assert (refused.value.code, refused.value.row) == (code, row)
    assert refused.value.words.da and refused.value.words.en


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"category": "nothing"}, "unknown_column"),
        ({"vital_share": 80}, "vital_share_out_of_range"),
        ({"other_below": 5}, "other_out_of_range"),
        ({"keep": 0}, "keep_below_one"),
        ({"exposure": 12}, "exposure_alone"),
        ({"before": counted(a=1), "exposure": 0, "exposure_before": 1}, "exposure_not_positive"),
    ],
)
def test_an_option_that_cannot_be_is_refused(options: dict[str, object], code: str) -> None:
    with pytest.raises(InputError) as refused:
        pareto(counted(a=1, b=2), **options)  # type: ignore[arg-type]
    assert refused.value.code == code


def test_no_rows_are_refused() -> None:
    with pytest.raises(InputError, match="no rows"):
        pareto(pd.DataFrame({"category": []}))


def test_the_display_is_found_by_walking_the_folder() -> None:
    assert DISPLAYS["pareto"].compute(counted(a=1, b=2), count="count").vital == ["b", "a"]

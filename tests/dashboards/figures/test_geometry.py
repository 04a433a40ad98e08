from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.figures.geometry import free_place, push_apart, value_axis


@given(st.lists(st.floats(-50, 450), min_size=1, max_size=8).map(sorted))
def test_labels_stand_at_least_the_gap_apart_in_order_and_inside_where_there_is_room(wanted):
    places = push_apart(wanted, 16, 0, 400)
    assert all(later - earlier >= 16 - 1e-6 for earlier, later in pairwise(places))
    assert places[0] >= -1e-6
    assert places[-1] <= 400 + 1e-6


def test_labels_that_do_not_touch_stay_where_they_are():
    assert push_apart([10.0, 40.0, 90.0], 16, 0, 400) == [10.0, 40.0, 90.0]


@given(st.lists(st.floats(0, 100, allow_nan=False), min_size=1, max_size=40))
def test_the_axis_of_a_percentage_holds_the_values_within_0_and_100_and_spans_ten_points(values):
    axis = value_axis(values, is_percent=True)
    assert 0 <= axis.low <= min(values)
    assert max(values) <= axis.high <= 100
    assert axis.span >= 10 - 1e-9
    assert 2 <= len(axis.ticks) <= 8


@given(st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=1, max_size=20))
def test_the_axis_holds_the_values_whatever_their_size(values):
    axis = value_axis(values, is_percent=False)
    assert axis.low <= min(values)
    assert max(values) <= axis.high
    assert len(axis.ticks) <= 9


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [([82.0, 84.0], 75, 90), ([2.0, 9.0], 0, 12), ([99.0, 100.0], 90, 100), ([100.0], 90, 100), ([0.0], 0, 10)],
)
def test_percentages_use_0_to_100_only_when_the_data_do(values, low, high):
    axis = value_axis(values, is_percent=True)
    assert low <= axis.low
    assert axis.high <= high


def test_counts_have_whole_ticks():
    assert value_axis([0, 1, 2], is_percent=False, is_whole=True).ticks == (0, 1, 2)


def test_a_rate_near_zero_begins_at_zero_and_one_far_from_it_does_not():
    assert value_axis([1.2, 6.0], is_percent=False).low == 0
    assert value_axis([40.0, 60.0], is_percent=False).low > 30


def test_a_label_moves_along_its_line_until_nothing_crosses_it():
    busy_at_the_end = [(0.0, 100.0), (200.0, 100.0), (220.0, 80.0), (240.0, 120.0), (260.0, 80.0), (280.0, 120.0)]
    edge, middle = free_place(busy_at_the_end, left=0, right=300, y=50, width=80)
    assert edge > 200
    assert middle < 50
    edge, _middle = free_place([(x, 40 + x % 2 * 20) for x in range(100, 300)], left=0, right=300, y=50, width=80)
    assert edge < 105


def test_a_phase_narrower_than_its_label_has_no_place():
    assert free_place([(0.0, 0.0)], left=0, right=40, y=0, width=80) is None

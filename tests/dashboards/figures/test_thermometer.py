"""The strip of a goal: honest scales, words beside the picture."""

import pytest

from dashboards.figures.thermometer import Reading, scale, sentence, thermometer
from dashboards.text import use_language
from indicators.definition import Direction

WAITING = Reading(44, "2. kvt. 2025", "dage", Direction.DOWN, earlier=57, earlier_period="2. kvt. 2024")


def test_the_strip_is_three_times_the_change_where_that_is_wide_enough():
    assert scale(WAITING) == (31.0, 70.0)


def test_a_small_change_of_a_percentage_is_drawn_on_ten_points():
    low, high = scale(Reading(29, "2020", "%", Direction.UP, earlier=28, earlier_period="2019"))
    assert high - low == pytest.approx(10)


def test_a_percentage_below_ten_is_drawn_on_its_own_level_and_never_below_zero():
    low, high = scale(Reading(0.4, "2020", "%", Direction.DOWN, earlier=0.5, earlier_period="2019", decimals=1))
    assert low >= 0
    assert low <= 0.4 < 0.5 <= high


def test_a_percentage_never_ends_above_one_hundred():
    low, high = scale(Reading(99, "2020", "%", Direction.UP, earlier=98, earlier_period="2019"))
    assert (low, high) == (90, 100)


@pytest.mark.parametrize(
    "reading",
    [
        WAITING,
        Reading(82.9, "2017:2018", "år", Direction.UP, earlier=82.9, earlier_period="2016:2017", decimals=1),
        Reading(0, "2020", "antal", Direction.DOWN),
        Reading(-7, "2019", "%", Direction.DOWN, earlier=3, earlier_period="2018"),
    ],
)
def test_every_figure_lies_on_its_strip(reading):
    low, high = scale(reading)
    figures = [reading.latest] + ([reading.earlier] if reading.earlier is not None else [])
    assert all(low <= figure <= high for figure in figures)


def test_the_strip_says_in_words_what_it_shows_and_which_way_is_better():
    svg = thermometer(WAITING)
    assert "Landstal: 57 dage i 2. kvt. 2024, 44 dage i 2. kvt. 2025; lavere er bedre." in svg
    assert 'aria-hidden="true"' in svg
    with use_language("en"):
        assert "lower is better" in thermometer(WAITING)


def test_an_unchanged_figure_has_one_mark_and_says_so():
    same = Reading(82.9, "2018", "år", Direction.UP, earlier=82.9, earlier_period="2017", decimals=1)
    assert thermometer(same).count("<circle") == 1
    assert "uændret" in thermometer(same)


def test_a_single_figure_gets_no_earlier_mark():
    svg = thermometer(Reading(67, "2016-18", "%", Direction.UP))
    assert "th-then" not in svg
    assert "th-move" not in svg


def test_names_from_data_are_escaped():
    assert "<b>" not in thermometer(Reading(1, "<b>2020</b>", "%", Direction.UP))
    assert "<i>" in sentence(Reading(1, "2020", "<i>", Direction.NEITHER))  # words; escaped where they are drawn

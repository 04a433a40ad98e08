"""Regions side by side: one axis, gaps stay gaps, own region by weight, labels that can be read."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.figures.regions import (
    STRIP_WIDTH,
    Dot,
    Panels,
    RegionLine,
    _label_rows,
    _width,
    dot_strip,
    shared_axis,
    small_multiples,
)


def panels(*lines: RegionLine) -> Panels:
    return Panels(
        lines=lines,
        country=(50.0, 55.0, 60.0),
        periods=("1. kvt. 2024", "2. kvt. 2024", "3. kvt. 2024"),
        ticks=((0, "2024"),),
        unit="dage",
    )


def test_all_panels_share_one_axis():
    low = RegionLine("1081", "Nordjylland", (41.0, 42.0, 43.0))
    high = RegionLine("1082", "Midtjylland", (70.0, 75.0, 79.0))
    drawn = small_multiples(panels(low, high))
    first, second = drawn.split("<figure>")[1:]
    grid = re.compile(r'class="ch-tick" x="18" y="[\d.]+" text-anchor="end">(\d+)<')
    assert grid.findall(first) == grid.findall(second) == ["40", "60", "80"]


def test_the_country_stands_behind_every_region():
    drawn = small_multiples(panels(*(RegionLine(str(i), "R", (1.0, 2.0, 3.0)) for i in range(6))))
    assert drawn.count('class="rg-country"') == 6


def test_the_own_region_is_marked_in_words_and_by_weight():
    drawn = small_multiples(panels(RegionLine("1085", "Sjælland", (50.0, 51.0, 52.0), is_own=True)))
    assert 'class="own"' in drawn
    assert "(din)" in drawn
    assert "rg-line--own" in drawn


def test_a_period_without_a_figure_is_a_gap():
    drawn = small_multiples(panels(RegionLine("1081", "Nordjylland", (50.0, None, 52.0))))
    line = re.search(r'class="rg-line" d="([^"]*)"', drawn)
    assert line is not None
    assert line.group(1).count("M") == 2
    assert "L" not in line.group(1)


def test_a_break_cuts_the_lines_and_is_drawn_and_a_figure_alone_is_a_dot():
    cut = replace(panels(RegionLine("1081", "Nordjylland", (50.0, 51.0, 52.0))), breaks=(1,))
    drawn = small_multiples(cut)
    assert drawn.count('class="ch-break"') == 1 and 'class="ch-break"' not in small_multiples(replace(cut, breaks=()))
    for css in ("rg-line", "rg-country"):
        line = re.search(rf'class="{css}" d="([^"]*)"', drawn)
        assert line is not None and (line.group(1).count("M"), line.group(1).count("L")) == (2, 1)
    assert drawn.count('class="rg-dot"') == 1


def test_a_region_without_any_figure_is_still_named():
    assert "Nordjylland" in small_multiples(panels(RegionLine("1081", "Nordjylland", (None, None, None))))


def test_names_from_data_are_escaped():
    hostile = '<script>alert("x")</script>'
    assert "<script>" not in small_multiples(panels(RegionLine("1", hostile, (1.0, 2.0, 3.0))))
    assert "<script>" not in dot_strip([Dot(hostile, 1.0)], country=2.0, country_label=hostile)


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=40))
def test_the_axis_holds_every_figure_with_few_grid_lines(values):
    low, high, grid = shared_axis(values)
    assert low <= min(values) + 1e-6
    assert max(values) - 1e-6 <= high
    assert low < high
    assert 2 <= len(grid) <= 6


@given(
    st.lists(
        st.tuples(st.sampled_from(["Nordjylland", "Midtjylland", "Syddanmark", "Hovedstaden", "Sjælland"]),
                  st.integers(60, 90)),
        min_size=1, max_size=5, unique_by=lambda pair: pair[0],
    )
)  # fmt: skip
def test_labels_of_the_strip_never_cover_each_other(pairs):
    placed = sorted((30 + (value - 60) / 30 * (STRIP_WIDTH - 60), f"{name} {value}") for name, value in pairs)
    boxes = [
        (row, left, left + _width(text)) for _x, left, text, _dots, row in _label_rows([(x, t, []) for x, t in placed])
    ]
    for i, (row, left, right) in enumerate(boxes):
        assert left >= 0
        assert right <= STRIP_WIDTH
        for other_row, other_left, other_right in boxes[:i]:
            assert row != other_row or other_right <= left or right <= other_left


def test_ties_share_one_label_and_stack():
    drawn = dot_strip([Dot("Nordjylland", 76), Dot("Midtjylland", 76)], country=78, country_label="Land")
    assert "Nordjylland og Midtjylland 76" in drawn
    assert drawn.count('class="rg-dot"') == 2
    assert len(set(re.findall(r'class="rg-dot" cx="[\d.]+" cy="([\d.]+)"', drawn))) == 2


def test_a_strip_never_spans_less_than_ten_points():
    drawn = dot_strip([Dot("Nordjylland", 76), Dot("Midtjylland", 77)], country=None, country_label="")
    ticks = [int(t) for t in re.findall(r'text-anchor="middle">(\d+)<', drawn)]
    assert max(ticks) - min(ticks) >= 10


def test_an_empty_strip_is_nothing():
    assert dot_strip([], country=None, country_label="Land") == ""


@pytest.mark.parametrize("values", [[], [None, None]])
def test_an_axis_without_figures_still_has_two_ends(values):
    low, high, _grid = shared_axis(values)
    assert low < high

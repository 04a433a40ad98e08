from dataclasses import dataclass, field
from datetime import date

from dashboards.figures.sparkline import sparkline


@dataclass(frozen=True)
class Spark:
    values: list
    centres: list = field(default_factory=list)
    target: float | None = None
    marks: dict = field(default_factory=dict)
    n_open: int = 0
    first: date | None = date(2025, 11, 1)


def test_a_missing_month_is_a_gap_in_the_line():
    svg = sparkline(Spark([1.0, 2.0, None, 3.0, 4.0]), width=112, height=42)
    assert 'class="ch-line" d="M16.0 36.0L36.0 26.0M76.0 16.0L96.0 6.0"' in svg


def test_a_month_between_two_gaps_is_still_seen():
    assert sparkline(Spark([1.0, None, 2.0, None, 3.0])).count('<circle class="ch-pt"') == 3


def test_each_phase_has_its_own_centre_not_joined_with_the_next():
    svg = sparkline(Spark([1.0, 1.0, 3.0, 3.0], centres=[(0, 2, 1.0), (2, 4, 3.0)]), width=92, height=42)
    assert svg.count('class="ch-centre"') == 2
    assert 'd="M6.0 36.0H46.0"' in svg
    assert 'd="M46.0 6.0H86.0"' in svg


def test_signals_have_shapes_and_the_last_closed_month_a_ring():
    svg = sparkline(Spark([1.0, 2.0, 3.0, 9.0], marks={1: "concern", 2: "improvement"}, n_open=1))
    assert "ch-pt--con" in svg
    assert "ch-pt--imp" in svg
    assert svg.count("ch-pt--open") == 1
    assert svg.count("ch-ring") == 1


def test_open_months_stay_out_of_the_line():
    svg = sparkline(Spark([1.0, 2.0, 3.0], n_open=1))
    assert svg.split('class="ch-line" d="')[1].split('"')[0].count("L") == 1


def test_the_window_keeps_the_latest_months_and_moves_what_belongs_to_them():
    whole = Spark([9.0, 1.0, 2.0, 3.0], centres=[(0, 1, 9.0), (1, 4, 2.0)], marks={3: "improvement"})
    part = Spark([1.0, 2.0, 3.0], centres=[(0, 3, 2.0)], marks={2: "improvement"})
    assert sparkline(whole, window=3) == sparkline(part)


def test_a_constant_series_lies_in_the_middle_and_an_empty_one_draws_nothing():
    assert "M6.0 18.0H" in sparkline(Spark([100.0] * 4, centres=[(0, 4, 100.0)]), height=36)
    assert "<path" not in sparkline(Spark([None, None]))


def test_close_labels_are_pushed_apart():
    svg = sparkline(
        Spark([1.0, 5.0, 3.0], centres=[(0, 3, 3.0)], target=3.1), centre_label="Median 3", target_label="Mål ≤ 3 <4"
    )
    heights = [float(part.split('"')[0]) for part in svg.split(' y="')[1:]][:2]
    assert abs(heights[1] - heights[0]) >= 15
    assert "&lt;4" in svg
    assert ">2026</text>" in svg


def test_the_same_spark_is_the_same_string():
    spark = Spark([1.0, 2.5, 2.0], centres=[(0, 3, 2.0)], target=2.2)
    assert sparkline(spark) == sparkline(spark)

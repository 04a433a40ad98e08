"""The bounds of runs analysis against the published tables, and runs counted by hand."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indicators.spc.phases import one_phase
from indicators.spc.runs import METHODS, analyse_runs, longest_run_max, method_used, n_crossings_min
from indicators.spc.tables import make_runs_boxes


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_anhoej_bounds_agree_from_1_to_300(shared_reference: Path) -> None:
    rows = _rows(shared_reference / "tables" / "anhoej_limits.csv")
    assert len(rows) == 300
    assert [(longest_run_max(n), n_crossings_min(n)) for n in (int(row["n_useful"]) for row in rows)] == [
        (int(row["longest_run_max"]), int(row["n_crossings_min"])) for row in rows
    ]


@pytest.mark.parametrize("method", ["anhoej", "bestbox", "cutbox"])
def test_the_longest_run_allowed_agrees_at_every_number_of_crossings(method: str, shared_reference: Path) -> None:
    rows = [row for row in _rows(shared_reference / "tables" / "runs_rule_boundaries.csv") if row["method"] == method]
    assert len(rows) == sum(range(10, 101))
    wrong = [
        row
        for row in rows
        if METHODS[method].allowed(int(row["n_useful"]), int(row["n_crossings"])) != int(row["longest_run_ok"])
    ]
    assert wrong == []


def test_the_table_of_boxes_is_what_its_script_derives() -> None:
    table = _rows(Path(make_runs_boxes.__file__).with_name("runs_boxes.csv"))
    derived = [{"method": method, "n_useful": n, **bounds._asdict()} for method, n, bounds in make_runs_boxes.rows()]
    assert table == [{name: str(value) for name, value in row.items()} for row in derived]


@pytest.mark.parametrize(("n", "longest", "crossings"), [(10, 6, 2), (12, 7, 3), (20, 7, 6), (24, 8, 8), (36, 8, 13)])
def test_published_bounds_hold_without_the_shared_tables(n: int, longest: int, crossings: int) -> None:
    # Anhøj & Olesen 2014, table of limits by number of useful observations.
    assert (longest_run_max(n), n_crossings_min(n)) == (longest, crossings)


def test_the_crossings_bound_is_a_percentile_of_the_binomial_far_out() -> None:
    stats = pytest.importorskip("scipy.stats")
    for n in (500, 1001, 5000):
        assert n_crossings_min(n) == int(stats.binom.ppf(0.05, n - 1, 0.5))


def test_outside_10_to_100_useful_observations_the_boxes_give_way_to_anhoej() -> None:
    assert [method_used("bestbox", n) for n in (9, 10, 100, 101)] == ["anhoej", "bestbox", "bestbox", "anhoej"]
    assert METHODS["cutbox"].allowed(9, 5) == longest_run_max(9)


def test_points_on_the_line_neither_end_nor_lengthen_a_run() -> None:
    distance = np.array([1.0, 0.0, 2.0, np.nan, 3.0, -1.0, 0.0, -1.0])
    runs = analyse_runs(distance, one_phase(8), np.zeros(8), METHODS["anhoej"])
    assert (runs.n_useful[0], runs.longest_run[0], runs.n_crossings[0]) == (5, 3, 1)
    assert [rows.tolist() for rows in runs.of_rows(0, 8)] == [[0, 2, 4], [5, 7]]


def test_runs_do_not_reach_across_segments() -> None:
    distance = np.array([1, 1, 1, 1, 1, np.nan, 1])
    first, segment = np.array([0, 3, 5, 6]), np.array([0, 0, 0, 1, 1, 2, 3])
    layout = replace(one_phase(7), segment=segment, first=first, n_segments=4)
    runs = analyse_runs(distance, layout, np.zeros(7), METHODS["anhoej"])
    assert [[rows.tolist() for rows in runs.of_rows(*edge)] for edge in ((0, 3), (3, 5), (5, 6), (6, 7))] == [
        [[0, 1, 2]],
        [[3, 4]],
        [],
        [[6]],
    ]
    assert runs.longest_run.tolist() == [3, 2, -1, 1]
    assert runs.n_crossings.tolist() == [0, 0, -1, 0]

"""Randomisation inference: against R's 20 allocations, against regressions one by one, and its size."""

from __future__ import annotations

from math import comb
from time import process_time

import numpy as np
import pandas as pd
import pytest

from indicators.evaluation.randomisation import allocate, randomisation_test, two_way_coefficients
from indicators.evaluation.two_way_fixed_effects import regress_on_one
from tests.indicators.evaluation.reference import data, disagreements, expected


def _frame(starts: list[float], months: int = 8, *, effect: float = 0.0, seed: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        [
            (f"u{u}", t, u + rng.normal() + effect * (0 < start <= t), start)
            for u, start in enumerate(starts)
            for t in range(1, months + 1)
        ],
        columns=["unit", "period", "numerator", "start"],
    )


def test_the_hospitals_give_the_exact_p_value_of_r() -> None:
    frame = data("multi-unit-infections")
    frame = frame[frame["infection"] == "BAC"]
    frame = frame.assign(
        log_rate=np.log((frame["n"] + 0.5) / frame["days"]),
        start=np.where(frame["hospital"].isin(["AHH", "BFH", "BOH"]), "2016-01-01", ""),
    )
    found = randomisation_test(frame, unit="hospital", period="month", numerator="log_rate")
    wanted = expected("multi-unit-infections", "F_few_clusters")
    row = "randomisation_p_two_sided (20 allocations)"
    ours = {"did_log_rate": found.result, row: {"estimate": found.result["p_value"]}}
    assert disagreements(wanted.loc[list(ours)], ours) == []
    assert (found.n_allocations, found.is_exact, found.result["p_value"]) == (20, True, 0.8)
    assert np.isinf(found.result["ci_high"]) and "unbounded" in [note.code for note in found.notes]


def test_every_allocation_keeps_the_cohorts_and_comes_once() -> None:
    rows, is_exact = allocate(np.array([3, 3, 5, 9, 9, 9]))
    assert is_exact and len(rows) == comb(6, 2) * comb(4, 1) == len({tuple(row) for row in rows.tolist()})
    assert (np.sort(rows, axis=1) == [3, 3, 5, 9, 9, 9]).all()
    drawn, is_exact = allocate(np.repeat([3, 9], 20), most=500, seed=4)
    assert not is_exact and drawn.shape == (500, 40) and (np.sort(drawn) == np.repeat([3, 9], 20)).all()


def test_the_table_gives_the_coefficient_of_each_regression_also_with_gaps_and_weights() -> None:
    rng = np.random.default_rng(6)
    value, weight = rng.normal(size=(7, 9)), rng.uniform(0.5, 2, (7, 9)) * (rng.random((7, 9)) > 0.2)
    starts = rng.permuted(np.tile([2, 2, 5, 5, 99, 99, 99], (12, 1)), axis=1)
    one_by_one = [regress_on_one(value, (np.arange(9) >= row[:, None]).astype(float), weight)[0] for row in starts]
    assert two_way_coefficients(value, weight, starts) == pytest.approx(np.array(one_by_one))


def test_a_clear_effect_is_found_and_its_size_lies_in_the_interval() -> None:
    found = randomisation_test(_frame([4] * 4 + [6] * 4 + [0] * 5, effect=3.0), most=999)
    assert found.result["p_value"] == 1 / 1000 and not found.is_exact
    assert found.result["ci_low"] < 3 < found.result["ci_high"] and found.result["ci_low"] > 1


def test_a_statistic_of_ones_own_gives_the_same_as_the_built_in_one() -> None:
    frame = _frame([4, 4, 4, 0, 0, 0, 0], effect=2.0)
    built_in = randomisation_test(frame)
    own = randomisation_test(frame, statistic=lambda value, weight, starts: two_way_coefficients(value, weight, starts))
    pd.testing.assert_series_equal(built_in.result, own.result, rtol=1e-6)


def test_without_an_effect_five_in_a_hundred_are_called_one() -> None:
    p_values = [randomisation_test(_frame([4] * 4 + [0] * 4, seed=seed)).result["p_value"] for seed in range(25)]
    assert np.mean(np.array(p_values) <= 0.2) == pytest.approx(0.2, abs=0.19)
    assert min(p_values) >= 2 / 70


@pytest.mark.parametrize(("starts", "code"), [([0] * 6, "no_variation"), ([4] * 6, "no_variation")])
def test_where_nothing_differs_there_is_no_figure_but_a_reason(starts: list[float], code: str) -> None:
    found = randomisation_test(_frame(starts))
    assert found.result.isna().all() and code in [note.code for note in found.notes]


def test_220_units_by_60_months_take_two_seconds_at_most() -> None:
    frame = _frame([17.0] * 40 + [28.0] * 40 + [35.0] * 40 + [45.0] * 40 + [0.0] * 60, months=60)
    began = process_time()
    assert randomisation_test(frame, most=2000).n_allocations == 2000
    assert process_time() - began < 2

"""The share of improvement signals: the rule, the borrowed starts, and chance held against a simulation of its own."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from indicators.evaluation.errors import EvaluationError
from indicators.evaluation.signal_share import signal_share, wilson
from indicators.spc.runs import longest_run_max, n_crossings_min


def panel(values: np.ndarray, start: np.ndarray) -> pd.DataFrame:
    """One row per unit and month; months from 1."""
    n_units, n_months = values.shape
    return pd.DataFrame(
        {
            "unit": np.repeat(np.arange(n_units), n_months),
            "period": np.tile(np.arange(1, n_months + 1), n_units),
            "numerator": values.ravel(),
            "start": np.repeat(start, n_months),
        }
    )


def plain_signal(early: np.ndarray, late: np.ndarray) -> bool:
    """The rule once more, written for one series and for the eye."""
    line = np.median(early)
    above = [bool(value > line) for value in late if abs(value - line) > 1e-9]
    if len(above) < 10:
        return False
    longest = run = 0
    for is_above in above:
        run = run + 1 if is_above else 0
        longest = max(longest, run)
    crossings = sum(one != other for one, other in pairwise(above))
    few = crossings < n_crossings_min(len(above)) and 2 * sum(above) > len(above)
    return longest > longest_run_max(len(above)) or few


def test_noise_gives_the_share_that_chance_says_inside_and_outside() -> None:
    rng = np.random.default_rng(4)
    start = np.r_[np.repeat([19, 25, 31], 400), np.zeros(1200, int)]
    found = signal_share(panel(rng.random((2400, 54)), start))
    chance = found.chance
    assert 0.03 < chance < 0.09
    for group in ("participants", "outside"):
        assert abs(found.rows.loc[group, "share"] - chance) < 4 * np.sqrt(chance * (1 - chance) / 1200)


def test_chance_agrees_with_a_second_simulation_by_the_plain_rule() -> None:
    rng = np.random.default_rng(11)
    found = signal_share(panel(rng.random((1, 42)), np.array([19])))
    drawn = rng.normal(size=(4000, 42))
    again = np.mean([plain_signal(one[:18], one[18:]) for one in drawn])
    assert found.chance == pytest.approx(again, abs=0.016)


def test_an_improvement_is_a_signal_on_the_better_side_only() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=(30, 48))
    values[:, 24:] -= 3
    start = np.repeat([25], 30)
    assert signal_share(panel(values, start), is_up_better=False).rows.loc["participants", "n_signals"] == 30
    assert signal_share(panel(values, start)).rows.loc["participants", "n_signals"] == 0


def test_the_rule_agrees_with_its_plain_twin_series_by_series() -> None:
    rng = np.random.default_rng(8)
    values = np.round(rng.normal(size=(300, 40)) + np.linspace(0, 0.8, 40), 1)  # ties with the median too
    found = signal_share(panel(values, np.repeat([17], 300)))
    expected = [plain_signal(one[:16], one[16:]) for one in values]
    assert found.units["has_signal"].tolist() == expected
    assert 20 < sum(expected) < 200


def test_units_outside_borrow_the_starts_of_the_participants_and_short_ones_are_counted() -> None:
    rng = np.random.default_rng(2)
    start = np.r_[np.repeat(13, 6), np.repeat(25, 6), np.repeat(45, 3), np.zeros(10, int)]
    found = signal_share(panel(rng.random((25, 48)), start))
    outside = found.units[found.units["group"] == "outside"]
    assert set(outside["n_before"]) == {12, 24}
    assert found.rows.loc["participants", "n_units"] == 12
    assert [(note.code, note.count) for note in found.notes] == [("too_short", 3)]


def test_the_same_frame_gives_the_same_figures() -> None:
    frame = panel(np.random.default_rng(3).random((40, 48)), np.r_[np.repeat(25, 20), np.zeros(20, int)])
    first, second = signal_share(frame), signal_share(frame)
    pd.testing.assert_frame_equal(first.rows, second.rows)
    assert first.chance == second.chance


def test_without_units_outside_or_judged_participants_a_share_is_missing_and_no_number() -> None:
    rng = np.random.default_rng(5)
    found = signal_share(panel(rng.random((5, 48)), np.repeat(25, 5)))
    assert found.rows.loc["outside", "n_units"] == 0
    assert np.isnan(found.rows.loc["outside", "share"])
    nobody = signal_share(panel(rng.random((5, 14)), np.repeat(7, 5)))
    assert np.isnan(nobody.chance)
    assert np.isnan(wilson(0, 0)[0])


def test_fewer_than_two_months_on_a_side_are_refused() -> None:
    with pytest.raises(EvaluationError, match="at least two months"):
        signal_share(panel(np.ones((2, 4)), np.array([2, 0])), before=1)

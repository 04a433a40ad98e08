"""Risk-adjusted CUSUM: published weights, limits against independent simulation, signals and refusals."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from indicators import spc
from indicators.spc.displays.bernoulli_cusum import bernoulli_anos, bernoulli_design
from indicators.spc.displays.risk_adjusted_cusum import (
    fitted_odds_ratio,
    risk_adjusted_arl,
    risk_adjusted_cusum,
    risk_adjusted_limit,
    risk_weights,
    simulated_maxima,
)

PUBLISHED = Path(__file__).resolve().parents[2] / "reference" / "monitors"
MIX = np.array([0.02, 0.05, 0.1, 0.3])


def cases(outcomes: list[float], risks: list[float] | float = 0.1) -> pd.DataFrame:
    return pd.DataFrame({"period": range(1, len(outcomes) + 1), "numerator": outcomes, "probability": risks})


def given(frame: pd.DataFrame, **options: object) -> object:
    return risk_adjusted_cusum(frame, **{"h_up": 1.5, "h_down": 1.5, "n_cases": 20, "runs": 100, **options})  # type: ignore[arg-type]


def plain_lengths(mix: np.ndarray, odds_ratio: float, h: float, runs: int, seed: int, true: float = 1.0) -> np.ndarray:
    """Cases to the first signal, written out from Steiner's formulas and independent of the module."""
    rng = np.random.default_rng(seed)
    now, length, running = np.zeros(runs), np.zeros(runs), np.ones(runs, dtype=bool)
    while running.any():
        p = rng.choice(mix, runs)
        event = rng.random(runs) < true * p / (1 - p + true * p)
        factor = 1 - p + odds_ratio * p
        now = np.maximum(0, now + np.log(np.where(event, odds_ratio / factor, 1 / factor)))
        length += running
        running &= now <= h
    return length


def test_weights_are_the_published_ones() -> None:
    with (PUBLISHED / "steiner_weights.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            logit = float(row["intercept"]) + float(row["slope"]) * float(row["score"])
            both = risk_weights(np.array([1 / (1 + np.exp(-logit))]), float(row["odds_ratio"]))
            weight = both[0 if row["event"] == "1" else 1][0]
            digits = len(row["weight"].partition(".")[2])
            # Steiner et al. 2000 print -0.024 for -0.02445 and the book of 2014 the same: half a digit either way.
            assert abs(weight - float(row["weight"])) <= 0.51 * 10**-digits, row


@pytest.mark.parametrize(("odds_ratio", "h", "true"), [(2, 2.0, 1.0), (0.5, 1.8, 1.0), (2, 2.5, 2.0)])
def test_average_run_lengths_agree_with_simulation(odds_ratio: float, h: float, true: float) -> None:
    lengths = plain_lengths(MIX, odds_ratio, h, 2500, 77, true)
    arl = risk_adjusted_arl(MIX, odds_ratio, h, true_odds_ratio=true)
    assert arl == pytest.approx(lengths.mean(), abs=4 * lengths.std() / np.sqrt(2500))


def test_a_finer_grid_does_not_change_the_run_length() -> None:
    for ratio in (2, 0.5):
        assert risk_adjusted_arl(MIX, ratio, 2.5) == pytest.approx(
            risk_adjusted_arl(MIX, ratio, 2.5, grid=1600), rel=2e-3
        )


def test_with_one_risk_it_is_the_bernoulli_cusum() -> None:
    """The same sum in another unit: the log-likelihood weight is r2 times the Bernoulli step."""
    design = bernoulli_design(0.1, 0.2, anos0=500)
    ratio = design.p1 / (1 - design.p1) * 9
    # Signals at h there, above h here: half a lattice step lower.
    h = (design.steps - 0.5) / design.reference.denominator * np.log(ratio)
    exact = bernoulli_anos(0.1, design)
    assert risk_adjusted_arl(np.array([0.1]), ratio, h) == pytest.approx(exact, rel=2e-3)


def test_the_limit_for_a_run_length_gives_it_back() -> None:
    for ratio in (2, 0.5):
        assert risk_adjusted_arl(MIX, ratio, risk_adjusted_limit(MIX, ratio, 800)) == pytest.approx(800, rel=1e-3)


def test_simulated_limits_hold_their_false_alarm_probability() -> None:
    """Checked by another program with another seed: the share of stretches that cross."""
    frame = cases([0.0] * 99 + [1.0], (MIX.tolist() * 25))
    result = risk_adjusted_cusum(frame, false_alarm=0.1, n_cases=100, runs=1500)
    for ratio, limit in ((2, result.limit_up), (0.5, result.limit_down)):
        assert limit is not None
        share = (plain_lengths(MIX, ratio, limit.h, 1500, 5) <= 100).mean()
        # The limit itself carries the error of its own simulation: two of them side by side.
        assert share == pytest.approx(0.1, abs=4 * np.sqrt(2) * np.sqrt(0.09 / 1500))
        assert limit.false_alarm == pytest.approx(0.1, abs=4 * np.sqrt(2) * limit.false_alarm_se)
        assert limit.h_lower <= limit.h <= limit.h_upper
        assert limit.h_upper - limit.h_lower < 0.5
    assert max(result.limit_up.false_alarm, result.limit_down.false_alarm) < result.false_alarm < 0.25  # type: ignore[union-attr]


def test_the_same_seed_gives_the_same_limits_and_they_stay_when_cases_arrive() -> None:
    outcomes = [0.0, 0.0, 1.0, 0.0] * 10
    before = risk_adjusted_cusum(cases(outcomes), freeze=40, runs=300)
    after = risk_adjusted_cusum(cases([*outcomes, 1.0, 1.0]), freeze=40, runs=300)
    assert (before.limit_up, before.limit_down) == (after.limit_up, after.limit_down)
    pd.testing.assert_frame_equal(before.points, after.points.iloc[:40])
    other = risk_adjusted_cusum(cases(outcomes), freeze=40, runs=300, seed=1)
    assert other.limit_up != before.limit_up


def test_maxima_grow_with_the_horizon_and_with_truly_raised_odds() -> None:
    near, far, raised = (
        simulated_maxima(MIX, (2.0,), n_cases, 500, np.random.default_rng(4), true_odds_ratio=true).mean()
        for n_cases, true in ((50, 1.0), (200, 1.0), (200, 2.0))
    )
    assert near < far < raised


def test_sums_and_signal_of_a_small_series_are_those_worked_out_by_hand() -> None:
    result = given(cases([0, 1, 1, 0, 1], [0.2, 0.1, 0.2, 0.1, 0.3]))
    up = [np.log(1 / 1.2), np.log(2 / 1.1), np.log(2 / 1.2), np.log(1 / 1.1), np.log(2 / 1.3)]
    sums, now = [], 0.0
    for weight in up:
        now = max(0.0, now + weight)
        sums.append(now)
    np.testing.assert_allclose(result.points.cusum_up, sums)  # type: ignore[attr-defined]
    down, now = [], 0.0
    for outcome, p in zip([0, 1, 1, 0, 1], [0.2, 0.1, 0.2, 0.1, 0.3], strict=True):
        now = max(0.0, now + np.log((0.5 if outcome else 1) / (1 - p / 2)))
        down.append(-now)
    np.testing.assert_allclose(result.points.cusum_down, down)  # type: ignore[attr-defined]
    low = given(cases([0, 1, 1, 0, 1], [0.2, 0.1, 0.2, 0.1, 0.3]), h_up=1.0)
    (signal,) = low.signals  # type: ignore[attr-defined]
    assert (signal.x, signal.start_x, signal.n_cases, signal.observed) == (3, 2, 2, 2.0)
    assert signal.expected == pytest.approx(0.3)
    assert signal.odds_ratio == np.inf


def test_better_results_are_seen_on_the_lower_side() -> None:
    result = given(cases([0.0] * 30, 0.3), side="down")
    (signal,) = result.signals  # type: ignore[attr-defined]
    assert (signal.is_above, signal.observed, signal.odds_ratio) == (False, 0.0, 0.0)
    assert result.limit_up is None  # type: ignore[attr-defined]
    assert result.points.cusum_up.isna().all()  # type: ignore[attr-defined]


def test_the_fitted_odds_ratio_explains_what_was_observed() -> None:
    risks = np.array([0.1, 0.4, 0.2, 0.6])
    ratio = fitted_odds_ratio(2.0, risks)
    assert (ratio * risks / (1 - risks + ratio * risks)).sum() == pytest.approx(2.0)


def test_a_missing_outcome_is_carried_and_restart_begins_anew() -> None:
    result = given(cases([1, np.nan, 1, 1, 1], [0.1, 0.1, 0.1, 0.1, 0.1]), h_up=1.0, restart=True)
    step = np.log(2 / 1.1)
    np.testing.assert_allclose(result.points.cusum_up, [step, step, 2 * step, step, 2 * step])  # type: ignore[attr-defined]
    assert result.points.carried.tolist() == ["", "missing", "", "", ""]  # type: ignore[attr-defined]
    assert [signal.row for signal in result.signals] == [2, 4]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("frame", "change", "code", "row"),
    [
        (cases([0, 2]), {}, "not_an_outcome", 2),
        (cases([0, 1], [0.1, 1.0]), {}, "not_a_probability", 2),
        (cases([0, 1], [0.1, np.nan]), {}, "no_probability", 2),
        (cases([0, 1]), {"odds_ratio": 0.5}, "odds_ratio_not_above_one", None),
        (cases([0, 1]), {"false_alarm": 0}, "not_a_probability", None),
        (cases([0, 1]), {"runs": 10}, "too_few_runs", None),
        (cases([0, 1]).drop(columns="probability"), {}, "unknown_column", None),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_row(
    frame: pd.DataFrame, change: dict[str, object], code: str, row: int | None
) -> None:
    with pytest.raises(spc.InputError) as caught:
        given(frame, **change)
    assert (caught.value.code, caught.value.row) == (code, row)
    assert caught.value.say("da") != caught.value.say("en")

"""VLAD: the sum, exact point-wise limits, an envelope that holds as a whole, groups and gaps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from indicators import spc
from indicators.spc.displays.vlad import pointwise_counts, vlad


def cases(outcomes: list[float], risks: list[float] | float = 0.1) -> pd.DataFrame:
    return pd.DataFrame({"period": range(1, len(outcomes) + 1), "numerator": outcomes, "probability": risks})


def test_the_curve_is_expected_minus_observed_added_up() -> None:
    result = vlad(cases([0, 1, 0, 0], [0.1, 0.5, 0.2, 0.3]), runs=100)
    np.testing.assert_allclose(result.points.vlad, [0.1, -0.4, -0.2, 0.1])
    np.testing.assert_allclose(result.points.sd**2, np.cumsum([0.09, 0.25, 0.16, 0.21]))
    assert (result.observed, result.expected) == (1.0, pytest.approx(1.1))


def test_pointwise_limits_are_binomial_where_all_risks_are_equal() -> None:
    fewest, most = pointwise_counts(np.ones(200, dtype=np.int64), np.full(200, 0.07), 0.95)
    n = np.arange(1, 201)
    np.testing.assert_array_equal(fewest, binom.ppf(0.025, n, 0.07))
    np.testing.assert_array_equal(most, binom.ppf(0.975, n, 0.07))


def test_pointwise_limits_hold_at_each_place_and_not_along_the_curve() -> None:
    rng = np.random.default_rng(12)
    risks = rng.uniform(0.01, 0.4, 150)
    result = vlad(cases((rng.random(150) < risks).astype(float).tolist(), risks.tolist()), runs=1500)
    curves = np.cumsum(risks - (rng.random((3000, 150)) < risks), axis=1)
    lower, upper = result.points.lower.to_numpy(), result.points.upper.to_numpy()
    outside = (curves < lower - 1e-9) | (curves > upper + 1e-9)
    # 3,000 curves: the largest of 150 shares stays within four standard errors of the promised 5 %.
    assert outside.mean(axis=0).max() <= 0.05 + 4 * np.sqrt(0.05 * 0.95 / 3000)
    share = outside.any(axis=1).mean()
    assert share > 0.15
    assert result.leaves_pointwise == pytest.approx(share, abs=4 * result.leaves_pointwise_se * np.sqrt(1.5))


def test_the_envelope_holds_for_the_curve_as_a_whole() -> None:
    rng = np.random.default_rng(13)
    risks = rng.uniform(0.02, 0.3, 120)
    result = vlad(cases([0.0] * 120, risks.tolist()), level=0.9, runs=2000)
    curves = np.cumsum(risks - (rng.random((3000, 120)) < risks), axis=1)
    inside = (np.abs(curves) <= result.points.envelope_upper.to_numpy() + 1e-9).all(axis=1).mean()
    assert inside == pytest.approx(0.9, abs=4 * np.sqrt(0.09 / 2000 + 0.09 / 3000))
    assert result.envelope_width_lower <= result.envelope_width <= result.envelope_width_upper
    assert result.envelope_width > 1.64


def test_a_unit_far_better_than_expected_leaves_the_envelope_upwards() -> None:
    result = vlad(cases([0.0] * 150, 0.2), runs=500)
    assert result.first_outside is not None
    row = result.points.iloc[result.first_outside]
    assert row.vlad > row.envelope_upper
    assert vlad(cases([0, 0, 0, 0, 1] * 30, 0.2), runs=500).first_outside is None


def test_groups_of_cases_give_the_curve_and_limits_of_their_single_cases() -> None:
    single = vlad(cases([1, 0, 0, 0, 0, 1, 0, 0], [0.1] * 4 + [0.3] * 4), runs=100)
    groups = pd.DataFrame({"period": [1, 2], "numerator": [1, 1], "cases": [4, 4], "probability": [0.1, 0.3]})
    grouped = vlad(groups, n="cases", runs=100)
    for name in ("vlad", "sd", "lower", "upper"):
        np.testing.assert_allclose(grouped.points[name], single.points[name].iloc[[3, 7]])


def test_a_missing_outcome_is_not_counted_and_says_so() -> None:
    result = vlad(cases([0, np.nan, 1], [0.1, 0.9, 0.2]), runs=100)
    np.testing.assert_allclose(result.points.vlad, [0.1, 0.1, -0.7])
    assert result.points.carried.tolist() == ["", "missing", ""]
    assert result.expected == pytest.approx(0.3)


def test_rows_are_put_in_order_and_those_of_one_day_keep_theirs() -> None:
    frame = pd.DataFrame(
        {"period": ["2024-02-01", "2024-01-01", "2024-02-01"], "numerator": [0, 1, 1], "probability": [0.1, 0.2, 0.3]}
    )
    np.testing.assert_allclose(vlad(frame, runs=100).points.vlad, [-0.8, -0.7, -1.4])


def test_the_same_seed_gives_the_same_envelope() -> None:
    frame = cases([0.0, 1.0] * 20, 0.4)
    pd.testing.assert_frame_equal(vlad(frame, runs=200).points, vlad(frame, runs=200).points)
    assert vlad(frame, runs=200, seed=1).envelope_width != vlad(frame, runs=200, seed=2).envelope_width


@pytest.mark.parametrize(
    ("frame", "change", "code", "row"),
    [
        (cases([0, 2]), {}, "not_an_outcome", 2),
        (cases([0, 1], [0.1, 0.0]), {}, "not_a_probability", 2),
        (cases([0, 1], [np.nan, 0.2]), {}, "no_probability", 1),
        (cases([0, 1]).assign(cases=[0, 3]), {"n": "cases"}, "not_a_size", 1),
        (cases([4, 1]).assign(cases=[3, 3]), {"n": "cases"}, "not_an_outcome", 1),
        (cases([0, 1]), {"level": 1}, "not_a_probability", None),
        (cases([0, 1]), {"runs": 5}, "too_few_runs", None),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_row(
    frame: pd.DataFrame, change: dict[str, object], code: str, row: int | None
) -> None:
    with pytest.raises(spc.InputError) as caught:
        vlad(frame, **{"runs": 100, **change})  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.row) == (code, row)
    assert caught.value.say("da") != caught.value.say("en")

"""Bernoulli CUSUM: exact run lengths against simulation and the published approximation; cases, gaps, restart."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from indicators import spc
from indicators.spc.displays.bernoulli_cusum import (
    BernoulliDesign,
    bernoulli_anos,
    bernoulli_anos_approximation,
    bernoulli_cusum,
    bernoulli_design,
    bernoulli_signal_probability,
    bernoulli_survival,
    reference_value,
)


def cases(*outcomes: float | None) -> pd.DataFrame:
    return pd.DataFrame({"period": range(1, len(outcomes) + 1), "numerator": outcomes})


def plain_sums(outcomes: list[float], design: BernoulliDesign) -> list[float]:
    """The recursion as a paper writes it, in floating point."""
    sums, now = [], 0.0
    for outcome in outcomes:
        step = outcome - float(design.reference)
        now = max(0.0, now + (step if design.is_upward else -step))
        sums.append(now)
    return sums


def simulated_lengths(p: float, design: BernoulliDesign, runs: int, seed: int) -> np.ndarray:
    """Cases to the first signal in each of many simulated series."""
    rng = np.random.default_rng(seed)
    gain = float(design.reference)
    now, length, running = np.zeros(runs), np.zeros(runs), np.ones(runs, dtype=bool)
    while running.any():
        step = (rng.random(runs) < p) - gain
        now = np.maximum(0, now + (step if design.is_upward else -step))
        length += running
        running &= now < design.h - 1e-9
    return length


@pytest.mark.parametrize(
    ("p0", "p1", "anos0"), [(0.05, 0.12, 400), (0.2, 0.35, 300), (0.15, 0.06, 300), (0.6, 0.8, 200)]
)
def test_exact_averages_agree_with_simulation(p0: float, p1: float, anos0: float) -> None:
    design = bernoulli_design(p0, p1, anos0=anos0)
    for p, exact in ((p0, design.anos0), (design.p1, design.anos1)):
        lengths = simulated_lengths(p, design, 2000, 31)
        assert exact == pytest.approx(lengths.mean(), abs=4 * lengths.std() / np.sqrt(2000))


def test_the_chance_of_a_signal_within_some_cases_agrees_with_simulation() -> None:
    design = bernoulli_design(0.1, 0.2, anos0=500)
    lengths = simulated_lengths(0.1, design, 4000, 8)
    for n_cases in (50, 200, 600):
        share = (lengths <= n_cases).mean()
        assert bernoulli_signal_probability(0.1, design, n_cases) == pytest.approx(share, abs=4 * np.sqrt(0.25 / 4000))


def test_the_chance_of_a_signal_sums_to_the_exact_average() -> None:
    """E(length) is the sum of P(length > n): two routes through different code."""
    design = bernoulli_design(0.3, 0.6, anos0=60)
    survival = bernoulli_survival(0.3, design, 1500)
    assert survival.sum() == pytest.approx(bernoulli_anos(0.3, design), rel=1e-6)


@pytest.mark.parametrize(("p0", "p1", "anos0"), [(0.01, 0.02, 10_000), (0.002, 0.004, 50_000), (0.03, 0.06, 3_000)])
def test_reynolds_and_stoumbos_approximation_is_near_the_exact_average(p0: float, p1: float, anos0: float) -> None:
    """Where the reference value is 1 / m, which the approximation is made for."""
    design = bernoulli_design(p0, p1, anos0=anos0)
    assert design.reference.numerator == 1
    for p in (p0, design.p1):
        approximate = bernoulli_anos_approximation(p, p0, design.p1, design.h)
        assert approximate == pytest.approx(bernoulli_anos(p, design), rel=0.02)


def test_the_limit_is_the_smallest_on_the_lattice_that_keeps_the_average() -> None:
    design = bernoulli_design(0.05, 0.1, anos0=1000)
    one_less = bernoulli_design(0.05, 0.1, h=design.h - 1 / design.reference.denominator)
    assert one_less.anos0 < 1000 <= design.anos0
    assert bernoulli_design(0.05, 0.1, h=design.h) == design


def test_the_alternative_moves_a_little_so_that_the_reference_is_a_fraction() -> None:
    for p0, p1 in ((0.01, 0.02), (0.3, 0.45), (0.7, 0.5), (0.02, 0.01)):
        design = bernoulli_design(p0, p1, anos0=100)
        assert reference_value(p0, design.p1) == pytest.approx(float(design.reference), rel=1e-9)
        asked, used = (np.log(p / (1 - p)) - np.log(p0 / (1 - p0)) for p in (p1, design.p1))
        assert abs(used - asked) <= 0.1 * abs(asked)


@pytest.mark.parametrize("p1", [0.3, 0.05])
def test_sums_equal_the_plain_recursion(p1: float) -> None:
    outcomes = (np.random.default_rng(2).random(300) < 0.15).astype(float).tolist()
    result = bernoulli_cusum(cases(*outcomes), p0=0.15, p1=p1, anos0=300)
    np.testing.assert_allclose(result.points.cusum.abs(), plain_sums(outcomes, result.design), atol=1e-9)
    assert (result.points.cusum >= 0).all() if p1 > 0.15 else (result.points.cusum <= 0).all()


def test_a_sum_on_the_limit_is_a_signal_and_one_step_below_is_none() -> None:
    # Reference 1/6: five steps up with the event, one down without; the limit is 10 steps.
    design = bernoulli_design(0.1, 0.25, h=10 / 6)
    assert design.reference == Fraction(1, 6)
    on_it = bernoulli_cusum(cases(1, 1), p0=0.1, p1=0.25, h=10 / 6)
    below = bernoulli_cusum(cases(1, 0, 1), p0=0.1, p1=0.25, h=10 / 6)
    assert on_it.points.is_signal.tolist() == [False, True]
    assert not below.points.is_signal.any()


def test_a_signal_says_when_and_since_when_and_a_missing_outcome_is_carried() -> None:
    result = bernoulli_cusum(cases(0, 0, 1, None, 1, 0, 1), p0=0.1, p1=0.25, h=2)
    assert result.points.carried.tolist() == ["", "", "", "missing", "", "", ""]
    assert result.points.cusum[3] == result.points.cusum[2]
    (signal,) = result.signals
    assert (signal.x, signal.start_x, signal.n_observations, signal.level) == (7, 3, 4, 0.75)
    assert signal.size == pytest.approx(0.65)


def test_restart_begins_anew_after_a_signal() -> None:
    result = bernoulli_cusum(cases(1, 1, 1, 1), p0=0.1, p1=0.25, h=10 / 6, restart=True)
    assert [(signal.row, signal.start_row) for signal in result.signals] == [(1, 0), (3, 2)]
    np.testing.assert_allclose(result.points.cusum, [5 / 6, 10 / 6, 5 / 6, 10 / 6])


def test_the_share_comes_from_the_baseline_and_does_not_move_when_cases_arrive() -> None:
    outcomes = [0, 0, 1, 0, 0, 0, 0, 0, 1, 0] * 3
    before = bernoulli_cusum(cases(*outcomes), freeze=20, anos0=200)
    after = bernoulli_cusum(cases(*outcomes, 1, 1, 1, 1), freeze=20, anos0=200)
    assert before.design == after.design
    assert before.design.p0 == pytest.approx(0.2)
    assert (before.is_estimated, before.n_baseline) == (True, 20)
    pd.testing.assert_frame_equal(before.points, after.points.iloc[:30])


def test_a_head_start_is_a_share_of_the_limit() -> None:
    result = bernoulli_cusum(cases(0, 0), p0=0.1, p1=0.25, h=10 / 6, head_start=0.5)
    np.testing.assert_allclose(result.points.cusum, [4 / 6, 3 / 6])


@pytest.mark.parametrize(
    ("frame", "change", "code", "row"),
    [
        (cases(0, 1, 2), {"p0": 0.1}, "not_an_outcome", 3),
        (cases(0, 1, 0.5), {"p0": 0.1}, "not_an_outcome", 3),
        (cases(0, 1), {}, "too_few", None),
        (cases(*[0] * 12), {}, "no_variation", None),
        (cases(0, 1), {"p0": 0.1, "anos0": None}, "no_limit", None),
        (cases(0, 1), {"p0": 1.0}, "not_a_probability", None),
        (cases(0, 1), {"p0": 0.1, "p1": 0.1}, "no_shift", None),
        (pd.DataFrame({"period": [1, 2], "numerator": ["no", "yes"]}), {"p0": 0.1}, "not_a_number", 1),
        (pd.DataFrame({"period": ["a", "b"], "numerator": [0, 1]}), {"p0": 0.1}, "no_order", None),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_row(
    frame: pd.DataFrame, change: dict[str, object], code: str, row: int | None
) -> None:
    with pytest.raises(spc.InputError) as caught:
        bernoulli_cusum(frame, **{"anos0": 100, **change})  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.row) == (code, row)
    assert caught.value.say("da") != caught.value.say("en")

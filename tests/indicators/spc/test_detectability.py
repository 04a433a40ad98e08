"""How soon a change shows: the published power, the table against a fresh simulation, and what is said of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from indicators import spc
from indicators.spc.detectability import (
    SPREADS,
    detectability,
    detectability_of,
    months_to_see,
    probability_seen,
    smallest_shift_sd,
)
from indicators.spc.tables import make_detectability
from indicators.words import Words

CALM = [31, 28, 35, 30, 33, 29, 36, 30, 32, 34, 27, 31]


def frame(values: list[float | None], denominator: object = None) -> pd.DataFrame:
    found = pd.DataFrame({"numerator": values})
    found["period"] = pd.date_range("2022-01-01", periods=len(found), freq="MS")
    return found if denominator is None else found.assign(denominator=denominator)


def test_a_run_chart_of_36_months_shows_a_step_of_one_and_a_half_sd_midway_in_54_percent() -> None:
    n_series = 6_000
    y = np.random.default_rng(20150404).normal(size=(n_series, 36))
    y[:, 18:] += 1.5
    long = pd.DataFrame({"series": np.repeat(np.arange(n_series), 36), "period": np.tile(np.arange(36), n_series)})
    found = spc.analyse_many(long.assign(numerator=y.ravel()), by=["series"], chart="run", n=None)
    assert found["runs_signal"].mean() == pytest.approx(0.54, abs=3 * np.sqrt(0.54 * 0.46 / n_series))


@pytest.mark.parametrize("is_frozen", [False, True])
@pytest.mark.parametrize("chart", ["run", "i"])
def test_the_simulation_looks_as_the_product_looks(chart: str, is_frozen: bool) -> None:
    n_baseline, months = 12, 9
    y = np.random.default_rng(7).normal(size=(300, n_baseline + months))
    y[:, n_baseline:] += 1.5
    bounds = make_detectability.bounds(n_baseline + months)
    base = y[:, :n_baseline] if is_frozen else y
    centre = np.median(base, axis=1) if chart == "run" else base.mean(axis=1)
    own = make_detectability.has_runs_signal(y - centre[:, None], *bounds)
    if chart == "i":
        own |= (np.abs(y - centre[:, None]) > 3 * make_detectability.sigma_of(base)[:, None]).any(axis=1)
    long = pd.DataFrame({"series": np.repeat(np.arange(300), 21), "period": np.tile(np.arange(1, 22), 300)})
    found = spc.analyse_many(
        long.assign(numerator=y.ravel()), by=["series"], chart=chart, n=None, freeze=n_baseline if is_frozen else None
    )
    np.testing.assert_array_equal(own, found["runs_signal"] | (found["n_outside_limits"] > 0))


@pytest.mark.parametrize(("chart", "n_baseline", "shift"), [("run", 24, 2.0), ("i", 36, 1.5), ("p", 12, 1.0)])
def test_a_fresh_simulation_agrees_with_the_table(chart: str, n_baseline: int, shift: float) -> None:
    spread = next(each for each in make_detectability.SPREADS if each.code == SPREADS[chart])
    n_series, months = 2_000, 15
    fresh = make_detectability.seen_by(
        spread,
        n_baseline=n_baseline,
        shift=shift,
        is_frozen=False,
        n_series=n_series,
        random=np.random.default_rng(99),
        horizon=months,
    )
    expected = probability_seen(chart, n_baseline, shift)[:months]
    error = np.sqrt(expected * (1 - expected) * (1 / n_series + 1 / make_detectability.N_SERIES) + 1e-6)
    assert (np.abs(fresh - expected) < 4 * error).all()


def test_more_is_seen_with_more_months_and_larger_shifts_and_by_limits_too() -> None:
    for chart in SPREADS:
        for n in (10, 24, 60):
            seen = np.array([probability_seen(chart, n, size) for size in (0, 1, 2, 4)])
            assert (np.diff(seen, axis=1) >= 0).all() and (np.diff(seen[:, 11]) > 0).all()
    assert (probability_seen("i", 36, 3) > probability_seen("run", 36, 3))[:12].all()


def test_between_the_simulated_lengths_and_sizes_the_line_is_straight_and_the_ends_are_kept() -> None:
    low, middle, high = (probability_seen("run", n, 1.5) for n in (24, 30, 36))
    np.testing.assert_allclose(middle, (low + high) / 2)
    low, middle, high = (probability_seen("i", 24, size) for size in (1.0, 1.125, 1.25))
    np.testing.assert_allclose(middle, (low + high) / 2)
    np.testing.assert_array_equal(probability_seen("i", 500, -9), probability_seen("i", 60, 4))


def test_the_two_questions_answer_one_another() -> None:
    for chart in ("run", "i", "p"):
        size = smallest_shift_sd(chart, 24, within=12, power=0.8)
        assert size is not None
        assert months_to_see(chart, 24, size + 0.01, power=0.8) in (11, 12)
        assert probability_seen(chart, 24, size)[11] == pytest.approx(0.8, abs=0.005)
    assert smallest_shift_sd("run", 24, within=2) is None


def test_sigma_of_a_p_chart_is_exact_at_the_expected_denominator() -> None:
    result = spc.analyse(frame(CALM * 2, [100] * 12 + [50, 200] * 6), chart="p", multiply=100)
    found = detectability(result, to=45)
    centre = sum(CALM * 2) / (1200 + 1500)
    assert found.denominator == pytest.approx(80)
    assert found.sigma == pytest.approx(100 * np.sqrt(centre * (1 - centre) / 80))
    assert found.shift_sd == pytest.approx((45 - 100 * centre) / found.sigma)
    larger = detectability(result, to=45, denominator=320)
    assert larger.sigma == pytest.approx(found.sigma / 2)
    assert larger.months is not None and found.months is not None and larger.months < found.months


def test_the_denominator_that_is_needed_makes_the_shift_the_smallest_one_seen() -> None:
    found = detectability_of("p", 24, centre=30, to=35, denominator=50, multiply=100)
    assert found.denominator_needed is not None and found.denominator_needed > 50
    enough = detectability_of("p", 24, centre=30, to=35, denominator=found.denominator_needed, multiply=100)
    assert enough.smallest_shift == pytest.approx(5, rel=0.01) and enough.months == 12


def test_sigma_of_the_other_charts_is_that_of_their_limits() -> None:
    i = spc.analyse(frame(CALM * 2), chart="i")
    sigma = (i.points["upper"] - i.points["centre"]).iloc[0] / 3
    assert detectability(i, shift=3).sigma == pytest.approx(sigma)
    assert detectability(spc.analyse(frame(CALM * 2), chart="run"), shift=3).sigma == pytest.approx(sigma)
    assert detectability(spc.analyse(frame(CALM * 2), chart="c"), shift=3).sigma == pytest.approx(
        np.sqrt(sum(CALM) / 12)
    )
    u = detectability(spc.analyse(frame(CALM * 2, 1000), chart="u", multiply=1000), shift=3)
    assert u.sigma == pytest.approx(np.sqrt(sum(CALM) / 12))


def test_gaps_and_exclusions_stay_out_of_the_baseline() -> None:
    values: list[float | None] = [*CALM, None, 99, *CALM]
    whole = detectability(spc.analyse(frame(values), chart="run", exclude=14), shift_sd=2)
    assert whole.n_baseline == 24 and whole.sigma < 6


def test_a_frozen_baseline_and_the_last_phase_are_what_is_asked() -> None:
    frozen = detectability(spc.analyse(frame(CALM * 2), chart="i", freeze=12), shift_sd=1.5)
    assert (frozen.is_frozen, frozen.n_baseline) == (True, 12)
    phased = detectability(spc.analyse(frame(CALM * 2), chart="i", phases=11), shift_sd=1.5)
    assert (phased.is_frozen, phased.n_baseline) == (False, 14)
    assert frozen.probability_within == pytest.approx(probability_seen("i", 12, 1.5, is_frozen=True)[11])


def test_where_the_limit_is_cut_at_zero_only_the_runs_can_show_the_shift() -> None:
    down = detectability_of("c", 24, centre=4, to=1)
    up = detectability_of("c", 24, centre=4, to=7)
    assert not down.uses_limits and up.uses_limits
    np.testing.assert_allclose(down.curve["probability"], probability_seen("run", 24, 1.5))
    assert up.probability_within > down.probability_within


def test_a_baseline_that_already_signals_is_said_to_be_unstable() -> None:
    moved = [*CALM, *(value + 20 for value in CALM)]
    assert not detectability(spc.analyse(frame(moved), chart="i"), shift_sd=1).is_stable
    assert detectability(spc.analyse(frame(moved), chart="i", phases=13), shift_sd=1).is_stable


def test_the_sentence_is_one_a_leader_reads_in_both_languages() -> None:
    found = detectability_of("i", 36, centre=12.5, sigma=1.5, to=8, unit=" %")
    months = months_to_see("i", 36, 3)
    assert found.words.da == f"Et skift fra 12,5 % til 8,0 % ses inden for ca. {months} måneder med 80 % sandsynlighed."
    assert found.words.en == f"A shift from 12.5 % to 8.0 % is seen within about {months} months with 80% probability."
    assert found.words_of_smallest.da.startswith("Det mindste skift, der ses inden for 12 måneder")
    weeks = detectability_of("i", 36, centre=12.5, sigma=1.5, shift=0.5, points_are=Words("uger", "weeks"))
    assert weeks.months is None and "not seen" in weeks.words.en and "60 weeks" in weeks.words.en
    assert detectability_of("i", 36, centre=5, sigma=1, shift=0).words.en == "There is no shift to see."


def test_too_short_or_constant_baselines_say_why_nothing_can_be_said() -> None:
    short = detectability(spc.analyse(frame([1, 5, 2, 4]), chart="run"), to=9)
    assert short.months is None and short.words.en.endswith("said: 4 of 10 needed.")
    flat = detectability(spc.analyse(frame([5] * 24), chart="i"), to=9)
    assert flat.months is None and flat.words.da.endswith("ses: ingen variation.")
    empty = detectability(spc.analyse(frame([None] * 24), chart="run"), to=9)
    assert empty.reason is not None and np.isnan(empty.probability_within)


def test_what_cannot_be_asked_is_refused() -> None:
    result = spc.analyse(frame(CALM * 2, 100), chart="p")
    calls = (
        (lambda: detectability(result), "shift_not_given"),
        (lambda: detectability(result, to=0.4, shift=0.1), "shift_not_given"),
        (lambda: detectability(result, to=1.4), "level_out_of_range"),
        (lambda: detectability(result, to=0.4, denominator=0), "denominator_not_positive"),
        (lambda: detectability(result, to=0.4, power=80), "power_out_of_range"),
        (lambda: detectability(result, to=0.4, within=0), "within_out_of_range"),
        (lambda: detectability(spc.analyse(frame(CALM), chart="mr"), shift=1), "chart_without_table"),
        (lambda: probability_seen("run", 24, 1, profile="mdc"), "profile_without_table"),
        (lambda: probability_seen("run", 9, 1), "baseline_too_short"),
        (lambda: detectability_of("i", 24, centre=1, to=2), "sigma_not_given"),
        (lambda: detectability_of("p", 24, centre=0.1, to=0.2), "no_denominator"),
    )
    for call, code in calls:
        with pytest.raises(spc.InputError) as refused:
            call()
        assert refused.value.code == code and refused.value.words.da

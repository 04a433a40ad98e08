"""The chance of a signal where nothing happens: published figures, the table, a fresh simulation, sums over boards."""

from __future__ import annotations

import numpy as np
import pytest

from indicators import spc
from indicators.spc.false_alarms import (
    READINGS,
    expected_false_signals,
    false_alarm,
    false_alarm_probability,
    poisson_binomial,
)
from indicators.spc.profiles import MDC
from indicators.spc.tables import make_false_alarms


@pytest.mark.parametrize(("n", "percent"), [(12, 1.4), (24, 3.1), (36, 4.2), (60, 4.6)])
def test_a_run_chart_has_the_published_rate_of_false_alarms(n: int, percent: float) -> None:
    assert 100 * false_alarm_probability(n, "run") == pytest.approx(percent, abs=0.25)
    assert false_alarm(n, "run").is_exact


def test_an_i_chart_of_36_months_has_the_published_rate() -> None:
    assert 100 * false_alarm_probability(36, "i") == pytest.approx(17, abs=1)


def test_seven_seven_has_the_published_rate_anywhere() -> None:
    assert 100 * false_alarm_probability(36, "i", profile="mdc") == pytest.approx(30, abs=1.5)


def test_seven_seven_at_the_last_point_has_the_published_rate_where_ranges_are_not_screened() -> None:
    # Screening, which is on by default, makes the limits narrower: 1.7 % instead of 1.5 %.
    n_series = 20_000
    y = np.random.default_rng(6).normal(size=n_series * 36)
    offsets = np.arange(n_series + 1) * 36
    said = spc.analyse_arrays(y, None, offsets, "i", profile="mdc", screen_moving_ranges=False)
    share = (said["is_claimed"] & (said["last_rule"] != "")).mean()
    assert share == pytest.approx(0.015, abs=3 * np.sqrt(0.015 / n_series))
    screened = false_alarm_probability(36, "i", profile="mdc", reading="last_point")
    assert screened == pytest.approx(0.0173, abs=0.0025)


def test_other_lengths_are_simulated_when_asked_for_and_have_the_published_rate() -> None:
    seven_five = MDC.with_lengths(shift=7, trend=5, two_of_three="classic")
    # Three standard errors of 5,000 series.
    assert 100 * false_alarm_probability(36, "i", profile=seven_five) == pytest.approx(54, abs=2.2)


@pytest.mark.parametrize(
    "chart", list(dict.fromkeys(chart for noise in make_false_alarms.NOISES for chart in noise.charts))
)
def test_a_fresh_simulation_agrees_with_the_table(chart: str) -> None:
    n_series = 1_000
    noise = [each for each in make_false_alarms.NOISES if chart in each.charts][-1]
    found = make_false_alarms.shares(noise, 36, n_series, (chart,), 0.0, (1,))
    for profile in spc.PROFILES:
        for reading, share in zip(READINGS, found[profile, chart], strict=True):
            expected = false_alarm_probability(36, chart, profile=profile, reading=reading, mean_count=noise.mean_count)
            # Four standard errors of this smaller simulation.
            error = np.sqrt((expected * (1 - expected) + 1 / n_series) / n_series)
            assert share == pytest.approx(expected, abs=4 * error), (profile, reading)


@pytest.mark.parametrize(("chart", "mean_count"), [("run", None), ("i", None), ("p", 2.0), ("c", 10.0)])
def test_a_fresh_correlated_simulation_agrees_with_the_table(chart: str, mean_count: float | None) -> None:
    n_series = 1_000
    noise = next(each for each in make_false_alarms.NOISES if chart in each.charts and each.mean_count == mean_count)
    found = make_false_alarms.shares(noise, 36, n_series, (chart,), 0.4, (2,))
    for profile in spc.PROFILES:
        expected = false_alarm_probability(36, chart, profile=profile, autocorrelation=0.4, mean_count=mean_count)
        error = np.sqrt(expected * (1 - expected) / n_series)
        assert found[profile, chart][0] == pytest.approx(expected, abs=4 * error), profile


@pytest.mark.parametrize("mean_count", [1.0, 50.0])
@pytest.mark.parametrize("name", ["binomial", "poisson"])
def test_correlated_counts_have_the_autocorrelation_they_are_tabled_under(name: str, mean_count: float) -> None:
    noise = next(each for each in make_false_alarms.NOISES if each.name == name and each.mean_count == mean_count)
    y = make_false_alarms.drawn(noise, (4_000, 40), 0.5, np.random.default_rng(3))
    deviation = y - y.mean()
    assert (deviation[:, 1:] * deviation[:, :-1]).mean() / deviation.var() == pytest.approx(0.5, abs=0.01)
    assert y.mean() == pytest.approx(mean_count, rel=0.02)
    variance = mean_count * (1 - mean_count / 100) if name == "binomial" else mean_count
    assert deviation.var() == pytest.approx(variance, rel=0.03)


def test_below_ten_nothing_is_claimed_so_nothing_is_false() -> None:
    assert [false_alarm_probability(n, "i") for n in (0, 5, 9)] == [0.0, 0.0, 0.0]


def test_numbers_between_the_simulated_ones_are_interpolated_and_the_ends_are_kept() -> None:
    low, between, high = (false_alarm_probability(n, "p") for n in (60, 66, 72))
    assert between == pytest.approx((low + high) / 2)
    assert false_alarm_probability(10_000, "p") == false_alarm_probability(240, "p")


@pytest.mark.parametrize("profile", list(spc.PROFILES))
@pytest.mark.parametrize("chart", list(spc.CHARTS))
def test_every_chart_type_has_its_figures(chart: str, profile: str) -> None:
    anywhere, last = (false_alarm_probability(24, chart, profile=profile, reading=reading) for reading in READINGS)
    assert 0 <= last < anywhere < 1


@pytest.mark.parametrize("chart", ["run", "i", "p", "c", "u"])
def test_autocorrelation_raises_the_chance_step_by_step(chart: str) -> None:
    chances = [false_alarm_probability(36, chart, autocorrelation=r / 10) for r in range(7)]
    assert chances == sorted(chances)
    assert chances[-1] > 2 * chances[0]
    assert false_alarm_probability(36, chart, autocorrelation=0.9) == chances[-1]
    assert false_alarm_probability(36, chart, autocorrelation=-0.3) == chances[0]
    assert chances[2] < false_alarm_probability(36, chart, autocorrelation=0.25) < chances[3]


def test_small_counts_raise_the_chance_and_the_class_that_was_used_is_said() -> None:
    found = [false_alarm(36, "p", mean_count=mean) for mean in (0.3, 1.4, 1.5, 7.0, 8.0, 400.0)]
    assert [alarm.mean_count for alarm in found] == [1.0, 1.0, 2.0, 5.0, 10.0, 50.0]
    assert found[0].probability > found[2].probability > found[3].probability > found[-1].probability
    assert false_alarm(36, "p").mean_count == 50.0
    assert false_alarm(36, "i", mean_count=3).mean_count is None


def test_a_chart_that_was_not_simulated_says_which_one_stands_for_it() -> None:
    assert false_alarm(36, "u").simulated_as == "c"
    assert false_alarm(36, "xbar").simulated_as == "i"
    assert false_alarm(36, "pp").simulated_as == "pp"
    assert false_alarm(36, "pp", autocorrelation=0.2).simulated_as == "p"


def test_the_number_of_false_signals_is_a_sum_of_coins() -> None:
    result = expected_false_signals([36] * 200 + [24] * 200 + [8] * 88, ["i"] * 200 + ["run"] * 288)
    i, run = false_alarm_probability(36, "i"), false_alarm_probability(24, "run")
    assert result.expected == pytest.approx(200 * i + 200 * run)
    assert result.at_least_one == pytest.approx(1 - (1 - i) ** 200 * (1 - run) ** 200)
    assert (result.n_series, result.n_judged) == (488, 400)
    drawn = (np.random.default_rng(5).uniform(size=(20_000, 488)) < result.probability).sum(axis=1)
    assert (drawn < result.low).mean() <= 0.025 + 0.004
    assert (drawn > result.high).mean() <= 0.025 + 0.004
    assert ((drawn >= result.low) & (drawn <= result.high)).mean() >= 0.94
    assert result.chance_of(40) == pytest.approx((drawn >= 40).mean(), abs=0.015)


def test_the_distribution_is_exact() -> None:
    assert poisson_binomial(np.full(20, 0.5)) * 2**20 == pytest.approx(
        [float(x) for x in np.round(np.poly(-np.ones(20)))], rel=1e-12
    )
    many = poisson_binomial(np.random.default_rng(1).uniform(0, 0.5, 3_001))
    assert many.sum() == pytest.approx(1, abs=1e-12)
    assert len(many) == 3_002
    assert poisson_binomial(np.zeros(0)).tolist() == [1.0]


def test_each_series_may_have_its_own_profile_reading_and_autocorrelation() -> None:
    result = expected_false_signals(
        [36, 36, 36],
        ["i", "i", "p"],
        profile=["anhoej", "mdc", "anhoej"],
        reading=["phase", "last_point", "phase"],
        autocorrelation=[0.3, np.nan, 0],
        mean_count=[np.nan, np.nan, 2],
    )
    assert result.probability.tolist() == [
        false_alarm_probability(36, "i", autocorrelation=0.3),
        false_alarm_probability(36, "i", profile="mdc", reading="last_point"),
        false_alarm_probability(36, "p", mean_count=2),
    ]


def test_the_board_says_the_number_in_both_languages() -> None:
    board = expected_false_signals([36] * 488, "run")
    assert board.say("da").startswith("Af 488 serier forventes 21 signaler af ren tilfældighed (i 19 af 20 tilfælde")
    assert board.say("en").startswith("Of 488 series, 21 signals are expected by pure chance")
    assert "forventes 0,9 signaler" in expected_false_signals([36] * 22, "run").say("da")
    assert "forventes 1 signal af" in expected_false_signals([36] * 24, "run").say("da")
    assert expected_false_signals([5, 6], "run").say("da") == (
        "Ingen af de 2 serier har nok punkter til at give signal."
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"chart": "q"}, "no chart type"),
        ({"profile": "q"}, "no profile"),
        ({"reading": "q"}, "no reading"),
        ({"autocorrelation": 1.2}, "between -1 and 1"),
        ({"autocorrelation": np.nan}, "between -1 and 1"),
        ({"mean_count": -1}, "at least 0"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(spc.InputError, match=words):
        false_alarm(20, **{"chart": "p", **arguments})  # type: ignore[arg-type]


def test_lists_of_unequal_length_are_refused() -> None:
    with pytest.raises(spc.InputError, match="chart has 2 values but there are 3 series"):
        expected_false_signals([24, 24, 24], ["run", "i"])
    with pytest.raises(spc.InputError, match="mean_count has 2 values"):
        expected_false_signals([24, 24, 24], "p", mean_count=[1, 2])

"""The chance of a signal where nothing happens: published figures, the table, and a fresh simulation of it."""

from __future__ import annotations

import numpy as np
import pytest

from indicators import spc
from indicators.spc.tables import make_false_alarms


@pytest.mark.parametrize(("n", "percent"), [(12, 1.4), (24, 3.1), (36, 4.2), (60, 4.6)])
def test_a_run_chart_has_the_published_rate_of_false_alarms(n: int, percent: float) -> None:
    assert 100 * spc.false_alarm_probability(n, "run") == pytest.approx(percent, abs=0.35)


def test_an_i_chart_of_36_months_has_the_published_rate() -> None:
    assert 100 * spc.false_alarm_probability(36, "i") == pytest.approx(17, abs=1)


@pytest.mark.parametrize("chart", list(spc.CHARTS))
def test_a_fresh_simulation_agrees_with_the_table(chart: str) -> None:
    n_series = 4_000
    share = make_false_alarms.share_with_signal(chart, 36, n_series, np.random.default_rng(1))
    expected = spc.false_alarm_probability(36, chart)
    # Four standard errors of this smaller simulation.
    assert share == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / n_series))


def test_below_ten_nothing_is_claimed_so_nothing_is_false() -> None:
    assert [spc.false_alarm_probability(n, "i") for n in (0, 5, 9)] == [0.0, 0.0, 0.0]


def test_numbers_between_the_simulated_ones_are_interpolated_and_the_ends_are_kept() -> None:
    low, between, high = (spc.false_alarm_probability(n, "p") for n in (96, 108, 120))
    assert between == pytest.approx((low + high) / 2)
    assert spc.false_alarm_probability(10_000, "p") == spc.false_alarm_probability(240, "p")


def test_every_chart_type_has_its_figures() -> None:
    assert all(0 < spc.false_alarm_probability(24, chart) < 1 for chart in spc.CHARTS)


def test_an_unknown_chart_is_refused() -> None:
    with pytest.raises(spc.InputError, match="no chart type"):
        spc.false_alarm_probability(20, "q")

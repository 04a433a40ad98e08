"""The cautions: each speaks where it should, is silent on noise that fits, and says what it found and what to do."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from indicators import spc
from indicators.spc.diagnostics import CHECKS, Caution, Code, diagnose, diagnose_many
from indicators.spc.diagnostics.correlation import lag_one, phase_columns
from indicators.spc.diagnostics.shape import skewness_p_value

RANDOM_SEED = 20150403


def months(n: int) -> pd.DatetimeIndex:
    return pd.date_range("2020-01-01", periods=n, freq="MS")


def series(values: object, denominator: object = None, start: int = 0) -> pd.DataFrame:
    found = pd.DataFrame({"numerator": np.asarray(values, dtype=float)})
    found["period"] = months(len(found))
    return found if denominator is None else found.assign(denominator=denominator)


def codes(frame: pd.DataFrame, chart: str, **options: object) -> list[Code]:
    return [caution.code for caution in diagnose(spc.analyse(frame, chart=chart, **options))]  # type: ignore[arg-type]


def one(frame: pd.DataFrame, chart: str, code: Code, **options: object) -> Caution:
    found = diagnose(spc.analyse(frame, chart=chart, **options))  # type: ignore[arg-type]
    return next(caution for caution in found if caution.code is code)


def random() -> np.random.Generator:
    return np.random.default_rng(RANDOM_SEED)


def autoregressive(n: int, r: float) -> np.ndarray:
    shocks, found = random().normal(size=n), np.zeros(n)
    for i in range(n):
        found[i] = shocks[i] + (r * found[i - 1] if i else 0)
    return found


def test_the_moments_of_the_lag_one_coefficient_are_those_of_all_orders_of_normal_noise() -> None:
    noise = random().normal(size=(8_000, 14))
    phase = np.array([0] * 6 + [1] * 8)
    pairs = np.array([0, 1, 3, 4, 6, 7, 8, 10, 11, 12])  # a gap in each phase, and none across the border
    found = [lag_one(row, pairs, phase_columns(phase)) for row in noise]
    drawn = np.array([r for r, _, _ in found])
    _, mean, sd = found[0]
    assert drawn.mean() == pytest.approx(mean, abs=4 * sd / np.sqrt(len(drawn)))
    assert drawn.std() == pytest.approx(sd, rel=0.035)


@pytest.mark.parametrize("n", [8, 20, 60])
def test_without_gaps_and_phases_they_are_morans(n: int) -> None:
    _, mean, sd = lag_one(np.arange(n) ** 1.5, np.arange(n - 1), phase_columns(np.zeros(n, dtype=int)))
    assert mean == pytest.approx(-1 / n)
    assert sd**2 == pytest.approx((n - 2) ** 2 / (n**2 * (n - 1)))


def test_autocorrelation_is_found_and_says_what_it_does_to_false_alarms() -> None:
    caution = one(series(autoregressive(60, 0.7)), "i", Code.AUTOCORRELATION)
    assert caution.statistic > caution.threshold and caution.p_value is not None and caution.p_value < 0.02
    assert caution.figures["false_alarms"] > 2 * caution.figures["false_alarms_independent"]
    assert f"{100 * caution.figures['false_alarms']:.0f}%" in caution.say("en")


def test_a_step_is_named_as_another_reading_of_alike_neighbours_and_goes_with_a_phase() -> None:
    values = random().normal(size=48)
    values[24:] += 3
    caution = one(series(values), "i", Code.AUTOCORRELATION)
    assert caution.figures["is_maybe_step"] == 1 and "phase" in caution.say("en") and "fase" in caution.say("da")
    assert Code.AUTOCORRELATION not in codes(series(values), "i", phases=25)


def test_a_chart_of_moving_ranges_is_not_asked_whether_neighbours_are_alike() -> None:
    assert Code.AUTOCORRELATION in codes(series(autoregressive(60, 0.95)), "i")
    assert Code.AUTOCORRELATION not in codes(series(np.cumsum(np.ones(60))), "mr")


def test_a_season_is_found_with_its_month_and_its_swing_in_the_unit_of_the_indicator() -> None:
    wave = 10 + 2 * np.cos(2 * np.pi * (np.arange(48) - 1) / 12) + 0.5 * random().normal(size=48)
    caution = one(series(wave), "i", Code.SEASONALITY, multiply=100)
    assert caution.figures["highest"] == 2 and caution.figures["lowest"] == 8
    assert caution.figures["swing"] == pytest.approx(400, rel=0.25)
    assert "February" in caution.say("en") and "august" in caution.say("da")
    assert Code.AUTOCORRELATION not in codes(series(wave), "i")


def test_a_season_needs_24_months_dates_and_a_regular_calendar() -> None:
    wave = 10 + 2 * np.cos(2 * np.pi * np.arange(48) / 12) + 0.5 * random().normal(size=48)
    assert Code.SEASONALITY not in codes(series(wave[:23]), "i")
    assert Code.SEASONALITY in codes(series(wave[:24]), "i")
    assert Code.SEASONALITY not in codes(series(wave).assign(period=range(48)), "i")
    weekly = series(wave).assign(period=pd.date_range("2020-01-06", periods=48, freq="W-MON"))
    assert Code.SEASONALITY not in codes(weekly, "i")


def test_a_season_is_found_beside_a_gap_a_phase_and_in_quarters() -> None:
    wave = 10 + 2 * np.cos(2 * np.pi * np.arange(48) / 12) + 0.5 * random().normal(size=48)
    wave[30:] += 6
    wave[[5, 17]] = np.nan
    assert Code.SEASONALITY in codes(series(wave), "i", phases=31)
    quarters = pd.date_range("2018-01-01", periods=20, freq="QS")
    values = 10 + np.tile([3, 0, -3, 0], 5) + 0.5 * random().normal(size=20)
    caution = one(pd.DataFrame({"period": quarters, "numerator": values}), "run", Code.SEASONALITY)
    assert "1. kvartal" in caution.say("da") and "quarter 3" in caution.say("en")


def test_overdispersion_is_the_chi_square_and_sigma_z_and_advises_the_prime_chart() -> None:
    draw = random()
    share = np.clip(0.3 + 0.05 * draw.normal(size=36), 0, 1)
    n = draw.integers(800, 1200, 36)
    y = draw.binomial(n, share)
    caution = one(series(y, n), "p", Code.OVERDISPERSION)
    centre = y.sum() / n.sum()
    z = (y / n - centre) / np.sqrt(centre * (1 - centre) / n)
    assert caution.statistic == pytest.approx(np.sum(z**2))
    assert caution.p_value == pytest.approx(stats.chi2.sf(np.sum(z**2), 35))
    ranges = np.abs(np.diff(z))
    ranges = ranges[ranges < 3.267 * ranges.mean()]
    assert caution.figures["sigma_z"] == pytest.approx(ranges.mean() / 1.128)
    assert caution.better_chart == "pp"
    assert one(series(y, n), "u", Code.OVERDISPERSION).better_chart == "up"
    assert one(series(y), "c", Code.OVERDISPERSION).better_chart == "i"


def test_a_shift_in_level_is_not_taken_for_overdispersion() -> None:
    draw = random()
    y = np.concatenate([draw.binomial(200, 0.2, 18), draw.binomial(200, 0.4, 18)])
    assert Code.OVERDISPERSION not in codes(series(y, 200), "p")


def test_too_little_variation_is_said_with_its_sigma_z() -> None:
    y = 30 + random().integers(-1, 2, 36)
    caution = one(series(y, 100), "p", Code.UNDERDISPERSION)
    assert caution.figures["sigma_z"] < 0.5 and "moving averages" in caution.say("en")


@pytest.mark.parametrize(("chart", "better"), [("p", "g"), ("u", "t"), ("c", "t")])
def test_rare_events_go_to_the_chart_of_what_lies_between_them(chart: str, better: str) -> None:
    y = random().poisson(0.6, 36)
    caution = one(series(y, None if chart == "c" else 80), chart, Code.RARE_EVENTS)
    assert caution.statistic == pytest.approx(y.mean()) and caution.better_chart == better
    assert caution.figures["share_zero"] == pytest.approx(np.mean(y == 0))


def test_rare_failures_of_a_high_share_are_rare_events_too() -> None:
    y = 80 - random().poisson(0.6, 36)
    caution = one(series(y, 80), "p", Code.RARE_EVENTS)
    assert caution.figures["is_of_non_events"] == 1 and "without the event" in caution.say("en")


def test_skewed_figures_and_one_extreme_point_are_told_apart() -> None:
    draw = random()
    assert codes(series(np.exp(1.2 * draw.normal(size=48))), "i") == [Code.SKEWED]
    values = draw.normal(size=48) + 50
    values[20] += 12
    caution = one(series(values), "i", Code.OUTLIERS)
    assert caution.figures["n_outliers"] == 1 and caution.statistic > 6 and caution.better_chart == "run"
    assert codes(series(values), "i", exclude=21) == []
    assert codes(series(values), "run") == []


@pytest.mark.parametrize("n", [12, 36, 200])
def test_the_p_value_of_skewness_is_dagostinos(n: int) -> None:
    values = random().exponential(size=n)
    skewness, p = skewness_p_value(values)
    assert skewness == pytest.approx(stats.skew(values))
    assert p == pytest.approx(stats.skewtest(values).pvalue)


def test_a_step_is_not_taken_for_skewness() -> None:
    values = random().normal(size=60)
    values[50:] += 4
    assert Code.SKEWED not in codes(series(values), "i")


def test_coarse_figures_are_said_by_what_is_coarse_about_them() -> None:
    on_line = one(series([3, 3, 3, 2, 4, 3, 3, 4, 2, 3, 3, 3]), "run", Code.MANY_ON_CENTRE)
    assert on_line.statistic == pytest.approx(8 / 12)
    two = one(series([1, 2, 2, 1, 1, 1, 2, 1, 2, 2, 2, 1, 1]), "i", Code.FEW_VALUES)
    assert (two.statistic, two.threshold) == (2, 4)
    coarse = one(series([10, 20, 20, 20, 30, 20, 20, 10, 20, 20, 20, 20, 40]), "i", Code.FEW_VALUES)
    assert coarse.statistic > 1 == coarse.threshold and coarse.figures["step"] == 10


def test_uneven_exposure_behind_a_c_chart_asks_for_a_u_chart() -> None:
    counts = series([20, 18, 22, 27, 14, 20, 26, 13, 20, 24, 22, 18])
    beds = [100] * 11 + [160]
    caution = diagnose(spc.analyse(counts, chart="c"), denominator=beds)[0]
    assert caution.code is Code.UNEVEN_DENOMINATORS and caution.better_chart == "u"
    assert caution.statistic == pytest.approx(160 / 105 - 1)
    assert diagnose(spc.analyse(counts, chart="c"), denominator=[100] * 10 + [110, 120]) == ()
    with pytest.raises(spc.InputError) as refused:
        diagnose(spc.analyse(counts, chart="c"), denominator=[1, 2])
    assert refused.value.code == "lengths_differ"


@pytest.mark.parametrize("chart", sorted(spc.CHARTS))
@pytest.mark.parametrize(
    "values",
    [[3.0], [3, 4], [5] * 30, [np.nan] * 14, [np.nan, 4] * 15, [1] * 29 + [2], [4, np.nan, np.nan, 5], [1, 2] * 18],
    ids=["one", "two", "constant", "no data", "gaps", "nearly constant", "tiny and gappy", "alternating"],
)
def test_no_chart_and_no_series_makes_it_fail_and_every_figure_is_a_number(chart: str, values: list[float]) -> None:
    frame = series(values, 20)
    for options in ({}, {"phases": 2}, {"exclude": [1]}):
        try:
            result = spc.analyse(frame, chart=chart, **options)  # type: ignore[arg-type]
        except spc.InputError:
            continue
        for caution in diagnose(result):
            assert np.isfinite([caution.statistic, caution.threshold, *caution.figures.values()]).all()


def test_all_zero_and_all_hundred_percent_have_no_cautions() -> None:
    assert codes(series([0] * 24, 50), "p") == [] == codes(series([50] * 24, 50), "p")


def test_the_same_figures_in_another_unit_have_the_same_cautions() -> None:
    y = random().binomial(100, 0.3, 36)
    y[18:] = y[18:] + 20
    plain, percent = (diagnose(spc.analyse(series(y, 100), chart="p", multiply=factor)) for factor in (1, 100))
    assert [(c.code, c.say("da")) for c in plain] == [(c.code, c.say("da")) for c in percent]
    np.testing.assert_allclose([c.statistic for c in plain], [c.statistic for c in percent])


def test_many_series_have_the_cautions_of_each() -> None:
    draw = random()
    frames = {
        "calm": series(draw.binomial(100, 0.3, 36), 100),
        "rare": series(draw.binomial(100, 0.005, 36), 100),
        "wild": series(draw.binomial(100, np.clip(0.3 + 0.15 * draw.normal(size=36), 0, 1)), 100),
    }
    long = pd.concat([frame.assign(unit=unit) for unit, frame in frames.items()]).sample(frac=1, random_state=1)
    for phases in ((), (20,)):
        found = diagnose_many(long, by=["unit"], phases=phases)
        singles = [
            (unit, caution.code.value, caution.statistic, caution.say("da"))
            for unit, frame in frames.items()
            for caution in diagnose(spc.analyse(frame, chart="p", phases=phases))
        ]
        assert list(found[["unit", "code", "statistic", "da"]].itertuples(index=False, name=None)) == singles
        assert {"rare", "wild"} <= set(found["unit"])


def test_exposure_reaches_a_c_chart_among_many() -> None:
    frame = series([20, 18, 22, 27, 14, 20, 26, 13, 20, 24, 22, 18], [100] * 11 + [160]).assign(unit="a")
    assert diagnose_many(frame, by=["unit"], chart="c")["code"].tolist() == ["uneven_denominators"]


def test_noise_that_fits_its_chart_is_left_in_peace() -> None:
    draw = random()
    n_series, n_points = 300, 36
    frame = pd.DataFrame(
        {
            "series": np.repeat(np.arange(n_series), n_points),
            "period": np.tile(months(n_points), n_series),
            "numerator": draw.binomial(100, 0.3, n_series * n_points),
            "denominator": 100,
        }
    )
    shares = diagnose_many(frame, by=["series"])["code"].value_counts() / n_series
    # 5 % and three standard errors of this small simulation.
    assert shares.max() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / n_series)


def test_every_check_has_words_a_source_and_charts_that_exist() -> None:
    for check in CHECKS.values():
        assert check.name.da and check.name.en and check.reference
        assert check.charts is None or check.charts <= set(spc.CHARTS)

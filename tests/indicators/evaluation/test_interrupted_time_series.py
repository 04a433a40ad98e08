"""Interrupted time series: against R's figures, against statsmodels, and where there is no answer."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from indicators.evaluation import (
    InterruptedTimeSeries,
    interrupted_time_series,
    interrupted_time_series_by_unit,
    interrupted_time_series_sensitivity,
    meta_analysis,
)
from indicators.evaluation.errors import EvaluationError

ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(os.environ.get("TAVLE_SHARED") or ROOT.parent / "shared") / "reference" / "evaluation"


def _rows(folder: str) -> list[pd.Series]:
    path = FOLDER / folder / "expected.csv"
    return [row for _, row in pd.read_csv(path).iterrows()] if path.exists() else []


def _specs(rows: list[pd.Series]) -> list[str]:
    return list(dict.fromkeys(row.spec for row in rows))


SICILY, CIGARETTES = _rows("its-sicily"), _rows("its-cigsales")
HOSPITALS = [row for row in _rows("multi-unit-infections") if row.term.startswith("unit:")]


def test_the_reference_is_there() -> None:
    if not FOLDER.exists() and os.environ.get("CI", "").lower() != "true":
        pytest.skip(f"no reference figures in {FOLDER}; set TAVLE_SHARED to the folder that holds reference/")
    assert (len(SICILY), len(CIGARETTES), len(HOSPITALS)) == (85, 55, 18)


def _agree(row: pd.Series, ours: pd.Series, tolerance: float = 1e-6, tolerance_se: float = 1e-5) -> None:
    """Every field of the row within README's tolerance: limits by those of estimate and SE, p-values by their z."""
    z = abs(row.estimate / row.se)
    allowed = {
        "estimate": tolerance * abs(row.estimate),
        "se": tolerance_se * abs(row.se),
        "ci_low": tolerance * abs(row.estimate) + 3 * tolerance_se * abs(row.se),
        "ci_high": tolerance * abs(row.estimate) + 3 * tolerance_se * abs(row.se),
        "p_value": row.p_value * max(1e-6, tolerance_se * max(1.0, z**2)),
        "df": 0.0,
    }
    for field, slack in allowed.items():
        if pd.notna(row[field]):
            assert abs(ours[field] - row[field]) <= slack, (row.spec, row.term, field, ours[field], row[field])


# ------------------------------------------------------------------------------------------------ Sicily, counts

SICILY_MODELS: dict[str, dict[str, Any]] = {
    "A_poisson_level": {"family": "poisson", "slope": False},
    "B_quasipoisson_level": {"family": "quasi-poisson", "slope": False},
    "C_quasipoisson_level_harm2": {"family": "quasi-poisson", "slope": False, "season": "harmonics"},
    "D_quasipoisson_level_slope_harm2": {"family": "quasi-poisson", "season": "harmonics", "slope_starts_at": 1},
    "E_quasipoisson_level_month_factor": {"family": "quasi-poisson", "slope": False, "season": "months"},
}
TERMS = {"(Intercept)": "intercept", "smokban": "level", "time": "time", "tpost": "slope", "t": "time", "lev": "level"}
TERMS |= {"slp": "slope", "post_trend=t+slp": "trend_after", "z": "treated"}
TERMS |= {f"z:{short}": f"treated:{name}" for short, name in (("t", "time"), ("lev", "level"), ("slp", "slope"))}


@cache
def _sicily(spec: str, **more: Any) -> InterruptedTimeSeries:
    data = pd.read_csv(FOLDER / "its-sicily" / "data.csv")
    data["month"] = data.year.astype(str) + "-" + data.month.astype(str).str.zfill(2)
    return interrupted_time_series(
        data, "month", "aces", "stdpop", "2005-01", ljung_box_lags=(12, 24), **SICILY_MODELS[spec], **more
    )


@pytest.mark.parametrize("spec", _specs(SICILY))
def test_heart_attacks_in_sicily_agree_with_r(spec: str) -> None:
    result = _sicily(spec)
    compared = 0
    for row in (row for row in SICILY if row.spec == spec):
        scale, _, rest = row.term.partition(":")
        if "NeweyWest" in row.term:
            lag = int(re.findall(r"lag(\d+)", row.term)[0])
            _agree(row, _sicily(spec, errors="newey-west", lag=lag).coefficients.loc["level"])
        elif scale in ("log", "ratio"):
            table = result.coefficients if scale == "log" else result.ratios
            _agree(row, table.loc[TERMS.get(rest, rest)])
        elif row.term.startswith("ljung_box"):
            check = result.checks.loc[f"ljung_box_{row.term[-2:]}"]
            assert check.statistic == pytest.approx(row.estimate, rel=1e-6)
            assert check.p_value == pytest.approx(row.p_value, rel=1e-5)
        elif row.term == "post_fitted_minus_counterfactual":
            _agree(row, result.overall.loc["events"])
        else:
            ours = {
                "dispersion_pearson": result.model.dispersion,
                "deviance": result.model.deviance,
                "post_counterfactual_sum": result.model.counterfactual_sum,
                "dw_deviance_resid": result.model.durbin_watson,
            }[row.term]
            assert ours == pytest.approx(row.estimate, rel=1e-6)
        compared += 1
    assert compared == sum(row.spec == spec for row in SICILY) > 10


# ----------------------------------------------------------------------------------------- California, straight lines


@cache
def _cigarettes(spec: str) -> InterruptedTimeSeries:
    data = pd.read_csv(FOLDER / "its-cigsales" / "data.csv")
    california, others = data[data.state == "California"], data[data.state != "California"]
    errors, lag = "none", None
    for mark, chosen in (
        ("NeweyWest", "newey-west"),
        ("REML", "reml-ar1"),
        ("AR1_ML", "ml-ar1"),
        ("PraisWinsten", "prais-winsten"),
    ):
        if mark in spec:
            errors = chosen
    if errors == "newey-west":
        lag = int(re.findall(r"lag(\d+)", spec)[0])
    controls = None
    if spec.startswith("D"):
        controls = others[others.state.isin(["Colorado", "Idaho", "Montana"])]
    elif spec.startswith("E"):
        controls = others
    return interrupted_time_series(
        california,
        "year",
        "cigsale",
        start=1989,
        errors=errors,
        lag=lag,
        controls=controls,
        control_unit="state",
        comparison="difference" if spec.startswith("E") else "interaction",
        first_time=0,
        ljung_box_lags=(1, 5),
    )


RANDOM_WALKS = {"B_single_GLS_AR1_REML", "E_difference_GLS_AR1_REML"}
"""Here phi runs to 1, where the likelihood is flat: nlme stops at 0.99999275, with a standard error of the intercept
(and a sigma) that says only where it stopped. Ours are missing, with the reason."""


@pytest.mark.parametrize("spec", _specs(CIGARETTES))
def test_cigarettes_in_california_agree_with_r(spec: str) -> None:
    result = _cigarettes(spec)
    is_gls = "GLS" in spec
    tolerance, tolerance_se = (1e-3, 1e-2) if is_gls else (1e-6, 1e-5)
    for row in (row for row in CIGARETTES if row.spec == spec):
        if row.term == "phi":
            assert result.model.phi == pytest.approx(row.estimate, abs=0.005 if is_gls else 1e-6)
        elif row.term == "loglik":
            assert result.model.log_likelihood == pytest.approx(row.estimate, abs=2e-4)
        elif row.term == "dw":
            assert result.model.durbin_watson == pytest.approx(row.estimate, rel=1e-6)
        elif row.term.startswith("ljung_box"):
            check = result.checks.loc[f"ljung_box_{row.term[-1]}"]
            assert (check.statistic, check.p_value) == pytest.approx((row.estimate, row.p_value), rel=1e-5)
        elif spec in RANDOM_WALKS and row.term in ("(Intercept)", "sigma"):
            assert result.not_identified[0].code == "random_walk"
            if row.term == "sigma":
                assert np.isnan(result.model.sigma)
            else:
                ours = result.coefficients.loc["intercept"]
                assert ours.estimate == pytest.approx(row.estimate, rel=1e-3) and np.isnan(ours.se)
        elif row.term == "sigma":
            assert result.model.sigma == pytest.approx(row.estimate, rel=1e-2)
        else:
            _agree(row, result.coefficients.loc[TERMS[row.term]], tolerance, tolerance_se)


# ------------------------------------------------------------------------------------------- six hospitals, one by one

HOSPITAL_MODELS: dict[str, dict[str, Any]] = {
    "A_before_after": {"effect": "level", "trend": False, "slope": False},
    "B_ITS_level": {"effect": "level"},
    "C_ITS_slope_change": {"effect": "slope"},
}


@pytest.mark.parametrize("spec", _specs(HOSPITALS))
def test_six_hospitals_one_by_one_agree_with_r(spec: str) -> None:
    data = pd.read_csv(FOLDER / "multi-unit-infections" / "data.csv").query("infection == 'BAC'")
    table = interrupted_time_series_by_unit(
        data, "hospital", "month", "n", "days", "2016-01", family="quasi-poisson", **HOSPITAL_MODELS[spec]
    )
    assert len(table) == 6
    for row in (row for row in HOSPITALS if row.spec == spec):
        _agree(row, table.loc[row.term[5:8]])
    # And on to their average: the same as from R's own figures.
    theirs = pd.DataFrame([row for row in HOSPITALS if row.spec == spec])
    ours, given = meta_analysis(table.estimate, table.se), meta_analysis(theirs.estimate, theirs.se)
    assert ours.overall[["estimate", "se"]].tolist() == pytest.approx(
        given.overall[["estimate", "se"]].tolist(), rel=1e-5
    )


# ------------------------------------------------------------------------------------------------ the slow way round


def _line(n: int = 48, start: int = 24, seed: int = 3, effect: float = 5.0) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    error = np.zeros(n)
    for t in range(1, n):
        error[t] = 0.5 * error[t - 1] + generator.normal()
    t = np.arange(n)
    value = 50 + 0.2 * t + effect * (t >= start) + error
    months = pd.period_range("2020-01", periods=n, freq="M")
    return pd.DataFrame({"period": months.astype(str), "numerator": value, "start": str(months[start])})


def test_months_that_are_missing_enter_ar1_by_their_distance() -> None:
    frame = _line().drop(index=[5, 6, 7, 30])
    result = interrupted_time_series(frame, errors="ml-ar1")
    t = frame.index.to_numpy()
    x = np.column_stack([np.ones(44), t + 1, t >= 24, np.maximum(t - 24, 0)]).astype(float)
    y = frame.numerator.to_numpy()

    def likelihood(phi: float) -> float:
        correlation = phi ** np.abs(t[:, None] - t[None, :])
        inverse = np.linalg.inv(correlation)
        beta = np.linalg.solve(x.T @ inverse @ x, x.T @ inverse @ y)
        rss = float((y - x @ beta) @ inverse @ (y - x @ beta))
        return -0.5 * (44 * (np.log(2 * np.pi * rss / 44) + 1) + np.linalg.slogdet(correlation)[1])

    best = max(np.linspace(-0.9, 0.99, 1000), key=likelihood)
    assert result.model.phi == pytest.approx(best, abs=0.002)
    assert result.model.log_likelihood == pytest.approx(likelihood(result.model.phi), rel=1e-10)
    inverse = np.linalg.inv(result.model.phi ** np.abs(t[:, None] - t[None, :]))
    beta = np.linalg.solve(x.T @ inverse @ x, x.T @ inverse @ y)
    assert result.coefficients.estimate[:4].to_numpy() == pytest.approx(beta, rel=1e-8)
    assert (result.model.n, result.model.n_missing) == (44, 4)
    assert result.checks.loc["missing_months", "verdict"] == "warn"
    holes = result.by_month[result.by_month.value.isna()]
    assert holes.period.astype(str).tolist() == ["2020-06", "2020-07", "2020-08", "2022-07"]
    assert holes.counterfactual.notna().all() and not holes.used.any()


@pytest.mark.parametrize("family", ["binomial", "poisson"])
@pytest.mark.parametrize("lag", [None, 4])
def test_counts_agree_with_statsmodels(family: str, lag: int | None) -> None:
    generator = np.random.default_rng(4)
    t, size = np.arange(40), generator.integers(20, 90, 40)
    events = generator.binomial(size, 0.3 + 0.2 * (t >= 20))
    frame = pd.DataFrame({"period": t + 1, "numerator": events, "denominator": size})
    x = np.column_stack([np.ones(40), t + 1, t >= 20, np.maximum(t - 20, 0)]).astype(float)
    if family == "binomial":
        model = sm.GLM(np.column_stack([events, size - events]), x, sm.families.Binomial())
    else:
        model = sm.GLM(events, x, sm.families.Poisson(), offset=np.log(size))
    how = {} if lag is None else {"cov_type": "HAC", "cov_kwds": {"maxlags": lag, "use_correction": False}}
    theirs = model.fit(tol=1e-12, maxiter=100, **how)
    ours = interrupted_time_series(
        frame, denominator="denominator", start=21, family=family, errors="newey-west" if lag else "none", lag=lag
    ).coefficients.iloc[:4]
    assert ours.estimate.to_numpy() == pytest.approx(theirs.params, rel=1e-7)
    assert ours.se.to_numpy() == pytest.approx(theirs.bse, rel=1e-6)


@pytest.mark.parametrize("family", ["linear", "poisson", "binomial"])
def test_the_sum_of_the_months_has_the_standard_error_of_its_gradient(family: str) -> None:
    frame = _line(36, 20).assign(denominator=200)
    frame["numerator"] = frame.numerator.round()
    result = interrupted_time_series(frame, denominator="denominator", family=family, season=1)
    assert result.overall.loc["events", "estimate"] == pytest.approx(
        (result.by_month.difference * 200)[result.by_month.after].sum()
    )
    natural, events = result.overall.loc["natural"], result.overall.loc["events"]
    assert (events.estimate, events.se) == pytest.approx((natural.estimate * 3200, natural.se * 3200))
    # The slow way: move every coefficient a little and see what the sum does.
    x = np.column_stack([result.by_month.after, np.maximum(np.arange(36) - 20, 0)])
    angle = 2 * np.pi * (np.arange(36) % 12 + 1) / 12
    full = np.column_stack([np.ones(36), np.arange(36) + 1, x, np.sin(angle), np.cos(angle)]).astype(float)
    without = full.copy()
    without[:, 2:4] = 0
    inverse = {"linear": lambda eta: eta, "poisson": np.exp, "binomial": lambda eta: 1 / (1 + np.exp(-eta))}[family]
    terms = ["intercept", "time", "level", "slope", "sin1", "cos1"]
    beta = result.coefficients.estimate[terms].to_numpy()

    def total(b: np.ndarray) -> float:
        return float(200 * (inverse(full @ b) - inverse(without @ b))[20:].sum())

    gradient = np.array([(total(beta + step) - total(beta - step)) / 2e-6 for step in np.eye(6) * 1e-6])
    assert events.se == pytest.approx(np.sqrt(gradient @ result.covariance.to_numpy() @ gradient), rel=1e-5)


def test_periods_written_in_any_way_give_the_same_answer() -> None:
    frame = _line().assign(unit="Afsnit 4")
    chosen = interrupted_time_series(frame, season="harmonics").overall
    months = pd.PeriodIndex(frame.period, freq="M")
    for periods, start in (
        (months, pd.Period("2022-01", "M")),
        (months.to_timestamp(), pd.Timestamp("2022-01-01")),
        ([f"{month}-15" for month in frame.period], "2022-01-31"),
        ([month.to_timestamp().date() for month in months], pd.Timestamp("2022-01-01").date()),
        (np.arange(48) + 1, 25),
    ):
        other = frame.assign(period=periods).sample(frac=1, random_state=1)
        pd.testing.assert_frame_equal(interrupted_time_series(other, start=start, season="harmonics").overall, chosen)


def test_quarters_and_years_keep_their_distance() -> None:
    quarters = pd.DataFrame(
        {"period": pd.date_range("2015-01-01", periods=28, freq="QS"), "numerator": _line(28, 14).numerator}
    )
    result = interrupted_time_series(quarters, start="2018-07", season="months")
    assert result.model.n_missing == 0 and result.coefficients.index[4:7].tolist() == ["month2", "month3", "month4"]
    assert interrupted_time_series(quarters.drop(index=3), start="2018-08").model.n_missing == 1


# -------------------------------------------------------------------------------------------------------- controls


def test_controls_can_be_a_frame_a_mapping_or_columns() -> None:
    frame, other = _line(), _line(seed=8, effect=0.0)
    third = _line(seed=9, effect=0.0)
    long = pd.concat([other.assign(unit="B"), third.assign(unit="C")])
    wide = frame.assign(b=other.numerator, c=third.numerator)
    for comparison in ("interaction", "difference"):
        first = interrupted_time_series(frame, controls=long, comparison=comparison)
        for controls in ({"B": other, "C": third}, ["b", "c"]):
            again = interrupted_time_series(wide, controls=controls, comparison=comparison)
            pd.testing.assert_frame_equal(first.overall, again.overall)
        assert first.overall.loc["natural", "estimate"] == pytest.approx(5, abs=2.5)
        assert "no_control" not in {note.code for note in first.notes}
    # Against the mean of the controls by hand.
    by_hand = frame.assign(numerator=frame.numerator - (other.numerator + third.numerator) / 2)
    alone = interrupted_time_series(by_hand, errors="none").overall.loc["natural"]
    both = interrupted_time_series(frame, controls=long, comparison="difference", errors="none").overall.loc["natural"]
    pd.testing.assert_series_equal(alone, both)


def test_a_change_that_the_controls_share_is_no_effect() -> None:
    generator = np.random.default_rng(2)
    size = np.full(48, 5000)
    t = np.arange(48)
    rate = 0.02 * np.exp(0.5 * (t >= 24))
    frame, other = (
        pd.DataFrame({"period": t, "numerator": generator.poisson(size * rate * share), "denominator": size})
        for share in (1.0, 2.0)
    )
    alone = interrupted_time_series(frame, denominator="denominator", start=24, family="poisson", slope=False)
    beside = interrupted_time_series(
        frame, denominator="denominator", start=24, family="poisson", slope=False, controls={"nabo": other}
    )
    assert alone.ratios.loc["level", "ci_low"] > 1.3
    assert beside.ratios.loc["treated:level", "ci_low"] < 1 < beside.ratios.loc["treated:level", "ci_high"]
    assert abs(beside.overall.loc["relative", "estimate"]) < 0.1


def test_a_month_without_all_controls_is_left_out_of_the_difference_and_counted() -> None:
    frame, other = _line(), _line(seed=8, effect=0.0).drop(index=[3, 40])
    result = interrupted_time_series(frame, controls={"B": other}, comparison="difference")
    assert result.model.n == 46 and next((n.code, n.count) for n in result.notes) == ("months_without_control", 2)
    assert result.by_month.fitted.isna().sum() == 2


# -------------------------------------------------------------------------------------------- what a reader is told


def test_before_the_start_the_counterfactual_is_the_line_and_there_is_no_difference() -> None:
    result = interrupted_time_series(_line(), horizons=(0, 6, 23, 24))
    before, after = result.by_month[~result.by_month.after], result.by_month[result.by_month.after]
    assert before.fitted.tolist() == before.counterfactual.tolist() and before.difference.isna().all()
    assert (after.counterfactual_low < after.counterfactual).all()
    assert result.effects_at.estimate[:3].tolist() == pytest.approx(after.difference.iloc[[0, 6, 23]].tolist())
    assert result.effects_at.loc[0, "estimate"] == pytest.approx(result.coefficients.loc["level", "estimate"])
    assert np.isnan(result.effects_at.loc[24, "estimate"])
    assert [(note.code, note.count) for note in result.not_identified] == [("beyond_data", 1)]
    codes = {note.code for note in result.notes}
    assert codes == {"coverage_below_nominal", "no_control"} and result.is_identified


def test_months_left_out_and_first_months_do_not_move_the_line() -> None:
    frame = _line()
    spoiled = frame.copy()
    spoiled.loc[[10, 24, 25], "numerator"] = 1000.0
    out = {"leave_out": ["2020-11"], "transition": 2}
    clean = interrupted_time_series(frame, **out)
    pd.testing.assert_frame_equal(interrupted_time_series(spoiled, **out).coefficients, clean.coefficients)
    assert clean.model.n == 45 and clean.by_month.used.sum() == 45


def test_ignoring_that_months_follow_each_other_is_warned_about() -> None:
    frame = _line(120, 60, seed=5)
    blind, seeing = interrupted_time_series(frame, errors="none"), interrupted_time_series(frame)
    assert blind.checks.loc["ljung_box_12", "verdict"] == "warn"
    assert "too narrow" in blind.checks.loc["ljung_box_12", "en"]
    assert seeing.checks.loc["ljung_box_12", "verdict"] == "pass"
    assert seeing.overall.loc["natural", "se"] > blind.overall.loc["natural", "se"]


def test_few_months_are_said_and_the_correlation_is_not_estimated_from_them() -> None:
    result = interrupted_time_series(_line(11, 6), slope=False, season=1)
    assert result.errors == "none" and "too_short_for_ar1" in {note.code for note in result.notes}
    verdicts = result.checks.verdict
    assert (verdicts["months_before"], verdicts["months_after"], verdicts["season_months"]) == ("warn",) * 3


def test_over_dispersion_is_warned_about_and_under_dispersion_is_not_rewarded() -> None:
    generator = np.random.default_rng(6)
    wild = pd.DataFrame({"period": np.arange(40), "numerator": generator.negative_binomial(2, 0.05, 40)})
    assert interrupted_time_series(wild, start=20, family="poisson").checks.loc["dispersion", "verdict"] == "warn"
    tame = pd.DataFrame({"period": np.arange(40), "numerator": np.tile([20, 21], 20)})
    plain = interrupted_time_series(tame, start=20, family="poisson").coefficients
    quasi = interrupted_time_series(tame, start=20, family="quasi-poisson").coefficients
    pd.testing.assert_frame_equal(plain, quasi)
    free = interrupted_time_series(tame, start=20, family="quasi-poisson", minimum_dispersion=0).coefficients
    assert (free.se < 0.2 * plain.se).all()


def test_rows_of_a_month_are_added_up_where_they_are_counts() -> None:
    half = pd.DataFrame({"period": np.arange(24), "numerator": np.arange(24) % 5 + 3, "denominator": 20})
    twice = pd.concat([half, half, half.assign(numerator=np.nan)])
    for family in ("linear", "binomial"):
        whole = interrupted_time_series(
            half.assign(numerator=half.numerator * 2, denominator=40),
            denominator="denominator",
            start=12,
            family=family,
        )
        summed = interrupted_time_series(twice, denominator="denominator", start=12, family=family)
        pd.testing.assert_frame_equal(whole.overall, summed.overall)
        assert "added_up" in {note.code for note in summed.notes}


def test_one_row_tells_each_other_choice_and_the_chosen_one_comes_first() -> None:
    frame = _line()
    table = interrupted_time_series_sensitivity(frame, left_out={"covid": ["2020-03", "2020-04"]})
    assert table.index.tolist() == [
        "chosen", "start-2", "start-1", "start+1", "start+2", "first-1", "without:covid",
        "errors:prais-winsten", "errors:newey-west", "errors:none", "season:harmonics",
    ]  # fmt: skip
    chosen = interrupted_time_series(frame).overall.loc["natural"]
    assert table.loc["chosen", "estimate"] == chosen.estimate
    moved = interrupted_time_series(frame, start="2021-12").overall.loc["natural", "estimate"]
    assert table.loc["start-1", "estimate"] == moved
    assert table[["estimate", "se"]].notna().all(axis=None) and table.da.is_unique and table.en.is_unique


def test_units_have_their_own_start_and_one_without_an_answer_does_not_stop_the_others() -> None:
    good = _line().assign(unit="A")
    late = _line(seed=7).assign(unit="B", start="2026-01")
    never = _line(seed=8).assign(unit="C", start="")
    silent = _line(seed=9).assign(unit="D", numerator=np.nan)
    table = interrupted_time_series_by_unit(pd.concat([good, late, never, silent]), effect="natural")
    assert table.index.tolist() == ["A", "B", "D"]
    assert table.estimate.notna().tolist() == [True, False, False]
    assert (
        "inside the series" in table.loc["B", "reason_en"]
        and table.loc["D", "reason_da"]
        and not table.loc["A", "reason_da"]
    )
    assert table.loc["A", "estimate"] == interrupted_time_series(good).overall.loc["natural", "estimate"]
    for effect in ("level", "slope", "log_relative", "events"):
        one = interrupted_time_series_by_unit(good, effect=effect).loc["A"]
        assert one.ci_low < one.estimate < one.ci_high


# ---------------------------------------------------------------------------------------------------- no answer


def _counts(values: list[float], of: int | None = None) -> pd.DataFrame:
    frame = pd.DataFrame({"period": np.arange(1, len(values) + 1), "numerator": values})
    return frame if of is None else frame.assign(denominator=of)


@cache
def _answered() -> InterruptedTimeSeries:
    return interrupted_time_series(_line())


WAVES = [3.0, 5.0, 4.0, 6.0] * 6


@pytest.mark.parametrize(
    ("frame", "settings", "code"),
    [
        (_counts(WAVES), {"start": 1}, "start_outside"),
        (_counts(WAVES), {"start": 40}, "start_outside"),
        (_counts(WAVES), {"start": 2}, "too_few_months"),
        (_counts(WAVES), {"start": 24}, "too_few_months"),
        (_counts(WAVES[:4]), {"start": 3}, "too_few_months"),
        (_counts(WAVES), {"start": 13, "leave_out": range(13, 25)}, "nothing_on_one_side"),
        (_counts(WAVES[:14]), {"start": 8, "season": "months"}, "too_few_months"),
        (_counts([4.0] * 24), {"start": 13}, "constant_outcome"),
        (_counts([0.0] * 24), {"start": 13, "family": "poisson"}, "constant_outcome"),
        (_counts([9.0] * 24, 9), {"start": 13, "family": "binomial", "denominator": "denominator"}, "constant_outcome"),
        (_counts([1.0] * 12 + [3.0] * 12), {"start": 13}, "perfect_prediction"),
        (_counts(WAVES[:12] + [0.0] * 12), {"start": 13, "family": "poisson"}, "perfect_prediction"),
        (
            _counts([0.0] * 12 + WAVES[:12]),
            {"start": 13, "family": "quasi-poisson", "slope": False},
            "perfect_prediction",
        ),
        (_counts(WAVES[:14]), {"start": 13, "errors": "newey-west"}, "newey_west_needs_more"),
        (_counts(WAVES[:14]), {"start": 13, "family": "poisson", "errors": "newey-west"}, "newey_west_needs_more"),
        (
            _counts(WAVES[:12] + [9.0] * 12, 9),
            {"start": 13, "family": "binomial", "denominator": "denominator"},
            "perfect_prediction",
        ),
    ],
)
def test_a_question_without_an_answer_gets_its_reason_and_no_figure(
    frame: pd.DataFrame, settings: dict[str, Any], code: str
) -> None:
    result = interrupted_time_series(frame, **settings)
    assert [note.code for note in result.not_identified] == [code] and not result.is_identified
    for table in (result.overall, result.effects_at, result.coefficients, result.ratios):
        assert table.isna().all(axis=None)
    assert result.by_month.value.notna().all() and result.by_month.counterfactual.isna().all()
    assert result.checks.da.str.len().min() > 20 and result.not_identified[0].words.en != result.checks.da.iloc[0]
    answered = _answered()
    assert result.by_month.columns.tolist() == answered.by_month.columns.tolist()
    assert result.model.index.tolist() == answered.model.index.tolist()


def test_a_counterfactual_that_may_be_anything_is_withheld_and_the_coefficients_stay() -> None:
    result = interrupted_time_series(_counts([1.0, 2.0, 0.0, *WAVES]), start=4, family="poisson")
    assert [note.code for note in result.not_identified] == ["unknown_counterfactual"]
    assert result.overall.isna().all(axis=None) and result.effects_at.isna().all(axis=None)
    after = result.by_month[result.by_month.after]
    assert after.counterfactual.isna().all() and after.fitted.notna().all()
    assert result.coefficients.se.notna().all()


@pytest.mark.parametrize(
    ("change", "settings", "code"),
    [
        ({}, {"numerator": "tæller"}, "no_column"),
        ({}, {"start": "begyndelse"}, "bad_start"),
        ({"start": ""}, {}, "no_start"),
        ({"start": range(24)}, {}, "two_starts"),
        ({}, {"start": "2020-01"}, "mixed_periods"),
        ({}, {"start": None}, "no_start"),
        ({"period": 3}, {}, "two_rows"),
        ({"period": np.nan}, {}, "no_period"),
        ({"period": np.arange(24) + 0.5}, {}, "bad_period"),
        ({"period": np.arange(24) + 202401}, {}, "bad_period"),
        ({"period": "snart"}, {}, "bad_period"),
        ({"period": "03-04-2024"}, {}, "bad_period"),
        ({"numerator": "mange"}, {}, "no_number"),
        ({"numerator": np.inf}, {}, "no_number"),
        ({"numerator": np.nan}, {}, "no_figures"),
        ({"numerator": -1.0}, {"family": "poisson"}, "negative"),
        ({"numerator": 30.0}, {"family": "binomial", "denominator": "size"}, "above_denominator"),
        ({"size": 0}, {"denominator": "size"}, "no_figures"),
        ({}, {"family": "gamma"}, "unknown_family"),
        ({}, {"errors": "arma"}, "unknown_errors"),
        ({}, {"season": "weeks"}, "unknown_season"),
        ({}, {"comparison": "none"}, "unknown_comparison"),
        ({}, {"season": 0}, "out_of_range"),
        ({}, {"confidence": 95}, "out_of_range"),
        ({}, {"level": False, "slope": False}, "no_effect"),
        ({}, {"family": "poisson", "errors": "reml-ar1"}, "errors_need_linear"),
        ({}, {"family": "binomial"}, "no_denominator"),
        ({}, {"controls": []}, "no_controls"),
        ({}, {"controls": ["size"], "denominator": "size"}, "controls_need_frame"),
        ({}, {"controls": ["size"], "family": "poisson", "comparison": "difference"}, "difference_needs_linear"),
        ({}, {"leave_out": ["2020-01"]}, "mixed_periods"),
    ],
)
def test_what_cannot_be_fitted_is_refused_in_both_languages(
    change: dict[str, Any], settings: dict[str, Any], code: str
) -> None:
    frame = _counts(WAVES).assign(**({"start": 13, "size": 20} | change))
    with pytest.raises(EvaluationError) as refused:
        interrupted_time_series(frame, **settings)
    assert refused.value.code == code
    assert refused.value.words.da != refused.value.words.en

"""Funnels: against FunnelPlotR, against figures worked out elsewhere, against counting by hand, and what must hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from indicators.spc import InputError, funnel
from indicators.spc.conformance import Verdict, funnelplotr
from indicators.spc.displays import DISPLAYS
from indicators.spc.displays.funnel import exact, overdispersion

OWN = Path(__file__).resolve().parents[2] / "reference" / "funnel"

LIMITS = [
    "lower",
    "upper",
    "warning_lower",
    "warning_upper",
    *(
        f"{prefix}{end}_{level}"
        for prefix in ("", "adjusted_")
        for level in ("95", "998")
        for end in ("lower", "upper")
    ),
]

# 17: CQC's adjusted limits are squared back. 11: no variation, no limits. 12: a missing number takes its row out.
# README: cut where the angle ends and not on a grid; one unit has no dispersion; identical columns are computed.
EXCEPTIONS = {
    "funnel_sr_cqc_medpar_95_adj": "17",
    "funnel_sr_cqc_medpar_99_adj": "17",
    "funnel_sr_cqc_medpar_95_unadj": "17",
    "funnel_sr_cqc_medpar_99_unadj": "17",
    "funnel_sr_cqc_medpar_died": "17",
    "funnel_pr_medpar_95_adj": "reference README: limits of small",
    "funnel_pr_medpar_95_unadj": "reference README: limits of small",
    "funnel_pr_medpar_99_adj": "reference README: limits of small",
    "funnel_pr_medpar_99_unadj": "reference README: limits of small",
    "funnel_pr_x100": "reference README: limits of small",
    "funnel_pr_sids_95_adj": "reference README: limits of small",
    "funnel_pr_sids_95_unadj": "reference README: limits of small",
    "funnel_pr_sids_99_adj": "reference README: limits of small",
    "funnel_pr_sids_99_unadj": "reference README: limits of small",
    "funnel_edge_zero_pr": "reference README: limits of small",
    "funnel_edge_near_one_pr": "reference README: limits of small",
    "funnel_edge_small_n_pr": "reference README: limits of small",
    "funnel_edge_one_pr": "reference README: one unit",
    "funnel_edge_identical": "reference README: identical",
    "funnel_edge_all_zero_pr": "11",
    "funnel_edge_all_zero_rc": "11",
    "funnel_edge_missing_pr": "12",
}
"""Case: the convention of the project that asks for another answer. Each is held to that very difference, by cell."""


NEXT_TO_NOTHING = {f"funnel_pr_sids_{level}_{form}" for level in ("95", "99") for form in ("adj", "unadj")}
"""Cases with a limit so near 0 that the rounding of the quantile shows in its fifth digit."""


# ------------------------------------------------------------------------------------------- against FunnelPlotR


def _cases(folder: Path) -> list[funnelplotr.Case]:
    return [funnelplotr.read_case(folder, row) for _, row in funnelplotr.index_of(folder).iterrows()]


def test_every_funnel_of_the_reference_agrees_or_differs_by_a_named_convention(shared_reference: Path) -> None:
    cases = _cases(shared_reference)
    assert len(cases) == 58
    found = {case.id: funnelplotr.check(case) for case in cases}
    disagree = {name: each.differences for name, each in found.items() if each.verdict is Verdict.DISAGREES}
    assert disagree == {}
    by_convention = {name for name, each in found.items() if each.verdict is Verdict.BY_CONVENTION}
    assert by_convention == set(EXCEPTIONS)
    for name, convention in EXCEPTIONS.items():
        assert found[name].convention.startswith(convention), (name, found[name].convention)


def test_with_exact_quantiles_the_figures_agree_within_the_rounding_of_theirs(shared_reference: Path) -> None:
    for case in _cases(shared_reference):
        exactly = replace(case, options=case.options | {"quantiles": "exact"})
        found = funnelplotr.check(exactly, tolerance=1e-5)
        if case.id in NEXT_TO_NOTHING:
            # A lower limit of 2.5e-7 or 9e-9 is the square of an angle next to 0, which the seventh digit of the
            # quantile moves by more than 1e-5 of itself. Then by that digit: the limits move less than 1e-11.
            assert set(found.differences) == {"lcl_998", "od_lcl_998"}, found.differences
            rounded, ours = (
                funnel.limits(each.frame, each.numerator, each.denominator, each.unit, **each.options).units
                for each in (case, exactly)
            )
            for column in ("lower_998", "adjusted_lower_998"):
                near_nothing = rounded[column] < 1e-6
                assert near_nothing.any()
                assert (ours[column] - rounded[column])[near_nothing].abs().max() < 1e-11
                assert ours[column][~near_nothing].to_numpy() == pytest.approx(rounded[column][~near_nothing], rel=1e-5)
            continue
        assert found.verdict is not Verdict.DISAGREES, (case.id, found.differences)
        # Close to rounding, no figure may have come to differ that agreed before.
        assert (found.verdict is Verdict.BY_CONVENTION) == (case.id in EXCEPTIONS), (case.id, found.differences)


@pytest.mark.parametrize("case", _cases(OWN), ids=lambda case: case.id)
def test_a_funnel_that_stands_in_the_project_agrees_or_differs_by_a_named_convention(case: funnelplotr.Case) -> None:
    found = funnelplotr.check(case)
    expected = Verdict.BY_CONVENTION if case.id in EXCEPTIONS else Verdict.AGREES
    assert found.verdict is expected, found.differences


@pytest.mark.parametrize("column", ["ucl_95", "od_lcl_998", "phi", "z", "tau2"])
def test_a_wrong_figure_is_noticed_also_beside_a_meant_difference(column: str) -> None:
    for name in ("funnel_edge_three_pr", "funnel_edge_small_n_pr"):
        case = next(case for case in _cases(OWN) if case.id == name)
        assert case.expected is not None
        off = case.expected.assign(**{column: case.expected[column] * (1 + 1e-7) + 1e-8})
        found = funnelplotr.check(replace(case, expected=off))
        assert found.verdict is Verdict.DISAGREES, name


def test_a_wrong_flag_is_noticed() -> None:
    case = next(case for case in _cases(OWN) if case.id == "funnel_edge_three_rc")
    assert case.expected is not None
    found = funnelplotr.check(replace(case, expected=case.expected.assign(outlier=1 - case.expected.outlier)))
    assert (found.verdict, found.differences) == (Verdict.DISAGREES, ("outlier",))


# --------------------------------------------------------------------------- against figures worked out elsewhere


@pytest.mark.parametrize(("data", "figures"), [("data.csv", "expected.csv"), ("data_small.csv", "expected_small.csv")])
def test_emergency_departments_of_england_agree_with_figures_worked_out_in_r(
    shared_reference: Path, data: str, figures: str
) -> None:
    folder = shared_reference.parent / "evaluation" / "funnel-nhs-ae"
    expected = pd.read_csv(folder / figures).set_index("term")
    frame = pd.read_csv(folder / data)

    def compute(**options: Any) -> funnel.FunnelResult:
        return funnel.limits(frame, "breaches", "attendances", "org_code", **options)

    adjusted = compute(overdispersion="cqc")
    units = adjusted.units.set_index("unit")
    assert len(units) == expected.estimate["units"]
    for ours, term in (
        (adjusted.target, "target_pooled_proportion"),
        (adjusted.phi, "phi_winsorised10_arcsine"),
        (compute(trim=0.0).phi, "phi_unwinsorised_arcsine"),
        (adjusted.tau2, "tau2_additive_arcsine"),
    ):
        assert ours == pytest.approx(expected.estimate[term], rel=1e-6), term
    natural = (units.value - adjusted.target) / np.sqrt(adjusted.target * (1 - adjusted.target) / units.denominator)
    found = overdispersion.estimate(natural.to_numpy(), np.ones(len(units)), funnel.Trimming.WINSORISE, 0.1)
    assert found.phi == pytest.approx(expected.estimate["phi_winsorised10_natural"], rel=1e-6)
    compared = 6 + 2 * len(units)
    tables = {
        "normal": (compute(method="normal").units, ""),
        "wilson": (compute(method="wilson").units, ""),
        "binomial_interpolated": (compute(method="interpolated").units, ""),
        "overdispersed_additive_arcsine": (adjusted.units, "adjusted_"),
    }
    for name, (table, prefix) in tables.items():
        table = table.set_index("unit")
        for level, column in (("95", "95"), ("99.8", "998")):
            theirs = expected.loc[[f"limits_{name}_{level}:{unit}" for unit in table.index]]
            assert table.value.to_numpy() == pytest.approx(theirs.estimate.to_numpy(), rel=1e-6), name
            # A limit below 0 is cut there: a proportion has none (spc-conventions, 7).
            lower = table[f"{prefix}lower_{column}"].to_numpy()
            assert lower == pytest.approx(theirs.ci_low.clip(lower=0).to_numpy(), rel=1e-6, abs=1e-12), name
            upper = table[f"{prefix}upper_{column}"].to_numpy()
            assert upper == pytest.approx(theirs.ci_high.to_numpy(), rel=1e-6), name
            compared += len(theirs)
    for ours, term in (("z", "z_arcsine"), ("z_adjusted", "z_overdispersed")):
        theirs = expected.estimate[[f"{term}:{unit}" for unit in units.index]].to_numpy()
        assert units[ours].to_numpy() == pytest.approx(theirs, rel=1e-6), term
    assert compared == len(expected)


def test_adjusted_limits_of_cqc_stand_on_the_scale_of_the_ratio() -> None:
    # At tau2 = 0 and 100 expected: (1 - 1.96 / 20)^2 and (1 + 1.96 / 20)^2, not 0.902 and 1.098.
    result = funnel.limits(
        numerator=[100, 100], denominator=[100, 100], kind="standardised", overdispersion="cqc", tau2=0.0
    )
    row = result.units.iloc[0]
    assert (round(row.adjusted_lower_95, 3), round(row.adjusted_upper_95, 3)) == (0.814, 1.206)
    theirs = funnel.limits(numerator=[100, 100], denominator=[100, 100], kind="standardised", method="funnelplotr")
    assert theirs.units[["lower_95", "upper_95"]].iloc[0].round(3).tolist() == [0.814, 1.216]


# ------------------------------------------------------------------------------------------------ against counting


@pytest.mark.parametrize("target", [0.02, 0.3, 0.5, 0.93])
@pytest.mark.parametrize("level", ["95", "998"])
def test_exact_binomial_limits_put_outside_just_those_counts_that_are_rare_enough(target: float, level: str) -> None:
    tail = {"95": 0.025, "998": 0.001}[level]
    for n in (1, 2, 7, 20, 61, 300):
        lower, upper = exact.binomial(np.array([float(n)]), target, tail)
        x = np.arange(n + 1)
        at_most = np.cumsum(stats.binom.pmf(x, n, target))
        at_least = np.cumsum(stats.binom.pmf(x, n, target)[::-1])[::-1]
        assert (x / n < lower).tolist() == (at_most < tail).tolist()
        assert (x / n > upper).tolist() == (at_least < tail).tolist()


@pytest.mark.parametrize("mean", [0.2, 1.0, 3.7, 20.0, 150.0])
@pytest.mark.parametrize("tail", [0.025, 0.001])
def test_exact_poisson_limits_put_outside_just_those_counts_that_are_rare_enough(mean: float, tail: float) -> None:
    lower, upper = exact.poisson(np.array([mean]), 1.0, tail)
    x = np.arange(int(mean + 20 * np.sqrt(mean) + 30))
    mass = stats.poisson.pmf(x, mean)
    at_most, at_least = np.cumsum(mass), 1 - np.concatenate([[0.0], np.cumsum(mass)[:-1]])
    assert (x / mean < lower).tolist() == (at_most < tail).tolist()
    is_settled = np.abs(at_least - tail) > 1e-9  # beyond it 1 - sum is rounding alone, and far outside
    assert ((x / mean > upper)[is_settled]).tolist() == ((at_least < tail)[is_settled]).tolist()


@pytest.mark.parametrize("kind", ["proportion", "ratio", "standardised"])
def test_chance_puts_no_more_units_outside_exact_limits_than_promised(kind: str) -> None:
    generator = np.random.default_rng(20240517)
    n = np.geomspace(5, 400, 12).round()
    target = 1.0 if kind == "standardised" else 0.12
    counts = generator.binomial if kind == "proportion" else lambda n, p, size: generator.poisson(p * n, size)
    x = counts(n.astype(int), target, (20_000, len(n)))
    limits = funnel.limits(numerator=x[0], denominator=n, kind=kind, target=target).curve(n)
    for level, share in (("95", 0.05), ("998", 0.002)):
        is_outside = (x / n < limits[f"lower_{level}"].to_numpy()) | (x / n > limits[f"upper_{level}"].to_numpy())
        three_errors = 3 * np.sqrt(share * (1 - share) / len(x))
        assert (is_outside.mean(axis=0) < share + three_errors).all()
        assert is_outside.mean() > 0.4 * share


def test_a_unit_without_events_is_not_outside_where_one_in_three_has_none() -> None:
    ours = funnel.limits(numerator=[0, 3], denominator=[1.0, 3.0], kind="standardised").units
    theirs = funnel.limits(numerator=[0, 3], denominator=[1.0, 3.0], kind="standardised", method="funnelplotr").units
    assert (ours.is_outlier[0], theirs.is_outlier[0]) == (False, True)


def test_steps_are_the_quantiles_and_decide_as_the_smooth_limits_do() -> None:
    generator = np.random.default_rng(3)
    n = generator.integers(1, 200, size=500)
    x = generator.binomial(n, generator.uniform(0.0, 0.6, size=500))
    arguments = {"numerator": x, "denominator": n, "target": 0.2}
    smooth, steps = funnel.limits(**arguments).units, funnel.limits(**arguments, method="quantile").units
    assert steps.lower.tolist() == (stats.binom.ppf(0.001, n, 0.2) / n).tolist()
    assert smooth.side.tolist() == steps.side.tolist()
    assert set(smooth.side) == {"", "above", "below"}


# ----------------------------------------------------------------------------------------------- what must hold

METHODS_BY_KIND = [(kind, method) for method, record in funnel.METHODS.items() for kind in record.limits]


@st.composite
def funnels(draw: st.DrawFn) -> pd.DataFrame:
    """Some units with counts that are neither all none nor all."""
    denominators = draw(st.lists(st.integers(2, 500), min_size=3, max_size=12))
    numerators = [draw(st.integers(0, n)) for n in denominators]
    numerators[0], numerators[1] = 1, denominators[1] - 1
    return pd.DataFrame(
        {
            "unit": [f"U{row:02d}" for row in range(len(numerators))],
            "numerator": numerators,
            "denominator": denominators,
        }
    )


def _same(first: pd.DataFrame, second: pd.DataFrame, columns: list[str]) -> None:
    np.testing.assert_allclose(first[columns].to_numpy(), second[columns].to_numpy(), rtol=1e-9, atol=1e-12)


@given(frame=funnels(), form=st.sampled_from(["none", "cqc", "shmi"]), kind=st.sampled_from(["proportion", "ratio"]))
@settings(max_examples=12, deadline=None)
def test_figures_do_not_depend_on_the_order_of_rows_nor_on_how_a_unit_is_split(
    frame: pd.DataFrame, form: str, kind: str
) -> None:
    whole = funnel.limits(frame, kind=kind, overdispersion=form)
    # One row with the event and as many cases, one with the rest: every row can be right by itself.
    events = frame.assign(denominator=frame.numerator)[frame.numerator > 0]
    others = frame.assign(numerator=0, denominator=frame.denominator - frame.numerator)
    split = pd.concat([others[others.denominator > 0], events])
    pd.testing.assert_frame_equal(whole.units, funnel.limits(split, kind=kind, overdispersion=form).units, rtol=1e-12)
    turned = funnel.limits(frame.iloc[::-1], kind=kind, overdispersion=form)
    pd.testing.assert_frame_equal(whole.units, turned.units, rtol=1e-12)


@given(frame=funnels(), form=st.sampled_from(["none", "cqc"]), multiply=st.sampled_from([100.0, 1000.0, 0.5]))
@settings(max_examples=12, deadline=None)
def test_multiplying_moves_values_target_and_limits_and_nothing_else(
    frame: pd.DataFrame, form: str, multiply: float
) -> None:
    plain = funnel.limits(frame, overdispersion=form)
    scaled = funnel.limits(frame, overdispersion=form, multiply=multiply)
    columns = ["value", "target", *LIMITS]
    np.testing.assert_allclose(scaled.units[columns], plain.units[columns] * multiply, rtol=1e-12)
    rest = [column for column in plain.units.columns if column not in columns]
    pd.testing.assert_frame_equal(scaled.units[rest], plain.units[rest])
    assert (scaled.phi, scaled.tau2, scaled.target) == (plain.phi, plain.tau2, plain.target * multiply)


@given(frame=funnels(), form=st.sampled_from(["none", "cqc", "shmi"]))
@settings(max_examples=12, deadline=None)
def test_counting_those_without_the_event_turns_the_funnel_upside_down(frame: pd.DataFrame, form: str) -> None:
    one = funnel.limits(frame, overdispersion=form).units
    # SHMI drops units by the rank of z. Two cases have no mirror image: equal ranks, where the order of rows decides,
    # and N + 1 a multiple of ten, where floor(10 r / (N + 1)) keeps the lowest unit and drops the highest.
    assume(form != "shmi" or (one.z.round(9).is_unique and (len(one) + 1) % 10 != 0))
    other = funnel.limits(frame.assign(numerator=frame.denominator - frame.numerator), overdispersion=form).units
    for column in LIMITS:
        mirrored = column.replace("lower", "UPPER").replace("upper", "lower").replace("UPPER", "upper")
        np.testing.assert_allclose(other[mirrored], 1 - one[column], rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(other.z, -one.z, rtol=1e-7, atol=1e-9)
    turned = {"above": "below", "below": "above", "": ""}
    assert other.side.tolist() == [turned[side] for side in one.side]


@given(frame=funnels(), size=st.integers(1, 1000))
@settings(max_examples=12, deadline=None)
def test_a_unit_at_the_pooled_rate_moves_no_limit_and_is_itself_inside(frame: pd.DataFrame, size: int) -> None:
    before = funnel.limits(frame, kind="ratio")
    new = pd.DataFrame({"unit": ["new"], "numerator": [before.target * size], "denominator": [size]})
    after = funnel.limits(pd.concat([frame, new]), kind="ratio")
    _same(before.units, after.units.iloc[:-1], ["target", *LIMITS])
    assert not after.units.is_outside_95.iloc[-1]


@given(
    target=st.floats(0.001, 0.999),
    pair=st.sampled_from(METHODS_BY_KIND),
    form=st.sampled_from(["none", "cqc", "shmi"]),
    tau2=st.sampled_from([0.0, 0.01, 0.5]),
)
@settings(max_examples=25, deadline=None)
def test_a_drawn_funnel_stays_in_range_and_closes_as_units_grow(
    target: float, pair: tuple[str, str], form: str, tau2: float
) -> None:
    kind, method = pair
    given_tau2 = {} if form == "none" else {"tau2": tau2}
    result = funnel.limits(
        numerator=[1, 2],
        denominator=[3, 4000],
        kind=kind,
        method=method,
        overdispersion=form,
        target=target,
        **given_tau2,
    )
    curve = result.curve(np.unique(np.round(np.geomspace(1, 1e5, 300))))
    assert curve.notna().all(axis=None)
    assert (curve.filter(like="lower") >= 0).all(axis=None)
    if kind == "proportion":
        assert (curve.filter(like="upper") <= 1).all(axis=None)
    assert (curve.lower <= curve.warning_lower + 1e-12).all()
    assert (curve.warning_upper <= curve.upper + 1e-12).all()
    if method not in ("quantile", "interpolated"):
        assert (curve.filter(like="lower").diff().iloc[1:] >= -1e-12).all(axis=None)
        assert (curve.filter(like="upper").diff().iloc[1:] <= 1e-12).all(axis=None)
        assert (curve.lower <= target + 1e-12).all()
        assert (curve.upper >= target - 1e-12).all()


@pytest.mark.parametrize(("kind", "method"), METHODS_BY_KIND)
def test_the_curve_passes_through_the_limits_of_the_units(kind: str, method: str) -> None:
    frame = pd.DataFrame({"numerator": [4, 9, 30, 7], "denominator": [20, 60, 100, 35]})
    result = funnel.limits(frame, kind=kind, method=method, overdispersion="cqc", multiply=100)
    curve = result.curve(result.units.denominator)
    pd.testing.assert_frame_equal(curve[LIMITS], result.units[LIMITS])
    drawn = result.curve()
    assert (drawn.denominator.iloc[0], drawn.denominator.iloc[-1]) == pytest.approx((20, 100))


def test_arrays_and_a_frame_give_the_same_funnel() -> None:
    frame = pd.DataFrame({"ward": ["B", "A", "C"], "deaths": [3, 5, 2], "stays": [40, 90, 60]})
    from_frame = funnel.limits(frame, "deaths", "stays", "ward")
    from_lists = funnel.limits(numerator=[3, 5, 2], denominator=[40, 90, 60], unit=["B", "A", "C"])
    pd.testing.assert_frame_equal(from_frame.units, from_lists.units)
    assert from_frame.units.unit.tolist() == ["A", "B", "C"]


# --------------------------------------------------------------------------------------------- over-dispersion

SPREAD = {"numerator": [12, 9, 48, 22, 4, 61, 17, 30], "denominator": [100, 60, 150, 200, 90, 210, 120, 110]}


def test_limits_widen_when_units_differ_by_more_than_chance_and_say_so() -> None:
    plain = funnel.limits(**SPREAD)
    adjusted = funnel.limits(**SPREAD, overdispersion="cqc")
    assert plain.phi == adjusted.phi > 1
    assert (plain.tau2, plain.adjustment) == (0.0, funnel.Adjustment.NOT_ASKED)
    assert adjusted.adjustment is funnel.Adjustment.MADE
    assert (adjusted.units.lower < plain.units.lower).all()
    assert (adjusted.units.upper > plain.units.upper).all()
    assert len(adjusted.outliers) < len(plain.outliers)
    assert "overspredning" in plain.adjustment_reason("da") and "Overvej" in plain.adjustment_reason("da")
    assert f"phi = {adjusted.phi:.3g}" in adjusted.adjustment_reason("en")
    assert "therefore been widened (CQC's form" in adjusted.adjustment_reason("en")


def test_without_over_dispersion_the_exact_limits_decide() -> None:
    alike = {"numerator": [10, 11, 20, 9], "denominator": [100, 105, 200, 95]}
    adjusted = funnel.limits(**alike, overdispersion="shmi")
    assert (adjusted.adjustment, adjusted.tau2) == (funnel.Adjustment.NOT_NEEDED, 0.0)
    assert adjusted.units.lower.tolist() == funnel.limits(**alike).units.lower.tolist()
    assert "not been widened" in adjusted.adjustment_reason("en")


def test_allowing_for_more_variation_never_puts_a_unit_outside() -> None:
    # On the logarithm a unit without events is infinitely low; the exact limit knows better.
    small = {"numerator": [0, 9, 2, 14, 1, 30], "denominator": [1.5, 4.0, 6.0, 5.0, 7.0, 12.0], "kind": "standardised"}
    plain, adjusted = funnel.limits(**small), funnel.limits(**small, overdispersion="shmi", tau2=0.02)
    assert adjusted.units.adjusted_lower_998[0] > adjusted.units.lower[0] == 0
    assert set(adjusted.outliers.unit) <= set(plain.outliers.unit)


def test_a_variance_between_units_can_be_carried_over_from_another_year() -> None:
    result = funnel.limits(**SPREAD, overdispersion="cqc", tau2=0.004)
    assert (result.tau2, result.adjustment) == (0.004, funnel.Adjustment.MADE)
    assert "given beforehand" in result.adjustment_reason("en")


def test_dropping_and_pulling_in_extreme_units_are_what_they_say() -> None:
    z, error = np.arange(-5.0, 6.0), np.full(11, 0.1)
    dropped = overdispersion.estimate(z, error, funnel.Trimming.DROP, 0.1)
    pulled = overdispersion.estimate(z, error, funnel.Trimming.WINSORISE, 0.1)
    untouched = overdispersion.estimate(z, error, funnel.Trimming.DROP, 0.0)
    assert dropped.z_trimmed[1:-1].tolist() == z[1:-1].tolist() and np.isnan(dropped.z_trimmed[[0, -1]]).all()
    assert pulled.z_trimmed.tolist() == [-4.0, *z[1:-1], 4.0]
    assert (untouched.phi, dropped.phi, pulled.phi) == (10.0, 60 / 9, 92 / 11)
    # Equal errors: tau2 = error^2 (n phi - (n - 1)) / (n - 1).
    assert untouched.tau2 == pytest.approx(0.01 * (110 - 10) / 10)


def test_tau2_finds_the_variance_between_units_that_was_put_in() -> None:
    generator = np.random.default_rng(7)
    n = generator.integers(200, 2000, size=4000)
    rate = np.sin(np.arcsin(np.sqrt(0.2)) + generator.normal(0, 0.06, size=4000)) ** 2
    result = funnel.limits(numerator=generator.binomial(n, rate), denominator=n, overdispersion="cqc", trim=0.0)
    assert result.tau2 == pytest.approx(0.06**2, rel=0.08)
    assert 0.03 < result.units.is_outside_95.mean() < 0.07


def test_expected_numbers_are_rounded_where_shmi_asks_for_it() -> None:
    arguments = {"numerator": [3, 5, 9], "denominator": [2.345, 5.5551, 10.118], "kind": "standardised"}
    assert funnel.limits(**arguments, overdispersion="shmi").units.denominator.tolist() == [2.35, 5.56, 10.12]
    for options in ({"overdispersion": "shmi", "round_expected": False}, {"overdispersion": "cqc"}, {}):
        assert funnel.limits(**arguments, **options).units.denominator.tolist() == [2.345, 5.5551, 10.118]
    assert funnel.limits(**arguments, overdispersion="shmi").units.value[0] == 3 / 2.345


def test_a_value_equal_to_a_limit_is_not_outside_and_the_level_decides_who_is() -> None:
    _, upper = exact.poisson(np.array([50.0]), 1.0, 0.001)
    at = funnel.limits(numerator=[upper[0] * 50, 50], denominator=[50, 50], kind="standardised").units
    beyond = funnel.limits(numerator=[upper[0] * 50.001, 50], denominator=[50, 50], kind="standardised").units
    assert (at.is_outlier[0], at.is_outside_95[0], beyond.side[0]) == (False, True, "above")
    at_95 = funnel.limits(numerator=[upper[0] * 50, 50], denominator=[50, 50], kind="standardised", outlier_level=95)
    assert at_95.units.side.tolist() == ["above", ""]


# ------------------------------------------------------------------------------------------------ degenerate input


@pytest.mark.parametrize(("numerator", "why"), [([0, 0, 0], "no_events"), ([10, 20, 30], "all_events")])
@pytest.mark.parametrize("form", ["none", "cqc"])
def test_no_event_at_all_and_nothing_but_events_have_a_reason_in_place_of_limits(
    numerator: list[int], why: str, form: str
) -> None:
    result = funnel.limits(numerator=numerator, denominator=[10, 20, 30], overdispersion=form)
    assert result.why == why and result.units.why.tolist() == [why] * 3
    assert result.units[LIMITS].isna().all(axis=None) and not result.units.is_outlier.any()
    assert "no variation" in result.reason("en") and "ingen variation" in result.reason("da")
    assert result.curve().empty and list(result.curve().columns) == ["denominator", "target", *LIMITS]
    assert result.explain("da") and result.explain("en", unit=1)


def test_against_a_target_no_event_at_all_can_be_judged() -> None:
    result = funnel.limits(numerator=[0, 0, 0], denominator=[10, 200, 3000], target=0.05)
    assert result.units.side.tolist() == ["", "below", "below"] and result.reason("en") == ""


@pytest.mark.parametrize("form", ["cqc", "shmi"])
def test_one_unit_has_limits_but_no_dispersion_and_says_so(form: str) -> None:
    result = funnel.limits(numerator=[4], denominator=[20], overdispersion=form)
    assert result.units[LIMITS].notna().all(axis=None) and np.isnan(result.phi) and result.tau2 == 0
    assert result.adjustment is funnel.Adjustment.NOT_POSSIBLE
    assert "at least 2 units" in result.adjustment_reason("en")
    assert not result.curve().isna().any(axis=None)


def test_a_missing_number_takes_its_row_out_and_leaves_the_others_as_they_are() -> None:
    whole = funnel.limits(numerator=[4, 9, 12], denominator=[20, 44, 60], unit=["A", "C", "D"])
    result = funnel.limits(numerator=[4, None, 9, 12], denominator=[20, 30, 44, 60], unit=["A", "B", "C", "D"])
    pd.testing.assert_frame_equal(result.units[result.units.unit != "B"].reset_index(drop=True), whole.units)
    missing = result.units.set_index("unit").loc["B"]
    assert (missing.why, missing.is_outlier, np.isnan(missing.lower)) == ("no_data", False, True)
    assert result.explain("da", unit="B") == "B: ingen data."
    nothing = funnel.limits(numerator=[None, None], denominator=[20, 30])
    assert nothing.why == "no_data" and nothing.reason("da") == "ingen data"


def test_units_without_events_on_a_logarithm_are_explained() -> None:
    result = funnel.limits(
        numerator=[0, 0, 0, 2], denominator=[1, 0.6, 1.5, 2.0], kind="standardised", overdispersion="shmi"
    )
    assert result.adjustment is funnel.Adjustment.NOT_POSSIBLE and result.tau2 == 0
    assert result.units[LIMITS].notna().all(axis=None)
    assert "choose the form cqc" in result.adjustment_reason("en")


@pytest.mark.parametrize(
    ("arguments", "code", "row"),
    [
        ({"numerator": [1, 2], "denominator": [10, 0]}, "zero_denominator", 2),
        ({"numerator": [1, 2], "denominator": [10, -3]}, "zero_denominator", 2),
        ({"numerator": [11, 2], "denominator": [10, 10]}, "numerator_above_denominator", 1),
        ({"numerator": [1, -2], "denominator": [10, 10]}, "negative", 2),
        ({"numerator": [1, np.inf], "denominator": [10, 10]}, "infinite", 2),
        ({"numerator": ["1", "two"], "denominator": [10, 10]}, "not_a_number", 2),
        ({"numerator": [1, 2], "denominator": [10, 10], "unit": ["A", None]}, "no_unit", 2),
        ({"numerator": [1, 2], "denominator": [10]}, "lengths_differ", None),
        ({"numerator": [1, 2], "denominator": [10, 10], "unit": ["A"]}, "lengths_differ", None),
        ({"numerator": [], "denominator": []}, "no_rows", None),
        ({"numerator": "deaths", "denominator": [10]}, "no_frame", None),
        ({"frame": [1, 2]}, "not_a_frame", None),
        ({"frame": pd.DataFrame({"x": [1]})}, "unknown_column", None),
        ({"kind": "share"}, "unknown_kind", None),
        ({"method": "guess"}, "unknown_method", None),
        ({"method": "wilson", "kind": "ratio"}, "unknown_method", None),
        ({"overdispersion": "more"}, "unknown_overdispersion", None),
        ({"overdispersion": "two_counts"}, "unknown_overdispersion", None),
        ({"quantiles": "two"}, "unknown_quantiles", None),
        ({"trimming": "cut"}, "unknown_trimming", None),
        ({"trim": 0.5}, "trim_out_of_range", None),
        ({"outlier_level": 99}, "unknown_level", None),
        ({"target": 1.0}, "target_out_of_range", None),
        ({"target": 20}, "target_out_of_range", None),
        ({"target": "mean"}, "unknown_target", None),
        ({"target": 0.0, "kind": "ratio"}, "target_out_of_range", None),
        ({"multiply": 0}, "multiply_out_of_range", None),
        ({"tau2": 0.1}, "tau2_without_form", None),
        ({"tau2": -0.1, "overdispersion": "cqc"}, "negative_tau2", None),
        ({"numerator": [1, 2], "denominator": [10.5, 10], "method": "quantile"}, "not_whole", None),
        (
            {"numerator": [1], "denominator": [0.001], "kind": "standardised", "overdispersion": "shmi"},
            "zero_denominator",
            None,
        ),
    ],
)
def test_what_cannot_be_compared_is_refused_with_its_row_in_both_languages(
    arguments: dict[str, Any], code: str, row: int | None
) -> None:
    if "numerator" not in arguments and "frame" not in arguments:
        arguments = {"numerator": [1, 2], "denominator": [10, 20]} | arguments
    with pytest.raises(InputError) as refused:
        funnel.limits(**arguments)
    assert (refused.value.code, refused.value.row) == (code, row)
    assert refused.value.say("da") != refused.value.say("en")


@pytest.mark.parametrize("call", [lambda result: result.curve([0.0, 5.0]), lambda result: result.curve(points=1)])
def test_a_curve_that_cannot_be_drawn_is_refused(call: Callable[[funnel.FunnelResult], object]) -> None:
    with pytest.raises(InputError):
        call(funnel.limits(**SPREAD))


# ----------------------------------------------------------------------------------------------------- in words


def test_a_unit_outside_is_explained_with_its_limit_its_odds_and_what_to_look_at() -> None:
    result = funnel.limits(**SPREAD, multiply=100)
    unit = result.outliers.iloc[0]
    danish, english = result.explain("da", unit=unit.unit), result.explain("en", unit=unit.unit)
    assert f"{unit.value:.1f}".replace(".", ",") in danish and f"{unit.value:.1f}" in english
    assert "højst 1 ud af 1.000 enheder" in danish and "at most 1 in 1,000 units" in english
    assert "patientsammensætning" in danish and "case mix" in english


def test_words_of_approximations_promise_less_than_those_of_exact_limits() -> None:
    approximate = funnel.limits(**SPREAD, method="normal")
    assert "about 1 in 1,000" in approximate.explain("en", unit=approximate.outliers.unit.iloc[0])
    with pytest.raises(InputError):
        approximate.explain("en", unit="nobody")


def test_every_place_a_unit_can_have_reads_differently_and_none_says_good_or_bad_outcome() -> None:
    units = {"numerator": [60, 27, 20, None], "denominator": [100, 100, 100, 100], "unit": list("ABCD"), "target": 0.2}
    result = funnel.limits(**units)
    for language in ("da", "en"):
        sentences = [result.explain(language, unit=unit) for unit in "ABCD"]
        assert len({sentence.split(": ")[1][:25] for sentence in sentences}) == 4
        assert not any("{" in sentence for sentence in [*sentences, result.explain(language)])


def test_the_display_has_words_and_is_found_under_its_code() -> None:
    record = DISPLAYS["funnel"]
    assert record.compute is funnel.limits and record.reference
    assert record.name.da and record.use.da and record.needs.en
    for records in (funnel.KINDS, funnel.METHODS, funnel.FORMS):
        assert all(each.name.da and each.name.en and code == each.code for code, each in records.items())

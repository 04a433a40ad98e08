"""Errors for few clusters: against clubSandwich, fixest and R, and against their own definitions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from indicators.evaluation.clusters import cluster_robust, wild_bootstrap
from indicators.evaluation.errors import EvaluationError
from indicators.evaluation.two_way_fixed_effects import two_way_fixed_effects
from tests.indicators.evaluation.reference import data, disagreements, expected


def _castle() -> tuple[pd.DataFrame, pd.DataFrame]:
    frame = data("did-castle")
    return frame, (frame["year"] >= frame["effyear"].fillna(9999)).astype(float).to_frame("post")


def _bacteraemia() -> pd.DataFrame:
    frame = data("multi-unit-infections")
    frame = frame[frame["infection"] == "BAC"]
    is_treated = frame["hospital"].isin(["AHH", "BFH", "BOH"])
    return frame.assign(
        log_rate=np.log((frame["n"] + 0.5) / frame["days"]),
        post=((frame["month"] >= "2016-01-01") & is_treated).astype(float),
        start=np.where(is_treated, "2016-01-01", ""),
    )


@pytest.mark.parametrize("kind", ["CR0", "CR1", "CR1S", "CR2"])
@pytest.mark.parametrize("weighted", [False, True])
def test_errors_and_degrees_of_freedom_are_those_of_clubsandwich(kind: str, weighted: bool) -> None:
    """With weights of one the effects become columns in place of being subtracted: the same answer by another way."""
    frame, post = _castle()
    weights = np.ones(len(frame)) if weighted else None
    absorb = [frame["state"], frame["year"]]
    found = cluster_robust(frame["l_homicide"], post, frame["state"], absorb=absorb, weights=weights, kind=kind)
    wanted = expected("did-castle", "I_cluster_variants").loc[[kind]]
    assert disagreements(wanted, {kind: found.loc["post"]}) == []


def test_the_few_clusters_of_the_hospitals_give_the_figures_of_r() -> None:
    frame = _bacteraemia()
    wanted = expected("multi-unit-infections", "F_few_clusters")
    columns = frame["log_rate"], frame[["post"]], frame["hospital"]
    absorb = [frame["hospital"], frame["month"]]
    wild = wild_bootstrap(*columns, absorb=absorb)
    naive = two_way_fixed_effects(frame, unit="hospital", period="month", numerator="log_rate")
    cr1 = cluster_robust(*columns, absorb=absorb, kind="CR1N", df="clusters").loc["post"]
    ours = {
        "did_log_rate": wild.result,
        "wild_cluster_t (CR0)": {"estimate": wild.statistic},
        "wild_cluster_restricted_rademacher_p_all_64 (share |t*|>=|t|)": {"estimate": wild.result["p_value"]},
        "wild_cluster_restricted_rademacher_p_all_64_strict (share |t*|>|t|)": {"estimate": wild.p_value_strict},
    }
    assert disagreements(wanted.loc[list(ours)], ours) == []
    row = "TWFE_cluster_CR1 (fixest default ssc), t df 5"
    for one in (naive.overall, cr1):
        assert disagreements(wanted.loc[[row]], {row: one}) == []
    assert wild.result["p_value"] == 54 / 64 and wild.p_value_strict == 52 / 64
    assert (wild.n_draws, wild.is_exact, wild.notes[0].code) == (64, True, "few_clusters")


def _clustered(n_clusters: int, size: int = 6, *, slope: float = 0.0, seed: int = 5) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    clusters = np.repeat(np.arange(n_clusters), size)
    x = rng.normal(size=len(clusters)) + (clusters % 2)
    y = slope * x + rng.normal(size=n_clusters)[clusters] + rng.normal(size=len(clusters))
    return y, np.c_[x, np.ones(len(x))], clusters


def test_cr2_is_unbiased_for_independent_errors_also_with_weights() -> None:
    """Over many errors the mean of the squared error is the true variance; CR0 is too small."""
    _, design, clusters = _clustered(7)
    rng = np.random.default_rng(8)
    weights = rng.uniform(0.5, 2, len(clusters))
    inverse = np.linalg.inv((design * weights[:, None]).T @ design)
    true = float(((inverse @ (design * weights[:, None]).T)[0] ** 2).sum())
    squared = {"CR0": 0.0, "CR2": 0.0}
    basis = np.eye(len(clusters))
    for kind in squared:
        for error in basis:  # the squared error is quadratic in the errors: its mean is its sum over unit errors
            squared[kind] += cluster_robust(error, design, clusters, weights=weights, kind=kind)["se"].iloc[0] ** 2
    assert squared["CR2"] == pytest.approx(true, rel=1e-8)
    assert squared["CR0"] < 0.95 * true


def test_subtracting_unit_effects_and_writing_them_out_agree() -> None:
    y, design, clusters = _clustered(9)
    units = clusters * 2 + np.tile([0, 0, 0, 1, 1, 1], 9)
    within = cluster_robust(y, design[:, :1], clusters, absorb=[units])
    columns = np.c_[design[:, :1], np.equal.outer(units, np.unique(units)).astype(float)]
    written = cluster_robust(y, columns, clusters)
    pd.testing.assert_series_equal(within.iloc[0], written.iloc[0], check_names=False)


def test_a_regressor_that_is_a_sum_of_others_has_no_figure() -> None:
    y, design, clusters = _clustered(8)
    found = cluster_robust(y, np.c_[design, design[:, 0] + 1], clusters)
    assert found["estimate"].isna().all()
    with pytest.raises(EvaluationError, match="sum of the others"):
        wild_bootstrap(y, np.c_[design, design[:, 0] + 1], clusters)


def test_every_draw_is_the_regression_of_flipped_residuals() -> None:
    y, design, clusters = _clustered(6, slope=1.0)
    under_null = design[:, 1:] @ np.linalg.lstsq(design[:, 1:], y, rcond=None)[0]
    statistics = []
    for code in range(64):
        signs = np.array([1 if code >> place & 1 else -1 for place in range(6)])
        drawn = under_null + signs[clusters] * (y - under_null)
        row = cluster_robust(drawn, design, clusters, kind="CR0").iloc[0]
        statistics.append(abs(row["estimate"] / row["se"]))
    found = wild_bootstrap(y, design, clusters)
    assert found.result["p_value"] == np.mean(np.array(statistics) >= abs(found.statistic) * (1 - 1e-9))


def test_the_interval_holds_what_is_not_rejected() -> None:
    y, design, clusters = _clustered(11, slope=1.0)
    found = wild_bootstrap(y, design, clusters)
    low, high = found.result["ci_low"], found.result["ci_high"]
    assert low < found.result["estimate"] < high
    for inside, outside in ((low + 0.01, low - 0.01), (high - 0.01, high + 0.01)):
        assert wild_bootstrap(y, design, clusters, null=inside).result["p_value"] > 0.05
        assert wild_bootstrap(y, design, clusters, null=outside).result["p_value"] <= 0.05


@pytest.mark.parametrize(
    ("n_clusters", "weights", "kind", "is_exact", "n_draws"),
    [
        (3, "auto", "webb", True, 216),
        (9, "auto", "rademacher", True, 512),
        (9, "webb", "webb", False, 999),
        (20, "auto", "rademacher", False, 999),
        (3, "rademacher", "rademacher", True, 8),
    ],
)
def test_what_is_drawn_follows_the_number_of_clusters(
    n_clusters: int, weights: str, kind: str, is_exact: bool, n_draws: int
) -> None:
    y, design, clusters = _clustered(n_clusters)
    found = wild_bootstrap(y, design, clusters, weights=weights, draws=999)
    assert (found.weights, found.is_exact, found.n_draws) == (kind, is_exact, n_draws)
    again = wild_bootstrap(y, design, clusters, weights=weights, draws=999)
    pd.testing.assert_series_equal(found.result, again.result)


def test_where_nothing_can_be_rejected_the_interval_has_no_end() -> None:
    found = wild_bootstrap(*_clustered(4), weights="rademacher")
    assert np.isinf(found.result["ci_low"]) and np.isinf(found.result["ci_high"])
    assert "unbounded" in [note.code for note in found.notes]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda y, x, g: (y[:-1], x, g), "lengths"),
        (lambda y, x, g: (np.where(g == 0, np.nan, y), x, g), "missing"),
        (lambda y, x, g: (y, x, g * 0), "one_cluster"),
    ],
)
def test_what_cannot_be_analysed_is_refused_with_its_reason(change: object, code: str) -> None:
    with pytest.raises(EvaluationError) as refused:
        cluster_robust(*change(*_clustered(5)))  # type: ignore[operator]
    assert refused.value.code == code and refused.value.words.da


def test_a_kind_that_does_not_exist_is_refused() -> None:
    with pytest.raises(EvaluationError, match="CR9"):
        cluster_robust(*_clustered(5), kind="CR9")

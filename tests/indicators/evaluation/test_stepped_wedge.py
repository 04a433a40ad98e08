"""Stepped starts and units in one model: against lme4 and geepack, and where there is no answer."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from indicators.evaluation import stepped_wedge
from indicators.evaluation.clustered_counts import gee, random_intercept
from indicators.evaluation.errors import EvaluationError

Z = 1.959963984540054
ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(os.environ.get("TAVLE_SHARED") or ROOT.parent / "shared") / "reference" / "evaluation"


def _rows(folder: str, starts: tuple[str, ...]) -> list[pd.Series]:
    path = FOLDER / folder / "expected.csv"
    rows = [row for _, row in pd.read_csv(path).iterrows()] if path.exists() else []
    return [row for row in rows if row.spec.startswith(starts)]


WEDGE = _rows("stepped-wedge", ("A", "B", "C", "D", "E", "F", "G"))
HOSPITALS = _rows("multi-unit-infections", ("D_", "E_"))


def _specs(rows: list[pd.Series]) -> list[str]:
    return list(dict.fromkeys(row.spec for row in rows))


def test_the_reference_is_there() -> None:
    if not FOLDER.exists() and os.environ.get("CI", "").lower() != "true":
        pytest.skip(f"no reference figures in {FOLDER}; set TAVLE_SHARED to the folder that holds reference/")
    assert (len(WEDGE), len(HOSPITALS)) == (62, 22)


def _near(row: pd.Series, ours: pd.Series) -> None:
    """README: GLMM 0.02 absolute and SE 5 %; GEE independence and GLM 1e-5, exchangeable 1e-3; AR(1) CI overlap."""
    place = (row.spec, row.term)
    if "ar1" in row.spec:
        assert ours.ci_low <= row.ci_high and row.ci_low <= ours.ci_high, place
        return
    absolute, relative = (0.02, 0.05) if "GLMM" in row.spec else (0.0, 1e-3 if "xchangeable" in row.spec else 1e-5)
    # Terms near 0 are compared by their standard error: a thousandth of it is less than any figure shows.
    slack = max(absolute, relative * max(abs(row.estimate), abs(row.se)))
    assert abs(ours.estimate - row.estimate) <= slack, place
    assert ours.se == pytest.approx(row.se, rel=relative), place
    for field in ("ci_low", "ci_high"):
        assert abs(ours[field] - row[field]) <= slack + 2 * relative * row.se, place


@pytest.mark.parametrize("spec", _specs(WEDGE))
def test_a_stepped_wedge_agrees_with_lme4_and_geepack(spec: str) -> None:
    data = pd.read_csv(FOLDER / "stepped-wedge" / "data.csv")
    data["start"] = data.cluster.map(data[data.trt == 1].groupby("cluster").period.min())
    models = {"G": "random-intercept", "D": "gee-independence", "E": "gee-exchangeable", "F": "gee-exchangeable"}
    model = "fixed-units" if spec.startswith("G_") else models.get(spec[0], "random-intercept")
    effect = "exposure" if "exposure" in spec else "immediate"
    result, robust = (stepped_wedge(data, "cluster", effect=effect, model=model, robust=each) for each in (False, True))
    for row in (row for row in WEDGE if row.spec == spec):
        if row.term.startswith("sd:"):
            # Also of the periods inside clusters, a second level that is not built: it is 0 here.
            assert result.model.sigma == pytest.approx(row.estimate, abs=0.02)
        elif row.term == "loglik":
            assert result.model.log_likelihood == pytest.approx(row.estimate, abs=1e-5)
        elif row.term == "alpha":
            assert result.model.correlation == pytest.approx(row.estimate, rel=1e-3)
        elif row.term.startswith("time-averaged"):
            _near(row, result.overall)
        elif row.term == "trt CR0":
            robust = stepped_wedge(data, "cluster", effect=effect, model=model, robust=True)
            _near(row, robust.coefficients.loc["started"])
        else:
            name = row.term.replace("per", "period ").replace("factor(exp)", "exposure")
            name = {"(Intercept)": "intercept", "trt": "started"}.get(row.term, name)
            _near(row, result.coefficients.loc[name])


@pytest.mark.parametrize("spec", _specs(HOSPITALS))
def test_six_hospitals_in_one_model_agree_with_lme4_and_geepack(spec: str) -> None:
    data = pd.read_csv(FOLDER / "multi-unit-infections" / "data.csv").query("infection == 'BAC'")
    data = data.sort_values(["hospital", "month"])
    groups, t = pd.factorize(data.hospital)[0], data.groupby("hospital").cumcount().to_numpy() + 1.0
    centre = 12.5 if spec.startswith("E") else 0.0
    x = np.column_stack([np.ones(len(t)), t - centre, t > 12, np.maximum(t - 13, 0)]).astype(float)
    y, size = data.n.to_numpy(float), data.days.to_numpy(float)
    if spec.startswith("E"):
        fit = random_intercept(y, size, x, groups, binomial=False)
        more = {"sd_hospital": fit.sigma}
    else:
        fit = gee(y, size, x, groups, binomial=False, correlation=spec.removeprefix("D_GEE_Poisson_"))
        more = {"phi": fit.scale, "alpha": fit.correlation}
    se = np.sqrt(np.diag(fit.covariance))
    names = ["(Intercept)", "I(t - 12.5)" if centre else "t", "post", "slp"]
    for row in (row for row in HOSPITALS if row.spec == spec):
        if row.term in names:
            place = names.index(row.term)
            b, s = fit.beta[place], se[place]
            _near(row, pd.Series({"estimate": b, "se": s, "ci_low": b - Z * s, "ci_high": b + Z * s}))
        elif "ar1" not in spec:
            assert more[row.term] == pytest.approx(row.estimate, rel=1e-3)


# ---------------------------------------------------------------------------------------------------- no answer


def _steps(starts: list[object], periods: int = 4, events: int | None = None) -> pd.DataFrame:
    generator = np.random.default_rng(1)
    return pd.DataFrame(
        [
            {"unit": f"U{place}", "period": t, "start": start, "denominator": 30}
            | {"numerator": generator.binomial(30, 0.4) if events is None else events}
            for place, start in enumerate(starts)
            for t in range(1, periods + 1)
        ]
    )


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (_steps([3, 3, 3]), "no_steps"),
        (_steps([None, None, ""]), "no_steps"),
        (_steps([1, 1, 1]), "no_steps"),
        (_steps([2, 3, 4], events=0), "perfect_prediction"),
        (_steps([2, 3, 4], events=30), "perfect_prediction"),
    ],
)
@pytest.mark.parametrize("effect", ["immediate", "exposure"])
def test_a_wedge_without_steps_has_a_reason_and_no_figure(frame: pd.DataFrame, code: str, effect: str) -> None:
    result = stepped_wedge(frame, effect=effect)
    assert [note.code for note in result.not_identified] == [code]
    assert result.overall.isna().all() and result.coefficients.isna().all(axis=None) and result.model.isna().all()


def test_notes_tell_of_few_units_and_of_the_assumption_of_an_immediate_effect() -> None:
    frame = _steps([2, 3, 4, None, 2])
    marginal = stepped_wedge(frame, effect="immediate", model="gee-exchangeable")
    assert {note.code for note in marginal.notes} == {"immediate_effect", "few_units"}
    assert stepped_wedge(frame).notes == ()
    assert stepped_wedge(frame).by_exposure.index.tolist() == [1, 2, 3]


@pytest.mark.parametrize("setting", ["family", "effect", "model"])
def test_an_unknown_setting_is_refused(setting: str) -> None:
    with pytest.raises(EvaluationError) as refused:
        stepped_wedge(_steps([2, 3]), **{setting: "other"})  # type: ignore[arg-type]
    assert refused.value.code == f"unknown_{setting}"

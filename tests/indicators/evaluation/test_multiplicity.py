"""Adjusted p-values: against R's p.adjust, and what is done with the primary indicator."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from indicators.evaluation.errors import EvaluationError
from indicators.evaluation.multiplicity import METHODS, adjust_p_values
from tests.indicators.evaluation.reference import data, expected


def test_three_indicators_give_the_figures_of_r_from_the_counts_on() -> None:
    frame = data("multi-unit-infections")
    raw = {}
    for infection, rows in frame.groupby("infection"):
        t = rows.groupby("hospital").cumcount() + 1.0
        post = (t > 12) * 1.0
        design = pd.get_dummies(rows["hospital"], dtype=float).assign(t=t, post=post, slp=post * (t - 13))
        model = sm.GLM(rows["n"], design, sm.families.Poisson(), offset=np.log(rows["days"]))
        raw[str(infection)] = float(model.fit(scale="X2", use_t=True).pvalues["post"])
    table = adjust_p_values(raw).table
    wanted = expected("multi-unit-infections", "G_three_indicators")["p_value"]
    for term, value in wanted.items():
        method, indicator = str(term).split(":")
        column = "p_value" if method == "raw" else method.lower()
        assert table.loc[indicator, column] == pytest.approx(value, rel=1e-6), term


def test_the_primary_indicator_is_first_and_never_adjusted() -> None:
    found = adjust_p_values({"a": 0.04, "b": 0.01, "c": 0.03}, primary="a")
    assert found.table.index.tolist() == ["a", "b", "c"] and found.n_tests == 2
    assert found.table.loc["a", list(METHODS)].tolist() == [0.04] * 5
    assert found.table.loc["b", "bonferroni"] == 0.02
    assert found.table["role"].tolist() == ["primary", "family", "family"]
    assert found.notes[0].code == "primary_apart"


def test_an_indicator_without_a_p_value_is_shown_and_not_counted() -> None:
    found = adjust_p_values(pd.Series({"a": 0.02, "b": np.nan, "c": 0.03}))
    assert found.n_tests == 2 and found.table.loc["a", "bonferroni"] == 0.04
    assert found.table.loc["b", list(METHODS)].isna().all()
    assert [note.code for note in found.notes] == ["no_primary", "without_p"]


def test_a_family_of_one_or_none_is_left_as_it_is() -> None:
    assert adjust_p_values({"a": 0.3}).table.loc["a", list(METHODS)].tolist() == [0.3] * 5
    assert adjust_p_values({"a": 0.3}, primary="a").n_tests == 0
    assert adjust_p_values({}).table.empty


@pytest.mark.parametrize(
    ("given", "primary", "code"),
    [
        ({"a": 1.2}, None, "bad_p"),
        ({"a": 0.2}, "b", "no_primary"),
        (pd.Series([0.1, 0.2], index=["a", "a"]), None, "twice"),
    ],
)
def test_a_family_that_cannot_be_adjusted_is_refused(given: pd.Series, primary: str | None, code: str) -> None:
    with pytest.raises(EvaluationError) as refused:
        adjust_p_values(given, primary=primary)
    assert refused.value.code == code

"""The same programme and several measures: one overall effect each, p-values adjusted within the declared family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from indicators.evaluation.errors import EvaluationError, Note
from indicators.evaluation.estimate import FIELDS
from indicators.evaluation.multiplicity import adjust_p_values
from indicators.evaluation.panel import Panel
from indicators.evaluation.programme_effect import Settings, overall_of
from indicators.words import Words

ADJUSTED = ("holm", "bh")


def measure_effect(
    frame: pd.DataFrame,
    *,
    denominator: str | None = None,
    family: str = "binomial",
    weights: str = "unit",
    leave_out: int | None = None,
    cohort_trends: bool = False,
    inference: str = "auto",
) -> pd.Series:
    """The overall effect on one measure, as `programme_effect` gives it, for a row among others.

    Parameters
    ----------
    frame : DataFrame
        Columns unit, period, numerator, start, and `denominator` where there is one.

    Returns
    -------
    Series
        estimate, se, ci_low, ci_high, p_value, df (missing where nothing can be told), n_units and n_cells behind it,
        reason_da and reason_en (why nothing can be told, else empty). Figures that cannot be read as a panel are such a
        reason too.

    Examples
    --------
    >>> frame = pd.DataFrame({"unit": ["a", "b"], "period": [1, 1], "numerator": [1, 2], "start": [0, 0]})
    >>> found = measure_effect(frame, family="linear")
    >>> int(found["n_units"]), found["reason_en"]
    (0, 'No unit has a start.')
    """
    settings = Settings(family, weights, leave_out, cohort_trends, inference)
    try:
        panel = Panel.of(
            frame,
            unit="unit",
            period="period",
            numerator="numerator",
            denominator=denominator,
            start="start",
            family=family,
        )
        overall, reasons = overall_of(panel, settings)
    except EvaluationError as error:
        return nothing_told(error.words)
    return row_of(overall, reasons)


def nothing_told(why: Words) -> pd.Series:
    """The row of a measure that has no effect to tell, with the reason."""
    none = {**dict.fromkeys(FIELDS, np.nan), "n_units": 0, "n_cells": 0}
    return pd.Series({**none, "reason_da": why.da, "reason_en": why.en})


def row_of(overall: pd.Series, reasons: Sequence[Note]) -> pd.Series:
    """What `measure_effect` gives, from an analysis that is there already: its `overall` and its `not_identified`."""
    is_told = bool(np.isfinite(overall["estimate"]))
    why = reasons[0].words if reasons and not is_told else None
    return pd.Series(
        {
            **{name: float(overall[name]) for name in FIELDS},
            "n_units": int(overall["n_units"]),
            "n_cells": int(overall["n_cells"]),
            "reason_da": why.da if why else "",
            "reason_en": why.en if why else "",
        }
    )


def several_measures(effects: Mapping[str, pd.Series], *, primary: str) -> pd.DataFrame:
    """The measures beside each other, the declared primary first, then by p-value.

    Parameters
    ----------
    effects : mapping of measure to Series
        What `measure_effect` gave for each measure of the family, declared beforehand.
    primary : str
        The one the question was about. It keeps its p-value and is not counted in the family.

    Returns
    -------
    DataFrame
        measure, role ("primary" or "family"), the fields of `measure_effect`, holm, bh.

    Raises
    ------
    EvaluationError
        The primary is not among them.

    Examples
    --------
    >>> row = {"estimate": 1.0, "se": 0.5, "ci_low": 0.0, "ci_high": 2.0, "df": 30.0, "n_units": 9}
    >>> effects = {name: pd.Series({**row, "p_value": p}) for name, p in (("a", 0.04), ("b", 0.01), ("c", 0.03))}
    >>> found = several_measures(effects, primary="c")
    >>> found[["measure", "role", "holm"]].to_dict("list")
    {'measure': ['c', 'b', 'a'], 'role': ['primary', 'family', 'family'], 'holm': [0.03, 0.02, 0.04]}
    """
    adjusted = adjust_p_values({code: float(one["p_value"]) for code, one in effects.items()}, primary=primary).table
    rows = [
        {"measure": code, "role": row["role"], **effects[str(code)], **{name: float(row[name]) for name in ADJUSTED}}
        for code, row in adjusted.iterrows()
    ]
    return pd.DataFrame(rows)

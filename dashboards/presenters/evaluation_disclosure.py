"""How finely a mean is told to whoever may not have exact counts. No Dash here.

Such a reader is shown every figure that is not small. Whoever has all but one of the figures behind a mean takes them
away from it, and what is left is the hidden one. So a mean is told in steps: wide enough that the figure left over is
uncertain by `UNSURE` on either side, and never with more digits. Groups that are many lose nothing one can see.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from data.errors import Refused
from indicators.evaluation import ProgrammeEffect
from indicators.words import Words

FEWEST_UNITS = 3
"""A mean of fewer units is withheld: it is near the figure of one of them."""
UNSURE = 0.05
"""How uncertain a hidden proportion stays: a count out of 20 is then not known."""
OF_LEVEL = 0.25
"""The same for what is no proportion, as a share of the usual level."""
WHOLE = 10.0
"""Events are told in tens: a small count among them is not known."""
LEVELS = (
    "estimate", "ci_low", "ci_high", "band_low", "band_high", "observed", "expected", "expected_low", "expected_high",
)  # fmt: skip
COUNTED = ("patients", "patients_ci_low", "patients_ci_high")

TOO_FEW = Words(
    "Valget har færre end {fewest} enheder, hvis effekt kan regnes ud. Den vises ikke, for tallet ville være, hvad de "
    "enkelte enheder har gjort. Vælg flere grupper, eller bed en administrator om ret til antal.",
    "The choice has fewer than {fewest} units whose effect can be told. It is not shown, because the figure would be "
    "what single units did. Choose more groups, or ask an administrator for the right to counts.",
)


def require_enough(overall: pd.Series, *, has_counts: bool) -> None:
    """Refused where the whole is about one or two units and the reader has no right to counts."""
    if is_too_few(overall, has_counts=has_counts):
        raise Refused(TOO_FEW, fewest=FEWEST_UNITS)


def is_too_few(overall: pd.Series, *, has_counts: bool) -> bool:
    """Whether an answer is about one or two units and the reader has no right to counts."""
    return not has_counts and 0 < int(overall["n_units"] or 0) < FEWEST_UNITS


def unsure_of(frame: pd.DataFrame, *, is_share: bool) -> float:
    """How uncertain a hidden figure of a measure must stay, in natural units."""
    if is_share:
        return UNSURE
    value = frame["numerator"] / frame["denominator"].where(frame["denominator"].notna(), 1.0)
    level = float(value.abs().replace(np.inf, np.nan).median())
    return OF_LEVEL * level if level > 0 else UNSURE


def unsure_against(frame: pd.DataFrame, *, is_share: bool) -> float:
    """`unsure_of` for what was expected as well: a mean is also as near to the few units it is compared with.

    Examples
    --------
    >>> frame = pd.DataFrame({"unit": ["a", "b", "c", "d", "x"], "start": ["2024-01"] * 4 + [""]})
    >>> unsure_against(frame, is_share=True)
    0.2
    """
    n_units = frame.groupby(frame["start"].astype(str).eq(""))["unit"].nunique()
    n_outside, n_inside = int(n_units.get(True, 0)), int(n_units.get(False, 0))
    return unsure_of(frame, is_share=is_share) * (max(1.0, n_inside / n_outside) if n_outside else 1.0)


def step(n_cells: float, unsure: float = UNSURE) -> float:
    """The step in which a mean over so many figures is told: 1, 2 or 5 of a power of ten.

    Examples
    --------
    >>> step(3), step(27), step(100), step(5000)
    (0.05, 0.005, 0.001, 2e-05)
    """
    least = 2 * unsure / max(float(n_cells), 1.0)
    power = math.floor(math.log10(least))
    wide = next(one for one in (1, 2, 5, 10) if one * 10.0**power >= least * (1 - 1e-9))
    return float(f"{wide}e{power}")


def coarse(value: float, n_cells: float, unsure: float = UNSURE) -> float:
    """A mean over so many figures, in its step; what is missing stays missing.

    Examples
    --------
    >>> coarse(0.71234, 3), coarse(0.71234, 27), coarse(0.71234, 5000)
    (0.7, 0.71, 0.71234)
    """
    if not math.isfinite(value):
        return value
    wide = step(n_cells, unsure)
    return float(f"{round(value / wide) * wide:.12g}")


def coarse_row(row: pd.Series, unsure: float, n_cells: float | None = None) -> pd.Series:
    """The row of an estimate: its figures in the step of its cells, events in tens; other numbers as they are."""
    told = row.copy()
    cells = row.get("n_cells", np.nan) if n_cells is None else n_cells
    for name in LEVELS:
        if name in told.index:
            told[name] = coarse(float(told[name]), cells, unsure)
    for name in COUNTED:
        if name in told.index and math.isfinite(told[name]):
            told[name] = round(float(told[name]) / WHOLE) * WHOLE
    return told


def coarse_table(table: pd.DataFrame, unsure: float, *, cells: str = "n_units") -> pd.DataFrame:
    """A table of means, each in the step of the figures behind it (`cells` is the column that counts them)."""
    if table.empty or cells not in table.columns:
        return table
    told: dict[str, Any] = {
        name: [coarse(float(value), count, unsure) for value, count in zip(table[name], table[cells], strict=True)]
        for name in LEVELS
        if name in table.columns
    }
    return table.assign(**told)


def coarse_effect(effect: ProgrammeEffect, unsure: float) -> ProgrammeEffect:
    """An effect as those without the right to counts are told it; what is about the whole, in the step of the whole."""
    whole = float(effect.overall["n_cells"])
    checks = effect.checks
    if not checks.empty:
        checks = coarse_table(checks.assign(n_cells=whole), unsure, cells="n_cells").drop(columns="n_cells")
    return replace(
        effect,
        overall=coarse_row(effect.overall, unsure),
        by_cohort=coarse_table(effect.by_cohort, unsure, cells="n_cells"),
        by_time=coarse_table(effect.by_time, unsure),
        curve=coarse_table(effect.curve, unsure),
        checks=checks,
        keeping=coarse_row(effect.keeping, unsure, n_cells=whole),
    )

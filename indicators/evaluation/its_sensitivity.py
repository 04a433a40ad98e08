"""The same interrupted time series under other choices: one row an analysis, the chosen one first."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from indicators.evaluation.estimate import FIELDS
from indicators.evaluation.interrupted_time_series import InterruptedTimeSeries, interrupted_time_series
from indicators.evaluation.one_series import read_series, start_of
from indicators.words import Words


def interrupted_time_series_sensitivity(
    frame: pd.DataFrame,
    period: str = "period",
    numerator: str = "numerator",
    denominator: str | None = None,
    start: object = "start",
    family: str = "linear",
    *,
    shifts: Sequence[int] = (-2, -1, 1, 2),
    first_months_out: int = 1,
    left_out: Mapping[str, Iterable[Hashable]] | None = None,
    other_errors: bool = True,
    **settings: Any,
) -> pd.DataFrame:
    """How much the effect hangs on the start, on single months and on the error model.

    Parameters
    ----------
    shifts : the start moved by so many periods (an effect that is as large with a start moved is no sharp change).
    first_months_out : so many months from the start kept out, one row each (0: none), as the change may take time.
    left_out : name of a row and the periods left out in it (months of an epidemic, of a strike).
    other_errors : a row for each other error model of the family.
    settings : of `interrupted_time_series`; they hold for all rows.

    Returns
    -------
    DataFrame
        Index analysis ("chosen", "start-2", "first-1", "without:NAME", "errors:none", "season:harmonics" ...);
        estimate, se, ci_low, ci_high, p_value, df of the mean difference in the units of the value; relative,
        relative_low, relative_high; da, en (what the row is); reason_da, reason_en (why a row has no answer).

    Raises
    ------
    EvaluationError
        As `interrupted_time_series` for the chosen analysis.

    Examples
    --------
    >>> frame = pd.DataFrame({"month": range(1, 25), "n": [5, 6, 4, 5] * 3 + [8, 9, 7, 8] * 3})
    >>> table = interrupted_time_series_sensitivity(frame, "month", "n", start=13, family="poisson", slope=False,
    ...                                             shifts=(-1, 1), left_out={"strike": [20, 21]})
    >>> table.index.tolist()
    ['chosen', 'start-1', 'start+1', 'first-1', 'without:strike', 'errors:newey-west', 'season:harmonics']
    >>> table["estimate"].round(1).tolist()[:2]
    [3.2, 2.4]
    """
    series = read_series(frame, period, numerator, denominator, family=family)
    begin = start_of(frame, start, series.calendar)

    def analysis(moved: int = 0, **changed: Any) -> InterruptedTimeSeries:
        first = series.calendar.label(int(np.ceil(begin)) + moved) if moved else start
        return interrupted_time_series(frame, period, numerator, denominator, first, family, **{**settings, **changed})

    chosen = analysis()
    rows = {"chosen": _row(chosen, Words("Den valgte analyse", "The chosen analysis"))}
    for shift in shifts:
        there = Words(f"Start flyttet {shift:+d}", f"Start moved {shift:+d}")
        rows[f"start{shift:+d}"] = _row(analysis(shift), there)
    for count in range(1, first_months_out + 1):
        there = Words.by_count(
            count,
            Words("Den første måned udeladt", "First month left out"),
            Words(f"De første {count} måneder udeladt", f"First {count} months left out"),
        )
        rows[f"first-{count}"] = _row(analysis(transition=count), there)
    always = tuple(settings.get("leave_out", ()))
    for name, periods in (left_out or {}).items():
        there = Words(f"Uden {name}", f"Without {name}")
        rows[f"without:{name}"] = _row(analysis(leave_out=(*always, *periods)), there)
    models = ("reml-ar1", "prais-winsten", "newey-west", "none") if family == "linear" else ("newey-west", "none")
    for model in models if other_errors else ():
        if model != chosen.errors:
            rows[f"errors:{model}"] = _row(analysis(errors=model), Words(f"Fejlmodel: {model}", f"Errors: {model}"))
    if settings.get("season"):
        rows["season:none"] = _row(analysis(season=None), Words("Uden sæson", "Without season"))
    elif len(series.places) >= 24 and series.calendar.step < 12:
        rows["season:harmonics"] = _row(analysis(season="harmonics"), Words("Med sæson", "With season"))
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("analysis")


def _row(result: InterruptedTimeSeries, words: Words) -> pd.Series:
    natural, share = result.overall.loc["natural"], result.overall.loc["relative"]
    reasons = result.not_identified if np.isnan(natural.estimate) else ()
    return pd.Series(
        {
            **{field: natural[field] for field in FIELDS},
            "relative": share.estimate,
            "relative_low": share.ci_low,
            "relative_high": share.ci_high,
            "da": words.da,
            "en": words.en,
            "reason_da": " ".join(note.words.da for note in reasons),
            "reason_en": " ".join(note.words.en for note in reasons),
        }
    )

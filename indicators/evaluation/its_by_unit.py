"""An interrupted time series for each unit, ready to be taken together by `meta_analysis`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from indicators.evaluation.errors import EvaluationError
from indicators.evaluation.estimate import FIELDS, estimated
from indicators.evaluation.interrupted_time_series import interrupted_time_series
from indicators.words import Words

EFFECTS = ("level", "slope", "natural", "log_relative", "events")


def interrupted_time_series_by_unit(
    frame: pd.DataFrame,
    unit: str = "unit",
    period: str = "period",
    numerator: str = "numerator",
    denominator: str | None = None,
    start: object = "start",
    *,
    effect: str = "level",
    **settings: Any,
) -> pd.DataFrame:
    """One effect for each unit from its own months and its own start.

    Parameters
    ----------
    frame : one row per unit and period; units whose start is empty have no effect and are left out.
    effect : "level" or "slope" (the coefficient: log rate ratio, log odds ratio or value), "natural" (mean difference
        in the units of the value), "log_relative" (logarithm of 1 + the relative effect) or "events".
    settings : of `interrupted_time_series`.

    Returns
    -------
    DataFrame
        Index unit; estimate, se, ci_low, ci_high, p_value, df, n_before, n_after, and reason_da, reason_en where the
        unit has no answer (its figures are then missing, and `meta_analysis` leaves it out and says so).

    Raises
    ------
    EvaluationError
        As `interrupted_time_series`; an unknown effect.

    Examples
    --------
    >>> frame = pd.DataFrame({"unit": ["A"] * 24 + ["B"] * 24, "month": [*range(1, 25)] * 2,
    ...                       "n": [5, 6, 4, 5] * 3 + [8, 9, 7, 8] * 3 + [5, 6, 4, 5] * 6, "start": [13] * 48})
    >>> table = interrupted_time_series_by_unit(frame, "unit", "month", "n", family="poisson", slope=False)
    >>> table["estimate"].round(2).tolist()
    [0.51, 0.05]
    """
    if effect not in EFFECTS:
        choices = ", ".join(EFFECTS)
        raise EvaluationError(
            "unknown_effect",
            Words(
                f"Effekten »{effect}« findes ikke; vælg mellem {choices}.",
                f"There is no effect '{effect}'; choose one of {choices}.",
            ),
        )
    missing = [name for name in (unit, period) if name not in frame.columns]
    if missing:
        said = ", ".join(missing)
        raise EvaluationError(
            "no_column", Words(f"Kolonnen {said} mangler i data.", f"The frame has no column {said}; name one it has.")
        )
    rows: dict[object, pd.Series] = {}
    for name, months in frame.groupby(unit, sort=True):
        if isinstance(start, str) and start in frame.columns and not _starts(months[start]):
            continue
        rows[name] = _of_unit(months, period, numerator, denominator, start, effect, settings)
    columns = [*FIELDS, "n_before", "n_after", "reason_da", "reason_en"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).infer_objects().rename_axis(unit)


def _starts(column: pd.Series) -> bool:
    return bool((column.notna() & ~column.isin(["", 0, "0"])).any())


def _of_unit(
    months: pd.DataFrame,
    period: str,
    numerator: str,
    denominator: str | None,
    start: object,
    effect: str,
    settings: dict[str, Any],
) -> pd.Series:
    try:
        result = interrupted_time_series(months, period, numerator, denominator, start, **settings)
    except EvaluationError as error:
        if error.code != "no_figures":
            raise
        # A unit that never reported is a loss to count, not a reason to stop for the others.
        return estimated(np.nan, np.nan, n_before=0.0, n_after=0.0, reason_da=error.words.da, reason_en=error.words.en)
    if effect in ("level", "slope"):
        row = result.level if effect == "level" else result.slope
    elif effect == "log_relative":
        share = result.overall.loc["relative"]
        # Back from the ratio to the logarithm, on which effects are averaged.
        row = pd.Series(
            {
                "estimate": np.log1p(share.estimate),
                "se": share.se / (1 + share.estimate),
                "ci_low": np.log1p(share.ci_low),
                "ci_high": np.log1p(share.ci_high),
                "p_value": share.p_value,
                "df": share.df,
            }
        )
    else:
        row = result.overall.loc[effect]
    reasons = result.not_identified if row.isna().any() else ()
    more = {
        "n_before": result.model.n_before,
        "n_after": result.model.n_after,
        "reason_da": " ".join(note.words.da for note in reasons),
        "reason_en": " ".join(note.words.en for note in reasons),
    }
    return pd.Series({**row.to_dict(), **more})

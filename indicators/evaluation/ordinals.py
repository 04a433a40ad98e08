"""Columns of a frame as numbers: periods as months or as whole numbers that run on, figures as they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from indicators.evaluation.errors import EvaluationError
from indicators.words import Words

LARGEST = 1e15
"""Beyond it neighbouring whole numbers are no longer told apart."""


def ordinals_of(values: pd.Series) -> tuple[NDArray[np.int64], bool]:
    """Periods as whole numbers (months since January 1970, or the numbers themselves) and whether they are months.

    Raises
    ------
    EvaluationError
        A period is missing, is no whole number, is a month written as a number, or cannot be read.

    Examples
    --------
    >>> ordinals_of(pd.Series(["2024-01", "2024-03-01"]))
    (array([648, 650]), True)
    """
    if values.isna().any():
        raise EvaluationError("no_period", Words("En række mangler sin periode.", "A row has no period."))
    if isinstance(values.dtype, pd.PeriodDtype):
        stamps = values.dt.to_timestamp()
    elif pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        numbers = values.to_numpy(dtype=np.float64)
        if (numbers != np.round(numbers)).any():
            raise EvaluationError(
                "bad_period", Words("En periode er ikke et helt tal.", "A period is not a whole number.")
            )
        if ((numbers > 190000) & (numbers < 290000)).all():
            # December to January would be a step of 89.
            raise EvaluationError(
                "bad_period",
                Words(
                    "Perioder som 202403 er ikke hele tal på række: skriv 2024-03.",
                    "Periods like 202403 are no running numbers: write 2024-03.",
                ),
            )
        return numbers.astype(np.int64), False
    else:
        if values.map(lambda value: isinstance(value, pd.Period)).all():
            values = values.map(lambda value: value.to_timestamp())
        try:
            # Texts as ISO writes them: 03-04-2024 would be March to one reader and April to another.
            stamps = pd.to_datetime(values, format="ISO8601")
        except (ValueError, TypeError) as error:
            raise EvaluationError(
                "bad_period",
                Words(
                    "En periode kan ikke læses som måned: skriv 2024-03 eller 2024-03-01.",
                    "A period cannot be read as a month: write 2024-03 or 2024-03-01.",
                ),
            ) from error
    return (stamps.dt.year * 12 + stamps.dt.month - 1 - 1970 * 12).to_numpy(dtype=np.int64), True


def numbers_of(frame: pd.DataFrame, name: str) -> NDArray[np.float64]:
    """A column as numbers, missing where it is; EvaluationError where it holds anything else."""
    try:
        numbers = pd.to_numeric(frame[name]).to_numpy(dtype=np.float64, na_value=np.nan)
    except (ValueError, TypeError) as error:
        words = Words(
            f"Kolonnen »{name}« rummer andet end tal.", f"The column '{name}' holds something that is no number."
        )
        raise EvaluationError("no_number", words) from error
    if np.isinf(numbers).any():
        raise EvaluationError(
            "no_number",
            Words(f"Kolonnen »{name}« rummer uendelige tal.", f"The column '{name}' holds infinite numbers."),
        )
    if (np.abs(numbers) > LARGEST).any():
        raise EvaluationError(
            "no_number",
            Words(
                f"Kolonnen »{name}« rummer tal over 10¹⁵, som ingen optælling når.",
                f"The column '{name}' holds numbers above 10^15, which no count reaches.",
            ),
        )
    return numbers

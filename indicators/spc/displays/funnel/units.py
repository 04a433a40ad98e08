"""From what was given, a frame or arrays, to one row per unit; refuses what cannot be compared."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from indicators.spc.displays.funnel.methods import Kind
from indicators.spc.errors import InputError
from indicators.words import Words

DEFAULT_UNIT = "unit"

Column = Any
"""A column's name in the frame, or an array-like of its own."""


def per_unit(
    frame: pd.DataFrame | None, numerator: Column, denominator: Column, unit: Column, kind: Kind
) -> pd.DataFrame:
    """Sums by unit, sorted by unit: columns unit, numerator, denominator; both NaN where a unit has no whole row.

    A row that lacks its numerator or denominator loses both, so that what is left still belongs together.
    """
    x, x_name = _numbers(frame, numerator, "numerator")
    n, n_name = _numbers(frame, denominator, "denominator")
    if len(x) != len(n):
        raise InputError(
            "lengths_differ",
            Words(
                f"tæller har {len(x)} værdier og nævner {len(n)}: de skal høre sammen to og to",
                f"the numerator has {len(x)} values and the denominator {len(n)}: they must go in pairs",
            ),
        )
    labels = _labels(frame, unit, len(x))
    _refuse(x, n, labels, x_name, n_name, kind)
    is_whole_row = ~(np.isnan(x) | np.isnan(n))
    rows = pd.DataFrame(
        {
            "unit": labels,
            "numerator": np.where(is_whole_row, x, np.nan),
            "denominator": np.where(is_whole_row, n, np.nan),
        }
    )
    if rows.empty:
        raise InputError("no_rows", Words("der er ingen rækker at sammenligne", "there are no rows to compare"))
    try:
        sums = rows.groupby("unit", sort=True, observed=True)[["numerator", "denominator"]].sum(min_count=1)
    except TypeError:  # labels of several types have no order: as text they have one
        sums = rows.assign(unit=rows.unit.astype(str)).groupby("unit")[["numerator", "denominator"]].sum(min_count=1)
    return sums.reset_index()


def _numbers(frame: pd.DataFrame | None, column: Column, role: str) -> tuple[np.ndarray, str]:
    name = column if isinstance(column, str) else role
    if isinstance(column, str):
        column = _column(frame, column, role)
    values = pd.Series(column).reset_index(drop=True)
    if values.dtype == object or pd.api.types.is_string_dtype(values.dtype):
        numbers = pd.to_numeric(values, errors="coerce")
        unread = numbers.isna() & values.notna()
        if unread.any():
            row = int(np.flatnonzero(unread)[0])
            raise InputError(
                "not_a_number",
                Words(f"{name} er ikke et tal: {values[row]!r}", f"{name} is not a number: {values[row]!r}"),
                row=row + 1,
            )
        values = numbers
    return values.to_numpy(dtype=np.float64, na_value=np.nan), name


def _column(frame: pd.DataFrame | None, name: str, role: str) -> pd.Series:
    if frame is None:
        da = {"numerator": "tæller", "denominator": "nævner", "unit": "enhed"}[role]
        raise InputError(
            "no_frame",
            Words(
                f"{da} er navnet på en kolonne ({name!r}), men der er ingen tabel: giv tabellen først, eller giv "
                f"{role} som en liste af værdier",
                f"{role} names a column ({name!r}), but there is no frame: give the frame first, or give {role} as a "
                "list of values",
            ),
        )
    if not isinstance(frame, pd.DataFrame):
        raise InputError(
            "not_a_frame",
            Words(
                "det første argument skal være en tabel (DataFrame); lister gives ved navn: numerator=, denominator=",
                "the first argument must be a DataFrame; arrays are given by name: numerator=, denominator=",
            ),
        )
    if name not in frame.columns:
        known = ", ".join(map(str, frame.columns))
        raise InputError(
            "unknown_column",
            Words(
                f"tabellen har ingen kolonne {name!r}; den har {known}",
                f"no column {name!r} in the frame; it has {known}",
            ),
        )
    return frame[name]


def _labels(frame: pd.DataFrame | None, unit: Column, n_rows: int) -> pd.Series:
    if unit is None or (
        isinstance(unit, str) and unit == DEFAULT_UNIT and (frame is None or unit not in frame.columns)
    ):
        return pd.Series(np.arange(1, n_rows + 1))
    labels = pd.Series(_column(frame, unit, "unit") if isinstance(unit, str) else unit).reset_index(drop=True)
    if len(labels) != n_rows:
        raise InputError(
            "lengths_differ",
            Words(
                f"der er {len(labels)} enheder til {n_rows} rækker: hver række skal have sin enhed",
                f"there are {len(labels)} units for {n_rows} rows: each row needs its unit",
            ),
        )
    if labels.isna().any():
        raise InputError(
            "no_unit",
            Words(
                "enheden mangler: skriv enhedens navn, eller tag rækken ud",
                "the unit is missing: write its name or leave the row out",
            ),
            row=int(np.flatnonzero(labels.isna())[0]) + 1,
        )
    return labels


def _refuse(x: np.ndarray, n: np.ndarray, labels: pd.Series, x_name: str, n_name: str, kind: Kind) -> None:
    """The first row that cannot be right, by rule."""
    above = Words(
        f"tælleren {x_name} er større end nævneren {n_name}; i en andel kan flere ikke være talt med end der er",
        f"the numerator {x_name} is greater than the denominator {n_name}; a proportion cannot count more than all",
    )
    zero = Words(
        f"nævneren {n_name} er ikke over 0; tag rækken ud, hvis der intet var at tælle i",
        f"the denominator {n_name} is not above 0; leave the row out if nothing was at risk",
    )
    found = (
        (
            "infinite",
            np.isinf(x) | np.isinf(n),
            Words("uendelig er ikke et tal, der kan bruges", "infinity is no number"),
        ),
        ("negative", x < 0, Words(f"tælleren {x_name} er negativ", f"the numerator {x_name} is negative")),
        ("zero_denominator", n <= 0, zero),
        ("numerator_above_denominator", (x > n) & np.isfinite(kind.maximum), above),
    )
    for code, is_wrong, words in found:
        if is_wrong.any():
            row = int(np.flatnonzero(is_wrong)[0])
            raise InputError(code, words, row=row + 1, x=labels[row])

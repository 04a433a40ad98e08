"""From checked rows to tidy rows, and what each would change in the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from data.queries.definitions import Timeline
from etl.report import RowStatus
from etl.rows import Rows

KEY = ["indicator_code", "unit_code", "period_start"]
FIGURES = ["numerator", "denominator", "value", "sd"]
COLUMNS = ["row", "indicator_code", "indicator_version", "unit_code", "period_start", "period_kind", *FIGURES, "note"]
CHANGES = (RowStatus.NEW, RowStatus.CHANGED, RowStatus.UNCHANGED)
# An index of objects: of plain text the categories would lose the enum.
_CHANGE = pd.CategoricalDtype(pd.Index(CHANGES, dtype=object))


_TEXT = pd.StringDtype("pyarrow", na_value=np.nan)


def nothing() -> pd.DataFrame:
    """Tidy rows of a file that has none."""
    frame = pd.DataFrame({name: pd.Series(dtype="str") for name in COLUMNS})
    kinds = {"row": "int64", "indicator_version": "int64", "period_start": object} | dict.fromkeys(FIGURES, "float64")
    return frame.astype(kinds)


def tidy(rows: Rows) -> pd.DataFrame:
    """One line per row that has a key and figures, in the order of the file.

    Columns as in `COLUMNS`: codes, the definition's version, the first day of the period (date), its kind, figures as
    float (NaN where there is none; counts, not percent), the note, and the row's number in the file.
    """
    kept = np.flatnonzero(rows.is_kept)
    if not len(kept):
        return nothing()
    indicator, unit, note = rows.indicator[kept], rows.unit[kept], rows.columns["note"]
    return pd.DataFrame(
        {
            "row": rows.numbers[kept],
            "indicator_code": _texts([one.code for one in rows.indicators], indicator),
            "indicator_version": np.array([one.version for one in rows.indicators], dtype=np.int64)[indicator],
            "unit_code": _texts([one.code for one in rows.units], unit),
            "period_start": _dates(rows.starts[kept]),
            "period_kind": _texts([str(one.period) for one in rows.indicators], indicator),
            **{name: rows.stored[name][kept] for name in FIGURES},
            "note": _texts(note.texts, note.codes[kept]),
        }
    )


def of_their_versions(rows: pd.DataFrame, lines: Mapping[str, Timeline]) -> pd.DataFrame:
    """The tidy rows, each with the version of its definition that holds in its period."""
    for code, line in lines.items():
        here = (rows["indicator_code"] == code).to_numpy()
        if here.any():
            found = {day: line.version_on(day) for day in set(rows.loc[here, "period_start"])}
            rows.loc[here, "indicator_version"] = rows.loc[here, "period_start"].map(found).astype("int64")
    return rows


def _texts(texts: Sequence[str], codes: npt.NDArray[Any]) -> pd.Series:
    # Arrow lays them out without Python's objects, so that other threads go on meanwhile.
    found = pa.array(texts, type=pa.large_string()).take(pa.array(codes))
    return pd.Series(_TEXT.__from_arrow__(found))


def _dates(days: npt.NDArray[np.datetime64]) -> pd.Series:
    """Days as `date` objects, one object for all rows of a day."""
    different, codes = np.unique(days, return_inverse=True)
    return pd.Series(different.astype(object)[codes], dtype=object)


def compare(
    rows: pd.DataFrame, current: pd.DataFrame, keys: tuple[npt.NDArray[Any], npt.NDArray[Any]] | None = None
) -> pd.DataFrame:
    """The tidy rows with what the store holds today and what each would do.

    `current` is `data.reading.observations` for the series of `rows`; `keys` are numbers for the lines of both that
    are alike where indicator, unit and period are (worked out where they are not given). Added columns:
    numerator_before, denominator_before, value_before, sd_before, and `change`: "new", "changed" or "unchanged"
    (`RowStatus`, as categories). A note that is left out changes nothing; one that is written and differs does.
    """
    ours, theirs = keys or _keys(rows, current)
    order = np.argsort(theirs, kind="stable")
    ordered = theirs[order]
    within = np.minimum(np.searchsorted(ordered, ours), max(len(ordered) - 1, 0))
    is_known = ordered[within] == ours if len(ordered) else np.zeros(len(ours), dtype=bool)
    found = order[within] if len(ordered) else within
    is_same = is_known.copy()
    before = {}
    for name in FIGURES:
        held = current[name].to_numpy(float)
        was = np.where(is_known, held[found], np.nan) if len(held) else np.full(len(ours), np.nan)
        now = rows[name].to_numpy(float)
        is_same &= (now == was) | (np.isnan(now) & np.isnan(was))
        before[f"{name}_before"] = was
    said = np.flatnonzero(is_same & (rows["note"] != "").to_numpy(bool))
    if len(said):
        is_same[said] = rows["note"].iloc[said].to_numpy(object) == current["note"].iloc[found[said]].to_numpy(object)
    change = np.where(is_known, np.where(is_same, 2, 1), 0).astype(np.int8)
    return rows.assign(**before, change=pd.Categorical.from_codes(change, dtype=_CHANGE))


def _keys(rows: pd.DataFrame, current: pd.DataFrame) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    n = len(rows)
    total = np.zeros(n + len(current), dtype=np.int64)
    for name in KEY:
        codes, different = pd.factorize(np.concatenate([rows[name].to_numpy(object), current[name].to_numpy(object)]))
        total = total * max(len(different), 1) + codes
    return total[:n], total[n:]

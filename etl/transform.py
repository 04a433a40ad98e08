"""From checked rows to tidy rows, and what each would change in the store."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from etl.report import RowStatus
from etl.rows import Row

KEY = ["indicator_code", "unit_code", "period_start"]
FIGURES = ["numerator", "denominator", "value", "sd"]
COLUMNS = ["row", "indicator_code", "indicator_version", "unit_code", "period_start", "period_kind", *FIGURES, "note"]


def tidy(rows: Sequence[Row]) -> pd.DataFrame:
    """One line per row that has a key and figures.

    Columns as in `COLUMNS`: codes, the definition's version, the first day of the period (date), its kind, figures as
    float (NaN where there is none; counts, not percent), the note, and the row's number in the file.
    """
    lines = []
    for row in rows:
        if row.indicator is None or row.unit is None or row.starts_on is None or row.is_empty:
            continue
        figures = row.figures
        lines.append(
            (
                row.number,
                row.indicator.code,
                row.indicator.version,
                row.unit.code,
                row.starts_on,
                str(row.indicator.period),
                figures.numerator,
                figures.denominator,
                figures.value,
                figures.sd,
                row.note,
            )
        )
    frame = pd.DataFrame(lines, columns=COLUMNS)
    return frame.astype(dict.fromkeys(FIGURES, "float64")).astype({"period_start": object})


def compare(rows: pd.DataFrame, current: pd.DataFrame) -> pd.DataFrame:
    """The tidy rows with what the store holds today and what each would do.

    `current` is `data.reading.observations` for the series of `rows`. Added columns: numerator_before,
    denominator_before, value_before, sd_before, and `change`: "new", "changed" or "unchanged" (`RowStatus`). A note
    that is left out changes nothing; one that is written and differs does.
    """
    known = current[[*KEY, *FIGURES, "note"]].assign(is_known=True)
    merged = rows.merge(known, on=KEY, how="left", suffixes=("", "_before"))
    is_known = merged.pop("is_known").notna().to_numpy()
    is_same = is_known.copy()
    for name in FIGURES:
        now, before = merged[name].to_numpy(float), merged[f"{name}_before"].to_numpy(float)
        is_same &= (now == before) | (np.isnan(now) & np.isnan(before))
    is_same &= (merged["note"] == "").to_numpy() | (merged["note"] == merged.pop("note_before")).to_numpy()
    change = np.where(is_known, np.where(is_same, RowStatus.UNCHANGED, RowStatus.CHANGED), RowStatus.NEW)
    # As objects: pandas would turn the enum into plain text.
    return merged.assign(change=pd.Series([RowStatus(one) for one in change], index=merged.index, dtype=object))

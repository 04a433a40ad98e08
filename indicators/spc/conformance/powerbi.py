"""PowerBI-SPC: the limits that its own tests expect, to the decimals they state.

Each file holds inputs and limits side by side. Means and standard deviations of subgroups come without the measurements
behind them, so measurements with exactly that size, mean and standard deviation are made for them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from indicators import spc
from indicators.spc.conformance.outcome import Outcome, outcome

SYSTEM = "PowerBI-SPC"

LIMITS = {"lcl": "lower", "ucl": "upper", "lcl_95": "warning_lower", "ucl_95": "warning_upper"}
"""Their names of the limits, ours."""

PERCENT = ("p", "pp")
"""Chart types whose limits they state in per cent."""


def decimals_of(note: str) -> int:
    """How many decimals their test compares: "test's own tolerance: 2 decimals; ..."."""
    found = re.search(r"(\d+) decimals", note)
    if found is None:
        raise ValueError(f"no tolerance in the note {note!r}")
    return int(found[1])


def measurements(frame: pd.DataFrame, mean: str | None, sd: str) -> pd.DataFrame:
    """Single measurements, one row each, whose subgroups have the size (n), mean (0 if None) and sd of `frame`.

    Examples
    --------
    >>> made = measurements(pd.DataFrame({"x": [1], "mean": [10.0], "sd": [2.0], "n": [4]}), "mean", "sd")
    >>> made.value.mean().round(9).item(), made.value.std().round(9).item(), len(made)
    (10.0, 2.0, 4)
    """
    # Two of n lie d either side of the mean, the rest on it: their variance is 2 d² / (n - 1).
    size = frame.n.to_numpy(dtype=np.int64)
    centre = np.zeros(len(frame)) if mean is None else frame[mean].to_numpy(dtype=np.float64)
    away = frame[sd].to_numpy(dtype=np.float64) * np.sqrt((size - 1) / 2)
    place = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    side = np.select([place == 0, place == 1], [1.0, -1.0], 0.0)
    return pd.DataFrame(
        {"x": np.repeat(frame.x.to_numpy(), size), "value": np.repeat(centre, size) + side * np.repeat(away, size)}
    )


def _call(chart: str, note: str, frame: pd.DataFrame) -> dict[str, Any]:
    """Arguments of `spc.analyse` that stand for their settings. Outliers are out of their limits: screening is on."""
    multiplier = re.search(r"spc\.multiplier=(\d+)", note)
    call: dict[str, Any] = {
        "chart": chart,
        "x": "x",
        "y": "y",
        "n": "n" if "n" in frame.columns else None,
        "multiply": 100.0 if chart in PERCENT else float(multiplier[1]) if multiplier else 1.0,
        "screen_moving_ranges": "spc.outliers_in_limits=true" not in note,
    }
    if "part" in frame.columns:
        call["phases"] = (np.flatnonzero(frame.part.to_numpy()[1:] != frame.part.to_numpy()[:-1]) + 2).tolist()
    if chart in ("xbar", "s"):
        return call | {
            "frame": measurements(frame, *(("y", "sd") if chart == "xbar" else (None, "y"))),
            "y": "value",
            "n": None,
        }
    return call | {"frame": frame}


def check(case_id: str, chart: str, note: str, frame: pd.DataFrame) -> Outcome:
    """Hold one of their limit vectors against the library."""
    points = spc.analyse(**_call(chart, note, frame)).points
    allowed = 0.5 * 10.0 ** -decimals_of(note)
    differences = tuple(
        theirs
        for theirs, ours in LIMITS.items()
        if theirs in frame.columns
        and not (np.abs(points[ours].to_numpy() - frame[theirs].to_numpy(dtype=np.float64)) < allowed).all()
    )
    return outcome(SYSTEM, chart, case_id, differences, "", is_explained=False)


def outcomes(folder: Path) -> list[Outcome]:
    """Every limit vector of a folder, held against the library."""
    if not (folder / "index.csv").exists():
        return []
    index = pd.read_csv(folder / "index.csv", dtype=str, keep_default_na=False)
    index = index[(index.system == SYSTEM) & index.file.str.endswith(".csv")]
    return [
        check(row.case_id, row.chart, row.note, pd.read_csv(folder.parent / row.file)) for _, row in index.iterrows()
    ]

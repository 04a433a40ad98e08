"""The shared reference figures of evaluation, and how far a result may lie from them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(os.environ.get("TAVLE_SHARED") or ROOT.parent / "shared") / "reference" / "evaluation"
FIELDS = ("estimate", "se", "ci_low", "ci_high", "p_value", "df")


def need_reference() -> None:
    """Skip with the reason where the figures are not there; in CI that is a failure."""
    if not FOLDER.exists() and os.environ.get("CI", "").lower() != "true":
        pytest.skip(f"no reference figures in {FOLDER}; set TAVLE_SHARED to the folder that holds reference/")


@cache
def data(folder: str) -> pd.DataFrame:
    need_reference()
    return pd.read_csv(FOLDER / folder / "data.csv")


@cache
def expected(folder: str, spec: str) -> pd.DataFrame:
    """Rows of one model, by term."""
    need_reference()
    rows = pd.read_csv(FOLDER / folder / "expected.csv")
    if "term" not in rows:
        rows["term"] = "overall"
    found = rows[rows["spec"] == spec].set_index("term")
    assert len(found), f"{folder} has no spec {spec}"
    return found


def disagreements(
    wanted: pd.DataFrame,
    ours: Mapping[str, Mapping[str, float]],
    *,
    fields: tuple[str, ...] = FIELDS,
    point: float = 1e-6,
    spread: float = 1e-5,
) -> list[str]:
    """What lies outside the tolerance of the README: points relative, limits relative to the larger of both limits.

    P-values are given with few digits and follow from estimate and error: within 1e-4 of themselves.
    """
    found = []
    for term, row in wanted.iterrows():
        for field in fields:
            if field not in row or pd.isna(row[field]):
                continue
            value = float(ours[str(term)][field])
            size = max(abs(row["ci_low"]), abs(row["ci_high"])) if field.startswith("ci_") else abs(row[field])
            allowed = {"estimate": point, "p_value": 1e-4}.get(field, spread) * size + 1e-12
            if not abs(value - row[field]) <= allowed:
                found.append(f"{term} {field}: {value!r}, wanted {row[field]!r}")
    return found

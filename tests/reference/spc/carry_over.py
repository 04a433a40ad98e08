"""Carry the hand-made reference cases over into this folder: `python tests/reference/spc/carry_over.py REFERENCE_SPC`.

Run it again when the library gains chart types. README.md beside it says which cases and why only those.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from indicators.spc.conformance.qicharts2 import FIGURES, FLAGS, RUNS, index_of

HAND_MADE = (
    "edge_all",
    "edge_constant",
    "edge_missing_x",
    "edge_negative",
    "edge_on_median",
    "edge_spike",
    "edge_trend",
    "edge_unequal_facets",
    "edge_unsorted_duplicates",
    "edge_y_above_n",
    "edge_zero",
    "edge_zigzag",
)
"""Inputs made by hand; the other small inputs are cut from data that may not stand here."""

ARGUMENTS = [
    *("case_id", "system", "version", "commit", "expect", "dataset", "chart", "x", "y", "n", "facets", "agg_fun"),
    *("method", "multiply", "freeze", "part", "part_column", "exclude", "target", "cl", "x_period", "y_neg"),
    *("screened_mr", "x_is_category"),
]


def carry_over(reference: Path, into: Path) -> None:
    index = index_of(reference)
    index = index[index.dataset.map(lambda path: Path(path).stem).isin(HAND_MADE)]
    inputs, expected = [], []
    for path in index.dataset.drop_duplicates():
        inputs.append(pd.read_csv(reference.parent / path, dtype=str).assign(dataset=Path(path).stem))
    for case in index[index.expect == "ok"].itertuples():
        figures = pd.read_csv(reference.parent / case.file, dtype=str)
        figures = figures[["facet1", "facet2", "index", "x", *FLAGS, *FIGURES, *RUNS]]
        expected.append(figures.assign(case_id=case.case_id))
    cases = index[ARGUMENTS].assign(dataset=index.dataset.map(lambda path: Path(path).stem))
    for name, frame in {
        "cases": cases,
        "inputs": pd.concat(inputs)[["dataset", "site", "x", "y", "n"]],
        "expected": pd.concat(expected).set_index("case_id").reset_index(),
    }.items():
        frame.to_csv(into / f"{name}.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    carry_over(Path(sys.argv[1]), Path(__file__).parent)

"""Carry the hand-made funnels over into this folder: `python tests/reference/funnel/carry_over.py REFERENCE_SPC`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from indicators.spc.conformance.funnelplotr import index_of

ARGUMENTS = [
    *("case_id", "system", "version", "commit", "expect", "dataset", "file", "chart", "y", "n", "group", "multiply"),
    *("limit", "sr_method", "trim_by", "draw_adjusted", "draw_unadjusted", "shmi_rounding"),
]


def carry_over(reference: Path, into: Path) -> None:
    index = index_of(reference)
    index = index[index.dataset.str.startswith("spc/inputs/")]
    for column, folder in (("dataset", "inputs"), ("file", "expected")):
        (into / folder).mkdir(exist_ok=True)
        for path in index.loc[index[column] != "", column].unique():
            shutil.copyfile(reference.parent / path, into / folder / Path(path).name)
        index[column] = [f"{into.name}/{folder}/{Path(path).name}" if path else "" for path in index[column]]
    index[ARGUMENTS].to_csv(into / "index.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    carry_over(Path(sys.argv[1]), Path(__file__).parent)

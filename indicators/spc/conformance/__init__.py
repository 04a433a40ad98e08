"""Hold the library against figures of established systems, case by case, and say where and why it differs.

    python -m indicators.spc.conformance FOLDER

prints system × chart type: cases, agree, differ by a named convention, disagree; then each named difference with its
convention and each disagreement with its columns. Exit code 1 when anything disagrees. FOLDER holds `index.csv` beside
one result file a case (the form described in the reference material's README), or is the project's own
`tests/reference/spc`.

One file per system. Each has `SYSTEM`, its name in index.csv, and `outcomes(folder) -> list[Outcome]`, which gives an
empty list for a folder that holds none of its cases.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from indicators.spc.conformance.outcome import Outcome, Verdict

__all__ = ["Outcome", "Verdict", "main", "outcomes", "own_folders", "report", "table"]


def outcomes(folder: Path) -> list[Outcome]:
    """Every case of a folder, of every system, held against the library."""
    if not any((folder / name).exists() for name in ("index.csv", "cases.csv")):
        return []
    found: list[Outcome] = []
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name):
        system = importlib.import_module(f"{__name__}.{module.name}") if module.name != "__main__" else None
        if hasattr(system, "SYSTEM"):
            found += system.outcomes(folder)  # type: ignore[union-attr]
    return found


def table(found: Iterable[Outcome]) -> pd.DataFrame:
    """One row per system and chart type: cases and how many agree, differ by a named convention, disagree."""
    rows = pd.DataFrame([{"system": each.system, "chart": each.chart, "verdict": each.verdict.value} for each in found])
    counts = pd.crosstab([rows.system, rows.chart], rows.verdict)
    counts = counts.reindex(columns=[verdict.value for verdict in Verdict], fill_value=0)
    counts.insert(0, "cases", counts.sum(axis=1))
    counts.loc[("all", ""), :] = counts.sum()
    return counts.astype(int)


def own_folders(root: Path) -> list[Path]:
    """Where the project's own cases stand under its root; empty where it was installed without them."""
    places = (root / "tests" / "reference" / name for name in ("spc", "funnel"))
    return [place for place in places if place.is_dir()]


def report(folders: Iterable[Path]) -> tuple[str, bool]:
    """The table and every difference as text, and whether anything disagrees; ("", False) where there are no cases."""
    found = [outcome for folder in folders for outcome in outcomes(folder)]
    if not found:
        return "", False
    lines = [table(found).to_string()]
    for verdict in (Verdict.BY_CONVENTION, Verdict.DISAGREES):
        lines += ["", f"{verdict.value}:"]
        lines += [
            f"  {each.system} {each.case_id}: {'; '.join(each.differences)} [{each.convention}]"
            for each in found
            if each.verdict is verdict
        ] or ["  none"]
    return "\n".join(lines) + "\n", any(each.verdict is Verdict.DISAGREES for each in found)


def main(arguments: list[str]) -> int:
    """Print the table and every difference. 0: nothing disagrees; 1: something does; 2: wrong use."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        sys.stderr.write("usage: python -m indicators.spc.conformance FOLDER\n")
        return 2
    text, disagrees = report([Path(arguments[0])])
    if not text:
        sys.stderr.write(f"no reference cases in {arguments[0]}\n")
        return 2
    sys.stdout.write(text)
    return int(disagrees)

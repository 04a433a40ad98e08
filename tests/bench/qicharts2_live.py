"""Live beside qicharts2, where R and the package are installed: `python tests/bench/qicharts2_live.py [--cases 500]`.

Random data and random options for every chart type, computed by both, held against one another as the reference cases
are (counts, flags and runs equal, figures within 1e-9, meant differences by their convention). Options whose answer is
known to differ by convention without being told by the data are left out of the draw. Prints a table, then
every disagreement with the call. Exit code 1 when anything disagrees, 2 where R or qicharts2 is missing.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from indicators import spc  # noqa: E402 - the project is not installed where this runs
from indicators.spc.conformance import Verdict, qicharts2, table  # noqa: E402

OPTIONS = ("freeze", "part", "exclude", "cl", "target")


def data_of(rng: np.random.Generator, chart: str) -> pd.DataFrame:
    """A series as the chart takes it, with some subgroups of several rows and some missing values."""
    record = spc.CHARTS[chart]
    n_points = int(rng.choice([3, 8, 9, 12, 20, 24, 37, 60]))
    rows = rng.integers(2, 9, n_points) if chart in ("xbar", "s") else np.ones(n_points, dtype=int)
    if chart in ("run", "i", "ip", "c", "u", "p") and rng.random() < 0.2:
        rows = rng.integers(1, 4, n_points)
    x = np.repeat(np.arange(1, n_points + 1), rows)
    level = np.where(x > n_points * 0.6, rng.choice([1.0, 1.0, 1.6]), 1.0)
    frame = pd.DataFrame({"x": x})
    if record.needs_denominator or (chart in ("run", "i", "ip") and rng.random() < 0.5):
        frame["n"] = rng.integers(5, 400, len(x)).astype(float)
        share = rng.uniform(0.02, 0.5) * level
        frame["y"] = rng.binomial(frame.n.astype(int), share) if chart in ("p", "pp") else rng.poisson(frame.n * share)
    elif chart in ("c", "g"):
        frame["y"] = rng.poisson(rng.uniform(0.5, 12) * level)
    elif chart == "t":
        frame["y"] = np.round(rng.exponential(20 * level), 2) + 0.01
    else:
        frame["y"] = np.round(rng.normal(rng.uniform(-5, 50) * level, rng.uniform(0.5, 9)), int(rng.integers(0, 4)))
    frame["y"] = frame["y"].astype(float)
    if rng.random() < 0.3:
        frame.loc[rng.random(len(frame)) < 0.08, "y"] = np.nan
    return frame if rng.random() < 0.8 else frame.sample(frac=1, random_state=int(rng.integers(1 << 30)))


def call_of(rng: np.random.Generator, chart: str, frame: pd.DataFrame) -> dict[str, str]:
    """Options as text, ";" between several: those of both systems."""
    n_points = int(frame.x.max())
    call = {
        "method": str(rng.choice(["anhoej", "anhoej", "bestbox", "cutbox"])),
        "aggregate": str(rng.choice(["mean", "median", "sum"])),
        "multiply": str(rng.choice([1, 1, 100, 1000])),
        "y_neg": str(rng.choice(["true", "true", "false"])),
        "screened": str(rng.choice(["true", "true", "false"])),
        **dict.fromkeys(OPTIONS, ""),
    }
    if frame.y.isna().any() and call["aggregate"] == "sum":
        call["aggregate"] = "mean"  # R's sum of nothing is 0; a gap is a gap here (convention 3)
    if n_points >= 8:
        kind = rng.choice(["", "freeze", "part"])
        if kind == "freeze":
            call["freeze"] = str(int(rng.integers(3, n_points)))
        elif kind == "part":
            # Every other point, so that a phase has two at least: a range of one point is nothing, to both.
            cuts = rng.choice(np.arange(3, n_points - 1, 2), size=int(rng.integers(1, 3)), replace=False)
            call["part"] = ";".join(map(str, sorted(cuts.tolist())))
        if rng.random() < 0.3:
            out = rng.choice(np.arange(1, n_points + 1), size=int(rng.integers(1, 4)), replace=False)
            call["exclude"] = ";".join(map(str, sorted(out.tolist())))
    if rng.random() < 0.2:
        value = frame.y / frame.n if "n" in frame else frame.y
        call["cl"] = repr(abs(float(np.round(value.median(), 4))) or 0.1)
    if rng.random() < 0.2:
        call["target"] = "1.5"
    return call


def case_of(number: int, chart: str, frame: pd.DataFrame, call: dict[str, str], folder: Path) -> qicharts2.Case:
    name = f"{chart}_{number}"
    path = folder / f"{name}.out.csv"
    options: dict[str, object] = {
        "method": call["method"],
        "aggregate": call["aggregate"],
        "multiply": float(call["multiply"]),
        "non_negative": call["y_neg"] == "false",
        "screen_moving_ranges": call["screened"] == "true",
    }
    if call["freeze"]:
        options["freeze"] = int(call["freeze"])
    if call["part"]:
        options["phases"] = [int(last) + 1 for last in call["part"].split(";")]
    if call["exclude"]:
        options["exclude"] = [int(each) for each in call["exclude"].split(";")]
    if call["cl"]:
        options["centre"] = float(call["cl"])
    if call["target"]:
        options["target"] = float(call["target"])
    expected = pd.read_csv(path) if path.exists() else None
    n = "n" if "n" in frame else None
    return qicharts2.Case(name, chart, frame, "x", "y", n, (), options, expected)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=40, help="per chart type")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rscript = shutil.which("Rscript")
    has_package = rscript and subprocess.run([rscript, "-e", "library(qicharts2)"], capture_output=True).returncode == 0
    if not has_package:
        print("R with the package qicharts2 is needed to compare live; the stored figures need neither.")
        return 2
    rng = np.random.default_rng(arguments.seed)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        rows, inputs = [], []
        for chart in spc.CHARTS:
            for number in range(arguments.cases):
                frame = data_of(rng, chart)
                call = call_of(rng, chart, frame)
                frame.to_csv(folder / f"{chart}_{number}.csv", index=False)
                rows.append({"id": f"{chart}_{number}", "chart": chart, **call})
                inputs.append((number, chart, frame, call))
        pd.DataFrame(rows).to_csv(folder / "cases.csv", index=False)
        subprocess.run([str(rscript), str(Path(__file__).with_suffix(".R")), str(folder)], check=True)
        outcomes = [qicharts2.check(case_of(*each, folder)) for each in inputs]
    print(table(outcomes).to_string())
    wrong = [each for each in outcomes if each.verdict is Verdict.DISAGREES]
    calls = {row["id"]: row for row in rows}
    for each in wrong:
        print(each.case_id, each.differences, {name: value for name, value in calls[each.case_id].items() if value})
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())

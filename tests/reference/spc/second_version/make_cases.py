"""Make the cases of this folder anew: `python tests/reference/spc/second_version/make_cases.py`.

The inputs are simulated here from a fixed seed; the figures are worked out by `second_version.py`, which shares no code
with the library. Nothing of this comes from anybody's data.
"""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

# Test collection imports this file too, from elsewhere.
sys.path.insert(0, str(Path(__file__).parent))
import second_version

Row = tuple[Any, float | None, float | None]

SYSTEM = "second version"

ARGUMENTS = [
    *("case_id", "system", "version", "commit", "expect", "dataset", "chart", "x", "y", "n", "facets", "agg_fun"),
    *("method", "multiply", "freeze", "part", "part_column", "exclude", "target", "cl", "x_period", "y_neg"),
    *("screened_mr", "x_is_category"),
]
FIGURES = ("y", "cl", "lcl", "ucl", "lcl_95", "ucl_95")
FLAGS = ("part", "baseline", "include", "sigma_signal")
RUNS = ("n_useful", "runs_signal", "longest_run", "longest_run_max", "n_crossings", "n_crossings_min")


def month(number: int) -> str:
    return f"{2022 + (number - 1) // 12}-{(number - 1) % 12 + 1:02d}-01"


def inputs() -> dict[str, list[Row]]:
    """Every input: (x, y, n) rows, made from one seed."""
    draw = random.Random(20240229)

    def events(n: int, chance: float) -> float:
        return float(sum(draw.random() < chance for _ in range(n)))

    counts: list[Row] = []
    for number in range(1, 25):
        n = draw.randint(60, 180)
        counts.append((month(number), events(n, 0.18 if number < 17 else 0.27), float(n)))
    gaps = list(counts)
    for place, lost in {4: (None, 90.0), 9: (7.0, None), 10: (None, None), 23: (None, None)}.items():
        gaps[place] = (counts[place][0], *lost)
    large: list[Row] = []
    for number in range(1, 21):
        n = draw.randint(20_000, 60_000)
        large.append((number, round(n * draw.gauss(0.94, 0.006)) * 1.0, float(n)))
    equal = [(week, round(draw.gauss(24, 6), 1), None) for week in range(1, 17) for _ in range(5)]
    varying: list[Row] = []
    for week in range(1, 19):
        size = draw.randint(1, 7)
        varying += [(week, round(draw.gauss(24, 6), 1), None) for _ in range(size)]
    varying[3] = (varying[3][0], None, None)
    varying.append((19, None, None))
    values = [(week, round(draw.gauss(-1 if week < 16 else 5, 2.5), 1), None) for week in range(1, 29)]
    times: list[Row] = [(event, round(draw.expovariate(1 / 25), 2) + 0.01, None) for event in range(1, 31)]
    times[11] = (12, None, None)
    between = [(event, float(int(draw.expovariate(1 / 40))), None) for event in range(1, 27)]
    units = [
        (f"Unit {name}", events(n, draw.uniform(0.1, 0.2)), float(n))
        for name, n in ((name, draw.randint(200, 900)) for name in "HCAFKBGDLEIJ")
    ]
    straight = [(week, 3.0 + 0.5 * week, None) for week in range(1, 13)]
    return {
        "counts": counts,
        "counts_with_gaps": gaps,
        "large": large,
        "measurements": equal,
        "measurements_of_varying_number": varying,
        "values": values,
        "times": times,
        "between": between,
        "units": units,
        "straight_line": straight,
    }


# Chart types that suit each input, and the calls each of them is put through.
SUITS = {
    "counts": ("run", "i", "mr", "ip", "p", "pp", "u", "up", "c"),
    "counts_with_gaps": ("run", "i", "mr", "ip", "p", "pp", "u", "up", "c"),
    "large": ("ip", "pp", "up"),
    "measurements": ("xbar", "s", "ip"),
    "measurements_of_varying_number": ("xbar", "s", "ip", "i"),
    "values": ("i", "mr", "ip"),
    "times": ("t",),
    "between": ("g", "c"),
    "units": ("pp", "up", "p"),
    "straight_line": ("mr",),
}
CALLS: dict[str, dict[str, Any]] = {
    "plain": {},
    "unscreened": {"screened": False, "multiply": 100.0},
    "freeze": {"freeze": 9, "multiply": 1000.0},
    "part_freeze_exclude": {"part": (8,), "freeze": 13, "exclude": (3, 11)},
    "cl": {"cl": 0.21, "exclude": (2,), "y_neg": False},
}
ONLY = {
    "counts_with_gaps": ("plain", "part_freeze_exclude"),
    "large": ("plain", "part_freeze_exclude"),
    "measurements": ("plain", "freeze", "cl"),
    "units": ("plain", "cl"),
    "straight_line": ("plain",),
}
"""Inputs that are put through some of the calls only."""

CENTRES = {"t": 2.4, "g": 36.0, "c": 24.0, "xbar": 25.0, "s": 5.5, "i": 0.21, "ip": 0.21, "mr": 2.0}
"""A given centre line that suits the scale of the chart (t: of the 3.6th root of a time)."""

WITHOUT_N = ("c", "t", "g", "xbar", "s")


def cases() -> Iterable[tuple[str, str, str, dict[str, Any]]]:
    for dataset, charts in SUITS.items():
        for chart in charts:
            for name, call in CALLS.items():
                if name not in ONLY.get(dataset, CALLS):
                    continue
                options = dict(call)
                if "cl" in options:
                    options["cl"] = CENTRES.get(chart, options["cl"])
                yield f"{dataset}_{chart}_{name}", dataset, chart, options


def write(into: Path) -> None:
    made = inputs()
    with_n = {name for name, rows in made.items() if any(n is not None for _, _, n in rows)}
    listed, expected = [], []
    for case_id, dataset, chart, options in cases():
        has_n = dataset in with_n and chart not in WITHOUT_N
        is_category = dataset == "units"
        points = second_version.analyse(made[dataset], chart, has_n=has_n, is_category=is_category, **options)
        listed.append(
            dict.fromkeys(ARGUMENTS, "")
            | {
                "case_id": case_id,
                "system": SYSTEM,
                "expect": "ok",
                "dataset": dataset,
                "chart": chart,
                "x": "x",
                "y": "y",
                "n": "n" if has_n else "",
                "multiply": options.get("multiply", ""),
                "freeze": options.get("freeze", ""),
                "part": ";".join(map(str, options.get("part", ()))),
                "exclude": ";".join(map(str, options.get("exclude", ()))),
                "cl": options.get("cl", ""),
                "y_neg": "" if options.get("y_neg", True) else "FALSE",
                "screened_mr": "true" if options.get("screened", True) else "false",
                "x_is_category": "true" if is_category else "",
            }
        )
        for point in points:
            figures = {name: getattr(point, name) for name in (*FIGURES, *FLAGS)} | point.runs
            written = {name: _written(value) for name, value in figures.items()}
            expected.append(
                {"case_id": case_id, "facet1": 1, "facet2": 1, "index": point.index, "x": point.x, "target": ""}
                | written
            )
    rows = [
        {"dataset": name, "x": x, "y": _written(y), "n": _written(n)}
        for name, made_rows in made.items()
        for x, y, n in made_rows
    ]
    for name, table in {"cases": listed, "inputs": rows, "expected": expected}.items():
        with (into / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(table[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(table)


def _written(value: Any) -> Any:
    """As the other reference files are written: empty for nothing, every digit of a float, true and false."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, float) else value


if __name__ == "__main__":
    write(Path(__file__).parent)

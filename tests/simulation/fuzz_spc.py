"""The long run against the SPC core: random calls of every chart, profile, option and engine, held against others.

Run `python tests/simulation/fuzz_spc.py`; it takes about ten minutes. `python tests/simulation/fuzz_spc.py 0.1` tries a
tenth. The tables: engines (numba and NumPy, to the last digit), rules (plain loops), charts (the second version in
tests/reference/spc, by the project's conventions and by those of qicharts2). It ends with 1 if anything differs.
`TAVLE_PROPERTIES=long pytest tests/properties` is the long run of the properties.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from indicators import spc
from indicators.spc.conformance import qicharts2
from indicators.spc.conformance.outcome import Verdict
from tests.indicators.spc import test_charts
from tests.properties import spc_plain
from tests.properties.spc_series import AXES, CHARTS, PROFILES, frame_of
from tests.properties.test_spc_engines import table_of

SEED = 20140711
PLAIN_CHARTS = ["run", "i", "p", "u", "c"]
"""Charts whose lines between centre and limit the plain loops work out themselves."""


def engines(n_batches: int) -> Counter[tuple[str, str]]:
    """numba and NumPy on batches of 60 series: every chart, profile and axis."""
    found: Counter[tuple[str, str]] = Counter()
    for chart in CHARTS:
        draw = random.Random(f"{SEED} {chart}")
        is_share = spc.CHARTS[chart].kind is spc.ValueKind.PROPORTION
        for number in range(n_batches):
            call: dict[str, Any] = {
                "by": "unit",
                "chart": chart,
                "profile": draw.choice(
                    [*PROFILES, "mdc:shift=5,trend=4,two_of_three=classic", "nelson:shift=4,trend=3"]
                ),
                "centre": draw.choice([None, None, 0.0, 0.5 if is_share else 5.0]),
                "screen_moving_ranges": draw.random() < 0.7,
                "multiply": draw.choice([1, 100, 0.3]),
            }
            table = table_of(draw.randrange(10**6), chart, draw.choice(AXES), 60)
            if not spc.CHARTS[chart].needs_denominator and draw.random() < 0.5:
                call["n"] = None
            plain, compiled = (spc.analyse_many(table, engine=engine, **call) for engine in spc.ENGINES)
            is_same = plain.equals(compiled)
            found[chart, "same" if is_same else "different"] += 1
            if not is_same:
                differs = [name for name in plain if not plain[name].equals(compiled[name])]
                print(f"engines differ: {chart} batch {number}: {differs} {call}")
    return found


def rules(n_series: int) -> Counter[tuple[str, str]]:
    """Runs, rules and signals of random series against plain loops."""
    draw, found = random.Random(SEED), Counter[tuple[str, str]]()
    for number in range(n_series):
        chart, profile, size = draw.choice(PLAIN_CHARTS), draw.choice(PROFILES), draw.randint(1, 70)
        axis = draw.choice(["number", "number", "date", "category"])
        marks = {
            name: [draw.randint(1, size + 2) for _ in range(draw.randint(0, 3))]
            for name in ("phases", "freeze", "exclude")
        }
        frame = frame_of(draw.randrange(2**32), chart, size, axis=axis)
        result = spc.analyse(frame, chart=chart, profile=profile, **marks)  # type: ignore[arg-type]
        differences = spc_plain.differences(result, has_order=axis != "category")
        found[profile, "different" if differences else "same"] += 1
        if differences:
            print(f"rules differ: series {number} {chart} {profile} {marks}: {differences[:3]}")
    return found


def charts(n_calls: int, *, as_qicharts2: bool) -> Counter[tuple[str, str]]:
    """Calls with random options against the second version of the charts."""
    draw, found = random.Random(SEED + as_qicharts2), Counter[tuple[str, str]]()
    for number in range(n_calls):
        held = qicharts2.check(test_charts._random_case(draw, number, as_qicharts2=as_qicharts2))
        found[held.chart, held.verdict.value] += 1
        if held.verdict is Verdict.DISAGREES or (held.verdict is not Verdict.AGREES and not as_qicharts2):
            print(f"charts differ: {held.case_id}: {held.differences}")
    return found


def _table(found: Counter[tuple[str, str]]) -> str:
    rows = pd.Series(found).unstack(fill_value=0)
    rows.loc["all"] = rows.sum()
    return rows.to_string()


def main(share: float = 1.0) -> int:
    tables = {
        "engines: batches of 60 series": engines(max(int(150 * share), 1)),
        "rules and runs: series": rules(max(int(20_000 * share), 1)),
        "charts by the conventions of the project: calls": charts(max(int(10_000 * share), 13), as_qicharts2=False),
        "charts as in qicharts2: calls": charts(max(int(10_000 * share), 13), as_qicharts2=True),
    }
    for title, found in tables.items():
        print(f"\n{title}\n{_table(found)}")
    wrong = {"different", Verdict.DISAGREES.value}
    return int(any(outcome in wrong for found in tables.values() for _, outcome in found))


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0))

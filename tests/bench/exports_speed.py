"""How long a board pack of twelve series takes, form by form, and how large it is: figures, never a test.

    .venv/bin/python tests/bench/exports_speed.py

Each form is written once to warm up (imports, letters, icons), then five times; the middle time counts. Reading the
twelve series is timed by itself, with an empty memory and with a warm one.
"""

from __future__ import annotations

import resource
import sys
import time
from datetime import date, datetime
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dashboards.exports.forms import FORMS, write_pack, write_series
from dashboards.presenters.board_pack import Pack, read_pack
from dashboards.presenters.exported import Origin
from dashboards.selection import Selection
from data import demo
from data.access import SYSTEM
from data.queries import states
from data.store import Store

TODAY, NOW = date(2026, 11, 23), datetime(2026, 11, 23, 5, 15)
SERIES, TIMES = 12, 5


def read(store: Store, keys: list[tuple[str, str]]) -> tuple[Pack, float]:
    origin = Origin.of(store, now=NOW, timezone="Europe/Copenhagen", address="https://tavle.example")
    began = time.perf_counter()
    pack = read_pack(store, SYSTEM, keys, Selection(unit="NOH"), today=TODAY, origin=origin)
    return pack, time.perf_counter() - began


def timed(write: object, *given: object) -> tuple[float, int]:
    content = write(*given)  # type: ignore[operator]
    spent = []
    for _time in range(TIMES):
        began = time.perf_counter()
        content = write(*given)  # type: ignore[operator]
        spent.append(time.perf_counter() - began)
    return median(spent), len(content)


def main() -> None:
    store = Store.open("duckdb:///:memory:", create=True)
    store.migrate()
    demo.build(store)
    keys = [(one.indicator_code, one.unit_code) for one in states.of_units(store, SYSTEM) if one.unit_code == "NOH"]
    keys = (keys + [(code, "NOH-KIR") for code, _unit in keys])[:SERIES]
    pack, cold = read(store, keys)
    pack, warm = read(store, keys)
    print(f"reading {SERIES} series: {cold:.2f} s cold, {warm:.2f} s warm")
    print(f"{'form':<6}{'pack s':>8}{'pack kB':>9}{'one s':>8}{'one kB':>8}")
    for code in FORMS:
        seconds, size = timed(write_pack, code, pack)
        one_seconds, one_size = timed(write_series, code, pack.sheets[0])
        print(f"{code:<6}{seconds:>8.2f}{size / 1000:>9.0f}{one_seconds:>8.2f}{one_size / 1000:>8.0f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"most memory of the process: {peak:.0f} MB")


if __name__ == "__main__":
    main()

"""Every series of the demo in every form, in both languages, against what is stored: minutes, no test.

.venv/bin/python tests/simulation/one_signal.py [how many series]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dashboards.text import use_language
from data import demo
from data.access import SYSTEM
from data.queries import states
from data.store import Store
from tests.dashboards.test_one_signal import heavy_faults, light_faults, sheet_of

AT_ONCE = 30


def main(most: int) -> int:
    store = Store.open("duckdb:///:memory:", create=True)
    store.migrate()
    demo.build(store)
    faults: list[str] = []
    found = states.of_units(store, SYSTEM)[:most]
    began = time.perf_counter()
    for language in ("da", "en"):
        with use_language(language):
            for first in range(0, len(found), AT_ONCE):
                pairs = [(sheet_of(store, state), state) for state in found[first : first + AT_ONCE]]
                faults += [fault for pair in pairs for fault in light_faults(*pair)] + heavy_faults(pairs)
    for fault in faults:
        print(fault)
    seconds = time.perf_counter() - began
    print(f"{len(found)} series, 2 languages, page and 7 forms: {len(faults)} disagree ({seconds:.0f} s)")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))

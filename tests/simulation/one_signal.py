"""Every series of the demo in every form, in both languages, against what is stored: minutes, no test.

nice -n 10 .venv/bin/python tests/simulation/one_signal.py [how many series]

Prints by form how many series were compared and how many of them agree; ends with 1 where one does not.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dashboards.text import use_language
from data import demo, digest
from data.access import SYSTEM
from data.queries import states
from data.states import SeriesState
from data.store import Store
from tests.dashboards.test_one_signal import Compared, board_says, heavy_forms, light_forms, mail_says, sheet_of

AT_ONCE = 30  # series in a pack


def main(most: int) -> int:
    store = Store.open("duckdb:///:memory:", create=True)
    store.migrate()
    demo.build(store)
    digest.MOST_PER_PART = 10_000
    found = states.of_units(store, SYSTEM)
    began = time.process_time()
    compared: Counter[str] = Counter()
    agreed: Counter[str] = Counter()
    for language in ("da", "en"):
        with use_language(language):
            for form, fault in every_form(store, found, found[:most]):
                compared[form] += 1
                agreed[form] += not fault
                if fault:
                    print(language, fault, flush=True)
    print(f"{min(most, len(found))} of {len(found)} series, 2 languages, {time.process_time() - began:.0f} s of work")
    for form, count in compared.items():
        print(f"{form:8} {agreed[form]:5} of {count:5} agree")
    return 0 if agreed == compared else 1


def every_form(store: Store, everything: Sequence[SeriesState], some: Sequence[SeriesState]) -> Iterator[Compared]:
    yield from board_says(store, everything)
    yield from mail_says(store, everything)
    for first in range(0, len(some), AT_ONCE):
        pairs = [(sheet_of(store, state), state) for state in some[first : first + AT_ONCE]]
        for pair in pairs:
            yield from light_forms(*pair)
        yield from heavy_forms(pairs)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))

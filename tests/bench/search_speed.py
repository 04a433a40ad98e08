"""How long Ctrl+K takes at 2,000 units: `python tests/bench/search_speed.py FILE`.

FILE is a demo store (`var/demo.duckdb`); it is copied, 2,000 departments with their series are put into the copy, and
sixteen questions, misspelt ones among them, are asked twice. The first question of a day also reads all names.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, func, select, text

from dashboards.pages import PageRecord, Registry
from dashboards.presenters.search import find
from dashboards.selection import Selection
from data.access import Grant, Role, viewer_with
from data.schema import series_state, unit
from data.store import Store

QUESTIONS = (
    "", "k", "ki", "kir", "kirurgisk", "kirugi", "sepsis", "sepsis hjerte", "medicin afst", "tryksår medicinsk",
    "indberet nyre", "mål 5", "hopsital", "tavlemøde", "xyzzy qq", "afdelnig 1777",
)  # fmt: skip
PAGES = Registry((PageRecord("/", "Overblik", print, order=1), PageRecord("/indberet", "Indberet", print, order=3)))
UNITS = """
    INSERT INTO unit BY NAME SELECT * EXCLUDE (i) REPLACE (
        'X' || i AS code, 'Afdeling ' || ['Rød', 'Blå', 'Øre', 'Hjerte', 'Lunge', 'Nyre'][i % 6 + 1] || ' ' || i
        AS name_da, 'Department ' || i AS name_en, 'A' || i AS short_name
    ) FROM unit, range(2000) t(i) WHERE code = 'NOH-KIR'"""
STATES = """
    INSERT INTO series_state BY NAME SELECT * EXCLUDE (i) REPLACE ('X' || i AS unit_code)
    FROM series_state, range(2000) t(i) WHERE unit_code = 'NOH-KIR'"""


def main(original: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.duckdb"
        shutil.copy(original, path)
        store = Store.open(f"duckdb:///{path}")

        def fill(connection: Connection) -> None:
            connection.execute(text(UNITS))
            connection.execute(text(STATES))

        store.write(fill)
        with store.read() as connection:
            grants = (Grant(Role.QUALITY_TEAM, "1084"),)
            viewer = viewer_with(connection, grants, account_id=1, email="team@example.dk", name="Team")
            counts = [connection.scalar(select(func.count()).select_from(table)) for table in (unit, series_state)]
        print(f"{counts[0]} units, {counts[1]} series")
        for name in ("first", "again"):
            took = []
            for question in QUESTIONS:
                begun = time.perf_counter()
                find(store, viewer, PAGES, question, here=Selection(), today=date(2026, 11, 23))
                took.append((time.perf_counter() - begun) * 1000)
            print(f"{name}: median {statistics.median(took):.1f} ms, longest {max(took):.0f} ms")
        store.close()


if __name__ == "__main__":
    main(sys.argv[1])

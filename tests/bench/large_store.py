"""Stores for the speed of the board: the same 480 cells on a small board and in the middle of a nation's.

`python tests/bench/large_store.py small FILE` makes 1 hospital with 11 departments, 40 indicators and 60 months;
`… national FILE` puts the same 480 series in a store of about 2,000 units and 100 indicators over 10 years (24 million
observations; some ten minutes and 2 GB of disk). Everything is drawn with a fixed seed and marked as simulated. Both
have the sign-in of `LEADER`, who leads the hospital.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy import Connection, insert, select

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from data import accounts, catalogue, states  # noqa: E402 - the script runs from anywhere
from data.access import SYSTEM, Grant, Role  # noqa: E402
from data.schema import delivery, indicator, observation, series, unit  # noqa: E402
from data.store import Store, bulk_insert, write_info  # noqa: E402

TODAY, NOW = date(2026, 11, 23), datetime(2026, 11, 23, 5, 15)
HOSPITAL = "BENCH"
LEADER, PASSWORD = "leder@maaling.example", "kun-til-maaling-2026"
SHOWN_INDICATORS, SHOWN_DEPARTMENTS = 40, 11
SIZES = {"small": (0, 40, 60), "national": (1_990, 100, 120)}  # units besides the hospital's, indicators, months
SEED = 20261123
AT_ONCE = 100  # units written and worked out in one transaction


def indicator_code(number: int) -> str:
    return f"B{number:03d}"


def make(path: Path, size: str) -> None:
    """Fill a new store at `path`."""
    n_others, n_indicators, n_months = SIZES[size]
    store = Store.open(f"duckdb:///{path}", create=True)
    store.migrate()
    others = [f"U{number:04d}" for number in range(n_others)]

    def prepare(connection: Connection) -> None:
        catalogue.load(connection)
        parents = list(connection.scalars(select(unit.c.code).where(unit.c.kind == "hospital").order_by(unit.c.code)))
        rows = [_unit(HOSPITAL, "hospital", "Målehospital", "1084")]
        rows += [
            _unit(f"{HOSPITAL}-{n:02d}", "department", f"Afdeling {n}", HOSPITAL) for n in range(SHOWN_DEPARTMENTS)
        ]
        rows += [
            _unit(code, "department", f"Afdeling {code}", parents[i % len(parents)]) for i, code in enumerate(others)
        ]
        bulk_insert(connection, unit, pd.DataFrame(rows))
        bulk_insert(connection, indicator, pd.DataFrame([_indicator(n) for n in range(n_indicators)]))
        connection.execute(insert(delivery).values(
            id=1, receipt="T-2026-000001", account_id=1, file_name="", sha256="", origin="demo", state="committed",
            note="", n_new=0, n_changed=0, n_unchanged=0, findings=[], recorded_at=NOW,
        ))  # fmt: skip
        write_info(connection, "is_demo", "true")
        write_info(connection, "today", TODAY.isoformat())

    store.write(prepare)
    accounts.create(
        store,
        SYSTEM,
        email=LEADER,
        name="Mette Måler",
        password=PASSWORD,
        now=NOW,
        grants=[Grant(Role.LEADER, HOSPITAL)],
    )
    rng = np.random.default_rng(SEED)
    shown = [HOSPITAL, *(f"{HOSPITAL}-{n:02d}" for n in range(SHOWN_DEPARTMENTS))]
    _fill(store, shown, SHOWN_INDICATORS, n_months, rng)
    for number, some in enumerate(_groups(others), start=1):
        began = time.perf_counter()
        _fill(store, some, n_indicators, n_months, rng)
        sys.stdout.write(f"{number * AT_ONCE} of {n_others} units, {time.perf_counter() - began:.1f} s\n")
    store.close()


def _groups(codes: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(codes), AT_ONCE):
        yield codes[start : start + AT_ONCE]


def _fill(store: Store, units: list[str], n_indicators: int, n_months: int, rng: np.random.Generator) -> None:
    """Observations of every indicator in these units, and what the board says about them."""
    codes = [indicator_code(number) for number in range(n_indicators)]
    months = pd.date_range(end=date(2026, 10, 1), periods=n_months, freq="MS").date
    n_series = len(units) * n_indicators
    denominators = rng.integers(60, 400, (n_series, n_months))
    level = rng.uniform(0.6, 0.9, (n_series, 1))
    # One series in ten gets better halfway through, so that there are signals to draw.
    better = (rng.random((n_series, 1)) < 0.1) * (np.arange(n_months) >= n_months - 14) * 0.08
    numerators = rng.binomial(denominators, level + better)
    pairs = [(code, one) for one in units for code in codes]
    rows = pd.DataFrame(
        {
            "indicator_code": np.repeat([code for code, _unit in pairs], n_months),
            "indicator_version": 1,
            "unit_code": np.repeat([one for _code, one in pairs], n_months),
            "period_start": np.tile(months, n_series),
            "period_kind": "month",
            "numerator": numerators.ravel().astype(float),
            "denominator": denominators.ravel().astype(float),
            "note": "",
            "delivery_id": 1,
            "recorded_at": NOW,
        }
    )

    def write(connection: Connection) -> None:
        bulk_insert(connection, observation, rows)
        followed = pd.DataFrame(pairs, columns=["indicator_code", "unit_code"])
        bulk_insert(connection, series, followed.assign(starts_on=months[0], owner="Mette Måler"))
        states.recalculate(connection, pairs, today=TODAY, now=NOW)

    store.write(write)


def _unit(code: str, kind: str, name: str, parent: str) -> dict[str, object]:
    return {
        "code": code, "kind": kind, "sector": "regional", "name_da": name, "name_en": name, "short_name": name,
        "parent_code": parent, "valid_from": date(2007, 1, 1), "is_demo": True, "note": "", "source": "",
    }  # fmt: skip


def _indicator(number: int) -> dict[str, object]:
    name = f"Måling nr. {number + 1}"
    texts = {
        f"{text}_{language}": name
        for text in ("name", "definition", "numerator", "denominator")
        for language in ("da", "en")
    }
    return texts | {
        "code": indicator_code(number), "version": 1, "scope": "local", "goal_number": number % 8 + 1,
        "has_denominator": True, "per": 100.0, "unit_of_measure_da": "%", "unit_of_measure_en": "%", "direction": "up",
        "role": "process", "chart": "p", "profile": "anhoej", "decimals": 1, "open_periods": 0, "period": "month",
        "verification": "own", "levels": "", "frequency": "", "data_source": "", "owner": "Mette Måler", "checker": "",
        "valid_from": date(2007, 1, 1), "is_demo": True, "note_da": "", "note_en": "", "source": "",
    }  # fmt: skip


def main() -> None:
    if len(sys.argv) != 3 or sys.argv[1] not in SIZES:
        raise SystemExit("python tests/bench/large_store.py small|national FILE")
    path = Path(sys.argv[2])
    if path.exists():
        raise SystemExit(f"{path} is there already: name a new file")
    make(path, sys.argv[1])
    sys.stdout.write(f"{path}: {path.stat().st_size / 1e6:.0f} MB\n")


if __name__ == "__main__":
    main()

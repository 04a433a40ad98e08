"""A small world in the store: one region, two hospitals, three departments, one municipality, two indicators."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Connection, insert

from data.access import Grant, Role, Viewer, viewer_with
from data.schema import cohort, cohort_unit, delivery, indicator, observation, participant, series, unit
from data.store import Store, bulk_insert
from data.withdrawal import record_event

LONG_AGO = date(2007, 1, 1)

UNITS = {  # code: kind, sector, name, parent, valid from, valid to, successor
    "DK": ("nation", "national", "Danmark", None, LONG_AGO, None, None),
    "R": ("region", "regional", "Region Prøve", "DK", LONG_AGO, date(2026, 12, 31), "NY"),
    "NY": ("region", "regional", "Region Ny", "DK", date(2027, 1, 1), None, None),
    "H1": ("hospital", "regional", "Ådal Hospital", "R", LONG_AGO, None, None),
    "H2": ("hospital", "regional", "Bakke Hospital", "R", LONG_AGO, None, None),
    "H1-A": ("department", "regional", "Kirurgisk Afdeling", "H1", LONG_AGO, None, None),
    "H1-B": ("department", "regional", "Medicinsk Afdeling", "H1", LONG_AGO, None, None),
    "H1-C": ("department", "regional", "Øjenafdelingen", "H1", LONG_AGO, None, None),
    "H2-A": ("department", "regional", "Kirurgisk Afdeling", "H2", LONG_AGO, None, None),
    "901": ("municipality", "municipal", "Prøve Kommune", "R", LONG_AGO, None, None),
}


def indicator_row(code: str, **changes: object) -> dict[str, object]:
    texts = ("name", "definition", "numerator", "denominator", "unit_of_measure", "note")
    return {
        **{f"{text}_{language}": f"{text} {code}" for text in texts for language in ("da", "en")},
        "unit_of_measure_da": "%",
        "unit_of_measure_en": "%",
        "code": code,
        "version": 1,
        "scope": "local",
        "has_denominator": True,
        "per": 100,
        "direction": "up",
        "role": "process",
        "chart": "run",
        "profile": "anhoej",
        "decimals": 1,
        "open_periods": 0,
        "period": "month",
        "verification": "own",
        "levels": "",
        "frequency": "",
        "data_source": "",
        "owner": "",
        "checker": "",
        "is_demo": False,
        "source": "",
        **changes,
    }


@dataclass
class World:
    """The store with a small world in it, and short ways to fill it."""

    store: Store
    ids: list[int] = field(default_factory=list)

    def deliver(
        self,
        figures: Iterable[tuple[str, str, date, float | None, float | None]],
        *,
        at: datetime = datetime(2026, 11, 5, 8, 0),
        receipt: str = "",
        account_id: int = 1,
    ) -> int:
        """One delivery of (indicator, unit, period, numerator, denominator); its id."""

        def write(connection: Connection) -> int:
            new = connection.scalar(
                insert(delivery)
                .values(
                    receipt=receipt or f"T-{len(self.ids) + 1}",
                    account_id=account_id,
                    file_name="oktober.csv",
                    sha256="0" * 64,
                    origin="file",
                    state="committed",
                    note="",
                    n_new=0,
                    n_changed=0,
                    n_unchanged=0,
                    findings=[],
                    recorded_at=at,
                )
                .returning(delivery.c.id)
            )
            names = ["indicator_code", "unit_code", "period_start", "numerator", "denominator"]
            rows = pd.DataFrame(list(figures), columns=names).assign(
                indicator_version=1, period_kind="month", note="", delivery_id=new, recorded_at=at
            )
            bulk_insert(connection, observation, rows)
            return int(new)

        self.ids.append(self.store.write(write))
        return self.ids[-1]

    def deliver_months(
        self, indicator_code: str, unit_code: str, first: date, *numerators: float | None, out_of: float | None = 100.0,
        **details: object,
    ) -> int:  # fmt: skip
        """One delivery of consecutive months of one series; None as numerator leaves the month empty."""
        starts = pd.date_range(first, periods=len(numerators), freq="MS").date
        return self.deliver(
            [
                (indicator_code, unit_code, day, numerator, None if numerator is None else out_of)
                for day, numerator in zip(starts, numerators, strict=True)
            ],
            **details,
        )

    def withdraw(self, delivery_id: int, at: datetime) -> None:
        self.store.write(
            lambda connection: record_event(connection, delivery_id, "withdrawn", reason="", author="", at=at)
        )

    def follow(self, indicator_code: str, unit_code: str, starts_on: date, ends_on: date | None = None) -> None:
        row = {"indicator_code": indicator_code, "unit_code": unit_code, "starts_on": starts_on, "ends_on": ends_on}
        self.store.write(lambda connection: connection.execute(insert(series).values(owner="Ida Holm", **row)))

    def viewer(self, role: Role, unit_code: str | None = None, cohort_code: str | None = None) -> Viewer:
        with self.store.read() as connection:
            grants = (Grant(role, unit_code, cohort_code),)
            return viewer_with(connection, grants, account_id=1, email="ida@example.dk", name="Ida Holm")


@pytest.fixture(scope="session")
def made_world(stores_to_copy: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the small world, made once: filling one takes five times as long as copying it."""

    def write(connection: Connection) -> None:
        for code, (kind, sector, name, parent, valid_from, valid_to, successor) in UNITS.items():
            connection.execute(
                insert(unit).values(
                    code=code, kind=kind, sector=sector, name_da=name, name_en=name, short_name=code,
                    parent_code=parent, valid_from=valid_from, valid_to=valid_to, successor_code=successor,
                    is_demo=False, note="", source="",
                )
            )  # fmt: skip
        connection.execute(insert(indicator).values(indicator_row("SCREEN")))
        connection.execute(
            insert(indicator).values(
                indicator_row("FALD", has_denominator=False, per=1, chart="c", direction="down")
                | {"unit_of_measure_da": "fald", "unit_of_measure_en": "falls"}
            )
        )
        for code, number in (("1", 1), ("2", 2)):
            connection.execute(
                insert(cohort).values(
                    code=code, number=number, name_da=f"Hold {code}", name_en=f"Cohort {code}",
                    dates_as_published="", is_demo=False, note="", source="",
                )
            )  # fmt: skip
        for code, unit_code in (("1", "H1-A"), ("1", "901"), ("2", "H1-B")):
            connection.execute(
                insert(cohort_unit).values(cohort_code=code, unit_code=unit_code, starts_on=date(2026, 1, 1))
            )
            connection.execute(
                insert(participant).values(
                    cohort_code=code, name=f"Leder {unit_code}", title="", unit_code=unit_code, is_demo=False
                )
            )

    path = tmp_path_factory.mktemp("world") / "world.duckdb"
    shutil.copy(stores_to_copy["empty"], path)
    store = Store.open(f"duckdb:///{path}")
    store.write(write)
    store.close()
    return path


@pytest.fixture
def world(made_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    path = tmp_path_factory.mktemp("world") / "world.duckdb"
    shutil.copy(made_world, path)
    store = Store.open(f"duckdb:///{path}")
    yield World(store)
    store.close()
    path.unlink(missing_ok=True)

"""A small board for the way in: catalogue, three local indicators of different kinds, and people who may deliver."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Connection, insert, select

from data import catalogue, schema
from data.access import Viewer, load_viewer
from data.store import Store, bulk_insert
from etl import pipeline
from etl.limits import Limits
from etl.report import Receipt, Report

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LIMITS = Limits()

# code, period, has_denominator, per, chart, minimum, maximum
LOCAL = [
    ("TRYKSAAR", "month", True, 100, "p", 0, 100),
    ("KLAGER", "month", False, 1, "c", 0, None),
    ("TEMPERATUR", "week", False, 1, "i", -10, 50),
    ("VENTETID", "quarter", True, 1, "i", None, None),
]
PEOPLE = [
    ("team@noh.dk", "quality_team", "NOH"),
    ("team@rh.dk", "quality_team", "1084"),
    ("leder@noh.dk", "leader", "NOH"),
    ("admin@tavle.dk", "administrator", None),
]


def _add_local(connection: Connection) -> None:
    columns = schema.indicator.columns
    rows = []
    for code, period, has_denominator, per, chart, minimum, maximum in LOCAL:
        row: dict[str, object] = {
            column.name: False if isinstance(column.type, schema.Boolean) else ""
            for column in columns
            if not column.nullable
        }
        row |= {"code": code, "version": 1, "scope": "local", "name_da": code.title(), "name_en": f"{code.title()} en"}
        row |= {"has_denominator": has_denominator, "per": per, "chart": chart, "period": period}
        row |= {"unit_of_measure_da": "%", "unit_of_measure_en": "%", "direction": "down", "role": "outcome"}
        row |= {"decimals": 0, "open_periods": 0, "verification": "own", "profile": "anhoej"}
        row |= {"minimum": minimum, "maximum": maximum}
        rows.append(row)
    bulk_insert(connection, schema.indicator, pd.DataFrame(rows))


def _add_people(connection: Connection) -> None:
    for email, role, unit in PEOPLE:
        connection.execute(
            insert(schema.account).values(
                email=email,
                name=email,
                title="",
                password_hash="",
                is_active=True,
                created_at=datetime(2026, 1, 1),
            )
        )
        account_id = connection.scalar(select(schema.account.c.id).where(schema.account.c.email == email))
        connection.execute(insert(schema.role_grant).values(account_id=account_id, role=role, unit_code=unit))


def contents(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, to see that nothing at all has changed."""
    with store.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in schema.metadata.sorted_tables
        }


@dataclass
class Board:
    """A store with one person in front of it; `check` and `deliver` take the text of a file."""

    store: Store
    viewer: Viewer
    options: dict[str, object] = field(default_factory=dict)

    def as_(self, email: str) -> Board:
        return Board(self.store, load_viewer(self.store, email))

    def check(self, text: str | bytes, file_name: str = "okt.csv", **options) -> Report:
        content = text if isinstance(text, bytes) else text.encode()
        settings = {"today": TODAY, "limits": LIMITS} | options
        return pipeline.check(self.store, self.viewer, content, file_name, **settings)

    def deliver(self, text: str | bytes, file_name: str = "okt.csv", **options) -> tuple[Report, Receipt | None]:
        content = text if isinstance(text, bytes) else text.encode()
        settings = {"today": TODAY, "limits": LIMITS, "now": NOW} | options
        return pipeline.deliver(self.store, self.viewer, content, file_name, **settings)


@pytest.fixture(scope="session")
def made_board(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of a board, made once; loading the catalogue for every test would take most of their time."""
    path = tmp_path_factory.mktemp("board") / "tavle.duckdb"
    store = Store.open(f"duckdb:///{path}", create=True)
    store.migrate()
    store.write(catalogue.load)
    store.write(_add_local)
    store.write(_add_people)
    store.close()
    return path


def _copy(made: Path, folder: Path) -> Iterator[Board]:
    copy = folder / "tavle.duckdb"
    shutil.copyfile(made, copy)
    store = Store.open(f"duckdb:///{copy}")
    yield Board(store, load_viewer(store, "team@noh.dk"))
    store.close()


@pytest.fixture
def own_board(made_board: Path, tmp_path: Path) -> Iterator[Board]:
    yield from _copy(made_board, tmp_path)


@pytest.fixture
def board(own_board: Board) -> Board:
    """A board of one's own; a file whose tests only check makes it the shared one."""
    return own_board


@pytest.fixture(scope="module")
def shared_board(made_board: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """One board for the tests of a file that only check: what one of them delivered, the others would see."""
    yield from _copy(made_board, tmp_path_factory.mktemp("shared"))


@pytest.fixture
def contents_of() -> Callable[[Store], dict[str, list[tuple[object, ...]]]]:
    return contents

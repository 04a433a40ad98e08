"""One built demo for all tests of this folder: building takes seconds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import pytest
from sqlalchemy import Table, select

from data.demo import DemoSummary, build
from data.store import Store
from tests.conftest import BuiltDemo


@dataclass(frozen=True)
class Built:
    """The built store with what the builder said about it."""

    store: Store
    summary: DemoSummary

    def rows(self, table: Table) -> pd.DataFrame:
        with self.store.read() as connection:
            result = connection.execute(select(table).order_by(*table.primary_key))
            return pd.DataFrame(result.all(), columns=list(result.keys()))


def build_in_memory(**wishes: object) -> Built:
    store = Store.open("duckdb:///:memory:", create=True)
    store.migrate()
    return Built(store, build(store, **wishes))  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def demo(built_demo: BuiltDemo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    path = tmp_path_factory.mktemp("demo") / "demo.duckdb"
    shutil.copy(built_demo.path, path)
    built = Built(Store.open(f"duckdb:///{path}"), built_demo.summary)
    yield built
    built.store.close()

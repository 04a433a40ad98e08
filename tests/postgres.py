"""The tests of the data floor on a PostgreSQL server instead of DuckDB files.

    TAVLE_TEST_POSTGRES=postgresql+psycopg://tavle@127.0.0.1:5432 .venv/bin/pytest -p tests.postgres tests/data

The server is one to throw away: a database is made for every store of a test (a copied file is a copied database), and
dropped when the store is closed. It needs `psycopg`, which is no part of the project's own packages. What DuckDB alone
has (one process a file, backups by copying, threads) is skipped, with that reason.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from data.store import Store

SERVER = os.environ.get("TAVLE_TEST_POSTGRES", "")
ONLY_DUCKDB = {
    "tests/data/test_store.py": "locks, files, threads and settings of DuckDB",
    "tests/data/test_shelf.py::test_an_answer_is_worked_out_again_after": "where others write too, no answer is kept",
    "tests/data/catalogue/test_load.py::test_loading_takes_less_than_two_seconds": "a time of DuckDB",
}
BUT = ("test_migrations_make_exactly_the_tables_of_the_schema",)

_made_names: list[str] = []


def _do(statement: str) -> None:
    server = create_engine(make_url(SERVER).set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(statement))
    server.dispose()


def _made(template: str = "template0") -> str:
    name = f"tavle_{uuid4().hex}"
    _made_names.append(name)
    _do(f"CREATE DATABASE {name} TEMPLATE {template}")
    return name


def _database_of(path: Path) -> str:
    """The name of the database that a file stands for: it is all that is in it."""
    try:
        name = path.read_text("ascii") if path.is_file() and path.stat().st_size == 38 else ""
    except UnicodeDecodeError:
        return ""
    return name if name.startswith("tavle_") else ""


@pytest.fixture(scope="session", autouse=True)
def _on_postgres() -> Iterator[None]:
    if not SERVER:
        raise pytest.UsageError("TAVLE_TEST_POSTGRES names no server")
    opened = Store.open.__func__  # type: ignore[attr-defined]
    copied, unlinked = shutil.copy, Path.unlink

    def open_(cls: type[Store], url: str, **options: Any) -> Store:
        place = Path(url.removeprefix("duckdb:///"))
        name = _database_of(place)
        if not name and url == "duckdb:///:memory:":
            name = _made()
        elif not name and url.startswith("duckdb:") and options.get("create"):
            name = _made()
            place.write_text(name, "ascii")
        if not name:
            return opened(cls, url, **options)
        return opened(cls, make_url(SERVER).set(database=name).render_as_string(hide_password=False), **options)

    def copy(source: Any, target: Any, **options: Any) -> Any:
        end = copied(source, target, **options)
        if template := _database_of(Path(source)):
            name = _made(template)
            Path(end).write_text(name, "ascii")
        return end

    def unlink(path: Path, missing_ok: bool = False) -> None:
        if name := _database_of(path):
            _do(f"DROP DATABASE {name} WITH (FORCE)")
        unlinked(path, missing_ok)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "open", classmethod(open_))
        patch.setattr(shutil, "copy", copy)
        patch.setattr(Path, "unlink", unlink)
        yield
    for name in _made_names:
        _do(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        reason = next((why for start, why in ONLY_DUCKDB.items() if item.nodeid.startswith(start)), "")
        if reason and item.name not in BUT:
            item.add_marker(pytest.mark.skip(reason=reason))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.write_line(f"{len(_made_names)} databases were made on PostgreSQL")

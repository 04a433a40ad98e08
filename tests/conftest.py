"""Fixtures every floor's tests share: a store of one's own, the reference material, viewers made from grants."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from data.access import Grant, Role, Viewer, viewer_with
from data.store import Store

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def empty_store() -> Iterator[Store]:
    """A fresh store in memory with all tables and nothing in them."""
    store = Store.open("duckdb:///:memory:", create=True)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def store(empty_store: Store) -> Store:
    """A fresh store in memory with the catalogue loaded: goals, indicators, targets, units, cohorts, figures."""
    from data import catalogue

    empty_store.write(catalogue.load)
    return empty_store


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder with reference cases and domain files (TAVLE_SHARED, else `shared` beside the project)."""
    folder = Path(os.environ.get("TAVLE_SHARED") or ROOT.parent / "shared")
    if not (folder / "reference").is_dir():
        pytest.skip(
            f"no reference material in {folder}; set TAVLE_SHARED to the folder that holds reference/ and domain/"
        )
    return folder


ViewerFor = Callable[..., Viewer]


@pytest.fixture
def viewer_for(request: pytest.FixtureRequest) -> ViewerFor:
    """Makes viewers without accounts.

    `viewer_for("leader", "NOH")`, `viewer_for("evaluator", cohort="1")`, `viewer_for("administrator")`: for the `store`
    fixture, or for the store given as `store=`.
    """

    def make(
        role: str | Role,
        unit: str | None = None,
        *,
        cohort: str | None = None,
        account_id: int = 1,
        store: Store | None = None,
    ) -> Viewer:
        grants = (Grant(Role(role), unit, cohort),)
        with (store or request.getfixturevalue("store")).read() as connection:
            return viewer_with(
                connection, grants, account_id=account_id, email=f"{role}@example.dk", name=f"Test {role}"
            )

    return make

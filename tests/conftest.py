"""Fixtures every floor's tests share: a store of one's own, the reference material, viewers made from grants."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from argon2 import PasswordHasher

from data import passwords
from data.access import Grant, Role, Viewer, viewer_with
from data.store import Store
from tests import workers

ROOT = Path(__file__).resolve().parent.parent

# The suite draws the same examples everywhere and always: what is green here is green there.
# `--hypothesis-profile=wide` draws new ones each time.
hypothesis.settings.register_profile("suite", derandomize=True, database=None)
hypothesis.settings.register_profile("wide", derandomize=False, print_blob=True)
hypothesis.settings.load_profile("suite")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long groups first, see `tests.workers`."""
    items.sort(key=lambda item: workers.order(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> workers.Groups:
    """Whatever `--dist` says: see `tests.workers`."""
    config.option.loadscopereorder = False
    return workers.Groups(config, log)


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Hashing is slow on purpose; tests hash a hundred passwords that protect nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture(scope="session")
def stores_to_copy(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An empty store and one with the catalogue, made once: a copy takes 20 ms, making one anew half a second."""
    from data import catalogue

    folder = tmp_path_factory.mktemp("stores")
    paths = {}
    for name in ("empty", "catalogue"):
        paths[name] = folder / f"{name}.duckdb"
        made = Store.open(f"duckdb:///{paths[name]}", create=True)
        made.migrate()
        if name == "catalogue":
            made.write(catalogue.load)
        made.close()
    return paths


def _copy(original: Path, folder: Path) -> Iterator[Store]:
    path = folder / original.name
    shutil.copy(original, path)
    store = Store.open(f"duckdb:///{path}")
    yield store
    store.close()
    path.unlink(missing_ok=True)


@pytest.fixture
def empty_store(stores_to_copy: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A fresh store of one's own with all tables and nothing in them."""
    yield from _copy(stores_to_copy["empty"], tmp_path_factory.mktemp("store"))


@pytest.fixture
def store(stores_to_copy: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A fresh store of one's own with the catalogue loaded: goals, indicators, targets, units, cohorts, figures."""
    yield from _copy(stores_to_copy["catalogue"], tmp_path_factory.mktemp("store"))


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

"""Fixtures every floor's tests share: a store of one's own, the reference material, viewers made from grants."""

from __future__ import annotations

import gc
import os
import pickle
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

# As the product does, and before NumPy comes: its threads would share two processors with the other workers.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import hypothesis
import pytest
from argon2 import PasswordHasher

from data import passwords
from data import store as store_module
from data.access import Grant, Role, Viewer, viewer_with
from data.store import Store
from tests import workers
from tests.shared import made_once

if TYPE_CHECKING:
    from data.demo import DemoSummary

ROOT = Path(__file__).resolve().parent.parent

# What is imported and collected stays until the end. Looking through it again and again for garbage was a sixth of the
# suite's work: it is not looked through while it grows, and put aside when it is there.
gc.disable()


def pytest_collection_finish() -> None:
    """From here on garbage is collected, among what the tests make."""
    gc.collect()
    gc.freeze()
    gc.enable()


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


@pytest.fixture(scope="module", autouse=True)
def _one_thread_per_query(request: pytest.FixtureRequest) -> Iterator[None]:
    """Small stores are asked on one thread: handing a few rows to a second one is a seventh of the suite's work.

    Where many ask at once, it has the threads it has in use.
    """
    path = request.path.relative_to(ROOT).as_posix()
    with pytest.MonkeyPatch.context() as patch:
        if path != "tests/data/test_store.py":
            patch.setitem(store_module._DUCKDB_CONFIG, "threads", 1)
        yield


@pytest.fixture(scope="session")
def stores_to_copy(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An empty store and one with the catalogue, made once: a copy takes 20 ms, making one anew half a second."""
    from data import catalogue

    def make(folder: Path) -> None:
        made = Store.open(f"duckdb:///{folder / 'empty.duckdb'}", create=True)
        made.migrate()
        made.close()
        shutil.copy(folder / "empty.duckdb", folder / "catalogue.duckdb")
        made = Store.open(f"duckdb:///{folder / 'catalogue.duckdb'}")
        made.write(catalogue.load)
        made.close()

    folder = made_once(tmp_path_factory, "stores", make)
    return {name: folder / f"{name}.duckdb" for name in ("empty", "catalogue")}


@dataclass(frozen=True)
class BuiltDemo:
    """The demo as `tavle demo` builds it: its file, to be copied, and what the builder said about it."""

    path: Path
    summary: DemoSummary


@pytest.fixture(scope="session")
def built_demo(tmp_path_factory: pytest.TempPathFactory) -> BuiltDemo:
    """The demo, built once for the servers of the journeys and for its own tests: it takes four seconds."""
    import commands
    from data import demo

    def make(folder: Path) -> None:
        told: list[DemoSummary] = []
        build = demo.build
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TAVLE_VAR", str(folder))
            patch.setattr(demo, "build", lambda *given, **named: told.append(build(*given, **named)))
            commands._build_demo(commands._settings(mode="demo"), rebuild=False, lang="en")
        (folder / "summary.pickle").write_bytes(pickle.dumps(told[0]))

    folder = made_once(tmp_path_factory, "demo", make)
    return BuiltDemo(folder / "demo.duckdb", pickle.loads((folder / "summary.pickle").read_bytes()))


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

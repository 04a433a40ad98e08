"""One board with four people and their tokens, and a machine that asks it. No browser, no session."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from werkzeug.test import TestResponse

from app import create_app
from dashboards.pages import Registry
from data import accounts, passwords, tokens
from data.access import SYSTEM, Grant, Role, load_viewer
from data.store import Store
from settings import Settings

NOW = datetime(2026, 11, 1, 8, 0)
TODAY = date(2026, 11, 23)
PASSWORD = "en lang adgangskode"
NO_PAGES = Registry((), ())
PEOPLE = {
    "team": Grant(Role.QUALITY_TEAM, "NOH"),
    "leader": Grant(Role.LEADER, "NOH"),
    "other": Grant(Role.QUALITY_TEAM, "AHH"),
    "admin": Grant(Role.ADMINISTRATOR),
}


@pytest.fixture(scope="session")
def api_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        var=tmp_path_factory.mktemp("var"),
        today=TODAY,
        secret_key="a key for tests only",
        upload_limit_mb=0.2,
        sign_in_attempts="1000 per minute",
    )


@pytest.fixture(scope="module")
def api_store(stores_to_copy: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store per file of tests, with the catalogue and the people."""
    path = tmp_path_factory.mktemp("store") / "api.duckdb"
    shutil.copy(stores_to_copy["catalogue"], path)
    store = Store.open(f"duckdb:///{path}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        for name, grant in PEOPLE.items():
            email = f"{name}@example.dk"
            accounts.create(store, SYSTEM, email=email, name=f"Test {name}", password=PASSWORD, now=NOW, grants=[grant])
    yield store
    store.close()


@pytest.fixture(scope="module")
def api_tokens(api_store: Store) -> dict[str, str]:
    """A token per person."""
    return {
        name: tokens.make(api_store, load_viewer(api_store, f"{name}@example.dk"), name="test", now=NOW).text
        for name in PEOPLE
    }


@pytest.fixture(scope="module")
def board(api_settings: Settings, api_store: Store) -> Flask:
    return create_app(api_settings, api_store, registry=NO_PAGES, with_static=False).server


@dataclass
class Machine:
    """A program that asks with somebody's token."""

    server: Flask
    tokens: dict[str, str] = field(repr=False)

    def ask(self, method: str, path: str, who: str | None = "team", language: str = "da", **more: Any) -> TestResponse:
        headers = {"Accept-Language": language, **more.pop("headers", {})}
        if who is not None:
            headers["Authorization"] = f"Bearer {self.tokens.get(who, who)}"
        return self.server.test_client(use_cookies=False).open(f"/api/v1{path}", method=method, headers=headers, **more)

    def get(self, path: str, who: str | None = "team", **more: Any) -> TestResponse:
        return self.ask("GET", path, who, **more)

    def post(self, path: str, who: str | None = "team", **more: Any) -> TestResponse:
        return self.ask("POST", path, who, **more)

    def deliver(self, csv: str | bytes, who: str | None = "team", query: str = "", **more: Any) -> TestResponse:
        content_type = more.pop("content_type", "text/csv; charset=utf-8")
        data = csv.encode() if isinstance(csv, str) else csv
        return self.post(f"/deliveries{query}", who, data=data, content_type=content_type, **more)


@pytest.fixture
def machine(board: Flask, api_tokens: dict[str, str]) -> Machine:
    return Machine(board, api_tokens)


@pytest.fixture
def fresh_machine(api_settings: Settings, api_store: Store, api_tokens: dict[str, str]) -> Callable[..., Machine]:
    """A board with other settings or counts of its own."""

    def make(**changes: Any) -> Machine:
        settings = api_settings.model_copy(update=changes)
        return Machine(create_app(settings, api_store, registry=NO_PAGES, with_static=False).server, api_tokens)

    return make

"""A board with three small pages of its own, so that the shell is tested whatever the real pages do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from argon2 import PasswordHasher
from dash import Dash, Input, Output, html
from flask.testing import FlaskClient
from markupsafe import Markup
from werkzeug.test import TestResponse

from app import create_app
from dashboards.components.markup import Html
from dashboards.context import current_viewer
from dashboards.pages import PageRecord, Registry
from dashboards.selection import Selection
from dashboards.text import language
from data import accounts, catalogue, passwords
from data.access import SYSTEM, Grant, Role, Viewer
from data.errors import NotAllowed, NotFound
from data.store import Store, write_info
from indicators.words import Words
from settings import Settings

NOW = datetime(2026, 11, 1, 8, 0)
TODAY = date(2026, 11, 23)
PASSWORD = "en lang adgangskode"
PEOPLE = {
    "leder@tavle.example": ("Maja Havreled", None, Grant(Role.LEADER, unit_code="NOH")),
    "hvidovre@tavle.example": ("Ole Lund", None, Grant(Role.LEADER, unit_code="AHH")),
    "team@tavle.example": ("Rikke Mose", "en", Grant(Role.QUALITY_TEAM, unit_code="1084")),
    "admin@tavle.example": ("Ida Holm", None, Grant(Role.ADMINISTRATOR)),
    "ingen@tavle.example": ("Per Ny", None, Grant(Role.EVALUATOR, cohort_code=None)),
}


def _front(selection: Selection) -> html.Div:
    who = current_viewer().name
    return html.Div([html.H1("Forside"), html.P(f"{who} {selection.unit} {selection.months} {language()}", id="told")])


def _indicator(selection: Selection, code: str) -> html.Div:
    if code == "BRUDT":
        raise ValueError("1203851234 er en hemmelighed")
    return html.Div([html.H1(f"Indikator {code}"), Html(html=Markup("<p>tal</p>"))])


def _exists(store: Store, viewer: Viewer, path_args: Mapping[str, str], selection: Selection) -> bool:
    code = path_args["code"]
    if code == "VAEK":
        raise NotFound(Words("Indikatoren findes ikke.", "There is no such indicator."))
    if code == "LUKKET":
        raise NotAllowed(Words("Kun for kvalitetsteamet.", "For the quality team only."))
    if code == "KNUST":
        raise RuntimeError("1203851234 er en hemmelighed")
    return code != "INTET"


def _callbacks(app: Dash) -> None:
    @app.callback(Output("told", "children"), Input("told", "n_clicks"), prevent_initial_call=True)
    def click(n_clicks: int) -> str:
        if n_clicks == 1:
            raise ValueError("1203851234 er en hemmelighed")
        if n_clicks == 2:
            raise NotAllowed(Words("Det må du ikke.", "You may not."))
        return "x" * n_clicks


def small_registry() -> Registry:
    module = ModuleType("small_pages")
    module.register_callbacks = _callbacks  # type: ignore[attr-defined]
    pages = (
        PageRecord("/", "Overblik", _front, icon="home", order=1, fields=("enhed", "periode")),
        PageRecord("/maal", "Nationale mål", _front, icon="goal", order=2, also=("/maal/<number>",)),
        PageRecord(
            "/indberet", "Indberet", _front, icon="upload", order=3, roles=frozenset({Role.QUALITY_TEAM}), fields=()
        ),
        PageRecord(
            "/indikator/<code>",
            "Indikator",
            _indicator,
            exists=_exists,
            title=lambda selection, code: f"Navn {code}",
            has_chart=True,
            looks_back=True,
        ),
    )
    return Registry(pages, (module,))


@pytest.fixture(scope="module", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Passwords hashed with the least argon2 allows: these tests sign in some hundred times."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="module")
def board_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        var=tmp_path_factory.mktemp("var"),
        mode="demo",
        today=TODAY,
        secret_key="a key for tests only",
        sign_in_attempts="5 per minute; 30 per hour",
    )


@pytest.fixture(scope="module")
def board_store(quick_hashes: None) -> Iterator[Store]:
    store = Store.open("duckdb:///:memory:", create=True)
    store.migrate()
    store.write(catalogue.load)
    store.write(lambda connection: write_info(connection, "is_demo", "true"))
    for email, (name, chosen, grant) in PEOPLE.items():
        accounts.create(
            store, SYSTEM, email=email, name=name, password=PASSWORD, now=NOW, grants=[grant], language=chosen
        )
    yield store
    store.close()


@pytest.fixture(scope="module")
def board(board_settings: Settings, board_store: Store) -> Dash:
    return create_app(board_settings, board_store, registry=small_registry(), with_static=False)


@pytest.fixture
def fresh_board(board_settings: Settings, board_store: Store) -> Callable[..., Dash]:
    """A board of its own with other settings: its counts of failed sign-ins and its sessions are new."""

    def make(**changes: Any) -> Dash:
        settings = board_settings.model_copy(update=changes)
        return create_app(settings, board_store, registry=small_registry(), with_static=False)

    return make


@dataclass
class Visitor:
    """One person at one browser that runs no scripts."""

    client: FlaskClient

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, buffered=True, **more)  # read to the end, so that files are let go of

    def token(self) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/log-ind").text)
        assert found, "the sign-in page has no token"
        return found[1]

    def try_to_sign_in(self, email: str, password: str = PASSWORD, **form: str) -> TestResponse:
        return self.client.post(
            "/log-ind", data={"csrf_token": self.token(), "email": email, "password": password, **form}
        )

    def sign_in(self, email: str = "leder@tavle.example") -> Visitor:
        answer = self.try_to_sign_in(email)
        assert answer.status_code == 303
        self.get(answer.location)  # as a browser would; the page hands out the token for callbacks
        return self

    def sign_in_once(self) -> Visitor:
        return self if self.client.get_cookie("tavle_csrf") else self.sign_in()

    def cookie(self, name: str) -> str:
        cookie = self.client.get_cookie(name)
        assert cookie is not None, f"there is no cookie {name}"
        return cookie.value

    def callback(
        self, output: str, inputs: dict[str, Any], *, token: str | None = None, changed: str | None = None
    ) -> TestResponse:
        """Ask as Dash's renderer does: `output` is "id.property" or "..a.b...c.d..", inputs are by "id.property"."""

        def parts(name: str) -> dict[str, str]:
            owner, _, prop = name.rpartition(".")
            return {"id": owner, "property": prop}

        names = output.strip(".").split("...") if output.startswith("..") else [output]
        outputs: Any = [parts(name) for name in names]
        body = {
            "output": output,
            "outputs": outputs if output.startswith("..") else outputs[0],
            "inputs": [{**parts(name), "value": value} for name, value in inputs.items()],
            "changedPropIds": [changed or next(iter(inputs))],
        }
        headers = {"X-CSRFToken": self.cookie("tavle_csrf") if token is None else token}
        return self.client.post("/_dash-update-component", json=body, headers=headers)

    def show(self, pathname: str, search: str = "") -> dict[str, Any]:
        """What the page callback answers for an address inside the app."""
        answer = self.callback(
            "..content.children...page.data..",
            {"address.pathname": pathname, "address.search": search, "theme.data": None},
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.get_json()["response"]
        return found


@pytest.fixture
def visitor(board: Dash) -> Visitor:
    return Visitor(board.server.test_client())


@pytest.fixture
def another(board: Dash) -> Visitor:
    return Visitor(board.server.test_client())


@pytest.fixture
def visitor_of() -> Callable[[Dash], Visitor]:
    return lambda app: Visitor(app.server.test_client())


@pytest.fixture
def project() -> Path:
    return Path(__file__).resolve().parents[3]

"""What the evaluators' pages work out beside the request: once, for all of them, and never in the request itself."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from flask.testing import FlaskClient

from app import create_app
from dashboards.components.evaluation_page import BENCH
from dashboards.presenters import evaluation_report
from dashboards.presenters.background_jobs import Jobs
from dashboards.presenters.evaluation_effect import EffectWork, question_of
from dashboards.presenters.evaluation_work import AnalysisWork, Around
from dashboards.presenters.exported import Origin
from dashboards.selection import Selection
from data import accounts
from data.access import SYSTEM, Grant, Role, load_viewer
from data.store import Store
from settings import Settings
from tests.conftest import BuiltDemo

TODAY, NOW = date(2026, 11, 23), datetime(2026, 11, 23, 9, 0)
PASSWORD = "bøg og ahorn i vinden"
ASKED = Selection(indicator="AFLYST")


@pytest.fixture(scope="module")
def board(built_demo: BuiltDemo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("work") / "demo.duckdb"
    shutil.copy(built_demo.path, path)
    store = Store.open(f"duckdb:///{path}")
    yield store
    store.close()


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every analysis that is worked out, by the name of its thread."""
    found: list[str] = []
    run = evaluation_report.run

    def counted(*arguments: Any) -> Any:
        found.append(threading.current_thread().name)
        return run(*arguments)

    monkeypatch.setattr(evaluation_report, "run", counted)
    return found


def around(store: Store) -> Around:
    return Around(TODAY, (12, 12), Origin.of(store, now=NOW, timezone="Europe/Copenhagen", address=""))


def test_the_card_the_effect_and_another_reader_share_one_analysis(board: Store, runs: list[str]) -> None:
    bench: Jobs[Any] = Jobs("evaluation")
    effects, cards = EffectWork(bench), AnalysisWork(bench)
    viewer = load_viewer(board, "evaluator@tavle.example")
    question = question_of(board, viewer, ASKED)
    asked = evaluation_report.asked(board, viewer, ASKED)
    one = effects.start(board, viewer, question)
    other = cards.start(board, viewer, asked, around(board))
    assert cards.start(board, viewer, asked, around(board)) is other
    assert one.wait(60) and other.wait(60)
    assert (one.fault, other.fault) == (None, None)
    assert len(runs) == 1
    kept = cards.found(board, viewer, asked, around(board), None)
    assert kept is not None
    assert kept.sensitivity is one.answer.sensitivity
    assert vars(kept)["fingerprint"] == other.answer.fingerprint
    assert cards.found(board, load_viewer(board, "forsker@tavle.example"), asked, around(board), None) is None
    board.write(lambda connection: None)
    assert cards.found(board, viewer, asked, around(board), None) is None
    assert bench.close()


@pytest.fixture(scope="module")
def app(board: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dash]:
    grants = [Grant(Role.EVALUATOR)]
    accounts.create(board, SYSTEM, email="x@example.dk", name="Ida", password=PASSWORD, now=NOW, grants=grants)
    var: Path = tmp_path_factory.mktemp("var")
    settings = Settings(var=var, mode="demo", today=TODAY, secret_key="a key for tests only")
    made = create_app(settings, board, with_static=False)
    yield made
    assert made.server.extensions[BENCH].close()


@pytest.fixture(scope="module")
def open_page(app: Dash) -> Callable[[str], str]:
    """What the browser gets to draw for an address."""
    client: FlaskClient = app.server.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/log-ind").text)
    assert token is not None
    client.post("/log-ind", data={"csrf_token": token[1], "email": "x@example.dk", "password": PASSWORD})
    client.get("/evaluering")
    cookie = client.get_cookie("tavle_csrf")
    assert cookie is not None

    def call(address: str) -> str:
        path, _mark, query = address.partition("?")
        if path.endswith((".zip", ".html")):
            answer = client.get(address)
            return f"{answer.status_code} {answer.headers.get('Location', answer.mimetype)}"
        names = [("address", "pathname", path), ("address", "search", f"?{query}"), ("theme", "data", None)]
        body = {
            "output": "..content.children...page.data..",
            "outputs": [{"id": "content", "property": "children"}, {"id": "page", "property": "data"}],
            "inputs": [{"id": name, "property": part, "value": value} for name, part, value in names],
            "changedPropIds": ["address.pathname"],
        }
        sent = client.post("/_dash-update-component", json=body, headers={"X-CSRFToken": cookie.value})
        assert sent.status_code == 200
        return sent.text

    return call


def settled(app: Dash) -> None:
    """Wait until nothing runs at the bench."""
    for job in list(app.server.extensions[BENCH]._running):
        assert job.wait(60)


def test_the_card_stands_before_its_analysis_and_a_report_is_fetched_after_it(
    app: Dash, open_page: Callable[[str], str], runs: list[str]
) -> None:
    query = "?v=1&maaling=AFLYST&udelad=3"
    before = open_page(f"/evaluering/analyser{query}")
    assert "analyseres" in before
    assert "Hent rapport" not in before
    settled(app)
    after = open_page(f"/evaluering/analyser{query}")
    assert "Hent rapport" in after
    assert "analyseres" not in after
    assert set(runs) == {"evaluation"}, "nothing is worked out in the thread of a request"
    assert open_page(f"/evaluering/rapport.html{query}") == "200 text/html"


def test_a_report_whose_analysis_is_not_there_leads_to_the_page_that_works_it_out(
    open_page: Callable[[str], str], runs: list[str]
) -> None:
    assert open_page("/evaluering/rapport.zip?v=1&maaling=AFLYST&udelad=0") == (
        "303 /evaluering/analyser?v=1&vis=tal&maaling=AFLYST&udelad=0"
    )
    assert open_page("/evaluering/rapport.zip?v=1&program=findesikke&maaling=X").startswith("303 ")
    assert runs == []

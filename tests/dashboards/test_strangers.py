"""What a leader of one hospital gets of another: by addresses, files, callbacks posted by hand, search and short links.

And what a reader who owns nothing gets of small numbers: two boards that differ in hidden figures alone say the same.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from pypdf import PdfReader
from sqlalchemy import func, select, update

from app import create_app
from data import accounts, schema
from data.access import SYSTEM, Grant, Role
from data.queries import observations
from data.schema import observation
from data.states import recalculate
from data.store import Store
from settings import Settings
from tests.conftest import BuiltDemo

TODAY, NOW = date(2026, 11, 23), datetime(2026, 11, 23, 8, 0)
PASSWORD = "en lang adgangskode"
FOREIGN = "219"  # a municipality; the leader's own is Nordsjællands Hospital
SMALL = ("TRYKSAAR", "AAUH-MED")  # a department with fewer than five in many months


class Board:
    """One server over a copy of the demo, and one person signed in to it."""

    def __init__(self, demo: BuiltDemo, folder: Path, name: str, grant: Grant) -> None:
        path = folder / f"{name}.duckdb"
        shutil.copy(demo.path, path)
        self.store = Store.open(f"duckdb:///{path}")
        accounts.create(
            self.store, SYSTEM, email="x@example.dk", name="Ida", password=PASSWORD, now=NOW, grants=[grant]
        )
        settings = Settings(var=folder / f"var-{name}", mode="demo", today=TODAY, secret_key="a key for tests only")
        self.app: Dash = create_app(settings, self.store, with_static=False)
        self.client = self.app.server.test_client()
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get("/log-ind").text)
        assert token is not None
        self.client.post("/log-ind", data={"csrf_token": token[1], "email": "x@example.dk", "password": PASSWORD})
        self.client.get("/")

    def post(self, trigger: str, value: object, of: str = "", **state: object) -> str:
        """What the callback that `trigger` starts answers; `of` is a part of its outputs, where several start."""
        key, made = next(
            (name, one) for name, one in self.app.callback_map.items()
            if of in name and f"{trigger}'" in str([f"{p['id']}.{p['property']}" for p in one["inputs"]])
        )  # fmt: skip
        given = {trigger: value, **state}
        parts = [one.rsplit(".", 1) for one in key.strip(".").split("...")]
        outputs = [{"id": name, "property": what} for name, what in parts]

        def filled(part: dict[str, Any]) -> dict[str, Any]:
            return {**part, "value": given.get(f"{part['id']}.{part['property']}")}

        body = {
            "output": key, "outputs": outputs if key.startswith("..") else outputs[0],
            "inputs": [filled(one) for one in made["inputs"]], "state": [filled(one) for one in made["state"]],
            "changedPropIds": [trigger],
        }  # fmt: skip
        cookie = self.client.get_cookie("tavle_csrf")
        assert cookie is not None
        answer = self.client.post("/_dash-update-component", json=body, headers={"X-CSRFToken": cookie.value})
        return answer.text

    def page(self, path: str, query: str) -> str:
        told = {"address.search": query, "theme.data": None}
        return self.post("address.pathname", path, "content.children", **told)

    def counts(self) -> dict[str, int]:
        with self.store.read() as it:
            tables = [one for one in schema.metadata.sorted_tables if one.name not in ("account", "audit_event")]
            return {one.name: int(it.scalar(select(func.count()).select_from(one)) or 0) for one in tables}


@pytest.fixture(scope="module")
def leader(built_demo: BuiltDemo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    board = Board(built_demo, tmp_path_factory.mktemp("stranger"), "leader", Grant(Role.LEADER, "NOH"))
    yield board
    board.store.close()


def test_no_address_or_callback_of_the_evaluators_answers_a_leader(leader: Board) -> None:
    before = leader.counts()
    rules = [str(rule) for rule in leader.app.server.url_map.iter_rules() if str(rule).startswith("/evaluering")]
    files = [rule.replace("<form>", "zip").replace("<snapshot>", "a41f9c03b2d1") for rule in rules]
    assert len(files) >= 5
    pages = ["/evaluering", "/evaluering/effekt", "/evaluering/analyser", "/evaluering/frosne", "/evaluering/grupper"]
    for path in [*files, *pages]:
        answer = leader.client.get(path + "?v=1")
        assert answer.status_code == 403, path
        assert "E-0" not in answer.text, path
    for trigger, view in (
        ("analyses-plan.pressed", {"query": "?v=1", "seen": False}),
        ("snapshots-form.pressed", "?v=1"),
    ):
        pressed = {"name": "write", "values": {"question": "Virkede det?", "title": "Min"}}
        told = leader.post(trigger, pressed, **{f"{trigger.split('-')[0]}-view.data": view})
        assert "Evaluering er for evaluatorer" in told or "Det kan du ikke" in told or '"error"' in told, told[:300]
    assert leader.counts() == before


def test_nothing_of_another_unit_is_told_kept_or_changed(leader: Board) -> None:
    before, query = leader.counts(), f"?v=1&enhed={FOREIGN}"
    values = observations.current(leader.store, SYSTEM, "FOREBYG", FOREIGN)["denominator"]
    secrets = {f"{value:g}" for value in values if value > 2100}  # no year, and nothing else of a page
    assert len(secrets) > 10
    told = []
    for ending in ("csv", "xlsx", "svg", "png", "html", "pdf", "pptx"):
        answer = leader.client.get(f"/indikator/FOREBYG.{ending}{query}&pr=2025-01-01")
        assert answer.status_code == 403, ending
        told.append(answer.text)
    for path in ("/indikator/FOREBYG", "/", "/tavlemoede", "/tavlepakke", "/forloeb", "/indberet/komplethed"):
        assert leader.client.get(path + query).status_code == 403, path
        told.append(leader.page(path, query))
    for path in ("/overblik.csv", "/overblik.xlsx", "/indberet/komplethed.csv"):
        assert leader.client.get(path + query).status_code == 403, path
    view = {"code": "FOREBYG", "query": query, "narrow": False, "periods": []}
    typed = {"text": "x", "starts": "2026-05-01", "month": "2025-05-01", "reason": "x"}
    for step in ("note", "phase", "phase-off", "out", "in", "pin", "agenda", "short", "note-off 7"):
        pressed = {"name": step, "values": {"what": step, **typed}, "at": 1}
        told.append(leader.post("indicator-form.pressed", pressed, **{"indicator-view.data": view}))
        assert "indicator-parts" not in told[-1], step
    told.append(leader.post("indicator-ask.data", {"what": "phase", "at": 1}, **{"indicator-view.data": view}))
    told += [leader.post("indicator-view.data", view, of) for of in ("outlook", "sisters")]
    for name in ("begin", "add", "end 1", "stand FOREBYG 219"):
        pressed = {"name": name, "values": {"add": "FOREBYG 219"}, "at": 1}
        told.append(leader.post("meeting-do.pressed", pressed, **{"meeting-of.data": {"query": query}}))
    for name in ("seen FOREBYG 219", "agenda FOREBYG 219"):
        told.append(leader.post("overview-do.pressed", {"name": name, "values": {}, "at": 1},
                                **{"overview-choices.data": query}))  # fmt: skip
    assert leader.counts() == before
    assert not [secret for secret in secrets for text in told if re.search(rf"(?<!\d){secret}(?!\d)", text)]


@pytest.fixture(scope="module")
def twins(built_demo: BuiltDemo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Board, Board, list[date]]]:
    """Two boards for an evaluator; in the second every hidden numerator of one series is another small number."""
    folder, grant = tmp_path_factory.mktemp("twins"), Grant(Role.EVALUATOR, None)
    one, other = (Board(built_demo, folder, name, grant) for name in ("one", "other"))
    frame = observations.current(one.store, SYSTEM, *SMALL)
    small = [day for day, count in zip(frame["period_start"], frame["numerator"], strict=True) if 1 <= count <= 3]

    def alter(connection: Any, by: int) -> None:
        columns = observation.c
        is_small = (
            (columns.indicator_code == SMALL[0]) & (columns.unit_code == SMALL[1]) & columns.numerator.between(1, 3)
        )
        connection.execute(update(observation).where(is_small).values(numerator=columns.numerator + by))
        recalculate(connection, [SMALL], today=TODAY, now=NOW)

    one.store.write(lambda it: alter(it, 0))
    other.store.write(lambda it: alter(it, 1))
    yield one, other, small
    for board in (one, other):
        board.store.close()


def read(content: bytes) -> object:
    """What a file holds, without when it was made: the parts of Office files, the text of PDF."""
    if content.startswith(b"PK"):
        files = zipfile.ZipFile(io.BytesIO(content))
        return {name: read(files.read(name)) for name in files.namelist() if "docProps" not in name}
    if content.startswith(b"%PDF"):
        return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
    return content


def test_small_numbers_change_nothing_that_a_stranger_is_told(twins: tuple[Board, Board, list[date]]) -> None:
    one, other, small = twins
    code, unit = SMALL
    counts = [list(observations.current(board.store, SYSTEM, code, unit)["numerator"]) for board in (one, other)]
    assert len(small) > 5 and sum(a != b for a, b in zip(*counts, strict=True)) == len(small), "the figures do differ"
    query = f"?v=1&enhed={unit}&periode=alle"
    for ending in ("csv", "xlsx", "svg", "html", "pptx", "pdf"):
        files = [read(board.client.get(f"/indikator/{code}.{ending}{query}").data) for board in (one, other)]
        assert files[0] and without_clock(files[0]) == without_clock(files[1]), ending
    view = {"code": code, "query": query, "narrow": False, "periods": []}
    for path in (f"/indikator/{code}", "/", "/tavlepakke", "/forloeb/AELDRE", "/maal/3"):
        assert one.page(path, query) == other.page(path, query), path
    for of in ("outlook", "sisters"):
        assert one.post("indicator-view.data", view, of) == other.post("indicator-view.data", view, of)
    asked = {"what": "point", "about": small[0].isoformat(), "at": 1}
    said = [board.post("indicator-ask.data", asked, **{"indicator-view.data": view}) for board in (one, other)]
    assert said[0] == said[1] and json.loads(said[0])["response"]
    for path in ("/overblik.csv", "/overblik.xlsx"):
        assert read(one.client.get(path + query).data) == read(other.client.get(path + query).data), path


def without_clock(what: object) -> object:
    """Files that say when they were taken out may differ by a minute."""
    if isinstance(what, dict):
        return {name: without_clock(one) for name, one in what.items()}
    if isinstance(what, list):
        return [re.sub(r"\d\d[.:]\d\d", "", str(page)) for page in what]
    return re.sub(rb"\d\d[.:]\d\d", b"", what) if isinstance(what, bytes) else what

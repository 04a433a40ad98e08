"""Who is let in at /api/v1, what everybody else is told, and that the document says what is there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from structlog.testing import capture_logs

from api.v1 import ENDPOINTS, NAME, problems
from api.v1.models import Encoding
from data import accounts, tokens
from data.access import SYSTEM, load_viewer
from data.errors import StoreUnavailable
from data.store import LOCKED, Store
from etl.extract.delimited import ENCODINGS
from tests.api.conftest import NOW, PASSWORD, Machine

CLOSED = [endpoint for endpoint in ENDPOINTS if not endpoint.is_open]


def path_of(endpoint) -> str:
    return endpoint.path.format(receipt="T-2026-000001", indicator="HAI-BAC", unit="NOH")


@pytest.mark.parametrize("endpoint", CLOSED, ids=lambda endpoint: endpoint.name)
def test_every_endpoint_but_the_document_asks_for_a_token(machine: Machine, endpoint) -> None:
    for who in (None, "tavle_forkert", ""):
        answer = machine.ask(endpoint.method, path_of(endpoint), who)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.get_json()["type"] in (problems.NO_TOKEN.address, problems.WRONG_TOKEN.address)
    token = machine.tokens["team"]
    for header in (token, f"Basic {token}", f"Bearer {token}x", "Bearer", f"Bearer {token[:-1]}", f"Token {token}"):
        answer = machine.ask(endpoint.method, path_of(endpoint), None, headers={"Authorization": header})
        assert answer.status_code == 401, header
    assert machine.ask("GET", f"/units?token={token}", None).status_code == 401, "an address ends in logs"


def test_the_session_of_a_browser_does_not_count(board: Flask, machine: Machine) -> None:
    client = board.test_client()
    form = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/log-ind").text)
    assert form
    signed_in = client.post("/log-ind", data={"csrf_token": form[1], "email": "team@example.dk", "password": PASSWORD})
    assert signed_in.status_code == 303
    assert client.get("/api/v1/units").status_code == 401
    sent = client.post("/api/v1/deliveries", data="indikator;enhed;periode;tæller;nævner", content_type="text/csv")
    assert sent.status_code == 401, "no page of another site can have a browser deliver"
    assert "Set-Cookie" not in machine.get("/units").headers


def test_a_token_that_ended_is_not_let_in_any_more(machine: Machine, api_store: Store) -> None:
    team = load_viewer(api_store, "team@example.dk")
    new = tokens.make(api_store, team, name="kort", now=NOW - timedelta(days=10), days=9)
    assert machine.get("/units", new.text).status_code == 401, "expired"
    new = tokens.make(api_store, team, name="BI", now=NOW)
    assert machine.get("/units", new.text).status_code == 200
    tokens.revoke(api_store, team, new.token.prefix, now=NOW)
    assert machine.get("/units", new.text).status_code == 401, "revoked"
    accounts.set_active(api_store, SYSTEM, "leader@example.dk", False, now=NOW)
    assert machine.get("/units", "leader").status_code == 401, "the account is closed"
    accounts.set_active(api_store, SYSTEM, "leader@example.dk", True, now=NOW)
    assert machine.get("/units", "leader").status_code == 200


def test_failed_tokens_are_counted_and_a_good_one_behind_the_same_address_is_still_heard(
    fresh_machine: Callable[..., Machine],
) -> None:
    machine = fresh_machine(sign_in_attempts="3 per minute")
    statuses = [machine.get("/units", f"tavle_samesame{number}").status_code for number in range(5)]
    assert statuses == [401, 401, 401, 429, 429]
    blocked = machine.get("/units", "tavle_samesame9")
    assert 0 < int(blocked.headers["Retry-After"]) <= 60
    assert blocked.get_json()["type"] == problems.TOO_MANY_FAILURES.address
    assert machine.get("/units").status_code == 200
    assert machine.get("/units", "tavle_another").status_code == 401, "another machine makes mistakes of its own"


@pytest.mark.parametrize("path", ["/typo", "/units/", "/units/NOH", "/deliveries/x/y", "", "/openapi", "//units"])
def test_an_address_that_is_none_is_404_in_json_for_everybody(machine: Machine, path: str) -> None:
    for who in (None, "team"):
        for method in ("GET", "POST", "DELETE"):
            answer = machine.ask(method, path, who)
            assert (answer.status_code, answer.content_type) == (404, "application/problem+json"), method
    assert machine.get("/typo", language="en").get_json()["title"] == "Not found"
    assert machine.get("/typo", language="da, en;q=0.5").headers["Content-Language"] == "da"


def test_a_method_an_address_does_not_take_is_405_and_says_which_it_takes(machine: Machine) -> None:
    for method, path, allow in (
        ("POST", "/units", "GET, HEAD"),
        ("OPTIONS", "/units", "GET, HEAD"),
        ("DELETE", "/deliveries", "GET, HEAD, POST"),
        ("GET", "/deliveries/T-2026-000001/withdrawal", "POST"),
        ("TRACE", "/openapi.json", "GET, HEAD"),
    ):
        answer = machine.ask(method, path)
        assert (answer.status_code, answer.headers["Allow"]) == (405, allow)


def test_an_error_of_ours_has_a_reference_and_no_trace(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> None:
        raise ValueError("0101901234 er en hemmelighed")

    monkeypatch.setattr("data.queries.units.visible", breaks)
    with capture_logs() as logged:
        answer = machine.get("/units")
    told = answer.get_json()
    assert (answer.status_code, told["type"]) == (500, problems.FAILED.address)
    assert re.fullmatch(r"TV-\w{4}-\w{3}", told["reference"])
    assert told["instance"] == f"urn:tavle:{told['reference']}"
    assert [(one["reference"], one["place"]) for one in logged] == [(told["reference"], "GET /units")]
    assert "hemmelighed" not in answer.text + str(logged)
    assert "Traceback" not in answer.text


def test_a_store_that_cannot_be_reached_is_503(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def is_gone(*_: object, **__: object) -> None:
        raise StoreUnavailable(LOCKED, path="x", process="")

    monkeypatch.setattr("data.tokens.verify", is_gone)
    answer = machine.get("/units")
    assert (answer.status_code, answer.get_json()["type"]) == (503, problems.NO_STORE.address)


def test_every_route_is_in_the_document_and_every_path_of_the_document_is_a_route(
    machine: Machine, board: Flask
) -> None:
    document = machine.get("/openapi.json", None).get_json()
    assert document["openapi"] == "3.1.0"
    routes = {
        (method, re.sub(r"<(\w+)>", r"{\1}", rule.rule).removeprefix("/api/v1"))
        for rule in board.url_map.iter_rules()
        if rule.endpoint.startswith(f"{NAME}.")
        for method in rule.methods - {"HEAD"}
    }
    told = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert routes == told
    assert len(routes) == len(ENDPOINTS) >= 13
    assert board.url_map.bind("x").match("/api/v1/units") == (f"{NAME}.list_units", {})


def test_the_document_is_whole_and_says_everything_in_two_languages(machine: Machine) -> None:
    texts = {}
    for language in ("da", "en"):
        document = machine.get("/openapi.json", None, language=language).get_json()
        text = str(document)
        assert "x-da" not in text
        references = set(re.findall(r"#/components/schemas/([\w\[\]]+)", text))
        assert references <= set(document["components"]["schemas"])
        for path, methods in document["paths"].items():
            for operation in methods.values():
                assert operation["summary"] and operation["operationId"], path
                statuses = set(operation["responses"])
                assert {"400", "500", "503"} <= statuses
                assert ("401" in statuses) is (operation.get("security") != [])
        texts[language] = document["paths"]["/deliveries"]["post"]["summary"]
    assert texts["da"].startswith("Indberet")
    assert texts["en"].startswith("Deliver")


def test_every_kind_of_problem_has_words_and_an_address_of_its_own() -> None:
    addresses = [kind.address for kind in problems.ALL]
    assert len(addresses) == len(set(addresses))
    assert all(kind.title.da and kind.title.en and kind.detail.da and kind.detail.en for kind in problems.ALL)


def test_the_encodings_in_the_document_are_those_that_are_read() -> None:
    assert set(Encoding.__args__) <= set(ENCODINGS)  # type: ignore[attr-defined]


def test_the_guide_names_every_endpoint_and_every_kind_of_problem() -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text("utf-8")
    assert re.findall(r"^\| (GET|POST) \| `([^`]+)` \|", guide, re.MULTILINE) == [
        (endpoint.method, endpoint.path) for endpoint in ENDPOINTS
    ]
    kinds = guide.split("urn:tavle:problem:…", 1)[1].split("##", 1)[0]
    told = [
        (slug, int(line[-2]))
        for line in (row.split("|") for row in kinds.splitlines() if row.startswith("| `"))
        for slug in re.findall(r"`([\w-]+)`", line[1])
    ]
    assert told == [(kind.slug, kind.status) for kind in sorted(problems.ALL, key=lambda kind: kind.status)]

"""Short addresses, the door of the search box, the glossary and the statement, as the server answers them."""

from __future__ import annotations

from typing import Any

import pytest
from dash import Dash
from sqlalchemy import insert, select

from dashboards.permalinks import share
from data import short_addresses
from data.schema import short_address
from data.store import Store
from tests.dashboards.shell.conftest import NOW

LONG = "/maal/5?v=1&enhed=NOH&periode=60&hold=2&rolle=outcome&sektor=regional"


def test_a_long_address_gets_a_short_one_that_leads_to_it(board: Dash, visitor: Any, board_store: Store) -> None:
    with board.server.test_request_context("/"):
        one, again = share(LONG), share(LONG + "&utm=x#her")
    code = one.short.rpartition("/")[2]
    assert one == again and one.full.endswith("sektor=regional&rolle=outcome")
    assert len(one.short) < len(one.full)
    with board_store.read() as connection:
        assert len(connection.execute(select(short_address).where(short_address.c.code == code)).all()) == 1
    first = visitor.get(f"/k/{code}")
    assert first.status_code == 302 and first.location == f"/log-ind?next=/k/{code}".replace("/k/", "%2Fk%2F")
    visitor.sign_in()
    answer = visitor.get(f"/k/{code}")
    assert answer.status_code == 302
    assert answer.location == "/maal/5?v=1&enhed=NOH&periode=60&hold=2&sektor=regional&rolle=outcome"


def test_an_address_that_is_short_stays_as_it_is(board: Dash) -> None:
    with board.server.test_request_context("/"):
        assert share("/maal/5").short == share("/maal/5").full == "http://localhost/maal/5"


@pytest.mark.parametrize(
    "address", ["//evil.example/maal", "https://evil.example", "/findes-ikke", "", "/log-ud", "/maal?x=0101901234"]
)
def test_what_is_no_page_of_the_board_is_not_shared(board: Dash, address: str) -> None:
    with board.server.test_request_context("/"), pytest.raises(ValueError, match="not a page"):
        share(address)


def test_no_code_leads_off_the_board(visitor: Any, board_store: Store) -> None:
    """Even if somebody got such an address into the table."""
    for number, address in enumerate(("//evil.example", "https://evil.example/", "/\\evil.example")):
        row = {"code": f"zzzzzz{number + 2}", "address": address, "created_at": NOW}
        board_store.write(lambda it, row=row: it.execute(insert(short_address).values(**row)))
        assert visitor.sign_in_once().get(f"/k/zzzzzz{number + 2}").status_code == 404
    answer = visitor.get("/k/findesikke")
    assert answer.status_code == 404 and "Siden findes ikke" in answer.text


def test_two_addresses_with_one_fingerprint_get_codes_of_their_own(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = short_addresses.code_of
    monkeypatch.setattr(
        short_addresses, "code_of", lambda address, length=7: "bcdfghj" if length == 7 else real(address, length)
    )
    codes = [short_addresses.keep(store, address, now=NOW) for address in ("/a", "/b", "/a", "/b")]
    assert codes[0] == codes[2] == "bcdfghj" and codes[1] == codes[3] and len(codes[1]) == 8
    assert [short_addresses.find(store, code) for code in codes[:2]] == ["/a", "/b"]


def test_the_search_box_is_answered_for_those_who_are_signed_in_with_their_token(visitor: Any) -> None:
    ask = {"q": "kirurgisk", "query": "?v=1&periode=60"}
    by_script = {"X-Requested-With": "XMLHttpRequest"}
    assert visitor.client.post("/soeg", json=ask, headers=by_script).status_code == 401
    visitor.sign_in()
    assert visitor.client.post("/soeg", json=ask, headers=by_script).status_code == 400  # without the token
    answer = visitor.client.post("/soeg", json=ask, headers={"X-CSRFToken": visitor.cookie("tavle_csrf")})
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    assert set(answer.get_json()) == {"hits", "said"}
    for odd in ([1], {"q": 5, "query": None}, {"q": "x" * 10_000}):
        answer = visitor.client.post("/soeg", json=odd, headers={"X-CSRFToken": visitor.cookie("tavle_csrf")})
        assert answer.status_code == 200 and len(answer.get_json()["hits"]) <= 12

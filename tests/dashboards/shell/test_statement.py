"""The accessibility statement: for everybody, in both languages, with the contact that is set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from dash import Dash
from pydantic import ValidationError

from app import create_app
from dashboards.pages import PageRecord, Registry, load_registry
from data.store import Store
from settings import Settings
from tests.every_page import forgotten


def test_whoever_cannot_sign_in_can_read_the_statement(
    visitor: Any, visitor_of: Callable[[Dash], Any], fresh_board: Callable[..., Dash]
) -> None:
    answer = visitor.get("/tilgaengelighed")
    assert answer.status_code == 200 and "TAVLE_ACCESSIBILITY_CONTACT" in answer.text
    assert 'name="enhed"' not in answer.text
    english = visitor.get("/tilgaengelighed", headers={"Accept-Language": "en"})
    assert "Accessibility statement for Tavle (draft)" in english.text
    told = visitor_of(
        fresh_board(
            accessibility_contact="web@region.example <b>",
            accessibility_phone="+45 00 00 00 00",
            accessibility_owner="Region Eksempel",
            accessibility_statement="https://was.example/tavle-dk",
        )
    )
    page = told.get("/tilgaengelighed").text
    assert "web@region.example &lt;b&gt;" in page and "+45 00 00 00 00" in page and "Region Eksempel vil gøre" in page
    assert "TAVLE_ACCESSIBILITY" not in page
    assert told.get("/was").headers["Location"] == "https://was.example/tavle-dk"
    assert visitor.get("/was").headers["Location"] == "/tilgaengelighed"


def test_an_address_of_the_statement_that_leads_nowhere_is_refused_at_the_start() -> None:
    with pytest.raises(ValidationError, match="write a whole address"):
        Settings(accessibility_statement="javascript:alert(1)")


def test_everybodys_footer_leads_to_the_statement_and_the_glossary(visitor: Any) -> None:
    page = visitor.sign_in().get("/").text
    assert 'href="/tilgaengelighed"' in page and 'href="/ordliste"' in page and 'id="find-q"' in page


def test_every_address_has_an_example_to_examine(board_settings: Settings, board_store: Store) -> None:
    """So that »every page« in the statement stays true: see tests/every_page.py."""
    rules = list(create_app(board_settings, board_store, with_static=False).server.url_map.iter_rules())
    assert forgotten(load_registry(), rules) == []
    page = PageRecord(path="/ny-side", name="Ny side", layout=lambda selection: None)
    assert forgotten(Registry((page,)), rules) == ["/ny-side"]

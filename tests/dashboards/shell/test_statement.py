"""The accessibility statement: for everybody, in both languages, with the contact that is set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import Dash


def test_whoever_cannot_sign_in_can_read_the_statement(
    visitor: Any, visitor_of: Callable[[Dash], Any], fresh_board: Callable[..., Dash]
) -> None:
    answer = visitor.get("/tilgaengelighed")
    assert answer.status_code == 200 and "TAVLE_ACCESSIBILITY_CONTACT" in answer.text
    assert 'name="enhed"' not in answer.text
    english = visitor.get("/tilgaengelighed", headers={"Accept-Language": "en"})
    assert "Accessibility statement for Tavle (draft)" in english.text
    told = visitor_of(fresh_board(accessibility_contact="web@region.example <b>")).get("/tilgaengelighed")
    assert "web@region.example &lt;b&gt;" in told.text and "TAVLE_ACCESSIBILITY_CONTACT" not in told.text


def test_everybodys_footer_leads_to_the_statement_and_the_glossary(visitor: Any) -> None:
    page = visitor.sign_in().get("/").text
    assert 'href="/tilgaengelighed"' in page and 'href="/ordliste"' in page and 'id="find-q"' in page

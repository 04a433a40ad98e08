"""The page where an administrator gives and takes back the two rights of evaluators."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from dash import Dash

from app import create_app
from dashboards.pages.evaluator_rights import Ids
from dashboards.presenters.evaluator_rights import PATH
from data import accounts
from data.access import SYSTEM, Grant, Role, load_viewer
from data.queries import audit
from data.store import Store
from settings import Settings
from tests.dashboards.shell.conftest import NOW, PASSWORD

VisitorOf = Callable[[Dash], Any]
ADMIN, EVA, BO = "admin@tavle.example", "eva@tavle.example", "bo@tavle.example"


@pytest.fixture
def people(quick_hashes: None, store: Store) -> Store:
    for email, name, grants in (
        (ADMIN, "Ida Holm", [Grant(Role.ADMINISTRATOR)]),
        (EVA, "Eva Bo", [Grant(Role.EVALUATOR, cohort_code="1", names=False), Grant(Role.LEADER, "NOH")]),
        (BO, "<b>Bo</b> Sø", [Grant(Role.EVALUATOR, names=True)]),
    ):
        accounts.create(store, SYSTEM, email=email, name=name, password=PASSWORD, now=NOW, grants=grants)
    accounts.set_active(store, SYSTEM, BO, False, now=NOW)
    return store


@pytest.fixture
def product(board_settings: Settings, people: Store) -> Dash:
    return create_app(board_settings, people, with_static=False)


def page(visitor: Any) -> str:
    assert visitor.get(PATH).status_code == 200
    shown = json.dumps(visitor.show(PATH)["content"], ensure_ascii=False)
    return html.unescape(shown).replace('\\"', '"')


def press(visitor: Any, button: str) -> dict[str, Any]:
    answer = visitor.callback(
        f"..{Ids.MESSAGE}.html...{Ids.FORM}.html...{Ids.CHANGES}.html..",
        {f"{Ids.FORM}.pressed": {"name": button, "values": {}}},
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()["response"]
    return {part: html.unescape(said["html"]) for part, said in found.items()}


def test_an_administrator_gives_a_right_sees_it_in_force_and_takes_it_back(
    product: Dash, visitor_of: VisitorOf, people: Store
) -> None:
    admin = visitor_of(product).sign_in(ADMIN)
    said = page(admin)
    assert "Uden den er enhederne pseudonymer som E-017" in said and "regnes om til sidste ciffer" in said
    assert "Kontoen er lukket" in said and "<b>Bo</b>" not in json.dumps(admin.show(PATH)["content"])
    buttons = re.findall(r'name="([a-z]+-\d)" data-press="([^"]+)"', said)
    assert buttons == [
        ("names-0", f"take names - {BO}"), ("counts-0", f"give counts - {BO}"),
        ("names-1", f"give names 1 {EVA}"), ("counts-1", f"give counts 1 {EVA}"),
    ]  # fmt: skip
    assert not load_viewer(people, EVA).may_take_counts
    after = press(admin, f"give counts 1 {EVA}")
    assert f"{EVA} har fået retten »Præcise tal«." in after[Ids.MESSAGE]
    assert f'name="counts-1" data-press="take counts 1 {EVA}"' in after[Ids.FORM], "the same button, for the focus"
    assert "gav Eva Bo retten »Præcise tal« (Hold 1)." in after[Ids.CHANGES]
    assert load_viewer(people, EVA).may_take_counts and load_viewer(people, EVA).is_own("NOH")
    admin.get("/sprog/en")
    back = press(admin, f"take counts 1 {EVA}")
    assert "does not have the right “Exact counts” any more" in back[Ids.MESSAGE]
    assert not load_viewer(people, EVA).may_take_counts
    events = [(event.actor, event.subject, event.detail["after"]) for event in audit.recent(people, SYSTEM, 2)]
    assert events == [(ADMIN, EVA, False), (ADMIN, EVA, True)]


@pytest.mark.parametrize(
    ("button", "said"),
    [
        (f"give names - {EVA}", "har ikke den rolle som evaluator mere"),
        (f"give counts 1 {ADMIN}", "har ikke den rolle som evaluator mere"),
        ("give counts 1 hvem@tavle.example", "ingen"),
        (f"give password_hash 1 {EVA}", "Det kan siden ikke."),
        (f"take counts 1 {EVA}", "Sådan var det allerede"),
        ("", "Det kan siden ikke."),
    ],
)
def test_what_no_button_says_changes_nothing(
    product: Dash, visitor_of: VisitorOf, people: Store, button: str, said: str
) -> None:
    admin = visitor_of(product).sign_in(ADMIN)
    assert said in press(admin, button)[Ids.MESSAGE]
    assert audit.recent(people, SYSTEM, action=accounts.EVALUATOR_RIGHT) == []


def test_nobody_else_opens_it_or_gives_a_right_by_hand(product: Dash, visitor_of: VisitorOf, people: Store) -> None:
    eva = visitor_of(product).sign_in(EVA)
    assert eva.get(PATH).status_code == 403
    assert PATH not in eva.get("/").text
    answer = eva.callback(
        f"..{Ids.MESSAGE}.html...{Ids.FORM}.html...{Ids.CHANGES}.html..",
        {f"{Ids.FORM}.pressed": {"name": f"give counts 1 {EVA}", "values": {}}},
    )
    assert BO not in answer.text
    assert not load_viewer(people, EVA).may_take_counts

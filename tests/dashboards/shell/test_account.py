"""Min konto: rights in words, language and password by plain forms, tokens by a callback."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from dash import Dash

from app import create_app
from dashboards.pages.account import Ids
from dashboards.presenters import account as presenter
from data import accounts, digest, tokens
from data.access import SYSTEM, Grant, Role, load_viewer
from data.queries import accounts as asked
from data.queries import audit
from data.store import Store
from settings import Settings
from tests.dashboards.shell.conftest import NOW, PASSWORD

VisitorOf = Callable[[Dash], Any]
TEAM, LEADER, BOTH = "team@tavle.example", "leder@tavle.example", "begge@tavle.example"
NEW = "fire ganske almindelige ord"


@pytest.fixture
def people(stores_to_copy: dict[str, Any], quick_hashes: None, store: Store) -> Store:
    grants = {
        TEAM: [Grant(Role.QUALITY_TEAM, "1084")],
        LEADER: [Grant(Role.LEADER, "NOH")],
        BOTH: [Grant(Role.EVALUATOR), Grant(Role.ADMINISTRATOR)],
        "ingen@tavle.example": [],
    }
    for email, some in grants.items():
        accounts.create(store, SYSTEM, email=email, name="Ida Holm", password=PASSWORD, now=NOW, grants=some)
    return store


@pytest.fixture
def product(board_settings: Settings, people: Store) -> Iterator[Dash]:
    settings = board_settings.model_copy(update={"sign_in_attempts": "3 per minute"})
    yield create_app(settings, people, with_static=False)


def page(visitor: Any, search: str = "") -> str:
    assert visitor.get(f"/konto{search}").status_code == 200
    return html.unescape(json.dumps(visitor.show("/konto", search)["content"], ensure_ascii=False)).replace('\\"', '"')


def send(visitor: Any, address: str, **form: str) -> str:
    """Fill in the form as it stands on the page, and return the address it leads to."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', page(visitor))
    assert token
    answer = visitor.client.post(address, data={"csrf_token": token[1], **form})
    assert answer.status_code == 303
    return str(answer.location)


def press(visitor: Any, button: str, **values: str) -> dict[str, Any]:
    answer = visitor.callback(
        f"..{Ids.MADE}.html...{Ids.TOKENS}.html...{Ids.TOKENS}.notes..",
        {f"{Ids.TOKENS}.pressed": {"name": button, "values": values}},
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()["response"]
    return found


def test_the_page_says_what_each_role_gives_and_leads_there_from_the_menu(product: Dash, visitor_of: VisitorOf) -> None:
    team = visitor_of(product).sign_in(TEAM)
    assert 'href="/konto"' in team.get("/").text
    said = page(team)
    assert "Kvalitetsteam: du ser og indberetter for Region Hovedstaden og alt derunder (" in said
    assert "Du kan godkende måneder, som andre har indsendt" in said
    assert "Leder: du ser Nordsjællands Hospital og alt derunder (1 enhed i alt)" in page(
        visitor_of(product).sign_in(LEADER)
    )
    both = page(visitor_of(product).sign_in(BOTH))
    assert "Evaluator: du ser enhederne på alle hold (0 enheder i alt)" in both
    assert "Administrator: du ser og indberetter for alle enheder (" in both and "Du kan godkende" not in both
    nobody = page(visitor_of(product).sign_in("ingen@tavle.example"))
    assert "Din konto har ingen roller endnu." in nobody and "Nøgler til programmer" not in nobody


def test_the_language_is_kept_on_the_account_and_wins_on_every_machine(
    product: Dash, visitor_of: VisitorOf, people: Store
) -> None:
    here, elsewhere = visitor_of(product).sign_in(LEADER), visitor_of(product).sign_in(LEADER)
    here.get("/sprog/da")
    assert send(here, "/konto/sprog", language="en") == "/konto?v=1&vis=sprog"
    assert "My account" in page(here, "?v=1&vis=sprog") and "The language is saved" in page(here, "?v=1&vis=sprog")
    assert "My account" in page(elsewhere)
    assert send(here, "/konto/sprog", language="fr") == "/konto"
    assert load_viewer(people, LEADER).language == "en"
    assert audit.recent(people, SYSTEM, subject=LEADER)[0].action in ("account.language", "sign_in")


def test_a_password_is_changed_by_whoever_knows_the_old_one_and_types_the_new_one_twice(
    product: Dash, visitor_of: VisitorOf, people: Store
) -> None:
    visitor = visitor_of(product).sign_in(LEADER)
    assert 'autocomplete="new-password"' in page(visitor) and "Mindst 12 tegn" in page(visitor)
    refused = {
        "gammel": ("forkert", NEW, NEW), "uens": (PASSWORD, NEW, NEW + "x"), "kort": (PASSWORD, "kort", "kort")
    }  # fmt: skip
    for code, (old, new, again) in refused.items():
        address = send(visitor, "/konto/adgangskode", old=old, new=new, again=again)
        assert address == f"/konto?v=1&vis={code}"
        assert "Adgangskoden er ikke skiftet." in page(visitor, f"?v=1&vis={code}")
    assert send(visitor, "/konto/adgangskode", old=PASSWORD, new=NEW, again=NEW).endswith("vis=vent"), "three tries"
    assert accounts.sign_in(people, SYSTEM, LEADER, PASSWORD, now=NOW) is not None
    events = [event.action for event in audit.recent(people, SYSTEM, subject=LEADER)]
    assert events.count("account.password.failed") == 1 and "account.password" not in events


def test_a_new_password_is_the_one_that_opens(product: Dash, visitor_of: VisitorOf, people: Store) -> None:
    visitor = visitor_of(product).sign_in(TEAM)
    assert send(visitor, "/konto/adgangskode", old=PASSWORD, new=NEW, again=NEW).endswith("vis=skiftet")
    assert accounts.sign_in(people, SYSTEM, TEAM, PASSWORD, now=NOW) is None
    assert accounts.sign_in(people, SYSTEM, TEAM, NEW, now=NOW) is not None
    team = load_viewer(people, TEAM)
    for old, new, words in ((NEW, NEW, accounts.NOTHING_NEW), (NEW, f"x{TEAM}", accounts.OWN_ADDRESS),
                            (NEW, "x" * 1025, accounts.LONG)):  # fmt: skip
        with pytest.raises(accounts.AccountError) as refusal:
            accounts.change_password(people, team, old, new, new, now=NOW)
        assert refusal.value.words is words
    found = asked.by_email(people, team, TEAM)
    assert found is not None and NEW not in repr(found)


def test_in_the_demo_the_password_stays_and_the_page_says_so(board: Dash, fresh_board: Any, visitor_of: Any) -> None:
    visitor = visitor_of(board).sign_in(LEADER)
    token = visitor.cookie("tavle_csrf")
    form = {"csrf_token": token, "old": PASSWORD, "new": NEW, "again": NEW}
    assert visitor.client.post("/konto/adgangskode", data=form).location == "/konto?v=1&vis=demo"
    assert visitor_of(board).try_to_sign_in(LEADER).status_code == 303


def test_a_token_is_shown_once_with_a_command_and_revoked_with_a_second_press(
    product: Dash, visitor_of: VisitorOf, people: Store
) -> None:
    visitor = visitor_of(product).sign_in(TEAM)
    assert "Du har ingen nøgler." in page(visitor)
    refused = press(visitor, "make", name=" ", days="30")
    assert "Giv nøglen et navn" in refused[Ids.TOKENS]["notes"]["press"]["html"] and Ids.MADE not in refused
    for days in ("", "0", "-1", "1e3", "99999"):
        told = press(visitor, "make", name="BI", days=days)[Ids.TOKENS]["notes"]["press"]["html"]
        assert "1 til 3650 dage" in told
    made = press(visitor, "make", name="Natlig levering", days="30")
    shown = html.unescape(made[Ids.MADE]["html"])
    text = re.search(r"tavle_[\w-]{43}", shown)
    assert text and f'data-copy="{text[0]}"' in shown
    assert (
        'curl -H "Authorization: Bearer ' + text[0] in shown and "http://localhost/api/v1/deliveries?dry_run" in shown
    )
    assert tokens.verify(people, text[0], now=NOW) == load_viewer(people, TEAM)
    (token,) = tokens.listed(people, load_viewer(people, TEAM))
    assert token.expires_at is not None and token.expires_at.date() - token.created_at.date() == timedelta(days=30)
    again = page(visitor)
    assert text[0] not in again and f"{token.prefix}…" in again, "it is not to be had again"

    other = visitor_of(product).sign_in(LEADER)
    assert "Der er ingen gyldig nøgle" in press(other, f"revoke:{token.prefix}")[Ids.TOKENS]["notes"]["press"]["html"]
    gone = press(visitor, f"revoke:{token.prefix}")
    assert "er tilbagekaldt" in gone[Ids.MADE]["html"] and "Tilbagekaldt 23. nov. 2026" in gone[Ids.TOKENS]["html"]
    assert tokens.verify(people, text[0], now=NOW) is None


def test_who_only_reads_gets_a_command_that_only_reads(people: Store) -> None:
    leader = load_viewer(people, LEADER)
    command = presenter.example(leader, "https://tavle.example", "tavle_X")
    assert command == 'curl -H "Authorization: Bearer tavle_X" "https://tavle.example/api/v1/units"'


def test_the_monthly_mail_is_switched_off_and_on_by_whoever_gets_it(
    product: Dash, people: Store, visitor_of: VisitorOf
) -> None:
    leader = visitor_of(product).sign_in(LEADER)
    assert "Månedens mail" in page(leader) and digest.wants(people, load_viewer(people, LEADER))
    assert send(leader, "/konto/mail").endswith("vis=mail-fra")
    assert not digest.wants(people, load_viewer(people, LEADER))
    assert send(leader, "/konto/mail", digest="on").endswith("vis=mail-til")
    assert "Du får mailen, når der er nyt." in page(leader, "?v=1&vis=mail-til")
    assert "Månedens mail" not in page(visitor_of(product).sign_in(BOTH))

"""The monthly digest: who gets it, only with news, in words without figures, and never twice in a month."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from data import accounts, digest, outbox
from data.access import SYSTEM, Grant, Role, load_viewer
from data.digest import Sent
from data.outbox import Kind, Mail
from data.schema import account, series_state
from data.states import recalculate
from data.store import Store
from tests.data.conftest import World

TODAY, NOW = date(2026, 11, 23), datetime(2026, 11, 23, 6, 0)
NEXT = date(2026, 12, 23), datetime(2026, 12, 23, 6, 0)
LEADER, TEAM = "leder@example.dk", "team@example.dk"


@pytest.fixture
def desk(world: World) -> Iterator[World]:
    """A leader of department A with one series that has improved and lacks October, and a team in English."""
    for email, role, unit, language in ((LEADER, Role.LEADER, "H1-A", None), (TEAM, Role.QUALITY_TEAM, "H1", "en")):
        accounts.create(
            world.store, SYSTEM, email=email, name="Ida Holm", password="en lang adgangskode", now=NOW,
            grants=[Grant(role, unit)], language=language,
        )  # fmt: skip
    world.follow("SCREEN", "H1-A", date(2024, 1, 1))
    world.deliver_months("SCREEN", "H1-A", date(2024, 1, 1), *[(60 if m < 20 else 80) + m % 3 for m in range(32)])
    world.store.write(lambda it: recalculate(it, [("SCREEN", "H1-A")], today=TODAY, now=NOW))
    yield world


def mails(store: Store) -> dict[str, Mail]:
    return {mail.recipient: mail for mail in outbox.waiting(store) if mail.kind is Kind.DIGEST}


def test_it_tells_what_is_new_and_missing_in_each_ones_language_without_a_figure(desk: World) -> None:
    assert digest.send(desk.store, today=TODAY, now=NOW) == Sent(2, 0, 0, 0)
    danish, english = mails(desk.store)[LEADER], mails(desk.store)[TEAM]
    assert "Nye signaler:\n- " in danish.body and ": forbedring\n" in danish.body
    assert "Mangler:\n- " in danish.body and "september 2026" in danish.body
    assert "New signals:" in english.body and ": improvement\n" in english.body and english.language == "en"
    for mail in (danish, english):
        assert not re.search(r"\d", re.sub(r"\b20\d\d\b", "", mail.body + mail.subject)), mail.body


def test_nothing_new_means_no_mail_and_nobody_gets_two_in_a_month(desk: World) -> None:
    digest.send(desk.store, today=TODAY, now=NOW)
    assert digest.send(desk.store, today=TODAY, now=NOW) == Sent(0, 0, 2, 0)
    today, now = date(2026, 11, 30), datetime(2026, 12, 1, 0, 30)  # December on the reader's calendar, nothing new due
    assert digest.send(desk.store, today=today, now=now) == Sent(0, 2, 0, 0)
    assert len(mails(desk.store)) == 2


def test_another_month_missing_is_news_and_so_is_a_signal_that_went_away(desk: World) -> None:
    digest.send(desk.store, today=TODAY, now=NOW)
    row = series_state.c
    desk.store.write(
        lambda it: it.execute(update(series_state).values(variation="common").where(row.unit_code == "H1-A"))
    )
    assert digest.send(desk.store, today=NEXT[0], now=NEXT[1]).n_mails == 2
    body = mails(desk.store)[LEADER].body
    assert "Ikke længere et signal:\n- " in body and ": kun tilfældig variation" in body and "Nye signaler" not in body
    assert "november 2026" in body


def test_whoever_switched_it_off_gets_none_until_it_is_on_again(desk: World) -> None:
    viewer = load_viewer(desk.store, LEADER)
    assert digest.may_get(viewer) and digest.wants(desk.store, viewer)
    digest.set_wanted(desk.store, viewer, False, now=NOW)
    assert not digest.wants(desk.store, viewer)
    assert digest.send(desk.store, today=TODAY, now=NOW) == Sent(1, 0, 0, 1)
    digest.set_wanted(desk.store, viewer, True, now=NOW)
    assert digest.send(desk.store, today=TODAY, now=NOW) == Sent(1, 0, 1, 0)


def test_closed_accounts_and_those_without_a_role_of_their_own_get_none(desk: World) -> None:
    accounts.create(
        desk.store, SYSTEM, email="eva@example.dk", name="Eva", password="en lang adgangskode", now=NOW,
        grants=[Grant(Role.EVALUATOR, cohort_code="1")],
    )  # fmt: skip
    desk.store.write(lambda it: it.execute(update(account).values(is_active=False).where(account.c.email == TEAM)))
    assert digest.send(desk.store, today=TODAY, now=NOW) == Sent(1, 0, 0, 0)
    assert list(mails(desk.store)) == [LEADER]


def test_the_mail_leads_to_the_board_and_says_the_stored_signal(desk: World, tmp_path: Path) -> None:
    digest.send(desk.store, today=TODAY, now=NOW)
    with desk.store.read() as connection:
        stored = connection.scalar(select(series_state.c.variation).where(series_state.c.unit_code == "H1-A"))
    assert stored == "improvement"
    outbox.hand_over(desk.store, tmp_path, NOW, public_url="https://tavle.example")
    text = sorted(tmp_path.glob("*-digest.eml"))[0].read_text("utf-8")
    assert "https://tavle.example/?v=3D1&enhed=3DH1-A" in text

"""Reminders: to the right people, once a day, with nothing in them that should not lie in a mailbox."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import insert, select

from data import reminders
from data.access import Role
from data.errors import NotAllowed, Refused
from data.reminders import Asked
from data.schema import account, audit_event, outbox, role_grant
from indicators.words import Words

TODAY, NOW = date(2026, 11, 23), datetime(2026, 11, 23, 8, 0)
MONTHS = (date(2026, 9, 1), date(2026, 10, 1))
MESSAGE = "Kære [navn]\nVi mangler [målinger] for [måned] fra [enhed]: [link]"


@pytest.fixture
def staffed(world):
    """A quality team of the hospital, and the person who answers for H1-A by name, who has an account of her own."""

    def write(connection):
        for number, (email, name, unit, is_active) in enumerate(
            (
                ("team@example.dk", "Kim Team", "H1", True),
                ("lise@example.dk", "Lise Dam", "H1-A", True),
                ("gammel@example.dk", "Lise Dam", "H1-A", False),
                ("anden@example.dk", "Lise Dam", "H2-A", True),
                ("ida@example.dk", "Ida Holm", "H1-C", True),  # the one who asks, see World.viewer
            ),
            start=1,
        ):
            connection.execute(
                insert(account).values(
                    id=number, email=email, name=name, title="", password_hash="", is_active=is_active, created_at=NOW
                )
            )
            connection.execute(insert(role_grant).values(account_id=number, role="quality_team", unit_code=unit))

    world.store.write(write)
    return world


def mails(world):
    with world.store.read() as connection:
        return connection.execute(select(outbox).order_by(outbox.c.id)).all()


def asked(unit="H1-A", owners=("Lise Dam",), missing=None) -> Asked:
    return Asked(unit, owners, {"SCREEN": MONTHS} if missing is None else missing)


def send(world, viewer, *some, message=MESSAGE, now=NOW, **options):
    return reminders.send(
        world.store, viewer, some, message, today=TODAY, now=now, link=lambda one: f"https://tavle/{one.unit_code}",
        **({"language": "da"} | options),
    )  # fmt: skip


def test_the_owner_with_an_account_at_the_unit_gets_it_else_the_nearest_quality_team(staffed) -> None:
    leader = staffed.viewer(Role.LEADER, "R")
    found = reminders.standings(
        staffed.store, leader, {"H1-A": ["Lise Dam"], "H1-B": ["Lise Dam"], "901": ["Per Lund"]}, today=TODAY
    )
    assert {code: [one.email for one in standing.recipients] for code, standing in found.items()} == {
        "H1-A": ["lise@example.dk"], "H1-B": ["team@example.dk"], "901": [],
    }  # fmt: skip
    assert [one.is_owner for one in found["H1-A"].recipients] == [True]


def test_the_message_is_filled_in_and_audited_without_its_text(staffed) -> None:
    leader = staffed.viewer(Role.LEADER, "H1")
    sent = send(staffed, leader, asked(), asked("H1-B", missing={"SCREEN": MONTHS, "FALD": MONTHS[1:]}))
    assert (sent.n_mails, sent.units, sent.already, sent.nobody) == (2, ("H1-A", "H1-B"), (), ())
    first, second = mails(staffed)
    assert (first.recipient, first.kind, first.about, first.author) == (
        "lise@example.dk", "reminder", "H1-A", "Ida Holm",
    )  # fmt: skip
    assert first.body.startswith(
        "Kære Lise Dam\nVi mangler name SCREEN for september 2026 og oktober 2026 fra Kirurgisk Afdeling: https://tavle/H1-A"
    )
    assert "name SCREEN (september 2026 og oktober 2026) og name FALD (oktober 2026)" in second.body
    with staffed.store.read() as connection:
        events = connection.execute(select(audit_event)).all()
    assert [(one.action, one.subject, one.detail) for one in events] == [
        ("reminder.queued", "H1-A", {"mails": 1, "months": 2}),
        ("reminder.queued", "H1-B", {"mails": 1, "months": 2}),
    ]


def test_a_unit_is_reminded_once_a_day_unless_confirmed(staffed) -> None:
    leader = staffed.viewer(Role.LEADER, "H1")
    assert send(staffed, leader, asked()).n_mails == 1
    again = send(staffed, leader, asked(), asked("H1-B"), now=datetime(2026, 11, 23, 22, 59))
    assert (again.n_mails, again.units, again.already) == (1, ("H1-B",), ("H1-A",))
    # 23:30 UTC is the next day in Copenhagen.
    assert send(staffed, leader, asked(), now=datetime(2026, 11, 23, 23, 30)).n_mails == 1
    assert send(staffed, leader, asked(), now=datetime(2026, 11, 23, 23, 40), again=True).n_mails == 1
    standing = reminders.standings(staffed.store, leader, {"H1-A": ["Lise Dam"]}, today=TODAY)["H1-A"]
    assert standing.reminded_at == datetime(2026, 11, 23, 23, 40)


def test_nobody_writes_to_themselves(staffed) -> None:
    team = staffed.viewer(Role.QUALITY_TEAM, "H1-C")
    standing = reminders.standings(staffed.store, team, {"H1-C": ["Ida Holm"]}, today=TODAY)["H1-C"]
    assert (standing.recipients, standing.is_own_task) == ((), True)
    assert send(staffed, team, asked("H1-C", ("Ida Holm",))).nobody == ("H1-C",)
    assert mails(staffed) == []


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("  ", "Skriv en besked."),
        ("x" * 2001, "Beskeden er for lang"),
        ("Kære [fornavn]", "Tavle kender ikke [fornavn]. Brug [navn]"),
        ("Ring til 010190-1234", "ligner et CPR-nummer"),
    ],
)
def test_a_message_that_cannot_be_sent_says_why_and_sends_nothing(staffed, message: str, words: str) -> None:
    with pytest.raises(Refused) as refusal:
        send(staffed, staffed.viewer(Role.LEADER, "H1"), asked(), message=message)
    assert words in refusal.value.reason("da") and "1234" not in refusal.value.reason("da")
    assert isinstance(refusal.value.words, Words) and mails(staffed) == []


def test_all_or_none_and_only_for_units_one_leads_or_delivers_for(staffed) -> None:
    leader, evaluator = staffed.viewer(Role.LEADER, "H1"), staffed.viewer(Role.EVALUATOR, None, "1")
    for viewer, some in ((leader, [asked(), asked("H2-A")]), (evaluator, [asked()])):
        with pytest.raises(NotAllowed):
            send(staffed, viewer, *some)
    with pytest.raises(Refused):
        send(staffed, leader)
    assert mails(staffed) == []

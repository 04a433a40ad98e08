from __future__ import annotations

import hashlib
import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from data import accounts, tokens
from data.access import SYSTEM, Grant, NotAllowed, NotFound, Role, Viewer, load_viewer
from data.queries import audit
from data.schema import api_token

NOW = datetime(2026, 11, 23, 8, 0)
PASSWORD = "tre korte ord"


def person(world, email: str, role: Role = Role.QUALITY_TEAM, unit: str | None = "H1") -> Viewer:
    grants = [Grant(role, unit)]
    accounts.create(world.store, SYSTEM, email=email, name="Ida Holm", password=PASSWORD, now=NOW, grants=grants)
    return load_viewer(world.store, email)


def stored(world) -> list:
    with world.store.read() as connection:
        return list(connection.execute(select(api_token)).mappings())


def test_a_token_opens_its_account_and_nothing_of_it_but_a_hash_and_its_beginning_is_kept(world) -> None:
    ida = person(world, "ida@example.dk")
    new = tokens.make(world.store, ida, name="  Natlig   levering ", now=NOW)
    assert new.text.startswith("tavle_")
    assert len(new.text) == len("tavle_") + 43, "32 bytes as urlsafe base64"
    assert new.text not in repr(new)
    (row,) = stored(world)
    assert row["hash"] == hashlib.sha256(new.text.encode()).hexdigest()
    assert new.text.startswith(row["prefix"])
    assert len(row["prefix"]) == 14
    assert new.text not in " ".join(str(value) for value in row.values())
    assert row["name"] == "Natlig levering"
    assert tokens.verify(world.store, new.text, now=NOW) == ida


@pytest.mark.parametrize(
    "change", ["unknown", "expired", "revoked", "closed", "no prefix", "long", "not ascii", "half"]
)
def test_a_token_that_is_not_good_any_more_opens_nothing_whatever_the_reason(world, change: str) -> None:
    ida = person(world, "ida@example.dk")
    new = tokens.make(world.store, ida, name="BI", now=NOW, days=30)
    text, at = new.text, NOW
    if change == "unknown":
        text = new.text[:20] + "A" * 29  # another key with the same beginning
    elif change == "expired":
        at = NOW + timedelta(days=30)
    elif change == "revoked":
        tokens.revoke(world.store, ida, new.token.prefix, now=NOW)
    elif change == "closed":
        accounts.set_active(world.store, SYSTEM, ida.email, False, now=NOW)
    elif change == "no prefix":
        text = new.text.removeprefix("tavle_")
    elif change == "long":
        text = new.text + "x" * 10_000
    elif change == "not ascii":
        text = new.text[:-1] + "ø"
    elif change == "half":
        text = new.token.prefix
    assert tokens.verify(world.store, text, now=at) is None


def test_a_token_lasts_to_the_end_of_its_last_day_and_has_the_rights_its_account_has_today(world) -> None:
    ida = person(world, "ida@example.dk")
    new = tokens.make(world.store, ida, name="BI", now=NOW, days=30)
    accounts.set_grants(world.store, SYSTEM, ida.email, [Grant(Role.LEADER, "H2")], now=NOW)
    found = tokens.verify(world.store, new.text, now=NOW + timedelta(days=29, hours=23))
    assert found is not None
    assert not found.delivers
    assert found.may_see("H2-A")
    assert not found.may_see("H1-A")


def test_last_use_is_noted_at_most_once_a_minute_without_waiting_and_without_a_new_data_version(world) -> None:
    ida = person(world, "ida@example.dk")
    new = tokens.make(world.store, ida, name="BI", now=NOW)
    version = world.store.data_version()
    may_go_on, writes = threading.Event(), threading.Event()

    def long_delivery(connection) -> None:
        writes.set()
        assert may_go_on.wait(10)

    delivery = threading.Thread(target=lambda: world.store.write(long_delivery, changes_data=False))
    delivery.start()
    assert writes.wait(10)
    assert tokens.verify(world.store, new.text, now=NOW) == ida, "answered while the writer is busy"
    may_go_on.set()
    delivery.join()

    def used() -> datetime | None:
        world.store.write(lambda connection: None, changes_data=False)  # behind what stands in line
        return tokens.listed(world.store, ida)[0].last_used_at

    assert used() == NOW
    tokens.verify(world.store, new.text, now=NOW + timedelta(seconds=59))
    assert used() == NOW
    tokens.verify(world.store, new.text, now=NOW + timedelta(seconds=60))
    assert used() == NOW + timedelta(seconds=60)
    assert world.store.data_version() == version


def test_making_and_revoking_stand_in_the_audit_trail_without_the_token(world) -> None:
    ida = person(world, "ida@example.dk")
    new = tokens.make(world.store, ida, name="BI", now=NOW)
    tokens.revoke(world.store, ida, new.text, now=NOW)  # pasted whole: no more than its beginning goes any further
    events = audit.recent(world.store, SYSTEM)[:2]
    assert [(event.action, event.subject) for event in events] == [
        ("token.revoked", new.token.prefix),
        ("token.made", new.token.prefix),
    ]
    assert new.text not in str(events)
    with pytest.raises(NotFound) as refused:
        tokens.revoke(world.store, ida, new.text, now=NOW)
    assert new.text not in refused.value.reason("da")
    assert new.token.prefix in refused.value.reason("da")


def test_others_tokens_are_neither_seen_nor_revoked_except_by_an_administrator(world) -> None:
    ida, ole = person(world, "ida@example.dk"), person(world, "ole@example.dk", unit="H2")
    chief = person(world, "chief@example.dk", Role.ADMINISTRATOR, None)
    new = tokens.make(world.store, ida, name="BI", now=NOW)
    assert tokens.listed(world.store, ole) == []
    with pytest.raises(NotFound):
        tokens.revoke(world.store, ole, new.token.prefix, now=NOW)
    with pytest.raises(NotAllowed):
        tokens.listed(world.store, ole, of_everybody=True)
    assert [one.email for one in tokens.listed(world.store, chief, of_everybody=True)] == [ida.email]
    assert tokens.revoke(world.store, chief, new.token.prefix, now=NOW).revoked_at == NOW


def test_a_token_needs_a_name_a_day_to_come_and_a_person_and_there_are_not_too_many(world) -> None:
    ida = person(world, "ida@example.dk")
    for arguments in ({"name": "  "}, {"name": "x" * 101}, {"name": "BI", "days": 0}, {"name": "BI", "days": 4000}):
        with pytest.raises(tokens.TokenError):
            tokens.make(world.store, ida, now=NOW, **arguments)
    with pytest.raises(NotAllowed):
        tokens.make(world.store, SYSTEM, name="BI", now=NOW)
    for _ in range(tokens.MOST_LIVE):
        tokens.make(world.store, ida, name="BI", now=NOW, days=1)
    with pytest.raises(tokens.TokenError):
        tokens.make(world.store, ida, name="BI", now=NOW)
    assert tokens.make(world.store, ida, name="BI", now=NOW + timedelta(days=1)).token.name == "BI"

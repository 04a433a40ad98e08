from __future__ import annotations

from datetime import UTC, datetime

import pytest

from data import audit
from data.access import SYSTEM, NotAllowed, Role
from data.queries import audit as asked
from data.store import Store

NOW = datetime(2026, 11, 23, 8, 0)


def write(store: Store, *actions: str) -> None:
    for action in actions:
        store.write(
            lambda connection, action=action: audit.append(
                connection, at=NOW, actor="ida@example.dk", action=action, subject="T-1", detail={"n": 3, "ord": "ø"}
            )
        )


def tamper(store: Store, sql: str) -> audit.ChainCheck:
    store.write(lambda connection: connection.exec_driver_sql(sql))
    return asked.check(store, SYSTEM)


def test_an_empty_and_an_untouched_chain_are_whole(empty_store: Store) -> None:
    assert asked.check(empty_store, SYSTEM) == audit.ChainCheck(True, 0, None, audit.FIRST)
    write(empty_store, "a", "b", "c")
    check = asked.check(empty_store, SYSTEM)
    assert (check.is_whole, check.n_events) == (True, 3)
    newest = asked.recent(empty_store, SYSTEM)[0]
    assert (newest.action, newest.detail, newest.hash) == ("c", {"n": 3, "ord": "ø"}, check.head)


@pytest.mark.parametrize(
    ("sql", "broken_at"),
    [
        ("UPDATE audit_event SET actor = 'bo@example.dk' WHERE id = 2", 2),
        ("""UPDATE audit_event SET "at" = "at" + INTERVAL '1' MINUTE WHERE id = 1""", 1),
        ("""UPDATE audit_event SET detail = '{"n": 4, "ord": "ø"}' WHERE id = 3""", 3),
        ("DELETE FROM audit_event WHERE id = 2", 3),
        ("DELETE FROM audit_event WHERE id = 1", 2),
        ("DELETE FROM audit_event WHERE id = 4", None),
        ("DELETE FROM audit_event", None),
    ],
)
def test_a_row_that_was_changed_or_removed_shows(empty_store: Store, sql: str, broken_at: int | None) -> None:
    write(empty_store, "a", "b", "c", "d")
    check = tamper(empty_store, sql)
    assert (check.is_whole, check.broken_at) == (False, broken_at)


def test_an_event_of_a_write_that_failed_is_not_there_and_the_chain_goes_on(empty_store: Store) -> None:
    write(empty_store, "a")

    def fail(connection) -> None:
        audit.append(connection, at=NOW, actor="x", action="lost", subject="")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        empty_store.write(fail)
    write(empty_store, "b")
    assert [event.action for event in asked.recent(empty_store, SYSTEM)] == ["b", "a"]
    assert asked.check(empty_store, SYSTEM).is_whole


def test_moments_with_a_zone_are_kept_in_utc(empty_store: Store) -> None:
    empty_store.write(
        lambda c: audit.append(c, at=datetime(2026, 11, 23, 8, 0, tzinfo=UTC), actor="x", action="y", subject="z")
    )
    assert asked.recent(empty_store, SYSTEM, subject="z")[0].at == datetime(2026, 11, 23, 8, 0)
    assert asked.recent(empty_store, SYSTEM, subject="other") == []


def test_only_administrators_read_the_trail(world) -> None:
    for ask in (asked.recent, asked.check):
        with pytest.raises(NotAllowed, match="administrator"):
            ask(world.store, world.viewer(Role.QUALITY_TEAM, "R"))
        ask(world.store, world.viewer(Role.ADMINISTRATOR))

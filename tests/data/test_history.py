"""What a value has been, and what must not be told of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from data.access import SYSTEM, NotAllowed, NotFound, Role
from data.queries.history import Standing, of_value
from data.withdrawal import restore, withdraw
from tests.data.test_month_states import add_account

TODAY, NOW = date(2026, 11, 23), datetime(2026, 11, 23, 8, 0)
OCTOBER = date(2026, 10, 1)
A, B, C, H1 = (("SCREEN", code, OCTOBER) for code in ("H1-A", "H1-B", "H1-C", "H1"))


def days(number: int) -> datetime:
    return NOW - timedelta(days=20 - number)


def figures(rows) -> list[tuple[float | None, str]]:
    return [(row.numerator, row.standing.value) for row in rows]


def test_every_figure_ever_delivered_is_there_newest_first(world) -> None:
    add_account(world)
    world.deliver([(*A, 40, 100), (*B, 1, 2)], at=days(1), receipt="T-1")
    world.deliver([(*A, 41, 100)], at=days(2), receipt="T-2", account_id=77)
    world.deliver([(*A, 42, 100)], at=days(3), receipt="T-3")
    withdraw(world.store, SYSTEM, "T-3", today=TODAY, now=days(4), reason="forkert måned")
    rows = of_value(world.store, world.viewer(Role.LEADER, "H1"), *A)
    assert figures(rows) == [(42, "withdrawn"), (41, "current"), (40, "replaced")]
    assert [(row.receipt, row.account_name, row.recorded_at) for row in rows] == [
        ("T-3", "Ida Holm", days(3)), ("T-2", "", days(2)), ("T-1", "Ida Holm", days(1)),
    ]  # fmt: skip
    (event,) = rows[0].events
    assert (event.kind, event.reason, event.author, event.at) == ("withdrawn", "forkert måned", "Tavle", days(4))
    assert not any(row.is_hidden for row in rows)
    assert of_value(world.store, SYSTEM, "SCREEN", "H1-A", date(2026, 9, 1)) == []


def test_as_of_an_earlier_moment_it_looks_as_it_did(world) -> None:
    world.deliver([(*A, 40, 100)], at=days(1), receipt="T-1")
    world.deliver([(*A, 41, 100)], at=days(2), receipt="T-2")
    withdraw(world.store, SYSTEM, "T-2", today=TODAY, now=days(3), reason="fejl")
    restore(world.store, SYSTEM, "T-2", today=TODAY, now=days(5), reason="var rigtig")
    said = {
        number: figures(of_value(world.store, SYSTEM, *A, as_of=days(number)))
        for number in (0, 1, 2, 3, 4, 5)
    }  # fmt: skip
    both, without = [(41, "current"), (40, "replaced")], [(41, "withdrawn"), (40, "current")]
    assert said == {0: [], 1: [(40, "current")], 2: both, 3: without, 4: without, 5: both}
    assert [len(row.events) for row in of_value(world.store, SYSTEM, *A, as_of=days(4))] == [1, 0]


def test_a_value_that_was_ever_small_is_told_to_nobody_outside(world) -> None:
    world.deliver([(*A, 3, 100)], at=days(1))
    world.deliver([(*A, 30, 100)], at=days(2))
    outside = world.viewer(Role.EVALUATOR)
    rows = of_value(world.store, outside, *A)
    assert [(row.numerator, row.denominator, row.note, row.is_hidden) for row in rows] == [(None, None, "", True)] * 2
    assert figures(of_value(world.store, world.viewer(Role.LEADER, "H1"), *A)) == [(30, "current"), (3, "replaced")]


def test_a_value_that_once_gave_another_ones_small_figure_away_is_told_to_nobody_outside(world) -> None:
    # On day 1 A's 3 is what is left of the hospital's 63 when B and C are taken away; one of those goes with it.
    world.deliver([(*H1, 63, 300), (*A, 3, 100), (*B, 25, 90), (*C, 35, 110)], at=days(1))
    # On day 2 nothing is small any more, and today all of them are shown.
    world.deliver([(*A, 30, 100), (*H1, 90, 300)], at=days(2))
    evaluator = world.viewer(Role.ADMINISTRATOR)
    hidden = {key[1]: of_value(world.store, evaluator, *key)[0].is_hidden for key in (A, B, C, H1)}
    assert hidden == {"H1-A": True, "H1-B": True, "H1-C": False, "H1": False}


def test_small_between_two_deliveries_only_is_hidden_too(world) -> None:
    """B is shown on day 1 and today; hidden only while A's correction stood, until it was withdrawn."""
    world.deliver([(*H1, 90, 300), (*A, 30, 100), (*B, 25, 90), (*C, 35, 110)], at=days(1))
    world.deliver([(*A, 3, 100)], at=days(2), receipt="T-2")
    withdraw(world.store, SYSTEM, "T-2", today=TODAY, now=days(3), reason="fejl")
    assert [row.is_hidden for row in of_value(world.store, world.viewer(Role.ADMINISTRATOR), *B)] == [True]
    assert [row.is_hidden for row in of_value(world.store, world.viewer(Role.ADMINISTRATOR), *C)] == [False]


def test_history_is_for_those_who_see_the_unit(world) -> None:
    with pytest.raises(NotAllowed):
        of_value(world.store, world.viewer(Role.QUALITY_TEAM, "H2"), *A)
    with pytest.raises(NotFound, match="NOPE"):
        of_value(world.store, SYSTEM, "NOPE", "H1-A", OCTOBER)
    assert {standing.value for standing in Standing} == {"current", "replaced", "withdrawn"}

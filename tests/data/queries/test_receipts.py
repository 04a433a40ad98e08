"""Receipts: found by what one looks for, and told row by row with what stood there before."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from data import withdrawal
from data.access import SYSTEM, NotAllowed, Role
from data.queries import deliveries, receipts
from data.queries.receipts import Counts
from tests.data.conftest import World

SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)


def days(day: int) -> datetime:
    return datetime(2026, 11, day, 8, 0)


@pytest.fixture
def told(world: World) -> World:
    world.deliver([("SCREEN", "H1-A", SEPTEMBER, 40, 50), ("SCREEN", "H1-A", OCTOBER, 10, 50)], at=days(5))
    world.deliver([("SCREEN", "H1-A", OCTOBER, 99, 100)], at=days(6))
    withdrawal.withdraw(world.store, SYSTEM, "T-2", today=days(7).date(), now=days(7), reason="forkert fil")
    world.deliver(
        [("SCREEN", "H1-A", OCTOBER, 41, 50), ("SCREEN", "H1-B", OCTOBER, 3, 50), ("SCREEN", "H2-A", OCTOBER, 20, 50)],
        at=days(8), account_id=9,
    )  # fmt: skip
    return world


def test_each_row_has_what_stood_there_before_and_what_was_withdrawn_by_then_did_not(told: World) -> None:
    team = told.viewer(Role.QUALITY_TEAM, "H1")
    found = receipts.rows_of(told.store, team, deliveries.get(told.store, team, "T-3"))
    assert [(row.unit_code, row.before, row.after.numerator) for row in found.rows] == [
        ("H1-A", Counts(10.0, 50.0, None, None), 41.0),
        ("H1-B", None, 3.0),
    ]
    assert found.n_rows == 2, "the other hospital's row is not told"
    second = receipts.rows_of(told.store, team, deliveries.get(told.store, team, "T-2"))
    assert [(row.before.numerator, row.after.numerator) for row in second.rows] == [(10.0, 99.0)]
    few = receipts.rows_of(told.store, team, deliveries.get(told.store, team, "T-3"), limit=1)
    assert ([row.is_new for row in few.rows], few.n_rows) == ([False], 2)


def test_figures_of_units_that_are_not_ones_own_are_withheld(told: World) -> None:
    administrator = told.viewer(Role.ADMINISTRATOR)
    found = receipts.rows_of(told.store, administrator, deliveries.get(told.store, administrator, "T-3"))
    assert len(found.rows) == 3 and all(row.is_hidden for row in found.rows)
    assert {(row.after, row.before) for row in found.rows} == {(receipts.NOTHING, None), (receipts.NOTHING,) * 2}


def test_receipts_are_found_by_unit_state_time_and_who(told: World) -> None:
    team = told.viewer(Role.QUALITY_TEAM, "H1")

    def found(**options) -> list[str]:
        return [row.receipt for row in receipts.listed(told.store, team, **options)]

    assert found() == ["T-3", "T-2", "T-1"]
    assert found(unit_codes=["H1-B"]) == ["T-3"]
    assert (found(state="withdrawn"), found(state="committed")) == (["T-2"], ["T-3", "T-1"])
    assert (found(first=days(6), before=days(8)), found(is_mine=True)) == (["T-2"], ["T-2", "T-1"])
    assert (found(origin="api"), found(limit=1)) == ([], ["T-3"])
    with pytest.raises(NotAllowed):
        found(unit_codes=["H2-A"])
    assert [row.receipt for row in receipts.listed(told.store, told.viewer(Role.LEADER, "H2"))] == ["T-3", "T-2", "T-1"]

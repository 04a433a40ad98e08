from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import insert

from data.access import SYSTEM, NotAllowed, Role
from data.deadlines import expected, last_due
from data.queries import coverage, deliveries, series
from data.schema import account, indicator
from indicators.definition import PeriodKind

AUGUST = date(2026, 8, 1)


def missing(world, today: date, **options) -> list[tuple[str, list[int]]]:
    found = coverage.missing(world.store, SYSTEM, today=today, **options)
    return [(one.unit_code, [period.month for period in one.periods]) for one in found]


def test_a_month_is_missing_from_the_day_after_its_deadline(world) -> None:
    world.follow("SCREEN", "H1-A", AUGUST)
    world.deliver_months("SCREEN", "H1-A", AUGUST, 50, 50)
    assert missing(world, date(2026, 11, 10)) == []
    assert missing(world, date(2026, 11, 11)) == [("H1-A", [10])]
    assert missing(world, date(2026, 11, 11), deadline_day=15) == []
    world.store.deadline_day = 5
    assert missing(world, date(2026, 11, 6)) == [("H1-A", [10])]


def test_gaps_withdrawn_and_empty_months_are_missing_and_months_outside_the_series_are_not(world) -> None:
    world.follow("SCREEN", "H1-A", date(2026, 5, 1), ends_on=date(2026, 9, 15))
    world.deliver_months("SCREEN", "H1-A", date(2026, 5, 1), 50, None)
    wrong = world.deliver_months("SCREEN", "H1-A", date(2026, 7, 1), 50)
    world.deliver_months("SCREEN", "H1-A", AUGUST, 50)
    world.withdraw(wrong, datetime(2026, 11, 6, 8, 0))
    (one,) = coverage.missing(world.store, SYSTEM, today=date(2026, 11, 23))
    assert [period.month for period in one.periods] == [6, 7, 9]
    assert (one.owner, one.oldest, one.late_since) == ("Ida Holm", date(2026, 6, 1), date(2026, 7, 11))


def test_the_longest_overdue_comes_first_and_only_units_in_sight(world) -> None:
    world.follow("SCREEN", "H1-A", AUGUST)
    world.follow("SCREEN", "H2-A", date(2026, 6, 1))
    assert [code for code, _ in missing(world, date(2026, 11, 23))] == ["H2-A", "H1-A"]
    leader = world.viewer(Role.LEADER, "H1")
    assert [one.unit_code for one in coverage.missing(world.store, leader, today=date(2026, 11, 23))] == ["H1-A"]
    assert [one.unit_code for one in series.listed(world.store, leader)] == ["H1-A"]
    with pytest.raises(NotAllowed):
        coverage.missing(world.store, leader, ["H2-A"], today=date(2026, 11, 23))


def test_quarters_are_counted_in_quarters(world) -> None:
    world.store.write(
        lambda c: c.execute(indicator.update().where(indicator.c.code == "SCREEN").values(period="quarter"))
    )
    world.follow("SCREEN", "H1-A", date(2026, 1, 1))
    world.deliver([("SCREEN", "H1-A", date(2026, 1, 1), 50, 90)])
    assert missing(world, date(2026, 11, 23)) == [("H1-A", [4, 7])]


@pytest.mark.parametrize(
    ("kind", "today", "last"),
    [
        (PeriodKind.MONTH, date(2027, 1, 10), date(2026, 11, 1)),
        (PeriodKind.MONTH, date(2027, 1, 11), date(2026, 12, 1)),
        (PeriodKind.QUARTER, date(2027, 1, 10), date(2026, 7, 1)),
        (PeriodKind.QUARTER, date(2027, 1, 11), date(2026, 10, 1)),
        (PeriodKind.YEAR, date(2027, 1, 10), date(2025, 1, 1)),
        (PeriodKind.YEAR, date(2027, 1, 11), date(2026, 1, 1)),
        # The week of Monday 26 October ends on 1 November and is delivered with November.
        (PeriodKind.WEEK, date(2026, 11, 23), date(2026, 10, 19)),
        (PeriodKind.WEEK, date(2026, 12, 11), date(2026, 11, 23)),
    ],
)
def test_what_is_due(kind: PeriodKind, today: date, last: date) -> None:
    assert last_due(today, kind, 10) == last


def test_nothing_is_expected_before_the_first_deadline() -> None:
    assert expected(date(2026, 11, 1), None, PeriodKind.MONTH, today=date(2026, 11, 23), deadline_day=10) is None


# ----------------------------------------------------------------------------------------------------- deliveries


def test_deliveries_are_seen_by_who_sent_them_and_by_those_whose_units_they_touch(world) -> None:
    for number, name in ((1, "Ida Holm"), (7, "Bo Sø")):
        row = {"name": name, "email": f"{number}@example.dk", "title": "", "password_hash": "", "is_active": True}
        world.store.write(
            lambda c, row=row, number=number: c.execute(
                insert(account).values(id=number, created_at=datetime(2026, 1, 1), **row)
            )
        )
    world.deliver([("SCREEN", "H1-A", AUGUST, 50, 90)], receipt="T-1", account_id=7, at=datetime(2026, 9, 5, 8, 0))
    world.deliver([("SCREEN", "H2-A", AUGUST, 50, 90)], receipt="T-2", account_id=7, at=datetime(2026, 9, 6, 8, 0))
    world.deliver([("SCREEN", "H2-A", AUGUST, 51, 90)], receipt="T-3", account_id=1, at=datetime(2026, 9, 7, 8, 0))

    def seen(viewer) -> list[str]:
        return [one.receipt for one in deliveries.recent(world.store, viewer)]

    leader = world.viewer(Role.LEADER, "H1")  # account 1
    assert seen(SYSTEM) == ["T-3", "T-2", "T-1"]
    assert seen(leader) == ["T-3", "T-1"]
    assert [one.receipt for one in deliveries.recent(world.store, SYSTEM, limit=1)] == ["T-3"]
    first = deliveries.get(world.store, leader, " T-1 ")
    assert (first.account_name, first.touched, first.findings) == ("Bo Sø", (("SCREEN", "H1-A"),), [])
    assert deliveries.get(world.store, leader, "T-3").touched == (), "one's own delivery, of a unit out of sight"
    with pytest.raises(NotAllowed, match="T-2"):
        deliveries.get(world.store, leader, "T-2")

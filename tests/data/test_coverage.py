from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import insert

from data.access import SYSTEM, NotAllowed, Role
from data.deadlines import expected, last_due
from data.month_states import State, set_state
from data.queries import coverage, deliveries, series
from data.queries.coverage import Received
from data.schema import account, indicator, unit
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


def test_a_month_declared_without_figures_is_neither_missing_nor_expected(world) -> None:
    world.follow("SCREEN", "H1-A", AUGUST)
    world.deliver_months("SCREEN", "H1-A", AUGUST, 50)
    september, october = (("SCREEN", "H1-A", date(2026, month, 1)) for month in (9, 10))
    assert missing(world, date(2026, 11, 23)) == [("H1-A", [9, 10])]
    now = datetime(2026, 11, 23, 8, 0)
    set_state(world.store, SYSTEM, [september], State.NO_FIGURES, now=now, reason="lukket om sommeren")
    assert missing(world, date(2026, 11, 23)) == [("H1-A", [10])]

    def months() -> list[tuple[Received, int]]:
        given = {"first": AUGUST, "last": date(2026, 10, 1), "today": date(2026, 11, 23)}
        (one,) = coverage.completeness(world.store, SYSTEM, ["H1-A"], **given).units
        assert [cell.state for cell in one.months] == [cell.state for cell in one.series[0].months]
        return [(cell.state, cell.n_without) for cell in one.series[0].months]

    assert months() == [(Received.LATE, 0), (Received.NOT_EXPECTED, 1), (Received.MISSING, 0)]
    set_state(world.store, SYSTEM, [september], State.EMPTY, now=now)
    set_state(world.store, SYSTEM, [october], State.NO_FIGURES, now=now, reason="lukket")
    world.deliver_months("SCREEN", "H1-A", date(2026, 10, 1), 50)
    assert [state for state, _n in months()][1:] == [Received.MISSING, Received.ON_TIME], "a figure counts all the same"


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


# ------------------------------------------------------------------------------------------------------- completeness

TODAY = date(2026, 11, 23)
WINDOW = {"first": date(2025, 11, 1), "last": date(2026, 11, 1), "today": TODAY}


def told(world, viewer=SYSTEM, **options):
    """By unit: what each month says, in short."""
    found = coverage.completeness(world.store, viewer, **(WINDOW | options))
    short = {"on_time": "·", "not_due": "o", "not_expected": " ", "missing": "X"}

    def word(month) -> str:
        counted = f"{month.n_received}/{month.n_expected}"
        return short.get(month.state, f"+{month.days_late}" if month.state == "late" else counted)

    return {one.code: "".join(word(month) for month in one.months) for one in found.units}


def test_a_month_is_on_time_late_partly_there_missing_not_due_or_not_expected(world) -> None:
    world.follow("SCREEN", "H1-A", date(2026, 7, 15))
    world.follow("FALD", "H1-A", date(2026, 8, 1))
    world.deliver_months("SCREEN", "H1-A", date(2026, 7, 1), 50, 50, at=datetime(2026, 9, 10, 8, 0))
    world.deliver_months("FALD", "H1-A", AUGUST, 3, out_of=None, at=datetime(2026, 9, 10, 21, 59))
    world.deliver_months("FALD", "H1-A", date(2026, 9, 1), 3, out_of=None, at=datetime(2026, 10, 10, 22, 0))
    # July came on 10 September, a month late; the last minute of 10 September in Copenhagen is in time; September came
    # just after midnight on the 11th, and of one series only.
    assert told(world) == {"H1-A": "        +31·1/2Xo"}
    found = coverage.completeness(world.store, SYSTEM, **WINDOW)
    (unit,) = found.units
    assert (unit.n_months, unit.n_full, unit.n_on_time, unit.n_lacking) == (4, 2, 1, 2)
    assert (unit.months[10].missing, unit.months[11].missing) == (("SCREEN",), ("FALD", "SCREEN"))
    assert unit.series[0].months[10].received_on == date(2026, 10, 11)
    assert (found.units_of_month(10), found.units_of_month(0)) == ((1, 0), (0, 0))
    assert (found.latest_due, found.deadlines[11]) == (11, date(2026, 11, 10))


def test_the_first_delivery_that_counts_decides_and_a_correction_makes_nothing_late(world) -> None:
    world.follow("SCREEN", "H1-A", AUGUST)
    first = world.deliver_months("SCREEN", "H1-A", AUGUST, 50, 50, 50, at=datetime(2026, 9, 5, 8, 0))
    world.deliver_months("SCREEN", "H1-A", AUGUST, 60, at=datetime(2026, 11, 20, 8, 0))
    world.deliver_months("SCREEN", "H1-A", date(2026, 10, 1), None, at=datetime(2026, 11, 21, 8, 0))
    assert told(world)["H1-A"].strip() == "··Xo", "an emptied month is missing, a corrected one is not late"
    world.withdraw(first, datetime(2026, 11, 22, 8, 0))
    assert told(world)["H1-A"].strip() == "+71XXo", "without the first delivery the second is the first"


def test_nothing_is_expected_before_a_series_or_a_unit_begins_nor_after_it_ends(world) -> None:
    world.follow("SCREEN", "H1-A", date(2020, 1, 1), ends_on=date(2026, 2, 10))
    world.follow("SCREEN", "H1-B", date(2020, 1, 1))
    world.follow("SCREEN", "NY", date(2020, 1, 1))
    world.store.write(
        lambda c: c.execute(unit.update().where(unit.c.code == "H1-B").values(valid_to=date(2026, 1, 31)))
    )
    assert told(world) == {"H1-A": "XXXX         ", "H1-B": "XXX          ", "NY": " " * 13}
    found = coverage.completeness(world.store, SYSTEM, **WINDOW)
    assert (found.n_months, found.unit("NY").n_months) == (7, 0)


def test_quarters_stand_in_their_last_month_weeks_in_the_month_they_end_and_cases_nowhere(world) -> None:
    for code, kind in (("SCREEN", "quarter"), ("FALD", "week")):
        world.store.write(
            lambda c, code=code, kind=kind: c.execute(
                indicator.update().where(indicator.c.code == code).values(period=kind)
            )
        )
    world.follow("SCREEN", "H1-A", date(2026, 1, 1))
    world.deliver([("SCREEN", "H1-A", date(2026, 1, 1), 50, 90)], at=datetime(2026, 4, 10, 8, 0))
    world.follow("FALD", "H1-B", date(2026, 10, 1))
    weeks = [date(2026, 9, 28), date(2026, 10, 5), date(2026, 10, 12)]
    world.deliver([("FALD", "H1-B", day, 1, None) for day in weeks], at=datetime(2026, 11, 1))
    assert told(world) == {"H1-A": "    ·  X  X  ", "H1-B": " " * 11 + "0/1o"}
    october = coverage.completeness(world.store, SYSTEM, **WINDOW).unit("H1-B").series[0].months[11]
    assert (october.state, october.n_expected, october.n_received) == ("partial", 4, 3)
    world.store.write(lambda c: c.execute(indicator.update().values(period="day")))
    assert told(world) == {}


def test_completeness_is_of_units_in_sight_and_names_only_those_one_answers_for(world) -> None:
    world.follow("SCREEN", "H1-A", AUGUST)
    world.follow("SCREEN", "H2-A", AUGUST)
    leader, evaluator = world.viewer(Role.LEADER, "H1"), world.viewer(Role.EVALUATOR, None, "1")
    assert list(told(world, leader)) == ["H1-A"] and list(told(world, evaluator)) == ["H1-A"]
    names = {
        viewer: coverage.completeness(world.store, viewer, **WINDOW).units[0].series[0].owner
        for viewer in (leader, evaluator)
    }
    assert names == {leader: "Ida Holm", evaluator: ""}
    with pytest.raises(NotAllowed):
        coverage.completeness(world.store, leader, ["H2-A"], **WINDOW)
    assert coverage.units_below(world.store, leader, "H1") == ["H1", "H1-A", "H1-B", "H1-C"]
    assert coverage.units_below(world.store, evaluator, "H1-A") == ["H1-A"]


def test_what_is_missing_and_what_is_not_full_are_the_same_months(world) -> None:
    """`missing` and `completeness` are two ways to the same: the demo's page and its list must not disagree."""
    world.follow("SCREEN", "H1-A", date(2026, 1, 1))
    world.follow("FALD", "H1-B", date(2026, 5, 1), ends_on=date(2026, 8, 31))
    world.deliver_months("SCREEN", "H1-A", date(2026, 2, 1), 1, None, 3, 4)
    world.deliver_months("FALD", "H1-B", date(2026, 6, 1), 1, out_of=None)
    lists = {one.unit_code: one.periods for one in coverage.missing(world.store, SYSTEM, today=TODAY)}
    found = coverage.completeness(world.store, SYSTEM, **WINDOW)
    lacking = {
        one.code: tuple(
            month for month, here in zip(found.months, one.months, strict=True) if here.state is Received.MISSING
        )
        for one in found.units
    }
    assert lacking == lists

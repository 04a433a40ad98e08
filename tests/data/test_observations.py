from __future__ import annotations

from datetime import date, datetime

import pandas as pd
import pytest
from sqlalchemy import insert

from data.access import SYSTEM, Role
from data.queries import decisions, observations
from data.reading import FOREVER
from data.schema import annotation, exclusion, phase

JANUARY, MARCH, APRIL = date(2026, 1, 1), date(2026, 3, 1), date(2026, 4, 1)


def numerators(world, as_of=None) -> list[float]:
    return observations.current(world.store, SYSTEM, "SCREEN", "H1-A", as_of).numerator.tolist()


def test_a_correction_is_a_new_row_and_the_newest_counts(world) -> None:
    world.deliver_months("SCREEN", "H1-A", JANUARY, 70, 71, at=datetime(2026, 3, 5, 8, 0))
    world.deliver_months("SCREEN", "H1-A", JANUARY, 75, at=datetime(2026, 4, 5, 8, 0))
    frame = observations.current(world.store, SYSTEM, "SCREEN", "H1-A")
    assert frame.columns.tolist() == observations.COLUMNS
    assert frame.period_start.tolist() == [JANUARY, date(2026, 2, 1)]
    assert frame.numerator.tolist() == [75, 71]
    assert frame.delivery_id.tolist() == [2, 1]
    assert frame.recorded_at.tolist() == [datetime(2026, 4, 5, 8, 0), datetime(2026, 3, 5, 8, 0)]
    assert not frame.is_hidden.any()


def test_an_old_date_gives_the_old_figures(world) -> None:
    world.deliver_months("SCREEN", "H1-A", JANUARY, 70, 71, at=datetime(2026, 3, 5, 8, 0))
    world.deliver_months("SCREEN", "H1-A", JANUARY, 75, 76, 77, at=datetime(2026, 4, 5, 8, 0))
    assert numerators(world, date(2026, 3, 4)) == []
    assert numerators(world, date(2026, 3, 5)) == [70, 71], "a date means to the end of that day"
    assert numerators(world, datetime(2026, 3, 5, 7, 59)) == [], "a moment means that moment"
    assert numerators(world, date(2026, 4, 4)) == [70, 71]
    assert numerators(world, datetime(2026, 4, 5, 8, 0)) == [75, 76, 77]
    assert numerators(world) == [75, 76, 77]


def test_a_withdrawn_delivery_vanishes_from_now_and_not_from_before(world) -> None:
    world.deliver_months("SCREEN", "H1-A", JANUARY, 70, 71, at=datetime(2026, 3, 5, 8, 0))
    wrong = world.deliver_months("SCREEN", "H1-A", JANUARY, 7, 7, 7, at=datetime(2026, 4, 5, 8, 0))
    world.withdraw(wrong, datetime(2026, 4, 6, 12, 0))
    assert numerators(world) == [70, 71]
    assert numerators(world, datetime(2026, 4, 6, 11, 59)) == [7, 7, 7]
    assert numerators(world, date(2026, 4, 6)) == [70, 71]


def test_two_rows_of_the_same_moment_are_told_apart_by_their_order(world) -> None:
    moment = datetime(2026, 3, 5, 8, 0)
    world.deliver_months("SCREEN", "H1-A", JANUARY, 70, at=moment)
    world.deliver_months("SCREEN", "H1-A", JANUARY, 75, at=moment)
    assert numerators(world) == [75]


def test_many_series_come_in_one_frame_and_only_those_asked_for(world) -> None:
    for unit_code in ("H1-A", "H1-B", "H2-A"):
        world.deliver_months("SCREEN", unit_code, JANUARY, 50, 60)
    frame = observations.current_many(world.store, SYSTEM, [("SCREEN", "H2-A"), ("SCREEN", "H1-A"), ("SCREEN", "H1")])
    assert list(zip(frame.indicator_code, frame.unit_code, frame.numerator, strict=True)) == [
        ("SCREEN", "H1-A", 50),
        ("SCREEN", "H1-A", 60),
        ("SCREEN", "H2-A", 50),
        ("SCREEN", "H2-A", 60),
    ]
    assert observations.current_many(world.store, SYSTEM, []).empty


def test_a_series_nobody_delivered_is_an_empty_frame_with_its_columns(world) -> None:
    frame = observations.current(world.store, SYSTEM, "SCREEN", "H1")
    assert frame.empty
    assert frame.columns.tolist() == observations.COLUMNS


def test_the_slow_way_gives_the_same_as_the_statement(world) -> None:
    """The newest row per period, worked out row by row in Python, for every day of the story."""
    deliveries = []
    for number, (first, values) in enumerate(
        [(JANUARY, (1, 2, 3)), (MARCH, (30, 40)), (JANUARY, (10,)), (APRIL, (44,))]
    ):
        at = datetime(2026, 5, 1 + 2 * number, 9, 0)
        deliveries.append((world.deliver_months("SCREEN", "H1-A", first, *values, at=at), at, first, values))
    world.withdraw(deliveries[2][0], datetime(2026, 5, 6, 9, 0))
    world.withdraw(deliveries[3][0], datetime(2026, 5, 8, 9, 0))
    withdrawn = {deliveries[2][0]: datetime(2026, 5, 6, 9, 0), deliveries[3][0]: datetime(2026, 5, 8, 9, 0)}
    for day in range(1, 10):
        moment = datetime(2026, 5, day, 23, 59)
        expected: dict[int, float] = {}
        for delivery_id, at, first, values in deliveries:
            if at <= moment and not withdrawn.get(delivery_id, FOREVER) <= moment:
                expected |= {first.month + offset: float(value) for offset, value in enumerate(values)}
        frame = observations.current(world.store, SYSTEM, "SCREEN", "H1-A", moment)
        assert dict(zip((one.month for one in frame.period_start), frame.numerator, strict=True)) == expected, moment
        # One series and several are read by statements of their own.
        two = observations.current_many(world.store, SYSTEM, [("SCREEN", "H1-A"), ("SCREEN", "H1-B")], moment)
        pd.testing.assert_frame_equal(two[observations.COLUMNS], frame)


def test_decisions_stand_from_when_they_were_made_until_they_were_withdrawn(world) -> None:
    made, ended = datetime(2026, 5, 1, 9, 0), datetime(2026, 6, 1, 9, 0)
    common = {"indicator_code": "SCREEN", "unit_code": "H1-A", "author": "Ida Holm", "created_at": made}

    def write(connection) -> None:
        connection.execute(
            insert(phase).values(
                starts_on=APRIL, name_da="Ny praksis", name_en="New practice", is_break=False,
                reason_da="r", reason_en="r",
                withdrawn_at=ended, **common,
            )
        )  # fmt: skip
        connection.execute(insert(exclusion).values(period_start=MARCH, reason="strejke", **common))

    world.store.write(write)
    ask = (world.store, world.viewer(Role.LEADER, "H1"), "SCREEN", "H1-A")
    assert decisions.phases(*ask, date(2026, 4, 30)) == []
    assert [one.name for one in decisions.phases(*ask, date(2026, 5, 1), language="en")] == ["New practice"]
    assert decisions.phases(*ask) == []
    assert [one.period for one in decisions.exclusions(*ask)] == [MARCH]
    assert decisions.exclusions(*ask, date(2026, 4, 30)) == []


@pytest.mark.parametrize(
    ("indicator_code", "unit_code", "is_shown"),
    [
        ("SCREEN", "H1-A", True),
        (None, "H1-A", True),
        (None, "H1", True),
        ("SCREEN", None, True),
        (None, None, True),
        ("FALD", "H1-A", False),
        (None, "H1-B", False),
        (None, "H2", False),
    ],
)
def test_a_note_shows_on_its_series_its_unit_what_is_below_it_or_everywhere(
    world, indicator_code: str | None, unit_code: str | None, is_shown: bool
) -> None:
    note = {
        "kind": "event", "indicator_code": indicator_code, "unit_code": unit_code, "starts_on": APRIL,
        "text_da": "Ny afdeling", "text_en": "New ward", "author": "Ida Holm", "created_at": datetime(2026, 5, 1),
    }  # fmt: skip
    world.store.write(lambda connection: connection.execute(insert(annotation).values(**note)))
    found = decisions.annotations(world.store, world.viewer(Role.LEADER, "H1-A"), "SCREEN", "H1-A")
    assert [one.text.say("en") for one in found] == (["New ward"] if is_shown else [])

"""Deliveries taken back and put in again, any number of times, and what "as of" any moment then gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from data import month_states, reading
from data.access import SYSTEM, NotAllowed, Role
from data.errors import Refused
from data.month_states import PeriodLocked, State, set_state
from data.queries import audit, deliveries
from data.queries import states as stored
from data.schema import delivery_event
from data.withdrawal import may_undo, restore, withdraw

TODAY, NOW = date(2026, 11, 23), datetime(2026, 11, 23, 8, 0)
MONTHS = [date(2026, month, 1) for month in (7, 8, 9)]
SERIES = ("SCREEN", "H1-A")


@dataclass
class PlainStore:
    """The boring second version: lists of what was said and done, read from the front every time."""

    rows: list[tuple[datetime, int, date, float]] = field(default_factory=list)  # recorded, delivery, month, numerator
    events: list[tuple[datetime, int, str]] = field(default_factory=list)

    def as_of(self, moment: datetime) -> dict[date, float]:
        withdrawn = set()
        for at, delivery, kind in self.events:
            if at <= moment:
                (withdrawn.add if kind == "withdrawn" else withdrawn.discard)(delivery)
        found = {}
        for recorded, delivery, month, numerator in self.rows:
            if recorded <= moment and delivery not in withdrawn:
                found[month] = numerator
        return found


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("deliver"), st.lists(st.sampled_from(MONTHS), min_size=1, max_size=3, unique=True)),
        st.tuples(st.sampled_from(["withdraw", "restore"]), st.integers(0, 3)),
    ),
    min_size=3,
    max_size=7,
)
numbered = count(1)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_every_moment_gives_back_what_counted_then(world, acts: Sequence[tuple[str, object]]) -> None:
    plain, mine, code = PlainStore(), [], f"P{next(numbered)}"
    moments = [NOW + timedelta(hours=hour) for hour in range(len(acts))]
    for (act, what), at in zip(acts, moments, strict=True):
        if act == "deliver":
            number = float(len(plain.rows) + 10)
            receipt = f"{code}-{len(mine)}"
            world.deliver([(code, "H1-A", month, number, 100) for month in what], at=at, receipt=receipt)
            mine.append(receipt)
            plain.rows += [(at, len(mine) - 1, month, number) for month in what]
        elif mine:
            one = int(what) % len(mine)
            change, kind = (withdraw, "withdrawn") if act == "withdraw" else (restore, "restored")
            change(world.store, SYSTEM, mine[one], today=TODAY, now=at, reason="prøve")
            plain.events.append((at, one, kind))
    with world.store.read() as connection:
        for moment in [*moments, moments[0] - timedelta(minutes=1), *(at + timedelta(minutes=1) for at in moments)]:
            frame = reading.observations(connection, [(code, "H1-A")], moment)
            there = dict(zip(frame["period_start"], frame["numerator"], strict=True))
            assert there == plain.as_of(moment), moment
        now = reading.observations(connection, [(code, "H1-A")])
    assert dict(zip(now["period_start"], now["numerator"], strict=True)) == plain.as_of(datetime(9999, 1, 1))


def one_delivery(
    world, *, at: datetime = NOW - timedelta(hours=2), receipt: str = "T-1", numerator: float = 40
) -> None:
    world.deliver([(*SERIES, month, numerator, 100) for month in MONTHS], at=at, receipt=receipt)


def test_restoring_brings_figures_states_and_the_row_back_and_writes_each_step_down(world) -> None:
    team = world.viewer(Role.QUALITY_TEAM, "H1")
    one_delivery(world)
    withdraw(world.store, team, "T-1", today=TODAY, now=NOW, reason="forkert fil")
    assert deliveries.get(world.store, team, "T-1").is_withdrawn
    assert stored.one(world.store, team, *SERIES).latest_value is None
    (state,) = restore(world.store, team, "T-1", today=TODAY, now=NOW + timedelta(hours=1), reason="var rigtig")
    row = deliveries.get(world.store, team, "T-1")
    assert (row.state, row.withdrawn_at, state.latest_value) == ("committed", None, 40.0)
    assert [(one.kind, one.reason, one.author) for one in row.events] == [
        ("withdrawn", "forkert fil", "Ida Holm"),
        ("restored", "var rigtig", "Ida Holm"),
    ]
    said = audit.recent(world.store, SYSTEM, subject="T-1")
    assert [event.action for event in said] == ["delivery.restored", "delivery.withdrawn"]
    assert said[0].detail == {"reason": "var rigtig", "series": 1, "months": 3}
    assert audit.check(world.store, SYSTEM).is_whole
    assert restore(world.store, team, "T-1", today=TODAY, now=NOW, reason="igen") == []


def test_whoever_delivered_can_undo_for_24_hours_and_others_need_a_reason(world) -> None:
    mine, other = world.viewer(Role.QUALITY_TEAM, "H1"), SYSTEM
    one_delivery(world, at=NOW - timedelta(hours=24), receipt="T-1")
    one_delivery(world, at=NOW - timedelta(hours=24) + timedelta(seconds=1), receipt="T-2", numerator=50)
    rows = {row.receipt: row for row in deliveries.recent(world.store, mine)}
    assert not may_undo(rows["T-1"], NOW)
    assert may_undo(rows["T-2"], NOW)
    assert not may_undo(deliveries.get(world.store, other, "T-2"), NOW), "somebody else's delivery"
    for viewer, receipt in ((mine, "T-1"), (other, "T-2")):
        with pytest.raises(Refused, match="Give a reason"):
            withdraw(world.store, viewer, receipt, today=TODAY, now=NOW, reason=" ")
    assert len(withdraw(world.store, mine, "T-2", today=TODAY, now=NOW)) == 1
    assert not may_undo(deliveries.get(world.store, mine, "T-2"), NOW), "it is undone already"


def test_leaders_cannot_undo_and_nothing_personal_is_kept_as_a_reason(world) -> None:
    one_delivery(world)
    with pytest.raises(NotAllowed):
        withdraw(world.store, world.viewer(Role.LEADER, "H1"), "T-1", today=TODAY, now=NOW, reason="fejl")
    with pytest.raises(Refused, match="CPR") as refused:
        withdraw(world.store, SYSTEM, "T-1", today=TODAY, now=NOW, reason="patient 010190-1234")
    assert "010190" not in str(refused.value) + refused.value.reason("da")


def test_a_locked_month_refuses_both_ways_in_words_and_nothing_is_written(world) -> None:
    team = world.viewer(Role.QUALITY_TEAM, "H1")
    one_delivery(world)
    set_state(world.store, team, [(*SERIES, MONTHS[1])], State.LOCKED, now=NOW)
    with pytest.raises(PeriodLocked) as refused:
        withdraw(world.store, team, "T-1", today=TODAY, now=NOW)
    assert refused.value.reason("da").startswith("August 2026 for name SCREEN i Kirurgisk Afdeling er låst")
    assert "August 2026 of name SCREEN in Kirurgisk Afdeling is locked" in str(refused.value)
    assert not deliveries.get(world.store, team, "T-1").is_withdrawn
    with world.store.read() as connection:
        assert connection.execute(select(delivery_event)).all() == []

    set_state(world.store, team, [(*SERIES, MONTHS[1])], State.SUBMITTED, now=NOW, reason="rettelse")
    withdraw(world.store, team, "T-1", today=TODAY, now=NOW)
    one_delivery(world, at=NOW, receipt="T-2", numerator=70)
    set_state(world.store, team, [(*SERIES, MONTHS[1])], State.LOCKED, now=NOW)
    # T-2 stands in front of it: putting T-1 in again changes no figure, and so no locked month.
    assert len(restore(world.store, team, "T-1", today=TODAY, now=NOW)) == 1


def test_an_approved_month_whose_figure_changes_is_submitted_again(world) -> None:
    team = world.viewer(Role.QUALITY_TEAM, "H1")
    one_delivery(world)
    one_delivery(world, at=NOW - timedelta(hours=1), receipt="T-2", numerator=60)
    keys = [(*SERIES, month) for month in MONTHS]
    set_state(world.store, team, keys[:1], State.APPROVED, now=NOW)
    withdraw(world.store, team, "T-2", today=TODAY, now=NOW)
    states = month_states.of_months(world.store, team, ["H1-A"])
    assert [states[key].state for key in keys] == [State.SUBMITTED] * 3
    assert (states[keys[0]].reason, states[keys[1]].reason) == ("T-2", "")


def test_a_delivery_withdrawn_before_events_were_kept_is_found_by_its_event(world) -> None:
    # What migration 0002 writes for it.
    one = world.deliver([(*SERIES, MONTHS[0], 40, 100)], at=NOW - timedelta(days=9))
    world.store.write(
        lambda connection: connection.execute(
            insert(delivery_event).values(
                delivery_id=one, kind="withdrawn", reason="", author="", at=NOW - timedelta(days=8)
            )
        )
    )
    with world.store.read() as connection:
        assert reading.observations(connection, [SERIES]).empty
        assert len(reading.observations(connection, [SERIES], NOW - timedelta(days=8, seconds=1))) == 1

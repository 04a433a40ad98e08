"""Signals marked as seen: one person's own, and only the signal that was there."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from data import seen
from data.access import Role
from data.errors import NotAllowed
from data.queries import states
from data.states import recalculate

NOW = datetime(2026, 11, 23, 8, 0)


def some_state(world, viewer):
    """A series that has improved since January."""
    start = date(2025, 1, 1)
    world.follow("SCREEN", "H1-A", start)
    world.deliver_months("SCREEN", "H1-A", start, *[60, 58, 61, 59, 62, 60, 57, 61, 63, 59, 62, 58], *[81] * 10)
    world.store.write(
        lambda connection: recalculate(connection, [("SCREEN", "H1-A")], today=date(2026, 11, 23), now=NOW)
    )
    (state,) = states.of_units(world.store, viewer, ["H1-A"])
    assert state.is_signal
    return state


def test_a_mark_is_the_persons_own_and_can_be_taken_away(world):
    ida, kim = (
        replace(world.viewer(Role.LEADER, "H1-A"), account_id=1),
        replace(world.viewer(Role.LEADER, "H1-A"), account_id=2),
    )
    state = some_state(world, ida)
    seen.mark(world.store, ida, [state], now=NOW)
    seen.mark(world.store, ida, [state], now=NOW)
    key = (state.indicator_code, state.unit_code)
    assert seen.seen(world.store, ida) == {key: seen.signal_of(state)}
    assert seen.seen(world.store, kim) == {}
    seen.unmark(world.store, ida, *key)
    assert seen.seen(world.store, ida) == {}


def test_a_signal_that_grows_is_the_same_and_another_rule_or_beginning_is_not(world):
    state = some_state(world, world.viewer(Role.LEADER, "H1-A"))
    grown = replace(state, signal_last=date(2026, 10, 1), n_signal_points=12)
    assert seen.signal_of(grown) == seen.signal_of(state)
    assert seen.signal_of(replace(state, rule="another")) != seen.signal_of(state)
    assert seen.signal_of(replace(state, signal_first=date(2026, 2, 1))) != seen.signal_of(state)


def test_nobody_marks_what_is_out_of_sight(world):
    state = replace(some_state(world, world.viewer(Role.LEADER, "H1-A")), unit_code="H2-A")
    stranger = replace(world.viewer(Role.LEADER, "H1-A"), account_id=1)
    if stranger.may_see("H2-A"):
        stranger = replace(stranger, readable_units=frozenset({"H1-A"}))
    with pytest.raises(NotAllowed):
        seen.mark(world.store, stranger, [state], now=NOW)
    assert seen.seen(world.store, stranger) == {}

"""What is typed and not delivered yet."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from data import drafts
from data.access import SYSTEM, NotAllowed, NotFound, Role
from data.drafts import Draft
from data.errors import Refused
from data.queries import observations
from data.schema import draft
from tests.data.test_month_states import add_account

NOW = datetime(2026, 11, 23, 8, 0)
SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)


def test_a_draft_keeps_texts_as_they_were_written_and_counts_in_nothing(world) -> None:
    add_account(world)
    team = world.viewer(Role.QUALITY_TEAM, "H1")
    version = world.store.data_version()
    one = Draft("SCREEN", "H1-A", OCTOBER, numerator=" 41,", denominator="?", note="mangler afsnit 3")
    assert drafts.save(world.store, team, [one], now=NOW) == 1
    (found,) = drafts.load(world.store, team, ["H1-A"])
    assert (found.numerator, found.denominator, found.note) == (" 41,", "?", "mangler afsnit 3")
    assert (found.account_name, found.saved_at) == ("Ida Holm", NOW)
    assert observations.current(world.store, team, "SCREEN", "H1-A").empty
    assert world.store.data_version() == version


def test_the_later_of_two_people_on_a_month_stands_and_is_named(world) -> None:
    add_account(world)
    team, key = world.viewer(Role.QUALITY_TEAM, "H1"), ("SCREEN", "H1-A", OCTOBER)
    drafts.save(world.store, SYSTEM, [Draft(*key, numerator="1")], now=NOW)
    drafts.save(world.store, team, [Draft(*key, numerator="2")], now=NOW + timedelta(minutes=1))
    (found,) = drafts.load(world.store, team, ["H1-A"])
    assert (found.numerator, found.account_name) == ("2", "Ida Holm")


def test_an_emptied_month_and_a_cleared_one_are_drafts_no_more(world) -> None:
    team = world.viewer(Role.QUALITY_TEAM, "H1")
    keys = [("SCREEN", "H1-A", SEPTEMBER), ("SCREEN", "H1-A", OCTOBER), ("FALD", "H1-A", OCTOBER)]
    drafts.save(world.store, team, [Draft(*key, value="7") for key in keys], now=NOW)
    assert drafts.save(world.store, team, [Draft(*keys[0], value=" ")], now=NOW) == 0
    assert drafts.clear(world.store, team, [keys[1], keys[1]]) == 1
    assert [one.key for one in drafts.load(world.store, team, ["H1-A"])] == [keys[2]]
    assert drafts.clear(world.store, team, []) == 0


@pytest.mark.parametrize("field", ["numerator", "note"])
def test_nothing_that_looks_like_a_cpr_number_is_kept_or_repeated(world, field: str) -> None:
    good, bad = Draft("SCREEN", "H1-A", SEPTEMBER, value="7"), {field: "se 010190-1234"}
    with pytest.raises(Refused, match="CPR") as refused:
        drafts.save(world.store, SYSTEM, [good, Draft("SCREEN", "H1-A", OCTOBER, **bad)], now=NOW)
    assert "010190" not in str(refused.value)
    with pytest.raises(Refused, match="too long"):
        drafts.save(world.store, SYSTEM, [good, Draft("SCREEN", "H1-A", OCTOBER, **{field: "x" * 2001})], now=NOW)
    with world.store.read() as connection:
        assert connection.scalar(select(func.count()).select_from(draft)) == 0


def test_drafts_are_for_those_who_deliver(world) -> None:
    one = Draft("SCREEN", "H1-A", OCTOBER, value="7")
    for viewer in (world.viewer(Role.LEADER, "H1"), world.viewer(Role.QUALITY_TEAM, "H2")):
        with pytest.raises(NotAllowed):
            drafts.save(world.store, viewer, [one], now=NOW)
        with pytest.raises(NotAllowed):
            drafts.load(world.store, viewer, ["H1-A"])
        with pytest.raises(NotAllowed):
            drafts.clear(world.store, viewer, [one.key])
    with pytest.raises(NotFound, match="NOPE"):
        drafts.save(world.store, SYSTEM, [Draft("NOPE", "H1-A", OCTOBER, value="7")], now=NOW)

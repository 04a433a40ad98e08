"""What is kept until anything is written, and who must never be served what was kept for somebody else."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from data import accounts
from data.access import SYSTEM, Grant, NotFound, Role, load_viewer
from data.queries import catalogue, series
from data.schema import target
from data.shelf import Shelf
from data.store import Store, write_info

NOW = datetime(2026, 11, 23, 8, 0)
TODAY = date(2026, 11, 23)


def leader(world, email: str, *units: str) -> None:
    grants = [Grant(Role.LEADER, unit) for unit in units]
    accounts.create(world.store, SYSTEM, email=email, name=email, password="lang-nok-2026", now=NOW, grants=grants)


def test_an_answer_is_worked_out_again_after_any_write_also_one_that_changes_no_figure(world) -> None:
    store: Store = world.store
    asked: list[int] = []

    def compute() -> int:
        asked.append(1)
        return len(asked)

    assert [store.until_written("key", compute) for _ in range(3)] == [1, 1, 1]
    version = store.data_version()
    store.write(lambda connection: write_info(connection, "note", "1"), changes_data=False)
    assert store.data_version() == version
    assert store.until_written("key", compute) == 2


def test_a_write_that_fails_and_is_rolled_back_leaves_what_was_kept(world) -> None:
    store: Store = world.store
    moment = store.moment

    def fails(_connection: object) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        store.write(fails)
    assert store.moment == moment


def test_an_answer_begun_before_a_write_is_not_taken_for_one_begun_after_it(world) -> None:
    store: Store = world.store

    def slow() -> str:
        store.write(lambda connection: write_info(connection, "note", "2"))  # somebody writes meanwhile
        return "old"

    assert store.until_written("key", slow) == "old"
    assert store.until_written("key", lambda: "new") == "new"


def test_a_right_that_is_taken_away_is_gone_at_the_next_request(world) -> None:
    store: Store = world.store
    leader(world, "leder@h1.example", "H1")
    assert load_viewer(store, "leder@h1.example", on=TODAY).may_see("H1-A")
    accounts.set_grants(store, SYSTEM, "leder@h1.example", [Grant(Role.LEADER, "H2")], now=NOW)
    viewer = load_viewer(store, "Leder@H1.example", on=TODAY)
    assert (viewer.may_see("H1-A"), viewer.may_see("H2-A")) == (False, True)
    accounts.create(store, SYSTEM, email="admin@x.example", name="A", password="lang-nok-2026", now=NOW,
                    grants=[Grant(Role.ADMINISTRATOR)])  # fmt: skip
    accounts.set_active(store, SYSTEM, "leder@h1.example", False, now=NOW)
    with pytest.raises(NotFound):
        load_viewer(store, "leder@h1.example", on=TODAY)


def test_two_viewers_with_other_rights_are_each_told_of_their_own_targets_and_series(world) -> None:
    store: Store = world.store
    code = catalogue.indicators(store, SYSTEM)[0].code
    row = {"indicator_code": code, "level": "department", "unit_code": "H1-A", "legal_kind": "own", "comparison": ">=",
           "value": 90.0, "unit_of_measure_da": "", "unit_of_measure_en": "", "validity_note_da": "",
           "validity_note_en": "", "text_da": "", "text_en": "", "source": "", "is_demo": False}  # fmt: skip
    store.write(lambda connection: connection.execute(target.insert().values(id=1, **row)))
    one, other = world.viewer(Role.LEADER, "H1"), world.viewer(Role.LEADER, "H2")
    for _again in range(2):
        assert [one.unit_code for one in catalogue.target_rows(store, one, code)] == ["H1-A"]
        assert catalogue.target_rows(store, other, code) == []
        assert {found.unit_code for found in series.listed(store, other)} <= {"H2", "H2-A"}


def test_what_a_caller_does_to_a_list_or_a_frame_reaches_nobody_else(world) -> None:
    store: Store = world.store
    catalogue.indicators(store, SYSTEM).clear()
    assert catalogue.indicators(store, SYSTEM)
    frame = catalogue.national_figures(store, SYSTEM)
    frame["value"] = 0.0
    frame["other"] = 1
    assert "other" not in catalogue.national_figures(store, SYSTEM).columns


def test_a_shelf_lets_go_of_what_was_asked_for_longest_ago_and_holds_no_more_than_its_room() -> None:
    shelf = Shelf(room=10, size=lambda answer: len(str(answer)))
    shelf.put("a", 1, "1234")
    shelf.put("b", 1, "1234")
    assert shelf.find("a", 1) == "1234"
    shelf.put("c", 1, "1234")
    assert (shelf.find("a", 1), shelf.find("b", 1), shelf.find("c", 1)) == ("1234", None, "1234")
    shelf.put("d", 1, "longer than the room")
    assert shelf.find("d", 1) is None
    shelf.put("a", 2, "123456")  # takes the place of the older one, and its room
    assert (shelf.find("a", 1), shelf.find("a", 2), shelf.find("c", 1)) == (None, "123456", "1234")

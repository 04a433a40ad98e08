"""The agenda of a unit's board meeting: whose it is, what may be on it, its order, and that no row is lost."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from data import agenda
from data.access import Role, Viewer
from data.errors import NotAllowed, NotFound, Refused
from data.schema import agenda_item, audit_event

NOW = datetime(2026, 11, 23, 8, 0)


@pytest.fixture
def board(world):
    for unit in ("H1", "H1-A", "H1-B", "H2-A"):
        world.follow("SCREEN", unit, date(2025, 1, 1))
    world.follow("FALD", "H1-A", date(2025, 1, 1))
    return world


def on_agenda(board, viewer: Viewer, unit: str = "H1") -> list[str]:
    return [
        f"{' '.join(item.pair)}{' fast' if item.is_standing else ''}"
        for item in agenda.listed(board.store, viewer, unit)
    ]


def test_a_leader_puts_series_on_the_agenda_once_orders_them_and_takes_them_off(board):
    ida = board.viewer(Role.LEADER, "H1")
    assert agenda.add(board.store, ida, "H1", "SCREEN", "H1-A", now=NOW) is True
    assert agenda.add(board.store, ida, "H1", "SCREEN", "H1-A", now=NOW) is False
    agenda.add(board.store, ida, "H1", "SCREEN", "H1-B", now=NOW)
    assert agenda.set_standing(board.store, ida, "H1", "FALD", "H1-A", True, now=NOW) is True
    assert on_agenda(board, ida) == ["SCREEN H1-A", "SCREEN H1-B", "FALD H1-A fast"]

    later = NOW + timedelta(days=1)
    agenda.arrange(board.store, ida, "H1", [("FALD", "H1-A"), ("SCREEN", "H1")], now=later)
    assert on_agenda(board, ida) == ["FALD H1-A fast", "SCREEN H1", "SCREEN H1-A", "SCREEN H1-B"]
    kept = {item.pair: item.added_at for item in agenda.listed(board.store, ida, "H1")}
    assert kept["SCREEN", "H1-A"] == NOW and kept["SCREEN", "H1"] == later

    assert agenda.take_off(board.store, ida, "H1", "FALD", "H1-A", now=later) is True
    assert agenda.take_off(board.store, ida, "H1", "FALD", "H1-A", now=later) is False
    assert agenda.set_standing(board.store, ida, "H1", "SCREEN", "H1", True, now=later) is True
    assert agenda.set_standing(board.store, ida, "H1", "SCREEN", "H1", True, now=later) is False
    assert on_agenda(board, ida) == ["SCREEN H1 fast", "SCREEN H1-A", "SCREEN H1-B"]
    with board.store.read() as connection:
        # Three that were there before they were arranged, four after: nothing is deleted, and every step is told.
        assert connection.scalar(select(func.count()).select_from(agenda_item)) == 7
        actions = connection.scalars(select(audit_event.c.action).order_by(audit_event.c.id)).all()
    assert actions[-6:] == [
        "agenda.added", "agenda.added", "agenda.standing", "agenda.arranged", "agenda.taken_off", "agenda.standing",
    ]  # fmt: skip


def test_only_those_who_lead_the_unit_change_its_agenda_and_evaluators_do_not_read_it(board):
    ida, kim = board.viewer(Role.LEADER, "H1"), board.viewer(Role.QUALITY_TEAM, "R")
    below, machine = board.viewer(Role.LEADER, "H1-A"), board.viewer(Role.ADMINISTRATOR)
    watcher = board.viewer(Role.EVALUATOR)
    agenda.add(board.store, ida, "H1", "SCREEN", "H1-A", now=NOW)
    agenda.add(board.store, kim, "H1", "SCREEN", "H2-A", now=NOW)
    assert on_agenda(board, machine) == ["SCREEN H1-A", "SCREEN H2-A"]
    assert on_agenda(board, ida) == ["SCREEN H1-A"]  # the other hospital's series is not in her sight
    for viewer in (below, machine, watcher):
        with pytest.raises(NotAllowed, match="board meeting"):
            agenda.add(board.store, viewer, "H1", "SCREEN", "H1-A", now=NOW)
    with pytest.raises(NotAllowed, match="Agenda and minutes"):
        agenda.listed(board.store, watcher, "H1")
    with pytest.raises(NotAllowed):
        agenda.add(board.store, ida, "H1", "SCREEN", "H2-A", now=NOW)


def test_what_is_not_followed_is_refused_and_an_agenda_has_an_end(board, monkeypatch):
    ida = board.viewer(Role.LEADER, "H1")
    with pytest.raises(NotFound, match="not followed"):
        agenda.add(board.store, ida, "H1", "FALD", "H1-B", now=NOW)
    with pytest.raises(NotFound, match="no unit"):
        agenda.listed(board.store, ida, "H9")
    monkeypatch.setattr(agenda, "MOST", 1)
    agenda.add(board.store, ida, "H1", "SCREEN", "H1-A", now=NOW)
    with pytest.raises(Refused, match="already has 1"):
        agenda.add(board.store, ida, "H1", "SCREEN", "H1-B", now=NOW)
    with pytest.raises(Refused):
        agenda.arrange(board.store, ida, "H1", [("SCREEN", "H1-B")], now=NOW)
    assert on_agenda(board, ida) == ["SCREEN H1-A"]

"""Analysis plans: written again until they are locked, then only departed from, with dates that cannot be moved."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from data import analysis_plans
from data.access import SYSTEM, NotAllowed, NotFound, Role
from data.errors import Refused
from tests.data.conftest import World
from tests.data.queries.test_evaluation import evaluator

NOW = datetime(2027, 1, 4, 9, 0)
TEXTS = {"title": "Programmets effekt", "question": "Virker programmet?"}
SETTINGS = {"indicator": "SCREEN", "leave_out": 6}


def test_a_plan_is_written_again_until_it_is_locked(world: World) -> None:
    store, viewer = world.store, evaluator(world)
    plan = analysis_plans.write(store, viewer, TEXTS, SETTINGS, now=NOW)
    again = analysis_plans.write(
        store, viewer, {**TEXTS, "question": "Virker det?"}, SETTINGS, now=NOW + timedelta(hours=1), plan_id=plan.id
    )
    assert (again.n_written, again.texts["question"], again.begun_at) == (2, "Virker det?", NOW)
    same = analysis_plans.write(store, viewer, again.texts, SETTINGS, now=NOW + timedelta(hours=2), plan_id=plan.id)
    assert same == again
    locked = analysis_plans.lock(store, viewer, plan.id, now=NOW + timedelta(days=1))
    assert locked.hash == analysis_plans.content_hash(again.texts, SETTINGS) and locked.locked_by == "Eva Lund"
    assert analysis_plans.lock(store, viewer, plan.id, now=NOW + timedelta(days=2)) == locked
    with pytest.raises(Refused) as refused:
        analysis_plans.write(store, viewer, TEXTS, {}, now=NOW, plan_id=plan.id)
    assert "afvigelse" in refused.value.reason("da")


def test_it_shows_whether_the_plan_or_the_data_came_first(world: World) -> None:
    store, viewer = world.store, evaluator(world)
    early = analysis_plans.write(store, viewer, TEXTS, {}, now=NOW)
    locked = analysis_plans.lock(store, viewer, early.id, now=NOW)
    assert locked.is_locked_before_data and locked.first_seen_at is None
    for hours in (2, 1):  # only the first one that is written down counts
        analysis_plans.saw_data(store, SYSTEM, early.id, now=NOW + timedelta(hours=hours))
    seen = analysis_plans.get(store, viewer, early.id)
    assert seen.is_locked_before_data and seen.first_seen_at == NOW + timedelta(hours=2)
    late = analysis_plans.write(store, viewer, TEXTS, {}, now=NOW)
    analysis_plans.saw_data(store, viewer, late.id, now=NOW)
    assert not analysis_plans.lock(store, viewer, late.id, now=NOW + timedelta(days=1)).is_locked_before_data
    assert [one.id for one in analysis_plans.listed(store, viewer)] == [late.id, early.id]


def test_departures_say_what_stood_there_what_stands_there_and_why(world: World) -> None:
    store, viewer = world.store, evaluator(world)
    plan = analysis_plans.write(store, viewer, TEXTS, SETTINGS, now=NOW)
    with pytest.raises(Refused):
        analysis_plans.depart(store, viewer, plan.id, "settings.leave_out", 3, "Kort forløb", now=NOW)
    analysis_plans.lock(store, viewer, plan.id, now=NOW)
    analysis_plans.depart(store, viewer, plan.id, "settings.leave_out", 3, "Kort forløb", now=NOW)
    found = analysis_plans.depart(store, viewer, plan.id, "settings.leave_out", 0, "Ingen dyk", now=NOW)
    assert [(one.before, one.after, one.reason) for one in found.departures] == [
        (6, 3, "Kort forløb"),
        (3, 0, "Ingen dyk"),
    ]
    assert found.settings["leave_out"] == 6 and analysis_plans.in_force(found, "settings.leave_out") == 0
    assert analysis_plans.in_force(found, "question") == "Virker programmet?"
    for field, after, why in (
        ("settings.leave_out", 0, "Igen"),
        ("question", "Nyt", " "),
        ("question", "Se 010190-1234", "Fordi"),
        ("question", "x" * 4001, "Fordi"),
    ):
        with pytest.raises(Refused):
            analysis_plans.depart(store, viewer, plan.id, field, after, why, now=NOW)


def test_others_read_a_plan_and_the_author_and_an_administrator_change_it(world: World) -> None:
    store = world.store
    plan = analysis_plans.write(store, evaluator(world), TEXTS, {}, now=NOW)
    from dataclasses import replace

    other = replace(evaluator(world), account_id=10, name="Bo Vang")
    assert analysis_plans.get(store, other, plan.id) == plan
    for act in (
        lambda who: analysis_plans.write(store, who, {"title": "Ny"}, {}, now=NOW, plan_id=plan.id),
        lambda who: analysis_plans.lock(store, who, plan.id, now=NOW),
    ):
        with pytest.raises(NotAllowed) as refused:
            act(other)
        assert "Eva Lund" in refused.value.reason("da")
        act(replace(world.viewer(Role.ADMINISTRATOR), account_id=11))
    with pytest.raises(NotAllowed):
        analysis_plans.listed(store, world.viewer(Role.LEADER, "H1"))
    with pytest.raises(NotFound):
        analysis_plans.get(store, other, 99)


def test_bad_plans_are_refused(world: World) -> None:
    for texts, settings in (
        ({"title": " "}, {}),
        ({"title": "x" * 4001}, {}),
        ({"title": "Se 010190-1234"}, {}),
        ({"title": "A"}, {"note": ["010190-1234"]}),
    ):
        with pytest.raises(Refused) as refused:
            analysis_plans.write(world.store, SYSTEM, texts, settings, now=NOW)
        assert "010190" not in refused.value.reason("da")
    with pytest.raises(ValueError, match="no names"):
        analysis_plans.write(world.store, SYSTEM, {"title": "A", "Spørgsmål": "B"}, {}, now=NOW)
    assert analysis_plans.listed(world.store, SYSTEM) == []

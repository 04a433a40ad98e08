"""Analysis plans: written again until they are locked, then only departed from, with dates that cannot be moved."""

from __future__ import annotations

from dataclasses import replace
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


ASKED = {"indicator": "SCREEN", "programme": "cohort", "groups": ["1", "2"]}


def test_it_shows_whether_the_plan_or_the_data_came_first_for_its_author_and_for_others(world: World) -> None:
    store, viewer = world.store, evaluator(world)
    other = replace(viewer, account_id=77, name="Ulla Bo")
    early = analysis_plans.write(store, viewer, TEXTS, ASKED, now=NOW)
    locked = analysis_plans.lock(store, viewer, early.id, now=NOW)
    assert (locked.is_locked_before_data, locked.sights) == (True, ())
    for hours in (2, 1):  # only the first one that is written down counts
        at = NOW + timedelta(hours=hours)
        analysis_plans.saw_results(store, viewer, ["SCREEN"], "cohort", ["2", "1"], f"page {hours}", now=at)
    seen = analysis_plans.get(store, viewer, early.id)
    assert [(one.name, one.place, one.at) for one in seen.sights] == [("Eva Lund", "page 2", NOW + timedelta(hours=2))]
    assert (seen.is_locked_before_data, seen.sights_before) == (True, ())
    late = analysis_plans.write(store, other, {**TEXTS, "question": "Og nu?"}, ASKED, now=NOW + timedelta(hours=3))
    late = analysis_plans.lock(store, other, late.id, now=NOW + timedelta(days=1))
    assert (late.is_locked_before_data, late.is_locked_before_author_saw) == (False, True)
    assert late.was_seen_by(viewer.account_id) and not late.was_seen_by(77)
    assert [one.id for one in analysis_plans.listed(store, viewer)] == [late.id, early.id]
    assert analysis_plans.listed(store, viewer)[0].sights == seen.sights


def test_a_look_at_other_groups_or_another_measure_is_none_at_what_is_planned(world: World) -> None:
    store, viewer = world.store, evaluator(world)
    plan = analysis_plans.write(store, viewer, TEXTS, ASKED, now=NOW)
    for codes, programme, groups in ((["OTHER"], "cohort", ["1"]), (["SCREEN"], "region", ["1"]),
                                     (["SCREEN"], "cohort", ["3"])):  # fmt: skip
        analysis_plans.saw_results(store, viewer, codes, programme, groups, "effect", now=NOW)
    assert analysis_plans.get(store, viewer, plan.id).sights == ()
    analysis_plans.saw_results(store, viewer, ["OTHER", "SCREEN"], "cohort", ["1", "3"], "effect", now=NOW)
    assert [one.place for one in analysis_plans.get(store, viewer, plan.id).sights] == ["effect"]
    with pytest.raises(NotFound):
        analysis_plans.get(store, viewer, analysis_plans.WITHOUT_PLAN)


def test_what_was_seen_is_written_once_and_never_again(world: World) -> None:
    store, viewer = world.store, evaluator(world)
    for _time in range(3):
        analysis_plans.saw_results(store, viewer, ["SCREEN"], "cohort", ["1"], "effect", now=NOW)
    moment = store.moment
    store.write(lambda connection: None)  # the memory is lost, the row is not
    analysis_plans.saw_results(store, viewer, ["SCREEN"], "cohort", ["1"], "card", now=NOW + timedelta(days=1))
    assert store.moment == (moment or 0) + 1
    with pytest.raises(NotAllowed):
        analysis_plans.saw_results(store, replace(viewer, grants=()), ["A"], "cohort", ["1"], "card", now=NOW)


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

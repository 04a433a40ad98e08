from __future__ import annotations

import inspect
import pkgutil
import typing
from datetime import date, datetime
from importlib import import_module

import pytest
from sqlalchemy import Connection

from data import accounts, queries
from data.access import SYSTEM, Grant, NotAllowed, NotFound, Role, Viewer, load_viewer, subtree
from data.queries import cohorts, observations, series, states, units
from data.store import Store

NOW = datetime(2026, 11, 23, 8, 0)


def public_functions() -> list[tuple[str, object]]:
    found = []
    for module in pkgutil.iter_modules(queries.__path__):
        loaded = import_module(f"data.queries.{module.name}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            is_ours = not name.startswith("_") and function.__module__ == loaded.__name__
            # Functions that work on rows somebody has read already cannot reach the store.
            if is_ours and {Store, Connection} & set(typing.get_type_hints(function).values()):
                found.append((f"{module.name}.{name}", function))
    return found


@pytest.mark.parametrize(("name", "function"), public_functions())
def test_no_query_can_be_asked_without_a_viewer(name: str, function: object) -> None:
    """Whatever reaches the store takes the viewer right after it, without a default."""
    parameters = list(inspect.signature(function).parameters.values())
    hints = typing.get_type_hints(function)
    assert hints[parameters[0].name] in (Store, Connection), name
    assert parameters[1].name == "viewer", name
    assert hints["viewer"] is Viewer, name
    assert parameters[1].default is inspect.Parameter.empty, name


def test_the_walk_over_the_queries_finds_them() -> None:
    names = {name for name, _ in public_functions()}
    assert {"units.visible", "observations.current", "states.of_units", "coverage.missing", "catalogue.goals"} <= names


def test_a_leader_reads_and_owns_the_subtree_and_delivers_nothing(world) -> None:
    leader = world.viewer(Role.LEADER, "H1")
    assert leader.own_units == leader.readable_units == {"H1", "H1-A", "H1-B", "H1-C"}
    assert leader.deliverable_units == frozenset()
    assert not leader.delivers
    assert not leader.may_deliver("H1")
    assert not leader.may_see("R")


def test_a_regions_subtree_has_hospitals_departments_and_municipalities(world) -> None:
    team = world.viewer(Role.QUALITY_TEAM, "R")
    assert team.own_units == {"R", "H1", "H2", "H1-A", "H1-B", "H1-C", "H2-A", "901"}
    assert team.deliverable_units == team.own_units
    assert not team.may_see("DK")


def test_the_region_that_comes_after_reads_what_it_takes_over(world) -> None:
    with world.store.read() as connection:
        assert subtree(connection, "NY") == {"NY", "R", "H1", "H2", "H1-A", "H1-B", "H1-C", "H2-A", "901"}


def test_an_evaluator_reads_the_units_of_the_cohorts_granted_and_owns_none(world) -> None:
    of_one = world.viewer(Role.EVALUATOR, cohort_code="1")
    assert of_one.readable_units == {"H1-A", "901"}
    assert world.viewer(Role.EVALUATOR).readable_units == {"H1-A", "901", "H1-B"}
    assert of_one.own_units == frozenset()
    assert not of_one.is_own("H1-A")
    assert not of_one.may_deliver("H1-A")


def test_an_administrator_sees_and_delivers_for_all_and_owns_what_the_grant_names(world) -> None:
    without_unit, with_unit = world.viewer(Role.ADMINISTRATOR), world.viewer(Role.ADMINISTRATOR, "H1")
    for administrator in (without_unit, with_unit):
        assert administrator.may_see("DK")
        assert administrator.may_deliver("901")
        assert administrator.is_administrator
    assert not without_unit.is_own("H1")
    assert with_unit.is_own("H1-A")
    assert not with_unit.is_own("H2")


def test_several_grants_add_up(world) -> None:
    accounts.create(
        world.store,
        SYSTEM,
        email="Ida@Example.dk",
        name="Ida Holm",
        password="langt kodeord",
        now=NOW,
        grants=[Grant(Role.LEADER, "H2"), Grant(Role.EVALUATOR, cohort_code="1")],
    )
    viewer = load_viewer(world.store, " IDA@example.dk ")
    assert viewer.own_units == {"H2", "H2-A"}
    assert viewer.readable_units == {"H2", "H2-A", "H1-A", "901"}
    assert viewer.home_units == ("H2",)
    assert viewer.has(Role.EVALUATOR)


def test_nobody_unknown_or_closed_becomes_a_viewer(world) -> None:
    with pytest.raises(NotFound) as refused:
        load_viewer(world.store, "hvem@example.dk")
    assert "hvem" not in refused.value.reason("da")
    accounts.create(world.store, SYSTEM, email="a@b.dk", name="A", password="langt kodeord", now=NOW)
    accounts.set_active(world.store, SYSTEM, "a@b.dk", False, now=NOW)
    with pytest.raises(NotFound):
        load_viewer(world.store, "a@b.dk")


def test_what_a_viewer_may_not_see_is_refused_and_what_is_not_there_is_not_found(world) -> None:
    leader = world.viewer(Role.LEADER, "H1")
    questions = [
        lambda code: units.get(world.store, leader, code),
        lambda code: units.children(world.store, leader, code),
        lambda code: observations.current(world.store, leader, "SCREEN", code),
        lambda code: series.listed(world.store, leader, [code]),
        lambda code: states.of_units(world.store, leader, [code]),
    ]
    for ask in questions:
        with pytest.raises(NotAllowed) as refused:
            ask("H2")
        assert refused.value.reason("da").startswith("Du har ikke adgang til Bakke Hospital")
        with pytest.raises(NotFound) as missing:
            ask("H9")
        assert missing.value.reason("da") == "Enheden H9 findes ikke."


def test_the_product_itself_sees_everything(world) -> None:
    assert SYSTEM.may_see("H2")
    assert SYSTEM.is_own("H2")
    assert len(units.visible(world.store, SYSTEM)) == 10


def test_cohorts_show_the_participants_of_units_in_sight(world) -> None:
    leader = world.viewer(Role.LEADER, "H1-A")
    assert [one.name.say("en") for one in cohorts.all(world.store, leader)] == ["Cohort 1", "Cohort 2"]
    assert [one.name for one in cohorts.participants(world.store, leader, "1")] == ["Leder H1-A"]
    assert [one.unit_code for one in cohorts.units(world.store, leader, "1")] == ["H1-A"]
    assert cohorts.units(world.store, leader, "2") == []
    with pytest.raises(NotFound):
        cohorts.units(world.store, leader, "9")


def test_units_come_own_first_in_the_order_of_the_tree(world) -> None:
    viewer = world.viewer(Role.ADMINISTRATOR, "H1")
    codes = [one.code for one in units.visible(world.store, viewer)]
    # Danish order: Bakke before Ådal, Kirurgisk before Medicinsk before Øjen; own ones first.
    assert codes == ["H1", "H1-A", "H1-B", "H1-C", "DK", "NY", "R", "H2", "H2-A", "901"]
    assert [one.depth for one in units.visible(world.store, viewer)[:2]] == [2, 3]


def test_units_of_a_day_are_those_open_then_under_their_parents_of_that_day(world) -> None:
    before, after = date(2026, 12, 31), date(2027, 1, 1)
    assert [one.code for one in units.children(world.store, SYSTEM, "DK", on=before)] == ["R"]
    assert [one.code for one in units.children(world.store, SYSTEM, "DK", on=after)] == ["NY"]
    assert [one.code for one in units.ancestors(world.store, SYSTEM, "H1-A", on=before)] == ["DK", "R", "H1"]
    assert [one.code for one in units.ancestors(world.store, SYSTEM, "H1-A", on=after)] == ["DK", "NY", "H1"]


def test_ancestors_say_where_a_unit_belongs_and_that_they_cannot_be_opened(world) -> None:
    leader = world.viewer(Role.LEADER, "H1-A")
    assert [(one.code, one.is_readable) for one in units.ancestors(world.store, leader, "H1-A")] == [
        ("DK", False),
        ("R", False),
        ("H1", False),
    ]


@pytest.mark.parametrize("written", ["h1", "ådal hospital", "AADAL-HOSPITAL", "  Aadal   Hospital "])
def test_units_are_found_by_code_or_name_as_people_write_them(world, written: str) -> None:
    assert units.find(world.store, SYSTEM, written).code == "H1"


def test_a_name_that_units_share_is_the_viewers_own_or_refused_with_the_codes(world) -> None:
    team = world.viewer(Role.QUALITY_TEAM, "H2")
    assert units.find(world.store, team, "Kirurgisk afdeling").code == "H2-A"
    with pytest.raises(NotFound) as refused:
        units.find(world.store, SYSTEM, "Kirurgisk afdeling")
    assert "H1-A, H2-A" in refused.value.reason("da")
    with pytest.raises(NotFound):
        units.find(world.store, SYSTEM, "Findes Ikke Hospital")

"""Pathways: both sectors see the strip, each changes its own step, and nobody sees more than the steps' series."""

from datetime import date, datetime

import pytest
from sqlalchemy import insert

from data import pathways
from data.access import Role
from data.errors import NotAllowed, NotFound, Refused
from data.queries import observations
from data.queries import pathways as queries
from data.queries.pathways import Sector, Sight
from data.schema import pathway, pathway_step
from data.states import recalculate

NOW = datetime(2026, 11, 23, 8, 0)
START = date(2025, 1, 1)


@pytest.fixture
def strip(world):
    """A hospital's series, a municipality's, and a set of three steps."""
    for code, unit in (("SCREEN", "H1"), ("SCREEN", "901"), ("FALD", "901"), ("SCREEN", "H2")):
        world.follow(code, unit, START)
        world.deliver_months(code, unit, START, *[60, 58, 61, 59] * 5, out_of=None if code == "FALD" else 100.0)

    def write(connection):
        pairs = [("SCREEN", "H1"), ("SCREEN", "901"), ("FALD", "901"), ("SCREEN", "H2")]
        recalculate(connection, pairs, today=date(2026, 11, 23), now=NOW)
        texts = {"name_da": "Sæt", "name_en": "Set", "description_da": "", "description_en": ""}
        connection.execute(insert(pathway).values(code="SET", is_demo=False, source="esundhed.dk", **texts))
        for number, sector in enumerate(("hospital", "municipal", "practice"), start=1):
            connection.execute(
                insert(pathway_step).values(
                    id=-1000 - number, pathway_code="SET", position=number, name_da=f"Trin {number}",
                    name_en=f"Step {number}", sector=sector, owner="", note_da="", note_en="",
                )
            )  # fmt: skip

    world.store.write(write)
    return world


def sights(world, viewer, code) -> list[Sight]:
    return [step.sight for step in queries.get(world.store, viewer, code).steps]


def test_both_sectors_see_the_strip_and_each_changes_its_own_step(strip):
    ida, kim = strip.viewer(Role.LEADER, "H1"), strip.viewer(Role.QUALITY_TEAM, "901")
    code = pathways.make(strip.store, ida, "SET", "Den ældre patient", "H1", now=NOW)
    first, second, third = queries.get(strip.store, ida, code).steps
    assert [(step.unit_code, step.is_own) for step in (first, second, third)] == [
        ("H1", True), (None, False), (None, False),
    ]  # fmt: skip
    assert [one.code for one in queries.listed(strip.store, kim)] == []
    with pytest.raises(NotAllowed, match="have a step"):
        queries.get(strip.store, kim, code)

    pathways.set_series(strip.store, ida, first.id, "SCREEN", "Line Dam", now=NOW)
    pathways.invite(strip.store, ida, second.id, "901", now=NOW)
    assert sights(strip, kim, code) == [Sight.SERIES, Sight.NO_SERIES, Sight.NO_SERIES]
    pathways.set_series(strip.store, kim, second.id, "SCREEN", "", now=NOW)
    assert sights(strip, ida, code) == [Sight.SERIES, Sight.SERIES, Sight.NO_SERIES]
    assert [step.owner for step in queries.get(strip.store, ida, code).steps] == ["Line Dam", "Ida Holm", ""]
    with pytest.raises(NotAllowed, match="change this step"):
        pathways.set_series(strip.store, kim, first.id, None, "", now=NOW)
    with pytest.raises(NotAllowed):
        pathways.leave(strip.store, ida, second.id, now=NOW)

    pathways.leave(strip.store, kim, second.id, now=NOW)
    assert sights(strip, ida, code) == [Sight.SERIES, Sight.NO_SERIES, Sight.NO_SERIES]
    with pytest.raises(NotAllowed):
        queries.get(strip.store, kim, code)


def test_a_partner_reads_the_series_of_a_step_as_a_stranger_and_nothing_else(strip):
    ida, kim = strip.viewer(Role.LEADER, "H1"), strip.viewer(Role.LEADER, "901")
    code = pathways.make(strip.store, ida, "SET", "Forløb", "H1", now=NOW)
    first, second, _ = queries.get(strip.store, ida, code).steps
    pathways.set_series(strip.store, ida, first.id, "SCREEN", "", now=NOW)
    pathways.invite(strip.store, ida, second.id, "901", now=NOW)
    strip.deliver_months("SCREEN", "H1", date(2026, 10, 1), 2, out_of=20.0)  # too small for strangers
    here = queries.reader(kim, queries.get(strip.store, kim, code))
    assert here.may_see("H1") and not here.is_own("H1") and not here.may_see("H2") and not kim.may_see("H1")
    frame = observations.current(strip.store, here, "SCREEN", "H1")
    assert bool(frame[frame["period_start"] == date(2026, 10, 1)]["is_hidden"].iloc[0])
    # Whoever sees a unit without owning a step reads that step, and of the others their names alone.
    pathways.set_series(strip.store, kim, second.id, "SCREEN", "", now=NOW)
    watcher = strip.viewer(Role.EVALUATOR, cohort_code="1")
    assert sights(strip, watcher, code) == [Sight.NO_ACCESS, Sight.SERIES, Sight.NO_SERIES]
    hidden = queries.get(strip.store, watcher, code).steps[0]
    assert (hidden.unit_code, hidden.indicator_code, hidden.owner) == (None, None, "")


def test_what_does_not_fit_a_pathway_is_refused(strip):
    ida = strip.viewer(Role.LEADER, "H1")
    for name, words in (("", "called"), ("x" * 121, "too long"), ("Forløb 010190-1234", "CPR")):
        with pytest.raises(Refused, match=words):
            pathways.make(strip.store, ida, "SET", name, "H1", now=NOW)
    with pytest.raises(NotAllowed):
        pathways.make(strip.store, ida, "SET", "Forløb", "901", now=NOW)
    with pytest.raises(NotFound):
        pathways.make(strip.store, ida, "INTET", "Forløb", "H1", now=NOW)
    code = pathways.make(strip.store, ida, "SET", "Forløb", "H1", now=NOW)
    first, second, third = queries.get(strip.store, ida, code).steps
    with pytest.raises(Refused, match="not followed"):
        pathways.set_series(strip.store, ida, first.id, "FALD", "", now=NOW)
    with pytest.raises(Refused, match="not of the sector"):
        pathways.invite(strip.store, ida, second.id, "H2", now=NOW)
    with pytest.raises(Refused, match="not of the sector"):
        pathways.invite(strip.store, ida, third.id, "H2", now=NOW)
    with pytest.raises(Refused, match="belongs to"):
        pathways.invite(strip.store, ida, first.id, "H2", now=NOW)
    (template,) = [one for one in queries.sets(strip.store, ida) if one.code == "SET"]
    with pytest.raises(Refused, match="cannot be changed"):
        pathways.set_series(strip.store, ida, template.steps[0].id, None, "", now=NOW)


def names(world, viewer, code) -> list[str]:
    return [step.name.da for step in queries.get(world.store, viewer, code).steps]


def test_a_pathway_is_named_and_its_steps_added_renamed_moved_and_removed_by_those_who_have_one(strip):
    store, ida = strip.store, strip.viewer(Role.LEADER, "H1")
    code = pathways.make(store, ida, "SET", "Forløb", "H1", now=NOW)
    pathways.rename(store, ida, code, "  Hofter \n hjem ", now=NOW)
    assert queries.get(store, ida, code).name.en == "Hofter hjem"
    own = pathways.add_step(store, ida, code, "Udskrivning", Sector.HOSPITAL, "H1", now=NOW)
    free = pathways.add_step(store, ida, code, "Genoptræning", Sector.MUNICIPAL, None, now=NOW)
    assert names(strip, ida, code) == ["Trin 1", "Trin 2", "Trin 3", "Udskrivning", "Genoptræning"]
    pathways.set_series(store, ida, own, "SCREEN", "", now=NOW)
    assert pathways.move_step(store, ida, own, -2, now=NOW) and pathways.move_step(store, ida, free, -99, now=NOW)
    assert not pathways.move_step(store, ida, free, -1, now=NOW), "it is the first already"
    pathways.rename_step(store, ida, free, "Plan", now=NOW)
    pathways.remove_step(store, ida, queries.get(store, ida, code).steps[-1].id, now=NOW)
    after = queries.get(store, ida, code)
    assert names(strip, ida, code) == ["Plan", "Trin 1", "Udskrivning", "Trin 2"]
    assert [step.position for step in after.steps] == [1, 2, 3, 4]
    assert after.steps[2].pair == ("SCREEN", "H1") and after.steps[2].owner == "Ida Holm"
    pathways.rename_step(
        store, ida, after.steps[1].id, "Step 1", now=NOW
    )  # as it is called in English: nothing is lost
    assert queries.get(store, ida, code).steps[1].name.da == "Trin 1"


def test_somebody_elses_step_is_moved_and_never_renamed_or_removed(strip):
    store, ida, kim = strip.store, strip.viewer(Role.LEADER, "H1"), strip.viewer(Role.QUALITY_TEAM, "901")
    code = pathways.make(store, ida, "SET", "Forløb", "H1", now=NOW)
    first, second, third = queries.get(store, ida, code).steps
    for change in (
        lambda: pathways.rename(store, kim, code, "Mit", now=NOW),
        lambda: pathways.add_step(store, kim, code, "Mit", Sector.MUNICIPAL, "901", now=NOW),
        lambda: pathways.rename_step(store, kim, third.id, "Mit", now=NOW),
        lambda: pathways.remove_step(store, kim, third.id, now=NOW),
        lambda: pathways.move_step(store, kim, first.id, 1, now=NOW),
    ):
        with pytest.raises(NotAllowed, match="have a step"):
            change()
    pathways.invite(store, ida, second.id, "901", now=NOW)
    for change in (
        lambda: pathways.rename_step(store, ida, second.id, "Mit", now=NOW),
        lambda: pathways.remove_step(store, ida, second.id, now=NOW),
        lambda: pathways.remove_step(store, kim, first.id, now=NOW),
        lambda: pathways.add_step(store, kim, code, "Mit", Sector.HOSPITAL, "H1", now=NOW),
    ):
        with pytest.raises(NotAllowed, match=r"change this step|make a pathway"):
            change()
    assert pathways.move_step(store, kim, first.id, 1, now=NOW)
    assert names(strip, ida, code) == ["Trin 2", "Trin 1", "Trin 3"]
    with pytest.raises(Refused, match="your only step"):
        pathways.remove_step(store, kim, second.id, now=NOW)


def test_what_does_not_fit_a_step_is_refused_and_nothing_is_echoed(strip):
    store, ida = strip.store, strip.viewer(Role.LEADER, "H1")
    code = pathways.make(store, ida, "SET", "Forløb", "H1", now=NOW)
    first, *others = queries.get(store, ida, code).steps
    for name, words in (("", "step is called"), ("x" * 121, "too long"), ("Ring 010190-1234", "CPR")):
        with pytest.raises(Refused, match=words) as refused:
            pathways.add_step(store, ida, code, name, Sector.HOSPITAL, None, now=NOW)
        assert "010190" not in str(refused.value)
        with pytest.raises(Refused):
            pathways.rename_step(store, ida, first.id, name, now=NOW)
        with pytest.raises(Refused):
            pathways.rename(store, ida, code, name, now=NOW)
    with pytest.raises(Refused, match="not of the sector"):
        pathways.add_step(store, ida, code, "Hjem", Sector.MUNICIPAL, "H1", now=NOW)
    with pytest.raises(Refused, match="cannot be changed"):
        pathways.remove_step(store, ida, -1001, now=NOW)
    with pytest.raises(NotAllowed):
        pathways.rename(store, ida, "SET", "Mit sæt", now=NOW)
    for step in others:
        pathways.remove_step(store, ida, step.id, now=NOW)
        with pytest.raises(NotFound):
            pathways.remove_step(store, ida, step.id, now=NOW)
    with pytest.raises(Refused, match="one step at least"):
        pathways.remove_step(store, ida, first.id, now=NOW)
    for number in range(2, pathways.MOST_STEPS + 1):
        pathways.add_step(store, ida, code, f"Trin {number}", Sector.HOSPITAL, None, now=NOW)
    with pytest.raises(Refused, match="12 steps at most"):
        pathways.add_step(store, ida, code, "Et til", Sector.HOSPITAL, None, now=NOW)

"""Groups evaluators make: what is understood, what is refused, who may change them, and whom they compare with."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from data import made_groups, snapshots
from data.access import SYSTEM, NotAllowed, NotFound, Role, Viewer
from data.errors import Refused
from data.made_groups import Entry
from data.queries import audit as audit_trail
from data.queries import evaluation, evaluation_outside
from data.schema import unit_group, unit_group_member
from indicators.words import Words
from tests.data.conftest import World
from tests.data.queries.test_evaluation import LONG, evaluator

TODAY, NOW = date(2027, 3, 10), datetime(2027, 3, 10, 9, 0)
NAME = Words("Mine afdelinger", "My departments")
STARTS = [Entry("H1-A", date(2026, 3, 1)), Entry("901", date(2026, 5, 1)), Entry("H2-A", None)]


def alias(world: World, code: str) -> str:
    return evaluation.aliases_of(world.store, SYSTEM, [code])[code]


def make(world: World, viewer: Viewer, entries: list[Entry] = STARTS, **more: object) -> made_groups.MadeGroup:
    settings = {"kind": "list", "name": NAME, "today": TODAY, "now": NOW} | more
    return made_groups.save(world.store, viewer, entries=entries, **settings)


def rows(world: World) -> tuple[int, int]:
    with world.store.read() as connection:
        return tuple(
            connection.scalar(select(func.count()).select_from(table)) or 0 for table in (unit_group, unit_group_member)
        )


def test_a_list_is_a_group_with_dates_and_those_that_never_start_are_what_it_is_compared_with(world: World) -> None:
    for code in ("H1-A", "901", "H1-B", "H2-A", "H1-C"):
        world.follow("SCREEN", code, date(2025, 1, 1))
        world.deliver_months("SCREEN", code, date(2025, 1, 1), *LONG)
    viewer = evaluator(world)
    made = make(world, viewer)
    assert (made.code, made.author, made.n_starting, made.may_change) == ("egen-1", "Eva Lund", 2, True)
    group = next(one for one in evaluation.groups(world.store, viewer) if one.code == "egen-1")
    assert group.starts == {"H1-A": date(2026, 3, 1), "901": date(2026, 5, 1)}
    frame = evaluation.frame(world.store, SYSTEM, "SCREEN", [group], pseudonyms=True)
    starts = dict(frame.drop_duplicates("unit")[["unit", "start"]].itertuples(index=False))
    assert starts == {alias(world, "H1-A"): "2026-03", alias(world, "901"): "2026-05", alias(world, "H2-A"): ""}
    everybody = make(world, viewer, STARTS[:2], name=Words("Uden", "Without"))
    assert everybody.code == "egen-2"
    both = [one for one in evaluation.groups(world.store, viewer) if one.kind == "list"]
    wider = evaluation.frame(world.store, SYSTEM, "SCREEN", both, pseudonyms=True)
    assert set(wider["unit"]) == {alias(world, code) for code in ("H1-A", "901", "H1-B", "H2-A", "H1-C")}
    assert set(evaluation_outside.stored_outside(world.store, viewer, [group], "SCREEN")) == {alias(world, "H2-A")}
    assert set(evaluation_outside.stored_outside(world.store, viewer, both, "SCREEN")) >= {alias(world, "H1-C")}


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([Entry("H1-A", date(2026, 3, 1)), Entry("H1-A", None)], "står to gange"),
        ([Entry("H1-A", None)], "Ingen enhed i gruppen har en startmåned"),
        ([Entry("H1-A", date(2026, 3, 1)), Entry("H2-A", date(2026, 3, 1))], "ikke blandt de enheder, du evaluerer"),
        ([Entry("H1-A", date(2031, 1, 1))], "vælg en måned fra 2000-01 til 2030-03"),
        ([Entry("XX", date(2026, 3, 1))], "findes ikke blandt de enheder"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_of_it_is_kept(world: World, entries: list[Entry], said: str) -> None:
    with pytest.raises(Refused) as refused:
        make(world, evaluator(world), entries)
    assert said in refused.value.reason("da")
    assert rows(world) == (0, 0)
    assert not made_groups.listed(world.store, SYSTEM)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (Words(" ", ""), "et navn"),
        (Words("x" * 121, ""), "højst 120"),
        (Words("HOLD 1", ""), "allerede en gruppe"),
        (Words("Patient 010190-1234", ""), "CPR"),
    ],
)
def test_a_name_is_short_free_and_no_persons_number(world: World, name: Words, said: str) -> None:
    with pytest.raises(Refused) as refused:
        make(world, evaluator(world), name=name)
    assert said in refused.value.reason("da")
    assert "010190" not in refused.value.reason("da")
    assert rows(world) == (0, 0)


def test_only_who_made_it_and_an_administrator_change_it_and_each_change_is_in_the_audit(world: World) -> None:
    viewer, other = evaluator(world), world.viewer(Role.EVALUATOR)
    made = make(world, viewer)
    assert make(world, viewer, code=made.code) == made, "the same again changes nothing"
    with pytest.raises(NotAllowed) as refused:
        make(world, other, code=made.code)
    assert "Eva Lund" in refused.value.reason("da")
    with pytest.raises(NotAllowed):
        make(world, world.viewer(Role.LEADER, "H1"))
    later = NOW + timedelta(hours=1)
    admin = world.viewer(Role.ADMINISTRATOR)
    changed = make(world, admin, STARTS[:1], code=made.code, now=later, seen=made.changed_at)
    assert (changed.n_starting, changed.changed_by, changed.changed_at) == (1, "Ida Holm", later)
    with pytest.raises(Refused) as stale:
        make(world, viewer, code=made.code, now=later, seen=made.changed_at)
    assert "ændret af Ida Holm" in stale.value.reason("da")
    assert made_groups.get(world.store, viewer, made.code).n_starting == 1
    events = [one for one in audit_trail.recent(world.store, SYSTEM, 9) if one.subject == made.code]
    assert [one.action for one in events] == ["evaluation.group_changed", "evaluation.group_made"]
    assert events[0].detail["before"] == {"901": "2026-05", "H1-A": "2026-03", "H2-A": "never"}


def test_a_closed_group_is_offered_to_nobody_and_gone_from_nothing(world: World) -> None:
    world.follow("SCREEN", "H1-A", date(2025, 1, 1))
    world.deliver_months("SCREEN", "H1-A", date(2025, 1, 1), *LONG)
    viewer = evaluator(world)
    made = make(world, viewer, STARTS[:1])
    (group,) = [one for one in evaluation.groups(world.store, viewer) if one.code == made.code]
    frame = evaluation.frame(world.store, viewer, "SCREEN", [group], pseudonyms=True)
    frozen = snapshots.freeze(
        world.store, viewer, indicator_code="SCREEN", groups=[group], frame=frame, settings={}, results={},
        versions={}, now=NOW,
    )  # fmt: skip
    closed = made_groups.close(world.store, viewer, made.code, now=NOW)
    assert (closed.closed_by, closed.n_starting) == ("Eva Lund", 1)
    assert made.code not in [one.code for one in evaluation.groups(world.store, viewer)]
    difference = snapshots.difference(world.store, viewer, frozen)
    assert (len(difference.changes), difference.regrouped) == (0, ())
    with pytest.raises(Refused):
        make(world, viewer, code=made.code)
    make(world, viewer, STARTS[:1])  # the name is free while the other is closed
    with pytest.raises(Refused):
        made_groups.reopen(world.store, viewer, made.code, now=NOW)
    make(world, viewer, STARTS[:1], code="egen-2", name=Words("Et andet", ""))
    assert made_groups.reopen(world.store, viewer, made.code, now=NOW).closed_at is None


def test_a_pseudonym_is_not_found_out_by_making_a_list(world: World) -> None:
    blind = evaluator(world, names=False)
    number = alias(world, "H1-A")
    asked = ["H1-A", "Øjenafdelingen", number.lower(), "findes ikke", alias(world, "H2-A")]
    found = made_groups.resolve(world.store, blind, asked)
    assert [found[text] for text in asked[2:5:2]] == ["H1-A", "H2-A"]
    unknown = [found[text] for text in asked if isinstance(found[text], Refused)]
    assert len({one.words for one in unknown if isinstance(one, Refused)}) == 1 and len(unknown) == 3
    assert all(label.is_pseudonym for _alias, label in made_groups.pickable(world.store, blind))
    made = make(world, blind)
    assert {one.label.text for one in made.members} == {alias(world, code) for code in ("H1-A", "901", "H2-A")}
    sees = made_groups.resolve(world.store, evaluator(world), ["H1-A", "kirurgisk afdeling", "Ådal Hospital"])
    assert sees["H1-A"] == sees["kirurgisk afdeling"] == "H1-A"
    assert isinstance(sees["Ådal Hospital"], Refused), "the hospital takes part in nothing"
    everything = made_groups.resolve(world.store, SYSTEM, ["Kirurgisk Afdeling"])["Kirurgisk Afdeling"]
    assert isinstance(everything, Refused)
    assert "H1-A, H2-A" in everything.reason("en")


def test_a_group_with_units_beyond_ones_cohorts_is_partly_seen_and_not_changed(world: World) -> None:
    made = make(world, SYSTEM, [Entry("H1-A", date(2026, 3, 1)), Entry("H1-B", date(2026, 3, 1))])
    first, second = evaluator(world, "1"), world.viewer(Role.EVALUATOR, cohort_code="2")
    seen = made_groups.get(world.store, first, made.code)
    assert (seen.n_starting, seen.n_hidden, seen.may_change) == (1, 1, False)
    assert [one.label.text for one in made_groups.get(world.store, second, made.code).members] == ["Medicinsk Afdeling"]
    apart = make(world, SYSTEM, [Entry("H1-C", date(2026, 3, 1))], name=Words("En anden", ""))
    with pytest.raises(NotFound):
        made_groups.get(world.store, first, apart.code)
    assert [one.code for one in made_groups.listed(world.store, first)] == [made.code]

"""Units are renamed, merged, split, closed and moved on a date: planned in words, done whole, undone where possible."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, insert, select, update

from data import audit, catalogue, organisation, schema
from data.access import LATE_DELIVERIES, SYSTEM, Grant, NotAllowed, Role, viewer_with
from data.organisation import (
    Close,
    Kind,
    Merge,
    Move,
    MoveTask,
    NewUnit,
    NotPossible,
    Open,
    Rename,
    Split,
)
from data.queries import decisions, units
from data.queries.catalogue import targets
from indicators.words import Words

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NEW_YEAR = date(2027, 1, 1)
NEW_NAME = Words("Kirurgisk Center", "Surgical Centre")
JOINT = NewUnit("H1-AB", Words("Fælles Afdeling", "Joint Department"))


@pytest.fixture
def admin(world):
    return world.viewer(Role.ADMINISTRATOR)


def do(world, viewer, change, *, valid_from=NEW_YEAR, reason="Aftalt i direktionen"):
    return organisation.carry_out(
        world.store, viewer, change, valid_from=valid_from, reason=reason, today=TODAY, now=NOW
    )


def said(world, viewer, change, *, valid_from=NEW_YEAR):
    plan = organisation.plan(world.store, viewer, change, valid_from=valid_from)
    return " ".join(one.say("da") for one in plan.problems)


def series_of(world, unit_code):
    with world.store.read() as connection:
        rows = connection.execute(
            select(schema.series).where(schema.series.c.unit_code == unit_code).order_by(schema.series.c.indicator_code)
        )
        return [(row.indicator_code, row.starts_on, row.ends_on) for row in rows]


def rows_of(world, table):
    with world.store.read() as connection:
        return connection.scalar(select(func.count()).select_from(table))


# ---------------------------------------------------------------------------------------------------------------- names


def test_a_renamed_unit_is_shown_by_the_name_of_the_day_and_found_by_both(world, admin):
    do(world, admin, Rename("H1-A", NEW_NAME))
    names = [units.get(world.store, SYSTEM, "H1-A", on=day).name.da for day in (TODAY, date(2026, 12, 31), NEW_YEAR)]
    assert names == ["Kirurgisk Afdeling", "Kirurgisk Afdeling", "Kirurgisk Center"]
    by_code = {one.code: one.name.en for one in units.visible(world.store, SYSTEM, on=NEW_YEAR)}
    assert by_code["H1-A"] == "Surgical Centre"
    found = units.find_many(world.store, SYSTEM, ["kirurgisk center", "Kirurgisk Afdeling"])
    assert [one.code for one in found["kirurgisk center"]] == ["H1-A"]
    # Another department is called that today, and wins over the one that was.
    assert [one.code for one in found["Kirurgisk Afdeling"]] == ["H2-A"]


def test_a_name_that_nobody_has_any_more_finds_the_unit_that_had_it(world, admin):
    do(world, admin, Rename("H1-C", Words("Øjencentret", "Eye Centre")))
    assert units.find(world.store, SYSTEM, "øjenafdelingen").code == "H1-C"


def test_a_second_name_cannot_begin_before_the_first(world, admin):
    do(world, admin, Rename("H1-A", NEW_NAME))
    again = Rename("H1-A", Words("Center for Kirurgi", "Centre for Surgery"))
    assert said(world, admin, again) == "Kirurgisk Center fik sit navn 1. januar 2027. Vælg en senere dato."
    do(world, admin, again, valid_from=date(2028, 1, 1))
    days = (TODAY, date(2027, 6, 1), date(2028, 1, 1))
    assert [units.get(world.store, SYSTEM, "H1-A", on=day).name.da for day in days] == [
        "Kirurgisk Afdeling", "Kirurgisk Center", "Center for Kirurgi"
    ]  # fmt: skip


# --------------------------------------------------------------------------------------------------------------- merger


def test_a_merger_ends_the_old_series_begins_the_new_and_says_so_beforehand(world, admin):
    for unit_code in ("H1-A", "H1-B"):
        world.follow("SCREEN", unit_code, date(2026, 9, 1))
        world.deliver_months("SCREEN", unit_code, date(2026, 9, 1), 60, 62)
    plan = organisation.plan(world.store, admin, Merge(("H1-A", "H1-B"), JOINT), valid_from=NEW_YEAR)
    assert plan.is_possible
    assert [one.say("da") for one in plan.steps] == [
        "Fælles Afdeling (H1-AB) åbner 1. januar 2027 under Ådal Hospital.",
        "Kirurgisk Afdeling har sidste dag 31. december 2026.",
        "Medicinsk Afdeling har sidste dag 31. december 2026.",
        "Kirurgisk Afdeling og Medicinsk Afdeling afløses af Fælles Afdeling.",
        "1 måling slutter i Kirurgisk Afdeling: name SCREEN.",
        "1 måling slutter i Medicinsk Afdeling: name SCREEN.",
        "1 måling begynder i Fælles Afdeling: name SCREEN.",
    ]
    assert plan.attention[0].say("en") == (
        "Kirurgisk Afdeling has yet to deliver 2 periods of 1 series from before the date; the oldest begins on "
        "1 November 2026. Deliver them for Kirurgisk Afdeling."
    )
    assert rows_of(world, schema.unit_change) == 0  # a plan writes nothing

    _, done = do(world, admin, Merge(("H1-A", "H1-B"), JOINT))
    assert done.steps == plan.steps
    assert series_of(world, "H1-A") == [("SCREEN", date(2026, 9, 1), date(2026, 12, 31))]
    assert series_of(world, "H1-AB") == [("SCREEN", NEW_YEAR, None)]
    on_new_year = {one.code for one in units.visible(world.store, SYSTEM, on=NEW_YEAR)}
    assert "H1-AB" in on_new_year and not {"H1-A", "H1-B"} & on_new_year
    assert "H1-AB" not in {one.code for one in units.visible(world.store, SYSTEM, on=TODAY)}
    with world.store.read() as connection:
        assert audit.verify_chain(connection).is_whole
        event = connection.execute(select(schema.audit_event).order_by(schema.audit_event.c.id.desc())).first()
    assert (event.action, event.subject, event.detail["to"]) == ("unit.merged", "H1-A, H1-B", ["H1-AB"])


def test_a_unit_that_takes_another_in_gets_a_data_break_in_the_series_it_had(world, admin):
    for unit_code in ("H1-A", "H1-B"):
        world.follow("SCREEN", unit_code, date(2026, 1, 1))
    world.follow("FALD", "H1-B", date(2026, 1, 1))
    _, plan = do(world, admin, Merge(("H1-B",), "H1-A"), valid_from=date(2027, 1, 15))
    assert (plan.breaks, plan.starts) == ((("SCREEN", "H1-A"),), (("FALD", "H1-A"),))
    (phase,) = decisions.phases(world.store, SYSTEM, "SCREEN", "H1-A")
    assert (phase.starts_on, phase.is_break) == (date(2027, 2, 1), True)  # the first whole month
    assert phase.reason == (
        "Medicinsk Afdeling er lagt sammen med Kirurgisk Afdeling 15. januar 2027: Aftalt i direktionen"
    )


def test_units_below_a_merged_one_follow_and_so_do_rights(world, admin):
    leader = world.viewer(Role.LEADER, "H2")
    assert not leader.may_see("H1-A")
    do(world, admin, Merge(("H1",), "H2"))
    by_code = {one.code: one for one in units.visible(world.store, SYSTEM, on=NEW_YEAR)}
    assert by_code["H1-A"].parent_code == "H2"
    assert world.viewer(Role.LEADER, "H2").may_see("H1-A")


def test_people_of_a_closed_unit_are_named_and_get_their_role_only_when_asked(world, admin):
    world.store.write(
        lambda connection: [
            connection.execute(
                insert(schema.account).values(
                    id=77, email="ida@example.dk", name="Ida Holm", title="", password_hash="", is_active=True,
                    created_at=datetime(2026, 1, 1),
                )
            ),
            connection.execute(insert(schema.role_grant).values(account_id=77, role="leader", unit_code="H1-A")),
        ]
    )  # fmt: skip
    left = organisation.plan(world.store, admin, Merge(("H1-A", "H1-B"), JOINT), valid_from=NEW_YEAR)
    assert left.attention[0].say("da").startswith("Ida Holm har en rolle i Kirurgisk Afdeling og får den ikke i Fælles")
    number, plan = do(world, admin, Merge(("H1-A", "H1-B"), JOINT, shares_rights=True))
    assert "Ida Holm får samme rolle i Fælles Afdeling." in [one.say("da") for one in plan.steps]
    with world.store.read() as connection:
        grants = list(connection.scalars(select(schema.role_grant.c.unit_code)))
    assert sorted(grants) == ["H1-A", "H1-AB"]
    organisation.undo(world.store, admin, number, today=TODAY, now=NOW)
    with world.store.read() as connection:
        assert list(connection.scalars(select(schema.role_grant.c.unit_code))) == ["H1-A"]


# --------------------------------------------------------------------------------------------- split, close, move, task


def test_a_split_asks_where_the_units_below_belong(world, admin):
    into = (NewUnit("H1N", Words("Ådal Nord", "Ådal North")), NewUnit("H1S", Words("Ådal Syd", "Ådal South")))
    world.follow("SCREEN", "H1", date(2026, 1, 1))
    asked = said(world, admin, Split("H1", into))
    assert asked == ("Vælg, hvor Kirurgisk Afdeling, Medicinsk Afdeling og Øjenafdelingen kommer til at høre under.")
    places = {"H1-A": "H1N", "H1-B": "H1N", "H1-C": "H1S"}
    _, plan = do(world, admin, Split("H1", into, places))
    by_code = {one.code: one for one in units.visible(world.store, SYSTEM, on=NEW_YEAR)}
    assert {code: by_code[code].parent_code for code in places} == places
    assert set(plan.starts) == {("SCREEN", "H1N"), ("SCREEN", "H1S")}
    assert "kan ikke fordeles" in plan.attention[-1].say("da") + plan.attention[0].say("da")
    before = {one.code: one for one in units.visible(world.store, SYSTEM, on=date(2026, 12, 31))}
    assert before["H1-A"].parent_code == "H1"


def test_a_moved_unit_belongs_to_its_new_parent_from_that_day(world, admin):
    do(world, admin, Move("H1-A", "H2"))
    parents = [
        next(one.parent_code for one in units.visible(world.store, SYSTEM, on=day) if one.code == "H1-A")
        for day in (date(2026, 12, 31), NEW_YEAR)
    ]
    assert parents == ["H1", "H2"]

    def leader(code, on):
        with world.store.read() as connection:
            return viewer_with(connection, (Grant(Role.LEADER, code),), account_id=1, email="a", name="A", on=on)

    assert leader("H1", TODAY).is_own("H1-A") and not leader("H2", TODAY).may_see("H1-A")
    assert leader("H2", NEW_YEAR).is_own("H1-A")
    assert leader("H1", NEW_YEAR).is_own("H1-A")  # December is still to be handed in
    assert not leader("H1", NEW_YEAR + LATE_DELIVERIES).may_see("H1-A")


def test_targets_and_notes_of_a_parent_hold_while_it_is_one(world, admin):
    def add(connection):
        for code, value in (("H1", 70.0), ("H2", 90.0)):
            connection.execute(
                insert(schema.target).values(
                    indicator_code="SCREEN", unit_code=code, level="hospital", legal_kind="local_target",
                    comparison=">=", value=value, unit_of_measure_da="%", unit_of_measure_en="%",
                    validity_note_da="", validity_note_en="", text_da="", text_en="", is_demo=False, source="",
                )
            )  # fmt: skip
            for day in (date(2026, 5, 1), date(2027, 5, 1)):
                connection.execute(
                    insert(schema.annotation).values(
                        kind="event", unit_code=code, starts_on=day, text_da=f"{code} {day.year}", text_en="",
                        author="", created_at=datetime(2026, 1, 1),
                    )
                )  # fmt: skip

    world.store.write(add)
    do(world, admin, Move("H1-A", "H2"))
    held = {(one.unit_code, one.valid_from, one.valid_to) for one in targets(world.store, SYSTEM, "SCREEN", "H1-A")}
    assert held == {("H1", None, date(2026, 12, 31)), ("H2", NEW_YEAR, None)}
    notes = [note.text.da for note in decisions.annotations(world.store, SYSTEM, "SCREEN", "H1-A")]
    assert notes == ["H1 2026", "H2 2027"]


def test_a_task_moves_without_closing_anything(world, admin):
    world.follow("SCREEN", "901", date(2026, 1, 1))
    _, plan = do(world, admin, MoveTask("SCREEN", ("901",), "H1"))
    assert (plan.ends, plan.starts) == ((("SCREEN", "901"),), (("SCREEN", "H1"),))
    assert units.get(world.store, SYSTEM, "901").valid_to is None
    assert series_of(world, "901") == [("SCREEN", date(2026, 1, 1), date(2026, 12, 31))]


# ------------------------------------------------------------------------------------------------------------- refusals


IMPOSSIBLE = [
    (Close("H9"), NEW_YEAR, "Enheden H9 findes ikke."),
    (Close("H1-A"), date(2007, 1, 1), "Kirurgisk Afdeling findes først fra 1. januar 2007. Vælg en senere dato."),
    (Close("R"), date(2027, 2, 1), "Region Prøve er lukket: sidste dag er 31. december 2026."),
    (Close("R"), date(2026, 6, 1), "Region Prøve lukker allerede 31. december 2026. Fortryd den lukning først."),
    (Close("H1"), NEW_YEAR, "Under Ådal Hospital hører Kirurgisk Afdeling, Medicinsk Afdeling og Øjenafdelingen. "
                            "Luk eller flyt dem først."),
    (Move("H1", "H1-A"), NEW_YEAR, "Kirurgisk Afdeling hører selv under Ådal Hospital, så Ådal"),
    (Move("H1-A", "H1"), NEW_YEAR, "Kirurgisk Afdeling hører allerede under Ådal Hospital."),
    (Move("H1-A", "R"), date(2027, 2, 1), "Region Prøve er lukket: sidste dag er 31. december 2026."),
    (Merge(("H1-A",), "H1-A"), NEW_YEAR, "Kirurgisk Afdeling kan ikke afløse sig selv."),
    (Merge(("H1",), "H1-A"), NEW_YEAR, "Kirurgisk Afdeling hører selv under Ådal Hospital"),
    (Merge((), "H1-A"), NEW_YEAR, "Vælg mindst én enhed."),
    (Merge(("H1-A", "H1-A"), JOINT), NEW_YEAR, "Kirurgisk Afdeling er nævnt to gange."),
    (Merge(("H1-A",), NewUnit("h2-a", Words("X", "X"))), NEW_YEAR, "Koden h2-a er allerede brugt til Kirurgisk"),
    (Merge(("H1-A",), NewUnit("a b", Words("X", "X"))), NEW_YEAR, "Koden »a b« kan ikke bruges"),
    (Merge(("H1-A",), NewUnit("NYT", Words("", ""))), NEW_YEAR, "Skriv enhedens navn på dansk og engelsk."),
    (Split("H1-A", (JOINT,)), NEW_YEAR, "En deling kræver mindst to enheder at dele i."),
    (Rename("H1-A", Words("Kirurgisk Afdeling", "Kirurgisk Afdeling")), NEW_YEAR, "hedder det allerede"),
    (MoveTask("SCREEN", ("901",), "H1"), NEW_YEAR, "Prøve Kommune følger ikke name SCREEN på den dag."),
    (MoveTask("NIX", ("901",), "H1"), NEW_YEAR, "Indikatoren NIX findes ikke."),
    (Open(NewUnit("NYT", Words("X", "X"))), NEW_YEAR, "Vælg, hvilken slags enhed NYT er."),
    (Close("H1-A"), date(2999, 1, 1), "Datoen 1. januar 2999 er ikke mulig."),
]  # fmt: skip


def test_what_cannot_be_is_refused_in_words(world, admin):
    for change, valid_from, sentence in IMPOSSIBLE:
        assert sentence in said(world, admin, change, valid_from=valid_from)
        with pytest.raises(NotPossible, match=r"\w"):
            do(world, admin, change, valid_from=valid_from)
    assert rows_of(world, schema.unit_change) == 0


def test_a_unit_with_figures_after_the_date_does_not_close(world, admin):
    world.deliver_months("SCREEN", "H1-A", date(2026, 9, 1), 60, 61)
    assert said(world, admin, Close("H1-A"), valid_from=date(2026, 10, 1)) == (
        "Der er leveret 1 tal for Kirurgisk Afdeling fra 1. oktober 2026 og frem (senest 1. oktober 2026). "
        "Vælg en senere dato, eller træk leveringerne tilbage."
    )
    world.follow("FALD", "H1-A", date(2026, 12, 1))
    assert "følges i Kirurgisk Afdeling først fra 1. december 2026" in said(
        world, admin, Close("H1-A"), valid_from=date(2026, 11, 1)
    )


def test_a_change_needs_a_reason_and_an_administrator(world, admin):
    with pytest.raises(NotPossible) as refused:
        do(world, admin, Close("H1-A"), reason=" ")
    assert refused.value.reason("da") == "Skriv en begrundelse."
    leader = world.viewer(Role.LEADER, "H1")
    for ask in (
        lambda: organisation.plan(world.store, leader, Close("H1-A"), valid_from=NEW_YEAR),
        lambda: do(world, leader, Close("H1-A")),
        lambda: organisation.undo(world.store, leader, 1, today=TODAY, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            ask()


# ----------------------------------------------------------------------------------------------------------------- undo


def everything(world):
    """All rows but the traces that stay after undoing."""
    kept = {"unit_change", "audit_event", "store_info", "series_state", "phase"}
    with world.store.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in schema.metadata.sorted_tables
            if table.name not in kept
        }


EVERY_KIND = [
    Rename("H1-A", NEW_NAME),
    Merge(("H1-A", "H1-B"), JOINT),
    Merge(("H1-B",), "H1-A"),
    Close("H1-C"),
    Move("H1-A", "H2"),
    MoveTask("SCREEN", ("H1-A", "H1-B"), "H2"),
    Split("H1-A", (NewUnit("X", Words("X", "X")), NewUnit("Y", Words("Y", "Y")))),
    Open(NewUnit("NYT", Words("Nyt", "New"), kind="department", parent_code="H1")),
]


def test_what_is_undone_leaves_everything_as_it_was_and_the_decision_in_the_list(world, admin):
    for unit_code in ("H1-A", "H1-B"):
        world.follow("SCREEN", unit_code, date(2026, 1, 1))
    world.follow("FALD", "H1-B", date(2026, 1, 1), date(2027, 6, 30))
    before = everything(world)
    for change in EVERY_KIND:
        number, _ = do(world, admin, change)
        assert everything(world) != before or isinstance(change, Move)
        organisation.undo(world.store, admin, number, today=TODAY, now=NOW)
        assert everything(world) == before, change
        assert decisions.phases(world.store, SYSTEM, "SCREEN", "H1-A") == []
        with pytest.raises(NotPossible, match="no such change"):
            organisation.undo(world.store, admin, number, today=TODAY, now=NOW)
    listed = organisation.decided(world.store, admin)
    assert [one.is_undone for one in listed] == [True] * len(EVERY_KIND)
    assert {one.kind for one in listed} == set(Kind)


def test_what_has_been_built_on_is_not_undone(world, admin):
    world.follow("SCREEN", "H1-A", date(2026, 1, 1))
    number, _ = do(world, admin, Merge(("H1-A", "H1-B"), JOINT), valid_from=date(2026, 11, 1))
    delivery = world.deliver_months("SCREEN", "H1-AB", date(2026, 11, 1), 60, at=datetime(2026, 12, 5))
    with pytest.raises(NotPossible) as refused:
        organisation.undo(world.store, admin, number, today=TODAY, now=NOW)
    assert refused.value.reason("da") == (
        "Der er leveret tal for Fælles Afdeling siden. Træk leveringerne tilbage først, eller lav en ny ændring."
    )
    world.withdraw(delivery, datetime(2026, 12, 6))
    (problem,) = organisation.why_not_undo(world.store, admin, number)
    assert "er taget i brug siden" in problem.say("da")  # the withdrawn figure still speaks of the unit


def test_a_later_change_of_the_same_unit_is_undone_first(world, admin):
    first, _ = do(world, admin, Move("H1-A", "H2"))
    second, _ = do(world, admin, Rename("H1-A", NEW_NAME), valid_from=date(2027, 2, 1))
    (problem,) = organisation.why_not_undo(world.store, admin, first)
    assert problem.say("da") == (
        "Der er sket noget med Kirurgisk Center siden (nyt navn fra 1. februar 2027). Fortryd det først."
    )
    organisation.undo(world.store, admin, second, today=TODAY, now=NOW)
    assert organisation.why_not_undo(world.store, admin, first) == ()


# -------------------------------------------------------------------------------------------------------- the catalogue


def test_the_next_edition_of_the_catalogue_does_not_undo_what_was_decided(store, viewer_for):
    admin = viewer_for("administrator")
    name = Words("Nordsjællands Universitetshospital", "North Zealand University Hospital")
    organisation.rename(store, admin, "NOH", name, valid_from=date(2026, 6, 1), reason="Nyt navn", today=TODAY, now=NOW)
    store.write(
        lambda connection: connection.execute(update(schema.unit).where(schema.unit.c.code == "RH").values(name_da="x"))
    )
    store.write(catalogue.load)
    assert units.get(store, SYSTEM, "NOH").name == name
    assert units.find(store, SYSTEM, "Nordsjællands Hospital").code == "NOH"
    assert units.get(store, SYSTEM, "RH").name.da == "Rigshospitalet"  # what nobody decided about is the catalogue's


# ------------------------------------------------------------------------------------------------------------ persons


@pytest.mark.parametrize(
    "change",
    [
        Rename("H1-A", Words("Stue 010190-1234", "Room")),
        Rename("H1-A", Words("Stue", "Room 010190-1234")),
        Open(NewUnit("H1-0101901234", Words("Ny", "New"), kind="department", parent_code="H1")),
        Merge(("H1-A", "H1-B"), NewUnit("H1-AB", Words("Fælles", "Joint"), note="se 010190-1234")),
        Split("H1-A", ("H1-B",), {"010190-1234": "H1-B"}),
        Close("010190-1234"),
    ],
)
def test_a_change_with_a_cpr_number_in_any_of_its_texts_is_refused_and_not_repeated(world, admin, change):
    before = rows_of(world, schema.unit_change), rows_of(world, schema.audit_event)
    plan = organisation.plan(world.store, admin, change, valid_from=NEW_YEAR)
    with pytest.raises(NotPossible) as refused:
        do(world, admin, change)
    assert [one.say("da") for one in plan.problems] == [refused.value.reason("da")]
    assert "CPR-nummer" in refused.value.reason("da")
    assert "1234" not in refused.value.reason("da") + refused.value.reason("en") and not plan.steps
    assert (rows_of(world, schema.unit_change), rows_of(world, schema.audit_event)) == before


def test_a_reason_with_a_cpr_number_is_refused(world, admin):
    with pytest.raises(NotPossible, match="CPR"):
        do(world, admin, Close("H1-C"), reason="se 010190-1234")
    assert rows_of(world, schema.unit_change) == 0

"""The change of 1 January 2027: regions, health councils and moved tasks, checked before it is done, done once."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from sqlalchemy import func, insert, select, update

from data import organisation, schema
from data.access import SYSTEM, NotAllowed, NotFound
from data.organisation import NotPossible, reform_2027
from data.queries import units
from data.store import bulk_insert
from data.succession import as_is

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NEW_YEAR = date(2027, 1, 1)


def run(what, store, viewer, measured_by=None, **options):
    return what(store, viewer, measured_by, today=TODAY, now=NOW, **options)


def contents(store):
    with store.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in schema.metadata.sorted_tables
        }


def follow(store, indicator_code, *unit_codes):
    rows = [{"indicator_code": indicator_code, "unit_code": code, "starts_on": date(2026, 1, 1)} for code in unit_codes]
    store.write(lambda connection: connection.execute(insert(schema.series).values(owner="Ida Holm"), rows))


def test_the_check_says_everything_and_writes_nothing(store, viewer_for):
    before = contents(store)
    seen = run(reform_2027.check, store, viewer_for("administrator"))
    assert contents(store) == before
    assert (seen.n_changes, seen.is_possible) == (18, True)
    said = [one.say("da") for one in seen.steps]
    assert "Region Hovedstaden og Region Sjælland afløses af Region Østdanmark." in said
    assert "Sundhedsråd Vendsyssel (SR-VENDSYSSEL) åbner 1. januar 2027 under Region Nordjylland." in said
    assert "Specialiseret genoptræning" in seen.attention[-1].say("da")


def test_it_is_done_whole_and_a_second_time_nothing_is_left(store, viewer_for, shared_dir):
    admin = viewer_for("administrator")
    follow(store, "HAI-BAC", "1084", "1085", "NOH")
    follow(store, "HAI-CDI", "1084")
    done = run(reform_2027.carry_out, store, admin)
    assert done.n_changes == 18
    again = run(reform_2027.carry_out, store, admin)
    assert (again.n_changes, [one.say("da") for one in again.steps]) == (
        0,
        [
            "Region Hovedstaden og Region Sjælland er lagt sammen til Region Østdanmark: gjort.",
            "17 sundhedsråd er oprettet: gjort.",
        ],
    )
    with store.read() as connection:
        held = {
            (row.indicator_code, row.unit_code): (row.starts_on, row.ends_on)
            for row in connection.execute(select(schema.series))
        }
    last = date(2026, 12, 31)
    assert held == {
        ("HAI-BAC", "1084"): (date(2026, 1, 1), last), ("HAI-BAC", "1085"): (date(2026, 1, 1), last),
        ("HAI-CDI", "1084"): (date(2026, 1, 1), last), ("HAI-BAC", "NOH"): (date(2026, 1, 1), None),
        ("HAI-BAC", "OEST"): (NEW_YEAR, None), ("HAI-CDI", "OEST"): (NEW_YEAR, None),
    }  # fmt: skip
    # Each council stands under its region, as the published list has it; before the day there is none.
    lines = (shared_dir / "domain" / "sundhedsraad.csv").read_text("utf-8").splitlines()
    published = {row["council_name"]: row["region_code_from_2027"] for row in csv.DictReader(lines)}
    councils = [one for one in units.visible(store, SYSTEM, on=NEW_YEAR) if one.kind == "health_council"]
    assert {one.name.da: one.parent_code for one in councils} == published and len(councils) == 17
    assert all(one.valid_from == NEW_YEAR for one in councils)
    before = {one.code for one in units.visible(store, SYSTEM, on=TODAY)}
    assert not before & {one.code for one in councils} and {"1084", "1085"} <= before and "OEST" not in before
    by_code = {one.code: one.parent_code for one in units.visible(store, SYSTEM, on=NEW_YEAR)}
    assert (by_code["NOH"], by_code["101"], by_code["OEST"]) == ("OEST", "OEST", "DK")


def test_a_task_goes_from_the_municipalities_that_follow_it_to_their_council(store, viewer_for):
    admin = viewer_for("administrator")
    bornholm, copenhagen, aarhus = "400", "101", "751"
    follow(store, "HAI-UTI", bornholm, copenhagen, aarhus)
    rows = [
        ("HAI-UTI", code, date(2026, 10, 1), numerator, 1000.0)
        for code, numerator in ((bornholm, 7.0), (copenhagen, 20.0), ("147", 9.0), (aarhus, 30.0))
    ]
    frame = pd.DataFrame(rows, columns=["indicator_code", "unit_code", "period_start", "numerator", "denominator"])
    frame = frame.assign(
        indicator_version=1, period_kind="month", note="", delivery_id=1, recorded_at=datetime(2026, 11, 5)
    )
    store.write(lambda connection: bulk_insert(connection, schema.observation, frame))
    measured_by = {"HAI-UTI": "patientrettet-forebyggelse"}
    done = run(reform_2027.carry_out, store, admin, measured_by)
    assert done.n_changes == 20  # the regions, 17 councils, and the two councils those municipalities belong to
    again = run(reform_2027.carry_out, store, admin, measured_by)
    assert again.n_changes == 0
    assert again.steps[-1].say("da").startswith("HAI-UTI følges ikke af nogen kommune (længere)")
    moved = [one for one in organisation.decided(store, admin) if one.kind == "task_moved"]
    assert {(one.to, one.units) for one in moved} == {
        (("SR-HOVEDSTADEN",), (copenhagen, bornholm)), (("SR-AARHUS",), (aarhus,))
    }  # fmt: skip
    ahead = as_is(store, SYSTEM, "HAI-UTI", "SR-HOVEDSTADEN", today=TODAY)
    assert ahead.frame["numerator"].tolist() == [27.0]  # Frederiksberg does not follow it, and hands nothing on
    # The municipalities themselves stay.
    assert units.get(store, SYSTEM, copenhagen).valid_to is None


def test_a_decision_of_it_can_be_undone_and_is_then_left_to_do(store, viewer_for):
    admin = viewer_for("administrator")
    follow(store, "HAI-BAC", "1084")
    before = contents(store)
    run(reform_2027.carry_out, store, admin)
    merger, *councils = sorted(organisation.decided(store, admin), key=lambda one: one.number)
    for decision in (merger, councils[0]):
        organisation.undo(store, admin, decision.number, today=TODAY, now=NOW)
    after = contents(store)
    assert after["series"] == before["series"]
    assert len(after["unit"]) == len(before["unit"]) + 16
    assert run(reform_2027.check, store, admin).n_changes == 2


def test_what_stands_in_the_way_is_said_and_nothing_is_done(store, viewer_for):
    admin = viewer_for("administrator")
    frame = pd.DataFrame(
        [("HAI-BAC", "1084", NEW_YEAR, 3.0, 1000.0)],
        columns=["indicator_code", "unit_code", "period_start", "numerator", "denominator"],
    ).assign(indicator_version=1, period_kind="month", note="", delivery_id=1, recorded_at=datetime(2027, 2, 5))
    store.write(lambda connection: bulk_insert(connection, schema.observation, frame))
    seen = run(reform_2027.check, store, admin)
    assert not seen.is_possible and "Der er leveret 1 tal for Region Hovedstaden" in seen.problems[0].say("da")
    with pytest.raises(NotPossible):
        run(reform_2027.carry_out, store, admin)
    with store.read() as connection:
        assert connection.scalar(select(func.count()).select_from(schema.unit_change)) == 0


def test_only_administrators_and_only_tasks_that_move(store, viewer_for):
    with pytest.raises(NotAllowed):
        run(reform_2027.check, store, viewer_for("leader", "1084"))
    with pytest.raises(NotFound, match="akut-sygepleje, sundheds-og-omsorgspladser"):
        run(reform_2027.check, store, viewer_for("administrator"), {"HAI-UTI": "almen-genoptraening"})


def test_a_store_where_a_region_was_never_set_to_close_is_brought_there_too(store, viewer_for):
    is_region = schema.unit.c.code.in_(["1084", "1085"])
    store.write(lambda c: c.execute(update(schema.unit).where(is_region).values(valid_to=None, successor_code=None)))
    run(reform_2027.carry_out, store, viewer_for("administrator"))
    assert [units.get(store, SYSTEM, code).successor_code for code in ("1084", "1085")] == ["OEST", "OEST"]

"""The catalogue goes into the store whole, again and again, and touches nothing that is not its own."""

from __future__ import annotations

import shutil
import time
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Connection, Table, func, insert, select, update

from data import catalogue, schema
from data.catalogue.tables import RECORDS
from data.store import Store, bulk_insert, read_info

TABLES = [table for table, _ in RECORDS]


def content(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.read() as connection:
        return {table.name: sorted(map(tuple, connection.execute(select(table))), key=repr) for table in TABLES}


def number_of(store: Store, table: Table) -> int | None:
    with store.read() as connection:
        return connection.scalar(select(func.count()).select_from(table))


def test_the_tables_hold_what_the_summary_says(empty_store: Store) -> None:
    summary = empty_store.write(catalogue.load)
    assert {table.name: number_of(empty_store, table) for table in TABLES} == dict(summary.rows)
    assert summary.rows["unit"] == 1 + 6 + 98 + 26
    assert summary.rows["unit_group"] == 17 + 11 + 9
    assert summary.rows["national_figure"] == 1050
    with empty_store.read() as connection:
        assert read_info(connection, "catalogue_sha256") == summary.sha256


def test_loading_takes_less_than_two_seconds(empty_store: Store) -> None:
    begins = time.perf_counter()
    empty_store.write(catalogue.load)
    assert time.perf_counter() - begins < 2


def test_loading_again_changes_nothing(store: Store) -> None:
    before = content(store)
    store.write(catalogue.load)
    assert content(store) == before


def test_loading_again_mends_what_was_changed(store: Store) -> None:
    before = content(store)

    def spoil(connection: Connection) -> None:
        connection.execute(update(schema.unit).where(schema.unit.c.code == "101").values(name_da="Hovedstaden"))
        connection.execute(update(schema.target).where(schema.target.c.id == -1).values(value=99))
        connection.execute(update(schema.national_figure).where(schema.national_figure.c.id == -1).values(value=0))
        connection.execute(insert(schema.unit_group_member).values(group_code="SR-AARHUS", unit_code="101"))

    store.write(spoil)
    assert content(store) != before
    store.write(catalogue.load)
    assert content(store) == before


UNIT = {
    "kind": "department",
    "sector": "regional",
    "name_da": "Kirurgisk Afdeling",
    "name_en": "Department of Surgery",
    "short_name": "KIR",
    "parent_code": "NOH",
    "valid_from": date(2020, 1, 1),
    "note": "",
    "source": "",
}
TARGET = {
    "indicator_code": "NM5-04",
    "unit_code": "NOH",
    "level": "hospital",
    "legal_kind": "local_target",
    "comparison": ">=",
    "value": 90.0,
    "unit_of_measure_da": "pct.",
    "unit_of_measure_en": "per cent",
    "validity_note_da": "",
    "validity_note_en": "",
    "text_da": "",
    "text_en": "",
    "source": "",
}


def test_what_is_not_the_catalogues_is_left_alone(store: Store) -> None:
    def add(connection: Connection) -> None:
        connection.execute(insert(schema.unit).values(code="NOH-KIR", is_demo=True, **UNIT))
        connection.execute(insert(schema.unit).values(code="NOH-MED", is_demo=False, **UNIT))
        alias = {"alias_key": "kir hilleroed", "alias": "KIR Hillerød", "unit_code": "NOH-KIR"}
        connection.execute(insert(schema.unit_alias).values(**alias))
        bulk_insert(
            connection, schema.target, pd.DataFrame([{**TARGET, "is_demo": True}, {**TARGET, "is_demo": False}])
        )
        member = {"group_code": "NETVAERK-NORD", "unit_code": "NOH"}
        connection.execute(insert(schema.unit_group_member).values(**member))

    store.write(add)
    before = content(store)
    assert number_of(store, schema.target) == 19
    store.write(catalogue.load)
    assert content(store) == before


def test_a_demo_row_with_a_code_of_the_catalogue_keeps_its_place(empty_store: Store) -> None:
    empty_store.write(
        lambda connection: connection.execute(insert(schema.unit).values(code="NOH", is_demo=True, **UNIT))
    )
    summary = empty_store.write(catalogue.load)
    assert summary.rows["unit"] == 130
    with empty_store.read() as connection:
        assert connection.scalar(select(schema.unit.c.is_demo).where(schema.unit.c.code == "NOH")) is True


def test_an_alias_given_to_another_unit_on_screen_stays_with_it(empty_store: Store) -> None:
    alias = {"alias_key": "mors", "alias": "Mors", "unit_code": "RHN-MORS"}
    empty_store.write(lambda connection: connection.execute(insert(schema.unit_alias).values(**alias)))
    empty_store.write(catalogue.load)
    with empty_store.read() as connection:
        owner = connection.scalar(select(schema.unit_alias.c.unit_code).where(schema.unit_alias.c.alias_key == "mors"))
    assert owner == "RHN-MORS"


def test_the_summary_tells_a_changed_catalogue_from_the_same_one(tmp_path: Path) -> None:
    folder = tmp_path / "catalogue"
    shutil.copytree(catalogue.FOLDER, folder)
    assert catalogue.fingerprint(folder) == catalogue.fingerprint()
    (folder / "nation.csv").write_text((folder / "nation.csv").read_text("utf-8").replace("2007", "2008"), "utf-8")
    assert catalogue.fingerprint(folder) != catalogue.fingerprint()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("koebenhavns kommune", "101"),
        ("copenhagen", "101"),
        ("0101", "101"),
        ("aarhus", "751"),
        ("aarhus kommune", "751"),
        ("bornholms regionskommune", "400"),
        ("hele landet", "DK"),
        ("hovedstaden", "1084"),
        ("region hovedstaden", "1084"),
        ("capital region of denmark", "1084"),
        ("oestdanmark", "OEST"),
        ("rgh", "RH"),
        ("noh", "NOH"),
        ("ahh", "AHH"),
        ("bfh", "BFH"),
        ("boh", "BOH"),
        ("hgh", "HGH"),
        ("nordsjaellands hospital", "NOH"),
    ],
)
def test_units_are_known_by_the_names_people_write(store: Store, name: str, code: str) -> None:
    with store.read() as connection:
        found = connection.scalar(select(schema.unit_alias.c.unit_code).where(schema.unit_alias.c.alias_key == name))
    assert found == code


def test_regions_end_and_begin_with_the_year_2027_and_everything_hangs_below_them(store: Store) -> None:
    with store.read() as connection:
        units = {row.code: row for row in connection.execute(select(schema.unit))}
    assert units["DK"].parent_code is None
    for code in ("1084", "1085"):
        assert (units[code].valid_to, units[code].successor_code) == (date(2026, 12, 31), "OEST")
    assert (units["OEST"].valid_from, units["OEST"].parent_code) == (date(2027, 1, 1), "DK")
    below = [row for row in units.values() if row.kind in ("municipality", "hospital")]
    assert len(below) == 124
    assert {row.parent_code for row in below} == {"1081", "1082", "1083", "1084", "1085"}
    assert {row.kind: row.sector for row in units.values()} == {
        "nation": "national",
        "region": "regional",
        "municipality": "municipal",
        "hospital": "regional",
    }


def test_health_councils_share_out_the_98_municipalities_from_2027(store: Store) -> None:
    group, member = schema.unit_group, schema.unit_group_member
    query = (
        select(member.c.unit_code, member.c.valid_from, group.c.valid_from.label("group_from"))
        .join(group, group.c.code == member.c.group_code)
        .where(group.c.kind == "health_council")
    )
    with store.read() as connection:
        rows = connection.execute(query).all()
    assert len(rows) == len({row.unit_code for row in rows}) == 98
    assert {(row.valid_from, row.group_from) for row in rows} == {(date(2027, 1, 1), date(2027, 1, 1))}

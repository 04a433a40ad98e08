"""From the files of the catalogue to rows of the store's tables, one function a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Table

from data import schema
from data.catalogue.files import UNIT_FILES, unit_names
from data.catalogue.names import fold
from data.catalogue.reader import Facts, Row

Record = dict[str, Any]


def source_text(facts: Facts, row: Row) -> str:
    """The row's sources as a reader is shown them: title – site (year), with "; " between.

    The title stands alone where a source has no site: what nobody published is marked as background knowledge.
    """
    parts = []
    for key in row["sources"]:
        source = facts.index("sources.source")[key]
        site = f" – {source['site']}" if source["site"] else ""
        year = f" ({source['year']})" if source["year"] else ""
        parts.append(f"{source['title']}{site}{year}")
    return "; ".join(parts)


def _units(facts: Facts) -> Iterable[Record]:
    nation = facts["nation"][0]
    regions = facts.index("regions.code")

    def unit(row: Row, kind: str, sector: str, **more: object) -> Record:
        return {
            "code": row["code"],
            "kind": kind,
            "sector": sector,
            "name_da": row["name_da"],
            "name_en": row["name_en"],
            "is_demo": False,
            "source": source_text(facts, row),
            "parent_code": None,
            "valid_to": None,
            "successor_code": None,
            "note": "",
            **more,
        }

    yield unit(nation, "nation", "national", short_name=nation["short_name"], valid_from=nation["valid_from"])
    for row in facts["regions"]:
        yield unit(
            row,
            "region",
            "regional",
            short_name=row["short_name"],
            parent_code=nation["code"],
            valid_from=row["valid_from"],
            valid_to=row["valid_to"],
            successor_code=row["successor_code"] or None,
            note=row["note_da"],
        )
    for row in facts["municipalities"]:
        yield unit(
            row,
            "municipality",
            "municipal",
            short_name=row["name_da"],
            parent_code=row["region_code"],
            valid_from=row["valid_from"],
            valid_to=row["valid_to"],
        )
    for row in facts["hospitals"]:
        # No source states when a hospital began in its present form. The table wants a day, and the region's own is the
        # earliest on which the hospital could have been part of it.
        yield unit(
            row,
            "hospital",
            "regional",
            short_name=row["code"],
            parent_code=row["region_code"],
            valid_from=regions[row["region_code"]]["valid_from"],
            note=row["note_da"],
        )


def _aliases(facts: Facts) -> Iterable[Record]:
    for stem in UNIT_FILES:
        for row in facts[stem]:
            for key, name in {fold(name): name for name in reversed(unit_names(row))}.items():
                yield {"alias_key": key, "alias": name, "unit_code": row["code"]}


def _groups(facts: Facts) -> Iterable[Record]:
    def group(row: Row, kind: str, note: str = "", begins: date | None = None, ends: date | None = None) -> Record:
        return {
            "code": row["code"],
            "kind": kind,
            "name_da": row["name_da"],
            "name_en": row["name_en"],
            "valid_from": begins,
            "valid_to": ends,
            "note": note,
            "source": source_text(facts, row),
        }

    for row in facts["health_councils"]:
        yield group(row, "health_council", row["note_da"], row["valid_from"])
    for row in facts["landsdele"]:
        yield group(row, "landsdel")
    for row in _teams(facts):
        dates = f"{row['dates_da']}. " if row["dates_da"] else ""
        yield group(row, "learning_team", f"{dates}{row['note_da']}", row["starts_on"], row["ends_on"])


def _members(facts: Facts) -> Iterable[Record]:
    councils = facts.index("health_councils.code")
    for row in facts["municipalities"]:
        begins = councils[row["health_council_code"]]["valid_from"]
        yield _member(row["health_council_code"], row["code"], begins)
        yield _member(row["landsdel_code"], row["code"])
    for row in _teams(facts):
        for code in row["members"]:
            yield _member(row["code"], code, row["starts_on"], row["ends_on"])


def _member(group: str, unit: str, begins: date | None = None, ends: date | None = None) -> Record:
    return {"group_code": group, "unit_code": unit, "valid_from": begins, "valid_to": ends}


def _teams(facts: Facts) -> Iterable[Row]:
    return (row for row in facts["learning_teams"] if row["kind"] == "team")


def _goals(facts: Facts) -> Iterable[Record]:
    for row in facts["goals"]:
        former = {name: row[name] or None for name in row.values if name.startswith("former_")}
        yield {**_same(row, "number", "name_da", "name_en", "valid_from"), **former, "source": source_text(facts, row)}


def _indicators(facts: Facts) -> Iterable[Record]:
    same = [column.name for column in schema.indicator.columns if column.name in facts["indicators"][0].values]
    for row in facts["indicators"]:
        yield {
            **_same(row, *same),
            "goal_number": row["goal"],
            "contributes_to": row["contributes_to"] or None,
            "levels": ";".join(row["levels"]),
            "frequency": ";".join(row["frequency"]),
            "profile": row["profile"] or "anhoej",
            "open_periods": 0,
            "owner": "",
            "checker": "",
            "review_on": None,
            # The sources state years.
            "valid_from": date(row["in_use_from"], 1, 1) if row["in_use_from"] else None,
            "valid_to": date(row["in_use_to"], 12, 31) if row["in_use_to"] else None,
            "is_demo": False,
            "source": source_text(facts, row),
        }


def _targets(facts: Facts) -> Iterable[Record]:
    same = [column.name for column in schema.target.columns if column.name in facts["targets"][0].values]
    for number, row in enumerate(facts["targets"], start=1):
        yield {
            **_same(row, *same),
            "id": -number,
            "unit_code": row["area_code"] or None,
            "is_demo": False,
            "source": source_text(facts, row),
        }


def _figures(facts: Facts) -> Iterable[Record]:
    series, notes = facts.index("figure_series.series"), facts.index("figure_notes.note")
    areas = _areas(facts)
    texts: dict[tuple[str, ...], str] = {}
    for number, row in enumerate(facts["national_figures"], start=1):
        level, area_name = areas[row["area_code"]]
        note = notes.get(row["note"])
        if row["sources"] not in texts:
            texts[row["sources"]] = source_text(facts, row)
        yield {
            **_same(
                series[row["series"]],
                "indicator_code",
                "name_da",
                "name_en",
                "breakdown_da",
                "breakdown_en",
                "period_type",
                "unit_of_measure_da",
                "unit_of_measure_en",
            ),
            **_same(row, "period_start", "period_end", "area_code", "value", "n"),
            "id": -number,
            "period_label": row["period"],
            "area_level": level,
            "area_name": area_name,
            "note_da": note["text_da"] if note else "",
            "note_en": note["text_en"] if note else "",
            "source": texts[row["sources"]],
        }


def _areas(facts: Facts) -> Mapping[str, tuple[str, str]]:
    """Level and name of every area a figure can be about, by the code statistics give it."""
    return {
        **{row["code"]: ("national", row["aliases"][0]) for row in facts["nation"]},
        **{row["code"]: ("region", row["name_da"]) for row in facts["regions"]},
        **{row["dst_code"]: ("landsdel", row["name_da"]) for row in facts["landsdele"] if row["dst_code"]},
        **{row["code"]: ("municipality", row["name_da"]) for row in facts["municipalities"]},
    }


def _status_reports(facts: Facts) -> Iterable[Record]:
    same = [column.name for column in schema.status_report.columns if column.name in facts["status_reports"][0].values]
    for row in facts["status_reports"]:
        yield {**_same(row, *same), "source": source_text(facts, row)}


def _cohorts(facts: Facts) -> Iterable[Record]:
    for row in facts["cohorts"]:
        if row["kind"] == "cohort":
            yield {
                **_same(
                    row,
                    "code",
                    "number",
                    "name_da",
                    "name_en",
                    "starts_on",
                    "ends_on",
                    "dates_as_published",
                    "participants",
                ),
                "is_demo": False,
                "note": row["note_da"],
                "source": source_text(facts, row),
            }


def _pathways(facts: Facts) -> Iterable[Record]:
    same = ("code", "name_da", "name_en", "description_da", "description_en")
    for row in facts["pathways"]:
        yield {**_same(row, *same), "is_demo": False, "source": source_text(facts, row)}


def _pathway_steps(facts: Facts) -> Iterable[Record]:
    """Steps of the ready-made sets: no unit follows them, so that nobody's choice is ever loaded over."""
    for number, row in enumerate(facts["pathway_steps"], start=1):
        yield {
            **_same(row, "pathway_code", "position", "name_da", "name_en", "sector", "note_da", "note_en"),
            "id": -number,
            "indicator_code": row["indicator_code"] or None,
            "unit_code": None,
            "owner": "",
        }


def _same(row: Row, *columns: str) -> Record:
    return {column: row[column] for column in columns}


RECORDS: tuple[tuple[Table, Callable[[Facts], Iterable[Record]]], ...] = (
    (schema.unit, _units),
    (schema.unit_alias, _aliases),
    (schema.unit_group, _groups),
    (schema.unit_group_member, _members),
    (schema.goal, _goals),
    (schema.indicator, _indicators),
    (schema.target, _targets),
    (schema.national_figure, _figures),
    (schema.status_report, _status_reports),
    (schema.cohort, _cohorts),
    (schema.pathway, _pathways),
    (schema.pathway_step, _pathway_steps),
)


def frames(facts: Facts) -> dict[Table, pd.DataFrame]:
    """The catalogue as one frame a table, columns as in `data.schema`.

    Targets and figures have no name of their own to be known by; the catalogue's are numbered -1, -2, … and the store
    numbers what is added on screen 1, 2, …, so that loading again replaces the one and never touches the other.
    """
    return {table: pd.DataFrame(list(records(facts)), dtype=object) for table, records in RECORDS}

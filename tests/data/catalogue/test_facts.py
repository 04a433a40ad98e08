"""What the catalogue says equals what its sources say, value by value where the collected facts are at hand."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from data import catalogue
from data.access import SYSTEM
from data.catalogue import Facts
from data.catalogue.files import FILES, unit_names
from data.catalogue.names import fold
from data.catalogue.reader import Row
from data.catalogue.tables import source_text
from data.queries.catalogue import national_figures
from data.store import Store

Record = dict[str, str]
Collected = Callable[[str], list[Record]]


@pytest.fixture(scope="module")
def facts() -> Facts:
    return catalogue.read()


@pytest.fixture(scope="module")
def collected(shared_dir: Path) -> Collected:
    """Rows of a file of collected facts."""
    folder = shared_dir / "domain"
    if not folder.is_dir():
        pytest.skip(f"no collected facts in {folder}; set TAVLE_SHARED to the folder that holds domain/")

    def rows(name: str) -> list[Record]:
        with (folder / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return rows


# ------------------------------------------------------------------------------------------------- what must be there


def test_the_catalogue_is_complete(facts: Facts) -> None:
    counts = {stem: len(rows) for stem, rows in facts.rows.items()}
    assert counts["goals"] == 8
    assert counts["regions"] == 6
    assert counts["municipalities"] == 98
    assert counts["hospitals"] == 26
    assert counts["health_councils"] == 17
    assert counts["national_figures"] == 1050
    assert counts["targets"] == 17
    assert counts["status_reports"] == 9
    assert sum(row["scope"] == "national" for row in facts["indicators"]) == 39
    assert {row["code"] for row in facts["indicators"] if row["scope"] == "local"} == {"HAI-BAC", "HAI-CDI", "HAI-UTI"}
    assert sum(row["municipality_count"] for row in facts["health_councils"]) == 98
    assert [row["number"] for row in facts["cohorts"] if row["kind"] == "cohort"] == [1, 2, 3, 4]
    assert sum(row["kind"] == "team" for row in facts["learning_teams"]) == 9


def test_goal_7_has_both_names_and_no_other_goal_was_renamed(facts: Facts) -> None:
    renamed = {
        row["number"]: (row["former_name_da"], row["name_da"]) for row in facts["goals"] if row["former_name_da"]
    }
    assert renamed == {7: ("Flere sunde leveår", "Mere lighed og flere sunde leveår")}


def test_whatever_is_written_in_one_language_is_written_in_the_other(facts: Facts) -> None:
    one_sided = [
        (row.file, row.line, column)
        for rows in facts.rows.values()
        for row in rows
        for column in row.values
        if column.endswith("_da") and bool(row[column]) != bool(row[f"{column[:-3]}_en"])
    ]
    assert one_sided == []


def test_every_fact_has_a_source_and_every_source_a_title(facts: Facts) -> None:
    for file in FILES:
        if "sources" in file.fields:
            assert all(source_text(facts, row) for row in facts[file.stem])


def test_what_no_source_confirms_is_never_called_verified(facts: Facts) -> None:
    for row in facts["indicators"]:
        if "BACKGROUND" in row["sources"]:
            assert row["verification"] == "not_verified"


def test_the_shared_local_indicators_are_counted_as_haiba_counts(facts: Facts) -> None:
    for code in ("HAI-BAC", "HAI-CDI", "HAI-UTI"):
        row = facts.index("indicators.code")[code]
        assert (row["per"], row["chart"], row["direction"], row["has_denominator"]) == (10000, "u", "down", True)
        assert (row["goal"], row["contributes_to"], row["verification"], row["period"]) == (3, "NM3-06", "own", "month")
        assert "HAIBA" in row["note_da"] and "HAIBA" in row["note_en"]


def test_no_key_is_written_twice_in_two_files_of_groups_and_units(facts: Facts) -> None:
    stems = ("nation", "regions", "municipalities", "hospitals", "landsdele", "health_councils", "learning_teams")
    codes = [row["code"] for stem in stems for row in facts[stem]]
    assert len(codes) == len(set(codes))


def test_the_acute_hospital_of_a_municipality_is_the_one_whose_catchment_it_is_in(facts: Facts) -> None:
    hospitals = {fold(name): row for row in facts["hospitals"] for name in unit_names(row)}
    for place in facts["municipalities"]:
        if place["acute_hospital_2019"]:
            assert place["code"] in hospitals[fold(place["acute_hospital_2019"])]["catchment_2019"], place["name_da"]


# ------------------------------------------------------------------------------------------ equal to what was collected

BACKGROUND = "researcher background knowledge – NOT verified in a source reached here"


def sources_as_collected(facts: Facts, row: Row) -> str:
    """The row's sources in the words of the collection, which writes "(n.d.)" for no date and names its own files."""
    text = source_text(facts, row)
    return text.replace("Baggrundsviden, ikke bekræftet i en kilde", BACKGROUND)


def plain(text: str) -> str:
    return re.sub(r" \((n\.d\.|projektets seed \d)\)", "", text)


def same_sources(facts: Facts, row: Row, record: Record) -> bool:
    return sources_as_collected(facts, row) == plain(record["source"])


def number(text: str) -> float | None:
    return float(text) if text else None


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def test_goals_equal_the_source(facts: Facts, collected: Collected) -> None:
    for row, record in zip(facts["goals"], collected("national_goals.csv"), strict=True):
        assert row["number"] == int(record["goal_no"])
        assert (row["name_da"], row["name_en"]) == (record["name_da"], record["name_en"])
        assert (row["former_name_da"] or row["name_da"]) == record["name_da_2016"]
        assert row["valid_from"] == day(record["valid_from"])
        assert same_sources(facts, row, record)


def test_regions_equal_the_source(facts: Facts, collected: Collected) -> None:
    for row, record in zip(facts["regions"], collected("regions.csv"), strict=True):
        assert [row[name] for name in ("code", "dst_code", "name_da", "name_en", "short_name", "nuts2")] == [
            record[name] for name in ("region_code", "dst_code", "name_da", "name_en", "short_da", "nuts2")
        ]
        assert (row["valid_from"], row["valid_to"]) == (day(record["valid_from"]), day(record["valid_to"]))
        assert row["successor_code"] == record["successor_code"]
        assert row["municipality_count"] == int(record["municipalities"])
        assert same_sources(facts, row, record)


def test_municipalities_equal_the_source(facts: Facts, collected: Collected) -> None:
    rows = facts.index("municipalities.code")
    landsdele, councils = facts.index("landsdele.code"), facts.index("health_councils.code")
    records = collected("municipalities.csv")
    assert len(records) == len(rows)
    for record in records:
        row = rows[record["kommune_code"]]
        assert f"0{row['code']}" == record["kommune_code_4"]
        assert row["name_da"] == record["name_da"]
        assert ";".join(row["aliases"]) == record["aliases"]
        assert row["region_code"] == record["region_code"]
        assert row["region_code_from_2027"] == record["region_code_from_2027"]
        assert landsdele[row["landsdel_code"]]["name_da"] == record["landsdel"]
        assert councils[row["health_council_code"]]["name_da"] == record["sundhedsraad_2027"]
        assert row["acute_hospital_2019"] == record["acute_hospital_2019_proposal"]
        assert (row["valid_from"], row["valid_to"]) == (day(record["valid_from"]), day(record["valid_to"]))
        assert same_sources(facts, row, record)


def test_health_councils_equal_the_source(facts: Facts, collected: Collected) -> None:
    for row, record in zip(facts["health_councils"], collected("sundhedsraad.csv"), strict=True):
        members = {place["name_da"] for place in facts["municipalities"] if place["health_council_code"] == row["code"]}
        assert row["name_da"] == record["council_name"]
        assert row["region_code"] == record["region_code_from_2027"]
        assert members == set(record["municipalities"].split(";"))
        assert row["municipality_count"] == int(record["n"])
        assert row["valid_from"] == day(record["valid_from"])
        assert same_sources(facts, row, record)


def test_hospitals_equal_the_source(facts: Facts, collected: Collected) -> None:
    places = facts.index("municipalities.code")
    for row, record in zip(facts["hospitals"], collected("hospitals.csv"), strict=True):
        assert (row["code"], row["name_da"]) == (record["short_code"], record["hospital_name"])
        assert (row["kind"], row["region_code"]) == (record["kind"], record["region_code"])
        assert row["role"].replace("_", " ") == record["role"]
        assert ";".join(row["shak_prefixes"]) == record["shak_prefix"]
        level = f" ({row['sor_example_level']})" if row["sor_example_level"] else ""
        assert f"{row['sor_example']}{level}" == record["sor_code"]
        assert row["verification"].replace("_", " ") == record["verification"]
        catchment = record["catchment_municipalities_2019"].replace(" (by elimination)", "")
        assert ";".join(places[code]["name_da"] for code in row["catchment_2019"]) == catchment
        assert bool(row["catchment_note_en"]) == ("by elimination" in record["catchment_municipalities_2019"])
        assert same_sources(facts, row, record)


# What the collection wrote as a reference ("Som NM1-01 for psykiatri") is written out, and a remark that stood in the
# column of denominators is a note.
WRITTEN_OUT = {"NM1-02", "NM1-05", "NM5-05", "NM5-06"}
REMARK_INSTEAD_OF_DENOMINATOR = {"NM2-04"}
FREQUENCY_WITH_A_NOTE = {
    "monthly (eSundhed)": "monthly",
    "monthly/yearly": "monthly;yearly",
    "yearly, 3-year window": "yearly",
    "weekly/monthly (HAIBA)": "weekly;monthly",
    "half-yearly, 12-month windows": "half_yearly",
    "monthly from 2022, yearly before": "monthly",
    "yearly (two-year window; five-year for kommune)": "yearly",
    "every 3-4 years (profile), yearly nationally": "every_3_4_years;yearly",
}
SUGGESTED_CHART = {
    "P chart": "p",
    "U chart": "u",
    "I chart": "i",
    "I chart of medians": "i",
    "I or Xbar chart weighted by n": "i",
    "Xbar chart": "xbar",
    "line": "line",
    "line; not SPC": "line",
    "line with period labels; not SPC": "line",
    "dots with confidence interval": "line",
}


def test_national_indicators_equal_the_source(facts: Facts, collected: Collected) -> None:
    rows = facts.index("indicators.code")
    records = collected("national_indicators.csv")
    assert {record["indicator_id"] for record in records} == {
        c for c, row in rows.items() if row["scope"] == "national"
    }
    for record in records:
        code = record["indicator_id"]
        row = rows[code]
        assert row["goal"] == int(record["goal_no"]), code
        assert (row["name_da"], row["name_en"]) == (record["name_da"], record["name_en"]), code
        assert bool(row["definition_da"]) == bool(record["definition_da"]), code
        if code not in WRITTEN_OUT:
            assert row["definition_da"] == record["definition_da"], code
        assert row["numerator_da"] == record["numerator"], code
        assert row["denominator_da"] == ("" if code in REMARK_INSTEAD_OF_DENOMINATOR else record["denominator"]), code
        assert row["unit_of_measure_da"] == record["unit"], code
        assert row["direction"] == {"lower": "down", "higher": "up"}[record["better"].split()[0]], code
        levels = record["levels"].replace("kommune", "municipality").replace("afdeling", "department")
        assert ";".join(row["levels"]) == levels, code
        frequency = FREQUENCY_WITH_A_NOTE.get(record["frequency"], record["frequency"])
        assert ";".join(row["frequency"]) == frequency, code
        assert row["data_source"] == record["data_source"], code
        years = re.findall(r"\d{4}", record["in_use_from"])
        assert row["in_use_from"] == (int(years[0]) if len(years) == 1 else None), code
        assert row["in_use_to"] is None and record["in_use_to"] == "", code
        assert row["verification"] == record["verification"], code
        assert row["chart"] == SUGGESTED_CHART[record["suggested_chart"]], code
        assert row["note_en"] or not record["notes"], code
        assert same_sources(facts, row, record), code


def test_indicators_that_are_not_verified_stay_so(facts: Facts, collected: Collected) -> None:
    expected = {
        record["indicator_id"]
        for record in collected("national_indicators.csv")
        if record["verification"] == "not_verified"
    }
    assert expected == {row["code"] for row in facts["indicators"] if row["verification"] == "not_verified"}
    assert expected == {"NM3-06", "NM3-07", "NM4-03", "NM6-02"}


def target_day(text: str, *, is_end: bool = False) -> date | None:
    """A published day, month or year as the day the catalogue uses; None where the source is not sure."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return date.fromisoformat(text)
    if re.fullmatch(r"\d{4}-\d{2}", text):
        return date.fromisoformat(f"{text}-01")
    if re.fullmatch(r"\d{4}", text):
        return date(int(text), 12, 31) if is_end else date(int(text), 1, 1)
    return None


def test_targets_equal_the_source(facts: Facts, collected: Collected) -> None:
    areas = {"DK": "Hele landet", "": "", **{row["code"]: row["name_da"] for row in facts["regions"]}}
    kinds = {"LKT aim": "learning_team_aim", "milestone 2020": "milestone"}
    for row, record in zip(facts["targets"], collected("targets.csv"), strict=True):
        assert row["indicator_code"] == record["indicator_id"]
        assert row["legal_kind"] == kinds.get(record["kind"], record["kind"].replace(" ", "_"))
        assert row["text_da"] == record["text_da"]
        assert row["value"] == number(record["value"].lstrip("<>="))
        published = re.match(r"[<>=]*", record["value"])
        assert published is not None
        if published[0]:
            assert row["comparison"] == published[0]
        assert row["unit_of_measure_da"].removesuffix(" (gennemsnit)") == record["unit"]
        assert areas[row["area_code"]] == record["area"]
        if record["level"]:
            assert row["level"] == record["level"].replace("kommune", "municipality")
        assert row["valid_from"] == target_day(record["valid_from"])
        assert row["valid_to"] == target_day(record["valid_to"], is_end=True)
        is_imprecise = any(text and len(text) != 10 for text in (record["valid_from"], record["valid_to"]))
        assert row["validity_note_da"] or not (is_imprecise or record["note"])
        assert same_sources(facts, row, record)


def test_national_figures_equal_the_source(facts: Facts, collected: Collected) -> None:
    series, notes = facts.index("figure_series.series"), facts.index("figure_notes.note")
    records = collected("national_figures.csv")
    assert len(records) == 1050
    for row, record in zip(facts["national_figures"], records, strict=True):
        about = series[row["series"]]
        assert [about[name] for name in ("indicator_code", "name_da", "breakdown_da", "period_type")] == [
            record[name] for name in ("indicator_id", "indicator_name_da", "breakdown", "period_type")
        ]
        assert about["unit_of_measure_da"] == record["unit"]
        assert row["period"] == record["period"]
        assert (row["period_start"], row["period_end"]) == (day(record["period_start"]), day(record["period_end"]))
        assert row["area_code"] == record["area_code"]
        assert (row["value"], row["n"]) == (number(record["value"]), number(record["n"]))
        assert bool(row["note"]) == bool(record["note"])
        if row["note"]:
            # Every number of the note is in both of ours.
            for digits in re.findall(r"\d+", record["note"]):
                assert digits in notes[row["note"]]["text_da"] and digits in notes[row["note"]]["text_en"]
        assert same_sources(facts, row, record)


def test_figures_are_about_the_areas_the_source_names(store: Store, collected: Collected) -> None:
    frame = national_figures(store, SYSTEM)
    levels = {"kommune": "municipality"}
    ours = sorted(frame[["indicator_code", "area_level", "area_code", "area_name"]].itertuples(index=False, name=None))
    theirs = sorted(
        (
            record["indicator_id"],
            levels.get(record["area_level"], record["area_level"]),
            record["area_code"],
            record["area_name"],
        )
        for record in collected("national_figures.csv")
    )
    assert ours == theirs


def test_status_reports_equal_the_source(facts: Facts, collected: Collected) -> None:
    for row, record in zip(facts["status_reports"], collected("status_reports.csv"), strict=True):
        assert row["year"] == int(record["report"])
        assert row["published_on"] == day(record["published"])
        assert row["compares_en"] == record["compares"]
        assert row["indicators"] == number(record["indicators_total"])
        for name in ("positive", "unchanged", "negative", "not_measurable"):
            assert row[name] == number(record[name].removesuffix(" %"))
        assert row["is_percent"] == ("%" in record["positive"])
        assert same_sources(facts, row, record)


def test_cohorts_equal_the_source_and_unknown_stays_empty(facts: Facts, collected: Collected) -> None:
    ends = {"2018-02": date(2018, 2, 28), "2021-03": date(2021, 3, 31)}
    for row, record in zip(facts["cohorts"], collected("programme_cohorts.csv"), strict=True):
        assert str(row["number"] or "") == (record["hold"] if record["hold"].isdigit() else "")
        begins = record["kick_off"].removesuffix(" (market dialogue)")
        is_precise = re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", begins)
        assert row["starts_on"] == (target_day(begins) if is_precise else None)
        assert row["ends_on"] == ends.get(record["end"])
        assert row["participants"] == (int(record["participants"]) if record["participants"].isdigit() else None)
        assert row["venue"] == record["venue"]
        assert row["delivered_by"] == record["delivered_by"].replace("not found", "")
        assert same_sources(facts, row, record)


def test_learning_teams_equal_the_source(facts: Facts, collected: Collected) -> None:
    regions, places = facts.index("regions.code"), facts.index("municipalities.code")
    records = collected("lkt_teams.csv")
    for row, record in zip(facts["learning_teams"], records, strict=True):
        if row["kind"] == "method":
            assert record["theme"] == "(general)"
            continue
        assert row["name_da"] == record["theme"]
        lead = regions[row["lead_code"]]["name_da"] if row["lead_code"] else ""
        assert lead == record["national_project_lead"]
        for year in re.findall(r"\d{4}", record["start"] + " " + record["end"]):
            assert year in row["dates_da"] and year in row["dates_en"]
        assert all(places[code]["name_da"] in record["participants"] for code in row["members"])
        assert same_sources(facts, row, record)


def test_sources_equal_the_source(facts: Facts, collected: Collected) -> None:
    ours = {row["address"]: row for row in facts["sources"] if row["address"]}
    for record in collected("sources.csv"):
        row = ours[record["url"]]
        assert (row["title"], row["site"]) == (plain(record["title"]), record["site"])
        assert str(row["year"] or "n.d.") == record["year"]

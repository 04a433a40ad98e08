"""Every Danish open file goes in through a documented mapping, unedited, and its sums are those of the file itself.

What is expected is worked out here with `csv` alone: none of the code that is tested reads a file for the expectation.
"""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import select

from data import schema
from data.access import SYSTEM, load_viewer
from data.queries import units
from data.store import Store, bulk_insert
from etl.mapping import convert, read_mapping
from tests.data.conftest import indicator_row
from tests.etl.conftest import Board

ROOT = Path(__file__).resolve().parents[2]
DOCS, SAMPLES = ROOT / "docs" / "mappings", Path(__file__).parent / "mappings"
TODAY = date(2026, 11, 23)
REGIONS = ("1081", "1082", "1083", "1084", "1085")

COUNT = {"chart": "c", "has_denominator": False, "per": 1}
VALUE = {"chart": "i", "has_denominator": False, "per": 1}
SHARE = {"chart": "p", "per": 100}
RATE = {"chart": "u", "per": 100_000}
CASES = {"chart": "t", "has_denominator": False, "per": 1, "period": "day"}
INDICATORS = {
    "COVID-TILFAELDE": COUNT,
    "COVID-TESTEDE": COUNT,
    "COVID-INDLAGTE": COUNT,
    "COVID-DOEDE": COUNT | {"period": "week"},
    "COVID-POSITIVE": SHARE,
    "COVID-UVACC": RATE | {"period": "week"},
    "COVID-NYE": COUNT,
    "COVID-DOEDE-KVARTAL": COUNT | {"period": "quarter"},
    "COVID-B117": SHARE | {"period": "week"},
    "COVID-STIK": VALUE | {"minimum": -100_000},  # later corrections make some months negative
    "SENGE-KIR": VALUE,
    "DOEDE-UGE": RATE | {"period": "week"},
    "KOMMUNER": COUNT | {"period": "year"},
    "PR-UGE": SHARE | {"period": "week"},
    "PR-C": COUNT,
    "PR-G": CASES | {"chart": "g"},
    "PR-I": VALUE,
    "PR-P": SHARE,
    "PR-PP": SHARE,
    "PR-RUN": SHARE | {"chart": "run"},
    "PR-SPC": SHARE,
    "PR-T": CASES,
    "PR-U": RATE,
    "PR-UP": RATE,
    "PR-EX": SHARE,
    "PR-EX2": SHARE,
}


@pytest.fixture(scope="module")
def open_data(shared_dir: Path) -> Path:
    return shared_dir / "domain" / "open_data"


@pytest.fixture(scope="module")
def board(made_board: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """One store for all files: every mapping delivers an indicator of its own."""
    copy = tmp_path_factory.mktemp("open") / "tavle.duckdb"
    shutil.copyfile(made_board, copy)
    store = Store.open(f"duckdb:///{copy}")
    rows = pd.DataFrame([indicator_row(code, **changes) for code, changes in INDICATORS.items()])
    store.write(lambda connection: bulk_insert(connection, schema.indicator, rows))
    yield Board(store, load_viewer(store, "admin@tavle.dk"))
    store.close()


@pytest.fixture(scope="module")
def deliver(board: Board, open_data: Path) -> Callable[..., dict]:
    """`deliver("ssi_deaths", "covid_ssi/….csv")` -> the stored figures by (unit, first day): numerator, denominator."""

    def run(mapping: str, file: str, *, folder: Path = DOCS, warnings: Iterable[str] = ()) -> dict:
        path = open_data / file
        before = path.read_bytes()
        content = convert(before, read_mapping(folder / f"{mapping}.yaml"), file_name=path.name)
        report, receipt = board.deliver(content, file_name=f"{mapping}.csv", today=TODAY)
        assert receipt is not None, [finding.sentence("en") for finding in report.errors][:5]
        assert set(warnings) <= {finding.code for finding in report.findings}  # said, and no hindrance
        assert path.read_bytes() == before
        with board.store.read() as connection:
            columns = schema.observation.c
            rows = connection.execute(
                select(columns.unit_code, columns.period_start, columns.numerator, columns.denominator, columns.value)
                .join(schema.delivery, schema.delivery.c.id == columns.delivery_id)
                .where(schema.delivery.c.receipt == receipt.number)
            ).all()
        assert len(rows) == receipt.n_new
        return {
            (unit, day): (value if numerator is None else numerator, denominator)
            for unit, day, numerator, denominator, value in rows
        }

    return run


def plain(path: Path, delimiter: str, encoding: str) -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def month(text: str) -> date:
    return date.fromisoformat(text[:10]).replace(day=1)


def monday(text: str) -> date:
    day = date.fromisoformat(text)
    return day - timedelta(days=day.weekday())


def week(year: str, number: str) -> date:
    return date.fromisocalendar(int(year), int(number), 1)


def summed(pairs: Iterable[tuple[object, float]]) -> dict:
    found: dict = defaultdict(float)
    for key, number in pairs:
        found[key] += number
    return dict(found)


def firsts(stored: dict) -> dict:
    return {key: numbers[0] for key, numbers in stored.items()}


# ------------------------------------------------------------------------------------------------------ SSI, COVID-19


@pytest.mark.parametrize(
    ("mapping", "name", "day"),
    [
        ("ssi_municipality_cases", "Municipality_cases_time_series", "SampleDate"),
        ("ssi_municipality_tested", "Municipality_tested_persons_time_series", "PrDate_adjusted"),
    ],
)
def test_a_column_per_municipality_becomes_months_of_98_municipalities(deliver, board, open_data, mapping, name, day):
    file = f"covid_ssi/ssi_{name}.csv"
    stored = deliver(mapping, file)
    rows = plain(open_data / file, ";", "utf-8")
    places = [column for column in rows[0] if column not in (day, "NA", "Christiansø")]
    assert len(places) == 98 and "Copenhagen" in places
    codes = {place: found[0].code for place, found in units.find_many(board.store, SYSTEM, places).items()}
    assert len(set(codes.values())) == 98 and codes["Copenhagen"] == "101"
    expected = summed(((codes[place], month(row[day])), float(row[place])) for row in rows for place in places)
    assert firsts(stored) == expected


def test_admissions_by_region_and_in_the_country_with_those_of_no_region(deliver, open_data):
    file = "covid_ssi/ssi_Newly_admitted_over_time.csv"
    assert (open_data / file).read_bytes().startswith(b"\xef\xbb\xbf")
    stored = firsts(deliver("ssi_admissions", file))
    names = dict(zip(("Nordjylland", "Midtjylland", "Syddanmark", "Hovedstaden", "Sjælland"), REGIONS, strict=True))
    rows = plain(open_data / file, ";", "utf-8-sig")
    expected = summed(
        ((code, month(row["Dato"])), float(row[name]))
        for row in rows
        for name, code in {**names, "Total": "DK"}.items()
    )
    assert stored == expected
    unknown = summed((month(row["Dato"]), float(row["Ukendt Region"])) for row in rows)
    for day, number in unknown.items():
        assert stored["DK", day] == sum(stored[code, day] for code in REGIONS) + number


def test_deaths_by_week_with_a_byte_order_mark_and_a_last_row_that_is_their_sum(deliver, open_data):
    file = "covid_ssi/ssi_Deaths_over_time.csv"
    stored = firsts(deliver("ssi_deaths", file))
    *days, last = plain(open_data / file, ";", "utf-8-sig")
    assert stored == summed((("DK", monday(row["Dato"])), float(row["Antal_døde"])) for row in days)
    assert sum(stored.values()) == float(last["Antal_døde"]) == 8053
    assert ("DK", date(2020, 12, 28)) in stored  # week 53


def test_padded_numbers_with_thousands_dots_add_up_to_the_files_own_total(deliver, open_data):
    file = "covid_ssi/ssi_Test_pos_over_time.csv"
    stored = deliver("ssi_tests", file)

    def number(text: str) -> float:
        return float(text.strip().replace(".", ""))

    *days, total, _persons = plain(open_data / file, ";", "utf-8")
    for place, name in enumerate(("NewPositive", "Tested")):
        expected = summed(
            (("DK", month(row["Date"])), number(row[name])) for row in days if row["Tested"].strip() != "0"
        )
        assert {key: numbers[place] for key, numbers in stored.items()} == expected
        assert sum(expected.values()) == number(total[name])


def test_a_latin_1_file_of_weeks_and_age_groups_sums_cases_and_population(deliver, open_data):
    file = "covid_ssi/ssi_04_confirmed_cases_by_vaccination_status_by_age_group_by_week.csv"
    with pytest.raises(UnicodeDecodeError):
        (open_data / file).read_text("utf-8")
    stored = deliver("ssi_vaccination_status", file)
    rows = [row for row in plain(open_data / file, ";", "iso-8859-1") if row["Vaccinationsstatus"] == "Uvaccinerede"]
    assert len(rows) == 73 * 7
    for place, name in enumerate(("Bekræftede tilfælde", "Befolkningstørrelse")):
        expected = summed((("DK", week(*row["Uge"].split("-U"))), float(row[name])) for row in rows)
        assert {key: numbers[place] for key, numbers in stored.items()} == expected
    assert ("DK", week("2020", "53")) in stored and len(stored) == 73


def test_days_counted_anew_leave_months_that_are_right(deliver, open_data):
    file = "covid_ssi/mok0_cases_vs_age.csv"
    stored = firsts(deliver("covid_age_groups", file))
    rows = plain(open_data / file, ",", "utf-8")
    assert any(float(row["infected_pcr_change"]) < 0 for row in rows)
    kept = [row for row in rows if row["date"] != "2020-05-06"]
    assert stored == summed((("DK", month(row["date"])), float(row["infected_pcr_change"])) for row in kept)
    ages = {row["age_group"]: float(row["infected_pcr_accum"]) for row in rows}  # the last of each age group
    first = sum(float(row["infected_pcr_accum"]) for row in rows if row["date"] == "2020-05-06")
    assert sum(stored.values()) == sum(ages.values()) - first


def test_one_of_twenty_columns_as_quarters(deliver, open_data):
    file = "covid_ssi/mok0_covid19-data-denmark.csv"
    stored = firsts(deliver("covid_national", file))
    rows = plain(open_data / file, ",", "utf-8")

    def quarter(text: str) -> date:
        day = date.fromisoformat(text)
        return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)

    assert stored == summed((("DK", quarter(row["date"])), float(row["dead_today"])) for row in rows)
    assert sum(stored.values()) == float(rows[-1]["dead_accum"])


def test_a_variant_by_region_with_year_and_week_in_two_columns(deliver, open_data):
    file = "covid_ssi/mok0_mutant_data.csv"
    stored = deliver("covid_variants", file)
    names = dict(zip(("nordjylland", "midtjylland", "syddanmark", "copenhagen", "sjaelland"), REGIONS, strict=True))
    names["whole_denmark"] = "DK"
    rows = [row for row in plain(open_data / file, ",", "utf-8") if row["variant"] == "b117" and row["region"] in names]
    expected = {
        (names[row["region"]], week(row["year"], row["week"])): (float(row["positive"]), float(row["genomes"]))
        for row in rows
    }
    assert stored == expected and ("1084", week("2020", "53")) in stored


def test_first_doses_stop_where_the_cells_are_empty(deliver, open_data):
    file = "covid_ssi/mok0_vaccinations.csv"
    stored = firsts(deliver("covid_vaccinations", file, warnings=["empty_row"]))
    rows = [row for row in plain(open_data / file, ",", "utf-8") if row["date"]]
    by_month: dict = defaultdict(list)
    for row in rows:
        by_month[month(row["date"])].append(row["vaccination1_today"])
    expected = {("DK", day): sum(map(float, cells)) for day, cells in by_month.items() if all(cells)}
    assert stored == expected and len(expected) < len(by_month)  # part of a month is no month


# --------------------------------------------------------------------------------------- beds, deaths, names, samples


def test_beds_by_region_and_month_with_24_months_that_are_missing_and_not_zero(deliver, board, open_data):
    file = "beds/kirurgi_sengepladser_region_maaned_2014_2025.csv"
    stored = firsts(deliver("surgical_beds", file, warnings=["empty_row"]))
    rows = plain(open_data / file, ",", "utf-8")
    codes = {
        name: found[0].code for name, found in units.find_many(board.store, SYSTEM, {r["Region"] for r in rows}).items()
    }
    expected = {
        (codes[row["Region"]], date(int(row["År"]), int(row["Måned"]), 1)): float(row["Disponible_senge"])
        for row in rows
        if row["Disponible_senge"]
    }
    assert (len(rows), len(expected)) == (690, 666)
    assert stored == expected


def test_weekly_deaths_of_eleven_landsdele_become_five_regions_with_week_53(deliver, open_data):
    file = "dst_extracts/weekly_deaths_by_landsdel_2008_2020.csv"
    stored = deliver("weekly_deaths", file)
    rows = plain(open_data / file, ",", "utf-8")
    region = {
        "Nordjylland": "1081", "Østjylland": "1082", "Vestjylland": "1082", "Fyn": "1083", "Sydjylland": "1083",
        "Østsjælland": "1085", "Vest- og Sydsjælland": "1085",
    }  # fmt: skip

    def key(row: dict[str, str]) -> tuple[str, date]:
        return region.get(row["province"].removeprefix("Province "), "1084"), date.fromisoformat(row["date"])

    for place, name in enumerate(("deaths", "population_quarterly")):
        assert {one: numbers[place] for one, numbers in stored.items()} == summed(
            (key(r), float(r[name])) for r in rows
        )
    assert len(stored) == 664 * 5
    assert all((code, date.fromisocalendar(year, 53, 1)) in stored for code in REGIONS for year in (2009, 2015))
    assert sum(numbers[0] for numbers in stored.values()) == sum(float(row["deaths"]) for row in rows)


def test_a_list_of_names_is_counted_and_every_name_is_a_municipality_of_that_region(deliver, board, open_data):
    file = "danish_csv_format_samples/kommuner_region_iso8859-1.csv"
    stored = firsts(deliver("municipality_list", file))
    rows = plain(open_data / file, ",", "iso-8859-1")
    found = units.find_many(board.store, SYSTEM, {row["Kommune"] for row in rows} | {row["Region"] for row in rows})
    expected = summed(((found[row["Region"]][0].code, date(2020, 1, 1)), 1.0) for row in rows)
    assert stored == expected and len(expected) == 5
    assert all(found[row["Kommune"]][0].parent_code == found[row["Region"]][0].code for row in rows)


SAMPLE_COLUMNS = {  # numerator or value, denominator
    "SPC_test_data_forskellige": ("Uge", "Tæller", "Nævner"),
    "sample_c": ("Dato", "Antal klager", ""),
    "sample_g": ("Dato", "Dage siden sidste hændelse", ""),
    "sample_i_mr": ("Dato", "Operationstid (min)", ""),
    "sample_p": ("Dato", "Infektioner", "Opererede patienter"),
    "sample_pp": ("Dato", "Tryksår", "Indlagte patienter"),
    "sample_run": ("Dato", "Mødt", "Tilkaldt"),
    "sample_spc_data": ("Dato", "Antal infektioner", "Antal indlagte"),
    "sample_t": ("Dato", "Dage mellem komplikationer", ""),
    "sample_u": ("Dato", "Medicineringsfejl", "Indlæggelser"),
    "sample_up": ("Dato", "Falduheld", "Sengedage"),
    "spc_exampledata": ("Dato", "Tæller", "Nævner"),
    "spc_exampledata_utf8": ("Dato", "Tæller", "Nævner"),
}


def test_the_files_of_danish_hospitals_own_charts(deliver, open_data):
    for name, (when, first, second) in SAMPLE_COLUMNS.items():
        file = f"danish_csv_format_samples/bispcharts_{name}.csv"
        stored = deliver(f"bispcharts_{name}", file, folder=SAMPLES)
        rows = plain(open_data / file, ";", "utf-8-sig")
        days = ["-".join(reversed(row[when].split("-"))) if row[when][2] == "-" else row[when] for row in rows]
        kept = {day.isoformat()[:7]: numbers for (_, day), numbers in stored.items()}
        assert len(stored) == len(rows) and {day[:7] for day in days} == set(kept), name
        assert sorted(numbers[0] for numbers in stored.values()) == sorted(float(row[first]) for row in rows), name
        if second:
            assert sorted(numbers[1] for numbers in stored.values()) == sorted(float(row[second]) for row in rows), name
        if len(kept) == len(rows):  # one row a month: each figure stands in its own
            assert {month: one[0] for month, one in kept.items()} == {
                day[:7]: float(row[first]) for day, row in zip(days, rows, strict=True)
            }, name


def test_no_file_of_the_folders_is_forgotten(open_data):
    mapped = {
        path.name
        for folder in ("covid_ssi", "danish_csv_format_samples", "beds")
        for path in (open_data / folder).glob("*.csv")
    }
    text = Path(__file__).read_text("utf-8")
    named = {name for name in mapped if name in text}
    named |= {f"bispcharts_{name}.csv" for name in SAMPLE_COLUMNS}
    named |= {"ssi_Municipality_cases_time_series.csv", "ssi_Municipality_tested_persons_time_series.csv"}
    assert mapped - named == set()

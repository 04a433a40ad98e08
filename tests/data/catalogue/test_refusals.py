"""A bad row is refused by file, line, column and value, with how to mend it, before anything reaches the store."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from data import catalogue
from data.catalogue import CatalogueError
from data.errors import DataError
from data.schema import national_figure, unit
from data.store import Store


@dataclass
class Copy:
    """The catalogue in a folder of its own, to be broken."""

    folder: Path

    def change(self, file: str, old: str, new: str) -> int:
        """Put `new` in place of the one `old` in a file; returns the line it stands in."""
        path = self.folder / file
        text = path.read_text("utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), "utf-8")
        return text[: text.index(old)].count("\n") + 1

    def add(self, file: str, line: str) -> int:
        """Add a line at the end of a file; returns its number."""
        path = self.folder / file
        text = path.read_text("utf-8")
        path.write_text(f"{text}{line}\n", "utf-8")
        return text.count("\n") + 1

    def refusal(self, language: str = "en") -> str:
        with pytest.raises(CatalogueError) as caught:
            catalogue.read(self.folder)
        return caught.value.reason(language)


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    folder = tmp_path / "catalogue"
    shutil.copytree(catalogue.FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return Copy(folder)


def test_the_catalogue_as_it_stands_is_accepted(copy: Copy) -> None:
    assert len(catalogue.read(copy.folder)["municipalities"]) == 98


def test_an_unknown_region_is_refused_by_line_column_and_value(copy: Copy) -> None:
    line = copy.change(
        "municipalities.csv",
        "København,Copenhagen,Københavns Kommune;Københavns;Copenhagen,1084",
        "København,Copenhagen,,1089",
    )
    assert copy.refusal() == (
        f"municipalities.csv, line {line}, column region_code: '1089' is not a region in regions.csv. "
        "Correct the value, or add it there first."
    )


WRONG_CELLS = [
    # file, what stands there, what is put in its place, column, what the refusal says
    (
        "national_figures.csv",
        "HJERTEDOED-AENDRING,2018-2019,2018-01-01,2019-12-31,DK,-7",
        "HJERTEDOED-AENDRING,2018-2019,2018-01-01,2019-12-31,DK,-7 %",
        "value",
        "'-7 %' is not a number. Write the number with a decimal point and no thousands separator.",
    ),
    (
        "national_figures.csv",
        "HJERTEDOED-AENDRING,2018-2019,2018-01-01",
        "HJERTEDOED-AENDRING,2018-2019,01-01-2018",
        "period_start",
        "'01-01-2018' is not a date. Write the date as yyyy-mm-dd.",
    ),
    (
        "national_figures.csv",
        "HJERTEDOED-AENDRING,2018-2019,2018-01-01",
        "HJERTEDOED-AENDRING,2018-2019,2018-02-30",
        "period_start",
        "'2018-02-30' is not a date. Write the date as yyyy-mm-dd.",
    ),
    (
        "national_figures.csv",
        "HJERTEDOED-AENDRING,2018-2019,2018-01-01",
        "HJERTEDOED-AENDRING,2018-2019,2020-01-01",
        "period_end",
        "2019-12-31 is before period_start 2020-01-01. Swap the two, or correct the wrong one.",
    ),
    (
        "national_figures.csv",
        "HJERTEDOED-AENDRING,2018-2019,2018-01-01",
        "HJERTEDOED-AENDRING,2018-2019,",
        "period_start",
        "the period has only one of its dates. Fill in both period_start and period_end, or leave both empty.",
    ),
    (
        "national_figures.csv",
        "2019-12-31,DK,-7,",
        "2019-12-31,GL,-7,",
        "area_code",
        "'GL' is not a nation or a region or a landsdel or a municipality in nation.csv, regions.csv, "
        "landsdele.csv, municipalities.csv. Correct the value, or add it there first.",
    ),
    (
        "national_figures.csv",
        "HJERTEDOED-AENDRING,",
        "HJERTE,",
        "series",
        "'HJERTE' is not a series of figures in figure_series.csv. Correct the value, or add it there first.",
    ),
    (
        "national_figures.csv",
        "DK,-7,,no_level,ISM2021",
        "DK,,,no_level,ISM2021",
        "value",
        "the value is missing. Fill it in.",
    ),
    (
        "national_figures.csv",
        "DK,-7,,no_level,ISM2021",
        "DK,-7,,no_level,ISM2021;NOBODY",
        "sources",
        "'NOBODY' is not a source in sources.csv. Correct the value, or add it there first.",
    ),
    (
        "figure_series.csv",
        "HJERTESTOP-AAR,NM3-02",
        "HJERTESTOP-AAR,NM3-22",
        "indicator_code",
        "'NM3-22' is not an indicator in indicators/. Correct the code, or write yes in is_supporting.",
    ),
    (
        "figure_series.csv",
        "HJERTESTOP-AAR,NM3-02,no",
        "HJERTESTOP-AAR,NM3-02,nej",
        "is_supporting",
        "'nej' is not yes or no. Write yes or no.",
    ),
    (
        "targets.csv",
        "NM5-07,,region,1084,local_target,>=,85",
        "NM5-07,,region,1084,local_wish,>=,85",
        "legal_kind",
        "'local_wish' is not one of statutory_right, policy_goal, professional_guidance, local_target, "
        "milestone, learning_team_aim, programme_rule. Write one of them.",
    ),
    (
        "targets.csv",
        "NM5-07,,region,1084,local_target,>=,85",
        "NM5-07,,region,1084,local_target,,85",
        "comparison",
        "a target with a number needs a comparison. Write >=, <=, > or <.",
    ),
    (
        "targets.csv",
        "NM5-07,,region,1084,local_target,>=,85,pct.",
        "NM5-07,,region,1084,local_target,>=,85,",
        "unit_of_measure_da",
        "a target with a number needs a unit of measure. Fill it in, e.g. “pct.”.",
    ),
    (
        "targets.csv",
        "NM5-07,,region,1084,local_target",
        "NM5-77,,region,1084,local_target",
        "indicator_code",
        "'NM5-77' is not an indicator in indicators/. Correct the code, or name in learning_team the "
        "team whose aim it is.",
    ),
    (
        "targets.csv",
        "days (mean),2023-02-01,2024-12-31",
        "days (mean),2025-02-01,2024-12-31",
        "valid_to",
        "2024-12-31 is before valid_from 2025-02-01. Swap the two, or correct the wrong one.",
    ),
    (
        "regions.csv",
        "2026-12-31,OEST,29",
        "2026-12-31,OESTDK,29",
        "successor_code",
        "'OESTDK' is not a region in regions.csv. Correct the value, or add it there first.",
    ),
    (
        "regions.csv",
        "2026-12-31,OEST,29",
        "2026-12-31,OEST,28",
        "municipality_count",
        "28, but 29 municipalities in municipalities.csv belong to it. Correct the count, or the "
        "region_code of the municipalities.",
    ),
    (
        "health_councils.csv",
        "Health Council Aarhus,1082,2",
        "Health Council Aarhus,1082,two",
        "municipality_count",
        "'two' is not a whole number. Write a whole number without a thousands separator.",
    ),
    (
        "hospitals.csv",
        "Rigshospitalet,Rigshospitalet,RGH,somatic",
        "Rigshospitalet,Rigshospitalet,RGH,surgical",
        "kind",
        "'surgical' is not one of somatic, psychiatric. Write one of them.",
    ),
    (
        "learning_teams.csv",
        "840;860;851",
        "840;860;999",
        "members",
        "'999' is not a municipality or a hospital in municipalities.csv, hospitals.csv. Correct the "
        "value, or add it there first.",
    ),
    (
        "cohorts.csv",
        "2020-02-01,2021-03-31",
        "2021-04-01,2021-03-31",
        "ends_on",
        "2021-03-31 is before starts_on 2021-04-01. Swap the two, or correct the wrong one.",
    ),
    (
        "indicators/NM5-04.yaml",
        "direction: up",
        "direction: sideways",
        "direction",
        "'sideways' is not one of up, down, neither. Write one of them.",
    ),
    (
        "indicators/NM5-04.yaml",
        "verification: verified_definition",
        "verification: checked",
        "verification",
        "'checked' is not one of verified_definition, verified_name, not_verified, own. Write one of them.",
    ),
    (
        "indicators/NM5-04.yaml",
        "verification: verified_definition",
        "verification: own",
        "verification",
        "'own' does not suit an indicator of scope national. Local indicators have own; national ones "
        "say how far the definition was checked.",
    ),
    (
        "indicators/NM5-04.yaml",
        "has_denominator: true",
        "has_denominator: false",
        "has_denominator",
        "the chart p needs a denominator. Write true, or choose another chart.",
    ),
    (
        "indicators/NM5-04.yaml",
        "per: 100",
        "per: 0",
        "per",
        "0.0 is not above 0. Write 100 for per cent, 1000 for per 1,000 and 1 for means.",
    ),
    (
        "indicators/NM5-04.yaml",
        "goal: 5",
        "goal: 9",
        "goal",
        "'9' is not a national goal in goals.csv. Correct the value, or add it there first.",
    ),
    (
        "indicators/NM5-04.yaml",
        "goal: 5",
        "goal:",
        "goal",
        "a national indicator belongs to one of the eight goals. Write the number of the goal.",
    ),
    (
        "indicators/NM5-04.yaml",
        "levels: [national, region, hospital]",
        "levels: [national, planet]",
        "levels",
        "'planet' is not one of national, region, landsdel, municipality, hospital, department. Write one of them.",
    ),
    (
        "indicators/NM5-04.yaml",
        "code: NM5-04",
        "code: NM5-40",
        "code",
        "'NM5-40' does not match the name of the file. The file must be called NM5-40.yaml.",
    ),
    (
        "indicators/HAI-BAC.yaml",
        "contributes_to: NM3-06",
        "contributes_to: HAI-UTI",
        "contributes_to",
        "'HAI-UTI' is not a national indicator. A local indicator contributes to a national one.",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "column", "said"), WRONG_CELLS)
def test_a_wrong_cell_is_named_with_file_line_column_and_mend(
    copy: Copy, file: str, old: str, new: str, column: str, said: str
) -> None:
    line = copy.change(file, old, new)
    assert copy.refusal() == f"{file}, line {line}, column {column}: {said}"


def test_a_name_that_two_units_would_share_is_refused(copy: Copy) -> None:
    line = copy.change(
        "hospitals.csv", "Rigshospitalet,Rigshospitalet,RGH,", "Rigshospitalet,Rigshospitalet,RGH;Århus,"
    )
    aarhus = next(row.line for row in catalogue.read()["municipalities"] if row["code"] == "751")
    assert copy.refusal() == (
        f"hospitals.csv, line {line}, column aliases: 'Århus' stands in municipalities.csv, line {aarhus} already. "
        "Remove or correct one of them."
    )


def test_a_key_that_stands_twice_is_refused(copy: Copy) -> None:
    line = copy.add(
        "municipalities.csv", "101,Ny by,New town,,1084,OEST,LD-BYEN-KOEBENHAVN,SR-HOVEDSTADEN,,2007-01-01,,DSTGEO"
    )
    assert copy.refusal() == (
        f"municipalities.csv, line {line}, column code: '101' stands in municipalities.csv, line 2 already. "
        "Remove or correct one of them."
    )


def test_a_missing_column_is_refused(copy: Copy) -> None:
    copy.change("landsdele.csv", "code,dst_code,name_da,name_en,sources", "code,dst_code,name_da,sources")
    refusal = copy.refusal()
    assert refusal.splitlines()[0] == (
        "landsdele.csv, line 1, column name_en: the column is missing. Add it to the header and to every line."
    )


def test_a_column_nobody_knows_is_refused_with_those_that_are_known(copy: Copy) -> None:
    copy.change("landsdele.csv", "name_en,sources", "name_en,source")
    assert (
        "column source: the column is not known. Remove it, or correct its name. Known columns: code, dst_code"
        in copy.refusal()
    )


def test_an_unknown_key_of_an_indicator_is_refused_by_its_line(copy: Copy) -> None:
    line = copy.change("indicators/NM5-04.yaml", "decimals: 1", "decimal: 1")
    assert copy.refusal().startswith(f"indicators/NM5-04.yaml, line {line}, column decimal: the column is not known.")


def test_a_key_that_stands_twice_in_an_indicator_is_refused(copy: Copy) -> None:
    copy.change("indicators/NM5-04.yaml", "decimals: 1", "decimals: 1\ndecimals: 2")
    assert "column decimals: the column stands twice." in copy.refusal()


def test_a_line_with_a_value_too_many_is_refused(copy: Copy) -> None:
    line = copy.add("figure_notes.csv", "new,Tekst, med komma,Text")
    assert copy.refusal() == (
        f"figure_notes.csv, line {line}: 4 values, but the header has 3 columns. "
        "Correct the count; text with a comma belongs in quotes."
    )


def test_lines_are_counted_through_values_that_run_over_several(copy: Copy) -> None:
    copy.add("figure_notes.csv", 'new,"Første\nanden",Text')
    line = copy.add("figure_notes.csv", "newer,Tekst,")
    assert copy.refusal().startswith(f"figure_notes.csv, line {line}, column text_en: the value is missing.")


def test_broken_yaml_is_refused_by_line(copy: Copy) -> None:
    line = copy.change("indicators/NM5-04.yaml", "direction: up", "direction: [up")
    said = copy.refusal()
    assert said.startswith("indicators/NM5-04.yaml, line ") and "the file is not valid YAML" in said
    assert line <= int(said.split("line ")[1].split(":")[0]) <= line + 1


def test_a_missing_file_and_a_file_in_another_encoding_are_refused(copy: Copy) -> None:
    (copy.folder / "goals.csv").unlink()
    text = (copy.folder / "nation.csv").read_text("utf-8")
    (copy.folder / "nation.csv").write_bytes(text.replace("Danmark", "Dånmark").encode("cp1252"))
    first, second = copy.refusal().splitlines()
    assert first == f"goals.csv: the file is missing. Put it back in {copy.folder}"
    assert second == "nation.csv: the file is not text in UTF-8. Save it as UTF-8."


def test_every_problem_is_said_at_once_and_in_danish_too(copy: Copy) -> None:
    first = copy.change(
        "regions.csv",
        "North Denmark Region,Nordjylland,081;81,DK05,2007-01-01",
        "North Denmark Region,Nordjylland,081;81,DK05,1. januar 2007",
    )
    second = copy.change(
        "status_reports.csv",
        "2019,2019-10-23,2017-2018,2017-2018,38",
        "2019,2019-10-23,2017-2018,2017-2018,otteogtredive",
    )
    assert copy.refusal("da").splitlines() == [
        f"regions.csv, linje {first}, kolonne valid_from: '1. januar 2007' er ikke en dato. "
        "Skriv datoen som åååå-mm-dd.",
        f"status_reports.csv, linje {second}, kolonne indicators: 'otteogtredive' er ikke et helt tal. "
        "Skriv et helt tal uden tusindskilletegn.",
    ]


def test_a_refused_catalogue_leaves_the_store_as_it_was(copy: Copy, empty_store: Store) -> None:
    empty_store.write(catalogue.load)
    copy.change("national_figures.csv", "HJERTEDOED-AENDRING,", "HJERTE,")
    before = empty_store.data_version()
    with pytest.raises(DataError):
        empty_store.write(lambda connection: catalogue.load(connection, copy.folder))
    with empty_store.read() as connection:
        assert connection.scalar(select(func.count()).select_from(national_figure)) == 1050
        assert connection.scalar(select(func.count()).select_from(unit)) == 131
    assert empty_store.data_version() == before


@pytest.mark.parametrize(
    ("changes", "column", "refusal"),
    [
        ({"chart: i": "chart: pprime"}, "chart",
         "'pprime' is not one of run, i, mr, ip, xbar, s, p, pp, u, up, c, t, g, line. Write one of them."),
        ({"has_denominator: true": "has_denominator: false", "chart: i": "chart: pp"}, "has_denominator",
         "the chart pp needs a denominator. Write true, or choose another chart."),
        ({"chart: i": "chart: c"}, "has_denominator",
         "the chart c draws a count or a time without a denominator. Write false, or choose another chart."),
        ({"has_denominator: true": "has_denominator: false", "chart: i": "chart: t"}, "period",
         "the chart t has a point per case, not per period. Write day, or choose another chart."),
        ({"period: quarter": "period: day"}, "period",
         "days are for charts with a point per case: t, g. "
         "Write week, month, quarter or year, or choose one of them."),
        ({"chart: i": "chart: i\nprofile: nhs"}, "profile",
         "'nhs' is not a profile. Write one of anhoej, mdc, nelson, western_electric; "
         "lengths are written as mdc:shift=8,trend=6."),
    ],
)  # fmt: skip
def test_a_chart_and_its_figures_must_fit(copy: Copy, changes: dict[str, str], column: str, refusal: str) -> None:
    file = "indicators/NM5-01.yaml"
    for old, new in changes.items():
        copy.change(file, old, new)
    said = copy.refusal()
    assert f"column {column}: {refusal}" in said
    assert "\n" not in said


def test_an_indicator_may_name_its_profile(copy: Copy) -> None:
    copy.change("indicators/NM5-01.yaml", "chart: i", "chart: i\nprofile: mdc:shift=8")
    facts = catalogue.read(copy.folder)
    assert [row["profile"] for row in facts["indicators"] if row["code"] == "NM5-01"] == ["mdc:shift=8"]

"""What stands in each file of the catalogue, and the rules that need a whole row. Adding a fact needs no code."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from data.catalogue.names import fold
from data.catalogue.reader import (
    DATE,
    DUPLICATE,
    DUPLICATE_MEND,
    FLAG,
    INTEGER,
    NUMBER,
    FactFile,
    Facts,
    Field,
    Problem,
    Row,
    place_of,
)
from indicators import spc
from indicators.definition import Direction, PeriodKind, Role, Scope, Verification
from indicators.spc.profiles import profile_of
from indicators.words import Words

LEVELS = ("national", "region", "landsdel", "municipality", "hospital", "department")
FREQUENCIES = ("weekly", "monthly", "quarterly", "half_yearly", "yearly", "every_3_4_years", "irregular")
LEGAL_KINDS = (
    "statutory_right",
    "policy_goal",
    "professional_guidance",
    "local_target",
    "milestone",
    "learning_team_aim",
    "programme_rule",
)
PERIOD_TYPES = (
    "quarter",
    "year",
    "rolling_12m",
    "rolling_2y",
    "rolling_3y",
    "rolling_5y",
    "baseline_mean",
    "survey",
    "change",
    "report_year",
)
NO_CHART = "line"
"""For figures whose points are not independent of one another (rolling windows, surveys, indexes): they are drawn, and
no limits or signals are computed."""
CHARTS = (*spc.CHARTS, NO_CHART)

SOURCES = Field(required=True, refers_to=("sources.source",), several=True)
TEXT = Field()
NAME = Field(required=True)
DAY = Field(DATE)
FROM = Field(DATE, required=True)


# ------------------------------------------------------------------------------------------ rules that need a whole row

COUNT = Words(
    "{value}, men {found} kommuner i municipalities.csv hører til",
    "{value}, but {found} municipalities in municipalities.csv belong to it",
)
COUNT_MEND = Words("Ret antallet, eller ret kommunernes {by}.", "Correct the count, or the {by} of the municipalities.")
NO_COMPARISON = Words("et måltal kræver et sammenligningstegn", "a target with a number needs a comparison")
NO_COMPARISON_MEND = Words("Skriv >=, <=, > eller <.", "Write >=, <=, > or <.")
NO_UNIT = Words("et måltal kræver en måleenhed", "a target with a number needs a unit of measure")
NO_UNIT_MEND = Words("Udfyld den, fx »pct.«.", "Fill it in, e.g. “pct.”.")
NOT_IN_LIBRARY = Words("'{value}' er ikke en indikator i indicators/", "'{value}' is not an indicator in indicators/")
NEEDS_TEAM_MEND = Words(
    "Ret koden, eller angiv i learning_team, hvilket team målet hører til.",
    "Correct the code, or name in learning_team the team whose aim it is.",
)
NEEDS_SUPPORT_MEND = Words(
    "Ret koden, eller skriv yes i is_supporting.", "Correct the code, or write yes in is_supporting."
)
NEEDS_DENOMINATOR = Words("diagrammet {chart} kræver en nævner", "the chart {chart} needs a denominator")
NEEDS_DENOMINATOR_MEND = Words("Skriv true, eller vælg et andet diagram.", "Write true, or choose another chart.")
NO_USE_FOR_DENOMINATOR = Words(
    "diagrammet {chart} tegner et antal eller en tid uden nævner",
    "the chart {chart} draws a count or a time without a denominator",
)
NO_USE_FOR_DENOMINATOR_MEND = Words(
    "Skriv false, eller vælg et andet diagram.", "Write false, or choose another chart."
)
ONE_POINT_A_CASE = Words(
    "diagrammet {chart} har et punkt pr. hændelse, ikke pr. periode",
    "the chart {chart} has a point per case, not per period",
)
ONE_POINT_A_CASE_MEND = Words("Skriv day, eller vælg et andet diagram.", "Write day, or choose another chart.")
ONE_POINT_A_PERIOD = Words(
    "dage er for diagrammer med et punkt pr. hændelse: {charts}", "days are for charts with a point per case: {charts}"
)
ONE_POINT_A_PERIOD_MEND = Words(
    "Skriv week, month, quarter eller year, eller vælg et af dem.",
    "Write week, month, quarter or year, or choose one of them.",
)
NO_PROFILE = Words("'{value}' er ikke et regelsæt", "'{value}' is not a profile")
NO_PROFILE_MEND = Words(
    "Skriv et af {known}; længder skrives som mdc:shift=8,trend=6.",
    "Write one of {known}; lengths are written as mdc:shift=8,trend=6.",
)
NO_GOAL = Words(
    "en national indikator hører til et af de otte mål", "a national indicator belongs to one of the eight goals"
)
NO_GOAL_MEND = Words("Skriv målets nummer.", "Write the number of the goal.")
NOT_NATIONAL = Words("'{value}' er ikke en national indikator", "'{value}' is not a national indicator")
NOT_NATIONAL_MEND = Words(
    "En lokal indikator bidrager til en national.", "A local indicator contributes to a national one."
)
WRONG_VERIFICATION = Words(
    "'{value}' passer ikke til en indikator med scope {scope}", "'{value}' does not suit an indicator of scope {scope}"
)
WRONG_VERIFICATION_MEND = Words(
    "Lokale indikatorer har own; nationale siger, hvor langt definitionen er kontrolleret.",
    "Local indicators have own; national ones say how far the definition was checked.",
)
NOT_POSITIVE = Words("{value} er ikke større end 0", "{value} is not above 0")
NOT_POSITIVE_MEND = Words(
    "Skriv 100 for procent, 1000 for pr. 1.000 og 1 for gennemsnit.",
    "Write 100 for per cent, 1000 for per 1,000 and 1 for means.",
)
HALF_PERIOD = Words("perioden har kun den ene dato", "the period has only one of its dates")
HALF_PERIOD_MEND = Words(
    "Udfyld både period_start og period_end, eller lad begge stå tomme.",
    "Fill in both period_start and period_end, or leave both empty.",
)


def _members_are_counted(*columns: str) -> Callable[[Row, Facts], Iterator[Problem]]:
    """The published number of municipalities equals those that name the row in one of `columns`."""

    def check(row: Row, facts: Facts) -> Iterator[Problem]:
        found = sum(row["code"] in [place[column] for column in columns] for place in facts["municipalities"])
        if found != row["municipality_count"]:
            yield row.problem("municipality_count", COUNT, COUNT_MEND, found=found, by=columns[0])

    return check


def _target_is_whole(row: Row, facts: Facts) -> Iterator[Problem]:
    if row["value"] is not None and not row["comparison"]:
        yield row.problem("comparison", NO_COMPARISON, NO_COMPARISON_MEND)
    if row["value"] is not None and not row["unit_of_measure_da"]:
        yield row.problem("unit_of_measure_da", NO_UNIT, NO_UNIT_MEND)
    code = row["indicator_code"]
    if code and code not in facts.index("indicators.code") and not row["learning_team"]:
        yield row.problem("indicator_code", NOT_IN_LIBRARY, NEEDS_TEAM_MEND)


def _series_is_in_library(row: Row, facts: Facts) -> Iterator[Problem]:
    if not row["is_supporting"] and row["indicator_code"] not in facts.index("indicators.code"):
        yield row.problem("indicator_code", NOT_IN_LIBRARY, NEEDS_SUPPORT_MEND)


def _period_is_whole(row: Row, facts: Facts) -> Iterator[Problem]:
    if (row["period_start"] is None) != (row["period_end"] is None):
        yield row.problem(
            "period_start" if row["period_start"] is None else "period_end", HALF_PERIOD, HALF_PERIOD_MEND
        )


def _indicator_holds_together(row: Row, facts: Facts) -> Iterator[Problem]:
    chart = spc.CHARTS.get(row["chart"])
    if chart is not None:
        yield from _chart_fits(row, chart)
    if row["profile"]:
        try:
            profile_of(row["profile"])
        except spc.InputError:
            yield row.problem("profile", NO_PROFILE, NO_PROFILE_MEND, known=", ".join(spc.PROFILES))
    if row["per"] <= 0:
        yield row.problem("per", NOT_POSITIVE, NOT_POSITIVE_MEND)
    if row["scope"] == Scope.NATIONAL and row["goal"] is None:
        yield row.problem("goal", NO_GOAL, NO_GOAL_MEND)
    if (row["scope"] == Scope.LOCAL) != (row["verification"] == Verification.OWN):
        yield row.problem("verification", WRONG_VERIFICATION, WRONG_VERIFICATION_MEND, scope=row["scope"])
    goal = facts.index("indicators.code").get(row["contributes_to"])
    if goal is not None and goal["scope"] != Scope.NATIONAL:
        yield row.problem("contributes_to", NOT_NATIONAL, NOT_NATIONAL_MEND)


def _chart_fits(row: Row, chart: spc.ChartRecord) -> Iterator[Problem]:
    takes_denominator = chart.takes_denominator or chart.needs_several
    if chart.needs_denominator and not row["has_denominator"]:
        yield row.problem("has_denominator", NEEDS_DENOMINATOR, NEEDS_DENOMINATOR_MEND, chart=chart.code)
    if row["has_denominator"] and not takes_denominator:
        yield row.problem("has_denominator", NO_USE_FOR_DENOMINATOR, NO_USE_FOR_DENOMINATOR_MEND, chart=chart.code)
    if chart.is_of_cases and row["period"] != PeriodKind.DAY:
        yield row.problem("period", ONE_POINT_A_CASE, ONE_POINT_A_CASE_MEND, chart=chart.code)
    if not chart.is_of_cases and row["period"] == PeriodKind.DAY:
        of_cases = ", ".join(code for code, record in spc.CHARTS.items() if record.is_of_cases)
        yield row.problem("period", ONE_POINT_A_PERIOD, ONE_POINT_A_PERIOD_MEND, charts=of_cases)


def unit_names(row: Row) -> tuple[str, ...]:
    """Every name a unit of the catalogue may be called by in a file: code, names, aliases, "Greve Kommune"."""
    names = [row["code"], row["name_da"], row["name_en"], *row["aliases"]]
    if row.file == "regions.csv":
        names.append(row["short_name"])
    if row.file == "municipalities.csv":
        # Statistics write municipality codes with three digits or four.
        names += [f"0{row['code']}", f"{row['name_da']} Kommune"]
    return tuple(names)


def names_are_free(facts: Facts) -> Iterator[Problem]:
    """No two units may be called the same: a file that says the name would not say which one it means."""
    seen: dict[str, Row] = {}
    for stem in UNIT_FILES:
        for row in facts[stem]:
            for name in unit_names(row):
                other = seen.setdefault(fold(name), row)
                if other is not row:
                    columns = {row["code"]: "code", **dict.fromkeys(row["aliases"], "aliases")}
                    column = columns.get(name, "name_da")
                    yield row.problem(column, DUPLICATE, DUPLICATE_MEND, value=name, place=place_of(other))


# ------------------------------------------------------------------------------------------------------------ the files

UNIT_FILES = ("nation", "regions", "municipalities", "hospitals")
ALIASES = Field(several=True)
NOTES = {"note_da": TEXT, "note_en": TEXT}

FILES = (
    FactFile(
        "sources.csv",
        Words("en kilde", "a source"),
        {"source": NAME, "title": NAME, "site": TEXT, "year": Field(INTEGER), "address": TEXT, "about": TEXT},
        key=("source",),
    ),
    FactFile(
        "goals.csv",
        Words("et nationalt mål", "a national goal"),
        {
            "number": Field(INTEGER, required=True),
            "name_da": NAME,
            "name_en": NAME,
            "former_name_da": TEXT,
            "former_name_en": TEXT,
            "former_name_note_da": TEXT,
            "former_name_note_en": TEXT,
            "valid_from": FROM,
            "sources": SOURCES,
        },
        key=("number",),
    ),
    FactFile(
        "nation.csv",
        Words("et land", "a nation"),
        {
            "code": NAME,
            "name_da": NAME,
            "name_en": NAME,
            "short_name": NAME,
            "aliases": ALIASES,
            "valid_from": FROM,
            "sources": SOURCES,
        },
        key=("code",),
    ),
    FactFile(
        "regions.csv",
        Words("en region", "a region"),
        {
            "code": NAME,
            "dst_code": TEXT,
            "name_da": NAME,
            "name_en": NAME,
            "short_name": NAME,
            "aliases": ALIASES,
            "nuts2": TEXT,
            "valid_from": FROM,
            "valid_to": DAY,
            "successor_code": Field(refers_to=("regions.code",)),
            "municipality_count": Field(INTEGER, required=True),
            **NOTES,
            "sources": SOURCES,
        },
        key=("code",),
        spans=(("valid_from", "valid_to"),),
        checks=(_members_are_counted("region_code", "region_code_from_2027"),),
    ),
    FactFile(
        "landsdele.csv",
        Words("en landsdel", "a landsdel"),
        {"code": NAME, "dst_code": TEXT, "name_da": NAME, "name_en": NAME, "sources": SOURCES},
        key=("code",),
    ),
    FactFile(
        "health_councils.csv",
        Words("et sundhedsråd", "a health council"),
        {
            "code": NAME,
            "name_da": NAME,
            "name_en": NAME,
            "region_code": Field(required=True, refers_to=("regions.code",)),
            "municipality_count": Field(INTEGER, required=True),
            "valid_from": FROM,
            **NOTES,
            "sources": SOURCES,
        },
        key=("code",),
        checks=(_members_are_counted("health_council_code"),),
    ),
    FactFile(
        "moved_tasks.csv",
        Words("en opgave, der flytter", "a task that moves"),
        {
            "code": NAME,
            "name_da": NAME,
            "name_en": NAME,
            "from_kind": Field(required=True, choices=("municipality", "region")),
            "to_kind": Field(required=True, choices=("region", "health_council")),
            "valid_from": FROM,
            **NOTES,
            "sources": SOURCES,
        },
        key=("code",),
    ),
    FactFile(
        "municipalities.csv",
        Words("en kommune", "a municipality"),
        {
            "code": NAME,
            "name_da": NAME,
            "name_en": NAME,
            "aliases": ALIASES,
            "region_code": Field(required=True, refers_to=("regions.code",)),
            "region_code_from_2027": Field(required=True, refers_to=("regions.code",)),
            "landsdel_code": Field(required=True, refers_to=("landsdele.code",)),
            "health_council_code": Field(required=True, refers_to=("health_councils.code",)),
            "acute_hospital_2019": TEXT,
            "valid_from": FROM,
            "valid_to": DAY,
            "sources": SOURCES,
        },
        key=("code",),
        spans=(("valid_from", "valid_to"),),
    ),
    FactFile(
        "hospitals.csv",
        Words("et sygehus", "a hospital"),
        {
            "code": NAME,
            "name_da": NAME,
            "name_en": NAME,
            "aliases": ALIASES,
            "kind": Field(required=True, choices=("somatic", "psychiatric")),
            "region_code": Field(required=True, refers_to=("regions.code",)),
            "role": Field(choices=("acute", "highly_specialised")),
            "shak_prefixes": Field(several=True),
            "sor_example": TEXT,
            "sor_example_level": TEXT,
            "catchment_2019": Field(refers_to=("municipalities.code",), several=True),
            "catchment_note_da": TEXT,
            "catchment_note_en": TEXT,
            "verification": Field(required=True, choices=("verified", "verified_name")),
            **NOTES,
            "sources": SOURCES,
        },
        key=("code",),
    ),
    FactFile(
        "learning_teams.csv",
        Words("et lærings- og kvalitetsteam", "a learning team"),
        {
            "code": NAME,
            "kind": Field(required=True, choices=("team", "method")),
            "name_da": NAME,
            "name_en": NAME,
            "starts_on": DAY,
            "ends_on": DAY,
            "dates_da": TEXT,
            "dates_en": TEXT,
            "lead_code": Field(refers_to=("regions.code",)),
            "aims_da": TEXT,
            "aims_en": TEXT,
            "data_source": TEXT,
            "participants_da": TEXT,
            "participants_en": TEXT,
            "goals_touched_da": TEXT,
            "goals_touched_en": TEXT,
            "members": Field(refers_to=("municipalities.code", "hospitals.code"), several=True),
            **NOTES,
            "sources": SOURCES,
        },
        key=("code",),
        spans=(("starts_on", "ends_on"),),
    ),
    FactFile(
        "cohorts.csv",
        Words("et hold", "a cohort"),
        {
            "code": NAME,
            "kind": Field(required=True, choices=("tender", "cohort", "later_version")),
            "version": Field(INTEGER),
            "number": Field(INTEGER),
            "name_da": NAME,
            "name_en": NAME,
            "starts_on": DAY,
            "ends_on": DAY,
            "dates_as_published": NAME,
            "participants": Field(INTEGER),
            "venue": TEXT,
            "delivered_by": TEXT,
            **NOTES,
            "sources": SOURCES,
        },
        key=("code",),
        spans=(("starts_on", "ends_on"),),
    ),
    FactFile(
        "indicators/*.yaml",
        Words("en indikator", "an indicator"),
        {
            "code": NAME,
            "version": Field(INTEGER, required=True),
            "scope": Field(required=True, choices=tuple(Scope)),
            "goal": Field(INTEGER, refers_to=("goals.number",)),
            "contributes_to": Field(refers_to=("indicators.code",)),
            "name_da": NAME,
            "name_en": NAME,
            "definition_da": TEXT,
            "definition_en": TEXT,
            "numerator_da": TEXT,
            "numerator_en": TEXT,
            "denominator_da": TEXT,
            "denominator_en": TEXT,
            "has_denominator": Field(FLAG, required=True),
            "per": Field(NUMBER, required=True),
            "unit_of_measure_da": TEXT,
            "unit_of_measure_en": TEXT,
            "decimals": Field(INTEGER, required=True),
            "minimum": Field(NUMBER),
            "maximum": Field(NUMBER),
            "direction": Field(required=True, choices=tuple(Direction)),
            "role": Field(required=True, choices=tuple(Role)),
            "chart": Field(required=True, choices=CHARTS),
            "profile": TEXT,
            "period": Field(required=True, choices=tuple(PeriodKind)),
            "verification": Field(required=True, choices=tuple(Verification)),
            "levels": Field(required=True, choices=LEVELS, several=True),
            "frequency": Field(required=True, choices=FREQUENCIES, several=True),
            "data_source": TEXT,
            "in_use_from": Field(INTEGER),
            "in_use_to": Field(INTEGER),
            **NOTES,
            "sources": SOURCES,
        },
        key=("code",),
        spans=(("in_use_from", "in_use_to"), ("minimum", "maximum")),
        checks=(_indicator_holds_together,),
    ),
    FactFile(
        "targets.csv",
        Words("et måltal", "a target"),
        {
            "indicator_code": TEXT,
            "learning_team": Field(refers_to=("learning_teams.code",)),
            "level": Field(required=True, choices=LEVELS),
            "area_code": Field(refers_to=("nation.code", "regions.code", "municipalities.code", "hospitals.code")),
            "legal_kind": Field(required=True, choices=LEGAL_KINDS),
            "comparison": Field(choices=(">=", "<=", ">", "<")),
            "value": Field(NUMBER),
            "unit_of_measure_da": TEXT,
            "unit_of_measure_en": TEXT,
            "valid_from": DAY,
            "valid_to": DAY,
            "validity_note_da": TEXT,
            "validity_note_en": TEXT,
            "text_da": NAME,
            "text_en": NAME,
            "sources": SOURCES,
        },
        key=("indicator_code", "legal_kind", "level", "area_code", "valid_from"),
        spans=(("valid_from", "valid_to"),),
        checks=(_target_is_whole,),
    ),
    FactFile(
        "figure_series.csv",
        Words("en talserie", "a series of figures"),
        {
            "series": NAME,
            "indicator_code": NAME,
            "is_supporting": Field(FLAG, required=True),
            "name_da": NAME,
            "name_en": NAME,
            "breakdown_da": TEXT,
            "breakdown_en": TEXT,
            "period_type": Field(required=True, choices=PERIOD_TYPES),
            "unit_of_measure_da": NAME,
            "unit_of_measure_en": NAME,
        },
        key=("series",),
        checks=(_series_is_in_library,),
    ),
    FactFile(
        "figure_notes.csv",
        Words("en note", "a note"),
        {"note": NAME, "text_da": NAME, "text_en": NAME},
        key=("note",),
    ),
    FactFile(
        "national_figures.csv",
        Words("et offentliggjort tal", "a published figure"),
        {
            "series": Field(required=True, refers_to=("figure_series.series",)),
            "period": NAME,
            "period_start": DAY,
            "period_end": DAY,
            "area_code": Field(
                required=True, refers_to=("nation.code", "regions.code", "landsdele.dst_code", "municipalities.code")
            ),
            "value": Field(NUMBER, required=True),
            "n": Field(NUMBER),
            "note": Field(refers_to=("figure_notes.note",)),
            "sources": SOURCES,
        },
        key=("series", "period", "area_code"),
        spans=(("period_start", "period_end"),),
        checks=(_period_is_whole,),
    ),
    FactFile(
        "status_reports.csv",
        Words("en statusrapport", "a status report"),
        {
            "year": Field(INTEGER, required=True),
            "published_on": DAY,
            "compares_da": TEXT,
            "compares_en": TEXT,
            "indicators": Field(INTEGER),
            "positive": Field(NUMBER),
            "unchanged": Field(NUMBER),
            "negative": Field(NUMBER),
            "not_measurable": Field(NUMBER),
            "is_percent": Field(FLAG, required=True),
            **NOTES,
            "sources": SOURCES,
        },
        key=("year",),
    ),
    FactFile(
        "pathways.csv",
        Words("et sæt til et forløb", "a set for a pathway"),
        {
            "code": NAME,
            "name_da": NAME,
            "name_en": NAME,
            "description_da": NAME,
            "description_en": NAME,
            "sources": SOURCES,
        },
        key=("code",),
    ),
    FactFile(
        "pathway_steps.csv",
        Words("et trin i et forløb", "a step of a pathway"),
        {
            "pathway_code": Field(required=True, refers_to=("pathways.code",)),
            "position": Field(INTEGER, required=True),
            "name_da": NAME,
            "name_en": NAME,
            "sector": Field(required=True, choices=("hospital", "municipal", "practice")),
            "indicator_code": Field(refers_to=("indicators.code",)),
            **NOTES,
        },
        key=("pathway_code", "position"),
    ),
)

"""Questions to the catalogue: goals, indicators, targets nearest first, figures merged by their weights."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import insert, select

from data import schema
from data.access import SYSTEM, Viewer
from data.errors import NotFound, WrongDefinition
from data.queries import catalogue, figures
from data.store import Store, bulk_insert
from indicators.definition import Direction, IndicatorDefinition, PeriodKind, Scope, Target, Verification
from indicators.words import Words

ViewerFor = Callable[..., Viewer]


def test_the_eight_goals_come_in_order_and_goal_7_with_both_names(store: Store) -> None:
    goals = catalogue.goals(store, SYSTEM)
    assert [goal.number for goal in goals] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert goals[4].name == Words("Hurtig udredning og behandling", "Rapid diagnosis and treatment")
    assert goals[4].former_name is None
    assert goals[6].former_name == Words("Flere sunde leveår", "More healthy life years")
    assert goals[6].former_name_note is not None and "2016-2021" in goals[6].former_name_note.da


def test_there_are_39_national_indicators_and_three_shared_local_ones(store: Store) -> None:
    national = catalogue.indicators(store, SYSTEM, Scope.NATIONAL)
    assert len(national) == 39
    assert [one.goal for one in national] == sorted(one.goal or 0 for one in national)
    assert [one.code for one in catalogue.indicators(store, SYSTEM, Scope.LOCAL)] == ["HAI-BAC", "HAI-CDI", "HAI-UTI"]
    assert len(catalogue.indicators(store, SYSTEM)) == 42


def test_a_definition_has_its_words_and_its_arithmetic(store: Store) -> None:
    definition = catalogue.indicator(store, SYSTEM, "HAI-BAC")
    assert isinstance(definition, IndicatorDefinition)
    assert definition.unit_of_measure == Words("pr. 10.000 risikodøgn", "per 10,000 risk days")
    assert (definition.per, definition.chart, definition.direction) == (10000, "u", Direction.DOWN)
    assert (definition.period, definition.contributes_to) == (PeriodKind.MONTH, "NM3-06")
    assert definition.verification is Verification.OWN
    readmissions = catalogue.indicator(store, SYSTEM, "NM1-01")
    assert readmissions.is_percent and readmissions.valid_from == date(2016, 1, 1)


def test_indicators_that_are_not_verified_say_so(store: Store) -> None:
    not_verified = {
        one.code for one in catalogue.indicators(store, SYSTEM) if one.verification is Verification.NOT_VERIFIED
    }
    assert not_verified == {"NM3-06", "NM3-07", "NM4-03", "NM6-02"}


def test_an_unknown_indicator_or_version_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound) as caught:
        catalogue.indicator(store, SYSTEM, "NM9-99")
    assert caught.value.reason("da") == "Indikatoren NM9-99 findes ikke."
    with pytest.raises(NotFound, match="Indicator NM1-01 has no version 7"):
        catalogue.indicator(store, SYSTEM, "NM1-01", version=7)
    with pytest.raises(NotFound):
        catalogue.targets(store, SYSTEM, "NM9-99", "NOH")


def test_the_newest_version_counts_and_an_older_one_can_be_asked_for(store: Store) -> None:
    table = schema.indicator
    with store.read() as connection:
        row = dict(connection.execute(select(table).where(table.c.code == "HAI-CDI")).mappings().one())
    newer = {**row, "version": 2, "name_da": "Ny opgørelse"}
    store.write(lambda connection: connection.execute(insert(table).values(**newer)))
    assert catalogue.indicator(store, SYSTEM, "HAI-CDI").name.da == "Ny opgørelse"
    assert catalogue.indicator(store, SYSTEM, "HAI-CDI", version=1).name.da == row["name_da"]
    versions = [one.version for one in catalogue.indicators(store, SYSTEM) if one.code == "HAI-CDI"]
    assert versions == [2]


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("chart", "pprime", "Indicator HAI-CDI has the chart “pprime”, which does not exist. Choose one of: run, i, "),
        ("profile", "nhs", "Indicator HAI-CDI has the profile “nhs”, which does not exist. Choose one of: anhoej, mdc"),
        ("profile", "mdc:shift=1", "Indicator HAI-CDI has the profile “mdc:shift=1”, which does not exist."),
        ("has_denominator", False, "Indicator HAI-CDI has no denominator, but the chart u needs one."),
    ],
)
def test_a_stored_definition_that_cannot_be_charted_says_what_is_wrong(
    store: Store, column: str, value: object, words: str
) -> None:
    table = schema.indicator
    with store.read() as connection:
        row = connection.execute(select(table).where(table.c.code == "HAI-CDI")).mappings().one()
    with pytest.raises(WrongDefinition) as wrong:
        catalogue.definition_of({**row, column: value})
    assert wrong.value.reason("en").startswith(words)
    assert "HAI-CDI har" in wrong.value.reason("da")


def test_a_profile_with_lengths_of_its_own_is_a_profile(store: Store) -> None:
    table = schema.indicator
    with store.read() as connection:
        row = connection.execute(select(table).where(table.c.code == "HAI-CDI")).mappings().one()
    assert catalogue.definition_of({**row, "profile": "mdc:shift=8"}).profile == "mdc:shift=8"


# ------------------------------------------------------------------------------------------------------------- targets


def numbers(targets: list[Target]) -> list[tuple[float, str | None]]:
    return [(target.value, target.unit_code) for target in targets]


def test_the_regions_milestone_comes_before_the_national_one(store: Store) -> None:
    assert numbers(catalogue.targets(store, SYSTEM, "NM4-02", "RHP")) == [(3.4, "1084"), (3.9, "DK")]
    assert numbers(catalogue.targets(store, SYSTEM, "NM4-02", "751")) == [(4.6, "1082"), (3.9, "DK")]
    assert numbers(catalogue.targets(store, SYSTEM, "NM4-02", "DK")) == [(3.9, "DK")]
    assert numbers(catalogue.targets(store, SYSTEM, "NM4-02")) == [(3.9, "DK")]


def test_a_deadline_in_days_is_no_target_for_a_share_or_a_mean_but_is_told(store: Store) -> None:
    assert catalogue.targets(store, SYSTEM, "NM5-04", "NOH") == []
    assert catalogue.targets(store, SYSTEM, "NM5-05", "NOH") == []
    # Of the two targets in days only the one about the mean is a target of the mean.
    assert numbers(catalogue.targets(store, SYSTEM, "NM5-01", "NOH")) == [(38.0, "DK")]
    rows = catalogue.target_rows(store, SYSTEM, "NM5-04")
    assert [(row.value, row.unit_of_measure.da, row.legal_kind) for row in rows] == [(30.0, "dage", "statutory_right")]
    assert rows[0].valid_from is None and "ikke bekræftet" in rows[0].validity_note.da
    assert len(catalogue.target_rows(store, SYSTEM, "NM5-01")) == 2


def test_a_target_without_a_number_is_told_but_never_drawn(store: Store) -> None:
    rows = catalogue.target_rows(store, SYSTEM, "NM5-07")
    assert [(row.value, row.unit_code, row.legal_kind) for row in rows] == [
        (None, "DK", "professional_guidance"),
        (85.0, "1084", "local_target"),
    ]
    assert rows[1].unit_name == Words("Region Hovedstaden", "Capital Region of Denmark")
    assert numbers(catalogue.targets(store, SYSTEM, "NM5-07", "NOH")) == [(85.0, "1084")]
    assert catalogue.targets(store, SYSTEM, "NM5-07", "751") == []


def test_targets_say_when_they_hold(store: Store) -> None:
    milestone = catalogue.targets(store, SYSTEM, "NM4-02", "1084")[0]
    assert milestone.holds_on(date(2020, 12, 31)) and not milestone.holds_on(date(2021, 1, 1))
    assert milestone.is_met_by(3.4) and not milestone.is_met_by(3.5)


LOCAL = {
    "indicator_code": "NM4-02",
    "level": "local",
    "legal_kind": "local_target",
    "comparison": "<=",
    "unit_of_measure_da": "%",
    "unit_of_measure_en": "%",
    "validity_note_da": "",
    "validity_note_en": "",
    "text_da": "",
    "text_en": "",
    "is_demo": False,
    "source": "",
}


def set_targets(store: Store, *rows: dict[str, Any]) -> None:
    frame = pd.DataFrame([{**LOCAL, **row} for row in rows])
    store.write(lambda connection: bulk_insert(connection, schema.target, frame))


def test_a_units_own_target_comes_first_and_the_newest_before_the_older(store: Store) -> None:
    set_targets(
        store,
        {"unit_code": "RHP", "value": 3.0, "valid_from": date(2022, 1, 1)},
        {"unit_code": "RHP", "value": 2.5, "valid_from": date(2024, 1, 1)},
        {"unit_code": None, "value": 5.0, "valid_from": date(2024, 1, 1)},
    )
    assert numbers(catalogue.targets(store, SYSTEM, "NM4-02", "RHP")) == [
        (2.5, "RHP"),
        (3.0, "RHP"),
        (3.4, "1084"),
        (3.9, "DK"),
        (5.0, None),
    ]


def test_a_target_of_region_oestdanmark_reaches_the_hospitals_of_the_regions_before_it(store: Store) -> None:
    set_targets(store, {"unit_code": "OEST", "value": 3.1, "valid_from": date(2027, 1, 1)})
    assert numbers(catalogue.targets(store, SYSTEM, "NM4-02", "PRS")) == [(3.3, "1085"), (3.1, "OEST"), (3.9, "DK")]
    assert numbers(catalogue.targets(store, SYSTEM, "NM4-02", "PRM")) == [(4.6, "1082"), (3.9, "DK")]


def test_a_target_for_one_kind_of_unit_does_not_reach_another_kind(store: Store) -> None:
    set_targets(store, {"unit_code": None, "level": "municipality", "value": 1.0})
    assert numbers(catalogue.targets(store, SYSTEM, "NM4-02", "751"))[0] == (1.0, None)
    assert (1.0, None) not in numbers(catalogue.targets(store, SYSTEM, "NM4-02", "RHP"))


def test_what_another_unit_aims_for_is_not_there_for_those_who_may_not_see_it(
    store: Store, viewer_for: ViewerFor
) -> None:
    set_targets(store, {"unit_code": "RHP", "value": 3.0, "valid_from": date(2022, 1, 1)})
    insider, outsider = viewer_for("leader", "RHP"), viewer_for("leader", "AUH")
    assert (3.0, "RHP") in numbers(catalogue.targets(store, insider, "NM4-02", "RHP"))
    assert numbers(catalogue.targets(store, outsider, "NM4-02", "RHP")) == [(3.4, "1084"), (3.9, "DK")]
    assert "RHP" in {row.unit_code for row in catalogue.target_rows(store, insider, "NM4-02")}
    assert "RHP" not in {row.unit_code for row in catalogue.target_rows(store, outsider, "NM4-02")}


def test_a_leader_sees_what_the_unit_above_aims_for(store: Store, viewer_for: ViewerFor) -> None:
    set_targets(store, {"unit_code": "1084", "value": 3.2, "valid_from": date(2025, 1, 1)})
    leader = viewer_for("leader", "RHP")
    assert numbers(catalogue.targets(store, leader, "NM4-02", "RHP"))[0] == (3.2, "1084")


# ------------------------------------------------------------------------------------------------- figures and reports


def test_national_figures_come_with_names_dates_and_notes_in_both_languages(store: Store) -> None:
    everything = catalogue.national_figures(store, SYSTEM)
    assert len(everything) == 1050 and "id" not in everything
    compliance = catalogue.national_figures(store, SYSTEM, "NM5-04")
    assert len(compliance) == 9
    first = compliance.iloc[0]
    assert (first["period_label"], first["period_start"], first["value"]) == ("1. kvartal 2017", date(2017, 1, 1), 80)
    assert (first["unit_of_measure_da"], first["unit_of_measure_en"]) == ("pct.", "per cent")
    assert compliance["period_start"].isna().sum() == 6
    assert catalogue.national_figures(store, SYSTEM, "NM9-99").empty


def test_series_with_different_definitions_are_kept_apart(store: Store) -> None:
    corrected = catalogue.national_figures(store, SYSTEM, "NM5-04c")
    as_ordered = catalogue.national_figures(store, SYSTEM, "NM5-04u")
    both = corrected.merge(as_ordered, on=["area_code", "period_start"])
    assert len(both) == 12
    assert (both["value_x"] - both["value_y"]).max() == 7
    assert len(catalogue.national_figures(store, SYSTEM, "NM5-04")) == 9


def test_status_reports_keep_unknown_counts_unknown(store: Store) -> None:
    reports = {report.year: report for report in catalogue.status_reports(store, SYSTEM)}
    assert sorted(reports) == list(range(2016, 2025))
    assert (reports[2019].indicators, reports[2019].positive, reports[2019].not_measurable) == (38, 16, 3)
    assert (reports[2018].positive, reports[2018].unchanged) == (18, None)
    assert reports[2023].is_percent and reports[2023].negative == 54
    assert reports[2020].published_on is None and "COVID-19" in reports[2020].note.da


# --------------------------------------------------------------------------------------------- waiting times, weighted

REGIONS = ("1081", "1082", "1083", "1084", "1085")
KEY = ["period_start", "operation_da"]


def by_operation(store: Store) -> pd.DataFrame:
    return figures.waiting_times(store, SYSTEM, by_operation=True)


def test_counts_of_the_regions_sum_to_the_country_and_their_weighted_mean_is_its_mean(store: Store) -> None:
    merged = figures.waiting_times(store, SYSTEM, by_operation=True, merge=dict.fromkeys(REGIONS, "ALL"))
    country = merged[merged["area_code"] == "DK"].set_index(KEY)
    together = merged[merged["area_code"] == "ALL"].set_index(KEY)
    assert len(country) == len(together) == 132
    assert (country["n"] == together["n"]).all()
    assert (country["value"] - together["value"]).abs().max() < 0.64


def test_a_plain_average_of_regions_would_be_days_off(store: Store) -> None:
    published = by_operation(store)
    country = published[published["area_code"] == "DK"].set_index(KEY)["value"]
    plain = published[published["area_code"].isin(REGIONS)].groupby(KEY)["value"].mean()
    assert (plain - country).abs().max() == pytest.approx(7.4, abs=0.05)
    east = published[published["area_code"].isin(["1084", "1085"])]
    weighted = figures.waiting_times(store, SYSTEM, by_operation=True, merge={"1084": "OEST", "1085": "OEST"})
    weighted = weighted[weighted["area_code"] == "OEST"].set_index(KEY)["value"]
    off = (east.groupby(KEY)["value"].mean() - weighted).abs()
    assert off.max() == pytest.approx(14.3, abs=0.05)
    assert off.idxmax() == (date(2021, 1, 1), "Brok")


def test_regions_that_become_one_in_2027_are_merged_and_the_others_left(store: Store) -> None:
    assert figures.region_mergers(store, SYSTEM, date(2026, 12, 31)) == {}
    mergers = figures.region_mergers(store, SYSTEM, date(2027, 1, 1))
    assert mergers == {"1084": "OEST", "1085": "OEST"}
    merged = figures.waiting_times(store, SYSTEM, merge=mergers)
    assert merged.groupby("area_code").size().to_dict() == {"1081": 22, "1082": 22, "1083": 22, "DK": 22, "OEST": 22}
    assert set(merged["n_operation_groups"]) == {6}
    east = merged[merged["area_code"] == "OEST"]
    assert set(east["area_name_da"]) == {"Region Østdanmark"}
    before = figures.waiting_times(store, SYSTEM)
    parts = before[before["area_code"].isin(["1084", "1085"])].groupby("period_start")["n"].sum()
    assert east.set_index("period_start")["n"].eq(parts).all()


def test_operation_groups_are_merged_by_their_counts(store: Store) -> None:
    """The plain second version: every area and quarter, added up by hand."""
    merged = figures.waiting_times(store, SYSTEM).set_index(["area_code", "period_start"])
    assert len(merged) == 6 * 22
    rows = catalogue.national_figures(store, SYSTEM, "NM5-01")
    days: dict[tuple[str, date], float] = {}
    operations: dict[tuple[str, date], float] = {}
    for row in rows[rows["n"].notna()].itertuples():
        key = (row.area_code, row.period_start)
        days[key] = days.get(key, 0.0) + row.value * row.n
        operations[key] = operations.get(key, 0.0) + row.n
    assert set(days) == set(merged.index)
    for key, total in days.items():
        assert merged.loc[key, "value"] == pytest.approx(total / operations[key], rel=1e-12)
        assert merged.loc[key, "n"] == operations[key]


def test_a_missing_count_leaves_the_merged_value_empty_and_a_missing_group_shows(store: Store) -> None:
    figure = schema.national_figure
    at = (figure.c.area_code == "1084") & (figure.c.indicator_code == "NM5-01") & (figure.c.breakdown_da == "Brok")

    def spoil(connection: Any) -> None:
        connection.execute(figure.update().where(at, figure.c.period_label == "1K20").values(n=None))
        connection.execute(figure.delete().where(at, figure.c.period_label == "2K20"))

    store.write(spoil)
    merged = figures.waiting_times(store, SYSTEM)
    capital = merged[merged["area_code"] == "1084"].set_index("period_label")
    assert pd.isna(capital.loc["1K20", "value"])
    assert capital.loc["2K20", "n_operation_groups"] == 5
    assert capital["value"].notna().sum() == 21

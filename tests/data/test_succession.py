"""A chart as the organisation is: sums of what the predecessors counted, never a mean of means or part of a sum."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from functools import partial

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import insert

from data import organisation, schema
from data.access import SYSTEM, Role
from data.assessments import assess_series
from data.organisation import Merge, MoveTask, NewUnit, Split
from data.queries import export, figures, observations
from data.store import bulk_insert
from data.succession import as_is, history
from indicators.words import Words
from tests.data.conftest import indicator_row

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OCTOBER = date(2026, 10, 1)
JOINT = NewUnit("H1-AB", Words("Fælles Afdeling", "Joint Department"))


@pytest.fixture
def admin(world):
    return world.viewer(Role.ADMINISTRATOR)


def decide(world, viewer, change, valid_from=OCTOBER):
    organisation.carry_out(world.store, viewer, change, valid_from=valid_from, reason="Aftalt", today=TODAY, now=NOW)


def months(world, unit_code, first, *rows, code="SCREEN"):
    """Consecutive months of (numerator, denominator); None leaves the month out."""
    starts = pd.date_range(first, periods=len(rows), freq="MS").date
    world.deliver([(code, unit_code, day, *row) for day, row in zip(starts, rows, strict=True) if row is not None])


def read(world, unit_code, code="SCREEN", viewer=SYSTEM, today=TODAY, **options):
    return as_is(world.store, viewer, code, unit_code, today=today, **options)


def counted(made):
    frame = made.frame
    return [
        (f"{day:%Y-%m}", *(None if pd.isna(one) else one for one in row))
        for day, *row in frame[["period_start", "numerator", "denominator"]].itertuples(index=False)
    ]


def sentences(made, language="da"):
    return [one.say(language) for one in made.said]


@pytest.fixture
def merged(world, admin):
    """Two departments with counts from July, one from October."""
    months(world, "H1-A", date(2026, 7, 1), (10, 20), (12, 20), (8, 20))
    months(world, "H1-B", date(2026, 7, 1), (30, 90), (36, 90), (33, 90))
    decide(world, admin, Merge(("H1-A", "H1-B"), JOINT))
    months(world, "H1-AB", OCTOBER, (50, 110))
    return world


# ------------------------------------------------------------------------------------------------------------- counts


def test_counts_of_the_predecessors_are_summed_by_period_and_the_change_is_a_break(merged):
    made = read(merged, "H1-AB")
    assert made.is_possible
    assert counted(made) == [
        ("2026-07", 40, 110), ("2026-08", 48, 110), ("2026-09", 41, 110), ("2026-10", 50, 110)
    ]  # fmt: skip
    assert sentences(made) == [
        "Kirurgisk Afdeling og Medicinsk Afdeling blev lagt sammen til Fælles Afdeling 1. oktober 2026. "
        "Før den dag er tallene deres sum."
    ]
    assessment = assess_series(merged.store, SYSTEM, "SCREEN", "H1-AB", today=TODAY, made=made)
    assert [phase.starts_on for phase in assessment.phases if phase.is_break] == [OCTOBER]
    # 40 of 110, and not the mean of 10/20 and 30/90.
    assert assessment.points["y"].round(2).tolist() == [36.36, 43.64, 37.27, 45.45]
    as_was = assess_series(merged.store, SYSTEM, "SCREEN", "H1-AB", today=TODAY)
    assert as_was.points["period"].tolist() == [OCTOBER] and as_was.phases == ()


def test_the_rows_to_take_away_are_those_of_the_reading(merged):
    made = read(merged, "H1-A")
    taken = export.series_rows(merged.store, SYSTEM, "SCREEN", "H1-A", made=made)
    assert taken["unit"].unique().tolist() == ["H1-AB"] and taken["delivery"].unique().tolist() == [""]
    assert taken["numerator"].tolist() == [40, 48, 41, 50]
    alone = export.series_rows(merged.store, SYSTEM, "SCREEN", "H1-A")
    assert alone["numerator"].tolist() == [10, 12, 8] and alone["delivery"].tolist() == ["T-1"] * 3


def test_a_closed_unit_reads_as_the_one_that_took_over(merged):
    old = read(merged, "H1-A")
    assert old.unit_code == "H1-AB" and counted(old) == counted(read(merged, "H1-AB"))
    assert len(observations.current(merged.store, SYSTEM, "SCREEN", "H1-A")) == 3  # as it was


def test_a_missing_month_of_one_is_a_missing_month_of_the_sum(world, admin):
    months(world, "H1-A", date(2026, 6, 1), (9, 20), (10, 20), None, (8, 20))
    months(world, "H1-B", date(2026, 7, 1), (30, 90), (36, 90), (33, 90))
    decide(world, admin, Merge(("H1-A", "H1-B"), JOINT))
    made = read(world, "H1-AB")
    assert counted(made) == [("2026-07", 40, 110), ("2026-09", 41, 110)]
    assert sentences(made)[1:] == [
        "Målingen begynder 1. juli 2026: tidligere har ikke alle enheder tal.",
        "1 måned mangler, fordi mindst én af enhederne ikke har tal (Kirurgisk Afdeling). En del af en sum vises ikke.",
    ]
    assessment = assess_series(world.store, SYSTEM, "SCREEN", "H1-AB", today=TODAY, made=made)
    assert assessment.points["is_missing"].tolist() == [False, True, False]


def test_a_unit_that_takes_another_in_was_never_alone(world, admin):
    months(world, "H1-A", date(2026, 8, 1), (10, 20), (12, 20), (52, 100))
    months(world, "H1-B", date(2026, 8, 1), (30, 80), (31, 80))
    world.withdraw(world.deliver_months("SCREEN", "H1-B", OCTOBER, 1), datetime(2026, 11, 6))
    decide(world, admin, Merge(("H1-B",), "H1-A"))
    made = read(world, "H1-A")
    assert counted(made) == [("2026-08", 40, 100), ("2026-09", 43, 100), ("2026-10", 52, 100)]
    assert sentences(made)[0].startswith("Medicinsk Afdeling blev en del af Kirurgisk Afdeling 1. oktober 2026.")


def test_what_one_of_them_never_counted_cannot_be_summed_and_it_is_said(world, admin):
    months(world, "H1-A", date(2026, 8, 1), (10, 20), (12, 20))
    decide(world, admin, Merge(("H1-A", "H1-B"), JOINT))
    months(world, "H1-AB", OCTOBER, (52, 100))
    made = read(world, "H1-AB")
    assert not made.is_possible and counted(made) == [("2026-10", 52, 100)]
    assert sentences(made) == [
        "Det kan ikke vises som det er: Medicinsk Afdeling har ingen tal for målingen før 1. oktober 2026, "
        "så en sum ville mangle dem."
    ]


def test_units_merged_twice_are_summed_all_the_way_back(merged, admin):
    months(merged, "H1-C", date(2026, 7, 1), (1, 10), (2, 10), (3, 10), (4, 10), None)
    decide(merged, admin, Merge(("H1-AB", "H1-C"), NewUnit("H1-ABC", Words("Center", "Centre"))), date(2026, 11, 1))
    made = read(merged, "H1-ABC")
    assert [row[1:] for row in counted(made)] == [(41, 120), (50, 120), (44, 120), (54, 120)]
    assert [joint.to_code for joint in made.history.joints] == ["H1-AB", "H1-ABC"]


def test_a_moved_task_counts_where_it_was_done(world, admin):
    world.follow("SCREEN", "901", date(2026, 8, 1))
    months(world, "901", date(2026, 8, 1), (10, 20), (12, 20))
    decide(world, admin, MoveTask("SCREEN", ("901",), "H2"))
    months(world, "H2", OCTOBER, (15, 20))
    made = read(world, "H2")
    assert [row[1] for row in counted(made)] == [10, 12, 15]
    assert sentences(made)[0].startswith("Opgaven gik fra Prøve Kommune til Bakke Hospital 1. oktober 2026.")
    assert not history(world.store, SYSTEM, "FALD", "H2", today=TODAY).has_two_readings  # only that measure moved


def test_a_task_that_comes_back_is_not_counted_twice(world, admin):
    for unit_code in ("H1", "H2"):
        world.follow("SCREEN", unit_code, date(2026, 1, 1))
    months(world, "H1", date(2026, 7, 1), (10, 20))
    months(world, "H2", date(2026, 7, 1), (5, 20))
    decide(world, admin, MoveTask("SCREEN", ("H1",), "H2"), date(2026, 8, 1))
    months(world, "H2", date(2026, 8, 1), (16, 40))
    decide(world, admin, MoveTask("SCREEN", ("H2",), "H1"), date(2026, 9, 1))
    months(world, "H1", date(2026, 9, 1), (17, 40))
    made = read(world, "H1")
    assert made.unit_code == "H1"
    assert [row[1:] for row in counted(made)] == [(15, 40), (16, 40), (17, 40)]


def test_a_split_gives_nothing_to_its_parts_and_says_so(world, admin):
    months(world, "H1-A", date(2026, 8, 1), (10, 20), (12, 20))
    decide(world, admin, Split("H1-A", (NewUnit("X", Words("X", "X")), NewUnit("Y", Words("Y", "Y")))))
    months(world, "X", OCTOBER, (7, 10))
    made = read(world, "X")
    assert counted(made) == [("2026-10", 7, 10)] and made.history.has_two_readings
    assert sentences(made) == [
        "X var en del af Kirurgisk Afdeling til 1. oktober 2026. Andelen kendes ikke, så målingen begynder der."
    ]


def test_a_change_that_is_ahead_changes_nothing_yet_but_what_opens_can_be_read_ahead(world, admin):
    months(world, "H1-A", date(2026, 9, 1), (10, 20), (12, 20))
    months(world, "H1-B", date(2026, 9, 1), (30, 80), (31, 80))
    decide(world, admin, Merge(("H1-A", "H1-B"), JOINT), date(2027, 1, 1))
    alone = read(world, "H1-A")
    assert alone.unit_code == "H1-A" and not alone.history.has_two_readings
    assert [joint.to_code for joint in alone.history.coming] == ["H1-AB"]
    ahead = read(world, "H1-AB")
    assert counted(ahead) == [("2026-09", 40, 100), ("2026-10", 43, 100)]
    assert sentences(ahead, "en") == [
        "Joint Department exists only from 1 January 2027; the figures are the sum of Kirurgisk Afdeling and "
        "Medicinsk Afdeling."
    ]


def test_an_old_day_knows_the_changes_of_that_day(merged):
    assert [row[1] for row in counted(read(merged, "H1-AB", as_of=date(2026, 11, 23)))] == [40, 48, 41, 50]
    before = read(merged, "H1-A", as_of=date(2026, 11, 20))
    # It was decided on the 23rd; on the board of the 20th it was a department of its own.
    assert (before.unit_code, before.history.has_two_readings) == ("H1-A", False)


# ------------------------------------------------------------------------------------------ values, means and cases


def define(world, code, **changes):
    row = indicator_row(code, **changes)
    world.store.write(lambda connection: connection.execute(insert(schema.indicator).values(row)))


def put(world, code, unit_code, rows, *, kind="month"):
    """Rows of (period, value, denominator, sd) as they would have been delivered."""
    number = world.deliver([])
    frame = pd.DataFrame(rows, columns=["period_start", "value", "denominator", "sd"], dtype=object)
    frame = frame.astype({"value": float, "denominator": float, "sd": float}).assign(
        indicator_code=code, unit_code=unit_code, indicator_version=1, period_kind=kind, note="",
        delivery_id=number, recorded_at=datetime(2026, 11, 5),
    )  # fmt: skip
    world.store.write(partial(bulk_insert, table=schema.observation, frame=frame))


def test_finished_values_without_counts_are_not_averaged(world, admin):
    define(world, "TID", has_denominator=False, per=1, chart="i")
    for unit_code, value in (("H1-A", 10.0), ("H1-B", 20.0)):
        put(world, "TID", unit_code, [(date(2026, 9, 1), value, None, None)])
    decide(world, admin, Merge(("H1-A", "H1-B"), JOINT))
    put(world, "TID", "H1-AB", [(OCTOBER, 14.0, None, None)])
    made = read(world, "H1-AB", "TID")
    assert not made.is_possible
    assert sentences(made)[0].endswith("Et gennemsnit af gennemsnit ville være forkert.")
    assert made.frame["value"].tolist() == [14.0]


def test_the_only_unit_a_series_came_from_hands_over_any_value(world, admin):
    define(world, "TID", has_denominator=False, per=1, chart="i")
    put(world, "TID", "H1-A", [(date(2026, 9, 1), 10.0, None, None)])
    decide(world, admin, Merge(("H1-A",), JOINT))
    put(world, "TID", "H1-AB", [(OCTOBER, 14.0, None, None)])
    made = read(world, "H1-AB", "TID")
    assert made.is_possible and made.frame["value"].tolist() == [10.0, 14.0]
    assert sentences(made)[0].startswith("Fælles Afdeling afløste Kirurgisk Afdeling 1. oktober 2026.")


def test_counts_without_a_denominator_are_added_up(world, admin):
    for unit_code, value in (("H1-A", 3.0), ("H1-B", 4.0)):
        put(world, "FALD", unit_code, [(date(2026, 9, 1), value, None, None)])
    decide(world, admin, Merge(("H1-A", "H1-B"), JOINT))
    assert read(world, "H1-AB", "FALD").frame["value"].tolist() == [7.0]


def test_means_are_pooled_as_if_the_measurements_had_been_counted_together(world, admin):
    define(world, "BT", per=1, chart="xbar", has_denominator=True)
    one, other = np.array([118.0, 131.0, 125.0, 140.0]), np.array([150.0, 129.0])
    for unit_code, measured in (("H1-A", one), ("H1-B", other)):
        row = (date(2026, 9, 1), measured.mean(), len(measured), measured.std(ddof=1))
        put(world, "BT", unit_code, [row])
    decide(world, admin, Merge(("H1-A", "H1-B"), JOINT))
    row = read(world, "H1-AB", "BT").frame.iloc[0]
    together = np.concatenate([one, other])
    np.testing.assert_allclose(
        [row["value"], row["denominator"], row["sd"]], [together.mean(), 6, together.std(ddof=1)], rtol=1e-12
    )


CASE_CHART = {"has_denominator": False, "per": 1, "chart": "t", "period": "day", "direction": "up"}
DAYS = {"unit_of_measure_da": "dage", "unit_of_measure_en": "days"}


def cases(world, unit_code, code, *days):
    """Cases with the days since the one before."""
    dates = [date(2026, 1, 1) + pd.Timedelta(days=day) for day in days]
    gaps = [40.0, *map(float, np.diff(days))]
    put(world, code, unit_code, [(day, gap, None, None) for day, gap in zip(dates, gaps, strict=True)], kind="day")


def test_cases_are_merged_by_date_with_the_days_since_the_one_before_wherever(world, admin):
    define(world, "SAAR", **CASE_CHART, **DAYS)
    for unit_code in ("H1-A", "H1-B"):
        world.follow("SAAR", unit_code, date(2026, 1, 1))
    cases(world, "H1-A", "SAAR", 10, 40, 90)
    cases(world, "H1-B", "SAAR", 25, 40, 100)
    decide(world, admin, Merge(("H1-A", "H1-B"), JOINT))
    made = read(world, "H1-AB", "SAAR")
    shown = made.frame
    assert [(day - date(2026, 1, 1)).days for day in shown["period_start"]] == [10, 25, 40, 90, 100]
    assert shown["value"].tolist() == [40.0, 15.0, 15.0, 50.0, 10.0]
    assert sentences(made)[-1] == "1 hændelse skete samme dag som en anden og står som ét punkt."
    assert assess_series(world.store, SYSTEM, "SAAR", "H1-AB", today=TODAY, made=made).n_points == 5


def test_cases_counted_in_something_else_than_days_are_not_merged(world, admin):
    define(world, "SAAR", **CASE_CHART)
    cases(world, "H1-A", "SAAR", 10, 40)
    cases(world, "H1-B", "SAAR", 25, 40)
    decide(world, admin, Merge(("H1-A", "H1-B"), JOINT))
    made = read(world, "H1-AB", "SAAR")
    assert not made.is_possible and "noget andet end dage" in sentences(made)[0]


def test_single_cases_of_other_peoples_units_are_not_shown_merged(world, admin):
    define(world, "SAAR", **CASE_CHART, **DAYS)
    cases(world, "H1-A", "SAAR", 10, 40)
    cases(world, "H1-B", "SAAR", 25, 41)
    decide(world, admin, Merge(("H1-A", "H1-B"), JOINT))
    made = read(world, "H1-AB", "SAAR", viewer=world.viewer(Role.ADMINISTRATOR))
    assert not made.is_possible and "enkelte hændelser" in sentences(made)[0]


# ------------------------------------------------------------------------------------------------------ small numbers


def parts(world, admin, one, other, third=None):
    """September in two or three departments that became one in October."""
    codes = ("H1-A", "H1-B", "H1-C")[: 2 if third is None else 3]
    for unit_code, row in zip(codes, (one, other, third), strict=False):
        months(world, unit_code, date(2026, 9, 1), row)
    decide(world, admin, Merge(codes, JOINT))


def hidden(world, viewer):
    return read(world, "H1-AB", viewer=viewer).frame["is_hidden"].tolist()


def test_a_sum_that_would_give_away_a_small_part_beside_the_visible_one_is_hidden(world, admin):
    parts(world, admin, (3, 50), (30, 70))
    stranger = world.viewer(Role.ADMINISTRATOR)
    made = read(world, "H1-AB", viewer=stranger)
    assert made.frame["is_hidden"].tolist() == [True]
    assert made.frame[["numerator", "denominator", "value"]].isna().all(axis=None)
    assert hidden(world, world.viewer(Role.LEADER, "H1")) == [False]  # all of it is the leader's own
    points = assess_series(world.store, stranger, "SCREEN", "H1-AB", today=TODAY, made=made).points
    assert points["is_hidden"].tolist() == [True] and points["y"].isna().all()


def test_two_small_parts_may_be_shown_as_a_sum_that_is_not_small(world, admin):
    parts(world, admin, (3, 50), (4, 70))
    assert hidden(world, world.viewer(Role.ADMINISTRATOR)) == [False]


def test_a_sum_that_is_small_itself_is_hidden(world, admin):
    parts(world, admin, (2, 50), (1, 70))
    assert hidden(world, world.viewer(Role.ADMINISTRATOR)) == [True]


def test_the_sum_shows_no_single_unit_to_somebody_who_may_not_see_it(world, admin):
    parts(world, admin, (20, 50), (30, 70), (25, 60))
    evaluator = world.viewer(Role.EVALUATOR)  # H1-A and H1-B take part in the programme, H1-C does not
    cohort = {"cohort_code": "1", "unit_code": "H1-AB", "starts_on": OCTOBER}
    world.store.write(lambda connection: connection.execute(insert(schema.cohort_unit).values(**cohort)))
    evaluator = world.viewer(Role.EVALUATOR)
    assert (evaluator.may_see("H1-AB"), evaluator.may_see("H1-C")) == (True, False)
    assert hidden(world, evaluator) == [True]  # the sum minus the two would be H1-C
    only_new = world.viewer(Role.EVALUATOR, cohort_code="1")  # sees H1-A and the new one, neither H1-B nor H1-C
    assert not only_new.may_see("H1-B")
    assert hidden(world, only_new) == [False]


# ------------------------------------------------------------------------------------------------------ waiting times


REGIONS = {
    "Hovedstaden": "1084",
    "Sjælland": "1085",
    "Syddanmark": "1083",
    "Midtjylland": "1082",
    "Nordjylland": "1081",
}


@pytest.fixture(scope="module")
def published(shared_dir):
    """(quarter, operation group) -> area -> (operations, mean days), read plainly from the published file."""
    folder = shared_dir / "domain" / "open_data" / "waiting_times"
    text = (folder / "ventetid_behandling_region_kvartal_1K20_2K25.csv").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    table = {}
    for row in csv.DictReader(lines):
        area = row["REGION"].removeprefix("Region ")
        cell = (int(row["Antal"]), float(row["Gns_ventetid"]))
        table.setdefault((row["Kvartal"], row["Operationsgruppe"]), {})[area] = cell
    return table


def test_regions_add_up_to_the_country_in_every_combination_and_the_weighted_mean_is_the_countrys(published):
    assert len(published) == 132
    worst, plain = 0.0, 0.0
    for of_area in published.values():
        country = of_area.pop("Hele landet")
        assert sorted(of_area) == sorted(REGIONS)
        n = sum(count for count, _ in of_area.values())
        assert n == country[0]
        worst = max(worst, abs(sum(count * days for count, days in of_area.values()) / n - country[1]))
        plain = max(plain, abs(sum(days for _, days in of_area.values()) / 5 - country[1]))
        of_area["Hele landet"] = country
    assert round(worst, 2) == 0.64 and plain > 7


def test_oestdanmark_is_the_weighted_mean_of_hovedstaden_and_sjaelland_and_not_the_plain_one(store, published):
    """All 132 combinations: as the published figures are merged, and as a followed series is read as it is."""
    quarters = sorted({quarter for quarter, _ in published}, key=lambda text: (text[2:], text[:1]))
    start = {quarter: date(2000 + int(quarter[2:]), 3 * int(quarter[0]) - 2, 1) for quarter in quarters}
    codes = {operation: f"VENT-{place}" for place, operation in enumerate(sorted({one for _, one in published}), 1)}

    def fill(connection):
        for operation, code in codes.items():
            row = indicator_row(code, chart="i", per=1, period="quarter", name_da=operation)
            connection.execute(insert(schema.indicator).values(row))
        rows = [
            (codes[operation], REGIONS[area], start[quarter], count * days, count)
            for (quarter, operation), of_area in published.items()
            for area, (count, days) in of_area.items()
            if area in REGIONS
        ]
        names = ["indicator_code", "unit_code", "period_start", "numerator", "denominator"]
        frame = pd.DataFrame(rows, columns=names).astype({"numerator": float, "denominator": float})
        bulk_insert(connection, schema.observation, frame.assign(
            indicator_version=1, period_kind="quarter", note="", delivery_id=1, recorded_at=datetime(2025, 9, 1)
        ))  # fmt: skip

    store.write(fill)
    merge = figures.region_mergers(store, SYSTEM, date(2027, 1, 1))
    assert merge == {"1084": "OEST", "1085": "OEST"}
    merged = figures.waiting_times(store, SYSTEM, by_operation=True, merge=merge)
    from_figures = {
        (row["period_label"], row["operation_da"]): row["value"]
        for row in merged[merged["area_code"] == "OEST"].to_dict("records")
    }
    compared, furthest = 0, 0.0
    for operation, code in codes.items():
        made = as_is(store, SYSTEM, code, "OEST", today=TODAY)
        shown = assess_series(store, SYSTEM, code, "OEST", today=TODAY, made=made).points
        by_start = dict(zip(shown["period"], shown["y"], strict=True))
        for quarter in quarters:
            (n_h, days_h), (n_s, days_s) = (published[quarter, operation][area] for area in ("Hovedstaden", "Sjælland"))
            weighted = (n_h * days_h + n_s * days_s) / (n_h + n_s)
            assert by_start[start[quarter]] == pytest.approx(weighted, rel=1e-12)
            assert from_figures[quarter, operation] == pytest.approx(weighted, rel=1e-12)
            furthest = max(furthest, abs((days_h + days_s) / 2 - weighted))
            compared += 1
    assert compared == 132 and round(furthest, 1) == 14.3

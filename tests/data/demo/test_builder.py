"""The built demo: everything is there, marked as demo, the same every time, and adds up."""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select

from data import passwords, reading
from data.access import Role, load_viewer
from data.demo import DEMO_SIGN_INS, NotEmptyError, build, evaluation
from data.demo.builder import draw
from data.demo.months import Calendar
from data.demo.names import FIRST_NAMES, surnames
from data.demo.programme import plan
from data.demo.truths import of_series, truths
from data.schema import (
    account,
    annotation,
    cohort,
    cohort_unit,
    delivery,
    indicator,
    metadata,
    observation,
    participant,
    phase,
    series,
    series_state,
    store_info,
    target,
    unit,
)
from tests.data.demo.conftest import Built, build_in_memory

COMMON = {evaluation.MAIN, evaluation.NULL}
"""What everybody in the programme follows, and the units they are compared with."""

DOCS = Path(__file__).resolve().parents[3] / "docs" / "demo.md"


def current(demo: Built, as_of: date | None = None) -> pd.DataFrame:
    keys = list(demo.rows(series)[["indicator_code", "unit_code"]].itertuples(index=False, name=None))
    with demo.store.read() as connection:
        return reading.observations(connection, keys, as_of)


def test_four_cohorts_of_forty_leaders_take_part(demo: Built) -> None:
    people = demo.rows(participant)
    assert people.groupby("cohort_code").size().tolist() == [40, 40, 40, 40]
    assert people["is_demo"].all()
    numbered = demo.rows(cohort).set_index("code")["number"]
    assert sorted(numbered[people["cohort_code"].unique()]) == [1, 2, 3, 4]
    places = demo.rows(cohort_unit)
    assert set(people["unit_code"]) == set(places["unit_code"])
    assert places.groupby("cohort_code").size().tolist() == [30, 30, 30, 30]


def test_the_summary_says_what_the_tables_hold(demo: Built) -> None:
    said = demo.summary
    assert (said.cohorts, said.participants, said.indicators) == (4, 160, 18)
    assert said.series == said.states == len(demo.rows(series)) == len(demo.rows(series_state))
    assert 700 <= said.series <= 900
    assert said.observations == len(demo.rows(observation))
    assert said.deliveries == len(demo.rows(delivery))
    assert len(said.draws) == 28


def test_everything_made_up_is_marked(demo: Built) -> None:
    facts = demo.rows(store_info).set_index("key")["value"]
    assert (facts["is_demo"], facts["today"], facts["seed"]) == ("true", "2026-11-23", "20170515")
    assert demo.store.is_demo
    units, indicators, targets = demo.rows(unit), demo.rows(indicator), demo.rows(target)
    assert units[units["kind"] == "department"]["is_demo"].all()
    assert not units[units["kind"] != "department"]["is_demo"].any()
    local = indicators["scope"] == "local"
    made = indicators["is_demo"].astype(bool)
    assert made.sum() == 18 and local[made].all()
    assert set(targets[targets["is_demo"].astype(bool)]["indicator_code"]) <= set(indicators[made]["code"])
    assert (demo.rows(delivery)["origin"] == "demo").all()
    assert indicators[made]["note_da"].str.contains("DEMO").all()


def test_observations_are_of_demo_indicators_only(demo: Built) -> None:
    indicators = demo.rows(indicator)
    made = set(indicators[indicators["is_demo"].astype(bool)]["code"])
    assert set(demo.rows(observation)["indicator_code"]) == made


def test_goal_seven_has_no_local_series(demo: Built) -> None:
    indicators = demo.rows(indicator).set_index("code")
    followed = indicators.loc[demo.rows(series)["indicator_code"].unique(), "goal_number"]
    assert set(followed) == {1, 2, 3, 4, 5, 6, 8}


def of_months(figures: pd.DataFrame) -> pd.Series:
    """First days of the periods, cases left aside: they come on any day."""
    return figures[figures["indicator_code"] != "TRYKDAGE"]["period_start"]


def test_series_hold_36_to_60_months_up_to_october(demo: Built) -> None:
    expected = demo.rows(series)
    # Those who began to report with the programme, or stopped, are told of in test_evaluation.
    expected = expected[~expected["indicator_code"].isin(COMMON)]
    short = {("VIGTIGT", "NOH-AKU"), ("VIGTIGT", "NOH-ORT")}
    for row in expected.itertuples():
        months = (2026 - row.starts_on.year) * 12 + 11 - row.starts_on.month
        assert 36 <= months <= 60 or (row.indicator_code, row.unit_code) in short
    figures = current(demo)
    figures = figures[~figures["indicator_code"].isin(COMMON)]
    assert of_months(figures).max() == date(2026, 10, 1)
    of_cases = figures[figures["indicator_code"] == "TRYKDAGE"]["period_start"]
    assert date(2026, 9, 1) <= of_cases.max() <= date(2026, 10, 31)
    missing_october = len(expected) - (figures["period_start"] == date(2026, 10, 1)).sum()
    assert 5 <= missing_october <= 30


def test_no_numerator_is_above_its_denominator_in_a_proportion(demo: Built) -> None:
    indicators = demo.rows(indicator).set_index("code")
    rows = demo.rows(observation)
    proportions = rows[rows["indicator_code"].map(indicators["per"]) == 100]
    assert len(proportions) > 10_000
    assert (proportions["numerator"] <= proportions["denominator"]).all()


def test_counts_have_a_value_and_all_others_numerator_and_denominator(demo: Built) -> None:
    has_denominator = demo.rows(indicator).set_index("code")["has_denominator"]
    rows = demo.rows(observation)
    with_denominator = rows["indicator_code"].map(has_denominator).astype(bool)
    assert rows[with_denominator][["numerator", "denominator"]].notna().all(axis=None)
    assert rows[with_denominator]["value"].isna().all()
    assert rows[~with_denominator]["value"].notna().all()


@pytest.mark.parametrize("as_of", [None, date(2026, 11, 15), date(2026, 6, 1), date(2025, 10, 31)])
def test_a_hospital_is_the_sum_of_its_departments_on_any_day(demo: Built, as_of: date | None) -> None:
    figures = current(demo, as_of)
    hospital = figures["unit_code"].str.split("-").str[0]
    totals = figures[(figures["unit_code"] == hospital) & ~hospital.str.isdigit()]
    assert set(totals["unit_code"]) >= {"NOH", "RH", "BFH", "AHH", "HGH"}
    departments = figures[figures["unit_code"] != hospital].assign(unit_code=hospital)
    keys, numbers = ["indicator_code", "unit_code", "period_start"], ["numerator", "denominator", "value"]
    summed = departments.groupby(keys)[numbers].sum(min_count=1)
    found = totals.set_index(keys)[numbers]
    assert len(found) > 1000
    pd.testing.assert_frame_equal(found, summed.loc[found.index], check_dtype=False)


def test_every_department_series_of_the_home_hospital_is_in_a_total(demo: Built) -> None:
    followed = demo.rows(series)
    departments = followed[followed["unit_code"].str.startswith("NOH-")]["indicator_code"]
    totals = followed[followed["unit_code"] == "NOH"]["indicator_code"]
    # The days between the hospital's cases are not the sum of its departments', and what the whole programme follows
    # is followed by those of its departments that take part.
    assert set(departments) - set(totals) == {"TRYKDAGE", *COMMON}


def test_departments_of_the_home_hospital_began_each_indicator_together(demo: Built) -> None:
    followed = demo.rows(series)
    home = followed[followed["unit_code"].str.startswith("NOH")].set_index(["indicator_code", "unit_code"])["starts_on"]
    home = home.drop([("VIGTIGT", "NOH-AKU"), ("VIGTIGT", "NOH-ORT")])
    assert (home.groupby("indicator_code").nunique() == 1).all()


def test_a_break_in_a_department_is_a_break_in_its_hospital(demo: Built) -> None:
    breaks = demo.rows(phase).query("is_break")
    breaks = breaks[~breaks["indicator_code"].isin(COMMON)]
    own = breaks[breaks["unit_code"].str.contains("-")]
    above = breaks[~breaks["unit_code"].str.contains("-")]
    assert len(own) == len(above) == 2
    keys = ["indicator_code", "starts_on"]
    assert set(map(tuple, own[keys].to_numpy())) == set(map(tuple, above[keys].to_numpy()))


def test_last_year_came_in_month_by_month(demo: Built) -> None:
    before = current(demo, date(2026, 5, 31))
    assert of_months(before).max() == date(2026, 4, 1)
    assert before["period_start"].max() < date(2026, 5, 1)
    assert of_months(current(demo, date(2025, 10, 31))).max() == date(2025, 9, 1)
    assert current(demo, date(2025, 9, 30)).empty
    days = demo.rows(delivery)["recorded_at"].dt.date
    assert days.nunique() >= 14


def test_unfinished_months_fill_up(demo: Built) -> None:
    rows = demo.rows(observation).query("indicator_code == 'GENINDL' and unit_code == 'NOH'")
    told = rows[rows["period_start"] == date(2026, 6, 1)].sort_values("recorded_at")["numerator"]
    assert len(told) == 3
    assert told.is_monotonic_increasing and told.iloc[0] < told.iloc[-1]


def test_the_corrected_month_is_another_number_before_it_was_corrected(demo: Built) -> None:
    def march(as_of: date) -> tuple[float, float, str]:
        figures = current(demo, as_of).query("indicator_code == 'MEDAFST' and unit_code == 'NOH-KIR'")
        row = figures[figures["period_start"] == date(2026, 3, 1)].iloc[0]
        return row["numerator"], row["denominator"], row["note"]

    before, after = march(date(2026, 6, 14)), march(date(2026, 6, 15))
    assert before[1] < after[1]
    assert after[2].startswith("Rettet") and not before[2]


def test_the_withdrawn_delivery_counts_on_no_later_day(demo: Built) -> None:
    deliveries = demo.rows(delivery)
    withdrawn = deliveries[deliveries["state"] == "withdrawn"]
    assert len(withdrawn) == 1
    moment = withdrawn.iloc[0]
    assert moment["withdrawn_at"].date() == moment["recorded_at"].date() == date(2026, 10, 7)
    rows = demo.rows(observation)
    wrong = rows[rows["delivery_id"] == moment["id"]].iloc[0]
    figures = current(demo).query("indicator_code == 'AFLYST' and unit_code == 'NOH-KIR'")
    right = figures[figures["period_start"] == date(2026, 9, 1)].iloc[0]
    assert wrong["denominator"] > 5 * right["denominator"]
    assert right["delivery_id"] != moment["id"]


def test_the_late_month_came_after_the_deadline(demo: Built) -> None:
    def october(as_of: date) -> pd.DataFrame:
        figures = current(demo, as_of).query("indicator_code == 'SEPSIS' and unit_code == 'NOH-AKU'")
        return figures[figures["period_start"] == date(2026, 10, 1)]

    assert october(date(2026, 11, 16)).empty
    assert october(date(2026, 11, 17)).iloc[0]["recorded_at"] == datetime(2026, 11, 17, 9, 5)


def test_deliveries_name_their_content_and_count_their_rows(demo: Built) -> None:
    deliveries, rows = demo.rows(delivery).set_index("id"), demo.rows(observation)
    assert deliveries["sha256"].is_unique and deliveries["receipt"].is_unique
    brought = rows.groupby("delivery_id").size()
    assert (deliveries["n_new"] + deliveries["n_changed"]).to_dict() == brought.to_dict()
    committed = rows[rows["delivery_id"].map(deliveries["state"]) == "committed"]
    assert deliveries["n_changed"].sum() == committed.duplicated(["indicator_code", "unit_code", "period_start"]).sum()


def test_notes_of_all_kinds_stand_on_the_charts_in_both_languages(demo: Built) -> None:
    written = demo.rows(annotation)
    assert set(written["kind"]) == {"change", "event", "data", "decision", "comment"}
    assert written[["text_da", "text_en", "author"]].ne("").all(axis=None)
    assert written["unit_code"].str.startswith("NOH").sum() >= 6
    breaks = demo.rows(phase).query("is_break")
    noted = written[written["kind"] == "data"].set_index(["indicator_code", "unit_code"])["starts_on"]
    for row in breaks.itertuples():
        assert noted[row.indicator_code, row.unit_code] == row.starts_on


def test_every_phase_has_a_reason_an_author_and_a_day(demo: Built) -> None:
    phases = demo.rows(phase)
    assert len(phases) == 8
    assert phases[["reason_da", "reason_en", "author", "name_da", "name_en"]].ne("").all(axis=None)
    assert (phases["created_at"].dt.date > phases["starts_on"]).all()


def test_nobody_named_in_the_demo_has_a_name_that_was_not_made_up(demo: Built) -> None:
    made_up = {f"{first} {last}" for first in FIRST_NAMES for last in surnames()}
    named = [*demo.rows(participant)["name"], *demo.rows(series)["owner"], *demo.rows(annotation)["author"]]
    named += [*demo.rows(phase)["author"], *(sign_in.name for sign_in in DEMO_SIGN_INS.values())]
    assert set(named) <= made_up
    surname = re.compile(r"\b(" + "|".join(surnames()) + r")\b")
    texts = [*demo.rows(annotation)["text_da"], *demo.rows(annotation)["text_en"], *demo.rows(delivery)["note"]]
    assert not [text for text in texts if surname.search(text)]


def test_every_demo_sign_in_works_and_was_last_seen_before_october_came_in(demo: Built) -> None:
    accounts = demo.rows(account).set_index("email")
    for email, sign_in in DEMO_SIGN_INS.items():
        assert passwords.verify(accounts.loc[email, "password_hash"], sign_in.password), email
        assert accounts.loc[email, "last_seen_at"].date() == date(2026, 11, 3)
        assert load_viewer(demo.store, email).name == sign_in.name
    others = accounts.drop(list(DEMO_SIGN_INS))
    assert list(accounts.index[~accounts["is_active"].astype(bool)]) == ["simulering@tavle.example"]
    assert set(others["password_hash"]) == {""} and not passwords.verify("", "")


def test_sign_ins_have_the_rights_their_role_says(demo: Built) -> None:
    viewers = {email.split("@")[0]: load_viewer(demo.store, email) for email in DEMO_SIGN_INS}
    assert viewers["leder"].may_see("NOH-KIR") and not viewers["leder"].may_see("HGH")
    assert viewers["kommune"].home_units == ("219",) and not viewers["kommune"].may_see("217")
    assert viewers["kvalitet"].may_deliver("NOH-KIR") and viewers["kvalitet"].may_deliver("HGH-KIR")
    assert not viewers["kvalitet"].may_deliver("AUH-KIR")
    assert viewers["evaluator"].readable_units == set(demo.rows(cohort_unit)["unit_code"])
    assert not viewers["evaluator"].own_units
    assert viewers["admin"].has(Role.ADMINISTRATOR)


def test_docs_name_every_sign_in_and_password() -> None:
    text = DOCS.read_text(encoding="utf-8")
    for email, sign_in in DEMO_SIGN_INS.items():
        assert f"| {sign_in.role.en} | {email} | {sign_in.password} |" in text


def fingerprint(demo: Built) -> str:
    """SHA-256 over every table; hashes of passwords are salted and left out."""
    digest = hashlib.sha256()
    for table in metadata.sorted_tables:
        rows = demo.rows(table).drop(columns="password_hash", errors="ignore")
        digest.update(table.name.encode() + rows.to_csv(index=False).encode())
    return digest.hexdigest()


def test_the_same_seed_gives_the_same_rows(demo: Built) -> None:
    again = build_in_memory()
    try:
        assert fingerprint(again) == fingerprint(demo)
    finally:
        again.store.close()


def test_another_seed_gives_other_figures_and_the_same_truths(demo: Built) -> None:
    calendar = Calendar(date(2026, 11, 23))
    places = demo.rows(unit)
    municipalities = sorted(places[places["kind"] == "municipality"]["code"])
    frames, draws = draw(plan(8, municipalities, calendar), of_series(truths(calendar)), 8)
    assert draws.keys() == demo.summary.draws.keys()
    other = pd.concat(
        frame.assign(indicator_code=indicator_code, unit_code=unit_code)
        for (indicator_code, unit_code), frame in frames.items()
    )
    both = current(demo).merge(other, on=["indicator_code", "unit_code", "period_start"])
    is_same = np.isclose(both["numerator_x"], both["numerator_y"])
    assert len(both) > 15_000 and is_same[both["numerator_x"] > 100].mean() < 0.2


def test_a_store_in_use_is_left_as_it_is(demo: Built) -> None:
    with pytest.raises(NotEmptyError):
        build(demo.store)
    assert len(demo.rows(series_state)) == demo.summary.states


def test_the_catalogue_keeps_its_real_facts(demo: Built) -> None:
    with demo.store.read() as connection:
        kick_off = connection.scalar(select(cohort.c.starts_on).where(cohort.c.number == 1))
    assert kick_off == date(2017, 5, 15)

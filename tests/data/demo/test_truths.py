"""Every planted truth, asked of the built store: the process was planted, the board must conclude it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from data.access import SYSTEM, load_viewer
from data.assessments import assess_series
from data.demo.months import STORY_TODAY, Calendar
from data.demo.truths import Truth, of_series, truths
from data.queries import coverage, states
from data.states import state_of
from indicators import spc
from indicators.assessment import Assessment, Assurance, Variation
from tests.data.demo.conftest import Built

CALENDAR = Calendar(STORY_TODAY)
TRUTHS = {truth.key: truth for truth in truths(CALENDAR)}
DOCS = Path(__file__).resolve().parents[3] / "docs" / "demo.md"


def said_about(demo: Built, key: str, as_of: date | None = None) -> Assessment:
    truth = TRUTHS[key]
    return assess_series(
        demo.store, SYSTEM, truth.plan.indicator, truth.plan.unit, today=as_of or STORY_TODAY, as_of=as_of
    )


def marked(said: Assessment) -> list[date]:
    return list(said.points.loc[said.points["mark"] != "", "period"])


@pytest.mark.parametrize("key", TRUTHS)
def test_the_board_says_what_was_planted(demo: Built, key: str) -> None:
    truth = TRUTHS[key]
    said = said_about(demo, key)
    assert said.variation is truth.variation
    if truth.assurance is not None:
        assert said.assurance is truth.assurance


@pytest.mark.parametrize("key", TRUTHS)
def test_the_stored_state_agrees_with_the_chart(demo: Built, key: str) -> None:
    truth, said = TRUTHS[key], said_about(demo, key)
    state = states.one(demo.store, SYSTEM, truth.plan.indicator, truth.plan.unit)
    assert state is not None
    assert (state.variation, state.rule, state.reason) == (said.variation, said.rule, said.reason)


@pytest.mark.parametrize("email", ["", "evaluator@tavle.example"])
def test_states_on_the_board_are_what_their_charts_compute(demo: Built, email: str) -> None:
    """Every eighth, as the product sees them and as somebody does from whom small numbers are hidden."""
    viewer = load_viewer(demo.store, email) if email else SYSTEM
    board = states.of_units(demo.store, viewer)
    assert len(board) > 300
    different = []
    for state in board[::8]:
        shown = assess_series(demo.store, viewer, state.indicator_code, state.unit_code, today=STORY_TODAY)
        computed = state_of(
            shown,
            state.unit_code,
            data_version=state.data_version,
            computed_at=state.computed_at,
            has_hidden=state.has_hidden,
        )
        if computed != state:
            different.append((state.indicator_code, state.unit_code))
    assert different == []


def test_docs_list_every_truth_as_it_is() -> None:
    listed = {}
    for line in DOCS.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 6 and re.fullmatch(r"[a-z_]+", cells[0]) and cells[0] != "key":
            listed[cells[0]] = (cells[1], cells[2], cells[5])
    planted = {truth.key: (truth.plan.indicator, truth.plan.unit, truth.variation.value) for truth in TRUTHS.values()}
    assert listed == planted


def test_no_two_truths_are_about_one_series() -> None:
    assert len(of_series(list(TRUTHS.values()))) == len(TRUTHS) == 28
    twice: list[Truth] = [TRUTHS["noise"], TRUTHS["noise"]]
    with pytest.raises(ValueError, match="two planted truths"):
        of_series(twice)


def test_the_improvement_begins_with_its_note_and_the_frozen_baseline_has_no_signal(demo: Built) -> None:
    said = said_about(demo, "improvement")
    assert said.rule == "long_run" and said.rising
    assert min(marked(said)) >= date(2025, 9, 1) and len(marked(said)) >= 12
    assert said.phases[0].freeze_until == date(2025, 8, 1)
    assert said.centre == pytest.approx(82, abs=2)


def test_the_renewed_improvement_stands_in_its_own_phase_and_open_months_stay_out(demo: Built) -> None:
    said = said_about(demo, "improvement_after_phase")
    assert [phase.is_break for phase in said.phases] == [True, False]
    assert [month for month in marked(said) if month >= date(2025, 12, 1)] == [
        month for month in said.points["period"] if date(2025, 12, 1) <= month <= date(2026, 8, 1)
    ]
    assert [month for month in marked(said) if month < date(2025, 12, 1)] == [date(2025, 1, 1)]
    assert said.points["is_open"].tolist()[-3:] == [False, True, True]
    assert said.latest is not None and said.latest.period == date(2026, 8, 1)


def test_fewer_days_are_an_improvement_where_lower_is_better(demo: Built) -> None:
    for key in ("improvement_downwards", "improvement_municipality"):
        said = said_about(demo, key)
        assert said.variation is Variation.IMPROVEMENT and said.rising is False


@pytest.mark.parametrize("key", ["deterioration", "deterioration_with_open_months", "deterioration_municipality"])
def test_a_deterioration_rises_where_lower_is_better(demo: Built, key: str) -> None:
    assert said_about(demo, key).rising is True


@pytest.mark.parametrize(("key", "rule"), [("new_improvement", "long_run"), ("new_concern", "outside_limits")])
def test_new_signals_were_not_there_at_the_last_visit(demo: Built, key: str, rule: str) -> None:
    assert said_about(demo, key, as_of=date(2026, 11, 3)).variation is Variation.COMMON
    assert said_about(demo, key).rule == rule


def test_noise_meets_hits_or_misses_its_target(demo: Built) -> None:
    found = [said_about(demo, key) for key in ("noise_meets_target", "noise", "noise_misses_target")]
    assert [said.assurance for said in found] == [Assurance.PASS, Assurance.MIXED, Assurance.FAIL]
    assert all(not marked(said) for said in found)


def test_a_break_moves_the_centre_without_a_signal(demo: Built) -> None:
    said = said_about(demo, "data_break")
    centres = said.points.groupby("phase")["centre"].first()
    assert centres.tolist() == pytest.approx([15, 23], abs=1.5)
    assert not marked(said)


def test_the_gap_is_a_point_without_a_value(demo: Built) -> None:
    points = said_about(demo, "gap").points.set_index("period")
    assert points.loc[date(2025, 3, 1), "is_missing"]
    assert points["is_missing"].sum() == 1
    assert points["y"].isna().sum() == 1


def test_what_is_missing_for_october_is_listed_with_its_owner(demo: Built) -> None:
    units = sorted({truth.plan.unit for truth in TRUTHS.values()})
    listed = coverage.missing(demo.store, SYSTEM, units, today=STORY_TODAY)
    missing = {(row.indicator_code, row.unit_code) for row in listed if date(2026, 10, 1) in row.periods}
    planted = {TRUTHS[key].plan.key for key in TRUTHS if key.startswith("missing_") or key == "no_data"}
    assert missing == planted
    assert all(row.owner for row in listed)


def test_july_has_fewer_operations_and_a_lower_level(demo: Built) -> None:
    points = said_about(demo, "july_dip").points
    july = points["period"].map(lambda month: month.month == 7)
    assert points[july]["denominator"].max() < points[~july]["denominator"].median() * 2 / 3
    assert points[july]["y"].mean() < points[~july]["y"].mean() - 4


def test_limits_of_counting_alone_are_too_narrow_for_the_overdispersed_series(demo: Built) -> None:
    said = said_about(demo, "overdispersed")
    assert said.n_outside_limits == 0
    frame = said.points[["period", "numerator", "denominator"]]
    narrow = spc.analyse(frame, chart="u", x="period", multiply=1000)
    points = narrow.points
    assert (points["y"] > points["upper"]).sum() >= 4
    assert (points["y"] < points["lower"]).sum() >= 4
    assert [(caution.code.value, caution.better_chart) for caution in spc.diagnose(narrow)] == [
        ("overdispersion", said.definition.chart)
    ]


def test_the_hospital_whose_figures_are_mostly_that_wards_shows_no_signal_either(demo: Built) -> None:
    assert assess_series(demo.store, SYSTEM, "FAERDIG", "NOH", today=STORY_TODAY).variation is Variation.COMMON


def test_days_between_rare_cases_stand_one_by_one_and_grow(demo: Built) -> None:
    said = said_about(demo, "improvement_rare_events")
    assert said.points["period"].is_monotonic_increasing and not said.points["is_missing"].any()
    days = pd.Series(pd.to_datetime(said.points["period"])).diff().dt.days.iloc[1:]
    assert days.tolist() == said.points["y"].iloc[1:].tolist()
    after = said.points["period"] >= date(2025, 6, 1)
    assert said.points["y"][after].mean() > 2 * said.points["y"][~after].mean()
    assert said.latest is not None and said.latest.value >= 30


def test_a_constant_hundred_per_cent_has_no_variation_and_meets_its_target(demo: Built) -> None:
    said = said_about(demo, "constant")
    assert said.is_constant and said.reason == "no_variation"
    assert said.assurance is Assurance.PASS
    assert said.points["y"].dropna().eq(100).all()


def test_seven_points_are_too_few_and_none_is_no_data(demo: Built) -> None:
    few, none = said_about(demo, "too_few"), said_about(demo, "no_data")
    assert (few.variation, few.reason, few.n_points) == (Variation.FEW, "too_few", 7)
    assert (none.variation, none.reason, none.latest) == (Variation.MISSING, "no_data", None)

"""The plan of the programme: who takes part, what they follow, what is true about it."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from data.demo.departments import OF_HOSPITAL, SPECIALITIES, all_departments
from data.demo.measures import measures
from data.demo.months import Calendar, plus
from data.demo.names import FIRST_NAMES, surnames
from data.demo.programme import COHORT_STARTS, Programme, plan
from indicators.definition import Direction
from indicators.spc import CHARTS, ValueKind

CALENDAR = Calendar(date(2026, 11, 23))
MUNICIPALITIES = [str(code) for code in (201, 210, 217, 219, 223, 250, 260, 270, *range(301, 391))]


@pytest.fixture(scope="module")
def programme() -> Programme:
    return plan(1, MUNICIPALITIES, CALENDAR)


def test_four_cohorts_have_forty_leaders_from_thirty_units_each(programme: Programme) -> None:
    assert Counter(leader.cohort for leader in programme.leaders) == dict.fromkeys(COHORT_STARTS, 40)
    assert Counter(programme.cohort_of.values()) == dict.fromkeys(COHORT_STARTS, 30)
    assert {leader.unit for leader in programme.leaders} == programme.cohort_of.keys()


def test_nobody_in_the_programme_has_a_name_that_was_not_made_up(programme: Programme) -> None:
    names = [leader.name for leader in programme.leaders] + list(programme.owners.values())
    made_up = {f"{first} {last}" for first in FIRST_NAMES for last in surnames()}
    assert set(names) <= made_up
    assert len({leader.name for leader in programme.leaders}) == len(programme.leaders)


def test_made_up_surnames_are_none_that_many_danes_have() -> None:
    common = {
        "nielsen", "jensen", "hansen", "andersen", "pedersen", "christensen", "larsen", "sørensen", "rasmussen",
        "jørgensen", "petersen", "madsen", "kristensen", "olsen", "thomsen", "christiansen", "poulsen", "johansen",
        "møller", "mortensen", "holm", "lund", "schmidt", "berg", "bang", "dahl", "friis", "vestergaard", "kjær", "bak",
        "bech", "krogh", "skov", "lind", "toft", "bjerre", "juhl", "frandsen", "hedegaard", "østergaard", "nørgaard",
    }  # fmt: skip
    assert not {name.casefold() for name in surnames()} & common


def test_every_participating_unit_has_twelve_months_before_it_began_and_twelve_after(programme: Programme) -> None:
    for (_, unit), series in programme.plans.items():
        if unit in programme.cohort_of:
            began = programme.starts[programme.cohort_of[unit]]
            assert series.first <= plus(began, -12), unit
            assert plus(began, 12) <= series.last, unit


def test_some_units_of_every_cohort_improve_and_never_all(programme: Programme) -> None:
    for number in COHORT_STARTS:
        effects = [programme.effects[unit] for unit, cohort in programme.cohort_of.items() if cohort == number]
        assert 0.2 < effects.count(1) / len(effects) < 0.8, number
        assert effects.count(0) > 0, number


def test_an_effect_is_a_step_in_the_better_direction_from_the_month_the_unit_began(programme: Programme) -> None:
    directed = {code: measure.better for code, measure in measures().items()}
    stepped = [series for series in programme.plans.values() if series.steps]
    assert stepped
    for series in stepped:
        (step,) = series.steps
        assert step.month == programme.starts[programme.cohort_of[series.unit]]
        assert (step.level - series.level) * directed[series.indicator] * programme.effects[series.unit] > 0


def test_there_are_350_to_520_series_of_36_to_60_months(programme: Programme) -> None:
    assert 350 <= len(programme.plans) + len(programme.totals) <= 520
    lengths = {(s.last.year - s.first.year) * 12 + s.last.month - s.first.month + 1 for s in programme.plans.values()}
    assert lengths == {36, 46, 48, 60}  # 46: the cancer pathways at home


def test_a_hospital_total_has_all_departments_that_follow_the_indicator(programme: Programme) -> None:
    for (code, hospital), members in programme.totals.items():
        followed = {key for key in programme.plans if key[0] == code and key[1].split("-")[0] == hospital}
        assert set(members) == followed


def test_every_hospital_has_three_to_five_departments_or_two_to_three_in_psychiatry() -> None:
    for hospital, abbreviations in OF_HOSPITAL.items():
        psychiatric = {SPECIALITIES[abbreviation].is_psychiatric for abbreviation in abbreviations}
        assert len(psychiatric) == 1, hospital
        assert len(abbreviations) in ((2, 3) if psychiatric == {True} else (3, 4, 5)), hospital
    assert len({department.code for department in all_departments()}) == len(all_departments())


def test_departments_follow_indicators_that_exist() -> None:
    for speciality in SPECIALITIES.values():
        assert set(speciality.follows) <= measures().keys(), speciality.abbreviation


def test_indicators_speak_both_languages_and_leave_goal_seven_without_a_local_series() -> None:
    assert {measure.definition.goal for measure in measures().values()} == {1, 2, 3, 4, 5, 6, 8}
    for measure in measures().values():
        said = measure.definition
        for words in (said.name, said.definition, said.numerator, said.unit_of_measure):
            assert words.da and words.en, measure.code
        assert bool(said.denominator.da) == bool(said.denominator.en) == said.has_denominator, measure.code


def test_targets_point_the_way_the_indicator_does() -> None:
    for measure in measures().values():
        if measure.target:
            assert measure.target.comparison == (">=" if measure.definition.direction is Direction.UP else "<=")
            assert measure.target.legal_kind == "local_target"
        else:
            assert measure.code in {"FAERDIG", "FOREBYG", "FALD", "LIGGETID", "OPFOELG", "BESVARET"}


def test_indicators_are_drawn_on_run_charts_and_on_control_charts_of_every_kind_of_value() -> None:
    charts = {measure.definition.chart for measure in measures().values()}
    assert charts == {"run", "p", "u", "up", "i", "c", "t"}
    assert {CHARTS[chart].kind for chart in charts} == set(ValueKind)

"""Notes, phases, left-out points and pins: who may, what is refused, what stays, and two people at once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from data.access import SYSTEM, NotAllowed, NotFound, Role
from data.assessments import assess_each, assess_series
from data.decisions import LineChange, annotate, set_pinned, what_if, withdraw_annotation
from data.errors import Refused
from data.queries import audit
from data.queries import decisions as asked
from data.queries.decisions import AnnotationKind, Visibility
from data.states import recalculate
from indicators.assessment import SeriesPhase, Variation

NOW = datetime(2026, 11, 23, 8, 0)
TODAY = NOW.date()
FIRST, STEP = date(2024, 1, 1), date(2025, 7, 1)
# 18 months about 30, then 12 about 60
FIGURES = [28, 33, 30, 27, 34, 29, 31, 35, 26, 30, 32, 28, 31, 29, 33, 27, 30, 34,
           58, 63, 60, 57, 64, 59, 61, 65, 56, 60, 62, 58]  # fmt: skip
SERIES = ("SCREEN", "H1-A")


@pytest.fixture
def screened(world):
    world.deliver_months(*SERIES, FIRST, *FIGURES)
    world.store.write(lambda connection: recalculate(connection, [SERIES], today=TODAY, now=NOW))
    return world


def note(world, viewer, text="Ny tavle på gangen", indicator="SCREEN", unit="H1-A", **more):
    given = {"kind": AnnotationKind.CHANGE, "starts_on": date(2025, 7, 4), "now": NOW} | more
    return annotate(world.store, viewer, indicator, unit, text=text, **given)


def phase(world, viewer, start=STEP, **more):
    name, is_break = more.pop("name", "Ny arbejdsgang"), more.pop("is_break", False)
    return change(world, viewer, **{"reason": "Faste tider"} | more).begin_phase(start, name=name, is_break=is_break)


def change(world, viewer, reason, now=NOW, **more):
    return LineChange(world.store, viewer, *SERIES, reason, TODAY, now, **more)


def said_of(world):
    return asked.annotations(world.store, SYSTEM, *SERIES)


# --------------------------------------------------------------------------------------------------------------- notes


def test_leader_team_and_administrator_write_notes_and_evaluators_and_strangers_do_not(world):
    for role, unit in ((Role.LEADER, "H1"), (Role.QUALITY_TEAM, "H1-A"), (Role.ADMINISTRATOR, None)):
        note(world, world.viewer(role, unit), text=f"{role}")
    assert [one.text.da for one in said_of(world)] == ["leader", "quality_team", "administrator"]
    with pytest.raises(NotAllowed, match=r"hand in for Kirurgisk Afdeling"):
        note(world, world.viewer(Role.EVALUATOR, cohort_code="1"))
    with pytest.raises(NotAllowed, match="no access"):
        note(world, world.viewer(Role.LEADER, "H2"))
    assert len(said_of(world)) == 3


def test_a_note_on_all_measures_stands_on_every_series_of_the_unit(world):
    note(world, world.viewer(Role.LEADER, "H1"), indicator=None, unit="H1")
    assert [one.indicator_code for one in asked.annotations(world.store, SYSTEM, "FALD", "H1-B")] == [None]


def test_a_note_for_the_units_own_is_read_by_them_alone(world):
    leader = world.viewer(Role.LEADER, "H1")
    note(world, leader, visibility=Visibility.OWN)
    assert len(asked.annotations(world.store, leader, *SERIES)) == 1
    assert asked.annotations(world.store, world.viewer(Role.EVALUATOR, cohort_code="1"), *SERIES) == []
    with pytest.raises(NotAllowed, match="own people only"):
        note(world, world.viewer(Role.ADMINISTRATOR), visibility=Visibility.OWN)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"text": "  "}, "Skriv, hvad der skete."),
        ({"text": "x" * 501}, "højst 500 tegn"),
        ({"text": "Aftalt med 010190-1234"}, "ligner et CPR-nummer"),
        ({"starts_on": None}, "Vælg, hvornår"),
        ({"ends_on": date(2025, 7, 3)}, "slutter, før den begynder"),
        ({"starts_on": TODAY + timedelta(days=400)}, "et år frem"),
    ],
)
def test_a_note_that_cannot_be_kept_says_why_and_nothing_is_stored(world, given, says):
    with pytest.raises(Refused) as refusal:
        note(world, world.viewer(Role.LEADER, "H1"), **given)
    assert says in refusal.value.reason("da")
    assert "010190" not in refusal.value.reason("da")
    assert said_of(world) == []


def test_a_note_that_was_taken_off_still_stands_on_the_board_of_the_day_before(world):
    leader = world.viewer(Role.LEADER, "H1")
    made = note(world, leader, now=NOW - timedelta(days=3))
    withdraw_annotation(world.store, leader, made, now=NOW)
    assert said_of(world) == []
    before = asked.annotations(world.store, leader, *SERIES, as_of=TODAY - timedelta(days=1))
    assert [one.id for one in before] == [made]
    with pytest.raises(Refused, match="somebody else has removed it"):
        withdraw_annotation(world.store, leader, made, now=NOW)


def test_a_note_of_another_unit_is_not_ours_to_take_off(world):
    made = note(world, world.viewer(Role.LEADER, "H1"), unit="H1-A")
    with pytest.raises(NotAllowed):
        withdraw_annotation(world.store, world.viewer(Role.LEADER, "H1-B"), made, now=NOW)


# --------------------------------------------------------------------------------------------------------------- lines


def test_a_phase_moves_the_stored_signal_in_the_same_step_and_is_in_the_audit_trail(screened):
    leader = screened.viewer(Role.LEADER, "H1")
    assert assess_series(screened.store, leader, *SERIES, today=TODAY).variation is Variation.IMPROVEMENT
    state = phase(screened, leader)
    assert state.variation is Variation.COMMON
    shown = assess_series(screened.store, leader, *SERIES, today=TODAY)
    assert shown.variation is state.variation and [one.reason for one in shown.phases] == ["Faste tider"]
    (event,) = [one for one in audit.recent(screened.store, SYSTEM, 5) if one.action == "phase.begun"]
    assert event.detail["before"] == "improvement" and event.detail["after"] == "common"


def test_a_phase_is_withdrawn_with_a_reason_and_both_stay_to_be_read(screened):
    leader = screened.viewer(Role.LEADER, "H1")
    phase(screened, leader)
    state = change(screened, leader, "Årsagen holdt ikke", NOW + timedelta(hours=1)).withdraw_phase(STEP)
    assert state.variation is Variation.IMPROVEMENT
    changes = asked.line_changes(screened.store, leader, *SERIES)
    assert [(one.action, one.author, one.detail["reason"]) for one in changes] == [
        ("phase.withdrawn", "Ida Holm", "Årsagen holdt ikke"), ("phase.begun", "Ida Holm", "Faste tider"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"reason": " "}, "Skriv en begrundelse"),
        ({"reason": "x" * 501}, "højst 500 tegn"),
        ({"reason": "se 0101901234"}, "CPR-nummer"),
        ({"name": "x" * 61}, "højst 60 tegn"),
        ({"name": "010190-1234"}, "CPR-nummer"),
        ({"start": FIRST}, "begynder i januar 2024"),
        ({"start": date(2027, 1, 1)}, "intet punkt i januar 2027"),
    ],
)
def test_a_phase_that_cannot_begin_says_why_and_nothing_is_stored(screened, given, says):
    leader = screened.viewer(Role.LEADER, "H1")
    with pytest.raises(Refused) as refusal:
        phase(screened, leader, **given)
    assert says in refusal.value.reason("da")
    assert asked.phases(screened.store, leader, *SERIES) == []
    assert asked.line_changes(screened.store, leader, *SERIES) == []


def test_a_second_phase_in_the_same_month_names_who_was_first(screened):
    leader = screened.viewer(Role.LEADER, "H1")
    phase(screened, leader)
    with pytest.raises(Refused) as refusal:
        phase(screened, leader, start=STEP.replace(day=20))
    assert refusal.value.reason("da").startswith("Ida Holm har allerede begyndt en fase i juli 2025")


def test_lines_that_changed_since_they_were_seen_are_not_changed_again_unseen(screened):
    leader = screened.viewer(Role.LEADER, "H1")
    seen = asked.standing(screened.store, leader, *SERIES).mark
    leave_out(screened, leader)
    with pytest.raises(Refused) as refusal:
        phase(screened, leader, seen=seen)
    assert "Ida Holm har ændret målingens faser" in refusal.value.reason("da")
    phase(screened, leader, seen=asked.standing(screened.store, leader, *SERIES).mark)


def leave_out(world, viewer, period=date(2024, 5, 1), reason="Vandskade", **more):
    return change(world, viewer, reason, **more).exclude(period)


def test_a_point_is_left_out_and_taken_in_again_and_the_figure_stays(screened):
    leader = screened.viewer(Role.LEADER, "H1")
    leave_out(screened, leader)
    points = assess_series(screened.store, leader, *SERIES, today=TODAY).points.set_index("period")
    assert points.loc[date(2024, 5, 1), "is_excluded"] and points.loc[date(2024, 5, 1), "y"] == 34
    with pytest.raises(Refused, match=r"Ida Holm has already left May 2024 out"):
        leave_out(screened, leader)
    back = change(screened, leader, "Tallet var rigtigt")
    back.include_again(date(2024, 5, 1))
    assert asked.exclusions(screened.store, leader, *SERIES) == []
    with pytest.raises(Refused, match="taken the point back in"):
        back.include_again(date(2024, 5, 1))
    with pytest.raises(Refused, match="no point in January 2020"):
        leave_out(screened, leader, period=date(2020, 1, 1))


def test_nobody_else_changes_the_lines(screened):
    for viewer in (screened.viewer(Role.EVALUATOR, cohort_code="1"), screened.viewer(Role.LEADER, "H2")):
        for step in (phase, leave_out):
            with pytest.raises(NotAllowed):
                step(screened, viewer)
    with pytest.raises(NotFound):
        LineChange(screened.store, SYSTEM, "INTET", "H1-A", "x", TODAY, NOW).exclude(FIRST)


def test_a_trial_shows_the_signal_there_would_be_and_stores_nothing(screened):
    leader = screened.viewer(Role.LEADER, "H1")
    asks = {"today": TODAY, "language": "da"}
    tried = what_if(screened.store, leader, *SERIES, begin=SeriesPhase(STEP.replace(day=9)), **asks)
    assert tried.variation is Variation.COMMON and [one.starts_on for one in tried.phases] == [STEP]
    assert what_if(screened.store, leader, *SERIES, **asks).variation is Variation.IMPROVEMENT
    out = what_if(screened.store, leader, *SERIES, leave_out=date(2024, 5, 1), **asks)
    assert out.points["is_excluded"].sum() == 1
    assert asked.phases(screened.store, leader, *SERIES) == []
    phase(screened, leader)
    assert what_if(screened.store, leader, *SERIES, end=STEP, **asks).variation is Variation.IMPROVEMENT


# ---------------------------------------------------------------------------------------------------------------- pins


def test_a_pin_is_ones_own_and_doing_it_twice_changes_nothing(screened):
    leader = screened.viewer(Role.LEADER, "H1")
    for _time in range(2):
        set_pinned(screened.store, leader, *SERIES, True, now=NOW)
    assert asked.pinned(screened.store, leader) == [SERIES]
    assert asked.pinned(screened.store, SYSTEM) == []
    set_pinned(screened.store, leader, *SERIES, False, now=NOW)
    assert asked.pinned(screened.store, leader) == []
    with pytest.raises(NotAllowed):
        set_pinned(screened.store, leader, "SCREEN", "H2-A", True, now=NOW)


def test_many_series_assessed_together_say_what_each_says_alone(screened):
    screened.deliver_months("SCREEN", "H1-B", FIRST, *([4, 40] * 12))
    pairs = [SERIES, ("SCREEN", "H1-B"), ("SCREEN", "H1-C")]
    for viewer in (screened.viewer(Role.LEADER, "H1"), screened.viewer(Role.EVALUATOR)):
        seen = [pair for pair in pairs if viewer.may_see(pair[1])]
        together = assess_each(screened.store, viewer, seen, today=TODAY)
        for pair in seen:
            alone = assess_series(screened.store, viewer, *pair, today=TODAY)
            assert together[pair].variation is alone.variation
            assert together[pair].columns["is_hidden"].tolist() == alone.columns["is_hidden"].tolist()

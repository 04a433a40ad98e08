"""What evaluators write of a project: main indicator, departure, team scores; what is refused, and what is kept."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from data import made_groups, projects
from data.access import SYSTEM, NotAllowed, NotFound, Role
from data.errors import Refused
from data.made_groups import Entry
from data.queries import audit as audit_trail
from data.queries import evaluation
from indicators.words import Words
from tests.data.conftest import World
from tests.data.queries.test_evaluation import LONG, evaluator

TODAY, NOW = date(2027, 3, 10), datetime(2027, 3, 10, 9, 0)


def alias(world: World, code: str) -> str:
    return evaluation.aliases_of(world.store, SYSTEM, [code])[code]


def board(world: World, kind: str = "cohort") -> dict[str, evaluation.Project]:
    groups = [one for one in evaluation.groups(world.store, SYSTEM) if one.kind == kind]
    return {one.unit_code: one for one in evaluation.projects(world.store, SYSTEM, groups, today=TODAY)}


def test_a_declared_main_indicator_makes_a_project_usable_and_another_needs_a_reason(world: World) -> None:
    for code in ("SCREEN", "FALD"):
        world.follow(code, "H1-A", date(2025, 1, 1))
    world.deliver_months("SCREEN", "H1-A", date(2025, 1, 1), *LONG)
    store, viewer, who = world.store, evaluator(world, names=False), alias(world, "H1-A")
    assert board(world)["H1-A"].reason == evaluation.NOT_RECORDED
    made = projects.declare(store, viewer, who, "SCREEN", today=TODAY, now=NOW)
    assert (made.main, made.declared_on, made.group, made.label.text) == ("SCREEN", TODAY, "1", who)
    assert board(world)["H1-A"].is_analysable
    with pytest.raises(Refused) as refused:
        projects.declare(store, viewer, who, "FALD", today=TODAY, now=NOW)
    assert "name SCREEN" in refused.value.reason("da")
    projects.declare(store, viewer, who, None, today=TODAY, now=NOW, reason="Valgte den fra")
    assert board(world)["H1-A"].reason == evaluation.NO_MAIN
    with pytest.raises(Refused):
        projects.declare(store, viewer, who, "FINDES-IKKE", today=TODAY, now=NOW)
    events = [one for one in audit_trail.recent(store, SYSTEM, 9) if one.action == "evaluation.main_declared"]
    assert [(one.actor, one.detail["before"], one.detail["after"], one.detail["reason"]) for one in events] == [
        ("eva@example.dk", "SCREEN", None, "Valgte den fra"), ("eva@example.dk", None, "SCREEN", ""),
    ]  # fmt: skip


def test_a_unit_that_left_falls_out_with_the_month_and_the_reason_until_that_is_taken_back(world: World) -> None:
    world.follow("SCREEN", "H1-A", date(2025, 1, 1))
    world.deliver_months("SCREEN", "H1-A", date(2025, 1, 1), *LONG)
    store, viewer, who = world.store, evaluator(world), alias(world, "H1-A")
    projects.declare(store, viewer, who, "SCREEN", today=TODAY, now=NOW)
    for month, reason in ((date(2026, 9, 1), " "), (date(2027, 4, 1), "Ny leder"), (date(1999, 1, 1), "Ny leder"),
                          (date(2026, 9, 1), "Patient 010190-1234")):  # fmt: skip
        with pytest.raises(Refused):
            projects.leave(store, viewer, who, month, reason, today=TODAY, now=NOW)
    left = projects.leave(store, viewer, who, date(2026, 9, 20), "Ny leder", today=TODAY, now=NOW)
    assert (left.left_on, left.left_reason) == (date(2026, 9, 1), "Ny leder")
    assert board(world)["H1-A"].reason == evaluation.LEFT
    back = projects.leave(store, viewer, who, None, "", today=TODAY, now=NOW)
    assert (back.left_on, board(world)["H1-A"].is_analysable) == (None, True)
    assert sum(one.action == "evaluation.project_left" for one in audit_trail.recent(store, SYSTEM, 9)) == 2


def test_a_score_a_month_the_newest_counts_and_one_can_be_taken_back(world: World) -> None:
    store, viewer, who = world.store, evaluator(world), alias(world, "901")
    for month, value in ((date(2026, 2, 1), 1.5), (date(2026, 1, 1), 0.5), (date(2026, 2, 14), 2.0)):
        made = projects.score(store, viewer, who, month, value, today=TODAY, now=NOW)
    assert made.scores == ((date(2026, 1, 1), 0.5, "Eva Lund"), (date(2026, 2, 1), 2.0, "Eva Lund"))
    assert board(world)["901"].team_scores == ((date(2026, 1, 1), 0.5), (date(2026, 2, 1), 2.0))
    for month, value in ((date(2026, 2, 1), 2.2), (date(2026, 2, 1), 5.5), (date(2026, 2, 1), 0.0),
                         (date(2027, 4, 1), 2.0), (date(2026, 7, 1), None)):  # fmt: skip
        with pytest.raises(Refused):
            projects.score(store, viewer, who, month, value, today=TODAY, now=NOW)
    later = NOW + timedelta(days=1)
    projects.score(store, viewer, who, date(2026, 2, 1), None, today=TODAY, now=later)
    assert board(world)["901"].team_scores == ((date(2026, 1, 1), 0.5),)
    assert sum(one.action == "evaluation.team_score" for one in audit_trail.recent(store, SYSTEM, 9)) == 4


def test_only_those_who_evaluate_the_unit_write_and_nobody_learns_whether_another_is_there(world: World) -> None:
    store, mine = world.store, evaluator(world, "1")
    for who in (alias(world, "H1-B"), "E-999", "H1-A"):
        with pytest.raises(NotFound):
            projects.get(store, mine, who)
    with pytest.raises(NotFound):
        projects.get(store, SYSTEM, alias(world, "H2-A"))  # takes part in nothing
    for role, unit in ((Role.LEADER, "H1"), (Role.QUALITY_TEAM, "R")):
        with pytest.raises(NotAllowed):
            projects.score(store, world.viewer(role, unit), alias(world, "H1-A"), TODAY, 2.0, today=TODAY, now=NOW)


def test_a_unit_of_a_list_alone_has_a_project_of_that_list(world: World) -> None:
    world.follow("SCREEN", "H2-A", date(2025, 1, 1))
    world.deliver_months("SCREEN", "H2-A", date(2025, 1, 1), *LONG)
    name = Words("Min liste", "My list")
    entries = [Entry("H2-A", date(2026, 1, 1))]
    made_groups.save(world.store, SYSTEM, "list", name, entries, today=TODAY, now=NOW)
    made = projects.declare(world.store, SYSTEM, alias(world, "H2-A"), "SCREEN", today=TODAY, now=NOW)
    assert (made.group, made.start) == ("egen-1", date(2026, 1, 1))
    assert board(world, "list")["H2-A"].is_analysable

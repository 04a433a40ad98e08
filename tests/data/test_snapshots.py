"""Frozen data sets: the same content has the same number, nothing changes it, and what came since is told."""

from __future__ import annotations

import zlib
from datetime import date, datetime

import numpy as np
import pytest
from sqlalchemy import insert, select, update

from data import analysis_plans, snapshots
from data.access import SYSTEM, NotAllowed, NotFound, Role, Viewer
from data.audit import verify_chain
from data.errors import Refused
from data.queries import evaluation
from data.schema import audit_event, cohort_unit, evaluation_snapshot
from tests.data.conftest import World
from tests.data.queries.test_evaluation import cohorts, evaluator, programme

__all__ = ["programme"]  # a fixture

NOW = datetime(2027, 3, 10, 9, 0)


def frozen(world: World, viewer: Viewer, **changes: object) -> snapshots.Snapshot:
    groups = cohorts(world, viewer, "1")
    asked = {
        "indicator_code": "SCREEN",
        "groups": groups,
        "frame": evaluation.frame(world.store, viewer, "SCREEN", groups),
        "settings": {"call": {"family": "linear", "leave_out": 0}},
        "results": {"overall": {"estimate": np.float64(0.5), "p": float("nan")}, "units": {"Prøve Kommune": 1}},
        "versions": {"tavle": "1"},
        "now": NOW,
        "title": "Første frysning",
    }
    return snapshots.freeze(world.store, viewer, **{**asked, **changes})


def test_the_same_content_has_the_same_number_whoever_froze_it(programme: World) -> None:
    first = frozen(programme, evaluator(programme))
    again = frozen(programme, evaluator(programme, names=False), now=datetime(2027, 4, 1), results=first.results)
    assert again.hash == first.hash and again.frozen_at == NOW
    assert len(first.hash) == 64 and first.id == first.hash[:12]
    other = frozen(programme, SYSTEM, settings={"call": {"family": "linear", "leave_out": 6}})
    assert other.hash != first.hash
    assert [one.hash for one in snapshots.listed(programme.store, SYSTEM)] == [
        one.hash for one in sorted((first, other), key=lambda one: one.hash)
    ]


def test_another_way_of_writing_the_same_frame_has_the_same_number(programme: World) -> None:
    viewer = evaluator(programme)
    first = frozen(programme, viewer)
    frame = evaluation.frame(programme.store, viewer, "SCREEN", cohorts(programme, viewer, "1"))
    whole = frame.astype({"numerator": "int64", "denominator": "Int64", "unit": "category", "cohort": "category"})
    empty = frame.assign(start=frame["start"].where(frame["start"] != "", None))
    for same in (whole, empty, frame.sample(frac=1, random_state=1), frame.astype(object)):
        assert frozen(programme, viewer, frame=same).hash == first.hash


def test_nobody_finds_a_hidden_figure_by_trying_what_gives_the_number(programme: World) -> None:
    programme.deliver([("SCREEN", "901", date(2026, 2, 1), 3, 100)], at=datetime(2027, 2, 1, 8, 0))
    made = frozen(programme, evaluator(programme))
    with programme.store.read() as connection:
        row = connection.execute(select(evaluation_snapshot)).one()
    told = {name: value for name, value in row.settings.items() if name != snapshots.SEAL}
    content = {"settings": told, "versions": row.versions, "results": row.results}
    # Everything but the seal known, down to the figure that is hidden:
    assert snapshots._hash_of(content, zlib.decompress(row.frame)) != made.hash
    assert len(row.settings[snapshots.SEAL]) == 64


def test_no_name_is_kept_and_numbers_come_back_with_every_digit(programme: World) -> None:
    viewer = evaluator(programme)
    made = frozen(programme, viewer)
    with programme.store.read() as connection:
        row = connection.execute(select(evaluation_snapshot)).one()
    assert "Prøve Kommune" not in str((row.settings, row.results))
    assert made.results["overall"] == {"estimate": 0.5, "p": None}
    again = snapshots.frame_of(programme.store, viewer, made.id)
    named = evaluation.frame(programme.store, viewer, "SCREEN", cohorts(programme, viewer, "1"), pseudonyms=True)
    assert again["unit"].str.startswith("E-").all()
    assert again.astype(object).equals(named.astype(object))
    assert again.dtypes["numerator"] == np.float64
    assert set(made.settings["members"]) < set(again["unit"])


def test_a_snapshot_is_found_by_its_beginning_and_only_by_those_who_may_evaluate_its_units(programme: World) -> None:
    made = frozen(programme, evaluator(programme))
    assert snapshots.get(programme.store, evaluator(programme, "1"), made.hash[:6].upper()).hash == made.hash
    other = evaluator(programme, "2")
    assert snapshots.listed(programme.store, other) == []
    with pytest.raises(NotAllowed):
        snapshots.get(programme.store, other, made.id)
    with pytest.raises(NotAllowed):
        snapshots.listed(programme.store, programme.viewer(Role.LEADER, "H1"))
    with pytest.raises(NotFound):
        snapshots.get(programme.store, SYSTEM, "0123456789")
    for wrong in ("%%%%%%", "______", "zzzzzz"):
        with pytest.raises(NotFound):
            snapshots.get(programme.store, SYSTEM, wrong)
    with pytest.raises(Refused):
        snapshots.get(programme.store, SYSTEM, made.hash[:5])


def test_a_row_that_was_tampered_with_is_refused(programme: World) -> None:
    made = frozen(programme, SYSTEM)
    programme.store.write(
        lambda connection: connection.execute(
            update(evaluation_snapshot).values(results={"overall": {"estimate": 0.9, "p": None}})
        )
    )
    with pytest.raises(Refused) as refused:
        snapshots.get(programme.store, SYSTEM, made.id)
    assert "ikke, som det blev frosset" in refused.value.reason("da")


def test_a_small_figure_that_came_in_while_somebody_froze_is_left_out_for_good(programme: World) -> None:
    programme.deliver([("SCREEN", "901", date(2026, 2, 1), 3, 100)], at=datetime(2027, 3, 10, 9, 5))
    made = frozen(programme, evaluator(programme))  # asked for at nine, read five minutes later
    programme.deliver([("SCREEN", "901", date(2026, 2, 1), 60, 100)], at=datetime(2027, 3, 11))
    assert (snapshots.frame_of(programme.store, SYSTEM, made.id)["numerator"] == 3).any()
    shown, is_exact = snapshots.take_away(programme.store, evaluator(programme, names=False), made.id, now=NOW)
    assert not is_exact and not (shown["numerator"] == 3).any() and len(shown) == made.n_rows - 1


@pytest.mark.parametrize("column", [{"indicator_code": "ANOTHER"}, {"n_rows": 1}], ids=["indicator", "rows"])
def test_what_stands_beside_the_content_must_fit_it_too(programme: World, column: dict[str, object]) -> None:
    made = frozen(programme, SYSTEM)
    programme.store.write(lambda connection: connection.execute(update(evaluation_snapshot).values(**column)))
    with pytest.raises(Refused):
        snapshots.get(programme.store, SYSTEM, made.id)


def test_freezing_and_taking_away_are_in_the_audit_trail(programme: World) -> None:
    blind, counting = evaluator(programme, names=False), evaluator(programme, counts=True)
    programme.deliver([("SCREEN", "901", date(2026, 2, 1), 3, 100)], at=datetime(2027, 2, 1, 8, 0))
    made = frozen(programme, blind)
    shown, is_exact = snapshots.take_away(programme.store, blind, made.id, now=NOW)
    assert not is_exact and not (shown["numerator"] == 3).any() and set(shown["cohort"]) == {"", "1"}
    whole, is_exact = snapshots.take_away(programme.store, counting, made.id, now=NOW)
    assert is_exact and len(whole) == made.n_rows > len(shown)
    with programme.store.read() as connection:
        events = connection.execute(select(audit_event).order_by(audit_event.c.id)).all()
        assert verify_chain(connection).is_whole
    assert [(one.action, one.subject) for one in events] == [
        ("evaluation.frozen", made.id), ("evaluation.taken_away", made.id), ("evaluation.taken_away", made.id),
    ]  # fmt: skip
    assert [one.detail["exact"] for one in events[1:]] == [False, True]


def test_what_changed_came_or_went_since_is_told_cell_by_cell(programme: World) -> None:
    viewer = evaluator(programme, counts=True)
    made = frozen(programme, viewer)
    same = snapshots.difference(programme.store, viewer, made)
    assert (same.changes, same.regrouped, same.n_later) == ((), (), 0)
    later = datetime(2027, 3, 11, 8, 0)
    programme.deliver([("SCREEN", "901", date(2026, 2, 1), 77, 100)], at=later)
    programme.deliver([("SCREEN", "H1-A", date(2024, 12, 1), 50, 100)], at=later)
    programme.deliver([("SCREEN", "901", date(2027, 3, 1), 60, 100)], at=later)
    found = snapshots.difference(programme.store, viewer, made)
    assert (found.n_changed, found.n_added, found.n_removed, found.n_later) == (1, 1, 0, 1)
    changed = next(one for one in found.changes if one.kind == "changed")
    assert (changed.label.text, changed.period) == ("Prøve Kommune", "2026-02")
    assert (changed.before, changed.after) == ((43.0, 100.0), (77.0, 100.0))
    blind = snapshots.difference(programme.store, evaluator(programme, names=False), made)
    assert all(one.before is None and one.after is None and one.label.is_pseudonym for one in blind.changes)
    assert len(found.now) == made.n_rows + 2
    assert snapshots.get(programme.store, viewer, made.id) == made


def test_a_unit_that_joined_since_has_another_group_and_its_figures_are_not_gone(programme: World) -> None:
    made = frozen(programme, evaluator(programme))
    row = {"cohort_code": "1", "unit_code": "H2-A", "starts_on": date(2026, 6, 1)}
    programme.store.write(lambda connection: connection.execute(insert(cohort_unit).values(**row)))
    viewer = evaluator(programme)
    found = snapshots.difference(programme.store, viewer, made)
    assert (found.changes, found.n_later) == ((), 0)
    assert list(evaluation.codes_of(programme.store, viewer, found.regrouped).values()) == ["H2-A"]
    assert set(found.now.loc[found.now["unit"] == found.regrouped[0], "start"]) == {"2026-06"}


def test_whoever_sees_more_units_than_the_one_who_froze_reads_the_same_difference(programme: World) -> None:
    narrow = evaluator(programme, "1")
    region = [one for one in evaluation.groups(programme.store, narrow) if one.kind == "region"]
    frame = evaluation.frame(programme.store, narrow, "SCREEN", region)
    made = frozen(programme, narrow, groups=region, frame=frame)
    for viewer in (narrow, evaluator(programme), SYSTEM):
        found = snapshots.difference(programme.store, viewer, made)
        assert (found.changes, found.regrouped, found.n_later) == ((), (), 0)


def test_what_was_withdrawn_since_is_gone(programme: World) -> None:
    viewer = evaluator(programme)
    made = frozen(programme, viewer)
    programme.withdraw(programme.ids[1], datetime(2027, 3, 12))
    found = snapshots.difference(programme.store, viewer, made)
    assert (found.n_removed, found.n_changed, found.n_added) == (26, 0, 0)


def test_bad_input_is_refused_in_words(programme: World) -> None:
    groups = cohorts(programme, SYSTEM, "1")
    whole = evaluation.frame(programme.store, SYSTEM, "SCREEN", groups)
    for changes in (
        {"frame": whole.iloc[:0]},
        {"frame": whole.assign(unit="Et fremmed navn")},
        {"title": "Om 010190-1234"},
        {"title": "x" * 201},
    ):
        with pytest.raises(Refused) as refused:
            frozen(programme, SYSTEM, **changes)
        assert "010190" not in refused.value.reason("da")
    with pytest.raises(NotFound):
        frozen(programme, SYSTEM, plan_id=99)
    assert snapshots.listed(programme.store, SYSTEM) == []


def test_a_snapshot_can_belong_to_a_plan(programme: World) -> None:
    plan = analysis_plans.write(programme.store, SYSTEM, {"title": "Plan"}, {}, now=NOW)
    assert frozen(programme, SYSTEM, plan_id=plan.id).plan_id == plan.id

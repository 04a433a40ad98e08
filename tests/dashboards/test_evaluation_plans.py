"""The analysis card, its plan and frozen sets, on the demo's programme."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import update

from dashboards.exports.evaluation.analysis import Analysis, numbers_of
from dashboards.exports.evaluation.content import report_of
from dashboards.presenters import evaluation_plans as plans
from dashboards.presenters import evaluation_report, evaluation_snapshots
from dashboards.presenters.background_jobs import Jobs
from dashboards.presenters.evaluation_report import Asked
from dashboards.presenters.evaluation_snapshots import Since, ToFreeze, conclusions
from dashboards.presenters.exported import Origin
from dashboards.selection import Selection
from dashboards.text import use_language
from data import analysis_plans, snapshots
from data.access import NotAllowed, Role, Viewer, load_viewer
from data.errors import Refused
from data.schema import analysis_plan_event
from data.store import Store
from tests.conftest import BuiltDemo

TODAY, NOW = date(2026, 11, 23), datetime(2026, 11, 23, 9, 0)
EVALUATOR, RESEARCHER = "evaluator@tavle.example", "forsker@tavle.example"
CHANGED = "Måneder udeladt før start: 6 måneder, hvis de ændrer effekten → 3 måneder"


@pytest.fixture(scope="module")
def board(built_demo: BuiltDemo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("plans") / "demo.duckdb"
    shutil.copy(built_demo.path, path)
    store = Store.open(f"duckdb:///{path}")
    yield store
    store.close()


def origin(store: Store) -> Origin:
    return Origin.of(store, now=NOW, timezone="Europe/Copenhagen", address="https://tavle.example")


def asked_by(store: Store, viewer: Viewer, **choices: object) -> Asked:
    return evaluation_report.asked(store, viewer, Selection(**choices))  # type: ignore[arg-type]


def analysed(store: Store, viewer: Viewer, asked: Asked) -> Analysis:
    return evaluation_report.analysis_of(store, viewer, asked, today=TODAY, origin=origin(store))


def test_an_address_becomes_the_call_of_the_library(board: Store) -> None:
    viewer = load_viewer(board, EVALUATOR)
    asked = asked_by(board, viewer, left_out=3, has_trends=True, weights="patienter", scale="lineaer")
    assert asked.call.arguments() == {
        "denominator": "denominator", "family": "linear", "weights": "patient", "leave_out": 3, "cohort_trends": True,
    }  # fmt: skip
    assert asked_by(board, viewer).call.family == "binomial"


def test_a_leader_evaluates_nothing(board: Store) -> None:
    with pytest.raises(NotAllowed):
        asked_by(board, load_viewer(board, "leder@tavle.example"))


def test_units_are_pseudonyms_for_everybody_and_counts_leave_only_by_right(board: Store) -> None:
    viewer, stranger = load_viewer(board, EVALUATOR), load_viewer(board, RESEARCHER)
    assert viewer.may_take_counts and not stranger.may_take_counts
    own = analysed(board, viewer, asked_by(board, viewer))
    other = analysed(board, stranger, asked_by(board, stranger))
    assert own.frame["unit"].str.fullmatch(r"E-\d+").all()
    assert own.fingerprint == other.fingerprint
    assert own.shared_csv == own.csv
    assert len(other.shared_csv) < len(other.csv)
    assert other.shared_frame is not None
    assert other.shared_frame["numerator"].min() >= board.small_number


def test_a_plan_is_written_locked_and_departed_from_and_the_report_says_so(board: Store) -> None:
    viewer = load_viewer(board, EVALUATOR)
    asked = asked_by(board, viewer)
    assert plans.shows_results(None, None, viewer)
    assert not plans.shows_results(None, plans.PLAN, viewer)
    texts = {"question": "Følger flere op til tiden?", "limitations": "Kun enheder med journaldata."}
    made = plans.write(board, viewer, asked, texts, now=NOW)
    assert not plans.shows_results(made, None, viewer), "a plan that waits to be locked hides the results"
    assert plans.shows_results(made, "tal", viewer)
    locked = analysis_plans.lock(board, viewer, made.id, now=NOW)
    assert locked.is_locked_before_data
    other = asked_by(board, viewer, left_out=3)
    assert plans.departed(locked, plans.settings_of(asked)) == []
    assert plans.departed(locked, plans.settings_of(other)) == [("settings.leave_out", None, 3)]
    with use_language("da"):
        view = plans.plan_view(locked, other, viewer, timezone="Europe/Copenhagen")
        assert view.departures == (f"{CHANGED}. Ikke begrundet.",)
        assert view.has_unexplained
        assert plans.depart(board, viewer, other, "For få måneder før.", now=NOW) == 1
        plan = plans.plan_for(board, viewer, other)
        told = plans.report_plan(plan, plans.settings_of(other), timezone="Europe/Copenhagen")
        assert plans.departed(plan or locked, plans.settings_of(asked)) == [], "the plan itself is no departure from it"
    assert told is not None
    assert told.departures[0].startswith(f"{CHANGED}. For få måneder før. (")
    assert told.code == locked.hash[:12]
    assert told.locked


def test_the_card_says_who_had_seen_results_before_the_lock_by_name_only_where_one_may(board: Store) -> None:
    zone, places = "Europe/Copenhagen", ("effect", "cohorts")
    author, other = load_viewer(board, EVALUATOR), load_viewer(board, RESEARCHER)
    asked = asked_by(board, author, programme="region")
    third = replace(other, account_id=991, name="Ulla Bo")
    for viewer, place in zip((other, third), places, strict=True):
        plans.saw_results(board, viewer, asked, place, now=datetime(2026, 11, 20, 9, 0))
    made = plans.write(board, author, asked, {"question": "Og i regionerne?"}, now=NOW)
    assert not plans.shows_results(made, None, author), "the author has seen nothing yet"
    assert plans.shows_results(made, None, other)
    locked = analysis_plans.lock(board, author, made.id, now=datetime(2026, 11, 23, 10, 0))
    with use_language("da"):
        assert plans.seen_words(locked, author, timezone=zone) == (
            "Havde set resultater, da planen blev låst: 2 andre, den første 20. november 2026 kl. 10.00. "
            f"{author.name} havde ikke."
        )
        assert plans.seen_words(locked, third, timezone=zone) == (
            "Havde set resultater, da planen blev låst: du 20. november 2026 kl. 10.00 (Hold); "
            f"1 anden, 20. november 2026 kl. 10.00. {author.name} havde ikke."
        )
        said = plans.seen_words(locked, load_viewer(board, "admin@tavle.example"), timezone=zone)
        assert f"{other.name} 20. november 2026 kl. 10.00 (Effekt); Ulla Bo" in said
        assert plans.plan_view(locked, asked, author, timezone=zone).status.endswith("havde ikke.")
    with use_language("en"):
        told = plans.report_plan(locked, plans.settings_of(asked), timezone=zone)
    assert told is not None
    assert told.departures == ("The plan was locked before its author had seen results, but others had seen them.",)


def test_a_plan_locked_after_its_author_saw_results_says_so(board: Store) -> None:
    author = load_viewer(board, EVALUATOR)
    asked = asked_by(board, author, programme="sector")
    made = plans.write(board, author, asked, {"question": "Og i sektorerne?"}, now=NOW)
    with use_language("da"):
        said = plans.seen_words(made, author, timezone="Europe/Copenhagen")
        assert said == "Ingen har set resultater for målingen i grupperne."
    plans.saw_results(board, author, asked, "effect", now=datetime(2026, 11, 23, 9, 30))
    locked = analysis_plans.lock(board, author, made.id, now=datetime(2026, 11, 23, 10, 0))
    assert not locked.is_locked_before_author_saw
    with use_language("en"):
        told = plans.report_plan(locked, plans.settings_of(asked), timezone="Europe/Copenhagen")
    assert told is not None
    assert told.departures == ("The plan was locked after its author had seen results.",)


def test_a_locked_plan_is_not_put_aside_by_writing_another(board: Store) -> None:
    author, other = load_viewer(board, EVALUATOR), load_viewer(board, RESEARCHER)
    asked = asked_by(board, author, programme="region", indicator="MEDAFST")
    first = plans.write(board, author, asked, {"question": "Før"}, now=NOW)
    locked = analysis_plans.lock(board, author, first.id, now=NOW)
    for viewer in (author, other):
        with pytest.raises(Refused):
            plans.write(board, viewer, asked_by(board, viewer, programme="region", indicator="MEDAFST"), {}, now=NOW)
    # Straight into the store, as a draft that was begun at the same time would be:
    later = datetime(2026, 11, 24, 9, 0)
    rival = analysis_plans.write(board, other, {"title": "Efter"}, plans.settings_of(asked), now=later)
    analysis_plans.lock(board, other, rival.id, now=later)
    found = plans.plan_for(board, author, asked)
    assert found is not None and found.id == locked.id
    assert analysis_plans.get(board, author, locked.id).is_as_locked


def test_a_locked_plan_that_says_something_else_now_is_told(board: Store) -> None:
    author = load_viewer(board, EVALUATOR)
    asked = asked_by(board, author, programme="region", indicator="SEPSIS")
    made = plans.write(board, author, asked, {"question": "Hvad vi spurgte om"}, now=NOW)
    analysis_plans.lock(board, author, made.id, now=NOW)
    event = analysis_plan_event.c
    content = {"texts": {"title": "x", "question": "Noget andet"}, "settings": dict(made.settings)}
    board.write(
        lambda connection: connection.execute(
            update(analysis_plan_event).where(event.plan_id == made.id, event.kind == "written").values(content=content)
        )
    )
    changed = plans.plan_for(board, author, asked)
    assert changed is not None and not changed.is_as_locked
    with use_language("en"):
        told = plans.report_plan(changed, plans.settings_of(asked), timezone="Europe/Copenhagen")
    assert told is not None and "does not fit the code" in told.departures[0]


def test_a_frozen_set_gives_the_digits_it_was_frozen_with_and_says_what_it_is(board: Store) -> None:
    viewer = load_viewer(board, EVALUATOR)
    asked = asked_by(board, viewer)
    made = evaluation_snapshots.freeze(board, viewer, asked, title="Midtvejs", today=TODAY, now=NOW, usable=(12, 12))
    again = evaluation_snapshots.analysis_of(board, viewer, made.id, origin=origin(board), now=NOW, takes_frame=True)
    assert numbers_of(again.effect, again.sensitivity) == made.results["numbers"]
    assert conclusions(again.effect, again.sensitivity) == made.results["conclusions"]
    assert again.fingerprint == analysed(board, viewer, asked).fingerprint
    for spoken, words in (("da", "Frosset datasæt"), ("en", "Frozen data set")):
        with use_language(spoken):
            found = evaluation_snapshots.found_in(board, viewer, made, origin(board))
            assert f"{words} {made.id}" in found.citation
            assert len(made.id) == 12
            assert found.since.n_values == 0
            flow = report_of(again).section("flow")
            assert len(flow.blocks) == 3  # two tables, and the months that are missing
    with use_language("da"):
        assert evaluation_snapshots.standing(board, viewer, timezone="Europe/Copenhagen") == (
            f"Frosset 23. nov. 2026, {made.id[:6]}",
            "uændret siden",
        )


def test_freezing_and_working_out_go_on_beside_the_request_and_the_list_shows_what_is_there(board: Store) -> None:
    viewer = load_viewer(board, EVALUATOR)
    asked = asked_by(board, viewer, indicator="AFLYST")
    bench: Jobs[Any] = Jobs("evaluation")
    with use_language("da"):
        new = ToFreeze(asked, "Beside", TODAY, (12, 12))
        job = evaluation_snapshots.start(bench, board, viewer, origin=origin(board), about="page", new=new)
        assert job.wait(60)
        assert (job.fault, job.answer.refusal) == (None, None)
        sets = evaluation_snapshots.frozen_sets(board, viewer, origin=origin(board))
        assert {one.id: one.title for one in sets}[job.answer.made] == "Beside"
        assert all(one.found is not None for one in sets)
        assert job.answer.n_ready == len(sets)
    board.write(lambda connection: None, about=["another measure"])
    with use_language("da"):
        sets = evaluation_snapshots.frozen_sets(board, viewer, origin=origin(board))
        assert all(one.found is None for one in sets), "figures changed: nothing is compared in a request"
        assert evaluation_snapshots.is_worked_out(board, viewer, sets[0].hash), "what is frozen stays worked out"
        assert evaluation_snapshots.standing(board, viewer, timezone="Europe/Copenhagen")[1] == "er noget ændret siden?"
        long = ToFreeze(asked, "x" * 300, TODAY, (12, 12))
        job = evaluation_snapshots.start(bench, board, viewer, origin=origin(board), about="page", new=long)
        assert job.wait(60)
        assert job.answer.refusal.reason("da").startswith("Titlen er for lang")
        assert job.answer.n_ready == len(sets)
    assert bench.close()


def test_what_changed_after_the_freeze_is_counted_with_the_conclusions_that_change(
    board: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = load_viewer(board, EVALUATOR)
    asked = asked_by(board, viewer, left_out=0)
    made = evaluation_snapshots.freeze(board, viewer, asked, title="", today=TODAY, now=NOW, usable=(12, 12))
    frozen = snapshots.frame_of(board, viewer, made.hash)
    # Everybody's later figures as they were before the programme: the effect is gone, and every conclusion with it.
    now = frozen.copy()
    started = (now["start"] != "") & (now["period"] >= now["start"])
    now.loc[started, "numerator"] = (now.loc[started, "denominator"] * 0.4).round()
    n_changed = int((now["numerator"] != frozen["numerator"]).sum())
    changes = tuple(
        snapshots.Change("changed", "E-001", None, "2026-01", None, None)  # type: ignore[arg-type]
        for _one in range(n_changed)
    )
    monkeypatch.setattr(
        snapshots, "difference", lambda store, viewer, one: snapshots.Difference(changes, (), 0, pd.DataFrame(now))
    )
    found = evaluation_snapshots._since(board, viewer, made)
    assert found.n_changed == n_changed
    assert any(words.da.startswith("Vurderingen: ") and words.da.endswith("nu.") for words in found.conclusions)
    with use_language("da"):
        assert found.sentence.endswith(f"{len(found.conclusions)} konklusioner ændret.")


def test_the_sentence_of_the_difference_has_the_right_number_in_both_languages() -> None:
    one = Since(1, 0, 0, 0, 0, ())
    many = Since(10, 3, 1, 2, 5, ("a", "b"))  # type: ignore[arg-type]
    with use_language("da"):
        assert one.sentence == "1 værdi ændret efter frysning, ingen konklusion ændret."
        assert many.sentence == "14 værdier ændret efter frysning, 2 konklusioner ændret."
        assert "2 enheder har fået anden start eller gruppe" in many.details
    with use_language("en"):
        assert one.sentence == "1 value changed since the freeze, no conclusion changed."
        assert many.sentence == "14 values changed since the freeze, 2 conclusions changed."


def test_what_cannot_be_analysed_is_refused_in_words(board: Store) -> None:
    viewer = load_viewer(board, EVALUATOR)
    call = asked_by(board, viewer).call
    frame = pd.DataFrame(
        {"unit": ["a"], "period": ["2024-01"], "numerator": [9.0], "denominator": [3.0], "start": [""], "cohort": [""]}
    )
    with pytest.raises(Refused) as refusal:
        evaluation_report.run(call, frame)
    assert refusal.value.reason("da").startswith("Målingen kan ikke analyseres: ")
    assert viewer.has(Role.EVALUATOR)


def test_a_family_and_a_placebo_measure_are_declared_planned_departed_from_and_frozen(board: Store) -> None:
    viewer = load_viewer(board, EVALUATOR)
    choices = {"programme": "sector", "indicator": "AFLYST"}
    declared = {"measures": ("FALD", "UKENDT"), "primary": "FALD", "placebo": "LIGGETID"}
    asked = asked_by(board, viewer, **choices, **declared)
    assert asked.measures == ["AFLYST", "FALD"]
    made = plans.write(board, viewer, asked, {"question": "Færre aflysninger?"}, now=NOW)
    locked = analysis_plans.lock(board, viewer, made.id, now=NOW)
    # An address that says nothing takes what the plan says; one that says none departs from it.
    again = asked_by(board, viewer, **choices)
    assert (again.measures, again.primary) == (asked.measures, "FALD")
    assert again.placebo is not None and again.placebo[0].code == "LIGGETID"
    assert plans.departed(locked, plans.settings_of(again)) == []
    without = asked_by(board, viewer, **choices, measures=(), placebo="ingen")
    with use_language("da"):
        view = plans.plan_view(locked, without, viewer, timezone="Europe/Copenhagen")
    assert [words.split(":")[0] for words in view.departures] == [
        "Målinger i familien", "Primær måling", "Placebomåling",
    ]  # fmt: skip
    assert dict(view.declared)["Placebomåling"] in view.departures[2]
    analysis = analysed(board, viewer, asked)
    assert analysis.family is not None
    assert analysis.family["measure"].to_list() == ["FALD", "AFLYST"]
    keys = analysis.sensitivity.rows["key"].to_list()
    assert keys.index("placebo_outcome") == len(keys) - 3
    made_set = evaluation_snapshots.freeze(board, viewer, asked, title="", today=TODAY, now=NOW, usable=(12, 12))
    frozen = evaluation_snapshots.analysis_of(board, viewer, made_set.id, origin=origin(board), now=NOW)
    pd.testing.assert_frame_equal(frozen.family, analysis.family)
    assert numbers_of(frozen.effect, frozen.sensitivity) == numbers_of(analysis.effect, analysis.sensitivity)
    assert frozen.sensitivity.verdict == analysis.sensitivity.verdict
    assert all(one.frame is None for one in frozen.others)

"""Hold: flow, rows and files on the demo's cohorts; what is said of chance; who may look, and by what name."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete

from app import create_app
from dashboards.components.evaluation_nav import carried
from dashboards.components.signal_counts import signal_counts, signal_fold
from dashboards.exports.cohorts import cohorts_csv, cohorts_xlsx
from dashboards.figures.evaluation.completeness_strip import StripRow
from dashboards.figures.evaluation.flow import FlowStep, flow_list
from dashboards.figures.evaluation.groups import GroupMark, group_badge
from dashboards.figures.evaluation.mini_forest import ForestAxis, mini_forest
from dashboards.figures.evaluation.start_line import start_line
from dashboards.pages import evaluation as page
from dashboards.presenters import evaluation_cohorts as presenter
from dashboards.presenters.background_jobs import Job, Stopped
from dashboards.presenters.evaluation_choice import read_choice
from dashboards.presenters.evaluation_cohorts import Board
from dashboards.presenters.evaluation_signals import of_measure
from dashboards.selection import Selection
from dashboards.text import use_language
from data import accounts
from data.access import SYSTEM, Grant, NotAllowed, Role, Viewer, load_viewer
from data.queries import evaluation, evaluation_outside
from data.schema import cohort_unit, unit_group_member
from data.store import Store
from indicators.assessment import Variation
from indicators.words import Words
from settings import Settings
from tests.conftest import BuiltDemo, ViewerFor

TODAY, NOW = date(2026, 11, 23), datetime(2026, 11, 23, 5, 15)
PASSWORD = "en lang adgangskode 7"


@pytest.fixture(scope="module")
def demo(built_demo: BuiltDemo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("cohorts") / "demo.duckdb"
    shutil.copy(built_demo.path, path)
    store = Store.open(f"duckdb:///{path}")
    yield store
    store.close()


@pytest.fixture(scope="module")
def evaluator(demo: Store) -> Viewer:
    return load_viewer(demo, "evaluator@tavle.example")


@pytest.fixture(scope="module")
def board(demo: Store, evaluator: Viewer) -> Board:
    return presenter.read_board(demo, evaluator, Selection(), today=TODAY)


# ------------------------------------------------------------------------------------------------- what the page says


def test_every_participant_is_in_the_flow_and_every_loss_has_its_reason(board: Board) -> None:
    view = presenter.view_of(board, Selection())
    assert view.flow[0].n == len(board.read.projects) == 120
    for before, step in zip(view.flow, view.flow[1:], strict=False):
        lost = before.n - step.n
        assert sum(int(reason.split(":")[0]) for reason in step.reasons) == lost
        assert sum(step.by_group) == step.n
    assert view.flow[-1].n == sum(not row.reason for row in view.rows)


def test_the_title_counts_what_the_rows_show_and_chance_is_beside_it(board: Board) -> None:
    view = presenter.view_of(board, Selection())
    better = sum(row.variation is Variation.IMPROVEMENT and not row.reason for row in view.rows)
    usable = view.flow[-1].n
    assert view.title == f"{usable} af 120 deltagende enheder kan analyseres. {better} af dem viser forbedring."
    assert board.signals is not None
    assert better == board.signals.stored.inside > board.signals.stored.by_chance > 0
    assert view.lead == f"Ved ren tilfældighed ville ca. {board.signals.stored.by_chance:.0f} af {usable} gøre det."
    with use_language("en"):
        assert presenter.view_of(board, Selection()).title.endswith("of them show improvement.")


def test_rows_stand_by_group_and_name_and_are_never_ranked(board: Board) -> None:
    view = presenter.view_of(board, Selection())
    keys = [(row.group.number, row.name) for row in view.rows]
    assert keys == sorted(keys)
    assert any(line.startswith("Rangér ikke enheder") for line in view.foot)


def test_the_usability_rule_moves_rows_out_with_their_reason(demo: Store, evaluator: Viewer, board: Board) -> None:
    asked = Selection(before=24)
    stricter = presenter.view_of(presenter.read_board(demo, evaluator, asked, today=TODAY), asked)
    assert stricter.flow[-1].n < board.read.flow.n_analysable
    assert len(stricter.rows) == 120, "those that fall out stay in the table"
    out = next(row for row in stricter.rows if row.months[0] == "14")
    assert "14 måneder før start" in out.reason
    assert out.effect is None
    assert out.effect_text == ""
    impossible = Selection(before=60, after=60)
    nobody = presenter.view_of(presenter.read_board(demo, evaluator, impossible, today=TODAY), impossible)
    assert nobody.title == "Ingen af 120 deltagende enheder kan analyseres med denne regel."
    assert "Prøv færre måneder" in nobody.lead


def test_filters_choose_rows_and_leave_the_flow_alone(board: Board) -> None:
    everything = presenter.view_of(board, Selection())
    one = presenter.view_of(board, Selection(cohort="2", signal="improvement", show=presenter.ONLY_USABLE))
    assert {row.group.text for row in one.rows} == {"2"}
    assert {row.variation for row in one.rows} == {Variation.IMPROVEMENT}
    assert one.flow == everything.flow
    assert [chip.is_chosen for chip in one.chips] == [False, False, True, False, False]
    assert presenter.view_of(board, Selection(goal=8, signal="change")).rows == ()
    chosen = presenter.view_of(board, Selection(sector="municipal"))
    assert 0 < len(chosen.rows) < 120
    assert all("Kommune" in row.about for row in chosen.rows)


def test_effects_have_an_interval_and_the_mean_of_all_is_on_the_side_of_the_planted_effect(board: Board) -> None:
    rows = [row for row in presenter.view_of(board, Selection()).rows if row.effect is not None]
    assert len(rows) == board.read.flow.n_analysable
    mean = sum(row.effect.estimate for row in rows if row.effect) / len(rows)
    assert mean > 2, "the demo plants an effect of several percentage points on the main indicator"
    one = rows[0]
    assert one.effect is not None
    assert one.effect.low is not None
    assert one.effect.high is not None
    assert one.effect.low < one.effect.estimate < one.effect.high
    assert re.fullmatch(r"[+−]?\d+,\d", one.effect_text)
    assert re.fullmatch(r"−?\d+,\d til −?\d+,\d", one.interval_text)


def test_the_board_is_there_before_its_effects(demo: Store, evaluator: Viewer) -> None:
    parts: list[Board] = []
    steps: list[tuple[int, int]] = []
    presenter.read_board(
        demo, evaluator, Selection(), today=TODAY, publish=parts.append, tell=lambda step, of: steps.append((step, of))
    )
    assert [part.is_done for part in parts] == [False]
    assert steps == [(1, 1)]
    waiting = [row for row in presenter.view_of(parts[0], Selection()).rows if not row.reason]
    assert {row.interval_text for row in waiting} == {"Beregnes …"}


def test_a_narrow_window_begins_with_the_groups_and_a_line_for_each_project(board: Board) -> None:
    view = presenter.view_of(board, Selection())
    table = page._table(view, board)
    assert table.count('<tr class="g-h">') == 4
    assert "<details open>" not in table, "in a wide window the headings are away and all rows stand"
    assert table.count('<details class="c-d">') == len(view.rows)
    for mark in view.marks:
        rows = [row for row in view.rows if row.group == mark]
        usable = [row for row in rows if not row.reason]
        better = sum(row.variation is Variation.IMPROVEMENT for row in usable)
        assert f"<b>{mark.name}</b><small>{len(usable)} af {len(rows)} kan analyseres, {better} med" in table
    one = Selection(cohort="2")
    assert page._table(presenter.view_of(board, one), board).count("<details open>") == 1
    assert f'id="{page.Ids.PROJECTS}"' in table


def test_regions_are_groups_too_and_nobody_waits_for_effects_that_are_cancelled(demo: Store, evaluator: Viewer) -> None:
    asked = Selection(programme="region")
    parts: list[Board] = []

    def nobody_waits(_step: int, _of: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        presenter.read_board(demo, evaluator, asked, today=TODAY, publish=parts.append, tell=nobody_waits)
    view = presenter.view_of(parts[0], asked)
    assert len(view.marks) == 5
    assert view.flow[0].n == 120
    assert carried(asked).href("/evaluering/effekt") == "/evaluering/effekt?v=1&program=region"


def test_completeness_is_counted_by_months_since_the_start(board: Board) -> None:
    view = presenter.view_of(board, Selection())
    assert [row.group.text for row in view.strips] == ["1", "2", "3", "4"]
    for row in view.strips:
        reported, expected = row.share(0, 11)
        assert 0 < reported <= expected
    assert StripRow(view.marks[0], -1, (1, 0), (2, 2)).share(0, 5) == (0, 2)


def test_a_figure_that_is_hidden_counts_as_reported(demo: Store, board: Board) -> None:
    everything = evaluation.completeness(demo, SYSTEM, board.choice.groups, today=TODAY)
    counted = [(row.since, row.cohort, row.reported, row.expected) for row in everything.itertuples()]
    assert counted == list(board.read.completeness)


def test_both_counts_of_improvement_are_of_the_same_projects_on_hold_and_effekt(
    demo: Store, evaluator: Viewer, board: Board
) -> None:
    counts = board.signals
    assert counts is not None
    assert counts.n == board.read.flow.n_analysable
    assert counts.n + counts.n_left_out == len(board.read.projects)
    effect = of_measure(demo, evaluator, board.choice.groups, "OPFOELG", 12, 12, today=TODAY)
    assert (effect.n, effect.n_outside, effect.stored, effect.after_start, dict(effect.left_out)) == (
        counts.n, counts.n_outside, counts.stored, counts.after_start, dict(counts.left_out),
    )  # fmt: skip
    assert effect.share is not None
    rows = effect.share.rows
    assert rows["n_units"].to_dict() == {"participants": counts.n, "outside": counts.n_outside}
    assert rows["n_signals"].to_dict() == {
        "participants": counts.after_start.inside, "outside": counts.after_start.outside,
    }  # fmt: skip
    first = board.choice.groups[:1]
    nobodys_main = of_measure(demo, evaluator, first, "BESVARET", 12, 12, today=TODAY)
    assert nobodys_main.n + nobodys_main.n_left_out == 30
    assert nobodys_main.n > board.read.flow.steps[-1].by_cohort["1"], "those without a main indicator follow it too"
    said = signal_counts(effect)
    for one in (counts.stored, counts.after_start):
        assert f">{one.inside} af {counts.n}<" in said
        assert f">{one.outside} af {counts.n_outside}<" in said
    assert f"{counts.n_left_out} deltagende enheder tæller ikke med (8: Valgte ingen hovedmåling" in said
    assert f"{counts.stored.inside} af {counts.n} har et gemt signal" in signal_fold(counts)
    with use_language("en"):
        assert f"{counts.n_left_out} participating units are not counted (8: Chose no" in signal_counts(effect)


def test_a_comparison_that_was_chosen_is_said(board: Board) -> None:
    groups = tuple(replace(one, compared=frozenset({"H1", "H2"})) for one in board.choice.groups)
    chosen = replace(board, choice=replace(board.choice, groups=groups))
    line = "Grupperne sammenlignes kun med de 2 enheder, de selv nævner med »aldrig«."
    assert line in presenter.view_of(chosen, Selection()).foot
    assert line not in presenter.view_of(board, Selection()).foot


def test_what_one_way_cannot_judge_is_counted_with_its_reason(demo: Store, evaluator: Viewer, board: Board) -> None:
    """Without a rule about months, some have too few of them for a median before the start."""
    asked = Selection(before=0, after=0)
    loose = presenter.read_board(demo, evaluator, asked, today=TODAY)
    assert loose.signals is not None and loose.signals.share is not None
    judged = int(loose.signals.share.rows.loc["participants", "n_units"])
    missing = dict(loose.signals.unjudged)
    assert loose.signals.n == loose.read.flow.n_analysable > board.read.flow.n_analysable
    assert sum(missing.values()) == loose.signals.n - judged
    assert "kan ikke have et signal efter start: For få måneder" in signal_counts(loose.signals)


# ------------------------------------------------------------------------------------------------------ who may see


def test_without_the_right_to_names_neither_page_nor_file_names_a_unit(demo: Store, board: Board) -> None:
    researcher = load_viewer(demo, "forsker@tavle.example")
    found = presenter.read_board(demo, researcher, Selection(), today=TODAY)
    view = presenter.view_of(found, Selection())
    assert all(re.fullmatch(r"E-\d+", row.name) and not row.href for row in view.rows)
    names = {row.name for row in presenter.view_of(board, Selection()).rows}
    # The numbers of municipalities are also numbers of pseudonyms.
    codes = {one.unit_code for one in found.read.projects if not one.unit_code.isdigit()}
    text = str(page._table(view, found)) + str(presenter.file_rows(found, Selection()))
    assert not [name for name in names if name in text]
    assert not [code for code in codes if re.search(rf"\b{re.escape(code)}\b", text)]


@pytest.mark.parametrize("role", [Role.LEADER, Role.QUALITY_TEAM])
def test_others_than_evaluators_are_turned_away(viewer_for: ViewerFor, store: Store, role: Role) -> None:
    viewer = viewer_for(role, "NOH")
    with pytest.raises(NotAllowed):
        page.exists(store, viewer, {}, Selection())
    with pytest.raises(NotAllowed):
        presenter.read_board(store, viewer, Selection(), today=TODAY)
    with pytest.raises(NotAllowed):
        evaluation_outside.stored_outside(store, viewer, [], "OPFOELG")


def test_a_board_without_groups_has_nothing_to_choose(viewer_for: ViewerFor, store: Store) -> None:
    store.write(lambda connection: connection.execute(delete(cohort_unit)))
    store.write(lambda connection: connection.execute(delete(unit_group_member)))
    choice = read_choice(store, viewer_for("administrator"), Selection(programme="region", indicator="MEDAFST"))
    assert (choice.groups, choice.programmes, choice.code) == ((), (), None)


# ------------------------------------------------------------------------------------------------- figures and files


def test_the_flow_reads_as_a_list_with_its_losses() -> None:
    marks = [GroupMark(1, "1", "Hold 1"), GroupMark(2, "2", "Hold 2")]
    steps = [
        FlowStep("Deltagende enheder", 4, "", (2, 2)),
        FlowStep("Kan analyseres", 3, "75 % af 4", (2, 1), "1 udgår", ("1: <b>Startede for nylig</b>",)),
    ]
    drawn = str(flow_list(steps, marks, label="Fra deltagere til analyse"))
    assert drawn.count("<li") == 3
    assert "1: &lt;b&gt;Startede for nylig" in drawn
    assert "<title>Hold 2: 1</title>" in drawn
    assert "style=" not in drawn


def test_groups_differ_in_shape_number_and_colour() -> None:
    drawn = [str(group_badge(GroupMark(n, str(n), f"Hold {n}"))) for n in (1, 2, 3, 4)]
    assert len({re.sub(r"id-\d|>\d<|Hold \d|grp-t--\d", "", one) for one in drawn}) == 4
    assert [f"id-{n}" in one and f"<title>Hold {n}</title>" in one for n, one in enumerate(drawn, 1)] == [True] * 4


def test_an_interval_that_leaves_the_axis_ends_in_an_arrow() -> None:
    axis = ForestAxis(-10, 10, (-10, 0, 10), 0)
    assert str(mini_forest(axis, 2.0, 1.0, 3.0)).count("fo-ci") == 1
    assert str(mini_forest(axis, 2.0, 1.0, 30.0)).count("fo-ci") == 2
    assert "fo-ci" not in str(mini_forest(axis, 2.0, None, None))


def test_a_missing_month_is_a_gap_in_the_small_line() -> None:
    drawn = str(start_line([1.0, 2.0, None, 3.0, 2.0, None, 4.0], 3))
    line = re.search(r'class="ch-line" d="([^"]+)"', drawn)
    assert line is not None
    assert line[1].count("M") == 2
    assert drawn.count("<circle") == 1, "a month alone is a dot"


def test_the_files_have_a_row_for_each_project_and_run_nothing(board: Board) -> None:
    heads, rows = presenter.file_heads(), presenter.file_rows(board, Selection(cohort="1"))
    read = list(csv.reader(io.StringIO(cohorts_csv(heads, rows, is_demo=True).decode("utf-8-sig")), delimiter=";"))
    assert len(read) == 31
    assert {len(line) for line in read} == {len(heads) + 1}
    assert all(line[-1] == "DEMO: simulerede tal" for line in read[1:])
    book = cohorts_xlsx(heads, rows, title="155 af 184", notes=["note"], today=TODAY, is_demo=True)
    assert book[:2] == b"PK"
    assert b"'=SUM" in cohorts_csv(["a"], [["=SUM(A1)"]], is_demo=False)


def test_words_of_the_flow_are_in_both_languages(board: Board) -> None:
    for step in board.read.flow.steps:
        for words in (step.name, *(reason for reason, _count in step.losses)):
            assert isinstance(words, Words)
            assert words.da != words.en


# ---------------------------------------------------------------------------------------------------------- the page


def test_the_page_comes_at_once_and_the_files_follow_the_address(
    demo: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.create(
        demo, SYSTEM, email="x@example.dk", name="Ida", password=PASSWORD, now=NOW, grants=[Grant(Role.EVALUATOR)]
    )
    settings = Settings(var=tmp_path / "var", mode="demo", today=TODAY, secret_key="a key for tests only")
    app = create_app(settings, demo, with_static=False)
    client = app.server.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/log-ind").text)
    assert token is not None
    client.post("/log-ind", data={"csrf_token": token[1], "email": "x@example.dk", "password": PASSWORD})
    assert client.get("/evaluering").status_code == 200
    cookie = client.get_cookie("tavle_csrf")
    assert cookie is not None
    names = [("address", "pathname", "/evaluering"), ("address", "search", "?v=1&hold=3"), ("theme", "data", None)]
    body = {
        "output": "..content.children...page.data..",
        "outputs": [{"id": "content", "property": "children"}, {"id": "page", "property": "data"}],
        "inputs": [{"id": name, "property": part, "value": value} for name, part, value in names],
        "changedPropIds": ["address.pathname"],
    }
    drawn = client.post("/_dash-update-component", json=body, headers={"X-CSRFToken": cookie.value}).text
    assert f"{page.NAME}-look" in drawn
    assert f"{page.NAME}-part" in drawn
    answer = client.get("/evaluering/hold.csv?v=1&hold=3")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(answer.text.strip().splitlines()) == 31
    assert client.get("/evaluering/hold.xlsx?v=1&hold=3").data[:2] == b"PK"
    monkeypatch.setattr(page, "LONGEST_FILE", 0.0)
    monkeypatch.setattr(Job, "wait", lambda self, seconds: seconds > 0)
    late = client.get("/evaluering/hold.csv?v=1&hold=3&foer=13")
    assert (late.status_code, late.headers["Location"]) == (303, "/evaluering?v=1&hold=3&foer=13")
    assert app.server.extensions[page.JOBS].close()

"""The board meeting and the pathways over the demo: agenda, wall, corridor, minutes, the strip of both sectors."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator
from datetime import date, datetime

import pytest
from docx import Document

from dashboards.exports.minutes import minutes_docx
from dashboards.pages import pathway as pathway_page
from dashboards.pages.meeting import wall_markup
from dashboards.presenters import meeting as agenda
from dashboards.presenters import minutes, pathway
from dashboards.presenters.meeting import start_view, take_step
from dashboards.presenters.meeting_screen import act, corridor_view, screen_view
from dashboards.selection import Selection
from dashboards.text import use_language
from data import meetings
from data.access import Viewer, load_viewer
from data.queries import decisions, observations
from data.queries.pathways import Sight
from data.store import Store
from tests.conftest import BuiltDemo

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, 0)
ZONE = "Europe/Copenhagen"
BOARD = Selection(unit="NOH")
OPEN = "GENINDL NOH"  # stands on the agenda, and its decision is open


@pytest.fixture(scope="module")
def demo(built_demo: BuiltDemo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("meeting") / "demo.duckdb"
    shutil.copy(built_demo.path, path)
    store = Store.open(f"duckdb:///{path}")
    yield store
    store.close()
    path.unlink(missing_ok=True)


@pytest.fixture(scope="module")
def leader(demo: Store) -> Viewer:
    return load_viewer(demo, "leder@tavle.example", on=TODAY)


def press(demo: Store, leader: Viewer, name: str, **values: object) -> agenda.Taken:
    return take_step(
        demo, leader, {"name": name, "values": values}, BOARD, today=TODAY, now=NOW, since=None
    )  # fmt: skip


def start(demo: Store, leader: Viewer, *left_out: str) -> agenda.StartView:
    return start_view(demo, leader, BOARD, today=TODAY, since=None, timezone=ZONE, left_out=left_out)


def test_a_meeting_from_agenda_to_minutes(demo: Store, leader: Viewer) -> None:
    before = start(demo, leader)
    assert before.rows[0].key == OPEN and before.rows[0].reasons[:1] == ("fast punkt",)
    assert "åben aftale" in before.rows[0].reasons and before.last_agreed[0].who == "Line Dam"
    # What came by itself can be left out this time; what is moved is put on the agenda by that.
    by_itself = [row.key for row in before.rows if not row.is_kept]
    assert len(by_itself) >= 2
    taken = press(demo, leader, f"out {by_itself[0]}")
    assert by_itself[0] not in [row.key for row in start(demo, leader, *taken.left_out).rows]
    press(demo, leader, f"up {by_itself[1]}", left_out=list(taken.left_out))
    after = start(demo, leader, *taken.left_out)
    assert after.rows[0].key == by_itself[1] and after.rows[0].is_kept
    assert agenda.focus_after({"name": f"up {by_itself[1]}"}, after) == f"down {by_itself[1]}"

    begun = press(demo, leader, "begin", left_out=[row.key for row in after.rows if not row.is_kept])
    number = re.search(r"/moede/(\d+)/1", begun.go)
    assert number is not None
    wall = screen_view(demo, leader, number[1], "1", BOARD, today=TODAY, timezone=ZONE, shared=list)
    place, step = next((n, one) for n, one in enumerate(wall.steps, start=1) if one.key == OPEN)
    assert [size for size, _ in step.finding.charts] == ["large", "middle", "handy"]
    assert step.agreed[0].told == "Line Dam · skulle være gjort 20. nov." and step.decision.due == "2026-12-07"
    assert len(step.finding.notes) <= 3 and 'class="qr"' in step.qr
    said = {"meeting": int(number[1]), "series": OPEN, "at": 7}
    told = {"today": TODAY, "now": NOW, "timezone": ZONE}
    refused = act(demo, leader, said | {"do": "decide", "what": "Ring til 010190-1234", "who": "Ib"}, BOARD, **told)
    assert (refused["ok"], refused["at"]) == (False, 7) and "010190" not in str(refused)
    assert not act(demo, leader, said | {"do": "decide", "what": "Ring op", "who": ""}, BOARD, **told)["ok"]
    assert not act(demo, leader, {"do": "noget", "meeting": "x"}, BOARD, **told)["ok"]
    decided = act(
        demo, leader, said | {"do": "decide", "what": "Ring op dagen efter", "who": "Ib", "due": "2026-12-07"},
        BOARD, **told,
    )  # fmt: skip
    assert decided["ok"] and [one.what for one in decided["closing"]] == ["Ring op dagen efter"]
    settled = act(demo, leader, said | {"do": "settle", "decision": step.agreed[0].id, "state": "done"}, BOARD, **told)
    assert settled["state"] == "done" and len(settled["settled"]) == 1
    notes = decisions.annotations(demo, leader, "GENINDL", "NOH")
    assert notes[-1].text.da == "Ring op dagen efter" and notes[-1].starts_on == TODAY
    assert act(demo, leader, said | {"do": "end"}, BOARD, **told)["go"].startswith(f"/tavlemoede/referat/{number[1]}")
    assert place <= len(wall.steps)

    view = minutes.minutes_view(demo, leader, number[1], BOARD, today=TODAY, timezone=ZONE)
    text = minutes_docx(view, address="https://tavle.example")
    written = Document(io.BytesIO(text))
    lines = "\n".join(paragraph.text for paragraph in written.paragraphs)
    assert "Ring op dagen efter · Ib · senest 7. dec." in lines and "DEMO" in lines
    assert "https://tavle.example/tavlemoede/referat/" in lines and written.core_properties.author == "Tavle"
    # It comes back: the next agenda has it, with what is agreed.
    assert "åben aftale" in next(row for row in start(demo, leader).rows if row.key == OPEN).reasons


def test_the_corridor_shows_no_people_no_decisions_and_nothing_small(demo: Store, leader: Viewer) -> None:
    view = corridor_view(demo, leader, BOARD, today=TODAY, since=None)
    assert view.steps[0].key == OPEN and len(view.steps) > 5
    shown = {tuple(step.key.split(" ")) for step in view.steps}
    stranger = load_viewer(demo, "evaluator@tavle.example", on=TODAY)
    hidden = observations.hidden_from(demo, stranger, {code for code, _unit in shown}, None, demo.small_number)
    assert hidden and not shown & {(code, unit) for code, unit, _period in hidden}
    drawn = str(wall_markup(view, "dark"))
    for words in ("Line Dam", "Rikke Piletofte", "Maja", "Aftalt", "tm__notes", "data-decide", "skjult"):
        assert words not in drawn, words
    assert 'data-rotate="20"' in drawn


def test_moving_what_is_not_on_the_agenda_changes_nothing(demo: Store, leader: Viewer) -> None:
    before = [(row.key, row.is_kept) for row in start(demo, leader).rows]
    for name in ("up GENINDL SVS", "down X Y", "up", "up 1"):
        assert press(demo, leader, name).words == ""
    assert [(row.key, row.is_kept) for row in start(demo, leader).rows] == before


def test_both_sectors_read_a_pathway_and_its_months_stand_under_one_another(demo: Store, leader: Viewer) -> None:
    here = pathway.pathway_view(demo, leader, "AELDRE", BOARD, today=TODAY)
    assert [step.sight for step in here.steps].count(Sight.SERIES) == 6
    assert [step.is_own for step in here.steps] == [False, True, True, False, False, False, True]
    wide = [dict(step.charts)["wide"] for step in here.steps if step.charts]
    axes = {re.search(r'd="(M44\.0) [\d.]+H[\d.]+"', one)[1] for one in wide}  # type: ignore[index]
    marks = {tuple(re.findall(r'd="M([\d.]+) [\d.]+L[\d.]+ [\d.]+"[^>]*stroke-dasharray="2,3"', one)) for one in wide}
    assert len(axes) == 1 and len(marks) == 1 and len(next(iter(marks))) == len(here.notes) > 1

    municipality = load_viewer(demo, "kommune@tavle.example", on=TODAY)
    there = pathway.pathway_view(demo, municipality, "AELDRE", Selection(unit="219"), today=TODAY)
    assert [step.sight for step in there.steps] == [step.sight for step in here.steps]
    assert [step.is_own for step in there.steps] == [True, False, False, True, True, False, False]
    # What the hospital's board meetings agreed on is the hospital's own.
    assert len(there.notes) < len(here.notes) and not any("DEMO" in note.text for note in there.notes)
    assert there.steps[1].href == "" and here.steps[1].href.startswith("/indikator/LIGGETID")
    with use_language("en"):
        evaluator = load_viewer(demo, "evaluator@tavle.example", on=TODAY)
        seen = pathway.pathway_view(demo, evaluator, "AELDRE", Selection(unit="219"), today=TODAY)
    blocked = [step for step in seen.steps if step.sight is Sight.NO_ACCESS]
    assert blocked and not any(step.value or step.series or step.owner or step.charts for step in blocked)


def test_decisions_are_read_by_nobody_who_only_studies_the_unit(demo: Store) -> None:
    evaluator = load_viewer(demo, "evaluator@tavle.example", on=TODAY)
    unit = next(one for one in ("219", "NOH") if evaluator.may_see(one))
    with pytest.raises(Exception, match="Agenda and minutes"):
        meetings.listed(demo, evaluator, unit)


def test_a_pathway_is_shaped_by_buttons_that_keep_their_names(demo: Store, leader: Viewer) -> None:
    def press(name: str, **values: str) -> pathway.Done:
        return pathway.press(demo, leader, {"name": name, "values": values}, BOARD, "AELDRE", now=NOW)

    def view() -> pathway.PathwayView:
        return pathway.pathway_view(demo, leader, "AELDRE", BOARD, today=TODAY)

    before = view()
    assert press("add", **{"add-name": "Æblekassen & <b>", "add-sector": "hospital", "add-unit": "NOH"}).focus
    made = view().steps[-1]
    assert (made.name, made.is_own, made.owner) == ("Æblekassen & <b>", True, "Maja Havreled")
    assert any(one.value == "GENINDL" for one in made.choices)
    saved = {f"name-{made.id}": "Udskrivning", f"series-{made.id}": "GENINDL", f"owner-{made.id}": "Line Dam"}
    assert press(f"series {made.id}", **saved).words == "Trinnet er gemt."
    assert not press(f"up {made.id}").is_refused
    now = view().steps[-2]
    assert (now.id, now.name, now.owner, now.icons != "") == (made.id, "Udskrivning", "Line Dam", True)
    drawn = str(pathway_page._pathway(view(), {}, None))
    for name in (f'name="up-{made.id}"', f'name="down-{made.id}"', f'data-press="remove {made.id}"'):
        assert name in drawn
    others = next(step for step in before.steps if not step.is_own and not step.is_open)
    assert f'data-press="remove {others.id}"' not in drawn and f'data-press="up {others.id}"' in drawn
    for name in (f"remove {others.id}", f"rename {others.id}", f"series {others.id}", f"leave {others.id}"):
        assert press(name, **{f"name-{others.id}": "Mit"}).is_refused
    for name in ("up x", "up 99999999999999999999", "remove", "add", "up -1001", "nonsense 1"):
        assert press(name, **{"add-name": "Nyt", "add-sector": "rummet"}).is_refused, name
    assert press("name", **{"pathway-name": "Ring 010190-1234"}).is_refused and view().title == before.title
    assert press(f"remove {made.id}").words == "Trinnet er fjernet."
    assert [step.id for step in view().steps] == [step.id for step in before.steps]

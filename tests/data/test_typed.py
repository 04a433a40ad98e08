"""What people type: nothing invisible is kept, and no text makes a file that cannot be opened."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date, datetime
from xml.etree import ElementTree

import pytest
from docx import Document

from dashboards.exports.forms import FORMS, write_series
from dashboards.exports.minutes import minutes_docx
from dashboards.presenters.exported import Origin, series_sheet
from dashboards.presenters.indicator import NoteRow
from dashboards.presenters.minutes import minutes_view
from dashboards.selection import Selection
from data import cpr, decisions, meetings, pathways
from data.access import SYSTEM, Role
from data.errors import Refused
from data.meetings import Treated, Why
from data.queries import decisions as decided
from data.queries.decisions import AnnotationKind
from data.states import recalculate
from data.typed import on_one_line, written
from indicators.words import Words

TODAY, NOW = date(2026, 11, 23), datetime(2026, 11, 23, 8, 0)
ZONE = "Europe/Copenhagen"
BELL = "før\x07\x0b\x1f\x00\ufffe efter"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (BELL, "før efter"),
        ("halv \ud800", "halv"),
        ("\u202egpj.exe", "gpj.exe"),
        ("\u200b\u2060\ufeff", ""),
        ("et\r\nto\rtre", "et\nto\ntre"),
        ("👩🏽\u200d⚕️ æøå =1+1 <b>", "👩🏽\u200d⚕️ æøå =1+1 <b>"),
    ],
)
def test_what_no_keyboard_writes_is_not_kept_and_everything_else_is(text: str, kept: str) -> None:
    assert written(text) == kept
    assert on_one_line(text) == kept.replace("\n", " ")


@pytest.mark.parametrize("text", ["010190\n1234", "Pt. 010190-\r\n1234"])
def test_a_number_that_runs_over_a_line_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(Refused) as refused:
        cpr.refuse(text)
    assert "1234" not in str(refused.value)


def test_notes_decisions_and_names_are_kept_without_it(world) -> None:
    world.follow("SCREEN", "H1-A", date(2024, 1, 1))
    world.deliver_months("SCREEN", "H1-A", date(2024, 1, 1), *[60 + month % 3 for month in range(24)])
    world.store.write(lambda it: recalculate(it, [("SCREEN", "H1-A")], today=TODAY, now=NOW))
    leader = world.viewer(Role.LEADER, "H1")
    note = {"kind": AnnotationKind.COMMENT, "starts_on": date(2025, 3, 1), "now": NOW}
    decisions.annotate(world.store, leader, "SCREEN", "H1-A", text=BELL, **note)
    with pytest.raises(Refused, match="Write what happened"):
        decisions.annotate(world.store, leader, "SCREEN", "H1-A", text="\u200b \u202e", **note)
    (kept,) = decided.annotations(world.store, leader, "SCREEN", "H1-A")
    assert kept.text.da == "før efter"
    change = decisions.LineChange(world.store, leader, "SCREEN", "H1-A", reason=BELL, today=TODAY, now=NOW)
    change.begin_phase(date(2025, 1, 1), name=BELL)
    (phase,) = decided.phases(world.store, leader, "SCREEN", "H1-A")
    assert (phase.name, phase.reason) == ("før efter", "før efter")
    series = [Treated("SCREEN", "H1-A", Why.PICKED, Words("Tilfældig", "Random"))]
    number = meetings.begin(world.store, leader, "H1", series, now=NOW)
    said = {"what": BELL, "who": "Ida\x07", "due_on": None, "today": TODAY, "now": NOW}
    made = meetings.decide(world.store, leader, number, "SCREEN", "H1-A", **said)
    assert (made.what, made.who) == ("før efter", "Ida")
    assert pathways._called(f"Trin\x07 {BELL}", pathways.NO_NAME) == "Trin før efter"


def test_texts_that_were_kept_before_make_files_that_open(world) -> None:
    world.follow("SCREEN", "H1-A", date(2024, 1, 1))
    world.deliver_months("SCREEN", "H1-A", date(2024, 1, 1), *[60 + month % 3 for month in range(24)])
    world.store.write(lambda it: recalculate(it, [("SCREEN", "H1-A")], today=TODAY, now=NOW))
    origin = Origin.of(world.store, now=NOW, timezone=ZONE)
    sheet = series_sheet(world.store, SYSTEM, "SCREEN", Selection(unit="H1-A"), today=TODAY, origin=origin)
    old = NoteRow("A", "i dag", BELL, "Note", BELL, "")
    spoilt = replace(sheet, view=replace(sheet.view, notes=(old,), explanation=replace(
        sheet.view.explanation, title=f"Fund {BELL}", alt=BELL)))  # fmt: skip
    for code in FORMS:
        content = write_series(code, spoilt)
        if code == "svg":
            assert "Fund før efter" in ElementTree.fromstring(content)[0].text
        if code == "html":
            assert not set(map(chr, range(9))) & set(content.decode())
        if code in ("xlsx", "pptx"):
            files = zipfile.ZipFile(io.BytesIO(content))
            assert all(ElementTree.fromstring(files.read(name)) is not None for name in files.namelist()
                       if name.endswith((".xml", ".rels")))  # fmt: skip
    leader = world.viewer(Role.LEADER, "H1")
    series = [Treated("SCREEN", "H1-A", Why.PICKED, Words("Tilfældig", "Random"))]
    number = meetings.begin(world.store, leader, "H1", series, now=NOW)
    meetings.decide(
        world.store, leader, number, "SCREEN", "H1-A", what="Ring", who="Ida", due_on=None, today=TODAY, now=NOW
    )
    view = minutes_view(
        world.store, leader, str(number), Selection(unit="H1"), today=TODAY, timezone="Europe/Copenhagen"
    )
    decision = replace(view.series[0].decision, what=BELL)
    content = minutes_docx(
        replace(view, series=(replace(view.series[0], decision=decision),)), address="https://tavle.example"
    )
    assert any("før efter" in one.text for one in Document(io.BytesIO(content)).paragraphs)

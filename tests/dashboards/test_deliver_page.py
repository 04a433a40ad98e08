"""Indberet: what the page says about a delivery, and that it says nothing it should not."""

from __future__ import annotations

import base64
import csv
import io
import threading
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter
from dash import Dash, html
from markupsafe import Markup
from python_calamine import CalamineWorkbook
from sqlalchemy import insert

from dashboards.components.controls import Choice, FileDrop
from dashboards.components.delivery import CheckedFile
from dashboards.components.markup import Html
from dashboards.pages.deliver import Ids, exists, register_callbacks, steps
from dashboards.presenters import deliver, deliver_start, deliver_typing
from dashboards.presenters.background_jobs import Failed, Job, Jobs, State
from dashboards.presenters.deliver import FILE, GRID, PASTE, CheckView
from dashboards.presenters.receipts import list_view
from dashboards.selection import Selection
from dashboards.text import use_language
from data.access import NotAllowed
from data.drafts import load
from data.schema import series
from etl.limits import Limits
from indicators.words import Words

TODAY, NOW = date(2026, 11, 23), datetime(2026, 11, 23, 8, 0)
HEAD = "indikator;enhed;periode;tæller;nævner;kommentar\n"
GOOD = HEAD + "HAI-CDI;NOH;2026-10;3;9000;\nHAI-CDI;HGH;2026-10;4;12000;\n"


def file_of(text: str | bytes, name: str = "levering.csv") -> dict[str, Any]:
    content = text if isinstance(text, bytes) else text.encode()
    return {"name": name, "size": len(content), "at": 1, "content": base64.b64encode(content).decode()}


def cell(
    period: str, numerator: str, denominator: str, indicator: str = "HAI-CDI", unit: str = "NOH"
) -> dict[str, str]:
    return {
        "indicator": indicator, "unit": unit, "period": period, "numerator": numerator, "denominator": denominator,
        "value": "",
    }  # fmt: skip


class Desk:
    """The page without a browser: what would be posted goes in, what would be shown comes out."""

    def __init__(self, store: Any, team: Any) -> None:
        self.store, self.team, self.jobs = store, team, Jobs[deliver.Checked]()

    def source(self, way: str = FILE, **held: Any) -> deliver.Source:
        found = deliver.source_of(
            way, held.get("file"), held.get("pasted"), held.get("typed"), held.get("state"), held.get("of", "")
        )
        assert found is not None
        return found

    def check(self, text: Any = GOOD, *, limits: Limits | None = None, status: str = "", **state: Any) -> CheckView:
        source = self.source(file=file_of(text), state={"of": "fil-1", **state})
        return self.view(self.job(source, limits), status=status)

    def job(self, source: deliver.Source, limits: Limits | None = None) -> Job[deliver.Checked]:
        job = deliver.start_check(self.jobs, self.store, self.team, source, today=TODAY, limits=limits or Limits())
        assert job is not None and job.wait(20)
        return job

    def view(self, job: Job[deliver.Checked], **chosen: Any) -> CheckView:
        options = deliver.choices(self.store, self.team, today=TODAY)
        return deliver.view_of(
            job, self.store, self.team, timezone="Europe/Copenhagen", today=TODAY, options=options, **chosen
        )

    def commit(self, source: deliver.Source, note: str = "") -> CheckView:
        job = deliver.start_commit(
            self.jobs, self.store, self.team, source, today=TODAY, now=NOW, limits=Limits(), note=note
        )
        assert job is not None and job.wait(20)
        return self.view(job)


@pytest.fixture
def desk(store, viewer_for) -> Desk:
    return Desk(store, viewer_for("quality_team", "1084"))


# ------------------------------------------------------------------------------------------------- a file


def test_a_good_file_can_be_committed_and_says_how_it_was_read(desk: Desk) -> None:
    view = desk.check()
    assert (view.state, view.can_commit, view.button, view.at) == ("checked", True, "Indsend 2 rækker", "commit")
    assert "Læst som semikolon" in view.markup
    assert view.markup.count('class="is-ny"') == 2
    assert view.lines["file"] == "2 rækker læst"


def test_an_error_blocks_the_whole_file_and_can_be_mended_where_it_stands(desk: Desk) -> None:
    text = HEAD + "HAI-CDI;NOH;2026-10;3;9000;\nHAI-CDI;NOH;2026-09;x3;9000;\n"
    view = desk.check(text)
    assert (view.can_commit, view.at, view.why) == (False, "check", "Ret 1 fejl, før I kan indsende.")
    assert "Række 3, kolonne »tæller«" in view.markup
    assert view.markup.index("is-fejl") < view.markup.index("is-ny")
    assert 'data-row="3" data-part="numerator"' in view.markup and 'aria-invalid="true"' in view.markup

    mended = desk.check(text, cells=[[3, "numerator", "3"]])
    assert (mended.can_commit, mended.button) == (True, "Indsend 2 rækker")
    assert "Rettet her: tæller: 3" in mended.markup and 'data-do="forget"' in mended.markup

    without = desk.check(text, left_out=[3])
    assert (without.can_commit, without.button) == (True, "Indsend 1 række")
    assert "Tag række 3 med igen" in without.markup


def test_mends_to_another_file_and_nonsense_from_a_browser_change_nothing(desk: Desk) -> None:
    stale = {"of": "fil-2", "cells": [[2, "numerator", "77"]]}
    assert not desk.source(file=file_of(GOOD), state=stale).edits
    odd = {"of": "fil-1", "cells": [["2", "numerator", "7"], [2], 3], "left_out": ["x", True, -1], "confirmed": [[1]]}
    source = desk.source(file=file_of(GOOD), state=odd | {"read_as": {"delimiter": "tab", "evil": "x"}})
    assert not source.edits
    assert source.read_as.delimiter == "\t"


def test_rows_can_be_looked_at_by_status_and_a_status_that_is_gone_shows_all(desk: Desk) -> None:
    text = HEAD + "HAI-CDI;NOH;2026-10;3;9000;\nHAI-CDI;NOH;2026-09;x3;9000;\n"
    only = desk.check(text, status="error")
    assert "is-fejl" in only.markup and 'class="is-ny"' not in only.markup
    assert 'class="is-ny"' in desk.check(GOOD, status="error").markup


def test_how_a_file_is_read_can_be_changed_and_missing_columns_chosen(desk: Desk) -> None:
    text = "Dato;Tæller;Nævner\n01-10-2026;3;9000\n"
    assert desk.check(text).state == "refused"
    assert 'data-default="indicator"' in desk.check(text).markup
    view = desk.check(text, defaults={"indicator": "HAI-CDI", "unit": "NOH"})
    assert (view.state, view.can_commit) == ("checked", True)
    wrong = desk.check(GOOD, read_as={"delimiter": ","})
    assert wrong.state == "refused"


def workbook(*sheets: tuple[str, list[list[str]]]) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    for name, rows in sheets:
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    book.close()
    return file.getvalue()


def test_the_sheet_of_a_workbook_is_chosen_among_its_sheets(desk: Desk) -> None:
    october = [["indikator", "enhed", "periode", "tæller", "nævner"], ["HAI-CDI", "NOH", "2026-10", "3", "9000"]]
    book = workbook(("Forside", [["Til mødet", "i dag"], ["se næste", "ark"]]), ("<Oktober>", october))
    view = desk.check(book)
    assert view.can_commit and "ark »&lt;Oktober&gt;«" in view.markup
    cover = desk.check(book, read_as={"sheet": "Forside"})
    assert cover.state == "refused"  # and the way back is in the list
    for page in (view, cover):
        assert '<option value="Forside"' in page.markup and '<option value="&lt;Oktober&gt;"' in page.markup
    assert 'data-read="sheet"' not in desk.check(workbook(("Ark1", october))).markup, "nothing to choose"
    personal = desk.check(workbook(("010190" + "1234", october), ("Oktober", october)))
    assert personal.state == "stopped" and "010190" not in personal.markup


def test_text_from_the_file_is_escaped_everywhere(desk: Desk) -> None:
    hostile = '<img src=x onerror="alert(1)">'
    source = desk.source(
        file=file_of(HEAD + f"{hostile};{hostile};{hostile};{hostile};9000;{hostile}\n", f"{hostile}.csv")
    )
    view = desk.view(desk.job(source))
    assert "<img" not in view.markup + view.effect
    assert "&lt;img" in view.markup


def test_a_cpr_number_stops_the_file_and_is_in_no_part_of_the_answer(desk: Desk) -> None:
    number = "0101901234"
    for file in (
        file_of(HEAD + f"HAI-CDI;NOH;2026-10;3;9000;{number}\n"),
        file_of(HEAD + "HAI-CDI;NOH;2026-10;3;9000;\n", name=f"{number}.csv"),
        file_of(HEAD + f"{number};NOH;2026-10;3;9000;\n"),
    ):
        source = desk.source(file=file)
        job = desk.job(source)
        view = desk.view(job)
        assert (view.state, view.can_commit) == ("stopped", False)
        assert number not in str(view)
        assert "Intet er gemt" in view.markup
        assert job.answer is not None
        name, content = deliver.remarks(source, job.answer.report, Limits())
        assert (name, number.encode() in content) == ("fund.csv", False)


def test_a_cpr_number_typed_as_a_mend_stops_the_file(desk: Desk) -> None:
    view = desk.check(GOOD, cells=[[2, "note", "010190-1234"]])
    assert view.state == "stopped"
    assert "010190" not in str(view)


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02" * 200, b"PK\x03\x04" + b"\x00" * 300, b"a;b\n1;2\n"])
def test_what_is_no_delivery_is_refused_in_words(desk: Desk, content: bytes) -> None:
    view = desk.check(content)
    assert (view.state, view.can_commit, view.lines["file"]) == ("refused", False, "afvist")
    assert 'role="alert"' in view.markup
    assert "Intet er gemt" in view.markup


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ({"name": "stor.csv", "size": 200_000_000, "problem": "too_large"}, "200,0 MB"),
        ({"name": "x.csv", "size": 1, "problem": "unreadable"}, "Filen kunne ikke læses"),
        ({"name": "x.csv", "size": 1, "content": "ikke base64 %%"}, "Filen kunne ikke læses"),
        ({"name": "x.csv", "size": "stor"}, "Filen kunne ikke læses"),
    ],
)
def test_a_file_that_never_came_is_told_as_that(desk: Desk, file: dict[str, Any], words: str) -> None:
    source = desk.source(file=file)
    view = deliver.unread_view(source, Limits())
    assert (view.state, words in view.markup) == ("refused", True)
    assert deliver.start_check(desk.jobs, desk.store, desk.team, source, today=TODAY, limits=Limits()) is None


def test_a_template_that_was_not_filled_in_has_nothing_to_hand_in(desk: Desk) -> None:
    view = desk.check(HEAD + "HAI-CDI;NOH;2026-10;;;\n")
    assert (view.can_commit, view.why_more) == (False, "Ingen række har nye tal.")


def test_the_limit_holds_on_the_server_too(desk: Desk) -> None:
    assert desk.check(limits=Limits(max_bytes=20)).state == "refused"


def test_the_file_comes_back_with_remarks(desk: Desk) -> None:
    source = desk.source(file=file_of(HEAD + "HAI-CDI;NOH;2026-09;x3;9000;\n", "sep tal.csv"))
    job = desk.job(source)
    assert job.answer is not None
    name, content = deliver.remarks(source, job.answer.report, Limits())
    assert name == "sep tal-bemærkninger.xlsx"
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    texts = [str(one) for row in sheet.to_python() for one in row]
    assert any("»x3« er ikke et tal" in text for text in texts)


# ------------------------------------------------------------------------------------------- effect and commit


def test_the_effect_stands_beside_the_rows_and_waits_for_what_is_wrong(desk: Desk) -> None:
    view = desk.check(HEAD + "HAI-CDI;NOH;2026-10;3;9000;\nHAI-UTI;NOH;2026-10;x3;9000;\n")
    assert "Effekt, når I indsender" in view.effect
    assert "skifter fra ingen tal til for få tal" in view.effect
    assert "beregnes efter rettelsen" in view.effect
    assert view.lines["effect"] == "1 signal skifter"


def test_committing_gives_a_receipt_that_can_be_undone_once(desk: Desk) -> None:
    source = desk.source(file=file_of(GOOD))
    view = desk.commit(source, "første gang")
    assert (view.state, view.at) == ("delivered", "done")
    assert "Leveringen er modtaget" in view.markup
    assert 'href="/indikator/HAI-CDI?v=1&amp;enhed=NOH"' in view.markup
    again = desk.check(GOOD)
    assert (again.can_commit, again.why) == (False, "Der er intet nyt i filen.")
    number = view.lines["commit"].removeprefix("kvittering ")
    undone = deliver.undo(desk.store, desk.team, number, today=TODAY, now=NOW)
    assert (undone.state, "er fortrudt" in undone.markup) == ("undone", True)
    assert desk.check(GOOD).can_commit
    late = deliver.undo(desk.store, desk.team, "T-2026-999999", today=TODAY, now=NOW)
    assert "Leveringen kunne ikke fortrydes" in late.markup


def test_an_error_found_at_the_commit_is_shown_as_at_the_check(desk: Desk) -> None:
    view = desk.commit(desk.source(file=file_of(HEAD + "HAI-CDI;NOH;2026-09;x3;9000;\n")))
    assert (view.state, view.can_commit) == ("checked", False)


# ------------------------------------------------------------------------------------------- paste and typing


def test_what_was_copied_from_excel_goes_the_same_way(desk: Desk) -> None:
    source = desk.source(PASTE, pasted={"text": GOOD.replace(";", "\t"), "at": 4})
    view = desk.view(desk.job(source))
    assert (view.can_commit, view.of) == (True, "indsaet-4")
    assert "tabulator" in view.markup
    done = desk.commit(source)
    assert done.lines["file"] == "2 rækker læst"
    (row,) = list_view(desk.store, desk.team, Selection(show="indsat"), today=TODAY, timezone="UTC").rows
    assert row.how == "indsat fra Excel"
    assert not list_view(desk.store, desk.team, Selection(show="fil"), today=TODAY, timezone="UTC").rows


def test_typed_cells_are_checked_as_they_were_typed_and_findings_go_back_to_their_cell(desk: Desk) -> None:
    cells = [cell("2026-10-01", "3", "9.000,5"), cell("2026-09-01", "x3", "9000"), cell("2026-08-01", " 4 ", "9000")]
    source = desk.source(GRID, typed={"of": "a", "cells": cells}, of="a")
    assert source.content is not None
    written = list(csv.reader(io.StringIO(source.content.decode()), delimiter=";"))
    assert written[1] == ["HAI-CDI", "NOH", "2026-10-01", "3", "9.000,5", ""]
    view = desk.view(desk.job(source))
    found = view.findings["HAI-CDI|NOH|2026-09-01"]
    assert [(one["field"], one["is_error"]) for one in found] == [("numerator", True)]
    assert "data-part" not in view.markup, "a typed figure is mended where it was typed"
    assert deliver.source_of(GRID, None, None, {"of": "a", "cells": cells}, None, "b") is None


def test_a_typed_delivery_keeps_its_origin_and_ends_the_draft(desk: Desk) -> None:
    typed = {"of": "a", "cells": [cell("2026-10-01", "3", "9000"), cell("2026-09-01", "2", "")]}
    told = deliver_typing.keep_draft(desk.store, desk.team, typed, "NOH", now=NOW)
    assert told.startswith("Kladden er gemt: 2 felter.")
    view = deliver_typing.typing_view(desk.store, desk.team, "NOH", today=TODAY)
    assert view.drafts["HAI-CDI|NOH|2026-10-01|numerator"] == "3"

    done = {"of": "a", "cells": typed["cells"][:1]}
    assert desk.commit(desk.source(GRID, typed=done, of="a")).state == "delivered"
    assert [one.period_start for one in load(desk.store, desk.team, {"NOH"})] == [date(2026, 9, 1)]
    after = deliver_typing.typing_view(desk.store, desk.team, "NOH", today=TODAY)
    assert after.of != view.of
    with desk.store.read() as connection:
        assert connection.exec_driver_sql("SELECT max(origin) FROM delivery").scalar() == "grid"

    assert deliver_typing.keep_draft(desk.store, desk.team, {"cells": []}, "NOH", now=NOW)
    assert load(desk.store, desk.team, {"NOH"}) == []


def test_a_draft_takes_no_personal_number_and_says_so(desk: Desk) -> None:
    typed = {"cells": [cell("2026-10-01", "0101901234", "5"), cell("uge 3", "1", "2")]}
    assert "CPR" in deliver_typing.keep_draft(desk.store, desk.team, typed, "NOH", now=NOW)
    assert load(desk.store, desk.team, {"NOH"}) == []


def test_figures_stand_in_the_grid_as_one_would_type_them(desk: Desk) -> None:
    with use_language("en"):
        assert deliver_typing.as_typed(72.5) == "72.5"
    assert [deliver_typing.as_typed(one) for one in (1234567.0, 0.25, float("nan"))] == ["1234567", "0,25", ""]


# ------------------------------------------------------------------------------------------- what takes its time


def test_a_long_check_shows_how_far_it_is_and_is_stopped_by_the_next(desk: Desk) -> None:
    jobs, told, may_go_on = desk.jobs, threading.Event(), threading.Event()
    source = desk.source(file=file_of(GOOD))

    def slow(job: Job[deliver.Checked]) -> deliver.Checked:
        job.tell(Words("Sammenligner", "Comparing"), 0.4)
        told.set()
        may_go_on.wait(5)
        job.tell(Words("Videre", "On"), 0.5)
        raise AssertionError("a check that nobody waits for went on")

    job = jobs.start(desk.team.account_id, slow, about=source.without_content)
    assert told.wait(5)
    view = desk.view(job)
    assert (view.state, view.is_waiting, view.job) == ("running", True, job.id)
    assert "Sammenligner" in view.markup and "40 %" in view.markup and 'data-do="cancel"' in view.markup
    desk.job(source)
    may_go_on.set()
    assert job.wait(5)
    assert (job.state, job.fault, jobs.get(job.id, desk.team.account_id)) == (State.STOPPED, None, None)


def test_what_breaks_beside_the_request_is_told_with_its_reference(desk: Desk) -> None:
    def broken(job: Job[deliver.Checked]) -> deliver.Checked:
        raise ZeroDivisionError

    jobs = Jobs[deliver.Checked](report=lambda error: "TV-1")
    job = jobs.start(desk.team.account_id, broken, about=desk.source(file=file_of(GOOD)).without_content)
    assert job.wait(5)
    with pytest.raises(Failed, match="TV-1"):
        desk.view(job)


# ------------------------------------------------------------------------------------------- before anything is chosen


def test_only_who_delivers_sees_the_page(store, viewer_for) -> None:
    assert exists(store, viewer_for("quality_team", "NOH"), {}, Selection())
    assert exists(store, viewer_for("administrator"), {}, Selection())
    for role, unit in (("leader", "NOH"), ("evaluator", None)):
        with pytest.raises(NotAllowed):
            exists(store, viewer_for(role, unit), {}, Selection())


def test_the_start_says_what_is_missing_and_shows_an_example(store, viewer_for) -> None:
    team = viewer_for("quality_team", "NOH")
    given = {"today": TODAY, "deadline_day": 10, "timezone": "Europe/Copenhagen"}
    view = deliver_start.start_view(store, team, Selection(unit="NOH", show="tast"), **given)
    assert (view.unit, view.heading, view.way) == ("NOH", "Indberet", "tast")
    assert view.example.splitlines()[0] == "indikator;enhed;periode;tæller;nævner"
    with use_language("en"):
        english = deliver_start.start_view(store, team, Selection(unit="NOH", show="x"), **given)
    assert english.example.splitlines()[0] == "indicator;unit;period;numerator;denominator"
    assert english.way == "fil"


def test_a_month_is_marked_as_complete_beside_what_is_missing_and_on_the_receipt(desk: Desk) -> None:
    rows = [
        {"indicator_code": code, "unit_code": "NOH", "starts_on": date(2026, 9, 1), "ends_on": None, "owner": "Ida"}
        for code in ("HAI-CDI", "HAI-BAC")
    ]
    desk.store.write(lambda connection: connection.execute(insert(series), rows))
    given = {"today": TODAY, "deadline_day": 10, "timezone": "Europe/Copenhagen"}
    start = deliver_start.start_view(desk.store, desk.team, Selection(unit="NOH"), **given)
    assert "Markér september 2026 som komplet" in start.missing
    assert 'data-value="NOH|2026-09-01"' in start.missing and start.missing.count("<ul") == 1

    def declare(day: str, reason: str) -> CheckView:
        return deliver.complete(desk.store, desk.team, f"NOH|{day}", reason, today=TODAY, now=NOW)

    refused = declare("2026-09-01", " ")
    assert "Skriv en begrundelse." in refused.markup and "<details" in refused.markup and " open>" in refused.markup
    assert "Der mangler ikke længere tal" in declare("2026-08-01", "ferie").markup, "an old page says so"
    done = declare("2026-09-01", "afdelingen var lukket")
    assert "September 2026 er markeret som komplet: 2 målinger er meldt uden tal." in done.markup
    view = deliver_typing.typing_view(desk.store, desk.team, "NOH", today=TODAY)
    assert view.cells["HAI-CDI|NOH|2026-09-01"] == {"state": "no_figures"}

    october = desk.source(file=file_of(HEAD + "HAI-CDI;NOH;2026-10;3;9000;\n"))
    receipt = desk.commit(october).markup
    assert "Markér oktober 2026 som komplet" in receipt and "har ingen tal for 1 måling:" in receipt
    assert declare("2026-10-01", "ingen prøver").state == "delivered"
    assert not deliver_start.start_view(desk.store, desk.team, Selection(unit="NOH"), **given).missing_months


@pytest.mark.parametrize(
    ("months", "heading"),
    [
        ([], "Indberet"),
        ([(2026, 10)], "Indberet oktober 2026"),
        ([(2026, 9), (2026, 10)], "Indberet september og oktober 2026"),
        ([(2025, 12), (2026, 1)], "Indberet december 2025 og januar 2026"),
        ([(2026, 7), (2026, 8), (2026, 10)], "Indberet juli til oktober 2026"),
    ],
)
def test_the_heading_begins_at_the_oldest_missing_month(months: list[tuple[int, int]], heading: str) -> None:
    assert deliver_start.heading(tuple(date(year, month, 1) for year, month in months), []) == heading


def test_the_five_steps_say_where_one_is() -> None:
    def at(items: list[Any]) -> list[Any]:
        return [item.to_plotly_json()["props"].get("aria-current") for item in items]

    assert at(steps("check")) == [None, None, "step", None, None]
    assert [item.className for item in steps("file", {"file": "afvist"}, is_stopped=True)] == [
        "is-done", "is-stop", "", "", "",
    ]  # fmt: skip
    assert {item.className for item in steps("done")} == {"is-done"}


def test_html_takes_markup_only_and_controls_keep_their_words() -> None:
    for component in (lambda html: Html(html), lambda html: CheckedFile("r", html=html)):
        with pytest.raises(TypeError, match="Markup"):
            component("<b>tekst</b>")
        assert component(Markup("<b>tekst</b>")).html == "<b>tekst</b>"
    drop = FileDrop(id="d", button="Vælg fil", label="eller", hint="CSV", limit=5)
    assert (drop.button, drop.limit) == ("Vælg fil", 5)
    assert Choice(id="c", label="Enhed", options=[{"value": "", "label": "–"}]).value == ""


def test_an_answer_about_a_job_that_is_not_the_page_s_own_makes_the_page_look_again_or_clears_it(
    ask_page: Callable[[str | None, str | None], dict[str, Any]],
) -> None:
    assert ask_page("new", "new") == {}
    again = ask_page("old", "new")
    assert again == {"deliver-look": {"disabled": False}}
    cleared = ask_page("old", None)
    assert cleared["deliver-commit-button"]["disabled"] is True
    assert cleared["deliver-result"]["of"] == ""
    assert cleared["deliver-look"] == {"disabled": True}


@pytest.fixture
def ask_page() -> Callable[[str | None, str | None], dict[str, Any]]:
    """What the page is told when an answer about `shown` has landed on it and `job` is its own."""
    app = Dash("deliver", suppress_callback_exceptions=True)
    app.layout = html.Div()
    register_callbacks(app)
    client = app.server.test_client()
    client.get("/_dash-dependencies")
    ((key, made),) = [
        (name, one) for name, one in app.callback_map.items() if [part["id"] for part in one["inputs"]] == [Ids.SHOWN]
    ]
    parts = [one.rsplit(".", 1) for one in key.strip(".").split("...")]

    def call(shown: str | None, job: str | None) -> dict[str, Any]:
        body = {
            "output": key,
            "outputs": [{"id": name, "property": what} for name, what in parts],
            "inputs": [{**made["inputs"][0], "value": shown}],
            "state": [{**made["state"][0], "value": job}],
            "changedPropIds": [f"{Ids.SHOWN}.data"],
        }
        answer = client.post("/_dash-update-component", json=body)
        assert answer.status_code in (200, 204), answer.text
        found: dict[str, Any] = answer.get_json()["response"] if answer.status_code == 200 else {}
        return found

    return call

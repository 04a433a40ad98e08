"""Indberet: what the page says about a file, and that it says nothing it should not."""

from __future__ import annotations

import base64
from datetime import date, datetime
from typing import Any

import pytest
from markupsafe import Markup

from dashboards.components.controls import Choice, FileDrop
from dashboards.components.markup import Html
from dashboards.figures.delivery_grid import MOST_ROWS, delivery_grid
from dashboards.pages.deliver import exists, steps
from dashboards.presenters import deliver
from dashboards.selection import Selection
from dashboards.text import use_language
from data.access import NotAllowed
from etl.limits import Limits
from etl.report import CheckedRow, Figures, Finding, RowStatus, Severity
from indicators.words import Words

TODAY = date(2026, 11, 23)
HEAD = "indikator;enhed;periode;tæller;nævner;kommentar\n"


def file_of(text: str | bytes, name: str = "levering.csv") -> dict[str, Any]:
    content = text if isinstance(text, bytes) else text.encode()
    return {"name": name, "size": len(content), "content": base64.b64encode(content).decode()}


@pytest.fixture
def check(store, viewer_for):
    team = viewer_for("quality_team", "1084")

    def run(file: dict[str, Any], **more: Any) -> deliver.CheckView:
        arguments = {"today": TODAY, "limits": Limits(), "defaults": None, "decimal": None} | more
        return deliver.check_file(store, team, file, **arguments)

    return run


def test_a_good_file_can_be_committed_and_says_how_it_was_read(check) -> None:
    view = check(file_of(HEAD + "HAI-CDI;NOH;2026-10;3;9000;\nHAI-CDI;HGH;2026-10;4;12000;\n"))
    assert (view.state, view.can_commit, view.button) == ("checked", True, "Indsend 2 rækker")
    assert "Læst som semikolon" in view.markup
    assert view.markup.count("is-ny") == 2


def test_an_error_blocks_the_whole_file_and_stands_in_its_row(check) -> None:
    view = check(file_of(HEAD + "HAI-CDI;NOH;2026-10;3;9000;\nHAI-CDI;NOH;2026-09;x3;9000;\n"))
    assert (view.state, view.can_commit) == ("checked", False)
    assert "Række 3, kolonne »tæller«" in view.markup
    assert view.markup.index("is-fejl") < view.markup.index("is-ny")


def test_text_from_the_file_is_escaped_everywhere(check) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    name = f"{hostile}.csv"
    view = check(file_of(HEAD + f"{hostile};{hostile};{hostile};{hostile};9000;{hostile}\n", name))
    assert "<img" not in view.markup
    assert "&lt;img" in view.markup


def test_a_cpr_number_stops_the_file_and_is_in_no_part_of_the_answer(check) -> None:
    number = "0101901234"
    for file in (
        file_of(HEAD + f"HAI-CDI;NOH;2026-10;3;9000;{number}\n"),
        file_of(HEAD + "HAI-CDI;NOH;2026-10;3;9000;\n", name=f"{number}.csv"),
        file_of(HEAD + f"{number};NOH;2026-10;3;9000;\n"),
    ):
        view = check(file)
        assert (view.state, view.can_commit) == ("stopped", False)
        assert number not in str(view)
        assert "Intet er gemt" in view.markup


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02" * 200, b"PK\x03\x04" + b"\x00" * 300, b"a;b\n1;2\n", b"\xff\xfe"]
)
def test_what_is_no_delivery_is_refused_in_words(check, content: bytes) -> None:
    view = check(file_of(content))
    assert (view.state, view.can_commit, view.step_note) == ("refused", False, "afvist")
    assert 'role="alert"' in view.markup
    assert "Intet er gemt" in view.markup


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ({"name": "stor.csv", "size": 200_000_000, "problem": "too_large"}, "200,0 MB"),
        ({"name": "x.csv", "size": 1, "problem": "unreadable"}, "Filen kunne ikke læses"),
        ({"name": "x.csv", "size": 1, "content": "ikke base64 %%"}, "Filen kunne ikke læses"),
        ({"name": "x.csv", "size": 1}, "Filen kunne ikke læses"),
    ],
)
def test_a_file_that_never_came_is_told_as_that(check, file: dict[str, Any], words: str) -> None:
    view = check(file)
    assert view.state == "refused"
    assert words in view.markup


def test_the_limit_holds_on_the_server_too(check) -> None:
    view = check(file_of(HEAD + "HAI-CDI;NOH;2026-10;3;9000;\n"), limits=Limits(max_bytes=20))
    assert (view.state, view.can_commit) == ("refused", False)


def test_committing_gives_a_receipt_and_a_second_time_nothing_new(store, viewer_for, check) -> None:
    file = file_of(HEAD + "HAI-CDI;NOH;2026-10;3;9000;\n")
    team = viewer_for("quality_team", "1084")
    arguments = {
        "today": TODAY, "now": datetime(2026, 11, 23, 8, 0), "limits": Limits(), "note": "", "defaults": None,
        "decimal": None, "timezone": "Europe/Copenhagen",
    }  # fmt: skip
    view = deliver.deliver_file(store, team, file, **arguments)
    assert view.state == "delivered"
    assert "Leveringen er modtaget" in view.markup
    assert 'href="/indikator/HAI-CDI?v=1&amp;enhed=NOH"' in view.markup
    again = check(file)
    assert (again.can_commit, again.why) == (False, "Der er intet nyt i filen.")


def test_choices_stand_in_for_columns_the_file_lacks(check) -> None:
    text = "Dato;Tæller;Nævner\n01-10-2026;3;9000\n"
    assert check(file_of(text)).state == "refused"
    view = check(file_of(text), defaults=deliver.defaults_of("HAI-CDI", "NOH"))
    assert (view.state, view.can_commit) == ("checked", True)
    assert deliver.defaults_of("", None) is None


def test_only_who_delivers_sees_the_page(store, viewer_for) -> None:
    assert exists(store, viewer_for("quality_team", "NOH"), {}, Selection())
    assert exists(store, viewer_for("administrator"), {}, Selection())
    for role, unit in (("leader", "NOH"), ("evaluator", None)):
        with pytest.raises(NotAllowed):
            exists(store, viewer_for(role, unit), {}, Selection())


def test_the_start_says_what_is_missing_and_shows_an_example(store, viewer_for) -> None:
    team = viewer_for("quality_team", "NOH")
    view = deliver.start_view(store, team, today=TODAY, deadline_day=10, timezone="Europe/Copenhagen")
    assert view.lead == "I mangler ingen måneder. Alle ventede tal er indberettet."
    assert [option["value"] for option in view.unit_options] == ["NOH"]
    assert {"HAI-BAC", "HAI-CDI", "HAI-UTI"} <= {option["value"] for option in view.indicator_options}
    assert view.example.splitlines()[0] == "indikator;enhed;periode;tæller;nævner"
    with use_language("en"):
        english = deliver.start_view(store, team, today=TODAY, deadline_day=10, timezone="Europe/Copenhagen")
    assert english.example.splitlines()[0] == "indicator;unit;period;numerator;denominator"


def test_the_steps_say_where_one_is() -> None:
    assert [item.to_plotly_json()["props"].get("aria-current") for item in steps("checked")] == [None, "step", None]
    assert [item.className for item in steps("stopped", "afvist")] == ["is-stop", "", ""]
    assert [item.className for item in steps("delivered", "modtaget")] == ["is-done", "is-done", "is-done"]


def test_a_very_long_file_is_counted_rather_than_drawn() -> None:
    row = CheckedRow(2, RowStatus.NEW, "A", "B", TODAY, 1.0, 2.0, None, None, "")
    grid = delivery_grid([row] * (MOST_ROWS + 3), [])
    assert grid.count("<tr class=") == MOST_ROWS
    assert "3 rækker mere" in grid


def test_stored_and_new_values_stand_side_by_side() -> None:
    row = CheckedRow(
        8, RowStatus.CHANGED, "A", "B", date(2026, 8, 1), 37.0, 50.0, None, Figures(36.0, 50.0), "", per=100, decimals=1
    )
    finding = Finding(
        "x", Severity.WARNING, 8, "tæller", "37", Words("passer det?", "is it right?"), Words("ret", "mend")
    )
    grid = delivery_grid([row], [finding])
    assert "74,0\u202f%" in grid
    assert "72,0\u202f%" in grid
    assert "Række 8, kolonne »tæller«: passer det?" in grid


def test_html_takes_markup_only_and_controls_keep_their_words() -> None:
    with pytest.raises(TypeError, match="Markup"):
        Html("<b>tekst</b>")  # type: ignore[arg-type]
    assert Html(Markup("<b>tekst</b>")).html == "<b>tekst</b>"
    drop = FileDrop(id="d", button="Vælg fil", label="eller", hint="CSV", limit=5)
    assert (drop.button, drop.limit) == ("Vælg fil", 5)
    assert Choice(id="c", label="Enhed", options=[{"value": "", "label": "–"}]).value == ""

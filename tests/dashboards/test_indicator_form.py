"""The form of a definition: what it reads, says beside each field and does when pressed, and what a checker sees."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from markupsafe import Markup

from dashboards.components.form import Form
from dashboards.pages.indicator_about import page_parts
from dashboards.pages.indicator_library import page_markup
from dashboards.presenters import indicator_edit, indicator_library
from dashboards.presenters.indicator_edit import Answer, number_in, read_values
from dashboards.selection import Selection
from dashboards.text import use_language
from data.access import NotAllowed, Viewer
from data.definition_file import write_definition
from data.queries import definitions as asked
from data.queries.definitions import ProposalState
from data.store import Store
from indicators.chart_choice import KindOfData
from indicators.definition_content import DefinitionContent
from indicators.words import Words

TODAY, NOW = date(2026, 11, 22), datetime(2026, 11, 22, 9, 0)
CPR = "010190" + "-1234"
FILLED = {
    "name_da": "Smertevurdering inden for 1 time", "code": "", "kind": "share", "kind_drawn": "share",
    "definition_da": "Andel af indlagte med smerter, der er vurderet inden for 1 time.",
    "numerator_da": "Indlagte med smerter, vurderet inden for 1 time",
    "denominator_da": "Indlagte med smerter i måneden",
    "per": "100", "unit_of_measure_da": "%", "decimals": "0", "minimum": "0", "maximum": "100", "direction": "up",
    "role": "process", "goal": "3", "goal_drawn": "3", "contributes_to": "", "n_targets": "1",
    "targets_1_comparison": ">=", "targets_1_value": "90", "targets_1_valid_from": "2026-12-01",
    "expected_n": "60", "expected_level": "70", "hoped_level": "85", "chart": "run", "profile": "anhoej",
    "period": "month", "open_periods": "0", "unit": "NOH", "units_drawn": "NOH", "followers": "NOH",
    "owner": "Kvalitet", "review_on": "2027-11-01", "valid_from": "2026-10-01",
}  # fmt: skip


@pytest.fixture
def author(viewer_for: Callable[..., Viewer]) -> Viewer:
    return viewer_for("quality_team", "NOH", account_id=7)


@pytest.fixture
def press(store: Store, author: Viewer) -> Callable[..., Answer]:
    def run(button: str, values: dict[str, Any], proposal_id: int | None = None, viewer: Viewer = author) -> Answer:
        return indicator_edit.press(store, viewer, button, values, "", proposal_id, today=TODAY, now=NOW)

    return run


def test_numbers_are_read_as_the_page_s_language_writes_them() -> None:
    assert [number_in(text) for text in ("1.000", "2,5", "70 %", "1 000", "0.4", "")] == [
        1000,
        2.5,
        70,
        1000,
        0.4,
        None,
    ]
    with use_language("en"):
        assert [number_in(text) for text in ("1,000", "2.5", "1,000.5")] == [1000, 2.5, 1000.5]
    for text in ("ti", "1.2.3", "--1", "1e5", "9" * 20):
        with pytest.raises(ValueError):
            number_in(text)


def test_what_cannot_be_read_stays_in_its_field_with_the_reason_and_nothing_is_kept(
    store: Store, author: Viewer, press: Callable[..., Answer]
) -> None:
    read = read_values(FILLED | {"per": "ti", "review_on": "i morgen", "role": "chef"}, DefinitionContent())
    assert set(read.problems) == {"per", "review_on", "role"}
    answer = press("save", FILLED | {"per": "ti"})
    assert "ikke et tal" in answer.notes["per"]["html"] and answer.notes["per"]["bad"] and answer.focus == "per"
    assert "Intet er gemt" in answer.message
    assert asked.library(store, author, today=TODAY)[-1].proposal is None


def test_a_kind_of_figures_brings_what_follows_from_it_and_keeps_what_was_written() -> None:
    first = read_values({"kind": "share", "kind_drawn": ""}, DefinitionContent()).content
    assert (first.per, first.unit_of_measure.da, first.maximum) == (100, "%", 100)
    own = {"kind": "rate", "kind_drawn": "share", "per": "100", "unit_of_measure_da": "pr. 100 besøg", "decimals": "1"}
    second = read_values(own, first).content
    assert (second.kind, second.per, second.unit_of_measure.da) == (KindOfData.RATE, 1000, "pr. 100 besøg")


def test_the_form_draws_every_field_with_a_label_and_ties_its_remarks_to_it(store: Store, author: Viewer) -> None:
    sheet = indicator_edit.open_sheet(store, author, "", today=TODAY)
    content = read_values(FILLED, sheet.content).content
    drawn = indicator_edit.form_markup(store, author, indicator_edit.Sheet(content, 2), today=TODAY)
    ids = set(re.findall(r'id="([^"]+)"', drawn))
    for name, described in re.findall(
        r'<(?:input|select|textarea)[^>]* id="f-([^"]+)"[^>]*aria-describedby="([^"]+)"', drawn
    ):
        assert f'for="f-{name}"' in drawn
        assert set(described.split()) <= ids, name
    answer = indicator_edit.look(
        store, author, indicator_edit.Sheet(DefinitionContent(unit_code="NOH"), 1), today=TODAY
    )
    places = set(re.findall(r'data-notes="([^"]+)"', drawn)) | {"expected_n", "denominator_da"}
    assert set(answer.notes) <= places
    assert Form(id="x", html=drawn).to_plotly_json()["type"] == "Form"
    with pytest.raises(TypeError):
        Form(id="x", html="<p>")  # type: ignore[arg-type]


def test_remarks_come_for_the_fields_the_writer_has_been_in(store: Store, author: Viewer) -> None:
    values = {"name_da": "Smerte", "kind_drawn": "", "units_drawn": "NOH", "goal_drawn": "", "unit": "NOH"}
    seen = frozenset(("name_da", "definition_da"))
    answer = indicator_edit.left_field(store, author, values, "", None, today=TODAY, seen=seen)
    assert set(answer.notes) == {"definition_da"}
    assert answer.html is not None and 'value="SMERTE"' in answer.html  # a code is proposed with the name
    every = indicator_edit.left_field(store, author, values, "", None, today=TODAY)
    assert {"direction", "role", "kind"} <= set(every.notes)
    assert "mangler, før den kan sendes" in every.side


def test_buttons_add_and_drop_targets_and_take_the_suggested_chart(press: Callable[..., Answer]) -> None:
    more = press("add_target", FILLED)
    assert more.html is not None and 'name="targets_2_value"' in more.html and more.focus == "targets_2_comparison"
    less = press("drop_target_1", FILLED)
    assert less.html is not None and "targets_1_value" not in less.html
    chart = press("use_chart_p", FILLED)
    assert chart.html is not None and re.search(r'value="p" selected', chart.html)
    everybody = press("all_units", FILLED)
    assert everybody.html is not None and "checked" in everybody.html


def test_from_form_to_force_with_a_second_person(
    store: Store, author: Viewer, press: Callable[..., Answer], viewer_for: Callable[..., Viewer]
) -> None:
    sent = press("send", FILLED)
    assert sent.href == "/indikatorer/SMERTEVURD/om?v=1&vis=sendt"
    checker = viewer_for("administrator", account_id=9)
    view = indicator_library.about_view(store, checker, Selection(), "SMERTEVURD", today=TODAY, timezone="UTC")
    shown = page_parts(view)
    assert view.may_check and 'data-press="approve"' in shown and "Smertevurdering" in shown
    own = indicator_library.about_view(store, author, Selection(), "SMERTEVURD", today=TODAY, timezone="UTC")
    assert not own.may_check and own.may_reopen and 'data-press="approve"' not in page_parts(own)

    assert view.proposal is not None
    seen = view.proposal.changed_at.isoformat()
    arguments = ("SMERTEVURD", view.proposal.id, seen)
    refused = indicator_library.press(store, author, "approve", *arguments, "", today=TODAY, now=NOW)
    assert refused.kind == "error" and "en anden" in refused.text
    empty = indicator_library.press(store, checker, "return", *arguments, "", today=TODAY, now=NOW)
    assert empty.kind == "error" and "Skriv" in empty.text
    done = indicator_library.press(store, checker, "approve", *arguments, "Fint", today=TODAY, now=NOW)
    assert done.href == "/indikatorer/SMERTEVURD/om?v=1&vis=godkendt"

    listed = indicator_library.library_view(store, author, Selection(show="mine"), today=TODAY)
    (row,) = [one for one in listed.rows if one.code == "SMERTEVURD"]
    assert (row.state, row.version, row.action) == ("I kraft", "1", "Ret")
    assert "/indikator/SMERTEVURD?" in row.chart_href and "SMERTEVURD" in page_markup(listed)


def test_a_later_version_shows_what_would_change_and_that_a_break_is_drawn(
    store: Store, author: Viewer, press: Callable[..., Answer], viewer_for: Callable[..., Viewer]
) -> None:
    checker = viewer_for("administrator", account_id=9)
    press("send", FILLED)
    (waiting,) = asked.waiting_for(store, checker)
    indicator_library.press(
        store, checker, "approve", "SMERTEVURD", waiting.id, waiting.changed_at.isoformat(), "", today=TODAY, now=NOW
    )
    values = FILLED | {
        "numerator_da": "Indlagte med smerter, vurderet inden for 30 minutter",
        "valid_from": "2026-12-01",
        # What the form was drawn with from what is in force.
        "from_NOH": "2026-10-01",
        "targets_1_text_da": "Mindst 90 %",
        "targets_1_text_en": "At least 90%",
    }
    answer = indicator_edit.press(store, author, "send", values, "SMERTEVURD", None, today=TODAY, now=NOW)
    assert answer.href is not None, answer.message
    view = indicator_library.about_view(store, checker, Selection(), "SMERTEVURD", today=TODAY, timezone="UTC")
    shown = page_parts(view)
    assert {one.label for one in view.differences} == {"Tæller", "Gælder fra"}, view.differences
    assert view.draws_break and "30 minutter" in shown and "tegnes et databrud" in shown
    with use_language("en"):
        english = page_parts(
            indicator_library.about_view(store, checker, Selection(), "SMERTEVURD", today=TODAY, timezone="UTC")
        )
    assert "What would change" in english and "Numerator" in english


def test_errors_keep_the_draft_and_a_cpr_number_keeps_nothing(
    store: Store, author: Viewer, press: Callable[..., Answer]
) -> None:
    personal = press("save", FILLED | {"note_da": f"Ring {CPR}"})
    assert personal.proposal_id is None and CPR not in f"{personal.notes}{personal.message}{personal.side}"
    assert "CPR" in personal.message
    kept = press("send", FILLED | {"direction": ""})
    assert kept.proposal_id is not None and "gemt, men ikke sendt" in kept.message and kept.notes["direction"]["bad"]
    assert asked.proposal(store, author, kept.proposal_id).state is ProposalState.DRAFT
    again = press("send", FILLED, kept.proposal_id)
    assert again.href is not None and asked.proposal(store, author, kept.proposal_id).state is ProposalState.PROPOSED


def test_a_file_fills_the_form_and_keeps_nothing(store: Store, author: Viewer) -> None:
    content = read_values(FILLED, DefinitionContent()).content.but(code="FRAFIL", unit_code="HGH")
    file = {"name": "a.yaml", "content": base64.b64encode(write_definition(content).encode()).decode()}
    answer, read = indicator_edit.from_file(store, author, file, today=TODAY)
    assert read is not None and (read.code, read.unit_code, read.followers) == ("FRAFIL", "NOH", ())
    assert "Enheden i filen er ikke din" in answer.message and "Intet er gemt endnu" in answer.message
    assert asked.live_proposal(store, author, "FRAFIL") is None
    wrong = {"content": base64.b64encode(b"numeratr: x\n").decode()}
    refused, nothing = indicator_edit.from_file(store, author, wrong, today=TODAY)
    assert nothing is None and "Mente I »numerator«?" in refused.message


def test_text_a_person_wrote_is_escaped_everywhere(store: Store, author: Viewer, press: Callable[..., Answer]) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    answer = press("add_target", FILLED | {"name_da": hostile, "denominator_da": hostile, "owner": hostile})
    assert hostile not in f"{answer.html}{answer.side}" and "&lt;img" in str(answer.html)
    press("send", FILLED | {"name_da": hostile, "code": "ONDT", "direction": ""})
    view = indicator_library.about_view(store, author, Selection(), "ONDT", today=TODAY, timezone="UTC")
    shown = page_parts(view) + page_markup(
        indicator_library.library_view(store, author, Selection(show="forslag"), today=TODAY)
    )
    assert hostile not in shown and "&lt;img" in shown and isinstance(shown, Markup)


def test_the_form_is_for_those_who_deliver_and_not_for_what_came_with_tavle(
    store: Store, author: Viewer, viewer_for: Callable[..., Viewer]
) -> None:
    for viewer, code in ((viewer_for("leader", "NOH"), ""), (author, "HAI-BAC"), (author, "NM1-01")):
        with pytest.raises(NotAllowed):
            indicator_edit.open_sheet(store, viewer, code, today=TODAY)


def test_half_written_words_are_read_in_danish_on_the_english_page(store: Store, author: Viewer) -> None:
    content = read_values(FILLED, DefinitionContent()).content.but(note=Words("Kun hverdage", ""))
    with use_language("en"):
        answer = indicator_edit.look(store, author, indicator_edit.Sheet(content, 1), today=TODAY)
    assert "As the leader will read it" in answer.side and "Kun hverdage" in answer.side
    assert "The English text is missing." in answer.notes["name_en"]["html"]

"""The page of one measure by keyboard alone: a note on a point, a phase with a reason."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visitor

Visit = Callable[..., Visitor]


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_leader_writes_a_note_on_a_month_by_keyboard_alone(visit: Visit) -> None:
    leader = visit("leder")
    page = leader.page
    leader.open("/indikator/MEDAFST?v=1&enhed=NOH-KIR")
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    chart = page.get_by_role("application", name=re.compile("Diagram"))
    chart.focus()
    press(page, "End", "ArrowLeft", "Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text("September 2026")
    expect(dialog.get_by_role("button", name="Skriv note")).to_be_focused()
    press(page, "Enter")
    text = dialog.get_by_label("Hvad skete der?")
    expect(text).to_be_focused()
    expect(dialog.get_by_label("Dato", exact=True)).to_have_value("2026-09-01")
    # A number that could be a person is refused where it was typed, and what was typed stays.
    page.keyboard.type("Aftalt med 010190-1234")
    press_save(page)
    expect(dialog.get_by_role("alert")).to_contain_text("CPR-nummer")
    text.focus()
    press(page, "Control+A")
    page.keyboard.type("Ny lommeguide til forvagten")
    press_save(page)
    said = page.get_by_role("status").filter(has_text="Noten er gemt.")
    expect(said).to_be_focused()
    expect(dialog).to_be_hidden()
    notes = page.get_by_role("listitem").filter(has_text="Ny lommeguide til forvagten")
    expect(notes).to_contain_text(re.compile(r"sep\. 2026.*tilføjet senere, 23\. november 2026", re.S))
    press(page, "Tab")
    expect(said.get_by_role("button", name="Fortryd")).to_be_focused()
    press(page, "Enter")
    expect(page.get_by_role("status").filter(has_text="Noten er fjernet.")).to_be_focused()
    expect(notes).to_have_count(0)


def press_save(page: Page) -> None:
    """To the button by Tab alone, as far as it takes."""
    for _step in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.press") is not None:
            page.keyboard.press("Enter")
            return
    raise AssertionError("the button is not reached by Tab")


def test_a_phase_is_tried_on_the_chart_given_a_reason_and_withdrawn_again(visit: Visit) -> None:
    leader = visit("leder")
    page = leader.page
    leader.open("/indikator/TRYKSAAR?v=1&enhed=NOH-MED")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("Bekymrende")
    page.get_by_role("button", name="Ny fase …").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Fasen begynder")).to_have_value("2025-10-01")
    expect(dialog).to_contain_text("Niveauet ser ud til at have skiftet")
    expect(dialog).to_contain_text("ikke til at skjule en tilbagegang")
    expect(dialog.get_by_role("img", name=re.compile("Sådan bliver diagrammet: Tilfældig variation"))).to_be_visible()
    dialog.get_by_role("button", name="Begynd fasen").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Skriv en begrundelse")
    dialog.get_by_label("Fasen begynder").select_option("2026-07-01")
    expect(dialog).to_contain_text("har kun 4 lukkede punkter")
    dialog.get_by_label("Navn på fasen").fill("Ny registrering")
    dialog.get_by_label(re.compile("Begrundelse")).fill("Tryksår tælles nu ved hudtjek hver dag")
    dialog.get_by_role("button", name="Begynd fasen").click()
    expect(page.get_by_role("status").filter(has_text="Fasen er begyndt.")).to_be_focused()
    expect(heading).to_contain_text("For få data")
    expect(page.get_by_text("Tryksår tælles nu ved hudtjek hver dag").first).to_be_visible()
    page.get_by_role("button", name="Træk fasen Ny registrering tilbage").click()
    dialog.get_by_label("Begrundelse").fill("Det var ikke en ny registrering")
    dialog.get_by_role("button", name="Træk fasen tilbage").click()
    expect(heading).to_contain_text("Bekymrende")
    page.get_by_text("Alle ændringer af faser og punkter").click()
    expect(page.get_by_role("listitem").filter(has_text="Det var ikke en ny registrering")).to_be_visible()

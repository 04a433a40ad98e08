"""A board meeting held by keyboard: three series, a decision, the minutes, and the decision at the next meeting."""

from __future__ import annotations

from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visitor

Visit = Callable[..., Visitor]
WHAT = "Ring til alle udskrevne inden for to dage"


def begin(page: Page) -> None:
    """Start the meeting from its page, by keyboard."""
    page.get_by_role("button", name="Start mødet").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".tm")).to_be_visible()
    expect(page.locator("[data-progress]")).to_contain_text("1 af 3")


def test_a_meeting_of_three_series_is_run_by_keyboard_and_its_decision_comes_back(visit: Visit) -> None:
    leader = visit("leder", at="/tavlemoede?v=1&enhed=NOH")
    page = leader.page
    rows = page.locator(".mt__row")
    # Three series: the standing item with its open decision, and two more; the rest is left out this time.
    while rows.count() > 3:
        n_rows = rows.count()
        button = rows.last.locator("[data-press^='out '], [data-press^='off ']")
        button.focus()
        page.keyboard.press("Enter")
        expect(rows).to_have_count(n_rows - 1)
    expect(rows).to_have_count(3)
    begin(page)

    faults = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [one["id"] for one in faults if one["impact"] in {"serious", "critical"}] == []

    # What was agreed last time: done, said by keyboard.
    step = page.locator(".tm__step:not([hidden])")
    expect(step.get_by_role("heading", level=1)).to_be_visible()
    done = step.get_by_role("button", name="Gjort", exact=True)
    done.focus()
    page.keyboard.press("Enter")
    expect(done).to_have_attribute("aria-pressed", "true")

    # The one decision; letters and arrows typed into its field are letters, and the keys of the meeting only outside.
    page.keyboard.press("b")
    expect(step.get_by_label("Hvad", exact=True)).to_be_focused()
    page.keyboard.type(WHAT)
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-progress]")).to_contain_text("1 af 3")
    page.keyboard.press("Tab")
    page.keyboard.type("Line Dam")
    # The network is gone: it is said, and what was written is stored when it is back.
    leader.context.set_offline(True)
    page.keyboard.press("Enter")
    expect(page.locator(".tm__msg")).to_contain_text("Ikke gemt")
    leader.context.set_offline(False)
    expect(step.locator(".tm__said")).to_have_text("Gemt som note på diagrammet.")
    expect(page.locator(".tm__msg")).to_be_hidden()
    page.keyboard.press("Escape")

    for progress in ("2 af 3", "3 af 3", "Afslutning"):
        page.keyboard.press("ArrowRight")
        expect(page.locator("[data-progress]")).to_contain_text(progress)
    expect(page.locator("[data-closing]")).to_contain_text(WHAT)
    page.get_by_role("button", name="Afslut mødet").focus()
    page.keyboard.press("Enter")

    page.wait_for_url("**/tavlemoede/referat/**")
    page.emulate_media(media="print")
    expect(page.get_by_text(WHAT)).to_be_visible()
    expect(page.get_by_text("Line Dam · senest 7. dec.")).to_be_visible()
    expect(page.get_by_text("Fra tidligere møder")).to_be_visible()
    expect(page.get_by_role("button", name="Udskriv")).to_be_hidden()
    page.emulate_media(media="screen")

    # It stands as a note on the chart, and comes back at the next meeting.
    leader.open("/indikator/GENINDL?v=1&enhed=NOH")
    expect(page.get_by_text(WHAT).first).to_be_visible()
    leader.open("/tavlemoede?v=1&enhed=NOH")
    expect(page.locator(".mt__side")).to_contain_text(WHAT)
    expect(rows.first).to_contain_text("åben aftale")

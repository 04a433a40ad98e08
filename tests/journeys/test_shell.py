"""The frame in a real browser: focus, address, theme, a session that runs out while one reads, no JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Route, expect

from data.demo import DEMO_SIGN_INS
from tests.journeys.conftest import PHONE, Board, Visitor

Visit = Callable[..., Visitor]
SERIES = "/indikator/MEDAFST?v=1&enhed=NOH-KIR"


def _sign_in_form(visitor: Visitor) -> None:
    visitor.page.get_by_label("E-mail").fill("leder@tavle.example")
    visitor.page.locator("input[type=password]").fill(DEMO_SIGN_INS["leder@tavle.example"].password)
    visitor.page.locator("form button[type=submit]").first.click()


def test_a_session_that_runs_out_while_one_reads_brings_one_back_to_the_choice_just_made(visit: Visit) -> None:
    leader = visit("leder")
    leader.open(SERIES)
    # What the page asks for by itself must be answered first: refused, it would lead away before the choice.
    leader.page.wait_for_load_state("networkidle")
    leader.context.clear_cookies()
    leader.page.get_by_role("combobox", name="Periode").select_option("60")  # asked by a script, answered 401
    leader.page.wait_for_url("**/log-ind?next=**")
    expect(leader.page.get_by_text("Du kommer tilbage til den side, du var på.")).to_be_visible()
    _sign_in_form(leader)
    leader.page.wait_for_url("**/indikator/MEDAFST?**")
    assert "enhed=NOH-KIR" in leader.page.url and "periode=60" in leader.page.url


def test_a_link_inside_moves_focus_to_the_new_heading_and_back_restores_the_choice(visit: Visit) -> None:
    leader = visit("leder")
    page = leader.page
    leader.open(SERIES)
    page.evaluate("window.stayed = true")
    period = page.get_by_role("combobox", name="Periode")
    period.focus()
    period.select_option("24")
    page.wait_for_url("**periode=24**")
    leader.settled()
    expect(period).to_be_focused()  # a changed choice leaves focus where it is
    page.get_by_role("navigation", name="Hovedmenu").get_by_role("link", name="Nationale mål").click()
    page.wait_for_url("**/maal?**periode=24**")
    expect(page).to_have_title(re.compile("Nationale mål · Tavle · DEMO"))
    expect(page.locator("main h1")).to_be_focused()
    page.go_back()
    expect(period).to_have_value("24")
    assert page.evaluate("window.stayed"), "the page was loaded anew"


def test_the_theme_button_cycles_is_remembered_and_repaints_the_chart(visit: Visit) -> None:
    leader = visit("leder")
    page = leader.page
    leader.open(SERIES)
    button = page.locator("a[data-theme-switch]").locator("visible=true")
    seen = []
    for _step in range(4):
        button.click()
        seen.append(page.evaluate("document.documentElement.dataset.theme || 'auto'"))
    assert seen == ["light", "dark", "contrast", "auto"]
    button.click()
    button.click()
    page.reload()
    leader.settled()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert "mørkt" in (button.get_attribute("aria-label") or "")


def test_the_machines_dark_theme_is_followed_until_one_chooses(visit: Visit) -> None:
    leader = visit("leder", theme="dark", at="/")
    assert leader.page.locator("html").get_attribute("data-theme") is None
    assert leader.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 29)"


def test_the_page_has_its_frame_and_final_rows_while_dash_starts(visit: Visit) -> None:
    leader = visit("leder")
    page = leader.page
    held: list[Route] = []
    page.route("**/_dash-update-component**", lambda route: held.append(route))
    page.goto(f"{leader.url}/")
    expect(page.locator("#skeleton")).to_be_visible()
    expect(page.get_by_role("navigation", name="Hovedmenu")).to_be_visible()
    assert page.locator("#skeleton tr").count() >= 8
    page.wait_for_timeout(300)
    for route in held:
        route.continue_()
    page.unroute("**/_dash-update-component**")
    expect(page.locator("main h1")).to_be_visible()
    assert page.locator("#skeleton").count() == 0


@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_the_account_menu_opens_by_keyboard_closes_on_escape_and_signs_out(visit: Visit, size: str) -> None:
    leader = visit("leder", viewport=PHONE if size == "phone" else None, by_form=True)
    page = leader.page
    menu = page.locator("details.menu summary")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Log ud")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Log ud")).not_to_be_visible()
    expect(menu).to_be_focused()
    menu.click()
    page.get_by_role("button", name="Log ud").click()
    page.wait_for_url("**/log-ind")
    page.go_back()
    page.wait_for_url("**/log-ind**")  # nothing was kept behind the back button


def test_signing_in_works_without_javascript_and_the_board_says_what_it_needs(board: Board, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, locale="da-DK")
    page = context.new_page()
    page.goto(f"{board.url}/maal")
    page.get_by_label("E-mail").fill("leder@tavle.example")
    page.locator("input[type=password]").fill(DEMO_SIGN_INS["leder@tavle.example"].password)
    page.locator("form button[type=submit]").first.click()
    assert page.url == f"{board.url}/maal"
    expect(page.get_by_role("heading", name="Tavle kræver JavaScript")).to_be_visible()
    context.close()


def test_a_style_or_a_script_slipped_into_the_page_is_refused(visit: Visit) -> None:
    """The policy at work: text that became HTML can neither run nor restyle the page."""
    leader = visit("leder", at="/")
    page = leader.page
    page.evaluate(
        """() => { const box = document.createElement('div');
                   box.innerHTML = '<style>body { outline: 7px solid red }</style><img src=x onerror="window.ran = 1">';
                   document.body.append(box); }"""
    )
    page.wait_for_timeout(300)
    assert page.evaluate("[window.ran, getComputedStyle(document.body).outlineWidth === '7px']") == [None, False]
    assert any("Content Security Policy" in fault for fault in leader.faults)
    leader.faults.clear()

"""What is on every page, by keyboard: find, the keys, a word explained, the tour of the demo, a lost connection."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, Visitor

Visit = Callable[..., Visitor]


def test_a_leader_finds_a_measure_the_keys_and_a_word_by_keyboard_alone(visit: Visit) -> None:
    leader = visit("leder", at="/maal")
    page = leader.page
    box = page.get_by_role("combobox", name="Find enhed, måling")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Tastaturgenveje")
    expect(keys).to_be_visible()
    single = page.get_by_role("checkbox", name="Genveje med én tast")
    single.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("?")  # switched off: the key does nothing any more
    page.keyboard.press("/")
    expect(keys).to_be_hidden()
    expect(box).to_be_hidden()
    page.keyboard.press("Control+k")
    expect(box).to_be_focused()
    page.keyboard.type("medicinafst kirugisk?")  # misspelt, and »?« is a letter like others here
    options = page.get_by_role("listbox", name="Fund").get_by_role("option")
    expect(options.first).to_contain_text("Kirurgisk Afdeling")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")  # round to the last one, and back
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/indikator/MEDAFST?v=1&enhed=NOH-KIR")
    page.keyboard.press("Control+k")
    page.keyboard.type("krydsninger")
    expect(options.first).to_contain_text("Ord")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ordliste#kryds")
    expect(page.locator("#kryds")).to_be_focused()


def test_the_tour_is_shown_once_and_a_lost_connection_is_said_in_words(visit: Visit) -> None:
    leader = visit("leder", viewport=PHONE)
    leader.context.clear_cookies(name="tavle_visit")
    leader.open("/")
    page = leader.page
    tour = page.get_by_role("region", name="Rundvisning")
    expect(tour).to_contain_text("1 / 4")
    page.get_by_role("button", name="Næste").press("Enter")
    expect(tour).to_contain_text("2 / 4")
    page.keyboard.press("Escape")
    expect(tour).to_have_count(0)
    page.route("**/_dash-update-component**", lambda route: route.abort())
    page.get_by_role("navigation", name="Hovedmenu").get_by_role("link", name="Nationale mål").click()
    expect(page.get_by_role("alert")).to_contain_text("Forbindelsen til Tavle er væk.")
    leader.faults.clear()  # the browser reports what was cut off
    page.unroute_all()
    leader.open("/")
    expect(page.get_by_role("region", name="Rundvisning")).to_have_count(0)

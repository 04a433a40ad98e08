"""The leader on Monday morning: what is new, is it real, what do I do?"""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, Board, Visitor

Visit = Callable[..., Visitor]


def test_a_leader_signs_in_reads_a_finding_and_finds_the_arithmetic(visit: Visit) -> None:
    leader = visit("leder", by_form=True)
    page = leader.page
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("signal|tilfældig", re.I))
    page.get_by_role("link", name=re.compile("Bekymrende")).locator("visible=true").first.click()
    page.wait_for_url("**/indikator/**")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bekymrende")
    for box in ("Hvad ser vi?", "Hvad betyder det?", "Hvad kan du gøre nu?"):
        expect(page.get_by_role("heading", name=box)).to_be_visible()
    why = page.locator("details", has_text="Hvorfor siger I det?")
    if why.get_attribute("open") is None:
        why.locator("summary").click()
    expect(why.get_by_text("Længste serie", exact=True)).to_be_visible()
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()


def test_the_chart_has_a_table_twin_with_the_same_latest_value(visit: Visit) -> None:
    leader = visit("leder")
    leader.open("/indikator/MEDAFST?v=1&enhed=NOH-KIR")
    leader.page.get_by_role("button", name="Vis som tabel").click()
    table = leader.page.get_by_role("table", name=re.compile("Medicinafstemning"))
    expect(table).to_be_visible()
    assert table.get_by_role("row").count() > 30


def test_plotly_offers_no_way_to_send_the_data_away(visit: Visit) -> None:
    """plotly.js 4 shows a button that hands the chart's data to an outside cloud unless it is told not to."""
    leader = visit("leder")
    page = leader.page
    leader.open("/indikator/MEDAFST?v=1&enhed=NOH-KIR")
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    page.locator(".js-plotly-plot").first.hover()
    page.wait_for_timeout(400)
    assert page.locator(".modebar-btn, [data-title*=hare], [data-title*=loud]").count() == 0
    told = page.evaluate(
        """() => { const graph = document.querySelector('.js-plotly-plot');
                   return [graph._context.showSendToCloud, graph._context.plotlyServerURL]; }"""
    )
    assert told == [False, ""]
    # And for a chart somebody adds later without a config of its own.
    later = page.evaluate(
        """async () => { const box = document.createElement('div'); document.body.append(box);
                         await Plotly.newPlot(box, [{y: [1, 2]}]);
                         const told = [box._context.showSendToCloud, box._context.plotlyServerURL];
                         box.remove(); return told; }"""
    )
    assert later == [False, ""]


def test_another_unit_in_the_address_gets_no_access_and_an_unknown_one_is_not_found(visit: Visit) -> None:
    leader = visit("leder")
    page = leader.page
    answer = page.goto(f"{leader.url}/indikator/MEDAFST?v=1&enhed=HGH")
    assert answer is not None and answer.status == 403
    expect(page.get_by_role("heading", level=1)).to_contain_text("ikke adgang")
    assert "indikator" not in page.locator("main").inner_text().lower() or page.locator(".js-plotly-plot").count() == 0
    answer = page.goto(f"{leader.url}/indikator/MEDAFST?v=1&enhed=FINDES-IKKE")
    assert answer is not None and answer.status == 404
    answer = page.goto(f"{leader.url}/indikator/FINDESIKKE?v=1&enhed=NOH-KIR")
    assert answer is not None and answer.status == 404
    answer = page.goto(f"{leader.url}/findes-ikke")
    assert answer is not None and answer.status == 404
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_after_an_expired_session_one_is_back_where_one_was(visit: Visit) -> None:
    leader = visit("leder")
    page = leader.page
    leader.open("/indikator/MEDAFST?v=1&enhed=NOH-KIR")
    page.goto("about:blank")  # an answer under way would bring the session back
    leader.context.clear_cookies(name=re.compile("session|remember"))
    page.goto(f"{leader.url}/indikator/MEDAFST?v=1&enhed=NOH-KIR&periode=24")
    page.wait_for_url("**/log-ind**")
    page.get_by_label("E-mail").fill("leder@tavle.example")
    page.locator("input[type=password]").fill(_password("leder"))
    page.locator("form button[type=submit]").first.click()
    page.wait_for_url("**/indikator/MEDAFST?**")
    assert "enhed=NOH-KIR" in page.url and "periode=24" in page.url


def test_the_choice_of_unit_is_in_the_address_and_survives_a_reload(visit: Visit) -> None:
    leader = visit("leder", at="/")
    page = leader.page
    page.locator("select[name=enhed]").first.select_option("NOH-MED")
    page.wait_for_url(re.compile("enhed=NOH-MED"))
    page.reload()
    leader.settled()
    expect(page.locator("select[name=enhed]").first).to_have_value("NOH-MED")


def test_english_is_chosen_by_the_browser_and_can_be_switched(visit: Visit) -> None:
    leader = visit("leder", language="en", at="/")
    page = leader.page
    assert page.locator("html").get_attribute("lang") == "en"
    expect(page.get_by_role("navigation").first).to_contain_text("National goals")
    page.get_by_role("link", name="Dansk").first.click()
    leader.settled()
    assert page.locator("html").get_attribute("lang") == "da"
    expect(page.get_by_role("navigation").first).to_contain_text("Nationale mål")


def test_arrow_keys_move_in_the_matrix_and_enter_opens_the_series(visit: Visit) -> None:
    leader = visit("leder", at="/")
    page = leader.page
    first = page.locator("table.mx td a.cell").first
    first.focus()
    before = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("ArrowRight")
    after = page.evaluate("document.activeElement.getAttribute('href')")
    assert after and after != before
    page.keyboard.press("Enter")
    page.wait_for_url("**/indikator/**")


def test_the_phone_shows_the_finding_without_sideways_scrolling(visit: Visit) -> None:
    leader = visit("leder", viewport=PHONE)
    page = leader.page
    for path in ("/", "/indikator/MEDAFST?v=1&enhed=NOH-KIR", "/maal", "/maal/5"):
        leader.open(path)
        page.wait_for_timeout(500)
        too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide <= 0, f"{path} is {too_wide} px too wide"


def test_every_page_says_that_the_figures_are_simulated(visit: Visit) -> None:
    leader = visit("leder")
    for path in ("/", "/indikator/MEDAFST?v=1&enhed=NOH-KIR", "/maal/1"):
        leader.open(path)
        assert leader.page.locator(".badge--demo").locator("visible=true").count() >= 1, path


def test_two_people_at_once_do_not_mix(visit: Visit, board: Board) -> None:
    leader, municipality = visit("leder"), visit("kommune")
    for _turn in range(3):
        leader.open("/")
        municipality.open("/")
        assert "Nordsjællands Hospital" in leader.page.locator(".ctxbar").inner_text()
        assert "Hillerød" in municipality.page.locator(".ctxbar").inner_text()
        assert "NOH" not in municipality.page.content().replace("NOHA", "")
    answer = municipality.page.goto(f"{board.url}/indikator/MEDAFST?v=1&enhed=NOH-KIR")
    assert answer is not None and answer.status == 403


def _password(who: str) -> str:
    from data.demo import DEMO_SIGN_INS

    return DEMO_SIGN_INS[f"{who}@tavle.example"].password

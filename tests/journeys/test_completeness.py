"""A month is missing: the leader asks for it; a wrong delivery is taken back and put in again."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.conftest import Board, Visitor

Visit = Callable[..., Visitor]


def test_a_reminder_goes_to_the_outbox_and_a_delivery_is_withdrawn_and_restored(visit: Visit, board: Board) -> None:
    leader = visit("leder", at="/indberet/komplethed")
    page = leader.page
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("enheder .* oktober"))
    page.get_by_role("link", name=re.compile("Ortopædkirurgisk Afdeling, okt. 2026: .* mangler")).click()
    expect(page.get_by_role("heading", level=2, name=re.compile("^Oktober 2026:"))).to_be_visible()
    page.get_by_role("button", name="Send 1 påmindelse").click()
    expect(page.get_by_text("1 påmindelse er lagt i udbakken.")).to_be_visible()
    (mail,) = (board.var / "outbox").glob("*-reminder.eml")
    assert "To: noh-ort@tavle.example" in mail.read_text("utf-8")

    team = visit("kvalitet", at="/indberet/kvitteringer/T-2026-000032")
    page = team.page
    page.get_by_role("button", name="Træk leveringen tilbage").click()
    expect(page.get_by_text("Skriv en begrundelse.")).to_be_visible()
    page.get_by_label("Begrundelse").fill("forkert fil")
    page.get_by_role("button", name="Træk leveringen tilbage").click()
    expect(page.get_by_role("status")).to_contain_text("trukket tilbage")
    page.get_by_label("Begrundelse").fill("den var rigtig")
    page.get_by_role("button", name="Læg leveringen ind igen").click()
    expect(page.get_by_role("status")).to_contain_text("lagt ind igen")
    expect(page.get_by_text("Lagt ind igen af Rikke Mosevænge: den var rigtig")).to_be_visible()


def test_a_month_is_marked_as_complete_with_a_reason(visit: Visit) -> None:
    page = visit("kvalitet", at="/indberet?v=1&enhed=RH-HJE").page
    page.get_by_text("Markér oktober 2026 som komplet").click()
    press = page.get_by_role("button", name="Markér som komplet")
    press.click()
    expect(page.get_by_text("Skriv en begrundelse.")).to_be_visible()
    page.get_by_label("Hvorfor er der ingen tal?").fill("Afsnittet var lukket")
    press.click()
    expect(page.get_by_text("Oktober 2026 er markeret som komplet: 1 måling er meldt uden tal.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Indberet")

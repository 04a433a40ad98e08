"""From the series page to a board pack whose charts can be edited."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect
from pptx import Presentation

from tests.journeys.conftest import Visitor

Visit = Callable[..., Visitor]


def test_a_board_pack_is_chosen_made_and_opened_with_native_charts(visit: Visit, tmp_path: Path) -> None:
    leader = visit("leder")
    page = leader.page
    leader.open("/indikator/MEDAFST?v=1&enhed=NOH-KIR")
    menu = page.locator("details.getmenu")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(menu.get_by_role("link", name=re.compile("PDF"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu.get_by_role("link", name=re.compile("PDF"))).to_be_hidden()
    page.keyboard.press("Enter")
    menu.get_by_role("link", name=re.compile("Tavlepakke")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tavlepakke")
    boxes = page.get_by_role("checkbox")
    expect(boxes.first).to_be_visible()
    for box in boxes.all():
        box.uncheck()
    page.get_by_role("button", name=re.compile("PowerPoint")).click()
    expect(page.get_by_role("status")).to_contain_text("Vælg mindst én måling")
    for box in boxes.all()[:2]:
        box.check()
    page.get_by_role("button", name=re.compile("PowerPoint")).click()
    link = page.get_by_role("status").get_by_role("link")
    expect(link).to_be_visible(timeout=20_000)
    with page.expect_download() as waiting:
        link.click()
    assert re.fullmatch(r"DEMO-tavlepakke-NOH-KIR-2-2026-11-23\.pptx", waiting.value.suggested_filename)
    waiting.value.save_as(tmp_path / "pakke.pptx")
    slides = Presentation(str(tmp_path / "pakke.pptx")).slides
    assert [any(shape.has_chart for shape in slide.shapes) for slide in slides] == [False, True, True]

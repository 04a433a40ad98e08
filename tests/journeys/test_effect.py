"""An evaluator chooses cohorts, waits for the fit, reads the verdict, and steps through the months by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.conftest import Visitor

Visit = Callable[..., Visitor]


def test_an_evaluator_chooses_cohorts_and_reads_the_verdict(visit: Visit) -> None:
    evaluator = visit("evaluator", at="/evaluering/effekt?v=1&maaling=AFLYST&hold=1.3.4")
    page = evaluator.page
    groups = page.get_by_role("group", name="Grupper, der indgår")
    groups.get_by_role("link", name=re.compile("Hold 1")).click()
    page.wait_for_url("**hold=3.4**")
    expect(groups.get_by_role("link", name="Hold 1 er ikke med")).to_be_visible()
    verdict = page.get_by_role("region", name=re.compile("Konsistent|Skrøbelig|Ikke påvist|Ikke identificeret"))
    expect(verdict).to_contain_text("Det ville ændre vurderingen:")
    expect(page.get_by_role("heading", level=1)).to_contain_text("»Aflyste operationer«")
    expect(page.get_by_role("button", name="Stop beregningen")).to_be_hidden()
    months = page.get_by_role("application", name=re.compile("Effekt måned for måned, Alle"))
    months.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".ev-said")).to_contain_text("Startmåneden")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".ev-said")).to_contain_text("1 måned efter start")
    table = page.get_by_role("table", name="En række pr. analyse")
    expect(table.get_by_role("row").last).to_contain_text("ikke gyldig her")
    page.get_by_label("Udelad før start").select_option("3")
    page.wait_for_url("**udelad=3**")
    expect(page.get_by_text("De sidste 3 måneder før start er udeladt.")).to_be_visible()

"""An evaluator chooses cohorts, reads the verdict, steps through the months by keyboard, and takes the report home."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Route, expect

from tests.journeys.conftest import Visitor

Visit = Callable[..., Visitor]

ASK = "**/_dash-update-component**"
LOOK = "effect-look"


def test_an_evaluator_chooses_cohorts_and_reads_the_verdict(visit: Visit) -> None:
    evaluator = visit("evaluator", at=None)
    page = evaluator.page
    late: list[Route] = []

    def hold_back_the_first_look(route: Route) -> None:
        if not late and LOOK in (route.request.post_data or ""):
            late.append(route)
        else:
            route.continue_()

    page.route(ASK, hold_back_the_first_look)
    with page.expect_request(lambda request: LOOK in (request.post_data or "")):
        page.goto(f"{evaluator.url}/evaluering/effekt?v=1&maaling=AFLYST&hold=1.3.4")
    groups = page.get_by_role("group", name="Grupper, der indgår")
    groups.get_by_role("link", name=re.compile("Hold 1")).click()
    page.wait_for_url("**hold=3.4**")
    expect(groups.get_by_role("link", name="Hold 1 er ikke med")).to_be_visible()
    # The page that was left learns only now that its work was stopped; the one that stands there is not touched.
    late[0].continue_()
    page.unroute(ASK)
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
    expect(page.get_by_text("De sidste 3 måneder før hver start er udeladt.")).to_be_visible()


def test_the_report_of_a_choice_of_cohorts_runs_again_with_the_same_digits(visit: Visit, tmp_path: Path) -> None:
    evaluator = visit("evaluator", at="/evaluering?v=1&maaling=AFLYST&hold=3.4")
    page = evaluator.page
    page.get_by_role("link", name="Se programmets effekt").click()
    page.wait_for_url("**/evaluering/effekt?**maaling=AFLYST**")
    expect(page.get_by_text("Det ville ændre vurderingen:")).to_be_visible()
    page.locator("nav.subnav").get_by_role("link", name="Analyser").click()
    page.wait_for_url("**/evaluering/analyser?**maaling=AFLYST**")
    headline = page.get_by_role("heading", level=1).inner_text()
    assert "Aflyste operationer" in headline
    page.locator("summary", has_text="Hent rapport").click()
    with page.expect_download() as waiting:
        page.locator("a.menu__item", has_text="Data, script og notebook").click()
    with zipfile.ZipFile(waiting.value.path()) as packed:
        packed.extractall(tmp_path)
    ran = subprocess.run(
        [sys.executable, "-W", "error", "analysis.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == (tmp_path / "numbers.txt").read_text("utf-8")
    assert "overall.estimate " in ran.stdout

"""axe finds no serious or critical fault on any page, in both languages and all themes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.journeys.conftest import LAPTOP, PHONE, Visitor

Visit = Callable[..., Visitor]
PAGES = {
    "overblik": ("leder", "/"),
    "indikator": ("leder", "/indikator/MEDAFST?v=1&enhed=NOH-KIR"),
    "maal": ("leder", "/maal"),
    "maal-5": ("leder", "/maal/5"),
    "indberet": ("kvalitet", "/indberet"),
    "evaluator": ("evaluator", "/"),
    "ingen-adgang": ("leder", "/indikator/MEDAFST?v=1&enhed=HGH"),
    "findes-ikke": ("leder", "/findes-ikke"),
    "log-ind": (None, "/log-ind"),
}
WAYS = [("da", "light", LAPTOP), ("en", "dark", LAPTOP), ("da", "contrast", PHONE), ("en", "light", PHONE)]


@pytest.mark.parametrize(
    ("language", "theme", "viewport"),
    WAYS,
    ids=["da-light-laptop", "en-dark-laptop", "da-contrast-phone", "en-light-phone"],
)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(
    visit: Visit, name: str, language: str, theme: str, viewport: dict[str, int]
) -> None:
    who, path = PAGES[name]
    visitor = visit(who, language=language, theme=theme, viewport=viewport)
    visitor.context.add_cookies([{"name": "tavle_theme", "value": theme, "url": visitor.url}])
    visitor.page.goto(f"{visitor.url}{path}")
    visitor.page.locator("h1").first.wait_for()
    visitor.page.wait_for_timeout(400)
    assert visitor.page.locator("html").get_attribute("lang") == language
    results = Axe().run(visitor.page)
    faults = [
        f"{fault['impact']}: {fault['id']} ({fault['help']}) at {[node['target'] for node in fault['nodes'][:3]]}"
        for fault in results.response["violations"]
        if fault["impact"] in {"serious", "critical"}
    ]
    assert faults == []

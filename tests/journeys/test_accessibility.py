"""axe finds no serious or critical fault on any page: both languages, laptop and phone, on the laptop all themes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.journeys.conftest import LAPTOP, PHONE, Visitor

Visit = Callable[..., Visitor]
PAGES = {
    "overblik": ("leder", "/"),
    "indikator": ("leder", "/indikator/MEDAFST?v=1&enhed=NOH-KIR"),
    "maal": ("leder", "/maal"),
    "maal-4": ("leder", "/maal/4"),
    "tavlepakke": ("leder", "/tavlepakke"),
    "forloeb": ("leder", "/forloeb/AELDRE"),
    "tavlemoede": ("leder", "/tavlemoede"),
    "indberet": ("kvalitet", "/indberet"),
    "komplethed": ("leder", "/indberet/komplethed"),
    "evaluator": ("evaluator", "/"),
    "ingen-adgang": ("leder", "/indikator/MEDAFST?v=1&enhed=HGH"),
    "findes-ikke": ("leder", "/findes-ikke"),
    "log-ind": (None, "/log-ind"),
}
WAYS = {"da-laptop": ("da", LAPTOP), "en-phone": ("en", PHONE)}
EVERYTHING = {"resultTypes": ["violations"]}
COLOURS = EVERYTHING | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
THEMES = {"light": EVERYTHING, "dark": COLOURS, "contrast": COLOURS}
"""Every rule in the first theme. A theme changes colours and nothing else: in the others the rules about colours."""

LIGHT_ONLY = {"forloeb", "tavlemoede"}
"""Pages made of the colours of the others."""

WHOLE = ("overblik", "da-laptop")
"""Where axe looks at the whole matrix. Its cells are drawn alike by the hundred, so elsewhere the first rows tell."""

SHORTEN = """() => document.querySelectorAll('tbody').forEach(
    body => Array.from(body.rows).slice(12).forEach(row => row.remove()))"""


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(visit: Visit, name: str, way: str) -> None:
    who, path = PAGES[name]
    language, viewport = WAYS[way]
    visitor = visit(who, language=language, viewport=viewport)
    page = visitor.page
    page.goto(f"{visitor.url}{path}")
    page.locator("h1").first.wait_for()
    if name == "indikator":
        page.locator(".js-plotly-plot .main-svg").first.wait_for()
    expect(page.locator('[data-dash-is-loading="true"]')).to_have_count(0)
    page.wait_for_timeout(400)  # the content fades in
    assert page.locator("html").get_attribute("lang") == language
    faults = []
    # What a theme may spoil are colours, and those are the same at every width: the laptop shows all three.
    themes = THEMES if viewport == LAPTOP and name not in LIGHT_ONLY else {"light": EVERYTHING}
    for theme, options in themes.items():
        if (name, way) != WHOLE or theme != "light":
            page.evaluate(SHORTEN)
        # The tokens of a theme hang on this attribute alone; loading the page anew for each would tell nothing more.
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        faults += [
            f"{theme}, {fault['impact']}: {fault['id']} at {[node['target'] for node in fault['nodes'][:3]]}"
            for fault in Axe().run(page, options=options).response["violations"]
            if fault["impact"] in {"serious", "critical"}
        ]
    assert faults == []

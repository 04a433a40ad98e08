"""A researcher without names makes a list of their own, mends a line, keeps it, and looks at it on Hold."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.conftest import Visitor

Visit = Callable[..., Visitor]


def test_a_list_is_kept_only_as_it_was_understood_and_can_be_looked_at_on_hold(visit: Visit) -> None:
    page = visit("forsker", at="/evaluering/grupper").page
    page.get_by_label("Navn", exact=True).fill("Tre afdelinger")
    lines = page.get_by_label("Enheder og startmåneder")
    lines.fill("E-001; 2024-03\nE-002; 2024-13\nE-004; aldrig")
    look = page.get_by_role("button", name="Se, hvad Tavle har forstået")
    look.press("Enter")
    preview = page.get_by_role("region", name="Forhåndsvisning")
    expect(preview).to_contain_text("1 linje kan ikke bruges")
    expect(page.get_by_role("button", name="Gem gruppen")).to_have_count(0)
    lines.fill("E-001; 2024-03\nE-002; 2024-12\nE-004; aldrig")
    look.press("Enter")
    page.get_by_role("button", name="Gem gruppen").press("Enter")
    expect(page.get_by_text("»Tre afdelinger« er gemt", exact=False)).to_be_visible()
    page.get_by_role("link", name="Se »Tre afdelinger« på Hold").click()
    page.wait_for_url(re.compile(r"/evaluering\?"))
    # Two start, one is only compared with; nobody's name is on the page.
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 deltagende enheder")
    expect(page.get_by_role("main")).to_contain_text("E-001")

"""axe finds nothing serious on any page; each is looked at once, in turns in every language, theme and size.

Every page in every language and theme, and what no axe can tell, is `python tests/simulation/every_page.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest

from tests.every_page import EXAMPLES, SERIOUS, STATE, Example, axe_faults, settle, stands_out
from tests.journeys.conftest import LAPTOP, Visitor

Visit = Callable[..., Visitor]
NARROW = {"width": 320, "height": 640}
WAYS = list(product((("da", LAPTOP), ("en", NARROW)), ("light", "dark", "contrast"))) + list(
    product((("en", LAPTOP), ("da", NARROW)), ("contrast", "light", "dark"))
)


def chosen() -> dict[str, Example]:
    """The first example of each address, and one of each status of the words in place of a page: those of one status
    are drawn by one template. The others, files, and boards without figures are left to the long run."""
    first: dict[object, str] = {}
    for name, example in EXAMPLES.items():
        if not (example.is_empty or example.is_file):
            first.setdefault((STATE, example.status) if example.template == STATE else example.template, name)
    return {name: EXAMPLES[name] for name in first.values()}


WHOLE = "maal-5"
"""The tables of other pages are shortened: their rows are drawn alike, by the hundred in the matrix."""

SHORTEN = """() => document.querySelectorAll('tbody').forEach(
    body => Array.from(body.rows).slice(12).forEach(row => row.remove()))"""


@pytest.mark.parametrize(("name", "way"), [(name, WAYS[i % len(WAYS)]) for i, name in enumerate(chosen())])
def test_axe_finds_nothing_serious(visit: Visit, name: str, way: tuple[tuple[str, dict[str, int]], str]) -> None:
    example, ((language, viewport), theme) = EXAMPLES[name], way
    visitor = visit(example.who, language=language, viewport=viewport, theme=theme)
    visitor.context.add_cookies([{"name": "tavle_theme", "value": theme, "url": visitor.url}])
    page = visitor.page
    answer = page.goto(f"{visitor.url}{example.path}")
    assert answer is not None
    assert answer.status == example.status
    settle(page)
    root = page.locator("html")
    assert (root.get_attribute("lang"), root.get_attribute("data-theme")) == (language, theme)
    assert stands_out(page) == []
    if name != WHOLE:
        page.evaluate(SHORTEN)
    assert [fault for fault in axe_faults(page, only_serious=True) if fault[0] in SERIOUS] == []

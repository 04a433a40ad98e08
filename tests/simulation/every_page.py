"""Every page of the product by every measure of accessibility a machine can take, against boards of its own.

    python tests/simulation/every_page.py                       # all of it, half an hour on two cores
    python tests/simulation/every_page.py --only overblik,moede --languages da --themes light
    python tests/simulation/every_page.py --url http://127.0.0.1:8050   # a demo that runs; empty boards are left out

The pages are those of tests/every_page.py, and the run refuses to begin if an address of the app is not among them.
Each is opened in both languages and

- examined by axe with all rules in the light, the dark and the high contrast theme, and what stands inside charts is
  measured for contrast, which axe leaves out; once more with the colours the machine forces (forced-colors);
- measured at 320 x 640 and at 683 x 384 (a laptop at 200 %): does the page scroll sideways?

And once, in Danish and light: walked through by Tab (reached, outline, in the window, name), charts (name, sentence,
table), motion under prefers-reduced-motion, size of what is touched at 390 x 844.

Prints every fault, then a table, and ends with 1 if there is one. Moderate and minor findings of axe are printed and
counted apart.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from app import create_app  # noqa: E402 - the project is above this folder
from dashboards.pages import load_registry  # noqa: E402
from data import accounts, catalogue  # noqa: E402
from data.access import SYSTEM, Grant, Role  # noqa: E402
from data.store import Store  # noqa: E402
from settings import Settings  # noqa: E402
from tests.every_page import (  # noqa: E402
    EXAMPLES,
    SERIOUS,
    Example,
    axe_faults,
    chart_faults,
    forgotten,
    keyboard_faults,
    motion_faults,
    open_example,
    settle,
    sign_in,
    sign_in_to_demo,
    svg_text_faults,
    target_faults,
    width_faults,
)
from tests.journeys.conftest import CHROMIUM_ARGUMENTS, LAPTOP, PHONE, chromium_path, free_port  # noqa: E402

LANGUAGES = {"da": "da-DK", "en": "en-GB"}
THEMES = ("light", "dark", "contrast")
NARROW = ((320, 640), (683, 384))
KINDS = ("axe", "minor", "contrast", "forced", "width", "keyboard", "charts", "motion", "targets")
EMPTY_PASSWORD = "en-tom-tavle-2026"


# ------------------------------------------------------------------------------------------------------------- boards


def make_empty(var: Path) -> None:
    """A store with the catalogue and an administrator, to which nobody has delivered."""
    store = Store.open(f"duckdb:///{var / 'tavle.duckdb'}", create=True)
    store.migrate()
    store.write(catalogue.load)
    accounts.create(
        store,
        SYSTEM,
        email="admin@tavle.example",
        name="Ida Holm",
        password=EMPTY_PASSWORD,
        now=datetime.now(UTC),
        grants=[Grant(Role.ADMINISTRATOR)],
    )
    store.close()


@contextlib.contextmanager
def served(command: str, var: Path) -> Iterator[str]:
    """The address of a server of one's own: `demo` builds its store there first."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "commands", command, "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "TAVLE_VAR": str(var), "TAVLE_SIGN_IN_ATTEMPTS": "1000 per minute"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _attempt in range(1200):
            if server.poll() is not None:
                raise SystemExit(f"`tavle {command}` stopped at once")
            try:
                with urllib.request.urlopen(f"{url}/healthz", timeout=1):
                    break
            except (OSError, urllib.error.URLError):
                time.sleep(0.1)
        else:
            raise SystemExit(f"`tavle {command}` did not answer")
        yield url
    finally:
        server.terminate()
        server.wait(timeout=20)


def without_example() -> list[str]:
    store = Store.open("duckdb:///:memory:", create=True)
    store.migrate()
    try:
        with tempfile.TemporaryDirectory() as var:
            app = create_app(Settings(var=Path(var)), store=store, with_static=False)
            return forgotten(load_registry(), app.server.url_map.iter_rules())
    finally:
        store.close()


# -------------------------------------------------------------------------------------------------------- one example


class Examiner:
    """Opens examples in one browser and keeps what was found. A person signs in once for each language."""

    def __init__(self, browser: Browser, boards: dict[bool, str], themes: list[str]) -> None:
        self._browser, self._boards, self._themes = browser, boards, themes
        self._seats: dict[tuple[object, ...], tuple[BrowserContext, Page]] = {}
        self.found: Counter[str] = Counter()
        self.n_pages = self.n_looks = 0

    def _page(self, example: Example, who: str | None, language: str) -> Page:
        key = (example.is_empty, who, language)
        if key not in self._seats:
            url = self._boards[example.is_empty]
            context = self._browser.new_context(locale=LANGUAGES[language], reduced_motion="reduce")
            context.add_cookies([{"name": "tavle_visit", "value": "closed", "url": url}])
            page = context.new_page()
            if example.is_empty and who:
                sign_in(page, url, f"{who}@tavle.example", EMPTY_PASSWORD)
            elif who:
                sign_in_to_demo(page, url, who)
            self._seats[key] = context, page
        return self._seats[key][1]

    def examine(self, name: str, example: Example, who: str | None, language: str, *, is_first: bool) -> None:
        """Everything about one page for one person in one language; `is_first`: also what asks once."""
        page, url = self._page(example, who, language), self._boards[example.is_empty]
        page.emulate_media(forced_colors="none", color_scheme="light", reduced_motion="reduce")
        page.set_viewport_size(LAPTOP)  # type: ignore[arg-type]
        where = f"{name} {who or 'nobody'} {language}"
        self.n_pages += 1

        def look(kind: str, at: str, faults: list[str]) -> None:
            self.n_looks += 1
            for fault in faults:
                self.found[kind] += 1
                print(f"{kind:9} {where} {at}: {fault}", flush=True)

        self._theme(page, url, "light")
        open_example(page, url, example)
        if not example.is_file and page.locator("html").get_attribute("lang") != language:
            look("axe", "", [f"the page is not in {language}"])
        for theme in self._themes:
            if theme != "light" and not example.is_file:
                self._theme(page, url, theme)
                if example.has_chart:
                    page.reload()
                    settle(page)
                else:  # the tokens of a theme hang on this attribute alone
                    page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            elif theme != "light":
                continue
            found = axe_faults(page)
            look("axe", theme, [f"{impact}: {what}" for impact, what in found if impact in SERIOUS])
            look("minor", theme, [f"{impact}: {what}" for impact, what in found if impact not in SERIOUS])
            look("contrast", theme, svg_text_faults(page))
        if is_first:
            self._once(page, url, example, look)
        self._theme(page, url, "light")
        if not is_first:
            open_example(page, url, example)
        for width, height in NARROW:
            look("width", f"{width}", width_faults(page, width, height))

    def _theme(self, page: Page, url: str, theme: str) -> None:
        page.context.add_cookies([{"name": "tavle_theme", "value": theme, "url": url}])

    def _once(self, page: Page, url: str, example: Example, look: Callable[[str, str, list[str]], None]) -> None:
        self._theme(page, url, "light")
        # The hard case: the page was set to light, and the machine forces light words on black.
        page.emulate_media(forced_colors="active", color_scheme="dark", reduced_motion="reduce")
        open_example(page, url, example)
        look("forced", "dark", svg_text_faults(page))
        page.emulate_media(forced_colors="none", color_scheme="light", reduced_motion="reduce")
        open_example(page, url, example)
        look("motion", "", motion_faults(page))
        look("charts", "", chart_faults(page))
        look("keyboard", "laptop", keyboard_faults(page))
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        open_example(page, url, example)
        look("targets", "phone", target_faults(page))


def chosen(text: str, among: list[str]) -> list[str]:
    names = [name for name in text.split(",") if name]
    if unknown := set(names) - set(among):
        raise SystemExit(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(among)}")
    return [name for name in among if name in names] if names else among


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="names of pages, comma between")
    parser.add_argument("--languages", default="", help="of da,en")
    parser.add_argument("--themes", default="", help="of light,dark,contrast")
    parser.add_argument("--url", default="", help="a demo that runs already")
    arguments = parser.parse_args()
    names = chosen(arguments.only, list(EXAMPLES))
    languages = chosen(arguments.languages, list(LANGUAGES))
    themes = chosen(arguments.themes, list(THEMES))
    if missing := without_example():
        print(f"without an example in tests/every_page.py: {', '.join(missing)}")
        return 1
    chromium = chromium_path()
    if chromium is None:
        raise SystemExit("Chromium is missing (Debian, Ubuntu: apt install chromium)")
    began = time.perf_counter()
    with contextlib.ExitStack() as stack:
        boards = {False: arguments.url}
        if not arguments.url:
            full, empty = (Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2))
            make_empty(empty)
            demo, nothing = (stack.enter_context(served(*which)) for which in (("demo", full), ("serve", empty)))
            boards = {False: demo, True: nothing}
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        examiner = Examiner(browser, boards, themes)
        for name in names:
            example = EXAMPLES[name]
            if example.is_empty not in boards:
                continue
            for who in example.people:
                for language in languages:
                    before = examiner.found.copy()
                    try:
                        examiner.examine(name, example, who, language, is_first=language == "da")
                    except Exception as error:
                        examiner.found["broken"] += 1
                        print(f"broken    {name} {who} {language}: {str(error).splitlines()[0]}", flush=True)
                    news = examiner.found - before
                    print(f"{name:18} {who or 'nobody':9} {language}  {dict(news) or 'nothing'}", flush=True)
        browser.close()
    faults = sum(number for kind, number in examiner.found.items() if kind != "minor")
    print("\n" + "  ".join(f"{kind} {examiner.found[kind]}" for kind in (*KINDS, "broken")))
    print(
        f"{len(names)} addresses, {examiner.n_pages} pages (people x languages), {len(themes)} themes, "
        f"{examiner.n_looks} looks: {faults} faults ({time.perf_counter() - began:.0f} s)"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())

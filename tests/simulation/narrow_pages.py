"""Every page at 320 px and at 200 % zoom of a laptop (683 x 384): does it scroll sideways?

    tavle demo --port 8060 &
    python -m tests.simulation.narrow_pages http://127.0.0.1:8060

Prints each page that is wider than its window, with what stands out, and ends with 1 if there is one. Two minutes.
"""

from __future__ import annotations

import sys

from playwright.sync_api import Page, sync_playwright

from data.demo import DEMO_SIGN_INS
from tests.journeys.conftest import CHROMIUM_ARGUMENTS, chromium_path

SIZES = ((320, 640), (683, 384))
SERIES = "/indikator/MEDAFST?v=1&enhed=NOH-KIR"
PAGES = {
    "leder": (
        "/", "/maal", "/maal/1", "/maal/5", SERIES, "/indberet/komplethed", "/tavlepakke", "/tavlemoede", "/forloeb",
        "/konto", "/ordliste", "/tilgaengelighed", "/indikatorer/MEDAFST/om", "/findes-ikke", "/?v=1&enhed=AHH",
    ),
    "kvalitet": (
        "/indberet", "/indberet/kvitteringer", "/indikatorer", "/indikatorer/ny",
        "/indberet/vaerdi/MEDAFST/2026-08-01?v=1&enhed=NOH-KIR",
    ),
    "evaluator": ("/",),
    "admin": ("/", "/admin/enheder", "/konto"),
}  # fmt: skip
STANDS_OUT = """() => Array.from(document.querySelectorAll('body *')).filter(one => {
    const box = one.getBoundingClientRect(), edge = document.documentElement.clientWidth + 1;
    if (box.right <= edge || !box.width || one.closest('.visually-hidden')) return false;
    for (let up = one.parentElement; up && up !== document.body; up = up.parentElement)
        if (getComputedStyle(up).overflowX !== 'visible') return false;
    return true;
}).slice(0, 3).map(one => one.outerHTML.slice(0, 90))"""


def too_wide(page: Page, address: str) -> list[str]:
    page.goto(address)
    page.locator("main h1").first.wait_for()
    page.wait_for_timeout(700)
    found = []
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(300)
        is_wide = page.evaluate("document.documentElement.scrollWidth")
        if is_wide > width:
            found.append(f"{is_wide} px at {width}: {page.evaluate(STANDS_OUT)}")
    return found


def main(url: str) -> int:
    n_pages, n_wide = 0, 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGUMENTS)
        for who, paths in PAGES.items():
            for locale in ("da-DK", "en-GB"):
                page = browser.new_context(locale=locale, reduced_motion="reduce").new_page()
                page.context.add_cookies([{"name": "tavle_visit", "value": "closed", "url": url}])
                person = DEMO_SIGN_INS[f"{who}@tavle.example"]
                page.goto(f"{url}/log-ind")
                page.locator("input[type=email]").fill(person.email)
                page.locator("input[type=password]").fill(person.password)
                page.locator("form button[type=submit]").first.click()
                for path in paths:
                    n_pages += 1
                    for fault in too_wide(page, url + path):
                        n_wide += 1
                        print(f"{who} {locale} {path}: {fault}")
                page.context.close()
        browser.close()
    print(f"{n_pages} pages at {len(SIZES)} sizes, {n_wide} too wide")
    return 1 if n_wide else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8050"))

"""Pictures of every page of the demo: `make screenshots` writes docs/screenshots/*.png.

`python scripts/screenshots.py --all FOLDER` writes every page in both languages, three themes, laptop and phone, for
looking at with one's own eyes; `--only`, `--sizes`, `--languages` and `--themes` choose among them.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from data.demo import DEMO_SIGN_INS  # noqa: E402 - the project is beside this folder

SIZES = {"laptop": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}
A4 = {"width": 1123, "height": 794}  # lying, at 96 dots to the inch
LANGUAGES = {"da": "da-DK", "en": "en-GB"}
THEMES = ("light", "dark", "contrast")
HEAD = "indikator;enhed;periode;tæller;nævner;kommentar\n"
BAD_FILE = (
    HEAD + "MEDAFST;NOH-KIR;2026-09;93;104;\nMEDAFST;NOH-KIR;2026-10;148;141;\n"
    "TRYKSAAR;NOH-KIR;2026-10;3;1480;\nSEPSIS;NOH-AKU;2026-10;31;36;\n"
)
# In two parts, so that no search finds what looks like a CPR number here.
CPR_FILE = BAD_FILE.replace("104;", "104;" + "ring til 010190" + "-1234")
BLOCK = BAD_FILE.replace("148;141", "137;141").replace(";", "\t")
MERGER = (
    "merge", "NOH-KIR", "NOH-ORT", "--into", "NOH-KIROT", "--name", "Kirurgisk og Ortopædkirurgisk Afdeling",
    "--name-en", "Department of Surgery and Orthopaedics", "--parent", "NOH", "--from", "2026-11-01",
)  # fmt: skip

FIRST_FIGURES = HEAD + "MEDAFST;NOH-KIROT;2026-11;201;221;\n"


# --------------------------------------------------------------------------------------- what a person does on a page


def drop(page: Page, text: str) -> None:
    page.locator("#deliver-drop-input").set_input_files(
        {"name": "noh_oktober.csv", "mimeType": "text/csv", "buffer": text.encode("utf-8-sig")}
    )


def bad_file(page: Page) -> None:
    drop(page, BAD_FILE)
    page.locator(".tbl--grid").wait_for()


def mended(page: Page) -> None:
    bad_file(page)
    page.locator("[data-do=mend]").first.click()
    page.locator("#deliver-commit-button:not([disabled])").wait_for()
    page.locator(".deliver__eff").wait_for()


def effect(page: Page) -> None:
    mended(page)
    page.locator(".deliver__eff").scroll_into_view_if_needed()


def delivered(page: Page) -> None:
    mended(page)
    page.locator("#deliver-commit-button").click()
    page.locator(".receipt").wait_for()


def taken_back(page: Page) -> None:
    """The next picture begins where this one did."""
    page.locator("[data-do=undo]").click()
    page.locator("[data-do=undo]").wait_for(state="detached")


def typed(page: Page) -> None:
    fields = page.locator(".tg__i")
    fields.nth(0).fill("99")
    fields.nth(1).fill("9")
    page.locator(".tg__f").first.wait_for()


def pasted(page: Page) -> None:
    page.locator("#deliver-paste-text").fill(BLOCK)
    page.locator("#deliver-paste button").first.click()
    page.locator(".tbl--grid").wait_for()


def unfolded(page: Page) -> None:
    page.locator(".complete summary").click()


def with_cpr(page: Page) -> None:
    drop(page, CPR_FILE)
    page.get_by_role("alert").first.wait_for()


def half_written(page: Page) -> None:
    page.locator("#definition-side").wait_for()


def planned(page: Page) -> None:
    for name, text in (
        ("unit1", "NOH-KIR"), ("unit2", "NOH-ORT"), ("into", "NOH-KIROT; Kirurgisk og Ortopædkirurgisk Afdeling"),
        ("day", "2027-01-01"), ("reason", "Fælles ledelse"),
    ):  # fmt: skip
        page.locator(f"#org-{name}").fill(text)
    page.locator("[data-press=preview]").click()
    page.locator("#organisation-side ul").first.wait_for()


def drawn(page: Page) -> None:
    page.locator(".js-plotly-plot .main-svg").first.wait_for()


# ------------------------------------------------------------------------------------------------------- the pictures


@dataclass(frozen=True)
class Shot:
    """A picture: who looks, where, what is done first and what afterwards. `is_printed`: as it would be on paper."""

    who: str | None
    address: str
    before: Callable[[Page], None] | None = None
    after: Callable[[Page], None] | None = None
    is_printed: bool = False


# In the order they are taken: what changes the demo for good stands last.
SHOTS = {
    "overblik": Shot("leder", "/"),
    "indikator": Shot("leder", "/indikator/KRAEFT?v=1&enhed=NOH-KIR&periode=alle", drawn),
    "maal": Shot("leder", "/maal/5"),
    "log-ind": Shot(None, "/log-ind"),
    "indberet-begynd": Shot("kvalitet", "/indberet?v=1&enhed=NOH-KIR"),
    "indberet": Shot("kvalitet", "/indberet?v=1&enhed=NOH-KIR", bad_file),
    "indberet-effekt": Shot("kvalitet", "/indberet?v=1&enhed=NOH-KIR", effect),
    "indberet-kvittering": Shot("kvalitet", "/indberet?v=1&enhed=NOH-KIR", delivered, taken_back),
    "indberet-tast": Shot("kvalitet", "/indberet?v=1&enhed=NOH-ORT&vis=tast", typed),
    "indberet-indsaet": Shot("kvalitet", "/indberet?v=1&enhed=NOH-KIR&vis=indsaet", pasted),
    "indberet-komplet": Shot("kvalitet", "/indberet?v=1&enhed=NOH-ORT", unfolded),
    "indberet-cpr": Shot("kvalitet", "/indberet?v=1&enhed=NOH-KIR", with_cpr),
    "komplethed": Shot("leder", "/indberet/komplethed"),
    "komplethed-enhed": Shot("leder", "/indberet/komplethed?v=1&enhed=NOH-ORT"),
    "komplethed-papir": Shot("leder", "/indberet/komplethed", is_printed=True),
    "kvitteringer": Shot("kvalitet", "/indberet/kvitteringer"),
    "kvittering": Shot("kvalitet", "/indberet/kvitteringer/T-2026-000032"),
    "vaerdi": Shot("kvalitet", "/indberet/vaerdi/MEDAFST/2026-09-01?v=1&enhed=NOH-KIR"),
    "indikatorer": Shot("kvalitet", "/indikatorer"),
    "indikator-ny": Shot("kvalitet", "/indikatorer/ny"),
    "indikator-ret": Shot("kvalitet", "/indikatorer/SVARTID/ret", half_written),
    "indikator-om": Shot("kvalitet", "/indikatorer/MEDAFST/om"),
    "indikator-kontrol": Shot("kvalitet", "/indikatorer/OPRING/om"),
    "enheder": Shot("admin", "/administration/enheder", planned),
    "indikator-som-det-er": Shot(
        "kvalitet", "/indikator/MEDAFST?v=1&enhed=NOH-KIROT&periode=alle&vis=som-det-er", drawn
    ),
}
# Beside Danish, light, on a laptop: size, language and theme of a few more in docs/screenshots.
ALSO = {
    "indberet": [("phone", "da", "light")],
    "indberet-effekt": [("laptop", "en", "light")],
    "indberet-tast": [("phone", "da", "dark")],
    "komplethed": [("laptop", "da", "dark"), ("phone", "da", "light")],
    "indikator-kontrol": [("laptop", "en", "contrast")],
}
AFTER_THE_MERGER = frozenset({"indikator-som-det-er"})


def serve(var: Path, port: int) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "TAVLE_VAR": str(var), "TAVLE_SIGN_IN_ATTEMPTS": "1000 per minute"}
    server = subprocess.Popen(
        [sys.executable, "-m", "commands", "demo", "--port", str(port)], cwd=ROOT, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for _attempt in range(2400):  # building the demo takes its time on a busy machine
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
                return server
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
    server.terminate()
    raise SystemExit("the demo server did not answer")


def merge(var: Path) -> None:
    """Two departments become one in the running demo, and the one hands in its first figures."""
    first = var / "november.csv"
    first.write_text(FIRST_FIGURES, "utf-8")
    for arguments in (
        ("organisation", *MERGER, "--reason", "Fælles ledelse", "--do"),
        ("load", str(first), "--as", "kvalitet@tavle.example"),
    ):
        subprocess.run(
            [sys.executable, "-m", "commands", *arguments],
            cwd=ROOT, env={**os.environ, "TAVLE_VAR": str(var), "TAVLE_MODE": "demo"}, check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip


def sign_in(page: Page, url: str, who: str) -> None:
    sign_in = DEMO_SIGN_INS[f"{who}@tavle.example"]
    page.goto(f"{url}/log-ind")
    page.locator("input[type=email]").fill(sign_in.email)
    page.locator("input[type=password]").fill(sign_in.password)
    page.locator("form button[type=submit]").first.click()
    page.locator("main h1").first.wait_for()


class Camera:
    """Takes pictures of one server. A person signs in once for each size, language and theme."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser, self._url = browser, url
        self._contexts: dict[tuple[str | None, ...], BrowserContext] = {}

    def _context(self, who: str | None, size: str, language: str, theme: str) -> BrowserContext:
        key = (who, size, language, theme)
        if key not in self._contexts:
            context = self._contexts[key] = self._browser.new_context(
                viewport=SIZES[size],  # type: ignore[arg-type]
                locale=LANGUAGES[language],
                color_scheme="dark" if theme == "dark" else "light",
            )
            context.add_cookies([{"name": "tavle_theme", "value": theme, "url": self._url}])
            if who:
                page = context.new_page()
                sign_in(page, self._url, who)
                page.close()
        return self._contexts[key]

    def take(self, shot: Shot, path: Path, *, size: str, language: str, theme: str, whole: bool) -> None:
        page = self._context(shot.who, size, language, theme).new_page()
        if shot.is_printed:
            page.emulate_media(media="print")
            page.set_viewport_size(A4)  # type: ignore[arg-type]
        page.goto(f"{self._url}{shot.address}")
        page.locator("h1").first.wait_for()
        page.wait_for_timeout(300)
        if shot.before:
            shot.before(page)
        page.wait_for_timeout(700)
        taken = page.screenshot(full_page=whole or shot.is_printed)
        # 256 colours of its own are enough for a page, and a third of the size.
        with Image.open(io.BytesIO(taken)) as picture:
            picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
        if shot.after:
            shot.after(page)
        page.close()


def chosen(text: str, among: list[str]) -> list[str]:
    names = [name for name in text.split(",") if name]
    if unknown := set(names) - set(among):
        raise SystemExit(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(among)}")
    return [name for name in among if name in names] if names else among


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="whole pages in every language, theme and size")
    parser.add_argument("--only", default="", help="names of pages, comma between")
    parser.add_argument("--var", type=Path, metavar="FOLDER", help="take the demo that was built here, on a copy of it")
    for name in ("sizes", "languages", "themes"):
        parser.add_argument(f"--{name}", default="", help=f"of --all only these {name}, comma between")
    arguments = parser.parse_args()
    chromium = os.environ.get("TAVLE_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("Chromium is missing (Debian, Ubuntu: apt install chromium)")
    folder = arguments.all or ROOT / "docs" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    names = chosen(arguments.only, list(SHOTS))
    ways = list(
        product(
            chosen(arguments.sizes, list(SIZES)),
            chosen(arguments.languages, list(LANGUAGES)),
            chosen(arguments.themes, list(THEMES)),
        )
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as var:
        if arguments.var:
            shutil.copy(arguments.var / "demo.duckdb", var)
        server = serve(Path(var), port)
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=chromium,
                    args=[
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-background-networking",
                    ],
                )
                camera = Camera(browser, f"http://127.0.0.1:{port}")
                is_merged = False
                for name in names:
                    if name in AFTER_THE_MERGER and not is_merged:
                        merge(Path(var))
                        is_merged = True
                    if not arguments.all:
                        path = folder / f"{name}.png"
                        camera.take(SHOTS[name], path, size="laptop", language="da", theme="light", whole=False)
                        for size, language, theme in ALSO.get(name, ()):
                            path = folder / f"{name}-{size}-{language}-{theme}.png"
                            camera.take(SHOTS[name], path, size=size, language=language, theme=theme, whole=False)
                        continue
                    for size, language, theme in ways:
                        path = folder / f"{name}-{size}-{language}-{theme}.png"
                        camera.take(SHOTS[name], path, size=size, language=language, theme=theme, whole=True)
                browser.close()
        finally:
            server.terminate()
            server.wait(timeout=20)
    sys.stdout.write(f"{len(list(folder.glob('*.png')))} pictures in {folder}\n")


if __name__ == "__main__":
    main()

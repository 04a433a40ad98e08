"""Pictures of every page of the demo: `make screenshots` writes those of the handbook, docs/screenshots/*.png.

`python scripts/screenshots.py --all FOLDER` writes every page, dialog and paper in both languages, three themes, laptop
and phone, for looking at with one's own eyes; `--only`, `--sizes`, `--languages` and `--themes` choose among them,
`--sheets` puts those of one language, theme and size side by side, and `--url` takes a demo that is running already.
"""

from __future__ import annotations

import argparse
import contextlib
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
from urllib.parse import urljoin

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from data.demo import DEMO_SIGN_INS  # noqa: E402 - the project is beside this folder

SIZES = {"laptop": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}
WALL = {"width": 1920, "height": 1080}  # what hangs where the meeting is held; in place of a laptop
SHEET_WIDTHS = {"laptop": 480, "phone": 260}  # of one page on a sheet of many
SHEET_ROW, SHEET_WIDTH, SHEET_HEIGHT = 1.6, 1920, 2000  # how tall a page is shown, in its widths; the sheet in pixels
TOUR = {"name": "tavle_visit", "value": "closed"}
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
CORRECTED = HEAD + "OPFOELG;NOH-KIR;2026-08;26;45;talt om\nOPFOELG;NOH-ORT;2026-09;35;49;talt om\n"


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


def worked_out(page: Page) -> None:
    """An analysis is worked out beside the page, which asks for it until it is there."""
    page.locator("main h1").first.wait_for()
    page.wait_for_timeout(500)
    expect(page.locator(".runline button:visible, [data-dash-is-loading=true]")).to_have_count(0, timeout=240_000)


def planned_analysis(page: Page) -> None:
    for name, said in (
        ("question", "Følger flere afdelinger op til tiden, når deres leder har været på hold?"),
        ("limitations", "Kun afdelinger, der selv har valgt at være med."),
    ):
        page.locator(f"#ap-{name}").fill(said)
    page.locator("h1").first.click()  # nothing has the focus


def frozen(page: Page) -> None:
    page.locator("#sn-title").fill("Midtvejsrapport 2026")
    page.locator("[data-press=freeze]").click()
    page.locator(".snap__do").first.wait_for(timeout=240_000)
    worked_out(page)


def opened_report(page: Page) -> None:
    """The report as whoever gets the file sees it."""
    worked_out(page)
    href = page.locator("a[href*='.html']").first.get_attribute("href") or ""
    spoken = {"Accept-Language": page.evaluate("navigator.language")}  # a request of Playwright's own says none
    report = page.request.get(urljoin(page.url, href), headers=spoken).text()
    page.goto("about:blank")  # the board's policy allows no style of a file's own
    page.set_content(report)
    page.locator("h1").first.wait_for()


def drawn(page: Page) -> None:
    page.locator(".js-plotly-plot .main-svg").first.wait_for(state="attached")  # not seen on paper


def pressed(selector: str, shown: str = "") -> Callable[[Page], None]:
    """Press the first of these, and wait for what comes of it."""

    def press(page: Page) -> None:
        page.locator(selector).locator("visible=true").first.click()
        if shown:
            page.locator(shown).locator("visible=true").first.wait_for()

    return press


def asked(what: str) -> Callable[[Page], None]:
    """Open the dialog of an action of the series page; those that are rare stand in the menu."""

    def ask(page: Page) -> None:
        drawn(page)
        button = page.locator(f"[data-ask={what}]").first
        if not button.is_visible():
            page.locator(".acts__m summary").click()
        button.click()
        page.locator("dialog[open] .dlg__b").wait_for()
        page.wait_for_timeout(800)  # the trial of what the fields say comes after them

    return ask


def typed_in_search(text: str) -> Callable[[Page], None]:
    def search(page: Page) -> None:
        page.keyboard.press("Control+k")
        page.keyboard.type(text)
        page.locator("[role=option]").first.wait_for()

    return search


def found_nothing(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("qwxzq")
    page.locator("#find-said:not(:empty)").wait_for()


def keys(page: Page) -> None:
    page.keyboard.press("?")
    page.locator("dialog[open]").wait_for()


def focused_cell(page: Page) -> None:
    cells = page.locator("table.mx td a.cell").locator("visible=true")
    if cells.count():
        cells.first.focus()
    page.wait_for_timeout(300)


def seen_card(page: Page) -> None:
    page.locator("[data-press^=seen]").first.click()
    page.locator(".ncards__said").wait_for()


def brought_back(page: Page) -> None:
    page.locator(".ncards__said [data-press]").click()
    page.locator(".ncards__said").wait_for()


def packed(page: Page) -> None:
    page.locator(".pack__b").first.click()
    page.locator(".pack__m a[download]").wait_for(timeout=60_000)


def in_meeting(page: Page) -> None:
    begin = page.locator("[data-press=begin]")
    if begin.count():
        begin.click()
    else:  # the one of the picture before goes on
        page.locator(".mt__begin a").click()
    page.locator(".tm__step:not([hidden])").wait_for()


def decided(page: Page) -> None:
    in_meeting(page)
    step = page.locator(".tm__step:not([hidden])")
    step.locator("[name=what]").fill("Prøv den nye lommeguide på to vagter")
    step.locator("[name=who]").fill("Line Dam")
    step.locator("form button[type=submit]").click()
    page.locator(".tm__said:not(:empty)").first.wait_for()


def at_its_end(page: Page) -> None:
    in_meeting(page)
    while page.locator(".tm__step--end[hidden]").count():
        page.keyboard.press("ArrowRight")


def minutes(page: Page) -> None:
    """Those of the latest meeting."""
    page.locator(".mt__side a[href*=referat]").first.click()
    page.locator("main h1").first.wait_for()
    page.wait_for_load_state("networkidle")


def refused_sign_in(page: Page) -> None:
    page.locator("input[type=email]").fill("leder@tavle.example")
    page.locator("input[type=password]").fill("ikke det rigtige")
    page.locator("form button[type=submit]").first.click()
    page.locator("[role=alert]").first.wait_for()


# ------------------------------------------------------------------------------------------------------- the pictures


@dataclass(frozen=True)
class Shot:
    """A picture: who looks, where, what is done first and what afterwards.

    `is_printed`: as it would be on paper. `is_of_window`: no more than one sees without scrolling, for what lies over
    the page. `is_on_wall`: as wide as a screen on the wall where it is not a phone.
    `is_worked_out`: the page asks again and again until its figures are there, and `before` waits for them.
    """

    who: str | None
    address: str
    before: Callable[[Page], None] | None = None
    after: Callable[[Page], None] | None = None
    is_printed: bool = False
    is_of_window: bool = False
    is_on_wall: bool = False
    with_tour: bool = False
    is_worked_out: bool = False


def of_evaluators(address: str, before: Callable[[Page], None] = worked_out) -> Shot:
    return Shot("evaluator", address, before, is_worked_out=True)


SERIES = "/indikator/MEDAFST?v=1&enhed=NOH-KIR"


# In the order they are taken: what changes the demo for good stands last.
SHOTS = {
    "overblik": Shot("leder", "/"),
    "overblik-felt": Shot("leder", "/", focused_cell),  # the list of a phone has no cells
    "overblik-set": Shot("leder", "/", seen_card, brought_back),
    "overblik-filtre": Shot("leder", "/", pressed(".ovf summary", ".ovf form")),
    "overblik-tabel": Shot("leder", "/", pressed(".mx-twin summary", ".mx-twin table")),
    "overblik-intet-i-filter": Shot("leder", "/?v=1&enhed=NOH-KIR&maal=8"),
    "overblik-mange": Shot("evaluator", "/"),
    "overblik-kommune": Shot("kommune", "/"),
    "overblik-papir": Shot("leder", "/", is_printed=True),
    "indikator": Shot("leder", "/indikator/KRAEFT?v=1&enhed=NOH-KIR&periode=alle", drawn),
    "indikator-bekymrende": Shot("leder", "/indikator/TRYKSAAR?v=1&enhed=NOH-MED", drawn),
    "indikator-tilfaeldig": Shot("leder", SERIES, drawn),
    "indikator-tabel": Shot("leder", SERIES, pressed("[aria-controls=indicator-table]", "#indicator-table")),
    "indikator-note": Shot("leder", SERIES, asked("note"), is_of_window=True),
    "indikator-fase": Shot("leder", "/indikator/TRYKSAAR?v=1&enhed=NOH-MED", asked("phase"), is_of_window=True),
    "indikator-udelad": Shot("leder", SERIES, asked("out"), is_of_window=True),
    "indikator-mere": Shot("leder", SERIES, pressed(".acts__m summary"), is_of_window=True),
    "indikator-hent": Shot("leder", SERIES, pressed(".getmenu summary"), is_of_window=True),
    "indikator-ord": Shot("leder", SERIES, pressed("a.term", ".pop"), is_of_window=True),
    "indikator-uden-data": Shot("leder", "/indikator/GENINDL?v=1&enhed=NOH-ORT"),
    "indikator-papir": Shot("leder", SERIES, drawn, is_printed=True),
    "maal-alle": Shot("leder", "/maal"),
    "maal": Shot("leder", "/maal/5"),
    "maal-1": Shot("leder", "/maal/1"),
    "maal-8": Shot("leder", "/maal/8"),
    "maal-papir": Shot("leder", "/maal/5", is_printed=True),
    "tavlemoede": Shot("leder", "/tavlemoede?v=1&enhed=NOH"),
    "tavlemoede-tom": Shot("leder", "/tavlemoede?v=1&enhed=NOH-ORT"),
    "tavlemoede-skaerm": Shot("leder", "/tavlemoede?v=1&enhed=NOH", in_meeting, is_of_window=True, is_on_wall=True),
    "tavlemoede-aftale": Shot("leder", "/tavlemoede?v=1&enhed=NOH", decided, is_on_wall=True),
    "tavlemoede-slut": Shot("leder", "/tavlemoede?v=1&enhed=NOH", at_its_end, is_of_window=True, is_on_wall=True),
    "tavlemoede-gang": Shot("leder", "/tavlemoede?v=1&enhed=NOH&vis=gang", is_of_window=True, is_on_wall=True),
    "referat": Shot("leder", "/tavlemoede?v=1&enhed=NOH", minutes),
    "referat-papir": Shot("leder", "/tavlemoede?v=1&enhed=NOH", minutes, is_printed=True),
    "referater": Shot("leder", "/tavlemoede/referat?v=1&enhed=NOH"),
    "forloeb": Shot("leder", "/forloeb"),
    "forloeb-aeldre": Shot("leder", "/forloeb/AELDRE"),
    "forloeb-kommune": Shot("kommune", "/forloeb/AELDRE"),
    "forloeb-papir": Shot("leder", "/forloeb/AELDRE", is_printed=True),
    "tavlepakke": Shot("leder", "/tavlepakke"),
    "tavlepakke-klar": Shot("leder", "/tavlepakke?v=1&enhed=NOH-KIR", packed),
    "ordliste": Shot("leder", "/ordliste"),
    "tilgaengelighed": Shot("leder", "/tilgaengelighed"),
    "konto": Shot("leder", "/konto"),
    "soeg": Shot("leder", "/maal", typed_in_search("kirurgisk"), is_of_window=True),
    "soeg-intet": Shot("leder", "/maal", found_nothing, is_of_window=True),
    "taster": Shot("leder", "/maal", keys, is_of_window=True),
    "rundvisning": Shot("leder", "/", is_of_window=True, with_tour=True),
    "fejl": Shot("leder", "/findes-ikke"),
    "ingen-adgang": Shot("leder", "/indikator/MEDAFST?v=1&enhed=HGH"),
    "log-ind": Shot(None, "/log-ind"),
    "log-ind-afvist": Shot(None, "/log-ind", refused_sign_in),
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
    "evaluering": of_evaluators("/evaluering"),
    "evaluering-effekt": of_evaluators("/evaluering/effekt?v=1&maaling=OPFOELG"),
    "evaluering-analyser": of_evaluators("/evaluering/analyser?v=1&maaling=OPFOELG"),
    "evaluering-plan": Shot("evaluator", "/evaluering/analyser?v=1&maaling=OPFOELG&vis=plan", planned_analysis),
    "evaluering-rapport": of_evaluators("/evaluering/analyser?v=1&maaling=OPFOELG", opened_report),
    "evaluering-frosne": of_evaluators("/evaluering/frosne?v=1&maaling=OPFOELG", frozen),
    "evaluering-forskel": of_evaluators("/evaluering/frosne?v=1&maaling=OPFOELG"),
    "evaluatorer": Shot("admin", "/administration/evaluatorer"),
    "enheder": Shot("admin", "/administration/enheder", planned),
    "indikator-som-det-er": Shot(
        "kvalitet", "/indikator/MEDAFST?v=1&enhed=NOH-KIROT&periode=alle&vis=som-det-er", drawn
    ),
}
Way = tuple[str, str, str]  # size, language, theme
IN_DOCS: Way = ("laptop", "da", "light")
# In docs/screenshots, in Danish, light, on a laptop; and a few of them in another way too.
DOCS: dict[str, tuple[Way, ...]] = {
    "overblik": (("laptop", "en", "dark"), ("phone", "da", "light")),
    "indikator": (("phone", "en", "dark"),),
    "indikator-fase": (),
    "maal": (),
    "tavlemoede": (),
    "tavlemoede-skaerm": (),
    "referat-papir": (),
    "forloeb-aeldre": (),
    "tavlepakke-klar": (),
    "soeg": (),
    "log-ind": (),
    "indberet-begynd": (),
    "indberet": (("phone", "da", "light"),),
    "indberet-effekt": (("laptop", "en", "light"),),
    "indberet-kvittering": (),
    "indberet-tast": (("phone", "da", "dark"),),
    "indberet-indsaet": (),
    "indberet-komplet": (),
    "indberet-cpr": (),
    "komplethed": (("laptop", "da", "dark"), ("phone", "da", "light")),
    "komplethed-enhed": (),
    "komplethed-papir": (),
    "kvitteringer": (),
    "kvittering": (),
    "vaerdi": (),
    "indikatorer": (),
    "indikator-ny": (),
    "indikator-ret": (),
    "indikator-om": (),
    "indikator-kontrol": (("laptop", "en", "contrast"),),
    "evaluering": (),
    "evaluering-effekt": (),
    "evaluering-rapport": (),
    "evaluering-frosne": (),
    "evaluering-forskel": (),
    "enheder": (),
    "indikator-som-det-er": (),
}


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


def tavle(var: Path, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "commands", *arguments],
        cwd=ROOT, env={**os.environ, "TAVLE_VAR": str(var), "TAVLE_MODE": "demo"}, check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip


def hand_in(var: Path, figures: str) -> None:
    file = var / "tal.csv"
    file.write_text(figures, "utf-8")
    tavle(var, "load", str(file), "--as", "kvalitet@tavle.example")


def merge(var: Path) -> None:
    """Two departments become one in the running demo, and the one hands in its first figures."""
    tavle(var, "organisation", *MERGER, "--reason", "Fælles ledelse", "--do")
    hand_in(var, FIRST_FIGURES)


def correct(var: Path) -> None:
    """Two months that are part of a frozen set are counted again."""
    hand_in(var, CORRECTED)


FIRST_DONE: dict[str, Callable[[Path], None]] = {"evaluering-forskel": correct, "indikator-som-det-er": merge}
"""What is done to the demo before a picture, once; the pictures after it are of a demo where it was done."""


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
        self._contexts: dict[tuple[object, ...], BrowserContext] = {}

    def _context(self, shot: Shot, way: Way) -> BrowserContext:
        size, language, theme = way
        key = (shot.who, shot.is_on_wall, shot.with_tour, *way)
        if key not in self._contexts:
            is_wall = shot.is_on_wall and size != "phone"
            context = self._contexts[key] = self._browser.new_context(
                viewport=WALL if is_wall else SIZES[size],  # type: ignore[arg-type]
                locale=LANGUAGES[language],
                color_scheme="dark" if theme == "dark" else "light",
                reduced_motion="reduce",
            )
            context.add_cookies([{"name": "tavle_theme", "value": theme, "url": self._url}])
            if not shot.with_tour:
                context.add_cookies([{**TOUR, "url": self._url}])
            if shot.who:
                page = context.new_page()
                sign_in(page, self._url, shot.who)
                page.close()
        return self._contexts[key]

    def take(self, shot: Shot, path: Path, way: Way, *, whole: bool) -> None:
        """Write one picture; `whole`: with what lies below the window."""
        page = self._context(shot, way).new_page()
        if shot.is_printed:
            page.emulate_media(media="print")
            page.set_viewport_size(A4)  # type: ignore[arg-type]
        page.goto(f"{self._url}{shot.address}")
        page.locator("h1").first.wait_for()
        if not shot.is_worked_out:  # such a page asks again and again
            page.wait_for_load_state("networkidle")
        if shot.before:
            shot.before(page)
        page.wait_for_timeout(700)
        taken = page.screenshot(full_page=(whole and not shot.is_of_window) or shot.is_printed)
        with Image.open(io.BytesIO(taken)) as picture:
            if whole:
                picture.save(path)
            else:  # 256 colours are enough and a third of the size; the octree keeps those of signals, which are rare
                colours = picture.convert("RGB").quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
                colours.save(path, optimize=True)
        if shot.after:
            shot.after(page)
        page.close()


def launched(playwright: Playwright, chromium: str) -> Browser:
    return playwright.chromium.launch(
        executable_path=chromium,
        args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
    )


def sheets(folder: Path, names: list[str], way: Way) -> None:
    """Side by side what was taken in one way: each page from its top, its name over it."""
    width = SHEET_WIDTHS[way[0]]
    height, label = round(width * SHEET_ROW), 16
    sheet, number, x, y, row = Image.new("RGB", (SHEET_WIDTH, SHEET_HEIGHT), "#777"), 1, 0, 0, 0

    def save() -> None:
        sheet.save(folder / f"_sheet-{'-'.join(way)}-{number}.png")

    for name in names:
        path = folder / f"{name}-{'-'.join(way)}.png"
        if not path.exists():
            continue
        with Image.open(path) as picture:
            shown = picture.convert("RGB").resize((width, round(picture.height * width / picture.width)))
        shown = shown.crop((0, 0, width, min(shown.height, height)))
        if x + width > SHEET_WIDTH:
            x, y, row = 0, y + row + label, 0
        if y + label + shown.height > SHEET_HEIGHT:
            save()
            sheet, number, x, y, row = Image.new("RGB", (SHEET_WIDTH, SHEET_HEIGHT), "#777"), number + 1, 0, 0, 0
        ImageDraw.Draw(sheet).text((x + 4, y + 2), name, fill="white")
        sheet.paste(shown, (x, y + label))
        x, row = x + width + 8, max(row, shown.height)
    save()


def chosen(text: str, among: list[str]) -> list[str]:
    names = [name for name in text.split(",") if name]
    if unknown := set(names) - set(among):
        raise SystemExit(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(among)}")
    return [name for name in among if name in names] if names else among


def arguments_of_call() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="whole pages in every language, theme and size")
    parser.add_argument("--only", default="", help="names of pages, comma between")
    parser.add_argument("--var", type=Path, metavar="FOLDER", help="take the demo that was built here, on a copy of it")
    parser.add_argument("--url", default="", help="take a demo that is running already; nothing is changed there")
    parser.add_argument("--sheets", action="store_true", help="of --all: pictures of many pages side by side too")
    for name in ("sizes", "languages", "themes"):
        parser.add_argument(f"--{name}", default="", help=f"of --all only these {name}, comma between")
    return parser.parse_args()


def main() -> int:
    arguments = arguments_of_call()
    chromium = os.environ.get("TAVLE_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("Chromium is missing (Debian, Ubuntu: apt install chromium)")
    folder = arguments.all or ROOT / "docs" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    names = chosen(arguments.only, list(SHOTS) if arguments.all else [name for name in SHOTS if name in DOCS])
    if arguments.url:
        names = [name for name in names if name not in FIRST_DONE]
    ways: list[Way] = list(
        product(
            chosen(arguments.sizes, list(SIZES)),
            chosen(arguments.languages, list(LANGUAGES)),
            chosen(arguments.themes, list(THEMES)),
        )
    )
    with tempfile.TemporaryDirectory() as var, contextlib.ExitStack() as stack:
        url = arguments.url
        if not url:
            if arguments.var:
                shutil.copy(arguments.var / "demo.duckdb", var)
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            server = serve(Path(var), port)
            stack.callback(server.wait, timeout=20)
            stack.callback(server.terminate)
            url = f"http://127.0.0.1:{port}"
        playwright = stack.enter_context(sync_playwright())
        browser = launched(playwright, chromium)
        stack.callback(browser.close)
        camera, missed = Camera(browser, url), []
        for name in names:
            if name in FIRST_DONE:
                FIRST_DONE[name](Path(var))
            for way in ways if arguments.all else (IN_DOCS, *DOCS[name]):
                ending = f"-{'-'.join(way)}" if arguments.all or way != IN_DOCS else ""
                try:
                    camera.take(SHOTS[name], folder / f"{name}{ending}.png", way, whole=bool(arguments.all))
                except PlaywrightError as fault:  # the others are still worth looking at
                    missed.append(f"{name} {' '.join(way)}: {str(fault).splitlines()[0]}")
    if arguments.all and arguments.sheets:
        for way in ways:
            sheets(folder, names, way)
    sys.stdout.write("".join(f"missed: {one}\n" for one in missed))
    sys.stdout.write(f"{len(list(folder.glob('[!_]*.png')))} pictures in {folder}\n")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Pictures of every page of the demo: `make screenshots` writes docs/screenshots/*.png.

`python scripts/screenshots.py --all FOLDER` writes every page in both languages, three themes, laptop and phone, for
looking at with one's own eyes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from data.demo import DEMO_SIGN_INS  # noqa: E402 - the project is beside this folder

PAGES = {
    "overblik": ("leder", "/"),
    "indikator": ("leder", "/indikator/KRAEFT?v=1&enhed=NOH-KIR&periode=alle"),
    "maal": ("leder", "/maal/5"),
    "indberet": ("kvalitet", "/indberet"),
    "log-ind": (None, "/log-ind"),
}
SIZES = {"laptop": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}
BAD_FILE = (
    "indikator;enhed;periode;tæller;nævner\n"
    "MEDAFST;NOH-KIR;2026-09;93;104\nMEDAFST;NOH-KIR;2026-10;148;141\n"
    "TRYKSAAR;NOH-KIR;2026-10;3;1480\nSEPSIS;NOH-AKU;2026-10;31;36\n"
)


def serve(var: Path, port: int) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "TAVLE_VAR": str(var), "TAVLE_SIGN_IN_ATTEMPTS": "1000 per minute"}
    server = subprocess.Popen(
        [sys.executable, "-m", "commands", "demo", "--port", str(port)], cwd=ROOT, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for _attempt in range(600):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
                return server
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
    server.terminate()
    raise SystemExit("the demo server did not answer")


def sign_in(page: Page, url: str, who: str) -> None:
    sign_in = DEMO_SIGN_INS[f"{who}@tavle.example"]
    page.goto(f"{url}/log-ind")
    page.locator("input[type=email]").fill(sign_in.email)
    page.locator("input[type=password]").fill(sign_in.password)
    page.locator("form button[type=submit]").first.click()
    page.locator("main h1").first.wait_for()


def shoot(
    browser: Browser, url: str, name: str, path: Path, *, size: str, language: str, theme: str, whole: bool
) -> None:
    who, address = PAGES[name]
    context = browser.new_context(
        viewport=SIZES[size],  # type: ignore[arg-type]
        locale="en-GB" if language == "en" else "da-DK",
        color_scheme="dark" if theme == "dark" else "light",
    )
    context.add_cookies([{"name": "tavle_theme", "value": theme, "url": url}])
    page = context.new_page()
    if who:
        sign_in(page, url, who)
    page.goto(f"{url}{address}")
    page.locator("h1").first.wait_for()
    if name == "indberet":
        page.locator("input[type=file]").set_input_files(
            {"name": "noh_oktober.csv", "mimeType": "text/csv", "buffer": BAD_FILE.encode("utf-8-sig")}
        )
        page.locator(".tbl--grid").wait_for()
    if name == "indikator":
        page.locator(".js-plotly-plot .main-svg").first.wait_for()
    page.wait_for_timeout(700)
    page.screenshot(path=path, full_page=whole)
    context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="every language, theme and size")
    parser.add_argument("--only", default="", help="names of pages, comma between")
    arguments = parser.parse_args()
    chromium = os.environ.get("TAVLE_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("Chromium is missing (Debian, Ubuntu: apt install chromium)")
    folder = arguments.all or ROOT / "docs" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    names = [name for name in PAGES if not arguments.only or name in arguments.only.split(",")]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as var:
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
                if arguments.all:
                    for name, size, language, theme in product(
                        names, SIZES, ("da", "en"), ("light", "dark", "contrast")
                    ):
                        path = folder / f"{name}-{size}-{language}-{theme}.png"
                        shoot(browser, url, name, path, size=size, language=language, theme=theme, whole=True)
                else:
                    for name in names:
                        path = folder / f"{name}.png"
                        shoot(browser, url, name, path, size="laptop", language="da", theme="light", whole=False)
                browser.close()
        finally:
            server.terminate()
            server.wait(timeout=20)
    sys.stdout.write(f"{len(list(folder.glob('*.png')))} pictures in {folder}\n")


if __name__ == "__main__":
    main()

"""First loads with an empty cache: `python tests/bench/first_load.py` prints bytes, requests and seconds of each page.

Bytes are what went over the wire (compressed); "first chart" is when the first drawing of data stands on the page: the
Plotly chart on the indicator page, the first sparkline on Overblik. Machines are noisy: each page is loaded five times
with an empty cache, and the median is given beside a blank page from the same server, which is the floor.
"""

from __future__ import annotations

import shutil
import socket
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
sys.path.insert(0, str(ROOT))

from screenshots import serve, sign_in  # noqa: E402 - scripts/ is not a package

RUNS = 5
PAGES = {
    "healthz (floor)": (None, "/healthz", "body"),
    "sign-in": (None, "/log-ind", "svg.chart"),
    "Overblik": ("leder", "/", "main svg.spark"),
    "indicator page": ("leder", "/indikator/MEDAFST?v=1&enhed=NOH-KIR", ".js-plotly-plot .trace.scatter"),
    "Nationale mål": ("leder", "/maal/5", "main svg"),
}


def measure(browser: Browser, url: str, who: str | None, path: str, drawn: str) -> tuple[int, int, float]:
    """Bytes over the wire, requests, and seconds until `drawn` stands on the page."""
    state = None
    if who:
        context = browser.new_context(locale="da-DK")
        sign_in(context.new_page(), url, who)
        state = context.storage_state()
        context.close()
    context = browser.new_context(locale="da-DK", storage_state=state, viewport={"width": 1366, "height": 768})
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[float] = []
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    began = time.perf_counter()
    page.goto(f"{url}{path}", wait_until="commit")
    page.locator(drawn).first.wait_for(state="attached", timeout=60_000)
    seconds = time.perf_counter() - began
    page.wait_for_timeout(500)
    context.close()
    return int(sum(sizes)), len(sizes), seconds


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("Chromium is missing (Debian, Ubuntu: apt install chromium)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as var:
        server = serve(Path(var), port)
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
                sys.stdout.write(f"{'page':18}{'kB':>9}{'requests':>10}{'first chart, s':>16}\n")
                for name, (who, path, drawn) in PAGES.items():
                    runs = [measure(browser, f"http://127.0.0.1:{port}", who, path, drawn) for _run in range(RUNS)]
                    size, requests, _seconds = runs[-1]
                    middle = statistics.median(run[2] for run in runs)
                    sys.stdout.write(f"{name:18}{size / 1000:>9.0f}{requests:>10}{middle:>16.2f}\n")
                browser.close()
        finally:
            server.terminate()
            server.wait(timeout=20)


if __name__ == "__main__":
    main()

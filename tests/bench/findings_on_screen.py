"""How long a person waits for findings: `python tests/bench/findings_on_screen.py [--rows N]` in a real Chromium.

The quality team of the demo chooses a CSV file of 2,000 rows with 20 errors on Indberet. The clock in the browser runs
from the moment the file is chosen until the table of findings has been drawn. Printed beside it, for every run: the
request that took the file along (kB sent and received, and how long the server took to answer), and how often the page
had to look in again. Every run sends another file, on a page loaded anew; the first, which warms the server, is printed
and not counted. It ends with 0 if the median is below one second.
"""

from __future__ import annotations

import argparse
import random
import socket
import statistics
import sys
import tempfile
from datetime import date
from pathlib import Path

from playwright.sync_api import Page, Response, sync_playwright
from sqlalchemy import select

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
sys.path.insert(0, str(ROOT))

from screenshots import serve, sign_in  # noqa: E402 - scripts/ is not a package

from data import demo, schema  # noqa: E402
from data.access import load_viewer  # noqa: E402
from data.store import Store  # noqa: E402
from tests.journeys.conftest import CHROMIUM_ARGUMENTS, chromium_path  # noqa: E402

RUNS = 5
AIM = 1.0
ERRORS = 20
TODAY = date(2026, 11, 22)
EMAIL = "kvalitet@tavle.example"
FIRST_MONTH = date(2016, 1, 1)
# From the choice of the file to the frame after the table of findings was put into the page.
CLOCK = """() => {
  const result = document.getElementById("deliver-result");
  window.tavleSeconds = new Promise((done) => {
    let began = 0;
    const input = document.getElementById("deliver-drop-input");
    input.addEventListener("change", () => { began = performance.now(); }, true);
    new MutationObserver((_changes, watch) => {
      if (!began || !result.querySelector("tr.explain")) { return; }
      watch.disconnect();
      requestAnimationFrame(() => setTimeout(() => done((performance.now() - began) / 1000), 0));
    }).observe(result, { childList: true, subtree: true });
  });
}"""


def build(folder: Path) -> list[tuple[str, str]]:
    """A demo store in `folder`, and the series with a denominator that the quality team delivers."""
    store = Store.open(f"duckdb:///{folder / 'demo.duckdb'}", create=True)
    store.migrate()
    demo.build(store, today=TODAY)
    viewer = load_viewer(store, EMAIL, on=TODAY)
    with store.read() as connection:
        shares = select(schema.indicator.c.code).where(
            schema.indicator.c.chart == "p", schema.indicator.c.period == "month"
        )
        codes = set(connection.scalars(shares))
        rows = connection.execute(select(schema.series.c.indicator_code, schema.series.c.unit_code)).all()
    store.close()
    return sorted((row[0], row[1]) for row in rows if row[0] in codes and viewer.may_deliver(row[1]))


def content(series: list[tuple[str, str]], n_rows: int, run: int) -> bytes:
    """The latest months of these series, new figures in every run, with `ERRORS` numerators above their denominator."""
    draw = random.Random(run)
    lines = ["indikator;enhed;periode;tæller;nævner"]
    year, month = TODAY.year, TODAY.month
    while len(lines) <= n_rows:
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        if date(year, month, 1) < FIRST_MONTH:
            raise SystemExit(f"the demo's series have room for {len(lines) - 1} rows only")
        for code, unit_code in series:
            out_of = draw.randint(60, 90)
            lines.append(f"{code};{unit_code};{year}-{month:02d};{draw.randint(20, out_of - 6)};{out_of}")
    lines = lines[: n_rows + 1]
    for at in draw.sample(range(1, len(lines)), ERRORS):
        lines[at] = ";".join([*lines[at].split(";")[:3], "99", "50"])
    return "\r\n".join(lines).encode("utf-8-sig")


def measure(page: Page, url: str, file: bytes, run: int) -> tuple[float, dict[str, float]]:
    """Seconds in the browser, and what is known of the requests meanwhile."""
    page.goto(f"{url}/indberet")
    page.locator("#deliver-drop-input").wait_for(state="attached")
    page.wait_for_load_state("networkidle")
    answers: list[Response] = []

    def keep(response: Response) -> None:
        if "_dash-update-component" in response.url:
            answers.append(response)

    page.on("response", keep)
    page.evaluate(CLOCK)
    file_name = f"levering-{run}.csv"
    page.locator("#deliver-drop-input").set_input_files({"name": file_name, "mimeType": "text/csv", "buffer": file})
    seconds = float(page.evaluate("window.tavleSeconds"))
    page.remove_listener("response", keep)
    whole = max(answers, key=lambda one: len(one.request.post_data or ""))
    timing = whole.request.timing
    looks = sum("deliver-look.n_intervals" in (one.request.post_data or "")[:2000] for one in answers)
    return seconds, {
        "sent": len(whole.request.post_data or "") / 1000,
        "received": len(whole.body()) / 1000,
        "server": (timing["responseStart"] - timing["requestStart"]) / 1000,
        "looks": looks,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=2_000)
    given = parser.parse_args()
    chromium = chromium_path()
    if chromium is None:
        raise SystemExit("Chromium is missing (Debian, Ubuntu: apt install chromium)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    found = []
    with tempfile.TemporaryDirectory(prefix="tavle-findings-") as var:
        series = build(Path(var))
        server = serve(Path(var), port)
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
                context = browser.new_context(locale="da-DK", viewport={"width": 1366, "height": 768})
                page = context.new_page()
                sign_in(page, url, EMAIL.partition("@")[0])
                print(f"{given.rows:,} rows of {len(series)} series, {ERRORS} errors")
                print(f"{'run':8}{'on screen':>12}{'server answers':>16}{'looks':>7}{'kB sent':>9}{'received':>10}")
                for run in range(RUNS + 1):
                    seconds, beside = measure(page, url, content(series, given.rows, run), run)
                    found.append((seconds, beside["server"]))
                    print(
                        f"{run or 'warming':<8}{seconds:>10.2f} s{beside['server']:>14.2f} s{beside['looks']:>7.0f}"
                        f"{beside['sent']:>9.0f}{beside['received']:>10.0f}"
                    )
                browser.close()
        finally:
            server.terminate()
            server.wait(timeout=20)
    median, of_server = (statistics.median(column) for column in zip(*found[1:], strict=True))
    print(f"{'median':8}{median:>10.2f} s{of_server:>14.2f} s")
    return 0 if median < AIM else 1


if __name__ == "__main__":
    raise SystemExit(main())

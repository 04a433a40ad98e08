"""Speed of the leader's board: `python tests/bench/board_speed.py [--store FILE] [--load 300] [--people 50]`.

Without `--store` the small store of large_store.py is made: 40 series x 12 units = 480 cells, 60 months. Give the
national one (24 million observations) to see what a full store costs. Printed are

- server time of Overblik and of a series page: what the requests of one page view take on loopback, and processor time,
  right after something was written (nothing that was kept holds, but what figures say) and when the same person asks
  again;
- cold and warm loads in Chromium: bytes over the wire and seconds until data stand on the page to be seen, and until
  the chart of the series can be used (Plotly has drawn it);
- seconds from a choice of unit or period to the new chart;
- the same content by a stock Dash page (html.Table and dcc.Graph from one callback, Dash's own server), as the ratio;
- with `--load`, that many seconds of people who click through the board (board_readers.py says what they do, in a
  process of its own): answers, errors, percentiles, processor time, memory. Half of them have roles for the whole
  hospital, half for one department; a copy of the store gets their accounts.

Machines are noisy: look at the ratios, and at the load of the machine printed first.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(Path(__file__).parent))

from large_store import (  # noqa: E402 - a script beside this one
    HOSPITAL,
    LEADER,
    NOW,
    PASSWORD,
    SHOWN_DEPARTMENTS,
    SHOWN_INDICATORS,
    TODAY,
    indicator_code,
    make,
)

from dashboards.static import CHART_SCRIPTS  # noqa: E402 - the script runs from anywhere
from data import accounts  # noqa: E402
from data.access import SYSTEM, Grant, Role  # noqa: E402
from data.store import Store  # noqa: E402

ROUNDS = 7
SERIES = f"/indikator/{indicator_code(3)}?v=1&enhed={HOSPITAL}-04"
PAGES = {
    "Overblik": (f"/?v=1&enhed={HOSPITAL}", "main table.mx .spark"),
    "series page": (SERIES, ".figure__still svg.chart, .js-plotly-plot .trace.scatter"),
}
USABLE = ".js-plotly-plot .trace.scatter"
ASKED_BY = {"page": "content.children", "outlook": "indicator-outlook.html", "sisters": "indicator-sisters.html"}
THINKING = 3.0  # seconds a person reads before the next click, on average


@dataclass(frozen=True)
class Asked:
    """One request of a page view, as the browser sent it."""

    method: str
    path: str
    body: str | None
    kind: str


def say(text: str = "") -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(store: Path, var: Path) -> Iterator[tuple[str, int]]:
    """The board over this store: its address and the process that answers."""
    port = free_port()
    environment = {
        **os.environ,
        "TAVLE_DATABASE_URL": f"duckdb:///{store}",
        "TAVLE_VAR": str(var),
        "TAVLE_MODE": "demo",
        "TAVLE_TODAY": TODAY.isoformat(),
        "TAVLE_SIGN_IN_ATTEMPTS": "1000 per minute",  # everybody comes from this machine
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "commands", "serve", "--port", str(port)],
        cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{url}/healthz")
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(address: str) -> None:
    for _attempt in range(600):
        try:
            if requests.get(address, timeout=5).ok:
                return
        except requests.RequestException:
            time.sleep(0.1)
    raise SystemExit(f"{address} does not answer")


def sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/log-ind")
    page.locator("input[type=email]").fill(LEADER)
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("form button[type=submit]").first.click()
    page.locator("main h1").first.wait_for()


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


# ---------------------------------------------------------------------------------------------------------- one reader


def record(context: BrowserContext, url: str, path: str, drawn: str) -> list[Asked]:
    """The requests of one view of a page that ask for something new (no static files)."""
    page, asked = context.new_page(), []

    def note(request: Request) -> None:
        if request.resource_type in ("document", "fetch", "xhr"):
            asked.append(Asked(request.method, request.url.removeprefix(url), request.post_data, request.resource_type))

    page.on("request", note)
    page.goto(f"{url}{path}")
    page.locator(drawn).first.wait_for(state="attached")
    page.wait_for_timeout(500)
    page.close()
    return asked


def session_of(context: BrowserContext, url: str) -> requests.Session:
    session = requests.Session()
    for cookie in context.cookies(url):
        session.cookies.set(cookie["name"], cookie["value"])
    token = next((c["value"] for c in context.cookies(url) if c["name"] == "tavle_csrf"), "")
    session.headers.update({"X-CSRFToken": token, "Accept-Encoding": "gzip"})
    return session


def ask(session: requests.Session, url: str, asked: Asked) -> requests.Response:
    headers = {"Content-Type": "application/json"} if asked.body else {}
    return session.request(asked.method, url + asked.path, data=asked.body, headers=headers, timeout=60)


def server_times(
    session: requests.Session, url: str, process: int, asked: list[Asked], rounds: int, *, fresh: bool
) -> tuple[list[float], float]:
    """Milliseconds all requests of a page view take one after the other, and the server's processor time of a view.

    With `fresh`, something is written before each view (a choice of language), so that only what follows from figures
    is still there.
    """
    times, used = [], 0.0
    for number in range(rounds + 1):
        if fresh:
            session.post(f"{url}/konto/sprog", data={"language": "da"}, headers={"Referer": url}, timeout=60)
        began, cpu = time.perf_counter(), processor(process)
        for one in asked:
            answer = ask(session, url, one)
            assert answer.status_code in (200, 204), (one.path, answer.status_code)
        if number:
            times.append(1000 * (time.perf_counter() - began))
            used += processor(process) - cpu
    return times, 1000 * used / rounds


def processor(process: int) -> float:
    """Seconds of processor the server and its workers have used."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == process or int(stat.parent.name) == process:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def load_page(
    context: BrowserContext, address: str, drawn: str, *, cold: bool, is_seen: bool = True
) -> tuple[int, float]:
    """Bytes over the wire, and seconds until `drawn` stands on the page, to be seen unless told otherwise."""
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    if cold:
        network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[float] = []
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(drawn).first.wait_for(state="visible" if is_seen else "attached", timeout=60_000)
    seconds = time.perf_counter() - began
    page.wait_for_timeout(300)
    page.close()
    return int(sum(sizes)), seconds


def changes(context: BrowserContext, url: str) -> dict[str, list[float]]:
    """Seconds from a choice in the context bar to the chart that answers it."""
    page = context.new_page()
    page.goto(url + SERIES)
    page.locator(".js-plotly-plot .trace.scatter").first.wait_for(state="attached")
    found: dict[str, list[float]] = {"unit": [], "period": []}
    units = [f"{HOSPITAL}-{number:02d}" for number in range(ROUNDS + 1)]
    for unit in units:
        found["unit"].append(_choose(page, "enhed", unit))
    for period in ["60", "24", "36", "60", "24", "36", "60", "24"]:
        found["period"].append(_choose(page, "periode", period))
    page.close()
    return {name: times[1:] for name, times in found.items()}


def _choose(page: Page, name: str, value: str) -> float:
    page.evaluate("document.querySelector('.js-plotly-plot').setAttribute('data-old', '')")
    began = time.perf_counter()
    page.locator(f"form[data-context] select[name={name}]").first.select_option(value)
    page.locator(".js-plotly-plot:not([data-old]) .trace.scatter").first.wait_for(state="attached")
    return time.perf_counter() - began


# ---------------------------------------------------------------------------------------------------- a stock page

STOCK = """
import sys, json
import duckdb, dash, plotly.graph_objects as go
from dash import dcc, html, Input, Output
con = duckdb.connect(sys.argv[1], read_only=True)
app = dash.Dash(__name__)
app.layout = html.Div([dcc.Location(id="at"), html.Div(id="page")])

def table():
    rows = con.cursor().execute("select indicator_code, unit_code, variation, assurance, latest_value, latest_period, "
                                "sparkline from series_state where unit_code like 'BENCH%' order by 1, 2").fetchall()
    units = sorted({row[1] for row in rows})
    cells = {(row[0], row[1]): row for row in rows}
    def cell(row):
        values = json.loads(row[6])["values"]
        low, high = min(values), max(values) + 1e-9
        line = " ".join(f"{6 * i},{36 - 36 * (v - low) / (high - low):.1f}" for i, v in enumerate(values))
        picture = ("data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 220 36'>"
                   f"<polyline points='{line}' fill='none' stroke='gray'/></svg>")
        return html.Td([html.Span(row[2]), html.Span(row[3]), html.B(f"{row[4]:.1f} %"), html.Small(str(row[5])),
                        html.Img(src=picture, className="spark")])
    lines = [html.Tr([html.Th(i), *[cell(cells[i, u]) for u in units]]) for i in sorted({r[0] for r in rows})]
    return html.Table([html.Tr([html.Th(u) for u in ["", *units]]), *lines])

def chart():
    rows = con.cursor().execute("select period_start, 100 * numerator / denominator from observation "
                       "where indicator_code = 'B003' and unit_code = 'BENCH-04' order by 1").fetchall()
    figure = go.Figure(go.Scatter(x=[r[0] for r in rows], y=[r[1] for r in rows], mode="lines+markers"))
    return dcc.Graph(figure=figure)

@app.callback(Output("page", "children"), Input("at", "pathname"))
def draw(path):
    return chart() if path == "/chart" else table()

app.run(port=int(sys.argv[2]), debug=False)
"""


@contextmanager
def stock_page(store: Path) -> Iterator[str]:
    port = free_port()
    with tempfile.NamedTemporaryFile("w", suffix=".py", delete=False) as script:
        script.write(STOCK)
    process = subprocess.Popen(
        [sys.executable, script.name, str(store), str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)
        Path(script.name).unlink()


# ------------------------------------------------------------------------------------------------------ many people


def memory(process: int) -> float:
    """Megabytes in the server and its workers."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        except OSError:
            continue
        if int(fields["PPid"]) == process or int(status.parent.name) == process:
            total += int(fields.get("VmRSS", "0 kB").split()[0])
    return total / 1024


def add_people(path: Path, n: int) -> list[dict[str, object]]:
    """Accounts for `n` people in the store at `path`, half of them for the whole hospital; what they may see."""
    store = Store.open(f"duckdb:///{path}")
    everything = [HOSPITAL, *(f"{HOSPITAL}-{number:02d}" for number in range(SHOWN_DEPARTMENTS))]
    found: list[dict[str, object]] = []
    for number in range(n):
        # Leaders and quality teams; every other one of the hospital.
        unit = HOSPITAL if number % 2 == 0 else everything[1 + number // 2 % SHOWN_DEPARTMENTS]
        role = Role.QUALITY_TEAM if number % 4 == 0 else Role.LEADER
        email = f"person{number}@maaling.example"
        accounts.create(
            store, SYSTEM, email=email, name=f"Person {number}", password=PASSWORD, now=NOW, grants=[Grant(role, unit)]
        )
        found.append({"email": email, "units": everything if unit == HOSPITAL else [unit]})
    store.close()
    return found


def people(
    url: str,
    process: int,
    asked: list[Asked],
    those: list[dict[str, object]],
    folder: Path,
    *,
    seconds: float,
    thinking: float,
) -> None:
    """Those people click for so many seconds; the server's memory is noted meanwhile."""
    plan = {
        "url": url,
        "people": those,
        "password": PASSWORD,
        "seconds": seconds,
        "thinking": thinking,
        "indicators": [indicator_code(number) for number in range(SHOWN_INDICATORS)],
        "asked": {
            name: next(
                one.body for one in asked if one.body and json.loads(one.body)["output"].strip(".").startswith(out)
            )
            for name, out in ASKED_BY.items()
        },
        "chart_scripts": list(CHART_SCRIPTS),
        "loaded_at": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime()),
    }
    path = folder / "plan.json"
    path.write_text(json.dumps(plan), "utf-8")
    readers = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("board_readers.py")), str(path)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert readers.stdout is not None
    say(readers.stdout.readline().strip())  # everybody has signed in
    before = processor(process)
    say(f"{'second':>8}{'MB':>8}{'server CPU s':>14}{'load':>7}")
    began, noted = time.perf_counter(), 0.0
    while readers.poll() is None:
        if time.perf_counter() - began >= noted:
            used = processor(process) - before
            say(f"{noted:>8.0f}{memory(process):>8.0f}{used:>14.1f}{os.getloadavg()[0]:>7.1f}")
            noted += 30.0
        time.sleep(0.5)
    told = json.loads(readers.stdout.read())
    used = processor(process) - before
    for kind, (count, middle, worst) in told["kinds"].items():
        say(f"  {kind:10}{count:>7} answers  p50 {middle:>6.0f} ms  p95 {worst:>6.0f} ms")
    shares = "  ".join(f"p{share} {value:.0f} ms" for share, value in zip((50, 95, 99), told["all"], strict=True))
    say(
        f"{len(those)} people, {told['clicks']} clicks, {told['answers']} answers, {len(told['faults'])} errors "
        f"{sorted(set(told['faults']))[:5]}: {shares}"
    )
    clicks = max(told["clicks"], 1)
    say(
        f"server: {used:.1f} s of processor, {told['answers'] / used:.0f} answers and {clicks / used:.1f} clicks a "
        f"second of it, {1000 * used / clicks:.0f} ms a click; the readers took {told['own_cpu']:.1f} s"
    )


# ------------------------------------------------------------------------------------------------------------- all


def measure(
    browser: Browser, store: Path, folder: Path, *, n: int, seconds: float, thinking: float, rounds: int
) -> None:
    those = add_people(store, n) if seconds else []
    with served(store, folder / "var") as (url, process):
        context = browser.new_context(locale="da-DK", viewport={"width": 1366, "height": 768})
        sign_in(context.new_page(), url)
        session = session_of(context, url)
        heads = f"{'page':12}{'requests':>9}{'written: p50':>13}{'p95':>6}{'CPU':>6}{'again: p50':>12}{'p95':>6}"
        say(f"{heads}{'CPU, ms':>9}{'cold kB':>9}{'s':>6}{'warm s':>8}{'usable: cold':>14}{'warm s':>8}")
        ours, asked = {}, []
        for name, (path, drawn) in PAGES.items():
            asked = record(context, url, path, USABLE if path == SERIES else drawn)
            told = ""
            for fresh in (True, False):
                times, used = server_times(session, url, process, asked, rounds, fresh=fresh)
                told += f"{statistics.median(times):>{13 if fresh else 12}.0f}{percentile(times, 0.95):>6.0f}"
                told += f"{used:>{6 if fresh else 9}.0f}"
            loads = {
                cold: [load_page(context, url + path, drawn, cold=cold) for _round in range(ROUNDS)]
                for cold in (True, False)
            }
            middle = {cold: statistics.median(one[1] for one in runs) for cold, runs in loads.items()}
            ours[name] = middle[True]
            size = max(one[0] for one in loads[True]) / 1000
            told += f"{size:>9.0f}{middle[True]:>6.2f}{middle[False]:>8.2f}"
            if path == SERIES:
                usable = [
                    statistics.median(
                        load_page(context, url + path, USABLE, cold=cold, is_seen=False)[1] for _round in range(ROUNDS)
                    )
                    for cold in (True, False)
                ]
                told += f"{usable[0]:>14.2f}{usable[1]:>8.2f}"
                ours[name] = usable[0]
            say(f"{name:12}{len(asked):>9}{told}")
        for name, times in changes(context, url).items():
            say(f"new {name}: {1000 * statistics.median(times):.0f} ms to the chart (worst {1000 * max(times):.0f})")
        context.close()
        if seconds:
            people(url, process, asked, those, folder, seconds=seconds, thinking=thinking)
    with stock_page(store) as url:
        context = browser.new_context(locale="da-DK", viewport={"width": 1366, "height": 768})
        for name, path, drawn in (("Overblik", "/", "img.spark"), ("series page", "/chart", ".trace.scatter")):
            loads = [load_page(context, url + path, drawn, cold=True, is_seen=False) for _round in range(3)]
            middle = statistics.median(one[1] for one in loads)
            size = loads[-1][0] / 1000
            say(f"stock Dash, {name}: {size:.0f} kB, {middle:.2f} s cold; ours {ours[name] / middle:.2f} of it")
        context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--store", type=Path, help="a store of large_store.py; a copy of it is used")
    parser.add_argument(
        "--load", type=float, default=0, metavar="SECONDS", help="how long people click (0: not at all)"
    )
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument(
        "--thinking", type=float, default=THINKING, metavar="SECONDS", help="how long a person reads, on average"
    )
    parser.add_argument("--rounds", type=int, default=40, help="views of a page whose server times are taken")
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("Chromium is missing (Debian, Ubuntu: apt install chromium)")
    say(f"load of the machine before: {json.dumps(os.getloadavg())}")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        store = Path(folder) / "store.duckdb"
        if options.store is None:
            make(store, "small")
        else:
            shutil.copyfile(options.store, store)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        measure(
            browser,
            store,
            Path(folder),
            n=options.people,
            seconds=options.load,
            thinking=options.thinking,
            rounds=options.rounds,
        )
        browser.close()


if __name__ == "__main__":
    main()

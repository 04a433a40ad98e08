"""A real server with the demo programme, and a real Chromium from the system's packages.

Without Chromium these tests are skipped with the reason, except in CI (`CI=true`), where that is a failure.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from click.testing import Result
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from typer.testing import CliRunner

import commands
from data.demo import DEMO_SIGN_INS
from tests.conftest import BuiltDemo

ROOT = Path(__file__).resolve().parents[2]
# Without the background flags Chromium asks hosts of its vendor at every start.
CHROMIUM_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    # One process a site and profile: a page that comes next need not read and compile the scripts again, half its work.
    "--process-per-site",
]  # fmt: skip
LAPTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}

# A machine busy with three workers draws late; what is there at once costs no time.
expect.set_options(timeout=15_000)


def chromium_path() -> str | None:
    named = os.environ.get("TAVLE_CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in Path(str(item.fspath)).parts:
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Board:
    """A running server: its address, its folder of run-time files and the sign-ins it printed nobody."""

    url: str
    var: Path
    environment: dict[str, str]

    def tavle(self, *arguments: str) -> Result:
        """The command line, beside the running server; without starting a process, which takes two seconds each."""
        return CliRunner().invoke(commands.app, list(arguments), env=self.environment, catch_exceptions=False)

    def tavle_as_a_program(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The same as a process of its own."""
        return subprocess.run(
            [sys.executable, "-m", "commands", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def board(built_demo: BuiltDemo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    var = tmp_path_factory.mktemp("var")
    shutil.copy(built_demo.path, var)
    port = free_port()
    # Journeys sign in many times from one address; the limit has its own tests.
    environment = {
        **os.environ,
        "TAVLE_VAR": str(var),
        "TAVLE_SIGN_IN_ATTEMPTS": "1000 per minute",
        "PYTHONUNBUFFERED": "1",
    }
    log = (var / "server.log").open("w+", encoding="utf-8")
    server = subprocess.Popen(
        [sys.executable, "-m", "commands", "demo", "--port", str(port)],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _attempt in range(600):
            if server.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{url}/healthz", timeout=1) as answer:
                    if answer.status == 200:
                        break
            except OSError:
                time.sleep(0.1)
        else:
            pytest.fail("the demo server did not answer within a minute")
        if server.poll() is not None:
            pytest.fail(f"the demo server stopped: {(var / 'server.log').read_text('utf-8')[-2000:]}")
        yield Board(url, var, {**environment, "TAVLE_MODE": "demo"})
    finally:
        server.terminate()
        code = server.wait(timeout=20)
        log.close()
        assert code == 0, "asked to stop, the server did not end well"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium_path()
    if path is None:
        reason = "no Chromium on this machine (Debian, Ubuntu: apt install chromium; or TAVLE_CHROMIUM=path)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@dataclass
class Visitor:
    """One person at one browser: everything that went wrong in the page is kept and checked at the end."""

    page: Page
    context: BrowserContext
    url: str
    faults: list[str]
    outside: list[str]

    def sign_in(self, who: str, *, by_form: bool) -> None:
        """As a person does, or by the same two requests without drawing the pages."""
        person = DEMO_SIGN_INS[f"{who}@tavle.example"]
        if by_form:
            self.page.goto(f"{self.url}/log-ind")
            self.page.get_by_label("E-mail").fill(person.email)
            self.page.locator("input[type=password]").fill(person.password)
            self.page.locator("form button[type=submit]").first.click()
            self.settled()
            return
        form = self.context.request.get(f"{self.url}/log-ind").text()
        token = re.search(r'name="csrf_token" value="([^"]+)"', form)
        assert token, "the sign-in page has no token"
        fields = {"csrf_token": token[1], "email": person.email, "password": person.password}
        answer = self.context.request.post(f"{self.url}/log-ind", form=fields, max_redirects=0)
        assert answer.status == 303, f"{who} could not sign in"

    def open(self, path: str) -> None:
        self.page.goto(f"{self.url}{path}")
        self.settled()

    def settled(self) -> None:
        self.page.locator("main h1").first.wait_for(state="visible", timeout=20_000)
        # The first document of a series page can be read, not used: the page that can be used takes its place.
        expect(self.page.locator("main [inert]")).to_have_count(0, timeout=20_000)
        # Not wait_for_function: it polls with eval, which the page's content security policy refuses.
        expect(self.page.locator('[data-dash-is-loading="true"]')).to_have_count(0, timeout=20_000)


@dataclass
class Seat:
    """A browser profile with one page that test after test uses, so that scripts are fetched and compiled once."""

    context: BrowserContext
    page: Page

    def clear(self) -> None:
        """Leave nothing of the last visitor but cached files."""
        if self.page.url.startswith("http"):
            self.page.evaluate("() => { localStorage.clear(); sessionStorage.clear() }")
        self.page.unroute_all()
        # Before the cookies: a page that still asks for something would go and sign in.
        self.page.goto("about:blank")
        self.context.clear_cookies()


@pytest.fixture(scope="session")
def sessions() -> dict[str, Any]:
    """Cookies of those who signed in before, by name: signing in once per person saves a second a test."""
    return {}


@pytest.fixture(scope="session")
def seats(browser: Browser) -> dict[tuple[str, int], Seat]:
    """By language and number of the visitor in the test."""
    return {}


@pytest.fixture
def visit(
    board: Board, browser: Browser, sessions: dict[str, Any], seats: dict[tuple[str, int], Seat]
) -> Iterator[Callable[..., Visitor]]:
    """A factory of visitors; at the end no page may have logged an error or asked another machine for anything.

    `at` is the page to open; None leaves that to the test. `by_form` signs in through the form, in a session of one's
    own: for tests about signing in and out. Visitors of one test have a browser profile each; it and its page were
    used by other tests before, with nothing left in it but cached files.
    """
    visitors: list[Visitor] = []
    listeners: list[tuple[Page, Literal["pageerror", "console", "request"], Callable[[Any], None]]] = []

    def listen(page: Page, event: Literal["pageerror", "console", "request"], to: Callable[[Any], None]) -> None:
        page.on(event, to)  # type: ignore[call-overload]
        listeners.append((page, event, to))

    def seat(language: str, number: int) -> Seat:
        if (language, number) not in seats:
            # What fades in is not waited for: that it does is for eyes, and each frame costs.
            context = browser.new_context(
                locale="en-GB" if language == "en" else "da-DK", accept_downloads=True, reduced_motion="reduce"
            )
            seats[language, number] = Seat(context, context.new_page())
        return seats[language, number]

    def enter(
        who: str | None = None,
        *,
        language: str = "da",
        viewport: dict[str, int] | None = None,
        theme: str = "light",
        at: str | None = None,
        by_form: bool = False,
    ) -> Visitor:
        taken = seat(language, len(visitors))
        taken.clear()
        page = taken.page
        page.set_viewport_size(viewport or LAPTOP)  # type: ignore[arg-type]
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
        visitor = Visitor(page, taken.context, board.url, [], [])
        visitors.append(visitor)
        listen(page, "pageerror", lambda error: visitor.faults.append(str(error)))
        listen(page, "console", lambda said: visitor.faults.append(said.text) if said.type == "error" else None)
        # The tour of the demo has a journey of its own.
        taken.context.add_cookies([{"name": "tavle_visit", "value": "closed", "url": board.url}])
        inside = (board.url, "data:", "blob:")
        listen(
            page,
            "request",
            lambda asked: None if asked.url.startswith(inside) else visitor.outside.append(asked.url),
        )
        if who in sessions and not by_form:
            taken.context.add_cookies(sessions[who])
        elif who is not None:
            visitor.sign_in(who, by_form=by_form)
            if not by_form:
                sessions[who] = taken.context.cookies()
        if at is not None:
            visitor.open(at)
        return visitor

    yield enter
    for page, event, to in listeners:
        page.remove_listener(event, to)
    assert [url for visitor in visitors for url in visitor.outside] == []
    # A page that answers 403 or 404 on purpose is reported by the browser as a failed resource.
    faults = [fault for visitor in visitors for fault in visitor.faults if "Failed to load resource" not in fault]
    assert faults == []

"""The frame around the pages: status codes, words in both languages, navigation, errors, how the board is served."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from dash import Dash, html
from structlog.testing import capture_logs
from werkzeug.datastructures import LanguageAccept

import app as app_module
from app import greeting, open_store, require_free_port, write_door
from dashboards.errors import new_reference
from dashboards.pages import PageError, PageRecord, Registry, load_registry
from dashboards.preferences import pick_language
from dashboards.selection import Selection
from data import outbox, states
from data.access import SYSTEM
from data.queries import units
from data.store import Store
from settings import Settings

VisitorOf = Callable[[Dash], Any]


def words(page: str) -> str:
    """What a reader sees of a page's `<main>`."""
    main = re.search(r"<main.*?</main>", page, re.S)
    assert main, "the page has no main"
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main[0])).strip()


def options(page: str, key: str) -> list[tuple[str, bool]]:
    select = re.search(rf'<select id="ctx-{key}" name="{key}">(.*?)</select>', page, re.S)
    assert select, f"there is no select {key}"
    return [(value, bool(chosen)) for value, chosen in re.findall(r'<option value="([^"]*)"( selected)?>', select[1])]


# ------------------------------------------------------------------------------------------------- building


def test_the_app_has_no_other_lazy_names() -> None:
    with pytest.raises(AttributeError, match="servr"):
        _ = app_module.servr


def test_two_apps_in_one_process_have_each_their_own(fresh_board: Callable[..., Dash], visitor_of: VisitorOf) -> None:
    one, other = fresh_board(), fresh_board()
    assert visitor_of(one).sign_in().show("/")["content"]["children"]["type"] == "Div"
    assert visitor_of(other).sign_in().show("/")["content"]["children"]["type"] == "Div"


# ------------------------------------------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("path", "status", "danish", "english"),
    [
        ("/findes/ikke", 404, "Siden findes ikke", "There is no such page"),
        ("/?v=1&enhed=FINDESIKKE", 404, "Enheden findes ikke", "There is no such unit"),
        ("/indikator/INTET", 404, "Siden findes ikke", "There is no such page"),
        ("/indikator/VAEK", 404, "Indikatoren findes ikke.", "There is no such indicator."),
        ("/indikator/LUKKET", 403, "Kun for kvalitetsteamet.", "For the quality team only."),
        ("/?v=1&enhed=AHH", 403, "Du har ikke adgang til Amager og Hvidovre", "You have no access to Amager"),
    ],
)
def test_an_address_that_leads_nowhere_says_so_in_words_with_its_status(
    visitor: Any, path: str, status: int, danish: str, english: str
) -> None:
    visitor.sign_in()
    for language, expected in (("da", danish), ("en", english)):
        visitor.get(f"/sprog/{language}")
        page = visitor.get(path)
        assert page.status_code == status
        assert expected in words(page.text)
        assert f'<html lang="{language}"' in page.text
        assert 'class="nav"' in page.text and "<h1>" in page.text
        # The same words when a link inside the app leads there.
        pathname, _, search = path.partition("?")
        shown = visitor.show(pathname, f"?{search}" if search else "")
        assert expected in shown["content"]["children"]["props"]["html"]
        assert shown["page"]["data"]["title"].startswith(re.search(r"<h1>(.*?)</h1>", page.text)[1])  # type: ignore[index]


def test_a_machine_that_asks_for_what_is_not_there_is_told_in_json(visitor: Any) -> None:
    answer = visitor.sign_in().get("/api/v1/typo")
    assert (answer.status_code, answer.get_json()["title"]) == (404, "Findes ikke")


def test_no_access_names_the_unit_and_tells_nothing_else_of_it(visitor: Any) -> None:
    page = visitor.sign_in().get("/?v=1&enhed=AHH")
    assert words(page.text) == (
        "Du har ikke adgang til Amager og Hvidovre Hospital Du har adgang til Nordsjællands Hospital . Siden findes, "
        "men kræver ret til at se enheden. Til dit overblik Mangler du adgangen i dit arbejde, så bed den, der "
        "administrerer Tavle hos jer, om den."
    )
    assert "AHH" not in [value for value, _chosen in options(page.text, "enhed")]


def test_what_was_typed_in_an_address_is_not_repeated(visitor: Any) -> None:
    visitor.sign_in()
    for path in ("/120385-1234", "/?v=1&enhed=1203851234", "/<script>alert(1)</script>"):
        page = words(visitor.get(path).text)
        assert "1234" not in page and "alert" not in page


def test_an_address_with_an_unreadable_query_opens_with_the_defaults(visitor: Any) -> None:
    assert visitor.sign_in().get("/?v=1&enhed=%FF%00&periode=abc&%%%").status_code == 200


def test_a_page_that_is_there_answers_200_and_draws_inside_the_frame(visitor: Any) -> None:
    page = visitor.sign_in().get("/indikator/KIR-01?v=1&enhed=NOH&periode=60")
    assert page.status_code == 200
    assert "<title>Navn KIR-01 · Tavle · DEMO</title>" in page.text
    assert "Henter siden" in words(page.text)  # until Dash has drawn
    shown = visitor.show("/indikator/KIR-01", "?v=1&enhed=NOH&periode=60")
    assert shown["page"]["data"]["title"] == "Navn KIR-01 · Tavle · DEMO"
    assert "Indikator KIR-01" in json.dumps(shown["content"])


def test_a_viewer_without_any_unit_is_not_met_by_an_error(visitor: Any) -> None:
    visitor.sign_in("ingen@tavle.example")
    assert visitor.get("/").status_code == 200
    assert "Per Ny" in json.dumps(visitor.show("/"))


# ------------------------------------------------------------------------------------------------- context bar


def test_the_context_bar_offers_what_the_viewer_may_see_and_marks_what_is_chosen(visitor: Any) -> None:
    page = visitor.sign_in().get("/?v=1&enhed=NOH&periode=alle").text
    offered = options(page, "enhed")
    assert [value for value, chosen in offered if chosen] == ["NOH"]
    assert "AHH" not in dict(offered)
    assert options(page, "periode") == [("24", False), ("36", False), ("60", False), ("alle", True)]


def test_without_a_unit_in_the_address_the_viewers_own_is_chosen(visitor: Any) -> None:
    page = visitor.sign_in().get("/").text
    assert [value for value, chosen in options(page, "enhed") if chosen] == ["NOH"]
    assert visitor.show("/")["page"]["data"]["values"] == {"enhed": "NOH", "periode": "36"}


def test_an_administrator_chooses_among_all_units_in_one_list(visitor: Any) -> None:
    offered = dict(options(visitor.sign_in("admin@tavle.example").get("/").text, "enhed"))
    assert {"DK", "1081", "101", "NOH", "AHH"} <= set(offered)


def test_an_administrator_who_asks_for_a_unit_that_is_not_there_is_told_so(visitor: Any) -> None:
    page = visitor.sign_in("admin@tavle.example").get("/?v=1&enhed=XYZ")
    assert (page.status_code, "Enheden findes ikke" in page.text) == (404, True)


@pytest.mark.parametrize("address", ["/?v=1&enhed=010190-1234", "/010190-1234", "/?x=010190%2D1234"])
def test_a_cpr_number_in_an_address_is_carried_along_by_no_link(visitor: Any, address: str) -> None:
    signed_out = visitor.get(address)
    assert "1234" not in signed_out.headers["Location"]
    # Four digits alone may stand in a fingerprint by chance; joined to the date, or behind its hyphen, they do not.
    assert not re.search(r"010190|(?:-|%2D)1234\b", visitor.sign_in().get(address).text, re.I)


def test_a_page_shows_only_the_selects_it_uses(visitor: Any) -> None:
    visitor.sign_in()
    shown = {
        path: re.findall(r'data-field="(\w+)"(?! hidden)>', visitor.get(path).text)
        for path in ("/", "/maal", "/indberet")
    }
    assert shown == {"/": ["enhed", "periode"], "/maal": ["enhed"], "/indberet": []}
    assert visitor.show("/maal")["page"]["data"]["fields"] == ["enhed"]


# ------------------------------------------------------------------------------------------------- navigation


@pytest.mark.parametrize(
    ("email", "names"),
    [
        ("leder@tavle.example", ["Overblik", "Nationale mål"]),
        ("team@tavle.example", ["Overblik", "Nationale mål", "Indberet"]),
    ],
)
def test_the_navigation_holds_the_pages_of_a_role_and_no_dead_link(visitor: Any, email: str, names: list[str]) -> None:
    visitor.sign_in(email).get("/sprog/da")
    page = visitor.get("/maal?v=1&periode=60").text
    nav = re.search(r'<nav class="nav".*?</nav>', page, re.S)
    assert nav
    links = re.findall(r'<a href="([^"]+)"[^>]*?( aria-current="page")?>.*?<span>(.*?)</span>', nav[0])
    assert [name for _href, _current, name in links] == names
    assert [name for _href, current, name in links if current] == ["Nationale mål"]
    for href, _current, _name in links:
        address = href.replace("&amp;", "&")
        assert "periode=60" in address, "the choices go along"
        assert visitor.get(address).status_code == 200


def test_the_account_menu_says_who_is_signed_in_and_signs_out_by_post(visitor: Any) -> None:
    page = visitor.sign_in().get("/").text
    assert "Maja Havreled" in page and "Leder" in page and ">MH<" in page
    form = re.search(r'<form method="post" action="/log-ud">.*?</form>', page, re.S)
    assert form and 'name="csrf_token"' in form[0]


def test_the_demo_is_marked_on_every_page(visitor: Any) -> None:
    for path in ("/log-ind", "/", "/findes-ikke", "/?enhed=AHH"):
        page = visitor.get(path).text if path == "/log-ind" else visitor.sign_in_once().get(path).text
        assert ">DEMO</span>" in page
        assert "· DEMO</title>" in page


# ------------------------------------------------------------------------------------------------- the registry


def test_the_real_pages_load_and_have_each_an_address_of_their_own() -> None:
    registry = load_registry()
    templates = [template for page in registry.pages for template in page.templates]
    assert len(templates) == len(set(templates))
    assert [page.path for page in registry.pages if page.order is not None] == [
        page.path for page in sorted(registry.pages, key=lambda page: page.order or 0) if page.order is not None
    ]
    for page in registry.pages:
        assert page.name and set(page.fields) <= {"enhed", "periode"}
        assert page.order is None or page.icon, f"{page.path} stands in the navigation without an icon"


def test_the_addresses_in_mails_are_those_of_pages() -> None:
    registry = load_registry()
    for kind, address in outbox.PAGES.items():
        assert registry.find(address.format(about="T-1").partition("?")[0]) is not None, kind


def _package(folder: Path, name: str, **files: str) -> None:
    package = folder / name
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    for module, text in files.items():
        (package / f"{module}.py").write_text(text, encoding="utf-8")


PAGE = (
    "from dashboards.pages import PageRecord\n"
    "PAGE = PageRecord({path!r}, 'Navn', lambda selection: None)\n"
    "def register_callbacks(app): pass\n"
)


@pytest.mark.parametrize(
    ("name", "files", "message"),
    [
        ("no_page", {"empty": "x = 1\n"}, "no_page.empty: a page needs PAGE"),
        ("twice", {"a": PAGE.format(path="/x"), "b": PAGE.format(path="/x")}, "twice.b: /x is already the address of"),
    ],
)
def test_a_page_that_cannot_take_part_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, files: dict[str, str], message: str
) -> None:
    _package(tmp_path, name, **files)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(PageError, match=re.escape(message)):
        load_registry(name)


def test_an_address_finds_its_page_and_its_arguments() -> None:
    page = PageRecord("/maal", "Mål", lambda selection: html.Div(), also=("/maal/<number>",))
    registry = Registry((page,))
    for address, arguments in (
        ("/maal", {}),
        ("/maal/", {}),
        ("/maal/7", {"number": "7"}),
        ("/maal/%C3%B8", {"number": "ø"}),
    ):
        found = registry.find(address)
        assert found is not None and found.path_args == arguments
    for address in ("/", "/maal/7/8", "/maalx", "/Maal"):
        assert registry.find(address) is None


# ------------------------------------------------------------------------------------------------- language, theme


@pytest.mark.parametrize(
    ("cookie", "account", "accept", "expected"),
    [
        (None, None, "", "da"),
        (None, None, "de,fr;q=0.5", "da"),
        (None, None, "sv,en-GB;q=0.8,da;q=0.2", "en"),
        (None, "da", "en", "da"),
        ("en", "da", "da", "en"),
        ("klingon", None, "en", "en"),
        (None, None, "en;q=0", "da"),
    ],
)
def test_the_language_is_the_one_chosen_then_the_accounts_then_the_browsers(
    cookie: str | None, account: str | None, accept: str, expected: str
) -> None:
    pairs = [part.split(";q=") for part in accept.split(",") if part]
    header = LanguageAccept([(pair[0], float(pair[1]) if len(pair) > 1 else 1.0) for pair in pairs])
    assert pick_language(cookie, account, header) == expected


def test_switching_language_comes_back_to_the_same_address_and_stays(visitor: Any) -> None:
    visitor.sign_in()
    page = visitor.get("/maal?v=1&periode=60").text
    link = re.search(r'href="(/sprog/en\?next=[^"]+)"', page)
    assert link
    answer = visitor.get(link[1])
    assert (answer.status_code, answer.location) == (303, "/maal?v=1&periode=60")
    assert '<html lang="en"' in visitor.get("/").text
    assert "Maja Havreled NOH 36 en" in json.dumps(visitor.show("/"))


def test_the_account_speaks_its_own_language(visitor: Any) -> None:
    assert '<html lang="en"' in visitor.sign_in("team@tavle.example").get("/", headers={"Accept-Language": "da"}).text


def test_one_readers_language_does_not_reach_the_next(visitor: Any, another: Any) -> None:
    visitor.get("/sprog/en")
    assert "Sign in" in visitor.get("/log-ind").text
    assert "Log ind" in another.get("/log-ind").text


def test_the_theme_is_set_by_the_server_and_left_to_the_machine_until_chosen(visitor: Any) -> None:
    assert "data-theme=" not in visitor.get("/log-ind").text.split("<head>")[0]
    assert visitor.get("/tema/dark?next=/log-ind").location == "/log-ind"
    assert '<html lang="da" data-theme="dark">' in visitor.get("/log-ind").text
    assert visitor.get("/tema/pink").status_code == 404


def test_the_machines_preferences_get_the_same_tokens_as_the_readers_choice(project: Path) -> None:
    base = (project / "assets/10-base.css").read_text("utf-8")
    shell = (project / "assets/20-shell.css").read_text("utf-8")

    def tokens(text: str) -> dict[str, str]:
        return dict(re.findall(r"(--[\w-]+|color-scheme):\s*([^;]+);", text))

    # Paper is light, so the machine's wish for dark counts on screens alone.
    for theme, query in (("dark", "screen and (prefers-color-scheme: dark)"), ("contrast", "(prefers-contrast: more)")):
        chosen = re.search(rf'\[data-theme="{theme}"\] {{(.*?)\n}}', base, re.S)
        followed = re.search(rf"@media {re.escape(query)} {{\s*:root:not\(\[data-theme\]\) {{(.*?)}}", shell, re.S)
        assert chosen and followed
        assert len(tokens(chosen[1])) > 30
        assert tokens(followed[1]) == tokens(chosen[1])


# ------------------------------------------------------------------------------------------------- what breaks


def test_a_callback_that_breaks_says_so_with_a_reference_and_leaves_the_page_alone(visitor: Any) -> None:
    visitor.sign_in()
    with capture_logs() as lines:
        answer = visitor.callback("told.children", {"told.n_clicks": 1})
    assert answer.status_code == 200
    body = answer.get_json()
    assert body.get("response", {}) == {}
    shown = body["sideUpdate"]["toast"]["html"]
    reference = re.search(r"<code>(TV-[0-9A-Z]{4}-[0-9A-Z]{3})</code>", shown)
    assert reference and "Noget gik galt hos os. Ingen data er ændret." in shown
    assert [line["reference"] for line in lines if line["event"] == "failed"] == [reference[1]]
    assert "1203851234" not in json.dumps(lines) and "hemmelighed" not in json.dumps(lines)
    assert any("conftest.py" in frame for line in lines for frame in line.get("trace", []))


def test_what_a_callback_may_not_do_comes_with_its_own_words_and_no_reference(visitor: Any) -> None:
    visitor.sign_in()
    with capture_logs() as lines:
        body = visitor.callback("told.children", {"told.n_clicks": 2}).get_json()
    assert "Det må du ikke." in body["sideUpdate"]["toast"]["html"]
    assert "TV-" not in body["sideUpdate"]["toast"]["html"]
    assert lines == []


def test_a_page_that_breaks_ends_as_words_inside_the_frame(visitor: Any) -> None:
    visitor.sign_in()
    with capture_logs() as lines:
        shown = visitor.show("/indikator/BRUDT", "?v=1&enhed=NOH")["content"]["children"]["props"]["html"]
    assert "Siden kunne ikke vises" in shown and "Fejlen er vores, ikke jeres. Ingen data er ændret." in shown
    assert 'href="/indikator/BRUDT?v=1&amp;enhed=NOH" data-reload' in shown
    assert lines[0]["reference"] in shown and lines[0]["place"] == "/indikator/<code>"


def test_a_first_load_that_breaks_answers_500_in_words_without_telling_why(visitor: Any) -> None:
    visitor.sign_in()
    with capture_logs() as lines:
        page = visitor.get("/indikator/KNUST?v=1&enhed=NOH")
    assert page.status_code == 500
    assert "Siden kunne ikke vises" in words(page.text)
    (line,) = [line for line in lines if line["event"] == "failed"]
    assert line["reference"] in page.text
    assert "hemmelighed" not in page.text + json.dumps(lines) and "Traceback" not in page.text
    assert "/indikator/KNUST" not in json.dumps(lines), "an address can hold anything"


def test_a_store_that_is_gone_answers_503_in_words(board_settings: Settings, visitor_of: VisitorOf) -> None:
    from app import create_app

    store = Store.open("duckdb:///:memory:", create=True)
    store.migrate()
    app = create_app(board_settings, store, registry=Registry(()), with_static=False)
    visitor = visitor_of(app)
    token = visitor.token()
    store.close()
    with capture_logs():
        page = visitor.client.post("/log-ind", data={"csrf_token": token, "email": "a@b.dk", "password": "x"})
    assert page.status_code == 503
    assert "Databasen kan ikke nås lige nu." in words(page.text)
    health = visitor.get("/healthz")
    assert (health.status_code, health.get_json()["store"]) == (503, "unavailable")


def test_a_file_over_the_limit_is_refused_in_words(fresh_board: Callable[..., Dash], visitor_of: VisitorOf) -> None:
    visitor = visitor_of(fresh_board(upload_limit_mb=0.5)).sign_in()
    answer = visitor.callback("told.children", {"told.n_clicks": "x" * 3_000_000})
    assert answer.status_code == 413
    assert answer.get_json()["message"] == "Filen er for stor. Grænsen er 0,5 MB. Ingen data er gemt."


def test_references_are_short_different_and_easy_to_read_aloud() -> None:
    made = {new_reference() for _ in range(500)}
    assert len(made) == 500
    assert all(re.fullmatch(r"TV-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{3}", reference) for reference in made)


# ------------------------------------------------------------------------------------------------- health


def test_healthz_is_open_and_says_whether_all_is_well(visitor: Any) -> None:
    answer = visitor.get("/healthz")
    told = answer.get_json()
    assert answer.status_code == 200
    assert (told["status"], told["store"], told["migrations"], told["disk"]) == ("ok", "ok", "ok", "ok")
    assert told["disk_free_mb"] > 0


def test_metrics_are_for_the_machine_itself_and_for_administrators(visitor: Any) -> None:
    assert "tavle_requests_total" in visitor.get("/metrics").text
    elsewhere = {"environ_overrides": {"REMOTE_ADDR": "10.0.0.7"}}
    assert visitor.get("/metrics", **elsewhere).status_code == 401
    assert visitor.get("/metrics", headers={"X-Forwarded-For": "10.0.0.7"}).status_code == 401
    assert visitor.sign_in().get("/metrics", **elsewhere).status_code == 401
    visitor.client.post("/log-ud", data={"csrf_token": visitor.cookie("tavle_csrf")})
    told = visitor.sign_in("admin@tavle.example").get("/metrics", **elsewhere)
    assert told.status_code == 200
    assert "leder@" not in told.text and "enhed=" not in told.text


# ------------------------------------------------------------------------------------------------- serving


def test_a_taken_port_is_one_sentence_before_anything_starts(board_settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = board_settings.model_copy(update={"port": port})
        for language, start in (
            ("da", f"Port {port} på 127.0.0.1 er optaget"),
            ("en", f"Port {port} on 127.0.0.1 is taken"),
        ):
            with pytest.raises(SystemExit) as stop:
                require_free_port(settings, language)
            assert str(stop.value).startswith(start) and str(port + 1) in str(stop.value)


def test_an_address_that_is_not_this_machines_is_one_sentence(board_settings: Settings) -> None:
    with pytest.raises(SystemExit, match=r"kan ikke lytte på adressen 203\.0\.113\.1"):
        require_free_port(board_settings.model_copy(update={"host": "203.0.113.1"}), "da")


def test_the_command_lines_door_is_for_this_user_only(board_settings: Settings, tmp_path: Path) -> None:
    settings = board_settings.model_copy(update={"var": tmp_path, "host": "0.0.0.0", "port": 8123})
    path = write_door(settings, "a token")
    assert json.loads(path.read_text("utf-8")) == {
        "pid": os.getpid(),
        "url": "http://127.0.0.1:8123",
        "token": "a token",
    }
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o777 == 0o600


def test_the_demo_says_where_it_is_and_how_to_get_in(board_settings: Settings) -> None:
    from data.demo import DEMO_SIGN_INS

    told = greeting(board_settings.model_copy(update={"port": 8123}), "da")
    assert "http://127.0.0.1:8123" in told
    for person in DEMO_SIGN_INS.values():
        assert person.email in told and person.password in told and person.role.da in told
    quiet = greeting(board_settings.model_copy(update={"mode": "production"}), "en")
    assert quiet == "Tavle answers on http://127.0.0.1:8050\nStop with Ctrl-C."


@pytest.mark.parametrize(
    ("address", "day"),
    [
        ("/indikator/TRYK?pr=2025-03-01", "1. marts 2025"),
        ("/indikator/TRYK?pr=2031-03-01", "23. november 2026"),  # has yet to come
        ("/indikator/TRYK?pr=0001-01-01", "23. november 2026"),
        ("/?pr=2025-03-01", "23. november 2026"),  # a page that does not look back
    ],
)
def test_the_bar_names_the_day_whose_figures_the_page_shows(visitor, address: str, day: str) -> None:
    visitor.sign_in_once()
    assert f"Data pr. {day}" in visitor.get(address).text
    pathname, _, search = address.partition("?")
    assert visitor.show(pathname, f"?{search}")["page"]["data"]["day"] == f"Data pr. {day}"


SLOW_TO_ANSWER = """
import app, time
from settings import Settings
made = app.create_app
def with_slow_page(*given, **named):
    board = made(*given, **named)
    board.server.add_url_rule("/assets/slow", "slow", lambda: time.sleep(2) or "done")
    return board
app.create_app = with_slow_page
app.serve(Settings(), language="en")
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.skipif(sys.platform == "win32", reason="signals and gunicorn are not there on Windows")
def test_the_server_starts_answers_and_ctrl_c_twice_in_the_middle_of_an_answer_stops_it_cleanly(
    project: Path, tmp_path: Path
) -> None:
    """A terminal signals the whole group, gunicorn's master hands the signal on, and people press Ctrl-C again.

    That a lone SIGTERM is enough is checked where the servers of the journeys end.
    """
    port, var = free_port(), tmp_path / "var"
    environment = {**os.environ, "TAVLE_VAR": str(var), "TAVLE_PORT": str(port)}
    environment.pop("PYTHONUNBUFFERED", None)
    told = tmp_path / "told.txt"
    with told.open("w") as file:
        server = subprocess.Popen(
            [sys.executable, "-c", SLOW_TO_ANSWER], cwd=project, env=environment, stdout=file,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            for _attempt in range(300):
                if f"Tavle answers on http://127.0.0.1:{port}" in told.read_text("utf-8"):
                    break  # said while the server runs, into a file as well
                assert server.poll() is None, told.read_text("utf-8")
                time.sleep(0.1)
            else:
                pytest.fail("the greeting did not come")
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
                assert answer.status == 200
            door = json.loads((var / "server.json").read_text("utf-8"))
            assert (door["pid"], door["url"]) == (server.pid, f"http://127.0.0.1:{port}")
            with socket.create_connection(("127.0.0.1", port)) as visitor:
                visitor.sendall(b"GET /assets/slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
                time.sleep(0.5)
                for _press in range(3):
                    os.killpg(server.pid, signal.SIGINT)
                    time.sleep(0.3)
                assert server.wait(timeout=20) == 0
        finally:
            server.kill()
    assert "Traceback" not in told.read_text("utf-8") and "terminate called" not in told.read_text("utf-8")
    assert not (var / "server.json").exists()
    # The file is let go of: the next process gets in.
    Store.open(f"duckdb:///{var / 'tavle.duckdb'}").close()


def test_a_start_brings_the_store_to_todays_catalogue_and_a_second_one_writes_nothing(
    board_settings: Settings, tmp_path: Path
) -> None:
    settings = board_settings.model_copy(update={"var": tmp_path})
    versions = []
    for _ in range(2):
        store = open_store(settings)
        assert store.is_migrated()
        assert units.get(store, SYSTEM, "DK").name.da == "Danmark"
        versions.append(store.data_version())
        store.close()
    assert versions[0] == versions[1] > 0


def test_the_first_request_of_a_day_brings_the_board_in_step_with_the_calendar(
    fresh_board, visitor_of, board_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    days: list[date] = []
    monkeypatch.setattr(states, "refresh", lambda _store, *, today, now: days.append(today))
    settings = board_settings.model_copy()
    visitor = visitor_of(
        app_module.create_app(settings, fresh_board().server.extensions["tavle"].store, with_static=False)
    )
    visitor.get("/log-ind")
    assert days == []
    settings.today = date(2026, 12, 11)
    visitor.get("/log-ind")
    visitor.get("/log-ind")
    assert days == [date(2026, 12, 11)]


IMPORTED_THEN_SERVED = """
import pathlib, sys
var = pathlib.Path(sys.argv[1])
before = sorted(path.name for path in var.iterdir())
import app
assert "server" not in vars(app)
assert sorted(path.name for path in var.iterdir()) == before
print(*sorted({"numba", "scipy.stats", "statsmodels"} & set(sys.modules)), "ok", flush=True)
from settings import Settings
app.serve(Settings(), language="en")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="gunicorn is not there on Windows")
def test_importing_opens_nothing_and_loads_nothing_slow_and_a_store_in_use_stops_the_start_with_a_sentence_and_code_4(
    project: Path, tmp_path: Path
) -> None:
    held = Store.open(f"duckdb:///{tmp_path / 'tavle.duckdb'}", create=True)
    try:
        environment = {**os.environ, "TAVLE_VAR": str(tmp_path), "TAVLE_PORT": str(free_port())}
        run = subprocess.run(
            [sys.executable, "-c", IMPORTED_THEN_SERVED, str(tmp_path)],
            cwd=project, env=environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    finally:
        held.close()
    assert run.stdout == "ok\n", run.stderr
    assert run.returncode == 4, run.stderr
    (sentence,) = run.stderr.strip().splitlines()
    assert "is in use by another program" in sentence
    assert not (tmp_path / "server.json").exists()


# ------------------------------------------------------------------------------------------------- what is written down


def test_every_setting_is_described_in_the_operations_guide(project: Path) -> None:
    guide = (project / "docs/operations.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(TAVLE_\w+)` \| ([^|]*) \|", guide, re.M))
    expected = {}
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, "") else f"`{field.default}`"
        expected[f"TAVLE_{name.upper()}"] = "`var`" if name == "var" else default
    assert {name: text.strip() for name, text in rows.items()} == expected


def test_every_key_of_an_address_is_described_beside_the_doors(project: Path) -> None:
    doors = (project / "docs/design.md").read_text("utf-8")
    (line,) = re.findall(r"`dashboards\.selection\.Selection` ↔ query string \((.*?)\)", doors, re.S)
    assert re.findall(r"`(\w+)`", line) == list(Selection.KEYS)

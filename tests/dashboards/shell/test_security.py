"""Nobody gets in without signing in, and the way in is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from dash import Dash
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import TimestampSigner
from structlog.testing import capture_logs

from dashboards.security.addresses import local_address
from dashboards.security.attempts import Attempts, parse_limits
from dashboards.security.example_chart import AFTER, BEFORE, example_chart
from dashboards.text import use_language
from data import accounts, passwords
from data.access import SYSTEM
from data.store import Store

VisitorOf = Callable[[Dash], Any]

# ------------------------------------------------------------------------------------------------- the guard

# What somebody who is not signed in may ask for. A route that is added tomorrow is closed until it is named here.
OPEN_RULES = {
    "/log-ind", "/healthz", "/tilgaengelighed", "/was", "/_favicon.ico", "/api/v1/openapi.json",
    "/sprog/<code>", "/tema/<name>", "/assets/<path:filename>",
    "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>",
}  # fmt: skip
LOCAL_ONLY = {"/metrics"}


def test_every_route_is_closed_unless_it_is_meant_to_be_open(board: Dash, visitor: Any) -> None:
    asked = 0
    for rule in board.server.url_map.iter_rules():
        if rule.rule in OPEN_RULES | LOCAL_ONLY:
            continue
        path = re.sub(r"<[^>]+>", "x", rule.rule)
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            answer = visitor.client.open(path, method=method)
            asked += 1
            is_turned_away = answer.status_code in (302, 303) and answer.location.startswith("/log-ind?next=")
            assert is_turned_away or answer.status_code == 401, f"{method} {path} answers {answer.status_code}"
    assert asked >= 8
    rules = {rule.rule for rule in board.server.url_map.iter_rules()}
    assert rules >= OPEN_RULES | {"/_dash-layout", "/_dash-update-component", "/<path:path>"}


def test_a_page_sends_to_sign_in_and_keeps_the_whole_address(visitor: Any) -> None:
    answer = visitor.get("/indikator/KIR-01?v=1&enhed=NOH&periode=60")
    assert (answer.status_code, answer.location) == (
        302,
        "/log-ind?next=%2Findikator%2FKIR-01%3Fv%3D1%26enhed%3DNOH%26periode%3D60",
    )


@pytest.mark.parametrize("path", ["/_dash-layout", "/_dash-dependencies"])
def test_a_script_is_told_401_in_json(visitor: Any, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 401
    assert answer.get_json()["error"] == "signed_out"


def test_a_callback_without_a_session_is_told_401_before_anything_else(visitor: Any) -> None:
    answer = visitor.client.post("/_dash-update-component", json={"output": "content.children"})
    assert answer.status_code == 401


def test_deep_links_survive_signing_in(visitor: Any) -> None:
    wanted = "/indikator/KIR-01?v=1&enhed=NOH&periode=60"
    page = visitor.get(visitor.get(wanted).location)
    kept = re.search(r'name="next" value="([^"]+)"', page.text)
    assert kept
    answer = visitor.try_to_sign_in("leder@tavle.example", next=kept[1].replace("&amp;", "&"))
    assert (answer.status_code, answer.location) == (303, wanted)


def test_who_is_signed_in_already_goes_straight_on(visitor: Any) -> None:
    visitor.sign_in()
    assert visitor.get("/log-ind?next=/maal").location == "/maal"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example", "/\t/evil.example",
        "\\\\evil.example", "javascript:alert(1)", "evil.example", "", " /maal", "/maal\r\nSet-Cookie: a=b",
        "/_dash-layout", "/log-ud", "/log-ind?next=/log-ind", "/" + "a" * 3000,
    ],
)  # fmt: skip
def test_signing_in_leads_nowhere_but_to_pages_of_this_site(visitor: Any, wanted: str) -> None:
    assert visitor.try_to_sign_in("leder@tavle.example", next=wanted).location == "/"


@given(st.text(alphabet="/\\\t\n\r :@?#.evilxample%25", max_size=30))
def test_no_address_gets_a_browser_to_another_site(wanted: str) -> None:
    # A browser drops tabs and line breaks and reads backslashes as slashes before it looks at an address.
    seen = re.sub(r"[\t\n\r]", "", local_address(wanted)).replace("\\", "/").strip()
    assert seen.startswith("/") and not seen.startswith("//")
    assert urlsplit(seen).netloc == ""


def test_switching_language_leads_nowhere_else_either(visitor: Any) -> None:
    assert visitor.get("/sprog/en?next=//evil.example").location == "/"
    assert visitor.get("/sprog/en?next=/log-ind%3Fnext%3D%252Fmaal").location == "/log-ind?next=%2Fmaal"


# ------------------------------------------------------------------------------------------------- signing in


def test_the_form_says_the_same_of_a_wrong_password_and_of_no_account(
    fresh_board: Callable[..., Dash], visitor_of: VisitorOf
) -> None:
    app = fresh_board()
    told = []
    for email in ("leder@tavle.example", "findes-ikke@tavle.example"):
        answer = visitor_of(app).try_to_sign_in(email, "forkert adgangskode")
        assert answer.status_code == 401
        told.append(re.sub(r'value="[^"]*"', "", re.sub(r'nonce="[^"]*"', "", answer.text)))
    assert told[0] == told[1]
    assert "E-mail og adgangskode passer ikke sammen. Du har 4 forsøg tilbage." in told[0]


def test_the_sixth_try_waits_even_with_the_right_password(
    fresh_board: Callable[..., Dash], visitor_of: VisitorOf
) -> None:
    app = fresh_board()
    visitor = visitor_of(app)
    left = []
    for _ in range(5):
        answer = visitor.try_to_sign_in("leder@tavle.example", "forkert adgangskode")
        found = re.search(r"Du har (\d+) forsøg tilbage", answer.text)
        left.append(int(found[1]) if found else 0)
    assert left == [4, 3, 2, 1, 0]
    answer = visitor.try_to_sign_in("leder@tavle.example")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert "For mange forsøg. Prøv igen om 1 minut." in answer.text
    # Somebody else at the same address is heard.
    assert visitor_of(app).try_to_sign_in("hvidovre@tavle.example").status_code == 303


def test_a_right_password_forgives_the_failures_before_it(
    fresh_board: Callable[..., Dash], visitor_of: VisitorOf
) -> None:
    app = fresh_board()
    for _ in range(4):
        visitor_of(app).try_to_sign_in("leder@tavle.example", "forkert adgangskode")
    visitor_of(app).sign_in()
    assert "Du har 4 forsøg" in visitor_of(app).try_to_sign_in("leder@tavle.example", "forkert adgangskode").text


def test_the_first_unknown_account_is_answered_as_fast_as_the_next(fresh_board: Callable[..., Dash]) -> None:
    passwords._nobodys_hash.cache_clear()
    fresh_board()
    assert passwords._nobodys_hash.cache_info().currsize == 1, "the first to ask would wait for a hash to be made"


def test_one_address_cannot_try_one_password_on_everybody() -> None:
    attempts = Attempts("2 per minute", clock=lambda: 0.0)
    heard = [attempts.begin(f"person{i}@example.dk", "10.0.0.1").is_blocked for i in range(25)]
    assert heard == [False] * 20 + [True] * 5
    assert not attempts.begin("person0@example.dk", "10.0.0.2").is_blocked


def test_failures_are_forgotten_with_time() -> None:
    now = [0.0]
    attempts = Attempts("2 per minute; 3 per hour", clock=lambda: now[0])
    for moment in (0, 1):
        now[0] = moment
        attempts.begin("ida@example.dk", "10.0.0.1")
    now[0] = 30
    assert attempts.begin("ida@example.dk", "10.0.0.1").wait_seconds == 30
    now[0] = 61
    assert not attempts.begin("ida@example.dk", "10.0.0.1").is_blocked
    now[0] = 200
    assert attempts.begin("ida@example.dk", "10.0.0.1").wait_seconds == 3400


@pytest.mark.parametrize("text", ["", "five per minute", "0 per minute", "5 per fortnight", "5 per minute; x"])
def test_a_limit_nobody_understands_stops_the_start_with_words(text: str) -> None:
    with pytest.raises(ValueError, match="TAVLE_SIGN_IN_ATTEMPTS"):
        parse_limits(text)


@pytest.mark.parametrize(
    ("email", "password"), [("", ""), ("leder@tavle.example", ""), ("", "x"), ("a@b.dk", "x" * 1025)]
)
def test_an_unfinished_form_is_asked_for_again_and_counts_as_no_failure(
    visitor: Any, email: str, password: str
) -> None:
    answer = visitor.try_to_sign_in(email, password)
    assert answer.status_code == 400
    assert "Skriv både e-mail og adgangskode." in answer.text


def test_a_password_never_comes_back_in_the_page(visitor: Any) -> None:
    assert "hemmelig-1234" not in visitor.try_to_sign_in('"><script>', "hemmelig-1234").text


def test_an_email_comes_back_escaped(visitor: Any) -> None:
    answer = visitor.try_to_sign_in('"><script>alert(1)</script>', "forkert adgangskode")
    assert "<script>alert(1)" not in answer.text


# ------------------------------------------------------------------------------------------------- sessions


def test_signing_in_begins_a_session_of_its_own(board: Dash, visitor: Any, visitor_of: VisitorOf) -> None:
    visitor.token()
    before = visitor.cookie("tavle_session")
    visitor.sign_in()
    after = visitor.cookie("tavle_session")
    read = board.server.session_interface.get_signing_serializer(board.server).loads
    assert read(after)["tavle_session"] and "tavle_session" not in read(before)
    assert read(after).get("csrf_token") != read(before)["csrf_token"]
    # Whoever planted the cookie from before has nothing.
    planted = visitor_of(board)
    planted.client.set_cookie("tavle_session", before)
    assert planted.get("/").status_code == 302


def test_signing_out_ends_the_session_for_copies_of_the_cookie_too(
    board: Dash, visitor: Any, visitor_of: VisitorOf
) -> None:
    visitor.sign_in()
    visitor.get("/")
    copy = visitor_of(board)
    copy.client.set_cookie("tavle_session", visitor.cookie("tavle_session"))
    assert copy.get("/").status_code == 200
    answer = visitor.client.post("/log-ud", data={"csrf_token": visitor.cookie("tavle_csrf")})
    assert (answer.status_code, answer.location) == (303, "/log-ind")
    assert visitor.get("/").status_code == 302
    assert copy.get("/").status_code == 302


def test_a_link_signs_nobody_out(visitor: Any) -> None:
    visitor.sign_in()
    assert visitor.get("/log-ud").location == "/"
    assert visitor.client.post("/log-ud").status_code == 400
    assert visitor.get("/").status_code == 200


def test_a_session_ends_without_activity_and_is_kept_alive_by_it(
    fresh_board: Callable[..., Dash], visitor_of: VisitorOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1_800_000_000]
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: now[0])
    visitor = visitor_of(fresh_board(session_minutes=30)).sign_in()
    for _ in range(4):  # two hours in all, never half an hour without a request
        now[0] += 29 * 60
        assert visitor.get("/").status_code == 200
    now[0] += 31 * 60
    assert visitor.get("/maal?v=1&enhed=NOH").location == "/log-ind?next=%2Fmaal%3Fv%3D1%26enhed%3DNOH"
    assert visitor.callback("content.children", {"address.pathname": "/"}, token="x").status_code == 401


def test_closing_an_account_ends_its_session_at_once(visitor: Any, board_store: Store) -> None:
    from datetime import datetime

    now = datetime(2026, 11, 23)
    visitor.sign_in("hvidovre@tavle.example")
    accounts.set_active(board_store, SYSTEM, "hvidovre@tavle.example", False, now=now)
    try:
        assert visitor.get("/").status_code == 302
        assert visitor.try_to_sign_in("hvidovre@tavle.example").status_code == 401
    finally:
        accounts.set_active(board_store, SYSTEM, "hvidovre@tavle.example", True, now=now)


def test_cookies_are_kept_from_scripts_other_sites_and_plain_connections(
    fresh_board: Callable[..., Dash], visitor_of: VisitorOf
) -> None:
    for secure in (False, True):
        client = fresh_board(secure_cookies=secure).server.test_client()
        base = "https://tavle.example" if secure else "http://localhost"
        page = client.get("/log-ind", base_url=base)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert token
        form = {"csrf_token": token[1], "email": "leder@tavle.example", "password": "en lang adgangskode"}
        answer = client.post("/log-ind", data=form, base_url=base, headers={"Referer": base + "/log-ind"})
        assert answer.status_code == 303
        lines = answer.headers.getlist("Set-Cookie") + client.get("/", base_url=base).headers.getlist("Set-Cookie")
        session_line = next(line for line in lines if line.startswith("tavle_session="))
        csrf_line = next(line for line in lines if line.startswith("tavle_csrf="))
        assert "HttpOnly" in session_line and "SameSite=Lax" in session_line
        assert "HttpOnly" not in csrf_line and "SameSite=Lax" in csrf_line  # Dash's script must read it
        assert ("Secure" in session_line, "Secure" in csrf_line) == (secure, secure)


def test_two_people_at_once_do_not_mix(visitor: Any, another: Any) -> None:
    visitor.sign_in("leder@tavle.example")
    another.sign_in("team@tavle.example")
    for _ in range(3):
        assert "Maja Havreled NOH" in json.dumps(visitor.show("/"), ensure_ascii=False)
        assert "Rikke Mose 1084" in json.dumps(another.show("/"), ensure_ascii=False)


# ------------------------------------------------------------------------------------------------- CSRF


def test_a_callback_needs_the_token_of_its_own_session(visitor: Any, another: Any) -> None:
    visitor.sign_in().get("/")
    another.sign_in("team@tavle.example").get("/")
    outputs, inputs = "..content.children...page.data..", {
        "address.pathname": "/", "address.search": "", "theme.data": None
    }  # fmt: skip
    assert visitor.callback(outputs, inputs).status_code == 200
    for wrong in ("", "x", another.cookie("tavle_csrf")):
        answer = visitor.callback(outputs, inputs, token=wrong)
        assert answer.status_code == 400
        assert answer.get_json()["message"] == "Siden er for gammel. Genindlæs den, og prøv igen."


def test_the_sign_in_form_needs_its_token_and_says_so_in_words(visitor: Any) -> None:
    answer = visitor.client.post("/log-ind", data={"email": "leder@tavle.example", "password": "en lang adgangskode"})
    assert answer.status_code == 400
    assert "Siden var for gammel. Prøv igen." in answer.text


def test_dash_reads_the_token_where_it_is_put(board: Dash, visitor: Any) -> None:
    page = visitor.sign_in().get("/")
    config = json.loads(re.search(r'<script id="_dash-config"[^>]*>(.*?)</script>', page.text, re.S)[1])  # type: ignore[index]
    assert (config["csrf_token_name"], config["csrf_header_name"]) == ("tavle_csrf", "X-CSRFToken")
    assert visitor.cookie("tavle_csrf")


# ------------------------------------------------------------------------------------------------- headers


@pytest.mark.parametrize(
    "path", ["/", "/log-ind", "/healthz", "/_dash-layout", "/findes-ikke", "/sprog/en", "/metrics"]
)
def test_every_answer_carries_the_security_headers(visitor: Any, path: str) -> None:
    for person in (visitor, visitor.sign_in()):
        headers = person.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]
        assert headers["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_scripts_run_only_from_here_or_with_the_number_of_the_page(visitor: Any) -> None:
    visitor.sign_in()
    numbers = set()
    for _ in range(2):
        page = visitor.get("/")
        policy = dict(line.split(" ", 1) for line in page.headers["Content-Security-Policy"].split("; "))
        found = re.fullmatch(r"'self' 'nonce-([\w-]{20,})'", policy["script-src"])
        assert found, policy["script-src"]
        numbers.add(found[1])
        assert policy["default-src"] == "'none'" and "unsafe" not in policy["style-src"]
        tags = re.findall(r"<script\b[^>]*>", page.text)
        data_only = [tag for tag in tags if 'type="application/json"' in tag]
        assert len(data_only) == 1 and len(tags) > 5
        assert all(f'nonce="{found[1]}"' in tag for tag in tags if tag not in data_only)
        assert not re.search(r"<[^>]+\son\w+=", page.text), "an inline handler would be refused by the policy"
    assert len(numbers) == 2


def test_no_page_names_another_host(visitor: Any) -> None:
    for page in (visitor.get("/log-ind").text, visitor.sign_in().get("/").text):
        config = re.sub(r'"dash_version_url":\s*"[^"]*"', "", page)
        hosts = set(re.findall(r"(?:https?:)?//([\w.-]+\.\w+)", config)) - {"www.w3.org"}
        assert hosts == set()


def test_hsts_is_sent_over_https_only(board: Dash) -> None:
    client = board.server.test_client()
    assert "Strict-Transport-Security" not in client.get("/log-ind").headers
    assert "Strict-Transport-Security" in client.get("/log-ind", base_url="https://tavle.example").headers


def test_forwarded_headers_are_believed_only_from_as_many_proxies_as_are_set(
    fresh_board: Callable[..., Dash],
) -> None:
    forwarded = {"X-Forwarded-For": "10.9.9.9", "X-Forwarded-Proto": "https"}
    for proxies, is_https in ((0, False), (1, True)):
        answer = fresh_board(proxies=proxies).server.test_client().get("/log-ind", headers=forwarded)
        assert ("Strict-Transport-Security" in answer.headers) is is_https


# ------------------------------------------------------------------------------------------------- what is logged


def test_the_log_of_a_sign_in_names_nobody(visitor: Any) -> None:
    with capture_logs() as lines:
        visitor.try_to_sign_in("leder@tavle.example", "forkert adgangskode")
        visitor.sign_in()
    assert [line["event"] for line in lines] == ["sign_in_failed", "sign_in"]
    assert not re.search("leder|Maja|adgangskode", json.dumps(lines))


# ------------------------------------------------------------------------------------------------- the example chart


def test_the_picture_on_the_sign_in_page_says_what_it_shows() -> None:
    from statistics import median

    # All sixteen points after the change lie above the old median: far longer than the 8 that 36 points allow (Anhøj).
    assert min(AFTER) > max(BEFORE) > median(BEFORE)
    with use_language("da"):
        drawn = example_chart()
    assert "Median 60\u202f%" in drawn and "medianen steg til 72\u202f%" in drawn
    assert drawn.count('class="ch-pt"') == len(BEFORE) == 20
    assert drawn.count("ch-pt--imp") == len(AFTER) == 16
    with use_language("en"):
        assert "the median rose to 72%" in example_chart()

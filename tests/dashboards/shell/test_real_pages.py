"""The pages of the product inside the frame: they open, for whom they are, also without data, and lead nowhere dead."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
from dash import Dash
from sqlalchemy import insert, select

from app import create_app, open_store
from dashboards.presenters.meeting_screen import qr_code
from dashboards.shell import Ids
from data import accounts, catalogue, meetings, pathways
from data.access import SYSTEM, Grant, Role, load_viewer
from data.schema import cohort_unit, series, short_address, unit_pseudonym
from data.store import Store
from etl import pipeline
from etl.limits import Limits
from indicators.words import Words
from settings import Settings
from tests.dashboards.shell.conftest import NOW, PASSWORD, TODAY

VisitorOf = Callable[[Dash], Any]
INDICATOR = "HAI-BAC"
PAGES = {
    "leder@tavle.example": (
        "/",
        f"/indikator/{INDICATOR}?v=1&enhed=NOH",
        "/maal",
        "/maal/3",
        "/tavlepakke",
        "/tavlemoede",
        "/tavlemoede/moede/1/1",
        "/tavlemoede/referat/1",
        "/forloeb/F1",
        "/konto?v=1&vis=gammel",
        "/indberet/komplethed",
        "/indberet/kvitteringer",
        "/indberet/kvitteringer/T-2026-000001",
        f"/indberet/vaerdi/{INDICATOR}/2025-10-01?v=1&enhed=NOH",
    ),
    "team@tavle.example": (
        "/",
        "/indberet",
        "/indikatorer",
        "/indikatorer/ny",
        f"/indikatorer/{INDICATOR}/om",
        "/konto",
        "/maal",
    ),
    "admin@tavle.example": (
        "/",
        "/?v=1&enhed=DK",
        "/maal/8",
        "/indberet",
        "/administration/enheder",
        "/administration/evaluatorer",
        "/konto",
        "/evaluering",
        "/evaluering/effekt",
        "/evaluering/analyser",
        "/evaluering/frosne",
        "/evaluering/grupper",
        "/evaluering/projekt/E-001",
    ),
}


def _accounts(store: Store) -> None:
    for email, grant in (
        ("leder@tavle.example", Grant(Role.LEADER, unit_code="NOH")),
        ("team@tavle.example", Grant(Role.QUALITY_TEAM, unit_code="NOH")),
        ("admin@tavle.example", Grant(Role.ADMINISTRATOR)),
    ):
        accounts.create(store, SYSTEM, email=email, name="Ida Holm", password=PASSWORD, now=NOW, grants=[grant])


@pytest.fixture(scope="module")
def delivered(quick_hashes: None) -> Iterator[Store]:
    """The catalogue, three people, and three years of one indicator in one hospital, which lacks the newest months."""
    store = Store.open("duckdb:///:memory:", create=True)
    store.migrate()
    store.write(catalogue.load)
    _accounts(store)
    expected = {"indicator_code": INDICATOR, "unit_code": "NOH", "starts_on": date(2023, 1, 1), "owner": ""}
    store.write(lambda connection: connection.execute(insert(series).values(**expected)))
    seat = {"cohort_code": "1", "unit_code": "NOH", "starts_on": date(2024, 6, 1)}
    store.write(lambda connection: connection.execute(insert(cohort_unit).values(**seat)))
    known = {"unit_code": "NOH", "number": 1}  # its pseudonym is in an address
    store.write(lambda connection: connection.execute(insert(unit_pseudonym).values(**known)))
    rows = [
        f"{INDICATOR};NOH;{2023 + month // 12}-{month % 12 + 1:02d};{20 + month * 7 % 13};{9000 + month * 31 % 700}"
        for month in range(36)
    ]
    content = "\n".join(["indikator;enhed;periode;tæller;nævner", *rows]).encode()
    team = load_viewer(store, "team@tavle.example")
    now = datetime(2026, 11, 20)
    report, receipt = pipeline.deliver(store, team, content, "bakteriæmi.csv", today=TODAY, now=now, limits=Limits())
    assert receipt is not None, [finding.reason("da") for finding in report.findings]
    leader = load_viewer(store, "leder@tavle.example")
    treated = meetings.Treated(INDICATOR, "NOH", meetings.Why.PICKED, Words("Tilfældig", "Common cause"))
    assert meetings.begin(store, leader, "NOH", [treated], now=now) == 1
    assert pathways.make(store, leader, "SUNDHEDSAFTALER", "Ældre", "NOH", now=now) == "F1"
    yield store
    store.close()


@pytest.fixture(scope="module")
def product(board_settings: Settings, delivered: Store) -> Dash:
    return create_app(board_settings, delivered, with_static=False)


@pytest.fixture(scope="module")
def first_day(board_settings: Settings, quick_hashes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dash]:
    """A new installation: what the start itself puts into the store, one administrator, and nothing delivered."""
    store = open_store(board_settings.model_copy(update={"var": tmp_path_factory.mktemp("new"), "mode": "production"}))
    accounts.create(
        store, SYSTEM, email="admin@tavle.example", name="Ida Holm", password=PASSWORD, now=NOW,
        grants=[Grant(Role.ADMINISTRATOR)],
    )  # fmt: skip
    yield create_app(board_settings, store, with_static=False)
    store.close()


def _content(visitor: Any, address: str) -> str:
    """The page as Dash gets it, after the first load answered 200."""
    page = visitor.get(address)
    assert page.status_code == 200, f"{address} answers {page.status_code}"
    pathname, _, search = address.partition("?")
    shown = json.dumps(visitor.show(pathname, f"?{search}" if search else "")["content"], ensure_ascii=False)
    assert "Siden kunne ikke vises" not in shown and "could not be shown" not in shown, address
    return shown


@pytest.fixture(scope="module")
def in_danish() -> dict[str, dict[str, str]]:
    """By person and address the pages in Danish, each drawn once for all tests that read them."""
    return {}


def _pages_of(
    product: Dash, visitor_of: VisitorOf, email: str, in_danish: dict[str, dict[str, str]]
) -> tuple[Any, dict[str, str]]:
    visitor = visitor_of(product).sign_in(email)
    visitor.get("/sprog/da")
    if email not in in_danish:
        in_danish[email] = {address: _content(visitor, address) for address in PAGES[email]}
    return visitor, in_danish[email]


@pytest.mark.parametrize("email", PAGES)
def test_every_page_opens_for_those_it_is_for(
    product: Dash, visitor_of: VisitorOf, email: str, in_danish: dict[str, dict[str, str]]
) -> None:
    visitor, pages = _pages_of(product, visitor_of, email, in_danish)
    for address, shown in pages.items():
        assert re.search(r'"type": "H1"|<h1', shown), f"{address} has no main heading"
    visitor.get("/sprog/en")
    for address in PAGES[email]:
        assert re.search(r'"type": "H1"|<h1', _content(visitor, address)), f"{address} has no main heading"


def test_every_page_opens_on_the_first_day(first_day: Dash, visitor_of: VisitorOf) -> None:
    visitor = visitor_of(first_day).sign_in("admin@tavle.example")
    for address in ("/", "/maal", "/indberet", "/administration/enheder", "/administration/evaluatorer"):
        assert re.search(r'"type": "H1"|<h1', _content(visitor, address)), f"{address} has no main heading"


def test_a_template_is_handed_out_to_those_who_deliver_for_the_unit(product: Dash, visitor_of: VisitorOf) -> None:
    team, leader = (visitor_of(product).sign_in(f"{who}@tavle.example") for who in ("team", "leder"))
    file = team.get("/indberet/skabelon.csv?v=1&enhed=NOH")
    assert (file.status_code, file.headers["Cache-Control"]) == (200, "no-store")
    assert file.get_data().decode("utf-8-sig").startswith("indikator;indikatornavn;enhed;")
    assert team.get("/indberet/skabelon.xlsx?v=1&enhed=NOH&vis=bred").get_data().startswith(b"PK")
    answers = [leader.get("/indberet/skabelon.csv?v=1&enhed=NOH"), team.get("/indberet/skabelon.csv?v=1&enhed=OUH")]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert team.get("/indberet/skabelon.pdf?v=1&enhed=NOH").status_code == 404


def test_every_callback_names_ids_that_its_page_draws(
    product: Dash, visitor_of: VisitorOf, in_danish: dict[str, dict[str, str]]
) -> None:
    drawn = {value for name, value in vars(Ids).items() if name.isupper()}
    for email in PAGES:
        for shown in _pages_of(product, visitor_of, email, in_danish)[1].values():
            drawn |= set(re.findall(r'"id": (?:{(?:[^{}]*, )?"type": )?"([^"]+)"', shown))
    asked: dict[str, str] = {}
    for output, callback in product.callback_map.items():
        for one in (*callback["inputs"], *callback["state"]):
            asked[_plain(one["id"])] = output
        for one in output.strip(".").split("..."):
            asked[_plain(one.split("@")[0].rpartition(".")[0])] = output
    assert len(asked) > 5
    assert {name: callback for name, callback in asked.items() if name and name not in drawn} == {}


def _plain(name: str) -> str:
    """The id itself, or the type of one that stands for several; empty where all of them may also be none."""
    if not name.startswith("{"):
        return name
    one = json.loads(name)
    return "" if ["ALL"] in one.values() else str(one["type"])


def test_no_page_has_a_dead_link(product: Dash, visitor_of: VisitorOf, in_danish: dict[str, dict[str, str]]) -> None:
    followed = 0
    for email in PAGES:
        visitor, pages = _pages_of(product, visitor_of, email, in_danish)
        links: set[str] = set()
        for content in pages.values():
            shown = html.unescape(content.replace('\\"', '"'))
            links |= {link for link in re.findall(r'href"?[=:] ?"(/[^"]*)"', shown) if not link.startswith("//")}
        for link in sorted(links)[:60]:
            followed += 1
            assert visitor.get(link).status_code == 200, f"{email} finds a dead link: {link}"
    assert followed > 20


def test_what_a_page_does_not_have_is_404(product: Dash, visitor_of: VisitorOf) -> None:
    visitor = visitor_of(product).sign_in("leder@tavle.example")
    for address in (
        "/maal/9",
        "/maal/0",
        "/maal/x",
        "/indikator/FINDES-IKKE",
        "/indikator",
        "/indberet/mere",
        "/indberet/kvitteringer/T-1",
        f"/indberet/vaerdi/{INDICATOR}/2025-10-02",
    ):
        assert visitor.get(address).status_code == 404, address


def test_the_chart_of_a_unit_one_may_not_see_is_403_in_every_form(product: Dash, visitor_of: VisitorOf) -> None:
    visitor = visitor_of(product).sign_in("leder@tavle.example")
    for address in (f"/indikator/{INDICATOR}?v=1&enhed=HGH", f"/indikator/{INDICATOR}.csv?v=1&enhed=HGH"):
        answer = visitor.get(address)
        assert answer.status_code == 403, address
        assert not re.search(r"\d{4}-\d{2}", answer.text.split("<main")[-1].split("</main>")[0]), address


def test_a_phone_reaches_a_step_of_the_meeting_by_a_short_address(
    product: Dash, visitor_of: VisitorOf, delivered: Store
) -> None:
    visitor = visitor_of(product).sign_in("leder@tavle.example")
    page = json.dumps(visitor.show("/tavlemoede/moede/1/1"))
    with delivered.read() as connection:
        row = connection.execute(select(short_address).where(short_address.c.address.contains("/moede/1/1"))).one()
    assert row.address == "/tavlemoede/moede/1/1?v=1&enhed=NOH"
    assert json.dumps(str(qr_code(f"http://localhost/k/{row.code}")))[1:-1] in page
    assert visitor.get(f"/k/{row.code}", follow_redirects=True).status_code == 200


@pytest.mark.parametrize(
    ("address", "word"),
    [("/tavlemoede", "signal"), ("/forloeb/F1", "smaa-tal"), ("/tavlepakke", "signal")],
)
def test_words_of_the_trade_are_one_click_from_their_explanation(
    product: Dash, visitor_of: VisitorOf, address: str, word: str
) -> None:
    page = json.dumps(visitor_of(product).sign_in("leder@tavle.example").show(address))
    assert page.count(f"/ordliste#{word}") == 1, "where it is mentioned first, and there alone"

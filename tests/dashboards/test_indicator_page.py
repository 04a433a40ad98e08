"""The indicator page over a small store: what it says, whom it answers, and the file it hands out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from dash import Dash
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from app import create_app
from dashboards.pages import indicator as page
from dashboards.presenters.indicator import SeriesView, is_empty, letters, series_view
from dashboards.selection import Selection
from dashboards.text import use_language
from data import accounts, catalogue, schema
from data.access import SYSTEM, Grant, NotAllowed, NotFound, Role, Viewer, viewer_with
from data.schema import annotation, phase, series
from data.store import Store, write_info
from etl import pipeline
from etl.extract.options import ReadAs
from etl.limits import Limits
from settings import Settings

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 9, 9, 0, tzinfo=UTC)
STAMP = NOW.replace(tzinfo=None)
CASES = [9, 11, 8, 12, 10, 9, 11, 10, 8, 12, 9, 11, 10, 9, 12, 8, 11, 10, 3, 4, 2, 5, 3, 4, 2, 3, 4, 3]  # from 07.2024
PASSWORD = "en lang adgangskode"
PLAIN = str.maketrans({"\u202f": " "})


def csv(unit: str, cases: list[int], exposure: int = 9000) -> bytes:
    months = [date(2024 + (6 + i) // 12, (6 + i) % 12 + 1, 1) for i in range(len(cases))]
    rows = [
        f"HAI-BAC;{unit};{day:%Y-%m};{count};{exposure + 100 * (i % 3)}"
        for i, (day, count) in enumerate(zip(months, cases, strict=True))
    ]
    return "\n".join(["indicator;unit;period;numerator;denominator", *rows]).encode()


@pytest.fixture(scope="module")
def ward() -> Iterator[Store]:
    """Bacteraemia in two hospitals of Region Hovedstaden, with a phase and three notes in one of them."""
    store = Store.open("duckdb:///:memory:", create=True)
    store.migrate()
    store.write(catalogue.load)
    for unit in ("NOH", "HGH"):
        report, receipt = pipeline.deliver(
            store, SYSTEM, csv(unit, CASES), f"{unit}.csv", today=TODAY, now=NOW, limits=Limits()
        )
        assert receipt is not None, report.findings

    def decide(connection):
        connection.execute(insert(series).values(indicator_code="HAI-BAC", unit_code="NOH", starts_on=date(2024, 7, 1),
                                                 owner="Line Dam"))  # fmt: skip
        connection.execute(
            insert(phase).values(
                indicator_code="HAI-BAC", unit_code="NOH", starts_on=date(2025, 1, 1), name_da="Ny opgørelse",
                name_en="New counting", is_break=True,
                reason_da="Prøver tælles fra indlæggelsen", reason_en="Samples count from admission",
                author="Mette Holm", created_at=STAMP,
            )
        )  # fmt: skip
        for kind, unit, day, text in (
            ("event", None, date(2024, 9, 3), "Nyt system <script>"),
            ("change", "NOH", date(2026, 1, 12), "Ny hygiejnepakke"),
            ("data", "HGH", date(2026, 2, 1), "Kun Herlev"),
        ):
            connection.execute(
                insert(annotation).values(
                    kind=kind, indicator_code="HAI-BAC", unit_code=unit, starts_on=day, text_da=text, text_en=text,
                    author="Line Dam", created_at=STAMP,
                )
            )  # fmt: skip

    store.write(decide)
    yield store
    store.close()


@pytest.fixture(scope="module")
def leader(ward: Store) -> Callable[[str], Viewer]:
    """The leader of a unit."""

    def make(unit: str) -> Viewer:
        with ward.read() as connection:
            grants = (Grant(Role.LEADER, unit),)
            return viewer_with(connection, grants, account_id=1, email="leder@example.dk", name="Test")

    return make


def view_of(store: Store, viewer: Viewer, unit: str = "NOH", code: str = "HAI-BAC", **chosen) -> SeriesView:
    return series_view(store, viewer, code, Selection(unit=unit, **chosen), today=TODAY)


@pytest.fixture
def view(ward: Store, leader: Callable[[str], Viewer]) -> SeriesView:
    return view_of(ward, leader("NOH"))


# ------------------------------------------------------------------------------------------------------ the view model


def test_the_finding_is_the_title_and_the_subtitle_says_what_it_is_about(view):
    assert view.explanation.title.startswith("Forbedring: 10 måneder i træk under niveauet på ")
    assert view.subtitle == (
        "Bakteriæmi erhvervet på sygehus · Nordsjællands Hospital · jul. 2024–okt. 2026"
        " · 9.000–9.200 i nævneren pr. måned"
    )
    assert view.measure == "Pr. 10.000 risikodøgn"
    assert view.direction == "lavere er bedre ↓"


def test_notes_of_the_series_and_of_everything_have_letters_by_date_and_the_latest_comes_first(view):
    assert [(note.letter, note.text) for note in view.notes] == [
        ("B", "Ny hygiejnepakke"), ("A", "Nyt system <script>")
    ]  # fmt: skip
    assert view.notes[1].scope == "gælder alle enheder"
    assert view.notes[0].written == "Line Dam, tilføjet senere, 9. november 2026"
    drawn = view.figure()["layout"]["annotations"]
    assert [label["text"] for label in drawn if label["name"] == "flag"] == ["A", "B"]


def test_phases_carry_reason_author_and_date(view):
    current, first = view.phases
    assert (current.name, current.is_break, current.reason) == ("Ny opgørelse", True, "Prøver tælles fra indlæggelsen")
    assert current.decided == "Mette Holm, 9. november 2026"
    assert first.name == "Før databrud"


def test_the_table_says_what_the_chart_shows(view):
    assert view.table.heads[:4] == ("Måned", "Tæller", "Nævner", "Værdi")
    assert len(view.table.rows) == len(CASES)
    assert view.table.rows[0][:4] == ("okt. 2026", "3", "9.000", "3,3")
    assert "under niveauet, signal om forbedring" in view.table.rows[0]
    january = next(row for row in view.table.rows if row[0] == "jan. 2026")
    assert january[-1] == "B: Ny hygiejnepakke"


def test_a_goal_without_a_national_figure_says_so_and_says_what_is_not_verified(view):
    assert view.national is not None
    assert (view.national.heading, view.national.value) == ("Bidrager til nationalt mål 3", "")
    assert "Tavle har intet landstal" in view.national.sentences[0]
    assert view.national.sentences[-1] == "Definitionen er ikke verificeret."


def test_a_national_figure_stands_with_period_regions_and_source_and_never_as_a_target(ward, leader):
    view = view_of(ward, leader("NOH"), code="NM5-07")
    box = view.national
    assert box is not None
    assert (box.value.translate(PLAIN), box.when) == ("78 %", "hele landet, 4. kvt. 2025")
    assert "Hovedstaden" in box.strip
    assert "bruges ikke som måltal" in box.sentences[0]
    assert box.source
    assert box.mark is not None
    assert [target.value for target in view.targets] == [85.0], "the region's own target, not the national figure"


def test_about_says_definition_owner_deliveries_and_completeness(view):
    about = {row.term: row.text for row in view.about}
    assert about["Ansvarlig"] == "Line Dam"
    assert about["Seneste levering"] == "9. november 2026"
    assert about["Næste levering"] == "nov. 2026 ventes senest 10. december 2026"
    assert about["Komplethed"] == "28 af 28 måneder har tal"
    assert about["Databrud"] == "jan. 2025: Prøver tælles fra indlæggelsen"
    assert about["Måltal"] == "Der er ikke sat et måltal for enheden"


def test_a_mean_of_many_answers_has_limits_from_their_number_and_their_spread(ward, leader):
    rows = "".join(f"NM6-02;RHP;2025-{month:02d};3.{8 + month % 2};{40 + month};0.9\n" for month in range(1, 13))
    text = "indicator;unit;period;value;denominator;sd\n" + rows
    report, receipt = pipeline.deliver(
        ward, SYSTEM, text.encode(), "lup.csv", today=TODAY, now=NOW, limits=Limits(), read_as=ReadAs(decimal="dot")
    )
    assert receipt is not None, report.findings
    view = view_of(ward, leader("RHP"), "RHP", code="NM6-02")
    assert view.subtitle.endswith("jan. 2025–dec. 2025 · 41–52 målinger pr. måned")
    assert view.footnotes[0] == "Xbar-diagram, grænser ±3 sigma pr. fase"
    assert view.table.heads == (
        "Måned", "Antal målinger", "Værdi", "Niveau", "Nedre grænse", "Øvre grænse", "Hvad ses", "Note"
    )  # fmt: skip
    assert view.table.rows[0][:6] == ("dec. 2025", "52", "3,8", "3,8", "3,5", "4,2")
    assert not is_empty(view)


def test_cases_stand_one_by_one_and_none_of_them_is_due(ward, leader):
    def follow(connection):
        table = schema.indicator
        (row,) = connection.execute(select(table).where(table.c.code == "NM6-02")).mappings().all()
        changes = {"code": "DAGE", "chart": "t", "period": "day", "scope": "local", "unit_of_measure_da": "dage",
                   "verification": "own", "minimum": 0.0, "maximum": None, "decimals": 0}  # fmt: skip
        connection.execute(insert(table).values(**{**row, **changes}))
        connection.execute(insert(series).values(indicator_code="DAGE", unit_code="RHP", starts_on=date(2025, 1, 1),
                                                 owner=""))  # fmt: skip

    ward.write(follow)
    days = [date(2025, 1, 1) + timedelta(days=20 * i + i % 3) for i in range(15)]
    rows = "".join(f"DAGE;RHP;{day.isoformat()};{20 + i % 3}\n" for i, day in enumerate(days))
    report, receipt = pipeline.deliver(
        ward, SYSTEM, f"indicator;unit;period;value\n{rows}".encode(), "t.csv", today=TODAY, now=NOW, limits=Limits()
    )
    assert receipt is not None, report.findings
    view = view_of(ward, leader("RHP"), "RHP", code="DAGE")
    about = {row.term: row.text for row in view.about}
    assert about["Næste levering"] == "Når der sker en hændelse"
    assert "Komplethed" not in about
    assert view.table.heads[0] == "Hændelse" and view.table.rows[-1][0] == "1. jan. 2025"
    assert view.footnotes[-1] == f"{(TODAY - days[-1]).days} dage siden den seneste hændelse"
    ticks = view.figure()["layout"]["xaxis"]["ticktext"]
    assert ticks[0] == "1. jan.<br><b>2025</b>" and len(ticks) <= 10
    assert "hændelser" in " ".join((*view.explanation.see, *view.explanation.means)).lower()


def test_a_series_without_data_says_so_and_draws_nothing(ward, leader):
    view = view_of(ward, leader("NOH"), code="HAI-UTI")
    assert is_empty(view)
    assert not view.has_chart
    assert view.explanation.title == "Ingen data endnu"
    assert view.table.rows == ()


def test_an_indicator_whose_chart_needs_more_than_local_counts_is_sent_to_the_national_goal(ward, leader):
    view = view_of(ward, leader("NOH"), code="NM7-01")
    assert view.assessment is None
    assert is_empty(view)
    assert view.explanation.title == "Følges som nationalt tal"


def test_the_board_of_an_earlier_day_is_shown_as_it_was(ward, leader):
    view = view_of(ward, leader("NOH"), as_of=date(2026, 11, 8))
    assert is_empty(view), "the delivery of 9 November had not come yet"
    assert view.as_of == "8. november 2026"
    assert view.notes == ()


def test_small_numbers_of_others_are_hidden_in_chart_table_and_words(ward):
    view = view_of(ward, _evaluator_of("HGH"), unit="HGH")
    rows = view.table.rows
    assert any("skjult: for små tal" in row for row in rows)
    assert not any(row[1] in {"1", "2", "3", "4"} for row in rows)
    assert "skjult, fordi tallene er små" in " ".join(view.explanation.see)


def _evaluator_of(unit: str) -> Viewer:
    """Somebody who may read a unit without owning it."""
    return Viewer(9, "evaluator@example.dk", "Test", (), frozenset(), frozenset({unit}), frozenset())


def test_who_may_not_see_the_unit_gets_nothing(ward, leader):
    with pytest.raises(NotAllowed):
        view_of(ward, leader("HGH"), unit="NOH")
    with pytest.raises(NotFound):
        view_of(ward, leader("NOH"), code="INTET")


def test_every_text_of_the_page_is_english_in_english(ward, leader):
    with use_language("en"):
        view = view_of(ward, leader("NOH"))
    said = [
        view.explanation.title, view.measure, view.direction, *view.footnotes, *view.table.heads,
        *(row.term for row in view.about), view.national.heading, *view.national.sentences,
    ]  # fmt: skip
    for text in said:
        text = text.replace("Anhøj", "")
        assert not re.search(r"[æøåÆØÅ]|\b(og|ikke|måned|til|fra|niveau)\b", text), text


def test_letters_go_on_after_z():
    assert letters(3) == ["A", "B", "C"]
    assert letters(53)[25:28] == ["Z", "AA", "AB"]
    assert letters(53)[-1] == "BA"


# --------------------------------------------------------------------------------------------------------- over the web


@pytest.fixture(scope="module")
def app(ward: Store, tmp_path_factory: pytest.TempPathFactory) -> Dash:
    ward.write(lambda connection: write_info(connection, "is_demo", "true"))
    grant = [Grant(Role.LEADER, "NOH")]
    accounts.create(ward, SYSTEM, email="leder@example.dk", name="Ida", password=PASSWORD, now=STAMP, grants=grant)
    settings = Settings(var=tmp_path_factory.mktemp("var"), mode="demo", today=TODAY, secret_key="a key for tests only")
    return create_app(settings, ward, with_static=False)


@pytest.fixture(scope="module")
def client(app: Dash) -> FlaskClient:
    client = app.server.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/log-ind").text).group(1)
    client.post("/log-ind", data={"csrf_token": token, "email": "leder@example.dk", "password": PASSWORD})
    client.get("/")
    return client


def drawn(client: FlaskClient, search: str, path: str = "/indikator/HAI-BAC") -> str:
    """The page as the callback answers it, in one string."""
    body = {
        "output": "..content.children...page.data..",
        "outputs": [{"id": "content", "property": "children"}, {"id": "page", "property": "data"}],
        "inputs": [
            {"id": "address", "property": "pathname", "value": path},
            {"id": "address", "property": "search", "value": search},
            {"id": "theme", "property": "data", "value": None},
        ],
        "changedPropIds": ["address.pathname"],
    }
    headers = {"X-CSRFToken": client.get_cookie("tavle_csrf").value}
    answer = client.post("/_dash-update-component", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return json.dumps(answer.get_json()["response"], ensure_ascii=False)


def values_of(node, key):
    """Every value under `key`, however deep."""
    if isinstance(node, list):
        return [value for child in node for value in values_of(child, key)]
    if isinstance(node, dict):
        below = [value for child in node.values() for value in values_of(child, key)]
        return [node[key], *below] if key in node else below
    return []


def test_the_chart_and_its_finding_stand_in_the_document_before_any_script_has_run(client):
    document = client.get("/indikator/HAI-BAC?v=1&enhed=NOH").text
    skeleton = document.partition('<div id="skeleton"')[2].partition('id="react-entry-point"')[0]
    chart = skeleton.partition('<svg class="chart"')[2].partition("</svg>")[0]
    assert chart.count("<circle") == 6  # the points without a signal; those with one have its shape
    assert "okt. 3,3" in chart
    text = drawn(client, "?v=1&enhed=NOH")
    finding = re.search(r"<h1[^>]*>([^<]+)</h1>", text.replace('\\"', '"')).group(1)
    assert f">{finding}</h1>" in skeleton
    # What cannot be used yet is out of reach, and the names of elements are the page's own.
    assert '<div class="indicator" inert>' in skeleton
    assert not re.search(r' (?:id|for|aria-labelledby)="', skeleton.partition("inert>")[2])
    # The page holds the same picture until Plotly has drawn into its place.
    assert chart[:200] in text.replace('\\"', '"')


def test_what_stands_first_shows_nothing_that_the_page_does_not(client, monkeypatch):
    refused = client.get("/indikator/HAI-BAC?v=1&enhed=HGH")
    assert refused.status_code == 403
    assert "<circle" not in refused.text.partition("<main")[2]
    monkeypatch.setattr(page, "actions_of", lambda *_args, **_more: 1 / 0)
    broken = client.get("/indikator/HAI-BAC?v=1&enhed=NOH&periode=24")
    assert broken.status_code == 200
    assert 'class="sktab"' in broken.text  # the grey rows; the page itself says what broke
    assert "inert" not in broken.text


def test_the_page_names_the_figure_by_the_finding_and_describes_it_by_the_boxes(client):
    text = drawn(client, "?enhed=NOH")
    assert f'"aria-labelledby": "{page.Ids.TITLE}"' in text
    assert f'"aria-describedby": "{page.Ids.SAYS}"' in text
    assert '"aria-hidden": "true"' in text
    assert '"showSendToCloud": false' in text
    for heading in ("Hvad ser vi?", "Hvad betyder det?", "Hvad kan du gøre nu?", "Hvorfor siger I det?"):
        assert heading in text


def test_text_from_people_is_escaped(client):
    text = drawn(client, "?enhed=NOH")
    content = json.loads(text)
    markup = " ".join(values_of(content, "html"))
    assert "Nyt system &lt;script&gt;" in markup
    assert "<script>" not in markup
    boxes = " ".join(str(texts) for texts in values_of(content, "text"))
    assert "A: Nyt system &lt;script&gt;" in boxes
    assert "<script>" not in boxes


def test_a_phone_gets_its_own_chart_and_the_callback_draws_the_other(client):
    body = {
        "output": f"..{page.Ids.GRAPH}.figure...{page.Ids.GRAPH}.style..",
        "outputs": [{"id": page.Ids.GRAPH, "property": "figure"}, {"id": page.Ids.GRAPH, "property": "style"}],
        "inputs": [{"id": page.Ids.NARROW, "property": "data", "value": True}],
        "state": [
            {"id": page.Ids.VIEW, "property": "data", "value": {"code": "HAI-BAC", "query": "?v=1&enhed=NOH"}},
        ],
        "changedPropIds": [f"{page.Ids.NARROW}.data"],
    }
    headers = {"X-CSRFToken": client.get_cookie("tavle_csrf").value}
    answer = client.post("/_dash-update-component", json=body, headers=headers).get_json()["response"]
    assert answer[page.Ids.GRAPH]["figure"]["layout"]["height"] == 300
    assert answer[page.Ids.GRAPH]["style"] == {"height": "300px"}


def test_the_page_without_data_still_opens(client):
    assert "Intet diagram endnu" in drawn(client, "?enhed=NOH", "/indikator/HAI-UTI")


def test_an_unknown_indicator_is_404_and_a_unit_of_others_403(client):
    assert client.get("/indikator/INTET?enhed=NOH").status_code == 404
    assert client.get("/indikator/HAI-BAC?enhed=HGH").status_code == 403


def test_the_file_has_the_figures_in_the_international_form_marked_demo(client):
    answer = client.get("/indikator/HAI-BAC.csv?enhed=NOH")
    assert answer.status_code == 200
    assert "filename=DEMO-tavle-HAI-BAC-NOH-2026-11-23.csv" in answer.headers["Content-Disposition"]
    told, lines = parted(answer.get_data(as_text=True))
    assert told[0] == "# DEMO: simulated figures"
    named = [line.removeprefix("# ").split(":")[0] for line in told[-5:]]
    assert named == ["Source", "Extracted", "Set of rules", "Version", "Link"]
    assert lines[0] == "indicator,unit,period_start,period_end,numerator,denominator,value,delivery"
    assert lines[1] == "HAI-BAC,NOH,2024-07-01,2024-07-31,9,9000,10,1"
    assert lines[2].split(",")[6] == "12.08791209"
    assert len(lines) == 1 + len(CASES)


def parted(text):
    """The lines a file says of itself, and those of its table."""
    lines = text.splitlines()
    return [line for line in lines if line.startswith("#")], [line for line in lines if not line.startswith("#")]


def test_the_danish_form_has_semicolons_commas_and_a_mark_excel_understands(client):
    content = client.get("/indikator/HAI-BAC.csv?enhed=NOH&form=da").get_data()
    assert content.startswith(b"\xef\xbb\xbf")
    told, lines = parted(content.decode("utf-8-sig"))
    assert told[0] == "# DEMO: simulerede tal" and told[-1].startswith("# Link: http")
    assert lines[0] == "indikator;enhed;periode_start;periode_slut;tæller;nævner;værdi;levering"
    assert lines[2].split(";")[6] == "12,08791209"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/indikator/HAI-BAC.csv?enhed=HGH", 403),
        ("/indikator/HAI-BAC.csv?enhed=XXX", 404),
        ("/indikator/INTET.csv?enhed=NOH", 404),
        ("/indikator/HAI-BAC.csv", 404),
        ("/indikator/HAI-BAC.csv?enhed=NOH&form=xls", 404),
    ],
)
def test_no_file_is_handed_out_to_the_wrong_person_or_for_nothing(client, address, status):
    assert client.get(address).status_code == status

"""Every export is opened again: what stands in it, to the last digit, and that it needs nothing beside it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from html import unescape
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from pptx import Presentation
from pptx.enum.chart import XL_CHART_TYPE, XL_MARKER_STYLE
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from app import create_app
from dashboards.exports.forms import FORMS, write_pack, write_series
from dashboards.exports.slides import MARKERS
from dashboards.figures.spc_chart import Flag
from dashboards.presenters.background_jobs import Jobs
from dashboards.presenters.board_pack import (
    WRITING,
    Pack,
    PackError,
    PackFile,
    keys_of,
    pack_choice,
    read_pack,
    start_pack,
)
from dashboards.presenters.exported import Origin, Sheet, series_sheet
from dashboards.presenters.indicator import NoteRow
from dashboards.selection import Selection
from dashboards.text import use_language
from data import accounts, catalogue, month_states
from data.access import SYSTEM, Grant, NotAllowed, Role, Viewer, viewer_with
from data.month_states import State
from data.store import Store, write_info
from etl import pipeline
from etl.limits import Limits
from indicators.words import Words
from settings import Settings

TODAY, NOW = date(2026, 11, 23), datetime(2026, 11, 23, 5, 15)
LINK = "https://tavle.example/indikator/HAI-BAC?v=1&enhed=NOH"
CASES = [9, 11, 10, 12, 8, 10, 11, 9, 12, 10, 11, 9, 10, 12, 10, 11, 9, 10, 3, 2, 4, 3, 2, 3, 4, 2, 3, 4]
PASSWORD = "en lang adgangskode"


def months(count: int, year: int = 2024, month: int = 7) -> list[str]:
    return [f"{year + (month - 1 + at) // 12}-{(month - 1 + at) % 12 + 1:02}" for at in range(count)]


@pytest.fixture(scope="module")
def ward() -> Iterator[Store]:
    """Bacteraemia in two hospitals; one month of the first is missing."""
    store = Store.open("duckdb:///:memory:", create=True)
    store.migrate()
    store.write(catalogue.load)
    for unit in ("NOH", "HGH"):
        rows = [
            f"HAI-BAC;{unit};{when};{count};{9000 + 7 * at}"
            for at, (when, count) in enumerate(zip(months(len(CASES)), CASES, strict=True))
            if at != 5
        ]
        content = "\n".join(["indikator;enhed;periode;tæller;nævner", *rows]).encode()
        report, receipt = pipeline.deliver(store, SYSTEM, content, f"{unit}.csv", today=TODAY, now=NOW, limits=Limits())
        assert receipt is not None, report.findings
    yield store
    store.close()


@pytest.fixture(scope="module")
def leader(ward: Store) -> Callable[[str], Viewer]:
    def make(unit: str) -> Viewer:
        with ward.read() as connection:
            return viewer_with(connection, (Grant(Role.LEADER, unit),), account_id=1, email="l@example.dk", name="Test")

    return make


def sheet_of(store: Store, viewer: Viewer, language: str = "da", **chosen: object) -> Sheet:
    origin = Origin.of(store, now=NOW, timezone="Europe/Copenhagen", address="https://tavle.example/")
    with use_language(language):
        selection = Selection(**{"unit": "NOH", **chosen})  # type: ignore[arg-type]
        return series_sheet(store, viewer, "HAI-BAC", selection, today=TODAY, origin=origin)


@pytest.fixture(scope="module")
def sheet(ward: Store, leader: Callable[[str], Viewer]) -> Sheet:
    return sheet_of(ward, leader("NOH"))


@pytest.fixture(scope="module")
def pack(ward: Store) -> Pack:
    origin = Origin.of(ward, now=NOW, timezone="Europe/Copenhagen", address="https://tavle.example")
    keys = [("HAI-BAC", "NOH"), ("HAI-BAC", "HGH"), ("HAI-UTI", "NOH")]
    return read_pack(ward, SYSTEM, keys, Selection(unit="1084"), today=TODAY, origin=origin)


def plain(text: str) -> str:
    return re.sub(r"\s+", "", text)


# ------------------------------------------------------------------------------------------------------------- a sheet


@pytest.mark.parametrize("code", FORMS)
@pytest.mark.parametrize("language", ["da", "en"])
def test_every_form_carries_finding_source_moment_link_rules_and_versions(
    ward: Store, leader: Callable[[str], Viewer], code: str, language: str
) -> None:
    shown = sheet_of(ward, leader("NOH"), language)
    with use_language(language):
        text = plain(words_of(code, write_series(code, shown)))
        owed = [shown.title, shown.subtitle, *(part for fact in shown.facts for part in fact)]
    if code == "png":
        return
    assert [words for words in owed if plain(words) not in text] == []
    assert plain(LINK) in text


def words_of(code: str, content: bytes) -> str:
    """Everything somebody reads in a file."""
    if code == "pdf":
        return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    if code == "pptx":
        deck = Presentation(io.BytesIO(content))
        frames = [shape.text_frame.text for slide in deck.slides for shape in slide.shapes if shape.has_text_frame]
        return " ".join([*frames, *(slide.notes_slide.notes_text_frame.text for slide in deck.slides)])
    if code == "xlsx":
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]
        return " ".join(str(cell) for row in rows for cell in row)
    text = content.decode("utf-8", "replace")
    return unescape(re.sub(r"<[^>]+>", " ", text)) if code in ("svg", "html") else text


def test_demo_and_draft_stand_on_every_sheet_where_they_hold(
    ward: Store, leader: Callable[[str], Viewer], sheet: Sheet
) -> None:
    assert sheet.stamps == ()
    approved = date(2026, 9, 1)
    ward.write(
        lambda connection: connection.execute(
            month_states.month_state.insert().values(
                indicator_code="HAI-BAC", unit_code="NOH", period_start=approved, state=State.APPROVED.value, reason="",
                author="Test", at=NOW,
            )
        )
    )  # fmt: skip
    later = sheet_of(ward, leader("NOH"))
    assert later.stamps == ("UDKAST",)
    assert later.stamp_lines == ("UDKAST: okt. 2026 er ikke godkendt.",)
    for code in ("svg", "html", "pdf", "pptx", "xlsx", "da"):
        assert "UDKAST:okt.2026erikkegodkendt." in plain(words_of(code, write_series(code, later)))
    ward.write(lambda connection: connection.execute(month_states.month_state.delete()))


def test_small_numbers_of_others_are_in_no_file(ward: Store, leader: Callable[[str], Viewer]) -> None:
    with ward.read() as connection:
        grants = (Grant(Role.ADMINISTRATOR, None),)  # sees every unit and owns none
        other = viewer_with(connection, grants, account_id=2, email="a@example.dk", name="Test")
    shown = sheet_of(ward, other)
    hidden = [point for point in shown.points if point.is_hidden]
    assert hidden and all(point.numerator is None for point in hidden)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(write_series("xlsx", shown))).get_sheet_by_name("Tal").to_python()
    empty = [row[4] for row in rows[5:] if row[6] == "" and row[8] == ""]
    assert set(empty) >= {point.period for point in hidden}
    assert not any(f",{point.period}" in line and ",3," in line for point in hidden for line in table_of(shown))


def table_of(sheet: Sheet) -> list[str]:
    return write_series("csv", sheet).decode().splitlines()


# -------------------------------------------------------------------------------------------------------- form by form


def test_the_slide_has_a_native_chart_with_the_values_of_the_series(sheet: Sheet) -> None:
    deck = Presentation(io.BytesIO(write_series("pptx", sheet)))
    (slide,) = deck.slides
    assert slide.shapes.title.text == sheet.title
    (frame,) = (shape for shape in slide.shapes if shape.has_chart)
    assert frame._element.xpath(".//p:cNvPr")[0].get("descr") == sheet.alt
    chart = frame.chart
    assert chart.chart_type in (XL_CHART_TYPE.LINE, XL_CHART_TYPE.LINE_MARKERS)  # some of its series have no markers
    drawn = {series.name: list(series.values) for series in chart.plots[0].series}
    assert drawn[sheet.view.measure] == [point.value for point in sheet.shown]
    assert drawn["Niveau"] == [point.centre for point in sheet.shown]
    assert drawn["Øvre grænse"] == [point.upper for point in sheet.shown]
    assert drawn["Forbedring"] == [point.value if point.mark == "improvement" else None for point in sheet.shown]
    styles = {series.name: series.marker.style for series in chart.plots[0].series}
    assert styles["Forbedring"] is XL_MARKER_STYLE.DIAMOND and MARKERS["concern"] == "SQUARE"
    low, high = chart.value_axis.minimum_scale, chart.value_axis.maximum_scale
    assert all(low <= value <= high for values in drawn.values() for value in values if value is not None)
    days = [(point.period - date(1899, 12, 30)).days for point in sheet.shown]  # as Office counts them
    assert [float(category.label) for category in chart.plots[0].categories] == days
    book = CalamineWorkbook.from_filelike(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
    row = book.get_sheet_by_index(0).to_python()[1]
    assert sheet.shown[0].value in row and sheet.shown[0].period in row


def test_the_pdf_is_tagged_in_its_language_with_words_one_can_select(sheet: Sheet) -> None:
    reader = PdfReader(io.BytesIO(write_series("pdf", sheet)))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "da" and root["/MarkInfo"]["/Marked"]
    assert reader.metadata is not None and reader.metadata.title == sheet.title
    assert "pdfuaid" in root["/Metadata"].get_object().get_data().decode("utf-8", "replace")
    alts: list[str] = []
    nodes = [root["/StructTreeRoot"]]
    while nodes:
        node = nodes.pop().get_object()
        if isinstance(node, list):
            nodes += node
        elif hasattr(node, "get"):
            alts += [str(node["/Alt"])] if "/Alt" in node else []
            nodes += [node["/K"]] if "/K" in node and hasattr(node["/K"], "get_object") else []
    assert sheet.alt in alts and sheet.signal_words in alts


def test_the_workbook_has_numbers_that_are_numbers_and_dates_that_are_dates(sheet: Sheet) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(write_series("xlsx", sheet)))
    assert book.sheet_names == ["Overblik", "Tal", "Definitioner", "Noter og faser", "Signal", "Om filen"]
    head, *rows = book.get_sheet_by_name("Tal").to_python()[4:]
    assert head[4:9] == ["Periode fra", "Periode til", "Tæller", "Nævner", "Værdi"]
    assert [row[4] for row in rows] == [point.period for point in sheet.points]
    values = [None if row[8] == "" else f"{row[8]:.15g}" for row in rows]  # the digits a spreadsheet keeps
    assert values == [None if point.value is None else f"{point.value:.15g}" for point in sheet.points]
    assert [row[6] if row[6] != "" else None for row in rows] == [point.numerator for point in sheet.points]
    assert rows[5][5] == date(2024, 12, 31)


def test_the_html_needs_nothing_from_outside_and_no_script(sheet: Sheet, pack: Pack) -> None:
    for text in (write_series("html", sheet).decode(), write_pack("html", pack).decode()):
        assert '<html lang="da">' in text
        assert not re.search(r"<script|<link|<iframe|<img|\bsrc=|url\(|@import|\son\w+=", text)
        assert set(re.findall(r'(?:href)="(https?://[^"/]+)', text)) == {"https://tavle.example"}
        anchors = set(re.findall(r'href="#([^"]+)"', text))
        assert anchors <= set(re.findall(r'id="([^"]+)"', text))


def test_the_texts_of_the_notes_stand_below_the_chart_that_bears_their_letters(sheet: Sheet) -> None:
    flags = (Flag(date(2024, 8, 3), "A", "Før vinduet"), Flag(date(2026, 3, 3), "B", "Ny\nvask <b>"))
    rows = (
        NoteRow("B", "3. mar. 2026", "Ny\nvask <b>", "Tiltag", "", ""),
        NoteRow("A", "3. aug. 2024", "Før", "", "", ""),
    )
    told = replace(sheet, view=replace(sheet.view, flags=flags, notes=rows, months=24))
    drawn = ElementTree.fromstring(write_series("svg", told))
    texts = [(float(one.get("y")), one.text) for one in drawn.findall("{http://www.w3.org/2000/svg}text")]
    (at,) = [y for y, text in texts if text == "B  3. mar. 2026: Ny vask <b>"]
    chart = drawn.find("{http://www.w3.org/2000/svg}svg")
    assert at > float(chart.get("y")) + float(chart.get("height")) and at < float(drawn.get("height"))
    assert not [text for _y, text in texts if text.startswith("A  ")], "its letter is not over the chart"
    plain_svg = write_series("svg", sheet)
    assert len(write_series("png", told)) > 0 and b"3. mar. 2026" not in plain_svg


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_words_of_the_html_are_explained_at_its_end(
    ward: Store, leader: Callable[[str], Viewer], pack: Pack, language: str
) -> None:
    with use_language(language):
        files = [write_series("html", sheet_of(ward, leader("NOH"), language)).decode()]
        files += [write_pack("html", pack).decode()] if language == "da" else []  # its sheets were read in Danish
    for text in files:
        links = re.findall(r'href="#(ord-[^"]+)"', text)
        assert len(links) == len(set(links)) > 3, "each word is explained once"
        assert set(re.findall(r'<dt id="([^"]+)"', text)) == set(links)
        assert ("Words in this file" in text) == (language == "en")


def test_the_svg_is_one_document_with_a_name_and_without_style_sheets(sheet: Sheet) -> None:
    root = ElementTree.fromstring(write_series("svg", sheet))
    space = {"svg": "http://www.w3.org/2000/svg"}
    assert root.findtext("svg:title", namespaces=space) == sheet.title
    assert root.findtext("svg:desc", namespaces=space) == sheet.alt
    text = write_series("svg", sheet).decode()
    assert "var(" not in text and "http" not in text.replace("http://www.w3.org", "").replace("https://tavle", "")


def test_text_from_people_is_only_text(sheet: Sheet) -> None:
    nasty = NoteRow("A", "i dag", '=HYPERLINK("x") <script>1</script> #raw[ $x$ \\ "', "Note", "", "")
    spoilt = replace(sheet, view=replace(sheet.view, notes=(nasty,)))
    assert "<script>" not in write_series("html", spoilt).decode()
    assert plain(nasty.text) in plain(words_of("pdf", write_series("pdf", spoilt)))
    assert nasty.text in words_of("pptx", write_series("pptx", spoilt))
    with zipfile.ZipFile(io.BytesIO(write_series("xlsx", spoilt))) as book:
        assert not any(b"<f>" in book.read(name) for name in book.namelist() if name.startswith("xl/worksheets"))


# -------------------------------------------------------------------------------------------------------------- a pack


def test_a_pack_has_a_front_and_a_page_for_each_series(pack: Pack) -> None:
    assert len(PdfReader(io.BytesIO(write_pack("pdf", pack))).pages) == 1 + len(pack.sheets)
    assert len(Presentation(io.BytesIO(write_pack("pptx", pack))).slides) == 1 + len(pack.sheets)
    assert pack.columns == ("Nordsjællands Hospital", "Herlev og Gentofte Hospital")
    pictures = zipfile.ZipFile(io.BytesIO(write_pack("png", pack))).namelist()
    assert pictures[0] == "01-tavle-HAI-BAC-NOH-2026-11-23.png" and len(pictures) == 3
    assert pack.file_stem == "tavlepakke-1084-3-2026-11-23"
    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(write_pack("xlsx", pack))).get_sheet_by_name("Overblik").to_python()
    )
    assert [row[2] for row in rows[5:]] == ["NOH", "HGH", "NOH"]


def test_departments_of_the_same_name_stand_apart(sheet: Sheet, pack: Pack) -> None:
    def department(code: str, hospital: str) -> Sheet:
        unit = replace(sheet.view.unit, code=code, name=Words("Medicinsk Afdeling", "Department of Medicine"))
        return replace(sheet, view=replace(sheet.view, unit=unit), belongs_to=hospital)

    both = (department("NOH-MED", "Nordsjælland"), department("HGH-MED", "Herlev"))
    twins = replace(pack, sheets=both)
    assert twins.columns == ("Medicinsk Afdeling, Nordsjælland", "Medicinsk Afdeling, Herlev")
    assert [row.sheets for group in twins.groups for row in group.rows] == [both]
    assert replace(pack, sheets=both[:1]).columns == ("Medicinsk Afdeling",)


def test_a_pack_is_all_or_nothing(ward: Store, leader: Callable[[str], Viewer]) -> None:
    origin = Origin.of(ward, now=NOW, timezone="Europe/Copenhagen")
    keys = [("HAI-BAC", "NOH"), ("HAI-BAC", "HGH")]
    with pytest.raises(NotAllowed):
        read_pack(ward, leader("NOH"), keys, Selection(unit="NOH"), today=TODAY, origin=origin)
    for wrong in ([], [("HAI-BAC", str(at)) for at in range(41)]):
        with pytest.raises(PackError):
            read_pack(ward, SYSTEM, wrong, Selection(unit="NOH"), today=TODAY, origin=origin)
    assert keys_of(["HAI-BAC@NOH", "x", None, "a@b@c"]) == [("HAI-BAC", "NOH")]


def test_own_signals_are_ticked_beforehand(ward: Store, leader: Callable[[str], Viewer]) -> None:
    choice = pack_choice(ward, leader("NOH"), Selection(unit="NOH"), today=TODAY, since=None)
    assert choice.ticked == (("HAI-BAC", "NOH"),)
    assert choice.why == "Målinger med signal er valgt."


def test_a_pack_is_made_beside_the_request_and_belongs_to_one_person(
    ward: Store, leader: Callable[[str], Viewer]
) -> None:
    jobs = Jobs[PackFile]()
    origin = Origin.of(ward, now=NOW, timezone="Europe/Copenhagen")
    with use_language("en"):
        job = start_pack(
            jobs, ward, leader("NOH"), [("HAI-BAC", "NOH")], "svg", Selection(unit="NOH"), today=TODAY, origin=origin
        )
    assert job.wait(20)
    assert (job.fault, job.is_done, job.progress.share, job.progress.words) == (None, True, 1.0, WRITING)
    assert job.answer is not None and job.answer.name == "board-pack-NOH-1-2026-11-23.zip"
    assert jobs.get(job.id, 1) is job and jobs.get(job.id, 2) is None


# ---------------------------------------------------------------------------------------------------------- the routes


@pytest.fixture(scope="module")
def client(ward: Store, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    ward.write(lambda connection: write_info(connection, "is_demo", "true"))
    grant = [Grant(Role.LEADER, "NOH")]
    accounts.create(ward, SYSTEM, email="leder@example.dk", name="Ida", password=PASSWORD, now=NOW, grants=grant)
    settings = Settings(var=tmp_path_factory.mktemp("var"), mode="demo", today=TODAY, secret_key="a key for tests only")
    client = create_app(settings, ward, with_static=False).server.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/log-ind").text)
    assert token is not None
    client.post("/log-ind", data={"csrf_token": token[1], "email": "leder@example.dk", "password": PASSWORD})
    return client


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.code)
def test_every_form_is_handed_out_under_a_safe_name(client: FlaskClient, form) -> None:
    answer = client.get(f"/indikator/HAI-BAC.{form.extension}?enhed=NOH&form={form.code}")
    assert answer.status_code == 200
    assert answer.mimetype == form.media_type
    name = f"DEMO-tavle-HAI-BAC-NOH-2026-11-23.{form.extension}"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/indikator/HAI-BAC.pdf?enhed=HGH", 403),
        ("/indikator/HAI-BAC.pptx?enhed=XXX", 404),
        ("/indikator/INTET.png?enhed=NOH", 404),
        ("/indikator/HAI-BAC.xlsx", 404),
        ("/tavlepakke/hent/intet", 404),
    ],
)
def test_no_file_for_the_wrong_person_or_for_nothing(client: FlaskClient, address: str, status: int) -> None:
    assert client.get(address).status_code == status

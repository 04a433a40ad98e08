"""One computation, one signal: matrix, page, API, mail and every export say what is stored, to the digit.

`tests/simulation/one_signal.py` does the same for every series of the demo in both languages, which takes minutes.
"""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from functools import partial
from html import unescape

import pytest
from pptx import Presentation
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from api.v1.asking import signal_of
from dashboards.exports.forms import write_pack, write_series
from dashboards.exports.pictograms import assurance_drawing, variation_drawing
from dashboards.exports.slides import chart_lines
from dashboards.figures.icons import assurance_words, variation_words
from dashboards.figures.matrix import Cell
from dashboards.presenters.board import Side, read_board
from dashboards.presenters.board_pack import Pack
from dashboards.presenters.exported import Origin, Sheet, series_sheet
from dashboards.selection import Selection
from dashboards.text import language, period_text, value_text
from data import accounts, digest, outbox
from data.access import SYSTEM, Grant, Role
from data.naming import Names
from data.queries import states, units
from data.states import SeriesState
from data.store import Store
from indicators.assessment import Assurance, Variation
from indicators.definition import IndicatorDefinition
from tests.conftest import BuiltDemo

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 5, 15)
Said = tuple[str, str, str, str]  # variation and way, assurance, latest value, its period, as a reader sees them
Pair = tuple[Sheet, SeriesState]
Compared = tuple[str, str]  # a form, and what it says differently from the store: empty where it agrees


@pytest.fixture(scope="module")
def demo(built_demo: BuiltDemo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("one") / "demo.duckdb"
    shutil.copy(built_demo.path, path)
    store = Store.open(f"duckdb:///{path}")
    yield store
    store.close()


@pytest.fixture(scope="module")
def pairs(demo: Store) -> list[Pair]:
    return [(sheet_of(demo, state), state) for state in one_of_each(states.of_units(demo, SYSTEM))]


def one_of_each(found: Sequence[SeriesState]) -> list[SeriesState]:
    """A series of each kind of signal, and one of each answer to the target."""
    signals = {state.variation: state for state in found}
    targets = {state.assurance: state for state in reversed(found) if state.variation is not Variation.COMMON}
    return list({id(state): state for state in (*signals.values(), *targets.values())}.values())


def test_matrix_and_api_say_of_every_series_what_is_stored(demo: Store) -> None:
    found = states.of_units(demo, SYSTEM)
    assert len(found) > 400
    compared = list(board_says(demo, found))
    assert len(compared) > 800
    assert [fault for _form, fault in compared if fault] == []


def test_the_monthly_mail_says_of_every_series_what_is_stored(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest, "MOST_PER_PART", 10_000)
    found = states.of_units(demo, SYSTEM)
    compared = list(mail_says(demo, found))
    assert len(compared) == len(found)
    assert [fault for _form, fault in compared if fault] == []


def test_pages_and_light_exports_say_what_is_stored(pairs: list[Pair]) -> None:
    assert {state.variation for _sheet, state in pairs} == set(Variation)
    assert {state.assurance for _sheet, state in pairs} == set(Assurance)
    assert [fault for pair in pairs for _form, fault in light_forms(*pair) if fault] == []


def test_paper_slides_and_pictures_of_a_pack_say_what_is_stored(pairs: list[Pair]) -> None:
    compared = list(heavy_forms(pairs))
    assert Counter(form for form, _fault in compared) == {form: len(pairs) for form in ("pdf", "pptx", "png", "pack")}
    assert [fault for _form, fault in compared if fault] == []


def test_a_signal_that_differs_is_found_in_every_form(pairs: list[Pair]) -> None:
    """What compares must be able to fail: another signal and another value are held against the same files."""
    sheet, state = next(pair for pair in pairs if pair[1].variation is Variation.CONCERN)
    other = next(one for _sheet, one in pairs if one.variation is Variation.IMPROVEMENT)
    assert {form for form, fault in light_forms(sheet, other) if fault} == {"page", "xlsx", "html", "svg", "csv", "da"}
    assert {form for form, fault in heavy_forms([(sheet, other)]) if fault} == {"pdf", "pptx", "pack", "png"}
    assert state.variation is Variation.CONCERN


# ------------------------------------------------------------------------------------------------- what is to be said


def stored(state: SeriesState, definition: IndicatorDefinition) -> Said:
    """What every view has to say."""
    value = period = ""
    if state.latest_value is not None and state.latest_period is not None:
        value = value_text(definition, state.latest_value, denominator=state.latest_denominator)
        period = period_text(state.latest_period, definition.period)
    return variation_words(state.variation, state.rising), assurance_words(state.assurance), value, period


def sheet_of(store: Store, state: SeriesState) -> Sheet:
    origin = Origin.of(store, now=NOW, timezone="Europe/Copenhagen", address="https://tavle.example")
    return series_sheet(
        store, SYSTEM, state.indicator_code, Selection(unit=state.unit_code, months=None), today=TODAY, origin=origin
    )


def against(form: str, key: tuple[str, str], said: object, wanted: object) -> Compared:
    return form, "" if said == wanted else f"{' '.join(key)} {form}: {said} is not {wanted}"


# ------------------------------------------------------------------------------------------------- matrix, API, mail


def board_says(demo: Store, found: Sequence[SeriesState]) -> Iterator[Compared]:
    everywhere = units.visible(demo, SYSTEM, on=TODAY)
    by_code = {unit.code: unit for unit in everywhere}
    board = read_board(demo, SYSTEM, Side(None, tuple(everywhere)), today=TODAY, since=None, all_units=())
    for state in found:
        key = (state.indicator_code, state.unit_code)
        if state.unit_code in by_code:  # a unit that has closed stands on no board of today
            definition = board.definitions[state.indicator_code]
            cell = board.cell(state.indicator_code, by_code[state.unit_code], Selection())
            said = matrix_says(cell) if cell is not None else None
            yield against("matrix", key, said, stored(state, definition))
        answer = signal_of(state).model_dump()
        wanted = (state.variation, state.rising, state.assurance, state.latest_value)
        yield against("api", key, tuple(map(answer.get, ("variation", "rising", "assurance", "latest_value"))), wanted)


def matrix_says(cell: Cell) -> Said:
    return (
        variation_words(cell.variation, cell.rising),
        assurance_words(cell.assurance),
        cell.value,
        cell.full_period,
    )


def mail_says(demo: Store, found: Sequence[SeriesState]) -> Iterator[Compared]:
    """The digest of somebody who leads the whole country and was told nothing before, in the language of the moment.

    `digest.MOST_PER_PART` must be high enough for all of them.
    """
    email = f"land-{language()}@example.dk"
    accounts.create(
        demo, SYSTEM, email=email, name="Ida Holm", password="en lang adgangskode", now=NOW, language=language(),
        grants=[Grant(Role.LEADER, "DK")],
    )  # fmt: skip
    digest.send(demo, today=TODAY, now=NOW)
    (mail,) = [one for one in outbox.waiting(demo) if one.recipient == email]
    told = Counter(line for line in mail.body.splitlines() if line.startswith("- "))
    with demo.read() as connection:
        names = Names.read(connection, [(state.indicator_code, state.unit_code) for state in found])
    for state in found:
        key = (state.indicator_code, state.unit_code)
        place = f"- {names.indicator(key[0]).say(language())}, {names.unit(key[1]).say(language())}: "
        line = place + variation_words(state.variation).lower()
        if state.variation in digest.SIGNALS:
            yield against("mail", key, told[line] > 0, True)
            told[line] -= 1
        else:  # units of one name have lines of one name: what is left when all are told must say nothing of a signal
            yield "mail", ""
    signals = {variation_words(one).lower() for one in digest.SIGNALS}
    for line, count in told.items():
        if count > 0 and line.rpartition(": ")[2] in signals:
            yield "mail", f"{line} is told and not stored"


# ----------------------------------------------------------------------------------------------- page and light files


def light_forms(sheet: Sheet, state: SeriesState) -> Iterator[Compared]:
    """What page, HTML, SVG, CSV and XLSX say, each against the store."""
    wanted, key = stored(state, sheet.definition), sheet.key
    yield against("page", key, page_says(sheet), wanted)
    yield against("xlsx", key, workbook_says(write_series("xlsx", sheet), sheet), wanted)
    html = unescape(write_series("html", sheet).decode())
    yield against("html", key, html_says(html, sheet, wanted), wanted)
    svg = write_series("svg", sheet).decode()
    yield against("svg", key, drawn_in(svg), icons_of(state, sheet))
    if state.latest_value is not None and state.latest_period is not None:
        for form in ("csv", "da"):
            last = csv_value(write_series(form, sheet).decode("utf-8-sig"), form, state.latest_period)
            text = value_text(sheet.definition, last, denominator=state.latest_denominator) if last is not None else ""
            yield against(form, key, text, wanted[2])


def page_says(sheet: Sheet) -> Said:
    """Icons and latest figure of the series page."""
    titles = re.findall(r"<title>(.*?)</title>", str(sheet.view.icons))
    return titles[0], titles[1] if len(titles) > 1 else "", sheet.latest_short, sheet.latest_period


def html_says(text: str, sheet: Sheet, wanted: Said) -> Said:
    """The words of the icons, and the figure in the row of its period."""
    names = re.findall(r'<svg[^>]*width="\d+"[^>]*aria-label="([^"]*)"', text)
    value = period = ""
    if wanted[3]:
        rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", text)]
        period = next((wanted[3] for row in rows if row and row[0] == wanted[3]), "")
        value = next((wanted[2] for row in rows if row and row[0] == wanted[3] and wanted[2] in row[1:]), "")
    return names[0], next((name for name in names[1:2] if name == sheet.target_words), ""), value, period


def drawn_in(svg: str) -> list[str]:
    """The icons a drawing begins with, above its title."""
    return re.findall(
        r"<g transform=[^>]*>(.*?)</g>(?=<g transform|<text)", svg.split('font-size="22"', 1)[0], re.DOTALL
    )


def icons_of(state: SeriesState, sheet: Sheet) -> list[str]:
    """The drawings of the stored signal, and of its answer to the target where there is one."""
    drawings = (variation_drawing(state.variation, state.rising), assurance_drawing(state.assurance, sheet.direction))
    return [str(one) for one in drawings if one]


def workbook_says(content: bytes, sheet: Sheet) -> Said:
    """The row of the overview, with the value as the number it is there."""
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    row = rows[5]
    period, value = row[7], row[8]
    latest = sheet.view.assessment.latest if sheet.view.assessment else None
    denominator = latest.denominator if latest else None
    return (
        str(row[5]),
        str(row[6]),
        value_text(sheet.definition, float(value), denominator=denominator) if value != "" else "",
        period_text(period, sheet.definition.period) if isinstance(period, date) else "",
    )


def csv_value(text: str, form: str, period: date) -> float | None:
    mark = ";" if form == "da" else ","
    day = f"{mark}{period.isoformat()}{mark}"
    row = next((line for line in text.splitlines() if day in line and not line.startswith("#")), "")
    number = row.split(mark)[6] if row else ""
    return float(number.replace(",", ".")) if number else None


# ------------------------------------------------------------------------------------------------------- heavy files


def heavy_forms(pairs: Sequence[Pair]) -> Iterator[Compared]:
    """What PDF, PPTX and PNG of a pack say of each series, and its front page as a table of HTML."""
    wanted = [(sheet, stored(state, sheet.definition)) for sheet, state in pairs]
    pack = Pack(tuple(sheet for sheet, _state in pairs), pairs[0][0].origin, "Danmark", Selection(unit="DK"))
    yield from paper_says(write_pack("pdf", pack), wanted)
    yield from slides_say(write_pack("pptx", pack), wanted)
    yield from front_says(unescape(write_pack("html", pack).decode()), wanted)
    pictures = zipfile.ZipFile(io.BytesIO(write_pack("png", pack)))
    for name, (sheet, state) in zip(pictures.namelist(), pairs, strict=True):
        # A picture is the drawing of the SVG, set in dots: it is one, and the drawing shows what is stored.
        is_png = pictures.read(name).startswith(b"\x89PNG") and all(code in name for code in sheet.key)
        drawn = drawn_in(write_series("svg", sheet).decode()) if is_png else []
        yield against("png", sheet.key, drawn, icons_of(state, sheet))


def paper_says(content: bytes, wanted: Sequence[tuple[Sheet, Said]]) -> Iterator[Compared]:
    pages = [plain(page.extract_text()) for page in PdfReader(io.BytesIO(content)).pages]
    for sheet, (variation, _assurance, value, period) in wanted:
        own = "".join(page for page in pages if plain(sheet.subtitle) in page)
        lacking = [words for words in (sheet.title, value) if plain(words) not in own]
        front = "".join(page for page in pages if plain(sheet.subtitle) not in page)
        if plain(value + " · ".join(part for part in (period, variation) if part)) not in front:
            lacking.append(variation)
        yield against("pdf", sheet.key, lacking, [])


def slides_say(content: bytes, wanted: Sequence[tuple[Sheet, Said]]) -> Iterator[Compared]:
    deck = Presentation(io.BytesIO(content))
    slides = list(deck.slides)[-len(wanted) :]  # after the front
    for slide, (sheet, (variation, assurance, value, _period)) in zip(slides, wanted, strict=True):
        described = [shape._element.xpath(".//p:cNvPr")[0].get("descr") for shape in slide.shapes]
        faults = [f"no icon {words}" for words in (variation, assurance) if words and words not in described]
        if slide.shapes.title.text != sheet.title:
            faults.append(slide.shapes.title.text)
        charts = [shape.chart for shape in slide.shapes if shape.has_chart]
        if bool(charts) != sheet.has_chart:
            faults.append(f"{len(charts)} charts")
        if charts:
            plot = charts[0].plots[0]
            if len(plot.series) != len(chart_lines(sheet)):
                faults.append("lines are lacking")
            says = partial(value_says, sheet)
            measured = next(one for one in plot.series if one.name == sheet.view.measure)
            if value and value not in {says(one) for one in measured.values if one is not None}:
                faults.append(f"no value {value}")
        yield against("pptx", sheet.key, faults, [])


def value_says(sheet: Sheet, value: float) -> str:
    latest = sheet.view.assessment.latest if sheet.view.assessment else None
    return value_text(sheet.definition, value, denominator=latest.denominator if latest else None)


def front_says(text: str, wanted: Sequence[tuple[Sheet, Said]]) -> Iterator[Compared]:
    """The cells of the front page, found by where they lead."""
    said: Callable[[str], list[str]] = partial(re.findall, r'aria-label="([^"]*)"')
    for at, (sheet, (variation, assurance, value, period)) in enumerate(wanted):
        cell = re.search(rf'<td><a href="#s{at}">(.*?)</td>', text, re.DOTALL)
        inside = cell[1] if cell else ""
        faults = [words for words in (value, period) if words not in inside]
        faults += [words for words in (variation, assurance) if words and words not in said(inside)]
        yield against("pack", sheet.key, faults, [])


def plain(text: str) -> str:
    """Without what a line break or a narrow space makes of words."""
    return re.sub(r"\s+", "", text)

"""One computation, one signal: matrix, page, API and every export say what is stored, to the digit.

`tests/simulation/one_signal.py` does the same for every series in every form, which takes minutes.
"""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from html import unescape

import pytest
from pptx import Presentation
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from api.v1.asking import signal_of
from dashboards.exports.forms import write_pack, write_series
from dashboards.exports.slides import chart_lines
from dashboards.figures.icons import assurance_words, variation_words
from dashboards.figures.matrix import Cell
from dashboards.presenters.board import Side, read_board
from dashboards.presenters.board_pack import Pack
from dashboards.presenters.exported import Origin, Sheet, series_sheet
from dashboards.selection import Selection
from dashboards.text import period_text, value_text
from data.access import SYSTEM
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


@pytest.fixture(scope="module")
def demo(built_demo: BuiltDemo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("one") / "demo.duckdb"
    shutil.copy(built_demo.path, path)
    store = Store.open(f"duckdb:///{path}")
    yield store
    store.close()


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


def one_of_each(found: Sequence[SeriesState]) -> list[SeriesState]:
    """A series of each kind of signal, and one of each answer to the target."""
    signals = {state.variation: state for state in found}
    targets = {state.assurance: state for state in reversed(found) if state.variation is not Variation.COMMON}
    return list({id(state): state for state in (*signals.values(), *targets.values())}.values())


@pytest.fixture(scope="module")
def pairs(demo: Store) -> list[Pair]:
    return [(sheet_of(demo, state), state) for state in one_of_each(states.of_units(demo, SYSTEM))]


def test_matrix_and_api_say_of_every_series_what_is_stored(demo: Store) -> None:
    found = states.of_units(demo, SYSTEM)
    everywhere = units.visible(demo, SYSTEM, on=TODAY)
    by_code = {unit.code: unit for unit in everywhere}
    board = read_board(demo, SYSTEM, Side(None, tuple(everywhere)), today=TODAY, since=None, all_units=())
    assert len(found) > 400
    for state in found:
        if state.unit_code not in by_code:  # a unit that has closed stands on no board of today
            continue
        definition = board.definitions[state.indicator_code]
        cell = board.cell(state.indicator_code, by_code[state.unit_code], Selection())
        assert cell is not None
        assert matrix_says(cell, definition) == stored(state, definition)
        answer = signal_of(state).model_dump()
        assert (answer["variation"], answer["rising"], answer["assurance"], answer["latest_value"]) == (
            state.variation, state.rising, state.assurance, state.latest_value,
        )  # fmt: skip


def matrix_says(cell: Cell, definition: IndicatorDefinition) -> Said:
    return (
        variation_words(cell.variation, cell.rising),
        assurance_words(cell.assurance),
        cell.value,
        cell.full_period,
    )


def test_pages_and_light_exports_say_what_is_stored(pairs: list[Pair]) -> None:
    assert {state.variation for _sheet, state in pairs} == set(Variation)
    assert {state.assurance for _sheet, state in pairs} == set(Assurance)
    assert [fault for pair in pairs for fault in light_faults(*pair)] == []


def light_faults(sheet: Sheet, state: SeriesState) -> list[str]:
    """What page, HTML, SVG, CSV and XLSX say differently from the store."""
    wanted = stored(state, sheet.definition)
    says = {"page": page_says(sheet), "xlsx": workbook_says(write_series("xlsx", sheet), sheet)}
    for form in ("html", "svg"):
        says[form] = drawing_says(write_series(form, sheet).decode(), sheet)
    if state.latest_value is not None and state.latest_period is not None:
        last = csv_value(write_series("csv", sheet).decode(), state.latest_period)
        says["csv"] = (*wanted[:2], value_text(sheet.definition, last, denominator=state.latest_denominator), wanted[3])
    return [f"{sheet.key} {form}: {said} is not {wanted}" for form, said in says.items() if said != wanted]


def page_says(sheet: Sheet) -> Said:
    """Icons and latest figure of the series page."""
    titles = re.findall(r"<title>(.*?)</title>", str(sheet.view.icons))
    return titles[0], titles[1] if len(titles) > 1 else "", sheet.latest_short, sheet.latest_period


def drawing_says(text: str, sheet: Sheet) -> Said:
    """The words of the icons, and the figure where it is written."""
    names = re.findall(r'aria-label="([^"]*)"', text) if "<html" in text else [sheet.signal_words, sheet.target_words]
    found = [unescape(name) for name in names]
    target = next((name for name in found[:2] if name == sheet.target_words), "")
    assert sheet.title in unescape(text)
    return found[0], target, sheet.latest_short, sheet.latest_period


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


def csv_value(text: str, period: date) -> float:
    row = next(line for line in text.splitlines() if f",{period.isoformat()}," in line and not line.startswith("#"))
    return float(row.split(",")[6])


def test_paper_slides_and_pictures_of_a_pack_say_what_is_stored(pairs: list[Pair]) -> None:
    assert heavy_faults(pairs) == []


def heavy_faults(pairs: Sequence[Pair]) -> list[str]:
    """What PDF, PPTX and PNG of a pack say differently from the store."""
    wanted = [(sheet, stored(state, sheet.definition)) for sheet, state in pairs]
    pack = Pack(tuple(sheet for sheet, _state in pairs), pairs[0][0].origin, "Danmark", Selection(unit="DK"))
    faults = [f"pdf: {fault}" for fault in paper_faults(write_pack("pdf", pack), wanted)]
    faults += [f"pptx: {fault}" for fault in slide_faults(write_pack("pptx", pack), wanted)]
    pictures = zipfile.ZipFile(io.BytesIO(write_pack("png", pack)))
    faults += [name for name in pictures.namelist() if not pictures.read(name).startswith(b"\x89PNG")]
    return faults


def paper_faults(content: bytes, wanted: Sequence[tuple[Sheet, Said]]) -> Iterator[str]:
    pages = [plain(page.extract_text()) for page in PdfReader(io.BytesIO(content)).pages]
    whole = " ".join(pages)
    for sheet, (variation, _assurance, value, period) in wanted:
        for words in (sheet.title, variation, value, period):
            if plain(words) not in whole:
                yield f"{sheet.key} lacks {words}"


def slide_faults(content: bytes, wanted: Sequence[tuple[Sheet, Said]]) -> Iterator[str]:
    deck = Presentation(io.BytesIO(content))
    slides = list(deck.slides)[-len(wanted) :]  # after the front
    for slide, (sheet, (variation, assurance, _value, _period)) in zip(slides, wanted, strict=True):
        if slide.shapes.title.text != sheet.title:
            yield f"{sheet.key} is called {slide.shapes.title.text}"
        described = [shape._element.xpath(".//p:cNvPr")[0].get("descr") for shape in slide.shapes]
        for words in (variation, assurance):
            if words and words not in described:
                yield f"{sheet.key} has no icon {words}"
        charts = [shape.chart for shape in slide.shapes if shape.has_chart]
        if bool(charts) != sheet.has_chart:
            yield f"{sheet.key} has {len(charts)} charts"
        if charts and len(charts[0].plots[0].series) != len(chart_lines(sheet)):
            yield f"{sheet.key} lacks lines"


def plain(text: str) -> str:
    """Without what a line break or a narrow space makes of words."""
    return re.sub(r"\s+", "", text)

"""The report as slides: tables and charts are PowerPoint's own, so that people can change and copy them."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dashboards.exports.evaluation.blocks import Block, Chart, Code, Figure, Points, Report, Section, Table, Text
from dashboards.exports.evaluation.drawings import COHORTS, ticks
from dashboards.text import language
from dashboards.theme import LIGHT
from data.typed import possible

if TYPE_CHECKING:
    from pptx.presentation import Presentation
    from pptx.slide import Slide

FONT = "Segoe UI"
OTHER = "#B4BAC3"  # a hollow mark vanishes in programs that draw no edge
WIDTH, HEIGHT, MARGIN = 13.333, 7.5, 0.5  # inches, 16:9
TOP, BOTTOM = 1.25, 0.62
LETTERS_A_LINE, LINES_A_SLIDE = 125, 15  # of 14 points
CAPTION, GAP = 0.34, 0.18  # inches
LETTERS_AN_INCH, LEAST_LETTERS, MOST_LETTERS = 11.5, 11, 60  # of a table
CHARTS_A_SLIDE = 2
SIGNED = {0: "+0;\u22120;0", 1: "+0.0;\u22120.0;0.0", 2: "+0.00;\u22120.00;0.00"}


def report_pptx(report: Report, *, moment: datetime) -> bytes:
    """The slides as bytes; `moment` (UTC without a zone) stands in the properties."""
    deck = _Deck(report, moment)
    deck.front()
    for section in report.sections:
        if section.key != "result":
            deck.section(section)
    file = io.BytesIO()
    deck.deck.save(file)
    return file.getvalue()


class _Deck:
    """A presentation under way."""

    def __init__(self, report: Report, moment: datetime) -> None:
        from pptx import Presentation
        from pptx.util import Inches

        self.report = report
        self.deck: Presentation = Presentation()
        self.deck.slide_width, self.deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
        facts = self.deck.core_properties
        facts.title, facts.subject = possible(report.title)[:255], possible(report.headline)[:255]
        facts.author, facts.created, facts.modified = "Tavle", moment, moment
        facts.language = "en-GB" if language() == "en" else "da-DK"

    def front(self) -> None:
        """The finding with its sentences."""
        report = self.report
        slide = self._slide(report.headline)
        _words(self._text(slide, MARGIN, 1.2, 0.4), [(report.subtitle, 14, False)], colour=LIGHT.muted)
        lines = list(_lines(report.section("result").blocks))
        _words(self._text(slide, MARGIN, 1.9, 4.6), [(words, 20, is_bold) for words, is_bold in lines], gap=8)

    def section(self, section: Section) -> None:
        """A slide for every drawing, then words and tables, as many on a slide as there is room for."""
        for block in section.blocks:
            if isinstance(block, Figure):
                self._figure(section, block)
        has_several = sum(isinstance(block, Table) for block in section.blocks) > 1
        slide: Slide | None = None
        top = 0.0
        for piece in _pieces(section.blocks):
            is_table = isinstance(piece, _Rows)
            tall = piece.tall + (CAPTION if is_table and has_several else 0.0)
            if slide is None or top + tall > HEIGHT - BOTTOM:
                slide, top = self._slide(section.heading), TOP
            if isinstance(piece, _Rows):
                if has_several:
                    _words(self._text(slide, MARGIN, top - 0.05, CAPTION), [(piece.table.caption, 13, True)])
                    top += CAPTION
                self._table(slide, piece.table, piece.rows, top=top)
            else:
                frame = self._text(slide, MARGIN, top, piece.tall)
                _words(frame, [(text, 14, bold) for text, bold in piece.lines], gap=5)
            top += piece.tall + GAP

    # --------------------------------------------------------------------------------------------------------- pieces

    def _slide(self, title: str) -> Slide:
        """A slide with its title in the title's own place, the mark, and the source at the bottom."""
        from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
        from pptx.util import Inches

        slide = self.deck.slides.add_slide(self.deck.slide_layouts[5])  # "Title Only"
        shape = slide.shapes.title
        stamp_width = 1.0 if self.report.stamp else 0.0
        shape.left, shape.top = Inches(MARGIN), Inches(0.3)
        shape.width, shape.height = Inches(WIDTH - 2 * MARGIN - stamp_width), Inches(0.85)
        shape.text_frame.word_wrap = True
        shape.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        _words(shape.text_frame, [(title, 24 if len(title) < 70 else 20, True)])
        shape.text_frame.paragraphs[0].alignment = PP_ALIGN.LEFT
        if self.report.stamp:
            self._stamp(slide)
        facts = " · ".join(f"{name}: {text}" for name, text in self.report.facts)
        said = " ".join(part for part in (self.report.stamp_line, facts) if part)
        _words(self._text(slide, MARGIN, HEIGHT - 0.52, 0.4), [(said, 9, False)], colour=LIGHT.muted)
        return slide

    def _stamp(self, slide: Slide) -> None:
        from pptx.enum.shapes import MSO_SHAPE
        from pptx.enum.text import PP_ALIGN
        from pptx.util import Inches

        box = slide.shapes.add_shape(
            MSO_SHAPE.ROUNDED_RECTANGLE, Inches(WIDTH - MARGIN - 0.9), Inches(0.5), Inches(0.9), Inches(0.36)
        )
        box.fill.solid()
        box.fill.fore_color.rgb = _rgb(LIGHT.text)
        box.line.fill.background()
        box.shadow.inherit = False
        _words(box.text_frame, [(self.report.stamp, 12, True)], colour=LIGHT.surface)
        box.text_frame.paragraphs[0].alignment = PP_ALIGN.CENTER

    def _text(self, slide: Slide, x: float, y: float, height: float) -> Any:
        from pptx.util import Inches

        frame = slide.shapes.add_textbox(Inches(x), Inches(y), Inches(WIDTH - 2 * MARGIN), Inches(height)).text_frame
        frame.word_wrap = True
        return frame

    def _figure(self, section: Section, figure: Figure) -> None:
        for first in range(0, len(figure.charts), CHARTS_A_SLIDE):
            charts = figure.charts[first : first + CHARTS_A_SLIDE]
            joined = " " if section.heading.endswith("?") else ": "
            slide = self._slide(f"{section.heading}{joined}{figure.title}")
            across = 2 if len(charts) > 1 else 1
            down = math.ceil(len(charts) / across)
            wide = (WIDTH - 2 * MARGIN) / across
            tall = (HEIGHT - TOP - BOTTOM - (0.45 if figure.note else 0.0)) / down
            for at, chart in enumerate(charts):
                room = (MARGIN + wide * (at % across), TOP + tall * (at // across), wide - 0.1, tall - 0.1)
                _chart(slide, chart, room, alt=figure.alt)
            if figure.note:
                _words(self._text(slide, MARGIN, HEIGHT - BOTTOM - 0.4, 0.4), [(figure.note, 11, False)])

    def _table(self, slide: Slide, table: Table, rows: Sequence[int], *, top: float = TOP) -> None:
        from pptx.enum.text import PP_ALIGN
        from pptx.util import Inches

        room = (Inches(MARGIN), Inches(top), Inches(WIDTH - 2 * MARGIN), Inches(0.32 * (len(rows) + 1)))
        shape = slide.shapes.add_table(len(rows) + 1, len(table.columns), *room)
        shape._element.nvGraphicFramePr.cNvPr.set("descr", possible(table.caption))
        for column, width in zip(shape.table.columns, _widths(table), strict=True):
            column.width = Inches(width)
        for at, words in enumerate(table.columns):
            _cell(shape.table.cell(0, at), words, "head")
            if at >= table.first_number:
                shape.table.cell(0, at).text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT
        for place, row in enumerate(rows, start=1):
            for at, words in enumerate(table.rows[row]):
                cell = shape.table.cell(place, at)
                _cell(cell, words, table.mark(row))
                if at >= table.first_number:
                    cell.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT


def _widths(table: Table) -> list[float]:
    """Inches for every column, by its longest words, within reason."""
    needs = []
    for at, head in enumerate(table.columns):
        longest = max(len(text) for text in (head, *(row[at] for row in table.rows)))
        needs.append(min(max(longest, LEAST_LETTERS), MOST_LETTERS))
    whole = WIDTH - 2 * MARGIN
    return [whole * need / sum(needs) for need in needs]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of a table that stand together, and how many inches they take."""

    table: Table
    rows: tuple[int, ...]
    tall: float


@dataclass(frozen=True, slots=True)
class _Said:
    """Lines of text that stand together, each with whether it is bold, and how many inches they take."""

    lines: tuple[tuple[str, bool], ...]
    tall: float


def _pieces(blocks: Sequence[Block]) -> Iterator[_Rows | _Said]:
    """Words and tables in the order they are read, cut where they are taller than a slide."""
    said: list[tuple[str, bool]] = []
    for block in blocks:
        if isinstance(block, Table):
            yield from _said(said)
            said = []
            yield from _row_pages(block)
        else:
            said += _lines([block])
    yield from _said(said)


def _said(lines: list[tuple[str, bool]]) -> Iterator[_Said]:
    for page in _pages(lines):
        letters = [math.ceil(len(words) / LETTERS_A_LINE) for words, _is_bold in page]
        yield _Said(tuple(page), 0.26 * sum(letters) + 0.09 * len(page) + 0.1)


def _row_pages(table: Table) -> Iterator[_Rows]:
    """Rows that fit a slide; a row with long words takes the room of several."""
    widths = _widths(table)
    head = _tall(table.columns, widths)
    page: list[int] = []
    used = head
    for place, row in enumerate(table.rows):
        tall = _tall(row, widths)
        if page and used + tall > HEIGHT - TOP - BOTTOM - CAPTION:
            yield _Rows(table, tuple(page), used)
            page, used = [], head
        page.append(place)
        used += tall
    if page:
        yield _Rows(table, tuple(page), used)


def _tall(cells: Sequence[str], widths: Sequence[float]) -> float:
    """Inches of a row: its cell with most lines."""
    lines = max(math.ceil(len(words) / (LETTERS_AN_INCH * width)) for words, width in zip(cells, widths, strict=True))
    return 0.12 + 0.2 * max(lines, 1)


def _lines(blocks: Sequence[Block]) -> Iterator[tuple[str, bool]]:
    """The words between tables and drawings, and whether they are bold."""
    for block in blocks:
        if isinstance(block, Text):
            yield block.words, block.tone in ("lead", "warning")
        elif isinstance(block, Points):
            yield from ((f"•  {item}", False) for item in block.items)
        elif isinstance(block, Code):
            yield f"{block.name}: {block.text}", False


def _pages(lines: list[tuple[str, bool]]) -> Iterator[list[tuple[str, bool]]]:
    page: list[tuple[str, bool]] = []
    used = 0.0
    for words, is_bold in lines:
        tall = math.ceil(len(words) / LETTERS_A_LINE) + 0.35
        if page and used + tall > LINES_A_SLIDE:
            yield page
            page, used = [], 0.0
        page.append((words, is_bold))
        used += tall
    if page:
        yield page


# ------------------------------------------------------------------------------------------------------------- charts


def _chart(slide: Slide, chart: Chart, room: tuple[float, float, float, float], *, alt: str) -> None:
    from pptx.chart.data import CategoryChartData, XyChartData
    from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
    from pptx.util import Inches, Pt

    is_points = chart.kind == "points"
    is_difference = chart.kind == "interval" or (not is_points and any(line.role == "band" for line in chart.lines))
    form = (
        SIGNED[min(chart.decimals, 2)] if is_difference else "0" if not chart.decimals else "0." + "0" * chart.decimals
    )
    # The longest first: some programs make room for as many points as the first series has, and lose the rest.
    longest = max(chart.lines, key=lambda line: len(line.values))
    lines = (longest, *(line for line in chart.lines if line is not longest)) if is_points else chart.lines
    data: Any = XyChartData(number_format=form) if is_points else CategoryChartData(number_format=form)
    if not is_points:
        data.categories = list(chart.categories)
    for line in lines:
        if is_points:
            series = data.add_series(line.name)
            for at, value in zip(line.places, line.values, strict=True):
                series.add_data_point(at, value)
        else:
            data.add_series(line.name, line.values)
    sort = XL_CHART_TYPE.XY_SCATTER if is_points else XL_CHART_TYPE.LINE_MARKERS
    frame = slide.shapes.add_chart(sort, *(Inches(value) for value in room), data)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", possible(alt))
    made = frame.chart
    made.font.size, made.font.name = Pt(11), FONT
    made.has_title = True
    _words(made.chart_title.text_frame, [(chart.title, 12, True)])
    made.has_legend = chart.kind != "interval"
    if made.has_legend:
        made.legend.position, made.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    made.value_axis.major_gridlines.format.line.color.rgb = _rgb(LIGHT.grid)
    made.value_axis.format.line.fill.background()
    made.value_axis.tick_labels.number_format, made.value_axis.tick_labels.number_format_is_linked = form, False
    made.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    values = [value for line in chart.lines for value in line.values if value is not None]
    if values:
        ends = ticks(min(values), max(values))
        made.value_axis.minimum_scale, made.value_axis.maximum_scale = ends[0], ends[-1]
    if is_points:
        made.category_axis.has_major_gridlines = False
        made.category_axis.minimum_scale = 0
        made.category_axis.has_title = True
        _words(made.category_axis.axis_title.text_frame, [(chart.axis, 11, False)])
    if chart.kind == "line":
        _skip(made.category_axis, 6 if is_difference else 12)
    groups = [line.name for line in chart.lines if line.role == "estimate"]
    for line, series in zip(lines, made.plots[0].series, strict=True):
        if is_points and line.role in ("estimate", "other"):
            _dots(series, groups.index(line.name) if line.role == "estimate" else None)
        else:
            _look(series, line.role, chart.kind)
    if chart.kind == "interval":
        _connect(made)


def _look(series: Any, role: str, kind: str) -> None:
    from pptx.enum.chart import XL_MARKER_STYLE
    from pptx.enum.dml import MSO_LINE
    from pptx.util import Pt

    series.smooth = False
    line = series.format.line
    if kind == "interval":
        line.fill.background()
        series.marker.style = XL_MARKER_STYLE.SQUARE if role == "estimate" else XL_MARKER_STYLE.DASH
        series.marker.size = 10 if role == "estimate" else 7
    elif role == "estimate":
        line.color.rgb, line.width = _rgb(LIGHT.text), Pt(1.25)
        series.marker.style, series.marker.size = XL_MARKER_STYLE.CIRCLE, 5
    else:
        line.color.rgb, line.width = _rgb(LIGHT.muted), Pt(2 if role == "expected" else 1)
        if role in ("band", "limit"):
            line.dash_style = MSO_LINE.DASH
        series.marker.style = XL_MARKER_STYLE.NONE
        return
    series.marker.format.fill.solid()
    series.marker.format.fill.fore_color.rgb = _rgb(LIGHT.text)
    series.marker.format.line.color.rgb = _rgb(LIGHT.text)


def _dots(series: Any, group: int | None) -> None:
    """Units of a group in its shape and colour; small and grey where no group is told."""
    from pptx.enum.chart import XL_MARKER_STYLE
    from pptx.util import Pt

    shapes = (XL_MARKER_STYLE.SQUARE, XL_MARKER_STYLE.CIRCLE, XL_MARKER_STYLE.TRIANGLE, XL_MARKER_STYLE.DIAMOND)
    marker = series.marker
    series.format.line.fill.background()
    marker.style = XL_MARKER_STYLE.CIRCLE if group is None else shapes[group % len(shapes)]
    marker.size = 5 if group is None else 7
    marker.format.fill.solid()
    marker.format.fill.fore_color.rgb = _rgb(OTHER if group is None else COHORTS[group % len(COHORTS)])
    marker.format.line.color.rgb = _rgb(LIGHT.muted if group is None else COHORTS[group % len(COHORTS)])
    marker.format.line.width = Pt(0.75)


def _skip(axis: Any, step: int) -> None:
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls, qn

    before = axis._element.find(qn("c:noMultiLvlLbl"))
    for tag in ("c:tickLblSkip", "c:tickMarkSkip"):
        before.addprevious(parse_xml(f'<{tag} {nsdecls("c")} val="{step}"/>'))


def _connect(chart: Any) -> None:
    """A line from the upper to the lower end of every interval."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls, qn

    plot = chart._chartSpace.chart.plotArea.find(qn("c:lineChart"))
    colour = LIGHT.text.lstrip("#")
    lines = parse_xml(
        f'<c:hiLowLines {nsdecls("c", "a")}><c:spPr><a:ln w="19050"><a:solidFill><a:srgbClr val="{colour}"/>'
        "</a:solidFill></a:ln></c:spPr></c:hiLowLines>"
    )
    plot.find(qn("c:marker")).addprevious(lines)


# ------------------------------------------------------------------------------------------------------- small pieces


def _words(frame: Any, lines: Sequence[tuple[str, int, bool]], *, colour: str = LIGHT.text, gap: float = 0) -> None:
    """Paragraphs of (words, size, bold) in a text frame."""
    from pptx.util import Pt

    for at, (words, size, is_bold) in enumerate(lines):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        paragraph.space_after = Pt(gap)
        run = paragraph.add_run()
        run.text = possible(words)
        run.font.size, run.font.bold, run.font.name = Pt(size), is_bold, FONT
        run.font.color.rgb = _rgb(colour)


def _cell(cell: Any, words: str, mark: str) -> None:
    from pptx.util import Inches

    cell.margin_top = cell.margin_bottom = Inches(0.03)
    cell.margin_left = cell.margin_right = Inches(0.06)
    cell.text_frame.word_wrap = True
    _words(
        cell.text_frame,
        [(words, 11, mark in ("head", "main"))],
        colour=LIGHT.muted if mark == "invalid" else LIGHT.text,
    )
    cell.text_frame.paragraphs[0].runs[0].font.italic = mark == "invalid"
    if mark == "invalid":
        from pptx.enum.dml import MSO_PATTERN

        cell.fill.patterned()
        cell.fill.pattern = MSO_PATTERN.WIDE_UPWARD_DIAGONAL
        cell.fill.fore_color.rgb, cell.fill.back_color.rgb = _rgb(LIGHT.grid), _rgb(LIGHT.surface)
        return
    cell.fill.solid()
    cell.fill.fore_color.rgb = _rgb({"head": LIGHT.grid, "main": LIGHT.phase}.get(mark, LIGHT.surface))


def _rgb(colour: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(colour.lstrip("#").upper())

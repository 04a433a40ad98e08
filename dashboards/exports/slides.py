"""Slides with charts that PowerPoint edits: the values, the lines and the marks are series of a native chart.

Office has no hexagon among its markers: a change without direction is a star there. Limits that vary from period to
period are drawn from point to point instead of in steps.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from dashboards.exports import typesetting
from dashboards.exports.pictograms import assurance_picture, variation_picture
from dashboards.exports.words import boxes, front_note, note_tail, phase_text
from dashboards.figures.geometry import push_apart
from dashboards.figures.points import has_limits, phase_spans
from dashboards.presenters.exported import MARKS
from dashboards.text import PERCENT_SIGNS, _, language, period_text, pgettext, shown_decimals, value_text
from dashboards.theme import LIGHT
from data.typed import possible
from indicators.definition import PeriodKind

if TYPE_CHECKING:
    from pptx.presentation import Presentation
    from pptx.slide import Slide

    from dashboards.figures.points import Point
    from dashboards.presenters.board_pack import FrontGroup, Pack
    from dashboards.presenters.exported import Sheet

FONT = "Segoe UI"  # on every machine with PowerPoint, and the board's own
WIDTH, HEIGHT, MARGIN = 13.333, 7.5, 0.5  # inches, 16:9
FRONT_ROWS = 13  # of the matrix on one slide
ICON = 0.27  # inches
PLOT_TOP, PLOT_HEIGHT = 0.03, 0.79  # of the chart's height
LABEL_GAP = 0.048
ON_A_DATE_AXIS = (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR)
MARKERS = {"improvement": "DIAMOND", "concern": "SQUARE", "change": "STAR", "open": "CIRCLE", "excluded": "X"}
COLOURS = {
    "improvement": LIGHT.improvement,
    "concern": LIGHT.concern,
    "change": LIGHT.change,
    "open": LIGHT.common,
    "excluded": LIGHT.muted,
}


def series_pptx(sheet: Sheet) -> bytes:
    """One series on a slide."""
    deck = _Deck(sheet.title, sheet.subtitle, sheet.footer)
    deck.series(sheet)
    return deck.content()


def pack_pptx(pack: Pack) -> bytes:
    """The front matrix, then a slide per series."""
    deck = _Deck(pack.title, pack.subtitle, "")
    deck.front(pack)
    for sheet in pack.sheets:
        deck.series(sheet)
    return deck.content()


@dataclass(slots=True)
class _Line:
    """One series of a native chart; `breaks` are the positions the line does not lead to."""

    name: str
    values: list[float | None]
    colour: str
    width: float = 0
    dash: str = ""
    marker: str = ""
    size: int = 7
    is_hollow: bool = False
    breaks: tuple[int, ...] = ()
    end_label: str = ""


class _Deck:
    """A presentation under way."""

    def __init__(self, title: str, subject: str, comments: str) -> None:
        from pptx import Presentation
        from pptx.util import Inches

        self.deck: Presentation = Presentation()
        self.deck.slide_width, self.deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
        facts = self.deck.core_properties
        facts.title, facts.subject, facts.comments = (possible(text)[:255] for text in (title, subject, comments))
        facts.author = "Tavle"
        facts.language = "en-GB" if language() == "en" else "da-DK"

    def content(self) -> bytes:
        file = io.BytesIO()
        self.deck.save(file)
        return file.getvalue()

    # --------------------------------------------------------------------------------------------------------- pieces

    def _slide(self, title: str, stamp: str, *, indent: float = 0) -> Slide:
        """A slide with its title in the title's own place, so that outline and screen reader find it."""
        from pptx.enum.text import MSO_ANCHOR
        from pptx.util import Inches

        slide = self.deck.slides.add_slide(self.deck.slide_layouts[5])  # "Title Only"
        shape = slide.shapes.title
        stamp_width = 0.0
        if stamp:
            stamp_width = 0.35 + 0.105 * len(stamp)
            self._stamp(slide, stamp, stamp_width)
        shape.left, shape.top = Inches(MARGIN + indent), Inches(0.32)
        shape.width, shape.height = Inches(WIDTH - 2 * MARGIN - indent - stamp_width - 0.1), Inches(0.78)
        shape.text_frame.word_wrap = True
        shape.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        _margins(shape.text_frame)
        _write(shape.text_frame.paragraphs[0], title, size=24 if len(title) < 64 else 20, is_bold=True)
        return slide

    def _stamp(self, slide: Slide, words: str, width: float) -> None:
        from pptx.enum.shapes import MSO_SHAPE
        from pptx.enum.text import PP_ALIGN
        from pptx.util import Inches

        box = slide.shapes.add_shape(
            MSO_SHAPE.ROUNDED_RECTANGLE, Inches(WIDTH - MARGIN - width), Inches(0.5), Inches(width), Inches(0.36)
        )
        box.fill.solid()
        box.fill.fore_color.rgb = _rgb(LIGHT.text)
        box.line.fill.background()
        box.shadow.inherit = False
        _margins(box.text_frame)
        _write(box.text_frame.paragraphs[0], words, size=12, is_bold=True, colour=LIGHT.surface)
        box.text_frame.paragraphs[0].alignment = PP_ALIGN.CENTER

    def _text(self, slide: Slide, x: float, y: float, width: float, height: float) -> Any:
        from pptx.util import Inches

        frame = slide.shapes.add_textbox(Inches(x), Inches(y), Inches(width), Inches(height)).text_frame
        frame.word_wrap = True
        _margins(frame)
        return frame

    def _icons(self, slide: Slide, sheet: Sheet, x: float, y: float, size: float) -> float:
        """The signal's icons with their words; answers where what follows may begin."""
        from pptx.util import Inches

        for png, words in _icon_pngs(sheet):
            picture = slide.shapes.add_picture(io.BytesIO(png), Inches(x), Inches(y), Inches(size), Inches(size))
            _describe(picture, words)
            x += size + 0.08
        return x

    def _facts(self, slide: Slide, facts: Sequence[tuple[str, str]], stamp_lines: Iterable[str]) -> None:
        frame = self._text(slide, MARGIN, HEIGHT - 0.72, WIDTH - 2 * MARGIN, 0.5)
        first = frame.paragraphs[0]
        for line in stamp_lines:
            _run(first, f"{line} ", size=9, is_bold=True)
        _run(first, " · ".join(f"{name}: {text}" for name, text in facts[:-1]), size=9, colour=LIGHT.muted)
        second = frame.add_paragraph()
        name, link = facts[-1]
        _run(second, f"{name}: ", size=9, colour=LIGHT.muted)
        run = _run(second, link, size=9, colour=LIGHT.improvement_text)
        if link.startswith("http"):
            run.hyperlink.address = link

    # ----------------------------------------------------------------------------------------------------- the slides

    def series(self, sheet: Sheet) -> None:
        """Finding, native chart, the three boxes; the arithmetic and the notes stand below the slide."""
        n_icons = len(_icon_pngs(sheet))
        slide = self._slide(sheet.title, sheet.stamp, indent=n_icons * 0.6)
        self._icons(slide, sheet, MARGIN, 0.45, 0.5)
        subtitle = self._text(slide, MARGIN, 1.14, WIDTH - 2 * MARGIN, 0.3)
        _write(subtitle.paragraphs[0], sheet.subtitle, size=12, colour=LIGHT.muted)
        side = 8.95 if sheet.has_chart else MARGIN
        if sheet.has_chart:
            self._chart(slide, sheet, MARGIN - 0.05, 1.55, 8.35, 4.7)
            notes = self._text(slide, MARGIN, 6.28, 8.3, 0.45)
            _write(notes.paragraphs[0], " · ".join(sheet.notes_of_chart), size=9, colour=LIGHT.muted)
        frame = self._text(slide, side, 1.55, WIDTH - MARGIN - side, 5.1)
        paragraphs = _Paragraphs(frame)
        for name, lines in boxes(sheet.view.explanation):
            paragraphs.add(name, size=13, is_bold=True, before=8)
            for line in lines:
                paragraphs.add(line, size=12, before=2)
        if sheet.view.notes:
            paragraphs.add(_("Noter"), size=13, is_bold=True, before=8)
            shown = [note for note in sheet.view.notes if note.letter in _letters(sheet)][:4]
            for note in shown or sheet.view.notes[:2]:
                paragraphs.add(f"{note.letter}  {note.when}: {note.text}", size=10, before=2)
        self._facts(slide, sheet.facts, sheet.stamp_lines)
        slide.notes_slide.notes_text_frame.text = possible(speaker_notes(sheet))

    def _chart(self, slide: Slide, sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
        from pptx.chart.data import CategoryChartData
        from pptx.enum.chart import XL_CHART_TYPE
        from pptx.util import Inches

        points, kind = sheet.shown, sheet.definition.period
        has_dates = kind in ON_A_DATE_AXIS
        data = CategoryChartData(number_format=_number_format(sheet))
        data.categories = [point.period if has_dates else period_text(point.period, kind) for point in points]
        lines = chart_lines(sheet)
        for line in lines:
            data.add_series(line.name, line.values)
        room = (Inches(x), Inches(y), Inches(width), Inches(height))
        frame = slide.shapes.add_chart(XL_CHART_TYPE.LINE_MARKERS, *room, data)
        _describe(frame, sheet.alt)
        frame.name = sheet.indicator_name
        _style(frame.chart, sheet, lines, has_dates=has_dates)

    def front(self, pack: Pack) -> None:
        """The matrix of the chosen series, on as many slides as it takes."""
        for at, groups in enumerate(_paged(pack.groups)):
            slide = self._slide(pack.title, " · ".join(pack.stamps))
            subtitle = self._text(slide, MARGIN, 1.08, WIDTH - 2 * MARGIN, 0.3)
            _write(subtitle.paragraphs[0], pack.subtitle, size=14, colour=LIGHT.muted)
            self._matrix(slide, pack, groups)
            self._facts(slide, pack.facts, pack.stamp_lines)
            if at == 0:
                said = [f"{pack.name_of(sheet)}: {sheet.title}" for sheet in pack.sheets]
                slide.notes_slide.notes_text_frame.text = possible("\n".join([pack.subtitle, front_note(), *said]))

    def _matrix(self, slide: Slide, pack: Pack, groups: Sequence[FrontGroup]) -> None:
        from pptx.util import Inches

        heads = pack.columns or (_("Signal og seneste værdi"),)
        n_rows = 1 + sum(1 + len(group.rows) for group in groups)
        first = 3.6 if pack.columns else 6.2
        each = (WIDTH - 2 * MARGIN - first) / len(heads)
        top, height, head = 1.5, 0.33, 0.6  # names of units may take two lines
        room = (Inches(MARGIN), Inches(top), Inches(WIDTH - 2 * MARGIN), Inches(head + height * (n_rows - 1)))
        shape = slide.shapes.add_table(n_rows, 1 + len(heads), *room)
        _describe(shape, pack.subtitle)
        table = shape.table
        table.columns[0].width = Inches(first)
        for at in range(len(heads)):
            table.columns[1 + at].width = Inches(each)
        for at in range(n_rows):
            table.rows[at].height = Inches(height if at else head)
        for at, name in enumerate((pgettext("a series", "Måling"), *heads)):
            _cell(table.cell(0, at), name, is_bold=True, fill=LIGHT.grid)
        row = 1
        for group in groups:
            table.cell(row, 0).merge(table.cell(row, len(heads)))
            _cell(table.cell(row, 0), group.name, is_bold=True, fill=LIGHT.phase)
            row += 1
            for one in group.rows:
                _cell(table.cell(row, 0), one.name)
                for at, sheet in enumerate(one.sheets):
                    x, y = MARGIN + first + each * at + 0.08, top + head + height * (row - 1) + (height - ICON) / 2
                    if sheet is None:
                        _cell(table.cell(row, 1 + at), "–", colour=LIGHT.muted)
                        continue
                    after = self._icons(slide, sheet, x, y, ICON)
                    words = " ".join(part for part in (sheet.latest_short, sheet.latest_period) if part)
                    _cell(table.cell(row, 1 + at), words or _("Ingen data"), indent=after - x + 0.1)
                row += 1


def speaker_notes(sheet: Sheet) -> str:
    """What stands below the slide: everything said about the series, with its arithmetic and its source."""
    view = sheet.view
    parts = [sheet.title, sheet.subtitle, sheet.alt, ""]
    for name, lines in boxes(view.explanation):
        parts += [name, *lines, ""]
    if view.explanation.why:
        parts += [_("Hvorfor siger I det?"), *(f"{row.label}: {row.value}" for row in view.explanation.why), ""]
    if view.notes:
        tails = [(note, note_tail(note)) for note in view.notes]
        parts += [_("Noter"), *(f"{one.letter} {one.when}: {one.text} ({tail})" for one, tail in tails), ""]
    if view.phases:
        parts += [_("Faser"), *(f"{one.name} {one.span}: {phase_text(one)}" for one in view.phases), ""]
    parts += [*sheet.stamp_lines, *(f"{name}: {text}" for name, text in sheet.facts)]
    return "\n".join(parts)


# ------------------------------------------------------------------------------------------------- the native chart


def chart_lines(sheet: Sheet) -> list[_Line]:
    """The series of the native chart, back to front: limits, target, centre, values, then a row of marks per kind.

    Values are those of the store to the last digit. The latest values of the lines are written at their right end.
    """
    assert sheet.view.assessment is not None
    points, definition = sheet.shown, sheet.definition
    spans = phase_spans(sheet.view.assessment, points)
    starts = tuple(span.start for span in spans[1:])
    broken = tuple(span.start for span in spans[1:] if span.is_break)
    lines: list[_Line] = []

    def add(name: str, values: list[float | None], label: str = "", **style: Any) -> None:
        if any(value is not None for value in values):
            last = next(value for value in reversed(values) if value is not None)
            end = label.format(value=value_text(definition, last)) if label else ""
            lines.append(_Line(name, values, end_label=end, **style))

    if has_limits(definition):
        limits = {"colour": LIGHT.limit, "width": 1.0, "breaks": starts}
        for name, values in (
            (_("Øvre grænse"), [point.upper for point in points]),
            (_("Nedre grænse"), [point.lower for point in points]),
        ):
            add(name, values, name + " {value}", **limits)
    targets = [point.target for point in points]
    moved = tuple(at for at in range(1, len(targets)) if targets[at] != targets[at - 1])
    target_label = f"{_('Måltal')} {sheet.target}" if sheet.target else ""
    add(_("Måltal"), targets, target_label, colour=LIGHT.target, width=1.5, dash="DASH", breaks=moved)
    centre = sheet.centre_name
    add(centre, [point.centre for point in points], centre + " {value}", colour=LIGHT.centre, width=2.25, breaks=starts)
    latest = sheet.view.assessment.latest
    # Where later points are open the figure would stand in their way.
    at_end = latest if latest is not None and latest.period == points[-1].period else None
    add(
        sheet.view.measure,
        [point.value for point in points],
        f"{period_text(at_end.period, definition.period, 'name')} {sheet.latest_short}" if at_end else "",
        colour=LIGHT.common,
        width=1.5,
        marker="CIRCLE",
        size=6,
        breaks=broken,
    )
    for kind, marker in MARKERS.items():
        values = [point.value if sheet.mark_of(point) == kind else None for point in points]
        add(
            _(MARKS[kind]),
            values,
            colour=COLOURS[kind],
            marker=marker,
            size=9 if kind not in ("open", "excluded") else 7,
            is_hollow=kind == "open",
        )
    return lines


def _style(chart: Any, sheet: Sheet, lines: Sequence[_Line], *, has_dates: bool) -> None:
    """The board's look: thin lines, no box, values at the right end instead of a legend for lines."""
    from pptx.enum.chart import XL_TICK_LABEL_POSITION
    from pptx.util import Pt

    chart.font.size, chart.font.name = Pt(11), FONT
    chart.font.color.rgb = _rgb(LIGHT.muted)
    chart.has_title = False
    up, across = chart.value_axis, chart.category_axis
    up.has_major_gridlines = True
    up.major_gridlines.format.line.color.rgb = _rgb(LIGHT.grid)
    up.format.line.fill.background()
    up.tick_labels.number_format, up.tick_labels.number_format_is_linked = _axis_format(sheet), False
    axis = sheet.drawn_axis
    up.minimum_scale, up.maximum_scale, up.major_unit = axis
    up.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    across.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    across.format.line.color.rgb = _rgb(LIGHT.limit)
    across.has_major_gridlines = False
    if has_dates:
        _date_axis(across, sheet)
    else:
        _every(across, max(1, len(sheet.shown) // 6))
    _legend(chart, lines)
    lifts = _lifts(lines, axis)
    for line, series, lift in zip(lines, chart.plots[0].series, lifts, strict=True):
        _style_line(series, line, sheet, lift)
    _make_room(chart)


def _lifts(lines: Sequence[_Line], axis: tuple[float, float, float]) -> list[float]:
    """How far each line's label is moved, in parts of the chart's height, so that none hides another."""
    low, high, _step = axis
    ends = {at: line.values[-1] for at, line in enumerate(lines) if line.end_label and line.values[-1] is not None}
    order = sorted(ends, key=lambda at: -(ends[at] or 0.0))
    wanted = [PLOT_TOP + PLOT_HEIGHT * (high - (ends[at] or 0.0)) / (high - low) for at in order]
    placed = push_apart(wanted, LABEL_GAP, 0.02, PLOT_TOP + PLOT_HEIGHT)
    moved = {at: place - want for at, place, want in zip(order, placed, wanted, strict=True)}
    return [moved.get(at, 0.0) for at in range(len(lines))]


def _lift(series: Any, at: int, lift: float) -> None:
    """Move one label down by a part of the chart's height."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls, qn

    label = next(one for one in series._element.iter(qn("c:dLbl")) if one.find(qn("c:idx")).get("val") == str(at))
    layout = (
        f'<c:layout {nsdecls("c")}><c:manualLayout><c:x val="0"/><c:y val="{lift:.4f}"/></c:manualLayout></c:layout>'
    )
    label.find(qn("c:idx")).addnext(parse_xml(layout))


def _legend(chart: Any, lines: Sequence[_Line]) -> None:
    """The legend names the marks; lines carry their names at their ends."""
    from pptx.enum.chart import XL_LEGEND_POSITION
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls, qn

    chart.has_legend = any(not line.end_label for line in lines)
    if not chart.has_legend:
        return
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    before = chart.legend._element.find(qn("c:legendPos"))
    for at in reversed([at for at, line in enumerate(lines) if line.end_label]):
        entry = f'<c:legendEntry {nsdecls("c")}><c:idx val="{at}"/><c:delete val="1"/></c:legendEntry>'
        before.addnext(parse_xml(entry))


def _style_line(series: Any, line: _Line, sheet: Sheet, lift: float) -> None:
    from pptx.enum.chart import XL_LABEL_POSITION, XL_MARKER_STYLE
    from pptx.enum.dml import MSO_LINE
    from pptx.util import Pt

    series.smooth = False
    if line.width:
        series.format.line.color.rgb, series.format.line.width = _rgb(line.colour), Pt(line.width)
        if line.dash:
            series.format.line.dash_style = getattr(MSO_LINE, line.dash)
    else:
        series.format.line.fill.background()
    marker = series.marker
    if not line.marker:
        marker.style = XL_MARKER_STYLE.NONE
    else:
        marker.style, marker.size = getattr(XL_MARKER_STYLE, line.marker), line.size
        marker.format.fill.solid()
        marker.format.fill.fore_color.rgb = _rgb(LIGHT.surface if line.is_hollow else line.colour)
        marker.format.line.color.rgb = _rgb(line.colour if line.is_hollow or line.marker in "X STAR" else LIGHT.surface)
    for position in line.breaks:  # no line leads over a change of phase
        if position < len(line.values):
            series.points[position].format.line.fill.background()
    if line.marker == "CIRCLE" and line.width:
        _style_open(series, sheet)
        _flag(series, sheet)
    if line.end_label:
        at = max(place for place, value in enumerate(line.values) if value is not None)
        label = series.points[at].data_label
        _write(label.text_frame.paragraphs[0], line.end_label, size=11, colour=LIGHT.text, is_bold=line.marker != "")
        label.position = XL_LABEL_POSITION.RIGHT
        if at == len(line.values) - 1 and lift:
            _lift(series, at, lift)


def _style_open(series: Any, sheet: Sheet) -> None:
    """The line to a period that is still open is dashed."""
    from pptx.enum.dml import MSO_LINE
    from pptx.util import Pt

    for at, point in enumerate(sheet.shown):
        if point.is_open and at > 0 and point.value is not None:
            line = series.points[at].format.line
            line.color.rgb, line.width, line.dash_style = _rgb(LIGHT.common), Pt(1.5), MSO_LINE.ROUND_DOT


def _flag(series: Any, sheet: Sheet) -> None:
    """The letters of notes above their points, as labels that move along with them."""
    from pptx.enum.chart import XL_LABEL_POSITION

    last = max((at for at, point in enumerate(sheet.shown) if point.value is not None), default=-1)
    for at, letters in _flags(sheet).items():
        if at == last or sheet.shown[at].value is None:
            continue  # the last point has its value there; its note stands beside the chart
        label = series.points[at].data_label
        _write(label.text_frame.paragraphs[0], letters, size=11, is_bold=True, colour=LIGHT.text)
        label.position = XL_LABEL_POSITION.ABOVE


def _flags(sheet: Sheet) -> dict[int, str]:
    """Position to the letters of the notes that fall into its period."""
    found: dict[int, list[str]] = {}
    shown = sheet.shown
    for flag in sheet.view.flags:
        at = max((place for place, point in enumerate(shown) if point.period <= flag.period), default=None)
        if at is not None and flag.period <= _end(sheet, shown[at]):
            found.setdefault(at, []).append(flag.letter)
    return {at: ", ".join(letters) for at, letters in found.items()}


def _letters(sheet: Sheet) -> set[str]:
    return {letter for letters in _flags(sheet).values() for letter in letters.split(", ")}


def _end(sheet: Sheet, point: Point) -> Any:
    from datetime import timedelta

    from indicators.periods import next_start

    return next_start(point.period, sheet.definition.period) - timedelta(days=1)


def _date_axis(axis: Any, sheet: Sheet) -> None:
    """Months as months: a date axis with few labels, in the words of the reader's own Office."""
    from pptx.oxml.ns import qn

    # Months in the language of the slide, whatever the machine that opens it speaks.
    months = f"[$-{'406' if language() == 'da' else '809'}]mmm yyyy"
    axis.tick_labels.number_format = "yyyy" if sheet.definition.period is PeriodKind.YEAR else months
    axis.tick_labels.number_format_is_linked = False
    element = axis._element
    n_shown = len(sheet.shown) * {PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}.get(sheet.definition.period, 1)
    every = next(step for step in (1, 3, 6, 12, 24, 60, 120) if n_shown <= step * 9 or step == 120)
    tags = ("c:baseTimeUnit", "c:majorUnit", "c:majorTimeUnit", "c:minorUnit", "c:minorTimeUnit")
    for tag in tags:
        for old in element.findall(qn(tag)):
            element.remove(old)
    for tag, value in (("c:baseTimeUnit", "months"), ("c:majorUnit", str(every)), ("c:majorTimeUnit", "months")):
        _append(element, tag, value)


def _every(axis: Any, step: int) -> None:
    """A label at every so many categories."""
    from pptx.oxml.ns import qn

    element = axis._element
    before = element.find(qn("c:noMultiLvlLbl"))
    for tag in ("c:tickLblSkip", "c:tickMarkSkip"):
        _append(element, tag, str(step), before=before)


def _append(parent: Any, tag: str, value: str, *, before: Any = None) -> None:
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls

    child = parse_xml(f'<{tag} {nsdecls("c")} val="{value}"/>')
    if before is not None:
        before.addprevious(child)
    else:
        parent.append(child)


def _make_room(chart: Any) -> None:
    """The plot leaves room on the right for the values at the ends of the lines."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls, qn

    area = chart._chartSpace.chart.plotArea
    for old in area.findall(qn("c:layout")):
        area.remove(old)
    values = "".join(
        f'<c:{name} val="{value}"/>' for name, value in (("x", 0.06), ("y", PLOT_TOP), ("w", 0.76), ("h", PLOT_HEIGHT))
    )
    layout = parse_xml(
        f'<c:layout {nsdecls("c")}><c:manualLayout><c:layoutTarget val="inner"/><c:xMode val="edge"/>'
        f'<c:yMode val="edge"/>{values}</c:manualLayout></c:layout>'
    )
    area.insert(0, layout)


# ------------------------------------------------------------------------------------------------------ small pieces


def _paged(groups: Sequence[FrontGroup]) -> list[list[FrontGroup]]:
    """Groups of rows that fit a slide; a goal with more rows than that goes on on the next."""
    from dataclasses import replace

    pages: list[list[FrontGroup]] = [[]]
    used = 0
    for group in groups:
        rows = list(group.rows)
        while rows:
            room = FRONT_ROWS - used - 1
            if room < 1:
                pages.append([])
                used, room = 0, FRONT_ROWS - 1
            pages[-1].append(replace(group, rows=tuple(rows[:room])))
            used += 1 + len(rows[:room])
            rows = rows[room:]
    return pages


def _icon_pngs(sheet: Sheet) -> list[tuple[bytes, str]]:
    """The icons of a series with their words."""
    if sheet.view.assessment is None:
        return []
    found = [
        (str(variation_picture(sheet.variation, sheet.rising)), sheet.signal_words),
        (str(assurance_picture(sheet.assurance, sheet.direction)), sheet.target_words),
    ]
    return [(_png(svg), words) for svg, words in found if svg]


@cache
def _png(svg: str) -> bytes:
    """There are some twenty icons in two languages: each is drawn once."""
    return typesetting.png_of(svg, scale=6)


class _Paragraphs:
    """Paragraphs of a text frame, whose first one is there already."""

    def __init__(self, frame: Any) -> None:
        self.frame = frame
        self.is_new = True

    def add(self, text: str, *, size: float, is_bold: bool = False, before: float = 0) -> None:
        from pptx.util import Pt

        paragraph = self.frame.paragraphs[0] if self.is_new else self.frame.add_paragraph()
        if not self.is_new:
            paragraph.space_before = Pt(before)
        self.is_new = False
        _write(paragraph, text, size=size, is_bold=is_bold)


def _write(paragraph: Any, text: str, *, size: float, is_bold: bool = False, colour: str = LIGHT.text) -> None:
    from pptx.enum.text import PP_ALIGN

    paragraph.alignment = PP_ALIGN.LEFT
    _run(paragraph, text, size=size, is_bold=is_bold, colour=colour)


def _run(paragraph: Any, text: str, *, size: float, is_bold: bool = False, colour: str = LIGHT.text) -> Any:
    from pptx.util import Pt

    run = paragraph.add_run()
    run.text = possible(text)
    run.font.size, run.font.bold, run.font.name = Pt(size), is_bold, FONT
    run.font.color.rgb = _rgb(colour)
    run._r.get_or_add_rPr().set("lang", "en-GB" if language() == "en" else "da-DK")
    return run


def _cell(
    cell: Any,
    text: str,
    *,
    is_bold: bool = False,
    fill: str = LIGHT.surface,
    colour: str = LIGHT.text,
    indent: float = 0.08,
) -> None:
    from pptx.enum.text import MSO_ANCHOR
    from pptx.util import Inches

    cell.fill.solid()
    cell.fill.fore_color.rgb = _rgb(fill)
    cell.margin_left, cell.margin_right = Inches(indent), Inches(0.04)
    cell.margin_top = cell.margin_bottom = Inches(0.02)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.text_frame.word_wrap = False
    _write(cell.text_frame.paragraphs[0], text, size=11, is_bold=is_bold, colour=colour)


def _margins(frame: Any) -> None:
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0


def _describe(shape: Any, words: str) -> None:
    """The words a screen reader says for a picture, a chart or a table."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", possible(words))


def _rgb(colour: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(colour.lstrip("#").upper())


def _number_format(sheet: Sheet) -> str:
    return _format(shown_decimals(sheet.definition), sheet)


def _axis_format(sheet: Sheet) -> str:
    step = sheet.drawn_axis[2]
    return _format(0 if float(step).is_integer() else 1, sheet)


def _format(decimals: int, sheet: Sheet) -> str:
    """A format of Office: its marks are those of the reader's own machine."""
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return f'{pattern}"{PERCENT_SIGNS[language()]}"' if sheet.definition.is_percent else pattern

"""Series as a workbook: overview, figures, definitions, notes and phases, and the signal with its arithmetic.

Numbers are numbers with every digit a spreadsheet keeps, and dates are dates; how many decimals one sees is a format.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from dashboards.exports.words import boxes, note_tail, phase_text
from dashboards.figures.points import status_words
from dashboards.presenters.exported import MARKS
from dashboards.text import _, language, pgettext
from dashboards.theme import LIGHT
from indicators.periods import next_start

if TYPE_CHECKING:
    import xlsxwriter

    from dashboards.presenters.board_pack import Pack
    from dashboards.presenters.exported import Sheet

Value = str | float | int | date | None
HEAD_ROWS = 4  # title, subtitle, marks, and one that is empty
WIDEST = 70


def series_xlsx(sheet: Sheet) -> bytes:
    """One series."""
    return _workbook([sheet], sheet.title, sheet.subtitle, sheet.stamp_lines, sheet.facts)


def pack_xlsx(pack: Pack) -> bytes:
    """All series of a pack on the same sheets, one below the other."""
    return _workbook(pack.sheets, pack.title, pack.subtitle, pack.stamp_lines, pack.facts)


def _workbook(
    sheets: Sequence[Sheet],
    title: str,
    subtitle: str,
    stamp_lines: Iterable[str],
    facts: Sequence[tuple[str, str]],
) -> bytes:
    import xlsxwriter

    file = io.BytesIO()
    # Text is text: nothing that somebody typed becomes a formula or a link.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties(
            {
                "title": title[:255],
                "subject": subtitle[:255],
                "author": "Tavle",
                "comments": " · ".join(f"{name}: {text}" for name, text in facts)[:255],
                # xlsxwriter would read the clock
                "created": sheets[0].origin.now,
            }
        )
        marks = " ".join(stamp_lines)
        writer = _Writer(book, title, subtitle, marks)
        writer.table(_("Overblik"), _overview_heads(), [_overview(sheet) for sheet in sheets])
        writer.table(_("Tal"), _figure_heads(), [row for sheet in sheets for row in _figures(sheet)])
        writer.table(_("Definitioner"), _term_heads(), [row for sheet in sheets for row in _about(sheet)])
        writer.table(_("Noter og faser"), _note_heads(), [row for sheet in sheets for row in _notes(sheet)])
        writer.table(_("Signal"), _term_heads(), [row for sheet in sheets for row in _signal(sheet)])
        rows = [[name, text] for name, text in (*facts, *((_("Mærke"), line) for line in stamp_lines))]
        writer.table(_("Om filen"), [_("Hvad"), _("Svar")], rows)
    return file.getvalue()


class _Writer:
    """Sheets that all begin alike: what it is, the marks, and a table one can filter."""

    def __init__(self, book: xlsxwriter.Workbook, title: str, subtitle: str, marks: str) -> None:
        self.book = book
        self.title, self.subtitle, self.marks = title, subtitle, marks
        base = {"font_name": "Segoe UI", "font_size": 10, "valign": "top"}
        self.bold = book.add_format(base | {"bold": True, "font_size": 14})
        self.muted = book.add_format(base | {"font_color": LIGHT.muted})
        self.mark = book.add_format(base | {"bold": True})
        self.head = book.add_format(base | {"bold": True, "bottom": 1, "bg_color": LIGHT.phase, "text_wrap": True})
        self.text = book.add_format(base | {"text_wrap": True})
        self.day = book.add_format(base | {"num_format": "yyyy-mm-dd", "align": "left"})
        self.number = book.add_format(base | {"num_format": "#,##0.0##"})
        self.whole = book.add_format(base | {"num_format": "#,##0"})

    def table(self, name: str, heads: Sequence[str], rows: Sequence[Sequence[Value]]) -> None:
        page = self.book.add_worksheet(name)
        page.write_string(0, 0, self.title, self.bold)
        page.write_string(1, 0, self.subtitle, self.muted)
        page.write_string(2, 0, self.marks, self.mark)
        for column, head in enumerate(heads):
            page.write_string(HEAD_ROWS, column, head, self.head)
        widths = [len(head) for head in heads]
        for at, row in enumerate(rows, start=HEAD_ROWS + 1):
            for column, value in enumerate(row):
                self._write(page, at, column, value)
                widths[column] = max(widths[column], min(len(_seen(value)), WIDEST))
        for column, width in enumerate(widths):
            page.set_column(column, column, max(9, width + 2))
        page.freeze_panes(HEAD_ROWS + 1, 0)
        if rows:
            page.autofilter(HEAD_ROWS, 0, HEAD_ROWS + len(rows), len(heads) - 1)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(HEAD_ROWS)
        page.set_footer("&L" + self.marks.replace("&", "&&")[:200] + "&R&P / &N")

    def _write(self, page: Any, row: int, column: int, value: Value) -> None:
        if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
            return
        if isinstance(value, date):
            page.write_datetime(row, column, value, self.day)
        elif isinstance(value, int | float):
            page.write_number(row, column, value, self.whole if float(value).is_integer() else self.number)
        else:
            page.write_string(row, column, value, self.text)


def _seen(value: Value) -> str:
    """About what stands in the cell."""
    if isinstance(value, float):
        return f"{value:.1f}"
    return max(str(value).splitlines(), key=len, default="") if value is not None else ""


def _whose(sheet: Sheet) -> list[Value]:
    return [sheet.definition.code, sheet.indicator_name, sheet.view.unit.code, sheet.place]


def _whose_heads() -> list[str]:
    return [_("Indikatorens kode"), _("Indikator"), _("Enhedens kode"), _("Enhed")]


# ---------------------------------------------------------------------------------------------------------- the sheets


def _overview_heads() -> list[str]:
    return [
        *_whose_heads(),
        _("Nationalt mål"),
        _("Signal"),
        _("Måltal nås"),
        _("Seneste periode"),
        _("Seneste værdi"),
        _("Måleenhed"),
        _("Midterlinje"),
        _("Måltal"),
        _("Fund"),
        _("Mærke"),
        _("Link"),
    ]


def _overview(sheet: Sheet) -> list[Value]:
    assessment = sheet.view.assessment
    latest = assessment.latest if assessment is not None else None
    return [
        *_whose(sheet),
        sheet.view.goal_name,
        sheet.signal_words,
        sheet.target_words,
        latest.period if latest else None,
        latest.value if latest else None,
        sheet.definition.unit_of_measure.say(language()),
        assessment.centre if assessment is not None else None,
        assessment.target.value if assessment is not None and assessment.target is not None else None,
        sheet.title,
        sheet.stamp,
        sheet.permalink,
    ]


def _figure_heads() -> list[str]:
    return [
        *_whose_heads(),
        _("Periode fra"),
        _("Periode til"),
        _("Tæller"),
        _("Nævner"),
        _("Værdi"),
        _("Midterlinje"),
        _("Nedre grænse"),
        _("Øvre grænse"),
        _("Måltal"),
        _("Fase"),
        _("Signal"),
        _("Tilstand"),
        pgettext("letters on a chart", "Noter"),
    ]


def _figures(sheet: Sheet) -> Iterable[list[Value]]:
    """Every period of the series, oldest first, also those before the chosen window."""
    phases = sheet.phase_of()
    kind = sheet.definition.period
    for point in sheet.points:
        after = next_start(point.period, kind)
        letters = [flag.letter for flag in sheet.view.flags if point.period <= flag.period < after]
        yield [
            *_whose(sheet),
            point.period,
            after - timedelta(days=1),
            point.numerator,
            point.denominator,
            point.value,
            point.centre,
            point.lower,
            point.upper,
            point.target,
            phases.get(point.position, ""),
            _(MARKS[point.mark]) if point.mark in MARKS else "",
            ", ".join(status_words(point)),
            ", ".join(letters),
        ]


def _term_heads() -> list[str]:
    return [*_whose_heads(), _("Hvad"), _("Svar")]


def _about(sheet: Sheet) -> Iterable[list[Value]]:
    for row in sheet.view.about:
        yield [*_whose(sheet), row.term, f"{row.text} ({row.badge})" if row.badge else row.text]


def _note_heads() -> list[str]:
    return [*_whose_heads(), _("Hvad"), _("Hvornår"), _("Tekst"), _("Mere")]


def _notes(sheet: Sheet) -> Iterable[list[Value]]:
    for note in sheet.view.notes:
        yield [*_whose(sheet), _("Note {letter}").format(letter=note.letter), note.when, note.text, note_tail(note)]
    for phase in sheet.view.phases:
        yield [*_whose(sheet), _("Fase"), phase.span, phase.name, phase_text(phase)]


def _signal(sheet: Sheet) -> Iterable[list[Value]]:
    """The finding in words, the arithmetic, and what the file owes its reader."""
    said = sheet.view.explanation
    yield [*_whose(sheet), _("Fund"), sheet.title]
    yield [*_whose(sheet), _("Signal"), sheet.signal_words]
    if sheet.target_words:
        yield [*_whose(sheet), _("Måltal nås"), sheet.target_words]
    for name, lines in boxes(said):
        yield [*_whose(sheet), name, "\n".join(lines)]
    for row in said.why:
        yield [*_whose(sheet), row.label, row.value]
    for text in sheet.notes_of_chart:
        yield [*_whose(sheet), _("Diagram"), text]
    for name, text in sheet.facts:
        yield [*_whose(sheet), name, text]

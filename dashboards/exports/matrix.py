"""The matrix of Overblik as files: the same words and icons in words, one row per series, and a sheet to print."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from dashboards.figures.matrix import Cell, Column, Group, Matrix, Row, twin_heads, twin_rows
from dashboards.text import _, day_text, pgettext

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
WIDTHS = (30, 34, 34, 20, 22, 12, 18, 14, 60, 20)  # characters of the columns of the list, as twin_heads has them


def matrix_csv(matrix: Matrix | None, *, is_demo: bool) -> bytes:
    """The matrix in words, one row per series, as Danish Excel opens it: semicolons, UTF-8 with a mark at the start.

    In a demo every row says so, so that no part of the file can pass for real figures. A cell that a spreadsheet would
    run as a formula is made text.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    extra = [_("Mærke")] if is_demo else []
    writer.writerow([*twin_heads(), *extra])
    mark = [_("DEMO: simulerede tal")] if is_demo else []
    for row in twin_rows(matrix) if matrix is not None else []:
        writer.writerow([_plain(value) for value in row] + mark)
    return text.getvalue().encode("utf-8-sig")


def matrix_xlsx(matrix: Matrix | None, *, title: str, notes: Sequence[str], today: date, is_demo: bool) -> bytes:
    """The matrix as a workbook: a sheet like the page, with words in every cell, and a sheet with a row per series.

    Parameters
    ----------
    title : str
        The sentence of the page.
    notes : Sequence[str]
        What stands under the matrix: how many signals chance would give, the rule set.
    today : date
        The day of the extract.
    """
    import xlsxwriter  # takes a fifth of a second, and only who asks for a workbook needs it

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title, "subject": _("Tavle: Overblik")})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    head = book.add_format({"bold": True, "font_size": 14})
    group = book.add_format({"bold": True, "bg_color": "#F5F6F8"})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    strong = book.add_format({"text_wrap": True, "valign": "top", "bold": True})

    board = book.add_worksheet(_("Overblik"))
    board.write_string(0, 0, title, head)
    lines = [*([_("DEMO: simulerede tal")] if is_demo else []), *notes]
    for number, line in enumerate([_("Udtrukket {day}").format(day=day_text(today)), *lines], start=1):
        board.write_string(number, 0, line)
    top = len(lines) + 3
    columns: Sequence[Column] = matrix.columns if matrix is not None else ()
    groups: Sequence[Group] = matrix.groups if matrix is not None else ()
    board.write_row(top, 0, [pgettext("a series", "Måling"), *(one.full_name or one.name for one in columns)], bold)
    at = top
    for goal in groups:
        at += 1
        name = f"{goal.number} {goal.name}" if goal.number else goal.name
        board.write_string(at, 0, name if goal.rows else f"{name}: {_('Ingen lokal måling')}", group)
        for row in goal.rows:
            at += 1
            _write_row(board, at, row, plain, strong)
    board.set_column(0, 0, 44)
    board.set_column(1, max(1, len(columns)), 22)
    board.freeze_panes(top + 1, 1)
    board.set_landscape()
    board.set_paper(8)  # A3
    board.fit_to_pages(1, 0)
    board.repeat_rows(top)

    listed = book.add_worksheet(pgettext("a list of series", "Målinger"))
    rows = twin_rows(matrix) if matrix is not None else []
    listed.write_row(0, 0, twin_heads(), bold)
    for number, values in enumerate(rows, start=1):
        for column, value in enumerate(values):
            listed.write_string(number, column, value, plain)
    for column, width in enumerate(WIDTHS):
        listed.set_column(column, column, width)
    listed.freeze_panes(1, 0)
    listed.autofilter(0, 0, max(len(rows), 1), len(WIDTHS) - 1)
    book.close()
    return target.getvalue()


def _write_row(board: Worksheet, at: int, row: Row, plain: object, strong: object) -> None:
    board.write_string(at, 0, f"{row.name}\n{row.detail}" if row.detail else row.name, plain)
    for column, cell in enumerate(row.cells, start=1):
        text = _("Måles ikke her") if cell is None else _cell_words(cell)
        board.write_string(at, column, text, strong if cell is not None and cell.is_signal else plain)


def _cell_words(cell: Cell) -> str:
    """Value and period, what the variation says, whether the target is met, and what is late: a line each."""
    first = " · ".join(part for part in (cell.value or _("ingen data"), cell.period) if part)
    new = _("Ny") if cell.is_new else ""
    return "\n".join(part for part in (first, cell.state, cell.assurance_text, cell.late, new) if part)


def _plain(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value

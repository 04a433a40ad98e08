"""The table of Hold as files: CSV as Danish Excel opens it, and a workbook with the title and the notes of the page."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date

from dashboards.text import _, day_text

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cohorts_csv(heads: Sequence[str], rows: Sequence[Sequence[str]], *, is_demo: bool) -> bytes:
    """Semicolons and UTF-8 with a mark at the start. In a demo every row says so; no cell can run as a formula.

    Examples
    --------
    >>> print(cohorts_csv(["Enhed"], [["=1+1"], ["+0,4"]], is_demo=False).decode("utf-8-sig"))
    Enhed\r
    '=1+1\r
    +0,4\r
    <BLANKLINE>
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([*heads, *([_("Mærke")] if is_demo else [])])
    mark = [_("DEMO: simulerede tal")] if is_demo else []
    for row in rows:
        writer.writerow([*map(_plain, row), *mark])
    return text.getvalue().encode("utf-8-sig")


def cohorts_xlsx(
    heads: Sequence[str], rows: Sequence[Sequence[str]], *, title: str, notes: Sequence[str], today: date, is_demo: bool
) -> bytes:
    """A sheet with the rows and one with the title and what a reader must know; every cell is text, as on the page."""
    import xlsxwriter  # takes a fifth of a second, and only who asks for a workbook needs it

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title, "subject": _("Tavle: Hold")})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    sheet = book.add_worksheet(_("Projekter"))
    sheet.write_row(0, 0, heads, bold)
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            sheet.write_string(number, column, value)
    for column, head in enumerate(heads):
        longest = max([len(head), *(len(row[column]) for row in rows)], default=len(head))
        sheet.set_column(column, column, min(max(longest + 1, 8), 44))
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(len(rows), 1), len(heads) - 1)
    about = book.add_worksheet(_("Om tabellen"))
    marks = [_("DEMO: simulerede tal")] if is_demo else []
    for number, line in enumerate([title, *marks, _("Udtrukket {day}").format(day=day_text(today)), *notes]):
        about.write_string(number, 0, line, bold if number == 0 else None)
    about.set_column(0, 0, 110)
    book.close()
    return target.getvalue()


def _plain(value: str) -> str:
    """The value as it stands, unless a spreadsheet would run it; a signed number is a number."""
    is_number = value[:1] in "+-" and value[1:].replace(".", "").replace(",", "").isdigit()
    return f"'{value}" if value.startswith(_FORMULA) and not is_number else value

"""Bodies for schemathesis: tables as people make them, half of them good, so that deliveries are also committed.

Loaded by `schemathesis_api.py` and by tests/api/test_document.py. Units and indicators are those of the catalogue; the
rest of what is drawn is whatever Hypothesis makes of it.
"""

from __future__ import annotations

import io

import schemathesis
import xlsxwriter
from hypothesis import strategies as st

UNITS = ("NOH", "HGH", "AHH", "Nordsjællands Hospital", "INTET", "")
INDICATORS = ("HAI-BAC", "NM2-03", "INTET")
HEADERS = (
    ("indikator", "enhed", "periode", "tæller", "nævner"),
    ("indicator", "unit", "period", "value", "note"),
    ("indikator", "enhed", "okt-26", "sep-26", "aug-26"),
)
CELLS = st.one_of(
    st.integers(0, 12_000).map(str),
    st.sampled_from(("7,5", "1.050", "12 %", "<5", "..", "-", "", "=1+1", "0101901234", "1e9", "NaN")),
    st.text(max_size=12),
)
PERIODS = st.one_of(
    st.dates().map(lambda day: f"{day:%Y-%m}"), st.sampled_from(("okt-26", "2026-U40", "1K26", "46296")), CELLS
)
ROWS = st.lists(
    st.tuples(st.sampled_from(INDICATORS), st.sampled_from(UNITS), PERIODS, CELLS, CELLS), min_size=1, max_size=6
)


@st.composite
def tables(draw: st.DrawFn, delimiter: str) -> bytes:
    rows = [draw(st.sampled_from(HEADERS)), *draw(ROWS)]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    return text.encode(draw(st.sampled_from(("utf-8", "utf-8-sig", "cp1252", "utf-16"))), "replace")


@st.composite
def workbooks(draw: st.DrawFn) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate((draw(st.sampled_from(HEADERS)), *draw(ROWS))):
            for column, cell in enumerate(cells):
                sheet.write(number, column, int(cell) if cell.isascii() and cell.isdigit() else cell[:200])
    return file.getvalue()


def mostly(good: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    """What is drawn, sometimes cut short, and sometimes something else altogether."""
    return st.one_of(good, good, good.map(lambda content: content[: len(content) // 2]), st.binary(max_size=200))


def register() -> None:
    schemathesis.openapi.media_type("text/csv", mostly(st.sampled_from((";", ",")).flatmap(tables)))
    schemathesis.openapi.media_type("text/tab-separated-values", mostly(tables("\t")))
    schemathesis.openapi.media_type(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", mostly(workbooks())
    )


register()

"""The file comes back with what was found, and goes in again once it is mended."""

import csv
import io

import pytest
from python_calamine import CalamineWorkbook

from etl.annotate import annotated
from etl.limits import Limits

FILE = """indikator;enhed;periode;tæller;nævner;kommentar;Frys
TRYKSAAR;NOH;2026-09;5;50;;x
TRYKSAAR;NOH;2026-10;60;50;=SUM(A1:A9);x

KLAGER;HGH;2026-10;4;;;
"""


def back(board, text: str | bytes, form: str = "csv", language: str = "da", **options) -> bytes:
    content = text.encode() if isinstance(text, str) else text
    report = board.check(content)
    return annotated(report, content, limits=Limits(), language=language, form=form, **options)


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_every_row_keeps_its_number_and_says_its_status_reason_and_mend(board) -> None:
    rows = rows_of(back(board, FILE))
    assert rows[0][7:] == ["Tavle: status", "Tavle: fundet", "Tavle: sådan rettes det"]
    assert rows[1][7:] == ["Ny", "", ""]
    assert rows[2][7] == "Fejl"
    assert rows[2][8] == "tæller: 60 er større end nævner 50."
    assert "byttet om" in rows[2][9]
    assert rows[3] == []
    assert rows[4][:2] == ["KLAGER", "HGH"]
    assert rows[4][8].startswith("enhed: Du har ikke ret til")
    assert rows[-1][0].startswith("# Tavle: Advarsel. Kolonne »Frys«: Kolonnen bruges ikke")


def test_what_looks_like_a_formula_stays_a_text(board) -> None:
    assert rows_of(back(board, FILE))[2][5] == "'=SUM(A1:A9)"
    book = CalamineWorkbook.from_filelike(io.BytesIO(back(board, FILE, "xlsx")))
    sheet = book.get_sheet_by_index(0).to_python()
    assert sheet[2][5] == "=SUM(A1:A9)"
    assert sheet[2][3] == 60
    assert book.get_sheet_by_index(1).to_python()[0][0].startswith("Advarsel. Kolonne »Frys«")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_annotated_file_is_handed_in_once_the_cell_is_mended(board, form: str) -> None:
    mended = FILE.replace(";60;50;=SUM(A1:A9)", ";6;50;").replace("HGH", "NOH").replace("nævner;", "nævner;", 1)
    mended = mended.replace("KLAGER;NOH;2026-10;4;;;", "TRYKSAAR;NOH;2026-08;4;40;;")
    content = back(board, mended, form)
    report, receipt = board.deliver(content, f"rettet.{form}")
    assert [finding.code for finding in report.findings] == ["unknown_column"]
    assert receipt is not None
    assert receipt.n_new == 3


def test_a_wide_row_has_the_worst_status_of_its_figures_and_names_their_columns(board) -> None:
    wide = "indikator;enhed;felt;2026-09;2026-10\nTRYKSAAR;NOH;tæller;5;60\n;;nævner;50;50\n"
    rows = rows_of(back(board, wide, language="en"))
    assert rows[0][5:] == ["Tavle: status", "Tavle: found", "Tavle: how to mend it"]
    assert rows[1][5] == "Error"
    assert rows[1][6] == "2026-10: 60 is larger than denominator 50."


def test_a_file_that_cannot_be_read_comes_back_as_the_list_of_what_is_wrong(board) -> None:
    rows = rows_of(back(board, "Dato;Infektioner\n01-01-2026;5\n"))
    assert rows[0][:2] == ["Række", "Kolonne"]
    assert rows[1][2] == "Fejl"
    assert rows[1][3].startswith("Filen mangler")


def test_a_file_with_a_cpr_number_never_comes_back(board) -> None:
    with pytest.raises(ValueError, match="never given back"):
        back(board, FILE.replace("=SUM(A1:A9)", "010190-1234"))

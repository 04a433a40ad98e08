"""A stranger's workbook can cost a process, never the one that asked."""

import io
import zipfile

import pytest
import xlsxwriter

from etl.extract import read, workbook, workbook_child
from etl.limits import Limits
from etl.report import Finding, RefusedError


def book(change=None, **parts: str) -> bytes:
    """A workbook of one row; `change` works on the sheet before it is saved, `parts` replace parts of the archive."""
    file = io.BytesIO()
    made = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = made.add_worksheet("Data")
    sheet.write_row(0, 0, ["indikator", "enhed", "periode", "værdi", "kommentar"])
    sheet.write_row(1, 0, ["A", "NOH", "2026-10", 4])
    if change:
        change(sheet)
    made.close()
    if not parts:
        return file.getvalue()
    out = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.pop(name, None) or old.read(name))
        for name, text in parts.items():
            new.writestr(name, text)
    return out.getvalue()


def made_by(change) -> bytes:
    """A workbook on which `change` works before it is saved: given the book and its sheet."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as whole:
        sheet = whole.add_worksheet("Data")
        sheet.write_row(0, 0, ["indikator", "enhed", "periode", "værdi", "kommentar"])
        sheet.write_row(1, 0, ["A", "NOH", "2026-10", 4])
        change(whole, sheet)
    return file.getvalue()


def refused(content: bytes, **options) -> Finding:
    with pytest.raises(RefusedError) as caught:
        read(content, "okt.xlsx", limits=Limits(), **options)
    (finding,) = caught.value.findings
    assert finding.sentence("da")
    assert finding.mend_text("en")
    return finding


def sheet_xml(cells: str) -> str:
    return (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        f"{cells}</sheetData></worksheet>"
    )


def test_a_sheet_that_claims_the_last_cell_there_is_ends_its_own_process_only() -> None:
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    finding = refused(book(**{"xl/worksheets/sheet1.xml": sheet_xml(far)}))
    assert finding.code == "workbook_too_heavy"


def test_a_workbook_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "_SECONDS", 0.001)
    assert refused(book()).code == "workbook_too_heavy"


def test_a_process_that_ends_without_a_word_is_no_answer(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    silent = tmp_path / "child.py"
    silent.write_text("import os; os.abort()")
    monkeypatch.setattr(workbook, "_CHILD", silent)
    assert refused(book()).code == "workbook_too_heavy"


def test_a_cpr_number_cut_into_runs_of_a_comment_is_found() -> None:
    comments = (
        '<comments xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><commentList><comment ref="A1">'
        "<text><r><t>se 0101</t></r><r><rPr><b/></rPr><t>90-12&#51;4</t></r></text></comment></commentList></comments>"
    )
    finding = refused(book(**{"xl/comments1.xml": comments}))
    assert finding.code == "cpr"
    assert finding.reason("da").endswith("(antal: 1). Filen er afvist, og intet er gemt.")


@pytest.mark.parametrize("between", ["&#x9;", "\u200b", "&#x00AD;", "&#xA;-"])
def test_a_cpr_number_with_unseen_characters_between_its_digits_is_found(between: str) -> None:
    cell = f'<row r="2"><c r="A2" t="inlineStr"><is><t>010190{between}1234</t></is></c></row>'
    assert refused(book(**{"xl/worksheets/sheet1.xml": sheet_xml(cell)})).code == "cpr"


def test_numbers_have_the_digits_that_excel_shows() -> None:
    def write(sheet) -> None:
        sheet.write_row(1, 3, [0.1 + 0.2])
        sheet.write_row(2, 0, ["A", "NOH", "2026-11", 1.125])
        sheet.write_row(3, 0, ["A", "NOH", "2026-12", 1e-7])
        sheet.write_row(4, 0, ["A", "NOH", "2027-01", 123456789012])

    table = read(book(write), "okt.xlsx", limits=Limits())
    assert list(table.column("value")) == ["0,3", "1,1250", "0,0000001", "123456789012"]


def test_the_process_says_nothing_of_what_went_wrong_in_it(capfd: pytest.CaptureFixture[str]) -> None:
    broken = book(**{"xl/worksheets/sheet1.xml": "<worksheet>010190-1234"})
    assert "1234" not in repr(refused(broken))
    assert capfd.readouterr() == ("", "")


def test_entities_are_read_as_characters() -> None:
    assert (
        workbook_child._unescaped("&lt;5 &amp; &#230;&#x00F8; &#99999999; &ukendt;") == "<5 & æø &#99999999; &ukendt;"
    )


PIVOT = '<pivotCacheDefinition><sharedItems><s v="010190-1234"/></sharedItems></pivotCacheDefinition>'
BESIDE_THE_CELLS = {
    "a defined name": lambda made, sheet: made.define_name("Patient", '="010190-1234"'),
    "the name of a name": lambda made, sheet: made.define_name("patient_0101901234", "=Data!$A$1"),
    "a list of choices": lambda made, sheet: sheet.data_validation(
        "H1", {"validate": "list", "source": ["010190-1234", "b"]}
    ),
    "a hint": lambda made, sheet: sheet.data_validation(
        "H1", {"validate": "integer", "criteria": ">", "value": 0, "input_title": "Se", "input_message": "010190-1234"}
    ),
    "a link": lambda made, sheet: sheet.write_url("H1", "https://x.example/?p=0101901234", string="se"),
    "a coloured cell": lambda made, sheet: sheet.conditional_format(
        "A1", {"type": "formula", "criteria": '=$A$1="010190-1234"', "format": made.add_format({"bold": True})}
    ),
    "a table": lambda made, sheet: sheet.add_table("A1:E2", {"name": "tabel_0101901234"}),
}


@pytest.mark.parametrize("where", BESIDE_THE_CELLS)
def test_a_cpr_number_beside_the_cells_refuses_the_workbook(where: str) -> None:
    finding = refused(made_by(BESIDE_THE_CELLS[where]))
    assert finding.code == "cpr" and "1234" not in finding.sentence("da")


def test_a_cpr_number_behind_a_pivot_table_refuses_the_workbook() -> None:
    assert refused(book(**{"xl/pivotCache/pivotCacheDefinition1.xml": PIVOT})).code == "cpr"


@pytest.mark.parametrize("pattern", ["0000000000", "000000-0000", "[$-406]000000\\-0000;@"])
def test_a_number_whose_first_zero_is_only_shown_is_a_cpr_number_too(pattern: str) -> None:
    def write(made, sheet) -> None:
        sheet.write_number(1, 4, 101901234, made.add_format({"num_format": pattern}))

    assert refused(made_by(write)).column == "kommentar"


def test_a_count_shown_with_noughts_is_still_that_count() -> None:
    def write(made, sheet) -> None:
        sheet.write_number(1, 3, 48, made.add_format({"num_format": "0000000000"}))

    assert list(read(made_by(write), "okt.xlsx", limits=Limits()).column("value")) == ["0000000048"]


def test_rows_that_a_filter_hides_are_read_and_said() -> None:
    def write(made, sheet) -> None:
        sheet.write_row(2, 0, ["A", "NOH", "2026-11", 5])
        sheet.set_row(2, options={"hidden": True})
        sheet.set_row(9, options={"hidden": True})  # nothing stands there

    table = read(made_by(write), "okt.xlsx", limits=Limits())
    assert list(table.column("value")) == ["4", "5"]
    assert [one.da for one in table.remarks] == ["Rækker, der er skjult i regnearket, er læst med (antal: 1)."]
    assert read(made_by(lambda made, sheet: None), "okt.xlsx", limits=Limits()).remarks == ()

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

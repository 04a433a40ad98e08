"""A template is handed in as it was filled in: nothing about its form has to be put right."""

import csv
import io
import re
import zipfile
from datetime import date
from itertools import count

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import insert

from data import schema
from data.access import load_viewer
from data.errors import NotAllowed
from etl.report import RowStatus
from etl.templates import template

TODAY = date(2026, 11, 23)
DEADLINE = 10


@pytest.fixture
def followed(board):
    """Four series of four kinds in NOH that began in September, and one in a unit the team has no right to."""
    pairs = [("TRYKSAAR", "NOH"), ("KLAGER", "NOH"), ("TEMPERATUR", "NOH"), ("VENTETID", "NOH"), ("KLAGER", "HGH")]

    def add(connection) -> None:
        for indicator, unit in pairs:
            connection.execute(
                insert(schema.series).values(
                    indicator_code=indicator, unit_code=unit, starts_on=date(2026, 9, 1), owner="Teamet"
                )
            )

    board.store.write(add)
    return board


def made(board, **options) -> bytes:
    settings = {"today": TODAY, "deadline_day": DEADLINE, "indicators": ["TRYKSAAR", "KLAGER", "VENTETID"]} | options
    return template(board.store, board.viewer, **settings)


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def filled_csv(content: bytes) -> bytes:
    """Numbers that go up in the open cells of a long template; a note where one may stand."""
    header, *rows = csv_rows(content)
    figures = [at for at, name in enumerate(header) if name in ("tæller", "nævner", "værdi")]
    for row in rows:
        is_share = row[0] != "KLAGER" and row[0] != "TEMPERATUR"
        for at in figures:
            if is_share == (header[at] != "værdi"):
                row[at] = {"tæller": "1,5", "nævner": "10", "værdi": "4"}[header[at]]
    file = io.StringIO()
    csv.writer(file, delimiter=";").writerows([header, *rows])
    return file.getvalue().encode("utf-8-sig")


def filled_xlsx(content: bytes) -> bytes:
    """The workbook as Excel saves it when 1, 2, 3 … is typed in every cell that has a rule."""
    numbers = count(1)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                ranges = re.findall(r'sqref="([A-Z]+)(\d+)(?::[A-Z]+(\d+))?"', part.split("<dataValidations")[1])
                cells = [f"{c}{n}" for c, first, last in ranges for n in range(int(first), int(last or first) + 1)]
                assert cells
                for cell in sorted(cells, key=lambda one: (one[1:], one[0])):
                    part = re.sub(rf'<c r="{cell}" s="\d+"/>', f'<c r="{cell}"><v>{next(numbers)}</v></c>', part)
            new.writestr(name, part)
    return out.getvalue()


def test_a_template_asks_for_every_period_that_is_over_and_has_no_figure(followed) -> None:
    header, *rows = csv_rows(made(followed, form="csv"))
    assert header[:5] == ["indikator", "indikatornavn", "enhed", "enhedsnavn", "periode"]
    assert header[5:] == ["tæller", "nævner", "værdi", "kommentar"]
    assert [(row[0], row[2], row[4]) for row in rows] == [
        ("KLAGER", "NOH", "2026-09"),
        ("KLAGER", "NOH", "2026-10"),
        ("TRYKSAAR", "NOH", "2026-09"),
        ("TRYKSAAR", "NOH", "2026-10"),
        ("VENTETID", "NOH", "2026K3"),
    ]


def test_weeks_are_asked_for_too_and_an_english_template_has_english_names(followed) -> None:
    header, *rows = csv_rows(made(followed, form="csv", indicators=["TEMPERATUR"], language="en"))
    assert header == ["indicator", "indicator name", "unit", "unit name", "period", "value", "note"]
    assert rows[0][4] == "2026-U36"
    assert rows[-1][4] == "2026-U43"  # weeks go with the month they end in; November is not over


def test_what_was_delivered_is_not_asked_for_again_and_then_the_latest_month_is(followed) -> None:
    text = "indikator;enhed;periode;værdi\nKLAGER;NOH;2026-09;4\nKLAGER;NOH;2026-10;5"
    _, receipt = followed.deliver(text)
    assert receipt is not None
    rows = csv_rows(made(followed, form="csv", indicators=["KLAGER"]))[1:]
    assert [row[4] for row in rows] == ["2026-10"]


def test_a_filled_csv_template_is_a_delivery_without_one_remark(followed) -> None:
    report, receipt = followed.deliver(filled_csv(made(followed, form="csv")))
    assert report.findings == ()
    assert receipt is not None
    assert receipt.n_new == 5


@pytest.mark.parametrize(("shape", "n_new"), [("long", 5), ("wide", 5)])
def test_a_filled_workbook_is_a_delivery_without_one_remark(followed, shape: str, n_new: int) -> None:
    empty = made(followed, shape=shape)
    report, receipt = followed.deliver(filled_xlsx(empty), "skabelon.xlsx")
    assert [finding.sentence("da") for finding in report.findings] == []
    assert report.reading is not None
    assert report.reading.shape == shape
    assert receipt is not None
    assert receipt.n_new == n_new
    assert report.reading.sentence("da").startswith("Læst som ark »Levering«")
    assert "Ikke læst" not in report.reading.sentence("da")


def test_a_wide_csv_template_has_a_row_for_each_figure(followed) -> None:
    header, *rows = csv_rows(made(followed, form="csv", shape="wide"))
    assert header[4:] == ["felt", "2026K3", "2026-09", "2026-10"]
    assert [(row[0], row[4]) for row in rows] == [
        ("KLAGER", "værdi"),
        ("TRYKSAAR", "tæller"),
        ("TRYKSAAR", "nævner"),
        ("VENTETID", "tæller"),
        ("VENTETID", "nævner"),
    ]


def test_an_empty_template_leaves_its_rows_out_and_stores_nothing(followed, contents_of) -> None:
    before = contents_of(followed.store)
    report, receipt = followed.deliver(made(followed, form="csv"))
    assert {finding.code for finding in report.findings} == {"empty_row"}
    assert report.count(RowStatus.WARNING) == 5
    assert receipt is not None
    assert receipt.n_changes == 0
    assert contents_of(followed.store) == before


def test_the_second_sheet_says_what_each_figure_is_and_when_it_is_due(followed) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(made(followed)))
    assert book.sheet_names == ["Levering", "Definitioner"]
    rows = book.get_sheet_by_index(1).to_python()
    assert [row[0] for row in rows[1:4]] == ["KLAGER", "TRYKSAAR", "VENTETID"]
    assert rows[2][7] == "antal fra 0; tælleren højst så stor som nævneren"
    assert rows[1][7] == "fra 0"
    assert {row[9] for row in rows[1:4]} == {"den 10. i måneden efter"}
    assert "CPR" in rows[-1][0]


def test_the_figures_have_rules_and_the_header_stays_in_sight(followed) -> None:
    with zipfile.ZipFile(io.BytesIO(made(followed))) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert 'state="frozen"' in sheet
    rules = re.findall(r'<dataValidation type="decimal".*?sqref="([^"]+)"', sheet)
    assert "F4:F5" in rules  # TRYKSAAR, tæller
    assert "H2:H3" in rules  # KLAGER, værdi
    assert "H4:H5" not in rules


def test_units_one_may_not_deliver_for_are_not_in_the_template(followed) -> None:
    assert {row[2] for row in csv_rows(made(followed, form="csv"))[1:]} == {"NOH"}
    leader = load_viewer(followed.store, "leder@noh.dk")
    rows = csv_rows(template(followed.store, leader, today=TODAY, deadline_day=DEADLINE, form="csv"))
    assert len(rows) == 1
    with pytest.raises(NotAllowed):
        made(followed, units=["HGH"])

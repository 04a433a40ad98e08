"""Mends laid over a file, long or wide, and what is looked for in them."""

import pytest

from etl.extract import Edits, RawTable, ReadAs, read
from etl.limits import Limits
from etl.report import RefusedError

LONG = "indikator;enhed;periode;tæller;nævner\nA;NOH;2026-09;1;10\n\nA;NOH;2026-10;2;10\n"
WIDE = "indikator;enhed;felt;2026-09;2026-10\nA;NOH;tæller;1;2\nA;NOH;nævner;10;\n"


def table(text: str, **options) -> RawTable:
    return read(text.encode(), "okt.csv", limits=Limits(), **options)


def test_a_mended_cell_takes_the_place_of_what_was_read() -> None:
    mended = table(LONG, edits=Edits(cells={(4, "numerator"): " 5 ", (4, "unit"): "HGH"}))
    assert list(mended.column("numerator")) == ["1", "5"]
    assert list(mended.column("unit")) == ["NOH", "HGH"]
    assert mended.n_cells.tolist() == [5, 5]


def test_a_row_that_is_left_out_is_gone_and_a_new_one_stands_in_its_place() -> None:
    new = {
        (7, field): text for field, text in zip(("indicator", "unit", "period"), ("A", "NOH", "2026-11"), strict=True)
    }
    mended = table(LONG, edits=Edits(cells=new | {(7, "numerator"): "3"}, left_out=frozenset({2})))
    assert mended.numbers.tolist() == [4, 7]
    assert list(mended.column("period")) == ["2026-10", "2026-11"]
    assert list(mended.column("denominator")) == ["10", ""]


def test_a_field_without_a_column_gets_one() -> None:
    mended = table(LONG, edits=Edits(cells={(4, "note"): "Lukket uge 37"}))
    assert list(mended.column("note")) == ["", "Lukket uge 37"]
    assert mended.column_name("note") == "kommentar"
    assert mended.n_cells.tolist() == [6, 6]


def test_in_a_wide_file_a_figure_is_mended_by_its_own_row_and_column() -> None:
    before = table(WIDE)
    assert list(before.column("denominator")) == ["10", ""]
    assert (before.row_number("denominator", 0), before.column_name("denominator", 0)) == (3, "2026-09")
    mended = table(WIDE, edits=Edits(cells={(3, "2026-10"): "20"}))
    assert list(mended.column("denominator")) == ["10", "20"]
    assert (mended.row_number("denominator", 1), mended.column_name("denominator", 1)) == (3, "2026-10")


def test_a_mended_cell_is_looked_through_for_cpr_numbers() -> None:
    for field in ("unit", "note"):
        with pytest.raises(RefusedError) as caught:
            table(LONG, edits=Edits(cells={(4, field): "010190-1234"}))
        assert [(finding.code, finding.row, finding.value) for finding in caught.value.findings] == [("cpr", 4, "")]


def test_the_mends_cannot_take_a_cpr_number_out_of_a_file() -> None:
    with pytest.raises(RefusedError) as caught:
        table(LONG.replace("NOH;2026-10", "010190-1234;2026-10"), edits=Edits(cells={(4, "unit"): "NOH"}))
    assert {finding.code for finding in caught.value.findings} == {"cpr"}


def test_what_was_mended_away_is_not_asked_about_any_more() -> None:
    strange = WIDE.replace("A;NOH;tæller", "A;NOH;hvad")
    with pytest.raises(RefusedError):
        table(strange)
    assert table(strange, edits=Edits(cells={(2, "felt"): "tæller"})).n_rows == 2
    left = table(strange, edits=Edits(left_out=frozenset({2})))
    assert list(left.column("denominator")) == ["10"]
    serials = LONG.replace("2026-09", "46266").replace("2026-10", "i alt")
    mended = table(serials, edits=Edits(cells={(4, "period"): "46296"}))
    assert list(mended.column("period")) == ["2026-09-01", "2026-10-01"]


def test_leaving_all_rows_out_leaves_a_header_alone() -> None:
    with pytest.raises(RefusedError) as caught:
        table(LONG, edits=Edits(left_out=frozenset({2, 4})))
    assert [finding.code for finding in caught.value.findings] == ["header_only"]


def test_the_shape_and_the_columns_can_be_chosen() -> None:
    text = "indikator;enhed;2025;2026\nA;NOH;1;2\n"
    assert table(text).shape == "wide"
    with pytest.raises(RefusedError):
        table(text, read_as=ReadAs(shape="long"))
    chosen = ReadAs(columns={"numerator": "Infektioner", "denominator": "Opererede", "period": "Dato"})
    found = table("Dato;Infektioner;Opererede\n2026-10;4;100\n", read_as=chosen, given=("indicator", "unit"))
    assert list(found.column("denominator")) == ["100"]
    without = table(LONG.replace("nævner", "kommentar"), read_as=ReadAs(columns={"note": ""}))
    assert "note" not in without.fields


def test_a_wide_file_of_one_indicator_in_one_unit_needs_no_names() -> None:
    found = table("felt;okt-26;nov-26\ntæller;1;2\nnævner;10;20\n", given=("indicator", "unit"))
    assert found.shape == "wide"
    assert list(found.column("numerator")) == ["1", "2"]
    assert list(found.column("denominator")) == ["10", "20"]
    one_month = table("felt;okt-26\ntæller;1\nnævner;10\n", given=("indicator", "unit"))
    assert (list(one_month.column("numerator")), list(one_month.column("denominator"))) == (["1"], ["10"])


def test_only_a_row_without_any_name_is_of_the_one_above() -> None:
    found = table("indikator;enhed;felt;okt-26\nA;NOH;tæller;1\n;;nævner;10\nB;;tæller;2\n")
    assert list(found.column("indicator")) == ["A", "B"]
    assert list(found.column("unit")) == ["NOH", ""]


def test_two_rows_of_the_same_figure_stay_two_so_that_the_check_sees_both() -> None:
    found = table(WIDE + "A;NOH;tæller;8;9\n")
    assert found.n_rows == 4
    assert list(found.column("numerator")) == ["1", "2", "8", "9"]


def test_a_file_that_would_melt_into_too_many_rows_is_refused() -> None:
    with pytest.raises(RefusedError) as caught:
        read(WIDE.encode(), "okt.csv", limits=Limits(max_rows=2), read_as=ReadAs())
        read((WIDE + "B;NOH;tæller;1;2\n").encode(), "okt.csv", limits=Limits(max_rows=3))
    assert [finding.code for finding in caught.value.findings] == ["too_many_rows"]


def test_a_percentage_beside_the_counts_of_each_month_is_left_out() -> None:
    found = table(
        "indikator;enhed;okt-26;;;nov-26;;\n;;tæller;nævner;pct;tæller;nævner;pct\nA;NOH;1;10;10,0;2;20;10,0\n"
    )
    assert (list(found.column("numerator")), list(found.column("denominator"))) == (["1", "2"], ["10", "20"])
    assert list(found.column("period")) == ["okt-26", "nov-26"]
    assert found.left_out == ("okt-26 / pct", "nov-26 / pct")


@pytest.mark.parametrize(
    ("heading", "why"),
    [
        ("uge 33", "Året mangler."),
        ("Januar", "Året mangler."),
        ("2014/2015", "Teksten er 12 måneder hen over et årsskifte, og startmåneden fremgår ikke."),
        ("2013-15", "Teksten er et vindue over flere år, ikke én periode."),
    ],
)
def test_a_column_named_after_nearly_a_period_is_refused_with_what_it_lacks(heading: str, why: str) -> None:
    for header in (f"indikator;enhed;felt;{heading}", f"indikator;enhed;felt;okt-26;{heading}"):
        with pytest.raises(RefusedError) as caught:
            table(f"{header}\nA;NOH;tæller{';1' * (header.count(';') - 2)}\n")
        (finding,) = caught.value.findings
        assert (finding.code, finding.row, finding.column) == ("period_heading", 1, heading)
        assert finding.reason("da") == f"Overskriften kan ikke læses som periode. {why}"
    empty = table(f"indikator;enhed;felt;okt-26;{heading}\nA;NOH;tæller;1;\n;;nævner;2;\n")
    assert list(empty.column("period")) == ["okt-26"]


def test_marks_that_nobody_sees_are_no_part_of_a_cell() -> None:
    found = table("\ufeff" + LONG + "\ufeff" + "A;NOH;okt-26;\u200e1\u200b;\u202d10\u202c\n")
    assert found.column("indicator")[-1] == "A"
    assert (found.column("numerator")[-1], found.column("denominator")[-1]) == ("1", "10")

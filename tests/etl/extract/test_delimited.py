import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl import extract
from etl.extract import RawTable, ReadAs, reader
from etl.limits import Limits
from etl.report import Finding, RefusedError

LIMITS = Limits()
HEAD = "indikator;enhed;periode;tæller;nævner;kommentar"


def read(text: str | bytes, file_name: str = "okt.csv", limits: Limits = LIMITS, **options) -> RawTable:
    return extract.read(text if isinstance(text, bytes) else text.encode(), file_name, limits=limits, **options)


def cells(table: RawTable, row: int) -> list[str]:
    """The cells of a row, in the order of the file's columns."""
    return [table.column(field)[row] for field, _ in sorted(table.fields.items(), key=lambda one: one[1])]


def refused(text: str | bytes, file_name: str = "okt.csv", limits: Limits = LIMITS, **options) -> tuple[Finding, ...]:
    with pytest.raises(RefusedError) as caught:
        read(text, file_name, limits, **options)
    return caught.value.findings


def the_one(findings: tuple[Finding, ...], code: str) -> Finding:
    assert [finding.code for finding in findings] == [code]
    for language in ("da", "en"):
        assert findings[0].sentence(language)
        assert findings[0].mend_text(language)
    return findings[0]


# ------------------------------------------------------------------------------------------------------ what is read


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_ends_are_recognised(delimiter: str, end: str) -> None:
    table = read(end.join([HEAD, "A;NOH;okt-26;41;48;ok", ""]).replace(";", delimiter))
    assert table.delimiter == delimiter
    assert cells(table, 0) == ["A", "NOH", "okt-26", "41", "48", "ok"]


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("cp1252", "cp1252"), ("latin-1", "cp1252"), ("utf-16", "utf-16")],
)
def test_encodings_of_danish_spreadsheets_are_recognised(encoding: str, said: str) -> None:
    table = read(f"{HEAD}\nMål;Ærø;2026-10;1;2;blåbær".encode(encoding))
    assert table.encoding == said
    assert table.header[3] == "tæller"
    assert table.column("unit")[0] == "Ærø"


def test_semicolons_win_over_decimal_commas_and_commas_in_comments() -> None:
    table = read("indikator;enhed;periode;værdi;note\nA;NOH;2026-10;12,5;a, b, c, d\nA;HGH;2026-10;1,5;e, f, g")
    assert table.delimiter == ";"
    assert table.column("value")[1] == "1,5"


def test_the_delimiter_can_be_given() -> None:
    table = read("periode|værdi\n2026-10|1", given=("indicator", "unit"), read_as=ReadAs(delimiter="|"))
    assert cells(table, 0) == ["2026-10", "1"]


def test_header_names_are_known_in_any_order_case_and_language() -> None:
    table = read("Denominator, NUMERATOR ,Måned,Unit,Indikator,Kommentarer\n48,41,okt-26,NOH,A,x")
    assert table.fields == {"denominator": 0, "numerator": 1, "period": 2, "unit": 3, "indicator": 4, "note": 5}
    assert table.column_name("numerator") == "NUMERATOR"


def test_rows_are_numbered_as_a_spreadsheet_does() -> None:
    text = f'{HEAD}\nA;NOH;2026-09;1;2;"to\nlinjer"\n\n;;;;;\nA;NOH;2026-10;1;2;x\n\n;;;;;\n\n'
    table = read(text)
    assert list(zip(table.numbers.tolist(), table.column("note"), strict=True)) == [(2, "to\nlinjer"), (5, "x")]


def test_remarks_above_the_header_are_passed_over_but_counted() -> None:
    table = read(f"# kilde: eSundhed\n# hentet i dag\n{HEAD}\nA;NOH;2026-10;1;2;")
    assert table.numbers.tolist() == [4]


def test_excels_own_line_about_the_delimiter_is_used_and_not_counted() -> None:
    table = read("sep=,\nindikator,enhed,periode,værdi\nA,NOH,2026-10,1")
    assert (table.delimiter, table.numbers[0]) == (",", 2)


def test_unknown_columns_are_left_out_by_name() -> None:
    table = read("Skift;Frys;Dato;Tæller;Nævner;\n;;01-01-2022;93;101;\n", given=("indicator", "unit"))
    assert table.left_out == ("Skift", "Frys")


def test_ragged_rows_keep_all_their_cells() -> None:
    table = read(f"{HEAD}\nA;NOH;2026-10;1\nA;NOH;2026-11;1;2;x;y;z;;")
    assert table.n_cells.tolist() == [4, 8]


# ---------------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"  \r\n \r\n", b";;;\n;;;\n"])
def test_an_empty_file_is_refused(content: bytes) -> None:
    assert the_one(refused(content), "empty_file").reason("da") == "Filen er tom."


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7", "binary_file"),
        (b"\x89PNG\r\n", "binary_file"),
        (b"a;b\x00c\n1;2", "binary_file"),
        (bytes(range(256)), "binary_file"),
        (b"indikator;enhed\x81\x8d", "unreadable_text"),
    ],
)
def test_files_that_are_not_text_are_refused(content: bytes, code: str) -> None:
    the_one(refused(content), code)


def test_size_is_looked_at_before_anything_is_decoded() -> None:
    finding = the_one(refused(b"\x00" * 3_000_001, limits=Limits(max_bytes=2_500_000)), "too_large")
    assert finding.reason("da") == "Filen fylder 3,1 MB; grænsen er 2,5 MB."
    assert reader.too_large(20_000_001, Limits()).reason("en") == "The file holds 20.1 MB; the limit is 20 MB."


def test_rows_beyond_the_limit_are_refused() -> None:
    rows = "\n".join(f"A;NOH;2026-10;{i};9;" for i in range(4))
    assert read(f"{HEAD}\n{rows}", limits=Limits(max_rows=4)).numbers[-1] == 5
    the_one(refused(f"{HEAD}\n{rows}\nA;NOH;2026-10;4;9;", limits=Limits(max_rows=4)), "too_many_rows")


def test_a_file_without_header_is_told_which_names_to_write() -> None:
    finding = the_one(refused("A;NOH;2026-10;41;48\nA;NOH;2026-11;40;48"), "no_header")
    assert "tæller (numerator, taeller)" in finding.mend_text("da")


def test_a_header_alone_is_refused() -> None:
    the_one(refused(f"{HEAD}\n\n;;;;;\n"), "header_only")


def test_wrong_columns_say_what_was_found_and_what_is_needed() -> None:
    finding = the_one(refused("Dato;Infektioner;Opererede\n01-01-2023;5;120"), "wrong_columns")
    assert finding.reason("da") == (
        "Filen mangler indikator, enhed, tæller eller værdi. Fundne kolonner: Dato, Infektioner, Opererede."
    )
    assert "periode (period, dato, date, måned, maaned, month)" in finding.mend_text("da")
    assert finding.reason("en").startswith("The file lacks indicator, unit, numerator or value.")


def test_the_same_column_twice_is_refused_also_under_two_names() -> None:
    finding = the_one(refused("indikator;enhed;Dato;Periode;værdi\nA;NOH;2026-10;2026-10;1"), "duplicate_column")
    assert finding.sentence("da") == "Række 1, kolonne »Periode«: Kolonnerne 3 og 4 er begge »periode«."


@pytest.mark.parametrize("row", ['A;NOH;2026-10;1;2;"aldrig lukket', 'A;NOH;2026-10;1;2;"Kvalme" og svimmelhed'])
def test_broken_quotes_are_refused_by_row_instead_of_swallowing_the_file(row: str) -> None:
    finding = the_one(refused(f"{HEAD}\nA;NOH;2026-09;1;2;\n{row}\nA;NOH;2026-11;1;2;"), "broken_quotes")
    assert finding.row == 3


# --------------------------------------------------------------------------------------------------------------- CPR

NUMBER = "010190-1234"


def nothing_of_it(findings: tuple[Finding, ...]) -> None:
    everything = repr(findings) + "".join(f.sentence(x) + f.mend_text(x) for f in findings for x in ("da", "en"))
    assert "010190" not in everything
    assert "1234" not in everything
    assert {finding.code for finding in findings} == {"cpr"}


def test_a_cpr_number_in_a_comment_is_found_by_row_and_column_and_never_repeated() -> None:
    findings = refused(f"{HEAD}\nA;NOH;2026-09;1;2;\nA;NOH;2026-10;1;2;Se {NUMBER}")
    nothing_of_it(findings)
    assert [(f.row, f.column, f.value) for f in findings] == [(3, "kommentar", "")]


@pytest.mark.parametrize(
    ("text", "row", "column"),
    [
        (f"{HEAD}\n{NUMBER};NOH;2026-10;1;2;", 2, "indikator"),
        (f"{HEAD}\nA;NOH;2026-10;0101901234;2;", 2, "tæller"),
        (f"indikator;enhed;periode;værdi;{NUMBER}\nA;NOH;2026-10;1;x", 1, "nr. 5"),
        (f"{HEAD}\nA;NOH;2026-10;1;2;x;{NUMBER}", 2, "nr. 7"),
        ("indikator;enhed;periode;værdi;CPR\nA;NOH;2026-10;1;101901234", 2, "CPR"),
        (f'{HEAD}\nA;NOH;2026-10;1;2;"linje\n{NUMBER}"', 2, "kommentar"),
        (f'{HEAD}\nA;NOH;2026-10;1;2;"010190\n-1234"', 2, "kommentar"),
        (f"{HEAD}\nA;NOH;2026-10;1;2;010190\t-1234", 2, "kommentar"),
        (f"forkerte;kolonner\n{NUMBER};2", 2, "forkerte"),
        (f"{NUMBER};2026-10;3\n1;2;3", 1, "nr. 1"),
        (f"{HEAD}\n\n;;;;;{NUMBER}", 3, "kommentar"),
    ],
)
def test_a_cpr_number_is_found_wherever_it_stands(text: str, row: int, column: str) -> None:
    findings = refused(text)
    nothing_of_it(findings)
    assert [(f.row, f.column) for f in findings] == [(row, column)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_a_cpr_number_is_found_in_every_encoding(encoding: str) -> None:
    nothing_of_it(refused(f"{HEAD}\nA;NOH;2026-10;1;2;{NUMBER}".encode(encoding)))


def test_a_cpr_number_comes_before_every_refusal_of_the_structure() -> None:
    nothing_of_it(refused(f'{HEAD}\nA;NOH;2026-10;1;2;"{NUMBER}'))
    nothing_of_it(refused(f'{HEAD}\nA;NOH;2026-10;1;2;"\nA;NOH;2026-10;1;2;{NUMBER}'))
    nothing_of_it(refused(f"{HEAD}\nA;x;1;1;1;\nA;x;1;1;1;{NUMBER}", limits=Limits(max_rows=1)))
    nothing_of_it(refused(f"{HEAD};{NUMBER}"))


def test_a_cpr_number_in_the_file_name_is_refused_before_the_file_is_read() -> None:
    for name in ("0101901234.csv", "pt 010190-1234 okt.csv"):
        findings = refused(b"\x00", file_name=name)
        nothing_of_it(findings)
        assert findings[0].row is None


def test_many_cpr_numbers_do_not_make_an_endless_list() -> None:
    findings = refused(HEAD + f"\nA;NOH;2026-10;1;2;{NUMBER}" * 500)
    nothing_of_it(findings)
    assert len(findings) == 201
    assert findings[-1].reason("da") == "Yderligere 300 celler ligner CPR-numre."


def test_other_long_numbers_and_long_fractions_pass() -> None:
    table = read(
        f"{HEAD};sor;ean;cvr;andel\n"
        "A;NOH;2026-10;1;2;SOR 257721000016006;8031000016007;5798000000001;12345678;0,3101551234"
    )
    assert table.n_rows == 1


# --------------------------------------------------------------------------------------------------------- all input


@settings(deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")),
        st.text('ab;,\t"\n\r0129-. ', max_size=200).map(str.encode),
        st.text(';,"\n\r019-.x ', max_size=100).map(lambda text: f"{HEAD}\n{text}".encode("cp1252")),
    )
)
def test_no_bytes_make_the_extractor_raise_anything_but_a_refusal(content: bytes) -> None:
    try:
        table = read(content, limits=Limits(max_bytes=1000, max_rows=20))
    except RefusedError as refusal:
        assert refusal.findings
        for finding in refusal.findings:
            assert finding.sentence("da")
            assert finding.sentence("en")
    else:
        assert table.n_rows


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=8), min_size=5, max_size=5),
        min_size=1,
        max_size=6,
    )
)
def test_what_a_spreadsheet_writes_is_read_back_cell_by_cell(rows: list[list[str]]) -> None:
    import csv as standard
    import io

    file = io.StringIO()
    writer = standard.writer(file, delimiter=";")
    writer.writerow(["indikator", "enhed", "periode", "værdi", "kommentar"])
    writer.writerows(rows)
    expected = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    try:
        table = read(file.getvalue())
    except RefusedError as refusal:
        assert {finding.code for finding in refusal.findings} <= {"header_only", "cpr"}
    else:
        assert [cells(table, row) for row in range(table.n_rows)] == expected

"""Each check on rows small enough for the eye: what it says, where, and what it lets through."""

from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from data import organisation, schema
from data.access import SYSTEM
from data.organisation import NewUnit
from etl import checks
from etl.extract import refusals
from etl.extract.options import ReadAs
from etl.report import Finding, Report, RowStatus
from indicators.words import Words
from tests.etl.conftest import Board

HEAD = "indikator;enhed;periode;tæller;nævner;værdi;kommentar\n"


def found(report: Report, code: str) -> list[Finding]:
    return [finding for finding in report.findings if finding.code == code]


def only(report: Report, code: str) -> Finding:
    assert [finding.code for finding in report.findings] == [code], [f.sentence("da") for f in report.findings]
    return report.findings[0]


@pytest.fixture(scope="module")
def board(shared_board: Board) -> Board:
    """For looking at alone; a test that delivers takes `own_board`."""
    return shared_board


# ------------------------------------------------------------------------------------------------ all of them at once


def test_every_file_in_the_folder_is_a_check_with_words() -> None:
    files = {path.stem for path in Path(checks.__file__).parent.glob("*.py")} - {"__init__"}
    assert {check.code for check in checks.all_checks()} == files
    for check in checks.all_checks():
        assert check.words.da and check.words.en and check.words.da != check.words.en
        assert check.mend.da and check.mend.en


def test_no_code_stands_for_two_things() -> None:
    codes = {refusal.code for refusal in refusals.ALL}
    assert not codes & {check.code for check in checks.all_checks()}


def test_every_finding_can_be_said_in_both_languages(board) -> None:
    rows = [
        "X;Y;i alt;a;b;c;",
        "TRYKSAAR;NOH;2026-10;48;41;;",
        "TRYKSAAR;NOH;2026-10;1;0;;",
        "TRYKSAAR;NOH;2027-01;-1;4;;",
        "TRYKSAAR;HGH;2026-09;;4;;",
        "TRYKSAAR;OEST;2026-09;1;4;60;",
        "TRYKSAAR;NOH;2026K3;1;4;;",
        "TEMPERATUR;NOH;2026-U05;;;90;",
        "KLAGER;NOH;2026-08;1;4;;",
        "KLAGER;NOH;2026-11;;;1;",
        "KLAGER;NOH;2026-07;;;;",
        "KLAGER;NOH;2026-06;1",
        ";;;1;;1.050;",
    ]
    report = board.check(HEAD.replace("kommentar", "bemærk") + "\n".join(rows))
    assert len({finding.code for finding in report.findings}) >= 14
    for finding in report.findings:
        for language in ("da", "en"):
            said = finding.sentence(language) + finding.mend_text(language)
            assert "{" not in said and "Words(" not in said
        assert finding.sentence("da") != finding.sentence("en")


# ------------------------------------------------------------------------------------------------------- one by one


def test_an_unknown_indicator_is_met_with_the_nearest_one(board) -> None:
    finding = only(board.check(HEAD + "TRYKSÅR2;NOH;2026-10;1;4;;"), "unknown_indicator")
    assert finding.sentence("da") == "Række 2, kolonne »indikator«: »TRYKSÅR2« er ikke en indikator, som Tavle kender."
    assert finding.mend_text("da") == "Mente I Tryksaar (TRYKSAAR)?"
    assert "Brug indikatorens kode" in only(board.check(HEAD + "???;NOH;2026-10;1;4;;"), "unknown_indicator").mend_text(
        "da"
    )
    assert only(board.check(HEAD + ";NOH;2026-10;1;4;;"), "unknown_indicator").reason("da") == "Indikatoren mangler."


def test_an_indicator_whose_chart_cannot_be_drawn_is_not_taken_in(own_board) -> None:
    """NM7-01 is drawn as a line, which no chart type here computes: its figures could be stored and never shown."""
    report = own_board.check(HEAD + "NM7-01;NOH;2024;;;80;\nNM7-01;NOH;2025;;;85;\nTRYKSAAR;NOH;2026-10;1;4;;")
    finding = only(report, "indicator_not_delivered")
    assert finding.row == 2
    assert finding.reason("da").endswith("kan ikke indberettes endnu: Tavle kan ikke tegne den slags måling.")
    assert own_board.deliver(HEAD + "NM7-01;NOH;2024;;;80;")[1] is None


def test_indicators_are_known_by_code_and_name_in_any_case(board) -> None:
    assert board.check(HEAD + "tryksaar;NOH;2026-10;1;4;;\nKlager En;NOH;2026-10;;;3;").findings == ()


def test_an_unknown_unit_is_met_with_the_nearest_one(board) -> None:
    finding = only(board.check(HEAD + "TRYKSAAR;Nordsjælands Hospital;2026-10;1;4;;"), "unknown_unit")
    assert finding.mend_text("da") == "Mente I Nordsjællands Hospital (NOH)?"
    assert only(board.check(HEAD + "TRYKSAAR;;2026-10;1;4;;"), "unknown_unit").reason("da") == "Enheden mangler."


def test_units_are_known_by_name_and_other_name(board) -> None:
    assert board.check(HEAD + "TRYKSAAR;nordsjællands hospital;2026-10;1;4;;").findings == ()
    assert board.as_("team@rh.dk").check(HEAD + "TRYKSAAR;RGH;2026-10;1;4;;").rows[0].unit == "RH"


def test_text_in_a_number_is_refused(board) -> None:
    finding = only(board.check(HEAD + "TRYKSAAR;NOH;2026-10;48 stk;50;;"), "not_a_number")
    assert finding.sentence("da") == "Række 2, kolonne »tæller«: »48 stk« er ikke et tal."
    assert (finding.row, finding.column, finding.value) == (2, "tæller", "48 stk")


def test_a_number_in_another_form_than_its_column_is_refused(board) -> None:
    text = HEAD + "VENTETID;NOH;2026K1;1,5;4;;\nVENTETID;NOH;2026K2;2,5;4;;\nVENTETID;NOH;2026K3;3.5;4;;"
    finding = only(board.check(text), "not_a_number")
    assert finding.reason("da") == "»3.5« passer ikke med resten af kolonnen, som er læst med decimalkomma."


def test_a_percentage_is_taken_as_value_only_where_the_indicator_is_one(board) -> None:
    finding = only(board.check(HEAD + "TRYKSAAR;NOH;2026-10;4 %;100;4 %;"), "not_a_number")
    assert (finding.column, finding.reason("da")) == ("tæller", "»4 %« er en procent, men her skal stå et antal.")
    finding = only(board.check(HEAD + "KLAGER;NOH;2026-10;;;4 %;"), "not_a_number")
    assert finding.reason("da") == "»4 %« er en procent, men indikatoren måles ikke i procent."
    assert "procenttegn" in finding.mend_text("da")


def test_a_note_that_may_be_the_decimals_of_the_figure_before_is_asked_about(board) -> None:
    head = "indikator,enhed,periode,værdi,kommentar\n"
    finding = only(board.check(head + "KLAGER,NOH,2026-10,12,5"), "number_in_note")
    assert (finding.row, finding.column, finding.value) == (2, "kommentar", "5")
    assert board.check(head + "KLAGER,NOH,2026-10,12,5 lukkede senge").findings == ()
    assert board.check(head.replace(",", ";") + "KLAGER;NOH;2026-10;12;5").findings == ()


def test_a_finished_percentage_is_met_once_and_where_it_stands(board) -> None:
    finding = only(board.check("enhed;indikator;okt-26\nNOH;TRYKSAAR;5,4"), "missing_value")
    assert (finding.row, finding.column) == (2, "okt-26")
    assert finding.reason("da") == "Her står ét tal, men indikatoren har både tæller og nævner."


@pytest.mark.parametrize("text", ["9" * 16, "9" * 400, "1" + ".000" * 6, "9" * 16 + ",5"])
def test_a_number_with_too_many_digits_is_no_number(board, text: str) -> None:
    finding = only(board.check(HEAD + f"KLAGER;NOH;2026-10;;;{text};"), "not_a_number")
    assert finding.reason("en").endswith("has too many digits to be a count.")


def test_an_unclear_decimal_mark_is_asked_about_once_per_column(board) -> None:
    text = HEAD + "TRYKSAAR;NOH;2026-09;7;1.050;;\nTRYKSAAR;NOH;2026-10;8;1.200;;"
    finding = only(board.check(text), "decimal_unclear")
    assert finding.sentence("da") == (
        "Række 2, kolonne »nævner«: Det kan ikke ses af kolonnen, om »1.050« er 1050 eller 1,05."
    )
    assert "--decimal comma" in finding.mend_text("da")
    assert [row.denominator for row in board.check(text, read_as=ReadAs(decimal="comma")).rows] == [1050, 1200]
    assert [
        row.denominator
        for row in board.check(text.replace("7;", "1;").replace("8;", "1;"), read_as=ReadAs(decimal="dot")).rows
    ] == [
        1.05,
        1.2,
    ]


def test_another_column_settles_an_unclear_one(board) -> None:
    report = board.check(HEAD + "VENTETID;NOH;2026K1;7,5;1.050;;")
    assert report.findings == ()
    assert report.rows[0].denominator == 1050


@pytest.mark.parametrize(
    ("period", "why"),
    [
        ("i alt", "»i alt« kan ikke læses som periode. Teksten er ikke en periode, som Tavle kender."),
        ("uge 33", "»uge 33« kan ikke læses som periode. Året mangler."),
        ("2013-15", "»2013-15« kan ikke læses som periode. Teksten er et vindue over flere år, ikke én periode."),
        ("", "Perioden mangler."),
    ],
)
def test_what_is_no_period_is_refused_with_the_reason(board, period: str, why: str) -> None:
    assert only(board.check(HEAD + f"TRYKSAAR;NOH;{period};1;4;;"), "not_a_period").reason("da") == why


def test_another_kind_of_period_is_refused(board) -> None:
    finding = only(board.check(HEAD + "TRYKSAAR;NOH;2026K3;1;4;;"), "period_kind_mismatch")
    assert finding.reason("da") == "»2026K3« er et kvartal, men indikatoren følges pr. måned."
    assert finding.mend_text("da") == "Indberet tallene pr. måned, fx 2026-01."
    assert only(board.check(HEAD + "TEMPERATUR;NOH;2026-10;;;4;"), "period_kind_mismatch").row == 2


def test_a_numerator_above_its_denominator_is_refused_for_shares_only(board) -> None:
    finding = only(board.check(HEAD + "TRYKSAAR;NOH;2026-10;48;41;;"), "numerator_above_denominator")
    assert finding.sentence("da") == "Række 2, kolonne »tæller«: 48 er større end nævner 41."
    assert finding.sentence("en") == "Row 2, column “tæller”: 48 is larger than denominator 41."
    assert board.check(HEAD + "VENTETID;NOH;2026K3;48;41;;\nTRYKSAAR;NOH;2026-10;41;41;;").findings == ()


def test_a_denominator_of_zero_is_refused(board) -> None:
    finding = only(board.check(HEAD + "TRYKSAAR;NOH;2026-10;0;0;;"), "denominator_zero")
    assert finding.column == "nævner"


def test_negative_numbers_are_refused_unless_the_indicator_can_be_negative(board) -> None:
    assert only(board.check(HEAD + "TRYKSAAR;NOH;2026-10;-1;4;;"), "negative_number").reason("da") == "-1 er negativt."
    assert only(board.check(HEAD + "KLAGER;NOH;2026-10;;;\u22122;"), "negative_number").column == "værdi"
    assert board.check(HEAD + "TEMPERATUR;NOH;2026-U05;;;-4;").findings == ()


def test_a_value_outside_the_range_of_the_indicator_is_refused(board) -> None:
    finding = only(board.check(HEAD + "TEMPERATUR;NOH;2026-U05;;;51;"), "outside_range")
    assert finding.reason("da") == "51 er ikke muligt: indikatoren går fra \u221210 til 50."


def test_a_duplicate_names_the_other_row_also_under_another_name(board) -> None:
    text = HEAD + "TRYKSAAR;NOH;okt-26;1;4;;\nKLAGER;NOH;okt-26;;;1;\ntryksaar;Nordsjællands Hospital;01-10-2026;2;4;;"
    finding = only(board.check(text), "duplicate_key")
    assert finding.row == 4
    assert finding.reason("da") == "Række 2 har samme indikator, enhed og periode."


def test_a_month_that_has_not_begun_is_refused(board) -> None:
    finding = only(board.check(HEAD + "TRYKSAAR;NOH;2026-12;1;4;;"), "future_month")
    assert finding.reason("da") == "2026-12 er ikke begyndt endnu (i dag er 23-11-2026)."


def test_a_month_that_is_not_over_is_a_warning(board) -> None:
    finding = only(board.check(HEAD + "TRYKSAAR;NOH;2026-11;1;4;;"), "unfinished_period")
    assert not finding.is_error
    assert finding.reason("da") == "2026-11 slutter først 30-11-2026, så tallet er måske ikke endeligt."


def test_a_closed_unit_names_its_successor(board) -> None:
    from datetime import date

    board = board.as_("admin@tavle.dk")
    finding = only(
        board.check(HEAD + "TRYKSAAR;1084;2027-01;1;4;;", today=date(2027, 2, 23)), "unit_closed_or_not_open"
    )
    assert finding.reason("da") == "Region Hovedstaden lukkede 31-12-2026."
    assert finding.mend_text("da") == "Indberet for Region Østdanmark (OEST), som har afløst enheden."
    finding = only(board.check(HEAD + "TRYKSAAR;OEST;2026-10;1;4;;"), "unit_closed_or_not_open")
    assert finding.reason("da") == "Region Østdanmark findes først fra 01-01-2027."


def test_a_split_unit_names_all_that_took_over_and_no_button_chooses(board) -> None:
    two = [
        NewUnit(code, Words(name, name)) for code, name in (("NOH-N", "Hillerød Hospital"), ("NOH-S", "Sydhospital"))
    ]
    split = organisation.Split("NOH", (*two, "HGH"))
    day, now = date(2027, 1, 1), datetime(2026, 11, 23, 9, 0)
    said = {"reason": "Aftalt", "today": date(2026, 11, 23), "now": now}
    organisation.carry_out(board.store, SYSTEM, split, valid_from=day, **said)
    admin = board.as_("admin@tavle.dk")
    report = admin.check(HEAD + "TRYKSAAR;NOH;2027-01;1;4;;", today=date(2027, 2, 23))
    finding = only(report, "unit_closed_or_not_open")
    assert finding.reason("da") == "Nordsjællands Hospital lukkede 31-12-2026."
    assert finding.mend_text("da") == (
        "Enheden blev delt. Indberet for den enhed, tallene hører til: Hillerød Hospital (NOH-N), Sydhospital (NOH-S) "
        "eller Herlev og Gentofte Hospital (HGH)."
    )
    assert finding.mend_text("en").endswith(" Sydhospital (NOH-S) or Herlev og Gentofte Hospital (HGH).")
    assert finding.suggestion is None


def test_a_definition_that_did_not_hold_yet_is_refused(board) -> None:
    finding = only(board.check(HEAD + "NM1-01;NOH;2015;1;4;;"), "definition_not_valid")
    assert finding.reason("da").endswith("er først defineret fra 01-01-2016.")


def test_a_unit_one_may_not_deliver_for_is_refused_and_keeps_its_figures_to_itself(own_board) -> None:
    administrator = own_board.as_("admin@tavle.dk")
    text = HEAD + "TRYKSAAR;HGH;2026-10;1;4;;"
    assert administrator.deliver(text)[1] is not None
    report = own_board.check(text)
    assert (
        only(report, "no_right_to_unit").reason("da")
        == "Du har ikke ret til at indberette for Herlev og Gentofte Hospital."
    )
    assert report.is_only_about_rights
    assert (report.rows[0].before, report.rows[0].change, report.rows[0].status) == (None, None, RowStatus.ERROR)
    assert found(own_board.as_("leder@noh.dk").check(HEAD + "TRYKSAAR;NOH;2026-10;1;4;;"), "no_right_to_unit")


@pytest.mark.parametrize(
    ("row", "column"),
    [("TRYKSAAR;NOH;2026-10;;4;;", "tæller"), ("TRYKSAAR;NOH;2026-10;4;;;", "nævner")],
)
def test_numerator_and_denominator_travel_together(board, row: str, column: str) -> None:
    assert only(board.check(HEAD + row), "missing_value").column == column


def test_a_ready_made_percentage_is_not_enough(board) -> None:
    report = board.check(HEAD + "TRYKSAAR;NOH;2026-10;;;72 %;")
    assert [finding.column for finding in found(report, "missing_value")] == ["tæller", "nævner"]
    assert "kræver både tæller og nævner" in report.findings[0].mend_text("da")


def test_a_count_may_stand_as_value_or_numerator_but_has_no_denominator(board) -> None:
    assert board.check(HEAD + "KLAGER;NOH;2026-10;;;3;").rows[0].value == 3
    assert board.check(HEAD + "KLAGER;NOH;2026-10;3;;;").rows[0].value == 3
    assert only(board.check(HEAD + "KLAGER;NOH;2026-10;3;100;;"), "missing_value").mend_text("da") == (
        "Skriv tallet i kolonnen »værdi«."
    )


def test_a_row_without_figures_is_left_out_with_a_warning_and_never_becomes_zero(board) -> None:
    report = board.check(HEAD + "TRYKSAAR;NOH;2026-10;;;;mangler\nTRYKSAAR;NOH;2026-09;0;4;;")
    assert only(report, "empty_row").row == 2
    assert [(row.status, row.change) for row in report.rows] == [
        (RowStatus.WARNING, None),
        (RowStatus.NEW, RowStatus.NEW),
    ]


def test_a_ragged_row_is_named_and_not_dropped(board) -> None:
    report = board.check("indikator,enhed,periode,tæller,nævner\nTRYKSAAR,NOH,2026-10,1,5,4\nTRYKSAAR,NOH,2026-09,1,4")
    assert only(report, "ragged_row").sentence("da") == "Række 2: Rækken har 6 celler, men overskriften har 5."
    assert len(report.rows) == 2
    assert found(board.check(HEAD + "TRYKSAAR;NOH;2026-10;1;4"), "ragged_row")


def test_empty_cells_behind_the_last_column_do_not_make_a_row_ragged(board) -> None:
    assert board.check(HEAD + "TRYKSAAR;NOH;2026-10;1;4;;;;;").findings == ()


def test_an_unknown_column_is_a_warning(board) -> None:
    finding = only(
        board.check("indikator;enhed;periode;tæller;nævner;Frys\nTRYKSAAR;NOH;2026-10;1;4;x"), "unknown_column"
    )
    assert finding.sentence("da") == "Kolonne »Frys«: Kolonnen bruges ikke og udelades."
    assert not finding.is_error


def test_a_value_that_disagrees_with_its_own_numerator_and_denominator_is_a_warning(board) -> None:
    assert board.check(HEAD + "TRYKSAAR;NOH;2026-10;1;3;33,3 %;").findings == ()
    finding = only(board.check(HEAD + "TRYKSAAR;NOH;2026-10;1;3;0,33;"), "value_disagrees")
    assert finding.reason("da") == "0,33 passer ikke med tæller og nævner, som giver 33."


def test_a_figure_outside_the_units_own_history_is_a_warning(own_board) -> None:
    months = [(year, month) for year in (2024, 2025) for month in range(1, 13)]
    rows = [f"TRYKSAAR;NOH;{year}-{month:02d};{10 + month % 5};100;;" for year, month in months]
    assert own_board.deliver(HEAD + "\n".join(rows))[1] is not None
    finding = only(own_board.check(HEAD + "TRYKSAAR;NOH;2026-01;60;100;;"), "outside_own_history")
    assert not finding.is_error
    # median 12, MAD 1: 12 - 3 x 1.4826 = 7.6 and 12 + 3 x 1.4826 = 16.4
    assert finding.reason("da").startswith("60 ligger uden for det, enheden plejer at have: 8 til 16 %")
    assert "seneste 24 perioder" in finding.reason("da")
    assert own_board.check(HEAD + "TRYKSAAR;NOH;2026-01;16;100;;").findings == ()
    # An administrator may deliver, but what the unit usually has is not an administrator's to see.
    assert own_board.as_("admin@tavle.dk").check(HEAD + "TRYKSAAR;NOH;2026-01;60;100;;").findings == ()


def test_a_short_history_says_nothing(own_board) -> None:
    rows = [f"TRYKSAAR;NOH;2025-{month:02d};{10 + month % 5};100;;" for month in range(2, 13)]
    assert own_board.deliver(HEAD + "\n".join(rows))[1] is not None
    assert own_board.check(HEAD + "TRYKSAAR;NOH;2026-01;60;100;;").findings == ()


def test_what_is_given_beside_the_file_is_wrong_once(board) -> None:
    text = "periode;tæller;nævner\n2026-09;1;4\n2026-10;1;4"
    report = board.check(text, defaults={"indicator": "NOGET", "unit": "INTET"})
    assert sorted(finding.code for finding in report.findings) == ["unknown_indicator", "unknown_unit"]
    assert report.findings[0].sentence("da").startswith("Kolonne »indikator«: »NOGET« er ikke en indikator")
    report = board.check(text, defaults={"indicator": "TRYKSAAR", "unit": "HGH"})
    assert only(report, "no_right_to_unit").row is None


def test_a_task_that_has_moved_is_delivered_for_by_the_unit_that_does_it(own_board) -> None:
    for unit in ("NOH", "HGH"):
        row = {"indicator_code": "TRYKSAAR", "unit_code": unit, "starts_on": date(2026, 1, 1), "owner": ""}
        own_board.store.write(lambda connection, row=row: connection.execute(insert(schema.series).values(row)))
    options = {"today": date(2026, 11, 23), "now": datetime(2026, 11, 23, 8, 0), "reason": "Aftalt"}
    organisation.move_task(own_board.store, SYSTEM, "TRYKSAAR", ["NOH"], "HGH", valid_from=date(2026, 10, 1), **options)
    finding = only(own_board.check(HEAD + "TRYKSAAR;NOH;2026-10;1;4;;"), "task_moved")
    assert finding.reason("da") == "Tryksaar gik fra Nordsjællands Hospital til Herlev og Gentofte Hospital 01-10-2026."
    assert finding.mend_text("da").startswith("Indberet for Herlev og Gentofte Hospital (HGH)")
    assert finding.suggestion == {"unit": "HGH"}
    assert own_board.check(HEAD + "TRYKSAAR;NOH;2026-09;1;4;;").findings == ()
    assert own_board.check(HEAD + "KLAGER;NOH;2026-10;;;3;").findings == ()
    organisation.move_task(own_board.store, SYSTEM, "TRYKSAAR", ["HGH"], "NOH", valid_from=date(2026, 11, 1), **options)
    assert "task_moved" not in {one.code for one in own_board.check(HEAD + "TRYKSAAR;NOH;2026-11;1;4;;").findings}

"""Checks that hold a row against what its own series had before."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from data import schema
from etl import checking
from etl.extract import Edits
from etl.report import Finding, Report, RowStatus
from tests.etl.conftest import Board

HEAD = "indikator;enhed;periode;tæller;nævner;værdi;kommentar\n"
YEARS = [f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13)]


def only(report: Report, code: str) -> Finding:
    assert [finding.code for finding in report.findings] == [code], [f.sentence("da") for f in report.findings]
    return report.findings[0]


SHARES = [f"TRYKSAAR;NOH;{month};{33 + i * 3 % 5};{40 + i % 5};;" for i, month in enumerate(YEARS)]
VALUES = [f"KLAGER;NOH;{month};;;{70 + i % 7};" for i, month in enumerate(YEARS)]


def with_history(board: Board, rows: list[str]) -> Board:
    assert board.deliver(HEAD + "\n".join(rows))[1] is not None
    return board


@pytest.fixture(scope="module")
def shares(shared_board: Board) -> Board:
    """Two years of a share in NOH: 33 to 37 out of 40 to 44, about 83 %. For looking at alone."""
    return with_history(shared_board, SHARES)


@pytest.fixture
def own_shares(own_board: Board) -> Board:
    """The same, for a test that delivers."""
    return with_history(own_board, SHARES)


@pytest.fixture(scope="module")
def values(shared_board: Board) -> Board:
    """Two years of a plain figure in per cent: 70 to 76. For looking at alone."""
    return with_history(shared_board, VALUES)


# ------------------------------------------------------------------------------------------------------ denominators


def test_a_denominator_that_doubled_is_a_warning(shares) -> None:
    finding = only(shares.check(HEAD + "TRYKSAAR;NOH;2026-01;75;90;;"), "denominator_jump")
    assert (finding.column, finding.is_error) == ("nævner", False)
    assert finding.reason("da") == (
        "Nævneren 90 ligger 114 % over det, den plejer at være: 42 (median af de seneste 12 perioder)."
    )
    assert shares.check(HEAD + "TRYKSAAR;NOH;2026-01;50;60;;").findings == ()
    (much,) = [
        one for one in shares.check(HEAD + "TRYKSAAR;NOH;2026-01;75;9123;;").findings if "Nævneren" in one.reason("da")
    ]
    assert much.reason("da").startswith("Nævneren 9123 er 217 gange så stor, som den plejer at være: 42 (")


def test_a_small_denominator_may_double_by_chance(board) -> None:
    rows = [f"TRYKSAAR;NOH;{month};{i % 3};4;;" for i, month in enumerate(YEARS)]
    board.deliver(HEAD + "\n".join(rows))
    assert board.check(HEAD + "TRYKSAAR;NOH;2026-01;1;8;;").findings == ()
    assert only(board.check(HEAD + "TRYKSAAR;NOH;2026-01;1;9;;"), "denominator_jump")


# ----------------------------------------------------------------------------------------------------------- copies


def test_the_same_figures_three_times_are_noticed_in_store_and_file_together(own_shares) -> None:
    rows = ["TRYKSAAR;NOH;2026-01;35;42;;", "TRYKSAAR;NOH;2026-02;35;42;;", "TRYKSAAR;NOH;2026-03;35;42;;"]
    finding = only(own_shares.check(HEAD + "\n".join(rows)), "identical_three_times")
    assert (finding.row, finding.reason("da")) == (4, "Tallene er nøjagtig de samme som i 2026-01 og 2026-02.")
    assert own_shares.deliver(HEAD + "\n".join(rows[:2]))[1] is not None
    assert only(own_shares.check(HEAD + rows[2]), "identical_three_times").row == 2
    assert own_shares.check(HEAD + rows[2].replace("42", "41")).findings == ()


def test_three_zeros_are_good_news(board) -> None:
    rows = [f"KLAGER;NOH;2026-{month:02d};;;0;" for month in range(1, 5)]
    rows += [f"TRYKSAAR;NOH;2026-{month:02d};0;41;;" for month in range(1, 5)]
    assert board.check(HEAD + "\n".join(rows)).findings == ()


# -------------------------------------------------------------------------------------------------------- skipped


def test_a_month_between_the_newest_stored_and_this_one_is_missed(shares) -> None:
    finding = only(shares.check(HEAD + "TRYKSAAR;NOH;2026-03;35;42;;"), "month_skipped")
    assert finding.reason("da") == "Mellem 2025-12 og 2026-03 mangler 2026-01, 2026-02, både i filen og i Tavle."
    both = "TRYKSAAR;NOH;2026-03;35;42;;\nTRYKSAAR;NOH;2026-01;34;42;;"
    assert "mangler 2026-02," in only(shares.check(HEAD + both), "month_skipped").reason("da")


def test_a_month_that_stands_in_the_file_without_figures_is_not_missed(shares) -> None:
    report = shares.check(HEAD + "TRYKSAAR;NOH;2026-01;;;;\nTRYKSAAR;NOH;2026-02;35;42;;")
    assert only(report, "empty_row").row == 2
    # Nothing stored: then nothing is known to be missing.
    assert shares.check(HEAD + "KLAGER;NOH;2026-01;;;4;\nKLAGER;NOH;2026-03;;;5;").findings == ()


# ----------------------------------------------------------------------------------------------------------- slips


def test_a_percentage_written_as_a_fraction_is_recognised_and_said_once(values) -> None:
    finding = only(values.check(HEAD + "KLAGER;NOH;2026-01;;;0,72;"), "percent_as_fraction")
    assert finding.reason("da") == "0,72 ligner en procent skrevet som brøk: enheden plejer at have omkring 72 %."
    assert finding.suggestion == {"value": "72"}


@pytest.mark.parametrize(
    ("text", "suggested", "how"),
    [("735", "73,5", "10 gange for stort"), ("7,35", "73,5", "10 gange for lille"), ("7100", "71", "100 gange")],
)
def test_a_slip_of_the_decimal_mark_suggests_the_value(values, text: str, suggested: str, how: str) -> None:
    finding = only(values.check(HEAD + f"KLAGER;NOH;2026-01;;;{text};"), "likely_factor")
    assert finding.suggestion == {"value": suggested}
    assert how in finding.reason("da")
    assert finding.mend_text("da").startswith(f"Er det rigtige tal {suggested}?")


def test_a_figure_that_no_factor_explains_is_an_outlier_and_nothing_else(values) -> None:
    assert only(values.check(HEAD + "KLAGER;NOH;2026-01;;;120;"), "outside_own_history")


def test_of_a_share_the_figure_that_slipped_is_named(shares) -> None:
    finding = only(shares.check(HEAD + "TRYKSAAR;NOH;2026-01;35;420;;"), "likely_factor")
    assert (finding.column, finding.suggestion) == ("nævner", {"denominator": "42"})
    finding = only(shares.check(HEAD + "TRYKSAAR;NOH;2026-01;350;420;;"), "likely_factor")
    assert finding.suggestion == {"numerator": "35", "denominator": "42"}
    finding = only(shares.check(HEAD + "TRYKSAAR;NOH;2026-01;350;42;;"), "numerator_above_denominator")
    assert finding.suggestion == {"numerator": "35"}


def test_a_value_out_of_range_is_met_with_the_one_that_fits(board) -> None:
    weeks = [f"TEMPERATUR;NOH;2026-U{week:02d};;;{35 + week % 3};" for week in range(1, 21)]
    board.deliver(HEAD + "\n".join(weeks))
    finding = only(board.check(HEAD + "TEMPERATUR;NOH;2026-U21;;;365;"), "outside_range")
    assert (finding.suggestion, finding.mend_text("da")) == (
        {"value": "36,5"},
        "Mente I 36,5? Enheden plejer at ligge der.",
    )


def test_a_swapped_numerator_and_denominator_can_be_put_right_with_one_button(shares) -> None:
    finding = only(shares.check(HEAD + "TRYKSAAR;NOH;2026-01;48;41;;"), "numerator_above_denominator")
    assert finding.suggestion == {"numerator": "41", "denominator": "48"}
    assert finding.mend_text("da") == (
        "Måske byttet om? 41 af 48 er 85,4\u202f%, og I plejer at ligge mellem 69\u202f% og 96\u202f%."
    )
    assert (
        only(shares.check(HEAD + "TRYKSAAR;NOH;2026-01;48;4;;"), "numerator_above_denominator").suggestion is None
    )  # 4 of 48 is not like them at all


# --------------------------------------------------------------------------------------------- who sees what, and when


def test_what_the_store_holds_already_is_not_warned_about_again(own_shares) -> None:
    text = HEAD + "TRYKSAAR;NOH;2026-01;75;90;;"
    assert own_shares.deliver(text)[1] is not None
    report = own_shares.check(text)
    assert report.findings == ()
    assert report.rows[0].status is RowStatus.UNCHANGED


@pytest.mark.parametrize("row", ["2026-01;75;90", "2026-01;35;420", "2026-03;35;42", "2026-01;48;41"])
def test_what_is_usual_is_said_only_to_those_whose_unit_it_is(shares, row: str) -> None:
    findings = shares.as_("admin@tavle.dk").check(HEAD + f"TRYKSAAR;NOH;{row};;").findings
    assert {finding.code for finding in findings} <= {"numerator_above_denominator"}
    assert all("plejer" not in finding.mend_text("da") for finding in findings)


def test_a_confirmed_warning_is_marked_and_kept_with_the_delivery(own_shares) -> None:
    text = HEAD + "TRYKSAAR;NOH;2026-01;75;90;;"
    edits = Edits(confirmed=frozenset({(2, "denominator_jump"), (2, "numerator_above_denominator")}))
    assert [finding.is_confirmed for finding in own_shares.check(text).findings] == [False]
    report, receipt = own_shares.deliver(text, edits=edits)
    assert [finding.is_confirmed for finding in report.findings] == [True]
    with own_shares.store.read() as connection:
        kept = connection.scalar(select(schema.delivery.c.findings).where(schema.delivery.c.receipt == receipt.number))
    assert kept == [{"code": "denominator_jump", "row": 2, "column": "nævner", "confirmed": True}]
    # An error cannot be confirmed away.
    report, receipt = own_shares.deliver(HEAD + "TRYKSAAR;NOH;2026-02;48;41;;", edits=edits)
    assert (receipt, report.findings[0].is_confirmed) == (None, False)


# ------------------------------------------------------------------------------------------------------- many of a kind


def test_of_thousands_of_one_kind_the_first_are_shown_and_all_are_counted(board, monkeypatch) -> None:
    monkeypatch.setattr(checking, "MOST_SHOWN", 10)
    rows = "".join(f"TRYKSAAR;NOH;2026-10;{n};4;;\n" for n in range(5, 405))
    report = board.check(HEAD + rows)
    assert {(finding.code, finding.stands_for) for finding in report.findings} == {
        ("numerator_above_denominator", 1),
        ("numerator_above_denominator", 390),
        ("duplicate_key", 1),
        ("duplicate_key", 389),
    }
    assert (len(report.findings), report.n_errors) == (22, 799)
    assert report.findings[-1].sentence("da").endswith("mere af samme slags som i række 2.")
    assert report.rows.count(RowStatus.ERROR) == 400
    assert [row.row for row in report.rows.with_status(RowStatus.ERROR)][-1] == 401
    assert report.rows[-1].written["numerator"] == "404"


def test_unknown_names_and_closed_units_offer_the_code_that_was_meant(board) -> None:
    report = board.check(HEAD + "TRYKSÅR2;NOH;2026-10;1;4;;\nTRYKSAAR;Nordsjælands Hospital;2026-10;1;4;;")
    assert [finding.suggestion for finding in report.findings] == [{"indicator": "TRYKSAAR"}, {"unit": "NOH"}]
    beside = board.check("periode;tæller;nævner\n2026-09;1;4", defaults={"indicator": "TRYKSÅR2", "unit": "NOH"})
    assert beside.findings[0].suggestion is None  # there is no cell to put it in
    wide = "indikator;enhed;okt-26\nKLAGER;Nordsjælands Hospital;3"
    assert board.check(wide).findings[0].suggestion == {"unit": "NOH"}


def test_progress_is_told_from_beginning_to_end(board) -> None:
    told = []
    board.deliver(HEAD + "TRYKSAAR;NOH;2026-10;1;4;;", progress=lambda stage, share: told.append((stage.da, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert {"Læser filen", "Kontrollerer rækkerne", "Skriver tallene", "Beregner signaler"} <= {one for one, _ in told}

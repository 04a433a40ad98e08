import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import NotFound
from etl import cpr
from indicators.words import Words

# Made-up numbers: dates that fit, four digits that mean nothing.
REFUSED = [
    "0101901234",
    "010190-1234",
    "010190 - 1234",
    "010190 -1234",
    "010190 1234",
    "010190–1234",
    "010190\u20111234",
    "010190\u2212 1234",
    "010190\u00ad1234",
    "010190\u00a01234",
    "0101\u200b901234",
    "０１０１９０-１２３４",
    "290200-1234",
    "290204-1234",
    "311299-0000",
    "Udbrud, se pt.010190-1234.",
    "cpr0101901234x",
    "2026-010190-1234",
    "0101901234,0",
    "320190 0101901234",
    "010190/1234",
    "010190.1234",
    "liste_010190_1234.csv",
    "01.01.90-1234",
    "01-01-90 - 1234",
    "01/01/1990-1234",
    "01011990-1234",
    "010190\u20431234",
    "\u202d010190\u202c-1234",
    "010190\u200e1234",
    "01 01 90 1234",
    "01 01 90-1234",
    "0 1 0 1 9 0 1 2 3 4",
    "010190-123 4",
    "010190 - 12 34",
    "(010190) 1234",
    "010190:1234",
    "1.212.901.234",
    "1\u00a0212\u00a0901\u00a0234",
    "1,212901234E+09",
]
PASSES = [
    "",
    "8031000016007",
    "257721000016006",
    "5798000000001",
    "12345678",
    "320190-1234",
    "011390-1234",
    "300290-1234",
    "290201-1234",
    "000190-1234",
    "010190-123",
    "010190-12345",
    "1010190-1234",
    "01019012345",
    "01-10-2026",
    "2026-10-01",
    "+45 12 34 56 78",
    "45 12 12 90 1234",
    "Ugetal: 10 12 11 14 15",
    "10 12 11 1234 567",
    "1.234.567.890",
    "0.1.212.901.234",
    "010190\t1234",
    "010190\n1234",
    "32.01.90-1234",
    "01.01.90 1430",
    "01-10-2026 08:30",
    "01-10-2026-31-10-2026",
    "010119901234",
    "flyttet 010190. 1234 senge",
]


@pytest.mark.parametrize("text", REFUSED)
def test_ten_digits_that_begin_with_a_date_are_found(text: str) -> None:
    assert cpr.count(text) == 1


@pytest.mark.parametrize("text", PASSES)
def test_other_digits_pass(text: str) -> None:
    assert cpr.count(text) == 0


def test_several_numbers_in_one_text_are_counted() -> None:
    assert cpr.count("010190-1234, 020190-1234 og 0301901234") == 3


def test_a_column_of_cpr_numbers_takes_nine_digits_and_ten_without_a_date() -> None:
    assert cpr.count_in_cpr_column("101901234") == 1
    assert cpr.count_in_cpr_column("10190-1234") == 1
    assert cpr.count_in_cpr_column("610190-1234") == 1
    assert cpr.count_in_cpr_column("12345678") == 0
    assert cpr.count("101901234") == 0


@pytest.mark.parametrize("name", ["CPR", "cpr-nr.", "Cpr nr", "Personnummer", "person nummer", "patient_cpr"])
def test_columns_for_cpr_numbers_are_known_by_name(name: str) -> None:
    assert cpr.is_cpr_column(name)


def test_the_decimals_of_a_number_are_no_person_but_its_whole_part_may_be() -> None:
    assert cpr.count_in_number("0,3101551234") == 0
    assert cpr.count_in_number(" 17233.0101901234 % ") == 0
    assert cpr.count_in_number("0101901234") == 1
    assert cpr.count_in_number("0101901234.5") == 1
    assert cpr.count_in_number("se 1.0101901234") == 1
    assert cpr.count_in_number("101090.1234") == 0
    assert cpr.count_in_number("010190.1234") == 1, "no number begins with a zero"


@given(st.dates(), st.integers(0, 9999), st.sampled_from(["", "-", " - "]), st.text("abc ,;æøå.", max_size=5))
def test_every_date_with_four_digits_is_found_wherever_it_stands(day, serial, hyphen, around) -> None:
    assert cpr.count(f"{around}{day:%d%m%y}{hyphen}{serial:04d}{around}") == 1


@given(st.text())
def test_no_text_makes_the_search_fail(text: str) -> None:
    assert cpr.count(text) >= 0
    assert cpr.count_in_cpr_column(text) >= 0


def test_a_refusal_that_repeats_what_was_typed_leaves_a_cpr_number_out():
    error = NotFound(Words("Enheden {code} findes ikke.", "There is no unit {code}."), code="010190-1234")
    assert error.reason("da") == "Enheden … findes ikke." and "1234" not in str(error)
    assert NotFound(error.words, code="NOH").reason("en") == "There is no unit NOH."

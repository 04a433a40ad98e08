import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl import numbers
from etl.numbers import COMMA, DOT, NotAvailable


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("48", COMMA, 48),
        ("0", DOT, 0),
        ("007", COMMA, 7),
        ("12,5", COMMA, 12.5),
        ("12.5", DOT, 12.5),
        ("1.050", COMMA, 1050),
        ("1.050", DOT, 1.05),
        ("1,050", DOT, 1050),
        ("1,050", COMMA, 1.05),
        ("1.050,5", COMMA, 1050.5),
        ("1,050.5", DOT, 1050.5),
        ("1.234.567", COMMA, 1234567),
        ("1.234.567,25", COMMA, 1234567.25),
        ("1 050", COMMA, 1050),
        ("1\u00a0050,5", COMMA, 1050.5),
        ("1\u202f050\u202f000", DOT, 1050000),
        ("1\u2009050", DOT, 1050),
        ("-3", COMMA, -3),
        ("\u22123,5", COMMA, -3.5),
        ("+3", DOT, 3),
        ("  48\t", COMMA, 48),
        ("17233.6666666627", DOT, 17233.6666666627),
        ("0,125", COMMA, 0.125),
    ],
)
def test_numbers_are_read_as_they_are_written(text: str, decimal: str, value: float) -> None:
    number = numbers.parse(text, decimal)
    assert number is not None
    assert number.value == value
    assert not number.has_percent


@pytest.mark.parametrize("text", ["82 %", "82%", "82\u00a0%", "82,0 %", "82 pct.", "82 pct", "82PCT.", "82 procent"])
def test_a_percent_sign_is_taken_off_and_remembered(text: str) -> None:
    number = numbers.parse(text, COMMA)
    assert number == numbers.Number(82, has_percent=True)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *((sign, NotAvailable.MISSING) for sign in ("..", "-", "–", "i.a.", "n/a", "N/A", "na", "#N/A", " .. ")),
        (".", NotAvailable.NOT_APPLICABLE),
        *((sign, NotAvailable.SUPPRESSED) for sign in ("<5", "< 5", "<=4", "≤3", "under 5", "færre end 5")),
    ],
)
def test_a_sign_for_no_number_is_known_and_never_a_number(text: str, kind: NotAvailable) -> None:
    assert numbers.not_available(text) is kind
    assert numbers.parse(text, COMMA) is None
    assert numbers.form(text) is numbers.Form.NONE


@pytest.mark.parametrize(
    "text", ["0", "", "-5", "<b>", "< 5 dage", "5", "næsten", ">5", "82 %", "%-point", "3 %-point"]
)
def test_other_texts_are_no_such_sign(text: str) -> None:
    assert numbers.not_available(text) is None


NO_NUMBERS = [
    *("-", "%", "1e5", "nan", "inf", "1_000", "0x10", "12,5,0", "1.05.000", "1.0500.000", "0.050.000", "1.234,567.8"),
    *("1,5", ",5", "5,", "12/48", "½", "--3"),
]


@pytest.mark.parametrize("text", ["", "48 stk", "ca. 5", "10 50", "5 000 00", "4 8", *NO_NUMBERS])
def test_what_is_not_plainly_a_number_is_none(text: str) -> None:
    assert numbers.parse(text, DOT) is None


def test_a_dot_decimal_is_not_read_in_a_comma_column() -> None:
    assert numbers.parse("12.5", COMMA) is None
    assert numbers.parse("1,050.5", COMMA) is None


@pytest.mark.parametrize(
    ("column", "decimal"),
    [
        (["48", "1050"], ""),
        (["1.050", "12,5"], COMMA),
        (["1.050", "1.050.000"], COMMA),
        (["1.050", "12.5"], DOT),
        (["1.050", "0.125"], DOT),
        (["1,050", "1234,567"], COMMA),
        (["1.050", "950", "1.200"], None),
        (["1,050"], None),
        (["1 050"], ""),
        (["1.050", "mangler"], None),
        ([], ""),
    ],
)
def test_the_decimal_mark_is_decided_by_the_whole_column(column: list[str], decimal: str | None) -> None:
    assert numbers.decide(column) == numbers.Decision(decimal)


def test_a_column_with_both_marks_is_said_to_be_mixed() -> None:
    assert numbers.decide(["12,5", "13,5", "14.5"]) == numbers.Decision(COMMA, is_mixed=True)


def _written(value: float, decimals: int, decimal: str, thousands: str) -> str:
    text = f"{abs(value):,.{decimals}f}".replace(",", "T").replace(".", "D")
    sign = "\u2212" if value < 0 and float(text.replace("T", "").replace("D", ".")) else ""
    return sign + text.replace("T", thousands).replace("D", "," if decimal == COMMA else ".")


@given(
    st.integers(-(10**9), 10**9),
    st.integers(0, 6),
    st.sampled_from([(COMMA, "."), (COMMA, " "), (COMMA, ""), (DOT, ","), (DOT, "\u202f"), (DOT, "")]),
)
def test_a_number_survives_the_trip_to_text_and_back(units: int, decimals: int, style: tuple[str, str]) -> None:
    value = units / 10**decimals
    decimal, thousands = style
    number = numbers.parse(_written(value, decimals, decimal, thousands), decimal)
    assert number is not None
    assert number.value == pytest.approx(value, rel=1e-12, abs=0)


@given(st.text(), st.sampled_from([COMMA, DOT]))
def test_no_text_makes_the_parser_fail(text: str, decimal: str) -> None:
    number = numbers.parse(text, decimal)
    assert number is None or number.value == number.value


def test_a_zero_has_no_sign() -> None:
    assert str(numbers.parse("-0", "comma").value) == "0.0"


def test_from_a_million_milliards_on_nothing_is_a_number() -> None:
    assert numbers.parse("999999999999999", "dot").value == 999_999_999_999_999
    assert numbers.parse("1000000000000000", "dot") is None
    assert numbers.parse("9" * 400, "comma") is None

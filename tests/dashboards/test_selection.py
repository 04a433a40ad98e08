"""What the reader chose survives the trip to the address and back."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.selection import LEFT_OUT, PERIODS, SCALES, SECTORS, SIGNALS, WEIGHTS, Selection

codes = st.from_regex(r"[0-9A-Za-zÆØÅæøå][0-9A-Za-zÆØÅæøå_.-]{0,20}", fullmatch=True)
months = st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)).map(lambda day: day.replace(day=1))
selections = st.builds(
    Selection,
    unit=st.none() | codes,
    months=st.sampled_from(PERIODS),
    goal=st.none() | st.integers(1, 8),
    cohort=st.none() | codes,
    show=st.none() | codes,
    as_of=st.none() | st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)),
    month=st.none() | months,
    until=st.none() | months,
    sector=st.none() | st.sampled_from(SECTORS),
    programme=st.none() | codes.filter(lambda code: code != "alle"),
    indicator=st.none() | codes.filter(lambda code: code != "alle"),
    before=st.integers(0, 60),
    after=st.integers(0, 60),
    signal=st.none() | st.sampled_from(SIGNALS),
    scale=st.sampled_from(SCALES),
    weights=st.sampled_from(WEIGHTS),
    left_out=st.sampled_from(LEFT_OUT),
    has_trends=st.booleans(),
    without=st.none() | months,
    without_until=st.none() | months,
    measures=st.none() | st.lists(st.sampled_from(["OPFOELG", "FALD-1", "A_b"]), unique=True).map(tuple),
    primary=st.none() | st.sampled_from(["OPFOELG", "ingen"]),
    placebo=st.none() | st.sampled_from(["FALD-1", "ingen"]),
)


@given(selections)
def test_a_selection_survives_the_trip_to_the_address_and_back(selection: Selection) -> None:
    assert Selection.from_query(selection.to_query()) == selection


@given(selections, codes.filter(lambda key: key not in Selection.KEYS), st.text())
def test_keys_from_elsewhere_change_nothing(selection: Selection, key: str, value: str) -> None:
    from urllib.parse import urlencode

    query = selection.to_query() or "?"
    assert Selection.from_query(f"{query}&{urlencode({key: value})}") == selection


@given(st.text(max_size=200))
def test_no_query_string_makes_it_fall_over(text: str) -> None:
    assert isinstance(Selection.from_query(text), Selection)


@pytest.mark.parametrize(
    "query",
    [
        "?enhed=<script>",
        "?enhed=../etc",
        "?enhed=a%20b",
        "?periode=37",
        "?maal=9",
        "?maal=0",
        "?pr=2026-02-30",
        "?pr=0001-01-01",
        "?maaned=2026-13",
        "?maaned=2026-10-01",
        "?sektor=andet",
        "?program=alle",
        "?maaling=alle",
        "?foer=61",
        "?efter=-1",
        "?efter=12",
        "?signal=godt",
        "?v=2&enhed=NOH",
    ],
)
def test_values_that_make_no_sense_are_left_out(query: str) -> None:
    assert Selection.from_query(query) == Selection()


def test_the_first_of_two_values_wins() -> None:
    assert Selection.from_query("?enhed=NOH&enhed=HGH").unit == "NOH"


def test_a_link_carries_the_choices_along() -> None:
    chosen = Selection(unit="NOH-KIR", months=None)
    assert chosen.href("/maal/3", goal=3) == "/maal/3?v=1&enhed=NOH-KIR&periode=alle&maal=3"

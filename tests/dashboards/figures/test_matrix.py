"""The matrix as a string: groups, names for screen readers, words for the own column, nothing unescaped."""

import re
from dataclasses import dataclass, field
from datetime import date

import pytest

from dashboards.figures.matrix import (
    Cell,
    Column,
    Group,
    Matrix,
    Row,
    legend,
    matrix_list,
    matrix_table,
    matrix_twin,
    twin_heads,
    twin_rows,
)
from dashboards.text import use_language
from indicators.assessment import Assurance, Variation
from indicators.definition import Direction


@dataclass(frozen=True)
class Spark:
    values: tuple = (1.0, 2.0, 3.0, 2.0)
    centres: tuple = ((0, 4, 2.0),)
    target: float | None = None
    marks: dict = field(default_factory=dict)
    n_open: int = 0
    first: date | None = date(2026, 7, 1)


def cell(variation: Variation = Variation.COMMON, **changes) -> Cell:
    values = {
        "href": "/indikator/SEPSIS?v=1&enhed=NOH-KIR",
        "variation": variation,
        "rising": True,
        "assurance": Assurance.NONE,
        "direction": Direction.UP,
        "state": "Tilfældig",
        "value": "72,0 %",
        "period": "okt.",
        "sentence": "Kun tilfældig variation.",
        "label": "Sepsis, Kirurgisk: 72,0 % i oktober 2026. Tilfældig variation.",
        "spark": Spark(),
    } | changes
    return Cell(**values)


def matrix(*cells: Cell | None, name: str = "Sepsis") -> Matrix:
    columns = (Column("NOH-KIR", "Kirurgisk", "valgt enhed", is_own=True), Column("NOH-ORT", "Ortopædisk", "afdeling"))
    row = Row("SEPSIS", name, "højere er bedre", "/indikator/SEPSIS", cells)
    empty = Group(7, "Mere lighed og flere sunde leveår", "/maal/7", ())
    return Matrix(columns, (Group(3, "Patientsikkerhed", "/maal/3", (row,), "1 bekymrende"), empty), "Brug piletaster.")


def test_each_goal_is_a_row_group_of_its_own():
    html = matrix_table(matrix(cell(), cell()))
    assert html.count("<tbody>") == 2
    assert html.count('scope="rowgroup"') == 2
    assert html.count('<th class="m" scope="row">') == 1
    assert html.count('scope="col"') == 3


def test_a_goal_without_a_local_series_says_so():
    assert "Ingen lokal måling" in matrix_table(matrix(cell(), cell()))


def test_a_cell_is_a_link_named_by_its_whole_sentence():
    html = matrix_table(matrix(cell(), None))
    assert (
        'href="/indikator/SEPSIS?v=1&amp;enhed=NOH-KIR" '
        'aria-label="Sepsis, Kirurgisk: 72,0 % i oktober 2026. Tilfældig variation."'
    ) in html


def test_what_is_not_measured_is_a_dash_with_words():
    html = matrix_table(matrix(cell(), None))
    assert '<span aria-hidden="true" title="Måles ikke her">–</span>' in html
    assert '<span class="visually-hidden">Måles ikke her</span>' in html


def test_the_own_column_has_the_state_in_words_and_a_line():
    html = matrix_table(matrix(cell(Variation.CONCERN, state="Bekymrende"), cell()))
    own, other = re.findall(r"<td.*?</a>", html)
    assert "Bekymrende · okt." in own
    assert 'class="spark"' in own
    assert 'class="spark"' not in other


@pytest.mark.parametrize(
    ("variation", "tint"),
    [(Variation.CONCERN, "is-con"), (Variation.IMPROVEMENT, "is-imp"), (Variation.CHANGE, "is-chg")],
)
def test_only_signals_are_tinted(variation, tint):
    assert tint in matrix_table(matrix(cell(variation), None))
    assert " is-" not in matrix_table(matrix(cell(Variation.COMMON), None))


def test_a_late_month_stands_in_words_and_the_signal_stays():
    html = matrix_table(matrix(cell(), cell(Variation.CONCERN, late="mangler okt.", period="sep.")))
    assert "mangler okt." in html
    assert "cell--con" in html


def test_a_series_without_data_says_so():
    html = matrix_table(matrix(cell(Variation.MISSING, state="Ingen data", value="", period="", spark=None), None))
    assert "ingen data" in html
    assert ">0" not in html


def test_every_cell_carries_what_opens_under_it():
    html = matrix_table(matrix(cell(), cell()))
    assert html.count("<template>") == 2
    assert html.count("Åbn måling") == 2


def test_hostile_names_are_text_everywhere():
    hostile = '"><img src=x onerror=alert(1)>'
    bad = matrix(
        cell(sentence=hostile, label=hostile, value=hostile, period=hostile, state=hostile, late=hostile,
             href=f"/x{hostile}", assurance_text=hostile, centre_label=hostile),
        None,
        name=hostile,
    )  # fmt: skip
    bad = Matrix((Column("A", hostile, hostile, is_own=True), Column("B", hostile, hostile)), bad.groups, hostile)
    for html in (matrix_table(bad), matrix_list(bad), matrix_twin(bad)):
        assert "<img" not in html
        assert "&lt;img" in html


def test_the_list_for_phones_shows_the_own_unit_and_a_line_only_where_there_is_a_signal():
    quiet = matrix_list(matrix(cell(), cell(Variation.CONCERN)))
    assert 'class="spark"' not in quiet
    assert quiet.count('class="mi"') == 1
    assert 'class="spark"' in matrix_list(matrix(cell(Variation.CONCERN), None))


def test_the_twin_in_words_has_one_row_per_series():
    rows = twin_rows(matrix(cell(), cell(Variation.IMPROVEMENT)))
    assert [row[2] for row in rows] == ["Kirurgisk", "Ortopædisk"]
    assert rows[1][3] == "Forbedring, opad"
    assert all(len(row) == len(twin_heads()) for row in rows)


def test_the_legend_is_always_in_the_same_order():
    words = ["Bekymrende", "Forbedring", "Ændring uden retning", "Tilfældig", "For få data", "Ingen data"]
    words += ["Når måltallet"]
    html = legend(with_new=False)
    assert [html.index(word) for word in words] == sorted(html.index(word) for word in words)
    assert "newdot" not in html


def test_the_matrix_speaks_english():
    with use_language("en"):
        html = matrix_table(matrix(cell(), None)) + legend(with_new=True)
    assert "Open measure" in html
    assert "Måles ikke her" not in html

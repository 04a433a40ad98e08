from datetime import date

from dashboards.figures.delivery_grid import MOST_LISTED, Desk, by_row, chips, delivery_grid, finding_list
from dashboards.text import use_language
from etl.checks.unknown_column import CHECK
from etl.extract.options import Edits
from etl.report import CheckedRow, Figures, Finding, RowStatus, Severity
from indicators.words import Words

COLUMNS = {"indicator": "Måling", "unit": "enhed", "period": "måned", "numerator": "T", "denominator": "N"}


def row_of(status: RowStatus = RowStatus.ERROR, number: int = 19) -> CheckedRow:
    return CheckedRow(
        number, status, "A", "B", date(2026, 10, 1), 48.0, 41.0, None, Figures(36.0, 50.0), "", per=100, decimals=1,
        written={"numerator": "48", "denominator": "41"},
    )  # fmt: skip


def finding_of(severity: Severity = Severity.ERROR, column: str = "T", **more: object) -> Finding:
    words = Words("48 er større end nævner 41.", "48 is larger than denominator 41.")
    return Finding("x", severity, 19, column, "48", words, Words("Ret det.", "Mend it."), **more)  # type: ignore[arg-type]


def test_a_file_with_thousands_of_unknown_columns_makes_a_list_somebody_can_read() -> None:
    findings = [
        Finding(CHECK.code, CHECK.severity, None, f"kolonne {i}", "", CHECK.words, CHECK.mend, {})
        for i in range(10_000)
    ]
    with use_language("da"):
        markup = finding_list(findings, "plain")
    assert markup.count("<li>") == MOST_LISTED + 1
    assert markup.endswith("<li>… og 9.950 fund mere.</li></ul>")


def test_a_suggestion_becomes_a_button_that_carries_the_mended_cells() -> None:
    finding = finding_of(suggestion={"numerator": "41", "denominator": "48"})
    grid = delivery_grid([row_of()], by_row([finding]), desk=Desk(COLUMNS))
    assert "Byt om til 41 af 48</button>" in grid
    assert "[[&#34;numerator&#34;, &#34;41&#34;], [&#34;denominator&#34;, &#34;48&#34;]]" in grid
    assert 'data-do="leave-out" data-row="19"' in grid
    assert grid.count('aria-invalid="true"') == 1
    assert grid.count('data-part="') == 2, "the other figure of the row may be the wrong one"
    other = delivery_grid([row_of()], by_row([finding_of(suggestion={"period": "2026-10"})]), desk=Desk(COLUMNS))
    assert "Ret til periode 2026-10</button>" in other


def test_a_warning_is_confirmed_by_a_box_that_stays_ticked() -> None:
    warning = finding_of(Severity.WARNING)
    row = row_of(RowStatus.WARNING)
    grid = delivery_grid([row], by_row([warning]), desk=Desk(COLUMNS))
    assert 'data-confirm="x" data-row="19" data-key="ok-19-0">' in grid
    ticked = delivery_grid([row], by_row([warning]), desk=Desk(COLUMNS, Edits(confirmed=frozenset({(19, "x")}))))
    assert 'data-key="ok-19-0" checked>' in ticked
    assert "data-part" not in delivery_grid([row], by_row([warning]), desk=Desk(COLUMNS, is_editable=False))


def test_a_cell_keeps_what_was_written_in_it() -> None:
    desk = Desk(COLUMNS, Edits(cells={(19, "numerator"): '"><b>'}))
    grid = delivery_grid([row_of()], by_row([finding_of()]), desk=desk)
    assert 'value="&#34;&gt;&lt;b&gt;"' in grid
    assert "<b>x" not in grid


def test_a_sheet_with_months_as_columns_is_mended_by_its_own_column() -> None:
    rows = [row_of(), row_of(RowStatus.NEW)]
    grid = delivery_grid(rows, by_row([finding_of(column="okt-26")]), desk=Desk({"indicator": "Måling"}))
    assert grid.count('class="explain') == 1, "what is wrong with a row of the sheet is said once"
    assert 'data-row="19" data-part="okt-26"' in grid


def test_stored_and_new_values_stand_side_by_side() -> None:
    row = CheckedRow(
        8, RowStatus.CHANGED, "A", "B", date(2026, 8, 1), 37.0, 50.0, None, Figures(36.0, 50.0), "", per=100, decimals=1
    )
    grid = delivery_grid([row])
    assert "74,0\u202f%" in grid
    assert "72,0\u202f%" in grid
    few = CheckedRow(8, RowStatus.NEW, "A", "B", date(2026, 8, 1), 37.0, 49.0, None, None, "", per=100, decimals=1)
    assert "76\u202f%" in delivery_grid([few]), "a percentage of fewer than fifty says no tenths"


def test_more_rows_are_asked_for_rather_than_drawn() -> None:
    grid = delivery_grid([row_of(RowStatus.NEW)], n_hidden=1234)
    assert "1.234 rækker mere" in grid
    assert 'data-do="more" data-value="201"' in grid
    assert "Vis flere" not in delivery_grid([row_of(RowStatus.NEW)])


def test_the_chips_count_and_say_which_is_chosen() -> None:
    markup = chips({RowStatus.ERROR: 1, RowStatus.NEW: 1400}, RowStatus.ERROR)
    assert "Alle <b>1.401</b>" in markup
    assert markup.count("chip chip--sm") == 3
    assert 'data-value="error" data-key="chip-error" aria-pressed="true"' in markup

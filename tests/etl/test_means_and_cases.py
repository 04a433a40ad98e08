"""Means of several measurements, and cases one by one: from a delivery to the stored state."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import insert

from data import schema
from data.assessments import assess_series
from data.queries import coverage, observations, states
from etl.mapping import _summed
from etl.report import RowStatus
from indicators.spc.charts import CHARTS
from tests.etl.conftest import TODAY, Board

MEANS = "indikator;enhed;periode;værdi;nævner;standardafvigelse\n"
CASES = "indikator;enhed;periode;værdi\n"
MONTHS = [f"2025-{month:02d}" for month in range(1, 13)]


@pytest.fixture
def desk(board: Board) -> Board:
    """The board with two more indicators: a score of many answers (xbar), and days between cases (t)."""

    def add(connection) -> None:
        for code, like, changes in (
            ("SCORE", "KLAGER", {"chart": "xbar", "minimum": 1.0, "maximum": 5.0, "decimals": 1}),
            ("DAGE", "KLAGER", {"chart": "t", "period": "day"}),
        ):
            table = schema.indicator
            (row,) = connection.execute(table.select().where(table.c.code == like)).mappings().all()
            names = {"code": code, "name_da": code, "name_en": code}
            connection.execute(insert(table).values(**{**row, **names, **changes}))

    board.store.write(add)
    return board


def codes(report) -> list[str]:
    return [finding.code for finding in report.findings]


def test_a_mean_is_kept_with_the_number_of_its_measurements_and_their_deviation(desk) -> None:
    rows = "".join(f"SCORE;NOH;{month};{4 + i % 3 / 10:.1f};{20 + i};0.{6 + i % 2}\n".replace(".", ",")
                   for i, month in enumerate(MONTHS))  # fmt: skip
    report, receipt = desk.deliver(MEANS + rows)
    assert codes(report) == [] and receipt is not None
    kept = observations.current(desk.store, desk.viewer, "SCORE", "NOH")
    assert kept[["value", "denominator", "sd"]].iloc[1].tolist() == [4.1, 21, 0.7]
    assert kept["numerator"].isna().all()

    said = assess_series(desk.store, desk.viewer, "SCORE", "NOH", today=TODAY)
    state = states.one(desk.store, desk.viewer, "SCORE", "NOH")
    assert said.result.chart is CHARTS["xbar"]
    assert (state.centre, state.lower, state.upper) == (said.centre, said.lower, said.upper)
    assert 3 < said.lower < said.centre < said.upper < 5
    # More measurements, narrower limits.
    widths = (said.points["upper"] - said.points["lower"]).tolist()
    assert widths == sorted(widths, reverse=True)


def test_a_corrected_deviation_is_a_change_and_the_same_one_is_none(desk) -> None:
    desk.deliver(MEANS + "SCORE;NOH;2026-10;4,1;20;0,6\n")
    assert desk.check(MEANS + "SCORE;NOH;2026-10;4,1;20;0,6\n").rows[0].status is RowStatus.UNCHANGED
    row = desk.check(MEANS + "SCORE;NOH;2026-10;4,1;20;0,7\n").rows[0]
    assert row.status is RowStatus.CHANGED
    assert (row.sd, row.before.sd) == (0.7, 0.6)


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ("4,1;;0,6", "missing_value", "nævner"),
        ("4,1;20;", "missing_value", "standardafvigelse"),
        (";20;0,6", "missing_value", "værdi"),
        ("4,1;20,5;0,6", "measurements_not_whole", "nævner"),
        ("4,1;0;0,6", "denominator_zero", "nævner"),
        ("4,1;20;-0,6", "negative_number", "standardafvigelse"),
        ("6,1;20;0,6", "outside_range", "værdi"),
    ],
)
def test_a_mean_without_what_its_chart_needs_is_refused_by_its_column(desk, cells, code, column) -> None:
    report, receipt = desk.deliver(MEANS + f"SCORE;NOH;2026-10;{cells}\n")
    assert receipt is None
    assert [(finding.code, finding.column) for finding in report.errors] == [(code, column)]
    assert all("{" not in finding.sentence(said) for finding in report.errors for said in ("da", "en"))


def test_a_single_measurement_needs_no_deviation(desk) -> None:
    report, receipt = desk.deliver(MEANS + "SCORE;NOH;2026-10;4,1;1;\n")
    assert codes(report) == [] and receipt is not None


def test_a_deviation_where_none_is_used_is_told_once_and_not_kept(desk) -> None:
    text = "indikator;enhed;periode;tæller;nævner;sd\nTRYKSAAR;NOH;2026-09;1;40;2\nTRYKSAAR;NOH;2026-10;1;40;2\n"
    report, receipt = desk.deliver(text)
    assert codes(report) == ["sd_not_used"] and receipt is not None
    assert observations.current(desk.store, desk.viewer, "TRYKSAAR", "NOH")["sd"].isna().all()


def test_deviations_have_no_sum() -> None:
    key = {"indicator": "SCORE", "unit": "NOH", "period": "2026-10"}
    (row,) = _summed([key | {"numerator": 80.0, "sd": 0.5}, key | {"numerator": 60.0, "sd": 0.6}])
    assert (row["numerator"], row["sd"]) == (140.0, "")


def test_cases_stand_on_their_days_one_after_another_without_gaps(desk) -> None:
    days = ["2025-01-20", "2025-02-03", "05-03-2025", "2025-03-06", "2026-11-23"]
    report, receipt = desk.deliver(CASES + "".join(f"DAGE;NOH;{day};{i + 1}\n" for i, day in enumerate(days)))
    assert codes(report) == [] and receipt is not None
    said = assess_series(desk.store, desk.viewer, "DAGE", "NOH", today=TODAY)
    assert said.points["period"].tolist() == [
        date(2025, 1, 20), date(2025, 2, 3), date(2025, 3, 5), date(2025, 3, 6), date(2026, 11, 23)
    ]  # fmt: skip
    assert said.points["y"].tolist() == pytest.approx([1, 2, 3, 4, 5])
    assert not said.points["is_missing"].any()


def test_a_case_is_handed_in_by_its_day_and_with_a_time_above_zero(desk) -> None:
    report = desk.check(CASES + "DAGE;NOH;2026-10;4\nDAGE;NOH;2026-10-04;0\n")
    assert codes(report) == ["period_kind_mismatch", "not_above_zero"]
    assert "2026-01-05" in report.findings[0].mend_text("da")


def test_a_case_that_is_followed_is_never_late(desk) -> None:
    desk.store.write(
        lambda connection: connection.execute(
            insert(schema.series).values(indicator_code="DAGE", unit_code="NOH", starts_on=date(2025, 1, 1), owner="")
        )
    )
    assert coverage.missing(desk.store, desk.viewer, ["NOH"], today=TODAY) == []

"""Published Danish files the whole way: mapping, delivery, store, and back as charts that equal the reference."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.assessments import assess_series
from data.queries import observations
from etl.mapping import convert, read_mapping
from indicators import spc
from indicators.spc.result import SpcResult

MAPPINGS = Path(__file__).resolve().parents[2] / "docs" / "mappings"
INFECTIONS = {"BAC": "HAI-BAC", "CDI": "HAI-CDI", "UTI": "HAI-UTI"}
# The file's hospital codes and ours.
HOSPITALS = {"AHH": "AHH", "BFH": "BFH", "BOH": "BOH", "HGH": "HGH", "NOH": "NOH", "RGH": "RH"}
SUMMER_2017 = date(2017, 6, 30)


@pytest.fixture
def infections(board, shared_dir):
    """The board after the real file has been handed in, as hospitals and as the region's sums."""
    source = (shared_dir / "reference" / "data" / "hospital_infections.csv").read_bytes()
    board = board.as_("team@rh.dk")
    for name, rows in (("hospital_infections", 432), ("hospital_infections_region", 72)):
        delivery = convert(source, read_mapping(MAPPINGS / f"{name}.yaml"), file_name="hospital_infections.csv")
        report, receipt = board.deliver(delivery, file_name=f"{name}.csv", today=SUMMER_2017)
        assert report.findings == (), [finding.sentence("da") for finding in report.findings][:5]
        assert receipt.n_new == rows
    return board


def _chart(board, code: str, unit: str, **options) -> SpcResult:
    stored = observations.current(board.store, board.viewer, code, unit)
    assert len(stored) == 24
    return spc.analyse(stored, chart="u", x="period_start", y="numerator", n="denominator", multiply=10_000, **options)


def _reference(shared_dir: Path, case: str) -> pd.DataFrame:
    return pd.read_csv(shared_dir / "reference" / "spc" / "qicharts2" / f"{case}.csv")


def _assert_equal(result: SpcResult, expected: pd.DataFrame, where: str) -> None:
    points = result.points
    # README of the reference figures: figures relative 1e-9, flags exactly.
    for ours, theirs in (("y", "y"), ("centre", "cl"), ("lower", "lcl"), ("upper", "ucl")):
        np.testing.assert_allclose(
            points[ours].to_numpy(float), expected[theirs].to_numpy(float), rtol=1e-9, atol=0, err_msg=f"{where} {ours}"
        )
    for flag in ("sigma_signal", "runs_signal"):
        assert points[flag].astype(bool).tolist() == expected[flag].astype(bool).tolist(), f"{where} {flag}"
    for figure in ("n_useful", "longest_run", "longest_run_max", "n_crossings", "n_crossings_min"):
        assert result.phases[figure].tolist() == [expected[figure].iloc[0]], f"{where} {figure}"


def test_all_eighteen_hospital_series_chart_as_the_reference_does(infections, shared_dir) -> None:
    reference = _reference(shared_dir, "u_hi_facets2_freeze")
    assert len(reference) == 432
    n_series = 0
    for (hospital, infection), expected in reference.groupby(["facet1", "facet2"]):
        chart = _chart(infections, INFECTIONS[infection], HOSPITALS[hospital], freeze=12)
        _assert_equal(chart, expected.sort_values("x"), f"{hospital} {infection}")
        n_series += 1
    assert n_series == 18


def test_the_regions_sums_chart_as_the_reference_does(infections, shared_dir) -> None:
    reference = _reference(shared_dir, "u_hi_facets")
    assert len(reference) == 72
    for infection, expected in reference.groupby("facet1"):
        _assert_equal(_chart(infections, INFECTIONS[infection], "1084"), expected.sort_values("x"), str(infection))


def test_the_board_shows_the_same_limits_as_the_chart(infections, shared_dir) -> None:
    reference = _reference(shared_dir, "u_hi_facets")
    for infection, expected in reference.groupby("facet1"):
        assessment = assess_series(
            infections.store, infections.viewer, INFECTIONS[infection], "1084", today=SUMMER_2017
        )
        shown = assessment.points[assessment.points["numerator"].notna()]
        expected = expected.sort_values("x")
        np.testing.assert_allclose(shown["centre"].to_numpy(float), expected["cl"].to_numpy(float), rtol=1e-9)
        np.testing.assert_allclose(shown["upper"].to_numpy(float), expected["ucl"].to_numpy(float), rtol=1e-9)
        assert shown["sigma_signal"].tolist() == expected["sigma_signal"].astype(bool).tolist()


def test_handing_the_real_file_in_again_changes_nothing(infections, shared_dir) -> None:
    source = (shared_dir / "reference" / "data" / "hospital_infections.csv").read_bytes()
    delivery = convert(source, read_mapping(MAPPINGS / "hospital_infections.yaml"))
    _, receipt = infections.deliver(delivery, today=SUMMER_2017)
    assert (receipt.n_changes, receipt.n_unchanged, receipt.earlier) == (0, 432, "T-2026-000001")


@pytest.mark.parametrize(
    ("name", "encoding", "rows"),
    [
        ("bispcharts_spc_exampledata.csv", "utf-8", 36),
        ("bispcharts_spc_exampledata_utf8.csv", "utf-8", 36),
        ("bispcharts_spc_exampledata.csv", "utf-8-sig", 36),
        ("bispcharts_spc_exampledata.csv", "cp1252", 36),
    ],
)
def test_a_danish_file_of_one_series_loads_with_indicator_and_unit_beside_it(
    board, shared_dir, name: str, encoding: str, rows: int
) -> None:
    folder = shared_dir / "domain" / "open_data" / "danish_csv_format_samples"
    text = (folder / name).read_text("utf-8-sig")
    report, receipt = board.deliver(text.encode(encoding), defaults={"indicator": "TRYKSAAR", "unit": "NOH"})
    assert {finding.code for finding in report.findings} <= {"unknown_column"}
    assert report.reading.left_out == ("Skift", "Frys")
    assert receipt.n_new == rows
    frame = observations.current(board.store, board.viewer, "TRYKSAAR", "NOH")
    assert frame.loc[frame["period_start"] == date(2022, 6, 1), ["numerator", "denominator"]].values.tolist() == [
        [96, 104]
    ]
    # One of the two published versions has remarks; none may get lost.
    written = {line.split(";")[5] for line in text.splitlines()[1:] if ";" in line}
    assert set(frame["note"]) == written


def test_a_danish_file_whose_columns_are_named_after_what_is_counted_goes_by_a_mapping(board, shared_dir) -> None:
    path = shared_dir / "domain" / "open_data" / "danish_csv_format_samples" / "bispcharts_sample_p.csv"
    made = convert(path.read_bytes(), read_mapping(MAPPINGS / "surgical_infections_example.yaml"))
    report, receipt = board.deliver(made, defaults={"indicator": "TRYKSAAR", "unit": "NOH"})
    assert report.findings == ()
    assert receipt.n_new == 24

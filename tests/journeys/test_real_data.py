"""Real files through the whole house: converted, dropped on the page, committed, and charted as the reference is."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import ROOT, Board, Visitor

Visit = Callable[..., Visitor]
INFECTIONS = {"BAC": "HAI-BAC", "CDI": "HAI-CDI", "UTI": "HAI-UTI"}
TRACES = """() => Object.fromEntries(document.querySelector('.js-plotly-plot').data.map(
    trace => [trace.name, Array.from(trace.y)]))"""


def converted(board: Board, shared: Path, mapping: str) -> Path:
    source = shared / "reference" / "data" / "hospital_infections.csv"
    delivery = board.var / f"{mapping}.csv"
    made = board.tavle(
        "convert", str(source), "--mapping", str(ROOT / f"docs/mappings/{mapping}.yaml"), "-o", str(delivery)
    )
    assert made.exit_code == 0, made.stderr
    return delivery


def test_infections_of_six_hospitals_come_in_by_page_and_chart_as_the_reference_does(
    visit: Visit, board: Board, shared_dir: Path
) -> None:
    team = visit("kvalitet")
    page = team.page
    for mapping, rows in (("hospital_infections", 432), ("hospital_infections_region", 72)):
        delivery = converted(board, shared_dir, mapping)
        team.open("/indberet")
        page.locator("input[type=file]").set_input_files(delivery)
        page.get_by_role("button", name=f"Indsend {rows} rækker").click()
        expect(page.locator(".receipt__s")).to_contain_text(f"nye {rows}")
        # The command line finds the same store and has nothing to add.
        again = board.tavle("load", str(delivery), "--as", "kvalitet@tavle.example")
        assert again.exit_code == 0 and "0 ændringer" in again.stdout, again.stdout + again.stderr

    with (shared_dir / "reference/spc/qicharts2/u_hi_facets.csv").open(encoding="utf-8") as file:
        reference = list(csv.DictReader(file))
    for infection, indicator in INFECTIONS.items():
        expected = [row for row in reference if row["facet1"] == infection]
        assert len(expected) == 24
        team.open(f"/indikator/{indicator}?v=1&enhed=1084&periode=alle")
        page.locator(".js-plotly-plot .main-svg").first.wait_for()
        drawn = page.evaluate(TRACES)
        assert drawn["data"] == pytest.approx([float(row["y"]) for row in expected], rel=1e-9)
        # Lines are drawn from slot edge to slot edge: each month stands twice.
        for name, column in (("centre", "cl"), ("upper limit", "ucl"), ("lower limit", "lcl")):
            assert drawn[name][::2] == pytest.approx([float(row[column]) for row in expected], rel=1e-9), name
        outside = [row["sigma_signal"] for row in expected].count("true")
        words = page.locator("details tr", has_text=re.compile("3.sigma.grænserne")).locator("td").inner_text()
        assert int(re.findall(r"\d+", words)[0]) == outside
        assert expected[0]["runs_signal"] == (
            "true" if _has_runs_signal(page.locator("details .why").inner_text()) else "false"
        )


def _has_runs_signal(why: str) -> bool:
    run, most = map(int, re.search(r"Længste serie\s+(\d+) \(\D*(\d+)\)", why).groups())  # type: ignore[union-attr]
    crossings, least = map(int, re.search(r"Kryds af \w+\s+(\d+) \(\D*(\d+)\)", why).groups())  # type: ignore[union-attr]
    return run > most or crossings < least


def test_a_danish_hospitals_own_spreadsheet_is_read_with_the_choice_on_the_page(
    visit: Visit, board: Board, shared_dir: Path
) -> None:
    """Semicolons, dd-mm-yyyy, Tæller and Nævner, and columns (Skift, Frys) that Tavle leaves out and says so."""
    sample = shared_dir / "domain/open_data/danish_csv_format_samples/bispcharts_spc_exampledata.csv"
    team = visit("kvalitet")
    page = team.page
    team.open("/indberet")
    page.locator("input[type=file]").set_input_files(sample)
    page.get_by_label("Indikator").select_option("MOBIL")
    page.locator("[data-default=unit]").select_option("HGH")
    expect(page.locator(".filestrip__g")).to_contain_text("Læst som semikolon")
    expect(page.locator(".filestrip__g")).to_contain_text("dd-mm-åååå")
    expect(page.locator(".alert--warn")).to_contain_text("Skift")
    page.get_by_role("button", name=re.compile("Indsend 36 rækker")).click()
    expect(page.get_by_role("heading", name="Leveringen er modtaget")).to_be_visible()
    told = board.tavle_as_a_program("export", "series", "--indicator", "MOBIL", "--unit", "HGH", "--format", "csv")
    assert "MOBIL,HGH,2022-01-01,2022-01-31,93,101," in told.stdout

"""The quality team hands in the month: a good file, a bad one, and one with a CPR number."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.conftest import Board, Visitor

Visit = Callable[..., Visitor]
HEAD = "indikator;enhed;periode;tæller;nævner;kommentar\r\n"


def drop(visitor: Visitor, name: str, text: str | bytes, encoding: str = "utf-8-sig") -> None:
    content = text if isinstance(text, bytes) else text.encode(encoding)
    visitor.page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})


def exported(board: Board, indicator: str, unit: str) -> str:
    answer = board.tavle("export", "series", "--indicator", indicator, "--unit", unit, "--format", "csv")
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def test_a_good_file_is_checked_committed_and_answered_with_a_receipt(visit: Visit, board: Board) -> None:
    team = visit("kvalitet")
    page = team.page
    team.open("/indberet")
    before = exported(board, "AFLYST", "NOH-KIR")
    # Windows-1252 with semicolons, as Danish Excel saves it.
    drop(team, "noh_oktober.csv", HEAD + "AFLYST;NOH-KIR;okt-26;11;204;talt om på ny\r\n", "cp1252")
    expect(page.locator(".filestrip__g")).to_contain_text("Læst som semikolon")
    expect(page.locator(".filestrip__g")).to_contain_text("Windows-1252")
    assert exported(board, "AFLYST", "NOH-KIR") == before, "checking a file changed the store"
    page.get_by_role("button", name=re.compile("Indsend 1 række")).click()
    expect(page.get_by_role("heading", name="Leveringen er modtaget")).to_be_visible()
    after = exported(board, "AFLYST", "NOH-KIR")
    assert "2026-10-01,2026-10-31,11,204" in after and after != before
    page.get_by_role("link", name=re.compile("Aflyste")).click()
    page.wait_for_url("**/indikator/AFLYST**")

    team.open("/indberet")
    drop(team, "noh_oktober.csv", HEAD + "AFLYST;NOH-KIR;okt-26;11;204;talt om på ny\r\n", "cp1252")
    expect(page.get_by_text("Der er intet nyt i filen.")).to_be_visible()
    expect(page.locator("#deliver-commit-button")).to_be_disabled()


def test_an_error_in_row_14_is_named_with_row_column_value_reason_and_mend(visit: Visit, board: Board) -> None:
    team = visit("kvalitet")
    page = team.page
    team.open("/indberet")
    before = exported(board, "MEDAFST", "NOH-KIR")
    rows = [f"MEDAFST;NOH-KIR;{2025 + (month > 12)}-{(month - 1) % 12 + 1:02d};40;50;\r\n" for month in range(1, 13)]
    drop(team, "fejl.csv", HEAD + "".join(rows) + "MEDAFST;NOH-KIR;2026-09;48;41;\r\n")
    expect(page.locator("tr.explain").first).to_contain_text("Række 14, kolonne »tæller«: 48 er større end nævner 41.")
    expect(page.get_by_text("Ret 1 fejl, før I kan indsende.")).to_be_visible()
    expect(page.locator("#deliver-commit-button")).to_be_disabled()
    assert exported(board, "MEDAFST", "NOH-KIR") == before


def test_a_cpr_number_in_a_comment_stops_the_file_and_is_never_shown(visit: Visit, board: Board) -> None:
    team = visit("kvalitet")
    page = team.page
    team.open("/indberet")
    before = exported(board, "MEDAFST", "NOH-KIR")
    number = "010190-" + "1234"
    drop(team, "oktober.csv", HEAD + f"MEDAFST;NOH-KIR;2026-10;40;50;ring til {number}\r\n")
    expect(page.get_by_role("alert")).to_contain_text("CPR")
    expect(page.get_by_role("alert")).to_contain_text("Intet er gemt")
    shown = page.locator("main").inner_text()
    assert number not in shown and number.replace("-", "") not in shown
    assert "række 2" in shown.lower()
    assert exported(board, "MEDAFST", "NOH-KIR") == before
    for path in Path(board.var).rglob("*"):
        if path.is_file() and path.suffix in {".log", ".json", ".txt"}:
            assert number not in path.read_text("utf-8", errors="replace")


def test_files_that_are_no_delivery_are_refused_in_words(visit: Visit) -> None:
    team = visit("kvalitet")
    page = team.page
    for name, content, words in (
        ("tom.csv", b"", "tom"),
        ("billede.csv", bytes(range(256)) * 40, "ikke"),
        ("forkert.csv", b"a;b;c\n1;2;3\n", "kolonne"),
    ):
        team.open("/indberet")
        drop(team, name, content)
        expect(page.get_by_role("alert")).to_contain_text(words)
        expect(page.get_by_role("alert")).to_contain_text("Intet er gemt")


def test_a_file_over_the_limit_never_leaves_the_browser(visit: Visit, tmp_path: Path) -> None:
    team = visit("kvalitet")
    page = team.page
    team.open("/indberet")
    large = tmp_path / "stor.csv"
    with large.open("wb") as file:
        file.truncate(200_000_000)
    sent: list[int] = []
    page.on("request", lambda request: sent.append(len(request.post_data or "")))
    page.locator("input[type=file]").set_input_files(large)
    expect(page.get_by_role("alert")).to_contain_text("for stor")
    assert max(sent, default=0) < 100_000


def test_a_file_without_columns_for_indicator_and_unit_takes_the_choice_on_the_page(visit: Visit) -> None:
    team = visit("kvalitet")
    page = team.page
    team.open("/indberet")
    page.get_by_text("Filen har ikke kolonner for indikator og enhed").click()
    page.get_by_label("Indikator").select_option("MEDAFST")
    page.locator("#deliver-unit select, #deliver-unit-select").first.select_option("NOH-KIR")
    drop(team, "afdeling.csv", "Dato;Tæller;Nævner\n01-10-2026;41;50\n01-09-2026;44;52\n")
    expect(page.locator(".tbl--grid tbody th").first).to_contain_text("Medicinafstemning")
    assert page.locator(".tbl--grid tbody tr:not(.explain)").count() == 2


def test_no_right_to_the_unit_is_said_in_the_row(visit: Visit) -> None:
    team = visit("kvalitet")
    team.open("/indberet")
    drop(team, "fremmed.csv", HEAD + "MEDAFST;OUH-KIR;2026-10;40;50;\r\n")
    expect(team.page.locator("main")).to_contain_text(re.compile("ret til|ikke indberette", re.I))
    expect(team.page.locator("#deliver-commit-button")).to_be_disabled()


def test_a_leader_cannot_hand_in(visit: Visit) -> None:
    leader = visit("leder")
    answer = leader.page.goto(f"{leader.url}/indberet")
    assert answer is not None and answer.status == 403
    assert leader.page.get_by_role("link", name="Indberet").count() == 0

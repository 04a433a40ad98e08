"""The quality team hands in the month: by file, by pasting and by typing; what is wrong is mended where it stands."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import xlsxwriter
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Board, Visitor

Visit = Callable[..., Visitor]
HEAD = "indikator;enhed;periode;tæller;nævner;kommentar\r\n"


def drop(visitor: Visitor, name: str, text: str | bytes, encoding: str = "utf-8-sig") -> None:
    content = text if isinstance(text, bytes) else text.encode(encoding)
    visitor.page.locator("#deliver-drop-input").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )


def exported(board: Board, indicator: str, unit: str) -> str:
    answer = board.tavle("export", "series", "--indicator", indicator, "--unit", unit, "--format", "csv")
    assert answer.exit_code == 0, answer.stderr
    return answer.stdout


def ready(page: Page, words: str = "Klar til at indsende.") -> None:
    expect(page.locator("#deliver-why")).to_have_text(words)


def test_a_file_with_three_errors_is_mended_in_the_grid_committed_sent_again_and_undone(
    visit: Visit, board: Board
) -> None:
    team = visit("kvalitet", at="/indberet?v=1&enhed=NOH-KIR")
    page, send = team.page, team.page.locator("#deliver-commit-button")
    before = exported(board, "MEDAFST", "NOH-KIR")
    # Windows-1252 with semicolons, as Danish Excel saves it; numerator and denominator swapped, no number, no month.
    rows = "MEDAFST;NOH-KIR;okt-26;148;141;talt om på ny\r\n" + "MEDAFST;NOH-KIR;sep-26;x5;150;\r\n"
    text = HEAD + rows + "SEPSIS;NOH-AKU;2026-13;31;36;\r\n"
    drop(team, "noh_oktober.csv", text, "cp1252")
    expect(page.locator(".filestrip__g")).to_contain_text("Læst som semikolon")
    expect(page.locator(".filestrip__g")).to_contain_text("Windows-1252")
    ready(page, "Ret 3 fejl, før I kan indsende.")
    expect(page.locator("tr.explain").first).to_contain_text("Række 2, kolonne »tæller«: 148 er større end nævner 141.")
    expect(send).to_be_disabled()

    page.get_by_role("button", name="Byt om til 141 af 148").click()
    ready(page, "Ret 2 fejl, før I kan indsende.")
    expect(page.get_by_label("Række 3, tæller")).to_be_focused()  # on to the next thing to mend
    page.keyboard.type("138")
    page.keyboard.press("Enter")
    ready(page, "Ret 1 fejl, før I kan indsende.")
    page.get_by_role("button", name="Fejl 1").click()
    expect(page.locator(".tbl--grid tbody tr[class^=is-]")).to_have_count(1)
    page.get_by_role("button", name="Udelad rækken").click()
    ready(page)
    expect(page.locator(".deliver__eff")).to_contain_text("Medicinafstemning")
    assert exported(board, "MEDAFST", "NOH-KIR") == before, "checking a file changed the store"

    page.get_by_label("Note til leveringen").fill("talt om")
    send.click()
    expect(page.get_by_role("heading", name="Leveringen er modtaget")).to_be_focused()
    after = exported(board, "MEDAFST", "NOH-KIR")
    assert "2026-10-01,2026-10-31,141,148" in after and "2026-09-01,2026-09-30,138,150" in after

    drop(team, "igen.csv", HEAD + "MEDAFST;NOH-KIR;okt-26;141;148;talt om på ny\r\n", "cp1252")
    ready(page, "Der er intet nyt i filen.")
    expect(send).to_be_disabled()

    page.goto(f"{team.url}/indberet?v=1&enhed=NOH-KIR")
    team.settled()
    drop(team, "august.csv", HEAD + "AFLYST;NOH-KIR;2026-08;11;204;\r\n")
    ready(page)
    send.click()
    page.get_by_role("button", name="Fortryd leveringen").click()
    expect(page.get_by_role("heading", name=re.compile("er fortrudt"))).to_be_visible()
    drop(team, "august.csv", HEAD + "AFLYST;NOH-KIR;2026-08;11;204;\r\n")
    ready(page)  # it would change the figure once more


def test_a_cpr_number_in_a_comment_stops_the_file_and_is_never_shown(visit: Visit, board: Board) -> None:
    team = visit("kvalitet", at="/indberet")
    page = team.page
    number = "010190-" + "1234"
    drop(team, "oktober.csv", HEAD + f"MEDAFST;NOH-KIR;2026-10;40;50;ring til {number}\r\n")
    expect(page.get_by_role("alert")).to_contain_text("CPR")
    expect(page.get_by_role("alert")).to_contain_text("Intet er gemt")
    shown = page.locator("main").inner_text()
    assert number not in shown and number.replace("-", "") not in shown
    assert "række 2" in shown.lower()
    assert "2026-10-01,2026-10-31,40,50" not in exported(board, "MEDAFST", "NOH-KIR")
    for path in Path(board.var).rglob("*"):
        if path.is_file() and path.suffix in {".log", ".json", ".txt"}:
            assert number not in path.read_text("utf-8", errors="replace")


def test_what_is_no_delivery_is_refused_in_words_and_can_be_read_another_way(visit: Visit, tmp_path: Path) -> None:
    team = visit("kvalitet", at="/indberet")
    page, alert = team.page, team.page.get_by_role("alert")
    large = tmp_path / "stor.csv"
    with large.open("wb") as file:
        file.truncate(200_000_000)
    sent: list[int] = []
    page.on("request", lambda request: sent.append(len(request.post_data or "")))
    page.locator("#deliver-drop-input").set_input_files(large)
    expect(alert).to_contain_text("for stor")
    assert max(sent, default=0) < 100_000, "a file over the limit left the browser"

    for name, content, words in (("tom.csv", b"", "tom"), ("billede.csv", bytes(range(256)) * 40, "ikke")):
        drop(team, name, content)
        expect(alert).to_contain_text(words)
        expect(alert).to_contain_text("Intet er gemt")

    drop(team, "fremmed.csv", HEAD + "MEDAFST;OUH-KIR;2026-10;40;50;\r\n")
    expect(page.locator("tr.explain")).to_contain_text(re.compile("ret til|ikke indberette", re.I))
    expect(page.locator("#deliver-commit-button")).to_be_disabled()

    drop(team, "afdeling.csv", "Dato;Tæller;Nævner\n01-10-2026;41;50\n01-09-2026;44;52\n")
    expect(alert).to_contain_text("kolonne")
    page.get_by_label("Indikator").select_option("MEDAFST")
    page.locator("[data-default=unit]").select_option("NOH-KIR")
    expect(page.locator(".tbl--grid tbody th").first).to_contain_text("Medicinafstemning")
    assert page.locator(".tbl--grid tbody tr[class^=is-]").count() == 2


def wide_workbook() -> bytes:
    """As a department keeps it: a title, months as columns, numerator and denominator under each other."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = book.add_worksheet("2026")
    for line, cells in enumerate(
        (
            ["Indikator", "Enhed", "Felt", "aug-26", "sep-26", "okt-26"],
            ["MOBIL", "NOH-KIR", "tæller", 88, 91, 93],
            ["MOBIL", "NOH-KIR", "nævner", 110, 112, 111],
        )
    ):
        sheet.write_row(line, 0, cells)
    book.close()
    return file.getvalue()


def test_a_wide_workbook_and_a_block_from_excel_go_the_same_way(visit: Visit) -> None:
    team = visit("kvalitet", at="/indberet")
    page = team.page
    drop(team, "mobilisering.xlsx", wide_workbook())
    expect(page.locator(".filestrip__g")).to_contain_text("perioder som kolonner")
    expect(page.locator("#deliver-commit-button")).to_have_text("Indsend 3 rækker")

    page.get_by_role("button", name="Indsæt fra Excel").click()
    expect(page).to_have_url(re.compile("vis=indsaet"))
    expect(page.locator(".tbl--grid")).to_have_count(0)
    page.get_by_label("Kopiér cellerne i Excel").fill(
        (HEAD + "MOBIL;NOH-KIR;okt-26;93;111;\r\n").replace(";", "\t").replace("\r", "")
    )
    page.get_by_role("button", name="Kontrollér").click()
    expect(page.locator(".filestrip__g")).to_contain_text("tabulator")
    expect(page.locator("#deliver-commit-button")).to_have_text("Indsend 1 række")


def test_figures_are_typed_checked_and_handed_in_by_keyboard_alone(visit: Visit, board: Board) -> None:
    team = visit("kvalitet", at="/indberet?v=1&enhed=BFH-KIR&vis=tast")
    page, press = team.page, team.page.keyboard.press
    expect(page.locator("main h1")).to_have_text("Indberet oktober 2026")
    name = "Mobiliseret inden for 24 timer efter operation"
    top, bottom = (page.get_by_label(f"{name}, okt. 2026, {field}") for field in ("Tæller", "Nævner"))
    page.locator(".tg__i").first.focus()
    for _row in range(10):
        if top.evaluate("field => field === document.activeElement"):
            break
        press("ArrowDown")
    expect(top).to_be_focused()
    page.keyboard.type("99")
    press("ArrowRight")
    expect(bottom).to_be_focused()
    page.keyboard.type("9")
    expect(page.locator(".tg__f")).to_contain_text("99 er større end nævner 9")
    expect(top).to_have_attribute("aria-invalid", "true")
    press("Control+z")
    page.keyboard.type("110")
    ready(page)
    expect(page.locator(".tg .tg__v").filter(has_text="90,0")).to_have_count(1)
    for _step in range(60):
        if page.locator("#deliver-commit-button").evaluate("button => button === document.activeElement"):
            break
        press("Tab")
    press("Enter")
    expect(page.get_by_role("heading", name="Leveringen er modtaget")).to_be_focused()
    assert "2026-10-01,2026-10-31,99,110" in exported(board, "MOBIL", "BFH-KIR")


def test_a_leader_cannot_hand_in(visit: Visit) -> None:
    leader = visit("leder")
    answer = leader.page.goto(f"{leader.url}/indberet")
    assert answer is not None and answer.status == 403

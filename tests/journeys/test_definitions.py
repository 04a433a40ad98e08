"""A quality team makes an indicator of its own, and it is in force once somebody else has approved it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from playwright.sync_api import expect

from data.definition_file import write_definition
from indicators.chart_choice import KindOfData
from indicators.definition import Direction
from indicators.definition_content import DefinitionContent, with_kind
from indicators.words import Words
from tests.journeys.conftest import Board, Visitor

Visit = Callable[..., Visitor]
# Followed by no unit yet, so that what other journeys count stays as it is.
CALLED = with_kind(DefinitionContent(), KindOfData.SHARE).but(
    code="RINGET",
    name=Words("Ringet op dagen efter", "Called the day after"),
    definition=Words("Andel af udskrevne borgere, som blev ringet op dagen efter.", "Share of those discharged …"),
    numerator=Words("Udskrevne borgere, ringet op dagen efter", "Discharged citizens who were called"),
    denominator=Words("Udskrevne borgere i måneden", "Citizens discharged in the month"),
    decimals=0,
    direction=Direction.UP,
    goal=1,
    expected_n=20,
    expected_level=70,
    hoped_level=85,
    unit_code="NOH",
    owner="Kvalitetsafdelingen",
    valid_from=date(2026, 12, 1),
    review_on=date(2027, 12, 1),
)


def test_a_team_proposes_another_person_approves_and_it_can_be_delivered(visit: Visit, board: Board) -> None:
    team = visit("kvalitet", at="/indikatorer/ny")
    page = team.page
    page.get_by_text("Begynd fra en fil").click()
    content = write_definition(CALLED).encode()
    page.locator("input[type=file]").set_input_files({"name": "a.yaml", "mimeType": "text/yaml", "buffer": content})
    expect(page.get_by_text("Filen er læst ind i formularen")).to_be_visible()
    expect(page.get_by_label("Navn", exact=True)).to_have_value("Ringet op dagen efter")
    # The role was not in the file: it is missed in words, beside its field, and the rest can be done on the page.
    page.get_by_role("button", name="Send til kontrol").click()
    expect(page.get_by_text("Kladden er gemt, men ikke sendt")).to_be_visible()
    expect(page.locator("#f-role-notes")).to_contain_text("Rollen mangler")
    page.get_by_label("Proces").check()
    expect(page.locator("#definition-side")).to_contain_text("efter ca. 8 måneder")
    page.get_by_role("button", name="Brug Seriediagram").click()
    expect(page.get_by_label("Diagram", exact=True)).to_have_value("run")
    page.get_by_role("button", name="Send til kontrol").click()
    page.wait_for_url("**/indikatorer/RINGET/om**")
    expect(page.get_by_role("button", name="Godkend")).to_have_count(0)

    other = visit("admin", at="/indikatorer?v=1&vis=kontrol")
    other.page.get_by_role("link", name="Kontrollér Ringet op dagen efter").click()
    other.page.get_by_role("button", name="Godkend").click()
    expect(other.page.get_by_text("Indikatoren er i kraft")).to_be_visible()

    file = board.var / "ringet.csv"
    file.write_text("indikator;enhed;periode;tæller;nævner\nRinget op dagen efter;NOH;2026-12;14;20\n", "utf-8")
    accepted = board.tavle("check", str(file), "--as", "kvalitet@tavle.example", "--today", "2027-01-05")
    assert accepted.exit_code == 0, accepted.stdout

"""Komplethed, Kvitteringer and one value: what the pages say, for whom, and what a click does."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime

import pandas as pd
import pytest
from sqlalchemy import insert, select

from dashboards.components.deliver_nav import deliver_nav
from dashboards.figures.completeness_table import completeness_grid
from dashboards.pages import completeness as page
from dashboards.pages import receipts as receipts_page
from dashboards.presenters import completeness as presenter
from dashboards.presenters import receipts, value
from dashboards.selection import Selection
from dashboards.text import use_language
from data import catalogue
from data.access import Grant, Role, Viewer, viewer_with
from data.errors import NotAllowed
from data.recording import record_delivery
from data.schema import account, cohort_unit, outbox, role_grant, series, unit
from data.store import Store

TODAY, NOW = date(2026, 11, 23), datetime(2026, 11, 23, 8, 0)
ZONE = "Europe/Copenhagen"


@pytest.fixture(scope="module")
def board() -> Iterator[Store]:
    """HAI-BAC and HAI-CDI at two hospitals of Region Hovedstaden since January, and one municipality that follows none.

    NOH handed in everything in time but C. difficile for October; HGH lacks September and October and was late in
    May. A team at NOH answers for it, and nobody has an account at HGH.
    """
    store = Store.open("duckdb:///:memory:", create=True)
    store.migrate()
    store.write(catalogue.load)

    def people(connection) -> None:
        for number, (email, name, role, code) in enumerate(
            (
                ("team@tavle.example", "Rikke Mose", "quality_team", "NOH"),
                ("leder@tavle.example", "Maja Led", "leader", "1084"),
            ),
            start=1,
        ):
            connection.execute(
                insert(account).values(
                    id=number, email=email, name=name, title="", password_hash="", is_active=True, created_at=NOW
                )
            )
            connection.execute(insert(role_grant).values(account_id=number, role=role, unit_code=code))
        for indicator in ("HAI-BAC", "HAI-CDI"):
            for code, owner in (("NOH", "Rikke Mose"), ("HGH", "Line <b>Dam</b>")):
                connection.execute(
                    insert(series).values(
                        indicator_code=indicator, unit_code=code, starts_on=date(2026, 1, 1), owner=owner
                    )
                )
        connection.execute(insert(cohort_unit).values(cohort_code="1", unit_code="HGH", starts_on=date(2026, 1, 1)))

    store.write(people)
    for month in range(1, 11):
        rows = [
            (indicator, code, date(2026, month, 1), 10 + month)
            for indicator in ("HAI-BAC", "HAI-CDI")
            for code in ("NOH", "HGH")
            if not (code == "HGH" and month >= 9) and not (code == "NOH" and indicator == "HAI-CDI" and month == 10)
        ]
        for hospital, day in (("NOH", 9), ("HGH", 16 if month == 5 else 9)):
            if of_one := [row for row in rows if row[1] == hospital]:
                deliver(store, of_one, datetime(2026, month + 1, day, 8, 0))
    yield store
    store.close()


def deliver(store: Store, rows: list[tuple[str, str, date, float]], now: datetime, *, n_changed: int = 0) -> str:
    """A delivery of counts out of 9,000 by Rikke Mose; its receipt."""
    frame = pd.DataFrame(rows, columns=["indicator_code", "unit_code", "period_start", "numerator"]).assign(
        denominator=9000.0, value=None, indicator_version=1, period_kind="month", note=""
    )
    return store.write(
        lambda connection: record_delivery(
            connection, frame, account_id=1, file_name="fil.csv", sha256="", origin="file", note="", findings=[],
            n_new=len(rows) - n_changed, n_changed=n_changed, n_unchanged=0, now=now,
        ).receipt
    )  # fmt: skip


def viewer_of(
    store: Store, role: Role, code: str | None = None, *, cohort: str | None = None, account_id: int = 2
) -> Viewer:
    email = {1: "team@tavle.example", 2: "leder@tavle.example"}[account_id]
    with store.read() as connection:
        return viewer_with(
            connection, (Grant(role, code, cohort),), account_id=account_id, email=email, name="Maja Led"
        )


@pytest.fixture
def leader(board: Store) -> Viewer:
    return viewer_of(board, Role.LEADER, "1084")


def view_of(board: Store, viewer: Viewer, **chosen) -> presenter.CompletenessView:
    selection = Selection(**({"unit": "1084"} | chosen))
    return presenter.completeness_view(board, viewer, selection, today=TODAY, now=NOW, timezone=ZONE)


# ----------------------------------------------------------------------------------------------------------- Komplethed


def test_the_title_is_the_finding_and_the_lead_the_share(board, leader) -> None:
    view = view_of(board, leader)
    assert view.title == "1 af 2 enheder mangler oktober, og 1 har kun leveret en del"
    assert view.lead.startswith(
        "Fra nov. 2025 til okt. 2026 er 17 af 20 ventede måneder modtaget i fuldt omfang (85\u202f%), "
        "16 af dem til tiden."
    )
    assert view_of(board, leader, month=date(2026, 8, 1)).title == "Alle 2 enheder har leveret august"
    assert view_of(board, leader, month=date(2026, 9, 1)).title == "1 af 2 enheder mangler september"
    with use_language("en"):
        assert view_of(board, leader).title == "1 of 2 units lack October, and 1 delivered only part of it"


def test_the_grid_says_each_month_in_words_and_totals_what_was_expected(board, leader) -> None:
    grid = view_of(board, leader).grid
    rows = {row.name: row for group in grid.groups for row in group.rows}
    hgh, noh = rows["Herlev og Gentofte Hospital"], rows["Nordsjællands Hospital"]
    assert (noh.total, hgh.total) == ("9 af 10", "7 af 10")
    assert (hgh.cells[0].why, hgh.cells[0].span) == ("med fra jan.", 2)
    assert [cell.label.split(": ")[1] for cell in hgh.cells if cell.mark] == ["6 dage for sent"]
    assert noh.cells[-2].label.endswith(
        "okt. 2026: 1 af 2 målinger modtaget, mangler C. difficile-infektion erhvervet på sygehus"
    )
    assert [month.total for month in grid.months[-4:]] == ["2/2", "1/2", "0/2", ""]
    markup = completeness_grid(grid)
    assert markup.count("data-cell") == 20 and markup.count("<template>") == 3
    assert 'href="/indberet?' not in markup, "a leader does not deliver"
    team = view_of(board, viewer_of(board, Role.QUALITY_TEAM, "NOH", account_id=1), unit="NOH", show="alle")
    assert "/indberet?v=1&amp;enhed=NOH&amp;maaned=2026-10" in str(page._callout(team.callout))


def test_one_unit_is_shown_series_by_series_with_what_is_lacking(board, leader) -> None:
    view = view_of(board, leader, unit="NOH", show="maalinger")
    assert view.title == "Nordsjællands Hospital mangler 1 af 2 målinger for oktober"
    assert view.callout.heading == "Oktober 2026: 1 af 2 målinger modtaget. Fristen var 10. november."
    assert view.callout.lines == ("C. difficile-infektion erhvervet på sygehus mangler; ansvarlig Rikke Mose",)
    (group,) = view.grid.groups
    assert [row.total for row in group.rows] == ["10 af 10", "9 af 10"]
    assert group.rows[0].cells[-2].href == "/indberet/vaerdi/HAI-BAC/2026-10-01?v=1&enhed=NOH"
    assert group.rows[0].cells[-2].label.endswith("til tiden, modtaget 9. nov. 2026")


def test_a_unit_that_closed_is_held_against_the_months_it_had(board, leader) -> None:
    def close(connection, day, successor):
        connection.execute(unit.update().where(unit.c.code == "HGH").values(valid_to=day, successor_code=successor))

    board.write(lambda connection: close(connection, date(2026, 6, 30), "NOH"))
    try:
        view = view_of(board, leader)
        (hgh,) = [row for group in view.grid.groups for row in group.rows if row.name.startswith("Herlev")]
        assert (hgh.total, hgh.cells[-1].span) == ("5 af 6", 5)
        assert hgh.cells[-1].why == "lukket 30. juni, indgår i Nordsjællands Hospital"
        assert view.title == "1 af 1 enheder har kun leveret en del af oktober"
    finally:
        board.write(lambda connection: close(connection, None, None))


def test_the_window_moves_by_a_year_and_never_past_this_month() -> None:
    assert presenter.window(Selection(until=date(2027, 5, 1)), TODAY) == (date(2025, 11, 1), date(2026, 11, 1))
    assert presenter.window(Selection(until=date(2025, 11, 1)), TODAY) == (date(2024, 11, 1), date(2025, 11, 1))


def test_an_evaluator_sees_units_of_the_cohorts_without_names_and_sends_nothing(board) -> None:
    evaluator = viewer_of(board, Role.EVALUATOR, cohort="1")
    view = view_of(board, evaluator, unit="HGH", show="maalinger")
    assert view.reminder is None and view.talk == () and view.callout.lines[0].endswith("sygehus mangler")
    assert "Dam" not in str(page._head(view) + page._main(view))
    assert view_of(board, evaluator, unit="HGH", cohort="1").title == "Herlev og Gentofte Hospital mangler oktober"
    assert deliver_nav(evaluator, "/indberet/komplethed", Selection()) == ""
    with pytest.raises(NotAllowed):
        view_of(board, viewer_of(board, Role.LEADER, "NOH"), unit="HGH")


def test_the_file_has_a_row_for_each_expected_month_and_no_formula(board, leader) -> None:
    got = presenter.read(board, leader, Selection(unit="1084", sector="regional"), today=TODAY, timezone=ZONE)
    rows = list(
        csv.DictReader(io.StringIO(presenter.completeness_csv(got, is_demo=False).decode("utf-8-sig")), delimiter=";")
    )
    assert len(rows) == 2 * 2 * 11
    late = [row for row in rows if row["status"] == "for sent"]
    assert {(row["enhed"], row["måned"], row["modtaget"], row["dage for sent"]) for row in late} == {
        ("HGH", "2026-05", "2026-06-16", "6")
    }
    assert (
        presenter.read(board, leader, Selection(unit="1084", sector="municipal"), today=TODAY, timezone=ZONE).rows == ()
    )


def test_the_note_on_a_chart_counts_the_last_year(board, leader) -> None:
    note = presenter.series_note(board, leader, "HAI-BAC", "HGH", today=TODAY)
    assert note.text == "8 af 10 måneder modtaget, 7 til tiden"
    assert note.href == "/indberet/komplethed?v=1&enhed=HGH&vis=maalinger"
    assert presenter.series_note(board, leader, "HAI-BAC", "AHH", today=TODAY) is None


# ------------------------------------------------------------------------------------------------------------ reminders


def send(board: Store, viewer: Viewer, chosen: list[str], **options) -> presenter.Answer:
    arguments = {"again": False, "today": TODAY, "now": NOW, "timezone": ZONE, "base_url": "https://tavle.example"}
    message = options.pop("message", "Kære [navn]: [målinger] for [måned], [link]")
    return presenter.send_reminders(board, viewer, Selection(unit="1084"), chosen, message, **(arguments | options))


def test_reminders_go_to_the_chosen_units_with_what_they_lack_and_once_a_day(board, leader) -> None:
    reminder = view_of(board, leader).reminder
    assert reminder.deadline == "Frist 10. november, 13 dage siden"
    assert [(one.unit_code, one.detail, one.can_send) for one in reminder.candidates] == [
        ("NOH", "Rikke Mose · okt. · 1 af 2 målinger mangler", True),
        ("HGH", "Line <b>Dam</b>, ingen bruger indberetter for enheden · sep. og okt.", False),
    ]
    answer = send(board, leader, ["NOH", "AHH", "findes-ikke"])
    assert answer.is_sent and "1 påmindelse er lagt i udbakken." in answer.markup
    with board.read() as connection:
        (mail,) = connection.execute(select(outbox).where(outbox.c.kind == "reminder")).all()
    assert mail.recipient == "team@tavle.example"
    assert mail.body.startswith(
        "Kære Rikke Mose: C. difficile-infektion erhvervet på sygehus for oktober 2026, "
        "https://tavle.example/indberet?v=1&enhed=NOH&maaned=2026-10"
    )
    again = send(board, leader, ["NOH"])
    assert not again.is_sent and again.asks_again and "Allerede påmindet i dag" in again.markup
    after = view_of(board, leader).reminder
    assert (
        after.has_reminded
        and after.candidates[0].detail.endswith("påmindet i dag")
        and not after.candidates[0].is_chosen
    )
    assert "CPR" in send(board, leader, ["NOH"], message="Ring til 010190-1234").markup
    team = view_of(board, viewer_of(board, Role.QUALITY_TEAM, "NOH", account_id=1), unit="NOH")
    assert not any(one.can_send for one in team.reminder.candidates), "nobody reminds themselves"


# ------------------------------------------------------------------------------------------------ receipts and values


def test_a_delivery_tells_before_and_after_and_is_withdrawn_with_a_reason_and_restored(board) -> None:
    team = viewer_of(board, Role.QUALITY_TEAM, "NOH", account_id=1)
    october = date(2026, 10, 1)
    rows = [("HAI-BAC", "NOH", october, 44), ("HAI-CDI", "HGH", october, 7)]
    number = deliver(board, rows, datetime(2026, 11, 20), n_changed=1)
    stranger = viewer_of(board, Role.LEADER, "NOH")

    def detail(viewer: Viewer = team) -> receipts.DetailView:
        return receipts.detail_view(board, viewer, number, Selection(unit="NOH"), now=NOW, timezone=ZONE)

    view = detail(stranger)
    assert [(row.before, row.after) for row in view.rows] == [("22,2 (20/9.000)", "48,9 (44/9.000)")]
    assert view.rows_more == "1 række hører til enheder, du ikke har adgang til." and view.action is None
    whole = viewer_of(board, Role.QUALITY_TEAM, "1084", account_id=2)
    assert detail(whole).action.kind == "withdraw" and len(detail(whole).rows) == 2
    arguments = {"today": TODAY, "now": NOW}
    refused, words = receipts.act(board, whole, number, "withdraw", " ", **arguments)
    assert (refused, "Skriv en begrundelse" in words) == (False, True)
    assert receipts.act(board, whole, number, "withdraw", "forkert måned", **arguments)[0]
    assert (detail(whole).action.kind, detail(whole).is_withdrawn) == ("restore", True)
    assert detail(whole).events[0][1] == "Trukket tilbage af Maja Led: forkert måned"
    assert receipts.act(board, whole, number, "restore", "den var rigtig", **arguments)[0]
    assert not detail(whole).is_withdrawn and len(detail(whole).events) == 3
    rows = receipts.list_view(board, whole, Selection(unit="1084"), today=TODAY, timezone=ZONE).rows
    assert (rows[0].receipt, rows[0].counts, rows[0].about) == (number, "1 ny, 1 ændret", "2 enheder")
    november = Selection(unit="1084", month=date(2026, 11, 1), show="trukket")
    assert receipts.list_view(board, whole, november, today=TODAY, timezone=ZONE).rows == ()
    with pytest.raises(NotAllowed):
        receipts_page.exists(board, viewer_of(board, Role.LEADER, "AHH"), {"receipt": number}, Selection())


def test_a_value_has_its_history_and_its_month_can_be_locked_and_unlocked_with_a_reason(board) -> None:
    team = viewer_of(board, Role.QUALITY_TEAM, "NOH", account_id=1)

    def view() -> value.ValueView:
        march, noh = date(2026, 3, 1), Selection(unit="NOH")
        return value.value_view(board, team, "HAI-BAC", march, noh, now=NOW, timezone=ZONE)

    def take(after: str, reason: str = "") -> bool:
        return value.take_step(board, team, "HAI-BAC", "NOH", date(2026, 3, 1), after, reason, now=NOW)[0]

    assert (view().state, [row.standing for row in view().history]) == ("Indsendt", ["Gælder"])
    assert len(view().latest) == 10 and [row.is_chosen for row in view().latest].index(True) == 7
    assert take("locked") and view().state == "Låst" and view().deliver_href == ""
    assert not take("submitted") and take("submitted", "rettelse fra LPR")
    assert view().taken[0][1] == "Indsendt af Maja Led: rettelse fra LPR"


def test_periods_of_an_address_are_first_days(board) -> None:
    definition = value.catalogue.indicator(board, viewer_of(board, Role.LEADER, "NOH"), "HAI-BAC")
    assert [value.period_of(definition, text) for text in ("2026-10-01", "2026-10-02", "okt", "")] == [
        date(2026, 10, 1), None, None, None,
    ]  # fmt: skip

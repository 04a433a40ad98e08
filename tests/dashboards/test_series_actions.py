"""What a reader does on the page of one measure, and what stands beside it: dialogs, trials, small multiples."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from dash import Dash
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from app import create_app
from dashboards.components.series_beside import outlook_markup, sisters_markup
from dashboards.components.series_dialog import dialog_markup, notes_of
from dashboards.pages import indicator as page
from dashboards.presenters import series_actions as actions
from dashboards.presenters import series_beside as beside
from dashboards.presenters.board_pack import read_pack
from dashboards.presenters.exported import Origin, series_sheet
from dashboards.presenters.indicator import SeriesView, kept_view, series_view
from dashboards.selection import Selection
from dashboards.text import use_language
from data import accounts
from data.access import SYSTEM, Grant, Role, Viewer, viewer_with
from data.queries import decisions as decided
from data.recording import record_delivery
from data.schema import series, short_address, unit
from data.states import recalculate
from data.store import Store
from settings import Settings

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC).replace(tzinfo=None)
CODE, WARD = "HAI-BAC", "NOH-1"
BETTER = [9, 11, 8, 12, 10, 9, 11, 10, 8, 12, 9, 11, 10, 9, 12, 8, 11, 10]
WORSE = [*BETTER, 19, 21, 18, 22, 20, 19, 21, 18, 20, 22]
PASSWORD = "en lang adgangskode"
WARDS = {"NOH-1": "Medicinsk", "NOH-2": "Århus-afsnittet", "NOH-3": "Akut", "NOH-4": "Ældre", "HGH-1": "Herlev"}


def figures_of(code: str, cases: list[int]) -> list[dict[str, object]]:
    return [
        {"indicator_code": CODE, "indicator_version": 1, "unit_code": code, "period_kind": "month", "value": None,
         "period_start": date(2024 + (6 + i) // 12, (6 + i) % 12 + 1, 1), "numerator": float(count),
         "denominator": 9000.0 + 100 * (i % 3), "note": ""}
        for i, count in enumerate(cases)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def wards(stores_to_copy, tmp_path_factory) -> Iterator[Store]:
    """Four wards of Nordsjællands Hospital and one of another: in the first it has become worse."""
    path = tmp_path_factory.mktemp("wards") / "wards.duckdb"
    shutil.copy(stores_to_copy["catalogue"], path)
    store = Store.open(f"duckdb:///{path}")

    def build(connection) -> None:
        for code, name in WARDS.items():
            connection.execute(
                insert(unit).values(
                    code=code, kind="ward", sector="regional", name_da=name, name_en=name, short_name=name,
                    parent_code=code[:3], valid_from=date(2020, 1, 1), is_demo=True, note="", source="",
                )
            )  # fmt: skip
            starts = {"indicator_code": CODE, "unit_code": code, "starts_on": date(2024, 7, 1), "owner": "Line Dam"}
            connection.execute(insert(series).values(**starts))
        cases = {code: WORSE if code == WARD else BETTER for code in WARDS if code != "NOH-4"}
        cases["NOH"] = [4 * count for count in BETTER]
        rows = [row for code, some in cases.items() for row in figures_of(code, some)]
        record_delivery(
            connection, pd.DataFrame(rows), account_id=1, file_name="a.csv", sha256="0" * 64, origin="file", note="",
            findings=[], n_new=len(rows), n_changed=0, n_unchanged=0, now=NOW,
        )  # fmt: skip
        recalculate(connection, [(CODE, code) for code in cases], today=TODAY, now=NOW)

    store.write(build)
    yield store
    store.close()


def viewer(store: Store, role: Role = Role.LEADER, unit_code: str | None = "NOH", account_id: int = 1) -> Viewer:
    with store.read() as connection:
        grants = (Grant(role, unit_code),)
        return viewer_with(connection, grants, account_id=account_id, email=f"{role}@example.dk", name="Ida Holm")


def reader() -> Viewer:
    """Somebody who reads the ward and owns nothing."""
    return Viewer(9, "evaluator@example.dk", "Test", (), frozenset(), frozenset({WARD, "NOH-2"}), frozenset())


def view_of(store: Store, who: Viewer, unit_code: str = WARD, **chosen) -> SeriesView:
    return series_view(store, who, CODE, Selection(unit=unit_code, **chosen), today=TODAY)


def take(store: Store, who: Viewer, step: str, unit_code: str = WARD, **values) -> actions.Done:
    return actions.take(store, who, CODE, Selection(unit=unit_code), step, values, today=TODAY, now=NOW)


# --------------------------------------------------------------------------------------------------------- the dialogs


def test_the_dialog_of_a_phase_begins_with_what_the_adviser_found_and_how_sure_it_is(wards):
    dialog = actions.ask(wards, viewer(wards), view_of(wards, viewer(wards)), "phase", today=TODAY)
    first = dialog.fields[0]
    assert first.value == "2026-01-01" and ("2026-01-01", "januar 2026 (foreslået)") in first.options
    assert "2024-07-01" not in [value for value, _words in first.options], "the first month has no phase before it"
    assert "ser ud til at have skiftet" in dialog.lead[0] and "sikkert" in dialog.more[0]
    chosen = actions.ask(wards, viewer(wards), view_of(wards, viewer(wards)), "phase", "2025-03-01", today=TODAY)
    assert chosen.fields[0].value == "2025-03-01"


def test_a_trial_says_what_was_and_what_would_be_and_warns_where_a_decline_would_be_hidden(wards):
    who = viewer(wards)
    tried = actions.beside(wards, who, view_of(wards, who), "phase", {"month": "2026-01-01"}, today=TODAY)
    assert tried.before.startswith("Bekymrende") and not tried.after.startswith("Bekymrende")
    assert "kun 10 lukkede punkter" in tried.warnings[0]
    assert "ikke til at skjule en tilbagegang" in tried.warnings[1]
    assert tried.picture.startswith("<svg") and "style=" not in tried.picture
    assert decided.phases(wards, who, CODE, WARD) == []


def test_a_name_that_must_not_be_kept_is_not_drawn_either(wards):
    who = viewer(wards)
    values = {"month": "2026-01-01", "name": "010190-1234"}
    tried = actions.beside(wards, who, view_of(wards, who), "phase", values, today=TODAY)
    assert "010190" not in tried.picture


def test_a_point_offers_what_can_be_done_with_it(wards):
    who = viewer(wards)
    view = view_of(wards, who)
    later = actions.ask(wards, who, view, "point", "2026-03-01", today=TODAY)
    assert [what for what, _about, _words in later.offers] == ["note", "phase", "out"]
    assert later.title == "Marts 2026" and "bekymrende signal" in later.lead[0]
    first = actions.ask(wards, who, view, "point", "2024-07-01", today=TODAY)
    assert "phase" not in [what for what, _about, _words in first.offers]


@pytest.mark.parametrize(("what", "about"), [("nonsense", ""), ("point", "2031-01-01"), ("phase-off", "x")])
def test_what_nobody_knows_asks_for_nothing(wards, what, about):
    who = viewer(wards)
    dialog = actions.ask(wards, who, view_of(wards, who), what, about, today=TODAY)
    assert dialog.title == "Siden er fornyet. Prøv igen." and not dialog.do


def test_every_dialog_is_english_in_english_and_what_people_wrote_is_escaped(wards):
    who = viewer(wards)
    note = take(wards, who, "note", text="<script>alert(1)</script>", starts="2026-03-01", kind="event")
    number = note.undo.partition(" ")[2]
    with use_language("en"):
        view = view_of(wards, who)
        asked = [("note", ""), ("note-off", number), ("phase", ""), ("out", ""), ("in", ""), ("point", "2026-03-01")]
        drawn = [str(dialog_markup(actions.ask(wards, who, view, *one, today=TODAY))) for one in asked]
        tried = actions.beside(wards, who, view, "phase", {"month": "2026-01-01"}, today=TODAY)
        drawn.append(json.dumps(notes_of(tried, take(wards, who, "phase", month="2026-01-01"))))
        drawn.append(str(outlook_markup(beside.outlook(wards, who, view))))
        drawn.append(str(sisters_markup(beside.sisters(wards, who, view, today=TODAY))))
    take(wards, who, note.undo)
    for text in drawn:
        assert "<script" not in text
        plain = re.sub(r"<[^>]+>", " ", text)
        for name in (*WARDS.values(), "Nordsjællands Hospital", "Anhøj"):
            plain = plain.replace(name, "")
        assert not re.search(r"[æøåÆØÅ]|\b(og|ikke|måned|til|fra|niveau)\b", plain), plain


# ------------------------------------------------------------------------------------------------------------ doing it


def test_a_note_is_written_listed_and_undone(wards):
    who = viewer(wards)
    done = take(
        wards, who, "note", text="Ny hygiejnepakke", starts="2026-03-01", ends="2026-03-20", kind="change", scope="unit"
    )
    (row,) = view_of(wards, who).notes
    assert (done.words, row.letter, row.kind) == ("Noten er gemt.", "A", "Tiltag")
    assert row.when == "1. marts – 20. marts 2026"
    assert row.scope == "gælder alle målinger" and row.written == "Ida Holm, tilføjet senere, 20. november 2026"
    assert take(wards, who, done.undo).words == "Noten er fjernet."
    assert view_of(wards, who).notes == ()
    assert take(wards, who, done.undo).is_refused


def test_the_same_note_from_two_tabs_is_one_note(wards):
    who = viewer(wards)
    first = take(wards, who, "note", text="Samme", starts="2026-03-01")
    again = take(wards, who, "note", text=" Samme\r\n", starts="2026-03-01")
    assert first.undo == again.undo and len(decided.annotations(wards, who, CODE, WARD)) == 1
    other = take(wards, who, "note", text="Samme", starts="2026-03-02")
    assert other.undo != first.undo
    for done in (first, other):
        take(wards, who, done.undo)
    anew = take(wards, who, "note", text="Samme", starts="2026-03-01")
    assert anew.undo != first.undo, "what was taken off is not there any longer"
    take(wards, who, anew.undo)


def test_a_view_that_is_kept_is_made_anew_by_a_note(wards):
    who, chosen = viewer(wards), Selection(unit=WARD)
    before = kept_view(wards, who, CODE, chosen, today=TODAY)
    assert kept_view(wards, who, CODE, chosen, today=TODAY) is before
    done = take(wards, who, "note", text="Nyt", starts="2026-03-01")
    assert len(kept_view(wards, who, CODE, chosen, today=TODAY).notes) == len(before.notes) + 1
    take(wards, who, done.undo)


@pytest.mark.parametrize(
    ("step", "values", "field"),
    [
        ("note", {"text": " ", "starts": "2026-03-01"}, "text"),
        ("note", {"text": "Nyt", "starts": "i går"}, "starts"),
        ("note", {"text": "Nyt", "starts": "2026-03-01", "ends": "2026-02-30"}, "ends"),
        ("phase", {"month": "2026-01-01", "reason": ""}, "reason"),
        ("phase", {"month": "hvornår", "reason": "x"}, "month"),
        ("out", {"month": "2031-01-01", "reason": "x"}, "month"),
        ("note", {"text": "010190-1234", "starts": "2026-03-01"}, ""),
    ],
)
def test_a_refusal_names_the_field_and_stands_beside_it(wards, step, values, field):
    done = take(wards, viewer(wards), step, **values)
    assert done.is_refused and done.field == field and "010190" not in done.words
    notes = notes_of(None, done)
    assert 'role="alert"' in notes["error"]["html"] and (not field or notes[field]["bad"])


def test_a_phase_and_a_point_are_decided_listed_and_taken_back(wards):
    who = viewer(wards)
    seen = decided.standing(wards, who, CODE, WARD).mark
    done = take(wards, who, "phase", month="2026-01-01", name="Ny vask", reason="Leverandøren skiftet", seen=seen)
    assert done.words == "Fasen er begyndt. Tavlen viser nu kun tilfældig variation."
    stale = take(wards, who, "out", month="2025-03-01", reason="Lukket", seen=seen)
    assert stale.is_refused and "mens du så på den" in stale.words
    take(wards, who, "out", month="2025-03-01", reason="Lukket i tre uger")
    view = view_of(wards, who)
    assert (view.phases[0].name, view.phases[0].begins) == ("Ny vask", "2026-01-01")
    assert [(one.when, one.reason) for one in view.left_out] == [("mar. 2025", "Lukket i tre uger")]
    assert "udeladt af beregningen" in " ".join(view.footnotes)
    offers = actions.ask(wards, who, view, "point", "2025-03-01", today=TODAY).offers
    assert "in" in [what for what, _about, _words in offers]
    for step, month in (("in", "2025-03-01"), ("phase-off", "2026-01-01")):
        back = take(wards, who, step, month=month, reason="Årsagen holdt ikke")
        assert not back.is_refused, back.words
    after = view_of(wards, who)
    assert after.left_out == () and after.explanation.title.startswith("Bekymrende")
    assert after.changes[0].endswith("fasen fra jan. 2026 trukket tilbage. Årsagen holdt ikke")
    assert len(after.changes) == 4


def test_a_series_is_pinned_and_taken_to_the_board_meeting_of_ones_own_unit(wards):
    who = viewer(wards)
    offered = actions.actions_of(wards, who, view_of(wards, who), today=TODAY)
    assert (offered.may_write, offered.is_pinned, offered.board_unit, offered.is_on_agenda) == (
        True,
        False,
        "NOH",
        False,
    )
    assert take(wards, who, "pin").undo == "unpin"
    assert take(wards, who, "agenda").undo == "off-agenda"
    offered = actions.actions_of(wards, who, view_of(wards, who), today=TODAY)
    assert offered.is_pinned and offered.is_on_agenda
    elsewhere = actions.actions_of(wards, who, view_of(wards, who, "NOH-2"), today=TODAY)
    assert [words for _href, words in elsewhere.pinned] == ["Bakteriæmi erhvervet på sygehus, Medicinsk"]
    take(wards, who, "unpin")
    take(wards, who, "off-agenda")


def test_whoever_only_reads_may_pin_and_nothing_else(wards):
    who = reader()
    offered = actions.actions_of(wards, who, view_of(wards, who), today=TODAY)
    assert (offered.may_write, offered.board_unit) == (False, None)
    for step in ("note", "phase", "out", "agenda"):
        done = take(wards, who, step, text="x", starts="2026-03-01", month="2026-01-01", reason="x")
        assert done.is_refused, step
    assert not take(wards, who, "pin").is_refused
    take(wards, who, "unpin")


def test_an_earlier_day_is_for_reading(wards):
    who = viewer(wards)
    view = view_of(wards, who, as_of=date(2026, 11, 21))
    assert "tidligere dag" in actions.actions_of(wards, who, view, today=TODAY).closed


@pytest.mark.parametrize("day", [TODAY, date(2027, 1, 1)])
def test_a_day_that_is_not_over_is_now_and_what_one_may_do_stays_open(wards, day):
    who = viewer(wards)
    view = view_of(wards, who, as_of=day)
    assert (view.as_of, view.selection.as_of) == ("", None)
    offered = actions.actions_of(wards, who, view, today=TODAY)
    assert (offered.closed, offered.may_write) == ("", True)
    origin = Origin.of(wards, now=NOW, timezone="Europe/Copenhagen")
    chosen = Selection(unit=WARD, as_of=day)
    sheet = series_sheet(wards, who, CODE, chosen, today=TODAY, origin=origin)
    pack = read_pack(wards, who, [(CODE, WARD)], chosen, today=TODAY, origin=origin)
    assert "pr=" not in sheet.permalink + pack.permalink and not pack.as_of


# ---------------------------------------------------------------------------------------------------- what is beside it


def test_units_are_compared_on_one_axis_with_ones_own_first_and_the_others_by_name(wards):
    who = viewer(wards)
    found = beside.sisters(wards, who, view_of(wards, who), today=TODAY)
    names = ["Medicinsk", "Akut", "Ældre", "Århus-afsnittet", "Nordsjællands Hospital"]
    assert [one.name for one in found.rows] == names
    assert found.rows[0].is_own and found.rows[0].line.endswith("vist her")
    assert found.rows[0].cells[2].startswith("Bekymrende") and "sig--con" in found.rows[0].icons
    assert "enhed=NOH-3" in found.rows[1].href
    drawn = str(sisters_markup(found))
    assert "ikke en rangliste" in drawn and drawn.count('class="chart"') == 5 and "style=" not in drawn
    ticks = [re.findall(r">(\d+)</text>", str(one.chart))[:3] for one in found.rows if "Niveau" in one.line]
    assert len({tuple(some) for some in ticks}) == 1, "the same axis"


def test_a_unit_with_units_under_it_is_compared_with_them(wards):
    who = viewer(wards)
    found = beside.sisters(wards, who, view_of(wards, who, "NOH"), today=TODAY)
    assert found.title == "Enhederne under Nordsjællands Hospital"
    assert [one.name for one in found.rows] == [
        "Nordsjællands Hospital", "Akut", "Medicinsk", "Ældre", "Århus-afsnittet"
    ]  # fmt: skip


def test_units_out_of_sight_are_not_compared(wards):
    found = beside.sisters(wards, reader(), view_of(wards, reader()), today=TODAY)
    assert [one.name for one in found.rows] == ["Medicinsk", "Århus-afsnittet"]
    across = Viewer(9, "e@example.dk", "Test", (), frozenset(), frozenset({WARD, "HGH-1"}), frozenset())
    found = beside.sisters(wards, across, view_of(wards, across), today=TODAY)
    assert [one.name for one in found.rows] == ["Medicinsk", "Herlev"], (
        "of another hospital, where no other is in sight"
    )
    alone = Viewer(9, "e@example.dk", "Test", (), frozenset(), frozenset({WARD}), frozenset())
    assert "ikke adgang til andre" in beside.sisters(wards, alone, view_of(wards, alone), today=TODAY).nothing


def test_twelve_are_shown_until_somebody_asks_for_all(wards, monkeypatch):
    monkeypatch.setattr(beside, "MOST", 3)
    who = viewer(wards)
    found = beside.sisters(wards, who, view_of(wards, who), today=TODAY)
    assert (len(found.rows), found.n_more) == (3, 2)
    assert "Vis 2 enheder mere" in sisters_markup(found)
    assert len(beside.sisters(wards, who, view_of(wards, who), today=TODAY, is_all=True).rows) == 5


def test_what_next_month_would_have_to_be_counts_from_the_first_month_that_is_not_closed(wards):
    who = viewer(wards)
    view = view_of(wards, who)
    told = beside.outlook(wards, who, view)
    first_open = next((point for point in view.assessment.points.itertuples() if point.is_open), None)
    month = "november" if first_open is None else {9: "september", 10: "oktober"}[first_open.period.month]
    assert f"Ligger {month} på" in told.next_value and "er det et signal" in told.next_value
    assert "80 % sandsynlighed" in told.detectability[0].replace("\u202f", " ").replace("\xa0", " ")
    assert "Regelsæt: " in told.rules


# ------------------------------------------------------------------------------------------------------- over the web


@pytest.fixture(scope="module")
def ask_server(wards: Store, tmp_path_factory) -> Callable[..., dict]:
    grant = [Grant(Role.LEADER, "NOH")]
    accounts.create(wards, SYSTEM, email="leder@example.dk", name="Ida", password=PASSWORD, now=NOW, grants=grant)
    settings = Settings(var=tmp_path_factory.mktemp("var"), mode="demo", today=TODAY, secret_key="a key for tests only")
    app: Dash = create_app(settings, wards, with_static=False)
    client: FlaskClient = app.server.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/log-ind").text).group(1)
    client.post("/log-ind", data={"csrf_token": token, "email": "leder@example.dk", "password": PASSWORD})
    client.get("/")

    def call(outputs: str, trigger: str, value: object, unit_code: str = WARD) -> dict:
        """What the callback with these outputs answers when `trigger` has become `value`."""
        (key,) = [
            name
            for name, made in app.callback_map.items()
            if all(part in name for part in outputs.split())
            and any(f"{part['id']}.{part['property']}" == trigger for part in made["inputs"])
        ]
        made = app.callback_map[key]
        view = {"code": CODE, "query": f"?v=1&enhed={unit_code}", "narrow": False, "periods": []}

        def given(part: dict) -> dict:
            name = f"{part['id']}.{part['property']}"
            return {**part, "value": value if name == trigger else (view if part["id"] == page.Ids.VIEW else None)}

        parts = [one.rsplit(".", 1) for one in key.strip(".").split("...")]
        body = {
            "output": key,
            "outputs": [{"id": name, "property": what} for name, what in parts],
            "inputs": [given(part) for part in made["inputs"]],
            "state": [given(part) for part in made["state"]],
            "changedPropIds": [trigger],
        }  # fmt: skip
        if len(body["outputs"]) == 1:
            body["outputs"] = body["outputs"][0]
        headers = {"X-CSRFToken": client.get_cookie("tavle_csrf").value}
        answer = client.post("/_dash-update-component", json=body, headers=headers)
        return answer.get_json()["response"] if answer.status_code == 200 else {"status": answer.status_code}

    call.client = client  # type: ignore[attr-defined]
    return call


def test_the_dialog_is_filled_and_the_step_is_taken_over_the_web(ask_server, wards):
    asked = {"what": "phase", "about": "", "at": 1}
    filled = ask_server("indicator-form.html indicator-form.focus", "indicator-ask.data", asked)
    form = filled[page.Ids.FORM]
    assert "Begynd fasen" in form["html"] and "<svg" in form["notes"]["preview"]["html"]
    assert form["focus"] == {"name": "month", "at": 1}
    pressed = {"name": "phase", "at": 2, "values": {"what": "phase", "month": "2026-01-01", "reason": ""}}
    refused = ask_server("indicator-parts.children", "indicator-form.pressed", pressed)
    assert page.Ids.PARTS not in refused
    assert "Skriv en begrundelse" in json.dumps(refused, ensure_ascii=False)
    pressed = {"name": "note", "at": 3, "values": {"what": "note", "text": "Fra nettet", "starts": "2026-03-01"}}
    done = json.dumps(ask_server("indicator-parts.children", "indicator-form.pressed", pressed), ensure_ascii=False)
    assert "Noten er gemt." in done and "Fra nettet" in done and "Fortryd" in done
    (note,) = decided.annotations(wards, viewer(wards), CODE, WARD)
    take(wards, viewer(wards), f"note-off {note.id}")


def test_a_short_link_is_made_when_asked_for_and_of_what_one_may_see_alone(ask_server, wards):
    def kept() -> list[str]:
        with wards.read() as connection:
            return list(connection.scalars(select(short_address.c.address)))

    pressed = {"name": "short", "at": 4, "values": {}}
    told = ask_server("indicator-parts.children", "indicator-form.pressed", pressed)
    (link,) = set(re.findall(r"http://localhost/k/\w+", json.dumps(told)))
    assert kept() == [f"/indikator/{CODE}?v=1&enhed={WARD}"] and "Kort link til denne visning" in json.dumps(told)
    assert ask_server.client.get(link).location == kept()[0]
    denied = ask_server("indicator-parts.children", "indicator-form.pressed", pressed, unit_code="HGH-1")
    assert page.Ids.PARTS not in denied and len(kept()) == 1
    wards.write(lambda it: it.execute(insert(short_address).values(
        code="bcdfghj", address=f"/indikator/{CODE}?v=1&enhed=HGH-1", created_at=NOW)))  # fmt: skip
    followed = ask_server.client.get("/k/bcdfghj", follow_redirects=True)
    assert followed.status_code == 403 and "Herlev" in followed.text and "Udsving" not in followed.text


def test_nothing_is_done_or_told_about_a_unit_of_others(ask_server, wards):
    pressed = {"name": "note", "at": 3, "values": {"what": "note", "text": "Ikke min", "starts": "2026-03-01"}}
    told = ask_server("indicator-parts.children", "indicator-form.pressed", pressed, unit_code="HGH-1")
    assert "Ikke min" not in json.dumps(told, ensure_ascii=False) and page.Ids.PARTS not in told
    assert decided.annotations(wards, SYSTEM, CODE, "HGH-1") == []


def test_the_second_request_brings_the_units_beside_and_what_comes_next(ask_server):
    view = {"code": CODE, "query": f"?v=1&enhed={WARD}", "narrow": False, "periods": []}
    sisters = ask_server("indicator-sisters.html", "indicator-view.data", view)
    assert "Århus-afsnittet" in sisters[page.Ids.SISTERS]["html"]
    outlook = ask_server("indicator-outlook.html", "indicator-view.data", view)
    assert "Hvad skal der til næste gang?" in outlook[page.Ids.OUTLOOK]["html"]


def test_a_reason_that_is_typed_does_not_draw_the_trial_again(ask_server):
    filled = ask_server("indicator-form.html indicator-form.focus", "indicator-ask.data", {"what": "phase", "at": 1})
    preview = filled[page.Ids.FORM]["notes"]["preview"]["html"]
    mark = re.search(r'name="tried" value="([^"]*)"', preview).group(1)
    values = {"what": "phase", "month": "2026-01-01", "name": "", "reason": "Ny leverandør", "tried": mark}
    assert ask_server("indicator-form.notes@", "indicator-form.left", {"values": values}) == {}
    again = ask_server("indicator-form.notes@", "indicator-form.left", {"values": values | {"month": "2025-12-01"}})
    assert "2025-12-01|" in again[next(iter(again))]["notes"]["preview"]["html"]

"""The administrator's page of units, and a chart read as its unit was and as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from dashboards.exports.forms import write_series
from dashboards.exports.series import series_csv
from dashboards.pages import organisation as page
from dashboards.presenters import organisation as presenter
from dashboards.presenters.exported import Origin, file_stem, series_sheet
from dashboards.presenters.indicator import series_view
from dashboards.presenters.organisation import FormValues
from dashboards.presenters.unit_reading import AS_IS, unit_reading
from dashboards.selection import Selection
from dashboards.text import use_language
from data import catalogue, organisation
from data.access import SYSTEM, Grant, NotAllowed, Role, Viewer, viewer_with
from data.organisation import Merge
from data.store import Store
from etl import pipeline
from etl.limits import Limits

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 9, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FORM = page.Ids.FORM


def months(unit: str, first: int, *cases: int) -> str:
    return "".join(f"HAI-BAC;{unit};2026-{first + i:02d};{count};9000\n" for i, count in enumerate(cases))


@pytest.fixture(scope="module")
def merged() -> Iterator[Store]:
    """Two hospitals counted until September; one of them took the other in on 1 October."""
    store = Store.open("duckdb:///:memory:", create=True)
    store.migrate()
    store.write(catalogue.load)
    rows = months("NOH", 5, 10, 12, 9, 11, 8, 30) + months("BOH", 5, 6, 7, 8, 6, 9)
    content = ("indicator;unit;period;numerator;denominator\n" + rows).encode()
    report, receipt = pipeline.deliver(store, SYSTEM, content, "a.csv", today=TODAY, now=NOW, limits=Limits())
    assert receipt is not None, report.findings
    organisation.carry_out(
        store, SYSTEM, Merge(("BOH",), "NOH"), valid_from=date(2026, 10, 1), reason="Fælles ledelse", today=TODAY,
        now=LATER,
    )  # fmt: skip
    yield store
    store.close()


@pytest.fixture(scope="module")
def admin(merged: Store) -> Viewer:
    return viewer_of(merged, Grant(Role.ADMINISTRATOR, "DK"))


def viewer_of(store: Store, *grants: Grant) -> Viewer:
    with store.read() as connection:
        return viewer_with(connection, grants, account_id=1, email="admin@example.dk", name="Ada Admin")


def chart(store: Store, viewer: Viewer, unit: str, show: str | None = None, **more):
    return series_view(store, viewer, "HAI-BAC", Selection(unit=unit, show=show, **more), today=TODAY)


# ------------------------------------------------------------------------------------------------- as was and as is


def test_the_page_offers_both_readings_and_says_which_is_shown(merged, admin):
    was, now = chart(merged, admin, "NOH"), chart(merged, admin, "NOH", AS_IS)
    assert [(one.name, one.is_chosen) for one in was.reading.choices] == [("Som det var", True), ("Som det er", False)]
    assert [one.href for one in now.reading.choices] == [
        "/indikator/HAI-BAC?v=1&enhed=NOH", "/indikator/HAI-BAC?v=1&enhed=NOH&vis=som-det-er"
    ]  # fmt: skip
    assert was.reading.sentences == ("Kun enhedens egne tal. Bornholms Hospital kom til 1. oktober 2026.",)
    assert now.reading.sentences[0].startswith("Bornholms Hospital blev en del af Nordsjællands Hospital 1. oktober")
    assert [row[1] for row in reversed(was.table.rows)] == ["10", "12", "9", "11", "8", "30"]
    assert [row[1] for row in reversed(now.table.rows)] == ["16", "19", "17", "17", "17", "30"]
    assert now.table.caption == "Bakteriæmi erhvervet på sygehus, nyeste først, enhederne som de er"


def test_the_change_is_drawn_as_a_data_break(merged, admin):
    drawn = chart(merged, admin, "NOH", AS_IS).figure()["layout"]
    breaks = {shape["xanchor"] for shape in drawn["shapes"] if shape.get("name") == "data break"}
    assert breaks == {4.5}  # between September and October, the fifth and sixth month
    assert not [shape for shape in chart(merged, admin, "BOH").figure()["layout"]["shapes"] if "break" in shape["name"]]
    current, before = chart(merged, admin, "NOH", AS_IS).phases
    assert current.is_break and current.reason.startswith("Bornholms Hospital blev en del af Nordsjællands Hospital")
    assert before.name == "Før databrud"


def test_a_closed_unit_leads_to_the_one_that_took_over(merged, admin):
    was, now = chart(merged, admin, "BOH"), chart(merged, admin, "BOH", AS_IS)
    assert (
        was.unit.code == "BOH" and "Fra 1. oktober 2026 har Nordsjællands Hospital tallene." in was.reading.sentences[0]
    )
    assert now.unit.code == "NOH" and len(now.table.rows) == 6


def test_whoever_may_not_see_the_unit_of_today_is_told_and_keeps_the_old_chart(merged):
    # Nobody is granted the new unit here; a leader of the old one sees what was.
    leader = viewer_of(merged, Grant(Role.LEADER, "BOH"))
    view = chart(merged, leader, "BOH", AS_IS)
    assert view.unit.code == "BOH"
    assert view.reading.sentences[0].startswith("Du har ikke adgang til Nordsjællands Hospital.")


def test_a_unit_that_never_changed_has_one_reading_and_one_that_will_says_so(merged, admin):
    assert chart(merged, admin, "HGH").reading.choices == ()
    region = chart(merged, admin, "1084").reading
    assert (region.choices, region.sentences) == (
        (), ("Fra 1. januar 2027 bliver enheden til Region Østdanmark.",)
    )  # fmt: skip


def test_the_file_says_how_the_unit_is_read(merged, admin):
    reading = unit_reading(merged, admin, "HAI-BAC", Selection(unit="NOH", show=AS_IS), today=TODAY)
    view = chart(merged, admin, "NOH", AS_IS)
    content = series_csv(view.definition, "NOH", reading.made.frame, note=reading.file_note, is_sum=True).decode()
    first, header, row, *_rest = content.splitlines()
    assert first.startswith("# As it is: Bornholms Hospital became part of Nordsjællands Hospital on 1 October 2026.")
    assert header.endswith(",delivery") and row.startswith("HAI-BAC,NOH,2026-05-01,2026-05-31,16,18000,")
    assert row.endswith(",")  # a sum comes from several deliveries
    alone = unit_reading(merged, admin, "HAI-BAC", Selection(unit="NOH"), today=TODAY)
    assert alone.file_note.say("da") == "Som det var: enhedens egne tal"


def test_an_old_day_knows_no_later_change(merged, admin):
    assert chart(merged, admin, "NOH", AS_IS, as_of=date(2026, 11, 20)).reading.choices == ()


def test_it_is_said_in_english_too(merged, admin):
    with use_language("en"):
        view = chart(merged, admin, "NOH", AS_IS)
        assert [one.name for one in view.reading.choices] == ["As it was", "As it is"]
        assert view.reading.sentences[0].startswith("Bornholms Hospital became part of")


# ------------------------------------------------------------------------------------------------- the page of units


def test_the_tree_is_that_of_the_day_in_the_address(merged, admin):
    today = presenter.organisation_view(merged, admin, Selection(), today=TODAY)
    later = presenter.organisation_view(merged, admin, Selection(show="2027-01-01"), today=TODAY)
    assert today.is_today and "<b>Region Hovedstaden</b>" in today.tree and "Region Østdanmark" not in today.tree
    assert "<b>Region Hovedstaden</b>" not in later.tree and "Region Østdanmark" in later.tree
    assert "til 31. december 2026" in today.tree
    assert today.earlier[0] == "1. oktober 2026" and today.later == (
        "1. januar 2027", "/administration/enheder?v=1&vis=2027-01-01"
    )  # fmt: skip


def test_only_administrators_open_it(merged):
    leader = viewer_of(merged, Grant(Role.LEADER, "NOH"))
    with pytest.raises(NotAllowed):
        page.exists(merged, leader, {}, Selection())
    with pytest.raises(NotAllowed):
        presenter.pressed(merged, leader, "do", {}, form=FORM, today=TODAY, now=LATER)


@pytest.mark.parametrize("action", presenter.ACTIONS)
def test_every_kind_of_change_has_a_form_with_a_label_for_every_field(merged, admin, action):
    form = str(presenter.form_markup(merged, admin, FormValues({"action": action, "reason": "<b>"}), today=TODAY))
    ids = set(re.findall(r'id="(org-[\w-]+)" name=', form)) | set(re.findall(r'name="\w+" id="(org-[\w-]+)"', form))
    assert ids and ids <= set(re.findall(r'<label for="(org-[\w-]+)"', form))
    assert "<b>" not in form and 'data-press="preview"' in form


def press(store, admin, name, **values):
    return presenter.pressed(store, admin, name, values, form=FORM, today=TODAY, now=LATER)


def test_a_change_is_planned_then_done_then_asked_about_and_undone(merged, admin):
    form = {
        "action": "rename", "unit1": "HGH · Herlev og Gentofte Hospital", "name_da": "Herlev Hospital",
        "name_en": "Herlev Hospital", "day": "2027-02-01", "reason": "Nyt navn",
    }  # fmt: skip
    planned = press(merged, admin, "preview", **form)
    assert "Herlev og Gentofte Hospital hedder Herlev Hospital fra 1. februar 2027." in planned.side
    assert 'data-press="do"' in planned.side and not planned.is_changed
    done = press(merged, admin, "do", **form)
    assert done.is_changed and "nyt navn fra 1. februar 2027" in done.message
    view = presenter.organisation_view(merged, admin, Selection(), today=TODAY)
    row = next(one for one in view.decisions if one.kind == "Nyt navn")
    assert row.is_ahead and f'data-press="undo-{row.number}"' in presenter.decisions_markup(view.decisions, FORM)
    asked = press(merged, admin, f"undo-{row.number}")
    assert f'data-press="undo-do-{row.number}"' in asked.message and not asked.is_changed
    undone = press(merged, admin, f"undo-do-{row.number}")
    assert undone.is_changed and "er fortrudt" in undone.message
    assert "er allerede fortrudt" in press(merged, admin, f"undo-do-{row.number}").message


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"action": "close", "unit1": "", "day": "2027-01-01"}, "Vælg en enhed."),
        ({"action": "close", "unit1": "HGH", "day": ""}, "Vælg en dato."),
        ({"action": "close", "unit1": "Intet Hospital", "day": "2027-01-01"}, "Enheden Intet Hospital findes ikke."),
        ({"action": "split", "unit1": "HGH", "into": "a; b; c; d", "day": "2027-01-01"}, "kan ikke læses"),
        ({"action": "split", "unit1": "HGH", "into": "A; A", "day": "2027-01-01"}, "mindst to enheder"),
        ({"action": "task", "unit1": "101", "parent": "HGH", "day": "2027-01-01"}, "Vælg en måling."),
        ({"action": "move", "unit1": "HGH", "parent": "<script>", "day": "2027-01-01"}, "&lt;script&gt;"),
    ],
)
def test_what_cannot_be_read_or_done_is_said_and_nothing_happens(merged, admin, values, said):
    answer = press(merged, admin, "preview", **values)
    assert said in answer.side and "<script>" not in answer.side and 'data-press="do"' not in answer.side


def test_the_reform_is_looked_at_on_the_page(merged, admin):
    looked = press(merged, admin, "preview", action="2027")
    assert "Sundhedsråd Vendsyssel (SR-VENDSYSSEL) åbner 1. januar 2027" in looked.side
    assert 'data-press="do"' in looked.side


def test_another_kind_draws_other_fields_and_any_change_takes_the_plan_away(merged, admin):
    same = presenter.left_field(merged, admin, {"action": "close", "drawn": "close"}, today=TODAY)
    other = presenter.left_field(merged, admin, {"action": "split", "drawn": "close", "unit1": "HGH"}, today=TODAY)
    assert same.form is None and same.side == presenter.hint()
    assert 'name="children"' in other.form and 'value="HGH"' in other.form


def test_files_of_a_unit_as_it_is_say_so_and_are_named_so(merged, admin):
    origin = Origin.of(merged, now=datetime(2026, 11, 23, 5, 15), timezone="Europe/Copenhagen")
    chosen = Selection(unit="NOH", show=AS_IS)
    sheet = series_sheet(merged, admin, "HAI-BAC", chosen, today=TODAY, origin=origin)
    assert file_stem(sheet) == "tavle-HAI-BAC-NOH-som-det-er-2026-11-23"
    assert sheet.permalink == "/indikator/HAI-BAC?v=1&enhed=NOH&vis=som-det-er"
    assert sheet.view.reading.sentences[0] in " ".join(sheet.notes_of_chart)
    assert write_series("csv", sheet).startswith(b"# As it is: Bornholms Hospital")
    assert all(write_series(code, sheet) for code in ("pdf", "pptx", "xlsx", "html", "svg"))

"""A local indicator from draft to force: who may do what, what is written, and what no start of the product undoes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection, func, insert, select, update

from data import catalogue, definitions, outbox, schema
from data.access import SYSTEM, Viewer
from data.audit import verify_chain
from data.catalogue import FOLDER
from data.definitions import DefinitionError
from data.errors import NotAllowed, NotFound
from data.queries import catalogue as library
from data.queries import coverage, decisions, series
from data.queries import definitions as asked
from data.queries.definitions import Proposal, ProposalState
from data.recording import record_delivery
from data.store import Store
from indicators.chart_choice import KindOfData
from indicators.definition import Direction, PeriodKind, Role
from indicators.definition_content import DefinitionContent, Follower, LocalTarget
from indicators.words import Words

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 9, 0)
CPR = "010190" + "-1234"
PAIN = DefinitionContent(
    code="SMERTE",
    name=Words("Smertevurdering inden for 1 time", "Pain assessed within 1 hour"),
    definition=Words("Andel af indlagte, hvis smerter er vurderet inden for 1 time.", "Share of inpatients …"),
    kind=KindOfData.SHARE,
    numerator=Words("Indlagte vurderet inden for 1 time", "Inpatients assessed within 1 hour"),
    denominator=Words("Indlagte i måneden med smerter", "Inpatients in the month with pain"),
    per=100,
    unit_of_measure=Words("%", "%"),
    decimals=0,
    minimum=0,
    maximum=100,
    direction=Direction.UP,
    role=Role.PROCESS,
    goal=3,
    contributes_to="NM3-02",
    targets=(LocalTarget(90, ">=", date(2026, 12, 1), None, Words("Mindst 90 %", "At least 90%")),),
    expected_n=20,
    expected_level=70,
    hoped_level=85,
    chart="run",
    unit_code="NOH",
    followers=(Follower("NOH"),),
    owner="Kvalitetsafdelingen",
    review_on=date(2027, 11, 1),
    valid_from=date(2026, 10, 1),
)


@pytest.fixture
def author(viewer_for: Callable[..., Viewer]) -> Viewer:
    return viewer_for("quality_team", "NOH", account_id=7)


@pytest.fixture
def colleague(viewer_for: Callable[..., Viewer]) -> Viewer:
    """The quality team of the region above."""
    return viewer_for("quality_team", "1084", account_id=8)


def put_in_force(store: Store, author: Viewer, checker: Viewer, content: DefinitionContent = PAIN) -> Proposal:
    begun = definitions.begin(store, author, content, now=NOW)
    definitions.propose(store, author, begun.id, today=TODAY, now=NOW)
    definitions.approve(store, checker, begun.id, today=TODAY, now=NOW, comment="Klar")
    return asked.proposal(store, author, begun.id)


def deliver(store: Store, code: str, unit: str, months: list[date]) -> None:
    rows = pd.DataFrame(
        {
            "indicator_code": code,
            "indicator_version": 1,
            "unit_code": unit,
            "period_start": months,
            "period_kind": "month",
            "numerator": 14.0,
            "denominator": 20.0,
            "value": None,
            "note": "",
        }
    )
    store.write(
        lambda connection: record_delivery(
            connection,
            rows,
            account_id=7,
            file_name="a.csv",
            sha256="0",
            origin="file",
            note="",
            findings=[],
            n_new=len(rows),
            n_changed=0,
            n_unchanged=0,
            now=NOW,
        )
    )


def actions(store: Store) -> list[str]:
    with store.read() as connection:
        assert verify_chain(connection).is_whole
        found = connection.scalars(select(schema.audit_event.c.action).order_by(schema.audit_event.c.id))
        return [action for action in found if action.startswith("definition.")]


def test_nothing_is_in_force_before_another_person_has_approved_it(
    store: Store, author: Viewer, colleague: Viewer
) -> None:
    begun = definitions.begin(store, author, PAIN, now=NOW)
    assert begun.state is ProposalState.DRAFT and begun.author_id == 7
    with pytest.raises(NotFound):
        library.indicator(store, author, "SMERTE")
    definitions.propose(store, author, begun.id, today=TODAY, now=NOW)
    with pytest.raises(NotAllowed, match="yourself"):
        definitions.approve(store, author, begun.id, today=TODAY, now=NOW)
    with pytest.raises(NotFound):
        library.indicator(store, author, "SMERTE")

    touched = definitions.approve(store, colleague, begun.id, today=TODAY, now=NOW, comment="Klar")
    found = library.indicator(store, author, "SMERTE")
    assert (found.version, found.checker, found.owner) == (1, "Test quality_team", "Kvalitetsafdelingen")
    assert found.contributes_to == "NM3-02" and found.role is Role.PROCESS and found.valid_from == date(2026, 10, 1)
    assert [state.unit_code for state in touched] == ["NOH"]
    aims = library.targets(store, author, "SMERTE", "NOH")
    assert [(aim.value, aim.legal_kind, aim.valid_from) for aim in aims] == [(90, "local_target", date(2026, 12, 1))]
    assert [one.indicator_code for one in series.listed(store, author, ["NOH"])] == ["SMERTE"]
    missing = coverage.missing(store, author, ["NOH"], today=TODAY)
    assert [(one.indicator_code, one.periods) for one in missing] == [("SMERTE", (date(2026, 10, 1),))]
    assert actions(store) == ["definition.begun", "definition.proposed", "definition.approved"]


def test_only_those_who_deliver_for_the_unit_see_or_touch_a_proposal(
    store: Store, author: Viewer, viewer_for: Callable[..., Viewer]
) -> None:
    begun = definitions.begin(store, author, PAIN, now=NOW)
    definitions.propose(store, author, begun.id, today=TODAY, now=NOW)
    for stranger in (
        viewer_for("quality_team", "HGH", account_id=9),
        viewer_for("leader", "NOH", account_id=9),
        viewer_for("evaluator", account_id=9),
    ):
        with pytest.raises(NotAllowed):
            definitions.approve(store, stranger, begun.id, today=TODAY, now=NOW)
        with pytest.raises(NotAllowed):
            asked.proposal(store, stranger, begun.id)
        assert asked.live_proposal(store, stranger, "SMERTE") is None
        assert asked.waiting_for(store, stranger) == [] and asked.history(store, stranger, "SMERTE") == []
        assert "SMERTE" not in {one.code for one in asked.library(store, stranger, today=TODAY)}
    administrator = viewer_for("administrator", account_id=10)
    assert [one.id for one in asked.waiting_for(store, administrator)] == [begun.id]
    assert asked.waiting_for(store, author) == []


def test_a_unit_one_does_not_deliver_for_can_neither_own_nor_follow(store: Store, author: Viewer) -> None:
    with pytest.raises(NotAllowed):
        definitions.begin(store, author, PAIN.but(unit_code="HGH", followers=()), now=NOW)
    with pytest.raises(NotAllowed):
        definitions.begin(store, author, PAIN.but(followers=(Follower("HGH"),)), now=NOW)
    with pytest.raises(NotFound):
        definitions.begin(store, author, PAIN.but(unit_code="INGEN", followers=()), now=NOW)


def test_a_follower_must_be_below_the_unit_it_belongs_to(store: Store, colleague: Viewer) -> None:
    with pytest.raises(DefinitionError) as refused:
        definitions.begin(store, colleague, PAIN.but(followers=(Follower("HGH"),)), now=NOW)
    assert refused.value.field == "followers"


def test_a_draft_may_lack_anything_but_is_not_sent_with_errors(store: Store, author: Viewer) -> None:
    begun = definitions.begin(store, author, DefinitionContent(code="HALV", unit_code="NOH"), now=NOW)
    with pytest.raises(DefinitionError) as refused:
        definitions.propose(store, author, begun.id, today=TODAY, now=NOW)
    codes = {remark.code for remark in refused.value.remarks}
    assert {"name_missing", "direction_missing", "denominator_missing", "review_missing"} <= codes
    assert "Retningen mangler." in refused.value.reason("da")
    assert asked.proposal(store, author, begun.id).state is ProposalState.DRAFT


def test_a_cpr_number_is_never_kept_nor_repeated(store: Store, author: Viewer, colleague: Viewer) -> None:
    for written in (
        PAIN.but(note=Words(f"Ring til {CPR}", "")),
        PAIN.but(owner=CPR),
        PAIN.but(targets=(LocalTarget(90, ">=", date(2026, 12, 1), None, Words(CPR, "")),)),
    ):
        with pytest.raises(DefinitionError) as refused:
            definitions.begin(store, author, written, now=NOW)
        assert CPR not in refused.value.reason("da") and "CPR" in refused.value.reason("da")
    begun = definitions.begin(store, author, PAIN, now=NOW)
    definitions.propose(store, author, begun.id, today=TODAY, now=NOW)
    with pytest.raises(DefinitionError):
        definitions.send_back(store, colleague, begun.id, comment=f"Se {CPR}", now=NOW)
    with store.read() as connection:
        kept = connection.execute(select(schema.definition_proposal)).all()
        kept += connection.execute(select(schema.audit_event)).all()
    assert CPR not in str(kept)


def test_returned_is_mended_and_sent_again_and_the_checker_approves_what_was_read(
    store: Store, author: Viewer, colleague: Viewer
) -> None:
    begun = definitions.begin(store, author, PAIN, now=NOW)
    first = definitions.propose(store, author, begun.id, today=TODAY, now=NOW)
    with pytest.raises(DefinitionError):
        definitions.send_back(store, colleague, begun.id, comment="  ", now=NOW)
    back = definitions.send_back(store, colleague, begun.id, comment="Sig hvem der vurderer.", now=NOW)
    assert (back.state, back.comment) == (ProposalState.RETURNED, "Sig hvem der vurderer.")
    with pytest.raises(NotAllowed, match="Only"):
        definitions.save(store, colleague, begun.id, PAIN, now=NOW)
    definitions.save(store, author, begun.id, PAIN.but(owner="Smerteteamet"), now=NOW)
    second = definitions.propose(store, author, begun.id, today=TODAY, now=NOW)
    with pytest.raises(DefinitionError, match="changed since"):
        definitions.approve(store, colleague, begun.id, today=TODAY, now=NOW, seen=first.changed_at)
    definitions.approve(store, colleague, begun.id, today=TODAY, now=NOW, seen=second.changed_at)
    assert library.indicator(store, author, "SMERTE").owner == "Smerteteamet"
    with pytest.raises(DefinitionError, match="no longer"):
        definitions.approve(store, colleague, begun.id, today=TODAY, now=NOW)


def test_the_checkers_and_then_the_author_are_told_by_mail_without_a_figure(
    store: Store, author: Viewer, colleague: Viewer
) -> None:
    people = {7: ("ida", "quality_team", "NOH", "da"), 8: ("bo", "quality_team", "1084", "en"),
              9: ("admin", "administrator", None, "da"), 10: ("hgh", "quality_team", "HGH", "da")}  # fmt: skip

    def join(connection: Connection) -> None:
        for number, (name, role, unit_code, language) in people.items():
            row = {"title": "", "password_hash": "", "is_active": True, "created_at": NOW, "language": language}
            connection.execute(insert(schema.account).values(
                id=number, email=f"{name}@example.dk", name=name.title(), **row))  # fmt: skip
            connection.execute(insert(schema.role_grant).values(account_id=number, role=role, unit_code=unit_code))

    store.write(join)
    begun = definitions.begin(store, author, PAIN, now=NOW)
    definitions.propose(store, author, begun.id, today=TODAY, now=NOW)
    (mail,) = outbox.waiting(store)
    assert (mail.kind, mail.recipient) == (outbox.Kind.DEFINITION_PROPOSED, "bo@example.dk"), "not to every checker"
    assert mail.subject == "Tavle: check the definition SMERTE"
    assert "Pain assessed within 1 hour (SMERTE), Nordsjællands Hospital" in mail.body
    definitions.send_back(store, colleague, begun.id, comment="Hvem tæller med?", now=NOW)
    definitions.propose(store, author, begun.id, today=TODAY, now=NOW)
    definitions.approve(store, colleague, begun.id, today=TODAY, now=NOW, comment="Klar")
    _, returned, again, approved = outbox.waiting(store)
    assert (returned.recipient, again.recipient, approved.recipient) == tuple(
        f"{name}@example.dk" for name in ("ida", "bo", "ida"))  # fmt: skip
    assert "Kommentar: Hvem tæller med?" in returned.body
    assert "Den gælder fra 01-10-2026." in approved.body
    store.write(lambda connection: connection.execute(update(schema.account).where(
        schema.account.c.id == 8).values(is_active=False)))  # fmt: skip
    words = Words("Smerter ved udskrivelsen", "Pain at discharge")
    other = definitions.begin(store, author, PAIN.but(code="SMERTE2", name=words), now=NOW)
    definitions.propose(store, author, other.id, today=TODAY, now=NOW)
    assert outbox.waiting(store)[-1].recipient == "admin@example.dk", "nobody else is left"


def test_a_withdrawn_proposal_frees_its_code(store: Store, author: Viewer, colleague: Viewer) -> None:
    begun = definitions.begin(store, author, PAIN, now=NOW)
    with pytest.raises(DefinitionError, match="working on SMERTE"):
        definitions.begin(store, colleague, PAIN.but(code="smerte".upper()), now=NOW)
    assert definitions.withdraw(store, colleague, begun.id, now=NOW).state is ProposalState.WITHDRAWN
    assert definitions.begin(store, colleague, PAIN, now=NOW).author_id == 8
    assert actions(store).count("definition.withdrawn") == 1


@pytest.mark.parametrize("code", ["../x", "a b", "a/b", "-a", "a" * 65, "a?b"])
def test_a_code_that_cannot_stand_in_an_address_is_not_kept(store: Store, author: Viewer, code: str) -> None:
    with pytest.raises(DefinitionError, match="cannot be a code") as refused:
        definitions.begin(store, author, PAIN.but(code=code), now=NOW)
    assert refused.value.field == "code"


def next_version(store: Store, author: Viewer, **changes: Any) -> Proposal:
    begun = definitions.begin_version(store, author, "SMERTE", today=TODAY, now=NOW)
    saved = definitions.save(store, author, begun.id, begun.content.but(**changes), now=NOW)
    return definitions.propose(store, author, saved.id, today=TODAY, now=NOW)


def test_a_new_version_closes_the_one_before_and_breaks_the_series_where_levels_do_not_compare(
    store: Store, author: Viewer, colleague: Viewer
) -> None:
    put_in_force(store, author, colleague)
    deliver(store, "SMERTE", "NOH", [date(2026, 10, 1), date(2026, 11, 1)])
    waiting = next_version(store, author, numerator=Words("Indlagte vurderet inden for 30 minutter", "Inpatients …"))
    assert waiting.version == 2 and waiting.content.valid_from == date(2026, 12, 1)
    assert decisions.phases(store, author, "SMERTE", "NOH") == []
    definitions.approve(store, colleague, waiting.id, today=TODAY, now=NOW)
    newest, oldest = asked.versions(store, author, "SMERTE")
    assert (newest.version, newest.valid_from, newest.valid_to) == (2, date(2026, 12, 1), None)
    assert (oldest.version, oldest.valid_from, oldest.valid_to) == (1, date(2026, 10, 1), date(2026, 11, 30))
    (drawn,) = decisions.phases(store, author, "SMERTE", "NOH")
    assert drawn.is_break and drawn.starts_on == date(2026, 12, 1) and "tælleren" in drawn.reason
    line = asked.timelines(store, SYSTEM)["SMERTE"]
    assert line.first_day == date(2026, 10, 1)
    assert [line.version_on(date(2026, month, 1)) for month in (9, 10, 11, 12)] == [1, 1, 1, 2]
    with store.read() as connection:
        kept = connection.scalar(select(func.count()).select_from(schema.observation))
    assert kept == 2


def test_words_alone_break_nothing_and_another_decision_needs_its_reason(
    store: Store, author: Viewer, colleague: Viewer
) -> None:
    put_in_force(store, author, colleague)
    deliver(store, "SMERTE", "NOH", [date(2026, 10, 1)])
    waiting = next_version(store, author, note=Words("Tælles i Sundhedsplatformen.", ""))
    definitions.approve(store, colleague, waiting.id, today=TODAY, now=NOW)
    assert decisions.phases(store, author, "SMERTE", "NOH") == []
    begun = definitions.begin_version(store, author, "SMERTE", today=TODAY, now=NOW)
    changed = begun.content.but(denominator=Words("Indlagte i måneden med en smerte", ""), is_break=False)
    definitions.save(store, author, begun.id, changed, now=NOW)
    with pytest.raises(DefinitionError) as refused:
        definitions.propose(store, author, begun.id, today=TODAY, now=NOW)
    assert {remark.code for remark in refused.value.remarks} == {"break_without_reason"}
    definitions.save(store, author, begun.id, changed.but(break_reason="Kun sproget er rettet."), now=NOW)
    definitions.propose(store, author, begun.id, today=TODAY, now=NOW)
    definitions.approve(store, colleague, begun.id, today=TODAY, now=NOW)
    assert decisions.phases(store, author, "SMERTE", "NOH") == []


def test_a_target_taken_off_the_list_holds_until_the_day_before_and_a_follower_too(
    store: Store, author: Viewer, colleague: Viewer
) -> None:
    held = LocalTarget(80, ">=", date(2026, 10, 1), None, Words("Mindst 80 %", "At least 80%"))
    put_in_force(store, author, colleague, PAIN.but(targets=(held,)))
    risen = LocalTarget(95, ">=", date(2026, 12, 1), None, Words("Mindst 95 %", "At least 95%"))
    waiting = next_version(store, author, targets=(risen,), followers=())
    definitions.approve(store, colleague, waiting.id, today=TODAY, now=NOW)
    found = {(aim.value, aim.valid_from, aim.valid_to) for aim in library.targets(store, author, "SMERTE", "NOH")}
    assert found == {(80, date(2026, 10, 1), date(2026, 11, 30)), (95, date(2026, 12, 1), None)}
    (ended,) = series.listed(store, author, ["NOH"])
    assert ended.ends_on == date(2026, 11, 30)


def test_what_came_with_tavle_is_changed_by_nobody_and_a_shared_one_by_administrators(
    store: Store, author: Viewer, viewer_for: Callable[..., Viewer]
) -> None:
    with pytest.raises(NotAllowed, match="comes with Tavle"):
        definitions.begin_version(store, viewer_for("administrator"), "HAI-BAC", today=TODAY, now=NOW)
    with pytest.raises(NotFound):
        definitions.begin_version(store, author, "FINDES-IKKE", today=TODAY, now=NOW)
    with pytest.raises(DefinitionError):
        definitions.begin(store, author, PAIN.but(code="hai-bac"), now=NOW)


def test_the_next_edition_of_the_catalogue_touches_nothing_made_on_screen(
    store: Store, author: Viewer, colleague: Viewer, tmp_path: Path
) -> None:
    """Not even where it brings an indicator of the same code."""
    put_in_force(store, author, colleague)
    definitions.begin(store, author, PAIN.but(code="KLADDE", name=Words("Kladde", "Draft")), now=NOW)
    folder = tmp_path / "catalogue"
    folder.mkdir()
    for path in FOLDER.rglob("*"):
        if path.suffix in (".csv", ".yaml"):
            place = folder / path.relative_to(FOLDER)
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(path.read_bytes())
    shipped = (FOLDER / "indicators" / "HAI-BAC.yaml").read_text("utf-8")
    (folder / "indicators" / "SMERTE.yaml").write_text(shipped.replace("HAI-BAC", "SMERTE"), encoding="utf-8")
    (folder / "targets.csv").write_bytes((FOLDER / "targets.csv").read_bytes())

    def everything() -> list[Any]:
        with store.read() as connection:
            return [
                connection.execute(select(schema.indicator).where(schema.indicator.c.code == "SMERTE")).all(),
                connection.execute(select(schema.target).where(schema.target.c.id > 0)).all(),
                connection.execute(select(schema.series)).all(),
                connection.execute(select(schema.definition_proposal)).all(),
            ]

    before = everything()
    assert len(before[0]) == len(before[1]) == len(before[2]) == 1 and len(before[3]) == 2
    store.write(lambda connection: catalogue.load(connection, folder))
    store.write(catalogue.load)
    assert everything() == before


def test_rare_cases_have_days_for_periods_and_may_begin_on_any(store: Store, author: Viewer, colleague: Viewer) -> None:
    days = PAIN.but(
        code="DAGE",
        name=Words("Dage mellem fald", "Days between falls"),
        kind=KindOfData.DAYS_BETWEEN,
        has_denominator=False,
        denominator=Words("", ""),
        per=1,
        unit_of_measure=Words("dage", "days"),
        maximum=None,
        chart="t",
        period=PeriodKind.DAY,
        targets=(),
        valid_from=date(2026, 11, 17),
    )
    put_in_force(store, author, colleague, days)
    assert library.indicator(store, author, "DAGE").period is PeriodKind.DAY

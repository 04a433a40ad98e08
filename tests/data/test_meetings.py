"""Board meetings: what is kept, who may read and decide, and that a decision comes back and stands as a note."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select

from data import agenda, meetings, outbox
from data.access import Role
from data.errors import NotAllowed, NotFound, Refused
from data.meetings import State, Treated, Why
from data.schema import account, annotation, audit_event, decision
from indicators.words import Words

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, 0)
SCREEN = ("SCREEN", "H1-A")
FINDING = Words("Niveauet er steget.", "The level has risen.")


@pytest.fixture
def ida(world):
    for code, unit in (SCREEN, ("FALD", "H1-A"), ("SCREEN", "H2-A")):
        world.follow(code, unit, date(2025, 1, 1))
    return world.viewer(Role.LEADER, "H1")


def begin(world, viewer, *pairs, now=NOW) -> int:
    series = [Treated(*pair, Why.PICKED, FINDING) for pair in pairs or [SCREEN]]
    return meetings.begin(world.store, viewer, "H1", series, now=now)


def decide(world, viewer, number, what="Vis K3 bookingen", who="Line Dam", due_on=date(2026, 12, 7), pair=SCREEN):
    return meetings.decide(
        world.store, viewer, number, *pair, what=what, who=who, due_on=due_on, today=TODAY, now=NOW
    )  # fmt: skip


def notes(world) -> list[tuple[str, bool, str]]:
    with world.store.read() as connection:
        rows = connection.execute(select(annotation).order_by(annotation.c.id)).all()
    return [(row.text_da, row.withdrawn_at is None, row.visibility) for row in rows]


def test_a_decision_becomes_a_note_and_comes_back_until_it_is_settled(world, ida):
    agenda.add(world.store, ida, "H1", *SCREEN, now=NOW)
    agenda.set_standing(world.store, ida, "H1", "FALD", "H1-A", True, now=NOW)
    first = begin(world, ida, SCREEN, ("FALD", "H1-A"))
    made = decide(world, ida, first)
    assert notes(world) == [("Vis K3 bookingen", True, "own")]
    ended = meetings.end(world.store, ida, first, now=NOW + timedelta(hours=1))
    assert [one.what for one in ended.decisions] == ["Vis K3 bookingen"] and not ended.is_under_way
    # What was picked has been treated; what stands comes again.
    assert [item.pair for item in agenda.listed(world.store, ida, "H1")] == [("FALD", "H1-A")]

    later = NOW + timedelta(days=14)
    assert [one.id for one in meetings.open_decisions(world.store, ida, "H1")] == [made.id]
    second = begin(world, ida, now=later)
    assert [one.what for one in meetings.last_agreed(world.store, ida, second)[SCREEN]] == ["Vis K3 bookingen"]
    done = meetings.settle(world.store, ida, made.id, State.DONE, now=later)
    assert (done.state, done.settled_by, done.settled_at) == (State.DONE, "Ida Holm", later)
    assert meetings.open_decisions(world.store, ida, "H1") == []
    # It stays in sight while the meeting lasts, and stands in its minutes as settled.
    assert [one.state for one in meetings.last_agreed(world.store, ida, second)[SCREEN]] == [State.DONE]
    assert [one.id for one in meetings.end(world.store, ida, second, now=later).settled] == [made.id]
    assert meetings.latest(world.store, ida, "H1") == meetings.of(world.store, ida, second)
    assert [one.id for one in meetings.listed(world.store, ida, "H1")] == [second, first]


def test_a_series_has_one_decision_a_meeting_and_what_was_rewritten_is_kept(world, ida):
    number = begin(world, ida)
    first = decide(world, ida, number)
    assert decide(world, ida, number) == first
    second = decide(world, ida, number, what="Vis K3 og K4 bookingen")
    assert [one.id for one in meetings.of(world.store, ida, number).decisions] == [second.id]
    assert [(text, stands) for text, stands, _ in notes(world)] == [
        ("Vis K3 bookingen", False), ("Vis K3 og K4 bookingen", True),
    ]  # fmt: skip
    assert meetings.undecide(world.store, ida, number, *SCREEN, now=NOW) is True
    assert meetings.undecide(world.store, ida, number, *SCREEN, now=NOW) is False
    assert meetings.of(world.store, ida, number).decisions == ()
    with world.store.read() as connection:
        assert connection.scalar(select(func.count()).select_from(decision)) == 2
    with pytest.raises(NotFound):
        meetings.settle(world.store, ida, first.id, State.DONE, now=NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"what": "Ring til 010190-1234"}, {"who": "010190-1234"}, {"what": "  "}, {"who": ""}, {"what": "x" * 301},
        {"who": "x" * 121}, {"due_on": date(2026, 11, 22)}, {"due_on": date(2206, 12, 7)}, {"pair": ("FALD", "H1-A")},
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_and_nothing_is_stored(world, ida, changes):
    number = begin(world, ida)
    with pytest.raises(Refused) as refusal:
        decide(world, ida, number, **changes)
    assert "010190" not in refusal.value.reason("da") and notes(world) == []
    assert meetings.of(world.store, ida, number).decisions == ()


def test_one_meeting_at_a_time_and_an_ended_one_stays_as_it_is(world, ida):
    with pytest.raises(Refused, match="at least one"):
        meetings.begin(world.store, ida, "H1", [], now=NOW)
    number = begin(world, ida)
    with pytest.raises(Refused, match="under way"):
        begin(world, ida)
    assert meetings.under_way(world.store, ida, "H1") is not None
    ended = meetings.end(world.store, ida, number, now=NOW)
    assert meetings.end(world.store, ida, number, now=NOW + timedelta(hours=2)) == ended
    with pytest.raises(Refused, match="has ended"):
        decide(world, ida, number)


def test_minutes_are_for_those_who_work_with_the_unit_and_show_nobody_a_unit_out_of_sight(world, ida):
    region = world.viewer(Role.QUALITY_TEAM, "R")
    number = begin(world, region, SCREEN, ("SCREEN", "H2-A"))
    decide(world, region, number, pair=("SCREEN", "H2-A"))
    assert [one.pair for one in meetings.of(world.store, region, number).series] == [SCREEN, ("SCREEN", "H2-A")]
    here = meetings.of(world.store, ida, number)
    assert [one.pair for one in here.series] == [SCREEN] and here.decisions == ()
    for viewer in (world.viewer(Role.EVALUATOR), world.viewer(Role.LEADER, "H1-A")):
        with pytest.raises(NotAllowed):
            meetings.of(world.store, viewer, number)
    machine = world.viewer(Role.ADMINISTRATOR)
    assert len(meetings.of(world.store, machine, number).series) == 2
    with pytest.raises(NotAllowed, match="hold the board meeting"):
        decide(world, machine, number)


def test_a_sentence_made_from_small_numbers_is_for_the_unit_alone(world, ida):
    world.deliver_months("SCREEN", "H1-A", date(2026, 1, 1), 2, 3, 1, out_of=20.0)
    number = begin(world, ida)
    assert meetings.of(world.store, ida, number).series[0].finding == FINDING
    assert meetings.of(world.store, world.viewer(Role.ADMINISTRATOR), number).series[0].finding is None


def test_minutes_by_mail_name_what_was_decided_and_never_a_figure(world, ida):
    world.store.write(
        lambda connection: connection.execute(
            insert(account).values(
                id=1, email="ida@example.dk", name="Ida Holm", title="", password_hash="", is_active=True,
                created_at=NOW,
            )
        )
    )  # fmt: skip
    number = begin(world, ida, SCREEN, ("FALD", "H1-A"))
    decide(world, ida, number, what="Vis bookingen til næste afsnit")
    decide(world, ida, number, what="Fra 14 til 9 fald", pair=("FALD", "H1-A"))
    with pytest.raises(Refused, match="not ended"):
        meetings.mail(world.store, ida, number, days=Words("i dag", "today"), now=NOW)
    meetings.end(world.store, ida, number, now=NOW)
    meetings.mail(world.store, ida, number, days=Words("mandag", "Monday"), now=NOW)
    (mail,) = outbox.waiting(world.store)
    assert "Vis bookingen til næste afsnit (Line Dam, senest 07-12-2026)" in mail.body
    assert "Niveauet er steget" not in mail.body and "14" not in mail.body
    assert f"/tavlemoede/referat/{number}" in outbox.as_bytes(mail, public_url="https://tavle.example").decode()
    with world.store.read() as connection:
        told = connection.scalars(select(audit_event.c.detail).order_by(audit_event.c.id)).all()
    assert "bookingen" not in str(told) and "Line Dam" not in str(told)

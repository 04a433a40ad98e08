"""Where a month stands, who may move it, and what a change of its figure does to it."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, datetime

import pandas as pd
import pytest
from sqlalchemy import func, insert, select, update

from data import drafts, month_states
from data.access import SYSTEM, NotAllowed, NotFound, Role
from data.drafts import Draft
from data.errors import Refused
from data.month_states import KEY, STEPS, MonthState, PeriodLocked, State, of_months, set_state, steps_from, submit
from data.outbox import waiting
from data.queries import audit
from data.schema import account, month_state, role_grant

NOW = datetime(2026, 11, 23, 8, 0)
AUGUST, SEPTEMBER, OCTOBER = (date(2026, month, 1) for month in (8, 9, 10))
MONTH = ("SCREEN", "H1-A", SEPTEMBER)


def add_account(world, account_id: int = 1, email: str = "ida@example.dk", **details: object) -> None:
    row = {"name": "Ida Holm", "title": "", "password_hash": "", "is_active": True, "language": "da"}
    values = {"id": account_id, "email": email, "created_at": NOW} | row | details
    world.store.write(lambda connection: connection.execute(insert(account).values(**values)))


def state_of(world, key=MONTH, viewer=SYSTEM) -> State:
    return month_states.one(world.store, viewer, *key).state


def changes(*keys) -> pd.DataFrame:
    return pd.DataFrame(keys, columns=KEY)


def test_a_month_is_empty_then_a_draft_then_submitted(world) -> None:
    team = world.viewer(Role.QUALITY_TEAM, "H1")
    assert month_states.one(world.store, team, *MONTH) == MonthState(State.EMPTY)
    drafts.save(world.store, team, [Draft(*MONTH, numerator="12")], now=NOW)
    assert month_states.one(world.store, team, *MONTH) == MonthState(State.DRAFT, has_draft=True)
    world.deliver_months("SCREEN", "H1-A", SEPTEMBER, 12)
    assert month_states.one(world.store, team, *MONTH) == MonthState(State.SUBMITTED, has_draft=True)
    assert of_months(world.store, team, ["H1-A"], first=OCTOBER) == {}


def test_a_withdrawn_month_is_empty_again_whatever_steps_it_had_taken(world) -> None:
    one = world.deliver_months("SCREEN", "H1-A", SEPTEMBER, 12)
    set_state(world.store, SYSTEM, [MONTH], State.APPROVED, now=NOW)
    world.withdraw(one, NOW)
    assert state_of(world) is State.EMPTY


def test_every_step_in_the_table_can_be_taken_by_those_it_names_and_by_nobody_else(world) -> None:
    world.deliver_months("SCREEN", "H1-A", SEPTEMBER, 12)
    people = {
        "leader": world.viewer(Role.LEADER, "H1"),
        "team": world.viewer(Role.QUALITY_TEAM, "R"),
        "administrator": world.viewer(Role.ADMINISTRATOR),
        "evaluator": world.viewer(Role.EVALUATOR),
    }
    allowed = {
        (step.before, step.after): {name for name, one in people.items() if step.may_be_taken_by(one, "H1-A")}
        for step in STEPS
    }
    both, keepers = {"leader", "team"}, {"team", "administrator"}
    assert allowed == {
        (State.SUBMITTED, State.APPROVED): both,
        (State.SUBMITTED, State.RETURNED): both,
        (State.SUBMITTED, State.LOCKED): keepers,
        (State.RETURNED, State.SUBMITTED): both,
        (State.APPROVED, State.SUBMITTED): both,
        (State.APPROVED, State.RETURNED): both,
        (State.APPROVED, State.LOCKED): keepers,
        (State.LOCKED, State.SUBMITTED): keepers,
        (State.EMPTY, State.NO_FIGURES): keepers,
        (State.DRAFT, State.NO_FIGURES): keepers,
        (State.NO_FIGURES, State.EMPTY): keepers,
    }
    without = {(State.EMPTY, State.NO_FIGURES), (State.DRAFT, State.NO_FIGURES), (State.NO_FIGURES, State.EMPTY)}
    for step in STEPS:
        if (step.before, step.after) in without:
            continue  # of months without a figure; see below
        world.store.write(lambda connection, step=step: connection.execute(insert(month_state).values(
            indicator_code="SCREEN", unit_code="H1-A", period_start=SEPTEMBER, state=step.before.value,
            reason="", author="", at=NOW)))  # fmt: skip
        for name in sorted(set(people) - allowed[step.before, step.after]):
            with pytest.raises(NotAllowed):
                set_state(world.store, people[name], [MONTH], step.after, now=NOW, reason="fordi")
        assert state_of(world) is step.before
        taker = people[min(allowed[step.before, step.after])]
        assert step in steps_from(taker, "H1-A", step.before)
        if step.needs_reason:
            with pytest.raises(Refused, match="reason"):
                set_state(world.store, taker, [MONTH], step.after, now=NOW, reason=" ")
        assert set_state(world.store, taker, [MONTH], step.after, now=NOW, reason="fordi") == 1
        assert state_of(world) is step.after


def test_a_month_is_declared_without_figures_expected_again_and_a_figure_counts_all_the_same(world) -> None:
    world.follow("SCREEN", "H1-A", AUGUST)
    team = world.viewer(Role.QUALITY_TEAM, "R")
    with pytest.raises(Refused, match="reason"):
        set_state(world.store, team, [MONTH], State.NO_FIGURES, now=NOW)
    with pytest.raises(NotAllowed):
        set_state(world.store, world.viewer(Role.LEADER, "H1"), [MONTH], State.NO_FIGURES, now=NOW, reason="lukket")
    with pytest.raises(Refused, match="not followed"):
        set_state(world.store, team, [("SCREEN", "H1", SEPTEMBER)], State.NO_FIGURES, now=NOW, reason="lukket")
    assert set_state(world.store, team, [MONTH], State.NO_FIGURES, now=NOW, reason="lukket") == 1
    assert state_of(world) is State.NO_FIGURES
    assert set_state(world.store, team, [MONTH], State.EMPTY, now=NOW) == 1
    assert state_of(world) is State.EMPTY
    set_state(world.store, team, [MONTH], State.NO_FIGURES, now=NOW, reason="lukket")
    world.deliver_months("SCREEN", "H1-A", SEPTEMBER, 12)
    assert state_of(world) is State.SUBMITTED


@pytest.mark.parametrize(
    ("before", "after"),
    [(State.EMPTY, State.APPROVED), (State.LOCKED, State.APPROVED), (State.RETURNED, State.LOCKED),
     (State.SUBMITTED, State.EMPTY), (State.SUBMITTED, State.DRAFT)],
)  # fmt: skip
def test_other_steps_are_refused_in_words(world, before: State, after: State) -> None:
    if before is not State.EMPTY:
        world.deliver_months("SCREEN", "H1-A", SEPTEMBER, 12)
        set_state(world.store, SYSTEM, [MONTH], before, now=NOW, reason="fordi")
    with pytest.raises(Refused) as refused:
        set_state(world.store, SYSTEM, [MONTH], after, now=NOW, reason="fordi")
    names = {state: month_states.STATE_NAMES[state].da.lower() for state in (before, after)}
    assert refused.value.reason("da") == (
        f"September 2026 for name SCREEN i Kirurgisk Afdeling er {names[before]} og kan ikke blive {names[after]}."
    )
    assert state_of(world) is before


def test_several_months_move_together_or_not_at_all_and_each_step_is_written_down(world) -> None:
    world.deliver_months("SCREEN", "H1-A", AUGUST, 12, 13)
    keys = [("SCREEN", "H1-A", day) for day in (AUGUST, SEPTEMBER, OCTOBER)]
    with pytest.raises(Refused, match="October 2026"):
        set_state(world.store, SYSTEM, keys, State.APPROVED, now=NOW)
    assert set_state(world.store, SYSTEM, keys[:2], State.APPROVED, now=NOW, reason="set") == 2
    assert set_state(world.store, SYSTEM, keys[:2], State.APPROVED, now=NOW) == 0, "they are there already"
    (event,) = audit.recent(world.store, SYSTEM, subject="SCREEN H1-A")
    assert event.action == "month.approved"
    assert event.detail == {"before": "submitted", "months": ["2026-08-01", "2026-09-01"], "reason": "set"}
    (step,) = month_states.taken(world.store, SYSTEM, *keys[0])
    assert (step.state, step.reason, step.author, step.at) == (State.APPROVED, "set", "Tavle", NOW)


def test_whoever_handed_a_month_in_does_not_approve_it_while_the_unit_has_somebody_else(world) -> None:
    world.deliver_months("SCREEN", "H1-A", AUGUST, 12, 13)  # by account 1
    keys = [("SCREEN", "H1-A", day) for day in (AUGUST, SEPTEMBER)]
    ida = replace(world.viewer(Role.QUALITY_TEAM, "R"), account_id=1)
    grants = {"ida": (1, "quality_team", "R"), "bo": (2, "leader", "H1"), "admin": (3, "administrator", None)}
    for name, (number, role, unit_code) in grants.items():
        add_account(world, number, f"{name}@example.dk", is_active=name != "bo")
        world.store.write(lambda connection, row=(number, role, unit_code): connection.execute(
            insert(role_grant).values(account_id=row[0], role=row[1], unit_code=row[2])))  # fmt: skip

    def bo_is_active(is_active: bool) -> None:
        world.store.write(lambda connection: connection.execute(
            update(account).where(account.c.id == 2).values(is_active=is_active)))  # fmt: skip

    assert set_state(world.store, ida, keys[:1], State.APPROVED, now=NOW) == 1, "nobody else owns the figures"
    (event,) = audit.recent(world.store, SYSTEM, subject="SCREEN H1-A")
    assert event.detail["own_figures"] == ["2026-08-01"]

    bo_is_active(True)
    with pytest.raises(NotAllowed) as refused:
        set_state(world.store, ida, keys, State.APPROVED, now=NOW)
    assert refused.value.reason("da") == (
        "Du har selv indsendt september 2026 for name SCREEN i Kirurgisk Afdeling. En anden leder eller en anden fra "
        "kvalitetsteamet skal godkende tallene."
    )
    offered = month_states.open_steps(world.store, ida, *keys[1], now=NOW)
    assert offered.refusal is not None and offered.refusal.reason("en") == refused.value.reason("en")
    assert [step.after for step in offered.steps] == [State.RETURNED, State.LOCKED]
    assert state_of(world, keys[1]) is State.SUBMITTED

    bo = replace(world.viewer(Role.LEADER, "H1"), account_id=2)
    offered = month_states.open_steps(world.store, bo, *keys[1], now=NOW)
    assert offered.refusal is None and [step.after for step in offered.steps] == [State.APPROVED, State.RETURNED]
    assert set_state(world.store, bo, keys[1:], State.APPROVED, now=NOW) == 1
    # Whoever changes the figure is the one who handed it in: now it is Bo's to wait.
    world.deliver_months("SCREEN", "H1-A", SEPTEMBER, 14, at=NOW, account_id=2)
    set_state(world.store, SYSTEM, keys[1:], State.SUBMITTED, now=NOW)
    with pytest.raises(NotAllowed):
        set_state(world.store, bo, keys[1:], State.APPROVED, now=NOW)
    assert set_state(world.store, ida, keys[1:], State.APPROVED, now=NOW) == 1


def test_states_are_only_for_those_who_see_the_unit(world) -> None:
    with pytest.raises(NotAllowed):
        of_months(world.store, world.viewer(Role.QUALITY_TEAM, "H2"), ["H1-A"])
    with pytest.raises(NotFound):
        set_state(world.store, SYSTEM, [("SCREEN", "X", SEPTEMBER)], State.LOCKED, now=NOW)
    with pytest.raises(Refused, match="CPR"):
        set_state(world.store, SYSTEM, [MONTH], State.LOCKED, now=NOW, reason="010190-1234")


def test_returned_months_are_told_to_whoever_delivered_them_without_a_figure(world) -> None:
    add_account(world)
    add_account(world, 2, "per@example.dk", name="Per Juul", language="en")
    add_account(world, 3, "gone@example.dk", is_active=False)
    world.deliver_months("SCREEN", "H1-A", AUGUST, 412, 413, account_id=1)
    world.deliver_months("FALD", "H1-A", AUGUST, 417, account_id=2, out_of=None)
    world.deliver_months("SCREEN", "H1-B", AUGUST, 419, account_id=3)
    keys = [("SCREEN", "H1-A", AUGUST), ("SCREEN", "H1-A", SEPTEMBER), ("FALD", "H1-A", AUGUST),
            ("SCREEN", "H1-B", AUGUST)]  # fmt: skip
    leader = world.viewer(Role.LEADER, "H1")
    assert set_state(world.store, leader, keys, State.RETURNED, now=NOW, reason="Tallene er fra forkert afsnit") == 4
    mails = waiting(world.store)
    assert [(mail.recipient, mail.language) for mail in mails] == [("ida@example.dk", "da"), ("per@example.dk", "en")]
    assert mails[0].subject == "Tavle: tal er sendt tilbage til Kirurgisk Afdeling"
    assert "- name SCREEN: august 2026, september 2026\n" in mails[0].body
    assert "Begrundelse: Tallene er fra forkert afsnit" in mails[0].body
    assert "name FALD: August 2026" in mails[1].body
    assert not any(str(number) in mail.body for mail in mails for number in (412, 413, 417, 419, 100))


def test_a_change_submits_returned_and_approved_months_again_and_ends_their_drafts(world) -> None:
    world.deliver_months("SCREEN", "H1-A", AUGUST, 12, 13, 14)
    keys = [("SCREEN", "H1-A", day) for day in (AUGUST, SEPTEMBER, OCTOBER)]
    set_state(world.store, SYSTEM, keys[:1], State.APPROVED, now=NOW)
    set_state(world.store, SYSTEM, keys[1:2], State.RETURNED, now=NOW, reason="ret")
    drafts.save(world.store, SYSTEM, [Draft(*key, numerator="1") for key in keys], now=NOW)
    said = {"author": "Ida Holm", "actor": "ida@example.dk", "receipt": "T-2026-000009", "now": NOW}
    world.store.write(lambda connection: submit(connection, changes(*keys[1:]), **said))
    there = of_months(world.store, SYSTEM, ["H1-A"])
    assert [there[key].state for key in keys] == [State.APPROVED, State.SUBMITTED, State.SUBMITTED]
    assert (there[keys[1]].reason, there[keys[2]].reason) == ("T-2026-000009", "")
    assert [there[key].has_draft for key in keys] == [True, False, False]
    (event,) = audit.recent(world.store, SYSTEM, subject="T-2026-000009")
    assert event.detail == {"months": ["SCREEN H1-A 2026-09-01 returned"]}


def test_a_month_locked_between_check_and_commit_refuses_the_commit_whole(world) -> None:
    world.deliver_months("SCREEN", "H1-A", AUGUST, 12, 13)
    checked, locked = threading.Event(), threading.Event()

    def lock() -> None:
        assert checked.wait(10)
        set_state(world.store, SYSTEM, [MONTH], State.LOCKED, now=NOW)
        locked.set()

    other = threading.Thread(target=lock)
    other.start()
    with world.store.read() as connection:
        assert month_states.settled(connection, [("SCREEN", "H1-A")]) == {}, "the check sees nothing locked"
    checked.set()
    assert locked.wait(10)
    other.join()

    def commit(connection) -> None:
        row = {"email": "x@example.dk", "name": "", "title": "", "password_hash": "", "is_active": True}
        connection.execute(insert(account).values(id=9, created_at=NOW, **row))
        submit(connection, changes(("SCREEN", "H1-A", AUGUST), MONTH), author="", actor="", receipt="T", now=NOW)

    with pytest.raises(PeriodLocked, match="September 2026 of name SCREEN in Kirurgisk Afdeling is locked"):
        world.store.write(commit)
    with world.store.read() as connection:
        assert connection.scalar(select(func.count()).select_from(account)) == 0
        assert connection.scalar(select(func.count()).select_from(month_state)) == 1


def test_the_refusal_counts_the_locked_months(world) -> None:
    world.deliver_months("SCREEN", "H1-A", AUGUST, 12, 13, 14)
    keys = [("SCREEN", "H1-A", day) for day in (AUGUST, SEPTEMBER, OCTOBER)]
    set_state(world.store, SYSTEM, keys, State.LOCKED, now=NOW)
    with pytest.raises(PeriodLocked) as refused:
        world.store.write(
            lambda connection: submit(connection, changes(*keys), author="", actor="", receipt="T", now=NOW)
        )
    assert refused.value.reason("da").startswith("August 2026 for name SCREEN i Kirurgisk Afdeling er låst, og 2 mere")

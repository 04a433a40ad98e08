"""The demo lives: months in every state, a draft half typed, deliveries late, taken back and put in again, mails."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd

from data import drafts, month_states, outbox, passwords, reminders
from data.access import SYSTEM, load_viewer
from data.demo import DEMO_SIGN_INS, desk
from data.month_states import State
from data.queries import coverage
from data.schema import account, delivery, delivery_event, observation
from tests.data.demo.conftest import Built

TODAY = date(2026, 11, 23)
HOME = ["NOH", *(f"NOH-{name}" for name in ("AKU", "GYN", "KIR", "MED", "ORT"))]


def test_months_stand_in_every_state_and_no_step_is_one_that_nobody_may_take(demo: Built) -> None:
    leader = load_viewer(demo.store, "leder@tavle.example")
    standing = month_states.of_months(demo.store, leader, HOME)
    by_state: dict[State, set[date]] = {}
    for (_, _, month), one in standing.items():
        by_state.setdefault(one.state, set()).add(month)
    assert set(by_state) == set(State) - {State.EMPTY, State.NO_FIGURES}
    assert by_state[State.LOCKED] == {date(2024, month, 1) for month in range(1, 13)}
    assert by_state[State.APPROVED] == {date(2026, month, 1) for month in range(1, 7)}
    assert by_state[State.RETURNED] == by_state[State.DRAFT] == {date(2026, 10, 1)}
    returned = standing["FALD", "NOH-MED", date(2026, 10, 1)]
    assert (returned.reason, returned.author) == (desk.RETURN_REASON, "Lone Elletårn")
    # The corrected month was approved, submitted again by its correction, and approved anew.
    steps = month_states.taken(demo.store, leader, "MEDAFST", "NOH-KIR", date(2026, 3, 1))
    assert [step.state for step in steps] == [State.APPROVED, State.SUBMITTED, State.APPROVED]
    assert steps[1].reason in set(demo.rows(delivery)["receipt"])
    assert {step.author for step in steps} == {"Maja Havreled", "Rikke Mosevænge"}
    team = load_viewer(demo.store, "kvalitet@tavle.example")
    key = ("FALD", "NOH-MED", date(2026, 9, 1))
    now = datetime(2026, 11, 23, 8, 0)
    assert month_states.open_steps(demo.store, team, *key, now=now).refusal is not None, "the team delivered it"
    assert month_states.open_steps(demo.store, leader, *key, now=now).refusal is None


def test_one_month_is_half_typed_by_the_quality_team(demo: Built) -> None:
    team = load_viewer(demo.store, "kvalitet@tavle.example")
    (draft,) = drafts.load(demo.store, team, HOME)
    assert (draft.key, draft.numerator, draft.denominator) == (("ERNAER", "NOH-ORT", date(2026, 10, 1)), "38", "")
    assert draft.account_name == "Rikke Mosevænge" and draft.saved_at.date() == date(2026, 11, 3), (
        "when the team was last here"
    )


def test_two_deliveries_were_late_and_one_of_them_was_taken_back_and_put_in_again(demo: Built) -> None:
    window = {"first": date(2026, 8, 1), "last": date(2026, 10, 1), "today": TODAY, "timezone": "Europe/Copenhagen"}
    found = coverage.completeness(demo.store, SYSTEM, HOME[1:], **window)
    late = {
        (series.indicator_code, unit.code, month): (one.received_on, one.days_late)
        for unit in found.units
        for series in unit.series
        for month, one in zip(found.months, series.months, strict=True)
        if one.state is coverage.Received.LATE
    }
    assert late == {
        ("FALD", "NOH-ORT", date(2026, 8, 1)): (date(2026, 9, 15), 5),
        ("SEPSIS", "NOH-AKU", date(2026, 10, 1)): (date(2026, 11, 17), 7),
    }
    deliveries, events = demo.rows(delivery).set_index("id"), demo.rows(delivery_event)
    twice = events[events["kind"] == "restored"]["delivery_id"]
    assert len(twice) == 1
    again = deliveries.loc[twice.iloc[0]]
    assert (again["state"], again["recorded_at"]) == ("committed", pd.Timestamp(2026, 9, 15, 9, 5))
    assert pd.isna(again["withdrawn_at"])
    rows = demo.rows(observation)
    brought = rows[rows["delivery_id"] == twice.iloc[0]]
    assert set(zip(brought["indicator_code"], brought["unit_code"], strict=True)) == {
        ("FALD", "NOH-ORT"), ("FALD", "NOH")
    }  # fmt: skip
    assert set(brought["period_start"]) == {date(2026, 8, 1)}


def test_those_who_answer_for_the_figures_get_the_reminders_and_cannot_sign_in(demo: Built) -> None:
    leader = load_viewer(demo.store, "leder@tavle.example")
    missing = [one for one in coverage.missing(demo.store, leader, HOME, today=TODAY) if one.unit_code != "NOH"]
    assert missing
    who = reminders.standings(demo.store, leader, {one.unit_code: [one.owner] for one in missing}, today=TODAY)
    for one in missing:
        (person,) = who[one.unit_code].recipients
        assert (person.name, person.is_owner) == (one.owner, True)
    others = demo.rows(account).set_index("email").drop(list(DEMO_SIGN_INS))
    assert len(others) >= 7 and not any(passwords.verify(kept, "") for kept in others["password_hash"])


def test_mails_wait_in_the_outbox_without_a_figure(demo: Built) -> None:
    mails = outbox.waiting(demo.store)
    kinds = [mail.kind for mail in mails]
    assert kinds.count(outbox.Kind.RECEIPT) == 2 and kinds.count(outbox.Kind.RETURNED) == 1
    assert kinds.count(outbox.Kind.DEFINITION_PROPOSED) == 2
    assert {mail.recipient for mail in mails} == {"kvalitet@tavle.example", "admin@tavle.example"}
    assert desk.RETURN_REASON in next(mail.body for mail in mails if mail.kind is outbox.Kind.RETURNED)

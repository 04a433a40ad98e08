"""A delivery and the months that somebody has approved or locked, its drafts and its receipt by mail."""

from __future__ import annotations

from datetime import date

import pytest

from data import drafts, month_states
from data.access import SYSTEM
from data.drafts import Draft
from data.month_states import PeriodLocked, State, set_state
from data.outbox import waiting
from data.store import Store
from etl import load as loading
from tests.etl.conftest import NOW, TODAY

HEAD = "indikator;enhed;periode;tæller;nævner\n"
AUGUST, SEPTEMBER, OCTOBER = (("TRYKSAAR", "NOH", date(2026, month, 1)) for month in (8, 9, 10))
FIRST = "TRYKSAAR;NOH;2026-08;20;40\nTRYKSAAR;NOH;2026-09;21;40\n"


@pytest.fixture
def delivered(board):
    _, receipt = board.deliver(HEAD + FIRST)
    assert receipt is not None
    return board


def state_of(board, key) -> State:
    return month_states.one(board.store, SYSTEM, *key).state


def test_a_locked_month_is_an_error_on_the_row_that_would_change_it_and_on_no_other(delivered, contents_of) -> None:
    set_state(delivered.store, SYSTEM, [AUGUST, SEPTEMBER], State.LOCKED, now=NOW)
    before = contents_of(delivered.store)
    rows = "TRYKSAAR;NOH;2026-08;20;40\nTRYKSAAR;NOH;sep-26;22;40\nTRYKSAAR;NOH;2026-10;20;40\n"
    report, receipt = delivered.deliver(HEAD + rows)
    assert receipt is None
    (finding,) = report.findings
    assert (finding.code, finding.row, finding.is_error) == ("period_locked", 3, True)
    assert finding.sentence("da") == (
        "Række 3, kolonne »periode«: »sep-26« er låst, og tallene er andre end dem, der er gemt."
    )
    assert contents_of(delivered.store) == before


def test_an_approved_month_is_a_warning_and_is_submitted_again(delivered) -> None:
    set_state(delivered.store, SYSTEM, [AUGUST, SEPTEMBER], State.APPROVED, now=NOW)
    report, receipt = delivered.deliver(HEAD + FIRST.replace("21;40", "22;40"))
    assert [(one.code, one.row, one.is_error) for one in report.findings] == [("period_approved", 3, False)]
    assert (state_of(delivered, AUGUST), state_of(delivered, SEPTEMBER)) == (State.APPROVED, State.SUBMITTED)
    assert month_states.one(delivered.store, SYSTEM, *SEPTEMBER).reason == receipt.number


def test_a_month_locked_after_the_check_refuses_the_commit_and_nothing_is_written(
    delivered, contents_of, monkeypatch
) -> None:
    seen = {}

    def locked_meanwhile(*arguments, **named):
        set_state(delivered.store, SYSTEM, [SEPTEMBER], State.LOCKED, now=NOW)
        seen["before"] = contents_of(delivered.store)
        return loading.load(*arguments, **named)

    monkeypatch.setattr("etl.pipeline.load", locked_meanwhile)
    with pytest.raises(PeriodLocked, match="September 2026"):
        delivered.deliver(HEAD + FIRST.replace("21;40", "22;40"))
    assert contents_of(delivered.store) == seen["before"]


def test_a_month_locked_while_the_commit_waits_for_its_turn_refuses_it_too(delivered, monkeypatch) -> None:
    """The last look at the store before the transaction finds nothing locked."""
    write = Store.write

    def locked_first(self, function, **options):
        monkeypatch.setattr(Store, "write", write)
        set_state(self, SYSTEM, [SEPTEMBER], State.LOCKED, now=NOW)
        return write(self, function, **options)

    monkeypatch.setattr(Store, "write", locked_first)
    with pytest.raises(PeriodLocked):
        delivered.deliver(HEAD + FIRST.replace("21;40", "22;40"))
    assert state_of(delivered, SEPTEMBER) is State.LOCKED


def test_delivering_ends_the_drafts_of_its_months_and_queues_one_receipt(delivered) -> None:
    viewer = delivered.viewer
    drafts.save(delivered.store, viewer, [Draft(*key, numerator="2") for key in (AUGUST, OCTOBER)], now=NOW)
    _, receipt = delivered.deliver(HEAD + FIRST + "TRYKSAAR;NOH;2026-10;22;40\n")
    assert [one.key for one in drafts.load(delivered.store, viewer, ["NOH"])] == [AUGUST], "August did not change"
    first, second = waiting(delivered.store)
    assert (second.recipient, second.about, second.kind.value) == ("team@noh.dk", receipt.number, "receipt")
    assert "22" not in second.body and "Tryksaar" in second.body
    assert delivered.deliver(HEAD + FIRST)[1].number == "", "nothing new"
    assert waiting(delivered.store) == [first, second], "and so no mail"
    assert OCTOBER[2] < TODAY

"""A series asked for as its unit was and as it is: the answer says which it is, and what happened to the unit."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from data import organisation
from data.access import SYSTEM
from data.organisation import Merge
from data.store import Store

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module", autouse=True)
def merged(api_store: Store) -> None:
    """Bornholms Hospital became part of Nordsjællands Hospital on 1 October."""
    organisation.carry_out(
        api_store, SYSTEM, Merge(("BOH",), "NOH"), valid_from=date(2026, 10, 1), reason="Fælles ledelse", today=TODAY,
        now=datetime(2026, 10, 1, 8),
    )  # fmt: skip


def test_the_reading_is_chosen_by_the_caller_and_stated_in_the_answer(machine) -> None:
    rows = "indicator;unit;period;numerator;denominator\n" + "".join(
        f"HAI-BAC;{unit};2026-{month:02d};{count};9000\n"
        for unit, counts in (("NOH", {8: 20, 9: 21, 10: 33}), ("BOH", {8: 10, 9: 11}))
        for month, count in counts.items()
    )
    assert machine.deliver(rows, "admin").status_code == 201
    was = machine.get("/series/HAI-BAC/NOH").get_json()
    now = machine.get("/series/HAI-BAC/NOH?reading=as_is").get_json()
    assert (was["reading"], was["reading_notes"], now["reading"]) == ("as_was", [], "as_is")
    assert [one["numerator"] for one in was["observations"]] == [20, 21, 33]
    assert [one["numerator"] for one in now["observations"]] == [30, 32, 33]
    assert now["reading_notes"][0]["en"].startswith("Bornholms Hospital became part of Nordsjællands Hospital")
    old = machine.get("/series/HAI-BAC/BOH?reading=as_is", "admin").get_json()
    assert (old["unit"], len(old["observations"])) == ("NOH", 3)


def test_a_reading_that_does_not_exist_is_refused_and_the_units_of_others_stay_closed(machine) -> None:
    assert machine.get("/series/HAI-BAC/NOH?reading=both").status_code == 400
    assert machine.get("/series/HAI-BAC/BOH?reading=as_is", "other").status_code == 403

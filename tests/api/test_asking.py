"""What machines read: rights and small numbers are those of the pages, and nothing is said twice for nothing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection, insert

from data import recording, states
from data.access import SYSTEM
from data.queries import states as asked_states
from data.schema import series
from data.store import Store
from tests.api.conftest import Machine

MONTHS = [date(2024 + number // 12, number % 12 + 1, 1) for number in range(20)]
ASKED = ("/units", "/indicators", "/series", "/signals", "/completeness", "/missing", "/deliveries",
         "/series/SST/NOH")  # fmt: skip


def _figures(unit: str, numerators: list[int], indicator: str = "HAI-BAC") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "indicator_code": indicator, "indicator_version": 1, "unit_code": unit, "period_start": MONTHS,
            "period_kind": "month", "numerator": numerators, "denominator": 10_000, "value": None, "note": "",
        }
    )  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def delivered(api_store: Store) -> None:
    """Two hospitals with twenty months each; one has a small number. The first is corrected on 1 November."""

    def write(connection: Connection) -> None:
        for unit, numerators in (("NOH", [20, 30] * 10), ("AHH", [40] * 19 + [2])):
            more = {"account_id": 1, "file_name": "", "sha256": "", "origin": "file", "note": "", "findings": []}
            recording.record_delivery(
                connection, _figures(unit, numerators), **more, n_new=20, n_changed=0, n_unchanged=0,
                now=datetime(2026, 10, 1, 8),
            )  # fmt: skip
            connection.execute(
                insert(series).values(indicator_code="HAI-BAC", unit_code=unit, starts_on=MONTHS[0], owner="Anna Holm")
            )
        corrected = _figures("NOH", [25] * 20).iloc[:1]
        recording.record_delivery(
            connection, corrected, **more, n_new=0, n_changed=1, n_unchanged=0, now=datetime(2026, 11, 1, 8)
        )
        pairs = [("HAI-BAC", "NOH"), ("HAI-BAC", "AHH")]
        states.recalculate(connection, pairs, today=date(2026, 11, 23), now=datetime(2026, 11, 1, 8))

    api_store.write(write)


def rows(machine: Machine, path: str, who: str = "team") -> list[dict[str, Any]]:
    answer = machine.get(path, who)
    assert answer.status_code == 200, answer.text
    return answer.get_json()["items"]


def test_a_viewer_sees_its_own_units_and_series_and_nobody_elses(machine: Machine) -> None:
    assert {unit["code"] for unit in rows(machine, "/units")} == {"NOH"}
    assert [unit["may_deliver"] for unit in rows(machine, "/units", "leader")] == [False]
    for path in ("/series", "/signals", "/missing"):
        assert {row["unit"] for row in rows(machine, path)} == {"NOH"}
        assert {row["unit"] for row in rows(machine, path, "other")} == {"AHH"}
    assert [unit["unit"] for unit in machine.get("/completeness", "other").get_json()["units"]] == ["AHH"]
    for path in ("/series/HAI-BAC/AHH", "/series?unit=AHH", "/signals?unit=AHH", "/missing?unit=AHH",
                 "/completeness?unit=AHH"):  # fmt: skip
        answer = machine.get(path)
        assert (answer.status_code, answer.get_json()["type"]) == (403, "urn:tavle:problem:not-allowed"), path


@pytest.mark.parametrize("path", ["/series/HAI-BAC/XYZ", "/series/XYZ/NOH", "/series?unit=XYZ", "/series?indicator=XYZ",
                                  "/signals?indicator=XYZ", "/completeness?unit=XYZ", "/deliveries/T-2026-123456",
                                  "/deliveries/XYZ"])  # fmt: skip
def test_what_there_is_not_is_404_in_words(machine: Machine, path: str) -> None:
    answer = machine.get(path)
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert answer.get_json()["detail"]


def test_small_numbers_are_hidden_from_whoever_does_not_own_the_unit(machine: Machine) -> None:
    for who, numerator, is_hidden in (("other", 2, False), ("admin", None, True)):
        last = machine.get("/series/HAI-BAC/AHH", who).get_json()["observations"][-1]
        assert (last["numerator"], last["is_hidden"]) == (numerator, is_hidden), who
    owner, administrator = (rows(machine, "/signals?unit=AHH", who)[0] for who in ("other", "admin"))
    assert (owner["latest_numerator"], owner["has_hidden"]) == (2, False)
    assert (administrator["latest_numerator"] != 2, administrator["has_hidden"]) == (True, True)


def test_names_of_people_are_for_those_who_work_with_them(machine: Machine, api_store: Store) -> None:
    assert {row["owner"] for row in rows(machine, "/series", "leader")} == {"Anna Holm"}
    assert {row["owner"] for row in rows(machine, "/missing", "leader")} == {"Anna Holm"}


def test_the_signal_is_the_stored_one(machine: Machine, api_store: Store) -> None:
    state = asked_states.one(api_store, SYSTEM, "HAI-BAC", "NOH")
    assert state is not None
    (signal,) = rows(machine, "/signals?unit=NOH&indicator=HAI-BAC")
    assert machine.get("/series/HAI-BAC/NOH").get_json()["signal"] == signal
    assert (signal["variation"], signal["centre"], signal["latest_period"]) == (
        str(state.variation), state.centre, state.latest_period.isoformat())  # fmt: skip


def test_as_of_an_earlier_day_gives_the_figures_and_the_chart_of_that_day(machine: Machine) -> None:
    now = machine.get("/series/HAI-BAC/NOH").get_json()
    then = machine.get("/series/HAI-BAC/NOH?as_of=2026-10-15").get_json()
    first = [told["observations"][0]["numerator"] for told in (now, then)]
    assert first == [25, 20]
    assert then["as_of"] == "2026-10-15"
    assert then["signal"]["latest_period"] == now["signal"]["latest_period"]
    nothing = machine.get("/series/HAI-BAC/NOH?as_of=2026-09-30").get_json()
    assert (nothing["observations"], nothing["signal"]["variation"]) == ([], "missing")


def test_missing_periods_and_completeness_count_the_same_months(machine: Machine) -> None:
    (missing,) = rows(machine, "/missing?unit=NOH")
    assert (missing["periods"][0], missing["periods"][-1]) == ("2025-09-01", "2026-10-01")
    assert missing["late_since"] == "2025-10-11"
    told = machine.get("/completeness?unit=NOH&months=16").get_json()
    assert [month["month"] for month in told["months"]][::15] == ["2025-07-01", "2026-10-01"]
    (unit,) = told["units"]
    assert [month["state"] for month in unit["months"]] == ["late"] * 2 + ["missing"] * 14
    assert (told["n_months"], told["n_full"], told["n_on_time"]) == (16, 2, 0)
    assert unit["months"][-1]["missing"] == ["HAI-BAC"]


def test_a_long_list_comes_in_parts_that_lead_to_one_another(machine: Machine) -> None:
    whole = rows(machine, "/indicators?limit=1000")
    path, found = "/indicators?limit=7", []
    while path:
        part = machine.get(path).get_json()
        found += part["items"]
        assert part["total"] == len(whole)
        path = (part["next"] or "").removeprefix("/api/v1")
    assert found == whole
    assert rows(machine, "/indicators?offset=999") == []
    part = machine.get("/series?unit=AHH&limit=1&offset=0", "other").get_json()
    assert part["next"] is None or "unit=AHH" in part["next"]


def test_addresses_are_whole_once_the_installation_has_said_where_it_is(fresh_machine) -> None:
    there = fresh_machine(public_url="https://tavle.h.example")
    assert there.get("/indicators?limit=1").get_json()["next"].startswith("https://tavle.h.example/api/v1/indicators?")
    assert there.get("/openapi.json").get_json()["servers"] == [{"url": "https://tavle.h.example/api/v1"}]


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "limit=1.0", "limit=", "limit= 5", "offset=-1",
                                   "limit=1&limit=2", "findes=ikke", "limit=1_0"])  # fmt: skip
def test_a_parameter_that_cannot_be_used_is_named_and_not_passed_over(machine: Machine, query: str) -> None:
    answer = machine.get(f"/units?{query}")
    assert answer.status_code == 400
    (error,) = answer.get_json()["errors"]
    assert error["place"] == ("" if query == "findes=ikke" else query.split("=")[0])
    assert error["reason"]


@pytest.mark.parametrize(
    "day", ["2026-13-01", "2026-11-1", "20261101", "2026-11-01T00:00:00", "1764547200", "i dag", "0001-01-03"]
)
def test_a_day_is_written_in_one_way_only(machine: Machine, day: str) -> None:
    assert machine.get(f"/series/HAI-BAC/NOH?as_of={day}").status_code == 400


@pytest.mark.parametrize("path", ASKED)
def test_an_answer_that_has_not_changed_is_not_sent_again(machine: Machine, path: str, api_store: Store) -> None:
    path = path.replace("SST", "HAI-BAC")
    tag = machine.get(path).headers["ETag"]
    again = machine.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert machine.get(path, headers={"If-None-Match": tag}, language="en").status_code == 200, "in another language"
    assert machine.get(path, "admin", headers={"If-None-Match": tag}).status_code in (200, 403), "with other rights"
    assert machine.get(path, headers={"If-None-Match": "*"}).status_code == 200
    api_store.write(lambda connection: None)  # what changes data, changes the tag
    assert machine.get(path, headers={"If-None-Match": tag}).status_code == 200

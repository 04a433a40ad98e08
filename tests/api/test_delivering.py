"""Handing in through /api/v1: the same pipeline as the page, and nothing stored unless all of it is."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import func, select
from structlog.testing import capture_logs

from data.access import SYSTEM
from data.queries import deliveries
from data.schema import audit_event, delivery, observation
from data.store import Store
from tests.api.conftest import Machine

HEADER = "indikator;enhed;periode;tæller;nævner\n"
CPR = "0101901234"


def stored(store: Store) -> tuple[int, int, int]:
    """Rows that a delivery could have left."""
    with store.read() as connection:
        return tuple(connection.scalar(select(func.count()).select_from(table)) for table in (
            delivery, observation, audit_event))  # fmt: skip


def errors_of(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [finding for finding in told["findings"] if finding["severity"] == "error"]


def body(*observations: dict[str, object], **more: object) -> dict[str, object]:
    return {"observations": list(observations), **more}


def one(
    period: str, numerator: float | None = 9, denominator: float | None = 10480, **more: object
) -> dict[str, object]:
    return {"indicator": "HAI-BAC", "unit": "NOH", "period": period, "numerator": numerator,
            "denominator": denominator, **more}  # fmt: skip


def test_a_csv_file_gives_a_receipt_and_the_same_again_0_changes(machine: Machine, api_store: Store) -> None:
    csv = HEADER + "HAI-BAC;NOH;jan-25;9;10480\nHAI-BAC;NOH;feb-25;7;11020\n"
    answer = machine.deliver(csv, query="?file_name=jan.csv&note=Fra BI")
    told = answer.get_json()
    assert answer.status_code == 201, told
    assert told["receipt"] == {
        "number": told["receipt"]["number"], "new": 2, "changed": 0, "unchanged": 0,
        "recorded_at": told["receipt"]["recorded_at"], "earlier": "",
        "series": [{"indicator": "HAI-BAC", "unit": "NOH"}],
    }  # fmt: skip
    assert told["reading"].startswith("Læst som semikolon")
    row = deliveries.get(api_store, SYSTEM, told["receipt"]["number"])
    assert (row.origin, row.file_name, row.note, row.account_name) == ("api", "jan.csv", "Fra BI", "Test team")
    assert machine.get(answer.location.removeprefix("/api/v1")).get_json()["receipt"] == row.receipt
    before = stored(api_store)
    again = machine.deliver(csv, query="?file_name=jan.csv")
    assert (again.status_code, again.get_json()["receipt"]["number"]) == (200, "")
    assert again.get_json()["receipt"]["earlier"] == row.receipt
    assert again.get_json()["rows"]["unchanged"] == 2
    assert stored(api_store) == before


def test_a_dry_run_says_what_would_happen_and_stores_nothing(machine: Machine, api_store: Store) -> None:
    before = stored(api_store)
    answer = machine.deliver(HEADER + "HAI-BAC;NOH;mar-25;9;10480\n", query="?dry_run=true", language="en")
    told = answer.get_json()
    assert (answer.status_code, told["dry_run"], told["receipt"]) == (200, True, None)
    assert told["rows"] == {"read": 1, "new": 1, "changed": 0, "unchanged": 0}
    assert [(series["unit"], series["new"]) for series in told["effect"]["series"]] == [("NOH", 1)]
    assert told["sentence"] == "Only checked; nothing is saved. Rows: new 1, changed 0, unchanged 0."
    assert stored(api_store) == before


def test_json_is_stored_with_the_digits_it_was_sent_with(machine: Machine, api_store: Store) -> None:
    text = json.dumps(body(one("2025-04", 9, 10480), note="Nat"), ensure_ascii=False)
    text = text.replace("10480", "1.048e4")
    answer = machine.post("/deliveries", data=text.encode(), content_type="application/json")
    assert answer.status_code == 201, answer.text
    assert deliveries.get(api_store, SYSTEM, answer.get_json()["receipt"]["number"]).note == "Nat"
    series = machine.get("/series/HAI-BAC/NOH").get_json()["observations"]
    (april,) = [row for row in series if row["period_start"] == "2025-04-01"]
    assert (april["numerator"], april["denominator"], april["period_end"]) == (9, 10480, "2025-04-30")
    again = machine.post("/deliveries", json=body(one("apr-25")))
    assert (again.status_code, again.get_json()["rows"]["unchanged"]) == (200, 1), "another spelling, the same figure"


def test_the_example_of_the_guide_is_accepted(machine: Machine) -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text("utf-8")
    example = guide.split("```json\n")[1].split("```")[0].encode()
    answer = machine.post("/deliveries?dry_run=true", data=example, content_type="application/json")
    assert (answer.status_code, answer.get_json().get("rows", {}).get("read")) == (200, 2), answer.text


def test_three_decimals_in_json_are_no_thousands(machine: Machine) -> None:
    rows = body({"indicator": "NM2-03", "unit": "NOH", "period": "2025-04", "value": 1.05})
    text = json.dumps(rows).replace("1.05", "1.050")
    told = machine.post("/deliveries?dry_run=true", data=text, content_type="application/json").get_json()
    assert "decimal_unclear" not in {finding["code"] for finding in told["findings"]}


def test_a_workbook_is_delivered_with_its_own_media_type(machine: Machine) -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate([("indikator", "enhed", "periode", "tæller", "nævner"),
                                        ("HAI-BAC", "NOH", "maj-25", 9, 10480)]):  # fmt: skip
            sheet.write_row(number, 0, cells)
    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    answer = machine.deliver(file.getvalue(), content_type=content_type)
    assert (answer.status_code, answer.get_json().get("rows")) == (
        201, {"read": 1, "new": 1, "changed": 0, "unchanged": 0})  # fmt: skip


@pytest.mark.parametrize(
    ("content", "content_type", "query"),
    [
        (HEADER.encode("cp1252") + b"HAI-BAC;NOH;jun-25;9;10480\n", "text/csv; charset=windows-1252", ""),
        (HEADER.encode("utf-16"), "text/csv; charset=utf-16", "jun"),
        (HEADER.replace(";", "\t").encode() + b"HAI-BAC\tNOH\tjun-25\t9\t10480\n", "text/tab-separated-values", ""),
        (HEADER.replace(";", ",").encode() + b"HAI-BAC,NOH,jun-25,9,10480\n", "text/csv", "&delimiter=comma"),
        (b"periode;t\xc3\xa6ller;n\xc3\xa6vner\njun-25;9;10480\n", "text/csv", "&indicator=HAI-BAC&unit=NOH"),
    ],
)
def test_the_character_set_the_delimiter_and_what_the_file_lacks_are_respected(
    machine: Machine, content: bytes, content_type: str, query: str
) -> None:
    if query == "jun":
        content, query = (HEADER + "HAI-BAC;NOH;jun-25;9;10480\n").encode("utf-16"), ""
    answer = machine.deliver(content, content_type=content_type, query=f"?dry_run=true{query}")
    assert answer.status_code == 200, answer.text
    assert answer.get_json()["rows"]["new"] == 1


def test_every_error_is_told_by_row_column_value_reason_and_mend_in_ones_language(
    machine: Machine, api_store: Store
) -> None:
    csv = HEADER + "HAI-BAC;NOH;jul-25;9;10480\nHAI-BAC;NOH;aug-25;ni;10480\nHAI-BAC;INTET;aug-25;9;10480\n"
    before = stored(api_store)
    answers = {language: machine.deliver(csv, language=language) for language in ("da", "en")}
    assert {answer.status_code for answer in answers.values()} == {422}
    assert answers["da"].content_type == "application/problem+json"
    assert answers["en"].headers["Content-Language"] == "en"
    danish, english = (errors_of(answer.get_json()) for answer in answers.values())
    assert [(one["row"], one["column"], one["value"], one["code"]) for one in danish] == [
        (3, "tæller", "ni", "not_a_number"),
        (4, "enhed", "INTET", "unknown_unit"),
    ]
    assert all(one["reason"] and one["mend"] for one in danish)
    assert danish[0]["reason"] != english[0]["reason"]
    assert stored(api_store) == before, "the good row is not stored either"


def test_a_finding_in_json_points_at_the_number_of_the_observation(machine: Machine) -> None:
    told = machine.post("/deliveries", json=body(one("2025-07"), one("2025-08", 9, 0))).get_json()
    assert [(finding["row"], finding["column"], finding["code"]) for finding in errors_of(told)] == [
        (2, "denominator", "denominator_zero")
    ]


def test_a_token_with_no_right_to_a_unit_gets_403_and_nothing_is_stored(machine: Machine, api_store: Store) -> None:
    before = stored(api_store)
    csv = HEADER + "HAI-BAC;AHH;sep-25;9;10480\nHAI-BAC;NOH;sep-25;9;10480\n"
    answer = machine.deliver(csv, "other")
    assert answer.status_code == 403
    assert [(one["row"], one["code"]) for one in errors_of(answer.get_json())] == [(3, "no_right_to_unit")]
    reader = machine.deliver(csv, "leader")
    assert (reader.status_code, reader.get_json()["type"]) == (403, "urn:tavle:problem:not-allowed")
    assert machine.post("/deliveries", "other", json=body(one("2025-09"))).status_code == 403
    assert stored(api_store) == before


@pytest.mark.parametrize(
    "send",
    [
        lambda machine: machine.deliver(HEADER + f"HAI-BAC;NOH;okt-25;9;10480;{CPR}\n"),
        lambda machine: machine.deliver(HEADER + "HAI-BAC;NOH;okt-25;9;10480\n", query=f"?note={CPR}"),
        lambda machine: machine.deliver(HEADER + "HAI-BAC;NOH;okt-25;9;10480\n", query=f"?dry_run=true&note={CPR}"),
        lambda machine: machine.deliver(HEADER + "HAI-BAC;NOH;okt-25;9;10480\n", query=f"?file_name={CPR}.csv"),
        lambda machine: machine.deliver(HEADER + "HAI-BAC;NOH;okt-25;9;10480\n", query=f"?unit={CPR}"),
        lambda machine: machine.deliver(HEADER + "HAI-BAC;NOH;okt-25;9;10480\n", query=f"?{CPR}=1"),
        lambda machine: machine.post("/deliveries", json=body(one("2025-10", note=CPR))),
        lambda machine: machine.post("/deliveries", json=body(one("2025-10"), note=CPR)),
        lambda machine: machine.post("/deliveries", json=body(one("2025-10", 1203851234))),
        lambda machine: machine.post("/deliveries", json=body(one(CPR))),
        lambda machine: machine.post("/deliveries", json=body(one("2025-10", **{CPR: 1}))),
        lambda machine: machine.post("/deliveries", json={CPR: 1}),
        lambda machine: machine.post("/deliveries", data=f"{{{CPR}", content_type="application/json"),
        lambda machine: machine.get(f"/deliveries/{CPR}"),
        lambda machine: machine.get(f"/series/{CPR}/NOH"),
        lambda machine: machine.get(f"/series/HAI-BAC/{CPR}"),
        lambda machine: machine.get(f"/series?unit={CPR}"),
        lambda machine: machine.get(f"/{CPR}"),
        lambda machine: machine.get("/units", CPR),
    ],
)  # fmt: skip
def test_a_cpr_number_is_refused_stored_nowhere_and_repeated_neither_in_the_answer_nor_in_the_log(
    machine: Machine, api_store: Store, send: Any
) -> None:
    before = stored(api_store)
    with capture_logs() as logged:
        answer = send(machine)
    assert 400 <= answer.status_code < 500
    assert logged, "every refusal is in the log"
    told = answer.text + str(answer.headers) + str(logged)
    assert not any(number in told for number in (CPR, "1203851234", "010190"))
    assert stored(api_store) == before


@pytest.mark.parametrize(
    ("text", "status", "slug"),
    [
        (b"{", 400, "malformed-json"),
        (b"", 400, "malformed-json"),
        (b'{"observations": [], "observations": []}', 400, "malformed-json"),
        (b'{"observations": [{"period": "2025-11", "value": NaN}]}', 400, "malformed-json"),
        (b'{"observations": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", 400, "malformed-json"),
        (b"\xff\xfe", 400, "malformed-json"),
        (b"[]", 422, "wrong-form"),
        (b"null", 422, "wrong-form"),
        (b'{"observations": []}', 422, "wrong-form"),
        (b'{"observations": [{"value": 1}]}', 422, "wrong-form"),
        (b'{"observations": [{"period": "2025-11", "value": "1,050"}]}', 422, "wrong-form"),
        (b'{"observations": [{"period": "2025-11", "value": true}]}', 422, "wrong-form"),
        (b'{"observations": [{"period": 2025, "value": 1}]}', 422, "wrong-form"),
        (b'{"observations": [{"period": "2025-11", "numerater": 1}]}', 422, "wrong-form"),
        (b'{"observations": [{"period": "\\ud800", "value": 1}]}', 422, "wrong-form"),
        (b'{"note": "\\u0000", "observations": [{"period": "2025-11", "value": 1}]}', 422, "wrong-form"),
        (b'{"observations": [{"period": "2025-11", "value": 1e999999999, "unit": "NOH"}]}', 422, "refused-delivery"),
    ],
)
def test_json_that_is_none_is_400_and_json_of_another_form_422_with_its_places(
    machine: Machine, api_store: Store, text: bytes, status: int, slug: str
) -> None:
    before = stored(api_store)
    answer = machine.post("/deliveries", data=text, content_type="application/json")
    told = answer.get_json()
    assert (answer.status_code, told["type"]) == (status, f"urn:tavle:problem:{slug}")
    assert bool(told["errors"]) is (slug == "wrong-form")
    assert stored(api_store) == before


def test_a_wrong_place_is_named_by_a_json_pointer(machine: Machine) -> None:
    told = machine.post("/deliveries", json=body(one("2025-11"), one("2025-12", "9"))).get_json()
    assert told["errors"] == [
        {"place": "/observations/1/numerator", "reason": "Skal være et tal (uden anførselstegn) eller null."}
    ]


@pytest.mark.parametrize("content_type", [None, "text/plain", "multipart/form-data", "application/octet-stream",
                                          "text/csv; charset=ebcdic"])  # fmt: skip
def test_what_is_not_said_to_be_a_table_or_json_is_415(machine: Machine, content_type: str | None) -> None:
    answer = machine.post("/deliveries", data=b"indikator;enhed", content_type=content_type)
    assert answer.status_code == 415
    assert "csv" in answer.get_json()["detail"] or "cp1252" in answer.get_json()["detail"]


class Endless(io.RawIOBase):
    """What somebody sends who never stops; `n_read` is how much of it was taken."""

    n_read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.n_read += len(buffer)
        buffer[:] = b"x" * len(buffer)
        return len(buffer)


@pytest.mark.parametrize(("length", "most"), [("200001", 0), ("99999999999999", 0), ("", 400_000)])
def test_a_body_over_the_limit_is_refused_by_its_length_and_one_without_a_length_is_cut_off(
    machine: Machine, length: str, most: int
) -> None:
    sent = Endless()
    environ = {"wsgi.input": sent, "wsgi.input_terminated": True, "CONTENT_LENGTH": length}
    answer = machine.post("/deliveries", content_type="text/csv", environ_overrides=environ)
    assert answer.status_code == 413
    assert "0,2 MB" in answer.get_json()["detail"]
    assert sent.n_read <= most


def test_a_body_that_was_cut_off_is_no_delivery(machine: Machine, api_store: Store) -> None:
    csv = (HEADER + "HAI-BAC;NOH;okt-24;9;10480\n").encode()
    before = stored(api_store)
    answer = machine.deliver(csv, environ_overrides={"CONTENT_LENGTH": str(len(csv) + 30)})
    assert (answer.status_code, answer.get_json()["type"]) == (400, "urn:tavle:problem:cut-off")
    assert stored(api_store) == before


def test_a_delivery_is_withdrawn_restored_and_told_by_its_receipt(machine: Machine, api_store: Store) -> None:
    number = machine.post("/deliveries", json=body(one("2024-01"))).get_json()["receipt"]["number"]

    def january() -> list[float]:
        rows = machine.get("/series/HAI-BAC/NOH").get_json()["observations"]
        return [row["numerator"] for row in rows if row["period_start"] == "2024-01-01"]

    assert january() == [9]
    assert machine.post(f"/deliveries/{number}/withdrawal", "other", json={"reason": "x"}).status_code == 403
    assert machine.post(f"/deliveries/{number}/withdrawal", "leader", json={"reason": "x"}).status_code == 403
    assert january() == [9]
    taken = machine.post(f"/deliveries/{number}/withdrawal", json={"reason": "Forkert måned"})
    assert (taken.status_code, taken.get_json()["state"]) == (200, "withdrawn"), taken.text
    assert january() == []
    back = machine.post(f"/deliveries/{number}/restoration", json={"reason": "Den var rigtig"})
    assert (back.status_code, back.get_json()["state"], back.get_json()["withdrawn_at"]) == (200, "committed", None)
    assert january() == [9]
    assert machine.post("/deliveries/T-2026-999999/withdrawal", json={"reason": "x"}).status_code == 404
    assert machine.post(f"/deliveries/{number}/withdrawal", json={"reason": CPR}).status_code == 422
    assert machine.post(f"/deliveries/{number}/withdrawal", json={"why": "x"}).status_code == 422
    assert number in [row["receipt"] for row in machine.get("/deliveries").get_json()["items"]]
    assert machine.get(f"/deliveries/{number}", "other").status_code == 403
    assert machine.get("/deliveries", "other").get_json()["items"] == []


def test_a_choice_that_is_none_is_answered_with_the_choices_in_the_reader_s_language(machine: Machine) -> None:
    told = machine.deliver(HEADER, query="?dry_run=true&decimal=tal").get_json()
    assert told["errors"] == [{"place": "decimal", "reason": "Skal være en af: comma, dot."}]

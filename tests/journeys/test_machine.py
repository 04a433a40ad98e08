"""A program at the running server's own address: over HTTP, with a token, as an outsider would."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from data import schema
from data.store import Store
from tests.journeys.conftest import Board

LEADER = "leder@tavle.example"  # reads Nordsjællands Hospital, and delivers for nothing
TEAM = "kvalitet@tavle.example"  # delivers for it
TABLES = (schema.delivery, schema.observation, schema.audit_event, schema.draft, schema.month_state, schema.outbox)
FILE = "indikator;enhed;periode;tæller;nævner\nTRYKSAAR;{unit};2026-09;3;900\n"


def command(board: Board, job: str, **request: Any) -> dict[str, Any]:
    """What `tavle` asks of a running server, through the door it uses."""
    door = json.loads((board.var / "server.json").read_text("utf-8"))
    headers = {"X-Tavle-Token": door["token"], "Content-Type": "application/json"}
    call = urllib.request.Request(f"{board.url}/_local/{job}", json.dumps(request).encode(), headers)
    with urllib.request.urlopen(call, timeout=30) as answer:
        told: dict[str, Any] = json.load(answer)
    assert told["exit_code"] == 0, told
    return told


def rows_of(board: Board, copy: Path) -> dict[str, int]:
    """How many rows the tables of the running server have, counted in a copy it makes of itself."""
    command(board, "backup", path=str(copy))
    store = Store.open(f"duckdb:///{copy}")
    try:
        with store.read() as connection:
            return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES}
    finally:
        store.close()


def hand_in(board: Board, token: str, unit: str, query: str = "") -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/csv; charset=utf-8", "Accept-Language": "en"}
    call = urllib.request.Request(
        f"{board.url}/api/v1/deliveries{query}", FILE.format(unit=unit).encode(), headers, method="POST"
    )
    try:
        with urllib.request.urlopen(call, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


def test_a_token_with_no_right_to_a_unit_gets_403_and_nothing_is_stored(board: Board, tmp_path: Path) -> None:
    token, right = (command(board, "token_make", email=who, name="BI", days=1)["out"].strip() for who in (LEADER, TEAM))
    assert hand_in(board, right, "NOH-MED", "?dry_run=true")[0] == 200, "there is nothing wrong with the file"
    before = rows_of(board, tmp_path / "before.duckdb")
    assert before["observation"] > 10_000 and before["audit_event"] > 0
    for unit in ("NOH-MED", "219"):  # one the account only reads, and one it does not even see
        status, told = hand_in(board, token, unit)
        assert (status, told["type"]) == (403, "urn:tavle:problem:not-allowed"), told
        assert "900" not in json.dumps(told), "what was sent is not said again"
    assert rows_of(board, tmp_path / "after.duckdb") == before

"""The server hands waiting mail over when it starts and when an answer that may have queued some has been sent."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask

import app
from data.outbox import Kind, queue, waiting

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def queue_one(store, about: str) -> None:
    values = {"name": "Ida Holm", "lines": ""}
    store.write(
        lambda connection: queue(
            connection, Kind.RECEIPT, recipient="ida@example.dk", language="da", about=about, author="", now=NOW,
            values=values,
        )
    )  # fmt: skip


def served(store, var: Path) -> Flask:
    server = Flask("tavle")
    app.hand_over_mail(
        server, store, SimpleNamespace(var=var, current_moment=lambda: NOW, mail_from="tavle@h.example", public_url="")
    )

    @server.route("/", methods=["GET", "POST"])
    def answer() -> str:
        queue_one(store, "T-2")
        return "done"

    return server


def test_mail_is_handed_over_at_the_start_and_after_each_delivery(empty_store, tmp_path: Path) -> None:
    queue_one(empty_store, "T-1")
    server = served(empty_store, tmp_path)
    outbox = tmp_path / "outbox"
    assert [path.name for path in outbox.iterdir()] == ["00000001-receipt.eml"]
    server.test_client().get("/")
    assert len(waiting(empty_store)) == 1, "looking at a page hands nothing over"
    assert server.test_client().post("/", buffered=True).text == "done"
    assert waiting(empty_store) == []
    assert len(list(outbox.iterdir())) == 3


def test_a_folder_that_cannot_be_written_disturbs_nobody_and_is_tried_again(
    empty_store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(monotonic=lambda: clock.now, now=1000.0)
    monkeypatch.setattr(app, "time", clock)
    (tmp_path / "outbox").write_text("in the way")
    server = served(empty_store, tmp_path)
    assert server.test_client().post("/", buffered=True).status_code == 200
    assert len(waiting(empty_store)) == 1
    (tmp_path / "outbox").unlink()
    server.test_client().post("/", buffered=True)
    assert len(waiting(empty_store)) == 2, "it rests for a minute"
    clock.now += app.MAIL_RESTS
    server.test_client().post("/", buffered=True)
    assert waiting(empty_store) == []

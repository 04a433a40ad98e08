"""Mail: queued with what it tells of, handed over as files, and never a figure or a foreign header in it."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from data import outbox
from data.outbox import HandedOver, Kind, as_bytes, hand_over, queue, queue_receipt, waiting
from data.schema import outbox as outbox_table
from data.schema import unit
from tests.data.test_month_states import add_account

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
PAIRS = [("SCREEN", "H1-A"), ("FALD", "H1-B")]


def queue_one(world, account_id: int = 1, pairs=PAIRS, receipt: str = "T-2026-000012") -> bool:
    return world.store.write(
        lambda connection: queue_receipt(connection, account_id=account_id, receipt=receipt, touched=pairs, now=NOW)
    )


def read(path: Path) -> EmailMessage:
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.SMTP)  # type: ignore[return-value]


def read_bytes(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=email.policy.SMTP)  # type: ignore[return-value]


def test_a_receipt_is_written_as_a_mail_to_whoever_delivered_in_their_language(world, tmp_path: Path) -> None:
    add_account(world)
    add_account(world, 2, "per@example.dk", name="Per Juul", language="en")
    assert queue_one(world)
    assert queue_one(world, 2)
    assert hand_over(world.store, tmp_path / "outbox", NOW) == HandedOver(2, 0)
    danish, english = sorted((tmp_path / "outbox").iterdir())
    assert [path.name for path in (danish, english)] == ["00000001-receipt.eml", "00000002-receipt.eml"]
    mail = read(danish)
    assert (mail["To"], mail["Subject"], mail["Content-Language"]) == (
        "ida@example.dk", "Tavle: kvittering T-2026-000012", "da",
    )  # fmt: skip
    assert mail["Date"].datetime == NOW
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_content()
    assert "Hej Ida Holm" in text
    assert "- name FALD, Medicinsk Afdeling\r\n- name SCREEN, Kirurgisk Afdeling" in text
    assert "name FALD, Medicinsk Afdeling" in read(english).get_content()
    assert read(english)["Subject"] == "Tavle: receipt T-2026-000012"
    assert hand_over(world.store, tmp_path / "outbox", NOW) == HandedOver(0, 0), "each is written once"


def test_handing_over_is_for_no_caches_and_gives_the_same_bytes_again(world, tmp_path: Path) -> None:
    add_account(world)
    queue_one(world)
    version = world.store.data_version()
    hand_over(world.store, tmp_path, NOW)
    before = (tmp_path / "00000001-receipt.eml").read_bytes()
    # A power cut between the file and the mark: the mail is still in the queue.
    world.store.write(lambda connection: connection.execute(update(outbox_table).values(written_at=None)),
                      changes_data=False)  # fmt: skip
    hand_over(world.store, tmp_path, datetime(2027, 1, 1, tzinfo=UTC))
    assert (tmp_path / "00000001-receipt.eml").read_bytes() == before
    assert world.store.data_version() == version


def test_a_mail_says_where_to_go_on_once_the_address_is_known_and_comes_from_the_address_that_is_set(
    world, tmp_path: Path
) -> None:
    add_account(world)
    queue_one(world)
    (mail,) = waiting(world.store)
    assert "http" not in read_bytes(as_bytes(mail)).get_content()
    public = {"sender": "tavle@h.example", "public_url": "https://tavle.h.example"}
    assert hand_over(world.store, tmp_path, NOW, **public).n_written == 1
    written = read(next(tmp_path.iterdir()))
    assert (written["From"], written["Message-ID"]) == ("Tavle <tavle@h.example>", "<20261123080000.1@h.example>")
    text = written.get_content().replace("\r\n", "\n")
    assert "\n\nhttps://tavle.h.example/indberet/kvitteringer/T-2026-000012\n\nMailen er lavet af Tavle." in text


def test_a_reason_with_figures_in_it_stays_out_of_the_mail(world) -> None:
    add_account(world)
    for reason in ("Afsnittet er talt to gange i august 2026", "Skulle have været 14 af 30"):
        world.store.write(
            lambda connection, reason=reason: outbox.queue_returned(
                connection, [("SCREEN", "H1-A", date(2026, 8, 1), 1)], reason=reason, author="Bo", now=NOW
            )
        )
    plain, withheld = waiting(world.store)
    assert "Begrundelse: Afsnittet er talt to gange i august 2026\n" in plain.body
    assert "Begrundelse: (den indeholder tal og står kun i Tavle)\n" in withheld.body and "14" not in withheld.body


def test_a_disk_that_fails_leaves_the_mail_to_be_tried_again(world, tmp_path: Path, monkeypatch) -> None:
    add_account(world)
    for number in range(3):
        queue_one(world, receipt=f"T-{number}")
    in_the_way = tmp_path / "outbox"
    in_the_way.write_text("a file where the folder should be")
    assert hand_over(world.store, in_the_way, NOW) == HandedOver(0, 3, "File exists")
    in_the_way.unlink()

    whole = Path.replace

    def full(self: Path, target: Path) -> Path:
        if "00000002" in self.name:
            raise OSError(28, "No space left on device")
        return whole(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        assert hand_over(world.store, in_the_way, NOW) == HandedOver(1, 2, "No space left on device")
    assert sorted(path.name for path in in_the_way.iterdir()) == ["00000001-receipt.eml"], "no half file"
    assert [mail.about for mail in waiting(world.store)] == ["T-1", "T-2"]
    assert hand_over(world.store, in_the_way, NOW) == HandedOver(2, 0)


@pytest.mark.parametrize("name", ["Afd.\r\nBcc: alle@example.dk", "Afd.\nBcc: alle@example.dk", "Afd.\u2028Bcc: x"])
def test_no_name_can_add_a_header(world, tmp_path: Path, name: str) -> None:
    add_account(world, name=name)
    world.store.write(lambda connection: connection.execute(update(unit).values(name_da=name)))
    world.store.write(
        lambda connection: outbox.queue_returned(
            connection, [("SCREEN", "H1-A", date(2026, 9, 1), 1)], reason=name, author=name, now=NOW
        )
    )
    # As it would be if somebody wrote into the table by hand.
    world.store.write(lambda connection: connection.execute(update(outbox_table).values(
        subject=outbox_table.c.subject + "\r\nBcc: alle@example.dk")))  # fmt: skip
    assert hand_over(world.store, tmp_path, NOW).n_written == 1
    (path,) = tmp_path.iterdir()
    mail = read(path)
    assert mail["Bcc"] is None
    assert mail["Subject"].startswith("Tavle: tal er sendt tilbage til Afd. Bcc:")
    assert sorted(mail.keys()) == sorted(
        ["From", "To", "Subject", "Date", "Message-ID", "Content-Language", "Auto-Submitted", "Content-Type",
         "Content-Transfer-Encoding", "MIME-Version"]
    )  # fmt: skip


def test_an_address_nobody_can_send_to_stands_in_nobodys_way(world, tmp_path: Path) -> None:
    add_account(world, 1, "system")
    add_account(world, 2, "per@example.dk")
    assert not queue_one(world, 1), "no address"
    assert not queue_one(world, 99), "nobody"
    world.store.write(lambda connection: connection.execute(insert(outbox_table).values(
        kind="receipt", recipient="a@b@c, d", subject="", body="", language="da", about="", author="",
        created_at=datetime(2026, 11, 23))))  # fmt: skip
    assert queue_one(world, 2)
    done = hand_over(world.store, tmp_path, NOW)
    assert (done.n_written, done.n_left) == (1, 1)
    assert "a@b" not in done.why
    assert [path.name for path in tmp_path.iterdir()] == ["00000002-receipt.eml"]


def test_a_delivery_of_very_many_series_makes_a_short_mail(world) -> None:
    add_account(world)
    queue_one(world, pairs=[(f"I{number:03d}", "H1-A") for number in range(500)])
    (mail,) = waiting(world.store)
    assert mail.body.count("\n- ") == 21
    assert "- og 480 mere" in mail.body


def test_a_mail_is_queued_with_what_it_tells_of_or_not_at_all(world) -> None:
    add_account(world)

    def fail(connection) -> None:
        queue(connection, Kind.RECEIPT, recipient="ida@example.dk", language="da", about="T-1", author="", now=NOW,
              values={"name": "", "lines": ""})  # fmt: skip
        raise ValueError("the delivery is given up")

    with pytest.raises(ValueError, match="given up"):
        world.store.write(fail)
    assert waiting(world.store) == []

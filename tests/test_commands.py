"""The command line: the same words and exit codes with a store, without one, and through a running server."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import Connection, insert, select
from typer.testing import CliRunner
from werkzeug.serving import make_server

import commands
from api.local import STORE_HEADER, TOKEN_HEADER, local_blueprint
from data import catalogue, schema
from data.store import Store, bulk_insert
from settings import Settings

ROOT = Path(__file__).resolve().parents[1]
HEAD = "indikator;enhed;periode;tæller;nævner;kommentar\n"
GOOD = HEAD + "".join(f"HAI-BAC;NOH;2026-{month:02d};{month % 3};1.050,5;\n" for month in range(1, 11))
WRONG = HEAD + "HAI-BAC;NOH;2026-10;48 stk;1050,5;\n"
CPR = HEAD + "HAI-BAC;NOH;2026-10;4;1050,5;Se 010190-1234\n"
TODAY = ("--today", "2026-11-23")


def _people(connection: Connection) -> None:
    for email, role, unit in (
        ("team@noh.dk", "quality_team", "NOH"),
        ("leder@noh.dk", "leader", "NOH"),
        ("team@hgh.dk", "quality_team", "HGH"),
    ):
        connection.execute(
            insert(schema.account).values(
                email=email, name=email, title="", password_hash="", is_active=True, created_at=datetime(2026, 1, 1)
            )
        )
        account_id = connection.scalar(select(schema.account.c.id).where(schema.account.c.email == email))
        connection.execute(insert(schema.role_grant).values(account_id=account_id, role=role, unit_code=unit))


@dataclass
class Desk:
    """A person at a terminal: a folder, the run-time folder, and `tavle`."""

    folder: Path
    var: Path

    def file(self, text: str | bytes, name: str = "okt.csv") -> str:
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("cp1252"))
        return str(path)

    def tavle(self, *arguments: str, **options: Any) -> Result:
        return CliRunner().invoke(commands.app, list(arguments), catch_exceptions=False, **options)

    def settings(self) -> Settings:
        return Settings()

    def contents(self) -> dict[str, list[tuple[object, ...]]]:
        store = Store.open(self.settings().store_url)
        try:
            with store.read() as connection:
                return {
                    table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
                    for table in schema.metadata.sorted_tables
                }
        finally:
            store.close()


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A machine on which Tavle has never run."""
    for name in [name for name in os.environ if name.startswith("TAVLE_") and name != "TAVLE_SHARED"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TAVLE_VAR", str(tmp_path / "var"))
    return Desk(tmp_path, tmp_path / "var")


@pytest.fixture(scope="session")
def made_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the catalogue and three people, made once and copied for each test."""
    path = tmp_path_factory.mktemp("store") / "tavle.duckdb"
    store = Store.open(f"duckdb:///{path}", create=True)
    store.migrate()
    store.write(catalogue.load)
    store.write(_people)
    store.close()
    return path


@pytest.fixture
def desk(bare: Desk, made_store: Path) -> Desk:
    """A machine with a store."""
    bare.var.mkdir()
    shutil.copyfile(made_store, bare.settings().store_url.removeprefix("duckdb:///"))
    return bare


# ------------------------------------------------------------------------------------------------------ check and load


def test_check_says_the_reading_the_findings_and_ends_with_0_or_1(desk: Desk) -> None:
    before = desk.contents()
    good = desk.tavle("check", desk.file(GOOD), *TODAY)
    assert good.exit_code == 0
    assert "Læst som semikolon, decimalkomma, Windows-1252; periode skrevet som åååå-mm." in good.output
    assert "Rækker: nye 10, ændrede 0, uændrede 0." in good.output
    wrong = desk.tavle("check", desk.file(WRONG), *TODAY)
    assert wrong.exit_code == 1
    lines = wrong.output.splitlines()
    assert "Fejl      Række 2, kolonne »tæller«: »48 stk« er ikke et tal." in lines
    assert "          Værdi: 48 stk" in lines
    assert "          Ret:   Skriv kun tallet. Er der intet tal for perioden, så udelad rækken." in lines
    assert desk.contents() == before


def test_check_speaks_english(desk: Desk) -> None:
    said = desk.tavle("check", desk.file(WRONG), *TODAY, "--lang", "en").output
    assert "Error    Row 2, column “tæller”: “48 stk” is not a number." in said.splitlines()


def test_check_as_json_carries_codes(desk: Desk) -> None:
    result = desk.tavle("check", desk.file(WRONG), *TODAY, "--json")
    content = json.loads(result.stdout)
    assert content["accepted"] is False
    assert content["findings"][0] == {
        "code": "not_a_number",
        "severity": "error",
        "row": 2,
        "column": "tæller",
        "value": "48 stk",
        "reason": "»48 stk« er ikke et tal.",
        "mend": "Skriv kun tallet. Er der intet tal for perioden, så udelad rækken.",
    }


def test_load_prints_a_receipt_and_the_second_time_0_changes(desk: Desk) -> None:
    file = desk.file(GOOD)
    first = desk.tavle("load", file, "--as", "team@noh.dk", *TODAY)
    assert first.exit_code == 0, first.output
    number = first.stdout.split("Kvittering ")[1].split(".")[0]
    assert first.stdout.endswith(f"Kvittering {number}. Rækker: nye 10, ændrede 0, uændrede 0.\n")
    after = desk.contents()
    second = desk.tavle("load", file, "--as", "TEAM@noh.dk", *TODAY)
    assert second.exit_code == 0
    assert "0 ændringer: alt i filen står allerede i Tavle (rækker: 10), og intet er skrevet." in second.stdout
    assert number in second.stdout
    assert desk.contents() == after


@pytest.mark.parametrize(
    ("content", "who", "code", "said"),
    [
        (WRONG, "team@noh.dk", 1, "»48 stk« er ikke et tal."),
        (CPR, "team@noh.dk", 1, "Række 2, kolonne »kommentar«"),
        (GOOD, "team@hgh.dk", 3, "Du har ikke ret til at indberette for Nordsjællands Hospital."),
        (WRONG, "team@hgh.dk", 1, "»48 stk« er ikke et tal."),
        (GOOD, "leder@noh.dk", 3, "leder@noh.dk har ikke ret til at indberette."),
        (GOOD, "ingen@noh.dk", 3, "Der er ingen aktiv bruger med den adresse."),
        ("", "team@noh.dk", 1, "Filen er tom."),
    ],
)
def test_what_cannot_be_loaded_says_why_and_changes_nothing(
    desk: Desk, content: str, who: str, code: int, said: str
) -> None:
    before = desk.contents()
    result = desk.tavle("load", desk.file(content), "--as", who, *TODAY)
    assert (result.exit_code, said in result.output) == (code, True), result.output
    assert desk.contents() == before


def test_a_cpr_number_is_never_printed(desk: Desk) -> None:
    for file in (desk.file(CPR), desk.file(GOOD, "010190-1234.csv"), str(desk.folder / "findes-ikke 010190-1234.csv")):
        for command in (("check", file, *TODAY), ("load", file, "--as", "team@noh.dk", *TODAY, "--json")):
            result = desk.tavle(*command)
            assert result.exit_code in (1, 2)
            assert "010190" not in result.output


def test_a_large_file_is_refused_by_its_size_before_it_is_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = desk.folder / "stor.csv"
    with path.open("wb") as file:
        file.truncate(200_000_000)

    def never(_: Path) -> bytes:
        raise AssertionError("the file was read")

    monkeypatch.setattr(Path, "read_bytes", never)
    result = desk.tavle("check", str(path), *TODAY)
    assert result.exit_code == 1
    assert "Filen fylder 200 MB; grænsen er 20 MB." in result.output


def test_the_limits_are_settings(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAVLE_UPLOAD_ROW_LIMIT", "9")
    assert "Filen har over 9 rækker" in desk.tavle("check", desk.file(GOOD), *TODAY).output


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("check", "findes-ikke.csv"),
        ("check", "{file}", "--today", "i går"),
        ("check", "{file}", "--encoding", "klingon"),
        ("check", "{file}", "--decimal", "semicolon"),
        ("load", "{file}"),
        ("noget",),
        ("export", "series", "--indicator", "HAI-BAC"),
        ("convert", "{file}", "--mapping", "findes-ikke.yaml", "-o", "ud.csv"),
    ],
)
def test_wrong_use_ends_with_2(desk: Desk, arguments: tuple[str, ...]) -> None:
    file = desk.file(GOOD)
    assert desk.tavle(*(argument.replace("{file}", file) for argument in arguments)).exit_code == 2


def test_options_replace_what_would_be_guessed(desk: Desk) -> None:
    file = desk.file("periode,tæller,nævner\n2026-10,4,1.050\n".encode())
    given = ("--indicator", "HAI-BAC", "--unit", "Nordsjællands Hospital", *TODAY)
    asked = desk.tavle("check", file, *given)
    assert asked.exit_code == 1
    assert "om »1.050« er 1050 eller 1,05" in asked.output
    assert (
        desk.tavle("check", file, *given, "--decimal", "comma", "--delimiter", "comma", "--encoding", "utf-8").exit_code
        == 0
    )


def test_without_any_store_a_file_is_checked_against_the_catalogue_and_that_is_said(bare: Desk) -> None:
    result = bare.tavle("check", bare.file(GOOD), *TODAY)
    assert result.exit_code == 0
    assert "Der er ingen database endnu" in result.stderr
    assert bare.tavle("check", bare.file(WRONG), *TODAY).exit_code == 1
    assert not bare.var.exists()


def test_commands_that_need_a_store_end_with_4_without_one(bare: Desk) -> None:
    for command in (
        ("load", bare.file(GOOD), "--as", "team@noh.dk"),
        ("export", "series", "--indicator", "HAI-BAC", "--unit", "NOH"),
        ("doctor",),
        ("backup", str(bare.folder / "kopi.duckdb")),
    ):
        result = bare.tavle(*command)
        assert result.exit_code == 4, command
        assert "Der er ingen database i" in result.stderr


def _set_version(desk: Desk, revision: str) -> None:
    store = Store.open(desk.settings().store_url)
    store.write(lambda connection: connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'"))
    store.close()


def test_a_store_of_a_newer_version_is_left_alone_and_that_is_said(desk: Desk) -> None:
    _set_version(desk, "9999_from_tomorrow")
    for command in (
        ("load", desk.file(GOOD), "--as", "team@noh.dk", *TODAY),
        ("export", "series", "--indicator", "HAI-BAC", "--unit", "NOH"),
        ("user", "add", "ida@noh.dk", "--name", "Ida", "--role", "leader", "--unit", "NOH"),
    ):
        result = desk.tavle(*command, input="langt-kodeord-2026\n")
        assert result.exit_code == 4, command
        assert "er lavet af en nyere udgave af Tavle" in result.stderr, command
    doctor = desk.tavle("doctor", "--lang", "en")
    assert doctor.exit_code == 1 and "made by a newer version of Tavle" in doctor.stdout
    assert desk.tavle("backup", str(desk.folder / "kopi.duckdb")).exit_code == 0


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("TAVLE_PORT", "abc"),
        ("TAVLE_PORT", "70000"),
        ("TAVLE_TODAY", "i morgen"),
        ("TAVLE_TIMEZONE", "Mars/Olympus"),
        ("TAVLE_DELIVERY_DEADLINE_DAY", "0"),
        ("TAVLE_MAIL_FROM", "Tavle <tavle@h.example>"),
        ("TAVLE_MAIL_FROM", "hospital"),
        ("TAVLE_PUBLIC_URL", "tavle.hospital.example"),
        ("TAVLE_PUBLIC_URL", "https://tavle.hospital.example/tavle?x=1"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named_and_its_value_is_not_printed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, setting: str, value: str
) -> None:
    monkeypatch.setenv(setting, value)
    result = desk.tavle("doctor")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{setting} kan ikke bruges. / {setting} cannot be used.")
    assert f"'{value}'" not in result.stderr


@pytest.mark.parametrize("command", [("demo", "--port", "8399"), ("serve", "--port", "8399")])
def test_a_run_time_folder_that_cannot_be_used_is_one_sentence(
    bare: Desk, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    (bare.folder / "fil").write_text("ikke en mappe")
    monkeypatch.setenv("TAVLE_VAR", str(bare.folder / "fil" / "var"))
    result = bare.tavle(*command)
    assert result.exit_code == 4
    assert len(result.stderr.strip().splitlines()) == 1 and "fil/var" in result.stderr


# ------------------------------------------------------------------------------------------------------------- convert


def test_convert_writes_a_delivery_file_that_can_be_checked(desk: Desk) -> None:
    source = desk.file("hospital,infection,month,n,days\nRGH,BAC,2026-10-01,17,17233.6666666627\n", "rå.csv")
    mapping = str(ROOT / "docs" / "mappings" / "hospital_infections.yaml")
    out = desk.folder / "levering.csv"
    result = desk.tavle("convert", source, "--mapping", mapping, "-o", str(out))
    assert result.exit_code == 0, result.output
    assert out.read_text("utf-8-sig").splitlines()[1] == "HAI-BAC;RGH;2026-10-01;17;17233,6666666627"
    assert desk.tavle("check", str(out), *TODAY).exit_code == 0
    wrong = desk.tavle("convert", desk.file("a,b\n1,2\n", "andet.csv"), "--mapping", mapping, "-o", str(out))
    assert wrong.exit_code == 1
    assert "Filen har ingen kolonne »infection«" in wrong.output


# -------------------------------------------------------------------------------------------------------------- export


def test_export_prints_the_series_with_receipts(desk: Desk) -> None:
    desk.tavle("load", desk.file(GOOD), "--as", "team@noh.dk", *TODAY)
    result = desk.tavle("export", "series", "--indicator", "HAI-BAC", "--unit", "NOH", "--format", "csv")
    assert result.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert list(rows[0]) == [
        "indicator", "unit", "period_start", "period_end", "numerator", "denominator", "value", "delivery",
    ]  # fmt: skip
    assert len(rows) == 10
    first = rows[0]
    assert (first["indicator"], first["unit"]) == ("HAI-BAC", "NOH")
    assert (first["period_start"], first["period_end"]) == ("2026-01-01", "2026-01-31")
    assert (first["numerator"], first["denominator"]) == ("1", "1050.5")
    assert float(first["value"]) == pytest.approx(10_000 / 1050.5, rel=1e-15)
    assert first["delivery"].startswith("T-20")
    assert result.stderr == ""


def test_export_in_danish_form(desk: Desk) -> None:
    desk.tavle("load", desk.file(GOOD), "--as", "team@noh.dk", *TODAY)
    said = desk.tavle("export", "series", "--indicator", "hai-bac", "--unit", "nordsjællands hospital", "--form", "da")
    lines = said.stdout.splitlines()
    assert lines[0] == "indikator;enhed;periode_start;periode_slut;tæller;nævner;værdi;levering"
    assert lines[1].startswith("HAI-BAC;NOH;01-01-2026;31-01-2026;1;1050,5;9,51")


def test_export_shows_only_what_the_person_may_see(desk: Desk) -> None:
    desk.tavle("load", desk.file(GOOD), "--as", "team@noh.dk", *TODAY)
    series = ("export", "series", "--indicator", "HAI-BAC", "--unit", "NOH")
    assert desk.tavle(*series, "--as", "leder@noh.dk").exit_code == 0
    refused = desk.tavle(*series, "--as", "team@hgh.dk")
    assert (refused.exit_code, refused.stdout) == (3, "")
    assert desk.tavle("export", "series", "--indicator", "FINDES-IKKE", "--unit", "NOH").exit_code == 1
    assert desk.tavle("export", "series", "--indicator", "HAI-BAC", "--unit", "FINDES-IKKE").exit_code == 1


def test_a_series_is_written_as_a_file(desk: Desk, tmp_path: Path) -> None:
    desk.tavle("load", desk.file(GOOD), "--as", "team@noh.dk", *TODAY)
    series = ("export", "series", "--indicator", "hai-bac", "--unit", "NOH", "--format")
    for kind, begins in (("pdf", b"%PDF-"), ("xlsx", b"PK"), ("svg", b"<svg")):
        out = tmp_path / f"serie.{kind}"
        assert desk.tavle(*series, kind).exit_code == 2  # nowhere to write it
        assert desk.tavle(*series, kind, "--out", str(tmp_path / "intet" / "serie")).exit_code == 2
        assert desk.tavle(*series, kind, "--as", "team@hgh.dk", "--out", str(out)).exit_code == 3
        assert not out.exists()
        said = desk.tavle(*series, kind, "--out", str(out))
        assert (said.exit_code, said.stdout) == (0, f"{out} er skrevet.\n")
        assert out.read_bytes().startswith(begins)


def test_simulated_figures_say_demo_on_every_row(desk: Desk) -> None:
    desk.tavle("load", desk.file(GOOD), "--as", "team@noh.dk", *TODAY)
    store = Store.open(desk.settings().store_url)
    store.write(lambda connection: connection.execute(schema.delivery.update().values(origin="demo")))
    store.close()
    result = desk.tavle("export", "series", "--indicator", "HAI-BAC", "--unit", "NOH")
    assert result.stderr == "# DEMO: simulerede data.\n"
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert all(row["delivery"].startswith("DEMO T-") for row in rows)


# ------------------------------------------------------------------------------------------- doctor, backup, restore


def test_digest_says_how_many_got_a_mail_and_hands_them_over(desk: Desk) -> None:
    result = desk.tavle("digest", "--lang", "en")
    assert result.exit_code == 0 and "mails queued" in result.stdout
    again = desk.tavle("digest")
    assert again.exit_code == 0 and again.stdout.startswith("0 mails lagt i køen.")


def test_doctor_says_how_the_store_is(desk: Desk) -> None:
    desk.tavle("load", desk.file(GOOD), "--as", "team@noh.dk", *TODAY)
    result = desk.tavle("doctor")
    assert result.exit_code == 0, result.output
    assert "10 tal, 1 leveringer" in result.stdout
    assert "kæden er hel" in result.stdout
    assert "the chain is whole" in desk.tavle("doctor", "--lang", "en").stdout


def test_doctor_finds_a_changed_trace(desk: Desk) -> None:
    desk.tavle("load", desk.file(GOOD), "--as", "team@noh.dk", *TODAY)
    store = Store.open(desk.settings().store_url)
    store.write(lambda connection: connection.execute(schema.audit_event.update().values(actor="en anden")))
    store.close()
    result = desk.tavle("doctor")
    assert result.exit_code == 1
    assert "kæden er brudt ved hændelse" in result.stdout


def test_a_backup_gives_back_every_row_and_the_store_works_on(desk: Desk) -> None:
    desk.tavle("load", desk.file(GOOD), "--as", "team@noh.dk", *TODAY)
    saved = desk.contents()
    copy = desk.folder / "kopi.duckdb"
    assert desk.tavle("backup", str(copy)).exit_code == 0
    assert copy.stat().st_mode & 0o077 == 0
    assert desk.tavle("backup", str(copy)).exit_code == 1, "an older backup is never written over"
    later = desk.file(HEAD + "HAI-BAC;NOH;2025-12;2;900,5;\n", "nyt.csv")
    assert desk.tavle("load", later, "--as", "team@noh.dk", *TODAY).exit_code == 0
    assert desk.contents() != saved
    result = desk.tavle("restore", str(copy))
    assert result.exit_code == 0, result.output
    assert desk.contents() == saved
    kept = list(desk.var.glob("*.before-*.duckdb"))
    assert len(kept) == 1
    assert str(kept[0]) in result.stdout
    # The numbers that are drawn from sequences go on where they were.
    assert desk.tavle("load", later, "--as", "team@noh.dk", *TODAY).exit_code == 0
    assert desk.tavle("doctor").exit_code == 0


def test_a_broken_store_can_be_replaced_by_a_backup(desk: Desk) -> None:
    saved = desk.contents()
    copy = desk.folder / "kopi.duckdb"
    assert desk.tavle("backup", str(copy)).exit_code == 0
    place = Path(desk.settings().store_url.removeprefix("duckdb:///"))
    place.write_bytes(b"the disk was full here" * 1000)
    assert desk.tavle("doctor").exit_code == 4
    assert desk.tavle("restore", str(copy)).exit_code == 0
    assert desk.contents() == saved


def test_what_is_no_backup_is_not_put_in_place(desk: Desk) -> None:
    before = desk.contents()
    for path in (desk.file("ikke en database"), str(desk.folder / "findes-ikke.duckdb")):
        assert desk.tavle("restore", path).exit_code in (1, 4)
    assert desk.contents() == before


def test_a_user_can_be_added_to_a_new_installation(bare: Desk) -> None:
    add = ("user", "add", "chef@noh.dk", "--name", "Ida Holm", "--role", "administrator")
    assert bare.tavle(*add, input="kort\n").exit_code == 1
    result = bare.tavle(*add, input="en lang adgangskode\n")
    assert result.exit_code == 0, result.output
    assert "en lang adgangskode" not in result.output
    assert bare.tavle(*add, input="en lang adgangskode\n").exit_code == 1


def test_the_first_user_of_a_new_installation_can_have_a_unit(bare: Desk) -> None:
    add = ("user", "add", "team@noh.dk", "--name", "Ida Holm", "--role", "quality_team", "--unit", "NOH")
    result = bare.tavle(*add, input="en lang adgangskode\n")
    assert result.exit_code == 0, result.output


# ---------------------------------------------------------------------------------------------- while the server runs


@dataclass
class Server:
    """A server that holds the store of a desk, with nothing but the loopback door."""

    url: str
    token: str
    asked: list[str]


@pytest.fixture
def served(desk: Desk) -> Iterator[Server]:
    settings = desk.settings()
    store = Store.open(settings.store_url)
    token = "prøve-token".encode().hex()
    flask = Flask("door")
    flask.register_blueprint(local_blueprint(store, settings, token))
    asked: list[str] = []
    flask.before_request(lambda: asked.append(__import__("flask").request.path))
    server = make_server("127.0.0.1", 0, flask, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    door = desk.var / "server.json"
    door.write_text(json.dumps({"pid": os.getpid(), "url": url, "token": token}), encoding="utf-8")
    yield Server(url, token, asked)
    server.shutdown()
    thread.join()
    server.server_close()
    store.close()
    door.unlink(missing_ok=True)


COMMANDS: list[Callable[[Desk], tuple[str, ...]]] = [
    lambda desk: ("check", desk.file(GOOD), *TODAY),
    lambda desk: ("check", desk.file(WRONG, "forkert.csv"), *TODAY, "--lang", "en"),
    lambda desk: ("check", desk.file(CPR, "cpr.csv"), *TODAY, "--json"),
    lambda desk: ("load", desk.file(WRONG, "forkert.csv"), "--as", "team@noh.dk", *TODAY),
    lambda desk: ("load", desk.file(GOOD), "--as", "team@hgh.dk", *TODAY),
    lambda desk: ("load", desk.file(GOOD), "--as", "ingen@noh.dk", *TODAY),
    lambda desk: ("export", "series", "--indicator", "HAI-BAC", "--unit", "NOH"),
    lambda desk: ("export", "series", "--indicator", "HAI-BAC", "--unit", "NOH", "--as", "team@hgh.dk"),
    lambda desk: ("export", "series", "--indicator", "X", "--unit", "NOH"),
    lambda desk: ("token", "list", "--as", "team@noh.dk"),
    lambda desk: ("token", "list", "--as", "team@noh.dk", "--all"),
    lambda desk: ("token", "make", "--as", "ingen@noh.dk", "--name", "BI"),
    lambda desk: ("token", "revoke", "tavle_findesikke", "--as", "team@noh.dk", "--lang", "en"),
]


@pytest.mark.parametrize("command", COMMANDS)
def test_words_and_exit_codes_are_the_same_through_the_server(
    desk: Desk, request: pytest.FixtureRequest, command: Callable[[Desk], tuple[str, ...]]
) -> None:
    alone = desk.tavle(*command(desk))
    served: Server = request.getfixturevalue("served")
    through = desk.tavle(*command(desk))
    assert (through.exit_code, through.stdout, through.stderr) == (alone.exit_code, alone.stdout, alone.stderr)
    assert len(served.asked) == 1


def test_a_load_and_a_backup_go_through_the_server(desk: Desk, served: Server, tmp_path: Path) -> None:
    result = desk.tavle("load", desk.file(GOOD), "--as", "team@noh.dk", *TODAY)
    assert result.exit_code == 0, result.output
    assert len(desk.tavle("export", "series", "--indicator", "HAI-BAC", "--unit", "NOH").stdout.splitlines()) == 11
    assert "10 tal" in desk.tavle("doctor").stdout
    assert desk.tavle("backup", str(tmp_path / "kopi.duckdb")).exit_code == 0
    assert served.asked == ["/_local/load", "/_local/export", "/_local/doctor", "/_local/backup"]
    assert desk.tavle("restore", str(tmp_path / "kopi.duckdb")).exit_code == 4


def test_a_token_is_shown_once_listed_by_its_beginning_and_revoked(desk: Desk, served: Server) -> None:
    made = desk.tavle("token", "make", "--as", "team@noh.dk", "--name", "BI", "--days", "30")
    token = made.stdout.strip()
    assert made.exit_code == 0
    assert re.fullmatch(r"tavle_[\w-]{43}", token)
    assert token not in made.stderr, "the words may stand in a log; the token is for the pipe"
    listed = desk.tavle("token", "list", "--as", "team@noh.dk").stdout
    assert token[:14] in listed
    assert token not in listed
    assert "gælder" in listed
    assert desk.tavle("token", "revoke", token[:14], "--as", "team@hgh.dk").exit_code == 1, "somebody else's"
    assert desk.tavle("token", "revoke", token[:14], "--as", "team@noh.dk").exit_code == 0
    assert "tilbagekaldt" in desk.tavle("token", "list", "--as", "team@noh.dk").stdout
    assert len(served.asked) == 5
    assert desk.tavle("token", "make", "--as", "team@noh.dk", "--name", " ").exit_code == 1
    assert desk.tavle("token", "make", "--as", "team@noh.dk", "--name", "BI", "--days", "-1").exit_code == 2


def test_a_delivery_is_taken_back_and_put_in_again_and_its_receipt_goes_by_mail(desk: Desk) -> None:
    me = ("--as", "team@noh.dk")
    receipt = re.search(r"T-\d{4}-\d{6}", desk.tavle("load", desk.file(GOOD), *me, *TODAY).output)
    assert receipt is not None
    (mail,) = (desk.var / "outbox").iterdir()
    assert f"Subject: Tavle: kvittering {receipt[0]}\r\n".encode() in mail.read_bytes()

    refused = desk.tavle("withdraw", receipt[0], "--as", "team@hgh.dk", "--reason", "forkert fil")
    assert (refused.exit_code, refused.stdout) == (3, "")
    assert desk.tavle("withdraw", "T-2020-000001", *me).exit_code == 1
    done = desk.tavle("withdraw", receipt[0], *me)
    assert (done.exit_code, done.output) == (
        0, f"{receipt[0]} er trukket tilbage. Målinger, der er beregnet igen: 1.\n"
    )  # fmt: skip
    assert desk.tavle("withdraw", receipt[0], *me, "--lang", "en").output == f"{receipt[0]} was withdrawn already.\n"
    back = desk.tavle("restore-delivery", receipt[0], *me, "--reason", "den var rigtig", "--lang", "en")
    assert (back.exit_code, back.output) == (0, f"{receipt[0]} counts again. Measures worked out again: 1.\n")


def test_the_door_is_not_there_for_anybody_without_the_token(desk: Desk) -> None:
    store = Store.open(desk.settings().store_url)
    flask = Flask("door")
    flask.register_blueprint(local_blueprint(store, desk.settings(), "hemmelig"))
    client = flask.test_client()
    right = {TOKEN_HEADER: "hemmelig"}
    body = {"language": "da", "path": ""}
    assert client.post("/_local/doctor", json=body, headers=right).status_code == 200
    assert client.post("/_local/doctor", json=body).status_code == 404
    assert client.post("/_local/doctor", json=body, headers={TOKEN_HEADER: "hemmelig "}).status_code in (200, 404)
    assert client.post("/_local/doctor", json=body, headers={TOKEN_HEADER: "forkert"}).status_code == 404
    far = {"REMOTE_ADDR": "10.0.0.7"}
    assert client.post("/_local/doctor", json=body, headers=right, environ_overrides=far).status_code == 404
    forwarded = right | {"X-Forwarded-For": "127.0.0.1"}
    assert client.post("/_local/doctor", json=body, headers=forwarded).status_code == 404
    assert client.get("/_local/doctor", headers=right).status_code == 405
    assert client.post("/_local/slet-alt", json=body, headers=right).status_code == 404
    assert client.post("/_local/check", json={"content": "%%"}, headers=right).status_code == 400
    assert client.post("/_local/doctor", data=b"\xff", headers=right).status_code == 400
    other = right | {STORE_HEADER: "duckdb:///en/anden.duckdb"}
    assert client.post("/_local/doctor", json=body, headers=other).status_code == 409
    shut = Flask("shut")
    shut.register_blueprint(local_blueprint(store, desk.settings(), ""))
    assert shut.test_client().post("/_local/doctor", json=body, headers={TOKEN_HEADER: ""}).status_code == 404
    store.close()


@pytest.mark.parametrize(
    "left_behind",
    [
        "",
        "ikke json",
        "[]",
        json.dumps({"pid": 2**22 + 1, "url": "http://127.0.0.1:9", "token": "x"}),
        json.dumps({"pid": os.getpid(), "url": "http://127.0.0.1:9", "token": "x"}),
    ],
    ids=["empty", "no json", "a list", "no such process", "nobody answers"],  # a pid in a name differs between workers
)
def test_a_server_file_left_behind_is_ignored(desk: Desk, left_behind: str) -> None:
    (desk.var / "server.json").write_text(left_behind, encoding="utf-8")
    assert desk.tavle("check", desk.file(GOOD), *TODAY).exit_code == 0


def test_a_server_with_another_store_is_left_alone_when_a_store_is_named(
    desk: Desk, served: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TAVLE_DATABASE_URL", f"duckdb:///{tmp_path / 'findes-ikke.duckdb'}")
    assert desk.tavle("doctor").exit_code == 4


def test_a_store_held_by_another_process_ends_with_4(desk: Desk) -> None:
    path = desk.settings().store_url.removeprefix("duckdb:///")
    hold = f"import duckdb; held = duckdb.connect({path!r}); print('held', flush=True); input()"
    other = subprocess.Popen(
        [sys.executable, "-c", hold], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        result = desk.tavle("doctor")
        assert result.exit_code == 4
        assert "er i brug af et andet program" in result.stderr
    finally:
        other.communicate("\n")


def test_the_command_is_a_program_of_its_own(desk: Desk) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "commands", "check", desk.file(WRONG), *TODAY],
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "error", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "Række 2, kolonne »tæller«: »48 stk« er ikke et tal." in done.stdout
    assert done.stderr == ""


# ------------------------------------------------------------------------------------------------- a unit's own words


def test_a_file_with_an_error_in_row_14_is_refused_by_row_column_value_reason_and_mend(desk: Desk) -> None:
    def local(connection: Connection) -> None:
        row = connection.execute(select(schema.indicator).where(schema.indicator.c.code == "HAI-BAC")).one()
        share = {**row._mapping, "code": "TRYKSAAR", "per": 100.0, "chart": "p"}
        bulk_insert(connection, schema.indicator, pd.DataFrame([share]))

    store = Store.open(desk.settings().store_url)
    store.write(local)
    store.close()
    before = desk.contents()
    rows = "".join(f"TRYKSAAR;NOH;2025-{month:02d};{month};41;\n" for month in range(1, 13))
    result = desk.tavle("load", desk.file(HEAD + rows + "TRYKSAAR;NOH;2026-01;48;41;\n"), "--as", "team@noh.dk", *TODAY)
    assert result.exit_code == 1
    assert "Fejl      Række 14, kolonne »tæller«: 48 er større end nævner 41." in result.stdout.splitlines()
    assert "          Værdi: 48" in result.stdout.splitlines()
    assert "Ret:   Tælleren er en del af nævneren, så den kan højst være 41." in result.stdout
    assert desk.contents() == before


# -------------------------------------------------------------------------------------------------------- conformance


def _cases(folder: Path, centre: float) -> Path:
    """One case of a run chart of 1, 2, 3, 4, 5 whose median another system says is `centre`."""
    own = ROOT / "tests" / "reference" / "spc"
    cases = pd.read_csv(own / "cases.csv", dtype=str, keep_default_na=False)
    expected = pd.read_csv(own / "expected.csv")
    one = cases[(cases["chart"] == "run") & (cases["expect"] == "ok")].iloc[[0]]
    inputs = pd.read_csv(own / "inputs.csv", dtype=str)
    folder.mkdir()
    one.to_csv(folder / "cases.csv", index=False)
    inputs[inputs["dataset"] == one["dataset"].iloc[0]].to_csv(folder / "inputs.csv", index=False)
    figures = expected[expected["case_id"] == one["case_id"].iloc[0]]
    figures.assign(cl=figures["cl"] + centre).to_csv(folder / "expected.csv", index=False)
    return folder


def test_conformance_prints_the_table_and_ends_well_where_nothing_disagrees(desk: Desk, tmp_path: Path) -> None:
    result = desk.tavle("conformance", str(_cases(tmp_path / "agree", 0.0)))
    assert result.exit_code == 0
    assert [line.split() for line in result.stdout.splitlines()[2:4]] == [
        ["qicharts2", "run", "1", "1", "0", "0"],
        ["all", "1", "1", "0", "0"],
    ]
    assert result.stdout.endswith("differs by convention:\n  none\n\ndisagrees:\n  none\n")


def test_conformance_ends_with_1_and_the_case_where_something_disagrees(desk: Desk, tmp_path: Path) -> None:
    result = desk.tavle("conformance", str(_cases(tmp_path / "off", 0.5)))
    assert result.exit_code == 1
    assert "disagrees:\n  qicharts2 " in result.stdout


def test_conformance_without_figures_is_wrong_use_in_both_languages(desk: Desk, tmp_path: Path) -> None:
    for arguments in (("conformance", str(tmp_path)), ("conformance", str(tmp_path / "nowhere"))):
        assert desk.tavle(*arguments).exit_code == 2
        assert desk.tavle(*arguments).stderr.startswith("Der er ingen referencetal i ")
        assert desk.tavle(*arguments, "--lang", "en").stderr.startswith("There are no reference figures in ")


def test_conformance_takes_the_shared_figures_and_else_the_projects_own(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[Path]] = []
    monkeypatch.setattr(
        "indicators.spc.conformance.report", lambda folders: (asked.append(list(folders)), ("x\n", False))[1]
    )
    monkeypatch.setenv("TAVLE_SHARED", str(tmp_path))
    assert desk.tavle("conformance").exit_code == 0
    (tmp_path / "reference" / "spc").mkdir(parents=True)
    assert desk.tavle("conformance").exit_code == 0
    own = ROOT / "tests" / "reference"
    assert asked == [[own / "spc", own / "funnel"], [tmp_path / "reference" / "spc"]]

"""tavle definition: out as YAML, in as somebody's draft, looked over; refusals by their words and exit codes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from typer.testing import CliRunner

import commands
from data import schema
from data.definition_file import read_definition, write_definition
from data.store import Store
from tests.data.test_definitions import CPR, PAIN

TEAM = ("--as", "team@noh.dk")


@pytest.fixture
def tavle(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The command on a store of its own, with a quality team and a leader in it."""
    monkeypatch.setenv("TAVLE_VAR", str(tmp_path))
    monkeypatch.setenv("TAVLE_TODAY", "2026-11-22")
    monkeypatch.setenv("TAVLE_DATABASE_URL", f"duckdb:///{store.url.database}")
    for number, (email, role) in enumerate((("team@noh.dk", "quality_team"), ("leder@noh.dk", "leader")), start=1):
        person = {
            "id": number, "email": email, "name": email, "title": "", "password_hash": "", "is_active": True,
            "created_at": datetime(2026, 1, 1),
        }  # fmt: skip
        grant = {"account_id": number, "role": role, "unit_code": "NOH"}
        store.write(lambda connection, person=person: connection.execute(insert(schema.account).values(**person)))
        store.write(lambda connection, grant=grant: connection.execute(insert(schema.role_grant).values(**grant)))
    store.close()
    return lambda *arguments: CliRunner().invoke(commands.app, ["definition", *arguments])


def test_what_is_exported_reads_back_and_is_imported_as_a_draft_of_the_person(
    tavle, store: Store, tmp_path: Path
) -> None:
    shown = tavle("export", "HAI-BAC")
    assert shown.exit_code == 0
    assert read_definition(shown.stdout.encode()).content.name.en == "Hospital-acquired bacteraemia"
    file = tmp_path / "smerte.yaml"
    file.write_text(write_definition(PAIN), encoding="utf-8")
    done = tavle("import", str(file), *TEAM)
    assert done.exit_code == 0, done.output
    assert "Den gælder ikke, før en anden end team@noh.dk har godkendt den" in done.stdout
    assert "RÅD expected_n: Med ca. 20 forløb om måneden" in done.stdout
    assert tavle("import", str(file), *TEAM).exit_code == 1  # somebody is working on it
    again = Store.open(f"duckdb:///{store.url.database}")
    with again.read() as connection:
        (kept,) = connection.execute(select(schema.definition_proposal)).all()
        assert (kept.state, kept.author, kept.unit_code) == ("draft", "team@noh.dk", "NOH")
        in_force = select(schema.indicator).where(schema.indicator.c.code == "SMERTE")
        assert connection.execute(in_force).all() == []
    again.close()


def test_what_is_refused_says_why_with_its_exit_code(tavle, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    for content, said, code in (
        ("numeratr:\n  da: x\n", "Mente I »numerator«?", 1),
        (write_definition(PAIN.but(owner=f"Ring {CPR}")), "CPR", 1),
        (write_definition(PAIN.but(code="HAI-BAC")), "følger med Tavle", 3),
        (write_definition(PAIN.but(unit_code="HGH", followers=())), "indberette for", 3),
    ):
        file.write_text(content, encoding="utf-8")
        refused = tavle("import", str(file), *TEAM)
        assert refused.exit_code == code and said in refused.output, refused.output
        assert CPR not in refused.output
    file.write_text(write_definition(PAIN), encoding="utf-8")
    assert tavle("import", str(file), "--as", "leder@noh.dk").exit_code == 3
    assert tavle("import", str(file), "--as", "ingen@noh.dk").exit_code == 3
    file.write_bytes("navn: blå".encode("latin-1"))
    wrong = tavle("lint", str(file), "--lang", "en")
    assert wrong.exit_code == 1 and "not UTF-8" in wrong.output
    assert tavle("import", str(tmp_path / "findes-ikke.yaml"), *TEAM).exit_code == 2
    assert tavle("export", "FINDES-IKKE").exit_code == 1


def test_the_linter_looks_over_a_file_one_indicator_or_all(tavle, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(write_definition(PAIN.but(direction=None)), encoding="utf-8")
    looked = tavle("lint", str(file))
    assert looked.exit_code == 1 and "SMERTE: FEJL direction: Retningen mangler." in looked.stdout
    every = tavle("lint", "--lang", "en")
    assert every.exit_code == 0 and " definitions: 0 errors, " in every.stdout
    one = tavle("lint", "HAI-BAC")
    assert one.exit_code == 0 and "HAI-BAC: intet at bemærke." in one.stdout
    assert tavle("lint", "FINDES-IKKE").exit_code == 1

"""`tavle organisation …` says what it would do, does it when told to, and gives the codes of the command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from api import jobs
from api.jobs import ExitCode
from api.organise import OrganisationRequest
from data.access import SYSTEM, Grant, Role
from data.accounts import create
from data.queries import units

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass
class Settings:
    upload_limit_mb: float = 20.0
    upload_row_limit: int = 200_000
    store_url: str = ""
    var: Path = Path()

    def current_day(self) -> date:
        return NOW.date()

    def current_moment(self) -> datetime:
        return NOW


@pytest.fixture
def tell(store):
    def run(action, **given):
        return jobs.run("organisation", store, Settings(), OrganisationRequest(action, **given))

    return run


def test_a_change_is_said_first_done_with_do_listed_and_undone(store, tell):
    given = {
        "units": ["Bornholms Hospital", "NOH"], "into": ["NB"], "names": ["Nord og Bornholm"],
        "names_en": ["North and Bornholm"], "day": "2027-01-01",
    }  # fmt: skip
    planned = tell("merge", **given)
    assert planned.exit_code is ExitCode.DONE and planned.out.endswith("Intet er gjort endnu. Gør det med --do.\n")
    assert "Nord og Bornholm (NB) åbner 1. januar 2027 under Region Østdanmark." in planned.out
    assert tell("changes").out == "Ingen ændringer.\n"

    refused = tell("merge", **given, is_done=True)
    assert (refused.exit_code, refused.out) == (
        ExitCode.REFUSED, "Det kan ikke lade sig gøre:\n  - Skriv en begrundelse.\n"
    )  # fmt: skip
    done = tell("merge", **given, is_done=True, reason="Fælles ledelse", language="en")
    assert done.exit_code is ExitCode.DONE and done.out.startswith("Done (change 1):")
    line = (
        "   1  2027-01-01  Merged: Bornholms Hospital and Nordsjællands Hospital → North and Bornholm. Fælles ledelse"
    )
    assert tell("changes", language="en").out.startswith(line)
    assert "Nord og Bornholm (NB)" in tell("show", day="2027-01-01").out
    assert "Nord og Bornholm (NB)" not in tell("show").out

    assert tell("undo", number=1).out == "Ændring 1 kan fortrydes. Gør det med --do.\n"
    assert tell("undo", number=1, is_done=True).out == "Ændring 1 er fortrudt.\n"
    assert tell("undo", number=1).exit_code is ExitCode.REFUSED
    assert "[fortrudt]" in tell("changes").out


def test_every_kind_of_change_can_be_asked_for_by_name(tell):
    day = {"day": "2027-01-01"}
    said = {
        "rename": tell("rename", units=["NOH"], names=["Nordhospitalet"], **day),
        "move": tell("move", units=["NOH"], parent="Region Midtjylland", **day),
        "open": tell("open", into=["NOH-X"], names=["Afsnit X"], kind="ward", parent="NOH", **day),
        "close": tell("close", units=["Grenaa kommune"], **day),
        "split": tell("split", units=["NOH"], into=["N1", "N2"], names=["Nord 1", "Nord 2"], **day),
        "task": tell("task", units=["Hillerød"], indicator="HAI-BAC", into=["NOH"], **day),
    }
    assert {action: answer.exit_code.name for action, answer in said.items()} == {
        "rename": "DONE", "move": "DONE", "open": "DONE", "close": "REFUSED", "split": "DONE", "task": "REFUSED",
    }  # fmt: skip
    assert "Nordsjællands Hospital hedder Nordhospitalet fra 1. januar 2027." in said["rename"].out
    assert "Enheden Grenaa kommune findes ikke." in said["close"].err
    assert "Hillerød følger ikke Bakteriæmi" in said["task"].out


def test_wrong_use_and_missing_rights_have_their_codes(store, tell):
    assert tell("close", units=["NOH"]).exit_code is ExitCode.WRONG_USE
    assert tell("close", units=["NOH"], day="i morgen").exit_code is ExitCode.WRONG_USE
    split = tell("split", units=["NOH"], into=["A", "B"], names=["Kun ét"], day="2027-01-01")
    assert (split.exit_code, split.err[:20]) == (ExitCode.WRONG_USE, "Der skal være lige m")
    create(
        store, SYSTEM, email="leder@example.dk", name="Ida", password="en lang adgangskode", now=NOW,
        grants=[Grant(Role.LEADER, "NOH")],
    )  # fmt: skip
    refused = tell("close", units=["NOH"], day="2027-01-01", email="leder@example.dk")
    assert refused.exit_code is ExitCode.NOT_ALLOWED
    assert units.get(store, SYSTEM, "NOH").valid_to is None


def test_the_change_of_2027_is_checked_and_done_from_the_command_line(tell):
    looked = tell("2027", tasks={"patientrettet-forebyggelse": "HAI-UTI"})
    assert "Intet er gjort endnu. Antal ændringer: 18. Gør det med --do." in looked.out
    assert "Gjort. Antal ændringer: 18." in tell("2027", is_done=True).out
    assert tell("2027").out.endswith("Der er intet tilbage at gøre.\n")
    assert tell("2027", tasks={"hjemmepleje": "HAI-UTI"}).exit_code is ExitCode.REFUSED

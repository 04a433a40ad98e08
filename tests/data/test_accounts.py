from __future__ import annotations

from datetime import datetime, timedelta

import argon2
import pytest
from sqlalchemy import select, update

from data import accounts, passwords
from data.access import SYSTEM, Grant, NotAllowed, NotFound, Role, Viewer, load_viewer
from data.accounts import AccountError
from data.errors import Refused
from data.queries import accounts as asked
from data.queries import audit
from data.schema import account

NOW = datetime(2026, 11, 23, 8, 0)
PASSWORD = "tre korte ord"


@pytest.fixture
def ida(world) -> Viewer:
    accounts.create(
        world.store, SYSTEM, email="ida@example.dk", name="Ida Holm", password=PASSWORD, now=NOW,
        grants=[Grant(Role.LEADER, "H1")],
    )  # fmt: skip
    return load_viewer(world.store, "ida@example.dk")


def actions(world) -> list[tuple[str, str]]:
    return [(event.action, event.subject) for event in audit.recent(world.store, SYSTEM)]


@pytest.mark.parametrize("given", [{"name": "010190-1234"}, {"title": "0101901234"}, {"email": "0101901234@x.dk"}])
def test_an_account_holds_no_cpr_number(world, given: dict[str, str]) -> None:
    with pytest.raises(Refused, match="CPR"):
        accounts.create(
            world.store, SYSTEM, **{"email": "a@example.dk", "name": "Ida Holm", **given}, password=PASSWORD, now=NOW
        )
    assert all("1234" not in f"{event}" for event in audit.recent(world.store, SYSTEM))


def test_a_person_signs_in_with_the_right_password_in_any_case_of_the_address(world, ida: Viewer) -> None:
    found = accounts.sign_in(world.store, SYSTEM, "IDA@example.dk ", PASSWORD, now=NOW)
    assert found is not None
    assert found.grants == (Grant(Role.LEADER, "H1"),)
    assert asked.by_email(world.store, ida, "ida@example.dk").last_seen_at == NOW
    assert actions(world)[0] == ("sign_in", "ida@example.dk")


def test_a_wrong_password_an_unknown_address_and_a_closed_account_all_get_nothing(world, ida: Viewer) -> None:
    assert accounts.sign_in(world.store, SYSTEM, "ida@example.dk", "forkert", now=NOW) is None
    assert actions(world)[0] == ("sign_in.failed", "ida@example.dk")
    assert accounts.sign_in(world.store, SYSTEM, "hvem@example.dk", PASSWORD, now=NOW) is None
    assert actions(world)[0] == ("sign_in.failed", "unknown"), "an address nobody has may be a mistyped password"
    accounts.set_active(world.store, SYSTEM, "ida@example.dk", False, now=NOW)
    assert accounts.sign_in(world.store, SYSTEM, "ida@example.dk", PASSWORD, now=NOW) is None


def test_an_unknown_account_is_checked_against_a_real_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time is the same because the work is: argon2 runs once, with the same settings, in both cases."""
    checked: list[str] = []

    class Counting(argon2.PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            checked.append(str(hash))
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    passwords._nobodys_hash.cache_clear()  # made with the quick settings of the tests
    assert not passwords.verify(passwords.hash_password("rigtig"), "forkert")
    assert not passwords.verify(None, "forkert")
    known, unknown = (argon2.extract_parameters(one) for one in checked)
    assert known == unknown


def test_a_hash_of_older_settings_is_made_anew_at_the_next_sign_in(world, ida: Viewer) -> None:
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
    world.store.write(lambda connection: connection.execute(update(account).values(password_hash=weak)))
    assert passwords.needs_rehash(weak)
    assert accounts.sign_in(world.store, SYSTEM, "ida@example.dk", PASSWORD, now=NOW)
    after = asked.by_email(world.store, SYSTEM, "ida@example.dk").password_hash
    assert not passwords.needs_rehash(after)
    assert passwords.verify(after, PASSWORD)


def test_a_damaged_hash_lets_nobody_in(world, ida: Viewer) -> None:
    assert not passwords.verify("not a hash", PASSWORD)
    assert not passwords.verify("", "")


def test_no_password_and_no_hash_stands_in_clear_text_anywhere(world, ida: Viewer) -> None:
    found = asked.by_email(world.store, SYSTEM, "ida@example.dk")
    assert found.password_hash.startswith("$argon2id$")
    assert "argon2" not in repr(found)
    with world.store.read() as connection:
        assert PASSWORD not in str(connection.execute(select(account)).all())
    assert PASSWORD not in str(audit.recent(world.store, SYSTEM))


def test_accounts_are_for_administrators_and_for_oneself(world, ida: Viewer) -> None:
    assert asked.by_email(world.store, ida, "ida@example.dk").name == "Ida Holm"
    for refused in (
        lambda: asked.by_email(world.store, ida, "bo@example.dk"),
        lambda: asked.listed(world.store, ida),
        lambda: accounts.create(world.store, ida, email="x@y.dk", name="X", password=PASSWORD, now=NOW),
        lambda: accounts.set_grants(world.store, ida, "ida@example.dk", [Grant(Role.ADMINISTRATOR)], now=NOW),
        lambda: accounts.set_active(world.store, ida, "ida@example.dk", True, now=NOW),
        lambda: accounts.set_password(world.store, ida, "bo@example.dk", PASSWORD, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            refused()
    accounts.set_password(world.store, ida, "ida@example.dk", "et helt nyt kodeord", now=NOW)
    assert accounts.sign_in(world.store, SYSTEM, "ida@example.dk", "et helt nyt kodeord", now=NOW)
    assert [one.email for one in asked.listed(world.store, SYSTEM)] == ["ida@example.dk"]
    assert asked.by_email(world.store, SYSTEM, "bo@example.dk") is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": "ida"}, "ikke en e-mailadresse"),
        ({"email": "i da@example.dk"}, "ikke en e-mailadresse"),
        ({"email": "IDA@example.dk"}, "allerede en bruger"),
        ({"password": "kort"}, "mindst 12 tegn"),
        ({"grants": [Grant(Role.LEADER)]}, "skal have en enhed"),
        ({"grants": [Grant(Role.LEADER, "H9")]}, "enheden skal findes"),
        ({"grants": [Grant(Role.EVALUATOR, cohort_code="9")]}, "Holdet 9 findes ikke"),
    ],
)
def test_what_cannot_be_an_account_is_refused_in_words_and_nothing_is_made(world, ida, changes, words: str) -> None:
    values = {"email": "bo@example.dk", "name": "Bo Sø", "password": PASSWORD} | changes
    with pytest.raises(AccountError) as refused:
        accounts.create(world.store, SYSTEM, now=NOW, **values)
    assert words in refused.value.reason("da")
    assert len(asked.listed(world.store, SYSTEM)) == 1


def test_grants_are_replaced_and_both_sides_kept_in_the_trail(world, ida: Viewer) -> None:
    accounts.set_grants(world.store, SYSTEM, "ida@example.dk", [Grant(Role.QUALITY_TEAM, "R")], now=NOW)
    assert load_viewer(world.store, "ida@example.dk").may_deliver("H2")
    event = audit.recent(world.store, SYSTEM)[0]
    assert event.detail["before"] == [{"role": "leader", "unit": "H1", "cohort": None}]
    assert event.detail["after"] == [{"role": "quality_team", "unit": "R", "cohort": None}]
    with pytest.raises(NotFound):
        accounts.set_grants(world.store, SYSTEM, "hvem@example.dk", [], now=NOW)


@pytest.fixture
def eva(world) -> str:
    """An evaluator of two cohorts, with names in one of them, who leads a unit beside."""
    grants = [
        Grant(Role.EVALUATOR, None, "1", names=True),
        Grant(Role.EVALUATOR, names=False),
        Grant(Role.LEADER, "H2"),
    ]
    accounts.create(
        world.store, SYSTEM, email="eva@example.dk", name="Eva Bo", password=PASSWORD, now=NOW, grants=grants
    )
    return "eva@example.dk"


def test_a_right_of_an_evaluator_is_given_and_taken_back_and_nothing_else_changes(world, eva: str) -> None:
    before = load_viewer(world.store, eva)
    assert accounts.set_evaluator_right(world.store, SYSTEM, "EVA@example.dk", None, "counts", True, now=NOW)
    after = load_viewer(world.store, eva)
    assert after.may_take_counts and not before.may_take_counts
    assert after.readable_units == before.readable_units
    assert [(one.cohort_code, one.names, one.counts) for one in asked.evaluators(world.store, SYSTEM)] == [
        ("1", True, False), (None, False, True)
    ]  # fmt: skip
    event = audit.recent(world.store, SYSTEM, action=accounts.EVALUATOR_RIGHT)[0]
    assert (event.actor, event.subject) == ("system", eva)
    assert event.detail == {"cohort": None, "right": "counts", "before": False, "after": True}
    assert not accounts.set_evaluator_right(world.store, SYSTEM, eva, None, "counts", True, now=NOW)
    assert len(audit.recent(world.store, SYSTEM, action=accounts.EVALUATOR_RIGHT)) == 1, (
        "what changes nothing is no event"
    )
    assert accounts.set_evaluator_right(world.store, SYSTEM, eva, None, "counts", False, now=NOW)
    assert load_viewer(world.store, eva) == before


def test_without_the_right_to_names_the_units_of_a_cohort_are_closed_again(world, eva: str) -> None:
    assert load_viewer(world.store, eva).may_see("H1-A")
    accounts.set_evaluator_right(world.store, SYSTEM, eva, "1", "names", False, now=NOW)
    viewer = load_viewer(world.store, eva)
    assert not viewer.may_see("H1-A") and viewer.may_evaluate("H1-A")
    assert viewer.may_see("H2"), "a leader's own unit is no matter of names"


def test_rights_of_evaluators_are_for_administrators_and_for_evaluators(world, ida: Viewer, eva: str) -> None:
    for who in (ida, load_viewer(world.store, eva)):
        with pytest.raises(NotAllowed):
            accounts.set_evaluator_right(world.store, who, eva, None, "counts", True, now=NOW)
        with pytest.raises(NotAllowed):
            asked.evaluators(world.store, who)
    for email, cohort_code in ((ida.email, None), (eva, "2"), ("hvem@example.dk", None)):
        with pytest.raises(NotFound):
            accounts.set_evaluator_right(world.store, SYSTEM, email, cohort_code, "names", True, now=NOW)
    assert audit.recent(world.store, SYSTEM, action=accounts.EVALUATOR_RIGHT) == []


def test_the_last_administrator_stays_one(world) -> None:
    accounts.create(
        world.store, SYSTEM, email="a@b.dk", name="A", password=PASSWORD, now=NOW, grants=[Grant(Role.ADMINISTRATOR)]
    )
    for step in (
        lambda: accounts.set_grants(world.store, SYSTEM, "a@b.dk", [], now=NOW),
        lambda: accounts.set_active(world.store, SYSTEM, "a@b.dk", False, now=NOW),
    ):
        with pytest.raises(AccountError, match="last administrator"):
            step()
    assert load_viewer(world.store, "a@b.dk").is_administrator


def test_a_second_look_on_the_same_day_finds_the_news_since_the_day_before(world, ida: Viewer) -> None:
    def last_visit(at: datetime) -> datetime | None:
        account = asked.by_email(world.store, ida, ida.email)
        assert account is not None
        return account.visit_before(at)

    accounts.seen(world.store, ida, now=NOW)
    assert last_visit(NOW + timedelta(minutes=1)) is None
    for day in (1, 2):
        morning = NOW + timedelta(days=day)
        assert last_visit(morning) == NOW + timedelta(days=day - 1)
        accounts.seen(world.store, ida, now=morning)
        assert last_visit(morning + timedelta(minutes=30)) == NOW + timedelta(days=day - 1)


def test_being_seen_is_written_once_in_a_while_and_leaves_caches_warm(world, ida: Viewer) -> None:
    version = world.store.data_version()
    accounts.seen(world.store, ida, now=NOW)
    accounts.seen(world.store, ida, now=NOW + timedelta(minutes=5))
    assert asked.by_email(world.store, ida, ida.email).last_seen_at == NOW
    accounts.seen(world.store, ida, now=NOW + timedelta(minutes=20))
    assert asked.by_email(world.store, ida, ida.email).last_seen_at == NOW + timedelta(minutes=20)
    assert world.store.data_version() == version

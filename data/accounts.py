"""Accounts made and changed: every step by an administrator or the person, and written to the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, delete, func, insert, select, update

from data import audit, cpr, passwords
from data.access import NO_ACCOUNT, Grant, Role, Viewer, grant_of
from data.errors import NotAllowed, NotFound
from data.queries.accounts import Account, by_email
from data.schema import account, cohort, role_grant, unit
from data.store import Store, stored_moment
from indicators.words import LANGUAGES, Words

SHORTEST_PASSWORD = 12  # NIST SP 800-63B asks for 8 at least, and length before rules about signs
LONGEST_PASSWORD = 1024  # longer ones are no passwords but an attempt to keep the hashing busy

EVALUATOR_RIGHT = "account.evaluator_right"
"""The event of a right given or taken away; its detail has cohort, right, before and after."""

WRONG_EMAIL = Words(
    "»{email}« er ikke en e-mailadresse. Skriv den som navn@sted.dk.",
    "“{email}” is not an e-mail address. Write it as name@place.dk.",
)
TAKEN = Words("Der er allerede en bruger med adressen {email}.", "There is a user with the address {email} already.")
SHORT = Words(
    "Adgangskoden er for kort: brug mindst {least} tegn.", "The password is too short: use at least {least} characters."
)
GRANT_UNIT = Words(
    "Rollen {role} skal have en enhed, og enheden skal findes.", "The role {role} needs a unit, and one that exists."
)
GRANT_COHORT = Words("Holdet {code} findes ikke.", "There is no cohort {code}.")
LAST_ADMINISTRATOR = Words(
    "Det er den sidste administrator. Giv en anden rollen først.",
    "This is the last administrator. Give somebody else the role first.",
)
LONG = Words(
    "Adgangskoden er for lang: brug højst {most} tegn.", "The password is too long: use {most} characters at most."
)
WRONG_OLD = Words("Den nuværende adgangskode er ikke rigtig.", "The current password is not right.")
NOT_TWICE = Words("De to nye adgangskoder er ikke ens.", "The two new passwords are not the same.")
NOTHING_NEW = Words("Den nye adgangskode er den samme som den gamle.", "The new password is the same as the old one.")
OWN_ADDRESS = Words(
    "Adgangskoden må ikke indeholde din e-mailadresse.", "The password must not contain your e-mail address."
)
NO_EVALUATOR = Words(
    "{email} har ikke den rolle som evaluator mere. Hent siden igen.",
    "{email} does not have that role of an evaluator any more. Load the page again.",
)
NO_LANGUAGE = Words("Vælg dansk eller engelsk.", "Choose Danish or English.")
NOT_YOURS = Words(
    "Du kan kun ændre din egen adgangskode. Bed en administrator om hjælp.",
    "You can only change your own password. Ask an administrator for help.",
)


class AccountError(ValueError):
    """Something about an account cannot be as it was written; `reason(language)` says what."""

    def __init__(self, words: Words, **values: object) -> None:
        super().__init__(words.say("en", **values))
        self.words, self.values = words, values

    def reason(self, language: str) -> str:
        return self.words.say(language, **self.values)


def create(
    store: Store,
    viewer: Viewer,
    *,
    email: str,
    name: str,
    password: str,
    now: datetime,
    title: str = "",
    grants: Sequence[Grant] = (),
    language: str | None = None,
) -> int:
    """Make an account that can sign in at once, and return its id.

    Raises
    ------
    NotAllowed
        The viewer is no administrator.
    AccountError
        The address is none or taken, the password too short, a grant's unit or cohort missing.
    Refused
        The address, the name or the title holds a CPR-like number.
    """
    viewer.require_administrator()
    address = email.strip().lower()
    local, _, domain = address.partition("@")
    if not local or "." not in domain or any(sign.isspace() for sign in address):
        raise AccountError(WRONG_EMAIL, email=cpr.unsaid(email.strip()))
    cpr.refuse(address, name, title)
    hashed = _hashed(password)

    def write(connection: Connection) -> int:
        if connection.scalar(select(account.c.id).where(account.c.email == address)) is not None:
            raise AccountError(TAKEN, email=address)
        new = connection.scalar(
            insert(account)
            .values(
                email=address,
                name=name.strip(),
                title=title.strip(),
                password_hash=hashed,
                is_active=True,
                language=language,
                created_at=stored_moment(now),
            )
            .returning(account.c.id)
        )
        assert new is not None
        _write_grants(connection, new, grants)
        detail = {"grants": [_plain(grant) for grant in grants]}
        audit.append(connection, at=now, actor=viewer.email, action="account.created", subject=address, detail=detail)
        return int(new)

    return store.write(write, changes_data=False)


def set_grants(store: Store, viewer: Viewer, email: str, grants: Sequence[Grant], *, now: datetime) -> None:
    """Replace what a person may see and do. The last administrator keeps the role."""
    viewer.require_administrator()

    def write(connection: Connection) -> None:
        found = _account(connection, email)
        before = [
            _plain(grant_of(row))
            for row in connection.execute(select(role_grant).where(role_grant.c.account_id == found.id))
        ]
        connection.execute(delete(role_grant).where(role_grant.c.account_id == found.id))
        _write_grants(connection, found.id, grants)
        _require_an_administrator(connection, had_one=any(one["role"] == Role.ADMINISTRATOR for one in before))
        detail = {"before": before, "after": [_plain(grant) for grant in grants]}
        audit.append(
            connection, at=now, actor=viewer.email, action="account.grants", subject=found.email, detail=detail
        )

    store.write(write, changes_data=False)


def set_evaluator_right(
    store: Store,
    viewer: Viewer,
    email: str,
    cohort_code: str | None,
    right: Literal["names", "counts"],
    is_given: bool,
    *,
    now: datetime,
) -> bool:
    """Give an evaluator of a cohort (None: of all) one of the two rights, or take it away; whether anything changed.

    Roles, and rights to other cohorts, stay as they are. It counts from the person's next page.

    Raises
    ------
    NotAllowed
        The viewer is no administrator.
    NotFound
        There is no such account, or it is no evaluator of that cohort.
    """
    viewer.require_administrator()

    def write(connection: Connection) -> bool:
        found = _account(connection, email)
        columns = role_grant.c
        meant = (
            (columns.account_id == found.id)
            & (columns.role == Role.EVALUATOR.value)
            & (columns.cohort_code.is_(None) if cohort_code is None else columns.cohort_code == cohort_code)
        )
        before = {bool(one) for one in connection.scalars(select(columns[right]).where(meant))}
        if not before:
            raise NotFound(NO_EVALUATOR, email=found.email)
        if before == {is_given}:
            return False
        connection.execute(update(role_grant).where(meant).values({right: is_given}))
        audit.append(
            connection,
            at=now,
            actor=viewer.email,
            action=EVALUATOR_RIGHT,
            subject=found.email,
            detail={"cohort": cohort_code, "right": right, "before": not is_given, "after": is_given},
        )
        return True

    return store.write(write, changes_data=False)


def set_active(store: Store, viewer: Viewer, email: str, is_active: bool, *, now: datetime) -> None:
    """Let a person in, or not any more; the account and its traces stay."""
    viewer.require_administrator()

    def write(connection: Connection) -> None:
        found = _account(connection, email)
        connection.execute(update(account).where(account.c.id == found.id).values(is_active=is_active))
        is_administrator = connection.scalar(
            select(func.count()).where(
                role_grant.c.account_id == found.id, role_grant.c.role == Role.ADMINISTRATOR.value
            )
        )
        _require_an_administrator(connection, had_one=bool(is_administrator) and not is_active)
        action = "account.opened" if is_active else "account.closed"
        audit.append(connection, at=now, actor=viewer.email, action=action, subject=found.email)

    store.write(write, changes_data=False)


def set_password(store: Store, viewer: Viewer, email: str, password: str, *, now: datetime) -> None:
    """Give an account a new password: an administrator anybody's, everybody else their own."""
    if not (viewer.owns_all or viewer.is_administrator or viewer.email == email.strip().lower()):
        raise NotAllowed(NOT_YOURS)
    hashed = _hashed(password)

    def write(connection: Connection) -> None:
        found = _account(connection, email)
        connection.execute(update(account).where(account.c.id == found.id).values(password_hash=hashed))
        audit.append(connection, at=now, actor=viewer.email, action="account.password", subject=found.email)

    store.write(write, changes_data=False)


def change_password(store: Store, viewer: Viewer, old: str, new: str, again: str, *, now: datetime) -> None:
    """Give the viewer's own account a new password, for whoever knows the old one.

    An attempt with a wrong old one leaves an audit event, as a failed sign-in does.

    Raises
    ------
    AccountError
        The old password is not right, the new one is too short, too long, the old one, holds the e-mail address, or is
        not the same twice.
    NotFound
        The viewer is not a person with an account.
    """
    found = by_email(store, viewer, viewer.email)
    if found is None:
        raise NotFound(NO_ACCOUNT)
    if new != again:
        raise AccountError(NOT_TWICE)
    if viewer.email in new.lower():
        raise AccountError(OWN_ADDRESS)
    if len(old) > LONGEST_PASSWORD or not passwords.verify(found.password_hash, old):
        store.write(
            lambda connection: audit.append(
                connection, at=now, actor=viewer.email, action="account.password.failed", subject=found.email
            ),
            changes_data=False,
        )
        raise AccountError(WRONG_OLD)
    if new == old:
        raise AccountError(NOTHING_NEW)
    set_password(store, viewer, viewer.email, new, now=now)


def set_language(store: Store, viewer: Viewer, language: str, *, now: datetime) -> None:
    """Keep the language the viewer's own pages and mails are in, "da" or "en".

    Raises
    ------
    AccountError
        It is another one.
    """
    if language not in LANGUAGES:
        raise AccountError(NO_LANGUAGE)

    def write(connection: Connection) -> None:
        found = _account(connection, viewer.email)
        if found.language == language:
            return
        connection.execute(update(account).where(account.c.id == found.id).values(language=language))
        detail = {"before": found.language, "after": language}
        audit.append(
            connection, at=now, actor=viewer.email, action="account.language", subject=found.email, detail=detail
        )

    store.write(write, changes_data=False)


def sign_in(store: Store, viewer: Viewer, email: str, password: str, *, now: datetime) -> Account | None:
    """The account whose password this is, if it is active; None otherwise, after the same time. `viewer` is SYSTEM.

    A hash made with older settings is made anew, the last-seen time is kept, and both outcomes leave an audit event.
    The event of a failed attempt names the address only if there is such an account.
    """
    found = by_email(store, viewer, email)
    is_right = passwords.verify(found.password_hash if found else None, password)
    if found is None or not is_right or not found.is_active:
        subject = found.email if found else "unknown"
        store.write(
            lambda connection: audit.append(
                connection, at=now, actor="anonymous", action="sign_in.failed", subject=subject
            ),
            changes_data=False,
        )
        return None
    new_hash = passwords.hash_password(password) if passwords.needs_rehash(found.password_hash) else None

    def write(connection: Connection) -> None:
        values: dict[str, object] = {
            "last_seen_at": stored_moment(now),
            "previous_seen_at": found.visit_before(stored_moment(now)),
        }
        if new_hash is not None:
            values["password_hash"] = new_hash
        connection.execute(update(account).where(account.c.id == found.id).values(**values))
        audit.append(connection, at=now, actor=found.email, action="sign_in", subject=found.email)

    store.write(write, changes_data=False)
    return found


def seen(store: Store, viewer: Viewer, *, now: datetime, every: timedelta = timedelta(minutes=15)) -> None:
    """Keep when a person was last here; written at most once in `every`, so that reading does not mean writing."""
    moment = stored_moment(now)
    found = by_email(store, viewer, viewer.email)
    if found is None or (found.last_seen_at is not None and moment - found.last_seen_at < every):
        return
    store.write(
        lambda connection: connection.execute(
            update(account)
            .where(account.c.id == found.id)
            .values(last_seen_at=moment, previous_seen_at=found.visit_before(moment))
        ),
        changes_data=False,
    )


def _hashed(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise AccountError(SHORT, least=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise AccountError(LONG, most=LONGEST_PASSWORD)
    return passwords.hash_password(password)


def _account(connection: Connection, email: str):  # type: ignore[no-untyped-def]
    row = connection.execute(select(account).where(account.c.email == email.strip().lower())).one_or_none()
    if row is None:
        raise NotFound(NO_ACCOUNT)
    return row


def _plain(grant: Grant) -> dict[str, Any]:
    plain: dict[str, Any] = {"role": grant.role.value, "unit": grant.unit_code, "cohort": grant.cohort_code}
    if grant.role is Role.EVALUATOR:
        plain |= {"names": grant.names, "counts": grant.counts}
    return plain


def _write_grants(connection: Connection, account_id: int, grants: Sequence[Grant]) -> None:
    units = set(connection.scalars(select(unit.c.code)))
    cohorts = set(connection.scalars(select(cohort.c.code)))
    for grant in grants:
        needs_unit = grant.role in (Role.LEADER, Role.QUALITY_TEAM)
        if (grant.unit_code is None and needs_unit) or (grant.unit_code is not None and grant.unit_code not in units):
            raise AccountError(GRANT_UNIT, role=grant.role.value)
        if grant.cohort_code is not None and grant.cohort_code not in cohorts:
            raise AccountError(GRANT_COHORT, code=grant.cohort_code)
        connection.execute(
            insert(role_grant).values(
                account_id=account_id,
                role=grant.role.value,
                unit_code=grant.unit_code,
                cohort_code=grant.cohort_code,
                names=grant.role is Role.EVALUATOR and grant.names,
                counts=grant.role is Role.EVALUATOR and grant.counts,
            )
        )


def _require_an_administrator(connection: Connection, *, had_one: bool) -> None:
    if not had_one:
        return
    left = connection.scalar(
        select(func.count())
        .select_from(role_grant.join(account, account.c.id == role_grant.c.account_id))
        .where(role_grant.c.role == Role.ADMINISTRATOR.value, account.c.is_active)
    )
    if not left:
        raise AccountError(LAST_ADMINISTRATOR)

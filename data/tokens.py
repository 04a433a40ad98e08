"""Keys for machines: made once, shown once, kept as a hash, and good for what their account may do.

A key is `tavle_` and 32 random bytes. The store keeps its SHA-256 and its first signs, which are enough to tell one
from another in a list and nothing like enough to use it. A fast hash is right here: nobody guesses 256 random bits,
however fast the guesses are, and a slow one would be paid for by every call.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from data import audit, cpr
from data.access import NO_ACCOUNT, Viewer, load_viewer
from data.errors import DataError, NotAllowed, NotFound
from data.schema import account, api_token
from data.store import Store, stored_moment
from indicators.words import Words

BEGINS = "tavle_"
N_BYTES = 32
N_SHOWN = 8  # signs of the secret part that a list may show: 48 of its 256 bits
LONGEST_NAME = 100
LONGEST = 200  # no key is longer; what is, is not hashed either
MOST_LIVE = 20
LONGEST_DAYS = 3650
USED_AGAIN_AFTER = timedelta(minutes=1)

NO_NAME = Words(
    "Giv nøglen et navn på højst {most} tegn, som siger, hvad den bruges til, fx »Natlig levering fra BI«.",
    "Give the token a name of at most {most} signs that says what it is for, such as “Nightly delivery from BI”.",
)
WRONG_DAYS = Words("En nøgle kan gælde i 1 til {most} dage.", "A token can be valid for 1 to {most} days.")
TOO_MANY = Words(
    "Der er allerede {most} gyldige nøgler. Tilbagekald dem, der ikke bruges.",
    "There are {most} valid tokens already. Revoke those that are not in use.",
)
NO_TOKEN = Words(
    "Der er ingen gyldig nøgle, der begynder med {prefix}.", "There is no valid token that begins with {prefix}."
)
NOBODY = Words("En nøgle skal høre til en bruger.", "A token must belong to a user.")


class TokenError(DataError):
    """A key that cannot be made as it was asked for."""


@dataclass(frozen=True, slots=True)
class Token:
    """One key, without what opens anything. Moments are UTC; `expires_at` None: never."""

    id: int
    account_id: int
    email: str
    name: str
    prefix: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    def is_live(self, now: datetime) -> bool:
        """Whether it opens anything at `now` (as far as the key goes: its account may be closed)."""
        return self.revoked_at is None and (self.expires_at is None or stored_moment(now) < self.expires_at)


@dataclass(frozen=True, slots=True)
class NewToken:
    """A key just made. `text` is the key itself: shown now, to be had never again, and kept out of `repr`."""

    token: Token
    text: str = field(repr=False)


def make(store: Store, viewer: Viewer, *, name: str, now: datetime, days: int | None = None) -> NewToken:
    """Make a key with the rights of the viewer's own account; `days` until it expires, None: never.

    Raises
    ------
    TokenError
        It has no name or too long a one, expires before it begins, or there are too many.
    Refused
        Its name holds a CPR-like number.
    NotAllowed
        The viewer is not a person with an account.

    Examples
    --------
    >>> from data.access import SYSTEM
    >>> make(None, SYSTEM, name="BI", now=datetime(2026, 11, 23))
    Traceback (most recent call last):
    data.errors.NotAllowed: A token must belong to a user.
    """
    called = " ".join(name.split())
    if viewer.account_id < 1:
        raise NotAllowed(NOBODY)
    if not called or len(called) > LONGEST_NAME:
        raise TokenError(NO_NAME, most=LONGEST_NAME)
    cpr.refuse(called)
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise TokenError(WRONG_DAYS, most=LONGEST_DAYS)
    text = BEGINS + secrets.token_urlsafe(N_BYTES)
    moment = stored_moment(now)

    def write(connection: Connection) -> Token:
        if (
            connection.scalar(select(account.c.id).where(account.c.id == viewer.account_id, account.c.is_active))
            is None
        ):
            raise NotFound(NO_ACCOUNT)
        mine = _tokens(connection, api_token.c.account_id == viewer.account_id)
        if sum(one.is_live(moment) for one in mine) >= MOST_LIVE:
            raise TokenError(TOO_MANY, most=MOST_LIVE)
        new = connection.scalar(
            insert(api_token)
            .values(
                account_id=viewer.account_id,
                name=called,
                prefix=prefix_of(text),
                hash=_hashed(text),
                created_at=moment,
                expires_at=None if days is None else moment + timedelta(days=days),
            )
            .returning(api_token.c.id)
        )
        made = _tokens(connection, api_token.c.id == new)[0]
        detail = {"name": called, "expires_at": made.expires_at.isoformat() if made.expires_at else None}
        audit.append(
            connection,
            at=now,
            actor=viewer.email,
            action="token.made",
            subject=made.prefix,
            detail={"account": viewer.email, **detail},
        )
        return made

    return NewToken(store.write(write, changes_data=False), text)


def verify(store: Store, text: str, *, now: datetime, today: date | None = None) -> Viewer | None:
    """The person whose key this is, with the rights the account has `today`; None for every key that opens nothing.

    A key nobody has, an expired one, a revoked one and one of a closed account are told apart by nobody: the answer is
    the same, and the hashes are compared in constant time. That it was used is noted at most once a minute, behind
    the writes that stand in line: whoever reads does not wait for a large delivery. It leaves `data_version` alone.
    """
    if not text.startswith(BEGINS) or len(text) > LONGEST or not text.isascii():
        return None
    given = _hashed(text)
    with store.read() as connection:
        rows = connection.execute(
            select(api_token, account.c.email)
            .join(account, account.c.id == api_token.c.account_id)
            .where(api_token.c.prefix == prefix_of(text), account.c.is_active)
        ).all()
    right = [row for row in rows if hmac.compare_digest(row.hash, given)]
    if not rows:
        hmac.compare_digest(_hashed(""), given)
    if not right or not _token(right[0]).is_live(now):
        return None
    try:
        viewer = load_viewer(store, right[0].email, on=today)
    except NotFound:  # closed since the line above
        return None
    _note_use(store, _token(right[0]), stored_moment(now))
    return viewer


def revoke(store: Store, viewer: Viewer, prefix: str, *, now: datetime) -> Token:
    """End the live key that begins with `prefix` from now on: one's own, or anybody's as an administrator.

    Somebody may paste the whole key: no more of it is looked at, or said again, than a list would show.

    Raises
    ------
    NotFound
        No live key of the viewer's begins like that, or several do.
    """
    wanted = prefix_of(prefix.strip())

    def write(connection: Connection) -> Token:
        condition = api_token.c.prefix == wanted
        if not (viewer.owns_all or viewer.is_administrator):
            condition &= api_token.c.account_id == viewer.account_id
        live = [one for one in _tokens(connection, condition) if one.is_live(now)]
        if len(live) != 1:
            raise NotFound(NO_TOKEN, prefix=wanted if wanted.startswith(BEGINS) else "…")
        connection.execute(update(api_token).where(api_token.c.id == live[0].id).values(revoked_at=stored_moment(now)))
        audit.append(
            connection,
            at=now,
            actor=viewer.email,
            action="token.revoked",
            subject=live[0].prefix,
            detail={"account": live[0].email, "name": live[0].name},
        )
        return _tokens(connection, api_token.c.id == live[0].id)[0]

    return store.write(write, changes_data=False)


def listed(store: Store, viewer: Viewer, *, of_everybody: bool = False) -> list[Token]:
    """The viewer's keys, newest first, ended ones too; `of_everybody` is for administrators (else NotAllowed)."""
    if of_everybody:
        viewer.require_administrator()
    with store.read() as connection:
        return _tokens(connection, None if of_everybody else api_token.c.account_id == viewer.account_id)


def prefix_of(text: str) -> str:
    """What a list may show of a key.

    Examples
    --------
    >>> prefix_of("tavle_AbCdEfGhIjKlMnOp")
    'tavle_AbCdEfGh'
    """
    return text[: len(BEGINS) + N_SHOWN]


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _note_use(store: Store, token: Token, moment: datetime) -> None:
    if token.last_used_at is not None and abs(moment - token.last_used_at) < USED_AGAIN_AFTER:
        return
    store.write_soon(
        lambda connection: connection.execute(
            update(api_token).where(api_token.c.id == token.id).values(last_used_at=moment)
        )
    )


def _tokens(connection: Connection, condition: Any) -> list[Token]:
    query = (
        select(api_token, account.c.email)
        .join(account, account.c.id == api_token.c.account_id)
        .order_by(api_token.c.id.desc())
    )
    return [_token(row) for row in connection.execute(query if condition is None else query.where(condition))]


def _token(row: Row[Any]) -> Token:
    return Token(
        id=row.id,
        account_id=row.account_id,
        email=row.email,
        name=row.name,
        prefix=row.prefix,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )

"""Passwords: hashed with argon2id, and checked so that the time of the answer tells nothing about the account."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# argon2-cffi's defaults are RFC 9106's low-memory profile (64 MiB, 3 passes, 4 lanes): about 50 ms here.
_HASHER = PasswordHasher()


def hash_password(password: str) -> str:
    """The password as it is stored; twice the same password gives two hashes (each has its own salt)."""
    return _HASHER.hash(password)


def verify(stored: str | None, password: str) -> bool:
    """Whether `password` is the one behind `stored`.

    With None (there is no such account) a password nobody has is checked instead and the answer is False: an unknown
    account takes as long as a wrong password.

    Examples
    --------
    >>> verify(hash_password("korrekt hest"), "korrekt hest"), verify(hash_password("a"), "b"), verify(None, "a")
    (True, False, False)
    """
    try:
        matches = _HASHER.verify(stored if stored is not None else _nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return False
    return matches and stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made with weaker settings than today's; then hash again at the next sign-in."""
    return _HASHER.check_needs_rehash(stored)


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_hex(32))


def prepare() -> None:
    """What a server does before anybody signs in, so that the first unknown account does not take twice as long.

    Not when this module is imported: no command line needs it, and it takes a fifth of a second.
    """
    _nobodys_hash()

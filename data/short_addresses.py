"""Short addresses of long ones: the same address always has the same code, and a code leads into this board alone.

Who may keep what is decided above (`dashboards.permalinks`): here an address is a path and a query of the board.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select

from data.schema import short_address
from data.store import Store, stored_moment

# Without vowels, l, 0 and 1: no code spells a word or is misread from paper.
_LETTERS = "bcdfghjkmnpqrstvwxz23456789"
SHORTEST, LONGEST = 7, 20


def code_of(address: str, length: int = SHORTEST) -> str:
    """The code of an address, the same on every board: `length` letters of its fingerprint.

    Examples
    --------
    >>> code_of("/maal/5?v=1&enhed=NOH"), len(code_of("/maal/5?v=1&enhed=NOH", 9))
    ('823jnb9', 9)
    """
    rest = int.from_bytes(hashlib.sha256(address.encode("utf-8")).digest(), "big")
    letters = []
    for _ in range(length):
        rest, letter = divmod(rest, len(_LETTERS))
        letters.append(_LETTERS[letter])
    return "".join(letters)


def keep(store: Store, address: str, *, now: datetime) -> str:
    """The code of `address`, stored if it was not yet; `now` is UTC. Asking again writes nothing."""
    return keep_all(store, [address], now=now)[0]


def keep_all(store: Store, addresses: Sequence[str], *, now: datetime) -> list[str]:
    """The codes of several addresses, in one transaction where one of them is new."""
    with store.read() as connection:
        found = [_kept(connection, address) for address in addresses]
    kept = [code for code in found if isinstance(code, str)]
    if len(kept) == len(found):
        return kept
    return store.write(lambda it: [_keep(it, address, now) for address in addresses], changes_data=False)


def _keep(connection: Connection, address: str, now: datetime) -> str:
    found = _kept(connection, address)
    if isinstance(found, str):
        return found
    code = code_of(address, found)
    connection.execute(insert(short_address).values(code=code, address=address, created_at=stored_moment(now)))
    return code


def _kept(connection: Connection, address: str) -> str | int:
    """The code the address has, else how long its code must be not to be another address's."""
    for length in range(SHORTEST, LONGEST):
        code = code_of(address, length)
        there = connection.scalar(select(short_address.c.address).where(short_address.c.code == code))
        if there is None:
            return length
        if there == address:
            return code
    raise AssertionError("thirteen collisions of a fingerprint")  # cannot be: 80 bits of it alike


def find(store: Store, code: str) -> str | None:
    """The address behind a code; None where there is none."""
    if not SHORTEST <= len(code) <= LONGEST:
        return None
    with store.read() as connection:
        return connection.scalar(select(short_address.c.address).where(short_address.c.code == code))

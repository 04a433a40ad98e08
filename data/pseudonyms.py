"""Numbers that stand for units where names are not for the reader: drawn once, kept for good.

The order is that of a keyed hash, so that a number says nothing about a name or a code. The key never leaves the store.
"""

from __future__ import annotations

import hmac
import secrets

import pandas as pd
from sqlalchemy import Connection, select

from data.schema import unit, unit_pseudonym
from data.store import bulk_insert, read_info, write_info

PSEUDONYM_KEY = "pseudonym_key"


def numbers_of_units(connection: Connection) -> dict[str, int]:
    """The number of each unit that has one, by code."""
    rows = connection.execute(select(unit_pseudonym.c.unit_code, unit_pseudonym.c.number))
    return {row.unit_code: row.number for row in rows}


def number_units(connection: Connection, key: str | None = None) -> dict[str, int]:
    """Give every unit that has none a number, in an order drawn with the store's own key; return all of them.

    A number stays with its unit: units that come later get the numbers that follow.
    """
    kept = read_info(connection, PSEUDONYM_KEY)
    if kept is None:
        kept = key or secrets.token_hex(32)
        write_info(connection, PSEUDONYM_KEY, kept)
    numbers = numbers_of_units(connection)
    new = [code for code in connection.scalars(select(unit.c.code)) if code not in numbers]
    new.sort(key=lambda code: hmac.digest(kept.encode(), code.encode(), "sha256"))
    first = max(numbers.values(), default=0) + 1
    added = dict(zip(new, range(first, first + len(new)), strict=True))
    if added:
        rows = pd.DataFrame({"unit_code": list(added), "number": list(added.values())})
        bulk_insert(connection, unit_pseudonym, rows)
    return numbers | added

"""Which series there are: the indicators followed in each unit, and who answers for their data."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import partial

from sqlalchemy import select

from data import reading
from data.access import Viewer, require_sight
from data.schema import series
from data.store import Store


@dataclass(frozen=True, slots=True)
class Series:
    """An indicator followed in a unit. `owner` is the name of whoever answers for the data."""

    indicator_code: str
    unit_code: str
    starts_on: date
    ends_on: date | None
    owner: str


def listed(store: Store, viewer: Viewer, unit_codes: Collection[str] | None = None) -> list[Series]:
    """The series of the given units (None: all the viewer may see), by unit and indicator.

    Raises
    ------
    NotFound, NotAllowed
        One of the units does not exist, or the viewer may not see it.
    """
    with store.read() as connection:
        if unit_codes is not None:
            require_sight(connection, viewer, unit_codes)
        wanted = None if unit_codes is None else frozenset(unit_codes)
        expectations = store.until_written(
            ("expectations", wanted), lambda: reading.expectations_in(connection, unit_codes)
        )
    return [
        Series(indicator_code, unit_code, one.starts_on, one.ends_on, one.owner)
        for (indicator_code, unit_code), one in expectations.items()
        if (unit_code in wanted if wanted is not None else viewer.may_see(unit_code))
    ]


def followed_units(store: Store, viewer: Viewer) -> frozenset[str]:
    """Codes of the units in sight in which any indicator is followed."""
    everywhere = store.remember(("followed units",), partial(_followed_units, store))
    return frozenset(code for code in everywhere if viewer.may_see(code))


def _followed_units(store: Store) -> list[str]:
    with store.read() as connection:
        return list(connection.scalars(select(series.c.unit_code).distinct()))

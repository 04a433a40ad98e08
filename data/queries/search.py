"""What the search box asks of the store: other names of units, and which of some series there are.

What somebody searches for is used and forgotten: it is neither stored, logged nor part of an address.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from sqlalchemy import select

from data.access import Viewer
from data.reading import Pair
from data.schema import former_name, series_state, unit_alias
from data.store import Store


def other_names(store: Store, viewer: Viewer) -> dict[str, tuple[str, ...]]:
    """Unit code -> what else it is or was called, for the units in sight."""
    names = store.remember(("other_names",), partial(_other_names, store))
    return {code: some for code, some in names.items() if viewer.may_see(code)}


def _other_names(store: Store) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    with store.read() as connection:
        for row in connection.execute(select(unit_alias.c.unit_code, unit_alias.c.alias)):
            found.setdefault(row.unit_code, []).append(row.alias)
        for former in connection.execute(select(former_name.c.unit_code, former_name.c.name_da, former_name.c.name_en)):
            found.setdefault(former.unit_code, []).extend((former.name_da, former.name_en))
    return {code: tuple(dict.fromkeys(names)) for code, names in found.items()}


def series_among(
    store: Store, viewer: Viewer, indicator_codes: Collection[str], unit_codes: Collection[str]
) -> list[Pair]:
    """The (indicator, unit) of these that have a series; units the viewer may not see are left out."""
    wanted = [code for code in unit_codes if viewer.may_see(code)]
    if not wanted or not indicator_codes:
        return []
    columns = series_state.c
    query = select(columns.indicator_code, columns.unit_code).where(
        columns.indicator_code.in_(list(indicator_codes)), columns.unit_code.in_(wanted)
    )
    with store.read() as connection:
        return [(row.indicator_code, row.unit_code) for row in connection.execute(query)]

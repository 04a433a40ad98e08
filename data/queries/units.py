"""Units: which there are, which a viewer may see, and how they hang together.

That a unit exists, and what it is called, is public (hospitals, municipalities, their departments); what is kept from a
viewer is its figures. So look-up by name finds every unit, with `is_readable` saying whether the viewer may open it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Row, select

from data.access import NO_UNIT, Viewer, moves, require_sight
from data.catalogue.names import fold
from data.errors import NotFound
from data.reading import Hierarchy, upwards
from data.schema import former_name, unit, unit_alias, unit_group_member
from data.store import Store
from indicators.words import Words

AMBIGUOUS = Words(
    "Flere enheder hedder »{name}«: {codes}. Skriv enhedens kode.",
    "Several units are called “{name}”: {codes}. Write the unit's code.",
)

KINDS = ("nation", "region", "health_council", "hospital", "municipality", "department", "ward", "practice")
_DANISH_ORDER = str.maketrans({"æ": "{", "ø": "|", "å": "}"})  # the signs that follow z


@dataclass(frozen=True, slots=True)
class Unit:
    """One organisation or place of care. `depth` counts from the top of the whole tree (the nation is 0).

    `name` and `short_name` are those of the day that was asked about, else the newest.
    """

    code: str
    kind: str
    sector: str
    name: Words
    short_name: str
    parent_code: str | None
    valid_from: date
    valid_to: date | None
    successor_code: str | None
    is_demo: bool
    depth: int
    is_own: bool
    is_readable: bool

    def is_open_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def visible(store: Store, viewer: Viewer, *, on: date | None = None) -> list[Unit]:
    """The units the viewer may see, own ones first, each part in the order of the tree (siblings by Danish name).

    With `on`, only units that are open on that day, each under the parent and the name of that day: a hospital in
    Region Hovedstaden stands under Region Østdanmark from 1 January 2027.
    """
    tree = _tree(store, viewer, on)
    return [one for one in tree if one.is_own] + [one for one in tree if one.is_readable and not one.is_own]


def tree(store: Store, viewer: Viewer, *, on: date) -> list[Unit]:
    """The units the viewer may see that are open on a day, in the order of the tree of that day."""
    return [one for one in _tree(store, viewer, on) if one.is_readable]


def members(store: Store, viewer: Viewer, group_code: str, *, on: date) -> list[Unit]:
    """The units that belong to a group (a health council, a learning team) on a day, by Danish name; it is public."""
    columns = unit_group_member.c
    query = select(columns.unit_code).where(
        columns.group_code == group_code,
        columns.valid_from.is_(None) | (columns.valid_from <= on),
        columns.valid_to.is_(None) | (columns.valid_to >= on),
    )
    with store.read() as connection:
        codes = set(connection.scalars(query))
    return [one for one in _tree(store, viewer, on) if one.code in codes]


def get(store: Store, viewer: Viewer, code: str, *, on: date | None = None) -> Unit:
    """The unit with that code, open or not; with `on`, by its name of that day.

    Raises
    ------
    NotFound
        There is no such unit.
    NotAllowed
        There is, but the viewer may not see it.
    """
    with store.read() as connection:
        require_sight(connection, viewer, [code])
    found = next(one for one in _tree(store, viewer, None) if one.code == code)
    return found if on is None else _named_on(store, found, on)


def children(store: Store, viewer: Viewer, code: str, *, on: date | None = None) -> list[Unit]:
    """The units right under a unit that the viewer may see, by Danish name; raises like `get`."""
    get(store, viewer, code)
    return [one for one in _tree(store, viewer, on) if one.parent_code == code and one.is_readable]


def ancestors(store: Store, viewer: Viewer, code: str, *, on: date | None = None) -> list[Unit]:
    """The units above a unit, from the top down; raises like `get`.

    They say where a unit belongs and are there even if the viewer may not open them (`is_readable`).
    """
    get(store, viewer, code)
    by_code = {one.code: one for one in _tree(store, viewer, on)}
    chain = upwards({one.code: one.parent_code for one in by_code.values()}, code)[1:]
    return [by_code[above] for above in reversed(chain) if above in by_code]


def find(store: Store, viewer: Viewer, name: str) -> Unit:
    """The unit with that code, name, former name or other name, in whatever case and spelling of å, æ and ø.

    A name that several units share means the viewer's: the one to deliver for, else the one to see.

    Raises
    ------
    NotFound
        No unit is called that, or several are; the words say which.
    """
    return _found(name, *find_many(store, viewer, [name])[name])


def find_many(store: Store, viewer: Viewer, names: Iterable[str]) -> dict[str, tuple[Unit, ...]]:
    """For each name the units it can mean: none, one, or several that share it.

    A name that a unit has now wins over one that another unit had before: names are used again.
    """
    by_code = {one.code: one for one in _tree(store, viewer, None)}
    codes = {fold(code): code for code in by_code}
    named: dict[str, dict[str, Unit]] = {}
    for one in by_code.values():
        for text in (one.name.da, one.name.en, one.short_name):
            named.setdefault(fold(text), {})[one.code] = one
    with store.read() as connection:
        for row in connection.execute(select(unit_alias.c.alias_key, unit_alias.c.unit_code)):
            if row.unit_code in by_code:
                named.setdefault(row.alias_key, {})[row.unit_code] = by_code[row.unit_code]
    before: dict[str, dict[str, Unit]] = {}
    for code, rows in _former_names(store).items():
        for old in rows if code in by_code else ():
            for text in (old.name_da, old.name_en, old.short_name):
                before.setdefault(fold(text), {})[code] = by_code[code]
    found: dict[str, tuple[Unit, ...]] = {}
    for name in names:
        key = fold(name)
        if key in codes:
            found[name] = (by_code[codes[key]],)
            continue
        meant = tuple((named.get(key) or before.get(key) or {}).values())
        for is_the_viewers in (viewer.may_deliver, viewer.may_see):
            if len(meant) > 1:
                meant = tuple(one for one in meant if is_the_viewers(one.code)) or meant
        found[name] = meant
    return found


def _found(name: str, *meant: Unit) -> Unit:
    if len(meant) > 1:
        raise NotFound(AMBIGUOUS, name=name, codes=", ".join(sorted(one.code for one in meant)))
    if not meant:
        raise NotFound(NO_UNIT, code=name)
    return meant[0]


def _tree(store: Store, viewer: Viewer, on: date | None) -> Sequence[Unit]:
    """All units in the order of the tree; with `on`, only those open that day, under their parents of that day.

    Every page asks several times, and of 2,000 units the tree takes 40 ms to build: it is kept until units change.
    """
    return store.remember(("unit_tree", on, viewer.rights), partial(_grown_tree, store, viewer, on), about=())


def _grown_tree(store: Store, viewer: Viewer, on: date | None) -> Sequence[Unit]:
    rows = store.remember("unit_rows", partial(_rows, store), about=())
    parents: Mapping[str, str | None]
    if on is not None:
        hierarchy = store.remember("unit_hierarchy", partial(_hierarchy, store, rows), about=())
        open_rows = {code: row for code, row in rows.items() if hierarchy.is_open(code, on)}
        parents = hierarchy.on(on)
    else:
        open_rows = rows
        parents = {code: row.parent_code for code, row in rows.items()}
    below: dict[str | None, list[str]] = {}
    for code in sorted(open_rows, key=lambda code: _order(open_rows[code])):
        above = parents[code]
        below.setdefault(above if above in open_rows else None, []).append(code)

    found: list[Unit] = []
    waiting = [(code, 0) for code in reversed(below.get(None, []))]
    while waiting:
        code, depth = waiting.pop()
        found.append(_unit(rows[code], parents[code], depth, viewer))
        waiting += [(child, depth + 1) for child in reversed(below.get(code, []))]
    if on is None or not (renamed := _former_names(store)):
        return found
    return [_named_on(store, one, on) if one.code in renamed else one for one in found]


def _hierarchy(store: Store, rows: Mapping[str, Row[Any]]) -> Hierarchy:
    with store.read() as connection:
        return Hierarchy(rows, moves(connection))


def _former_names(store: Store) -> dict[str, list[Row[Any]]]:
    """The names each unit had before, oldest first; most stores have few."""

    def read() -> dict[str, list[Row[Any]]]:
        found: dict[str, list[Row[Any]]] = {}
        with store.read() as connection:
            for row in connection.execute(select(former_name).order_by(former_name.c.valid_to)):
                found.setdefault(row.unit_code, []).append(row)
        return found

    return store.remember("former_names", read, about=())


def _named_on(store: Store, one: Unit, day: date) -> Unit:
    """The unit by the name it had on that day."""
    row = next((row for row in _former_names(store).get(one.code, ()) if day <= row.valid_to), None)
    return one if row is None else replace(one, name=Words(row.name_da, row.name_en), short_name=row.short_name)


def _rows(store: Store) -> dict[str, Row[Any]]:
    with store.read() as connection:
        return {row.code: row for row in connection.execute(select(unit))}


def _order(row: Row[Any]) -> tuple[int, str]:
    place = KINDS.index(row.kind) if row.kind in KINDS else len(KINDS)
    return place, row.name_da.casefold().replace("aa", "å").translate(_DANISH_ORDER)


def _unit(row: Row[Any], parent_code: str | None, depth: int, viewer: Viewer) -> Unit:
    return Unit(
        code=row.code,
        kind=row.kind,
        sector=row.sector,
        name=Words(row.name_da, row.name_en),
        short_name=row.short_name,
        parent_code=parent_code,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        successor_code=row.successor_code,
        is_demo=row.is_demo,
        depth=depth,
        is_own=viewer.is_own(row.code),
        is_readable=viewer.may_see(row.code),
    )

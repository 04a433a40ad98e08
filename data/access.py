"""Who asks, and what they may see: every query takes a `Viewer`, and there is no way to ask without one.

| role | reads | delivers for | owns (sees small numbers of) |
|---|---|---|---|
| leader | the unit's subtree | nothing | the unit's subtree |
| quality team | the unit's subtree | the unit's subtree | the unit's subtree |
| evaluator (with names) | the units of the cohorts granted (no cohort named: of all cohorts) | nothing | nothing |
| administrator | everything | everything | the subtree of the unit the grant names; without a unit, nothing |

An administrator keeps the installation running and mends deliveries for everybody; that gives no reason to read small
numbers. An installation that wants an administrator to see them grants the role *with* a unit ("DK" for all of them).

An evaluator without the right to names reads no unit on the board: in the workbench the same units have pseudonyms
(`data.queries.evaluation`). Exact counts are taken away only with the right to counts.

A subtree follows the hierarchy down, and the successors back: the leader of Region Østdanmark also reads the two
regions that became it. Grants carry no dates; which units are shown on a day is asked of `data.queries.units`. A unit
that moved belongs to its new parent from the day it moved, and to the one before it until `LATE_DELIVERIES` after, so
that the last months can still be handed in and mended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select

from data.errors import NotAllowed, NotFound
from data.schema import account, cohort_unit, participant, role_grant, unit, unit_change
from data.store import Store
from indicators.words import Words

__all__ = ["SYSTEM", "Grant", "NotAllowed", "NotFound", "Role", "Viewer", "load_viewer", "subtree"]

NO_ACCOUNT = Words(
    "Der er ingen aktiv bruger med den adresse. Bed en administrator om at oprette den.",
    "There is no active user with that address. Ask an administrator to create one.",
)
NO_UNIT = Words("Enheden {code} findes ikke.", "There is no unit {code}.")
NO_ACCESS = Words(
    "Du har ikke adgang til {name}. Bed en administrator om adgang, hvis du skal følge enheden.",
    "You have no access to {name}. Ask an administrator for access if you are to follow this unit.",
)
NOT_YOURS_TO_DELIVER = Words(
    "Du kan ikke indberette for {name}. Bed en administrator om adgang, hvis du skal indberette for enheden.",
    "You cannot deliver for {name}. Ask an administrator for access if you are to deliver for this unit.",
)
ADMINISTRATORS_ONLY = Words(
    "Det kan kun en administrator. Bed en administrator om hjælp.",
    "Only an administrator can do this. Ask an administrator for help.",
)


LATE_DELIVERIES = timedelta(days=100)
"""How long the unit's old parent keeps its rights after a move: three months and the days until their deadline."""


class Role(StrEnum):
    LEADER = "leader"
    QUALITY_TEAM = "quality_team"
    EVALUATOR = "evaluator"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role with what it is for: a unit's subtree (leader, quality team, administrator) or a cohort (evaluator).

    `names` (which units they are) and `counts` (exact counts to take away) are rights of an evaluator, and say nothing
    about the other roles.
    """

    role: Role
    unit_code: str | None = None
    cohort_code: str | None = None
    names: bool = True
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person who asks.

    `own_units`, `readable_units` and `deliverable_units` are unit codes; what is own is readable too. `home_units` are
    the units named in grants: where the person works, the first thing to show. `evaluated_units` are those of an
    evaluator's cohorts, by name or not.

    Examples
    --------
    >>> viewer = Viewer(7, "leder@example.dk", "Ida Holm", (Grant(Role.LEADER, "NOH"),), frozenset({"NOH", "NOH-KIR"}),
    ...                 frozenset({"NOH", "NOH-KIR"}), frozenset())
    >>> viewer.may_see("NOH-KIR"), viewer.may_deliver("NOH-KIR"), viewer.may_see("HGH")
    (True, False, False)
    """

    account_id: int
    email: str
    name: str
    grants: tuple[Grant, ...]
    own_units: frozenset[str]
    readable_units: frozenset[str]
    deliverable_units: frozenset[str]
    language: str | None = None
    title: str = ""
    evaluated_units: frozenset[str] = frozenset()
    sees_all: bool = field(default=False, repr=False)
    owns_all: bool = field(default=False, repr=False)

    def may_see(self, code: str) -> bool:
        return self.sees_all or code in self.readable_units

    def may_deliver(self, code: str) -> bool:
        return self.owns_all or self.is_administrator or code in self.deliverable_units

    def is_own(self, code: str) -> bool:
        """Whether small numbers of this unit are shown as they are."""
        return self.owns_all or code in self.own_units

    def has(self, role: Role) -> bool:
        return any(grant.role is role for grant in self.grants)

    def may_evaluate(self, code: str) -> bool:
        """Whether the unit may be part of the viewer's evaluations, if only under a pseudonym."""
        return self.may_see(code) or code in self.evaluated_units

    @property
    def may_take_counts(self) -> bool:
        """Whether exact counts may be taken away in a file."""
        return self.owns_all or any(grant.role is Role.EVALUATOR and grant.counts for grant in self.grants)

    @property
    def rights(self) -> tuple[object, ...]:
        """What decides which figures the viewer is shown: answers remembered under it are the same for two viewers."""
        return self.sees_all, self.owns_all, self.own_units, self.readable_units

    @property
    def is_administrator(self) -> bool:
        return self.has(Role.ADMINISTRATOR)

    @property
    def delivers(self) -> bool:
        """Whether the person delivers for anything at all."""
        return self.owns_all or self.is_administrator or bool(self.deliverable_units)

    @property
    def home_units(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(grant.unit_code for grant in self.grants if grant.unit_code))

    def require_administrator(self) -> None:
        """Raise NotAllowed unless the viewer is an administrator, or the product itself."""
        if not (self.owns_all or self.is_administrator):
            raise NotAllowed(ADMINISTRATORS_ONLY)


# The product itself: recalculation, demo building, sign-in. Never handed to a page on behalf of a person.
SYSTEM = Viewer(0, "system", "Tavle", (), frozenset(), frozenset(), frozenset(), sees_all=True, owns_all=True)


def load_viewer(store: Store, email: str, *, on: date | None = None) -> Viewer:
    """The viewer behind an e-mail address (in any case), with the rights of all its grants together.

    `on` is today: it decides whom a unit that has moved, or will move, belongs to. Without it, to every parent it has
    had or will have.

    Raises
    ------
    NotFound
        No account has that address, or it is not active.
    """
    address = email.strip().lower()
    # Asked for with every request. Whatever takes a right away is written, and then it is worked out anew.
    return store.until_written(("viewer", address, on), lambda: _load_viewer(store, address, on))


def _load_viewer(store: Store, address: str, on: date | None) -> Viewer:
    with store.read() as connection:
        row = connection.execute(select(account).where(account.c.email == address, account.c.is_active)).one_or_none()
        if row is None:
            raise NotFound(NO_ACCOUNT)
        grants = tuple(
            grant_of(one)
            for one in connection.execute(
                select(role_grant).where(role_grant.c.account_id == row.id).order_by(role_grant.c.id)
            )
        )
        return viewer_with(
            connection,
            grants,
            account_id=row.id,
            email=row.email,
            name=row.name,
            language=row.language,
            title=row.title,
            on=on,
        )


def grant_of(row: Row[Any]) -> Grant:
    """A row of the `role_grant` table as the grant it holds."""
    grant = Grant(Role(row.role), row.unit_code, row.cohort_code)
    return replace(grant, names=bool(row.names), counts=bool(row.counts)) if grant.role is Role.EVALUATOR else grant


def viewer_with(
    connection: Connection,
    grants: tuple[Grant, ...],
    *,
    account_id: int,
    email: str,
    name: str,
    language: str | None = None,
    title: str = "",
    on: date | None = None,
) -> Viewer:
    """A viewer whose rights are worked out from `grants` by the table at the top of this module."""
    own: set[str] = set()
    readable: set[str] = set()
    deliverable: set[str] = set()
    evaluated: set[str] = set()
    units_below = _UnitsBelow(connection, on)
    for grant in grants:
        if grant.role is Role.EVALUATOR:
            of_cohorts = _units_of_cohorts(connection, grant.cohort_code)
            evaluated |= of_cohorts
            if grant.names:
                readable |= of_cohorts
            continue
        below = units_below(grant.unit_code) if grant.unit_code else frozenset()
        own |= below
        if grant.role in (Role.QUALITY_TEAM, Role.ADMINISTRATOR):
            deliverable |= below
        if grant.role is Role.ADMINISTRATOR:
            readable |= units_below.everything
            deliverable |= units_below.everything
    return Viewer(
        account_id=account_id,
        email=email,
        name=name,
        grants=grants,
        own_units=frozenset(own),
        readable_units=frozenset(readable | own),
        deliverable_units=frozenset(deliverable),
        language=language,
        title=title,
        evaluated_units=frozenset(evaluated),
        sees_all=any(grant.role is Role.ADMINISTRATOR for grant in grants),
    )


def owners(connection: Connection, codes: Iterable[str], *, on: date | None = None) -> dict[str, frozenset[int]]:
    """By unit the active accounts that own it, as the table above says; a unit nobody owns has an empty set."""
    wanted = {code: set[int]() for code in codes}
    units_below = _UnitsBelow(connection, on)
    below: dict[str, frozenset[str]] = {}
    for row in connection.execute(
        select(role_grant.c.account_id, role_grant.c.unit_code)
        .join(account, account.c.id == role_grant.c.account_id)
        .where(account.c.is_active, role_grant.c.role != Role.EVALUATOR.value, role_grant.c.unit_code.is_not(None))
    ):
        if row.unit_code not in below:
            below[row.unit_code] = units_below(row.unit_code)
        for code in below[row.unit_code].intersection(wanted):
            wanted[code].add(row.account_id)
    return {code: frozenset(found) for code, found in wanted.items()}


def subtree(connection: Connection, code: str, *, on: date | None = None) -> frozenset[str]:
    """The unit itself and every unit under it, however deep, those under its predecessors included."""
    return _UnitsBelow(connection, on)(code)


class _UnitsBelow:
    """Walks the tree of units down from a code; the tree is read once."""

    def __init__(self, connection: Connection, on: date | None) -> None:
        rows = connection.execute(select(unit.c.code, unit.c.parent_code, unit.c.successor_code)).all()
        self.everything = frozenset(row.code for row in rows)
        self._below: dict[str, list[str]] = {}
        moved = moves(connection)
        for row in rows:
            for above in (*_parents(row.parent_code, moved.get(row.code, []), on), row.successor_code):
                if above is not None:
                    self._below.setdefault(above, []).append(row.code)

    def __call__(self, code: str) -> frozenset[str]:
        if code not in self.everything:
            return frozenset()
        found, waiting = {code}, [code]
        while waiting:
            for below in self._below.get(waiting.pop(), ()):
                if below not in found:
                    found.add(below)
                    waiting.append(below)
        return frozenset(found)


def moves(connection: Connection) -> dict[str, list[tuple[date, str]]]:
    """By unit the days on which it came, or will come, under another parent, with that parent, oldest first."""
    columns = unit_change.c
    found: dict[str, list[tuple[date, str]]] = {}
    for row in connection.execute(
        select(columns.unit_code, columns.valid_from, columns.to_code)
        .where(columns.kind == "moved", columns.withdrawn_at.is_(None), columns.to_code.is_not(None))
        .order_by(columns.valid_from, columns.id)
    ):
        found.setdefault(row.unit_code, []).append((row.valid_from, row.to_code))
    return found


def _parents(first: str | None, moved: list[tuple[date, str]], on: date | None) -> list[str | None]:
    """The parents a unit counts as belonging to on a day: its own and, for a while after a move, the one before."""
    line: list[tuple[date, str | None]] = [(date.min, first), *moved]
    ends = [day for day, _ in line[1:]] + [date.max]
    return [
        parent
        for (begins, parent), end in zip(line, ends, strict=True)
        if on is None or (begins <= on and (end == date.max or on < end + LATE_DELIVERIES))
    ]


def _units_of_cohorts(connection: Connection, cohort_code: str | None) -> set[str]:
    """The units that take part with a cohort and those its leaders come from; of every cohort when none is named."""
    found: set[str] = set()
    for table in (cohort_unit, participant):
        query = select(table.c.unit_code).distinct()
        if cohort_code is not None:
            query = query.where(table.c.cohort_code == cohort_code)
        found |= set(connection.scalars(query))
    return found


def require_sight(connection: Connection, viewer: Viewer, codes: Iterable[str]) -> None:
    """Raise for the first of `codes` the viewer may not see: NotFound if there is no such unit, else NotAllowed."""
    # What was in sight when the rights were worked out, at the start of the request, need not be looked up again.
    doubtful = [code for code in codes if code not in viewer.readable_units]
    if doubtful:
        _require(connection, viewer.may_see, doubtful, NO_ACCESS)


def require_delivery(connection: Connection, viewer: Viewer, codes: Iterable[str]) -> None:
    """Raise for the first of `codes` the viewer may not deliver for: NotFound if it does not exist, else NotAllowed."""
    _require(connection, viewer.may_deliver, codes, NOT_YOURS_TO_DELIVER)


def _require(connection: Connection, is_allowed: Callable[[str], bool], codes: Iterable[str], words: Words) -> None:
    codes = list(dict.fromkeys(codes))
    rows = connection.execute(select(unit.c.code, unit.c.name_da).where(unit.c.code.in_(codes)))
    names = {row.code: row.name_da for row in rows}
    for code in codes:
        if code not in names:
            raise NotFound(NO_UNIT, code=code)
        if not is_allowed(code):
            raise NotAllowed(words, name=names[code])

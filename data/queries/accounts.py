"""Who may sign in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select

from data.access import Grant, Role, Viewer, grant_of, subtree, viewer_with
from data.schema import account, cohort, role_grant, unit
from data.store import Store
from indicators.words import Words


@dataclass(frozen=True, slots=True)
class Account:
    """One person who may sign in. The hash is kept out of `repr`, and with it out of logs."""

    id: int
    email: str
    name: str
    title: str
    is_active: bool
    language: str | None
    last_seen_at: datetime | None
    created_at: datetime
    grants: tuple[Grant, ...]
    password_hash: str = field(repr=False)
    previous_seen_at: datetime | None = None

    def visit_before(self, moment: datetime) -> datetime | None:
        """When the person was last here on an earlier day than `moment`'s (both UTC); None where nobody knows.

        What is new is told against that day, so that a second look on the same morning finds the same news.
        """
        if self.last_seen_at is not None and self.last_seen_at.date() < moment.date():
            return self.last_seen_at
        return self.previous_seen_at


def by_email(store: Store, viewer: Viewer, email: str) -> Account | None:
    """The account with an address (in any case), active or not; None if there is none.

    Raises
    ------
    NotAllowed
        The viewer is neither the product itself, nor an administrator, nor that person.
    """
    address = email.strip().lower()
    if address != viewer.email:
        viewer.require_administrator()
    found = _accounts(store, address)
    return found[0] if found else None


def quality_team(store: Store, viewer: Viewer, unit_code: str, *, on: date) -> list[str]:
    """Addresses of those who hand in for a unit as its quality team on a day, for the unit's own people to ask."""
    if not viewer.is_own(unit_code):
        return []
    with store.read() as connection:
        rows = connection.execute(
            select(account.c.email, role_grant.c.unit_code)
            .join(role_grant, role_grant.c.account_id == account.c.id)
            .where(account.c.is_active, role_grant.c.role == Role.QUALITY_TEAM.value)
            .order_by(account.c.email)
        ).all()
        return list(
            dict.fromkeys(
                row.email for row in rows if row.unit_code and unit_code in subtree(connection, row.unit_code, on=on)
            )
        )


@dataclass(frozen=True, slots=True)
class Reach:
    """What one role gives: the unit or cohort it is for (None: none is named), and how many units it opens today.

    `names` and `counts` are the two rights of an evaluator; without names the units are open under pseudonyms.
    """

    role: Role
    unit: Words | None
    cohort: Words | None
    n_units: int
    names: bool = True
    counts: bool = False


def reach(store: Store, viewer: Viewer, *, today: date) -> list[Reach]:
    """What each of the viewer's own roles gives, in the order they were given; closed units are not counted."""
    columns = unit.c
    with store.read() as connection:
        is_open = (columns.valid_from <= today) & (columns.valid_to.is_(None) | (columns.valid_to >= today))
        there = set(connection.scalars(select(columns.code).where(is_open)))
        names = {
            row.code: Words(row.name_da, row.name_en)
            for row in connection.execute(
                select(columns.code, columns.name_da, columns.name_en).where(columns.code.in_(set(viewer.home_units)))
            )
        }
        cohorts = {
            row.code: Words(row.name_da, row.name_en)
            for row in connection.execute(select(cohort.c.code, cohort.c.name_da, cohort.c.name_en))
        }
        found = []
        for grant in viewer.grants:
            alone = viewer_with(
                connection, (grant,), account_id=viewer.account_id, email=viewer.email, name=viewer.name, on=today
            )
            found.append(
                Reach(
                    grant.role,
                    names.get(grant.unit_code or ""),
                    cohorts.get(grant.cohort_code or ""),
                    len((alone.readable_units | alone.evaluated_units) & there),
                    grant.names,
                    grant.counts,
                )
            )
    return found


@dataclass(frozen=True, slots=True)
class Evaluator:
    """One role of an evaluator: who has it, for which cohort (None: all), and its two rights."""

    email: str
    name: str
    is_active: bool
    cohort_code: str | None
    cohort: Words | None
    names: bool
    counts: bool


def evaluators(store: Store, viewer: Viewer) -> list[Evaluator]:
    """The evaluators by name, a row for each cohort they evaluate; administrators only."""
    viewer.require_administrator()
    accounts = _accounts(store, None)
    with store.read() as connection:
        cohorts = {
            row.code: Words(row.name_da, row.name_en)
            for row in connection.execute(select(cohort.c.code, cohort.c.name_da, cohort.c.name_en))
        }
    return [
        Evaluator(one.email, one.name, one.is_active, code, cohorts.get(code or ""), grant.names, grant.counts)
        for one in accounts
        for grant in one.grants
        for code in (grant.cohort_code,)
        if grant.role is Role.EVALUATOR
    ]


def listed(store: Store, viewer: Viewer) -> list[Account]:
    """All accounts by name; administrators only."""
    viewer.require_administrator()
    return _accounts(store, None)


def _accounts(store: Store, email: str | None) -> list[Account]:
    query = select(account).order_by(account.c.name, account.c.id)
    if email is not None:
        query = query.where(account.c.email == email)
    with store.read() as connection:
        rows = connection.execute(query).all()
        grants: dict[int, list[Grant]] = {}
        for row in connection.execute(select(role_grant).order_by(role_grant.c.id)):
            grants.setdefault(row.account_id, []).append(grant_of(row))
    return [_account(row, tuple(grants.get(row.id, ()))) for row in rows]


def _account(row: Row[Any], grants: tuple[Grant, ...]) -> Account:
    return Account(
        id=row.id,
        email=row.email,
        name=row.name,
        title=row.title,
        is_active=row.is_active,
        language=row.language,
        last_seen_at=row.last_seen_at,
        created_at=row.created_at,
        grants=grants,
        password_hash=row.password_hash,
        previous_seen_at=row.previous_seen_at,
    )

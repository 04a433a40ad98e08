"""Who may check a unit's definitions, asked without a viewer: for use inside `data` and its transactions."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from data.access import Grant, Role, viewer_with
from data.schema import account, role_grant


@dataclass(frozen=True, slots=True)
class Checker:
    """Somebody who may check a unit's definitions."""

    account_id: int
    name: str
    email: str
    language: str | None
    is_administrator: bool


def checkers_of(connection: Connection, unit_code: str, author_id: int) -> list[Checker]:
    """Active people who deliver for the unit or administer the board, the author left out, by name."""
    grants: dict[int, list[Grant]] = {}
    for row in connection.execute(select(role_grant).order_by(role_grant.c.id)):
        if row.role in (Role.ADMINISTRATOR.value, Role.QUALITY_TEAM.value):
            grants.setdefault(row.account_id, []).append(Grant(Role(row.role), row.unit_code, row.cohort_code))
    found = []
    people = select(account).where(account.c.is_active, account.c.id.in_(list(grants))).order_by(account.c.name)
    for person in connection.execute(people):
        if person.id == author_id:
            continue
        one = viewer_with(
            connection, tuple(grants[person.id]), account_id=person.id, email=person.email, name=person.name
        )
        if one.may_deliver(unit_code):
            found.append(Checker(person.id, person.name, person.email, person.language, one.is_administrator))
    return found

"""What came in: deliveries with their receipts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from data.access import Viewer
from data.errors import NotAllowed, NotFound
from data.reading import Pair
from data.schema import account, delivery, delivery_event, observation
from data.sql import statement
from data.store import Store
from indicators.words import Words

NO_DELIVERY = Words("Der er ingen levering med kvittering {receipt}.", "There is no delivery with receipt {receipt}.")
NOT_YOUR_DELIVERY = Words(
    "Du har ikke adgang til leveringen {name}: den er ikke din og rører ingen af dine enheder.",
    "You have no access to delivery {name}: it is not yours and touches none of your units.",
)


@dataclass(frozen=True, slots=True)
class DeliveryEvent:
    """A delivery was "withdrawn" or "restored": when (UTC), by whom and why."""

    kind: str
    at: datetime
    author: str
    reason: str


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One delivery. `touched` are the series it brought figures for that the viewer may see; moments are UTC.

    `is_own`: the viewer who asked delivered it. `events` are what was done with it since, oldest first.
    """

    id: int
    receipt: str
    account_name: str
    file_name: str
    sha256: str
    origin: str
    state: str
    note: str
    n_new: int
    n_changed: int
    n_unchanged: int
    findings: Sequence[Any]
    recorded_at: datetime
    withdrawn_at: datetime | None
    touched: tuple[Pair, ...]
    is_own: bool = False
    events: tuple[DeliveryEvent, ...] = ()

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None


def recent(store: Store, viewer: Viewer, limit: int = 20) -> list[DeliveryRow]:
    """The newest deliveries the viewer may see: the viewer's own, and those that touch the viewer's units."""
    return of_query(store, viewer, in_sight(viewer).limit(limit))


def in_sight(viewer: Viewer) -> Select[Any]:
    """The statement that selects the deliveries a viewer may see, newest first, for queries that narrow it further."""
    query = select(delivery).order_by(delivery.c.recorded_at.desc(), delivery.c.id.desc())
    if _sees_every_delivery(viewer):
        return query
    mine = viewer.own_units | viewer.deliverable_units
    touching = select(observation.c.delivery_id).where(observation.c.unit_code.in_(mine))
    return query.where((delivery.c.account_id == viewer.account_id) | delivery.c.id.in_(touching))


def of_query(store: Store, viewer: Viewer, query: Select[Any]) -> list[DeliveryRow]:
    """The deliveries of a statement made from `in_sight`."""
    with store.read() as connection:
        return _rows(connection, viewer, connection.execute(query).all())


def get(store: Store, viewer: Viewer, receipt: str) -> DeliveryRow:
    """The delivery with that receipt.

    Raises
    ------
    NotFound, NotAllowed
        There is no such delivery, or it is neither the viewer's nor touches a unit of the viewer's.
    """
    with store.read() as connection:
        row = connection.execute(select(delivery).where(delivery.c.receipt == receipt.strip())).one_or_none()
        if row is None:
            raise NotFound(NO_DELIVERY, receipt=receipt.strip())
        mine = viewer.own_units | viewer.deliverable_units
        if not _sees_every_delivery(viewer) and row.account_id != viewer.account_id:
            touched = set(
                connection.scalars(
                    select(observation.c.unit_code).where(observation.c.delivery_id == row.id).distinct()
                )
            )
            if not touched & mine:
                raise NotAllowed(NOT_YOUR_DELIVERY, name=row.receipt)
        return _rows(connection, viewer, [row])[0]


def _sees_every_delivery(viewer: Viewer) -> bool:
    return viewer.owns_all or viewer.is_administrator


def _rows(connection: Connection, viewer: Viewer, rows: Sequence[Row[Any]]) -> list[DeliveryRow]:
    touched: dict[int, list[Pair]] = {}
    for one in connection.execute(statement("touched_series"), {"deliveries": [row.id for row in rows]}):
        if viewer.may_see(one.unit_code):
            touched.setdefault(one.delivery_id, []).append((one.indicator_code, one.unit_code))
    events: dict[int, list[DeliveryEvent]] = {}
    of_these = delivery_event.c.delivery_id.in_({row.id for row in rows})
    for one in connection.execute(select(delivery_event).where(of_these).order_by(delivery_event.c.id)):
        events.setdefault(one.delivery_id, []).append(DeliveryEvent(one.kind, one.at, one.author, one.reason))
    accounts = {row.account_id for row in rows}
    names = {
        row.id: row.name
        for row in connection.execute(select(account.c.id, account.c.name).where(account.c.id.in_(accounts)))
    }
    return [
        DeliveryRow(
            id=row.id,
            receipt=row.receipt,
            account_name=names.get(row.account_id, ""),
            file_name=row.file_name,
            sha256=row.sha256,
            origin=row.origin,
            state=row.state,
            note=row.note,
            n_new=row.n_new,
            n_changed=row.n_changed,
            n_unchanged=row.n_unchanged,
            findings=row.findings,
            recorded_at=row.recorded_at,
            withdrawn_at=row.withdrawn_at,
            touched=tuple(touched.get(row.id, ())),
            is_own=row.account_id == viewer.account_id,
            events=tuple(events.get(row.id, ())),
        )
        for row in rows
    ]

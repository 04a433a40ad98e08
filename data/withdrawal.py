"""Taking a delivery back: it is marked, never deleted, and every series it touched is assessed again."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, select, update

from data import audit, states
from data.access import Viewer, require_delivery
from data.errors import NotFound
from data.queries.deliveries import NO_DELIVERY
from data.schema import delivery, observation
from data.states import SeriesState
from data.store import Store, stored_moment


def withdraw(
    store: Store, viewer: Viewer, receipt: str, *, today: date, now: datetime, reason: str = ""
) -> list[SeriesState]:
    """Withdraw the delivery with that receipt and return the new states of the series it touched.

    From now on figures are what they were without it; "as of" an earlier moment still shows it. Withdrawing twice does
    nothing the second time.

    Raises
    ------
    NotFound
        There is no delivery with that receipt.
    NotAllowed
        It touches a unit the viewer may not deliver for.
    """

    def write(connection: Connection) -> list[SeriesState]:
        row = connection.execute(select(delivery).where(delivery.c.receipt == receipt.strip())).one_or_none()
        if row is None:
            raise NotFound(NO_DELIVERY, receipt=receipt.strip())
        rows = connection.execute(
            select(observation.c.indicator_code, observation.c.unit_code)
            .where(observation.c.delivery_id == row.id)
            .distinct()
        )
        pairs = sorted((one.indicator_code, one.unit_code) for one in rows)
        require_delivery(connection, viewer, sorted({unit_code for _, unit_code in pairs}))
        if row.withdrawn_at is not None:
            return []
        connection.execute(
            update(delivery).where(delivery.c.id == row.id).values(state="withdrawn", withdrawn_at=stored_moment(now))
        )
        audit.append(
            connection,
            at=now,
            actor=viewer.email,
            action="delivery.withdrawn",
            subject=row.receipt,
            detail={"reason": reason, "series": len(pairs)},
        )
        return states.recalculate(connection, pairs, today=today, now=now, deadline_day=store.deadline_day)

    return store.write(write)

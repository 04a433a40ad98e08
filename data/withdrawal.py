"""Taking a delivery back and putting it in again: marked, never deleted, and every series it touches assessed again.

A delivery counts at a moment unless its newest event by then is "withdrawn"; `delivery.state` and `withdrawn_at` repeat
the newest one for quick look-ups. So it can be taken back and put in again any number of times, and "as of" any of
these moments gives back what stood then.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Protocol

import numpy as np
import pandas as pd
from sqlalchemy import Connection, insert, select, update

from data import audit, cpr, month_states, reading, states, typed
from data.access import Viewer, require_delivery
from data.errors import NotFound, Refused
from data.queries.deliveries import NO_DELIVERY
from data.reading import NUMBERS, Pair
from data.schema import delivery, delivery_event, observation
from data.states import SeriesState
from data.store import Store, stored_moment
from indicators.words import Words

UNDO = timedelta(hours=24)
WITHDRAWN, RESTORED = "withdrawn", "restored"
LONGEST_REASON = 2000

NO_REASON = Words(
    "Skriv en begrundelse. Den, der har indsendt leveringen, kan fortryde uden begrundelse i 24 timer.",
    "Give a reason. Whoever delivered can undo without one for 24 hours.",
)
LONG_REASON = Words(
    "Begrundelsen er for lang: højst {most} tegn.", "The reason is too long: {most} characters at most."
)


class _Delivered(Protocol):
    @property
    def is_own(self) -> bool: ...

    @property
    def is_withdrawn(self) -> bool: ...

    @property
    def recorded_at(self) -> datetime: ...


def may_undo(row: _Delivered, now: datetime) -> bool:
    """Whether the viewer who asked for this `DeliveryRow` delivered it less than 24 hours ago, and it still counts.

    Then `withdraw` asks for no reason. Months that were locked since then refuse it all the same.
    """
    return row.is_own and not row.is_withdrawn and _is_fresh(row.recorded_at, now)


def _is_fresh(recorded_at: datetime, now: datetime) -> bool:
    return timedelta(0) <= stored_moment(now) - recorded_at < UNDO


def withdraw(
    store: Store, viewer: Viewer, receipt: str, *, today: date, now: datetime, reason: str = ""
) -> list[SeriesState]:
    """Withdraw the delivery with that receipt and return the new states of the series it touched.

    From now on figures are what they were without it; "as of" an earlier moment still shows it. Withdrawing twice does
    nothing the second time. A month whose figure becomes another one is submitted again if it was approved or returned.

    Raises
    ------
    NotFound
        There is no delivery with that receipt.
    NotAllowed
        It touches a unit the viewer may not deliver for.
    Refused
        No reason is given, and the viewer did not deliver it within the last 24 hours; or the reason holds a CPR-like
        number.
    PeriodLocked
        The figure of a locked month would become another one.
    """
    return _change(store, viewer, receipt, WITHDRAWN, today, now, reason)


def restore(
    store: Store, viewer: Viewer, receipt: str, *, today: date, now: datetime, reason: str = ""
) -> list[SeriesState]:
    """Put a withdrawn delivery in again and return the new states of the series it touches; raises as `withdraw`.

    It takes its old place: what was delivered after it is still newer. Restoring one that counts does nothing.
    """
    return _change(store, viewer, receipt, RESTORED, today, now, reason)


def _change(
    store: Store, viewer: Viewer, receipt: str, kind: str, today: date, now: datetime, reason: str
) -> list[SeriesState]:
    why = typed.written(reason)
    cpr.refuse(why)
    if len(why) > LONGEST_REASON:
        raise Refused(LONG_REASON, most=LONGEST_REASON)

    def write(connection: Connection) -> list[SeriesState]:
        row = connection.execute(select(delivery).where(delivery.c.receipt == receipt.strip())).one_or_none()
        if row is None:
            raise NotFound(NO_DELIVERY, receipt=receipt.strip())
        pairs = _pairs(connection, row.id)
        require_delivery(connection, viewer, sorted({unit_code for _, unit_code in pairs}))
        if (row.state == WITHDRAWN) is (kind == WITHDRAWN):
            return []
        if not why and not (row.account_id == viewer.account_id and _is_fresh(row.recorded_at, now)):
            raise Refused(NO_REASON)
        before = reading.observations(connection, pairs)
        record_event(connection, row.id, kind, reason=why, author=viewer.name, at=now)
        changes = changed_months(before, reading.observations(connection, pairs))
        month_states.submit(connection, changes, author=viewer.name, actor=viewer.email, receipt=row.receipt, now=now)
        audit.append(
            connection,
            at=now,
            actor=viewer.email,
            action=f"delivery.{kind}",
            subject=row.receipt,
            detail={"reason": why, "series": len(pairs), "months": len(changes)},
        )
        return states.recalculate(connection, pairs, today=today, now=now, deadline_day=store.deadline_day)

    return store.write(write)


def record_event(
    connection: Connection, delivery_id: int, kind: str, *, reason: str, author: str, at: datetime
) -> None:
    """Write that a delivery was "withdrawn" or "restored" at a moment, in its events and in its own row."""
    moment = stored_moment(at)
    connection.execute(
        insert(delivery_event).values(delivery_id=delivery_id, kind=kind, reason=reason, author=author, at=moment)
    )
    now: dict[str, Any] = {"state": "committed", "withdrawn_at": None}
    if kind == WITHDRAWN:
        now = {"state": WITHDRAWN, "withdrawn_at": moment}
    connection.execute(update(delivery).where(delivery.c.id == delivery_id).values(**now))


def changed_months(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """The months (indicator_code, unit_code, period_start) whose figures or note differ between two states.

    Both are `data.reading.observations` of the same series. A month that is in one of them only has changed.
    """
    key = month_states.KEY
    both = before[[*key, *NUMBERS, "note"]].merge(
        after[[*key, *NUMBERS, "note"]], on=key, how="outer", suffixes=("", "_after"), indicator=True
    )
    is_same = (both["_merge"] == "both").to_numpy()
    for name in NUMBERS:
        was, now = both[name].to_numpy(np.float64), both[f"{name}_after"].to_numpy(np.float64)
        is_same = is_same & ((was == now) | (np.isnan(was) & np.isnan(now)))
    is_same = is_same & (both["note"] == both["note_after"]).to_numpy()
    return both.loc[~is_same, key].reset_index(drop=True)


def _pairs(connection: Connection, delivery_id: int) -> list[Pair]:
    rows: Iterable[Any] = connection.execute(
        select(observation.c.indicator_code, observation.c.unit_code)
        .where(observation.c.delivery_id == delivery_id)
        .distinct()
    )
    return sorted((row.indicator_code, row.unit_code) for row in rows)

"""Receipts: which deliveries there are by what somebody looks for, and what one of them changed, row by row."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import select

from data.access import Viewer, require_sight
from data.queries import deliveries
from data.queries.deliveries import DeliveryRow
from data.schema import delivery, observation, unit
from data.sql import statement
from data.store import Store, bulk_read

MOST_ROWS = 300


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures of one row as they were delivered; None where there is none."""

    numerator: float | None
    denominator: float | None
    value: float | None
    sd: float | None


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A row of a delivery. `before` is what stood there right before it came in, None where nothing did.

    `is_hidden`: the unit is not one of the viewer's own, so that figures and note are withheld (both `Counts` empty).
    """

    indicator_code: str
    unit_code: str
    period_start: date
    after: Counts
    before: Counts | None
    note: str
    is_hidden: bool

    @property
    def is_new(self) -> bool:
        return self.before is None


@dataclass(frozen=True, slots=True)
class ReceiptRows:
    """The rows that are shown, those that changed something first, and how many there are in units in sight."""

    rows: tuple[ReceiptRow, ...]
    n_rows: int


def listed(
    store: Store,
    viewer: Viewer,
    *,
    unit_codes: Collection[str] | None = None,
    state: str | None = None,
    origin: str | None = None,
    first: datetime | None = None,
    before: datetime | None = None,
    is_mine: bool = False,
    limit: int = 100,
) -> list[DeliveryRow]:
    """The newest deliveries the viewer may see, narrowed to what is asked for.

    Parameters
    ----------
    unit_codes : those that touch one of these units
    state : "committed" or "withdrawn"
    origin : "file", "grid", "paste", "api" or "demo"
    first, before : recorded from one moment up to another (UTC)
    is_mine : delivered by the viewer

    Raises
    ------
    NotFound, NotAllowed
        One of the units does not exist, or the viewer may not see it.
    """
    query = deliveries.in_sight(viewer)
    if unit_codes is not None:
        with store.read() as connection:
            require_sight(connection, viewer, unit_codes)
        touching = select(observation.c.delivery_id).where(observation.c.unit_code.in_(list(unit_codes)))
        query = query.where(delivery.c.id.in_(touching))
    for column, wanted in ((delivery.c.state, state), (delivery.c.origin, origin)):
        if wanted is not None:
            query = query.where(column == wanted)
    if first is not None:
        query = query.where(delivery.c.recorded_at >= first)
    if before is not None:
        query = query.where(delivery.c.recorded_at < before)
    if is_mine:
        query = query.where(delivery.c.account_id == viewer.account_id)
    return deliveries.of_query(store, viewer, query.limit(limit))


def rows_of(store: Store, viewer: Viewer, row: DeliveryRow, *, limit: int = MOST_ROWS) -> ReceiptRows:
    """What a delivery (from `deliveries.get`, which checks that the viewer may see it) said, and what stood before.

    Rows of units out of sight are left out. In units in sight that are not the viewer's own, rows tell what was
    delivered but no figure: old and new figures side by side could give small numbers away.
    """
    with store.read() as connection:
        seen = [code for code in connection.scalars(select(unit.c.code)) if viewer.may_see(code)]
        frame = bulk_read(
            connection,
            statement("delivery_rows"),
            {"delivery": row.id, "at": row.recorded_at, "units": seen, "most": limit},
        )
    rows = tuple(_row(one, is_hidden=not viewer.is_own(one.unit_code)) for one in frame.itertuples(index=False))
    return ReceiptRows(rows, int(frame["n_rows"].iloc[0]) if len(frame) else 0)


NOTHING = Counts(None, None, None, None)


def _row(one: Any, *, is_hidden: bool) -> ReceiptRow:
    before = None
    if not pd.isna(one.before_id):
        before = _counts(one.numerator_before, one.denominator_before, one.value_before, one.sd_before)
    return ReceiptRow(
        indicator_code=one.indicator_code,
        unit_code=one.unit_code,
        period_start=one.period_start,
        after=NOTHING if is_hidden else _counts(one.numerator, one.denominator, one.value, one.sd),
        before=NOTHING if is_hidden and before is not None else before,
        note="" if is_hidden else one.note,
        is_hidden=is_hidden,
    )


def _counts(*figures: Any) -> Counts:
    return Counts(*(None if pd.isna(figure) else float(figure) for figure in figures))

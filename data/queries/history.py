"""What one value has been: every figure ever delivered for a month of a series, by whom, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import pandas as pd
from sqlalchemy import Connection, select

from data import reading
from data.access import Viewer, require_sight
from data.assessments import NO_INDICATOR
from data.disclosure import Cell, counts, hidden_keys
from data.errors import NotFound
from data.queries.deliveries import DeliveryEvent
from data.schema import delivery_event
from data.sql import statement
from data.store import Store, bulk_read, end_of_day
from indicators.definition import IndicatorDefinition
from indicators.words import Words


class Standing(StrEnum):
    """What a delivered figure is now, or was at the moment that is asked about."""

    CURRENT = "current"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


STANDING_NAMES: Mapping[Standing, Words] = {
    Standing.CURRENT: Words("Gælder", "Current"),
    Standing.REPLACED: Words("Erstattet", "Replaced"),
    Standing.WITHDRAWN: Words("Trukket tilbage", "Withdrawn"),
}


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One figure that was delivered for the month, as it stood in its delivery. Moments are UTC.

    Figures are counts, and None where there is none; where `is_hidden` they and the note are withheld because they are
    small. `events` are what was done with the whole delivery since, oldest first.
    """

    numerator: float | None
    denominator: float | None
    value: float | None
    sd: float | None
    note: str
    indicator_version: int
    recorded_at: datetime
    account_name: str
    receipt: str
    origin: str
    file_name: str
    standing: Standing
    events: tuple[DeliveryEvent, ...]
    is_hidden: bool

    @property
    def is_current(self) -> bool:
        return self.standing is Standing.CURRENT

    @property
    def is_withdrawn(self) -> bool:
        return self.standing is Standing.WITHDRAWN


def of_value(
    store: Store,
    viewer: Viewer,
    indicator_code: str,
    unit_code: str,
    period: date,
    *,
    as_of: date | datetime | None = None,
) -> list[ValueRow]:
    """Every figure ever delivered for one month of a series, newest first; with `as_of`, as it looked then.

    Outside the viewer's own units all of them are hidden if one of them ever had to be, because it was small or because
    another unit's small figure could have been worked out with it: old and new figures together must give nothing away.

    Parameters
    ----------
    period : date
        First day of the month, week, quarter or year.
    as_of : date or datetime
        Only what was recorded by then (UTC; a date means to the end of that day), and what counted then. None: now.

    Raises
    ------
    NotFound, NotAllowed
        There is no such unit or indicator, or the viewer may not see the unit.
    """
    moment = end_of_day(as_of) or reading.FOREVER
    with store.read() as connection:
        require_sight(connection, viewer, [unit_code])
        definition = reading.definitions(connection, [indicator_code]).get(indicator_code)
        if definition is None:
            raise NotFound(NO_INDICATOR, code=indicator_code)
        rows = bulk_read(connection, statement("value_history"), {"indicator": indicator_code, "period": period})
        if not viewer.is_own(unit_code):
            hierarchy = reading.Hierarchy.read(connection)
        mine = rows[rows["unit_code"] == unit_code]
        if mine.empty:
            return []
        is_strange = not viewer.is_own(unit_code)
        events = _events(connection, set((rows if is_strange else mine)["delivery_id"].tolist()))
    is_hidden = is_strange and _was_hidden(
        rows, events, definition, hierarchy, viewer, (indicator_code, unit_code, period), store.small_number
    )
    shown: list[ValueRow] = []
    has_current = False
    for row in mine[::-1].itertuples(index=False):
        if row.recorded_at > moment:
            continue
        since = [event for event in events.get(row.delivery_id, ()) if event.at <= moment]
        if since and since[-1].kind == "withdrawn":
            standing = Standing.WITHDRAWN
        else:
            standing = Standing.REPLACED if has_current else Standing.CURRENT
            has_current = True
        shown.append(_value_row(row, standing, tuple(since), is_hidden))
    return shown


def _events(connection: Connection, deliveries: Collection[int]) -> dict[int, list[DeliveryEvent]]:
    found: dict[int, list[DeliveryEvent]] = {}
    columns = delivery_event.c
    query = select(delivery_event).where(columns.delivery_id.in_(deliveries)).order_by(columns.at, columns.id)
    for row in connection.execute(query):
        found.setdefault(row.delivery_id, []).append(DeliveryEvent(row.kind, row.at, row.author, row.reason))
    return found


def _was_hidden(
    rows: pd.DataFrame,
    events: Mapping[int, list[DeliveryEvent]],
    definition: IndicatorDefinition,
    hierarchy: reading.Hierarchy,
    viewer: Viewer,
    key: tuple[str, str, date],
    threshold: int,
) -> bool:
    """Whether the value had to be hidden from the viewer at any moment since it was first delivered."""
    mine = rows[rows["unit_code"] == key[1]]
    count, total = counts(mine, definition)
    if any(
        Cell(one, out_of if out_of == out_of else None).is_small(threshold)
        for one, out_of in zip(count.tolist(), total.tolist(), strict=True)
        if one == one  # not NaN
    ):
        return True
    moments = set(rows["recorded_at"]) | {event.at for some in events.values() for event in some}
    return any(
        key
        in hidden_keys(
            _counting(rows, events, moment),
            definition,
            hierarchy.on,
            is_own=viewer.is_own,
            may_see=viewer.may_see,
            threshold=threshold,
        )
        for moment in sorted(moments)
    )


def _counting(rows: pd.DataFrame, events: Mapping[int, list[DeliveryEvent]], moment: datetime) -> pd.DataFrame:
    """The row of each unit that counted at a moment."""
    withdrawn = set()
    for delivery_id, some in events.items():
        by_then = [event.kind for event in some if event.at <= moment]
        if by_then and by_then[-1] == "withdrawn":
            withdrawn.add(delivery_id)
    known = rows[(rows["recorded_at"] <= moment) & ~rows["delivery_id"].isin(withdrawn)]
    return known.groupby("unit_code", sort=False).tail(1)


def _value_row(row: Any, standing: Standing, events: tuple[DeliveryEvent, ...], is_hidden: bool) -> ValueRow:
    figures = {name: None if is_hidden else _number(getattr(row, name)) for name in reading.NUMBERS}
    return ValueRow(
        **figures,
        note="" if is_hidden else row.note,
        indicator_version=int(row.indicator_version),
        recorded_at=row.recorded_at,
        account_name=row.account_name if isinstance(row.account_name, str) else "",
        receipt=row.receipt,
        origin=row.origin,
        file_name=row.file_name,
        standing=standing,
        events=events,
        is_hidden=is_hidden,
    )


def _number(figure: Any) -> float | None:
    return None if figure is None or pd.isna(figure) else float(figure)

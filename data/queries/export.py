"""One series as rows to take away: every figure with its period and the receipt of the delivery it came in."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pandas as pd
from sqlalchemy import func, select

from data import reading
from data.access import Viewer
from data.errors import NotFound
from data.queries import observations
from data.queries.catalogue import NO_INDICATOR
from data.schema import delivery, indicator, observation, series_state, unit
from data.store import Store
from data.succession import AsIs
from indicators.drawn import is_of_several
from indicators.periods import next_start

COLUMNS = ["indicator", "unit", "period_start", "period_end", "numerator", "denominator", "value", "delivery"]

SIMULATED = "DEMO "
"""What stands before the receipt of a simulated figure, so that no row of an export can be taken for a real one."""


def series_rows(
    store: Store,
    viewer: Viewer,
    indicator_code: str,
    unit_code: str,
    *,
    as_of: date | datetime | None = None,
    made: AsIs | None = None,
) -> pd.DataFrame:
    """The current figures of one series, in order of period; small numbers of other people's units are left empty.

    With `made` (what `data.succession.as_is` gave for the series) they are those of the unit as it is: sums of what
    several deliveries brought, so that `delivery` is empty.

    Returns
    -------
    DataFrame
        `COLUMNS`: codes, first and last day of the period (date), numerator and denominator as counted, value in the
        indicator's unit of measure (NaN where empty), receipt; for series of means also sd.

    Raises
    ------
    NotFound, NotAllowed
        There is no such indicator or unit, or the viewer may not see the unit.
    """
    is_sum = made is not None and made.is_possible
    if made is not None and is_sum:
        unit_code, frame = made.unit_code, made.frame
    else:
        frame = observations.current(store, viewer, indicator_code, unit_code, as_of)
    with store.read() as connection:
        definition = reading.definitions(connection, [indicator_code]).get(indicator_code)
        if definition is None:
            raise NotFound(NO_INDICATOR, code=indicator_code)
        ids = {int(number) for number in frame["delivery_id"]}
        receipts = {
            row.id: (SIMULATED if row.origin == "demo" else "") + row.receipt
            for row in connection.execute(
                select(delivery.c.id, delivery.c.receipt, delivery.c.origin).where(delivery.c.id.in_(ids))
            )
        }
    value = frame["value"].where(frame["value"].notna(), frame["numerator"] / frame["denominator"] * definition.per)
    ends = [next_start(start, definition.period) - timedelta(days=1) for start in frame["period_start"]]
    more = ["sd"] if is_of_several(definition) else []
    return pd.DataFrame(
        {
            "indicator": indicator_code,
            "unit": unit_code,
            "period_start": frame["period_start"],
            "period_end": pd.Series(ends, index=frame.index, dtype=object),
            "numerator": frame["numerator"],
            "denominator": frame["denominator"],
            "value": value,
            "delivery": pd.Series(
                ["" if is_sum else receipts[number] for number in frame["delivery_id"]], index=frame.index, dtype="str"
            ),
            "sd": frame["sd"],
        },
        columns=[*COLUMNS, *more],
    )


def counts(store: Store, viewer: Viewer) -> dict[str, int]:
    """How much the store holds: units, indicators, series with a state, observations and deliveries ever made.

    Raises
    ------
    NotAllowed
        The viewer is no administrator.
    """
    viewer.require_administrator()
    tables = {
        "units": unit,
        "indicators": indicator,
        "series": series_state,
        "observations": observation,
        "deliveries": delivery,
    }
    with store.read() as connection:
        return {
            name: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
            for name, table in tables.items()
        }

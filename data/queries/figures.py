"""Published figures taken together: waiting times over operation groups, and regions that become one.

An average of averages is wrong when the groups differ in size: merging Region Hovedstaden and Region Sjælland by plain
average is up to 14 days off for hernia operations. Every merger here is weighted by the number of operations.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd
from sqlalchemy import case, func, select

from data.access import Viewer
from data.schema import national_figure as figure
from data.schema import unit
from data.store import Store

WAITING_TIME = "NM5-01"
BY_OPERATION_GROUP = "Ventetid til behandling på sygehus (gennemsnit)"
"""The published series with one row per operation group."""
COLUMNS = (
    "area_code",
    "area_name_da",
    "area_name_en",
    "period_label",
    "period_start",
    "period_end",
    "operation_da",
    "operation_en",
    "value",
    "n",
    "n_operation_groups",
)


def waiting_times(
    store: Store, viewer: Viewer, *, by_operation: bool = False, merge: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Mean waiting time in days for planned operation, per area and quarter, weighted by the number of operations.

    Parameters
    ----------
    by_operation
        Keep the six operation groups apart; otherwise they are taken together and `operation_*` is empty.
    merge
        Areas to take together, code to code: `region_mergers(...)`, or {"1084": "OEST", "1085": "OEST"}.

    Returns
    -------
    DataFrame
        A row for every area, quarter and operation group: the columns of `COLUMNS`. `value` is in days, `n` the number
        of operations, `n_operation_groups` how many groups were counted in: fewer than elsewhere means that one was not
        published, and the value is not comparable. Where a number of operations is missing, `value` is empty.

    Notes
    -----
    value = sum(n_i · value_i) / sum(n_i) over operation groups and merged areas. The published values are whole days,
    so a merged value is within half a day of the one computed from patients; the five regions merged are within
    0.64 days of the published country value.
    """
    key = ("waiting times", by_operation, None if merge is None else tuple(sorted(merge.items())))
    kept = store.until_written(key, lambda: _waiting_times(store, by_operation, merge))
    return kept.copy(deep=False)  # pandas copies what is changed


def _waiting_times(store: Store, by_operation: bool, merge: Mapping[str, str] | None) -> pd.DataFrame:
    area = case(dict(merge), value=figure.c.area_code, else_=figure.c.area_code) if merge else figure.c.area_code
    parts = (
        select(
            area.label("area_code"),
            figure.c.period_label,
            figure.c.period_start,
            figure.c.period_end,
            figure.c.breakdown_da,
            figure.c.breakdown_en,
            figure.c.value,
            figure.c.n,
        )
        # Other figures of the indicator are totals without a count: mixed in, they would be counted twice.
        .where(figure.c.indicator_code == WAITING_TIME, figure.c.name_da == BY_OPERATION_GROUP)
        .subquery()
    )
    keys = [parts.c.area_code, parts.c.period_label, parts.c.period_start, parts.c.period_end]
    operation = [parts.c.breakdown_da, parts.c.breakdown_en] if by_operation else []
    weighted = func.sum(parts.c.value * parts.c.n) / func.nullif(func.sum(parts.c.n), 0)
    merged = (
        select(
            *keys,
            *operation,
            # sum() skips what is empty, so a missing weight would go unseen.
            case((func.count(parts.c.n) == func.count(), weighted)).label("value"),
            func.sum(parts.c.n).label("n"),
            func.count(parts.c.breakdown_da.distinct()).label("n_operation_groups"),
        )
        .group_by(*keys, *operation)
        .subquery()
    )
    name = func.coalesce(unit.c.name_da, merged.c.area_code)
    query = (
        select(
            merged.c.area_code,
            name.label("area_name_da"),
            func.coalesce(unit.c.name_en, merged.c.area_code).label("area_name_en"),
            merged.c.period_label,
            merged.c.period_start,
            merged.c.period_end,
            *(
                [merged.c.breakdown_da.label("operation_da"), merged.c.breakdown_en.label("operation_en")]
                if by_operation
                else []
            ),
            merged.c.value,
            merged.c.n,
            merged.c.n_operation_groups,
        )
        .join(unit, unit.c.code == merged.c.area_code, isouter=True)
        .order_by(merged.c.area_code, merged.c.period_start, *([merged.c.breakdown_da] if by_operation else []))
    )
    with store.read() as connection:
        result = connection.execute(query)
        frame = pd.DataFrame(result.all(), columns=list(result.keys()))
    if not by_operation:
        frame.insert(6, "operation_da", "")
        frame.insert(7, "operation_en", "")
    return frame[list(COLUMNS)].astype({"value": float, "n": float})


def region_mergers(store: Store, viewer: Viewer, day: date) -> dict[str, str]:
    """Which regions have become which other by `day`, for `merge`: from 2027 {"1084": "OEST", "1085": "OEST"}."""
    query = select(unit.c.code, unit.c.successor_code).where(
        unit.c.kind == "region", unit.c.successor_code.is_not(None), unit.c.valid_to < day
    )

    def read() -> dict[str, str]:
        with store.read() as connection:
            return {row.code: row.successor_code for row in connection.execute(query)}

    return dict(store.until_written(("region mergers", day), read))

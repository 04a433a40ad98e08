"""The figures of a series, as they stand now or as they stood on an earlier day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import partial

import pandas as pd

from data import reading
from data.access import Viewer, require_sight
from data.disclosure import Key, blank, hidden_keys, is_of_cases
from data.reading import Pair
from data.store import Store, end_of_day

COLUMNS = [
    "period_start", "numerator", "denominator", "value", "sd", "note", "delivery_id", "recorded_at", "is_hidden",
]  # fmt: skip


def current(
    store: Store,
    viewer: Viewer,
    indicator_code: str,
    unit_code: str,
    as_of: date | datetime | None = None,
    *,
    threshold: int | None = None,
) -> pd.DataFrame:
    """The newest figure of each period of one series, in order of period.

    Parameters
    ----------
    as_of : date or datetime
        What was known then: rows recorded by that moment (UTC; a date means to the end of that day), of deliveries that
        had not been withdrawn by then. None: now.
    threshold : int
        The limit for small numbers; None: the store's.

    Returns
    -------
    DataFrame
        period_start (date), numerator, denominator, value, sd (float, NaN where empty), note, delivery_id, recorded_at
        (datetime, UTC), is_hidden (the four figures are NaN because they are small: see `data.disclosure`).

    Raises
    ------
    NotFound, NotAllowed
        There is no such unit, or the viewer may not see it.
    """
    frame = current_many(store, viewer, [(indicator_code, unit_code)], as_of, threshold=threshold)
    return frame[COLUMNS]


def current_many(
    store: Store,
    viewer: Viewer,
    pairs: Iterable[Pair],
    as_of: date | datetime | None = None,
    *,
    threshold: int | None = None,
) -> pd.DataFrame:
    """Like `current` for many (indicator, unit) at once: the same columns after indicator_code and unit_code."""
    wanted = list(pairs)
    with store.read() as connection:
        require_sight(connection, viewer, (unit_code for _, unit_code in wanted))
        frame = reading.observations(connection, wanted, as_of)
    strange = {code for code, unit_code in wanted if not viewer.is_own(unit_code)}
    hidden = hidden_from(store, viewer, strange, as_of, store.small_number if threshold is None else threshold)
    return blank(frame, hidden)[["indicator_code", "unit_code", *COLUMNS]]


def hidden_from(
    store: Store, viewer: Viewer, codes: Iterable[str], as_of: date | datetime | None, threshold: int
) -> frozenset[Key]:
    """What is hidden from the viewer in these indicators; worked out once per state of the data and set of rights.

    An earlier day hides what is hidden today as well: before the hospital's total came in, nothing had to be hidden
    beside a small department, and looking back must not bring out what the total now gives away.
    """
    wanted = sorted(set(codes))
    return frozenset().union(
        *(
            found
            for moment in {None, end_of_day(as_of)}
            for found in store.remember_each(
                {code: ("hidden", code, moment, threshold, viewer.rights) for code in wanted},
                partial(_hidden_of, store, viewer, moment, threshold),
            ).values()
        )
    )


def _hidden_of(
    store: Store, viewer: Viewer, as_of: datetime | None, threshold: int, codes: list[str]
) -> dict[str, frozenset[Key]]:
    """What is hidden in each of these indicators."""
    with store.read() as connection:
        definitions = reading.definitions(connection, codes)
        frame = reading.observations_where_small(
            connection,
            codes,
            threshold=threshold,
            always=[code for code, definition in definitions.items() if is_of_cases(definition)],
            as_of=as_of,
        )
        hierarchy = store.remember("hierarchy", partial(reading.Hierarchy.read, connection), about=())
    by_indicator = dict(list(frame.groupby("indicator_code", sort=False)))
    hidden: dict[str, frozenset[Key]] = dict.fromkeys(codes, frozenset())
    for code, some in by_indicator.items():
        if code in definitions:
            hidden[code] = hidden_keys(
                some,
                definitions[code],
                hierarchy.on,
                is_own=viewer.is_own,
                may_see=viewer.may_see,
                threshold=threshold,
            )
    return hidden

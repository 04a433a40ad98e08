"""Between the newest stored period and this one none is missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from etl.checking import Check, Context, Hit, Hits
from etl.periods import written
from etl.report import Severity
from etl.rows import Row, Rows, day_of_key, distinct, series_of_key
from indicators.definition import PeriodKind
from indicators.periods import MONTHS_IN, between
from indicators.words import Words

MOST_NAMED = 3
_EPOCH = date(1970, 1, 1)


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    history = context.history
    # A row that is there without figures has been thought of: empty_row says that it is left out.
    mentioned = distinct(np.sort(np.concatenate([history.keys, rows.keys[rows.has_key]])))
    if not len(mentioned):
        return
    place = np.searchsorted(mentioned, rows.keys)
    before = mentioned[np.maximum(place - 1, 0)]
    has_any = (place > 0) & (series_of_key(before) == rows.series)
    days = np.where(has_any, day_of_key(before), rows.days)
    steps = _steps(rows, days)
    mask = history.is_asked & has_any & (steps > 1) & (history.newest > -(1 << 40)) & (rows.days > history.newest)

    def say(row: Row) -> Hit:
        assert row.indicator is not None and row.starts_on is not None
        last = _EPOCH + timedelta(days=int(days[row.position]))
        missing = [written(day, row.indicator.period) for day in between(last, row.starts_on, row.indicator.period)]
        values = {"text": row.written["period"], "before": missing[0], "missing": _listed(missing[1:-1])}
        return Hit(row, "period", values)

    yield Hits(rows, mask, say)


def _steps(rows: Rows, days: np.ndarray) -> np.ndarray:
    """How many periods lie between those days and the rows' own; 0 for cases, which have no calendar."""
    kind = rows.of_indicator(lambda one: str(one.period), "")
    earlier = days.astype("datetime64[D]")
    months = (rows.starts.astype("datetime64[M]") - earlier.astype("datetime64[M]")).astype(np.int64)
    steps = np.zeros(len(rows), dtype=np.int64)
    for period, width in MONTHS_IN.items():
        steps = np.where(kind == str(period), months // width, steps)
    return np.where(kind == str(PeriodKind.WEEK), (rows.days - days) // 7, steps)


def _listed(names: list[str]) -> Words:
    shown = ", ".join(names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    return Words(shown, shown) if more <= 0 else Words(f"{shown} og {more} til", f"{shown} and {more} more")


CHECK = Check(
    code="month_skipped",
    severity=Severity.WARNING,
    words=Words(
        "Mellem {before} og {text} mangler {missing}, både i filen og i Tavle.",
        "Between {before} and {text}, {missing} is missing both in the file and in Tavle.",
    ),
    mend=Words(
        "Indberet også de perioder. Er der ingen tal for dem, så indsend som det er.",
        "Deliver those periods too. If there are no figures for them, submit as it is.",
    ),
    find=find,
)

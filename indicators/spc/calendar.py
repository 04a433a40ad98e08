"""Calendar-true series: every expected period has its row, so that a gap is a gap."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from indicators.definition import PeriodKind
from indicators.spc.aggregate import Axis, column_of, read_axis
from indicators.spc.errors import InputError
from indicators.words import Words

_FREQUENCIES = {
    PeriodKind.WEEK: "W-SUN",
    PeriodKind.MONTH: "M",
    PeriodKind.QUARTER: "Q",
    PeriodKind.YEAR: "Y",
}


def on_calendar(
    frame: pd.DataFrame,
    kind: PeriodKind | str = PeriodKind.MONTH,
    x: str = "period",
    by: Sequence[str] = (),
    *,
    first: date | None = None,
    last: date | None = None,
) -> pd.DataFrame:
    """The frame with a row for every period of the calendar; new rows hold only keys and the period's first day.

    Parameters
    ----------
    frame : DataFrame
        A long frame whose `x` holds dates (any day of the period).
    kind : PeriodKind or its code
        week (from Monday), month, quarter, year.
    by : sequence of str
        Columns that tell series apart.
    first, last : date, optional
        Where data were expected from and to, for every series. Else each series' own first and last row. Rows outside
        are kept.

    Returns
    -------
    DataFrame
        Sorted by series and period; `x` holds the first day of the period. Several rows of one period stay several.

    Raises
    ------
    InputError
        `x` holds no dates, or a period kind there is not.

    Examples
    --------
    >>> frame = pd.DataFrame({"period": ["2026-01-01", "2026-03-01"], "numerator": [4, 6], "denominator": [50, 60]})
    >>> on_calendar(frame, "month").numerator.tolist()
    [4.0, nan, 6.0]
    """
    if kind not in set(_FREQUENCIES):
        known = ", ".join(_FREQUENCIES)
        raise InputError(
            "unknown_period_kind",
            Words(
                f"Periodetypen »{kind}« findes ikke. Vælg en af: {known}.",
                f"There is no period kind {kind!r}. Choose one of: {known}.",
            ),
        )
    days, axis, is_missing = read_axis(column_of(frame, x))
    if axis is not Axis.DATE:
        raise InputError(
            "date_without_dates", Words(f"Kolonnen »{x}« indeholder ikke datoer.", f"Column {x!r} does not hold dates.")
        )
    by = [by] if isinstance(by, str) else list(by)
    frequency = _FREQUENCIES[PeriodKind(kind)]
    kept = frame.loc[~is_missing].reset_index(drop=True)
    place = pd.PeriodIndex(days[~is_missing], freq=frequency).asi8
    if not len(kept):
        return kept
    grouped = kept.groupby(by, sort=True, dropna=False, observed=True) if by else None
    series = np.zeros(len(kept), dtype=np.int64) if grouped is None else grouped.ngroup().to_numpy()
    n_series = int(series.max()) + 1
    begin, end = np.full(n_series, np.iinfo(np.int64).max), np.full(n_series, np.iinfo(np.int64).min)
    np.minimum.at(begin, series, place)
    np.maximum.at(end, series, place)
    if first is not None:
        begin = np.minimum(begin, pd.Period(first, freq=frequency).ordinal)
    if last is not None:
        end = np.maximum(end, pd.Period(last, freq=frequency).ordinal)
    lengths = end - begin + 1
    owner = np.repeat(np.arange(n_series), lengths)
    expected = pd.DataFrame(
        {
            "__series": owner,
            "__place": np.arange(len(owner)) - np.repeat(np.cumsum(lengths) - lengths, lengths) + begin[owner],
        }
    )
    if by:
        first_rows = np.unique(series, return_index=True)[1]
        for name in by:
            expected[name] = kept[name].iloc[first_rows[owner]].to_numpy()
    values = kept.drop(columns=[x, *by]).assign(__series=series, __place=place)
    joined = expected.merge(values, on=["__series", "__place"], how="left", sort=False)
    starts = pd.PeriodIndex.from_ordinals(joined["__place"].to_numpy(), freq=frequency).start_time
    joined.insert(joined.columns.get_loc("__place"), x, starts)
    return joined[list(frame.columns)]

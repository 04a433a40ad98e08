"""What the series of a file hold already, as arrays: what is usual for them, and what comes before each row.

Only figures the person may see are in it, so that no warning can bring out a small number of somebody else's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar, cast

import numpy as np
import pandas as pd

from etl.rows import Bools, Floats, Ints, Rows, day_of_key, key_of, series_of_key, shown

Result = TypeVar("Result")

WINDOW = 24  # latest periods of the unit itself
FEWEST = 12  # below this, one year, "usual" means little
YEAR = 12  # latest periods a denominator is held against
FEWEST_DENOMINATORS = 6
WIDTH = 3.0
# Makes the median absolute deviation comparable with a standard deviation: 1 / the normal's 75th percentile.
# Median and MAD rather than mean and standard deviation: an outlier does not widen the range that should reveal it.
SCALE = 1.4826
_AT_A_TIME = 50_000  # rows; a window of 24 figures each stays in the cache of the processor


@dataclass(frozen=True, slots=True)
class Usual:
    """What a series usually has before each row: median, and median ± 3 x MAD. Arrays of length n_rows.

    `n` is how many of the latest periods were looked at; the others are NaN where there are fewer than is needed.
    """

    middle: Floats
    low: Floats
    high: Floats
    n: Ints


class History:
    """The stored figures of the file's series before each of its rows, and both together in the order of time.

    `keys` (sorted, without repeats) are those of `etl.rows.key_of`; the figures stand in their order. `is_unchanged`
    marks rows of the file that say what the store holds already.
    """

    def __init__(
        self, rows: Rows, keys: Ints, numerator: Floats, denominator: Floats, value: Floats, is_unchanged: Bools
    ) -> None:
        self._rows = rows
        self.keys = keys
        self._stored = {"numerator": numerator, "denominator": denominator, "value": value}
        self.is_unchanged = is_unchanged
        self._remembered: dict[str, object] = {}

    @classmethod
    def empty(cls, rows: Rows) -> History:
        nothing = np.empty(0)
        return cls(rows, np.empty(0, np.int64), nothing, nothing, nothing, np.zeros(len(rows), dtype=bool))

    @classmethod
    def of(
        cls, rows: Rows, current: pd.DataFrame, keys: Ints, may_show: Callable[[str], bool], is_unchanged: Bools
    ) -> History:
        """From what `data.reading.observations` gave for the file's series (with `Rows.keys_of` of it).

        Units that may not be shown are left out.
        """
        if current.empty:
            return cls.empty(rows)
        is_shown = np.array([may_show(unit.code) for unit in rows.units], dtype=bool)
        order = np.flatnonzero((keys >= 0) & is_shown[series_of_key(keys) % len(rows.units)])
        order = order[np.argsort(keys[order], kind="stable")]
        numerator, denominator, value = (
            current[name].to_numpy(float)[order] for name in ("numerator", "denominator", "value")
        )
        return cls(rows, keys[order], numerator, denominator, value, is_unchanged)

    # ------------------------------------------------------------------------------------------------ what is usual

    @cached_property
    def is_asked(self) -> Bools:
        """Rows worth holding against the past: with key and figures, and saying something new."""
        return self._rows.is_kept & ~self.is_unchanged

    def remember(self, name: str, work_out: Callable[[], Result]) -> Result:
        """What `work_out()` gave under this name: several checks ask for the same."""
        if name not in self._remembered:
            self._remembered[name] = work_out()
        return cast("Result", self._remembered[name])

    @cached_property
    def _shown(self) -> Floats:
        per = np.array([*(float(one.per) for one in self._rows.indicators), 1.0])
        indicator = series_of_key(self.keys) // max(len(self._rows.units), 1)
        stored = self._stored
        return shown(stored["numerator"], stored["denominator"], stored["value"], per[indicator])

    @cached_property
    def shown(self) -> Usual:
        """What is usual of the figure that is shown, in the indicator's unit of measure."""
        return self._usual(self._shown, WINDOW, FEWEST)

    @cached_property
    def numerator(self) -> Usual:
        return self._usual(self._stored["numerator"], WINDOW, FEWEST_DENOMINATORS)

    @cached_property
    def denominator(self) -> Usual:
        return self._usual(self._stored["denominator"], YEAR, FEWEST_DENOMINATORS)

    @cached_property
    def newest(self) -> Ints:
        """For each row the day of the newest stored period of its series; -1 << 40 where nothing is stored."""
        series = self._rows.series
        after = np.searchsorted(self.keys, key_of(series + 1, np.full(len(series), -(1 << 19), dtype=np.int64)))
        has_any = (after > 0) & self._rows.has_key
        at = np.where(has_any, after - 1, 0)
        if not len(self.keys):
            return np.full(len(series), -1 << 40, dtype=np.int64)
        has_any &= series_of_key(self.keys[at]) == series
        return np.where(has_any, day_of_key(self.keys[at]), -1 << 40)

    def _usual(self, figures: Floats, window: int, fewest: int) -> Usual:
        rows = self._rows
        n = np.zeros(len(rows), dtype=np.int64)
        middle, low, high = (np.full(len(rows), np.nan) for _ in range(3))
        known = ~np.isnan(figures)
        keys, figures = (self.keys, figures) if known.all() else (self.keys[known], figures[known])
        asked = np.flatnonzero(self.is_asked) if len(keys) else np.empty(0, np.int64)
        for first in range(0, len(asked), _AT_A_TIME):
            some = asked[first : first + _AT_A_TIME]
            here = rows.keys[some]
            begins = np.searchsorted(keys, series_of_key(here) << 20)
            ends = np.searchsorted(keys, here)
            count = np.minimum(ends - begins, window)
            n[some] = count
            enough = count >= fewest
            some, count, ends = some[enough], count[enough], ends[enough]
            if not len(some):
                continue
            back = np.arange(1, window + 1)
            latest = figures[np.maximum(ends[:, None] - back, 0)]
            latest[back > count[:, None]] = np.nan
            centre = _median(latest, count)
            spread = _median(np.abs(latest - centre[:, None]), count)
            middle[some] = centre
            low[some], high[some] = centre - WIDTH * SCALE * spread, centre + WIDTH * SCALE * spread
        return Usual(middle, low, high, n)

    # ---------------------------------------------------------------------------------- store and file in one line

    @cached_property
    def _line(self) -> tuple[Ints, Ints, dict[str, Floats]]:
        """Keys of store and file in the order of time, each file row's place in them (-1: none), and the figures.

        Where both have a key the file's row stands, as it would after the commit; of two rows in the file the first.
        """
        rows = self._rows
        kept = np.flatnonzero(rows.is_kept)
        order = np.argsort(rows.keys[kept], kind="stable")
        of_file = rows.keys[kept][order]
        first = np.concatenate([[True], of_file[1:] != of_file[:-1]]) if len(kept) else np.zeros(0, dtype=bool)
        kept, of_file = kept[order][first], of_file[first]
        stays = np.ones(len(self.keys), dtype=bool)
        if len(kept):
            at = np.minimum(np.searchsorted(of_file, self.keys), len(of_file) - 1)
            stays = of_file[at] != self.keys
        keys = np.concatenate([self.keys[stays], of_file])
        order = np.argsort(keys, kind="stable")
        places = np.full(len(rows), -1, dtype=np.int64)
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        places[kept] = rank[int(stays.sum()) :]
        figures = {
            name: np.concatenate([self._stored[name][stays], rows.stored[name][kept]])[order]
            for name in ("numerator", "denominator", "value")
        }
        return keys[order], places, figures

    def before(self, back: int) -> tuple[Bools, Ints, dict[str, Floats]]:
        """What stands `back` places before each row in its series, store and file together.

        Whether there is anything, its day (since 1970) and its figures; what stands there without is not to be read.
        """
        keys, places, figures = self._line
        rows = self._rows
        at = np.maximum(places - back, 0)
        if not len(keys):
            nothing = np.full(len(rows), np.nan)
            return np.zeros(len(rows), dtype=bool), np.zeros(len(rows), np.int64), dict.fromkeys(figures, nothing)
        has_any = (places >= back) & (series_of_key(keys[at]) == rows.series)
        return has_any, day_of_key(keys[at]), {name: column[at] for name, column in figures.items()}


def _median(values: Floats, count: Ints) -> Floats:
    """The median of the first `count` numbers of each line; the rest of the line is NaN."""
    ordered = np.sort(values, axis=1)  # NaN comes last
    low = np.take_along_axis(ordered, ((count - 1) // 2)[:, None], axis=1)
    high = np.take_along_axis(ordered, (count // 2)[:, None], axis=1)
    return ((low + high) / 2)[:, 0]

"""The columns of a segmented regression: level, slope, season, and the same again for a series with controls."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from indicators.evaluation.one_series import Calendar

Array = npt.NDArray[np.floating[Any]]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Segments:
    """How the line is built.

    start : position of the first month that counts as after. trend : whether the line may slope at all. level, slope :
    whether it may jump and bend at the start.
    season : "" (none), "harmonics" or "months"; harmonics : pairs of sine and cosine; season_length : periods in a year
    where these are whole numbers. first_time : what `time` is in the first month. slope_starts_at : what the slope
    column is in the month of the start (0: the level is the effect in that very month).
    """

    calendar: Calendar
    start: float
    trend: bool = True
    level: bool = True
    slope: bool = True
    season: str = ""
    harmonics: int = 2
    season_length: int = 12
    first_time: float = 1.0
    slope_starts_at: float = 0.0
    months: tuple[int, ...] = ()

    def seen(self, places: Places) -> Segments:
        """The same, with the months of the year that occur at `places` (the first is the reference)."""
        number, _ = self.calendar.season(places, self.season_length)
        return replace(self, months=tuple(int(each) for each in np.unique(number)))

    @property
    def own(self) -> tuple[str, ...]:
        """Names of the columns that a series has for itself beside controls: all but the season."""
        return ("intercept", *(("time",) if self.trend else ()), *self.effects)

    @property
    def effects(self) -> tuple[str, ...]:
        """Names of the columns that are 0 without the intervention."""
        return tuple(name for name, used in (("level", self.level), ("slope", self.slope)) if used)

    def columns(self, places: Places) -> dict[str, Array]:
        """Columns of shape (n,) by name, in order.

        Examples
        --------
        >>> line = Segments(Calendar(False, 1, 1), start=2)
        >>> {name: column.tolist() for name, column in line.columns(np.arange(4)).items()}
        {'intercept': [1.0, 1.0, 1.0, 1.0], 'time': [1.0, 2.0, 3.0, 4.0], 'level': [0.0, 0.0, 1.0, 1.0], 'slope': [0.0, 0.0, 0.0, 1.0]}
        """  # noqa: E501
        after = (places >= self.start).astype(float)
        out: dict[str, Array] = {"intercept": np.ones(len(places))}
        if self.trend:
            out["time"] = places + self.first_time
        if self.level:
            out["level"] = after
        if self.slope:
            since = np.maximum(places - np.ceil(self.start), 0)
            out["slope"] = after * (since + self.slope_starts_at)
        number, length = self.calendar.season(places, self.season_length)
        if self.season == "harmonics":
            for pair in range(1, min(self.harmonics, length // 2) + 1):
                angle = 2 * np.pi * pair * number / length
                # At half the length the sine is 0 in every month.
                if 2 * pair < length:
                    out[f"sin{pair}"] = np.sin(angle)
                out[f"cos{pair}"] = np.cos(angle)
        elif self.season == "months":
            for month in self.months[1:]:
                out[f"month{month}"] = (number == month).astype(float)
        return out

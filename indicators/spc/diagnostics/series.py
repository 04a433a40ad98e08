"""One series as the checks see it: values, counts, phases, and residuals that know of neither level nor denominator."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indicators.spc import constants
from indicators.spc.charts import ChartRecord, ValueKind
from indicators.spc.profiles import Profile
from indicators.spc.ragged import Bools, Floats, Ints

TIME_POWER = 3.6
"""Times between rare events become nearly normal as y ** (1 / 3.6): Nelson, Journal of Quality Technology 1994."""


@dataclass(frozen=True, slots=True)
class Series:
    """The points of one series, shape (n_points,), before multiplication.

    `phase` counts from 0. `takes_part`: has a value and is not excluded. `level` is the mean of the point's phase
    (events over denominators for counts). `residual` is y - level, for counts in their own standard deviations, for
    times after y ** (1 / 3.6); NaN where the point takes no part. `beside` are denominators the chart does not use.
    """

    record: ChartRecord
    x: np.ndarray | None
    y: Floats
    numerator: Floats
    denominator: Floats
    beside: Floats
    phase: Ints
    takes_part: Bools
    level: Floats
    residual: Floats
    multiply: float
    has_order: bool
    profile: str | Profile

    @property
    def n(self) -> int:
        """Points that take part."""
        return int(self.takes_part.sum())

    @property
    def is_constant(self) -> bool:
        shown = self.y[self.takes_part]
        return len(shown) < 2 or float(np.ptp(shown)) <= 1e-14 * float(np.abs(shown).max())

    def neighbours(self) -> Ints:
        """Rows whose next row is in the same phase and takes part too."""
        both = self.takes_part[:-1] & self.takes_part[1:] & (self.phase[:-1] == self.phase[1:])
        return np.flatnonzero(both)

    def moving_range_sd(self, values: Floats) -> float:
        """One number for the whole series: mean moving range within phases / 1.128, screened once; NaN without any.

        As on the charts: excluded points are bridged, missing values are not.
        """
        shown = np.flatnonzero(self.takes_part | np.isnan(self.y))
        kept, phase = np.where(self.takes_part, values, np.nan)[shown], self.phase[shown]
        ranges = np.abs(np.diff(kept))[phase[1:] == phase[:-1]]
        ranges = ranges[~np.isnan(ranges)]
        if not len(ranges):
            return float("nan")
        screened = ranges[ranges < constants.D4_OF_TWO * ranges.mean()]
        return float(screened.mean()) / constants.D2_OF_TWO if len(screened) else float("nan")


def by_phase(values: Floats, phase: Ints, rows: Bools) -> Floats:
    """Sum of the rows' values in each point's phase, laid along the points."""
    return np.asarray(np.bincount(phase[rows], weights=values[rows], minlength=int(phase.max(initial=0)) + 1)[phase])


def series_of(
    record: ChartRecord,
    y: Floats,
    numerator: Floats,
    denominator: Floats,
    phase: Ints,
    included: Bools,
    *,
    x: np.ndarray | None = None,
    beside: Floats | None = None,
    multiply: float = 1.0,
    has_order: bool = True,
    profile: str | Profile = "anhoej",
) -> Series:
    """Level and residual of each point, phase by phase."""
    takes_part = included & ~np.isnan(y)
    ones = np.ones(len(y))
    residual = np.full(len(y), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        if record.code in COUNTED:
            size = np.where(np.isnan(denominator), 1.0, denominator)
            level = by_phase(numerator, phase, takes_part) / by_phase(size, phase, takes_part)
            variance = level * (1 - level if record.kind is ValueKind.PROPORTION else 1) / size
            residual = np.where(variance > 0, (y - level) / np.sqrt(variance), np.nan)
        else:
            shown = y ** (1 / TIME_POWER) if record.kind is ValueKind.TIME else y
            level = by_phase(shown, phase, takes_part) / by_phase(ones, phase, takes_part)
            residual = shown - level
    residual[~takes_part] = np.nan
    return Series(
        record=record,
        x=x,
        y=y,
        numerator=numerator,
        denominator=denominator,
        beside=np.full(len(y), np.nan) if beside is None else beside,
        phase=phase,
        takes_part=takes_part,
        level=level,
        residual=residual,
        multiply=multiply,
        has_order=has_order,
        profile=profile,
    )


COUNTED = frozenset({"p", "pp", "u", "up", "c"})
"""Charts of events per point: the noise of a point follows from its denominator."""

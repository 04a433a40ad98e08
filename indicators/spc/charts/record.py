"""What a chart type declares, what its limits function is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from indicators.spc import ragged
from indicators.spc.profiles import Profile
from indicators.spc.ragged import Bools, Floats, Ints
from indicators.words import Words


class ValueKind(StrEnum):
    """What a point is; decides what is refused and how it is shown."""

    VALUE = "value"  # any number: a mean, a ratio, a measurement
    PROPORTION = "proportion"  # numerator out of denominator, in [0, 1]
    RATE = "rate"  # events per amount of exposure, not negative
    COUNT = "count"  # events, not negative
    TIME = "time"  # time or opportunities between rare events, above 0


@dataclass(frozen=True, slots=True)
class Subgroups:
    """The points of all series and phases, flat, before multiplication. Arrays have shape (n_points,).

    A subgroup that was not reported is NaN in `y`, `numerator` and `denominator`, never zero. `size` counts the rows
    that were taken together, `sd` is their standard deviation. `segment` numbers the phases of all series. `feeds`
    marks the rows that feed centre and spread: in the baseline and not excluded (`all_feed`: every one). `centre` is a
    centre line given by the caller.
    """

    y: Floats
    numerator: Floats
    denominator: Floats
    size: Floats
    sd: Floats
    segment: Ints
    n_segments: int
    feeds: Bools
    all_feed: bool
    has_order: bool
    centre: float | None
    screen_moving_ranges: bool
    profile: Profile

    def baseline(self, *columns: Floats) -> tuple[Any, ...]:
        """The rows of `columns` that feed the lines, and last their segments."""
        if self.all_feed:
            return *columns, self.segment
        return *(column[self.feeds] for column in columns), self.segment[self.feeds]

    def mean(self, values: Floats) -> Floats:
        """Mean of the baseline, one number per segment."""
        values, segment = self.baseline(values)
        return ragged.mean(values, segment, self.n_segments)

    def median(self, values: Floats) -> Floats:
        """Median of the baseline, one number per segment."""
        values, segment = self.baseline(values)
        return ragged.median(values, segment, self.n_segments)

    def ratio(self) -> Floats:
        """Sum of numerators over sum of denominators of the baseline, one number per segment; NaN without data.

        A subgroup that lacks either figure lacks both.
        """
        numerator, denominator, segment = self.baseline(self.numerator, self.denominator)
        events = ragged.total(numerator, segment, self.n_segments)
        exposure = ragged.total(denominator, segment, self.n_segments)
        return np.divide(events, exposure, out=np.full(self.n_segments, np.nan), where=exposure > 0)

    def along(self, computed: Floats) -> Floats:
        """One number per segment, or the centre the caller gave, laid along the points."""
        if self.centre is not None:
            return np.full(len(self.y), float(self.centre))
        return computed[self.segment]

    def moving_range_sd(self, values: Floats) -> Floats:
        """Standard deviation per segment from the mean moving range of the baseline; NaN where no range is left.

        Excluded rows are taken out before differencing, so the range bridges them; a missing value breaks the range on
        both sides. With screening, ranges not below 3.267 mean ranges are dropped once and the mean is taken again.
        Shape (n_segments,).
        """
        values, segment = self.baseline(values)
        neighbours = segment[1:] == segment[:-1]
        ranges, owner = np.abs(np.diff(values))[neighbours], segment[1:][neighbours]
        average = ragged.mean(ranges, owner, self.n_segments)
        if self.screen_moving_ranges:
            with np.errstate(invalid="ignore"):
                kept = ranges < (self.profile.screening_limit * average)[owner]
            average = ragged.mean(ranges[kept], owner[kept], self.n_segments)
        return average / self.profile.moving_range_divisor


@dataclass(frozen=True, slots=True)
class Limits:
    """Centre line and limits, shape (n_points,), before multiplication; NaN where there is none.

    `at(sigmas)` gives the lines that many sigma from the centre, as the chart computes them; without it they are
    taken in proportion between centre and limit.
    """

    centre: Floats
    lower: Floats
    upper: Floats
    warning_lower: Floats
    warning_upper: Floats
    at: Callable[[float], tuple[Floats, Floats]] | None = None


def around(
    centre: Floats, sigma: Floats, profile: Profile, *, minimum: float = -np.inf, maximum: float = np.inf
) -> Limits:
    """Limits 3 (warning: 2) sigma from the centre, kept inside what the value can be.

    Examples
    --------
    >>> from indicators.spc.profiles import ANHOEJ
    >>> limits = around(np.array([4.0]), np.array([2.0]), ANHOEJ, minimum=0)
    >>> limits.lower, limits.warning_lower, limits.upper
    (array([0.]), array([0.]), array([10.]))
    """

    def at(sigmas: float) -> tuple[Floats, Floats]:
        reach = sigmas * sigma
        lower = centre - reach
        upper = np.add(centre, reach, out=reach)
        if minimum > -np.inf:
            np.maximum(lower, minimum, out=lower)
        if maximum < np.inf:
            np.minimum(upper, maximum, out=upper)
        return lower, upper

    return Limits(centre, *at(profile.sigmas), *at(profile.warning_sigmas), at=at)


@dataclass(frozen=True, slots=True)
class Recipe:
    """A chart's lines told so simply that they can be compiled: `centre` is "ratio", "mean" or "median"; `sigma` is a
    function of the centre and one denominator, "moving_range", or None for a chart without limits."""

    centre: str
    sigma: Callable[[Any, Any], Any] | str | None
    minimum: float = -np.inf
    maximum: float = np.inf


@dataclass(frozen=True, slots=True)
class ChartRecord:
    """A chart type. A new one is a file in this folder with `CHART = ChartRecord(...)` and a limits function.

    `needs_denominator`: refused without; `takes_denominator`: used where there is one. `aggregate` overrides how rows
    with the same x are taken together. `is_not_negative` and `is_positive` say what is refused. `use` says in a
    sentence when the chart fits. `value` turns what came in into what is drawn (moving ranges); it runs before
    everything else. `has_runs`: False where neighbouring points depend on one another by construction, so that runs say
    nothing. `needs_several`: spread comes from several rows with the same x, so that a single one has no limits.
    `is_of_cases`: one point per case instead of one per period, so that no point is expected on any day.
    `is_of_spread`: what is drawn is how far values lie from one another, so that what a value can be says nothing of
    it. `recipe` lets the compiled kernel compute the chart; without it NumPy does. `order` is the place in menus.
    """

    code: str
    name: Words
    use: Words
    kind: ValueKind
    needs_denominator: bool
    reference: str
    limits: Callable[[Subgroups], Limits]
    takes_denominator: bool = True
    has_limits: bool = True
    aggregate: str | None = None
    is_not_negative: bool = False
    is_positive: bool = False
    needs_order: bool = False
    value: Callable[[Subgroups], Floats] | None = None
    has_runs: bool = True
    needs_several: bool = False
    is_of_cases: bool = False
    is_of_spread: bool = False
    recipe: Recipe | None = None
    order: int = 100

    @property
    def words_of_missing_denominator(self) -> Words:
        return Words(
            f"{self.name.da} kræver en nævner: navngiv nævnerens kolonne med n=.",
            f"A {self.name.en} needs a denominator: name its column with n=.",
        )

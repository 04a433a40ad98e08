"""From observations to what a reader is told: the one computation behind chart, matrix, table, mail and API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from indicators.definition import IndicatorDefinition, Target
    from indicators.spc.result import SpcResult


class Variation(StrEnum):
    """Is the process changing? The order is the order of every legend."""

    CONCERN = "concern"
    IMPROVEMENT = "improvement"
    CHANGE = "change"  # a signal where neither direction is better
    COMMON = "common"
    FEW = "few"  # too few useful points to tell signal from noise
    MISSING = "missing"  # no data at all


class Assurance(StrEnum):
    """Will the process, as it is, meet its target?"""

    PASS = "pass"
    MIXED = "mixed"
    FAIL = "fail"
    NONE = "none"  # no target, or no direction


@dataclass(frozen=True, slots=True)
class SeriesPhase:
    """A stretch of the series with its own centre and limits. `is_break`: levels before and after cannot be compared."""

    starts_on: date
    name: str = ""
    freeze_until: date | None = None
    is_break: bool = False
    reason: str = ""
    author: str = ""
    created_on: date | None = None


@dataclass(frozen=True, slots=True)
class Latest:
    """The last closed period with a value. Value is in the indicator's unit of measure (72.0 = 72 %)."""

    period: date
    value: float
    numerator: float | None
    denominator: float | None


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is said about one series, as data; every view and every sentence reads this and nothing else.

    `points` is `result.points` plus the columns period (date), numerator, denominator, is_open (unfinished period, outside
    signals), is_missing (an expected period without data), is_excluded, mark (a `Variation` value for points that carry a
    signal, else ""). Rows are consecutive calendar periods. All values are in the indicator's unit of measure.
    `rising` tells which way the signal points (None when there is none). `signal_points` are positions in `points`.
    `met` of `counted` closed periods within the last twelve met the target that held then.
    """

    definition: IndicatorDefinition
    result: SpcResult | None
    points: pd.DataFrame
    variation: Variation
    rising: bool | None
    rule: str | None  # code of the leading rule: "long_run", "few_crossings", "outside_limits"
    signal_points: tuple[int, ...]
    assurance: Assurance
    assurance_is_counted: bool
    met: int | None
    counted: int | None
    target: Target | None
    latest: Latest | None
    n_points: int
    n_useful: int
    longest_run: int | None
    longest_run_max: int | None
    n_crossings: int | None
    n_crossings_min: int | None
    n_outside_limits: int
    centre: float | None
    lower: float | None
    upper: float | None
    phases: tuple[SeriesPhase, ...]
    is_constant: bool
    reason: str | None  # code for why nothing can be said: "too_few", "no_variation", "no_data", None


def assess(
    definition: IndicatorDefinition,
    observations: pd.DataFrame,
    *,
    phases: Sequence[SeriesPhase] = (),
    exclusions: Sequence[date] = (),
    targets: Sequence[Target] = (),
    expected_from: date | None = None,
    expected_to: date | None = None,
) -> Assessment:
    raise NotImplementedError

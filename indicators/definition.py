"""What an indicator is: numerator, denominator, direction, goal, role, chart and its words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from indicators.words import Words


class Direction(StrEnum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


class Role(StrEnum):
    """What an indicator is for in an improvement project."""

    OUTCOME = "outcome"
    PROCESS = "process"
    BALANCING = "balancing"


class Scope(StrEnum):
    NATIONAL = "national"
    LOCAL = "local"


class Verification(StrEnum):
    """How far the definition of a national indicator could be checked against an official description."""

    VERIFIED_DEFINITION = "verified_definition"
    VERIFIED_NAME = "verified_name"
    NOT_VERIFIED = "not_verified"
    OWN = "own"  # a local indicator: the organisation that made it answers for it


class PeriodKind(StrEnum):
    DAY = "day"  # the day of a case: charts with one point per case (g, t) have no calendar to be filled
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class IndicatorDefinition:
    """One version of one indicator.

    `per` is what a value is multiplied by on screen: 100 for percent, 1000 or 10000 for rates, 1 for means and counts.
    `has_denominator` is False for plain values and counts (run and i charts of a value, c charts).
    `open_periods` is the number of latest periods that are still being filled in: drawn hollow, outside every signal.
    """

    code: str
    version: int
    scope: Scope
    name: Words
    goal: int | None
    direction: Direction
    role: Role
    chart: str
    per: float
    unit_of_measure: Words
    decimals: int
    has_denominator: bool
    definition: Words
    numerator: Words
    denominator: Words
    verification: Verification
    profile: str = "anhoej"
    open_periods: int = 0
    period: PeriodKind = PeriodKind.MONTH
    minimum: float | None = None
    maximum: float | None = None
    contributes_to: str | None = None
    owner: str = ""
    checker: str = ""
    review_on: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""
    note: Words = field(default_factory=lambda: Words("", ""))

    @property
    def is_percent(self) -> bool:
        return self.per == 100 and self.has_denominator


@dataclass(frozen=True, slots=True)
class Target:
    """A number a unit aims for, in the indicator's unit of measure (72.0 means 72 %), in a period of validity."""

    value: float
    comparison: str  # ">=" or "<=" (">" and "<" as published)
    valid_from: date | None
    valid_to: date | None
    legal_kind: str
    text: Words
    source: str = ""
    unit_code: str | None = None

    def holds_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    def is_met_by(self, value: float) -> bool:
        return {">=": value >= self.value, "<=": value <= self.value, ">": value > self.value, "<": value < self.value}[
            self.comparison
        ]

"""Effects as people read them: percentage points, per 1,000, days; with a sign and an interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dashboards.text import language, number, percent
from indicators.definition import IndicatorDefinition
from indicators.words import Words

NONE = "–"
LEVEL = Words("95 % CI", "95% CI")
POINTS = Words("%-point", "percentage points")


@dataclass(frozen=True, slots=True)
class Amounts:
    """How the effects of one indicator are written.

    Effects come in natural units (a proportion: -1 to 1) and are multiplied by `per` here, the one place.

    Examples
    --------
    >>> amounts = Amounts(100, 1, Words("%-point", "percentage points"), True)
    >>> amounts.signed(0.0746), amounts.interval(0.0601, 0.0892), amounts.size(-0.0746)
    ('+7,5', '6,0 til 8,9', '7,5 %-point')
    """

    per: float
    decimals: int
    unit: Words
    is_percent: bool

    @classmethod
    def of(cls, definition: IndicatorDefinition) -> Amounts:
        unit = POINTS if definition.is_percent else definition.unit_of_measure
        return cls(definition.per, max(1, definition.decimals), unit, definition.is_percent)

    def plain(self, effect: float) -> str:
        """The number alone; a dash where there is none."""
        return number(effect * self.per, self.decimals) if math.isfinite(effect) else NONE

    def signed(self, effect: float) -> str:
        """The number with its sign, also where it rose."""
        if not math.isfinite(effect):
            return NONE
        text = self.plain(effect)
        return text if round(effect * self.per, self.decimals) <= 0 else f"+{text}"

    def interval(self, low: float, high: float) -> str:
        """From and to."""
        if not (math.isfinite(low) and math.isfinite(high)):
            return NONE
        return Words("{low} til {high}", "{low} to {high}").say(language(), low=self.plain(low), high=self.plain(high))

    def size(self, effect: float) -> str:
        """How large it is, without a sign, with its unit of measure."""
        return f"{self.plain(abs(effect))} {self.unit.say(language())}".strip()

    def with_interval(self, effect: float, low: float, high: float) -> str:
        """+7,5 %-point (95 % CI 6,0 til 8,9)."""
        said = f"{self.signed(effect)} {self.unit.say(language())}".strip()
        within = self.interval(low, high)
        return said if within == NONE else f"{said} ({LEVEL.say(language())} {within})"

    def level(self, value: float) -> str:
        """A level, not a difference: 65,6 %."""
        if not math.isfinite(value):
            return NONE
        if self.is_percent:
            return percent(value * self.per, self.decimals)
        return f"{self.plain(value)} {self.unit.say(language())}".strip()


def share(value: float) -> str:
    """A relative effect: +13 %."""
    if not math.isfinite(value):
        return NONE
    text = percent(100 * value, 0)
    return f"+{text}" if round(100 * value) > 0 else text


def people(value: float) -> str:
    """Patients or events, with no more digits than one can answer for: 15,500."""
    if not math.isfinite(value):
        return NONE
    size = abs(value)
    step = 100 if size >= 1000 else 10 if size >= 100 else 1
    return number(round(value / step) * step)


def p_text(value: float) -> str:
    """A p-value: 0,032, < 0,001."""
    if not math.isfinite(value):
        return NONE
    return f"< {number(0.001, 3)}" if value < 0.001 else number(value, 3)

"""The local indicators of the demo programme, read from `measures.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from indicators.definition import Direction, IndicatorDefinition, PeriodKind, Role, Scope, Target, Verification
from indicators.words import Words

SOURCE = "Tavle, DEMO"  # the same in every language
NOTE = Words(
    "DEMO: en lokal indikator til demonstration. Alle værdier er simulerede.",
    "DEMO: a local indicator for demonstration. All values are simulated.",
)
LOCAL_TARGET = "local_target"


@dataclass(frozen=True, slots=True)
class Simulation:
    """How the values of an indicator are drawn.

    `kind` is proportion, rate, mean, count or days_between; `level` the typical level in the unit of measure; `spread`
    the standard deviation between units on the log (log-odds for a proportion) scale; `size` the typical
    denominator a month by kind of unit; `season` the height of the yearly wave on the same scale; `july` what July's
    denominator is multiplied by; `variation` the coefficient of variation of one case (means only); `is_steady` a
    denominator that hardly moves from month to month, such as a population.
    """

    kind: str
    level: float
    spread: float
    size: dict[str, float]
    season: float
    july: float
    variation: float = 1.0
    is_steady: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """A local indicator with its target and how the demo simulates it."""

    definition: IndicatorDefinition
    target: Target | None
    simulation: Simulation

    @property
    def code(self) -> str:
        return self.definition.code

    @property
    def better(self) -> int:
        """+1 where higher is better, -1 where lower is better, 0 where neither is."""
        return {Direction.UP: 1, Direction.DOWN: -1, Direction.NEITHER: 0}[self.definition.direction]


def _words(entry: dict[str, str]) -> Words:
    return Words(entry["da"], entry["en"])


def _measure(entry: dict[str, Any]) -> Measure:
    is_percent = entry["per"] == 100
    definition = IndicatorDefinition(
        code=entry["code"],
        version=1,
        scope=Scope.LOCAL,
        name=_words(entry["name"]),
        goal=entry["goal"],
        direction=Direction(entry["direction"]),
        role=Role(entry["role"]),
        chart=entry["chart"],
        per=float(entry["per"]),
        unit_of_measure=_words(entry["unit_of_measure"]),
        decimals=entry["decimals"],
        has_denominator=entry.get("has_denominator", True),
        definition=_words(entry["definition"]),
        numerator=_words(entry["numerator"]),
        denominator=_words(entry["denominator"]),
        verification=Verification.OWN,
        open_periods=entry.get("open_periods", 0),
        period=PeriodKind(entry.get("period", "month")),
        minimum=0.0,
        maximum=100.0 if is_percent else None,
        contributes_to=entry.get("contributes_to"),
        owner="Kvalitetsafdelingen (DEMO)",
        checker="Kvalitetsrådet (DEMO)",
        review_on=date(2027, 5, 1),
        valid_from=date(2021, 1, 1),
        source=SOURCE,
        note=NOTE,
    )
    wanted = entry.get("target")
    target = wanted and Target(
        value=float(wanted["value"]),
        comparison=wanted["comparison"],
        valid_from=wanted["from"],
        valid_to=None,
        legal_kind=LOCAL_TARGET,
        text=_words(wanted["text"]),
        source=SOURCE,
    )
    drawn = entry["simulation"]
    simulation = Simulation(
        kind=drawn["kind"],
        level=drawn["level"],
        spread=drawn["spread"],
        size=drawn["size"],
        season=drawn["season"],
        july=drawn["july"],
        variation=drawn.get("variation", 1.0),
        is_steady=drawn.get("steady", False),
    )
    return Measure(definition, target or None, simulation)


@cache
def measures() -> dict[str, Measure]:
    """The local indicators by code, in the order of their goals.

    >>> len(measures()), {measure.definition.goal for measure in measures().values()} == {1, 2, 3, 4, 5, 6, 8}
    (18, True)
    """
    entries = yaml.safe_load((Path(__file__).parent / "measures.yaml").read_text(encoding="utf-8"))
    return {entry["code"]: _measure(entry) for entry in entries}

"""What a caution is, and what a check declares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from indicators.spc.diagnostics.series import Series
from indicators.words import Words

ALPHA = 0.02
"""Each test cries wolf in at most this share of series it has nothing to say about, so that all together stay near 5 %
(`tests/simulation/caution_rates.py` prints the table)."""


class Code(StrEnum):
    """What does not fit; test `caution.code is Code.RARE_EVENTS`, never a label."""

    UNEVEN_DENOMINATORS = "uneven_denominators"
    RARE_EVENTS = "rare_events"
    OVERDISPERSION = "overdispersion"
    UNDERDISPERSION = "underdispersion"
    FEW_VALUES = "few_values"
    MANY_ON_CENTRE = "many_on_centre"
    OUTLIERS = "outliers"
    SKEWED = "skewed"
    SEASONALITY = "seasonality"
    AUTOCORRELATION = "autocorrelation"


@dataclass(frozen=True, slots=True)
class Caution:
    """A reason to trust a chart less, with its evidence.

    `statistic` is held against `threshold`; `p_value` is None where the check is a count and no test. `figures` holds
    what else was found, by name. `better_chart` is the code of a chart that would fit better, None where another chart
    is no help.
    """

    code: Code
    statistic: float
    threshold: float
    p_value: float | None
    better_chart: str | None
    words: Words
    reference: str
    figures: Mapping[str, float] = field(default_factory=dict)

    def say(self, language: str) -> str:
        """The caution in a sentence or two for a leader."""
        return self.words.say(language)


@dataclass(frozen=True, slots=True)
class Check:
    """A kind of misfit: one file in this folder with `CHECK = Check(...)`.

    `charts` are the codes it speaks about, None for all. `find` returns a caution or None, and None wherever there is
    too little to go by. `order` is the place among the cautions: what should be mended first stands first.
    """

    code: str
    name: Words
    reference: str
    find: Callable[[Series, float], Caution | None]
    charts: frozenset[str] | None = None
    order: int = 100


def decimal(number: float, language: str, digits: int = 2) -> str:
    """A number as it is written in the language.

    Examples
    --------
    >>> decimal(1.5, "da"), decimal(1.5, "en")
    ('1,50', '1.50')
    """
    text = f"{number:.{digits}f}"
    return text.replace(".", ",") if language == "da" else text

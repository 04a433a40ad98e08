"""Rules about what the chart could show: how many a month, and how soon a change would be seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

from indicators import spc
from indicators.chart_choice import KindOfData
from indicators.definition import PeriodKind
from indicators.definition_content import DefinitionContent
from indicators.definition_lint.record import Hit, Rule, Surroundings, Weight
from indicators.spc.detectability import SPREADS, Detectability, detectability_of
from indicators.words import Words

BASELINE = 12
"""Points before the change that the answer takes for granted: a year of months."""

SOON = 12
"""Points within which a change should be seen: what an improvement project can wait for."""

POINTS = {
    PeriodKind.WEEK: Words("uger", "weeks"),
    PeriodKind.MONTH: Words("måneder", "months"),
    PeriodKind.QUARTER: Words("kvartaler", "quarters"),
    PeriodKind.YEAR: Words("år", "years"),
}
EVERY = {
    PeriodKind.WEEK: Words("om ugen", "a week"),
    PeriodKind.MONTH: Words("om måneden", "a month"),
    PeriodKind.QUARTER: Words("i kvartalet", "a quarter"),
    PeriodKind.YEAR: Words("om året", "a year"),
}
EVENTS = Words("hændelser", "events")
COUNTED = {
    KindOfData.SHARE: Words("forløb", "cases"),
    KindOfData.RATE: Words("i nævneren", "in the denominator"),
}
POINTS_OF_PERCENT = Words(" procentpoint", " percentage points")

LIKELY, SURE = 0.5, 0.8
"""Half of the time, and the usual promise of a trial."""

SEEN = Words(
    "Med ca. {n} {what} {every} ses et skift fra {level} til {hoped} efter ca. {months} {points} i halvdelen af "
    "tilfældene{sure}.",
    "With about {n} {what} {every} a shift from {level} to {hoped} is seen after about {months} {points} in half of "
    "the cases{sure}.",
)
AND_SURE = Words(" og efter {months} i fire ud af fem", " and after {months} in four out of five")
NOT_SEEN = Words(
    "Med ca. {n} {what} {every} ses et skift fra {level} til {hoped} næppe inden for {months} {points}.",
    "With about {n} {what} {every} a shift from {level} to {hoped} is hardly seen within {months} {points}.",
)
SMALLEST = Words(
    "Med ca. {n} {what} {every} er det mindste skift, der oftest ses inden for {within} {points}, {shift}.",
    "With about {n} {what} {every} the smallest shift most often seen within {within} {points} is {shift}.",
)
ABOUT = Words("ca. {number}", "about {number}")
NONE_SEEN = Words("større, end tabellerne går", "larger than the tables go")


@dataclass(frozen=True, slots=True)
class Reach:
    """What the chart of a definition would show: points until a hoped-for change is seen, half of the time and four
    times of five; None where that is beyond five years of points, or no change is named."""

    words: Words
    likely: int | None
    sure: int | None
    has_hope: bool

    @property
    def is_late(self) -> bool:
        return self.has_hope and (self.likely is None or self.likely > SOON)


def reach(content: DefinitionContent) -> Reach | None:
    """How soon the hoped-for change would be seen, from the expected number a period; None where it cannot be said.

    Counting alone gives the variation (binomial for a share, Poisson for a rate or a count); real series vary more, and
    then it takes longer. The median or the limits are those of 12 points before the change, and stay.

    Examples
    --------
    >>> content = DefinitionContent(kind=KindOfData.SHARE, per=100, chart="run", expected_n=20, expected_level=70,
    ...                             hoped_level=85)
    >>> reach(content).words.en.split(" in half")[0]
    'With about 20 cases a month a shift from 70% to 85% is seen after about 8 months'
    """
    n, level, per = content.expected_n, content.expected_level, content.per
    if content.kind is KindOfData.COUNT:
        n = 1.0
    if n is None or n <= 0 or level is None or not per or content.period is PeriodKind.DAY:
        return None
    sigma = _sigma(content.kind, n, level / per)
    if sigma is None or sigma <= 0:
        return None
    hoped = None if content.hoped_level == level else content.hoped_level
    # Until a chart is chosen, and for those without a table, the answer is that of a run chart: the most careful one.
    chart = content.chart if content.chart in SPREADS else "run"

    def ask(power: float) -> Detectability:
        return detectability_of(
            chart,
            BASELINE,
            centre=level,
            sigma=sigma * per,
            denominator=n if chart in ("p", "u") else None,
            to=hoped,
            shift_sd=1.0 if hoped is None else None,
            within=SOON,
            power=power,
            is_frozen=True,
            multiply=per,
            profile=content.profile or "anhoej",
        )

    try:
        likely, sure = ask(LIKELY), ask(SURE)
    except spc.InputError:
        return None
    return Reach(
        Words(_say(content, likely, sure, "da"), _say(content, likely, sure, "en")),
        likely.months if hoped is not None else None,
        sure.months if hoped is not None else None,
        has_hope=hoped is not None,
    )


def _sigma(kind: KindOfData | None, n: float, level: float) -> float | None:
    if kind is KindOfData.SHARE and 0 < level < 1:
        return sqrt(level * (1 - level) / n)
    if kind in (KindOfData.RATE, KindOfData.COUNT) and level > 0:
        return sqrt(level / n)
    return None


def _say(content: DefinitionContent, likely: Detectability, sure: Detectability, language: str) -> str:
    unit = {"da": " %", "en": "%"}[language] if content.is_percent else ""
    is_count = content.kind is KindOfData.COUNT
    what = EVENTS if is_count else COUNTED.get(content.kind or KindOfData.RATE, EVENTS)
    n = content.expected_level if is_count else content.expected_n
    points = POINTS[content.period].say(language)
    shift = NONE_SEEN.say(language)
    if likely.smallest_shift is not None:
        size = _number(likely.smallest_shift, language) + (POINTS_OF_PERCENT.say(language) if unit else "")
        shift = ABOUT.say(language, number=size)
    values = {
        "n": _number(n or 0, language),
        "what": what.say(language),
        "every": EVERY[content.period].say(language),
        "level": _number(content.expected_level or 0, language) + unit,
        "hoped": _number(content.hoped_level or 0, language) + unit,
        "months": likely.months if likely.months is not None else len(likely.curve),
        "points": points,
        "within": SOON,
        "shift": shift,
        "sure": AND_SURE.say(language, months=sure.months) if sure.months is not None else "",
    }
    if content.hoped_level is None or content.hoped_level == content.expected_level:
        return SMALLEST.say(language, **values)
    return (SEEN if likely.months is not None else NOT_SEEN).say(language, **values)


def _number(value: float, language: str) -> str:
    text = f"{value:.0f}" if abs(value) >= 20 or float(value).is_integer() else f"{value:.1f}"
    return text.replace(".", ",") if language == "da" else text


def _size_missing(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    needs = content.kind in (KindOfData.SHARE, KindOfData.RATE) and content.period is not PeriodKind.DAY
    if needs and not content.expected_n and not around.is_shipped:
        yield Hit("expected_n", {"every": EVERY[content.period]})


def _size_wrong(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if content.expected_n is not None and content.expected_n <= 0:
        yield Hit("expected_n")
    for name in ("expected_level", "hoped_level"):
        value = getattr(content, name)
        low, high = content.minimum, content.maximum
        if value is not None and ((low is not None and value < low) or (high is not None and value > high)):
            yield Hit(name)


def _reach_said(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    found = reach(content)
    if found is not None:
        values = {"said": found.words, "advice": SLOW if found.is_late else Words("", "")}
        yield Hit("expected_n", values, weight=Weight.WARNING if found.is_late else Weight.NOTE)


SLOW = Words(
    "Det er længe: mål oftere, slå enheder sammen, eller vælg en procesindikator med flere forløb.",
    "That is long: measure more often, take units together, or choose a process indicator with more cases.",
)

RULES = (
    Rule(
        "size_missing",
        Weight.WARNING,
        Words(
            "Det står ikke, hvor mange der ventes {every} i én enhed.",
            "It does not say how many are expected {every} in one unit.",
        ),
        Words(
            "Skriv et skøn; så kan Tavle sige, hvor hurtigt en forbedring ses.",
            "Write an estimate; Tavle can then say how soon an improvement would show.",
        ),
        _size_missing,
    ),
    Rule(
        "size_wrong",
        Weight.ERROR,
        Words("Skønnet kan ikke være rigtigt.", "The estimate cannot be right."),
        Words("Skriv et tal inden for det, indikatoren kan være.", "Write a number within what the indicator can be."),
        _size_wrong,
    ),
    Rule("reach", Weight.NOTE, Words("{said}", "{said}"), Words("{advice}", "{advice}"), _reach_said),
)

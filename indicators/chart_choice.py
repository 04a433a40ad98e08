"""Which chart suits an indicator, from what its figures are: a table of rules, first match wins, each with its reason.

>>> found = suggest(KindOfData.SHARE, expected_n=40, expected_level=0.7, n_points=24)
>>> found.chart, [other.chart for other in found.alternatives]
('p', ['run'])
>>> suggest(KindOfData.SHARE, expected_n=40, expected_level=0.7).chart  # a new team has no points yet
'run'
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import inf

from indicators.definition import IndicatorDefinition, PeriodKind
from indicators.spc.diagnostics.rare_events import FEWEST_EXPECTED
from indicators.words import Words


class KindOfData(StrEnum):
    """What a figure of the indicator is. Decides what is handed in and which charts can draw it."""

    SHARE = "share"
    RATE = "rate"
    MEAN = "mean"
    COUNT = "count"
    VALUE = "value"
    DAYS_BETWEEN = "days_between"
    CASES_BETWEEN = "cases_between"


@dataclass(frozen=True, slots=True)
class KindRecord:
    """A kind of data: its words, what follows from it, and the charts that can draw it, the usual one first."""

    code: KindOfData
    name: Words
    example: Words
    has_denominator: bool
    per: float
    unit_of_measure: Words
    decimals: int
    period: PeriodKind
    minimum: float | None
    maximum: float | None
    charts: tuple[str, ...]


KINDS: dict[KindOfData, KindRecord] = {
    record.code: record
    for record in (
        KindRecord(
            KindOfData.SHARE,
            Words("Andel af forløb eller personer", "Share of cases or people"),
            Words("fx 41 af 48 udskrevne fik en plan", "e.g. 41 of 48 discharged patients had a plan"),
            True, 100, Words("%", "%"), 1, PeriodKind.MONTH, 0, 100, ("p", "run", "pp", "i", "ip"),
        ),
        KindRecord(
            KindOfData.RATE,
            Words("Antal hændelser pr. tid eller mængde", "Number of events per time or amount"),
            Words("fx 6 tryksår på 1.400 sengedage", "e.g. 6 pressure ulcers in 1,400 bed days"),
            True, 1000, Words("pr. 1.000 sengedage", "per 1,000 bed days"), 1, PeriodKind.MONTH, 0, None,
            ("u", "run", "up", "i", "ip"),
        ),
        KindRecord(
            KindOfData.MEAN,
            Words("Gennemsnit af målinger", "Mean of measurements"),
            Words("fx 310 ventedage delt på 62 borgere", "e.g. 310 days waited divided by 62 citizens"),
            True, 1, Words("dage", "days"), 1, PeriodKind.MONTH, 0, None, ("i", "run", "ip", "xbar", "s", "mr"),
        ),
        KindRecord(
            KindOfData.COUNT,
            Words("Antal hændelser på et fast grundlag", "Number of events on a fixed base"),
            Words("fx 7 fald på en afdeling i måneden", "e.g. 7 falls on a ward in the month"),
            False, 1, Words("hændelser", "events"), 0, PeriodKind.MONTH, 0, None, ("c", "run", "i", "mr"),
        ),
        KindRecord(
            KindOfData.VALUE,
            Words("Ét tal pr. periode", "One number per period"),
            Words("fx en median, en udgift, et indeks", "e.g. a median, a cost, an index"),
            False, 1, Words("", ""), 1, PeriodKind.MONTH, None, None, ("i", "run", "mr"),
        ),
        KindRecord(
            KindOfData.DAYS_BETWEEN,
            Words("Dage mellem sjældne hændelser", "Days between rare events"),
            Words("fx 38 dage siden det forrige alvorlige tryksår", "e.g. 38 days since the previous serious ulcer"),
            False, 1, Words("dage", "days"), 0, PeriodKind.DAY, 0, None, ("t",),
        ),
        KindRecord(
            KindOfData.CASES_BETWEEN,
            Words("Forløb mellem sjældne hændelser", "Cases between rare events"),
            Words("fx 120 operationer siden den forrige infektion", "e.g. 120 operations since the previous infection"),
            False, 1, Words("forløb", "cases"), 0, PeriodKind.DAY, 0, None, ("g",),
        ),
    )
}  # fmt: skip
"""In the order a person is offered them."""

POINTS_FOR_LIMITS = 20
"""Points before control limits are worth drawing: with fewer they move with every new one (Provost & Murray, The
Health Care Data Guide, ch. 5: 20 or more subgroups)."""

SMALL_N = 10
"""Fewer cases a period: the 3-sigma limits of a p chart around 50 % reach past 0 or 100 %."""

LARGE_N = 2000
"""From here counting alone explains so little of the variation that P limits are crossed by ordinary weeks: the
standard error at 50 % is 1.1 points."""

LARGE_EVENTS = 100
"""As LARGE_N, for rates: counting alone gives 100 events a standard deviation of 10 %."""


@dataclass(frozen=True, slots=True)
class ChoiceRule:
    """One row of the table: for figures of `kind` inside these bounds, `chart` with `reason`.

    A bound on `n` (denominator a period) or `events` (expected events a period, or non-events of a share, whichever
    are fewer) only holds where the number is known. `becomes` is the kind to measure instead, where that fits better.
    """

    kind: KindOfData
    chart: str
    reason: Words
    n_from: float = 0
    n_below: float = inf
    events_from: float = 0
    events_below: float = inf
    has_sd: bool | None = None
    becomes: KindOfData | None = None

    def holds(self, n: float | None, events: float | None, has_sd: bool) -> bool:
        return (
            _inside(n, self.n_from, self.n_below)
            and _inside(events, self.events_from, self.events_below)
            and self.has_sd in (None, has_sd)
        )


def _inside(value: float | None, least: float, below: float) -> bool:
    if value is None:
        return least == 0 and below == inf
    return least <= value < below


RULES: tuple[ChoiceRule, ...] = (
    ChoiceRule(
        KindOfData.SHARE,
        "g",
        Words(
            "Der ventes omkring 1 hændelse pr. periode eller færre. Så er mange punkter 0 eller 100 %, og et "
            "G-diagram, der tæller forløb mellem hændelserne, siger mere.",
            "About 1 event or fewer is expected per period. Many points are then 0 or 100%, and a G chart that counts "
            "the cases between events says more.",
        ),
        events_below=FEWEST_EXPECTED,
        becomes=KindOfData.CASES_BETWEEN,
    ),
    ChoiceRule(
        KindOfData.SHARE,
        "run",
        Words(
            "Med under 10 forløb pr. periode når P-diagrammets grænser ud over 0 eller 100 %. Et seriediagram kræver "
            "ingen grænser.",
            "With fewer than 10 cases per period the limits of a P chart reach past 0 or 100%. A run chart needs no "
            "limits.",
        ),
        n_below=SMALL_N,
    ),
    ChoiceRule(
        KindOfData.SHARE,
        "pp",
        Words(
            "En andel af meget mange forløb svinger mere, end tilfældet i optællingen giver. P′-diagrammet måler "
            "udsvinget og giver grænser, der passer.",
            "A share of very many cases varies more than chance in the counting explains. The P′ chart measures the "
            "variation and gives limits that fit.",
        ),
        n_from=LARGE_N,
    ),
    ChoiceRule(
        KindOfData.SHARE,
        "p",
        Words(
            "En andel af forløb, hvor nævneren kan skifte fra periode til periode: P-diagrammet lader grænserne følge "
            "nævneren.",
            "A share of cases whose denominator may change from period to period: the P chart lets its limits follow "
            "the denominator.",
        ),
    ),
    ChoiceRule(
        KindOfData.RATE,
        "t",
        Words(
            "Der ventes omkring 1 hændelse pr. periode eller færre. Tiden mellem hændelserne i et T-diagram viser en "
            "ændring før en række af nuller.",
            "About 1 event or fewer is expected per period. The time between events on a T chart shows a change "
            "sooner than a row of zeros.",
        ),
        events_below=FEWEST_EXPECTED,
        becomes=KindOfData.DAYS_BETWEEN,
    ),
    ChoiceRule(
        KindOfData.RATE,
        "up",
        Words(
            "Med over 100 hændelser pr. periode svinger raten mere, end optællingen alene giver. U′-diagrammet måler "
            "udsvinget.",
            "With more than 100 events per period the rate varies more than counting alone explains. The U′ chart "
            "measures the variation.",
        ),
        events_from=LARGE_EVENTS,
    ),
    ChoiceRule(
        KindOfData.RATE,
        "u",
        Words(
            "Hændelser holdt op mod en mængde, der skifter, fx sengedage: U-diagrammet lader grænserne følge den.",
            "Events counted against an amount that changes, such as bed days: the U chart lets its limits follow it.",
        ),
    ),
    ChoiceRule(
        KindOfData.MEAN,
        "xbar",
        Words(
            "Gennemsnit med spredning: Xbar-diagrammet bruger antal og standardafvigelse til grænserne.",
            "Means with their spread: the Xbar chart uses number and standard deviation for its limits.",
        ),
        has_sd=True,
    ),
    ChoiceRule(
        KindOfData.MEAN,
        "ip",
        Words(
            "Gennemsnit af et antal, der skifter: I′-diagrammet giver store og små perioder hver deres grænser.",
            "Means of a number that changes: the I′ chart gives large and small periods limits of their own.",
        ),
        n_from=1,
    ),
    ChoiceRule(
        KindOfData.MEAN,
        "i",
        Words(
            "Et gennemsnit uden spredning tegnes som enkeltværdier i et I-diagram.",
            "A mean without its spread is drawn as single values on an I chart.",
        ),
    ),
    ChoiceRule(
        KindOfData.COUNT,
        "t",
        Words(
            "Der ventes omkring 1 hændelse pr. periode eller færre. Tiden mellem hændelserne i et T-diagram siger "
            "mere end nuller.",
            "About 1 event or fewer is expected per period. The time between events on a T chart says more than zeros.",
        ),
        events_below=FEWEST_EXPECTED,
        becomes=KindOfData.DAYS_BETWEEN,
    ),
    ChoiceRule(
        KindOfData.COUNT,
        "c",
        Words(
            "Et antal, hvor der er lige meget at tælle i hver periode: C-diagrammet.",
            "A number where there is as much to count in every period: the C chart.",
        ),
    ),
    ChoiceRule(
        KindOfData.VALUE,
        "i",
        Words(
            "Ét tal pr. periode: I-diagrammet måler udsvinget fra punkt til punkt.",
            "One number per period: the I chart measures the variation from point to point.",
        ),
    ),
    ChoiceRule(
        KindOfData.DAYS_BETWEEN,
        "t",
        Words(
            "Dage mellem sjældne hændelser: T-diagrammet har ét punkt pr. hændelse.",
            "Days between rare events: the T chart has one point per event.",
        ),
    ),
    ChoiceRule(
        KindOfData.CASES_BETWEEN,
        "g",
        Words(
            "Forløb mellem sjældne hændelser: G-diagrammet har ét punkt pr. hændelse.",
            "Cases between rare events: the G chart has one point per event.",
        ),
    ),
)

RUN_FIRST = Words(
    "Begynd med et seriediagram: det kræver kun en median og virker fra 10–12 punkter. Ved {points} punkter kan I "
    "gå over til {chart}.",
    "Begin with a run chart: it needs a median only and works from 10–12 points. At {points} points you can change "
    "to {chart}.",
)
RUN_ALWAYS = Words(
    "Et seriediagram kan altid bruges: det antager mindst, og det ser skift lidt senere.",
    "A run chart can always be used: it assumes least, and sees changes a little later.",
)
CHART_NAMES = {
    "p": Words("et P-diagram", "a P chart"),
    "pp": Words("et P′-diagram", "a P′ chart"),
    "u": Words("et U-diagram", "a U chart"),
    "up": Words("et U′-diagram", "a U′ chart"),
    "c": Words("et C-diagram", "a C chart"),
    "i": Words("et I-diagram", "an I chart"),
    "ip": Words("et I′-diagram", "an I′ chart"),
    "xbar": Words("et Xbar-diagram", "an Xbar chart"),
}
PROFILE = "anhoej"
"""The set of rules for local indicators: few false alarms, and those of a run chart known exactly."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another chart that can be chosen, and when it is the better one."""

    chart: str
    reason: Words


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The chart that suits the figures, and why. `becomes`: measure this kind of data instead, the chart needs it."""

    chart: str
    profile: str
    reason: Words
    alternatives: tuple[Alternative, ...] = ()
    becomes: KindOfData | None = None


def suggest(
    kind: KindOfData | str,
    *,
    expected_n: float | None = None,
    expected_level: float | None = None,
    n_points: int = 0,
    has_sd: bool = False,
    for_team: bool = True,
) -> Suggestion:
    """The chart for figures of a kind.

    Parameters
    ----------
    kind : KindOfData
    expected_n : float, optional
        Denominator per period in one unit: cases, bed days, measurements.
    expected_level : float, optional
        Expected value before it is multiplied: 0.7 of the cases, 0.004 events a bed day, 7 falls.
    n_points : int
        Points there are already. Below 20 a team starts with a run chart (`for_team`), except for rare events.
    has_sd : bool
        Means come with their standard deviation.

    Raises
    ------
    ValueError
        No such kind.

    Examples
    --------
    >>> suggest("rate", expected_n=300, expected_level=0.001).becomes
    <KindOfData.DAYS_BETWEEN: 'days_between'>
    >>> suggest("share", expected_n=8000, for_team=False).chart
    'pp'
    """
    wanted = KindOfData(kind)
    # An estimate that cannot be is none: somebody is still typing.
    n = expected_n if expected_n is not None and expected_n > 0 else None
    highest = 1 if wanted is KindOfData.SHARE else inf
    level = expected_level if expected_level is not None and 0 <= expected_level <= highest else None
    events = _events(wanted, n, level)
    rule = next(rule for rule in RULES if rule.kind is wanted and rule.holds(n, events, has_sd))
    if rule.becomes is not None:
        return Suggestion(rule.chart, PROFILE, rule.reason, _others(wanted, rule), rule.becomes)
    is_of_cases = KINDS[wanted].period is PeriodKind.DAY
    if is_of_cases or rule.chart == "run" or not for_team or n_points >= POINTS_FOR_LIMITS:
        others = () if is_of_cases or rule.chart == "run" else (Alternative("run", RUN_ALWAYS),)
        return Suggestion(rule.chart, PROFILE, rule.reason, others)
    name = CHART_NAMES[rule.chart]
    first = Words(
        RUN_FIRST.say("da", points=POINTS_FOR_LIMITS, chart=name.da),
        RUN_FIRST.say("en", points=POINTS_FOR_LIMITS, chart=name.en),
    )
    return Suggestion("run", PROFILE, first, (Alternative(rule.chart, rule.reason),))


def _others(kind: KindOfData, rule: ChoiceRule) -> tuple[Alternative, ...]:
    usual = next(each for each in RULES if each.kind is kind and each.holds(None, None, False))
    return (Alternative("run", RUN_ALWAYS), Alternative(usual.chart, usual.reason))


def _events(kind: KindOfData, n: float | None, level: float | None) -> float | None:
    if level is None:
        return None
    if kind is KindOfData.COUNT:
        return level
    if n is None:
        return None
    if kind is KindOfData.SHARE:
        return n * min(level, 1 - level)
    return n * level if kind is KindOfData.RATE else None


def kind_of(definition: IndicatorDefinition) -> KindOfData:
    """What the figures of a definition are, told from its chart, its denominator and what it is multiplied by.

    Examples
    --------
    >>> kind_of_chart("u", has_denominator=True, per=1000), kind_of_chart("run", has_denominator=False, per=1)
    (<KindOfData.RATE: 'rate'>, <KindOfData.VALUE: 'value'>)
    """
    return kind_of_chart(definition.chart, has_denominator=definition.has_denominator, per=definition.per)


def kind_of_chart(chart: str, *, has_denominator: bool, per: float) -> KindOfData:
    """The kind of data a chart with or without a denominator draws; see `kind_of`."""
    certain = {
        "p": KindOfData.SHARE,
        "pp": KindOfData.SHARE,
        "u": KindOfData.RATE,
        "up": KindOfData.RATE,
        "c": KindOfData.COUNT,
        "t": KindOfData.DAYS_BETWEEN,
        "g": KindOfData.CASES_BETWEEN,
        "xbar": KindOfData.MEAN,
        "s": KindOfData.MEAN,
    }
    if chart in certain:
        return certain[chart]
    if not has_denominator:
        return KindOfData.VALUE
    return KindOfData.SHARE if per == 100 else KindOfData.MEAN if per == 1 else KindOfData.RATE

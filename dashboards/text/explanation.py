"""What is said about a series: a finding as title, three boxes, and the reasons with their exact arithmetic.

The sentences about a chart stand in the library (`indicators.spc.explanation`), where mail and API read them too. Here
stand those that belong to the page: what the store knows beside the chart (data breaks, hidden figures, a series
without data) and the table of reasons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from dashboards.figures.points import Point, fraction_text, has_limits, read_points, the_centre
from dashboards.text import (
    language as current_language,
)
from dashboards.text import (
    number,
    percent,
    period_text,
    span_text,
    use_language,
    value_text,
    value_with_unit,
)
from indicators import spc
from indicators.assessment import Variation
from indicators.spc import Judgement, Reading, Rule
from indicators.spc.diagnostics.record import Code
from indicators.spc.explanation import Formats, rule_name, templates
from indicators.spc.explanation.formats import PERIODS, preposition
from indicators.spc.judgement import Claim, claims
from indicators.spc.profiles import profile_of
from indicators.words import Words

if TYPE_CHECKING:
    from datetime import date

    from indicators.assessment import Assessment
    from indicators.definition import Target


class Note(Protocol):
    """A note with the letter it has on the chart (`figures.spc_chart.Flag` is one)."""

    @property
    def period(self) -> date: ...
    @property
    def letter(self) -> str: ...


@dataclass(frozen=True, slots=True)
class WhyRow:
    """One line of arithmetic; `is_hit` marks what raised the signal."""

    label: str
    value: str
    is_hit: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """The words of one series, in one language. `see`, `means` and `do` are paragraphs, the most important first."""

    title: str
    see: tuple[str, ...]
    means: tuple[str, ...]
    do: tuple[str, ...]
    why: tuple[WhyRow, ...]
    alt: str


def explain(
    assessment: Assessment, *, unit_name: str, annotations: Sequence[Note] = (), language: str | None = None
) -> Explanation:
    """The finding of `assessment` in words.

    Parameters
    ----------
    assessment : Assessment
        The series as computed; nothing is computed again here.
    unit_name : str
        The unit as it stands in a sentence.
    annotations : Sequence[Note]
        Notes of the series; one that lies near the start of a signal is named by its letter.
    language : "da" or "en", optional
        Else that of the request.
    """
    with use_language(language or current_language()):
        return _Speaker(assessment, unit_name, tuple(annotations)).explanation()


# ------------------------------------------------------------------------------------------------- words of the page

_SEE_MISSING = Words(
    "Der er ikke indberettet tal for {indicator} i {unit}.",
    "No figures have been handed in for {indicator} in {unit}.",
)
_SEE_ONLY_OPEN = Words(
    "Der er kun tal for {periods}, der stadig er åbne.",
    "There are figures only for {periods} that are still open.",
)
_HIDDEN = Words(
    "{count} {periods} er skjult, fordi tallene er små, og indgår ikke.",
    "Hidden because the numbers are small, and left out: {count} {periods}.",
)
_BREAK = Words(
    "Databrud {when}. Niveauer før og efter kan ikke sammenlignes.",
    "Data break {when}. Levels before and after cannot be compared.",
)
_DO_BREAK = Words("Sammenlign kun inden for samme fase.", "Compare only within the same phase.")
_WHY_RULE = Words("Regel", "Rule")
_WHY_RULES = {
    Rule.LONG_RUN: Words("Mange i træk på samme side (lang serie)", "Many in a row on one side (long run)"),
    Rule.FEW_CROSSINGS: Words("Kurven krydser for sjældent (få kryds)", "The line crosses too seldom (few crossings)"),
    Rule.OUTSIDE_LIMITS: Words("Punkt uden for grænserne (3 sigma)", "Point outside the limits (3 sigma)"),
}
_WHY_NO_RULE = Words("Ingen regel gav signal", "No rule gave a signal")
_WHY_NOT_JUDGED = Words("Ikke vurderet", "Not judged")
_WHY_RUN = Words("Længste serie", "Longest run")
_WHY_RUN_VALUE = Words("{count} (signal over {bound})", "{count} (signal above {bound})")
_WHY_CROSSINGS = Words("Kryds af {the_centre}", "Crossings of {the_centre}")
_WHY_CROSSINGS_VALUE = Words("{count} (signal under {bound})", "{count} (signal below {bound})")
_WHY_OUTSIDE = Words("Punkter uden for 3-sigma-grænserne i fasen", "Points outside the 3-sigma limits in the phase")
_WHY_OUTSIDE_VALUE = Words("{count} af {total}", "{count} of {total}")
_WHY_USEFUL = Words("Brugbare datapunkter i fasen", "Useful data points in the phase")
_WHY_USEFUL_VALUE = Words("{count} (mindst {needed})", "{count} (at least {needed})")
_WHY_FALSE_ALARM = Words("Risiko for falsk alarm, hvis intet var ændret", "Risk of a false alarm if nothing changed")
_WHY_FALSE_ALARM_LAST = Words(
    "Risiko for falsk alarm i det seneste punkt, hvis intet var ændret",
    "Risk of a false alarm at the latest point if nothing changed",
)
_ABOUT = Words("ca. {value}", "about {value}")
_NAME = Words("{indicator} i {unit}", "{indicator} in {unit}")


class _Speaker:
    """Says one assessment in the language of the moment."""

    def __init__(self, assessment: Assessment, unit_name: str, notes: tuple[Note, ...]) -> None:
        self.assessment = assessment
        self.definition = assessment.definition
        self.unit_name = unit_name
        self.notes = notes
        self.points = read_points(assessment)
        self.profile = profile_of(self.definition.profile)

    # ---------------------------------------------------------------------------------------------------- small words

    def bit(self, words: Words, **values: Any) -> str:
        """A piece of a sentence: its first letter stays as it is."""
        nouns = PERIODS[self.definition.period]
        common = {"periods": nouns.many.say(current_language()), "the_centre": the_centre(self.definition)}
        return words.say(current_language(), **(common | values))

    def say(self, words: Words, **values: Any) -> str:
        text = self.bit(words, **values)
        return text[:1].upper() + text[1:]

    def periods(self, count: int) -> str:
        """The noun that fits the count: one month, two months."""
        nouns = PERIODS[self.definition.period]
        return (nouns.one if count == 1 else nouns.many).say(current_language())

    def when(self, day: date, style: str = "short") -> str:
        return period_text(day, self.definition.period, style)

    def target_phrase(self, target: Target) -> str:
        decimals = 0 if float(target.value).is_integer() else max(self.definition.decimals, 1)
        value = percent(target.value, decimals) if self.definition.is_percent else number(target.value, decimals)
        return self.bit(templates.COMPARISONS[target.comparison], value=value)

    @property
    def name(self) -> str:
        return self.bit(_NAME, indicator=self.definition.name.say(current_language()), unit=self.unit_name)

    def formats(self) -> Formats:
        """Figures and dates as every other place of the board writes them."""
        definition, points = self.definition, self.points

        def denominator(row: int | None) -> float | None:
            return None if row is None else points[row].denominator

        def rough(centre: float) -> str:
            """Without decimals where they say little."""
            return percent(centre, 0) if definition.is_percent and centre >= 10 else value_text(definition, centre)

        centre = the_centre(definition)
        return Formats(
            language=current_language(),
            nouns=PERIODS[definition.period],
            the_centre=Words(centre, centre),
            at=preposition(definition.period),
            value=lambda value, row: value_with_unit(definition, value, denominator=denominator(row)),
            short=lambda value, row: value_text(definition, value, denominator=denominator(row)),
            rough=rough,
            fraction=lambda row: fraction_text(definition, points[row]),
            when=lambda place, style: self.when(place.date(), style),
            span=lambda first, last: (
                self.when(first.date()) if first == last else span_text(first.date(), last.date(), definition.period)
            ),
        )

    # ------------------------------------------------------------------------------------------------------- the parts

    def explanation(self) -> Explanation:
        assessment = self.assessment
        if assessment.result is None or assessment.variation is Variation.MISSING:
            return self.nothing()
        said = self.said(assessment.result)
        means, do = list(said.meaning), said.action[0]
        if breaks := self._breaks():
            means += breaks
            do = f"{do} {self.say(_DO_BREAK)}"
        return Explanation(said.finding, said.observation, tuple(means), (do,), tuple(self.why()), said.alt)

    def said(self, result: spc.SpcResult) -> spc.Explanation:
        """The chart in the library's words."""
        assessment = self.assessment
        lead = None
        if assessment.rule is not None:
            lead = Claim(Rule(assessment.rule), assessment.rising, assessment.signal_points)
        judgement = Judgement(
            variation=assessment.variation,
            lead=lead,
            claims=tuple(claims(result, result.profile.reading)),
            assurance=assessment.assurance,
            assurance_is_counted=assessment.assurance_is_counted,
            met=assessment.met,
            counted=assessment.counted,
        )
        hidden = sum(point.is_hidden for point in self.points)
        cautions: Sequence[spc.Caution] = ()
        if assessment.rule == Rule.OUTSIDE_LIMITS:
            # Only there does it change what a leader should do: limits that are too narrow make events of noise.
            cautions = [one for one in spc.diagnose(result) if one.code is Code.OVERDISPERSION]
        return spc.explain(
            result,
            self.definition.direction,
            judgement=judgement,
            language=current_language(),
            target_text="" if assessment.target is None else self.target_phrase(assessment.target),
            name=self.name,
            formats=self.formats(),
            notes=[(pd.Timestamp(note.period), note.letter) for note in self.notes],
            open_rows=[point.position for point in self.points if point.is_open],
            missing_rows=[point.position for point in self.points if self._is_absent(point)],
            cautions=cautions,
            remarks=[self.say(_HIDDEN, count=hidden, periods=self.periods(hidden))] if hidden else (),
        )

    def nothing(self) -> Explanation:
        """A series in which no closed period has a figure."""
        title = self.say(templates.TITLE_MISSING)
        if any(point.is_open and point.value is not None for point in self.points):
            see = self.say(_SEE_ONLY_OPEN)
        else:
            indicator = self.definition.name.say(current_language())
            see = self.say(_SEE_MISSING, indicator=indicator, unit=self.unit_name)
        means = self.say(templates.MEANS_MISSING)
        alt = self.say(templates.ALT_EMPTY, chart=self._chart(), name=self.name)
        return Explanation(title, (see,), (means, *self._breaks()), (self.say(templates.DO_MISSING),), (), alt)

    def _chart(self) -> str:
        return spc.CHARTS[self.definition.chart].name.say(current_language())

    @staticmethod
    def _is_absent(point: Point) -> bool:
        """An expected period without data. Open ones are not missing yet."""
        return point.is_missing and not point.is_open and not point.is_hidden

    def _breaks(self) -> list[str]:
        """One sentence per data break after the first point; the latest first."""
        if not self.points:
            return []
        first = self.points[0].period
        breaks = [phase for phase in self.assessment.phases if phase.is_break and phase.starts_on > first]
        return [self.say(_BREAK, when=self.when(phase.starts_on)) for phase in reversed(breaks[-2:])]

    # ----------------------------------------------------------------------------------------------------- the reasons

    def why(self) -> list[WhyRow]:
        assessment = self.assessment
        rows = [WhyRow(self.say(_WHY_RULE), self._rule())]
        rows += self._runs() if self.profile.has_runs else self._arithmetic()
        if has_limits(self.definition) and assessment.upper is not None:
            current = [point for point in self.points if point.phase == self.points[-1].phase]
            total = sum(1 for p in current if p.value is not None and not p.is_open and not p.is_excluded)
            outside = assessment.n_outside_limits
            is_hit = self.profile.reading is Reading.PHASE or assessment.rule == Rule.OUTSIDE_LIMITS
            value = self.say(_WHY_OUTSIDE_VALUE, count=outside, total=total)
            rows.append(WhyRow(self.say(_WHY_OUTSIDE), value, is_hit and self._is_signal and outside > 0))
        value = self.say(_WHY_USEFUL_VALUE, count=assessment.n_useful, needed=self.profile.minimum_useful)
        rows.append(WhyRow(self.say(_WHY_USEFUL), value))
        chance = self._false_alarm()
        if chance is not None:
            is_last = self.profile.reading is Reading.LAST_POINT
            rows.append(WhyRow(self.say(_WHY_FALSE_ALARM_LAST if is_last else _WHY_FALSE_ALARM), chance))
        return rows

    @property
    def _is_signal(self) -> bool:
        return self.assessment.variation in templates.SIGNALS

    def _rule(self) -> str:
        assessment = self.assessment
        if assessment.rule is None:
            judged = assessment.variation is Variation.COMMON and not assessment.is_constant
            return self.say(_WHY_NO_RULE if judged else _WHY_NOT_JUDGED)
        rule = Rule(assessment.rule)
        # The profile of the board has words of its own; in others the rule goes by its number.
        has_words = self.profile.has_runs and rule in _WHY_RULES
        return self.say(_WHY_RULES[rule] if has_words else rule_name(self.profile, rule))

    def _runs(self) -> list[WhyRow]:
        """The two counts of the runs analysis."""
        assessment, rows = self.assessment, []
        if not spc.CHARTS[self.definition.chart].has_runs:
            return []
        run, most = assessment.longest_run, assessment.longest_run_max
        if run is not None and most is not None:
            value = self.say(_WHY_RUN_VALUE, count=run, bound=most)
            rows.append(WhyRow(self.say(_WHY_RUN), value, self._is_signal and run > most))
        crossings, least = assessment.n_crossings, assessment.n_crossings_min
        if crossings is not None and least is not None:
            value = self.say(_WHY_CROSSINGS_VALUE, count=crossings, bound=least)
            rows.append(WhyRow(self.say(_WHY_CROSSINGS), value, self._is_signal and crossings < least))
        return rows

    def _arithmetic(self) -> list[WhyRow]:
        """What each rule that speaks has counted, the one that leads first."""
        assessment, result = self.assessment, self.assessment.result
        if result is None or not self._is_signal:
            return []
        wanted = {(claim.rule, claim.rows) for claim in claims(result, result.profile.reading)}
        found = [one for one in result.signals if one.phase == len(result.phases) and (one.rule, one.rows) in wanted]
        told: dict[Rule, WhyRow] = {}
        # Points outside the limits have a row of their own.
        for signal in sorted(found, key=lambda one: one.rule != assessment.rule):
            if signal.rule is not Rule.OUTSIDE_LIMITS:
                label = self.say(spc.RULES[signal.rule].name)
                told.setdefault(signal.rule, WhyRow(label, self.say(_as_words(signal)), is_hit=True))
        return list(told.values())

    def _false_alarm(self) -> str | None:
        """How often chance alone would raise a signal in so many points; nothing where nothing is judged."""
        assessment = self.assessment
        if assessment.is_constant or assessment.n_useful < self.profile.minimum_useful:
            return None
        chance = 100 * spc.false_alarm_probability(
            assessment.n_useful, self.definition.chart, profile=self.profile, reading=self.profile.reading.value
        )
        return self.bit(_ABOUT, value=percent(chance, 0 if chance >= 1 else 1))


def _as_words(signal: spc.Signal) -> Words:
    return Words(signal.arithmetic("da"), signal.arithmetic("en"))

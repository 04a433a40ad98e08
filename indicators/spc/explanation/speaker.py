"""From a result and its judgement to sentences: every choice is made here, every sentence stands in `templates`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from indicators.spc.charts import CHARTS, ValueKind
from indicators.spc.diagnostics import Caution
from indicators.spc.diagnostics.record import Code
from indicators.spc.explanation import templates as said
from indicators.spc.explanation.formats import Formats
from indicators.spc.explanation.record import Explanation, Proposal
from indicators.spc.explanation.templates import SIGNALS, RuleTexts
from indicators.spc.false_alarms import FalseAlarm, false_alarm
from indicators.spc.judgement import ENOUGH_POINTS, Assurance, Judgement, Variation
from indicators.spc.profiles import PROFILES, Profile, Reading
from indicators.spc.reasons import WORDS, Reason
from indicators.spc.result import Signal, SpcResult
from indicators.spc.rules import RULES, Rule
from indicators.spc.runs import METHODS
from indicators.words import LANGUAGES, Words

NEAR = 2
"""Points before a signal begins in which a note may have to do with it."""

MOST_LISTED = 4
"""Points of a signal that are named one by one."""

MOST_OTHERS = 3
"""Signals beside the leading one that are named."""


def rule_name(profile: Profile, rule: Rule) -> Words:
    """The rule's name, with its number in the profile where the profile is as published.

    Examples
    --------
    >>> rule_name(PROFILES["nelson"], Rule.SHIFT).en, rule_name(PROFILES["nelson"].with_lengths(shift=8), Rule.SHIFT).en
    ('shift (Nelson 2)', 'shift')
    """
    name = RULES[rule].name
    label = next((each.label for each in profile.rules if each.code is rule), None)
    if label is None or PROFILES.get(profile.code) != profile:
        return name
    return Words(*(said.RULE_LABEL.say(code, name=name.say(code), label=label.say(code)) for code in LANGUAGES))


class Speaker:
    """Says one result in one language."""

    def __init__(
        self,
        result: SpcResult,
        judgement: Judgement,
        formats: Formats,
        *,
        reading: Reading,
        target: str,
        name: str,
        has_direction: bool,
        notes: Sequence[tuple[Any, str]],
        open_rows: Sequence[int] | None,
        missing_rows: Sequence[int] | None,
        cautions: Sequence[Caution],
        advice: Proposal | None,
        remarks: Sequence[str],
    ) -> None:
        self.result, self.judgement, self.formats = result, judgement, formats
        self.reading, self.target, self.name, self.notes = reading, target, name, notes
        self.cautions, self.advice, self.has_direction = cautions, advice, has_direction
        self.remarks = remarks
        points, phases = result.points, result.phases
        self.x: list[Any] = points.x.tolist()
        self.y, self.centres, self.lower, self.upper = (
            points[name].to_numpy(dtype=np.float64) for name in ("y", "centre", "lower", "upper")
        )
        self.included = points.included.to_numpy(dtype=bool)
        self.in_baseline = points.in_baseline.to_numpy(dtype=bool)
        self.current = {name: column.array[-1] for name, column in phases.items()}
        self.n_phases = len(phases)
        self.is_current = points.phase.to_numpy() == self.n_phases
        reasons = points.reason.to_numpy()
        if open_rows is None and (found := np.flatnonzero(reasons == WORDS[Reason.OPEN].en)).size:
            open_rows = range(int(found[0]), len(self.y))  # the latest periods, with or without a value
        is_open = np.zeros(len(self.y), dtype=bool)
        is_open[list(open_rows or ())] = True
        self.is_open, self.speaks_of_closed = is_open, open_rows is not None
        has_value = ~np.isnan(self.y)
        self.has_value = has_value
        self.valued = np.flatnonzero(self.is_current & has_value & self.included & ~is_open).tolist()
        if missing_rows is None:
            missing = ~has_value & ~is_open & (reasons == WORDS[Reason.NO_DATA].en)
            self.missing = np.flatnonzero(missing).tolist()
        else:
            self.missing = list(missing_rows)
        self.left_out = np.flatnonzero(~self.included & has_value & ~is_open).tolist()
        self.reason = Reason(self.current["reason_code"])
        self.needed = result.profile.minimum_useful
        self.n_useful = int(self.current["n_useful"])
        self.n_values = int(self.current["n_values"])
        lead = judgement.lead
        self.rule = lead.rule if lead is not None and judgement.variation in SIGNALS else None
        self.rows = sorted(lead.rows) if lead is not None and self.rule is not None else []
        self.is_above = None if lead is None else lead.is_above

    # ------------------------------------------------------------------------------------------------------ small words

    def say(self, words: Words, **values: Any) -> str:
        """The sentence with the values every sentence may use, and its own; it begins with a capital."""
        # A unit of measure may end with a full stop of its own.
        text = self.bit(words, **values).replace("..", ".")
        return text[:1].upper() + text[1:]

    def bit(self, words: Words, **values: Any) -> str:
        """A piece of a sentence: its first letter stays as it is."""
        nouns, language = self.formats.nouns, self.formats.language
        single = nouns.single.say(language)
        common = {
            "period": nouns.one.say(language),
            "periods": nouns.many.say(language),
            "single": single,
            "Single": single[:1].upper() + single[1:],
            "after_another": nouns.after_another.say(language),
            "the_centre": self.formats.the_centre.say(language),
            "at": self.formats.at.say(language),
        }
        return words.say(language, **(common | values))

    def periods(self, count: int) -> str:
        """The noun that fits the count: one month, two months."""
        nouns = self.formats.nouns
        return (nouns.one if count == 1 else nouns.many).say(self.formats.language)

    def when(self, row: int, style: str = "short") -> str:
        return self.formats.when(self.x[row], style)

    def span(self, rows: Sequence[int]) -> str:
        return self.formats.span(self.x[rows[0]], self.x[rows[-1]])

    def list_of(self, parts: Sequence[str]) -> str:
        if len(parts) == 1:
            return parts[0]
        return self.bit(
            Words("{first} og {last}", "{first} and {last}"), first=", ".join(parts[:-1]), last=parts[-1]
        )  # fmt: skip

    def listed(self, rows: Sequence[int]) -> str:
        return self.list_of([f"{self.when(row)} ({self.short(row)})" for row in rows[-MOST_LISTED:]])

    def short(self, row: int) -> str:
        return self.formats.short(float(self.y[row]), row)

    def with_fraction(self, row: int) -> str:
        fraction = self.formats.fraction(row)
        return f"{self.short(row)} ({fraction})" if fraction else self.short(row)

    @property
    def centre(self) -> str:
        centre = float(self.current["centre"])
        return "" if math.isnan(centre) else self.formats.value(centre, None)

    @property
    def rough_centre(self) -> str:
        centre = float(self.current["centre"])
        return "" if math.isnan(centre) else self.formats.rough(centre)

    # -------------------------------------------------------------------------------------------------------- the state

    @property
    def variation(self) -> Variation:
        return self.judgement.variation

    @property
    def is_constant(self) -> bool:
        return bool(self.current["is_constant"]) and self.n_values >= ENOUGH_POINTS

    @property
    def has_limits(self) -> bool:
        """Whether the current phase has control limits."""
        return self.result.chart.has_limits and not math.isnan(float(self.current["upper"]))

    @property
    def is_unordered(self) -> bool:
        return self.reason is Reason.NO_ORDER

    @property
    def is_judged(self) -> bool:
        """Whether any rule was asked."""
        if self.is_unordered and not self.has_limits:
            return False
        return self.variation in SIGNALS or (self.variation is Variation.COMMON and not self.is_constant)

    @property
    def tells_last_point(self) -> bool:
        """Whether the latest point alone is judged, and earlier ones show what it does not."""
        is_common = self.variation is Variation.COMMON and not self.is_constant and not self.is_unordered
        has_earlier = any(signal.phase == self.n_phases for signal in self.result.signals)
        return self.reading is Reading.LAST_POINT and is_common and has_earlier

    @property
    def is_frozen(self) -> bool:
        return any(not self.in_baseline[row] for row in self.valued)

    @property
    def few(self) -> int:
        """What there is too little of: values, or where there are enough, those off the centre line."""
        return self.n_values if self.n_values < self.needed else self.n_useful

    @property
    def texts(self) -> RuleTexts:
        assert self.rule is not None
        return said.RULE_TEXTS[self.rule]

    @cached_property
    def overdispersion(self) -> Caution | None:
        """The caution against limits that are too narrow, where points outside them are what leads."""
        if self.rule is not Rule.OUTSIDE_LIMITS:
            return None
        return next((caution for caution in self.cautions if caution.code is Code.OVERDISPERSION), None)

    @property
    def is_now(self) -> bool:
        """Whether the signal reaches the latest point that could carry it on."""
        rows = self.valued
        if self.rule in (Rule.LONG_RUN, Rule.SHIFT):
            # A point on the centre line is on neither side.
            rows = [row for row in rows if not math.isclose(self.y[row], self.centres[row], rel_tol=1e-9)]
        return bool(rows) and bool(self.rows) and rows[-1] <= self.rows[-1]

    @property
    def latest(self) -> int | None:
        rows = np.flatnonzero(self.has_value & ~self.is_open)
        return int(rows[-1]) if len(rows) else None

    def near_note(self) -> str:
        """The name of the latest note from a little before the signal until just after it begins."""
        if not self.rows:
            return ""
        near, after = self.x[max(self.rows[0] - NEAR, 0)], self.x[min(self.rows[0] + 1, len(self.x) - 1)]
        names = [name for place, name in sorted(self.notes, key=lambda note: note[0]) if near <= place <= after]
        return names[-1] if names else ""

    # -------------------------------------------------------------------------------------------------------- the parts

    def explanation(self) -> Explanation:
        finding, observation = self.finding(), self.observation()
        return Explanation(
            finding=finding,
            observation=tuple(observation),
            meaning=tuple(self.meaning()),
            rule=tuple(self.rules()),
            certainty=tuple(self.certainty()),
            action=tuple(self.action()),
            alt=self.alt(finding, observation[0]),
        )

    def alt(self, finding: str, first: str) -> str:
        chart = self.bit(self.result.chart.name)
        if not self.has_value.any():
            return self.say(said.ALT_EMPTY if self.name else said.ALT_EMPTY_NAMELESS, chart=chart, name=self.name)
        words = said.ALT if self.name else said.ALT_NAMELESS
        span = self.span([0, len(self.x) - 1])
        return self.say(words, chart=chart, name=self.name, span=span, title=finding, see=first)

    def finding(self) -> str:
        if self.variation is Variation.MISSING:
            return self.say(said.TITLE_MISSING_PHASE if self.has_value.any() else said.TITLE_MISSING)
        if self.is_constant:
            return self.say(said.TITLE_CONSTANT, value=self.constant())
        if self.variation is Variation.FEW:
            return self.say(said.TITLE_FEW, count=self.few, needed=self.needed)
        if self.variation is Variation.COMMON:
            return self.common_finding()
        assert self.rule is not None
        kind, count, is_above = self.bit(said.KIND[self.variation]), len(self.rows), bool(self.is_above)
        words = self.texts.title
        if self.rule is Rule.FEW_CROSSINGS and self.is_above is None:
            words = said.TITLE_CROSSINGS_NO_WAY
        if self.rule is Rule.OUTSIDE_LIMITS and count == 1:
            words = said.TITLE_OUTSIDE_ONE
        return self.say(
            words,
            kind=kind,
            count=count,
            when=self.when(self.rows[0]),
            limit=self.bit(said.LIMITS[is_above]),
            side=self.bit(said.SIDES[is_above]),
            way=self.bit(said.WAY[is_above]),
            rising=self.bit(said.RISING[is_above]),
            centre=self.rough_centre,
        )

    def common_finding(self) -> str:
        if self.is_unordered:
            return self.say(said.TITLE_NO_ORDER_LIMITS if self.has_limits else said.TITLE_NO_ORDER)
        if self.tells_last_point:
            return self.say(said.TITLE_LAST_POINT)
        judgement = self.judgement
        if judgement.assurance is Assurance.NONE:
            return self.say(said.TITLE_COMMON_NO_TARGET, centre=self.rough_centre)
        if self.is_within_yet_one_sided():
            return self.say(said.TITLE_COMMON_WITHIN)
        return self.with_target(said.TITLE_COMMON[(judgement.assurance, judgement.assurance_is_counted)])

    # --------------------------------------------------------------------------------------------------- what do we see

    def observation(self) -> list[str]:
        if self.variation is Variation.MISSING:
            return self.nothing()
        return [self.first_sight(), *self.details()]

    def nothing(self) -> list[str]:
        if not self.has_value.any():
            return [self.say(said.SEE_NOTHING)]
        return [self.say(said.SEE_NOTHING_PHASE, start=self.when(int(self.current["first_row"]), "long"))]

    def first_sight(self) -> str:
        count = len(self.valued)
        if self.is_constant:
            return self.say(said.SEE_CONSTANT, count=count, periods=self.periods(count), value=self.constant())
        if self.variation is Variation.FEW:
            return self.too_few()
        if self.variation is Variation.COMMON:
            if self.is_unordered:
                words = said.SEE_NO_ORDER_LIMITS if self.has_limits else said.SEE_NO_ORDER
            elif self.tells_last_point:
                row = self.valued[-1]
                value = self.with_fraction(row)
                return self.say(said.SEE_LAST_POINT, when=self.when(row, "long"), value=value, centre=self.centre)
            else:
                words = said.SEE_COMMON_LIMITS if self.has_limits else said.SEE_COMMON
            return self.say(words, count=count, centre=self.centre)
        if self.rule is Rule.FEW_CROSSINGS:
            crossings, least = (self.current[name] for name in ("n_crossings", "n_crossings_min"))
            words = said.SEE_CROSSINGS_ONCE if crossings == 1 else said.SEE_CROSSINGS
            span = self.span(self.valued)
            return self.say(words, centre=self.centre, count=int(crossings), expected=int(least), span=span)
        return self.outside() if self.rule is Rule.OUTSIDE_LIMITS else self.pattern()

    def too_few(self) -> str:
        count, total = self.few, self.n_values
        if total >= self.needed:
            return self.say(said.SEE_FEW_OFF_LINE, count=count, total=total, needed=self.needed)
        if count == 1:
            return self.say(said.SEE_FEW_ONE, needed=self.needed)
        words = said.SEE_FEW_PHASE if self.n_phases > 1 else said.SEE_FEW
        rows = self.valued or np.flatnonzero(self.is_current).tolist()
        return self.say(words, count=count, span=self.span(rows), needed=self.needed)

    def outside(self) -> str:
        count, is_above = len(self.rows), bool(self.is_above)
        limit = self.bit(said.LIMITS[is_above])
        if count == 1:
            row = self.rows[0]
            bound = float((self.upper if is_above else self.lower)[row])
            is_only = int(self.current["n_outside_limits"]) == 1
            return self.say(
                said.SEE_OUTSIDE_ONLY if is_only else said.SEE_OUTSIDE_ONE,
                when=self.when(row, "long"),
                value=self.with_fraction(row),
                limit=limit,
                bound=self.formats.short(bound, None),
            )
        words = said.SEE_OUTSIDE_MANY if count <= MOST_LISTED else said.SEE_OUTSIDE_LATEST
        return self.say(words, count=count, limit=limit, list=self.listed(self.rows))

    def pattern(self) -> str:
        words = self.texts.see_now if self.texts.see_now is not None and self.is_now else self.texts.see
        if len(self.rows) > MOST_LISTED and words is said.SEE_FAR:
            words = said.SEE_FAR_SPAN
        signal = self.leading_signal()
        return self.say(
            words,
            count=len(self.rows),
            closed=self.bit(said.CLOSED) if self.speaks_of_closed else "",
            span=self.span(self.rows),
            side=self.bit(said.SIDES[bool(self.is_above)]),
            rising=self.bit(said.RISING[bool(self.is_above)]),
            first=self.short(self.rows[0]),
            last=self.short(self.rows[-1]),
            sigmas=f"{0.0 if signal is None else signal.figures.get('sigmas', 0.0):g}",
            list=self.listed(self.rows),
            centre=self.centre,
        )

    def details(self) -> list[str]:
        """The latest value, what is open, missing or left out, the phase, and the other signals."""
        sentences = []
        latest = self.latest
        is_told = self.tells_last_point or (self.rule is Rule.OUTSIDE_LIMITS and self.rows == [latest])
        if latest is not None and not is_told:
            fraction = self.formats.fraction(latest)
            value = self.formats.value(float(self.y[latest]), latest)
            words = said.LATEST_FRACTION if fraction else said.LATEST
            sentences.append(self.say(words, when=self.when(latest, "long"), value=value, fraction=fraction))
        if unfinished := [self.when(row) for row in np.flatnonzero(self.is_open & self.has_value).tolist()]:
            words = said.OPEN_ONE if len(unfinished) == 1 else said.OPEN_MANY
            sentences.append(self.say(words, list=self.list_of(unfinished)))
        if self.missing:
            names = [self.when(row) for row in self.missing]
            sentences.append(
                self.say(said.ABSENT, list=self.list_of(names))
                if len(names) <= 3
                else self.say(said.ABSENT_MANY, count=len(names), last=names[-1])
            )
        sentences += self.remarks
        if self.left_out:
            sentences.append(self.say(said.LEFT_OUT, list=self.list_of([self.when(row) for row in self.left_out[-3:]])))
        if self.n_phases > 1:
            start = self.when(int(self.current["first_row"]))
            sentences.append(self.say(said.PHASE_SINCE, start=start, number=self.n_phases, total=self.n_phases))
        if self.is_frozen:
            baseline = np.flatnonzero(self.is_current & self.in_baseline).tolist()
            lines = self.bit(said.THE_LINES[self.has_limits])
            sentences.append(self.say(said.FROZEN, the_lines=lines, span=self.span(baseline)))
        lines_of = [" ".join(sentences)] if sentences else []
        if others := self.other_signals():
            lines_of.append(self.say(said.EARLIER, list="; ".join(others)))
        return lines_of

    def other_signals(self) -> list[str]:
        """Signals that do not lead, latest first: other phases, other rules, and always one of the other direction."""
        told: list[tuple[bool | None, set[int]]] = [(self.is_above, set(self.rows))]
        others: list[Signal] = []
        for signal in sorted(self.result.signals, key=lambda signal: signal.rows[-1], reverse=True):
            # What overlaps a signal on its own side is the same finding by another rule, and few crossings are the
            # whole phase seen once more.
            rows = set(signal.rows)
            is_repeated = any(signal.is_above is side and rows & known for side, known in told)
            if is_repeated or (signal.rule is Rule.FEW_CROSSINGS and signal.phase == self.n_phases and self.rows):
                continue
            told.append((signal.is_above, rows))
            others.append(signal)
        chosen = others[:MOST_OTHERS]
        other_side = next((signal for signal in others if signal.is_above is (not self.is_above)), None)
        if self.is_above is not None and other_side is not None and all(each is not other_side for each in chosen):
            chosen[-1] = other_side
        return [self.brief(signal) for signal in sorted(chosen, key=lambda signal: signal.rows[-1], reverse=True)]

    def brief(self, signal: Signal) -> str:
        is_above = bool(signal.is_above)
        return self.bit(
            said.RULE_TEXTS[signal.rule].brief,
            span=self.span(signal.rows),
            list=self.list_of([self.when(row) for row in signal.rows[-3:]]),
            side=self.bit(said.SIDES[is_above]),
            limit=self.bit(said.LIMITS[is_above]),
            rising=self.bit(said.RISING[is_above]),
        )

    def constant(self) -> str:
        return self.formats.value(float(self.y[self.valued[-1]]), self.valued[-1]) if self.valued else ""

    # ------------------------------------------------------------------------------------------------ what does it mean

    def meaning(self) -> list[str]:
        sentences: list[str] = []
        if self.variation is Variation.MISSING:
            return [self.say(said.MEANS_MISSING)]
        if self.is_constant:
            sentences = [self.say(said.MEANS_CONSTANT), *self.target_sentence()]
        elif self.variation is Variation.FEW:
            sentences = [self.say(said.MEANS_FEW)]
        elif self.variation is Variation.COMMON:
            sentences = [self.common_meaning()]
            if self.is_unordered or self.tells_last_point:
                sentences += self.target_sentence()
        else:
            sentences = [self.signal_meaning(), *self.target_sentence()]
        return [" ".join(sentences)]

    def signal_meaning(self) -> str:
        if self.overdispersion is not None:
            return self.say(said.MEANS_WIDE, caution=self.overdispersion.say(self.formats.language))
        is_told = self.is_above is not None or self.rule is not Rule.FEW_CROSSINGS
        words = self.texts.means[self.variation if is_told else Variation.CHANGE]
        return self.say(words, higher=self.bit(said.HIGHER[bool(self.is_above)]))

    def common_meaning(self) -> str:
        judgement = self.judgement
        if self.is_unordered:
            return self.say(said.MEANS_NO_ORDER_LIMITS if self.has_limits else said.MEANS_NO_ORDER)
        if self.tells_last_point:
            return self.say(said.MEANS_LAST_POINT)
        if judgement.assurance is Assurance.NONE:
            return self.say(said.MEANS_COMMON_NO_TARGET if self.has_direction else said.MEANS_COMMON_NO_DIRECTION)
        if self.is_within_yet_one_sided():
            return self.with_target(said.MEANS_COMMON_WITHIN[bool(judgement.met)])
        if judgement.assurance is Assurance.MIXED and not judgement.counted:
            return self.with_target(said.MEANS_COMMON_UNCOUNTED)
        return self.with_target(said.MEANS_COMMON[(judgement.assurance, judgement.assurance_is_counted)])

    def target_sentence(self) -> list[str]:
        judgement = self.judgement
        if judgement.assurance is Assurance.NONE:
            return []
        if self.is_within_yet_one_sided():
            # The count says more.
            return [self.with_target(said.TARGET[(Assurance.PASS if judgement.met else Assurance.FAIL, True)])]
        # Where nothing varies there is no variation for the target to lie outside of: what was met is counted.
        is_counted = judgement.assurance_is_counted or self.is_constant
        return [self.with_target(said.TARGET[(judgement.assurance, is_counted)])] if judgement.counted else []

    def is_within_yet_one_sided(self) -> bool:
        """Whether the target lies within the limits and was yet always or never met of late."""
        judgement = self.judgement
        return (
            judgement.assurance is Assurance.MIXED
            and bool(judgement.counted)
            and judgement.met in (0, judgement.counted)
        )

    def with_target(self, words: Words) -> str:
        counted = self.judgement.counted or 0
        met = self.judgement.met or 0
        return self.say(words, target=self.target, met=met, counted=counted, periods=self.periods(counted))

    # -------------------------------------------------------------------------------------------------------- the rules

    def leading_signal(self) -> Signal | None:
        return next(
            (
                signal
                for signal in self.result.signals
                if signal.rule is self.rule and signal.phase == self.n_phases and set(self.rows) <= set(signal.rows)
            ),
            None,
        )

    def claimed(self) -> list[Signal]:
        """The signals the judgement looked at, the leading one first, then in the order of the profile."""
        wanted = {(claim.rule, claim.rows) for claim in self.judgement.claims}
        lead = self.leading_signal()
        found = [
            signal
            for signal in self.result.signals
            if signal.phase == self.n_phases
            and signal is not lead
            and (
                (signal.rule, signal.rows) in wanted
                or (signal.rule is Rule.FEW_CROSSINGS and self.reading is Reading.PHASE)
            )
        ]
        return ([] if lead is None else [lead]) + found

    def rules(self) -> list[str]:
        if not self.is_judged:
            return [self.say(said.RULE_NOT_JUDGED, reason=self.why_not())]
        if self.variation in SIGNALS:
            told: dict[Rule, str] = {}
            for signal in self.claimed():
                told.setdefault(signal.rule, self.rule_of(signal))
            paragraphs = list(told.values())
        else:
            words = said.RULE_NONE_AT_LAST if self.reading is Reading.LAST_POINT else said.RULE_NONE
            names = ", ".join(self.bit(RULES[rule].name) for rule in self.asked())
            paragraphs = [self.say(words, profile=self.bit(self.result.profile.name), rules=names)]
        return [*paragraphs, *self.runs(), *self.limits()]

    def rule_of(self, signal: Signal) -> str:
        language = self.formats.language
        words, name = self.bit(RULES[signal.rule].words), rule_name(self.result.profile, signal.rule).say(language)
        arithmetic = signal.arithmetic(language)
        return self.say(said.RULE, name=name, asks=words, arithmetic=arithmetic)

    def asked(self) -> list[Rule]:
        """The rules of the profile that this series can be asked about."""
        profile, chart = self.result.profile, self.result.chart
        has_runs = chart.has_runs and not self.is_unordered
        runs_rules = [Rule.LONG_RUN, Rule.FEW_CROSSINGS] if profile.has_runs and has_runs else []
        return [
            *runs_rules,
            *(
                rule.code
                for rule in profile.rules
                if (has_runs or rule.code is Rule.OUTSIDE_LIMITS) and (self.has_limits or rule.pattern.sigmas == 0)
            ),
        ]

    def runs(self) -> list[str]:
        """The two counts of the runs analysis, or the method that judged them where it has other bounds."""
        result, current = self.result, self.current
        if not (result.profile.has_runs and result.chart.has_runs) or self.is_unordered:
            return []
        if current["method"] != "anhoej":
            return [self.say(said.RULE_METHOD, method=self.bit(METHODS[current["method"]].name))]
        crossings = int(current["n_crossings"])
        return [
            self.say(
                said.RULE_RUNS,
                run=int(current["longest_run"]),
                run_bound=int(current["longest_run_max"]),
                times=self.bit(said.ONCE if crossings == 1 else said.TIMES, count=crossings),
                crossings_bound=int(current["n_crossings_min"]),
                n_useful=self.n_useful,
            )
        ]

    def limits(self) -> list[str]:
        if not self.result.chart.has_limits:
            return [self.say(said.NO_LIMITS_RUN)] if self.n_values else []
        if self.has_limits or not self.n_values:
            return []
        return [self.say(said.NO_LIMITS, reason=self.why_not())]

    def why_not(self) -> str:
        """The reason of the phase as a clause."""
        reason = self.reason
        if reason is Reason.NONE:
            reason = Reason.NO_NEIGHBOURS if self.is_judged else Reason.TOO_FEW
        words = said.REASONS.get(reason, WORDS[reason])
        return self.bit(words, n=self.n_useful, needed=self.needed)

    # ------------------------------------------------------------------------------------------------ how certain is it

    def certainty(self) -> list[str]:
        if self.variation is Variation.MISSING:
            return [self.say(said.MEANS_MISSING)]
        paragraphs = []
        if self.is_constant:
            paragraphs.append(self.say(said.CERTAIN_CONSTANT))
        elif self.variation is Variation.FEW:
            paragraphs.append(self.say(said.CERTAIN_FEW, needed=self.needed))
        elif not self.is_judged:
            paragraphs.append(self.say(said.CHANCE_UNKNOWN))
        else:
            sentences = self.chance()
            if self.variation is Variation.COMMON and not self.is_unordered:
                sentences.append(self.say(said.CERTAIN_COMMON))
            paragraphs.append(" ".join(sentences))
        if self.left_out:
            count = len(self.left_out)
            words = said.CERTAIN_LEFT_OUT if self.result.chart.has_limits else said.CERTAIN_LEFT_OUT_RUN
            paragraphs.append(self.say(words, count=count, periods=self.periods(count)))
        # The one that stands in the meaning is not said twice.
        paragraphs += [
            caution.say(self.formats.language) for caution in self.cautions if caution is not self.overdispersion
        ]
        if self.advice is not None and self.advice.is_proposed:
            told = self.advice.explanation
            paragraphs.append(
                f"{told.observation.say(self.formats.language)} {told.certainty.say(self.formats.language)}"
            )
        return paragraphs

    @cached_property
    def false_alarm(self) -> FalseAlarm | None:
        """How often chance alone gives a signal; None where it is not known."""
        result = self.result
        if not self.is_judged or self.is_unordered or self.current["method"] != "anhoej":
            return None
        return false_alarm(
            self.n_useful,
            result.chart.code,
            profile=result.profile,
            reading=self.reading.value,
            mean_count=self.mean_count(),
        )

    def mean_count(self) -> float | None:
        """Expected events per point, for a proportion the fewer of events and their opposite; None without counts."""
        result = self.result
        kind, centre = result.chart.kind, float(self.current["centre"]) / result.multiply
        if kind is ValueKind.COUNT:
            return centre
        size = result.points.n.to_numpy(dtype=np.float64)[self.valued]
        size = size[~np.isnan(size)]
        if kind not in (ValueKind.PROPORTION, ValueKind.RATE) or not len(size):
            return None
        mean = float(size.mean())
        return mean * (min(centre, 1 - centre) if kind is ValueKind.PROPORTION else centre)

    def chance(self) -> list[str]:
        alarm = self.false_alarm
        if alarm is None or not 0 < alarm.probability <= 1:
            return [self.say(said.CHANCE_UNKNOWN)]
        profile = self.bit(self.result.profile.name)
        total = next((total for total in (100, 1000) if alarm.probability * total >= 0.95), None)
        if total is None:
            sentences = [self.say(said.CHANCE_RARE, profile=profile)]
        else:
            words = said.CHANCE_AT_LAST if self.reading is Reading.LAST_POINT else said.CHANCE
            thousand = "1,000" if self.formats.language == "en" else "1.000"
            count = min(round(alarm.probability * total), total - 1)
            sentences = [self.say(words, count=count, total=thousand if total == 1000 else total, profile=profile)]
        if alarm.simulated_as != self.result.chart.code:
            sentences.append(self.say(said.CHANCE_OTHER_CHART, chart=self.bit(CHARTS[alarm.simulated_as].name)))
        if self.is_frozen:
            sentences.append(self.say(said.CHANCE_FROZEN))
        return sentences

    # ---------------------------------------------------------------------------------------------- what can you do now

    def action(self) -> list[str]:
        first = self.first_action()
        if self.missing and self.variation is not Variation.MISSING:
            first = f"{first} {self.say(said.DO_ABSENT)}"
        paragraphs = [first]
        if self.rule is not None and self.overdispersion is None and self.variation in said.KEEP:
            paragraphs.append(self.say(said.KEEP[self.variation]))
        if self.advice is not None and self.advice.is_proposed:
            paragraphs.append(self.advice.explanation.what_to_do.say(self.formats.language))
        return paragraphs

    def first_action(self) -> str:
        variation, assurance = self.variation, self.judgement.assurance
        if variation is Variation.MISSING:
            return self.say(said.DO_MISSING)
        if self.is_constant:
            is_off = assurance in (Assurance.FAIL, Assurance.MIXED)
            return self.say(said.DO_CONSTANT_OFF_TARGET if is_off else said.DO_CONSTANT)
        if variation is Variation.FEW:
            return self.say(said.DO_FEW)
        if variation is Variation.COMMON:
            if self.is_unordered and not self.has_limits:
                return self.say(said.DO_NO_ORDER)
            first = self.say(said.DO_COMMON[assurance])
            return f"{first} {self.say(said.DO_EARLIER)}" if self.tells_last_point else first
        if self.overdispersion is not None:
            better = CHARTS.get(self.overdispersion.better_chart or "", self.result.chart)
            return self.say(said.DO_WIDE, better=self.bit(better.name))
        letter, texts = self.near_note(), self.texts
        values = {
            "start": self.when(self.rows[0]),
            "when": self.list_of([self.when(row) for row in self.rows[-3:]]),
            "letter": letter,
        }
        if letter and texts.noted is not None:
            first = self.say(texts.noted[variation], **values)
        else:
            first = self.say(texts.do[variation], **values)
            if letter:
                first = f"{first} {self.say(said.DO_NOTE, letter=letter)}"
        is_on_the_way = variation is Variation.IMPROVEMENT and assurance is Assurance.FAIL
        if is_on_the_way and self.rule is not Rule.OUTSIDE_LIMITS:
            first = f"{first} {self.say(said.DO_BETTER_GOAL_AHEAD)}"
        return first

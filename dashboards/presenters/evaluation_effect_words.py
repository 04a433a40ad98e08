"""What Effekt says: the finding in a sentence, the verdict with its reasons, and the rows of every table.

`Measure` turns natural units into the unit people read: a proportion into percentage points, a rate into its own.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from dashboards.exports.evaluation.amounts import Amounts
from dashboards.exports.evaluation.months_before import what_became_of_them
from dashboards.figures.evaluation.effects import signed
from dashboards.presenters.evaluation_effect import Answer, GroupEffect, Question
from dashboards.text import _, language, month, ngettext, number, percent
from data.queries.evaluation import compared_with
from indicators.definition import Direction, IndicatorDefinition
from indicators.drawn import family_of
from indicators.evaluation.placebo_outcome import KEY as PLACEBO

CONSISTENT, FRAGILE, NOT_SHOWN, NOT_IDENTIFIED = "consistent", "fragile", "not_shown", "not_identified"
GOOD, CAREFUL, AGAINST = "check", "warn", "x"  # icons of reasons


@dataclass(frozen=True, slots=True)
class Measure:
    """How an effect is written: times `factor`, with `decimals`, in `unit`; levels likewise, in `level_unit`."""

    factor: float
    decimals: int
    unit: str
    level_unit: str
    is_percent: bool

    @classmethod
    def of(cls, definition: IndicatorDefinition) -> Measure:
        if definition.is_percent:
            return cls(100.0, 1, _("%-point"), "%", is_percent=True)
        unit = definition.unit_of_measure.say(language())
        factor = definition.per if definition.has_denominator else 1.0
        return cls(factor, max(definition.decimals, 1), unit, unit, is_percent=False)

    def difference(self, value: float) -> str:
        return signed(value * self.factor, self.decimals)

    def size(self, value: float) -> str:
        """How large, without a sign and with its unit."""
        return f"{number(abs(value) * self.factor, self.decimals)} {self.unit}".strip()

    def interval(self, low: float, high: float) -> str:
        return _("{low} til {high}").format(
            low=number(low * self.factor, self.decimals), high=number(high * self.factor, self.decimals)
        )

    def level(self, value: float) -> str:
        if self.is_percent:
            return percent(value * self.factor, 0)
        return number(value * self.factor, self.decimals)


@dataclass(frozen=True, slots=True)
class Reason:
    icon: str
    text: str


@dataclass(frozen=True, slots=True)
class Headline:
    """The finding: a title, its interval, what it is in people, and what it is about."""

    above: str
    title: str
    interval: str
    lead: str
    about: str


@dataclass(frozen=True, slots=True)
class VerdictBox:
    code: str
    name: str
    reasons: tuple[Reason, ...]
    not_covered: tuple[str, ...]
    would_change: str


@dataclass(frozen=True, slots=True)
class SensitivityRow:
    """One analysis: figures in the unit that is shown (NaN: none), `said` in place of figures where there are none."""

    key: str
    name: str
    about: str
    n_units: int
    estimate: float
    low: float
    high: float
    is_main: bool
    is_valid: bool
    is_placebo: bool
    said: str


def month_of(text: str, style: str = "short") -> str:
    """ "2024-03" as people write it.

    >>> month_of("2024-03")
    'mar. 2024'
    """
    return month(date.fromisoformat(f"{text}-01"), style)


def verdict_code(answer: Answer) -> str:
    return answer.sensitivity.verdict.code


def headline(answer: Answer, question: Question) -> Headline:
    """The finding, by the verdict: what is not shown is not called an effect, and what is fragile is said to be so."""
    definition = definition_of(question)
    measure = Measure.of(definition)
    overall, code = answer.main.overall, verdict_code(answer)
    name = definition.name.say(language())
    estimate = float(overall["estimate"])
    rises = estimate > 0
    interval = ""
    if code == NOT_IDENTIFIED:
        title = _("Effekten på »{name}« kan ikke bestemmes").format(name=name)
    else:
        low, high = float(overall["ci_low"]), float(overall["ci_high"])
        if code == NOT_SHOWN:
            title = _("Vi kan ikke påvise, at programmet har flyttet »{name}«").format(name=name)
            interval = _("({value} {unit}, 95 % CI {interval})").format(
                value=measure.difference(estimate), unit=measure.unit, interval=measure.interval(low, high)
            )
        else:
            if code == CONSISTENT:
                form = (
                    _("Programmet løftede »{name}« med {size}")
                    if rises
                    else _("Programmet sænkede »{name}« med {size}")
                )
            elif rises:
                form = _("»{name}« steg {size} mere end ventet, men resultatet er skrøbeligt")
            else:
                form = _("»{name}« faldt {size} mere end ventet, men resultatet er skrøbeligt")
            title = form.format(name=name, size=measure.size(estimate))
            low, high = (low, high) if rises else (-high, -low)
            interval = _("(95 % CI {interval})").format(interval=measure.interval(low, high))
    return Headline(
        above=" · ".join([_("Programmets effekt"), _direction_words(definition)]),
        title=title,
        interval=interval,
        lead=_in_people(answer, definition, measure) if code != NOT_IDENTIFIED else _why_not(answer),
        about=_about(answer, question),
    )


def definition_of(question: Question) -> IndicatorDefinition:
    if question.definition is None:
        raise ValueError("there is no measure to speak of")
    return question.definition


def _direction_words(definition: IndicatorDefinition) -> str:
    return {
        Direction.UP: _("højere er bedre"),
        Direction.DOWN: _("lavere er bedre"),
        Direction.NEITHER: _("ingen retning"),
    }[definition.direction]


def _why_not(answer: Answer) -> str:
    reasons = [note.words.say(language()) for note in answer.main.not_identified]
    return " ".join(reasons) or _("Data giver ikke grundlag for et tal.")


def _in_people(answer: Answer, definition: IndicatorDefinition, measure: Measure) -> str:
    """The effect out of a hundred, in all, and relative to what was expected."""
    overall = answer.main.overall
    estimate = float(overall["estimate"])
    parts = []
    levels = {
        "observed": measure.level(float(overall["observed"])),
        "expected": measure.level(float(overall["expected"])),
    }
    if definition.is_percent:
        count = round(abs(estimate) * 100)
        if count:
            form = (
                _("Af 100 er det ca. {count} flere, end vi ville vente uden programmet: {observed} mod {expected}.")
                if estimate > 0
                else _(
                    "Af 100 er det ca. {count} færre, end vi ville vente uden programmet: {observed} mod {expected}."
                )
            )
            parts.append(form.format(count=number(count), **levels))
        else:
            parts.append(_("Niveauet er {observed}; uden programmet ventes {expected}.").format(**levels))
    else:
        parts.append(
            _("Niveauet er {observed} {unit}; uden programmet ventes {expected}.").format(
                unit=measure.level_unit, **levels
            )
        )
    people = [float(overall.get(field, math.nan)) for field in ("patients", "patients_ci_low", "patients_ci_high")]
    is_of_people = definition.is_percent or family_of(definition) == "poisson"  # of a mean it is a sum of values
    if is_of_people and all(map(math.isfinite, people)):
        parts.append(
            _("I alt ca. {count} i perioden (95 % CI {low} til {high}).").format(
                count=_about_so_many(people[0]), low=_about_so_many(people[1]), high=_about_so_many(people[2])
            )
        )
    relative = [float(overall.get(f"relative{end}", math.nan)) for end in ("", "_ci_low", "_ci_high")]
    if all(map(math.isfinite, relative)):
        parts.append(
            _("Relativt {change} ({low} til {high}).").format(
                change=percent_signed(relative[0]), low=percent_signed(relative[1]), high=percent_signed(relative[2])
            )
        )
    return " ".join(parts)


def percent_signed(share: float) -> str:
    """A share as a signed percentage: +13 %."""
    value = percent(100 * share, 0)
    return f"+{value}" if round(100 * share) > 0 else value


def _about_so_many(count: float) -> str:
    """A count with two digits that say something: 15.512 is written 16.000, and its sign kept.

    >>> _about_so_many(15512.0), _about_so_many(-38.2)
    ('+16.000', '−38')
    """
    if round(count) == 0:
        return "0"
    digits = -max(0, math.floor(math.log10(abs(count))) - 1)
    return signed(round(count, digits), 0)


def _about(answer: Answer, question: Question) -> str:
    """Who it concerns, which months, which weights, and what it is compared with."""
    overall = answer.main.overall
    definition = definition_of(question)
    groups = ", ".join(one.name.say(language()) for one in question.groups)
    parts = [
        _("Gælder {used} af {all} deltagende enheder ({groups}), fra start til {last}.").format(
            used=number(float(overall.get("n_units", 0) or 0)),
            all=number(answer.n_participants),
            groups=groups,
            last=month_of(answer.last_month, "long"),
        ),
        _("Enheder vejer efter deres patienter.")
        if question.weights == "patient"
        else _("Hver enhed og måned vejer lige meget."),
        ngettext(
            "Sammenlignet med enheder, der endnu ikke var startet, og {count}, der ikke er med i grupperne.",
            "Sammenlignet med enheder, der endnu ikke var startet, og {count}, der ikke er med i grupperne.",
            answer.n_comparison,
        ).format(count=number(answer.n_comparison))
        if answer.n_comparison
        else _("Sammenlignet med enheder, der endnu ikke var startet; ingen står helt uden for."),
    ]
    parts.append(what_became_of_them(answer.main, Amounts.of(definition)))
    if compared_with(question.groups) is not None:
        parts.append(_("Sammenligningen er valgt: kun enheder, som grupperne selv nævner med »aldrig«."))
    if question.has_trends:
        parts.append(_("Hvert hold har sin egen tendens."))
    if not definition.has_denominator:
        parts.append(_("Målingen har ingen nævner, så der regnes lineært."))
    return " ".join(parts)


# ------------------------------------------------------------------------------------------------------ the verdict


def verdict_box(answer: Answer, question: Question) -> VerdictBox:
    measure = Measure.of(definition_of(question))
    verdict = answer.sensitivity.verdict
    reasons: list[Reason] = []
    if verdict.code == NOT_IDENTIFIED:
        reasons += [Reason(AGAINST, note.words.say(language())) for note in answer.main.not_identified]
    elif verdict.code == NOT_SHOWN:
        reasons += [Reason(CAREFUL, words.say(language())) for words in verdict.reasons]
        reasons.append(_smallest_seen(answer, measure))
    else:
        agree, valid = _agreeing(answer.sensitivity.rows, verdict.direction)
        form = (
            _("{count} af {all} gyldige intervaller ligger over nul")
            if verdict.direction > 0
            else _("{count} af {all} gyldige intervaller ligger under nul")
        )
        reasons.append(Reason(GOOD if agree == valid else CAREFUL, form.format(count=agree, all=valid)))
        said = {words.da for words in verdict.reasons}
        reasons += [Reason(CAREFUL, words.say(language())) for words in verdict.reasons]
        reasons += [one for one in _checks(answer, question, measure) if one.icon == GOOD and one.text not in said]
    not_covered = [note.words.say(language()) for note in answer.main.notes if note.code == "shared_shocks"]
    if verdict.code != NOT_IDENTIFIED:
        not_covered += [note.words.say(language()) for note in answer.main.not_identified]
    not_covered += [note.words.say(language()) for note in answer.main.notes if note.code == "few_units"]
    return VerdictBox(
        verdict.code,
        verdict.name.say(language()),
        tuple(reasons),
        tuple(not_covered),
        " ".join(words.say(language()) for words in verdict.would_change),
    )


def _agreeing(rows: pd.DataFrame, direction: int) -> tuple[int, int]:
    """How many valid intervals lie on the side of the main one, of how many."""
    valid = rows[rows["is_valid"] & ~rows["is_placebo"] & rows["se"].notna()]
    inner = valid["ci_low"] if direction > 0 else -valid["ci_high"]
    return int((inner > 0).sum()), len(valid)


def _smallest_seen(answer: Answer, measure: Measure) -> Reason:
    """What the interval still allows: no effect shown is not the same as no effect."""
    low, high = float(answer.main.overall["ci_low"]), float(answer.main.overall["ci_high"])
    return Reason(
        CAREFUL,
        _("Data udelukker effekter uden for {interval} {unit}, ikke dem indenfor.").format(
            interval=measure.interval(low, high), unit=measure.unit
        ),
    )


def _checks(answer: Answer, question: Question, measure: Measure) -> Iterator[Reason]:
    names = {
        "dip": _("Intet dyk lige før start"),
        "trend": _("Ingen anden udvikling før start"),
        "placebo": _("Ingen effekt af en opdigtet start"),
        PLACEBO: _("Placebomålingen flyttede sig ikke"),
    }
    for row in answer.main.checks.to_dict("records"):
        if row["is_passed"]:
            own = measure_of_check(str(row["check"]), question, measure)
            words = _("{what} (kunne overse {size})").format(
                what=names.get(str(row["check"]), str(row["check"])), size=own.size(float(row["could_miss"]))
            )
            yield Reason(GOOD, words)
        else:
            yield Reason(CAREFUL, str(row[f"words_{language()}"]))


@dataclass(frozen=True, slots=True)
class CheckRow:
    name: str
    result: str
    estimate: str
    could_miss: str
    is_passed: bool


def check_rows(answer: Answer, question: Question) -> list[CheckRow]:
    """The checks before the start, each with the violation it would miss one time in five."""
    measure = Measure.of(definition_of(question))
    names = {
        "dip": _("Måneder lige før start"),
        "trend": _("Anden udvikling før start"),
        "placebo": _("Opdigtet start 12 måneder før"),
        PLACEBO: _("Placebomåling"),
    }
    rows = []
    for row in answer.main.checks.to_dict("records"):
        own = measure_of_check(str(row["check"]), question, measure)
        unit = f" {own.unit}" if own.unit != measure.unit else ""
        rows.append(
            CheckRow(
                names.get(str(row["check"]), str(row["check"])),
                str(row[f"words_{language()}"]),
                f"{own.difference(float(row['estimate']))}{unit} ({_within(own, row)})",
                own.size(float(row["could_miss"])),
                bool(row["is_passed"]),
            )
        )
    return rows


def measure_of_check(key: str, question: Question, measure: Measure) -> Measure:
    """How the figures of a check or a row are written: those of the placebo measure in its own unit."""
    placebo = question.asked.placebo if question.asked is not None else None
    return Measure.of(placebo[0]) if key == PLACEBO and placebo is not None else measure


def _within(measure: Measure, row: Mapping[Any, Any]) -> str:
    return measure.interval(float(row["ci_low"]), float(row["ci_high"]))


# -------------------------------------------------------------------------------------------------- the other parts


def event_title(answer: Answer, question: Question) -> str:
    """What the months say: whether the effect grows, stays or fades, where its band leaves nothing."""
    by_time = answer.main.by_time
    after = by_time[(by_time["phase"] == "after") & by_time["estimate"].notna()] if len(by_time) else by_time
    if verdict_code(answer) in (NOT_SHOWN, NOT_IDENTIFIED) or len(after) < 18:
        return _("Måned for måned fra start")
    direction = 1.0 if float(answer.main.overall["estimate"]) > 0 else -1.0

    def mean(first: int, last: int) -> float:
        rows = after[(after["since"] >= first) & (after["since"] <= last)]
        return (
            float((rows["estimate"] * rows["n_units"]).sum() / rows["n_units"].sum()) * direction
            if len(rows)
            else math.nan
        )

    early, first_year, second = mean(0, 5), mean(9, 14), mean(18, 26)
    if not math.isfinite(second) or early >= first_year * 0.8:
        return _("Effekten måned for måned fra start")
    if second < first_year * 0.6:
        return _("Effekten vokser det første år og aftager derefter")
    if second > first_year * 1.25:
        return _("Effekten vokser både det første og det andet år")
    return _("Effekten vokser det første år og er der stadig efter to")


def lost_sight(answer: Answer) -> str:
    """From when a group is followed no longer: the tail of the figure is of the early ones."""
    parts = []
    for one in sorted(answer.groups, key=lambda one: one.by_time["since"].max() if len(one.by_time) else -1):
        if len(one.by_time) and one.by_time["since"].max() < 36:
            parts.append(
                ngettext(
                    "{name} følges {count} måned", "{name} følges {count} måneder", int(one.by_time["since"].max())
                ).format(name=one.name.say(language()), count=number(float(one.by_time["since"].max())))
            )
    if not parts:
        return ""
    return _("{list}. Halen viser derfor mest de tidlige grupper.").format(list=", ".join(parts))


def sensitivity_rows(answer: Answer, question: Question) -> list[SensitivityRow]:
    """One row an analysis, as ordered by the library: those that are not valid here last."""
    measure = Measure.of(definition_of(question))
    told = language()
    starts = {
        str(start): group.name.say(told)
        for group in question.groups
        for start in {f"{day:%Y-%m}" for day in group.starts.values() if day is not None}
        if sum(f"{day:%Y-%m}" == str(start) for one in question.groups for day in set(one.starts.values()) if day) == 1
    }
    rows = []
    for row in answer.sensitivity.rows.to_dict("records"):
        key, name = str(row["key"]), str(row[f"name_{told}"])
        if key == "other_scale" and question.family == "linear" and not definition_of(question).is_percent:
            continue  # log odds are of shares; a mean or a rate has none
        label = key.removeprefix("without_cohort_")
        if label != key and label in starts:
            name = _("Uden {name}").format(name=starts[label])
        has_figure = math.isfinite(float(row["estimate"]))
        said = "" if has_figure else str(row[f"reason_{told}"]) or _("kan ikke bestemmes")
        own = measure_of_check(key, question, measure)
        figures = [float(row[field]) * own.factor for field in ("estimate", "ci_low", "ci_high")]
        if any(map(math.isinf, figures)):  # no end on a side: the point alone
            figures[1:] = [math.nan, math.nan]
        if has_figure and own.unit != measure.unit:  # on an axis of its own it would say nothing among the others
            said = f"{own.difference(float(row['estimate']))} {own.unit} ({_within(own, row)})"
            figures = [math.nan] * 3
        estimate, low, high = figures
        rows.append(
            SensitivityRow(
                key,
                name,
                str(row[f"about_{told}"]),
                int(row["n_units"]),
                estimate,
                low,
                high,
                bool(row["is_main"]),
                bool(row["is_valid"]),
                bool(row["is_placebo"]),
                said,
            )
        )
    return rows


def sensitivity_title(answer: Answer) -> str:
    return {
        CONSISTENT: _("Resultatet holder, når vi regner på andre måder"),
        FRAGILE: _("Sådan bliver resultatet, når vi regner på andre måder"),
        NOT_SHOWN: _("Andre måder at regne på"),
        NOT_IDENTIFIED: _("Andre måder at regne på"),
    }[verdict_code(answer)]


def naive_words(answer: Answer, question: Question) -> list[str]:
    """Why the naive figures differ, in words."""
    measure = Measure.of(definition_of(question))
    rows = answer.sensitivity.rows.set_index("key")
    said = []
    if "naive_twfe" in rows.index and math.isfinite(float(rows.loc["naive_twfe", "estimate"])):
        value = measure.difference(float(rows.loc["naive_twfe", "estimate"]))
        if answer.bacon is not None:
            said.append(
                _("Naiv TWFE giver {value} {unit}. {share} af vægten kommer fra sammenligninger, hvor enheder, der "
                  "selv er i gang, bruges som kontrol; deres egen effekt trækkes fra.").format(
                    value=value, unit=measure.unit, share=percent(100 * answer.bacon.forbidden_share, 0)
                )
            )  # fmt: skip
        else:
            said.append(_("Naiv TWFE giver {value} {unit}.").format(value=value, unit=measure.unit))
    if "before_after" in rows.index and math.isfinite(float(rows.loc["before_after", "estimate"])):
        said.append(
            _("Før/efter giver {value} {unit}: det regner med, at intet ville være sket uden programmet.").format(
                value=measure.difference(float(rows.loc["before_after", "estimate"])), unit=measure.unit
            )
        )
    return said


@dataclass(frozen=True, slots=True)
class ShareBar:
    """One bar: shares from 0 to 1 (NaN: none); `kind` is main, other or chance."""

    kind: str
    name: str
    about: str
    share: float
    low: float
    high: float
    said: str
    range_said: str


def share_bars(answer: Answer) -> list[ShareBar]:
    share = answer.share
    bars = []
    for kind, group, name in (
        ("main", "participants", _("Deltagere")),
        ("other", "outside", _("Uden for programmet")),
    ):
        row = share.rows.loc[group]
        n_units = int(row["n_units"])
        bars.append(
            ShareBar(
                kind,
                name,
                _("{count} af {all}").format(count=number(float(row["n_signals"])), all=number(n_units))
                if n_units
                else _("ingen enheder kan bedømmes"),
                float(row["share"]),
                float(row["ci_low"]),
                float(row["ci_high"]),
                percent(100 * float(row["share"]), 0) if n_units else "–",
                _("{low} til {high}").format(
                    low=number(100 * float(row["ci_low"])), high=number(100 * float(row["ci_high"]))
                )
                if n_units
                else "",
            )
        )
    is_known = math.isfinite(share.chance)
    bars.append(
        ShareBar(
            "chance",
            _("Ventet ved ren tilfældighed"),
            _("samme regel og længder"),
            share.chance,
            math.nan,
            math.nan,
            percent(100 * share.chance, 0) if is_known else "–",
            _("simuleret"),
        )
    )
    return bars


def share_title(answer: Answer) -> str:
    """The share beside the other two, in one sentence."""
    inside, outside = answer.share.rows.loc["participants", "share"], answer.share.rows.loc["outside", "share"]
    if not math.isfinite(inside):
        return _("Ingen deltagere har måneder nok til at blive bedømt")
    own = percent(100 * float(inside), 0)
    if not math.isfinite(outside):
        return _("{own} af deltagerne viser forbedring").format(own=own)
    form = (
        _("{own} viser forbedring, men det gør {other} uden for programmet også")
        if outside > 1.5 * answer.share.chance
        else _("{own} viser forbedring, uden for programmet {other}")
    )
    return form.format(own=own, other=percent(100 * float(outside), 0))


def share_words(answer: Answer) -> str:
    inside, outside = answer.share.rows.loc["participants", "share"], answer.share.rows.loc["outside", "share"]
    parts = [_("En forbedring er et signal på den gode side efter start, målt fra medianen før start.")]
    if math.isfinite(outside) and outside > 1.5 * answer.share.chance:
        parts.append(_("Uden for programmet er der flere signaler end ventet, fordi måneder følges ad, og fordi "
                       "sundhedsvæsenet som helhed bevæger sig."))  # fmt: skip
    if math.isfinite(inside) and math.isfinite(outside):
        gap = signed(100 * (float(inside) - float(outside)), 0)
        parts.append(_("Andelen alene er ikke bevis; forskellen er {gap} %-point.").format(gap=gap))
    parts += [note.words.say(language()) for note in answer.share.notes]
    return " ".join(parts)


def forest_title(answer: Answer) -> str:
    told = [one for one in answer.groups if len(one.overall) and math.isfinite(float(one.overall["se"]))]
    above = sum(float(one.overall["ci_low"]) > 0 for one in told)
    below = sum(float(one.overall["ci_high"]) < 0 for one in told)
    if told and above == len(told) and len(told) > 1:
        return _("Alle {count} grupper ligger over det ventede").format(count=len(told))
    if told and below == len(told) and len(told) > 1:
        return _("Alle {count} grupper ligger under det ventede").format(count=len(told))
    if above or below:
        differ = above + below
        return ngettext(
            "{count} af {all} grupper skiller sig fra det ventede",
            "{count} af {all} grupper skiller sig fra det ventede",
            differ,
        ).format(count=differ, all=len(answer.groups))
    return _("Ingen gruppe skiller sig sikkert fra det ventede")


def forest_note(answer: Answer, question: Question) -> str:
    measure = Measure.of(definition_of(question))
    parts = [_("Små prikker er enheder, trukket mod gruppens gennemsnit.")]
    if answer.average is not None:
        parts.append(_("Gennemsnittet vejer grupperne næsten lige og kan afvige fra hovedtallet."))
        new = answer.average.prediction.loc["hts"]
        if math.isfinite(float(new["ci_low"])):
            parts.append(
                _("En ny gruppe ventes mellem {interval} {unit}; {count} grupper er få.").format(
                    interval=measure.interval(float(new["ci_low"]), float(new["ci_high"])),
                    unit=measure.unit,
                    count=answer.average.k,
                )
            )
        else:
            parts.append(
                _("Med {count} grupper kan man ikke sige, hvor en ny gruppe ventes.").format(count=answer.average.k)
            )
    return " ".join(parts)


def group_about(one: GroupEffect, question: Question) -> str:
    """The start of a group and its units, in a line."""
    days = sorted({day for group in question.groups if group.code == one.code for day in group.starts.values() if day})
    began = "" if not days else month(days[0]) if len(days) == 1 else f"{days[0].year}–{days[-1].year}"
    units = _("{count} enh.").format(count=number(one.n_units))
    return ", ".join(part for part in (began, units) if part)


def sensitivity_csv(answer: Answer, question: Question) -> bytes:
    """The sensitivity table to take away: semicolons and a decimal comma in Danish, commas in English."""
    measure = Measure.of(definition_of(question))
    is_danish = language() != "en"
    columns = [
        _("Analyse"),
        _("Om"),
        _("Enheder"),
        measure.unit,
        _("95 % fra"),
        _("95 % til"),
        _("Gyldig her"),
        _("Bemærkning"),
    ]

    def figure(value: float) -> str:
        # Digits nobody shows on the page are for those who may have the counts behind them.
        text = "" if not math.isfinite(value) else f"{value:.{measure.decimals + 2 * question.has_counts}f}"
        return text.replace(".", ",") if is_danish else text

    lines = [columns]
    lines += [
        [
            row.name, row.about, str(row.n_units), figure(row.estimate), figure(row.low), figure(row.high),
            _("ja") if row.is_valid else _("nej, ikke gyldig her"), row.said,
        ]
        for row in sensitivity_rows(answer, question)
    ]  # fmt: skip
    file = io.StringIO()
    csv.writer(file, delimiter=";" if is_danish else ",", lineterminator="\r\n").writerows(lines)
    return file.getvalue().encode("utf-8-sig")

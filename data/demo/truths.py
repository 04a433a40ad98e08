"""The planted truths: series whose story is decided beforehand, each where a demo leader sees it.

What is planted is the *process* (a level, a step, a gap). Chance is then added, and chance can hide a real step or
dress up noise. So each truth says what the board must conclude, and `find` draws the series again, with the next
sub-seed, until `indicators.assess` concludes it. Nothing but chance differs between draws: no point is moved, no rule
is bent. docs/demo.md lists the truths; a test reads that list and asks the built store.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pandas as pd

from data.demo.measures import Measure, measures
from data.demo.months import Calendar, plus
from data.demo.simulate import SeriesPlan, Step, generator, simulate
from indicators.assessment import Assessment, Assurance, SeriesPhase, Variation, assess
from indicators.spc import diagnose
from indicators.spc.diagnostics import Code
from indicators.words import Words

MOST_DRAWS = 200
"""Draws before giving up: a truth that needs more is not planted but wished for."""


class TruthNotFoundError(Exception):
    """No sub-seed made a planted truth come true: its step is too small for its size."""


@dataclass(frozen=True, slots=True)
class PlantedPhase:
    """A phase of a planted series, as somebody at the hospital would have set it."""

    starts_on: date
    name: Words
    reason: Words
    decided_on: date
    freeze_until: date | None = None
    is_break: bool = False

    def as_series_phase(self) -> SeriesPhase:
        return SeriesPhase(
            starts_on=self.starts_on,
            name=self.name.da,
            freeze_until=self.freeze_until,
            is_break=self.is_break,
            reason=self.reason.da,
            created_on=self.decided_on,
        )


@dataclass(frozen=True, slots=True)
class Trial:
    """One draw of a planted series, and the questions a truth may ask about it."""

    frame: pd.DataFrame
    measure: Measure
    plan: SeriesPlan
    phases: tuple[PlantedPhase, ...]

    def assess(self, *, without_latest: bool = False, without_phases: bool = False) -> Assessment:
        """What the board says; without the newest month it is what the board said before that month came in."""
        last = plus(self.plan.last, -1) if without_latest else self.plan.last
        return assess(
            self.measure.definition,
            self.frame[[day.replace(day=1) <= last for day in self.frame["period_start"]]],
            phases=() if without_phases else [phase.as_series_phase() for phase in self.phases],
            targets=[self.measure.target] if self.measure.target else [],
            expected_from=self.plan.first,
            expected_to=last,
        )


def _nothing_more(_trial: Trial, _said: Assessment) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Truth:
    """A series with its story: the process, and what the board must conclude."""

    key: str
    plan: SeriesPlan
    variation: Variation
    assurance: Assurance | None = None  # None: whatever it turns out to be
    phases: tuple[PlantedPhase, ...] = ()
    is_empty: bool = False  # the series is expected, and nobody has delivered anything yet
    more: Callable[[Trial, Assessment], bool] = field(default=_nothing_more)

    def holds(self, trial: Trial) -> bool:
        """Whether the board, reading this draw, says what it should."""
        said = trial.assess()
        return (
            said.variation is self.variation
            and (self.assurance is None or said.assurance is self.assurance)
            and self.more(trial, said)
        )


def find(truth: Truth, seed: int) -> tuple[pd.DataFrame, int]:
    """The first draw for which the truth holds, and how many draws came before it.

    Raises
    ------
    TruthNotFoundError
        None of the first `MOST_DRAWS` did.
    """
    measure = measures()[truth.plan.indicator]
    for attempt in range(MOST_DRAWS):
        frame = simulate(truth.plan, measure, generator(seed, "truth", truth.key, attempt=attempt))
        if truth.is_empty:
            frame = frame.iloc[:0]
        if truth.holds(Trial(frame, measure, truth.plan, truth.phases)):
            return frame, attempt
    raise TruthNotFoundError(f"{truth.key}: {truth.plan.indicator} in {truth.plan.unit} in {MOST_DRAWS} draws")


# --------------------------------------------------------------------------------------------------- what can be asked


def _signal_months(said: Assessment) -> list[date]:
    return [said.points["period"].iloc[position] for position in said.signal_points]


def _signals_since(month: date, count: int) -> Callable[[Trial, Assessment], bool]:
    """The signal is a long run: at least `count` marked months, none of them before `month`."""

    def ask(_trial: Trial, said: Assessment) -> bool:
        months = _signal_months(said)
        return said.rule == "long_run" and len(months) >= count and min(months) >= month

    return ask


def _is_new(_trial: Trial, _said: Assessment) -> bool:
    """Before the newest month came in there was no signal."""
    return _trial.assess(without_latest=True).variation is Variation.COMMON


def _new_and(rule: str) -> Callable[[Trial, Assessment], bool]:
    return lambda trial, said: said.rule == rule and _is_new(trial, said)


def _flagship(low: date, since: date) -> Callable[[Trial, Assessment], bool]:
    """The last nine closed months carry the signal, in the present phase; one earlier month lies outside its limits."""

    def ask(_trial: Trial, said: Assessment) -> bool:
        months = _signal_months(said)
        points = said.points
        outside = points.loc[points["sigma_signal"].astype(bool) & (points["period"] < since), "period"]
        marked = [month for month in months if month >= since]
        return said.rule == "long_run" and len(marked) >= 9 and list(outside) == [low]

    return ask


def _break_matters(trial: Trial, _said: Assessment) -> bool:
    """Without the phase the break would be read as a signal."""
    return trial.assess(without_phases=True).variation is Variation.CONCERN


def _is_overdispersed(break_on: date) -> Callable[[Trial, Assessment], bool]:
    """A u chart would show many months outside its limits, above and below, at one level; and the library says so.

    The hospital's series is mostly this ward's, and has a phase of its own from `break_on`: there too the chart that
    fits shows nothing but chance.
    """

    def ask(trial: Trial, _said: Assessment) -> bool:
        definition = trial.measure.definition
        as_u = assess(replace(definition, chart="u"), trial.frame)
        assert as_u.result is not None
        y, lower, upper = (as_u.columns[name] for name in ("y", "lower", "upper"))
        advice = [caution.better_chart for caution in diagnose(as_u.result) if caution.code is Code.OVERDISPERSION]
        after_break = assess(definition, trial.frame, phases=[SeriesPhase(break_on)])
        return bool(
            (y > upper).sum() >= 4
            and (y < lower).sum() >= 4
            and advice == [definition.chart]
            and after_break.variation is Variation.COMMON
        )

    return ask


def _has_no_variation(_trial: Trial, said: Assessment) -> bool:
    return said.is_constant and said.reason == "no_variation"


def _latest_is_long(days: float) -> Callable[[Trial, Assessment], bool]:
    """The times have grown, and the newest of them does not tell another story."""
    return lambda _trial, said: said.rising is True and said.latest is not None and said.latest.value >= days


def _reason(code: str, points: int) -> Callable[[Trial, Assessment], bool]:
    return lambda _trial, said: said.reason == code and said.n_points == points


def _is_missing(month: date) -> Callable[[Trial, Assessment], bool]:
    """The month is a point without a value: neither zero nor left out."""

    def ask(_trial: Trial, said: Assessment) -> bool:
        row = said.points[said.points["period"] == month]
        return len(row) == 1 and bool(row["is_missing"].iloc[0]) and bool(row["y"].isna().iloc[0])

    return ask


def _dips_in_july(trial: Trial, _said: Assessment) -> bool:
    """July has at most two thirds of the usual denominator, and a lower mean level than the other months."""
    frame = trial.frame
    july = pd.Series([month.month == 7 for month in frame["period_start"]])
    share = frame["numerator"] / frame["denominator"]
    return bool(
        frame["denominator"][july].max() < frame["denominator"][~july].median() * 2 / 3
        and share[july].mean() < share[~july].mean() - 0.04
    )


# -------------------------------------------------------------------------------------------------------- the truths


def truths(calendar: Calendar) -> list[Truth]:
    """Every planted truth; months are those of the story (today 23 November 2026) and move with the calendar."""
    at, last = calendar.at, calendar.last

    def series(code: str, unit: str, first: str, size: float, level: float, *steps: Step, **more: Any) -> SeriesPlan:
        return SeriesPlan(code, unit, at(first), last, size, level, steps, **more)

    return [
        Truth(
            "improvement",
            series("MEDAFST", "NOH-ORT", "2022-11", 150, 82, Step(at("2025-09"), 91.5)),
            Variation.IMPROVEMENT,
            phases=(
                PlantedPhase(
                    at("2022-11"),
                    Words("Udgangspunkt", "Baseline"),
                    Words(
                        "Niveauet er låst til tiden før farmaceuten kom med, så ændringen måles mod det.",
                        "The level is frozen to the time before the pharmacist joined, to measure the change against.",
                    ),
                    decided_on=calendar.day("2025-08", 25),
                    freeze_until=at("2025-08"),
                ),
            ),
            more=_signals_since(at("2025-09"), 12),
        ),
        Truth(
            "improvement_after_phase",
            series(
                "KRAEFT", "NOH-KIR", "2023-01", 112, 65.5,
                Step(at("2023-09"), 71.5), Step(at("2025-01"), 54.0), Step(at("2025-02"), 71.5),
                Step(at("2025-03"), 76.5), Step(at("2025-12"), 86.0),
                july_size=0.84,
            ),
            Variation.IMPROVEMENT,
            phases=(
                PlantedPhase(
                    at("2023-09"),
                    Words("Ny registrering", "New registration"),
                    Words(
                        "Databrud: forløbet regnes fra en anden dato. Niveauer før og efter kan ikke sammenlignes.",
                        "Data break: the pathway is counted from another date. Levels cannot be compared.",
                    ),
                    decided_on=calendar.day("2023-10", 9),
                    is_break=True,
                ),
                PlantedPhase(
                    at("2025-03"),
                    Words("Med forløbskoordinator", "With pathway coordinator"),
                    Words(
                        "Forløbskoordinator ansat. Niveauet flyttede sig, og årsagen er kendt.",
                        "Pathway coordinator employed. The level moved, and the cause is known.",
                    ),
                    decided_on=calendar.day("2025-11", 11),
                ),
            ),
            more=_flagship(at("2025-01"), at("2025-12")),
        ),
        Truth(
            "improvement_downwards",
            series("VENTOP", "NOH-KIR", "2023-11", 150, 63, Step(at("2025-08"), 51), july_size=0.7),
            Variation.IMPROVEMENT,
            more=lambda _trial, said: said.rising is False and said.rule == "long_run",
        ),
        Truth(
            "improvement_rare_events",
            series("TRYKDAGE", "NOH-KIR", "2023-11", 1, 13, Step(at("2025-06"), 45)),
            Variation.IMPROVEMENT,
            more=_latest_is_long(30),
        ),
        Truth(
            "improvement_municipality",
            series("FAERDIG", "219", "2022-11", 1900, 30, Step(at("2025-06"), 20)),
            Variation.IMPROVEMENT,
            more=lambda _trial, said: said.rising is False,
        ),
        Truth(
            "new_improvement",
            series("SEPSIS", "NOH-KIR", "2023-11", 38, 79, Step(at("2026-02"), 92)),
            Variation.IMPROVEMENT,
            more=_new_and("long_run"),
        ),
        Truth(
            "deterioration",
            series("TRYKSAAR", "NOH-MED", "2023-11", 2100, 1.8, Step(at("2025-11"), 4.2)),
            Variation.CONCERN,
            more=lambda _trial, said: said.rising is True,
        ),
        Truth(
            "deterioration_with_open_months",
            series("GENINDL", "NOH-AKU", "2022-11", 420, 10.2, Step(at("2025-09"), 14.2)),
            Variation.CONCERN,
            more=lambda _trial, said: said.rising is True,
        ),
        Truth(
            "deterioration_municipality",
            series("GENOPT", "219", "2021-11", 68, 6.8, Step(at("2025-10"), 11.5)),
            Variation.CONCERN,
            Assurance.MIXED,
            more=lambda _trial, said: said.rising is True,
        ),
        Truth(
            "new_concern",
            series("AFLYST", "NOH-GYN", "2023-11", 130, 5.0, Step(last, 14.5), july_size=0.7),
            Variation.CONCERN,
            more=_new_and("outside_limits"),
        ),
        Truth(
            "change_without_direction",
            series("LIGGETID", "NOH-KIR", "2023-11", 150, 5.1, Step(at("2025-10"), 4.1)),
            Variation.CHANGE,
            Assurance.NONE,
        ),
        Truth("noise", series("ERNAER", "NOH-MED", "2022-11", 120, 88), Variation.COMMON, Assurance.MIXED),
        Truth("noise_meets_target", series("GENOPT", "217", "2021-11", 80, 5.0), Variation.COMMON, Assurance.PASS),
        Truth("noise_misses_target", series("SEPSIS", "NOH-MED", "2023-11", 60, 76), Variation.COMMON, Assurance.FAIL),
        Truth(
            "data_break",
            series("FAERDIG", "NOH-ORT", "2021-11", 1500, 15, Step(at("2024-07"), 23)),
            Variation.COMMON,
            phases=(
                PlantedPhase(
                    at("2024-07"),
                    Words("Ny opgørelse", "New way of counting"),
                    Words(
                        "Databrud: dage tælles fra meldingen og ikke fra næste morgen. Niveauer kan ikke sammenlignes.",
                        "Data break: days count from the notice, not from the next morning. Levels cannot be compared.",
                    ),
                    decided_on=calendar.day("2024-08", 13),
                    is_break=True,
                ),
            ),
            more=_break_matters,
        ),
        Truth("late", series("SEPSIS", "NOH-AKU", "2023-11", 48, 88), Variation.COMMON),
        Truth(
            "gap",
            series("MOBIL", "NOH-GYN", "2022-11", 70, 83, gaps=(at("2025-03"),)),
            Variation.COMMON,
            more=_is_missing(at("2025-03")),
        ),
        *(
            Truth(key, plan, Variation.COMMON, more=_is_missing(last))
            for key, plan in (
                ("missing_screening", series("ERNAER", "NOH-ORT", "2022-11", 75, 82, gaps=(last,))),
                ("missing_ulcers", series("TRYKSAAR", "NOH-ORT", "2023-11", 1500, 1.9, gaps=(last,))),
                ("missing_mobilised", series("MOBIL", "NOH-KIR", "2022-11", 95, 80, gaps=(last,))),
                ("missing_municipality", series("VIGTIGT", "219", "2023-11", 36, 68, gaps=(last,))),
            )
        ),
        Truth(
            "july_dip",
            series("MOBIL", "NOH-ORT", "2022-11", 110, 84, july_size=0.5, july_level=-10),
            Variation.COMMON,
            more=_dips_in_july,
        ),
        Truth(
            "overdispersed",
            series("FAERDIG", "NOH-MED", "2021-11", 6200, 18, extra=0.3),
            Variation.COMMON,
            more=_is_overdispersed(at("2024-07")),
        ),
        Truth(
            "constant",
            series("VIGTIGT", "NOH-GYN", "2023-11", 30, 100),
            Variation.COMMON,
            Assurance.PASS,
            more=_has_no_variation,
        ),
        Truth("too_few", series("VIGTIGT", "NOH-AKU", "2026-04", 40, 66), Variation.FEW, more=_reason("too_few", 7)),
        Truth(
            "no_data",
            series("VIGTIGT", "NOH-ORT", "2026-10", 40, 60),
            Variation.MISSING,
            is_empty=True,
            more=_reason("no_data", 0),
        ),
        Truth("corrected", series("MEDAFST", "NOH-KIR", "2022-11", 140, 85), Variation.COMMON),
        Truth("withdrawn", series("AFLYST", "NOH-KIR", "2023-11", 190, 5.2, july_size=0.7), Variation.COMMON),
    ]  # fmt: skip


def of_series(planted: Sequence[Truth]) -> dict[tuple[str, str], Truth]:
    """Truths by (indicator, unit); two truths about one series would be a mistake of ours."""
    by_series = {truth.plan.key: truth for truth in planted}
    if len(by_series) != len(planted):
        raise ValueError("two planted truths about one series")
    return by_series

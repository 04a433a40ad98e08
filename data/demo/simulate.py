"""Numerators and denominators of one series, drawn from a plan. Pure: generator in, frame out; no store, no clock."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from data.demo.measures import Measure
from data.demo.months import between, plus

AUTOCORRELATION = 0.3
"""How much of a month's deviation carries over to the next where a plan asks for any deviation at all."""


@dataclass(frozen=True, slots=True)
class Step:
    """From `month` on the level is `level` (in the unit of measure), reached over `ramp` months (0: at once)."""

    month: date
    level: float
    ramp: int = 0


@dataclass(frozen=True, slots=True)
class SeriesPlan:
    """What is true about one series before chance is added.

    `size` is the typical denominator a month, `level` the level in the unit of measure. `wobble` is the standard
    deviation of a slowly wandering deviation (log or log-odds scale), `extra` that of one that is new every month: with
    a large denominator it makes a series over-dispersed. `july_level` is added to the level every July. `gaps` are
    months that nobody reported.
    """

    indicator: str
    unit: str
    first: date
    last: date
    size: float
    level: float
    steps: tuple[Step, ...] = ()
    season: float = 0.0
    wobble: float = 0.0
    extra: float = 0.0
    july_size: float = 1.0
    july_level: float = 0.0
    gaps: tuple[date, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        return self.indicator, self.unit


def generator(seed: int, *words: str, attempt: int = 0) -> np.random.Generator:
    """The generator of one thing in one build: it depends on its name only, never on what was drawn before it."""
    return np.random.default_rng([seed, zlib.crc32("/".join(words).encode()), attempt])


def levels(plan: SeriesPlan, months: list[date]) -> np.ndarray:
    """The true level of every month in the unit of measure, shape (n_months,), season and chance left out."""
    level = np.full(len(months), plan.level)
    for step in plan.steps:
        since = np.array([(m.year - step.month.year) * 12 + m.month - step.month.month for m in months])
        share = np.clip((since + 1) / (step.ramp + 1), 0.0, 1.0)
        level = level + (step.level - level) * share
    return level + plan.july_level * np.array([month.month == 7 for month in months])


def _wander(rng: np.random.Generator, count: int, deviation: float) -> np.ndarray:
    drawn = rng.normal(size=count)
    wander = np.empty(count)
    for index, value in enumerate(drawn):
        before = wander[index - 1] if index else value
        wander[index] = value if index == 0 else AUTOCORRELATION * before + np.sqrt(1 - AUTOCORRELATION**2) * value
    return deviation * wander


def simulate(plan: SeriesPlan, measure: Measure, rng: np.random.Generator) -> pd.DataFrame:
    """Draw one series.

    Returns
    -------
    DataFrame
        period_start (date), numerator, denominator, value (float; NaN where the indicator has none), one row per month
        from `plan.first` to `plan.last` without the gaps. A count has `value` only, all others the other two. Days
        between events have a row per event instead: its day, and as `value` the days since the one before.

    Notes
    -----
    proportion: numerator ~ Binomial(denominator, level). rate: numerator ~ Poisson(denominator x level / per).
    mean: the total of `denominator` waits ~ Gamma with the level as its mean and `variation` as the coefficient of
    variation of one wait, in whole days. count: Poisson(level). days_between: exponential with the level as its mean,
    in whole days, at least one.
    """
    if measure.simulation.kind == "days_between":
        return _events(plan, rng)
    months = between(plan.first, plan.last)
    count = len(months)
    how = measure.simulation
    per = measure.definition.per

    in_july = np.array([month.month == 7 for month in months])
    width = 0.004 if how.is_steady else 0.07
    planned = plan.size * np.where(in_july, plan.july_size, 1.0) * (1 + width * rng.uniform(-1, 1, count))
    denominator = np.maximum(np.round(planned), 3)

    wave = plan.season * np.cos(2 * np.pi * (np.array([month.month for month in months]) - 1) / 12)
    deviation = wave + _wander(rng, count, plan.wobble) + plan.extra * rng.normal(size=count)
    level = levels(plan, months)

    value = np.full(count, np.nan)
    if how.kind == "proportion":
        share = np.clip(level / per, 0.0, 1.0)
        odds = share / np.maximum(1 - share, 1e-12) * np.exp(deviation)
        numerator = rng.binomial(denominator.astype(int), np.clip(odds / (1 + odds), 0.0, 1.0)).astype(float)
    elif how.kind == "rate":
        numerator = rng.poisson(denominator * level / per * np.exp(deviation)).astype(float)
    elif how.kind == "mean":
        shape = denominator / how.variation**2
        numerator = np.round(rng.gamma(shape, level * np.exp(deviation) * denominator / shape))
    else:
        value = rng.poisson(level * np.exp(deviation)).astype(float)
        numerator = denominator = np.full(count, np.nan)

    frame = pd.DataFrame({"period_start": months, "numerator": numerator, "denominator": denominator, "value": value})
    return frame[~frame["period_start"].isin(plan.gaps)].reset_index(drop=True)


def _events(plan: SeriesPlan, rng: np.random.Generator) -> pd.DataFrame:
    """Events one after another, until the last month is over; the first only begins the counting."""
    months = between(plan.first, plan.last)
    level_of = dict(zip(months, levels(plan, months).tolist(), strict=True))
    end = plus(plan.last, 1)
    days: list[date] = []
    waits: list[float] = []
    day = plan.first
    while True:
        wait = max(1, round(rng.exponential(level_of[day.replace(day=1)])))
        day += timedelta(days=wait)
        if day >= end:
            break
        days.append(day)
        waits.append(float(wait))
    nothing = np.full(len(days), np.nan)
    return pd.DataFrame(
        {
            "period_start": np.array(days, dtype=object),
            "numerator": nothing,
            "denominator": nothing,
            "value": np.array(waits, dtype=np.float64),
        }
    )

"""The programme's common main measure and a null, drawn for everybody who takes part and for 60 units that never did.

The other series of the demo are stories, one unit at a time; no two participants need follow the same. For evaluators
there are two measures that all participants and their comparison follow from the same month: in one the programme
works, unevenly and more in some cohorts than in others, in the other it does nothing. Both rise for everybody.

`Drawn.effect` is the answer sheet: what the programme really did in each unit and month, before chance.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from data.demo.months import Calendar, between, plus
from data.demo.programme import HOME_HOSPITAL, HOME_REGION_HOSPITALS, NEARBY_MUNICIPALITIES, Programme
from data.demo.simulate import generator
from indicators.words import Words

MAIN, NULL = "OPFOELG", "BESVARET"
"""»Opfølgning til aftalt tid«, which the programme improves, and »Henvendelser besvaret …«, which it leaves alone."""

EFFECT = {1: 0.42, 2: 0.34, 3: 0.26, 4: 0.18}
"""Log odds gained after a year, by cohort; it grows from the start and by `LATER` a month from then on."""
LATER = 0.010
UNEVENNESS = 0.5
"""Standard deviation between units of what the effect is multiplied by; for some it does nothing at all."""

TREND, SEASON, SHARED, OWN = 0.004, 0.05, 0.04, 0.12
"""Log odds: risen by everybody a month; the yearly wave; what a month does to all; what it does to one unit."""

NO_MAIN, LEFT, BEGAN_WITH_START, STOPPED, BROKEN = 8, 4, 6, 3, 2
"""How many participants chose no main indicator, left, have no baseline, stopped reporting, changed how they count."""
BREAK_JUMP = 0.35

LEFT_REASONS = (
    "Lederen fik nyt job, og enheden valgte ikke en ny deltager (DEMO)",
    "Enheden blev lagt sammen med en anden og udgik (DEMO)",
    "Enheden måtte prioritere en flytning (DEMO)",
    "Lederen var på langtidsorlov (DEMO)",
)
SPARRING_PARTNER = "Sparringspartner (DEMO)"
BREAK_NAME = Words("Ny opgørelse", "New way of counting")
BREAK_REASON = Words(
    "DEMO: aftaler pr. telefon tælles nu med; tal fra før kan ikke sammenlignes.",
    "DEMO: appointments by telephone are now counted; earlier figures cannot be compared.",
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn, and the truth behind it.

    `frames` are figures as those of `data.demo.simulate.simulate`; `last` says where a unit stopped following. `mains`
    are the units that declared `MAIN`, with the day they did; `left` those that left the programme, with the day and
    the reason; `breaks` those that changed how they count, with the month. `effect` (proportion) and `is_there` have a
    row per unit of `units` and a column per month of `months`.
    """

    units: tuple[str, ...]
    months: tuple[date, ...]
    frames: dict[tuple[str, str], pd.DataFrame]
    last: dict[tuple[str, str], date]
    mains: dict[str, date]
    left: dict[str, tuple[date, str]]
    breaks: dict[str, date]
    scores: tuple[tuple[str, date, float], ...]
    effect: np.ndarray

    def truth(self, cells: Iterable[tuple[str, str]]) -> float:
        """The mean planted effect in percentage points over some units and months ("2025-03") after their start."""
        row = {code: place for place, code in enumerate(self.units)}
        column = {f"{month:%Y-%m}": place for place, month in enumerate(self.months)}
        found = [self.effect[row[code], column[month]] for code, month in cells]
        return 100 * float(np.mean(found))


def draw(seed: int, programme: Programme, calendar: Calendar) -> Drawn:
    """Both measures for everybody who takes part and for `programme.compared`; one generator for each measure."""
    months = between(calendar.first, calendar.last)
    units = (*programme.cohort_of, *programme.compared)
    cohort = np.array([programme.cohort_of.get(code, 0) for code in units])
    start_of = {number: months.index(day) for number, day in programme.starts.items()}
    start = np.array([start_of.get(number, len(months) * 10) for number in cohort.tolist()])
    rng = generator(seed, "evaluation")
    fate = _fates(rng, units, programme)
    since = np.arange(len(months))[None, :] - start[:, None]
    unevenness = 1 + rng.normal(0, UNEVENNESS, len(units))
    strength = np.array([EFFECT.get(number, 0.0) for number in cohort.tolist()])
    gained = (since >= 0) * (
        strength[:, None] * np.clip((since + 1) / 12, 0, 1)
        + LATER * np.maximum(since - 11, 0) * (strength > 0)[:, None]
    )
    gained = gained * unevenness[:, None]
    patients = np.maximum(45 * np.exp(rng.normal(0, 0.45, len(units))), 16)
    is_late = (rng.random(len(units)) < 0.12) & (cohort != 1) & _may_be_untidy(units)
    first = np.where(is_late, rng.integers(1, 9, len(units)), 0)
    last = np.full(len(units), len(months) - 1)
    for place, code in enumerate(units):
        if code in fate["began"]:
            first[place] = start[place] + int(rng.integers(-1, 2))
        if code in fate["stopped"]:
            last[place] = start[place] + int(rng.integers(3, 9))
    is_gappy = (rng.random(len(units)) < 0.4) & _may_be_untidy(units)

    frames: dict[tuple[str, str], pd.DataFrame] = {}
    ends: dict[tuple[str, str], date] = {}
    effect = np.zeros(gained.shape)
    breaks = {code: plus(programme.starts[programme.cohort_of[code]], 2) for code in fate["broken"]}
    for code, level in ((MAIN, 0.25), (NULL, 0.9)):
        rng = generator(seed, "evaluation", code)
        eta = level + rng.normal(0, 0.4, len(units))[:, None] + _course(rng, len(units), len(months))
        if code == MAIN:
            for unit, month in breaks.items():
                eta[units.index(unit), months.index(month) :] += BREAK_JUMP
            effect = _share(eta + gained) - _share(eta)
            eta = eta + gained
        size = patients[:, None] * np.where([month.month == 7 for month in months], 0.8, 1.0)
        n = np.maximum(rng.poisson(size), 8)
        y = rng.binomial(n, _share(eta))
        is_there = (rng.random(eta.shape) >= 0.05) | ~is_gappy[:, None]
        is_there[np.arange(len(units)), first] = True
        is_there[np.arange(len(units)), last] = True
        for place, unit in enumerate(units):
            shown = [t for t in range(first[place], last[place] + 1) if is_there[place, t]]
            frames[code, unit] = pd.DataFrame(
                {
                    "period_start": [months[t] for t in shown],
                    "numerator": y[place, shown].astype(float),
                    "denominator": n[place, shown].astype(float),
                    "value": np.nan,
                }
            )
            if last[place] < len(months) - 1:
                ends[code, unit] = plus(months[last[place]], 1) - timedelta(days=1)
    return Drawn(
        units=units,
        months=tuple(months),
        frames=frames,
        last=ends,
        mains={
            code: programme.starts[number] - timedelta(days=20)
            for code, number in programme.cohort_of.items()
            if code not in fate["no_main"]
        },
        left={
            code: (plus(programme.starts[programme.cohort_of[code]], 4 + place), LEFT_REASONS[place])
            for place, code in enumerate(fate["left"])
        },
        breaks=breaks,
        scores=_scores(seed, programme, units, unevenness, strength, {*fate["no_main"], *fate["left"]}, calendar),
        effect=effect,
    )


def _may_be_untidy(units: tuple[str, ...]) -> np.ndarray:
    """Where months may lack: not where somebody signs in to a demo, whose missing months are planted."""
    tidy = {*HOME_REGION_HOSPITALS, *NEARBY_MUNICIPALITIES}
    return np.array([code.split("-")[0] not in tidy for code in units])


def _fates(rng: np.random.Generator, units: tuple[str, ...], programme: Programme) -> dict[str, tuple[str, ...]]:
    """Who of the participants falls out of an analysis, and why: each unit for one reason, spread over the cohorts."""
    free = [code for code in programme.cohort_of if _may_be_untidy((code,))[0] and not code.startswith(HOME_HOSPITAL)]
    pool = [free[place] for place in rng.permutation(len(free))]
    pool.sort(key=lambda code: programme.cohort_of[code])
    by_cohort = [[code for code in pool if programme.cohort_of[code] == number] for number in programme.starts]
    dealt = [code for round_of in zip(*by_cohort, strict=False) for code in round_of]
    found = {}
    for name, count in (
        ("no_main", NO_MAIN),
        ("left", LEFT),
        ("began", BEGAN_WITH_START),
        ("stopped", STOPPED),
        ("broken", BROKEN),
    ):
        found[name], dealt = tuple(dealt[:count]), dealt[count:]
    return found


def _course(rng: np.random.Generator, n_units: int, n_months: int) -> np.ndarray:
    """What happens to everybody (a rise, a season, what a month does) and to each unit, in log odds."""
    t = np.arange(n_months)[None, :]
    shared = rng.normal(0, SHARED, n_months)
    own = rng.normal(0, OWN, (n_units, n_months))
    for month in range(1, n_months):
        own[:, month] = 0.5 * own[:, month - 1] + np.sqrt(0.75) * own[:, month]
    lean = rng.normal(0, 0.002, n_units)[:, None] * (t - n_months / 2)
    return TREND * t + SEASON * np.cos(2 * np.pi * t / 12) + shared[None, :] + own + lean


def _share(eta: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-eta)))


def _scores(
    seed: int,
    programme: Programme,
    units: tuple[str, ...],
    unevenness: np.ndarray,
    strength: np.ndarray,
    without: set[str],
    calendar: Calendar,
) -> tuple[tuple[str, date, float], ...]:
    """Team scores from 0.5 to 5 in halves, every third month of the first year; a few are not given."""
    rng = generator(seed, "evaluation", "scores")
    found = []
    for place, code in enumerate(units[: len(programme.cohort_of)]):
        score, gain = rng.uniform(0.5, 2.0), 0.25 + 0.6 * strength[place] * max(unevenness[place], 0)
        for step in range(5):
            given = plus(programme.starts[programme.cohort_of[code]], 3 * step)
            score = min(score + (gain * rng.uniform(0.3, 1.7) if step else 0), 5.0)
            if rng.random() < 0.92 and code not in without and given <= calendar.last:
                found.append((code, given.replace(day=20), float(np.round(2 * score) / 2)))
    return tuple(found)

"""Who takes part, what every unit follows, and what is true about each series apart from the planted truths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from data.demo.departments import Department, all_departments
from data.demo.measures import Measure, measures
from data.demo.months import Calendar, plus
from data.demo.names import People
from data.demo.simulate import SeriesPlan, Step, generator
from indicators.definition import PeriodKind

LEADERS = 40
"""Leaders in a cohort; 40 is what is published for the first one."""
DEPARTMENTS_IN_COHORT, MUNICIPALITIES_IN_COHORT = 18, 12
TWO_SEATS_DEPARTMENTS, TWO_SEATS_MUNICIPALITIES = 6, 4

COHORT_STARTS = {1: "2023-01", 2: "2023-10", 3: "2024-06", 4: "2025-03"}
"""Month in which each cohort's units begin in the demo: at least 14 months into the data and 20 before their end.

The real cohorts ran from 2017 to 2021 and their dates stay in the catalogue; the demo has no data from then.
"""

COMPARED = 60
"""Units that never took part and follow what everybody in the programme follows."""
FURTHER_MUNICIPALITIES = 300
"""Municipalities that follow nothing else are taken from codes above this: outside the region with a demo sign-in."""

SHARE_IMPROVING, SHARE_WORSENING = 0.45, 0.07
"""Share of participating units whose main indicator is made better, or worse, after they began."""
COHORT_STRENGTH = {1: 1.2, 2: 1.0, 3: 0.9, 4: 0.75}

COHORT_OF_PLANTED = {"NOH-MED": 4, "NOH-ORT": 4, "NOH-KIR": 4, "217": 1, "219": 4}
"""Units with planted truths that take part, so that a demo leader finds the story of a participating unit at home."""

EFFECT_OF_PLANTED = {"NOH-MED": 0, "NOH-ORT": 0, "NOH-KIR": 1, "217": 0, "219": -1}
"""What the planted truths say about the main indicator of those units."""

HOME_HOSPITAL, HOME_MUNICIPALITY, HOME_REGION = "NOH", "219", "1084"
HOME_FIRST = {
    "FAERDIG": "2021-11", "FALD": "2021-11", "GENINDL": "2022-11", "MEDAFST": "2022-11", "ERNAER": "2022-11",
    "MOBIL": "2022-11", "KRAEFT": "2023-01", "TRYKSAAR": "2023-11", "SEPSIS": "2023-11", "VENTOP": "2023-11",
    "VIGTIGT": "2023-11", "LIGGETID": "2023-11", "AFLYST": "2023-11", "TRYKDAGE": "2023-11",
}  # fmt: skip
"""Since when the leader's hospital follows each indicator. All its departments began together: if one joined later, the
hospital's figure would move because of who is counted, and not because of what was done."""

NEARBY_MUNICIPALITIES = ("201", "210", "217", "219", "223", "250", "260", "270")
"""Municipalities that share patients with the leader's hospital."""

HOME_REGION_HOSPITALS = ("NOH", "RH", "BFH", "AHH", "HGH", "BOH", "RHP")
"""Hospitals of the region whose quality team has a demo sign-in; their totals are followed as well."""

DEPARTMENT_TITLES = ("Ledende overlæge", "Ledende oversygeplejerske", "Cheflæge", "Chefsygeplejerske")
MUNICIPALITY_TITLES = ("Sundhedschef", "Leder af hjemmesygeplejen", "Leder af træning og rehabilitering", "Ældrechef")

# Rough sizes against a typical municipality, so that large ones look large; simulated, not statistics.
MUNICIPALITY_SIZE = {
    "101": 6.0, "751": 4.5, "461": 3.5, "851": 3.8, "561": 2.3, "219": 1.1, "217": 1.5,
    "411": 0.05, "482": 0.4, "492": 0.25, "563": 0.15, "741": 0.2, "825": 0.12,
}  # fmt: skip
SMALL_HOSPITALS = {"BOH": 0.4, "NFS": 0.6, "HOL": 0.8, "RHH": 0.8, "RRA": 0.9}


@dataclass(frozen=True, slots=True)
class Leader:
    """One invented participant."""

    cohort: int
    name: str
    title: str
    unit: str


@dataclass(frozen=True, slots=True)
class Programme:
    """The whole plan: leaders, the month each participating unit began, the plan of every drawn series, the totals.

    `totals` maps (indicator, hospital) to its departments' series: a hospital's figures are their sums, nothing else.
    `effects` says what was planted in the main indicator of each participating unit: +1 better, 0 nothing, -1 worse.
    `owners` names who answers for the data of a unit. `compared` are units that never took part: see
    `data.demo.evaluation`.
    """

    leaders: tuple[Leader, ...]
    cohort_of: dict[str, int]
    starts: dict[int, date]
    plans: dict[tuple[str, str], SeriesPlan]
    totals: dict[tuple[str, str], tuple[tuple[str, str], ...]]
    effects: dict[str, int]
    owners: dict[str, str]
    compared: tuple[str, ...]


def moved(level: float, amount: float, measure: Measure) -> float:
    """`level` moved by `amount` in the better direction, on the log-odds scale for proportions, else on the log."""
    sign = measure.better or -1
    if measure.simulation.kind == "proportion":
        odds = level / (100 - level) * np.exp(sign * amount)
        return float(100 * odds / (1 + odds))
    return float(level * np.exp(sign * amount))


def plan(seed: int, municipalities: Sequence[str], calendar: Calendar) -> Programme:
    """The programme for a seed. `municipalities` are the codes in the catalogue, in a fixed order."""
    departments = {department.code: department for department in all_departments()}
    people = People.of(generator(seed, "people"))
    starts = {number: calendar.at(story) for number, story in COHORT_STARTS.items()}

    cohort_of = _seats(seed, list(departments), list(municipalities))
    leaders = _leaders(seed, cohort_of, departments, people)

    plans: dict[tuple[str, str], SeriesPlan] = {}
    effects: dict[str, int] = {}
    followers = [*departments, *_followed_municipalities(seed, municipalities, cohort_of)]
    for unit in followers:
        rng = generator(seed, "unit", unit)
        cohort = cohort_of.get(unit)
        size = _size(unit, departments.get(unit), rng)
        first = _first_month(unit, starts[cohort] if cohort else None, calendar, rng)
        effect = EFFECT_OF_PLANTED.get(unit, _effect(rng)) if cohort else 0
        if cohort:
            effects[unit] = effect
        for place, code in enumerate(_follows(unit, departments.get(unit), is_in_programme=cohort is not None)):
            measure = measures()[code]
            base = moved(measure.simulation.level, float(rng.normal(0, measure.simulation.spread)), measure)
            steps: tuple[Step, ...] = ()
            if cohort and effect and place == 0:
                strength = effect * COHORT_STRENGTH[cohort] * _strength(measure) * float(rng.uniform(0.7, 1.4))
                steps = (Step(starts[cohort], moved(base, strength, measure), ramp=9),)
            plans[code, unit] = SeriesPlan(
                indicator=code,
                unit=unit,
                first=calendar.at(HOME_FIRST[code]) if unit.startswith(f"{HOME_HOSPITAL}-") else first,
                last=calendar.last,
                size=size * _typical_size(measure, departments.get(unit)),
                level=base,
                steps=steps,
                season=measure.simulation.season,
                wobble=0.02,
                july_size=measure.simulation.july,
                gaps=_gaps(unit, first, calendar, rng),
            )

    totals = _totals(plans, departments)
    owners = {unit: next((leader.name for leader in leaders if leader.unit == unit), "") for unit in followers}
    for unit in [*followers, *HOME_REGION_HOSPITALS]:
        owners[unit] = owners.get(unit) or people.next()
    compared = _compared(seed, [unit for unit in followers if unit not in cohort_of], municipalities, cohort_of)
    for unit in compared:
        owners[unit] = owners.get(unit) or people.next()
    return Programme(tuple(leaders), cohort_of, starts, plans, totals, effects, owners, compared)


def _compared(
    seed: int, followers: Sequence[str], municipalities: Sequence[str], cohort_of: dict[str, int]
) -> tuple[str, ...]:
    """Followers far from the leader's hospital, and as many further municipalities as it takes."""
    near = {HOME_HOSPITAL, *NEARBY_MUNICIPALITIES}
    found = [unit for unit in followers if unit.split("-")[0] not in near]
    others = [
        code
        for code in municipalities
        if code not in cohort_of and code not in followers and int(code) > FURTHER_MUNICIPALITIES
    ]
    order = generator(seed, "compared").permutation(len(others))
    return (*found, *(others[place] for place in order))[:COMPARED]


def _seats(seed: int, departments: list[str], municipalities: list[str]) -> dict[str, int]:
    """Participating unit -> cohort number; every unit takes part once at most."""
    rng = generator(seed, "seats")
    cohort_of: dict[str, int] = {}
    for pool, places in ((departments, DEPARTMENTS_IN_COHORT), (municipalities, MUNICIPALITIES_IN_COHORT)):
        set_apart = [unit for unit in pool if unit in COHORT_OF_PLANTED or unit.startswith(f"{HOME_HOSPITAL}-")]
        free = [pool[index] for index in rng.permutation(len(pool)) if pool[index] not in set_apart]
        for number in COHORT_STARTS:
            seated = [unit for unit in set_apart if COHORT_OF_PLANTED.get(unit) == number]
            seated += [free.pop() for _ in range(places - len(seated))]
            cohort_of |= dict.fromkeys(seated, number)
    return cohort_of


def _leaders(seed: int, cohort_of: dict[str, int], departments: dict[str, Department], people: People) -> list[Leader]:
    rng = generator(seed, "leaders")
    leaders = []
    for number in COHORT_STARTS:
        units = [unit for unit, cohort in cohort_of.items() if cohort == number]
        own_departments = [unit for unit in units if unit in departments]
        own_municipalities = [unit for unit in units if unit not in departments]
        seats = units + own_departments[:TWO_SEATS_DEPARTMENTS] + own_municipalities[:TWO_SEATS_MUNICIPALITIES]
        for unit in seats:
            titles = DEPARTMENT_TITLES if unit in departments else MUNICIPALITY_TITLES
            leaders.append(Leader(number, people.next(), titles[int(rng.integers(len(titles)))], unit))
    return leaders


def _followed_municipalities(seed: int, municipalities: Sequence[str], cohort_of: dict[str, int]) -> list[str]:
    """Participants, the hospital's neighbours and ten that never took part, for comparison."""
    rng = generator(seed, "comparison")
    others = [code for code in municipalities if code not in cohort_of and code not in NEARBY_MUNICIPALITIES]
    compared = {others[index] for index in rng.permutation(len(others))[:10]}
    wanted = set(cohort_of) | set(NEARBY_MUNICIPALITIES) | compared
    return [code for code in municipalities if code in wanted]


def _follows(unit: str, department: Department | None, *, is_in_programme: bool) -> tuple[str, ...]:
    if department is None:
        if unit == HOME_MUNICIPALITY:
            return ("GENOPT", "FOREBYG", "FAERDIG", "VIGTIGT")
        if unit in NEARBY_MUNICIPALITIES or (is_in_programme and int(unit) % 2):
            return ("GENOPT", "FOREBYG", "FAERDIG")
        return ("GENOPT", "FOREBYG")
    if department.hospital == HOME_HOSPITAL:
        return department.speciality.follows
    return department.speciality.follows[: 3 if is_in_programme else 2]


def _size(unit: str, department: Department | None, rng: np.random.Generator) -> float:
    if department is None:
        return MUNICIPALITY_SIZE.get(unit) or float(np.exp(rng.normal(0, 0.3)))
    typical = department.speciality.size * SMALL_HOSPITALS.get(department.hospital, 1.0)
    return typical * float(np.exp(rng.normal(0, 0.15)))


def _typical_size(measure: Measure, department: Department | None) -> float:
    sizes = measure.simulation.size
    if department is None:
        return sizes["municipality"]
    return sizes["psychiatric"] if department.speciality.is_psychiatric else sizes["department"]


def _first_month(unit: str, start: date | None, calendar: Calendar, rng: np.random.Generator) -> date:
    """36, 48 or 60 months of data, at least twelve before a participating unit began; 60 where totals are followed."""
    if unit.split("-")[0] in HOME_REGION_HOSPITALS:
        return calendar.first
    lengths = (60, 48, 36)
    allowed = [length for length in lengths if start is None or plus(calendar.last, 1 - length) <= plus(start, -12)]
    return plus(calendar.last, 1 - allowed[int(rng.integers(len(allowed)))])


def _effect(rng: np.random.Generator) -> int:
    drawn = rng.random()
    return 1 if drawn < SHARE_IMPROVING else -1 if drawn > 1 - SHARE_WORSENING else 0


def _strength(measure: Measure) -> float:
    return {"proportion": 0.5, "rate": 0.3, "mean": 0.25, "count": 0.4, "days_between": 0.6}[measure.simulation.kind]


def _gaps(unit: str, first: date, calendar: Calendar, rng: np.random.Generator) -> tuple[date, ...]:
    """A month nobody reported in one series of twenty, the newest in one of forty; none at home: planted there."""
    inside = rng.random() < 0.05
    newest = rng.random() < 0.025
    months = (calendar.last.year - first.year) * 12 + calendar.last.month - first.month
    month = plus(first, int(rng.integers(1, months)))
    if unit.startswith(f"{HOME_HOSPITAL}-") or unit in NEARBY_MUNICIPALITIES:
        return ()
    return ((month,) if inside else ()) + ((calendar.last,) if newest else ())


def _totals(
    plans: dict[tuple[str, str], SeriesPlan], departments: dict[str, Department]
) -> dict[tuple[str, str], tuple[tuple[str, str], ...]]:
    totals = {}
    for hospital in HOME_REGION_HOSPITALS:
        for code, measure in measures().items():
            if measure.definition.period is PeriodKind.DAY:
                continue  # the days between the hospital's cases are not the sum of its departments'
            members = tuple(
                (code, unit)
                for unit, department in departments.items()
                if department.hospital == hospital and (code, unit) in plans
            )
            if len(members) >= (1 if hospital == HOME_HOSPITAL else 2):
                totals[code, hospital] = members
    return totals

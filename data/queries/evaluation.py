"""What the evaluators' workbench is made of: groups with dates, the frame estimators get, and who can be analysed.

A *project* is a participating unit with its main indicator. A *group* is a cohort, a learning team, a region, a
sector or a list of one's own, with the month each of its units began. All of it is for evaluators and administrators.

Analyses are worked out inside the server from exact counts (`frame`); figures of single units that are shown go through
`data.disclosure` (`projects`, `frame(..., exact=False)`). A unit outside the groups the viewer may see appears only
as a comparison unit under its pseudonym; inside them its name needs the right to names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

import numpy as np
import pandas as pd
from sqlalchemy import Connection, select

from data import reading
from data.access import SYSTEM, Role, Viewer, require_sight
from data.disclosure import is_count
from data.errors import NotAllowed, Refused
from data.pseudonyms import number_units, numbers_of_units
from data.queries import catalogue, cohorts, observations, states
from data.queries.states import SeriesState
from data.reading import Pair
from data.schema import (
    annotation,
    cohort_unit,
    definition_proposal,
    made_group,
    project,
    team_score,
    unit,
    unit_group,
    unit_group_member,
)
from data.store import Store
from indicators.definition import IndicatorDefinition, PeriodKind
from indicators.words import Words

FRAME = ["unit", "period", "numerator", "denominator", "start", "cohort"]
BREAK_DISTANCE = 3
"""Months on either side of the start in which a break in the data makes a series unusable."""

LEARNING_TEAM, REGION, SECTOR, COHORT, OWN_LIST = "learning_team", "region", "sector", "cohort", "list"

EVALUATORS_ONLY = Words(
    "Evaluering er for evaluatorer. Bed en administrator om adgang, hvis du skal evaluere.",
    "Evaluation is for evaluators. Ask an administrator for access if you are to evaluate.",
)
NOT_MONTHLY = Words(
    "»{name}« opgøres ikke pr. måned og kan ikke indgå i en analyse af måneder. Vælg en anden måling.",
    "“{name}” is not counted by month and cannot be part of an analysis of months. Choose another measure.",
)
SECTOR_NAMES = {
    "regional": Words("Regionerne", "The regions"),
    "municipal": Words("Kommunerne", "The municipalities"),
    "practice": Words("Almen praksis", "General practice"),
}

FEWEST_FOLLOWERS = 3
OWN_MEASURE = Words("Enhedens egen måling", "A measure of the unit's own")
NO_MAIN = Words("Valgte ingen hovedmåling", "Chose no main indicator")
NOT_RECORDED = Words("Hovedmålingen er ikke registreret", "The main indicator is not recorded")
OTHER_MAIN = Words("Valgte en anden hovedmåling", "Chose another main indicator")
NOT_FOLLOWED = Words("Følger ikke målingen", "Does not follow the measure")
LEFT = Words("Forlod programmet", "Left the programme")
NO_START = Words("Startmåneden er ikke oplyst", "The start month is not known")
OTHER_PERIODS = Words("Hovedmålingen opgøres ikke pr. måned", "The main indicator is not counted by month")
BEGAN_LATE = Words("Data begynder først sammen med programmet", "Data begin only with the programme")
FEW_BEFORE = Words("For få måneder med tal før start", "Too few months with figures before the start")
STOPPED = Words("Stoppede med at indberette efter start", "Stopped reporting after the start")
TOO_NEW = Words("Startede for nylig", "Started recently")
FEW_AFTER = Words("For få måneder med tal efter start", "Too few months with figures after the start")
BREAK = Words("Databrud inden for 3 måneder af start", "A break in the data within 3 months of the start")

STEP_NAMES = {
    "participants": Words("Deltagende enheder", "Participating units"),
    "main": Words("Har valgt en hovedmåling", "Chose a main indicator"),
    "before": Words("Nok måneder før start", "Enough months before the start"),
    "after": Words("Nok måneder efter start", "Enough months after the start"),
    "analysable": Words("Kan analyseres", "Can be analysed"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Units that began something, with the month each began (None: not known). Only units the viewer may see.

    `kind` is cohort, learning_team, region, sector or list. Regions and sectors have the units that take part in the
    programme, each with the start of its own cohort. `starts` is keyed by unit code: a page writes `labels`, not codes.
    `compared` are the units that never start in a group somebody made (`data.made_groups`): where every group that is
    asked about has such units, the others are compared with them alone.
    """

    code: str
    kind: str
    name: Words
    starts: Mapping[str, date | None]
    compared: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class UnitLabel:
    """What a unit is called for the viewer: its name, or a pseudonym such as E-017."""

    text: str
    sector: str
    kind: str
    is_pseudonym: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the flow: how many units are left, by group, and why those before it fell away."""

    code: str
    name: Words
    n: int
    by_cohort: Mapping[str, int]
    losses: tuple[tuple[Words, int], ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """From participating units to those that can be analysed."""

    steps: tuple[Step, ...]

    @property
    def n_analysable(self) -> int:
        return self.steps[-1].n


@dataclass(frozen=True, slots=True)
class Project:
    """A participating unit with its main indicator.

    `values` are the figures in the unit of measure as the viewer may see them, one per month from `first_month` (None:
    missing, or hidden because it is small). `months_before` and `months_after` count months with figures, the start
    month among those after; `completeness` is the share of the months since the first one that have figures.
    `lost_at` is the step of the flow at which the unit falls away (empty: analysable), `reason` why.
    `months` are the first days of the months with figures, also of those hidden from the viewer.
    """

    unit_code: str
    label: UnitLabel
    cohort: str
    indicator_code: str | None
    indicator_name: Words | None
    goal: int | None
    start: date | None
    months_before: int
    months_after: int
    completeness: float | None
    first_month: date | None
    values: tuple[float | None, ...]
    state: SeriesState | None
    team_scores: tuple[tuple[date, float], ...]
    n_notes: int
    is_analysable: bool
    lost_at: str
    reason: Words | None
    months: tuple[date, ...]


def may_evaluate(viewer: Viewer) -> bool:
    """Whether the workbench is for this person at all."""
    return viewer.owns_all or viewer.is_administrator or viewer.has(Role.EVALUATOR)


def require_evaluator(viewer: Viewer) -> None:
    """Raise NotAllowed for whoever neither evaluates nor administrates."""
    if not may_evaluate(viewer):
        raise NotAllowed(EVALUATORS_ONLY)


# -------------------------------------------------------------------------------------------------------------- groups


def groups(store: Store, viewer: Viewer, *, with_closed: bool = False) -> list[Group]:
    """Cohorts first, then learning teams, regions, sectors and own lists; those without units in sight are left out.

    `with_closed` brings those that are offered no more: what was frozen of them is read again.
    """
    require_evaluator(viewer)
    with store.read() as connection:
        seats = connection.execute(select(cohort_unit).order_by(cohort_unit.c.starts_on, cohort_unit.c.unit_code)).all()
        teams = connection.execute(
            select(unit_group.c.code, unit_group.c.kind, unit_group.c.name_da, unit_group.c.name_en)
            .where(unit_group.c.kind.in_((LEARNING_TEAM, OWN_LIST)))
            .order_by(unit_group.c.name_da)
        ).all()
        members = connection.execute(select(unit_group_member).order_by(unit_group_member.c.unit_code)).all()
        closed = set(connection.scalars(select(made_group.c.code).where(made_group.c.closed_at.is_not(None))))
        rows = {row.code: row for row in connection.execute(select(unit))}
    seats = [row for row in seats if viewer.may_evaluate(row.unit_code)]
    found = [
        Group(
            one.code, COHORT, one.name, {row.unit_code: row.starts_on for row in seats if row.cohort_code == one.code}
        )
        for one in cohorts.all(store, viewer)
    ]
    made = [
        Group(
            team.code,
            team.kind,
            Words(team.name_da, team.name_en),
            {
                row.unit_code: row.valid_from
                for row in members
                if row.group_code == team.code and not row.never_starts and viewer.may_evaluate(row.unit_code)
            },
            frozenset(row.unit_code for row in members if row.group_code == team.code and row.never_starts),
        )
        for team in teams
        if with_closed or team.code not in closed
    ]
    found += [one for one in made if one.kind == LEARNING_TEAM]
    began = {row.unit_code: row.starts_on for row in reversed(seats)}
    by_region: dict[str, dict[str, date | None]] = {}
    by_sector: dict[str, dict[str, date | None]] = {}
    for code in sorted(began):
        by_sector.setdefault(_sector(rows[code]), {})[code] = began[code]
        line = reading.upwards({one.code: one.parent_code for one in rows.values()}, code)
        region = next((above for above in line if above in rows and rows[above].kind == "region"), None)
        if region is not None:
            by_region.setdefault(region, {})[code] = began[code]
    found += [
        Group(code, REGION, Words(rows[code].name_da, rows[code].name_en), by_region[code])
        for code in sorted(by_region, key=lambda code: rows[code].name_da)
    ]
    found += [Group(code, SECTOR, SECTOR_NAMES[code], by_sector[code]) for code in SECTOR_NAMES if code in by_sector]
    found += [one for one in made if one.kind == OWN_LIST]
    return [one for one in found if one.starts]


def indicators_of(store: Store, viewer: Viewer, groups: Sequence[Group]) -> list[tuple[str, Words, int]]:
    """Indicators counted by month that members of the groups follow: code, name, how many members; most first.

    One that a unit made itself, and hardly anybody else follows, often has the unit's name in its own: it is left out
    for those who know the unit by a pseudonym.
    """
    require_evaluator(viewer)
    wanted = _members(store, viewer, groups)
    with store.read() as connection:
        followed = reading.expectations_in(connection, set(wanted))
        known = reading.definitions(connection, {code for code, _ in followed})
        declared = _declared(connection, set(wanted))
    main = {code: one.main for code, one in declared.items()}
    n_main: dict[str, int] = {}
    n_units: dict[str, int] = {}
    for code, unit_code in followed:
        if code in known and known[code].period is PeriodKind.MONTH:
            n_units[code] = n_units.get(code, 0) + 1
            n_main[code] = n_main.get(code, 0) + (main.get(unit_code) == code)
    telling = telling_measures(store, viewer)
    n_units = {code: count for code, count in n_units.items() if code not in telling or count >= FEWEST_FOLLOWERS}
    order = sorted(n_units, key=lambda code: (-n_main[code], -n_units[code], code))
    return [(code, known[code].name, n_units[code]) for code in order]


def telling_measures(store: Store, viewer: Viewer) -> frozenset[str]:
    """The measures that units made themselves whose names the viewer does not know: their names may tell the unit's."""
    with store.read() as connection:
        made = connection.execute(select(definition_proposal.c.indicator_code, definition_proposal.c.unit_code)).all()
    return frozenset(row.indicator_code for row in made if not viewer.may_see(row.unit_code))


def _members(store: Store, viewer: Viewer, groups: Sequence[Group]) -> dict[str, Group]:
    """By unit the first of the groups it is in; raises where one is out of the viewer's sight."""
    found: dict[str, Group] = {}
    for one in groups:
        for code in one.starts:
            found.setdefault(code, one)
    with store.read() as connection:
        require_sight(connection, at_work(viewer), found)
    return found


def at_work(viewer: Viewer) -> Viewer:
    """The viewer with every unit that may be evaluated in sight, by name or not: for reading inside the workbench."""
    return replace(viewer, readable_units=viewer.readable_units | viewer.evaluated_units)


def _sector(row: object) -> str:
    return "practice" if row.kind == "practice" else row.sector  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class _Declared:
    """What a participating unit has declared: its main indicator, and the day it left with the reason."""

    main: str | None
    left_on: date | None


def _declared(connection: Connection, unit_codes: Collection[str]) -> dict[str, _Declared]:
    """By unit what it declared; of a unit that took part twice, the last time, and in a cohort before in a group."""
    rows = connection.execute(
        select(project, cohort_unit.c.starts_on)
        .outerjoin(
            cohort_unit,
            (cohort_unit.c.cohort_code == project.c.cohort_code) & (cohort_unit.c.unit_code == project.c.unit_code),
        )
        .where(project.c.unit_code.in_(list(unit_codes)))
        .order_by(cohort_unit.c.starts_on.nulls_first(), project.c.cohort_code)
    )
    return {row.unit_code: _Declared(row.main_indicator, row.left_on) for row in rows}


# -------------------------------------------------------------------------------------------------------------- labels


def labels(store: Store, viewer: Viewer, unit_codes: Iterable[str]) -> dict[str, UnitLabel]:
    """What each unit is called: its name for those with the right to it, else a pseudonym that is always the same.

    Pseudonyms belong to the store, follow an order drawn with its own key, never that of names or codes, and stay.
    """
    require_evaluator(viewer)
    known, aliases = _labelled(store)
    return {
        code: UnitLabel(
            text=known[code][0] if viewer.may_see(code) else aliases[code],
            sector=known[code][1],
            kind=known[code][2],
            is_pseudonym=not viewer.may_see(code),
        )
        for code in dict.fromkeys(unit_codes)
        if code in known
    }


def labels_of(store: Store, viewer: Viewer, pseudonyms: Iterable[str]) -> dict[str, UnitLabel]:
    """As `labels`, for units that are known by their pseudonyms: those of a frame made with `pseudonyms=True`."""
    wanted = codes_of(store, viewer, dict.fromkeys(pseudonyms))
    found = labels(store, viewer, wanted.values())
    return {alias: found[code] for alias, code in wanted.items()}


def aliases_of(store: Store, viewer: Viewer, unit_codes: Iterable[str]) -> dict[str, str]:
    """The pseudonym of each unit that there is, for whoever knows the unit already, by name or not."""
    require_evaluator(viewer)
    _, aliases = _labelled(store)
    return {code: aliases[code] for code in unit_codes if code in aliases}


def codes_of(store: Store, viewer: Viewer, pseudonyms: Iterable[str]) -> dict[str, str]:
    """The unit behind each pseudonym that there is, for work inside the server."""
    require_evaluator(viewer)
    _, aliases = _labelled(store)
    codes = {alias: code for code, alias in aliases.items()}
    return {alias: codes[alias] for alias in pseudonyms if alias in codes}


def evaluated_pseudonyms(store: Store, viewer: Viewer) -> frozenset[str]:
    """The pseudonyms of every unit that may be part of the viewer's evaluations."""
    require_evaluator(viewer)
    _, aliases = _labelled(store)
    return frozenset(alias for code, alias in aliases.items() if viewer.may_evaluate(code))


def pseudonyms_by_text(store: Store, viewer: Viewer) -> dict[str, str]:
    """The pseudonym of each unit by what it may be called: its name, where the viewer knows it, and the pseudonym."""
    require_evaluator(viewer)
    known, aliases = _labelled(store)
    named = {known[code][0]: alias for code, alias in aliases.items() if viewer.may_see(code)}
    return named | {alias: alias for alias in aliases.values()}


def hidden_pseudonyms(
    store: Store, viewer: Viewer, indicator_code: str, as_of: date | datetime | None = None
) -> frozenset[tuple[str, str]]:
    """`hidden_from_outside` by pseudonym and "2025-03"."""
    _, aliases = _labelled(store)
    hidden = hidden_from_outside(store, viewer, indicator_code, as_of)
    return frozenset((aliases[code], _month_text(day)) for code, day in hidden if code in aliases)


def _labelled(store: Store) -> tuple[dict[str, tuple[str, str, str]], dict[str, str]]:
    """By unit its name (unlike any other), sector and kind; and its pseudonym."""
    return store.remember("evaluation_labels", partial(_work_out_labels, store), about=())


def _work_out_labels(store: Store) -> tuple[dict[str, tuple[str, str, str]], dict[str, str]]:
    with store.read() as connection:
        rows = connection.execute(select(unit).order_by(unit.c.code)).all()
        numbers = numbers_of_units(connection)
    if not {row.code for row in rows} <= numbers.keys():
        numbers = store.write(number_units, changes_data=False)
    above = {row.code: row.short_name for row in rows}
    names = _told_apart(
        {row.code: (row.name_da, above.get(row.parent_code or "", ""), row.code) for row in rows},
    )
    known = {row.code: (names[row.code], _sector(row), row.kind) for row in rows}
    width = max(3, len(str(max(numbers.values(), default=0))))
    return known, {code: f"E-{number:0{width}d}" for code, number in numbers.items()}


def _told_apart(names: Mapping[str, tuple[str, str, str]]) -> dict[str, str]:
    """By code a name no other unit has: with what it belongs to where the name is shared, else with its code."""
    found = {code: name for code, (name, _, _) in names.items()}
    for form in (lambda name, above, code: f"{name}, {above}", lambda name, above, code: f"{name} ({code})"):
        times = Counter(found.values())
        found = {code: form(*names[code]) if times[text] > 1 else text for code, text in found.items()}
    return found


# --------------------------------------------------------------------------------------------------------------- frame


def frame(
    store: Store,
    viewer: Viewer,
    indicator_code: str,
    groups: Sequence[Group],
    *,
    as_of: date | datetime | None = None,
    exact: bool = True,
    pseudonyms: bool = False,
    only: Collection[str] | None = None,
) -> pd.DataFrame:
    """What estimators get: one row per unit and month with figures, by unit and month.

    Members of `groups` (in several: the first) with the month they began; everybody else who follows the indicator is
    compared with. A unit that began in a group that was not chosen is compared with until the month before; units above
    or below another unit of the frame (a hospital and its departments) are not compared with, and members whose start
    is not known are left out.

    Parameters
    ----------
    as_of : date or datetime
        The figures known then; None: now.
    exact : bool
        True: exact counts, for working out on the server alone. False: what may leave it, small numbers left out with
        the secondary ones, the same for everybody.
    only : collection of str
        Codes of the members to keep, such as those that can be analysed; the other members are left out altogether.
    pseudonyms : bool
        Never write names, whoever asks: what is frozen must be the same for everybody.

    Returns
    -------
    DataFrame
        unit (label), period ("2024-03"), numerator (of a count: the count itself), denominator (NaN where the indicator
        has none), start ("2025-01" or ""), cohort (code of the group or ""). No rows: nobody follows it.

    Raises
    ------
    NotAllowed, NotFound
        The viewer does not evaluate or may not see a member; there is no such indicator.
    Refused
        The indicator is not counted by month.
    """
    require_evaluator(viewer)
    definition = catalogue.indicator(store, viewer, indicator_code)
    if definition.period is not PeriodKind.MONTH:
        raise Refused(NOT_MONTHLY, name=definition.name)
    members = _members(store, viewer, groups)
    rows = _figures(store, definition, as_of)
    roles = _roles(store, members, rows["unit_code"].unique(), compared_with(groups))
    if only is not None:
        roles = {code: one for code, one in roles.items() if code not in members or code in only}
    rows = rows[rows["unit_code"].isin(roles)]
    if not exact:
        hidden = hidden_from_outside(store, viewer, indicator_code, as_of)
        keep = [(code, day) not in hidden for code, day in zip(rows["unit_code"], rows["period_start"], strict=True)]
        rows = rows[np.array(keep, dtype=bool)]
    until = {code: one.until for code, one in roles.items() if one.until is not None}
    if until:
        keep = [
            code not in until or day < until[code]
            for code, day in zip(rows["unit_code"], rows["period_start"], strict=True)
        ]
        rows = rows[np.array(keep, dtype=bool)]
    _, aliases = _labelled(store)
    named = {} if pseudonyms else {code: one.text for code, one in labels(store, viewer, roles).items()}
    made = pd.DataFrame(
        {
            "unit": [named.get(code, aliases[code]) for code in rows["unit_code"]],
            "period": [f"{day:%Y-%m}" for day in rows["period_start"]],
            "numerator": rows["numerator"].to_numpy(np.float64),
            "denominator": rows["denominator"].to_numpy(np.float64),
            "start": [_month_text(roles[code].start) for code in rows["unit_code"]],
            "cohort": [roles[code].cohort for code in rows["unit_code"]],
        },
        columns=FRAME,
    )
    return made.sort_values(["unit", "period"], ignore_index=True)


def hidden_from_outside(
    store: Store, viewer: Viewer, indicator_code: str, as_of: date | datetime | None = None
) -> frozenset[tuple[str, date]]:
    """Unit and month of the figures of an indicator that nobody outside may be told, wherever they are."""
    require_evaluator(viewer)
    stranger = replace(SYSTEM, owns_all=False)
    hidden = observations.hidden_from(store, stranger, [indicator_code], as_of, store.small_number)
    return frozenset((code, day) for _, code, day in hidden)


def small_figures(store: Store, viewer: Viewer, indicator_code: str, frame: pd.DataFrame) -> np.ndarray:
    """Which rows of a frame are small by themselves, whatever stands in the store now; shape (n_rows,)."""
    definition = catalogue.indicator(store, viewer, indicator_code)
    is_value = not definition.has_denominator and not is_count(definition)
    if is_value:  # a mean or another plain value has no count behind it
        return np.zeros(len(frame), dtype=bool)
    top, bottom = frame["numerator"].to_numpy(np.float64), frame["denominator"].to_numpy(np.float64)
    with np.errstate(invalid="ignore"):
        rest = bottom - top
        return (top < store.small_number) | (bottom < store.small_number) | ((rest >= 0) & (rest < store.small_number))


@dataclass(frozen=True, slots=True)
class _Part:
    """What a unit is in a frame: a member with its start, or compared with (until a day, where it begins elsewhere)."""

    cohort: str
    start: date | None
    until: date | None = None


def compared_with(groups: Sequence[Group]) -> frozenset[str] | None:
    """The units that `groups` are compared with where each of them names some; None: everybody outside."""
    named = [one.compared for one in groups]
    return frozenset().union(*named) if named and all(named) else None


def _roles(
    store: Store, members: Mapping[str, Group], followers: Collection[str], compared: frozenset[str] | None
) -> dict[str, _Part]:
    with store.read() as connection:
        began: dict[str, date] = {}
        for row in connection.execute(select(cohort_unit.c.unit_code, cohort_unit.c.starts_on)):
            began[row.unit_code] = min(row.starts_on, began.get(row.unit_code, row.starts_on))
        parents = {row.code: row.parent_code for row in connection.execute(select(unit.c.code, unit.c.parent_code))}
    there = set(followers)
    found = {
        code: _Part(group.code, start)
        for code, group in members.items()
        if code in there and (start := group.starts[code]) is not None
    }
    taking_part = {code for code in members if code in there}
    above_somebody = {above for code in there for above in reading.upwards(parents, code)[1:]}
    for code in there:
        if code in members or code in above_somebody or (compared is not None and code not in compared):
            continue
        if taking_part.intersection(reading.upwards(parents, code)[1:]):
            continue
        found[code] = _Part("", None, began.get(code))
    return found


def _figures(store: Store, definition: IndicatorDefinition, as_of: date | datetime | None) -> pd.DataFrame:
    """The exact figures of an indicator in every unit that follows it: unit_code, period_start, numerator, …"""
    key = ("evaluation_figures", definition.code, as_of)
    return store.remember(key, partial(_read_figures, store, definition, as_of), about=[definition.code], is_large=True)


def _read_figures(store: Store, definition: IndicatorDefinition, as_of: date | datetime | None) -> pd.DataFrame:
    with store.read() as connection:
        pairs = [pair for pair in reading.expectations_in(connection) if pair[0] == definition.code]
        rows = reading.observations(connection, pairs, as_of)
    return _countable(rows, definition)


def _countable(rows: pd.DataFrame, definition: IndicatorDefinition) -> pd.DataFrame:
    """Rows with a figure; a plain value or count stands as numerator without a denominator."""
    numerator = rows["numerator"].to_numpy(np.float64)
    denominator = rows["denominator"].to_numpy(np.float64)
    if not definition.has_denominator:
        value = rows["value"].to_numpy(np.float64)
        numerator = np.where(np.isnan(value), numerator, value)
        denominator = np.full(len(rows), np.nan)
    is_there = ~np.isnan(numerator) & (~np.isnan(denominator) if definition.has_denominator else True)
    made = rows[["indicator_code", "unit_code", "period_start"]].assign(numerator=numerator, denominator=denominator)
    return made[is_there].reset_index(drop=True)


def _month_text(day: date | None) -> str:
    return "" if day is None else f"{day:%Y-%m}"


# ------------------------------------------------------------------------------------------------- flow and projects


def projects(
    store: Store,
    viewer: Viewer,
    groups: Sequence[Group],
    *,
    before: int = 12,
    after: int = 12,
    today: date,
    indicator: str | None = None,
) -> list[Project]:
    """One per unit of the groups, in the order of groups and labels; see `Project`.

    With `indicator` every unit is judged on that one instead of its own main indicator.
    """
    require_evaluator(viewer)
    members = _members(store, viewer, groups)
    with store.read() as connection:
        declared = _declared(connection, set(members))
        main = {code: one.main for code, one in declared.items() if one.main is not None}
        if indicator is not None:
            followed = reading.expectations_in(connection, set(members))
            main = {code: indicator for code in members if (indicator, code) in followed}
        scores = _scores(connection, set(members))
        known = reading.definitions(connection, set(main.values()))
        pairs: list[Pair] = [(code, unit_code) for unit_code, code in main.items()]
        breaks = {
            pair: [one.starts_on for one in phases if one.is_break]
            for pair, phases in reading.phases(connection, pairs).items()
        }
        noted = _notes(connection, set(members))
    shown = dict(
        list(
            observations.current_many(store, at_work(viewer), pairs).groupby(
                ["indicator_code", "unit_code"], sort=False
            )
        )
    )
    stored = {
        (one.indicator_code, one.unit_code): one for one in states.of_units(store, at_work(viewer), frozenset(members))
    }
    called = labels(store, viewer, members)
    telling = telling_measures(store, viewer)
    place = {one.code: number for number, one in enumerate(groups)}
    found = []
    for code in sorted(members, key=lambda code: (place[members[code].code], called[code].text)):
        group = members[code]
        pair = (main[code], code) if code in main else None
        definition = known.get(main[code]) if code in main else None
        reported = shown.get(pair) if pair is not None else None
        start = group.starts[code]
        months = _months_with_figures(reported)
        n_before, n_after = _counted(months, start)
        has_left = code in declared and declared[code].left_on is not None
        lost_at, reason = _judged(
            has_left, definition, start, months, breaks.get(pair, []) if pair else [], before, after, today
        )
        if indicator is not None and code not in main:
            reason = NOT_FOLLOWED
        elif indicator is None and code not in declared:
            reason = NOT_RECORDED
        first, values = _values(reported, definition)
        found.append(
            Project(
                unit_code=code,
                label=called[code],
                cohort=group.code,
                indicator_code=definition.code if definition else None,
                indicator_name=(OWN_MEASURE if definition.code in telling else definition.name) if definition else None,
                goal=definition.goal if definition else None,
                start=start,
                months_before=n_before,
                months_after=n_after,
                completeness=_completeness_of(months, today),
                first_month=first,
                values=values,
                state=stored.get(pair) if pair else None,
                team_scores=tuple(scores.get(code, ())),
                n_notes=noted.get((pair[0] if pair else "", code), 0) + noted.get(("", code), 0),
                is_analysable=not lost_at,
                lost_at=lost_at,
                reason=reason,
                months=tuple(months),
            )
        )
    return found


def flow(
    store: Store,
    viewer: Viewer,
    groups: Sequence[Group],
    *,
    before: int = 12,
    after: int = 12,
    today: date,
) -> Flow:
    """From the participating units of the groups to those that can be analysed, with the reason of every loss."""
    return flow_of(projects(store, viewer, groups, before=before, after=after, today=today), groups)


def flow_of(projects: Sequence[Project], groups: Sequence[Group]) -> Flow:
    """The flow of projects that are read already."""
    left = list(projects)
    steps = []
    for code, name in STEP_NAMES.items():
        lost = [one for one in left if one.lost_at == code]
        left = [one for one in left if one.lost_at != code]
        why: dict[Words, int] = {}
        for one in lost:
            if one.reason is not None:
                why[one.reason] = why.get(one.reason, 0) + 1
        by_cohort = {group.code: sum(one.cohort == group.code for one in left) for group in groups}
        losses = tuple(sorted(why.items(), key=lambda item: -item[1]))
        steps.append(Step(code, name, len(left), by_cohort, losses))
    return Flow(tuple(steps))


def completeness(store: Store, viewer: Viewer, groups: Sequence[Group], *, today: date) -> pd.DataFrame:
    """How many of the units' main indicators have figures, by month since the start.

    Returns
    -------
    DataFrame
        since (months since the start; 0 is the start month), cohort, reported, expected (units whose month is past).
        Months 24 before to 36 after the start.
    """
    require_evaluator(viewer)
    found: dict[tuple[int, str], list[int]] = {}
    last = _month_number(today) - 1
    for one in projects(store, viewer, groups, today=today):
        if one.start is None or one.first_month is None:
            continue
        began = _month_number(one.start)
        reported = {_month_number(month) for month in one.months}  # a figure that is hidden was reported all the same
        for since in range(-24, 37):
            if began + since <= last:
                cell = found.setdefault((since, one.cohort), [0, 0])
                cell[0] += began + since in reported
                cell[1] += 1
    rows = [(since, cohort, *cell) for (since, cohort), cell in sorted(found.items())]
    return pd.DataFrame(rows, columns=["since", "cohort", "reported", "expected"])


def _scores(connection: Connection, unit_codes: Collection[str]) -> dict[str, list[tuple[date, float]]]:
    """The team scores of each unit by day; of several in a month, the newest that was recorded and stands."""
    found: dict[str, dict[date, tuple[date, float]]] = {}
    for row in connection.execute(
        select(team_score)
        .where(team_score.c.unit_code.in_(list(unit_codes)), team_score.c.withdrawn_at.is_(None))
        .order_by(team_score.c.id)
    ):
        found.setdefault(row.unit_code, {})[row.scored_on.replace(day=1)] = (row.scored_on, row.score)
    return {code: sorted(of_unit.values()) for code, of_unit in found.items()}


def _notes(connection: Connection, unit_codes: Collection[str]) -> dict[tuple[str, str], int]:
    """How many notes that have not been withdrawn there are, by indicator ("" for all of them) and unit."""
    found: dict[tuple[str, str], int] = {}
    for row in connection.execute(
        select(annotation.c.indicator_code, annotation.c.unit_code).where(
            annotation.c.unit_code.in_(unit_codes),
            annotation.c.withdrawn_at.is_(None),
            annotation.c.visibility.is_(None),
        )
    ):
        key = (row.indicator_code or "", row.unit_code)
        found[key] = found.get(key, 0) + 1
    return found


def _months_with_figures(rows: pd.DataFrame | None) -> list[date]:
    """The months somebody has reported, also those whose figures are hidden from the viewer."""
    if rows is None:
        return []
    is_there = rows["is_hidden"] | rows["numerator"].notna() | rows["value"].notna()
    return sorted(rows.loc[is_there, "period_start"])


def _counted(months: Sequence[date], start: date | None) -> tuple[int, int]:
    if start is None:
        return 0, 0
    n_before = sum(month < start for month in months)
    return n_before, len(months) - n_before


def _judged(
    has_left: bool,
    definition: IndicatorDefinition | None,
    start: date | None,
    months: Sequence[date],
    breaks: Sequence[date],
    before: int,
    after: int,
    today: date,
) -> tuple[str, Words | None]:
    """The step of the flow at which a unit falls away, and why; an empty step for one that can be analysed."""
    if definition is None:
        return "main", NO_MAIN
    if has_left:
        return "main", LEFT
    if start is None:
        return "before", NO_START
    if definition.period is not PeriodKind.MONTH:
        return "before", OTHER_PERIODS
    n_before, n_after = _counted(months, start)
    if n_before < before:
        return "before", BEGAN_LATE if n_before <= 1 else FEW_BEFORE
    if n_after < after:
        if _month_number(today) - _month_number(start) < after:
            return "after", TOO_NEW
        stopped = _month_number(months[-1]) < _month_number(start) + after - 1
        return "after", STOPPED if stopped else FEW_AFTER
    if any(abs(_month_number(day) - _month_number(start)) <= BREAK_DISTANCE for day in breaks):
        return "analysable", BREAK
    return "", None


def _completeness_of(months: Sequence[date], today: date) -> float | None:
    if not months:
        return None
    return min(1.0, len(months) / max(_month_number(today) - _month_number(months[0]), 1))


def _values(
    rows: pd.DataFrame | None, definition: IndicatorDefinition | None
) -> tuple[date | None, tuple[float | None, ...]]:
    """The first month, and a value for every month from it to the last, in the unit of measure."""
    if rows is None or definition is None or rows.empty or definition.period is not PeriodKind.MONTH:
        return None, ()
    if definition.has_denominator:
        value = definition.per * rows["numerator"].to_numpy(np.float64) / rows["denominator"].to_numpy(np.float64)
    else:
        value = rows["value"].fillna(rows["numerator"]).to_numpy(np.float64)
    days = rows["period_start"].tolist()
    first = days[0]
    values: list[float | None] = [None] * (_month_number(days[-1]) - _month_number(first) + 1)
    for day, one in zip(days, value.tolist(), strict=True):
        values[_month_number(day) - _month_number(first)] = one if one == one else None
    return first, tuple(values)


def _month_number(day: date) -> int:
    return day.year * 12 + day.month

"""A series read as the organisation *is*: what its predecessors counted, taken together period by period.

Read as it *was*, a series is one unit's own figures: it ends where the unit closed and begins where it opened. Read as
it *is*, the unit that is there today has the figures of those it came after as well:

- counts: numerators are summed and denominators are summed, each by period;
- means of several measurements (n and sd): weighted by n, and the standard deviation pooled with what lies between the
  parts, as if the measurements had been counted together;
- cases (g and t charts, in days): the cases of all parts by date, each with the time since the one before, wherever;
- plain values without a count behind them: cannot be taken together, and it is said. A mean of means is wrong.

A period has a sum only where every unit that existed then has a figure: a missing month of one is a missing month of
the sum, never a smaller sum. A unit that was split gives nothing to its parts: nobody knows which of its figures were
theirs. Every change is a data break in the result.

Small numbers (`data.disclosure`): a sum is hidden from a viewer where it is small itself, and where it would give away,
beside the parts the viewer sees, a single part or a small rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Row, select

from data import reading
from data.access import Viewer, require_sight
from data.disclosure import Cell, counts
from data.errors import NotFound
from data.organisation.changes import Kind
from data.organisation.draft import first_whole
from data.organisation.sentences import Said, counted
from data.queries import observations
from data.queries.catalogue import NO_INDICATOR
from data.schema import unit, unit_change
from data.store import Store, end_of_day
from indicators.assessment import SeriesPhase
from indicators.definition import IndicatorDefinition, PeriodKind
from indicators.drawn import is_of_several
from indicators.periods import next_start
from indicators.spc.charts import CHARTS, ValueKind
from indicators.words import Words

MERGED = Words(
    "{units} blev lagt sammen til {into} {day}. Før den dag er tallene deres sum.",
    "{units} became {into} on {day}. Figures before that day are their sum.",
)
TAKEN_IN = Words(
    "{units} blev en del af {into} {day}. Før den dag er tallene summen af dem og {into}.",
    "{units} became part of {into} on {day}. Figures before that day are the sum of them and {into}.",
)
ONE_TO_ONE = Words(
    "{into} afløste {units} {day}. Før den dag er tallene fra {units}.",
    "{into} took over from {units} on {day}. Figures before that day are those of {units}.",
)
TASK = Words(
    "Opgaven gik fra {units} til {into} {day}. Før den dag er tallene derfra.",
    "The task went from {units} to {into} on {day}. Figures before that day are from there.",
)
TASK_AHEAD = Words(
    "Opgaven går fra {units} til {into} {day}. Tallene til da er derfra.",
    "The task goes from {units} to {into} on {day}. Figures until then are from there.",
)
PREPARED = Words(
    "{into} findes først fra {day}; tallene er summen af {units}.",
    "{into} exists only from {day}; the figures are the sum of {units}.",
)
SPLIT_FROM = Words(
    "{into} var en del af {units} til {day}. Andelen kendes ikke, så målingen begynder der.",
    "{into} was part of {units} until {day}. Its share is not known, so the series begins there.",
)
BEGINS = Words(
    "Målingen begynder {day}: tidligere har ikke alle enheder tal.",
    "The series begins on {day}: before that, not all units have figures.",
)
GAPS = Words(
    "{n} mangler, fordi mindst én af enhederne ikke har tal ({units}). En del af en sum vises ikke.",
    "{n} missing, because at least one of the units has no figure ({units}). Part of a sum is not shown.",
)
NEVER = Words(
    "Det kan ikke vises som det er: {units} har ingen tal for målingen før {day}, så en sum ville mangle dem.",
    "It cannot be shown as it is: {units} have no figures of this measure before {day}, so a sum would lack them.",
)
NO_WEIGHT = Words(
    "Det kan ikke vises som det er: målingen har kun færdige værdier uden antal bag. Et gennemsnit af gennemsnit ville "
    "være forkert.",
    "It cannot be shown as it is: the measure has finished values only, without counts behind them. A mean of means "
    "would be wrong.",
)
SOME_WITHOUT_WEIGHT = Words(
    "{n} mangler, fordi en enhed har leveret en færdig værdi uden antal bag: den kan ikke lægges sammen med de andres.",
    "{n} missing, because a unit delivered a finished value without counts behind it, which cannot be added to others.",
)
NOT_DAYS = Words(
    "Det kan ikke vises som det er: målingen tæller noget andet end dage mellem hændelser, og hvor mange de andre "
    "enheder havde imens, vides ikke.",
    "It cannot be shown as it is: the measure counts something other than days between events, and how many the other "
    "units had meanwhile is not known.",
)
SMALL = Words(
    "Det kan ikke vises som det er for dig: målingen bygger på enkelte hændelser i enheder, der ikke er dine.",
    "It cannot be shown to you as it is: the measure is made of single events in units that are not yours.",
)
SAME_DAY = Words(
    "{n} skete samme dag som en anden og står som ét punkt.",
    "{n} happened on the same day as another and stand as one point.",
)
_ONE_PERIOD = {
    PeriodKind.DAY: (Words("hændelse", "event"), Words("hændelser", "events")),
    PeriodKind.WEEK: (Words("uge", "week is"), Words("uger", "weeks are")),
    PeriodKind.MONTH: (Words("måned", "month is"), Words("måneder", "months are")),
    PeriodKind.QUARTER: (Words("kvartal", "quarter is"), Words("kvartaler", "quarters are")),
    PeriodKind.YEAR: (Words("år", "year is"), Words("år", "years are")),
}
_DAYS = {"dag", "dage", "døgn", "day", "days"}


@dataclass(frozen=True, slots=True)
class Part:
    """A unit whose figures count in a series, from `since` on and before `until` (None: no bound).

    `away` are stretches in between in which another unit did the work: first day, and first day after.
    """

    unit_code: str
    since: date | None
    until: date | None
    away: tuple[tuple[date, date | None], ...] = ()

    def counts_in(self, start: date, end: date) -> bool:
        """Whether the unit counted in the period [start, end)."""
        if any(gone <= start and (back is None or end <= back) for gone, back in self.away):
            return False
        return (self.since is None or self.since < end) and (self.until is None or start < self.until)


@dataclass(frozen=True, slots=True)
class Joint:
    """A day on which a series went over to another unit. `indicator_code`: of a moved task."""

    on: date
    kind: Kind
    from_codes: tuple[str, ...]
    to_code: str
    indicator_code: str | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What one series came from, and what became of it.

    `unit_code` is the unit that was asked about, `today_code` the one that does its work today. `parts` and `joints`
    are those of the latter, oldest joint first; `splits` are splits it came out of, `coming` what is decided and still
    ahead for the unit that was asked about.
    """

    indicator_code: str
    unit_code: str
    today_code: str
    parts: tuple[Part, ...]
    joints: tuple[Joint, ...]
    splits: tuple[Joint, ...]
    coming: tuple[Joint, ...]
    names: Mapping[str, Words]
    today: date

    @property
    def has_two_readings(self) -> bool:
        """Whether the series reads differently as it was and as it is."""
        return bool(self.joints or self.splits) or self.today_code != self.unit_code

    def names_of(self, codes: Iterable[str]) -> tuple[Words, ...]:
        return tuple(self.names.get(code, Words(code, code)) for code in codes)


@dataclass(frozen=True)
class AsIs:
    """One series as the organisation is.

    `frame` has the columns of `observations.current`: a row for every period that has a figure from all its parts
    (`delivery_id` and `recorded_at` are those of the newest). `breaks` are the changes as phases with `is_break`.
    `said` are the sentences a reader needs; `is_possible` is False where the figures cannot be taken together (the
    first of them says why), and `frame` then holds the unit's own.
    """

    history: History
    frame: pd.DataFrame
    breaks: tuple[Joint, ...]
    said: tuple[Said, ...]
    is_possible: bool
    starts_on: date | None

    @property
    def unit_code(self) -> str:
        return self.history.today_code

    def phases(self, kind: PeriodKind, language: str) -> list[SeriesPhase]:
        """The changes as data breaks of the series."""
        return [
            SeriesPhase(
                starts_on=first_whole(joint.on, kind),
                is_break=True,
                reason=_joint_words(self.history, joint).say(language),
            )
            for joint in self.breaks
        ]


# ------------------------------------------------------------------------------------------------- where it came from


def history(
    store: Store,
    viewer: Viewer,
    indicator_code: str,
    unit_code: str,
    *,
    today: date,
    as_of: date | datetime | None = None,
) -> History:
    """What one series came from and what became of it; changes that were decided by `as_of`.

    Raises
    ------
    NotFound, NotAllowed
        There is no such unit, or the viewer may not see it.
    """
    with store.read() as connection:
        require_sight(connection, viewer, [unit_code])
        rows, names = store.until_written("units by code", lambda: _units(connection))
        return _history(connection, rows, names, indicator_code, unit_code, today, as_of)


def _units(connection: Connection) -> tuple[dict[str, Row[Any]], dict[str, Words]]:
    rows = {row.code: row for row in connection.execute(select(unit))}
    return rows, {row.code: Words(row.name_da, row.name_en) for row in rows.values()}


def _history(
    connection: Connection,
    rows: Mapping[str, Row[Any]],
    names: Mapping[str, Words],
    indicator_code: str,
    unit_code: str,
    today: date,
    as_of: date | datetime | None,
) -> History:
    joints = _joints(connection, rows, indicator_code, as_of)
    takes_over = [joint for joint in joints if joint.kind is not Kind.SPLIT]

    today_code = unit_code
    for joint in takes_over:  # by date: work that went and came back is where it began
        if today_code in joint.from_codes and joint.on <= today and joint.to_code in rows:
            today_code = joint.to_code

    # A change that is still ahead changes nothing in a unit that is there; one that is not there yet has nothing else.
    is_there = rows[today_code].valid_from <= today
    until: dict[str, date | None] = {}
    used: list[Joint] = []
    waiting: list[tuple[str, date | None]] = [(today_code, None)]
    while waiting:
        code, end = waiting.pop()
        if code in until and (until[code] is None or (end is not None and end <= (until[code] or end))):
            continue
        until[code] = end
        for joint in takes_over:
            if joint.to_code != code or (end is not None and joint.on >= end) or (is_there and joint.on > today):
                continue
            if joint not in used:
                used.append(joint)
            waiting += [(source, joint.on) for source in joint.from_codes]
    by_task = {
        code: min(joint.on for joint in used if joint.to_code == code)
        for code in until
        if any(joint.to_code == code for joint in used)
        and all(joint.kind is Kind.TASK_MOVED for joint in used if joint.to_code == code)
    }
    has_own = _has_figures_before(connection, indicator_code, by_task)
    parts = tuple(
        Part(
            code,
            by_task[code] if code in by_task and code not in has_own else rows[code].valid_from,
            end,
            _away(code, takes_over),
        )
        for code, end in sorted(until.items(), key=lambda item: (item[1] or date.max, item[0]))
        if code in rows
    )
    return History(
        indicator_code=indicator_code,
        unit_code=unit_code,
        today_code=today_code,
        parts=parts,
        joints=tuple(sorted(used, key=lambda joint: joint.on)),
        splits=tuple(one for one in joints if one.kind is Kind.SPLIT and one.to_code == today_code and one.on <= today),
        coming=tuple(one for one in joints if unit_code in one.from_codes and one.on > today),
        names=names,
        today=today,
    )


def moved_tasks(store: Store, viewer: Viewer) -> dict[tuple[str, str], tuple[date, str]]:
    """By (indicator, unit) since when another unit does what the indicator follows, and which; public.

    Work that came back is the unit's own again.
    """
    columns = unit_change.c
    query = (
        select(columns.indicator_code, columns.unit_code, columns.to_code, columns.valid_from)
        .where(columns.kind == Kind.TASK_MOVED.value, columns.withdrawn_at.is_(None))
        .order_by(columns.valid_from, columns.id)
    )
    found: dict[tuple[str, str], tuple[date, str]] = {}
    with store.read() as connection:
        for row in connection.execute(query):
            found.pop((row.indicator_code, row.to_code), None)
            found[row.indicator_code, row.unit_code] = (row.valid_from, row.to_code)
    return found


def split_into(store: Store, viewer: Viewer) -> dict[str, tuple[str, ...]]:
    """By unit that was split the units that took over, in the order they were decided; public."""
    columns = unit_change.c
    query = (
        select(columns.unit_code, columns.to_code)
        .where(columns.kind == Kind.SPLIT.value, columns.withdrawn_at.is_(None), columns.to_code.is_not(None))
        .order_by(columns.valid_from, columns.id)
    )
    with store.read() as connection:
        found: dict[str, tuple[str, ...]] = {}
        for row in connection.execute(query):
            found[row.unit_code] = (*found.get(row.unit_code, ()), row.to_code)
    return found


def _away(code: str, joints: Sequence[Joint]) -> tuple[tuple[date, date | None], ...]:
    """The stretches in which a unit had handed the work on."""
    return tuple(
        (joint.on, next((one.on for one in joints if one.to_code == code and one.on > joint.on), None))
        for joint in joints
        if code in joint.from_codes and joint.kind is Kind.TASK_MOVED
    )


def _joints(
    connection: Connection, rows: Mapping[str, Any], indicator_code: str, as_of: date | datetime | None
) -> list[Joint]:
    """Every change of this indicator's series, by date: what was decided here, and what the catalogue says."""
    moment = end_of_day(as_of) or reading.FOREVER
    columns = unit_change.c
    decided = connection.execute(
        select(unit_change)
        .where(
            columns.kind.in_([Kind.MERGED.value, Kind.SPLIT.value, Kind.TASK_MOVED.value]),
            columns.to_code.is_not(None),
            columns.indicator_code.is_(None) | (columns.indicator_code == indicator_code),
        )
        .order_by(columns.valid_from, columns.id)
    )
    gathered: dict[tuple[date, str, str, str | None], list[str]] = {}
    told: set[tuple[str, str]] = set()  # also by a decision that was not yet taken, or no longer stands
    for row in decided:
        told.add((row.unit_code, row.to_code))
        if row.at <= moment and (row.withdrawn_at is None or row.withdrawn_at > moment):
            gathered.setdefault((row.valid_from, row.kind, row.to_code, row.indicator_code), []).append(row.unit_code)
    for row in rows.values():
        if row.successor_code and row.valid_to is not None and (row.code, row.successor_code) not in told:
            key = (row.valid_to + timedelta(days=1), Kind.MERGED.value, row.successor_code, None)
            gathered.setdefault(key, []).append(row.code)
    found = [
        Joint(on, Kind(kind), tuple(sorted(set(codes))), to_code, task)
        for (on, kind, to_code, task), codes in gathered.items()
    ]
    return sorted(found, key=lambda joint: (joint.on, joint.to_code))


def _has_figures_before(connection: Connection, indicator_code: str, days: Mapping[str, date]) -> set[str]:
    """Which of the units counted the measure themselves before the day they took it over from others as well."""
    if not days:
        return set()
    frame = reading.observations(connection, [(indicator_code, code) for code in days])
    pairs = zip(frame["unit_code"].tolist(), frame["period_start"].tolist(), strict=True)
    return {code for code, start in pairs if start < days[code]}


def _overlap(parts: Sequence[Part]) -> bool:
    """Whether two of the parts can have counted on the same day."""

    def both(one: Part, other: Part) -> bool:
        begins = max(part.since or date.min for part in (one, other))
        return begins < min(part.until or date.max for part in (one, other))

    return any(both(one, other) for place, one in enumerate(parts) for other in parts[:place])


def _joint_words(held: History, joint: Joint) -> Said:
    sources, into = held.names_of(joint.from_codes), held.names_of([joint.to_code])
    values = {"units": sources, "into": into, "day": joint.on}
    if joint.kind is Kind.SPLIT:
        return Said(SPLIT_FROM, values)
    if joint.kind is Kind.TASK_MOVED:
        return Said(TASK if joint.on <= held.today else TASK_AHEAD, values)
    opens = next((part.since for part in held.parts if part.unit_code == joint.to_code), None)
    if opens is not None and opens < joint.on:
        return Said(TAKEN_IN, values)
    return Said(MERGED if len(joint.from_codes) > 1 else ONE_TO_ONE, values)


# ------------------------------------------------------------------------------------------------- taken together


def as_is(
    store: Store,
    viewer: Viewer,
    indicator_code: str,
    unit_code: str,
    *,
    today: date,
    as_of: date | datetime | None = None,
    threshold: int | None = None,
) -> AsIs:
    """One series as the organisation is today; see the top of this module.

    Raises
    ------
    NotFound, NotAllowed
        There is no such indicator or unit, or the viewer may not see the unit, or the one that does its work today.
    """
    limit = store.small_number if threshold is None else threshold
    with store.read() as connection:
        require_sight(connection, viewer, [unit_code])
        rows, names = store.until_written("units by code", lambda: _units(connection))
        held = _history(connection, rows, names, indicator_code, unit_code, today, as_of)
        require_sight(connection, viewer, [held.today_code])
        definition = reading.definitions(connection, [indicator_code]).get(indicator_code)
        if definition is None:
            raise NotFound(NO_INDICATOR, code=indicator_code)
        pairs = [(indicator_code, part.unit_code) for part in held.parts]
        raw = reading.observations(connection, pairs, as_of)
        expectations = reading.expectations(connection, pairs)
    raw = raw[raw["numerator"].notna() | raw["value"].notna()].reset_index(drop=True)
    strange = any(not viewer.is_own(part.unit_code) for part in held.parts)
    hidden = observations.hidden_from(store, viewer, {indicator_code} if strange else set(), as_of, limit)
    keys = zip(raw["indicator_code"].tolist(), raw["unit_code"].tolist(), raw["period_start"].tolist(), strict=True)
    known = [viewer.may_see(key[1]) and key not in hidden for key in keys]
    table = raw.assign(is_known=np.array(known, dtype=bool))
    count, total = counts(table, definition)
    table = table.assign(count=count, total=total)
    chart = CHARTS.get(definition.chart)
    if chart is not None and chart.is_of_cases and _overlap(held.parts):
        starts = {code: one.starts_on for (_, code), one in expectations.items()}
        made = _cases(definition, held, table, starts)
    else:
        made = _periods(definition, held, table, is_own=viewer.is_own(held.today_code), threshold=limit)
    if not made.is_possible:
        own = observations.current(store, viewer, indicator_code, held.today_code, as_of, threshold=limit)
        return AsIs(held, own, (), tuple(made.said), is_possible=False, starts_on=None)
    begins = min(made.frame["period_start"], default=None)
    reached = max(made.frame["period_start"], default=None)
    breaks = tuple(
        joint
        for joint in held.joints
        if begins is not None and reached is not None and begins < first_whole(joint.on, definition.period) <= reached
    )
    said = [
        *(_sentence(held, joint, reached) for joint in held.joints),
        *(_joint_words(held, joint) for joint in held.splits),
        *made.said,
    ]
    return AsIs(held, made.frame, breaks, tuple(said), is_possible=True, starts_on=begins)


def _sentence(held: History, joint: Joint, reached: date | None) -> Said:
    """What happened, or what is being prepared where the unit has no figures of its own yet."""
    said = _joint_words(held, joint)
    if joint.kind is Kind.MERGED and joint.to_code == held.today_code and (reached is None or reached < joint.on):
        opens = next((part.since for part in held.parts if part.unit_code == joint.to_code), None)
        if opens == joint.on:
            return Said(PREPARED, said.values)
    return said


@dataclass
class _Made:
    """What was taken together, or why it cannot be."""

    frame: pd.DataFrame
    said: list[Said]
    is_possible: bool = True


def _refused(words: Words, **values: object) -> _Made:
    return _Made(pd.DataFrame(columns=observations.COLUMNS), [Said(words, values)], is_possible=False)


def _periods(
    definition: IndicatorDefinition, held: History, table: pd.DataFrame, *, is_own: bool, threshold: int
) -> _Made:
    """One row per period of the calendar in which every part that counted has a figure."""
    rows: dict[date, dict[str, dict[str, Any]]] = {}
    part_of = {part.unit_code: part for part in held.parts}
    for row in table.to_dict("records"):
        start = row["period_start"]
        if part_of[row["unit_code"]].counts_in(start, next_start(start, definition.period)):
            rows.setdefault(start, {})[row["unit_code"]] = row
    made: list[dict[str, Any]] = []
    lacking: dict[date, list[str]] = {}
    unweighted: list[date] = []
    for start in sorted(rows):
        end = next_start(start, definition.period)
        needed = [part.unit_code for part in held.parts if part.counts_in(start, end)]
        missing = [code for code in needed if code not in rows[start]]
        if missing:
            lacking[start] = missing
            continue
        parts = [rows[start][code] for code in needed]
        sum_row = parts[0] if len(parts) == 1 else _sum(definition, parts)
        if sum_row is None:
            unweighted.append(start)
            continue
        is_hidden = _is_hidden(parts, is_own=is_own, threshold=threshold)
        made.append({**sum_row, **_told(held, parts), "period_start": start, "is_hidden": is_hidden})
    if not made or (unweighted and not any(len(_needed(held, row, definition.period)) > 1 for row in made)):
        if unweighted:
            return _refused(NO_WEIGHT)
        if lacking and held.joints:
            never = sorted({code for codes in lacking.values() for code in codes})
            return _refused(NEVER, units=held.names_of(never), day=held.joints[-1].on)
    if lacking and held.joints and made and min(row["period_start"] for row in made) >= held.joints[-1].on:
        # Nothing from before the last change could be taken together: what is left is the unit's own series.
        never = sorted({code for start, codes in lacking.items() for code in codes if start < held.joints[-1].on})
        if never:
            return _refused(NEVER, units=held.names_of(never), day=held.joints[-1].on)
    frame = pd.DataFrame(made, columns=observations.COLUMNS).astype(dict.fromkeys(reading.NUMBERS, "float64"))
    frame["is_hidden"] = frame["is_hidden"].astype(bool)
    frame.loc[frame["is_hidden"], ["numerator", "denominator", "value", "sd"]] = np.nan
    frame.loc[frame["is_hidden"], "note"] = ""
    said = []
    begins = min(frame["period_start"], default=None)
    gaps = {start: codes for start, codes in lacking.items() if begins is not None and start > begins}
    if begins is not None and any(start < begins for start in lacking):
        said.append(Said(BEGINS, {"day": begins}))
    if gaps:
        names = held.names_of(sorted({code for codes in gaps.values() for code in codes}))
        said.append(Said(GAPS, {"n": counted(len(gaps), *_ONE_PERIOD[definition.period]), "units": names}))
    if unweighted:
        said.append(Said(SOME_WITHOUT_WEIGHT, {"n": counted(len(unweighted), *_ONE_PERIOD[definition.period])}))
    return _Made(frame, said)


def _needed(held: History, row: Mapping[str, Any], kind: PeriodKind) -> list[str]:
    end = next_start(row["period_start"], kind)
    return [part.unit_code for part in held.parts if part.counts_in(row["period_start"], end)]


def _sum(definition: IndicatorDefinition, parts: Sequence[Mapping[str, Any]]) -> dict[str, float] | None:
    """The figures of several units together; None where they have no weights.

    Means of n measurements with standard deviation s: with N = sum(n), m = sum(n m_i) / N and
    s² = (sum((n_i - 1) s_i²) + sum(n_i (m_i - m)²)) / (N - 1), which is what the measurements give when they are
    counted together.
    """
    chart = CHARTS.get(definition.chart)
    numerator = np.array([part["numerator"] for part in parts], dtype=float)
    denominator = np.array([part["denominator"] for part in parts], dtype=float)
    value = np.array([part["value"] for part in parts], dtype=float)
    nothing = dict.fromkeys(reading.NUMBERS, np.nan)
    if is_of_several(definition):
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(np.isnan(value), numerator / denominator * definition.per, value)
        if np.isnan(mean).any() or np.isnan(denominator).any():
            return None
        sd = np.array([part["sd"] for part in parts], dtype=float)
        spread = np.where(denominator > 1, sd, 0.0)
        n = denominator.sum()
        together = float((denominator * mean).sum() / n)
        squares = ((denominator - 1) * spread**2 + denominator * (mean - together) ** 2).sum()
        return {**nothing, "value": together, "denominator": float(n), "sd": float(np.sqrt(squares / (n - 1)))}
    if definition.has_denominator:
        if np.isnan(numerator).any() or np.isnan(denominator).any():
            return None
        return {**nothing, "numerator": float(numerator.sum()), "denominator": float(denominator.sum())}
    if chart is not None and chart.kind is ValueKind.COUNT and not chart.is_of_cases:
        return {**nothing, "value": float(np.where(np.isnan(value), numerator, value).sum())}
    # A plain value: only what was delivered as a count can be added up.
    return None if np.isnan(numerator).any() else {**nothing, "numerator": float(numerator.sum())}


def _is_hidden(parts: Sequence[Mapping[str, Any]], *, is_own: bool, threshold: int) -> bool:
    """Whether the sum of these figures would show the viewer something that is to be hidden."""
    if all(part["is_known"] for part in parts) and is_own:
        return False

    def together(some: Sequence[Mapping[str, Any]]) -> Cell:
        cells = [Cell(part["count"], None if part["total"] != part["total"] else part["total"]) for part in some]
        return sum(cells[1:], start=cells[0])

    unknown = [part for part in parts if not part["is_known"]]
    if any(part["count"] != part["count"] for part in parts):  # no counts: nothing to add up, and nothing to hide
        return bool(unknown)
    if not is_own and together(parts).is_small(threshold):
        return True
    return bool(unknown) and (len(unknown) < 2 or together(unknown).is_small(threshold))


def _told(held: History, parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Notes of the parts, each with its unit's name where there are several, and the newest delivery."""
    newest = max(parts, key=lambda part: part["recorded_at"])
    notes = [(part["unit_code"], part["note"]) for part in parts if part["note"] and part["is_known"]]
    if len(parts) > 1:
        note = "; ".join(f"{held.names_of([code])[0].da}: {text}" for code, text in notes)
    else:
        note = notes[0][1] if notes else ""
    return {"note": note, "delivery_id": newest["delivery_id"], "recorded_at": newest["recorded_at"]}


def _cases(definition: IndicatorDefinition, held: History, table: pd.DataFrame, starts: Mapping[str, date]) -> _Made:
    """The cases of all parts by date, each with the days since the one before, in whichever unit it was.

    value = min(the unit's own time since its last case, days since the latest case in another unit). It begins where
    all units that were there had begun.
    """
    unit_of_measure = definition.unit_of_measure
    if not {unit_of_measure.da.strip().casefold(), unit_of_measure.en.strip().casefold()} & _DAYS:
        return _refused(NOT_DAYS)
    if not table["is_known"].all():
        return _refused(SMALL)
    part_of = {part.unit_code: part for part in held.parts}
    events = [
        row
        for row in table.sort_values(["period_start", "unit_code"]).to_dict("records")
        if part_of[row["unit_code"]].counts_in(row["period_start"], row["period_start"] + timedelta(days=1))
    ]
    first_joint = min((joint.on for joint in held.joints), default=date.max)
    begun: list[date] = []
    for part in held.parts:
        if part.since is None or part.since < first_joint:
            own = [event["period_start"] for event in events if event["unit_code"] == part.unit_code]
            known = [day for day in (starts.get(part.unit_code), min(own, default=None)) if day is not None]
            if not known:
                return _refused(NEVER, units=held.names_of([part.unit_code]), day=first_joint)
            begun.append(min(known))
    begin = max(begun, default=date.min)
    made: list[dict[str, Any]] = []
    latest: dict[str, date] = {}
    n_same_day = 0
    for event in events:
        day, code = event["period_start"], event["unit_code"]
        value = float(event["value"] if event["value"] == event["value"] else event["numerator"])
        others = [seen for other, seen in latest.items() if other != code]
        since = min([value, *((day - seen).days for seen in others)])
        latest[code] = day
        if day < begin:
            continue
        if made and made[-1]["period_start"] == day:
            n_same_day += 1
            continue
        figures = {**dict.fromkeys(reading.NUMBERS, np.nan), "value": since}
        made.append({**figures, **_told(held, [event]), "period_start": day, "is_hidden": False})
    frame = pd.DataFrame(made, columns=observations.COLUMNS).astype(dict.fromkeys(reading.NUMBERS, "float64"))
    frame["is_hidden"] = frame["is_hidden"].astype(bool)
    said = [Said(BEGINS, {"day": begin})] if made and events[0]["period_start"] < begin else []
    if n_same_day:
        said.append(Said(SAME_DAY, {"n": counted(n_same_day, *_ONE_PERIOD[PeriodKind.DAY])}))
    return _Made(frame, said)


def expectation_of(made: AsIs, held: Mapping[str, reading.Expectation]) -> reading.Expectation | None:
    """What the series is expected to hold: from its first whole period to the end of what its parts are expected to."""
    if made.starts_on is None:
        return None
    own = held.get(made.unit_code)
    ends = [one.ends_on for code, one in held.items() if own is None or code == made.unit_code]
    if not ends:
        return None
    last = None if None in ends else max(day for day in ends if day is not None)
    return reading.Expectation(made.starts_on, last, (own.owner if own else "") or "")


__all__ = ["AsIs", "History", "Joint", "Part", "as_is", "expectation_of", "history", "moved_tasks"]

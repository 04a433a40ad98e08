"""The facts of the catalogue: goals, indicators, targets, published figures, status reports.

They are public and the same for everybody. The one exception is a target somebody set for a unit: it is seen by those
who may see the unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, RowMapping, func, select

from data import schema
from data.access import Viewer, moves
from data.catalogue.files import NO_CHART
from data.catalogue.names import fold
from data.errors import NotFound, WrongDefinition
from data.store import Store
from indicators import spc
from indicators.definition import Direction, IndicatorDefinition, PeriodKind, Role, Scope, Target, Verification
from indicators.spc.profiles import profile_of
from indicators.words import Words

NO_INDICATOR = Words("Indikatoren {code} findes ikke.", "There is no indicator {code}.")
NO_VERSION = Words("Indikatoren {code} har ingen version {version}.", "Indicator {code} has no version {version}.")
UNKNOWN_CHART = Words(
    "Indikatoren {code} har diagrammet »{chart}«, som ikke findes. Vælg et af: {known}.",
    "Indicator {code} has the chart “{chart}”, which does not exist. Choose one of: {known}.",
)
NEEDS_DENOMINATOR = Words(
    "Indikatoren {code} har ingen nævner, men diagrammet {chart} kræver en. Vælg et andet diagram.",
    "Indicator {code} has no denominator, but the chart {chart} needs one. Choose another chart.",
)
UNKNOWN_PROFILE = Words(
    "Indikatoren {code} har regelsættet »{profile}«, som ikke findes. Vælg et af: {known}.",
    "Indicator {code} has the profile “{profile}”, which does not exist. Choose one of: {known}.",
)


@dataclass(frozen=True, slots=True)
class Goal:
    """One of the eight national goals. `former_name` is what it was called before, `former_name_note` says when."""

    number: int
    name: Words
    former_name: Words | None
    former_name_note: Words | None
    valid_from: date
    source: str


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target as it was published or set, with or without a number.

    `value` is in `unit_of_measure`, which need not be the indicator's: the right to diagnosis is a limit in days, its
    indicator a share. `validity_note` says what the source leaves open about the dates. `unit_code` is None for
    targets that name no area; `is_published` is False for those somebody set on screen.
    """

    indicator_code: str
    level: str
    unit_code: str | None
    unit_name: Words | None
    legal_kind: str
    comparison: str
    value: float | None
    unit_of_measure: Words
    valid_from: date | None
    valid_to: date | None
    validity_note: Words
    text: Words
    source: str
    is_published: bool
    is_demo: bool


@dataclass(frozen=True, slots=True)
class StatusReport:
    """One year's report on the national goals: how many indicators went which way, in per cent where `is_percent`."""

    year: int
    published_on: date | None
    compares: Words
    indicators: int | None
    positive: float | None
    unchanged: float | None
    negative: float | None
    not_measurable: float | None
    is_percent: bool
    note: Words
    source: str


def goals(store: Store, viewer: Viewer) -> list[Goal]:
    """The national goals by number."""
    return list(store.until_written("goals", lambda: _goals(store)))


def _goals(store: Store) -> list[Goal]:
    with store.read() as connection:
        rows = connection.execute(select(schema.goal).order_by(schema.goal.c.number)).mappings().all()
    return [
        Goal(
            number=row["number"],
            name=_words(row, "name"),
            former_name=_words(row, "former_name") if row["former_name_da"] else None,
            former_name_note=_words(row, "former_name_note") if row["former_name_note_da"] else None,
            valid_from=row["valid_from"],
            source=row["source"],
        )
        for row in rows
    ]


def indicators(store: Store, viewer: Viewer, scope: Scope | None = None) -> list[IndicatorDefinition]:
    """The newest version of every indicator, by goal and code; of one scope only when it is given."""
    return list(store.until_written(("indicators", scope), lambda: _indicators(store, scope)))


def _indicators(store: Store, scope: Scope | None) -> list[IndicatorDefinition]:
    newest = select(schema.indicator.c.code, func.max(schema.indicator.c.version).label("version")).group_by(
        schema.indicator.c.code
    )
    latest = newest.subquery()
    query = (
        select(schema.indicator)
        .join(latest, (schema.indicator.c.code == latest.c.code) & (schema.indicator.c.version == latest.c.version))
        .order_by(schema.indicator.c.goal_number.nulls_last(), schema.indicator.c.code)
    )
    if scope is not None:
        query = query.where(schema.indicator.c.scope == Scope(scope).value)
    with store.read() as connection:
        return [definition_of(row) for row in connection.execute(query).mappings()]


def indicator(store: Store, viewer: Viewer, code: str, version: int | None = None) -> IndicatorDefinition:
    """The definition of an indicator: the newest version, or the one asked for.

    Raises
    ------
    NotFound
        There is no such indicator, or no such version of it.
    """

    def read() -> IndicatorDefinition:
        with store.read() as connection:
            return _indicator_by_code(connection, code, version)

    return store.until_written(("indicator", code, version), read)


def _indicator_by_code(connection: Connection, code: str, version: int | None = None) -> IndicatorDefinition:
    """Like `indicator`, on a connection somebody holds already, such as that of a delivery's transaction."""
    query = (
        select(schema.indicator)
        .where(schema.indicator.c.code == code)
        .order_by(schema.indicator.c.version.desc())
        .limit(1)
    )
    if version is not None:
        query = query.where(schema.indicator.c.version == version)
    row = connection.execute(query).mappings().one_or_none()
    if row is not None:
        return definition_of(row)
    raise NotFound(NO_INDICATOR, code=code) if version is None else NotFound(NO_VERSION, code=code, version=version)


def definition_of(row: RowMapping) -> IndicatorDefinition:
    """A row of the `indicator` table as the definition it holds.

    Raises
    ------
    WrongDefinition
        The row names a chart or a profile that does not exist, or a chart that its figures cannot feed.
    """
    _require_chart(row)
    return IndicatorDefinition(
        code=row["code"],
        version=row["version"],
        scope=Scope(row["scope"]),
        name=_words(row, "name"),
        goal=row["goal_number"],
        direction=Direction(row["direction"]),
        role=Role(row["role"]),
        chart=row["chart"],
        per=row["per"],
        unit_of_measure=_words(row, "unit_of_measure"),
        decimals=row["decimals"],
        has_denominator=row["has_denominator"],
        definition=_words(row, "definition"),
        numerator=_words(row, "numerator"),
        denominator=_words(row, "denominator"),
        verification=Verification(row["verification"]),
        profile=row["profile"],
        open_periods=row["open_periods"],
        period=PeriodKind(row["period"]),
        minimum=row["minimum"],
        maximum=row["maximum"],
        contributes_to=row["contributes_to"],
        owner=row["owner"],
        checker=row["checker"],
        review_on=row["review_on"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        source=row["source"],
        note=_words(row, "note"),
    )


def _require_chart(row: RowMapping) -> None:
    code, chart = row["code"], spc.CHARTS.get(row["chart"])
    if chart is None and row["chart"] != NO_CHART:
        known = ", ".join((*spc.CHARTS, NO_CHART))
        raise WrongDefinition(UNKNOWN_CHART, code=code, chart=row["chart"], known=known)
    if chart is not None and chart.needs_denominator and not row["has_denominator"]:
        raise WrongDefinition(NEEDS_DENOMINATOR, code=code, chart=chart.code)
    try:
        profile_of(row["profile"])
    except spc.InputError:
        known = ", ".join(spc.PROFILES)
        raise WrongDefinition(UNKNOWN_PROFILE, code=code, profile=row["profile"], known=known) from None


def _words(row: RowMapping, name: str) -> Words:
    return Words(row[f"{name}_da"] or "", row[f"{name}_en"] or "")


# ------------------------------------------------------------------------------------------------------------- targets

KINDS_BELOW_NATION = frozenset(("region", "municipality", "hospital", "department", "ward", "practice"))


@dataclass(frozen=True, slots=True)
class UnitAbove:
    """A unit on the way up from another one, and the days between which it was above it, where there are any."""

    code: str
    kind: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class UnitTree:
    """The units with what they belong to and what became of them, read once for any number of series."""

    rows: Mapping[str, Any]
    moved: Mapping[str, list[tuple[date, str]]]

    @classmethod
    def read(cls, connection: Connection) -> UnitTree:
        columns = schema.unit.c
        rows = connection.execute(select(columns.code, columns.kind, columns.parent_code, columns.successor_code))
        return cls({row.code: row for row in rows}, moves(connection))

    def above(self, code: str | None) -> list[UnitAbove]:
        """The unit, its successor, its parents (the latest first), and so on up; only the nation without a unit."""
        if code is None:
            return [UnitAbove(row.code, row.kind) for row in self.rows.values() if row.kind == "nation"]
        chain: list[UnitAbove] = []
        waiting: list[tuple[str, date | None, date | None]] = [(code, None, None)]
        while waiting:
            place, since, until = waiting.pop(0)
            row = self.rows.get(place)
            if row is None or any(row.code == there.code for there in chain):
                continue
            chain.append(UnitAbove(row.code, row.kind, since, until))
            # The successor first: Region Østdanmark is nearer to a hospital of Region Hovedstaden than Denmark is.
            successor = [(row.successor_code, since, until)] if row.successor_code else []
            waiting = successor + self._parents(row, since, until) + waiting
        return chain

    def _parents(self, row: Any, since: date | None, until: date | None) -> list[tuple[str, date | None, date | None]]:
        """The unit's parents, the latest first, each with the days on which it was, within those of the unit."""
        line: list[tuple[date | None, str | None]] = [(None, row.parent_code), *self.moved.get(row.code, ())]
        ends = [day - timedelta(days=1) for day, _ in line[1:] if day is not None] + [None]
        found = []
        for (begins, parent), end in zip(line, ends, strict=True):
            if parent is not None:
                first = max((day for day in (since, begins) if day is not None), default=None)
                last = min((day for day in (until, end) if day is not None), default=None)
                found.append((parent, first, last))
        return found[::-1]


def visible_targets(
    connection: Connection, viewer: Viewer, code: str | None, *, sees_unit: str | None
) -> Sequence[RowMapping]:
    """The rows of the `target` table a viewer may see: published ones, and those set for units in sight."""
    query = (
        select(schema.target, schema.unit.c.name_da.label("unit_name_da"), schema.unit.c.name_en.label("unit_name_en"))
        .join(schema.unit, schema.unit.c.code == schema.target.c.unit_code, isouter=True)
        # The catalogue's targets are numbered -1, -2, … in the order of the file.
        .order_by(schema.target.c.id < 0, func.abs(schema.target.c.id))
    )
    if code is not None:
        query = query.where(schema.target.c.indicator_code == code)
    # Whoever may see a unit may see what is aimed for above it; published targets may be seen by everybody.
    sees_line = sees_unit is not None and viewer.may_see(sees_unit)
    return [
        row
        for row in connection.execute(query).mappings()
        if row["id"] < 0 or sees_line or row["unit_code"] is None or viewer.may_see(row["unit_code"])
    ]


def nearest_targets(
    definition: IndicatorDefinition, rows: Sequence[RowMapping], above: Sequence[UnitAbove]
) -> list[Target]:
    """Of an indicator's target rows those a series can be held against, nearest first: see `targets`."""
    found = []
    for row in rows:
        rank = _rank(row, above)
        if row["value"] is None or rank is None or not _is_in_unit_of(definition, row):
            continue
        # One that is set everywhere stands behind every unit.
        held = _while_above(_target(row), above[rank]) if rank < len(above) else _target(row)
        if held is not None:
            found.append((rank, -row["valid_from"].toordinal() if row["valid_from"] else 0, held))
    return [one for _, _, one in sorted(found, key=lambda item: item[:2])]


def _while_above(target: Target, unit: UnitAbove) -> Target | None:
    """The target on the days on which the unit it is set for was above; None where there is no such day."""
    first = max((day for day in (target.valid_from, unit.since) if day is not None), default=None)
    last = min((day for day in (target.valid_to, unit.until) if day is not None), default=None)
    if first is not None and last is not None and last < first:
        return None
    return replace(target, valid_from=first, valid_to=last)


def _rank(row: RowMapping, above: Sequence[UnitAbove]) -> int | None:
    """How near a target is to the unit at the start of `above`: 0 is its own; None when it is not about that unit."""
    for place, one in enumerate(above):
        if row["unit_code"] == one.code or (row["unit_code"] is None and row["level"] == one.kind):
            return place
    # "In every region" says nothing about a municipality; what names neither unit nor kind of unit holds everywhere.
    is_everywhere = row["unit_code"] is None and row["level"] not in KINDS_BELOW_NATION
    return len(above) if is_everywhere else None


def _is_in_unit_of(definition: IndicatorDefinition, row: RowMapping) -> bool:
    """Whether the number is a value of the indicator, and not, say, a limit in days for each patient."""
    given = _words(row, "unit_of_measure")
    if not given.da and not given.en:
        return True
    wanted = definition.unit_of_measure
    return _same_unit(given.da, wanted.da) or _same_unit(given.en, wanted.en)


_PERCENT = frozenset(("pct", "procent", "percent", "per cent", "%"))


def _same_unit(one: str, other: str) -> bool:
    if not one or not other:
        return False
    folded = [fold(text) or text.strip() for text in (one, other)]
    return folded[0] == folded[1] or all(text in _PERCENT for text in folded)


def _target(row: RowMapping) -> Target:
    return Target(
        value=row["value"],
        comparison=row["comparison"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        legal_kind=row["legal_kind"],
        text=_words(row, "text"),
        source=row["source"],
        unit_code=row["unit_code"],
    )


def targets(store: Store, viewer: Viewer, indicator_code: str, unit_code: str | None = None) -> list[Target]:
    """The targets that a series of the indicator in the unit can be held against, nearest first.

    First the unit's own, then those of what it belongs to, last the national ones; at each step the newest first.
    Without a unit: the national ones. Only numbers in the indicator's own unit of measure: `target_rows` has the rest.

    Raises
    ------
    NotFound
        There is no such indicator.
    """

    def read() -> list[Target]:
        definition = indicator(store, viewer, indicator_code)
        with store.read() as connection:
            rows = visible_targets(connection, viewer, definition.code, sees_unit=unit_code)
            tree = store.until_written("tree of targets", lambda: UnitTree.read(connection))
        return nearest_targets(definition, rows, tree.above(unit_code))

    return list(store.until_written(("targets", indicator_code, unit_code, viewer.rights), read))


def target_rows(store: Store, viewer: Viewer, indicator_code: str | None = None) -> list[TargetRow]:
    """All targets of an indicator (of all indicators when none is given) as they were published or set, with words."""
    key = ("target rows", indicator_code, viewer.rights)
    return list(store.until_written(key, lambda: _target_rows(store, viewer, indicator_code)))


def _target_rows(store: Store, viewer: Viewer, indicator_code: str | None) -> list[TargetRow]:
    with store.read() as connection:
        rows = visible_targets(connection, viewer, indicator_code, sees_unit=None)
    return [
        TargetRow(
            indicator_code=row["indicator_code"],
            level=row["level"],
            unit_code=row["unit_code"],
            unit_name=_words(row, "unit_name") if row["unit_name_da"] else None,
            legal_kind=row["legal_kind"],
            comparison=row["comparison"],
            value=row["value"],
            unit_of_measure=_words(row, "unit_of_measure"),
            valid_from=row["valid_from"],
            valid_to=row["valid_to"],
            validity_note=_words(row, "validity_note"),
            text=_words(row, "text"),
            source=row["source"],
            is_published=row["id"] < 0,
            is_demo=row["is_demo"],
        )
        for row in rows
    ]


# ------------------------------------------------------------------------------------------------- figures and reports


def national_figures(store: Store, viewer: Viewer, indicator_code: str | None = None) -> pd.DataFrame:
    """Published figures of an indicator (of all when none is given), a row each.

    Columns are those of the table `national_figure` but its id; `value` is in `unit_of_measure_*`, `n` is the number of
    cases behind it where it was published. Dates are empty where the source states none. Read the notes before use, and
    never put figures of different codes or names into one series: their definitions differ.
    """
    kept = store.until_written(("national figures", indicator_code), lambda: _national_figures(store, indicator_code))
    return kept.copy(deep=False)  # pandas copies what is changed


def _national_figures(store: Store, indicator_code: str | None) -> pd.DataFrame:
    columns = [column for column in schema.national_figure.columns if column.name != "id"]
    query = select(*columns).order_by(
        schema.national_figure.c.indicator_code,
        schema.national_figure.c.name_da,
        schema.national_figure.c.breakdown_da,
        schema.national_figure.c.period_start,
        schema.national_figure.c.period_label,
        schema.national_figure.c.area_code,
    )
    if indicator_code is not None:
        query = query.where(schema.national_figure.c.indicator_code == indicator_code)
    with store.read() as connection:
        frame = pd.DataFrame(connection.execute(query).all(), columns=[column.name for column in columns])
    return frame.astype({"value": float, "n": float})


def status_reports(store: Store, viewer: Viewer) -> list[StatusReport]:
    """The yearly status reports, oldest first; numbers nobody published are None."""
    with store.read() as connection:
        rows = connection.execute(select(schema.status_report).order_by(schema.status_report.c.year)).mappings().all()
    return [
        StatusReport(
            year=row["year"],
            published_on=row["published_on"],
            compares=_words(row, "compares"),
            indicators=row["indicators"],
            positive=row["positive"],
            unchanged=row["unchanged"],
            negative=row["negative"],
            not_measurable=row["not_measurable"],
            is_percent=row["is_percent"],
            note=_words(row, "note"),
            source=row["source"],
        )
        for row in rows
    ]

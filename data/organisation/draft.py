"""What a change will do, worked out before anything is written: rows to come, and what stands in the way.

`Snapshot` is what is read of the store, once; `drafted(snapshot, change, day, reason)` is arithmetic on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, func, select

from data import cpr, reading
from data.access import Role, moves
from data.organisation.changes import (
    Change,
    Close,
    Kind,
    Merge,
    Move,
    MoveTask,
    NewUnit,
    Open,
    Rename,
    Split,
    kind_of,
    texts,
)
from data.organisation.sentences import Said
from data.reading import Expectation, Hierarchy, Pair
from data.schema import (
    account,
    cohort_unit,
    former_name,
    observation,
    role_grant,
    target,
    unit,
)
from indicators.definition import IndicatorDefinition, PeriodKind
from indicators.periods import between, next_start, start_of
from indicators.words import Words

# As `dashboards.selection` reads a unit's code from an address.
CODE = re.compile(r"[0-9A-Za-zÆØÅæøå][0-9A-Za-zÆØÅæøå_.-]{0,63}")
KINDS = ("region", "health_council", "hospital", "municipality", "department", "ward", "practice")
EARLIEST, LATEST = date(1970, 1, 1), date(2199, 12, 31)

NO_REASON = Words("Skriv en begrundelse.", "Write a reason.")
DAY_UNLIKELY = Words("Datoen {day} er ikke mulig.", "The date {day} is not possible.")
NO_UNIT = Words("Enheden {code} findes ikke.", "There is no unit {code}.")
NOT_OPEN_YET = Words(
    "{unit} findes først fra {opens}. Vælg en senere dato.", "{unit} exists only from {opens}. Choose a later date."
)
CLOSED = Words("{unit} er lukket: sidste dag er {closes}.", "{unit} is closed: its last day is {closes}.")
CLOSES = Words(
    "{unit} lukker allerede {closes}. Fortryd den lukning først.",
    "{unit} closes on {closes} already. Undo that closing first.",
)
NO_CODE = Words(
    "Koden »{code}« kan ikke bruges: bogstaver, tal, punktum, bindestreg og understregning, højst 64 tegn.",
    "The code “{code}” cannot be used: letters, digits, full stop, hyphen and underscore, at most 64 characters.",
)
TAKEN = Words(
    "Koden {code} er allerede brugt til {unit}. Vælg en anden.",
    "The code {code} is already that of {unit}. Choose another.",
)
NO_NAME = Words("Skriv enhedens navn på dansk og engelsk.", "Write the unit's name in Danish and English.")
NO_KIND = Words("Vælg, hvilken slags enhed {code} er.", "Choose what kind of unit {code} is.")
NO_PARENT = Words("Vælg, hvilken enhed {code} hører under.", "Choose the unit that {code} belongs under.")
SAME_NAME = Words("{unit} hedder det allerede.", "{unit} is called that already.")
RENAMED_LATER = Words(
    "{unit} fik sit navn {day}. Vælg en senere dato.", "{unit} got its name on {day}. Choose a later date."
)
NOTHING = Words("Vælg mindst én enhed.", "Choose at least one unit.")
TWO_AT_LEAST = Words("En deling kræver mindst to enheder at dele i.", "A split needs at least two units to split into.")
ITSELF = Words("{unit} kan ikke afløse sig selv.", "{unit} cannot take over from itself.")
TWICE = Words("{unit} er nævnt to gange.", "{unit} is named twice.")
CYCLE = Words(
    "{below} hører selv under {unit}, så {unit} kan ikke komme under den.",
    "{below} belongs under {unit}, so {unit} cannot come under it.",
)
IS_THERE = Words("{unit} hører allerede under {parent}.", "{unit} belongs under {parent} already.")
MOVED_THAT_DAY = Words(
    "{unit} flytter allerede {day}. Fortryd den flytning først.",
    "{unit} moves on {day} already. Undo that move first.",
)
HAS_CHILDREN = Words(
    "Under {unit} hører {children}. Luk eller flyt dem først.",
    "{children} belong under {unit}. Close or move them first.",
)
CHILD_WITHOUT_PLACE = Words("Vælg, hvor {children} kommer til at høre under.", "Choose where {children} will belong.")
WRONG_PLACE = Words("{code} er ikke en af de enheder, der deles i.", "{code} is not one of the units split into.")
DELIVERED_AFTER = Words(
    "Der er leveret {n} for {unit} fra {day} og frem (senest {latest}). Vælg en senere dato, eller træk leveringerne "
    "tilbage.",
    "{n} have been delivered for {unit} from {day} on (the latest for {latest}). Choose a later date, or withdraw the "
    "deliveries.",
)
SERIES_LATER = Words(
    "{indicator} følges i {unit} først fra {starts}, altså efter datoen. Vælg en senere dato.",
    "{indicator} is followed in {unit} from {starts} only, which is after the date. Choose a later date.",
)
NO_SERIES = Words("{unit} følger ikke {indicator} på den dag.", "{unit} does not follow {indicator} on that day.")
NO_INDICATOR = Words("Indikatoren {code} findes ikke.", "There is no indicator {code}.")

CLOSES_ON = Words("{unit} har sidste dag {day}.", "The last day of {unit} is {day}.")
OPENS_ON = Words("{unit} ({code}) åbner {day} under {parent}.", "{unit} ({code}) opens on {day} under {parent}.")
OPENS_ALONE = Words("{unit} ({code}) åbner {day}.", "{unit} ({code}) opens on {day}.")
GOES_ON_AS = Words("{units} afløses af {into}.", "{units} will be followed by {into}.")
CALLED = Words(
    "{old} hedder {new} fra {day}. Det gamle navn kan stadig bruges i filer og søgning.",
    "{old} is called {new} from {day}. The old name can still be used in files and searches.",
)
COMES_UNDER = Words(
    "{unit} hører under {parent} fra {day} (før: {old}).", "{unit} belongs under {parent} from {day} (before: {old})."
)
CHILDREN_FOLLOW = Words("{children} hører derefter under {into}.", "{children} then belong under {into}.")
SERIES_END = Words("{n} slutter i {unit}: {indicators}.", "{n} end in {unit}: {indicators}.")
SERIES_START = Words("{n} begynder i {unit}: {indicators}.", "{n} begin in {unit}: {indicators}.")
BREAK = Words(
    "Databrud i {unit} fra {day}: {indicators}. Niveauet før og efter kan ikke sammenlignes.",
    "A data break in {unit} from {day}: {indicators}. Levels before and after do not compare.",
)
LATE = Words(
    "{unit} mangler stadig at levere {n} i {m} fra før datoen; den ældste begynder {oldest}. De skal leveres for "
    "{unit}.",
    "{unit} has yet to deliver {n} of {m} from before the date; the oldest begins on {oldest}. Deliver them for "
    "{unit}.",
)
RIGHTS_LEFT = Words(
    "{people} har en rolle i {unit} og får den ikke i {into} af sig selv. Giv dem den, eller vælg, at rollerne følger "
    "med.",
    "{people} hold a role in {unit} and will not get it in {into} by themselves. Give it to them, or choose that the "
    "roles follow.",
)
RIGHTS_FOLLOW = Words("{people} får samme rolle i {into}.", "{people} get the same role in {into}.")
RIGHTS_NO_LONGER = Words(
    "{people} har en rolle i {unit}, som ingen afløser. Se, hvor de nu hører til.",
    "{people} hold a role in {unit}, which nobody takes over from. See where they belong now.",
)
TARGETS_STAY = Words(
    "{n} sat for {unit} gælder ikke for {into}. Sæt dem igen, hvis de stadig gælder.",
    "{n} set for {unit} do not hold for {into}. Set them again if they still hold.",
)
IN_COHORT = Words(
    "{unit} deltager i lederprogrammet. Deltagelsen følger ikke med til {into}.",
    "{unit} takes part in the leadership programme. That does not follow to {into}.",
)
NO_SUM = Words(
    "{unit} deles, så tallene før {day} kan ikke fordeles på de nye enheder: deres diagrammer begynder {day}.",
    "{unit} is split, so figures before {day} cannot be shared out between the new units: their charts begin on {day}.",
)

ONE_SERIES, SERIES = Words("måling", "series"), Words("målinger", "series")
ONE_FIGURE, FIGURES = Words("tal", "figure"), Words("tal", "figures")
ONE_PERIOD, PERIODS = Words("periode", "period"), Words("perioder", "periods")
ONE_TARGET, TARGETS = Words("måltal", "target"), Words("måltal", "targets")

BREAK_REASON = Words(
    "{units} er lagt sammen med {into} {day}: {reason}", "{units} merged with {into} on {day}: {reason}"
)
TASK_REASON = Words("Opgaven er overtaget fra {units} {day}: {reason}", "Taken over from {units} on {day}: {reason}")


# ------------------------------------------------------------------------------------------------- what is read


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """A person's role in a unit."""

    account_id: int
    name: str
    role: Role
    unit_code: str


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures one series holds for periods from some day on."""

    n: int
    latest: date


class Snapshot:
    """What a change reads of the store, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.units: dict[str, Any] = {row.code: row for row in connection.execute(select(unit))}
        self.moves = moves(connection)
        self.hierarchy = Hierarchy(self.units, self.moves)

    @cached_property
    def series(self) -> dict[Pair, Expectation]:
        return reading.expectations(self.connection)

    @cached_property
    def definitions(self) -> dict[str, IndicatorDefinition]:
        return reading.definitions(self.connection)

    def name(self, code: str) -> Words:
        row = self.units.get(code)
        return Words(row.name_da, row.name_en) if row is not None else Words(code, code)

    def names(self, codes: Iterable[str]) -> tuple[Words, ...]:
        return tuple(self.name(code) for code in codes)

    def indicator_name(self, code: str) -> Words:
        definition = self.definitions.get(code)
        return definition.name if definition is not None else Words(code, code)

    def open_series(self, code: str, day: date) -> dict[Pair, Expectation]:
        """The expected series of a unit that go on on or after `day`."""
        return {
            pair: held
            for pair, held in self.series.items()
            if pair[1] == code and (held.ends_on is None or held.ends_on >= day)
        }

    def children(self, code: str, day: date) -> list[str]:
        """The units right below one, open on a day, in the order of their codes."""
        parents = self.hierarchy.on(day)
        return sorted(
            child for child, parent in parents.items() if parent == code and self.hierarchy.is_open(child, day)
        )

    def figures_from(self, codes: Sequence[str], day: date, indicator_code: str | None = None) -> dict[Pair, Figures]:
        """What has been delivered, and still counts, for periods that begin on or after a day."""
        columns = observation.c
        query = (
            select(columns.indicator_code, columns.unit_code)
            .where(columns.unit_code.in_(list(codes)), columns.period_start >= day)
            .distinct()
        )
        if indicator_code is not None:
            query = query.where(columns.indicator_code == indicator_code)
        pairs = [(row.indicator_code, row.unit_code) for row in self.connection.execute(query)]
        if not pairs:
            return {}
        frame = reading.observations(self.connection, pairs)
        frame = frame[frame["period_start"] >= day]
        frame = frame[frame["numerator"].notna() | frame["value"].notna()]
        return {
            (str(key[0]), str(key[1])): Figures(len(rows), max(rows["period_start"]))
            for key, rows in frame.groupby(["indicator_code", "unit_code"], sort=True)
        }

    def delivered(self, pairs: Sequence[Pair]) -> dict[Pair, set[date]]:
        """The periods each series has a figure for."""
        if not pairs:
            return {}
        frame = reading.observations(self.connection, pairs)
        frame = frame[frame["numerator"].notna() | frame["value"].notna()]
        found: dict[Pair, set[date]] = {}
        columns = (frame["indicator_code"], frame["unit_code"], frame["period_start"])
        for indicator_code, unit_code, start in zip(*(column.tolist() for column in columns), strict=True):
            found.setdefault((indicator_code, unit_code), set()).add(start)
        return found

    def roles(self, codes: Sequence[str]) -> list[RoleHeld]:
        """Who has a role in one of the units, by name; closed accounts left out."""
        query = (
            select(role_grant.c.account_id, role_grant.c.role, role_grant.c.unit_code, account.c.name)
            .join(account, account.c.id == role_grant.c.account_id)
            .where(role_grant.c.unit_code.in_(list(codes)), account.c.is_active)
            .order_by(account.c.name, role_grant.c.id)
        )
        return [
            RoleHeld(row.account_id, row.name, Role(row.role), row.unit_code) for row in self.connection.execute(query)
        ]

    def own_targets(self, code: str, day: date) -> int:
        """How many targets made on screen are set for the unit and hold on a day."""
        columns = target.c
        return int(
            self.connection.scalar(
                select(func.count()).where(
                    columns.unit_code == code,
                    columns.id > 0,
                    columns.valid_to.is_(None) | (columns.valid_to >= day),
                )
            )
            or 0
        )

    def is_in_cohort(self, code: str, day: date) -> bool:
        columns = cohort_unit.c
        return (
            self.connection.scalar(
                select(columns.unit_code)
                .where(columns.unit_code == code, columns.ends_on.is_(None) | (columns.ends_on >= day))
                .limit(1)
            )
            is not None
        )

    def renamed_until(self, code: str) -> date | None:
        """The last day of the unit's latest former name."""
        return self.connection.scalar(select(func.max(former_name.c.valid_to)).where(former_name.c.unit_code == code))


# ------------------------------------------------------------------------------------------------- what will be written


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A row of `unit_change` to be."""

    kind: Kind
    unit_code: str
    to_code: str | None = None
    indicator_code: str | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """A series that begins, or begins again where `before` says what the row held."""

    pair: Pair
    starts_on: date
    owner: str
    before: Expectation | None


@dataclass(frozen=True, slots=True)
class Break:
    """A data break in a series that goes on."""

    pair: Pair
    starts_on: date
    reason: Said


@dataclass(frozen=True, slots=True)
class Late:
    """What a unit has yet to deliver from before the date. `oldest` is the first day of the oldest period."""

    unit_code: str
    n_periods: int
    n_series: int
    oldest: date


@dataclass
class Draft:
    """Everything one change will write, and everything to be said about it. Filled in by `drafted`."""

    change: Change
    valid_from: date
    problems: list[Said] = field(default_factory=list)
    steps: list[Said] = field(default_factory=list)
    attention: list[Said] = field(default_factory=list)
    rows: list[ChangeRow] = field(default_factory=list)
    new_units: list[dict[str, Any]] = field(default_factory=list)
    unit_values: dict[str, dict[str, Any]] = field(default_factory=dict)
    former_names: list[dict[str, Any]] = field(default_factory=list)
    ends: dict[Pair, Expectation] = field(default_factory=dict)  # as they are now
    starts: dict[Pair, Start] = field(default_factory=dict)
    breaks: dict[Pair, Break] = field(default_factory=dict)
    rights: list[tuple[int, Role, str]] = field(default_factory=list)
    late: list[Late] = field(default_factory=list)

    @property
    def last_day(self) -> date:
        return self.valid_from - timedelta(days=1)

    def refuse(self, words: Words, **values: object) -> None:
        said = Said(words, values)
        if said not in self.problems:
            self.problems.append(said)

    def step(self, words: Words, **values: object) -> None:
        self.steps.append(Said(words, values))

    def attend(self, words: Words, **values: object) -> None:
        self.attention.append(Said(words, values))


def drafted(snapshot: Snapshot, change: Change, valid_from: date, reason: str) -> Draft:
    """What `change` on `valid_from` (the first day of the new) will do, and what stands in the way of it."""
    draft = Draft(change, valid_from)
    if any(cpr.count(text) for text in (reason, *texts(change))):
        # Before any other sentence, as most of them repeat a name or a code.
        draft.refuse(cpr.IN_TEXT)
        return draft
    if not reason.strip():
        draft.refuse(NO_REASON)
    if not EARLIEST <= valid_from <= LATEST:
        draft.refuse(DAY_UNLIKELY, day=valid_from)
        return draft
    match change:
        case Open():
            _open(snapshot, draft, change)
        case Rename():
            _rename(snapshot, draft, change)
        case Merge():
            _merge(snapshot, draft, change, reason)
        case Split():
            _split(snapshot, draft, change, reason)
        case Close():
            _close(snapshot, draft, change)
        case Move():
            _move(snapshot, draft, change)
        case MoveTask():
            _move_task(snapshot, draft, change, reason)
    return draft


def _open(snapshot: Snapshot, draft: Draft, change: Open) -> None:
    _new_unit(snapshot, draft, change.unit, after=())
    draft.rows.append(ChangeRow(Kind.OPENED, change.unit.code))


def _rename(snapshot: Snapshot, draft: Draft, change: Rename) -> None:
    row = _that_is_open(snapshot, draft, change.unit_code)
    if row is None:
        return None
    name, old = change.name, Words(row.name_da, row.name_en)
    if not name.da.strip() or not name.en.strip():
        return draft.refuse(NO_NAME)
    short = change.short_name.strip() or (row.short_name if row.short_name != row.name_da else name.da.strip())
    new = {"name_da": name.da.strip(), "name_en": name.en.strip(), "short_name": short}
    if all(getattr(row, key) == value for key, value in new.items()):
        return draft.refuse(SAME_NAME, unit=old)
    until = snapshot.renamed_until(change.unit_code)
    if until is not None and draft.last_day <= until:
        return draft.refuse(RENAMED_LATER, unit=old, day=until + timedelta(days=1))
    draft.former_names.append(
        {
            "unit_code": row.code,
            "valid_to": draft.last_day,
            "name_da": row.name_da,
            "name_en": row.name_en,
            "short_name": row.short_name,
        }
    )
    draft.unit_values[row.code] = new
    draft.rows.append(ChangeRow(Kind.RENAMED, row.code))
    draft.step(CALLED, old=old, new=Words(new["name_da"], new["name_en"]), day=draft.valid_from)
    return None


def _merge(snapshot: Snapshot, draft: Draft, change: Merge, reason: str) -> None:
    codes = change.unit_codes
    if not codes:
        return draft.refuse(NOTHING)
    into_code = change.into if isinstance(change.into, str) else change.into.code
    _no_code_twice(snapshot, draft, codes)
    if into_code in codes:
        return draft.refuse(ITSELF, unit=snapshot.name(into_code))
    old = [row for code in codes if (row := _that_is_open(snapshot, draft, code, successor=into_code)) is not None]
    if len(old) < len(codes):
        return None
    into = _receiver(snapshot, draft, change.into, after=codes)
    if into is None:
        return None
    children = sorted({child for code in codes for child in snapshot.children(code, draft.valid_from)} - set(codes))
    for code in codes:
        _ends(snapshot, draft, code, successor=into_code)
        draft.rows.append(ChangeRow(Kind.MERGED, code, into_code))
    draft.step(GOES_ON_AS, units=snapshot.names(codes), into=into)
    if children:
        draft.step(CHILDREN_FOLLOW, children=_shortened(snapshot.names(children)), into=into)
    for code in codes:
        for pair in snapshot.open_series(code, draft.valid_from):
            _goes_on(snapshot, draft, pair, into_code, BREAK_REASON, codes, into, reason)
    _say_series(snapshot, draft, {into_code: into})
    _say_left_behind(snapshot, draft, codes, {into_code: into}, shares_rights=change.shares_rights)
    return None


def _split(snapshot: Snapshot, draft: Draft, change: Split, reason: str) -> None:
    row = _that_is_open(snapshot, draft, change.unit_code)
    if row is None:
        return None
    into_codes = [one if isinstance(one, str) else one.code for one in change.into]
    if len(into_codes) < 2:
        return draft.refuse(TWO_AT_LEAST)
    _no_code_twice(snapshot, draft, into_codes)
    if row.code in into_codes:
        return draft.refuse(ITSELF, unit=snapshot.name(row.code))
    names: dict[str, Words] = {}
    for code, one in zip(into_codes, change.into, strict=True):
        name = _receiver(snapshot, draft, one, after=(row.code,))
        if name is not None:
            names[code] = name
    if len(names) < len(into_codes):
        return None
    children = [code for code in snapshot.children(row.code, draft.valid_from) if code not in into_codes]
    without = [code for code in children if code not in change.children]
    if without:
        draft.refuse(CHILD_WITHOUT_PLACE, children=_shortened(snapshot.names(without)))
    for child, place in change.children.items():
        if place not in names:
            draft.refuse(WRONG_PLACE, code=place)
        elif child in children:
            draft.rows.append(ChangeRow(Kind.MOVED, child, place))
            draft.step(CHILDREN_FOLLOW, children=snapshot.names([child]), into=names[place])
    _ends(snapshot, draft, row.code, successor=None)
    draft.rows[:0] = [ChangeRow(Kind.SPLIT, row.code, code) for code in into_codes]
    for pair in snapshot.open_series(row.code, draft.valid_from):
        for code, name in names.items():
            _goes_on(snapshot, draft, pair, code, BREAK_REASON, (row.code,), name, reason)
    _say_series(snapshot, draft, names)
    draft.attend(NO_SUM, unit=snapshot.name(row.code), day=draft.valid_from)
    _say_left_behind(snapshot, draft, (row.code,), names, shares_rights=change.shares_rights)
    return None


def _close(snapshot: Snapshot, draft: Draft, change: Close) -> None:
    row = _that_is_open(snapshot, draft, change.unit_code)
    if row is None:
        return
    if children := snapshot.children(row.code, draft.valid_from):
        draft.refuse(HAS_CHILDREN, unit=snapshot.name(row.code), children=_shortened(snapshot.names(children)))
    _ends(snapshot, draft, row.code, successor=None)
    draft.rows.append(ChangeRow(Kind.CLOSED, row.code))
    _say_series(snapshot, draft, {})
    _say_left_behind(snapshot, draft, (row.code,), {}, shares_rights=False)


def _move(snapshot: Snapshot, draft: Draft, change: Move) -> None:
    row = _that_is_open(snapshot, draft, change.unit_code)
    parent = _that_exists(snapshot, draft, change.parent_code)
    if row is None or parent is None or not _is_there_on(snapshot, draft, parent):
        return None
    name = snapshot.name(row.code)
    days = [draft.valid_from, *(day for day in _days_of_change(snapshot) if day > draft.valid_from)]
    if any(row.code in snapshot.hierarchy.above(parent.code, day) for day in days):
        return draft.refuse(CYCLE, unit=name, below=snapshot.name(parent.code))
    if any(day == draft.valid_from for day, _ in snapshot.moves.get(row.code, ())):
        return draft.refuse(MOVED_THAT_DAY, unit=name, day=draft.valid_from)
    before = snapshot.hierarchy.on(draft.valid_from)[row.code]
    if before == parent.code:
        return draft.refuse(IS_THERE, unit=name, parent=snapshot.name(parent.code))
    draft.rows.append(ChangeRow(Kind.MOVED, row.code, parent.code))
    draft.step(
        COMES_UNDER,
        unit=name,
        parent=snapshot.name(parent.code),
        day=draft.valid_from,
        old=snapshot.name(before) if before else "–",
    )
    return None


def _move_task(snapshot: Snapshot, draft: Draft, change: MoveTask, reason: str) -> None:
    code, to = change.indicator_code, change.to_code
    if code not in snapshot.definitions:
        return draft.refuse(NO_INDICATOR, code=code)
    if not change.unit_codes:
        return draft.refuse(NOTHING)
    _no_code_twice(snapshot, draft, change.unit_codes)
    if to in change.unit_codes:
        return draft.refuse(ITSELF, unit=snapshot.name(to))
    into = _receiver(snapshot, draft, to, after=())
    for unit_code in change.unit_codes:
        if _that_is_open(snapshot, draft, unit_code) is None:
            continue
        pair, name = (code, unit_code), snapshot.name(unit_code)
        held = snapshot.series.get(pair)
        if held is None or (held.ends_on is not None and held.ends_on < draft.valid_from):
            draft.refuse(NO_SERIES, unit=name, indicator=snapshot.indicator_name(code))
            continue
        if held.starts_on >= draft.valid_from:
            draft.refuse(SERIES_LATER, unit=name, indicator=snapshot.indicator_name(code), starts=held.starts_on)
            continue
        draft.ends[pair] = held
        draft.rows.append(ChangeRow(Kind.TASK_MOVED, unit_code, to, code))
        if into is not None:
            _goes_on(snapshot, draft, pair, to, TASK_REASON, change.unit_codes, into, reason)
    _nothing_delivered_after(snapshot, draft, change.unit_codes, code)
    if into is not None:
        _say_series(snapshot, draft, {to: into})
    return None


# ------------------------------------------------------------------------------------------------- units


def _that_exists(snapshot: Snapshot, draft: Draft, code: str) -> Any | None:
    if code not in snapshot.units:
        draft.refuse(NO_UNIT, code=code)
        return None
    return snapshot.units[code]


def _that_is_open(snapshot: Snapshot, draft: Draft, code: str, *, successor: str = "") -> Any | None:
    """The row of a unit something can happen to on the day: open before it, and not on its way to close.

    With `successor`, a unit that closes the day before in favour of that one is as it should be: the catalogue says so.
    """
    row = _that_exists(snapshot, draft, code)
    if row is None:
        return None
    name = snapshot.name(code)
    if draft.valid_from <= row.valid_from:
        draft.refuse(NOT_OPEN_YET, unit=name, opens=row.valid_from)
        return None
    if row.valid_to is not None and not (
        successor and (row.valid_to, row.successor_code) == (draft.last_day, successor)
    ):
        draft.refuse(CLOSED if row.valid_to < draft.valid_from else CLOSES, unit=name, closes=row.valid_to)
        return None
    return row


def _is_there_on(snapshot: Snapshot, draft: Draft, row: Any) -> bool:
    """Whether a unit that takes something over is open on the day."""
    if draft.valid_from < row.valid_from:
        draft.refuse(NOT_OPEN_YET, unit=snapshot.name(row.code), opens=row.valid_from)
    elif row.valid_to is not None and row.valid_to < draft.valid_from:
        draft.refuse(CLOSED, unit=snapshot.name(row.code), closes=row.valid_to)
    else:
        return True
    return False


def _receiver(snapshot: Snapshot, draft: Draft, into: NewUnit | str, *, after: Sequence[str]) -> Words | None:
    """The name of the unit that takes over; None where there is a problem with it."""
    if isinstance(into, NewUnit):
        return into.name if _new_unit(snapshot, draft, into, after=after) else None
    row = _that_exists(snapshot, draft, into)
    if row is None or not _is_there_on(snapshot, draft, row):
        return None
    chain = snapshot.hierarchy.above(into, draft.last_day if row.valid_from <= draft.last_day else draft.valid_from)
    for code in after:
        if code in chain:
            draft.refuse(CYCLE, unit=snapshot.name(code), below=snapshot.name(into))
            return None
    return snapshot.name(into)


def _new_unit(snapshot: Snapshot, draft: Draft, new: NewUnit, *, after: Sequence[str]) -> bool:
    """Draft a unit that opens; `after` are the units it comes after, which fill in what it does not say."""
    n_problems = len(draft.problems)
    if not CODE.fullmatch(new.code):
        draft.refuse(NO_CODE, code=new.code)
    elif (there := {code.casefold(): code for code in snapshot.units}.get(new.code.casefold())) is not None:
        draft.refuse(TAKEN, code=new.code, unit=snapshot.name(there))
    if not new.name.da.strip() or not new.name.en.strip():
        draft.refuse(NO_NAME)
    before = [snapshot.units[code] for code in after if code in snapshot.units]
    kind = new.kind or (before[0].kind if before else "")
    if kind not in KINDS:
        draft.refuse(NO_KIND, code=new.code)
    parents = [snapshot.hierarchy.on(draft.valid_from)[row.code] for row in before]
    parent = new.parent_code or (parents[0] if parents else None)
    if parent is None:
        draft.refuse(NO_PARENT, code=new.code)
    elif (row := _that_exists(snapshot, draft, parent)) is not None and _is_there_on(snapshot, draft, row):
        chain = snapshot.hierarchy.above(parent, draft.valid_from)
        for code in after:
            if code in chain:
                draft.refuse(CYCLE, unit=snapshot.name(code), below=snapshot.name(parent))
    if len(draft.problems) > n_problems:
        return False
    name = Words(new.name.da.strip(), new.name.en.strip())
    draft.new_units.append(
        {
            "code": new.code,
            "kind": kind,
            "sector": new.sector or (before[0].sector if before else snapshot.units[parent].sector),  # type: ignore[index]
            "name_da": name.da,
            "name_en": name.en,
            "short_name": new.short_name.strip() or name.da,
            "parent_code": parent,
            "valid_from": draft.valid_from,
            "valid_to": None,
            "successor_code": None,
            "is_demo": bool(before) and all(row.is_demo for row in before),
            "note": new.note,
            "source": new.source,
        }
    )
    draft.step(OPENS_ON, unit=name, code=new.code, day=draft.valid_from, parent=snapshot.name(parent or ""))
    return True


def _no_code_twice(snapshot: Snapshot, draft: Draft, codes: Sequence[str]) -> None:
    for code in sorted({code for code in codes if list(codes).count(code) > 1}):
        draft.refuse(TWICE, unit=snapshot.name(code))


def _days_of_change(snapshot: Snapshot) -> list[date]:
    opens = {row.valid_from for row in snapshot.units.values()}
    closes = {row.valid_to + timedelta(days=1) for row in snapshot.units.values() if row.valid_to is not None}
    return sorted(opens | closes | {day for of_unit in snapshot.moves.values() for day, _ in of_unit})


# ------------------------------------------------------------------------------------------------- series


def _ends(snapshot: Snapshot, draft: Draft, code: str, *, successor: str | None) -> None:
    """Draft that a unit closes the day before, and its series with it."""
    row, name = snapshot.units[code], snapshot.name(code)
    if row.valid_to is None:
        draft.unit_values[code] = {"valid_to": draft.last_day, "successor_code": successor}
    draft.step(CLOSES_ON, unit=name, day=draft.last_day)
    for pair, held in snapshot.open_series(code, draft.valid_from).items():
        if held.starts_on >= draft.valid_from:
            indicator = snapshot.indicator_name(pair[0])
            draft.refuse(SERIES_LATER, unit=name, indicator=indicator, starts=held.starts_on)
        else:
            draft.ends[pair] = held
    _nothing_delivered_after(snapshot, draft, [code])


def _nothing_delivered_after(
    snapshot: Snapshot, draft: Draft, codes: Sequence[str], indicator_code: str | None = None
) -> None:
    after = snapshot.figures_from(codes, draft.valid_from, indicator_code)
    for code in codes:
        of_unit = [held for pair, held in after.items() if pair[1] == code]
        if of_unit:
            n = sum(held.n for held in of_unit)
            latest = max(held.latest for held in of_unit)
            draft.refuse(
                DELIVERED_AFTER,
                unit=snapshot.name(code),
                n=_count(n, ONE_FIGURE, FIGURES),
                day=draft.valid_from,
                latest=latest,
            )


def _goes_on(
    snapshot: Snapshot,
    draft: Draft,
    pair: Pair,
    code: str,
    words: Words,
    sources: Sequence[str],
    into: Words,
    reason: str,
) -> None:
    """Draft the series of the unit that takes over: begun, begun again, or broken where it was there before."""
    new, held = (pair[0], code), snapshot.series.get((pair[0], code))
    starts_on = draft.valid_from
    if held is None or (held.ends_on is not None and held.ends_on < draft.valid_from):
        owner = (held.owner if held else "") or snapshot.series[pair].owner
        draft.starts.setdefault(new, Start(new, starts_on, owner, held))
        return
    if held.starts_on >= starts_on:
        return  # it was set to begin with the new unit, as it should
    kind = snapshot.definitions[pair[0]].period if pair[0] in snapshot.definitions else PeriodKind.MONTH
    said = Said(
        words, {"units": snapshot.names(sources), "into": into, "day": draft.valid_from, "reason": reason.strip()}
    )
    draft.breaks.setdefault(new, Break(new, first_whole(draft.valid_from, kind), said))


def first_whole(day: date, kind: PeriodKind) -> date:
    """The first period that begins on or after a day.

    Examples
    --------
    >>> first_whole(date(2027, 1, 1), PeriodKind.MONTH), first_whole(date(2027, 1, 15), PeriodKind.MONTH)
    (datetime.date(2027, 1, 1), datetime.date(2027, 2, 1))
    """
    start = start_of(day, kind)
    return start if start == day else next_start(start, kind)


# ------------------------------------------------------------------------------------------------- what is said of it


def _count(n: int, one: Words, many: Words) -> Words:
    chosen = one if n == 1 else many
    return Words(f"{n} {chosen.da}", f"{n} {chosen.en}")


def _shortened(names: Sequence[Words], most: int = 8) -> tuple[Words, ...]:
    """The names, or the first of them and how many more there are."""
    if len(names) <= most:
        return tuple(names)
    left = len(names) - most + 1
    return (*names[: most - 1], Words(f"{left} andre", f"{left} others"))


def _say_series(snapshot: Snapshot, draft: Draft, receivers: Mapping[str, Words]) -> None:
    def said(pairs: Iterable[Pair], code: str) -> tuple[Words, ...]:
        return _shortened([snapshot.indicator_name(pair[0]) for pair in pairs if pair[1] == code])

    def many(pairs: Iterable[Pair], code: str) -> Words:
        return _count(sum(pair[1] == code for pair in pairs), ONE_SERIES, SERIES)

    for code in dict.fromkeys(pair[1] for pair in draft.ends):
        draft.step(SERIES_END, unit=snapshot.name(code), n=many(draft.ends, code), indicators=said(draft.ends, code))
    for code in dict.fromkeys(pair[1] for pair in draft.starts):
        draft.step(SERIES_START, unit=receivers[code], n=many(draft.starts, code), indicators=said(draft.starts, code))
    for code in dict.fromkeys(pair[1] for pair in draft.breaks):
        day = min(one.starts_on for pair, one in draft.breaks.items() if pair[1] == code)
        draft.step(BREAK, unit=receivers[code], day=day, indicators=said(draft.breaks, code))
    _say_late(snapshot, draft)


def _say_late(snapshot: Snapshot, draft: Draft) -> None:
    """What the units that close have yet to deliver from before the date."""
    delivered = snapshot.delivered(list(draft.ends))
    missing: dict[str, list[list[date]]] = {}
    for pair, held in draft.ends.items():
        definition = snapshot.definitions.get(pair[0])
        if definition is None or definition.period is PeriodKind.DAY:
            continue
        periods = between(held.starts_on, draft.last_day, definition.period)
        gaps = [start for start in periods if start not in delivered.get(pair, set())]
        if gaps:
            missing.setdefault(pair[1], []).append(gaps)
    for code, of_series in missing.items():
        late = Late(code, sum(map(len, of_series)), len(of_series), min(gaps[0] for gaps in of_series))
        draft.late.append(late)
        draft.attend(
            LATE,
            unit=snapshot.name(code),
            n=_count(late.n_periods, ONE_PERIOD, PERIODS),
            m=_count(late.n_series, ONE_SERIES, SERIES),
            oldest=late.oldest,
        )


def _say_left_behind(
    snapshot: Snapshot, draft: Draft, codes: Sequence[str], receivers: Mapping[str, Words], *, shares_rights: bool
) -> None:
    """Roles, targets and places in the programme that hang on a unit that closes."""
    roles = snapshot.roles(codes)
    into = tuple(receivers.values())
    if shares_rights and receivers:
        there = {(held.account_id, held.role, held.unit_code) for held in snapshot.roles(list(receivers))}
        for held in roles:
            for code in receivers:
                one = (held.account_id, held.role, code)
                if one not in there and one not in draft.rights:
                    draft.rights.append(one)
        given = {account_id for account_id, _, _ in draft.rights}
        people = _people(held for held in roles if held.account_id in given)
        if people:
            draft.step(RIGHTS_FOLLOW, people=people, into=into)
    else:
        for code in codes:
            people = _people(held for held in roles if held.unit_code == code)
            if people:
                words = RIGHTS_LEFT if receivers else RIGHTS_NO_LONGER
                draft.attend(words, people=people, unit=snapshot.name(code), **({"into": into} if receivers else {}))
    for code in codes if receivers else ():
        n = snapshot.own_targets(code, draft.valid_from)
        if n:
            draft.attend(TARGETS_STAY, n=_count(n, ONE_TARGET, TARGETS), unit=snapshot.name(code), into=into)
        if snapshot.is_in_cohort(code, draft.valid_from):
            draft.attend(IN_COHORT, unit=snapshot.name(code), into=into)


def _people(roles: Iterable[RoleHeld]) -> tuple[Words, ...]:
    return _shortened([Words(name, name) for name in dict.fromkeys(held.name for held in roles)])


__all__ = ["Draft", "Snapshot", "drafted", "first_whole", "kind_of"]

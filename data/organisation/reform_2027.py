"""The change of 1 January 2027 as one ready step: two regions become one, health councils open, tasks move.

The facts are the catalogue's, with their sources: regions.csv, health_councils.csv, municipalities.csv and
moved_tasks.csv. What no source says is which indicators measure a task that moves; those are named when it is done.
Doing it again does what is not done yet, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, select

from data import catalogue, organisation
from data.access import Viewer
from data.errors import NotFound
from data.organisation.changes import Change, Kind, Merge, MoveTask, NewUnit, Open
from data.organisation.sentences import Said, counted
from data.reading import expectations
from data.schema import unit, unit_change, unit_group_member
from data.store import Store
from indicators.words import Words

COUNCIL = "health_council"

REGIONS = Words("Sundhedsreformen: {regions} bliver {into}.", "The health reform: {regions} become {into}.")
COUNCILS = Words(
    "Sundhedsreformen: {council} med {n} kommuner.", "The health reform: {council} with {n} municipalities."
)
TASKS = Words("Sundhedsreformen: {task}.", "The health reform: {task}.")

DONE_REGIONS = Words("{regions} er lagt sammen til {into}: gjort.", "{regions} have become {into}: done.")
DONE_COUNCILS = Words("{n} er oprettet: gjort.", "{n} opened: done.")
NO_TASKS = Words(
    "Ingen indikatorer er knyttet til de opgaver, der flytter ({tasks}). Knyt dem med --task OPGAVE=INDIKATOR; opgaver "
    "uden indikator flytter ingen måling.",
    "No indicators are tied to the tasks that move ({tasks}). Tie them with --task TASK=INDICATOR; a task without one "
    "moves no series.",
)
TASK_NOT_FOLLOWED = Words(
    "{indicator} følges ikke af nogen kommune (længere): intet at flytte.",
    "{indicator} is not followed by any municipality (any more): nothing to move.",
)
NO_SUCH_TASK = Words("Opgaven »{code}« flytter ikke. Brug {known}.", "The task “{code}” does not move. Use {known}.")
ONE_COUNCIL, MANY_COUNCILS = Words("sundhedsråd", "health council"), Words("sundhedsråd", "health councils")


@dataclass(frozen=True, slots=True)
class Task:
    """A task that goes from the municipalities to the health councils."""

    code: str
    name: Words
    valid_from: date
    source: str


@dataclass(frozen=True, slots=True)
class Reform:
    """What is done, or would be. `n_changes` counts the decisions; 0 means that everything stands already.

    `problems` are what stands in the way; if there are any, nothing was done.
    """

    n_changes: int
    steps: tuple[Said, ...]
    attention: tuple[Said, ...]
    problems: tuple[Said, ...]

    @property
    def is_possible(self) -> bool:
        return not self.problems


class _OnlyLookingError(Exception):
    """Gives up the transaction of a check, with what it found."""

    def __init__(self, found: Reform) -> None:
        super().__init__()
        self.found = found


def tasks() -> list[Task]:
    """The tasks that move, as the catalogue has them."""
    return _tasks(catalogue.read())


def _tasks(facts: catalogue.Facts) -> list[Task]:
    return [
        Task(row["code"], Words(row["name_da"], row["name_en"]), row["valid_from"], ";".join(row["sources"]))
        for row in facts["moved_tasks"]
    ]


def check(
    store: Store,
    viewer: Viewer,
    measured_by: Mapping[str, str] | None = None,
    *,
    shares_rights: bool = False,
    today: date,
    now: datetime,
) -> Reform:
    """What doing it would do: it is done, read, and given up again, so that the one cannot differ from the other."""
    try:
        return _run(store, viewer, measured_by or {}, shares_rights, today, now, is_kept=False)
    except _OnlyLookingError as looked:
        return looked.found


def carry_out(
    store: Store,
    viewer: Viewer,
    measured_by: Mapping[str, str] | None = None,
    *,
    shares_rights: bool = False,
    today: date,
    now: datetime,
) -> Reform:
    """Do what is not done yet, in one transaction.

    Parameters
    ----------
    measured_by : mapping
        Indicator code to the code of the task it measures (`tasks()`). Its series end in every municipality that
        follows it and begin in that municipality's health council.
    shares_rights : bool
        Give people with a role in one of the two regions the same role in the new one.

    Raises
    ------
    NotAllowed
        The viewer is no administrator.
    NotFound
        There is no such task.
    NotPossible
        Something stands in the way; nothing has changed.
    """
    return _run(store, viewer, measured_by or {}, shares_rights, today, now, is_kept=True)


def _run(
    store: Store,
    viewer: Viewer,
    measured_by: Mapping[str, str],
    shares_rights: bool,
    today: date,
    now: datetime,
    *,
    is_kept: bool,
) -> Reform:
    viewer.require_administrator()
    facts = catalogue.read()
    known = {task.code: task for task in _tasks(facts)}
    for code in measured_by.values():
        if code not in known:
            raise NotFound(NO_SUCH_TASK, code=code, known=", ".join(known))

    def write(connection: Connection) -> Reform:
        steps: list[Said] = []
        attention: list[Said] = []
        n_changes = 0
        for item in _changes(connection, facts, measured_by, known, shares_rights):
            if isinstance(item, Said):
                steps.append(item)
                continue
            change, day, reason = item
            try:
                _, plan = organisation.carry_out_within(
                    connection, viewer, change, valid_from=day, reason=reason.say(viewer.language or "da"),
                    today=today, now=now, deadline_day=store.deadline_day,
                )  # fmt: skip
            except organisation.NotPossible as refused:
                if is_kept:
                    raise
                raise _OnlyLookingError(Reform(0, tuple(steps), tuple(attention), refused.problems)) from None
            n_changes += 1
            steps += plan.steps
            attention += plan.attention
        if not measured_by:
            attention.append(Said(NO_TASKS, {"tasks": tuple(task.name for task in known.values())}))
        found = Reform(n_changes, tuple(steps), tuple(attention), ())
        if not is_kept:
            raise _OnlyLookingError(found)
        return found

    return store.write(write)


def _changes(
    connection: Connection,
    facts: catalogue.Facts,
    measured_by: Mapping[str, str],
    known: Mapping[str, Task],
    shares_rights: bool,
) -> Iterator[tuple[Change, date, Said] | Said]:
    """What is left to do, one change after another: each is worked out when those before it are written."""
    yield from _regions(connection, facts, shares_rights)
    yield from _councils(connection, facts)
    for indicator_code, task_code in measured_by.items():
        yield from _moves(connection, facts, indicator_code, known[task_code])


def _regions(
    connection: Connection, facts: catalogue.Facts, shares_rights: bool
) -> Iterator[tuple[Change, date, Said] | Said]:
    names = {row["code"]: Words(row["name_da"], row["name_en"]) for row in facts["regions"]}
    ending: dict[tuple[str, date], list[str]] = {}
    for row in facts["regions"]:
        if row["successor_code"] and row["valid_to"]:
            ending.setdefault((row["successor_code"], row["valid_to"] + timedelta(days=1)), []).append(row["code"])
    for (into, day), codes in ending.items():
        told = {"regions": tuple(names[code] for code in codes), "into": names[into]}
        left = tuple(code for code in codes if not _is_decided(connection, Kind.MERGED, code, into))
        if left:
            yield Merge(left, into, shares_rights), day, Said(REGIONS, told)
        else:
            yield Said(DONE_REGIONS, told)


def _councils(connection: Connection, facts: catalogue.Facts) -> Iterator[tuple[Change, date, Said] | Said]:
    there = set(connection.scalars(select(unit.c.code)))
    done = 0
    for row in facts["health_councils"]:
        if row["code"] in there:
            done += 1
            continue
        name = Words(row["name_da"], row["name_en"])
        new = NewUnit(
            row["code"], name, row["name_da"].removeprefix("Sundhedsråd "), COUNCIL, "regional", row["region_code"],
            note=row["note_da"], source=catalogue.source_text(facts, row),
        )  # fmt: skip
        yield Open(new), row["valid_from"], Said(COUNCILS, {"council": name, "n": row["municipality_count"]})
    if done:
        yield Said(DONE_COUNCILS, {"n": counted(done, ONE_COUNCIL, MANY_COUNCILS)})


def _moves(
    connection: Connection, facts: catalogue.Facts, indicator_code: str, task: Task
) -> Iterator[tuple[Change, date, Said] | Said]:
    """Per health council: the municipalities of it that follow the indicator hand it on."""
    members: dict[str, list[str]] = {}
    columns = unit_group_member.c
    councils = [row["code"] for row in facts["health_councils"]]
    for row in connection.execute(
        select(columns.group_code, columns.unit_code)
        .where(columns.group_code.in_(councils))
        .order_by(columns.group_code, columns.unit_code)
    ):
        members.setdefault(row.group_code, []).append(row.unit_code)
    is_found = False
    for council in councils:
        held = expectations(connection)
        sources = tuple(
            code
            for code in members.get(council, ())
            if (one := held.get((indicator_code, code))) is not None
            and (one.ends_on is None or one.ends_on >= task.valid_from)
        )
        if sources:
            is_found = True
            yield MoveTask(indicator_code, sources, council), task.valid_from, Said(TASKS, {"task": task.name})
    if not is_found:
        yield Said(TASK_NOT_FOLLOWED, {"indicator": indicator_code})


def _is_decided(connection: Connection, kind: Kind, code: str, to_code: str) -> bool:
    columns = unit_change.c
    return (
        connection.scalar(
            select(columns.id)
            .where(
                columns.kind == kind.value,
                columns.unit_code == code,
                columns.to_code == to_code,
                columns.withdrawn_at.is_(None),
            )
            .limit(1)
        )
        is not None
    )

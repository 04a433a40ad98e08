"""What evaluators write down of a project: its main indicator, whether it left the programme, and its team scores.

A project is a unit that takes part: with a cohort, or in a learning team or list of its own. Everything is for
evaluators who may have the unit in their evaluations, and administrators. What stood there before stays in the audit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from data import audit, cpr, reading, typed
from data.access import Viewer
from data.catalogue.names import fold
from data.errors import NotFound, Refused
from data.queries import evaluation
from data.queries.evaluation import LEARNING_TEAM, OWN_LIST, UnitLabel, require_evaluator
from data.schema import cohort_unit, project, team_score, unit_group, unit_group_member
from data.store import Store, stored_moment
from indicators.definition import PeriodKind
from indicators.words import Words

LOWEST, HIGHEST, STEP = 0.5, 5.0, 0.5
SCORES = tuple(LOWEST + STEP * number for number in range(int((HIGHEST - LOWEST) / STEP) + 1))
OLDEST = date(2000, 1, 1)
LONGEST_REASON = 500

NO_PROJECT = Words(
    "Der er intet projekt {text} blandt dem, du evaluerer.", "There is no project {text} among those you evaluate."
)
NOT_FOLLOWED = Words(
    "Enheden følger ikke målingen {code}. Vælg en, den følger.",
    "The unit does not follow the measure {code}. Choose one it follows.",
)
WHY_ANOTHER = Words(
    "Skriv, hvorfor hovedmålingen ændres: den var »{name}«.", "Write why the main indicator changes: it was “{name}”."
)
NO_REASON = Words("Skriv, hvorfor enheden forlod programmet.", "Write why the unit left the programme.")
LONG_REASON = Words(
    "Begrundelsen er for lang: højst {most} tegn.", "The reason is too long: {most} characters at most."
)
NOT_A_MONTH = Words(
    "Måneden {month} kan ikke bruges. Vælg en fra {first} til {last}.",
    "The month {month} cannot be used. Choose one from {first} to {last}.",
)
NO_SCORE = Words(
    "Teamscoren {score} findes ikke. Vælg en fra 0,5 til 5 i halve trin.",
    "There is no team score {score}. Choose one from 0.5 to 5 in steps of a half.",
)
NO_SUCH_SCORE = Words("Der er ingen teamscore for {month}.", "There is no team score for {month}.")


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """What is known of a project. `group` is the code of the cohort, or of the team or list, it takes part in.

    `followed` are code and name of the indicators the unit follows, those counted by month first; `scores` are first
    day of the month, score and who gave it, oldest first.
    """

    unit_code: str
    alias: str
    label: UnitLabel
    group: str
    start: date | None
    main: str | None
    declared_on: date | None
    left_on: date | None
    left_reason: str
    followed: tuple[tuple[str, Words], ...]
    scores: tuple[tuple[date, float, str], ...]


def get(store: Store, viewer: Viewer, alias: str) -> ProjectFacts:
    """The project of the unit with that pseudonym; NotFound where the viewer evaluates none."""
    require_evaluator(viewer)
    code = evaluation.codes_of(store, viewer, [alias]).get(alias)
    if code is None or not viewer.may_evaluate(code):
        raise NotFound(NO_PROJECT, text=alias)
    with store.read() as connection:
        place = _place(connection, code)
        if place is None:
            raise NotFound(NO_PROJECT, text=alias)
        row = _row(connection, place[0], code)
        pairs = reading.expectations_in(connection, {code})
        known = reading.definitions(connection, {one for one, _ in pairs})
        scores = _standing(connection, code)
    telling = evaluation.telling_measures(store, viewer)
    names = {one: evaluation.OWN_MEASURE if one in telling else definition.name for one, definition in known.items()}
    order = sorted(known, key=lambda one: (known[one].period is not PeriodKind.MONTH, fold(known[one].name.da)))
    return ProjectFacts(
        unit_code=code,
        alias=alias,
        label=evaluation.labels(store, viewer, [code])[code],
        group=place[0],
        start=place[1],
        main=row.main_indicator if row else None,
        declared_on=row.declared_on if row else None,
        left_on=row.left_on if row else None,
        left_reason=row.left_reason if row else "",
        followed=tuple((one, names[one]) for one in order if one not in telling or (row and one == row.main_indicator)),
        scores=tuple(scores),
    )


def declare(
    store: Store,
    viewer: Viewer,
    alias: str,
    indicator_code: str | None,
    *,
    today: date,
    now: datetime,
    reason: str = "",
) -> ProjectFacts:
    """Write down a project's main indicator (None: it chose none). The same again changes nothing.

    Raises
    ------
    NotAllowed, NotFound
        The viewer does not evaluate, or not this unit.
    Refused
        The unit does not follow the indicator; another one stood there and `reason` is missing, too long or holds a
        CPR-like number.
    """
    facts, why = get(store, viewer, alias), _reason(reason)
    names = dict(facts.followed)
    if indicator_code is not None and indicator_code not in names:
        raise Refused(NOT_FOLLOWED, code=indicator_code)

    def write(connection: Connection) -> None:
        before = _row(connection, facts.group, facts.unit_code)
        old = before.main_indicator if before else None
        if before is not None and old == indicator_code:
            return
        if old is not None and not why:
            raise Refused(WHY_ANOTHER, name=names.get(old, Words(old, old)))
        declared = today if indicator_code is not None else None
        _put(connection, facts, before, main_indicator=indicator_code, declared_on=declared)
        detail = {"group": facts.group, "before": old, "after": indicator_code, "reason": why}
        _audit(connection, viewer, "evaluation.main_declared", facts, detail, now)

    store.write(write)
    return get(store, viewer, alias)


def leave(
    store: Store, viewer: Viewer, alias: str, month: date | None, reason: str, *, today: date, now: datetime
) -> ProjectFacts:
    """Write down that a project left the programme in a month, and why; None as month: it did not leave.

    Raises as `declare`; Refused also where the month lies ahead or long ago.
    """
    facts, why = get(store, viewer, alias), _reason(reason)
    if month is not None:
        _require_month(month, today)
        if not why:
            raise Refused(NO_REASON)

    def write(connection: Connection) -> None:
        before = _row(connection, facts.group, facts.unit_code)
        old = (before.left_on, before.left_reason) if before else (None, "")
        after = (month.replace(day=1), why) if month is not None else (None, "")
        if old == after or (before is None and month is None):
            return
        _put(connection, facts, before, left_on=after[0], left_reason=after[1])
        detail = {"group": facts.group, "before": [str(old[0] or ""), old[1]], "after": [str(after[0] or ""), after[1]]}
        _audit(connection, viewer, "evaluation.project_left", facts, detail, now)

    store.write(write)
    return get(store, viewer, alias)


def score(
    store: Store, viewer: Viewer, alias: str, month: date, value: float | None, *, today: date, now: datetime
) -> ProjectFacts:
    """Write down the team score of a month, in place of one that stands there; None takes it back.

    Raises as `declare`; Refused where the score or the month is none, or there is none to take back.
    """
    facts = get(store, viewer, alias)
    _require_month(month, today)
    if value is not None and value not in SCORES:
        raise Refused(NO_SCORE, score=str(value))
    first = month.replace(day=1)

    def write(connection: Connection) -> None:
        standing = {day: (given, ids) for day, given, ids in _rows_by_month(connection, facts.unit_code)}
        old = standing.get(first)
        if value is None and old is None:
            raise Refused(NO_SUCH_SCORE, month=f"{first:%Y-%m}")
        if old is not None and old[0] == value:
            return
        if old is not None:
            columns = team_score.c
            connection.execute(update(team_score).where(columns.id.in_(old[1])).values(withdrawn_at=stored_moment(now)))
        if value is not None:
            connection.execute(
                insert(team_score).values(
                    unit_code=facts.unit_code,
                    scored_on=first,
                    score=value,
                    author=viewer.name,
                    recorded_at=stored_moment(now),
                )
            )
        detail = {"month": f"{first:%Y-%m}", "before": old[0] if old else None, "after": value}
        _audit(connection, viewer, "evaluation.team_score", facts, detail, now)

    store.write(write)
    return get(store, viewer, alias)


# --------------------------------------------------------------------------------------------------------------- inner


def _place(connection: Connection, code: str) -> tuple[str, date | None] | None:
    """Where the unit takes part and since when: the last cohort it began with, else a team or list it starts in."""
    seat = connection.execute(
        select(cohort_unit).where(cohort_unit.c.unit_code == code).order_by(cohort_unit.c.starts_on.desc()).limit(1)
    ).one_or_none()
    if seat is not None:
        return seat.cohort_code, seat.starts_on
    columns = unit_group_member.c
    offered = select(unit_group.c.code).where(unit_group.c.kind.in_((LEARNING_TEAM, OWN_LIST)))
    member = connection.execute(
        select(unit_group_member)
        .where(columns.unit_code == code, columns.group_code.in_(offered), columns.never_starts.is_not(True))
        .order_by(columns.group_code)
        .limit(1)
    ).one_or_none()
    return None if member is None else (member.group_code, member.valid_from)


def _row(connection: Connection, group: str, code: str) -> Row[Any] | None:
    return connection.execute(
        select(project).where(project.c.cohort_code == group, project.c.unit_code == code)
    ).one_or_none()


def _put(connection: Connection, facts: ProjectFacts, before: Row[Any] | None, **values: object) -> None:
    """Write the row of a project with some of its values changed."""
    where = (project.c.cohort_code == facts.group, project.c.unit_code == facts.unit_code)
    if before is None:
        made = {"cohort_code": facts.group, "unit_code": facts.unit_code, "left_reason": "", **values}
        connection.execute(insert(project).values(made))
    else:
        connection.execute(update(project).where(*where).values(values))


def _rows_by_month(connection: Connection, code: str) -> list[tuple[date, float, list[int]]]:
    """First day of each month with a score: the one that counts, and the ids of all that stand there."""
    found: dict[date, tuple[float, list[int]]] = {}
    for row in connection.execute(
        select(team_score)
        .where(team_score.c.unit_code == code, team_score.c.withdrawn_at.is_(None))
        .order_by(team_score.c.id)
    ):
        first = row.scored_on.replace(day=1)
        found[first] = (row.score, [*found.get(first, (0.0, []))[1], row.id])
    return [(day, given, ids) for day, (given, ids) in sorted(found.items())]


def _standing(connection: Connection, code: str) -> list[tuple[date, float, str]]:
    named = connection.execute(select(team_score.c.id, team_score.c.author).where(team_score.c.unit_code == code))
    authors = {row.id: row.author for row in named}
    return [(day, given, authors[ids[-1]]) for day, given, ids in _rows_by_month(connection, code)]


def _require_month(month: date, today: date) -> None:
    first = today.replace(day=1)
    if not OLDEST <= month.replace(day=1) <= first:
        raise Refused(NOT_A_MONTH, month=f"{month:%Y-%m}", first=f"{OLDEST:%Y-%m}", last=f"{first:%Y-%m}")


def _reason(text: str) -> str:
    why = typed.written(text)
    cpr.refuse(why)
    if len(why) > LONGEST_REASON:
        raise Refused(LONG_REASON, most=LONGEST_REASON)
    return why


def _audit(
    connection: Connection,
    viewer: Viewer,
    action: str,
    facts: ProjectFacts,
    detail: Mapping[str, object],
    now: datetime,
) -> None:
    audit.append(connection, at=now, actor=viewer.email, action=action, subject=facts.unit_code, detail=detail)

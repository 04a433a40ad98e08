"""Learning teams and lists of units that evaluators make themselves, with the month each unit begins.

A group is changed and closed by whoever made it (or an administrator), never deleted: plans and frozen data sets name
it. A unit that never starts is only compared with, and where a group has such units, it is compared with nobody else.

Units are named as the person who writes may know them: by code or name only where the person may see the unit, by
pseudonym always. What is unknown and what is not the person's to see get the same answer, so that a list is no way to
find out which unit a pseudonym stands for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from data import audit, cpr, typed
from data.access import Viewer
from data.catalogue.names import fold
from data.errors import NotAllowed, NotFound, Refused
from data.queries import evaluation, units
from data.queries.evaluation import LEARNING_TEAM, OWN_LIST, UnitLabel, require_evaluator
from data.schema import cohort, made_group, unit, unit_group, unit_group_member
from data.store import Store, stored_moment
from indicators.words import Words

KINDS = (OWN_LIST, LEARNING_TEAM)
CODE = "egen-"
LONGEST_NAME = 120
MOST_UNITS = 2000
OLDEST = date(2000, 1, 1)
MONTHS_AHEAD = 36

NO_GROUP = Words("Der er ingen egen gruppe {code}.", "There is no group of one's own {code}.")
NO_NAME = Words("Giv gruppen et navn.", "Give the group a name.")
LONG_NAME = Words("Navnet er for langt: højst {most} tegn.", "The name is too long: {most} characters at most.")
NAME_TAKEN = Words(
    "Der er allerede en gruppe, der hedder »{name}«. Vælg et andet navn.",
    "There is a group called “{name}” already. Choose another name.",
)
NO_KIND = Words("Vælg, om det er en liste eller et læringsteam.", "Choose whether it is a list or a learning team.")
NOBODY_STARTS = Words(
    "Ingen enhed i gruppen har en startmåned. Skriv mindst én enhed, der starter.",
    "No unit of the group has a start month. Write at least one unit that starts.",
)
TOO_MANY = Words("En gruppe kan højst have {most} enheder.", "A group can have {most} units at most.")
TWICE = Words(
    "{unit} står to gange i gruppen. Slet den ene linje.", "{unit} is in the group twice. Delete one of the lines."
)
NOT_YOURS_TO_EVALUATE = Words(
    "{unit} er ikke blandt de enheder, du evaluerer. Skriv »aldrig« som start for kun at sammenligne med den, eller "
    "bed en administrator om adgang.",
    "{unit} is not among the units you evaluate. Write “never” as its start to only compare with it, or ask an "
    "administrator for access.",
)
UNKNOWN = Words(
    "»{text}« findes ikke blandt de enheder, du må se. Brug en kode, et navn eller et pseudonym (fx E-017).",
    "“{text}” is not among the units you may see. Use a code, a name or a pseudonym (such as E-017).",
)
SEVERAL = Words(
    "»{text}« kan være flere enheder: {units}. Skriv koden i stedet.",
    "“{text}” can be several units: {units}. Write the code instead.",
)
TOO_EARLY = Words(
    "{unit} starter {month}: vælg en måned fra {first} til {last}.",
    "{unit} starts {month}: choose a month from {first} to {last}.",
)
NOT_YOURS = Words(
    "Gruppen er lavet af {author}. Bed {author} eller en administrator om at ændre den, eller lav din egen.",
    "The group was made by {author}. Ask {author} or an administrator to change it, or make one of your own.",
)
IS_CLOSED = Words(
    "Gruppen er lukket. Åbn den igen, før du retter i den.", "The group is closed. Open it again before you change it."
)
CHANGED_MEANWHILE = Words(
    "Gruppen er ændret af {author}, mens du rettede. Intet er gemt. Hent siden igen, og ret i det nye.",
    "The group was changed by {author} while you were writing. Nothing is saved. Load the page again and mend the new.",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A unit of a group with the first day of the month it starts; None: it never starts."""

    unit_code: str
    start: date | None


@dataclass(frozen=True, slots=True)
class Member:
    """An entry as the viewer may know it: `alias` is the pseudonym, which is the same for everybody."""

    label: UnitLabel
    alias: str
    start: date | None


@dataclass(frozen=True, slots=True)
class MadeGroup:
    """A group that somebody made (moments are UTC). `members` are those the viewer may evaluate or compare with;
    `n_hidden` are others."""

    code: str
    kind: str
    name: Words
    members: tuple[Member, ...]
    n_hidden: int
    author: str
    made_at: datetime
    changed_by: str
    changed_at: datetime
    closed_at: datetime | None
    closed_by: str
    may_change: bool

    @property
    def n_starting(self) -> int:
        return sum(one.start is not None for one in self.members)


# ------------------------------------------------------------------------------------------------------ which units


def resolve(store: Store, viewer: Viewer, texts: Iterable[str]) -> dict[str, str | Refused]:
    """For each text the unit it names, or why it names none.

    A text is a code or a name of a unit the viewer may see, what the unit is called in the workbench, or a pseudonym.
    """
    require_evaluator(viewer)
    wanted = list(dict.fromkeys(texts))
    by_label = {fold(text): alias for text, alias in evaluation.pseudonyms_by_text(store, viewer).items()}
    codes = evaluation.codes_of(store, viewer, by_label.values())
    meant = units.find_many(store, viewer, wanted)
    found: dict[str, str | Refused] = {}
    for text in wanted:
        alias = by_label.get(fold(text))
        seen = [one.code for one in meant[text] if viewer.may_see(one.code)]
        if alias is not None and alias in codes:
            found[text] = codes[alias]
        elif len(seen) == 1:
            found[text] = seen[0]
        elif seen:
            found[text] = Refused(SEVERAL, text=text, units=", ".join(sorted(seen)))
        else:
            found[text] = Refused(UNKNOWN, text=text)
    return found


def pickable(store: Store, viewer: Viewer) -> list[tuple[str, UnitLabel]]:
    """The units the viewer may start in a group: pseudonym and what it is called, by what it is called."""
    require_evaluator(viewer)
    with store.read() as connection:
        codes = [code for code in connection.scalars(select(unit.c.code)) if viewer.may_evaluate(code)]
    return [(one.alias, one.label) for one in _members_of(store, viewer, dict.fromkeys(codes))]


def why_not(viewer: Viewer, entry: Entry, label: UnitLabel, *, today: date) -> Refused | None:
    """Why an entry cannot be kept by this viewer; None: it can."""
    if entry.start is None:
        return None
    if not viewer.may_evaluate(entry.unit_code):
        return Refused(NOT_YOURS_TO_EVALUATE, unit=label.text)
    number = today.year * 12 + today.month - 1 + MONTHS_AHEAD
    last = date(number // 12, number % 12 + 1, 1)
    if not OLDEST <= entry.start <= last:
        return Refused(
            TOO_EARLY,
            unit=label.text,
            month=f"{entry.start:%Y-%m}",
            first=f"{OLDEST:%Y-%m}",
            last=f"{last:%Y-%m}",
        )
    return None


# --------------------------------------------------------------------------------------------------------- reading


def listed(store: Store, viewer: Viewer) -> list[MadeGroup]:
    """Everybody's groups that have a unit the viewer evaluates, and all of one's own: open ones first, by name."""
    require_evaluator(viewer)
    with store.read() as connection:
        codes = list(connection.scalars(select(made_group.c.code)))
    found = [_group(store, viewer, code) for code in codes]
    shown = [one for one in found if one.may_change or one.n_starting]
    return sorted(shown, key=lambda one: (one.closed_at is not None, fold(one.name.da), one.code))


def get(store: Store, viewer: Viewer, code: str) -> MadeGroup:
    """One group; NotFound where there is none, or none with a unit the viewer evaluates."""
    require_evaluator(viewer)
    found = _group(store, viewer, code)
    if not (found.may_change or found.n_starting):
        raise NotFound(NO_GROUP, code=code)
    return found


def _group(store: Store, viewer: Viewer, code: str) -> MadeGroup:
    with store.read() as connection:
        made = connection.execute(select(made_group).where(made_group.c.code == code)).one_or_none()
        named = connection.execute(select(unit_group).where(unit_group.c.code == code)).one_or_none()
        if made is None or named is None:
            raise NotFound(NO_GROUP, code=code)
        starts = _starts(connection, code)
    shown = {one: start for one, start in starts.items() if start is None or viewer.may_evaluate(one)}
    return MadeGroup(
        code=code,
        kind=named.kind,
        name=Words(named.name_da, named.name_en),
        members=tuple(_members_of(store, viewer, shown)),
        n_hidden=len(starts) - len(shown),
        author=made.author,
        made_at=made.made_at,
        changed_by=made.changed_by,
        changed_at=made.changed_at,
        closed_at=made.closed_at,
        closed_by=made.closed_by,
        may_change=_may_change(viewer, made.account_id) and len(shown) == len(starts),
    )


def _members_of(store: Store, viewer: Viewer, starts: Mapping[str, date | None]) -> list[Member]:
    called = evaluation.labels(store, viewer, starts)
    aliases = evaluation.aliases_of(store, viewer, starts)
    made = [Member(called[code], aliases[code], start) for code, start in starts.items() if code in called]
    return sorted(made, key=lambda one: (one.start is None, fold(one.label.text)))


def _starts(connection: Connection, code: str) -> dict[str, date | None]:
    rows = connection.execute(
        select(unit_group_member).where(unit_group_member.c.group_code == code).order_by(unit_group_member.c.unit_code)
    )
    return {row.unit_code: None if row.never_starts else row.valid_from for row in rows}


# --------------------------------------------------------------------------------------------------------- writing


def save(
    store: Store,
    viewer: Viewer,
    kind: str,
    name: Words,
    entries: Sequence[Entry],
    *,
    today: date,
    now: datetime,
    code: str | None = None,
    seen: datetime | None = None,
) -> MadeGroup:
    """Make a group, or write one of one's own again (`code`); the same again changes nothing. All of it or nothing.

    `seen` is `changed_at` of the group the person had before them: a group somebody else changed since is refused.

    Raises
    ------
    NotAllowed, NotFound
        The viewer does not evaluate, or did not make the group; there is no such group.
    Refused
        A name is missing, too long or taken; a unit stands twice, is not the viewer's to evaluate, or starts at an
        impossible time; nobody starts; the group is closed or changed meanwhile; a name holds a CPR-like number.
    """
    require_evaluator(viewer)
    danish = typed.on_one_line(name.da)
    names = Words(danish, typed.on_one_line(name.en) or danish)
    _check(store, viewer, kind, names, entries, today=today)
    starts = {one.unit_code: one.start for one in entries}

    def write(connection: Connection) -> str:
        _require_free(connection, names, code)
        if code is None:
            return _make(connection, viewer, kind, names, starts, now)
        row = _to_change(connection, viewer, code)
        if row.closed_at is not None:
            raise Refused(IS_CLOSED)
        if seen is not None and row.changed_at != seen:
            raise Refused(CHANGED_MEANWHILE, author=row.changed_by)
        before = connection.execute(select(unit_group).where(unit_group.c.code == code)).one()
        old = _starts(connection, code)
        if any(not viewer.may_evaluate(one) for one, start in old.items() if start is not None):
            raise NotAllowed(NOT_YOURS, author=row.author)  # what one may not see would be lost
        is_named = (before.name_da, before.name_en) == (names.da, names.en)
        if is_named and old == starts:
            return code
        connection.execute(
            update(unit_group).where(unit_group.c.code == code).values(name_da=names.da, name_en=names.en)
        )
        connection.execute(delete(unit_group_member).where(unit_group_member.c.group_code == code))
        _insert_members(connection, code, starts)
        connection.execute(
            update(made_group)
            .where(made_group.c.code == code)
            .values(changed_by=viewer.name, changed_at=stored_moment(now))
        )
        detail = {"name": names.da, "before": _told(old), "after": _told(starts)}
        audit.append(
            connection, at=now, actor=viewer.email, action="evaluation.group_changed", subject=code, detail=detail
        )
        return code

    return get(store, viewer, store.write(write))


def close(store: Store, viewer: Viewer, code: str, *, now: datetime) -> MadeGroup:
    """Take a group out of what is offered; plans and frozen data sets keep it. Again changes nothing."""
    return _set_closed(store, viewer, code, True, now)


def reopen(store: Store, viewer: Viewer, code: str, *, now: datetime) -> MadeGroup:
    """Offer a closed group again; raises as `save` where its name has been taken meanwhile."""
    return _set_closed(store, viewer, code, False, now)


def _set_closed(store: Store, viewer: Viewer, code: str, is_closed: bool, now: datetime) -> MadeGroup:
    require_evaluator(viewer)

    def write(connection: Connection) -> None:
        row = _to_change(connection, viewer, code)
        if (row.closed_at is not None) == is_closed:
            return
        if not is_closed:
            named = connection.execute(select(unit_group).where(unit_group.c.code == code)).one()
            _require_free(connection, Words(named.name_da, named.name_en), code)
        connection.execute(
            update(made_group)
            .where(made_group.c.code == code)
            .values(
                closed_at=stored_moment(now) if is_closed else None,
                closed_by=viewer.name if is_closed else "",
            )
        )
        action = "evaluation.group_closed" if is_closed else "evaluation.group_reopened"
        audit.append(connection, at=now, actor=viewer.email, action=action, subject=code)

    store.write(write)
    return get(store, viewer, code)


def _check(store: Store, viewer: Viewer, kind: str, names: Words, entries: Sequence[Entry], *, today: date) -> None:
    if kind not in KINDS:
        raise Refused(NO_KIND)
    if not names.da:
        raise Refused(NO_NAME)
    cpr.refuse(names.da, names.en)
    if max(len(names.da), len(names.en)) > LONGEST_NAME:
        raise Refused(LONG_NAME, most=LONGEST_NAME)
    if len(entries) > MOST_UNITS:
        raise Refused(TOO_MANY, most=MOST_UNITS)
    called = evaluation.labels(store, viewer, [one.unit_code for one in entries])
    there = set[str]()
    for one in entries:
        label = called.get(one.unit_code)
        if label is None:
            raise Refused(UNKNOWN, text=one.unit_code)
        if one.unit_code in there:
            raise Refused(TWICE, unit=label.text)
        there.add(one.unit_code)
        if (refusal := why_not(viewer, one, label, today=today)) is not None:
            raise refusal
    if all(one.start is None for one in entries):
        raise Refused(NOBODY_STARTS)


def _require_free(connection: Connection, names: Words, code: str | None) -> None:
    """No cohort, team or open list may have the name: on the pages the name is all that tells groups apart."""
    closed = select(made_group.c.code).where(made_group.c.closed_at.is_not(None))
    rows = [
        *connection.execute(
            select(unit_group.c.code, unit_group.c.name_da, unit_group.c.name_en).where(
                unit_group.c.kind.in_(KINDS), unit_group.c.code.not_in(closed)
            )
        ),
        *connection.execute(select(cohort.c.code, cohort.c.name_da, cohort.c.name_en)),
    ]
    taken = {fold(text) for row in rows if row.code != code for text in (row.name_da, row.name_en)}
    for text in (names.da, names.en):
        if fold(text) in taken:
            raise Refused(NAME_TAKEN, name=text)


def _make(
    connection: Connection,
    viewer: Viewer,
    kind: str,
    names: Words,
    starts: Mapping[str, date | None],
    now: datetime,
) -> str:
    numbers = [int(code.removeprefix(CODE)) for code in connection.scalars(select(made_group.c.code))]
    code = f"{CODE}{max(numbers, default=0) + 1}"
    moment = stored_moment(now)
    connection.execute(
        insert(unit_group).values(code=code, kind=kind, name_da=names.da, name_en=names.en, note="", source="")
    )
    connection.execute(
        insert(made_group).values(
            code=code,
            account_id=viewer.account_id,
            author=viewer.name,
            made_at=moment,
            changed_by=viewer.name,
            changed_at=moment,
            closed_by="",
        )
    )
    _insert_members(connection, code, starts)
    detail = {"name": names.da, "kind": kind, "after": _told(starts)}
    audit.append(connection, at=now, actor=viewer.email, action="evaluation.group_made", subject=code, detail=detail)
    return code


def _insert_members(connection: Connection, code: str, starts: Mapping[str, date | None]) -> None:
    rows = [
        {"group_code": code, "unit_code": one, "valid_from": start, "never_starts": start is None}
        for one, start in starts.items()
    ]
    connection.execute(insert(unit_group_member), rows)


def _to_change(connection: Connection, viewer: Viewer, code: str) -> Row[Any]:
    row = connection.execute(select(made_group).where(made_group.c.code == code)).one_or_none()
    if row is None:
        raise NotFound(NO_GROUP, code=code)
    if not _may_change(viewer, row.account_id):
        raise NotAllowed(NOT_YOURS, author=row.author)
    return row


def _may_change(viewer: Viewer, account_id: int) -> bool:
    return viewer.account_id == account_id or viewer.owns_all or viewer.is_administrator


def _told(starts: Mapping[str, date | None]) -> dict[str, str]:
    """Units with their starts as the audit tells them."""
    return {code: "never" if start is None else f"{start:%Y-%m}" for code, start in sorted(starts.items())}

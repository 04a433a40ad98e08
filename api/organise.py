"""What `tavle organisation …` says and does: changes of units planned and carried out, the organisation of a day.

A command that changes something says what it would do, and does it only when told to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from data import organisation
from data.access import Viewer
from data.errors import DataError
from data.organisation import (
    KIND_NAMES,
    Change,
    Close,
    Decision,
    Merge,
    Move,
    MoveTask,
    NewUnit,
    NotPossible,
    Open,
    Rename,
    Said,
    Split,
    reform_2027,
)
from data.organisation.sentences import day_text, text
from data.queries import units
from data.store import Store
from indicators.words import Words

NO_DAY = Words("Angiv datoen med --from, fx 2027-01-01.", "Give the date with --from, such as 2027-01-01.")
WRONG_DAY = Words("»{text}« er ikke en dato som 2027-01-01.", "“{text}” is not a date such as 2027-01-01.")
TWO_NAMES = Words(
    "Der skal være lige mange koder og navne: --into KODE --name NAVN.",
    "Give as many codes as names: --into CODE --name NAME.",
)
DOES = Words("Det sker:", "This happens:")
DONE = Words("Gjort (ændring {number}):", "Done (change {number}):")
DONE_2027 = Words("Gjort. Antal ændringer: {n}.", "Done. Changes: {n}.")
NOTHING_LEFT = Words("Der er intet tilbage at gøre.", "There is nothing left to do.")
WOULD_2027 = Words(
    "Intet er gjort endnu. Antal ændringer: {n}. Gør det med --do.",
    "Nothing is done yet. Changes: {n}. Do it with --do.",
)
ATTEND = Words("Vær opmærksom på:", "See to:")
IN_THE_WAY = Words("Det kan ikke lade sig gøre:", "It cannot be done:")
NOT_YET = Words("Intet er gjort endnu. Gør det med --do.", "Nothing is done yet. Do it with --do.")
UNDONE = Words("Ændring {number} er fortrudt.", "Change {number} is undone.")
CAN_UNDO = Words("Ændring {number} kan fortrydes. Gør det med --do.", "Change {number} can be undone. Do it with --do.")
NO_CHANGES = Words("Ingen ændringer.", "No changes.")
WAS_UNDONE = Words("fortrudt", "undone")
ORGANISATION_ON = Words("Organisationen {day}", "The organisation on {day}")


class WrongUse(DataError):  # noqa: N818  a state, named as people say it
    """The command was given things that do not go together."""


@dataclass(frozen=True, slots=True)
class OrganisationRequest:
    """A command about units, as plain values: `into` are codes of the new, `names` and `names_en` are for new units."""

    action: str
    units: list[str] = field(default_factory=list)
    into: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    names_en: list[str] = field(default_factory=list)
    short_name: str = ""
    kind: str = ""
    parent: str = ""
    children: dict[str, str] = field(default_factory=dict)
    indicator: str = ""
    day: str = ""
    reason: str = ""
    number: int = 0
    tasks: dict[str, str] = field(default_factory=dict)
    shares_rights: bool = False
    is_done: bool = False
    email: str = ""
    language: str = "da"


def run(store: Store, viewer: Viewer, request: OrganisationRequest, *, today: date, now: datetime) -> tuple[bool, str]:
    """Whether it went well, and what to say.

    Raises
    ------
    DataError
        What was asked for does not exist, or the viewer is no administrator.
    """
    if request.action == "show":
        return True, _tree(store, viewer, _day(request, today), request.language)
    if request.action == "changes":
        return True, _changes(store, viewer, request.language)
    if request.action == "undo":
        return _undo(store, viewer, request, today, now)
    if request.action == "2027":
        return _reform(store, viewer, request, today, now)
    return _change(store, viewer, request, today, now)


def _day(request: OrganisationRequest, otherwise: date | None = None) -> date:
    if not request.day:
        if otherwise is None:
            raise WrongUse(NO_DAY)
        return otherwise
    try:
        return date.fromisoformat(request.day)
    except ValueError as error:
        raise WrongUse(WRONG_DAY, text=request.day) from error


# ------------------------------------------------------------------------------------------------- what there is


def _tree(store: Store, viewer: Viewer, day: date, language: str) -> str:
    """The units of a day, indented by what they belong to."""
    shown = units.visible(store, viewer, on=day)
    depth = {one.code: one.depth for one in shown}
    least = min(depth.values(), default=0)
    lines = [ORGANISATION_ON.say(language, day=day_text(day, language)) + ":"]
    lines += [f"{'  ' * (one.depth - least)}{one.name.say(language)} ({one.code})" for one in shown]
    return "\n".join(lines) + "\n"


def _changes(store: Store, viewer: Viewer, language: str) -> str:
    found = organisation.decided(store, viewer)
    if not found:
        return NO_CHANGES.say(language) + "\n"
    return "".join(f"{_line(one, language)}\n" for one in found)


def _line(one: Decision, language: str) -> str:
    sources = text([one.names[code] for code in one.units], language)
    to = f" → {text([one.names[code] for code in one.to], language)}" if one.to else ""
    task = f" ({', '.join(one.indicators)})" if one.indicators else ""
    undone = f" [{WAS_UNDONE.say(language)}]" if one.is_undone else ""
    kind = KIND_NAMES[one.kind].say(language)
    return f"{one.number:>4}  {one.valid_from}  {kind}: {sources}{to}{task}. {one.reason} ({one.author}){undone}"


# ------------------------------------------------------------------------------------------------- what is changed


def change_of(store: Store, viewer: Viewer, request: OrganisationRequest) -> Change:
    """The change a request asks for; units are named by code or name.

    Raises
    ------
    NotFound
        A unit that is to be there is not.
    WrongUse
        Codes and names do not go together.
    """

    def code(name: str) -> str:
        return units.find(store, viewer, name).code

    named = [code(name) for name in request.units]
    match request.action:
        case "rename":
            _, name = _names(request, 1)[0]
            return Rename(named[0], name, request.short_name)
        case "merge":
            return Merge(tuple(named), _receivers(request, code)[0], request.shares_rights)
        case "split":
            children = {code(child): place for child, place in request.children.items()}
            return Split(named[0], tuple(_receivers(request, code)), children, request.shares_rights)
        case "close":
            return Close(named[0])
        case "move":
            return Move(named[0], code(request.parent))
        case "task":
            return MoveTask(request.indicator, tuple(named), code(request.into[0]))
        case "open":
            new = _receivers(request, code)[0]
            if isinstance(new, NewUnit):
                return Open(new)
    raise WrongUse(TWO_NAMES)


def _names(request: OrganisationRequest, n: int) -> list[tuple[str, Words]]:
    """New codes with their names; a name without an English one is used in both languages."""
    if len(request.names) != n or len(request.names_en) not in (0, n):
        raise WrongUse(TWO_NAMES)
    english = request.names_en or request.names
    codes = request.into or [""] * n
    return [(code, Words(danish, other)) for code, danish, other in zip(codes, request.names, english, strict=True)]


def _receivers(request: OrganisationRequest, code: Callable[[str], str]) -> list[NewUnit | str]:
    """The units that take over: new ones where they were given names, else ones that are there."""
    if not request.into:
        raise WrongUse(TWO_NAMES)
    if not request.names:
        return [code(name) for name in request.into]
    parent = code(request.parent) if request.parent else None
    return [
        NewUnit(new, name, request.short_name, request.kind, parent_code=parent)
        for new, name in _names(request, len(request.into))
    ]


def _change(store: Store, viewer: Viewer, request: OrganisationRequest, today: date, now: datetime) -> tuple[bool, str]:
    language, day = request.language, _day(request)
    change = change_of(store, viewer, request)
    if not request.is_done:
        plan = organisation.plan(store, viewer, change, valid_from=day)
        if plan.problems:
            return False, _listed(IN_THE_WAY, plan.problems, language)
        said = _listed(DOES, plan.steps, language) + _listed(ATTEND, plan.attention, language)
        return True, f"{said}{NOT_YET.say(language)}\n"
    try:
        number, plan = organisation.carry_out(
            store, viewer, change, valid_from=day, reason=request.reason, today=today, now=now
        )
    except NotPossible as refused:
        return False, _listed(IN_THE_WAY, refused.problems, language)
    done = Words(DONE.say("da", number=number), DONE.say("en", number=number))
    return True, _listed(done, plan.steps, language) + _listed(ATTEND, plan.attention, language)


def _undo(store: Store, viewer: Viewer, request: OrganisationRequest, today: date, now: datetime) -> tuple[bool, str]:
    problems = organisation.why_not_undo(store, viewer, request.number)
    if problems:
        return False, _listed(IN_THE_WAY, problems, request.language)
    if not request.is_done:
        return True, CAN_UNDO.say(request.language, number=request.number) + "\n"
    organisation.undo(store, viewer, request.number, today=today, now=now)
    return True, UNDONE.say(request.language, number=request.number) + "\n"


def _reform(store: Store, viewer: Viewer, request: OrganisationRequest, today: date, now: datetime) -> tuple[bool, str]:
    language = request.language
    do = reform_2027.carry_out if request.is_done else reform_2027.check
    measured_by = {indicator: task for task, indicator in request.tasks.items()}
    try:
        found = do(store, viewer, measured_by, shares_rights=request.shares_rights, today=today, now=now)
    except NotPossible as refused:
        return False, _listed(IN_THE_WAY, refused.problems, language)
    if found.problems:
        return False, _listed(IN_THE_WAY, found.problems, language)
    if request.is_done:
        last = DONE_2027.say(language, n=found.n_changes)
    else:
        last = WOULD_2027.say(language, n=found.n_changes) if found.n_changes else NOTHING_LEFT.say(language)
    said = _listed(DOES, found.steps, language) + _listed(ATTEND, found.attention, language)
    return True, f"{said}{last}\n"


def _listed(heading: Words, sentences: Iterable[Said], language: str) -> str:
    lines = [f"  - {one.say(language)}\n" for one in sentences]
    return f"{heading.say(language)}\n{''.join(lines)}" if lines else ""

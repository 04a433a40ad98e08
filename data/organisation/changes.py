"""What can happen to units, each as a value: nothing here reads or writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import StrEnum

from indicators.words import Words


class Kind(StrEnum):
    """What happened to a unit on a date, as it stands in `unit_change`."""

    OPENED = "opened"
    RENAMED = "renamed"
    MERGED = "merged"
    SPLIT = "split"
    CLOSED = "closed"
    MOVED = "moved"
    TASK_MOVED = "task_moved"


KIND_NAMES = {
    Kind.OPENED: Words("Oprettet", "Opened"),
    Kind.RENAMED: Words("Nyt navn", "Renamed"),
    Kind.MERGED: Words("Lagt sammen", "Merged"),
    Kind.SPLIT: Words("Delt", "Split"),
    Kind.CLOSED: Words("Lukket", "Closed"),
    Kind.MOVED: Words("Flyttet", "Moved"),
    Kind.TASK_MOVED: Words("Opgave flyttet", "Task moved"),
}


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit that opens with a change. What is left empty is taken from the unit it comes after.

    Examples
    --------
    >>> NewUnit("KIR-FAELLES", Words("Fælles Kirurgisk Afdeling", "Joint Department of Surgery")).code
    'KIR-FAELLES'
    """

    code: str
    name: Words
    short_name: str = ""
    kind: str = ""
    sector: str = ""
    parent_code: str | None = None
    note: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Open:
    """A unit that comes after no other one."""

    unit: NewUnit


@dataclass(frozen=True, slots=True)
class Rename:
    unit_code: str
    name: Words
    short_name: str = ""


@dataclass(frozen=True, slots=True)
class Merge:
    """Units that become one: a new one, or one that is there already and goes on. One unit alone is taken over.

    `shares_rights` gives those who have a role in one of the units the same role in the one that they become.
    """

    unit_codes: tuple[str, ...]
    into: NewUnit | str
    shares_rights: bool = False


@dataclass(frozen=True, slots=True)
class Split:
    """One unit that becomes several. `children` says which of them each unit below it comes under."""

    unit_code: str
    into: tuple[NewUnit | str, ...]
    children: Mapping[str, str] = field(default_factory=dict)
    shares_rights: bool = False


@dataclass(frozen=True, slots=True)
class Close:
    """A unit that closes and whose work nobody takes over."""

    unit_code: str


@dataclass(frozen=True, slots=True)
class Move:
    """A unit that comes under another one."""

    unit_code: str
    parent_code: str


@dataclass(frozen=True, slots=True)
class MoveTask:
    """The work that one indicator follows goes from one or more units to another, which all remain."""

    indicator_code: str
    unit_codes: tuple[str, ...]
    to_code: str


Change = Open | Rename | Merge | Split | Close | Move | MoveTask


def kind_of(change: Change) -> Kind:
    return _KINDS[type(change)]


_KINDS: dict[type, Kind] = {
    Open: Kind.OPENED,
    Rename: Kind.RENAMED,
    Merge: Kind.MERGED,
    Split: Kind.SPLIT,
    Close: Kind.CLOSED,
    Move: Kind.MOVED,
    MoveTask: Kind.TASK_MOVED,
}


def texts(change: Change) -> list[str]:
    """Everything that somebody typed for a change: codes, names in both languages, notes.

    Examples
    --------
    >>> texts(Rename("NOH", Words("Nordsjælland", "North Zealand")))
    ['NOH', 'Nordsjælland', 'North Zealand', '']
    """
    return list(_texts(change))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Words):
        yield from (value.da, value.en)
    elif isinstance(value, Mapping):
        yield from _texts(tuple(value.items()))
    elif isinstance(value, tuple | list):
        for one in value:
            yield from _texts(one)
    elif is_dataclass(value):
        for held in fields(value):
            yield from _texts(getattr(value, held.name))

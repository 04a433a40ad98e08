"""What narrows Overblik: the counts over the matrix as links, and its selects. No Dash here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from dashboards.presenters.board import Board
from dashboards.presenters.signal_words import NOT_JUDGED, SIGNALS
from dashboards.selection import ROLES, SECTORS, Selection, owner_code
from dashboards.text import _, language, number, pgettext
from data.access import Viewer
from data.queries import catalogue
from data.store import Store
from indicators.assessment import Assurance, Variation


class Show(StrEnum):
    """What the matrix is narrowed to; the codes stand in the address (`vis`)."""

    ALL = "alle"
    NEW = "nye"
    NEW_CONCERN = "nye-bekymrende"
    NEW_IMPROVEMENT = "nye-forbedringer"
    NEW_CHANGE = "nye-aendringer"
    SIGNALS = "signaler"
    CONCERN = "bekymrende"
    IMPROVEMENT = "forbedringer"
    CHANGE = "aendringer"
    COMMON = "tilfaeldige"
    FEW = "faa-data"
    TARGET_MET = "naar-maal"
    TARGET_MIXED = "rammer-misser"
    TARGET_MISSED = "ikke-maal"
    LATE = "mangler"
    PINNED = "fastgjorte"

    @classmethod
    def of(cls, code: str | None) -> Show:
        """The filter of an address; what is unknown shows everything."""
        return cls(code) if code in set(cls) else cls.ALL


_NEW_KINDS = (Show.NEW_CONCERN, Show.NEW_IMPROVEMENT, Show.NEW_CHANGE)
_KIND_OF = {
    Show.NEW_CONCERN: Variation.CONCERN,
    Show.NEW_IMPROVEMENT: Variation.IMPROVEMENT,
    Show.NEW_CHANGE: Variation.CHANGE,
    Show.CONCERN: Variation.CONCERN,
    Show.IMPROVEMENT: Variation.IMPROVEMENT,
    Show.CHANGE: Variation.CHANGE,
    Show.COMMON: Variation.COMMON,
}
_ASSURANCE_OF = {
    Show.TARGET_MET: Assurance.PASS,
    Show.TARGET_MIXED: Assurance.MIXED,
    Show.TARGET_MISSED: Assurance.FAIL,
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that changes what is shown."""

    label: str
    href: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """One way to narrow the matrix: a native select whose `key` is its key in the address."""

    key: str
    label: str
    options: tuple[tuple[str, str, bool], ...]  # value, words, whether it is chosen

    @property
    def is_set(self) -> bool:
        return not self.options[0][2]


EVERYTHING = "alle"  # the first option of every filter; as a value of the address it is no choice


def matches(board: Board, key: tuple[str, str], show: Show) -> bool:
    """Whether a series is among those the filter of the address shows."""
    state = board.states[key]
    is_new = key in board.new
    if show in (Show.NEW, Show.NEW_CONCERN, Show.NEW_IMPROVEMENT, Show.NEW_CHANGE) and not is_new:
        return False
    if show in _KIND_OF:
        return state.variation is _KIND_OF[show]
    if show is Show.SIGNALS:
        return state.variation in SIGNALS
    if show in _ASSURANCE_OF:
        return state.assurance is _ASSURANCE_OF[show]
    if show is Show.FEW:
        return state.variation in NOT_JUDGED
    if show is Show.LATE:
        return key in board.late
    if show is Show.PINNED:
        return key in board.pinned
    return True


def quick_choices(
    board: Board, keys: Sequence[tuple[str, str]], selection: Selection, show: Show, *, has_since: bool
) -> tuple[Choice, ...]:
    """The counts over the matrix, each a link to what it counts."""
    names = [
        (Show.ALL, _("Alle")),
        *([(Show.NEW, _("Nye"))] if has_since else []),
        (Show.SIGNALS, _("Signaler")),
        (Show.TARGET_MISSED, _("Når ikke måltallet")),
        (Show.LATE, _("Mangler")),
        *([(Show.PINNED, _("Fastgjorte"))] if board.pinned else []),
    ]
    chips = [
        Choice(
            f"{name} {number(sum(matches(board, key, kind) for key in keys))}",
            selection.href("/", show=None if kind is Show.ALL else kind.value),
            is_current=kind is show,
        )
        for kind, name in names
    ]
    if show not in {kind for kind, _name in names}:  # a filter that only a link of the heading leads to
        count = number(sum(matches(board, key, show) for key in keys))
        chips.append(Choice(f"{_show_words(show)} {count}", selection.href("/"), is_current=True))
    return tuple(chips)


def _show_words(show: Show) -> str:
    return {
        Show.NEW: _("Nye"),
        Show.NEW_CONCERN: _("Nye bekymrende"),
        Show.NEW_IMPROVEMENT: _("Nye forbedringer"),
        Show.NEW_CHANGE: _("Nye ændringer uden retning"),
        Show.CONCERN: _("Bekymrende"),
        Show.IMPROVEMENT: _("Forbedringer"),
        Show.CHANGE: _("Ændringer uden retning"),
        Show.COMMON: _("Kun tilfældig variation"),
        Show.FEW: _("For få eller ingen data"),
        Show.TARGET_MET: _("Når måltallet"),
        Show.TARGET_MIXED: _("Rammer og misser måltallet"),
        Show.TARGET_MISSED: _("Når ikke måltallet"),
        Show.LATE: _("Mangler"),
        Show.PINNED: _("Fastgjorte"),
        Show.SIGNALS: _("Signaler"),
    }.get(show, show.value)


def filters_of(
    store: Store, viewer: Viewer, board: Board, selection: Selection, show: Show, *, has_since: bool
) -> tuple[Filter, ...]:
    """The selects over the matrix, with what occurs on this board; a filter with one choice is left out."""
    goals = {board.definitions[code].goal for code, _unit in board.states} | {selection.goal}
    shows = [one for one in Show if has_since or one not in (Show.NEW, *_NEW_KINDS)]
    shows = [one for one in shows if board.pinned or one is not Show.PINNED]
    roles = {board.definitions[code].role.value for code, _unit in board.states}
    sectors = [sector for sector in SECTORS if sector in set(board.sectors.values())]
    owners = sorted({name for key, name in board.owners.items() if name and key in board.states})
    return tuple(
        one
        for one in (
            _filter(
                "maal",
                _("Nationalt mål"),
                _("Alle otte mål"),
                [
                    (str(goal.number), f"{goal.number} {goal.name.say(language())}")
                    for goal in catalogue.goals(store, viewer)
                    if goal.number in goals
                ],
                str(selection.goal),
            ),
            _filter(
                "vis",
                pgettext("filter", "Ikon"),
                _("Alle målinger"),
                [(one.value, _show_words(one)) for one in shows if one is not Show.ALL],
                show.value,
            ),
            _filter(
                "rolle",
                pgettext("of an indicator", "Rolle"),
                _("Alle roller"),
                [(role, role_words(role)) for role in ROLES if role in roles],
                selection.role,
            ),
            _filter(
                "sektor",
                _("Sektor"),
                _("Alle sektorer"),
                [(sector, sector_words(sector)) for sector in sectors],
                selection.sector,
            ),
            _filter(
                "ansvarlig",
                _("Ansvarlig"),
                _("Alle ansvarlige"),
                [(owner_code(name), name) for name in owners],
                selection.owner,
            ),
        )
        if len(one.options) > 2 or one.is_set
    )


def _filter(key: str, label: str, everything: str, options: Sequence[tuple[str, str]], chosen: str | None) -> Filter:
    is_known = chosen in {value for value, _words in options}
    return Filter(
        key,
        label,
        ((EVERYTHING, everything, not is_known), *((value, words, value == chosen) for value, words in options)),
    )


def role_words(role: str) -> str:
    """What an indicator is there for, in the reader's language."""
    return {"outcome": _("Resultat"), "process": _("Proces"), "balancing": _("Balance")}[role]


def sector_words(sector: str) -> str:
    """A sector of units in the reader's language."""
    return {"national": _("Hele landet"), "regional": _("Region"), "municipal": _("Kommune")}[sector]

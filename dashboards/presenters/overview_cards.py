"""The cards of Overblik: the signals that come first, the latest note and who answers for the data. No Dash here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

from dashboards.figures.matrix import Cell
from dashboards.presenters.board import Board, attention
from dashboards.presenters.signal_words import SIGNALS
from dashboards.selection import Selection
from dashboards.text import day_text, language, ngettext, number
from data.access import Viewer
from data.queries import decisions
from data.store import Store

MOST_CARDS = 5


@dataclass(frozen=True, slots=True)
class Card:
    """A new signal: the cell it comes from, where it is, the latest note and who answers for the data."""

    key: tuple[str, str]
    is_on_agenda: bool
    cell: Cell
    name: str
    unit: str
    note: str
    owner: str


def wanted_keys(board: Board, keys: Sequence[tuple[str, str]], *, has_since: bool) -> list[tuple[str, str]]:
    """The series that deserve a card, the most important first: new ones, or all signals where nothing is known as new.

    What the reader has marked as seen is left out.
    """
    wanted = [
        key
        for key in keys
        if key not in board.seen and (key in board.new if has_since else board.states[key].variation in SIGNALS)
    ]
    order = {unit.code: i for i, unit in enumerate(board.side.all)}
    wanted.sort(
        key=lambda key: (
            SIGNALS.index(board.states[key].variation),
            attention(board.states[key], is_late=key in board.late),
            board.definitions[key[0]].goal or 9,
            order[key[1]],
        )
    )
    return wanted


def more_cards(count: int) -> str:
    """What the cards leave out."""
    if count <= MOST_CARDS:
        return ""
    left = count - MOST_CARDS
    return ngettext("{count} til står i tabellen.", "{count} til står i tabellen.", left).format(count=number(left))


def cards_of(
    store: Store,
    viewer: Viewer,
    board: Board,
    wanted: Sequence[tuple[str, str]],
    selection: Selection,
    on_agenda: Collection[tuple[str, str]],
) -> tuple[Card, ...]:
    """The first signals as cards."""
    units_by_code = {unit.code: unit for unit in board.side.all}
    cards = []
    for indicator, unit_code in wanted[:MOST_CARDS]:
        unit = units_by_code[unit_code]
        cell = board.cell(indicator, unit, selection)
        assert cell is not None
        notes = store.remember(
            ("notes of a card", indicator, unit_code, viewer.rights),
            partial(decisions.annotations, store, viewer, indicator, unit_code),
        )
        # A note on the series itself says more about its signal than the latest one on the whole hospital.
        latest = max(
            notes,
            key=lambda note: (note.indicator_code is not None, note.unit_code == unit_code, note.starts_on),
            default=None,
        )
        note = ""
        if latest is not None:
            said = latest.text.say(language())
            note = f"{day_text(latest.starts_on)}: {said}"
        cards.append(
            Card(
                key=(indicator, unit_code),
                is_on_agenda=(indicator, unit_code) in on_agenda,
                cell=cell,
                name=board.definitions[indicator].name.say(language()),
                unit=board.unit_name(unit),
                note=note,
                owner=board.owners.get((indicator, unit_code), ""),
            )
        )
    return tuple(cards)

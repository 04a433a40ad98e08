"""Tavlemøde: the agenda of the next meeting and what the buttons of its page do. No Dash.

New is what has become a signal since the unit's last meeting began, and before the first meeting what is new to the
reader. The finding of each series is the explanation every other page shows, and is kept in both languages when the
meeting begins, so that the minutes say what was said that day.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from dashboards.figures.icons import variation_icon
from dashboards.presenters.board import Board, Side, new_signals, read_board, side_by_side
from dashboards.presenters.meeting_finding import finding_of
from dashboards.presenters.signal_words import SIGNALS, sentence
from dashboards.selection import Selection
from dashboards.text import _, day_text, language, moment_text, ngettext
from data import agenda, meetings
from data.access import Viewer
from data.errors import DataError
from data.meetings import Decision, State, Treated, Why
from data.queries import catalogue, series, units
from data.queries.units import Unit
from data.reading import Pair
from data.store import Store
from indicators.assessment import Assurance, Variation
from indicators.words import Words

PATH = "/tavlemoede"
MINUTES = "/tavlemoede/referat"
CORRIDOR = "gang"  # the view (`vis`) of the screen in the corridor
MOST_NEW = 8  # new signals that come by themselves; more would be no meeting
MINUTES_PER_SERIES = 3


# ------------------------------------------------------------------------------------------------------ the agenda


@dataclass(frozen=True, slots=True)
class AgendaRow:
    """A series on the agenda. `is_kept` says that it was put there; the others come by themselves, and may be left out.

    `key` is what buttons name it by ("GENINDL NOH").
    """

    key: str
    name: str
    unit: str
    icon: Markup
    reasons: tuple[str, ...]
    value: str
    sentence: str
    href: str
    is_kept: bool
    is_standing: bool
    why: Why

    @property
    def pair(self) -> Pair:
        indicator, _space, unit = self.key.partition(" ")
        return indicator, unit


@dataclass(frozen=True, slots=True)
class Agreed:
    """A decision of a meeting as it is told: what, and who with by when or how it went."""

    id: int
    series: str
    what: str
    told: str
    state: State
    key: str = ""
    who: str = ""
    letter: str = ""  # of its note on the chart, where that stands beside it


@dataclass(frozen=True, slots=True)
class Held:
    """A meeting that was held, in a list."""

    day: str
    href: str


@dataclass(frozen=True, slots=True)
class StartView:
    """The page before the meeting. `under_way` is the address of a meeting that has begun and not ended."""

    unit: Unit
    title: str
    lead: str
    rows: tuple[AgendaRow, ...]
    left_out: tuple[str, ...]
    offered: tuple[tuple[str, str], ...]
    may_hold: bool
    under_way: str
    under_way_id: int
    under_way_since: str
    last_day: str
    last_href: str
    last_agreed: tuple[Agreed, ...]
    earlier: tuple[Held, ...]
    all_href: str
    corridor_href: str


def require_reading(store: Store, viewer: Viewer, unit_code: str | None) -> bool:
    """Whether there is an agenda to read: raises NotAllowed with its words where it is for others."""
    if unit_code is None:
        return False
    agenda.listed(store, viewer, unit_code)
    return True


def start_view(
    store: Store,
    viewer: Viewer,
    selection: Selection,
    *,
    today: date,
    since: datetime | None,
    timezone: str,
    left_out: Collection[str] = (),
) -> StartView:
    """The agenda and what came before; `left_out` are keys of rows the reader leaves out this time."""
    assert selection.unit is not None
    unit = units.get(store, viewer, selection.unit, on=today)
    name = unit.name.say(language())
    rows, board = agenda_rows(store, viewer, unit, selection, today=today, since=since)
    rows = tuple(row for row in rows if row.is_kept or row.key not in left_out)
    running = meetings.under_way(store, viewer, unit.code)
    held = meetings.listed(store, viewer, unit.code, limit=6)
    last = meetings.of(store, viewer, held[0].id) if held else None
    names = Names(store, viewer, board)
    shown = {row.key for row in rows}
    count = len(rows)
    lead = (
        ngettext(
            "{count} måling på dagsordenen: ca. {minutes} minutter.",
            "{count} målinger på dagsordenen: ca. {minutes} minutter.",
            count,
        ).format(count=count, minutes=count * MINUTES_PER_SERIES)
        if count
        else _("Der er ikke noget på dagsordenen endnu.")
    )
    return StartView(
        unit=unit,
        title=_("Tavlemøde i {unit}").format(unit=name),
        lead=lead,
        rows=rows,
        left_out=tuple(left_out),
        offered=tuple(
            sorted(
                ((key, names.series(pair)) for pair in board.states if (key := " ".join(pair)) not in shown),
                key=lambda one: one[1],
            )
        ),
        may_hold=agenda.may_hold(viewer, unit.code),
        under_way=selection.href(f"{PATH}/moede/{running.id}", show=None) if running else "",
        under_way_id=running.id if running else 0,
        under_way_since=moment_text(running.started_at, timezone) if running else "",
        last_day=moment_text(last.started_at, timezone, "day") if last else "",
        last_href=selection.href(f"{MINUTES}/{last.id}", show=None) if last else "",
        last_agreed=tuple(agreed(one, names, today, timezone) for one in last.decisions) if last else (),
        earlier=tuple(
            Held(moment_text(one.started_at, timezone, "day"), selection.href(f"{MINUTES}/{one.id}", show=None))
            for one in held[1:]
        ),
        all_href=selection.href(MINUTES, show=None),
        corridor_href=selection.href(PATH, show=CORRIDOR),
    )


def agenda_rows(
    store: Store, viewer: Viewer, unit: Unit, selection: Selection, *, today: date, since: datetime | None
) -> tuple[tuple[AgendaRow, ...], Board]:
    """What comes to the next meeting: what was put there in its order, then new signals, then what was decided."""
    kept = {item.pair: item for item in agenda.listed(store, viewer, unit.code)}
    decided = {one.pair for one in meetings.open_decisions(store, viewer, unit.code)}
    side, board = board_of(store, viewer, unit, {*kept, *decided}, today=today)
    new = signals_after(store, viewer, side, board, looked_last(store, viewer, unit, since))
    by_itself = [pair for pair in new if pair not in kept] + sorted(decided - kept.keys() - set(new))
    order = [*kept, *by_itself]
    rows = []
    for pair in order:
        state, definition = board.states.get(pair), board.definitions.get(pair[0])
        place = _unit_of(side, pair[1])
        if state is None or definition is None or place is None:
            continue
        item = kept.get(pair)
        reasons = [
            words
            for is_so, words in (
                (item is not None and item.is_standing, _("fast punkt")),
                (pair in new, _("nyt signal")),
                (pair in decided, _("åben aftale")),
                (
                    item is not None and not item.is_standing,
                    _("valgt af {name}").format(name=item.author if item else ""),
                ),
            )
            if is_so
        ]
        cell = board.cell(pair[0], place, selection)
        assert cell is not None
        rows.append(
            AgendaRow(
                key=" ".join(pair),
                name=definition.name.say(language()),
                unit=board.unit_name(place),
                icon=variation_icon(state.variation, state.rising, size=24),
                reasons=tuple(reasons),
                value=" ".join(part for part in (cell.period, cell.value) if part),
                sentence=sentence(definition, state),
                href=cell.href,
                is_kept=item is not None,
                is_standing=item is not None and item.is_standing,
                why=_why(item, is_new=pair in new, is_decided=pair in decided),
            )
        )
    return tuple(rows), board


def _why(item: agenda.AgendaItem | None, *, is_new: bool, is_decided: bool) -> Why:
    if item is not None:
        return Why.STANDING if item.is_standing else Why.PICKED
    return Why.NEW if is_new or not is_decided else Why.DECISION


def board_of(store: Store, viewer: Viewer, unit: Unit, more: Collection[Pair], *, today: date) -> tuple[Side, Board]:
    """The unit and the units under it as on Overblik, with those of `more` series beside them."""
    visible = units.visible(store, viewer, on=today)
    with_series = series.followed_units(store, viewer) & {one.code for one in visible}
    side = side_by_side(unit, visible, with_series)
    there = {one.code for one in side.all}
    extra = [one for one in visible if one.code in {code for _indicator, code in more} - there]
    wide = replace(side, others=(*side.others, *extra))
    return wide, read_board(store, viewer, wide, today=today, since=None, all_units=())


def looked_last(store: Store, viewer: Viewer, unit: Unit, since: datetime | None) -> datetime | None:
    """The moment after which a signal is new to the meeting: the last one's beginning; before the first one `since`."""
    last = meetings.listed(store, viewer, unit.code, limit=1)
    return last[0].started_at if last else since


def signals_after(store: Store, viewer: Viewer, side: Side, board: Board, moment: datetime | None) -> list[Pair]:
    """The signals that are new since `moment` (None: those there are), what needs attention first."""
    if moment is None:
        found: Collection[Pair] = {pair for pair, state in board.states.items() if state.variation in SIGNALS}
    else:
        found = new_signals(store, viewer, board.states, moment)
    order = {Variation.CONCERN: 0, Variation.CHANGE: 1, Variation.IMPROVEMENT: 2}
    place = {one.code: number for number, one in enumerate(side.all)}

    def rank(pair: Pair) -> tuple[int, bool, int, str]:
        state = board.states[pair]
        return order.get(state.variation, 3), state.assurance is not Assurance.FAIL, place.get(pair[1], 99), pair[0]

    return sorted(found, key=rank)[:MOST_NEW]


def _unit_of(side: Side, code: str) -> Unit | None:
    return next((one for one in side.all if one.code == code), None)


class Names:
    """Series by name: »Tryksår, Medicinsk Afdeling«."""

    def __init__(self, store: Store, viewer: Viewer, board: Board | None = None) -> None:
        self.definitions = (
            board.definitions if board else {one.code: one for one in catalogue.indicators(store, viewer)}
        )
        self.units = {one.code: one.name.say(language()) for one in units.visible(store, viewer)}

    def indicator(self, code: str) -> str:
        return self.definitions[code].name.say(language()) if code in self.definitions else code

    def unit(self, code: str) -> str:
        return self.units.get(code, code)

    def series(self, pair: Pair) -> str:
        return f"{self.indicator(pair[0])}, {self.unit(pair[1])}"


def agreed(one: Decision, names: Names, today: date, timezone: str, letter: str = "") -> Agreed:
    """A decision in words, with whether it was done in time."""
    if one.state is State.OPEN:
        told = _due_words(one.due_on, today)
    else:
        assert one.settled_at is not None
        day = moment_text(one.settled_at, timezone, "day")
        words = _("gjort {day}") if one.state is State.DONE else _("ikke gjort, {day}")
        told = words.format(day=day)
    return Agreed(
        one.id,
        names.series(one.pair),
        one.what,
        " · ".join(part for part in (one.who, told) if part),
        one.state,
        " ".join(one.pair),
        one.who,
        letter,
    )


def _due_words(due_on: date | None, today: date) -> str:
    if due_on is None:
        return ""
    words = _("senest {day}") if due_on >= today else _("skulle være gjort {day}")
    return words.format(day=day_text(due_on, "short" if due_on.year == today.year else "year"))


# --------------------------------------------------------------------------------------------- what buttons do there


@dataclass(frozen=True, slots=True)
class Taken:
    """What a button on the start page came to: words, an address to go on at, and what is left out this time."""

    words: str = ""
    go: str = ""
    left_out: tuple[str, ...] = ()
    is_refused: bool = False


def take_step(
    store: Store,
    viewer: Viewer,
    pressed: Mapping[str, Any],
    selection: Selection,
    *,
    today: date,
    now: datetime,
    since: datetime | None,
) -> Taken:
    """Do what a button on the start page asks for; a refusal and a button of an older page are words, no error."""
    values = pressed.get("values") or {}
    given = values.get("left_out") or []
    left_out = tuple(dict.fromkeys([given] if isinstance(given, str) else [str(one) for one in given]))
    step, _space, key = str(pressed.get("name", "")).partition(" ")
    if step == "add":
        key = str(values.get("add") or "")
    indicator, _space, code = key.partition(" ")
    assert selection.unit is not None
    board_unit = selection.unit
    try:
        if step == "add" and key:
            agenda.add(store, viewer, board_unit, indicator, code, now=now)
            return Taken(_("Målingen er på dagsordenen."), left_out=tuple(one for one in left_out if one != key))
        if step == "off":
            agenda.take_off(store, viewer, board_unit, indicator, code, now=now)
            # It may be there for another reason as well: taken off means not this time.
            return Taken(_("Målingen er taget af dagsordenen."), left_out=(*left_out, key))
        if step == "out":
            return Taken(_("Målingen er taget af dagsordenen."), left_out=(*left_out, key))
        if step in ("stand", "once"):
            agenda.set_standing(store, viewer, board_unit, indicator, code, step == "stand", now=now)
            words = _("Målingen kommer på hvert møde.") if step == "stand" else _("Målingen kommer kun på næste møde.")
            return Taken(words, left_out=left_out)
        if step in ("up", "down", "begin"):
            unit = units.get(store, viewer, board_unit, on=today)
            rows, _board = agenda_rows(store, viewer, unit, selection, today=today, since=since)
            rows = tuple(row for row in rows if row.is_kept or row.key not in left_out)
            if step == "begin":
                number = begin(store, viewer, board_unit, rows, today=today, now=now)
                return Taken(go=selection.href(f"{PATH}/moede/{number}/1", show=None))
            if key not in [row.key for row in rows]:  # gone meanwhile, or never there: nothing is put on the agenda
                raise ValueError("no series of the agenda")
            order = _moved(rows, key, -1 if step == "up" else 1)
            agenda.arrange(store, viewer, board_unit, order, now=now)
            place = 1 + [" ".join(pair) for pair in order].index(key)
            return Taken(_("Målingen er nu nummer {number}.").format(number=place), left_out=left_out)
        if step == "end":
            meetings.end(store, viewer, int(key), now=now)
            return Taken(go=selection.href(f"{MINUTES}/{int(key)}", show=None))
    except DataError as refusal:
        return Taken(refusal.reason(language()), left_out=left_out, is_refused=True)
    except ValueError:
        pass
    return Taken(_("Vælg en måling først.") if step == "add" else "", left_out=left_out, is_refused=step == "add")


def focus_after(pressed: Mapping[str, Any], view: StartView) -> str:
    """The name of the button where the reader goes on, once the list is drawn anew.

    What was moved stays in hand; at either end the other arrow does. What was taken off gives its place to the next.
    """
    step, _space, key = str(pressed.get("name", "")).partition(" ")
    keys = [row.key for row in view.rows]
    if key in keys:
        if step == "up" and key == keys[0]:
            step = "down"
        elif step == "down" and key == keys[-1]:
            step = "up"
        elif step in ("stand", "once"):
            step = "once" if view.rows[keys.index(key)].is_standing else "stand"
        return f"{step} {key}"
    if step in ("off", "out") and view.rows:
        row = view.rows[-1]
        return f"{'off' if row.is_kept else 'out'} {row.key}"
    return "add"


def _moved(rows: Sequence[AgendaRow], key: str, by: int) -> list[Pair]:
    """The whole order with one row moved: a row that came by itself is thereby put on the agenda."""
    order = [row.pair for row in rows]
    place = next((number for number, row in enumerate(rows) if row.key == key), None)
    if place is not None and 0 <= place + by < len(order):
        order[place], order[place + by] = order[place + by], order[place]
    return order


def begin(
    store: Store, viewer: Viewer, board_unit: str, rows: Sequence[AgendaRow], *, today: date, now: datetime
) -> int:
    """Begin the meeting on these rows, with what is said of each today in both languages."""
    treated = []
    for row in rows:
        said = {
            spoken: finding_of(store, viewer, row.pair, today=today, spoken=spoken).title for spoken in ("da", "en")
        }
        treated.append(Treated(*row.pair, row.why, Words(**said)))
    return meetings.begin(store, viewer, board_unit, treated, now=now)

"""Overblik: the page put together from what its parts say of one board. No Dash here.

Every sentence is made from the stored state of the series, the one the indicator page, the mail and the API read too.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from dashboards.figures.matrix import Matrix
from dashboards.presenters.board import Board, read_board, side_by_side
from dashboards.presenters.overview_cards import Card, cards_of, more_cards, wanted_keys
from dashboards.presenters.overview_chance import chance_text
from dashboards.presenters.overview_cohorts import cohort_choices, cohort_page, cohort_unit_codes
from dashboards.presenters.overview_filters import Choice, Filter, Show, filters_of, matches, quick_choices
from dashboards.presenters.overview_lead import Part, goal_note, lead_parts, second_parts
from dashboards.presenters.overview_matrix import columns_of, draw_matrix, more_text
from dashboards.presenters.overview_missing import MissingRow, missing_lead, missing_rows
from dashboards.presenters.signal_words import SIGNALS
from dashboards.presenters.unit_names import short_name
from dashboards.selection import Selection
from dashboards.text import _, language
from data import agenda
from data.access import Viewer
from data.queries import accounts, series, units
from data.queries.units import Unit
from data.store import Store


@dataclass(frozen=True, slots=True)
class OverviewView:
    """The page. `matrix` is None where there is nothing to show; `empty` then says why."""

    lead: tuple[Part, ...]
    second: tuple[Part, ...]
    chips: tuple[Choice, ...]
    unit_chips: tuple[Choice, ...]
    cohort_chips: tuple[Choice, ...]
    page_chips: tuple[Choice, ...]
    matrix: Matrix | None
    matrix_key: Hashable  # what the matrix depends on besides the data
    has_since: bool
    cards_title: str
    cards: tuple[Card, ...]
    more: str
    chance: str
    missing: tuple[MissingRow, ...]
    missing_lead: str
    goal_note: tuple[Part, ...]
    csv_href: str
    xlsx_href: str
    page_href: str
    filters: tuple[Filter, ...]
    empty: str = ""  # "", "no_series", "filter"
    show_all_href: str = "/"
    unit_name: str = ""
    unit_code: str = ""
    more_cards: str = ""
    may_hold_meeting: bool = False
    quality_team: tuple[str, ...] = ()  # whom to ask where nothing is followed yet: addresses


def overview_view(
    store: Store,
    viewer: Viewer,
    selection: Selection,
    *,
    today: date,
    since: datetime | None,
    timezone: str = "Europe/Copenhagen",
) -> OverviewView:
    """The page for a viewer and a choice. `since` (UTC) is when the viewer was here last; None where nobody knows.

    A visit earlier the same day counts as the same visit: what is new then is soon nothing, and the signals there are
    say more.
    """
    since_day = None if since is None else since.replace(tzinfo=UTC).astimezone(ZoneInfo(timezone)).date()
    if since_day is not None and since_day >= today:
        since = since_day = None
    assert selection.unit is not None, "the shell fills in the unit, or shows that there is none"
    visible = units.visible(store, viewer, on=today)
    by_code = {unit.code: unit for unit in visible}
    chosen = by_code.get(selection.unit) or units.get(store, viewer, selection.unit, on=today)
    with_series = series.followed_units(store, viewer) & by_code.keys()
    chips, cohort = cohort_choices(store, viewer, selection)
    pages: tuple[Choice, ...] = ()
    if cohort is not None:
        pool = [by_code[code] for code in cohort_unit_codes(store, viewer, cohort) if code in with_series]
        side, pages = cohort_page(pool, chosen, selection, cohort)
        pool_units: Sequence[Unit] = side.others
    else:
        side = side_by_side(chosen, visible, with_series)
        pool_units = side.all
    board = read_board(store, viewer, side, today=today, since=since, all_units=pool_units)
    show = Show.of(selection.show)
    return _view(store, viewer, board, selection, show, chosen, today, since_day, chips, pages)


def _view(
    store: Store,
    viewer: Viewer,
    board: Board,
    selection: Selection,
    show: Show,
    chosen: Unit,
    today: date,
    since: date | None,
    cohort_chips: tuple[Choice, ...],
    pages: tuple[Choice, ...],
) -> OverviewView:
    keys = [key for key in board.states if board.is_chosen(key, selection)]
    matching = [key for key in keys if matches(board, key, show)]
    columns = columns_of(board.side, matching, show)
    marks = (board.new, board.pinned if show is Show.PINNED else None)
    key = ("matrix", selection, chosen.code, board.side, marks, viewer.rights, today, language())
    matrix = store.remember(
        key,
        partial(draw_matrix, store, viewer, board, chosen, columns, matching, selection, show),
        is_large=True,
    )
    empty = ""
    if not board.states:
        empty = "no_series"
    elif not matching:
        empty = "filter"
    everything = selection.but(show=None)
    has_since = since is not None
    wanted = wanted_keys(board, keys, has_since=has_since)
    may_hold_meeting = agenda.may_hold(viewer, chosen.code)
    on_agenda = {item.pair for item in agenda.listed(store, viewer, chosen.code)} if may_hold_meeting else set()
    shown_states = [board.states[key] for key in keys]
    n_signals = sum(state.variation in SIGNALS for state in shown_states)
    unit_chips = tuple(
        Choice(short_name(unit), selection.href("/", unit=unit.code), is_current=unit.code == columns[0].code)
        for unit in columns
    )
    return OverviewView(
        lead=lead_parts(board, keys, since, today, selection),
        second=second_parts(board, keys, today, selection, store.deadline_day),
        chips=quick_choices(board, keys, selection, show, has_since=has_since),
        unit_chips=unit_chips if len(unit_chips) > 1 else (),
        cohort_chips=cohort_chips,
        page_chips=pages,
        matrix=None if empty else matrix,
        matrix_key=key,
        has_since=has_since,
        cards_title=_("Nyt siden sidst") if has_since else _("Signaler nu"),
        cards=cards_of(store, viewer, board, wanted, selection, on_agenda),
        more=more_text(board.side, columns, show, is_cohort=bool(pages) or bool(cohort_chips)),
        chance=store.remember(("chance", *key), partial(chance_text, shown_states, n_signals)),
        missing=missing_rows(board, selection),
        missing_lead=missing_lead(board, today, store.deadline_day),
        goal_note=goal_note(store, viewer, selection),
        csv_href=selection.href("/overblik.csv"),
        xlsx_href=selection.href("/overblik.xlsx"),
        page_href=selection.href("/"),
        filters=filters_of(store, viewer, board, selection, show, has_since=has_since),
        empty=empty,
        show_all_href=everything.but(goal=None, role=None, sector=None, owner=None).href("/"),
        unit_name=chosen.name.say(language()),
        unit_code=chosen.code,
        more_cards=more_cards(len(wanted)),
        may_hold_meeting=may_hold_meeting,
        quality_team=tuple(accounts.quality_team(store, viewer, chosen.code, on=today)) if empty == "no_series" else (),
    )

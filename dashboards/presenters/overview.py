"""Overblik: which units stand side by side, what is said about each series, and what is new. No Dash here.

Every sentence is made from the stored state of the series, the one the indicator page, the mail and the API read too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import partial
from zoneinfo import ZoneInfo

from dashboards.components.deliver_nav import COMPLETENESS
from dashboards.figures.icons import assurance_words, variation_words
from dashboards.figures.matrix import Cell, Column, Group, Matrix, Row, short_state
from dashboards.figures.points import centre_name, has_limits, the_centre
from dashboards.figures.thermometer import direction_words
from dashboards.selection import ROLES, SECTORS, Selection, owner_code
from dashboards.text import (
    _,
    day_text,
    language,
    ngettext,
    number,
    period_text,
    pgettext,
    shown_decimals,
    target_text,
    value_text,
    value_with_unit,
)
from data import agenda, deadlines, seen
from data.access import Role, Viewer
from data.assessments import variations_at
from data.queries import catalogue, cohorts, coverage, decisions, observations, series, states, units
from data.queries.coverage import Missing
from data.queries.units import Unit
from data.states import SeriesState
from data.store import Store
from indicators.assessment import Assurance, Variation
from indicators.definition import Direction, IndicatorDefinition, PeriodKind, Target
from indicators.spc import RULES, Rule, false_alarm_probability
from indicators.spc.profiles import profile_of

MOST_COLUMNS = 12  # the chosen unit and eleven others
COHORT_COLUMNS = 7  # units of a cohort have words and a line in every cell
RAIL_COLUMNS = 6  # with more units the matrix takes the width and the cards stand under it
MOST_CARDS = 5
PERIODS_LISTED = 4  # missing months written out one by one; more become a count


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
SIGNALS = (Variation.CONCERN, Variation.IMPROVEMENT, Variation.CHANGE)
NOT_JUDGED = (Variation.FEW, Variation.MISSING)


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that changes what is shown."""

    label: str
    href: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence; with `href` it is a link."""

    text: str
    href: str = ""


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


@dataclass(frozen=True, slots=True)
class MissingRow:
    """A series that lacks periods that are due."""

    unit: str
    unit_href: str  # what the unit has handed in, month by month
    indicator: str
    href: str
    periods: str
    owner: str


@dataclass(frozen=True, slots=True)
class Filter:
    """One way to narrow the matrix: a native select whose `key` is its key in the address."""

    key: str
    label: str
    options: tuple[tuple[str, str, bool], ...]  # value, words, whether it is chosen

    @property
    def is_set(self) -> bool:
        return not self.options[0][2]


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


# --------------------------------------------------------------------------------------------------- which units


@dataclass(frozen=True, slots=True)
class Side:
    """The units that stand side by side. `own` is the one the matrix is about, None where units are compared."""

    own: Unit | None
    others: tuple[Unit, ...]

    @property
    def all(self) -> tuple[Unit, ...]:
        return ((self.own,) if self.own else ()) + self.others


def side_by_side(chosen: Unit, visible: Sequence[Unit], with_series: Collection[str]) -> Side:
    """The chosen unit and the units under it that follow something: the nearest level that does, in tree order.

    A region whose hospitals follow indicators shows its hospitals, not their forty departments.
    """
    below: dict[str | None, list[Unit]] = {}
    for unit in visible:
        below.setdefault(unit.parent_code, []).append(unit)
    level = below.get(chosen.code, [])
    while level:
        found = [unit for unit in level if unit.code in with_series]
        if found:
            break
        level = [deeper for unit in level for deeper in below.get(unit.code, [])]
    others = tuple(unit for unit in level if unit.code in with_series)
    return Side(chosen if chosen.code in with_series or not others else None, others)


# ------------------------------------------------------------------------------------------------- what is said


def sentence(definition: IndicatorDefinition, state: SeriesState) -> str:
    """What the stored state says, in one or two sentences; the arithmetic stands on the indicator page."""
    if state.variation is Variation.MISSING:
        return _("Der er ingen data endnu.")
    if state.reason == "no_variation":
        value = value_with_unit(definition, state.centre) if state.centre is not None else ""
        return _("Alle punkter er ens: {value}. Der er ingen udsving at vurdere.").format(value=value)
    if state.variation is Variation.FEW:
        return ngettext(
            "{count} brugbart punkt: for lidt til at skelne et signal fra støj.",
            "{count} brugbare punkter: for lidt til at skelne et signal fra støj.",
            state.n_useful,
        ).format(count=state.n_useful)
    if state.variation in SIGNALS:
        return _signal_sentence(definition, state)
    random = _("Intet tyder på andet end tilfældige udsving.")
    if not has_limits(definition):  # no limits to hold the target against: what was met is counted, see assurance_text
        return random
    return {
        Assurance.PASS: _("Intet tyder på andet end tilfældige udsving. Som processen er, nås måltallet."),
        Assurance.MIXED: _("Intet tyder på andet end tilfældige udsving, og måltallet ligger inden for dem."),
        Assurance.FAIL: _("Intet tyder på andet end tilfældige udsving. Som processen er, nås måltallet næppe."),
        Assurance.NONE: random,
    }[state.assurance]


def _signal_sentence(definition: IndicatorDefinition, state: SeriesState) -> str:
    """What was found, by the rule that leads; a rule without words of its own here is told in the library's."""
    assert state.rule is not None
    rule = Rule(state.rule)
    tell = _TOLD.get(rule)
    found = RULES[rule].words.say(language()) if tell is None else tell(definition, state)
    said = found if rule is Rule.FEW_CROSSINGS else _("{found} Det er næppe tilfældigt.").format(found=found)
    return said if rule in (Rule.FEW_CROSSINGS, Rule.OUTSIDE_LIMITS) else said + _since(state)


def _few_crossings(definition: IndicatorDefinition, state: SeriesState) -> str:
    return ngettext(
        "Kurven krydser {centre} {count} gang; mindst {least} var ventet. Niveauet har sandsynligvis flyttet sig.",
        "Kurven krydser {centre} {count} gange; mindst {least} var ventet. Niveauet har sandsynligvis flyttet sig.",
        state.n_crossings or 0,
    ).format(centre=the_centre(definition), count=state.n_crossings or 0, least=state.n_crossings_min or 0)


def _outside_limits(definition: IndicatorDefinition, state: SeriesState) -> str:
    return ngettext(
        "{count} punkt ligger uden for kontrolgrænserne.",
        "{count} punkter ligger uden for kontrolgrænserne.",
        state.n_signal_points,
    ).format(count=state.n_signal_points)


def _on_one_side(definition: IndicatorDefinition, state: SeriesState) -> str:
    side = {
        Variation.CONCERN: _("på den dårlige side af {centre}"),
        Variation.IMPROVEMENT: _("på den gode side af {centre}"),
    }.get(state.variation, _("over {centre}") if state.rising else _("under {centre}"))
    place = side.format(centre=the_centre(definition))
    if state.centre is not None:
        place = _("{side} på {value}").format(side=place, value=value_text(definition, state.centre))
    return _("{count} punkter i træk {side}.").format(count=state.n_signal_points, side=place)


def _trend(definition: IndicatorDefinition, state: SeriesState) -> str:
    text = _("{count} punkter i træk stiger.") if state.rising else _("{count} punkter i træk falder.")
    return text.format(count=state.n_signal_points)


_TOLD: Mapping[Rule, Callable[[IndicatorDefinition, SeriesState], str]] = {
    Rule.LONG_RUN: _on_one_side,
    Rule.SHIFT: _on_one_side,
    Rule.TREND: _trend,
    Rule.OUTSIDE_LIMITS: _outside_limits,
    Rule.FEW_CROSSINGS: _few_crossings,
}


def _since(state: SeriesState) -> str:
    """When a run ended, where that is not the latest closed period: its signal stays until a new phase is set."""
    if state.signal_last is None or state.latest_period is None or state.signal_last >= state.latest_period:
        return ""
    return " " + _("Rækken sluttede i {period}.").format(
        period=period_text(state.signal_last, state.sparkline.kind, "long")
    )


def assurance_text(definition: IndicatorDefinition, state: SeriesState) -> str:
    """Whether the target is met; on a run chart counted, never predicted."""
    words = assurance_words(state.assurance)
    if words and not has_limits(definition) and state.counted:
        counted = _("{met} af de seneste {counted}").format(met=state.met, counted=state.counted)
        return f"{words} ({counted})"
    return words


def attention(state: SeriesState, *, is_late: bool) -> int:
    """0 is looked at first: concern that misses its target, concern, missing data, target missed, the rest."""
    misses = state.assurance is Assurance.FAIL
    if state.variation is Variation.CONCERN:
        return 0 if misses else 1
    if is_late or state.variation is Variation.MISSING:
        return 2
    return 3 if misses else 4


def chance_signals(shown: Iterable[SeriesState]) -> float:
    """How many of these charts would show a signal by chance alone: the sum of each one's own false-alarm chance."""
    return float(sum(_chance_of(state.n_useful, state.chart, state.profile) for state in shown))


def _chance_of(n_useful: int, chart: str, profile: str) -> float:
    return false_alarm_probability(n_useful, chart, profile=profile, reading=profile_of(profile).reading)


# ---------------------------------------------------------------------------------------------------------- the page


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the page and the national goals read about the series of some units."""

    side: Side
    definitions: dict[str, IndicatorDefinition]
    states: dict[tuple[str, str], SeriesState]
    late: dict[tuple[str, str], str]
    new: frozenset[tuple[str, str]]
    missing: tuple[Missing, ...]
    owners: dict[tuple[str, str], str]
    parents: dict[str, str]
    seen: frozenset[tuple[str, str]] = frozenset()
    pinned: frozenset[tuple[str, str]] = frozenset()

    @property
    def sectors(self) -> dict[str, str]:
        return {unit.code: unit.sector for unit in self.side.all}

    def is_chosen(self, key: tuple[str, str], selection: Selection) -> bool:
        """Whether a series is among those the filters leave: goal, role, sector and who answers for the data."""
        indicator, unit_code = key
        definition = self.definitions[indicator]
        return (
            selection.goal in (None, definition.goal)
            and selection.role in (None, definition.role.value)
            and selection.sector in (None, self.sectors.get(unit_code))
            and (selection.owner is None or selection.owner == owner_code(self.owners.get(key, "")))
        )

    def unit_name(self, unit: Unit) -> str:
        """The unit's name, with the hospital it belongs to where departments of several stand side by side."""
        name = unit.name.say(language())
        return f"{name}, {self.parents[unit.code]}" if unit.code in self.parents else name

    def cell(self, indicator: str, unit: Unit, selection: Selection) -> Cell | None:
        """The series as it is shown, or None where the indicator is not followed in the unit."""
        state = self.states.get((indicator, unit.code))
        if state is None:
            return None
        definition = self.definitions[indicator]
        key = (indicator, unit.code)
        late = self.late.get(key, "")
        value = period = spoken = amount = full_period = ""
        if state.latest_value is not None and state.latest_period is not None:
            value = value_text(definition, state.latest_value, denominator=state.latest_denominator)
            amount = number(state.latest_value, shown_decimals(definition, state.latest_denominator))
            period = period_text(state.latest_period, definition.period, "name")
            full_period = period_text(state.latest_period, definition.period)
            spoken = _("{value} i {period}").format(
                value=value_with_unit(definition, state.latest_value, denominator=state.latest_denominator),
                period=period_text(state.latest_period, definition.period, "long"),
            )
        elif state.latest_period is not None:
            value = spoken = _("skjult")
            period = period_text(state.latest_period, definition.period, "name")
        said = sentence(definition, state)
        meets = assurance_text(definition, state)
        name, where = definition.name.say(language()), self.unit_name(unit)
        parts = [f"{name}, {where}: {spoken or _('ingen data')}", variation_words(state.variation, state.rising), meets]
        label = ". ".join(part.rstrip(".") for part in (*parts, said, late, _("Ny") if key in self.new else "") if part)
        target = state.sparkline.target
        return Cell(
            href=selection.href(f"/indikator/{indicator}", unit=unit.code, show=None, goal=None, cohort=None),
            variation=state.variation,
            rising=state.rising,
            assurance=state.assurance,
            direction=definition.direction,
            state=short_state(state.variation),
            value=value,
            period=period,
            sentence=said,
            label=label + ".",
            assurance_text=meets,
            late=late,
            is_new=key in self.new,
            attention=attention(state, is_late=bool(late)),
            spark=state.sparkline,
            centre_label=_centre_label(definition, state),
            target_label=_("Måltal {value}").format(value=_target_value(definition, target))
            if target is not None
            else "",
            unit_of_measure=definition.unit_of_measure.say(language()),
            amount=amount,
            full_period=full_period,
        )


def _centre_label(definition: IndicatorDefinition, state: SeriesState) -> str:
    if state.centre is None:
        return ""
    return f"{centre_name(definition)} {value_text(definition, state.centre)}"


def _target_value(definition: IndicatorDefinition, value: float) -> str:
    sign = "≤" if definition.direction is Direction.DOWN else "≥"
    return target_text(definition, Target(value, {"≤": "<=", "≥": ">="}[sign], None, None, "", definition.name))


def read_board(
    store: Store, viewer: Viewer, side: Side, *, today: date, since: datetime | None, all_units: Sequence[Unit]
) -> Board:
    """Read what the board needs about the units of `side`; `all_units` are those whose missing data is listed."""
    codes = [unit.code for unit in side.all]
    found = {(s.indicator_code, s.unit_code): s for s in states.of_units(store, viewer, codes)}
    definitions = {definition.code: definition for definition in catalogue.indicators(store, viewer)}
    missing = tuple(coverage.missing(store, viewer, [unit.code for unit in all_units], today=today))
    late = {}
    for one in missing:
        definition = definitions.get(one.indicator_code)
        if definition is None or not one.periods:
            continue
        due = deadlines.last_due(today, definition.period, store.deadline_day)
        if due in one.periods:
            late[one.indicator_code, one.unit_code] = _("{period} mangler").format(
                period=period_text(due, definition.period, "name")
            )
    owners = {(s.indicator_code, s.unit_code): s.owner for s in series.listed(store, viewer, codes)}
    marked = seen.seen(store, viewer)
    is_seen = frozenset(key for key, state in found.items() if marked.get(key) == seen.signal_of(state))
    return Board(
        side=side,
        definitions=definitions,
        states=found,
        late=late,
        new=new_signals(store, viewer, found, since) - is_seen,
        seen=is_seen,
        pinned=frozenset(key for key in decisions.pinned(store, viewer) if key in found),
        missing=missing,
        owners=owners,
        parents=_parents(store, viewer, side),
    )


def _parents(store: Store, viewer: Viewer, side: Side) -> dict[str, str]:
    """Short names of what the units belong to, where they belong to different places and share their names."""
    above = {unit.code: unit.parent_code for unit in side.others if unit.kind in ("department", "ward")}
    codes = [code for code in dict.fromkeys(above.values()) if code is not None]
    if len(codes) < 2:
        return {}
    names = {code: found[0].short_name for code, found in units.find_many(store, viewer, codes).items() if found}
    return {code: names[parent] for code, parent in above.items() if parent in names}


def new_signals(
    store: Store, viewer: Viewer, found: Mapping[tuple[str, str], SeriesState], since: datetime | None
) -> frozenset[tuple[str, str]]:
    """The series whose signal was not on the board at `since`: the board of that moment is computed again and compared.

    Only series with a signal and with data that came in since are asked. Without `since` nothing is called new.
    """
    if since is None:
        return frozenset()
    signals = tuple(key for key, state in found.items() if state.variation in SIGNALS)
    if not signals:
        return frozenset()
    rights = (viewer.sees_all, viewer.owns_all, viewer.own_units, viewer.readable_units)
    key = ("new_signals", signals, since, rights, store.small_number, store.deadline_day)
    return store.remember(key, lambda: _compare(store, viewer, found, signals, since))


def _compare(
    store: Store,
    viewer: Viewer,
    found: Mapping[tuple[str, str], SeriesState],
    signals: Sequence[tuple[str, str]],
    since: datetime,
) -> frozenset[tuple[str, str]]:
    frame = observations.current_many(store, viewer, signals)
    arrived = frame[frame["recorded_at"] > since]
    touched = set(zip(arrived["indicator_code"], arrived["unit_code"], strict=True))
    before = variations_at(store, viewer, [key for key in signals if key in touched], today=since.date(), as_of=since)
    return frozenset(key for key, variation in before.items() if variation is not found[key].variation)


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
    chips, cohort = cohort_choices(store, viewer, selection, today=today)
    pages: tuple[Choice, ...] = ()
    if cohort is not None:
        pool = [
            by_code[code] for code in cohort_unit_codes(store, viewer, cohort) if code in with_series & set(by_code)
        ]
        side, pages = cohort_page(pool, chosen, selection, cohort)
        pool_units: Sequence[Unit] = side.others
    else:
        side = side_by_side(chosen, visible, with_series)
        pool_units = side.all
    board = read_board(store, viewer, side, today=today, since=since, all_units=pool_units)
    show = Show.of(selection.show)
    return _view(board, selection, show, chosen, today, since_day, chips, pages, store.deadline_day, store, viewer)


def _view(
    board: Board,
    selection: Selection,
    show: Show,
    chosen: Unit,
    today: date,
    since: date | None,
    cohort_chips: tuple[Choice, ...],
    pages: tuple[Choice, ...],
    deadline_day: int,
    store: Store,
    viewer: Viewer,
) -> OverviewView:
    keys = [key for key in board.states if board.is_chosen(key, selection)]
    matching = [key for key in keys if _matches(board, key, show)]
    columns_of = _columns(board.side, matching, show)
    marks = (board.new, board.pinned if show is Show.PINNED else None)
    key = ("matrix", selection, chosen.code, board.side, marks, viewer.rights, today, language())

    def draw() -> Matrix:
        return Matrix(
            tuple(_column(unit, board, chosen) for unit in columns_of),
            _groups(store, viewer, board, columns_of, matching, selection, show),
            _("Målinger efter nationalt mål og enhed. Brug piletaster mellem felter; Enter åbner målingen."),
        )

    matrix = store.remember(key, draw, is_large=True)
    empty = ""
    if not board.states:
        empty = "no_series"
    elif not matching:
        empty = "filter"
    everything = selection.but(show=None)
    has_since = since is not None
    wanted = _wanted(board, keys, has_since=has_since)
    may_hold_meeting = agenda.may_hold(viewer, chosen.code)
    on_agenda = {item.pair for item in agenda.listed(store, viewer, chosen.code)} if may_hold_meeting else set()
    shown_states = [board.states[key] for key in keys]
    n_signals = sum(state.variation in SIGNALS for state in shown_states)
    unit_chips = tuple(
        Choice(unit.short_name, selection.href("/", unit=unit.code), is_current=unit.code == columns_of[0].code)
        for unit in columns_of
    )
    return OverviewView(
        lead=_lead(board, keys, since, today, selection),
        second=_second(board, keys, today, selection, deadline_day),
        chips=_chips(board, keys, selection, show, has_since=has_since),
        unit_chips=unit_chips if len(unit_chips) > 1 else (),
        cohort_chips=cohort_chips,
        page_chips=pages,
        matrix=None if empty else matrix,
        matrix_key=key,
        has_since=has_since,
        cards_title=_("Nyt siden sidst") if has_since else _("Signaler nu"),
        cards=_cards(store, viewer, board, wanted, selection, on_agenda),
        more=_more(board.side, columns_of, show, is_cohort=bool(pages) or bool(cohort_chips)),
        chance=store.remember(("chance", *key), partial(_chance, shown_states, n_signals)),
        missing=_missing_rows(board, selection),
        missing_lead=_missing_lead(board, today, deadline_day),
        goal_note=_goal_note(store, viewer, selection),
        csv_href=selection.href("/overblik.csv"),
        xlsx_href=selection.href("/overblik.xlsx"),
        page_href=selection.href("/"),
        filters=_filters(store, viewer, board, selection, show, has_since=has_since),
        empty=empty,
        show_all_href=everything.but(goal=None, role=None, sector=None, owner=None).href("/"),
        unit_name=chosen.name.say(language()),
        unit_code=chosen.code,
        more_cards=_more_cards(len(wanted)),
        may_hold_meeting=may_hold_meeting,
    )


def _matches(board: Board, key: tuple[str, str], show: Show) -> bool:
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


def _columns(side: Side, matching: Sequence[tuple[str, str]], show: Show) -> tuple[Unit, ...]:
    """The columns: the own unit and at most seven others; under a filter, those with something to show."""
    others = list(side.others)
    if show is not Show.ALL:
        hits = {unit_code for _indicator, unit_code in matching}
        others = [unit for unit in others if unit.code in hits] or others
    room = MOST_COLUMNS - 1
    return ((side.own,) if side.own else ()) + tuple(others[:room])


def _column(unit: Unit, board: Board, chosen: Unit) -> Column:
    side = board.side
    is_own = side.own is not None and unit.code == side.own.code
    caption = board.parents.get(unit.code) or (_("valgt enhed") if unit.code == chosen.code else kind_words(unit.kind))
    name = unit.name.say(language()) if is_own else unit.short_name
    return Column(unit.code, name, caption, is_own=is_own, full_name=board.unit_name(unit))


def kind_words(kind: str) -> str:
    """A kind of unit in the reader's language."""
    return {
        "nation": _("hele landet"),
        "region": _("region"),
        "health_council": _("sundhedsråd"),
        "municipality": _("kommune"),
        "hospital": _("hospital"),
        "department": _("afdeling"),
        "ward": _("afsnit"),
        "practice": _("praksis"),
    }.get(kind, kind)


def _groups(
    store: Store,
    viewer: Viewer,
    board: Board,
    columns: Sequence[Unit],
    matching: Sequence[tuple[str, str]],
    selection: Selection,
    show: Show,
) -> tuple[Group, ...]:
    shown = {unit.code for unit in columns}
    indicators = dict.fromkeys(indicator for indicator, unit_code in matching if unit_code in shown)
    goals = [
        (goal.number, goal.name.say(language()))
        for goal in catalogue.goals(store, viewer)
        if selection.goal in (None, goal.number)
    ]
    if any(board.definitions[code].goal is None for code in indicators):
        goals.append((0, _("Uden nationalt mål")))
    is_narrowed = any((selection.role, selection.sector, selection.owner))
    groups = []
    for goal, name in goals:
        rows = [
            _row(board, board.definitions[code], columns, selection)
            for code in indicators
            if (board.definitions[code].goal or 0) == goal
        ]
        if not rows and (show is not Show.ALL or is_narrowed):  # elsewhere an empty goal says that nobody follows it
            continue
        rows.sort(
            key=lambda row: (min(c.attention for c in row.present), -sum(c.is_signal for c in row.present), row.name)
        )
        href = selection.href(f"/maal/{goal}", goal=None, show=None) if goal else ""
        groups.append(Group(goal, name, href, tuple(rows), _group_summary(rows)))
    return tuple(groups)


def _row(board: Board, definition: IndicatorDefinition, columns: Sequence[Unit], selection: Selection) -> Row:
    cells = tuple(board.cell(definition.code, unit, selection) for unit in columns)
    first = next(cell for cell in cells if cell is not None)
    return Row(
        code=definition.code,
        name=definition.name.say(language()),
        detail=row_detail(
            definition,
            [
                board.states[definition.code, unit.code].sparkline.target
                for unit, cell in zip(columns, cells, strict=True)
                if cell is not None
            ],
        ),
        href=first.href,
        cells=cells,
    )


def row_detail(definition: IndicatorDefinition, targets: Sequence[float | None]) -> str:
    """Unit of measure, direction and target of a row: "dage, lavere er bedre, måltal ≤ 7".

    `targets` are those the states of the row were held against; where they differ, no single number is given.
    """
    unit = "" if definition.is_percent else definition.unit_of_measure.say(language())
    different = set(targets)
    aim = ""
    if len(different) > 1:
        aim = _("måltal efter enhed")
    elif different and (value := different.pop()) is not None:
        aim = _("måltal {value}").format(value=_target_value(definition, value))
    return ", ".join(text for text in (unit, direction_words(definition.direction), aim) if text)


def _group_summary(rows: Sequence[Row]) -> str:
    cells = [cell for row in rows for cell in row.present]
    return count_words({kind: sum(cell.variation is kind for cell in cells) for kind in SIGNALS}, joined=", ")


def count_words(counts: Mapping[Variation, int], *, joined: str = "") -> str:
    """Signals counted by kind: "2 bekymrende, 1 forbedring og 1 ændring uden retning"; empty without signals."""
    parts = [_kind_count(kind, counts[kind]) for kind in SIGNALS if counts.get(kind)]
    if joined or len(parts) < 2:
        return (joined or " ").join(parts)
    return _("{first} og {last}").format(first=", ".join(parts[:-1]), last=parts[-1])


def _kind_count(kind: Variation, count: int) -> str:
    if kind is Variation.CONCERN:
        text = ngettext("{count} bekymrende", "{count} bekymrende", count)
    elif kind is Variation.IMPROVEMENT:
        text = ngettext("{count} forbedring", "{count} forbedringer", count)
    else:
        text = ngettext("{count} ændring uden retning", "{count} ændringer uden retning", count)
    return text.format(count=count)


# ---------------------------------------------------------------------------------------------------- the sentences


def _lead(
    board: Board, keys: Sequence[tuple[str, str]], since: date | None, today: date, selection: Selection
) -> tuple[Part, ...]:
    """The heading: what is new since the last visit, or which signals there are where that is not known.

    That there are no signals is said only where something was judged: silence about nothing is no good news.
    """
    if not keys:
        return (Part(_("Ingen målinger følges her endnu") + "."),)
    if all(board.states[key].variation in NOT_JUDGED for key in keys):
        return (Part(_("Endnu for få data til at vise signaler") + "."),)
    if since is not None:
        wanted = [key for key in keys if key in board.new]
        day = _day(since, today)
        if not wanted:
            return (Part(_("Ingen nye signaler siden {day}").format(day=day) + "."),)
        opening = _("Siden {day}:").format(day=day)
        text = ngettext("{count} nyt signal", "{count} nye signaler", len(wanted)).format(count=len(wanted))
        total, shows = Show.NEW, (Show.NEW_CONCERN, Show.NEW_IMPROVEMENT, Show.NEW_CHANGE)
    else:
        wanted = [key for key in keys if board.states[key].variation in SIGNALS]
        if not wanted:
            return (Part(_("Ingen signaler nu") + "."),)
        opening = _("Signaler nu:")
        text = number(len(wanted))
        total, shows = Show.SIGNALS, (Show.CONCERN, Show.IMPROVEMENT, Show.CHANGE)
    parts = [Part(opening + " "), Part(text, selection.href("/", show=total.value)), Part(" – ")]
    kinds = [
        Part(_kind_count(kind, count), selection.href("/", show=shown.value))
        for kind, shown in zip(SIGNALS, shows, strict=True)
        if (count := sum(board.states[key].variation is kind for key in wanted))
    ]
    return (*parts, *_enumerated(kinds), Part("."))


def _day(day: date, today: date) -> str:
    """A day, with its year only where it is another one than today's: 3. november."""
    text = day_text(day)
    return text.removesuffix(f" {day.year}") if day.year == today.year else text


def _enumerated(parts: Sequence[Part]) -> list[Part]:
    """Parts with commas between them and "og" before the last."""
    joined: list[Part] = []
    for i, part in enumerate(parts):
        if i:
            joined.append(Part(pgettext("between two things", " og ") if i == len(parts) - 1 else ", "))
        joined.append(part)
    return joined


def _second(
    board: Board, keys: Sequence[tuple[str, str]], today: date, selection: Selection, deadline_day: int
) -> tuple[Part, ...]:
    if not keys:
        return ()
    common = sum(board.states[key].variation is Variation.COMMON for key in keys)
    late = sum(key in board.late for key in keys)
    text = ngettext("{count} af {total} måling", "{count} af {total} målinger", len(keys))
    parts = [
        Part(text.format(count=number(common), total=number(len(keys))), selection.href("/", show=Show.COMMON.value)),
        Part(" " + ngettext("viser kun tilfældig variation.", "viser kun tilfældig variation.", common) + " "),
    ]
    if late:
        due = deadlines.last_due(today, PeriodKind.MONTH, deadline_day)
        parts += [
            Part(ngettext("{count} mangler", "{count} mangler", late).format(count=number(late)),
                 selection.href("/", show=Show.LATE.value)),
            Part(" " + _("tal for {month}.").format(month=period_text(due, PeriodKind.MONTH, "long"))),
        ]  # fmt: skip
    else:
        parts.append(Part(_("Ingen mangler den seneste måned.")))
    return tuple(parts)


def _chips(
    board: Board, keys: Sequence[tuple[str, str]], selection: Selection, show: Show, *, has_since: bool
) -> tuple[Choice, ...]:
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
            f"{name} {number(sum(_matches(board, key, kind) for key in keys))}",
            selection.href("/", show=None if kind is Show.ALL else kind.value),
            is_current=kind is show,
        )
        for kind, name in names
    ]
    if show not in {kind for kind, _name in names}:  # a filter that only a link of the heading leads to
        count = number(sum(_matches(board, key, show) for key in keys))
        chips.append(Choice(f"{_show_words(show)} {count}", selection.href("/"), is_current=True))
    return tuple(chips)


EVERYTHING = "alle"  # the first option of every filter; as a value of the address it is no choice


def _filters(
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


_NEW_KINDS = (Show.NEW_CONCERN, Show.NEW_IMPROVEMENT, Show.NEW_CHANGE)


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


def _more(side: Side, columns: Sequence[Unit], show: Show, *, is_cohort: bool) -> str:
    """What is not shown because there is no room for it; nothing is left out without a word."""
    left = len(side.all) - len(columns)
    if left <= 0 or is_cohort:
        return ""
    if show is not Show.ALL:
        return _("Filteret viser de enheder, der har noget at vise, {shown} af {total}.").format(
            shown=number(len(columns)), total=number(len(side.all))
        )
    return _(
        "Viser {shown} af {total} enheder. Vælg en anden enhed øverst for at se dens målinger, eller brug filtrene: "
        "de søger i alle {total}."
    ).format(shown=number(len(columns)), total=number(len(side.all)))


def _chance(shown: Sequence[SeriesState], n_signals: int) -> str:
    expected = chance_signals(shown)
    about = _("under 1") if expected < 0.5 else _("ca. {count}").format(count=number(expected))
    charts = ngettext("{count} diagram vises", "{count} diagrammer vises", len(shown)).format(count=number(len(shown)))
    return _(
        "{charts}, {signals} har et signal. Ved ren tilfældighed ville {about} af dem vise et signal. "
        "Åbne måneder tæller ikke med, før de er færdige."
    ).format(charts=charts, signals=number(n_signals), about=about)


def _wanted(board: Board, keys: Sequence[tuple[str, str]], *, has_since: bool) -> list[tuple[str, str]]:
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


def _more_cards(count: int) -> str:
    """What the cards leave out."""
    if count <= MOST_CARDS:
        return ""
    left = count - MOST_CARDS
    return ngettext("{count} til står i tabellen.", "{count} til står i tabellen.", left).format(count=number(left))


def _cards(
    store: Store,
    viewer: Viewer,
    board: Board,
    wanted: Sequence[tuple[str, str]],
    selection: Selection,
    on_agenda: Collection[tuple[str, str]],
) -> tuple[Card, ...]:
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


def _missing_rows(board: Board, selection: Selection) -> tuple[MissingRow, ...]:
    units_by_code = {unit.code: unit for unit in board.side.all}
    rows = []
    for one in board.missing:
        definition, unit = board.definitions.get(one.indicator_code), units_by_code.get(one.unit_code)
        if definition is None or unit is None or not one.periods:
            continue
        if not board.is_chosen((one.indicator_code, one.unit_code), selection):
            continue
        rows.append(
            MissingRow(
                unit=board.unit_name(unit),
                unit_href=Selection(unit=unit.code).href(COMPLETENESS),
                indicator=definition.name.say(language()),
                href=selection.href(f"/indikator/{definition.code}", unit=unit.code, show=None, goal=None, cohort=None),
                periods=_periods(one.periods, definition.period),
                owner=one.owner,
            )
        )
    return tuple(rows)


def _periods(periods: Sequence[date], kind: PeriodKind) -> str:
    """The missing periods: written out while they are few, else first, last and how many."""
    ordered = sorted(periods)
    if len(ordered) <= PERIODS_LISTED:
        return ", ".join(period_text(day, kind) for day in ordered)
    return _("{count} perioder fra {first} til {last}").format(
        count=number(len(ordered)), first=period_text(ordered[0], kind), last=period_text(ordered[-1], kind)
    )


def _missing_lead(board: Board, today: date, deadline_day: int) -> str:
    due = deadlines.last_due(today, PeriodKind.MONTH, deadline_day)
    last_day = deadlines.deadline(due, PeriodKind.MONTH, deadline_day)
    return _("Tal for {month} skulle være leveret senest {day}.").format(
        month=period_text(due, PeriodKind.MONTH, "long"), day=_day(last_day, today)
    )


def _goal_note(store: Store, viewer: Viewer, selection: Selection) -> tuple[Part, ...]:
    if selection.goal is None:
        return ()
    goal = next((goal for goal in catalogue.goals(store, viewer) if goal.number == selection.goal), None)
    if goal is None:
        return ()
    return (
        Part(_("Kun mål {number}: {name}.").format(number=goal.number, name=goal.name.say(language())) + " "),
        Part(_("Vis alle otte mål"), selection.href("/", goal=None)),
    )


# --------------------------------------------------------------------------------------------------------- cohorts


def cohort_choices(
    store: Store, viewer: Viewer, selection: Selection, *, today: date
) -> tuple[tuple[Choice, ...], str | None]:
    """For evaluators: the cohorts as links, and the one that is chosen. Nothing for other roles."""
    if not viewer.has(Role.EVALUATOR):
        return (), None
    granted = {grant.cohort_code for grant in viewer.grants if grant.role is Role.EVALUATOR}
    offered = [
        cohort
        for cohort in cohorts.all(store, viewer)
        if (None in granted or cohort.code in granted) and cohort_unit_codes(store, viewer, cohort.code)
    ]
    if not offered:
        return (), None
    members = {cohort.code: cohort_unit_codes(store, viewer, cohort.code) for cohort in offered}
    chosen = selection.cohort if selection.cohort in members else None
    if chosen is None or selection.unit not in members[chosen]:
        # A unit chosen in the context bar brings its own cohort with it.
        home = next((code for code, inside in members.items() if selection.unit in inside), None)
        chosen = home or chosen or (None if viewer.own_units else offered[0].code)
    choices = []
    for cohort in offered:
        first = members[cohort.code][0]
        href = selection.href("/", cohort=cohort.code, unit=first)
        choices.append(Choice(cohort.name.say(language()), href, is_current=cohort.code == chosen))
    return tuple(choices), chosen


def cohort_unit_codes(store: Store, viewer: Viewer, code: str) -> list[str]:
    """Codes of the units that take part with a cohort and that the viewer may see, in the order of the query."""
    return [unit.unit_code for unit in cohorts.units(store, viewer, code)]


def cohort_page(
    pool: Sequence[Unit], chosen: Unit, selection: Selection, cohort: str
) -> tuple[Side, tuple[Choice, ...]]:
    """Seven units of a cohort at a time: the page that holds the chosen unit, and links to the others."""
    size = COHORT_COLUMNS
    starts = range(0, len(pool), size)
    codes = [unit.code for unit in pool]
    at = codes.index(chosen.code) // size * size if chosen.code in codes else 0
    pages = tuple(
        Choice(
            _("Enhed {first}–{last}").format(first=start + 1, last=min(start + size, len(pool))),
            selection.href("/", unit=pool[start].code, cohort=cohort),
            is_current=start == at,
        )
        for start in starts
    )
    return Side(None, tuple(pool[at : at + size])), pages if len(pages) > 1 else ()

"""The board of some units: who stands side by side, and all that is read about their series. No Dash here.

Overblik, the national goals, board packs and the board meeting read the same one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dashboards.figures.icons import variation_words
from dashboards.figures.matrix import Cell, short_state
from dashboards.figures.points import centre_name
from dashboards.presenters.signal_words import SIGNALS, aim_text, assurance_text, sentence
from dashboards.selection import Selection, owner_code
from dashboards.text import _, language, number, period_text, shown_decimals, value_text, value_with_unit
from data import deadlines, seen
from data.access import Viewer
from data.assessments import variations_at
from data.queries import catalogue, coverage, decisions, observations, series, states, units
from data.queries.coverage import Missing
from data.queries.units import Unit
from data.states import SeriesState
from data.store import Store
from indicators.assessment import Assurance, Variation
from indicators.definition import IndicatorDefinition

MOST_COLUMNS = 12  # the chosen unit and eleven others


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


def attention(state: SeriesState, *, is_late: bool) -> int:
    """0 is looked at first: concern that misses its target, concern, missing data, target missed, the rest."""
    misses = state.assurance is Assurance.FAIL
    if state.variation is Variation.CONCERN:
        return 0 if misses else 1
    if is_late or state.variation is Variation.MISSING:
        return 2
    return 3 if misses else 4


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
            target_label=_("Måltal {value}").format(value=aim_text(definition, target)) if target is not None else "",
            unit_of_measure=definition.unit_of_measure.say(language()),
            amount=amount,
            full_period=full_period,
        )


def _centre_label(definition: IndicatorDefinition, state: SeriesState) -> str:
    if state.centre is None:
        return ""
    return f"{centre_name(definition)} {value_text(definition, state.centre)}"


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

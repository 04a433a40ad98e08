"""One value: what it is now and was before, where its month stands, and the steps the viewer may take with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
from markupsafe import Markup

from dashboards.components.deliver_nav import DELIVER
from dashboards.presenters.receipts import alert, counted_text, receipt_href, value_href
from dashboards.selection import Selection
from dashboards.text import _, day_text, language, moment_text, period_text
from data import month_states
from data.access import Viewer
from data.errors import DataError
from data.month_states import STATE_NAMES, MonthState, State
from data.queries import catalogue, history, observations, units
from data.queries.history import STANDING_NAMES, ValueRow
from data.store import Store
from indicators.definition import IndicatorDefinition
from indicators.periods import start_of

LATEST = 12


@dataclass(frozen=True, slots=True)
class LatestRow:
    """One of the latest values of the series."""

    period: str
    href: str
    value: str
    state: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One time the value was delivered."""

    when: str
    who: str
    receipt: str
    receipt_href: str
    value: str
    standing: str
    is_current: bool
    note: str
    events: tuple[str, ...]
    board_href: str


@dataclass(frozen=True, slots=True)
class StepChoice:
    """A step as a button: `code` is the state it leads to."""

    code: str
    label: str
    needs_reason: bool


@dataclass(frozen=True, slots=True)
class ValueView:
    title: str
    lead: str
    state: str
    state_code: str
    state_note: str
    as_of: str
    today_href: str
    latest: tuple[LatestRow, ...]
    history: tuple[HistoryRow, ...]
    taken: tuple[tuple[str, str], ...]
    steps: tuple[StepChoice, ...]
    not_yours: str  # why a step the viewer has the right to is not among them
    chart_href: str
    deliver_href: str


def period_of(definition: IndicatorDefinition, text: str) -> date | None:
    """The period an address names, or None where that is no first day of one."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if start_of(day, definition.period) == day else None


def value_view(
    store: Store, viewer: Viewer, code: str, period: date, selection: Selection, *, now: datetime, timezone: str
) -> ValueView:
    """Everything the page shows.

    Raises
    ------
    NotFound, NotAllowed
        There is no such indicator or unit, or the viewer may not see it.
    """
    assert selection.unit is not None
    said = language()
    definition = catalogue.indicator(store, viewer, code)
    unit = units.get(store, viewer, selection.unit, on=period)
    as_of = selection.as_of
    told = history.of_value(store, viewer, code, unit.code, period, as_of=as_of)
    frame = observations.current(store, viewer, code, unit.code, as_of)
    standing = month_states.of_months(store, viewer, [unit.code])
    here = standing.get((code, unit.code, period), month_states.EMPTY)
    open_now = (
        month_states.OpenSteps(())
        if as_of
        else month_states.open_steps(store, viewer, code, unit.code, period, now=now)
    )
    name = period_text(period, definition.period, "long")
    chart = Selection(unit=unit.code).href(f"/indikator/{code}")
    return ValueView(
        title=_("{indicator}, {period}: {value}").format(
            indicator=definition.name.say(said), period=name, value=_current(definition, told)
        ),
        lead=unit.name.say(said),
        state=STATE_NAMES[here.state].say(said),
        state_code=here.state.value,
        state_note=_state_note(here, timezone),
        as_of=day_text(as_of) if as_of else "",
        today_href=value_href(code, unit.code, period),
        latest=_latest(definition, unit.code, frame, standing, period),
        history=tuple(_history_row(definition, unit.code, row, timezone) for row in told),
        taken=tuple(
            (moment_text(step.at, timezone), _taken_words(step.state, step.author, step.reason))
            for step in month_states.taken(store, viewer, code, unit.code, period)
        ),
        steps=tuple(StepChoice(step.after.value, step.words.say(said), step.needs_reason) for step in open_now.steps),
        not_yours=open_now.refusal.reason(said) if open_now.refusal else "",
        chart_href=chart,
        deliver_href=Selection(unit=unit.code, month=period.replace(day=1)).href(DELIVER)
        if viewer.may_deliver(unit.code) and here.state is not State.LOCKED
        else "",
    )


def _current(definition: IndicatorDefinition, told: list[ValueRow]) -> str:
    now = next((row for row in told if row.is_current), None)
    if now is None:
        return _("ingen værdi")
    return _value(definition, now)


def _value(definition: IndicatorDefinition, row: ValueRow) -> str:
    return _("skjult") if row.is_hidden else counted_text(definition, row.numerator, row.denominator, row.value)


def _state_note(here: MonthState, timezone: str) -> str:
    if here.at is None:
        return ""
    said = f"{here.author}, {moment_text(here.at, timezone)}"
    return f"{said}: {here.reason}" if here.reason else said


def _taken_words(state: State, author: str, reason: str) -> str:
    said = _("{state} af {who}").format(state=STATE_NAMES[state].say(language()), who=author)
    return f"{said}: {reason}" if reason else said


def _latest(
    definition: IndicatorDefinition,
    unit_code: str,
    frame: pd.DataFrame,
    standing: Mapping[Any, MonthState],
    chosen: date,
) -> tuple[LatestRow, ...]:
    """The twelve newest values, newest first, always with the chosen one among them."""
    rows = list(frame.itertuples(index=False))
    until = next((i for i, row in enumerate(rows) if row.period_start >= chosen), len(rows))
    end = max(min(len(rows), until + 1), min(len(rows), LATEST)) if until < len(rows) - LATEST else len(rows)
    shown = rows[max(0, end - LATEST) : end]
    return tuple(
        LatestRow(
            period=period_text(row.period_start, definition.period),
            href=value_href(definition.code, unit_code, row.period_start),
            value=_("skjult")
            if row.is_hidden
            else counted_text(definition, *(_or_none(one) for one in (row.numerator, row.denominator, row.value))),
            state=STATE_NAMES[
                standing.get((definition.code, unit_code, row.period_start), month_states.EMPTY).state
            ].say(language()),
            is_chosen=row.period_start == chosen,
        )
        for row in reversed(shown)
    )


def _or_none(figure: float) -> float | None:
    return None if pd.isna(figure) else float(figure)


def _history_row(definition: IndicatorDefinition, unit_code: str, row: ValueRow, timezone: str) -> HistoryRow:
    return HistoryRow(
        when=moment_text(row.recorded_at, timezone),
        who=row.account_name,
        receipt=row.receipt,
        receipt_href=receipt_href(row.receipt),
        value=_value(definition, row),
        standing=STANDING_NAMES[row.standing].say(language()),
        is_current=row.is_current,
        note=row.note,
        events=tuple(
            (
                _("Trukket tilbage {when} af {who}")
                if event.kind == "withdrawn"
                else _("Lagt ind igen {when} af {who}")
            ).format(when=moment_text(event.at, timezone), who=event.author or "–")
            + (f": {event.reason}" if event.reason else "")
            for event in row.events
        ),
        board_href=Selection(unit=unit_code, as_of=row.recorded_at.date()).href(f"/indikator/{definition.code}"),
    )


def take_step(
    store: Store, viewer: Viewer, code: str, unit: str, period: date, after: str, reason: str, *, now: datetime
) -> tuple[bool, Markup]:
    """Take the month to another state; whether it was done, and what to say."""
    try:
        month_states.set_state(store, viewer, [(code, unit, period)], State(after), now=now, reason=reason)
    except DataError as refusal:
        return False, alert("error", "warn", refusal.reason(language()))
    return True, alert(
        "ok", "check", _("Måneden er nu: {state}.").format(state=STATE_NAMES[State(after)].say(language()).lower())
    )

"""What a reader does with a card on Overblik: seen, brought back, put on the agenda of the board meeting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dashboards.text import _, language
from data import agenda, seen
from data.access import Viewer
from data.errors import DataError, NotFound
from data.queries import catalogue, states
from data.store import Store

SEEN, UNSEEN, AGENDA, OFF_AGENDA = "seen", "unseen", "agenda", "off-agenda"


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, in words, and the step that undoes it; `is_refused` where it was not done."""

    words: str
    undo: str = ""
    is_refused: bool = False


def step_name(step: str, key: tuple[str, str]) -> str:
    """How a button names a step: "seen GENINDL NOH"."""
    return " ".join((step, *key))


def take_step(store: Store, viewer: Viewer, name: str, board_unit: str, *, now: datetime) -> Done:
    """Do what a button asks for, on the board of a unit. A refusal, or a button of an older page, gives words."""
    step, _space, rest = name.partition(" ")
    indicator, _space, unit = rest.partition(" ")
    try:
        state = states.one(store, viewer, indicator, unit)
        series = catalogue.indicator(store, viewer, indicator).name.say(language())
        if state is None:
            raise NotFound(seen.NO_SERIES)
        if step == SEEN:
            seen.mark(store, viewer, [state], now=now)
            return Done(_("{series} er markeret som set.").format(series=series), step_name(UNSEEN, (indicator, unit)))
        if step == UNSEEN:
            seen.unmark(store, viewer, indicator, unit)
            return Done(_("{series} står her igen.").format(series=series))
        if step == AGENDA:
            agenda.add(store, viewer, board_unit, indicator, unit, now=now)
            return Done(
                _("{series} er på dagsordenen til næste tavlemøde.").format(series=series),
                step_name(OFF_AGENDA, (indicator, unit)),
            )
        if step == OFF_AGENDA:
            agenda.take_off(store, viewer, board_unit, indicator, unit, now=now)
            return Done(_("{series} er taget af dagsordenen.").format(series=series))
    except DataError as refusal:
        return Done(refusal.reason(language()), is_refused=True)
    return Done(_("Siden er fornyet. Prøv igen."), is_refused=True)

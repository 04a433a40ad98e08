"""The board meeting on the wall: its steps, what is pressed there, and the screen in the corridor. No Dash.

All steps of a meeting travel at once. Who has lost the network can then go on through the steps, and what is written
waits in the browser until it is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from dashboards.presenters.meeting import MINUTES, PATH, Agreed, Names, agreed, board_of, looked_last, signals_after
from dashboards.presenters.meeting_finding import Finding, finding_of
from dashboards.selection import Selection
from dashboards.text import _, day_text, language
from data import agenda, meetings
from data.access import Viewer
from data.errors import DataError, NotFound
from data.meetings import Meeting, State
from data.queries import observations, units
from data.store import Store
from indicators.assessment import Variation

DUE_IN_DAYS = 14  # what is proposed for »by when«: the next meeting of most boards
MOST_IN_CORRIDOR = 12  # four minutes to see all of them
NOTHING = Markup("")


@dataclass(frozen=True, slots=True)
class DecisionField:
    """The one decision of a step, as far as it has been written; `due` is written as a date field wants it."""

    what: str = ""
    who: str = ""
    due: str = ""
    is_saved: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `key` is what buttons name its series by; `qr` leads a phone to the same step."""

    number: int
    key: str
    finding: Finding
    agreed: tuple[Agreed, ...] = ()
    decision: DecisionField = DecisionField()
    qr: Markup = NOTHING


@dataclass(frozen=True, slots=True)
class ScreenView:
    """The whole meeting, or the screen in the corridor (`is_corridor`): then nothing can be pressed but on and back."""

    id: int
    title: str
    day: str
    is_demo: bool
    is_corridor: bool
    may_decide: bool
    steps: tuple[Step, ...]
    step: int
    path: str
    query: str
    home_href: str
    minutes_href: str = ""
    closing: tuple[Agreed, ...] = ()
    settled: tuple[Agreed, ...] = ()
    earliest: str = ""


def read_meeting(store: Store, viewer: Viewer, number: str) -> Meeting:
    """The meeting an address names; raises NotFound where it is no number of one, NotAllowed as `meetings.of`."""
    if not number.isascii() or not number.isdigit() or len(number) > 15:
        raise NotFound(meetings.NO_MEETING)
    return meetings.of(store, viewer, int(number))


def screen_view(
    store: Store,
    viewer: Viewer,
    number: str,
    step: str,
    selection: Selection,
    *,
    today: date,
    timezone: str,
    shared: Callable[[Sequence[str]], Sequence[str]],
) -> ScreenView:
    """The meeting with all its steps; `step` is where to begin, `shared` makes of paths whole addresses for phones."""
    here = read_meeting(store, viewer, number)
    unit = units.get(store, viewer, here.board_unit, on=today)
    names = Names(store, viewer)
    before = meetings.last_agreed(store, viewer, here.id)
    path = f"{PATH}/moede/{here.id}"
    query = Selection(unit=here.board_unit).to_query()
    may_decide = here.is_under_way and agenda.may_hold(viewer, here.board_unit)
    steps = []
    phones = shared([f"{path}/{place}{query}" for place in range(1, len(here.series) + 1)])
    for place, (one, phone) in enumerate(zip(here.series, phones, strict=True), start=1):
        written = here.decision_on(one.pair)
        due = written.due_on if written else today + timedelta(days=DUE_IN_DAYS)
        last = list(reversed(before[one.pair]))
        finding = finding_of(
            store,
            viewer,
            one.pair,
            today=today,
            with_charts=True,
            with_notes=True,
            told=[decision.annotation_id for decision in last if decision.annotation_id is not None],
        )
        steps.append(
            Step(
                number=place,
                key=" ".join(one.pair),
                finding=finding,
                agreed=tuple(
                    agreed(decision, names, today, timezone, finding.letters.get(decision.annotation_id or 0, ""))
                    for decision in last
                ),
                decision=DecisionField(
                    written.what if written else "",
                    written.who if written else "",
                    due.isoformat() if due else "",
                    written is not None,
                ),
                qr=qr_code(phone),
            )
        )
    at = int(step) if step.isascii() and step.isdigit() and len(step) < 4 else 1
    local = here.started_at.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(timezone)).date()
    return ScreenView(
        id=here.id,
        title=_("Tavlemøde · {unit}").format(unit=unit.name.say(language())),
        day=day_text(local),
        is_demo=store.is_demo,
        is_corridor=False,
        may_decide=may_decide,
        steps=tuple(steps),
        step=min(max(at, 1), len(steps) + 1),
        path=path,
        query=query,
        home_href=selection.href(PATH, unit=here.board_unit, show=None),
        minutes_href="" if here.is_under_way else selection.href(f"{MINUTES}/{here.id}", show=None),
        closing=tuple(agreed(one, names, today, timezone) for one in here.decisions),
        settled=tuple(agreed(one, names, today, timezone) for one in here.settled),
        earliest=today.isoformat(),
    )


def qr_code(address: str) -> Markup:
    """The address as a QR code, black on white in every theme: what a phone's camera reads.

    Examples
    --------
    >>> qr_code("https://tavle.example/tavlemoede/moede/3/2").startswith('<svg viewBox="0 0 ')
    True
    """
    import segno  # when first used: nobody waits for it at the start

    drawn = segno.make(address, error="m", micro=False).svg_inline(
        border=2, omitsize=True, dark="#000", light="#fff", svgclass="qr", lineclass=None
    )
    return Markup(drawn)


# -------------------------------------------------------------------------------------------------- what is pressed


def act(
    store: Store,
    viewer: Viewer,
    asked: Mapping[str, Any],
    selection: Selection,
    *,
    today: date,
    now: datetime,
    timezone: str,
) -> dict[str, Any]:
    """Do what the screen asks for, and answer in words; a refusal is an answer, never an error.

    `asked` has `do` (decide, undecide, settle, end), `meeting`, and what that needs; `at` comes back, so that the
    screen knows which of its questions was answered. The answer has `ok`, `words`, and `closing`: the decisions so far.
    """  # fmt: skip
    answer: dict[str, Any] = {"at": asked.get("at"), "ok": True, "words": "", "do": asked.get("do")}
    try:
        answer |= _do(store, viewer, asked, selection, today, now)
        here = meetings.of(store, viewer, int(asked["meeting"]))
        names = Names(store, viewer)
        answer["closing"] = tuple(agreed(one, names, today, timezone) for one in here.decisions)
        answer["settled"] = tuple(agreed(one, names, today, timezone) for one in here.settled)
    except DataError as refusal:
        answer |= {"ok": False, "words": refusal.reason(language())}
    except (KeyError, TypeError, ValueError):
        answer |= {"ok": False, "words": _("Det kunne ikke læses. Genindlæs siden, og prøv igen.")}
    return answer


def _do(
    store: Store, viewer: Viewer, asked: Mapping[str, Any], selection: Selection, today: date, now: datetime
) -> dict[str, Any]:
    number = int(asked["meeting"])
    indicator, _space, code = str(asked.get("series", "")).partition(" ")
    if asked["do"] == "decide":
        due = str(asked.get("due") or "")
        meetings.decide(
            store, viewer, number, indicator, code,
            what=str(asked.get("what") or ""), who=str(asked.get("who") or ""),
            due_on=date.fromisoformat(due) if due else None, today=today, now=now,
        )  # fmt: skip
        return {"words": _("Gemt som note på diagrammet.")}
    if asked["do"] == "undecide":
        meetings.undecide(store, viewer, number, indicator, code, now=now)
        return {"words": _("Fjernet igen.")}
    if asked["do"] == "settle":
        state = State(asked["state"])
        settled = meetings.settle(store, viewer, int(asked["decision"]), state, now=now)
        told = {
            State.DONE: _("Noteret: gjort."),
            State.NOT_DONE: _("Noteret: ikke gjort."),
            State.OPEN: _("Åben igen."),
        }
        return {"words": told[settled.state], "state": settled.state.value}
    if asked["do"] == "end":
        here = meetings.end(store, viewer, number, now=now)
        return {"go": selection.href(f"{MINUTES}/{here.id}", unit=here.board_unit, show=None)}
    raise ValueError(asked["do"])


# -------------------------------------------------------------------------------------------------- in the corridor


def stranger(viewer: Viewer) -> Viewer:
    """Whoever passes by: sees the viewer's units, owns none, so that small numbers are hidden."""
    return replace(viewer, own_units=frozenset(), deliverable_units=frozenset(), owns_all=False)


def corridor_view(
    store: Store, viewer: Viewer, selection: Selection, *, today: date, since: datetime | None
) -> ScreenView:
    """The unit's series as anybody may see them: standing items first, then new signals, then the rest.

    No notes, no decisions and no names of people. A series with a figure that is too small for strangers is left out
    altogether, as are those without data.
    """
    assert selection.unit is not None
    unit = units.get(store, viewer, selection.unit, on=today)
    passer_by = stranger(viewer)
    standing = [item.pair for item in agenda.listed(store, viewer, unit.code) if item.is_standing]
    side, board = board_of(store, passer_by, unit, standing, today=today)
    new = signals_after(store, passer_by, side, board, looked_last(store, viewer, unit, since))
    rest = [pair for one in side.all for pair in board.states if pair[1] == one.code]
    order = [
        pair
        for pair in dict.fromkeys([*standing, *new, *rest])
        if pair in board.states and board.states[pair].variation is not Variation.MISSING
    ]
    hidden = observations.hidden_from(store, passer_by, {code for code, _unit in order}, None, store.small_number)
    touched = {(code, unit_code) for code, unit_code, _period in hidden}
    shown = [pair for pair in order if pair not in touched][:MOST_IN_CORRIDOR]
    return ScreenView(
        id=0,
        title=unit.name.say(language()),
        day=day_text(today),
        is_demo=store.is_demo,
        is_corridor=True,
        may_decide=False,
        steps=tuple(
            Step(place, " ".join(pair), finding_of(store, passer_by, pair, today=today, with_charts=True))
            for place, pair in enumerate(shown, start=1)
        ),
        step=1,
        path="",
        query="",
        home_href=selection.href(PATH, show=None),
    )

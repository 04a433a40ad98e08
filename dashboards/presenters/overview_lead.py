"""The first lines of Overblik: what is new since last time, and what the rest looks like. No Dash here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dashboards.presenters.board import Board
from dashboards.presenters.overview_filters import Show
from dashboards.presenters.signal_words import NOT_JUDGED, SIGNALS, kind_count
from dashboards.selection import Selection
from dashboards.text import _, day_text, language, ngettext, number, period_text, pgettext
from data import deadlines
from data.access import Viewer
from data.queries import catalogue
from data.store import Store
from indicators.assessment import Variation
from indicators.definition import PeriodKind


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence; with `href` it is a link."""

    text: str
    href: str = ""


def lead_parts(
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
        day = short_day(since, today)
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
        Part(kind_count(kind, count), selection.href("/", show=shown.value))
        for kind, shown in zip(SIGNALS, shows, strict=True)
        if (count := sum(board.states[key].variation is kind for key in wanted))
    ]
    return (*parts, *_enumerated(kinds), Part("."))


def _enumerated(parts: Sequence[Part]) -> list[Part]:
    """Parts with commas between them and "og" before the last."""
    joined: list[Part] = []
    for i, part in enumerate(parts):
        if i:
            joined.append(Part(pgettext("between two things", " og ") if i == len(parts) - 1 else ", "))
        joined.append(part)
    return joined


def second_parts(
    board: Board, keys: Sequence[tuple[str, str]], today: date, selection: Selection, deadline_day: int
) -> tuple[Part, ...]:
    """What the rest looks like: only chance, and whose latest month is missing."""
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
        parts.append(Part(_("Ingen mangler tal for den seneste måned.")))
    return tuple(parts)


def goal_note(store: Store, viewer: Viewer, selection: Selection) -> tuple[Part, ...]:
    """Says that one national goal is chosen, with the way back to all."""
    if selection.goal is None:
        return ()
    goal = next((goal for goal in catalogue.goals(store, viewer) if goal.number == selection.goal), None)
    if goal is None:
        return ()
    return (
        Part(_("Kun mål {number}: {name}.").format(number=goal.number, name=goal.name.say(language())) + " "),
        Part(_("Vis alle otte mål"), selection.href("/", goal=None)),
    )


def short_day(day: date, today: date) -> str:
    """A day, with its year only where it is another one than today's: 3. november."""
    text = day_text(day)
    return text.removesuffix(f" {day.year}") if day.year == today.year else text

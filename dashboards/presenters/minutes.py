"""The minutes of board meetings: what was said of each series that day, what was decided, what was settled. No Dash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from dashboards.presenters.meeting import MINUTES, PATH, Agreed, Held, Names, agreed
from dashboards.presenters.meeting_screen import read_meeting
from dashboards.selection import Selection
from dashboards.text import N_, _, day_text, language, moment_text, use_language
from data import meetings
from data.access import Viewer
from data.errors import DataError
from data.meetings import Why
from data.queries import units
from data.store import Store
from indicators.words import Words

WHYS = {
    Why.PICKED: N_("valgt til mødet"),
    Why.NEW: N_("nyt signal"),
    Why.STANDING: N_("fast punkt"),
    Why.DECISION: N_("åben aftale"),
}


@dataclass(frozen=True, slots=True)
class SeriesMinutes:
    """A series as it stood that day; `finding` says so too where the reader may not see its figures."""

    name: str
    why: str
    finding: str
    href: str
    decision: Agreed | None


@dataclass(frozen=True, slots=True)
class MinutesView:
    """The minutes of one meeting, for the page and for the document alike."""

    id: int
    unit_code: str
    title: str
    lead: str
    series: tuple[SeriesMinutes, ...]
    settled: tuple[Agreed, ...]
    n_decisions: int
    is_under_way: bool
    continue_href: str
    docx_href: str
    page_href: str
    back_href: str
    as_of_note: str
    is_demo: bool
    started_at: datetime


@dataclass(frozen=True, slots=True)
class ListView:
    """The minutes of a unit's meetings, newest first."""

    title: str
    held: tuple[Held, ...]
    back_href: str


def minutes_view(
    store: Store, viewer: Viewer, number: str, selection: Selection, *, today: date, timezone: str
) -> MinutesView:
    """Read one meeting's minutes; raises NotFound and NotAllowed as `meetings.of`."""
    here = read_meeting(store, viewer, number)
    names = Names(store, viewer)
    unit = units.get(store, viewer, here.board_unit, on=today)
    when = moment_text(here.started_at, timezone)
    parts = [_("Begyndt {when}").format(when=when), _("mødeleder {name}").format(name=here.author)]
    if here.ended_at is not None:
        parts.insert(1, _("sluttet kl. {time}").format(time=_clock(here.ended_at, timezone)))
    own = selection.but(unit=here.board_unit, show=None)
    return MinutesView(
        id=here.id,
        unit_code=here.board_unit,
        title=_("Referat: tavlemøde i {unit}").format(unit=unit.name.say(language())),
        lead=", ".join(parts) + ".",
        series=tuple(
            SeriesMinutes(
                names.series(one.pair),
                _(WHYS[one.why]),
                one.finding.say(language()) if one.finding else _("Konklusionen vises ikke: den bygger på små tal."),
                own.href(f"/indikator/{one.indicator_code}", unit=one.unit_code),
                agreed(decided, names, today, timezone) if (decided := here.decision_on(one.pair)) else None,
            )
            for one in here.series
        ),
        settled=tuple(agreed(one, names, today, timezone) for one in here.settled),
        n_decisions=len(here.decisions),
        is_under_way=here.is_under_way,
        continue_href=own.href(f"{PATH}/moede/{here.id}"),
        docx_href=f"{MINUTES}/{here.id}.docx",
        page_href=own.href(f"{MINUTES}/{here.id}"),
        back_href=own.href(PATH),
        as_of_note=_("Konklusionerne er dem fra mødet. Målingerne kan have ændret sig siden."),
        is_demo=store.is_demo,
        started_at=here.started_at,
    )


def _clock(moment: datetime, timezone: str) -> str:
    local = moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(timezone))
    return f"{local:%H:%M}" if language() == "en" else f"{local:%H.%M}"


def list_view(store: Store, viewer: Viewer, selection: Selection, *, today: date, timezone: str) -> ListView:
    """Every ended meeting of the unit; raises as `meetings.listed`."""
    assert selection.unit is not None
    unit = units.get(store, viewer, selection.unit, on=today)
    return ListView(
        _("Referater fra {unit}").format(unit=unit.name.say(language())),
        tuple(
            Held(
                _("{day}, mødeleder {name}").format(day=moment_text(one.started_at, timezone, "day"), name=one.author),
                selection.href(f"{MINUTES}/{one.id}", show=None),
            )
            for one in meetings.listed(store, viewer, unit.code, limit=200)
        ),
        selection.href(PATH, show=None),
    )


def send(store: Store, viewer: Viewer, number: int, *, now: datetime, timezone: str) -> tuple[bool, str]:
    """Mail the minutes to the viewer: whether it was done, and what to say."""
    try:
        here = meetings.of(store, viewer, number)
        day = here.started_at.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(timezone)).date()
        said = {}
        for code in ("da", "en"):
            with use_language(code):
                said[code] = day_text(day)
        meetings.mail(store, viewer, number, days=Words(**said), now=now)
    except DataError as refusal:
        return False, refusal.reason(language())
    return True, _("Referatet er på vej til {address}. Mailen indeholder ingen tal.").format(address=viewer.email)

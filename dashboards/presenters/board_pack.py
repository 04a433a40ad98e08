"""The board pack: some chosen series with a front page that shows them all at once. No Dash.

What can be chosen, what is ticked beforehand, and the front page that every form of the pack begins with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dashboards.exports.forms import FORMS, write_pack
from dashboards.presenters.background_jobs import Job, Jobs
from dashboards.presenters.board import Board, read_board, side_by_side
from dashboards.presenters.exported import DEMO, Origin, Sheet, safe_name, series_sheet
from dashboards.presenters.signal_words import SIGNALS
from dashboards.selection import Selection
from dashboards.text import _, day_text, language, ngettext
from data import agenda
from data.access import Viewer
from data.errors import Refused
from data.queries import catalogue, series, units
from data.store import Store
from indicators.words import Words

MOST_SERIES = 40  # a pack is read at a meeting
MOST_COLUMNS = 6  # units side by side on the front page; with more, a line per series
MOST_TICKED = 12  # beforehand

Key = tuple[str, str]  # indicator code, unit code

NOTHING_CHOSEN = Words("Vælg mindst én måling.", "Choose at least one series.")
TOO_MANY = Words(
    "Der er valgt {n} målinger. En tavlepakke kan højst have {most}.",
    "You have chosen {n} series. A board pack can have {most} at most.",
)


@dataclass(frozen=True, slots=True)
class FrontRow:
    """One indicator of the front page; `sheets` has one entry per column, None where it was not chosen."""

    name: str
    sheets: tuple[Sheet | None, ...]

    @property
    def unit_of_measure(self) -> str:
        """What the figures are in; a percentage says so itself."""
        definition = next(sheet for sheet in self.sheets if sheet is not None).definition
        return "" if definition.is_percent else definition.unit_of_measure.say(language())


@dataclass(frozen=True, slots=True)
class FrontGroup:
    """The series under one national goal."""

    name: str
    rows: tuple[FrontRow, ...]


@dataclass(frozen=True)
class Pack:
    """The chosen series as sheets, in the order of the national goals."""

    sheets: tuple[Sheet, ...]
    origin: Origin
    about: str  # the unit the pack was chosen from
    selection: Selection  # its choices

    @property
    def title(self) -> str:
        return _("Tavlepakke: {unit}").format(unit=self.about)

    @property
    def as_of(self) -> str:
        """Of which day it is, where that is not today."""
        day = self.selection.as_of
        return _("som det så ud {day}").format(day=day_text(day)) if day else ""

    @property
    def subtitle(self) -> str:
        count = ngettext("{count} måling", "{count} målinger", len(self.sheets)).format(count=len(self.sheets))
        return " · ".join(part for part in (count, self.lead, self.as_of) if part)

    @property
    def lead(self) -> str:
        """How many of each signal."""
        found = Counter(sheet.variation for sheet in self.sheets)
        concern, improvement, change = (found[one] for one in SIGNALS)
        said = (
            ngettext("{count} bekymrende", "{count} bekymrende", concern).format(count=concern) if concern else "",
            ngettext("{count} forbedring", "{count} forbedringer", improvement).format(count=improvement)
            if improvement
            else "",
            ngettext("{count} ændring", "{count} ændringer", change).format(count=change) if change else "",
        )
        return ", ".join(filter(None, said)) or _("ingen signaler")

    @property
    def stamps(self) -> tuple[str, ...]:
        """The marks that hold for any of its sheets."""
        return tuple(dict.fromkeys(stamp for sheet in self.sheets for stamp in sheet.stamps))

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """Source, moment and versions of the whole; each sheet has its own link and rules."""
        sources = "; ".join(dict.fromkeys(sheet.source for sheet in self.sheets))
        rules = "; ".join(dict.fromkeys(sheet.rules for sheet in self.sheets))
        return (
            (_("Kilde"), sources),
            (_("Udtrukket"), self.origin.extracted),
            (_("Regelsæt"), rules),
            (_("Version"), self.origin.version),
            (_("Link"), self.permalink),
        )

    @property
    def permalink(self) -> str:
        return self.origin.address + self.selection.href("/", show=None, goal=None, cohort=None)

    @property
    def stamp_lines(self) -> tuple[str, ...]:
        demo = (_("DEMO: alle tal er simulerede."),) if self.origin.is_demo else ()
        drafts = [self.name_of(sheet) for sheet in self.sheets if sheet.draft]
        draft = (_("UDKAST: de nyeste tal kan ændre sig for {series}.").format(series="; ".join(drafts)),)
        return (*demo, *(draft if drafts else ()))

    @property
    def units(self) -> dict[str, str]:
        """Code and name of every unit, with its hospital where another unit is called the same."""
        plain = {sheet.key[1]: sheet.unit_name for sheet in self.sheets}
        shared = Counter(plain.values())
        return {sheet.key[1]: sheet.place if shared[sheet.unit_name] > 1 else sheet.unit_name for sheet in self.sheets}

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the units side by side; empty where there are too many: then every series has a line."""
        found = self.units
        return tuple(found.values()) if len(found) <= MOST_COLUMNS else ()

    def name_of(self, sheet: Sheet) -> str:
        """The series in a sentence about several."""
        return f"{sheet.indicator_name}, {self.units[sheet.key[1]]}"

    @property
    def groups(self) -> tuple[FrontGroup, ...]:
        """The front page's rows under their goals."""
        goals: dict[str, list[Sheet]] = {}
        for sheet in self.sheets:
            goals.setdefault(sheet.view.goal_name or _("Uden nationalt mål"), []).append(sheet)
        return tuple(FrontGroup(goal, self._rows(sheets)) for goal, sheets in goals.items())

    def _rows(self, sheets: Sequence[Sheet]) -> tuple[FrontRow, ...]:
        if not self.columns:
            return tuple(FrontRow(self.name_of(sheet), (sheet,)) for sheet in sheets)
        by_indicator: dict[str, dict[str, Sheet]] = {}
        for sheet in sheets:
            by_indicator.setdefault(sheet.key[0], {})[sheet.key[1]] = sheet
        return tuple(
            FrontRow(next(iter(found.values())).indicator_name, tuple(found.get(unit) for unit in self.units))
            for found in by_indicator.values()
        )

    @property
    def file_stem(self) -> str:
        day = self.selection.as_of or self.origin.now.date()
        parts = [_("tavlepakke"), self.selection.unit or "", f"{len(self.sheets)}", day.isoformat()]
        return safe_name(*([DEMO] if self.origin.is_demo else []), *filter(None, parts))


def read_pack(
    store: Store,
    viewer: Viewer,
    keys: Iterable[Key],
    selection: Selection,
    *,
    today: date,
    origin: Origin,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Pack:
    """Read the chosen series, each with the choices of the page; `tell(done, total)` is called before each.

    Raises
    ------
    PackError
        Nothing was chosen, or too much.
    NotFound, NotAllowed
        One of the series does not exist, or the viewer may not see its unit: then there is no pack at all.
    """
    wanted = checked(keys)
    selection = selection.on(today)
    about = units.get(store, viewer, selection.unit or wanted[0][1], on=today)
    goals = {one.code: one.goal or 99 for one in catalogue.indicators(store, viewer)}
    wanted.sort(key=lambda key: goals.get(key[0], 99))  # within a goal as they were chosen
    sheets = []
    for done, (code, unit) in enumerate(wanted):
        tell(done, len(wanted))
        chosen = Selection(unit=unit, months=selection.months, as_of=selection.as_of)
        sheets.append(series_sheet(store, viewer, code, chosen, today=today, origin=origin))
    return Pack(tuple(sheets), origin, about.name.say(language()), selection)


class PackError(Refused):
    """A choice no pack can be made of; the words say what to do."""


def checked(keys: Iterable[Key]) -> list[Key]:
    """The chosen series without doubles; PackError where there are none or too many."""
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        raise PackError(NOTHING_CHOSEN)
    if len(wanted) > MOST_SERIES:
        raise PackError(TOO_MANY, n=len(wanted), most=MOST_SERIES)
    return wanted


# ------------------------------------------------------------------------------------------------- what can be chosen


@dataclass(frozen=True, slots=True)
class Option:
    """A series one may tick: its words, and what its signal says."""

    key: Key
    name: str
    unit: str
    signal: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class OptionGroup:
    name: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class PackChoice:
    """The page: what there is, and what is ticked beforehand (and why, in words)."""

    unit_name: str
    groups: tuple[OptionGroup, ...]
    ticked: tuple[Key, ...]
    why: str


def pack_choice(
    store: Store, viewer: Viewer, selection: Selection, *, today: date, since: datetime | None
) -> PackChoice:
    """The series of the chosen unit and those side by side under it; own new signals are ticked beforehand.

    What is on the agenda of the unit's next board meeting comes first. Where nothing is new (or nobody knows since
    when), the unit's signals are ticked, else all it follows.
    """
    assert selection.unit is not None
    visible = units.visible(store, viewer, on=today)
    by_code = {unit.code: unit for unit in visible}
    chosen = by_code.get(selection.unit) or units.get(store, viewer, selection.unit, on=today)
    followed = series.followed_units(store, viewer) & by_code.keys()
    side = side_by_side(chosen, visible, followed)
    board = read_board(store, viewer, side, today=today, since=since, all_units=side.all)
    goals = {goal.number: f"{goal.number} {goal.name.say(language())}" for goal in catalogue.goals(store, viewer)}
    found: dict[int, list[Option]] = {}
    for unit in side.all:
        for code, unit_code in board.states:
            if unit_code != unit.code:
                continue
            definition = board.definitions[code]
            option = Option(
                key=(code, unit_code),
                name=definition.name.say(language()),
                unit=board.unit_name(unit),
                signal=_signal(board, (code, unit_code), selection),
                is_new=(code, unit_code) in board.new,
            )
            found.setdefault(definition.goal or 99, []).append(option)
    groups = tuple(OptionGroup(goals.get(goal, _("Uden nationalt mål")), tuple(found[goal])) for goal in sorted(found))
    ticked, why = _ticked(store, viewer, board, chosen.code)
    return PackChoice(chosen.name.say(language()), groups, ticked, why)


def _signal(board: Board, key: Key, selection: Selection) -> str:
    unit = next(unit for unit in board.side.all if unit.code == key[1])
    cell = board.cell(key[0], unit, selection)
    if cell is None:
        return ""
    return " · ".join(part for part in (cell.state, ": ".join(filter(None, (cell.period if cell.value else "", cell.value)))) if part)


def _ticked(store: Store, viewer: Viewer, board: Board, unit_code: str) -> tuple[tuple[Key, ...], str]:
    if agenda.may_read(viewer, unit_code):
        wanted = [item.pair for item in agenda.listed(store, viewer, unit_code) if item.pair in board.states]
        if wanted:
            return tuple(wanted[:MOST_TICKED]), _("Målingerne på dagsordenen til næste tavlemøde er valgt.")
    own = [key for key in board.states if viewer.is_own(key[1])] or list(board.states)
    new = [key for key in own if key in board.new]
    if new:
        return tuple(new[:MOST_TICKED]), _("Nye signaler siden dit sidste besøg er valgt.")
    signals = [key for key in own if board.states[key].variation in SIGNALS]
    if signals:
        return tuple(signals[:MOST_TICKED]), _("Målinger med signal er valgt.")
    return tuple(own[:MOST_TICKED]), ""


# ---------------------------------------------------------------------------------------------------------- making it

_SEPARATOR = "@"  # in no code of an indicator or unit


def key_text(key: Key) -> str:
    """A series as one value of a tick box: "MEDAFST@NOH-KIR"."""
    return _SEPARATOR.join(key)


def keys_of(texts: Iterable[object]) -> list[Key]:
    """Back from tick boxes; what is no such value is left out."""
    parts = [text.split(_SEPARATOR) for text in texts if isinstance(text, str)]
    return [(part[0], part[1]) for part in parts if len(part) == 2]


READING = Words("Læser måling {step} af {of}.", "Reading measure {step} of {of}.")
WRITING = Words("Skriver filen.", "Writing the file.")
READING_SHARE = 0.6  # reading and writing take about as long


@dataclass(frozen=True, slots=True)
class PackFile:
    """A board pack that is ready."""

    content: bytes
    name: str
    media_type: str


def start_pack(
    jobs: Jobs[PackFile],
    store: Store,
    viewer: Viewer,
    keys: Sequence[Key],
    form: str,
    selection: Selection,
    *,
    today: date,
    origin: Origin,
) -> Job[PackFile]:
    """Begin to make a pack beside the request; raises PackError or Busy before anything begins."""
    wanted, kind = checked(keys), FORMS[form]

    def work(job: Job[PackFile]) -> PackFile:
        def tell(read: int, total: int) -> None:
            job.tell(READING, READING_SHARE * read / total, step=read + 1, of=total)

        pack = read_pack(store, viewer, wanted, selection, today=today, origin=origin, tell=tell)
        job.tell(WRITING, READING_SHARE + 0.1)
        content = write_pack(form, pack)
        job.check()
        extension, media_type = kind.of_pack
        return PackFile(content, f"{pack.file_stem}.{extension}", media_type)

    return jobs.start(viewer.account_id, work)

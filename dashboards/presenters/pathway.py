"""Forløb: the strip of steps with one series each, and under it the same months of all of them. No Dash.

Every chart has its own value axis, since the steps measure different things, and the same months at the same place. A
note of any step is the same upright mark in all of them: a change in one step can be held against the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from dashboards.figures.icons import assurance_icon, variation_icon
from dashboards.figures.points import read_points, status_words
from dashboards.figures.spc_chart import Frame, common_axis, small_multiple
from dashboards.figures.svg_chart import TOKENS, svg_chart
from dashboards.presenters.indicator import letters
from dashboards.presenters.signal_words import assurance_text, sentence
from dashboards.selection import Selection
from dashboards.text import N_, _, language, month, period_text, span_text, value_with_unit
from data import pathways as writing
from data.access import Viewer
from data.assessments import assess_series
from data.errors import DataError
from data.pathways import fits
from data.queries import catalogue, decisions, pathways, series, states, units
from data.queries.pathways import Pathway, Sector, Sight, Step
from data.states import SeriesState
from data.store import Store
from indicators.assessment import Assessment, Variation
from indicators.definition import IndicatorDefinition, PeriodKind

PATH = "/forloeb"
MONTHS = 36
MOST_NOTES = 12  # marks in the charts; the latest
WIDE = Frame(width=960, height=112, right=8, most_right=8, top=6, bottom=20, most_ticks=3)
NARROW = Frame(width=330, height=104, right=6, most_right=6, top=6, bottom=20, most_ticks=3)
LETTER = 18  # pixels across a letter's flag
FRAMES = (("wide", WIDE), ("narrow", NARROW))
LEFT = 44  # pixels to the left of every plot, so that months stand under months

SECTORS = {Sector.HOSPITAL: N_("Hospital"), Sector.MUNICIPAL: N_("Kommune"), Sector.PRACTICE: N_("Almen praksis")}
SECTOR_MARKS = {Sector.HOSPITAL: "H", Sector.MUNICIPAL: "K", Sector.PRACTICE: "P"}


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of the strip; `charts` are (size, SVG) of the same months, of which a style sheet shows one."""

    id: int
    number: int
    name: str
    sector: str
    sector_name: str
    sector_mark: str
    sight: Sight
    series: str
    unit: str
    href: str
    icons: Markup
    variation: Variation | None
    value: str
    sentence: str
    owner: str
    note: str
    charts: tuple[tuple[str, Markup], ...]
    is_own: bool
    is_open: bool  # nobody's: a unit may be invited
    choices: tuple[Choice, ...] = ()

    @property
    def may_rename(self) -> bool:
        """Whether the reader may rename it or take it out."""
        return self.is_own or self.is_open


@dataclass(frozen=True, slots=True)
class NoteMark:
    letter: str
    when: str
    step: str
    text: str


@dataclass(frozen=True, slots=True)
class PathwayView:
    """One pathway. `may_shape`: the reader may add and move steps; `own_units` are whom a new step can be for."""

    code: str
    title: str
    lead: str
    source: str
    is_demo: bool
    is_set: bool
    steps: tuple[StepView, ...]
    notes: tuple[NoteMark, ...]
    letters: tuple[tuple[str, Markup], ...]
    span: str
    back_href: str
    heads: tuple[str, ...] = ()  # the charts as a table: the names of the steps drawn,
    rows: tuple[tuple[str, ...], ...] = ()  # and per month, the latest first, its name and what each step shows
    may_shape: bool = False
    own_units: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class PathwayLine:
    """A pathway in the list: its steps in short."""

    href: str
    name: str
    text: str
    is_own: bool
    icons: tuple[tuple[str, Markup], ...]


@dataclass(frozen=True, slots=True)
class ListView:
    """The pathways one may see, and the sets to make one's own from."""

    pathways: tuple[PathwayLine, ...]
    sets: tuple[PathwayLine, ...]
    choices: tuple[Choice, ...]
    may_make: bool
    unit_name: str


# ------------------------------------------------------------------------------------------------------- one pathway


def exists(store: Store, viewer: Viewer, code: str) -> bool:
    """Whether there is such a pathway in sight; raises as `pathways.get`."""
    pathways.get(store, viewer, code)
    return True


def name_of(store: Store, viewer: Viewer, code: str) -> str:
    return pathways.get(store, viewer, code).name.say(language())


def pathway_view(store: Store, viewer: Viewer, code: str, selection: Selection, *, today: date) -> PathwayView:
    """Read one pathway; raises NotFound and NotAllowed as `pathways.get`."""
    found = pathways.get(store, viewer, code)
    said = language()
    around = _Around(store, viewer, found, today)
    span = around.span()
    marks = around.marks(*span) if span else ()
    steps = tuple(
        _step(around, step, number, span, marks, selection) for number, step in enumerate(found.steps, start=1)
    )
    drawn = [
        (f"{view.number}. {view.name}: {view.series}", step.pair)
        for view, step in zip(steps, found.steps, strict=True)
        if view.charts and step.pair
    ]
    heads, rows = _table(around, drawn, span) if span else ((), ())
    return PathwayView(
        code=found.code,
        title=found.name.say(said),
        lead=found.description.say(said),
        source=found.source,
        is_demo=found.is_demo,
        is_set=found.is_set,
        steps=steps,
        notes=tuple(
            NoteMark(letter, month(day), f"{number}. {name}", text)
            for letter, day, number, name, text in reversed(marks)
        ),
        letters=tuple((size, _letters(marks, span[0], frame)) for size, frame in FRAMES) if span and marks else (),
        span=span_text(*span) if span else "",
        back_href=selection.href(PATH),
        heads=heads,
        rows=rows,
        may_shape=found.has_own and not found.is_set,
        own_units=_own_units(store, viewer, found, selection) if found.has_own and not found.is_set else (),
    )


def _own_units(store: Store, viewer: Viewer, found: Pathway, selection: Selection) -> tuple[Choice, ...]:
    """The reader's own units that take part, and the one that is chosen above."""
    codes = dict.fromkeys(step.unit_code for step in found.steps if step.is_own and step.unit_code)
    if selection.unit is not None and viewer.is_own(selection.unit):
        codes[selection.unit] = None
    return tuple(Choice(code, units.find(store, viewer, code).name.say(language())) for code in codes)


Mark = tuple[str, date, int, str, str]  # letter, day, number and name of the step, text


class _Around:
    """What the steps of a pathway need, read once."""

    def __init__(self, store: Store, viewer: Viewer, found: Pathway, today: date) -> None:
        self.store, self.viewer, self.found, self.today = store, viewer, found, today
        self.reader = pathways.reader(viewer, found)
        pairs = [step.pair for step in found.steps if step.pair]
        self.definitions = {code: catalogue.indicator(store, viewer, code) for code, _unit in pairs}
        self.states: dict[tuple[str, str], SeriesState] = {
            (state.indicator_code, state.unit_code): state
            for state in states.of_units(store, self.reader, sorted({unit for _code, unit in pairs}))
        }
        self.assessed: dict[tuple[str, str], Assessment] = {
            pair: assess_series(store, self.reader, *pair, today=today, language=language()) for pair in pairs
        }

    def span(self) -> tuple[date, date] | None:
        """The months all charts show: three years up to the latest period of any step."""
        last = [points[-1].period for one in self.assessed.values() if (points := read_points(one))]
        if not last:
            return None
        end = max(last).replace(day=1)
        index = end.year * 12 + end.month - MONTHS
        return date(index // 12, index % 12 + 1, 1), end

    def marks(self, first: date, last: date) -> tuple[Mark, ...]:
        """The latest notes of the steps with letters in the order of their days; one on several steps is one."""
        found: dict[int, tuple[date, int, str, str]] = {}
        said = language()
        for number, step in enumerate(self.found.steps, start=1):
            if step.pair is None:
                continue
            for note in decisions.annotations(self.store, self.reader, *step.pair):
                if first <= note.starts_on <= self.today and note.starts_on.replace(day=1) <= last:
                    found.setdefault(note.id, (note.starts_on, number, step.name.say(said), note.text.say(said)))
        latest = sorted(found.values())[-MOST_NOTES:]
        return tuple((letter, *one) for letter, one in zip(letters(len(latest)), latest, strict=True))

    def unit_name(self, code: str) -> str:
        return units.get(self.store, self.reader, code, on=self.today).name.say(language())


def _step(
    around: _Around,
    step: Step,
    number: int,
    span: tuple[date, date] | None,
    marks: Sequence[Mark],
    selection: Selection,
) -> StepView:
    said = language()
    pair = step.pair
    definition = around.definitions[pair[0]] if pair else None
    state = around.states.get(pair) if pair else None
    unit = units.find(around.store, around.viewer, step.unit_code).name.say(said) if step.unit_code else ""
    charts: tuple[tuple[str, Markup], ...] = ()
    if pair and span and definition is not None and definition.period is not PeriodKind.DAY:
        charts = _charts(around, pair, span, marks)
    suggested = ""
    if definition is None and step.indicator_code:
        suggested = catalogue.indicator(around.store, around.viewer, step.indicator_code).name.say(said)
    is_readable = pair is not None and around.viewer.may_see(pair[1])
    return StepView(
        id=step.id,
        number=number,
        name=step.name.say(said),
        sector=step.sector.value,
        sector_name=_(SECTORS[step.sector]),
        sector_mark=SECTOR_MARKS[step.sector],
        sight=step.sight,
        series=definition.name.say(said) if definition else suggested,
        unit=unit,
        href=selection.href(f"/indikator/{pair[0]}", unit=pair[1]) if pair and is_readable else "",
        icons=_icons(state, definition) if state and definition else Markup(""),
        variation=state.variation if state else None,
        value=_value(state, definition) if state and definition else "",
        sentence=_sentence(state, definition) if state and definition else "",
        owner=step.owner,
        note=step.note.say(said),
        charts=charts,
        is_own=step.is_own,
        is_open=not around.found.is_set and step.unit_code is None and step.sight is not Sight.NO_ACCESS
        and around.found.has_own,
        choices=_choices(around, step),
    )  # fmt: skip


def _icons(state: SeriesState, definition: IndicatorDefinition) -> Markup:
    return variation_icon(state.variation, state.rising, size=24) + assurance_icon(
        state.assurance, definition.direction, size=24
    )


def _value(state: SeriesState, definition: IndicatorDefinition) -> str:
    if state.latest_period is None:
        return _("ingen data")
    when = period_text(state.latest_period, definition.period, "name")
    if state.latest_value is None:
        return f"{when}: {_('skjult')}"
    return f"{when}: {value_with_unit(definition, state.latest_value, denominator=state.latest_denominator)}"


def _sentence(state: SeriesState, definition: IndicatorDefinition) -> str:
    meets = assurance_text(definition, state)
    return " ".join(part for part in (sentence(definition, state), f"{meets}." if meets else "") if part)


def _charts(
    around: _Around, pair: tuple[str, str], span: tuple[date, date], marks: Sequence[Mark]
) -> tuple[tuple[str, Markup], ...]:
    assessment = around.assessed[pair]
    first, last = span
    aims = tuple(catalogue.targets(around.store, around.reader, *pair))
    drawn = []
    for size, frame in FRAMES:
        axis = common_axis([assessment], first=first, last=last, targets=[one for one in aims if one.holds_on(last)])
        if axis is None:
            continue
        figure = small_multiple(assessment, axis=axis, first=first, last=last, targets=aims, theme=TOKENS, frame=frame)
        _mark(figure, marks, first)
        drawn.append((size, svg_chart(figure, label=_alt(around, pair))))
    return tuple(drawn)


def _table(
    around: _Around, steps: Sequence[tuple[str, tuple[str, str]]], span: tuple[date, date]
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Heads and rows of the table twin: `steps` are (name, series) of the charts."""
    first, last = span
    columns = []
    for _name, pair in steps:
        definition = around.definitions[pair[0]]
        shown: dict[date, list[str]] = {}
        for point in read_points(around.assessed[pair]):
            words = status_words(point)
            if point.value is not None:
                words.insert(0, value_with_unit(definition, point.value, denominator=point.denominator))
            shown.setdefault(point.period.replace(day=1), []).append(", ".join(words))
        columns.append({when: "; ".join(said) for when, said in shown.items()})
    months = sorted({when for column in columns for when in column if first <= when <= last}, reverse=True)
    return (
        tuple(name for name, _pair in steps),
        tuple((month(when), *(column.get(when, "") for column in columns)) for when in months),
    )


def _alt(around: _Around, pair: tuple[str, str]) -> str:
    definition, state = around.definitions[pair[0]], around.states.get(pair)
    name = f"{definition.name.say(language())}, {around.unit_name(pair[1])}"
    return f"{name}: {_value(state, definition)}. {_sentence(state, definition)}" if state else name


def _months_in(day: date, first: date) -> float:
    """How many months after `first` a day lies: the 16th of the second month is about 1.5."""
    return (day.year - first.year) * 12 + day.month - first.month + (day.day - 1) / 31


def _letters(marks: Sequence[Mark], first: date, frame: Frame) -> Markup:
    """The letters of the notes over the charts, at their months; those too near one another share a flag."""
    room = frame.width - frame.right - LEFT
    groups: list[tuple[float, list[str]]] = []
    for letter, day, *_rest in marks:
        x = LEFT + room * _months_in(day, first) / MONTHS
        if groups and x - groups[-1][0] < LETTER + 2 + 9 * (len(groups[-1][1]) > 1):
            groups[-1][1].append(letter)
        else:
            groups.append((x, [letter]))
    drawn = Markup("")
    for x, some in groups:
        words = some[0] if len(some) == 1 else f"{some[0]}–{some[-1]}"
        width = LETTER if len(some) == 1 else LETTER + 16
        drawn += Markup(
            '<rect class="ch-flag" x="{}" y="1" width="{}" height="{}" rx="4"/>'
            '<text class="ch-flag-t" x="{}" y="14">{}</text>'
        ).format(f"{x - width / 2:.1f}", width, LETTER, f"{x:.1f}", words)
    return Markup('<svg class="chart" viewBox="0 0 {} 20" aria-hidden="true">{}</svg>').format(frame.width, drawn)


def _mark(figure: dict[str, Any], marks: Sequence[Mark], first: date) -> None:
    """The notes of all steps as upright lines at their months, and the same room to the left in every chart."""
    layout = figure["layout"]
    if "margin" not in layout:
        return
    layout["margin"] = {**layout["margin"], "l": LEFT}
    low, high = layout["xaxis"]["range"]
    slots = (high - low) / MONTHS  # of a month: a quarter's slot is three of them wide
    line = {"color": TOKENS.text, "width": 1, "dash": "2px,3px"}
    for _letter, day, *_rest in marks:
        at = low + _months_in(day, first) * slots
        layout["shapes"].append(
            {"type": "line", "layer": "below", "x0": at, "x1": at, "yref": "paper", "y0": 0, "y1": 1, "line": line}
        )


def _choices(around: _Around, step: Step) -> tuple[Choice, ...]:
    """What the reader may put on the step: series of the own unit, or a unit to invite."""
    if step.is_own and step.unit_code:
        names = {one.code: one.name.say(language()) for one in catalogue.indicators(around.store, around.viewer)}
        followed = [
            one.indicator_code
            for one in series.listed(around.store, around.viewer, [step.unit_code])
            if one.indicator_code in names
        ]
        return tuple(
            Choice(code, names[code], code == step.indicator_code)
            for code in sorted(followed, key=lambda one: names[one])
        )
    return ()


def units_to_invite(store: Store, viewer: Viewer, today: date) -> dict[str, tuple[Choice, ...]]:
    """By sector the units that can be invited to a step: every one there is today, names alone."""
    everyone = [one for one in units.tree(store, viewer, on=today) if one.kind in _INVITED]
    return {
        sector.value: tuple(
            Choice(one.code, one.name.say(language()))
            for one in everyone
            if fits(sector, one.sector) and (sector is not Sector.PRACTICE or one.kind == "practice")
        )
        for sector in Sector
    }


_INVITED = ("municipality", "hospital", "department", "practice")


# ---------------------------------------------------------------------------------------------------------- the list


def list_view(store: Store, viewer: Viewer, selection: Selection, *, today: date) -> ListView:
    """Every pathway in sight, and the sets."""
    chosen = units.get(store, viewer, selection.unit, on=today) if selection.unit else None
    return ListView(
        tuple(_line(store, viewer, one, selection) for one in pathways.listed(store, viewer)),
        tuple(_line(store, viewer, one, selection) for one in pathways.sets(store, viewer)),
        tuple(Choice(one.code, one.name.say(language())) for one in pathways.sets(store, viewer)),
        may_make=chosen is not None and viewer.is_own(chosen.code),
        unit_name=chosen.name.say(language()) if chosen else "",
    )


def _line(store: Store, viewer: Viewer, one: Pathway, selection: Selection) -> PathwayLine:
    reader = pathways.reader(viewer, one)
    shown = {step.pair for step in one.steps if step.pair}
    known = {
        (state.indicator_code, state.unit_code): state
        for state in (states.of_units(store, reader, sorted({unit for _code, unit in shown})) if shown else [])
    }
    icons = []
    for step in one.steps:
        state = known.get(step.pair) if step.pair else None
        icon = variation_icon(state.variation, state.rising, size=20) if state else Markup("")
        icons.append((step.name.say(language()), icon))
    return PathwayLine(
        selection.href(f"{PATH}/{one.code}"),
        one.name.say(language()),
        one.description.say(language()),
        one.has_own,
        tuple(icons),
    )


# ------------------------------------------------------------------------------------------------- what is pressed


@dataclass(frozen=True, slots=True)
class Done:
    """What a button came to: words, an address to go on at, and the field to go to where the button is gone."""

    words: str = ""
    go: str = ""
    is_refused: bool = False
    focus: str = ""


def press(
    store: Store, viewer: Viewer, pressed: Mapping[str, Any], selection: Selection, code: str = "", *, now: datetime
) -> Done:
    """Do what a button of the list or of pathway `code` asks for; a refusal is words, never an error."""
    values = pressed.get("values") or {}
    step, _space, number = str(pressed.get("name", "")).partition(" ")

    def typed(name: str) -> str:
        return str(values.get(name) or "")

    try:
        if code and (done := _shape(store, viewer, code, step, number, typed, now=now)) is not None:
            return done
        if step == "make":
            assert selection.unit is not None
            made = writing.make(store, viewer, typed("set"), typed("name"), selection.unit, now=now)
            return Done(go=selection.href(f"{PATH}/{made}"))
        if step == "series":
            measure = typed(f"series-{number}") or None
            if f"name-{number}" in values:
                writing.rename_step(store, viewer, _id(number), typed(f"name-{number}"), now=now)
            writing.set_series(store, viewer, _id(number), measure, typed(f"owner-{number}"), now=now)
            return Done(_("Trinnet er gemt."))
        if step == "invite":
            unit = typed(f"unit-{number}")
            if not unit:
                return Done(_("Vælg en enhed først."), is_refused=True)
            writing.invite(store, viewer, _id(number), unit, now=now)
            return Done(_("Enheden er inviteret til trinnet. Dens egne folk vælger målingen."))
        if step == "leave":
            writing.leave(store, viewer, _id(number), now=now)
            is_seen = not code or any(one.code == code for one in pathways.listed(store, viewer))
            words = _("Trinnet er givet fra jer, og jeres måling vises ikke længere her.")
            return Done(words) if is_seen else Done(go=selection.href(PATH))
    except DataError as refusal:
        return Done(refusal.reason(language()), is_refused=True)
    except ValueError:
        pass
    return Done(_("Siden er fornyet. Prøv igen."), is_refused=True)


def _shape(
    store: Store, viewer: Viewer, code: str, step: str, number: str, typed: Callable[[str], str], *, now: datetime
) -> Done | None:
    """Name the pathway, add, rename, remove and move steps; None for what is something else. Raises as `data.pathways`,
    and ValueError for a number that is none."""
    if step == "name":
        writing.rename(store, viewer, code, typed("pathway-name"), now=now)
        return Done(_("Forløbet har fået navnet."))
    if step == "add":
        unit = typed("add-unit") or None
        sector = Sector(typed("add-sector"))
        writing.add_step(store, viewer, code, typed("add-name"), sector, unit, now=now)
        return Done(_("Trinnet er tilføjet sidst i forløbet."), focus="add-name")
    if step == "rename":
        writing.rename_step(store, viewer, _id(number), typed(f"name-{number}"), now=now)
        return Done(_("Trinnet har fået navnet."))
    if step == "remove":
        writing.remove_step(store, viewer, _id(number), now=now)
        return Done(_("Trinnet er fjernet."), focus="add-name")
    if step in ("up", "down"):
        has_moved = writing.move_step(store, viewer, _id(number), -1 if step == "up" else 1, now=now)
        if has_moved:
            return Done(_("Trinnet er flyttet."))
        return Done(_("Trinnet er allerede det første.") if step == "up" else _("Trinnet er allerede det sidste."))
    return None


def _id(text: str) -> int:
    """The number of a step as a button wrote it; ValueError for what no button wrote."""
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise ValueError("no number of a step")
    return int(text)

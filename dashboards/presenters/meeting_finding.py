"""A series as it is shown to a room: the finding as title, icons, three sizes of the one chart, the latest notes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from markupsafe import Markup

from dashboards.figures.icons import assurance_icon, variation_icon
from dashboards.figures.points import Point, read_points, status_words
from dashboards.figures.spc_chart import Flag, Frame, figure
from dashboards.figures.svg_chart import TOKENS, svg_chart
from dashboards.figures.thermometer import direction_words
from dashboards.presenters.indicator import letters
from dashboards.text import _, day_text, language, month, period_text, use_language, value_with_unit
from dashboards.text.explanation import explain
from data.access import Viewer
from data.assessments import assess_series
from data.queries import catalogue, decisions, units
from data.reading import Pair
from data.store import Store
from indicators import spc
from indicators.assessment import Assessment, Assurance
from indicators.definition import Direction, IndicatorDefinition, PeriodKind

NOTES_SHOWN = 3

# Words in a chart are 12 units high. A frame is so many units wide that they are 20 pixels high at least where it is
# shown: the large one fills two thirds of 1920 pixels, the middle one of 1366, the handy one a phone.
LARGE = Frame(width=620, height=350, right=104, most_right=178, top=26, bottom=42, most_ticks=6)
MIDDLE = Frame(width=508, height=272, right=96, most_right=150, top=26, bottom=42, most_ticks=5)
HANDY = Frame(width=212, height=190, right=60, most_right=84, top=24, bottom=42, most_ticks=4)
SIZES = (("large", LARGE, 36, False), ("middle", MIDDLE, 30, False), ("handy", HANDY, 13, True))


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A note with the letter it has on the chart."""

    letter: str
    when: str
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What is said of a series. `charts` are (size, SVG), of which a style sheet shows one; `rows` are the largest as
    (period, value and what is special about it), the latest first, for whoever hears the screen."""

    title: str
    subtitle: str
    name: str
    icons: Markup
    charts: tuple[tuple[str, Markup], ...]
    notes: tuple[NoteLine, ...]
    letters: Mapping[int, str] = field(default_factory=dict)  # of every note, by its number
    rows: tuple[tuple[str, str], ...] = ()


def finding_of(
    store: Store,
    viewer: Viewer,
    pair: Pair,
    *,
    today: date,
    spoken: str = "",
    with_charts: bool = False,
    with_notes: bool = False,
    told: Collection[int] = (),
) -> Finding:
    """What is said and drawn of a series, in the language `spoken` (that of the request unless told).

    Without notes no chart has flags: for a screen that strangers see. `told` are notes that stand elsewhere beside the
    chart: they keep their flags and are not listed again.

    Raises
    ------
    NotFound, NotAllowed
        There is no such series, or the viewer may not see its unit.
    """
    with use_language(spoken or language()):
        return _finding(store, viewer, pair, today, with_charts=with_charts, with_notes=with_notes, told=told)


def _finding(
    store: Store,
    viewer: Viewer,
    pair: Pair,
    today: date,
    *,
    with_charts: bool,
    with_notes: bool,
    told: Collection[int],
) -> Finding:
    said = language()
    code, unit_code = pair
    definition = catalogue.indicator(store, viewer, code)
    place = units.get(store, viewer, unit_code, on=today).name.say(said)
    name = f"{definition.name.say(said)}, {place}"
    if definition.chart not in spc.CHARTS:
        return Finding(_("Følges som nationalt tal"), name, name, Markup(""), (), ())
    assessment = assess_series(store, viewer, code, unit_code, today=today, language=said)
    noted = decisions.annotations(store, viewer, code, unit_code) if with_notes else []
    flags = tuple(
        Flag(note.starts_on, letter, note.text.say(said))
        for note, letter in zip(noted, letters(len(noted)), strict=True)
    )
    words = explain(assessment, unit_name=place, annotations=flags)
    return Finding(
        title=words.title,
        subtitle=" · ".join([definition.name.say(said), place, direction_words(definition.direction)]),
        name=name,
        icons=_icons(assessment, definition),
        charts=store.remember(
            ("meeting_charts", pair, today, said, place, flags, viewer.rights, store.small_number, store.deadline_day),
            partial(_charts, store, viewer, assessment, pair, place, flags, words.alt),
            about=[code],
        )
        if with_charts
        else (),
        notes=tuple(
            NoteLine(flag.letter, _when(flag.period, definition.period), flag.text)
            for flag in reversed([flag for note, flag in zip(noted, flags, strict=True) if note.id not in told])
        )[:NOTES_SHOWN],
        letters={note.id: flag.letter for note, flag in zip(noted, flags, strict=True)},
        rows=_rows(assessment, definition) if with_charts else (),
    )


def _rows(assessment: Assessment, definition: IndicatorDefinition) -> tuple[tuple[str, str], ...]:
    """Values without their counts: what the chart shows, and no more."""

    def said(point: Point) -> str:
        words = status_words(point)
        if point.value is not None:
            words.insert(0, value_with_unit(definition, point.value, denominator=point.denominator))
        return ", ".join(words)

    shown = read_points(assessment)[-SIZES[0][2] :]
    return tuple((period_text(point.period, definition.period), said(point)) for point in reversed(shown))


def _when(day: date, kind: PeriodKind) -> str:
    return day_text(day, "year") if kind in (PeriodKind.DAY, PeriodKind.WEEK) else month(day)


def _icons(assessment: Assessment, definition: IndicatorDefinition) -> Markup:
    direction = definition.direction
    if assessment.target is not None and direction is Direction.NEITHER:
        direction = Direction.UP if assessment.target.comparison.startswith(">") else Direction.DOWN
    shown = variation_icon(assessment.variation, assessment.rising, size=48)
    if assessment.assurance is Assurance.NONE:
        return shown
    return shown + assurance_icon(assessment.assurance, direction, size=48)


def _charts(
    store: Store,
    viewer: Viewer,
    assessment: Assessment,
    pair: Pair,
    place: str,
    flags: tuple[Flag, ...],
    alt: str,
) -> tuple[tuple[str, Markup], ...]:
    aims = tuple(catalogue.targets(store, viewer, *pair))
    return tuple(
        (
            size,
            svg_chart(
                figure(
                    assessment,
                    unit_name=place,
                    annotations=flags,
                    targets=aims,
                    theme=TOKENS,
                    narrow=narrow,
                    window=window,
                    frame=frame,
                ),
                label=alt,
            ),
        )
        for size, frame, window, narrow in SIZES
    )

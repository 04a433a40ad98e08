"""The indicator page: one series with its finding, chart, words, notes, goal and definition. No Dash.

Everything the page says stands in one `SeriesView`, read once; the figure is drawn from the same assessment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from markupsafe import Markup

from dashboards.figures.icons import assurance_icon, variation_icon
from dashboards.figures.points import (
    Point,
    centre_name,
    count_text,
    has_limits,
    phase_names,
    phase_spans,
    read_points,
    relation_text,
    status_words,
)
from dashboards.figures.regions import Dot, dot_strip
from dashboards.figures.spc_chart import Flag, NationalMark, figure
from dashboards.figures.thermometer import direction_words
from dashboards.presenters.completeness import SeriesNote, series_note
from dashboards.presenters.goal_figures import NATION, REGIONS, WAITING, Published, decimals_of, published
from dashboards.presenters.unit_reading import UnitReading, unit_reading
from dashboards.selection import Selection
from dashboards.text import (
    N_,
    _,
    day_text,
    language,
    month,
    ngettext,
    number,
    percent,
    period_text,
    span_text,
    target_text,
    value_text,
)
from dashboards.text.explanation import Explanation, explain
from dashboards.theme import LIGHT, Theme
from data.access import Viewer
from data.assessments import assess_series
from data.chart_lines import LineChange
from data.deadlines import deadline
from data.decisions import Lines, end_of_period, may_decide
from data.queries import catalogue, decisions, definitions, figures, observations, series, units
from data.queries.decisions import Annotation, AnnotationKind, Exclusion, Visibility
from data.queries.units import Unit
from data.store import Store
from indicators import spc
from indicators.assessment import Assessment, Assurance, SeriesPhase, Variation
from indicators.definition import Direction, IndicatorDefinition, PeriodKind, Scope, Target, Verification
from indicators.drawn import is_of_several
from indicators.periods import next_start
from indicators.spc.profiles import profile_of

STRIP_WIDTH = 356  # pixels beside the notes

KINDS = {
    AnnotationKind.CHANGE: N_("Tiltag"),
    AnnotationKind.EVENT: N_("Hændelse"),
    AnnotationKind.DATA: N_("Data"),
    AnnotationKind.DECISION: N_("Aftale"),
    AnnotationKind.COMMENT: N_("Kommentar"),
}
PERIODS_MANY = {
    PeriodKind.DAY: N_("hændelser"),
    PeriodKind.WEEK: N_("uger"),
    PeriodKind.MONTH: N_("måneder"),
    PeriodKind.QUARTER: N_("kvartaler"),
    PeriodKind.YEAR: N_("år"),
}
PERIODS_ONE = {
    PeriodKind.DAY: N_("Hændelse"),
    PeriodKind.WEEK: N_("Uge"),
    PeriodKind.MONTH: N_("Måned"),
    PeriodKind.QUARTER: N_("Kvartal"),
    PeriodKind.YEAR: N_("År"),
}
NOT_VERIFIED = {
    Verification.NOT_VERIFIED: N_("Definitionen er ikke verificeret"),
    Verification.VERIFIED_NAME: N_("Navnet er verificeret, definitionen er ikke"),
}


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note in the list, with the letter it has on the chart. `scope` says whom it concerns, if not just the unit.

    `number` is the note's own, for taking it off; empty where that is not the viewer's to do.
    """

    letter: str
    when: str
    text: str
    kind: str
    written: str
    scope: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """A phase with the decision behind it. `begins` is the day it was decided from, empty where nobody decided."""

    name: str
    span: str
    centre: str
    reason: str
    decided: str
    is_break: bool
    begins: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A point that is drawn and not counted, with the decision behind it. `about` is its first day."""

    when: str
    reason: str
    decided: str
    about: str


@dataclass(frozen=True, slots=True)
class NationalBox:
    """The national goal a series contributes to and the latest published figure, if there is one."""

    heading: str
    goal_href: str
    indicator_name: str
    value: str
    when: str
    strip: Markup
    sentences: tuple[str, ...]
    source: str
    mark: NationalMark | None


@dataclass(frozen=True, slots=True)
class TableTwin:
    """The chart as a table: the same points in the same order, and the same words."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class AboutRow:
    term: str
    text: str
    badge: str = ""


@dataclass(frozen=True, slots=True)
class SeriesView:
    """All that the page shows. `assessment` is None where the indicator's chart cannot be computed from local data."""

    definition: IndicatorDefinition
    unit: Unit
    goal_name: str
    goal_href: str
    home_href: str
    icons: Markup
    explanation: Explanation
    subtitle: str
    measure: str
    direction: str
    assessment: Assessment | None
    flags: tuple[Flag, ...]
    targets: tuple[Target, ...]
    notes: tuple[NoteRow, ...]
    phases: tuple[PhaseRow, ...]
    national: NationalBox | None
    about: tuple[AboutRow, ...]
    table: TableTwin
    footnotes: tuple[str, ...]
    n_periods: int
    months: int | None
    as_of: str
    selection: Selection
    reading: UnitReading
    completeness: SeriesNote | None = None
    left_out: tuple[LeftOut, ...] = ()
    changes: tuple[str, ...] = ()
    above: tuple[Unit, ...] = ()

    @property
    def has_chart(self) -> bool:
        """Whether there is a value to draw, be it of an open period."""
        return self.assessment is not None and not bool(pd.isna(self.assessment.columns["y"]).all())

    @property
    def periods(self) -> tuple[date, ...]:
        """The first day of each period of the chart, oldest first."""
        return tuple(self.assessment.columns["period"]) if self.assessment is not None else ()

    def figure(self, *, theme: Theme = LIGHT, narrow: bool = False) -> dict[str, Any]:
        """The chart for a screen: see `figures.spc_chart.figure`."""
        assert self.assessment is not None
        return figure(
            self.assessment,
            unit_name=self.unit.name.say(language()),
            annotations=self.flags,
            targets=self.targets,
            national=self.national.mark if self.national else None,
            theme=theme,
            narrow=narrow,
            window=self.months,
        )


def exists(store: Store, viewer: Viewer, code: str) -> bool:
    """Whether there is such an indicator; raises NotFound with its words otherwise."""
    catalogue.indicator(store, viewer, code)
    return True


def name_of(store: Store, viewer: Viewer, code: str) -> str:
    return catalogue.indicator(store, viewer, code).name.say(language())


def series_view(store: Store, viewer: Viewer, code: str, selection: Selection, *, today: date) -> SeriesView:
    """Read everything the page shows for the unit and the day that were chosen.

    Raises
    ------
    NotFound, NotAllowed
        There is no such indicator or unit, or the viewer may not see the unit.
    """
    assert selection.unit is not None
    said = language()
    definition = catalogue.indicator(store, viewer, code)
    selection = selection.on(today)
    as_of = selection.as_of
    reading = unit_reading(store, viewer, code, selection, today=today)
    day = as_of or today
    unit = units.get(store, viewer, reading.unit_code, on=day)
    # A unit that has closed, or has yet to open, belongs where it did last, or will first.
    day = max(day if unit.valid_to is None else min(day, unit.valid_to), unit.valid_from)
    above = units.ancestors(store, viewer, unit.code, on=day)
    is_computed = definition.chart in spc.CHARTS
    assessment = (
        assess_series(store, viewer, code, unit.code, today=today, as_of=as_of, language=said, made=reading.made)
        if is_computed
        else None
    )
    found = reading.made.frame if reading.made else observations.current(store, viewer, code, unit.code, as_of)
    annotations = decisions.annotations(store, viewer, code, unit.code, as_of)
    flags = _flags(annotations)
    targets = tuple(catalogue.targets(store, viewer, code, unit.code))
    points = read_points(assessment) if assessment else []
    region = next((one.code for one in [*above, unit] if one.kind == "region"), None)
    national = _national(store, viewer, definition, region, selection)
    goals = {goal.number: goal.name.say(said) for goal in catalogue.goals(store, viewer)}
    goal = definition.goal
    name = unit.name.say(said)
    words = explain(assessment, unit_name=name, annotations=flags) if assessment else _not_computed(definition, name)
    return SeriesView(
        definition=definition,
        unit=unit,
        goal_name=f"{goal} {goals.get(goal, '')}" if goal else "",
        goal_href=selection.href(f"/maal/{goal}", goal=None) if goal else "",
        home_href=selection.href("/"),
        icons=_icons(assessment, definition),
        explanation=words,
        subtitle=_subtitle(definition, unit, above, points),
        measure=_measure(definition),
        direction=_direction(definition),
        assessment=assessment,
        flags=flags,
        targets=targets,
        notes=_notes(annotations, unit, above, definition.period, viewer),
        phases=_phases(assessment, points) if assessment else (),
        national=national,
        about=_about(store, viewer, definition, unit, assessment, found, targets, points, today),
        table=_table(definition, points, found, flags, is_as_is=reading.made is not None),
        footnotes=_footnotes(assessment, points, as_of or today) if assessment else (),
        n_periods=len(points),
        months=selection.months,
        as_of=day_text(as_of) if as_of else "",
        selection=selection,
        reading=reading,
        completeness=None if as_of or reading.made else series_note(store, viewer, code, unit.code, today=today),
        left_out=_left_out(decisions.exclusions(store, viewer, code, unit.code, as_of), definition)
        if any(point.is_excluded for point in points)
        else (),
        above=tuple(above),
        changes=() if as_of else _changes(decisions.line_changes(store, viewer, code, unit.code), definition),
    )


def kept_view(store: Store, viewer: Viewer, code: str, selection: Selection, *, today: date) -> SeriesView:
    """`series_view`, worked out once for all who have the same roles; a change of data or notes makes it anew."""
    may = (viewer.grants, viewer.rights, viewer.deliverable_units)
    key = ("series view", code, selection, may, language(), today)
    return store.remember(key, lambda: series_view(store, viewer, code, selection, today=today))


def _not_computed(definition: IndicatorDefinition, unit_name: str) -> Explanation:
    """National indicators whose kind of chart needs more than monthly local figures."""
    title = _("Følges som nationalt tal")
    see = _("{indicator} opgøres nationalt og har ingen lokal måling i {unit}.").format(
        indicator=definition.name.say(language()), unit=unit_name
    )
    means = _("Der er ikke et lokalt diagram at læse.")
    do = _("Se de publicerede tal under det nationale mål.")
    return Explanation(title, (see,), (means,), (do,), (), see)


def _icons(assessment: Assessment | None, definition: IndicatorDefinition) -> Markup:
    if assessment is None:
        return Markup("")
    direction = definition.direction
    if assessment.target is not None and direction is Direction.NEITHER:
        direction = Direction.UP if assessment.target.comparison.startswith(">") else Direction.DOWN
    variation = variation_icon(assessment.variation, assessment.rising, size=32)
    if assessment.assurance is Assurance.NONE:
        return variation
    return variation + assurance_icon(assessment.assurance, direction, size=32)


def _subtitle(definition: IndicatorDefinition, unit: Unit, above: Sequence[Unit], points: Sequence[Point]) -> str:
    """Indicator, unit and where it belongs, span, and how many there are behind a point."""
    said = language()
    place = unit.name.say(said)
    if unit.kind in ("department", "ward", "practice") and above:
        place = f"{place}, {above[-1].name.say(said)}"
    parts = [definition.name.say(said), place]
    if points:
        parts.append(span_text(points[0].period, points[-1].period, definition.period))
    sizes = [point.denominator for point in points if point.denominator]
    if sizes:
        least, most = count_text(min(sizes)), count_text(max(sizes))
        size = least if least == most else f"{least}–{most}"
        per = _(PERIODS_ONE[definition.period]).lower()
        text = _("{size} målinger pr. {period}") if is_of_several(definition) else _("{size} i nævneren pr. {period}")
        parts.append(text.format(size=size, period=per))
    return " · ".join(parts)


def _measure(definition: IndicatorDefinition) -> str:
    if definition.is_percent:
        return _("Procent")
    unit = definition.unit_of_measure.say(language())
    return unit[:1].upper() + unit[1:] if unit else _("Antal")


def _direction(definition: IndicatorDefinition) -> str:
    arrow = {Direction.UP: " ↑", Direction.DOWN: " ↓", Direction.NEITHER: ""}[definition.direction]
    return direction_words(definition.direction) + arrow


# --------------------------------------------------------------------------------------------------------------- notes


def letters(count: int) -> list[str]:
    """A, B, … Z, AA, AB, … in the order of the notes.

    >>> letters(28)[-3:]
    ['Z', 'AA', 'AB']
    """
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return [(alphabet[i // 26 - 1] if i >= 26 else "") + alphabet[i % 26] for i in range(count)]


def _flags(annotations: Sequence[Annotation]) -> tuple[Flag, ...]:
    """Letters by date over all notes, so that a note keeps its letter when the window changes."""
    return tuple(
        Flag(note.starts_on, letter, note.text.say(language()))
        for note, letter in zip(annotations, letters(len(annotations)), strict=True)
    )


def _notes(
    annotations: Sequence[Annotation], unit: Unit, above: Sequence[Unit], kind: PeriodKind, viewer: Viewer
) -> tuple[NoteRow, ...]:
    """The list under the chart, the latest note first."""
    said = language()
    names = {one.code: one.name.say(said) for one in above}
    rows = []
    for note, letter in zip(annotations, letters(len(annotations)), strict=True):
        scope = []
        if note.unit_code is None:
            scope.append(_("gælder alle enheder"))
        elif note.unit_code != unit.code:
            scope.append(_("gælder {unit}").format(unit=names.get(note.unit_code, note.unit_code)))
        if note.indicator_code is None:
            scope.append(_("gælder alle målinger"))
        if note.visibility is Visibility.OWN:
            scope.append(_("kun for enhedens egne"))
        created, until = note.created_at.date(), end_of_period(note.ends_on or note.starts_on, kind)
        # "Added later" must show; the same day twice says nothing.
        written = ""
        if created > until:
            written = _("tilføjet senere, {day}").format(day=day_text(created))
        elif created != note.starts_on:
            written = _("skrevet {day}").format(day=day_text(created))
        is_ours = viewer.is_administrator if note.unit_code is None else may_decide(viewer, note.unit_code)
        rows.append(
            NoteRow(
                letter,
                _when(note),
                note.text.say(said),
                _(KINDS[note.kind]),
                ", ".join(part for part in (note.author, written) if part),
                ", ".join(scope),
                str(note.id) if is_ours else "",
            )
        )
    return tuple(reversed(rows))


def _when(note: Annotation) -> str:
    """The day, the days or, where a note begins with a month, that month."""
    if note.ends_on is None or note.ends_on == note.starts_on:
        return month(note.starts_on) if note.starts_on.day == 1 else day_text(note.starts_on)
    style = "day" if note.starts_on.year == note.ends_on.year else "long"
    return f"{day_text(note.starts_on, style)} – {day_text(note.ends_on)}"


def _left_out(found: Sequence[Exclusion], definition: IndicatorDefinition) -> tuple[LeftOut, ...]:
    return tuple(
        LeftOut(
            period_text(one.period, definition.period),
            one.reason,
            ", ".join((one.author, day_text(one.created_at.date()))),
            one.period.isoformat(),
        )
        for one in reversed(found)
    )


def _changes(found: Sequence[LineChange], definition: IndicatorDefinition) -> tuple[str, ...]:
    """What was done to the lines, also what was taken back since: »3. nov. 2026, Ida Holm: …«."""
    words = {
        Lines.BEGUN: N_("fase begyndt {period}"),
        Lines.WITHDRAWN: N_("fasen fra {period} trukket tilbage"),
        Lines.EXCLUDED: N_("{period} udeladt"),
        Lines.INCLUDED: N_("{period} taget med igen"),
    }
    said = []
    for one in found:
        try:
            step = _(words[Lines(one.action)])
        except ValueError:
            continue
        day = date.fromisoformat(str(one.detail.get("starts_on") or one.detail.get("period")))
        what = step.format(period=period_text(day, definition.period))
        said.append(f"{day_text(one.at.date())}, {one.author}: {what}. {one.detail.get('reason', '')}")
    return tuple(said)


def _phases(assessment: Assessment, points: list[Point]) -> tuple[PhaseRow, ...]:
    """Every phase of the series with its level and, where somebody decided it, why, who and when; the latest first."""
    spans = phase_spans(assessment, points)
    if len(spans) < 2 and not any(phase.reason for phase in assessment.phases):
        return ()
    definition = assessment.definition
    rows = []
    for span, name in zip(spans, phase_names(spans), strict=True):
        record: SeriesPhase | None = span.record
        decided = ""
        if record is not None:
            dates = day_text(record.created_on) if record.created_on else ""
            decided = ", ".join(part for part in (record.author, dates) if part)
        centre = ""
        if span.centre is not None:
            centre = f"{centre_name(definition)} {value_text(definition, span.centre)}"
        first, last = points[span.start].period, points[span.stop - 1].period
        is_later = record is not None and record.starts_on > points[0].period
        rows.append(
            PhaseRow(
                name=name or _("Hele perioden"),
                span=span_text(first, last, definition.period),
                centre=centre,
                reason=record.reason if record else "",
                decided=decided,
                is_break=span.is_break,
                begins=record.starts_on.isoformat() if record is not None and is_later else "",
            )
        )
    return tuple(reversed(rows))


# ------------------------------------------------------------------------------------------------------------ the goal


def _national(
    store: Store, viewer: Viewer, definition: IndicatorDefinition, region: str | None, selection: Selection
) -> NationalBox | None:
    """The goal a series contributes to. A national figure is never a target: it is shown beside, with its source."""
    if definition.goal is None:
        return None
    said = language()
    code = definition.code if definition.scope is Scope.NATIONAL else definition.contributes_to
    national = catalogue.indicator(store, viewer, code) if code else None
    latest = _latest_figure(store, viewer, code) if code else None
    sentences: list[str] = []
    value, when, strip, source = "", "", Markup(""), ""
    mark: NationalMark | None = None
    if national is None:
        sentences.append(_("Målingen bidrager til målet, men er ikke knyttet til en bestemt national indikator."))
    elif latest is None:
        sentences.append(
            _("Tavle har intet landstal for indikatoren. Retningen ligger fast: {direction}.").format(
                direction=direction_words(national.direction)
            )
        )
    else:
        country, areas = latest
        assert country.value is not None
        decimals = decimals_of([country.value, *(one.value for one in areas)])
        value = _amount(country, decimals)
        when = _("hele landet, {period}").format(period=country.period)
        if len(areas) >= 3:
            dots = [Dot(one.area, one.value, is_own=one.area_code == region) for one in areas if one.value is not None]
            strip = dot_strip(
                dots, country=country.value, country_label=_("Land"), decimals=decimals, width=STRIP_WIDTH
            )
        sentences.append(_("Landstallet er ikke det samme tal som jeres og bruges ikke som måltal."))
        sentences += [country.note] if country.note else []
        source = country.source
        if _same_unit(definition, country):
            label = _("Land {period}: {value}").format(period=country.period, value=_amount(country, decimals))
            mark = NationalMark(country.value, label)
    if national is not None and national.verification in NOT_VERIFIED:
        sentences.append(_(NOT_VERIFIED[national.verification]) + ".")
    is_national = definition.scope is Scope.NATIONAL
    heading = _("Nationalt mål {number}") if is_national else _("Bidrager til nationalt mål {number}")
    return NationalBox(
        heading=heading.format(number=definition.goal),
        goal_href=selection.href(f"/maal/{definition.goal}", goal=None),
        indicator_name=national.name.say(said) if national is not None else "",
        value=value,
        when=when,
        strip=strip,
        sentences=tuple(sentences),
        source=source,
        mark=mark,
    )


def _latest_figure(store: Store, viewer: Viewer, code: str) -> tuple[Published, list[Published]] | None:
    """The latest figure for the country and, of the same name and period, those of the regions in official order."""
    if code == WAITING:
        return _latest_waiting(store, viewer)
    found = [one for one in published(store, viewer, [code]) if one.value is not None]
    countries = [one for one in found if one.area_code == NATION and one.start is not None]
    if not countries:
        return None
    country = max(countries, key=lambda one: (one.start or date.min, one.breakdown == ""))
    same = {
        one.area_code: one
        for one in found
        if (one.name, one.breakdown, one.period) == (country.name, country.breakdown, country.period)
    }
    return country, [same[area] for area in REGIONS if area in same]


def _latest_waiting(store: Store, viewer: Viewer) -> tuple[Published, list[Published]] | None:
    """Waiting times are published by operation group: the groups are weighted together, and it is said."""
    frame = figures.waiting_times(store, viewer)
    frame = frame[frame["value"].notna()]
    if frame.empty:
        return None
    latest = frame["period_start"].max()
    raw = [one for one in published(store, viewer, [WAITING]) if one.n is not None]
    source = raw[0].source if raw else ""
    said = language()
    rows = {
        row["area_code"]: Published(
            code=WAITING,
            name="",
            breakdown="",
            period=period_text(pd.Timestamp(latest).date(), PeriodKind.QUARTER),
            period_type="quarter",
            start=pd.Timestamp(latest).date(),
            area_code=row["area_code"],
            area=row[f"area_name_{said}"].replace("Region ", ""),
            value=round(float(row["value"])),
            unit=_("dage"),
            n=float(row["n"]),
            note=_("Vægtet over operationsgrupper af Tavle."),
            source=source,
        )
        for row in frame[frame["period_start"] == latest].to_dict("records")
    }
    if NATION not in rows:
        return None
    return rows[NATION], [rows[area] for area in REGIONS if area in rows]


def _amount(one: Published, decimals: int) -> str:
    assert one.value is not None
    if one.unit == "%":
        return percent(one.value, decimals)
    return f"{number(one.value, decimals)} {one.unit}".strip()


def _same_unit(definition: IndicatorDefinition, one: Published) -> bool:
    if definition.is_percent:
        return one.unit == "%"
    return bool(one.unit) and one.unit == definition.unit_of_measure.say(language())


# ---------------------------------------------------------------------------------------------------------- the table


def _table(
    definition: IndicatorDefinition,
    points: Sequence[Point],
    found: pd.DataFrame,
    flags: Sequence[Flag],
    *,
    is_as_is: bool = False,
) -> TableTwin:
    """Month, counts, value, line, limits, what is special, notes: the latest first."""
    shows_limits = has_limits(definition) and any(point.upper is not None for point in points)
    heads = [_(PERIODS_ONE[definition.period])]
    is_several, has_counts = is_of_several(definition), definition.has_denominator
    if is_several:
        heads.append(_("Antal målinger"))
    elif has_counts:
        heads += [_("Tæller"), _("Nævner")]
    heads += [_("Værdi"), centre_name(definition)]
    if shows_limits:
        heads += [_("Nedre grænse"), _("Øvre grænse")]
    heads += [_("Hvad ses"), _("Note")]
    remarks = {row["period_start"]: row["note"] for row in found.to_dict("records") if row["note"]}
    ends = {point.period: next_start(point.period, definition.period) for point in points}

    def cells(point: Point) -> tuple[str, ...]:
        row = [period_text(point.period, definition.period)]
        if is_several:
            row.append(_count(point.denominator))
        elif has_counts:
            row += [_count(point.numerator), _count(point.denominator)]
        row += [_value(definition, point.value, point.denominator), _value(definition, point.centre)]
        if shows_limits:
            row += [_value(definition, point.lower), _value(definition, point.upper)]
        relation = relation_text(definition, point)
        row.append(", ".join([*([relation] if relation else []), *status_words(point)]))
        said = [f"{flag.letter}: {flag.text}" for flag in flags if point.period <= flag.period < ends[point.period]]
        row.append(" ".join([*said, *([remarks[point.period]] if point.period in remarks else [])]))
        return tuple(row)

    words = _("{indicator}, nyeste først, enhederne som de er") if is_as_is else _("{indicator}, nyeste først")
    caption = words.format(indicator=definition.name.say(language()))
    return TableTwin(caption, tuple(heads), tuple(cells(point) for point in reversed(points)))


def _count(value: float | None) -> str:
    return "" if value is None else count_text(value)


def _value(definition: IndicatorDefinition, value: float | None, denominator: float | None = None) -> str:
    return "" if value is None else value_text(definition, value, denominator=denominator)


def _footnotes(assessment: Assessment, points: Sequence[Point], today: date) -> tuple[str, ...]:
    """What a reader must know to read the chart: its kind, the rules, the marks."""
    definition = assessment.definition
    said = language()
    chart = spc.CHARTS[definition.chart]
    notes = [
        _("{chart}, grænser ±3 sigma pr. fase").format(chart=chart.name.say(said))
        if chart.has_limits
        else _("{chart}, medianen pr. fase").format(chart=chart.name.say(said)),
        _("Regelsæt: {profile}").format(profile=profile_of(definition.profile).name.say(said)),
    ]
    if any(point.is_open for point in points):
        notes.append(_("Hule punkter: åbne perioder, giver ingen signaler"))
    if any(point.is_excluded for point in points):
        notes.append(_("Hule punkter med kryds: udeladt af beregningen"))
    if chart.kind is spc.ValueKind.TIME and definition.period is PeriodKind.DAY and points:
        # The time since the last case is not over: it is told, and never drawn as a point.
        days = (today - points[-1].period).days
        text = ngettext("{count} dag siden den seneste hændelse", "{count} dage siden den seneste hændelse", days)
        notes.append(text.format(count=number(days)))
    return tuple(notes)


# --------------------------------------------------------------------------------------------------- about the measure


def _about(
    store: Store,
    viewer: Viewer,
    definition: IndicatorDefinition,
    unit: Unit,
    assessment: Assessment | None,
    found: pd.DataFrame,
    targets: Sequence[Target],
    points: Sequence[Point],
    today: date,
) -> tuple[AboutRow, ...]:
    said = language()
    badge = _(NOT_VERIFIED[definition.verification]) if definition.verification in NOT_VERIFIED else ""
    rows = [AboutRow(_("Definition"), definition.definition.say(said) or _("Ikke beskrevet"), badge)]
    if definition.has_denominator:
        rows.append(AboutRow(_("Tæller"), definition.numerator.say(said)))
        rows.append(AboutRow(_("Nævner"), definition.denominator.say(said)))
    elif definition.numerator.say(said):
        rows.append(AboutRow(_("Tæller"), definition.numerator.say(said)))
    rows.append(AboutRow(_("Retning"), direction_words(definition.direction).capitalize()))
    if targets:
        rows.append(AboutRow(_("Måltal"), "; ".join(_target_line(definition, target) for target in targets[:3])))
    else:
        rows.append(AboutRow(_("Måltal"), _("Der er ikke sat et måltal for enheden")))
    followed = next(
        (one for one in series.listed(store, viewer, [unit.code]) if one.indicator_code == definition.code), None
    )
    rows.append(AboutRow(_("Kilde"), definition.source))
    owner = (followed.owner if followed else "") or definition.owner
    rows.append(AboutRow(_("Ansvarlig"), owner))
    rows.append(AboutRow(_("Version"), _versions(definitions.versions(store, viewer, definition.code))))
    rows += _deliveries(store, definition, found, points, followed is not None, today)
    if assessment is not None:
        breaks = [
            f"{period_text(phase.starts_on, definition.period)}: {phase.reason or phase.name}"
            for phase in assessment.phases
            if phase.is_break
        ]
        if breaks:
            rows.append(AboutRow(_("Databrud"), "; ".join(breaks)))
    note = definition.note.say(said)
    if note:
        rows.append(AboutRow(_("Bemærkning"), note))
    return tuple(row for row in rows if row.text)


def _versions(found: Sequence[IndicatorDefinition]) -> str:
    """The version in force and, shortly, those before it."""

    def one(definition: IndicatorDefinition) -> str:
        text = str(definition.version)
        if definition.valid_from is not None:
            text += " · " + _("gælder fra {month}").format(month=month(definition.valid_from))
        return text

    earlier = "; ".join(one(definition) for definition in found[1:])
    return one(found[0]) + (" " + _("(før: {versions})").format(versions=earlier) if earlier else "")


def _target_line(definition: IndicatorDefinition, target: Target) -> str:
    said = language()
    text = target_text(definition, target)
    if target.valid_from and target.valid_to:
        dates = _("{first} til {last}").format(first=day_text(target.valid_from), last=day_text(target.valid_to))
    elif target.valid_from:
        dates = _("fra {first}").format(first=day_text(target.valid_from))
    elif target.valid_to:
        dates = _("til {last}").format(last=day_text(target.valid_to))
    else:
        dates = ""
    tail = ", ".join(part for part in (target.text.say(said), dates) if part)
    return f"{text} ({tail})" if tail else text


def _deliveries(
    store: Store,
    definition: IndicatorDefinition,
    found: pd.DataFrame,
    points: Sequence[Point],
    is_followed: bool,
    today: date,
) -> list[AboutRow]:
    """When figures last came, when the next are due, and how complete the series is."""
    rows = []
    if len(found):
        latest = pd.Timestamp(found["recorded_at"].max()).date()
        rows.append(AboutRow(_("Seneste levering"), day_text(latest)))
    if definition.period is PeriodKind.DAY:  # cases come when they come: none is due, and none is missing
        return [*rows, AboutRow(_("Næste levering"), _("Når der sker en hændelse"))] if is_followed else rows
    if is_followed:
        have = list(found["period_start"])
        following = next_start(max(have), definition.period) if have else (points[0].period if points else None)
        if following is not None:
            due = deadline(following, definition.period, store.deadline_day)
            which = period_text(following, definition.period)
            words = _("{period} ventes senest {day}") if due >= today else _("{period} skulle være leveret {day}")
            rows.append(AboutRow(_("Næste levering"), words.format(period=which, day=day_text(due))))
    if points:
        there = sum(1 for point in points if not point.is_missing)
        text = _("{count} af {total} {periods} har tal").format(
            count=there, total=len(points), periods=_(PERIODS_MANY[definition.period])
        )
        rows.append(AboutRow(_("Komplethed"), text))
    return rows


def is_empty(view: SeriesView) -> bool:
    """Whether no closed period has a value."""
    return view.assessment is None or view.assessment.variation is Variation.MISSING


def axis_text(definition: IndicatorDefinition, value: float) -> str:
    """Where the axis begins, without decimals it does not need."""
    decimals = 0 if float(value).is_integer() else 1
    return percent(value, decimals) if definition.is_percent else number(value, decimals)

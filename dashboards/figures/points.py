"""The points of an assessment as plain records, and what is said about one of them.

Chart, hover box, table twin and the voice of the keyboard read these; so they cannot disagree.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from dashboards.text import N_, _, language, ngettext, number, period_text, value_text
from indicators.drawn import is_of_several
from indicators.spc import CHARTS, Reason
from indicators.spc.reasons import WORDS

if TYPE_CHECKING:
    from indicators.assessment import Assessment, SeriesPhase
    from indicators.definition import IndicatorDefinition
    from indicators.words import Words


@dataclass(frozen=True, slots=True)
class Point:
    """One period of a series. Values in the indicator's unit of measure; None is missing, hidden or not computed."""

    position: int
    period: date
    value: float | None
    numerator: float | None
    denominator: float | None
    centre: float | None
    lower: float | None
    upper: float | None
    phase: int
    is_open: bool
    is_missing: bool
    is_excluded: bool
    is_outside: bool
    mark: str
    target: float | None = None
    is_hidden: bool = False
    why_empty: Words | None = None  # delivered, and still nothing to draw: a moving range without a neighbour

    @property
    def side(self) -> int | None:
        """1 above the centre line, -1 below, 0 on it; None without value or line."""
        if self.value is None or self.centre is None:
            return None
        if math.isclose(self.value, self.centre, rel_tol=1e-9, abs_tol=1e-12):
            return 0
        return 1 if self.value > self.centre else -1


@dataclass(frozen=True, slots=True)
class PhaseSpan:
    """A phase as it lies on the chart: positions [start, stop), its centre, and the decision behind it, if any."""

    start: int
    stop: int
    centre: float | None
    record: SeriesPhase | None

    @property
    def is_break(self) -> bool:
        return self.record is not None and self.record.is_break


_WHY_EMPTY = {WORDS[reason].en: WORDS[reason] for reason in (Reason.NO_NEIGHBOURS, Reason.ONE_MEASUREMENT)}
"""The library's reasons for a point of a delivered figure that has no value, by the text it puts on the point."""


def read_points(assessment: Assessment) -> list[Point]:
    """The rows of `assessment.points`, oldest first; NaN becomes None."""
    columns = assessment.columns
    count = len(columns["period"])

    def column(name: str, absent: Any = None) -> list[Any]:
        values = columns.get(name)
        return [absent] * count if values is None else values.tolist()

    def numbers(name: str) -> list[float | None]:
        return [_number(value) for value in column(name)]

    # Column by column: a board of small charts reads some thousand points, and a mapping for each takes twice as long.
    phases: dict[Any, int] = {}
    values, missing = numbers("y"), [bool(one) for one in column("is_missing")]
    why_empty = [
        None if value is not None or is_missing else _WHY_EMPTY.get(str(reason or ""))
        for value, is_missing, reason in zip(values, missing, column("reason"), strict=True)
    ]
    rows = zip(
        range(count),
        [_day(value) for value in column("period")],
        values,
        numbers("numerator"),
        numbers("denominator"),
        numbers("centre"),
        numbers("lower"),
        numbers("upper"),
        [phases.setdefault(one, len(phases)) for one in column("phase")],
        [bool(one) for one in column("is_open")],
        [
            is_missing or (value is None and why is None)
            for is_missing, value, why in zip(missing, values, why_empty, strict=True)
        ],
        [bool(one) for one in column("is_excluded")],
        [bool(one) for one in column("sigma_signal")],
        [str(one or "") for one in column("mark")],
        numbers("target"),
        [bool(one) for one in column("is_hidden", False)],
        why_empty,
        strict=True,
    )
    return [Point(*row) for row in rows]


def phase_spans(assessment: Assessment, points: list[Point]) -> list[PhaseSpan]:
    """The phases of the points that are shown; positions count from the first of `points`."""
    spans: list[PhaseSpan] = []
    start = 0
    for index in range(1, len(points) + 1):
        if index < len(points) and points[index].phase == points[start].phase:
            continue
        inside = points[start:index]
        centre = next((point.centre for point in reversed(inside) if point.centre is not None), None)
        record = max(
            (phase for phase in assessment.phases if phase.starts_on <= inside[-1].period),
            key=lambda phase: phase.starts_on,
            default=None,
        )
        spans.append(PhaseSpan(start, index, centre, record))
        start = index
    return spans


def phase_names(spans: list[PhaseSpan]) -> list[str]:
    """A name per phase: the one it was given, else what it is; none where there is one phase without a name."""
    if len(spans) == 1 and (spans[0].record is None or not spans[0].record.name):
        return [""]
    names = []
    for index, span in enumerate(spans):
        if span.record is not None and span.record.name:
            names.append(span.record.name)
        elif index + 1 < len(spans) and spans[index + 1].is_break:
            names.append(_("Før databrud"))
        elif index == 0:
            names.append(_("Udgangspunkt"))
        else:
            names.append(_("Fase {number}").format(number=index + 1))
    return names


def centre_name(definition: IndicatorDefinition) -> str:
    """ "Median" on charts without limits, "Niveau" on control charts."""
    return _("Niveau") if has_limits(definition) else _("Median")


def the_centre(definition: IndicatorDefinition) -> str:
    """ "medianen" on charts without limits, "niveauet" on control charts."""
    return _("niveauet") if has_limits(definition) else _("medianen")


def has_limits(definition: IndicatorDefinition) -> bool:
    """Whether the indicator's chart has control limits."""
    record = CHARTS.get(definition.chart)
    return record is not None and record.has_limits


def fraction_text(definition: IndicatorDefinition, point: Point) -> str:
    """ "106 af 124" cases, "111 pr. 6.557" bed days, "24 målinger"; empty where a figure is unknown or hidden."""
    if is_of_several(definition) and point.denominator is not None:
        return ngettext("{count} enkeltmåling", "{count} enkeltmålinger", int(point.denominator)).format(
            count=count_text(point.denominator)
        )
    if point.numerator is None or point.denominator is None:
        return ""
    words = _("{numerator} af {denominator}") if definition.is_percent else _("{numerator} pr. {denominator}")
    return words.format(numerator=count_text(point.numerator), denominator=count_text(point.denominator))


def count_text(value: float) -> str:
    """A count as a count, an exposure with a fraction with one decimal."""
    return number(value, 0 if float(value).is_integer() else 1)


def relation_text(definition: IndicatorDefinition, point: Point) -> str:
    """Where the point lies: "over niveauet", "på medianen", "over den øvre grænse"; empty without a centre line."""
    if point.side is None:
        return ""
    if point.is_outside:
        return _("over den øvre grænse") if point.side > 0 else _("under den nedre grænse")
    places = {1: N_("over {centre}"), 0: N_("på {centre}"), -1: N_("under {centre}")}
    return _(places[point.side]).format(centre=the_centre(definition))


_MARK_WORDS = {
    "improvement": N_("signal om forbedring"),
    "concern": N_("bekymrende signal"),
    "change": N_("signal om ændring"),
}


def status_words(point: Point) -> list[str]:
    """What is special about a point, in words: signal, open, left out, no data."""
    if point.is_hidden:
        return [_("skjult: for små tal")]
    if point.is_missing:
        return [_("ingen data")]
    words = [point.why_empty.say(language())] if point.why_empty else []
    if point.mark in _MARK_WORDS:
        words.append(_(_MARK_WORDS[point.mark]))
    if point.is_excluded:
        words.append(_("udeladt af beregningen"))
    if point.is_open:
        words.append(_("perioden er åben"))
    return words


def spoken(definition: IndicatorDefinition, point: Point, note: str = "") -> str:
    """A point as it is read aloud: "marts 2026: 81,0 procent, under medianen"."""
    when = period_text(point.period, definition.period, "long")
    if point.value is None:
        parts = status_words(point)
    else:
        value = value_text(definition, point.value, denominator=point.denominator)
        if definition.is_percent:
            value = _("{value} procent").format(value=value.rstrip("%\u202f"))
        elif unit := definition.unit_of_measure.say(language()):
            value = f"{value} {unit}"
        parts = [value, fraction_text(definition, point), relation_text(definition, point), *status_words(point)]
    return f"{when}: " + ", ".join(part for part in [*parts, note] if part)


def _number(value: Any) -> float | None:
    if value is None:
        return None
    return None if value != value else float(value)  # NaN is like nothing, itself included


def _day(value: Any) -> date:
    return value.date() if hasattr(value, "date") else value

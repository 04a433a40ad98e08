"""What stands beside one series: units like it as small multiples, what next month would have to be, how soon a change
shows, and whether the chart fits its figures. Asked for after the page itself has come. No Dash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import floor

import pandas as pd
from markupsafe import Markup

from dashboards.figures.icons import assurance_icon, variation_icon, variation_words
from dashboards.figures.points import Point, centre_name, count_text, read_points
from dashboards.figures.spc_chart import common_axis, small_multiple
from dashboards.figures.svg_chart import TOKENS, svg_chart
from dashboards.presenters.indicator import SeriesView
from dashboards.text import _, language, ngettext, period_text, value_text
from data.access import Viewer
from data.assessments import assess_each
from data.queries import observations, series, units
from data.queries.units import Unit
from data.store import Store
from indicators import spc
from indicators.assessment import Assessment, Assurance, assess
from indicators.definition import Direction, IndicatorDefinition
from indicators.periods import next_start
from indicators.spc.errors import InputError
from indicators.words import Words

MOST = 12  # small multiples before one asks for all
WINDOW = 36
SHIFT_SD = 1.5  # a change worth seeing, where there is no target to reach
LETTERS = str.maketrans({"æ": "z1", "ø": "z2", "å": "z3", "Æ": "Z1", "Ø": "Z2", "Å": "Z3"})


@dataclass(frozen=True, slots=True)
class Sister:
    """One unit among those that are compared: its place, its signal and its small chart."""

    name: str
    href: str
    is_own: bool
    icons: Markup
    line: str
    chart: Markup
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sisters:
    """Units read together on one axis: one's own first, the others in order of their names, never ranked.

    `n_more` are left out until somebody asks for all of them; `has_free` is whether an axis each can be asked for.
    """

    title: str
    lead: str
    rows: tuple[Sister, ...]
    n_more: int
    is_free: bool
    is_all: bool
    heads: tuple[str, ...]
    nothing: str = ""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would be a signal next, how soon a change would show, and what to be careful about."""

    next_value: str
    detectability: tuple[str, ...]
    cautions: tuple[str, ...]
    rules: str


# ------------------------------------------------------------------------------------------------- what comes next


def outlook(store: Store, viewer: Viewer, view: SeriesView) -> Outlook | None:
    """What the page says about next month; None where nothing was computed."""
    if view.assessment is None or view.assessment.result is None:
        return None
    said = language()
    definition = view.definition
    closed = _closed(store, viewer, view)
    if closed is None or closed.result is None:
        return None
    chart, profile = spc.CHARTS[definition.chart], closed.result.profile
    return Outlook(
        next_value=_next_value(closed),
        detectability=tuple(_detectability(closed)),
        cautions=tuple(caution.say(said) for caution in spc.diagnose(closed.result)),
        rules=_("{chart}. Regelsæt: {profile}.").format(chart=chart.name.say(said), profile=profile.name.say(said)),
    )


def _closed(store: Store, viewer: Viewer, view: SeriesView) -> Assessment | None:
    """The series without its open periods: the first of them is the next that can become a signal."""
    assessment = view.assessment
    assert assessment is not None
    points = read_points(assessment)
    first_open = next((point.period for point in points if point.is_open), None)
    if first_open is None:
        return assessment
    made = view.reading.made
    found: pd.DataFrame = (
        made.frame
        if made is not None
        else observations.current(store, viewer, view.definition.code, view.unit.code, view.selection.as_of)
    )
    return assess(
        replace(view.definition, open_periods=0),
        found[found["period_start"] < first_open],
        phases=[one for one in assessment.phases if one.starts_on < first_open],
        exclusions=[point.period for point in points if point.is_excluded],
        targets=view.targets,
        expected_from=points[0].period,
    )


def _unit(definition: IndicatorDefinition) -> str:
    return definition.unit_of_measure.say(language())


def _next_value(assessment: Assessment) -> str:
    definition, result = assessment.definition, assessment.result
    assert result is not None
    try:
        found = spc.next_value(result, non_negative=definition.minimum == 0)
        low = found.below.high if found.below is not None else None
        if found.above is not None and low is not None and definition.minimum is not None:
            # Rounded down to the least there can be, no value lies below it.
            step = 10.0**definition.decimals
            if floor(low * step) / step <= definition.minimum and found.below is not found.above:
                found = replace(found, below=None)
        return found.say(language(), unit_of_measure=_unit(definition), digits=definition.decimals)
    except InputError as refusal:
        return refusal.say(language())


def _detectability(assessment: Assessment) -> list[str]:
    """How soon a shift to the target, or one worth seeing, would show; and the smallest that shows within a year."""
    definition, result = assessment.definition, assessment.result
    assert result is not None
    unit = _unit(definition)
    ending = unit if unit == "%" and language() == "en" else f" {unit}" if unit else ""
    periods = {
        "month": Words("måneder", "months"),
        "week": Words("uger", "weeks"),
        "quarter": Words("kvartaler", "quarters"),
        "year": Words("år", "years"),
        "day": Words("hændelser", "cases"),
    }[definition.period.value]
    goal = assessment.target.value if assessment.target is not None else None
    level = assessment.centre
    try:
        if goal is not None and level is not None and _is_ahead(assessment, level):
            found = spc.detectability(result, to=goal, unit=ending, points_are=periods)
        else:
            down = definition.direction is Direction.DOWN
            found = spc.detectability(result, shift_sd=-SHIFT_SD if down else SHIFT_SD, unit=ending, points_are=periods)
    except InputError as refusal:
        return [refusal.say(language())] if refusal.code == "baseline_too_short" else []
    if found.reason is not None:
        return [found.words.say(language())]
    # A difference between percentages is counted in points.
    points = Words(" %-point", " percentage points").say(language()) if definition.is_percent else ending
    return [found.words.say(language()), replace(found, unit=points).words_of_smallest.say(language())]


def _is_ahead(assessment: Assessment, level: float) -> bool:
    """Whether the level would have to move to meet the target, by more than is seen in what is written."""
    assert assessment.target is not None
    goal, definition = assessment.target.value, assessment.definition
    return not assessment.target.is_met_by(level) and value_text(definition, goal) != value_text(definition, level)


# ---------------------------------------------------------------------------------------------------------- the others


def sisters(
    store: Store, viewer: Viewer, view: SeriesView, *, today: date, is_free: bool = False, is_all: bool = False
) -> Sisters | None:
    """The units to compare with, drawn; None where the chart has a point per case and no common calendar.

    A unit with units under it is compared with them; any other with those that have the same parent.
    """
    definition = view.definition
    if view.assessment is None or not view.has_chart or spc.CHARTS[definition.chart].is_of_cases:
        return None
    day = view.selection.as_of or today
    some, is_below = _others(store, viewer, view, day)
    title, lead = _("Enheder som din"), _("Din først, derefter alfabetisk. Det er ikke en rangliste.")
    if is_below:
        title = _("Enhederne under {unit}").format(unit=view.unit.name.say(language()))
        lead = _("Enheden selv først, derefter alfabetisk. Det er ikke en rangliste.")
    said = assess_each(
        store,
        viewer,
        [(definition.code, one.code) for one in some],
        today=today,
        as_of=view.selection.as_of,
        language=language(),
    )
    followed = {one.unit_code for one in _followed(store, viewer, definition.code, [one.code for one in some])}
    found = [
        (one, said[definition.code, one.code])
        for one in some
        if said[definition.code, one.code].latest is not None or one.code in followed
    ]
    if not any(one.code != view.unit.code for one, _said in found):
        nothing = _("Du har ikke adgang til andre enheder, der følger målingen.")
        return Sisters(title, "", (), 0, False, False, (), nothing)
    shown = found if is_all else found[:MOST]
    rows = _rows(view, shown, is_free)
    scale = _("Hver enhed har sin egen y-akse: højderne kan ikke sammenlignes.") if is_free else _("Samme y-akse.")
    heads = (_("Enhed"), centre_name(definition).capitalize(), _("Seneste værdi"), _("Hvad ses"))
    return Sisters(title, f"{scale} {lead}", rows, len(found) - len(shown), is_free, is_all, heads)


def _followed(store: Store, viewer: Viewer, code: str, unit_codes: Sequence[str]) -> list[series.Series]:
    return [one for one in series.listed(store, viewer, unit_codes) if one.indicator_code == code]


def _others(store: Store, viewer: Viewer, view: SeriesView, day: date) -> tuple[list[Unit], bool]:
    """The units to compare, one's own first; and whether they are those under it rather than those beside it.

    Asked of what is in sight: a leader of one department has siblings to see only where somebody granted them, and an
    evaluator sees departments of many hospitals.
    """
    unit, seen = view.unit, units.tree(store, viewer, on=day)
    below = [one for one in seen if one.parent_code == unit.code]
    if below and _has_figures(store, viewer, view, below):
        return [unit, *_by_name(below)], True
    parent = next((one.parent_code for one in seen if one.code == unit.code), None)
    beside = [
        one
        for one in seen
        if parent is not None and one.parent_code == parent and one.kind == unit.kind and one.code != unit.code
    ]
    if not beside:  # none with the same parent in sight: others of the kind that follow the measure
        alike = [one for one in seen if one.kind == unit.kind and one.code != unit.code]
        follow = {one.unit_code for one in _followed(store, viewer, view.definition.code, [one.code for one in alike])}
        beside = [one for one in alike if one.code in follow]
    return [unit, *_by_name(beside), *(one for one in seen if one.code == parent)], False


def _has_figures(store: Store, viewer: Viewer, view: SeriesView, some: Sequence[Unit]) -> bool:
    code = view.definition.code
    if _followed(store, viewer, code, [one.code for one in some]):
        return True
    return bool(len(observations.current_many(store, viewer, [(code, one.code) for one in some])))


def _by_name(some: Sequence[Unit]) -> list[Unit]:
    """In the order of the Danish alphabet, where å is the last letter."""
    return sorted(some, key=lambda one: one.name.say(language()).translate(LETTERS).casefold())


def _rows(view: SeriesView, shown: Sequence[tuple[Unit, Assessment]], is_free: bool) -> tuple[Sister, ...]:
    definition = view.definition
    own = read_points(view.assessment) if view.assessment else []
    last = max(
        (point.period for _unit, said in shown for point in read_points(said) if point.value is not None),
        default=own[-1].period,
    )
    n_back = view.months or max(len(own), WINDOW)
    first = _back(last, n_back, own, definition)
    held = {one.code: [said.target] if said.target is not None else [] for one, said in shown}
    every = [target for some in held.values() for target in some]
    together = common_axis([said for _unit, said in shown], first=first, last=last, targets=every)
    rows = []
    for one, said in shown:
        axis = (
            common_axis([said], first=first, last=last, targets=held[one.code]) if is_free and said.result else together
        )
        chart = Markup("")
        if axis is not None:
            chart = svg_chart(
                small_multiple(said, axis=axis, first=first, last=last, targets=held[one.code], theme=TOKENS)
            )
        rows.append(_row(view, one, said, chart))
    return tuple(rows)


def _back(last: date, count: int, own: Sequence[Point], definition: IndicatorDefinition) -> date:
    """The first of so many periods up to `last`."""
    periods = [point.period for point in own]
    while periods and periods[-1] < last:
        periods.append(next_start(periods[-1], definition.period))
    periods = [one for one in periods if one <= last]
    return periods[-count:][0] if periods else last


def _row(view: SeriesView, one: Unit, said: Assessment, chart: Markup) -> Sister:
    definition, is_own = view.definition, one.code == view.unit.code
    parts, level, latest = [], "", ""
    if said.centre is not None:
        level = value_text(definition, said.centre)
        parts.append(f"{centre_name(definition)} {level}")
    if said.latest is not None:
        latest = _("{value} i {period}").format(
            value=value_text(definition, said.latest.value, denominator=said.latest.denominator),
            period=period_text(said.latest.period, definition.period),
        )
    sizes = [point.denominator for point in read_points(said)[-WINDOW:] if point.denominator]
    if sizes:
        least, most = count_text(min(sizes)), count_text(max(sizes))
        parts.append(_("n {size}").format(size=least if least == most else f"{least}–{most}"))
    if is_own:
        parts.append(_("vist her"))
    assured = said.assurance is not Assurance.NONE and definition.direction is not Direction.NEITHER
    icons = variation_icon(said.variation, said.rising, size=20)
    if assured:
        icons += assurance_icon(said.assurance, definition.direction, size=20)
    return Sister(
        name=one.name.say(language()),
        href=view.selection.href(f"/indikator/{definition.code}", unit=one.code),
        is_own=is_own,
        icons=icons,
        line=" · ".join(parts),
        chart=chart,
        cells=(level, latest, variation_words(said.variation, said.rising)),
    )


def more_words(count: int) -> str:
    """What the button says that shows the rest."""
    return ngettext("Vis {count} enhed mere", "Vis {count} enheder mere", count).format(count=count)

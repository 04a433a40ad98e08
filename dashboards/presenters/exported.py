"""One series as it leaves the board: what the page shows, and what a sheet must say of itself. No Dash.

A `Sheet` is the page's own `SeriesView` with the marks (DEMO, UDKAST), the source, the moment, the link and the
versions. Every file is written from sheets, so that no form says something else than the page.

A sheet is a draft while its newest figures may still change: a shown period with a figure is open, or the newest closed
figure is neither approved nor locked. Approval is asked for only where somebody approves the months of the series at
all; else every file of a unit without that habit would be a draft for ever.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

import pandas as pd

from dashboards.figures.icons import assurance_words, variation_words
from dashboards.figures.points import Point, centre_name, phase_names, phase_spans, read_points
from dashboards.figures.spc_chart import WIDE, Frame, figure, flags_shown
from dashboards.presenters.indicator import NoteRow, SeriesView, series_view
from dashboards.selection import Selection
from dashboards.text import (
    N_,
    _,
    language,
    moment_text,
    period_text,
    span_text,
    target_text,
    value_text,
    value_with_unit,
)
from dashboards.theme import LIGHT, Theme
from data import month_states
from data.access import Viewer
from data.month_states import State
from data.queries import observations, units
from data.queries.units import Unit
from data.store import Store
from indicators.assessment import Assurance, Variation
from indicators.definition import Direction, IndicatorDefinition
from indicators.spc.profiles import profile_of
from indicators.spc.result import KERNEL_VERSION

DEMO, DRAFT = "DEMO", N_("UDKAST")
MARKS = {
    "common": N_("Tilfældig variation"),
    "improvement": N_("Forbedring"),
    "concern": N_("Bekymrende"),
    "change": N_("Ændring uden retning"),
    "open": N_("Åben periode"),
    "excluded": N_("Udeladt af beregningen"),
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where and when a file was made: the same for all sheets of a pack.

    `address` is how people reach the board, with scheme and host and without a slash at the end; empty where nobody has
    said. `now` is UTC without a zone.
    """

    now: datetime
    timezone: str
    address: str
    is_demo: bool
    data_version: int
    kernel_version: str = KERNEL_VERSION

    @classmethod
    def of(cls, store: Store, *, now: datetime, timezone: str, address: str = "") -> Origin:
        return cls(now, timezone, address.rstrip("/"), store.is_demo, store.data_version())

    @property
    def extracted(self) -> str:
        return moment_text(self.now, self.timezone)

    @property
    def version(self) -> str:
        """The versions a figure can be found again by."""
        return _("beregning {kernel}, data {data}").format(kernel=self.kernel_version, data=self.data_version)


@dataclass(frozen=True)
class Sheet:
    """One series, ready to be written in any form."""

    view: SeriesView
    origin: Origin
    draft: str  # why it is a draft, in words; empty where it is not
    belongs_to: str  # the hospital of a department; empty for other units
    observations: pd.DataFrame  # as `data.queries.observations.current` gives them, or `data.succession`

    # ------------------------------------------------------------------------------------------------ what it is about

    @property
    def definition(self) -> IndicatorDefinition:
        return self.view.definition

    @property
    def title(self) -> str:
        return self.view.explanation.title

    @property
    def subtitle(self) -> str:
        return self.view.subtitle

    @property
    def indicator_name(self) -> str:
        return self.definition.name.say(language())

    @property
    def unit_name(self) -> str:
        return self.view.unit.name.say(language())

    @property
    def place(self) -> str:
        """The unit with the hospital it belongs to: departments of several hospitals share their names."""
        return f"{self.unit_name}, {self.belongs_to}" if self.belongs_to else self.unit_name

    @property
    def key(self) -> tuple[str, str]:
        return self.definition.code, self.view.unit.code

    @cached_property
    def points(self) -> list[Point]:
        """Every period, oldest first."""
        return read_points(self.view.assessment) if self.view.assessment is not None else []

    @cached_property
    def shown(self) -> list[Point]:
        """The periods of the chosen window."""
        return self.points[-self.view.months :] if self.view.months else self.points

    @property
    def notes_shown(self) -> list[NoteRow]:
        """The notes whose letters stand over the chart, in the order of the letters."""
        if not self.has_chart:
            return []
        drawn = flags_shown(self.view.flags, self.shown, self.definition.period)
        letters = {flag.letter for flag in drawn}
        return [note for note in reversed(self.view.notes) if note.letter in letters]

    @property
    def has_chart(self) -> bool:
        return any(point.value is not None for point in self.points)

    # ------------------------------------------------------------------------------------------------- the same signal

    @property
    def variation(self) -> Variation:
        return self.view.assessment.variation if self.view.assessment is not None else Variation.MISSING

    @property
    def rising(self) -> bool | None:
        return self.view.assessment.rising if self.view.assessment is not None else None

    @property
    def assurance(self) -> Assurance:
        return self.view.assessment.assurance if self.view.assessment is not None else Assurance.NONE

    @property
    def direction(self) -> Direction:
        """Which way is better; where the indicator has none, the way its target points."""
        target = self.view.assessment.target if self.view.assessment is not None else None
        if self.definition.direction is Direction.NEITHER and target is not None:
            return Direction.UP if target.comparison.startswith(">") else Direction.DOWN
        return self.definition.direction

    @property
    def signal_words(self) -> str:
        return variation_words(self.variation, self.rising)

    @property
    def target_words(self) -> str:
        """Whether the target is met; empty without a target."""
        return assurance_words(self.assurance)

    @property
    def target(self) -> str:
        """The target in force: ≥ 90 %."""
        assessment = self.view.assessment
        return target_text(self.definition, assessment.target) if assessment and assessment.target else ""

    @property
    def latest_value(self) -> str:
        """The latest closed figure with its unit of measure."""
        latest = self.view.assessment.latest if self.view.assessment is not None else None
        if latest is None:
            return ""
        return value_with_unit(self.definition, latest.value, denominator=latest.denominator)

    @property
    def latest_short(self) -> str:
        """The latest closed figure as it stands in a cell."""
        latest = self.view.assessment.latest if self.view.assessment is not None else None
        return "" if latest is None else value_text(self.definition, latest.value, denominator=latest.denominator)

    @property
    def latest_period(self) -> str:
        latest = self.view.assessment.latest if self.view.assessment is not None else None
        return period_text(latest.period, self.definition.period) if latest is not None else ""

    @property
    def alt(self) -> str:
        """The chart in words, for whoever cannot see it."""
        return self.view.explanation.alt

    def phase_of(self) -> dict[int, str]:
        """The name of each position's phase; empty where there is one without a name."""
        if self.view.assessment is None or not self.points:
            return {}
        spans = phase_spans(self.view.assessment, self.points)
        return {
            position: name
            for span, name in zip(spans, phase_names(spans), strict=True)
            for position in range(span.start, span.stop)
        }

    @property
    def centre_name(self) -> str:
        return centre_name(self.definition)

    @property
    def span(self) -> str:
        shown = self.shown
        return span_text(shown[0].period, shown[-1].period, self.definition.period) if shown else ""

    # ----------------------------------------------------------------------------------------------- what a sheet owes

    @property
    def stamps(self) -> tuple[str, ...]:
        """DEMO and UDKAST, where they hold."""
        return (*((DEMO,) if self.origin.is_demo else ()), *((_(DRAFT),) if self.draft else ()))

    @property
    def stamp(self) -> str:
        return " · ".join(self.stamps)

    @property
    def source(self) -> str:
        return self.definition.source or _("Indberettet af enheden")

    @property
    def permalink(self) -> str:
        """The page with the same choices; without an address of the board only its path."""
        path = self.view.selection.href(f"/indikator/{self.definition.code}", goal=None, cohort=None)
        return self.origin.address + path

    @property
    def rules(self) -> str:
        return profile_of(self.definition.profile).name.say(language())

    @property
    def stamp_lines(self) -> tuple[str, ...]:
        """What the marks mean, a sentence each."""
        demo = (_("DEMO: alle tal er simulerede."),) if self.origin.is_demo else ()
        return (*demo, *((f"{_(DRAFT)}: {self.draft}",) if self.draft else ()))

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """Source, moment, link, rules and versions, with their names, in the order every form has them."""
        as_of = ((_("Som det så ud"), self.view.as_of),) if self.view.as_of else ()
        return (
            (_("Kilde"), self.source),
            *as_of,
            (_("Udtrukket"), self.origin.extracted),
            (_("Regelsæt"), self.rules),
            (
                _("Version"),
                _("definition {version}").format(version=self.definition.version) + ", " + self.origin.version,
            ),
            (_("Link"), self.permalink),
        )

    @property
    def footer(self) -> str:
        """The facts but the link on one line."""
        return " · ".join(f"{name}: {text}" for name, text in self.facts[:-1])

    @property
    def notes_of_chart(self) -> tuple[str, ...]:
        """Chart type, rules and what hollow points mean, and how a unit that has changed is read."""
        span = (_("Vist: {span}").format(span=self.span),) if len(self.shown) < len(self.points) else ()
        return (*span, *self.view.footnotes, *self.view.reading.sentences)

    def drawn(self, frame: Frame, *, theme: Theme = LIGHT) -> dict[str, Any]:
        """The very figure of the page in another room; `has_chart` says whether there is one."""
        assert self.view.assessment is not None
        return figure(
            self.view.assessment,
            unit_name=self.unit_name,
            annotations=self.view.flags,
            targets=self.view.targets,
            national=self.view.national.mark if self.view.national else None,
            theme=theme,
            window=self.view.months,
            frame=frame,
        )

    @cached_property
    def drawn_axis(self) -> tuple[float, float, float]:
        """Lowest and highest value of an axis that holds all that is shown, in the figure's own steps, and the step."""
        ticks = self.drawn(WIDE)["layout"]["yaxis"]["tickvals"]
        step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
        shown = [
            value
            for point in self.shown
            for value in (point.value, point.centre, point.lower, point.upper, point.target)
            if value is not None
        ]
        low = ticks[0] - step * max(0, math.ceil((ticks[0] - min(shown)) / step))
        high = ticks[-1] + step * max(0, math.ceil((max(shown) - ticks[-1]) / step))
        return low, high, step

    def mark_of(self, point: Point) -> str:
        """Which of `MARKS` a point with a value is drawn as."""
        if point.is_excluded:
            return "excluded"
        if point.is_open:
            return "open"
        return point.mark if point.mark in MARKS else "common"


def series_sheet(
    store: Store, viewer: Viewer, code: str, selection: Selection, *, today: date, origin: Origin
) -> Sheet:
    """Read one series for a file, in the language of the moment.

    Raises
    ------
    NotFound, NotAllowed
        There is no such indicator or unit, or the viewer may not see the unit.
    """
    view = series_view(store, viewer, code, selection, today=today)
    made = view.reading.made
    rows = made.frame if made else observations.current(store, viewer, code, view.unit.code, view.selection.as_of)
    return Sheet(view, origin, _draft(store, viewer, view), _belongs_to(store, viewer, view.unit, today), rows)


def _belongs_to(store: Store, viewer: Viewer, unit: Unit, today: date) -> str:
    if unit.kind not in ("department", "ward", "practice"):
        return ""
    # A unit that has closed, or has yet to open, belongs where it did last, or will first.
    day = max(today if unit.valid_to is None else min(today, unit.valid_to), unit.valid_from)
    above = units.ancestors(store, viewer, unit.code, on=day)
    return above[-1].short_name if above else ""


def _draft(store: Store, viewer: Viewer, view: SeriesView) -> str:
    """Why the newest figures may still change; empty where they stand."""
    if view.assessment is None:
        return ""
    filled = [point for point in read_points(view.assessment) if point.value is not None]
    kind = view.definition.period
    if filled and filled[-1].is_open:
        return _("{period} er ikke afsluttet.").format(period=period_text(filled[-1].period, kind))
    closed = [point for point in filled if not point.is_open]
    # An earlier day's board and sums of several units have no months of their own to approve.
    if not closed or view.selection.as_of is not None or view.reading.made is not None:
        return ""
    standing = month_states.of_months(store, viewer, [view.unit.code], first=closed[0].period, last=closed[-1].period)
    settled = {State.APPROVED, State.LOCKED}
    own = {key[2]: state.state for key, state in standing.items() if key[0] == view.definition.code}
    if not settled & set(own.values()) or own.get(closed[-1].period) in settled:
        return ""
    return _("{period} er ikke godkendt.").format(period=period_text(closed[-1].period, kind))


# --------------------------------------------------------------------------------------------------------- file names

_PLAIN = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "Æ": "Ae", "Ø": "Oe", "Å": "Aa"})


def file_stem(sheet: Sheet) -> str:
    """A name one can read that no file system objects to: `DEMO-tavle-MEDAFST-NOH-KIR-2026-11-23`.

    Never a name that somebody typed: codes are of letters, digits and a few marks.
    """
    as_is = ["som-det-er"] if sheet.view.reading.made is not None else []
    day = sheet.view.selection.as_of or sheet.origin.now.date()
    code, unit = sheet.key
    return safe_name(*(["DEMO"] if sheet.origin.is_demo else []), "tavle", code, unit, *as_is, day.isoformat())


def safe_name(*parts: str) -> str:
    """Parts joined by hyphens, letters and digits of ASCII only.

    >>> safe_name("tavle", "Børn og unge", "2026-11-23")
    'tavle-Boern_og_unge-2026-11-23'
    """
    return re.sub(r"[^0-9A-Za-z._-]", "_", "-".join(parts).translate(_PLAIN))[:120]

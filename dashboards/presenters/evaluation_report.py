"""The report of what the evaluators' pages ask: the analysis behind it, worked out once and remembered. No Dash here.

Units stand under their pseudonyms, whoever asks: a frame, its fingerprint and a frozen set are the same for everybody.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

import pandas as pd

from dashboards.exports.evaluation import methods
from dashboards.exports.evaluation.analysis import Analysis, Call, Measure, Plan
from dashboards.exports.evaluation.months_before import asked_for
from dashboards.presenters.evaluation_choice import (
    EvaluationChoice,
    groups_key,
    programme_name,
    read_choice,
    viewer_key,
)
from dashboards.presenters.evaluation_disclosure import coarse_row, is_too_few, unsure_of
from dashboards.presenters.evaluation_family import declared_in
from dashboards.presenters.exported import Origin, safe_name
from dashboards.selection import SCALES, WEIGHTS, Selection
from dashboards.text import _, language, month, use_language
from data import audit
from data.access import Viewer
from data.errors import Refused
from data.queries import catalogue
from data.queries import evaluation as queries
from data.queries.evaluation import Group
from data.store import Store
from indicators.definition import IndicatorDefinition
from indicators.evaluation import ProgrammeEffect, Sensitivity, with_placebo_outcome
from indicators.evaluation.errors import EvaluationError
from indicators.evaluation.several_measures import nothing_told
from indicators.words import Words

REPORT = "/evaluering/rapport"

NO_GROUPS = Words(
    "Du har ingen grupper at evaluere. Bed en administrator om adgang til et hold.",
    "You have no groups to evaluate. Ask an administrator for access to a cohort.",
)
NO_INDICATOR = Words(
    "Grupperne følger ingen måling, der opgøres pr. måned.", "The groups follow no measure that is counted by month."
)
NO_ROWS = Words("Ingen enheder følger målingen endnu.", "No unit follows this measure yet.")
CANNOT = Words("Målingen kan ikke analyseres: {reason}", "The measure cannot be analysed: {reason}")
OF_TOO_FEW = Words(
    "Færre end 3 enheder har en effekt, der kan regnes ud: den vises ikke.",
    "Fewer than 3 units have an effect that can be told: it is not shown.",
)

MAIN = Words("Hovedanalysen", "The main analysis")
ANALYSES = Words("Analyse {step} af {of}", "Analysis {step} of {of}")
SERIES = Words("Fra deltagere til serier", "From participants to series")
MEASURES = Words("Måling {step} af {of}", "Measure {step} of {of}")

Tell = Callable[..., None]


def silent(words: Words, share: float | None = None, *, step: int = 0, of: int = 0) -> None:
    """Nobody listens to how far the work is."""


@dataclass(frozen=True)
class Asked:
    """What an address asks an analysis of: the groups, the measure and how it is computed.

    `others` are the other measures of the family that was declared with it, `primary` the code of its primary one,
    `placebo` a measure the programme should not move; each with the way it is computed.
    """

    choice: EvaluationChoice
    groups: tuple[Group, ...]
    definition: IndicatorDefinition
    call: Call
    others: tuple[tuple[IndicatorDefinition, Call], ...] = ()
    primary: str = ""
    placebo: tuple[IndicatorDefinition, Call] | None = None

    @property
    def measures(self) -> list[str]:
        """The codes of the declared family; empty where one measure is asked about alone."""
        return sorted([self.definition.code, *(one.code for one, _call in self.others)]) if self.others else []

    @property
    def programme(self) -> Words:
        """What the groups are called together, in both languages."""
        said = []
        for spoken in ("da", "en"):
            with use_language(spoken):
                said.append(programme_name(self.groups))
        return Words(*said)


def asked(store: Store, viewer: Viewer, selection: Selection) -> Asked:
    """Read an address; what it names and the viewer has not got is left out.

    Raises
    ------
    NotAllowed
        The viewer does not evaluate.
    Refused
        There is nothing to ask about: no group, or no measure that they follow.
    """
    choice = read_choice(store, viewer, selection)
    wanted = set((selection.cohort or "").split("."))
    groups = tuple(one for one in choice.groups if one.code in wanted) or choice.groups
    if not groups:
        raise Refused(NO_GROUPS)
    if not choice.indicators:
        raise Refused(NO_INDICATOR)
    definition = catalogue.indicator(store, viewer, choice.code or choice.indicators[0][0])
    declared = declared_in(store, viewer, choice, groups, definition.code, selection)

    def with_call(code: str) -> tuple[IndicatorDefinition, Call]:
        found = catalogue.indicator(store, viewer, code)
        return found, call_of(found, selection)

    return Asked(
        choice,
        groups,
        definition,
        call_of(definition, selection),
        others=tuple(with_call(code) for code in declared.measures if code != definition.code),
        primary=declared.primary,
        placebo=with_call(declared.placebo) if declared.placebo else None,
    )


def call_of(definition: IndicatorDefinition, selection: Selection) -> Call:
    """How the library is called for a measure with the settings of an address."""
    call = Call.of(
        definition,
        leave_out=selection.left_out,
        cohort_trends=selection.has_trends,
        months_left_out=selection.unusual_months,
        weights="patient" if selection.weights == WEIGHTS[1] and definition.has_denominator else "unit",
    )
    return Call.from_settings({**call.settings(), "family": "linear"}) if selection.scale == SCALES[1] else call


def analysis_of(
    store: Store,
    viewer: Viewer,
    asked: Asked,
    *,
    today: date,
    origin: Origin,
    usable: tuple[int, int] = (12, 12),
    plan: Plan | None = None,
    tell: Tell = silent,
) -> Analysis:
    """The analysis on the figures of now, from exact counts; `usable` are the months a series needs before and after.

    Raises
    ------
    Refused
        Nobody follows the measure, its figures cannot be analysed, or too few units are behind the answer for somebody
        without the right to counts; the reason in words.
    """
    code = asked.definition.code
    frame, effect, rows, others, placebo = answered(store, viewer, asked, tell=tell)
    tell(SERIES, 0.9)
    return Analysis(
        definition=asked.definition,
        frame=frame,
        call=asked.call,
        effect=effect,
        sensitivity=rows,
        origin=origin,
        programme=asked.programme,
        has_counts=viewer.may_take_counts,
        flow=queries.flow(store, viewer, asked.groups, before=usable[0], after=usable[1], today=today),
        group_names={one.code: one.name for one in asked.groups},
        others=tuple(_shared(store, viewer, asked, one) for one in others),
        primary=asked.primary,
        placebo=_shared(store, viewer, asked, placebo) if placebo is not None else None,
        plan=plan,
        shared_frame=None if viewer.may_take_counts else _seen(store, viewer, asked, code),
    )


def _seen(store: Store, viewer: Viewer, asked: Asked, code: str) -> pd.DataFrame:
    """The figures that may leave the server."""
    return queries.frame(store, viewer, code, asked.groups, exact=False, pseudonyms=True)


def _shared(store: Store, viewer: Viewer, asked: Asked, one: Measure) -> Measure:
    return one if viewer.may_take_counts else replace(one, shared_frame=_seen(store, viewer, asked, one.code))


def answered(
    store: Store, viewer: Viewer, asked: Asked, *, tell: Tell = silent
) -> tuple[pd.DataFrame, ProgrammeEffect, Sensitivity, tuple[Measure, ...], Measure | None]:
    """`worked_out` judged with the placebo measure, the other measures of the family, and the placebo measure."""
    frame, effect, rows = worked_out(store, viewer, asked, tell=tell)
    more = [*asked.others, *((asked.placebo,) if asked.placebo is not None else ())]
    found = []
    for step, (definition, call) in enumerate(more, start=1):
        tell(MEASURES, 0.7 + 0.3 * step / len(more), step=step, of=len(more))
        found.append(measured(store, viewer, asked.groups, definition, call))
    placebo = found.pop() if asked.placebo is not None else None
    if placebo is not None:
        effect, rows = with_placebo_outcome(effect, rows, placebo.overall, placebo.definition.name)
    return frame, effect, rows, tuple(found), placebo


def measured(
    store: Store, viewer: Viewer, groups: tuple[Group, ...], definition: IndicatorDefinition, call: Call
) -> Measure:
    """One other measure of the groups, as it may be told the viewer: remembered until figures change."""

    def work_out() -> Measure:
        frame = queries.frame(store, viewer, definition.code, groups, pseudonyms=True)
        overall = call.measure(frame)
        if is_too_few(overall, has_counts=viewer.may_take_counts):
            overall = nothing_told(OF_TOO_FEW)
        elif not viewer.may_take_counts and len(frame):
            overall = coarse_row(overall, unsure_of(frame, is_share=definition.is_percent))
        return Measure(definition, call, overall, frame)

    key = ("evaluation_measure", definition.code, groups_key(groups), call, viewer_key(viewer))
    return store.remember(key, work_out, about=None, is_large=True)


def worked_out(
    store: Store, viewer: Viewer, asked: Asked, *, tell: Tell = silent
) -> tuple[pd.DataFrame, ProgrammeEffect, Sensitivity]:
    """Frame, effect and sensitivity table: remembered until figures of the measure change."""
    key = ("evaluation_report", asked.definition.code, groups_key(asked.groups), asked.call, viewer_key(viewer))
    return store.remember(key, partial(_work_out, store, viewer, asked, tell), about=None, is_large=True)


def _work_out(
    store: Store, viewer: Viewer, asked: Asked, tell: Tell
) -> tuple[pd.DataFrame, ProgrammeEffect, Sensitivity]:
    tell(MAIN, 0.05)
    frame = queries.frame(store, viewer, asked.definition.code, asked.groups, pseudonyms=True)
    if frame.empty:
        raise Refused(NO_ROWS)
    return frame, *run(asked.call, frame, tell)


def run(call: Call, frame: pd.DataFrame, tell: Tell = silent) -> tuple[ProgrammeEffect, Sensitivity]:
    """`Call.run`, with what the library refuses said as a refusal of the board; `tell` hears how far it is."""

    def on_row(step: int, of: int) -> None:
        tell(ANALYSES, 0.2 + 0.5 * step / of, step=step + 1, of=of)

    try:
        return call.run(frame, on_row)
    except EvaluationError as refusal:
        raise Refused(CANNOT, reason=refusal.words) from refusal


def settings_words(call: Call) -> str:
    """How the effect is computed, in a few words: on log odds …; every unit …; 6 months left out before the start."""
    said = [methods.SCALES[call.family].say(language()), methods.WEIGHTS[call.weights].say(language())]
    said.append(_("udeladt før start: {months}").format(months=asked_for(call.leave_out)))
    if call.cohort_trends:
        said.append(_("egen tendens for hvert hold"))
    if call.months_left_out:
        said.append(_("én analyse uden {months}").format(months=span_of(call.months_left_out)))
    return "; ".join(said)


def span_of(months: Sequence[str]) -> str:
    """The first and the last of some months in a row, in words.

    Examples
    --------
    >>> span_of(("2020-03", "2020-04", "2020-05")), span_of(("2020-03",))
    ('marts 2020 til maj 2020', 'marts 2020')
    """
    first, last = (month(date.fromisoformat(f"{one}-01"), "long") for one in (months[0], months[-1]))
    return first if len(months) == 1 else _("{first} til {last}").format(first=first, last=last)


def file_name(analysis: Analysis, form: str) -> str:
    """evaluering-MEDAFST-a41f9c03b2d1-DEMO.pdf: what it is about, which frozen set, and the mark."""
    parts = ("evaluering", analysis.definition.code, analysis.snapshot, "DEMO" if analysis.origin.is_demo else "")
    return f"{safe_name('-'.join(part for part in parts if part))}.{form}"


def href(selection: Selection, form: str) -> str:
    """The address of the report of what `selection` asks."""
    return selection.href(f"{REPORT}.{form}")


def note_exact(store: Store, viewer: Viewer, analysis: Analysis, *, now: datetime) -> None:
    """Note in the audit trail that exact counts left the board: who, which measure, which frame."""
    store.write(
        partial(
            audit.append,
            at=now,
            actor=viewer.email,
            action="evaluation.frame_taken",
            subject=analysis.definition.code,
            detail={"sha256": analysis.fingerprint, "rows": len(analysis.frame), "snapshot": analysis.snapshot},
        ),
        changes_data=False,
    )

"""The report of what the evaluators' pages ask: the analysis behind it, worked out once and remembered. No Dash here.

Units stand under their pseudonyms, whoever asks: a frame, its fingerprint and a frozen set are the same for everybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

import pandas as pd

from dashboards.exports.evaluation import methods
from dashboards.exports.evaluation.analysis import Analysis, Call, FamilyMember, Plan
from dashboards.presenters.evaluation_choice import (
    EvaluationChoice,
    groups_key,
    programme_name,
    read_choice,
    viewer_key,
)
from dashboards.presenters.exported import Origin, safe_name
from dashboards.selection import SCALES, WEIGHTS, Selection
from dashboards.text import _, language, ngettext, number, use_language
from data import audit
from data.access import Viewer
from data.errors import Refused
from data.queries import catalogue
from data.queries import evaluation as queries
from data.queries.evaluation import Group
from data.store import Store
from indicators.definition import IndicatorDefinition
from indicators.evaluation import ProgrammeEffect, Sensitivity
from indicators.evaluation.errors import EvaluationError
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


@dataclass(frozen=True)
class Asked:
    """What an address asks an analysis of: the groups, the measure and how it is computed."""

    choice: EvaluationChoice
    groups: tuple[Group, ...]
    definition: IndicatorDefinition
    call: Call

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
    return Asked(choice, groups, definition, call_of(definition, selection))


def call_of(definition: IndicatorDefinition, selection: Selection) -> Call:
    """How the library is called for a measure with the settings of an address."""
    call = Call.of(
        definition,
        leave_out=selection.left_out,
        cohort_trends=selection.has_trends,
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
    family: Sequence[FamilyMember] = (),
) -> Analysis:
    """The analysis on the figures of now, from exact counts; `usable` are the months a series needs before and after.

    Raises
    ------
    Refused
        Nobody follows the measure, or its figures cannot be analysed; the reason in words.
    """
    code = asked.definition.code
    frame, effect, rows = worked_out(store, viewer, asked)
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
        family=tuple(family),
        plan=plan,
        shared_frame=None
        if viewer.may_take_counts
        else queries.frame(store, viewer, code, asked.groups, exact=False, pseudonyms=True),
    )


def worked_out(store: Store, viewer: Viewer, asked: Asked) -> tuple[pd.DataFrame, ProgrammeEffect, Sensitivity]:
    """Frame, effect and sensitivity table: remembered until figures of the measure change."""
    key = ("evaluation_report", asked.definition.code, groups_key(asked.groups), asked.call, viewer_key(viewer))
    return store.remember(key, partial(_work_out, store, viewer, asked), about=None, is_large=True)


def _work_out(store: Store, viewer: Viewer, asked: Asked) -> tuple[pd.DataFrame, ProgrammeEffect, Sensitivity]:
    frame = queries.frame(store, viewer, asked.definition.code, asked.groups, pseudonyms=True)
    if frame.empty:
        raise Refused(NO_ROWS)
    return frame, *run(asked.call, frame)


def run(call: Call, frame: pd.DataFrame) -> tuple[ProgrammeEffect, Sensitivity]:
    """`Call.run`, with what the library refuses said as a refusal of the board."""
    try:
        return call.run(frame)
    except EvaluationError as refusal:
        raise Refused(CANNOT, reason=refusal.words) from refusal


def settings_words(call: Call) -> str:
    """How the effect is computed, in a few words: on log odds …; every unit …; 6 months left out before the start."""
    said = [methods.SCALES[call.family].say(language()), methods.WEIGHTS[call.weights].say(language())]
    months = ngettext("{count} måned udeladt før start", "{count} måneder udeladt før start", call.leave_out)
    said.append(months.format(count=number(call.leave_out)))
    if call.cohort_trends:
        said.append(_("egen tendens for hvert hold"))
    return "; ".join(said)


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

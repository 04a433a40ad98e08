"""The plan of an analysis card: which one belongs to what is asked, what it says, and where it was departed from.

A plan belongs to a measure and a kind of groups. While it is neither locked nor has been held against data, the card
shows it without results, so that it can be locked before anybody sees them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboards.exports.evaluation.analysis import Plan as ReportPlan
from dashboards.exports.evaluation.months_before import asked_for
from dashboards.presenters.evaluation_family import MEASURES, PLACEBO, PRIMARY, plan_of
from dashboards.presenters.evaluation_report import Asked, span_of
from dashboards.text import _, language, moment_text, ngettext, number
from data import analysis_plans
from data.access import Viewer
from data.analysis_plans import Plan
from data.errors import Refused
from data.store import Store
from indicators.words import Words

PLAN, RESULTS = "plan", "tal"  # what an address asks to see
CODE = 12  # signs of the hash that are shown
FIELDS = ("question", "limitations")
NAMES = {
    "question": Words("Spørgsmål", "Question"),
    "limitations": Words("Begrænsninger, vi kender på forhånd", "Limitations known beforehand"),
    "title": Words("Titel", "Title"),
    "settings.family": Words("Skala", "Scale"),
    "settings.weights": Words("Vægt", "Weights"),
    "settings.leave_out": Words("Måneder udeladt før start", "Months left out before the start"),
    "settings.cohort_trends": Words("Egne tendenser for hold", "Trends for each cohort"),
    "settings.months_left_out": Words("Usædvanlige måneder, én analyse uden", "Unusual months, one analysis without"),
    "settings.groups": Words("Grupper", "Groups"),
    "settings.measures": Words("Målinger i familien", "Measures of the family"),
    "settings.primary": Words("Primær måling", "Primary measure"),
    "settings.placebo": Words("Placebomåling", "Placebo outcome"),
}
PLACES = {
    "cohorts": Words("Hold", "Cohorts"),
    "effect": Words("Effekt", "Effect"),
    "card": Words("Analyser", "Analyses"),
    "frozen": Words("Frosne datasæt", "Frozen data sets"),
    "report": Words("rapport", "report"),
    "package": Words("pakke med data og script", "package of data and script"),
}
COMPARED = ("family", "weights", "leave_out", "cohort_trends", "months_left_out", "groups", MEASURES, PRIMARY, PLACEBO)
VALUES = {
    "binomial": Words("log odds", "log odds"),
    "linear": Words("lineær", "linear"),
    "poisson": Words("log af raten", "log of the rate"),
    "unit": Words("enheder lige", "units alike"),
    "patient": Words("efter patienter", "by patients"),
    "True": Words("ja", "yes"),
    "False": Words("nej", "no"),
    "None": Words("ikke sagt", "not said"),
    "": Words("ingen", "none"),
}


def settings_of(asked: Asked) -> dict[str, Any]:
    """What is planned beside the words."""
    return {
        **asked.call.settings(),
        "indicator": asked.definition.code,
        "programme": asked.choice.kind,
        "groups": sorted(one.code for one in asked.groups),
        MEASURES: asked.measures,
        PRIMARY: asked.primary if asked.measures else "",
        PLACEBO: asked.placebo[0].code if asked.placebo is not None else "",
    }


def plan_for(store: Store, viewer: Viewer, asked: Asked) -> Plan | None:
    """The plan for the same measure and groups: the one locked first, or the newest draft, whoever wrote it."""
    codes = [one.code for one in asked.groups]
    return plan_of(store, viewer, asked.definition.code, asked.choice.kind, codes)


def shows_results(plan: Plan | None, show: str | None, viewer: Viewer) -> bool:
    """Whether the card shows figures: not while a plan waits to be locked that the viewer has seen no results of,
    unless they ask for them."""
    if show == PLAN:
        return False
    is_waiting = plan is not None and not plan.is_locked and not plan.was_seen_by(viewer.account_id)
    return show == RESULTS or not is_waiting


def saw_results(
    store: Store, viewer: Viewer, asked: Asked, place: str, *, now: datetime, others: Iterable[str] = ()
) -> None:
    """Write down that the viewer saw results of what was asked, and of other measures in the same groups."""
    codes = [asked.definition.code, *(one.code for one, _call in asked.others), *others]
    groups = [one.code for one in asked.groups]
    analysis_plans.saw_results(store, viewer, codes, asked.choice.kind, groups, place, now=now)


def seen_words(plan: Plan, viewer: Viewer, *, timezone: str) -> str:
    """Who had seen results before the plan was locked, or has by now. Of others than oneself and the author, whose name
    stands on the plan, only an administrator reads the names."""
    before = plan.sights_before
    if not before:
        if plan.is_locked:
            return _("Ingen havde set resultater for målingen i grupperne, da planen blev låst.")
        return _("Ingen har set resultater for målingen i grupperne.")
    names_all = viewer.owns_all or viewer.is_administrator
    named = [one for one in before if names_all or one.account_id in (viewer.account_id, plan.author_id)]
    people = [
        _("{name} {day} ({place})").format(
            name=_("du") if one.account_id == viewer.account_id else one.name,
            day=moment_text(one.at, timezone),
            place=PLACES.get(one.place, PLACES["card"]).say(language()),
        )
        for one in named
    ]
    if rest := [one for one in before if one not in named]:
        more = ngettext("{count} anden, {day}", "{count} andre, den første {day}", len(rest))
        people.append(more.format(count=number(len(rest)), day=moment_text(rest[0].at, timezone)))
    if not plan.is_locked:
        return _("Har set resultater: {people}.").format(people="; ".join(people))
    said = _("Havde set resultater, da planen blev låst: {people}.").format(people="; ".join(people))
    if plan.is_locked_before_author_saw:
        said += " " + _("{author} havde ikke.").format(author=plan.author)
    return said


def may_change(viewer: Viewer, plan: Plan | None) -> bool:
    """Whether the viewer writes this plan: one's own, any for an administrator, and a new one for everybody."""
    return plan is None or plan.author_id == viewer.account_id or viewer.owns_all or viewer.is_administrator


def write(store: Store, viewer: Viewer, asked: Asked, texts: Mapping[str, str], *, now: datetime) -> Plan:
    """Write the plan for what is asked; Refused where one is locked: nobody begins anew beside it."""
    plan = plan_for(store, viewer, asked)
    if plan is not None and plan.is_locked:
        raise Refused(analysis_plans.IS_LOCKED)
    title = asked.definition.name.say(language())
    return analysis_plans.write(
        store,
        viewer,
        {"title": title, **{name: texts.get(name, "") for name in FIELDS}},
        settings_of(asked),
        now=now,
        plan_id=plan.id if plan is not None and may_change(viewer, plan) else None,
    )


def departed(plan: Plan, used: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """Settings in use that are not what the plan says, departures counted: (field, planned, in use)."""
    found = []
    for name in COMPARED:
        field = f"settings.{name}"
        planned = analysis_plans.in_force(plan, field)
        now = sorted(used[name]) if name == "groups" else used.get(name)
        if name in (MEASURES, PRIMARY, PLACEBO, "months_left_out"):  # older plans say nothing of them: that is none
            planned, now = planned or "", now or ""
        # What was locked is never a departure, whatever was tried in between.
        if now not in (planned, plan.settings.get(name)):
            found.append((field, planned, now))
    return found


def depart(store: Store, viewer: Viewer, asked: Asked, reason: str, *, now: datetime) -> int:
    """Write every setting that differs from the locked plan as a departure with the same reason; how many."""
    plan = plan_for(store, viewer, asked)
    if plan is None:
        return 0
    found = departed(plan, settings_of(asked))
    for field, _planned, used in found:
        analysis_plans.depart(store, viewer, plan.id, field, used, reason, now=now)
    return len(found)


def names_of(asked: Asked) -> dict[str, str]:
    """What the measures one may choose are called, by code."""
    return {code: name.say(language()) for code, name, _count in asked.choice.indicators}


def report_plan(
    plan: Plan | None, used: Mapping[str, Any], *, timezone: str, names: Mapping[str, str] | None = None
) -> ReportPlan | None:
    """The plan as a report says it: what was locked, every departure with its reason, and those without one.

    `names` are those of the measures, by code.
    """
    if plan is None:
        return None
    told = []

    def changed(field: str, before: Any, after: Any) -> str:
        return f"{_name(field)}: {_value(field, before, names or {})} → {_value(field, after, names or {})}"

    if plan.is_locked:
        told = [
            f"{changed(one.field, one.before, one.after)}. {one.reason} "
            f"({one.author}, {moment_text(one.at, timezone, 'day')})"
            for one in plan.departures
        ]
        missing = _("Ikke begrundet.")
        told += [f"{changed(*one)}. {missing}" for one in departed(plan, used)]
        if not plan.is_as_locked:
            told.append(_("Planens tekst er ikke, som den blev låst: den passer ikke til koden."))
        if not plan.is_locked_before_author_saw:
            told.append(_("Planen blev låst, efter at den, der skrev den, havde set resultater."))
        elif not plan.is_locked_before_data:
            told.append(_("Planen blev låst, før den, der skrev den, havde set resultater, men andre havde set dem."))
    return ReportPlan(
        question=plan.texts.get("question", ""),
        limitations=plan.texts.get("limitations", ""),
        locked=moment_text(plan.locked_at, timezone) if plan.locked_at else "",
        code=plan.hash[:CODE],
        departures=tuple(told),
    )


def _name(field: str) -> str:
    return NAMES[field].say(language()) if field in NAMES else field


def _value(field: str, value: Any, names: Mapping[str, str]) -> str:
    if field == "settings.leave_out":
        return asked_for(value)
    if field == "settings.months_left_out" and value:
        return span_of(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(names.get(str(one), str(one)) for one in value) or VALUES[""].say(language())
    return VALUES[str(value)].say(language()) if str(value) in VALUES else names.get(str(value), str(value))


def declared_rows(plan: Plan | None, used: Mapping[str, Any], names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What a plan says of its measures, or would say once it is written: name and text each."""
    rows = []
    for name in (PRIMARY, MEASURES, PLACEBO):
        field = f"settings.{name}"
        value = used.get(name) if plan is None or not plan.is_locked else analysis_plans.in_force(plan, field)
        if name == PRIMARY:
            value = value or used.get("indicator")
        rows.append((_name(field), _value(field, value or "", names)))
    return tuple(rows)


@dataclass(frozen=True)
class PlanView:
    """The plan as the card shows it. `status` says where it stands; `declared` names its measures."""

    question: str
    limitations: str
    status: str
    is_locked: bool
    may_change: bool
    departures: tuple[str, ...]
    has_unexplained: bool
    declared: tuple[tuple[str, str], ...] = ()


def plan_view(plan: Plan | None, asked: Asked, viewer: Viewer, *, timezone: str) -> PlanView:
    """What to show and what can be done."""
    if plan is None:
        said = _("Der er ingen plan for målingen endnu.")
        return PlanView("", "", said, False, True, (), False, declared_rows(None, settings_of(asked), names_of(asked)))
    if plan.locked_at is not None:
        said = _("Låst {day} af {author} med koden {code}.").format(
            day=moment_text(plan.locked_at, timezone), author=plan.locked_by, code=plan.hash[:CODE]
        )
    else:
        said = _("Kladde af {author}, skrevet {day}.").format(
            author=plan.author, day=moment_text(plan.written_at, timezone)
        )
    names = names_of(asked)
    told = report_plan(plan, settings_of(asked), timezone=timezone, names=names)
    return PlanView(
        question=plan.texts.get("question", ""),
        limitations=plan.texts.get("limitations", ""),
        status=f"{said} {seen_words(plan, viewer, timezone=timezone)}",
        is_locked=plan.is_locked,
        may_change=may_change(viewer, plan),
        departures=told.departures if told else (),
        has_unexplained=plan.is_locked and bool(departed(plan, settings_of(asked))),
        declared=declared_rows(plan, settings_of(asked), names),
    )

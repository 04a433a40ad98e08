"""Frosne datasæt: freeze what was analysed, read it again as a report, and say what is different now. No Dash here."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Any

import pandas as pd

from dashboards.exports.evaluation.analysis import Analysis, Call, Measure, numbers_of, versions, written
from dashboards.exports.evaluation.content import headline
from dashboards.exports.evaluation.methods import citation
from dashboards.presenters.background_jobs import Job
from dashboards.presenters.evaluation_choice import owner_of, programme_name, viewer_key
from dashboards.presenters.evaluation_disclosure import require_enough
from dashboards.presenters.evaluation_family import MEASURES, PLACEBO, PRIMARY
from dashboards.presenters.evaluation_plans import plan_for, report_plan
from dashboards.presenters.evaluation_report import Asked, Tell, answered, run, silent
from dashboards.presenters.evaluation_work import Bench
from dashboards.presenters.exported import Origin
from dashboards.text import _, language, moment_text, ngettext, number, use_language
from data import analysis_plans, snapshots
from data.access import Viewer
from data.errors import DataError, Refused
from data.queries import catalogue, evaluation
from data.queries.evaluation import Flow, Step
from data.snapshots import Snapshot
from data.store import Store
from indicators.evaluation import ProgrammeEffect, Sensitivity, with_placebo_outcome
from indicators.evaluation.verdict import NAMES
from indicators.words import Words

OTHERS = "others"  # of what came out: the other measures of the family
SHORT = 6  # signs of the number in the bar over every page
CHECKS = {
    "dip": Words("Måneder lige før start", "Months just before the start"),
    "trend": Words("En anden tendens før start", "Another trend before the start"),
    "placebo": Words("Opdigtet start 12 måneder før", "A made-up start 12 months early"),
    "placebo_outcome": Words("Placebomåling", "Placebo outcome"),
}
RISES = {
    1: Words("stigning", "a rise"),
    -1: Words("fald", "a fall"),
    0: Words("ingen sikker forskel", "no certain difference"),
}


# -------------------------------------------------------------------------------------------------------------- freeze


def freeze(
    store: Store,
    viewer: Viewer,
    asked: Asked,
    *,
    title: str,
    today: date,
    now: datetime,
    usable: tuple[int, int],
    tell: Tell = silent,
) -> Snapshot:
    """Freeze frame, settings, versions and every figure that came out; the same again gives the same set."""
    frame, effect, rows, others, placebo = answered(store, viewer, asked, tell=tell)
    plan = plan_for(store, viewer, asked)
    flow = evaluation.flow(store, viewer, asked.groups, before=usable[0], after=usable[1], today=today)
    return snapshots.freeze(
        store,
        viewer,
        indicator_code=asked.definition.code,
        groups=asked.groups,
        frame=frame,
        settings={
            **asked.call.settings(),
            "before": usable[0],
            "after": usable[1],
            MEASURES: asked.measures,
            PRIMARY: asked.primary,
            PLACEBO: placebo.code if placebo is not None else "",
        },
        results={
            "numbers": numbers_of(effect, rows),
            OTHERS: [_written_measure(one) for one in others],
            PLACEBO: _written_measure(placebo) if placebo is not None else None,
            "conclusions": conclusions(effect, rows),
            "flow": _written_flow(flow),
        },
        versions={**versions(), "definition": asked.definition.version},
        now=now,
        title=title,
        plan_id=plan.id if plan is not None else None,
    )


def conclusions(effect: ProgrammeEffect, rows: Sensitivity) -> dict[str, str]:
    """What was concluded, by a name that stays: the verdict, each group's direction, each check.

    A group's direction is 1, -1, or 0 where its interval holds nothing.
    """
    found = {"verdict": f"{rows.verdict.code}:{rows.verdict.direction}"}
    for record in effect.by_cohort.to_dict("records"):
        found[f"group.{record['cohort']}"] = str(_direction(record))
    for record in effect.checks.to_dict("records"):
        found[f"check.{record['check']}"] = "passed" if record["is_passed"] else "failed"
    return found


def _direction(row: Mapping[Any, Any]) -> int:
    low, high = row["ci_low"], row["ci_high"]
    if not (math.isfinite(low) and math.isfinite(high)) or low <= 0 <= high:
        return 0
    return 1 if row["estimate"] > 0 else -1


def _written_measure(one: Measure) -> dict[str, Any]:
    """How another measure was computed and what came out; figures as text, so that no digit is lost."""
    figures = {name: value if isinstance(value, str) else written(value) for name, value in one.overall.items()}
    return {"code": one.code, "call": one.call.settings(), "overall": figures}


def _read_measure(store: Store, viewer: Viewer, told: Mapping[str, Any]) -> Measure:
    figures = {name: value if name.startswith("reason_") else float(value) for name, value in told["overall"].items()}
    overall = pd.Series({**figures, **{name: int(figures[name]) for name in ("n_units", "n_cells")}})
    definition = catalogue.indicator(store, viewer, told["code"])
    return Measure(definition, Call.from_settings(told["call"]), overall)


def _others(store: Store, viewer: Viewer, snapshot: Snapshot) -> tuple[tuple[Measure, ...], Measure | None]:
    """The other measures of the family, and the placebo measure, as they were frozen."""
    told, placebo = snapshot.results.get(OTHERS) or (), snapshot.results.get(PLACEBO)
    return (
        tuple(_read_measure(store, viewer, one) for one in told),
        _read_measure(store, viewer, placebo) if placebo else None,
    )


def _judged(found: tuple[ProgrammeEffect, Sensitivity], placebo: Measure | None) -> tuple[ProgrammeEffect, Sensitivity]:
    """With the placebo measure beside them, as it was frozen."""
    return found if placebo is None else with_placebo_outcome(*found, placebo.overall, placebo.definition.name)


def _written_flow(flow: Flow) -> list[dict[str, Any]]:
    return [
        {
            "code": step.code,
            "da": step.name.da,
            "en": step.name.en,
            "n": step.n,
            "losses": [[why.da, why.en, count] for why, count in step.losses],
        }
        for step in flow.steps
    ]


def _read_flow(steps: list[dict[str, Any]]) -> Flow:
    return Flow(
        tuple(
            Step(
                step["code"],
                Words(step["da"], step["en"]),
                step["n"],
                {},
                tuple((Words(da, en), count) for da, en, count in step["losses"]),
            )
            for step in steps
        )
    )


# ---------------------------------------------------------------------------------------------------- read it again


def analysis_of(
    store: Store,
    viewer: Viewer,
    snapshot_id: str,
    *,
    origin: Origin,
    now: datetime,
    takes_frame: bool = False,
    has_units: bool = True,
    tell: Tell = silent,
) -> Analysis:
    """The analysis of a frozen set, worked out anew from its frame; `takes_frame` also reads what may leave of it.

    Without `has_units` nothing about single units is read: enough for the finding.

    Raises
    ------
    NotFound, NotAllowed, Refused
        As `data.snapshots.get`.
    """
    snapshot = snapshots.get(store, viewer, snapshot_id)
    frame, effect, rows = _frozen(store, viewer, snapshot, tell)
    others, placebo = _others(store, viewer, snapshot)
    effect, rows = _judged((effect, rows), placebo)
    if has_units:
        require_enough(effect.overall, has_counts=viewer.may_take_counts)
    groups = _groups(store, viewer, snapshot)
    programme = []
    for spoken in ("da", "en"):
        with use_language(spoken):
            programme.append(programme_name(groups) if groups else snapshot.title)
    analysis = Analysis(
        definition=catalogue.indicator(store, viewer, snapshot.indicator_code),
        frame=frame,
        call=Call.from_settings(snapshot.settings),
        effect=effect,
        sensitivity=rows,
        origin=origin,
        programme=Words(*programme),
        has_counts=viewer.may_take_counts,
        flow=_read_flow(snapshot.results["flow"]) if "flow" in snapshot.results else None,
        group_names={one.code: one.name for one in groups},
        others=others,
        primary=str(snapshot.settings.get(PRIMARY) or ""),
        placebo=placebo,
        plan=report_plan(
            _plan_of(store, viewer, snapshot),
            snapshot.settings,
            timezone=origin.timezone,
            names={one.code: one.definition.name.say(language()) for one in _all_of(others, placebo)},
        ),
        snapshot=snapshot.id,
        frozen=moment_text(snapshot.frozen_at, origin.timezone, "day"),
        shared_frame=None
        if viewer.may_take_counts or not has_units
        else snapshots.seen_frame(store, viewer, snapshot.hash),
    )
    if not takes_frame:
        return analysis
    taken, is_exact = snapshots.take_away(store, viewer, snapshot.hash, now=now)
    return analysis if is_exact else replace(analysis, shared_frame=taken)


def _all_of(others: tuple[Measure, ...], placebo: Measure | None) -> tuple[Measure, ...]:
    return (*others, *((placebo,) if placebo is not None else ()))


def _plan_of(store: Store, viewer: Viewer, snapshot: Snapshot) -> analysis_plans.Plan | None:
    return analysis_plans.get(store, viewer, snapshot.plan_id) if snapshot.plan_id is not None else None


def is_worked_out(store: Store, viewer: Viewer, snapshot_id: str) -> bool:
    """Whether `analysis_of` has the analysis of a frozen set already; raises as it does."""
    return store.remembered(_frozen_key(snapshots.get(store, viewer, snapshot_id))) is not None


def _frozen(
    store: Store, viewer: Viewer, snapshot: Snapshot, tell: Tell
) -> tuple[pd.DataFrame, ProgrammeEffect, Sensitivity]:
    """A frozen set never changes, so neither does what comes of it."""

    def work_out() -> tuple[pd.DataFrame, ProgrammeEffect, Sensitivity]:
        frame = snapshots.frame_of(store, viewer, snapshot.hash)
        return frame, *run(Call.from_settings(snapshot.settings), frame, tell)

    return store.remember(_frozen_key(snapshot), work_out, about=(), is_large=True)


def _frozen_key(snapshot: Snapshot) -> Hashable:
    return "evaluation_frozen", snapshot.hash


def _groups(store: Store, viewer: Viewer, snapshot: Snapshot) -> tuple[evaluation.Group, ...]:
    there = {one.code: one for one in evaluation.groups(store, viewer, with_closed=True)}
    return tuple(there[code] for code in snapshot.settings["groups"] if code in there)


# ------------------------------------------------------------------------------------------------- what is different


@dataclass(frozen=True)
class Since:
    """What is different now: how many figures changed, came and went, units moved, and conclusions that change.

    `conclusions` are sentences; `reason` says why the set cannot be run on the figures of now, else empty.
    """

    n_changed: int
    n_added: int
    n_removed: int
    n_regrouped: int
    n_later: int
    conclusions: tuple[Words, ...]
    reason: Words | None = None

    @property
    def n_values(self) -> int:
        return self.n_changed + self.n_added + self.n_removed

    @property
    def sentence(self) -> str:
        """14 værdier ændret efter frysning, 2 konklusioner ændret."""
        if not self.n_values and not self.n_regrouped:
            return _("Ingen værdier er ændret efter frysning.")
        values = ngettext("{count} værdi ændret efter frysning", "{count} værdier ændret efter frysning", self.n_values)
        count = len(self.conclusions)
        if self.reason is not None:
            said = _("kan ikke regnes igen")
        elif count:
            said = ngettext("{count} konklusion ændret", "{count} konklusioner ændret", count).format(
                count=number(count)
            )
        else:
            said = _("ingen konklusion ændret")
        return f"{values.format(count=number(self.n_values))}, {said}."

    @property
    def details(self) -> tuple[str, ...]:
        """The counts behind the sentence, those that are not nought."""
        told = (
            (self.n_changed, ngettext("{count} rettet", "{count} rettede", self.n_changed)),
            (self.n_added, ngettext("{count} kommet til", "{count} kommet til", self.n_added)),
            (self.n_removed, ngettext("{count} trukket tilbage", "{count} trukket tilbage", self.n_removed)),
            (
                self.n_regrouped,
                ngettext("{count} enhed har fået anden start eller gruppe",
                         "{count} enheder har fået anden start eller gruppe", self.n_regrouped),
            ),
            (
                self.n_later,
                ngettext("{count} tal i måneder efter datasættets sidste",
                         "{count} tal i måneder efter datasættets sidste", self.n_later),
            ),
        )  # fmt: skip
        return tuple(words.format(count=number(count)) for count, words in told if count)


def since(store: Store, viewer: Viewer, snapshot: Snapshot, tell: Tell = silent) -> Since:
    """Compare with the figures of now in the same months: run again, compare verdict, directions and checks."""
    return store.remember(_since_key(viewer, snapshot), partial(_since, store, viewer, snapshot, tell))


def _since_key(viewer: Viewer, snapshot: Snapshot) -> Hashable:
    return "evaluation_since", snapshot.hash, viewer_key(viewer)


def _since(store: Store, viewer: Viewer, snapshot: Snapshot, tell: Tell = silent) -> Since:
    found = snapshots.difference(store, viewer, snapshot)
    counts = (found.n_changed, found.n_added, found.n_removed, len(found.regrouped), found.n_later)
    if not any(counts[:4]):
        return Since(*counts, ())
    frozen = snapshots.frame_of(store, viewer, snapshot.hash)
    now = found.now[found.now["period"] <= frozen["period"].max()]
    try:
        if now.empty:
            return Since(*counts, (), Words("Der er ingen tal tilbage.", "There are no figures left."))
        placebo = _others(store, viewer, snapshot)[1]
        again = conclusions(*_judged(run(Call.from_settings(snapshot.settings), now, tell), placebo))
    except Refused as refusal:
        return Since(*counts, (), Words(refusal.reason("da"), refusal.reason("en")))
    before = dict(snapshot.results["conclusions"])
    names = [name for name in {**before, **again} if before.get(name) != again.get(name)]
    return Since(*counts, tuple(_told(name, before.get(name), again.get(name)) for name in names))


def _told(name: str, before: str | None, after: str | None) -> Words:
    """One conclusion that changed, as a sentence."""
    kind, _dot, key = name.partition(".")
    if kind == "verdict":
        subject = Words("Vurderingen", "The verdict")
        said = [_of_verdict(one) for one in (before, after)]
    elif kind == "group":
        subject = Words(f"Gruppen fra {key}", f"The group of {key}")
        said = [_MISSING if one is None else RISES[int(one)] for one in (before, after)]
    else:
        subject = CHECKS[key]
        words = {"passed": Words("bestået", "passed"), "failed": Words("ikke bestået", "not passed"), None: _MISSING}
        said = [words[one] for one in (before, after)]
    return Words(
        f"{subject.da}: {said[0].da} før, {said[1].da} nu.", f"{subject.en}: {said[0].en} then, {said[1].en} now."
    )


_MISSING = Words("ikke regnet", "not computed")


def _of_verdict(text: str | None) -> Words:
    if text is None:
        return _MISSING
    code, direction = text.split(":")
    name, way = NAMES[code], RISES[int(direction)]
    if direction == "0":
        return Words(name.da.lower(), name.en.lower())
    return Words(f"{name.da.lower()} {way.da}", f"{name.en.lower()}, {way.en}")


# --------------------------------------------------------------------------------------------------------- the screen


@dataclass(frozen=True)
class Found:
    """What comes of working a frozen set out: the finding, how to cite it, and what is different now."""

    finding: str
    citation: str
    since: Since


@dataclass(frozen=True)
class Frozen:
    """One frozen set as the page shows it. `found` is None while it is worked out; `reason` says why it cannot be.

    `measures`, `kind` and `groups` are the codes of what it is about.
    """

    id: str
    title: str
    about: str
    found: Found | None
    reason: str
    hash: str
    is_other_version: bool
    measures: tuple[str, ...]
    kind: str
    groups: tuple[str, ...]


def frozen_sets(
    store: Store, viewer: Viewer, *, origin: Origin, reasons: Mapping[str, str] | None = None
) -> tuple[Frozen, ...]:
    """The sets the viewer may read, newest first, with what is there of each: nothing is worked out here.

    `reasons` say by hash why some cannot be.
    """
    told = reasons or {}
    listed = snapshots.listed(store, viewer)
    return tuple(_frozen_view(store, viewer, one, origin, told.get(one.hash, "")) for one in listed)


def _frozen_view(store: Store, viewer: Viewer, snapshot: Snapshot, origin: Origin, reason: str) -> Frozen:
    name = catalogue.indicator(store, viewer, snapshot.indicator_code).name.say(language())
    groups = _groups(store, viewer, snapshot)
    about = _("Frosset {day} af {author} · {programme} · {rows} enhedsmåneder").format(
        day=moment_text(snapshot.frozen_at, origin.timezone),
        author=snapshot.author,
        programme=programme_name(groups) if groups else snapshot.title,
        rows=number(snapshot.n_rows),
    )
    own = versions()
    found = store.remembered(_found_key(viewer, snapshot))
    return Frozen(
        id=snapshot.id,
        title=snapshot.title or name,
        about=about if not snapshot.title else f"{name} · {about}",
        found=found if isinstance(found, Found) else None,
        reason=reason,
        hash=snapshot.hash,
        is_other_version=any(snapshot.versions.get(one) != version for one, version in own.items()),
        measures=(snapshot.indicator_code, *(snapshot.settings.get(MEASURES) or ())),
        kind=groups[0].kind if groups else "",
        groups=tuple(snapshot.settings["groups"]),
    )


def saw_results(store: Store, viewer: Viewer, seen: Iterable[Frozen], place: str, *, now: datetime) -> None:
    """Write down that the viewer saw what came of frozen sets."""
    for one in seen:
        analysis_plans.saw_results(store, viewer, one.measures, one.kind, one.groups, place, now=now)


def found_in(store: Store, viewer: Viewer, snapshot: Snapshot, origin: Origin, tell: Tell = silent) -> Found:
    """Work a frozen set out, and compare it with the figures of now; raises as `analysis_of`."""

    def work_out() -> Found:
        analysis = analysis_of(store, viewer, snapshot.hash, origin=origin, now=origin.now, has_units=False, tell=tell)
        return Found(headline(analysis), citation(analysis), since(store, viewer, snapshot, tell))

    return store.remember(_found_key(viewer, snapshot), work_out)


def _found_key(viewer: Viewer, snapshot: Snapshot) -> Hashable:
    return "evaluation_frozen_found", snapshot.hash, viewer_key(viewer), language()


def standing(store: Store, viewer: Viewer, *, timezone: str) -> tuple[str, str] | None:
    """The newest frozen set, and how many figures changed since: for the bar over every page of the evaluators.

    Nothing is compared here: where it has not been, the words ask, and the page they lead to finds out.
    """
    newest = next(iter(snapshots.listed(store, viewer)), None)
    if newest is None:
        return None
    text = _("Frosset {day}, {id}").format(day=moment_text(newest.frozen_at, timezone, "day"), id=newest.id[:SHORT])
    found = store.remembered(_since_key(viewer, newest))
    if not isinstance(found, Since):
        return text, _("er noget ændret siden?")
    said = ngettext("{count} værdi ændret siden", "{count} værdier ændret siden", found.n_values)
    return text, said.format(count=number(found.n_values)) if found.n_values else _("uændret siden")


# -------------------------------------------------------------------------------------------------- beside the request

SET = Words("Frosset datasæt {step} af {of}", "Frozen data set {step} of {of}")


@dataclass(frozen=True)
class ToFreeze:
    """What is to be frozen, and under which title."""

    asked: Asked
    title: str
    today: date
    usable: tuple[int, int]


@dataclass(frozen=True)
class Round:
    """How far the work is: the number a new set got, or why it was refused; how many sets are worked out, and why some
    could not be (by hash)."""

    made: str = ""
    refusal: DataError | None = None
    n_ready: int = 0
    reasons: Mapping[str, str] = field(default_factory=dict)


def start(
    bench: Bench, store: Store, viewer: Viewer, *, origin: Origin, about: Hashable, new: ToFreeze | None = None
) -> Job[Round]:
    """Freeze `new`, if it is given, and work out every set the viewer may read; raises Busy where there is no room.

    `about` is the analysis of the page: work about the same goes on beside it. The job is about `new`.
    """

    def work(job: Job[Round]) -> Round:
        told = Round()
        if new is not None:
            told = _freeze_now(store, viewer, new, origin.now, job)
            job.publish(told)
        listed = snapshots.listed(store, viewer)
        for step, snapshot in enumerate(listed, start=1):
            job.tell(SET, step=step, of=len(listed))
            try:
                found_in(store, viewer, snapshot, origin, job.tell)
            except DataError as refusal:
                told = replace(told, reasons={**told.reasons, snapshot.hash: refusal.reason(language())})
            told = replace(told, n_ready=step)
            job.publish(told)
        return told

    what = ("freeze", new.title) if new is not None else ("frozen", "")
    return bench.start(owner_of(viewer), work, about=new, topic=(about, (*what, language())))


def _freeze_now(store: Store, viewer: Viewer, new: ToFreeze, now: datetime, job: Job[Round]) -> Round:
    try:
        made = freeze(
            store, viewer, new.asked, title=new.title, today=new.today, now=now, usable=new.usable, tell=job.tell
        )
    except DataError as refusal:
        return Round(refusal=refusal)
    return Round(made=made.id)

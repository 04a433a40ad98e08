"""What the evaluators' pages work out beside the request: one bench for Effekt, Analyser and Frosne. No Dash here.

The dear part, the effect with its sensitivity table, is remembered by the store and worked out once, whichever page
asks first. Jobs about the same analysis let each other go on (`subject`), so that turning from one page to the next
loses nothing. A finished analysis is kept until figures change.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeAlias

from dashboards.exports.evaluation.analysis import Analysis, Plan
from dashboards.presenters import evaluation_report
from dashboards.presenters.background_jobs import Job, Jobs
from dashboards.presenters.evaluation_choice import groups_key, owner_of, viewer_key
from dashboards.presenters.evaluation_report import Asked
from dashboards.presenters.exported import Origin
from data.access import Viewer
from data.shelf import Shelf
from data.store import Store

Bench: TypeAlias = Jobs[Any]
PLACE = "card"
ROOM = 12  # analyses that are kept, each with its frame
DEAR = ("csv", "fingerprint", "funnels")  # parts of an analysis that follow from its figures alone


def subject(viewer: Viewer, asked: Asked) -> Hashable:
    """What an analysis is about: jobs of the same subject share what they work out."""
    return viewer_key(viewer), groups_key(asked.groups), asked.definition.code, asked.call


@dataclass(frozen=True, slots=True)
class Around:
    """What is around an analysis: the day, the months a usable series needs before and after, where it is read."""

    today: date
    usable: tuple[int, int]
    origin: Origin


class AnalysisWork:
    """The analyses of one app: what runs, and what is there already."""

    def __init__(self, jobs: Bench) -> None:
        self.jobs = jobs
        self._kept = Shelf(ROOM)

    def found(self, store: Store, viewer: Viewer, asked: Asked, around: Around, plan: Plan | None) -> Analysis | None:
        """The analysis that was worked out from these very data, settings and rights before, with the plan of now."""
        kept = self._kept.find(_key(viewer, asked, around), store.data_version())
        return as_read_now(kept, asked, around, plan) if isinstance(kept, Analysis) else None

    def start(self, store: Store, viewer: Viewer, asked: Asked, around: Around) -> Job[Any]:
        """Begin, or join what runs; raises Busy where there is no room. What cannot be analysed is the job's fault."""
        version, key = store.data_version(), _key(viewer, asked, around)

        def work(job: Job[Any]) -> Analysis:
            analysis = evaluation_report.analysis_of(
                store, viewer, asked, today=around.today, origin=around.origin, usable=around.usable, tell=job.tell
            )
            for name in DEAR:
                job.check()
                getattr(analysis, name)
            self._kept.put(key, version, analysis)
            return analysis

        return self.jobs.start(owner_of(viewer), work, topic=(subject(viewer, asked), (PLACE, key)))


def as_read_now(kept: Analysis, asked: Asked, around: Around, plan: Plan | None) -> Analysis:
    """An analysis that was worked out before, with what may be otherwise since: its plan, names, where it is read."""
    names = {one.code: one.name for one in asked.groups}
    found = replace(kept, plan=plan, origin=around.origin, group_names=names, programme=asked.programme)
    # `replace` forgets what was worked out once; a frame of many units takes seconds to print.
    vars(found).update({name: vars(kept)[name] for name in DEAR if name in vars(kept)})
    return found


def _key(viewer: Viewer, asked: Asked, around: Around) -> Hashable:
    return subject(viewer, asked), declared_key(asked), around.today, around.usable, viewer.may_take_counts


def declared_key(asked: Asked) -> Hashable:
    """What an analysis is declared with, beside its measure: the family, its primary measure, the placebo measure."""
    others = tuple((one.code, one.version, call) for one, call in asked.others)
    placebo = None if asked.placebo is None else (asked.placebo[0].code, asked.placebo[0].version, asked.placebo[1])
    return asked.definition.version, others, asked.primary, placebo

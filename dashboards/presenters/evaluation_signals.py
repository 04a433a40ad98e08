"""Signs of improvement, counted in one frame for Hold and Effekt: the same projects, judged in two ways. No Dash.

A *project that can be analysed* is a participating unit whose main indicator has months enough on both sides of its
start (`data.queries.evaluation.projects`). In these projects, and in the units outside that have the same months, two
things are counted: the stored signal of the whole series, which every page of the board shows, and a signal after the
start against the median of the months before it. They ask different things; the number they are counted in is one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import pandas as pd

from dashboards.presenters.evaluation_choice import groups_key, viewer_key
from dashboards.presenters.overview_chance import chance_signals
from data.access import Viewer
from data.queries import catalogue, evaluation, evaluation_outside
from data.queries.evaluation import Group, Project
from data.store import Store
from indicators import evaluation as methods
from indicators.assessment import Variation
from indicators.definition import Direction, IndicatorDefinition, PeriodKind
from indicators.evaluation.errors import EvaluationError
from indicators.evaluation.signal_share import SignalShare
from indicators.words import Words

JUDGED = (Variation.CONCERN, Variation.IMPROVEMENT, Variation.CHANGE, Variation.COMMON)
FEWEST = 2  # months on either side without which there is no median to hold a later month against
NO_SIDE = Words("Målingen har ingen god retning", "The measure has no better direction")
NO_MONTHS = Words("For få måneder til at tælle efter start", "Too few months to count after the start")


@dataclass(frozen=True, slots=True)
class Count:
    """How many of the same units have a signal of improvement by one of the two ways."""

    inside: int
    outside: int
    by_chance: float


@dataclass(frozen=True, slots=True)
class SignalCounts:
    """Both counts, of `n` projects that can be analysed and `n_outside` units outside.

    `left_out` says why participants are not among the `n`, most first; `unjudged` why projects among them cannot have a
    signal by the second way. `share` is the second count with its intervals, where it is about one measure.
    """

    n: int
    n_outside: int
    stored: Count
    after_start: Count
    left_out: tuple[tuple[Words, int], ...] = ()
    unjudged: tuple[tuple[Words, int], ...] = ()
    share: SignalShare | None = None

    @property
    def n_left_out(self) -> int:
        return sum(count for _reason, count in self.left_out)


def of_projects(
    store: Store, viewer: Viewer, groups: Sequence[Group], projects: Sequence[Project], before: int, after: int
) -> SignalCounts:
    """Both counts over projects that are read already, each on its own measure."""
    usable = [one for one in projects if one.is_analysable]
    parts = [
        _of_measure(store, viewer, groups, code, [one for one in usable if one.indicator_code == code], before, after)
        for code in sorted({one.indicator_code for one in usable if one.indicator_code})
    ]
    unjudged = Counter[Words]()
    for part in parts:
        unjudged.update(dict(part.unjudged))
    return SignalCounts(
        n=len(usable),
        n_outside=sum(part.n_outside for part in parts),
        stored=_sum([part.stored for part in parts]),
        after_start=_sum([part.after_start for part in parts]),
        left_out=_reasons([one for one in projects if not one.is_analysable]),
        unjudged=tuple(unjudged.most_common()),
        share=parts[0].share if len(parts) == 1 else None,
    )


def of_measure(
    store: Store, viewer: Viewer, groups: Sequence[Group], code: str, before: int, after: int, *, today: date
) -> SignalCounts:
    """Both counts on one measure: in the projects that have it as their main one, so that they are those of Hold.

    Where it is nobody's main one, in all participants that follow it, by the same rule.
    """
    read = partial(evaluation.projects, store, viewer, groups, before=before, after=after, today=today)
    projects = read()
    if not any(one.indicator_code == code for one in projects):
        return of_projects(store, viewer, groups, read(indicator=code), before, after)
    counted = of_projects(store, viewer, groups, [one for one in projects if one.indicator_code == code], before, after)
    others = Counter(
        evaluation.OTHER_MAIN if one.indicator_code else one.reason
        for one in projects
        if one.indicator_code != code and (one.indicator_code or one.reason)
    )
    left_out = Counter(dict(counted.left_out))
    left_out.update({reason: count for reason, count in others.items() if reason is not None})
    return SignalCounts(
        n=counted.n,
        n_outside=counted.n_outside,
        stored=counted.stored,
        after_start=counted.after_start,
        left_out=tuple(left_out.most_common()),
        unjudged=counted.unjudged,
        share=counted.share,
    )


def expected_by_chance(projects: Sequence[Project], directions: Mapping[str, Direction]) -> float:
    """How many would have the stored signal by chance alone: half of all false signals are on the better side."""
    judged = [
        one.state
        for one in projects
        if one.is_analysable
        and one.state is not None
        and one.state.variation in JUDGED
        and directions.get(one.indicator_code or "", Direction.NEITHER) is not Direction.NEITHER
    ]
    return chance_signals(judged) / 2


def _of_measure(
    store: Store,
    viewer: Viewer,
    groups: Sequence[Group],
    code: str,
    usable: Sequence[Project],
    before: int,
    after: int,
) -> SignalCounts:
    definition = catalogue.indicator(store, viewer, code)
    outside = evaluation_outside.stored_outside(store, viewer, groups, code)
    share = None
    if definition.direction is not Direction.NEITHER and definition.period is PeriodKind.MONTH:
        key = (
            "evaluation_signals", viewer_key(viewer), groups_key(groups), code, before, after,
            tuple(one.unit_code for one in usable),
        )  # fmt: skip
        share = store.remember(
            key, partial(_share, store, viewer, groups, definition, usable, frozenset(outside), before, after)
        )
    judged = () if share is None else tuple(share.units.loc[share.units["group"] == "outside", "unit"])
    n_outside, n_after, n_outside_after, chance, missing = len(judged), 0, 0, 0.0, len(usable)
    if share is not None:
        inside = share.rows.loc["participants"]
        missing = len(usable) - int(inside["n_units"])
        n_after, n_outside_after = int(inside["n_signals"]), int(share.rows.loc["outside", "n_signals"])
        chance = share.chance * int(inside["n_units"]) if inside["n_units"] else 0.0
    reason = NO_SIDE if definition.direction is Direction.NEITHER else NO_MONTHS
    return SignalCounts(
        n=len(usable),
        n_outside=n_outside,
        stored=Count(
            sum(one.state is not None and one.state.variation is Variation.IMPROVEMENT for one in usable),
            sum(outside[str(one)] is Variation.IMPROVEMENT for one in judged),
            expected_by_chance(usable, {code: definition.direction}),
        ),
        after_start=Count(n_after, n_outside_after, chance),
        unjudged=((reason, missing),) if missing else (),
        share=share,
    )


def _share(
    store: Store,
    viewer: Viewer,
    groups: Sequence[Group],
    definition: IndicatorDefinition,
    usable: Sequence[Project],
    outside: frozenset[str],
    before: int,
    after: int,
) -> SignalShare | None:
    """The second count, over exactly these projects and units; None where there is nothing to count."""
    frame = evaluation.frame(
        store, viewer, definition.code, groups, pseudonyms=True, only={one.unit_code for one in usable}
    )
    frame = frame[(frame["start"] != "") | frame["unit"].isin(outside)]
    return _counted(frame, definition, before, after) if (frame["start"] != "").any() else None


def _counted(frame: pd.DataFrame, definition: IndicatorDefinition, before: int, after: int) -> SignalShare | None:
    try:
        return methods.signal_share(
            frame,
            is_up_better=definition.direction is not Direction.DOWN,
            before=max(before, FEWEST),
            after=max(after, FEWEST),
            denominator="denominator" if definition.has_denominator else None,
        )
    except EvaluationError:
        return None


def _sum(counts: Sequence[Count]) -> Count:
    return Count(
        sum(one.inside for one in counts), sum(one.outside for one in counts), sum(one.by_chance for one in counts)
    )


def _reasons(projects: Sequence[Project]) -> tuple[tuple[Words, int], ...]:
    return tuple(Counter(one.reason for one in projects if one.reason is not None).most_common())

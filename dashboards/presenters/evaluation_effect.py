"""Effekt: what is asked (groups, measure, settings), and the whole answer, worked out beside the request and kept.

The answer has figures and `Words` only, no language and no HTML: `evaluation_effect_words` says it. It is worked out
from exact counts; what is shown of a single unit (the strip, the funnel) is read again as the viewer may see it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from dashboards.exports.evaluation.analysis import Measure as OtherMeasure
from dashboards.presenters import evaluation_report, evaluation_signals
from dashboards.presenters.background_jobs import Job
from dashboards.presenters.evaluation_choice import owner_of
from dashboards.presenters.evaluation_disclosure import (
    coarse,
    coarse_effect,
    coarse_row,
    coarse_table,
    require_enough,
    unsure_against,
)
from dashboards.presenters.evaluation_report import Asked, Tell, silent
from dashboards.presenters.evaluation_signals import SignalCounts
from dashboards.presenters.evaluation_work import Bench, declared_key, subject
from dashboards.selection import SCALES, WEIGHTS, Selection
from data.access import Viewer
from data.errors import Refused
from data.queries import catalogue
from data.queries import evaluation as queries
from data.shelf import Shelf
from data.store import Store
from indicators import evaluation
from indicators.definition import Direction, IndicatorDefinition
from indicators.drawn import family_of
from indicators.evaluation.errors import EvaluationError
from indicators.evaluation.panel import Panel
from indicators.evaluation.programme_effect import ProgrammeEffect, Settings, effect_of
from indicators.evaluation.sensitivity import Sensitivity
from indicators.evaluation.several_measures import row_of
from indicators.evaluation.signal_share import SignalShare
from indicators.spc.displays.funnel import limits as funnel_limits
from indicators.spc.displays.funnel.result import FunnelResult
from indicators.spc.errors import InputError
from indicators.words import Words

COHORT = "cohort"
WINDOW = (-24, 36)  # months around the start that the figures show
STRIP = (-12, 24)
FEWEST_SHOWN = 3  # units behind a mean that is shown of a group by itself
ROOM = 24  # answers that are kept
PLACE = "effect"

KIND_NAMES = {
    "cohort": Words("Hold", "Cohorts"),
    "learning_team": Words("Lærings- og kvalitetsteam", "Learning teams"),
    "region": Words("Regioner", "Regions"),
    "sector": Words("Sektorer", "Sectors"),
    "list": Words("Egne lister", "Own lists"),
}

GROUPS = Words("Gruppe {step} af {of}", "Group {step} of {of}")
SHARES = Words("Andel med signal, og hvad tilfældighed giver", "Share with a signal, and what chance gives")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. `groups` are the chosen ones of `offered`, which are all of one kind; `kinds` are there to choose.

    `indicators` are the measures the groups follow: code, name, how many units. `definition` is None where there is
    none. `asked` is the analysis behind it, the one the analysis card and the report are about.
    """

    kind: str
    kinds: tuple[str, ...]
    offered: tuple[queries.Group, ...]
    groups: tuple[queries.Group, ...]
    indicators: tuple[tuple[str, Words, int], ...]
    definition: IndicatorDefinition | None
    family: str
    weights: str
    leave_out: int | None
    has_trends: bool
    before: int
    after: int
    asked: Asked | None = None
    has_counts: bool = True

    @property
    def settings(self) -> Settings:
        return Settings(self.family, self.weights, self.leave_out, self.has_trends, "auto")

    def number_of(self, code: str) -> int:
        """The number of a group among all of its kind, from 1: its colour and shape, whatever else is chosen."""
        return next(number for number, one in enumerate(self.offered, start=1) if one.code == code)


def question_of(store: Store, viewer: Viewer, selection: Selection) -> Question:
    """Read an address; what it names and the viewer has not got is left out. Raises NotAllowed for other roles."""
    everything = queries.groups(store, viewer)
    kinds = tuple(kind for kind in KIND_NAMES if any(one.kind == kind for one in everything))
    kind = selection.programme if selection.programme in kinds else (kinds[0] if kinds else COHORT)
    offered = tuple(one for one in everything if one.kind == kind)
    wanted = set((selection.cohort or "").split("."))
    groups = tuple(one for one in offered if one.code in wanted) or offered
    indicators = tuple(queries.indicators_of(store, viewer, groups)) if groups else ()
    codes = [code for code, _name, _count in indicators]
    code = selection.indicator if selection.indicator in codes else (codes[0] if codes else None)
    definition = catalogue.indicator(store, viewer, code) if code is not None else None
    asked = evaluation_report.asked(store, viewer, selection.but(indicator=code)) if definition is not None else None
    return Question(
        kind=kind,
        kinds=kinds,
        offered=offered,
        groups=groups,
        indicators=indicators,
        definition=definition,
        family=family_of(definition) if definition is not None and selection.scale != SCALES[1] else "linear",
        weights="patient" if selection.weights == WEIGHTS[1] and definition and definition.has_denominator else "unit",
        leave_out=selection.left_out,
        has_trends=selection.has_trends,
        before=max(selection.before, 2),
        after=max(selection.after, 2),
        asked=asked,
        has_counts=viewer.may_take_counts,
    )


# ------------------------------------------------------------------------------------------------------- the answer


@dataclass(frozen=True)
class GroupEffect:
    """One group: its effect alone against the same comparison, month by month, and its units' shrunken effects.

    `overall` has the fields of `programme_effect`; `by_time` its months from the start on; `curve` has since, observed,
    expected (missing before the start), n_units.
    """

    code: str
    name: Words
    number: int
    n_units: int
    overall: pd.Series
    by_time: pd.DataFrame
    curve: pd.DataFrame
    shrunken: tuple[float, ...]
    fewest_months: int = 1  # behind the effect of a unit


@dataclass(frozen=True)
class SameUnits:
    """The months of a window with the same units in all of them."""

    first: int
    last: int
    n_units: int
    by_time: pd.DataFrame


@dataclass(frozen=True)
class YearOfUnits:
    """Units side by side over twelve months, as the viewer may see them: `groups` is the number of each unit's."""

    first: str
    last: str
    funnel: FunnelResult
    groups: dict[str, int]


@dataclass(frozen=True)
class Strips:
    """Each project's months against its own before the start: by label its group's number and its steps by month."""

    rows: tuple[tuple[str, int, dict[int, int | None]], ...]


@dataclass(frozen=True)
class Answer:
    """All that the page shows; parts that the data do not allow are None."""

    n_participants: int
    n_comparison: int
    first_month: str
    last_month: str
    main: ProgrammeEffect
    sensitivity: Sensitivity
    groups: tuple[GroupEffect, ...]
    average: evaluation.MetaAnalysis | None
    same_units: SameUnits | None
    share: SignalShare
    signals: SignalCounts | None
    bacon: evaluation.GoodmanBacon | None
    years: tuple[YearOfUnits, ...]
    strips: Strips
    multiplicity: tuple[tuple[str, IndicatorDefinition, pd.Series], ...]


def work_out(store: Store, viewer: Viewer, question: Question, tell: Tell = silent) -> Answer:
    """The whole answer. Raises EvaluationError or Refused where the figures cannot be analysed."""
    if question.definition is None or question.asked is None:
        raise ValueError("there is no measure to work out")
    code = question.definition.code

    def tell_of_analysis(words: Words, share: float | None = None, *, step: int = 0, of: int = 0) -> None:
        tell(words, None if share is None else 0.6 * share, step=step, of=of)

    frame, main, table, others, _placebo = evaluation_report.answered(
        store, viewer, question.asked, tell=tell_of_analysis
    )
    shown = queries.frame(store, viewer, code, question.groups, exact=False)
    return answer_of(
        frame,
        shown,
        question,
        tell,
        others=others,
        analysis=(main, table),
        signals=evaluation_signals.of_measure(
            store, viewer, question.groups, code, question.before, question.after, today=_after(frame)
        ),
    )


def _after(frame: pd.DataFrame) -> date:
    """The first day after the last month of a frame: whose months after the start could be there by now."""
    last = pd.Period(frame["period"].max(), freq="M") + 1
    return date(last.year, last.month, 1)


def answer_of(
    frame: pd.DataFrame,
    shown: pd.DataFrame,
    question: Question,
    tell: Tell = silent,
    others: Sequence[OtherMeasure] = (),
    analysis: tuple[ProgrammeEffect, Sensitivity] | None = None,
    signals: SignalCounts | None = None,
) -> Answer:
    """`work_out` from frames: `frame` with exact counts, `shown` with what the viewer may see of single units.

    `analysis` is the effect with its sensitivity table, where it is there already; `signals` counts the projects that
    can be analysed, as Hold does. Without it everybody in the frame with months enough is counted.
    """
    definition = question.definition
    if definition is None or frame.empty:
        raise EvaluationError("no_rows", Words("Ingen enheder følger målingen.", "No unit follows this measure."))
    is_up = definition.direction is not Direction.DOWN
    denominator = denominator_of(frame)
    main, table = analysis or _analysis(frame, question, denominator)
    require_enough(main.overall, has_counts=question.has_counts)
    group_effects = []
    for step, group in enumerate(question.groups, start=1):
        tell(GROUPS, 0.6 + 0.2 * step / len(question.groups), step=step, of=len(question.groups))
        group_effects.append(_group_effect(frame, question, group, main.left_out))
    tell(SHARES, 0.8)
    share = signals.share if signals is not None else None
    if share is None:
        share = evaluation.signal_share(
            frame, is_up_better=is_up, before=question.before, after=question.after, denominator=denominator
        )
    starts = frame.loc[frame["start"] != "", ["unit", "start"]].drop_duplicates()
    answer = Answer(
        n_participants=len(starts),
        n_comparison=int(frame["unit"].nunique() - len(starts)),
        first_month=str(frame["period"].min()),
        last_month=str(frame["period"].max()),
        main=main,
        sensitivity=table,
        groups=tuple(group_effects),
        average=_average(group_effects),
        same_units=_same_units(frame, question, main.left_out),
        share=share,
        signals=signals,
        bacon=_bacon(frame, question, denominator),
        years=_years(shown, question, definition),
        strips=_strips(shown, question, is_up),
        multiplicity=_multiplicity(main, question, others),
    )
    return answer if question.has_counts else _without_counts(answer, frame, definition)


def _without_small_groups(table: Sensitivity, by_cohort: pd.DataFrame) -> Sensitivity:
    """The table without the rows that leave out one or two units: they and the whole give those units' own effect."""
    small = by_cohort.loc[by_cohort["n_units"].between(1, FEWEST_SHOWN - 1), "cohort"]
    keys = {f"without_cohort_{start}" for start in small}
    return replace(table, rows=table.rows[~table.rows["key"].isin(keys)].reset_index(drop=True))


def _without_counts(answer: Answer, frame: pd.DataFrame, definition: IndicatorDefinition) -> Answer:
    """The answer as it is told to those without the right to counts: see `evaluation_disclosure`."""
    unsure = unsure_against(frame, is_share=definition.is_percent)

    def of_group(one: GroupEffect) -> GroupEffect:
        return replace(
            one,
            overall=coarse_row(one.overall, unsure) if len(one.overall) else one.overall,
            by_time=coarse_table(one.by_time, unsure),
            curve=coarse_table(one.curve, unsure),
            shrunken=tuple(coarse(value, one.fewest_months, unsure) for value in one.shrunken),
        )

    same = answer.same_units
    return replace(
        answer,
        main=coarse_effect(answer.main, unsure),
        sensitivity=_without_small_groups(answer.sensitivity, answer.main.by_cohort),
        groups=tuple(of_group(one) for one in answer.groups),
        same_units=replace(same, by_time=coarse_table(same.by_time, unsure)) if same is not None else None,
    )


def _analysis(frame: pd.DataFrame, question: Question, denominator: str | None) -> tuple[ProgrammeEffect, Sensitivity]:
    main = effect_of(panel_of(frame, question.family), question.settings)
    return main, evaluation.sensitivity(
        frame, main, family=question.family, weights=question.weights, leave_out=question.leave_out,
        cohort_trends=question.has_trends, denominator=denominator,
    )  # fmt: skip


def denominator_of(frame: pd.DataFrame) -> str | None:
    """The column of denominators, where the measure has them."""
    return "denominator" if frame["denominator"].notna().any() else None


def panel_of(frame: pd.DataFrame, family: str) -> Panel:
    return Panel.of(
        frame,
        unit="unit",
        period="period",
        numerator="numerator",
        denominator=denominator_of(frame),
        start="start",
        family=family,
    )


def _since(frame: pd.DataFrame) -> pd.Series:
    """Months since the start of every row; missing for units that never start."""
    period = pd.PeriodIndex(frame["period"], freq="M")
    start = frame["start"].where(frame["start"] != "", frame["period"])
    months = np.asarray(period.year * 12 + period.month) - (lambda at: np.asarray(at.year * 12 + at.month))(
        pd.PeriodIndex(start, freq="M")
    )
    return pd.Series(np.where(frame["start"] != "", months, np.nan), index=frame.index)


def _group_effect(frame: pd.DataFrame, question: Question, group: queries.Group, left_out: int) -> GroupEffect:
    """The group alone. Other groups lose their months under the programme and keep those before, so that the
    comparison is the very same. The months before the start are left out or kept as in the whole."""
    since = _since(frame)
    own = frame["cohort"] == group.code
    kept = frame[own | (since.isna()) | (since < 0)]
    n_units = int(frame.loc[own, "unit"].nunique())
    empty = pd.DataFrame(columns=["since", "phase", "estimate", "band_low", "band_high", "n_units"])
    curve = _observed(frame[own], since[own])
    nothing = pd.Series(dtype=object)
    # One or two units by themselves are no group: their effect would be what they did.
    if n_units < FEWEST_SHOWN or not (own & (since >= 0)).any():
        return GroupEffect(group.code, group.name, question.number_of(group.code), n_units, nothing, empty, curve, ())
    found = effect_of(panel_of(kept, question.family), replace(question.settings, leave_out=left_out))
    by_time = found.by_time[found.by_time["since"] >= 0] if len(found.by_time) else empty
    after = found.curve[found.curve["since"] >= 0] if len(found.curve) else found.curve
    shrunken: tuple[float, ...] = ()
    if len(found.by_unit) > 1:
        units = evaluation.meta_analysis(found.by_unit["estimate"].to_numpy(), found.by_unit["se"].to_numpy()).effects
        shrunken = tuple(units["shrunken"].dropna().tolist())
    return GroupEffect(
        code=group.code,
        name=group.name,
        number=question.number_of(group.code),
        n_units=n_units,
        overall=found.overall,
        by_time=by_time,
        curve=_with_expected(curve, after),
        shrunken=shrunken if len(shrunken) >= FEWEST_SHOWN else (),
        fewest_months=int(found.by_unit["n_after"].min()) if len(found.by_unit) else 1,
    )


def _observed(rows: pd.DataFrame, since: pd.Series) -> pd.DataFrame:
    """Mean over the units by month since the start: since, observed, n_units."""
    value = rows["numerator"] / rows["denominator"].where(rows["denominator"].notna(), 1.0)
    by = pd.DataFrame({"since": since, "value": value}).groupby("since")["value"]
    made = pd.DataFrame({"observed": by.mean(), "n_units": by.size()}).reset_index()
    return made[made["n_units"] >= FEWEST_SHOWN]


def _with_expected(curve: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """The observed curve with what was expected from the start on, over the same units."""
    if not len(after):
        return curve.assign(expected=np.nan)
    told = after.dropna(subset=["expected"])
    weight = told["n_units"].astype(float)
    sums = (
        pd.DataFrame(
            {
                "since": told["since"],
                "weight": weight,
                "expected": weight * told["expected"],
                "seen": weight * told["observed"],
            }
        )
        .groupby("since")
        .sum()
    )
    means = pd.DataFrame({"expected": sums["expected"] / sums["weight"], "seen": sums["seen"] / sums["weight"]})
    joined = curve.merge(means.reset_index(), on="since", how="left")
    # Where only some units can be told, both lines are of those.
    return joined.assign(observed=joined["seen"].fillna(joined["observed"])).drop(columns="seen")


def _average(groups: Sequence[GroupEffect]) -> evaluation.MetaAnalysis | None:
    """The average of the groups' effects and where a new one is expected."""
    told = [one for one in groups if len(one.overall) and np.isfinite(one.overall["se"])]
    if len(told) < 2:
        return None
    return evaluation.meta_analysis(
        [float(one.overall["estimate"]) for one in told], [float(one.overall["se"]) for one in told]
    )


def _same_units(frame: pd.DataFrame, question: Question, left_out: int) -> SameUnits | None:
    """Participants with figures over a whole window: two years after the start where half of them have them."""
    since = _since(frame)
    span = since.groupby(frame["unit"]).agg(["min", "max"]).dropna()
    enough = span[span["min"] <= -12]
    for last in (24, 12):
        kept = enough[enough["max"] >= last].index
        if len(kept) >= max(len(enough) / 2, FEWEST_SHOWN):
            rows = frame[frame["unit"].isin(kept) | (frame["start"] == "")]
            found = effect_of(panel_of(rows, question.family), replace(question.settings, leave_out=left_out))
            if not len(found.by_time) or not np.isfinite(found.overall["estimate"]):
                return None
            by_time = found.by_time
            return SameUnits(-12, last, len(kept), by_time[(by_time["since"] >= -12) & (by_time["since"] <= last)])
    return None


def _bacon(frame: pd.DataFrame, question: Question, denominator: str | None) -> evaluation.GoodmanBacon | None:
    try:
        return evaluation.goodman_bacon(frame, denominator=denominator)
    except EvaluationError:
        return None


def _multiplicity(
    main: ProgrammeEffect, question: Question, others: Sequence[OtherMeasure]
) -> tuple[tuple[str, IndicatorDefinition, pd.Series], ...]:
    """The declared family: code, definition and the row of `several_measures`, the primary measure first."""
    if not others or question.definition is None:
        return ()
    own = question.definition
    effects = {own.code: row_of(main.overall, main.not_identified)} | {one.code: one.overall for one in others}
    primary = question.asked.primary if question.asked is not None and question.asked.primary else own.code
    definitions = {own.code: own} | {one.code: one.definition for one in others}
    table = evaluation.several_measures(effects, primary=primary)
    return tuple((str(row["measure"]), definitions[str(row["measure"])], row) for _at, row in table.iterrows())


# ------------------------------------------------------------------------------------ single units, as may be seen


def _years(shown: pd.DataFrame, question: Question, definition: IndicatorDefinition) -> tuple[YearOfUnits, ...]:
    """The last twelve months before anybody started, and the last twelve of the data."""
    is_counted = definition.is_percent or family_of(definition) == "poisson"
    if not is_counted or shown.empty or (shown["start"] == "").all():
        return ()  # a mean has no limits that follow from its denominator
    months = pd.PeriodIndex(shown["period"], freq="M")
    first_start = pd.Period(shown.loc[shown["start"] != "", "start"].min(), freq="M")
    number = {group.code: question.number_of(group.code) for group in question.groups}
    group_of = {
        str(unit): number.get(str(cohort), 0)
        for unit, cohort in shown[["unit", "cohort"]].drop_duplicates("unit").itertuples(index=False)
    }
    found = []
    for end in (first_start - 1, months.max()):
        inside = (months > end - 12) & (months <= end)
        rows = shown[inside & (shown["denominator"] > 0).to_numpy()]
        if rows["unit"].nunique() < FEWEST_SHOWN:
            continue
        try:
            result = funnel_limits(
                rows,
                kind="proportion" if definition.is_percent else "ratio",
                overdispersion="cqc",
                multiply=definition.per,
            )
        except InputError:
            continue
        found.append(YearOfUnits(f"{end - 11}", f"{end}", result, group_of))
    return tuple(found)


def _strips(shown: pd.DataFrame, question: Question, is_up: bool) -> Strips:
    """Steps of half a standard deviation from the mean of the project's own months before the start."""
    since = _since(shown)
    rows = shown.assign(
        since=since, value=shown["numerator"] / shown["denominator"].where(shown["denominator"].notna(), 1.0)
    ).dropna(subset=["since", "value"])  # nothing out of nothing is no figure
    order = {group.code: question.number_of(group.code) for group in question.groups}
    last_month = pd.Period(shown["period"].max(), freq="M") if len(shown) else None
    found = []
    for (cohort, unit), own in rows.groupby(["cohort", "unit"], sort=True):
        before = own.loc[(own["since"] < 0), "value"]
        if len(before) < 6 or not before.std() > 0 or last_month is None:
            continue
        z = (own["value"] - before.mean()) / before.std() * (1 if is_up else -1)
        steps = {
            int(month): int(np.clip(round(2 * float(value)), -4, 4))
            for month, value in zip(own["since"], z, strict=True)
        }
        start = pd.Period(str(own["start"].iloc[0]), freq="M")
        until = min(STRIP[1], (last_month - start).n)
        seen: dict[int, int | None] = {month: steps.get(month) for month in range(STRIP[0], until + 1)}
        found.append((str(unit), order.get(str(cohort), 0), seen))
    return Strips(tuple(sorted(found, key=lambda one: one[1])))


# ---------------------------------------------------------------------------------------------- beside the request


class EffectWork:
    """The fits of one app: what runs, and what is there already."""

    def __init__(self, jobs: Bench) -> None:
        self.jobs = jobs
        self._kept = Shelf(ROOM)

    def found(self, store: Store, viewer: Viewer, question: Question) -> Answer | None:
        """The answer that was worked out from these very data, settings and rights before."""
        found = self._kept.find(self._key(viewer, question), store.data_version())
        return found if isinstance(found, Answer) else None

    def start(self, store: Store, viewer: Viewer, question: Question) -> Job[Answer]:
        """Begin; raises Busy where there is no room."""
        version, key = store.data_version(), self._key(viewer, question)
        about = subject(viewer, question.asked) if question.asked is not None else key

        def work(job: Job[Answer]) -> Answer:
            try:
                answer = work_out(store, viewer, question, job.tell)
            except EvaluationError as error:
                raise Refused(error.words) from error
            self._kept.put(key, version, answer)
            return answer

        return self.jobs.start(owner_of(viewer), work, topic=(about, (PLACE, key)))

    def _key(self, viewer: Viewer, question: Question) -> tuple[object, ...]:
        return (
            viewer.rights,
            tuple((one.code, tuple(sorted(one.starts.items())), one.compared) for one in question.groups),
            question.definition.code if question.definition else None,
            declared_key(question.asked) if question.asked else None,
            question.asked.call if question.asked else None,
            question.settings,
            question.before,
            question.after,
            question.has_counts,
        )

"""Hold (the cohort board): who takes part, who can be analysed and why not, and what each one's series says. No Dash.

Signal and effect stand side by side because they answer different questions: the signal holds a unit's own series
against itself, the effect against units that have not started. Rows are never ranked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from dashboards.figures.evaluation.completeness_strip import StripRow
from dashboards.figures.evaluation.flow import FlowStep
from dashboards.figures.evaluation.groups import GroupMark
from dashboards.figures.evaluation.mini_forest import ForestAxis, forest_axis
from dashboards.figures.icons import variation_words
from dashboards.presenters.completeness import Choice
from dashboards.presenters.evaluation_by_unit import IndicatorEffects, UnitEffect, effects_by_unit
from dashboards.presenters.evaluation_choice import EvaluationChoice, groups_key, read_choice, viewer_key
from dashboards.presenters.evaluation_project import PATH as PROJECT
from dashboards.presenters.evaluation_signals import SignalCounts, expected_by_chance, of_projects
from dashboards.selection import ALL_MONTHS, SECTORS, Selection
from dashboards.text import _, language, month, ngettext, number, percent
from data.access import Viewer
from data.queries import catalogue, evaluation
from data.queries.evaluation import COHORT, Flow, Project
from data.store import Store
from indicators.assessment import Variation
from indicators.definition import Direction, IndicatorDefinition

PATH, CSV_PATH, XLSX_PATH = "/evaluering", "/evaluering/hold.csv", "/evaluering/hold.xlsx"
ONLY_USABLE = "kan-analyseres"  # `vis`: those that fall out are left out
MOST_ROWS = 300  # more are narrowed down by a filter, or taken away as a file


@dataclass(frozen=True, slots=True)
class Read:
    """What the board is made from, whatever is filtered: the projects of the groups, their flow and what is beside."""

    projects: tuple[Project, ...]
    flow: Flow
    completeness: tuple[tuple[int, str, int, int], ...]
    definitions: Mapping[str, IndicatorDefinition]
    aliases: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Board:
    """What the page needs; `effects` and `signals` come later, and `is_done` when there is nothing more to come."""

    choice: EvaluationChoice
    read: Read
    effects: Mapping[str, IndicatorEffects]
    is_done: bool
    signals: SignalCounts | None = None


@dataclass(frozen=True, slots=True)
class Chip:
    """A group to filter by: its mark (None: all of them) and how many of it can be analysed."""

    mark: GroupMark | None
    text: str
    label: str
    href: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One project. Without an `effect` `effect_text` says why there is none; `reason` is why it falls out."""

    name: str
    about: str
    href: str
    goal: int | None
    goal_name: str
    group: GroupMark
    months: tuple[str, str]
    completeness: str
    values: tuple[float | None, ...]
    start_at: int | None
    start_text: str
    variation: Variation | None
    rising: bool | None
    signal: str
    effect: UnitEffect | None
    effect_text: str
    interval_text: str
    effect_unit: str
    axis: ForestAxis | None
    scores: tuple[float, float] | None
    scores_text: str
    n_notes: str
    reason: str
    edit_href: str


@dataclass(frozen=True, slots=True)
class CohortsView:
    """The page. `axis` is there where all effects shown are in one unit of measure; else each row has its own."""

    title: str
    lead: str
    flow: tuple[FlowStep, ...]
    flow_label: str
    marks: tuple[GroupMark, ...]
    chips: tuple[Chip, ...]
    goals: tuple[Choice, ...]
    sectors: tuple[Choice, ...]
    signals: tuple[Choice, ...]
    before: int
    after: int
    n_lost: int
    shows_lost: bool
    rows: tuple[Row, ...]
    has_scores: bool
    axis: ForestAxis | None
    axis_unit: str
    foot: tuple[str, ...]
    strips: tuple[StripRow, ...]
    csv_href: str
    xlsx_href: str


# ------------------------------------------------------------------------------------------------------ what is read


def read_board(
    store: Store,
    viewer: Viewer,
    selection: Selection,
    *,
    today: date,
    publish: Callable[[Board], None] = lambda board: None,
    tell: Callable[[int, int], None] = lambda step, of: None,
) -> Board:
    """Read the groups of `selection`; `publish` gets the board before its effects are known.

    Raises
    ------
    NotAllowed
        The viewer does not evaluate.
    """
    choice = read_choice(store, viewer, selection)
    key = (
        "evaluation_cohorts", viewer_key(viewer), groups_key(choice.groups), selection.before, selection.after, today,
    )  # fmt: skip
    read = store.remember(key, partial(_read, store, viewer, choice, selection.before, selection.after, today))
    codes = sorted({one.indicator_code for one in read.projects if one.is_analysable and one.indicator_code})
    publish(Board(choice, read, {}, is_done=not codes))
    effects = effects_by_unit(store, viewer, choice.groups, codes, tell)
    signals = of_projects(store, viewer, choice.groups, read.projects, selection.before, selection.after)
    return Board(choice, read, effects, is_done=True, signals=signals)


def _read(store: Store, viewer: Viewer, choice: EvaluationChoice, before: int, after: int, today: date) -> Read:
    projects = tuple(
        evaluation.projects(store, viewer, choice.groups, before=before, after=after, today=today)
        if choice.groups
        else ()
    )
    codes = {one.indicator_code for one in projects if one.indicator_code}
    frame = evaluation.completeness(store, viewer, choice.groups, today=today) if projects else None
    return Read(
        projects=projects,
        flow=evaluation.flow_of(projects, choice.groups),
        completeness=()
        if frame is None
        else tuple(
            (int(row.since), str(row.cohort), int(row.reported), int(row.expected)) for row in frame.itertuples()
        ),
        definitions={one.code: one for one in catalogue.indicators(store, viewer) if one.code in codes},
        aliases=evaluation.aliases_of(store, viewer, [one.unit_code for one in projects]),
    )


# ------------------------------------------------------------------------------------------------------ what is said


def view_of(board: Board, selection: Selection) -> CohortsView:
    """The board as the page shows it, for the filters of the address."""
    read, marks = board.read, group_marks(board.choice)
    by_code = {one.code: mark for one, mark in zip(board.choice.groups, marks, strict=True)}
    kept = [one for one in read.projects if _is_asked_for(one, board, selection)]
    lost = [one for one in kept if not one.is_analysable]
    shows_lost = selection.show != ONLY_USABLE
    shown = [one for one in kept if shows_lost or one.is_analysable][:MOST_ROWS]
    axes = _axes(shown, board)
    common = next(iter(axes.items())) if len(axes) == 1 else None
    here = selection.but(month=None)
    return CohortsView(
        title=title(read),
        lead=lead(board),
        flow=flow_steps(read.flow, board),
        flow_label=_("Fra deltagende enheder til dem, der kan analyseres"),
        marks=marks,
        chips=_chips(board, marks, here),
        goals=_goals(read.projects, selection),
        sectors=_sectors(read.projects, selection),
        signals=_signals(read.projects, selection),
        before=selection.before,
        after=selection.after,
        n_lost=len(lost),
        shows_lost=shows_lost,
        rows=tuple(_row(one, by_code[one.cohort], board, axes) for one in shown),
        has_scores=any(one.team_scores for one in shown),
        axis=common[1] if common else None,
        axis_unit=_common_unit(shown, board) if common else "",
        foot=_foot(board, len(shown), len(kept)),
        strips=_strips(read, board, marks),
        csv_href=CSV_PATH + here.to_query(),
        xlsx_href=XLSX_PATH + here.to_query(),
    )


def group_marks(choice: EvaluationChoice) -> tuple[GroupMark, ...]:
    """The groups with their numbers: a cohort's own where it has one, else its place in the list."""
    said = language()
    return tuple(
        GroupMark(place, one.code if one.kind == COHORT and one.code.isdigit() else str(place), one.name.say(said))
        for place, one in enumerate(choice.groups, start=1)
    )


def title(read: Read) -> str:
    """How many can be analysed, and how many of them have the signal of an improvement."""
    total, usable = len(read.projects), read.flow.n_analysable
    if not total:
        return _("Ingen enheder deltager endnu")
    if not usable:
        return ngettext(
            "Den ene deltagende enhed kan ikke analyseres med denne regel.",
            "Ingen af {total} deltagende enheder kan analyseres med denne regel.",
            total,
        ).format(total=number(total))
    first = ngettext(
        "Den ene deltagende enhed kan analyseres.", "{usable} af {total} deltagende enheder kan analyseres.", total
    ).format(usable=number(usable), total=number(total))
    better = n_improved(read)
    if not better:
        return first + " " + _("Ingen af dem viser forbedring.")
    second = ngettext("{count} af dem viser forbedring.", "{count} af dem viser forbedring.", better)
    return first + " " + second.format(count=number(better))


def n_improved(read: Read) -> int:
    """How many that can be analysed have the stored signal of an improvement."""
    return sum(_variation(one) is Variation.IMPROVEMENT for one in read.projects if one.is_analysable)


def lead(board: Board) -> str:
    """What the number of improvements must be held against; units outside stand in the table of both counts."""
    read = board.read
    usable = read.flow.n_analysable
    if not usable:
        if not read.projects:
            return ""
        return _("Se nedenfor, hvor de udgår. Prøv færre måneder før eller efter start.")
    directions = {code: one.direction for code, one in read.definitions.items()}
    expected = expected_by_chance(read.projects, directions)
    about = _("under 1") if expected < 0.5 else _("ca. {count}").format(count=number(expected))
    return _("Ved ren tilfældighed ville {about} af {usable} gøre det.").format(about=about, usable=number(usable))


def flow_steps(flow: Flow, board: Board) -> tuple[FlowStep, ...]:
    """The boxes with their losses in words."""
    total = flow.steps[0].n
    steps, before = [], total
    said = language()
    for i, step in enumerate(flow.steps):
        lost = before - step.n
        steps.append(
            FlowStep(
                name=step.name.say(said),
                n=step.n,
                share=_("{share} af {total}").format(share=percent(100 * step.n / total, 0), total=number(total))
                if i and total
                else "",
                by_group=tuple(step.by_cohort.get(one.code, 0) for one in board.choice.groups),
                lost=ngettext("{count} udgår", "{count} udgår", lost).format(count=number(lost)) if lost else "",
                reasons=tuple(
                    _("{count}: {reason}").format(count=number(count), reason=reason.say(said))
                    for reason, count in step.losses
                ),
            )
        )
        before = step.n
    return tuple(steps)


def _is_asked_for(one: Project, board: Board, selection: Selection) -> bool:
    cohorts = {group.code for group in board.choice.groups}
    return (
        (selection.cohort not in cohorts or one.cohort == selection.cohort)
        and (board.choice.code is None or one.indicator_code == board.choice.code)
        and (selection.goal is None or one.goal == selection.goal)
        and (selection.sector is None or one.label.sector == selection.sector)
        and (selection.signal is None or _variation(one) == selection.signal)
    )


def _variation(one: Project) -> Variation:
    return one.state.variation if one.state is not None else Variation.MISSING


# ------------------------------------------------------------------------------------------------------- the choices


def _chips(board: Board, marks: Sequence[GroupMark], selection: Selection) -> tuple[Chip, ...]:
    usable = board.read.flow.steps[-1].by_cohort
    known = {one.code for one in board.choice.groups}
    total = number(board.read.flow.n_analysable)
    first = Chip(
        None,
        _("Alle {count}").format(count=total),
        _("Alle grupper: {count} kan analyseres").format(count=total),
        selection.href(PATH, cohort=None),
        selection.cohort not in known,
    )
    return (
        first,
        *(
            Chip(
                mark,
                number(usable.get(one.code, 0)),
                _("{group}: {count} kan analyseres").format(group=mark.name, count=number(usable.get(one.code, 0))),
                selection.href(PATH, cohort=one.code),
                selection.cohort == one.code,
            )
            for one, mark in zip(board.choice.groups, marks, strict=True)
        ),
    )


def _goals(projects: Sequence[Project], selection: Selection) -> tuple[Choice, ...]:
    found = {one.goal for one in projects} | {selection.goal}
    there = sorted(goal for goal in found if goal is not None)
    return (
        Choice(ALL_MONTHS, _("Alle nationale mål"), selection.goal is None),
        *(Choice(str(goal), _("Mål {goal}").format(goal=goal), goal == selection.goal) for goal in there),
    )


def _sectors(projects: Sequence[Project], selection: Selection) -> tuple[Choice, ...]:
    there = {one.label.sector for one in projects} | {selection.sector}
    return (
        Choice(ALL_MONTHS, _("Alle sektorer"), selection.sector is None),
        *(Choice(one, sector_name(one), one == selection.sector) for one in SECTORS if one in there),
    )


def _signals(projects: Sequence[Project], selection: Selection) -> tuple[Choice, ...]:
    there = {_variation(one) for one in projects} | {selection.signal}
    return (
        Choice(ALL_MONTHS, _("Alle signaler"), selection.signal is None),
        *(Choice(one.value, variation_words(one), one == selection.signal) for one in Variation if one in there),
    )


def sector_name(sector: str) -> str:
    """What kind of place a unit is, in the reader's language."""
    names = {"regional": _("Hospital"), "municipal": _("Kommune"), "practice": _("Almen praksis")}
    return names.get(sector) or _("Hele landet")


# ---------------------------------------------------------------------------------------------------------- the rows


def _effect(one: Project, board: Board) -> UnitEffect | None:
    found = board.effects.get(one.indicator_code or "")
    return found.of.get(one.label.text) if found is not None and one.is_analysable else None


def effect_unit(definition: IndicatorDefinition) -> str:
    """What an effect is counted in: percentage points, or the indicator's own unit of measure."""
    return _("%-point") if definition.is_percent else definition.unit_of_measure.say(language())


def _axes(shown: Sequence[Project], board: Board) -> dict[str, ForestAxis]:
    """An axis for every unit of measure among the effects; with several of them 0 stands in the middle of each."""
    values: dict[str, list[float]] = {}
    for one in shown:
        effect = _effect(one, board)
        if effect is None or one.indicator_code is None:
            continue
        ends = (effect.low, effect.estimate, effect.high)
        values.setdefault(effect_unit(board.read.definitions[one.indicator_code]), []).extend(
            end for end in ends if end is not None
        )
    if len(values) == 1:
        return {unit: forest_axis(found) for unit, found in values.items()}
    axes = {}
    for unit, found in values.items():
        axis = forest_axis(found)
        far = max(-axis.low, axis.high)
        axes[unit] = ForestAxis(-far, far, axis.ticks, axis.decimals)
    return axes


def _row(one: Project, group: GroupMark, board: Board, axes: Mapping[str, ForestAxis]) -> Row:
    said = language()
    definition = board.read.definitions.get(one.indicator_code or "")
    name = one.indicator_name.say(said) if one.indicator_name else _("Ingen hovedmåling")
    effect = _effect(one, board)
    unit = effect_unit(definition) if definition is not None else ""
    text, interval = _effect_words(one, effect, definition, board)
    state = one.state
    scores = (one.team_scores[0][1], one.team_scores[-1][1]) if one.team_scores else None
    start_at = None
    if one.start is not None and one.first_month is not None:
        start_at = (one.start.year - one.first_month.year) * 12 + one.start.month - one.first_month.month
    return Row(
        name=one.label.text,
        about=" · ".join((name, sector_name(one.label.sector))),
        # A page of a unit names it: whoever knows the unit by a pseudonym is not led there.
        href=Selection(unit=one.unit_code).href(f"/indikator/{one.indicator_code}")
        if one.indicator_code and not one.label.is_pseudonym
        else "",
        goal=one.goal,
        goal_name=_("Nationalt mål {goal}").format(goal=one.goal) if one.goal else "",
        group=group,
        months=(number(one.months_before), number(one.months_after)) if one.start else ("–", "–"),
        completeness=percent(100 * one.completeness, 0) if one.completeness is not None else "–",
        values=one.values,
        start_at=start_at,
        start_text=month(one.start) if one.start else _("ikke oplyst"),
        variation=state.variation if state is not None else None,
        rising=state.rising if state is not None else None,
        signal=variation_words(_variation(one)),
        effect=effect,
        effect_text=text,
        interval_text=interval,
        effect_unit=_unit_words(unit, definition),
        axis=axes.get(unit),
        scores=scores,
        scores_text="→".join(number(score, 1) for score in scores) if scores else "",
        n_notes=number(one.n_notes),
        reason=_reason(one),
        edit_href=f"{PROJECT}/{board.read.aliases[one.unit_code]}",
    )


def _common_unit(shown: Sequence[Project], board: Board) -> str:
    """The unit of measure of all effects, and which way is better where that is the same for all of them."""
    used = {one.indicator_code for one in shown if _effect(one, board) is not None}
    words = {_unit_words(effect_unit(one), one) for code, one in board.read.definitions.items() if code in used}
    units = {effect_unit(one) for code, one in board.read.definitions.items() if code in used}
    return next(iter(words if len(words) == 1 else units))


def _unit_words(unit: str, definition: IndicatorDefinition | None) -> str:
    if definition is None:
        return ""
    better = {Direction.UP: _("højere er bedre"), Direction.DOWN: _("lavere er bedre")}.get(definition.direction, "")
    return ", ".join(part for part in (unit, better) if part)


def _effect_words(
    one: Project, effect: UnitEffect | None, definition: IndicatorDefinition | None, board: Board
) -> tuple[str, str]:
    if not one.is_analysable or definition is None:
        return "", ""
    if effect is None:
        found = board.effects.get(definition.code)
        if found is None:
            return ("", _("Beregnes …")) if not board.is_done else ("", _("Kan ikke beregnes"))
        return "", found.reason.say(language())
    decimals = max(definition.decimals, 1)
    sign = "+" if round(effect.estimate, decimals) > 0 else ""
    text = sign + number(effect.estimate, decimals)
    if effect.low is None or effect.high is None:
        return text, _("interval kan ikke beregnes")
    return text, _("{low} til {high}").format(low=number(effect.low, decimals), high=number(effect.high, decimals))


def _reason(one: Project) -> str:
    if one.is_analysable or one.reason is None:
        return ""
    counted = {
        "before": ngettext("{count} måned før start", "{count} måneder før start", one.months_before).format(
            count=number(one.months_before)
        ),
        "after": ngettext("{count} måned efter start", "{count} måneder efter start", one.months_after).format(
            count=number(one.months_after)
        ),
    }.get(one.lost_at if one.start else "", "")
    said = one.reason.say(language())
    return f"{said} ({counted})." if counted else f"{said}."


def _foot(board: Board, n_shown: int, n_kept: int) -> tuple[str, ...]:
    total = len(board.read.projects)
    first = _("Viser {shown} af {total}, sorteret efter gruppe og navn.").format(
        shown=number(n_shown), total=number(total)
    )
    if n_kept > n_shown == MOST_ROWS:
        first += " " + _("Vælg en gruppe eller hent tabellen for at få dem alle.")
    lines = [
        first,
        _(
            "Signal: egen serie mod egen basislinje, som den er gemt. "
            "Effekt: mod enheder, der ikke er startet, med 95 % interval. De to kan være forskellige."
        ),
        _(
            "Rangér ikke enheder efter effekten: intervallerne overlapper, "
            "og de yderste tal skyldes oftest tilfældighed."
        ),
    ]
    compared = evaluation.compared_with(board.choice.groups)
    if compared is not None:
        lines.append(
            ngettext(
                "Grupperne sammenlignes kun med den ene enhed, de selv nævner med »aldrig«.",
                "Grupperne sammenlignes kun med de {count} enheder, de selv nævner med »aldrig«.",
                len(compared),
            ).format(count=number(len(compared)))
        )
    if any(one.label.is_pseudonym for one in board.read.projects):
        lines.append(_("Enheder vises med et fast pseudonym (E-001 …), fordi du ikke har ret til at se deres navne."))
    return tuple(lines)


def _strips(read: Read, board: Board, marks: Sequence[GroupMark]) -> tuple[StripRow, ...]:
    rows = []
    for one, mark in zip(board.choice.groups, marks, strict=True):
        cells = {since: (n, of) for since, cohort, n, of in read.completeness if cohort == one.code and of}
        if not cells:
            continue
        first, last = min(cells), max(cells)
        reported = tuple(cells.get(since, (0, 0))[0] for since in range(first, last + 1))
        expected = tuple(cells.get(since, (0, 0))[1] for since in range(first, last + 1))
        rows.append(StripRow(mark, first, reported, expected))
    return tuple(rows)


# ---------------------------------------------------------------------------------------------------------- the files


def file_heads() -> list[str]:
    """The columns of the table as a file."""
    return [
        _("Gruppe"), _("Enhed"), _("Sektor"), _("Nationalt mål"), _("Hovedmåling"), _("Start"), _("Måneder før"),
        _("Måneder efter"), _("Komplethed"), _("Signal"), _("Effekt"), _("95 % interval fra"), _("95 % interval til"),
        _("Effekt i"), _("Teamscore først"), _("Teamscore sidst"), _("Noter"), _("Kan analyseres"), _("Udgår fordi"),
    ]  # fmt: skip


def file_rows(board: Board, selection: Selection) -> list[list[str]]:
    """A row for each project that the filters ask for: never the figures of a month, never the code of a unit."""
    marks = {one.code: mark for one, mark in zip(board.choice.groups, group_marks(board.choice), strict=True)}
    rows = []
    for one in board.read.projects:
        if not _is_asked_for(one, board, selection) or (selection.show == ONLY_USABLE and not one.is_analysable):
            continue
        row = _row(one, marks[one.cohort], board, {})
        definition = board.read.definitions.get(one.indicator_code or "")
        decimals = max(definition.decimals, 1) if definition is not None else 1
        effect = row.effect
        ends = (None, None, None) if effect is None else (effect.estimate, effect.low, effect.high)
        rows.append(
            [
                row.group.name,
                row.name,
                sector_name(one.label.sector),
                str(one.goal or ""),
                one.indicator_name.say(language()) if one.indicator_name else "",
                f"{one.start:%Y-%m}" if one.start else "",
                str(one.months_before),
                str(one.months_after),
                row.completeness,
                row.signal,
                *("" if end is None else number(end, decimals) for end in ends),
                row.effect_unit,
                *(("", "") if row.scores is None else (number(score, 1) for score in row.scores)),
                str(one.n_notes),
                _("ja") if one.is_analysable else _("nej"),
                row.reason,
            ]
        )
    return rows

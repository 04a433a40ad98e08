"""Nationale mål: the eight goals as a yearly thermometer, and one goal with its figures and what contributes. No Dash.

The goals have a direction always and a number only where a law or an agreement sets one. A local series contributes to
a goal; it is rarely the same number, and it is listed, never merged.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dashboards.figures.matrix import Cell
from dashboards.figures.thermometer import Reading, direction_with_arrow, direction_words
from dashboards.presenters import goal_figures
from dashboards.presenters.board import MOST_COLUMNS, Board, attention, read_board, side_by_side
from dashboards.presenters.goal_figures import KEY_FIGURES, FigureSet, FigureTable
from dashboards.selection import Selection
from dashboards.text import _, day_text, language, number, percent
from data.access import Viewer
from data.queries import catalogue, series, units
from data.queries.catalogue import Goal, StatusReport
from data.queries.units import Unit
from data.store import Store
from indicators.assessment import Variation
from indicators.definition import IndicatorDefinition, Scope, Verification

DEFAULT_GOAL = 5  # the goal with most published figures, shown beside the list until one is chosen
PROGRAMME_RULE = "programme_rule"
MOST_TARGETS = 3  # written out under an indicator


@dataclass(frozen=True, slots=True)
class Sign:
    """A local series in the list of goals: its cell, or how many series are in its state where units are compared."""

    cell: Cell
    count: int = 1


@dataclass(frozen=True, slots=True)
class GoalItem:
    """A goal in the list. `reading` is None where no figure for the country is loaded; the direction stands anyway."""

    number: int
    name: str
    former: str
    key_name: str
    key_note: str
    reading: Reading | None
    direction: str
    signs: tuple[Sign, ...]
    local: str
    href: str
    is_selected: bool


@dataclass(frozen=True, slots=True)
class IndicatorLine:
    """A national indicator. `state` says how far it was checked; `definition` is empty where it was not read."""

    code: str
    name: str
    state: str
    is_fact: bool
    direction: str
    definition: str
    targets: tuple[str, ...]
    note: str
    source: str


@dataclass(frozen=True, slots=True)
class Contribution:
    """A local series under the goal, with the national indicator it contributes to."""

    cell: Cell
    name: str
    unit: str
    towards: str


@dataclass(frozen=True, slots=True)
class OtherFigures:
    """Published figures without a picture: a table, its notes and its source."""

    table: FigureTable
    notes: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class GoalDetail:
    """One goal."""

    number: int
    name: str
    former: str
    former_note: str
    figures: tuple[FigureSet, ...]
    indicators: tuple[IndicatorLine, ...]
    other: tuple[OtherFigures, ...]
    contributions: tuple[Contribution, ...]
    contributions_lead: str
    source: str


@dataclass(frozen=True, slots=True)
class GoalsView:
    """The page. `is_chosen`: the address names a goal, so a narrow screen shows it instead of the list."""

    lead: str
    rule: str
    items: tuple[GoalItem, ...]
    detail: GoalDetail
    is_chosen: bool
    list_href: str
    is_demo: bool
    info: str
    reports: FigureTable
    reports_source: str
    unlinked: tuple[OtherFigures, ...]
    loose: tuple[IndicatorLine, ...]


def verification_words(verification: Verification) -> str:
    """How far a national definition was checked; empty where it was read in an official description."""
    return {
        Verification.VERIFIED_DEFINITION: "",
        Verification.VERIFIED_NAME: _("Navnet er verificeret, definitionen er ikke"),
        Verification.NOT_VERIFIED: _("Definition ikke verificeret – vises ikke som et faktum"),
        Verification.OWN: "",
    }[verification]


def own_region(store: Store, viewer: Viewer, unit: str | None, today: date) -> str | None:
    """The region the chosen unit is, or lies in, on a day; None for the country and for units outside regions."""
    if unit is None:
        return None
    line = [*units.ancestors(store, viewer, unit, on=today), units.get(store, viewer, unit)]
    return next((one.code for one in line if one.kind == "region"), None)


def goals_view(store: Store, viewer: Viewer, selection: Selection, goal: int | None, *, today: date) -> GoalsView:
    """The page for a viewer, a choice, and the goal of the address (None: the list)."""
    board = _board(store, viewer, selection, today)
    found = catalogue.goals(store, viewer)
    definitions = {one.code: one for one in catalogue.indicators(store, viewer)}
    shown = goal or DEFAULT_GOAL
    region = own_region(store, viewer, selection.unit, today)
    chosen = next((one for one in found if one.number == shown), found[0])
    reports = catalogue.status_reports(store, viewer)
    unlinked = [
        code
        for code in sorted({one.code for one in goal_figures.published(store, viewer)})
        if code not in definitions and code not in goal_figures.SUPPORTING_GOAL
    ]
    rule = next((row for row in catalogue.target_rows(store, viewer) if row.legal_kind == PROGRAMME_RULE), None)
    return GoalsView(
        lead=report_sentence(reports),
        rule=f"{rule.text.say(language())}." if rule else "",
        items=tuple(_item(store, viewer, one, definitions, board, selection, shown) for one in found),
        detail=_detail(store, viewer, chosen, definitions, board, selection, region),
        is_chosen=goal is not None,
        list_href=selection.href("/maal"),
        is_demo=store.is_demo,
        info=_(
            "Et landstal er ikke et lokalt måltal. Lokale målinger bidrager til et mål og er sjældent det samme tal. "
            "Fra 1. januar 2027 bliver Region Hovedstaden og Region Sjælland til Region Østdanmark."
        ),
        reports=_reports_table(reports),
        reports_source="; ".join(dict.fromkeys(report.source for report in reports)),
        unlinked=_others(store, viewer, unlinked, region),
        loose=tuple(
            _line(store, viewer, one, region)
            for one in definitions.values()
            if one.scope is Scope.NATIONAL and one.goal is None
        ),
    )


def _board(store: Store, viewer: Viewer, selection: Selection, today: date) -> Board | None:
    """The local series of the chosen unit, or of the units under it; only what the viewer may see."""
    if selection.unit is None:
        return None
    visible = units.visible(store, viewer, on=today)
    chosen = next((one for one in visible if one.code == selection.unit), None) or units.get(
        store, viewer, selection.unit, on=today
    )
    with_series = series.followed_units(store, viewer) & {one.code for one in visible}
    side = side_by_side(chosen, visible, with_series)
    return read_board(store, viewer, side, today=today, since=None, all_units=side.all)


# --------------------------------------------------------------------------------------------------------- the list


def report_sentence(reports: Sequence[StatusReport]) -> str:
    """The counts of the latest status report that published any, in words."""
    latest = next(
        (r for r in reversed(reports) if None not in (r.positive, r.unchanged, r.negative)),
        None,
    )
    start = _("Altid en retning; måltal kun, hvor lov eller aftale sætter et.")
    if latest is None:
        return start
    counts = [_amount(value, latest) for value in (latest.positive, latest.unchanged, latest.negative)]
    return (
        start
        + " "
        + _(
            "Seneste statusrapport med tal ({year}): {positive} af indikatorerne i positiv retning, "
            "{unchanged} uændrede, {negative} i negativ retning."
        ).format(year=latest.year, positive=counts[0], unchanged=counts[1], negative=counts[2])
    )


def _amount(value: float | None, report: StatusReport) -> str:
    if value is None:
        return goal_figures.DASH
    return percent(value, 0) if report.is_percent else number(value)


def _reports_table(reports: Sequence[StatusReport]) -> FigureTable:
    said = language()
    return FigureTable(
        caption=_("Statusrapporter om de nationale mål"),
        heads=(
            _("Rapport"), _("Offentliggjort"), _("Sammenligner"), _("Indikatorer"), _("Positiv retning"),
            _("Uændret"), _("Negativ retning"), _("Kunne ikke måles"), _("Bemærkning"),
        ),
        rows=tuple(
            (
                str(report.year),
                day_text(report.published_on) if report.published_on else goal_figures.DASH,
                report.compares.say(said) or goal_figures.DASH,
                number(report.indicators) if report.indicators is not None else goal_figures.DASH,
                *(
                    _amount(value, report)
                    for value in (report.positive, report.unchanged, report.negative, report.not_measurable)
                ),
                report.note.say(said),
            )
            for report in reports
        ),
    )  # fmt: skip


def _item(
    store: Store,
    viewer: Viewer,
    goal: Goal,
    definitions: dict[str, IndicatorDefinition],
    board: Board | None,
    selection: Selection,
    shown: int,
) -> GoalItem:
    said = language()
    key = KEY_FIGURES[goal.number]
    definition = definitions.get(key.indicator)
    is_fact = definition is not None and definition.verification is not Verification.NOT_VERIFIED
    reading = (
        goal_figures.key_reading(store, viewer, key, definition.direction)
        if definition is not None and is_fact
        else None
    )
    name = definition.name.say(said) if definition is not None else ""
    if key.breakdown and reading is not None:
        name = f"{name}, {_(goal_figures.BREAKDOWNS[key.breakdown])}"
    signs, local = _signs(board, goal.number, selection)
    return GoalItem(
        number=goal.number,
        name=goal.name.say(said),
        former=goal.former_name.say(said) if goal.former_name else "",
        key_name=name,
        key_note=verification_words(definition.verification) if definition is not None else "",
        reading=reading,
        direction=direction_with_arrow(definition.direction) if definition is not None else "",
        signs=signs,
        local=local,
        href=selection.href(f"/maal/{goal.number}", goal=None, show=None),
        is_selected=goal.number == shown,
    )


def _signs(board: Board | None, goal: int, selection: Selection) -> tuple[tuple[Sign, ...], str]:
    """The local series under a goal as icons: the chosen unit's one by one, those of several units counted by state."""
    cells = [cell for _name, _unit, _towards, cell in _local(board, goal, selection)]
    if not cells:
        return (), _("ingen lokal")
    text = _("{count} lokale").format(count=number(len(cells))) if len(cells) != 1 else _("1 lokal")
    if board is not None and board.side.own is not None:
        return tuple(Sign(cell) for cell in cells), text
    by_kind: dict[Variation, list[Cell]] = {}
    for cell in cells:
        by_kind.setdefault(cell.variation, []).append(cell)
    return tuple(Sign(by_kind[kind][0], len(by_kind[kind])) for kind in Variation if kind in by_kind), text


def _local(
    board: Board | None, goal: int, selection: Selection
) -> list[tuple[IndicatorDefinition, Unit, str | None, Cell]]:
    """Local series under a goal: the chosen unit's, else those of the units under it; what matters most first."""
    if board is None:
        return []
    shown = (board.side.own,) if board.side.own is not None else board.side.others
    found = []
    for (code, unit_code), state in board.states.items():
        definition = board.definitions[code]
        unit = next((one for one in shown if one.code == unit_code), None)
        if definition.goal != goal or definition.scope is not Scope.LOCAL or unit is None:
            continue
        cell = board.cell(code, unit, selection)
        assert cell is not None
        rank = attention(state, is_late=bool(cell.late))
        found.append((rank, definition.name.da, shown.index(unit), definition, unit, cell))
    found.sort(key=lambda one: one[:3])
    return [(definition, unit, definition.contributes_to, cell) for *_rank, definition, unit, cell in found]


# -------------------------------------------------------------------------------------------------------- one goal


def _detail(
    store: Store,
    viewer: Viewer,
    goal: Goal,
    definitions: dict[str, IndicatorDefinition],
    board: Board | None,
    selection: Selection,
    region: str | None,
) -> GoalDetail:
    said = language()
    national = [one for one in definitions.values() if one.scope is Scope.NATIONAL and one.goal == goal.number]
    codes = [one.code for one in national]
    codes += [code for code, number_ in goal_figures.SUPPORTING_GOAL.items() if number_ == goal.number]
    local = _local(board, goal.number, selection)
    limited = local[: 3 * MOST_COLUMNS]
    return GoalDetail(
        number=goal.number,
        name=goal.name.say(said),
        former=goal.former_name.say(said) if goal.former_name else "",
        former_note=goal.former_name_note.say(said) if goal.former_name_note else "",
        figures=goal_figures.figure_sets(store, viewer, goal.number, region),
        indicators=tuple(_line(store, viewer, one, region) for one in national),
        other=_others(store, viewer, codes, region),
        contributions=tuple(
            Contribution(
                cell=cell,
                name=definition.name.say(said),
                unit=board.unit_name(unit) if board is not None else unit.name.say(said),
                towards=_towards(definitions.get(code)) if code else "",
            )
            for definition, unit, code, cell in limited
        ),
        contributions_lead=_contributions_lead(board, local, limited),
        source=goal.source,
    )


def _towards(definition: IndicatorDefinition | None) -> str:
    """The national indicator a local one contributes to, never without the words on how far it was checked."""
    if definition is None:
        return ""
    text = _("bidrager til {name}").format(name=definition.name.say(language()))
    words = verification_words(definition.verification)
    return f"{text} ({words[0].lower()}{words[1:]})" if words else text


def _contributions_lead(board: Board | None, local: Sequence[object], limited: Sequence[object]) -> str:
    if not local:
        return _("Ingen lokal måling i den valgte enhed hører under målet.")
    if len(limited) < len(local):
        return _("De {shown} vigtigste af {total}. Vælg en enhed øverst for at se dens egne.").format(
            shown=number(len(limited)), total=number(len(local))
        )
    if board is not None and board.side.own is None:
        return _("Fra enhederne under den valgte. De bidrager til målet; de er ikke det samme tal.")
    return _("De bidrager til målet; de er ikke det samme tal.")


def _line(store: Store, viewer: Viewer, definition: IndicatorDefinition, region: str | None) -> IndicatorLine:
    said = language()
    is_fact = definition.verification is not Verification.NOT_VERIFIED
    is_read = definition.verification is Verification.VERIFIED_DEFINITION
    rows = [row for row in catalogue.target_rows(store, viewer, definition.code) if row.is_published] if is_fact else []
    if len(rows) > MOST_TARGETS:  # the table of the figures has those of the other regions
        rows = [row for row in rows if row.unit_code in (None, goal_figures.NATION, region)]
    names = goal_figures.area_names(store, viewer)
    return IndicatorLine(
        code=definition.code,
        name=definition.name.say(said),
        state=verification_words(definition.verification),
        is_fact=is_fact,
        direction=direction_words(definition.direction) if is_fact else "",
        definition=definition.definition.say(said) if is_read else "",
        targets=tuple(goal_figures.target_sentence(row, names) for row in rows),
        note=definition.note.say(said) if is_fact else "",
        source=definition.source,
    )


def _others(store: Store, viewer: Viewer, codes: Sequence[str], region: str | None) -> tuple[OtherFigures, ...]:
    if not codes:
        return ()
    return tuple(OtherFigures(*parts) for parts in goal_figures.other_figures(store, viewer, codes, region))


def published_csv(store: Store, viewer: Viewer) -> bytes:
    """Every published figure as Danish Excel opens it: semicolons, a mark at the start, decimal comma in Danish.

    Each row carries its note and its source: a figure that is derived or of another definition must not lose that.
    """
    now = language()
    goals = {one.code: one.goal for one in catalogue.indicators(store, viewer)}
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(
        [
            _("Mål"), _("Indikator"), _("Navn"), _("Opdeling"), _("Område"), _("Periode"), _("Værdi"), _("Måleenhed"),
            _("Antal"), _("Bemærkning"), _("Kilde"),
        ]
    )  # fmt: skip
    for row in catalogue.national_figures(store, viewer).to_dict("records"):
        writer.writerow(
            [
                goals.get(row["indicator_code"]) or "",
                row["indicator_code"],
                row[f"name_{now}"],
                row[f"breakdown_{now}"],
                row["area_name"],
                row["period_label"],
                _cell(row["value"]),
                row[f"unit_of_measure_{now}"],
                _cell(row["n"]),
                row[f"note_{now}"],
                row["source"],
            ]
        )
    return text.getvalue().encode("utf-8-sig")


def _cell(value: float | None) -> str:
    """A figure as a spreadsheet of the reader's language reads it; empty where there is none."""
    if value is None or value != value:
        return ""
    return f"{value:.10g}".replace(".", "," if language() == "da" else ".")

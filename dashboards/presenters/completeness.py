"""Komplethed: which months came in full, in time, late, in part or not at all; and who is reminded. No Dash here.

The numbers are those of `coverage.completeness`: what was expected in each month is what that month is held against.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from dashboards.components.deliver_nav import COMPLETENESS, DELIVER
from dashboards.figures.completeness_table import Grid, GridCell, GridGroup, GridMonth, GridRow, TwinTable
from dashboards.figures.icons import ui_icon
from dashboards.selection import SECTORS, Selection
from dashboards.text import _, day_text, language, month, ngettext, number, percent
from data import reminders
from data.access import Viewer
from data.errors import DataError
from data.queries import catalogue, cohorts, coverage, units
from data.queries.coverage import Completeness, Received, SeriesCompleteness, SeriesMonth, UnitCompleteness, UnitMonth
from data.queries.units import Unit
from data.store import Store
from indicators.definition import PeriodKind

WINDOW = 13  # columns: a year and the month one is in
SERIES = "maalinger"  # `vis`: the rows are the series of one unit
ALL, LACKING = "alle", "mangler"  # `vis`: all units, or those that lack something
MOST_UNITS = 60  # with more of them the page begins with those that lack something
WORTH_A_TALK = 4  # months lacking of the last twelve
CSV_PATH = "/indberet/komplethed.csv"
VALUE_PATH = "/indberet/vaerdi"


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a select; with `href` a link."""

    value: str
    label: str
    is_chosen: bool
    href: str = ""


@dataclass(frozen=True, slots=True)
class Callout:
    """The chosen month of one unit: what is lacking, who answers for it, and where to hand it in."""

    heading: str
    lines: tuple[str, ...]
    deliver_href: str
    deliver_text: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that may be reminded. Without `can_send` it is shown, with the reason, and cannot be chosen."""

    unit_code: str
    name: str
    detail: str
    can_send: bool
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """A unit that lacks so many months that a reminder is not what helps."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class ReminderView:
    deadline: str
    candidates: tuple[Candidate, ...]
    message: str
    has_reminded: bool


@dataclass(frozen=True, slots=True)
class CompletenessView:
    """The page. `grid` is None where nothing was expected in the window; `reminder` where the viewer may send none."""

    title: str
    lead: str
    areas: tuple[tuple[str, tuple[Choice, ...]], ...]
    sectors: tuple[Choice, ...]
    cohorts: tuple[Choice, ...]
    shows: tuple[Choice, ...]
    span: str
    earlier_href: str
    later_href: str
    back_href: str
    grid: Grid | None
    twin: TwinTable
    csv_href: str
    callout: Callout | None
    reminder: ReminderView | None
    talk: tuple[Talk, ...]
    query: str


@dataclass(frozen=True, slots=True)
class Read:
    """What the page reads once. `series_of` is the unit whose series are the rows, None where units are.

    `at` is the place of the month the page is about: the one that is pointed at, else the newest whose deadline passed.
    """

    found: Completeness
    units: Mapping[str, Unit]
    names: Mapping[str, str]
    selection: Selection
    at: int | None
    series_of: str | None

    @property
    def rows(self) -> tuple[UnitCompleteness, ...]:
        """The units in the window, those without anything expected left out."""
        return tuple(one for one in self.found.units if any(cell.n_expected for cell in one.months))

    def unit_name(self, code: str) -> str:
        return self.units[code].name.say(language()) if code in self.units else code

    def full_name(self, code: str) -> str:
        """The name with the hospital a department belongs to: departments share their names."""
        unit = self.units.get(code)
        above = self.units.get(unit.parent_code or "") if unit else None
        if unit is None or unit.kind not in ("department", "ward") or above is None:
            return self.unit_name(code)
        return f"{self.unit_name(code)}, {above.name.say(language())}"


def window(selection: Selection, today: date) -> tuple[date, date]:
    """First and last month shown: thirteen months to the chosen one, which is never later than this month.

    Examples
    --------
    >>> window(Selection(), date(2026, 11, 23))
    (datetime.date(2025, 11, 1), datetime.date(2026, 11, 1))
    >>> window(Selection(month=date(2025, 3, 1)), date(2026, 11, 23))
    (datetime.date(2024, 3, 1), datetime.date(2025, 3, 1))
    """
    last = min(selection.until or today, today).replace(day=1)
    first = _months_on(last, 1 - WINDOW)
    if selection.month is not None and not first <= selection.month <= last and selection.month <= today:
        last = selection.month
        first = _months_on(last, 1 - WINDOW)
    return first, last


def _months_on(start: date, count: int) -> date:
    months = start.year * 12 + start.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


def sees_by_cohort(viewer: Viewer) -> bool:
    """An evaluator has no unit of their own: the page begins with all units of the cohorts that may be seen."""
    return not viewer.home_units and not viewer.sees_all


def read(store: Store, viewer: Viewer, selection: Selection, *, today: date, timezone: str) -> Read:
    """Read the window for the area, sector and cohort of `selection`.

    Raises
    ------
    NotFound, NotAllowed
        There is no such unit, or the viewer may not see it.
    """
    by_code = {one.code: one for one in units.visible(store, viewer)}
    by_code |= {one.code: one for one in units.visible(store, viewer, on=today)}
    first, last = window(selection, today)
    wants_series = selection.show == SERIES and selection.unit is not None
    codes = [selection.unit] if wants_series and selection.unit else _area(store, viewer, selection, by_code)
    found = coverage.completeness(store, viewer, codes, first=first, last=last, today=today, timezone=timezone)
    kept = tuple(
        one
        for one in found.units
        if selection.sector is None or wants_series or by_code[one.code].sector == selection.sector
    )
    found = replace(found, units=kept)
    expected = [one.code for one in kept if any(cell.n_expected for cell in one.months)]
    at = found.latest_due
    if selection.month in found.months and found.is_due[found.months.index(selection.month)]:
        at = found.months.index(selection.month)
    said = language()
    return Read(
        found=found,
        units=by_code,
        names={definition.code: definition.name.say(said) for definition in catalogue.indicators(store, viewer)},
        selection=selection,
        at=at,
        series_of=expected[0] if len(expected) == 1 else None,
    )


def _area(store: Store, viewer: Viewer, selection: Selection, by_code: Mapping[str, Unit]) -> list[str]:
    if sees_by_cohort(viewer):
        if selection.cohort and selection.cohort in {one.code for one in cohorts.all(store, viewer)}:
            taking_part = {one.unit_code for one in cohorts.units(store, viewer, selection.cohort)}
            led_from = {one.unit_code for one in cohorts.participants(store, viewer, selection.cohort)}
            return sorted((taking_part | led_from) & by_code.keys())
        return list(by_code)
    return coverage.units_below(store, viewer, selection.unit) if selection.unit else []


def completeness_view(
    store: Store, viewer: Viewer, selection: Selection, *, today: date, now: datetime, timezone: str
) -> CompletenessView:
    """Everything the page shows; raises like `read`."""
    got = read(store, viewer, selection, today=today, timezone=timezone)
    rows = got.rows
    chosen = got.at
    by_cohort = sees_by_cohort(viewer)
    lacking = [one for one in rows if one.n_lacking]
    only_lacking = selection.show == LACKING or (selection.show != ALL and len(rows) > MOST_UNITS)
    shown = lacking if only_lacking and got.series_of is None and lacking else list(rows)
    grid = None
    if rows:
        grid = _series_grid(viewer, got, rows[0]) if got.series_of else _unit_grid(store, viewer, got, shown)
    first, last = got.found.months[0], got.found.months[-1]
    earlier, later = _months_on(last, 1 - WINDOW), _months_on(last, WINDOW - 1)
    base = selection.but(month=None)
    return CompletenessView(
        title=title(got),
        lead=lead(got),
        areas=() if by_cohort else _areas(store, viewer, selection, today),
        sectors=_sectors(selection),
        cohorts=_cohorts(store, viewer, selection) if by_cohort else (),
        shows=_shows(selection, len(rows), len(lacking), only_lacking=only_lacking) if got.series_of is None else (),
        span=f"{month(first)} – {month(last)}",
        earlier_href=base.href(COMPLETENESS, until=earlier),
        later_href="" if last >= today.replace(day=1) else base.href(
            COMPLETENESS, until=None if later >= today.replace(day=1) else later
        ),
        back_href=selection.href(COMPLETENESS, show=None, unit=None if by_cohort else _above(viewer, got, selection))
        if selection.show == SERIES
        else "",
        grid=grid,
        twin=_twin(got),
        csv_href=quote_csv(selection),
        callout=_callout(viewer, got, rows[0]) if got.series_of and rows else None,
        reminder=_reminder(store, viewer, got, today=today, now=now, timezone=timezone) if chosen is not None else None,
        talk=_talk(viewer, got),
        query=selection.to_query(),
    )  # fmt: skip


def quote_csv(selection: Selection) -> str:
    return CSV_PATH + selection.to_query()


def _above(viewer: Viewer, got: Read, selection: Selection) -> str | None:
    """Where "all units" leads from one unit: the viewer's own unit, unless that is the one."""
    home = viewer.home_units[0] if viewer.home_units else None
    if home and home != selection.unit:
        return home
    unit = got.units.get(selection.unit or "")
    return unit.parent_code if unit and unit.parent_code in got.units else selection.unit


# --------------------------------------------------------------------------------------------------- what is said first


def title(got: Read) -> str:
    """The finding of the month the page is about."""
    if got.at is None or not got.rows:
        return _("Ingen tal er forfaldne i perioden")
    when = _month_name(got)
    if got.series_of:
        return _unit_title(got.unit_name(got.series_of), got.rows[0].months[got.at], when)
    here = [one.months[got.at] for one in got.rows if one.months[got.at].n_expected]
    missing = sum(cell.state is Received.MISSING for cell in here)
    partial = sum(cell.state is Received.PARTIAL for cell in here)
    if not here:
        return _("Der er ikke ventet tal for {month}").format(month=when)
    if missing and partial:
        text = _("{missing} af {total} enheder mangler {month}, og {partial} har kun leveret en del")
    elif missing:
        text = _("{missing} af {total} enheder mangler {month}")
    elif partial:
        text = _("{partial} af {total} enheder har kun leveret en del af {month}")
    else:
        text = ngettext(
            "Enheden har leveret alle tal for {month}", "Alle {total} enheder har leveret {month}", len(here)
        )
    return text.format(missing=number(missing), partial=number(partial), total=number(len(here)), month=when)


def _unit_title(name: str, cell: UnitMonth, when: str) -> str:
    lacking = len(cell.missing)
    if not cell.n_expected:
        text = _("{unit}: der er ikke ventet tal for {month}")
    elif not lacking:
        text = ngettext(
            "{unit}: målingen er modtaget for {month}", "{unit}: alle {total} målinger er modtaget for {month}",
            cell.n_expected,
        )  # fmt: skip
    elif cell.state is Received.MISSING:
        text = _("{unit} mangler {month}")
    else:
        text = _("{unit} mangler {missing} af {total} målinger for {month}")
    return text.format(unit=name, missing=number(lacking), total=number(cell.n_expected), month=when)


def _month_name(got: Read) -> str:
    """The month's name; with its year where the window could leave doubt."""
    assert got.at is not None
    day = got.found.months[got.at]
    return month(day, "full") if got.found.months[-1].year == day.year else month(day, "long")


def lead(got: Read) -> str:
    """The share that came in full, and how much of it in time."""
    found = got.found
    if not found.n_months:
        return _("Ingen måling havde frist i perioden.")
    due = [day for day, is_due in zip(found.months, found.is_due, strict=True) if is_due]
    share = percent(100 * found.n_full / found.n_months, 0)
    counted = _(
        "Fra {first} til {last} er {full} af {total} ventede måneder modtaget i fuldt omfang ({share}), "
        "{on_time} af dem til tiden."
    )
    text = counted.format(
        first=month(due[0]),
        last=month(due[-1]),
        full=number(found.n_full),
        total=number(found.n_months),
        share=share,
        on_time=number(found.n_on_time),
    )
    more = [] if got.series_of else [_("Hver enhed tæller for sig.")]
    return " ".join([text, *more, _("Manglende måneder vises som huller i diagrammerne, aldrig som nul.")])


# ------------------------------------------------------------------------------------------------------------- the grid


def _unit_grid(store: Store, viewer: Viewer, got: Read, shown: Sequence[UnitCompleteness]) -> Grid:
    months = []
    for i, column in enumerate(_columns(got)):
        n_expected, n_full = got.found.units_of_month(i)
        if not got.found.is_due[i] or not n_expected:
            months.append(column)
            continue
        label = _("{full} af {total} enheder fuldt modtaget").format(full=n_full, total=n_expected)
        months.append(replace(column, total=f"{number(n_full)}/{number(n_expected)}", total_label=label))
    groups = [
        GridGroup(name, tuple(_unit_row(viewer, got, one) for one in members))
        for name, members in _grouped(store, viewer, got, shown)
    ]
    return Grid(
        caption=_("Enheder og måneder: til tiden, for sent, delvist, mangler"),
        row_head=_("Enhed"),
        total_head=_("Til tiden"),
        foot_head=_("Fuldt modtaget"),
        months=tuple(months),
        groups=tuple(groups),
    )


def _columns(got: Read) -> list[GridMonth]:
    columns = []
    for i, day in enumerate(got.found.months):
        year = str(day.year) if i == 0 or day.month == 1 else ""
        is_due = got.found.is_due[i]
        columns.append(
            GridMonth(
                name=month(day, "name").rstrip("."),
                year=year,
                label=_("Vis {month}").format(month=month(day, "long")),
                href=got.selection.href(COMPLETENESS, month=day) if is_due else "",
                is_chosen=i == got.at,
                total="",
                total_label="",
            )
        )
    return columns


def _grouped(
    store: Store, viewer: Viewer, got: Read, shown: Sequence[UnitCompleteness]
) -> list[tuple[str, list[UnitCompleteness]]]:
    """Departments under their hospital, municipalities and practices by themselves, in the order of the tree."""
    order = {code: i for i, code in enumerate(got.units)}
    rows = sorted(shown, key=lambda one: order.get(one.code, len(order)))
    parents = {got.units[one.code].parent_code or "" for one in rows}
    above = {code: found[0] for code, found in units.find_many(store, viewer, parents - {""}).items() if found}
    with_departments = {
        got.units[one.code].parent_code for one in rows if got.units[one.code].kind in ("department", "ward")
    }
    several_regions = len({got.units[one.code].parent_code for one in rows if _is_municipal(got, one)}) > 1
    groups: dict[tuple[int, str], list[UnitCompleteness]] = {}
    for one in rows:
        unit = got.units[one.code]
        parent = above.get(unit.parent_code or "")
        place = parent.name.say(language()) if parent else ""
        if unit.kind == "municipality":
            key = (1, _("Kommuner, {place}").format(place=place) if several_regions and place else _("Kommuner"))
        elif unit.kind == "practice":
            key = (2, _("Almen praksis"))
        elif unit.code in with_departments:
            key = (0, unit.name.say(language()))
        else:
            key = (0, place or unit.name.say(language()))
        groups.setdefault(key, []).append(one)
    ordered = sorted(groups.items(), key=lambda item: item[0][0])
    if len(ordered) == 1:
        return [("", ordered[0][1])]
    return [(name, members) for (_place, name), members in ordered]


def _is_municipal(got: Read, one: UnitCompleteness) -> bool:
    return got.units[one.code].kind == "municipality"


def _unit_row(viewer: Viewer, got: Read, one: UnitCompleteness) -> GridRow:
    name = got.unit_name(one.code)
    here = got.selection.but(unit=one.code, show=SERIES, month=None)
    count = len(one.series)
    return GridRow(
        name=name,
        href=here.href(COMPLETENESS),
        note=ngettext("{count} måling", "{count} målinger", count).format(count=number(count)),
        cells=tuple(_unit_cells(viewer, got, one, name, here)),
        total=_("{count} af {total}").format(count=number(one.n_on_time), total=number(one.n_months)),
        total_label=_("{count} af {total} måneder til tiden").format(
            count=number(one.n_on_time), total=number(one.n_months)
        ),
    )


def _unit_cells(viewer: Viewer, got: Read, one: UnitCompleteness, name: str, here: Selection) -> Iterable[GridCell]:
    at = 0
    while at < len(one.months):
        cell, day = one.months[at], got.found.months[at]
        if cell.state is Received.NOT_EXPECTED:
            end = at
            while end + 1 < len(one.months) and one.months[end + 1].state is Received.NOT_EXPECTED:
                end += 1
            why = _why_not_expected(got, one, at, end)
            label = f"{name}, {_span(got, at, end)}: {why or _('ikke ventet')}"
            # In a few columns there is no room for the words; the label has them.
            yield GridCell(Received.NOT_EXPECTED, label, span=end - at + 1, why=why if end > at else "")
            at = end + 1
            continue
        lacking = tuple(got.names.get(code, code) for code in cell.missing)
        is_link = cell.state is not Received.NOT_DUE
        can_deliver = is_link and bool(lacking) and viewer.may_deliver(one.code)
        yield GridCell(
            state=cell.state,
            label=f"{name}, {month(day)}: {_unit_cell_words(cell, lacking)}",
            mark=_mark(cell.state, cell.days_late, cell.n_received, cell.n_expected),
            href=replace(here, month=day).href(COMPLETENESS) if is_link else "",
            lacking=lacking if is_link else (),
            deliver_href=_deliver_href(one.code, day) if can_deliver else "",
        )
        at += 1


def _deliver_href(unit_code: str, day: date) -> str:
    return Selection(unit=unit_code, month=day).href(DELIVER)


def _mark(state: Received, days_late: int, n_received: int, n_expected: int) -> str:
    if state is Received.LATE:
        return f"+{days_late}" if days_late < 100 else ">99"
    return f"{n_received}/{n_expected}" if state is Received.PARTIAL else ""


def _unit_cell_words(cell: UnitMonth, lacking: Sequence[str]) -> str:
    if cell.state is Received.ON_TIME:
        return _("til tiden")
    if cell.state is Received.LATE:
        return _days_late(cell.days_late)
    if cell.state is Received.NOT_DUE:
        if cell.n_received:
            return _("ikke forfalden, {count} af {total} målinger modtaget").format(
                count=number(cell.n_received), total=number(cell.n_expected)
            )
        return _("ikke forfalden")
    if cell.state is Received.MISSING:
        return _("mangler {names}").format(names=", ".join(lacking))
    return _("{count} af {total} målinger modtaget, mangler {names}").format(
        count=number(cell.n_received), total=number(cell.n_expected), names=", ".join(lacking)
    )


def _days_late(days: int) -> str:
    return ngettext("{count} dag for sent", "{count} dage for sent", days).format(count=number(days))


def _span(got: Read, first: int, last: int) -> str:
    months = got.found.months
    return month(months[first]) if first == last else f"{month(months[first])} – {month(months[last])}"


def _why_not_expected(got: Read, one: UnitCompleteness, first: int, last: int) -> str:
    """Why nothing was expected of the unit in a stretch of months, in the fewest words."""
    start, stop = got.found.months[first], got.found.months[last]
    if one.valid_to is not None and one.valid_to < start:
        closed = _("lukket {day}").format(day=day_text(one.valid_to, "day"))
        if one.successor_code:
            return _("{closed}, indgår i {unit}").format(closed=closed, unit=got.unit_name(one.successor_code))
        return closed
    if all(series.starts_on > stop for series in one.series) or one.valid_from > stop:
        return _("med fra {month}").format(month=month(_months_on(stop, 1), "name"))
    if all(series.ends_on is not None and series.ends_on < start for series in one.series):
        return _("følges ikke længere")
    return ""


# --------------------------------------------------------------------------------------------------- series of one unit


def _series_grid(viewer: Viewer, got: Read, one: UnitCompleteness) -> Grid:
    name = got.unit_name(one.code)
    rows = []
    for series in one.series:
        if not any(cell.n_expected for cell in series.months):
            continue
        counted = [
            cell.state
            for cell, is_due in zip(series.months, got.found.is_due, strict=True)
            if is_due and cell.n_expected
        ]
        on_time = sum(state is Received.ON_TIME for state in counted)
        indicator = got.names.get(series.indicator_code, series.indicator_code)
        rows.append(
            GridRow(
                name=indicator,
                href=Selection(unit=one.code).href(f"/indikator/{series.indicator_code}"),
                note=series.owner if len({each.owner for each in one.series}) > 1 else "",
                cells=tuple(_series_cells(viewer, got, one, series, indicator)),
                total=_("{count} af {total}").format(count=number(on_time), total=number(len(counted))),
                total_label=_("{count} af {total} måneder til tiden").format(
                    count=number(on_time), total=number(len(counted))
                ),
            )
        )
    return Grid(
        caption=_("Målinger i {unit} og måneder: til tiden, for sent, mangler").format(unit=name),
        row_head=_("Måling"),
        total_head=_("Til tiden"),
        foot_head="",
        months=tuple(_columns(got)),
        groups=(GridGroup("", tuple(rows)),),
    )


def _series_cells(
    viewer: Viewer, got: Read, one: UnitCompleteness, series: SeriesCompleteness, name: str
) -> Iterable[GridCell]:
    code, kind = series.indicator_code, series.kind
    for cell, day in zip(series.months, got.found.months, strict=True):
        href = ""
        if cell.n_received:
            here = Selection(unit=one.code)
            # A month of weeks holds several values: then the chart is where to look.
            is_one = kind is PeriodKind.MONTH
            href = here.href(f"{VALUE_PATH}/{code}/{day.isoformat()}" if is_one else f"/indikator/{code}")
        elif cell.n_without and kind is PeriodKind.MONTH:
            href = Selection(unit=one.code).href(f"{VALUE_PATH}/{code}/{day.isoformat()}")  # who said so, and why
        elif cell.state is Received.MISSING and viewer.may_deliver(one.code):
            href = _deliver_href(one.code, day)
        yield GridCell(
            state=cell.state,
            label=f"{name}, {month(day)}: {_series_cell_words(cell)}",
            mark=_mark(cell.state, cell.days_late, cell.n_received, cell.n_expected),
            href=href,
            why=_("uden") if cell.n_without and not cell.n_expected else "",
        )


def _series_cell_words(cell: SeriesMonth) -> str:
    words = {
        Received.ON_TIME: _("til tiden"),
        Received.LATE: _days_late(cell.days_late),
        Received.PARTIAL: _("{count} af {total} perioder modtaget").format(
            count=number(cell.n_received), total=number(cell.n_expected)
        ),
        Received.MISSING: _("mangler"),
        Received.NOT_DUE: _("ikke forfalden"),
        Received.NOT_EXPECTED: _("meldt uden tal") if cell.n_without else _("ikke ventet"),
    }[cell.state]
    if cell.received_on is None:
        return words
    return _("{words}, modtaget {day}").format(words=words, day=day_text(cell.received_on, "year"))


def _callout(viewer: Viewer, got: Read, one: UnitCompleteness) -> Callout | None:
    if got.at is None or not one.months[got.at].n_expected:
        return None
    cell, day = one.months[got.at], got.found.months[got.at]
    owners = {series.indicator_code: series.owner for series in one.series}
    heading = _("{month}: {count} af {total} målinger modtaget. Fristen var {day}.").format(
        month=month(day, "long").capitalize(),
        count=number(cell.n_received),
        total=number(cell.n_expected),
        day=day_text(got.found.deadlines[got.at], "day"),
    )
    lines = []
    for code in cell.missing:
        name = got.names.get(code, code)
        lines.append(_("{name} mangler; ansvarlig {owner}").format(name=name, owner=owners[code]) if owners[code] else
                     _("{name} mangler").format(name=name))  # fmt: skip
    lines += [
        _("{name} er meldt uden tal").format(name=got.names.get(series.indicator_code, series.indicator_code))
        for series in one.series
        if series.months[got.at].n_without
    ]
    may_deliver = bool(cell.missing) and viewer.may_deliver(one.code)
    return Callout(
        heading=heading,
        lines=tuple(lines),
        deliver_href=_deliver_href(one.code, day) if may_deliver else "",
        deliver_text=_("Indberet {month}").format(month=month(day, "full")),
    )


# --------------------------------------------------------------------------------------------------- the choices on top


def _areas(
    store: Store, viewer: Viewer, selection: Selection, today: date
) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    visible = units.visible(store, viewer, on=today)
    if selection.unit and selection.unit not in {one.code for one in visible}:
        visible.append(units.get(store, viewer, selection.unit, on=today))  # a unit that has closed
    said = language()
    own = tuple(Choice(u.code, u.name.say(said), u.code == selection.unit) for u in visible if u.is_own)
    others = tuple(Choice(u.code, u.name.say(said), u.code == selection.unit) for u in visible if not u.is_own)
    if not own or not others:
        return (("", own or others),)
    return ((_("Dine enheder"), own), (_("Andre enheder"), others))


def _sectors(selection: Selection) -> tuple[Choice, ...]:
    names = {"national": _("Nationalt"), "regional": _("Regioner og hospitaler"), "municipal": _("Kommuner")}
    return (
        Choice("alle", _("Alle"), selection.sector is None),
        *(Choice(sector, names[sector], sector == selection.sector) for sector in SECTORS if sector != "national"),
    )


def _cohorts(store: Store, viewer: Viewer, selection: Selection) -> tuple[Choice, ...]:
    found = cohorts.all(store, viewer)
    known = {one.code for one in found}
    return (
        Choice("alle", _("Alle hold"), selection.cohort not in known),
        *(Choice(one.code, one.name.say(language()), one.code == selection.cohort) for one in found),
    )


def _shows(selection: Selection, n_all: int, n_lacking: int, *, only_lacking: bool) -> tuple[Choice, ...]:
    if not n_lacking or n_lacking == n_all:
        return ()
    return (
        Choice(
            LACKING, _("Kun enheder med mangler ({count})").format(count=number(n_lacking)), only_lacking,
            selection.href(COMPLETENESS, show=LACKING),
        ),
        Choice(
            ALL, _("Alle enheder ({count})").format(count=number(n_all)), not only_lacking,
            selection.href(COMPLETENESS, show=ALL),
        ),
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------- twin and file


def _twin(got: Read) -> TwinTable:
    """The same in words: for each row how many months were expected, came, came in time, and which are lacking."""
    rows = [_twin_row(got, *one) for one in _twin_lines(got)]
    heads = (
        _("Måling") if got.series_of else _("Enhed"), _("Ventet"), _("Fuldt modtaget"), _("Til tiden"), _("For sent"),
        _("Mangler"),
    )  # fmt: skip
    return TwinTable(_("Komplethed i ord, måned for måned"), heads, tuple(rows))


def _twin_lines(got: Read) -> Iterable[tuple[str, list[tuple[Received, str]]]]:
    """By row its name, and for each month due the state with what it is called."""
    for one in got.rows:
        if got.series_of:
            for series in one.series:
                name = got.names.get(series.indicator_code, series.indicator_code)
                yield (
                    name,
                    [(cell.state, "") if cell.n_expected else (Received.NOT_EXPECTED, "") for cell in series.months],
                )
        else:
            yield (
                got.unit_name(one.code),
                [
                    (cell.state, f"{cell.n_received}/{cell.n_expected}" if cell.state is Received.PARTIAL else "")
                    for cell in one.months
                ],
            )


def _twin_row(got: Read, name: str, cells: list[tuple[Received, str]]) -> tuple[str, ...]:
    due = [
        (state, more, day)
        for (state, more), day, is_due in zip(cells, got.found.months, got.found.is_due, strict=True)
        if is_due and state is not Received.NOT_EXPECTED
    ]
    lacking = [f"{month(day)} ({more})" if more else month(day) for state, more, day in due if not state.is_full]
    return (
        name,
        number(len(due)),
        number(sum(state.is_full for state, _more, _day in due)),
        number(sum(state is Received.ON_TIME for state, _more, _day in due)),
        number(sum(state is Received.LATE for state, _more, _day in due)),
        ", ".join(lacking) or "–",
    )


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def completeness_csv(got: Read, *, is_demo: bool) -> bytes:
    """One row per unit, series and month that was expected, as Danish Excel opens it. Cells are never formulas."""
    words = {
        Received.ON_TIME: _("til tiden"),
        Received.LATE: _("for sent"),
        Received.PARTIAL: _("delvist"),
        Received.MISSING: _("mangler"),
        Received.NOT_DUE: _("ikke forfalden"),
        Received.NOT_EXPECTED: _("ikke ventet"),
    }
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    heads = [
        _("enhed"), _("enhedens navn"), _("indikator"), _("indikatorens navn"), _("måned"), _("status"), _("frist"),
        _("modtaget"), _("dage for sent"),
    ]  # fmt: skip
    writer.writerow([*heads, _("Mærke")] if is_demo else heads)
    mark = [_("DEMO: simulerede tal")] if is_demo else []
    for one in got.rows:
        for series in one.series:
            for cell, day, due in zip(series.months, got.found.months, got.found.deadlines, strict=True):
                if not cell.n_expected:
                    continue
                row = [
                    one.code, got.unit_name(one.code), series.indicator_code,
                    got.names.get(series.indicator_code, series.indicator_code), f"{day:%Y-%m}", words[cell.state],
                    due.isoformat(), cell.received_on.isoformat() if cell.received_on else "",
                    str(cell.days_late) if cell.received_on else "",
                ]  # fmt: skip
                writer.writerow([f"'{value}" if value.startswith(_FORMULA) else value for value in row] + mark)
    return text.getvalue().encode("utf-8-sig")


# ------------------------------------------------------------------------------------------------- on a series' chart


@dataclass(frozen=True, slots=True)
class SeriesNote:
    """How complete one series is, in a sentence, with the page that shows its unit month by month."""

    text: str
    href: str


def series_note(store: Store, viewer: Viewer, code: str, unit_code: str, *, today: date) -> SeriesNote | None:
    """How much of the last year's figures came, and how much of it in time; None where nothing was due."""
    last = today.replace(day=1)
    key = ("series note", unit_code, today, viewer.rights, viewer.is_administrator, viewer.deliverable_units)
    found = store.until_written(  # the unit's next series asks for the same
        key,
        lambda: coverage.completeness(
            store, viewer, [unit_code], first=_months_on(last, 1 - WINDOW), last=last, today=today
        ),
    )
    here = found.unit(unit_code)
    series = next((one for one in here.series if one.indicator_code == code), None) if here else None
    if series is None:
        return None
    due = [cell for cell, is_due in zip(series.months, found.is_due, strict=True) if is_due and cell.n_expected]
    n_expected, n_received = sum(cell.n_expected for cell in due), sum(cell.n_received for cell in due)
    if not due:
        return None
    if series.kind is PeriodKind.WEEK:
        text = _("{received} af {total} uger modtaget i det seneste år")
    elif series.kind is PeriodKind.MONTH:
        text = ngettext(
            "{received} af {total} måned modtaget, {on_time} til tiden",
            "{received} af {total} måneder modtaget, {on_time} til tiden",
            n_expected,
        )
    else:
        text = _("{received} af {total} ventede perioder modtaget, {on_time} til tiden")
    on_time = sum(cell.state is Received.ON_TIME for cell in due)
    return SeriesNote(
        text.format(received=number(n_received), total=number(n_expected), on_time=number(on_time)),
        Selection(unit=unit_code, show=SERIES).href(COMPLETENESS),
    )


# ------------------------------------------------------------------------------------------------------------ reminders


def lacking_months(got: Read, one: UnitCompleteness) -> list[int]:
    """Places of the months a reminder is about: the chosen one, and those right before it that are lacking too."""
    assert got.at is not None
    found: list[int] = []
    for i in range(got.at, -1, -1):
        if one.months[i].state not in (Received.MISSING, Received.PARTIAL):
            break
        found.insert(0, i)
    return found


def asked_of(got: Read, one: UnitCompleteness) -> reminders.Asked:
    """What a unit is asked for: by indicator the months it lacks, and who answers for them."""
    places = lacking_months(got, one)
    missing: dict[str, tuple[date, ...]] = {}
    owners: dict[str, None] = {}
    for series in one.series:
        days = tuple(
            got.found.months[i] for i in places if series.months[i].n_expected and not series.months[i].state.is_full
        )
        if days:
            missing[series.indicator_code] = days
            owners.setdefault(series.owner)
    return reminders.Asked(one.code, tuple(name for name in owners if name), missing)


def _may_be_asked(viewer: Viewer, got: Read) -> list[UnitCompleteness]:
    if got.at is None:
        return []
    return [one for one in got.rows if reminders.may_remind(viewer, one.code) and lacking_months(got, one)]


def _reminder(
    store: Store, viewer: Viewer, got: Read, *, today: date, now: datetime, timezone: str
) -> ReminderView | None:
    asked = {one.code: (one, asked_of(got, one)) for one in _may_be_asked(viewer, got)}
    if not asked or got.at is None:
        return None
    standing = reminders.standings(
        store, viewer, {code: ask.owners for code, (_one, ask) in asked.items()}, today=today
    )
    zone = ZoneInfo(timezone)
    order = {code: i for i, code in enumerate(got.units)}
    candidates = tuple(
        _candidate(got, one, ask, standing[code], now, zone)
        for code, (one, ask) in sorted(
            asked.items(), key=lambda item: (not standing[item[0]].recipients, order.get(item[0], 0))
        )
    )
    due = got.found.deadlines[got.at]
    passed = (today - due).days
    return ReminderView(
        deadline=ngettext(
            "Frist {day}, {count} dag siden", "Frist {day}, {count} dage siden", passed
        ).format(day=day_text(due, "day"), count=number(passed)),
        candidates=candidates,
        message=first_message(viewer),
        has_reminded=any(reminders.was_today(standing[code], now, zone) for code in asked),
    )  # fmt: skip


def first_message(viewer: Viewer) -> str:
    """What the box holds until somebody changes it."""
    text = _(
        "Kære [navn]\n"
        "Vi mangler [målinger] for [måned] fra [enhed]. Her kan tallene indberettes: [link]\n"
        "Er tallene ikke klar, så skriv, hvornår de kommer."
    )
    signed = ", ".join(filter(None, (viewer.name, viewer.title)))
    return f"{text}\n{signed}"


def _candidate(
    got: Read,
    one: UnitCompleteness,
    ask: reminders.Asked,
    standing: reminders.Standing,
    now: datetime,
    zone: ZoneInfo,
) -> Candidate:
    assert got.at is not None
    places = lacking_months(got, one)
    cell = one.months[got.at]
    parts = [_who(ask, standing), _months_in_words(got, places)]
    if cell.state is Received.PARTIAL:
        parts.append(
            _("{count} af {total} målinger mangler").format(
                count=number(len(cell.missing)), total=number(cell.n_expected)
            )
        )
    if one.n_lacking > max(2, len(places)):
        parts.append(
            _("mangler {count} af {total} måneder").format(count=number(one.n_lacking), total=number(one.n_months))
        )
    was_today = reminders.was_today(standing, now, zone)
    if standing.reminded_at is not None:
        local = standing.reminded_at.replace(tzinfo=UTC).astimezone(zone).date()
        parts.append(_("påmindet i dag") if was_today else _("påmindet {day}").format(day=day_text(local, "short")))
    can_send = bool(standing.recipients)
    return Candidate(one.code, got.full_name(one.code), " · ".join(parts), can_send, can_send and not was_today)


def _who(ask: reminders.Asked, standing: reminders.Standing) -> str:
    """Who gets the mail; where that is not the one who answers for the figures, both."""
    named = ", ".join(ask.owners)
    people = ", ".join(one.name for one in standing.recipients)
    if standing.is_own_task:
        return _("du indberetter selv for enheden")
    if not people:
        nobody = _("ingen bruger indberetter for enheden")
        return f"{named}, {nobody}" if named else nobody
    if all(one.is_owner for one in standing.recipients) or not named:
        return people
    return _("{owner}, sendes til {people}").format(owner=named, people=people)


def _months_in_words(got: Read, places: Sequence[int]) -> str:
    names = [month(got.found.months[i], "name") for i in places]
    if len(names) > 3:
        return f"{month(got.found.months[places[0]])} – {month(got.found.months[places[-1]])}"
    return _(" og ").join(filter(None, (", ".join(names[:-1]), names[-1])))


def _talk(viewer: Viewer, got: Read) -> tuple[Talk, ...]:
    """Units that lack so many months that it is worth a talk, for those who may remind them."""
    found = sorted(
        (one for one in got.rows if one.n_lacking >= WORTH_A_TALK and reminders.may_remind(viewer, one.code)),
        key=lambda one: -one.n_lacking,
    )
    return tuple(
        Talk(
            _("{unit} mangler tal i {count} af {total} måneder.").format(
                unit=got.full_name(one.code), count=number(one.n_lacking), total=number(one.n_months)
            ),
            got.selection.href(COMPLETENESS, unit=one.code, show=SERIES, month=None),
        )
        for one in found[:5]
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a click on send: words with their tone, and whether to offer sending once more."""

    markup: Markup
    is_sent: bool
    asks_again: bool


def send_reminders(
    store: Store,
    viewer: Viewer,
    selection: Selection,
    chosen: Collection[str],
    message: str,
    *,
    again: bool,
    today: date,
    now: datetime,
    timezone: str,
    base_url: str,
) -> Answer:
    """Send to the chosen units what they lack now, whatever the page said when it was opened."""
    try:
        got = read(store, viewer, selection, today=today, timezone=timezone)
        asked = [asked_of(got, one) for one in _may_be_asked(viewer, got) if one.code in set(chosen)]
        sent = reminders.send(
            store,
            viewer,
            asked,
            message,
            today=today,
            now=now,
            link=lambda one: base_url + _deliver_href(one.unit_code, min(min(days) for days in one.missing.values())),
            language=language(),
            again=again,
            timezone=timezone,
        )
    except DataError as refusal:
        return Answer(_alert("error", "warn", refusal.reason(language())), False, False)
    said = []
    if sent.n_mails:
        said.append(
            ngettext(
                "{count} påmindelse er lagt i udbakken.", "{count} påmindelser er lagt i udbakken.", sent.n_mails
            ).format(count=number(sent.n_mails))
        )
    if sent.already:
        said.append(
            _("Allerede påmindet i dag: {units}. Sæt kryds ved »Send igen«, hvis de skal have en mail til.").format(
                units=", ".join(got.full_name(code) for code in sent.already)
            )
        )
    if sent.nobody:
        said.append(
            _("Ingen at sende til: {units}.").format(units=", ".join(got.full_name(code) for code in sent.nobody))
        )
    tone, icon = ("ok", "check") if sent.n_mails else ("warn", "warn")
    return Answer(_alert(tone, icon, " ".join(said)), bool(sent.n_mails), bool(sent.already))


def _alert(tone: str, icon: str, text: str) -> Markup:
    return Markup('<div class="alert alert--{}">{}<div>{}</div></div>').format(tone, ui_icon(icon), text)


def button_text(count: int) -> str:
    """What the button promises."""
    if not count:
        return _("Send påmindelse")
    return ngettext("Send {count} påmindelse", "Send {count} påmindelser", count).format(count=number(count))

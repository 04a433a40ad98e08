"""Kvitteringer: the deliveries one may see, and one with what it changed, what came of it and how to undo it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from markupsafe import Markup

from dashboards.components.deliver_nav import RECEIPTS
from dashboards.figures.icons import ui_icon, variation_icon, variation_words
from dashboards.presenters.completeness import VALUE_PATH, Choice
from dashboards.presenters.unit_names import names_with_hospital
from dashboards.selection import Selection
from dashboards.text import _, language, moment_text, month, ngettext, number, period_text, value_text
from data import withdrawal
from data.access import Viewer
from data.errors import DataError
from data.queries import catalogue, coverage, deliveries, receipts, states, units
from data.queries.deliveries import DeliveryEvent, DeliveryRow
from data.queries.receipts import Counts, ReceiptRow
from data.queries.units import Unit
from data.store import Store
from etl.checks import all_checks
from indicators.definition import IndicatorDefinition, PeriodKind
from indicators.periods import next_start

MOST = 100  # receipts on one page
MONTHS = 13  # offered in the filter
MINE, COUNTS_NOW, WITHDRAWN = "mine", "gaelder", "trukket"
_ORIGINS = {"fil": "file", "tastet": "grid", "indsat": "paste", "api": "api"}  # `vis` and what the store calls it


@dataclass(frozen=True, slots=True)
class ListRow:
    """One delivery in the list."""

    receipt: str
    href: str
    when: str
    who: str
    how: str
    about: str
    counts: str
    note: str
    state: str
    is_withdrawn: bool


@dataclass(frozen=True, slots=True)
class ListView:
    title: str
    lead: str
    areas: tuple[tuple[str, tuple[Choice, ...]], ...]
    shows: tuple[Choice, ...]
    months: tuple[Choice, ...]
    rows: tuple[ListRow, ...]
    more: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A row of the delivery: what it is about, before and after, each as a figure with its counts."""

    indicator: str
    unit: str
    period: str
    href: str
    before: str
    after: str
    note: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class TouchedSeries:
    icon: Markup
    name: str
    unit: str
    href: str
    signal: str


@dataclass(frozen=True, slots=True)
class Action:
    """A button of the receipt: `kind` is undo, withdraw or restore. With `needs_reason` it asks for one first."""

    kind: str
    label: str
    needs_reason: bool
    hint: str


@dataclass(frozen=True, slots=True)
class DetailView:
    receipt: str
    title: str
    lead: str
    state: str
    is_withdrawn: bool
    facts: tuple[tuple[str, str], ...]
    rows: tuple[ChangeRow, ...]
    rows_more: str
    has_hidden: bool
    findings: tuple[str, ...]
    series: tuple[TouchedSeries, ...]
    series_more: str
    events: tuple[tuple[str, str], ...]
    action: Action | None
    back_href: str


# ------------------------------------------------------------------------------------------------------------- the list


def list_view(store: Store, viewer: Viewer, selection: Selection, *, today: date, timezone: str) -> ListView:
    """The newest deliveries for the unit, the month and the kind that were chosen.

    Raises
    ------
    NotFound, NotAllowed
        There is no such unit, or the viewer may not see it.
    """
    narrowed = None
    if selection.unit and selection.unit not in viewer.home_units and viewer.home_units:
        narrowed = coverage.units_below(store, viewer, selection.unit)
    first, before = _month_span(selection.month, timezone)
    found = receipts.listed(
        store,
        viewer,
        unit_codes=narrowed,
        state={COUNTS_NOW: "committed", WITHDRAWN: "withdrawn"}.get(selection.show or ""),
        origin=_ORIGINS.get(selection.show or ""),
        first=first,
        before=before,
        is_mine=selection.show == MINE,
        limit=MOST + 1,
    )
    visible = units.visible(store, viewer, on=today)
    names = {one.code: one.name.say(language()) for one in units.visible(store, viewer)}
    rows = tuple(_list_row(row, names, selection, timezone) for row in found[:MOST])
    count = number(len(rows))
    return ListView(
        title=_("Kvitteringer"),
        lead=ngettext("{count} levering, den nyeste først.", "{count} leveringer, den nyeste først.", len(rows)).format(
            count=count
        )
        if rows
        else _("Ingen leveringer passer til det valgte."),
        areas=_areas(visible, selection),
        shows=_shows(selection),
        months=_months(selection, today),
        rows=rows,
        more=_("Kun de nyeste {count} er vist. Vælg en måned for at se ældre.").format(count=number(MOST))
        if len(found) > MOST
        else "",
    )


def _month_span(chosen: date | None, timezone: str) -> tuple[datetime | None, datetime | None]:
    """From when to when deliveries of a month came in, as stored moments."""
    if chosen is None:
        return None, None
    zone = ZoneInfo(timezone)
    start, stop = (
        datetime.combine(day, time(), tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
        for day in (chosen, next_start(chosen, PeriodKind.MONTH))
    )
    return start, stop


def _list_row(row: DeliveryRow, names: Mapping[str, str], selection: Selection, timezone: str) -> ListRow:
    return ListRow(
        receipt=row.receipt,
        href=receipt_href(row.receipt, selection),
        when=moment_text(row.recorded_at, timezone),
        who=row.account_name,
        how=how(row),
        about=_about(row, names),
        counts=counts_text(row),
        note=row.note,
        state=state_text(row),
        is_withdrawn=row.is_withdrawn,
    )


def receipt_href(receipt: str, selection: Selection | None = None) -> str:
    unit = selection.unit if selection else None
    return Selection(unit=unit).href(f"{RECEIPTS}/{receipt}")


def how(row: DeliveryRow) -> str:
    """Which way in it took; a file by its name."""
    words = {
        "file": _("fil"),
        "grid": _("tastet"),
        "paste": _("indsat fra Excel"),
        "api": _("API"),
        "demo": _("simuleret"),
    }.get(row.origin, row.origin)
    return f"{words}: {row.file_name}" if row.file_name and row.origin not in ("grid", "paste") else words


def _about(row: DeliveryRow, names: Mapping[str, str]) -> str:
    touched = list(dict.fromkeys(unit for _code, unit in row.touched))
    if not touched:
        return ""
    if len(touched) == 1:
        count = ngettext("{count} måling", "{count} målinger", len(row.touched)).format(count=number(len(row.touched)))
        return f"{names.get(touched[0], touched[0])}, {count}"
    return _("{count} enheder").format(count=number(len(touched)))


def counts_text(row: DeliveryRow) -> str:
    parts = [
        ngettext("{count} ny", "{count} nye", row.n_new).format(count=number(row.n_new)) if row.n_new else "",
        ngettext("{count} ændret", "{count} ændrede", row.n_changed).format(count=number(row.n_changed))
        if row.n_changed
        else "",
        ngettext("{count} uændret", "{count} uændrede", row.n_unchanged).format(count=number(row.n_unchanged))
        if row.n_unchanged
        else "",
    ]
    return ", ".join(part for part in parts if part) or _("ingen rækker")


def state_text(row: DeliveryRow) -> str:
    return _("trukket tilbage") if row.is_withdrawn else _("gælder")


def _areas(visible: Sequence[Unit], selection: Selection) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    said = language()
    own = [one for one in visible if one.is_own] or list(visible)
    return (("", tuple(Choice(u.code, u.name.say(said), u.code == selection.unit) for u in own)),)


def _shows(selection: Selection) -> tuple[Choice, ...]:
    names = {
        "alle": _("Alle"),
        MINE: _("Mine egne"),
        COUNTS_NOW: _("Dem, der gælder"),
        WITHDRAWN: _("Trukket tilbage"),
        "fil": _("Filer"),
        "tastet": _("Tastet ind"),
        "indsat": _("Indsat fra Excel"),
        "api": _("Fra et system (API)"),
    }
    chosen = selection.show if selection.show in names else "alle"
    return tuple(Choice(code, name, code == chosen) for code, name in names.items())


def _months(selection: Selection, today: date) -> tuple[Choice, ...]:
    found = [Choice("alle", _("Alle måneder"), selection.month is None)]
    year, at = today.year, today.month
    months = []
    for _step in range(MONTHS):
        months.append(date(year, at, 1))
        year, at = (year, at - 1) if at > 1 else (year - 1, 12)
    if selection.month is not None and selection.month not in months:
        months.append(selection.month)
    return (*found, *(Choice(f"{day:%Y-%m}", month(day, "long"), day == selection.month) for day in months))


# ---------------------------------------------------------------------------------------------------------- one receipt


def detail_view(
    store: Store, viewer: Viewer, receipt: str, selection: Selection, *, now: datetime, timezone: str
) -> DetailView:
    """One delivery with everything that is known of it.

    Raises
    ------
    NotFound, NotAllowed
        There is no such delivery, or it is neither the viewer's nor touches a unit of the viewer's.
    """
    row = deliveries.get(store, viewer, receipt)
    definitions = {definition.code: definition for definition in catalogue.indicators(store, viewer)}
    names = names_with_hospital(store, viewer)
    told = receipts.rows_of(store, viewer, row)
    changes = tuple(_change_row(one, definitions.get(one.indicator_code), names) for one in told.rows)
    hidden = told.n_rows - len(told.rows)
    elsewhere = row.n_new + row.n_changed - told.n_rows
    more = []
    if hidden > 0:
        more.append(
            ngettext("{count} række mere er ikke vist.", "{count} rækker mere er ikke vist.", hidden).format(
                count=number(hidden)
            )
        )
    if elsewhere > 0:
        more.append(
            ngettext(
                "{count} række hører til enheder, du ikke har adgang til.",
                "{count} rækker hører til enheder, du ikke har adgang til.",
                elsewhere,
            ).format(count=number(elsewhere))
        )
    series = _touched(store, viewer, row, definitions, names)
    return DetailView(
        receipt=row.receipt,
        title=_("Kvittering {receipt}").format(receipt=row.receipt),
        lead=_("Indsendt {when} af {who}. {counts}.").format(
            when=moment_text(row.recorded_at, timezone), who=row.account_name or "–", counts=_capital(counts_text(row))
        ),
        state=_capital(state_text(row)),
        is_withdrawn=row.is_withdrawn,
        facts=_facts(row),
        rows=changes,
        rows_more=" ".join(more),
        has_hidden=any(one.is_hidden for one in told.rows),
        findings=_findings(row),
        series=series[:MOST_SERIES],
        series_more=ngettext("og {count} måling mere", "og {count} målinger mere", len(series) - MOST_SERIES).format(
            count=number(len(series) - MOST_SERIES)
        )
        if len(series) > MOST_SERIES
        else "",
        events=_events(row, timezone),
        action=_action(viewer, row, now),
        back_href=Selection(unit=selection.unit).href(RECEIPTS),
    )


MOST_SERIES = 30


def _facts(row: DeliveryRow) -> tuple[tuple[str, str], ...]:
    facts = [(_("Vej ind"), how(row))]
    if row.note:
        facts.append((_("Note"), row.note))
    return tuple(facts)


def _change_row(one: ReceiptRow, definition: IndicatorDefinition | None, names: Mapping[str, str]) -> ChangeRow:
    kind = definition.period if definition else PeriodKind.MONTH
    return ChangeRow(
        indicator=definition.name.say(language()) if definition else one.indicator_code,
        unit=names.get(one.unit_code, one.unit_code),
        period=period_text(one.period_start, kind),
        href=value_href(one.indicator_code, one.unit_code, one.period_start),
        before=_("skjult") if one.is_hidden and one.before else figure_text(definition, one.before),
        after=_("skjult") if one.is_hidden else figure_text(definition, one.after),
        note=one.note,
        is_new=one.is_new,
    )


def value_href(indicator: str, unit: str, period: date) -> str:
    """The page of one value, named by the first day of its period.

    Examples
    --------
    >>> value_href("SEPSIS", "NOH-AKU", date(2026, 10, 1))
    '/indberet/vaerdi/SEPSIS/2026-10-01?v=1&enhed=NOH-AKU'
    """
    return Selection(unit=unit).href(f"{VALUE_PATH}/{indicator}/{period.isoformat()}")


def figure_text(definition: IndicatorDefinition | None, figures: Counts | None) -> str:
    """A figure as it is read, with what it was counted from: "82,0 % (41/50)"."""
    if figures is None:
        return "–"
    return counted_text(definition, figures.numerator, figures.denominator, figures.value)


def counted_text(
    definition: IndicatorDefinition | None, numerator: float | None, denominator: float | None, value: float | None
) -> str:
    """A figure with its counts; "tom" where a row was delivered without one."""
    shown = value
    if shown is None and numerator is not None:
        shown = numerator / denominator * (definition.per if definition else 1) if denominator else numerator
    if shown is None:
        return _("tom")
    text = value_text(definition, shown, denominator=denominator) if definition else number(shown, 1)
    if numerator is None or not denominator:
        return text
    return f"{text} ({_count(numerator)}/{_count(denominator)})"


def _count(value: float) -> str:
    return number(value, 0 if float(value).is_integer() else 1)


def _findings(row: DeliveryRow) -> tuple[str, ...]:
    """The warnings the delivery was committed with: where and what, never what stood in the cell."""
    words = {check.code: check.words for check in all_checks()}
    said = []
    for one in row.findings:
        code = str(one.get("code", ""))
        text = re.sub(r"\{\w+\}", "…", words[code].say(language())) if code in words else code
        place = _("Række {row}").format(row=number(one["row"])) if one.get("row") else _("Hele filen")
        column = f", {one['column']}" if one.get("column") else ""
        confirmed = f" ({_('bekræftet')})" if one.get("confirmed") else ""
        times = f" ×{number(one['count'])}" if one.get("count") else ""
        said.append(f"{place}{column}: {text}{times}{confirmed}")
    return tuple(said)


def _touched(
    store: Store,
    viewer: Viewer,
    row: DeliveryRow,
    definitions: Mapping[str, IndicatorDefinition],
    names: Mapping[str, str],
) -> tuple[TouchedSeries, ...]:
    """The series it brought figures for, with what they say now."""
    codes = sorted({unit for _code, unit in row.touched})[:MOST_SERIES]
    now = {(s.indicator_code, s.unit_code): s for s in states.of_units(store, viewer, codes)} if codes else {}
    found = []
    for code, unit in row.touched:
        state, definition = now.get((code, unit)), definitions.get(code)
        icon = variation_icon(state.variation, state.rising, size=20, title=False) if state else Markup("")
        found.append(
            TouchedSeries(
                icon=icon,
                name=definition.name.say(language()) if definition else code,
                unit=names.get(unit, unit),
                href=Selection(unit=unit).href(f"/indikator/{code}"),
                signal=variation_words(state.variation, state.rising) if state else _("ingen data"),
            )
        )
    return tuple(found)


def _events(row: DeliveryRow, timezone: str) -> tuple[tuple[str, str], ...]:
    """What happened to the delivery, newest first: when, and what with who and why."""

    def told(event: DeliveryEvent) -> tuple[str, str]:
        words = _("Trukket tilbage af {who}") if event.kind == "withdrawn" else _("Lagt ind igen af {who}")
        said = words.format(who=event.author or "–")
        return moment_text(event.at, timezone), f"{said}: {event.reason}" if event.reason else said

    first = (moment_text(row.recorded_at, timezone), _("Indsendt af {who}").format(who=row.account_name or "–"))
    return (*(told(event) for event in reversed(row.events)), first)


def _action(viewer: Viewer, row: DeliveryRow, now: datetime) -> Action | None:
    """What the viewer may do with it; the rights are checked again when it is done."""
    touched = {unit for _code, unit in row.touched}
    if not touched or not all(viewer.may_deliver(unit) for unit in touched):
        return None
    if row.is_withdrawn:
        return Action(
            "restore", _("Læg leveringen ind igen"), True, _("Tallene gælder igen, som da leveringen kom ind.")
        )
    if withdrawal.may_undo(row, now):
        return Action("undo", _("Fortryd leveringen"), False, _("Du kan fortryde i 24 timer uden begrundelse."))
    return Action(
        "withdraw",
        _("Træk leveringen tilbage"),
        True,
        _("Tallene bliver, som de var uden leveringen. Intet slettes, og den kan lægges ind igen."),
    )


def act(
    store: Store, viewer: Viewer, receipt: str, kind: str, reason: str, *, today: date, now: datetime
) -> tuple[bool, Markup]:
    """Undo, withdraw or restore; whether it was done, and what to say."""
    change: Callable[..., object] = withdrawal.restore if kind == "restore" else withdrawal.withdraw
    try:
        change(store, viewer, receipt, today=today, now=now, reason=reason)
    except DataError as refusal:
        return False, alert("error", "warn", refusal.reason(language()))
    said = (
        _("Leveringen er lagt ind igen, og målingerne er regnet om.")
        if kind == "restore"
        else _("Leveringen er trukket tilbage, og målingerne er regnet om.")
    )
    return True, alert("ok", "check", said)


def alert(tone: str, icon: str, text: str) -> Markup:
    return Markup('<div class="alert alert--{}" role="status">{}<div>{}</div></div>').format(tone, ui_icon(icon), text)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

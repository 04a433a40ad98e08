"""Indberet before anything is chosen: which unit, which months are missing, what to take along. No Dash here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from dashboards.figures.icons import ui_icon
from dashboards.presenters.deliver_complete import complete_form
from dashboards.selection import Selection
from dashboards.text import _, day_text, language, moment_text, month, ngettext, number, period_text
from data.access import Viewer
from data.queries import catalogue, coverage, deliveries, series, units
from data.store import Store
from indicators.definition import PeriodKind, Scope

Option = dict[str, str]
NOTHING = Markup("")
PATH = "/indberet"
RECEIPTS = "/indberet/kvitteringer"
WIDE = "bred"  # the template with months as columns
WAYS = ("fil", "tast", "indsaet")
# The lists are for this Monday; all of it stands on Komplethed and Kvitteringer.
MOST_MISSING, MOST_RECENT = 8, 4


@dataclass(frozen=True, slots=True)
class StartView:
    """What the page says before a file is chosen.

    `missing_months` are the first days of months that are due and not there for at least one of the unit's series.
    """

    unit: str | None
    heading: str
    lead: str
    way: str
    missing_months: tuple[date, ...]
    n_series: int
    indicator_options: list[Option]
    unit_options: list[Option]
    templates: Markup
    missing: Markup
    recent: Markup
    example: str


def unit_of_page(store: Store, viewer: Viewer, code: str | None, *, today: date) -> str | None:
    """The unit the page is about: the chosen one if it has series to deliver, else the one below it that lacks most.

    A region or a hospital without figures of its own is where a person works, not what one hands in for.
    """
    mine = [unit for unit in units.visible(store, viewer, on=today) if viewer.may_deliver(unit.code)]
    codes = frozenset(unit.code for unit in mine)
    followed = Counter(one.unit_code for one in series.listed(store, viewer, codes))
    if code in followed:
        return code
    below = [unit.code for unit in mine if unit.code in followed and _is_below(unit.code, code, mine)]
    candidates = below or [unit.code for unit in mine if unit.code in followed]
    if not candidates:
        return code if code in codes else next((unit.code for unit in mine), None)
    lacking = Counter(one.unit_code for one in coverage.missing(store, viewer, frozenset(candidates), today=today))
    return max(candidates, key=lambda one: lacking[one])  # the first in the tree where several lack the same


def _is_below(code: str, above: str | None, mine: list[units.Unit]) -> bool:
    parents = {unit.code: unit.parent_code for unit in mine}
    here: str | None = code
    while here is not None:
        if here == above:
            return True
        here = parents.get(here)
    return False


def start_view(
    store: Store,
    viewer: Viewer,
    selection: Selection,
    *,
    today: date,
    deadline_day: int,
    timezone: str,
) -> StartView:
    """The unit's missing months in words, what to take along, and the choices for files without their own columns."""
    said = language()
    mine = [unit for unit in units.visible(store, viewer, on=today) if viewer.may_deliver(unit.code)]
    names = {unit.code: unit.name.say(said) for unit in mine}
    code = unit_of_page(store, viewer, selection.unit, today=today)
    local = sorted(
        (definition for definition in catalogue.indicators(store, viewer, scope=Scope.LOCAL)),
        key=lambda definition: definition.name.say(said),
    )
    missing = coverage.missing(store, viewer, frozenset(names), today=today, deadline_day=deadline_day)
    here = [one for one in missing if one.unit_code == code]
    elsewhere = [one for one in missing if one.unit_code != code]
    months = tuple(sorted({period for one in here for period in one.periods}))
    n_series = len(series.listed(store, viewer, frozenset({code}))) if code in names else 0
    indicators = {definition.code: definition.name.say(said) for definition in local}
    return StartView(
        unit=code,
        heading=heading(months, here),
        lead=lead(names.get(code or "", ""), here, months, len(mine), n_series, today=today),
        way=selection.show if selection.show in WAYS else WAYS[0],
        missing_months=months,
        n_series=n_series,
        indicator_options=[{"value": d.code, "label": f"{d.name.say(said)} ({d.code})"} for d in local],
        unit_options=[{"value": unit.code, "label": f"{names[unit.code]} ({unit.code})"} for unit in mine],
        templates=_templates(code, n_series),
        missing=_missing_here(here, indicators)
        + (complete_form(store, viewer, code, today=today) if code and here else NOTHING)
        + _missing_elsewhere(elsewhere, names, selection),
        recent=_recent(store, viewer, timezone),
        example=_example(here or missing, code, today),
    )


def heading(months: tuple[date, ...], missing: list[coverage.Missing]) -> str:
    """ "Indberet oktober 2026", "Indberet september og oktober 2026": from the oldest month that is missing.

    >>> heading((date(2026, 9, 1), date(2026, 10, 1)), [])
    'Indberet september og oktober 2026'
    """
    if not months:
        return _("Indberet")
    kinds = {one.kind for one in missing} or {PeriodKind.MONTH}
    if kinds != {PeriodKind.MONTH}:
        kind = kinds.pop() if len(kinds) == 1 else PeriodKind.MONTH
        return _("Indberet fra {period}").format(period=period_text(months[0], kind))
    if len(months) == 1:
        return _("Indberet {month}").format(month=month(months[0], "long"))
    first, last = months[0], months[-1]
    is_one_year = first.year == last.year
    begin = month(first, "long").removesuffix(f" {first.year}") if is_one_year else month(first, "long")
    text = _("Indberet {first} og {last}") if len(months) == 2 else _("Indberet {first} til {last}")
    return text.format(first=begin, last=month(last, "long"))


def lead(
    unit: str, missing: list[coverage.Missing], months: tuple[date, ...], n_units: int, n_series: int, *, today: date
) -> str:
    """The unit, how many series wait, and the deadline that was passed."""
    if not n_units:
        return _("Der er ingen enhed, du kan indberette for.")
    parts = [unit] if unit else []
    if not missing:
        text = _("I mangler ingen måneder. Alle ventede tal er indberettet.")
        return ". ".join([*parts, text]) if n_series else _("Vælg en enhed, eller upload en fil for flere enheder.")
    text = ngettext("{count} måling mangler tal", "{count} målinger mangler tal", len(missing))
    parts.append(text.format(count=number(len(missing))))
    late = min(one.late_since for one in missing)
    deadline = late - timedelta(days=1)
    days = (today - deadline).days
    text = ngettext(
        "fristen {day} er overskredet med {count} dag", "fristen {day} er overskredet med {count} dage", days
    )
    shown = day_text(deadline, "short" if deadline.year == today.year else "year")
    parts.append(text.format(day=shown, count=number(days)))
    return " · ".join(parts)


def _templates(unit: str | None, n_series: int) -> Markup:
    """The links of step 1: a file that is filled in but for the figures."""
    if unit is None or not n_series:
        return NOTHING
    links = Markup("").join(
        Markup('<a class="btn btn--sm" href="{}{}" download>{}{}</a>').format(
            f"{PATH}/skabelon.{form}", Selection(unit=unit, show=show).to_query(), ui_icon("download", size=16), name
        )
        for form, show, name in (
            ("xlsx", None, "Excel"),
            ("xlsx", WIDE, _("Excel, måneder som kolonner")),
            ("csv", None, "CSV"),
        )
    )
    text = ngettext(
        "Udfyldt med jeres {count} måling og de måneder, der mangler.",
        "Udfyldt med jeres {count} målinger og de måneder, der mangler.",
        n_series,
    ).format(count=number(n_series))
    return Markup('<div class="deliver__tpl"><p><b>{}</b> <span class="muted">{}</span></p>{}</div>').format(
        _("Hent skabelon"), text, links
    )


def _missing_here(missing: list[coverage.Missing], indicators: dict[str, str]) -> Markup:
    """The unit's series that wait for figures, the longest overdue first."""
    if not missing:
        return NOTHING
    body = Markup("").join(
        Markup('<tr><th scope="row">{}</th><td>{}</td></tr>').format(
            indicators.get(one.indicator_code, one.indicator_code), _months(one)
        )
        for one in missing[:MOST_MISSING]
    )
    return Markup(
        '<h2>{title}</h2><div class="card card--flush mt-2 tbl-wrap deliver__missing"><table class="tbl tbl--compact">'
        '<caption class="visually-hidden">{title}</caption><thead><tr><th scope="col">{series}</th>'
        '<th scope="col">{months}</th></tr></thead><tbody>{body}</tbody></table>{more}</div>'
    ).format(
        title=_("Mangler"),
        series=_("Måling"),
        months=_("Måneder"),
        body=body,
        more=_more(
            len(missing) - MOST_MISSING, lambda n: ngettext("og {count} måling mere", "og {count} målinger mere", n)
        ),
    )


def _missing_elsewhere(missing: list[coverage.Missing], names: dict[str, str], selection: Selection) -> Markup:
    """Other units of one's own that wait, as links: a consultant hands in for many."""
    counts = Counter(one.unit_code for one in missing)
    if not counts:
        return NOTHING
    items = Markup("").join(
        Markup('<li><a href="{}">{}</a> <span class="muted">{}</span></li>').format(
            selection.href(PATH, unit=code),
            f"{names.get(code, code)} · {code}",
            ngettext("{count} måling", "{count} målinger", count).format(count=number(count)),
        )
        for code, count in counts.most_common(MOST_MISSING)
    )
    more = _more(len(counts) - MOST_MISSING, lambda n: ngettext("og {count} enhed mere", "og {count} enheder mere", n))
    return Markup('<details class="disc"><summary>{}</summary><ul class="deliver__other">{}</ul>{}</details>').format(
        ngettext("{count} anden enhed mangler tal", "{count} andre enheder mangler tal", len(counts)).format(
            count=number(len(counts))
        ),
        items,
        more,
    )


def _more(hidden: int, text: Callable[[int], str]) -> Markup:
    if hidden <= 0:
        return NOTHING
    return Markup('<p class="note pad">{}</p>').format(text(hidden).format(count=number(hidden)))


def _months(one: coverage.Missing) -> str:
    if len(one.periods) == 1:
        return period_text(one.oldest, one.kind)
    if len(one.periods) == 2:
        return f"{period_text(one.oldest, one.kind)}, {period_text(one.newest, one.kind)}"
    text = _("{count} fra {first} til {last}")
    return text.format(
        count=number(len(one.periods)),
        first=period_text(one.oldest, one.kind),
        last=period_text(one.newest, one.kind),
    )


def _example(missing: list[coverage.Missing], unit: str | None, today: date) -> str:
    """A delivery of one line, for a series that is waited for where there is one."""
    year, before = (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)
    indicator, place, period = "TRYKSAAR", unit or "NOH-KIR", f"{year}-{before:02d}"
    if missing:
        indicator, place, period = missing[0].indicator_code, missing[0].unit_code, f"{missing[0].newest:%Y-%m}"
    head = (
        "indicator;unit;period;numerator;denominator" if language() == "en" else "indikator;enhed;periode;tæller;nævner"
    )
    return f"{head}\n{indicator};{place};{period};41;48"


def _recent(store: Store, viewer: Viewer, timezone: str) -> Markup:
    """The latest deliveries; those of the demo's own making say nothing about handing in and are left out."""
    rows = [row for row in deliveries.recent(store, viewer, limit=30) if row.origin != "demo"][:MOST_RECENT]
    if not rows:
        return NOTHING
    items = Markup("").join(
        Markup('<li><b>{}</b> <span>{}</span> <span class="muted">{}</span></li>').format(
            row.receipt,
            _("trukket tilbage") if row.is_withdrawn else row.file_name,
            moment_text(row.recorded_at, timezone, style="day"),
        )
        for row in rows
    )
    return Markup(
        '<h2>{}</h2><ul class="deliver__receipts mt-2">{}</ul><p class="f-13"><a href="{}">{}</a></p>'
    ).format(_("Seneste leveringer"), items, RECEIPTS, _("Alle kvitteringer"))

"""»Markér som komplet«: which measures of a month will have no figures, and that somebody says so. No Dash here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from markupsafe import Markup

from dashboards.components.deliver_nav import COMPLETENESS, DELIVER
from dashboards.figures.icons import ui_icon
from dashboards.presenters.receipts import alert
from dashboards.selection import Selection
from dashboards.text import _, language, month, ngettext, number
from data import month_states
from data.access import Viewer
from data.errors import DataError
from data.month_states import Key, State
from data.queries import catalogue, coverage, units
from data.store import Store
from indicators.periods import next_start

NOTHING = Markup("")
MOST_NAMED = 8
_OPEN = frozenset({State.EMPTY, State.DRAFT})


@dataclass(frozen=True, slots=True)
class Lacking:
    """The oldest month of a unit that is due and lacks figures: `keys` are the periods nobody has handed in."""

    unit_code: str
    month: date
    keys: tuple[Key, ...]


def lacking(store: Store, viewer: Viewer, unit_code: str, *, today: date) -> Lacking | None:
    """What would be declared without figures, where the viewer delivers for the unit and something is missing.

    A week or a quarter belongs to the month it ends in, as on Komplethed.
    """
    if not viewer.may_deliver(unit_code):
        return None
    missing = coverage.missing(store, viewer, frozenset({unit_code}), today=today)
    by_month: dict[date, list[Key]] = {}
    for one in missing:
        for period in one.periods:
            ends = (next_start(period, one.kind) - timedelta(days=1)).replace(day=1)
            by_month.setdefault(ends, []).append((one.indicator_code, unit_code, period))
    if not by_month:
        return None
    oldest = min(by_month)
    days = [day for _code, _unit, day in by_month[oldest]]
    standing = month_states.of_months(store, viewer, [unit_code], first=min(days), last=max(days))
    keys = tuple(key for key in by_month[oldest] if standing.get(key, month_states.EMPTY).state in _OPEN)
    return Lacking(unit_code, oldest, keys) if keys else None


def opened(markup: Markup) -> Markup:
    """With the form unfolded, where it is in it: whoever is told what it lacks is in the middle of it."""
    shut = '<details class="disc complete">'
    return Markup(str(markup).replace(shut, shut.replace(">", " open>")))


def complete_form(store: Store, viewer: Viewer, unit_code: str, *, today: date) -> Markup:
    """The month, the measures that lack figures, and a field for why; nothing where nothing is missing."""
    found = lacking(store, viewer, unit_code, today=today)
    if found is None:
        return NOTHING
    said = language()
    codes = list(dict.fromkeys(code for code, _unit, _day in found.keys))
    names = {one.code: one.name.say(said) for one in catalogue.indicators(store, viewer, scope=None)}
    listed = [names.get(code, code) for code in codes[:MOST_NAMED]]
    if len(codes) > MOST_NAMED:
        more = len(codes) - MOST_NAMED
        listed.append(ngettext("og {count} måling mere", "og {count} målinger mere", more).format(count=number(more)))
    text = ngettext(
        "{unit} har ingen tal for {count} måling:", "{unit} har ingen tal for {count} målinger:", len(codes)
    ).format(unit=units.get(store, viewer, unit_code).name.say(said), count=number(len(codes)))
    return Markup(
        '<details class="disc complete"><summary>{summary}</summary><div class="complete__b"><p>{text}</p>'
        '<ul class="k__l">{listed}</ul><p class="note">{means}</p><div class="complete__f"><label class="field">'
        '<span class="label">{why}</span><input class="input input--sm" data-with="complete" data-key="complete-why" '
        'maxlength="500" autocomplete="off"></label><button type="button" class="btn" data-do="complete" '
        'data-key="complete" data-value="{value}">{icon}{button}</button></div></div></details>'
    ).format(
        summary=_("Markér {month} som komplet").format(month=month(found.month, "long")),
        text=text,
        listed=Markup("").join(Markup("<li>{}</li>").format(one) for one in listed),
        means=_(
            "De ventes ikke mere: de mangler hverken på Komplethed eller i påmindelser. Et tal, der kommer senere, "
            "tæller som ethvert andet."
        ),
        why=_("Hvorfor er der ingen tal? (skal skrives)"),
        value=f"{unit_code}|{found.month.isoformat()}",
        icon=ui_icon("check", size=16),
        button=_("Markér som komplet"),
    )


@dataclass(frozen=True, slots=True)
class Declared:
    """What came of it: `markup` says so, or why it could not be done."""

    is_done: bool
    markup: Markup
    unit_code: str = ""


def declare(store: Store, viewer: Viewer, value: object, reason: object, *, today: date, now: datetime) -> Declared:
    """Declare what is missing in the month of the button (`value` is "unit|first day") to have no figures.

    What is missing is looked up anew: figures that came in since are left alone.
    """
    unit_code, _bar, day = str(value).partition("|")
    found = lacking(store, viewer, unit_code, today=today)
    if found is None or found.month.isoformat() != day:
        return Declared(False, alert("info", "info", _("Der mangler ikke længere tal for måneden.")))
    try:
        n = month_states.set_state(store, viewer, found.keys, State.NO_FIGURES, now=now, reason=str(reason or ""))
    except DataError as refusal:
        return Declared(False, alert("error", "warn", refusal.reason(language())), unit_code)
    text = ngettext(
        "{month} er markeret som komplet: {count} måling er meldt uden tal.",
        "{month} er markeret som komplet: {count} målinger er meldt uden tal.",
        n,
    ).format(month=_capital(month(found.month, "long")), count=number(n))
    return Declared(True, alert("ok", "check", text), unit_code)


def done_card(told: Declared) -> Markup:
    """In the place of the receipt: that the month is complete, and where to go on."""
    here = Selection(unit=told.unit_code)
    return Markup(
        '<section class="card receipt"><div tabindex="-1" data-arrive>{}</div><p class="row row--wrap mt-3">'
        '<a class="btn" href="{}">{}</a><a class="btn btn--quiet" href="{}">{}</a></p></section>'
    ).format(told.markup, here.href(COMPLETENESS), _("Se komplethed"), here.href(DELIVER), _("Indberet mere"))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

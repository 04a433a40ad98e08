"""The effect of a delivery before it is committed: before and after of each series that changes. No Dash here."""

from __future__ import annotations

from itertools import islice

from markupsafe import Markup

from dashboards.figures.icons import css_state, ui_icon, variation_icon, variation_words
from dashboards.figures.sparkline import sparkline
from dashboards.text import _, language, ngettext, number, period_text, value_text
from data.access import Viewer
from data.queries import catalogue, units
from data.states import SeriesState
from data.store import Store
from etl.effect import Effect, SeriesEffect
from etl.report import Report, RowStatus
from indicators.assessment import Variation
from indicators.definition import IndicatorDefinition

MOST_DRAWN, MOST_LISTED = 6, 12
MOST_LOOKED_AT = 500  # rows with errors; a hundred thousand are of the same few series
WINDOW = 24  # periods in a small line
NOTHING = Markup("")


def waiting_card() -> Markup:
    """While the effect of a large delivery is worked out."""
    return _card(_("Effekten beregnes …"), NOTHING, NOTHING)


def effect_card(effect: Effect | None, report: Report, store: Store, viewer: Viewer) -> Markup:
    """The card at the right: the sentence, the series that change with both lines, the rest one line each."""
    waiting = _waiting(report)
    if effect is None:
        text = _("Effekten kan ses, når fejlene er rettet.") if report.errors else _("Effekten kan ikke beregnes.")
        return _card(text, NOTHING, waiting)
    said = language()
    definitions = {one.code: one for one in catalogue.indicators(store, viewer, scope=None)}
    names = {unit.code: unit.name.say(said) for unit in units.visible(store, viewer)}
    has_units = len({one.unit_code for one in effect.series}) > 1

    def name(one: SeriesEffect) -> Markup:
        text = definitions[one.indicator_code].name.say(said)
        unit = Markup(" <small>{}</small>").format(f"{names[one.unit_code]} · {one.unit_code}") if has_units else ""
        return Markup("{}{}").format(text, unit)

    changing = [one for one in effect.series if one.is_changing]
    same = [one for one in effect.series if not one.is_changing]
    drawn = Markup("").join(_change(one, definitions[one.indicator_code], name(one)) for one in changing[:MOST_DRAWN])
    listed = [*changing[MOST_DRAWN:], *same]
    lines = Markup("").join(_line(one, name(one)) for one in listed[:MOST_LISTED])
    hidden = len(listed) - MOST_LISTED
    more = NOTHING
    if hidden > 0:
        text = ngettext("og {count} måling mere", "og {count} målinger mere", hidden).format(count=number(hidden))
        more = Markup('<p class="note">{}</p>').format(text)
    head, _dot, rest = effect.sentence(said).partition(". ")
    body = Markup('{}<ul class="effs">{}</ul><ul class="effs-s">{}{}</ul>{}').format(
        Markup('<p class="f-12 muted mt-1">{}</p>').format(rest) if rest else NOTHING, drawn, lines, waiting, more
    )
    return _card(head.rstrip("."), body, NOTHING)


def _card(title: str, body: Markup, waiting: Markup) -> Markup:
    waiting = Markup('<ul class="effs-s">{}</ul>').format(waiting) if waiting else NOTHING
    return Markup(
        '<aside class="card deliver__eff" aria-label="{label}"><p class="muted f-12 row row--between">'
        "<span>{when}</span><span>{hollow}</span></p><h2>{title}</h2>{body}{waiting}</aside>"
    ).format(
        label=_("Effekt"),
        when=_("Effekt, når I indsender"),
        hollow=_("hul prik = åben måned"),
        title=title,
        body=body,
        waiting=waiting,
    )


def _change(one: SeriesEffect, definition: IndicatorDefinition, name: Markup) -> Markup:
    """Before and after side by side, each with its icon, and what the change rests on."""
    after = one.after
    latest = ""
    if after.latest_value is not None and after.latest_period is not None:
        value = value_text(definition, after.latest_value, denominator=after.latest_denominator)
        latest = f"{period_text(after.latest_period, definition.period)} {value}"
    return Markup(
        '<li class="eff"><div class="eff__h"><b>{name}</b><span class="muted f-12">{latest}</span></div>'
        '<div class="eff__ba">{before}<span class="eff__arr">{arrow}</span>{after}</div>'
        '<p class="f-12 muted">{sentence} {why}</p></li>'
    ).format(
        name=name,
        latest=latest,
        before=_figure(one.before, _("Før")),
        arrow=ui_icon("arr-r"),
        after=_figure(after, _("Efter")),
        sentence=one.sentence(language()),
        why=_why(after),
    )


def _figure(state: SeriesState | None, caption: str) -> Markup:
    variation = Variation.MISSING if state is None else state.variation
    rising = None if state is None else state.rising
    line = NOTHING if state is None else sparkline(state.sparkline, width=158, height=44, window=WINDOW)
    return Markup(
        '<figure><figcaption class="t-{}">{} {} <span class="visually-hidden">{}</span></figcaption>{}</figure>'
    ).format(
        css_state(variation),
        variation_icon(variation, rising, size=16, title=False),
        caption,
        variation_words(variation, rising),
        line,
    )


def _why(state: SeriesState) -> str:
    """The figures behind a signal: the longest run and its bound, or how many points lie outside the limits."""
    if not state.is_signal:
        return ""
    if state.longest_run and state.longest_run_max and state.longest_run > state.longest_run_max:
        text = _("{count} måneder i træk på samme side af midterlinjen; grænsen er {limit}.")
        return text.format(count=number(state.longest_run), limit=number(state.longest_run_max))
    if state.n_outside_limits:
        return ngettext(
            "{count} punkt ligger uden for kontrolgrænserne.",
            "{count} punkter ligger uden for kontrolgrænserne.",
            state.n_outside_limits,
        ).format(count=number(state.n_outside_limits))
    if state.n_crossings is not None and state.n_crossings_min and state.n_crossings < state.n_crossings_min:
        text = _("{count} krydsninger af midterlinjen; der ventes mindst {limit}.")
        return text.format(count=number(state.n_crossings), limit=number(state.n_crossings_min))
    return ""


def _line(one: SeriesEffect, name: Markup) -> Markup:
    after = one.after
    return Markup('<li class="eff-s">{}<span>{}</span>{}</li>').format(
        variation_icon(after.variation, after.rising, size=16),
        name,
        sparkline(after.sparkline, width=84, height=20, window=WINDOW, padding=4, scale=0.5),
    )


def _waiting(report: Report) -> Markup:
    """Series whose rows have errors: their effect waits."""
    names: dict[str, None] = {}
    for row in islice(report.rows.with_status(RowStatus.ERROR), MOST_LOOKED_AT):
        if row.indicator_name is not None:
            names.setdefault(row.indicator_name.say(language()))
    return Markup("").join(
        Markup('<li class="eff-s">{}<span>{}</span><span class="hint">{}</span></li>').format(
            ui_icon("clock", size=16), name, _("beregnes efter rettelsen")
        )
        for name in list(names)[:MOST_LISTED]
    )

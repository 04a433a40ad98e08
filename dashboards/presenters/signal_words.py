"""What the stored state of a series says, in words: the one sentence that matrix, meeting, files and pathway share."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dashboards.figures.icons import assurance_words
from dashboards.figures.points import has_limits, the_centre
from dashboards.text import _, language, ngettext, period_text, target_text, value_text, value_with_unit
from data.states import SeriesState
from indicators.assessment import Assurance, Variation
from indicators.definition import Direction, IndicatorDefinition, Target
from indicators.spc import RULES, Rule

SIGNALS = (Variation.CONCERN, Variation.IMPROVEMENT, Variation.CHANGE)
NOT_JUDGED = (Variation.FEW, Variation.MISSING)


def sentence(definition: IndicatorDefinition, state: SeriesState) -> str:
    """What the stored state says, in one or two sentences; the arithmetic stands on the indicator page."""
    if state.variation is Variation.MISSING:
        return _("Der er ingen data endnu.")
    if state.reason == "no_variation":
        value = value_with_unit(definition, state.centre) if state.centre is not None else ""
        return _("Alle punkter er ens: {value}. Der er ingen udsving at vurdere.").format(value=value)
    if state.variation is Variation.FEW:
        return ngettext(
            "{count} brugbart punkt: for lidt til at skelne et signal fra støj.",
            "{count} brugbare punkter: for lidt til at skelne et signal fra støj.",
            state.n_useful,
        ).format(count=state.n_useful)
    if state.variation in SIGNALS:
        return _signal_sentence(definition, state)
    random = _("Intet tyder på andet end tilfældige udsving.")
    if not has_limits(definition):  # no limits to hold the target against: what was met is counted, see assurance_text
        return random
    return {
        Assurance.PASS: _("Intet tyder på andet end tilfældige udsving. Som processen er, nås måltallet."),
        Assurance.MIXED: _("Intet tyder på andet end tilfældige udsving, og måltallet ligger inden for dem."),
        Assurance.FAIL: _("Intet tyder på andet end tilfældige udsving. Som processen er, nås måltallet næppe."),
        Assurance.NONE: random,
    }[state.assurance]


def _signal_sentence(definition: IndicatorDefinition, state: SeriesState) -> str:
    """What was found, by the rule that leads; a rule without words of its own here is told in the library's."""
    assert state.rule is not None
    rule = Rule(state.rule)
    tell = _TOLD.get(rule)
    found = RULES[rule].words.say(language()) if tell is None else tell(definition, state)
    said = found if rule is Rule.FEW_CROSSINGS else _("{found} Det er næppe tilfældigt.").format(found=found)
    return said if rule in (Rule.FEW_CROSSINGS, Rule.OUTSIDE_LIMITS) else said + _since(state)


def _few_crossings(definition: IndicatorDefinition, state: SeriesState) -> str:
    return ngettext(
        "Kurven krydser {centre} {count} gang; mindst {least} var ventet. Niveauet har sandsynligvis flyttet sig.",
        "Kurven krydser {centre} {count} gange; mindst {least} var ventet. Niveauet har sandsynligvis flyttet sig.",
        state.n_crossings or 0,
    ).format(centre=the_centre(definition), count=state.n_crossings or 0, least=state.n_crossings_min or 0)


def _outside_limits(definition: IndicatorDefinition, state: SeriesState) -> str:
    return ngettext(
        "{count} punkt ligger uden for kontrolgrænserne.",
        "{count} punkter ligger uden for kontrolgrænserne.",
        state.n_signal_points,
    ).format(count=state.n_signal_points)


def _on_one_side(definition: IndicatorDefinition, state: SeriesState) -> str:
    side = {
        Variation.CONCERN: _("på den dårlige side af {centre}"),
        Variation.IMPROVEMENT: _("på den gode side af {centre}"),
    }.get(state.variation, _("over {centre}") if state.rising else _("under {centre}"))
    place = side.format(centre=the_centre(definition))
    if state.centre is not None:
        place = _("{side} på {value}").format(side=place, value=value_text(definition, state.centre))
    return _("{count} punkter i træk {side}.").format(count=state.n_signal_points, side=place)


def _trend(definition: IndicatorDefinition, state: SeriesState) -> str:
    text = _("{count} punkter i træk stiger.") if state.rising else _("{count} punkter i træk falder.")
    return text.format(count=state.n_signal_points)


_TOLD: Mapping[Rule, Callable[[IndicatorDefinition, SeriesState], str]] = {
    Rule.LONG_RUN: _on_one_side,
    Rule.SHIFT: _on_one_side,
    Rule.TREND: _trend,
    Rule.OUTSIDE_LIMITS: _outside_limits,
    Rule.FEW_CROSSINGS: _few_crossings,
}


def _since(state: SeriesState) -> str:
    """When a run ended, where that is not the latest closed period: its signal stays until a new phase is set."""
    if state.signal_last is None or state.latest_period is None or state.signal_last >= state.latest_period:
        return ""
    return " " + _("Rækken sluttede i {period}.").format(
        period=period_text(state.signal_last, state.sparkline.kind, "long")
    )


def assurance_text(definition: IndicatorDefinition, state: SeriesState) -> str:
    """Whether the target is met; on a run chart counted, never predicted."""
    words = assurance_words(state.assurance)
    if words and not has_limits(definition) and state.counted:
        counted = _("{met} af de seneste {counted}").format(met=state.met, counted=state.counted)
        return f"{words} ({counted})"
    return words


def kind_count(kind: Variation, count: int) -> str:
    if kind is Variation.CONCERN:
        text = ngettext("{count} bekymrende", "{count} bekymrende", count)
    elif kind is Variation.IMPROVEMENT:
        text = ngettext("{count} forbedring", "{count} forbedringer", count)
    else:
        text = ngettext("{count} ændring uden retning", "{count} ændringer uden retning", count)
    return text.format(count=count)


def aim_text(definition: IndicatorDefinition, value: float) -> str:
    """A target with its sign, "≤ 7": what is better is where it points."""
    sign = "≤" if definition.direction is Direction.DOWN else "≥"
    return target_text(definition, Target(value, {"≤": "<=", "≥": ">="}[sign], None, None, "", definition.name))

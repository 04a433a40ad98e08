"""Choose the family of measures by ticking, its primary one, and the measure the programme should not move."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from dashboards.components.filter_fields import filter_field, options_of
from dashboards.presenters.completeness import Choice
from dashboards.presenters.evaluation_family import Declared, toggled
from dashboards.presenters.evaluation_report import Asked
from dashboards.selection import NONE, VERSION, Selection
from dashboards.text import _, language, number
from indicators.words import Words

NOTHING = Markup("")


def family_choice(asked: Asked, selection: Selection) -> Markup:
    """Boxes for the other measures of the groups, and two lists; nothing where there is one measure alone.

    Each box holds the whole family as it is once the box is ticked, and in `data-off` as it is without: the address is
    written by the same script as for every other choice.
    """
    code = asked.definition.code
    others = [one for one in asked.choice.indicators if one[0] != code]
    if not others:
        return NOTHING
    placebo = asked.placebo[0] if asked.placebo is not None else None
    declared = Declared(tuple(asked.measures), asked.primary, placebo.code if placebo is not None else "")
    family = [one for one in others if one[0] in declared.measures]
    said = [
        _("{count} målinger i familien").format(count=number(len(declared.measures)))
        if family
        else _("én måling alene")
    ]
    if placebo is not None:
        said.append(_("placebomåling: {name}").format(name=placebo.name.say(language())))
    lists = NOTHING
    if family:
        names = [one for one in asked.choice.indicators if one[0] in declared.measures]
        lists += filter_field("primaer", _("Primær måling"), options_of(_choices(names, declared.primary)))
    left = [one for one in others if one[0] not in declared.measures]
    none = Choice(NONE, _("ingen"), not declared.placebo)
    lists += filter_field("placebo", _("Placebomåling"), options_of((none, *_choices(left, declared.placebo))))
    is_open = any(one is not None for one in (selection.measures, selection.primary, selection.placebo))
    return Markup(
        '<details class="fam no-print"{}><summary><b>{}</b> <span class="muted">{}</span></summary>'
        '<form data-context data-version="{}" aria-label="{}"><p class="muted f-13">{}</p>'
        '<fieldset><legend>{}</legend><div class="fam__t">{}</div></fieldset><div class="fam__l">{}</div></form>'
        "</details>"
    ).format(
        Markup(" open") if is_open else NOTHING,
        _("Flere målinger og placebo"),
        "; ".join(said),
        VERSION,
        _("Målinger ved siden af den valgte"),
        _(
            "Kryds af, hvad der hører til spørgsmålet, før nogen ser tallene: jo flere målinger man ser på, jo flere "
            "ser ud af noget ved et tilfælde. En placebomåling er en, programmet ikke skulle flytte."
        ),
        _("Målinger i familien ud over »{name}«").format(name=asked.definition.name.say(language())),
        Markup("").join(_box(declared, code, one) for one in others if one[0] != declared.placebo),
        lists,
    )


def _choices(indicators: Sequence[tuple[str, Words, int]], chosen: str) -> list[Choice]:
    return [Choice(code, name.say(language()), code == chosen) for code, name, _count in indicators]


def _box(declared: Declared, code: str, one: tuple[str, Words, int]) -> Markup:
    other, name, count = one
    is_in = other in declared.measures
    now = ".".join(two for two in declared.measures if two != code) or NONE
    then = ".".join(toggled(declared, code, other)) or NONE
    return Markup(
        '<label class="fam__b"><input type="checkbox" name="familie" value="{}" data-off="{}"{}> <span>{} '
        '<span class="muted">({})</span></span></label>'
    ).format(
        now if is_in else then,
        then if is_in else now,
        Markup(" checked") if is_in else NOTHING,
        name.say(language()),
        number(count),
    )


def declared_list(rows: Sequence[tuple[str, str]]) -> Markup:
    """What a plan says of its measures, as a list of names and texts."""
    return Markup('<dl class="fam__d">{}</dl>').format(
        Markup("").join(Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(name, text) for name, text in rows)
    )

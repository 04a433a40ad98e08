"""How an effect is computed, as a form that writes to the address: the same on Effekt and Analyser."""

from __future__ import annotations

from markupsafe import Markup

from dashboards.components.filter_fields import filter_field, options_of
from dashboards.components.unusual_months import unusual_months
from dashboards.exports.evaluation.months_before import asked_for
from dashboards.presenters.completeness import Choice
from dashboards.selection import LEFT_OUT, LEFT_OUT_IF, NO, SCALES, VERSION, WEIGHTS, YES, Selection
from dashboards.text import N_, _

SCALE_NAMES = {SCALES[0]: N_("efter målingens art"), SCALES[1]: N_("lineær")}
WEIGHT_NAMES = {WEIGHTS[0]: N_("enheder lige"), WEIGHTS[1]: N_("efter patienter")}


def effect_settings(path: str, selection: Selection, *, has_denominator: bool, css: str = "") -> Markup:
    """The form for the page at `path`. In a narrow window it opens with one press, so that it does not push the finding
    off the screen."""
    fields = Markup("")
    if has_denominator:  # without one there is one scale and nobody to weigh by
        for key, label, names, chosen in (
            ("skala", _("Skala"), SCALE_NAMES, selection.scale),
            ("vaegt", _("Vægt"), WEIGHT_NAMES, selection.weights),
        ):
            options = (Choice(code, _(name), code == chosen) for code, name in names.items())
            fields += filter_field(key, label, options_of(options))
    months = (
        Choice(LEFT_OUT_IF if one is None else str(one), asked_for(one), one == selection.left_out)
        for one in (None, *LEFT_OUT)
    )
    fields += filter_field("udelad", _("Udelad før start"), options_of(months))
    is_on = selection.has_trends
    trends = (Choice(NO, _("nej"), not is_on), Choice(YES, _("ja"), is_on))
    fields += filter_field("tendens", _("Egen tendens pr. hold"), options_of(trends))
    fields += unusual_months(selection, path)
    name = _("Sådan regnes effekten")
    return Markup(
        '<details class="setopen no-print"><summary>{0}</summary></details>'
        '<form class="{1}" data-context data-version="{2}" aria-label="{0}">{3}</form>'
    ).format(name, css, VERSION, fields)

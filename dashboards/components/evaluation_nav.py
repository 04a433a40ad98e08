"""The evaluators' four pages side by side, and what all of them are about: which groups, which indicator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dashboards.components.filter_fields import filter_field, options_of
from dashboards.context import current_settings, current_store, current_viewer, parts
from dashboards.figures.icons import ui_icon
from dashboards.presenters.completeness import Choice
from dashboards.presenters.evaluation_snapshots import standing as newest_frozen
from dashboards.selection import VERSION, Selection
from dashboards.text import _, pgettext

COHORTS, EFFECT = "/evaluering", "/evaluering/effekt"
ANALYSES, SNAPSHOTS = "/evaluering/analyser", "/evaluering/frosne"
PATHS = (COHORTS, EFFECT, ANALYSES, SNAPSHOTS)
NOTHING = Markup("")


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands at the end of the bar: a frozen data set ("Frosset 2. nov. 2026, a41f9c") and what changed since."""

    text: str
    href: str = ""
    link_text: str = ""


def carried(selection: Selection) -> Selection:
    """What goes along from one of the four pages to the next: the groups, the measures and the usable months.

    Examples
    --------
    >>> carried(Selection(programme="region", indicator="MEDAFST", before=18, signal="common", cohort="2")).to_query()
    '?v=1&program=region&maaling=MEDAFST&foer=18'
    """
    return Selection(
        unit=selection.unit,
        months=selection.months,
        programme=selection.programme,
        indicator=selection.indicator,
        before=selection.before,
        after=selection.after,
        measures=selection.measures,
        primary=selection.primary,
        placebo=selection.placebo,
    )


def _newest(selection: Selection) -> Standing | None:
    """The newest frozen set the viewer may read, and how many figures changed since."""
    said = newest_frozen(current_store(), current_viewer(), timezone=current_settings().timezone)
    return None if said is None else Standing(said[0], carried(selection).href(SNAPSHOTS), said[1])


def evaluation_nav(
    current: str,
    selection: Selection,
    *,
    programmes: Sequence[Choice] = (),
    indicators: Sequence[Choice] = (),
    standing: Standing | None = None,
) -> Markup:
    """The bar over each of the four pages; `current` is the path of the one that is shown.

    `programmes` and `indicators` write `program` and `maaling` to the address; a list of fewer than two has nothing to
    choose and is left out. Pages that this board does not have are left out too.
    """
    registry = parts().registry
    names = (pgettext("cohorts", "Hold"), _("Effekt"), _("Analyser"), _("Frosne datasæt"))
    links = Markup("").join(
        Markup('<a href="{}"{}>{}</a>').format(
            carried(selection).href(path),
            Markup(' aria-current="page"') if path == current else NOTHING,
            name,
        )
        for path, name in zip(PATHS, names, strict=True)
        if registry.find(path) is not None
    )
    fields = NOTHING
    for name, label, choices in (("program", _("Program"), programmes), ("maaling", _("Måling"), indicators)):
        if len(choices) > 1:
            fields += filter_field(name, label, options_of(choices))
    if fields:
        fields = Markup('<form data-context data-version="{}" aria-label="{}">{}</form>').format(
            VERSION, _("Program og måling"), fields
        )
    end = NOTHING
    standing = standing or _newest(selection)
    if standing is not None:
        link = Markup(' <a href="{}">{}</a>').format(standing.href, standing.link_text) if standing.href else NOTHING
        end = Markup('<p class="evbar__end">{}<span>{}</span>{}</p>').format(
            ui_icon("lock", size=16), standing.text, link
        )
    return Markup('<div class="evbar no-print"><nav class="subnav" aria-label="{}">{}</nav>{}{}</div>').format(
        _("Undermenu"), links, fields, end
    )

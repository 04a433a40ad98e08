"""Overblik for evaluators: the classes they follow, a few units of a class at a time. No Dash here."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.presenters.board import Side
from dashboards.presenters.overview_filters import Choice
from dashboards.selection import Selection
from dashboards.text import _, language
from data.access import Role, Viewer
from data.queries import cohorts
from data.queries.units import Unit
from data.store import Store

COHORT_COLUMNS = 7  # units of a cohort have words and a line in every cell


def cohort_choices(store: Store, viewer: Viewer, selection: Selection) -> tuple[tuple[Choice, ...], str | None]:
    """For evaluators: the cohorts as links, and the one that is chosen. Nothing for other roles."""
    if not viewer.has(Role.EVALUATOR):
        return (), None
    granted = {grant.cohort_code for grant in viewer.grants if grant.role is Role.EVALUATOR}
    offered = [
        cohort
        for cohort in cohorts.all(store, viewer)
        if (None in granted or cohort.code in granted) and cohort_unit_codes(store, viewer, cohort.code)
    ]
    if not offered:
        return (), None
    members = {cohort.code: cohort_unit_codes(store, viewer, cohort.code) for cohort in offered}
    chosen = selection.cohort if selection.cohort in members else None
    if chosen is None or selection.unit not in members[chosen]:
        # A unit chosen in the context bar brings its own cohort with it.
        home = next((code for code, inside in members.items() if selection.unit in inside), None)
        chosen = home or chosen or (None if viewer.own_units else offered[0].code)
    choices = []
    for cohort in offered:
        first = members[cohort.code][0]
        href = selection.href("/", cohort=cohort.code, unit=first)
        choices.append(Choice(cohort.name.say(language()), href, is_current=cohort.code == chosen))
    return tuple(choices), chosen


def cohort_unit_codes(store: Store, viewer: Viewer, code: str) -> list[str]:
    """Codes of the units that take part with a cohort and that the viewer may see, in the order of the query."""
    return [unit.unit_code for unit in cohorts.units(store, viewer, code)]


def cohort_page(
    pool: Sequence[Unit], chosen: Unit, selection: Selection, cohort: str
) -> tuple[Side, tuple[Choice, ...]]:
    """Seven units of a cohort at a time: the page that holds the chosen unit, and links to the others."""
    size = COHORT_COLUMNS
    starts = range(0, len(pool), size)
    codes = [unit.code for unit in pool]
    at = codes.index(chosen.code) // size * size if chosen.code in codes else 0
    pages = tuple(
        Choice(
            _("Enhed {first}–{last}").format(first=start + 1, last=min(start + size, len(pool))),
            selection.href("/", unit=pool[start].code, cohort=cohort),
            is_current=start == at,
        )
        for start in starts
    )
    return Side(None, tuple(pool[at : at + size])), pages if len(pages) > 1 else ()

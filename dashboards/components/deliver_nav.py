"""The three pages of Indberet side by side: Ny levering, Komplethed, Kvitteringer."""

from __future__ import annotations

from markupsafe import Markup

from dashboards.selection import Selection
from dashboards.text import N_, _
from data.access import Role, Viewer

DELIVER, COMPLETENESS, RECEIPTS = "/indberet", "/indberet/komplethed", "/indberet/kvitteringer"
_NAMES = {DELIVER: N_("Ny levering"), COMPLETENESS: N_("Komplethed"), RECEIPTS: N_("Kvitteringer")}


def offered(viewer: Viewer) -> tuple[str, ...]:
    """Which of the three a viewer may open.

    Delivering is for those who deliver; an evaluator owns no delivery, so that a list of receipts would be empty.

    Examples
    --------
    >>> from data.access import Grant
    >>> none = frozenset()
    >>> offered(Viewer(1, "e@tavle.example", "Eva Lund", (Grant(Role.EVALUATOR),), none, none, none))
    ('/indberet/komplethed',)
    """
    paths = [COMPLETENESS]
    if viewer.delivers:
        paths.insert(0, DELIVER)
    if viewer.delivers or viewer.has(Role.LEADER):
        paths.append(RECEIPTS)
    return tuple(paths)


def deliver_nav(viewer: Viewer, current: str, selection: Selection) -> Markup:
    """Links to the pages the viewer may open; `current` is the path of the one that is shown.

    The unit goes along, a page's own choices do not. With a single page there is nothing to choose, and no bar.
    """
    paths = offered(viewer)
    if len(paths) < 2:
        return Markup("")
    carried = Selection(unit=selection.unit, months=selection.months)
    links = Markup("").join(
        Markup('<a href="{}"{}>{}</a>').format(
            carried.href(path), Markup(' aria-current="page"') if path == current else Markup(""), _(_NAMES[path])
        )
        for path in paths
    )
    return Markup('<nav class="subnav" aria-label="{}">{}</nav>').format(_("Undermenu"), links)

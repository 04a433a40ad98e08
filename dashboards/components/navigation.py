"""The navigation, built from the pages that exist and that this viewer uses."""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.pages import PageRecord, Registry
from dashboards.selection import Selection
from dashboards.text import _
from data.access import Viewer


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """`path` names the page whatever the address's query says; `href` carries the reader's choices along."""

    path: str
    href: str
    name: str
    icon: str
    is_current: bool


def navigation(
    registry: Registry, viewer: Viewer, current: PageRecord | None, selection: Selection
) -> list[NavigationLink]:
    """The links of the bar, in order. The unit and the period go along; a page's own view and filters do not.

    A page that lies under another marks that one, unless it stands in this viewer's bar itself.
    """
    carried = Selection(unit=selection.unit, months=selection.months)
    pages = registry.navigation(viewer)
    here = marked_path(pages, current)
    return [
        NavigationLink(page.path, carried.href(page.path), _(page.name), page.icon, page.path == here) for page in pages
    ]


def marked_path(pages: list[PageRecord], current: PageRecord | None) -> str:
    """The path of the link that is marked as here; "" while no page is shown."""
    if current is None:
        return ""
    return current.path if current in pages or not current.section else current.section

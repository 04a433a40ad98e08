"""The pages, found by walking this folder: one file, one page.

A page is a module here with two names:

- `PAGE: PageRecord`: where it lives, what it is called, who sees it in the navigation, how it is drawn;
- `register_callbacks(app)`: adds its callbacks with `@app.callback`. Never `dash.callback`: that one keeps callbacks in
  a global list which the first app of the process empties, so a second app (every test) would have none.

Why not `dash.register_page`: Dash Pages (4.4) answers every path with 200, hands the raw query string to the layout as
keywords, imports pages only when an app exists and renders an unknown page as a 404 headline inside a 200. Here one
callback in `shell.py` turns the address into a page, and the same registry answers the status code beforehand.

    PAGE = PageRecord(
        path="/indikator/<code>",
        name=N_("Indikator"),
        layout=layout,                  # layout(selection, code="...") -> component
        exists=exists,                  # exists(store, viewer, {"code": "..."}, selection) -> bool, or raises
        fields=("enhed", "periode"),    # what the context bar offers on this page
    )
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from dash import Dash
    from markupsafe import Markup

    from dashboards.selection import Selection
    from data.access import Role, Viewer
    from data.store import Store


def _always(store: Store, viewer: Viewer, path_args: Mapping[str, str], selection: Selection) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class PageRecord:
    """One page of the board.

    `path` is a template: `<code>` matches one part of the address and reaches `layout` and `exists` by that name,
    always as text. `also` holds further templates of the same page ("/maal" and "/maal/<goal>").

    `name` is a Danish message (`N_`), shown in the navigation and in the browser's title. `title`, where a page has a
    better one (the indicator's name), is called as `title(selection, **path_args)` and gives finished words.

    `order` places the page in the navigation; None keeps it out. `roles` names the roles that see it there; empty means
    everyone who is signed in. What a viewer may read is decided by the queries, never by the navigation.

    `layout(selection, **path_args)` draws the page. `selection.unit` is always filled in: with the unit of the address,
    else the viewer's first; it is None only for a viewer who may see no unit at all.

    `exists(store, viewer, path_args, selection)` decides the status code of a first load and is asked again before
    `layout`: True or nothing to go on; False, or `data.access.NotFound`, for 404; `data.access.NotAllowed` for 403. The
    unit of the address is already checked by the shell.

    `has_chart` says that a `dcc.Graph` stands on the page: the browser then fetches Plotly (1.5 MB) while Dash starts,
    instead of when the chart is drawn.

    `first_sight(selection, **path_args)` draws what stands in the document itself until Dash has started and asked for
    the page: the same pieces in the same places, for the eyes alone. Empty leaves the grey rows.

    `looks_back` says that the page shows the board of an earlier day (`pr`); others show today's and say so.

    `is_kept` says that what the page shows follows from the store, the viewer, the address, language, theme and day
    alone (no clock, no work under way, nothing that drawing it writes): the finished answer is then given again to the
    same person until something is written. `kept_answers` are the outputs of its callbacks of which the same holds.

    `section` is the path of the page this one lies under: the navigation marks that one while this is shown.

    `unit(store, viewer, selection, today)`, where a page is not about every unit, gives the one it is about: a region
    without figures of its own is not what one hands in for. None leaves the choice as it is.

    `fields` are the selects of the context bar on this page: "enhed", "periode".
    """

    path: str
    name: str
    layout: Callable[..., Any]
    icon: str = ""
    order: int | None = None
    roles: frozenset[Role] = frozenset()
    exists: Callable[[Store, Viewer, Mapping[str, str], Selection], bool | None] = _always
    title: Callable[..., str] | None = None
    also: tuple[str, ...] = ()
    fields: tuple[str, ...] = ("enhed",)
    has_chart: bool = False
    first_sight: Callable[..., Markup] | None = None
    looks_back: bool = False
    is_kept: bool = False
    kept_answers: frozenset[str] = frozenset()
    section: str = ""
    unit: Callable[[Store, Viewer, Selection, date], str | None] | None = None

    @property
    def templates(self) -> tuple[str, ...]:
        return (self.path, *self.also)

    def match(self, pathname: str) -> dict[str, str] | None:
        """The path arguments if `pathname` is an address of this page, else None."""
        for template in self.templates:
            found = _pattern(template).fullmatch(pathname)
            if found:
                return {name: unquote(value) for name, value in found.groupdict().items()}
        return None


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"<(\w+)>", template)
    return re.compile("".join(f"(?P<{part}>[^/]+)" if i % 2 else re.escape(part) for i, part in enumerate(parts)))


@dataclass(frozen=True, slots=True)
class Match:
    """A page and the arguments its address carries."""

    page: PageRecord
    path_args: dict[str, str]


class PageError(Exception):
    """A page module that cannot take part: no PAGE, no register_callbacks, or an address that is taken."""


@dataclass(frozen=True, slots=True)
class Registry:
    """All pages of one app, in the order of the navigation."""

    pages: tuple[PageRecord, ...]
    modules: tuple[ModuleType, ...] = ()

    def find(self, pathname: str) -> Match | None:
        """The page that lives at `pathname` (without query), or None. A trailing slash does not matter."""
        clean = pathname.rstrip("/") or "/"
        for page in self.pages:
            path_args = page.match(clean)
            if path_args is not None:
                return Match(page, path_args)
        return None

    @property
    def kept_answers(self) -> frozenset[str]:
        """The outputs of all callbacks whose answers may be given again: see `PageRecord.is_kept`."""
        return frozenset().union(*(page.kept_answers for page in self.pages))

    def navigation(self, viewer: Viewer) -> list[PageRecord]:
        """The pages this viewer finds in the navigation."""
        return [
            page
            for page in self.pages
            if page.order is not None and (not page.roles or any(viewer.has(role) for role in page.roles))
        ]

    def register_callbacks(self, app: Dash) -> None:
        for module in self.modules:
            module.register_callbacks(app)


def load_registry(package: str = __name__) -> Registry:
    """Import every module of the folder and gather its page; PageError names the module that is wrong."""
    modules = [
        importlib.import_module(f"{package}.{info.name}")
        for info in sorted(pkgutil.iter_modules(importlib.import_module(package).__path__), key=lambda info: info.name)
    ]
    taken: dict[str, str] = {}
    for module in modules:
        page = getattr(module, "PAGE", None)
        if not isinstance(page, PageRecord) or not callable(getattr(module, "register_callbacks", None)):
            raise PageError(f"{module.__name__}: a page needs PAGE (a PageRecord) and register_callbacks(app)")
        for template in page.templates:
            if template in taken:
                raise PageError(f"{module.__name__}: {template} is already the address of {taken[template]}")
            taken[template] = module.__name__
    modules.sort(key=lambda module: (module.PAGE.order is None, module.PAGE.order or 0, module.PAGE.path))
    return Registry(tuple(module.PAGE for module in modules), tuple(modules))

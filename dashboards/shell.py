"""The frame around every page: what the server draws at once, and the one callback that turns an address into a page.

The top bar, the context bar, the footer and the sprite are HTML from the server (templates/), so they stand before any
script runs, are the same on error pages, and work without React. Dash owns what is inside `<main>`.

A page is asked for in two ways and answered with the same words: `resolve` decides the status code of a first load, and
decides again when a link inside the app is followed.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import dash
from dash import ClientsideFunction, Input, Output, dcc, html
from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from dashboards import answers, permalinks, search, statement, static
from dashboards.components import states
from dashboards.components.context_bar import PERIOD, UNIT, Field, context_fields
from dashboards.components.markup import Html
from dashboards.components.navigation import NavigationLink, marked_path, navigation
from dashboards.components.states import State
from dashboards.context import chosen_theme, current_store, current_today, current_viewer, parts
from dashboards.errors import TOAST, on_callback_error, refuse, report, state_page
from dashboards.pages import Match, PageRecord
from dashboards.security import csrf, headers
from dashboards.security.addresses import is_personal
from dashboards.security.guard import is_for_script
from dashboards.selection import ALL_MONTHS, VERSION, Selection
from dashboards.text import LANGUAGES, _, day_text, language
from data.access import NO_ACCESS, NotAllowed, NotFound, Role, Viewer
from data.queries import units

ROOT = Path(__file__).resolve().parents[1]
ASSETS = ROOT / "assets"
TEMPLATES = Path(__file__).parent / "templates"


class Ids:
    ADDRESS = "address"
    CONTENT = "content"
    PAGE = "page"
    ARRIVED = "page-arrived"
    THEME = "theme"
    TOAST = TOAST


PAGE_OUTPUT = f"..{Ids.CONTENT}.children...{Ids.PAGE}.data.."  # how Dash names the callback that draws a page


# ------------------------------------------------------------------------------------------------- from address to page


@dataclass(frozen=True, slots=True)
class Resolved:
    """What an address means for this viewer. `state` stands in for the page where there is none to show."""

    status: int
    selection: Selection
    match: Match | None = None
    state: State | None = None

    @property
    def title(self) -> str:
        """The page's name for the browser's title and the reader's ears."""
        if self.state is not None or self.match is None:
            return self.state.title if self.state else ""
        page = self.match.page
        return page.title(self.selection, **self.match.path_args) if page.title else _(page.name)


def resolve(pathname: str, query: str) -> Resolved:
    """Decide what `pathname` (as the browser writes it, percent-encoded) and `query` stand for."""
    selection = Selection.from_query(query).on(current_today())
    match = parts().registry.find(pathname)
    home = Selection(months=selection.months).href("/")
    if match is None:
        return Resolved(404, selection, state=states.not_found(home=home))
    store, viewer = current_store(), current_viewer()
    try:
        if selection.unit is None:
            selection = selection.but(unit=first_unit(viewer))
        else:
            units.get(store, viewer, selection.unit)
    except NotFound:
        return Resolved(404, selection, state=states.unit_not_found(home=home))
    except NotAllowed:
        unit = units.find(store, viewer, selection.unit or "")  # that a unit exists and its name are public
        return Resolved(
            403, selection, state=states.not_allowed(unit.name.say(language()), _own_name(viewer), home=home)
        )
    try:
        there = match.page.exists(store, viewer, match.path_args, selection)
    except NotFound as refusal:
        return Resolved(404, selection, state=states.not_found(home=home, text=refusal.reason(language())))
    except NotAllowed as refusal:
        return Resolved(403, selection, state=_no_access(viewer, refusal, home))
    if there is False:
        return Resolved(404, selection, state=states.not_found(home=home))
    if match.page.unit is not None:
        selection = selection.but(unit=match.page.unit(store, viewer, selection, current_today()) or selection.unit)
    return Resolved(200, selection, match=match)


def first_unit(viewer: Viewer) -> str | None:
    """The unit a viewer sees when the address names none: where the person works, else the first that may be seen."""
    if viewer.home_units:
        return viewer.home_units[0]
    visible = units.visible(current_store(), viewer, on=current_today())
    return visible[0].code if visible else None


def _no_access(viewer: Viewer, refusal: NotAllowed, home: str) -> State:
    name = refusal.values.get("name")
    if refusal.words is not NO_ACCESS or not name:
        return states.page_not_allowed(refusal.reason(language()), home=home)
    return states.not_allowed(str(name), _own_name(viewer), home=home)


def _own_name(viewer: Viewer) -> str:
    if not viewer.home_units:
        return ""
    return units.get(current_store(), viewer, viewer.home_units[0], on=current_today()).name.say(language())


def draw(resolved: Resolved, address: str) -> Any:
    """The page, or the state that stands in for it. What breaks meanwhile ends as words with a reference."""
    if resolved.state is not None or resolved.match is None:
        return states.page_state(resolved.state or states.not_found())
    try:
        return resolved.match.page.layout(resolved.selection, **resolved.match.path_args)
    except NotFound as refusal:
        return states.page_state(states.not_found(text=refusal.reason(language())))
    except NotAllowed as refusal:
        return states.page_state(_no_access(current_viewer(), refusal, "/"))
    except Exception as error:
        answers.is_passing()
        return states.page_state(states.failed(report(error, resolved.match.page.path), again=address))


# ------------------------------------------------------------------------------------------------- what templates read


@dataclass(frozen=True, slots=True)
class ShellView:
    """Everything the templates know of a request. Without a viewer there is no navigation and no account menu."""

    language: str
    theme: str
    next_theme: str
    title: str
    here: str
    is_demo: bool
    version: str
    viewer: Viewer | None
    roles: tuple[str, ...]
    links: tuple[NavigationLink, ...]
    fields: tuple[Field, ...]
    day: str
    shows_visit: bool = False
    selection_version: int = VERSION

    @property
    def initials(self) -> str:
        words = re.findall(r"\w+", self.viewer.name) if self.viewer else []
        return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper() if words else "?"

    @property
    def other_language(self) -> tuple[str, str]:
        """Code and name of the language one can switch to."""
        return next((code, name) for code, name in LANGUAGES.items() if code != self.language)

    @property
    def full_title(self) -> str:
        return full_title(self.title, is_demo=self.is_demo)

    def link(self, path: str) -> str:
        """A link that comes back here: `/sprog/en` becomes `/sprog/en?next=...`."""
        return f"{path}?{urlencode({'next': self.here})}"


def _day_shown(page: PageRecord | None, selection: Selection) -> date:
    """The day whose figures stand on the page."""
    return selection.as_of if page and page.looks_back and selection.as_of else current_today()


def full_title(title: str, *, is_demo: bool) -> str:
    return " · ".join(filter(None, (title, "Tavle", "DEMO" if is_demo else "")))


THEME_ORDER = ("auto", "light", "dark", "contrast")


def role_names(viewer: Viewer) -> tuple[str, ...]:
    names = {
        Role.LEADER: _("Leder"),
        Role.QUALITY_TEAM: _("Kvalitetsteam"),
        Role.EVALUATOR: _("Evaluator"),
        Role.ADMINISTRATOR: _("Administrator"),
    }
    return tuple(names[role] for role in names if viewer.has(role))


def shell_view() -> ShellView:
    """The shell of this request; `g.tavle_resolved` holds the page where one was asked for."""
    viewer: Viewer | None = None if g.get("tavle_shell_is_bare") else g.get("tavle_viewer")
    resolved: Resolved | None = g.get("tavle_resolved")
    selection = resolved.selection if resolved else Selection()
    page = resolved.match.page if resolved and resolved.match else None
    theme = chosen_theme()
    has_fields = not g.get("tavle_shell_has_no_fields")
    return ShellView(
        language=language(),
        theme=theme,
        next_theme=THEME_ORDER[(THEME_ORDER.index(theme) + 1) % len(THEME_ORDER)],
        title=resolved.title if resolved else "",
        here="/" if is_personal(request.full_path) else request.full_path.rstrip("?"),
        is_demo=parts().is_demo,
        version=product_version(),
        viewer=viewer,
        roles=role_names(viewer) if viewer else (),
        links=tuple(navigation(parts().registry, viewer, page, selection)) if viewer else (),
        fields=_fields(viewer, selection, page.fields if page else (UNIT,)) if viewer and has_fields else (),
        day=day_text(_day_shown(page, selection)),
        shows_visit=_shows_visit(page),
    )


VISIT_COOKIE = "tavle_visit"  # set by assets/tavle_search.js when the tour is closed


def _shows_visit(page: PageRecord | None) -> bool:
    """The tour is for people who try the demo, on the page they come to first, until they close it."""
    return parts().is_demo and page is not None and page.path == "/" and VISIT_COOKIE not in request.cookies


def _fields(viewer: Viewer, selection: Selection, shown: tuple[str, ...]) -> tuple[Field, ...]:
    offered = units.visible(current_store(), viewer, on=current_today())
    if selection.unit and viewer.may_see(selection.unit) and all(one.code != selection.unit for one in offered):
        # A unit that has closed, or has yet to open, can be looked at, and the bar says that it is. An administrator
        # may see every unit there is; of one that there is not, the page has words.
        with suppress(NotFound):
            offered.append(units.get(current_store(), viewer, selection.unit, on=current_today()))
    return context_fields(offered, viewer, selection, shown)


@cache
def product_version() -> str:
    try:
        return metadata.version("tavle")
    except metadata.PackageNotFoundError:  # run from a folder without having been installed
        return ""


@cache
def sprite() -> Markup:
    """The icons as they stand in assets/icons.svg, to be inlined once a page. Without room of its own from the start:
    a sprite that waits for a style sheet to hide it pushes the page down meanwhile."""
    text = (ASSETS / "icons.svg").read_text("utf-8")
    return Markup(text.replace('style="display:none"', 'class="sprite" width="0" height="0"', 1))


@lru_cache(maxsize=256)
def asset(name: str) -> str:
    """The address of a file in assets/, with the mark by which Dash's own links make it cacheable for ever."""
    return f"/assets/{name}?m={(ASSETS / name).stat().st_mtime}"


def stylesheets() -> tuple[str, ...]:
    return tuple(asset(path.name) for path in sorted(ASSETS.glob("*.css")))


# --------------------------------------------------------------------------------------------- Dash inside the frame


class TavleDash(dash.Dash):
    """Dash with our index page and honest status codes."""

    def index(self, *_args: Any, **_kwargs: Any) -> ResponseReturnValue:
        """Answer a page's first load: the board with 200, or the words for 403 and 404 with theirs."""
        resolved = resolve(quote(request.path), request.query_string.decode("utf-8", "replace"))
        g.tavle_resolved = resolved
        if resolved.state is not None:
            if is_for_script():
                return refuse(resolved.status, resolved.state.title)
            return state_page(resolved.status, resolved.state)
        answer: ResponseReturnValue = super().index()
        return answer

    def _has_chart(self) -> bool:
        resolved: Resolved | None = g.get("tavle_resolved")
        return resolved is not None and resolved.match is not None and resolved.match.page.has_chart

    def interpolate_index(self, **pieces: str) -> str:
        mark = f'<script nonce="{headers.nonce()}"'
        scripts = static.without_unused(pieces["scripts"])
        return render_template(
            "index.html",
            app_entry=Markup(pieces["app_entry"]),
            config=Markup(pieces["config"]),
            scripts=Markup(scripts.replace("<script", mark)),
            renderer=Markup(pieces["renderer"].replace("<script", mark)),
            dash_css=Markup(pieces["css"]),
            first_sight=_first_sight(),
            skeleton=states.skeleton(),
            early_scripts=static.CHART_SCRIPTS if self._has_chart() else (),
        )


def _first_sight() -> Markup:
    """What the page of this request shows before scripts run; empty where it has nothing, or something is in the way.

    The page itself is asked for in a moment and then says what that was.
    """
    resolved: Resolved = g.tavle_resolved
    if resolved.match is None or resolved.match.page.first_sight is None:
        return Markup("")
    try:
        return resolved.match.page.first_sight(resolved.selection, **resolved.match.path_args)
    except (NotFound, NotAllowed):
        return Markup("")
    except Exception as error:
        report(error, resolved.match.page.path)
        return Markup("")


def layout() -> html.Div:
    """What Dash puts inside `<main>`: nothing that knows a viewer, so that it can be built before anybody asks."""
    return html.Div(
        [
            dcc.Location(id=Ids.ADDRESS, refresh="callback-nav"),
            dcc.Store(id=Ids.PAGE),
            dcc.Store(id=Ids.ARRIVED),
            dcc.Store(id=Ids.THEME),
            Html(id=Ids.TOAST, className="toast"),
            html.Div(id=Ids.CONTENT),
        ]
    )


def register_callbacks(app: dash.Dash) -> None:
    @app.callback(
        Output(Ids.CONTENT, "children"),
        Output(Ids.PAGE, "data"),
        Input(Ids.ADDRESS, "pathname"),
        Input(Ids.ADDRESS, "search"),
        Input(Ids.THEME, "data"),
        prevent_initial_call=True,  # the address arrives by itself once the browser has told it
    )
    def show(pathname: str | None, search: str | None, _theme: str | None) -> tuple[Any, dict[str, Any]]:
        resolved = resolve(pathname or "/", search or "")
        return draw(resolved, (pathname or "/") + (search or "")), page_data(resolved)

    app.clientside_callback(
        ClientsideFunction("tavle", "arrived"), Output(Ids.ARRIVED, "data"), Input(Ids.PAGE, "data")
    )


def page_data(resolved: Resolved) -> dict[str, Any]:
    """What assets/tavle_shell.js needs to bring the frame in line with the page inside it."""
    page = resolved.match.page if resolved.match else None
    selection = resolved.selection
    return {
        "title": full_title(resolved.title, is_demo=parts().is_demo),
        "current": marked_path(parts().registry.navigation(current_viewer()), page),
        "links": {link.path: link.href for link in navigation(parts().registry, current_viewer(), page, selection)},
        "day": _("Data pr. {day}").format(day=day_text(_day_shown(page, selection))),
        "fields": list(page.fields if page else (UNIT,)),
        "values": {
            UNIT: selection.unit or "",
            PERIOD: ALL_MONTHS if selection.months is None else str(selection.months),
        },
    }


def make_dash(server: Flask) -> TavleDash:
    """Dash on `server`, with the frame and the pages of its registry. The guard must already stand."""
    app = TavleDash(
        __name__,
        server=server,
        assets_folder=str(ASSETS),
        assets_ignore=r".*\.svg$",
        use_pages=False,
        pages_folder="",
        title="Tavle",
        update_title="",
        serve_locally=True,
        # Callbacks of a page name ids that are on the page only. That each id exists on its page is checked by a test
        # (tests/dashboards/test_app.py), which says more than the browser's console would.
        suppress_callback_exceptions=True,
        csrf_token_name=csrf.COOKIE,
        csrf_header_name=csrf.HEADER,
        on_error=on_callback_error,
        enable_mcp=False,
        add_log_handler=False,
    )
    app.layout = layout()
    register_callbacks(app)
    answers.install(server, PAGE_OUTPUT)
    return app


def install(server: Flask) -> None:
    """Give the templates what they read, and open the doors of the search box and of short addresses."""
    search.install(server)
    permalinks.install(server)
    statement.install(server)
    server.jinja_env.globals.update(
        _=_, sprite=sprite, asset=asset, stylesheets=stylesheets, nonce=headers.nonce, states=states
    )
    server.context_processor(lambda: {"shell": shell_view()})

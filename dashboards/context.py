"""The one door from a page or a callback to the store, the person who asks, and what is set.

Nothing here is a module global: the app keeps its parts in `flask.current_app.extensions["tavle"]` and the request
keeps its viewer in `flask.g`, so two apps and two people never meet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from flask import current_app, g, request, session

if TYPE_CHECKING:
    from dashboards.pages import Registry
    from data.access import Viewer
    from data.store import Store


class BoardSettings(Protocol):
    """What the screen needs to know of what is set. `settings.Settings` is one; imports run down: it is not named."""

    @property
    def var(self) -> Path: ...

    @property
    def mode(self) -> str: ...

    @property
    def host(self) -> str: ...

    @property
    def port(self) -> int: ...

    @property
    def session_minutes(self) -> int: ...

    @property
    def secure_cookies(self) -> bool: ...

    @property
    def sign_in_attempts(self) -> str: ...

    @property
    def upload_limit_mb(self) -> float: ...

    @property
    def upload_row_limit(self) -> int: ...

    @property
    def delivery_deadline_day(self) -> int: ...

    @property
    def small_number(self) -> int: ...

    @property
    def timezone(self) -> str: ...

    @property
    def mail_from(self) -> str: ...

    @property
    def public_url(self) -> str: ...

    @property
    def accessibility_contact(self) -> str: ...

    @property
    def accessibility_phone(self) -> str: ...

    @property
    def accessibility_owner(self) -> str: ...

    @property
    def accessibility_statement(self) -> str: ...

    def signing_key(self) -> str: ...

    def current_day(self) -> date: ...

    def current_moment(self) -> datetime: ...


EXTENSION = "tavle"
LAST_VISIT = "tavle_last_visit"  # in the session: when the person was here before this one
THEMES = ("auto", "light", "dark", "contrast")
THEME_COOKIE = "tavle_theme"  # what the reader chose
SCHEME_COOKIE = "tavle_scheme"  # what the machine prefers, told by the browser; serves "auto"


@dataclass(slots=True)
class Parts:
    """What one app is made of. The store is opened once and shared by its threads."""

    store: Store
    settings: BoardSettings
    registry: Registry
    is_demo: bool


def parts() -> Parts:
    """The parts of the app that answers this request."""
    found: Parts = current_app.extensions[EXTENSION]
    return found


def current_store() -> Store:
    return parts().store


def current_settings() -> BoardSettings:
    return parts().settings


def public_address() -> str:
    """Where people reach the board, for links that leave the page: as it was set, else as this request came."""
    return current_settings().public_url or request.url_root.rstrip("/")


def current_today() -> date:
    """Today's date on the reader's calendar; a fixed one in the demo."""
    return parts().settings.current_day()


def current_now() -> datetime:
    """This moment in UTC without a zone, as the store keeps it."""
    return parts().settings.current_moment()


def current_viewer() -> Viewer:
    """The person who asks. The guard has let nobody past without signing in, so there is one."""
    viewer: Viewer = g.tavle_viewer
    return viewer


def last_visit() -> datetime | None:
    """When the viewer was here before this session (UTC), as the sign-in found it; None at the first visit."""
    kept = session.get(LAST_VISIT)
    return datetime.fromisoformat(kept) if kept else None


def chosen_theme() -> str:
    """What the reader chose: "auto" until then."""
    theme = request.cookies.get(THEME_COOKIE, "auto")
    return theme if theme in THEMES else "auto"


def current_theme() -> str:
    """The theme figures are drawn in: "light", "dark" or "contrast"."""
    theme = chosen_theme()
    if theme != "auto":
        return theme
    scheme = request.cookies.get(SCHEME_COOKIE, "light")
    return scheme if scheme in THEMES[1:] else "light"

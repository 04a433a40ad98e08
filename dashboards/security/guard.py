"""Nobody past without signing in, on every path, Dash's own included.

A list of what is open, not of what is closed: a route somebody adds tomorrow is closed until it is named here.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Flask, g, jsonify, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from dashboards.context import LAST_VISIT, current_store, current_today
from dashboards.security.addresses import local_address
from dashboards.text import _
from data.access import NotFound, Viewer, load_viewer

SIGN_IN = "/log-ind"
# Open: the way in, what it is drawn with, the language it speaks, and whether the server is well.
STATEMENT = "/tilgaengelighed"  # whoever cannot get in must be able to read how to say so
SHORT_STATEMENT = "/was"  # where Danish authorities agree that it is found
OPEN_PATHS = frozenset({SIGN_IN, STATEMENT, SHORT_STATEMENT, "/healthz", "/favicon.ico", "/_favicon.ico"})
STATIC_PREFIXES = ("/assets/", "/_dash-component-suites/")
OPEN_PREFIXES = ("/sprog/", "/tema/")
# Closed by other means: the command line's door (api/local.py) and that of machines (api/v1) ask for their tokens and
# take no session; the figures for monitoring answer to this machine and to administrators.
OTHER_DOORS, METRICS = frozenset({"local", "api_v1"}), "/metrics"

_SESSION_ID = "tavle_session"
_ENDED = "tavle_ended_sessions"


class SignedIn(UserMixin):
    """The person behind a session, as Flask-Login sees them."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer

    def get_id(self) -> str:
        return self.viewer.email


class EndedSessions:
    """Sessions that were signed out before they ran out.

    The session lives in a signed cookie, so signing out only asks the browser to forget it. A copy of the cookie is
    refused because its number stands here. Kept in memory: after a restart a copy would be good until it runs out.
    """

    def __init__(self, most: int = 10_000) -> None:
        self._numbers: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()
        self._most = most

    def add(self, number: str) -> None:
        with self._lock:
            self._numbers[number] = None
            while len(self._numbers) > self._most:
                self._numbers.popitem(last=False)

    def __contains__(self, number: object) -> bool:
        with self._lock:
            return number in self._numbers


def install(server: Flask, *, secure_cookies: bool, session_minutes: int, key: str) -> None:
    server.secret_key = key
    server.config.update(
        SESSION_COOKIE_NAME="tavle_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure_cookies,
        # Sliding: every answer renews the cookie, and what is older than this is not read any more.
        PERMANENT_SESSION_LIFETIME=timedelta(minutes=session_minutes),
        SESSION_REFRESH_EACH_REQUEST=True,
    )
    server.extensions[_ENDED] = EndedSessions()
    manager = LoginManager(server)
    # "strong" would end the session when the address changes, which it does on hospital networks and phones.
    manager.session_protection = "basic"

    @manager.user_loader
    def load_user(email: str) -> SignedIn | None:
        if session.get(_SESSION_ID) is None or session[_SESSION_ID] in server.extensions[_ENDED]:
            return None
        try:
            return SignedIn(load_viewer(current_store(), email, on=current_today()))
        except NotFound:  # the account was closed after the session began
            return None

    @server.before_request
    def ask_who() -> ResponseReturnValue | None:
        path = request.path
        g.tavle_viewer = None
        if path.startswith(STATIC_PREFIXES) or path == "/healthz" or request.blueprint in OTHER_DOORS:
            return None  # nothing that depends on who asks: the store is not even opened for them
        if current_user.is_authenticated:
            g.tavle_viewer = current_user.viewer
            return None
        if path in OPEN_PATHS or path.startswith(OPEN_PREFIXES) or path == METRICS:
            return None
        return turn_away()


def turn_away() -> ResponseReturnValue:
    """Pages go to the sign-in page and come back; scripts get 401 and know what to do (assets/tavle_session.js)."""
    if not is_for_script():
        wanted = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else "/"
        return redirect(
            f"{SIGN_IN}?{urlencode({'next': local_address(wanted)})}", 302 if request.method in ("GET", "HEAD") else 303
        )
    return jsonify(error="signed_out", message=_("Du er logget ud. Log ind igen.")), 401


def is_for_script() -> bool:
    """Whether the answer goes to a script or a machine rather than to somebody's eyes."""
    return (
        request.path.startswith(("/_dash-", "/_local/", "/api/"))
        or request.headers.get("X-Requested-With") == "XMLHttpRequest"
        or request.headers.get("Sec-Fetch-Mode", "navigate") not in ("navigate", "nested-navigate")
    )


def begin_session(viewer: Viewer, last_visit: datetime | None = None) -> None:
    """Sign `viewer` in under a new session: nothing of the one before it, its token included, is carried over.

    The session remembers when the person was here before: the account itself now says "today".
    """
    session.clear()
    session.permanent = True
    session[_SESSION_ID] = secrets.token_urlsafe(16)
    if last_visit is not None:
        session[LAST_VISIT] = last_visit.isoformat()
    login_user(SignedIn(viewer))


def end_session(server: Flask) -> None:
    """Sign out, and refuse copies of the cookie from now on."""
    number: Any = session.get(_SESSION_ID)
    if number:
        server.extensions[_ENDED].add(number)
    logout_user()
    session.clear()

"""Every POST carries the session's token: forms in a field, Dash's callbacks in a header.

Dash's renderer reads a cookie by the name `csrf_token_name` and sends it back in `csrf_header_name` with every
callback (`dash.Dash(csrf_token_name=...)`, Dash 4.2 and later). The cookie holds Flask-WTF's token, which is signed and
tied to the session, so a cookie planted from another host of the same domain is worth nothing. Scripts must read it,
hence it is the one cookie without HttpOnly.
"""

from __future__ import annotations

from flask import Flask, Response, g, request, session
from flask_wtf.csrf import CSRFProtect, generate_csrf, validate_csrf
from wtforms import ValidationError  # type: ignore[import-untyped]

COOKIE = "tavle_csrf"
HEADER = "X-CSRFToken"

_KEY = "tavle_csrf_protect"


def install(server: Flask, *, secure_cookies: bool) -> None:
    # The token lives as long as its session; an hour would break a page that was left open over lunch.
    server.config["WTF_CSRF_TIME_LIMIT"] = None
    server.config["WTF_CSRF_HEADERS"] = [HEADER]
    server.extensions[_KEY] = CSRFProtect(server)

    @server.after_request
    def hand_out_token(response: Response) -> Response:
        if g.get("tavle_viewer") is None or _is_current(request.cookies.get(COOKIE)):
            return response
        response.set_cookie(COOKIE, generate_csrf(), samesite="Lax", secure=secure_cookies, path="/")
        return response


def exempt(server: Flask, blueprint: object) -> None:
    """Let a blueprint through that proves its caller in another way (a bearer token)."""
    server.extensions[_KEY].exempt(blueprint)


def _is_current(token: str | None) -> bool:
    if not token or "csrf_token" not in session:
        return False
    try:
        validate_csrf(token)
    except ValidationError:
        return False
    return True

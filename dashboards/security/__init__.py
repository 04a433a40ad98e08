"""Who gets in, and how the way in is kept: sign-in, the guard on every path, CSRF, headers, attempts.

`protect(app)` puts all of it on the Flask server, in the order in which a request meets it:

1. the guard (`guard.py`): nobody past without signing in, on every path, Dash's own included;
2. CSRF (`csrf.py`): every POST carries the session's token, Dash's callbacks too;
3. the answer gets its headers (`headers.py`).
"""

from __future__ import annotations

from flask import Flask

from dashboards.security import csrf, guard, headers, own_password, sign_in


def protect(server: Flask, *, secure_cookies: bool, session_minutes: int, sign_in_attempts: str, key: str) -> None:
    """Set up sessions, guard, CSRF, sign-in pages and headers on `server`. Call it before any route is asked."""
    guard.install(server, secure_cookies=secure_cookies, session_minutes=session_minutes, key=key)
    csrf.install(server, secure_cookies=secure_cookies)
    sign_in.install(server, sign_in_attempts)
    own_password.install(server, sign_in_attempts)
    headers.install(server)

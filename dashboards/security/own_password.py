"""A new password for one's own account: a plain form on the account page, sent here, answered by going back there.

Not a callback: a password manager knows a form by its being sent, and no password stays behind in the page's memory.
What became of it stands in the address as a code (`vis`), and the page says it in words.
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from flask import Flask, g, redirect, request
from flask.typing import ResponseReturnValue

from dashboards.context import current_now, current_store, parts
from dashboards.security.attempts import Attempts
from dashboards.selection import Selection
from data import accounts
from data.accounts import AccountError
from indicators.words import Words

ACCOUNT, PASSWORD = "/konto", "/konto/adgangskode"
# Codes of what became of the form, for the address.
CHANGED, IN_DEMO, BLOCKED = "skiftet", "demo", "vent"
REFUSALS: Mapping[str, Words] = {
    "gammel": accounts.WRONG_OLD,
    "kort": accounts.SHORT,
    "lang": accounts.LONG,
    "uens": accounts.NOT_TWICE,
    "samme": accounts.NOTHING_NEW,
    "adresse": accounts.OWN_ADDRESS,
}

log = structlog.get_logger("tavle.account")


def install(server: Flask, limits: str) -> None:
    attempts = Attempts(limits)

    @server.post(PASSWORD)
    def change_password() -> ResponseReturnValue:
        return redirect(Selection(show=_changed(attempts)).href(ACCOUNT), 303)


def _changed(attempts: Attempts) -> str:
    """Do what the form asks, and say what became of it."""
    if parts().is_demo:
        return IN_DEMO
    viewer, address = g.tavle_viewer, request.remote_addr or ""
    # Whoever sits down at a machine that was left open must not guess the old password here.
    if attempts.begin(viewer.email, address).is_blocked:
        log.warning("password_blocked")
        return BLOCKED
    old, new, again = (request.form.get(name, "") for name in ("old", "new", "again"))
    try:
        accounts.change_password(current_store(), viewer, old, new, again, now=current_now())
    except AccountError as refusal:
        return next(code for code, words in REFUSALS.items() if words is refusal.words)
    attempts.succeeded(viewer.email, address)
    log.info("password_changed")
    return CHANGED

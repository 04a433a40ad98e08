"""The sign-in page: a plain form that works without JavaScript, and signing out by POST."""

from __future__ import annotations

import math

import structlog
from flask import Flask, current_app, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from dashboards.context import current_now, current_store
from dashboards.security.addresses import local_address
from dashboards.security.attempts import Attempts
from dashboards.security.example_chart import example_chart
from dashboards.security.guard import SIGN_IN, begin_session, end_session
from dashboards.text import _, ngettext
from data import accounts
from data.access import SYSTEM, load_viewer
from data.accounts import LONGEST_PASSWORD

SIGN_OUT = "/log-ud"
LONGEST_EMAIL = 254  # longer ones are not addresses

log = structlog.get_logger("tavle.sign_in")


def install(server: Flask, limits: str) -> None:
    attempts = Attempts(limits)

    @server.get(SIGN_IN)
    def sign_in_page() -> ResponseReturnValue:
        if g.tavle_viewer is not None:
            return redirect(local_address(request.args.get("next")), 303)
        return page()

    @server.post(SIGN_IN)
    def sign_in() -> ResponseReturnValue:
        email = request.form.get("email", "").strip()[:LONGEST_EMAIL]
        password = request.form.get("password", "")
        if not email or not password or len(password) > LONGEST_PASSWORD:
            return page(email, _("Skriv både e-mail og adgangskode.")), 400
        address = request.remote_addr or ""
        verdict = attempts.begin(email, address)
        if verdict.is_blocked:
            log.warning("sign_in_blocked")
            answer = current_app.make_response((page(email, _wait_text(verdict.wait_seconds)), 429))
            answer.headers["Retry-After"] = str(verdict.wait_seconds)
            return answer
        now = current_now()
        account = accounts.sign_in(current_store(), SYSTEM, email, password, now=now)
        if account is None:
            log.info("sign_in_failed")
            return page(email, _failed_text(verdict.remaining - 1)), 401
        attempts.succeeded(email, address)
        begin_session(load_viewer(current_store(), account.email), account.visit_before(now))
        log.info("sign_in")
        return redirect(local_address(request.form.get("next")), 303)

    @server.post(SIGN_OUT)
    def sign_out() -> ResponseReturnValue:
        end_session(server)
        answer = redirect(SIGN_IN, 303)
        answer.headers["Clear-Site-Data"] = '"storage"'  # pages are no-store, scripts are everybody's
        return answer

    @server.get(SIGN_OUT)
    def sign_out_by_link() -> ResponseReturnValue:
        return redirect("/", 303)  # a link or an image on another site must not sign anybody out

    @server.errorhandler(CSRFError)
    def stale(error: CSRFError) -> ResponseReturnValue:
        if request.path == SIGN_IN:
            return page(request.form.get("email", "")[:LONGEST_EMAIL], _("Siden var for gammel. Prøv igen.")), 400
        from dashboards.errors import refuse

        return refuse(400, _("Siden er for gammel. Genindlæs den, og prøv igen."))


def page(email: str = "", error: str = "") -> str:
    wanted = local_address(request.values.get("next"))
    return render_template(
        "sign_in.html", email=email, error=error, wanted=wanted if wanted != "/" else "", chart=example_chart()
    )


def _failed_text(remaining: int) -> str:
    text = _("E-mail og adgangskode passer ikke sammen.")
    if remaining <= 0:
        return text + " " + _("Vent lidt, før du prøver igen.")
    left = ngettext("Du har {count} forsøg tilbage.", "Du har {count} forsøg tilbage.", remaining)
    return text + " " + left.format(count=remaining)


def _wait_text(seconds: int) -> str:
    minutes = math.ceil(seconds / 60)
    text = ngettext("Prøv igen om {count} minut.", "Prøv igen om {count} minutter.", minutes)
    return _("For mange forsøg.") + " " + text.format(count=minutes)

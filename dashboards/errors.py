"""What happens when something breaks: a reference for the reader, a line in the log, words instead of a blank page.

The log line says where in our code it broke and what kind of error it was. It says neither what the error's message was
nor which address or account it concerned: messages of errors quote the data they choked on.
"""

from __future__ import annotations

import secrets
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dash
import structlog
from dash.exceptions import DependencyException
from flask import Flask, current_app, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from dashboards import answers
from dashboards.components import states
from dashboards.components.states import State
from dashboards.context import current_settings
from dashboards.presenters.background_jobs import Failed
from dashboards.security.guard import is_for_script
from dashboards.text import _, language, number
from data.errors import DataError, StoreUnavailable

ROOT = Path(__file__).resolve().parents[1]
TOAST = "toast"

# Without I, O, 0 and 1: a reference is read aloud over the telephone.
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

log = structlog.get_logger("tavle.errors")


def new_reference() -> str:
    """A reference such as TV-7F3K-2QA: short enough to read aloud, long enough not to meet another one."""
    letters = "".join(secrets.choice(_LETTERS) for _position in range(7))
    return f"TV-{letters[:4]}-{letters[4:]}"


def report(error: BaseException, place: str) -> str:
    """Log `error` under a new reference and return the reference. `place` is a route, never an address."""
    reference = new_reference()
    frames = traceback.extract_tb(error.__traceback__)
    log.error(
        "failed",
        reference=reference,
        place=place,
        kind=f"{type(error).__module__}.{type(error).__qualname__}",
        cause=type(error.__cause__).__qualname__ if error.__cause__ else None,
        trace=[f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames][-12:],
    )
    count = current_app.extensions.get("tavle_count_error")
    if count:
        count()
    return reference


def reporter(server: Flask, place: str) -> Callable[[Exception], str]:
    """`report` for what breaks beside the requests of a server; `place` says what it was."""

    def report_beside(error: Exception) -> str:
        with server.app_context():
            return report(error, place)

    return report_beside


def _short(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


def on_callback_error(error: Exception) -> Any:
    """Dash's global `on_error`: the page keeps what it shows and a message says what happened.

    What the viewer may not do or what is not there comes with its own words; the rest is ours and gets a reference.
    """
    answers.is_passing()
    if isinstance(error, DataError) and not isinstance(error, StoreUnavailable):
        message, reference = error.reason(language()), ""
    else:
        reference = error.reference if isinstance(error, Failed) else report(error, "callback")
        message = _("Noget gik galt hos os. Ingen data er ændret. Prøv igen.")
    dash.set_props(TOAST, {"html": str(toast(message, reference))})
    return None  # every output keeps what it has


def toast(message: str, reference: str = "") -> Any:
    """The message in the corner, with its reference and a button to close it."""
    from markupsafe import Markup

    tail = Markup(" <span class='toast__ref'>{} <code>{}</code></span>").format(_("Reference"), reference)
    return Markup(
        '<div class="toast__box" role="alert"><svg class="ico" aria-hidden="true"><use href="#i-warn"/></svg>'
        '<p>{}{}</p><button type="button" class="btn btn--quiet btn--icon btn--sm" data-close="{}" aria-label="{}">'
        '<svg class="ico ico--16" aria-hidden="true"><use href="#i-x"/></svg></button></div>'
    ).format(message, tail if reference else "", TOAST, _("Luk"))


def state_page(status: int, state: State) -> ResponseReturnValue:
    """A state as a whole page with its status code, in the look of the shell."""
    return make_response(render_template("message.html", state=state, heading=state.title), status)


def refuse(status: int, message: str, reference: str = "") -> ResponseReturnValue:
    """A refusal in words: JSON for a script, a page for a reader."""
    if is_for_script():
        return jsonify(error=str(status), message=message, reference=reference), status
    return state_page(status, State("warn", message, reference=reference))


def install(server: Flask, page_not_found: Callable[[], State]) -> None:
    @server.errorhandler(NotFound)
    def not_found(error: NotFound) -> ResponseReturnValue:
        if is_for_script():
            return jsonify(error="404", message=_("Adressen findes ikke.")), 404
        return state_page(404, page_not_found())

    @server.errorhandler(DependencyException)
    def no_such_script(error: DependencyException) -> ResponseReturnValue:
        # Dash raises it for /_dash-component-suites/<whatever>: an address that is not there, and no error of ours.
        return refuse(404, _("Adressen findes ikke."))

    @server.errorhandler(MethodNotAllowed)
    def wrong_method(error: MethodNotAllowed) -> ResponseReturnValue:
        return refuse(405, _("Adressen kan ikke bruges på den måde."))

    @server.errorhandler(RequestEntityTooLarge)
    def too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
        limit = current_settings().upload_limit_mb
        text = _("Filen er for stor. Grænsen er {limit} MB. Ingen data er gemt.")
        return refuse(413, text.format(limit=number(limit, 0 if float(limit).is_integer() else 1)))

    @server.errorhandler(StoreUnavailable)
    def no_store(error: StoreUnavailable) -> ResponseReturnValue:
        return refuse(503, _("Databasen kan ikke nås lige nu. Prøv igen om lidt."), report(error, "store"))

    @server.errorhandler(Exception)
    def broken(error: Exception) -> ResponseReturnValue:
        if isinstance(error, HTTPException):
            return refuse(error.code or 500, _("Forespørgslen kunne ikke besvares."))
        rule = request.url_rule.rule if request.url_rule else "-"
        reference = report(error, rule)
        if is_for_script():
            return jsonify(error="500", message=_("Noget gik galt hos os. Prøv igen."), reference=reference), 500
        again = request.full_path.rstrip("?") if request.method == "GET" else ""
        g.tavle_shell_is_bare = True  # whatever broke may break again while the shell is drawn
        return state_page(500, states.failed(reference, again=again))

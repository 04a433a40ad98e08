"""Which language and which theme a request is answered in.

Language: what somebody chose on this machine (cookie), else what their account says, else what the browser asks for,
else Danish. Theme: what somebody chose (cookie), else what the machine prefers (CSS follows it without being told).
Both links work without JavaScript and carry the reader back to where they were. On the account page the language is
chosen for the account: for its pages on every machine, and for its mails.
"""

from __future__ import annotations

from flask import Flask, abort, g, redirect, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.wrappers import Response

from dashboards.context import THEME_COOKIE, THEMES, current_now, current_store, current_viewer
from dashboards.security.addresses import local_address
from dashboards.security.guard import SIGN_IN
from dashboards.security.own_password import ACCOUNT
from dashboards.selection import Selection
from dashboards.text import DEFAULT, LANGUAGES, set_language
from data import accounts, digest

LANGUAGE_COOKIE = "tavle_sprog"
A_YEAR = 365 * 24 * 3600
ACCOUNT_LANGUAGE = f"{ACCOUNT}/sprog"
CHOSEN = "sprog"  # the account page says that it was kept
ACCOUNT_DIGEST = f"{ACCOUNT}/mail"
DIGEST_ON, DIGEST_OFF = "mail-til", "mail-fra"


def pick_language(cookie: str | None, account: str | None, accept: LanguageAccept) -> str:
    """The language of a request, "da" or "en".

    Examples
    --------
    >>> pick_language(None, None, LanguageAccept([("sv", 1), ("en-GB", 0.8), ("da", 0.2)]))
    'en'
    >>> pick_language(None, "da", LanguageAccept([("en", 1)])), pick_language("en", "da", LanguageAccept())
    ('da', 'en')
    >>> pick_language("xx", None, LanguageAccept([("de", 1)]))
    'da'
    """
    for wanted in (cookie, account):
        if wanted in LANGUAGES:
            return str(wanted)
    for tag, quality in accept:
        code = tag.split("-")[0].lower()
        if quality > 0 and code in LANGUAGES:
            return code
    return DEFAULT


def install(server: Flask, *, secure_cookies: bool) -> None:
    @server.before_request
    def speak() -> None:
        viewer = g.get("tavle_viewer")
        set_language(
            pick_language(
                request.cookies.get(LANGUAGE_COOKIE), viewer.language if viewer else None, request.accept_languages
            )
        )

    @server.teardown_request
    def fall_silent(_error: BaseException | None) -> None:
        set_language(DEFAULT)  # the thread goes on to somebody else

    def keep(cookie: str, value: str) -> Response:
        # The sign-in page is a fine place to come back to here; its own `next` is looked at when somebody signs in.
        answer = redirect(local_address(request.args.get("next"), also=SIGN_IN), 303)
        answer.set_cookie(cookie, value, max_age=A_YEAR, samesite="Lax", secure=secure_cookies, httponly=False)
        return answer

    @server.get("/sprog/<code>")
    def choose_language(code: str) -> Response:
        if code not in LANGUAGES:
            abort(404)
        return keep(LANGUAGE_COOKIE, code)

    @server.post(ACCOUNT_LANGUAGE)
    def choose_language_of_account() -> Response:
        wanted = request.form.get("language", "")
        if wanted not in LANGUAGES:
            return redirect(ACCOUNT, 303)
        accounts.set_language(current_store(), current_viewer(), wanted, now=current_now())
        answer = redirect(Selection(show=CHOSEN).href(ACCOUNT), 303)
        # What was chosen on this machine before would otherwise still win over the account.
        answer.delete_cookie(LANGUAGE_COOKIE)
        return answer

    @server.post(ACCOUNT_DIGEST)
    def choose_digest() -> Response:
        is_wanted = request.form.get("digest") == "on"
        digest.set_wanted(current_store(), current_viewer(), is_wanted, now=current_now())
        return redirect(Selection(show=DIGEST_ON if is_wanted else DIGEST_OFF).href(ACCOUNT), 303)

    @server.get("/tema/<name>")
    def choose_theme(name: str) -> Response:
        if name not in THEMES:
            abort(404)
        return keep(THEME_COOKIE, name)

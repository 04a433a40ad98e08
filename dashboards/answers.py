"""Finished answers, packed, for the same person who asks the same thing again while nothing was written.

Going back to Overblik, or loading a page again, asks the server for what it said a moment ago. Such an answer is kept
as the bytes that went out, under everything it can depend on: who asks (their account, so that nobody is ever given
somebody else's answer), what is asked (the body of the request), the language, the theme, the day, the visit before
this one, the kind of browser and the address it reached us by; and only until anything at all is written
(`Store.moment`).

Pages take part that say so (`PageRecord.is_kept`); an answer during which something broke is never kept. The guard,
the CSRF token and the headers come with every answer as before: this stands behind them, where Dash would begin.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable
from functools import update_wrapper
from typing import Any

from flask import Flask, Response, g, request, session

from dashboards import static
from dashboards.context import LAST_VISIT, current_store, current_theme, current_today, current_viewer, parts
from dashboards.text import language
from data.shelf import Shelf

PATH = "/_dash-update-component"
ROOM = 64_000_000  # bytes: Overblik of 480 cells is 0.2 MB packed, a page of a series 0.015
LONGEST_QUESTION = 4_000  # what asks for a page is short; what hands something in is not kept

Answer = tuple[bytes, str]  # the body and its encoding


def install(server: Flask, page_output: str) -> None:
    """Put the shelf in front of Dash's callbacks on `server`; `page_output` is the one that draws a page."""
    endpoint = PATH
    dispatch: Callable[[], Any] = server.view_functions[endpoint]
    shelf = Shelf(ROOM, lambda answer: len(answer[0]) + 500)  # type: ignore[index]

    def answer() -> Any:
        moment = current_store().moment
        key = None if moment is None else _key(page_output)
        if key is None or moment is None:
            return dispatch()
        kept: Any = shelf.find(key, moment)
        if kept is not None:
            return _response(kept)
        made = dispatch()
        if isinstance(made, Response) and made.status_code == 200 and not g.get("tavle_is_passing"):
            static.pack(made)
            shelf.put(key, moment, (made.get_data(), made.headers.get("Content-Encoding", "")))
        return made

    update_wrapper(answer, dispatch)
    server.view_functions[endpoint] = answer


def is_passing() -> None:
    """Say that the answer of this request must not be given again: something broke, and may be well the next time."""
    g.tavle_is_passing = True


def _response(kept: Answer) -> Response:
    body, encoding = kept
    response = Response(body, mimetype="application/json")
    if encoding:
        response.headers["Content-Encoding"] = encoding
        response.headers.add("Vary", "Accept-Encoding")
    return response


def _key(page_output: str) -> Hashable | None:
    """What the answer to this request depends on besides the store; None where it is not to be kept."""
    if (request.content_length or LONGEST_QUESTION) >= LONGEST_QUESTION:
        return None
    asked = request.get_json(silent=True)
    output = asked.get("output") if isinstance(asked, dict) else None
    registry = parts().registry
    if output == page_output:
        inputs = asked.get("inputs")
        found = registry.find(str(inputs[0].get("value"))) if _is_list_of_mappings(inputs) else None
        if found is None or not found.page.is_kept:
            return None
    elif not isinstance(output, str) or output not in registry.kept_answers:
        return None
    return (
        hashlib.sha256(request.get_data()).digest(),
        current_viewer(),
        language(),
        current_theme(),
        current_today(),
        session.get(LAST_VISIT),
        request.headers.get("User-Agent", "").count("Mobi"),
        request.url_root,
        static.takes_packed(),
    )


def _is_list_of_mappings(inputs: object) -> bool:
    return isinstance(inputs, list) and bool(inputs) and all(isinstance(one, dict) for one in inputs)

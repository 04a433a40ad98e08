"""The loopback door: DuckDB lets one process in, so while the server runs the command line asks it to do its work.

Only this machine's user can read the token (`var/server.json`, mode 0600), and only this machine may ask. There is no
sign-in and no cookie here; the path prefix `/_local/` is outside both and outside CSRF.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue

from api import jobs
from api.health import is_local
from data.store import Store

TOKEN_HEADER = "X-Tavle-Token"
STORE_HEADER = "X-Tavle-Store"
OTHER_STORE = 409


def local_blueprint(
    store: Store, settings: jobs.JobSettings, token: str, table: Mapping[str, jobs.Job] = jobs.JOBS
) -> Blueprint:
    """POST /_local/<job> for each job of the table; the answer is exit_code, out and err as JSON.

    A caller that means one store in particular names its address in `X-Tavle-Store`; a server that holds another one
    answers 409, and the caller opens its own.
    """
    blueprint = Blueprint("local", __name__, url_prefix="/_local")

    @blueprint.before_request
    def let_in() -> None:
        given = request.headers.get(TOKEN_HEADER, "")
        # Whoever may not come in learns nothing, not even that there is a door.
        if not token or not is_local() or not hmac.compare_digest(given.encode(), token.encode()):
            abort(404)
        if (wanted := request.headers.get(STORE_HEADER)) and wanted != settings.store_url:
            abort(OTHER_STORE)

    @blueprint.post("/<name>")
    def do(name: str) -> ResponseReturnValue:
        content: Any = request.get_json(silent=True)
        if name not in table:
            abort(404)
        try:
            wanted = jobs.from_json(name, content, table)
        except (KeyError, TypeError, ValueError):
            abort(400)
        answer = jobs.run(name, store, settings, wanted, table)
        return jsonify(exit_code=int(answer.exit_code), out=answer.out, err=answer.err)

    return blueprint

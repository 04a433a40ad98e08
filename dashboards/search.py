"""The door of the search box: POST /soeg with `{"q": …, "unit": …}` answers with what the viewer may go to.

A POST, so that what somebody types stands in no address, no history and no log of a server in front. The question is
used and forgotten.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue

from dashboards.context import current_store, current_today, current_viewer, parts
from dashboards.presenters.search import LONGEST, find
from dashboards.selection import Selection

PATH = "/soeg"


def install(server: Flask) -> None:
    @server.post(PATH)
    def search() -> ResponseReturnValue:
        asked: Any = request.get_json(silent=True)
        if not isinstance(asked, dict):
            asked = {}
        question, query = asked.get("q"), asked.get("query")
        answer = find(
            current_store(),
            current_viewer(),
            parts().registry,
            question[:LONGEST] if isinstance(question, str) else "",
            here=Selection.from_query(query if isinstance(query, str) else ""),
            today=current_today(),
        )
        return jsonify(hits=[asdict(hit) for hit in answer.hits], said=answer.said)

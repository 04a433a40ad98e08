"""/tilgaengelighed: the accessibility statement, for everybody, signed in or not.

A page of its own beside the app: people who cannot get in must be able to read how to say so. It works without scripts.
docs/accessibility.md is the draft for whoever runs the board; this is what readers see.
"""

from __future__ import annotations

from flask import Flask, g, render_template
from flask.typing import ResponseReturnValue

from dashboards.context import current_settings
from dashboards.security.guard import STATEMENT

REVIEWED = "22-11-2026"


def install(server: Flask) -> None:
    @server.get(STATEMENT)
    def accessibility_statement() -> ResponseReturnValue:
        g.tavle_shell_has_no_fields = True  # it is about no unit
        return render_template("statement.html", contact=current_settings().accessibility_contact, reviewed=REVIEWED)

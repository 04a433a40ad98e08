"""/tilgaengelighed: the accessibility statement, for everybody, signed in or not.

A page of its own beside the app: people who cannot get in must be able to read how to say so. It works without scripts.
docs/accessibility.md is the draft for whoever runs the board; this is what readers see. Who answers for it, and where
it is published, comes from the settings and is never made up. `/was`, where Danish authorities have it, leads on.
"""

from __future__ import annotations

from flask import Flask, g, redirect, render_template
from flask.typing import ResponseReturnValue

from dashboards.context import current_settings
from dashboards.security.guard import SHORT_STATEMENT, STATEMENT

REVIEWED = "22-11-2026"


def install(server: Flask) -> None:
    @server.get(STATEMENT)
    def accessibility_statement() -> ResponseReturnValue:
        g.tavle_shell_has_no_fields = True  # it is about no unit
        settings = current_settings()
        return render_template(
            "statement.html",
            owner=settings.accessibility_owner,
            contact=settings.accessibility_contact,
            phone=settings.accessibility_phone,
            published=settings.accessibility_statement,
            reviewed=REVIEWED,
        )

    @server.get(SHORT_STATEMENT)
    def short_statement() -> ResponseReturnValue:
        return redirect(current_settings().accessibility_statement or STATEMENT)

"""`BoardMeeting`: the full screen of a board meeting, whose keys, timer and unsaved texts live in the browser."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from dashboards.components.controls import Control


class BoardMeeting(Control):
    """Ready HTML with steps (`[data-step]`), drawn by assets/tavle_meeting.js.

    Keyword arguments
    -----------------
    id, className : str
    html : Markup
        The screen. It is drawn once: what is pressed and written changes it in place.
    asked : dict
        What somebody pressed, with `at`; a callback answers it.
    answered : dict
        The answer, with the same `at`. Until it comes the screen says that nothing is stored yet, and asks again.
    """

    _type = "BoardMeeting"
    available_properties = ["id", "className", "html", "asked", "answered"]  # noqa: RUF012  as every component has it
    _prop_names = available_properties

    def __init__(self, id: str, html: Markup, **more: Any) -> None:
        if not isinstance(html, Markup):
            raise TypeError("BoardMeeting takes markupsafe.Markup: escape the text first")
        super().__init__(id=id, html=str(html), **more)

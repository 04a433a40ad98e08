"""`Form`: a native form made by the server, whose fields keep what is typed while remarks come and go beside them."""

from __future__ import annotations

from typing import Any, ClassVar

from markupsafe import Markup

from dashboards.components.controls import Control


class Form(Control):
    """A `<form>` with ready HTML inside.

    Keyword arguments
    -----------------
    id, className : str
    html : Markup
        The fields. Where it changes they are drawn anew; until then what is typed stays.
    notes : dict
        Name of a field -> {"html": str, "bad": bool}: put into `[data-notes="name"]`; `bad` marks the field as wrong.
    left : dict
        {"values": {name: text or list}, "seen": [names], "at": ms}, told when a field is left with another value;
        `seen` are the fields the writer has been in.
    pressed : dict
        {"name": str, "values": …, "seen": …, "at": ms}, told when a button with `data-press` is pressed.
    focus : dict
        {"name": str, "at": …}: put the focus there.
    """

    _type = "Form"
    available_properties: ClassVar[list[str]] = ["id", "className", "html", "notes", "left", "pressed", "focus"]
    _prop_names = available_properties

    def __init__(self, id: str, html: Markup, **more: Any) -> None:
        if not isinstance(html, Markup):
            raise TypeError("Form takes markupsafe.Markup: escape the text first")
        super().__init__(id=id, html=str(html), **more)

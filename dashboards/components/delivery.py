"""The parts of Indberet that the browser keeps: the three ways in, the checked file with its mends, the typing grid.

What a person does stays in a property of the component until a callback asks for it, so the server stores nothing
before the last button. assets/tavle_deliver.js and assets/tavle_typing.js draw them.
"""

from __future__ import annotations

from typing import Any, ClassVar

from markupsafe import Markup

from dashboards.components.controls import Control


class Ways(Control):
    """A group of buttons of which one is pressed; the choice is written to the address as `vis`.

    Keyword arguments
    -----------------
    id, label : str
    options : list of {"value": str, "label": str, "icon": str}; the first is the one an address without `vis` means
    value : str, the chosen value; callbacks read it
    page, path : str, id of the element that gets the choice as `data-way`, and the address it belongs to
    """

    _type = "Ways"
    available_properties: ClassVar[list[str]] = ["id", "label", "options", "value", "page", "path"]
    _prop_names = available_properties

    def __init__(self, id: str, label: str, options: list[dict[str, str]], value: str, page: str, path: str) -> None:
        super().__init__(id=id, label=label, options=options, value=value, page=page, path=path)


class PasteBox(Control):
    """A text area for what was copied in a spreadsheet.

    Keyword arguments
    -----------------
    id, label, hint, button, clear, example : str
    pasted : dict with `text` and `at`; None when it was cleared
    """

    _type = "PasteBox"
    available_properties: ClassVar[list[str]] = ["id", "label", "hint", "button", "clear", "example", "pasted"]
    _prop_names = available_properties

    def __init__(self, id: str, **words: str) -> None:
        super().__init__(id=id, **words)


class CheckedFile(Control):
    """The checked file as HTML from the server, and what the person changed in it.

    Keyword arguments
    -----------------
    html : Markup
    of : str, the delivery the table is about: changes to another one no longer count
    state : dict with `of`, `cells` [[row, field, text]], `left_out` [row], `confirmed` [[row, code]], `read_as`, and
        `defaults`
    view : dict with `of`, `status` (which rows are shown; "" for all) and `limit` (how many)
    action : dict with `name`, `value` and `at`: a button that asks the server for something; `text` is what stands in
        the field that goes with it (`data-with`)
    """

    _type = "CheckedFile"
    available_properties: ClassVar[list[str]] = ["id", "className", "html", "of", "state", "view", "action", "busy"]
    _prop_names = available_properties

    def __init__(self, id: str, css: str = "", html: Markup | None = None) -> None:
        if html is not None and not isinstance(html, Markup):
            raise TypeError("CheckedFile takes markupsafe.Markup")
        super().__init__(id=id, className=css, html="" if html is None else str(html), of="")


class TypingGrid(Control):
    """Series by months, to be typed into.

    Keyword arguments
    -----------------
    groups : list of tables, one per kind of period: kind, label, months, more, rows
    cells : dict "indicator|unit|period" -> {numerator, denominator, value, state}: what is stored
    drafts : dict "indicator|unit|period|field" -> text: what was typed and kept before
    words : dict of the component's words; language : "da" or "en"
    of : str; when it changes, what was typed is forgotten
    typed : dict with `of` and `cells`, what was typed, as text; findings : dict "indicator|unit|period" -> findings
    saved : number, set when "keep as draft" is pressed; told : str, the answer to it
    """

    _type = "TypingGrid"
    available_properties: ClassVar[list[str]] = [
        "id", "groups", "cells", "drafts", "words", "language", "of", "typed", "findings", "saved", "told",
    ]  # fmt: skip
    _prop_names = available_properties

    def __init__(self, id: str, **given: Any) -> None:
        super().__init__(id=id, **given)

"""Form controls of our own, native underneath so that keyboard and screen reader work as everywhere else."""

from __future__ import annotations

from typing import Any, ClassVar

from dash.development.base_component import Component


class Control(Component):
    """What our own components have in common: no children, and their script in assets/."""

    _children_props: ClassVar[list[str]] = []
    _base_nodes: ClassVar[list[str]] = ["children"]
    _namespace = "tavle_components"
    _valid_wildcard_attributes: ClassVar[list[str]] = []
    available_wildcard_properties: ClassVar[list[str]] = []


class Choice(Control):
    """A labelled native `<select>`.

    Keyword arguments
    -----------------
    id, label, className : str
    options : list of {"value": str, "label": str}
    value : str, the chosen value; callbacks read it
    """

    _type = "Choice"
    available_properties: ClassVar[list[str]] = ["id", "className", "label", "options", "value"]
    _prop_names = available_properties

    def __init__(self, id: str, label: str, options: list[dict[str, str]], value: str = "", **more: Any) -> None:
        super().__init__(id=id, label=label, options=options, value=value, **more)


class FileDrop(Control):
    """A place to drop or choose one file.

    Keyword arguments
    -----------------
    id, button, label, hint, accept : str
    limit : int, largest file in bytes
    file : dict, the chosen file: name, size, at, and either `content` (base64) or `problem` ("too_large", "unreadable")
    """

    _type = "FileDrop"
    available_properties: ClassVar[list[str]] = ["id", "button", "label", "hint", "accept", "limit", "file"]
    _prop_names = available_properties

    def __init__(self, id: str, button: str, label: str, hint: str, limit: int, accept: str = "", **more: Any) -> None:
        super().__init__(id=id, button=button, label=label, hint=hint, limit=limit, accept=accept, **more)

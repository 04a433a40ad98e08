"""A list of native checkboxes that callbacks can read."""

from __future__ import annotations

from typing import Any, ClassVar

from dash.development.base_component import Component


class Ticks(Component):
    """Checkboxes under a name that is spoken and not shown; assets/tavle_ticks.js draws them.

    Keyword arguments
    -----------------
    id, label, className : str
    options : list of {"value": str, "label": str, "detail": str, "disabled": bool}; the last two may be left out
    value : list of the chosen values; callbacks read it
    """

    _children_props: ClassVar[list[str]] = []
    _base_nodes: ClassVar[list[str]] = ["children"]
    _namespace = "tavle_components"
    _valid_wildcard_attributes: ClassVar[list[str]] = []
    available_wildcard_properties: ClassVar[list[str]] = []
    _type = "Ticks"
    available_properties: ClassVar[list[str]] = ["id", "className", "label", "options", "value"]
    _prop_names = available_properties

    def __init__(self, id: str, label: str, options: list[dict[str, Any]], value: list[str], **more: Any) -> None:
        super().__init__(id=id, label=label, options=options, value=value, **more)

"""`Html`: server-made HTML and SVG on a Dash page.

Dash has no component for SVG, and a matrix of a few hundred cells as Dash components costs the browser a React element
each. `Html` puts a finished, escaped piece of HTML on the page (assets/tavle_components.js draws it). Links inside it
that stay in the app change the address without loading the page anew, as `dcc.Link` does.

Build the string with `markupsafe.Markup` and `escape`, never by joining text from data.
"""

from __future__ import annotations

from typing import Any, ClassVar

from dash.development.base_component import Component
from markupsafe import Markup


class Html(Component):
    """A `<div>` (or `tag`) with ready HTML inside.

    Keyword arguments
    -----------------
    html : Markup
        Escaped HTML. A plain string is refused, so that nobody puts text from data on the page by accident.
    id, className : str, optional
    tag : str, optional
        Element to draw, "div" unless told; "span" inside a sentence.
    """

    _children_props: ClassVar[list[str]] = []
    _base_nodes: ClassVar[list[str]] = ["children"]
    _namespace = "tavle_components"
    _type = "Html"
    available_properties: ClassVar[list[str]] = ["id", "html", "className", "tag"]
    _prop_names: ClassVar[list[str]] = ["id", "html", "className", "tag"]
    _valid_wildcard_attributes: ClassVar[list[str]] = ["data-", "aria-"]
    available_wildcard_properties: ClassVar[list[str]] = ["data-", "aria-"]

    def __init__(self, html: Markup | None = None, **arguments: Any) -> None:
        if html is not None and not isinstance(html, Markup):
            raise TypeError("Html takes markupsafe.Markup: escape the text first, or use a Dash component")
        super().__init__(html=None if html is None else str(html), **arguments)

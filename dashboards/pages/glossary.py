"""Ordliste: what the words on the board mean, in both languages."""

from __future__ import annotations

from typing import Any

from dash import Dash, html
from markupsafe import Markup

from dashboards.components.markup import Html
from dashboards.pages import PageRecord
from dashboards.presenters.glossary import PATH, Entry, GlossaryView, Part, glossary_view
from dashboards.selection import Selection
from dashboards.text import N_, _


class Ids:
    PAGE = "glossary"


def layout(selection: Selection) -> Any:
    return html.Div(Html(html=page_markup(glossary_view())), id=Ids.PAGE)


def register_callbacks(app: Dash) -> None:
    """The page needs no callback: it is text."""


PAGE = PageRecord(path=PATH, name=N_("Ordliste"), layout=layout, fields=())


def page_markup(view: GlossaryView) -> Markup:
    return Markup(
        '<div class="khead"><h1 tabindex="-1">{}</h1><p class="muted">{}</p></div>'
        '<p class="row gl__jump no-print">{}</p>{}'
    ).format(
        _("Ordliste"),
        view.lead,
        Markup("").join(
            Markup('<a class="chip" href="#ord-{}">{}</a>').format(one.key, one.title) for one in view.parts
        ),
        Markup("").join(_part(part, view.other_language) for part in view.parts),
    )


def _part(part: Part, other: str) -> Markup:
    entries = Markup("").join(_entry(one, other) for one in part.entries)
    return Markup(
        '<section class="card gl mt-4" aria-labelledby="ord-{0}"><h2 id="ord-{0}" tabindex="-1">{1}</h2>'
        '<dl class="gl__l">{2}</dl></section>'
    ).format(part.key, part.title, entries)


def _entry(one: Entry, other: str) -> Markup:
    source = Markup(' <span class="src">{}</span>').format(_("Kilde: {source}").format(source=one.source))
    return Markup(
        '<div class="gl__e" id="{}" tabindex="-1"><dt>{} <small lang="{}">{}</small></dt><dd>{}{}</dd></div>'
    ).format(one.key, one.name, other, one.other, one.text, source if one.source else "")

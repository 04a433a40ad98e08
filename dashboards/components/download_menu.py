"""»Hent«: the files a series can be taken home in, as a native disclosure, and the routes behind it.

A `<details>` works by keyboard and without a script; Escape closes it (assets/tavle_shell.js does that for every
`.menu`). The links carry the choices of the page.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, abort, request
from markupsafe import Markup

from dashboards.context import (
    current_now,
    current_settings,
    current_store,
    current_today,
    current_viewer,
    public_address,
)
from dashboards.errors import refuse
from dashboards.exports.forms import FORMS, Form, write_series
from dashboards.exports.series import FORMS as TABLES
from dashboards.figures.icons import ui_icon
from dashboards.presenters.exported import Origin, file_stem, series_sheet
from dashboards.selection import Selection
from dashboards.text import _, language, use_language
from data.access import NotAllowed, NotFound

PACK = "/tavlepakke"


def download_menu(code: str, selection: Selection, *, has_chart: bool = True) -> Markup:
    """The button with its list; pictures are left out where the series has nothing to draw."""
    first = "da" if language() == "da" else "csv"
    forms = [form for form in FORMS.values() if form.extension != "csv"] + [FORMS[first]]
    forms += [form for form in FORMS.values() if form.extension == "csv" and form.code != first]
    links = Markup("").join(
        Markup('<li><a class="menu__item" href="{}" download><b>{}</b><small>{}</small></a></li>').format(
            series_href(code, form, selection), _(form.name), _(form.use)
        )
        for form in forms
        if has_chart or form.code not in ("png", "svg")
    )
    pack = Markup(
        '<li class="getmenu__more"><a class="menu__item" href="{}"><b>{}</b><small>{}</small></a></li>'
    ).format(selection.href(PACK, goal=None, cohort=None, show=None), _("Tavlepakke"), _("flere målinger i én fil"))
    return Markup(
        '<details class="menu getmenu"><summary class="btn btn--sm">{}{}{}</summary>'
        '<ul class="menu__box pop" aria-label="{}">{}{}</ul></details>'
    ).format(
        ui_icon("download", size=16),
        _("Hent"),
        ui_icon("chev-d", size=16),
        _("Hent målingen som fil"),
        links,
        pack,
    )


def series_href(code: str, form: Form, selection: Selection) -> str:
    """The address of a series as a file, with the choices of the page."""
    href = selection.href(f"/indikator/{code}.{form.extension}", goal=None, cohort=None)
    return f"{href}{'&' if '?' in href else '?'}form={form.code}" if form.extension == "csv" else href


def current_origin() -> Origin:
    """Where and when a file of this request is made."""
    return Origin.of(current_store(), now=current_now(), timezone=current_settings().timezone, address=public_address())


def install_downloads(server: Flask) -> None:
    """`/indikator/<code>.<ending>?enhed=…` for every form; CSV takes `form=da` or `form=csv`."""
    for extension in dict.fromkeys(form.extension for form in FORMS.values()):
        server.add_url_rule(
            f"/indikator/<code>.{extension}", f"series_{extension}", series_file, defaults={"extension": extension}
        )


def series_file(code: str, extension: str) -> Any:
    """One series as a file, for the viewer and the choices of the address."""
    chosen = request.args.get("form", "csv") if extension == "csv" else extension
    form = FORMS.get(chosen)
    selection = Selection.from_query(request.query_string.decode("utf-8", "replace"))
    if form is None or form.extension != extension or selection.unit is None:
        abort(404)
    # A table for machines is English throughout, the Danish one Danish; the others speak as the page does.
    spoken = TABLES[form.code].language if form.code in TABLES else language()
    try:
        with use_language(spoken):
            sheet = series_sheet(
                current_store(), current_viewer(), code, selection, today=current_today(), origin=current_origin()
            )
            content = write_series(form.code, sheet)
    except NotFound as refusal:
        return refuse(404, refusal.reason(language()))
    except NotAllowed as refusal:
        return refuse(403, refusal.reason(language()))
    return attachment(content, form.media_type, f"{file_stem(sheet)}.{extension}")


def attachment(content: bytes, media_type: str, name: str) -> Response:
    """A file to be saved: never shown as a page of ours, never kept by a cache in between."""
    answer = Response(content, mimetype=media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer

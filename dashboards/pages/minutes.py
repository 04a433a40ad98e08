"""Referat: the minutes of a board meeting to read, print, take away as a document and get by mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from flask import Response
from markupsafe import Markup

from dashboards.components.form import Form
from dashboards.components.markup import Html
from dashboards.context import (
    current_now,
    current_settings,
    current_store,
    current_today,
    current_viewer,
    public_address,
)
from dashboards.exports.minutes import minutes_docx
from dashboards.figures.icons import ui_icon
from dashboards.pages import PageRecord
from dashboards.pages.meeting import mark_of
from dashboards.presenters import meeting as agenda_presenter
from dashboards.presenters import minutes as presenter
from dashboards.presenters.meeting import MINUTES, PATH, Agreed
from dashboards.presenters.meeting_screen import read_meeting
from dashboards.presenters.minutes import ListView, MinutesView, SeriesMinutes
from dashboards.selection import Selection
from dashboards.text import N_, _, language
from data.access import NotAllowed, NotFound, Viewer
from data.store import Store

NOTHING = Markup("")
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class Ids:
    PAGE = "minutes"
    DO = "minutes-do"
    OF = "minutes-of"
    SAID = "minutes-said"


def exists(store: Store, viewer: Viewer, path_args: Mapping[str, str], selection: Selection) -> bool:
    if "meeting" in path_args:
        read_meeting(store, viewer, path_args["meeting"])
        return True
    return agenda_presenter.require_reading(store, viewer, selection.unit)


def layout(selection: Selection, meeting: str = "") -> Any:
    store, viewer, zone = current_store(), current_viewer(), current_settings().timezone
    if not meeting:
        return Html(html=_list(presenter.list_view(store, viewer, selection, today=current_today(), timezone=zone)))
    view = presenter.minutes_view(store, viewer, meeting, selection, today=current_today(), timezone=zone)
    return html.Div(
        [
            Form(Ids.DO, NOTHING),
            dcc.Store(id=Ids.OF, data={"meeting": view.id}),
            Html(html=_head(view)),
            Html(id=Ids.SAID, html=NOTHING, **{"aria-live": "polite"}),
            Html(html=_body(view)),
        ],
        id=Ids.PAGE,
        className="ref",
    )


def _list(view: ListView) -> Markup:
    if view.held:
        rows = Markup("").join(Markup('<li><a href="{}">{}</a></li>').format(one.href, one.day) for one in view.held)
        body = Markup('<ul class="rlist">{}</ul>').format(rows)
    else:
        body = Markup('<p class="muted">{}</p>').format(_("Der er ikke holdt tavlemøde i Tavle endnu."))
    return Markup(
        '<p class="kback"><a href="{}">{}{}</a></p><h1 tabindex="-1">{}</h1><section class="card mt-3">{}</section>'
    ).format(view.back_href, ui_icon("arr-l", size=16), _("Til tavlemødet"), view.title, body)


def _head(view: MinutesView) -> Markup:
    if view.is_under_way:
        out = Markup('<a class="btn btn--primary" href="{}">{}</a>').format(view.continue_href, _("Fortsæt mødet"))
    else:
        out = Markup(
            '<a class="btn" href="{}" download>{}Word</a><button type="button" class="btn" data-print>{}{}</button>'
            '<button type="button" class="btn" form="{}" data-press="mail">{}{}</button>'
        ).format(
            view.docx_href,
            ui_icon("download"),
            ui_icon("print"),
            _("Udskriv"),
            Ids.DO,
            ui_icon("mail"),
            _("Send til mig"),
        )
    return Markup(
        '<p class="kback no-print"><a href="{}">{}{}</a></p><div class="ref__h"><div><h1 tabindex="-1">{}</h1>'
        '<p class="muted mt-1">{}</p></div><div class="ref__out no-print">{}</div></div>'
    ).format(view.back_href, ui_icon("arr-l", size=16), _("Til tavlemødet"), view.title, view.lead, out)


def _body(view: MinutesView) -> Markup:
    series = Markup("").join(_series(one) for one in view.series)
    settled = NOTHING
    if view.settled:
        rows = Markup("").join(
            Markup("<li>{}<span>{}<small>{} · {}</small></span></li>").format(
                mark_of(one.state), one.what, one.told, one.series
            )
            for one in view.settled
        )
        settled = Markup(
            '<section class="card mt-3" aria-labelledby="h-settled"><h2 id="h-settled">{}</h2>'
            '<ul class="rseries mt__agreed">{}</ul></section>'
        ).format(_("Fra tidligere møder"), rows)
    return Markup(
        '<section class="card mt-3" aria-labelledby="h-said"><h2 id="h-said">{}</h2>{}</section>'
        '{}<p class="note">{}</p>'
    ).format(_("Målinger og aftaler"), series, settled, view.as_of_note)


def _series(one: SeriesMinutes) -> Markup:
    return Markup(
        '<div class="ref__s"><h3><a href="{}">{}</a></h3><p>{} <span class="badge">{}</span></p>{}</div>'
    ).format(one.href, one.name, one.finding, one.why, _decision(one.decision))


def _decision(one: Agreed | None) -> Markup:
    if one is None:
        return Markup('<p class="muted f-13">{}</p>').format(_("Ingen aftale."))
    return Markup('<p class="ref__dec"><b>{}</b> {}<small>{}</small></p>').format(_("Aftalt:"), one.what, one.told)


def register_callbacks(app: Dash) -> None:
    app.server.add_url_rule(f"{MINUTES}/<int:meeting>.docx", "minutes_docx", docx_file)

    @app.callback(
        Output(Ids.SAID, "html"),
        Input(Ids.DO, "pressed"),
        State(Ids.OF, "data"),
        prevent_initial_call=True,
    )
    def mail(pressed: dict[str, Any], of: dict[str, Any]) -> str:
        is_done, words = presenter.send(
            current_store(),
            current_viewer(),
            int(of["meeting"]),
            now=current_now(),
            timezone=current_settings().timezone,
        )
        return str(
            Markup('<div class="alert alert--{} mt-2">{}<div>{}</div></div>').format(
                "ok" if is_done else "error", ui_icon("mail" if is_done else "warn"), words
            )
        )


def docx_file(meeting: int) -> Response:
    """The minutes as a Word document."""
    try:
        view = presenter.minutes_view(
            current_store(),
            current_viewer(),
            str(meeting),
            Selection(),
            today=current_today(),
            timezone=current_settings().timezone,
        )
    except (NotFound, NotAllowed) as refusal:
        status = 403 if isinstance(refusal, NotAllowed) else 404
        return Response(refusal.reason(language()), status, mimetype="text/plain; charset=utf-8")
    name = "-".join(filter(None, ("tavlemoede", view.unit_code, str(view.id), "DEMO" if view.is_demo else "")))
    return Response(
        minutes_docx(view, address=public_address()),
        mimetype=DOCX,
        headers={"Content-Disposition": f'attachment; filename="{name}.docx"', "Cache-Control": "no-store"},
    )


PAGE = PageRecord(
    path=MINUTES,
    also=(f"{MINUTES}/<meeting>",),
    name=N_("Referat"),
    layout=layout,
    exists=exists,
    icon="file",
    fields=(),
    section=PATH,
)

"""A new indicator, or the next version of one: the form, with remarks beside the fields, and the side that answers.

Nothing of it is in force before another person has approved it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboards.components.controls import FileDrop
from dashboards.components.definition_form import FORM_ID, message
from dashboards.components.form import Form
from dashboards.components.markup import Html
from dashboards.context import current_now, current_store, current_today, current_viewer
from dashboards.pages import PageRecord
from dashboards.presenters import indicator_edit as presenter
from dashboards.presenters.definition_words import said
from dashboards.presenters.indicator_edit import NO_FORM, Answer
from dashboards.presenters.indicator_library import LIST, message_of
from dashboards.selection import Selection
from dashboards.text import N_, _
from data.access import NotAllowed, Viewer
from data.definition_file import MOST_BYTES
from data.store import Store


class Ids:
    PAGE = "definition-page"
    FORM = FORM_ID
    SIDE = "definition-side"
    MESSAGE = "definition-message"
    KEPT = "definition-kept"
    FILE = "definition-file"
    GO = "definition-go"


STEP = "ret"


def exists(store: Store, viewer: Viewer, path_args: Mapping[str, str], selection: Selection) -> bool:
    if not viewer.delivers:
        raise NotAllowed(NO_FORM)
    if path_args.get("step", STEP) != STEP:
        return False
    presenter.open_sheet(store, viewer, path_args.get("code", ""), today=current_today())
    return True


def title(selection: Selection, code: str = "", step: str = STEP) -> str:
    return _("Ret {code}").format(code=code) if code else _("Ny indikator")


def layout(selection: Selection, code: str = "", step: str = STEP) -> Any:
    store, viewer, today = current_store(), current_viewer(), current_today()
    sheet = presenter.open_sheet(store, viewer, code, today=today)
    looked = presenter.look(store, viewer, sheet, today=today)
    # A blank form is not scolded before anything is written.
    notes = {} if not code else looked.notes
    kind, text = message_of(selection.show)
    name = said(sheet.content.name)
    heading = (
        _("Ny indikator")
        if not code
        else _("{name}: version {version}").format(name=name or code, version=sheet.version)
    )
    return html.Div(
        id=Ids.PAGE,
        className="deff",
        children=[
            html.Div(
                [
                    html.H1(heading, tabIndex=-1),
                    html.P(
                        _(
                            "Skriv, hvad der måles, og send det til kontrol. "
                            "Det gælder først, når en anden har godkendt det."
                        ),
                        className="f-16 muted",
                    ),
                ],
                className="pagehead",
            ),
            *([_file()] if not code else []),
            Html(id=Ids.MESSAGE, html=message(kind, text) if kind else None, className="deff__m"),
            html.Div(
                [
                    Form(
                        id=Ids.FORM,
                        html=presenter.form_markup(store, viewer, sheet, today=today),
                        notes=notes,
                        className="deff__a",
                    ),
                    Html(id=Ids.SIDE, html=looked.side, className="deff__d"),
                ],
                className="deff__2",
            ),
            dcc.Store(id=Ids.KEPT, data={"code": code, "proposal": sheet.proposal.id if sheet.proposal else None}),
            dcc.Location(id=Ids.GO, refresh="callback-nav"),
        ],
    )


def _file() -> html.Details:
    return html.Details(
        className="disc deff__y",
        children=[
            html.Summary(_("Begynd fra en fil (YAML)")),
            FileDrop(
                id=Ids.FILE,
                button=_("Vælg fil"),
                label=_("eller træk den herhen"),
                hint=_("En definition, der er hentet fra Tavle. Den læses ind i formularen; intet gemmes, før I vil."),
                limit=MOST_BYTES,
                accept=".yaml,.yml",
            ),
        ],
    )


OUTPUTS = (
    Output(Ids.FORM, "html", allow_duplicate=True),
    Output(Ids.FORM, "notes", allow_duplicate=True),
    Output(Ids.FORM, "focus", allow_duplicate=True),
    Output(Ids.SIDE, "html", allow_duplicate=True),
    Output(Ids.MESSAGE, "html", allow_duplicate=True),
    Output(Ids.KEPT, "data", allow_duplicate=True),
    Output(Ids.GO, "href", allow_duplicate=True),
)


def _shown(answer: Answer, kept: Mapping[str, Any], *, keeps_message: bool = False) -> tuple[Any, ...]:
    if answer.href is not None:
        return (*(no_update,) * 6, answer.href)
    # Answers may come in another order than the questions: only one that knows something new says what is kept.
    news = {"proposal": answer.proposal_id} if answer.proposal_id else {}
    news |= {"is_tried": True} if answer.is_tried else {}
    return (
        no_update if answer.html is None else str(answer.html),
        answer.notes,
        {"name": answer.focus, "at": time.monotonic()} if answer.focus else no_update,
        str(answer.side) if answer.side else no_update,
        no_update if keeps_message else str(answer.message),
        {**kept, **news} if news else no_update,
        no_update,
    )


def _seen(told: Mapping[str, Any], kept: Mapping[str, Any]) -> frozenset[str] | None:
    """The fields to speak about: what nobody has come to yet is not wrong yet. None, all, once it was to be kept."""
    return None if kept["code"] or kept.get("is_tried") else frozenset(told["seen"])


def register_callbacks(app: Dash) -> None:
    @app.callback(OUTPUTS, Input(Ids.FORM, "left"), State(Ids.KEPT, "data"), prevent_initial_call=True)
    def left(told: dict[str, Any] | None, kept: dict[str, Any]) -> Any:
        if not told:
            return (no_update,) * len(OUTPUTS)
        answer = presenter.left_field(
            current_store(),
            current_viewer(),
            told["values"],
            kept["code"],
            kept["proposal"],
            today=current_today(),
            seen=_seen(told, kept),
        )
        return _shown(answer, kept, keeps_message=True)

    @app.callback(OUTPUTS, Input(Ids.FORM, "pressed"), State(Ids.KEPT, "data"), prevent_initial_call=True)
    def pressed(told: dict[str, Any] | None, kept: dict[str, Any]) -> Any:
        if not told:
            return (no_update,) * len(OUTPUTS)
        answer = presenter.press(
            current_store(),
            current_viewer(),
            told["name"],
            told["values"],
            kept["code"],
            kept["proposal"],
            today=current_today(),
            now=current_now(),
            seen=_seen(told, kept),
        )
        return _shown(answer, kept)

    @app.callback(OUTPUTS, Input(Ids.FILE, "file"), State(Ids.KEPT, "data"), prevent_initial_call=True)
    def opened(file: dict[str, Any] | None, kept: dict[str, Any]) -> Any:
        if not file:
            return (no_update,) * len(OUTPUTS)
        answer, _content = presenter.from_file(current_store(), current_viewer(), file, today=current_today())
        return _shown(answer, kept)


PAGE = PageRecord(
    path=f"{LIST}/ny",
    also=(f"{LIST}/<code>/<step>",),
    name=N_("Ny indikator"),
    layout=layout,
    exists=exists,
    title=title,
    section=LIST,
    fields=(),
)

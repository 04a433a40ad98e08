"""Egne grupper: lists and learning teams that evaluators make, with a look at what was understood before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update
from markupsafe import Markup

from dashboards.components.controls import FileDrop
from dashboards.components.evaluation_nav import COHORTS, evaluation_nav
from dashboards.components.form import Form
from dashboards.components.markup import Html
from dashboards.context import current_now, current_settings, current_store, current_today, current_viewer
from dashboards.pages import PageRecord
from dashboards.presenters import evaluation_groups as presenter
from dashboards.selection import Selection
from dashboards.text import N_, _, number
from data.access import Role, Viewer
from data.queries import evaluation
from data.store import Store


class Ids:
    PAGE = "groups"
    FORM = "groups-form"
    SIDE = "groups-side"
    MESSAGE = "groups-message"
    LIST = "groups-list"
    DROP = "groups-drop"
    VALUES = "groups-values"


def exists(store: Store, viewer: Viewer, path_args: Mapping[str, str], selection: Selection) -> bool:
    evaluation.require_evaluator(viewer)
    return True


def layout(selection: Selection) -> html.Div:
    store, viewer = current_store(), current_viewer()
    values = presenter.values_of(store, viewer, selection.show)
    lead = _(
        "En egen gruppe er en liste eller et læringsteam med den måned, hver enhed starter. "
        "Den kan vælges som program på Hold, Effekt og Analyser."
    )
    heading = _("Ret »{name}«").format(name=values.name_da) if values.code else _("Ny gruppe")
    return html.Div(
        id=Ids.PAGE,
        children=[
            Html(html=evaluation_nav("", selection)),
            Html(
                html=Markup('<h1 tabindex="-1">{}</h1><p class="muted mt-1">{}</p>').format(_("Egne grupper"), lead),
                className="pagehead",
            ),
            Html(id=Ids.MESSAGE, className="mt-2"),
            html.Div(
                className="org__2 mt-3",
                children=[
                    html.Section(
                        [
                            html.H2(heading, id="grp-new"),
                            FileDrop(
                                id=Ids.DROP,
                                button=_("Vælg fil"),
                                label=_("eller træk den herhen"),
                                hint=_("CSV eller Excel med enhed og start, højst {limit} MB.").format(
                                    limit=number(presenter.FILE_BYTES / 1e6)
                                ),
                                limit=presenter.FILE_BYTES,
                                accept=".csv,.txt,.tsv,.xlsx,.xlsm,text/csv",
                            ),
                            Form(Ids.FORM, presenter.form_markup(store, viewer, values), className="org__f stack mt-2"),
                        ],
                        className="card",
                        **{"aria-labelledby": "grp-new"},
                    ),
                    html.Section(
                        [
                            html.H2(_("Forhåndsvisning"), id="grp-seen"),
                            Html(id=Ids.SIDE, html=presenter.hint(), className="mt-2", **{"aria-live": "polite"}),
                        ],
                        className="card",
                        **{"aria-labelledby": "grp-seen"},
                    ),
                ],
            ),
            html.Section(
                [html.H2(_("Grupper, der er lavet her"), id="grp-all"), Html(id=Ids.LIST, html=_list())],
                className="card mt-4",
                **{"aria-labelledby": "grp-all"},
            ),
            dcc.Store(id=Ids.VALUES, data={"code": values.code, "seen": values.seen, "kind": values.kind}),
        ],
    )


def _list() -> Markup:
    return presenter.list_markup(current_store(), current_viewer(), Ids.FORM, timezone=current_settings().timezone)


def register_callbacks(app: Dash) -> None:
    outputs = [
        Output(Ids.SIDE, "html", allow_duplicate=True),
        Output(Ids.MESSAGE, "html", allow_duplicate=True),
        Output(Ids.FORM, "html", allow_duplicate=True),
        Output(Ids.LIST, "html", allow_duplicate=True),
        Output(Ids.FORM, "left", allow_duplicate=True),
        Output(Ids.FORM, "notes", allow_duplicate=True),
    ]

    @app.callback(outputs, Input(Ids.FORM, "pressed"), prevent_initial_call=True)
    def press(told: dict[str, Any] | None) -> tuple[Any, ...]:
        if not told:
            return (no_update,) * 6
        return _shown(
            presenter.pressed(
                current_store(), current_viewer(), told["name"], told["values"], form=Ids.FORM,
                today=current_today(), now=current_now(),
            )
        )  # fmt: skip

    @app.callback(
        outputs, Input(Ids.DROP, "file"), State(Ids.FORM, "left"), State(Ids.VALUES, "data"), prevent_initial_call=True
    )
    def drop(file: dict[str, Any] | None, left: dict[str, Any] | None, begun: dict[str, Any]) -> tuple[Any, ...]:
        if not file:
            return (no_update,) * 6
        told = (left or {}).get("values") or begun
        return _shown(presenter.uploaded(current_store(), current_viewer(), file, told))


def _shown(answer: presenter.Answer) -> tuple[Any, ...]:
    parts: tuple[Markup | None, ...] = (
        answer.side,
        answer.message,
        answer.form,
        _list() if answer.is_changed else None,
    )
    # What was typed before counts no more once it is kept: a file chosen next is of another group. Notes, if none, tell
    # the form that its press is answered.
    left = None if answer.is_changed else no_update
    return (*(no_update if part is None else str(part) for part in parts), left, {})


PAGE = PageRecord(
    path=presenter.PATH,
    name=N_("Egne grupper"),
    layout=layout,
    exists=exists,
    icon="users",
    fields=(),
    roles=frozenset({Role.EVALUATOR, Role.ADMINISTRATOR}),
    section=COHORTS,
)

"""A project for evaluators: its main indicator, whether it left, and its team scores, one form a part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update
from markupsafe import Markup

from dashboards.components.evaluation_nav import COHORTS, carried, evaluation_nav
from dashboards.components.form import Form
from dashboards.components.markup import Html
from dashboards.context import current_now, current_store, current_today, current_viewer
from dashboards.figures.icons import ui_icon
from dashboards.pages import PageRecord
from dashboards.presenters import evaluation_project as presenter
from dashboards.selection import Selection
from dashboards.text import N_, _
from data import projects
from data.access import Role, Viewer
from data.store import Store


class Ids:
    PAGE = "project"
    FORM = "project-form"
    SAID = "project-said"
    ALIAS = "project-alias"


def exists(store: Store, viewer: Viewer, path_args: Mapping[str, str], selection: Selection) -> bool:
    """There for those who evaluate the unit; raises NotFound and NotAllowed."""
    projects.get(store, viewer, path_args["alias"])
    return True


def layout(selection: Selection, alias: str) -> html.Div:
    view = presenter.view_of(current_store(), current_viewer(), alias)
    head = Markup('<p class="mt-1"><a href="{}">{}{}</a></p><h1 tabindex="-1">{}</h1><p class="muted">{}</p>').format(
        carried(selection).href(COHORTS), ui_icon("arr-l", size=16), _("Tilbage til Hold"), view.title, view.about
    )
    return html.Div(
        id=Ids.PAGE,
        children=[
            Html(html=evaluation_nav("", selection) + head),
            Html(id=Ids.SAID, html=Markup(""), **{"aria-live": "polite"}),
            Form(Ids.FORM, view.form, className="pj mt-3"),
            dcc.Store(id=Ids.ALIAS, data=alias),
        ],
    )


def register_callbacks(app: Dash) -> None:
    @app.callback(
        [Output(Ids.SAID, "html"), Output(Ids.FORM, "html"), Output(Ids.FORM, "notes")],
        Input(Ids.FORM, "pressed"),
        State(Ids.ALIAS, "data"),
        prevent_initial_call=True,
    )
    def press(told: dict[str, Any] | None, alias: str) -> tuple[Any, ...]:
        if not told:
            return (no_update,) * 3
        said, form = presenter.pressed(
            current_store(), current_viewer(), alias, told["name"], told["values"],
            today=current_today(), now=current_now(),
        )  # fmt: skip
        return str(said), no_update if form is None else str(form), {}  # the press is answered


PAGE = PageRecord(
    path=f"{presenter.PATH}/<alias>",
    name=N_("Projekt"),
    layout=layout,
    exists=exists,
    icon="project",
    fields=(),
    roles=frozenset({Role.EVALUATOR, Role.ADMINISTRATOR}),
    section=COHORTS,
)

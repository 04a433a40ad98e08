"""Enheder over tid, for administrators: the organisation on a day, changes planned and carried out, and undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update
from markupsafe import Markup

from dashboards.components.form import Form
from dashboards.components.markup import Html
from dashboards.context import current_now, current_store, current_today, current_viewer
from dashboards.figures.icons import ui_icon
from dashboards.pages import PageRecord
from dashboards.presenters import organisation as presenter
from dashboards.presenters.organisation import FormValues, OrganisationView
from dashboards.selection import Selection
from dashboards.text import N_, _, day_text, number
from data.access import Role, Viewer
from data.store import Store


class Ids:
    PAGE = "organisation"
    TREE = "organisation-tree"
    LIST = "organisation-list"
    FORM = "organisation-form"
    SIDE = "organisation-side"
    MESSAGE = "organisation-message"
    DAY = "organisation-day"


def exists(store: Store, viewer: Viewer, path_args: Mapping[str, str], selection: Selection) -> bool:
    viewer.require_administrator()
    return True


def layout(selection: Selection) -> html.Div:
    store, viewer, today = current_store(), current_viewer(), current_today()
    view = presenter.organisation_view(store, viewer, selection, today=today)
    lead = _(
        "Her står organisationen på en dag, og her lægges enheder sammen, deles, lukkes, flyttes og omdøbes. "
        "Målinger kan siden læses, som enhederne var, og som de er."
    )
    return html.Div(
        id=Ids.PAGE,
        className="org",
        children=[
            html.Div(
                [html.H1(_("Enheder over tid"), tabIndex=-1), html.P(lead, className="f-16 muted")],
                className="pagehead",
            ),
            Html(id=Ids.MESSAGE, className="mt-2"),
            html.Div(
                className="org__2 mt-3",
                children=[
                    html.Section(
                        [Html(html=_day_form(view)), Html(id=Ids.TREE, html=_tree(view))],
                        className="card",
                        **{"aria-labelledby": "org-on"},
                    ),
                    html.Section(
                        [
                            html.H2(_("Ny ændring"), id="org-new"),
                            Form(
                                id=Ids.FORM,
                                html=presenter.form_markup(store, viewer, FormValues(), today=today),
                                className="org__f stack mt-2",
                            ),
                            Html(
                                id=Ids.SIDE, html=presenter.hint(), className="org__s mt-3", **{"aria-live": "polite"}
                            ),
                        ],
                        className="card",
                        **{"aria-labelledby": "org-new"},
                    ),
                ],
            ),
            html.Section(
                [html.H2(_("Besluttede ændringer"), id="org-done"), Html(id=Ids.LIST, html=_list(view))],
                className="card mt-4",
                **{"aria-labelledby": "org-done"},
            ),
            dcc.Store(id=Ids.DAY, data=view.day.isoformat()),
        ],
    )


def _day_form(view: OrganisationView) -> Markup:
    """The day by date, and links to the days on which something changes. A plain form: the day is in the address."""
    heading = _("Organisationen i dag") if view.is_today else _("Organisationen {day}").format(day=day_text(view.day))
    chevrons = ((view.earlier, "arr-l", _("Ændringen før")), (view.later, "arr-r", _("Næste ændring")))
    links = Markup("").join(
        Markup('<a class="btn btn--sm" href="{}">{}{}: {}</a>').format(one[1], ui_icon(icon, size=16), name, one[0])
        for one, icon, name in chevrons
        if one is not None
    )
    if not view.is_today:
        links += Markup('<a class="btn btn--sm" href="{}">{}</a>').format(view.today_href, _("I dag"))
    return Markup(
        '<h2 id="org-on">{}</h2><form class="org__d mt-2" method="get" action="{}"><label for="org-vis">{}</label>'
        '<input class="input input--sm" type="date" id="org-vis" name="vis" value="{}" min="1970-01-01" '
        'max="2199-12-31" required><button class="btn btn--sm">{}</button></form><p class="org__n mt-1">{}</p>'
    ).format(
        heading,
        presenter.PATH,
        _("Vis organisationen den"),
        view.day.isoformat(),
        _("Vis"),
        links,
    )


def _tree(view: OrganisationView) -> Markup:
    count = Markup('<p class="muted f-13 mt-2">{}</p>').format(_("{count} enheder.").format(count=number(view.n_units)))
    return count + view.tree


def _list(view: OrganisationView) -> Markup:
    return presenter.decisions_markup(view.decisions, Ids.FORM)


def register_callbacks(app: Dash) -> None:
    outputs = [
        Output(Ids.SIDE, "html", allow_duplicate=True),
        Output(Ids.MESSAGE, "html", allow_duplicate=True),
        Output(Ids.FORM, "html", allow_duplicate=True),
    ]

    @app.callback(outputs, Input(Ids.FORM, "left"), prevent_initial_call=True)
    def left(told: dict[str, Any] | None) -> tuple[Any, ...]:
        if not told:
            return (no_update,) * 3
        answer = presenter.left_field(current_store(), current_viewer(), told["values"], today=current_today())
        return _shown(answer)

    @app.callback(
        [*outputs, Output(Ids.TREE, "html"), Output(Ids.LIST, "html")],
        Input(Ids.FORM, "pressed"),
        State(Ids.DAY, "data"),
        prevent_initial_call=True,
    )
    def pressed(told: dict[str, Any] | None, day: str) -> tuple[Any, ...]:
        if not told:
            return (no_update,) * 5
        store, viewer, today = current_store(), current_viewer(), current_today()
        answer = presenter.pressed(
            store, viewer, told["name"], told["values"], form=Ids.FORM, today=today, now=current_now()
        )
        if not answer.is_changed:
            return (*_shown(answer), no_update, no_update)
        view = presenter.organisation_view(store, viewer, Selection(show=day), today=today)
        return (*_shown(answer), str(_tree(view)), str(_list(view)))


def _shown(answer: presenter.Answer) -> tuple[Any, ...]:
    return tuple(no_update if part is None else str(part) for part in (answer.side, answer.message, answer.form))


PAGE = PageRecord(
    path=presenter.PATH,
    name=N_("Enheder"),
    layout=layout,
    icon="users",
    order=60,
    roles=frozenset({Role.ADMINISTRATOR}),
    exists=exists,
    fields=(),
)

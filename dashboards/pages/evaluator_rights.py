"""Evaluatorer, for administrators: who sees names of units and takes exact counts, given and taken back here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash, Input, Output, html, no_update
from markupsafe import Markup

from dashboards.components.form import Form
from dashboards.components.markup import Html
from dashboards.context import current_now, current_settings, current_store, current_viewer
from dashboards.pages import PageRecord
from dashboards.presenters import evaluator_rights as presenter
from dashboards.presenters.evaluator_rights import RightsView, Row, Switch
from dashboards.selection import Selection
from dashboards.text import N_, _
from data.access import Role, Viewer
from data.store import Store

NOTHING = Markup("")


class Ids:
    PAGE = "evaluator-rights"
    MESSAGE = "evaluator-rights-message"
    FORM = "evaluator-rights-form"
    CHANGES = "evaluator-rights-changes"


def exists(store: Store, viewer: Viewer, path_args: Mapping[str, str], selection: Selection) -> bool:
    viewer.require_administrator()
    return True


def layout(selection: Selection) -> html.Div:
    view = _read()
    lead = _(
        "En evaluator ser de hold, rollen er givet til. To rettigheder gives for sig, når opgaven kræver det, og "
        "tages tilbage, når den er slut. Alt skrives i revisionssporet."
    )
    return html.Div(
        id=Ids.PAGE,
        className="evr",
        children=[
            html.Div(
                [html.H1(_("Evaluatorer"), tabIndex=-1), html.P(lead, className="f-16 muted")], className="pagehead"
            ),
            Html(html=_meanings()),
            Html(id=Ids.MESSAGE, html=NOTHING, className="mt-3", **{"aria-live": "polite"}),
            html.Section(
                [
                    html.H2(_("Hvem har hvilke rettigheder"), id="evr-who"),
                    Form(id=Ids.FORM, html=_table(view)),
                ],
                className="card mt-3",
                **{"aria-labelledby": "evr-who"},
            ),
            html.Section(
                [html.H2(_("Seneste ændringer"), id="evr-done"), Html(id=Ids.CHANGES, html=_changes(view))],
                className="card mt-4",
                **{"aria-labelledby": "evr-done"},
            ),
        ],
    )


def _read() -> RightsView:
    return presenter.rights_view(current_store(), current_viewer(), timezone=current_settings().timezone)


def _meanings() -> Markup:
    listed = Markup("").join(
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(_(title), _(presenter.MEANINGS[right]))
        for right, title in presenter.TITLES.items()
    )
    return Markup('<dl class="evr__m mt-3">{}</dl>').format(listed)


def _table(view: RightsView) -> Markup:
    if not view.rows:
        return Markup('<p class="muted mt-2">{}</p>').format(
            _(
                "Der er ingen evaluatorer. Rollen gives, når brugeren oprettes: tavle user add … --role evaluator "
                "--cohort HOLD."
            )
        )
    heads = (_("Navn"), _("Evaluerer"), *(_(title) for title in presenter.TITLES.values()))
    return Markup(
        '<div class="tbl-wrap mt-2" tabindex="0" role="region" aria-label="{0}"><table class="tbl rtab">'
        '<caption class="visually-hidden">{0}</caption><thead><tr>{1}</tr></thead><tbody>{2}</tbody></table></div>'
    ).format(
        _("Evaluatorer og deres rettigheder"),
        Markup("").join(Markup('<th scope="col">{}</th>').format(head) for head in heads),
        Markup("").join(_row(row, heads[1]) for row in view.rows),
    )


def _row(row: Row, head: str) -> Markup:
    closed = Markup(' <span class="badge">{}</span>').format(_("Kontoen er lukket"))
    return Markup('<tr{}><th scope="row">{}{}<small>{}</small></th><td data-label="{}">{}</td>{}</tr>').format(
        NOTHING if row.is_active else Markup(' class="is-out"'),
        row.name,
        NOTHING if row.is_active else closed,
        row.email,
        head,
        row.groups,
        Markup("").join(_switch(row, one) for one in row.switches),
    )


def _switch(row: Row, one: Switch) -> Markup:
    return Markup(
        '<td data-label="{0}"><div class="evr__s"><span class="badge {1}">{2}</span><button class="btn btn--sm" '
        'type="button" name="{3}" data-press="{4}">{5}<span class="visually-hidden">: {0}, {6}, {7}</span></button>'
        "</div></td>"
    ).format(
        one.title,
        "badge--ok" if one.is_given else "",
        _("Har retten") if one.is_given else _("Har den ikke"),
        one.name,
        one.press,
        one.button,
        row.name,
        row.groups,
    )


def _changes(view: RightsView) -> Markup:
    if not view.changes:
        return Markup('<p class="muted f-13 mt-2">{}</p>').format(_("Ingen rettigheder er ændret her endnu."))
    listed = Markup("").join(Markup("<li><span>{}</span> {}</li>").format(*one) for one in view.changes)
    return Markup('<ul class="evr__c mt-2">{}</ul>').format(listed)


def register_callbacks(app: Dash) -> None:
    @app.callback(
        Output(Ids.MESSAGE, "html"),
        Output(Ids.FORM, "html"),
        Output(Ids.CHANGES, "html"),
        Input(Ids.FORM, "pressed"),
        prevent_initial_call=True,
    )
    def press(pressed: dict[str, Any] | None) -> Any:
        if not pressed:
            return (no_update,) * 3
        message = presenter.press(current_store(), current_viewer(), pressed, now=current_now())
        view = _read()
        return str(message), str(_table(view)), str(_changes(view))


PAGE = PageRecord(
    path=presenter.PATH,
    name=N_("Evaluatorer"),
    layout=layout,
    icon="lock",
    order=61,
    roles=frozenset({Role.ADMINISTRATOR}),
    exists=exists,
    fields=(),
)

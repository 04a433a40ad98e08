"""Komplethed: units × months with what came, when, and what did not; and reminders to those who answer for it."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update
from flask import Response, request
from markupsafe import Markup

from dashboards.components import states
from dashboards.components.deliver_nav import COMPLETENESS, deliver_nav
from dashboards.components.filter_fields import filter_field, options_of
from dashboards.components.markup import Html
from dashboards.components.ticks import Ticks
from dashboards.context import (
    current_now,
    current_settings,
    current_store,
    current_today,
    current_viewer,
    public_address,
)
from dashboards.figures.completeness_table import completeness_grid, words_table
from dashboards.figures.icons import ui_icon
from dashboards.pages import PageRecord
from dashboards.presenters import completeness as presenter
from dashboards.presenters.completeness import Callout, Candidate, CompletenessView, ReminderView, Talk
from dashboards.selection import VERSION, Selection
from dashboards.text import N_, _, language
from data import outbox, reminders
from data.access import NotAllowed, NotFound, Role
from data.queries import units

NOTHING = Markup("")


class Ids:
    PAGE = "completeness"
    GRID = "completeness-grid"
    TWIN = "completeness-twin"
    VIEW = "completeness-view"
    REMIND = "completeness-remind"
    CHOSEN = "completeness-chosen"
    MESSAGE = "completeness-message"
    AGAIN = "completeness-again"
    SEND = "completeness-send"
    SENT = "completeness-sent"


def _read(selection: Selection) -> CompletenessView:
    return presenter.completeness_view(
        current_store(),
        current_viewer(),
        selection,
        today=current_today(),
        now=current_now(),
        timezone=current_settings().timezone,
    )


def layout(selection: Selection) -> Any:
    if selection.unit is None:
        return states.page_state(states.no_units(is_evaluating=bool(current_viewer().evaluated_units)))
    viewer = current_viewer()
    view = _read(selection)
    main = Html(html=_main(view), className="kgrid__m")
    aside = _aside(view)
    return html.Div(
        id=Ids.PAGE,
        children=[
            Html(html=deliver_nav(viewer, COMPLETENESS, selection)),
            Html(html=_head(view)),
            html.Div([main, *aside], className="kgrid" if aside else "kgrid kgrid--one"),
        ],
    )


# ------------------------------------------------------------------------------------------------------ the pieces


def _head(view: CompletenessView) -> Markup:
    tools = NOTHING
    if view.grid is not None:
        tools = Markup(
            '<div class="row no-print"><button type="button" class="btn btn--sm" data-swap="{0} {1}" '
            'aria-pressed="false" aria-controls="{1}">{2}{3}</button>'
            '<a class="btn btn--sm" href="{4}" download>{5}{6}</a></div>'
        ).format(
            Ids.GRID,
            Ids.TWIN,
            ui_icon("table", size=16),
            _("Vis som tabel"),
            view.csv_href,
            ui_icon("download", size=16),
            _("CSV"),
        )
    back = NOTHING
    if view.back_href:
        back = Markup('<p class="goals__back kback"><a href="{}">{}{}</a></p>').format(
            view.back_href, ui_icon("arr-l", size=16), _("Alle enheder")
        )
    return Markup(
        '{}<div class="row row--between row--top khead"><div><h1 tabindex="-1">{}</h1>'
        '<p class="muted mt-1">{}</p></div>{}</div>{}'
    ).format(back, view.title, view.lead, tools, _filters(view))


def _filters(view: CompletenessView) -> Markup:
    """Area, sector and months; the selects write to the address, assets/tavle_shell.js says how."""
    fields = NOTHING
    if view.areas:
        groups = Markup("").join(
            Markup('<optgroup label="{}">{}</optgroup>').format(label, options_of(choices))
            if label
            else options_of(choices)
            for label, choices in view.areas
        )
        fields += filter_field("enhed", _("Område"), groups)
    if view.cohorts:
        fields += filter_field("hold", _("Hold"), options_of(view.cohorts))
    fields += filter_field("sektor", _("Sektor"), options_of(view.sectors))
    later = NOTHING
    if view.later_href:
        later = Markup('<a class="btn btn--quiet btn--icon" href="{}" aria-label="{}" title="{}">{}</a>').format(
            view.later_href, _("Senere måneder"), _("Senere måneder"), ui_icon("arr-r", size=16)
        )
    window = Markup(
        '<span class="ctx kwin"><span>{}</span><a class="btn btn--quiet btn--icon" href="{}" aria-label="{}" '
        'title="{}">{}</a><b>{}</b>{}</span>'
    ).format(
        _("Periode"), view.earlier_href, _("Tidligere måneder"), _("Tidligere måneder"), ui_icon("arr-l", size=16),
        view.span, later,
    )  # fmt: skip
    chips = Markup("").join(
        Markup('<a class="chip" href="{}"{}>{}</a>').format(
            choice.href, Markup(' aria-current="true"') if choice.is_chosen else NOTHING, choice.label
        )
        for choice in view.shows
    )
    if chips:
        chips = Markup('<nav class="kchips" aria-label="{}">{}</nav>').format(_("Vis"), chips)
    return Markup(
        '<div class="kfilter no-print"><form data-context data-version="{}" aria-label="{}">{}</form>{}{}</div>'
    ).format(VERSION, _("Vælg enheder"), fields, window, chips)


def _main(view: CompletenessView) -> Markup:
    if view.grid is None:
        nothing = states.State(
            "calendar",
            _("Der er ikke ventet tal i perioden"),
            _("Ingen af de valgte enheder følger en måling, der har frist i disse måneder."),
            hint=_("Vælg et andet område eller andre måneder."),
        )
        return Markup('<div class="card stt__c">{}</div>').format(nothing.markup("h2"))
    return Markup(
        '{}<div class="card card--flush print-a3" id="{}">{}</div>'
        '<div class="card card--flush is-away" id="{}">{}</div>'
    ).format(
        _callout(view.callout),
        Ids.GRID,
        completeness_grid(view.grid),
        Ids.TWIN,
        words_table(view.twin, numeric=(1, 2, 3, 4)),
    )


def _callout(callout: Callout | None) -> Markup:
    if callout is None:
        return NOTHING
    lines = NOTHING
    if callout.lines:
        lines = Markup('<ul class="kcall__l">{}</ul>').format(
            Markup("").join(Markup("<li>{}</li>").format(line) for line in callout.lines)
        )
    button = NOTHING
    if callout.deliver_href:
        button = Markup('<a class="btn btn--primary no-print" href="{}">{}{}</a>').format(
            callout.deliver_href, ui_icon("upload", size=16), callout.deliver_text
        )
    return Markup('<section class="card kcall"><div><h2>{}</h2>{}</div>{}</section>').format(
        callout.heading, lines, button
    )


def _aside(view: CompletenessView) -> list[Any]:
    if view.reminder is None and not view.talk:
        return []
    parts = [] if view.reminder is None else _reminder(view.reminder, view.query)
    return [
        html.Aside(
            [*parts, Html(html=_talk(view.talk))],
            className="card remind no-print",
            **{"aria-label": _("Påmindelse")},
        )
    ]


def _reminder(reminder: ReminderView, query: str) -> list[Any]:
    chosen = [one.unit_code for one in reminder.candidates if one.is_chosen]
    if not any(one.can_send for one in reminder.candidates):
        return [Html(html=_nobody_to_remind(reminder))]
    return [
        html.H2(_("Send påmindelse")),
        html.P(reminder.deadline, className="f-13 muted mt-1"),
        dcc.Store(id=Ids.VIEW, data=query),
        Ticks(
            id=Ids.CHOSEN,
            label=_("Enheder, der får en påmindelse"),
            options=_candidates(reminder.candidates),
            value=chosen,
            className="remind__l",
        ),
        html.Div(
            className="field",
            children=[
                html.Label(_("Besked"), htmlFor=Ids.MESSAGE),
                dcc.Textarea(
                    id=Ids.MESSAGE, value=reminder.message, className="textarea remind__m", maxLength=reminders.LONGEST,
                    rows=7,
                ),
                html.P(
                    _(
                        "[navn], [målinger], [måned], [enhed] og [link] udfyldes for hver enhed. "
                        "Sendes som enkelte mails. Skriv ingen tal i mailen."
                    ),
                    className="hint",
                ),
            ],
        ),
        html.Div(
            Ticks(
                id=Ids.AGAIN,
                label=_("Send igen"),
                options=[{"label": _("Send igen til enheder, der er påmindet i dag"), "value": "igen"}],
                value=[],
            ),
            id=Ids.REMIND,
            hidden=not reminder.has_reminded,
        ),
        html.Button(
            presenter.button_text(len(chosen)), id=Ids.SEND, className="btn btn--primary mt-3", disabled=not chosen
        ),
        html.Div(Html(id=Ids.SENT), **{"aria-live": "polite"}),
    ]  # fmt: skip


def _nobody_to_remind(reminder: ReminderView) -> Markup:
    """What is lacking, where the viewer is the only one to ask."""
    lines = Markup("").join(
        Markup("<li><b>{}</b><small>{}</small></li>").format(one.name, one.detail) for one in reminder.candidates
    )
    return Markup('<h2>{}</h2><p class="f-13 muted mt-1">{}</p><ul class="remind__l remind__l--only">{}</ul>').format(
        _("Ingen at påminde"), reminder.deadline, lines
    )


def _candidates(candidates: tuple[Candidate, ...]) -> list[dict[str, Any]]:
    return [
        {"value": one.unit_code, "label": one.name, "detail": one.detail, "disabled": not one.can_send}
        for one in candidates
    ]


def _talk(talk: tuple[Talk, ...]) -> Markup:
    if not talk:
        return NOTHING
    lines = Markup("").join(
        Markup('<p>{} <a href="{}">{}</a></p>').format(one.text, one.href, _("Se enhedens målinger")) for one in talk
    )
    return Markup('<div class="remind__n"><h2 class="f-14">{}</h2>{}<p class="muted f-13">{}</p></div>').format(
        _("Værd at tale om"),
        lines,
        _("Med så mange huller går der længere tid, før en forbedring kan ses. Aftal en lettere vej til tallene."),
    )


# ------------------------------------------------------------------------------------------------- callbacks and files


def register_callbacks(app: Dash) -> None:
    app.server.add_url_rule(presenter.CSV_PATH, "completeness_csv", csv_file)

    @app.callback(
        Output(Ids.SEND, "children"),
        Output(Ids.SEND, "disabled"),
        Input(Ids.CHOSEN, "value"),
        prevent_initial_call=True,
    )
    def promise(chosen: list[str]) -> tuple[str, bool]:
        return presenter.button_text(len(chosen)), not chosen

    @app.callback(
        Output(Ids.SENT, "html"),
        Output(Ids.CHOSEN, "options"),
        Output(Ids.CHOSEN, "value"),
        Output(Ids.REMIND, "hidden"),
        Output(Ids.AGAIN, "value"),
        Input(Ids.SEND, "n_clicks"),
        State(Ids.CHOSEN, "value"),
        State(Ids.MESSAGE, "value"),
        State(Ids.AGAIN, "value"),
        State(Ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def send(n_clicks: int | None, chosen: list[str], message: str | None, again: list[str], query: str) -> Any:
        if not n_clicks:
            return no_update
        selection = _with_unit(Selection.from_query(query))
        answer = presenter.send_reminders(
            current_store(),
            current_viewer(),
            selection,
            chosen,
            message or "",
            again=bool(again),
            today=current_today(),
            now=current_now(),
            timezone=current_settings().timezone,
            base_url=public_address(),
        )
        if not answer.is_sent:
            return str(answer.markup), no_update, no_update, no_update if not answer.asks_again else False, no_update
        settings = current_settings()
        outbox.hand_over(
            current_store(),
            settings.var / "outbox",
            current_now(),
            sender=settings.mail_from,
            public_url=settings.public_url,
        )
        reminder = _read(selection).reminder
        options = _candidates(reminder.candidates) if reminder else []
        return str(answer.markup), options, [], False, []


def _with_unit(selection: Selection) -> Selection:
    """The address may name no unit; then it is the viewer's first, as on the page."""
    if selection.unit is not None:
        return selection
    store, viewer = current_store(), current_viewer()
    if viewer.home_units:
        return selection.but(unit=viewer.home_units[0])
    visible = units.visible(store, viewer, on=current_today())
    return selection.but(unit=visible[0].code if visible else None)


def csv_file() -> Response:
    """What the page shows as a file, for the choices of the address."""
    selection = _with_unit(Selection.from_query(request.query_string.decode("utf-8", "replace")))
    store = current_store()
    try:
        got = presenter.read(
            store, current_viewer(), selection, today=current_today(), timezone=current_settings().timezone
        )
    except (NotFound, NotAllowed) as refusal:
        status = 403 if isinstance(refusal, NotAllowed) else 404
        return Response(refusal.reason(language()), status, mimetype="text/plain; charset=utf-8")
    name = "-".join(filter(None, ("tavle-komplethed", selection.unit, "DEMO" if store.is_demo else "")))
    answer = Response(presenter.completeness_csv(got, is_demo=store.is_demo), mimetype="text/csv; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.csv")
    answer.headers["Cache-Control"] = "no-store"
    return answer


PAGE = PageRecord(
    path=COMPLETENESS,
    name=N_("Komplethed"),
    layout=layout,
    icon="calendar",
    order=31,
    roles=frozenset({Role.LEADER, Role.EVALUATOR}),
    fields=(),
    section="/indberet",
)

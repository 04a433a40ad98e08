"""Overblik, the home page: a sentence first, then the matrix. Every count is a link; hover asks the server nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from dash import Dash, Input, Output, State, dcc, html
from flask import Response, request
from markupsafe import Markup

from dashboards.components import states
from dashboards.components.download_menu import PACK
from dashboards.components.form import Form
from dashboards.components.markup import Html
from dashboards.components.term import with_terms
from dashboards.context import (
    current_now,
    current_settings,
    current_store,
    current_today,
    current_viewer,
    last_visit,
    public_address,
)
from dashboards.exports.matrix import matrix_csv, matrix_xlsx
from dashboards.figures.icons import ui_icon, variation_icon
from dashboards.figures.matrix import WINDOW, css_state, legend, matrix_list, matrix_table, matrix_twin
from dashboards.figures.sparkline import sparkline
from dashboards.pages import PageRecord
from dashboards.presenters.indicator_library import LIST
from dashboards.presenters.overview import OverviewView, overview_view
from dashboards.presenters.overview_cards import Card
from dashboards.presenters.overview_filters import Choice
from dashboards.presenters.overview_lead import Part
from dashboards.presenters.overview_steps import AGENDA, SEEN, Done, step_name, take_step
from dashboards.selection import VERSION, Selection
from dashboards.text import N_, _, language, ngettext, pgettext
from data.access import NotAllowed, NotFound
from data.queries import units
from indicators.assessment import Variation
from indicators.words import Words

CARD_LINE = (240, 44)
RAIL_COLUMNS = 6  # with more units the matrix takes the width and the cards stand under it
NO_UNITS = Words("Du har endnu ikke adgang til nogen enhed.", "You have no access to any unit yet.")


class Ids:
    PAGE = "overview"
    BOARD = "overview-board"
    CHOICES = "overview-choices"
    DO = "overview-do"


def layout(selection: Selection) -> Any:
    if selection.unit is None:
        return states.page_state(states.no_units(is_evaluating=bool(current_viewer().evaluated_units)))
    view = read_view(selection)
    return html.Div(
        [
            Form(Ids.DO, Markup("")),
            dcc.Store(id=Ids.CHOICES, data=selection.to_query()),
            Html(id=Ids.BOARD, html=page_markup(view, remember=_remembered)),
        ],
        id=Ids.PAGE,
    )


def read_view(selection: Selection) -> OverviewView:
    return overview_view(
        current_store(),
        current_viewer(),
        selection,
        today=current_today(),
        since=last_visit(),
        timezone=current_settings().timezone,
    )


def register_callbacks(app: Dash) -> None:
    """Choices are links, and assets/matrix_keys.js opens the peek row; only the buttons on cards ask the server."""
    app.server.add_url_rule("/overblik.csv", "overview_csv", csv_file)
    app.server.add_url_rule("/overblik.xlsx", "overview_xlsx", xlsx_file)

    @app.callback(
        Output(Ids.BOARD, "html"),
        Output(Ids.DO, "notes"),  # tells the form that it was answered: the next press counts at once
        Input(Ids.DO, "pressed"),
        State(Ids.CHOICES, "data"),
        prevent_initial_call=True,
    )
    def act(pressed: dict[str, Any], query: str) -> tuple[str, dict[str, Any]]:
        """A card is marked as seen, brought back, or put on the agenda; the page is drawn anew with what was done."""
        selection = Selection.from_query(query)
        done = take_step(
            current_store(), current_viewer(), str(pressed["name"]), selection.unit or "", now=current_now()
        )
        return str(page_markup(read_view(selection), done, remember=_remembered)), {}


def csv_file() -> Response:
    """The matrix in words as a file, for the choices of the address."""
    view = _view_of_address()
    if isinstance(view, Response):
        return view
    store = current_store()
    content = matrix_csv(view.matrix, is_demo=store.is_demo)
    return _download(content, "csv", "text/csv; charset=utf-8", view)


def xlsx_file() -> Response:
    """The matrix as a workbook."""
    view = _view_of_address()
    if isinstance(view, Response):
        return view
    content = matrix_xlsx(
        view.matrix,
        title=" ".join(_plain_text(parts) for parts in (view.lead, view.second)),
        notes=[f"{_('Enhed')}: {view.unit_name}", view.chance, f"{public_address()}{view.page_href}"],
        today=current_today(),
        is_demo=current_store().is_demo,
    )
    return _download(content, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", view)


def _plain_text(parts: tuple[Part, ...]) -> str:
    return "".join(part.text for part in parts)


def _download(content: bytes, ending: str, mimetype: str, view: OverviewView) -> Response:
    name = "-".join(filter(None, ("tavle-overblik", view.unit_code, "DEMO" if current_store().is_demo else "")))
    return Response(
        content,
        mimetype=mimetype,
        headers={"Content-Disposition": f'attachment; filename="{name}.{ending}"', "Cache-Control": "no-store"},
    )


def _view_of_address() -> OverviewView | Response:
    """What the page would show for this address, or the refusal."""
    store, viewer = current_store(), current_viewer()
    selection = Selection.from_query(request.query_string.decode("utf-8", "replace"))
    try:
        if selection.unit is None:
            visible = units.visible(store, viewer)
            home = viewer.home_units[0] if viewer.home_units else (visible[0].code if visible else None)
            selection = selection.but(unit=home)
        if selection.unit is None:
            raise NotFound(NO_UNITS)
        units.get(store, viewer, selection.unit)
        return read_view(selection)
    except (NotFound, NotAllowed) as refusal:
        status = 403 if isinstance(refusal, NotAllowed) else 404
        return Response(refusal.reason(language()), status, mimetype="text/plain; charset=utf-8")


PAGE = PageRecord(path="/", name=N_("Overblik"), layout=layout, icon="home", order=10, fields=("enhed",), is_kept=True)


# ------------------------------------------------------------------------------------------------------ the pieces


Draw = Callable[[OverviewView], Markup]


def draw_matrix(view: OverviewView) -> Markup:
    """The matrix, the list for phones and the table of words."""
    assert view.matrix is not None
    return matrix_table(view.matrix) + matrix_list(view.matrix)


def draw_twin(view: OverviewView) -> Markup:
    """The table of words."""
    assert view.matrix is not None
    return matrix_twin(view.matrix)


def _remembered(draw: Draw) -> Draw:
    """The same drawing, made once for everybody who sees the same until data change."""

    def drawn(view: OverviewView) -> Markup:
        key = ("drawn", draw.__name__, view.matrix_key)
        return current_store().remember(key, lambda: draw(view), is_large=True)

    return drawn


def page_markup(
    view: OverviewView, done: Done | None = None, *, remember: Callable[[Draw], Draw] = lambda it: it
) -> Markup:
    """The whole page as HTML; `done` is what the reader has just done with a card."""
    n_columns = len(view.matrix.columns) if view.matrix is not None else 0
    with_rail = bool(view.cards or done) and n_columns <= RAIL_COLUMNS
    cards = _cards(view, done)
    board = _board(view, remember)
    # With many units the matrix takes the width; the cards then follow it, in the order they are read.
    sections = (cards + board) if with_rail else (board + cards)
    return Markup('{}<div class="ov{}">{}</div>').format(_lead(view), " ov--rail" if with_rail else "", sections)


def _parts(parts: tuple[Part, ...]) -> Markup:
    return Markup("").join(
        Markup('<a href="{}">{}</a>').format(part.href, part.text) if part.href else Markup("{}").format(part.text)
        for part in parts
    )


def _lead(view: OverviewView) -> Markup:
    goal = Markup('<p class="f-13">{}</p>').format(_parts(view.goal_note)) if view.goal_note else Markup("")
    return Markup('<div class="lead"><div><h1>{}</h1><p>{}</p>{}</div></div>').format(
        _parts(view.lead), _parts(view.second), goal
    )


def _chips(choices: tuple[Choice, ...], label: str, css: str) -> Markup:
    if not choices:
        return Markup("")
    links = Markup("").join(
        Markup('<a class="chip" href="{}"{}>{}</a>').format(
            choice.href, Markup(' aria-current="true"') if choice.is_current else Markup(""), choice.label
        )
        for choice in choices
    )
    return Markup('<nav class="{}" aria-label="{}">{}</nav>').format(css, label, links)


def _take_away(view: OverviewView) -> Markup:
    """The matrix as files and on paper."""
    files = Markup("").join(
        Markup('<a class="btn btn--quiet" href="{}" download>{}{}</a>').format(href, ui_icon("download"), name)
        for href, name in ((view.csv_href, "CSV"), (view.xlsx_href, "Excel"))
    )
    # Several series with their charts are a page of their own, with the same unit.
    files += Markup('<a class="btn btn--quiet" href="{}">{}{}</a>').format(
        PACK + view.csv_href.removeprefix("/overblik.csv"), ui_icon("download"), _("Tavlepakke")
    )
    return Markup(
        '<span class="ov__out no-print">{}<button type="button" class="btn btn--quiet not-phone" data-print>'
        "{}{}</button></span>"
    ).format(files, ui_icon("print"), _("Udskriv"))


def _filters(view: OverviewView) -> Markup:
    """Native selects that write to the address; folded away until one is wanted, open while one is in use."""
    if not view.filters:
        return Markup("")
    fields = Markup("").join(
        Markup('<span class="ctx"><label for="ov-{}">{}</label><select id="ov-{}" name="{}">{}</select></span>').format(
            one.key,
            one.label,
            one.key,
            one.key,
            Markup("").join(
                Markup('<option value="{}"{}>{}</option>').format(value, Markup(" selected") if chosen else "", words)
                for value, words, chosen in one.options
            ),
        )
        for one in view.filters
    )
    used = sum(one.is_set for one in view.filters)
    count = Markup(" <b>{}</b>").format(used) if used else Markup("")
    clear = (
        Markup('<a class="btn btn--quiet btn--sm" href="{}">{}</a>').format(view.show_all_href, _("Ryd filtre"))
        if used
        else Markup("")
    )
    return Markup(
        '<details class="ovf no-print"{}><summary>{}{}{}</summary><form data-context data-version="{}" aria-label="{}">'
        "{}{}</form></details>"
    ).format(
        Markup(" open") if used else "",
        ui_icon("filter", size=16),
        _("Filtre"),
        count,
        VERSION,
        _("Filtre"),
        fields,
        clear,
    )


def _board(view: OverviewView, remember: Callable[[Draw], Draw]) -> Markup:
    head = Markup('<div class="ov__h"><h2 id="h-mx">{}</h2>{}{}{}</div>').format(
        _("Alle målinger"),
        _chips(view.chips, _("Vis"), "ov__chips"),
        _filters(view),
        _take_away(view) if view.matrix is not None else Markup(""),
    )
    cohorts = _chips(view.cohort_chips, _("Hold"), "ov__chips")
    pages = _chips(view.page_chips, _("Enheder på holdet"), "ov__chips")
    picks_of_cohort = Markup('<div class="ov__row">{}{}</div>').format(cohorts, pages) if cohorts else Markup("")
    if view.matrix is None:
        body = Markup('<div class="card stt__c">{}</div>').format(_empty(view).markup("h3"))
    else:
        picks = _chips(view.unit_chips, _("Enhed"), "unitpick")
        more = Markup('<p class="mx-more">{}</p>').format(view.more) if view.more else Markup("")
        chance = Markup('<p class="chance">{}<span>{}</span></p>').format(
            ui_icon("info", size=16), with_terms(view.chance, "falsk-alarm")
        )
        body = Markup('<div class="mx-wrap print-a3">{}{}{}{}{}<div class="mx-tools">{}</div></div>').format(
            legend(with_new=view.has_since),
            picks,
            remember(draw_matrix)(view),
            more,
            chance,
            remember(draw_twin)(view),
        )
    return Markup('<section aria-labelledby="h-mx">{}{}{}{}</section>').format(
        picks_of_cohort, head, body, _missing(view)
    )


def _empty(view: OverviewView) -> states.State:
    if view.empty == "filter":
        return states.State(
            "filter",
            _("Ingen målinger passer til filteret"),
            _("Enheden følger målinger, men ingen af dem er det, du har valgt at se."),
            (states.Action(_("Vis alle målinger"), view.show_all_href, is_primary=True),),
        )
    return states.State(
        "chart",
        _("Her er ingen målinger endnu"),
        _("{unit} følger ingen målinger, og det gør enhederne under den heller ikke.").format(unit=view.unit_name),
        (states.Action(_("Vælg målinger fra biblioteket"), LIST, is_primary=True), *_ask_team(view)),
        hint=_(
            "En anden enhed vælges øverst. Tavle kan prøves med simulerede tal: den, der driver Tavle hos jer, starter "
            "demoen med kommandoen »tavle demo«."
        ),
    )


def _ask_team(view: OverviewView) -> tuple[states.Action, ...]:
    """A mail to the unit's quality team, where it has one; it is written in the reader's own mail program."""
    if not view.quality_team:
        return ()
    about = quote(_("Tavle: målinger for {unit}").format(unit=view.unit_name))
    to = ",".join(quote(one, safe="@") for one in view.quality_team)
    return (states.Action(_("Skriv til kvalitetsteamet"), f"mailto:{to}?subject={about}"),)


def _cards(view: OverviewView, done: Done | None) -> Markup:
    if not view.cards and done is None:
        return Markup("")
    said = Markup("")
    if done is not None:
        undo = _press(done.undo, _("Fortryd")) if done.undo else Markup("")
        said = Markup('<p class="ncards__said" role="status" tabindex="-1" data-focus-next>{} {}</p>').format(
            done.words, undo
        )
    return Markup(
        '<section aria-labelledby="h-new" class="no-print"><div class="ov__h"><h2 id="h-new">{}</h2></div>{}'
        '<div class="ncards">{}</div>{}</section>'
    ).format(
        view.cards_title,
        said,
        Markup("").join(_card(view, card) for card in view.cards),
        Markup('<p class="ncards__more f-13 muted">{}</p>').format(view.more_cards) if view.more_cards else Markup(""),
    )


def _press(step: str, words: str, *, label: str = "") -> Markup:
    """A button that tells the server to take a step (see `take_step`)."""
    name = Markup(' aria-label="{}"').format(label) if label else Markup("")
    return Markup(
        '<button type="button" class="btn btn--quiet btn--sm" form="{}" data-press="{}"{}>{}</button>'
    ).format(Ids.DO, step, name, words)


def _card(view: OverviewView, card: Card) -> Markup:
    cell = card.cell
    where = f"{card.name}, {card.unit}"
    line = sparkline(cell.spark, width=CARD_LINE[0], height=CARD_LINE[1], window=WINDOW) if cell.spark else Markup("")
    unit = f" {cell.unit_of_measure}" if cell.unit_of_measure and not cell.value.endswith("%") else ""
    note = Markup("{}").format(card.note or _("Ingen note endnu"))
    owner = Markup(' <span class="nowrap">· {}</span>').format(card.owner) if card.owner else Markup("")
    return Markup(
        '<article class="ncard"><div class="ncard__t">{}<h3><a href="{}">{}</a></h3>'
        '<p>{} · {}: <b class="t-{}">{}</b>{}</p></div>{}<p class="ncard__s">{}</p><p class="ncard__n">{}{}</p>'
        '<div class="ncard__b">{}{}{}</div></article>'
    ).format(
        variation_icon(cell.variation, cell.rising, size=24),
        cell.href,
        card.name,
        card.unit,
        cell.period,
        css_state(cell.variation),
        cell.value,
        unit,
        line,
        cell.sentence,
        note,
        owner,
        Markup('<a class="btn btn--quiet btn--sm" href="{}" aria-label="{}">{}</a>').format(
            cell.href, _("Åbn {series}").format(series=where), _("Åbn")
        ),
        _press(step_name(SEEN, card.key), _("Markér som set"), label=_("Markér {series} som set").format(series=where)),
        Markup('<span class="muted f-12">{}</span>').format(_("På dagsordenen"))
        if card.is_on_agenda
        else _press(
            step_name(AGENDA, card.key),
            _("Til tavlemøde"),
            label=_("Tag {series} med til tavlemøde").format(series=where),
        )
        if view.may_hold_meeting
        else Markup(""),
    )


def _missing(view: OverviewView) -> Markup:
    if view.empty == "no_series":
        return Markup("")
    head = Markup('<div class="ov__h mt-4"><h2 id="h-miss">{}</h2><span class="muted f-13">{}</span></div>').format(
        _("Mangler data"), view.missing_lead
    )
    if not view.missing:
        return head + Markup('<p class="muted f-13">{}</p>').format(_("Alt er leveret."))
    icon = variation_icon(Variation.MISSING, size=16, title=False)
    rows = Markup("").join(
        Markup(
            '<tr><th scope="row">{} <a href="{}">{}</a></th><td><a href="{}">{}</a></td><td data-label="{}">{}</td>'
            '<td data-label="{}">{}</td></tr>'
        ).format(
            icon, row.unit_href, row.unit, row.href, row.indicator, _("Mangler"), row.periods, _("Ansvarlig"), row.owner
        )
        for row in view.missing
    )
    count = len(view.missing)
    caption = ngettext("{count} måling mangler data", "{count} målinger mangler data", count).format(count=count)
    return head + Markup(
        '<div class="mx-wrap miss"><table class="tbl tbl--compact"><caption class="visually-hidden">{}</caption>'
        '<thead><tr><th scope="col">{}</th><th scope="col">{}</th><th scope="col">{}</th><th scope="col">{}</th></tr>'
        "</thead><tbody>{}</tbody></table></div>"
    ).format(caption, _("Enhed"), pgettext("a series", "Måling"), _("Mangler"), _("Ansvarlig"), rows)

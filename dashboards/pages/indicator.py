"""The indicator page: the finding as title, the chart, the three boxes, notes, goal, definition; and the series as CSV.

The chart is a Plotly figure that screen readers skip; the table twin and the keyboard say the same. What moves on the
page without the server (table instead of chart, stepping through points, which chart a phone gets) is in
assets/chart_keys.js.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from dash import ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update
from flask import request
from markupsafe import Markup, escape

from dashboards.components import series_beside, series_dialog
from dashboards.components.download_menu import download_menu
from dashboards.components.form import Form
from dashboards.components.markup import Html
from dashboards.components.states import State as PageState
from dashboards.components.states import box_state, no_units, page_state
from dashboards.components.term import with_terms
from dashboards.context import (
    current_now,
    current_store,
    current_theme,
    current_today,
    current_viewer,
    public_address,
)
from dashboards.figures.icons import ui_icon
from dashboards.figures.spc_chart import CONFIG
from dashboards.figures.svg_chart import TOKENS, svg_chart
from dashboards.pages import PageRecord
from dashboards.permalinks import share
from dashboards.presenters import indicator as presenter
from dashboards.presenters import series_actions as actions
from dashboards.presenters import series_beside as beside
from dashboards.presenters.indicator import NationalBox, NoteRow, PhaseRow, SeriesView, TableTwin
from dashboards.presenters.series_actions import Actions, Done, actions_of
from dashboards.presenters.unit_reading import AS_IS, UnitReading
from dashboards.selection import Selection
from dashboards.text import N_, _, language
from dashboards.theme import THEMES
from data.access import Viewer
from data.store import Store

# Names of elements and what refers to them.
_NAMES = re.compile(r' (?:id|for|aria-controls|aria-labelledby|aria-describedby|form)="[^"]*"')


class Ids:
    PAGE = "indicator"
    TITLE = "indicator-title"
    SAYS = "indicator-says"
    STEPS = "indicator-steps"
    GRAPH = "indicator-graph"
    SPOKEN = "indicator-spoken"
    CHART = "indicator-chart"
    TABLE = "indicator-table"
    VIEW = "indicator-view"
    NARROW = "indicator-narrow"
    PARTS = "indicator-parts"
    ASK = "indicator-ask"  # what somebody wants to do: {"what", "about", "at"}
    DIALOG = series_dialog.DIALOG
    FORM = series_dialog.FORM
    DONE = "indicator-done"
    OUTLOOK = "indicator-outlook"
    SISTERS = "indicator-sisters"
    SISTER_FORM = series_beside.FORM


def exists(store: Store, viewer: Viewer, path_args: Mapping[str, str], selection: Selection) -> bool:
    return presenter.exists(store, viewer, path_args["code"])


def title(selection: Selection, code: str) -> str:
    return presenter.name_of(current_store(), current_viewer(), code)


def layout(selection: Selection, code: str) -> Any:
    if selection.unit is None:
        return page_state(no_units())
    return html.Div(
        id=Ids.PAGE,
        className="indicator",
        children=[
            html.Div(_page_parts(_read(code, selection)), id=Ids.PARTS),
            series_dialog.dialog_shell(),
            Form(id=Ids.SISTER_FORM, html=Markup("")),
            dcc.Store(id=Ids.ASK),
            dcc.Store(id=Ids.DONE),
        ],
    )


def _read(code: str, selection: Selection) -> SeriesView:
    return presenter.kept_view(current_store(), current_viewer(), code, selection, today=current_today())


def _page_parts(view: SeriesView, done: Done | None = None) -> list[Any]:
    """Everything but the dialog: drawn anew once something was done. What takes longer comes in a second request."""
    offered = actions_of(current_store(), current_viewer(), view, today=current_today())
    is_narrow = _is_narrow()
    says = html.Section(
        [
            Html(html=_says(view), id=Ids.SAYS, className="says__b"),
            Html(html=Markup(""), id=Ids.OUTLOOK, className="says__more"),
        ],
        className="card says",
        **{"aria-label": _("Hvad diagrammet viser")},
    )
    national = view.national
    goal = [Html(html=_goal_card(national), className="ind__goal")] if national is not None else []
    return [
        Html(html=_head(view, offered, done)),
        html.Div(
            [
                _figure_card(view, offered, is_narrow),
                html.Div([says, *goal], className="ind__side"),
                Html(html=_notes_card(view, offered), className="ind__notes"),
            ],
            className="ind",
        ),
        Html(id=Ids.SISTERS, html=_sisters_skeleton() if view.has_chart else Markup("")),
        Html(html=_about(view)),
        dcc.Store(
            id=Ids.VIEW,
            data={
                "code": view.definition.code,
                "query": view.selection.to_query(),
                "narrow": is_narrow,
                "periods": [period.isoformat() for period in view.periods]
                if offered.may_write and not offered.closed
                else [],
            },
        ),
        dcc.Store(id=Ids.NARROW),
    ]


def _sisters_skeleton() -> Markup:
    bones = Markup('<li class="sis__c"><span class="skel sis__bone"></span></li>') * 6
    return Markup('<section class="card mt-4 sis" aria-hidden="true"><ul class="sis__g">{}</ul></section>').format(
        bones
    )


# ----------------------------------------------------------------------------------------------------------- the parts


def _head(view: SeriesView, offered: Actions, done: Done | None) -> Markup:
    """Where one is, and the finding: icons, one sentence, what it is about, and what one can do."""
    chevron = ui_icon("chev-r", size=16)
    goal = Markup('<li><a href="{}">{}</a>{}</li>').format(view.goal_href, view.goal_name, chevron)
    crumb = Markup(
        '<nav class="crumb" aria-label="{}"><ol><li><a href="{}">{}</a>{}</li>{}'
        '<li aria-current="page">{}</li></ol></nav>'
    ).format(
        _("Brødkrumme"),
        view.home_href,
        _("Overblik"),
        chevron,
        goal if view.goal_name else Markup(""),
        view.definition.name.say(language()),
    )
    earlier = Markup("")
    if view.as_of:
        today = view.selection.href(f"/indikator/{view.definition.code}", as_of=None)
        earlier = Markup('<div class="alert alert--info mt-2">{}<div>{} <a href="{}">{}</a></div></div>').format(
            ui_icon("history"),
            _("Vist, som målingen så ud {day}.").format(day=view.as_of),
            today,
            _("Vis målingen, som den ser ud nu"),
        )
    link = public_address() + view.selection.href(f"/indikator/{view.definition.code}")
    return Markup(
        '{}<div class="find"><div class="find__i">{}</div><div><h1 id="{}" tabindex="-1">{}</h1><p>{}</p></div>{}</div>'
        "{}{}{}"
    ).format(
        crumb,
        view.icons,
        Ids.TITLE,
        view.explanation.title,
        view.subtitle,
        series_dialog.action_bar(offered, link, has_chart=view.has_chart),
        series_dialog.said(done),
        earlier,
        _reading(view.reading),
    )


def _reading(reading: UnitReading) -> Markup:
    """Whether the series is read as the unit was or as it is, and what that means; nothing where nothing changed."""
    if not reading.choices and not reading.sentences:
        return Markup("")
    choices = Markup("")
    if reading.choices:
        choices = Markup('<span class="btn-group" role="group" aria-label="{}">{}</span>').format(
            _("Enheden har ændret sig: vis målingen"),
            Markup("").join(
                Markup('<a class="btn btn--sm" href="{}"{}>{}</a>').format(
                    one.href, Markup(' aria-current="true"') if one.is_chosen else Markup(""), one.name
                )
                for one in reading.choices
            ),
        )
    return Markup('<div class="unitread mt-2">{}<p class="f-13">{}</p></div>').format(
        choices, " ".join(reading.sentences)
    )


def _figure_card(view: SeriesView, offered: Actions, is_narrow: bool) -> Any:
    if not view.has_chart:
        state = PageState(
            "chart",
            _("Intet diagram endnu"),
            _(
                "Diagrammet tegnes, når der er indberettet tal for enheden. "
                "Nederst står, hvad der måles, og hvem der indberetter."
            ),
        )
        return box_state(state)
    theme = THEMES[current_theme()]
    drawn = view.figure(theme=theme, narrow=is_narrow)
    return html.Div(
        role="group",
        className="card figure",
        **{"aria-labelledby": Ids.TITLE, "aria-describedby": Ids.SAYS},
        children=[
            Html(html=_figure_head(view)),
            html.Div(
                id=Ids.CHART,
                children=[
                    html.Div(
                        id=Ids.STEPS,
                        className="steps-keys",
                        role="application",
                        tabIndex=0,
                        children=html.Div(
                            [
                                Html(html=_still(view, is_narrow), className="figure__still"),
                                dcc.Graph(
                                    id=Ids.GRAPH,
                                    figure=drawn,
                                    config=CONFIG,
                                    style=_height(drawn),
                                    className="figure__g",
                                ),
                            ],
                            className="figure__box",
                            **{"aria-hidden": "true"},
                        ),
                        **{
                            "aria-label": _(
                                "Diagram: gå fra punkt til punkt med piletasterne, Enter for at skrive eller ændre"
                            )
                            if offered.may_write and not offered.closed
                            else _("Diagram: gå fra punkt til punkt med piletasterne"),
                            "aria-roledescription": _("diagram"),
                        },
                    ),
                    html.P(id=Ids.SPOKEN, className="visually-hidden", **{"aria-live": "polite"}),
                    Html(html=_footnotes(view, drawn)),
                ],
            ),
            Html(html=_table(view.table), id=Ids.TABLE, className="figure__t is-away"),
        ],
    )


def _still(view: SeriesView, is_narrow: bool) -> Markup:
    """The very chart as a picture, which stands until Plotly has started and drawn it (assets/30-chart.css)."""
    return _pictured(view.figure(theme=TOKENS, narrow=is_narrow))


def _pictured(drawn: Mapping[str, Any]) -> Markup:
    """A figure as a picture that fills its box, in a room of the height that Plotly gives it."""
    room = Markup('<svg class="figure__room" width="1" height="{}"></svg>').format(drawn["layout"]["height"])
    return room + svg_chart(drawn)


def first_sight(selection: Selection, code: str) -> Markup:
    """What the page will say and draw first, for the eyes alone: in the document, before any script has run.

    It stands where `layout` puts the same pieces a moment later, so that nothing moves. It cannot be used yet, and
    readers of the screen wait for the page itself.
    """
    if selection.unit is None:
        return Markup("")
    view, is_narrow = _read(code, selection), _is_narrow()
    if not view.has_chart:
        return Markup("")
    offered = actions_of(current_store(), current_viewer(), view, today=current_today())
    drawn = view.figure(theme=TOKENS, narrow=is_narrow)
    sight = Markup(
        '<div class="indicator" inert><div>{}</div><div class="ind"><div class="card figure"><div>{}</div><div>'
        '<div class="steps-keys"><div class="figure__box"><div class="figure__still">{}</div>'
        "</div></div><div>{}</div></div></div>"
        '<div class="ind__side"><section class="card says"><div class="says__b">{}</div></section></div></div></div>'
    ).format(
        _head(view, offered, None),
        _figure_head(view),
        _pictured(drawn),
        _footnotes(view, drawn),
        _says(view),
    )
    return Markup(_NAMES.sub("", sight))  # the page itself has these names in a moment


def _is_narrow() -> bool:
    """The first guess of the browser's width."""
    return "Mobi" in request.headers.get("User-Agent", "")


def _height(drawn: Mapping[str, Any]) -> dict[str, str]:
    return {"height": f"{drawn['layout']['height']}px"}


def _figure_head(view: SeriesView) -> Markup:
    """What the axis measures and which way is better; how far back; table for chart; the numbers to take home."""
    here = f"/indikator/{view.definition.code}"
    choices = Markup("")
    if view.n_periods > 24:
        is_months = view.definition.period == "month"
        options: list[tuple[int | None, str]] = [(24, _("24 mdr.") if is_months else "24")]
        if view.n_periods > 36:
            options.append((36, _("36 mdr.") if is_months else "36"))
        options.append((None, _("Alle {count}")))
        choices = Markup('<span class="btn-group" role="group" aria-label="{}">{}</span>').format(
            _("Periode"),
            Markup("").join(
                Markup('<a class="btn btn--sm" href="{}"{}>{}</a>').format(
                    view.selection.href(here, months=months),
                    Markup(' aria-current="true"') if _is_shown(view, months) else Markup(""),
                    words.format(count=view.n_periods),
                )
                for months, words in options
            ),
        )
    return Markup(
        '<div class="figure__h"><span><b>{}</b> · {}</span><span class="row push">{}'
        '<button type="button" class="btn btn--sm" data-swap="{} {}" aria-pressed="false" aria-controls="{}">'
        "{}{}</button>"
        "{}</span></div>"
    ).format(
        view.measure,
        view.direction,
        choices,
        Ids.CHART,
        Ids.TABLE,
        Ids.TABLE,
        ui_icon("table", size=16),
        _("Vis som tabel"),
        download_menu(view.definition.code, view.selection),
    )


def _is_shown(view: SeriesView, months: int | None) -> bool:
    """Whether that window is what stands on the page: of a short series, 36 months are all there is."""
    chosen = view.selection.months
    return months == chosen or (months is None and chosen is not None and chosen >= view.n_periods)


def _csv_href(view: SeriesView, form: str) -> str:
    show = AS_IS if view.reading.made else None
    query = Selection(unit=view.selection.unit, show=show, as_of=view.selection.as_of).to_query()
    return f"/indikator/{view.definition.code}.csv{query}&form={form}"


def _footnotes(view: SeriesView, drawn: Mapping[str, Any]) -> Markup:
    notes = list(view.footnotes)
    axis = drawn["layout"]["yaxis"]
    if axis.get("range") and axis["range"][0] > 0:
        start = presenter.axis_text(view.definition, axis["range"][0])
        notes.append(_("Aksen begynder ved {value}").format(value=start))
    came = Markup("")
    if view.completeness is not None:
        came = Markup('<span><a href="{}">{}</a></span>').format(view.completeness.href, view.completeness.text)
    return Markup('<p class="figure__f">{}{}</p>').format(
        Markup("").join(Markup("<span>{}</span>").format(note) for note in notes), came
    )


def _table(table: TableTwin) -> Markup:
    """The chart's twin. Cells of numbers are set to the right; the last two columns are words."""
    words = len(table.heads) - 2

    def css(column: int) -> str:
        return ' class="num"' if 0 < column < words else ""

    # Plain strings, each text escaped where it stands: some hundred cells.
    heads = "".join(f'<th scope="col"{css(i)}>{escape(head)}</th>' for i, head in enumerate(table.heads))
    rows = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td{css(i)}>{escape(cell)}</td>" for i, cell in enumerate(row[1:], start=1))
        + "</tr>"
        for row in table.rows
    )
    return Markup(
        '<div class="tbl-wrap" tabindex="0" role="region" aria-label="{0}"><table class="tbl tbl--compact">'
        "<caption>{0}</caption><thead><tr>{1}</tr></thead><tbody>{2}</tbody></table></div>"
    ).format(table.caption, Markup(heads), Markup(rows))


# Words of the arithmetic that are one click from their explanation; in the boxes only the first two, to keep them calm.
ARITHMETIC = (
    "laengste-serie",
    "kryds",
    "kontrolgraenser",
    "brugbare-datapunkter",
    "falsk-alarm",
    "regelsaet",
    "median",
)
BOXES = ("tilfaeldig-variation", "databrud", "aaben-maaned")


def _says(view: SeriesView) -> Markup:
    """The three boxes, always under the same headings, and the arithmetic behind them."""
    said = view.explanation

    def box(heading: str, paragraphs: tuple[str, ...]) -> Markup:
        first = Markup("<p>{}</p>").format(with_terms(paragraphs[0], *BOXES))
        rest = Markup("").join(Markup('<p class="small muted mt-1">{}</p>').format(text) for text in paragraphs[1:])
        return Markup("<div><h2>{}</h2>{}{}</div>").format(heading, first, rest)

    why = Markup("")
    if said.why:
        rows = Markup("").join(
            Markup('<tr{}><th scope="row">{}</th><td>{}</td></tr>').format(
                Markup(' class="hit"') if row.is_hit else Markup(""), with_terms(row.label, *ARITHMETIC), row.value
            )
            for row in said.why
        )
        why = Markup(
            '<details class="disc" open><summary>{}</summary><table class="why"><tbody>{}</tbody></table></details>'
        ).format(_("Hvorfor siger I det?"), rows)
    return Markup("{}{}{}{}").format(
        box(_("Hvad ser vi?"), said.see),
        box(_("Hvad betyder det?"), said.means),
        box(_("Hvad kan du gøre nu?"), said.do),
        why,
    )


def _notes_card(view: SeriesView, offered: Actions) -> Markup:
    """What was written about the series, and what was done to its lines."""
    may = offered.may_write and not offered.closed
    new = Markup("")
    if may:
        new = series_dialog.ask_button(actions.NOTE, _("Ny note"), css="btn btn--quiet btn--sm no-print", icon="plus")
    return Markup('<section class="card"><div class="card__h"><h2>{}</h2>{}</div>{}{}{}{}</section>').format(
        _("Noter"),
        new,
        _note_list(view.notes, may),
        _phase_list(view.phases, may),
        _left_out_list(view, may),
        _changes(view.changes),
    )


def _take_back(what: str, about: str, words: str, label: str) -> Markup:
    return series_dialog.ask_button(what, words, about=about, css="btn btn--quiet btn--sm no-print", label=label)


def _note_list(notes: tuple[NoteRow, ...], may: bool) -> Markup:
    if not notes:
        return Markup('<p class="muted f-13 mt-2">{}</p>').format(_("Der er ingen noter på målingen."))
    items = Markup("").join(
        Markup(
            '<li><span class="flag">{}</span><span class="muted">{}</span><span>{} <small>{}</small></span>{}</li>'
        ).format(
            note.letter,
            note.when,
            note.text,
            " · ".join(part for part in (note.kind, note.scope, note.written) if part),
            _take_back(actions.NOTE_OFF, note.number, _("Fjern"), _("Fjern note {letter}").format(letter=note.letter))
            if may and note.number
            else Markup(""),
        )
        for note in notes
    )
    return Markup('<ol class="notes mt-2">{}</ol>').format(items)


def _phase_list(phases: tuple[PhaseRow, ...], may: bool) -> Markup:
    if not phases:
        return Markup("")
    items = Markup("").join(
        Markup('<li><span class="muted">{}</span><span><b>{}</b>{}{}{}</span>{}</li>').format(
            phase.span,
            phase.name,
            Markup(' <span class="badge">{}</span>').format(_("databrud")) if phase.is_break else Markup(""),
            Markup(" · {}").format(phase.centre) if phase.centre else Markup(""),
            Markup("<br>{} <small>{}</small>").format(phase.reason, phase.decided) if phase.reason else Markup(""),
            _take_back(
                actions.PHASE_OFF,
                phase.begins,
                _("Træk tilbage"),
                _("Træk fasen {name} tilbage").format(name=phase.name),
            )
            if may and phase.begins
            else Markup(""),
        )
        for phase in phases
    )
    return Markup('<h2 class="mt-4">{}</h2><ol class="notes notes--phases mt-2">{}</ol>').format(_("Faser"), items)


def _left_out_list(view: SeriesView, may: bool) -> Markup:
    if not view.left_out:
        return Markup("")
    items = Markup("").join(
        Markup('<li><span class="muted">{}</span><span>{} <small>{}</small></span>{}</li>').format(
            one.when,
            one.reason,
            one.decided,
            _take_back(actions.IN, one.about, _("Tag med igen"), _("Tag {period} med igen").format(period=one.when))
            if may
            else Markup(""),
        )
        for one in view.left_out
    )
    return Markup('<h2 class="mt-4">{}</h2><ol class="notes notes--phases mt-2">{}</ol>').format(
        _("Udeladte punkter"), items
    )


def _changes(changes: tuple[str, ...]) -> Markup:
    """Everything that was done to the lines, also what was taken back since."""
    if not changes:
        return Markup("")
    items = Markup("").join(Markup("<li>{}</li>").format(one) for one in changes)
    return Markup('<details class="disc mt-2"><summary>{}</summary><ol class="hist f-13">{}</ol></details>').format(
        _("Alle ændringer af faser og punkter"), items
    )


def _goal_card(box: NationalBox) -> Markup:
    figure = Markup("")
    if box.value:
        figure = Markup('<p class="mt-2"><span class="big">{}</span> <span class="muted f-13">{}</span></p>{}').format(
            box.value, box.when, box.strip
        )
    name = Markup('<p class="f-13">{}</p>').format(box.indicator_name) if box.indicator_name else Markup("")
    texts = Markup("").join(Markup('<p class="f-13 mt-1">{}</p>').format(text) for text in box.sentences)
    source = (
        Markup('<p class="small muted mt-2">{}</p>').format(
            _("Kilde: {source} Publicerede tal, ikke DEMO.").format(source=box.source.rstrip(".") + ".")
        )
        if box.source
        else Markup("")
    )
    return Markup('<section class="card"><h2><a href="{}">{}</a></h2>{}{}{}{}</section>').format(
        box.goal_href, box.heading, name, figure, texts, source
    )


def _about(view: SeriesView) -> Markup:
    """Definition, source and deliveries in two columns."""
    entries = [
        Markup("<dt>{}</dt><dd>{}{}</dd>").format(
            row.term,
            row.text,
            Markup(' <span class="badge badge--warn">{}</span>').format(row.badge) if row.badge else "",
        )
        for row in view.about
    ]
    half = (len(entries) + 1) // 2
    columns = Markup("").join(
        Markup('<dl class="dl c-6">{}</dl>').format(Markup("").join(part)) for part in (entries[:half], entries[half:])
    )
    files = Markup(
        '<p class="small mt-3"><a href="/indikatorer/{}/om">{}</a></p>'
        '<p class="small muted mt-1">{}: <a href="{}" download>{}</a> · <a href="{}" download>{}</a></p>'
    ).format(
        view.definition.code,
        _("Hele definitionen, dens versioner og hvem der har kontrolleret den"),
        _("Hent målingen som CSV"),
        _csv_href(view, "da"),
        _("dansk form (semikolon, komma)"),
        _csv_href(view, "csv"),
        _("international form (komma, punktum)"),
    )
    return Markup(
        '<section class="card mt-4"><div class="card__h"><h2>{}</h2>{}</div>'
        '<div class="grid12 mt-2">{}</div>{}</section>'
    ).format(
        _("Om målingen"),
        _as_of_form(view),
        columns,
        files,
    )


def _as_of_form(view: SeriesView) -> Markup:
    """An earlier day to look at, sent as a native form: the date is typed in peace, and the page comes when asked."""
    today = current_today().isoformat()
    kept = parse_qsl(view.selection.but(as_of=None, unit=view.selection.unit).to_query().removeprefix("?"))
    hidden = Markup("").join(
        Markup('<input type="hidden" name="{}" value="{}">').format(key, value) for key, value in kept
    )
    return Markup(
        '<form class="asof no-print push" method="get" action="{}">{}<label class="f-13" for="asof">{}</label>'
        '<input class="input" type="date" id="asof" name="pr" value="{}" max="{}" required>'
        '<button class="btn btn--sm" type="submit">{}</button></form>'
    ).format(
        f"/indikator/{view.definition.code}",
        hidden,
        _("Vis, som det så ud den"),
        (view.selection.as_of or current_today()).isoformat(),
        today,
        _("Vis"),
    )


# ------------------------------------------------------------------------------------------------- callbacks and files


def register_callbacks(app: Dash) -> None:
    app.clientside_callback(
        ClientsideFunction("tavle_chart", "fit"), Output(Ids.NARROW, "data"), Input(Ids.VIEW, "data")
    )

    @app.callback(
        Output(Ids.GRAPH, "figure"),
        Output(Ids.GRAPH, "style"),
        Input(Ids.NARROW, "data"),
        State(Ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def redraw(narrow: bool | None, chosen: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """The chart for the width the browser has; asked for only when the first guess was wrong."""
        view = _chosen(chosen)
        drawn = view.figure(theme=THEMES[current_theme()], narrow=bool(narrow))
        return drawn, _height(drawn)

    app.clientside_callback(
        ClientsideFunction("tavle_chart", "clicked"),
        Output(Ids.ASK, "data"),
        Input(Ids.GRAPH, "clickData"),
        State(Ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("tavle_chart", "done"),
        Output(Ids.FORM, "html", allow_duplicate=True),
        Input(Ids.DONE, "data"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output(Ids.FORM, "html"),
        Output(Ids.FORM, "notes"),
        Output(Ids.FORM, "focus"),
        Input(Ids.ASK, "data"),
        State(Ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def fill(asked: dict[str, Any], chosen: dict[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """The dialog somebody asked for, with the trial of what its fields say."""
        return _filled(_chosen(chosen), asked)

    @app.callback(
        Output(Ids.FORM, "notes", allow_duplicate=True),
        Input(Ids.FORM, "left"),
        State(Ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def try_out(left: dict[str, Any], chosen: dict[str, Any]) -> Any:
        """The trial of what the fields say now; only where another period, name or kind changes it."""
        values = left["values"]
        if "month" not in values or series_dialog.is_tried(values):
            return no_update
        return _notes(_chosen(chosen), str(values.get("what", "")), values)

    @app.callback(
        Output(Ids.PARTS, "children"),
        Output(Ids.FORM, "notes", allow_duplicate=True),
        Output(Ids.DONE, "data"),
        Input(Ids.FORM, "pressed"),
        State(Ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def act(pressed: dict[str, Any], chosen: dict[str, Any]) -> Any:
        """Do what the button asks for; the page is drawn anew, or the dialog says why not."""
        code, selection, step, values = (*_chosen_pair(chosen), str(pressed["name"]), pressed["values"])
        if step == actions.SHORT:
            return _page_parts(_read(code, selection), _shared(code, selection)), {}, {"at": pressed["at"]}
        done = actions.take(
            current_store(), current_viewer(), code, selection, step, values, today=current_today(), now=current_now()
        )
        if done.is_refused and values.get("what"):
            return no_update, _notes(_read(code, selection), str(values["what"]), values, done), no_update
        return _page_parts(_read(code, selection), done), {}, {"at": pressed["at"]}

    @app.callback(Output(Ids.OUTLOOK, "html"), Input(Ids.VIEW, "data"))
    def look_ahead(chosen: dict[str, Any]) -> str:
        return _remembered("outlook", chosen, _outlook)

    @app.callback(Output(Ids.SISTERS, "html"), Input(Ids.VIEW, "data"), Input(Ids.SISTER_FORM, "pressed"))
    def compare(chosen: dict[str, Any], pressed: dict[str, Any] | None) -> str:
        """The units beside this one; another page begins with the common axis and the first twelve again."""
        steps = str(pressed["name"]).split() if pressed and ctx.triggered_id == Ids.SISTER_FORM else []
        return _remembered(" ".join(["sisters", *steps]), chosen, lambda view: _sisters(view, steps))


def _remembered(what: str, chosen: Mapping[str, Any], draw: Callable[[SeriesView], str]) -> str:
    """A part that is the same for all who see the same figures, drawn once until data change.

    The series is read first, whoever asks: it is what refuses a unit that is out of sight.
    """
    view = _chosen(chosen)
    key = (what, *_chosen_pair(chosen), current_viewer().rights, language(), current_today())
    return current_store().remember(key, lambda: draw(view))


def _outlook(view: SeriesView) -> str:
    return str(series_beside.outlook_markup(beside.outlook(current_store(), current_viewer(), view)))


def _shared(code: str, selection: Selection) -> Done:
    """The short address of what stands on the page: kept when somebody asks, not each time a page is seen."""
    short = share(selection.href(f"/indikator/{code}")).short
    return Done(_("Kort link til denne visning:"), link=short)


def _chosen_pair(chosen: Mapping[str, Any]) -> tuple[str, Selection]:
    return str(chosen["code"]), Selection.from_query(str(chosen["query"]))


def _chosen(chosen: Mapping[str, Any]) -> SeriesView:
    """The series that stands on the reader's page."""
    return _read(*_chosen_pair(chosen))


def _filled(view: SeriesView, asked: Mapping[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any]]:
    dialog = actions.ask(
        current_store(),
        current_viewer(),
        view,
        str(asked.get("what", "")),
        str(asked.get("about", "")),
        today=current_today(),
    )
    values = {field.name: field.value for field in dialog.fields}
    first = next((field.name for field in dialog.fields if field.kind != "hidden"), series_dialog.FIRST)
    notes = _notes(view, dialog.what, values) if dialog.has_preview else {}
    return str(series_dialog.dialog_markup(dialog)), notes, {"name": first, "at": asked.get("at")}


def _notes(view: SeriesView, what: str, values: Mapping[str, Any], refused: Done | None = None) -> dict[str, Any]:
    tried = actions.beside(current_store(), current_viewer(), view, what, values, today=current_today())
    return series_dialog.notes_of(tried, refused, values)


def _sisters(view: SeriesView, steps: list[str]) -> str:
    found = beside.sisters(
        current_store(),
        current_viewer(),
        view,
        today=current_today(),
        is_free=series_beside.FREE in steps,
        is_all=series_beside.ALL in steps,
    )
    return str(series_beside.sisters_markup(found))


PAGE = PageRecord(
    path="/indikator/<code>",
    name=N_("Indikator"),
    layout=layout,
    title=title,
    exists=exists,
    fields=("enhed", "periode"),
    has_chart=True,
    looks_back=True,
    first_sight=first_sight,
    is_kept=True,
    kept_answers=frozenset({f"{Ids.OUTLOOK}.html", f"{Ids.SISTERS}.html"}),
)

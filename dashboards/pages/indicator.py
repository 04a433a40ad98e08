"""The indicator page: the finding as title, the chart, the three boxes, notes, goal, definition; and the series as CSV.

The chart is a Plotly figure that screen readers skip; the table twin and the keyboard say the same. What moves on the
page without the server (table instead of chart, stepping through points, which chart a phone gets) is in
assets/chart_keys.js.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from flask import request
from markupsafe import Markup

from dashboards.components.download_menu import download_menu
from dashboards.components.markup import Html
from dashboards.components.states import State as PageState
from dashboards.components.states import box_state, no_units, page_state
from dashboards.context import current_store, current_theme, current_today, current_viewer
from dashboards.figures.icons import ui_icon
from dashboards.figures.spc_chart import CONFIG
from dashboards.pages import PageRecord
from dashboards.presenters import indicator as presenter
from dashboards.presenters.indicator import NationalBox, NoteRow, PhaseRow, SeriesView, TableTwin
from dashboards.presenters.unit_reading import AS_IS, UnitReading
from dashboards.selection import Selection
from dashboards.text import N_, _, language
from dashboards.theme import THEMES
from data.access import Viewer
from data.store import Store


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


def exists(store: Store, viewer: Viewer, path_args: Mapping[str, str], selection: Selection) -> bool:
    return presenter.exists(store, viewer, path_args["code"])


def title(selection: Selection, code: str) -> str:
    return presenter.name_of(current_store(), current_viewer(), code)


def layout(selection: Selection, code: str) -> Any:
    if selection.unit is None:
        return page_state(no_units())
    view = presenter.series_view(current_store(), current_viewer(), code, selection, today=current_today())
    return html.Div(
        id=Ids.PAGE,
        className="indicator",
        children=[
            Html(html=_head(view)),
            html.Div([_figure_card(view), Html(html=_says(view), className="ind__says")], className="ind"),
            Html(html=_notes_and_goal(view)),
            Html(html=_about(view)),
        ],
    )


# ----------------------------------------------------------------------------------------------------------- the parts


def _head(view: SeriesView) -> Markup:
    """Where one is, and the finding: icons, one sentence, and what it is about."""
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
    return Markup(
        '{}<div class="find"><div class="find__i">{}</div><div><h1 id="{}" tabindex="-1">{}</h1><p>{}</p></div></div>'
        "{}{}"
    ).format(crumb, view.icons, Ids.TITLE, view.explanation.title, view.subtitle, earlier, _reading(view.reading))


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


def _figure_card(view: SeriesView) -> Any:
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
    is_narrow = "Mobi" in request.headers.get("User-Agent", "")
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
                            dcc.Graph(
                                id=Ids.GRAPH,
                                figure=drawn,
                                config=CONFIG,
                                style=_height(drawn),
                                className="figure__g",
                            ),
                            **{"aria-hidden": "true"},
                        ),
                        **{
                            "aria-label": _("Diagram: gå fra punkt til punkt med piletasterne"),
                            "aria-roledescription": _("diagram"),
                        },
                    ),
                    html.P(id=Ids.SPOKEN, className="visually-hidden", **{"aria-live": "polite"}),
                    Html(html=_footnotes(view, drawn)),
                ],
            ),
            Html(html=_table(view.table), id=Ids.TABLE, className="figure__t is-away"),
            dcc.Store(
                id=Ids.VIEW,
                data={
                    "code": view.definition.code,
                    "query": view.selection.to_query(),
                    "narrow": is_narrow,
                },
            ),
            dcc.Store(id=Ids.NARROW),
        ],
    )


def _height(drawn: Mapping[str, Any]) -> dict[str, str]:
    return {"height": f"{drawn['layout']['height']}px"}


def _figure_head(view: SeriesView) -> Markup:
    """What the axis measures and which way is better; how far back; table for chart; the numbers to take home."""
    here = f"/indikator/{view.definition.code}"
    choices = Markup("")
    if view.n_periods > 36:
        options = [(36, _("36 mdr.") if view.definition.period == "month" else "36"), (None, _("Alle {count}"))]
        choices = Markup('<span class="btn-group" role="group" aria-label="{}">{}</span>').format(
            _("Periode"),
            Markup("").join(
                Markup('<a class="btn btn--sm" href="{}"{}>{}</a>').format(
                    view.selection.href(here, months=months),
                    Markup(' aria-current="true"') if view.selection.months == months else Markup(""),
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

    def css(column: int) -> Markup:
        return Markup(' class="num"') if 0 < column < words else Markup("")

    heads = Markup("").join(
        Markup('<th scope="col"{}>{}</th>').format(css(i), head) for i, head in enumerate(table.heads)
    )
    rows = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(
                Markup('<th scope="row">{}</th>').format(cell)
                if i == 0
                else Markup("<td{}>{}</td>").format(css(i), cell)
                for i, cell in enumerate(row)
            )
        )
        for row in table.rows
    )
    return Markup(
        '<div class="tbl-wrap" tabindex="0" role="region" aria-label="{0}"><table class="tbl tbl--compact">'
        "<caption>{0}</caption><thead><tr>{1}</tr></thead><tbody>{2}</tbody></table></div>"
    ).format(table.caption, heads, rows)


def _says(view: SeriesView) -> Markup:
    """The three boxes, always under the same headings, and the arithmetic behind them."""
    said = view.explanation

    def box(heading: str, paragraphs: tuple[str, ...]) -> Markup:
        first = Markup("<p>{}</p>").format(paragraphs[0])
        rest = Markup("").join(Markup('<p class="small muted mt-1">{}</p>').format(text) for text in paragraphs[1:])
        return Markup("<div><h2>{}</h2>{}{}</div>").format(heading, first, rest)

    why = Markup("")
    if said.why:
        rows = Markup("").join(
            Markup('<tr{}><th scope="row">{}</th><td>{}</td></tr>').format(
                Markup(' class="hit"') if row.is_hit else Markup(""), row.label, row.value
            )
            for row in said.why
        )
        why = Markup(
            '<details class="disc" open><summary>{}</summary><table class="why"><tbody>{}</tbody></table></details>'
        ).format(_("Hvorfor siger I det?"), rows)
    return Markup('<section class="card says" id="{}" aria-label="{}">{}{}{}{}</section>').format(
        Ids.SAYS,
        _("Hvad diagrammet viser"),
        box(_("Hvad ser vi?"), said.see),
        box(_("Hvad betyder det?"), said.means),
        box(_("Hvad kan du gøre nu?"), said.do),
        why,
    )


def _notes_and_goal(view: SeriesView) -> Markup:
    goal = _goal_card(view.national, view.direction) if view.national is not None else Markup("")
    return Markup('<div class="ind mt-4"><section class="card"><h2>{}</h2>{}{}</section>{}</div>').format(
        _("Noter"), _note_list(view.notes), _phase_list(view.phases), goal
    )


def _note_list(notes: tuple[NoteRow, ...]) -> Markup:
    if not notes:
        return Markup('<p class="muted f-13 mt-2">{}</p>').format(_("Der er ingen noter på målingen."))
    items = Markup("").join(
        Markup(
            '<li><span class="flag">{}</span><span class="muted">{}</span><span>{} <small>{}</small></span></li>'
        ).format(
            note.letter,
            note.when,
            note.text,
            " · ".join(part for part in (note.kind, note.scope, note.written) if part),
        )
        for note in notes
    )
    return Markup('<ol class="notes mt-2">{}</ol>').format(items)


def _phase_list(phases: tuple[PhaseRow, ...]) -> Markup:
    if not phases:
        return Markup("")
    items = Markup("").join(
        Markup('<li><span class="muted">{}</span><span><b>{}</b>{}{}{}</span></li>').format(
            phase.span,
            phase.name,
            Markup(' <span class="badge">{}</span>').format(_("databrud")) if phase.is_break else Markup(""),
            Markup(" · {}").format(phase.centre) if phase.centre else Markup(""),
            Markup("<br>{} <small>{}</small>").format(phase.reason, phase.decided) if phase.reason else Markup(""),
        )
        for phase in phases
    )
    return Markup('<h2 class="mt-4">{}</h2><ol class="notes notes--phases mt-2">{}</ol>').format(_("Faser"), items)


def _goal_card(box: NationalBox, direction: str) -> Markup:
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
    return Markup('<section class="card mt-4"><h2>{}</h2><div class="grid12 mt-2">{}</div>{}</section>').format(
        _("Om målingen"), columns, files
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
        view = presenter.series_view(
            current_store(),
            current_viewer(),
            str(chosen["code"]),
            Selection.from_query(str(chosen["query"])),
            today=current_today(),
        )
        drawn = view.figure(theme=THEMES[current_theme()], narrow=bool(narrow))
        return drawn, _height(drawn)


PAGE = PageRecord(
    path="/indikator/<code>",
    name=N_("Indikator"),
    layout=layout,
    title=title,
    exists=exists,
    fields=("enhed", "periode"),
    has_chart=True,
    looks_back=True,
)

"""Hold: from those who take part to those who can be analysed, and a row for each with its signal and its effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any

from dash import Dash, html
from flask import Response, current_app, redirect, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from dashboards.components import states
from dashboards.components.computing import Shown, computing, register
from dashboards.components.download_menu import attachment
from dashboards.components.evaluation_nav import COHORTS, EFFECT, carried, evaluation_nav
from dashboards.components.filter_fields import options_of
from dashboards.components.markup import Html
from dashboards.components.signal_counts import signal_fold
from dashboards.context import current_now, current_store, current_today, current_viewer, parts, public_address
from dashboards.errors import reporter
from dashboards.exports.cohorts import cohorts_csv, cohorts_xlsx
from dashboards.figures.evaluation.completeness_strip import StripRow, strips
from dashboards.figures.evaluation.flow import flow_list
from dashboards.figures.evaluation.groups import GroupMark, group_badge
from dashboards.figures.evaluation.mini_forest import axis_ticks, mini_forest
from dashboards.figures.evaluation.score_path import score_path
from dashboards.figures.evaluation.start_line import start_line
from dashboards.figures.icons import css_state, ui_icon, variation_icon
from dashboards.pages import PageRecord
from dashboards.presenters import evaluation_cohorts as presenter
from dashboards.presenters.background_jobs import Busy, Failed, Job, Jobs
from dashboards.presenters.completeness import Choice
from dashboards.presenters.evaluation_by_unit import WORKING
from dashboards.presenters.evaluation_choice import EvaluationChoice, owner_of, read_choice
from dashboards.presenters.evaluation_cohorts import Board, Chip, CohortsView, Row
from dashboards.presenters.evaluation_groups import PATH as GROUPS
from dashboards.selection import MOST_USABLE, VERSION, Selection
from dashboards.text import N_, _, language, ngettext, number, percent
from data import analysis_plans
from data.access import NotAllowed, Role, Viewer
from data.errors import DataError
from data.queries import evaluation
from data.queries.evaluation import COHORT
from data.store import Store
from indicators.assessment import Variation

JOBS = "tavle_evaluation_cohorts"
NAME = "cohorts"  # of its components
AT_FIRST = 0.12  # seconds the page waits for the board before it shows grey rows instead
COLUMNS = 12  # of the table, its widest form
LONGEST_FILE = 10.0  # seconds a file waits for effects that are not there yet
EMPTY, ROWS = 0, 1  # what stands on the page so far
NOTHING = Markup("")
SPANS = ((-24, -13), (-12, -1), (0, 11), (12, 23), (24, 36))  # months since the start, for the table in words


class Ids:
    PAGE = "cohorts"
    PROJECTS = "cohorts-projects"
    COMPLETE = "cohorts-complete"
    STRIPS = "cohorts-strips"
    STRIPS_WORDS = "cohorts-strips-words"


def layout(selection: Selection) -> Any:
    choice = read_choice(current_store(), current_viewer(), selection)
    nav = Html(html=_nav(choice, selection))
    if not choice.groups:
        return html.Div(id=Ids.PAGE, children=[nav, states.box_state(_no_groups(), heading="h1")])
    try:
        job = _start(selection)
    except Busy as refusal:
        return html.Div(id=Ids.PAGE, children=[nav, states.box_state(_busy(refusal), heading="h1")])
    job.wait_for_part(AT_FIRST)
    shown = _shown(job, selection, EMPTY)
    if shown.stage == EMPTY:
        shown = replace(shown, parts=(_waiting(), NOTHING))
    return html.Div(
        id=Ids.PAGE,
        className="coh",
        children=[nav, computing(NAME, job.id, shown, view=selection.to_query(), line_at=1)],
    )


def _shown(job: Job[Board], selection: Selection, stage: int) -> Shown:
    """What the board has by now: head and rows once they are read, the rows again with the effects."""
    if job.fault is not None and stage == EMPTY:
        return Shown((_failed(job.fault, "h1"), None), stage=stage)
    if job.fault is not None:
        return Shown((None, None), _failed(job.fault, "h2"), stage=stage)
    board = job.answer
    if board is None:
        return Shown((None, None), _status(job), is_over=False, stage=EMPTY)
    is_done = job.is_done or board.is_done
    if is_done:
        _saw(board, selection)
    head = _head(board, selection) if stage == EMPTY else None
    table = _table_and_strips(board, selection) if stage == EMPTY or is_done else None
    return Shown((head, table), _status(job), is_over=is_done, stage=ROWS)


def _saw(board: Board, selection: Selection) -> None:
    """Who saw the effects of which measures in which groups is noted: plans say whether they came first."""
    choice = board.choice
    wanted = set((selection.cohort or "").split(".")) & {one.code for one in choice.groups}
    codes = [code for code, found in board.effects.items() if found.of and choice.code in (None, code)]
    groups = wanted or {one.code for one in choice.groups}
    analysis_plans.saw_results(
        current_store(), current_viewer(), codes, choice.kind, groups, "cohorts", now=current_now()
    )


def _jobs() -> Jobs[Board]:
    found: Jobs[Board] = current_app.extensions[JOBS]
    return found


def _start(selection: Selection) -> Job[Board]:
    store, viewer, today = current_store(), current_viewer(), current_today()

    def work(job: Job[Board]) -> Board:
        return presenter.read_board(
            store,
            viewer,
            selection,
            today=today,
            publish=job.publish,
            tell=lambda step, of: job.tell(WORKING, step=step, of=of),
        )

    return _jobs().start(owner_of(viewer), work, topic=(selection.to_query(), NAME))


def register_callbacks(app: Dash) -> None:
    app.server.extensions[JOBS] = Jobs("evaluation cohorts", report=reporter(app.server, "evaluation cohorts"))
    app.server.add_url_rule(presenter.CSV_PATH, "evaluation_cohorts_csv", csv_file)
    app.server.add_url_rule(presenter.XLSX_PATH, "evaluation_cohorts_xlsx", xlsx_file)

    register(app, NAME, _look, _stop)


def _look(job_id: str, view: str, stage: int) -> Shown:
    job = _jobs().get(job_id, owner_of(current_viewer()))
    selection = Selection.from_query(view)
    return _stopped(selection, stage) if job is None else _shown(job, selection, stage)


def _stop(job_id: str, view: str, stage: int) -> Shown:
    _jobs().forget(job_id, owner_of(current_viewer()))
    return _stopped(Selection.from_query(view), stage)


def _stopped(selection: Selection, stage: int) -> Shown:
    """The person stopped it, or began another one elsewhere; the rows that are there stay."""
    if stage == EMPTY:
        state = states.State("clock", _("Beregningen er stoppet"), "", (_again(selection),))
        return Shown((Markup('<div class="card stt__c">{}</div>').format(state.markup("h1")), None), stage=EMPTY)
    line = Markup('<p class="coh__w">{} <a href="{}" data-reload>{}</a></p>').format(
        _("Beregningen er stoppet"), _again(selection).href, _again(selection).label
    )
    return Shown((None, None), line, stage=stage)


def _again(selection: Selection) -> states.Action:
    return states.Action(_("Beregn igen"), selection.href(COHORTS), is_primary=True, reload=True)


# ------------------------------------------------------------------------------------------------------ the pieces


def _waiting() -> Markup:
    """What stands until the board is read: a heading, so that the page has one whenever it is read aloud."""
    heading = Markup('<h1 tabindex="-1">{}</h1>').format(_("Hold"))
    return heading + states.skeleton(_("Henter hold"))


def _nav(choice: EvaluationChoice, selection: Selection) -> Markup:
    return evaluation_nav(
        COHORTS,
        selection,
        programmes=choice.programmes,
        indicators=choice.indicator_choices(_("Alle hovedmålinger")),
    )


def _no_groups() -> states.State:
    return states.State(
        "users",
        _("Der er ingen hold at se på endnu"),
        _("Når enheder er knyttet til et hold eller et læringsteam, du må se, står de her."),
        hint=_("En administrator knytter enheder til hold og giver adgang til dem."),
    )


def _busy(refusal: Busy) -> states.State:
    return states.State("clock", _("Serveren har travlt"), refusal.reason(language()))


def _failed(fault: Exception, heading: str) -> Markup:
    if isinstance(fault, Failed):
        return states.failed(fault.reference, title=_("Effekterne kunne ikke beregnes")).markup(heading)
    text = fault.reason(language()) if isinstance(fault, DataError) else _("Effekterne kunne ikke beregnes")
    return Markup('<p class="alert alert--warn">{}</p>').format(text)


def _status(job: Job[Board]) -> Markup:
    if job.is_over or (job.answer is not None and job.answer.is_done):
        return Markup('<p class="visually-hidden">{}</p>').format(_("Effekterne er beregnet."))
    return Markup('<p class="coh__w">{}</p>').format(job.progress.say(language()))


def _head(board: Board | None, selection: Selection) -> Markup:
    """Finding, flow and filters."""
    assert board is not None
    view = presenter.view_of(board, selection)
    effect = NOTHING
    if parts().registry.find(EFFECT) is not None:
        effect = Markup('<a class="btn btn--sm btn--primary" href="{}">{}</a>').format(
            carried(selection).href(EFFECT), _("Se programmets effekt")
        )
    tools = Markup(
        '<div class="row no-print coh__t"><a class="btn btn--sm" href="{}">{}{}</a>'
        '<a class="btn btn--sm" href="{}" download>{}{}</a><a class="btn btn--sm" href="{}" download>{}{}</a>{}</div>'
    ).format(
        carried(selection).href(GROUPS),
        ui_icon("users", size=16),
        _("Egne grupper"),
        view.csv_href,
        ui_icon("download", size=16),
        _("CSV"),
        view.xlsx_href,
        ui_icon("download", size=16),
        _("Excel"),
        effect,
    )
    head = Markup(
        '<div class="row row--between row--top khead"><div><h1 tabindex="-1">{}</h1>'
        '<p class="muted mt-1">{}</p></div>{}</div>'
    ).format(view.title, view.lead, tools)
    flow = NOTHING
    if view.flow and view.flow[0].n:
        flow = flow_list(view.flow, view.marks, label=view.flow_label)
    jumps = Markup(
        '<nav class="coh__j no-print" aria-label="{}"><a href="#{}">{}</a><a href="#{}">{}</a></nav>'
    ).format(_("På siden"), Ids.PROJECTS, _("Projekter"), Ids.COMPLETE, _("Komplethed"))
    return head + jumps + flow + _filters(view)


def _filters(view: CohortsView) -> Markup:
    chips = Markup('<nav class="coh__g" aria-label="{}">{}</nav>').format(
        _("Grupper"), Markup("").join(_chip(chip) for chip in view.chips)
    )
    selects = Markup("").join(
        _select(name, label, choices)
        for name, label, choices in (
            ("maal", _("Nationalt mål"), view.goals),
            ("sektor", _("Sektor"), view.sectors),
            ("signal", _("Signal"), view.signals),
        )
    )
    rule = Markup(
        '<fieldset class="coh__u"><legend>{}</legend><span>{}</span>{}<span>{}</span>{}<span>{}</span></fieldset>'
    ).format(
        _("Brugbar serie:"),
        _("mindst"),
        _months("foer", _("Måneder før start"), view.before),
        _("måneder før og"),
        _months("efter", _("Måneder efter start"), view.after),
        _("efter start"),
    )
    lost = NOTHING
    if view.n_lost:
        lost = Markup(
            '<label class="check coh__l"><input type="checkbox" name="vis" value="alle" data-off="{}"{}>{}</label>'
        ).format(
            presenter.ONLY_USABLE,
            Markup(" checked") if view.shows_lost else NOTHING,
            ngettext("Vis også den ene, der udgår", "Vis også de {count}, der udgår", view.n_lost).format(
                count=number(view.n_lost)
            ),
        )
    form = Markup('<form class="coh__f" data-context data-version="{}" aria-label="{}">{}{}{}</form>').format(
        VERSION, _("Filtre"), selects, rule, lost
    )
    return Markup('<div class="coh__b no-print">{}{}</div>').format(chips, form)


def _chip(chip: Chip) -> Markup:
    return Markup('<a class="btn btn--sm" href="{}" aria-label="{}"{}>{}{}</a>').format(
        chip.href,
        chip.label,
        Markup(' aria-current="true"') if chip.is_chosen else NOTHING,
        group_badge(chip.mark, title=False) if chip.mark is not None else NOTHING,
        chip.text,
    )


def _select(name: str, label: str, choices: tuple[Choice, ...]) -> Markup:
    if len(choices) < 3:  # "all" and a single one: nothing to choose
        return NOTHING
    return Markup('<select class="select select--sm" name="{}" aria-label="{}">{}</select>').format(
        name, label, options_of(choices)
    )


def _months(name: str, label: str, value: int) -> Markup:
    return Markup(
        '<input class="input input--n" type="number" inputmode="numeric" name="{}" min="0" max="{}" value="{}" '
        'aria-label="{}">'
    ).format(name, MOST_USABLE, value, label)


def _table_and_strips(board: Board | None, selection: Selection) -> Markup:
    assert board is not None
    view = presenter.view_of(board, selection)
    if not view.rows:
        nothing = states.State(
            "filter",
            _("Ingen projekter passer til valget"),
            _("Vælg en anden gruppe, et andet mål eller et andet signal."),
            (states.Action(_("Ryd filtre"), carried(selection).but(indicator=None).href(COHORTS)),),
        )
        return Markup('<div class="card stt__c">{}</div>').format(nothing.markup("h2")) + _strips(view)
    signals = signal_fold(board.signals) if board.signals is not None else NOTHING
    return signals + _table(view, board) + _strips(view)


def _table(view: CohortsView, board: Board) -> Markup:
    axis = NOTHING
    if view.axis is not None:
        axis = axis_ticks(view.axis)
    group_head = _("Hold") if board.choice.kind == COHORT else _("Gruppe")
    effect_head = (
        _("Effekt mod ikke-startede, {unit}").format(unit=view.axis_unit)
        if view.axis is not None
        else _("Effekt mod ikke-startede")
    )
    heads = Markup("").join(
        Markup('<th scope="col"{}>{}</th>').format(css, words)
        for css, words in (
            ("", _("Enhed, hovedmåling og sektor")),
            ("", _("Mål")),
            ("", group_head),
            (Markup(' class="num"'), Markup("{}<br>{}").format(_("Måneder"), _("før | efter"))),
            (Markup(' class="num"'), _("Komplet")),
            ("", _("Serie, lodret streg = start")),
            ("", _("Signal")),
            (
                Markup(' class="eff-h"'),
                Markup("<span>{}</span>{}").format(effect_head, axis),
            ),
            (Markup(' class="num"'), _("Effekt (95 % interval)")),
            *(
                ((Markup(' class="num"'), Markup("{}<br>{}").format(_("Teamscore"), _("0,5 til 5"))),)
                if view.has_scores
                else ()
            ),
            (Markup(' class="num"'), _("Noter")),
            (Markup(' class="no-print"'), Markup('<span class="visually-hidden">{}</span>').format(_("Ret"))),
        )
    )
    parts = [(mark, list(rows)) for mark, rows in groupby(view.rows, key=lambda row: row.group)]
    body = Markup("").join(_group_body(mark, rows, view, is_only=len(parts) == 1) for mark, rows in parts)
    foot = Markup("").join(Markup("<p>{}</p>").format(line) for line in view.foot)
    caption = _("Projekter, sorteret efter gruppe og navn")
    return Markup(
        '<section class="card card--flush print-a3" id="{4}"><div class="tbl-wrap" tabindex="0" role="region" '
        'aria-label="{0}"><table class="tbl tbl--compact tbl--hold"><caption class="visually-hidden">{0}</caption>'
        '<thead><tr>{1}</tr></thead>{2}</table></div><div class="coh__n">{3}</div></section>'
    ).format(caption, heads, body, foot, Ids.PROJECTS)


def _group_body(mark: GroupMark, rows: list[Row], view: CohortsView, *, is_only: bool) -> Markup:
    """The rows of a group. In a narrow window its heading stands alone until it is opened; in a wide one it is away."""
    usable = sum(not row.reason for row in rows)
    better = sum(row.variation is Variation.IMPROVEMENT and not row.reason for row in rows)
    said = _("{usable} af {total} kan analyseres, {better} med forbedring").format(
        usable=number(usable), total=number(len(rows)), better=number(better)
    )
    head = Markup(
        '<tr class="g-h"><th scope="rowgroup" colspan="{}"><details{}><summary>{}<span><b>{}</b><small>{}</small>'
        "</span></summary></details></th></tr>"
    ).format(COLUMNS, Markup(" open") if is_only else NOTHING, group_badge(mark, title=False), mark.name, said)
    return Markup("<tbody>{}{}</tbody>").format(head, Markup("").join(_row(row, view) for row in rows))


def _row(row: Row, view: CohortsView) -> Markup:
    name = (
        Markup('<a href="{}">{}</a>').format(row.href, row.name) if row.href else Markup("<b>{}</b>").format(row.name)
    )
    goal = NOTHING
    if row.goal is not None:
        goal = Markup('<span class="goalno" title="{0}"><span aria-hidden="true">{1}</span>'
                      '<span class="visually-hidden">{0}</span></span>').format(row.goal_name, row.goal)  # fmt: skip
    first = Markup(
        '<th scope="row">{}<small>{}</small></th><td class="c-g">{}</td><td class="c-h">{}</td>'
        '<td class="num c-m" data-label="{}"><span aria-hidden="true">{}<span class="sep">|</span>{}</span>'
        '<span class="visually-hidden">{}</span></td><td class="num c-k" data-label="{}">{}</td>'
    ).format(
        name,
        row.about,
        goal,
        group_badge(row.group),
        _("Måneder før | efter"),
        *row.months,
        _("{before} før og {after} efter start, {start}").format(
            before=row.months[0], after=row.months[1], start=row.start_text
        ),
        _("Komplet"),
        row.completeness,
    )
    notes = Markup(
        '<td class="num c-n" data-label="{}">{}</td><td class="c-e no-print"><details class="c-d">'
        '<summary aria-label="{}"></summary></details>'
        '<a class="btn btn--sm btn--quiet" href="{}" aria-label="{}" title="{}">{}</a></td>'
    ).format(
        _("Noter"),
        row.n_notes,
        _("Alt om {unit}").format(unit=row.name),
        row.edit_href,
        _("Ret hovedmåling, afgang og teamscore for {unit}").format(unit=row.name),
        _("Ret hovedmåling, afgang og teamscore"),
        ui_icon("edit", size=16),
    )
    scores = NOTHING
    if view.has_scores:
        scores = Markup('<td class="num c-t"></td>')
        if row.scores:
            scores = Markup('<td class="num c-t" data-label="{}">{} {}</td>').format(
                _("Teamscore"), score_path(*row.scores), row.scores_text
            )
    if row.reason:
        return Markup(
            '<tr class="is-out">{}<td class="c-r" colspan="4">{} <b>{}</b> {}</td>{}{}</tr>'
        ).format(first, ui_icon("info", size=16), _("Udgår:"), row.reason, scores, notes)  # fmt: skip
    icon = NOTHING
    css = "mis"
    if row.variation is not None:
        icon, css = variation_icon(row.variation, row.rising, title=False), css_state(row.variation)
    figure = NOTHING
    if row.effect is not None and row.axis is not None:
        figure = mini_forest(row.axis, row.effect.estimate, row.effect.low, row.effect.high)
    said = Markup('<b>{}</b> <span class="muted">{}</span><small{}>{}</small>').format(
        row.effect_text, f"({row.interval_text})" if row.effect_text else row.interval_text,
        Markup(' class="eff-u"') if view.axis is not None else NOTHING,  # the head of the column says it
        row.effect_unit if row.effect_text else "",
    )  # fmt: skip
    return Markup(
        '<tr>{}<td class="c-s">{}</td><td class="nowrap c-v">{} <span class="t-{}">{}</span></td>'
        '<td class="eff-c">{}</td><td class="num eff-n">{}</td>{}{}</tr>'
    ).format(first, start_line(row.values, row.start_at), icon, css, row.signal, figure, said, scores, notes)


def _strips(view: CohortsView) -> Markup:
    """Completeness by months since the start: the figure, and the same as a table."""
    if not view.strips:
        return NOTHING
    button = Markup(
        '<button type="button" class="btn btn--sm push" data-swap="{0} {1}" aria-pressed="false" aria-controls="{1}">'
        "{2}{3}</button>"
    ).format(Ids.STRIPS, Ids.STRIPS_WORDS, ui_icon("table", size=16), _("Vis som tabel"))
    return Markup(
        '<section class="card mt-4" id="{}"><div class="card__h"><div><h2>{}</h2><p class="muted f-13">{}</p></div>{}'
        '</div><div id="{}" role="img" aria-label="{}">{}</div><div id="{}" class="is-away">{}</div></section>'
    ).format(
        Ids.COMPLETE,
        _("Komplethed efter måneder siden start"),
        _("Andel af gruppens hovedmålinger, der har tal i måneden. Høj søjle: alle har. Lodret streg: start."),
        button,
        Ids.STRIPS,
        _("Komplethed efter måneder siden start; knappen »Vis som tabel« giver tallene"),
        strips(view.strips),
        Ids.STRIPS_WORDS,
        _strips_words(view.strips),
    )


def _strips_words(rows: tuple[StripRow, ...]) -> Markup:
    heads = Markup("").join(
        Markup('<th scope="col" class="num">{}</th>').format(
            _("Måned {low} til {high}").format(low=number(low), high=number(high))
        )
        for low, high in SPANS
    )
    body = Markup("").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            row.group.name,
            Markup("").join(
                Markup('<td class="num">{}</td>').format(_counted(*row.share(low, high))) for low, high in SPANS
            ),
        )
        for row in rows
    )
    return Markup(
        '<div class="tbl-wrap" tabindex="0" role="region" aria-label="{0}"><table class="tbl tbl--compact">'
        '<caption class="visually-hidden">{0}</caption><thead><tr><th scope="col">{1}</th>{2}</tr></thead>'
        "<tbody>{3}</tbody></table></div>"
    ).format(_("Komplethed efter måneder siden start"), _("Gruppe"), heads, body)


def _counted(reported: int, expected: int) -> str:
    if not expected:
        return _("ingen ventet")
    return _("{share} ({n} af {total})").format(
        share=percent(100 * reported / expected, 0), n=number(reported), total=number(expected)
    )


# ----------------------------------------------------------------------------------------------------------- files


def csv_file() -> ResponseReturnValue:
    """The rows the filters of the address ask for, as text."""
    try:
        board, selection = _board_of_address()
    except NotAllowed as refusal:
        return Response(refusal.reason(language()), 403, mimetype="text/plain; charset=utf-8")
    if board is None:
        return redirect(selection.href(COHORTS), 303)
    content = cohorts_csv(
        presenter.file_heads(), presenter.file_rows(board, selection), is_demo=current_store().is_demo
    )
    return attachment(content, "text/csv; charset=utf-8", _file_name("csv"))


def xlsx_file() -> ResponseReturnValue:
    """The same as a workbook, with the finding and the notes of the page."""
    try:
        board, selection = _board_of_address()
    except NotAllowed as refusal:
        return Response(refusal.reason(language()), 403, mimetype="text/plain; charset=utf-8")
    if board is None:
        return redirect(selection.href(COHORTS), 303)
    view = presenter.view_of(board, selection)
    content = cohorts_xlsx(
        presenter.file_heads(),
        presenter.file_rows(board, selection),
        title=view.title,
        notes=[view.lead, *view.foot[1:], public_address() + selection.href(COHORTS)],
        today=current_today(),
        is_demo=current_store().is_demo,
    )
    return attachment(content, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _file_name("xlsx"))


def _board_of_address() -> tuple[Board | None, Selection]:
    """The board of the address; None where it takes longer than a file may: the page is the place to wait."""
    selection = Selection.from_query(request.query_string.decode("utf-8", "replace"))
    evaluation.require_evaluator(current_viewer())
    try:
        job = _start(selection)
    except Busy:
        return None, selection
    if not job.wait(LONGEST_FILE):
        return None, selection
    if job.fault is not None:
        raise job.fault
    if job.answer is not None:
        _saw(job.answer, selection)
    return job.answer, selection


def _file_name(ending: str) -> str:
    return "-".join(filter(None, ("tavle-hold", "DEMO" if current_store().is_demo else ""))) + f".{ending}"


def _title(selection: Selection, **_args: str) -> str:
    return _("Evaluering: hold")


def exists(store: Store, viewer: Viewer, _args: Mapping[str, str], _selection: Selection) -> bool:
    """There for those who evaluate; raises NotAllowed for everybody else."""
    evaluation.require_evaluator(viewer)
    return True


PAGE = PageRecord(
    path=COHORTS,
    name=N_("Evaluering"),
    layout=layout,
    icon="compare",
    order=40,
    roles=frozenset({Role.EVALUATOR, Role.ADMINISTRATOR}),
    exists=exists,
    title=_title,
    fields=(),
)

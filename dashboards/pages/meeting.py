"""Tavlemøde: the agenda, the meeting on the wall, and the screen in the corridor. Each at an address of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update
from markupsafe import Markup

from dashboards.components.board_meeting import BoardMeeting
from dashboards.components.form import Form
from dashboards.components.markup import Html
from dashboards.components.term import FirstMention, with_terms
from dashboards.context import (
    current_now,
    current_settings,
    current_store,
    current_theme,
    current_today,
    current_viewer,
    last_visit,
)
from dashboards.figures.icons import ui_icon
from dashboards.pages import PageRecord
from dashboards.permalinks import share_all
from dashboards.presenters import meeting as presenter
from dashboards.presenters import meeting_screen as screen
from dashboards.presenters.meeting import CORRIDOR, MINUTES_PER_SERIES, PATH, AgendaRow, Agreed, StartView
from dashboards.presenters.meeting_finding import Finding
from dashboards.presenters.meeting_screen import ScreenView, Step
from dashboards.selection import Selection
from dashboards.text import N_, _
from data.access import Role, Viewer
from data.meetings import LONGEST_WHAT, LONGEST_WHO
from data.meetings import State as Settled
from data.store import Store

NOTHING = Markup("")
ROTATES_AFTER = 20  # seconds a series stands on the screen in the corridor


class Ids:
    PAGE = "meeting"
    BOARD = "meeting-board"
    DO = "meeting-do"
    GO = "meeting-go"
    OF = "meeting-of"
    SCREEN = "meeting-screen"


def exists(store: Store, viewer: Viewer, path_args: Mapping[str, str], selection: Selection) -> bool:
    if "meeting" in path_args:
        screen.read_meeting(store, viewer, path_args["meeting"])
        return True
    return presenter.require_reading(store, viewer, selection.unit)


def layout(selection: Selection, meeting: str = "", step: str = "1") -> Any:
    told = dcc.Store(id=Ids.OF, data={"query": selection.to_query()})
    if meeting:
        view = screen.screen_view(
            current_store(),
            current_viewer(),
            meeting,
            step,
            selection,
            today=current_today(),
            timezone=current_settings().timezone,
            shared=lambda paths: [one.short for one in share_all(paths)],
        )
        return html.Div([_on_the_wall(view), told, dcc.Location(id=Ids.GO, refresh="callback-nav")], id=Ids.PAGE)
    if selection.show == CORRIDOR:
        view = screen.corridor_view(
            current_store(), current_viewer(), selection, today=current_today(), since=last_visit()
        )
        return html.Div([_on_the_wall(view), told], id=Ids.PAGE)
    return html.Div(
        [
            Form(Ids.DO, _start(_read(selection, ()))),
            told,
            dcc.Location(id=Ids.GO, refresh="callback-nav"),
        ],
        id=Ids.PAGE,
    )


def _read(selection: Selection, left_out: tuple[str, ...]) -> StartView:
    return presenter.start_view(
        current_store(),
        current_viewer(),
        selection,
        today=current_today(),
        since=last_visit(),
        timezone=current_settings().timezone,
        left_out=left_out,
    )


# ------------------------------------------------------------------------------------------------------ the start page


def _start(view: StartView, taken: presenter.Taken | None = None) -> Markup:
    hidden = Markup("").join(
        Markup('<input type="hidden" name="left_out" value="{}">').format(key) for key in view.left_out
    )
    words = Markup('<p class="visually-hidden" role="status">{}</p>').format(taken.words if taken else "")
    if taken and taken.is_refused:
        words = Markup('<div class="alert alert--error mt-2" role="alert">{}<div>{}</div></div>').format(
            ui_icon("warn"), taken.words
        )
    return Markup(
        '<div class="khead mt__head"><div><h1 tabindex="-1">{}</h1><p class="muted mt-1">{}</p></div>{}</div>{}{}'
        '<div class="mt"><div class="mt__main">{}</div><aside class="mt__side" aria-label="{}">{}</aside></div>'
    ).format(view.title, view.lead, _begin(view), hidden, words, _agenda(view), _("Tidligere møder"), _earlier(view))


def _begin(view: StartView) -> Markup:
    if not view.may_hold:
        return NOTHING
    if view.under_way:
        return Markup(
            '<div class="mt__begin"><a class="btn btn--primary btn--lg" href="{}">{}{}</a>'
            '<button type="button" class="btn" data-press="end {}">{}</button>'
            '<p class="hint">{}</p></div>'
        ).format(
            view.under_way,
            ui_icon("board"),
            _("Fortsæt mødet"),
            view.under_way_id,
            _("Afslut det"),
            _("Begyndt {when}").format(when=view.under_way_since),
        )
    if not view.rows:
        return NOTHING
    return Markup(
        '<div class="mt__begin"><button type="button" class="btn btn--primary btn--lg" name="begin" data-press="begin">'
        "{}{}</button></div>"
    ).format(ui_icon("board"), _("Start mødet"))


def _agenda(view: StartView) -> Markup:
    last = len(view.rows) - 1
    first = FirstMention("tilfaeldig-variation", "median", "kontrolgraenser", "maaltal", "falsk-alarm", "for-faa-data")
    rows = Markup("").join(_row(view, row, place, last, first) for place, row in enumerate(view.rows))
    listed = (
        Markup('<ol class="mt__list">{}</ol>').format(rows)
        if view.rows
        else Markup('<p class="empty">{}</p>').format(
            with_terms(
                _("Nye signaler og åbne aftaler kommer af sig selv. Tilføj de målinger, I vil tale om."),
                "signal",
                "maaling",
            )
        )
    )
    return Markup('<section class="card" aria-labelledby="h-agenda"><h2 id="h-agenda">{}</h2>{}{}</section>').format(
        _("Dagsorden"), listed, _add(view)
    )


def _row(view: StartView, row: AgendaRow, place: int, last: int, explained: FirstMention) -> Markup:
    tags = Markup("").join(Markup('<span class="badge">{}</span> ').format(reason) for reason in row.reasons)
    where = f"{row.name}, {row.unit}"
    buttons = NOTHING
    if view.may_hold:
        stand = "once" if row.is_standing else "stand"
        buttons = (
            _icon_button(f"up {row.key}", "arr-up", _("Flyt {series} op").format(series=where), is_off=place == 0)
            + _icon_button(
                f"down {row.key}", "arr-dn", _("Flyt {series} ned").format(series=where), is_off=place == last
            )
            + Markup(
                '<button type="button" class="btn btn--quiet btn--sm" name="{0}" data-press="{0}" aria-pressed="{1}" '
                'aria-label="{2}">{3}</button>'
            ).format(
                f"{stand} {row.key}",
                "true" if row.is_standing else "false",
                _("Fast punkt: {series}").format(series=where),
                _("Fast punkt"),
            )
            + _icon_button(
                f"{'off' if row.is_kept else 'out'} {row.key}",
                "x",
                _("Tag {series} af dagsordenen").format(series=where),
            )
        )
    return Markup(
        '<li class="mt__row"><span class="mt__no" aria-hidden="true">{}</span>{}<div class="mt__t"><h3>'
        '<a href="{}">{}</a></h3><p class="muted f-13">{} · {}</p><p class="f-13">{}</p><p>{}</p></div>'
        '<div class="mt__b no-print">{}</div></li>'
    ).format(place + 1, row.icon, row.href, row.name, row.unit, row.value, explained(row.sentence), tags, buttons)


def _icon_button(step: str, icon: str, label: str, *, is_off: bool = False) -> Markup:
    """A button that is named by what it does, so that the focus finds it again when the list is drawn anew."""
    return Markup(
        '<button type="button" class="btn btn--quiet btn--icon" name="{0}" data-press="{0}" aria-label="{1}" '
        'title="{1}"{2}>{3}</button>'
    ).format(step, label, Markup(" disabled") if is_off else NOTHING, ui_icon(icon))


def _add(view: StartView) -> Markup:
    if not view.may_hold or not view.offered:
        return NOTHING
    options = Markup("").join(Markup('<option value="{}">{}</option>').format(key, name) for key, name in view.offered)
    return Markup(
        '<div class="mt__add no-print"><div class="field"><label for="mt-add">{}</label>'
        '<select class="select" id="mt-add" name="add"><option value="">{}</option>{}</select></div>'
        '<button type="button" class="btn" data-press="add">{}{}</button></div>'
    ).format(_("Tilføj en måling"), _("Vælg"), options, ui_icon("plus"), _("Tilføj"))


def _earlier(view: StartView) -> Markup:
    if not view.last_day:
        held = Markup('<section class="card"><h2>{}</h2><p class="muted f-13 mt-1">{}</p></section>').format(
            _("Sidste møde"),
            _("Der er ikke holdt tavlemøde i Tavle endnu. Referatet af det første kommer til at stå her."),
        )
    else:
        held = Markup(
            '<section class="card" aria-labelledby="h-last"><h2 id="h-last">{}</h2><p class="f-13 mt-1">'
            '<a href="{}">{}</a></p>{}</section>'
        ).format(
            _("Sidste møde {day}").format(day=view.last_day),
            view.last_href,
            _("Læs referatet"),
            _agreed_list(view.last_agreed, _("Intet blev aftalt.")),
        )
    if view.earlier:
        rows = Markup("").join(Markup('<li><a href="{}">{}</a></li>').format(one.href, one.day) for one in view.earlier)
        held += Markup(
            '<section class="card" aria-labelledby="h-earlier"><h2 id="h-earlier">{}</h2><ul class="rlist">{}</ul>'
            '<p class="f-13"><a href="{}">{}</a></p></section>'
        ).format(_("Tidligere referater"), rows, view.all_href, _("Alle referater"))
    corridor = Markup(
        '<section class="card no-print"><h2>{}</h2><p class="f-13 muted mt-1">{}</p><p class="mt-2">'
        '<a class="btn" href="{}">{}{}</a></p></section>'
    ).format(
        _("Skærm på gangen"),
        _("Skifter selv mellem målingerne. Uden aftaler, noter, navne og små tal."),
        view.corridor_href,
        ui_icon("full"),
        _("Åbn"),
    )
    return held + corridor


def _agreed_list(some: tuple[Agreed, ...], nothing: str) -> Markup:
    if not some:
        return Markup('<p class="muted f-13 mt-1">{}</p>').format(nothing)
    rows = Markup("").join(
        Markup("<li>{}<span>{}<small>{} · {}</small></span></li>").format(
            mark_of(one.state), one.what, one.series, one.told
        )
        for one in some
    )
    return Markup('<ul class="rseries mt__agreed">{}</ul>').format(rows)


def mark_of(state: Settled) -> Markup:
    """Whether it was done: a ticked, crossed or empty box, with words."""
    words = {Settled.DONE: _("Gjort"), Settled.NOT_DONE: _("Ikke gjort"), Settled.OPEN: _("Åben")}[state]
    icon = {Settled.DONE: "check", Settled.NOT_DONE: "x", Settled.OPEN: ""}[state]
    drawn = ui_icon(icon, size=16) if icon else NOTHING
    return Markup('<span class="mt__box" role="img" aria-label="{}">{}</span>').format(words, drawn)


# ------------------------------------------------------------------------------------------------------- on the wall


def _on_the_wall(view: ScreenView) -> Any:
    if not view.steps:
        return Html(
            html=Markup(
                '<section class="card stt__c stt__c--page"><div class="sbox">{}<h1 tabindex="-1">{}</h1><p>{}</p>'
                '<div class="pick"><a class="btn btn--primary" href="{}">{}</a></div></div></section>'
            ).format(
                ui_icon("board"),
                _("Der er ingen målinger at vise"),
                _("Målinger uden data eller med små tal vises ikke på gangen."),
                view.home_href,
                _("Til dagsordenen"),
            )
        )
    return BoardMeeting(Ids.SCREEN, wall_markup(view, "contrast" if current_theme() == "contrast" else "dark"))


def wall_markup(view: ScreenView, theme: str) -> Markup:
    """The whole screen; dark unless the reader chose, there or for all pages, to see more contrast."""
    steps = Markup("").join(_step(view, step) for step in view.steps)
    closing = NOTHING if view.is_corridor else _closing(view)
    words = {
        "waiting": _("Gemmer …"),
        "lost": _("Ikke gemt: forbindelsen er væk. Det, du skrev, er her stadig, og Tavle prøver igen."),
        "retry": _("Prøv igen nu"),
        "unsaved": _("En aftale er skrevet, men ikke gemt. Gå til den, eller tryk Afslut igen for at lade den ligge."),
        "over": _("Tiden er gået"),
        "left": _("tilbage af {minutes} min."),
        "beyond": _("over tiden"),
        "progress": _("{step} af {steps}"),
        "next": _("næste: {name}"),
        "last": _("Afslutning"),
    }
    told = Markup("").join(Markup(' data-say-{}="{}"').format(key, text) for key, text in words.items())
    return Markup(
        '<div class="tm{}" data-theme="{}" data-meeting="{}" data-start="{}" data-path="{}" data-query="{}"'
        ' data-home="{}" data-minutes="{}"{}{}>{}<div class="tm__msg" role="status" hidden></div>'
        '<div class="tm__all">{}{}</div>{}</div>'
    ).format(
        " tm--hall" if view.is_corridor else "",
        theme,
        view.id,
        view.step,
        view.path,
        view.query,
        view.home_href,
        MINUTES_PER_SERIES,
        Markup(' data-rotate="{}"').format(ROTATES_AFTER) if view.is_corridor else NOTHING,
        told,
        _top(view),
        steps,
        closing,
        _foot(view),
    )


def _top(view: ScreenView) -> Markup:
    demo = Markup('<span class="badge badge--demo">DEMO</span>') if view.is_demo else NOTHING
    return Markup(
        '<header class="tm__top"><span class="brand">{}Tavle</span><span>{} · {}</span>'
        '<span class="tm__tools">{}{}{}<a class="tm__btn tm__btn--icon" href="{}" data-leave aria-label="{}" '
        'title="{}">{}</a></span></header>'
    ).format(
        ui_icon("brand"),
        view.title,
        view.day,
        demo,
        _tool("theme", "sun", _("Skift mellem mørk og lys")),
        _tool("full", "full", _("Fuld skærm (F)")),
        view.home_href,
        _("Forlad (Esc)"),
        _("Forlad (Esc)"),
        ui_icon("x"),
    )


def _tool(name: str, icon: str, label: str) -> Markup:
    return Markup(
        '<button type="button" class="tm__btn tm__btn--icon" data-tool="{}" aria-label="{}" title="{}">{}</button>'
    ).format(name, label, label, ui_icon(icon))


def _step(view: ScreenView, step: Step) -> Markup:
    finding = step.finding
    charts = Markup("").join(
        Markup('<div class="tm__chart tm__chart--{}">{}</div>').format(size, drawn) for size, drawn in finding.charts
    )
    side = NOTHING
    if not view.is_corridor:
        side = Markup('<div class="tm__side">{}{}{}</div>').format(
            _last_time(view, step), _notes(step), _decision(view, step)
        )
    return Markup(
        '<section class="tm__step" data-step="{}" data-key="{}" data-name="{}" aria-labelledby="tm-h-{}"{}>'
        '<h1 id="tm-h-{}" tabindex="-1"><span class="tm__icons">{}</span><span>{}</span></h1>'
        '<p class="tm__sub">{}</p><div class="tm__charts">{}{}</div>{}</section>'
    ).format(
        step.number,
        step.key,
        finding.name,
        step.number,
        NOTHING if step.number == view.step else Markup(" hidden"),
        step.number,
        finding.icons,
        finding.title,
        finding.subtitle,
        charts,
        _heard(finding) if finding.rows else NOTHING,
        side,
    )


def _heard(finding: Finding) -> Markup:
    """The chart as a table for screen readers: on the wall there is room for one of the two."""
    rows = Markup("").join(
        Markup('<tr><th scope="row">{}</th><td>{}</td></tr>').format(when, said) for when, said in finding.rows
    )
    return Markup(
        '<div class="visually-hidden"><table><caption>{}</caption><thead><tr><th scope="col">{}</th>'
        '<th scope="col">{}</th></tr></thead><tbody>{}</tbody></table></div>'
    ).format(_("{indicator}, nyeste først").format(indicator=finding.name), _("Periode"), _("Værdi"), rows)


def _last_time(view: ScreenView, step: Step) -> Markup:
    if not step.agreed:
        body = Markup('<p class="tm__none">{}</p>').format(_("Intet aftalt før"))
    else:
        body = Markup('<ul class="tm__ag">{}</ul>').format(
            Markup("").join(_agreed_row(view, step, one) for one in step.agreed)
        )
    return Markup("<section><h2>{}</h2>{}</section>").format(_("Hvad aftalte vi sidst?"), body)


def _agreed_row(view: ScreenView, step: Step, one: Agreed) -> Markup:
    buttons = NOTHING
    if view.may_decide:
        buttons = Markup('<span class="tm__do" role="group" aria-label="{}">{}{}</span>').format(
            _("Er det gjort? {what}").format(what=one.what),
            *(
                Markup(
                    '<button type="button" class="tm__btn" data-settle="{}" data-decision="{}" aria-pressed="{}">{}{}'
                    "</button>"
                ).format(state.value, one.id, "true" if one.state is state else "false", ui_icon(icon), words)
                for state, icon, words in (
                    (Settled.DONE, "check", _("Gjort")),
                    (Settled.NOT_DONE, "x", _("Ikke gjort")),
                )
            ),
        )
    letter = Markup('<span class="flag">{}</span> ').format(one.letter) if one.letter else NOTHING
    return Markup('<li>{}<span class="tm__what">{}{}<small>{}</small></span>{}</li>').format(
        NOTHING if view.may_decide else mark_of(one.state), letter, one.what, one.told, buttons
    )


def _notes(step: Step) -> Markup:
    notes = step.finding.notes
    if not notes:
        return NOTHING
    rows = Markup("").join(
        Markup('<li><span class="flag">{}</span><span>{}: {}</span></li>').format(note.letter, note.when, note.text)
        for note in notes
    )
    return Markup('<section class="tm__notes"><h2>{}</h2><ul>{}</ul></section>').format(_("Seneste noter"), rows)


def _decision(view: ScreenView, step: Step) -> Markup:
    field = step.decision
    if not view.may_decide:
        if not field.is_saved:
            return NOTHING
        return Markup(
            '<section class="tm__dec"><h2>{}</h2><p class="tm__what">{}<small>{}</small></p></section>'
        ).format(_("Aftalt på mødet"), field.what, field.who)
    n = step.number
    return Markup(
        '<form class="tm__dec" data-decide novalidate autocomplete="off" aria-labelledby="tm-d-{n}">'
        '<h2 id="tm-d-{n}">{head}</h2><label for="tm-what-{n}">{what_l}</label>'
        '<input id="tm-what-{n}" name="what" maxlength="{most_what}" value="{what}">'
        '<div class="tm__two"><div><label for="tm-who-{n}">{who_l}</label>'
        '<input id="tm-who-{n}" name="who" maxlength="{most_who}" value="{who}"></div>'
        '<div><label for="tm-due-{n}">{due_l}</label>'
        '<input id="tm-due-{n}" name="due" type="date" min="{least}" value="{due}"></div></div>'
        '<div class="tm__save"><button type="submit" class="tm__btn tm__btn--primary">{save}</button>'
        '<button type="button" class="tm__btn" data-undecide{gone}>{undo}</button>'
        '<span class="tm__said" role="status">{said}</span></div></form>'
    ).format(
        n=n,
        head=_("Vores ene beslutning i dag"),
        what_l=_("Hvad"),
        who_l=_("Hvem"),
        due_l=_("Hvornår"),
        most_what=LONGEST_WHAT,
        most_who=LONGEST_WHO,
        what=field.what,
        who=field.who,
        due=field.due,
        least=view.earliest,
        save=_("Gem aftalen"),
        undo=_("Fjern"),
        gone=NOTHING if field.is_saved else Markup(" hidden"),
        said=_("Gemt") if field.is_saved else "",
    )


def _closing(view: ScreenView) -> Markup:
    number = len(view.steps) + 1
    end = NOTHING
    if view.may_decide:
        end = Markup('<button type="button" class="tm__btn tm__btn--primary" data-end>{}</button>').format(
            _("Afslut mødet, og gå til referatet")
        )
    elif view.minutes_href:
        end = Markup('<a class="tm__btn tm__btn--primary" href="{}">{}</a>').format(
            view.minutes_href, _("Læs referatet")
        )
    return Markup(
        '<section class="tm__step tm__step--end" data-step="{n}" data-name="{name}" aria-labelledby="tm-h-{n}"{gone}>'
        '<h1 id="tm-h-{n}" tabindex="-1"><span>{head}</span></h1><div data-closing>{body}</div>'
        '<p class="tm__last">{end}</p>'
        "</section>"
    ).format(
        n=number,
        name=_("Afslutning"),
        gone=NOTHING if view.step == number else Markup(" hidden"),
        head=_("Det aftalte vi i dag"),
        body=closing_markup(view.closing, view.settled),
        end=end,
    )


def closing_markup(some: tuple[Agreed, ...], settled: tuple[Agreed, ...]) -> Markup:
    """What the meeting has decided so far, and what it has settled."""
    if some:
        rows = Markup("").join(
            Markup('<li><span class="tm__what">{}<small>{} · {}</small></span></li>').format(
                one.what, one.told, one.series
            )
            for one in some
        )
        decided = Markup('<ul class="tm__ag">{}</ul>').format(rows)
    else:
        decided = Markup('<p class="tm__none">{}</p>').format(_("Endnu intet"))
    if not settled:
        return decided
    rows = Markup("").join(
        Markup('<li>{}<span class="tm__what">{}<small>{} · {}</small></span></li>').format(
            mark_of(one.state), one.what, one.told, one.series
        )
        for one in settled
    )
    return decided + Markup('<h2>{}</h2><ul class="tm__ag">{}</ul>').format(_("Fra tidligere møder"), rows)


def _foot(view: ScreenView) -> Markup:
    n_steps = len(view.steps)
    dots = Markup("<i></i>") * n_steps
    codes = Markup("").join(
        Markup('<span class="tm__qr" data-qr="{}" role="img" aria-label="{}" hidden>{}</span>').format(
            step.number, _("QR-kode: samme visning på telefon"), step.qr
        )
        for step in view.steps
        if step.qr
    )
    keys = NOTHING
    if view.may_decide:
        keys = Markup('<span class="tm__keys"><kbd>B</kbd> {}</span>').format(_("beslutning"))
    timer = Markup(
        '<span class="tm__timer">{}<b data-timer role="timer" aria-live="off"></b> <span data-timer-words></span>'
        '<button type="button" class="tm__btn tm__btn--icon" data-tool="pause" aria-pressed="false" aria-label="{}" '
        'title="{}">{}</button></span>'
    ).format(
        ui_icon("clock"),
        _("Pause (P)"),
        _("Pause (P)"),
        Markup('<span class="tm__pause" aria-hidden="true"></span>'),
    )
    return Markup(
        '<footer class="tm__foot"><span class="tm__prog"><span class="tm__steps" aria-hidden="true">{}</span>'
        '<span data-progress></span></span><span class="tm__move"><button type="button" class="tm__btn tm__btn--icon" '
        'data-tool="back" aria-label="{}" title="{}">{}</button><button type="button" class="tm__btn tm__btn--icon" '
        'data-tool="on" aria-label="{}" title="{}">{}</button></span>{}{}{}</footer>'
    ).format(
        dots,
        _("Forrige (venstre pil)"),
        _("Forrige (venstre pil)"),
        ui_icon("arr-l"),
        _("Næste (højre pil)"),
        _("Næste (højre pil)"),
        ui_icon("arr-r"),
        keys,
        timer,
        codes,
    )


# ----------------------------------------------------------------------------------------------------------- callbacks


def register_callbacks(app: Dash) -> None:
    @app.callback(
        Output(Ids.DO, "html"),
        Output(Ids.DO, "focus"),
        Output(Ids.GO, "href"),
        Input(Ids.DO, "pressed"),
        State(Ids.OF, "data"),
        prevent_initial_call=True,
    )
    def press(pressed: dict[str, Any], of: dict[str, str]) -> Any:
        selection = Selection.from_query(of["query"])
        taken = presenter.take_step(
            current_store(),
            current_viewer(),
            pressed,
            selection,
            today=current_today(),
            now=current_now(),
            since=last_visit(),
        )
        if taken.go:
            return no_update, no_update, taken.go
        view = _read(selection, taken.left_out)
        focus = {"name": presenter.focus_after(pressed, view), "at": pressed.get("at")}
        return str(_start(view, taken)), focus, no_update

    @app.callback(
        Output(Ids.SCREEN, "answered"),
        Input(Ids.SCREEN, "asked"),
        State(Ids.OF, "data"),
        prevent_initial_call=True,
    )
    def answer(asked: dict[str, Any], of: dict[str, str]) -> dict[str, Any]:
        answered = screen.act(
            current_store(),
            current_viewer(),
            asked,
            Selection.from_query(of["query"]),
            today=current_today(),
            now=current_now(),
            timezone=current_settings().timezone,
        )
        if "closing" in answered:
            answered["closing"] = str(closing_markup(answered["closing"], answered.pop("settled")))
        return answered


PAGE = PageRecord(
    path=PATH,
    also=(f"{PATH}/moede/<meeting>", f"{PATH}/moede/<meeting>/<step>"),
    name=N_("Tavlemøde"),
    layout=layout,
    exists=exists,
    icon="board",
    order=45,
    roles=frozenset({Role.LEADER, Role.QUALITY_TEAM, Role.ADMINISTRATOR}),
    fields=("enhed",),
)

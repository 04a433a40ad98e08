"""A page, or a part of it, that waits for work beside the request (`presenters.background_jobs`).

It stands at once, says how far the work is, has a button that stops it, and is filled in when the answer is there. All
components have the number of the job in their id. To the browser the page of another job is another page: an answer on
its way to one that has gone finds nowhere to land, and never writes on the one that stands there now.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dash import ALL, MATCH, Dash, Input, Output, ctx, dcc, html, no_update
from dash import State as Kept
from markupsafe import Markup

from dashboards.components.markup import Html
from dashboards.components.states import Action, State, failed
from dashboards.errors import reporter
from dashboards.presenters.background_jobs import Busy, Failed
from dashboards.text import _, language
from data.errors import DataError

LOOK_IN = 400  # milliseconds
NOTHING = Markup("")


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands now: the parts (None: as it stood), the line on how far it is, and whether there is more to wait for.

    `stage` is what the page has shown so far, for work that shows a first part of its answer.
    """

    parts: tuple[Markup | None, ...]
    status: Markup = NOTHING
    is_over: bool = True
    stage: int = 0


Look = Callable[[str, str, int], Shown]  # the number of the job, the page's own `view`, and the stage it has come to


def computing(
    name: str,
    job_id: str,
    shown: Shown,
    *,
    view: str = "",
    line_at: int = 0,
    cancel: str = "",
    css: str = "",
    between: Sequence[Any] = (),
) -> html.Div:
    """The components of one wait; `name` is that of `register`, `job_id` is "" where nothing is worked out.

    The line on how far it is stands before part `line_at`, and after it what is `between` and never changes. `cancel`
    is the word on the button, `css` the class of all.
    """
    line = html.Div(
        className="runline no-print",
        children=[
            html.Div(Html(id=_id(name, "status", job_id), html=shown.status), role="status"),
            html.Button(
                cancel or _("Stop beregningen"),
                id=_id(name, "cancel", job_id),
                type="button",
                className="btn btn--sm",
                hidden=shown.is_over,
            ),
        ],
    )
    parts: list[Any] = [
        Html(id={**_id(name, "part", job_id), "part": at}, html=part or NOTHING) for at, part in enumerate(shown.parts)
    ]
    return html.Div(
        className=css,
        children=[
            *parts[:line_at],
            line,
            *between,
            *parts[line_at:],
            dcc.Store(id=_id(name, "view", job_id), data=view),
            dcc.Store(id=_id(name, "stage", job_id), data=shown.stage),
            dcc.Interval(id=_id(name, "look", job_id), interval=LOOK_IN, disabled=shown.is_over),
        ],
    )


def register(app: Dash, name: str, look: Look, stop: Look) -> None:
    """`look` says what stands now; `stop` lets go of the work and says what stands instead.

    Where either breaks, the page says so once and looks in no more.
    """
    report = reporter(app.server, name)

    @app.callback(
        # An output with ALL may not stand first: the browser takes the first for one with a single component.
        Output(_id(name, "status", MATCH), "html"),
        Output({**_id(name, "part", MATCH), "part": ALL}, "html"),
        Output(_id(name, "stage", MATCH), "data"),
        Output(_id(name, "cancel", MATCH), "hidden"),
        Output(_id(name, "look", MATCH), "disabled"),
        Input(_id(name, "look", MATCH), "n_intervals"),
        Input(_id(name, "cancel", MATCH), "n_clicks"),
        Kept(_id(name, "view", MATCH), "data"),
        Kept(_id(name, "stage", MATCH), "data"),
        prevent_initial_call=True,
    )
    def update(_n_intervals: int | None, n_clicks: int | None, view: str, stage: int) -> Any:
        asked: Any = ctx.triggered_id
        if not isinstance(asked, dict):
            return no_update
        n_parts = len(ctx.outputs_list[1])
        does_stop = asked["type"] == f"{name}-cancel" and bool(n_clicks)
        try:
            shown = (stop if does_stop else look)(asked["job"], view, stage)
        except Exception as fault:
            shown = _over(fault if isinstance(fault, (Failed, DataError)) else Failed(report(fault)), n_parts)
        parts = [no_update if part is None else str(part) for part in _padded(shown.parts, n_parts)]
        return str(shown.status), parts, shown.stage, shown.is_over, shown.is_over


def _over(fault: Exception, n_parts: int) -> Shown:
    told = broken(fault, "", title=_("Det gik galt undervejs"))
    return Shown((told,)) if n_parts else Shown((), told)


def _padded(parts: tuple[Markup | None, ...], count: int) -> tuple[Markup | None, ...]:
    """As many parts as the page has; the ones that are not told of stay."""
    return (*parts, *[None] * count)[:count]


def _id(name: str, piece: str, job: Any) -> dict[str, Any]:
    return {"type": f"{name}-{piece}", "job": job}


def progress(share: float, said: str, label: str) -> Markup:
    """How far it is, as a bar and in words; `label` is what the bar is called."""
    return Markup(
        '<p class="running"><progress max="100" value="{}" aria-label="{}"></progress></p><p class="f-13">{}</p>'
    ).format(round(100 * share), label, said)


def done() -> Markup:
    """What is said, and not seen, once the answer is there."""
    return Markup('<p class="visually-hidden">{}</p>').format(_("Beregningen er færdig."))


def stopped(again: str) -> Markup:
    """The work was stopped, here or by the same person elsewhere; `again` is the address that begins it anew."""
    text = _("Intet er ændret. Du kan begynde igen, når du vil, eller vælge andre grupper.")
    return _box(State("clock", _("Beregningen er stoppet"), text, (_once_more(_("Beregn igen"), again),)))


def stopped_line(again: str) -> Markup:
    """The same beside what stands there already."""
    return Markup('<p class="f-13">{} <a href="{}" data-reload>{}</a></p>').format(
        _("Beregningen er stoppet."), again, _("Beregn igen")
    )


def busy(refusal: Busy, again: str) -> Markup:
    """There is no room for the work now."""
    reason = refusal.reason(language())
    return _box(State("clock", _("Beregningen er ikke begyndt"), reason, (_once_more(_("Prøv igen"), again),)))


def broken(fault: Exception, again: str, *, title: str = "") -> Markup:
    """The work ended without an answer: a refusal in its words, or the reference of what was reported."""
    if isinstance(fault, Failed):
        return _box(failed(fault.reference, again=again, title=title or _("Effekten kunne ikke beregnes")))
    if not isinstance(fault, DataError):
        raise fault
    hint = _("Ret tallene, eller vælg en anden måling.")
    return _box(State("warn", _("Effekten kan ikke beregnes"), fault.reason(language()), hint=hint))


def _once_more(words: str, href: str) -> Action:
    return Action(words, href, is_primary=True, reload=True)


def _box(state: State) -> Markup:
    return Markup('<div class="card stt__c mb-3">{}</div>').format(state.markup("h1"))

"""The actions of a series as HTML: the bar of buttons, and the one dialog they open.

The dialog is a native `<dialog>`: it keeps the keyboard inside, closes on Escape and gives the focus back
(assets/chart_keys.js opens it). Its fields are a `Form`, so that what is typed stays while the trial beside it changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html
from markupsafe import Markup

from dashboards.components.form import Form
from dashboards.figures.icons import ui_icon
from dashboards.presenters import series_actions as actions
from dashboards.presenters.series_actions import Actions, Beside, Dialog, Done, Field
from dashboards.text import _

DIALOG = "indicator-dialog"
FORM = "indicator-form"
TITLE = "indicator-dialog-title"


def dialog_shell() -> Any:
    """The empty dialog. It is filled when somebody asks."""
    return html.Dialog(
        id=DIALOG,
        className="dlg",
        children=Form(id=FORM, html=Markup(""), className="dlg__f"),
        **{"aria-labelledby": TITLE},
    )


FIRST = "first"  # the button the focus goes to in a dialog without fields


def ask_button(
    what: str, words: str, *, about: str = "", css: str = "btn", icon: str = "", label: str = "", name: str = ""
) -> Markup:
    """A button that opens the dialog."""
    more = Markup(' aria-label="{}"').format(label) if label else Markup("")
    if name:
        more += Markup(' name="{}"').format(name)
    return Markup(
        '<button type="button" class="{}" data-ask="{}" data-about="{}" aria-haspopup="dialog"{}>{}{}</button>'
    ).format(css, what, about, more, ui_icon(icon, size=16) if icon else Markup(""), words)


def press_button(step: str, words: str, *, css: str = "btn", icon: str = "", pressed: bool | None = None) -> Markup:
    """A button that does it at once."""
    state = Markup("") if pressed is None else Markup(' aria-pressed="{}"').format("true" if pressed else "false")
    return Markup('<button type="button" class="{}" form="{}" data-press="{}"{}>{}{}</button>').format(
        css, FORM, step, state, ui_icon(icon, size=16) if icon else Markup(""), words
    )


def action_bar(offered: Actions, link: str, *, has_chart: bool) -> Markup:
    """The buttons beside the title."""
    parts = []
    if offered.may_write and not offered.closed:
        parts.append(ask_button(actions.NOTE, _("Skriv note"), css="btn btn--primary", icon="flag"))
        if has_chart:
            parts.append(ask_button(actions.PHASE, _("Ny fase …")))
    if offered.board_unit is not None:
        step, words = (
            (actions.OFF_AGENDA, _("På dagsordenen")) if offered.is_on_agenda else (actions.AGENDA, _("Til tavlemøde"))
        )
        parts.append(press_button(step, words, icon="board", pressed=offered.is_on_agenda))
    more = [
        press_button(
            actions.UNPIN if offered.is_pinned else actions.PIN,
            _("Løsn målingen") if offered.is_pinned else _("Fastgør målingen"),
            css="menu__item",
        )
    ]
    if offered.may_write and not offered.closed and has_chart:
        more.insert(0, ask_button(actions.OUT, _("Udelad et punkt …"), css="menu__item"))
    if offered.pinned:
        links = Markup("").join(
            Markup('<li><a class="menu__item" href="{}">{}</a></li>').format(href, words)
            for href, words in offered.pinned
        )
        more.append(
            Markup('<p class="label acts__p" id="acts-pinned">{}</p><ul aria-labelledby="acts-pinned">{}</ul>').format(
                _("Dine fastgjorte målinger"), links
            )
        )
    share = Markup(
        '<div class="share"><label class="label" for="indicator-link">{}</label><div class="row">'
        '<input id="indicator-link" class="input" type="text" readonly value="{}">'
        "{}</div><p>{}</p>"
        '<p class="hint">{}</p></div>'
    ).format(
        _("Link til denne visning"),
        link,
        _copy_button(link),
        press_button(actions.SHORT, _("Lav et kort link"), css="btn btn--sm"),
        _("Den, der åbner linket, ser det, vedkommende selv har adgang til."),
    )
    menu = Markup(
        '<details class="menu acts__m"><summary class="btn" aria-label="{}">{}</summary>'
        '<div class="menu__box pop">{}{}</div></details>'
    ).format(_("Mere: del, fastgør, udelad"), ui_icon("more"), Markup("").join(more), share)
    closed = Markup('<p class="f-12 muted acts__why">{}</p>').format(offered.closed) if offered.closed else Markup("")
    return Markup('<div class="acts no-print">{}{}</div>{}').format(Markup("").join(parts), menu, closed)


def said(done: Done | None) -> Markup:
    """What was just done, with a way back; the focus goes there."""
    if done is None:
        return Markup("")
    undo = Markup("")
    if done.undo:
        undo = press_button(done.undo, _("Fortryd"), css="btn btn--quiet btn--sm")
    if done.link:
        undo = Markup("<b>{}</b> {}").format(done.link, _copy_button(done.link))
    css = "note--error" if done.is_refused else "note--ok"
    return Markup('<p class="note {} ind__said" role="status" tabindex="-1" data-focus-next>{} {}</p>').format(
        css, done.words, undo
    )


def _copy_button(link: str) -> Markup:
    return Markup('<button type="button" class="btn btn--sm" data-copy="{}" data-copied="{}">{}</button>').format(
        link, _("Kopieret"), _("Kopiér")
    )


# -------------------------------------------------------------------------------------------------------- in the dialog


def dialog_markup(dialog: Dialog) -> Markup:
    """Title, what one should know first, fields, and the buttons."""
    lead = Markup("").join(Markup('<p class="f-13">{}</p>').format(text) for text in dialog.lead)
    if dialog.more:
        rest = Markup("").join(Markup('<p class="f-13">{}</p>').format(text) for text in dialog.more)
        lead += Markup('<details class="disc"><summary>{}</summary>{}</details>').format(
            _("Hvor sikkert er det, og hvad nu?"), rest
        )
    offers = Markup("").join(ask_button(what, words, about=about, name=FIRST) for what, about, words in dialog.offers)
    do = Markup("")
    if dialog.do:
        step = f"{dialog.what} {dialog.about}" if dialog.what == actions.NOTE_OFF else dialog.what
        do = Markup('<button type="submit" class="btn btn--primary" name="{}" data-press="{}">{}</button>').format(
            FIRST, step, dialog.do
        )
    preview = Markup('<div data-notes="preview" class="dlg__p"></div>') if dialog.has_preview else Markup("")
    fields = Markup("").join(_field(field) for field in dialog.fields)
    return Markup(
        '<input type="hidden" name="what" value="{}"><div class="dlg__h"><h2 id="{}" tabindex="-1">{}</h2>'
        '<button type="button" class="btn btn--quiet" data-dialog-close aria-label="{}">{}</button></div>'
        '<div class="dlg__b">{}{}{}</div><div data-notes="error"></div>'
        '<div class="dlg__e">{}{}<button type="button" class="btn" data-dialog-close>{}</button></div>'
    ).format(
        dialog.what,
        TITLE,
        dialog.title,
        _("Luk"),
        ui_icon("x"),
        Markup('<div class="dlg__l">{}</div>').format(lead) if lead else Markup(""),
        Markup('<div class="dlg__i">{}</div>').format(fields) if fields else Markup(""),
        preview,
        offers,
        do,
        _("Annullér") if dialog.do else _("Luk"),
    )


def _field(field: Field) -> Markup:
    if field.kind == "hidden":
        return Markup('<input type="hidden" name="{}" value="{}">').format(field.name, field.value)
    at = f"dlg-{field.name}"
    note = Markup('<span data-notes="{}"></span>').format(field.name)
    if field.kind == "check":
        return Markup(
            '<label class="check dlg__w"><input type="checkbox" id="{}" name="{}" value="yes"><span>{}</span></label>'
        ).format(at, field.name, field.label)
    hint = Markup('<span class="hint" id="{}-hint">{}</span>').format(at, field.hint) if field.hint else Markup("")
    more = Markup(' aria-describedby="{}-hint"').format(at) if field.hint else Markup("")
    if field.most:
        more += Markup(' maxlength="{}"').format(field.most)
    if field.is_required:
        more += Markup(" required")
    if field.kind == "select":
        options = Markup("").join(
            Markup('<option value="{}"{}>{}</option>').format(
                value, Markup(" selected") if value == field.value else Markup(""), words
            )
            for value, words in field.options
        )
        control = Markup('<select class="select" id="{}" name="{}"{}>{}</select>').format(at, field.name, more, options)
    elif field.kind == "long":
        control = Markup('<textarea class="textarea" rows="3" id="{}" name="{}"{}>{}</textarea>').format(
            at, field.name, more, field.value
        )
    else:
        control = Markup('<input class="input" type="{}" id="{}" name="{}" value="{}"{}>').format(
            field.kind, at, field.name, field.value, more
        )
    wide = Markup(" dlg__w") if field.kind == "long" else Markup("")
    return Markup('<div class="field{}"><label class="label" for="{}">{}</label>{}{}{}</div>').format(
        wide, at, field.label, control, hint, note
    )


TRIED = ("month", "name", "break")  # the fields a trial depends on


def _mark(values: Mapping[str, Any]) -> str:
    return "|".join(str(values.get(name, "")) for name in TRIED)


def is_tried(values: Mapping[str, Any]) -> bool:
    """Whether the trial that stands beside the fields is that of these values: a reason changes no chart."""
    return str(values.get("tried", "")) == _mark(values)


def notes_of(
    beside: Beside | None, refused: Done | None = None, values: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What stands beside the fields: the trial of `values`, and what is wrong."""
    notes: dict[str, Any] = {}
    if beside is not None:
        notes["preview"] = {"html": str(_trial(beside, _mark(values or {})))}
    if refused is not None and refused.is_refused:
        told = Markup('<p class="note note--error" role="alert">{}</p>').format(refused.words)
        notes["error"] = {"html": str(told)}
        if refused.field:
            notes[refused.field] = {"html": "", "bad": True}
    return notes


def _trial(beside: Beside, mark: str) -> Markup:
    warnings = Markup("").join(
        Markup('<div class="alert alert--warn">{}<div>{}</div></div>').format(ui_icon("warn"), text)
        for text in beside.warnings
    )
    return Markup(
        '<input type="hidden" name="seen" value="{}"><input type="hidden" name="tried" value="{}">{}'
        '<dl class="dl dlg__d" aria-live="polite">'
        "<dt>{}</dt><dd>{}</dd><dt>{}</dt><dd><b>{}</b></dd></dl>"
        '<div class="dlg__c">{}</div>'
    ).format(beside.seen, mark, warnings, _("Nu"), beside.before, _("Efter"), beside.after, beside.picture)

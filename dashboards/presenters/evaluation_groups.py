"""Egne grupper: which groups evaluators made, the form for one, and what was understood before it is kept. No Dash.

The lines of the form are text until they are read here; they are read again when the button is pressed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from markupsafe import Markup

from dashboards.figures.icons import ui_icon
from dashboards.selection import Selection
from dashboards.text import _, language, moment_text, month, ngettext, number
from data import made_groups
from data.access import Viewer
from data.errors import DataError, NotFound, Refused
from data.made_groups import Entry, MadeGroup
from data.queries import evaluation
from data.queries.evaluation import LEARNING_TEAM, OWN_LIST, UnitLabel
from data.store import Store
from etl import unit_lines
from etl.limits import Limits
from etl.report import RefusedError
from etl.unit_lines import UnitLine
from indicators.words import Words

PATH = "/evaluering/grupper"
NOTHING = Markup("")
LONGEST_TEXT = 200_000
MOST_SHOWN = 200  # lines of a preview; what is wrong comes first
FILE_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class FormValues:
    """The form as text, by the names of its fields; `picks` are the ticked pseudonyms."""

    kind: str = OWN_LIST
    name_da: str = ""
    name_en: str = ""
    lines: str = ""
    start: str = ""
    code: str = ""
    seen: str = ""
    picks: tuple[str, ...] = ()

    @classmethod
    def of(cls, told: Mapping[str, object]) -> FormValues:
        def text(name: str) -> str:
            value = told.get(name, "")
            return value[:LONGEST_TEXT] if isinstance(value, str) else ""

        picked = told.get("pick", ())
        picks = (picked,) if isinstance(picked, str) else tuple(map(str, picked if isinstance(picked, list) else ()))
        return cls(
            text("kind"),
            text("name_da"),
            text("name_en"),
            text("lines"),
            text("start"),
            text("code"),
            text("seen"),
            picks,
        )

    @property
    def mark(self) -> str:
        """What the preview was made of, so that the button keeps what was seen and nothing else."""
        said = "\0".join((self.kind, self.name_da, self.name_en, self.lines, self.code))
        return hashlib.sha256(said.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line with the unit it means, and what is wrong with it (empty: nothing)."""

    line: UnitLine
    code: str
    label: UnitLabel | None
    problem: str


@dataclass(frozen=True, slots=True)
class Understood:
    """What a form says: its lines, and what is wrong with it as a whole."""

    lines: tuple[ReadLine, ...]
    problems: tuple[str, ...] = ()

    @property
    def wrong(self) -> tuple[ReadLine, ...]:
        return tuple(one for one in self.lines if one.problem)

    @property
    def entries(self) -> list[Entry]:
        return [Entry(one.code, one.line.start) for one in self.lines if not one.problem]

    @property
    def is_fine(self) -> bool:
        return bool(self.lines) and not self.wrong and not self.problems


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown after a button; None leaves a part as it is."""

    side: Markup | None = None
    message: Markup | None = None
    form: Markup | None = None
    is_changed: bool = field(default=False)


# ------------------------------------------------------------------------------------------------------- understood


def understand(store: Store, viewer: Viewer, values: FormValues, *, today: date) -> Understood:
    """Read the lines, find the units, and say of each what is wrong. Raises Refused for a CPR-like number."""
    read = unit_lines.read_text(values.lines)
    said = language()
    if not read:
        return Understood((), (unit_lines.NO_LINES.say(said),))
    meant = made_groups.resolve(store, viewer, [one.unit for one in read if one.unit])
    codes = {text: code for text, code in meant.items() if isinstance(code, str)}
    called = evaluation.labels(store, viewer, codes.values())
    seen: dict[str, int] = {}
    found = []
    for line in read:
        code = codes.get(line.unit, "")
        label = called.get(code)
        problem = line.reason(said)
        named = meant.get(line.unit)
        if not problem and isinstance(named, Refused):
            problem = named.reason(said)
        if not problem and label is not None:
            refusal = made_groups.why_not(viewer, Entry(code, line.start), label, today=today)
            problem = refusal.reason(said) if refusal is not None else ""
        if not problem and code in seen:
            problem = _("Enheden står også på linje {line}. Slet den ene.").format(line=seen[code])
        if code:
            seen.setdefault(code, line.number)
        found.append(ReadLine(line, code, label, problem))
    problems: tuple[str, ...] = ()
    if all(one.line.start is None for one in found if not one.problem) and not any(one.problem for one in found):
        problems = (made_groups.NOBODY_STARTS.say(said),)
    return Understood(tuple(found), problems)


def lines_of(group: MadeGroup) -> str:
    """A group as the text of the form."""
    never = _("aldrig")
    return "\n".join(
        f"{one.label.text}; {never if one.start is None else f'{one.start:%Y-%m}'}" for one in group.members
    )


# ----------------------------------------------------------------------------------------------------------- pieces


def values_of(store: Store, viewer: Viewer, code: str | None) -> FormValues:
    """The form as it begins: a new group, or one of one's own to be changed."""
    if code is None:
        return FormValues()
    try:
        group = made_groups.get(store, viewer, code)
    except NotFound:
        return FormValues()
    if not group.may_change or group.closed_at is not None:
        return FormValues()
    return FormValues(
        group.kind, group.name.da, group.name.en, lines_of(group), code=code, seen=group.changed_at.isoformat()
    )


def form_markup(store: Store, viewer: Viewer, values: FormValues) -> Markup:
    """The fields: what kind, what it is called, the lines, and units to pick."""
    kinds = Markup("").join(
        Markup('<label class="check"><input type="radio" name="kind" value="{}"{}>{}</label>').format(
            kind, Markup(" checked") if kind == values.kind else NOTHING, name
        )
        for kind, name in ((OWN_LIST, _("Egen liste")), (LEARNING_TEAM, _("Læringsteam")))
    )
    if values.code:  # a group keeps its kind
        kinds = Markup('<input type="hidden" name="kind" value="{}">').format(values.kind)
    else:
        kinds = Markup('<fieldset class="grp__k"><legend class="label">{}</legend>{}</fieldset>').format(
            _("Slags gruppe"), kinds
        )
    hint = _("Én enhed pr. linje: enhed; startmåned. Skriv »aldrig«, hvis der kun skal sammenlignes med den.")
    more = _("Indsæt gerne fra Excel. En enhed skrives med kode eller navn, hvis du må se det, ellers med pseudonym.")
    return Markup(
        '{kinds}<div class="field"><label for="grp-da">{name}</label><input class="input" id="grp-da" name="name_da" '
        'maxlength="{most}" value="{da}"></div>'
        '<div class="field"><label for="grp-en">{name_en}</label><input class="input" id="grp-en" name="name_en" '
        'maxlength="{most}" value="{en}"></div>'
        '<div class="field"><label for="grp-lines">{lines_name}</label><textarea class="textarea" id="grp-lines" '
        'name="lines" rows="8" spellcheck="false" aria-describedby="grp-hint">{lines}</textarea>'
        '<span class="hint" id="grp-hint">{hint} {more}</span></div>{pick}'
        '<input type="hidden" name="code" value="{code}"><input type="hidden" name="seen" value="{seen}">'
        '<div class="row"><button type="button" class="btn btn--primary" data-press="preview">{button}</button>{new}'
        "</div>"
    ).format(
        kinds=kinds,
        name=_("Navn"),
        name_en=_("Navn på engelsk (valgfrit)"),
        most=made_groups.LONGEST_NAME,
        da=values.name_da,
        en=values.name_en if values.name_en != values.name_da else "",
        lines_name=_("Enheder og startmåneder"),
        lines=values.lines,
        hint=hint,
        more=more,
        pick=_pick(store, viewer),
        code=values.code,
        seen=values.seen,
        button=_("Se, hvad Tavle har forstået"),
        new=Markup('<a class="btn" href="{}">{}</a>').format(PATH, _("Annullér")) if values.code else NOTHING,
    )


def _pick(store: Store, viewer: Viewer) -> Markup:
    """Units to tick, and the month they start: they are added to the lines."""
    offered = made_groups.pickable(store, viewer)
    if not offered:
        return NOTHING
    boxes = Markup("").join(
        Markup('<label class="check"><input type="checkbox" name="pick" value="{}">{}</label>').format(
            alias, label.text
        )
        for alias, label in offered
    )
    return Markup(
        '<details class="disc grp__p"><summary>{}</summary><fieldset class="grp__o"><legend class="visually-hidden">{}'
        '</legend>{}</fieldset><div class="row mt-2"><div class="field"><label for="grp-start">{}</label>'
        '<input class="input" id="grp-start" name="start" maxlength="20" placeholder="2025-03"></div>'
        '<button type="button" class="btn" data-press="add">{}{}</button></div></details>'
    ).format(
        _("Vælg enheder på en liste"),
        _("Enheder"),
        boxes,
        _("Startmåned, eller »aldrig«"),
        ui_icon("plus", size=16),
        _("Føj de valgte til"),
    )


def hint() -> Markup:
    """What stands where the preview will be."""
    return Markup('<p class="muted f-13">{}</p>').format(
        _("Her står, hvad Tavle har forstået, før noget gemmes. Er én linje forkert, gemmes ingen af dem.")
    )


def list_markup(store: Store, viewer: Viewer, form: str, *, timezone: str) -> Markup:
    """The groups there are: open ones first, closed ones folded away."""
    found = made_groups.listed(store, viewer)
    if not found:
        return Markup('<p class="muted f-13 mt-2">{}</p>').format(_("Der er ingen egne grupper endnu."))
    opened = [_card(one, form, timezone) for one in found if one.closed_at is None]
    closed = [_card(one, form, timezone) for one in found if one.closed_at is not None]
    said = Markup('<ul class="grp__l">{}</ul>').format(Markup("").join(opened))
    if closed:
        name = ngettext("{count} lukket gruppe", "{count} lukkede grupper", len(closed)).format(count=len(closed))
        said += Markup('<details class="disc mt-2"><summary>{}</summary><ul class="grp__l">{}</ul></details>').format(
            name, Markup("").join(closed)
        )
    return said


def _card(one: MadeGroup, form: str, timezone: str) -> Markup:
    starts = [member.start for member in one.members if member.start is not None]
    about = [_("Læringsteam") if one.kind == LEARNING_TEAM else _("Egen liste"), _n_starting(len(starts))]
    if starts:
        about.append(_span(min(starts), max(starts)))
    if len(one.members) > len(starts):
        about.append(_n_compared(len(one.members) - len(starts)))
    if one.n_hidden:
        about.append(
            ngettext("{count} enhed mere, som du ikke evaluerer", "{count} enheder mere, som du ikke evaluerer",
                     one.n_hidden).format(count=number(one.n_hidden))
        )  # fmt: skip
    who = _("Lavet af {author} {when}").format(author=one.author, when=moment_text(one.made_at, timezone))
    if one.changed_at != one.made_at:
        who += ". " + _("Rettet af {author} {when}").format(
            author=one.changed_by, when=moment_text(one.changed_at, timezone)
        )
    if one.closed_at is not None:
        who += ". " + _("Lukket af {author} {when}").format(
            author=one.closed_by, when=moment_text(one.closed_at, timezone)
        )
    name = one.name.say(language())
    do = NOTHING
    if one.closed_at is None:
        do += Markup('<a class="btn btn--sm" href="{}" aria-label="{}">{}</a>').format(
            Selection(programme=one.kind, cohort=one.code).href("/evaluering"),
            _("Se »{name}« på Hold").format(name=name),
            _("Se på Hold"),
        )
    if one.may_change and one.closed_at is None:
        do += Markup('<a class="btn btn--sm" href="{}" aria-label="{}">{}{}</a>').format(
            Selection(show=one.code).href(PATH), _("Ret »{name}«").format(name=name), ui_icon("edit", size=16), _("Ret")
        )
        do += _press(form, f"close-{one.code}", _("Luk »{name}«").format(name=name), _("Luk"))
    elif one.may_change:
        do += _press(form, f"reopen-{one.code}", _("Åbn »{name}« igen").format(name=name), _("Åbn igen"))
    return Markup(
        '<li class="grp__c"><div><h3>{}</h3><p class="f-13">{}</p><p class="muted f-13">{}.</p></div>'
        '<div class="row no-print">{}</div></li>'
    ).format(name, " · ".join(about), who, do)


def _press(form: str, name: str, label: str, text: str) -> Markup:
    return Markup(
        '<button type="button" class="btn btn--sm" form="{}" data-press="{}" aria-label="{}">{}</button>'
    ).format(form, name, label, text)


def _n_starting(count: int) -> str:
    return ngettext("{count} enhed starter", "{count} enheder starter", count).format(count=number(count))


def _n_compared(count: int) -> str:
    return ngettext("{count} enhed sammenlignes der kun med", "{count} enheder sammenlignes der kun med", count).format(
        count=number(count)
    )


def _span(first: date, last: date) -> str:
    if first == last:
        return _("start {month}").format(month=month(first))
    return _("start {first} til {last}").format(first=month(first), last=month(last))


# ---------------------------------------------------------------------------------------------------- what buttons do


def pressed(
    store: Store, viewer: Viewer, name: str, told: Mapping[str, object], *, form: str, today: date, now: datetime
) -> Answer:
    """A button was pressed: add, preview, save-<mark>, close-<code> or reopen-<code>."""
    values = FormValues.of(told)
    try:
        if name == "add":
            return _added(store, viewer, values)
        if name.startswith("close-"):
            made_groups.close(store, viewer, name.removeprefix("close-"), now=now)
            said = _("Gruppen er lukket. Planer og frosne datasæt, der nævner den, beholder den.")
            return Answer(message=alert("ok", said), is_changed=True)
        if name.startswith("reopen-"):
            made_groups.reopen(store, viewer, name.removeprefix("reopen-"), now=now)
            return Answer(message=alert("ok", _("Gruppen er åben igen.")), is_changed=True)
        understood = understand(store, viewer, values, today=today)
        if name.startswith("save-") and understood.is_fine:
            if name.removeprefix("save-") == values.mark:
                return _saved(store, viewer, values, understood, today=today, now=now)
            note = alert("warn", _("Teksten er ændret, siden du så den. Se den igennem, og gem så."))
            return Answer(side=note + preview_markup(understood, values, form))
        return Answer(side=preview_markup(understood, values, form))
    except DataError as refusal:
        return Answer(side=alert("error", refusal.reason(language())))


def _added(store: Store, viewer: Viewer, values: FormValues) -> Answer:
    """The ticked units as lines of the form."""
    if not values.picks:
        return Answer(side=alert("warn", _("Sæt kryds ved de enheder, der skal føjes til.")))
    start = values.start.strip()
    read = unit_lines.read_text(f"x; {start}")
    if not start or read[0].problem:
        wrong = unit_lines.NO_START.say(language()) if not start else read[0].reason(language())
        return Answer(side=alert("error", wrong))
    offered = dict(made_groups.pickable(store, viewer))
    lines = [f"{offered[alias].text}; {start}" for alias in values.picks if alias in offered]
    text = "\n".join([*filter(None, [values.lines.rstrip()]), *lines])
    fresh = FormValues(
        values.kind, values.name_da, values.name_en, text, code=values.code, seen=values.seen
    )  # fmt: skip
    said = ngettext("{count} enhed er føjet til.", "{count} enheder er føjet til.", len(lines))
    return Answer(side=alert("ok", said.format(count=number(len(lines)))), form=form_markup(store, viewer, fresh))


def uploaded(store: Store, viewer: Viewer, file: Mapping[str, object], told: Mapping[str, object]) -> Answer:
    """A file was chosen: its lines stand in the form, to be seen and mended there. Nothing is kept."""
    evaluation.require_evaluator(viewer)
    values = FormValues.of(told)
    try:
        content = base64.b64decode(str(file.get("content", "")), validate=True)
    except binascii.Error:
        content = b""
    if not content:
        return Answer(
            side=alert("error", _("Filen kunne ikke læses, eller den er for stor. Prøv at indsætte linjerne."))
        )
    try:
        text = unit_lines.read_file(
            content, str(file.get("name", "")), limits=Limits(FILE_BYTES, made_groups.MOST_UNITS)
        )
    except RefusedError as refused:
        said = language()
        first = refused.findings[0]
        return Answer(side=alert("error", f"{first.sentence(said)} {first.mend_text(said)}"))
    fresh = FormValues(
        values.kind or OWN_LIST, values.name_da, values.name_en, text, code=values.code, seen=values.seen
    )
    said = _("Filens linjer står nu i feltet. Se dem igennem; intet er gemt.")
    return Answer(side=alert("ok", said), form=form_markup(store, viewer, fresh))


def _saved(
    store: Store, viewer: Viewer, values: FormValues, understood: Understood, *, today: date, now: datetime
) -> Answer:
    made = made_groups.save(
        store,
        viewer,
        values.kind,
        Words(values.name_da, values.name_en),
        understood.entries,
        today=today,
        now=now,
        code=values.code or None,
        seen=datetime.fromisoformat(values.seen) if values.seen else None,
    )
    said = _("»{name}« er gemt og kan vælges som program på Hold, Effekt og Analyser.").format(
        name=made.name.say(language())
    )
    fresh = form_markup(store, viewer, values_of(store, viewer, values.code or None))
    return Answer(side=hint(), message=alert("ok", said), form=fresh, is_changed=True)


def preview_markup(understood: Understood, values: FormValues, form: str) -> Markup:
    """What was understood, what is wrong first, and the button that keeps it where nothing is."""
    if not understood.lines:
        return alert("error", " ".join(understood.problems))
    starts = [one.line.start for one in understood.lines if one.line.start is not None and not one.problem]
    n_never = sum(one.line.start is None and not one.problem for one in understood.lines)
    parts = [_n_starting(len(starts))]
    if starts:
        parts[0] += f" ({_span(min(starts), max(starts))})"
    if n_never:
        parts.append(_n_compared(n_never))
    wrong = understood.wrong
    if wrong:
        parts.append(
            ngettext("{count} linje kan ikke bruges", "{count} linjer kan ikke bruges", len(wrong)).format(
                count=number(len(wrong))
            )
        )
    order = [*wrong, *(one for one in understood.lines if not one.problem)]
    body = Markup("").join(_line_row(one) for one in order[:MOST_SHOWN])
    rest = NOTHING
    if len(order) > MOST_SHOWN:
        rest = Markup('<p class="muted f-13">{}</p>').format(
            _("Viser {shown} af {total} linjer.").format(shown=number(MOST_SHOWN), total=number(len(order)))
        )
    table = Markup(
        '<div class="tbl-wrap grp__t mt-2" tabindex="0" role="region" aria-label="{0}"><table class="tbl tbl--compact">'
        '<caption class="visually-hidden">{0}</caption><thead><tr><th scope="col" class="num">{1}</th>'
        '<th scope="col">{2}</th><th scope="col">{3}</th></tr></thead><tbody>{4}</tbody></table></div>'
    ).format(_("Linjerne, som de er forstået"), _("Linje"), _("Enhed"), _("Start"), body)
    head = Markup("<h3>{}</h3><p>{}.</p>").format(_("Sådan er det forstået"), " · ".join(parts))
    end = NOTHING
    if understood.is_fine:
        name = values.name_da.strip()
        if not name:
            end = alert("warn", made_groups.NO_NAME.say(language()))
        else:
            end = Markup(
                '<p class="muted f-13 mt-2">{}</p><button type="button" class="btn btn--primary mt-2" form="{}" '
                'data-press="save-{}">{}</button>'
            ).format(_("Intet er gemt endnu."), form, values.mark, _("Gem gruppen"))
    else:
        said = [*understood.problems]
        if wrong:
            said.append(_("Ret linjerne, og se igen. Intet er gemt."))
        head = alert("error", " ".join(said)) + head
    return head + table + rest + end


def _line_row(one: ReadLine) -> Markup:
    start = _("aldrig") if one.line.start is None else month(one.line.start)
    unit = one.label.text if one.label is not None else one.line.unit
    if one.problem:
        return Markup(
            '<tr><td class="num">{}</td><td colspan="2"><b>{}</b><br><span class="t-err">{} {}</span></td></tr>'
        ).format(one.line.number, unit or "–", ui_icon("warn", size=16), one.problem)
    return Markup('<tr><td class="num">{}</td><td>{}</td><td>{}</td></tr>').format(one.line.number, unit, start)


def alert(kind: str, said: str) -> Markup:
    """A sentence with its icon; an error is told at once."""
    icon = {"ok": "check", "error": "x", "warn": "warn"}[kind]
    return Markup('<div class="alert alert--{} mt-2" role="{}">{}<div>{}</div></div>').format(
        kind, "alert" if kind == "error" else "status", ui_icon(icon, size=16), said
    )

"""Enheder over tid: the organisation of a day, a change planned before it is done, and what has been decided. No Dash.

The form is plain text from the browser until it is read here; nothing is written before the plan has been shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from markupsafe import Markup

from dashboards.figures.icons import ui_icon
from dashboards.presenters.unit_names import kind_words
from dashboards.selection import Selection
from dashboards.text import N_, _, day_text, language, ngettext
from data import organisation
from data.access import Viewer
from data.errors import DataError
from data.organisation import (
    KIND_NAMES,
    Change,
    Close,
    Decision,
    Kind,
    Merge,
    Move,
    MoveTask,
    NewUnit,
    NotPossible,
    Open,
    Rename,
    Said,
    Split,
    reform_2027,
)
from data.queries import catalogue, units
from data.queries.units import Unit
from data.store import Store
from indicators.words import Words

PATH = "/administration/enheder"
NOTHING = Markup("")
REFORM = "2027"
ACTIONS = {
    "merge": N_("Læg enheder sammen"),
    "rename": N_("Giv en enhed nyt navn"),
    "move": N_("Flyt en enhed til en anden overordnet"),
    "split": N_("Del en enhed"),
    "close": N_("Luk en enhed"),
    "task": N_("Flyt en opgave til en anden enhed"),
    "open": N_("Opret en enhed"),
    REFORM: N_("Sundhedsreformen 1. januar 2027"),
}
FIRST = "merge"
LATEST = 8  # changes shown at once; the reform alone is eighteen
UNIT_KINDS = ("department", "ward", "practice", "hospital", "municipality", "health_council", "region")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

WRITE_DAY = Words("Vælg en dato.", "Choose a date.")
ONE_LINE_EACH = Words(
    "Linjen »{line}« kan ikke læses. Skriv kode; navn; engelsk navn, eller kun koden på en enhed, der findes.",
    "The line “{line}” cannot be read. Write code; name; English name, or just the code of a unit that exists.",
)
CHOOSE_UNIT = Words("Vælg en enhed.", "Choose a unit.")
CHOOSE_INDICATOR = Words("Vælg en måling.", "Choose a measure.")


class NotReadable(DataError):  # noqa: N818  a state, named as people say it
    """The form does not say enough, or something it names cannot be read."""


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decided change in the list."""

    number: int
    when: str
    kind: str
    what: str
    reason: str
    decided: str
    is_undone: bool
    is_ahead: bool


@dataclass(frozen=True, slots=True)
class OrganisationView:
    """What the page shows: the organisation of `day`, the days beside it on which something changes, the decisions."""

    day: date
    is_today: bool
    tree: Markup
    n_units: int
    earlier: tuple[str, str] | None  # name and address of the nearest day before on which something changed
    later: tuple[str, str] | None
    today_href: str
    decisions: tuple[DecisionRow, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown after a button: None leaves a part as it is."""

    side: Markup | None = None
    message: Markup | None = None
    form: Markup | None = None
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class FormValues:
    """The form as text, by the names of its fields."""

    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, name: str) -> str:
        value = self.values.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    @property
    def action(self) -> str:
        return self.text("action") if self.text("action") in ACTIONS else FIRST


# ------------------------------------------------------------------------------------------------- the organisation


def day_shown(selection: Selection, today: date) -> date:
    """The day of the address (`vis=2027-01-01`), else today.

    Examples
    --------
    >>> day_shown(Selection(show="2027-01-01"), date(2026, 11, 23)), day_shown(Selection(), date(2026, 11, 23))
    (datetime.date(2027, 1, 1), datetime.date(2026, 11, 23))
    """
    if selection.show and _DAY.fullmatch(selection.show):
        try:
            return date.fromisoformat(selection.show)
        except ValueError:
            pass
    return today


def organisation_view(store: Store, viewer: Viewer, selection: Selection, *, today: date) -> OrganisationView:
    """Read what the page shows.

    Raises
    ------
    NotAllowed
        The viewer is no administrator.
    """
    viewer.require_administrator()
    day = day_shown(selection, today)
    shown = units.tree(store, viewer, on=day)
    decided = organisation.decided(store, viewer)
    days = _days_of_change(store, viewer)
    before = max((one for one in days if one < day), default=None)
    after = min((one for one in days if one > day), default=None)
    return OrganisationView(
        day=day,
        is_today=day == today,
        tree=_tree(store, viewer, shown, day),
        n_units=len(shown),
        earlier=_neighbour(before),
        later=_neighbour(after),
        today_href=PATH,
        decisions=tuple(_decision_row(one, today) for one in decided),
    )


def _days_of_change(store: Store, viewer: Viewer) -> set[date]:
    """The days on which a unit opens, has just closed, or something was decided to happen."""
    found = {one.valid_from for one in organisation.decided(store, viewer, with_undone=False)}
    for one in units.visible(store, viewer):
        found.add(one.valid_from)
        if one.valid_to is not None:
            found.add(date.fromordinal(one.valid_to.toordinal() + 1))
    return found


def _neighbour(day: date | None) -> tuple[str, str] | None:
    return None if day is None else (day_text(day), Selection(show=day.isoformat()).href(PATH))


def _tree(store: Store, viewer: Viewer, shown: Sequence[Unit], day: date) -> Markup:
    """Nested lists that fold: the nation and its regions open, hospitals and municipalities closed."""
    below: dict[str | None, list[Unit]] = {}
    codes = {one.code for one in shown}
    for one in shown:
        below.setdefault(one.parent_code if one.parent_code in codes else None, []).append(one)
    first = min((one.valid_from for one in shown), default=day)

    def item(one: Unit) -> Markup:
        children = below.get(one.code, [])
        line = _unit_line(store, viewer, one, day, first)
        if not children:
            return Markup("<li>{}</li>").format(line)
        inside = Markup("").join(item(child) for child in children)
        return Markup(
            '<li><details{}><summary>{} <span class="orgtree__n">{}</span></summary><ul>{}</ul></details></li>'
        ).format(Markup(" open") if one.kind == "nation" else NOTHING, line, len(children), inside)

    return Markup('<ul class="orgtree">{}</ul>').format(Markup("").join(item(one) for one in below.get(None, [])))


def _unit_line(store: Store, viewer: Viewer, one: Unit, day: date, first: date) -> Markup:
    said = language()
    marks = []
    if one.valid_from > first:
        marks.append(_("fra {day}").format(day=day_text(one.valid_from)))
    if one.valid_to is not None:
        marks.append(_("til {day}").format(day=day_text(one.valid_to)))
    if one.kind == "health_council":
        names = [member.name.say(said) for member in units.members(store, viewer, one.code, on=day)]
        if names:
            marks.append(", ".join(names))
    return Markup('<b>{}</b> <span class="orgtree__k">{} · <code>{}</code>{}</span>').format(
        one.name.say(said), kind_words(one.kind), one.code, Markup(" · {}").format("; ".join(marks)) if marks else ""
    )


# ------------------------------------------------------------------------------------------------- what was decided


def _decision_row(one: Decision, today: date) -> DecisionRow:
    said = language()
    what = "; ".join(one.names[code].say(said) for code in one.units)
    if one.to:
        what += " → " + "; ".join(one.names[code].say(said) for code in one.to)
    if one.indicators:
        what += f" ({', '.join(one.indicators)})"
    return DecisionRow(
        number=one.number,
        when=day_text(one.valid_from),
        kind=KIND_NAMES[one.kind].say(said),
        what=what,
        reason=one.reason,
        decided=_("{author}, {day}").format(author=one.author, day=day_text(one.at.date())),
        is_undone=one.is_undone,
        is_ahead=one.valid_from > today,
    )


def decisions_markup(rows: Sequence[DecisionRow], form: str) -> Markup:
    """The list of changes, each with a button that asks before it undoes."""
    if not rows:
        return Markup('<p class="muted f-13 mt-2">{}</p>').format(_("Der er ikke besluttet ændringer."))
    latest = _decision_table(rows[:LATEST], form, _("De seneste ændringer"))
    rest = rows[LATEST:]
    if not rest:
        return latest
    name = ngettext("{count} ændring mere", "{count} ændringer mere", len(rest)).format(count=len(rest))
    return latest + Markup('<details class="disc mt-2"><summary>{}</summary>{}</details>').format(
        name, _decision_table(rest, form, _("Tidligere ændringer"))
    )


def _decision_table(rows: Sequence[DecisionRow], form: str, name: str) -> Markup:
    heads = (_("Dato"), _("Ændring"), _("Enheder"), _("Begrundelse"), _("Besluttet"), _("Tilstand"))
    body = Markup("").join(_decision_markup(row, heads, form) for row in rows)
    return Markup(
        '<div class="tbl-wrap mt-2" tabindex="0" role="region" aria-label="{0}"><table class="tbl tbl--compact orgtab">'
        '<caption class="visually-hidden">{0}</caption><thead><tr>{1}</tr></thead><tbody>{2}</tbody></table></div>'
    ).format(
        name,
        Markup("").join(Markup('<th scope="col">{}</th>').format(head) for head in heads),
        body,
    )


def _decision_markup(row: DecisionRow, heads: Sequence[str], form: str) -> Markup:
    if row.is_undone:
        state = Markup('<span class="badge">{}</span>').format(_("fortrudt"))
    else:
        mark = Markup('<span class="badge badge--info">{}</span> ').format(_("på vej")) if row.is_ahead else NOTHING
        state = mark + Markup(
            '<button type="button" class="btn btn--sm" form="{}" data-press="undo-{}" aria-label="{}">{}{}</button>'
        ).format(
            form,
            row.number,
            _("Fortryd ændring {number}: {what}").format(number=row.number, what=row.what),
            ui_icon("undo", size=16),
            _("Fortryd"),
        )
    cells = zip(heads[1:], (row.kind, row.what, row.reason, row.decided), strict=False)
    return Markup('<tr{}><th scope="row">{}</th>{}<td data-label="{}">{}</td></tr>').format(
        Markup(' class="is-out"') if row.is_undone else NOTHING,
        row.when,
        Markup("").join(Markup('<td data-label="{}">{}</td>').format(head, cell) for head, cell in cells),
        heads[-1],
        state,
    )


# ------------------------------------------------------------------------------------------------- the form


def form_markup(store: Store, viewer: Viewer, values: FormValues, *, today: date) -> Markup:
    """The fields that the chosen kind of change needs, filled in with what was written before."""
    action = values.action
    options = Markup("").join(
        Markup('<option value="{}"{}>{}</option>').format(
            code, Markup(" selected") if code == action else NOTHING, _(name)
        )
        for code, name in ACTIONS.items()
    )
    chosen = Markup('<select class="select" id="org-action" name="action">{}</select>').format(options)
    parts = [_field("action", _("Hvad sker der?"), chosen), *_fields_of(store, viewer, action, values)]
    if action != REFORM:
        day = Markup(
            '<input class="input" type="date" id="org-day" name="day" value="{}" min="1970-01-01" max="2199-12-31">'
        ).format(values.text("day"))
        parts.append(_field("day", _("Første dag med det nye"), day))
        parts.append(_line(values, "reason", _("Begrundelse"), hint=_("Står ved ændringen og på databrud.")))
    known = Markup("").join(
        Markup('<option value="{}">').format(f"{one.code} · {one.name.say(language())}")
        for one in units.visible(store, viewer)
    )
    button = Markup('<button type="button" class="btn btn--primary mt-3" data-press="preview">{}</button>').format(
        _("Se, hvad der sker")
    )
    return (
        Markup("").join(parts)
        + Markup('<input type="hidden" name="drawn" value="{}"><datalist id="org-units">{}</datalist>').format(
            action, known
        )
        + button
    )


def _fields_of(store: Store, viewer: Viewer, action: str, values: FormValues) -> list[Markup]:
    pick = _("Kode eller navn.")
    new_units = _("De nye enheder, én pr. linje") if action == "split" else _("Den nye enhed")
    new_hint = _("Kode; navn; engelsk navn, fx NOH-KO; Kirurgisk Center; Surgical Centre. Kun koden, hvis den findes.")
    if action == "merge":
        several = [_unit(values, f"unit{i}", _numbered(_("Enhed {number}"), i, 2), pick) for i in (1, 2, 3, 4)]
        return [*several, _line(values, "into", new_units, hint=new_hint), _roles(values)]
    if action == "rename":
        return [
            _unit(values, "unit1", _("Enhed"), pick),
            _line(values, "name_da", _("Nyt navn")),
            _line(values, "name_en", _("Nyt navn på engelsk")),
            _line(values, "short", _("Kort navn"), hint=_("Valgfrit.")),
        ]
    if action == "move":
        return [_unit(values, "unit1", _("Enhed"), pick), _unit(values, "parent", _("Ny overordnet enhed"), pick)]
    if action == "split":
        return [
            _unit(values, "unit1", _("Enhed"), pick),
            _area(values, "into", new_units, new_hint),
            _area(
                values,
                "children",
                _("Hvor underenhederne kommer til at høre"),
                _("Én pr. linje: underenhed = kode på den nye. Tom, hvis der ingen er."),
            ),
            _roles(values),
        ]
    if action == "close":
        return [_unit(values, "unit1", _("Enhed"), pick)]
    if action == "task":
        several = [_unit(values, f"unit{i}", _numbered(_("Fra enhed {number}"), i, 1), pick) for i in (1, 2, 3, 4)]
        return [
            _indicator(store, viewer, values, "indicator", _("Måling, der følger opgaven")),
            *several,
            _unit(values, "parent", _("Til enhed"), pick),
        ]
    if action == "open":
        kinds = Markup("").join(
            Markup('<option value="{}"{}>{}</option>').format(
                kind, Markup(" selected") if kind == values.text("kind") else NOTHING, kind_words(kind)
            )
            for kind in UNIT_KINDS
        )
        select = Markup('<select class="select" id="org-kind" name="kind">{}</select>').format(kinds)
        return [
            _line(values, "into", new_units, hint=_("Kode; navn; engelsk navn.")),
            _field("kind", _("Slags enhed"), select),
            _unit(values, "parent", _("Hører under"), pick),
        ]
    lead = Markup('<p class="f-13 mt-2">{}</p>').format(
        _(
            "Region Hovedstaden og Region Sjælland bliver Region Østdanmark, 17 sundhedsråd åbner, og fire opgaver går "
            "fra kommunerne til sundhedsrådene. Vælg den måling, der følger hver opgave, hvis I har en."
        )
    )
    tasks = [
        _indicator(store, viewer, values, f"task-{task.code}", task.name.say(language()))
        for task in reform_2027.tasks()
    ]
    return [lead, *tasks, _roles(values)]


def _numbered(label: str, place: int, needed: int) -> str:
    label = label.format(number=place)
    return label if place <= needed else _("{label} (valgfri)").format(label=label)


def _field(name: str, label: str, control: Markup, hint: str = "") -> Markup:
    told = Markup('<span class="hint" id="org-{}-hint">{}</span>').format(name, hint) if hint else NOTHING
    return Markup('<div class="field"><label for="org-{}">{}</label>{}{}</div>').format(name, label, control, told)


def _described(name: str, hint: str) -> Markup:
    return Markup(' aria-describedby="org-{}-hint"').format(name) if hint else NOTHING


def _line(values: FormValues, name: str, label: str, *, hint: str = "") -> Markup:
    control = Markup('<input class="input" id="org-{0}" name="{0}" value="{1}" maxlength="500"{2}>').format(
        name, values.text(name), _described(name, hint)
    )
    return _field(name, label, control, hint)


def _unit(values: FormValues, name: str, label: str, hint: str) -> Markup:
    control = Markup(
        '<input class="input" id="org-{0}" name="{0}" value="{1}" list="org-units" maxlength="200"{2}>'
    ).format(name, values.text(name), _described(name, hint))
    return _field(name, label, control, hint if name in ("unit1", "parent") else "")


def _area(values: FormValues, name: str, label: str, hint: str) -> Markup:
    control = Markup(
        '<textarea class="textarea" id="org-{0}" name="{0}" rows="3" maxlength="4000"{2}>{1}</textarea>'
    ).format(name, values.text(name), _described(name, hint))
    return _field(name, label, control, hint)


def _roles(values: FormValues) -> Markup:
    return Markup('<label class="check mt-1"><input type="checkbox" name="roles" value="yes"{}>{}</label>').format(
        Markup(" checked") if values.text("roles") else NOTHING, _("Brugernes roller følger med til den nye enhed")
    )


def _indicator(store: Store, viewer: Viewer, values: FormValues, name: str, label: str) -> Markup:
    chosen = values.text(name)
    options = Markup('<option value="">{}</option>').format(_("Ingen valgt"))
    for definition in sorted(catalogue.indicators(store, viewer), key=lambda one: one.name.say(language())):
        options += Markup('<option value="{}"{}>{}</option>').format(
            definition.code,
            Markup(" selected") if definition.code == chosen else NOTHING,
            f"{definition.name.say(language())} · {definition.code}",
        )
    return _field(
        name, label, Markup('<select class="select" id="org-{0}" name="{0}">{1}</select>').format(name, options)
    )


# ------------------------------------------------------------------------------------------------- the form, read


def change_of(store: Store, viewer: Viewer, values: FormValues) -> Change:
    """The change the form asks for.

    Raises
    ------
    NotReadable, NotFound
        Something is not filled in, or names what is not there.
    """

    def code(text: str) -> str:
        if not text:
            raise NotReadable(CHOOSE_UNIT)
        return units.find(store, viewer, text.split(" · ")[0].strip()).code

    several = tuple(code(text) for i in (1, 2, 3, 4) if (text := values.text(f"unit{i}")))
    shares = bool(values.text("roles"))
    match values.action:
        case "merge":
            return Merge(several, _receivers(values, code)[0], shares)
        case "rename":
            return Rename(code(values.text("unit1")), Words(values.text("name_da"), values.text("name_en")),
                          values.text("short"))  # fmt: skip
        case "move":
            return Move(code(values.text("unit1")), code(values.text("parent")))
        case "split":
            return Split(code(values.text("unit1")), tuple(_receivers(values, code)), _children(values, code), shares)
        case "close":
            return Close(code(values.text("unit1")))
        case "task":
            if not values.text("indicator"):
                raise NotReadable(CHOOSE_INDICATOR)
            return MoveTask(values.text("indicator"), several, code(values.text("parent")))
    (new,) = _receivers(values, code)[:1]
    if isinstance(new, str):
        raise NotReadable(ONE_LINE_EACH, line=new)
    parent = code(values.text("parent"))
    return Open(NewUnit(new.code, new.name, kind=values.text("kind"), parent_code=parent))


def _receivers(values: FormValues, code: Callable[[str], str]) -> list[NewUnit | str]:
    lines = [line.strip() for line in values.text("into").splitlines() if line.strip()]
    if not lines:
        raise NotReadable(CHOOSE_UNIT)
    found: list[NewUnit | str] = []
    for line in lines:
        parts = [part for part in re.split(r"\s*;\s*", line) if part]
        if len(parts) == 1:
            found.append(code(parts[0]))
        elif len(parts) in (2, 3):
            found.append(NewUnit(parts[0], Words(parts[1], parts[-1])))
        else:
            raise NotReadable(ONE_LINE_EACH, line=line)
    return found


def _children(values: FormValues, code: Callable[[str], str]) -> dict[str, str]:
    found = {}
    for line in values.text("children").splitlines():
        if line.strip():
            child, mark, place = line.partition("=")
            if not mark:
                raise NotReadable(ONE_LINE_EACH, line=line.strip())
            found[code(child.strip())] = place.strip()
    return found


def _day(values: FormValues) -> date:
    try:
        return date.fromisoformat(values.text("day"))
    except ValueError as error:
        raise NotReadable(WRITE_DAY) from error


# ------------------------------------------------------------------------------------------------- what buttons do


def left_field(store: Store, viewer: Viewer, told: Mapping[str, object], *, today: date) -> Answer:
    """A field has another value: the plan that was shown is no longer of this change."""
    values = FormValues(told)
    is_other = values.text("drawn") != values.action
    form = form_markup(store, viewer, values, today=today) if is_other else None
    return Answer(side=hint(), form=form)


def hint() -> Markup:
    """What stands where the plan will be."""
    return Markup('<p class="muted f-13">{}</p>').format(
        _("Her står, hvad der vil ske, før I gør det. Tal flyttes aldrig: de bliver hos den enhed, de er leveret for.")
    )


def pressed(
    store: Store, viewer: Viewer, name: str, told: Mapping[str, object], *, form: str, today: date, now: datetime
) -> Answer:
    """A button was pressed: preview, do, undo-<number> (asks) or undo-do-<number>."""
    viewer.require_administrator()
    values = FormValues(told)
    try:
        if name == "preview":
            return _previewed(store, viewer, values, form, today, now)
        if name == "do":
            return _done(store, viewer, values, today, now)
        if name.startswith("undo-do-"):
            return _undone(store, viewer, name.removeprefix("undo-do-"), today, now)
        if name.startswith("undo-"):
            return _asked(store, viewer, name.removeprefix("undo-"), form)
    except NotPossible as refused:
        return Answer(side=_sentences(_("Det kan ikke lade sig gøre"), refused.problems, "error"))
    except DataError as refused:
        return Answer(side=_alert("error", [refused.reason(language())]))
    return Answer()


def _previewed(store: Store, viewer: Viewer, values: FormValues, form: str, today: date, now: datetime) -> Answer:
    if values.action == REFORM:
        found = reform_2027.check(
            store, viewer, _tasks(values), shares_rights=bool(values.text("roles")), today=today, now=now
        )
        problems, steps, attention, is_left = found.problems, found.steps, found.attention, found.n_changes > 0
    else:
        plan = organisation.plan(store, viewer, change_of(store, viewer, values), valid_from=_day(values))
        problems, steps, attention, is_left = plan.problems, plan.steps, plan.attention, True
    if problems:
        return Answer(side=_sentences(_("Det kan ikke lade sig gøre"), problems, "error"))
    said = _sentences(_("Det sker"), steps, "")
    if attention:
        said += _sentences(_("Vær opmærksom på"), attention, "warn")
    if not is_left:
        return Answer(side=said + _alert("ok", [_("Der er intet tilbage at gøre.")]))
    button = Markup(
        '<div class="mt-3"><button type="button" class="btn btn--primary" form="{}" data-press="do">{}</button></div>'
    ).format(form, _("Gennemfør ændringen"))
    return Answer(side=said + button)


def _tasks(values: FormValues) -> dict[str, str]:
    return {chosen: task.code for task in reform_2027.tasks() if (chosen := values.text(f"task-{task.code}"))}


def _done(store: Store, viewer: Viewer, values: FormValues, today: date, now: datetime) -> Answer:
    if values.action == REFORM:
        found = reform_2027.carry_out(
            store, viewer, _tasks(values), shares_rights=bool(values.text("roles")), today=today, now=now
        )
        text = ngettext("{count} ændring er gjort.", "{count} ændringer er gjort.", found.n_changes)
        said = text.format(count=found.n_changes)
    else:
        number, plan = organisation.carry_out(
            store, viewer, change_of(store, viewer, values), valid_from=_day(values), reason=values.text("reason"),
            today=today, now=now,
        )  # fmt: skip
        said = _("Ændring {number} er gjort: {kind} fra {day}.").format(
            number=number, kind=KIND_NAMES[plan.kind].say(language()).lower(), day=day_text(plan.valid_from)
        )
    fresh = form_markup(store, viewer, FormValues({"action": values.action}), today=today)
    return Answer(side=hint(), message=_alert("ok", [said]), form=fresh, is_changed=True)


def _asked(store: Store, viewer: Viewer, number: str, form: str) -> Answer:
    problems = organisation.why_not_undo(store, viewer, int(number)) if number.isdigit() else ()
    if problems:
        return Answer(message=_alert("error", [one.say(language()) for one in problems]))
    words = _("Fortryd ændring {number}? Enheder og målinger bliver, som de var før den.").format(number=number)
    button = Markup(' <button type="button" class="btn btn--sm" form="{}" data-press="undo-do-{}">{}</button>').format(
        form, number, _("Ja, fortryd")
    )
    return Answer(message=_alert("warn", [words], more=button))


def _undone(store: Store, viewer: Viewer, number: str, today: date, now: datetime) -> Answer:
    try:
        organisation.undo(store, viewer, int(number), today=today, now=now)
    except NotPossible as refused:
        return Answer(message=_alert("error", [one.say(language()) for one in refused.problems]))
    return Answer(message=_alert("ok", [_("Ændring {number} er fortrudt.").format(number=number)]), is_changed=True)


def _sentences(heading: str, sentences: Sequence[Said], kind: str) -> Markup:
    items = Markup("").join(Markup("<li>{}</li>").format(one.say(language())) for one in sentences)
    body = Markup('<h3>{}</h3><ul class="orgplan">{}</ul>').format(heading, items)
    if not kind:
        return body
    icon = {"error": "x", "warn": "warn"}[kind]
    return Markup('<div class="alert alert--{} mt-2" role="{}">{}<div>{}</div></div>').format(
        kind, "alert" if kind == "error" else "note", ui_icon(icon), body
    )


def _alert(kind: str, lines: Sequence[str], more: Markup = NOTHING) -> Markup:
    icon = {"ok": "check", "warn": "warn", "error": "x"}[kind]
    said = Markup("").join(Markup("<p>{}</p>").format(line) for line in lines)
    return Markup('<div class="alert alert--{}" role="{}">{}<div>{}{}</div></div>').format(
        kind, "alert" if kind == "error" else "status", ui_icon(icon), said, more
    )


__all__ = ["ACTIONS", "Answer", "FormValues", "Kind", "OrganisationView", "change_of", "organisation_view", "pressed"]

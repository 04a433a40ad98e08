"""What a reader does with a series: a note, a phase, a point left out, a pin, the board meeting. No Dash.

A dialog is asked for by a word and what it is about: `ask("phase", "2026-01-01")`. It is a title and fields; while it
is filled in, `beside` says what the chart would become; `take` does it, or says why not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from markupsafe import Markup

from dashboards.figures.points import Point, read_points, spoken
from dashboards.figures.spc_chart import Frame, figure
from dashboards.figures.svg_chart import TOKENS, svg_chart
from dashboards.presenters.indicator import SeriesView
from dashboards.selection import Selection
from dashboards.text import N_, _, language, ngettext, period_text, value_text
from dashboards.text.explanation import explain
from data import agenda, cpr, decisions
from data.access import Viewer
from data.errors import DataError
from data.queries import catalogue, units
from data.queries import decisions as decided
from data.queries.decisions import Annotation, AnnotationKind, Visibility
from data.store import Store
from indicators import spc
from indicators.assessment import Assessment, SeriesPhase, Variation
from indicators.definition import Direction
from indicators.periods import start_of

NOTE, NOTE_OFF, PHASE, PHASE_OFF, OUT, IN, POINT = "note", "note-off", "phase", "phase-off", "out", "in", "point"
PIN, UNPIN, AGENDA, OFF_AGENDA = "pin", "unpin", "agenda", "off-agenda"
SHORT = "short"  # a short address of what stands on the page

SHOWN_PINS = 8  # in the menu
ENOUGH = 12  # closed periods in a phase before it can show much
SIZE = Frame(width=620, height=262, right=84, most_right=150, top=28, bottom=40, most_ticks=5)

SIGNALS = (Variation.CONCERN, Variation.IMPROVEMENT, Variation.CHANGE)

_BELONGS = {
    decisions.NO_TEXT: "text",
    decisions.LONG_TEXT: "text",
    decisions.NO_DAY: "starts",
    decisions.WRONG_DAYS: "ends",
    decisions.AHEAD: "starts",
    decisions.NO_REASON: "reason",
    decisions.LONG_REASON: "reason",
    decisions.LONG_NAME: "name",
    decisions.PHASE_THERE: "month",
    decisions.FIRST_PERIOD: "month",
    decisions.NO_PERIOD: "month",
    decisions.OUT_ALREADY: "month",
}
"""The field a refusal is about; others stand above the buttons alone."""


@dataclass(frozen=True, slots=True)
class Actions:
    """What the viewer may do on this page. `closed` says why the lines cannot be changed where they could otherwise.

    `pinned` are the other series the viewer keeps at hand, as links: (address, words).
    """

    may_write: bool
    is_pinned: bool
    board_unit: str | None
    is_on_agenda: bool
    closed: str = ""
    pinned: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a dialog. `kind` is select, text, long, date, check or hidden; options are (value, words)."""

    name: str
    kind: str
    label: str
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    most: int = 0
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Dialog:
    """What is asked: a title, what one should know first, fields, and the button that does it.

    `more` is what stands folded under the lead. `offers` are further dialogs to choose from: (word, about, words).
    """

    what: str
    about: str
    title: str
    lead: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    do: str = ""
    offers: tuple[tuple[str, str, str], ...] = ()
    has_preview: bool = False
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Beside:
    """What the chart would become: in words, as a picture, what to think of first, and the lines it was drawn with."""

    before: str
    after: str
    picture: Markup
    warnings: tuple[str, ...]
    seen: str


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, in words, with the step that undoes it; or why it was not done, and which field is wrong.

    `link` is an address that was made, to copy.
    """

    words: str
    undo: str = ""
    is_refused: bool = False
    field: str = ""
    link: str = ""


def actions_of(store: Store, viewer: Viewer, view: SeriesView, *, today: date) -> Actions:
    """What the viewer may do with the series that is shown."""
    pair = (view.definition.code, view.unit.code)
    chain = {one.code: one for one in (view.unit, *reversed(view.above))}
    board = _board(viewer, list(chain))
    closed = ""
    if view.selection.as_of is not None:
        closed = _("Du ser en tidligere dag. Gå tilbage til i dag for at skrive noter eller ændre diagrammet.")
    elif view.reading.made is not None:
        closed = _(
            "Diagrammet er sat sammen af flere enheders tal. Vælg »Som det var« for at ændre enhedens egne faser."
        )
    kept = decided.pinned(store, viewer)
    return Actions(
        may_write=decisions.may_decide(viewer, view.unit.code),
        is_pinned=pair in kept,
        board_unit=board,
        is_on_agenda=board is not None and any(one.pair == pair for one in agenda.listed(store, viewer, board)),
        closed=closed,
        pinned=_pinned(store, viewer, view, [one for one in kept if one != pair][-SHOWN_PINS:], today),
    )


def _pinned(
    store: Store, viewer: Viewer, view: SeriesView, kept: Sequence[tuple[str, str]], today: date
) -> tuple[tuple[str, str], ...]:
    """The series as links, the latest pinned first; one whose unit is gone today has nowhere to lead."""
    if not kept:
        return ()
    said = language()
    indicators = {one.code: one.name.say(said) for one in catalogue.indicators(store, viewer)}
    names = {one.code: one.name.say(said) for one in units.tree(store, viewer, on=today)}
    return tuple(
        (
            view.selection.href(f"/indikator/{code}", unit=unit, as_of=None, show=None),
            f"{indicators[code]}, {names[unit]}",
        )
        for code, unit in reversed(kept)
        if code in indicators and unit in names
    )


def _board(viewer: Viewer, chain: Sequence[str]) -> str | None:
    """The unit whose board meeting the viewer would take a series to: their own among its unit and those above."""
    homes = [code for code in viewer.home_units if code in chain]
    return next((code for code in (*homes, chain[0]) if agenda.may_hold(viewer, code)), None)


# ---------------------------------------------------------------------------------------------------------- the dialogs


def ask(store: Store, viewer: Viewer, view: SeriesView, what: str, about: str = "", *, today: date) -> Dialog:
    """The dialog for a word, about a period (its first day), a note (its number), or nothing in particular.

    A word nobody knows, or something that is gone, gives a dialog that says so.
    """
    if what == NOTE:
        return _note_dialog(viewer, view, _day(about) or today, today)
    if what == NOTE_OFF:
        return _note_off_dialog(store, viewer, view, about)
    points = read_points(view.assessment) if view.assessment else []
    if what == PHASE and points:
        return _phase_dialog(view, points, _day(about))
    if what == PHASE_OFF:
        return _reason_dialog(
            PHASE_OFF,
            about,
            _("Træk fasen tilbage"),
            _("Fasen, der begynder {period}, falder væk, og niveauet regnes igen uden den."),
            _("Træk fasen tilbage"),
            view,
        )
    if what in (OUT, IN) and points:
        return _point_in_or_out(view, points, what, _day(about))
    if what == POINT and (point := next((one for one in points if one.period == _day(about)), None)):
        return _point_dialog(view, point)
    return Dialog(what, about, _("Siden er fornyet. Prøv igen."))


def _note_dialog(viewer: Viewer, view: SeriesView, day: date, today: date) -> Dialog:
    unit = view.unit.name.say(language())
    kinds = (
        (AnnotationKind.CHANGE, _("Tiltag: noget, I gjorde")),
        (AnnotationKind.EVENT, _("Hændelse: noget, der skete")),
        (AnnotationKind.DATA, _("Data: databrud, ny definition")),
        (AnnotationKind.DECISION, _("Aftale: noget, I besluttede")),
        (AnnotationKind.COMMENT, _("Kommentar")),
    )
    fields = [
        Field(
            "text",
            "long",
            _("Hvad skete der?"),
            most=decisions.LONGEST_NOTE,
            is_required=True,
            hint=_("Skriv aldrig noget, der kan pege på en patient."),
        ),
        Field("kind", "select", _("Slags"), AnnotationKind.CHANGE.value, tuple((one.value, say) for one, say in kinds)),
        Field("starts", "date", _("Dato"), day.isoformat(), is_required=True),
        Field("ends", "date", _("Til og med (hvis det varede flere dage)")),
        Field(
            "scope",
            "select",
            _("Gælder for"),
            "series",
            (("series", _("Kun denne måling")), ("unit", _("Alle målinger i {unit}").format(unit=unit))),
        ),
    ]
    if viewer.is_own(view.unit.code):
        fields.append(
            Field(
                "visibility",
                "select",
                _("Kan læses af"),
                Visibility.ALL.value,
                (
                    (Visibility.ALL.value, _("Alle, der kan se enheden")),
                    (Visibility.OWN.value, _("Kun dem, der hører til {unit}").format(unit=unit)),
                ),
            )
        )
    lead = _("Noten får et bogstav på diagrammet og står under det. Skriver du den først bagefter, kan alle se det.")
    return Dialog(NOTE, "", _("Skriv note"), (lead,), tuple(fields), _("Gem noten"))


def _note_off_dialog(store: Store, viewer: Viewer, view: SeriesView, about: str) -> Dialog:
    note = next((one for one in _notes(store, viewer, view) if str(one.id) == about), None)
    if note is None:
        return Dialog(NOTE_OFF, about, decisions.NO_NOTE.say(language()))
    lead = _("Noten forsvinder fra diagrammet. Den er ikke slettet: viser man en tidligere dag, står den der stadig.")
    quoted = f"»{note.text.say(language())}«" if language() == "da" else f"“{note.text.say(language())}”"
    return Dialog(NOTE_OFF, about, _("Fjern noten"), (quoted, lead), (), _("Fjern noten"))


def _notes(store: Store, viewer: Viewer, view: SeriesView) -> list[Annotation]:
    return decided.annotations(store, viewer, view.definition.code, view.unit.code)


def _phase_dialog(view: SeriesView, points: list[Point], day: date | None) -> Dialog:
    assert view.assessment is not None
    kind = view.definition.period
    taken = {start_of(one.starts_on, kind) for one in view.assessment.phases}
    free = [one.period for one in points[1:] if one.period not in taken]
    advice = spc.advise(view.assessment.result) if view.assessment.result is not None else None
    proposed = None
    lead: tuple[str, ...] = ()
    if advice is not None:
        said = language()
        proposed = _period_of(advice.starts_at, free)
        words = advice.explanation
        parts = (words.observation, words.certainty, words.what_to_do)
        lead = tuple(text for text in (part.say(said) for part in parts) if text)
    chosen = day if day in free else proposed or (free[-ENOUGH] if len(free) >= ENOUGH else (free[0] if free else None))
    if chosen is None:
        return Dialog(PHASE, "", _("Målingen er for kort til en ny fase"), lead)
    options = tuple(
        (
            one.isoformat(),
            _("{period} (foreslået)").format(period=period_text(one, kind, "long"))
            if one == proposed
            else period_text(one, kind, "long"),
        )
        for one in reversed(free)
    )
    fields = (
        Field("month", "select", _("Fasen begynder"), chosen.isoformat(), options),
        Field("name", "text", _("Navn på fasen"), most=decisions.LONGEST_NAME, hint=_("Kort, fx »Fast MDT-tid«")),
        Field(
            "reason",
            "long",
            _("Begrundelse: hvad ændrede sig, og hvorfor venter I, at det varer?"),
            most=decisions.LONGEST_REASON,
            is_required=True,
        ),
        Field(
            "break",
            "check",
            _("Det er et databrud: definitionen eller systemet blev ændret, så niveauerne ikke kan sammenlignes"),
        ),
    )
    return Dialog(
        PHASE,
        chosen.isoformat(),
        _("Ny fase"),
        lead[:1],
        fields,
        _("Begynd fasen"),
        has_preview=True,
        more=lead[1:],
    )


def _period_of(x: object, free: list[date]) -> date | None:
    """The adviser's point as one of the periods that can be chosen."""
    day = _as_day(x)
    return day if day in free else None


def _as_day(x: object) -> date | None:
    try:
        return date.fromisoformat(str(x)[:10])
    except ValueError:
        return None


def _point_in_or_out(view: SeriesView, points: list[Point], what: str, day: date | None) -> Dialog:
    kind = view.definition.period
    choices = [one for one in points if one.value is not None and one.is_excluded == (what == IN)]
    if not choices:
        return Dialog(what, "", _("Der er ingen punkter at vælge"))
    chosen = day if any(one.period == day for one in choices) else choices[-1].period
    assert chosen is not None
    options = tuple((one.period.isoformat(), period_text(one.period, kind, "long")) for one in reversed(choices))
    lead = (
        _(
            "Punktet bliver stående på diagrammet, hult med kryds, men tæller ikke med i niveau, grænser og signaler. "
            "Udelad kun et punkt, når der er en kendt årsag, som ikke hører til arbejdsgangen."
        )
        if what == OUT
        else _("Punktet tæller igen med i niveau, grænser og signaler.")
    )
    title = _("Udelad et punkt") if what == OUT else _("Tag punktet med igen")
    fields = (
        Field("month", "select", _("Punkt"), chosen.isoformat(), options),
        Field("reason", "long", _("Begrundelse"), most=decisions.LONGEST_REASON, is_required=True),
    )
    do = _("Udelad punktet") if what == OUT else _("Tag punktet med igen")
    return Dialog(what, chosen.isoformat(), title, (lead,), fields, do, has_preview=True)


def _reason_dialog(what: str, about: str, title: str, lead: str, do: str, view: SeriesView) -> Dialog:
    day = _day(about)
    if day is None:
        return Dialog(what, about, _("Siden er fornyet. Prøv igen."))
    fields = (
        Field("month", "hidden", "", day.isoformat()),
        Field("reason", "long", _("Begrundelse"), most=decisions.LONGEST_REASON, is_required=True),
    )
    period = period_text(day, view.definition.period, "long")
    return Dialog(what, about, title, (lead.format(period=period),), fields, do, has_preview=True)


def _point_dialog(view: SeriesView, point: Point) -> Dialog:
    about = point.period.isoformat()
    offers = [(NOTE, about, _("Skriv note"))]
    if point.position > 0:
        offers.append((PHASE, about, _("Ny fase herfra")))
    if point.is_excluded:
        offers.append((IN, about, _("Tag punktet med igen")))
    elif point.value is not None:
        offers.append((OUT, about, _("Udelad punktet")))
    title = period_text(point.period, view.definition.period, "long")
    return Dialog(POINT, about, title[:1].upper() + title[1:], (spoken(view.definition, point),), offers=tuple(offers))


# ---------------------------------------------------------------------------------------------- while it is filled in


def beside(
    store: Store, viewer: Viewer, view: SeriesView, what: str, values: Mapping[str, Any], *, today: date
) -> Beside | None:
    """What the chart would become with what stands in the fields now; None where nothing can be shown."""
    day = _day(str(values.get("month", "")))
    if view.assessment is None or day is None or what not in (PHASE, PHASE_OFF, OUT, IN):
        return None
    code, unit, said = view.definition.code, view.unit.code, language()
    ends, name, is_break = day, _clean(str(values.get("name", ""))), bool(values.get("break"))
    changed = {
        PHASE: {"begin": SeriesPhase(day, name=name or _("Ny fase"), is_break=is_break)},
        PHASE_OFF: {"end": ends},
        OUT: {"leave_out": day},
        IN: {"take_in": day},
    }[what]
    tried = partial(decisions.what_if, store, viewer, code, unit, today=today, language=said)
    before, after = view.assessment, tried(**changed)  # type: ignore[arg-type]
    name_of_unit = view.unit.name.say(said)
    first = explain(before, unit_name=name_of_unit).title
    then = explain(after, unit_name=name_of_unit).title
    drawn = figure(
        after,
        unit_name=name_of_unit,
        annotations=view.flags,
        targets=view.targets,
        theme=TOKENS,
        window=view.months or None,
        frame=SIZE,
    )
    picture = svg_chart(drawn, label=_("Sådan bliver diagrammet: {finding}").format(finding=then))
    return Beside(
        before=first,
        after=then,
        picture=picture,
        warnings=tuple(_warnings(before, after, what, start_of(day, view.definition.period))),
        seen=decided.standing(store, viewer, code, unit).mark,
    )


def _clean(text: str) -> str:
    """A name for the trial; one that must not be kept is not drawn either."""
    short = text.strip()[: decisions.LONGEST_NAME]
    return "" if cpr.count(short) else short


def _warnings(before: Assessment, after: Assessment, what: str, day: date) -> list[str]:
    """What to think of before it is saved."""
    found = []
    definition = before.definition
    if what == PHASE:
        closed = [one for one in read_points(after) if one.value is not None and not one.is_open]
        later = [one for one in closed if one.period >= day]
        own = later[0].phase if later else None
        inside = sum(one.phase == own and not one.is_excluded for one in later)
        if inside < ENOUGH:
            words = ngettext(
                "Den nye fase har kun {count} lukket punkt. Før der er omkring {enough}, kan diagrammet ikke skelne "
                "signal fra støj, og niveauet flytter sig for hvert nyt punkt.",
                "Den nye fase har kun {count} lukkede punkter. Før der er omkring {enough}, kan diagrammet ikke skelne "
                "signal fra støj, og niveauet flytter sig for hvert nyt punkt.",
                inside,
            )
            found.append(words.format(count=inside, enough=ENOUGH))
    is_gone = before.variation in SIGNALS and after.variation not in (before.variation, Variation.IMPROVEMENT)
    if before.variation is Variation.CONCERN and is_gone:
        found.append(
            _(
                "Signalet om forværring forsvinder, men det, der gik den forkerte vej, er ikke ændret. En ny fase er "
                "til en kendt og varig ændring, ikke til at skjule en tilbagegang. Begrundelsen står ved diagrammet."
            )
        )
    elif is_gone and what == OUT:
        found.append(
            _(
                "Signalet forsvinder, fordi punktet udelades. Gør det kun, hvis årsagen er kendt og ikke hører til "
                "arbejdsgangen."
            )
        )
    if what == PHASE and definition.direction is not Direction.NEITHER and not found:
        worse = _is_worse(after, day)
        if worse is not None:
            found.append(
                _(
                    "Niveauet i den nye fase er dårligere end før: {after} mod {before}. Fasen må ikke skjule en "
                    "tilbagegang."
                ).format(after=value_text(definition, worse[1]), before=value_text(definition, worse[0]))
            )
    return found


def _is_worse(after: Assessment, day: date) -> tuple[float, float] | None:
    """The level before the phase and in it, where it moved the wrong way."""
    points = read_points(after)
    earlier = [one.centre for one in points if one.period < day and one.centre is not None]
    later = [one.centre for one in points if one.period >= day and one.centre is not None]
    if not earlier or not later:
        return None
    old, new = earlier[-1], later[0]
    is_up = after.definition.direction is Direction.UP
    return (old, new) if (new < old if is_up else new > old) else None


# --------------------------------------------------------------------------------------------------------- doing it


def take(
    store: Store,
    viewer: Viewer,
    code: str,
    selection: Selection,
    step: str,
    values: Mapping[str, Any],
    *,
    today: date,
    now: datetime,
) -> Done:
    """Do what a button asks for (its word, and after a space what it is about), or say why not."""
    what, _space, about = step.partition(" ")
    unit = selection.unit or ""
    try:
        return _take(store, viewer, code, unit, what, about, values, today=today, now=now)
    except DataError as refusal:
        return Done(refusal.reason(language()), is_refused=True, field=_BELONGS.get(refusal.words, ""))


def _take(
    store: Store,
    viewer: Viewer,
    code: str,
    unit: str,
    what: str,
    about: str,
    values: Mapping[str, Any],
    *,
    today: date,
    now: datetime,
) -> Done:
    name = catalogue.indicator(store, viewer, code).name.say(language())
    text, reason = str(values.get("text", "")), str(values.get("reason", ""))
    day = _day(str(values.get("month", "")))
    if what == NOTE:
        if values.get("ends") and _day(str(values["ends"])) is None:
            return Done(_("Slutdatoen findes ikke. Ret den, eller lad feltet stå tomt."), is_refused=True, field="ends")
        made = decisions.annotate(
            store,
            viewer,
            None if values.get("scope") == "unit" else code,
            unit,
            kind=_one_of(AnnotationKind, values.get("kind"), AnnotationKind.COMMENT),
            starts_on=_day(str(values.get("starts", ""))),
            ends_on=_day(str(values.get("ends", ""))),
            text=text,
            visibility=_one_of(Visibility, values.get("visibility"), Visibility.ALL),
            now=now,
        )
        return Done(_("Noten er gemt."), f"{NOTE_OFF} {made}")
    if what == NOTE_OFF:
        decisions.withdraw_annotation(store, viewer, int(about) if about.isdigit() else -1, now=now)
        return Done(_("Noten er fjernet."))
    if what in (PIN, UNPIN):
        decisions.set_pinned(store, viewer, code, unit, what == PIN, now=now)
        words = _("{series} er fastgjort.") if what == PIN else _("{series} er ikke længere fastgjort.")
        return Done(words.format(series=name), UNPIN if what == PIN else PIN)
    if what in (AGENDA, OFF_AGENDA):
        above = [one.code for one in units.ancestors(store, viewer, unit, on=today)]
        board = _board(viewer, [unit, *above]) or unit
        (agenda.add if what == AGENDA else agenda.take_off)(store, viewer, board, code, unit, now=now)
        words = (
            _("{series} er på dagsordenen til næste tavlemøde.")
            if what == AGENDA
            else _("{series} er taget af dagsordenen.")
        )
        return Done(words.format(series=name), OFF_AGENDA if what == AGENDA else AGENDA)
    if day is None:
        return Done(_("Vælg en periode."), is_refused=True, field="month")
    seen = str(values["seen"]) if values.get("seen") else None
    change = decisions.LineChange(store, viewer, code, unit, reason, today, now, seen)
    if what == PHASE:
        called, is_break = str(values.get("name", "")), bool(values.get("break"))
        state = change.begin_phase(day, name=called, is_break=is_break)
        return Done(_said(_("Fasen er begyndt. {board}"), state.variation))
    if what == PHASE_OFF:
        state = change.withdraw_phase(day)
        return Done(_said(_("Fasen er trukket tilbage. {board}"), state.variation))
    if what == OUT:
        state = change.exclude(day)
        return Done(_said(_("Punktet er udeladt af beregningen. {board}"), state.variation))
    if what == IN:
        state = change.include_again(day)
        return Done(_said(_("Punktet tæller med igen. {board}"), state.variation))
    return Done(_("Siden er fornyet. Prøv igen."), is_refused=True)


_BOARD = {
    Variation.CONCERN: N_("Tavlen viser nu et bekymrende signal."),
    Variation.IMPROVEMENT: N_("Tavlen viser nu en forbedring."),
    Variation.CHANGE: N_("Tavlen viser nu en ændring."),
    Variation.COMMON: N_("Tavlen viser nu kun tilfældig variation."),
    Variation.FEW: N_("Der er for få punkter i fasen til at vise et signal."),
    Variation.MISSING: N_("Der er ingen tal at vise."),
}


def _said(words: str, variation: Variation) -> str:
    return words.format(board=_(_BOARD[variation]))


def _one_of(kind: type[Any], text: object, otherwise: Any) -> Any:
    try:
        return kind(str(text or ""))
    except ValueError:
        return otherwise


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

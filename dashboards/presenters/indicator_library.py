"""The library of indicators: a list with what waits, and one indicator with its versions and whoever checks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dashboards.presenters.definition_words import FIELDS, STATE_BADGES, field_text, said, state_text
from dashboards.presenters.unit_names import names_with_hospital
from dashboards.selection import Selection
from dashboards.text import N_, _, day_text, language, moment_text, ngettext, number
from data import definitions
from data.access import Viewer
from data.errors import DataError, NotFound
from data.queries import catalogue, units
from data.queries import definitions as library
from data.queries.definitions import LibraryEntry, Proposal, ProposalState
from data.store import Store
from indicators.definition import IndicatorDefinition, Scope
from indicators.definition_content import DefinitionContent, changed_fields, draws_break
from indicators.definition_lint import Remark, Weight, lint

SOON = timedelta(days=90)
"""A review that is due within a quarter is told."""

LIST = "/indikatorer"


@dataclass(frozen=True, slots=True)
class Filter:
    """One way of looking at the list: `code` stands in the address."""

    code: str
    label: str
    href: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One indicator in the list. `badges` are (class, word); `chart_href` "" where there is nothing to see yet."""

    code: str
    name: str
    about: str
    state: str
    badge: str
    version: str
    unit: str
    review: str
    review_is_due: bool
    checker: str
    href: str
    chart_href: str
    edit_href: str
    action: str


@dataclass(frozen=True, slots=True)
class LibraryView:
    lead: str
    filters: tuple[Filter, ...]
    goals: tuple[tuple[str, str, bool], ...]
    rows: tuple[Row, ...]
    may_make: bool
    message: tuple[str, str]


def _waits(entry: LibraryEntry, viewer: Viewer, today: date) -> bool:
    return entry.proposal is not None and entry.proposal.may_be_checked_by(viewer)


def _is_due(entry: LibraryEntry, viewer: Viewer, today: date) -> bool:
    day = entry.definition.review_on if entry.definition else None
    return day is not None and day <= today + SOON and not entry.is_shipped


FILTERS: dict[str, tuple[str, Callable[[LibraryEntry, Viewer, date], bool]]] = {
    "mine": (N_("Jeres egne"), lambda entry, viewer, today: entry.is_mine),
    "kontrol": (N_("Venter på din kontrol"), _waits),
    "forslag": (N_("Kladder og forslag"), lambda entry, viewer, today: entry.proposal is not None),
    "gennemsyn": (N_("Skal ses efter"), _is_due),
    "lokale": (N_("Alle lokale"), lambda entry, viewer, today: not _is_national(entry)),
    "nationale": (N_("Nationale"), lambda entry, viewer, today: _is_national(entry)),
    "alle": (N_("Alle"), lambda entry, viewer, today: True),
}

MESSAGES = {
    "trukket": ("ok", N_("Forslaget er trukket tilbage. Intet i kraft er ændret.")),
    "gemt": ("ok", N_("Kladden er gemt. Kun I, der indberetter for enheden, kan se den.")),
    "sendt": ("ok", N_("Forslaget er sendt til kontrol. Det gælder først, når en anden har godkendt det.")),
    "godkendt": ("ok", N_("Godkendt. Indikatoren er i kraft og står i indberetningens skabelon.")),
    "tilbage": ("ok", N_("Forslaget er sendt tilbage med jeres bemærkning.")),
}


def message_of(show: str | None) -> tuple[str, str]:
    """What to tell after something was done elsewhere: kind and text, both empty where there is nothing."""
    kind, text = MESSAGES.get(show or "", ("", ""))
    return kind, _(text) if text else ""


def _is_national(entry: LibraryEntry) -> bool:
    return entry.definition is not None and entry.definition.scope is Scope.NATIONAL


def library_view(store: Store, viewer: Viewer, selection: Selection, *, today: date) -> LibraryView:
    """The list as chosen in the address: `vis` is the filter, `maal` the goal."""
    entries = library.library(store, viewer, today=today)
    counts = {
        code: sum(1 for entry in entries if holds(entry, viewer, today)) for code, (_label, holds) in FILTERS.items()
    }
    default = "mine" if counts["mine"] else "lokale"
    chosen = selection.show if selection.show in FILTERS else default
    carried = selection.but(as_of=None)
    filters = tuple(
        Filter(code, _(label), carried.href(LIST, show=code), counts[code], code == chosen)
        for code, (label, _holds) in FILTERS.items()
        if counts[code] or code in (chosen, "alle")
    )
    holds = FILTERS[chosen][1]
    names = {one.code: one.name.say(language()) for one in units.visible(store, viewer)}
    kept = [
        entry
        for entry in entries
        if holds(entry, viewer, today) and (selection.goal is None or _goal(entry) == selection.goal)
    ]
    rows = tuple(_row(entry, viewer, names, selection, today) for entry in sorted(kept, key=_order))
    goals = tuple(
        (str(goal.number), _("Mål {number}: {name}").format(number=goal.number, name=goal.name.say(language())),
         goal.number == selection.goal)
        for goal in catalogue.goals(store, viewer)
    )  # fmt: skip
    return LibraryView(_lead(counts, viewer), filters, goals, rows, viewer.delivers, message_of(selection.show))


def _goal(entry: LibraryEntry) -> int | None:
    return entry.definition.goal if entry.definition else entry.content.goal if entry.content else None


def _order(entry: LibraryEntry) -> tuple[bool, int, str]:
    return entry.proposal is None, _goal(entry) or 99, entry.code


def _lead(counts: dict[str, int], viewer: Viewer) -> str:
    parts = [
        ngettext("{count} lokal indikator", "{count} lokale indikatorer", counts["lokale"]).format(
            count=number(counts["lokale"])
        ),
        _("{count} nationale").format(count=number(counts["nationale"])),
    ]
    text = _("{local} og {national}.").format(local=parts[0], national=parts[1])
    if counts["kontrol"]:
        text += " " + ngettext(
            "{count} forslag venter på din kontrol.", "{count} forslag venter på din kontrol.", counts["kontrol"]
        ).format(count=number(counts["kontrol"]))
    if counts["gennemsyn"]:
        text += " " + ngettext(
            "{count} skal ses efter inden for tre måneder.",
            "{count} skal ses efter inden for tre måneder.",
            counts["gennemsyn"],
        ).format(count=number(counts["gennemsyn"]))
    return text


def _row(entry: LibraryEntry, viewer: Viewer, names: dict[str, str], selection: Selection, today: date) -> Row:
    definition, content = entry.definition, entry.content
    name = said(definition.name) if definition else said(content.name) if content else entry.code
    carried = Selection(unit=selection.unit, months=selection.months)
    state, badge, action, edit = _standing(entry, viewer, carried)
    review = definition.review_on if definition else content.review_on if content else None
    has_chart = definition is not None and bool(entry.followers)
    here = selection.unit if selection.unit in entry.followers else (entry.followers or ("",))[0]
    return Row(
        code=entry.code,
        name=name or entry.code,
        about=_about(entry),
        state=state,
        badge=badge,
        version=str(definition.version) if definition else "–",
        unit=names.get(entry.unit_code, entry.unit_code)
        or (_("Følger med Tavle") if entry.is_shipped else _("Fælles")),
        review=day_text(review, "year") if review else "",
        review_is_due=review is not None and review <= today,
        checker=(definition.checker if definition else "") or (entry.proposal.checker if entry.proposal else ""),
        href=carried.href(f"{LIST}/{entry.code}/om"),
        chart_href=carried.but(unit=here).href(f"/indikator/{entry.code}") if has_chart else "",
        edit_href=edit,
        action=action,
    )


def _about(entry: LibraryEntry) -> str:
    goal = _goal(entry)
    parts = [_("Mål {number}").format(number=goal)] if goal else []
    followers = len(entry.followers)
    if followers:
        parts.append(
            ngettext("{count} enhed følger den", "{count} enheder følger den", followers).format(
                count=number(followers)
            )
        )
    return " · ".join(parts)


def _standing(entry: LibraryEntry, viewer: Viewer, carried: Selection) -> tuple[str, str, str, str]:
    """State in words, its badge, and what this viewer can do about it."""
    proposal = entry.proposal
    about, edit = carried.href(f"{LIST}/{entry.code}/om"), carried.href(f"{LIST}/{entry.code}/ret")
    if proposal is not None:
        if proposal.may_be_checked_by(viewer):
            return state_text(proposal), STATE_BADGES[proposal.state], _("Kontrollér"), about
        if proposal.may_be_changed_by(viewer):
            return state_text(proposal), STATE_BADGES[proposal.state], _("Ret"), edit
        return state_text(proposal), STATE_BADGES[proposal.state], "", ""
    closed = entry.definition is not None and entry.definition.valid_to is not None
    state = _("Ophørt") if closed else _("I kraft")
    return (
        state,
        "badge" if closed else "badge badge--ok",
        _("Ret") if entry.may_change else "",
        edit if entry.may_change else "",
    )


# ------------------------------------------------------------------------------------------------- one indicator


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs: its name, what it was, what it would be. `is_breaking`: levels do not compare."""

    label: str
    before: str
    after: str
    is_breaking: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One version in force, or one proposal, told as a line of the history."""

    when: str
    what: str
    who: str
    comment: str
    file_href: str


@dataclass(frozen=True, slots=True)
class AboutView:
    """One indicator: what is in force, what waits, and what came before."""

    code: str
    name: str
    state: str
    badge: str
    content: DefinitionContent
    is_in_force: bool
    proposal: Proposal | None
    proposed: DefinitionContent | None
    waiting: str
    differences: tuple[Difference, ...]
    draws_break: bool
    remarks: tuple[Remark, ...]
    may_check: bool
    may_edit: bool
    may_reopen: bool
    may_withdraw: bool
    steps: tuple[Step, ...]
    unit_names: dict[str, str]
    goal_names: dict[int, str]
    message: tuple[str, str]
    list_href: str
    edit_href: str
    chart_href: str
    file_href: str
    timezone: str


def about_view(
    store: Store, viewer: Viewer, selection: Selection, code: str, *, today: date, timezone: str
) -> AboutView:
    """One indicator of the library.

    Raises
    ------
    NotFound
        There is none of that code, in force or within reach as a proposal.
    """
    entry = entry_of(store, viewer, code, today=today)
    proposal = entry.proposal
    in_force = library.in_force(store, viewer, code) if entry.definition is not None else None
    shown = in_force or (proposal.content if proposal else DefinitionContent(code=code))
    carried = Selection(unit=selection.unit, months=selection.months)
    names = names_with_hospital(store, viewer)
    state, badge, _action, edit = _standing(entry, viewer, carried)
    differences: tuple[Difference, ...] = ()
    remarks: tuple[Remark, ...] = ()
    if proposal is not None:
        around = library.surroundings(
            store, viewer, proposal.content, today=today, version=proposal.version, author_id=proposal.author_id
        )
        remarks = tuple(one for one in lint(proposal.content, around) if one.code != "english_missing")
        if in_force is not None:
            differences = differences_of(in_force, proposal.content, names)
    row = _row(entry, viewer, names, selection, today)
    return AboutView(
        code=code,
        name=row.name,
        state=state,
        badge=badge,
        content=shown,
        is_in_force=in_force is not None,
        proposal=proposal,
        proposed=proposal.content if proposal else None,
        waiting=_waiting(store, viewer, proposal),
        differences=differences,
        draws_break=bool(proposal and in_force and draws_break(in_force, proposal.content)),
        remarks=remarks,
        may_check=bool(proposal and proposal.may_be_checked_by(viewer)),
        may_edit=bool(proposal and proposal.may_be_changed_by(viewer)) or (proposal is None and entry.may_change),
        may_reopen=bool(proposal and proposal.is_by(viewer) and proposal.state is ProposalState.PROPOSED),
        may_withdraw=bool(proposal and viewer.may_deliver(proposal.unit_code)),
        steps=_steps(store, viewer, code, timezone),
        unit_names=names,
        goal_names={goal.number: goal.name.say(language()) for goal in catalogue.goals(store, viewer)},
        message=message_of(selection.show),
        list_href=carried.href(LIST),
        edit_href=edit or carried.href(f"{LIST}/{code}/ret"),
        chart_href=row.chart_href,
        file_href=f"{LIST}/{code}.yaml",
        timezone=timezone,
    )


def entry_of(store: Store, viewer: Viewer, code: str, *, today: date) -> LibraryEntry:
    """The library's entry of one code; NotFound where there is none within reach."""
    found = next((one for one in library.library(store, viewer, today=today) if one.code == code), None)
    if found is None:
        raise NotFound(catalogue.NO_INDICATOR, code=code)
    return found


def differences_of(
    before: DefinitionContent, after: DefinitionContent, names: dict[str, str]
) -> tuple[Difference, ...]:
    """What a proposal would change, field by field, in words."""
    breaking = set(definitions.breaking_changes(before, after))
    skipped = {"is_break", "break_reason", "expected_n", "expected_level", "hoped_level", "kind"}
    return tuple(
        Difference(
            _(FIELDS[name]),
            field_text(before, name, names) or "–",
            field_text(after, name, names) or "–",
            name in breaking,
        )
        for name in changed_fields(before, after)
        if name not in skipped
    )


def _waiting(store: Store, viewer: Viewer, proposal: Proposal | None) -> str:
    """Who can check it, for its author; what it waits for, for others."""
    if proposal is None or proposal.state is not ProposalState.PROPOSED:
        return ""
    people = library.checkers(store, viewer, proposal.unit_code, author_id=proposal.author_id)
    if not people:
        return _(
            "Ingen anden kan kontrollere den endnu. Bed en administrator om at give en kollega rollen kvalitetsteam."
        )
    names = [one.name for one in people[:4]]
    more = len(people) - len(names)
    text = _("Kan kontrolleres af {names}").format(names=", ".join(names))
    if more > 0:
        text += " " + ngettext("og {count} til", "og {count} til", more).format(count=number(more))
    return f"{text}."


def _steps(store: Store, viewer: Viewer, code: str, timezone: str) -> tuple[Step, ...]:
    """Versions in force and, for those who deliver for the unit, what was proposed."""
    told: list[tuple[str, Step]] = []
    proposals = library.history(store, viewer, code)
    approved = {one.version for one in proposals if one.state is ProposalState.APPROVED}
    for one in proposals:
        if one.state is ProposalState.DRAFT:
            continue
        who = (
            _("{author}, kontrolleret af {checker}").format(author=one.author, checker=one.checker)
            if one.checker
            else one.author
        )
        what = _("Version {version}: {state}").format(version=one.version, state=state_text(one).lower())
        told.append(
            (
                one.changed_at.isoformat(),
                Step(
                    moment_text(one.changed_at, timezone), what, who, one.comment, _file(code, one.version, one.state)
                ),
            )
        )
    try:
        held: list[IndicatorDefinition] = library.versions(store, viewer, code)
    except NotFound:
        held = []
    for definition in held:
        if definition.version in approved:
            continue
        begins = day_text(definition.valid_from) if definition.valid_from else ""
        ends = day_text(definition.valid_to) if definition.valid_to else ""
        when = _("{first} til {last}").format(first=begins, last=ends) if ends else begins
        told.append(
            (
                "",
                Step(
                    when,
                    _("Version {version}").format(version=definition.version),
                    definition.checker,
                    "",
                    _file(code, definition.version, ProposalState.APPROVED),
                ),
            )
        )
    return tuple(step for _moment, step in sorted(told, key=lambda one: one[0], reverse=True))


def _file(code: str, version: int, state: ProposalState) -> str:
    return f"{LIST}/{code}.yaml?version={version}" if state is ProposalState.APPROVED else ""


# ------------------------------------------------------------------------------------------------- what is done


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a button: where to go, or what was refused."""

    href: str = ""
    kind: str = ""
    text: str = ""


def press(
    store: Store,
    viewer: Viewer,
    button: str,
    code: str,
    proposal_id: int,
    seen: str,
    comment: str,
    *,
    today: date,
    now: datetime,
) -> Done:
    """Approve, send back, take back or withdraw; `seen` is the moment of what was on screen."""
    place = f"{LIST}/{code}"
    moment = datetime.fromisoformat(seen)
    try:
        if button == "approve":
            definitions.approve(store, viewer, proposal_id, today=today, now=now, comment=comment, seen=moment)
            return Done(f"{place}/om?v=1&vis=godkendt")
        if button == "return":
            definitions.send_back(store, viewer, proposal_id, comment=comment, now=now, seen=moment)
            return Done(f"{place}/om?v=1&vis=tilbage")
        if button == "reopen":
            definitions.reopen(store, viewer, proposal_id, now=now)
            return Done(f"{place}/ret")
        if button == "withdraw":
            definitions.withdraw(store, viewer, proposal_id, now=now, reason=comment)
            return Done(f"{LIST}?v=1&vis=trukket")
    except DataError as refused:
        return Done(kind="error", text=refused.reason(language()))
    return Done()


def file_of(
    store: Store, viewer: Viewer, code: str, version: int | None, *, today: date
) -> tuple[str, DefinitionContent, int]:
    """What to put in a file: the version asked for, else what is in force, else the live proposal."""
    entry = entry_of(store, viewer, code, today=today)
    if version is not None:
        content = library.version_content(store, viewer, code, version)
    elif entry.definition is not None:
        content, version = library.in_force(store, viewer, code), entry.definition.version
    else:
        assert entry.proposal is not None
        content, version = entry.proposal.content, entry.proposal.version
    visible = tuple(one for one in content.followers if viewer.may_see(one.unit_code))
    return f"{code}.yaml", content.but(followers=visible), version


def errors_of(remarks: tuple[Remark, ...]) -> int:
    return sum(1 for one in remarks if one.weight is Weight.ERROR)

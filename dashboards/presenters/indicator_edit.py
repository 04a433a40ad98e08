"""Writing a definition: what the form holds, what the linter says beside each field, and how the leader will read it.

The form is text until it is read here; what cannot be read stays in its field with the reason beside it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from dashboards.components import definition_form as form
from dashboards.components.definition_form import FormView
from dashboards.presenters.definition_words import FIELDS, chart_name
from dashboards.presenters.unit_names import names_with_hospital
from dashboards.text import _, language
from data import definitions
from data.access import Viewer
from data.definition_file import DefinitionFileError, read_definition
from data.definitions import DefinitionError
from data.errors import NotAllowed, NotFound
from data.queries import catalogue, units
from data.queries import definitions as library
from data.queries.definitions import Proposal
from data.store import Store
from indicators import spc
from indicators.chart_choice import KINDS, KindOfData, Suggestion, suggest
from indicators.definition import Direction, PeriodKind, Role, Scope
from indicators.definition_content import (
    DefinitionContent,
    Follower,
    LocalTarget,
    breaking_changes,
    suggest_code,
    with_kind,
)
from indicators.definition_lint import Remark, Surroundings, Weight, lint
from indicators.periods import next_start, start_of
from indicators.words import Words

Values = Mapping[str, Any]
NOTHING = Markup("")
NO_FORM = Words(
    "Du kan ikke lave indikatorer. Kvalitetsteamet gør det; bed en administrator om adgang, hvis du er med i det.",
    "You cannot make indicators. The quality team does; ask an administrator for access if you are part of it.",
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is being written: its content, the proposal it is kept as (None: not yet), and its number as a version."""

    content: DefinitionContent
    version: int
    proposal: Proposal | None = None

    @property
    def is_new(self) -> bool:
        return self.version == 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page shows after something was done. None: leave as it is. `href`: go there instead."""

    html: Markup | None = None
    notes: dict[str, dict[str, Any]] = field(default_factory=dict)
    side: Markup = NOTHING
    message: Markup = NOTHING
    href: str | None = None
    proposal_id: int | None = None
    focus: str = ""
    is_tried: bool = False


def open_sheet(store: Store, viewer: Viewer, code: str, *, today: date) -> Sheet:
    """The sheet for an address: of the live proposal, of the next version of what is in force, or a blank one.

    Raises
    ------
    NotFound, NotAllowed
        There is no such indicator; it is not the viewer's to change; another author writes on it, or it is being
        checked.
    """
    if not viewer.delivers:
        raise NotAllowed(NO_FORM)
    if not code:
        return Sheet(_blank(store, viewer, today), 1)
    live = library.live_proposal(store, viewer, code)
    if live is not None:
        if not live.may_be_changed_by(viewer):
            raise NotAllowed(
                definitions.NOT_YOURS if not live.is_by(viewer) else definitions.WRONG_STATE, author=live.author
            )
        return Sheet(live.content, live.version, live)
    with store.read() as connection:
        version, content = definitions.change_basis(connection, viewer, code, today=today)
    return Sheet(content, version)


def _blank(store: Store, viewer: Viewer, today: date) -> DefinitionContent:
    mine = _deliverable(store, viewer, today)
    begins = next_start(start_of(today, PeriodKind.MONTH), PeriodKind.MONTH)
    home = next((code for code in viewer.home_units if viewer.may_deliver(code)), "")
    unit_code = home or (mine[0].code if len(mine) == 1 else "")
    return DefinitionContent(
        unit_code=unit_code,
        valid_from=begins,
        review_on=begins.replace(year=begins.year + 1),
    )


def _deliverable(store: Store, viewer: Viewer, today: date) -> list[units.Unit]:
    return [one for one in units.visible(store, viewer, on=today) if viewer.may_deliver(one.code)]


# ------------------------------------------------------------------------------------------------ reading the form


TOO_BIG = 10**12


def number_in(text: str) -> float | None:
    """A number as a person writes it in the language of the page; None for nothing.

    Raises
    ------
    ValueError
        It is none.

    Examples
    --------
    >>> number_in("1.000"), number_in("2,5"), number_in(" 70 % "), number_in("")
    (1000.0, 2.5, 70.0, None)
    """
    plain = re.sub(r"[\s  ]", "", text).removesuffix("%")
    if not plain:
        return None
    thousands, mark = (".", ",") if language() == "da" else (",", ".")
    if re.fullmatch(rf"-?\d{{1,3}}(\{thousands}\d{{3}})+(\{mark}\d+)?", plain):
        plain = plain.replace(thousands, "")
    plain = plain.replace(",", ".")
    if not re.fullmatch(r"-?\d+(\.\d+)?", plain) or abs(float(plain)) > TOO_BIG:
        raise ValueError(text)
    return float(plain)


def _whole(text: str) -> int | None:
    found = number_in(text)
    if found is None:
        return None
    if not found.is_integer():
        raise ValueError(text)
    return int(found)


def _day(text: str) -> date | None:
    return date.fromisoformat(text.strip()) if text.strip() else None


@dataclass(frozen=True, slots=True)
class Read:
    """The form as content, and what could not be read: name of the field -> why."""

    content: DefinitionContent
    problems: dict[str, str]


def read_values(values: Values, basis: DefinitionContent) -> Read:
    """What the fields hold. A field that cannot be read keeps its former value and says why."""
    problems: dict[str, str] = {}

    def text(name: str, before: str) -> str:
        value = values.get(name, before)
        return str(value[0] if isinstance(value, list) else value).strip()

    def words(name: str) -> Words:
        before: Words = getattr(basis, name)
        return Words(text(f"{name}_da", before.da), text(f"{name}_en", before.en))

    def parsed(name: str, parse: Any, before: Any, message: str) -> Any:
        if name not in values:
            return before
        try:
            return parse(text(name, ""))
        except (ValueError, KeyError):
            problems[name] = message
            return before

    not_number = _("Det er ikke et tal. Skriv fx 70 eller 2,5.")
    not_whole = _("Skriv et helt tal.")
    not_day = _("Det er ikke en dato. Skriv den som dag, måned, år.")
    not_there = _("Vælg en fra listen.")

    def number(name: str) -> Any:
        return parsed(name, number_in, getattr(basis, name), not_number)

    def choice(name: str, kind: Any) -> Any:
        return parsed(name, lambda given: kind(given) if given else None, getattr(basis, name), not_there)

    break_choice = {"auto": None, "yes": True, "no": False}
    code = text("code", basis.code).upper()
    name = words("name")
    content = basis.but(
        code=code,
        name=name,
        definition=words("definition"),
        kind=choice("kind", KindOfData),
        numerator=words("numerator"),
        denominator=words("denominator"),
        per=number("per"),
        unit_of_measure=words("unit_of_measure"),
        decimals=parsed("decimals", _whole, basis.decimals, not_whole),
        minimum=number("minimum"),
        maximum=number("maximum"),
        direction=choice("direction", Direction),
        role=choice("role", Role),
        goal=parsed("goal", _whole, basis.goal, not_there),
        contributes_to=text("contributes_to", basis.contributes_to or "") or None,
        targets=_targets(values, basis, problems, not_number, not_day),
        expected_n=number("expected_n"),
        expected_level=number("expected_level"),
        hoped_level=number("hoped_level"),
        chart=text("chart", basis.chart),
        profile=text("profile", basis.profile) or "anhoej",
        period=choice("period", PeriodKind) or basis.period,
        open_periods=parsed("open_periods", _whole, basis.open_periods, not_whole) or 0,
        unit_code=text("unit", basis.unit_code),
        followers=_followers(values, basis, problems, not_day),
        owner=text("owner", basis.owner),
        review_on=parsed("review_on", _day, basis.review_on, not_day),
        valid_from=parsed("valid_from", _day, basis.valid_from, not_day),
        data_source=text("data_source", basis.data_source),
        note=words("note"),
        is_break=parsed("is_break", lambda given: break_choice[given], basis.is_break, not_there),
        break_reason=text("break_reason", basis.break_reason),
    )
    if "kind" in values and content.kind is not None and content.kind is not _former_kind(values, basis):
        content = with_kind(content.but(kind=_former_kind(values, basis)), content.kind)
    return Read(content, problems)


def _former_kind(values: Values, basis: DefinitionContent) -> KindOfData | None:
    """The kind the fields were drawn for; what followed from it gives way to what follows from the new one."""
    drawn = str(values.get("kind_drawn", basis.kind.value if basis.kind else ""))
    return KindOfData(drawn) if drawn in {kind.value for kind in KindOfData} else None


def _targets(
    values: Values, basis: DefinitionContent, problems: dict[str, str], not_number: str, not_day: str
) -> tuple[LocalTarget, ...]:
    if "n_targets" not in values:
        return basis.targets
    found = []
    for place in range(1, min(int(str(values["n_targets"]) or 0), 20) + 1):

        def given(name: str, place: int = place) -> str:
            return str(values.get(f"targets_{place}_{name}", "")).strip()

        def parsed(name: str, parse: Any, message: str, place: int = place) -> Any:
            try:
                return parse(str(values.get(f"targets_{place}_{name}", "")).strip())
            except ValueError:
                problems[f"targets_{place}_{name}"] = message
                return None

        one = LocalTarget(
            value=parsed("value", number_in, not_number),
            comparison=given("comparison"),
            valid_from=parsed("valid_from", _day, not_day),
            valid_to=parsed("valid_to", _day, not_day),
            text=Words(given("text_da"), given("text_en")),
            unit_code=given("unit") or None,
        )
        found.append(one)
    return tuple(found)


def _followers(
    values: Values, basis: DefinitionContent, problems: dict[str, str], not_day: str
) -> tuple[Follower, ...]:
    if "units_drawn" not in values:
        return basis.followers
    chosen = values.get("followers", [])
    codes = [chosen] if isinstance(chosen, str) else list(chosen)
    found = []
    for code in codes:
        try:
            found.append(Follower(code, _day(str(values.get(f"from_{code}", "")))))
        except ValueError:
            problems[f"from_{code}"] = not_day
            found.append(Follower(code))
    return tuple(found)


# ------------------------------------------------------------------------------------------------ what the page says


def look(
    store: Store, viewer: Viewer, sheet: Sheet, *, today: date, problems: Mapping[str, str] | None = None
) -> Answer:
    """The remarks beside the fields, and what stands at the side: chart, what it can show, how the leader reads it."""
    content = sheet.content
    around = library.surroundings(
        store, viewer, content, today=today, version=sheet.version, author_id=viewer.account_id
    )
    remarks = lint(content, around)
    return Answer(notes=notes_of(remarks, problems or {}), side=_side(store, viewer, sheet, around, remarks))


def notes_of(remarks: list[Remark], problems: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """What stands beside each field: what could not be read first, then the linter's remarks."""
    found: dict[str, dict[str, Any]] = {}
    for name, problem in problems.items():
        found[name] = {"html": str(form.remark(Weight.ERROR, problem)), "bad": True}
    for one in remarks:
        place = found.setdefault(one.field, {"html": "", "bad": False})
        place["html"] += str(form.remark(one.weight, one.sentence(language())))
        place["bad"] = place["bad"] or one.weight is Weight.ERROR
    return found


def suggestion_for(content: DefinitionContent) -> Suggestion | None:
    """The chart that suits what is written so far; None until the kind of figures is chosen."""
    if content.kind is None:
        return None
    level = content.expected_level
    return suggest(
        content.kind,
        expected_n=content.expected_n or None,
        expected_level=None if level is None or not content.per else level / content.per,
    )


def _side(store: Store, viewer: Viewer, sheet: Sheet, around: Surroundings, remarks: list[Remark]) -> Markup:
    content = sheet.content
    counts = {weight: sum(1 for one in remarks if one.weight is weight) for weight in Weight}
    reach = next((one.reason(language()) for one in remarks if one.code == "reach"), "")
    found = suggestion_for(content)
    changed: tuple[str, ...] = ()
    if around.former is not None:
        changed = tuple(_(FIELDS[name]) for name in breaking_changes(around.former, content))
    return form.side(
        content,
        errors=counts[Weight.ERROR],
        warnings=counts[Weight.WARNING],
        first_errors=[(one.field, one.sentence(language())) for one in remarks if one.weight is Weight.ERROR][:5],
        suggestion=found,
        reach=reach,
        breaking=changed,
        unit_names=names_with_hospital(store, viewer),
        goal_names={goal.number: goal.name.say(language()) for goal in catalogue.goals(store, viewer)},
    )


def form_markup(store: Store, viewer: Viewer, sheet: Sheet, *, today: date) -> Markup:
    """All fields, filled in."""
    content = sheet.content
    mine = _deliverable(store, viewer, today)
    local = [one for one in mine if one.code == content.unit_code]
    below = _below(mine, content.unit_code) if local else []
    said_in = language()
    national = catalogue.indicators(store, viewer, scope=Scope.NATIONAL)
    return form.fields(
        FormView(
            content=content,
            version=sheet.version,
            is_kept=sheet.proposal is not None,
            returned=sheet.proposal.comment if sheet.proposal and sheet.proposal.state == "returned" else "",
            checker=sheet.proposal.checker if sheet.proposal else "",
            units=[(one.code, one.name.say(said_in), one.depth) for one in mine],
            below=[(one.code, one.name.say(said_in)) for one in below],
            goals=[(goal.number, goal.name.say(said_in)) for goal in catalogue.goals(store, viewer)],
            national=[(one.code, one.name.say(said_in), one.goal or 0) for one in national],
            charts=_charts(content),
            profiles=[(code, profile.name.say(said_in)) for code, profile in spc.PROFILES.items()],
        )
    )


def _below(mine: list[units.Unit], code: str) -> list[units.Unit]:
    """The unit and those under it, in the order of the tree."""
    inside, found = {code}, []
    for one in sorted(mine, key=lambda unit: unit.depth):
        if one.code == code or one.parent_code in inside:
            inside.add(one.code)
    found = [one for one in mine if one.code in inside]
    return sorted(found, key=lambda unit: unit.code != code)


def _charts(content: DefinitionContent) -> list[tuple[str, str]]:
    codes = KINDS[content.kind].charts if content.kind else tuple(spc.CHARTS)
    return [(code, chart_name(code)) for code in codes]


# ------------------------------------------------------------------------------------------------ what the buttons do


def left_field(
    store: Store,
    viewer: Viewer,
    values: Values,
    code: str,
    proposal_id: int | None,
    *,
    today: date,
    seen: frozenset[str] | None = None,
) -> Answer:
    """A field was left: remarks and side anew; the fields too, where others follow from what was chosen.

    Remarks stand beside the fields the writer has `seen` (None: all of them).
    """
    sheet = _sheet(store, viewer, code, proposal_id, today)
    read = read_values(values, sheet.content)
    content = _with_code(store, viewer, read.content, sheet)
    changed = Sheet(content, sheet.version, sheet.proposal)
    answer = look(store, viewer, changed, today=today, problems=read.problems)
    answer = _with(answer, notes=_about(answer, seen))
    if _is_drawn_anew(values, read.content, content):
        return _with(answer, html=form_markup(store, viewer, changed, today=today))
    return answer


def _about(answer: Answer, seen: frozenset[str] | None) -> dict[str, dict[str, Any]]:
    return {name: note for name, note in answer.notes.items() if seen is None or name in seen}


def _is_drawn_anew(values: Values, read: DefinitionContent, content: DefinitionContent) -> bool:
    drawn_kind = str(values.get("kind_drawn", ""))
    return (
        drawn_kind != (content.kind.value if content.kind else "")
        or str(values.get("units_drawn", "")) != content.unit_code
        or str(values.get("goal_drawn", "")) != str(content.goal or "")
        or read.code != content.code
    )


def _with_code(store: Store, viewer: Viewer, content: DefinitionContent, sheet: Sheet) -> DefinitionContent:
    """A code is proposed once there is a name; that of a later version is the indicator's, whatever was sent."""
    if not sheet.is_new:
        return content.but(code=sheet.content.code)
    if content.code or not content.name.da:
        return content
    taken = [one.code for one in catalogue.indicators(store, viewer)]
    return content.but(code=suggest_code(content.name.da, taken))


def _with(answer: Answer, **changes: Any) -> Answer:
    return replace(answer, **changes)


def _sheet(store: Store, viewer: Viewer, code: str, proposal_id: int | None, today: date) -> Sheet:
    if proposal_id is not None:
        kept = library.proposal(store, viewer, proposal_id)
        return Sheet(kept.content, kept.version, kept)
    return open_sheet(store, viewer, code, today=today)


def press(
    store: Store,
    viewer: Viewer,
    button: str,
    values: Values,
    code: str,
    proposal_id: int | None,
    *,
    today: date,
    now: datetime,
    seen: frozenset[str] | None = None,
) -> Answer:
    """A button of the form was pressed: add or remove a target, take the suggested chart, keep, send, withdraw."""
    sheet = _sheet(store, viewer, code, proposal_id, today)
    read = read_values(values, sheet.content)
    content = _with_code(store, viewer, read.content, sheet)
    if button in ("save", "send"):
        kept = _keep(store, viewer, button, Sheet(content, sheet.version, sheet.proposal), read, today=today, now=now)
        return _with(kept, is_tried=True)
    if button == "withdraw" and sheet.proposal is not None:
        definitions.withdraw(store, viewer, sheet.proposal.id, now=now)
        return Answer(href="/indikatorer?v=1&vis=trukket")
    focus = ""
    if button == "add_target":
        content = content.but(targets=(*content.targets, _next_target(content)))
        focus = f"targets_{len(content.targets)}_comparison"
    elif found := re.fullmatch(r"drop_target_(\d+)", button):
        place = int(found[1]) - 1
        content = content.but(targets=content.targets[:place] + content.targets[place + 1 :])
    elif found := re.fullmatch(r"use_chart_(\w+)", button):
        content = content.but(chart=found[1], profile="anhoej")
        focus = "chart"
    elif found := re.fullmatch(r"use_kind_(\w+)", button):
        content = with_kind(content, KindOfData(found[1]))
        focus = "kind"
    elif button == "all_units":
        content = content.but(followers=_everybody(store, viewer, content, today))
    changed = Sheet(content, sheet.version, sheet.proposal)
    answer = look(store, viewer, changed, today=today, problems=read.problems)
    answer = _with(answer, notes=_about(answer, seen))
    return _with(answer, html=form_markup(store, viewer, changed, today=today), focus=focus)


def _next_target(content: DefinitionContent) -> LocalTarget:
    good = {Direction.UP: ">=", Direction.DOWN: "<="}
    sign = good.get(content.direction, "") if content.direction else ""
    return LocalTarget(comparison=sign, valid_from=content.valid_from)


def _everybody(store: Store, viewer: Viewer, content: DefinitionContent, today: date) -> tuple[Follower, ...]:
    known = {one.unit_code: one for one in content.followers}
    below = _below(_deliverable(store, viewer, today), content.unit_code)
    return tuple(known.get(one.code, Follower(one.code)) for one in below)


def _keep(store: Store, viewer: Viewer, button: str, sheet: Sheet, read: Read, *, today: date, now: datetime) -> Answer:
    if read.problems:
        answer = look(store, viewer, sheet, today=today, problems=read.problems)
        message = form.message("error", _("Ret de felter, der ikke kan læses. Intet er gemt endnu."))
        return _with(answer, message=message, focus=next(iter(read.problems)))
    try:
        kept = _store(store, viewer, sheet, today=today, now=now)
    except DefinitionError as refused:
        return _refused(store, viewer, sheet, refused, today)
    except (NotAllowed, NotFound) as refused:
        answer = look(store, viewer, sheet, today=today)
        return _with(answer, message=form.message("error", refused.reason(language())))
    place = f"/indikatorer/{kept.indicator_code}"
    if button == "save":
        if sheet.proposal is None or sheet.proposal.indicator_code != kept.indicator_code:
            return Answer(href=f"{place}/ret?v=1&vis=gemt")
        saved = Sheet(kept.content, kept.version, kept)
        text = _("Kladden er gemt.")
        answer = look(store, viewer, saved, today=today)
        return _with(answer, message=form.message("ok", text), html=form_markup(store, viewer, saved, today=today))
    try:
        definitions.propose(store, viewer, kept.id, today=today, now=now)
    except DefinitionError as refused:
        saved = Sheet(kept.content, kept.version, kept)
        return _with(
            _refused(store, viewer, saved, refused, today),
            html=form_markup(store, viewer, saved, today=today),
            proposal_id=kept.id,
        )
    return Answer(href=f"{place}/om?v=1&vis=sendt")


def _store(store: Store, viewer: Viewer, sheet: Sheet, *, today: date, now: datetime) -> Proposal:
    if sheet.proposal is not None:
        return definitions.save(store, viewer, sheet.proposal.id, sheet.content, now=now)
    if sheet.is_new:
        return definitions.begin(store, viewer, sheet.content, now=now)
    return definitions.begin_version(store, viewer, sheet.content.code, sheet.content, today=today, now=now)


def _refused(store: Store, viewer: Viewer, sheet: Sheet, refused: DefinitionError, today: date) -> Answer:
    # A text with a CPR number is not said again: neither beside the field nor at the side.
    is_personal = refused.words is definitions.HAS_CPR
    if is_personal:
        notes = {refused.field: {"html": str(form.remark(Weight.ERROR, refused.reason(language()))), "bad": True}}
        return Answer(notes=notes, message=form.message("error", refused.reason(language())), focus=refused.field)
    problems = {refused.field: refused.reason(language())} if refused.field else {}
    answer = look(store, viewer, sheet, today=today, problems=problems)
    text = refused.reason(language())
    focus = refused.field or (refused.remarks[0].field if refused.remarks else "")
    if refused.remarks:
        text = _("Kladden er gemt, men ikke sendt. Ret det, der står med rødt.")
    return _with(answer, message=form.message("error", text), focus=focus)


def from_file(
    store: Store, viewer: Viewer, file: Mapping[str, Any], *, today: date
) -> tuple[Answer, DefinitionContent | None]:
    """A definition file as a filled form, with nothing kept: whoever opened it looks at it and keeps it."""
    try:
        data = base64.b64decode(str(file.get("content", "")), validate=True)
        read = read_definition(data)
    except DefinitionFileError as refused:
        return Answer(message=form.message("error", refused.reason(language()))), None
    except (binascii.Error, ValueError):
        return Answer(message=form.message("error", _("Filen kunne ikke læses."))), None
    content = read.content
    notes = []
    if content.unit_code and not viewer.may_deliver(content.unit_code):
        content = content.but(unit_code=_blank(store, viewer, today).unit_code, followers=())
        notes.append(_("Enheden i filen er ikke din; den er skiftet til din egen."))
    content = content.but(
        unit_code=content.unit_code or _blank(store, viewer, today).unit_code,
        followers=tuple(one for one in content.followers if viewer.may_deliver(one.unit_code)),
    )
    if read.left_out:
        notes.append(_("Sprunget over: {keys}.").format(keys=", ".join(read.left_out)))
    sheet = Sheet(content, 1)
    answer = look(store, viewer, sheet, today=today)
    text = " ".join([_("Filen er læst ind i formularen. Intet er gemt endnu."), *notes])
    return _with(
        answer, html=form_markup(store, viewer, sheet, today=today), message=form.message("info", text)
    ), content

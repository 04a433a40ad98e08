"""Evaluatorer: who evaluates which cohort, the two rights that go with it, and who gave or took them. No Dash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from markupsafe import Markup

from dashboards.presenters.receipts import alert
from dashboards.text import N_, _, language, moment_text
from data import accounts
from data.access import Viewer
from data.accounts import EVALUATOR_RIGHT
from data.audit import AuditEvent
from data.errors import DataError
from data.queries import accounts as asked
from data.queries import audit
from data.queries.accounts import Evaluator
from data.store import Store

PATH = "/administration/evaluatorer"
LATEST = 10  # changes shown
GIVE, TAKE = "give", "take"
ALL = "-"  # in the name of a button: the role is for all cohorts. No cohort has that code

Right = Literal["names", "counts"]
RIGHTS: dict[str, Right] = {"names": "names", "counts": "counts"}
TITLES = {"names": N_("Enhedernes navne"), "counts": N_("Præcise tal")}
MEANINGS = {
    "names": N_(
        "Med retten kan evaluatoren åbne holdets enheder på tavlen og se, hvilke de er; små tal er stadig skjult. "
        "Uden den er enhederne pseudonymer som E-017, og ingen af dem kan åbnes."
    ),
    "counts": N_(
        "Med retten kan evaluatoren hente datasættet med præcise tæller og nævner, også små tal, så en analyse kan "
        "regnes om til sidste ciffer. Uden den er små tal og det, de kan regnes ud fra, udeladt i filen."
    ),
}


@dataclass(frozen=True, slots=True)
class Switch:
    """One right of one row: whether it is given, and the button that changes that. `name` keeps the focus on it."""

    title: str
    is_given: bool
    press: str
    name: str
    button: str


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    email: str
    groups: str
    is_active: bool
    switches: tuple[Switch, ...]


@dataclass(frozen=True, slots=True)
class RightsView:
    rows: tuple[Row, ...]
    changes: tuple[tuple[str, str], ...]
    """When, and what was done by whom."""


def rights_view(store: Store, viewer: Viewer, *, timezone: str) -> RightsView:
    """Everything the page shows.

    Raises
    ------
    NotAllowed
        The viewer is no administrator.
    """
    found = asked.evaluators(store, viewer)
    events = audit.recent(store, viewer, LATEST, action=EVALUATOR_RIGHT)
    return RightsView(
        tuple(_row(number, one) for number, one in enumerate(found)),
        tuple((moment_text(event.at, timezone), _change(event, found)) for event in events),
    )


def _row(number: int, one: Evaluator) -> Row:
    switches = []
    for right, is_given in (("names", one.names), ("counts", one.counts)):
        step = TAKE if is_given else GIVE
        switches.append(
            Switch(
                title=_(TITLES[right]),
                is_given=is_given,
                press=f"{step} {right} {one.cohort_code or ALL} {one.email}",
                name=f"{right}-{number}",
                button=_("Tag retten tilbage") if is_given else _("Giv retten"),
            )
        )
    return Row(one.name, one.email, groups_of(one), one.is_active, tuple(switches))


def groups_of(one: Evaluator) -> str:
    if one.cohort_code is None:
        return _("Alle hold")
    return one.cohort.say(language()) if one.cohort else one.cohort_code


def _change(event: AuditEvent, found: Sequence[Evaluator]) -> str:
    detail = event.detail
    names = {one.email: one.name for one in found}
    groups = {one.cohort_code: groups_of(one) for one in found}
    cohort, right = detail["cohort"], detail["right"]
    if detail["after"]:
        said = _("{actor} gav {person} retten »{right}« ({groups}).")
    else:
        said = _("{actor} tog retten »{right}« fra {person} ({groups}).")
    return said.format(
        actor=event.actor,
        person=names.get(event.subject, event.subject),
        right=_(TITLES[right]),
        groups=groups.get(cohort, cohort or _("Alle hold")),
    )


def press(store: Store, viewer: Viewer, pressed: Mapping[str, Any], *, now: datetime) -> Markup:
    """Give or take the right that the button names, and say what became of it.

    What no button of the page says changes nothing and gets the words of a page that is out of date.
    """
    step, _space, rest = str(pressed.get("name", "")).partition(" ")
    right, _space, rest = rest.partition(" ")
    cohort, _space, email = rest.partition(" ")
    if step not in (GIVE, TAKE) or right not in RIGHTS:
        return alert("error", "warn", _("Det kan siden ikke. Hent den igen."))
    code = None if cohort == ALL else cohort
    try:
        changed = accounts.set_evaluator_right(store, viewer, email, code, RIGHTS[right], step == GIVE, now=now)
    except DataError as refusal:
        return alert("error", "warn", refusal.reason(language()))
    if not changed:
        return alert("ok", "check", _("Sådan var det allerede: en anden har gjort det imens."))
    if step == GIVE:
        said = _("{email} har fået retten »{right}«. Den gælder fra næste side, der åbnes.")
    else:
        said = _(
            "{email} har ikke retten »{right}« mere. Det gælder fra næste side, der åbnes; filer, der er hentet, "
            "bliver."
        )
    return alert("ok", "check", said.format(email=email, right=_(TITLES[right])))

"""Indicators of one's own: written as a draft, sent to be checked, put in force by another person than the author.

```
draft ──propose──► proposed ──approve (somebody else)──► approved: a version in force
  ▲                   │
  └──── returned ◄────┘ with a comment          withdrawn ◄── from any of the first three
```

A change of an indicator in force is a new version with a date of its own; the one before it is closed the day before.
Where what is counted, among whom, or on which scale has changed, a data break is drawn on every series that has figures
from before. Nothing is in force until it is approved, and every step leaves an audit event.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from data import audit, cpr, reading, states
from data.access import Viewer, require_delivery, subtree
from data.checkers import checkers_of
from data.errors import DataError, NotAllowed, NotFound
from data.outbox import Kind, queue_definition
from data.queries.catalogue import NO_INDICATOR
from data.queries.definitions import (
    LIVE,
    WHOLE_COUNTRY,
    Proposal,
    ProposalState,
    content_in_force,
    proposal_by_id,
    surroundings_of,
)
from data.schema import definition_proposal, indicator, observation, phase, series, target
from data.states import SeriesState
from data.store import Store, read_info, stored_moment
from indicators.definition import PeriodKind, Scope, Verification
from indicators.definition_content import (
    LOCAL_TARGET,
    DefinitionContent,
    Follower,
    LocalTarget,
    breaking_changes,
    changed_fields,
    draws_break,
)
from indicators.definition_lint import Remark, Weight, lint
from indicators.periods import next_start, start_of
from indicators.words import Words

__all__ = [
    "DefinitionError", "approve", "begin", "begin_version", "change_basis", "propose", "reopen", "save", "send_back",
    "withdraw",
]  # fmt: skip

_ADDRESSABLE = re.compile(r"\w[\w-]{0,63}")

NO_UNIT_YET = Words("Vælg først den enhed, indikatoren hører til.", "Choose the unit the indicator belongs to first.")
NO_CODE_YET = Words("Giv indikatoren et navn eller en kode først.", "Give the indicator a name or a code first.")
CODE_NOT_PLAIN = Words(
    "»{code}« kan ikke være en kode: den står i sidens adresse. Brug bogstaver, tal og bindestreg.",
    "“{code}” cannot be a code: it stands in the address of the page. Use letters, digits and hyphens.",
)
CODE_BUSY = Words(
    "Der arbejdes allerede på {code}. Tag fat i {author}, eller vælg en anden kode.",
    "Somebody is working on {code} already. Talk to {author}, or choose another code.",
)
CODE_USED = Words("Koden {code} er allerede i brug. Vælg en anden.", "The code {code} is in use. Choose another one.")
NOT_BELOW = Words(
    "{unit} hører ikke under den enhed, indikatoren hører til.",
    "{unit} is not below the unit the indicator belongs to.",
)
HAS_CPR = Words(
    "Der står noget i feltet, der ligner et CPR-nummer. Intet er gemt. Skriv aldrig om enkelte patienter.",
    "Something in the field looks like a CPR number. Nothing is kept. Never write about single patients.",
)
NOT_A_NUMBER = Words("Et af tallene kan ikke bruges.", "One of the numbers cannot be used.")
TOO_LONG = Words("Teksten er for lang.", "The text is too long.")
NOT_YOURS = Words(
    "Kun {author} kan rette i forslaget, så den, der kontrollerer, ikke selv har skrevet i det.",
    "Only {author} can change the proposal, so that whoever checks it has not written in it.",
)
WRONG_STATE = Words(
    "Forslaget er ikke længere der, hvor du så det: en anden har sendt, godkendt eller trukket det tilbage. Hent "
    "siden igen.",
    "The proposal is no longer where you saw it: somebody has sent, approved or withdrawn it. Load the page again.",
)
CHANGED_SINCE = Words(
    "Forslaget er ændret, siden du åbnede det. Læs det igen, før du godkender.",
    "The proposal has changed since you opened it. Read it again before you approve.",
)
OWN_WORK = Words(
    "Du har selv skrevet forslaget. Det skal kontrolleres af en anden.",
    "You wrote the proposal yourself. Somebody else must check it.",
)
NOT_CHECKER = Words(
    "Du kan ikke kontrollere definitioner for {unit}. Det kan kvalitetsteamet for enheden eller en enhed over den, og "
    "administratoren.",
    "You cannot check definitions of {unit}. The quality team of the unit or of one above it can, and the "
    "administrator.",
)
NEEDS_COMMENT = Words(
    "Skriv, hvad der skal ændres, før du sender forslaget tilbage.",
    "Write what is to be changed before you send the proposal back.",
)
HAS_ERRORS = Words(
    "Definitionen kan ikke sendes til kontrol, før det her er rettet:\n{remarks}",
    "The definition cannot be sent to be checked before this is mended:\n{remarks}",
)
SHIPPED = Words(
    "{code} følger med Tavle og kan ikke ændres her. Lav en lokal indikator, hvis I tæller på en anden måde.",
    "{code} comes with Tavle and cannot be changed here. Make a local indicator if you count in another way.",
)
NOT_YOUR_INDICATOR = Words(
    "{code} hører til {unit}, som du ikke indberetter for.",
    "{code} belongs to {unit}, for which you do not hand in figures.",
)

LONGEST_COMMENT = 2000
LARGEST = 1e12


class DefinitionError(DataError):
    """A definition that cannot be kept, sent or put in force. `field` says where, `remarks` what the linter said."""

    def __init__(self, words: Words, *, field: str = "", remarks: Sequence[Remark] = (), **values: object) -> None:
        super().__init__(words, **values)
        self.field = field
        self.remarks = tuple(remarks)


# ------------------------------------------------------------------------------------------------------- the author


def begin(store: Store, viewer: Viewer, content: DefinitionContent, *, now: datetime) -> Proposal:
    """Keep a draft of a new indicator; the viewer is its author. It may lack anything but a unit and a code.

    Raises
    ------
    NotAllowed, NotFound
        The unit does not exist, or the viewer may not deliver for it or for one of those that are to follow.
    DefinitionError
        The code is taken, a text holds a CPR number, a unit is not below the one it belongs to.
    """

    def write(connection: Connection) -> Proposal:
        _require_keepable(connection, viewer, content)
        if connection.scalar(select(func.count()).where(func.lower(indicator.c.code) == content.code.lower())):
            raise DefinitionError(CODE_USED, field="code", code=content.code)
        return _insert(connection, viewer, content, 1, now)

    return store.write(write, changes_data=False)


def begin_version(
    store: Store, viewer: Viewer, code: str, content: DefinitionContent | None = None, *, today: date, now: datetime
) -> Proposal:
    """Keep a draft of the next version of an indicator in force; without `content`, one that begins from it unchanged.

    Raises
    ------
    NotFound, NotAllowed
        There is no such indicator; it came with Tavle; it belongs to a unit the viewer does not deliver for.
    DefinitionError
        Somebody works on it already, or as for `begin`.
    """

    def write(connection: Connection) -> Proposal:
        version, basis = change_basis(connection, viewer, code, today=today)
        wanted = basis if content is None else content.but(code=code)
        _require_keepable(connection, viewer, wanted)
        return _insert(connection, viewer, wanted, version, now)

    return store.write(write, changes_data=False)


def change_basis(connection: Connection, viewer: Viewer, code: str, *, today: date) -> tuple[int, DefinitionContent]:
    """The number of the next version of an indicator, and the content it begins from: what is in force, from the
    next period on. Raises as `begin_version` does."""
    rows = connection.execute(
        select(indicator.c.version, indicator.c.is_demo).where(indicator.c.code == code).order_by(indicator.c.version)
    ).all()
    if not rows:
        raise NotFound(NO_INDICATOR, code=code)
    owner = reading.owner_units(connection).get(code, "")
    if not owner and not rows[-1].is_demo:
        raise NotAllowed(SHIPPED, code=code)
    if not viewer.may_deliver(owner or WHOLE_COUNTRY):
        raise NotAllowed(NOT_YOUR_INDICATOR, code=code, unit=owner or WHOLE_COUNTRY)
    former = content_in_force(connection, viewer, code)
    kind = PeriodKind.MONTH if former.period is PeriodKind.DAY else former.period
    begins = next_start(start_of(max(today, former.valid_from or today), kind), kind)
    review = former.review_on if former.review_on and former.review_on > today else None
    changed = former.but(valid_from=begins, unit_code=former.unit_code or WHOLE_COUNTRY, review_on=review)
    return rows[-1].version + 1, changed


def save(store: Store, viewer: Viewer, proposal_id: int, content: DefinitionContent, *, now: datetime) -> Proposal:
    """Keep a draft, or a returned proposal, as it is now written. Raises as `begin`, and NotAllowed for anybody but
    its author."""

    def write(connection: Connection) -> Proposal:
        found = _mine(connection, viewer, proposal_id)
        wanted = content if found.version == 1 else content.but(code=found.indicator_code)
        _require_keepable(connection, viewer, wanted, found.id)
        changed = changed_fields(found.content, wanted)
        if changed:
            values = {"content": wanted.to_json(), "indicator_code": wanted.code, "unit_code": wanted.unit_code}
            _update(connection, found, now, **values)
            _trace(connection, viewer, found, "saved", now, fields=list(changed))
        return proposal_by_id(connection, viewer, found.id)

    return store.write(write, changes_data=False)


def propose(store: Store, viewer: Viewer, proposal_id: int, *, today: date, now: datetime) -> Proposal:
    """Send a draft to be checked, and tell those who may check it by mail: quality teams, else administrators.

    Raises
    ------
    DefinitionError
        The linter finds an error; `remarks` are its errors.
    NotAllowed
        The viewer is not its author.
    """

    def write(connection: Connection) -> Proposal:
        found = _mine(connection, viewer, proposal_id)
        _require_keepable(connection, viewer, found.content, found.id)
        _require_sound(connection, viewer, found, today)
        _update(connection, found, now, state=ProposalState.PROPOSED.value, checker_id=None, checker="")
        _trace(connection, viewer, found, "proposed", now)
        checkers = checkers_of(connection, found.unit_code, found.author_id)
        nearest = [one.account_id for one in checkers if not one.is_administrator]
        _tell(connection, viewer, found, Kind.DEFINITION_PROPOSED, nearest or [one.account_id for one in checkers], now)
        return proposal_by_id(connection, viewer, found.id)

    return store.write(write, changes_data=False)


def reopen(store: Store, viewer: Viewer, proposal_id: int, *, now: datetime) -> Proposal:
    """Take a proposal back from its checker to write in it again."""

    def write(connection: Connection) -> Proposal:
        found = proposal_by_id(connection, viewer, proposal_id)
        if not found.is_by(viewer):
            raise NotAllowed(NOT_YOURS, author=found.author)
        _require_state(found, ProposalState.PROPOSED)
        _update(connection, found, now, state=ProposalState.DRAFT.value)
        _trace(connection, viewer, found, "reopened", now)
        return proposal_by_id(connection, viewer, found.id)

    return store.write(write, changes_data=False)


def withdraw(store: Store, viewer: Viewer, proposal_id: int, *, now: datetime, reason: str = "") -> Proposal:
    """End a proposal that is not in force. Everybody who delivers for its unit may: an author may have left."""

    def write(connection: Connection) -> Proposal:
        found = proposal_by_id(connection, viewer, proposal_id)
        _require_state(found, ProposalState.DRAFT, ProposalState.PROPOSED, ProposalState.RETURNED)
        _require_plain("comment", reason)
        _update(connection, found, now, state=ProposalState.WITHDRAWN.value)
        _trace(connection, viewer, found, "withdrawn", now, reason=reason.strip())
        return proposal_by_id(connection, viewer, found.id)

    return store.write(write, changes_data=False)


# ------------------------------------------------------------------------------------------------------- the checker


def send_back(
    store: Store, viewer: Viewer, proposal_id: int, *, comment: str, now: datetime, seen: datetime | None = None
) -> Proposal:
    """Give a proposal back to its author, with what is to be changed, by mail too. Raises as `approve`, and without a
    comment."""

    def write(connection: Connection) -> Proposal:
        found = _checkable(connection, viewer, proposal_id, seen)
        if not comment.strip():
            raise DefinitionError(NEEDS_COMMENT, field="comment")
        _require_plain("comment", comment)
        _update(connection, found, now, state=ProposalState.RETURNED.value, **_checked(viewer, comment))
        _trace(connection, viewer, found, "returned", now)
        _tell(connection, viewer, found, Kind.DEFINITION_RETURNED, [found.author_id], now, comment.strip())
        return proposal_by_id(connection, viewer, found.id)

    return store.write(write, changes_data=False)


def approve(
    store: Store,
    viewer: Viewer,
    proposal_id: int,
    *,
    today: date,
    now: datetime,
    comment: str = "",
    seen: datetime | None = None,
) -> list[SeriesState]:
    """Put a proposal in force: the version, its targets, the series of its followers, and a data break where needed.

    All of it in one transaction, with the new states of the series it concerns, which are returned. `seen` is
    `changed_at` of what the checker has read: a proposal that has changed since is not approved.

    Raises
    ------
    NotAllowed
        The viewer is its author, or does not deliver for its unit.
    DefinitionError
        It has changed since it was read, is no longer waiting, or has an error by now (a code taken meanwhile).
    """

    def write(connection: Connection) -> list[SeriesState]:
        found = _checkable(connection, viewer, proposal_id, seen)
        _require_plain("comment", comment)
        former = _require_sound(connection, viewer, found, today)
        newest = connection.scalar(
            select(func.max(indicator.c.version)).where(indicator.c.code == found.indicator_code)
        )
        if (newest or 0) + 1 != found.version:
            raise DefinitionError(WRONG_STATE)
        content = found.content
        _write_version(connection, viewer, found, is_demo=read_info(connection, "is_demo") == "true")
        _write_targets(connection, content, former)
        touched = _write_series(connection, content, former)
        broken = _write_break(connection, viewer, content, former, now)
        _update(connection, found, now, state=ProposalState.APPROVED.value, **_checked(viewer, comment))
        detail = {"series": len(touched), "data_breaks": broken, "author": found.author}
        _trace(connection, viewer, found, "approved", now, **detail)
        _tell(connection, viewer, found, Kind.DEFINITION_APPROVED, [found.author_id], now)
        pairs = [(content.code, unit_code) for unit_code in touched]
        return states.recalculate(connection, pairs, today=today, now=now, deadline_day=store.deadline_day)

    return store.write(write)


def _tell(
    connection: Connection,
    viewer: Viewer,
    found: Proposal,
    kind: Kind,
    recipients: Sequence[int],
    now: datetime,
    reason: str = "",
) -> None:
    content = found.content
    queue_definition(
        connection,
        kind,
        recipients,
        code=found.indicator_code,
        name=content.name,
        unit=found.unit_code,
        author=viewer.name,
        now=now,
        reason=reason,
        day=content.valid_from,
    )


def _checkable(connection: Connection, viewer: Viewer, proposal_id: int, seen: datetime | None) -> Proposal:
    found = proposal_by_id(connection, viewer, proposal_id)
    if found.is_by(viewer):
        raise NotAllowed(OWN_WORK)
    _require_state(found, ProposalState.PROPOSED)
    if not found.may_be_checked_by(viewer):
        raise NotAllowed(NOT_CHECKER, unit=found.unit_code)
    if seen is not None and seen != found.changed_at:
        raise DefinitionError(CHANGED_SINCE)
    return found


def _checked(viewer: Viewer, comment: str) -> dict[str, Any]:
    return {"checker_id": viewer.account_id, "checker": viewer.name, "comment": comment.strip()}


# --------------------------------------------------------------------------------------------------- what is refused


def _require_keepable(
    connection: Connection, viewer: Viewer, content: DefinitionContent, proposal_id: int | None = None
) -> None:
    """What even a draft must satisfy: nothing personal, a unit and a code, only units one may deliver for."""
    for name, text in content.texts().items():
        _require_plain(name, text)
    for one in fields(content):
        value = getattr(content, one.name)
        if isinstance(value, int | float) and not (math.isfinite(value) and abs(value) <= LARGEST):
            raise DefinitionError(NOT_A_NUMBER, field=one.name)
    for place, aim in enumerate(content.targets, start=1):
        if aim.value is not None and not (math.isfinite(aim.value) and abs(aim.value) <= LARGEST):
            raise DefinitionError(NOT_A_NUMBER, field=f"targets_{place}_value")
    if not content.code.strip():
        raise DefinitionError(NO_CODE_YET, field="code")
    if not _ADDRESSABLE.fullmatch(content.code):
        raise DefinitionError(CODE_NOT_PLAIN, field="code", code=content.code[:40])
    if not content.unit_code:
        raise DefinitionError(NO_UNIT_YET, field="unit")
    named = [content.unit_code, *(one.unit_code for one in content.followers)]
    require_delivery(connection, viewer, named)
    below = subtree(connection, content.unit_code)
    for follower in content.followers:
        if follower.unit_code not in below:
            raise DefinitionError(NOT_BELOW, field="followers", unit=follower.unit_code)
    busy = connection.execute(
        select(definition_proposal.c.author, definition_proposal.c.id).where(
            func.lower(definition_proposal.c.indicator_code) == content.code.lower(),
            definition_proposal.c.state.in_(LIVE),
        )
    ).all()
    for other in busy:
        if other.id != proposal_id:
            raise DefinitionError(CODE_BUSY, field="code", code=content.code, author=other.author)


def _require_plain(field: str, text: str) -> None:
    if cpr.count(text):
        raise DefinitionError(HAS_CPR, field=field)
    if len(text) > LONGEST_COMMENT:
        raise DefinitionError(TOO_LONG, field=field)


def _require_sound(connection: Connection, viewer: Viewer, found: Proposal, today: date) -> DefinitionContent | None:
    """Raise with the linter's errors, if it has any; else the content in force before, if there is one."""
    around = surroundings_of(
        connection, viewer, found.content, today=today, version=found.version, author_id=found.author_id
    )
    errors = [remark for remark in lint(found.content, around) if remark.weight is Weight.ERROR]
    if errors:
        listed = Words(*("\n".join(f"- {one.sentence(said)}" for one in errors) for said in ("da", "en")))
        words = Words(HAS_ERRORS.da.format(remarks=listed.da), HAS_ERRORS.en.format(remarks=listed.en))
        raise DefinitionError(words, remarks=errors)
    return around.former


def _mine(connection: Connection, viewer: Viewer, proposal_id: int) -> Proposal:
    found = proposal_by_id(connection, viewer, proposal_id)
    if not found.is_by(viewer):
        raise NotAllowed(NOT_YOURS, author=found.author)
    _require_state(found, ProposalState.DRAFT, ProposalState.RETURNED)
    return found


def _require_state(found: Proposal, *wanted: ProposalState) -> None:
    if found.state not in wanted:
        raise DefinitionError(WRONG_STATE)


# --------------------------------------------------------------------------------------------------- what is written


def _insert(
    connection: Connection, viewer: Viewer, content: DefinitionContent, version: int, now: datetime
) -> Proposal:
    moment = stored_moment(now)
    new = connection.scalar(
        insert(definition_proposal)
        .values(
            indicator_code=content.code,
            version=version,
            unit_code=content.unit_code,
            content=content.to_json(),
            state=ProposalState.DRAFT.value,
            author_id=viewer.account_id,
            author=viewer.name,
            checker_id=None,
            checker="",
            comment="",
            created_at=moment,
            changed_at=moment,
        )
        .returning(definition_proposal.c.id)
    )
    found = proposal_by_id(connection, viewer, int(new or 0))
    _trace(connection, viewer, found, "begun", now)
    return found


def _update(connection: Connection, found: Proposal, now: datetime, **values: Any) -> None:
    # Two steps within the clock's resolution must still differ: `seen` compares these moments.
    moment = max(stored_moment(now), found.changed_at + timedelta(microseconds=1))
    connection.execute(
        update(definition_proposal).where(definition_proposal.c.id == found.id).values(**values, changed_at=moment)
    )


def _trace(connection: Connection, viewer: Viewer, found: Proposal, step: str, now: datetime, **detail: Any) -> None:
    audit.append(
        connection,
        at=now,
        actor=viewer.email,
        action=f"definition.{step}",
        subject=found.indicator_code,
        detail={"proposal": found.id, "version": found.version, "unit": found.unit_code, **detail},
    )


FREQUENCY = {
    PeriodKind.DAY: "irregular",
    PeriodKind.WEEK: "weekly",
    PeriodKind.MONTH: "monthly",
    PeriodKind.QUARTER: "quarterly",
    PeriodKind.YEAR: "yearly",
}


def _write_version(connection: Connection, viewer: Viewer, found: Proposal, *, is_demo: bool) -> None:
    content = found.content
    definition = content.as_definition(found.version, checker=viewer.name)
    words = {
        # A text without English stands in Danish on the English page rather than as a hole.
        f"{name}_{language}": getattr(definition, name).say(language) or getattr(definition, name).da
        for name in ("name", "definition", "numerator", "denominator", "unit_of_measure", "note")
        for language in ("da", "en")
    }
    assert content.valid_from is not None  # the linter has seen to it
    connection.execute(
        update(indicator)
        .where(
            indicator.c.code == content.code,
            indicator.c.version == found.version - 1,
            indicator.c.valid_to.is_(None) | (indicator.c.valid_to >= content.valid_from),
        )
        .values(valid_to=content.valid_from - timedelta(days=1))
    )
    connection.execute(
        insert(indicator).values(
            **words,
            code=definition.code,
            version=found.version,
            scope=Scope.LOCAL.value,
            goal_number=definition.goal,
            has_denominator=definition.has_denominator,
            per=definition.per,
            direction=definition.direction.value,
            role=definition.role.value,
            chart=definition.chart,
            profile=definition.profile,
            decimals=definition.decimals,
            open_periods=definition.open_periods,
            period=definition.period.value,
            minimum=definition.minimum,
            maximum=definition.maximum,
            contributes_to=definition.contributes_to,
            verification=Verification.OWN.value,
            levels=";".join(reading.kinds_of_units(connection, [one.unit_code for one in content.followers])),
            frequency=FREQUENCY[definition.period],
            data_source=content.data_source,
            owner=definition.owner,
            checker=definition.checker,
            review_on=definition.review_on,
            valid_from=definition.valid_from,
            valid_to=None,
            is_demo=is_demo,
            source=content.data_source,
        )
    )


AT_LEAST = {
    ">=": Words("Mindst {value}", "At least {value}"),
    ">": Words("Over {value}", "Above {value}"),
    "<=": Words("Højst {value}", "At most {value}"),
    "<": Words("Under {value}", "Below {value}"),
}


def target_text(content: DefinitionContent, aim: LocalTarget) -> Words:
    """What a target says: its own words, else its number with sign and unit.

    Examples
    --------
    >>> content = DefinitionContent(per=100, unit_of_measure=Words("%", "%"))
    >>> target_text(content, LocalTarget(92.5, ">=")).da
    'Mindst 92,5 %'
    """
    if aim.text.da.strip():
        return Words(aim.text.da, aim.text.en or aim.text.da)
    if aim.value is None or aim.comparison not in AT_LEAST:
        return Words("", "")
    value = f"{aim.value:g}"
    unit = Words(content.unit_of_measure.da, content.unit_of_measure.en or content.unit_of_measure.da)
    space = Words(" ", "" if unit.en == "%" else " ")
    return Words(
        AT_LEAST[aim.comparison].say("da", value=f"{value.replace('.', ',')}{space.da}{unit.da}".strip()),
        AT_LEAST[aim.comparison].say("en", value=f"{value}{space.en}{unit.en}".strip()),
    )


def _key(unit_code: str | None, value: float | None, comparison: str, valid_from: date | None) -> tuple[Any, ...]:
    return unit_code, value, comparison, valid_from


def _write_targets(connection: Connection, content: DefinitionContent, former: DefinitionContent | None) -> None:
    """New targets in, changed ones changed; one that is taken off the list ends the day before, if it had begun.

    What was aimed for last year stays what was aimed for last year.
    """
    begins = content.valid_from
    assert begins is not None
    wanted = {
        _key(aim.unit_code or content.unit_code, aim.value, aim.comparison, aim.valid_from): aim
        for aim in content.targets
    }
    rows = connection.execute(
        select(target).where(target.c.indicator_code == content.code, target.c.id > 0, target.c.value.is_not(None))
    ).all()
    for row in rows:
        # A demo target names no unit: it holds wherever the indicator is followed.
        key = _key(row.unit_code or content.unit_code, row.value, row.comparison, row.valid_from)
        aim = wanted.pop(key, None)
        if aim is not None:
            words = target_text(content, aim)
            values = {"valid_to": aim.valid_to, "text_da": words.da, "text_en": words.en}
            connection.execute(update(target).where(target.c.id == row.id).values(**values))
        elif row.valid_from is not None and row.valid_from >= begins:
            connection.execute(delete(target).where(target.c.id == row.id))
        elif row.valid_to is None or row.valid_to >= begins:
            connection.execute(update(target).where(target.c.id == row.id).values(valid_to=begins - timedelta(days=1)))
    is_demo = read_info(connection, "is_demo") == "true"
    for (unit_code, value, comparison, valid_from), aim in wanted.items():
        words = target_text(content, aim)
        connection.execute(
            insert(target).values(
                indicator_code=content.code,
                unit_code=unit_code,
                level="local",
                legal_kind=LOCAL_TARGET,
                comparison=comparison,
                value=value,
                unit_of_measure_da=content.unit_of_measure.da,
                unit_of_measure_en=content.unit_of_measure.en or content.unit_of_measure.da,
                valid_from=valid_from,
                valid_to=aim.valid_to,
                validity_note_da="",
                validity_note_en="",
                text_da=words.da,
                text_en=words.en,
                is_demo=is_demo,
                source=content.owner,
            )
        )
    if former is not None and former.unit_of_measure != content.unit_of_measure:
        # Targets are only drawn where their unit of measure is the indicator's.
        connection.execute(
            update(target)
            .where(target.c.indicator_code == content.code, target.c.id > 0, target.c.valid_to.is_(None))
            .values(
                unit_of_measure_da=content.unit_of_measure.da,
                unit_of_measure_en=content.unit_of_measure.en or content.unit_of_measure.da,
            )
        )


def _write_series(connection: Connection, content: DefinitionContent, former: DefinitionContent | None) -> list[str]:
    """The series of those who follow; who no longer does ends the day before. Returns every unit concerned."""
    begins = content.valid_from
    assert begins is not None
    before = {one.unit_code for one in former.followers} if former else set()
    wanted = {one.unit_code: one for one in content.followers}
    known = {
        row.unit_code: row for row in connection.execute(select(series).where(series.c.indicator_code == content.code))
    }
    for code, follower in wanted.items():
        starts_on = _starts(follower, content)
        if code in known:
            here = (series.c.indicator_code == content.code) & (series.c.unit_code == code)
            if code not in before:
                # Followed once, then not, now again: what was counted then still counts.
                starts_on = min(starts_on, known[code].starts_on)
            connection.execute(update(series).where(here).values(starts_on=starts_on, ends_on=None))
        else:
            connection.execute(
                insert(series).values(
                    indicator_code=content.code, unit_code=code, starts_on=starts_on, ends_on=None, owner=content.owner
                )
            )
    for code in before - wanted.keys():
        here = (series.c.indicator_code == content.code) & (series.c.unit_code == code)
        row = known.get(code)
        if row is not None and row.starts_on >= begins:
            connection.execute(delete(series).where(here))
        else:
            connection.execute(update(series).where(here).values(ends_on=begins - timedelta(days=1)))
    return sorted(wanted.keys() | before)


def _starts(follower: Follower, content: DefinitionContent) -> date:
    day = follower.starts_on or content.valid_from
    assert day is not None
    return start_of(day, content.period)


BREAK_NAME = Words("Ny definition", "New definition")
BREAK_REASON = Words("Definitionen er ændret: {what}.", "The definition was changed: {what}.")
BREAK_FIELDS = {
    "numerator": Words("tælleren", "the numerator"),
    "denominator": Words("nævneren", "the denominator"),
    "has_denominator": Words("om der er en nævner", "whether there is a denominator"),
    "per": Words("skalaen", "the scale"),
}


def break_words(before: DefinitionContent, after: DefinitionContent) -> Words:
    """Why a data break is drawn: what the author wrote, else what has changed.

    Examples
    --------
    >>> break_words(DefinitionContent(per=1), DefinitionContent(per=1000)).en
    'The definition was changed: the scale.'
    """
    if after.break_reason.strip():
        return Words(after.break_reason.strip(), after.break_reason.strip())
    changed = [BREAK_FIELDS[name] for name in breaking_changes(before, after)]
    return Words(
        BREAK_REASON.say("da", what=", ".join(one.da for one in changed)),
        BREAK_REASON.say("en", what=", ".join(one.en for one in changed)),
    )


def _write_break(
    connection: Connection,
    viewer: Viewer,
    content: DefinitionContent,
    former: DefinitionContent | None,
    now: datetime,
) -> int:
    """A data break on every series that has figures from before the new version; how many were drawn."""
    if former is None or not draws_break(former, content):
        return 0
    assert content.valid_from is not None
    units = sorted(
        connection.scalars(
            select(observation.c.unit_code)
            .where(observation.c.indicator_code == content.code, observation.c.period_start < content.valid_from)
            .distinct()
        )
    )
    words, moment = break_words(former, content), stored_moment(now)
    for code in units:
        # At most one phase of a series starts on a date, and a data break says more than another phase.
        connection.execute(
            update(phase)
            .where(
                phase.c.indicator_code == content.code,
                phase.c.unit_code == code,
                phase.c.starts_on == content.valid_from,
                phase.c.withdrawn_at.is_(None),
            )
            .values(withdrawn_at=moment)
        )
        connection.execute(
            insert(phase).values(
                indicator_code=content.code,
                unit_code=code,
                starts_on=content.valid_from,
                name_da=BREAK_NAME.da,
                name_en=BREAK_NAME.en,
                freeze_until=None,
                is_break=True,
                reason_da=words.da,
                reason_en=words.en,
                author=viewer.name,
                created_at=moment,
                withdrawn_at=None,
            )
        )
    return len(units)

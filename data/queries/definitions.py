"""The library of indicators: what is in force, what is being written, who may check it, and what came before.

A definition in force is public, as the catalogue is. A draft or a proposal is seen by those who deliver for its unit.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select

from data import reading
from data.access import Viewer
from data.catalogue.names import fold
from data.checkers import Checker, checkers_of
from data.errors import NotAllowed, NotFound
from data.queries.catalogue import NO_INDICATOR, definition_of, visible_targets
from data.schema import definition_proposal, indicator, series
from data.store import Store
from indicators.definition import IndicatorDefinition, Scope, Target
from indicators.definition import Role as IndicatorRole
from indicators.definition_content import DefinitionContent, Follower
from indicators.definition_lint import Surroundings
from indicators.words import Words

NO_PROPOSAL = Words("Forslaget findes ikke.", "There is no such proposal.")
NOT_YOUR_UNIT = Words(
    "Forslaget hører til {unit}, som du ikke indberetter for.",
    "The proposal belongs to {unit}, for which you do not hand in figures.",
)
WHOLE_COUNTRY = "DK"
"""Whose a local indicator is that nobody's proposal led to: everybody's, so only an administrator changes it."""


class ProposalState(StrEnum):
    """Where a proposed version of a definition stands."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    RETURNED = "returned"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"

    @property
    def is_live(self) -> bool:
        """Somebody still has something to do."""
        return self in (ProposalState.DRAFT, ProposalState.PROPOSED, ProposalState.RETURNED)


LIVE = tuple(state.value for state in ProposalState if state.is_live)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed version of a local indicator's definition. `comment` is the checker's; moments are UTC."""

    id: int
    indicator_code: str
    version: int
    unit_code: str
    content: DefinitionContent
    state: ProposalState
    author_id: int
    author: str
    checker_id: int | None
    checker: str
    comment: str
    created_at: datetime
    changed_at: datetime

    def is_by(self, viewer: Viewer) -> bool:
        return self.author_id == viewer.account_id

    def may_be_changed_by(self, viewer: Viewer) -> bool:
        """Only its author writes in it, so that whoever checks it has had no hand in it."""
        return self.state in (ProposalState.DRAFT, ProposalState.RETURNED) and self.is_by(viewer)

    def may_be_checked_by(self, viewer: Viewer) -> bool:
        """Somebody else than its author who delivers for its unit: a quality team at or above it, an administrator."""
        return self.state is ProposalState.PROPOSED and not self.is_by(viewer) and viewer.may_deliver(self.unit_code)


@dataclass(frozen=True, slots=True)
class LibraryEntry:
    """One indicator of the library: what is in force (None: never yet), and what is being written about it.

    `unit_code` is the unit it belongs to, "" for what came with Tavle. `is_mine`: the viewer delivers for that unit, or
    for one that follows it. `followers` are the units in the viewer's sight that follow it today.
    """

    code: str
    definition: IndicatorDefinition | None
    unit_code: str
    n_versions: int
    is_shipped: bool
    is_mine: bool
    may_change: bool
    followers: tuple[str, ...]
    proposal: Proposal | None

    @property
    def content(self) -> DefinitionContent | None:
        return self.proposal.content if self.proposal else None


def library(store: Store, viewer: Viewer, *, today: date) -> list[LibraryEntry]:
    """Every indicator in force and every live proposal in the viewer's reach, by name of the goal's order and code."""
    with store.read() as connection:
        rows = list(connection.execute(select(indicator).order_by(indicator.c.code, indicator.c.version)).mappings())
        newest = {row["code"]: row for row in rows}
        counts: dict[str, int] = {}
        for row in rows:
            counts[row["code"]] = counts.get(row["code"], 0) + 1
        owners = reading.owner_units(connection)
        live = {
            one.indicator_code: one
            for one in _proposals(connection, definition_proposal.c.state.in_(LIVE))
            if viewer.may_deliver(one.unit_code)
        }
        following: dict[str, list[str]] = {}
        for one in connection.execute(select(series).order_by(series.c.indicator_code, series.c.unit_code)):
            if one.ends_on is None or one.ends_on >= today:
                following.setdefault(one.indicator_code, []).append(one.unit_code)
    found = []
    for code in [*newest, *(code for code in live if code not in newest)]:
        held = newest.get(code)
        proposal = live.get(code)
        is_shipped = held is not None and code not in owners and not held["is_demo"]
        unit_code = owners.get(code, "") or (proposal.unit_code if proposal else "")
        follows = following.get(code, [])
        found.append(
            LibraryEntry(
                code=code,
                definition=definition_of(held) if held is not None else None,
                unit_code=unit_code,
                n_versions=counts.get(code, 0),
                is_shipped=is_shipped,
                is_mine=(bool(unit_code) and viewer.may_deliver(unit_code) and not viewer.is_administrator)
                or any(viewer.may_deliver(unit) and viewer.is_own(unit) for unit in follows)
                or (proposal is not None and proposal.is_by(viewer)),
                may_change=not is_shipped and viewer.may_deliver(unit_code or WHOLE_COUNTRY),
                followers=tuple(unit for unit in follows if viewer.may_see(unit)),
                proposal=proposal,
            )
        )
    return found


def proposal(store: Store, viewer: Viewer, proposal_id: int) -> Proposal:
    """One proposal by its number.

    Raises
    ------
    NotFound, NotAllowed
        There is none, or it belongs to a unit the viewer does not deliver for.
    """
    with store.read() as connection:
        return proposal_by_id(connection, viewer, proposal_id)


def proposal_by_id(connection: Connection, viewer: Viewer, proposal_id: int) -> Proposal:
    """Like `proposal`, inside a transaction."""
    found = _proposals(connection, definition_proposal.c.id == proposal_id)
    if not found:
        raise NotFound(NO_PROPOSAL)
    if not viewer.may_deliver(found[0].unit_code):
        raise NotAllowed(NOT_YOUR_UNIT, unit=found[0].unit_code)
    return found[0]


def live_proposal(store: Store, viewer: Viewer, code: str) -> Proposal | None:
    """The draft, proposal or returned proposal of an indicator; None where nobody writes on it within reach."""
    with store.read() as connection:
        found = _proposals(
            connection, definition_proposal.c.indicator_code == code, definition_proposal.c.state.in_(LIVE)
        )
    return next((one for one in found if viewer.may_deliver(one.unit_code)), None)


def waiting_for(store: Store, viewer: Viewer) -> list[Proposal]:
    """The proposals this viewer may check, the oldest first."""
    with store.read() as connection:
        found = _proposals(connection, definition_proposal.c.state == ProposalState.PROPOSED.value)
    return [one for one in found if one.may_be_checked_by(viewer)]


def history(store: Store, viewer: Viewer, code: str) -> list[Proposal]:
    """Every proposal about an indicator in the viewer's reach, the newest first."""
    with store.read() as connection:
        found = _proposals(connection, definition_proposal.c.indicator_code == code)
    return [one for one in reversed(found) if viewer.may_deliver(one.unit_code)]


def versions(store: Store, viewer: Viewer, code: str) -> list[IndicatorDefinition]:
    """Every version of an indicator that is or was in force, the newest first.

    Raises
    ------
    NotFound
        There is no such indicator.
    """
    query = select(indicator).where(indicator.c.code == code).order_by(indicator.c.version.desc())

    def read() -> list[IndicatorDefinition]:
        with store.read() as connection:
            return [definition_of(row) for row in connection.execute(query).mappings()]

    found = list(store.until_written(("versions", code), read))
    if not found:
        raise NotFound(NO_INDICATOR, code=code)
    return found


def version_content(store: Store, viewer: Viewer, code: str, version: int) -> DefinitionContent:
    """A version as it was written: its own proposal's, else what the library's row says."""
    with store.read() as connection:
        found = _approved(connection, code, version)
        if found is not None:
            return found.content
        row = (
            connection.execute(select(indicator).where(indicator.c.code == code, indicator.c.version == version))
            .mappings()
            .one_or_none()
        )
        if row is None:
            raise NotFound(NO_INDICATOR, code=code)
        return DefinitionContent.of(definition_of(row), data_source=row["data_source"])


def in_force(store: Store, viewer: Viewer, code: str) -> DefinitionContent:
    """What is in force as content, with its targets and the units in the viewer's sight that follow it.

    Raises
    ------
    NotFound
        There is no such indicator.
    """
    with store.read() as connection:
        content = content_in_force(connection, viewer, code)
    return content.but(followers=tuple(one for one in content.followers if viewer.may_see(one.unit_code)))


def content_in_force(connection: Connection, viewer: Viewer, code: str) -> DefinitionContent:
    """What is in force, with the targets set on screen and every unit that follows it."""
    row = (
        connection.execute(
            select(indicator).where(indicator.c.code == code).order_by(indicator.c.version.desc()).limit(1)
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise NotFound(NO_INDICATOR, code=code)
    definition = definition_of(row)
    approved = _approved(connection, code, definition.version)
    unit_code = approved.unit_code if approved else reading.owner_units(connection).get(code, "")
    followers = [
        Follower(one.unit_code, one.starts_on)
        for one in connection.execute(
            select(series)
            .where(series.c.indicator_code == code, series.c.ends_on.is_(None))
            .order_by(series.c.unit_code)
        )
    ]
    targets = [
        Target(
            value=one["value"],
            comparison=one["comparison"],
            valid_from=one["valid_from"],
            valid_to=one["valid_to"],
            legal_kind=one["legal_kind"],
            text=Words(one["text_da"], one["text_en"]),
            unit_code=None if one["unit_code"] == unit_code else one["unit_code"],
        )
        for one in visible_targets(connection, viewer, code, sees_unit=None)
        if one["id"] > 0 and one["value"] is not None
    ]
    written = DefinitionContent.of(
        definition, targets=targets, unit_code=unit_code, followers=followers, data_source=row["data_source"]
    )
    if approved is None:
        return written
    # Whatever only the proposal knows: kind of figures, estimates, and which English text was left out.
    return approved.content.but(targets=written.targets, followers=written.followers, is_break=None, break_reason="")


def surroundings(
    store: Store,
    viewer: Viewer,
    content: DefinitionContent,
    *,
    today: date,
    version: int = 1,
    author_id: int | None = None,
) -> Surroundings:
    """What the linter must know besides the definition itself."""
    with store.read() as connection:
        return surroundings_of(connection, viewer, content, today=today, version=version, author_id=author_id)


def surroundings_of(
    connection: Connection,
    viewer: Viewer,
    content: DefinitionContent,
    *,
    today: date,
    version: int = 1,
    author_id: int | None = None,
) -> Surroundings:
    """Like `surroundings`, inside a transaction."""
    names: dict[str, str] = {}
    codes: set[str] = set()
    national: dict[str, int] = {}
    balancing: set[int] = set()
    for row in connection.execute(select(indicator).order_by(indicator.c.code, indicator.c.version)).mappings():
        if row["scope"] == Scope.NATIONAL.value and row["goal_number"] is not None:
            national[row["code"]] = row["goal_number"]
        if row["code"] == content.code and version > 1:
            continue
        codes.add(fold(row["code"]))
        names |= {fold(row[f"name_{language}"]): row["code"] for language in ("da", "en") if row[f"name_{language}"]}
        if row["role"] == IndicatorRole.BALANCING.value and row["goal_number"] is not None:
            balancing.add(row["goal_number"])
    for one in _proposals(connection, definition_proposal.c.state.in_(LIVE)):
        if one.author_id != author_id and one.indicator_code != content.code:
            codes.add(fold(one.indicator_code))
    former = content_in_force(connection, viewer, content.code) if version > 1 else None
    author = viewer.account_id if author_id is None else author_id
    return Surroundings(
        today=today,
        names=names,
        codes=frozenset(codes),
        national=national,
        balancing=frozenset(balancing),
        former=former,
        n_checkers=len(checkers_of(connection, content.unit_code, author)) if content.unit_code else None,
    )


def checkers(store: Store, viewer: Viewer, unit_code: str, *, author_id: int) -> list[Checker]:
    """Who may check a definition of that unit: everybody but its author who delivers for the unit, by name.

    Raises
    ------
    NotAllowed
        The viewer does not deliver for the unit.
    """
    if not viewer.may_deliver(unit_code):
        raise NotAllowed(NOT_YOUR_UNIT, unit=unit_code)
    with store.read() as connection:
        return checkers_of(connection, unit_code, author_id)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The versions of one indicator by the day each begins, the oldest first; None: nobody said when it began.

    Examples
    --------
    >>> line = Timeline(((1, None), (2, date(2026, 12, 1))))
    >>> line.version_on(date(2026, 11, 1)), line.version_on(date(2026, 12, 1)), line.first_day
    (1, 2, None)
    """

    versions: tuple[tuple[int, date | None], ...]

    @property
    def first_day(self) -> date | None:
        """From when it can be counted at all: a later version's day says from when its words hold."""
        return self.versions[0][1]

    def version_on(self, day: date) -> int:
        """The version that holds on a day; before the first, the first."""
        held = [version for version, begins in self.versions if begins is None or begins <= day]
        return held[-1] if held else self.versions[0][0]


def timelines(store: Store, viewer: Viewer) -> dict[str, Timeline]:
    """The timeline of every indicator with more than one version, by code: the others have only the one to choose."""
    query = select(indicator.c.code, indicator.c.version, indicator.c.valid_from).order_by(
        indicator.c.code, indicator.c.version
    )
    found: dict[str, list[tuple[int, date | None]]] = {}
    with store.read() as connection:
        for row in connection.execute(query):
            found.setdefault(row.code, []).append((row.version, row.valid_from))
    return {code: Timeline(tuple(versions)) for code, versions in found.items() if len(versions) > 1}


def _approved(connection: Connection, code: str, version: int) -> Proposal | None:
    found = _proposals(
        connection,
        definition_proposal.c.indicator_code == code,
        definition_proposal.c.version == version,
        definition_proposal.c.state == ProposalState.APPROVED.value,
    )
    return found[-1] if found else None


def _proposals(connection: Connection, *conditions: Any) -> list[Proposal]:
    query = select(definition_proposal).where(*conditions).order_by(definition_proposal.c.id)
    return [_proposal(row) for row in connection.execute(query)]


def _proposal(row: Row[Any]) -> Proposal:
    content = json.loads(row.content) if isinstance(row.content, str) else row.content
    return Proposal(
        id=row.id,
        indicator_code=row.indicator_code,
        version=row.version,
        unit_code=row.unit_code,
        content=DefinitionContent.from_json(content),
        state=ProposalState(row.state),
        author_id=row.author_id,
        author=row.author,
        checker_id=row.checker_id,
        checker=row.checker,
        comment=row.comment,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )

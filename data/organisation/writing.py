"""A drafted change written, and undone again, inside one transaction.

What stood before is kept with the decision (`unit_change.before`), so that undoing puts back exactly that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from data import audit
from data.access import Viewer
from data.organisation.changes import KIND_NAMES, Kind
from data.organisation.draft import Draft
from data.organisation.sentences import Said
from data.reading import Pair
from data.schema import (
    delivery,
    delivery_event,
    former_name,
    metadata,
    observation,
    phase,
    role_grant,
    series,
    series_state,
    unit,
    unit_change,
)
from data.store import stored_moment
from indicators.words import Words

GONE = Words(
    "Ændringen findes ikke, eller den er allerede fortrudt.", "There is no such change, or it is undone already."
)
LATER_CHANGE = Words(
    "Der er sket noget med {unit} siden ({what} fra {day}). Fortryd det først.",
    "Something has happened to {unit} since ({what} from {day}). Undo that first.",
)
DELIVERED = Words(
    "Der er leveret tal for {unit} siden. Træk leveringerne tilbage først, eller lav en ny ændring.",
    "Figures have been delivered for {unit} since. Withdraw the deliveries first, or make another change.",
)
IN_USE = Words(
    "{unit} er taget i brug siden (noter, måltal, brugere eller målinger). Lav en ny ændring i stedet.",
    "{unit} has come into use since (notes, targets, users or series). Make another change instead.",
)


def write(connection: Connection, draft: Draft, viewer: Viewer, *, reason: str, now: datetime) -> int:
    """Write the draft and return the number of the decision. The draft has no problems."""
    moment = stored_moment(now)
    before: dict[str, Any] = {
        "units": {},
        "made": [row["code"] for row in draft.new_units],
        "ended": [[*pair, _iso(held.ends_on)] for pair, held in draft.ends.items()],
        "started": [],
        "phases": [],
        "former_names": [[row["unit_code"], _iso(row["valid_to"])] for row in draft.former_names],
        "grants": [],
    }
    for new_unit in draft.new_units:
        connection.execute(insert(unit).values(**new_unit))
    for code, values in draft.unit_values.items():
        old = (
            connection.execute(select(*(unit.c[column] for column in values)).where(unit.c.code == code))
            .mappings()
            .one()
        )
        before["units"][code] = {column: _iso(value) for column, value in old.items()}
        connection.execute(update(unit).where(unit.c.code == code).values(**values))
    for name in draft.former_names:
        connection.execute(insert(former_name).values(**name))
    for (indicator_code, unit_code), held in draft.ends.items():
        # A series that was to end earlier still does.
        ends_on = min(draft.last_day, held.ends_on or draft.last_day)
        connection.execute(
            update(series)
            .where(series.c.indicator_code == indicator_code, series.c.unit_code == unit_code)
            .values(ends_on=ends_on)
        )
    for (indicator_code, unit_code), start in draft.starts.items():
        was = start.before
        before["started"].append(
            [indicator_code, unit_code, [_iso(was.starts_on), _iso(was.ends_on), was.owner] if was else None]
        )
        values = {"starts_on": start.starts_on, "ends_on": None, "owner": start.owner}
        if was is None:
            connection.execute(insert(series).values(indicator_code=indicator_code, unit_code=unit_code, **values))
        else:
            connection.execute(
                update(series)
                .where(series.c.indicator_code == indicator_code, series.c.unit_code == unit_code)
                .values(**values)
            )
    for pair, one in draft.breaks.items():
        if not _has_phase(connection, pair, one.starts_on):
            before["phases"].append(_add_break(connection, pair, one.starts_on, one.reason, viewer, moment))
    for account_id, role, code in draft.rights:
        new = connection.scalar(
            insert(role_grant)
            .values(account_id=account_id, role=role.value, unit_code=code, cohort_code=None)
            .returning(role_grant.c.id)
        )
        before["grants"].append(new)

    decision = 0
    for place, row in enumerate(draft.rows):
        values = {
            "decision": decision,
            "kind": row.kind.value,
            "valid_from": draft.valid_from,
            "unit_code": row.unit_code,
            "to_code": row.to_code,
            "indicator_code": row.indicator_code,
            "reason": reason.strip(),
            "author": viewer.name,
            "at": moment,
            "before": before if place == 0 else {},
        }
        new = connection.scalar(insert(unit_change).values(**values).returning(unit_change.c.id))
        if place == 0:
            decision = int(new or 0)
            connection.execute(update(unit_change).where(unit_change.c.id == decision).values(decision=decision))
    audit.append(
        connection,
        at=now,
        actor=viewer.email,
        action=f"unit.{draft.rows[0].kind.value}",
        subject=", ".join(dict.fromkeys(row.unit_code for row in draft.rows)),
        detail={
            "decision": decision,
            "from": draft.valid_from.isoformat(),
            "to": sorted({row.to_code for row in draft.rows if row.to_code}),
            "indicators": sorted({row.indicator_code for row in draft.rows if row.indicator_code}),
            "reason": reason.strip(),
            "series_ended": len(draft.ends),
            "series_started": len(draft.starts),
        },
    )
    return decision


def touched(draft: Draft) -> list[Pair]:
    """The series that have to be assessed again."""
    return [*draft.ends, *draft.starts, *draft.breaks]


# ------------------------------------------------------------------------------------------------- undone


def rows_of(connection: Connection, decision: int) -> list[Any]:
    """The rows of a decision that stands."""
    return list(
        connection.execute(
            select(unit_change)
            .where(unit_change.c.decision == decision, unit_change.c.withdrawn_at.is_(None))
            .order_by(unit_change.c.id)
        )
    )


def in_the_way_of_undoing(connection: Connection, decision: int) -> list[Said]:
    """Why a decision cannot be undone: what has been built on it since."""
    rows = rows_of(connection, decision)
    if not rows:
        return [Said(GONE)]
    before = rows[0].before
    codes = {row.unit_code for row in rows} | {row.to_code for row in rows if row.kind != Kind.MOVED and row.to_code}
    names = {row.code: Words(row.name_da, row.name_en) for row in connection.execute(select(unit))}
    found: list[Said] = []
    later = connection.execute(
        select(unit_change)
        .where(unit_change.c.decision > decision, unit_change.c.withdrawn_at.is_(None))
        .order_by(unit_change.c.id)
    )
    for row in later:
        for code in (row.unit_code, row.to_code):
            if code in codes or code in before["made"]:
                what = KIND_NAMES[Kind(row.kind)]
                said = Said(
                    LATER_CHANGE,
                    {
                        "unit": names.get(code, Words(code, code)),
                        "what": Words(what.da.lower(), what.en.lower()),
                        "day": row.valid_from,
                    },
                )
                return [said]
    receivers = {(code, unit_code) for code, unit_code, _ in before["started"]}
    for code in sorted({unit_code for _, unit_code in receivers} | set(before["made"])):
        if _delivered_since(connection, code, rows[0].valid_from, rows[0].at, code in before["made"], receivers):
            found.append(Said(DELIVERED, {"unit": names[code]}))
        elif code in before["made"] and _is_in_use(connection, code, before):
            found.append(Said(IN_USE, {"unit": names[code]}))
    return found


def undo(connection: Connection, decision: int, viewer: Viewer, *, now: datetime) -> list[Pair]:
    """Put back what stood before a decision that nothing stands in the way of; the series to assess again."""
    rows = rows_of(connection, decision)
    before, moment = rows[0].before, stored_moment(now)
    for code, values in before["units"].items():
        put = {name: _day(value) if name == "valid_to" else value for name, value in values.items()}
        connection.execute(update(unit).where(unit.c.code == code).values(**put))
    for code, until in before["former_names"]:
        connection.execute(
            delete(former_name).where(former_name.c.unit_code == code, former_name.c.valid_to == _day(until))
        )
    for indicator_code, unit_code, ends_on in before["ended"]:
        connection.execute(
            update(series)
            .where(series.c.indicator_code == indicator_code, series.c.unit_code == unit_code)
            .values(ends_on=_day(ends_on))
        )
    for indicator_code, unit_code, was in before["started"]:
        is_this = (series.c.indicator_code == indicator_code) & (series.c.unit_code == unit_code)
        if was is None:
            connection.execute(delete(series).where(is_this))
            state = series_state.c
            connection.execute(
                delete(series_state).where(state.indicator_code == indicator_code, state.unit_code == unit_code)
            )
        else:
            values = {"starts_on": _day(was[0]), "ends_on": _day(was[1]), "owner": was[2]}
            connection.execute(update(series).where(is_this).values(**values))
    for number in before["phases"]:
        connection.execute(update(phase).where(phase.c.id == number).values(withdrawn_at=moment))
    for number in before["grants"]:
        connection.execute(delete(role_grant).where(role_grant.c.id == number))
    for code in before["made"]:
        connection.execute(delete(unit).where(unit.c.code == code))
    connection.execute(
        update(unit_change)
        .where(unit_change.c.decision == decision, unit_change.c.withdrawn_at.is_(None))
        .values(withdrawn_at=moment)
    )
    audit.append(
        connection,
        at=now,
        actor=viewer.email,
        action="unit.undone",
        subject=", ".join(dict.fromkeys(row.unit_code for row in rows)),
        detail={"decision": decision, "kind": rows[0].kind, "from": rows[0].valid_from.isoformat()},
    )
    ended = [(code, unit_code) for code, unit_code, _ in before["ended"]]
    reopened = [(code, unit_code) for code, unit_code, was in before["started"] if was is not None]
    broken = [
        (row.indicator_code, row.unit_code)
        for row in connection.execute(select(phase).where(phase.c.id.in_(before["phases"])))
    ]
    return [*ended, *reopened, *broken]


def _delivered_since(
    connection: Connection, code: str, day: date, at: datetime, is_made: bool, receivers: Iterable[Pair]
) -> bool:
    """Whether a figure that counts was delivered for a unit that took over, for periods of its own, since then."""
    columns = observation.c
    query = (
        select(columns.indicator_code, columns.delivery_id)
        .where(columns.unit_code == code, columns.recorded_at >= at)
        .distinct()
    )
    if not is_made:
        query = query.where(columns.period_start >= day)
    wanted = set(receivers)
    deliveries = {
        row.delivery_id for row in connection.execute(query) if is_made or (row.indicator_code, code) in wanted
    }
    return bool(deliveries - _withdrawn(connection, deliveries))


def _withdrawn(connection: Connection, deliveries: set[int]) -> set[int]:
    if not deliveries:
        return set()
    newest: dict[int, str] = {
        row.id: "withdrawn"
        for row in connection.execute(
            select(delivery.c.id).where(delivery.c.id.in_(deliveries), delivery.c.withdrawn_at.is_not(None))
        )
    }
    events = connection.execute(
        select(delivery_event.c.delivery_id, delivery_event.c.kind)
        .where(delivery_event.c.delivery_id.in_(deliveries))
        .order_by(delivery_event.c.at, delivery_event.c.id)
    )
    newest.update({row.delivery_id: row.kind for row in events})
    return {number for number, kind in newest.items() if kind == "withdrawn"}


def _is_in_use(connection: Connection, code: str, before: Mapping[str, Any]) -> bool:
    """Whether anything but this decision speaks of a unit that it made."""
    ours = {(one[0], one[1]) for one in before["started"]}
    for table in metadata.sorted_tables:
        if table in (unit_change, series_state, former_name):
            continue
        if "unit_code" in table.columns and table is not unit:
            for row in connection.execute(select(table).where(table.c.unit_code == code)):
                if not _is_ours(table, row, ours, before):
                    return True
    under = select(unit.c.code).where((unit.c.parent_code == code) | (unit.c.successor_code == code))
    return any(child not in before["units"] and child not in before["made"] for child in connection.scalars(under))


def _is_ours(table: Table, row: Any, ours: set[Pair], before: Mapping[str, Any]) -> bool:
    if table is series:
        return (row.indicator_code, row.unit_code) in ours
    return table is role_grant and row.id in before["grants"]


# ------------------------------------------------------------------------------------------------- pieces


def _has_phase(connection: Connection, pair: Pair, starts_on: date) -> bool:
    return (
        connection.scalar(
            select(phase.c.id).where(
                phase.c.indicator_code == pair[0],
                phase.c.unit_code == pair[1],
                phase.c.starts_on == starts_on,
                phase.c.withdrawn_at.is_(None),
            )
        )
        is not None
    )


def _add_break(
    connection: Connection, pair: Pair, starts_on: date, reason: Said, viewer: Viewer, moment: datetime
) -> int:
    return int(
        connection.scalar(
            insert(phase)
            .values(
                indicator_code=pair[0],
                unit_code=pair[1],
                starts_on=starts_on,
                name_da="",
                name_en="",
                freeze_until=None,
                is_break=True,
                reason_da=reason.say("da"),
                reason_en=reason.say("en"),
                author=viewer.name,
                created_at=moment,
            )
            .returning(phase.c.id)
        )
        or 0
    )


def _iso(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
